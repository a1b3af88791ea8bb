"""The parts of an Office Open XML package, each admitted before it is looked into."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from defusedxml import ElementTree

from cityanalytics.issues import Message
from cityanalytics.workbooks.limits import (
    LIMITS,
    admit_formats,
    admit_part,
    admit_sheets,
    admit_text,
    admit_texts,
    admit_unpacked,
    unpacked,
)
from cityanalytics.workbooks.numberformats import alters
from cityanalytics.workbooks.sheet import UnreadableError, Visibility

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from xml.etree.ElementTree import Element

_HEAD_BYTES = 4096
_REFERENCE = re.compile(rb"""<c\b[^<>]*\bt\s*=\s*["']s["'][^<>]*+>\s*+<v>\s*(\d{1,9})\s*</v>""")
_LEAST_REFERENCE = 20  # bytes of a cell that refers to a text
_STRINGS_UNASKED = 5_000_000  # the count may be of references, not of strings
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_MAIN, _SHEETS = "xl/workbook.xml", "xl/worksheets/"
_PLACES = {"sharedStrings": "sharedStrings.xml", "styles": "styles.xml"}
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_PERCENT_FORMATS = frozenset({9, 10})


class Part(NamedTuple):
    """A sheet of a workbook: its name, whether it is shown, its XML, and where that lies in the package."""

    name: str
    visibility: Visibility
    xml: bytes
    path: str


def standard(content: bytes) -> bytes:
    """Return a package whose parts stand where most writers put them; the same bytes where they do.

    The relations say where a part lies, whatever its name; some writers separate folders by a backslash.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        admit(package)
        parts = {name.replace("\\", "/").lstrip("/"): name for name in package.namelist()}
        if len(parts) < len(package.namelist()):
            return content
        relations = _related(package, parts, "")
        main = next((path for _, kind, path in relations if kind == "officeDocument"), _MAIN)
        if main not in parts:
            return content
        targets = _related(package, parts, main)
        moved = {main: _MAIN, _relations_of(main): _relations_of(_MAIN)}
        retargeted = {}
        for number, (name, kind, path) in enumerate(targets, start=1):
            place = _PLACES.get(kind) or (f"worksheets/sheet{number}.xml" if kind == "worksheet" else None)
            if place is not None and path in parts:
                moved[path], retargeted[name] = f"xl/{place}", (kind, place)
        usual = (
            parts[old] == old and (old == new or (new.startswith(_SHEETS) and old.startswith(_SHEETS)))
            for old, new in moved.items()
            if old in parts
        )
        if all(usual):
            return content
        from xml.sax.saxutils import (
            quoteattr,
        )  # brings a client of the web along, and few packages are laid out anew

        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as written:
            for old, new in moved.items():
                if old in parts and not new.endswith(".rels"):
                    written.writestr(new, unpacked(package, parts[old]))
            written.writestr("[Content_Types].xml", f'<Types xmlns="{_TYPES}"/>')
            start = f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="{_MAIN}"/>'
            written.writestr("_rels/.rels", f'<Relationships xmlns="{_PACKAGE}">{start}</Relationships>')
            rows = "".join(
                f'<Relationship Id={quoteattr(name)} Type="{_OFFICE}/{kind}" Target="{place}"/>'
                for name, (kind, place) in retargeted.items()
            )
            written.writestr(
                _relations_of(_MAIN), f'<Relationships xmlns="{_PACKAGE}">{rows}</Relationships>'
            )
        return target.getvalue()


def replaced(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """Return a package with other parts of the same names; the same bytes where there are none."""
    if not parts:
        return content
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(target, "w") as written:
        for name in dict.fromkeys(package.namelist()):
            if name.endswith((".xml", ".rels")):  # no pictures
                written.writestr(name, parts[name] if name in parts else unpacked(package, name))
    return target.getvalue()


def _relations_of(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return f"{folder}/_rels/{name}.rels".lstrip("/")


def _related(package: zipfile.ZipFile, parts: Mapping[str, str], source: str) -> list[tuple[str, str, str]]:
    """Return what a part relates to: the relation's name, its kind, and the path of the other part."""
    name = parts.get(_relations_of(source))
    tree = None if name is None else root(package, name)
    folder = posixpath.dirname(source)
    found = []
    for relation in () if tree is None else tree:
        target = relation.get("Target", "").replace("\\", "/")
        path = (
            target.lstrip("/")
            if target.startswith("/")
            else posixpath.normpath(posixpath.join(folder, target))
        )
        found.append((relation.get("Id", ""), relation.get("Type", "").rpartition("/")[2], path))
    return found


def admit(package: zipfile.ZipFile) -> None:
    """Refuse a package that is encrypted or unpacks to too much.

    Raises
    ------
    UnreadableError
        It is.
    """
    admit_unpacked(package)
    if any(info.flag_bits & 1 for info in package.infolist()):
        raise UnreadableError(Message.of("the file is encrypted"))


def admit_strings(part: bytes, sheets: Iterable[bytes]) -> None:
    """Refuse too many texts, shared or in the cells, and a count of them that the part has no room for.

    Room is made for as many as are claimed.
    """
    claims = re.findall(rb"\b(?:uniqueCount|count)\s*=\s*[\"'](\d+)", part[:_HEAD_BYTES])
    admit_texts(part.count(b"<si") + sum(sheet.count(b"inlineStr") for sheet in sheets))
    if any(int(claim) > len(part) + _STRINGS_UNASKED for claim in claims):
        raise UnreadableError(Message.of("the package is damaged: {reason}", reason="sharedStrings"))


def admit_shared(strings: bytes, sheets: Iterable[bytes]) -> None:
    """Refuse cells that share long texts: each gets one of its own when it is read."""
    longest = max(map(len, strings.split(b"</si>")), default=0)
    parts = [*sheets]
    most = LIMITS.get().text_bytes
    if longest * sum(len(part) for part in parts) // _LEAST_REFERENCE <= most:
        return  # as everywhere: no need to look at each
    # a cell that shares a text says t="s", in whatever quotes and spaces
    if longest * sum(part.count(b's"') + part.count(b"s'") for part in parts) <= most:
        return
    lengths = [len(string) for string in re.split(rb"</si>|<si\s*/>", strings)]
    for part in parts:
        used = Counter(map(int, _REFERENCE.findall(part)))
        admit_text(sum(times * lengths[at] for at, times in used.items() if at < len(lengths)))


def checked(package: zipfile.ZipFile, name: str) -> bytes | None:
    """Return a part after its length and checksum were verified, or None where there is none."""
    try:
        part = unpacked(package, name)
    except KeyError:
        return None
    if b"!" in part and (b"<!DOCTYPE" in part or b"<!ENTITY" in part):  # one byte is looked for faster
        raise UnreadableError(Message.of("the file declares XML entities"))
    return part


def root(package: zipfile.ZipFile, name: str) -> Element | None:
    """Return a part as a tree, or None where there is none."""
    part = checked(package, name)
    return None if part is None else ElementTree.fromstring(admit_part(part), forbid_dtd=True)


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
    tabs = [element for element in workbook.iter() if local(element) == "sheet"]
    admit_sheets(len(tabs))
    seen: dict[str, str] = {}
    for element in tabs:
        target = targets.get(element.get(_RELATION) or element.get(_STRICT_RELATION))
        if target is None:  # a chart sheet holds no cells
            continue
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        name = element.get("name", "")
        if path in seen:  # nobody writes it, and each would be read again
            raise UnreadableError(
                Message.of("the sheets {one} and {other} are the same part", one=seen[path], other=name)
            )
        seen[path] = name
        visibility: Visibility = "visible" if element.get("state", "visible") == "visible" else "hidden"
        yield Part(name, visibility, checked(package, path) or b"", path)


class Styles(NamedTuple):
    """Styles of cells that show another number than the cell holds.

    Parameters
    ----------
    percent
        Those that show numbers as per cent.
    formats
        Those that divide a number or write its unit behind it, with their formats.
    """

    percent: frozenset[int]
    formats: Mapping[int, str]


def number_styles(package: zipfile.ZipFile) -> Styles:
    """Return the styles of cells that show another number than the cell holds."""
    styles = root(package, "xl/styles.xml")
    if styles is None:
        return Styles(frozenset(), {})
    formats: dict[int, str] = {}
    found: list[int] = []
    for element in styles.iter():
        if local(element) == "numFmt":
            formats[int(element.get("numFmtId", "-1"))] = element.get("formatCode", "")
        if local(element) == "cellXfs":
            found = [int(style.get("numFmtId", "0")) for style in element]
    admit_formats(len(formats))
    percent = _PERCENT_FORMATS | {number for number, code in formats.items() if "%" in code}
    changed = {number: code for number, code in formats.items() if alters(code)}
    return Styles(
        percent=frozenset(index for index, number in enumerate(found) if number in percent),
        formats={index: changed[number] for index, number in enumerate(found) if number in changed},
    )
