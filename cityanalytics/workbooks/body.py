"""The rows under a header: which are data, totals, groups, notes or none of these."""

# ruff: noqa: PLR2004 - full-width forms; a row with one or two texts is a label, not a record

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.cells import State, is_error, is_serial, read_number, squeezed
from cityanalytics.workbooks.cellunits import carried_amount, holds_amount
from cityanalytics.workbooks.codes import code_depths
from cityanalytics.workbooks.columns import TICKS
from cityanalytics.workbooks.dates import Precision, read_date
from cityanalytics.workbooks.face import Code, Face
from cityanalytics.workbooks.marks import (
    NAMED,
    OF_WHICH,
    PARENTHESES,
    Mark,
    compared,
    mark_of,
    split_totals,
    telling,
    with_parents,
)
from cityanalytics.workbooks.outline import indents, stairs
from cityanalytics.workbooks.preamble import is_unit_row
from cityanalytics.workbooks.statements import units_of_label
from cityanalytics.workbooks.texts import by_distinct, equal, matching, part_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from cityanalytics.workbooks.columns import Columns
    from cityanalytics.workbooks.headers import Header

#: The kinds of rows, in the order in which they are shown.
ROW_KINDS = ("title", "unit", "header", "group", "total", "data", "blank", "footer", "stray")
TITLE, UNIT, HEADER, GROUP, TOTAL, DATA, BLANK, FOOTER, STRAY = range(len(ROW_KINDS))


def of_kinds(kinds: NDArray[np.int8], *wanted: int) -> NDArray[np.bool_]:
    """Tell which rows are of one of some kinds.

    Examples
    --------
    >>> of_kinds(np.array([DATA, TOTAL, BLANK], dtype=np.int8), DATA, TOTAL).tolist()
    [True, True, False]
    """
    found: NDArray[np.bool_] = kinds == wanted[0]
    for one in wanted[1:]:
        found = found | (kinds == one)
    return found


#: What most serial numbers look like.
_COUNTING = r"^[0-9]+$"
_IN_PARENTHESES = 1.5  # how deep (3) stands, under 3 and above 3.1
_TITLES = 6
_LOOKED_AT = 50_000
_MOSTLY_NAMED = 0.5
_SAMPLED = 200
_NAMED_AT_MOST = 2000
_NOTE = re.compile(
    r"^(?i:sources?|notes?|n\.?b|remarks?|quelle|anmerkung(?:en)?|hinweis|fuente|notas?|fonte|источник|примечани[ея])[.:]|"
    r"^(?:注|备注|说明|附注|附|资料来源|数据来源|来源|填表|填报|制表|制作|审核|审批|编制|负责人|联系人|单位负责人|联系电话|打印|报送|复核|统计|主管|分管|经办|盖章|★|※|\*)"
    r"[^:]{0,12}[:：、]|^[(]?(?:注|备注|说明)(?!册)|^第\d+页|^共\d+页|^续表|^[(]?(?:接上|转下)页|^\d+[、.].{12,}"
)


#: A note that says what a sign means: (r) revised, 1) estimate.
_KEYED = re.compile(r"^(?:[(\[]?[a-zA-Z\d*†‡#]{1,2}[)\]]|[*†‡§※]+[^*†‡§※]).")
#: How what follows is divided: 按构成分, By sector.
_DIVIDED = re.compile(r"^[\s#]*(?:按.{1,12}[分类别](?:组|类)?[:：]?\s*$|(?i:by|according to)\s)")
_SENTENCE = re.compile(r"[^:]{20,}[.。]$")
_ASKED = re.compile(r"[^:]{1,24}:")


@dataclass(frozen=True, kw_only=True, eq=False)
class Body:
    """The rows under a header before sums are looked at.

    Parameters
    ----------
    rows
        0-based sheet rows.
    kinds
        Kind of each (int8), by its place in `ROW_KINDS`.
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
    indents
        For each row, how far its label is indented, where rows have no serial numbers.
    coded
        Whether `depths` are those of codes, not of serial numbers.
    names
        For the rows of a table that is not long, the name of each: its first text that is no serial number.
    context
        The texts above the header, without white space.
    """

    rows: NDArray[np.intp]
    kinds: NDArray[np.int8]
    marks: tuple[Mark, ...]
    numbered: NDArray[np.bool_]
    serials: NDArray[np.bool_]
    texts: NDArray[np.int16]
    depths: NDArray[np.float64]
    indents: NDArray[np.int16]
    coded: bool
    names: tuple[str, ...]
    context: str


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
        0-based body rows, one after the other.
    """
    part = slice(int(rows[0]), int(rows[-1]) + 1) if len(rows) else slice(0)
    across = slice(header.left, header.right + 1)
    kinds = np.full(len(rows), DATA, dtype=np.int8)
    numbered = np.zeros(len(rows), dtype=bool)
    for column, read in columns.numbers.items():
        numbered |= read.parsed | (face.codes[rows, column] == Code.ERROR)
        for at in np.flatnonzero(read.unparsed & ~numbered)[:_LOOKED_AT]:
            cell = face.cells[rows[at], column]
            numbered[at] = (
                carried_amount(cell) is not None
                or holds_amount(cell)
                or (isinstance(cell, str) and is_error(cell))
            )
    serial_columns = np.array(columns.serial)
    counted = [_depths(face, rows, header.left + int(offset)) for offset in np.flatnonzero(serial_columns)]
    depths = counted[0] if counted else np.zeros(len(rows))
    serials = np.zeros(len(rows), dtype=bool)
    for found in counted:
        serials |= (found > 0) & (found != _IN_PARENTHESES)
    coded = False
    if not (depths > 1).any():
        nested = code_depths(face, header, rows)
        coded = bool((nested > 1).any())
        depths = nested if coded else depths
    others = _count(face.occupied[part, across], serial_columns)
    texts = _count(face.codes[part, across] == Code.TEXT, serial_columns)

    kinds[serials & (others == 0)] = STRAY
    anywhere = face.filled[part].any(axis=1)
    kinds[~face.filled[part, across].any(axis=1) & anywhere] = STRAY
    kinds[~anywhere] = BLANK
    words = texts.copy()
    for column, read in columns.numbers.items():
        words -= read.parsed & (face.codes[rows, column] == Code.TEXT)  # numbers as text
    _scratch(
        kinds, numbered, (words > 0) | serials | _worded(face, rows, header, serial_columns), columns, rows
    )
    _repeated(face, header, rows, kinds)
    marks = []
    # Most rows of a long table are plain: with a serial number, or (where there is none) with numbers.
    plain = serials & (numbered | (others > 2)) if serial_columns.any() else numbered
    dated = _dated(face, columns, rows, (kinds == DATA) & ~numbered & ~serials)
    plain = plain | dated
    listing = -1
    marked = telling(face, header, columns, rows)
    for position in np.flatnonzero((kinds == DATA) & (marked | (~plain & _few(~plain)))):
        mark = mark_of(face, header, columns, int(rows[position]))
        plainly = mark is not None and mark.style == NAMED and (mark.count is None or serials.any())
        if mark is None or (plainly and plain[position] and listing != position - 1):
            continue
        marks.append(mark)
        listing = int(position) if mark.style == OF_WHICH or listing == position - 1 else -1
    marks = split_totals(face, header, columns, rows, compared(face, marks))
    content = np.flatnonzero(kinds == DATA)
    marks = with_parents(face, header, rows[content], depths[content], marks)
    known = {mark.row: mark for mark in marks}
    _label_rows(
        face,
        header,
        rows,
        kinds,
        numbered=numbered,
        serials=serials,
        dated=dated,
        marks=known,
        amounts=frozenset(columns.numbers),
    )
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
        indents=np.zeros(len(rows), dtype=np.int16)
        if serials.any()
        else _indents(face, header, columns, rows, (kinds == DATA) & numbered),
        coded=coded,
        names=_names(face, header, columns, rows),
        context="".join(
            text for row in range(max(header.first - _TITLES, 0), header.first) for _, text in face.texts(row)
        ),
    )


def _indents(
    face: Face, header: Header, columns: Columns, rows: NDArray[np.intp], records: NDArray[np.bool_]
) -> NDArray[np.int16]:
    """Return how deep each label stands: in which of the first columns, or by the white space before it."""
    stop = min(columns.numbers, default=header.right + 1)
    stepped = stairs(face.codes[rows, header.left : stop] == Code.TEXT, records)
    return indents(part_of(face.column(header.left), rows)) if stepped is None else stepped


def _names(face: Face, header: Header, columns: Columns, rows: NDArray[np.intp]) -> tuple[str, ...]:
    if len(rows) > _NAMED_AT_MOST:
        return ()
    places = [header.left + at for at, counting in enumerate(columns.serial) if not counting]
    places = [column for column in places if column not in columns.numbers]
    return tuple(
        next(
            (text for column in places if (text := face.label(int(row), column)) and not is_serial(text)), ""
        )
        for row in rows
    )


def _worded(
    face: Face, rows: NDArray[np.intp], header: Header, serial: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Tell which rows hold a text where others hold a serial number, or a day."""
    found = np.zeros(len(rows), dtype=bool)
    for offset in range(len(serial)):
        codes = face.codes[rows, header.left + offset]
        found |= ((codes == Code.TEXT) & serial[offset]) | (codes == Code.DATE)
    return found


def _scratch(
    kinds: NDArray[np.int8],
    numbered: NDArray[np.bool_],
    named: NDArray[np.bool_],
    columns: Columns,
    rows: NDArray[np.intp],
) -> None:
    """Mark the numbers without a label under the last row with one, after a blank row: someone's scratch work.

    One that states a value in every column of amounts may be a total without a name.
    """
    content = np.flatnonzero((kinds == DATA) & named & numbered)
    records = (kinds == DATA) & numbered
    usual = float(np.mean(named[records])) if records.any() else 0.0
    if not len(content) or usual < _MOSTLY_NAMED:
        return
    amounts = [read for read in columns.numbers.values() if read.parsed[content].any()]
    after = int(content[-1])
    apart = False
    for position in range(after + 1, len(rows)):
        apart |= kinds[position] == BLANK
        filled = sum(bool(read.parsed[position]) for read in amounts)
        if (
            kinds[position] == DATA
            and numbered[position]
            and (apart or filled * 2 <= len(amounts))
            and filled < max(len(amounts), 2)
        ):
            kinds[position] = STRAY
            for read in columns.numbers.values():
                read.forget(position)
            apart = True


def _few(rows: NDArray[np.bool_]) -> bool:
    """Tell whether rows without numbers are so few that each is looked at; in a longer list of texts all are alike."""
    return int(np.count_nonzero(rows)) <= _LOOKED_AT


def _count(cells: NDArray[np.bool_], apart: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Return how many cells of each row are True, those of the columns `apart` left out."""
    counts: NDArray[np.int16] = cells.sum(axis=1, dtype=np.int16)
    for offset in np.flatnonzero(apart):
        counts -= cells[:, offset]
    return counts


def _depths(face: Face, rows: NDArray[np.intp], column: int) -> NDArray[np.float64]:
    depths = np.zeros(len(rows))
    native = face.codes[rows, column] == Code.NUMBER
    if native.any():
        numbers = face.cells[rows[native], column].astype(float)
        depths[native] = np.where(numbers == np.floor(numbers), 1, 2)
    texts = part_of(face.column(column), rows)
    written = matching(texts, _COUNTING)
    depths[written] = 1
    rest = np.flatnonzero(~written & (face.codes[rows, column] == Code.TEXT))
    positions, found = by_distinct(part_of(texts, rest), _depth)
    depths[rest] = np.array([*found, 0.0])[positions]
    return depths


def _depth(serial: str) -> float:
    text = squeezed(serial)
    if PARENTHESES.match(text):
        return _IN_PARENTHESES
    return 1.0 + len(re.findall(r"\.\d", text)) if is_serial(text) else 0.0


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


def _repeated(face: Face, header: Header, rows: NDArray[np.intp], kinds: NDArray[np.int8]) -> None:
    """Mark the rows that repeat the header's labels, as printed pages do."""
    for row in range(header.first, header.last + 1):
        labels = [(column, text) for column, text in face.texts(row) if header.left <= column <= header.right]
        if len(labels) < 2:
            continue
        same = np.arange(len(rows))
        for column, _ in labels:
            texts = part_of(face.column(column), rows[same])
            same = same[equal(texts, face.cells[row, column])]
        kinds[same] = HEADER
    above = [list(face.texts(row)) for row in range(max(header.first - _TITLES, 0), header.first)]
    for position in np.flatnonzero(kinds == HEADER).tolist():  # the title goes with its header
        for before in range(max(position - _TITLES, 0), position) if above else ():
            if kinds[before] == DATA and (texts := list(face.texts(int(rows[before])))) and texts in above:
                kinds[before] = UNIT if is_unit_row(face, int(rows[before])) else TITLE


def _label_rows(  # noqa: C901 - one line for each kind
    face: Face,
    header: Header,
    rows: NDArray[np.intp],
    kinds: NDArray[np.int8],
    *,
    numbered: NDArray[np.bool_],
    serials: NDArray[np.bool_],
    dated: NDArray[np.bool_],
    marks: dict[int, Mark],
    amounts: frozenset[int],
) -> None:
    """Set the kinds of rows without any number: totals, groups, notes and placeholders."""
    has_numbers = bool(numbered.any())
    labels = {face.label(header.last, column) for column in range(header.left, header.right + 1)}
    named = serials | dated
    for position in np.flatnonzero((kinds == DATA) & numbered & ~serials) if has_numbers else ():
        if int(rows[position]) not in marks or not marks[int(rows[position])].keyword:
            _filled_down(face, header, rows, kinds, int(position), numbered)
    content = np.flatnonzero((kinds == DATA) & (numbered | named))
    last_content = int(content[-1]) if len(content) else -1
    records = rows[content[:_SAMPLED]] if not serials.any() else rows[:0]
    usual = {text for record in records for text in face.texts(int(record))}
    bare = (kinds == DATA) & ~numbered
    if not _few(bare):
        bare &= np.isin(rows, list(marks))
    names = _name_columns(face, header, rows[content]) if has_numbers else (-1, 0, frozenset())
    closed = _closed(face, rows, kinds, bare, content, marks, names)
    several = face.occupied[rows, header.left : header.right + 1].sum(axis=1) > 1 if bare.any() else bare
    last_row = int(np.flatnonzero(several)[-1]) if several.any() else len(rows)
    opened = any(_KEYED.match(text) for _, text in usual)
    alike = Counter(_shape(text) for record in records.tolist() for _, text in face.texts(record)[:1])
    for position in np.flatnonzero(bare):
        row = int(rows[position])
        texts = [text for column, text in face.texts(row) if header.left <= column <= header.right]
        mark = marks.get(row)
        cells = int(np.count_nonzero(face.occupied[row, header.left : header.right + 1]))
        keyed = position > last_content and not opened and len(texts) == 1 and _KEYED.match(texts[0])
        said = position > last_content and len(texts) == 1 and _SENTENCE.match(texts[0])
        if (keyed or said or _NOTE.match(texts[0] if texts else "")) and not serials[position]:
            kinds[position] = FOOTER
        elif position > last_content and len(texts) > 1 and all(_ASKED.match(text) for text in texts):
            kinds[position] = FOOTER  # who prepared it, and who checked it
        elif mark is not None and mark.style == NAMED and not mark.keyword and _pending(face, usual, row):
            continue  # it has its name, and no amount yet
        elif (mark is not None and not mark.keyword and _numbered_alike(texts, alike)) or (
            position not in closed
            and _unfilled(face, header, row, mark, names, amounts if position < last_content else frozenset())
        ):
            continue
        elif mark is not None and mark.keyword:
            kinds[position] = TOTAL
        elif (
            position > last_content
            and cells == len(texts) <= 2
            and has_numbers
            and (mark is None or mark.style == NAMED)
        ):
            kinds[position] = FOOTER
        elif (
            (mark is not None and cells <= 2 and (has_numbers or mark.style != NAMED or cells == 1))
            or (cells == 1 and not named[position])
            or (cells <= 2 and any(text in labels for text in texts))
        ):
            # What nothing stands under heads nothing.
            kinds[position] = GROUP if position < last_row or mark is not None else FOOTER


def _shape(text: str) -> str:
    return re.sub(r"\d", "0", text)


def _numbered_alike(texts: list[str], records: Mapping[str, int]) -> bool:
    """Tell whether a row has a number and a name, and most records have numbers of its shape: 102 Vacant."""
    shape = _shape(texts[0]) if len(texts) > 1 else ""
    return "0" in shape and shape in records and records[shape] * 2 >= sum(records.values())


def _filled_down(  # noqa: PLR0917 - what a row is told by
    face: Face,
    header: Header,
    rows: NDArray[np.intp],
    kinds: NDArray[np.int8],
    position: int,
    numbered: NDArray[np.bool_],
) -> None:
    """Mark a heading: words in the column of serial numbers, and no number but zeros that were filled down."""
    row = int(rows[position])
    columns = np.flatnonzero(face.filled[row, header.left : header.right + 1]) + header.left
    read = {column: read_number(face.cells[row, column]) for column in columns.tolist()}
    zeros = [column for column, number in read.items() if number.state is State.PARSED]
    if len(zeros) + 1 != len(columns) or any(read[column].value != 0 for column in zeros):
        return
    at = int(columns[0])
    others = rows[(kinds == DATA) & numbered & (rows != row)][:_SAMPLED]
    if face.codes[row, at] != Code.TEXT or len(others) < 2 or at >= header.right:
        return
    counted = sum(is_serial(face.cells[int(other), at]) for other in others.tolist())
    named = int((face.codes[others, at + 1] == Code.TEXT).sum())
    cells = face.cells[others, header.left : header.right + 1]
    usual = int(np.median([sum(read_number(cell).state is State.PARSED for cell in line) for line in cells]))
    if counted * 2 > len(others) and named * 2 > len(others) and len(zeros) < usual:
        kinds[position] = GROUP


def _name_columns(face: Face, header: Header, records: NDArray[np.intp]) -> tuple[int, int, frozenset[int]]:
    """Return the column in which records have their names, how long those are, and the columns that hold values."""
    firsts: Counter[int] = Counter()
    longest = 0
    valued: Counter[int] = Counter()
    for record in records[:_SAMPLED].tolist():
        texts = [(at, text) for at, text in face.texts(record) if header.left <= at <= header.right]
        texts = [(at, text) for at, text in texts if not is_serial(text)]
        if texts:
            firsts[texts[0][0]] += 1
            longest = max(longest, len(texts[0][1]))
        valued.update(np.flatnonzero(face.filled[record]).tolist())
    if not firsts:
        return -1, 0, frozenset()
    column, often = firsts.most_common(1)[0]
    return (column if often * 2 > len(records[:_SAMPLED]) else -1), longest, frozenset(valued)


def _unfilled(  # noqa: PLR0917 - what a row is told by
    face: Face,
    header: Header,
    row: int,
    mark: Mark | None,
    names: tuple[int, int, frozenset[int]],
    amounts: frozenset[int],
) -> bool:
    """Tell whether a row is an item not filled in yet: a name alone where names stand, and nothing marks it as more.

    A sign for no value beside the name, such as N/A, says the same, and so do words where amounts stand.
    """
    column, longest, valued = names
    texts = [(at, text) for at, text in face.texts(row) if header.left <= at <= header.right]
    if (
        column < 0
        or not texts
        or texts[0][0] != column
        or (mark is not None and (mark.keyword or mark.style != NAMED))
    ):
        return False
    label = texts[0][1]
    signs = all(
        at in amounts or text in TICKS or read_number(face.cells[row, at]).state is State.MISSING
        for at, text in texts[1:]
    )
    stated = bool(units_of_label(label)) and len(texts) == 1
    if stated and not any(units_of_label(text) for _, text in _neighbours(face, rows=(row - 1, row + 1))):
        return False  # over rows whose labels state none: 面积（平方米）
    if not signs or int(np.count_nonzero(face.filled[row, header.left : header.right + 1])) != len(texts):
        return False
    if len(texts) > 1 and valued:
        return True
    raw = str(face.cells[row, column])
    if _DIVIDED.match(raw):
        return False
    return (
        face.width(row, column) == 1
        and not raw[:1].isspace()
        and not label.endswith((":", "。", "."))
        and re.search(r"[,;。]|[a-z]\.\s", label) is None
        and len(label) <= max(2 * longest, 12)
        and (mark is None or mark.count is None)
    )


def _neighbours(face: Face, rows: tuple[int, int]) -> list[tuple[int, str]]:
    return [text for row in rows if 0 <= row < face.shape[0] for text in face.texts(row)]


def _closed(  # noqa: PLR0917 - what a row is told by
    face: Face,
    rows: NDArray[np.intp],
    kinds: NDArray[np.int8],
    bare: NDArray[np.bool_],
    content: NDArray[np.intp],
    marks: Mapping[int, Mark],
    names: tuple[int, int, frozenset[int]],
) -> frozenset[int]:
    """Return the positions of names that head something: a total below closes them, or serials start again.

    Names after a blank row, or under the last total, are notes.
    """
    column = names[0]
    found: set[int] = set()
    alone = np.flatnonzero(bare & (kinds == DATA))
    if column < 0 or not len(alone) or len(alone) > _SAMPLED:
        return frozenset(alone.tolist() if len(alone) > _SAMPLED else ())
    totals = [int(np.searchsorted(rows, row)) for row, mark in marks.items() if mark.keyword or mark.worded]
    first, last = (int(content[0]), int(content[-1])) if len(content) else (-1, -1)
    heads, ends = [], []
    headed, filled = int(alone[0]) < first, set(content.tolist())  # a heading first: then others are too
    for position in alone.tolist():
        label = face.label(int(rows[position]), column)
        end = next((at for at in sorted(totals) if at > position), None)
        if (
            end is not None
            and label
            and not bare[end]
            and not set(alone.tolist()) & set(range(position + 1, end))
        ):
            text = "".join(part for _, part in face.texts(int(rows[end])))
            inside = label.lower() in text.lower() or _stem(label) in text.lower()
            heads.append(position)
            ends.append(inside or (position - 1 in totals and end > position + 1))
        serials = [
            read_number(face.cells[int(rows[at]), max(column - 1, 0)]).value
            for at in (position - 1, position + 1)
            if 0 <= at < len(rows)
        ]
        if column > 0 and len(serials) == 2 and serials[1] == 1 and serials[0] >= 1:
            found.add(position)
        after = position + 1
        while after < len(kinds) and kinds[after] == BLANK:
            after += 1
        alike = position < first or (headed and after in filled)
        if alike and len(face.texts(int(rows[position]))) == 1:
            found.add(position)
        if position > last:
            between = kinds[last + 1 : position]
            if (between == BLANK).any() or any(at == last for at in totals):
                found.add(position)
    if len(heads) > 1 or any(ends):
        found.update(head for head, inside in zip(heads, ends, strict=True) if inside or len(heads) > 1)
    return frozenset(found)


def _stem(label: str) -> str:
    return label.lower().rstrip("s:") if len(label) > 3 else label


def _pending(face: Face, usual: set[tuple[int, str]], row: int) -> bool:
    """Tell whether beside the name of a row stands one text, which stands beside the names of records too."""
    (_, *others) = face.texts(row)
    return len(others) == 1 and others[0] in usual
