"""Which rows carry the sums of which leaves."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks.listing import listed
from cityanalytics.workbooks.marks import BRACKETED, CHINESE, DECIMAL, GRAND, NAMED, OF_WHICH, RATIO, Mark
from cityanalytics.workbooks.outline import nested, outlined
from cityanalytics.workbooks.sections import heads, sections
from cityanalytics.workbooks.sidebyside import each
from cityanalytics.workbooks.sums import LARGE, Sums, neighbour_sums

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.body import Body
    from cityanalytics.workbooks.numeric import Numbers

    Span = tuple[int, int]

#: How many borders on each side are tried for the rows that a total covers.
_TRIED = 60
#: More doubtful rows than this are looked at by their sums alone.
_DOUBTFUL = 300
#: How deep a style stands in the usual order 合计, 小计, 一、, （一）, 1, 1.1.
_DEPTH = {GRAND: 0, CHINESE: 2, BRACKETED: 3, NAMED: 4, DECIMAL: 5}
_LEAF_DEPTH = 9
#: A label that counts projects: 工业（5项）. Where records are numbered, a row without a number is their sum.
_COUNTING = re.compile(r"[(\[]共?\d+[^)\]]{0,4}[)\]]$|\d+(?:个|项)(?:项目)?$")


@dataclass(frozen=True, kw_only=True)
class Covered:
    """A total row, and the stretch of positions in the body (first, stop) whose leaves it sums."""

    mark: Mark
    span: Span | None


def settle(
    body: Body, additive: Mapping[int, Numbers]
) -> tuple[NDArray[np.int8], tuple[Covered, ...], dict[int, Sums]]:
    """Tell totals, groups and leaves apart, and what each total covers.

    Parameters
    ----------
    body
        The rows, sorted as far as each alone tells it.
    additive
        The columns whose numbers may be summed, by 0-based column.

    Returns
    -------
    tuple
        The kind of each row (int8), each total row with the stretch that it covers, and the sums of the
        leaves of each column.
    """
    kinds = body.kinds.copy()
    marks = {int(np.searchsorted(body.rows, mark.row)): mark for mark in body.marks}
    certain, doubtful = _parents(body, kinds, marks, listed(body, kinds, marks, additive))
    for index in _bare(body, kinds):
        if index not in marks:
            marks[index] = Mark(row=int(body.rows[index]), style=NAMED, label="", cell=0)
            doubtful.append(index)
    kinds[certain] = kind.TOTAL
    for index in _proven(body, sorted(doubtful), kinds, marks, additive):
        kinds[index] = kind.TOTAL
    outline = outlined(body.indents, kinds == kind.DATA, additive)
    kinds[list(outline)] = kind.TOTAL
    if not (kinds == kind.DATA).any():  # a summary of subtotals: they are its records
        for index in [at for at in certain if marks[at].style.startswith(NAMED) and body.numbered[at]]:
            kinds[index] = kind.DATA
            del marks[index]
    leaves = kinds == kind.DATA
    spans = outline | neighbour_sums(
        additive, leaves, _apart(body, leaves), numbered=bool(body.serials[leaves].sum() * 2 > leaves.sum())
    )
    for index in spans:
        kinds[index] = kind.TOTAL
        marks.setdefault(index, Mark(row=int(body.rows[index]), style=NAMED, label="", cell=0))
    found = [int(index) for index in np.flatnonzero(kinds == kind.TOTAL) if int(index) in marks]
    sums = _sums(additive, kinds == kind.DATA)
    parents = [index for index in found if marks[index].style == DECIMAL]
    covered = _cover(found, kinds, marks, sums, spans | nested(parents, body.depths))
    ending = [row.span for row in covered if row.span is not None]
    counted = sections(kinds, marks, ending)
    return kinds, (*covered, *(Covered(mark=marks[index], span=span) for index, span in counted)), sums


def _sums(additive: Mapping[int, Numbers], leaves: NDArray[np.bool_]) -> dict[int, Sums]:
    made = each(lambda read: Sums(read, leaves), list(additive.values()), rows=len(leaves))
    return dict(zip(additive, made, strict=True))


def _depth(mark: Mark | None) -> int:
    return _LEAF_DEPTH if mark is None else _DEPTH.get(mark.style, 1 if mark.keyword else _DEPTH[NAMED])


def _parents(
    body: Body, kinds: NDArray[np.int8], marks: dict[int, Mark], listing: frozenset[int]
) -> tuple[list[int], list[int]]:
    """Return the positions that are totals for certain, and those that only sums can tell."""
    certain: list[int] = []
    doubtful: list[int] = []
    content = np.flatnonzero(np.isin(kinds, (kind.DATA, kind.TOTAL, kind.GROUP)))
    inside = [index for index in sorted(marks) if kinds[index] in {kind.DATA, kind.TOTAL, kind.GROUP}]
    for index, place in zip(inside, np.searchsorted(content, inside).tolist(), strict=True):
        mark = marks[index]
        numbered = bool(body.numbered[index])
        if index in listing:
            marks[index] = mark = replace(mark, style=OF_WHICH, keyword=True)  # 其中：甲 / 乙 / 丙
        after = int(content[place + 1]) if place + 1 < len(content) else None
        deeper = after is not None and _depth(marks.get(after)) > _depth(mark)
        if (
            mark.keyword
            or (numbered and mark.style == DECIMAL)
            or (numbered and deeper and mark.style in {CHINESE, BRACKETED})
        ):
            certain.append(index)
        elif numbered:
            doubtful.append(index)
    # 四、园林绿化 beside 三、供热小计: what is marked alike and looks unlike the leaves is alike.
    unnamed = {marks[index].style for index in certain if not marks[index].keyword}
    named = {marks[index].style for index in certain} & {CHINESE, BRACKETED} - unnamed
    apart = _apart(body, kinds == kind.DATA)
    counting = body.serials.any()
    alike = [
        index
        for index in doubtful
        if apart[index]
        and (marks[index].style in named or (counting and _COUNTING.search(marks[index].label)))
    ]
    alike += heads([index for index in doubtful if index not in alike], kinds == kind.DATA, marks, body)
    return [*certain, *alike], [index for index in doubtful if index not in alike]


def _bare(body: Body, kinds: NDArray[np.int8]) -> list[int]:
    """Return the rows of amounts alone, where records have names."""
    leaves = kinds == kind.DATA
    if not leaves.any() or np.median(body.texts[leaves]) < 1:
        return []
    bare = leaves & body.numbered & ~body.serials & (body.texts == 0)
    return [int(index) for index in np.flatnonzero(bare)]


def _proven(
    body: Body,
    doubtful: Sequence[int],
    kinds: NDArray[np.int8],
    marks: Mapping[int, Mark],
    additive: Mapping[int, Numbers],
) -> list[int]:
    """Return the doubtful rows that state the sums of the leaves before or after them."""
    if not 0 < len(doubtful) <= _DOUBTFUL:
        return []
    proven: list[int] = []
    leaves = kinds == kind.DATA
    leaves[list(doubtful)] = False
    sums = _sums(additive, leaves)
    apart = _apart(body, leaves)
    borders = sorted(marks)
    for index in doubtful:
        best, span = _best(index, sums, _stretches(index, borders, len(kinds)))
        # One column that agrees may be chance; two or more, and most of those stated, are not. A row that
        # looks unlike the records needs less.
        told = span is not None and (apart[index] or not marks[index].label) and _telling(index, sums, span)
        if best is not None and (told or (best[0] > 1 and best[0] * 2 > best[1])):
            proven.append(index)
        else:
            leaves[index] = True
            sums = _sums(additive, leaves)
    return proven


def _apart(body: Body, leaves: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which rows look unlike most: without the serial number, or with fewer texts than the others."""
    if int(body.serials[leaves].sum()) * 2 > int(leaves.sum()):
        return ~body.serials
    usual = float(np.median(body.texts[leaves])) if leaves.any() else 0.0
    return body.texts < min(usual, 3.0) - 0.5 if usual > 1 else np.zeros(len(leaves), dtype=bool)


def _stretches(index: int, borders: Iterable[int], length: int) -> list[Span]:
    ordered = [border for border in borders if border != index]
    before = [border + 1 for border in ordered if border < index][-_TRIED:]
    after = [border for border in ordered if border > index][:_TRIED]
    return [
        *((first, index) for first in reversed(before)),
        (0, index),
        *((index + 1, stop) for stop in after),
        (index + 1, length),
        (0, length),
    ]


def _best(index: int, sums: Mapping[int, Sums], spans: Sequence[Span]) -> tuple[Span | None, Span | None]:
    """Return how many columns agree with the best stretch and how many state a sum, and the stretch."""
    best, chosen = None, None
    most = (0, 0)  # of stretches with which as many agree, the one that needs least rounding
    for first, stop in spans:
        agreeing = stated = exactly = 0
        for column in sums.values():
            value = float(column.stated[index])
            if first < stop and math.isfinite(value) and value != 0 and column.count(first, stop):
                stated += 1
                agreeing += column.agree(value, first, stop)
                exactly += column.over(first, stop) == value
        if (agreeing, exactly) > most:
            most, best, chosen = (agreeing, exactly), (agreeing, stated), (first, stop)
    return best, chosen


def _cover(
    found: Sequence[int],
    kinds: NDArray[np.int8],
    marks: Mapping[int, Mark],
    sums: Mapping[int, Sums],
    known: Mapping[int, Span],
) -> tuple[Covered, ...]:
    """Tell what each total covers: the stretch whose sums it states, else what its place suggests."""
    leaves = kinds == kind.DATA
    headed = {index for index, mark in marks.items() if leaves[index] and mark.style in {CHINESE, BRACKETED}}
    borders = sorted({*np.flatnonzero(np.isin(kinds, (kind.TOTAL, kind.GROUP))).tolist(), *headed})
    spans: dict[int, Span | None] = dict(known)
    for index in found:
        if index in known or marks[index].style in {OF_WHICH, RATIO}:
            continue
        best, span = _best(index, sums, _stretches(index, borders, len(kinds)))
        if best is not None and span is not None and (best[0] * 2 >= best[1] or _telling(index, sums, span)):
            spans[index] = span
    for index in found:
        if index not in spans and marks[index].style not in {OF_WHICH, RATIO}:
            above = _stands_above(index, spans, marks, len(kinds), kinds)
            placed = _by_place(index, kinds, marks, borders, above=above)
            spans[index] = _counted(index, marks[index].count, leaves, borders, placed)
    return tuple(Covered(mark=marks[index], span=spans.get(index)) for index in found)


def _counted(
    index: int, count: int | None, leaves: NDArray[np.bool_], borders: Sequence[int], placed: Span
) -> Span:
    """Return the stretch with as many leaves as a label counts, else the one that its place suggests."""
    stretches = [placed, *_stretches(index, borders, len(leaves))]
    return next((span for span in stretches if np.count_nonzero(leaves[slice(*span)]) == count), placed)


def _telling(index: int, sums: Mapping[int, Sums], span: Span) -> bool:
    """Tell whether even one column that agrees is no chance: a large sum of several leaves."""
    return any(
        column.count(*span) > 1
        and abs(float(column.stated[index])) >= LARGE
        and column.agree(float(column.stated[index]), *span)
        for column in sums.values()
    )


def _stands_above(
    index: int,
    spans: Mapping[int, Span | None],
    marks: Mapping[int, Mark],
    length: int,
    kinds: NDArray[np.int8],
) -> bool:
    """Tell whether a total stands above its rows, as most of its style do; or as its place has it."""
    alike = [
        span[0] > other
        for other, span in spans.items()
        if span is not None and span != (0, length) and marks[other].style == marks[index].style
    ]
    others = [span[0] > other for other, span in spans.items() if span is not None and span != (0, length)]
    if alike or others:
        votes = alike or others
        return sum(votes) * 2 > len(votes)
    return not (kinds[:index] == kind.DATA).any()


def _by_place(
    index: int, kinds: NDArray[np.int8], marks: Mapping[int, Mark], borders: Sequence[int], *, above: bool
) -> Span:
    """Return what a total covers by its place alone."""
    only = sum(mark.style == GRAND for mark in marks.values()) == 1
    if marks[index].style == GRAND and only:
        return 0, len(kinds)
    depth = _depth(marks[index])
    if above:
        return index + 1, next(
            (b for b in borders if b > index and _depth(marks.get(b)) <= depth), len(kinds)
        )
    shallow = (b + 1 for b in reversed(borders) if b < index and (depth > 0 or _depth(marks.get(b)) <= depth))
    return next(shallow, 0), index
