"""Charts of the companion workbook: which columns of which sheets, in the words of the page's charts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing import display
from cityanalytics.briefing.book import NativeChart, Series

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityanalytics.briefing.book import Look
    from cityanalytics.briefing.charts import ShownChart
    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.spreadsheet import BookColumn, BookSheet
    from cityanalytics.briefing.wording import Wording

MOST_BARS = 30


def native_charts(
    content: Composed, say: Wording, sheets: Mapping[str, BookSheet]
) -> tuple[NativeChart, ...]:
    """Return the charts of the sheets that have rows, with title and alternative text of the page's charts.

    Parameters
    ----------
    content
        The briefing's values.
    say
        The words of the workbook's language.
    sheets
        By id.
    """
    drawn = {"s_curve": _curve, "constraints": _constraints}
    return tuple(
        drawn.get(name, _progress)(content.charts[name], say, sheets[name])
        for name in ("s_curve", "categories", "units", "demolition", "constraints")
        if name in content.charts and sheets[name].rows
    )


def _curve(chart: ShownChart, say: Wording, sheet: BookSheet) -> NativeChart:
    low, middle, high = (say.plain(f"{{forecast_{level}}}") for level in ("p10", "p50", "p90"))
    looks: Mapping[str, tuple[Look, str]] = {
        "plan": ("plan", ""),
        "actual": ("actual", ""),
        "p10": ("range", low),
        "p50": ("forecast", middle),
        "p90": ("range", high),
    }
    return NativeChart(
        kind="lines",
        sheet=sheet.id,
        title=chart.title(say.language),
        alt=chart.alt(say.language),
        axis=say.plain("Cumulative investment, {unit}", unit=sheet.columns[sheet.place("plan")].unit),
        series=tuple(_numbers(sheet, sheet.place(key), look, value) for key, (look, value) in looks.items()),
        ticks=say.plain("mmm"),
    )


def _progress(chart: ShownChart, say: Wording, sheet: BookSheet) -> NativeChart:
    """Return plan and done by group, the largest gap first."""
    last = min(len(sheet.rows), MOST_BARS) - 1
    plan, done, share = map(
        sheet.place, ("planned_area" if sheet.id == "demolition" else "plan", "done", "share")
    )
    return NativeChart(
        kind="bars",
        sheet=sheet.id,
        title=chart.title(say.language),
        alt=chart.alt(say.language),
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


def _constraints(chart: ShownChart, say: Wording, sheet: BookSheet) -> NativeChart:
    gap = sheet.place("gap")
    return NativeChart(
        kind="bars",
        sheet=sheet.id,
        title=chart.title(say.language),
        alt=chart.alt(say.language),
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


def _shown(cell: str | float, column: BookColumn, say: Wording) -> str:
    if isinstance(cell, str):
        return cell
    places = len(column.format.partition(".")[2])
    return display.number(cell, say.language, places=places) + column.unit
