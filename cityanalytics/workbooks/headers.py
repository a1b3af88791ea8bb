"""Where a table's header stands, over how many rows, and how its columns are called."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.cells import State, as_written, read_number
from cityanalytics.workbooks.dates import Precision, read_date
from cityanalytics.workbooks.face import Code, Face
from cityanalytics.workbooks.statements import (
    Measure,
    is_unit_note,
    measure,
    units_of_label,
    units_of_note,
)
from cityanalytics.workbooks.units import Dimension, find_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

#: How far below a header its columns are looked for.
_LOOK_BELOW = 40
#: How many rows of text are tried as a header before a sheet is said to have none.
_TRIED = 200
#: So many rows are looked at together.
_WINDOW = 2000
_LONG, _YEARS, _DEEP = 60, 40, 6
_AMOUNTS = frozenset({Measure.MONEY, Measure.AREA, Measure.LENGTH, Measure.SHARE, Measure.COUNT})
_YEAR = re.compile(r"(?:19|20)\d{2}")
_PAIR = re.compile(
    r"^[^:]{0,8}(?:单位|部门|日期|时间|名称|地区|年度|[报期]期|人|电话|表号|文号|机关|公司|企业|编号|截至|截止|区县|地址):"
)
#: A label with its value, as below a table who filled it in.
_SAID = re.compile(r"[^\d:]{1,16}:")
#: What a group, a total or a record begins with, and a header never does.
_NO_LABEL = re.compile(
    r"^(?:第?[一二三四五六七八九十]{1,3}[、.,]|\([一二三四五六七八九十\d]{1,3}\)|[①-⑳]|\d+[、.●]?$|其中:|合计$|总计$|小计$)"
)


@dataclass(frozen=True, kw_only=True)
class Header:
    """The rows and columns of a header: 0-based, ends included.

    Parameters
    ----------
    first, last
        Its rows.
    left, right
        The columns of its table.
    """

    first: int
    last: int
    left: int
    right: int


def find_header(face: Face, start: int, stop: int) -> Header | None:
    """Find the first header in the rows from `start` up to `stop`.

    Parameters
    ----------
    face
        The sheet.
    start, stop
        0-based rows, `stop` not included.

    Returns
    -------
    Header or None
        Its rows and columns; None where no row looks like one.
    """
    windows = range(start, stop, _WINDOW)
    likely = (_likely(face.codes[first : min(first + _WINDOW, stop)]) + first for first in windows)
    for row in islice(chain.from_iterable(likely), _TRIED):
        if _looks_like_header(face, int(row), stop):
            return _grown(face, int(row), start, stop)
    return None


def _likely(codes: NDArray[np.int8]) -> NDArray[np.intp]:
    """Return the rows whose kinds of cells may be labels."""
    texts = (codes == Code.TEXT).sum(axis=1)
    dates = (codes == Code.DATE).sum(axis=1)
    others = ((codes == Code.ERROR) | (codes == Code.OTHER)).any(axis=1) | (dates > 0)
    numbers = (codes == Code.NUMBER).sum(axis=1)
    likely = (texts >= 2) & ~others & (numbers * 3 <= texts)  # noqa: PLR2004 - a header has two labels
    likely |= (texts > 0) & ~others & (numbers > 1) & (numbers <= _YEARS)
    corner = (texts == 0) & (codes[:, :1] == Code.BLANK).all(axis=1)  # years under an empty corner
    likely |= corner & ~others & (numbers > 1) & (numbers <= _YEARS)
    likely |= (
        (texts == 1) & (numbers == 0) & ~others & (codes[:, 0] == Code.BLANK)
    )  # over one column of amounts
    likely |= (texts > 0) & (dates > 1) & (texts + dates == (codes != Code.BLANK).sum(axis=1))
    return np.flatnonzero(likely)


def _looks_like_header(face: Face, row: int, stop: int) -> bool:  # noqa: C901, PLR0911, PLR0912 - one line for each sign against it
    texts = dict(face.texts(row))
    if not texts:
        return _years_alone(face, row, stop)
    if np.count_nonzero(face.filled[row]) == 1:
        return _label_alone(face, row, stop)
    if is_meta(list(texts.values())) and not _unit_over_amounts(face, row, texts, stop):
        return False
    if max(map(len, texts.values())) > _LONG and not _over_numbers(face, row, texts, stop):
        return False
    if len(set(texts.values())) == 1 and len(texts) > 1:  # a title over each of several blocks
        return False
    if any(re.search(r"[。;]|:$|^\d{5,}$", text) for text in texts.values()):
        return False
    years = [float(text) for text in texts.values() if _YEAR.fullmatch(text)]  # as in CSV
    opening = next(iter(texts.values()))
    if (_NO_LABEL.match(opening) and not (_YEAR.fullmatch(opening) and _are_years(years))) or all(
        _SAID.match(text) for text in texts.values()
    ):
        return False
    values = sum(map(_is_value, texts.values())) - len(years) * _are_years(years)
    written = [
        float(text) for text in list(texts.values())[1:] if text.isdecimal() and len(text) <= len("99")
    ]
    counted = len(written) > 2 and _count_up(face, row, written, stop)  # noqa: PLR2004 - a run
    if values and (_are_days(face, row, stop) or counted):
        values = 0
    numbers = face.cells[row][face.codes[row] == Code.NUMBER].tolist()
    if values * 4 > len(texts) or (
        len(numbers) * 4 > len(texts) and not _are_years(numbers) and not _count_up(face, row, numbers, stop)
    ):
        return False
    if (face.codes[row] == Code.DATE).any() and not _are_days(face, row, stop):
        return False
    labelled = set(columns_under(face, row))
    left, right = min(labelled), max(labelled)
    if row + 1 < stop and not (face.codes[row + 1] > Code.TEXT).any():
        after = dict(face.texts(row + 1))
        if (
            left in after and set(after) > labelled and not any(map(_is_value, after.values()))
        ):  # titles of parts, above the labels themselves
            return False
    for below in range(row + 1, min(row + 3, stop)):
        parts = _parts_below(face, below, labelled, left)
        labelled |= parts
        if not parts:
            break
    right = max(labelled)
    below = face.filled[row + 1 : min(row + 1 + _LOOK_BELOW, stop)].sum(axis=0)
    while right + 1 < face.shape[1] and below[right + 1] * 2 > max(int(below.max()), 2):
        right += 1
    filled = face.filled[row + 1 : min(row + 1 + _LOOK_BELOW, stop), left : right + 1].any(axis=0)
    used = {left + int(column) for column in np.flatnonzero(filled)} | set(texts)
    if len(labelled & used) * 2 == len(used) and _about_file(face, row, sorted(used - labelled), stop):
        return False
    return len(labelled & used) * 2 >= len(used) and len(labelled) >= 2  # noqa: PLR2004 - two labels


def _over_numbers(face: Face, row: int, texts: Mapping[int, str], stop: int) -> bool:
    """Tell whether each long text of a row stands over cells of one kind, beside others that do."""
    below = slice(row + 1, min(row + 1 + _LOOK_BELOW, stop))
    for column, text in texts.items():
        codes = face.codes[below, column]
        held = codes[codes != Code.BLANK]
        if len(text) > _LONG and (not len(held) or int(np.bincount(held).max()) * 3 < len(held) * 2):
            return False
    return len(texts) > 2  # noqa: PLR2004 - a note has one text, or two


def _unit_over_amounts(face: Face, row: int, texts: Mapping[int, str], stop: int) -> bool:
    """Tell whether a name and bare units stand over a name and numbers right below: Item, Rs. lakh."""
    _, *units = texts
    named = not any(mark in text for text in texts.values() for mark in ("单位", ":"))
    below = dict(face.texts(row + 1)) if row + 1 < stop else {}
    headed = len(below) > 1 and not (face.codes[row + 1] == Code.NUMBER).any()  # by a row of labels
    bare = units and all(find_unit(texts[column]) is not None for column in units)
    return bool(named and bare and not headed) and _all_over_numbers(face, row, units, stop)


def _are_years(numbers: list[float]) -> bool:
    """Tell whether numbers are whole years, each once and in order, as labels of columns are."""
    years = [number for number in numbers if number == int(number) and 1900 <= number < 2200]  # noqa: PLR2004 - years
    steps = {after > before for before, after in pairwise(numbers)}
    return len(years) == len(numbers) > 1 and len(set(numbers)) == len(numbers) and len(steps) == 1


def _years_alone(face: Face, row: int, stop: int) -> bool:
    """Tell whether a row of years alone stands over numbers, right of names: the corner over these is empty."""
    columns = np.flatnonzero(face.codes[row] == Code.NUMBER).tolist()
    if not columns or not _are_years(face.cells[row][columns].tolist()):
        return False
    below = face.codes[row + 1 : min(row + 1 + _LOOK_BELOW, stop)]
    named = int((below[:, columns[0] - 1] == Code.TEXT).sum())
    if not len(below) or (below[0, columns] != Code.NUMBER).all() or named < 2:  # noqa: PLR2004 - over labels, or no names
        return False
    return _all_over_numbers(face, row, columns, stop)


def _label_alone(face: Face, row: int, stop: int) -> bool:
    """Tell whether the one label of a row names the amounts beside names, over which the corner is empty."""
    ((column, text),) = face.texts(row)
    if not column or face.width(row, column) > 1 or not (units_of_label(text) or measure([text]) in _AMOUNTS):
        return False
    below = slice(row + 1, min(row + 1 + _LOOK_BELOW, stop))
    codes, names = face.codes[below, column], face.codes[below, column - 1] == Code.TEXT
    beside = face.filled[below].sum(axis=1) - names - (codes != Code.BLANK)
    numbers = codes == Code.NUMBER
    return bool(
        (numbers & names).sum() > 1
        and not beside.any()
        and names[:1].all()
        and not ((codes != Code.BLANK) & ~numbers).any()
    )


def _are_days(face: Face, row: int, stop: int) -> bool:
    """Tell whether the days of a row, after its first cell, are in order, each over numbers: labels of columns."""
    columns = np.flatnonzero(face.filled[row])[1:].tolist()
    columns = [at for at in columns if face.codes[row, at] == Code.DATE or _is_value(face.label(row, at))]
    days = [read_date(face.cells[row, column]) for column in columns]
    known = [day.period.start for day in days if day.period is not None and day.precision is Precision.DAY]
    steps = {after > before for before, after in pairwise(known)}
    if not len(known) == len(days) == len(set(known)) > 1 or len(steps) != 1:
        return False
    return _all_over_numbers(face, row, columns, stop)


def _count_up(face: Face, row: int, numbers: list[float], stop: int) -> bool:
    """Tell whether a name and 1, 2, 3, … stand over names and numbers: months, grades or rounds."""
    columns = [
        at
        for at in np.flatnonzero(face.filled[row]).tolist()
        if face.codes[row, at] == Code.NUMBER or face.label(row, at).isdecimal()
    ]
    counted = len(numbers) > 2 and numbers == list(range(1, len(numbers) + 1))  # noqa: PLR2004 - a run
    below = slice(row + 1, min(row + 1 + _LOOK_BELOW, stop))
    named = counted and bool(face.filled[row, : columns[0]].any())
    return named and (
        _all_over_numbers(face, row, columns, stop)
        or bool((face.codes[below, columns] == Code.TEXT).any(axis=0).all())  # marks, such as √
    )


def _about_file(face: Face, row: int, beside: list[int], stop: int) -> bool:
    """Tell whether nothing stands beside a few words up to a blank row, and a wider table below, as 数据来源 does."""
    blank = np.flatnonzero(~face.filled[row + 1 : min(row + 1 + _DEEP, stop)].any(axis=1))
    return bool(len(blank)) and not face.filled[row : row + 1 + int(blank[0]), beside].any()


def _all_over_numbers(face: Face, row: int, columns: list[int], stop: int) -> bool:
    below = np.arange(row + 1, min(row + 1 + _LOOK_BELOW, stop))
    reads = [face.numbers(below, column) for column in columns]
    return all(int(read.parsed.sum()) > int(read.unparsed.sum()) for read in reads)


def _parts_below(face: Face, row: int, labelled: set[int], left: int) -> set[int]:
    """Return the columns of a row of texts that fills the gaps of the labels above it."""
    texts = dict(face.texts(row))
    gaps = {column for column in texts if column not in labelled}
    if (
        not gaps
        or left in texts
        or (face.codes[row] > Code.TEXT).any()
        or any(map(_is_value, texts.values()))
    ):
        return set()
    return set(texts) if all(column in gaps or column + 1 not in labelled for column in texts) else set()


def is_meta(texts: list[str]) -> bool:
    """Tell whether a row of texts says something about the sheet, such as ``填报单位：…`` or a unit.

    Examples
    --------
    >>> is_meta(["填报单位:市园林局", "单位:万元"]), is_meta(["序号", "项目名称"])
    (True, False)
    """
    if not texts:
        return False
    bare = [find_unit(text) is not None for text in texts]
    if len(texts) > 3 and not bare[0] and sum(bare) * 2 <= len(texts):  # noqa: PLR2004 - 项目 万元 项目 万元
        return False
    pairs = sum(bool(_PAIR.match(text)) and not text.startswith("其中") for text in texts)
    notes = sum(is_unit_note(text) and not (_is_count(text) and len(texts) > 1) for text in texts)
    named = any(
        re.fullmatch(r"(?:计量|金额|货币)?单位:?", text) and find_unit(after) is not None
        for text, after in pairwise(texts)
    )
    return pairs * 2 >= len(texts) or (notes > 0 and notes * 2 >= len(texts)) or (named and len(texts) <= 6)  # noqa: PLR2004 - a header has more labels


def _is_count(text: str) -> bool:
    """Tell whether a label that is a word for pieces too, such as 组, stands there."""
    unit = find_unit(text)
    return unit is not None and unit.dimension is Dimension.COUNT and "单位" not in text


def _is_value(text: str) -> bool:
    if read_number(text).state is State.PARSED:
        return True
    dated = read_date(text)
    return dated.precision is Precision.DAY


def _grown(face: Face, row: int, start: int, stop: int) -> Header:
    first = row
    columns = sorted(set(columns_under(face, row)))
    left, right = columns[0], columns[-1]
    left = _widened(face, row, left, -1, stop)
    right = _widened(face, row, right, 1, stop)
    while first - 1 >= start and row - first < 2 and _is_parent_row(face, first - 1, left, right):  # noqa: PLR2004 - rows of parents
        first -= 1
    last = row
    while last < stop - 1 and last - first < _DEEP:
        deeper = max(
            (
                merge.bottom
                for (top, at), merge in face.merges_from.items()
                if first <= top <= last and left <= at <= right and face.codes[top, at] == Code.TEXT
            ),
            default=last,
        )
        if last < deeper <= first + _DEEP:
            last = min(deeper, stop - 1)
        elif _continues(face, first, last, left, right):
            last += 1
        else:
            break
    labelled = {column for at in range(first, last + 1) for column in columns_under(face, at)}
    while right + 1 in labelled:  # parts named below the first row of labels
        right += 1
    return Header(
        first=first, last=last, left=left, right=_cut(face, range(first, last + 1), left, right, stop)
    )


def _widened(face: Face, row: int, column: int, step: int, stop: int) -> int:
    """Return the last column to one side that has no label but cells in most rows below."""
    below = slice(row + 1, min(row + 1 + _LOOK_BELOW, stop))
    used = face.filled[below].sum(axis=1) > 1
    while 0 <= column + step < face.shape[1]:
        beside = face.filled[below, column + step]
        if not used.any() or int((beside & used).sum()) * 2 <= int(used.sum()):
            break
        column += step
    return column


def _cut(face: Face, labels: range, left: int, right: int, stop: int) -> int:
    """Return the last column before a gap: a column without label and without any cell."""
    for column in range(left + 2, right - 1):
        blank = not face.filled[labels.start : stop, column].any()
        if (
            blank
            and not any(face.covered.get((row, column)) for row in labels)
            and not _goes_on(face, labels, column, left, stop)
        ):
            return column - 1
    return right


def _goes_on(face: Face, labels: range, gap: int, left: int, stop: int) -> bool:
    """Tell whether the amounts right of a blank column belong to the names left of it, which have none."""
    first = [face.label(row, gap + 1) for row in labels if face.label(row, gap + 1)]
    if first and _same_rows(face, labels, gap, left):
        return True
    if measure(first) not in _AMOUNTS:
        return False
    names = [text for row in labels for column, text in face.texts(row) if left <= column < gap]
    below = slice(labels.stop, min(labels.stop + _LOOK_BELOW, stop))
    beside = face.filled[below, left:gap].any(axis=1)
    inside = beside.any() and (face.filled[below, gap + 1] <= beside).all()
    return bool(inside) and not any(measure([name]) in _AMOUNTS for name in names)


def _same_rows(face: Face, labels: range, gap: int, left: int) -> bool:
    """Tell whether all that stands right of a blank column, up to the next, are numbers in the rows left of it."""
    below = slice(labels.stop, min(labels.stop + _LOOK_BELOW, face.shape[0]))
    right = gap + 1
    while right + 1 < face.shape[1] and face.filled[labels.start : below.stop, right + 1].any():
        right += 1
    here = face.codes[below, gap + 1 : right + 1]
    rows = face.filled[below, left:gap].any(axis=1)
    values = (here == Code.NUMBER).any(axis=1)
    named = face.codes[below, left] == Code.TEXT
    plain = int(((here != Code.NUMBER) & (here != Code.BLANK)).sum())
    few = int(values.sum()) * 2 >= int(rows.sum()) > 1 and plain * 4 <= int((here == Code.NUMBER).sum())
    return few and bool(named.any()) and bool((values <= rows).all()) and not _counts_up(face, below, gap + 1)


def _counts_up(face: Face, rows: slice, column: int) -> bool:
    """Tell whether a column counts 1, 2, 3: the serial numbers of a table of its own."""
    numbers = [cell for cell in face.cells[rows, column] if isinstance(cell, float)]
    return numbers[:2] == [1.0, 2.0]


def _is_parent_row(face: Face, row: int, left: int, right: int) -> bool:
    texts = dict(face.texts(row))
    numbers = face.cells[row][face.codes[row] == Code.NUMBER].tolist()
    if not texts and _are_years(numbers):  # 2021 and 2022, each over its own labels
        columns = np.flatnonzero(face.codes[row] == Code.NUMBER).tolist()
        return left < columns[0] and columns[-1] <= right and not (face.codes[row] > Code.NUMBER).any()
    if not texts or (face.codes[row] > Code.TEXT).any() or is_meta(list(texts.values())):
        return False
    if any(units_of_note(text) and is_unit_note(text) for text in texts.values()):
        return False
    if not all(left <= column <= right for column in texts):
        return False
    spans = [face.width(row, column) for column in texts]
    if len(texts) == 1:
        return (
            min(texts) > left
            and spans[0] > 1
            and not _is_title(face, row, next(iter(texts)), spans[0], right)
        )
    return max(spans) <= right - left and (max(spans) > 1 or min(texts) > left) and not face.cells[row, left]


def _is_title(face: Face, row: int, column: int, span: int, right: int) -> bool:
    """Tell whether a text over several labels is a title, which runs over names too; a parent has amounts under it."""
    inside = range(column, min(column + span, right + 1))
    below = slice(row + 2, min(row + 2 + _LOOK_BELOW, face.shape[0]))
    if not all(face.codes[row + 1, at] == Code.TEXT for at in inside):
        return False
    codes = face.codes[below, column]
    texts, numbers = int((codes == Code.TEXT).sum()), int((codes == Code.NUMBER).sum())
    others = [int((face.codes[below, at] == Code.NUMBER).sum()) for at in inside]
    return texts > numbers and texts > 1 and max(others) > 1


def _continues(face: Face, first: int, last: int, left: int, right: int) -> bool:
    """Tell whether the next row names the parts of labels above it."""
    row = last + 1
    codes = face.codes[row, left : right + 1]
    texts = {column: text for column, text in face.texts(row) if left <= column <= right}
    if not texts or (codes > Code.TEXT).any() or any(_is_value(text) for text in texts.values()):
        return False
    parents = {
        column
        for top in range(first, last + 1)
        for start in range(left, right + 1)
        if (merge := face.merges_from.get((top, start)))
        and merge.bottom == last
        and merge.right > merge.left
        and face.codes[top, start] == Code.TEXT
        for column in range(merge.left, merge.right + 1)
    }
    labelled = {column for above in range(first, last + 1) for column in columns_under(face, above)}
    gaps = set(range(left, right + 1)) - labelled
    if parents:
        return set(texts) <= parents | gaps and len(texts) * 2 >= len(parents)
    allowed = gaps | {column for column in labelled if column + 1 in gaps}
    return len(gaps & set(texts)) > 0 and set(texts) <= allowed and len(texts) > 1 and left not in texts


def columns_under(face: Face, row: int) -> Iterator[int]:
    """Yield the columns that the texts and numbers of a row stand over."""
    for column in np.flatnonzero(face.filled[row]).tolist():
        yield from range(column, min(column + face.width(row, column), face.shape[1]))
    for column in range(face.shape[1]) if face.covered else ():  # a label merged down from above
        anchor = face.covered.get((row, column))
        if anchor is not None and anchor[0] < row and face.codes[anchor] == Code.TEXT and anchor[1] == column:
            yield column


def label_paths(face: Face, header: Header) -> list[tuple[str, ...]]:
    """Return the path of labels of each column of a table, from the top down, without white space."""
    return [
        tuple(_text(face, *cell) for cell in label_cells(face, header, column))
        for column in range(header.left, header.right + 1)
    ]


def written_paths(face: Face, header: Header) -> list[tuple[str, ...]]:
    """Return the paths of `label_paths` with the signs that stand in the cells, radicals too."""
    return [
        tuple(
            as_written(value) if isinstance(value := face.cells[cell], str) else _text(face, *cell)
            for cell in label_cells(face, header, column)
        )
        for column in range(header.left, header.right + 1)
    ]


def label_cells(face: Face, header: Header, column: int) -> list[tuple[int, int]]:
    """Return the cells that hold a column's labels, from the top down."""
    found: list[tuple[int, int]] = []
    for row in range(header.first, header.last + 1):
        cell = face.covered.get((row, column), (row, column))
        if not face.filled[cell] and row < header.last:
            cell = _spread(face, header, row, column)
        if cell not in found and cell[0] >= header.first and _text(face, *cell):
            found.append(cell)
    return found


def _text(face: Face, row: int, column: int) -> str:
    value = face.cells[row, column]
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    return f"{value:.10g}" if isinstance(value, float) else face.label(row, column)


def _spread(face: Face, header: Header, row: int, column: int) -> tuple[int, int]:
    """Return the unmerged label to the left that stands over this column too, or the cell itself."""
    below = slice(row + 1, header.last + 1)
    if not face.filled[below, column].any():
        return row, column
    for left in range(column - 1, header.left - 1, -1):
        if (row, left) in face.covered or (row, left) in face.merges_from:
            break
        if face.filled[row, left]:
            return (row, left) if face.filled[below, left].any() else (row, column)
    return row, column
