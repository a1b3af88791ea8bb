"""CSV, and text with tabs under any name: one sheet, blank records kept as rows."""

from __future__ import annotations

import codecs
import csv
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.issues import Message
from cityanalytics.workbooks.longtext import in_columns, reach, records
from cityanalytics.workbooks.sheet import Grid, UnreadableError, admit_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from cityanalytics.workbooks.texts import TextCells

_HEAD = 20_000
_EURO = 0x80
#: Text is transcoded in pieces of so many bytes.
_PIECE = 1 << 22
#: Shorter text is read record by record.
_LONG = 1 << 20
#: Read record by record a cell takes far more memory than in columns.
_MOST_CELLS = 6_000_000


def read(content: bytes) -> tuple[str, list[Grid]]:
    """Read delimited text: its encoding, and its one sheet.

    Raises
    ------
    UnreadableError
        The bytes are no text, or too many cells.
    """
    for encoding in _encodings(content):
        try:
            head = next(transcoded(content[:_HEAD], encoding, whole=False))
            delimiter = _delimiter(head.decode())
            values = _cells(content, encoding, delimiter)
            return encoding, [Grid(sheet="csv", values=values, semicolons=delimiter == ";")]
        except UnicodeError:
            continue
    raise UnreadableError(Message.of("the file is no workbook and no text"))


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    return ("utf-8-sig",) if content.startswith(codecs.BOM_UTF8) else ("utf-8", "gb18030")


def _euro(error: UnicodeError) -> tuple[str, int]:
    """Read the byte 0x80, which is no GBK, as the sign that Windows writes so: €; no other byte."""
    if isinstance(error, UnicodeDecodeError) and error.object[error.start] == _EURO:
        return "€", error.start + 1
    raise error


codecs.register_error("windows-euro", _euro)


def decode(content: bytes) -> tuple[str, str]:
    """Return the encoding of text and the text itself.

    Examples
    --------
    >>> decode("万元".encode("gb18030"))
    ('gb18030', '万元')
    """
    for encoding in _encodings(content):
        try:
            return encoding, b"".join(transcoded(content, encoding)).decode()
        except UnicodeError:
            continue
    raise UnreadableError(Message.of("the file is no workbook and no text"))


def transcoded(content: bytes, encoding: str, *, whole: bool = True) -> Iterator[bytes]:
    """Yield text in UTF-8, piece by piece; its last letter may be cut unless it is `whole`.

    Raises
    ------
    UnicodeError
        The bytes are no text in that encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)("windows-euro" if encoding == "gb18030" else "strict")
    for start in range(0, len(content), _PIECE):
        stop = start + _PIECE
        piece = decoder.decode(content[start:stop], final=whole and stop >= len(content)).encode()
        if b"\x00" in piece:
            raise UnicodeError
        yield piece


def _cells(content: bytes, encoding: str, delimiter: str) -> NDArray[np.object_] | TextCells:
    if len(content) >= _LONG:
        lines = content.count(b"\n") or content.count(b"\r")
        admit_size(lines, 0)
        found = in_columns(transcoded(content, encoding), delimiter, lines=lines)
        if found is not None:
            return found
    return by_record(b"".join(transcoded(content, encoding)), delimiter)


def by_record(text: bytes, delimiter: str) -> NDArray[np.object_]:
    """Return the cells of delimited UTF-8 text, read one record after the other.

    Raises
    ------
    UnreadableError
        It has too many cells or a field without end.
    """
    rows: list[list[str]] = []
    width = fields = 0
    try:
        for record in records(text, delimiter):
            rows.append(record)
            width, fields = max(width, len(record)), fields + len(record) + 2
            admit_size(len(rows), width)
            if max(fields, len(rows) * width) > _MOST_CELLS:
                raise UnreadableError(
                    Message.of("the used range has more than {count} cells", count=_MOST_CELLS)
                )
    except csv.Error as error:
        raise UnreadableError(Message.of("the file is no delimited text: {reason}", reason=error)) from error
    values = np.full((len(rows), width), None, dtype=object)
    for row, record in enumerate(rows):
        values[row, : len(record)] = record
    values[values == ""] = None
    filled = values != None  # noqa: E711 - element by element
    return values[: reach(filled.any(axis=1)), : reach(filled.any(axis=0))]


def _delimiter(head: str) -> str:
    counts = {delimiter: head.count(delimiter) for delimiter in ("\t", ",", ";", "|")}
    return max(counts, key=lambda delimiter: counts[delimiter])
