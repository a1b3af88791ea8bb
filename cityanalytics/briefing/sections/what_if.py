"""[what-if] The scenarios in a table; where a script may run, a panel that answers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.live import live_panel
from cityanalytics.briefing.section import paragraph, part

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording


@part("what-if")
def what_if(content: Composed, say: Wording) -> Markup:
    """Write the scenarios against base."""
    if len(content.scenarios) == 1:
        return paragraph(say("No day is left: there is nothing to change."))
    return content.tables["scenarios"].html(say.language) + live_panel(content, say)
