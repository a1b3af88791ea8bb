"""The rows under a header: which are data, totals, groups, notes or none of these."""

# ruff: noqa: PLR2004 - full-width forms; a row with one or two texts is a label, not a record

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.cells import State, is_serial, squeezed
from cityanalytics.workbooks.codes import code_depths
from cityanalytics.workbooks.dates import Precision, read_date
from cityanalytics.workbooks.face import Code, Face
from cityanalytics.workbooks.marks import (
    NAMED,
    OF_WHICH,
    PARENTHESES,
    Mark,
    compared,
    mark_of,
    telling,
    with_parents,
)
from cityanalytics.workbooks.preamble import is_unit_row

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cityanalytics.workbooks.columns import Columns
    from cityanalytics.workbooks.headers import Header

DATA, TOTAL, GROUP, BLANK, FOOTER, STRAY, HEADER, UNIT, TITLE = (
    "data", "total", "group", "blank", "footer", "stray", "header", "unit", "title",
)  # fmt: skip

_TITLES = 6
_NOTE = re.compile(
    r"^(?:注|备注|说明|附注|附|资料来源|数据来源|来源|填表|填报|制表|制作|审核|审批|编制|负责人|联系人|单位负责人|联系电话|打印|报送|复核|统计|主管|分管|经办|盖章|★|※|\*)"
    r"[^:]{0,12}[:：、]|^[(]?(?:注|备注|说明)(?!册)|^第\d+页|^共\d+页|^续表|^[(]?(?:接上|转下)页|^\d+[、.].{12,}"
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Body:
    """The rows under a header before sums are looked at.

    Parameters
    ----------
    rows
        0-based sheet rows.
    kinds
        Kind of each; object dtype.
    marks
        The rows that are no plain leaves, in order.
    numbered
        For each row, whether it has a number in a number column.
    serials
        For each row, whether it has a serial number.
    texts
        For each row, how many texts it has beside its serial number.
    depths
        For each row, how deep its serial number is: 0 for none, 1 for ``3``, 1.5 for ``(3)``, 2 for ``3.1``.
    """

    rows: NDArray[np.intp]
    kinds: NDArray[np.object_]
    marks: tuple[Mark, ...]
    numbered: NDArray[np.bool_]
    serials: NDArray[np.bool_]
    texts: NDArray[np.int_]
    depths: NDArray[np.float64]


def sort_rows(face: Face, header: Header, columns: Columns, rows: NDArray[np.intp]) -> Body:
    """Tell the kind of each row under a header, as far as a row alone tells it.

    Parameters
    ----------
    face
        The sheet.
    header
        Its header.
    columns
        Its columns, read over `rows`.
    rows
        0-based body rows, ascending.
    """
    inside = face.filled[rows, header.left : header.right + 1]
    kinds = np.full(len(rows), DATA, dtype=object)
    numbered = np.zeros(len(rows), dtype=bool)
    for column, read in columns.numbers.items():
        numbered |= (read["state"] == State.PARSED).to_numpy() | (face.codes[rows, column] == Code.ERROR)
    serial_columns = np.array(columns.serial)
    filled = inside.sum(axis=1)
    serials = np.zeros(len(rows), dtype=bool)
    for offset in np.flatnonzero(serial_columns):
        column = header.left + int(offset)
        serials |= _serials(face, rows, column)
    told = face.told[rows, header.left : header.right + 1]
    others = told[:, ~serial_columns].sum(axis=1)
    texts = (face.codes[rows, header.left : header.right + 1] == Code.TEXT)[:, ~serial_columns].sum(axis=1)

    depths = np.zeros(len(rows))
    if serial_columns.any():
        depths = _depths(face, rows, header.left + int(np.flatnonzero(serial_columns)[0]))
    if not (depths > 1).any():
        coded = code_depths(face, header, rows)
        depths = coded if (coded > 1).any() else depths

    kinds[serials & (others == 0)] = STRAY
    kinds[(filled == 0) & face.filled[rows].any(axis=1)] = STRAY
    kinds[~face.filled[rows].any(axis=1)] = BLANK
    _repeated(face, header, rows, kinds)
    marks = []
    # Most rows of a long table are plain: with a serial number, or (where there is none) with numbers.
    plain = serials & (numbered | (others > 2)) if serial_columns.any() else numbered
    dated = _dated(face, columns, rows, (kinds == DATA) & ~numbered & ~serials)
    plain |= dated
    listing = -1
    for position in np.flatnonzero((kinds == DATA) & (~plain | telling(face, header, rows))):
        mark = mark_of(face, header, columns, int(rows[position]))
        if mark is None or (mark.style == NAMED and plain[position] and listing != position - 1):
            continue
        marks.append(mark)
        listing = int(position) if mark.style == OF_WHICH or listing == position - 1 else -1
    marks = compared(marks)
    content = np.flatnonzero(kinds == DATA)
    marks = with_parents(face, header, rows[content], depths[content], marks)
    known = {mark.row: mark for mark in marks}
    _label_rows(face, header, rows, kinds, numbered=numbered, serials=serials | dated, marks=known)
    kept = tuple(
        mark for mark in marks if kinds[int(np.searchsorted(rows, mark.row))] in {DATA, TOTAL, GROUP}
    )
    return Body(
        rows=rows,
        kinds=kinds,
        marks=kept,
        numbered=numbered,
        serials=serials,
        texts=texts,
        depths=depths,
    )


def _depths(face: Face, rows: NDArray[np.intp], column: int) -> NDArray[np.float64]:
    cells = face.cells[rows, column]
    depths = np.zeros(len(rows))
    native = face.codes[rows, column] == Code.NUMBER
    numbers = cells[native].astype(float)
    depths[native] = np.where(numbers == np.floor(numbers), 1, 2)
    for position in np.flatnonzero(face.codes[rows, column] == Code.TEXT):
        text = squeezed(cells[position])
        if PARENTHESES.match(text):
            depths[position] = 1.5
        elif is_serial(text):
            depths[position] = 1 + len(re.findall(r"\.\d", text))
    return depths


def _serials(face: Face, rows: NDArray[np.intp], column: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = face.codes[rows, column] == Code.NUMBER
    for position in np.flatnonzero(face.codes[rows, column] == Code.TEXT):
        found[position] = is_serial(face.cells[rows[position], column])
    return found


def _dated(
    face: Face, columns: Columns, rows: NDArray[np.intp], open_rows: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which rows name their month or day: records, even where they have no value yet."""
    found = np.zeros(len(rows), dtype=bool)
    dated = [columns.left + at for at, held in enumerate(columns.kinds) if held in {"date", "period"}]
    for position in np.flatnonzero(open_rows) if dated else ():
        read = [read_date(face.cells[rows[position], column], year=2000) for column in dated]
        found[position] = any(date.precision in {Precision.DAY, Precision.MONTH} for date in read)
    return found


def _repeated(face: Face, header: Header, rows: NDArray[np.intp], kinds: NDArray[np.object_]) -> None:
    """Mark the rows that repeat the header's labels, as printed pages do."""
    for row in range(header.first, header.last + 1):
        labels = [(column, text) for column, text in face.texts(row) if header.left <= column <= header.right]
        if len(labels) < 2:
            continue
        same = np.arange(len(rows))
        for column, _ in labels:
            same = same[face.cells[rows[same], column] == face.cells[row, column]]
        kinds[same] = HEADER
    above = [list(face.texts(row)) for row in range(max(header.first - _TITLES, 0), header.first)]
    for position in np.flatnonzero(kinds == HEADER).tolist():  # the title goes with its header
        for before in range(max(position - _TITLES, 0), position):
            texts = list(face.texts(int(rows[before])))
            if kinds[before] == DATA and texts and texts in above:
                kinds[before] = UNIT if is_unit_row(face, int(rows[before])) else TITLE


def _label_rows(
    face: Face,
    header: Header,
    rows: NDArray[np.intp],
    kinds: NDArray[np.object_],
    *,
    numbered: NDArray[np.bool_],
    serials: NDArray[np.bool_],
    marks: dict[int, Mark],
) -> None:
    """Set the kinds of rows without any number: totals, groups, notes and placeholders."""
    has_numbers = bool(numbered.any())
    labels = {face.label(header.last, column) for column in range(header.left, header.right + 1)}
    last_content = max(
        (int(position) for position in np.flatnonzero((kinds == DATA) & (numbered | serials))), default=-1
    )
    for position in np.flatnonzero((kinds == DATA) & ~numbered):
        row = int(rows[position])
        texts = [text for column, text in face.texts(row) if header.left <= column <= header.right]
        mark = marks.get(row)
        cells = int(np.count_nonzero(face.told[row, header.left : header.right + 1]))
        if _NOTE.match(texts[0] if texts else "") and not serials[position]:
            kinds[position] = FOOTER
        elif mark is not None and mark.keyword:
            kinds[position] = TOTAL
        elif (
            position > last_content
            and len(texts) <= 2
            and has_numbers
            and (mark is None or mark.style == NAMED)
        ):
            kinds[position] = FOOTER
        elif (
            (mark is not None and cells <= 2 and (has_numbers or mark.style != NAMED or cells == 1))
            or (cells == 1 and not serials[position])
            or (cells <= 2 and any(text in labels for text in texts))
        ):
            kinds[position] = GROUP
