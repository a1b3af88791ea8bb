"""What each total covers: the stretch of rows whose sums it states, else what its place suggests."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks.marks import (
    BRACKETED,
    CHINESE,
    DECIMAL,
    GRAND,
    NAMED,
    OF_WHICH,
    RATIO,
    SPLIT,
    Mark,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.sums import Sums

    Span = tuple[int, int]

#: How many borders on each side are tried for the rows that a total covers, and with many totals in all.
_TRIED, _TRIED_IN_ALL = 60, 100_000
#: How deep a style stands in the usual order 合计, 小计, 一、, （一）, 1, 1.1.
_DEPTH = {GRAND: 0, CHINESE: 2, BRACKETED: 3, NAMED: 4, DECIMAL: 5}
_LEAF_DEPTH = 9


@dataclass(frozen=True, kw_only=True)
class Covered:
    """A total row, and the stretch of positions in the body (first, stop) whose leaves it sums."""

    mark: Mark
    span: Span | None


def depth_of(mark: Mark | None) -> int:
    """Return how deep a row stands by its label; a plain leaf deepest."""
    return _LEAF_DEPTH if mark is None else _DEPTH.get(mark.style, 1 if mark.keyword else _DEPTH[NAMED])


def stretches(index: int, borders: Sequence[int], length: int, tried: int = _TRIED) -> list[Span]:
    """Return the stretches that a total may cover, the nearest first on either side; all of them last."""
    at = bisect_left(borders, index)
    beyond = bisect_right(borders, index)
    return [
        *((first + 1, index) for first in reversed(borders[max(at - tried, 0) : at])),
        (0, index),
        *((index + 1, stop) for stop in borders[beyond : beyond + tried]),
        (index + 1, length),
        (0, length),
    ]


def best_stretch(
    index: int, sums: Mapping[int, Sums], spans: Sequence[Span]
) -> tuple[Span | None, Span | None]:
    """Return how many columns agree with the best stretch and how many state a sum, and the stretch."""
    first, stop = np.array(spans, dtype=np.intp).T
    agreeing, stated, exactly = np.zeros((3, len(spans)), dtype=int)
    for column in sums.values():
        value = float(column.stated[index])
        if math.isfinite(value) and value != 0:
            some = (first < stop) & (column.counts(first, stop) > 0)
            stated += some
            agreeing += some & column.agreeing(value, first, stop)
            exactly += some & (column.totals(first, stop) == value)
    # Of stretches with which as many agree, the one that needs least rounding.
    best = int((agreeing * (len(sums) + 1) + exactly).argmax())
    return ((int(agreeing[best]), int(stated[best])), spans[best]) if agreeing[best] else (None, None)


def cover(
    found: Sequence[int],
    kinds: NDArray[np.int8],
    marks: Mapping[int, Mark],
    sums: Mapping[int, Sums],
    known: Mapping[int, Span | None],
) -> tuple[Covered, ...]:
    """Tell what each total covers: the stretch whose sums it states, else what its place suggests."""
    leaves = kinds == kind.DATA
    headed = {index for index, mark in marks.items() if leaves[index] and mark.style in {CHINESE, BRACKETED}}
    borders = sorted({*np.flatnonzero(kind.of_kinds(kinds, kind.TOTAL, kind.GROUP)).tolist(), *headed})
    spans: dict[int, Span | None] = dict(known)
    tried = max(min(_TRIED, _TRIED_IN_ALL // max(len(found), 1)), 1)
    for index in found:
        if index in known or marks[index].style in {OF_WHICH, RATIO, SPLIT}:
            continue
        best, span = best_stretch(index, sums, stretches(index, borders, len(kinds), tried))
        if (
            best is not None
            and span is not None
            and (best[0] * 2 >= best[1] or is_telling(index, sums, span))
        ):
            spans[index] = span
    votes = _Votes(spans, marks, len(kinds))
    first_leaf = int(leaves.argmax()) if leaves.any() else len(leaves)
    only = sum(mark.style == GRAND for mark in marks.values()) == 1
    for index in found:
        style = marks[index].style
        if index in spans or style in {OF_WHICH, RATIO, SPLIT}:
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
    tried = [placed, *stretches(index, borders, len(leaves))]
    return next((span for span in tried if np.count_nonzero(leaves[slice(*span)]) == count), placed)


def is_telling(index: int, sums: Mapping[int, Sums], span: Span) -> bool:
    """Tell whether even one column that agrees is no chance: a large sum of several leaves."""
    return any(
        column.count(*span) > 1
        and column.is_telling(float(column.stated[index]))
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
    depth = depth_of(marks[index])
    if above:
        after = islice(borders, bisect_right(borders, index), None)
        return index + 1, next((b for b in after if depth_of(marks.get(b)) <= depth), length)
    before = (borders[at] for at in range(bisect_left(borders, index) - 1, -1, -1))
    return next((b + 1 for b in before if depth > 0 or depth_of(marks.get(b)) <= depth), 0), index
