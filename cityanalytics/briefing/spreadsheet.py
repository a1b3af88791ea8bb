"""A sheet as a value: one table in stated units, with a title and explanation above it."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import PLAIN, Absent, absence, hedged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cityanalytics.briefing.language import Scale

Cell: TypeAlias = str | float
"""What a cell holds: text, or a number in its column's unit; a day is its count as spreadsheets count days."""

Given: TypeAlias = str | float | Absent | dt.date | pd.Timestamp | None
"""What a cell is made from; what is missing becomes a word, so that no cell is blank."""

DAY = "yyyy-mm-dd"
DAY_ZERO = dt.date(1899, 12, 30)
FIRST_DAY = dt.date(1900, 3, 1)  # before it spreadsheets disagree on how days are counted


@dataclass(frozen=True, kw_only=True)
class BookColumn:
    """A column: its label, its unit, and how its numbers are stored and shown.

    Parameters
    ----------
    label
        What it holds; no two columns of a sheet have the same.
    unit
        Unit of its numbers, named in the header.
    inner
        Unit of the values that it is made from, such as yuan; empty where it is the same.
    per
        How much of the inner unit is one of the shown unit.
    format
        Number format; empty for text.
    note
        Key of a note; empty for none.
    formats
        Number format of each row where they differ, empty for text; `format` is then that of most, or empty for
        numbers and days among words.
    chance
        Whether it holds probabilities, of which only what is certain is shown as 0 or 100.
    key
        Stable name of a column of a declared table, which charts draw it by.
    """

    label: str
    key: str = ""
    unit: str = ""
    inner: str = ""
    per: float = 1.0
    format: str = ""
    note: str = ""
    formats: tuple[str, ...] = ()
    chance: bool = False

    @classmethod
    def scaled(
        cls, label: str, scales: Sequence[Scale], *, at: int = 0, places: int, note: str = ""
    ) -> BookColumn:
        """Make a column of amounts or areas in the scale at a place of `scales`, the largest first."""
        scale = scales[min(at, len(scales) - 1)]
        return cls(
            label=label,
            unit=scale.unit,
            inner=scales[-1].unit,
            per=scale.per,
            format=decimals(max(0, places + scale.places)),
            note=note,
        )

    @classmethod
    def share(cls, label: str, *, unit: str = "%", places: int = 1, note: str = "") -> BookColumn:
        """Make a column of fractions shown as per cent, or as percentage points where `unit` names them."""
        return cls(label=label, unit=unit, per=0.01, format=decimals(places), note=note)

    @classmethod
    def numbers(cls, label: str, *, unit: str = "", places: int = 0, note: str = "") -> BookColumn:
        """Make a column of numbers shown as they are."""
        return cls(label=label, unit=unit, format=decimals(places), note=note)

    @classmethod
    def chances(cls, label: str) -> BookColumn:
        """Make a column of probabilities, shown as whole per cent."""
        return replace(cls.share(label, places=0), chance=True)

    @classmethod
    def days(cls, label: str, *, note: str = "") -> BookColumn:
        """Make a column of days."""
        return cls(label=label, format=DAY, note=note)

    def format_of(self, row: int) -> str:
        """Return the number format of the cell in a row of the table (from 0)."""
        return self.formats[row] if self.formats else self.format

    def cell(self, value: Given, language: str) -> Cell:
        """Return what a cell of this column holds.

        Raises
        ------
        OverflowError
            If the value is infinite.

        Examples
        --------
        >>> column = BookColumn(label="计划", unit="亿元", inner="元", per=1e8, format="0.0")
        >>> column.cell(6.2e9, "zh"), column.cell(None, "zh"), column.cell(Absent.NOT_APPLICABLE, "zh")
        (62.0, '无数据', '不适用')
        >>> BookColumn.days("日期").cell(dt.date(2010, 9, 22), "zh")
        40443.0
        """
        if isinstance(value, str):
            return value if value.strip() else LANGUAGES[language].missing
        if isinstance(value, dt.date):  # so is a day that is not known
            if pd.isna(value):
                return LANGUAGES[language].missing
            day = value.date() if isinstance(value, dt.datetime) else value
            return float((day - DAY_ZERO).days) if day >= FIRST_DAY else day.isoformat()
        word = absence(value, language)
        if word is not None or value is None or isinstance(value, Absent):
            return word or ""
        if math.isinf(value):
            message = "an infinite number cannot be written"
            raise OverflowError(message)
        return float(Decimal(repr(float(value))) / Decimal(repr(self.per)))


@dataclass(frozen=True, kw_only=True)
class BookSheet:
    """A sheet: a title, lines of explanation, and one table below them.

    Parameters
    ----------
    id
        Stable name, for the table and for what refers to it: letters and underscores.
    name
        What its tab says; made fit and unique by the book.
    title
        Stands in A1.
    lines
        Explanation below the title.
    columns, rows
        The table; without rows only the lines stand there.
    leads
        Whether the first column names sheets and leads to them.
    """

    id: str
    name: str
    title: str
    lines: tuple[str, ...] = ()
    columns: tuple[BookColumn, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    leads: bool = False

    @classmethod
    def of(
        cls,
        id_: str,
        name: str,
        *,
        title: str,
        lines: Sequence[str] = (),
        columns: Sequence[BookColumn],
        rows: Iterable[Sequence[Given]],
        language: str,
        empty: str = "",
        leads: bool = False,
    ) -> BookSheet:
        """Make a sheet from values in inner units.

        Parameters
        ----------
        id_, name, title, lines, columns, leads
            As in the class.
        rows
            Values, as many in each row as there are columns.
        language
            Of the words for what is missing.
        empty
            The line that says so where there are no rows.

        Raises
        ------
        ValueError
            If a row has another length than `columns`.
        """
        cells = tuple(
            tuple(column.cell(value, language) for column, value in zip(columns, row, strict=True))
            for row in rows
        )
        said = tuple(lines) if cells or not empty else (*lines, empty)
        formed = tuple(
            replace(column, formats=chance_formats([row[at] for row in cells], language))
            if column.chance
            else column
            for at, column in enumerate(columns)
        )
        return cls(id=id_, name=name, title=title, lines=said, columns=formed, rows=cells, leads=leads)

    def with_lines(self, *lines: str) -> BookSheet:
        """Return the sheet with more lines of explanation."""
        return replace(self, lines=(*self.lines, *lines))


def chance_formats(cells: Sequence[Cell], language: str) -> tuple[str, ...]:
    """Return the number formats that show probabilities in per cent as the page does, such as ``"under 1"`` for 0.4."""
    rules, plain = LANGUAGES[language], decimals(0)

    def form(cell: Cell) -> str:
        if isinstance(cell, str):
            return plain
        pattern, percent = hedged(min(max(cell * 0.01, 0), 1), language)
        words = pattern.format(percent.replace(rules.percent.format(""), ""))
        return plain if pattern in {PLAIN, rules.about} else f'"{words}"'

    return tuple(map(form, cells))


def decimals(places: int) -> str:
    """Return the number format with a number of decimals and thousands marked.

    Examples
    --------
    >>> decimals(0), decimals(2)
    ('#,##0', '#,##0.00')
    """
    return "#,##0" + ("." + "0" * places if places else "")
