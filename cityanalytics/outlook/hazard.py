"""The steps of projects as rates a day: to start and to complete, around their planned dates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.programme.progress import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt

_WEEK = 7
#: Pieces of the days at risk end so many days after the planned date; one more piece has no planned date.
EDGES = np.array([-90.0, -30.0, 0.0, 30.0, 90.0])
STRATA = len(EDGES) + 2
#: Draws that one step's rates take: one a piece, and one common to all.
DRAWS = STRATA + 1
#: Degrees of freedom of the change after the data date: most years change little, some much.
FREEDOM = 4
#: Logs of the common factor that its posterior is computed on.
_GRID = np.linspace(-3.5, 3.5, 141)


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What other programmes' steps are like.

    Parameters
    ----------
    rates
        Usual rate a day by piece (float64).
    common
        Standard deviation of the log of a programme's own factor on all pieces.
    own
        Shape of the gamma distribution of a piece's own factor, of mean 1: the larger, the more alike.
    drift, later, spread, horizon
        Log of the factor on the rates after the data date: its mean is ``drift + later x share of the year left``, its
        variance ``spread + horizon x share of the year left``.
    """

    rates: np.ndarray
    common: float
    own: float
    drift: float
    later: float
    spread: float
    horizon: float


@cache
def prior(step: str) -> Prior:
    """Return what ``benchmarks/backtest_counts.py`` learnt of a step (``start`` or ``finish``)."""
    with files(__package__).joinpath("steps.csv").open(encoding="utf-8") as stream:
        table = pd.read_csv(stream)
    values: dict[str, float] = dict(table[table["step"] == step][["name", "value"]].itertuples(index=False))
    rates = np.array([values.pop(f"rate_{piece}") for piece in range(STRATA)])
    return Prior(rates=rates, **values)


@dataclass(frozen=True, kw_only=True)
class Hazard:
    """A step's rate a day by piece, learnt from the programme's own steps and drawn towards other programmes'.

    The rate of a piece is ``usual x common x own``: one factor common to the pieces (lognormal) and one of each
    (gamma), so that what is seen of one piece tells something of the others. Given the common factor the steps seen are
    negative binomial and the rates gamma (Gelman et al. 2013, Bayesian Data Analysis, 2.6 and 5); the common factor's
    posterior is computed on a grid.

    Parameters
    ----------
    steps, days
        Steps seen, and days at risk (float64, one a piece).
    prior
        What is known beforehand.
    """

    steps: np.ndarray
    days: np.ndarray
    prior: Prior

    @cached_property
    def _posterior(self) -> np.ndarray:
        """Cumulative probability of the common factor on the grid."""
        own, usual = self.prior.own, self.prior.rates * np.exp(_GRID)[:, None]
        logs = (self.steps * np.log(usual) - (own + self.steps) * np.log(own + usual * self.days)).sum(axis=1)
        logs -= (_GRID / self.prior.common) ** 2 / 2
        mass = np.exp(logs - logs.max())
        return np.asarray(np.cumsum(mass) / mass.sum())

    @property
    def mean(self) -> np.ndarray:
        """Mean rate a day by piece."""
        own, usual = self.prior.own, self.prior.rates * np.exp(_GRID)[:, None]
        rates = usual * (own + self.steps) / (own + usual * self.days)
        return np.asarray(np.diff(self._posterior, prepend=0.0) @ rates)

    def at(self, levels: np.ndarray) -> np.ndarray:
        """Return quantiles of the rates (nodes x pieces) at levels of probability (nodes x `DRAWS`)."""
        from scipy.special import gammaincinv

        common = np.interp(levels[:, -1], self._posterior, _GRID)[:, None]
        own, usual = self.prior.own, self.prior.rates * np.exp(common)
        return np.asarray(usual * gammaincinv(own + self.steps, levels[:, :-1]) / (own + usual * self.days))

    def after(self, levels: np.ndarray, *, share_left: float) -> np.ndarray:
        """Return quantiles of the rates after the data date, when the programme may go faster or slower than before.

        Parameters
        ----------
        levels
            Levels of probability (nodes x (`DRAWS` + 1)).
        share_left
            Share of the year that is forecast.
        """
        from scipy.special import stdtrit

        scale = math.sqrt(self.prior.spread + self.prior.horizon * share_left)
        mean = self.prior.drift + self.prior.later * share_left
        return np.asarray(self.at(levels[:, :-1]) * np.exp(mean + scale * stdtrit(FREEDOM, levels[:, -1:])))

    @classmethod
    def learn(
        cls, begin: np.ndarray, end: np.ndarray, due: np.ndarray, stepped: np.ndarray, prior: Prior
    ) -> Hazard:
        """Learn from days at risk.

        Parameters
        ----------
        begin, end
            First day at risk and the day after the last (float64 days; none where not before `end`).
        due
            Planned day of the step; NaN where there is none.
        stepped
            Whether the step was made on the last day at risk.
        prior
            What is known beforehand.

        Examples
        --------
        Two steps 30 days after the planned day:

        >>> day = np.array([0.0, 0.0])
        >>> due, stepped = np.array([20.0, 20.0]), np.array([True, True])
        >>> found = Hazard.learn(day, day + 50, due, stepped, prior("finish"))
        >>> found.steps.tolist(), found.days.tolist()
        ([0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0], [0.0, 0.0, 40.0, 60.0, 0.0, 0.0, 0.0])
        """
        length = np.maximum(end - begin, 0.0)
        at_risk = np.array([part.sum() for part in _pieces(due - begin, length)])
        stepped = stepped & (length > 0)
        piece = np.where(np.isnan(due), STRATA - 1, np.searchsorted(EDGES, end - due))
        seen = np.bincount(piece[stepped], minlength=STRATA).astype(float)
        return cls(steps=seen, days=at_risk, prior=prior)


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
        prior("start"),
    )


def finish_hazard(table: pd.DataFrame) -> Hazard:
    """Return the hazard of completing; at risk from the start, or from 1 January where it is older or unknown."""
    started = table[~table["waiting"]]
    begin = started["started"].fillna(started["start_due"]).fillna(-np.inf).clip(upper=0.0)
    done = ~started["moving"]
    end = started["finished"].fillna(started["finish_due"].clip(upper=0.0)).fillna(0.0).where(done, 0.0)
    return Hazard.learn(
        np.maximum(begin.to_numpy(), started["new_year"].to_numpy()),
        end.to_numpy() + 1.0,
        due_day(started),
        done.to_numpy(),
        prior("finish"),
    )


def due_day(started: pd.DataFrame) -> np.ndarray:
    """Return when projects that have started are due: one that started late keeps its planned duration."""
    later = started["started"] + started["duration"]
    return np.asarray(np.fmax(started["finish_due"].to_numpy(), later.to_numpy()))


def starts_by_week(waiting: pd.DataFrame, rates: np.ndarray, left: float) -> tuple[np.ndarray, np.ndarray]:
    """Return when those who wait will start.

    Parameters
    ----------
    waiting
        Rows of :func:`dated`.
    rates
        Rate a day (nodes x pieces).
    left
        Days that are left.

    Returns
    -------
    tuple of numpy.ndarray
        Middle of each week (days after the data date), and the probability of a start in it (nodes x projects x weeks).
    """
    edges = week_edges(left)
    due = np.repeat(waiting["start_due"].to_numpy()[:, None], len(edges), axis=1)
    waited = survival(rates, due, np.broadcast_to(edges, due.shape))
    return (edges[:-1] + edges[1:]) / 2, -np.diff(waited, axis=2)


def survival(rates: np.ndarray, due: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Return the probability of no step in `length` days, the step planned in `due` days (nodes x their shape)."""
    return np.asarray(np.exp(-hazard_of(rates, due, length)))


def hazard_of(rates: np.ndarray, due: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Return the hazard of `length` days, the step planned in `due` days (nodes x their shape)."""
    return np.asarray(np.tensordot(rates, np.stack(_pieces(due, length)), axes=1))


def week_edges(left: float) -> np.ndarray:
    """Return the ends of the weeks that are left, in days after the data date, beginning with 0; the last is `left`."""
    return np.append(np.arange(0.0, left, _WEEK), left)


def _pieces(due: np.ndarray, length: np.ndarray) -> list[np.ndarray]:
    """Return how many of `length` days lie in each piece, the step planned in `due` days (one array a piece)."""
    ends = [np.clip(np.where(np.isnan(due), 0.0, due + edge), 0.0, length) for edge in EDGES]
    ends = [np.zeros_like(length), *ends, np.where(np.isnan(due), 0.0, length)]
    return [*np.diff(ends, axis=0), np.where(np.isnan(due), length, 0.0)]
