"""Backward scheduling (倒排工期): latest start and milestones, counted back from the deadline by typical durations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.calendar import year_end
from cityanalytics.dispatch.durations import typical_durations
from cityanalytics.dispatch.workdays import SiteDays

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from cityanalytics.calendar import WorkCalendar

MUST_END = ("complete", "finish")
#: Parts of the work that are dated.
MILESTONES = (0.25, 0.5, 0.75, 1.0)
#: No project is counted back further.
MOST_YEARS = 8


def owed(projects: pd.DataFrame, *, obligations: Mapping[str, str], as_of: dt.date) -> pd.DataFrame:
    """Return what each project owes by the year's end.

    Parameters
    ----------
    projects
        Rows of ``Programme.projects``.
    obligations
        Category to ``complete``, ``finish`` or ``plan``.
    as_of
        Data date.

    Returns
    -------
    pandas.DataFrame
        ``obligation``: that of the category; ``plan`` where the project is approved to finish after the year;
        ``approved`` where nothing is set for the category and it is approved to finish within the year. ``ends`` and
        ``starts`` (bool): still has to end, still has to start.
    """
    end = pd.Timestamp(year_end(as_of))
    later = projects["planned_finish"] > end
    own = pd.Series(np.where(projects["planned_finish"] <= end, "approved", "plan"), index=projects.index)
    obligation = (
        projects["category"].map(dict(obligations)).astype(object).where(lambda held: held.notna(), own)
    )
    obligation = obligation.where(~later, "plan")
    open_ = projects["stage"] != "completed"
    return pd.DataFrame(
        {
            "obligation": obligation.astype("str"),
            "ends": open_ & obligation.isin((*MUST_END, "approved")),
            "starts": projects["stage"] == "not started",
        }
    )


def count_back(
    projects: pd.DataFrame,
    owes: pd.DataFrame,
    *,
    as_of: dt.date,
    calendar: WorkCalendar,
    winter_stop: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Return the latest dates of each project.

    What is left of the work takes its part of a typical duration; spending what is left of the year's plan takes the
    part of it that the plan is of the total investment. A project that must end needs the longer of both, another the
    second alone: so no latest start stands after the day on which the year's plan could still be spent.

    Parameters
    ----------
    projects
        Rows of ``Programme.projects``.
    owes
        What :func:`owed` gives.
    as_of
        Data date.
    calendar, winter_stop
        Days on which sites work.

    Returns
    -------
    pandas.DataFrame
        ``deadline`` (31 December), ``days_left`` (days worked after the data date), ``typical``, ``quick``, ``slow``,
        ``basis``, ``cases`` as of :func:`typical_durations`, ``needed`` (days worked at typical speed),
        ``latest_start`` (of those not started), ``latest_25`` to ``latest_100`` (the day by which so much of the work
        has to be done; missing where it is, or nothing has to end), ``float_days`` (days left less those needed, whole
        ones), ``impossible`` (bool: more are needed than are left), ``possible`` (the part of the work that the
        quickest quarter of such projects would have done by the deadline).
    """
    last = year_end(as_of)
    first = pd.Timestamp(last.year - MOST_YEARS, 1, 1).date()
    until = pd.Timestamp(last.year + MOST_YEARS, 12, 31).date()
    site = SiteDays.of(first, until, calendar=calendar, winter_stop=winter_stop)
    deadline = pd.Series(pd.Timestamp(last), index=projects.index)
    tomorrow = pd.Series(pd.Timestamp(as_of) + pd.Timedelta(days=1), index=projects.index)
    days_left = site.between(tomorrow, deadline).where(tomorrow <= deadline, 0.0)
    finished = projects["stage"] == "completed"
    took = site.between(projects["actual_start"], projects["actual_finish"]).where(finished)
    approved = site.between(projects["planned_start"], projects["planned_finish"])
    typical = typical_durations(projects, took=took, approved=approved.where(approved > 0))

    done = projects["physical_progress"].fillna(projects["share"]).fillna(0.0).clip(0.0, 1.0)
    done = done.where(~finished, 1.0).where(~owes["starts"], 0.0)
    left = (projects["plan"] - projects["done"]).clip(lower=0.0).fillna(0.0)
    whole = projects["total_investment"].where(projects["total_investment"] > 0, projects["plan"])
    spending = (left / whole.where(whole > 0)).fillna(0.0).clip(upper=1.0)
    work = (1.0 - done).where(owes["ends"], 0.0)
    needed = typical["typical"] * work.where(work > spending, spending).where(~finished, 0.0)
    quick = typical["quick"].where(typical["quick"] > 0)
    found = typical.assign(
        deadline=deadline,
        days_left=days_left,
        needed=needed,
        latest_start=site.latest(needed, deadline).where(owes["starts"]),
        float_days=np.floor(days_left - needed + 1e-9),
        impossible=needed > days_left,
        possible=(done + days_left / quick).clip(upper=1.0).where(~finished, 1.0),
    )
    for part in MILESTONES:
        behind = owes["ends"] & (done < part)
        found[f"latest_{part * 100:.0f}"] = site.latest(typical["typical"] * (1.0 - part), deadline).where(
            behind
        )
    return found
