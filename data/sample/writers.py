"""Sheets into files: .xlsx with XlsxWriter, .xls with xlwt; the same sheets give the same bytes."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import xlsxwriter
import xlwt

from sample.city import BUREAU, STATEMENT
from sample.sheets import Formula, Sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

_CREATED = dt.datetime(2010, 1, 4, 8, 0, 0)  # noqa: DTZ001 - a workbook's own time has no zone

_NUMBERS = {
    "amount": "#,##0",
    "amount4": "0.0000",
    "one": "0.0",
    "percent": "0.0%",
    "date": "yyyy-mm-dd",
    "area": "0.00",
    "quantity": "General",
    "serial": "0",
}
_LEFT = {"text", "total_text", "note", "footer"}
_RIGHT = {"amount", "amount4", "one", "percent", "area", "quantity"}


def xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Return the sheets as an .xlsx workbook."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"author": BUREAU, "comments": STATEMENT, "created": _CREATED})
    formats: dict[str, Any] = {}
    for sheet in sheets:
        _xlsx_sheet(book, sheet, formats)
    book.close()
    return stream.getvalue()


def _xlsx_sheet(book: Any, sheet: Sheet, formats: dict[str, Any]) -> None:  # noqa: ANN401 - XlsxWriter has no types
    page = book.add_worksheet(sheet.name)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.repeat_rows(0, sheet.frozen[0] - 1)
    page.set_footer("&C第 &P 页，共 &N 页")
    page.freeze_panes(*sheet.frozen)
    page.set_row(0, 30)
    for place, width in enumerate(sheet.widths):
        page.set_column(place, place, width)
    covered = {(first_row, first): (row, last) for first_row, first, row, last in sheet.merges}
    for (row, place), cell in sorted(sheet.cells.items(), key=lambda item: item[0]):
        style = formats.setdefault(cell.style, None) or _xlsx_format(book, cell.style, formats)
        if (row, place) in covered:
            page.merge_range(row, place, *covered[row, place], cell.value, style)
        elif isinstance(cell.value, Formula):
            page.write_formula(row, place, cell.value.text, style, cell.value.value)
        elif cell.value is None:
            page.write_blank(row, place, None, style)
        elif isinstance(cell.value, dt.date):
            page.write_datetime(row, place, cell.value, style)
        elif isinstance(cell.value, str):
            page.write_string(row, place, cell.value, style)
        else:
            page.write_number(row, place, cell.value, style)


def _xlsx_format(book: Any, style: str, formats: dict[str, Any]) -> Any:  # noqa: ANN401 - XlsxWriter has no types
    total = style.startswith("total_")
    base = style.removeprefix("total_")
    look: dict[str, Any] = {
        "font_name": "宋体",
        "font_size": 10,
        "valign": "vcenter",
        "text_wrap": style != "title",
    }
    if base not in {"title", "note", "footer"}:
        look["border"] = 1
    if style == "title":
        look |= {"font_name": "黑体", "font_size": 16, "bold": True}
    if style == "header":
        look |= {"bold": True, "bg_color": "#DDEBF7"}
    if total:
        look |= {"bold": True, "bg_color": "#F2F2F2"}
    if base in _NUMBERS:
        look["num_format"] = _NUMBERS[base]
    look["align"] = "left" if base in _LEFT else "right" if base in _RIGHT else "center"
    formats[style] = book.add_format(look)
    return formats[style]


def xls(sheets: Sequence[Sheet]) -> bytes:
    """Return the sheets as an .xls workbook of the old kind."""
    book = xlwt.Workbook(encoding="utf-8")
    styles: dict[str, Any] = {}
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        page.portrait = False
        page.paper_size_code = 9  # A4
        page.fit_num_pages = 1
        page.fit_height_to_pages = 0
        page.set_panes_frozen(True)
        page.set_horz_split_pos(sheet.frozen[0])
        page.set_vert_split_pos(sheet.frozen[1])
        for place, width in enumerate(sheet.widths):
            page.col(place).width = width * 256
        covered = {(first_row, first): (row, last) for first_row, first, row, last in sheet.merges}
        for (row, place), cell in sorted(sheet.cells.items(), key=lambda item: item[0]):
            style = styles.get(cell.style) or styles.setdefault(cell.style, _xls_style(cell.style))
            value = cell.value.value if isinstance(cell.value, Formula) else cell.value
            if (row, place) in covered:
                last_row, last = covered[row, place]
                page.write_merge(row, last_row, place, last, value, style)
            else:
                page.write(row, place, value, style)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _xls_style(style: str) -> Any:  # noqa: ANN401 - xlwt has no types
    base = style.removeprefix("total_")
    bold = "on" if style in {"title", "header"} or style.startswith("total_") else "off"
    across = "left" if base in _LEFT else "right" if base in _RIGHT else "center"
    size = 320 if style == "title" else 200
    look = f"font: name 宋体, bold {bold}, height {size}; align: horiz {across}, vert center, wrap on"
    if base not in {"title", "note", "footer"}:
        look += "; borders: left thin, right thin, top thin, bottom thin"
    return xlwt.easyxf(look, num_format_str=_NUMBERS.get(base, "General"))
