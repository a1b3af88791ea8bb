"""Grids become tables: header, kinds of rows, columns with units, stated totals, and what is doubtful."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks import doubts, preamble, totals
from cityanalytics.workbooks.abreast import abreast, own_rows
from cityanalytics.workbooks.body import ROW_KINDS, sort_rows
from cityanalytics.workbooks.cellunits import in_unit_of
from cityanalytics.workbooks.columns import Columns, read_columns
from cityanalytics.workbooks.columnunits import column_units, of_shares
from cityanalytics.workbooks.face import Code, Face
from cityanalytics.workbooks.forms import is_form
from cityanalytics.workbooks.headers import Header, find_header, label_paths, written_paths
from cityanalytics.workbooks.numeric import as_shown
from cityanalytics.workbooks.sheet import cell_name, letters
from cityanalytics.workbooks.stated import stated_totals
from cityanalytics.workbooks.statements import Measure, measure
from cityanalytics.workbooks.sums import Sums
from cityanalytics.workbooks.table import Column, Sheet, Table
from cityanalytics.workbooks.units import Dimension

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.grid import Container, Grid, Grids
    from cityanalytics.workbooks.numeric import Numbers
    from cityanalytics.workbooks.units import Unit


#: What a column of balances or of running totals is called.
_CARRIED = re.compile(r"结[余存转]|余额|库存|累计|(?i:balance|saldo|solde|cumul|running|todate|остаток)")


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


def understand(workbook: Grids) -> Understanding:
    """Understand every sheet of a workbook.

    Parameters
    ----------
    workbook
        As `grid.read_grids` gives it.

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
    paths, written_labels = label_paths(face, header), written_paths(face, header)
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
        column: replace(read, things=True)
        if _counts_things(read, measures[column - header.left], units[column - header.left].unit)
        else read
        for column, read in columns.numbers.items()
        if _is_additive(face, column, measures[column - header.left], units[column - header.left].unit)
        and not units[column - header.left].by_row
    }
    shares = {
        column: read
        for column, read in columns.numbers.items()
        if column not in additive and measures[column - header.left] is Measure.SHARE
    }
    kinds, covered, sums, doubted = totals.settle(body, additive, shares)
    if len(parts) > 1:
        kinds[(kinds == kind.STRAY) & ~own_rows(face, header, parts, body.rows)] = kind.BLANK
    leaves = kinds == kind.DATA
    counts = frozenset(header.left + at for at, found in enumerate(measures) if found is Measure.COUNT)
    stated = stated_totals(
        covered,
        body,
        sums,
        leaves,
        counts=counts,
        carried=frozenset(
            header.left + at for at, path in enumerate(paths) if _CARRIED.search("/".join(path))
        ),
        unclear=frozenset(
            header.left + at
            for at, (found, unit) in enumerate(zip(measures, units, strict=True))
            if found is Measure.UNCLEAR and (unit.unit is None or unit.unit.dimension is Dimension.OTHER)
        ),
    )
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
            path=written_labels[offset],
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
    inside = kind.of_kinds(kinds, kind.DATA, kind.TOTAL, kind.GROUP, kind.HEADER)
    last = max([header.last, *body.rows[inside].tolist()])
    table = Table(
        file=where.removesuffix(f"!{face.grid.sheet}"),
        sheet=face.grid.sheet,
        range=f"{cell_name(header.first, header.left)}:{cell_name(last, header.right)}",
        header_rows=(header.first + 1, header.last + 1),
        columns=described,
        rows={name: tuple(listed[name]) for name in ROW_KINDS},
        totals=stated,
        face=face,
        read=columns.numbers | columns.counts | shown,
        leaves=np.flatnonzero(leaves),
    )
    issues = [
        *unit_issues,
        *doubts.of_totals(stated, covered, leaves, table, where),
        *doubts.of_parents(doubted, body, sums, where),
        *doubts.of_breakdowns(covered, body, sums, leaves, where),
        *doubts.of_values(face, table, columns, body, kinds=kinds, where=where, written=written),
    ]
    return table, issues


def _is_additive(face: Face, column: int, measured: Measure, unit: Unit | None) -> bool:
    if measured in {Measure.SHARE, Measure.CODE, Measure.PRICE} or column in face.grid.percent_columns:
        return False
    return unit is None or (unit.dimension is not Measure.SHARE.value and "/" not in unit.name)


def _counts_things(read: Numbers, measured: Measure, unit: Unit | None) -> bool:
    """Tell whether numbers count things one by one."""
    counted = measured is Measure.COUNT if unit is None else unit.dimension is Dimension.COUNT
    return counted and (unit is None or unit.factor == 1) and read.step == 1


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
