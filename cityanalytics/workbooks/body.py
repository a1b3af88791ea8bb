"""The rows under a header: which are data, totals, groups, notes or none of these."""

# ruff: noqa: RUF001, PLR2004 - full-width forms; a row with one or two texts is a label, not a record

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.cells import State, is_serial, squeezed
from cityanalytics.workbooks.codes import code_depths
from cityanalytics.workbooks.dates import Precision, read_date
from cityanalytics.workbooks.face import Code, Face
from cityanalytics.workbooks.statements import units_of_label
from cityanalytics.workbooks.units import find_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.columns import Columns
    from cityanalytics.workbooks.headers import Header

DATA, TOTAL, GROUP, BLANK, FOOTER, STRAY, HEADER, UNIT, TITLE = (
    "data", "total", "group", "blank", "footer", "stray", "header", "unit", "title",
)  # fmt: skip

_UNITS = "(?:个|项|户|家|处|条|座|宗|人|件|栋|幢|套)(?:项目|工程)?"
_COUNT = rf"(?:[(\[]共?(?P<inside>\d+){_UNITS}?[)\]]|共?(?P<outside>\d+){_UNITS})"
_TOTAL = re.compile(
    rf"^(?P<name>.{{0,24}}?)(?P<word>总合计|合计数?|总计数?|小计|共计|汇总|累计|总数|总投资|投资总额|总费用|总造价|总额)(?:{_COUNT}|[(\[][^()]*[)\]])?[:]?$"
)
#: Words that mean a total only where they stand alone.
_ALONE = frozenset({"累计", "总投资", "投资总额", "总费用", "总造价", "总额", "总数"})
_NAMED_COUNT = re.compile(rf"^(?P<name>.+?){_COUNT}$")
_BARE_COUNT = re.compile(rf"^共?(\d+){_UNITS}$")
_RATIO = re.compile(
    r"(?:占比|比重|比例|百分比|[成长到]率|增速|增幅|平均|同比|环比|(?:同|环|上年|去年|同期|上月)[^,;]{0,4}(?:增长|增减|增幅|\+-|±))(?:\(%\)|\(±%?\))?%?$"
)
#: What stands beside a total for comparison, and is never added to it.
_COMPARED = re.compile(
    r"^(?:上年|去年|上月|上季)(?:同期|同月)?(?:数|累计|完成|合计)?$|^比(?:上年|去年|上月|同期)"
)
_ORDINALS = (
    re.compile(r"^第?[一二三四五六七八九十]{1,3}(?:[、.,:章]|$)"),
    re.compile(r"^\([一二三四五六七八九十]{1,3}\)"),
)
_TELLING = re.compile(
    r"[合总小共累]\s*计|汇\s*总|总\s*[数投费造额]|总额|其\s*中|占\s*比|比\s*[重例]|百分比|[率速幅]\s*(?:[(（][%％][)）]|[%％])?\s*$|平均|[同环]\s*比|[去上]年|上[月季]|^\s*#"
    r"|^\s*(?:第?[一二三四五六七八九十]+\s*[、.．,，章]|[（(]\s*[一二三四五六七八九十\d]+\s*[)）]|[①-⑳])",
    re.MULTILINE,
)
_LISTED = 12
_PARENTHESES = re.compile(r"^(?:\(\d{1,3}\)|[①-⑳])")
_NOTE = re.compile(
    r"^(?:注|备注|说明|附注|附|资料来源|数据来源|来源|填表|填报|制表|制作|审核|审批|编制|负责人|联系人|单位负责人|联系电话|打印|报送|复核|统计|主管|分管|经办|盖章|★|※|\*)"
    r"[^:]{0,12}[:：、]|^(?:注|备注|说明)|^\d+[、.].{12,}"
)

GRAND, CHINESE, BRACKETED, NAMED, DECIMAL, OF_WHICH, RATIO = (
    "grand", "chinese", "bracketed", "named", "decimal", "of which", "ratio",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A row that is no plain leaf: what its label says.

    Parameters
    ----------
    row
        0-based sheet row.
    style
        How it is marked: a word for totals, an ordinal, 其中.
    label
        Its label, without white space.
    cell
        0-based column of the label.
    count
        How many rows the label says that it covers.
    keyword
        Whether a word such as 合计 stands in it.
    indented
        Whether white space stands before its label.
    """

    row: int
    style: str
    label: str
    cell: int
    count: int | None = None
    count_cell: int | None = None
    keyword: bool = False
    indented: bool = False


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
    for position in np.flatnonzero((kinds == DATA) & (~plain | _telling(face, header, rows))):
        mark = _mark(face, header, columns, int(rows[position]))
        if mark is None or (mark.style == NAMED and plain[position] and listing != position - 1):
            continue
        marks.append(mark)
        listing = int(position) if mark.style == OF_WHICH or listing == position - 1 else -1
    marks = _compared(marks)
    content = np.flatnonzero(kinds == DATA)
    marks = _with_parents(face, header, rows[content], depths[content], marks)
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


def _compared(marks: list[Mark]) -> list[Mark]:
    """Leave out the shares and comparisons that are indicators of their own: no total stands above them."""
    found: list[Mark] = []
    total = False
    for mark in marks:
        derived = mark.style == RATIO
        if not derived or total or (mark.keyword and _RATIO.search(mark.label)):
            found.append(replace(mark, keyword=mark.keyword or derived))
        total |= mark.keyword and not derived and mark.style != OF_WHICH
    return found


def _depths(face: Face, rows: NDArray[np.intp], column: int) -> NDArray[np.float64]:
    cells = face.cells[rows, column]
    depths = np.zeros(len(rows))
    native = face.codes[rows, column] == Code.NUMBER
    numbers = cells[native].astype(float)
    depths[native] = np.where(numbers == np.floor(numbers), 1, 2)
    for position in np.flatnonzero(face.codes[rows, column] == Code.TEXT):
        text = squeezed(cells[position])
        if _PARENTHESES.match(text):
            depths[position] = 1.5
        elif is_serial(text):
            depths[position] = 1 + len(re.findall(r"\.\d", text))
    return depths


def _with_parents(
    face: Face,
    header: Header,
    rows: NDArray[np.intp],
    depths: NDArray[np.float64],
    marks: list[Mark],
) -> list[Mark]:
    """Mark the rows whose serial number has deeper ones under it: 1 above 1.1."""
    parents = np.flatnonzero((depths[:-1] > 0) & (depths[1:] > depths[:-1]))
    known = {mark.row for mark in marks}
    found = list(marks)
    for position in parents:
        row = int(rows[position])
        if row in known:
            continue
        texts = [(column, text) for column, text in face.texts(row) if column >= header.left]
        column, label = texts[0] if texts else (header.left, "")
        found.append(Mark(row=row, style=DECIMAL, label=label, cell=column))
    return sorted(found, key=lambda mark: mark.row)


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


def _telling(face: Face, header: Header, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell which rows may be no plain leaves: a word for totals anywhere, an ordinal, or 其中 above them."""
    found = np.zeros(len(rows), dtype=bool)
    after = np.zeros(len(rows), dtype=bool)
    for column in range(header.left, header.right + 1):
        texts = np.flatnonzero(face.codes[rows, column] == Code.TEXT)
        cells = face.cells[rows[texts], column]
        if _TELLING.search("\n".join(cells)) is None:  # one look at a long column of names
            continue
        telling = {cell: _TELLING.search(cell) is not None for cell in set(cells)}
        found[texts] |= np.fromiter(map(telling.__getitem__, cells), bool, len(cells))
        if any("其中" in cell for cell in telling):
            after[texts] |= np.fromiter(("其中" in cell for cell in cells), bool, len(cells))
    for position in np.flatnonzero(after):  # the rows that continue 其中：甲 / 乙 / 丙
        found[position : position + _LISTED] = True
    return found


def _mark(face: Face, header: Header, columns: Columns, row: int) -> Mark | None:  # noqa: C901, PLR0911, PLR0912 - one line for each way of marking
    texts = [(column, text) for column, text in face.texts(row) if header.left <= column <= header.right]
    if not texts:
        return None
    first_number = min(columns.numbers, default=header.right + 1)
    count, count_cell = None, None
    for column, text in texts:
        if (bare := _BARE_COUNT.match(text)) and column < first_number:
            count, count_cell = int(bare.group(1)), column
    column, label = texts[0]
    ordinal = next(
        (
            style
            for style, pattern in zip((CHINESE, BRACKETED), _ORDINALS, strict=True)
            if pattern.match(label)
        ),
        None,
    )
    if ordinal is None and _PARENTHESES.match(label) and column < first_number:
        ordinal = NAMED
    for at, text in texts:
        near = at < first_number or at == texts[0][0]
        if near and ("其中" in text[:6] or text.startswith("#")):
            return Mark(row=row, style=OF_WHICH, label=text, cell=at, keyword=True)
        match = _TOTAL.match(text)
        if match and match["word"] in _ALONE and (match["name"] or _states_unit(texts)):
            continue
        if match and (near or not match["name"]):
            if _count(match) is not None:
                count, count_cell = _count(match), at
            alone = not match["name"] and match["word"] != "小计"
            style = ordinal or (GRAND if alone else f"{NAMED}{match['word']}")
            return Mark(
                row=row, style=style, label=text, cell=at, count=count, count_cell=count_cell, keyword=True
            )
        derived = _RATIO.search(text) or _COMPARED.search(text)
        if derived and near and len(texts) <= 2 and not is_serial(face.cells[row, header.left]):
            return Mark(row=row, style=RATIO, label=text, cell=at, keyword=not _states_unit(texts))
    if ordinal is None and column >= first_number:
        return None
    label_cell, last_label = next((text for text in reversed(texts) if text[0] < first_number), texts[0])
    named = _NAMED_COUNT.match(last_label)
    if named and count is None:
        count, count_cell = _count(named), label_cell
    if ordinal is not None:
        return Mark(row=row, style=ordinal, label=label, cell=column, count=count, count_cell=count_cell)
    if is_serial(face.cells[row, header.left]) and any(columns.serial):
        return None
    indented = str(face.cells[row, column])[:1].isspace()
    return Mark(
        row=row, style=NAMED, label=label, cell=column, count=count, count_cell=count_cell, indented=indented
    )


def _states_unit(texts: Sequence[tuple[int, str]]) -> bool:
    """Tell whether a row says in what unit it is, as an indicator does: 总投资（万元）, or 总投资 beside 万元."""
    return bool(units_of_label(texts[0][1])) or any(find_unit(text) is not None for _, text in texts[1:])


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


def _count(match: re.Match[str]) -> int | None:
    number = match["inside"] or match["outside"]
    return int(number) if number else None
