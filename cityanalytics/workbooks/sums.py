"""Exact sums of a column over stretches of rows, and rows that carry the sum of their neighbours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.cells import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

_EXACT = 9.0e18  # what an int64 holds
_MOST_DECIMALS = 10
_ROUNDS = 6
_PRIMARIES = 4
#: A small number is soon the sum of two others: only larger ones are evidence where nothing else is.
LARGE = 100


class Sums:
    """Exact sums of a number column over stretches of leaf rows.

    Parameters
    ----------
    read
        The column's cells, as `cells.read_numbers` gives them.
    leaves
        Which rows are leaves.
    """

    def __init__(self, read: pd.DataFrame, leaves: NDArray[np.bool_]) -> None:
        self.stated = read["value"].to_numpy()
        told = (read["state"] == State.PARSED.value).to_numpy() & leaves
        self._leaf_values = np.where(told, self.stated, 0.0)
        self._decimals = decimals(self._leaf_values)
        self._written = decimals(self.stated[np.isfinite(self.stated)])
        self._counts = np.concatenate(([0], np.cumsum(told)))
        self._scaled: NDArray[np.int64] | None = None
        if self._decimals is not None:
            self._scaled = np.concatenate(([0], np.cumsum(scaled(self._leaf_values, self._decimals))))

    def over(self, first: int, stop: int) -> float:
        """Return the sum of the leaves at positions from `first` up to `stop`."""
        if self._scaled is not None and self._decimals is not None:
            return float(int(self._scaled[stop] - self._scaled[first]) / 10**self._decimals)
        return math.fsum(self._leaf_values[first:stop])

    def count(self, first: int, stop: int) -> int:
        """Return how many leaves with a value stand there."""
        return int(self._counts[stop] - self._counts[first])

    def agree(self, stated: float, first: int, stop: int) -> bool:
        """Tell whether a stated sum is that of the leaves, up to what rounding of each explains."""
        count = self.count(first, stop)
        places = 6 if self._written is None else min(self._written, 6)
        # Rounding errors of n numbers add up to sqrt(n) units of the last place, hardly to more.
        explained = 10.0**-places * min(0.5 * (count + 1), 0.5 + math.sqrt(count))
        return abs(stated - self.over(first, stop)) <= explained * (1 - 1e-9)


def decimals(values: NDArray[np.float64]) -> int | None:
    """Return with how many decimals all values are written, or None where it is too many to sum exactly.

    Noise in the last bit of a float, as spreadsheets leave it, is no decimal.

    Examples
    --------
    >>> decimals(np.array([1.0, 2.5, 35281.714400000004])), decimals(np.array([1 / 3]))
    (4, None)
    """
    largest = float(np.abs(values).max(initial=0.0))
    for places in range(_MOST_DECIMALS + 1):
        if largest * 10.0**places * max(len(values), 1) > _EXACT:
            return None
        rounded = scaled(values, places) / 10.0**places
        if (np.abs(rounded - values) <= 4 * np.spacing(np.abs(values))).all():
            return places
    return None


def scaled(values: NDArray[np.float64], places: int) -> NDArray[np.int64]:
    """Return values as whole numbers of the last decimal place."""
    return np.rint(values * 10.0**places).astype(np.int64)


def neighbour_sums(
    columns: Mapping[int, pd.DataFrame],
    leaves: NDArray[np.bool_],
    apart: NDArray[np.bool_],
    *,
    numbered: bool,
) -> dict[int, tuple[int, int]]:
    """Find the rows that carry the sum of the rows right under or right above them, whatever their label.

    Parameters
    ----------
    columns
        Number columns that may be summed, as `cells.read_numbers` gives them.
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
    values = [read["value"].fillna(0.0).to_numpy() for read in columns.values()]
    places = [decimals(column) for column in values]
    whole = [scaled(column, place) for column, place in zip(values, places, strict=True) if place is not None]
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
    return found


def _matches(
    columns: Sequence[NDArray[np.int64]], apart: NDArray[np.bool_], possible: NDArray[np.bool_]
) -> dict[int, tuple[int, int]]:
    """Return each row that equals the sum of a run of at least two rows next to it, in most columns."""
    length = len(apart)
    sums = [np.concatenate(([0], np.cumsum(column))) for column in columns]
    here = np.arange(length)
    found: dict[int, tuple[int, int]] = {}
    order = sorted(range(len(columns)), key=lambda index: -int(np.count_nonzero(columns[index])))
    for primary in order[:_PRIMARIES]:
        column, total = columns[primary], sums[primary]
        if (column < 0).any():
            continue
        target = total[1:] + column
        for right in (False, True):
            stop = _found(total, target, right=right)
            sound = possible & (column > 0) & (stop <= length) & (stop - here > 2)  # noqa: PLR2004 - two rows at least
            sound &= total[np.minimum(stop, length)] == target
            found |= _kept(
                columns, sums, apart, np.setdiff1d(np.flatnonzero(sound), list(found)), (here + 1, stop)
            )
        target = total[:-1] - column
        for right in (True, False):
            first = _found(total, target, right=right)
            sound = possible & (column > 0) & (first >= 0) & (here - first > 1)
            sound &= total[np.maximum(first, 0)] == target
            found |= _kept(
                columns, sums, apart, np.setdiff1d(np.flatnonzero(sound), list(found)), (first, here)
            )
    return found


def _found(total: NDArray[np.int64], target: NDArray[np.int64], *, right: bool) -> NDArray[np.intp]:
    """Return where a running total has a value: the last place if `right`, else the first."""
    return np.searchsorted(total, target, "right") - 1 if right else np.searchsorted(total, target, "left")


def _kept(
    columns: Sequence[NDArray[np.int64]],
    sums: Sequence[NDArray[np.int64]],
    apart: NDArray[np.bool_],
    candidates: NDArray[np.intp],
    runs: tuple[NDArray[np.intp], NDArray[np.intp]],
) -> dict[int, tuple[int, int]]:
    """Return the candidates whose other columns are the sums of the same run too."""
    kept = {}
    for index in candidates.tolist():
        first, stop = int(runs[0][index]), int(runs[1][index])
        stated = agreeing = weighty = 0
        for column, total in zip(columns, sums, strict=True):
            value = int(column[index])
            if value == 0:
                continue
            several = int(np.count_nonzero(column[first:stop])) > 1
            same = several and int(total[stop] - total[first]) == value
            stated += 1
            agreeing += same
            weighty += same and abs(value) >= LARGE
        enough = agreeing > 1 and agreeing * 2 > stated
        if enough and (apart[index] or (weighty > 1 and agreeing == stated)):
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
