"""A book of sheets written as .xlsx: text stays text, one marked table a sheet, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import io
import math
from typing import TYPE_CHECKING

from cityanalytics.briefing import palette
from cityanalytics.briefing.spreadsheet import DAY
from cityanalytics.publishing.nativecharts import draw
from cityanalytics.workbooks.program import TEXT_ALONE, letters_wide, readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from cityanalytics.briefing.book import Book
    from cityanalytics.briefing.spreadsheet import BookColumn, BookSheet, Cell

#: A sans-serif font with Han characters; where it is not there a program takes another. The book's own font, which
#: columns are measured by, stays the library's, so that charts keep their shape.
FONT = {"font_name": "Microsoft YaHei", "font_size": 12, "font_scheme": "none"}
LEAST_WIDTH, MOST_WIDTH, MOST_IN_WIDE, MOST_IN_NARROW = 9, 44, 22, 70
#: Columns up to which a table is narrow: long texts have the room of the page.
NARROW = 3
#: Letters of a header that stand in one line, and in a table of more columns than `MOST_AT_EASE`.
ONE_LINE, ONE_LINE_IN_WIDE, MOST_AT_EASE = 24, 12, 8
#: The header of a longer table stays in sight; otherwise panes are a hindrance to those who magnify.
LONG = 40
#: Columns from which on a table is wide: long texts take more lines there.
WIDE = 16
#: Letters abreast that are printed on A4, at about seven points; more on A3.
MOST_ON_A4 = 210
_A3, _A4 = 8, 9
_LETTER = 1.2  # width of a letter of our font in letters of the book's own
_LINE, _TITLE, _MOST_HEIGHT = 18, 27, 405  # points
_MARGIN = 0.4  # inches, at the left and the right of a printed page


class _Formats:
    """Formats of a book by what they show; each is made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._numbers: dict[tuple[str, bool], Format] = {}
        head = {"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2}
        # beside "top" or "bottom" the library does not align what is indented; numbers are not indented, because
        # LibreOffice leaves out the indents of some of them
        inset = {"align": "left", "indent": 1}
        self.title = book.add_format({**FONT, "bold": True, "font_size": 16})
        self.line = book.add_format(FONT)
        self.link = book.add_format({**FONT, "valign": "top", "font_color": palette.BLUE, "underline": 1})
        self.first = book.add_format({**FONT, "valign": "top", "text_wrap": True})
        self.text = book.add_format({**FONT, "valign": "top", "text_wrap": True, **inset})
        self.first_head = book.add_format({**FONT, **head})
        self.text_head = book.add_format({**FONT, **head, **inset})
        self.number_head = book.add_format({**FONT, **head, "align": "right"})
        self._inset = inset

    def head(self, column: BookColumn, at: int) -> Format:
        if column.format:
            return self.number_head
        return self.text_head if at else self.first_head

    def cell(self, column: BookColumn, at: int, row: int) -> Format:
        shown = column.format_of(row)
        if shown:
            return self._number(shown, among_words=not column.format)
        return self.text if at else self.first

    def _number(self, shown: str, *, among_words: bool) -> Format:
        key = (shown, among_words)
        if key not in self._numbers:
            place = self._inset if among_words else {"align": "right"}
            self._numbers[key] = self._book.add_format(
                {**FONT, "valign": "top", "num_format": shown, **place}
            )
        return self._numbers[key]


def write_workbook(book: Book) -> bytes:
    """Return a book as the bytes of an .xlsx file.

    Parameters
    ----------
    book
        What it holds. Texts are written as text whatever they begin with; what a cell cannot hold is replaced.
    """
    # only where a workbook is written: 0.1 s to import
    import xlsxwriter

    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True, **TEXT_ALONE}) as file:
        day = dt.date.fromisoformat(book.created)
        file.set_properties(
            {
                "title": readable(book.title),
                "author": readable(book.author),
                "comments": readable(book.comments),
                "created": dt.datetime(day.year, day.month, day.day),  # noqa: DTZ001 - the format knows no zone
            }
        )
        formats = _Formats(file)
        tabs = {sheet.id: file.add_worksheet(sheet.name) for sheet in book.sheets}
        starts = {sheet.id: _write(tabs[sheet.id], sheet, book, formats) for sheet in book.sheets}
        if "charts" in tabs:
            draw(file, tabs["charts"], book, starts, link=formats.link)
        tabs[book.sheets[0].id].activate()
    return packed.getvalue()


def _write(tab: Worksheet, sheet: BookSheet, book: Book, formats: _Formats) -> int:
    """Write a sheet; return the row (from 0) where its table's header stands, or would stand."""
    tab.set_default_row(_LINE)
    tab.set_row(0, _TITLE)
    tab.write_string(0, 0, readable(sheet.title), formats.title)
    for row, line in enumerate(sheet.lines, start=1):
        tab.write_string(row, 0, readable(line), formats.line)
    start = 1 + len(sheet.lines)
    if sheet is not book.sheets[0]:
        tab.write_url(start, 0, f"internal:{_place(book.sheets[0].name)}", formats.link, book.back)
        start += 1
    tab.set_landscape()
    tab.set_margins(left=_MARGIN, right=_MARGIN)
    tab.set_paper(_A4)
    tab.fit_to_pages(1, 1 if sheet.leads else 0)
    if not sheet.rows:
        return start
    headers = [readable(book.header(column)) for column in sheet.columns]
    tab.add_table(
        start,
        0,
        start + len(sheet.rows),
        len(headers) - 1,
        {
            "name": f"table_{sheet.id}",
            "style": None,
            "autofilter": False,
            "columns": [
                {"header": header, "header_format": formats.head(column, at)}
                for at, (header, column) in enumerate(zip(headers, sheet.columns, strict=True))
            ],
        },
    )
    texts = [
        [_shown(cell, column.format_of(row)) for cell, column in zip(cells, sheet.columns, strict=True)]
        for row, cells in enumerate(sheet.rows)
    ]
    widths = [
        _width(header, readable(column.label), shown, len(headers))
        for header, column, shown in zip(headers, sheet.columns, zip(*texts, strict=True), strict=True)
    ]
    for at, width in enumerate(widths):
        _write_column(tab, sheet, at, start + 1, formats)
        tab.set_column(at, at, width * _LETTER)
    # programs do not find heights out when they open a file
    for row, shown in enumerate([headers, *texts], start=start):
        tab.set_row(row, _height(shown, widths))
    tab.repeat_rows(start)
    tab.set_paper(_A4 if sum(widths) <= MOST_ON_A4 else _A3)
    if len(sheet.rows) > LONG:
        tab.freeze_panes(start + 1, 1)
    return start


def _write_column(tab: Worksheet, sheet: BookSheet, at: int, first: int, formats: _Formats) -> None:
    for row, cells in enumerate(sheet.rows, start=first):
        cell, look = cells[at], formats.cell(sheet.columns[at], at, row - first)
        if sheet.leads and at == 0:
            tab.write_url(row, at, f"internal:{_place(str(cell))}", formats.link, readable(str(cell)))
        elif isinstance(cell, str):
            tab.write_string(row, at, readable(cell), look)
        else:
            tab.write_number(row, at, cell, look)


def _place(name: str) -> str:
    quoted = name.replace("'", "''")
    return f"'{quoted}'!A1"


def _shown(cell: Cell, form: str) -> str:
    """Return about what a cell shows, for the size of its column and row."""
    if isinstance(cell, str):
        return readable(cell)
    places = len(form.partition(".")[2])
    return form if form == DAY else f"{cell:,.{places}f}"


def _width(header: str, label: str, texts: Sequence[str], columns: int) -> int:
    """Return the width that most texts need in one line, and a header in one or, where it is long, in two.

    A header breaks before its unit.
    """
    most = MOST_IN_NARROW if columns <= NARROW else MOST_WIDTH if columns < WIDE else MOST_IN_WIDE
    one_line = ONE_LINE if columns <= MOST_AT_EASE else ONE_LINE_IN_WIDE
    widest = max((letters_wide(line) for text in texts for line in text.split("\n")), default=0)
    head = letters_wide(header)
    if head > one_line:
        parts = [letters_wide(part) for part in (label, header[len(label) :])]
        head = max(math.ceil(part / 2) + 2 if part > one_line else part for part in parts)
    wanted = max(head, widest) + 2
    return min(max(wanted, LEAST_WIDTH), most)


def _height(texts: Sequence[str], widths: Sequence[int]) -> int:
    """Return the points that the highest cell of a row needs."""
    lines = max(
        sum(max(1, math.ceil(letters_wide(line) / width)) for line in text.split("\n"))
        for text, width in zip(texts, widths, strict=True)
    )
    return min(_LINE * lines, _MOST_HEIGHT)
