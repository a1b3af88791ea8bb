"""The rows of every table: pure functions from a briefing's values to whole columns in base units, rows in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.briefing.lights import Light
from cityanalytics.programme import progress
from cityanalytics.programme.schedule import latest_dates

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content

#: Schedules that units report, as tables say them.
SCHEDULES = ("on schedule", "behind")


def categories(content: Content) -> pd.DataFrame:
    """Return plan, investment, gap, light and outlook by category, the largest gap first."""
    return _groups(content, "category")


def units(content: Content) -> pd.DataFrame:
    """Return plan, investment, gap, light and outlook by responsible unit, the largest gap first."""
    return _groups(content, "unit")


def _groups(content: Content, by: str) -> pd.DataFrame:
    table = progress.by(content.programme, by)
    ahead = content.outlook.by(by).drop(columns=["plan", "done"])
    table = table.merge(ahead, on=by, how="left")
    rule, behind = content.settings.lights, table["behind"]
    light = np.select(
        [behind > rule.red, behind > rule.yellow, behind.notna()],
        [Light.FAR_BEHIND.value, Light.BEHIND.value, Light.NORMAL.value],
        default="",
    )
    return table.assign(
        planned=table["plan"] > 0,
        against=-behind,
        part=_part(table["gap"]),
        light=pd.Series(light, dtype=object),
    )


def _part(gap: pd.Series) -> pd.Series:
    """Return which part of all gaps each is; missing of what is not behind."""
    behind = gap > 0
    return (gap / gap[behind].sum()).where(behind)


def projects(content: Content) -> pd.DataFrame:
    """Return all projects with their latest dates, the largest gap first."""
    rows = latest_dates(
        progress.weighed(content.programme),
        obligations=content.settings.obligations,
        as_of=content.programme.as_of,
    ).sort_values(["gap", "project"], ascending=[False, True], ignore_index=True)
    started, completed = rows["stage"] != "not started", rows["stage"] == "completed"
    return rows.assign(
        planned=rows["plan"] > 0,
        moving=rows["stage"].isin(progress.UNDER_WAY),
        started=started,
        completed=completed,
        held_up=rows["project"].isin(held_up(content)["project"]),
        schedule=rows["schedule"].where(rows["schedule"].isin(SCHEDULES)),
        actual_start=rows["actual_start"].where(started),
        actual_finish=rows["actual_finish"].where(completed),
    )


def held_up(content: Content) -> pd.DataFrame:
    """Return the late and the not started projects with their latest dates, largest gap first."""
    rows = pd.concat(
        [progress.unexplained(content.programme), progress.not_started(content.programme)], ignore_index=True
    )
    dated = latest_dates(rows, obligations=content.settings.obligations, as_of=content.programme.as_of)
    gone = dated["deadline"] < pd.Timestamp(content.programme.known_on)
    return dated.assign(planned=dated["plan"] > 0, held_up=True, passed=gone).sort_values(
        ["gap", "project"], ascending=[False, True], ignore_index=True
    )


def decisions(content: Content) -> pd.DataFrame:
    """Return the requests of the late and the not started projects, the largest gap first."""
    rows = held_up(content)
    rows = rows[rows["request"].notna()]
    return rows.assign(gone=rows["passed"].where(rows["deadline"].notna()))
