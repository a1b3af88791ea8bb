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
    """What projects add after the data date, before it is reconciled with the city.

    Parameters
    ----------
    amounts
        Expected addition by each day (yuan; projects x days), rising, at most `cap`.
    cap
        Total investment less what is done (yuan; infinite where no total is stated).
    untotalled, undated, overspent, negative
        Whether a project states no total investment, lacks a planned date, has more done than its total, or has less
        than nothing done (bool, one a project).
    """

    amounts: np.ndarray
    cap: np.ndarray
    untotalled: np.ndarray
    undated: np.ndarray
    overspent: np.ndarray
    negative: np.ndarray


def expect(projects: pd.DataFrame, *, as_of: dt.date, ahead: np.ndarray) -> ToCome:
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
    ahead
        Days after the data date (float64, rising).
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
    shape = at(ahead[None, :], start[:, None], length[:, None]) - at(0.0, start, length)[:, None]
    amounts = np.where(moving[:, None], whole[:, None] * shape, 0.0)
    amounts[waiting] = whole[waiting, None] * _late_starts(
        year, waiting=waiting, duration=duration, ahead=ahead
    )
    amounts *= performance[:, None]
    # without plan and total there is the pace so far alone
    bare = moving & (whole <= 0)
    amounts[bare] = np.maximum(done[bare], 0.0)[:, None] * ahead[None, :] / (1.0 - first)
    return ToCome(
        amounts=np.minimum(amounts, cap[:, None]),
        cap=cap,
        untotalled=untotalled,
        undated=undated,
        overspent=~untotalled & (done > total),
        negative=done < 0,
    )


def _late_starts(
    year: pd.DataFrame, *, waiting: np.ndarray, duration: np.ndarray, ahead: np.ndarray
) -> np.ndarray:
    """Return the expected share of its curve that each waiting project has done by each day ahead."""
    rows = year[waiting]
    if not len(rows) or not len(ahead):
        return np.zeros((len(rows), len(ahead)))
    hazard = start_hazard(year).mean[None, :]
    weeks, begun = starts_by_week(rows, hazard, float(ahead[-1]))
    share = np.zeros((len(rows), len(ahead)))
    for week, chance in zip(weeks, begun[0].T, strict=True):
        share += chance[:, None] * curve_at((ahead[None, :] - week) / duration[waiting, None])
    return share
