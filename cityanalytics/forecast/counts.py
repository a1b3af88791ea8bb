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
import pandas as pd

from cityanalytics.calendar import year_end
from cityanalytics.forecast.spread import Factor, even_nodes
from cityanalytics.programme.progress import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt

NODES = 128
_WEEK = 7
#: Scale of the log of what planned dates may miss of all hazards together; set so that simulated years are covered.
METHOD_SPREAD = 0.4
#: Pieces of the days at risk end so many days after the planned date; one more piece has no planned date.
_EDGES = np.array([-30.0, 0.0, 30.0, 90.0])
_STRATA = len(_EDGES) + 2
#: Assumed of a project in each piece until its programme shows otherwise: one step in so many days at risk.
_ASSUMED_DAYS = np.array([1000.0, 60.0, 45.0, 90.0, 180.0, 180.0])


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


@dataclass(frozen=True, kw_only=True)
class Hazard:
    """A step's hazard a day by stratum, as Beta distributions.

    Parameters
    ----------
    steps, idle
        Parameters of the Beta distribution: steps, and days at risk without one (float64, one a stratum).
    """

    steps: np.ndarray
    idle: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """Mean hazard a day by stratum."""
        return np.asarray(self.steps / (self.steps + self.idle))

    def at(self, levels: np.ndarray) -> np.ndarray:
        """Return quantiles of the hazards (nodes x strata)."""
        from scipy.special import betaincinv

        return np.asarray(betaincinv(self.steps, self.idle, levels))

    @classmethod
    def learn(cls, begin: np.ndarray, end: np.ndarray, due: np.ndarray, stepped: np.ndarray) -> Hazard:
        """Learn from days at risk.

        Parameters
        ----------
        begin, end
            First day at risk and the day after the last (float64 days; none where not before `end`).
        due
            Planned day of the step; NaN where there is none.
        stepped
            Whether the step was made on the last day at risk.

        Examples
        --------
        Two steps 30 days after the planned day; what is assumed weighs as one step more in each piece.

        >>> day = np.array([0.0, 0.0])
        >>> found = Hazard.learn(day, day + 50, np.array([20.0, 20.0]), np.array([True, True]))
        >>> found.steps.tolist(), (found.steps + found.idle).tolist()
        ([1.0, 1.0, 3.0, 1.0, 1.0, 1.0], [1000.0, 100.0, 105.0, 90.0, 180.0, 180.0])
        """
        length = np.maximum(end - begin, 0.0)
        at_risk = np.array([part.sum() for part in _pieces(due - begin, length)])
        stepped = stepped & (length > 0)
        piece = np.where(np.isnan(due), _STRATA - 1, np.searchsorted(_EDGES, end - due))
        seen = np.bincount(piece[stepped], minlength=_STRATA).astype(float)
        return cls(steps=seen + 1.0, idle=np.maximum(at_risk - seen, 0.0) + _ASSUMED_DAYS - 1.0)


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
    levels = even_nodes(NODES, 2 * _STRATA + 1)
    multiple = factor.widened(METHOD_SPREAD**2).at(levels[:, -1])[:, None]
    start, finish = (
        1.0 - (1.0 - hazard.at(levels[:, part])) ** multiple
        for hazard, part in (
            (start_hazard(table), slice(0, _STRATA)),
            (_finish_hazard(table), slice(_STRATA, 2 * _STRATA)),
        )
    )
    waiting, moving = table[table["waiting"]], table[table["moving"]]
    weeks, begun = starts_by_week(waiting, start, left)
    # one that starts late keeps its planned duration
    due = np.fmax(waiting["finish_due"].to_numpy()[:, None], weeks + waiting["duration"].to_numpy()[:, None])
    late = 1.0 - _survival(finish, due - weeks, np.broadcast_to(left - weeks, due.shape))
    finished = np.clip((begun * late).sum(axis=2), 0.0, 1.0)
    ends = 1.0 - _survival(
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


def dated(projects: pd.DataFrame, as_of: dt.date, *, ordered: bool = True) -> pd.DataFrame:
    """Return the projects' steps as days after the data date (float64; negative before it, NaN unknown).

    Returns
    -------
    pandas.DataFrame
        ``waiting``, ``moving`` (bool), ``started``, ``finished``, ``start_due``, ``finish_due``, ``duration``
        (planned, at least a day), ``new_year``.
    """
    day = pd.Timestamp(as_of)
    names = {
        "started": "actual_start",
        "finished": "actual_finish",
        "start_due": "planned_start",
        "finish_due": "planned_finish",
    }
    table = pd.DataFrame({name: (projects[source] - day).dt.days for name, source in names.items()})
    moving = projects["stage"].isin(UNDER_WAY)
    waiting = ~moving & (projects["stage"] != "completed")
    # what a later workbook says of later days is not known on the data date
    known = table[["started", "finished"]].where(table[["started", "finished"]] <= 0)
    duration = (table["finish_due"] - table["start_due"]).clip(lower=1.0)
    new_year = float((pd.Timestamp(as_of.year, 1, 1) - day).days)
    columns = table.assign(**known, waiting=waiting, moving=moving, duration=duration, new_year=new_year)
    order = ["waiting", "moving", "start_due", "finish_due", "started", "finished"]
    return columns.sort_values(order, ignore_index=True) if ordered else columns


def start_hazard(table: pd.DataFrame) -> Hazard:
    """Return the hazard of starting; who has started on an unknown day tells nothing."""
    known = table[table["waiting"] | table["started"].notna()]
    end = known["started"].where(~known["waiting"]) + 1.0
    return Hazard.learn(
        known["new_year"].to_numpy(),
        end.fillna(1.0).to_numpy(),
        known["start_due"].to_numpy(),
        ~known["waiting"].to_numpy(),
    )


def _finish_hazard(table: pd.DataFrame) -> Hazard:
    """Return the hazard of completing; at risk from the start, or from 1 January where it is older or unknown."""
    started = table[~table["waiting"]]
    begin = started["started"].fillna(started["start_due"]).fillna(-np.inf).clip(upper=0.0)
    done = ~started["moving"]
    end = started["finished"].fillna(started["finish_due"].clip(upper=0.0)).fillna(0.0).where(done, 0.0)
    return Hazard.learn(
        np.maximum(begin.to_numpy(), started["new_year"].to_numpy()),
        end.to_numpy() + 1.0,
        started["finish_due"].to_numpy(),
        done.to_numpy(),
    )


def starts_by_week(waiting: pd.DataFrame, hazards: np.ndarray, left: float) -> tuple[np.ndarray, np.ndarray]:
    """Return when those who wait will start.

    Parameters
    ----------
    waiting
        Rows of :func:`dated`.
    hazards
        Hazard a day (nodes x strata).
    left
        Days that are left.

    Returns
    -------
    tuple of numpy.ndarray
        Middle of each week (days after the data date), and the probability of a start in it (nodes x projects x weeks).
    """
    edges = np.append(np.arange(0.0, left, _WEEK), left)
    due = np.repeat(waiting["start_due"].to_numpy()[:, None], len(edges), axis=1)
    waited = _survival(hazards, due, np.broadcast_to(edges, due.shape))
    return (edges[:-1] + edges[1:]) / 2, -np.diff(waited, axis=2)


def _survival(hazards: np.ndarray, due: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Return the probability of no step in `length` days, the step planned in `due` days (nodes x their shape)."""
    with np.errstate(divide="ignore"):
        rates = np.log1p(-hazards).clip(min=-1e6)
    pieces = np.stack(_pieces(due, length))
    return np.exp(np.tensordot(rates, pieces, axes=1))


def _pieces(due: np.ndarray, length: np.ndarray) -> list[np.ndarray]:
    """Return how many of `length` days lie in each piece, the step planned in `due` days (one array a piece)."""
    ends = [np.clip(np.where(np.isnan(due), 0.0, due + edge), 0.0, length) for edge in _EDGES]
    ends = [np.zeros_like(length), *ends, np.where(np.isnan(due), 0.0, length)]
    return [*np.diff(ends, axis=0), np.where(np.isnan(due), length, 0.0)]


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
