"""[headline] One sentence, and the numbers to remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing import display
from cityanalytics.briefing.blocks import Fact, key_numbers
from cityanalytics.briefing.section import part

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording


def is_behind(content: Content) -> bool:
    """Tell whether investment lags elapsed-time progress."""
    return content.programme.done < content.programme.plan * content.programme.elapsed


def sentence(content: Content) -> str:
    """Return the sentence that fits the date: behind or ahead, days left or none, plan reached or not."""
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
def headline(content: Content, say: Wording) -> Markup:
    """Write the headline: done, share, gap, pace needed against achieved, probability."""
    day = display.day_text(content.programme.as_of, say.language)
    behind = is_behind(content)
    facts = [
        Fact(
            label=say("Invested to date"),
            value=say("{investment_to_date}"),
            note=say("annual plan {annual_plan}"),
        ),
        Fact(
            label=say("Share of the annual plan"),
            value=say("{investment_share_of_plan}"),
            note=say("elapsed time {elapsed_share}: behind")
            if behind
            else say("elapsed time {elapsed_share}: on time"),
            behind=behind,
        ),
    ]
    if content.pace.days_left:
        facts += [
            Fact(
                label=say("Pace needed over achieved"),
                value=say("{pace_ratio} times"),
                note=say("{pace_required} against {pace_achieved}"),
            ),
            Fact(
                label=say("Forecast of the year"),
                value=say("{forecast_p50}"),
                note=say("80% band {forecast_p10} to {forecast_p90}"),
            ),
        ]
    lead = Markup("<p class=lead>{}</p>").format(say.strong(sentence(content), day=day))
    return lead + key_numbers(facts)
