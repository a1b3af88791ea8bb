"""The unit of each column of a table, from the statement nearest to it; never a guess."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks.cellunits import carried_amount
from cityanalytics.workbooks.headers import label_cells
from cityanalytics.workbooks.preamble import is_unit_row
from cityanalytics.workbooks.sheet import cell_name, letters
from cityanalytics.workbooks.statements import (
    Measure,
    Statement,
    is_unit_note,
    measure,
    nearest,
    units_of_label,
    units_of_note,
)
from cityanalytics.workbooks.texts import by_distinct, part_of
from cityanalytics.workbooks.units import Dimension, Unit, base_unit, find_unit, units_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.workbooks.body import Body
    from cityanalytics.workbooks.columns import Columns
    from cityanalytics.workbooks.face import Face
    from cityanalytics.workbooks.headers import Header
    from cityanalytics.workbooks.numeric import Numbers

_UNIT_COLUMN = re.compile(r"^(?:(?:计量)?单位|(?i:units?|uom))$")
#: So many rows are asked for the unit in their labels or cells.
_LABELLED = 2000
_QUANTITY = re.compile(r"^(?:数量|数值|工程量|数据|数目|值)$")
_STATED_OVER = {Dimension.MONEY, Dimension.FOREIGN_MONEY, Dimension.SCALE}
_NEEDED = {Measure.MONEY, Measure.AREA, Measure.LENGTH, Measure.PRICE}


@dataclass(frozen=True, kw_only=True)
class ColumnUnit:
    """The unit that holds for a column, the cell or column that states it, whether it changes by row.

    Rows are mixed where their labels state different units: then they have no sum.
    """

    unit: Unit | None = None
    source: str | None = None
    by_row: bool = False
    mixed: bool = False


def column_units(  # noqa: C901 - one line for each place of a statement
    face: Face,
    header: Header,
    columns: Columns,
    paths: Sequence[tuple[str, ...]],
    body: Body,
    *,
    above: Sequence[int],
    meta: Sequence[int],
    where: str,
) -> tuple[list[ColumnUnit], list[Issue]]:
    """Find the unit of each column, and what is doubtful about it.

    The nearest statement wins: the column's own label, its parents' labels, a row of units under the header,
    a unit row above it, the title, a footnote.

    Parameters
    ----------
    face, header, columns, paths, body
        The table.
    above
        0-based rows between the table before and the header.
    meta
        0-based rows under the header that describe its columns.
    where
        ``file!sheet``, for issues.
    """
    notes = [
        _notes(face, [row for row in above if is_unit_row(face, row)]),
        _notes(face, [row for row in above if not is_unit_row(face, row)]),
        _notes(face, [int(row) for row in body.rows[body.kinds == kind.FOOTER]]),
    ]
    notes[0] += _under_labels(face, header, meta)
    notes[0] += _beside_labels(face, header, body) + _over_names(face, header, columns, paths)
    by_row = _unit_column(face, header, paths, body)
    labelled = _row_labels(face, columns, body)
    found, issues = [], []
    for offset, path in enumerate(paths):
        column = header.left + offset
        if columns.kinds[offset] != "number" or columns.serial[offset]:
            found.append(ColumnUnit())
            continue
        wanted = measure(path)
        label = path[-1] if path else ""
        own, parents = _labels(face, header, column)
        if by_row is not None and _QUANTITY.match(label) and not own:
            found.append(
                same
                if (same := _same_unit(face, by_row, body))
                else ColumnUnit(source=letters(by_row), by_row=True, mixed=_indicators(face, by_row, body))
            )
            continue
        ranks = [own, *parents, _described(face, meta, column), *notes]
        fits = Measure.UNCLEAR if own else wanted
        statement, conflict = nearest(ranks[:1], fits) if own else (None, ())
        if statement is None and wanted in _NEEDED | {Measure.UNCLEAR, Measure.SHARE, Measure.COUNT}:
            limit = len(ranks) if wanted in _NEEDED | {Measure.UNCLEAR} else len(ranks) - len(notes)
            statement, conflict = nearest(ranks[1:limit], wanted)
        if statement is None and wanted is Measure.COUNT:
            statement = _scale(notes) or _only_count(notes)
        if statement is None and (inside := units_in_cells(columns.numbers[column], face, body, column)):
            statement, found_issues = inside
            issues += [_unknown(f"{where}!{letters(column)}", "/".join(path)) for _ in range(found_issues)]
            if statement is None:
                found.append(ColumnUnit())
                continue
        if statement is None and labelled is not None and wanted is not Measure.CODE:
            found.append(labelled)
            continue
        if conflict:
            issues.append(_conflict(f"{where}!{cell_name(header.last, column)}", conflict))
        if (
            statement is None
            and by_row is not None
            and wanted in _NEEDED | {Measure.UNCLEAR}
            and (_measured(face, by_row, body) or label[:1].isdigit())  # by years: of indicators
        ):
            mixed = _indicators(face, by_row, body) or (label[:1].isdigit() and _unlike(face, by_row, body))
            found.append(ColumnUnit(source=letters(by_row), by_row=True, mixed=mixed))
            continue
        if statement is None and wanted in _NEEDED:
            issues.append(_unknown(f"{where}!{letters(column)}", "/".join(path)))
        found.append(
            ColumnUnit() if statement is None else ColumnUnit(unit=statement.unit, source=statement.cell)
        )
    return found, issues


def of_shares(face: Face, read: Numbers, body: Body, column: int, unit: ColumnUnit) -> ColumnUnit:
    """Return the unit of a column of which no label states one, but some cells show per cent beside plain ones."""
    if unit.unit is not None or unit.by_row or not (read.parsed & (np.abs(read.value) > 1)).any():
        return unit
    percent = face.percent(body.rows, column) & read.parsed
    if not percent.any():
        return unit
    return ColumnUnit(unit=find_unit("%"), source=cell_name(int(body.rows[percent.argmax()]), column))


def _scale(notes: Sequence[Sequence[Statement]]) -> Statement | None:
    """Return the scale of no currency that a title states: thousands, of counts too."""
    return next((one for note in notes for one in note if one.unit.dimension is Dimension.SCALE), None)


def _only_count(notes: Sequence[Sequence[Statement]]) -> Statement | None:
    """Return the unit of things that is the only one of all notes: 单位：户."""
    stated = [one for note in notes for one in note]
    return stated[0] if len(stated) == 1 and stated[0].unit.dimension is Dimension.COUNT else None


def _row_labels(face: Face, columns: Columns, body: Body) -> ColumnUnit | None:
    """Return what the labels of the rows state: the unit of all of them, or that it changes by row."""
    texts = [at for at, kind_ in enumerate(columns.kinds) if kind_ == "text" and not columns.serial[at]]
    groups = [int(row) for row in body.rows[body.kinds == kind.GROUP][:_LABELLED]]
    over = [(unit, row) for row in groups for _, text in face.texts(row) for unit in units_of_label(text)]
    if len({unit.name for unit, _ in over}) > 1 and len(over) * 2 > len(groups):
        return ColumnUnit(source=cell_name(over[0][1], columns.left), by_row=True, mixed=True)
    data = body.rows[(body.kinds == kind.DATA) & body.numbered]
    if not texts or not 1 < len(data) <= _LABELLED:
        return None
    for column in (columns.left + at for at in texts[:2]):
        stated = [(units_of_label(face.label(int(row), column)), int(row)) for row in data]
        units = [(found[0], row) for found, row in stated if found]
        if all(find_unit(face.label(row, column)) is not None for _, row in units):
            continue  # a column of units, beside quantities
        names = {unit.name for unit, _ in units}
        if len({unit.dimension for unit, _ in units}) > 1 and len(units) * 2 >= len(data):
            return ColumnUnit(source=letters(column), by_row=True, mixed=True)  # beside plain counts
        if len(units) * 5 >= len(data) * 4 and len(units) > 1:
            if len(names) > 1:
                return ColumnUnit(source=letters(column), by_row=True, mixed=True)
            return (
                ColumnUnit(unit=units[0][0], source=cell_name(units[0][1], column))
                if len(units) == len(data)
                else None
            )
    return None


def units_in_cells(read: Numbers, face: Face, body: Body, column: int) -> tuple[Statement | None, int] | None:
    """Return the unit that the cells of a column carry themselves, and how many doubts there are about it.

    All of one dimension: the first one's unit, or the base unit where bare numbers stand beside them, which is a doubt.
    """
    open_rows = body.rows[read.unparsed][:_LABELLED]
    carried = [(amount, int(row)) for row in open_rows if (amount := carried_amount(face.cells[row, column]))]
    if not carried:
        return None
    units = [(amount.unit, row) for amount, row in carried if amount.unit is not None]
    bare = int(np.count_nonzero(read.parsed & (body.kinds == kind.DATA) & (read.value != 0)))
    if not units:
        return None, 1
    if len({unit.dimension for unit, _ in units}) > 1:
        return None, 1
    unit, row = units[0]
    if bare or len(units) < len(carried):
        base = base_unit(unit)
        return Statement(unit=base, cell=cell_name(row, column)), 1
    return Statement(unit=unit, cell=cell_name(row, column)), 0


def _notes(face: Face, rows: Sequence[int]) -> list[Statement]:
    found = []
    for row in rows:
        texts = list(face.texts(row))
        for index, (column, text) in enumerate(texts):
            units = units_of_note(face.cells[row, column]) or units_in(text)  # with its gaps; or bare
            cell = cell_name(row, column)
            if not units and re.fullmatch(r"(?:计量|金额|货币)?单位:?", text) and index + 1 < len(texts):
                unit = find_unit(texts[index + 1][1])
                units, cell = ((unit,) if unit else ()), cell_name(row, texts[index + 1][0])
            found += [Statement(unit=unit, cell=cell) for unit in units]
    return found


def _under_labels(face: Face, header: Header, meta: Sequence[int]) -> list[Statement]:
    """Return the unit of money that stands alone in a row under the labels: it is that of all amounts."""
    alone = [(row, face.texts(row)[0]) for row in meta if len(face.texts(row)) == 1]
    found = [(row, column, find_unit(text)) for row, (column, text) in alone if column > header.left]
    return [
        Statement(unit=unit, cell=cell_name(row, column))
        for row, column, unit in found
        if unit is not None and unit.dimension in _STATED_OVER
    ]


def _beside_labels(face: Face, header: Header, body: Body) -> list[Statement]:
    """Return what 单位：万元 states at the end of a row of labels, over no cell at all."""
    return [
        Statement(unit=unit, cell=cell_name(header.first, column))
        for column, text in face.texts(header.first)
        if "单位" in text and is_unit_note(text) and not face.filled[body.rows, column].any()
        for unit in units_of_note(text)
    ]


def _over_names(
    face: Face, header: Header, columns: Columns, paths: Sequence[tuple[str, ...]]
) -> list[Statement]:
    """Return the unit that the label over the names states, which have none: it is that of the amounts beside."""
    names = (at for at, held in enumerate(columns.kinds) if held == "text" and not columns.serial[at])
    offset = next(names, None)
    if offset is None or not paths[offset]:
        return []
    found = units_of_label(paths[offset][-1])
    amounts = [path[-1] for path, held in zip(paths, columns.kinds, strict=True) if held == "number" and path]
    dated = all(label[:1].isdigit() for label in amounts)  # by days or years: all of what the corner names
    cell = label_cells(face, header, header.left + offset)[-1]
    return [
        Statement(unit=unit, cell=cell_name(*cell))
        for unit in found
        if dated or unit.dimension in _STATED_OVER
    ]


def _labels(face: Face, header: Header, column: int) -> tuple[list[Statement], list[list[Statement]]]:
    """Return the statements of a column's own label, and of each of its parents, the nearest first."""
    ranks = [
        [Statement(unit=unit, cell=cell_name(*cell)) for unit in units_of_label(face.label(*cell))]
        for cell in reversed(label_cells(face, header, column))
    ]
    if len(ranks) > 1 and not ranks[0]:  # 户 under 住宅, which is what it counts
        cell = label_cells(face, header, column)[-1]
        unit = find_unit(face.label(*cell))
        ranks[0] = [Statement(unit=unit, cell=cell_name(*cell))] if unit is not None else []
    return (ranks[0], ranks[1:]) if ranks else ([], [])


def _described(face: Face, meta: Sequence[int], column: int) -> list[Statement]:
    found = []
    for row in meta:
        label = face.label(row, column)
        unit = find_unit(label) or next(iter(units_of_label(label)), None)
        if unit is not None and label:
            found.append(Statement(unit=unit, cell=cell_name(row, column)))
    return found[:1]


def _unit_column(face: Face, header: Header, paths: Sequence[tuple[str, ...]], body: Body) -> int | None:
    for offset, path in enumerate(paths):
        if path and _UNIT_COLUMN.match(path[-1]):
            column = header.left + offset
            # Beside 数量 it is no office: one known unit says so, whatever else is noted there.
            beside = any(
                _QUANTITY.match(other[-1]) for other in paths[max(offset - 1, 0) : offset + 2] if other
            )
            units = _units(face, column, body)
            known = sum(count for unit, count in units if unit is not None)
            return column if known and (beside or known * 2 > sum(count for _, count in units)) else None
    return None


def _units(face: Face, column: int, body: Body) -> list[tuple[Unit | None, int]]:
    """Return the unit of each distinct text of a column, and how many cells hold it."""
    positions, units = by_distinct(part_of(face.column(column), body.rows), find_unit)
    return list(
        zip(units, np.bincount(positions[positions >= 0], minlength=len(units)).tolist(), strict=True)
    )


def _same_unit(face: Face, column: int, body: Body) -> ColumnUnit | None:
    """Return the unit that every row of a column of units states, None where they differ."""
    rows = body.rows[(body.kinds == kind.DATA) & body.numbered]
    units = _units(face, column, replace(body, rows=rows)) if len(rows) > 1 else []
    named = sum(count for _, count in units)
    if len(units) != 1 or units[0][0] is None or named < len(rows):
        return None
    return ColumnUnit(unit=units[0][0], source=letters(column))


def _measured(face: Face, column: int, body: Body) -> bool:
    """Tell whether a column of units states amounts, areas or lengths, not pieces of goods."""
    units = _units(face, column, body)
    measured = sum(
        count
        for unit, count in units
        if unit is not None and unit.dimension in {*_STATED_OVER, Dimension.AREA, Dimension.LENGTH}
    )
    return measured * 2 >= sum(count for _, count in units) > 0


def _indicators(face: Face, column: int, body: Body) -> bool:
    """Tell whether a column of units states amounts of money beside others: nobody adds those up, as goods are."""
    units = {unit for unit, _ in _units(face, column, body) if unit is not None}
    money = any(unit.dimension in {Dimension.MONEY, Dimension.FOREIGN_MONEY} for unit in units)
    return money and len(units) > 1


def _unlike(face: Face, column: int, body: Body) -> bool:
    """Tell whether a column of units states several dimensions: by years these are indicators, and have no sum."""
    return len({unit.dimension for unit, _ in _units(face, column, body) if unit is not None}) > 1


def _conflict(where: str, statements: Sequence[Statement]) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code="UNIT_CONFLICT",
        where=where,
        value="、".join(statement.unit.name for statement in statements),
        understood=Message.of(
            "statements of equal rank differ: {cells}", cells=", ".join(s.cell for s in statements)
        ),
        suggestion=Message.of("state one unit"),
    )


def _unknown(where: str, name: str) -> Issue:
    return Issue(
        severity=Severity.WARNING,
        code="UNIT_UNKNOWN",
        where=where,
        value=name,
        understood=Message.of("no unit is stated"),
        suggestion=Message.of("write the unit into the column's label, such as （万元）"),
    )
