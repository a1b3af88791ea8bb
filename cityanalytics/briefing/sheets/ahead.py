"""Sheets of what is expected: scenarios, reference classes, why the forecast moved, our record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing import display
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.moved import CAUSES
from cityanalytics.briefing.number import NOT_APPLICABLE, Value, applicable
from cityanalytics.briefing.sections.final import CLASSES
from cityanalytics.briefing.sections.what_if import NAMES, SENTENCES
from cityanalytics.briefing.spreadsheet import BookColumn, BookSheet
from cityanalytics.briefing.trackrecord import SHOWN_STEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.spreadsheet import Given
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.series.methods import YearTotal

_BAND = (0.1, 0.5, 0.9)


def scenarios(content: Content, say: Wording) -> BookSheet:
    """Return the scenarios against base, with their ranges."""
    return BookSheet.of(
        "scenarios",
        say.plain("Scenarios"),
        title=say.plain("Scenarios against base"),
        lines=[
            say.plain(
                "Each scenario sets the median pace after the data date and leaves the spread as it is."
            )
        ],
        columns=[
            BookColumn(label=say.plain("Scenario")),
            BookColumn.numbers(say.plain("Pace against base"), unit=say.plain("times"), places=2),
            *_band(say),
            BookColumn(label=say.plain("What it means")),
        ],
        rows=[
            (
                say.plain(NAMES[scenario.name]),
                scenario.pace,
                *_levels(scenario.forecast),
                say.plain(SENTENCES[scenario.name]),
            )
            for scenario in content.scenarios
        ],
        language=say.language,
    )


def classes(content: Content, say: Wording) -> BookSheet:
    """Return what each reference class would say."""
    used = content.forecast.reference_class
    return BookSheet.of(
        "classes",
        say.plain("Reference classes"),
        title=say.plain("What each reference class would say"),
        columns=[
            BookColumn(label=say.plain("Reference class")),
            *_band(say),
            BookColumn(label=say.plain("Used in the briefing")),
        ],
        rows=[
            (
                say.plain(CLASSES.get(forecast.reference_class, forecast.reference_class)),
                *_levels(forecast),
                say.plain("yes") if forecast.reference_class == used else say.plain("no"),
            )
            for forecast in content.alternatives
        ],
        language=say.language,
    )


def bridge(content: Content, say: Wording) -> BookSheet:
    """Return the walk from the last forecast to this one, with the steps that the page shows."""
    amounts, walk = LANGUAGES[say.language].amounts, content.bridge
    rows: list[tuple[Given, ...]] = []
    if walk is not None:
        median, chance = walk.median_steps(SHOWN_STEP), walk.probability_steps()
        label = "Last forecast, {day}" if walk.earlier.published_on else "Hindcast, {day}"
        first = say.plain(label, day=display.date_text(walk.earlier.as_of, say.language))
        last = say.plain("This forecast, {day}", day=display.date_text(content.programme.as_of, say.language))
        rows = [
            (first, NOT_APPLICABLE, walk.medians[0], NOT_APPLICABLE, applicable(walk.probabilities[0])),
            *(
                (
                    say.plain(CAUSES[cause]),
                    median[cause] * SHOWN_STEP,
                    level,
                    chance[cause] * 0.01 if chance else NOT_APPLICABLE,
                    applicable(probability),
                )
                for cause, level, probability in zip(
                    CAUSES, walk.medians[1:], walk.probabilities[1:], strict=True
                )
            ),
            (
                last,
                sum(median.values()) * SHOWN_STEP,
                walk.medians[-1],
                sum(chance.values()) * 0.01 if chance else NOT_APPLICABLE,
                applicable(walk.probabilities[-1]),
            ),
        ]
    return BookSheet.of(
        "bridge",
        say.plain("Forecast change"),
        title=say.plain("Why the forecast moved"),
        lines=[say.plain("The last row's changes are the sums of the steps above.")],
        columns=[
            BookColumn(label=say.plain("Step")),
            BookColumn.scaled(say.plain("Change"), amounts, places=1, note="steps"),
            BookColumn.scaled(say.plain("Median"), amounts, places=1),
            BookColumn.share(
                say.plain("Change of the chance"), unit=say.plain("percentage points"), places=0, note="steps"
            ),
            BookColumn.chances(say.plain("Chance of meeting the plan")),
        ],
        rows=rows,
        language=say.language,
        empty=say.plain("No earlier forecast of this year can be compared with this one."),
    )


def record(content: Content, say: Wording) -> BookSheet:
    """Return earlier forecasts beside what happened, hindcasts labelled."""
    amounts = LANGUAGES[say.language].amounts
    rows = []
    for score in (*content.record.scores, *content.record.hindcasts):
        made = score.forecast
        closed = score.outcome is not None
        inside = say.plain("inside") if score.inside else say.plain("outside")
        rows.append(
            (
                made.as_of,
                made.published_on,
                say.plain("hindcast, not counted") if made.hindcast else say.plain("published in time"),
                *(made.quantiles[name] for name in ("p10", "p50", "p90")),
                made.probability,
                score.outcome if closed else say.plain("not closed"),
                inside if closed else say.plain("not closed"),
                made.by,
            )
        )
    return BookSheet.of(
        "record",
        say.plain("Record"),
        title=say.plain("Our record: earlier forecasts beside what happened"),
        columns=[
            BookColumn.days(say.plain("Data date")),
            BookColumn.days(say.plain("Published")),
            BookColumn(label=say.plain("Kind of forecast"), note="hindcast"),
            *_band(say),
            BookColumn.scaled(say.plain("Year's total"), amounts, places=1),
            BookColumn(label=say.plain("In the band")),
            BookColumn(label=say.plain("Published by")),
        ],
        rows=rows,
        language=say.language,
        empty=say.plain(
            "No record yet: no forecast of this city had been published in time before the known-on day."
        ),
    )


def _band(say: Wording) -> Sequence[BookColumn]:
    amounts = LANGUAGES[say.language].amounts
    return (
        BookColumn.scaled(say.plain("Low"), amounts, places=1, note="range"),
        BookColumn.scaled(say.plain("Median"), amounts, places=1),
        BookColumn.scaled(say.plain("High"), amounts, places=1, note="range"),
        BookColumn.chances(say.plain("Chance of meeting the plan")),
    )


def _levels(forecast: YearTotal) -> tuple[Value, ...]:
    return (*(forecast.quantile(level) for level in _BAND), applicable(forecast.probability))
