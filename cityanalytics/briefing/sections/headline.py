"""[headline] One sentence, and what else matters most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing import display
from cityanalytics.briefing.findings import findings
from cityanalytics.briefing.lacking import notice
from cityanalytics.briefing.rounding import before_rounding
from cityanalytics.briefing.section import bullets, part
from cityanalytics.programme import progress

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
    if progress.is_behind(content.programme):
        return (
            "By {day} investment reached {investment_to_date}, {investment_share_of_plan} of the plan of {annual_plan}, "
            "{points_behind}{rounding} behind elapsed time ({elapsed_share}); chance of reaching the plan: {forecast_probability}."
        )
    return (
        "By {day} investment reached {investment_to_date}, {investment_share_of_plan} of the plan of {annual_plan}, "
        "{points_behind}{rounding} ahead of elapsed time ({elapsed_share}); chance of reaching the plan: {forecast_probability}."
    )


@part("headline")
def headline(content: Composed, say: Wording) -> Markup:
    """Write what is missing, then the headline and the findings."""
    lead = Markup("<p class=lead>{}</p>").format(headline_text(content, say, bold=True))
    first = notice(content.programme.coverage, say, content.settings)
    found = findings(content, say)
    listed = bullets([one.text for one in found]) if found else Markup("")
    return first + lead + listed


def headline_text(content: Composed, say: Wording, *, bold: bool = False) -> Markup:
    """Return the headline in words; where something is missing it begins by saying so."""
    fill = say.strong if bold else say
    rounding = before_rounding(say, "elapsed_share", "investment_share_of_plan", "points_behind")
    day = display.day_text(content.programme.as_of, say.language)
    text = fill(sentence(content), day=day, rounding=rounding)
    if not content.programme.coverage.partial:
        return text
    return say("(Incomplete data) {text}", text=text)
