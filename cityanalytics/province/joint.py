"""Paths of cities that add up to the province, draw by draw.

Each city keeps its own distribution exactly: on 1999 paths it ends at each of its quantiles n ÷ 2000 once. Which of
them meet on a path follows a Gaussian copula with one common factor (Li 2000, Journal of Fixed Income 9; ranks in the
manner of Iman & Conover 1982, Communications in Statistics B11): cities slow down together, but not all of them. How
far is `TIE`, measured on public series of 23 places; the two ends, none and all, are given beside it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.outlook.draws import PATHS, levels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cityanalytics.series.methods import YearTotal

#: Correlation of the places' misses of a year: 23 American states' building permits, 11 years, at the end of March,
#: June and September 0.59, 0.67 and 0.61 (means over pairs; `benchmarks/rollup.py --tie SERIES.csv`). Series of one
#: nation by kind of spending lie between 0.1 and 0.9.
TIE = 0.6
#: Levels at which the cities' parts are given.
PARTED = (0.1, 0.5, 0.9)
#: Paths on either side of a level's whose mean says how it is shared.
_BESIDE = 60


@dataclass(frozen=True, kw_only=True)
class Joint:
    """The province's year as the sum of its cities'.

    Parameters
    ----------
    names
        What tells the cities' draws apart.
    totals
        Their forecasts, in the same order.
    plan
        What all of them together are to come to (yuan).
    seed
        Of the draws.
    tie
        How far the cities' misses go together: 0 not at all, 1 entirely.
    """

    names: Sequence[str]
    totals: Sequence[YearTotal]
    plan: float
    seed: int = 0
    tie: float = TIE

    @cached_property
    def ends(self) -> np.ndarray:
        """The province's total on each path (yuan, float64); one city's paths are held at a time."""
        ends = np.zeros(PATHS)
        for own in self.paths():
            ends += own
        return ends

    def paths(self) -> Iterator[np.ndarray]:
        """Give where each city ends on each path (yuan, float64); the same each time."""
        common = np.sqrt(self.tie) * self._scores
        steps: dict[float, np.ndarray] = {}
        for name, total in zip(self.names, self.totals, strict=True):
            if total.freedom not in steps:
                steps[total.freedom] = student(total.freedom)
            draw = np.random.default_rng([self.seed, zlib.crc32(name.encode())]).permutation(PATHS)
            mixed = common + np.sqrt(1 - self.tie) * self._scores[draw]
            own = np.empty(PATHS)
            own[np.argsort(mixed, kind="stable")] = quantiles(total, steps[total.freedom])
            yield own

    @cached_property
    def _scores(self) -> np.ndarray:
        from scipy.special import ndtri

        return np.asarray(ndtri(levels()))

    @cached_property
    def _order(self) -> np.ndarray:
        return np.argsort(self.ends, kind="stable")

    def quantile(self, level: float) -> float:
        """Return the total that is not exceeded with probability `level` (yuan)."""
        at = min(max(round(level * (PATHS + 1)) - 1, 0), PATHS - 1)
        return float(self.ends[self._order[at]])

    @property
    def probability(self) -> float | None:
        """Probability of reaching the plan; None without one, 0 or 1 only where it is certain."""
        if not self.plan > 0:
            return None
        if sum(total.done for total in self.totals) >= self.plan:
            return 1.0
        if sum(max(total.done, total.ceiling) for total in self.totals) < self.plan:
            return 0.0
        share = float((self.ends >= self.plan).mean())
        return min(max(share, 0.5 / PATHS), 1 - 0.5 / PATHS)

    @cached_property
    def parts(self) -> np.ndarray:
        """What each city comes to where the province ends at each of `PARTED`: they add up to it.

        Returns
        -------
        numpy.ndarray
            Yuan, cities x levels: the mean of the paths beside the level, what is to come scaled to the level's.
        """
        beside = []
        for level in PARTED:
            at = round(level * (PATHS + 1)) - 1
            beside.append(self._order[max(at - _BESIDE, 0) : at + _BESIDE + 1])
        found = np.array([[own[near].mean() for near in beside] for own in self.paths()])
        found = found.reshape(len(self.totals), len(PARTED))
        done = np.array([total.done for total in self.totals])
        coming = found - done[:, None]
        wanted = np.array([self.quantile(level) for level in PARTED]) - done.sum()
        with np.errstate(invalid="ignore", divide="ignore"):
            scale = np.where(coming.sum(axis=0) > 0, wanted / coming.sum(axis=0), 0.0)
        return np.asarray(done[:, None] + coming * scale)


def student(freedom: float) -> np.ndarray:
    """Return Student's quantiles at the level of each path (float64, rising)."""
    from scipy.special import stdtrit

    return np.asarray(stdtrit(freedom, levels()))


def quantiles(total: YearTotal, steps: np.ndarray) -> np.ndarray:
    """Return a forecast's quantiles at the level of each path (yuan, float64, rising).

    Parameters
    ----------
    total
        The forecast.
    steps
        Of :func:`student`, for its degrees of freedom.
    """
    free = total.done + total.remainder * np.exp(total.spread * steps)
    return np.asarray(np.maximum(total.done, np.minimum(free, total.ceiling)))
