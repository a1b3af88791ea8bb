"""One table of a workbook, read by field: values in base units, addresses of cells, and doubts."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from cityanalytics.intake.flows import Flow, PeriodAmounts, Stated, checked, flows
from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks.cells import State, is_missing, squeezed
from cityanalytics.workbooks.dates import Period, Precision
from cityanalytics.workbooks.periods import Cumulation, StatedPeriod, period_of_cell
from cityanalytics.workbooks.units import Dimension, to_base

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TypeAlias

    from cityanalytics.intake.match import Match, Synonyms
    from cityanalytics.intake.register import Receipt
    from cityanalytics.workbooks.numeric import Numbers
    from cityanalytics.workbooks.table import Column, Table
    from cityanalytics.workbooks.units import Unit

#: Rows of a table, column by column: lists of one length. Nothing is None, or nan among numbers.
Rows: TypeAlias = "dict[str, list[Any]]"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where a table comes from.

    Parameters
    ----------
    receipt
        The workbook as it was received.
    data_date
        Day that its figures describe.
    aliases
        Name as written to the name a project is kept under.
    synonyms
        What headers and words mean.
    """

    receipt: Receipt
    data_date: dt.date
    aliases: Mapping[str, str]
    synonyms: Synonyms


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Reads columns of one table by field, and collects the doubts; all lists have one entry a data row.

    Parameters
    ----------
    table, match
        The table, and which column is which field.
    origin
        Where it comes from.
    issues
        The doubts so far.
    """

    table: Table
    match: Match
    origin: Origin
    issues: list[Issue] = field(default_factory=list)
    _known: dict[str, list[object]] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """How many data rows the table has."""
        return len(self.table.rows["data"])

    def column(self, name: str) -> Column | None:
        """Return the column of a field, or None."""
        return self.match.columns.get(name)

    def cells(self, column: Column | None) -> list[str | None]:
        """Return the address of each row's cell in a column; None where there is no column."""
        return [None] * self.height if column is None else [*self.table.cells_of(column)]

    def _cell(self, column: Column, at: int) -> str:
        return f"{self.table.file}!{self.table.sheet}!{column.letter}{self.table.rows['data'][at]}"

    def _raw(self, column: Column) -> list[object]:
        if column.letter not in self._known:
            self._known[column.letter] = self.table.raw(column)
        return self._known[column.letter]

    def cells_of(self, name: str) -> list[str | None]:
        """Return the address of each row's cell of a field."""
        return self.cells(self.column(name))

    def texts(self, name: str) -> list[str | None]:
        """Return a column as text; dashes and words such as 无 are missing."""
        column = self.column(name)
        return [None] * self.height if column is None else self.table.texts(column)

    def names(self, name: str) -> list[str | None]:
        """Return names without white space, in half-width forms."""
        column = self.column(name)
        return [None] * self.height if column is None else self.table.names(column)

    def words(self, name: str) -> list[str | None]:
        """Return a column's words as their canonical meaning."""
        meanings = self.origin.synonyms.words[name]
        found = []
        for at, text in enumerate(self.texts(name)):
            meant = None if text is None else meanings.get(squeezed(text).lower())
            if text is not None and meant is None:
                known = Message.of("no value; known words: {words}", words=", ".join(meanings))
                self._unread(self.column(name), at, known)
            found.append(meant)
        return found

    def dates(self, name: str, *, unread: bool = True) -> list[dt.date | None]:
        """Return a column as days; of a month or year the last day counts, and its doubt is said.

        Without `unread` the caller says what is no day.
        """
        column = self.column(name)
        if column is None:
            return [None] * self.height
        found = self.table.dates(column, year=self.origin.data_date.year)
        for at, dated in enumerate(found):
            if unread and dated.state is State.UNPARSED:
                self._unread(column, at, Message.of("no value; expected a date such as 2010-09-22"))
        for at, dated in enumerate(found):
            if dated.period is not None and dated.precision is not Precision.DAY:
                self.doubt(
                    "DATE_PRECISION",
                    name,
                    at,
                    Message.of("{day}, the last day of what is written", day=dated.period.end),
                    Message.of("write the day"),
                )
        return [None if dated.period is None else dated.period.end for dated in found]

    def years(self, name: str) -> list[int | None]:
        """Return a column as years."""
        column = self.column(name)
        if column is None:
            return [None] * self.height
        dates = self.table.dates(column)
        return [None if dated.period is None else dated.period.end.year for dated in dates]

    def numbers(self, column: Column | None, dimension: Dimension) -> list[float]:
        """Return a column in base units; one without a unit, or with another kind of unit, blocks."""
        nothing = [math.nan] * self.height
        if column is None:
            return nothing
        read = self.table.numbers(column)
        if not (read.parsed | read.unparsed).any():
            return nothing  # nothing is written, so nothing needs a unit
        if column.unit is None or column.unit.dimension is not dimension:
            stated = column.unit.name if column.unit else "none"
            self.issues.append(
                Issue(
                    severity=Severity.ERROR,
                    code="UNIT_UNKNOWN" if column.unit is None else "UNIT_CONFLICT",
                    where=f"{self.table.file}!{self.table.sheet}!{column.letter}",
                    value=column.name,
                    understood=Message.of(
                        "unit: {unit}; expected {dimension}", unit=stated, dimension=dimension.value
                    ),
                    suggestion=Message.of("state the unit in the header or in the row above the table"),
                )
            )
            return nothing
        self._unread_numbers(column, read, Message.of("no value; expected a number"))
        unit = column.unit
        return [to_base(value, unit) for value in read.value.tolist()]

    def amounts(self, name: str) -> list[float]:
        """Return a column of money in yuan."""
        return self.numbers(self.column(name), Dimension.MONEY)

    def quantities(self, name: str, units: Sequence[Unit | None]) -> list[float]:
        """Return a column in base units, each row in its own unit."""
        column = self.column(name)
        if column is None:
            return [math.nan] * self.height
        values = self.table.numbers(column).value.tolist()
        return [to_base(value, unit) if unit else math.nan for value, unit in zip(values, units, strict=True)]

    def units(self, name: str) -> list[Unit | None]:
        """Return a column as the units that it names."""
        column = self.column(name)
        return [None] * self.height if column is None else self.table.units_of(column)

    def shares(self, name: str) -> list[float]:
        """Return a column of shares as fractions; a text with its own % sign carries its unit itself."""
        column = self.column(name)
        if column is None:
            return [math.nan] * self.height
        read = self.table.numbers(column)
        self._unread_numbers(column, read, Message.of("no value; expected a share such as 45%"))
        values: list[float] = read.value.tolist()
        unit = column.unit
        if unit is not None and unit.dimension is Dimension.SHARE:
            return [to_base(value, unit) for value in values]
        for at, (value, signed) in enumerate(zip(values, self.table.percent(column).tolist(), strict=True)):
            if not signed and not math.isnan(value) and value != 0:
                self.doubt(
                    "UNIT_UNKNOWN",
                    name,
                    at,
                    Message.of("no value: it may be a fraction or per cent"),
                    Message.of("write % into the header or the cell"),
                )
                values[at] = math.nan
        return values

    def required(self, rows: Rows, positions: Sequence[int], *names: str) -> list[int]:
        """Return the positions of the rows that have a value in the columns `names`; each other one blocks."""
        whole = list(positions)
        for name in names:
            for at in whole:
                if _is_missing(rows[name][at]):
                    self.doubt(
                        "VALUE_MISSING",
                        name,
                        at,
                        Message.of("no value where one is needed; the row is not read"),
                        Message.of("fill it in and send the workbook again"),
                        severity=Severity.ERROR,
                    )
            whole = [at for at in whole if not _is_missing(rows[name][at])]
        return whole

    def not_negative(self, rows: Rows, positions: Sequence[int], *names: str) -> list[int]:
        """Return the positions of the rows without a negative value in the columns `names`; each other one blocks."""
        for name in names:
            for at in positions:
                if rows[name][at] < 0:
                    self.doubt(
                        "NEGATIVE_VALUE",
                        name,
                        at,
                        Message.of("below zero where that has no meaning; the row is not read"),
                        Message.of("correct the cell and send the workbook again"),
                        severity=Severity.ERROR,
                    )
        return [at for at in positions if not any(rows[name][at] < 0 for name in names)]

    def projects(self) -> list[str | None]:
        """Return the names that projects are kept under."""
        aliases = self.origin.aliases
        return [None if name is None else aliases.get(name, name) for name in self.names("project")]

    def _unread_numbers(self, column: Column, read: Numbers, understood: Message) -> None:
        for at in read.unparsed.nonzero()[0].tolist():
            self._unread(column, at, understood)

    def _unread(self, column: Column | None, at: int, understood: Message) -> None:
        if column is None:
            return
        self.issues.append(
            Issue(
                severity=Severity.WARNING,
                code="UNPARSED",
                where=self._cell(column, at),
                value=str(self._raw(column)[at]),
                understood=understood,
                suggestion=Message.of("correct the cell and send the workbook again"),
            )
        )

    def doubt(
        self,
        code: str,
        name: str,
        at: int,
        understood: Message,
        suggestion: Message,
        *,
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Note a doubt about a field of a row, by its position."""
        column = self.column(name)
        raw = None if column is None else self._raw(column)[at]
        self.issues.append(
            Issue(
                severity=severity,
                code=code,
                where="" if column is None else self._cell(column, at),
                value="" if raw is None else str(raw),
                understood=understood,
                suggestion=suggestion,
            )
        )

    def stated(self, dimension: Dimension, *, plan: Sequence[float] | None = None) -> Stated | None:
        """Return what the table states by period, in base units; None where it states no amount of the year."""
        periods = self.table.periods(self.origin.data_date)
        columns = [self.table.column(letter) for letter in self.match.periods]
        total = self._statement(self.column("cumulative"), self._to_date, dimension)
        statements = [self._statement(column, periods[column.letter], dimension) for column in columns]
        units = [column.unit for column in (self.column("cumulative"), *columns) if column and column.unit]
        unit = next((unit for unit in units if unit.dimension is dimension), None)
        if unit is None:
            return None
        return Stated(
            statements=tuple(one for one in statements if one),
            total=total,
            plan=None if plan is None else np.array(plan, dtype=float),
            day=self.origin.data_date,
            unit=unit,
        )

    @property
    def _to_date(self) -> StatedPeriod:
        day = self.origin.data_date
        return StatedPeriod(
            period=Period(day.replace(month=1, day=1), day), cumulation=Cumulation.TO_DATE, beside=""
        )

    def _statement(
        self, column: Column | None, stated: StatedPeriod, dimension: Dimension
    ) -> PeriodAmounts | None:
        if column is None:
            return None
        return PeriodAmounts(
            label=column.name,
            where=f"{self.table.file}!{self.table.sheet}!{column.letter}",
            stated=stated,
            values=np.array(self.numbers(column, dimension), dtype=float),
            cells=self.cells(column),
        )

    def periods(
        self,
        dimension: Dimension,
        value: str,
        *,
        plan: Sequence[float] | None = None,
        elsewhere: bool = False,
    ) -> tuple[list[int], Rows]:
        """Return one entry a stretch of days and table row: positions of the rows; first and last day, value, cells.

        Where the amounts by month stand in a table of their own (`elsewhere`), the total alone is none.
        """
        found = self.stated(dimension, plan=plan)
        own: list[Flow] = []
        if found is not None and not (elsewhere and not found.statements):
            own, issues = flows(found)
            self.issues.extend(issues)
            for one in found.statements:
                self._not_yet(one)
            if found.statements and not any(issue.severity is Severity.ERROR for issue in issues):
                self.issues.extend(checked(found, own))
        return [flow.row for flow in own], _as_rows(own, value)

    def periods_by_row(
        self, name: str, named: Sequence[str | None], dimension: Dimension
    ) -> tuple[list[str], Rows]:
        """Return stretches of days where each period of each of `named` has a row of its own, and whose they are."""
        fields = ("amount", "amount_to_date")
        statements = [one for field in fields for one in self._of_rows(field, name, named, dimension)]
        column = self.column("amount")
        if column is None or column.unit is None or not statements:
            return [], _as_rows([], "amount")
        found = Stated(
            statements=tuple(statements), total=None, plan=None, day=self.origin.data_date, unit=column.unit
        )
        own_flows, issues = flows(found)
        self.issues.extend(issues)
        for one in statements:
            self._not_yet(one)
        owners = list(dict.fromkeys(whose for whose in named if whose is not None))
        return [owners[flow.row] for flow in own_flows], _as_rows(own_flows, "amount")

    def _of_rows(
        self, field: str, name: str, named: Sequence[str | None], dimension: Dimension
    ) -> Iterator[PeriodAmounts]:
        """Give what a column states of each period that rows name, one amount each of `named`."""
        column, month = self.column(field), self.column("month")
        if column is None:
            return
        amounts, cells = self.numbers(column, dimension), self.cells(column)
        owners = {
            whose: at for at, whose in enumerate(dict.fromkeys(one for one in named if one is not None))
        }
        by_period: dict[StatedPeriod, dict[str, int]] = {}
        for at, (whose, period) in enumerate(zip(named, self._row_periods(field), strict=True)):
            if whose is None or period is None or math.isnan(amounts[at]):
                continue
            if whose in by_period.setdefault(period, {}):
                self.doubt(
                    "PERIOD_REPEATED",
                    field,
                    at,
                    Message.of(
                        "a second amount of {what} for one period; also at {cell}",
                        what=whose,
                        cell=cells[by_period[period][whose]],
                    ),
                    Message.of("keep one row, or tell the two apart by name"),
                    severity=Severity.ERROR,
                )
            by_period[period][whose] = at
        for period, rows in sorted(by_period.items()):
            values = np.full(len(owners), np.nan)
            own: list[str | None] = [None] * len(owners)
            for whose, at in rows.items():
                values[owners[whose]], own[owners[whose]] = amounts[at], cells[at]
            yield PeriodAmounts(
                label=name if month is None else str(self._raw(month)[next(iter(rows.values()))]),
                where=f"{self.table.file}!{self.table.sheet}!{column.letter}",
                stated=period,
                values=values,
                cells=own,
            )

    def _row_periods(self, field: str) -> list[StatedPeriod | None]:
        """Return the period that each row names in its own cell; the amount's label may say that they are to date."""
        month, amount = self.column("month"), self.column(field)
        years = self.years("year")
        if month is None:
            return [None] * self.height
        found: list[StatedPeriod | None] = []
        for at, cell in enumerate(self._raw(month)):
            read = period_of_cell(cell, path=amount.path if amount else (), day=self._day_of(years[at]))
            if read is None and field == "amount" and not is_missing(cell):  # said once of a row
                self._unread(month, at, Message.of("no value; expected a month such as 2010年9月"))
            found.append(read)
        return found

    def _day_of(self, year: int | None) -> dt.date:
        """Return the data date, or of another year its last day."""
        day = self.origin.data_date
        return day if year is None or year == day.year else dt.date(year, 12, 31)

    def _not_yet(self, one: PeriodAmounts) -> None:
        """Say what is stated of a period that begins after the day that the workbook describes."""
        stated = np.flatnonzero(np.nan_to_num(one.values) != 0).tolist()
        if one.period.start > self.origin.data_date and stated:
            self.issues.append(
                Issue(
                    severity=Severity.ERROR,
                    code="PERIOD_AFTER_DATA_DATE",
                    where=str(one.cells[stated[0]]),
                    value=one.label,
                    understood=Message.of(
                        "of a period from {start} on; filed under {quarter}, whose data date is {day}",
                        start=one.period.start,
                        quarter=self.origin.receipt.quarter,
                        day=self.origin.data_date,
                    ),
                    suggestion=Message.of(
                        "withdraw it and receive it with the right --quarter, or send it again without what lies ahead"
                    ),
                )
            )


def _as_rows(own: Sequence[Flow], value: str) -> Rows:
    return {
        value: [flow.amount for flow in own],
        f"{value}_cell": [flow.cells for flow in own],
        "period_start": [flow.period.start for flow in own],
        "period_end": [flow.period.end for flow in own],
    }


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))
