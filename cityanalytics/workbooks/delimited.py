"""CSV, and text with tabs under any name: one sheet, blank records kept as rows."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.issues import Message
from cityanalytics.workbooks.sheet import MAX_CELLS, Grid, UnreadableError, dense

if TYPE_CHECKING:
    from numpy.typing import NDArray

_FIELD_LIMIT = 10_000_000


def read(content: bytes) -> tuple[str, list[Grid]]:
    """Read delimited text: its encoding, and its one sheet.

    Raises
    ------
    UnreadableError
        The bytes are no text.
    """
    encoding, text = decode(content)
    csv.field_size_limit(_FIELD_LIMIT)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        rows = list(records)
    except csv.Error as error:
        raise UnreadableError(Message.of("the file is no delimited text: {reason}", reason=error)) from error
    width = max(map(len, rows), default=0)
    if len(rows) * width <= MAX_CELLS:
        return encoding, [Grid(sheet="csv", values=_laid_out(rows, width))]
    cells: dict[tuple[int, int], object] = {
        (row, column): value
        for row, record in enumerate(rows)
        for column, value in enumerate(record)
        if value != ""
    }
    values, outliers = dense(cells)
    return encoding, [Grid(sheet="csv", values=values, outliers=tuple(outliers))]


def _laid_out(rows: list[list[str]], width: int) -> NDArray[np.object_]:
    """Return the array of the records, as `sheet.dense` would; a long file costs no second look at its cells."""
    values = np.full((len(rows), width), None, dtype=object)
    for row, record in enumerate(rows):
        values[row, : len(record)] = record
    values[values == ""] = None
    filled = values != None  # noqa: E711 - element by element
    down, across = filled.any(axis=1).nonzero()[0], filled.any(axis=0).nonzero()[0]
    return values[: down[-1] + 1, : across[-1] + 1] if len(down) else np.empty((0, 0), dtype=object)


def decode(content: bytes) -> tuple[str, str]:
    """Return the encoding of text and the text itself.

    Examples
    --------
    >>> decode("万元".encode("gb18030"))
    ('gb18030', '万元')
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif content.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    else:
        encodings = ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return encoding, text
    raise UnreadableError(Message.of("the file is no workbook and no text"))


def _delimiter(text: str) -> str:
    head = text[:20_000]
    counts = {delimiter: head.count(delimiter) for delimiter in ("\t", ",", ";")}
    return max(counts, key=lambda delimiter: counts[delimiter])
