"""What the columns of a table hold: their kinds, and their cells read as numbers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import numpy as np

from cityanalytics.workbooks.cells import State, is_serial, read_number, squeezed
from cityanalytics.workbooks.cellunits import carried_amount, holds_amount
from cityanalytics.workbooks.dates import Precision, is_span, meant_as_date, names_month, read_date
from cityanalytics.workbooks.face import Code, Face
from cityanalytics.workbooks.numeric import two_readings
from cityanalytics.workbooks.sidebyside import side_by_side
from cityanalytics.workbooks.statements import Measure, measure, units_of_label
from cityanalytics.workbooks.texts import holding, part_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.numeric import Numbers

Kind = Literal["number", "text", "date", "period"]

#: So many texts of a long column are tried before it is said to hold no numbers.
_SAMPLED = 1000
#: So many cells tell whether a column holds dates.
_DATED = 2000
_SERIAL = re.compile(
    r"^(?:序号?|编号|行次|行号|项次|顺序号?|号|no\.?|item(?:no\.?)?|s/?n|s/?no\.?|s[lr]\.?(?:no\.?)?|排名|名次|位次|rank(?:ing)?|serial(?:no\.?)?|#|.*[编序]号)$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"时间|日期|年月|年份|月份|起止|期限|^年度?$|^期间?$|时点|(?:计划|实际|预计|拟|^)(?:开|竣|完)工$|开竣工"
)
#: Years with months, as exports of statistics write them: nothing else looks so all down a column.
_WORDS = re.compile("内容|名称|情况|主体|来源|说明|备注|性质|形式|单位$|方式|形象|责任|领导|依据")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_NOTES = 3
#: Who filled a table in, and who checked it, below its amounts.
_SIGNED = re.compile(r"[^\d:]{1,12}:")
_SHORTEST_CODE = 10
#: Numbers of so many signs are hardly all of one shape unless they are codes.
_ONE_SHAPE = 6
#: What says that something is so, in a cell of its own.
TICKS = frozenset("√✓✔☑×✗✘○●◎◯■□★☆▲△")
_CODES = re.compile(r"科目|编码|代码|^[类款项目]$|(?i:code|classification)")
#: What codes are called: they are names made of digits, however they are stored.
_CODE = re.compile(
    r"代码|编码|代号|编号|证号|账号|文号|邮编|电话|手机|(?:code|[^a-z]id|ref\.?|reference)$|^(?:code|id|ref)",
    re.IGNORECASE,
)
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
        For each column of amounts, by 0-based column of the sheet: its cells.
    counts
        For each column of numbers that count rows: its cells.
    """

    left: int
    kinds: tuple[Kind, ...]
    serial: tuple[bool, ...]
    numbers: dict[int, Numbers]
    counts: dict[int, Numbers]


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
    found = side_by_side(
        lambda offset: _column(face, rows, left + offset, paths[offset], first=offset == 0),
        range(len(paths)),
        rows=len(rows),
    )
    return Columns(
        left=left,
        kinds=tuple(kind for kind, _, _ in found),
        serial=tuple(counting for _, counting, _ in found),
        numbers={left + at: read for at, (_, counting, read) in enumerate(found) if read and not counting},
        counts={left + at: read for at, (_, counting, read) in enumerate(found) if read and counting},
    )


def _column(
    face: Face, rows: NDArray[np.intp], column: int, path: tuple[str, ...], *, first: bool
) -> tuple[Kind, bool, Numbers | None]:
    """Return what a column holds, whether it counts rows, and its numbers where it holds any."""
    label = path[-1] if path else ""
    counting = bool(_SERIAL.match(label)) or (first and not label and _counts(face, rows, column))
    counting = counting and not (_CODE.search(label) and _large(face, rows, column))
    if _CODE.search(label) and not (counting and _mostly_serial(face, rows, column)):
        return "text", False, None
    coded = bool(_CODES.search(label)) or not label
    if (
        first
        and not counting
        and (nesting(face, rows, column, named=coded) or _names(face, rows, column, path))
    ):
        return "text", False, None
    if first and (years := _years(face, rows, column, named=bool(label))) is not None:
        return years, False, None
    kind, read = _kind(face, rows, column, face.codes[rows, column], path)
    if counting and _mostly_serial(face, rows, column):
        read = face.numbers(rows, column)
        return ("text", True, None) if read.unparsed.any() else ("number", True, read)
    if read is None or kind != "number":
        return kind, False, None
    _ = read.exact  # worked out here, beside the other columns
    return kind, False, read


def _large(face: Face, rows: NDArray[np.intp], column: int) -> bool:
    """Tell whether the numbers of a column begin too high to count rows: 20230001 is a code."""
    numbers = [cell for cell in face.cells[rows[:_SAMPLED], column] if isinstance(cell, float)]
    return len(numbers) > 1 and min(numbers) >= _COUNTED_TO


#: Numbers of rows have fewer digits.
_COUNTED_TO = 10_000


def _mostly_serial(face: Face, rows: NDArray[np.intp], column: int) -> bool:
    first = rows[:500]
    cells = face.cells[first[face.filled[first, column]], column]
    sections = sum(isinstance(cell, str) and _SECTION.fullmatch(squeezed(cell)) is not None for cell in cells)
    return len(cells) == sections or sum(map(is_serial, cells)) * 3 >= len(cells) - sections


def nesting(face: Face, rows: NDArray[np.intp], column: int, *, named: bool = True) -> bool:
    """Tell whether a column holds codes: digits and dots, some with others before them; a total may have a word.

    Numbers are codes only where the column is called so, or has no name.
    """
    cells = [cell for cell in face.cells[rows[:200], column] if cell is not None]
    texts = [squeezed(cell) for cell in cells if isinstance(cell, str)]
    if named:
        texts += [
            f"{cell:.0f}" for cell in cells if isinstance(cell, float) and cell == int(cell) >= _SHORTEST_CODE
        ]
    digits = [text for text in texts if re.fullmatch(r"\d+(?:[.-]\d+)*", text)]
    if (
        len(digits) < 2  # noqa: PLR2004 - codes, not one
        or len(digits) * 4 < len(cells) * 3
        or not any(isinstance(cell, str) for cell in cells)
    ):
        return False
    lengths = {len(text) for text in digits}
    nested = any(len(a) < len(b) and b.startswith(a) for a in digits[:50] for b in digits[:50])
    return any(text.startswith("0") and len(text) > 1 and "." not in text[:2] for text in digits) or (
        nested and len(lengths) * 2 <= len(digits) + 1 and min(map(len, digits)) > 1
    )


def _counts(face: Face, rows: NDArray[np.intp], column: int) -> bool:
    cells = [cell for cell in face.cells[rows[:200], column] if isinstance(cell, float)]
    return len(cells) > 2 and all(b - a == 1 for a, b in pairwise(cells))  # noqa: PLR2004 - a run


def _names(face: Face, rows: NDArray[np.intp], column: int, path: tuple[str, ...]) -> bool:
    """Tell whether whole numbers written as text, beside others that are numbers, are what rows are called: line 7."""
    codes = face.codes[rows[:200]]
    own = codes[:, column]
    if (
        (own > Code.TEXT).any()
        or not (own == Code.TEXT).any()
        or not (codes[:, column + 1 :] == Code.NUMBER).any()
    ):
        return False
    texts = [squeezed(cell) for cell in face.cells[rows[:200], column] if cell is not None]
    numbers = [text for text in texts if read_number(text).state is State.PARSED]
    whole = any(text.isdecimal() for text in texts) and not any(
        "." in text or "," in text for text in numbers
    )
    shapes = {re.sub(r"\d", "0", text) for text in numbers}  # 6300.5000 and 6300.9400, no months: 2010.03
    shaped = len(shapes) == 1 < len(numbers) == len(set(numbers)) and min(map(len, shapes)) >= _ONE_SHAPE
    shaped = shaped and any(read_date(text).state is State.UNPARSED for text in numbers)
    return measure(path) is Measure.UNCLEAR and not any(map(units_of_label, path)) and (whole or shaped)


def _years(face: Face, rows: NDArray[np.intp], column: int, *, named: bool) -> Kind | None:
    """Return what a column of years written as text holds: periods where it has no name; names, where others are."""
    cells = [cell for cell in face.cells[rows[:200], column] if cell is not None]
    of_all = [cell for cell in cells if isinstance(cell, str) and _YEAR.fullmatch(cell)]
    numbers = sum(read_number(cell).state is State.PARSED for cell in cells)
    of_names = 1 < len(of_all) == numbers < len(cells)
    while cells and isinstance(cells[-1], str) and not re.match(r"\d", cells[-1]):
        cells.pop()  # a note below
    years = [int(cell) for cell in cells if isinstance(cell, str) and _YEAR.fullmatch(cell)]
    steps = {after > before for before, after in pairwise(years)}
    if not named and len(years) == len(cells) > 2 and len(set(years)) == len(years) and len(steps) == 1:  # noqa: PLR2004 - a run
        return "period"
    return "text" if of_names else None


def _kind(  # noqa: C901, PLR0911, PLR0912 - one line for each kind
    face: Face, rows: NDArray[np.intp], column: int, codes: NDArray[np.int8], path: tuple[str, ...]
) -> tuple[Kind, Numbers | None]:
    """Return what a column holds, and its numbers where it may hold any."""
    filled = int(np.count_nonzero(codes))
    label = path[-1] if path else ""
    measured = measure(path)
    promised = any(units_of_label(part) for part in path) or measured in {Measure.MONEY, Measure.AREA}
    promised = promised and not _names_text(label)
    if filled == 0:
        if promised:
            return "number", face.numbers(rows, column)
        return ("date" if _DATE.search(label) else "text"), None
    dates = int(np.count_nonzero(codes == Code.DATE))
    texts = codes == Code.TEXT
    if _DATE.search("/".join(path)) or dates * 2 >= filled or _names_months(face, rows, column, texts):
        kind = _date_kind(face, rows[(codes != Code.BLANK)], column, dates)
        if kind is not None:
            return kind, None
    if int(np.count_nonzero(codes == Code.OTHER)) * 2 > filled:  # yes or no
        return "text", None
    if not texts.any() and not dates:
        return "number", face.numbers(rows, column)
    if texts.sum() > _SAMPLED and not (codes == Code.NUMBER).any():
        sample = face.cells[rows[np.flatnonzero(texts)[:: int(texts.sum()) // _SAMPLED]], column]
        amounts = (read_number(cell).state is State.PARSED or carried_amount(cell) for cell in set(sample))
        if not any(amounts):
            return "text", None
    read = face.numbers(rows, column)
    parsed, unparsed = int(read.parsed.sum()), int(read.unparsed.sum())
    if unparsed > 0 and parsed <= max(unparsed, 1):
        ticked = [cell for cell in face.cells[rows[read.unparsed], column].tolist() if cell in TICKS]
        if len(ticked) == unparsed:
            return "text", None
    signed = rows[read.unparsed][-_NOTES:] if unparsed else ()
    unparsed -= sum(_SIGNED.match(face.label(int(row), column)) is not None for row in signed)
    if unparsed and not _names_text(label):
        carried = sum(carried_amount(cell) is not None for cell in face.cells[rows[read.unparsed], column])
        parsed, unparsed = parsed + carried, unparsed - carried
    native = int(np.count_nonzero(codes == Code.NUMBER))
    if unparsed > parsed and (promised or measured is Measure.PRICE):
        cells = face.cells[rows[read.unparsed], column]
        if all(two_readings(str(cell)) is not None or (parsed and holds_amount(cell)) for cell in cells):
            return "number", read  # each of them a doubt
    if parsed and parsed >= unparsed and (native or measured is not Measure.CODE):
        return "number", read
    open_rows = rows[read.unparsed] if promised and not parsed else ()
    if promised and not parsed and all(":" in face.label(int(row), column)[:6] for row in open_rows):
        return "number", read  # 待定 all the way down, and 审核人：李某 at the foot
    return "text", None


def _names_months(face: Face, rows: NDArray[np.intp], column: int, texts: NDArray[np.bool_]) -> bool:
    """Tell whether the text of a column names months or years, but for a note at its foot."""
    first = face.cells[rows[np.flatnonzero(texts)[:_NOTES]], column].tolist()
    if not any(map(names_month, first)) or not _names_date(first[0]):
        return False
    found = holding(part_of(face.column(column), rows), _names_date)
    others = int(np.count_nonzero(texts & ~found))
    return others <= _NOTES and others * 3 < int(texts.sum())


def _names_date(text: str) -> bool:
    return read_date(text, year=2000).state is not State.UNPARSED


def _names_text(label: str) -> bool:
    return _WORDS.search(label) is not None


def _date_kind(face: Face, rows: NDArray[np.intp], column: int, native: int) -> Kind | None:
    counts = Counter((type(cell), cell) for cell in face.cells[rows[:_DATED], column])
    parsed = spans = written = days = 0
    for (_, cell), count in counts.items():
        date = read_date(cell, year=2000)
        written += count * (date.state is not State.MISSING)
        parsed += count * (date.state is State.PARSED)
        days += count * (date.precision is Precision.DAY)
        spans += count * is_span(cell)
    if written and (parsed + spans) * 2 < written and native * 2 < written:
        meant = sum(count for (_, cell), count in counts.items() if meant_as_date(cell))
        if not parsed or (parsed + spans + meant) * 2 < written:
            return None
        days = max(days, 1)
    return "period" if spans * 2 >= max(written, 1) or (parsed and not days) else "date"
