"""[final] The days that are left: curve, forecast, paces, and what other classes would say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.blocks import side_by_side
from cityanalytics.briefing.lacking import left_out
from cityanalytics.briefing.moved import moved
from cityanalytics.briefing.section import paragraph, part
from cityanalytics.briefing.terms import CLASSES
from cityanalytics.series.ownmonths import OWN_MONTHS
from cityanalytics.series.pool import SHORTEST

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording


#: Why a class may stand for the city.
REASONS = {
    "china_construction_investment": "the same kind of spending in the same country",
    "china_public_spending": "public money in the same country, though not for construction alone",
    "us_public_construction": "public construction, though in another country",
}


@part("final")
def final(content: Composed, say: Wording) -> Markup:
    """Write the forecast and the paces."""
    if not content.pace.days_left:
        return content.charts["s_curve"].html(say.language) + paragraph(
            say("The year is over: nothing is left to forecast.")
        )
    own = content.forecast.reference_class == OWN_MONTHS
    method = paragraph(
        say(
            "Method: the city's own months, {own_months} of {own_years} earlier years and those of this year: the rest of the "
            "year as it followed in those years, as far as this year goes like them; how wide the range is, by the misses that "
            "the same method would have had in them and had on public series. No reference class is used."
        )
        if own
        else say(
            "Method: the pace so far, changed as in the reference class ({reference_class}, "
            "{class_series} public series) from this day of the year on. Why this class: {reason}. Assumed: this city changes its pace like a member of that class.",
            reference_class=say(CLASSES[content.forecast.reference_class]),
            reason=say(REASONS[content.forecast.reference_class]),
        )
    )
    if content.pace.days_gone < SHORTEST and not own:
        method += paragraph(
            say(
                "Less than a month of the year has gone: the pace so far says little of the year, so the range is wider than the class's own."
            )
        )
    method += paragraph(
        say(
            "The median takes {pace_expected} from now on; so far it was {pace_achieved}, and {pace_best} in the best {pace_best_days}-day run. "
            "About eight times in ten the year ends inside the 80% band."
        )
    )
    if content.programme.coverage.partial:
        method = paragraph(left_out(content.programme.coverage, say, content.settings)) + method
    return side_by_side(
        content.charts["s_curve"].html(say.language) + content.tables["classes"].html(say.language) + method,
        content.charts["paces"].html(say.language) + moved(content, say),
    )
