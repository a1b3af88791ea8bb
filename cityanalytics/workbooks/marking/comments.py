"""Comments of a sheet: ours taken out, new ones written, the unit's own kept; and the boxes they are shown in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cityanalytics.workbooks.grid import cell_name, column_index
from cityanalytics.workbooks.marking.bytexml import (
    UnusualError,
    appended,
    content,
    edited,
    markup,
    scan,
    scan_around_cells,
)
from cityanalytics.workbooks.marking.issuelist import AUTHOR, MARKER
from cityanalytics.workbooks.marking.package import HEAD, KINDS
from cityanalytics.workbooks.program import readable

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cityanalytics.workbooks.marking.bytexml import Edit
    from cityanalytics.workbooks.marking.package import Package
    from cityanalytics.workbooks.marking.places import Cell

#: What follows a sheet's legacyDrawing, by the schema.
_AFTER_DRAWING = {
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts",
    "extLst", "AlternateContent",
}  # fmt: skip
_TEXT = re.compile(rb"<((?:\w+:)?)t(?:\s[^<>]*)?>([^<]*)</(?:\w+:)?t>")
_LINE_END = re.compile(rb"(?:\s|&#(?:10|x[aA]);)+\Z")
_POSITION = re.compile(r"([A-Z]{1,3})(\d{1,7})")
#: A drawing of boxes is often no well-formed XML: its shapes are found, not parsed.
_SHAPE = re.compile(rb"<v:shape\s(?:(?!</v:shape>).)*</v:shape>\s*", re.DOTALL)
_SHAPE_CELL = re.compile(rb"<x:Row>\s*(\d+)\s*</x:Row>\s*<x:Column>\s*(\d+)\s*</x:Column>")
_SHAPE_NUMBER = re.compile(rb"_x0000_s(\d{1,9})")
_FIRST_SHAPE = 1024
_DRAWING = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
    '<o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
)
_BOX_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)


def comment(package: Package, sheet: str, wanted: Mapping[Cell, str]) -> None:
    """Write the comments of a sheet, and take out those of an earlier marking.

    Parameters
    ----------
    package
        The package that is patched.
    sheet
        The sheet's part.
    wanted
        Text by 0-based cell; where the unit has a comment of its own, the text follows it.
    """
    part = dict(package.related(sheet).values()).get("comments", "")
    if part not in package.parts:
        if not wanted:
            return
        text = f'{HEAD}<comments xmlns="{package.main}"><authors/><commentList/></comments>'
        part = package.add("xl/comments{}.xml", markup(text), f"{KINDS}comments+xml")
        package.relate(sheet, "comments", part)
    dropped = _write(package, part, {cell: content(readable(text)) for cell, text in wanted.items()})
    _draw(package, sheet, wanted, dropped - set(wanted))


def _write(package: Package, part: str, wanted: Mapping[Cell, str]) -> set[Cell]:
    """Write the comments' texts, and return the cells whose comment was ours alone."""
    xml = package.parts[part]
    root = scan(xml)
    authors, held = root.child("authors"), root.child("commentList")
    names = [xml[one.inner : one.close] for one in authors.children]
    author = names.index(AUTHOR.encode()) if AUTHOR.encode() in names else len(names)
    edits: list[Edit] = []
    dropped: set[Cell] = set()
    appendable = dict(wanted)
    for one in held.children:
        before = xml[one.start : one.end]
        after = _without_ours(before)
        position = _POSITION.fullmatch(one.attributes.get("ref", ""))
        cell = (int(position[2]) - 1, column_index(position[1])) if position else (-1, -1)
        if after and cell in appendable:
            after = _followed(after, appendable.pop(cell))
        elif not after:
            dropped.add(cell)
        if after != before:
            edits.append((one.start, one.end, after))
    new = "".join(
        f'<{root.prefix}comment ref="{cell_name(*cell)}" authorId="{author}"><{root.prefix}text>'
        f'<{root.prefix}t xml:space="preserve">{text}</{root.prefix}t></{root.prefix}text></{root.prefix}comment>'
        for cell, text in sorted(appendable.items())
    )
    if new:
        edits += appended(xml, held, markup(new))
        if author == len(names):
            edits += appended(xml, authors, markup(f"<{root.prefix}author>{AUTHOR}</{root.prefix}author>"))
    package.parts[part] = edited(xml, edits)
    return dropped


def _without_ours(xml: bytes) -> bytes:
    """Return a comment as the unit wrote it, empty where all of it is ours."""
    before = b""
    for text in _TEXT.finditer(xml):
        at = text[2].find(MARKER.strip().encode())
        if at < 0:
            before += text[2]
            continue
        kept = _LINE_END.sub(b"", text[2][:at])
        if not (before + kept).strip():
            return b""
        closing = re.compile(rb"\s*</" + text[1] + rb"r>").match(xml, text.end())
        stop = closing.end() if closing else text.end()
        end = xml.rindex(b"</" + text[1] + b"text>")
        if not kept:  # the whole run is ours
            return (
                xml[: xml.rindex(b"<" + text[1] + b"r>", 0, text.start()) if closing else text.start()]
                + xml[end:]
            )
        return xml[: text.start(2)] + kept + xml[text.end(2) : stop] + xml[end:]
    return xml


def _followed(xml: bytes, text: str) -> bytes:
    """Return a comment with a run after its own."""
    body = scan(xml).child("text")
    run = markup(
        f'<{body.prefix}r><{body.prefix}t xml:space="preserve">\n\n{text}</{body.prefix}t></{body.prefix}r>'
    )
    runs = [one for one in body.children if one.local in {"t", "r"}]
    if not runs:
        return edited(xml, appended(xml, body, run))
    return edited(xml, [(runs[-1].end, runs[-1].end, run)])


def _draw(package: Package, sheet: str, wanted: Mapping[Cell, str], dropped: Collection[Cell]) -> None:
    """Make and remove boxes: without one a program drops or repairs a comment."""
    part = _drawing(package, sheet) if wanted else dict(package.related(sheet).values()).get("vmlDrawing", "")
    drawing = package.parts.get(part)
    if drawing is None:
        return
    boxed: set[Cell] = set()

    def kept(shape: re.Match[bytes]) -> bytes:
        place = _SHAPE_CELL.search(shape[0])
        cell = (int(place[1]), int(place[2])) if place else (-1, -1)
        if cell in dropped:
            return b""
        boxed.add(cell)
        return shape[0]

    drawing = _SHAPE.sub(kept, drawing)
    new = {cell: text for cell, text in sorted(wanted.items()) if cell not in boxed}
    last = max([_FIRST_SHAPE, *(int(number) for number in _SHAPE_NUMBER.findall(drawing))])
    boxes = "".join(
        _box(last + at, cell, text.count("\n")) for at, (cell, text) in enumerate(new.items(), start=1)
    )
    if boxes and b"_x0000_t202" not in drawing:
        boxes = _BOX_TYPE + boxes
    end = drawing.rindex(b"</xml>")
    package.parts[part] = drawing[:end] + boxes.encode() + drawing[end:]


def _drawing(package: Package, sheet: str) -> str:
    """Return the part of a sheet's boxes; where there is none, make it."""
    xml = package.parts[sheet]
    root = scan_around_cells(xml)
    legacy = next((one for one in root.children if one.local == "legacyDrawing"), None)
    if legacy is not None:
        part = package.related(sheet).get(legacy.relation(), ("", ""))[1]
        if part not in package.parts:
            raise UnusualError(sheet)
        return part
    kind = "application/vnd.openxmlformats-officedocument.vmlDrawing"
    part = package.add("xl/drawings/vmlDrawing{}.vml", _DRAWING.encode(), kind)
    key = package.relate(sheet, "vmlDrawing", part)
    link = f'<{root.prefix}legacyDrawing xmlns:r="{package.relations}" r:id="{key}"/>'
    offset = next((one.start for one in root.children if one.local in _AFTER_DRAWING), root.close)
    package.parts[sheet] = edited(xml, [(offset, offset, markup(link))])
    return part


def _box(number: int, cell: Cell, lines: int) -> str:
    row, column = cell
    anchor = f"{column + 1}, 15, {max(row - 1, 0)}, 10, {column + 6}, 15, {row + 2 + lines}, 4"
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden" '
        'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/>'
        '<v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note"><x:MoveWithCells/>'
        f"<x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )
