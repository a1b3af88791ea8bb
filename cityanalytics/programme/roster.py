"""What last time's workbooks said of each project, item of work and site: what the next ones begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.programme.counting import Books
from cityanalytics.programme.snapshot import last_known, take_snapshot

if TYPE_CHECKING:
    from cityanalytics.programme.known import Tables

#: How the base units of quantities are written in a workbook.
MEASURES = {"count": "个", "metres": "米", "square metres": "平方米"}


def roster(tables: Tables, *, year: int) -> dict[str, pd.DataFrame]:
    """Return what is known of the programme's projects, works and sites, to fill the next workbooks with.

    Parameters
    ----------
    tables
        The canonical tables by name.
    year
        The year of the next workbooks. In a new year what has ended is left out, and so are the plans of the old one.

    Returns
    -------
    dict
        ``projects``, ``status``, ``works``, ``demolition``: a row a project (item, site) with its ``unit``; amounts
        in yuan, areas in square metres, dates as datetime64; ``funds``, a row a project and source, where any unit has
        reported funds. Empty where nothing was received.
    """
    if tables["projects"].empty:
        return {}
    as_of = tables["projects"]["data_date"].max().date()
    programme = take_snapshot(tables, as_of=as_of, known_on=last_known(tables))
    same_year = as_of.year == year
    projects = programme.traced
    sites = programme.demolition
    if not same_year:
        projects = projects[projects["stage"] != "completed"]
        sites = sites[sites["done"] < sites["planned_area"].fillna(float("inf"))]
    works = programme.traced_works
    works = works[works["project"].isin(projects["project"])]
    works = works.assign(measure=works["measure"].map(MEASURES))
    found = {
        "projects": _planned(projects, tables) if same_year else projects.drop(columns=["plan_original"]),
        "status": projects,
        "works": works if same_year else works.drop(columns=["planned"]),
        "demolition": sites,
    }
    if not (funds := tables["funds"]).empty:
        rows = Books.of(funds).latest().rows(funds)
        rows = rows.drop(columns="unit").merge(projects[["project", "unit"]], on="project")
        found["funds"] = rows if same_year else rows.drop(columns=["planned"])
    return found


def _planned(projects: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Add the adjusted plan with its day to the projects whose plan in force is an adjusted one."""
    adjusted = tables["plans"]
    adjusted = adjusted[adjusted["version"] == "adjusted"].drop_duplicates("amount_cell", keep="last")
    found = projects.join(
        adjusted.set_index("amount_cell")[["amount", "effective"]].set_axis(
            ["plan_adjusted", "adjusted_on"], axis=1
        ),
        on="plan_cell",
    )
    return found.assign(adjusted_on=pd.to_datetime(found["adjusted_on"]))
