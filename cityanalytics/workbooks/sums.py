"""Exact sums of a column over stretches of rows, and rows that carry the sum of their neighbours."""

from __future__ import annotations

import math
from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.numeric import TELLING, in_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.numeric import Numbers

_ROUNDS = 6
_PRIMARIES = 4
#: So many times more values than rows a sum might have had that is hardly one by chance.
_UNLIKELY = 8


class Sums:
    """Exact sums of a number column over stretches of leaf rows.

    Parameters
    ----------
    read
        The column's cells.
    leaves
        Which rows are leaves.
    """

    def __init__(self, read: Numbers, leaves: NDArray[np.bool_]) -> None:
        self.stated, self.is_telling = read.value, read.is_telling
        self._rounded = not read.things
        self._leaves = read_leaves = read.parsed & leaves
        self._written = None if read.exact is None else read.exact[0]
        exact = read.exact or in_whole(self._leaf_values)
        self._exact = (
            None if exact is None else (10 ** exact[0], _running(np.where(read_leaves, exact[1], 0)))
        )

    @cached_property
    def _leaf_values(self) -> NDArray[np.float64]:
        return np.where(self._leaves, self.stated, 0.0)

    @cached_property
    def _counts(self) -> NDArray[np.int64]:
        return _running(self._leaves)

    def over(self, first: int, stop: int) -> float:
        """Return the sum of the leaves at positions from `first` up to `stop`; infinite beyond any float."""
        if self._exact is not None:
            unit, running = self._exact
            return float(int(running[stop] - running[first]) / unit)
        try:
            return math.fsum(self._leaf_values[first:stop])
        except OverflowError:  # beyond what a float holds
            return math.inf

    def carries_on(self, stated: float, first: int, stop: int) -> bool:
        """Tell whether what is stated is no sum of several leaves but the last of them, as a balance is."""
        inside = self.stated[first:stop][self._leaves[first:stop]]
        return len(inside) > 1 and stated == inside[-1] != 0 and not self.agree(stated, first, stop)

    def lies_between(self, stated: float, first: int, stop: int) -> bool:
        """Tell whether what is stated is no sum of several leaves but lies between them, as a ratio does."""
        if self.count(first, stop) < 2 or stated == 0 or self.agree(stated, first, stop):  # noqa: PLR2004 - several
            return False
        inside = self.stated[first:stop][self._leaves[first:stop]]
        return bool(inside.min() < stated < inside.max())

    def count(self, first: int, stop: int) -> int:
        """Return how many leaves with a value stand there."""
        return int(self._counts[stop] - self._counts[first])

    def counts(self, first: NDArray[np.intp], stop: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return how many leaves with a value stand in each stretch."""
        return self._counts[stop] - self._counts[first]

    def agree(self, stated: float, first: int, stop: int) -> bool:
        """Tell whether a stated sum is that of the leaves, up to what rounding of each explains."""
        return bool(self.agreeing(stated, np.array([first]), np.array([stop]))[0])

    def agreeing(self, stated: float, first: NDArray[np.intp], stop: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Tell of each stretch whether a stated sum is that of its leaves; see `agree`."""
        count = self.counts(first, stop)
        places = 6 if self._written is None else min(self._written, 6)
        # Rounding errors of n numbers add up to sqrt(n) units of the last place, hardly to more.
        rounds = np.minimum(0.5 * (count + 1), 0.5 + np.sqrt(count)) if self._rounded else 0.5
        explained = 10.0**-places * rounds * (1 - 1e-9)
        found: NDArray[np.bool_] = np.abs(stated - self.totals(first, stop)) <= explained
        return found

    def totals(self, first: NDArray[np.intp], stop: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the sum of the leaves of each stretch; see `over`."""
        unit, running = self._exact or (1, self._inexact)
        sums: NDArray[np.float64] = ((running[stop] - running[first]) / unit).astype(float)
        return sums

    @cached_property
    def _inexact(self) -> NDArray[np.longdouble]:
        return np.concatenate(([0], np.cumsum(self._leaf_values, dtype=np.longdouble)))


def _running(values: NDArray[np.int64] | NDArray[np.bool_]) -> NDArray[np.int64]:
    running = np.zeros(len(values) + 1, dtype=np.int64)
    np.cumsum(values, out=running[1:])
    return running


def neighbour_sums(
    columns: Mapping[int, Numbers],
    leaves: NDArray[np.bool_],
    apart: NDArray[np.bool_],
    *,
    numbered: bool,
) -> dict[int, tuple[int, int]]:
    """Find the rows that carry the sum of the rows right under or right above them, whatever their label.

    Parameters
    ----------
    columns
        Number columns that may be summed.
    leaves
        Which rows are taken for leaves so far.
    apart
        Which of them look unlike the others (no serial number, fewer texts): they need less evidence.
    numbered
        Whether rows have serial numbers: then one that has its own is never taken for a sum.

    Returns
    -------
    dict
        Position of each such row: the stretch (first, stop) of positions that it sums, which may hold others.
    """
    whole = [read.exact[1] for read in columns.values() if read.exact is not None]
    found: dict[int, tuple[int, int]] = {}
    if not whole:
        return found
    open_rows = leaves.copy()
    for _ in range(_ROUNDS):
        rows = np.flatnonzero(open_rows)
        possible = apart[rows] | (not numbered)
        if not possible.any():
            break
        picked = _innermost(_matches([column[rows] for column in whole], apart[rows], possible))
        if not picked:
            break
        for index, (first, stop) in picked.items():
            found[int(rows[index])] = (int(rows[first]), int(rows[stop - 1]) + 1)
            open_rows[rows[index]] = False
    order = sorted(found)
    for index in order:  # a sum of sums is one of all that those sum
        summed = order[bisect_left(order, found[index][0]) : bisect_left(order, found[index][1])]
        spans = [found[index], *(found[other] for other in summed)]
        top, end = min(first for first, _ in spans), max(stop for _, stop in spans)
        if not top <= index < end:
            found[index] = (top, end)
    return found


def possible_sums(columns: Mapping[int, Numbers], leaves: NDArray[np.bool_]) -> dict[int, tuple[int, int]]:
    """Find the rows that may carry the sum of the rows next to them: all that they state agrees, hardly by chance.

    That is too little to call them sums, and too much to say nothing.
    """
    rows = np.flatnonzero(leaves)
    whole = [read.exact[1][rows] for read in columns.values() if read.exact is not None]
    found = _matches(whole, None, np.ones(len(rows), dtype=bool)) if whole else {}
    return {
        int(rows[index]): (int(rows[first]), int(rows[stop - 1]) + 1)
        for index, (first, stop) in found.items()
    }


def _matches(
    columns: Sequence[NDArray[np.int64]], apart: NDArray[np.bool_] | None, possible: NDArray[np.bool_]
) -> dict[int, tuple[int, int]]:
    """Return each row that equals the sum of a run of at least two rows next to it, in most columns.

    Where `apart` is not given, in all columns that it states, and be it but one.
    """
    length = len(possible)
    sums = [_running(column) for column in columns]
    found: dict[int, tuple[int, int]] = {}
    order = sorted(range(len(columns)), key=lambda index: -int(np.count_nonzero(columns[index])))
    for primary in order[:_PRIMARIES]:
        column, total = columns[primary], sums[primary]
        if (column < 0).any():
            continue
        here = np.flatnonzero(possible & (column > 0))
        target = total[here + 1] + column[here]
        for right in (False, True):
            stop = _found(total, target, right=right)
            sound = (stop <= length) & (stop - here > 2)  # noqa: PLR2004 - two rows at least
            sound &= total[np.minimum(stop, length)] == target
            if not sound.any():
                continue
            new = sound & ~np.isin(here, list(found))
            found |= _kept(columns, sums, apart, here[new], (here[new] + 1, stop[new]))
        target = total[here] - column[here]
        for right in (True, False):
            first = _found(total, target, right=right)
            sound = (first >= 0) & (here - first > 1)
            sound &= total[np.maximum(first, 0)] == target
            if not sound.any():
                continue
            new = sound & ~np.isin(here, list(found))
            found |= _kept(columns, sums, apart, here[new], (first[new], here[new]))
    return found


def _found(total: NDArray[np.int64], target: NDArray[np.int64], *, right: bool) -> NDArray[np.intp]:
    """Return where a running total has a value: the last place if `right`, else the first."""
    return np.searchsorted(total, target, "right") - 1 if right else np.searchsorted(total, target, "left")


def _kept(
    columns: Sequence[NDArray[np.int64]],
    sums: Sequence[NDArray[np.int64]],
    apart: NDArray[np.bool_] | None,
    candidates: NDArray[np.intp],
    runs: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> dict[int, tuple[int, int]]:
    """Return the candidates whose other columns are the sums of the same run too."""
    kept = {}
    for index, first, stop in zip(candidates.tolist(), runs[0].tolist(), runs[1].tolist(), strict=True):
        stated = agreeing = weighty = 0
        chances = 1
        for column, total in zip(columns, sums, strict=True):
            value = int(column[index])
            if value == 0:
                continue
            several = int(np.count_nonzero(column[first:stop])) > 1
            same = several and int(total[stop] - total[first]) == value
            stated += 1
            agreeing += same
            weighty += same and abs(value) >= TELLING
            chances *= abs(value) if same else 1
        enough = agreeing > 1 and agreeing * 2 > stated
        if apart is None:
            enough = 0 < agreeing == stated and chances >= _UNLIKELY * len(columns[0])
        if enough and (apart is None or apart[index] or (weighty > 1 and agreeing == stated)):
            kept[index] = (first, stop)
    return kept


def _innermost(matches: dict[int, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Keep the matches whose run holds no other match, and of two that share rows the first."""
    taken: set[int] = set()
    kept: dict[int, tuple[int, int]] = {}
    for index, (first, stop) in sorted(matches.items(), key=lambda item: item[1][1] - item[1][0]):
        run = range(first, stop)
        if index in taken or any(
            other in matches and other != index and _within(matches[other], run) for other in run
        ):
            continue
        if not any(row in kept for row in run):
            kept[index] = (first, stop)
            taken.update(run)
    return kept


def _within(span: tuple[int, int], run: range) -> bool:
    return run.start <= span[0] and span[1] <= run.stop
