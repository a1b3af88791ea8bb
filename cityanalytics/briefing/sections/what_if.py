"""[what-if] The scenarios in a table; where a script may run, a panel that answers at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.live import live_panel
from cityanalytics.briefing.section import bullets, paragraph, part
from cityanalytics.briefing.terms import SCENARIO_SENTENCES

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording


@part("what-if")
def what_if(content: Composed, say: Wording) -> Markup:
    """Write the scenarios against base."""
    names = [scenario.name for scenario in content.scenarios]
    if len(names) == 1:
        return paragraph(say("No day is left: there is nothing to change."))
    return (
        content.tables["scenarios"].html(say.language)
        + bullets([say(SCENARIO_SENTENCES[name]) for name in names if name != "base"])
        + live_panel(content, say)
    )
