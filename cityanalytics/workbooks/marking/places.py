"""Where issues stand: from ``file!sheet!cell`` to a sheet and the cells that show it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.issues import Severity
from cityanalytics.workbooks.grid import column_index

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cityanalytics.issues import Issue
    from cityanalytics.workbooks.grid import Grid, Grids

#: Rows and columns of a sheet; of a larger range than this the first cell alone is marked.
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
MOST_MARKS = 20_000
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")
_COLUMN = re.compile(r"[A-Z]{1,3}")

Cell = tuple[int, int]
#: By the letters of a column, in each sheet: its tables' labels and last header rows (1-based).
_Headers = dict[tuple[str, str], list[tuple[str, int]]]


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """An issue and where it stands.

    Parameters
    ----------
    issue
        The issue.
    sheet
        The sheet, empty where the issue concerns the file.
    place
        What the issue names in the sheet: a cell, a range, a column, or nothing.
    cells
        The cells that are marked, 0-based; of a merged range the one that shows.
    """

    issue: Issue
    sheet: str = ""
    place: str = ""
    cells: tuple[Cell, ...] = ()


def place_doubts(issues: Iterable[Issue], workbook: Grids) -> list[Doubt]:
    """Find the cells of each issue, those that block first.

    Parameters
    ----------
    issues
        Issues of the workbook; its name is the first part of their places.
    workbook
        As it was read.
    """
    grids = {grid.sheet: grid for grid in workbook.sheets}
    ordered = sorted(issues, key=lambda issue: issue.severity is not Severity.ERROR)
    parts = [_split(issue.where[len(workbook.name) :].removeprefix("!"), grids) for issue in ordered]
    headers = _headers(workbook) if any(_COLUMN.fullmatch(place) for _, place in parts) else {}
    doubts = []
    for issue, (sheet, place) in zip(ordered, parts, strict=True):
        found = _cells(place, grids[sheet], headers, issue.value) if sheet else []
        shown = dict.fromkeys(_anchor(grids[sheet], cell) for cell in found)
        cells = tuple(cell for cell in shown if cell[0] < MOST_ROWS and cell[1] < MOST_COLUMNS)
        doubts.append(Doubt(issue=issue, sheet=sheet, place=place, cells=cells))
    return doubts


def _split(rest: str, grids: Mapping[str, Grid]) -> tuple[str, str]:
    """Return the sheet and the place in it; a sheet's own name may hold a ``!``."""
    for name in sorted(grids, key=len, reverse=True):
        if rest == name or rest.startswith(f"{name}!"):
            return name, rest[len(name) + 1 :]
    return "", rest


def _headers(workbook: Grids) -> _Headers:
    from cityanalytics.workbooks.tables import understand

    headers: _Headers = {}
    for table in understand(workbook).tables:
        for column in table.columns:
            headers.setdefault((table.sheet, column.letter), []).append((column.name, table.header_rows[1]))
    return headers


def _cells(place: str, grid: Grid, headers: _Headers, value: str) -> Sequence[Cell]:
    if _COLUMN.fullmatch(place):  # what concerns a column is shown at its label
        labels = headers.get((grid.sheet, place), [])
        rows = [row for name, row in labels if name == value] or [row for _, row in labels] or [1]
        return [(row - 1, column_index(place)) for row in rows]
    if "," in place:
        return [cell for part in place.split(",") for cell in _cells(part, grid, headers, value)]
    found = _RANGE.fullmatch(place)
    if found is None or int(found[2]) == 0:
        return []
    first = int(found[2]) - 1, column_index(found[1])
    if found[3] is None:
        return [first]
    height, width = (int(size) for size in grid.values.shape)
    across = range(first[1], min(column_index(found[3]) + 1, width))
    down = range(first[0], min(int(found[4]), height))
    if len(down) * len(across) > MOST_MARKS:
        return [first]
    return [(row, column) for row in down for column in across] or [first]


def _anchor(grid: Grid, cell: Cell) -> Cell:
    for merge in grid.merges:
        if merge.top <= cell[0] <= merge.bottom and merge.left <= cell[1] <= merge.right:
            return merge.top, merge.left
    return cell
