"""What is doubtful in a sheet, as issues with their cells."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks.cells import State, is_error, is_pending, read_number, squeezed
from cityanalytics.workbooks.cellunits import carried_amount
from cityanalytics.workbooks.dates import Precision, is_span, read_date, span_doubt
from cityanalytics.workbooks.face import Code, Face
from cityanalytics.workbooks.numeric import two_readings
from cityanalytics.workbooks.sheet import cell_name
from cityanalytics.workbooks.statements import Measure
from cityanalytics.workbooks.texts import by_distinct, floats, holding, matching, part_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.body import Body
    from cityanalytics.workbooks.columns import Columns
    from cityanalytics.workbooks.coverage import Covered
    from cityanalytics.workbooks.stated import StatedTotal
    from cityanalytics.workbooks.sums import Sums
    from cityanalytics.workbooks.table import Table

#: So many cells of a column with the same doubt are one issue, which names their ranges, or one for more than that.
_SHARED, _RANGES = 3, 20
_MANY = {
    "a number stored as text": "{count} numbers stored as text",
    "no number, and not zero": "cells that hold no number, and not zero: {count}",
    "may be {one} or {other}, and is not counted": (
        "{count} numbers whose comma may stand before decimals, not counted: the first may be {one} or {other}"
    ),
    "a cell beside the table": "cells beside the table: {count}",
    "a formula whose value was not saved": "{count} formulas whose values were not saved",
    "a date without its day": "{count} dates without their day",
    "no date": "cells that hold no date: {count}",
    "a serial number twice in one run": "{count} serial numbers stand twice in one run",
    "read as a record, though it stands below a total, or has no serial number as those above have": (
        "{count} rows read as records, though they stand below a total, or have no serial number as those above have"
    ),
    "read as a record, with a column sum of {sum}; as the total of {first}:{last}, {other}": (
        "{count} rows read as records, with a column sum of {sum}; as totals, {other}: the first of {first}:{last}"
    ),
    "read as a record of its own, though its number stands above {first}:{last}, which sum to {sum}": (
        "{count} rows read as records, though their numbers stand above others: the first above {first}:{last}, "
        "which sum to {sum}"
    ),
    "read as the sum of {first}:{last}, so that the column sums to {sum}; as a record it would be {other}": (
        "{count} rows read as sums, the first of {first}:{last}, so that the column sums to {sum}; as records it would "
        "be {other}"
    ),
    "a code stored as a number: its last digits are lost": (
        "{count} codes stored as numbers: their last digits are lost"
    ),
}
#: So many stray cells are named.
_MOST = 50
#: What most serial numbers look like; one of fewer digits is the same as a float.
_COUNTING = r"^[0-9]{1,15}$"
_ROUGH, _UNREAD = 1, 2
#: A number of so many digits has lost some.
_LOST = 1e15
#: So many different dates of a column are looked at for a second meaning.
_SAMPLED = 500


def _warning(code: str, where: str, value: object, understood: Message, suggestion: Message) -> Issue:
    return Issue(
        severity=Severity.WARNING,
        code=code,
        where=where,
        value=_shown(value),
        understood=understood,
        suggestion=suggestion,
    )


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else str(value)


def of_sheet(face: Face, where: str) -> Iterator[Issue]:
    """Yield what is doubtful before a table is looked for: hidden parts, errors, formulas without a value."""
    grid, (height, width) = face.grid, face.shape
    if grid.visibility == "hidden":
        yield _warning(
            "HIDDEN_SHEET",
            where,
            "",
            Message.of("a hidden sheet, described like others"),
            Message.of("show the sheet or remove it"),
        )
    if face.overlapping:
        yield _warning(
            "MERGES_OVERLAP",
            where,
            "",
            Message.of("merged cells overlap or cover a million cells; not all of them are followed"),
            Message.of("unmerge the cells and fill each"),
        )
    for first, last in _runs(row for row in grid.hidden_rows if row < height):
        yield _warning(
            "HIDDEN_ROW",
            f"{where}!{cell_name(first, 0)}:{cell_name(last, max(width - 1, 0))}",
            "",
            Message.of("hidden rows {first} to {last}, read like others", first=first + 1, last=last + 1),
            Message.of("show the rows or remove them"),
        )
    for (row, column), text in grid.errors.items():
        yield _failed(f"{where}!{cell_name(row, column)}", text)
    unsaved = Message.of("a formula whose value was not saved")
    for column in sorted({at for _, at in grid.uncached}):
        rows = np.array(sorted(row for row, at in grid.uncached if at == column), dtype=np.intp)
        for run in (rows,) if len(rows) >= _SHARED else rows[:, np.newaxis]:
            yield Issue(
                severity=Severity.ERROR,
                code="UNCACHED_FORMULA",
                where=f"{where}!{_ranges(run, column)}",
                understood=_several(unsaved, len(run)) if len(run) > 1 else unsaved,
                suggestion=Message.of("open the workbook, let it calculate, and save it"),
            )


def _failed(where: str, text: str) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code="ERROR_CELL",
        where=where,
        value=text,
        understood=Message.of("a formula that failed"),
        suggestion=Message.of("mend the formula"),
    )


def _runs(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    ordered = sorted(rows)
    start = 0
    for index, row in enumerate(ordered):
        if index + 1 == len(ordered) or ordered[index + 1] != row + 1:
            yield ordered[start], row
            start = index + 1


def form(where: str) -> Issue:
    """Return the issue of a form."""
    return Issue(
        severity=Severity.ERROR,
        code="FORM_NOT_TABLE",
        where=where,
        understood=Message.of("a form: labels beside values, no rows of records"),
        suggestion=Message.of("send the list of projects as a table, one row for each"),
    )


def headerless(where: str) -> Issue:
    """Return the issue of rows of numbers without a header."""
    return Issue(
        severity=Severity.ERROR,
        code="HEADER_AMBIGUOUS",
        where=where,
        understood=Message.of("rows of numbers without a row of labels above them"),
        suggestion=Message.of("put one row of labels above the numbers"),
    )


def looks_tabular(face: Face) -> bool:
    """Tell whether a sheet without a header holds rows of numbers."""
    numbers = (face.codes == Code.NUMBER).sum(axis=1)
    return int(np.count_nonzero(numbers >= 2)) > 2  # noqa: PLR2004 - three rows of two numbers


def of_totals(
    stated: Sequence[StatedTotal],
    covered: Sequence[Covered],
    leaves: NDArray[np.bool_],
    table: Table,
    where: str,
) -> Iterator[Issue]:
    """Yield totals that differ from the sum of their leaves, and counts in labels that differ from theirs."""
    for total in stated:
        if total.agrees is False and total.covers is not None and total.computed is not None:
            column = total.cell.rstrip("0123456789")
            yield _warning(
                "TOTAL_MISMATCH",
                f"{where}!{total.cell}",
                total.stated,
                Message.of(
                    "total of {first}:{last} is {computed}",
                    first=f"{column}{total.covers[0]}",
                    last=f"{column}{total.covers[1]}",
                    computed=_shown(total.computed),
                ),
                Message.of(
                    "correct the total or its rows; the difference is {difference}",
                    difference=_shown(round(total.stated - total.computed, 6)),
                ),
            )
    yield from _assumed([row.mark.row for row in covered if row.mark.assumed], stated, table, where)
    counted = {column.sum for column in table.columns if column.measure is Measure.COUNT}
    for row in covered:
        mark = row.mark
        if mark.count is None or mark.count_cell is None or row.span is None:
            continue
        first, stop = row.span
        count = int(np.count_nonzero(leaves[first:stop]))
        if count != mark.count and mark.count not in counted:
            yield _warning(
                "COUNT_MISMATCH",
                f"{where}!{cell_name(mark.row, mark.count_cell)}",
                mark.label,
                Message.of("rows covered: {count}", count=count),
                Message.of("correct the number in the label"),
            )


def _assumed(rows: Sequence[int], stated: Sequence[StatedTotal], table: Table, where: str) -> Iterator[Issue]:
    """Yield the rows that only their sums make totals: both readings, with what their first column sums to in each."""
    firsts: dict[int, StatedTotal] = {}
    for one in stated:
        firsts.setdefault(int(one.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1, one)
    alike: dict[str, list[int]] = {}
    for row in rows:
        if row in firsts and firsts[row].covers is not None:
            alike.setdefault(firsts[row].cell.rstrip("0123456789"), []).append(row)
    for letter, found in alike.items():
        column = table.column(letter)
        for run in (found,) if len(found) >= _SHARED else [[row] for row in found]:
            total = firsts[run[0]]
            first, last = total.covers or (0, 0)
            understood = Message.of(
                "read as the sum of {first}:{last}, so that the column sums to {sum}; as a record it would be {other}",
                first=f"{letter}{first}",
                last=f"{letter}{last}",
                sum=_shown(column.sum or 0.0),
                other=_shown(round((column.sum or 0.0) + math.fsum(firsts[row].stated for row in run), 6)),
            )
            yield _warning(
                "TOTAL_ASSUMED",
                f"{where}!{_ranges(np.sort(run), column.index)}",
                total.stated,
                _several(understood, len(run)) if len(run) > 1 else understood,
                Message.of("name the row a total, or give it a serial number like the others"),
            )


def of_parents(
    doubted: Mapping[int, tuple[int, int]], body: Body, sums: Mapping[int, Sums], where: str
) -> Iterator[Issue]:
    """Yield the records that may be totals, or none: one issue for each, or for all that share a doubt and a column."""
    alike: dict[tuple[int, bool, bool], list[int]] = {}
    for index, (first, stop) in doubted.items():
        for column, read in sums.items():
            if math.isfinite(read.stated[index]) and (read.count(first, stop) or first == stop):
                equal = float(read.stated[index]) == read.over(first, stop)
                alike.setdefault((column, first == stop, equal), []).append(index)
                break
    for (column, below, equal), rows in alike.items():
        read = sums[column]
        for run in (rows,) if len(rows) >= _SHARED else [[row] for row in rows]:
            first, stop = doubted[run[0]]
            understood, suggestion = (
                _BELOW
                if below
                else _possible(run, first, stop, body, column, read)
                if equal
                else _above(run, first, stop, body, column, read)
            )
            yield _warning(
                "TOTAL_DOUBTED",
                f"{where}!{_ranges(body.rows[np.sort(run)], column)}",
                float(read.stated[run[0]]),
                _several(understood, len(run)) if len(run) > 1 else understood,
                suggestion,
            )


def of_breakdowns(
    covered: Sequence[Covered],
    body: Body,
    sums: Mapping[int, Sums],
    leaves: NDArray[np.bool_],
    where: str,
) -> Iterator[Issue]:
    """Yield the total that all rows come to twice or more: they break it down in several ways, by use and by source."""
    spans = {row.mark.row: row.span for row in covered if row.span is not None}
    if not spans:
        return
    row = max(spans, key=lambda at: (int(np.count_nonzero(leaves[slice(*spans[at])])), -at))
    index, (first, stop) = int(np.searchsorted(body.rows, row)), spans[row]
    for column, read in sums.items():
        stated, of_all = float(read.stated[index]), read.over(0, len(leaves))
        if not math.isfinite(stated) or stated == 0:
            continue
        times = of_all / stated
        if times in _BROKEN and read.is_telling(stated) and read.agree(stated, first, stop):
            inside = np.flatnonzero(leaves[first:stop]) + first
            yield _warning(
                "TOTAL_DOUBTED",
                f"{where}!{cell_name(row, column)}",
                stated,
                Message.of(
                    "the total of {first}:{last}; the other rows come to it again, so that the column sums to {sum}",
                    first=cell_name(int(body.rows[inside[0]]), column),
                    last=cell_name(int(body.rows[inside[-1]]), column),
                    sum=_shown(of_all),
                ),
                Message.of("put each breakdown into a table of its own"),
            )
        return


#: So many times rows may come to one total.
_BROKEN = (2, 3, 4)
_BELOW = (
    Message.of(
        "read as a record, though it stands below a total, or has no serial number as those above have"
    ),
    Message.of("if it is a record, move it up or number it; what is none belongs outside the table"),
)


def _possible(  # noqa: PLR0917 - what a doubt is about
    run: Sequence[int], first: int, stop: int, body: Body, column: int, read: Sums
) -> tuple[Message, Message]:
    """Return both readings of rows that equal the sum of others, with what the column sums to in each."""
    of_all = read.over(0, len(body.rows))
    return (
        Message.of(
            "read as a record, with a column sum of {sum}; as the total of {first}:{last}, {other}",
            first=cell_name(int(body.rows[first]), column),
            last=cell_name(int(body.rows[stop - 1]), column),
            sum=_shown(round(of_all, 6)),
            other=_shown(round(of_all - math.fsum(float(read.stated[row]) for row in run), 6)),
        ),
        Message.of("name the row a total, or give it a serial number like the others"),
    )


def _above(  # noqa: PLR0917 - what a doubt is about
    run: Sequence[int], first: int, stop: int, body: Body, column: int, read: Sums
) -> tuple[Message, Message]:
    """Return what stands under rows whose numbers are above those of others, and which are not their sum."""
    parts = read.over(first, stop)
    if run[0] >= stop:
        return (
            Message.of(
                "read as a record, with a column sum of {sum}, though it is nearly the sum of {first}:{last}, {parts}",
                first=cell_name(int(body.rows[first]), column),
                last=cell_name(int(body.rows[stop - 1]), column),
                parts=_shown(parts),
                sum=_shown(round(read.over(0, len(body.rows)), 6)),
            ),
            Message.of(
                "if it is their total, correct the amounts; the difference is {difference}",
                difference=_shown(round(float(read.stated[run[0]]) - parts, 6)),
            ),
        )
    return (
        Message.of(
            "read as a record of its own, though its number stands above {first}:{last}, which sum to {sum}",
            first=cell_name(int(body.rows[first]), column),
            last=cell_name(int(body.rows[stop - 1]), column),
            sum=_shown(parts),
        ),
        Message.of(
            "if it is their total, correct the amounts; the difference is {difference}",
            difference=_shown(round(float(read.stated[run[0]]) - parts, 6)),
        )
        if len(run) == 1
        else Message.of("if they are totals, correct the amounts"),
    )


def of_values(
    face: Face,
    table: Table,
    columns: Columns,
    body: Body,
    *,
    kinds: NDArray[np.int8],
    where: str,
    written: bool,
) -> Iterator[Issue]:
    """Yield what is doubtful in the cells of a table: text for numbers, words, dates, serials."""
    if not (kinds == kind.DATA).any():
        yield _warning(
            "NO_DATA",
            f"{where}!{table.range}",
            "",
            Message.of("a header with no rows under it"),
            Message.of("fill the table in"),
        )
    counted = kind.of_kinds(kinds, kind.DATA, kind.TOTAL)
    named = {(mark.row, mark.cell) for mark in body.marks if mark.keyword or mark.worded}
    for column, read in columns.numbers.items():
        if not written:
            texts = np.flatnonzero(read.written & counted)
            yield from _per_cell(
                "TEXT_NUMBER",
                face,
                body,
                column,
                texts,
                where=where,
                understood=Message.of("a number stored as text"),
                suggestion=Message.of("store it as a number"),
            )
        open_cells = np.flatnonzero(counted & ~read.parsed)
        codes = face.codes[body.rows[open_cells], column]
        open_cells = open_cells[(codes != Code.ERROR) & (codes != Code.BLANK)]
        doubtful = read.unparsed[open_cells]
        if named:  # 合计 in a column of numbers is what its row is called
            labels = [(int(row), column) not in named for row in body.rows[open_cells]]
            doubtful = doubtful & np.array(labels, dtype=bool)
        if not (
            read.carried or read.written[counted].any()
        ):  # among numbers a word for one yet to come is told; among words it is one
            doubtful = doubtful | holding(part_of(face.column(column), body.rows[open_cells]), is_pending)
        if (
            table.columns[column - table.columns[0].index].unit is None
        ):  # a unit in the cell is no doubt of the cell
            cells = face.cells[body.rows[open_cells], column]
            doubtful = doubtful & np.array([carried_amount(cell) is None for cell in cells], dtype=bool)
        yield from _unparsed(face, body, column, open_cells[doubtful], where)
    yield from _codes(face, table, body, kinds, where)
    for dated in table.columns:
        if dated.kind == "date":
            yield from _dates(face, body, dated.index, kinds, where)
        if dated.kind in {"date", "period"}:
            yield from _ambiguous(face, body, dated.index, kinds, where)
    yield from _serials(face, table, body, kinds, where)


def _unparsed(
    face: Face, body: Body, column: int, positions: NDArray[np.intp], where: str
) -> Iterator[Issue]:
    """Yield the cells of amounts that hold no number: errors, numbers of two readings, and words."""
    failed = holding(part_of(face.column(column), body.rows[positions]), is_error)
    for row in body.rows[positions[failed]].tolist():
        yield _failed(f"{where}!{cell_name(row, column)}", str(face.cells[row, column]))
    positions = positions[~failed]
    cells = face.cells[body.rows[positions], column].tolist()
    readings = [two_readings(cell) if isinstance(cell, str) else None for cell in cells]
    either = [
        (at, found) for at, found in zip(positions.tolist(), readings, strict=True) if found is not None
    ]
    for first, (one, other) in either[:1] if len(either) >= _SHARED else either:
        yield from _per_cell(
            "UNPARSED",
            face,
            body,
            column,
            [at for at, _ in either] if len(either) >= _SHARED else [first],
            where=where,
            understood=Message.of("may be {one} or {other}, and is not counted", one=one, other=other),
            suggestion=Message.of("store it as a number"),
        )
    yield from _per_cell(
        "UNPARSED",
        face,
        body,
        column,
        positions[[found is None for found in readings]],
        where=where,
        understood=Message.of("no number, and not zero"),
        suggestion=Message.of("write a number, or leave the cell empty"),
    )


def _per_cell(
    code: str,
    face: Face,
    body: Body,
    column: int,
    positions: Sequence[int] | NDArray[np.intp],
    *,
    where: str,
    understood: Message,
    suggestion: Message,
) -> Iterator[Issue]:
    if len(positions) >= _SHARED:
        rows = body.rows[np.asarray(positions, dtype=np.intp)]
        yield _warning(
            code,
            f"{where}!{_ranges(rows, column)}",
            face.cells[int(rows[0]), column],
            _several(understood, len(rows)),
            suggestion,
        )
        return
    for index in positions:
        row = int(body.rows[int(index)])
        yield _warning(
            code, f"{where}!{cell_name(row, column)}", face.cells[row, column], understood, suggestion
        )


def _several(doubt: Message, count: int) -> Message:
    """Return a doubt as one of several cells."""
    many = _MANY.get(doubt.template)
    return doubt if many is None else Message.of(many, count=count, **dict(doubt.values))


def _ranges(rows: NDArray[np.intp], column: int) -> str:
    """Return the cells of a column as ranges; where they are many, as one that holds them all."""
    borders = np.flatnonzero(np.diff(rows) != 1)
    firsts, lasts = rows[np.append(0, borders + 1)], rows[np.append(borders, len(rows) - 1)]
    if len(firsts) > _RANGES:
        firsts, lasts = rows[:1], rows[-1:]
    ends = zip(firsts.tolist(), lasts.tolist(), strict=True)
    return ",".join(
        cell_name(first, column) + (f":{cell_name(last, column)}" if last > first else "")
        for first, last in ends
    )


def _dates(face: Face, body: Body, column: int, kinds: NDArray[np.int8], where: str) -> Iterator[Issue]:
    codes = face.codes[body.rows, column]
    data = kinds == kind.DATA
    positions, found = by_distinct(part_of(face.column(column), body.rows), _verdict)
    verdicts = np.array([*found, 0], dtype=np.int8)[positions]
    verdicts[~data] = 0
    others = np.flatnonzero(data & ((codes == Code.NUMBER) | (codes == Code.ERROR) | (codes == Code.OTHER)))
    verdicts[others] = [_verdict(cell) for cell in face.cells[body.rows[others], column]]
    rough, unread = np.flatnonzero(verdicts == _ROUGH), np.flatnonzero(verdicts == _UNREAD)
    yield from _per_cell(
        "DATE_PRECISION",
        face,
        body,
        column,
        rough,
        where=where,
        understood=Message.of("a date without its day"),
        suggestion=Message.of("write year, month and day"),
    )
    yield from _per_cell(
        "UNPARSED",
        face,
        body,
        column,
        unread,
        where=where,
        understood=Message.of("no date"),
        suggestion=Message.of("write year, month and day, or leave the cell empty"),
    )


def _verdict(cell: object) -> int:
    """Tell whether a cell is no date, or a date without its day; 0 for what needs no word of that kind."""
    dated = read_date(cell, year=2000)
    if dated.state is State.PARSED:
        return 0 if dated.precision is Precision.DAY or dated.doubt is not None else _ROUGH
    if dated.state is State.UNPARSED:
        return _ROUGH if is_span(cell) else _UNREAD
    return 0


def _ambiguous(face: Face, body: Body, column: int, kinds: NDArray[np.int8], where: str) -> Iterator[Issue]:
    """Yield the dates and spans that may mean something else, one issue for each way of writing."""
    data = kinds == kind.DATA
    positions, texts = by_distinct(part_of(face.column(column), body.rows), str)
    native = data & (face.codes[body.rows, column] == Code.NUMBER)
    numbers = np.full(len(data), math.nan)
    numbers[native] = face.cells[body.rows[native], column]
    for at, cell in enumerate([*texts[:_SAMPLED], *np.unique(numbers[native])[:_SAMPLED].tolist()]):
        doubt = span_doubt(cell) or read_date(cell).doubt
        if doubt is not None:
            yield from _per_cell(
                "DATE_PRECISION",
                face,
                body,
                column,
                np.flatnonzero(data & ((numbers == cell) if isinstance(cell, float) else (positions == at))),
                where=where,
                understood=doubt,
                suggestion=Message.of("write year, month and day"),
            )


def _codes(face: Face, table: Table, body: Body, kinds: NDArray[np.int8], where: str) -> Iterator[Issue]:
    """Yield the numbers among codes that have more digits than a number keeps."""
    for column in table.columns:
        if column.kind != "text":
            continue
        native = np.flatnonzero((kinds == kind.DATA) & (face.codes[body.rows, column.index] == Code.NUMBER))
        large = [int(at) for at in native if abs(float(face.cells[body.rows[at], column.index])) >= _LOST]
        yield from _per_cell(
            "IMPLAUSIBLE",
            face,
            body,
            column.index,
            large,
            where=where,
            understood=Message.of("a code stored as a number: its last digits are lost"),
            suggestion=Message.of("store it as text, and write it again"),
        )


def _serials(face: Face, table: Table, body: Body, kinds: NDArray[np.int8], where: str) -> Iterator[Issue]:
    index = next((column.index for column in table.columns if column.serial), None)
    if index is None:
        return
    codes = face.codes[body.rows, index]
    texts = part_of(face.column(index), body.rows)
    plain = matching(texts, _COUNTING)
    numbers = floats(texts, plain)
    native = codes == Code.NUMBER
    if native.any():
        numbers[native] = face.cells[body.rows[native], index].astype(float)
    rest = np.flatnonzero(~plain & (codes == Code.TEXT))
    positions, found = by_distinct(part_of(texts, rest), _serial)
    numbers[rest] = np.array([*found, math.nan])[positions]
    runs = np.cumsum(kind.of_kinds(kinds, kind.TOTAL, kind.GROUP, kind.HEADER))
    leaves = (kinds == kind.DATA) & np.isfinite(numbers)
    if (np.diff(numbers[leaves]) > 0).all():  # most lists: no need to look for twins
        return
    pairs = np.stack([runs[leaves], numbers[leaves]], axis=1)
    again = np.ones(len(pairs), dtype=bool)
    again[np.unique(pairs, axis=0, return_index=True)[1]] = False
    yield from _per_cell(
        "SERIAL_DUP",
        face,
        body,
        index,
        np.flatnonzero(leaves)[again],
        where=where,
        understood=Message.of("a serial number twice in one run"),
        suggestion=Message.of("number the rows again"),
    )


def _serial(text: str) -> float:
    return read_number(squeezed(text).strip("★☆*●○▲△.、")).value


def of_cells(face: Face, tables: Sequence[Table], where: str) -> Iterator[Issue]:
    """Yield the cells that stand beside every table."""
    inside = np.zeros(face.shape[1], dtype=bool)
    for table in tables:
        inside[[column.index for column in table.columns]] = True
    first = min(table.header_rows[0] for table in tables) - 1
    beside = Message.of("a cell beside the table")
    for column in np.flatnonzero(~inside & face.filled[first:].any(axis=0))[:_MOST].tolist():
        rows = first + np.flatnonzero(face.filled[first:, column])
        for run in (rows,) if len(rows) >= _SHARED else rows[:, np.newaxis]:
            yield _warning(
                "STRAY_CELL",
                f"{where}!{_ranges(run, column)}",
                face.cells[int(run[0]), column],
                _several(beside, len(run)) if len(run) > 1 else beside,
                Message.of("move it into the table or remove it"),
            )
    for row, column, value in face.grid.outliers[:_MOST]:
        yield _warning(
            "STRAY_CELL",
            f"{where}!{cell_name(row, column)}",
            value,
            Message.of("a cell far from the table"),
            Message.of("move it into the table or remove it"),
        )
    for table in tables:
        for number in table.rows["stray"]:
            left, right = table.columns[0].index, table.columns[-1].index
            for column in np.flatnonzero(face.filled[number - 1, left : right + 1])[:1] + left:
                yield _warning(
                    "STRAY_CELL",
                    f"{where}!{cell_name(number - 1, int(column))}",
                    face.cells[number - 1, column],
                    Message.of("a row with nothing but this"),
                    Message.of("complete the row or remove it"),
                )
