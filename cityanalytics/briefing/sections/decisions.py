"""[decisions] What leaders are asked to decide: project, difficulty, request, deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing import display
from cityanalytics.briefing.blocks import late
from cityanalytics.briefing.breakdown import MOST_REQUESTS
from cityanalytics.briefing.display import Table
from cityanalytics.briefing.section import original, paragraph, part
from cityanalytics.briefing.sections.projects import held_up

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording


@part("decisions")
def decisions(content: Content, say: Wording) -> Markup:
    """Write the requests of the late and the not started projects, the largest gap first."""
    rows = held_up(content)
    asked = rows[rows["request"].notna()]
    if asked.empty:
        return paragraph(say("No unit asks for a decision."))
    cells = [
        (
            original(row["project"]) or "",
            content.settings.term(row["unit"], say.language),
            original(row["difficulty"]),
            original(row["request"]),
            _deadline(row["deadline"], content, say),
        )
        for row in asked.head(MOST_REQUESTS).to_dict("records")
    ]
    columns = ("Project", "Unit", "Difficulty", "Request", "Deadline")
    table = Table.of(columns=[say(label) for label in columns], rows=cells)
    shown = table.caption(
        say("Decisions requested: {requests_shown} of {requests_total}, largest gap first"),
        unit=say("deadline: date; names and texts as units report them"),
    ).html(8, say.language)
    return shown + paragraph(say("All requests: briefing.xlsx."), note=True)


def _deadline(day: object, content: Content, say: Wording) -> Markup | str | None:
    if not isinstance(day, pd.Timestamp):
        return None
    text = display.day_text(day.date(), say.language)
    return late(say("{day}, passed", day=text)) if day.date() < content.programme.known_on else text
