"""[headline] One sentence, the numbers to remember, and what else matters most."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing import display
from cityanalytics.briefing.blocks import Fact, key_numbers
from cityanalytics.briefing.findings import findings
from cityanalytics.briefing.lacking import notice
from cityanalytics.briefing.lights import Light, light
from cityanalytics.briefing.rule import word
from cityanalytics.briefing.section import bullets, part

if TYPE_CHECKING:
    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording


NO_PLAN = (
    "By {day} investment reached {investment_to_date}. There is no annual plan, so there is no share of it and no "
    "chance of reaching it; the year is expected to close at {forecast_p50}."
)
NO_PLAN_NO_DAYS = (
    "By {day} investment reached {investment_to_date}. There is no annual plan to hold it against."
)


def is_behind(content: Composed) -> bool:
    """Tell whether investment lags elapsed-time progress."""
    return content.programme.done < content.programme.plan * content.programme.elapsed


def sentence(content: Composed) -> str:
    """Return the sentence that fits the date: behind or ahead, days left or none, plan reached or not, or no plan."""
    if not content.programme.plan > 0:
        return NO_PLAN if content.pace.days_left else NO_PLAN_NO_DAYS
    if not content.pace.days_left:
        return "By {day} investment reached {investment_to_date}, {investment_share_of_plan} of the annual plan of {annual_plan}."
    if content.programme.done >= content.programme.plan:
        return (
            "By {day} investment reached {investment_to_date}, {investment_share_of_plan} of the annual plan: "
            "the plan of {annual_plan} is met; calendar days left in the year: {days_left}."
        )
    if is_behind(content):
        return (
            "By {day} investment reached {investment_to_date}, {investment_share_of_plan} of plan, {points_behind} "
            "behind elapsed time; {pace_required} is needed against {pace_achieved} so far; "
            "chance of reaching the plan: {forecast_probability}."
        )
    return (
        "By {day} investment reached {investment_to_date}, {investment_share_of_plan} of plan, {points_behind} "
        "ahead of elapsed time; {pace_required} is needed against {pace_achieved} so far; "
        "chance of reaching the plan: {forecast_probability}."
    )


@part("headline")
def headline(content: Composed, say: Wording) -> Markup:
    """Write what is missing, then the headline, the numbers to remember, and the findings."""
    lead = Markup("<p class=lead>{}</p>").format(headline_text(content, say, bold=True))
    first = notice(content.programme.coverage, say, content.settings)
    found = findings(content, say)
    listed = bullets([one.text for one in found]) if found else Markup("")
    return first + lead + key_numbers(_facts(content, say)) + listed


def headline_text(content: Composed, say: Wording, *, bold: bool = False) -> Markup:
    """Return the headline in words; where something is missing it begins by saying so."""
    fill = say.strong if bold else say
    text = fill(sentence(content), day=display.day_text(content.programme.as_of, say.language))
    if not content.programme.coverage.partial:
        return text
    return say("(Incomplete data) {text}", text=text)


def _facts(content: Composed, say: Wording) -> list[Fact]:
    programme, planned = content.programme, content.programme.plan > 0
    facts = [
        Fact(
            label=say("Invested to date"),
            value=say("{investment_to_date}"),
            note=say("annual plan {annual_plan}") if planned else say("no annual plan"),
        )
    ]
    if planned:
        shown = light(
            programme.elapsed - programme.done / programme.plan,
            content.settings.lights,
            partial=programme.coverage.partial,
        )
        facts.append(
            Fact(
                label=say("Share of the annual plan"),
                value=say("{investment_share_of_plan}"),
                note=say("elapsed time {elapsed_share}: {state}", state=word(shown, say).striptags()),
                behind=shown is not Light.NORMAL,
            )
        )
    if content.pace.days_left and planned:
        facts.append(
            Fact(
                label=say("Pace needed over achieved"),
                value=say("{pace_ratio} times"),
                note=say("{pace_required} against {pace_achieved}"),
            )
        )
    if content.pace.days_left:
        facts.append(
            Fact(
                label=say("Forecast of the year"),
                value=say("{forecast_p50}"),
                note=say("80% band {forecast_p10} to {forecast_p90}"),
            )
        )
    if not programme.coverage.partial:
        return facts
    return [replace(fact, label=say("{label} (incomplete)", label=fact.label)) for fact in facts]
