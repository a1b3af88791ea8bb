"""XLS and ET: the binary format, by xlrd with its formats."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
import xlrd
from xlrd.biffh import error_text_from_code

from cityanalytics.issues import Message
from cityanalytics.workbooks.layout import is_sparse, reach
from cityanalytics.workbooks.limits import admit_cells, admit_far
from cityanalytics.workbooks.numberformats import alters, as_displayed
from cityanalytics.workbooks.sheet import Grid, Merge, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

#: Cells that hold nothing that is read.
UNFILLED = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read(content: bytes) -> list[Grid]:
    """Read every sheet of a binary workbook.

    Raises
    ------
    UnreadableError
        The workbook is damaged or encrypted.
    """
    if _ENCRYPTED in content:
        raise UnreadableError(Message.of("the file is encrypted"))
    try:
        book = xlrd.open_workbook(
            file_contents=content, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
        ranges = [_range(sheet) for sheet in book.sheets()]
        admit_cells(sum(rows * columns for rows, columns in ranges))
        return [
            _grid(book, sheet, rows, columns)
            for sheet, (rows, columns) in zip(book.sheets(), ranges, strict=True)
        ]
    except UnreadableError:
        raise
    except Exception as error:
        if "encrypted" in str(error).lower():
            raise UnreadableError(Message.of("the file is encrypted")) from error
        raise UnreadableError(
            Message.of("the workbook is damaged: {reason}", reason=type(error).__name__)
        ) from error


def _grid(book: xlrd.book.Book, sheet: xlrd.sheet.Sheet, rows: int, columns: int) -> Grid:
    values = np.full((rows, columns), None, dtype=object)
    errors: dict[tuple[int, int], str] = {}
    formats = np.zeros((sheet.ncols, 2), dtype=int)
    codes = [
        (book.format_map[xf.format_key].format_str or "") if xf.format_key in book.format_map else ""
        for xf in book.xf_list
    ]
    percent, changed = ["%" in code for code in codes], [alters(code) for code in codes]
    shares: set[tuple[int, int]] = set()
    for row in range(rows):
        kinds, cells = sheet.row_types(row, 0, columns), sheet.row_values(row, 0, columns)
        styles = sheet._cell_xf_indexes[row]  # noqa: SLF001 - row_xf_indexes does not exist, and a call for each cell is slow
        for column, (kind, value) in enumerate(zip(kinds, cells, strict=True)):
            if kind == xlrd.XL_CELL_TEXT:
                values[row, column] = value or None
            elif kind == xlrd.XL_CELL_NUMBER:
                style = styles[column]
                values[row, column] = as_displayed(value, codes[style]) if changed[style] else value
                formats[column, int(percent[styles[column]])] += 1
                if percent[styles[column]]:
                    shares.add((row, column))
            elif kind == xlrd.XL_CELL_DATE:
                values[row, column] = _date(value, book.datemode)
            elif kind == xlrd.XL_CELL_BOOLEAN:
                values[row, column] = bool(value)
            elif kind == xlrd.XL_CELL_ERROR:
                errors[row, column] = error_text_from_code.get(value, "#ERROR")
    return Grid(
        sheet=sheet.name,
        visibility="hidden" if sheet.visibility else "visible",
        values=values,
        merges=tuple(
            Merge(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells
        ),
        hidden_rows=frozenset(row for row, info in sheet.rowinfo_map.items() if info.hidden),
        hidden_columns=_hidden_columns(sheet),
        errors=errors,
        percent_columns=_percent_columns(formats),
        percent_cells=frozenset(shares),
        outliers=tuple(_far(sheet, rows, columns)),
    )


def _range(sheet: xlrd.sheet.Sheet) -> tuple[int, int]:
    """Return how many rows and columns are laid out."""
    if not is_sparse(sheet.nrows * sheet.ncols, 0):
        return sheet.nrows, sheet.ncols
    filled = [
        np.flatnonzero(~np.isin(np.frombuffer(sheet.row_types(row), dtype="B"), UNFILLED))
        for row in range(sheet.nrows)
    ]
    down = np.repeat(np.arange(sheet.nrows), [len(across) for across in filled])
    rows, columns = reach(down, np.concatenate(filled))
    admit_far(int(np.count_nonzero((down >= rows) | (np.concatenate(filled) >= columns))))
    return rows, columns


def _far(sheet: xlrd.sheet.Sheet, rows: int, columns: int) -> Iterator[tuple[int, int, object]]:
    """Give the cells that are not laid out, as they are stored."""
    if (rows, columns) == (sheet.nrows, sheet.ncols):
        return
    for row in range(sheet.nrows):
        for column, cell in enumerate(sheet.row(row)):
            if (row >= rows or column >= columns) and cell.ctype not in UNFILLED:
                is_error = cell.ctype == xlrd.XL_CELL_ERROR
                yield row, column, error_text_from_code.get(cell.value, "#ERROR") if is_error else cell.value


def _date(value: float, datemode: int) -> object:
    try:
        return xlrd.xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError, xlrd.xldate.XLDateError):
        return value


def _hidden_columns(sheet: xlrd.sheet.Sheet) -> frozenset[int]:
    return frozenset(column for column, info in sheet.colinfo_map.items() if info.hidden)


def _percent_columns(formats: NDArray[np.int_]) -> frozenset[int]:
    return frozenset(int(column) for column in np.flatnonzero(formats[:, 1] > formats[:, 0]))
