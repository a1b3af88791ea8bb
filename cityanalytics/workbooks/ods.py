"""ODS: one pass over its XML gives values, merges and visibility together."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from cityanalytics.issues import Message
from cityanalytics.workbooks.sheet import Grid, Merge, UnreadableError, admit_tree, dense

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
MAX_UNPACKED_BYTES = 256 * 1024 * 1024
#: A row or cell with a value is repeated at most so often; more is a way to fill memory.
_REPEATED = 10_000


def read(content: bytes) -> list[Grid]:
    """Read every sheet of an OpenDocument workbook.

    Raises
    ------
    UnreadableError
        The package is damaged, encrypted, too large, or declares entities.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            if sum(info.file_size for info in package.infolist()) > MAX_UNPACKED_BYTES:
                raise UnreadableError(
                    Message.of("its parts unpack to more than {limit} bytes", limit=MAX_UNPACKED_BYTES)
                )
            if b"encryption-data" in package.read("META-INF/manifest.xml"):
                raise UnreadableError(Message.of("the file is encrypted"))
            root = ElementTree.fromstring(admit_tree(package.read("content.xml")), forbid_dtd=True)
    except (
        zipfile.BadZipFile, zlib.error, DefusedXmlException, ElementTree.ParseError,
        KeyError, ValueError, EOFError, OSError, NotImplementedError,
    ) as error:  # fmt: skip
        raise UnreadableError(
            Message.of("the package is damaged: {reason}", reason=type(error).__name__)
        ) from error
    hidden = {
        style.get(f"{_STYLE}name")
        for style in root.iter(f"{_STYLE}style")
        if any(inner.get(f"{_TABLE}display") == "false" for inner in style)
    }
    return [_grid(table, hidden) for table in root.iter(f"{_TABLE}table")]


def _grid(table: Element, hidden: set[str | None]) -> Grid:  # noqa: C901 - one pass over the cells
    cells: dict[tuple[int, int], object] = {}
    errors: dict[tuple[int, int], str] = {}
    merges: list[Merge] = []
    hidden_rows: set[int] = set()
    uncached: set[tuple[int, int]] = set()
    percent: set[int] = set()
    number = 0
    for row, repeated in _rows(table):
        if row.get(f"{_TABLE}visibility", "visible") != "visible":
            hidden_rows.update(range(number, number + min(repeated, _REPEATED)))
        column = 0
        for cell in row:
            if cell.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
                continue
            times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            down = int(cell.get(f"{_TABLE}number-rows-spanned", "1"))
            across = int(cell.get(f"{_TABLE}number-columns-spanned", "1"))
            if down * across > 1:
                merges.append(Merge(number, column, number + down - 1, column + across - 1))
            value, text = _value(cell), _text(cell)
            if text.startswith(("#", "Err:")) and cell.get(f"{_TABLE}formula"):
                errors[number, column], value = text, None
            elif cell.get(f"{_TABLE}formula") and value is None and not text:
                uncached.add((number, column))
            if cell.get(f"{_OFFICE}value-type") == "percentage":
                percent.add(column)
            if value is not None:
                for down_by in range(min(repeated, _REPEATED)):
                    for across_by in range(min(times, _REPEATED)):
                        cells[number + down_by, column + across_by] = value
            column += times
        number += repeated
    values, outliers = dense(cells)
    return Grid(
        sheet=table.get(f"{_TABLE}name", ""),
        visibility="hidden" if table.get(f"{_TABLE}style-name") in hidden else "visible",
        values=values,
        merges=tuple(merges),
        hidden_rows=frozenset(row for row in hidden_rows if row < len(values)),
        errors=errors,
        uncached=frozenset(uncached),
        percent_columns=frozenset(percent),
        outliers=tuple(outliers),
    )


def _rows(table: Element) -> Iterator[tuple[Element, int]]:
    for element in table:
        if element.tag == f"{_TABLE}table-row":
            yield element, int(element.get(f"{_TABLE}number-rows-repeated", "1"))
        elif element.tag.startswith(f"{_TABLE}table-"):  # header rows and groups nest rows
            yield from _rows(element)


def _text(cell: Element) -> str:
    return "\n".join("".join(paragraph.itertext()) for paragraph in cell.findall(f"{_TEXT}p"))


def _value(cell: Element) -> object:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind in {"float", "percentage", "currency"}:
        return float(cell.get(f"{_OFFICE}value", "nan"))
    if kind == "date":
        moment = dt.datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", ""))
        return moment.date() if moment.time() == dt.time() else moment
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") == "true"
    return _text(cell) or None
