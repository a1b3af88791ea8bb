"""Counts of projects: not started, under way, completed by the year's end; always as many as there are.

Each step, to start and to complete, has a rate a day, learnt from the programme's own steps of the year: steps seen
over days at risk, piece by piece of the days around the planned date (piecewise exponential; Friedman 1982), since
what is long overdue is stuck and what is nearly due is nearly done. Few steps are seen early in the year, so the rates
are drawn towards those of other programmes (:class:`cityanalytics.outlook.hazard.Hazard`), and after the data date
they may change, the more the longer the year that is left. The count given the rates is the sum of unequal coin tosses
(Poisson-binomial), convolved exactly.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.calendar import year_end
from cityanalytics.outlook.hazard import (
    DRAWS,
    dated,
    due_day,
    finish_hazard,
    start_hazard,
    starts_by_week,
    survival,
)
from cityanalytics.outlook.spread import even_nodes

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

NODES = 128
DAYS = 365


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
    all_start
        Probability that every project has started by the year's end: 1 only where none waits, 0 only where no day
        is left.
    undated
        Projects not completed that have no planned date for their next step.
    """

    now: Stages
    starts: np.ndarray
    completions: np.ndarray
    all_start: float
    undated: int

    def path(self, level: float) -> Stages:
        """Return the stages in the scenario that both steps exceed with probability ``1 - level``."""
        started = self.now.started + quantile(self.starts, level)
        completed = self.now.completed + quantile(self.completions, level)
        total = self.now.started + self.now.not_started
        return Stages(not_started=total - started, under_way=started - completed, completed=completed)

    @property
    def expected_started(self) -> float:
        """Mean count of projects started by the year's end."""
        return self.now.started + float(self.starts @ np.arange(len(self.starts)))

    @property
    def expected_completed(self) -> float:
        """Mean count of projects completed by the year's end."""
        return self.now.completed + float(self.completions @ np.arange(len(self.completions)))


@cache
def backtest() -> pd.DataFrame:
    """Return what ``benchmarks/backtest_counts.py`` measured: a row a kind of bureau, month and measure."""
    import pandas as pd

    with files(__package__).joinpath("counts.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream)


def forecast_counts(projects: pd.DataFrame, *, as_of: dt.date, until: dt.date | None = None) -> Counts:
    """Forecast the stages of a programme's projects.

    Parameters
    ----------
    projects
        ``stage``, ``planned_start``, ``planned_finish``, ``actual_start``, ``actual_finish``: rows of
        ``Programme.projects``, in any order. A project of unknown stage counts as not started.
    as_of
        Data date.
    until
        The day that is forecast; 31 December unless another is given.
    """
    table = dated(projects, as_of)
    left = float(((until or year_end(as_of)) - as_of).days)
    starts, completions = step_chances(table, left=left)
    waiting, moving = table[table["waiting"]], table[table["moving"]]
    return Counts(
        now=Stages(
            not_started=len(waiting),
            under_way=len(moving),
            completed=len(table) - len(waiting) - len(moving),
        ),
        starts=poisson_binomial(starts),
        completions=poisson_binomial(completions),
        all_start=_all(starts) if left > 0 else float(waiting.empty),
        undated=int(waiting["start_due"].isna().sum() + moving["finish_due"].isna().sum()),
    )


def rates_by_node(table: pd.DataFrame, *, left: float) -> tuple[np.ndarray, np.ndarray]:
    """Return rates a day of starting and of completing after the data date (nodes x pieces), each node as likely.

    Parameters
    ----------
    table
        As :func:`cityanalytics.outlook.hazard.dated` gives it.
    left
        Days that are left.
    """
    levels = even_nodes(NODES, 2 * (DRAWS + 1))
    return (
        start_hazard(table).after(levels[:, : DRAWS + 1], share_left=left / DAYS),
        finish_hazard(table).after(levels[:, DRAWS + 1 :], share_left=left / DAYS),
    )


def step_chances(table: pd.DataFrame, *, left: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the chances of a start and of a completion in the days that are left, given each node's rates.

    Parameters
    ----------
    table
        As :func:`cityanalytics.outlook.hazard.dated` gives it.
    left
        Days that are left.

    Returns
    -------
    tuple of numpy.ndarray
        Nodes x projects that wait; nodes x projects not completed.
    """
    start, finish = rates_by_node(table, left=left)
    waiting, moving = table[table["waiting"]], table[table["moving"]]
    weeks, begun = starts_by_week(waiting, start, left)
    # one that starts late keeps its planned duration
    due = np.fmax(waiting["finish_due"].to_numpy()[:, None], weeks + waiting["duration"].to_numpy()[:, None])
    late = 1.0 - survival(finish, due - weeks, np.broadcast_to(left - weeks, due.shape))
    finished = np.clip((begun * late).sum(axis=2), 0.0, 1.0)
    ends = 1.0 - survival(finish, due_day(moving), np.broadcast_to(left, len(moving)).astype(float))
    return begun.sum(axis=2), np.concatenate([ends, finished], axis=1)


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


def _all(chances: np.ndarray) -> float:
    """Return the chance that all events happen (nodes x events), inside 0 and 1 where there are any."""
    if not chances.shape[1]:
        return 1.0
    chance = float(chances.prod(axis=1).mean())
    return min(max(chance, sys.float_info.min), 1.0 - sys.float_info.epsilon)


def quantile(mass: np.ndarray, level: float) -> int:
    """Return the smallest count whose cumulative probability reaches `level`."""
    return min(int(np.searchsorted(np.cumsum(mass), level - 1e-12)), len(mass) - 1)
