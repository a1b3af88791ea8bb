"""[record] Our record: earlier forecasts beside what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing import display
from cityanalytics.briefing.display import Table
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import bullets, paragraph, part
from cityanalytics.briefing.sections.final import CLASSES
from cityanalytics.outlook.record import LEAST_SCORED

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.outlook.record import Record, Score

#: So many forecasts stand on the page, the last ones; all are in the notebook ``05_forecast_record``.
MOST_ROWS = 8


@part("record")
def record(content: Content, say: Wording) -> Markup:
    """Show what was published before, with its scores, or say that there is no record yet."""
    return _published(content.record, say) + paragraph(
        say(
            "For comparison, with each public series of the class ({reference_class}) left out in turn, {class_coverage} "
            "of its years fell inside the 80% band.",
            reference_class=say(CLASSES[content.forecast.reference_class]),
        ),
        note=True,
    )


def _published(found: Record, say: Wording) -> Markup:
    if not found.scores:
        none = [
            say("No record yet: no forecast of this city had been published in time before the known-on day.")
        ]
        if not found.hindcasts:
            return paragraph(none[0])
        return bullets([*none, _hindcasts(say)]) + score_table(found, say, position=10, most=MOST_ROWS)
    said = [
        say("Forecasts published in time: {record_published}; for a year that has closed: {record_scored}.")
    ]
    if found.closed:
        said += [_accuracy(found, say), skill_sentence(found, say)]
    else:
        said.append(say("No score yet: none of their years has closed."))
    if found.hindcasts:
        said.append(_hindcasts(say))
    return bullets(said) + score_table(found, say, position=10, most=MOST_ROWS)


def score_table(found: Record, say: Wording, *, position: int, most: int | None = None) -> Markup:
    """Return the ledger's forecasts beside what happened, a row each, the last `most`; a hindcast is called one."""
    scores = sorted(
        (*found.scores, *found.hindcasts),
        key=lambda score: (score.forecast.as_of, score.forecast.published_on),
    )
    scale = LANGUAGES[say.language].amounts[0]
    rows: list[tuple[display.Cell, ...]] = [
        (
            display.date_text(score.forecast.as_of, say.language),
            _published_on(score, say),
            *(score.forecast.quantiles[name] for name in ("p10", "p50", "p90")),
            say("not closed") if score.outcome is None else score.outcome,
            _inside(score, say),
        )
        for score in (scores if most is None else scores[-most:])
    ]
    labels = ("Data date", "Published", "Low", "Median", "High", "Year's total", "In the band")
    table = Table.of(columns=[say(label) for label in labels], rows=rows)
    return (
        table.caption(
            say("Earlier forecasts beside what happened"),
            unit=say("{unit}; low to high is the 80% band", unit=scale.unit),
        )
        .numeric(2, 3, 4, 5, places=1 + scale.places, per=scale.per)
        .html(position, say.language)
    )


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


def _published_on(score: Score, say: Wording) -> str:
    day = display.date_text(score.forecast.published_on, say.language)
    return say("{day} (hindcast)", day=day) if score.forecast.hindcast else day


def _inside(score: Score, say: Wording) -> str:
    if score.inside is None:
        return say("not closed")
    return say("inside") if score.inside else say("outside")
