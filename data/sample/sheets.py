"""A table of a workbook as cells: title, note, header of one or two rows, body, totals, footer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


@dataclass(frozen=True, kw_only=True)
class Formula:
    """A sum with the value that it had when the workbook was saved."""

    text: str
    value: float


Value = str | int | float | dt.date | Formula | None


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell: its value and the name of its style."""

    value: Value
    style: str


@dataclass(kw_only=True)
class Sheet:
    """A sheet in the making: cells by (row, column) from 0, merged ranges, widths, header's last row."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    frozen: tuple[int, int] = (0, 0)

    def put(
        self, row: int, column: int, value: Value, style: str, *, to: tuple[int, int] | None = None
    ) -> None:
        """Write a cell, merged as far as `to`."""
        self.cells[row, column] = Cell(value=value, style=style)
        if to is not None and to != (row, column):
            self.merges.append((row, column, *to))


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its label, the label above it, its style, and how it is summed in total rows."""

    label: str
    style: str
    width: int
    above: str = ""
    adds: bool = False
    ratio: Callable[[Sequence[float]], float] | None = None
    of: tuple[int, int] = (0, 0)


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rows of one category: its name and the values of each, in the order of the columns."""

    name: str
    rows: list[list[Value]]


@dataclass(frozen=True, kw_only=True)
class Table:
    """What is to stand on a sheet.

    Parameters
    ----------
    label, name
        Where subtotals and the total put their name: the columns.
    scale
        How many units of the sums make one of the cells (10000 for 亿元 of 万元).
    wrong
        A subtotal that is off: its group, column and difference.
    """

    sheet: str
    title: str
    note: str
    columns: list[Column]
    groups: list[Group]
    footer: list[str]
    name: int
    category: int | None = None
    totals: bool = True
    totals_first: bool = False
    named_subtotals: bool = False
    formulas: bool = False
    serial_restarts: bool = False
    decimals: int = 0
    wrong: tuple[str, int, int] | None = None


def lay_out(table: Table) -> Sheet:
    """Return the sheet of a table."""
    sheet = Sheet(name=table.sheet, widths=[column.width for column in table.columns])
    last = len(table.columns) - 1
    sheet.put(0, 0, table.title, "title", to=(0, last))
    sheet.put(1, 0, table.note, "note", to=(1, last))
    row = _header(sheet, table.columns, 2)
    sheet.frozen = (row, table.name + 1)
    body = _Body(table=table, sheet=sheet, row=row)
    row = body.write()
    for text in table.footer:
        sheet.put(row, 0, text, "footer", to=(row, last))
        row += 1
    return sheet


def _header(sheet: Sheet, columns: Sequence[Column], row: int) -> int:
    two = any(column.above for column in columns)
    place = 0
    while place < len(columns):
        column = columns[place]
        if not column.above:
            sheet.put(row, place, column.label, "header", to=(row + two, place))
            place += 1
            continue
        end = place
        while end + 1 < len(columns) and columns[end + 1].above == column.above:
            end += 1
        sheet.put(row, place, column.above, "header", to=(row, end))
        for inner in range(place, end + 1):
            sheet.put(row + 1, inner, columns[inner].label, "header")
        place = end + 1
    return row + 1 + two


@dataclass(kw_only=True)
class _Body:
    """The rows between header and footer, written from the top."""

    table: Table
    sheet: Sheet
    row: int

    def write(self) -> int:
        table = self.table
        subtotals = table.totals and len(table.groups) > 1
        spans = self._spans(subtotals=subtotals)
        leaves = [leaf for span in spans for leaf in span]
        if table.totals and table.totals_first:
            self._total("合计", "", leaves, [row for group in table.groups for row in group.rows])
        serial = 0
        for group, span in zip(table.groups, spans, strict=True):
            serial = 0 if table.serial_restarts else serial
            if subtotals and table.totals_first:
                self._subtotal(group, span)
            for values in group.rows:
                serial += 1
                self._leaf(serial, values)
            if subtotals and not table.totals_first:
                self._subtotal(group, span)
        if table.totals and not table.totals_first:
            self._total("合计", "", leaves, [row for group in table.groups for row in group.rows])
        return self.row

    def _spans(self, *, subtotals: bool) -> list[list[int]]:
        """Return the sheet's rows (from 0) that each group's leaves will take."""
        row = self.row + (self.table.totals and self.table.totals_first)
        spans = []
        for group in self.table.groups:
            row += subtotals and self.table.totals_first
            spans.append(list(range(row, row + len(group.rows))))
            row += len(group.rows) + (subtotals and not self.table.totals_first)
        return spans

    def _leaf(self, serial: int, values: Sequence[Value]) -> None:
        for place, (column, value) in enumerate(zip(self.table.columns, values, strict=True)):
            shown = serial if place == 0 else value
            style = "text" if column.style != "text" and isinstance(shown, str) else column.style
            style = "centre" if shown == "—" else style
            self.sheet.put(self.row, place, shown, style)
        self.row += 1

    def _subtotal(self, group: Group, span: list[int]) -> None:
        name = f"{group.name}小计" if self.table.named_subtotals else "小计"
        self._total(name, group.name, span, group.rows)

    def _total(self, name: str, category: str, span: list[int], rows: Sequence[Sequence[Value]]) -> None:
        table = self.table
        sums = [
            sum(number(row[place]) for row in rows) if column.adds else 0.0
            for place, column in enumerate(table.columns)
        ]
        if table.wrong and table.wrong[0] == category and category:
            sums[table.wrong[1]] += table.wrong[2]
        for place, column in enumerate(table.columns):
            value: Value = None
            if place == table.name:
                value = name
            elif place == table.category:
                value = category or None
            elif column.ratio:
                value = column.ratio([sums[number_] for number_ in column.of])
            elif column.adds:
                total = round(sums[place], table.decimals)
                value = Formula(text=_sum(place, span), value=total) if table.formulas else total
                value = int(total) if isinstance(value, float) and not table.decimals else value
            style = "total_text" if place == table.name else f"total_{column.style}"
            self.sheet.put(self.row, place, value, style)
        self.row += 1


def number(value: Value) -> float:
    """Return the number in a leaf, also where it was typed as text; nothing counts as 0."""
    if isinstance(value, str):
        text = value.replace(",", "").strip()
        return float(text) if text.replace(".", "").isdigit() else 0
    return value if isinstance(value, int | float) else 0


def column_name(place: int) -> str:
    """Return the letters of a column counted from 0."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(65 + letter) + letters
    return letters


def _sum(place: int, span: Iterable[int]) -> str:
    runs: list[list[int]] = []
    for row in span:
        if runs and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    name = column_name(place)
    return f"=SUM({','.join(f'{name}{first + 1}:{name}{last + 1}' for first, last in runs)})"
