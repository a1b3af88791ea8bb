"""The parts of an Office Open XML package, each admitted before it is looked into."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from defusedxml import ElementTree

from cityanalytics.issues import Message
from cityanalytics.workbooks.sheet import MAX_CELLS, UnreadableError, Visibility, admit_tree

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

#: What all parts of a package may unpack to; a zip bomb says more, or lies and fails its checksum.
MAX_UNPACKED_BYTES = 384 * 1024 * 1024
_HEAD_BYTES = 4096
_STRINGS_UNASKED = 5_000_000  # the count may be of references, not of strings
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_PERCENT_FORMATS = frozenset({9, 10})


class Part(NamedTuple):
    """A sheet of a workbook: its name, whether it is shown, its XML."""

    name: str
    visibility: Visibility
    xml: bytes


def admit(package: zipfile.ZipFile) -> None:
    """Refuse a package that is encrypted or unpacks to too much.

    Raises
    ------
    UnreadableError
        It is.
    """
    if sum(info.file_size for info in package.infolist()) > MAX_UNPACKED_BYTES:
        raise UnreadableError(
            Message.of("its parts unpack to more than {limit} bytes", limit=MAX_UNPACKED_BYTES)
        )
    if any(info.flag_bits & 1 for info in package.infolist()):
        raise UnreadableError(Message.of("the file is encrypted"))


def admit_strings(part: bytes) -> None:
    """Refuse a count of strings that the part has no room for: room is made for as many as are claimed."""
    claims = re.findall(rb"\b(?:uniqueCount|count)\s*=\s*[\"'](\d+)", part[:_HEAD_BYTES])
    if any(int(claim) > len(part) + _STRINGS_UNASKED for claim in claims) or part.count(b"<si") > MAX_CELLS:
        raise UnreadableError(Message.of("the package is damaged: {reason}", reason="sharedStrings"))


def checked(package: zipfile.ZipFile, name: str) -> bytes | None:
    """Return a part after its length and checksum were verified, or None where there is none."""
    try:
        part = package.read(name)
    except KeyError:
        return None
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise UnreadableError(Message.of("the file declares XML entities"))
    return part


def root(package: zipfile.ZipFile, name: str) -> Element | None:
    """Return a part as a tree, or None where there is none."""
    part = checked(package, name)
    return None if part is None else ElementTree.fromstring(admit_tree(part), forbid_dtd=True)


def local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def sheets(package: zipfile.ZipFile) -> Iterator[Part]:
    """Yield the sheets that hold cells, in the order of the workbook."""
    relations = root(package, "xl/_rels/workbook.xml.rels")
    workbook = root(package, "xl/workbook.xml")
    if relations is None or workbook is None:
        raise UnreadableError(Message.of("the package holds no workbook"))
    targets = {
        relation.get("Id"): relation.get("Target", "")
        for relation in relations
        if relation.get("Type", "").endswith("/worksheet")
    }
    for element in workbook.iter():
        if local(element) != "sheet":
            continue
        target = targets.get(element.get(_RELATION) or element.get(_STRICT_RELATION))
        if target is None:  # a chart sheet holds no cells
            continue
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        visibility: Visibility = "visible" if element.get("state", "visible") == "visible" else "hidden"
        yield Part(element.get("name", ""), visibility, checked(package, path) or b"")


def percent_styles(package: zipfile.ZipFile) -> frozenset[int]:
    """Return the styles of cells that show numbers as per cent."""
    styles = root(package, "xl/styles.xml")
    if styles is None:
        return frozenset()
    formats, found = set(_PERCENT_FORMATS), []
    for element in styles.iter():
        if local(element) == "numFmt" and "%" in element.get("formatCode", ""):
            formats.add(int(element.get("numFmtId", "-1")))
        if local(element) == "cellXfs":
            found = [int(style.get("numFmtId", "0")) for style in element]
    return frozenset(index for index, number in enumerate(found) if number in formats)
