"""Which rows go on with a list that 其中 begins: 其中：新开工, then 续建 and 停建."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks.marks import NAMED, OF_WHICH, RATIO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.body import Body
    from cityanalytics.workbooks.marks import Mark
    from cityanalytics.workbooks.numeric import Numbers

_NUMBERED = re.compile(r"\d+[.、)]|[①-⑳]|\(\d+\)")
_LISTED = 12
_CENTS = 1e-6


def listed(
    body: Body, kinds: NDArray[np.int8], marks: Mapping[int, Mark], additive: Mapping[int, Numbers]
) -> frozenset[int]:
    """Return the positions of the rows that go on with a list of 其中.

    Where records have serial numbers, rows without go on. Elsewhere those that are indented do, and those
    that together with the list add up to the total above it.
    """
    if not any(mark.style == OF_WHICH for mark in marks.values()):
        return frozenset()
    content = np.flatnonzero(kind.of_kinds(kinds, kind.DATA, kind.TOTAL, kind.GROUP)).tolist()
    leaves = kinds == kind.DATA
    numbered = int(body.serials[leaves].sum()) * 2 > int(leaves.sum())
    found: set[int] = set()
    total: int | None = None
    for place, index in enumerate(content):
        mark = marks.get(index)
        if mark is None or not mark.keyword or mark.style == RATIO:
            continue
        if mark.style != OF_WHICH:
            total = index
            continue
        run: list[int] = []
        for after in content[place + 1 : place + _LISTED]:
            other = marks.get(after)
            if other is None or other.style != NAMED or other.keyword or not body.numbered[after]:
                break
            if _NUMBERED.match(other.label):
                break
            run.append(after)
        indented = next((at for at, after in enumerate(run) if not marks[after].indented), len(run))
        rest = _leaves_after(content[place + 1 + len(run) :], marks, leaves)
        whole = None if total is None else _length(index, run, rest, _adder(total, additive))
        found.update(run if numbered else run[: indented if whole is None else whole])
    return frozenset(found)


def _leaves_after(content: Sequence[int], marks: Mapping[int, Mark], leaves: NDArray[np.bool_]) -> list[int]:
    """Return the leaves up to the next total."""
    before = takewhile(lambda index: index not in marks or not marks[index].keyword, content)
    return [index for index in before if leaves[index]]


def _length(
    first: int, run: Sequence[int], rest: Sequence[int], adds_up: Callable[[Sequence[int]], bool]
) -> int | None:
    """Return how many rows go on with a list: what is left adds up to the total, or the list itself does."""
    for length in range(len(run) + 1):
        if adds_up([*run[length:], *rest]):
            return length
    return next((length for length in range(1, len(run) + 1) if adds_up([first, *run[:length]])), None)


def _adder(total: int, additive: Mapping[int, Numbers]) -> Callable[[Sequence[int]], bool]:
    """Return what tells whether rows add up to a total in all columns that it states."""
    values = [read.value for read in additive.values()]
    stated = [column for column in values if np.isfinite(column[total]) and column[total]]

    def adds_up(rows: Sequence[int]) -> bool:
        sums = (abs(np.nansum(column[list(rows)]) - column[total]) <= _CENTS for column in stated)
        return bool(rows and stated) and all(sums)

    return adds_up
