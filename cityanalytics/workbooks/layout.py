"""Which of a sheet's cells are laid out from A1: all, or those before a wide gap where next to nothing is filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.limits import LIMITS, admit_blanks, admit_cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from cityanalytics.workbooks.sheet import Grid

#: A gap wider than this parts what is near from what is far.
_GAP_ROWS, _GAP_COLUMNS = 1000, 100
#: A range of which one cell in so many is filled is laid out however large it is.
_SPARSE = 4


def is_sparse(cells: int, filled: int) -> bool:
    """Tell whether a range is so large, and so little of it filled, that what is far from the rest is kept apart."""
    return cells > min(LIMITS.get().cells, roomy(filled))


def roomy(filled: int) -> int:
    """Return how many cells are laid out for so many that are filled."""
    return max(LIMITS.get().blanks, _SPARSE * filled)


def reach(rows: NDArray[np.int_], columns: NDArray[np.int_]) -> tuple[int, int]:
    """Return how many rows and columns cells take from A1: of a sparse range up to the first wide gap.

    Parameters
    ----------
    rows, columns
        0-based position of each cell that is filled, shape (n,).

    Raises
    ------
    UnreadableError
        No gap is wide enough: what is left is sparse too.

    Examples
    --------
    >>> reach(np.array([0, 1, 900_000]), np.array([0, 4, 1]))
    (2, 5)
    """
    if not len(rows):
        return 0, 0
    down, across = int(rows.max()) + 1, int(columns.max()) + 1
    if not is_sparse(down * across, len(rows)):
        return down, across
    down = _before_gap(rows, _GAP_ROWS)
    across = _before_gap(columns[rows < down], _GAP_COLUMNS)
    near = int(np.count_nonzero((rows < down) & (columns < across)))
    if down * across > roomy(near):
        admit_blanks(down * across - near)
    return down, across


def _before_gap(positions: NDArray[np.int_], gap: int) -> int:
    """Return how far positions go, up to the first wide gap after the first of them."""
    ordered = np.unique(positions)
    wide = np.flatnonzero(np.diff(ordered) > gap)
    return int(ordered[wide[0] if len(wide) else -1]) + 1


def dense(
    cells: Mapping[tuple[int, int], object],
) -> tuple[NDArray[np.object_], list[tuple[int, int, object]]]:
    """Lay cells out from A1, leaving out what lies beyond a wide gap of a range that is large and all but empty.

    Returns
    -------
    tuple
        The array, rows by columns, and the cells left out: row, column, value.
    """
    places = np.fromiter((at for place in cells for at in place), dtype=int, count=2 * len(cells))
    rows, columns = reach(places[::2], places[1::2])
    values = np.full((rows, columns), None, dtype=object)
    outliers = []
    for (row, column), value in cells.items():
        if row < rows and column < columns:
            values[row, column] = value
        else:
            outliers.append((row, column, value))
    return values, outliers


def admitted(grids: Iterable[Grid]) -> list[Grid]:
    """Return sheets as they are made, as long as together they are not too large."""
    found: list[Grid] = []
    for grid in grids:
        found.append(grid)
        admit_cells(sum(rows * columns for rows, columns in (one.values.shape for one in found)))
    return found
