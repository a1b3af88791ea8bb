"""Cells of a sheet highlighted: their own look with a fill; blank cells and rows are made where there are none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cityanalytics.workbooks.grid import cell_name
from cityanalytics.workbooks.marking.bytexml import appended, edited, retagged, scan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityanalytics.issues import Severity
    from cityanalytics.workbooks.marking.bytexml import Edit, Element
    from cityanalytics.workbooks.marking.looks import Looks
    from cityanalytics.workbooks.marking.places import Cell


def unhighlight(xml: bytes, looks: Looks) -> bytes:
    """Take fills of ours from the cells of a sheet."""
    if not looks.marked:
        return xml

    numbers = "|".join(map(str, sorted(looks.marked)))
    cell = re.compile(rf"<(?:\w+:)?c\s(?:[^<>]*\s)?s\s*=\s*[\"']({numbers})[\"'][^<>]*>".encode())
    return cell.sub(lambda tag: retagged(tag[0], s=looks.unfilled(int(tag[1])) or None), xml)


def highlight(xml: bytes, marks: Mapping[Cell, Severity], looks: Looks) -> bytes:
    """Give cells of a sheet the fill of their severity.

    Parameters
    ----------
    xml
        The sheet's part.
    marks
        0-based cells and how much their gravest issue weighs.
    looks
        Gives styles their numbers.
    """
    wanted: dict[int, dict[int, Severity]] = {}
    for cell, severity in sorted(marks.items()):
        wanted.setdefault(cell[0], {})[cell[1]] = severity
    root = scan(xml, frozenset(wanted))
    data = root.child("sheetData")
    rows = {row.number: row for row in data.children if row.local == "row"}
    columns = _column_styles(root)
    edits: list[Edit] = []
    made: dict[int, bytes] = {}
    for number, cells in wanted.items():
        row = rows.get(number)
        if row is not None:
            edits += _row(xml, row, cells, columns, looks)
            continue
        new = b"".join(
            _cell(data.prefix, number, column, looks.filled(_base(columns, column), severity))
            for column, severity in cells.items()
        )
        offset = min((one.start for at, one in rows.items() if at > number), default=data.close)
        line = f'<{data.prefix}row r="{number + 1}">'.encode() + new + f"</{data.prefix}row>".encode()
        made[offset] = made.get(offset, b"") + line
    if data.close == data.end and made:  # <sheetData/>
        edits += appended(xml, data, b"".join(made.values()))
    else:
        edits += [(offset, offset, lines) for offset, lines in made.items()]
    return edited(xml, edits)


def _row(
    xml: bytes, row: Element, cells: Mapping[int, Severity], columns: list[tuple[range, int]], looks: Looks
) -> list[Edit]:
    present = {cell.number: cell for cell in row.children}
    edits: list[Edit] = []
    new: dict[int, bytes] = {}
    for column, severity in cells.items():
        if cell := present.get(column):
            look = looks.filled(int(cell.attributes.get("s", "0")), severity)
            edits.append((cell.start, cell.inner, retagged(xml[cell.start : cell.inner], s=look)))
            continue
        base = _base(columns, column)
        if row.attributes.get("customFormat") in {"1", "true"}:
            base = int(row.attributes.get("s", "0"))
        offset = min((cell.start for at, cell in present.items() if at > column), default=row.close)
        made = _cell(row.prefix, row.number, column, looks.filled(base, severity))
        new[offset] = new.get(offset, b"") + made
    if not new:
        return edits
    at_end = new.pop(row.close, b"")
    edits += [(offset, offset, made) for offset, made in new.items()]
    return edits + appended(xml, row, at_end, spans=None)  # the row may reach further than it says


def _column_styles(root: Element) -> list[tuple[range, int]]:
    return [
        (
            range(int(one.attributes["min"]) - 1, int(one.attributes["max"])),
            int(one.attributes.get("style", "0")),
        )
        for group in root.children
        if group.local == "cols"
        for one in group.children
    ]


def _base(columns: list[tuple[range, int]], column: int) -> int:
    return next((style for held, style in columns if column in held), 0)


def _cell(prefix: str, row: int, column: int, style: int) -> bytes:
    return f'<{prefix}c r="{cell_name(row, column)}" s="{style}"/>'.encode()
