"""Long delimited text in columns: parsed by Arrow while the rest is still being decoded."""

from __future__ import annotations

import csv
import io
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from queue import SimpleQueue
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.issues import Message
from cityanalytics.workbooks.sheet import UnreadableError, admit_size
from cityanalytics.workbooks.texts import TextCells, arrow, truths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

_FIELD_LIMIT = 10_000_000
#: Arrow looks at so many bytes at once; a piece is shorter.
_BLOCK = 1 << 24
#: So many records tell how wide long text is; so many may have another width.
_FIRST, _RAGGED = 1000, 50_000
_CHUNKS = 500
_MOST_CELLS = 60_000_000


def in_columns(pieces: Iterator[bytes], delimiter: str, *, lines: int = 0) -> TextCells | None:
    """Return the cells of long delimited text in columns; None where its records are of too many widths.

    Parameters
    ----------
    pieces
        The text in UTF-8; used up unless its first piece tells that it is not for columns.
    delimiter
        What stands between fields.
    lines
        About how many lines there are, where it is known.

    Raises
    ------
    UnreadableError
        It has too many columns or cells.
    """
    first = next(pieces)
    try:
        widths = Counter(len(record) for record in islice(records(first, delimiter), _FIRST) if record)
    except csv.Error:
        return None
    if not widths:
        return None
    width = widths.most_common(1)[0][0]
    admit_size(0, max(widths))
    if lines * width > _MOST_CELLS:
        raise UnreadableError(Message.of("the used range has more than {count} cells", count=_MOST_CELLS))
    stream, quotes = _Stream(), 0
    with ThreadPoolExecutor(1) as pool:
        parsing = pool.submit(_parsed, stream, width, delimiter)
        try:
            for piece in chain((first,), pieces):
                quotes += piece.count(b'"')
                stream.put(piece)
        finally:
            stream.end()
        parsed = parsing.result()
    unclosed = quotes % 2
    return _joined(*parsed, delimiter) if parsed and len(parsed[0]) and not unclosed else None


class _Stream:
    """Bytes put in one thread and read in another, as a file to be read once."""

    closed = False

    def __init__(self) -> None:
        self._queue = SimpleQueue[bytes]()
        self._held = b""

    def put(self, piece: bytes) -> None:
        """Add a piece.

        A return at a piece's end waits for what follows: Arrow takes it for the end of a line even inside quotes.
        """
        piece, held = self._held + piece, piece.endswith(b"\r")
        self._held = b"\r" if held else b""
        if held:
            piece = piece[:-1]
        if piece:
            self._queue.put(piece)

    def end(self) -> None:
        """End the text."""
        if self._held:
            self._queue.put(self._held)
        self._queue.put(b"")

    def read(self, size: int) -> bytes:
        """Return the next piece, empty at the end; no piece is larger than what Arrow asks for."""
        piece = self._queue.get()
        if len(piece) > size:
            message = "a piece of text is larger than a block"
            raise ValueError(message)
        return piece

    def close(self) -> None:
        """Do nothing: there is no file."""


def _parsed(stream: _Stream, width: int, delimiter: str) -> tuple[pa.Table, list[tuple[int, str]]] | None:
    """Return the records of the usual width, and the place and text of the others."""
    from pyarrow import csv as reader

    pa, _ = arrow()
    ragged: list[tuple[int, str]] = []

    def keep(row: reader.InvalidRow) -> str:
        ragged.append((row.number - 1, row.text))
        return "skip" if len(ragged) <= _RAGGED else "error"

    names = [str(column) for column in range(width)]
    try:
        table = reader.read_csv(
            stream,
            reader.ReadOptions(column_names=names, use_threads=False, block_size=_BLOCK),
            reader.ParseOptions(
                delimiter=delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=keep,
            ),
            reader.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
            ),
        )
    except pa.ArrowInvalid:
        return None
    return table, ragged


def _joined(table: pa.Table, ragged: Sequence[tuple[int, str]], delimiter: str) -> TextCells | None:
    pa, _ = arrow()
    places = [place for place, _ in ragged]
    odd = [next(records(row.encode(), delimiter), []) for _, row in ragged]
    wide = max([table.num_columns, *map(len, odd)])
    if (table.num_rows + len(odd)) * wide > _MOST_CELLS:
        return None
    empty = pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
    columns = [
        _woven(
            table.column(column).cast(pa.string()) if column < table.num_columns else empty,
            places,
            [(record[column] or None) if column < len(record) else None for record in odd],
        )
        for column in range(wide)
    ]
    filled = [_reach(column) for column in columns]
    across = reach(np.array(filled) > 0)
    return TextCells(columns=tuple(column.slice(0, max(filled)) for column in columns[:across]))


def _reach(column: pa.ChunkedArray) -> int:
    """Return one more than the last place that is not null."""
    return len(column) if column[-1].is_valid else reach(truths(column.is_valid()))


def _woven(column: pa.ChunkedArray, places: Sequence[int], cells: Sequence[str | None]) -> pa.ChunkedArray:
    """Return a column with further cells at their places."""
    pa, _ = arrow()
    parts, taken = [], 0
    for at, (place, cell) in enumerate(zip(places, cells, strict=True)):
        parts += column.slice(taken, place - at - taken).chunks
        parts.append(pa.array([cell], pa.string()))
        taken = place - at
    woven = pa.chunked_array([*parts, *column.slice(taken).chunks], pa.string())
    return woven if woven.num_chunks < _CHUNKS else pa.chunked_array([woven.combine_chunks()])


def records(text: bytes, delimiter: str) -> Iterator[list[str]]:
    """Read delimited UTF-8 text one record after the other."""
    csv.field_size_limit(_FIELD_LIMIT)
    lines = io.TextIOWrapper(io.BytesIO(text), encoding="utf-8", errors="replace", newline="")
    return csv.reader(lines, delimiter=delimiter)


def reach(filled: NDArray[np.bool_]) -> int:
    """Return how far True goes: one more than its last place.

    Examples
    --------
    >>> reach(np.array([True, False, True, False])), reach(np.array([False]))
    (3, 0)
    """
    places = np.flatnonzero(filled)
    return int(places[-1]) + 1 if len(places) else 0
