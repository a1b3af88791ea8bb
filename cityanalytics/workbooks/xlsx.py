"""XLSX: values by calamine, and what it does not tell by a pass over the XML of our own."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from python_calamine import CalamineError, CalamineWorkbook

from cityanalytics.issues import Message
from cityanalytics.workbooks.sheet import (
    MAX_CELLS,
    Grid,
    Merge,
    UnreadableError,
    Visibility,
    admit_tree,
    column_index,
    dense,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from numpy.typing import NDArray

#: What all parts of a package may unpack to; a zip bomb says more, or lies and fails its checksum.
MAX_UNPACKED_BYTES = 384 * 1024 * 1024
#: Below so many cells a sheet's cells are read one by one when its used range is too large to lay out.
_FEW_CELLS = 500_000
_SAMPLE_BYTES = 400_000
_HEAD_BYTES = 4096
_STRINGS_UNASKED = 5_000_000  # the count may be of references, not of strings

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_PERCENT_FORMATS = frozenset({9, 10})

# Patterns begin with literal bytes that are rare, so that a pass over a large sheet costs little.
_HIDDEN = re.compile(rb"hidden=[\"'](?:1|true)[\"']")
_ERROR = re.compile(rb" t=[\"']e[\"']")
_FORMULA_END = re.compile(rb"f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>")
_FORMULA_EMPTY = re.compile(
    rb"<(?:\w+:)?f\b[^<>]*/>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_SEVERAL_LETTERS = re.compile(rb"r=[\"'][A-Za-z]{2,}\d")
_BEYOND = re.compile(rb"r=[\"'](?:[A-Za-z]{4,}\d|[A-Za-z]{0,3}\d{8}|[A-Za-z]{1,3}0)")
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_ROW_NUMBER = re.compile(rb"\br=[\"'](\d{1,7})[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*)>\s*(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*)?<(?:\w+:)?v>"
)
_STYLE = re.compile(rb"\bs=[\"'](\d+)[\"']")
_PLAIN_TYPE = re.compile(rb"\bt=[\"'](?!n[\"'])")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^<>]*)/?>")


class _Part(NamedTuple):
    name: str
    visibility: Visibility
    xml: bytes


def read(content: bytes) -> list[Grid]:
    """Read every sheet of a package.

    Raises
    ------
    UnreadableError
        The package is damaged, too large, or declares entities.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _admit(package)
            parts = list(_parts(package))
            percent = _percent_styles(package)
            _admit_strings(_checked(package, "xl/sharedStrings.xml") or b"")
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
        return [_grid(workbook, part, percent, content) for part in parts]
    except UnreadableError:
        raise
    except (
        zipfile.BadZipFile, zlib.error, CalamineError, DefusedXmlException, ElementTree.ParseError,
        KeyError, ValueError, EOFError, OSError, NotImplementedError,
    ) as error:  # fmt: skip
        raise UnreadableError(
            Message.of("the package is damaged: {reason}", reason=type(error).__name__)
        ) from error


def _admit(package: zipfile.ZipFile) -> None:
    if sum(info.file_size for info in package.infolist()) > MAX_UNPACKED_BYTES:
        raise UnreadableError(
            Message.of("its parts unpack to more than {limit} bytes", limit=MAX_UNPACKED_BYTES)
        )
    if any(info.flag_bits & 1 for info in package.infolist()):
        raise UnreadableError(Message.of("the file is encrypted"))


def _admit_strings(part: bytes) -> None:
    """Refuse a count of strings that the part has no room for: room is made for as many as are claimed."""
    claims = re.findall(rb"\b(?:uniqueCount|count)\s*=\s*[\"'](\d+)", part[:_HEAD_BYTES])
    if any(int(claim) > len(part) + _STRINGS_UNASKED for claim in claims) or part.count(b"<si") > MAX_CELLS:
        raise UnreadableError(Message.of("the package is damaged: {reason}", reason="sharedStrings"))


def _checked(package: zipfile.ZipFile, name: str) -> bytes | None:
    """Return a part after its length and checksum were verified, or None where there is none."""
    try:
        part = package.read(name)
    except KeyError:
        return None
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise UnreadableError(Message.of("the file declares XML entities"))
    return part


def _root(package: zipfile.ZipFile, name: str) -> Element | None:
    part = _checked(package, name)
    return None if part is None else ElementTree.fromstring(admit_tree(part), forbid_dtd=True)


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _parts(package: zipfile.ZipFile) -> Iterator[_Part]:
    relations = _root(package, "xl/_rels/workbook.xml.rels")
    workbook = _root(package, "xl/workbook.xml")
    if relations is None or workbook is None:
        raise UnreadableError(Message.of("the package holds no workbook"))
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in relations
        if relation.get("Type", "").endswith("/worksheet")
    }
    for element in workbook.iter():
        if _local(element) != "sheet":
            continue
        target = targets.get(element.get(_RELATION) or element.get(_STRICT_RELATION))
        if target is None:  # a chart sheet holds no cells
            continue
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        visibility: Visibility = "visible" if element.get("state", "visible") == "visible" else "hidden"
        yield _Part(element.get("name", ""), visibility, _checked(package, path) or b"")


def _percent_styles(package: zipfile.ZipFile) -> frozenset[int]:
    styles = _root(package, "xl/styles.xml")
    if styles is None:
        return frozenset()
    formats, found = set(_PERCENT_FORMATS), []
    for element in styles.iter():
        if _local(element) == "numFmt" and "%" in element.get("formatCode", ""):
            formats.add(int(element.get("numFmtId", "-1")))
        if _local(element) == "cellXfs":
            found = [int(style.get("numFmtId", "0")) for style in element]
    return frozenset(index for index, number in enumerate(found) if number in formats)


def _grid(workbook: CalamineWorkbook, part: _Part, percent: frozenset[int], content: bytes) -> Grid:
    xml = part.xml
    outliers: list[tuple[int, int, object]] = []
    if _is_sparse(xml):
        values, outliers = dense(_cells(xml, content))
    else:
        values = _blanked(workbook.get_sheet_by_name(part.name).to_python(skip_empty_area=False))
    hidden_rows, hidden_columns = _hidden(xml)
    return Grid(
        sheet=part.name,
        visibility=part.visibility,
        values=values,
        merges=tuple(
            Merge(int(top) - 1, column_index(left.decode()), int(bottom) - 1, column_index(right.decode()))
            for left, top, right, bottom in _MERGE.findall(xml[max(xml.rfind(b"sheetData>"), 0) :])
        ),
        hidden_rows=hidden_rows,
        hidden_columns=hidden_columns,
        errors=_errors(xml),
        uncached=_uncached(xml),
        percent_columns=_percent_columns(xml[:_SAMPLE_BYTES], percent),
        outliers=tuple(outliers),
    )


def _blanked(rows: Sequence[Sequence[object]]) -> NDArray[np.object_]:
    if not rows or not rows[0]:
        return np.empty((0, 0), dtype=object)
    values = np.empty((len(rows), len(rows[0])), dtype=object)
    values[:] = rows
    values[values == ""] = None
    return values


def _is_sparse(xml: bytes) -> bool:
    """Tell whether the used range is too large to be laid out before it is looked at."""
    if _BEYOND.search(xml):
        raise UnreadableError(Message.of("a cell stands outside of every sheet"))
    last = _ROW_NUMBER.search(xml, max(xml.rfind(b"<row "), xml.rfind(b":row "), 0))
    rows = int(last.group(1)) if last else 0
    many = xml.count(b"<c ") + xml.count(b":c ") > _FEW_CELLS
    if many and not _SEVERAL_LETTERS.search(xml):  # 26 columns at most, however far down
        return False
    references = [(column_index(column.decode()), int(row)) for column, row in _REFERENCE.findall(xml)]
    columns = max((column for column, _ in references), default=0) + 1
    rows = max(rows, max((row for _, row in references), default=0))
    if many and rows * columns > MAX_CELLS:
        raise UnreadableError(Message.of("the used range has more than {count} cells", count=MAX_CELLS))
    return rows * columns > MAX_CELLS


def _cells(xml: bytes, content: bytes) -> dict[tuple[int, int], object]:
    """Return the cells of a sheet one by one; dates stay numbers, for such a sheet is no report."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        strings = _root(package, "xl/sharedStrings.xml")
    shared = (
        []
        if strings is None
        else ["".join(t.text or "" for t in item.iter() if _local(t) == "t") for item in strings]
    )
    found: dict[tuple[int, int], object] = {}
    for element in ElementTree.fromstring(admit_tree(xml), forbid_dtd=True).iter():
        if _local(element) != "c":
            continue
        text = "".join(inner.text or "" for inner in element.iter() if _local(inner) in {"v", "t"})
        position = re.fullmatch(r"([A-Z]+)(\d+)", element.get("r", ""))
        if not text or position is None:
            continue
        kind = element.get("t", "n")
        value: object = text
        if kind == "s":
            value = shared[int(text)]
        elif kind == "n":
            value = float(text)
        elif kind == "e":
            continue
        found[int(position.group(2)) - 1, column_index(position.group(1))] = value
    return found


def _tag_start(xml: bytes, position: int) -> int:
    return xml.rfind(b"<", 0, position)


def _hidden(xml: bytes) -> tuple[frozenset[int], frozenset[int]]:
    rows: set[int] = set()
    columns: set[int] = set()
    for match in _HIDDEN.finditer(xml):
        start = _tag_start(xml, match.start())
        tag = xml[start : xml.find(b">", match.end())]
        if re.match(rb"<(?:\w+:)?row\s", tag) and (number := _ROW_NUMBER.search(tag)):
            rows.add(int(number.group(1)) - 1)
        if re.match(rb"<(?:\w+:)?col\s", tag):
            ends = dict(re.findall(rb"\b(min|max)=[\"'](\d+)[\"']", tag))
            columns.update(range(int(ends[b"min"]) - 1, min(int(ends[b"max"]), 16384)))
    return frozenset(rows), frozenset(columns)


def _position(xml: bytes, inside: int) -> tuple[int, int] | None:
    """Return the position of the cell whose tag starts before `inside`."""
    start = max(xml.rfind(b"<c ", 0, inside), xml.rfind(b":c ", 0, inside))
    reference = _REFERENCE.search(xml, start, xml.find(b">", start)) if start >= 0 else None
    return (int(reference.group(2)) - 1, column_index(reference.group(1).decode())) if reference else None


def _errors(xml: bytes) -> Mapping[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    if b't="e"' not in xml and b"t='e'" not in xml:
        return found
    for match in _ERROR.finditer(xml):
        position = _position(xml, match.end())
        value = _VALUE.search(xml, match.end())
        if position is not None:
            found[position] = value.group(1).decode("utf-8", "replace") if value else "#ERROR"
    return found


def _uncached(xml: bytes) -> frozenset[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    if b"<f" not in xml and b":f" not in xml:
        return frozenset()
    for pattern in (_FORMULA_END, _FORMULA_EMPTY):
        for match in pattern.finditer(xml):
            position = _position(xml, match.start())
            start = max(xml.rfind(b"<c ", 0, match.start()), xml.rfind(b":c ", 0, match.start()))
            tag = xml[start : xml.find(b">", start)]
            if position is not None and not re.search(rb"\bt=[\"'](?:str|inlineStr)[\"']", tag):
                found.add(position)
    return frozenset(found)


def _percent_columns(sample: bytes, percent: frozenset[int]) -> frozenset[int]:
    if not percent:
        return frozenset()
    counts: dict[int, list[int]] = {}
    for match in _CELL.finditer(sample):
        attributes = match.group(1)
        reference, style = _REFERENCE.search(attributes), _STYLE.search(attributes)
        if reference is None or _PLAIN_TYPE.search(attributes):
            continue
        count = counts.setdefault(column_index(reference.group(1).decode()), [0, 0])
        count[style is not None and int(style.group(1)) in percent] += 1
    return frozenset(column for column, (other, formatted) in counts.items() if formatted > other)
