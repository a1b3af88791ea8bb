"""Charts of the companion workbook: which columns of which sheets, with the finding and its numbers in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing import display
from cityanalytics.briefing.book import NativeChart, Series
from cityanalytics.briefing.finding import demolished, finding
from cityanalytics.briefing.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityanalytics.briefing.book import Look
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.spreadsheet import BookColumn, BookSheet
    from cityanalytics.briefing.wording import Wording

MOST_BARS = 30
MOST_NAMED = 5


def charts(content: Content, say: Wording, sheets: Mapping[str, BookSheet]) -> tuple[NativeChart, ...]:
    """Return the charts of the sheets that have rows.

    Parameters
    ----------
    content
        The briefing's values.
    say
        The words of the workbook's language.
    sheets
        By id.
    """
    found = [
        _curve(content, say, sheets["s_curve"]),
        *(_progress(say, sheets[name]) for name in ("categories", "units", "demolition")),
        _constraints(say, sheets["constraints"]),
    ]
    return tuple(chart for chart in found if chart is not None)


def _curve(content: Content, say: Wording, sheet: BookSheet) -> NativeChart:
    low, middle, high = (say.plain(f"{{forecast_{level}}}") for level in ("p10", "p50", "p90"))
    looks: tuple[tuple[Look, str], ...] = (
        ("plan", ""),
        ("actual", ""),
        ("range", low),
        ("forecast", middle),
        ("range", high),
    )
    drawn = [
        _numbers(sheet, sheet.place(key), look, value)
        for key, (look, value) in zip(("plan", "actual", "p10", "p50", "p90"), looks, strict=True)
    ]
    title = (
        say.plain(
            "Median forecast {forecast_p50}, 80% range {forecast_p10} to {forecast_p90}; the plan is {annual_plan}"
        )
        if content.pace.days_left
        else say.plain("The year closed at {investment_to_date}; the plan was {annual_plan}")
    )
    return NativeChart(
        kind="lines",
        sheet=sheet.id,
        title=title,
        alt=say.plain(
            "Line chart of cumulative investment: {investment_to_date} by {day}; plan {annual_plan}; forecast median "
            "{forecast_p50}, 80% band {forecast_p10} to {forecast_p90}.",
            day=display.date_text(content.programme.as_of, say.language),
        ),
        axis=say.plain("Cumulative investment, {unit}", unit=sheet.columns[sheet.place("plan")].unit),
        series=tuple(drawn),
        ticks=say.plain("mmm"),
    )


def _progress(say: Wording, sheet: BookSheet) -> NativeChart | None:
    """Return plan and done by group, the largest gap first."""
    last = min(len(sheet.rows), MOST_BARS) - 1
    if last < 0:
        return None
    of_demolition = sheet.id == "demolition"
    plan, done, share = map(sheet.place, ("planned_area" if of_demolition else "plan", "done", "share"))
    title = (
        demolished(say)
        if of_demolition
        else finding(
            say, "unit" if sheet.id == "units" else "category", late=_late(sheet), first=str(sheet.rows[0][0])
        )
    )
    listed = _listed(sheet, (done, plan), say)
    return NativeChart(
        kind="bars",
        sheet=sheet.id,
        title=title,
        alt=say.plain("Bar chart of {title}, done of plan: {listed}.", title=sheet.title, listed=listed),
        axis=say.plain(
            "Outlined: plan, solid: done, {unit}; beside the bar: share of the plan",
            unit=sheet.columns[done].unit,
        ),
        series=(
            Series(column=done, first=0, last=last, look="actual"),
            Series(
                column=plan,
                first=0,
                last=last,
                look="plan",
                labels=tuple(_shown(row[share], sheet.columns[share], say) for row in sheet.rows[: last + 1]),
            ),
        ),
    )


def _late(sheet: BookSheet) -> bool:
    """Tell whether any group is short of elapsed time."""
    gap = sheet.place("gap")
    return any(isinstance(cell, float) and cell > 0 for cell in (row[gap] for row in sheet.rows))


def _constraints(say: Wording, sheet: BookSheet) -> NativeChart | None:
    if not sheet.rows:
        return None
    gap = sheet.place("gap")
    return NativeChart(
        kind="bars",
        sheet=sheet.id,
        title=say.plain("Constraint with the largest gap: {first}", first=sheet.rows[0][0]),
        alt=say.plain("Bar chart of the gap by constraint: {listed}.", listed=_listed(sheet, (gap,), say)),
        axis=say.plain("Gap to elapsed time, {unit}", unit=sheet.columns[gap].unit),
        series=(
            Series(
                column=gap,
                first=0,
                last=len(sheet.rows) - 1,
                look="past",
                labels=tuple(_shown(row[gap], sheet.columns[gap], say) for row in sheet.rows),
            ),
        ),
    )


def _numbers(sheet: BookSheet, column: int, look: Look, value: str) -> Series:
    """Return a column as a series over the stretch of rows that hold numbers, named where there is room.

    What runs on is named half-way, what the year ends with at its last point, with the value that the page shows.
    """
    rows = [at for at, row in enumerate(sheet.rows) if not isinstance(row[column], str)]
    named = rows[-1] if value else rows[len(rows) // 2]
    label = f"{sheet.columns[column].label} {value}".rstrip()
    return Series(
        column=column,
        first=rows[0],
        last=rows[-1],
        look=look,
        labels=tuple(label if at == named else "" for at in range(rows[0], rows[-1] + 1)),
    )


def _listed(sheet: BookSheet, columns: tuple[int, ...], say: Wording) -> str:
    """Name the first rows with their numbers, as the sheet shows them."""
    named = []
    for row in sheet.rows[:MOST_NAMED]:
        shown = "/".join(_shown(row[at], sheet.columns[at], say) for at in columns)
        named.append(f"{row[0]} {shown}")
    return LANGUAGES[say.language].join.join(named)


def _shown(cell: str | float, column: BookColumn, say: Wording) -> str:
    if isinstance(cell, str):
        return cell
    places = len(column.format.partition(".")[2])
    return display.number(cell, say.language, places=places) + column.unit
