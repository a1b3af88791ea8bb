"""Grids become tables: header, kinds of rows, columns with units, stated totals, and what is doubtful."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks import doubts, preamble, totals
from cityanalytics.workbooks.abreast import abreast, own_rows
from cityanalytics.workbooks.body import ROW_KINDS, sort_rows
from cityanalytics.workbooks.cellunits import in_unit_of
from cityanalytics.workbooks.columns import Columns, Kind, read_columns
from cityanalytics.workbooks.columnunits import column_units, of_shares
from cityanalytics.workbooks.dates import read_dates
from cityanalytics.workbooks.face import Code, Face
from cityanalytics.workbooks.forms import is_form
from cityanalytics.workbooks.headers import Header, find_header, label_paths
from cityanalytics.workbooks.numeric import as_shown, read_objects
from cityanalytics.workbooks.sheet import cell_name, letters
from cityanalytics.workbooks.stated import stated_totals
from cityanalytics.workbooks.statements import Measure, measure
from cityanalytics.workbooks.sums import Sums
from cityanalytics.workbooks.texts import TextCells, part_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.grid import Container, Grid, Workbook
    from cityanalytics.workbooks.numeric import Numbers
    from cityanalytics.workbooks.sheet import Visibility
    from cityanalytics.workbooks.stated import StatedTotal
    from cityanalytics.workbooks.units import Unit


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    letter
        Its letters in the sheet.
    index
        0-based column of the sheet.
    path
        Its labels from the top down, without white space, in half-width forms.
    kind
        What it holds.
    measure
        What its labels say that it measures.
    unit
        The unit that holds for it, None where none is stated (or where a column states units by row).
    unit_from
        Name of the cell, or letters of the column, that states the unit.
    sum
        Exact sum over the data rows; None where it is no number column.
    serial
        Whether it counts rows.
    """

    letter: str
    index: int
    path: tuple[str, ...]
    kind: Kind
    measure: Measure
    unit: Unit | None
    unit_from: str | None
    sum: float | None
    serial: bool

    @property
    def name(self) -> str:
        """The path of labels joined with ``/``."""
        return "/".join(self.path)


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A table as it is understood.

    Parameters
    ----------
    sheet
        Name of its sheet.
    range
        From the first header cell to the last cell of its rows, such as ``A3:S6``.
    header_rows
        First and last 1-based header row.
    columns
        From left to right.
    rows
        1-based sheet rows of each kind of `ROW_KINDS`.
    totals
        Every stated sum.
    face
        The sheet as it stands.
    read
        For each number column, by 0-based column of the sheet: its cells in the data rows, read as numbers in the
        column's unit.
    """

    sheet: str
    range: str
    header_rows: tuple[int, int]
    columns: tuple[Column, ...]
    rows: Mapping[str, tuple[int, ...]]
    totals: tuple[StatedTotal, ...]
    face: Face = field(repr=False)
    read: Mapping[int, Numbers] = field(repr=False)
    _dates: dict[tuple[str, int], pd.DataFrame] = field(default_factory=dict, repr=False)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Data rows: index 1-based sheet rows, columns letters, raw cell values (object).

        A text that is merged down stands on each of its rows.
        """
        return _frame(self.face, self.columns, self._places)

    @property
    def typed(self) -> pd.DataFrame:
        """Data rows: as `frame`, but numbers are float64, in the unit of their column, and texts are ``str``.

        A cell that is no number is nan in a number column; the issues name it.
        """
        rows, cells = self._places, self.face.cells
        others = [column for column in self.columns if column.index not in self.read]
        texts: Mapping[str, pd.Series] = {}
        if isinstance(cells, TextCells):
            texts = {one.letter: part_of(cells.columns[one.index], rows).to_pandas() for one in others}
        elif others:
            raw = _frame(self.face, others, rows).reset_index(drop=True)
            texts = {one.letter: raw[one.letter].infer_objects() for one in others}
        found = {
            one.letter: self.read[one.index].value if one.index in self.read else texts[one.letter]
            for one in self.columns
        }
        return pd.DataFrame(found).set_axis(pd.Index(rows + 1, name="row"))

    @cached_property
    def _places(self) -> NDArray[np.intp]:
        """0-based sheet rows of the data."""
        return np.array(self.rows["data"], dtype=np.intp) - 1

    def numbers(self, letter: str) -> Numbers:
        """Return the cells of a column in the data rows, read as numbers in the unit of the column.

        What a column of numbers holds was read while the table was understood; another one is read the same way.
        """
        column = self.column(letter)
        if column.index in self.read:
            return self.read[column.index]
        read = read_objects(self.frame[letter].to_numpy(dtype=object))
        if column.unit is not None and read.unparsed.any():
            read = in_unit_of(read, self.face, self._places, column.index, column.unit)
        return read

    def dates(self, letter: str, *, year: int) -> pd.DataFrame:
        """Return the cells of a column in the data rows, read as days; see `dates.read_dates`.

        Parameters
        ----------
        letter
            Of the column.
        year
            Of a day that is written without one.
        """
        if (letter, year) not in self._dates:
            self._dates[letter, year] = read_dates(self.frame[letter], year=year)
        return self._dates[letter, year]

    def column(self, letter: str) -> Column:
        """Return a column by its letters."""
        return next(column for column in self.columns if column.letter == letter)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet and its tables."""

    name: str
    visibility: Visibility
    tables: tuple[Table, ...]


@dataclass(frozen=True, kw_only=True)
class Understanding:
    """How a workbook is understood.

    Parameters
    ----------
    name, container, encoding, sha256
        Of the workbook.
    sheets
        In its order.
    issues
        Everything doubtful, of reading and of understanding.
    """

    name: str
    container: Container | None
    encoding: str | None
    sha256: str
    sheets: tuple[Sheet, ...]
    issues: tuple[Issue, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of all sheets."""
        return tuple(table for sheet in self.sheets for table in sheet.tables)


def understand(workbook: Workbook) -> Understanding:
    """Understand every sheet of a workbook.

    Parameters
    ----------
    workbook
        As `grid.read_workbook` gives it.

    Returns
    -------
    Understanding
        Its tables and issues; a file without any table or form has a ``NO_TABLE`` error.
    """
    sheets, issues = [], list(workbook.issues)
    for grid in workbook.sheets:
        tables, found = understand_grid(
            grid, where=f"{workbook.name}!{grid.sheet}", written=workbook.container in {"csv", "html"}
        )
        sheets.append(Sheet(name=grid.sheet, visibility=grid.visibility, tables=tables))
        issues += found
    without = not any(sheet.tables for sheet in sheets) and not any(
        issue.code in {"FORM_NOT_TABLE", "HEADER_AMBIGUOUS", "UNREADABLE_FILE"} for issue in issues
    )
    if without:
        issues.append(
            Issue(
                severity=Severity.ERROR,
                code="NO_TABLE",
                where=workbook.name,
                understood=Message.of("no sheet holds a header with rows under it"),
                suggestion=Message.of("send the filled-in table"),
            )
        )
    return Understanding(
        name=workbook.name,
        container=workbook.container,
        encoding=workbook.encoding,
        sha256=workbook.sha256,
        sheets=tuple(sheets),
        issues=tuple(issues),
    )


def understand_grid(
    grid: Grid, *, where: str, written: bool = False
) -> tuple[tuple[Table, ...], tuple[Issue, ...]]:
    """Understand one sheet.

    Parameters
    ----------
    grid
        The sheet.
    where
        ``file!sheet``, the first part of the place of each issue.
    written
        Whether the container may know no numbers: then numbers as text are no doubt, unless others are numbers.

    Returns
    -------
    tuple
        Its tables and its issues.
    """
    face = Face.of(grid)
    issues = list(doubts.of_sheet(face, where))
    height = face.shape[0]
    if not face.filled.any():
        return (), tuple(issues)
    if is_form(face):
        return (), (*issues, doubts.form(where))
    written = (
        written and not (face.codes == Code.NUMBER).any()
    )  # SpreadsheetML knows numbers, HTML text alone
    tables: list[Table] = []
    start = 0
    while start < height and (header := find_header(face, start, height)) is not None:
        stop = preamble.next_table(face, header)
        parts = abreast(face, header)
        for part in parts:
            table, found = _table(face, part, range(start, stop), where, parts=parts, written=written)
            tables.append(table)
            issues += found
        start = stop
    if not tables and doubts.looks_tabular(face):
        issues.append(doubts.headerless(where))
    if tables:
        issues += doubts.of_cells(face, tables, where)
    return tuple(tables), tuple(issues)


def _table(
    face: Face, header: Header, rows: range, where: str, *, parts: Sequence[Header], written: bool
) -> tuple[Table, list[Issue]]:
    paths = label_paths(face, header)
    below = np.arange(header.last + 1, rows.stop)
    meta = preamble.described(face, header, below)
    columns = read_columns(face, below[len(meta) :], header.left, paths)
    body = sort_rows(face, header, columns, below[len(meta) :])
    units, unit_issues = column_units(
        face, header, columns, paths, body, above=range(rows.start, header.first), meta=meta, where=where
    )
    for column, read in columns.numbers.items():
        unit = units[column - header.left].unit
        if read.unparsed.any():
            columns.numbers[column] = in_unit_of(read, face, body.rows, column, unit)
        units[column - header.left] = of_shares(face, read, body, column, units[column - header.left])
    measures = [measure(path) for path in paths]
    additive = {
        column: read
        for column, read in columns.numbers.items()
        if _is_additive(face, column, measures[column - header.left], units[column - header.left].unit)
        and not units[column - header.left].by_row
    }
    kinds, covered, sums = totals.settle(body, additive)
    if len(parts) > 1:
        kinds[(kinds == kind.STRAY) & ~own_rows(face, header, parts, body.rows)] = kind.BLANK
    leaves = kinds == kind.DATA
    places = np.flatnonzero(leaves)
    counts = frozenset(header.left + at for at, found in enumerate(measures) if found is Measure.COUNT)
    stated = stated_totals(covered, body, sums, leaves, counts=counts)
    listed = preamble.listed(face, header, rows.start, meta)
    for code, name in enumerate(ROW_KINDS):
        listed[name] = sorted(listed[name]) + (body.rows[kinds == code] + 1).tolist()
    shown = {
        column: as_shown(read, face.percent(body.rows, column))
        for column, read in columns.numbers.items()
        if (unit := units[column - header.left].unit) is not None and unit.name == "%"
    }
    described = tuple(
        Column(
            letter=letters(header.left + offset),
            index=header.left + offset,
            path=path,
            kind=columns.kinds[offset],
            measure=measures[offset],
            unit=units[offset].unit,
            unit_from=units[offset].source,
            sum=None
            if units[offset].mixed
            else _sum(columns, header.left + offset, sums, leaves=leaves, shown=shown),
            serial=columns.serial[offset],
        )
        for offset, path in enumerate(paths)
    )
    inside = np.isin(kinds, (kind.DATA, kind.TOTAL, kind.GROUP, kind.HEADER))
    last = max([header.last, *body.rows[inside].tolist()])
    table = Table(
        sheet=face.grid.sheet,
        range=f"{cell_name(header.first, header.left)}:{cell_name(last, header.right)}",
        header_rows=(header.first + 1, header.last + 1),
        columns=described,
        rows={name: tuple(listed[name]) for name in ROW_KINDS},
        totals=stated,
        face=face,
        read={column: read.of(places) for column, read in (columns.numbers | columns.counts).items()},
    )
    issues = [
        *unit_issues,
        *doubts.of_totals(stated, covered, leaves, table, where),
        *doubts.of_values(face, table, columns, body, kinds=kinds, where=where, written=written),
    ]
    return table, issues


def _is_additive(face: Face, column: int, measured: Measure, unit: Unit | None) -> bool:
    if measured in {Measure.SHARE, Measure.CODE, Measure.PRICE} or column in face.grid.percent_columns:
        return False
    return unit is None or unit.dimension is not Measure.SHARE.value


def _sum(
    columns: Columns,
    column: int,
    sums: Mapping[int, Sums],
    *,
    leaves: NDArray[np.bool_],
    shown: Mapping[int, Numbers],
) -> float | None:
    if columns.kinds[column - columns.left] != "number":
        return None
    of_column = (
        Sums(shown[column], leaves)
        if column in shown
        else sums.get(column) or Sums((columns.numbers | columns.counts)[column], leaves)
    )
    total = of_column.over(0, len(leaves))
    return total if math.isfinite(total) else None


def _frame(face: Face, columns: Sequence[Column], rows: NDArray[np.intp]) -> pd.DataFrame:
    place = {column.index: at for at, column in enumerate(columns)}
    values = np.stack([face.cells[rows, index] for index in place], axis=1)
    for merge in face.grid.merges:
        down = merge.bottom > merge.top and merge.left in place
        if down and merge.top < face.shape[0] and face.codes[merge.top, merge.left] == Code.TEXT:
            first, stop = np.searchsorted(rows, (merge.top + 1, merge.bottom + 1))
            values[first:stop, place[merge.left]] = face.cells[merge.top, merge.left]
    return pd.DataFrame(
        values,
        index=pd.Index(rows + 1, name="row"),
        columns=[column.letter for column in columns],
        dtype=object,
    )
