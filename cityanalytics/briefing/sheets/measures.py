"""Sheets of the whole programme: key measures, projects by stage, paces, the curve's values, every figure."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.names import name_of
from cityanalytics.briefing.number import NOT_APPLICABLE, applicable
from cityanalytics.briefing.sections.key import STAGES
from cityanalytics.briefing.spreadsheet import BookColumn, BookSheet
from cityanalytics.calendar import month_end
from cityanalytics.programme.progress import curve, plan_curve

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.spreadsheet import Given
    from cityanalytics.briefing.wording import Wording


#: Unit of a figure's exact value, in words.
UNITS = {
    "yuan": "yuan",
    "as stated": "unit of its sheet",
    "yuan per day": "yuan a day",
    "square metres": "square metres",
    "metres": "metres",
    "fraction": "fraction of 1",
    "fraction of one": "probability from 0 to 1",
    "points": "fraction of 1; 0.01 is one percentage point",
    "times": "times",
    "count": "number",
    "days": "days",
}


def key(content: Content, say: Wording) -> BookSheet:
    """Return plan, done, share and gap of investment and demolition, a unit a row."""
    rules, found = LANGUAGES[say.language], content.figures
    measures = [(say.plain("Investment"), "investment_to_date", "annual_plan", rules.amounts[0])]
    if content.programme.demolition.size:
        measures.append(
            (say.plain("Demolition"), "demolition_total", "demolition_total_planned", rules.areas[0])
        )
        measures += [
            (
                say.plain("Demolition: {kind}", kind=kind.label[say.language]),
                kind.key,
                f"{kind.key}_planned",
                rules.areas[0],
            )
            for kind in content.settings.demolition
        ]
    rows = [
        (
            label,
            scale.unit,
            *(_over(found[key].value, scale.per) for key in (plan, done)),
            found[f"{done}_share"].value,
            found[f"{done}_gap"].value,
        )
        for label, done, plan, scale in measures
    ]
    places = max(1, 1 + rules.amounts[0].places)
    return BookSheet.of(
        "key",
        say.plain("Key figures"),
        title=say.plain("Key figures: plan, done, share and gap"),
        lines=[say.plain("Plan and done are in the unit that each row names.")],
        columns=[
            BookColumn(label=say.plain("Measure")),
            BookColumn(label=say.plain("Unit of measure")),
            BookColumn.numbers(say.plain("Plan"), places=places, note="assumed"),
            BookColumn.numbers(say.plain("Done"), places=places),
            BookColumn.share(say.plain("Share")),
            BookColumn.share(say.plain("Gap"), unit=say.plain("percentage points"), note="gap"),
        ],
        rows=rows,
        language=say.language,
    )


def stages(content: Content, say: Wording) -> BookSheet:
    """Return number, plan, investment and share of projects by stage."""
    found, amounts = content.figures, LANGUAGES[say.language].amounts
    return BookSheet.of(
        "stages",
        say.plain("Stages"),
        title=say.plain("Projects by stage"),
        columns=[
            BookColumn(label=say.plain("Stage")),
            BookColumn.numbers(say.plain("Number of projects")),
            BookColumn.scaled(say.plain("Plan"), amounts, places=1),
            BookColumn.scaled(say.plain("Done"), amounts, places=1),
            BookColumn.share(say.plain("Share")),
            BookColumn.share(say.plain("Gap"), unit=say.plain("percentage points"), note="gap"),
        ],
        rows=[
            (
                say.plain(label),
                *(found[f"{key}{end}"].value for end in ("", "_plan", "_done")),
                *(applicable(found[f"{key}{end}"].value) for end in ("_share", "_gap")),
            )
            for key, label in STAGES
            if key in found
        ],
        language=say.language,
    )


def paces(content: Content, say: Wording) -> BookSheet:
    """Return required, achieved and best pace, by calendar and by working day."""
    pace, scale = content.pace, LANGUAGES[say.language].paces[0]
    columns = [
        replace(BookColumn.scaled(say.plain(label), (scale,), places=1), inner=say.plain("yuan a day"))
        for label in ("By calendar days", "By working days")
    ]
    rows: list[tuple[Given, ...]] = [
        (say.plain("Achieved"), pace.achieved, pace.achieved_working),
        (
            say.plain("Required"),
            *(
                value if pace.days_left else NOT_APPLICABLE
                for value in (pace.required, pace.required_working)
            ),
        ),
        (say.plain("Best {pace_best_days}-day run"), pace.best, NOT_APPLICABLE),
    ]
    return BookSheet.of(
        "paces",
        say.plain("Paces"),
        title=say.plain("Required against achieved pace"),
        lines=[
            say.plain("Calendar days: {days_gone} gone, {days_left} left"),
            say.plain("Working days: {working_days_gone} gone, {working_days_left} left"),
        ],
        columns=[BookColumn(label=say.plain("Pace")), *columns],
        rows=rows,
        language=say.language,
    )


def s_curve(content: Content, say: Wording) -> BookSheet:
    """Return the cumulative plan, investment and forecast at each month's end and on the data date."""
    programme, amounts = content.programme, LANGUAGES[say.language].amounts
    year, as_of = programme.as_of.year, programme.as_of
    days = sorted({month_end(dt.date(year, month, 1)) for month in range(1, 13)} | {as_of})
    done, plan = (
        dict(zip([stamp.date() for stamp in found.index], found.tolist(), strict=True))
        for found in (curve(programme), plan_curve(programme))
    )
    paths = [content.outlook.parts.city(level).to_dict() for level in (0.1, 0.5, 0.9)]
    places = 2
    return BookSheet.of(
        "s_curve",
        say.plain("S-curve"),
        title=say.plain("Cumulative investment: plan by elapsed time, actual, forecast"),
        lines=[say.plain("At the end of each month and on the data date.")],
        columns=[
            BookColumn.days(say.plain("Day")),
            BookColumn.scaled(say.plain("Plan by elapsed time"), amounts, places=places),
            BookColumn.scaled(say.plain("Actual"), amounts, places=places),
            BookColumn.scaled(say.plain("Low"), amounts, places=places, note="range"),
            BookColumn.scaled(say.plain("Median"), amounts, places=places),
            BookColumn.scaled(say.plain("High"), amounts, places=places, note="range"),
        ],
        rows=[
            (
                day,
                plan[day],
                done.get(day, NOT_APPLICABLE),
                *(path.get(day, NOT_APPLICABLE) for path in paths),
            )
            for day in days
        ],
        language=say.language,
    )


def figures(content: Content, say: Wording) -> BookSheet:
    """Return every figure of briefing.json: as it is shown, and its exact value."""
    return BookSheet.of(
        "figures",
        say.plain("All figures"),
        title=say.plain("Every figure of the briefing, as shown and exact"),
        lines=[
            say.plain("The key leads to the cells behind a figure: cityanalytics trace REPORT KEY."),
            say.plain("The exact value is in the unit beside it."),
        ],
        columns=[
            BookColumn(label=say.plain("Figure")),
            BookColumn(label=say.plain("As shown")),
            BookColumn(label=say.plain("Exact value"), format="General"),
            BookColumn(label=say.plain("Unit of the exact value")),
            BookColumn(label=say.plain("Key")),
        ],
        rows=[
            (
                name_of(figure.key, content.settings, say),
                figure.shown(say.language),
                figure.value,
                say.plain(UNITS[figure.unit]),
                figure.key,
            )
            for figure in content.figures.values()
        ],
        language=say.language,
    )


def _over(value: float | None, whole: float) -> float | None:
    return None if value is None else value / whole
