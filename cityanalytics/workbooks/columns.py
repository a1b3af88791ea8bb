"""What the columns of a table hold: their kinds, and their cells read as numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from cityanalytics.workbooks.cells import State, is_serial, read_number, read_numbers, squeezed
from cityanalytics.workbooks.dates import Precision, is_span, read_date
from cityanalytics.workbooks.face import Code, Face
from cityanalytics.workbooks.statements import Measure, measure, units_of_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Kind = Literal["number", "text", "date", "period"]

#: So many texts of a long column are tried before it is said to hold no numbers.
_SAMPLED = 1000
_SERIAL = re.compile(r"^(?:序号?|编号|行次|行号|项次|顺序号?|号|no\.?|.*[编序]号)$", re.IGNORECASE)
_DATE = re.compile(
    r"时间|日期|年月|年份|月份|起止|期限|^年度?$|^期间?$|时点|(?:计划|实际|预计|拟|^)(?:开|竣|完)工$|开竣工"
)
#: Years with months, as exports of statistics write them: nothing else looks so all down a column.
_MONTHS = re.compile(r"(?:19|20)\d{2}(?:[-/.年](?:0?[1-9]|1[0-2])月?|年)")
_NOTES = 3
#: What counts sections where most rows count records: 一, （二）, (3).
_SECTION = re.compile(r"第?[一二三四五六七八九十]{1,3}[、.章]?|\([一二三四五六七八九十\d]{1,3}\)")


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """The columns of a table over its body rows.

    Parameters
    ----------
    left
        0-based first column.
    kinds
        What each holds.
    serial
        Which of them count rows (bool for each column).
    numbers
        For each number column, by 0-based column of the sheet: its cells as `cells.read_numbers` gives them,
        indexed by 0-based sheet row.
    """

    left: int
    kinds: tuple[Kind, ...]
    serial: tuple[bool, ...]
    numbers: dict[int, pd.DataFrame]


def read_columns(face: Face, rows: NDArray[np.intp], left: int, paths: Sequence[tuple[str, ...]]) -> Columns:
    """Tell what each column holds from its labels and its cells in `rows`.

    Parameters
    ----------
    face
        The sheet.
    rows
        0-based body rows.
    left
        0-based first column.
    paths
        The path of labels of each column.
    """
    kinds: list[Kind] = []
    serial: list[bool] = []
    numbers: dict[int, pd.DataFrame] = {}
    for offset, path in enumerate(paths):
        column = left + offset
        codes = face.codes[rows, column]
        label = path[-1] if path else ""
        counting = bool(_SERIAL.match(label)) or (offset == 0 and not label and _counts(face, rows, column))
        kind, read = _kind(face, rows, column, codes, path)
        counting = counting and _mostly_serial(face, rows, column)
        if counting:
            read = read_numbers(_cells(face, rows, column))
            kind = "text" if (read["state"] == State.UNPARSED).any() else "number"
        kinds.append(kind)
        serial.append(counting)
        if read is not None and kind == "number" and not counting:
            numbers[column] = read
    return Columns(left=left, kinds=tuple(kinds), serial=tuple(serial), numbers=numbers)


def _mostly_serial(face: Face, rows: NDArray[np.intp], column: int) -> bool:
    first = rows[:500]
    cells = face.cells[first[face.filled[first, column]], column]
    sections = sum(isinstance(cell, str) and _SECTION.fullmatch(squeezed(cell)) is not None for cell in cells)
    return len(cells) == sections or sum(map(is_serial, cells)) * 3 >= len(cells) - sections


def _counts(face: Face, rows: NDArray[np.intp], column: int) -> bool:
    cells = [cell for cell in face.cells[rows[:200], column] if isinstance(cell, float)]
    return len(cells) > 2 and all(b - a == 1 for a, b in pairwise(cells))  # noqa: PLR2004 - a run


def _kind(  # noqa: PLR0911 - one line for each kind
    face: Face, rows: NDArray[np.intp], column: int, codes: NDArray[np.int8], path: tuple[str, ...]
) -> tuple[Kind, pd.DataFrame | None]:
    """Return what a column holds, and its numbers where it may hold any."""
    filled = int(np.count_nonzero(codes))
    label = path[-1] if path else ""
    measured = measure(path)
    if filled == 0:
        promised = any(units_of_label(part) for part in path) or measured in {Measure.MONEY, Measure.AREA}
        if promised and not _names_text(label):
            return "number", read_numbers(_cells(face, rows, column))
        return ("date" if _DATE.search(label) else "text"), None
    dates = int(np.count_nonzero(codes == Code.DATE))
    texts = codes == Code.TEXT
    if _DATE.search("/".join(path)) or dates * 2 >= filled or _names_months(face, rows, column, texts):
        kind = _date_kind(face, rows[(codes != Code.BLANK)], column, dates)
        if kind is not None:
            return kind, None
    if not texts.any() and not dates:
        return "number", read_numbers(_cells(face, rows, column))
    if texts.sum() > _SAMPLED and not (codes == Code.NUMBER).any():
        sample = face.cells[rows[np.flatnonzero(texts)[:: texts.sum() // _SAMPLED]], column]
        if not any(read_number(cell).state is State.PARSED for cell in sample):
            return "text", None
    read = read_numbers(_cells(face, rows, column))
    parsed = int((read["state"] == State.PARSED).sum())
    unparsed = int((read["state"] == State.UNPARSED).sum())
    native = int(np.count_nonzero(codes == Code.NUMBER))
    if parsed and parsed >= unparsed and (native or measured is not Measure.CODE):
        return "number", read
    return "text", None


def _names_months(face: Face, rows: NDArray[np.intp], column: int, texts: NDArray[np.bool_]) -> bool:
    """Tell whether the text of a column names months or years, but for a note at its foot."""
    if not texts.any() or _MONTHS.fullmatch(squeezed(face.cells[rows[texts.argmax()], column])) is None:
        return False
    cells = face.cells[rows[texts], column]
    others = sum(_MONTHS.fullmatch(squeezed(cell)) is None for cell in cells)
    return others <= _NOTES and others * 3 < len(cells)


def _cells(face: Face, rows: NDArray[np.intp], column: int) -> pd.Series:
    return pd.Series(face.cells[rows, column], index=rows, dtype=object)


def _names_text(label: str) -> bool:
    return (
        re.search(r"内容|名称|情况|主体|来源|说明|备注|性质|形式|单位$|方式|形象|责任|领导|依据", label)
        is not None
    )


def _date_kind(face: Face, rows: NDArray[np.intp], column: int, native: int) -> Kind | None:
    cells = face.cells[rows, column]
    dated = [read_date(cell, year=2000) for cell in cells[:2000]]
    parsed = [date.precision for date in dated if date.state is State.PARSED]
    spans = sum(is_span(cell) for cell in cells[:2000])
    missing = sum(date.state is State.MISSING for date in dated)
    told = len(dated) - missing
    if told and (len(parsed) + spans) * 2 < told and native * 2 < told:
        return None
    if spans * 2 >= max(told, 1):
        return "period"
    if parsed and not any(precision is Precision.DAY for precision in parsed):
        return "period"
    return "date"
