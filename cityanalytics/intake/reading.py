"""One table of a workbook, read by field: values in base units, addresses of cells, and doubts."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks.cells import State, squeezed
from cityanalytics.workbooks.dates import Period, read_period
from cityanalytics.workbooks.units import Dimension, series_to_base

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from cityanalytics.intake.match import Match, Synonyms
    from cityanalytics.intake.register import Receipt
    from cityanalytics.workbooks.tables import Column, Table


#: A label that is a period of the year; a bare year or a day is none.
PERIOD_WORD = re.compile(r"[月季旬]|半年")
SHARE_SIGN = re.compile("[%％‰]")
BASE_MEASURES = {Dimension.COUNT: "count", Dimension.LENGTH: "metres", Dimension.AREA: "square metres"}
#: A stated sum of a row may differ by what rounding explains, in base units.
ROUNDING = 1.0


@dataclass(frozen=True, kw_only=True)
class Source:
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


def period_columns(table: Table, year: int) -> dict[str, Period]:
    """Return the columns that are months or other periods of a year, by letter."""
    found = {}
    for column in table.columns:
        label = column.path[-1] if column.path else ""
        period = read_period(label, year=year) if PERIOD_WORD.search(label) else None
        if period is not None and period.start.year == year and _holds_numbers(table, column):
            found[column.letter] = period
    return found


def _holds_numbers(table: Table, column: Column) -> bool:
    """Tell whether a column holds numbers, or nothing yet."""
    if column.kind == "number":
        return True
    read = table.numbers(column.letter)
    return not (read.parsed | read.unparsed).any()


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Reads columns of one table by field, and collects the doubts.

    Parameters
    ----------
    table, match
        The table, and which column is which field.
    source
        Where it comes from.
    issues
        The doubts so far.
    """

    table: Table
    match: Match
    source: Source
    issues: list[Issue] = field(default_factory=list)

    def column(self, name: str) -> Column | None:
        """Return the column of a field, or None."""
        return self.match.columns.get(name)

    def raw(self, name: str) -> pd.Series:
        """Return the raw cells of a field; missing where the table has no such column."""
        column = self.column(name)
        if column is None:
            rows = self.table.frame.index
            return pd.Series([None] * len(rows), index=rows, dtype=object)
        return self.table.frame[column.letter]

    def cells(self, letter: str | None) -> pd.Series:
        """Return the address of each row's cell in a column; missing where there is no column."""
        rows = self.table.frame.index.to_series()
        if letter is None:
            return pd.Series(None, index=rows.index, dtype=object)
        return f"{self.source.receipt.file}!{self.table.sheet}!{letter}" + rows.astype(str)

    def cells_of(self, name: str) -> pd.Series:
        """Return the address of each row's cell of a field."""
        column = self.column(name)
        return self.cells(column.letter if column else None)

    def texts(self, name: str) -> pd.Series:
        """Return a column as text; dashes and words such as 无 are missing."""
        column, raw = self.column(name), self.raw(name)
        if column is None:
            return raw
        read = self.table.numbers(column.letter)
        there = (read.parsed | read.unparsed).tolist()
        return pd.Series(
            [
                str(cell).strip() if kept and cell is not None else None
                for cell, kept in zip(raw.tolist(), there, strict=True)
            ],
            index=raw.index,
            dtype=object,
        )

    def names(self, name: str) -> pd.Series:
        """Return names without white space, in half-width forms."""
        raw = self.raw(name)
        return pd.Series(
            [None if cell is None else squeezed(str(cell)) for cell in raw.tolist()],
            index=raw.index,
            dtype=object,
        )

    def words(self, name: str) -> pd.Series:
        """Return a column's words as their canonical meaning."""
        meanings = self.source.synonyms.words[name]
        texts = self.texts(name)
        meant = pd.Series(
            [None if text is None else meanings.get(squeezed(text).lower()) for text in texts.tolist()],
            index=texts.index,
            dtype=object,
        )
        self._unread(
            name,
            texts.notna() & meant.isna(),
            Message.of("no value; known words: {words}", words=", ".join(meanings)),
        )
        return meant

    def dates(self, name: str) -> pd.Series:
        """Return a column as days; of a month or year the last day counts, and its doubt is said."""
        column = self.column(name)
        if column is None:
            return pd.Series(pd.NaT, index=self.table.frame.index)
        found = self.table.dates(column.letter, year=self.source.data_date.year)
        self._unread(
            name,
            found["state"] == State.UNPARSED.value,
            Message.of("no value; expected a date such as 2010-09-22"),
        )
        rough = (found["state"] == State.PARSED.value) & (found["precision"] != "day")
        for row in found.index[rough]:
            self.say(
                "DATE_PRECISION",
                name,
                row,
                Message.of("{day}, the last day of what is written", day=found.loc[row, "end"].date()),
                Message.of("write the day"),
            )
        return found["end"]

    def numbers(self, column: Column | None, dimension: Dimension) -> pd.Series:
        """Return a column in base units; one without a unit, or with another kind of unit, blocks."""
        index = self.table.frame.index
        if column is None:
            return pd.Series(float("nan"), index=index)
        read = self.table.numbers(column.letter)
        if not (read.parsed | read.unparsed).any():
            return pd.Series(read.value, index=index)  # nothing is written, so nothing needs a unit
        if column.unit is None or column.unit.dimension is not dimension:
            stated = column.unit.name if column.unit else "none"
            self.issues.append(
                Issue(
                    severity=Severity.ERROR,
                    code="UNIT_UNKNOWN" if column.unit is None else "UNIT_CONFLICT",
                    where=f"{self.source.receipt.file}!{self.table.sheet}!{column.letter}",
                    value=column.name,
                    understood=Message.of(
                        "unit: {unit}; expected {dimension}", unit=stated, dimension=dimension.value
                    ),
                    suggestion=Message.of("state the unit in the header or in the row above the table"),
                )
            )
            return pd.Series(float("nan"), index=index)
        for row in index[read.unparsed]:
            self._unread_cell(column.letter, row, Message.of("no value; expected a number"))
        return series_to_base(pd.Series(read.value, index=index), column.unit)

    def amounts(self, name: str) -> pd.Series:
        """Return a column of money in yuan."""
        return self.numbers(self.column(name), Dimension.MONEY)

    def quantities(self, name: str) -> pd.Series:
        """Return a column of numbers in the units that it is written in."""
        column, index = self.column(name), self.table.frame.index
        value = float("nan") if column is None else self.table.numbers(column.letter).value
        return pd.Series(value, index=index, dtype=float)

    def shares(self, name: str) -> pd.Series:
        """Return a column of shares as fractions; a text with its own % sign carries its unit itself."""
        column, index = self.column(name), self.table.frame.index
        if column is None:
            return pd.Series(float("nan"), index=index)
        read = self.table.numbers(column.letter)
        values = pd.Series(read.value, index=index)
        self._unread(
            name,
            pd.Series(read.unparsed, index=index),
            Message.of("no value; expected a share such as 45%"),
        )
        raw = self.raw(name)
        signed = pd.Series(
            [isinstance(cell, str) and SHARE_SIGN.search(cell) is not None for cell in raw.tolist()],
            index=index,
            dtype=bool,
        )
        if column.unit is not None and column.unit.dimension is Dimension.SHARE:
            return series_to_base(values, column.unit).where(~signed, values)
        bare = ~signed & values.notna() & (values != 0)
        for row in bare.index[bare]:
            self.say(
                "UNIT_UNKNOWN",
                name,
                row,
                Message.of("no value: it may be a fraction or per cent"),
                Message.of("write % into the header or the cell"),
            )
        return values.where(~bare)

    def required(self, frame: pd.DataFrame, *names: str) -> pd.DataFrame:
        """Return the rows that have a value in the columns `names`; each other one blocks."""
        whole = pd.Series(data=True, index=frame.index)
        for name in names:
            missing = frame[name].isna()
            for row in frame.index[missing & whole]:
                self.say(
                    "VALUE_MISSING",
                    name,
                    row,
                    Message.of("no value where one is needed; the row is not read"),
                    Message.of("fill it in and send the workbook again"),
                    severity=Severity.ERROR,
                )
            whole &= ~missing
        return frame[whole]

    def not_negative(self, frame: pd.DataFrame, *names: str) -> pd.DataFrame:
        """Return the rows without a negative value in the columns `names`; each other one blocks."""
        sound = pd.Series(data=True, index=frame.index)
        for name in names:
            negative = frame[name] < 0
            for row in frame.index[negative]:
                self.say(
                    "NEGATIVE_VALUE",
                    name,
                    row,
                    Message.of("below zero where that has no meaning; the row is not read"),
                    Message.of("correct the cell and send the workbook again"),
                    severity=Severity.ERROR,
                )
            sound &= ~negative
        return frame[sound]

    def projects(self) -> pd.Series:
        """Return the names that projects are kept under."""
        return self.names("project").map(lambda name: self.source.aliases.get(name, name), na_action="ignore")

    def _unread(self, name: str, rows: pd.Series, understood: Message) -> None:
        column = self.column(name)
        for row in rows.index[rows]:
            self._unread_cell(column.letter if column else "", row, understood)

    def _unread_cell(self, letter: str, row: int, understood: Message) -> None:
        self.issues.append(
            Issue(
                severity=Severity.WARNING,
                code="UNPARSED",
                where=f"{self.source.receipt.file}!{self.table.sheet}!{letter}{row}",
                value=str(self.table.frame.loc[row, letter]),
                understood=understood,
                suggestion=Message.of("correct the cell and send the workbook again"),
            )
        )

    def say(
        self,
        code: str,
        name: str,
        row: int,
        understood: Message,
        suggestion: Message,
        *,
        severity: Severity = Severity.WARNING,
    ) -> None:
        """Note a doubt about a field of a row."""
        raw = self.raw(name)[row]
        self.issues.append(
            Issue(
                severity=severity,
                code=code,
                where=str(self.cells_of(name)[row]),
                value="" if pd.isna(raw) else str(raw),
                understood=understood,
                suggestion=suggestion,
            )
        )

    def periods(self, dimension: Dimension, value: str) -> pd.DataFrame:
        """Return one row a table row and period: ``period_start``, ``period_end``, the value and its cell."""
        periods = period_columns(self.table, self.source.data_date.year)
        self._overlaps(periods)
        parts = []
        for column in self.table.columns:
            if column.letter in periods:
                period = periods[column.letter]
                values = self.numbers(column, dimension)
                self._not_yet(column, period, values)
                part = pd.DataFrame({value: values, f"{value}_cell": self.cells(column.letter)})
                parts.append(
                    part.assign(
                        period_start=pd.Timestamp(period.start), period_end=pd.Timestamp(period.end)
                    ).dropna()
                )
        flows = (
            pd.concat(parts)
            if parts
            else pd.DataFrame(columns=["period_start", "period_end", value, f"{value}_cell"])
        )
        self._cumulative(flows[value].groupby(level=0).sum(), dimension)
        return flows

    def _not_yet(self, column: Column, period: Period, values: pd.Series) -> None:
        """Say what is told of a period that begins after the day that the workbook describes."""
        told = values.index[values.notna() & (values != 0)]
        if period.start > self.source.data_date and len(told):
            self.issues.append(
                Issue(
                    severity=Severity.ERROR,
                    code="PERIOD_AFTER_DATA_DATE",
                    where=f"{self.source.receipt.file}!{self.table.sheet}!{column.letter}{told[0]}",
                    value=str(self.table.frame.loc[told[0], column.letter]),
                    understood=Message.of(
                        "of a period from {start} on; filed under {quarter}, whose data date is {day}",
                        start=period.start,
                        quarter=self.source.receipt.quarter,
                        day=self.source.data_date,
                    ),
                    suggestion=Message.of(
                        "withdraw it and receive it with the right --quarter, or send it again without what lies ahead"
                    ),
                )
            )

    def _overlaps(self, periods: dict[str, Period]) -> None:
        ordered = sorted(periods.items(), key=lambda item: item[1])
        for (_, first), (letter, second) in itertools.pairwise(ordered):
            if second.start <= first.end:
                self.issues.append(
                    Issue(
                        severity=Severity.ERROR,
                        code="PERIOD_OVERLAP",
                        where=f"{self.source.receipt.file}!{self.table.sheet}!{letter}",
                        understood=Message.of(
                            "its days lie in another period's column too; adding both counts them twice"
                        ),
                        suggestion=Message.of("keep months alone, and name sums 累计"),
                    )
                )

    def _cumulative(self, computed: pd.Series, dimension: Dimension) -> None:
        """Hold the stated cumulative column against the sum of the periods."""
        column = self.column("cumulative")
        unit = column.unit if column else None
        stated = self.numbers(column, dimension)
        if unit is None:
            return  # and `numbers` said so
        tolerance = ROUNDING + float(unit.factor) * len(self.table.columns) / 2e4
        off = stated.notna() & ((stated - computed.reindex(stated.index).fillna(0.0)).abs() > tolerance)
        for row in stated.index[off]:
            self.say(
                "CUMULATIVE_MISMATCH",
                "cumulative",
                row,
                Message.of(
                    "states {stated} {unit}; the periods of the row sum to {computed} {unit}",
                    stated=f"{stated[row] / float(unit.factor):.10g}",
                    computed=f"{computed.get(row, 0.0) / float(unit.factor):.10g}",
                    unit=unit.name,
                ),
                Message.of("correct the periods or the cumulative figure; the periods are used"),
            )
