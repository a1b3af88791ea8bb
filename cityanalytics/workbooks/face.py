"""What stands in each cell of a grid, and which cell a merged one belongs to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from cityanalytics.workbooks.cells import squeezed
from cityanalytics.workbooks.numeric import Numbers, decimal_comma, read_objects, read_texts, with_comma
from cityanalytics.workbooks.sidebyside import side_by_side
from cityanalytics.workbooks.texts import TextCells, matching, nonblank, part_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from cityanalytics.workbooks.sheet import Grid, Merge
    from cityanalytics.workbooks.texts import Texts


#: So many first rows tell how numbers are written.
_PROOF = 1000
#: Merged cells beyond this are not followed.
_MERGED = 1_000_000


class Code:
    """What stands in a cell: numbers, compared with whole arrays of them."""

    BLANK: Final = 0
    TEXT: Final = 1
    NUMBER: Final = 2
    DATE: Final = 3
    ERROR: Final = 4
    OTHER: Final = 5


class _Codes(dict[type, int]):
    def __missing__(self, kind: type) -> int:
        return Code.OTHER


_CODES = _Codes(
    {
        type(None): Code.BLANK,
        str: Code.TEXT,
        float: Code.NUMBER,
        int: Code.NUMBER,
        dt.date: Code.DATE,
        dt.datetime: Code.DATE,
    }
)


def _codes(flat: list[object]) -> NDArray[np.int8]:
    codes = np.fromiter(map(_CODES.__getitem__, map(type, flat)), np.int8, len(flat))
    texts = np.flatnonzero(codes == Code.TEXT)
    chosen = cast("Iterator[str]", compress(flat, (codes == Code.TEXT).tolist()))
    worded = np.fromiter(map(bool, map(str.strip, chosen)), bool, len(texts))
    codes[texts[~worded]] = Code.BLANK
    return codes


@dataclass(frozen=True, kw_only=True, eq=False)
class Face:
    """A grid with a code for each cell.

    Parameters
    ----------
    grid
        The sheet.
    codes
        int8, of the shape of ``grid.values``, column by column in memory; text of white space alone is blank.
    """

    grid: Grid
    codes: NDArray[np.int8]
    _texts: dict[int, Texts] = field(default_factory=dict, repr=False)
    _rows: dict[int, list[tuple[int, str]]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, grid: Grid) -> Face:
        """Look at every cell once."""
        values = grid.values
        if isinstance(values, TextCells):
            codes = np.zeros(values.shape, np.int8, order="F")
            for at, filled in enumerate(side_by_side(nonblank, values.columns, rows=len(codes))):
                codes[:, at] = filled  # 1 is TEXT
        else:
            codes = np.asfortranarray(_codes(values.ravel().tolist()).reshape(values.shape))
        height, width = values.shape
        for row, column in (*grid.errors, *grid.uncached):
            if row < height and column < width:
                codes[row, column] = Code.ERROR
        return cls(grid=grid, codes=codes)

    @property
    def cells(self) -> NDArray[np.object_] | TextCells:
        """The raw values, of the shape of `codes`."""
        return self.grid.values

    def column(self, column: int) -> Texts:
        """Return the texts of a column, from the first row down; None where a cell is no text."""
        if isinstance(self.cells, TextCells):
            return self.cells.columns[column]
        if column not in self._texts:
            text = self.codes[:, column] == Code.TEXT
            self._texts[column] = texts_of(self.cells[:, column], text)
        return self._texts[column]

    def numbers(self, rows: NDArray[np.intp], column: int) -> Numbers:
        """Return the cells of a column read as numbers."""
        if self._decimal_comma and (self.codes[rows, column] == Code.TEXT).any():
            cells = self.cells[rows, column].tolist()
            texts = with_comma([cell if isinstance(cell, str) else None for cell in cells])
            return read_objects(
                np.array(
                    [text if text is not None else cell for text, cell in zip(texts, cells, strict=True)],
                    object,
                )
            )
        if isinstance(self.cells, TextCells):
            return read_texts(part_of(self.cells.columns[column], rows))
        return read_objects(self.cells[rows, column])

    @cached_property
    def _decimal_comma(self) -> bool:
        """Whether the first texts of the columns prove that decimals follow a comma."""
        first = np.arange(min(len(self.codes), _PROOF))
        columns = [at for at in range(self.shape[1]) if (self.codes[first, at] == Code.TEXT).any()]
        return decimal_comma(
            (part_of(self.column(at), first) for at in columns), semicolons=self.grid.semicolons
        )

    def percent(self, rows: NDArray[np.intp], column: int) -> NDArray[np.bool_]:
        """Tell which cells of a column are shown as per cent, by their format or their text."""
        native = self.codes[rows, column] == Code.NUMBER
        cells = self.grid.percent_cells
        if cells is None:
            formatted = native & (column in self.grid.percent_columns)
        else:
            formatted_rows = np.fromiter((row for row, at in cells if at == column), np.intp)
            formatted = native & np.isin(rows, formatted_rows)
        written = matching(part_of(self.column(column), rows), "[%％‰]")
        found: NDArray[np.bool_] = formatted | written
        return found

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.codes), int(self.codes.shape[-1])

    @cached_property
    def filled(self) -> NDArray[np.bool_]:
        """Where a cell is not blank."""
        found: NDArray[np.bool_] = self.codes != Code.BLANK
        return found

    @cached_property
    def occupied(self) -> NDArray[np.bool_]:
        """Where a cell is not blank, or a cell merged down over it is not."""
        if not self.grid.merges:
            return self.filled
        found = self.filled.copy()
        for merge in self.grid.merges:
            if merge.bottom > merge.top and merge.top < self.shape[0] and merge.left < self.shape[1]:
                found[merge.top : merge.bottom + 1, merge.left] |= self.filled[merge.top, merge.left]
        return found

    @cached_property
    def merges_from(self) -> dict[tuple[int, int], Merge]:
        """Merged ranges by their first cell."""
        return {(merge.top, merge.left): merge for merge in self.grid.merges}

    @cached_property
    def _merged(self) -> tuple[dict[tuple[int, int], tuple[int, int]], bool]:
        """Cells of merged ranges and the first cell of each range; and whether ranges were left out.

        True ranges do not overlap, so together they are no larger than their sheet; what is larger is not followed.
        """
        rows, columns = self.shape
        found: dict[tuple[int, int], tuple[int, int]] = {}
        left = min(rows * columns, _MERGED)
        for merge in self.grid.merges:
            down = range(merge.top, min(merge.bottom + 1, rows))
            across = range(merge.left, min(merge.right + 1, columns))
            left -= len(down) * len(across)
            if left < 0:
                return found, True
            first = (merge.top, merge.left)
            found.update(
                ((row, column), first) for row in down for column in across if (row, column) != first
            )
        return found, False

    @property
    def covered(self) -> dict[tuple[int, int], tuple[int, int]]:
        """The first cell of the merged range that a cell belongs to, for every cell but the first."""
        return self._merged[0]

    @property
    def overlapping(self) -> bool:
        """Whether merged ranges overlap or are too large, so that some are not followed."""
        return self._merged[1]

    def label(self, row: int, column: int) -> str:
        """Return the text of a cell without white space, empty where it is no text."""
        value = self.cells[row, column]
        return squeezed(value) if isinstance(value, str) else ""

    def texts(self, row: int) -> list[tuple[int, str]]:
        """Return column and text, without white space, of the texts of a row."""
        if row not in self._rows:
            columns = np.flatnonzero(self.codes[row] == Code.TEXT).tolist()
            self._rows[row] = [(column, squeezed(self.cells[row, column])) for column in columns]
        return self._rows[row]

    def width(self, row: int, column: int) -> int:
        """Return how many columns the cell spans."""
        merge = self.merges_from.get((row, column))
        return merge.right - merge.left + 1 if merge else 1
