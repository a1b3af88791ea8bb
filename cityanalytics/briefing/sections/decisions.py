"""[decisions] What leaders are asked to decide, by matter; [requests] each request as it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing.section import paragraph, part

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording


@part("decisions")
def decisions(content: Composed, say: Wording) -> Markup:
    """Write the requests by office, what adds most to the year first; in one line those that add nothing to it."""
    table = content.tables["asks"]
    rows, text = table.rows, table.html(say.language)
    if "adds" not in rows or rows["adds"].all():
        return text
    term = content.settings.term
    names = say(", ").join(
        say("those without a reported constraint") if pd.isna(name) else term(str(name), say.language)
        for name in rows.loc[~rows["adds"], "office"]
    )
    return text + paragraph(
        say(
            "Granting these adds nothing to this year's investment, it matters for next year's: projects {requests_nothing} ({names}).",
            names=names,
        )
    )


@part("requests")
def requests(content: Composed, say: Wording) -> Markup:
    """Write the requests of the late and the not started projects, the largest gap first."""
    return content.tables["decisions"].html(say.language)
