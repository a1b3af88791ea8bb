"""What each project is expected to add by a day, from its dates, its plan and its own pace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.calendar import year_end
from cityanalytics.outlook.hazard import dated, start_hazard, starts_by_week
from cityanalytics.outlook.scurve import curve_at

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

#: What the programme's performance weighs beside a project's own, as a share of the project's plan.
_WEIGHT = 0.1
#: The least share of a curve that is taken to fall into the year, so that a plan is not blown up.
_LEAST = 0.05
#: A project past its planned finish is taken to be so far along its curve.
_NEARLY = 0.9
_SHORTEST = 30.0  # days: a shorter planned duration is a slip of the pen


@dataclass(frozen=True, kw_only=True)
class ToCome:
    """What projects add after the data date, before it is reconciled with the city: a curve each, one value a project.

    Parameters
    ----------
    waiting, moving
        Whether a project waits to begin, or is under way (bool); a completed one adds nothing.
    start, length
        First day of the curve (days after the data date, negative before it) and its length, of one under way.
    duration
        Days that one which waits will take once begun.
    planned_end
        Days from the data date to the end of the curve, at least one; of one that waits, as planned.
    whole
        What the whole curve comes to as planned (yuan).
    performance
        Factor on it, from what was done so far.
    usual
        The programme's own performance.
    daily
        Pace so far of one under way without plan and total (yuan a day), else 0.
    due, rates
        Planned day of the start (days after the data date; NaN where none is stated), and the rate of starting a day in
        each piece of the days around it (:mod:`hazard`).
    weeks, begins
        Middle of each week (days after the data date), and the probability of a start in it (projects x weeks; 0 where
        none is waited for).
    cap
        Total investment less what is done (yuan; infinite where no total is stated).
    total
        Total investment (yuan; NaN where none is stated).
    untotalled, undated, overspent, negative
        Whether a project states no total investment, lacks a planned date, has more done than its total, or has less
        than nothing done (bool).
    """

    waiting: np.ndarray
    moving: np.ndarray
    start: np.ndarray
    length: np.ndarray
    duration: np.ndarray
    planned_end: np.ndarray
    whole: np.ndarray
    performance: np.ndarray
    usual: float
    daily: np.ndarray
    due: np.ndarray
    rates: np.ndarray
    weeks: np.ndarray
    begins: np.ndarray
    cap: np.ndarray
    total: np.ndarray
    untotalled: np.ndarray
    undated: np.ndarray
    overspent: np.ndarray
    negative: np.ndarray

    def at(self, ahead: np.ndarray) -> np.ndarray:
        """Return what each project has added by days after the data date.

        Parameters
        ----------
        ahead
            Days (float64): one row for all projects, or a row a project.

        Returns
        -------
        numpy.ndarray
            Yuan, projects x days, rising with the days, at most `cap`.
        """
        ahead = np.broadcast_to(np.atleast_2d(ahead), (len(self.whole), np.shape(ahead)[-1]))
        now = curve_at((0.0 - self.start) / self.length)[:, None]
        shape = curve_at((ahead - self.start[:, None]) / self.length[:, None]) - now
        amounts = np.where(self.moving[:, None], self.whole[:, None] * shape, 0.0)
        waits = self.waiting
        share = np.zeros((int(waits.sum()), ahead.shape[1]))
        for week, chance in zip(self.weeks, self.begins[waits].T, strict=True):
            share += chance[:, None] * curve_at((ahead[waits] - week) / self.duration[waits, None])
        amounts[waits] = self.whole[waits, None] * share
        amounts *= self.performance[:, None]
        amounts = np.where(self.daily[:, None] > 0, self.daily[:, None] * ahead, amounts)
        return np.asarray(np.minimum(amounts, self.cap[:, None]))

    def begun(self, worked: np.ndarray) -> np.ndarray:
        """Return what those that wait have added after days of work since they began (yuan; waits x days)."""
        own = self.waiting
        amounts = (self.whole * self.performance)[own, None] * curve_at(worked / self.duration[own, None])
        return np.asarray(np.minimum(amounts, self.cap[own, None]))


def expect(projects: pd.DataFrame, *, as_of: dt.date) -> ToCome:
    """Expect what each project adds.

    A project under way follows its S-curve from its real start, finishing as long after as was planned, times its
    performance: done over what its curve had planned by now, drawn towards the programme's. One that waits starts as
    the hazard of starting says (:mod:`hazard`) and keeps its duration. A completed one adds nothing.

    Parameters
    ----------
    projects
        Rows of ``Programme.projects``.
    as_of
        Data date.
    """
    plan, total, done = (
        projects[name].to_numpy(dtype=float) for name in ("plan", "total_investment", "done")
    )
    done, plan = np.nan_to_num(done), np.nan_to_num(plan)
    untotalled = ~(total > 0)
    cap = np.where(untotalled, np.inf, np.maximum(np.nan_to_num(total) - done, 0.0))
    year = dated(projects, as_of, ordered=False)
    first = float(year["new_year"].iloc[0]) if len(year) else 0.0
    close = float((year_end(as_of) - as_of).days)
    undated = year[["start_due", "finish_due"]].isna().any(axis=1).to_numpy()
    start_due = year["start_due"].fillna(first).to_numpy()
    # without a planned finish the year's plan is spread to the year's end
    duration = np.maximum(year["finish_due"].fillna(close).to_numpy() - start_due, _SHORTEST)
    waiting, moving = year["waiting"].to_numpy(), year["moving"].to_numpy()

    def at(day: np.ndarray | float, start: np.ndarray, length: np.ndarray) -> np.ndarray:
        return curve_at((day - start) / length)

    planned = at(close, start_due, duration) - at(first - 1.0, start_due, duration)
    whole = np.where(plan > 0, plan / np.maximum(planned, _LEAST), np.nan_to_num(total))
    whole = np.where(untotalled, whole, np.minimum(whole, total))

    start = year["started"].fillna(year["start_due"].clip(upper=0.0)).fillna(first).to_numpy()
    length = np.maximum(start_due + duration - start, duration)
    length = np.where(start + length <= 0.0, -start / _NEARLY, length)
    so_far = whole * (at(0.0, start, length) - at(first - 1.0, start, length))
    started = ~waiting
    usual = done[started].clip(min=0.0).sum() / so_far[started].sum() if so_far[started].sum() > 0 else 1.0
    weight = _WEIGHT * np.minimum(plan, whole)
    with np.errstate(invalid="ignore", divide="ignore"):
        own = (np.maximum(done, 0.0) + weight * usual) / (so_far + weight)
    performance = np.where(waiting | ~np.isfinite(own), usual, own)
    # without plan and total there is the pace so far alone
    bare = moving & (whole <= 0)
    rates = start_hazard(year).mean
    weeks, begins = _starts(year, rates, waiting=waiting, left=close)
    planned_end = np.where(waiting, np.maximum(start_due + duration, duration), start + length)
    return ToCome(
        waiting=waiting,
        moving=moving,
        start=start,
        length=length,
        duration=duration,
        planned_end=np.maximum(planned_end, 1.0),
        whole=whole,
        performance=performance,
        usual=float(usual),
        daily=np.where(bare, np.maximum(done, 0.0) / (1.0 - first), 0.0),
        due=year["start_due"].to_numpy(dtype=float),
        rates=rates,
        weeks=weeks,
        begins=begins,
        cap=cap,
        total=total,
        untotalled=untotalled,
        undated=undated,
        overspent=~untotalled & (done > total),
        negative=done < 0,
    )


def _starts(
    year: pd.DataFrame, rates: np.ndarray, *, waiting: np.ndarray, left: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle of each week that is left, and each project's probability of a start in it."""
    rows = year[waiting]
    if not len(rows) or not left:
        return np.zeros(0), np.zeros((len(year), 0))
    weeks, begun = starts_by_week(rows, rates[None, :], left)
    begins = np.zeros((len(year), len(weeks)))
    begins[waiting] = begun[0]
    return weeks, begins
