"""[what-if] A choice of scenarios that works without scripts, and on paper a table of all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.blocks import Fact, Scenario, scenario_chooser, scenario_table
from cityanalytics.briefing.section import paragraph, part

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording

NAMES = {
    "base": "Base",
    "achieved": "Pace so far",
    "required": "Pace needed",
    "best": "Best pace",
    "holiday": "Holidays worked",
}
SENTENCES = {
    "base": "Nothing is changed: the pace goes on as the reference class has it.",
    "achieved": "The daily pace stays at {pace_achieved}, as it was so far.",
    "required": "From the day after the data date the pace is {pace_required}: what the plan needs.",
    "best": "The best pace so far, {pace_best}, is held to the year's end.",
    "holiday": "The public holidays that are left are worked through at the same daily pace.",
}


@part("what-if")
def what_if(content: Content, say: Wording) -> Markup:
    """Write the scenarios against base."""
    scenarios = [
        Scenario(
            name=say(NAMES[scenario.name]),
            sentence=say(SENTENCES[scenario.name]),
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
    table = scenario_table(scenarios, label=say("Scenario")).caption(
        say("Scenarios against base"), unit=say("pace: times that of base")
    )
    chooser = scenario_chooser(scenarios, legend=say("Choose a scenario"), table=table, language=say.language)
    return chooser + paragraph(
        say(
            "Each scenario sets the median pace after the data date and leaves the spread as it is; levers by project come with the notebook 04_what_if."
        ),
        note=True,
    )
