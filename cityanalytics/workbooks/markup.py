"""HTML tables and SpreadsheetML, both of them often named .xls."""

from __future__ import annotations

import codecs
import datetime as dt
import email
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, NamedTuple

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from cityanalytics.issues import Message
from cityanalytics.workbooks.delimited import decode
from cityanalytics.workbooks.layout import admitted, dense
from cityanalytics.workbooks.sheet import Grid, Merge, UnreadableError, admit_size, admit_tree

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
#: A cell spans at most so many rows or columns.
_SPAN = 10_000
_UNCLOSED = 1000
_HEAD = 4096
#: Tables stand in each other at most so deep.
_NESTED = 50


def read(content: bytes) -> tuple[str | None, list[Grid]]:
    """Read markup: its encoding, and its sheets.

    Raises
    ------
    UnreadableError
        The markup is damaged, declares entities, or holds no table.
    """
    if _SHEET[1:-1].encode() in content:
        return _declared(content) or "utf-8", _spreadsheet(content)
    if is_archive(content):
        return _archive(content)
    encoding, text = _decoded(content)
    return encoding, [_grid(text, "html")]


def is_archive(content: bytes) -> bool:
    """Tell whether bytes are a web archive: HTML in parts, as mail is sent."""
    head = content[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return (
        re.match(rb"(?:mime-version|from|content-type|x-[\w-]+):", head) is not None and b"multipart/" in head
    )


def _archive(content: bytes) -> tuple[str | None, list[Grid]]:
    encoding: str | None = None
    texts: list[str] = []
    for part in email.message_from_bytes(content.removeprefix(codecs.BOM_UTF8).lstrip()).walk():
        payload = part.get_payload(decode=True) if part.get_content_type() == "text/html" else None
        if isinstance(payload, bytes) and b"<td" in payload.lower():
            charset = part.get_content_charset()
            found, text = _decoded(payload, charset)
            encoding = encoding or found
            texts.append(text)
    if not texts:
        raise UnreadableError(Message.of("the web archive holds no table"))
    named = enumerate(texts, start=1)
    return encoding, admitted(_grid(text, "html" if at == 1 else f"html {at}") for at, text in named)


def _grid(text: str, sheet: str) -> Grid:
    _admit(text)
    parser = _Tables()
    parser.feed(text)
    parser.close()
    values, outliers = dense(parser.cells)
    return Grid(
        sheet=sheet,
        values=values,
        merges=tuple(parser.merges),
        hidden_rows=frozenset(parser.hidden),
        outliers=tuple(outliers),
    )


def _admit(text: str) -> None:
    """Refuse what is opened again and again and never closed: the parser looks for each end through all the rest."""
    if any(
        text.count(begin) > 2 * text.count(end) + _UNCLOSED for begin, end in (("<", ">"), ("<!--", "-->"))
    ):
        raise UnreadableError(Message.of("the markup is damaged: {reason}", reason="<"))


def _declared(content: bytes) -> str | None:
    match = _CHARSET.search(content[:4096])
    return match.group(1).decode().lower() if match else None


def _decoded(content: bytes, charset: str | None = None) -> tuple[str, str]:
    declared = charset or _declared(content)
    if declared in {"gb2312", "gbk", "gb18030"}:
        try:
            return "gb18030", content.decode("gb18030")
        except UnicodeDecodeError:
            pass
    return decode(content)


class _Cell(NamedTuple):
    text: str
    across: int
    down: int


class _Table:
    """A table while it is read: its rows of cells, and the tables that are laid out by it."""

    def __init__(self) -> None:
        self.rows: list[list[_Cell]] = []
        self.hidden: set[int] = set()
        self.inner: list[_Table] = []
        self.span: tuple[int, int] | None = None  # of the cell that is open
        self.text: list[str] = []

    def close(self) -> None:
        """End the cell that is open."""
        if self.span is not None:
            text = re.sub(r"[ \t\r\n\xa0]*\n[ \t\r\n\xa0]*", "\n", "".join(self.text)).strip()
            admit_size(len(self.rows), len(self.rows[-1]))
            self.rows[-1].append(_Cell(text, *self.span))
            self.span, self.text = None, []

    def is_grid(self) -> bool:
        """Tell whether it holds rows and columns, more than one of each."""
        return sum(sum(bool(cell.text) for cell in row) > 1 for row in self.rows) > 1

    def is_alone_in_row(self) -> bool:
        """Tell whether nothing else stands in the open row: then a table in its cell is laid out, not a value."""
        return not "".join(self.text).strip() and not any(cell.text for cell in self.rows[-1])


class _Tables(HTMLParser):
    """Collects the cells of every table, one under the other with a blank row between.

    A table inside a cell is that cell's text, unless it is one of rows and columns for which the outer table only
    makes room on the page.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.cells: dict[tuple[int, int], object] = {}
        self.merges: list[Merge] = []
        self.hidden: set[int] = set()
        self._open: list[_Table] = []
        self._next, self._skipped = 0, 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "style"}:
            self._skipped += 1
        elif tag == "table":
            if len(self._open) >= _NESTED:
                raise UnreadableError(Message.of("the markup is damaged: {reason}", reason="<table>"))
            if self._open and self._open[-1].span is None:  # the table before was not closed
                self._end()
            self._open.append(_Table())
        elif tag == "tr":
            if not self._open:
                self._open.append(_Table())
            table = self._open[-1]
            table.close()
            if "display:none" in (given.get("style") or "").replace(" ", ""):
                table.hidden.add(len(table.rows))
            table.rows.append([])
        elif tag in {"td", "th"} and self._open and self._open[-1].rows:
            self._open[-1].close()
            self._open[-1].span = (_span(given.get("colspan")), _span(given.get("rowspan")))
        elif tag == "br" and self._open:
            self._open[-1].text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"} and self._skipped:
            self._skipped -= 1
        elif tag in {"td", "th", "tr"} and self._open:
            self._open[-1].close()
        elif tag == "table" and self._open:
            self._end()

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1].span is not None and not self._skipped:
            self._open[-1].text.append(data)

    def close(self) -> None:
        """End the tables that are open."""
        super().close()
        while self._open:
            self._end()

    def _end(self) -> None:
        table = self._open.pop()
        table.close()
        outer = self._open[-1] if self._open else None
        if outer is None:
            self._lay_out(table)
        elif outer.span is not None and not table.inner and not (table.is_grid() and outer.is_alone_in_row()):
            outer.text.append(" ".join(cell.text for row in table.rows for cell in row if cell.text))
        else:
            outer.inner.append(table)

    def _lay_out(self, table: _Table) -> None:
        if any(cell.text for row in table.rows for cell in row):
            self._place(table)
        for inner in table.inner:
            self._lay_out(inner)

    def _place(self, table: _Table) -> None:
        first = self._next + (self._next > 0)
        taken: set[tuple[int, int]] = set()
        for row, cells in enumerate(table.rows, start=first):
            column = 0
            for text, across, down in cells:
                while (row, column) in taken:
                    column += 1
                admit_size(row, column)
                if text:
                    self.cells[row, column] = text
                if across * down > 1:
                    self.merges.append(Merge(row, column, row + down - 1, column + across - 1))
                    if across * down <= _SPAN:
                        taken.update(
                            (row + below, column + beside)
                            for below in range(1, down)
                            for beside in range(across)
                        )
                column += across
        self.hidden.update(first + row for row in table.hidden)
        self._next = first + len(table.rows)


def _span(text: str | None) -> int:
    return max(1, min(int(text), _SPAN)) if text and text.strip().isdigit() else 1


def _spreadsheet(content: bytes) -> list[Grid]:
    try:
        root = ElementTree.fromstring(admit_tree(content), forbid_dtd=True)
    except (DefusedXmlException, ElementTree.ParseError, LookupError, ValueError) as error:
        raise UnreadableError(
            Message.of("the markup is damaged: {reason}", reason=type(error).__name__)
        ) from error
    return admitted(_worksheet(sheet) for sheet in root.iter(f"{_SHEET}Worksheet"))


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
