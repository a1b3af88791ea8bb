"""Demolition: a total that is fixed, of which each site does its share, and never more.

A site goes on at the geometric mean of two paces: its own so far, and the one that its planned finish needs. The plan
is information, so it weighs as much as what was seen, and no more. What a site adds is a lognormal amount limited by
what it has left; the mean of that is the limited expected value (Klugman, Panjer & Willmot, Loss Models, appendix A),
which is smooth, rises with the pace and never passes the bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.calendar import year_end

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from cityanalytics.outlook.spread import Factor

#: Scale of the log of a site's own amount around its expectation.
SITE_SPREAD = 0.5
#: Scale of the log of what plan and pace together may miss of all sites; set so that simulated years of the learnt
#: kinds are covered (``benchmarks/backtest_counts.py``).
METHOD_SPREAD = 0.6
#: Days of work at the usual pace that a site's own pace is drawn towards, and the least time left for a plan.
_MONTH = 30.0
#: Days that a site is assumed to wait before it begins; weighs as one site.
_FIRST_WAIT = 60.0


@dataclass(frozen=True, kw_only=True)
class Bounded:
    """What sites reach by the year's end.

    Parameters
    ----------
    sites
        ``site``, ``kind``, ``unit``, ``planned``, ``done``, ``left``, ``median`` (square metres; `median` is what
        the site would add without a bound), ``unplanned`` (no planned area: only what is done counts),
        ``exceeded`` (more done than planned: what is done is the total).
    factor
        Common factor on all sites' paces.
    """

    sites: pd.DataFrame
    factor: Factor

    def path(self, by: str, level: float) -> pd.Series:
        """Return the year's end of each group in the scenario of a level: kinds, or units, sum to the total."""
        reach = float(self.factor.widened(_variance(self.sites)).at(level))
        table = self.sites.assign(ends=self.sites["done"] + self._adds(self.sites, reach))
        return table.groupby(by)["ends"].sum()

    def total(self, level: float, *, kind: str | None = None) -> float:
        """Return a quantile of the area done by the year's end, of all sites or of one kind, by its own uncertainty."""
        return self.totals((level,), kind=kind)[0]

    def totals(
        self, levels: Sequence[float], *, kind: str | None = None, pace: float | np.ndarray = 1.0
    ) -> list[float]:
        """Return quantiles of the area done by the year's end, as :meth:`total` gives each.

        Parameters
        ----------
        levels
            Levels of probability.
        kind
            Kind of the sites; all unless one is named.
        pace
            Factor on what each of these would add without a bound; the spread stays.
        """
        sites = self.sites if kind is None else self.sites[self.sites["kind"] == kind]
        widened = self.factor.widened(_variance(sites))
        done = sites["done"].to_numpy()
        return [float((done + self._adds(sites, pace * float(widened.at(level)))).sum()) for level in levels]

    @staticmethod
    def _adds(sites: pd.DataFrame, reach: float | np.ndarray) -> np.ndarray:
        return limited_mean(sites["median"].to_numpy() * reach, sites["left"].to_numpy(), SITE_SPREAD)


def limited_mean(median: np.ndarray, limit: np.ndarray, spread: float) -> np.ndarray:
    """Return the mean of ``min(X, limit)`` for lognormal X (float64, shaped like `median`).

    Parameters
    ----------
    median
        Median of X; 0 where X is 0.
    limit
        Not negative.
    spread
        Standard deviation of log X, above 0.

    Examples
    --------
    Far below its limit X keeps its mean, far above it is the limit:

    >>> limited_mean(np.array([1.0, 1e6]), np.array([1e6, 5.0]), 0.5).round(4).tolist()
    [1.1331, 5.0]
    """
    from scipy.special import ndtr

    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.where(median > 0, (np.log(limit) - np.log(median)) / spread, np.inf)
    mean = median * np.exp(spread**2 / 2)
    return np.asarray(np.minimum(mean * ndtr(place - spread) + limit * ndtr(-place), limit))


def forecast_bounded(
    sites: pd.DataFrame, *, as_of: dt.date, factor: Factor, until: dt.date | None = None
) -> Bounded:
    """Forecast the area that sites have done by the year's end.

    Parameters
    ----------
    sites
        ``site``, ``kind``, ``unit``, ``planned_area``, ``done`` (square metres), ``started``,
        ``planned_finish``: rows of ``Programme.demolition``, in any order.
    as_of
        Data date.
    factor
        Common factor on the paces after the data date.
    until
        The day that is forecast; 31 December unless another is given.
    """
    table = sites.sort_values("site", ignore_index=True)
    day, close = pd.Timestamp(as_of), until or year_end(as_of)
    horizon = float((close - as_of).days)
    planned = table["planned_area"].fillna(0.0).to_numpy(dtype=float)
    done = table["done"].fillna(0.0).to_numpy(dtype=float)
    left = np.maximum(planned - done, 0.0)
    begun = (pd.to_datetime(table["started"]) - day).dt.days.to_numpy(dtype=float)
    first = float((pd.Timestamp(as_of.year, 1, 1) - day).days)
    # what has no start but something done was at work all year; what has neither waits to begin
    waits = np.isnan(begun) & (done <= 0)
    begun = np.where(np.isnan(begun), np.where(done > 0, first, 1.0), np.maximum(begun, first))
    days = np.clip(1.0 - begun, 0.0, None)
    at_work = float((planned * days).sum())
    usual = float(np.maximum(done, 0.0).sum()) / at_work if at_work else 0.0
    own = (np.maximum(done, 0.0) + usual * planned * _MONTH) / (days + _MONTH)
    to_plan = np.maximum(
        (pd.to_datetime(table["planned_finish"]) - day).dt.days.to_numpy(dtype=float), _MONTH
    )
    pace = np.where(np.isnan(to_plan), own, np.sqrt(own * left / to_plan))
    median = pace * np.where(
        waits, _worked(horizon, begun, waits, first), np.clip(horizon - np.maximum(begun, 0.0), 0.0, None)
    )
    return Bounded(
        sites=table[["site", "kind", "unit"]].assign(
            planned=planned,
            done=done,
            left=left,
            median=median,
            unplanned=planned <= 0,
            exceeded=(planned > 0) & (done > planned),
        ),
        factor=factor,
    )


def _worked(horizon: float, begun: np.ndarray, waits: np.ndarray, first: float) -> float:
    """Return the days that a site which waits is expected to work, beginning at the rate at which sites began."""
    began = ~waits & (begun > first)
    waited = float((begun - first)[began].sum()) + (1.0 - first) * float(waits.sum())
    rate = (float(began.sum()) + 1.0) / (waited + _FIRST_WAIT)
    return horizon - (1.0 - math.exp(-rate * horizon)) / rate


def _variance(sites: pd.DataFrame) -> float:
    """Return what the sites' own spreads and the method's add to the variance of the log of their sum."""
    adds = np.fmin(sites["median"].to_numpy(), sites["left"].to_numpy())
    whole = float(adds.sum())
    own = SITE_SPREAD**2 * float((adds**2).sum()) / whole**2 if whole > 0 else 0.0
    return own + METHOD_SPREAD**2
