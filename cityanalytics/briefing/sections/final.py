"""[final] Where the year ends; [method] how that was found, what other classes would say, and why it moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing.blocks import side_by_side
from cityanalytics.briefing.lacking import left_out, space
from cityanalytics.briefing.moved import moved
from cityanalytics.briefing.section import paragraph, part
from cityanalytics.briefing.terms import CLASSES
from cityanalytics.series.ownmonths import OWN_MONTHS
from cityanalytics.series.pool import SHORTEST

if TYPE_CHECKING:
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
    """Write where the year ends: the curve, and the rulers side by side."""
    curve = content.charts["s_curve"].html(say.language)
    if not content.pace.days_left:
        return curve + paragraph(say("The year is over: nothing is left to forecast."))
    why = paragraph(_why_they_differ(content, say))
    if content.programme.coverage.partial:
        why = paragraph(left_out(content.programme.coverage, say, content.settings)) + why
    years = (
        content.charts["likely_years"].html(say.language) if "likely_years" in content.charts else Markup("")
    )
    return side_by_side(years + content.tables["rulers"].html(say.language), curve) + why


def _why_they_differ(content: Composed, say: Wording) -> Markup:
    """Say why the rulers differ, what the forecast takes where that was never sustained, and what will settle it."""
    pace, expected = content.pace, content.figures["pace_expected"].value
    sentences = [
        say(
            "Paces leave out the season, the projects' own dates leave out delays; "
            "the published forecast goes on from this day as past years did."
        )
    ]
    if expected is not None and pace.best_days and expected > pace.best:
        sentences.append(
            say(
                "It takes {pace_expected} from now on, more than the best {pace_best_days}-day run of this year ({pace_best})."
            )
        )
    sentences.append(say("The amounts of the coming months will show which is right."))
    return space(say).join(sentences)


@part("method")
def method(content: Composed, say: Wording) -> Markup:
    """Write how the forecast was made, what other classes would say, and why it moved."""
    if not content.pace.days_left:
        return paragraph(say("The year is over: nothing is left to forecast."))
    return side_by_side(
        content.tables["classes"].html(say.language) + _method(content, say), moved(content, say)
    )


def _method(content: Composed, say: Wording) -> Markup:
    own = content.forecast.reference_class == OWN_MONTHS
    text = paragraph(
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
        text += paragraph(
            say(
                "Less than a month of the year has gone: the pace so far says little of the year, so the range is wider than the class's own."
            )
        )
    return text
