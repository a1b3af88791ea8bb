"""Counts of projects: not started, under way, completed by the year's end; always as many as there are.

Each step, to start and to complete, is a discrete-time hazard a day (Singer & Willett 1993), estimated from the
programme's own steps of the year: steps seen over days at risk, piece by piece of the days around the planned date
(piecewise exponential; Friedman 1982), since what is long overdue is stuck and what is nearly due is nearly done.
Hazards are uncertain (Beta posterior), all of them share one factor with the city's forecast, and the count given
the hazards is the sum of unequal coin tosses (Poisson-binomial), convolved exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.calendar import year_end
from cityanalytics.forecast.hazard import (
    STRATA,
    dated,
    finish_hazard,
    start_hazard,
    starts_by_week,
    survival,
)
from cityanalytics.forecast.spread import Factor, even_nodes

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

NODES = 128
#: Scale of the log of what planned dates may miss of all hazards together; set so that simulated years are covered.
METHOD_SPREAD = 0.4


@dataclass(frozen=True, kw_only=True)
class Stages:
    """Counts that add up to all projects."""

    not_started: int
    under_way: int
    completed: int

    @property
    def started(self) -> int:
        """Started so far, completed or not."""
        return self.under_way + self.completed


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The stages of all projects at the year's end.

    Parameters
    ----------
    now
        The stages on the data date.
    starts, completions
        Probability of 0, 1, 2 ... further starts and completions (float64, one longer than what may step).
    undated
        Projects not completed that have no planned date for their next step.
    """

    now: Stages
    starts: np.ndarray
    completions: np.ndarray
    undated: int

    def path(self, level: float) -> Stages:
        """Return the stages in the scenario that both steps exceed with probability ``1 - level``."""
        started = self.now.started + _quantile(self.starts, level)
        completed = self.now.completed + _quantile(self.completions, level)
        total = self.now.started + self.now.not_started
        return Stages(not_started=total - started, under_way=started - completed, completed=completed)

    @property
    def all_start(self) -> float:
        """Probability that every project has started by the year's end."""
        return float(self.starts[-1])

    @property
    def expected_started(self) -> float:
        """Mean count of projects started by the year's end."""
        return self.now.started + float(self.starts @ np.arange(len(self.starts)))

    @property
    def expected_completed(self) -> float:
        """Mean count of projects completed by the year's end."""
        return self.now.completed + float(self.completions @ np.arange(len(self.completions)))


def forecast_counts(
    projects: pd.DataFrame, *, as_of: dt.date, factor: Factor, until: dt.date | None = None
) -> Counts:
    """Forecast the stages of a programme's projects.

    Parameters
    ----------
    projects
        ``stage``, ``planned_start``, ``planned_finish``, ``actual_start``, ``actual_finish``: rows of
        ``Programme.projects``, in any order. A project of unknown stage counts as not started.
    as_of
        Data date.
    factor
        Common factor on the hazards after the data date.
    until
        The day that is forecast; 31 December unless another is given.
    """
    table = dated(projects, as_of)
    left = float(((until or year_end(as_of)) - as_of).days)
    levels = even_nodes(NODES, 2 * STRATA + 1)
    multiple = factor.widened(METHOD_SPREAD**2).at(levels[:, -1])[:, None]
    start, finish = (
        1.0 - (1.0 - hazard.at(levels[:, part])) ** multiple
        for hazard, part in (
            (start_hazard(table), slice(0, STRATA)),
            (finish_hazard(table), slice(STRATA, 2 * STRATA)),
        )
    )
    waiting, moving = table[table["waiting"]], table[table["moving"]]
    weeks, begun = starts_by_week(waiting, start, left)
    # one that starts late keeps its planned duration
    due = np.fmax(waiting["finish_due"].to_numpy()[:, None], weeks + waiting["duration"].to_numpy()[:, None])
    late = 1.0 - survival(finish, due - weeks, np.broadcast_to(left - weeks, due.shape))
    finished = np.clip((begun * late).sum(axis=2), 0.0, 1.0)
    ends = 1.0 - survival(
        finish, moving["finish_due"].to_numpy(), np.broadcast_to(left, len(moving)).astype(float)
    )
    return Counts(
        now=Stages(
            not_started=len(waiting),
            under_way=len(moving),
            completed=len(table) - len(waiting) - len(moving),
        ),
        starts=poisson_binomial(begun.sum(axis=2)),
        completions=poisson_binomial(np.concatenate([ends, finished], axis=1)),
        undated=int(waiting["start_due"].isna().sum() + moving["finish_due"].isna().sum()),
    )


def poisson_binomial(chances: np.ndarray) -> np.ndarray:
    """Return the distribution of how many of independent events happen, averaged over nodes.

    Polynomials ``(1 - p) + p x`` are multiplied pair by pair (Hong 2013, Computational Statistics & Data
    Analysis 59, on computing the Poisson-binomial distribution exactly by Fourier transforms).

    Parameters
    ----------
    chances
        Probabilities (nodes x events).

    Returns
    -------
    numpy.ndarray
        Float64, one longer than there are events; sums to 1.

    Examples
    --------
    >>> poisson_binomial(np.array([[0.5, 0.5, 0.5]])).round(3).tolist()
    [0.125, 0.375, 0.375, 0.125]
    """
    nodes, events = chances.shape
    chances = np.clip(chances, 0.0, 1.0)
    factors = np.stack([1.0 - chances, chances], axis=2)
    if not events:
        return np.ones(1)
    while factors.shape[1] > 1:
        if factors.shape[1] % 2:
            one = np.zeros((nodes, 1, factors.shape[2]))
            one[:, :, 0] = 1.0
            factors = np.concatenate([factors, one], axis=1)
        size = 2 * factors.shape[2] - 1
        spectrum = np.fft.rfft(factors, size, axis=2)
        factors = np.fft.irfft(spectrum[:, ::2] * spectrum[:, 1::2], size, axis=2)
    mass = np.clip(factors[:, 0, : events + 1].mean(axis=0), 0.0, None)
    return np.asarray(mass / mass.sum())


def _quantile(mass: np.ndarray, level: float) -> int:
    """Return the smallest count whose cumulative probability reaches `level`."""
    return min(int(np.searchsorted(np.cumsum(mass), level - 1e-12)), len(mass) - 1)
