"""A copy of a workbook's values as .xlsx, marked: for containers that marks cannot be written into."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

from cityanalytics.workbooks.marking.issuelist import (
    AUTHOR,
    COLOURS,
    HEAD_ROWS,
    HEADERS,
    WIDTHS,
    location,
    row_height,
)
from cityanalytics.workbooks.marking.places import MOST_COLUMNS, MOST_ROWS
from cityanalytics.workbooks.program import TEXT_ALONE, readable, sheet_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from xlsxwriter import Workbook as Book
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from cityanalytics.issues import Severity
    from cityanalytics.workbooks.grid import Grid, Grids
    from cityanalytics.workbooks.marking.issuelist import IssueList
    from cityanalytics.workbooks.marking.places import Cell

_DAY, _MOMENT, _TIME, _PERCENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss", "0.00%"
#: The first year that a spreadsheet program can show as a date.
_FIRST_YEAR = 1900
#: Errors that a cell may hold; written again as the constant that they are.
_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}


def copy_values(
    workbook: Grids,
    issues: IssueList,
    *,
    highlights: Mapping[str, Mapping[Cell, Severity]],
    comments: Mapping[str, Mapping[Cell, str]],
) -> bytes:
    """Return the values, merges and visibility of a workbook as an .xlsx, marked.

    Parameters
    ----------
    workbook
        As it was read, without an earlier list of issues.
    issues
        The list.
    highlights, comments
        By sheet and 0-based cell.
    """
    import xlsxwriter

    packed = io.BytesIO()
    names: dict[str, str] = {}
    with xlsxwriter.Workbook(packed, {"in_memory": True, **TEXT_ALONE}) as book:
        book.set_properties({"created": dt.datetime(1980, 1, 1)})  # noqa: DTZ001 - the format knows no zone
        for grid in workbook.sheets:
            names[grid.sheet] = sheet_name(grid.sheet, names.values())
            sheet = book.add_worksheet(names[grid.sheet])
            _write_grid(sheet, grid, _Looks(book), highlights.get(grid.sheet, {}))
            for (row, column), text in comments.get(grid.sheet, {}).items():
                size = {"x_scale": 2.5, "y_scale": 1 + text.count("\n") / 5}
                sheet.write_comment(row, column, readable(text), {"author": AUTHOR, **size})
        listed = book.add_worksheet(sheet_name(issues.name, names.values()))
        _write_list(book, listed, issues, names)
        shown = [at for at, grid in enumerate(workbook.sheets) if grid.visibility == "visible"]
        for at, sheet in enumerate(book.worksheets()[:-1]):
            if at not in shown:
                sheet.hide()
        first = book.worksheets()[shown[0] if shown else -1]
        first.activate()
        first.set_first_sheet()
    return packed.getvalue()


class _Looks:
    """Formats of a book by what they show; each is made once for a sheet."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.made: dict[tuple[str, Severity | None], Format] = {}

    def __call__(self, number: str, severity: Severity | None) -> Format | None:
        if not number and severity is None:
            return None
        key = number, severity
        if key not in self.made:
            properties = {"num_format": number} if number else {}
            properties |= {"bg_color": f"#{COLOURS[severity]}"} if severity else {}
            self.made[key] = self.book.add_format(properties)
        return self.made[key]


def _write_grid(sheet: Worksheet, grid: Grid, looks: _Looks, marks: Mapping[Cell, Severity]) -> None:
    covered: set[Cell] = set()
    height, width = (int(size) for size in grid.values.shape)
    for merge in grid.merges:
        bottom, right = min(merge.bottom, height - 1), min(merge.right, width - 1)
        area = {(r, c) for r in range(merge.top, bottom + 1) for c in range(merge.left, right + 1)}
        if len(area) > 1 and not area & covered:
            covered |= area
            look = looks("", marks.get((merge.top, merge.left)))
            sheet.merge_range(merge.top, merge.left, bottom, right, "", look)
    for (row, column), severity in marks.items():  # a blank one too; a value is written over it
        sheet.write_blank(row, column, None, looks("", severity))
    for row, column, value in _values(grid):
        if row < MOST_ROWS and column < MOST_COLUMNS:
            percent = column in grid.percent_columns
            _write_value(sheet, (row, column), value, looks, marks.get((row, column)), percent=percent)
    for (row, column), text in grid.errors.items():
        look = looks("", marks.get((row, column)))
        if text in _ERRORS:
            sheet.write_formula(row, column, f"={text}", look, text)
        else:
            sheet.write_string(row, column, readable(text), look)
    for row in grid.hidden_rows:
        sheet.set_row(row, None, None, {"hidden": True})
    for column in grid.hidden_columns:
        sheet.set_column(column, column, None, None, {"hidden": True})


def _values(grid: Grid) -> Iterator[tuple[int, int, object]]:
    for row, line in enumerate(grid.values.tolist()):
        for column, value in enumerate(line):
            if value is not None:
                yield row, column, value
    yield from grid.outliers


def _write_value(
    sheet: Worksheet, cell: Cell, value: object, looks: _Looks, severity: Severity | None, *, percent: bool
) -> None:
    dated: Any = value
    if isinstance(value, bool):
        sheet.write_boolean(*cell, value, looks("", severity))
    elif isinstance(value, int | float) and abs(value) < float("inf"):
        sheet.write_number(*cell, value, looks(_PERCENT if percent else "", severity))
    elif isinstance(value, dt.datetime) and value.year >= _FIRST_YEAR:
        kind = _MOMENT if value.time() != dt.time() else _DAY
        sheet.write_datetime(*cell, dated, looks(kind, severity))
    elif isinstance(value, dt.date) and not isinstance(value, dt.datetime) and value.year >= _FIRST_YEAR:
        sheet.write_datetime(*cell, dated, looks(_DAY, severity))
    elif isinstance(value, dt.time):
        sheet.write_datetime(*cell, dated, looks(_TIME, severity))
    else:
        sheet.write_string(*cell, readable(str(value)), looks("", severity))


def _write_list(book: Book, sheet: Worksheet, issues: IssueList, names: Mapping[str, str]) -> None:
    wrapped = {"text_wrap": True, "valign": "top"}
    text, label = book.add_format(wrapped), book.add_format({**wrapped, "bold": True})
    link = book.add_format({**wrapped, "font_color": "#0563C1", "underline": 1})
    legend = {
        severity: book.add_format({**wrapped, "bg_color": f"#{colour}"})
        for severity, colour in COLOURS.items()
    }
    last = len(WIDTHS) - 1
    for at, (texts, look) in enumerate(zip(issues.head, (label, text, label), strict=True)):
        sheet.set_row(at, row_height(texts))
        if len(texts) == 1:
            sheet.merge_range(at, 0, at, last, "", look)
        for column, shown in enumerate(texts):
            sheet.write_string(at, column, readable(shown), look)
    for at, row in enumerate(issues.rows, start=HEAD_ROWS):
        sheet.set_row(at, row_height(row.texts))
        for column, shown in enumerate(row.texts):
            look = legend[row.severity] if column == HEADERS.index("Severity") else text
            if column == 0 and row.link:
                target = f"internal:{location(row.link, names)}"
                sheet.write_url(at, column, target, link, readable(shown))
            else:
                sheet.write_string(at, column, readable(shown), look)
    for column, size in enumerate(WIDTHS):
        sheet.set_column(column, column, size)
    sheet.freeze_panes(HEAD_ROWS, 0)
    sheet.set_tab_color(f"#{next(iter(COLOURS.values()))}")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
