"""How far the programme is: by unit, category and constraint; against elapsed time; as a curve."""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.calendar import days, year_end

if TYPE_CHECKING:
    from cityanalytics.programme.state import ProgrammeState

UNDER_WAY = ("under construction", "suspended")


def ceiling(programme: ProgrammeState) -> float:
    """Return what the year cannot exceed (yuan): all projects' total investment; inf where one states none."""
    projects = programme.traced
    total = projects["total_investment"]
    return math.inf if total.isna().any() else float(np.maximum(total, projects["done"]).sum())


def is_behind(programme: ProgrammeState) -> bool:
    """Tell whether investment lags elapsed-time progress."""
    return programme.done < programme.plan * programme.elapsed


def deciding_day(programme: ProgrammeState) -> dt.date:
    """Return the day on which readers decide: the data date or, where later, that on which the last unit first sent.

    What counts is the unit's first workbook of the quarter: a correction that comes later moves no decision.
    """
    came = programme.received["first_received"].max()
    return programme.as_of if pd.isna(came) else max(programme.as_of, came.date())


def sums_by(programme: ProgrammeState, *keys: str) -> pd.DataFrame:
    """Sum plan and investment by columns of the projects.

    Parameters
    ----------
    programme
        The programme at a date.
    keys
        Columns of ``programme.traced``, such as ``"unit"`` or ``"category"``.

    Returns
    -------
    pandas.DataFrame
        A row a group, furthest behind first: ``projects`` (count), ``plan``, ``done``, ``gap`` (yuan short
        of elapsed-time progress, negative when ahead), ``share`` of plan, ``behind`` (fraction of the plan
        behind elapsed-time progress).
    """
    groups = programme.traced[[*keys, "plan", "done"]].groupby(list(keys), observed=True)
    table = groups.sum()
    table.insert(0, "projects", groups.size())
    table = table.reset_index()
    gap = table["plan"] * programme.elapsed - table["done"]
    share = (table["done"] / table["plan"]).where(table["plan"] > 0)
    table = table.assign(gap=gap, share=share, behind=programme.elapsed - share)
    return table.sort_values(["gap", *keys], ascending=[False, *[True] * len(keys)], ignore_index=True)


def stages(programme: ProgrammeState) -> dict[str, int]:
    """Count projects by stage.

    Returns
    -------
    dict
        ``total``, ``started``, ``not_started``, ``completed``, ``under_way``, ``on_schedule`` (as their units
        say), ``unassessed`` (begun since their units last reported), ``unexplained``: started, not completed,
        and not said to be on schedule by a report that could say so.
    """
    projects = programme.traced
    completed = int((projects["stage"] == "completed").sum())
    under_way = int(projects["stage"].isin(UNDER_WAY).sum())
    on_schedule = int((projects["schedule"] == "on schedule").sum())
    return {
        "total": len(projects),
        "started": completed + under_way,
        "not_started": int((projects["stage"] == "not started").sum()),
        "completed": completed,
        "under_way": under_way,
        "on_schedule": on_schedule,
        "unassessed": int(projects["unassessed"].sum()),
        "unexplained": int(_late(projects).sum()),
    }


def unexplained(programme: ProgrammeState) -> pd.DataFrame:
    """Return the projects that were started, are not completed and are not said to be on schedule."""
    rows = _late(programme.traced)
    return weighed(programme)[rows.to_numpy()].sort_values("gap", ascending=False, ignore_index=True)


def _late(projects: pd.DataFrame) -> pd.Series:
    moving = projects["stage"].isin(UNDER_WAY)
    return moving & (projects["schedule"] != "on schedule") & ~projects["unassessed"]


def below_quota(programme: ProgrammeState) -> pd.DataFrame:
    """Return the projects under way whose share of plan is below elapsed-time progress (没有完成投资额度)."""
    rows = weighed(programme)
    rows = rows[rows["stage"].isin(UNDER_WAY) & (rows["gap"] > 0)]
    return rows.sort_values("gap", ascending=False, ignore_index=True)


def not_started(programme: ProgrammeState) -> pd.DataFrame:
    """Return the projects not started, the largest plan first."""
    rows = weighed(programme)
    return rows[rows["stage"] == "not started"].sort_values("plan", ascending=False, ignore_index=True)


def weighed(programme: ProgrammeState) -> pd.DataFrame:
    """Return the projects with ``gap``: yuan short of elapsed-time progress."""
    projects = programme.traced
    return projects.assign(gap=projects["plan"] * programme.elapsed - projects["done"])


def by_constraint(programme: ProgrammeState) -> pd.DataFrame:
    """Sum the late and the not started projects by the constraint that their units report.

    Returns
    -------
    pandas.DataFrame
        ``constraint`` (missing where none is reported), ``projects`` (count), ``gap`` (yuan), largest gap first.
    """
    return sum_constraints(held_up(programme))


def held_up(programme: ProgrammeState) -> pd.DataFrame:
    """Return the late projects, the largest gap first, then the not started ones, the largest plan first."""
    return pd.concat([unexplained(programme), not_started(programme)], ignore_index=True)


def sum_constraints(held_up: pd.DataFrame) -> pd.DataFrame:
    """Sum the late and the not started projects by constraint, as :func:`by_constraint` does."""
    groups = held_up[["constraint", "gap"]].groupby("constraint", dropna=False, observed=True)
    table = groups.sum()
    table.insert(0, "projects", groups.size())
    table = table.reset_index()
    return table.sort_values("gap", ascending=False, ignore_index=True)


def cumulative(segments: pd.DataFrame, *, value: str, last: dt.date) -> pd.Series:
    """Return the cumulative amount at the end of each day of the year so far.

    Parameters
    ----------
    segments
        Stretches of days with ``start``, ``end`` and `value`.
    value
        The column that is summed.
    last
        Last day of the curve.

    Returns
    -------
    pandas.Series
        Float, in the unit of `value`; index: days from 1 January to `last`.
    """
    first = dt.date(last.year, 1, 1)
    axis = pd.DatetimeIndex(days(first, last))
    start = (segments["start"] - axis[0]).dt.days.to_numpy()
    length = (segments["end"] - segments["start"]).dt.days.to_numpy() + 1
    daily = segments[value].to_numpy() / length
    # each stretch adds its daily amount at its first day and takes it away after its last
    steps = np.zeros(len(axis) + 1)
    for places, amounts in ((start, daily), (start + length, -daily)):
        inside = places <= len(axis)
        np.add.at(steps, places[inside], amounts[inside])
    # sums of shares of days are exact to the fen, not to the last bit
    return pd.Series(np.cumsum(np.cumsum(steps[:-1])).round(2), index=axis, name=value)


def curve(programme: ProgrammeState) -> pd.Series:
    """Return the cumulative investment at the end of each day to the data date (yuan)."""
    return cumulative(programme.segments, value="amount", last=programme.as_of)


def plan_curve(programme: ProgrammeState) -> pd.Series:
    """Return the plan in force spread evenly over the year's days (序时计划, yuan)."""
    axis = pd.DatetimeIndex(days(dt.date(programme.as_of.year, 1, 1), year_end(programme.as_of)))
    return pd.Series(programme.plan * np.arange(1, len(axis) + 1) / len(axis), index=axis, name="plan")


def demolition_by_kind(programme: ProgrammeState) -> pd.DataFrame:
    """Sum the sites by kind.

    Returns
    -------
    pandas.DataFrame
        ``kind``, ``sites`` (count), ``planned``, ``done`` (square metres), largest area done first.
    """
    groups = programme.demolition.groupby("kind", observed=True)
    table = groups.agg(
        sites=("site", "size"), planned=("planned_area", "sum"), done=("done", "sum")
    ).reset_index()
    return table.sort_values("done", ascending=False, ignore_index=True)


def works_by_kind(programme: ProgrammeState) -> pd.DataFrame:
    """Sum the items of physical work by kind.

    Returns
    -------
    pandas.DataFrame
        ``kind``, ``measure``, ``planned``, ``done`` (base units), ``completed`` (done with the item completed),
        ``projects`` (count of projects that bundle them).
    """
    works = programme.traced_works.assign(
        completed=programme.traced_works["done"].where(
            programme.traced_works["completion"] == "completed", 0.0
        )
    )
    groups = works.groupby(["kind", "measure"], observed=True)
    return groups.agg(
        planned=("planned", "sum"),
        done=("done", "sum"),
        completed=("completed", "sum"),
        projects=("project", "nunique"),
    ).reset_index()
