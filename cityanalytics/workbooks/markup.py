"""HTML tables and SpreadsheetML, both of them often named .xls."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from cityanalytics.issues import Message
from cityanalytics.workbooks.delimited import decode
from cityanalytics.workbooks.sheet import Grid, Merge, UnreadableError, admit_size, admit_tree, dense

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
#: A cell spans at most so many rows or columns.
_SPAN = 10_000
_UNCLOSED = 1000


def read(content: bytes) -> tuple[str, list[Grid]]:
    """Read markup: its encoding, and its sheets.

    Raises
    ------
    UnreadableError
        The markup is damaged, declares entities, or holds no table.
    """
    if _SHEET[1:-1].encode() in content:
        return _declared(content) or "utf-8", _spreadsheet(content)
    encoding, text = _decoded(content)
    _admit(text)
    parser = _Tables()
    parser.feed(text)
    parser.close()
    values, outliers = dense(parser.cells)
    grid = Grid(
        sheet="html",
        values=values,
        merges=tuple(parser.merges),
        hidden_rows=frozenset(parser.hidden),
        outliers=tuple(outliers),
    )
    return encoding, [grid]


def _admit(text: str) -> None:
    """Refuse what is opened again and again and never closed: the parser looks for each end through all the rest."""
    if any(
        text.count(begin) > 2 * text.count(end) + _UNCLOSED for begin, end in (("<", ">"), ("<!--", "-->"))
    ):
        raise UnreadableError(Message.of("the markup is damaged: {reason}", reason="<"))


def _declared(content: bytes) -> str | None:
    match = _CHARSET.search(content[:4096])
    return match.group(1).decode().lower() if match else None


def _decoded(content: bytes) -> tuple[str, str]:
    declared = _declared(content)
    if declared in {"gb2312", "gbk", "gb18030"}:
        try:
            return "gb18030", content.decode("gb18030")
        except UnicodeDecodeError:
            pass
    return decode(content)


class _Open(NamedTuple):
    row: int
    column: int
    across: int
    down: int


class _Tables(HTMLParser):
    """Collects the cells of every table, one under the other with a blank row between."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.cells: dict[tuple[int, int], object] = {}
        self.merges: list[Merge] = []
        self.hidden: set[int] = set()
        self._taken: set[tuple[int, int]] = set()
        self._row, self._column, self._skipped = -1, 0, 0
        self._open: _Open | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "style"}:
            self._skipped += 1
        elif tag == "table" and self._row >= 0:
            self._close()
            self._row += 1
        elif tag == "tr":
            self._close()
            self._row, self._column = self._row + 1, 0
            if "display:none" in (given.get("style") or "").replace(" ", ""):
                self.hidden.add(self._row)
        elif tag in {"td", "th"} and self._row >= 0:
            self._close()
            while (self._row, self._column) in self._taken:
                self._column += 1
            admit_size(self._row, self._column)
            self._open = _Open(
                self._row, self._column, _span(given.get("colspan")), _span(given.get("rowspan"))
            )
        elif tag == "br":
            self._text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"} and self._skipped:
            self._skipped -= 1
        elif tag in {"td", "th", "tr", "table"}:
            self._close()

    def handle_data(self, data: str) -> None:
        if self._open is not None and not self._skipped:
            self._text.append(data)

    def _close(self) -> None:
        if self._open is None:
            return
        row, column, across, down = self._open
        text = re.sub(r"[ \t\r\n\xa0]*\n[ \t\r\n\xa0]*", "\n", "".join(self._text)).strip()
        if text:
            self.cells[row, column] = text
        if across * down > 1:
            self.merges.append(Merge(row, column, row + down - 1, column + across - 1))
            if across * down <= _SPAN:
                self._taken.update(
                    (row + below, column + beside) for below in range(1, down) for beside in range(across)
                )
        self._column = column + across
        self._open, self._text = None, []


def _span(text: str | None) -> int:
    return max(1, min(int(text), _SPAN)) if text and text.strip().isdigit() else 1


def _spreadsheet(content: bytes) -> list[Grid]:
    try:
        root = ElementTree.fromstring(admit_tree(content), forbid_dtd=True)
    except (DefusedXmlException, ElementTree.ParseError, LookupError, ValueError) as error:
        raise UnreadableError(
            Message.of("the markup is damaged: {reason}", reason=type(error).__name__)
        ) from error
    return [_worksheet(sheet) for sheet in root.iter(f"{_SHEET}Worksheet")]


def _worksheet(sheet: Element) -> Grid:
    cells: dict[tuple[int, int], object] = {}
    merges, hidden = [], set()
    errors: dict[tuple[int, int], str] = {}
    number = -1
    for row in sheet.iter(f"{_SHEET}Row"):
        number = int(row.get(f"{_SHEET}Index", number + 2)) - 1
        if row.get(f"{_SHEET}Hidden") == "1":
            hidden.add(number)
        column = -1
        for cell in row.iter(f"{_SHEET}Cell"):
            column = int(cell.get(f"{_SHEET}Index", column + 2)) - 1
            across, down = (
                int(cell.get(f"{_SHEET}MergeAcross", "0")),
                int(cell.get(f"{_SHEET}MergeDown", "0")),
            )
            if across or down:
                merges.append(Merge(number, column, number + down, column + across))
            data = cell.find(f"{_SHEET}Data")
            text = "" if data is None else "".join(data.itertext())
            if data is not None and data.get(f"{_SHEET}Type") == "Error":
                errors[number, column] = text
            elif data is not None and text:
                cells[number, column] = _value(data.get(f"{_SHEET}Type"), text)
            column += across
    values, outliers = dense(cells)
    options = next(sheet.iter("{urn:schemas-microsoft-com:office:excel}Visible"), None)
    return Grid(
        sheet=sheet.get(f"{_SHEET}Name", ""),
        visibility="hidden"
        if options is not None and (options.text or "").startswith("Sheet")
        else "visible",
        values=values,
        merges=tuple(merges),
        hidden_rows=frozenset(hidden),
        errors=errors,
        outliers=tuple(outliers),
    )


def _value(kind: str | None, text: str) -> object:
    try:
        if kind == "Number":
            return float(text)
        if kind == "DateTime":
            return dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    return text
