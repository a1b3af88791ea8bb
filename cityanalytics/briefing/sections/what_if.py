"""[what-if] A choice of scenarios that works without scripts, and on paper a table of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.blocks import Choice, Fact, scenario_chooser
from cityanalytics.briefing.section import paragraph, part
from cityanalytics.briefing.terms import SCENARIO_SENTENCES, SCENARIOS

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording


@part("what-if")
def what_if(content: Composed, say: Wording) -> Markup:
    """Write the scenarios against base."""
    scenarios = [
        Choice(
            name=say(SCENARIOS[scenario.name]),
            sentence=say(SCENARIO_SENTENCES[scenario.name]),
            facts=tuple(
                Fact(label=say(label), value=say("{" + f"scenario_{scenario.name}_{key}" + "}"))
                for label, key in (
                    ("Median of the year", "p50"),
                    ("Pace against base", "pace"),
                    ("Chance of meeting the plan", "probability"),
                )
            ),
        )
        for scenario in content.scenarios
    ]
    if len(scenarios) == 1:
        return paragraph(say("No day is left: there is nothing to change."))
    chooser = scenario_chooser(
        scenarios, legend=say("Choose a scenario"), table=content.tables["scenarios"].html(say.language)
    )
    return chooser + paragraph(
        say(
            "Each scenario sets the median pace after the data date and leaves the spread as it is; levers by project come with the notebook 04_what_if."
        ),
        note=True,
    )
