"""Earlier years of the bureau itself: by month or in whole, wide or long, as many as there are."""

from __future__ import annotations

import calendar
import datetime as dt
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.intake.flows import Flow, PeriodAmounts, Stated, checked, flows, joined
from cityanalytics.intake.yearlayouts import CLOSE, COMMON, months_across, years_across
from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks.dates import Period
from cityanalytics.workbooks.periods import Cumulation, StatedPeriod, period_of_cell
from cityanalytics.workbooks.units import Dimension

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cityanalytics.intake.reading import Reading, Rows
    from cityanalytics.workbooks.table import Column

_WHOLE = Period(dt.date(COMMON, 1, 1), CLOSE)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An amount of an earlier year.

    Parameters
    ----------
    year
        Its year.
    stated
        Its period, laid into a common year.
    amount
        Yuan.
    label, cell
        What its period is called, and where the amount stands.
    """

    year: int
    stated: StatedPeriod
    amount: float
    label: str
    cell: str | None


def history(reading: Reading) -> dict[str, Rows]:
    """Return the months and the whole of each earlier year that a table states."""
    entries = list(_entries(reading))
    column = next((one for one in _amount_columns(reading) if one.unit is not None), None)
    if column is None or column.unit is None or not entries:
        return {
            "history": _rows([], "year"),
            "history_months": _rows([], "year", "period_start", "period_end"),
        }
    years = sorted({entry.year for entry in entries})
    place = {year: row for row, year in enumerate(years)}
    by_period: dict[StatedPeriod, list[Entry]] = {}
    taken: dict[tuple[int, StatedPeriod], Entry] = {}
    for entry in entries:
        if (twice := taken.setdefault((entry.year, entry.stated), entry)) is not entry:
            reading.issues.append(_repeated(entry, twice))
            continue
        by_period.setdefault(entry.stated, []).append(entry)
    statements = [_statement(stated, own, place) for stated, own in sorted(by_period.items())]
    total = next((one for one in statements if one.period == _WHOLE), None)
    found = Stated(
        statements=tuple(one for one in statements if one is not total),
        total=total,
        plan=None,
        day=CLOSE,
        unit=column.unit,
    )
    own_flows, issues = flows(found)
    reading.issues.extend(issues)
    if not any(issue.severity is Severity.ERROR for issue in issues):
        reading.issues.extend(checked(found, own_flows))
    return {
        "history": _rows(
            [one for year in years if (one := _whole(year, place[year], found, own_flows))], "year"
        ),
        "history_months": _rows(
            [
                (years[flow.row], *_laid(flow.period, years[flow.row]), flow.amount, flow.cells)
                for flow in own_flows
                if flow.period != _WHOLE
            ],
            "year",
            "period_start",
            "period_end",
        ),
    }


def _entries(reading: Reading) -> Iterator[Entry]:
    table = reading.table
    month, amount = reading.column("month"), reading.column("amount")
    months, years = months_across(table), years_across(table)
    if month is not None and years:  # a row a month, years beside each other
        for letter, of_all in years.items():
            yield from _down(reading, table.column(letter), years=[of_all] * reading.height)
        return
    if month is not None and amount is not None:
        yield from _down(reading, amount, years=reading.years("year"))
        return
    own = reading.years("year")
    for column in table.columns:
        stated: StatedPeriod | None
        if column.letter in years and reading.column("year") is None:
            stated = StatedPeriod(
                period=_laid(_WHOLE, years[column.letter]), cumulation=Cumulation.NOTHING, beside=""
            )
        elif column is amount:
            stated = StatedPeriod(period=_WHOLE, cumulation=Cumulation.NOTHING, beside="")
        else:
            stated = months.get(column.letter)
        if stated is None:
            continue
        values, cells = reading.numbers(column, Dimension.MONEY), reading.cells(column)
        for at in range(reading.height):
            year = own[at] if reading.column("year") else stated.period.start.year
            if year is not None and not math.isnan(values[at]):
                yield Entry(
                    year=year, stated=_common(stated), amount=values[at], label=column.name, cell=cells[at]
                )


def _down(reading: Reading, column: Column, *, years: list[int | None]) -> Iterator[Entry]:
    """Give the amounts of a column whose rows name their months."""
    month = reading.column("month")
    values, cells = reading.numbers(column, Dimension.MONEY), reading.cells(column)
    for at, cell in enumerate([] if month is None else reading.table.raw(month)):
        year = years[at]
        stated = period_of_cell(cell, path=column.path, day=dt.date(year or COMMON, 12, 31))
        if stated is None or math.isnan(values[at]) or (year is None and stated.period.start.year == COMMON):
            continue
        yield Entry(
            year=year or stated.period.start.year,
            stated=_common(stated),
            amount=values[at],
            label=str(cell),
            cell=cells[at],
        )


def _amount_columns(reading: Reading) -> list[Column]:
    table = reading.table
    letters = [*months_across(table), *years_across(table)]
    amount = reading.column("amount")
    return [*([amount] if amount else []), *(table.column(letter) for letter in letters)]


def _statement(stated: StatedPeriod, entries: Sequence[Entry], place: Mapping[int, int]) -> PeriodAmounts:
    values = np.full(len(place), np.nan)
    cells: list[str | None] = [None] * len(place)
    for entry in entries:
        values[place[entry.year]], cells[place[entry.year]] = entry.amount, entry.cell
    first = entries[0]
    return PeriodAmounts(label=first.label, where=str(first.cell), stated=stated, values=values, cells=cells)


def _whole(year: int, row: int, found: Stated, own: Sequence[Flow]) -> tuple[int, float, str | None] | None:
    """Return what a whole year came to: the sum of its periods where they leave no day out, and no total agrees."""
    mine = sorted((flow for flow in own if flow.row == row), key=lambda flow: flow.period)
    days = sum((flow.period.end - flow.period.start).days + 1 for flow in mine)
    summed = sum(flow.amount for flow in mine)
    without_gap = days == (CLOSE - _WHOLE.start).days + 1
    stated = found.totals[row]
    if (
        not math.isnan(stated)
        and found.total
        and (not without_gap or abs(stated - summed) <= found.tolerance)
    ):
        return year, float(stated), found.total.cells[row]
    return (year, summed, joined([flow.cells for flow in mine])) if without_gap else None


def _rows(found: Sequence[tuple[object, ...]], *names: str) -> Rows:
    columns = (*names, "amount", "amount_cell")
    return {name: [row[at] for row in found] for at, name in enumerate(columns)}


def _common(stated: StatedPeriod) -> StatedPeriod:
    return stated._replace(period=_laid(stated.period, COMMON))


def _laid(period: Period, year: int) -> Period:
    """Return the same days in another year; the end of a month remains its end."""
    return Period(_day(period.start, year), _day(period.end, year))


def _day(day: dt.date, year: int) -> dt.date:
    last = calendar.monthrange(year, day.month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return dt.date(year, day.month, last if is_last else min(day.day, last))


def _repeated(entry: Entry, first: Entry) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code="PERIOD_REPEATED",
        where=str(entry.cell),
        value=f"{entry.year} {entry.label}",
        understood=Message.of(
            "a second amount of {what} for one period; also at {cell}", what=entry.year, cell=first.cell
        ),
        suggestion=Message.of("keep one row, or tell the two apart by name"),
    )
