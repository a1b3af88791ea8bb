"""Dual tracking (双重调度): money against physical progress, and the schedule that both have earned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.calendar import days, year_end
from cityanalytics.dispatch.earned import earned_schedule
from cityanalytics.programme.progress import UNDER_WAY

if TYPE_CHECKING:
    import datetime as dt

#: Money and work that differ by more than so much of the year's plan are told.
APART = 0.1


def dual_tracking(projects: pd.DataFrame, *, apart: float = APART) -> pd.DataFrame:
    """Return money against physical progress, project by project.

    Parameters
    ----------
    projects
        Rows of ``Programme.projects``.
    apart
        What they may differ by (fraction).

    Returns
    -------
    pandas.DataFrame
        One row a project whose progress is reported, furthest apart first: ``project``, ``unit``, ``category``,
        ``money`` (share of the year's plan), ``work`` (physical progress), ``difference`` (money less work; all
        fractions) and ``rule``: ``money ahead``, ``work ahead`` or ``together``.
    """
    known = projects["share"].notna() & projects["physical_progress"].notna()
    rows = projects.loc[known, ["project", "unit", "category"]].assign(
        money=projects["share"], work=projects["physical_progress"]
    )
    difference = rows["money"] - rows["work"]
    rule = np.select([difference > apart, difference < -apart], ["money ahead", "work ahead"], "together")
    found = rows.assign(difference=difference, rule=pd.Series(rule, index=rows.index, dtype="str"))
    order = difference.abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)


def stood_still(projects: pd.DataFrame, status: pd.DataFrame, *, reports: int) -> pd.DataFrame:
    """Return projects under way whose physical progress fell, or is the same in several reports in a row.

    Parameters
    ----------
    projects
        Rows of ``Programme.projects``.
    status
        Canonical statuses up to the data date, in the order of receipt; of a data date the last that was received
        counts, and only what was reported while work was under way.
    reports
        In so many reports in a row, two at least, it has to be the same, and work not whole.

    Returns
    -------
    pandas.DataFrame
        ``project``, ``unit``, ``category``, ``was`` (before it fell, or where it stands), ``work`` (in the last report;
        both physical progress, fractions), ``reports`` (how many in a row have not been above the one before, with the
        one that they are held against), ``since`` (data date of that one) and ``rule``: ``fell`` (in the last report)
        or ``stood still``; the largest fall first, then the longest stand.
    """
    told = status[status["stage"].isin(UNDER_WAY) & status["physical_progress"].notna()]
    told = told.drop_duplicates(["project", "data_date"], keep="last").sort_values(
        ["project", "data_date"], kind="stable", ignore_index=True
    )
    project, work = told["project"], told["physical_progress"]
    before = work.groupby(project).shift()
    # a run ends where it rose last; what is compared with nothing begins one
    run = (~(work <= before)).cumsum()
    rows = told.assign(
        was=before,
        reports=told.groupby(run)["project"].transform("size"),
        since=told.groupby(run)["data_date"].transform("first"),
    )
    last = rows.drop_duplicates("project", keep="last").set_index("project")
    now = projects.loc[projects["stage"].isin(UNDER_WAY), ["project", "unit", "category"]]
    found = now.join(last[["was", "physical_progress", "reports", "since"]], on="project", how="inner")
    found = found.rename(columns={"physical_progress": "work"})
    fell = found["work"] < found["was"]
    rule = pd.Series(np.where(fell, "fell", "stood still"), index=found.index, dtype="str")
    stands = (found["reports"] >= reports) & (found["work"] < 1)  # what is whole cannot rise
    found = found.assign(rule=rule, by=found["work"] - found["was"])[fell | stands]
    return found.sort_values(
        ["by", "reports"], ascending=[True, False], kind="stable", ignore_index=True
    ).drop(columns="by")


def schedule_earned(projects: pd.DataFrame, key: str, *, as_of: dt.date) -> pd.DataFrame:
    """Return earned schedule and SPI(t) by unit or category.

    The plan of each project is spread evenly over its planned days of the year (over all of them where it has no
    dates), its earned value is the plan times its physical progress (its share of the plan where none is reported),
    and a period is a day.

    Parameters
    ----------
    projects
        Rows of ``Programme.projects``.
    key
        ``"unit"`` or ``"category"``.
    as_of
        Data date.

    Returns
    -------
    pandas.DataFrame
        One row a group, furthest behind first: `key`, ``planned`` (value to the data date), ``earned`` (both yuan),
        ``earned_days``, ``days_gone``, ``spi_t`` (missing where nothing is planned).
    """
    year = days(as_of.replace(month=1, day=1), year_end(as_of))
    first = pd.Timestamp(year[0])
    begin = (projects["planned_start"] - first).dt.days.fillna(0).clip(0, len(year) - 1).to_numpy()
    end = (projects["planned_finish"] - first).dt.days.fillna(len(year) - 1).clip(0, len(year) - 1).to_numpy()
    length = np.maximum(end - begin + 1, 1)
    plan = projects["plan"].fillna(0.0).clip(lower=0.0).to_numpy()
    progress = projects["physical_progress"].fillna(projects["share"]).fillna(0.0).clip(0.0, 1.0).to_numpy()
    names, group = np.unique(projects[key].fillna("").to_numpy(dtype=str), return_inverse=True)
    at = np.arange(1, len(year) + 1)
    value = plan[:, None] * np.clip((at[None, :] - begin[:, None]) / length[:, None], 0.0, 1.0)
    planned = np.zeros((len(names), len(year)))
    np.add.at(planned, group, value)
    earned = np.bincount(group, weights=plan * progress, minlength=len(names))
    gone = as_of.timetuple().tm_yday
    periods = earned_schedule(planned, earned)
    table = pd.DataFrame(
        {
            key: names,
            "planned": planned[:, gone - 1],
            "earned": earned,
            "earned_days": periods,
            "days_gone": gone,
            "spi_t": periods / gone,
        }
    )
    return table.sort_values(["spi_t", key], ignore_index=True)
