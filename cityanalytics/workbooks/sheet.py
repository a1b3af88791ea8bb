"""One sheet as it stands: values from A1, merges, visibility, errors; and how its cells are named."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from cityanalytics.workbooks.texts import TextCells

Visibility = Literal["visible", "hidden"]

#: A grid holds at most so many cells; what lies beyond a wide gap is kept apart.
MAX_CELLS = 20_000_000
#: No spreadsheet has more columns, and no list of a unit comes near so many rows.
MAX_COLUMNS, MAX_ROWS = 16_384, 3_000_000
_GAP_ROWS, _GAP_COLUMNS = 1000, 100
#: A range of so many cells is laid out whatever it holds; a larger one where one cell in so many is filled.
_ROOMY, _SPARSE = 4_000_000, 20


#: A document that is read as a tree holds at most so many tags: each costs a hundred times its bytes.
MAX_TAGS = 4_000_000


def admit_tree(xml: bytes) -> bytes:
    """Return XML that is small enough to become a tree.

    Raises
    ------
    UnreadableError
        It holds too many tags.
    """
    if xml.count(b"<") > MAX_TAGS:
        raise UnreadableError(Message.of("it holds more than {count} tags", count=MAX_TAGS))
    return xml


class UnreadableError(Exception):
    """A container that cannot be read, with the reason as a message."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def admit_size(rows: int, columns: int) -> None:
    """Refuse a sheet of more rows or columns than any list has.

    Raises
    ------
    UnreadableError
        It has more.
    """
    if columns > MAX_COLUMNS:
        raise UnreadableError(Message.of("it has more than {count} columns", count=MAX_COLUMNS))
    if rows > MAX_ROWS:
        raise UnreadableError(Message.of("it has more than {count} rows", count=MAX_ROWS))


class Merge(NamedTuple):
    """A merged range: 0-based, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """One sheet as it stands, positioned from A1.

    Parameters
    ----------
    sheet
        Name of the sheet.
    visibility
        ``visible`` or ``hidden``.
    values
        2-D array of objects, rows by columns from A1: None (blank or error), text, float, bool, date,
        datetime or time. Only the first cell of a merged range holds its value. Long delimited text is kept
        in columns instead.
    merges
        Merged ranges.
    hidden_rows, hidden_columns
        0-based positions.
    errors
        Position (0-based row, column) of a cell with an error value: its text, such as ``#DIV/0!``.
    uncached
        Positions of formulas without a cached value.
    percent_columns
        0-based columns of which most numbers are formatted as per cent.
    percent_cells
        Positions of the cells that are; None where the container tells it of columns alone.
    outliers
        Cells so far from the others that the array leaves them out: position and value.
    semicolons
        Whether semicolons part the cells, as text has it where the comma stands before decimals.
    """

    sheet: str
    visibility: Visibility = "visible"
    values: NDArray[np.object_] | TextCells
    merges: tuple[Merge, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    errors: Mapping[tuple[int, int], str] = field(default_factory=dict)
    uncached: frozenset[tuple[int, int]] = frozenset()
    percent_columns: frozenset[int] = frozenset()
    percent_cells: frozenset[tuple[int, int]] | None = None
    outliers: tuple[tuple[int, int, object], ...] = ()
    semicolons: bool = False


def letters(column: int) -> str:
    """Return the letters of a 0-based column.

    Examples
    --------
    >>> letters(0), letters(25), letters(26), letters(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_index(text: str) -> int:
    """Return the 0-based column of its letters.

    Examples
    --------
    >>> column_index("A"), column_index("XFD")
    (0, 16383)
    """
    index = 0
    for letter in text:
        index = index * 26 + ord(letter) - 64
    return index - 1


def cell_name(row: int, column: int) -> str:
    """Return the name of a 0-based position.

    Examples
    --------
    >>> cell_name(6, 13)
    'N7'
    """
    return f"{letters(column)}{row + 1}"


def dense(
    cells: Mapping[tuple[int, int], object],
) -> tuple[NDArray[np.object_], list[tuple[int, int, object]]]:
    """Lay cells out from A1, leaving out what lies beyond a wide gap of a range that is large and all but empty.

    Returns
    -------
    tuple
        The array, rows by columns, and the cells left out: row, column, value.
    """
    if not cells:
        return np.empty((0, 0), dtype=object), []
    rows, columns = reach(cells)
    if rows * columns > MAX_CELLS:
        raise UnreadableError(Message.of("the used range has more than {count} cells", count=MAX_CELLS))
    values = np.full((rows, columns), None, dtype=object)
    outliers = []
    for (row, column), value in cells.items():
        if row < rows and column < columns:
            values[row, column] = value
        else:
            outliers.append((row, column, value))
    return values, outliers


def is_sparse(cells: int, filled: int) -> bool:
    """Tell whether a range is so large, and so little of it filled, that what is far from the rest is kept apart."""
    return cells > MAX_CELLS or cells > max(_ROOMY, _SPARSE * filled)


def reach(cells: Collection[tuple[int, int]]) -> tuple[int, int]:
    """Return how many rows and columns cells take from A1: of a sparse range up to the first wide gap."""
    rows = _reach({row for row, _ in cells}, None)
    columns = _reach({column for _, column in cells}, None)
    if not is_sparse(rows * columns, len(cells)):
        return rows, columns
    rows = _reach({row for row, _ in cells}, _GAP_ROWS)
    return rows, _reach({column for row, column in cells if row < rows}, _GAP_COLUMNS)


def _reach(positions: set[int], gap: int | None) -> int:
    """Return how far positions go, up to the first gap wider than `gap` after the first of them."""
    ordered = sorted(positions)
    if gap is not None:
        for before, after in pairwise(ordered):
            if after - before > gap:
                return before + 1
    return ordered[-1] + 1
