"""Backward scheduling (倒排工期): the latest dates, counted back from 31 December."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.calendar import year_end

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

MUST_END = ("complete", "finish")


def latest_dates(projects: pd.DataFrame, *, obligations: Mapping[str, str], as_of: dt.date) -> pd.DataFrame:
    """Return the latest start and finish of projects that must start or finish in the year.

    Parameters
    ----------
    projects
        Rows of ``Programme.projects``.
    obligations
        Category to ``complete`` or ``finish`` (must end in the year) or ``plan``.
    as_of
        Data date.

    Returns
    -------
    pandas.DataFrame
        `projects` with ``latest_finish`` and ``latest_start`` (datetime64, missing where nothing obliges) and
        ``late`` (bool: the latest start has passed without a start). A project that must end in the year
        finishes by 31 December and starts its planned duration before; one that need only start does so by
        31 December.
    """
    end = pd.Timestamp(year_end(as_of))
    must_end = projects["category"].map(obligations).isin(MUST_END) & (projects["stage"] != "completed")
    waiting = projects["stage"] == "not started"
    duration = projects["planned_finish"] - projects["planned_start"]
    finish = pd.Series(pd.NaT, index=projects.index, dtype="datetime64[ns]").where(~must_end, end)
    start = pd.Series(pd.NaT, index=projects.index, dtype="datetime64[ns]").where(~waiting, end)
    start = start.where(~(waiting & must_end & duration.notna()), end - duration)
    return projects.assign(
        latest_finish=finish, latest_start=start, late=waiting & (start < pd.Timestamp(as_of))
    )
