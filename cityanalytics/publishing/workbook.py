"""A book of sheets written as .xlsx: text stays text, one marked table a sheet, the same bytes each time."""

from __future__ import annotations

import datetime as dt
import io
import math
from typing import TYPE_CHECKING

from cityanalytics.publishing.nativecharts import draw
from cityanalytics.workbooks.marking.issuelist import letters_wide, readable
from cityanalytics.workbooks.marking.valuecopy import TEXT_ALONE

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from cityanalytics.briefing.spreadsheet import Book, Column, Sheet

#: A sans-serif font with Han characters; where it is not there a program takes another.
FONT = {"font_name": "Microsoft YaHei", "font_size": 12, "font_scheme": "none"}
LEAST_WIDTH, MOST_WIDTH = 9, 44
#: The header of a longer table stays in sight; otherwise panes are a hindrance to those who magnify.
LONG = 40
_A4 = 9
_HEADER_ROWS = 2


class _Looks:
    """Formats of a book by what they show; each is made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._numbers: dict[str, Format] = {}
        top = {"valign": "top"}
        self.title = book.add_format({**FONT, "bold": True, "font_size": 16})
        self.text = book.add_format({**FONT, **top, "text_wrap": True})
        self.header = book.add_format({**FONT, "bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2})
        self.right = book.add_format(
            {**FONT, "bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2, "align": "right"}
        )
        self.link = book.add_format({**FONT, **top, "font_color": "#0B4F9E", "underline": 1})

    def number(self, shown: str) -> Format:
        if shown not in self._numbers:
            self._numbers[shown] = self._book.add_format(
                {**FONT, "valign": "top", "align": "right", "num_format": shown}
            )
        return self._numbers[shown]


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
    with xlsxwriter.Workbook(
        packed, {"in_memory": True, "default_format_properties": dict(FONT), **TEXT_ALONE}
    ) as file:
        day = dt.date.fromisoformat(book.created)
        file.set_properties(
            {
                "title": readable(book.title),
                "author": readable(book.author),
                "comments": readable(book.comments),
                "created": dt.datetime(day.year, day.month, day.day),  # noqa: DTZ001 - the format knows no zone
            }
        )
        looks = _Looks(file)
        tabs = {sheet.id: file.add_worksheet(sheet.name) for sheet in book.sheets}
        starts = {sheet.id: _write(tabs[sheet.id], sheet, book, looks) for sheet in book.sheets}
        if "charts" in tabs:
            draw(file, tabs["charts"], book, starts, link=looks.link)
        tabs[book.sheets[0].id].activate()
    return packed.getvalue()


def _write(tab: Worksheet, sheet: Sheet, book: Book, looks: _Looks) -> int:
    """Write a sheet; return the row (from 0) where its table's header stands, or would stand."""
    tab.write_string(0, 0, readable(sheet.title), looks.title)
    for row, line in enumerate(sheet.lines, start=1):
        tab.write_string(row, 0, readable(line))
    start = 1 + len(sheet.lines)
    if sheet is not book.sheets[0]:
        tab.write_url(start, 0, f"internal:{_place(book.sheets[0].name)}", looks.link, book.back)
        start += 1
    tab.set_landscape()
    tab.set_paper(_A4)
    tab.fit_to_pages(1, 0)
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
                {"header": header, "header_format": looks.right if column.format else looks.header}
                for header, column in zip(headers, sheet.columns, strict=True)
            ],
        },
    )
    for at, column in enumerate(sheet.columns):
        _write_column(tab, sheet, at, start + 1, looks)
        texts = [row[at] if isinstance(row[at], str) else _shown(row[at], column) for row in sheet.rows]
        tab.set_column(at, at, _width(headers[at], [str(text) for text in texts]))
    tab.repeat_rows(start)
    if len(sheet.rows) > LONG:
        tab.freeze_panes(start + 1, 1)
    return start


def _write_column(tab: Worksheet, sheet: Sheet, at: int, first: int, looks: _Looks) -> None:
    shown = sheet.columns[at].format
    look = looks.number(shown) if shown else looks.text
    for row, cells in enumerate(sheet.rows, start=first):
        cell = cells[at]
        if sheet.leads and at == 0:
            tab.write_url(row, at, f"internal:{_place(str(cell))}", looks.link, readable(str(cell)))
        elif isinstance(cell, str):
            tab.write_string(row, at, readable(cell), look)
        else:
            tab.write_number(row, at, cell, look)


def _place(name: str) -> str:
    quoted = name.replace("'", "''")
    return f"'{quoted}'!A1"


def _shown(number: object, column: Column) -> str:
    """Return about what a number is shown as, for the width of its column."""
    if not isinstance(number, float):
        return ""
    places = len(column.format.partition(".")[2])
    return column.format if column.format.startswith("y") else f"{number:,.{places}f}"


def _width(header: str, texts: list[str]) -> int:
    """Return the width that a header in two lines and most texts in one line need."""
    widest = max((letters_wide(line) for text in texts for line in text.split("\n")), default=0)
    wanted = max(math.ceil(letters_wide(header) / _HEADER_ROWS) + 2, widest + 2)
    return min(max(wanted, LEAST_WIDTH), MOST_WIDTH)
