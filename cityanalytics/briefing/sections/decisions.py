"""[decisions] What leaders are asked to decide, by matter; [requests] each request as it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.section import part

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording


@part("decisions")
def decisions(content: Composed, say: Wording) -> Markup:
    """Write the requests by what holds their projects up, the most at stake first."""
    return content.tables["asks"].html(say.language)


@part("requests")
def requests(content: Composed, say: Wording) -> Markup:
    """Write the requests of the late and the not started projects, the largest gap first."""
    return content.tables["decisions"].html(say.language)
