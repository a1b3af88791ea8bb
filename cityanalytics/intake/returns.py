"""A unit's workbooks written back as they were, with what is doubtful marked, commented and listed.

Longer than most files: the parts of a package that a mark touches (cells, styles, comments, relations, the
list) name each other, and are patched together or not at all.
"""

from __future__ import annotations

import datetime as dt
import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from cityanalytics.intake.register import read_register
from cityanalytics.issues import Severity
from cityanalytics.workbooks.grid import cell_name, column_index, read_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from cityanalytics.issues import Issue, Translate
    from cityanalytics.settings import Settings
    from cityanalytics.workbooks.grid import Grid, Workbook

#: What the first cell of a list of issues begins with, so that the list is told from a unit's own sheets.
MARKER = "cityanalytics · "
AUTHOR = "cityanalytics"
HEADERS = ("Place", "Code", "Severity", "Value", "Understood", "Suggestion")
WIDTHS = (26, 24, 10, 24, 48, 48)
COLOURS = {Severity.ERROR: "FFFFC7CE", Severity.WARNING: "FFFFEB9C"}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml."
WORKBOOK = "xl/workbook.xml"
#: What a spreadsheet program takes: letters of a sheet's name and of a cell, links of a sheet, rows, columns.
MOST_NAME, MOST_TEXT, MOST_LINKS, MOST_ROWS, MOST_COLUMNS = 31, 32_000, 65_000, 1_048_576, 16_384
#: Of a larger range the first cell alone is marked.
MOST_MARKS = 20_000
#: What follows a sheet's legacyDrawing.
AFTER_DRAWING = {
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts",
    "extLst", "AlternateContent",
}  # fmt: skip
_ATTRIBUTE = r"\s+([^\s=<>/]+)\s*=\s*(\"[^\"]*\"|'[^']*')"
_OPENING = re.compile(rf"<[^\s/>]+(?:{_ATTRIBUTE})*\s*/?>".encode())
_RANGE = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")
_COLUMN = re.compile(r"[A-Z]{1,3}")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Errors a cell may hold; written again as the constant that they are.
_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}

Edit = tuple[int, int, bytes]
Cell = tuple[int, int]


class _UnusualError(Exception):
    """A package that cannot be patched; its values are copied instead."""


@dataclass(frozen=True, kw_only=True)
class _Doubt:
    """One issue and where it stands: sheet, the place's own text, and the cells marked, 0-based."""

    issue: Issue
    sheet: str = ""
    place: str = ""
    cells: tuple[Cell, ...] = ()


def write_returns(
    settings: Settings, issues: Sequence[Issue], folder: Path, *, translate: Translate = str
) -> list[Path]:
    """Write every workbook that has issues back for its unit, marked.

    A package (.xlsx, .xlsm) keeps all else as it was, byte for byte where nothing is marked; other containers
    are given back as an .xlsx of their values. What cannot be read comes back as the list of issues alone.

    Parameters
    ----------
    settings
        The workspace.
    issues
        As `load.ingest` found them; those of no registered file are left out.
    folder
        Where the units' folders are made. A file that is there and differs is kept: the new one gets a number.
    translate
        Gives sentences in the reader's language.

    Returns
    -------
    list of pathlib.Path
        The workbooks, in the order of the register.
    """
    receipts = read_register(settings)
    known = {receipt.file for receipt in receipts}
    found: dict[str, list[Issue]] = {}
    for issue in issues:
        file = issue.where if issue.where in known else issue.where.partition("!")[0]
        found.setdefault(file, []).append(issue)
    written: list[Path] = []
    for receipt in receipts:
        if receipt.file not in found:
            continue
        path = settings.root / receipt.file
        content = path.read_bytes() if path.is_file() else b""
        marked, suffix = mark_workbook(content, found[receipt.file], name=receipt.file, translate=translate)
        target = folder / _file_name(receipt.unit) / _file_name(PurePosixPath(receipt.file).stem)
        written.append(_write(target, suffix, marked, set(written)))
    return written


def mark_workbook(
    content: bytes, issues: Sequence[Issue], *, name: str, translate: Translate = str
) -> tuple[bytes, str]:
    """Mark the issues of one workbook.

    Parameters
    ----------
    content
        The workbook, of any container.
    issues
        Its issues; `name` is the first part of their places.
    name
        What the places call the file.
    translate
        Gives sentences in the reader's language.

    Returns
    -------
    tuple
        The bytes of the marked workbook, and the suffix that its name must have.
    """
    workbook = read_bytes(content, name=name)
    doubts = _doubts(issues, workbook)
    listed = next((grid.sheet for grid in workbook.sheets if is_issue_list(grid)), None)
    if workbook.container == "xlsx" and workbook.sheets:
        try:
            return _Marking(content, translate).marked(doubts, {}, listed)
        except (_UnusualError, expat.ExpatError, KeyError, ValueError):
            pass  # its values still can be given back
    copied, names = _copy(workbook)
    alone = None if workbook.sheets else "Issues"
    return _Marking(copied, translate).marked(doubts, names, alone or names.get(listed or ""))


def is_issue_list(grid: Grid) -> bool:
    """Tell whether a sheet is a list of issues written here earlier: it is none of the unit's own."""
    return bool(grid.values.size) and str(grid.values[0, 0]).startswith(MARKER)


def _file_name(text: str) -> str:
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", text).strip(". ") or "_"


def _write(target: Path, suffix: str, content: bytes, written: set[Path]) -> Path:
    """Write a file whole; where another one has its name, under a number."""
    target.parent.mkdir(parents=True, exist_ok=True)
    path, number = target.with_name(target.name + suffix), 1
    while path in written or (path.exists() and (not path.is_file() or path.read_bytes() != content)):
        number += 1
        path = target.with_name(f"{target.name}-{number}{suffix}")
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


# --- where the issues stand ---


def _doubts(issues: Iterable[Issue], workbook: Workbook) -> list[_Doubt]:
    from cityanalytics.workbooks.tables import understand

    grids = {grid.sheet: grid for grid in workbook.sheets}
    ordered = sorted(grids, key=len, reverse=True)
    headers: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for table in understand(workbook).tables if grids else ():
        for column in table.columns:
            headers.setdefault((table.sheet, column.letter), []).append((column.name, table.header_rows[1]))
    doubts = []
    for issue in issues:
        rest = issue.where[len(workbook.name) :].removeprefix("!")
        sheet = next((name for name in ordered if rest == name or rest.startswith(f"{name}!")), "")
        if not sheet:
            doubts.append(_Doubt(issue=issue, place=rest))
            continue
        place = rest[len(sheet) :].removeprefix("!")
        cells: list[Cell] = []
        if found := _RANGE.fullmatch(place):
            cells = _range(found, grids[sheet])
        elif _COLUMN.fullmatch(place):
            labels = headers.get((sheet, place), [])
            rows = [row for name, row in labels if name == issue.value] or [row for _, row in labels] or [1]
            cells = [(row - 1, column_index(place)) for row in rows]
        anchors = dict.fromkeys(_anchor(grids[sheet], cell) for cell in cells)
        inside = tuple(cell for cell in anchors if cell[0] < MOST_ROWS and cell[1] < MOST_COLUMNS)
        doubts.append(_Doubt(issue=issue, sheet=sheet, place=place, cells=inside))
    return doubts


def _range(found: re.Match[str], grid: Grid) -> list[Cell]:
    first = int(found[2]) - 1, column_index(found[1])
    if found[3] is None:
        return [first] if first[0] >= 0 else []
    height, width = (int(size) for size in grid.values.shape)
    rows = range(first[0], min(int(found[4]), height))
    columns = range(first[1], min(column_index(found[3]) + 1, width))
    if len(rows) * len(columns) > MOST_MARKS:
        return [first]
    return [(row, column) for row in rows for column in columns] or [first]


def _anchor(grid: Grid, cell: Cell) -> Cell:
    """Return the cell that shows: of a merged range the first one."""
    for merge in grid.merges:
        if merge.top <= cell[0] <= merge.bottom and merge.left <= cell[1] <= merge.right:
            return merge.top, merge.left
    return cell


# --- reading and patching XML by its bytes ---


@dataclass(slots=True, kw_only=True, eq=False)
class _Element:
    """An element and the offsets of its tags in the bytes of its part."""

    name: str
    attributes: dict[str, str]
    start: int
    inner: int
    close: int = 0
    end: int = 0
    number: int = 0
    children: list[_Element] = field(default_factory=list)

    @property
    def local(self) -> str:
        return self.name.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        return self.name[: -len(self.local)]

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

    def child(self, local: str) -> _Element:
        for element in self.children:
            if element.local == local:
                return element
        raise _UnusualError


def _scan(xml: bytes, rows: frozenset[int] | None = None) -> _Element:
    """Return the elements of a part; of a sheet (`rows` given, 0-based) the cells of those rows alone."""
    parser = expat.ParserCreate()
    top = _Element(name="", attributes={}, start=0, inner=0)
    stack: list[_Element | None] = [top]

    def start(name: str, attributes: dict[str, str]) -> None:
        parent = stack[-1]
        if parent is None or (rows is not None and parent.is_skipped(rows)):
            stack.append(None)
            return
        offset = parser.CurrentByteIndex
        opening = _OPENING.match(xml, offset)
        if opening is None:
            raise _UnusualError
        element = _Element(name=name, attributes=attributes, start=offset, inner=opening.end())
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
        raise _UnusualError

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.StartDoctypeDeclHandler = refuse
    if xml[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in xml[:4]:
        raise _UnusualError
    parser.Parse(xml, True)  # noqa: FBT003 - expat takes its arguments by place
    return top.children[0]


def _edited(xml: bytes, edits: Iterable[Edit]) -> bytes:
    pieces, at = [], 0
    for start, end, text in sorted(edits, key=lambda edit: edit[:2]):
        pieces += [xml[at:start], text]
        at = end
    return b"".join([*pieces, xml[at:]])


def _ascii(text: str) -> bytes:
    """Return markup that holds in every encoding."""
    return text.encode("ascii", "xmlcharrefreplace")


def _shown(text: str) -> str:
    """Return a text that may stand in a cell: no forbidden letters, nothing read as an escape, not too long."""
    clean = _FORBIDDEN.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))
    clean = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", clean)
    return clean if len(clean) <= MOST_TEXT else f"{clean[:MOST_TEXT]}…"


def _tag(tag: bytes, **attributes: object) -> bytes:
    """Return an opening tag with attributes set."""
    for name, value in attributes.items():
        written = f' {name}="{value}"'.encode()
        tag, count = re.subn(rf"\s{name}\s*=\s*(?:\"[^\"]*\"|'[^']*')".encode(), written, tag, count=1)
        if not count:
            tag = re.sub(rb"\s*(/?>)$", written + rb"\1", tag)
    return tag


def _append(xml: bytes, element: _Element, content: bytes, **attributes: object) -> list[Edit]:
    """Return the edits that add content at an element's end."""
    tag = _tag(xml[element.start : element.inner], **attributes)
    if element.close == element.inner == element.end:
        tag = re.sub(rb"\s*/>$", b">", tag)
        return [(element.start, element.end, tag + content + f"</{element.name}>".encode())]
    return [(element.start, element.inner, tag), (element.close, element.close, content)]


class _Marking:
    """The parts of a package while they are patched."""

    def __init__(self, content: bytes, translate: Translate) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            self.parts = {info.filename: package.read(info) for info in package.infolist()}
        self.translate = translate
        self.looks: dict[tuple[int, Severity], int] = {}
        self.workbook = _scan(self.parts[WORKBOOK])
        styles = _scan(self.parts["xl/styles.xml"])
        self.known = len(styles.child("cellXfs").children)
        if not self.known:
            raise _UnusualError
        self.relations = STRICT if b"purl.oclc.org/ooxml" in self.parts[WORKBOOK] else RELATIONS

    def marked(
        self, doubts: Sequence[_Doubt], names: Mapping[str, str], listed: str | None
    ) -> tuple[bytes, str]:
        """Return the package with marks, comments and list, and its suffix."""
        sheets = self._sheets()
        by_sheet: dict[str, dict[Cell, list[Issue]]] = {}
        comments: dict[str, dict[Cell, list[Issue]]] = {}
        for doubt in doubts:
            sheet = names.get(doubt.sheet, doubt.sheet)
            for cell in doubt.cells:
                by_sheet.setdefault(sheet, {}).setdefault(cell, []).append(doubt.issue)
            for cell in doubt.cells[:1]:
                comments.setdefault(sheet, {}).setdefault(cell, []).append(doubt.issue)
        for sheet, cells in by_sheet.items():
            part = sheets.get(sheet)
            if part is None or sheet == listed:
                continue
            self._fill(part, {cell: min(issue.severity for issue in found) for cell, found in cells.items()})
            self._comment(part, {cell: self._said(found) for cell, found in comments[sheet].items()})
        self._list(doubts, names, sheets, listed)
        self._styles()
        macros = b"macroEnabled" in self.parts["[Content_Types].xml"]
        return self._packed(), ".xlsm" if macros else ".xlsx"

    def _said(self, issues: Sequence[Issue]) -> str:
        blocks = []
        for issue in issues:
            lines = [f"{self.translate(issue.severity.value)} {issue.code}"]
            lines += [text for text in (self._text(issue.understood), self._text(issue.suggestion)) if text]
            blocks.append("\n".join(lines))
        return "\n\n".join(blocks)

    def _text(self, message: object) -> str:
        from cityanalytics.issues import Message

        return message.text(self.translate) if isinstance(message, Message) and message.template else ""

    # --- relations and content types ---

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what a part relates to: id to kind and part."""
        folder, name = posixpath.split(part)
        rels = self.parts.get(f"{folder}/_rels/{name}.rels")
        if rels is None:
            return {}
        return {
            element.attributes["Id"]: (
                element.attributes["Type"].rpartition("/")[2],
                posixpath.normpath(posixpath.join("/" + folder, element.attributes["Target"]))[1:],
            )
            for element in _scan(rels).children
            if element.attributes.get("TargetMode") != "External"
        }

    def _relate(self, part: str, kind: str, target: str) -> str:
        folder, name = posixpath.split(part)
        rels = f"{folder}/_rels/{name}.rels"
        xml = self.parts.get(rels) or _ascii(
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="{PACKAGE}"/>'
        )
        root = _scan(xml)
        taken = {element.attributes.get("Id") for element in root.children}
        number = next(n for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        relation = (
            f'<{root.prefix}Relationship Id="rId{number}" Type="{self.relations}/{kind}" Target="/{target}"/>'
        )
        self.parts[rels] = _edited(xml, _append(xml, root, _ascii(relation)))
        return f"rId{number}"

    def _declare(self, markup: str) -> None:
        name = "[Content_Types].xml"
        root = _scan(self.parts[name])
        self.parts[name] = _edited(
            self.parts[name],
            _append(self.parts[name], root, _ascii(markup.replace("<", f"<{root.prefix}"))),
        )

    def _free(self, pattern: str) -> str:
        taken = {name.lower() for name in self.parts}
        number = 1
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)

    def _sheets(self) -> dict[str, str]:
        related = self._related(WORKBOOK)
        found = {}
        for element in self.workbook.child("sheets").children:
            key = next((text for name, text in element.attributes.items() if name.endswith(":id")), "")
            kind, part = related.get(key, ("", ""))
            if kind == "worksheet" and part in self.parts:
                found[element.attributes["name"]] = part
        return found

    # --- cells and styles ---

    def _look(self, base: int, severity: Severity) -> int:
        key = (base if base < self.known else 0, severity)
        return self.looks.setdefault(key, self.known + len(self.looks))

    def _fill(self, part: str, marks: Mapping[Cell, Severity]) -> None:
        """Give cells the look of their own style with a fill; blank cells are made."""
        xml = self.parts[part]
        root = _scan(xml, frozenset(row for row, _ in marks))
        data = root.child("sheetData")
        columns = [
            (
                int(one.attributes["min"]) - 1,
                int(one.attributes["max"]),
                int(one.attributes.get("style", "0")),
            )
            for group in root.children
            if group.local == "cols"
            for one in group.children
        ]
        rows = {row.number: row for row in data.children if row.local == "row"}
        edits: list[Edit] = []
        made: dict[int, list[bytes]] = {}
        wanted: dict[int, dict[int, Severity]] = {}
        for (number, column), severity in sorted(marks.items()):
            wanted.setdefault(number, {})[column] = severity
        for number, cells in wanted.items():
            row = rows.get(number)
            new: dict[int, list[bytes]] = {}
            present = {cell.number: cell for cell in row.children} if row else {}
            for column, severity in cells.items():
                if cell := present.get(column):
                    look = self._look(int(cell.attributes.get("s", "0")), severity)
                    edits.append((cell.start, cell.inner, _tag(xml[cell.start : cell.inner], s=look)))
                    continue
                base = next((style for first, last, style in columns if first <= column < last), 0)
                if row and row.attributes.get("customFormat") in {"1", "true"}:
                    base = int(row.attributes.get("s", "0"))
                look = self._look(base, severity)
                later = [cell.start for at, cell in present.items() if at > column]
                offset = min(later) if later else (row.close if row else 0)
                markup = f'<{data.prefix}c r="{cell_name(number, column)}" s="{look}"/>'.encode()
                new.setdefault(offset, []).append(markup)
            if row is None:
                markup = b"".join(new[0])
                line = f'<{data.prefix}row r="{number + 1}">'.encode() + markup
                line += f"</{data.prefix}row>".encode()
                offset = min((one.start for at, one in rows.items() if at > number), default=data.close)
                made.setdefault(offset, []).append(line)
            elif row.close == row.end:
                if new:
                    edits += _append(xml, row, b"".join(new[row.close]))
            else:
                edits += [(offset, offset, b"".join(cells_made)) for offset, cells_made in new.items()]
        if data.close == data.end:
            edits += _append(xml, data, b"".join(b"".join(lines) for lines in made.values())) if made else []
        else:
            edits += [(offset, offset, b"".join(lines)) for offset, lines in made.items()]
        self.parts[part] = _edited(xml, edits)

    def _styles(self) -> None:
        """Append a fill for each severity and, for each look that was asked for, its style with that fill."""
        name = "xl/styles.xml"
        xml = self.parts[name]
        root = _scan(xml)
        fills, styles = root.child("fills"), root.child("cellXfs")
        first = len(fills.children)
        numbers = {severity: first + at for at, severity in enumerate(COLOURS)}
        prefix = root.prefix
        added = "".join(
            f'<{prefix}fill><{prefix}patternFill patternType="solid"><{prefix}fgColor rgb="{colour}"/>'
            f'<{prefix}bgColor indexed="64"/></{prefix}patternFill></{prefix}fill>'
            for colour in COLOURS.values()
        )
        clones = []
        for base, severity in self.looks:
            style = styles.children[base]
            tag = _tag(xml[style.start : style.inner], fillId=numbers[severity], applyFill=1)
            clones.append(tag + xml[style.inner : style.end])
        edits = _append(xml, fills, _ascii(added), count=first + len(COLOURS))
        edits += _append(xml, styles, b"".join(clones), count=self.known + len(clones))
        self.parts[name] = _edited(xml, edits)

    # --- comments ---

    def _comment(self, part: str, comments: Mapping[Cell, str]) -> None:
        kinds = dict(self._related(part).values())
        target = kinds.get("comments")
        if target is None or target not in self.parts:
            target = self._free("xl/comments{}.xml")
            self.parts[target] = _ascii(
                f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{self._main()}">'
                "<authors/><commentList/></comments>"
            )
            self._relate(part, "comments", target)
            self._declare(f'<Override PartName="/{target}" ContentType="{TYPES}comments+xml"/>')
        xml = self.parts[target]
        root = _scan(xml)
        authors, held = root.child("authors"), root.child("commentList")
        prefix = root.prefix
        present = {comment.attributes.get("ref"): comment for comment in held.children}
        edits = _append(xml, authors, _ascii(f"<{prefix}author>{AUTHOR}</{prefix}author>"))
        new, shapes = "", []
        for cell, said in sorted(comments.items()):
            text = f'<{prefix}t xml:space="preserve">{{}}</{prefix}t>'
            comment = present.get(cell_name(*cell))
            if comment is None:
                new += (
                    f'<{prefix}comment ref="{cell_name(*cell)}" authorId="{len(authors.children)}">'
                    f"<{prefix}text>{text.format(escape(_shown(said)))}</{prefix}text></{prefix}comment>"
                )
                shapes.append(cell)
            elif _ascii(escape(_shown(said))) not in _ascii(xml.decode()):
                body = comment.child("text")
                run = f"<{prefix}r>{text.format(escape(_shown(f'{chr(10)}{said}')))}</{prefix}r>"
                runs = [child for child in body.children if child.local in {"t", "r"}]
                at = runs[-1].end if runs else body.inner
                edits += (
                    [(at, at, _ascii(run))] if body.close != body.end else _append(xml, body, _ascii(run))
                )
        edits += _append(xml, held, _ascii(new)) if new else []
        self.parts[target] = _edited(xml, edits)
        if shapes:
            self._draw(part, shapes)

    def _main(self) -> str:
        return MAIN if self.relations == RELATIONS else STRICT_MAIN

    def _draw(self, part: str, cells: Sequence[Cell]) -> None:
        """Add the boxes that comments are shown in; without them a program drops or repairs the comments."""
        xml = self.parts[part]
        root = _scan(xml, frozenset())
        related = self._related(part)
        legacy = [element for element in root.children if element.local == "legacyDrawing"]
        key = next((text for one in legacy for at, text in one.attributes.items() if at.endswith(":id")), "")
        target = related.get(key, ("", ""))[1]
        if target not in self.parts:
            if legacy:
                raise _UnusualError
            target = self._free("xl/drawings/vmlDrawing{}.vml")
            self.parts[target] = (
                b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
                b' xmlns:x="urn:schemas-microsoft-com:office:excel"></xml>'
            )
            key = self._relate(part, "vmlDrawing", target)
            markup = f'<{root.prefix}legacyDrawing xmlns:r="{self.relations}" r:id="{key}"/>'
            offset = next((one.start for one in root.children if one.local in AFTER_DRAWING), root.close)
            self.parts[part] = _edited(xml, [(offset, offset, _ascii(markup))])
            if not re.search(rb"Extension=[\"']vml[\"']", self.parts["[Content_Types].xml"], re.IGNORECASE):
                vml = "application/vnd.openxmlformats-officedocument.vmlDrawing"
                self._declare(f'<Default Extension="vml" ContentType="{vml}"/>')
        drawing = self.parts[target]
        last = max([1024, *(int(number) for number in re.findall(rb"_x0000_s(\d{1,9})", drawing))])
        boxes = "" if b"_x0000_t202" in drawing else _BOX_TYPE
        boxes += "".join(_box(last + 1 + at, cell) for at, cell in enumerate(cells))
        offset = drawing.rindex(b"</xml>")  # often no well-formed XML: found, not parsed
        self.parts[target] = drawing[:offset] + boxes.encode() + drawing[offset:]

    # --- the list ---

    def _list(
        self,
        doubts: Sequence[_Doubt],
        names: Mapping[str, str],
        sheets: Mapping[str, str],
        listed: str | None,
    ) -> None:
        if listed is not None and listed in sheets:
            part = sheets[listed]
        else:
            part = self._free("xl/worksheets/sheet{}.xml")
            self.parts[part] = b""
            key = self._relate(WORKBOOK, "worksheet", part)
            self._declare(f'<Override PartName="/{part}" ContentType="{TYPES}worksheet+xml"/>')
            held = self.workbook.child("sheets")
            taken = {element.attributes["name"].casefold() for element in held.children}
            name = sheet_name(self.translate("Issues"), taken)
            number = max(int(element.attributes["sheetId"]) for element in held.children) + 1
            markup = (
                f"<{held.prefix}sheet name={quoteattr(name)} "
                f'sheetId="{number}" xmlns:r="{self.relations}" r:id="{key}"/>'
            )
            xml = self.parts[WORKBOOK]
            self.parts[WORKBOOK] = _edited(xml, _append(xml, held, _ascii(markup)))
        rows = [[f"{MARKER}{self.translate('Issues')}"], [self.translate(header) for header in HEADERS]]
        links: list[tuple[str, str]] = []
        for doubt in doubts:
            issue = doubt.issue
            shown = "!".join(text for text in (doubt.sheet, doubt.place) if text)
            said = (self._text(issue.understood), self._text(issue.suggestion))
            rows.append([shown, issue.code, self.translate(issue.severity.value), issue.value, *said])
            if doubt.sheet and len(links) < MOST_LINKS:
                sheet = names.get(doubt.sheet, doubt.sheet).replace("'", "''")
                cell = cell_name(*doubt.cells[0]) if doubt.cells else "A1"
                links.append((f"A{len(rows)}", f"'{sheet}'!{cell}"))
        severities = {at + 2: doubt.issue.severity for at, doubt in enumerate(doubts)}
        self.parts[part] = _list_sheet(rows, links, self._main(), lambda at: self._legend(severities.get(at)))

    def _legend(self, severity: Severity | None) -> int:
        return 0 if severity is None else self._look(0, severity)

    def _packed(self) -> bytes:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
            for name, part in self.parts.items():
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
                package.writestr(info, part)
        return packed.getvalue()


_BOX_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)


def _box(number: int, cell: Cell) -> str:
    row, column = cell
    anchor = f"{column + 1}, 15, {max(row - 1, 0)}, 10, {column + 5}, 15, {row + 6}, 4"
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;visibility:hidden" '
        'fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/>'
        '<v:textbox style="mso-direction-alt:auto"/><x:ClientData ObjectType="Note"><x:MoveWithCells/>'
        f"<x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


def _list_sheet(
    rows: Sequence[Sequence[str]],
    links: Sequence[tuple[str, str]],
    namespace: str,
    look: Callable[[int], int],
) -> bytes:
    """Return the sheet of the list: every value is text, whatever it looks like."""
    lines, legend = [], HEADERS.index("Severity")
    for at, row in enumerate(rows):
        cells = "".join(
            f'<c r="{cell_name(at, column)}" t="inlineStr" s="{look(at) if column == legend else 0}">'
            f'<is><t xml:space="preserve">{escape(_shown(text))}</t></is></c>'
            for column, text in enumerate(row)
            if text
        )
        lines.append(f'<row r="{at + 1}">{cells}</row>')
    columns = "".join(
        f'<col min="{at + 1}" max="{at + 1}" width="{width}" customWidth="1"/>'
        for at, width in enumerate(WIDTHS)
    )
    hyperlinks = "".join(f"<hyperlink ref={quoteattr(at)} location={quoteattr(to)}/>" for at, to in links)
    text = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{namespace}"><sheetViews>'
        '<sheetView workbookViewId="0"><pane ySplit="2" topLeftCell="A3" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews><cols>{columns}</cols><sheetData>{''.join(lines)}</sheetData>"
        + (f"<hyperlinks>{hyperlinks}</hyperlinks>" if hyperlinks else "")
        + "</worksheet>"
    )
    return text.encode()


def sheet_name(text: str, taken: set[str]) -> str:
    """Return a name that a sheet may have and no other has.

    Examples
    --------
    >>> sheet_name("Issues", {"issues"}), sheet_name("a/b" + "c" * 40, set())
    ('Issues (2)', 'a_bcccccccccccccccccccccccccccc')
    """
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", _FORBIDDEN.sub("_", text)).strip("'") or "_"
    clean = "".join(letter if letter <= "\uffff" else "_" for letter in clean)  # a program counts those twice
    name, number = clean[:MOST_NAME].rstrip("'"), 1
    while name.casefold() in taken:
        number += 1
        end = f" ({number})"
        name = clean[: MOST_NAME - len(end)] + end
    return name


# --- other containers ---


def _copy(workbook: Workbook) -> tuple[bytes, dict[str, str]]:
    """Return a package of the values and merges of a workbook, and what its sheets are called there."""
    import xlsxwriter

    packed = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    names: dict[str, str] = {}
    with xlsxwriter.Workbook(packed, options) as book:
        book.set_properties({"created": dt.datetime(1980, 1, 1)})  # noqa: DTZ001 - the format knows no zone
        looks = {
            kind: book.add_format({"num_format": kind})
            for kind in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss", "0.00%")
        }
        for grid in workbook.sheets:
            names[grid.sheet] = sheet_name(grid.sheet, {name.casefold() for name in names.values()})
            sheet = book.add_worksheet(names[grid.sheet])
            _copy_grid(sheet, grid, looks)
        if not workbook.sheets:
            book.add_worksheet("Issues")
        shown = [at for at, grid in enumerate(workbook.sheets) if grid.visibility == "visible"]
        for at, sheet in enumerate(book.worksheets()):
            if shown and at == shown[0]:
                sheet.activate()
                sheet.set_first_sheet()
            elif shown and at not in shown:
                sheet.hide()
    return packed.getvalue(), names


def _copy_grid(sheet: object, grid: Grid, looks: Mapping[str, object]) -> None:
    covered: set[Cell] = set()
    height, width = (int(size) for size in grid.values.shape)
    for merge in grid.merges:
        bottom, right = min(merge.bottom, height - 1), min(merge.right, width - 1)
        area = {(r, c) for r in range(merge.top, bottom + 1) for c in range(merge.left, right + 1)}
        if len(area) > 1 and not area & covered:
            covered |= area
            sheet.merge_range(merge.top, merge.left, bottom, right, "")  # type: ignore[attr-defined] # no types
    cells = [
        (row, column, value)
        for row, line in enumerate(grid.values.tolist())
        for column, value in enumerate(line)
    ]
    for row, column, value in (*cells, *grid.outliers):
        if value is not None and row < MOST_ROWS and column < MOST_COLUMNS:
            _copy_value(sheet, row, column, value, looks, percent=column in grid.percent_columns)
    for (row, column), text in grid.errors.items():
        if text in _ERRORS:
            sheet.write_formula(row, column, f"={text}", None, text)  # type: ignore[attr-defined] # no types
        else:
            sheet.write_string(row, column, _shown(text))  # type: ignore[attr-defined] # no types
    for row in grid.hidden_rows:
        sheet.set_row(row, None, None, {"hidden": True})  # type: ignore[attr-defined] # no types
    for column in grid.hidden_columns:
        sheet.set_column(column, column, None, None, {"hidden": True})  # type: ignore[attr-defined] # no types


def _copy_value(
    sheet: object, row: int, column: int, value: object, looks: Mapping[str, object], *, percent: bool
) -> None:
    write = sheet.write_string, sheet.write_number, sheet.write_boolean, sheet.write_datetime  # type: ignore[attr-defined] # no types
    text, number, boolean, moment = write
    if isinstance(value, bool):
        boolean(row, column, value)
    elif isinstance(value, int | float) and abs(value) < float("inf"):
        number(row, column, value, looks["0.00%"] if percent else None)
    elif isinstance(value, dt.datetime) and value.year >= dt.MINYEAR + 1899:
        moment(
            row, column, value, looks["yyyy-mm-dd hh:mm:ss" if value.time() != dt.time() else "yyyy-mm-dd"]
        )
    elif (
        isinstance(value, dt.date) and not isinstance(value, dt.datetime) and value.year >= dt.MINYEAR + 1899
    ):
        moment(row, column, value, looks["yyyy-mm-dd"])
    elif isinstance(value, dt.time):
        moment(row, column, value, looks["hh:mm:ss"])
    else:
        text(row, column, _FORBIDDEN.sub("�", str(value))[:MOST_TEXT])
