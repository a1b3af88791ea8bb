"""The steps of projects as hazards a day: to start and to complete, around their planned dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.programme.progress import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt

_WEEK = 7
#: Pieces of the days at risk end so many days after the planned date; one more piece has no planned date.
_EDGES = np.array([-30.0, 0.0, 30.0, 90.0])
STRATA = len(_EDGES) + 2
#: Assumed of a project in each piece until its programme shows otherwise: one step in so many days at risk.
_ASSUMED_DAYS = np.array([1000.0, 60.0, 45.0, 90.0, 180.0, 180.0])


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
        piece = np.where(np.isnan(due), STRATA - 1, np.searchsorted(_EDGES, end - due))
        seen = np.bincount(piece[stepped], minlength=STRATA).astype(float)
        return cls(steps=seen + 1.0, idle=np.maximum(at_risk - seen, 0.0) + _ASSUMED_DAYS - 1.0)


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


def finish_hazard(table: pd.DataFrame) -> Hazard:
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
    waited = survival(hazards, due, np.broadcast_to(edges, due.shape))
    return (edges[:-1] + edges[1:]) / 2, -np.diff(waited, axis=2)


def survival(hazards: np.ndarray, due: np.ndarray, length: np.ndarray) -> np.ndarray:
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
