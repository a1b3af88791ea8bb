"""A sheet as a value: one table in stated units, with a title and explanation above it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import PLAIN, hedged

if TYPE_CHECKING:
    from collections.abc import Sequence

Cell: TypeAlias = str | float
"""What a cell holds: text, or a number in its column's unit; a day is its count as spreadsheets count days."""

DAY = "yyyy-mm-dd"
DAY_ZERO = "1899-12-30"
FIRST_DAY = "1900-03-01"  # before it spreadsheets disagree on how days are counted


@dataclass(frozen=True, kw_only=True)
class BookColumn:
    """A column: its label, its unit, and how its numbers are stored and shown.

    Parameters
    ----------
    label
        What it holds; no two columns of a sheet have the same.
    key
        Stable name of a column of a declared table, which charts draw it by.
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
    """

    label: str
    key: str = ""
    unit: str = ""
    inner: str = ""
    per: float = 1.0
    format: str = ""
    note: str = ""
    formats: tuple[str, ...] = ()

    def format_of(self, row: int) -> str:
        """Return the number format of the cell in a row of the table (from 0)."""
        return self.formats[row] if self.formats else self.format


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

    def place(self, key: str) -> int:
        """Return where the column stands that has a key (from 0).

        Raises
        ------
        ValueError
            If none has.
        """
        return [column.key for column in self.columns].index(key)

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
