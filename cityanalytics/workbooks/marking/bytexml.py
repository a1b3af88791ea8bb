"""XML patched by its bytes: where elements stand, and edits that leave all other bytes alone.

A tree that is written again loses prefixes and declarations that spreadsheet programs insist on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.parsers import expat
from xml.sax.saxutils import escape

from cityanalytics.workbooks.grid import column_index

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Start, end, and what stands there instead.
Edit = tuple[int, int, bytes]

_ATTRIBUTE = r"\s+([^\s=<>/]+)\s*=\s*(\"[^\"]*\"|'[^']*')"
_OPENING = re.compile(rf"<[^\s/>]+(?:{_ATTRIBUTE})*\s*/?>".encode())


class UnusualError(Exception):
    """A package that cannot be patched; its values can still be copied."""


@dataclass(slots=True, kw_only=True, eq=False)
class Element:
    """An element and the offsets of its tags in the bytes of its part.

    Parameters
    ----------
    name, attributes
        As written, prefix included.
    start, inner, close, end
        Offsets of the opening tag, of what follows it, of the closing tag, of what follows that; for a
        self-closing tag the last three are one.
    number
        Of a row or cell of a sheet, its 0-based row or column.
    children
        Elements in it.
    """

    name: str
    attributes: dict[str, str]
    start: int
    inner: int
    close: int = 0
    end: int = 0
    number: int = 0
    children: list[Element] = field(default_factory=list)

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """The prefix with its colon, or nothing."""
        return self.name[: -len(self.local)]

    def child(self, local: str) -> Element:
        """Return the first child of a name."""
        for element in self.children:
            if element.local == local:
                return element
        raise UnusualError(local)

    def relation(self) -> str:
        """Return the id of the relation that the element names, empty without one."""
        return next((text for name, text in self.attributes.items() if name.endswith(":id")), "")

    def is_skipped(self, rows: frozenset[int]) -> bool:
        """Tell whether what stands inside a sheet's element is of no concern."""
        return self.local == "c" or (self.local == "row" and self.number not in rows)

    def position(self, before: int) -> int:
        """Return the 0-based row or column; a row or cell that does not say it follows the one before."""
        reference = self.attributes.get("r", "")
        if self.local == "row" and reference:
            return int(reference) - 1
        if self.local == "c" and reference:
            return column_index(reference.rstrip("0123456789"))
        return before + 1


def scan(xml: bytes, rows: frozenset[int] | None = None) -> Element:
    """Return a part's root; of a sheet (`rows` given, 0-based) with the cells of those rows alone.

    Raises
    ------
    UnusualError, xml.parsers.expat.ExpatError
        The part is of an encoding or a form that is not patched.
    """
    parser = expat.ParserCreate()
    top = Element(name="", attributes={}, start=0, inner=0)
    stack: list[Element | None] = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        parent = stack[-1]
        if parent is None or (rows is not None and parent.is_skipped(rows)):
            stack.append(None)
            return
        offset = parser.CurrentByteIndex
        opening = _OPENING.match(xml, offset)
        if opening is None:
            raise UnusualError(name)
        element = Element(name=name, attributes=attributes, start=offset, inner=opening.end())
        if rows is not None:
            element.number = element.position(parent.children[-1].number if parent.children else -1)
        parent.children.append(element)
        stack.append(element)

    def end(_: str) -> None:
        element = stack.pop()
        if element is None:
            return
        if xml[element.inner - 2 : element.inner] == b"/>":
            element.close = element.end = element.inner
        else:
            element.close = parser.CurrentByteIndex
            element.end = xml.index(b">", element.close) + 1

    def refuse(*_: object) -> None:
        raise UnusualError

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = refuse
    parser.StartCdataSectionHandler = refuse  # patterns may not be led astray by what looks like tags
    if xml[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in xml[:4]:
        raise UnusualError
    parser.Parse(xml, True)  # noqa: FBT003 - expat takes its arguments by place
    return top.children[0]


def scan_around_cells(xml: bytes) -> Element:
    """Return a sheet's root without looking at its rows, which may be a million."""
    opening = re.search(rb"<((?:\w+:)?)sheetData(?:\s[^<>]*)?>", xml)
    if opening is None or opening[0].endswith(b"/>"):
        return scan(xml, frozenset())
    close = xml.rindex(b"</" + opening[1] + b"sheetData")
    root = scan(xml[: opening.end()] + xml[close:])
    _shift(root, opening.end(), close - opening.end())
    return root


def _shift(element: Element, after: int, by: int) -> None:
    """Move the offsets that lie behind what was left out."""
    element.start += by * (element.start >= after)
    element.inner += by * (element.inner > after)
    element.close += by * (element.close >= after)
    element.end += by * (element.end >= after)
    for child in element.children:
        _shift(child, after, by)


def edited(xml: bytes, edits: Iterable[Edit]) -> bytes:
    """Return the bytes with edits made; none may overlap another."""
    pieces, at = [], 0
    for start, end, text in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [xml[at:start], text]
        at = end
    return b"".join([*pieces, xml[at:]])


def appended(xml: bytes, element: Element, content: bytes, **attributes: object) -> list[Edit]:
    """Return the edits that add content at an element's end and set attributes of it."""
    tag = retagged(xml[element.start : element.inner], **attributes)
    if element.close == element.inner == element.end:
        tag = re.sub(rb"\s*/>$", b">", tag)
        return [(element.start, element.end, tag + content + f"</{element.name}>".encode())]
    return [(element.start, element.inner, tag), (element.close, element.close, content)]


def retagged(tag: bytes, **attributes: object) -> bytes:
    """Return an opening tag with attributes set, or left out where they are None.

    Examples
    --------
    >>> retagged(b'<c r="A1" s="2"/>', s=7), retagged(b"<c r='A1' s='2'>", s=None), retagged(b"<c/>", s=1)
    (b'<c r="A1" s="7"/>', b"<c r='A1'>", b'<c s="1"/>')
    """
    for name, value in attributes.items():
        written = b"" if value is None else f' {name}="{value}"'.encode()
        tag, count = re.subn(rf"\s+{name}\s*=\s*(?:\"[^\"]*\"|'[^']*')".encode(), written, tag, count=1)
        if not count:
            tag = re.sub(rb"\s*(/?>)$", written + rb"\1", tag)
    return tag


def markup(text: str) -> bytes:
    """Return markup that holds in every encoding."""
    return text.encode("ascii", "xmlcharrefreplace")


def content(text: str) -> str:
    """Return text as an element's content, nothing in it read as markup or as a program's escape."""
    return escape(re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text))
