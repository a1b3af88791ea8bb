"""Which rows carry the sums of which leaves."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks.listing import listed
from cityanalytics.workbooks.marks import BRACKETED, CHINESE, DECIMAL, GRAND, NAMED, OF_WHICH, RATIO, Mark
from cityanalytics.workbooks.sections import sections
from cityanalytics.workbooks.sidebyside import each
from cityanalytics.workbooks.sums import LARGE, Sums, neighbour_sums

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.body import Body
    from cityanalytics.workbooks.numeric import Numbers

    Span = tuple[int, int]

#: How many borders on each side are tried for the rows that a total covers.
_TRIED, _TRIED_IN_ALL = 60, 100_000
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
    if not (kinds == kind.DATA).any():  # a summary of subtotals: they are its records
        for index in [at for at in certain if marks[at].style.startswith(NAMED) and body.numbered[at]]:
            kinds[index] = kind.DATA
            del marks[index]
    leaves = kinds == kind.DATA
    spans = neighbour_sums(
        additive, leaves, _apart(body, leaves), numbered=bool(body.serials[leaves].sum() * 2 > leaves.sum())
    )
    for index in spans:
        kinds[index] = kind.TOTAL
        marks.setdefault(index, Mark(row=int(body.rows[index]), style=NAMED, label="", cell=0))
    found = [int(index) for index in np.flatnonzero(kinds == kind.TOTAL) if int(index) in marks]
    sums = _sums(additive, kinds == kind.DATA)
    covered = _cover(found, kinds, marks, sums, spans)
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
    alike = [
        index
        for index in doubtful
        if apart[index] and (marks[index].style in named or _COUNTING.search(marks[index].label))
    ]
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


def _stretches(index: int, borders: Sequence[int], length: int, tried: int = _TRIED) -> list[Span]:
    at = bisect_left(borders, index)
    beyond = bisect_right(borders, index)
    return [
        *((first + 1, index) for first in reversed(borders[max(at - tried, 0) : at])),
        (0, index),
        *((index + 1, stop) for stop in borders[beyond : beyond + tried]),
        (index + 1, length),
        (0, length),
    ]


def _best(index: int, sums: Mapping[int, Sums], spans: Sequence[Span]) -> tuple[Span | None, Span | None]:
    """Return how many columns agree with the best stretch and how many state a sum, and the stretch."""
    first, stop = np.array(spans, dtype=np.intp).T
    agreeing, stated = np.zeros((2, len(spans)), dtype=int)
    for column in sums.values():
        value = float(column.stated[index])
        if math.isfinite(value) and value != 0:
            some = (first < stop) & (column.counts(first, stop) > 0)
            stated += some
            agreeing += some & column.agreeing(value, first, stop)
    best = int(agreeing.argmax())
    return ((int(agreeing[best]), int(stated[best])), spans[best]) if agreeing[best] else (None, None)


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
    tried = max(min(_TRIED, _TRIED_IN_ALL // max(len(found), 1)), 1)
    for index in found:
        if index in known or marks[index].style in {OF_WHICH, RATIO}:
            continue
        best, span = _best(index, sums, _stretches(index, borders, len(kinds), tried))
        if best is not None and span is not None and (best[0] * 2 >= best[1] or _telling(index, sums, span)):
            spans[index] = span
    votes = _Votes(spans, marks, len(kinds))
    first_leaf = int(leaves.argmax()) if leaves.any() else len(leaves)
    only = sum(mark.style == GRAND for mark in marks.values()) == 1
    for index in found:
        style = marks[index].style
        if index in spans or style in {OF_WHICH, RATIO}:
            continue
        placed = (0, len(kinds))
        if style != GRAND or not only:
            above = votes.above(style, otherwise=index < first_leaf)
            placed = _by_place(index, len(kinds), marks, borders, above=above)
        spans[index] = _counted(index, marks[index].count, leaves, borders, placed)
        votes.add(index, spans[index], style)
    return tuple(Covered(mark=marks[index], span=spans.get(index)) for index in found)


def _counted(
    index: int, count: int | None, leaves: NDArray[np.bool_], borders: Sequence[int], placed: Span
) -> Span:
    """Return the stretch with as many leaves as a label counts, else the one that its place suggests."""
    if count is None:
        return placed
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


class _Votes:
    """Whether totals of a style stand above their rows, as far as their sums tell it."""

    def __init__(self, spans: Mapping[int, Span | None], marks: Mapping[int, Mark], length: int) -> None:
        self._whole = (0, length)
        self._votes: dict[str | None, list[int]] = {}
        for index, span in spans.items():
            self.add(index, span, marks[index].style)

    def add(self, index: int, span: Span | None, style: str) -> None:
        """Count where a total stands."""
        if span is not None and span != self._whole:
            for key in (style, None):
                vote = self._votes.setdefault(key, [0, 0])
                vote[0] += span[0] > index
                vote[1] += 1

    def above(self, style: str, *, otherwise: bool) -> bool:
        """Tell whether a total of a style stands above its rows, as most of its style do, or most of all."""
        vote = self._votes.get(style) or self._votes.get(None)
        return vote[0] * 2 > vote[1] if vote else otherwise


def _by_place(
    index: int, length: int, marks: Mapping[int, Mark], borders: Sequence[int], *, above: bool
) -> Span:
    """Return what a total covers by its place alone."""
    depth = _depth(marks[index])
    if above:
        after = islice(borders, bisect_right(borders, index), None)
        return index + 1, next((b for b in after if _depth(marks.get(b)) <= depth), length)
    before = (borders[at] for at in range(bisect_left(borders, index) - 1, -1, -1))
    return next((b + 1 for b in before if depth > 0 or _depth(marks.get(b)) <= depth), 0), index
