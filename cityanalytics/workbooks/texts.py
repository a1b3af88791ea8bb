"""Columns of text: short ones are lists, long ones Arrow arrays, whose million cells are looked at at once."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from cityanalytics.workbooks.cells import is_missing

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import TypeAlias

    import pyarrow as pa
    from numpy.typing import NDArray

#: A column of text, None or null where a cell holds none. Arrow costs more than it saves where there are few.
Texts: TypeAlias = "pa.ChunkedArray | list[str | None]"
Result = TypeVar("Result")
Key = int | np.integer[Any] | slice | np.ndarray
#: Where so many first texts say fewer than a tenth as many different things, each is asked once.
_FIRST, _OFTEN = 5000, 10
_RUNS = 1000
#: Fewer texts than this are a list.
_FEW = 2000
#: White space beyond ASCII, which RE2 calls \pZ and Python's ASCII patterns do not know.
_SEPARATORS = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000 "
#: No mark or word for what is missing is longer, white space between its letters counted.
_SHORT = 12


@cache
def arrow() -> tuple[ModuleType, ModuleType]:
    """Return Arrow and its functions on columns: importing them takes longer than reading a short sheet."""
    import pyarrow as pa
    import pyarrow.compute as pc

    # Arrow's own pool hands memory back and asks for it anew: a million records take an eighth longer with it.
    pa.set_memory_pool(pa.system_memory_pool())
    return pa, pc


@dataclass(frozen=True, kw_only=True, eq=False)
class TextCells:
    """The cells of delimited text, rows by columns, read like an array of objects.

    Parameters
    ----------
    columns
        One Arrow array of strings for each column, of one length; an empty cell is null.
    """

    columns: tuple[pa.ChunkedArray, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return (len(self.columns[0]) if self.columns else 0), len(self.columns)

    @property
    def size(self) -> int:
        """Count of cells."""
        height, width = self.shape
        return height * width

    def __getitem__(self, key: Key | tuple[Key, Key]) -> Any:  # noqa: ANN401 - as NumPy's own
        """Return a cell (text or None), or an array of cells (object), as NumPy does for the same key."""
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        if isinstance(columns, int | np.integer):
            return _taken(self.columns[columns], rows)
        chosen = range(len(self.columns))[columns] if isinstance(columns, slice) else columns.nonzero()[0]
        parts = [_taken(self.columns[column], rows) for column in chosen]
        if isinstance(rows, int | np.integer):
            return np.array(parts, dtype=object)
        return np.stack(parts, axis=1) if parts else np.empty((self.shape[0], 0), dtype=object)

    def tolist(self) -> list[list[str | None]]:
        """Return the rows as lists."""
        return [list(row) for row in zip(*(column.to_pylist() for column in self.columns), strict=True)]


def _taken(column: pa.ChunkedArray, rows: Key) -> Any:  # noqa: ANN401 - a cell, or an array of them
    if isinstance(rows, int | np.integer):
        return column[int(rows)].as_py()
    part = part_of(column, rows)
    return np.array(part, dtype=object) if isinstance(part, list) else part.to_numpy()


def part_of(column: Texts, rows: slice | NDArray[np.intp]) -> Texts:
    """Return the cells of some rows, ascending; where they stand in few runs, without a copy."""
    if isinstance(column, list):
        return column[rows] if isinstance(rows, slice) else [column[row] for row in rows.tolist()]
    if isinstance(rows, slice):
        return column[rows]
    if not len(rows):
        return column.slice(0, 0)
    if rows[-1] - rows[0] == len(rows) - 1:
        return column.slice(int(rows[0]), len(rows))
    pa, _ = arrow()
    borders = np.flatnonzero(np.diff(rows) != 1) + 1
    if len(borders) > _RUNS:
        return column.take(pa.array(rows))
    runs = zip(rows[[0, *borders]].tolist(), np.diff([0, *borders, len(rows)]).tolist(), strict=True)
    return pa.chunked_array([chunk for start, length in runs for chunk in column.slice(start, length).chunks])


def texts_of(cells: NDArray[np.object_], text: NDArray[np.bool_]) -> Texts:
    """Return the texts of a column of objects; None where `text` is False.

    Examples
    --------
    >>> texts_of(np.array(["甲", 1.0, None], dtype=object), np.array([True, False, False]))
    ['甲', None, None]
    """
    if len(cells) < _FEW:
        return [cell if holds else None for cell, holds in zip(cells.tolist(), text.tolist(), strict=True)]
    pa, _ = arrow()
    try:
        found = pa.array(cells, type=pa.string(), mask=~text)
    except UnicodeEncodeError:  # half of a pair, as a damaged workbook may hold
        whole = [
            cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else None for cell in cells
        ]
        found = pa.array(whole, type=pa.string(), mask=~text)
    return pa.chunked_array([found])


def matching(texts: Texts, pattern: str) -> NDArray[np.bool_]:
    r"""Tell which texts hold a match of an RE2 pattern; None holds none.

    The pattern is one that Python reads alike: ``\s`` and ``\pZ`` within brackets, digits as ``[0-9]``, no ``\b``.

    Examples
    --------
    >>> import pyarrow as pa
    >>> matching(pa.chunked_array([["12", "一", None]]), "^[0-9]+$").tolist()
    [True, False, False]
    """
    if isinstance(texts, list):
        return np.fromiter((text is not None and _holds(text, pattern) for text in texts), bool, len(texts))
    _, pc = arrow()
    first = texts.slice(0, _FIRST)
    if len(texts) > _FIRST and pc.count_distinct(first).as_py() * _OFTEN < _FIRST:  # each text is asked once
        encoded = _encoded(texts)
        found = truths(pc.match_substring_regex(encoded.dictionary, pattern))
        return np.append(found, [False])[_positions(encoded)]
    return truths(pc.match_substring_regex(texts, pattern))


@lru_cache(maxsize=1 << 15)
def _holds(text: str, pattern: str) -> bool:
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    """Return an RE2 pattern as Python's: white space is ASCII, and $ is the very end but of lines."""
    # White space alone is what Python calls so but for these: compiled far sooner than a set of all separators.
    plain = pattern.replace(r"[\s\pZ]", r"[^\S\x0b\x1c-\x1f\x85]")
    plain = plain.replace(r"\s", "\t\n\f\r ").replace(r"\pZ", _SEPARATORS)
    return re.compile(plain if plain.startswith("(?m)") else re.sub(r"\$$", r"\\Z", plain))


def equal(texts: Texts, text: str) -> NDArray[np.bool_]:
    """Tell which texts are a text."""
    if isinstance(texts, list):
        return np.fromiter((one == text for one in texts), bool, len(texts))
    return truths(arrow()[1].equal(texts, text))


def truths(values: pa.Array | pa.ChunkedArray) -> NDArray[np.bool_]:
    """Return Arrow's truth values, False for null."""
    values = values.fill_null(False) if values.null_count else values  # noqa: FBT003 - Arrow's order
    found: NDArray[np.bool_] = np.asarray(values, dtype=bool)
    return found


def nonblank(texts: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Tell which texts are neither null nor nothing but white space."""
    _, pc = arrow()
    return truths(pc.invert(pc.utf8_is_space(texts)))


def floats(texts: Texts, plain: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the numbers that the `plain` texts are, each rounded once; nan elsewhere."""
    if isinstance(texts, list):
        numbers = (
            float(text) if number and text else math.nan
            for text, number in zip(texts, plain.tolist(), strict=True)
        )
        return np.fromiter(numbers, float, len(texts))
    pa, pc = arrow()
    if not plain.all():
        texts = pc.if_else(pa.array(plain), texts, pa.scalar(None, pa.string()))
    return _as_floats(pc.cast(texts, pa.float64()))


def all_floats(texts: pa.ChunkedArray) -> NDArray[np.float64] | None:
    """Return the numbers that all texts are, nan for null; None where any is no finite number."""
    pa, pc = arrow()
    try:
        cast = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        return None
    found = _as_floats(cast)
    return found if int(np.isfinite(found).sum()) == len(texts) - texts.null_count else None


def _as_floats(cast: pa.ChunkedArray) -> NDArray[np.float64]:
    found: NDArray[np.float64] = cast.to_numpy()
    return found if found.flags.writeable else found.copy()


def _encoded(texts: pa.ChunkedArray) -> pa.DictionaryArray:
    return texts.dictionary_encode().combine_chunks()


def _positions(encoded: pa.DictionaryArray) -> NDArray[np.int32]:
    indices = encoded.indices
    found: NDArray[np.int32] = np.asarray(indices.fill_null(-1) if indices.null_count else indices)
    return found


def by_distinct(texts: Texts, function: Callable[[str], Result]) -> tuple[NDArray[np.int32], list[Result]]:
    """Apply a function to each distinct text once.

    Returns
    -------
    tuple
        For each text the position of its result, -1 for null; and the results.

    Examples
    --------
    >>> import pyarrow as pa
    >>> positions, results = by_distinct(pa.chunked_array([["甲", "乙乙", None, "甲"]]), len)
    >>> positions.tolist(), results
    ([0, 1, -1, 0], [1, 2])
    """
    if isinstance(texts, list):
        known: dict[str, int] = {}
        positions = [-1 if text is None else known.setdefault(text, len(known)) for text in texts]
        return np.array(positions, dtype=np.int32), [function(text) for text in known]
    encoded = _encoded(texts)
    return _positions(encoded), [function(text) for text in encoded.dictionary.to_pylist()]


def without_missing(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts with null for those that say nothing: dashes, and words such as 待定.

    Examples
    --------
    >>> import pyarrow as pa
    >>> without_missing(pa.chunked_array([["甲", "待定", None, "—"]])).to_pylist()
    ['甲', None, None, None]
    """
    pa, pc = arrow()
    short = np.flatnonzero(truths(pc.less_equal(pc.utf8_length(pc.utf8_trim_whitespace(texts)), _SHORT)))
    missing = np.zeros(len(texts), dtype=bool)
    missing[short] = holding(texts.take(pa.array(short)), is_missing)
    return pc.if_else(pa.array(missing), pa.scalar(None, texts.type), texts) if missing.any() else texts


def stripped(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return texts without white space around them."""
    return arrow()[1].utf8_trim_whitespace(texts)


def holding(texts: Texts, function: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Tell for which texts a function is true, asking it once for each distinct text; for null it is not."""
    positions, results = by_distinct(texts, function)
    return np.array([*results, False], dtype=bool)[positions]
