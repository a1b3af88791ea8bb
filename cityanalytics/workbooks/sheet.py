"""One sheet as it stands: values from A1, merges, visibility, errors; and how its cells are named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from cityanalytics.workbooks.texts import TextCells

Visibility = Literal["visible", "hidden"]

#: No spreadsheet has more columns, and no list of a unit comes near so many rows.
MAX_COLUMNS, MAX_ROWS = 16_384, 3_000_000
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
