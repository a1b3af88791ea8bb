"""[record] Our record: earlier forecasts beside what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.section import bullets, paragraph, part
from cityanalytics.briefing.terms import CLASSES
from cityanalytics.outlook.record import LEAST_SCORED
from cityanalytics.series.ownmonths import OWN_MONTHS

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.outlook.record import Record


@part("record")
def record(content: Composed, say: Wording) -> Markup:
    """Show what was published before, with its scores, or say that there is no record yet."""
    if content.forecast.reference_class == OWN_MONTHS:
        return _published(content, say)
    return _published(content, say) + paragraph(
        say(
            "For comparison, with each public series of the class ({reference_class}) left out in turn, {class_coverage} "
            "of its years fell inside the 80% band.",
            reference_class=say(CLASSES[content.forecast.reference_class]),
        ),
        note=True,
    )


def _published(content: Composed, say: Wording) -> Markup:
    found, table = content.record, content.tables["record"].html(say.language)
    if not found.scores and not found.hindcasts:
        return table
    if not found.scores:
        none = say(
            "No record yet: no forecast of this city had been published in time before the known-on day."
        )
        return bullets([none, _hindcasts(say)]) + table
    items = [
        say("Forecasts published in time: {record_published}; for a year that has closed: {record_scored}.")
    ]
    if found.closed:
        items += [_accuracy(found, say), skill_sentence(found, say)]
    else:
        items.append(say("No score yet: none of their years has closed."))
    if found.hindcasts:
        items.append(_hindcasts(say))
    return bullets(items) + table


def skill_sentence(found: Record, say: Wording) -> Markup:
    """Say how much better than simple rules the forecasts were, or that there is no skill yet."""
    if len(found.closed) < LEAST_SCORED:
        return say(
            "No skill yet: forecasts scored, {record_scored}; fewer than {record_least_scored} prove nothing."
        )
    if not found.has_skill:
        return say(
            "No skill yet: over these forecasts a simple rule (the pace so far, or last year's shape) did as well or better."
        )
    if found.skill("last_year_shape") is None:
        return say(
            "Skill: the loss is {record_skill_run_rate} smaller than that of the pace so far; last year's shape is not known."
        )
    return say(
        "Skill: the loss is {record_skill_run_rate} smaller than that of the pace so far, and {record_skill_last_year_shape} smaller than that of last year's shape."
    )


def _accuracy(found: Record, say: Wording) -> Markup:
    if (found.bias or 0.0) >= 0:
        return say(
            "Outcomes inside the 80% band: {record_inside} of {record_scored}; the medians were {record_bias_size} too high on average."
        )
    return say(
        "Outcomes inside the 80% band: {record_inside} of {record_scored}; the medians were {record_bias_size} too low on average."
    )


def _hindcasts(say: Wording) -> Markup:
    return say.counted(
        "{record_hindcasts} entry of the ledger is a hindcast, published too late for its day; it does not count.",
        "{record_hindcasts} entries of the ledger are hindcasts, published too late for their day; they do not count.",
        "record_hindcasts",
    )
