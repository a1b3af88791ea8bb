"""The programme at a data date, as known on a day: the only thing that analyses take.

Two times are kept apart. *As of* is the day that figures describe; *known on* is the day by which
the workbooks had been received. Rows received later are not seen at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.calendar import elapsed_share, quarter_of, year_end
from cityanalytics.errors import InsufficientDataError
from cityanalytics.issues import Message
from cityanalytics.programme.restated import restatements
from cityanalytics.programme.segments import segments as segments_of

if TYPE_CHECKING:
    import datetime as dt

Tables = Mapping[str, pd.DataFrame]

#: What a unit last said of a project; each has a ``…_cell`` beside it.
SAID = ("schedule", "physical_progress", "constraint", "difficulty", "request", "deadline")


@dataclass(frozen=True, kw_only=True)
class Programme:
    """The year's programme, frozen at two times.

    Parameters
    ----------
    as_of, known_on
        The day that figures describe; the day by which they had been received.
    traced
        One row a project, cells beside: unit, category, persons, planned and actual dates, ``total_investment``,
        ``plan`` (in force on `as_of`), ``plan_original``, ``done`` (yuan, to date), ``share`` of the plan,
        ``stage``, what its unit last said, ``unassessed`` (bool: begun since its unit last reported, so that no
        word says how it goes), and the cells.
    segments
        Investment as disjoint stretches of days: project, its unit, file, category, ``start``, ``end``, ``amount``
        (yuan), ``amount_cell``. An amount counts evenly over its days.
    demolition
        One row a site: kind, unit, planned and done area (square metres), cells.
    demolition_segments
        As `segments`, with ``area``.
    works
        One row an item of physical work, as last reported on or before `as_of`.
    history
        One row an earlier year: ``year``, ``amount`` (yuan), ``amount_cell``.
    received
        One row a unit: quarter, data date, day of receipt and file of what is used, and ``first_received``, the
        day on which the unit's first workbook of that quarter came.
    revisions, demolition_revisions
        Periods whose amount (area) was stated again with another value, as of `restatements`.
    issues
        Doubts of the files that are used.
    """

    as_of: dt.date
    known_on: dt.date
    traced: pd.DataFrame
    segments: pd.DataFrame
    demolition: pd.DataFrame
    demolition_segments: pd.DataFrame
    works: pd.DataFrame
    history: pd.DataFrame
    received: pd.DataFrame
    revisions: pd.DataFrame
    demolition_revisions: pd.DataFrame
    issues: pd.DataFrame

    @property
    def quarter(self) -> str:
        """The quarter that the data date lies in."""
        return quarter_of(self.as_of)

    @property
    def elapsed(self) -> float:
        """Elapsed-time progress, a fraction of the year."""
        return elapsed_share(self.as_of)

    @property
    def plan(self) -> float:
        """Annual plan in force on the data date (yuan)."""
        return float(self.traced["plan"].sum())

    @property
    def done(self) -> float:
        """Investment from 1 January to the data date (yuan)."""
        return float(self.traced["done"].sum())

    @property
    def days_left(self) -> int:
        """Calendar days after the data date to 31 December."""
        return (year_end(self.as_of) - self.as_of).days


def take_snapshot(tables: Tables, *, as_of: dt.date, known_on: dt.date) -> Programme:
    """Choose from all that was received what is known on a day about a date.

    A unit's latest workbook of the latest quarter not after `as_of` gives its projects, plans and
    statuses; investment and demolition by period take the statement received last. A project that another
    unit reports since is that unit's, once: its plan and words are the newest workbook's, the periods stated
    before remain.

    Parameters
    ----------
    tables
        The canonical tables by name.
    as_of
        The day that figures describe.
    known_on
        The day by which they had been received.

    Raises
    ------
    InsufficientDataError
        Nothing had been received by `known_on` for the year of `as_of`, or nothing describes `as_of`.
    """
    known = {name: _known(table, known_on) for name, table in tables.items() if "received" in table}
    current = {
        name: _latest(
            table[(table["quarter"] <= quarter_of(as_of)) & (table["data_date"].dt.year == as_of.year)]
        )
        for name, table in known.items()
    }
    stated = known["investment"]
    stated = stated[stated["period_start"].dt.year == as_of.year]
    flows = _current(stated)
    if current["projects"].empty or flows.empty or pd.Timestamp(as_of) > flows["period_end"].max():
        last = "" if flows.empty else flows["period_end"].max().date()
        raise InsufficientDataError(
            Message.of(
                "nothing received by {known_on} describes {as_of}; the last day described is {last}",
                known_on=known_on,
                as_of=as_of,
                last=last or "none",
            )
        )
    measured = known["demolition"]
    measured = measured[measured["period_start"].dt.year == as_of.year]
    demolished = segments_of(_current(measured), key="site", value="area", as_of=as_of)
    projects = _of_last_unit(current["projects"], "project")
    segments = segments_of(flows, key="project", value="amount", as_of=as_of)
    segments = segments.drop(columns="unit").merge(projects[["project", "unit", "category"]], on="project")
    said = known["status"]
    said = _latest(said[said["data_date"] <= pd.Timestamp(as_of)])
    used = {file for name in ("projects", "status", "demolition", "works") for file in current[name]["file"]}
    used |= {*segments["file"], *demolished["file"]}
    return Programme(
        as_of=as_of,
        known_on=known_on,
        traced=_projects(
            projects,
            plans=_plans(_of_last_unit(current["plans"], "project"), as_of),
            segments=segments,
            status=_of_last_unit(current["status"], "project"),
            said=_of_last_unit(said, "project"),
            as_of=as_of,
        ),
        segments=segments,
        demolition=_sites(_of_last_unit(current["demolition"], "site"), demolished),
        demolition_segments=demolished,
        works=_works(known["works"], projects, as_of),
        history=_history(known["history"], as_of),
        received=_received(known["projects"], current["projects"]),
        revisions=restatements(
            stated.merge(known["projects"][["file", "project", "note"]], on=["file", "project"], how="left"),
            key="project",
            value="amount",
            as_of=as_of,
        ),
        demolition_revisions=restatements(measured, key="site", value="area", as_of=as_of),
        issues=tables["issues"][tables["issues"]["file"].isin(used)].reset_index(drop=True),
    )


def last_known(tables: Tables) -> dt.date:
    """Return the day on which the last workbook was received."""
    last: dt.date = max(
        table["received"].max() for table in tables.values() if "received" in table and len(table)
    ).date()
    return last


def _known(table: pd.DataFrame, known_on: dt.date) -> pd.DataFrame:
    return table[table["received"] <= pd.Timestamp(known_on)]


def _current(table: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of the file received last for each unit and quarter."""
    order = table[["unit", "quarter", "received", "position"]].drop_duplicates()
    order = order.sort_values(["received", "position"])
    return table.merge(order.drop_duplicates(["unit", "quarter"], keep="last"))


def _latest(table: pd.DataFrame) -> pd.DataFrame:
    """Keep, of the current files of each unit, those of its last quarter."""
    current = _current(table)
    return current[current["quarter"] == current.groupby("unit", observed=True)["quarter"].transform("max")]


def _of_last_unit(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """Keep of each project (site) the rows of one unit, the one whose workbook is the newest: it took over."""
    ordered = table.sort_values(["quarter", "received", "position"])
    return table[table["unit"].eq(ordered.groupby(key, observed=True)["unit"].transform("last"))]


def _plans(plans: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    """Return the original plan and the plan in force on the data date, a row a project."""
    in_force = plans[plans["effective"] <= pd.Timestamp(as_of)].sort_values("effective")
    original = in_force[in_force["version"] == "original"].drop_duplicates("project", keep="last")
    last = in_force.drop_duplicates("project", keep="last")
    return (
        original.set_index("project")[["amount", "amount_cell"]]
        .rename(columns={"amount": "plan_original", "amount_cell": "plan_original_cell"})
        .join(
            last.set_index("project")[["amount", "amount_cell"]].set_axis(["plan", "plan_cell"], axis=1),
            how="outer",
        )
    )


def _projects(
    projects: pd.DataFrame,
    *,
    plans: pd.DataFrame,
    segments: pd.DataFrame,
    status: pd.DataFrame,
    said: pd.DataFrame,
    as_of: dt.date,
) -> pd.DataFrame:
    done = segments.groupby("project", observed=True)["done"].sum()
    dates = [
        "stage",
        "stage_cell",
        "actual_start",
        "actual_start_cell",
        "actual_finish",
        "actual_finish_cell",
    ]
    last = status.set_index("project")[[*dates, "data_date"]].rename(columns={"data_date": "status_date"})
    cells = [f"{name}_cell" for name in SAID]
    table = (
        projects.set_index("project")
        .drop(columns=["data_date", "received", "position", "file"])
        .join(plans)
        .join(done)
        .join(last)
        .join(said.set_index("project")[[*SAID, *cells, "stage"]].rename(columns={"stage": "said_stage"}))
    )
    day = pd.Timestamp(as_of)
    started, finished = table["actual_start"] <= day, table["actual_finish"] <= day
    # a status of a later day: its dates hold, its words do not yet
    words = table["stage"].where(table["status_date"] <= day)
    completed = finished | (words == "completed")
    moving = started | words.isin(["under construction", "suspended"])
    stage = words.where(words == "suspended", "under construction").where(moving, "not started")
    stage = stage.where(~completed, "completed").where(table["stage"].notna())
    under_way = stage.isin(["under construction", "suspended"])
    done_amount = table["done"].fillna(0.0)
    return (
        table.assign(
            done=done_amount,
            plan=table["plan"].fillna(0.0),
            share=(done_amount / table["plan"]).where(table["plan"] > 0),
            stage=stage,
            schedule=table["schedule"].where(under_way),
            unassessed=under_way & (table["said_stage"].isna() | (table["said_stage"] == "not started")),
        )
        .drop(columns="said_stage")
        .reset_index()
    )


def _sites(sites: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    done = segments.groupby("site", observed=True)["done"].sum()
    table = sites.drop_duplicates("site").drop(columns=["period_start", "period_end", "area", "area_cell"])
    return table.set_index("site").join(done).reset_index()


def _works(works: pd.DataFrame, projects: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    latest = _of_last_unit(_latest(works[works["data_date"] <= pd.Timestamp(as_of)]), "project")
    return latest[latest["project"].isin(projects["project"])].reset_index(drop=True)


def _received(known: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    columns = ["unit", "quarter", "data_date", "received", "file"]
    first = known.groupby(["unit", "quarter"])["received"].min().rename("first_received")
    used = projects[columns].drop_duplicates("unit").join(first, on=["unit", "quarter"])
    return used.sort_values("unit", ignore_index=True)


def _history(history: pd.DataFrame, as_of: dt.date) -> pd.DataFrame:
    earlier = _latest(history[history["year"] < as_of.year])
    return earlier[["year", "amount", "amount_cell"]].sort_values("year", ignore_index=True)
