"""Lights with memory: each project's light at the end of every month so far, by the rules of a pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.calendar import elapsed_share

if TYPE_CHECKING:
    from collections.abc import Collection

    from cityanalytics.dispatch.rulepack import RulePack
    from cityanalytics.programme.snapshot import Programme

GREEN, YELLOW, RED = "green", "yellow", "red"


def month_ends(programme: Programme) -> pd.DatetimeIndex:
    """Return the ends of the year's months before the data date, and the data date."""
    as_of = pd.Timestamp(programme.as_of)
    ends = pd.date_range(f"{as_of.year}-01-01", as_of, freq="ME")
    return pd.DatetimeIndex(ends.union([as_of]))


def lights_by_month(programme: Programme, pack: RulePack, *, excused: Collection[str] = ()) -> pd.DataFrame:
    """Return the light of each project at the end of each month.

    Money by month counts as it is known now, against the plan in force on the data date. A project that is finished
    by a month's end is green, one whose planned start lies ahead has no light; one that should have started and has not
    goes by the number of month-ends in a row, unless it is excused.

    Parameters
    ----------
    programme
        The programme at a data date.
    pack
        The rules.
    excused
        Projects whose reason somebody has stated: a late start sets no light.

    Returns
    -------
    pandas.DataFrame
        ``green``, ``yellow``, ``red`` or missing; a row a project in the order of ``Programme.projects``, a column
        a day (datetime64).
    """
    projects, days = programme.projects, month_ends(programme)
    monthly = programme.monthly.pivot_table(index="project", columns="month", values="amount", aggfunc="sum")
    own = monthly.reindex(index=projects["project"], columns=days.to_period("M").to_timestamp()).fillna(0.0)
    done = own.to_numpy().cumsum(axis=1)
    due = np.array([elapsed_share(day.date()) for day in days])
    plan = projects["plan"].where(projects["plan"] > 0).to_numpy()
    behind = due - done / plan[:, None]
    if pack.by == "share":
        behind = behind / due
    at = days.to_numpy()[None, :]
    started, finished, planned = (
        projects[name].to_numpy()[:, None] <= at
        for name in ("actual_start", "actual_finish", "planned_start")
    )
    started |= done > 0
    waits = planned & ~started
    # how many month-ends in a row: waiting ends once and for all when a project starts
    waited = np.where(waits, waits.cumsum(axis=1), 0)
    yellow = behind >= pack.yellow if pack.yellow_included else behind > pack.yellow
    levels = np.select(
        [
            finished,
            waits & projects["project"].isin(list(excused)).to_numpy()[:, None],
            waits & (waited >= pack.start_months),
            waits,
            ~started | np.isnan(behind),
            behind > pack.red + 1e-12,
            yellow,
        ],
        [GREEN, "", RED, YELLOW, "", RED, YELLOW],
        GREEN,
    )
    found = pd.DataFrame(levels, index=projects.index, columns=days).astype(object)
    return found.where(found != "", None)


def run_of(lights: pd.DataFrame) -> pd.Series:
    """Return for how many months in a row, up to the last, a project has been yellow or red (int64)."""
    bad = lights.isin([YELLOW, RED]).to_numpy()[:, ::-1]
    return pd.Series(np.minimum.accumulate(bad, axis=1).sum(axis=1), index=lights.index, dtype="int64")
