"""The programme as analysts take it: frames with one row a thing, columns with units, source cells beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.errors import UsageError
from cityanalytics.issues import Message
from cityanalytics.programme import progress
from cityanalytics.programme.reconcile import reconcile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cityanalytics.programme.state import ProgrammeState

#: Columns of the projects, in order, and their units (empty: text or a name).
PROJECTS: Mapping[str, str] = {
    "project": "",
    "unit": "",
    "category": "",
    "town": "",
    "stage": "",
    "plan": "yuan",
    "plan_original": "yuan",
    "done": "yuan",
    "share": "fraction of the plan",
    "behind": "fraction of the plan",
    "gap": "yuan",
    "planned_start": "date",
    "planned_finish": "date",
    "actual_start": "date",
    "actual_finish": "date",
    "total_investment": "yuan",
    "physical_progress": "fraction of the work",
    "constraint": "",
    "request": "",
    "responsible_person": "",
}
SITES: Mapping[str, str] = {
    "site": "",
    "kind": "",
    "unit": "",
    "planned": "square metres",
    "done": "square metres",
    "share": "fraction of the planned area",
    "started": "date",
    "planned_finish": "date",
    "responsible_person": "",
}
WORKS: Mapping[str, str] = {
    "project": "",
    "unit": "",
    "kind": "",
    "measure": "",
    "planned": "of the row's measure",
    "done": "of the row's measure",
    "completion": "",
}
HISTORY: Mapping[str, str] = {"year": "year", "amount": "yuan"}
MONTHLY: Mapping[str, str] = {
    "month": "date",
    "project": "",
    "unit": "",
    "category": "",
    "town": "",
    "amount": "yuan",
}
GROUPS: Mapping[str, str] = {
    "projects": "count",
    "plan": "yuan",
    "done": "yuan",
    "gap": "yuan",
    "share": "fraction of the plan",
    "behind": "fraction of the plan",
}
#: What an analyst may sum the programme by.
KEYS = ("unit", "category", "town", "constraint", "stage")


def with_units(frame: pd.DataFrame, units: Mapping[str, str]) -> pd.DataFrame:
    """Return a frame that says in ``attrs["units"]`` what its columns are measured in."""
    found = frame.copy(deep=False)
    found.attrs["units"] = {name: units.get(str(name), "") for name in frame.columns}
    return found


def projects(programme: ProgrammeState) -> pd.DataFrame:
    """Return one row a project (:attr:`Programme.projects`)."""
    table = progress.weighed(programme)
    table = table.assign(behind=programme.elapsed - table["share"])
    return with_units(table.reindex(columns=list(PROJECTS)).astype({"town": "str"}), PROJECTS)


def projects_cells(programme: ProgrammeState) -> pd.DataFrame:
    """Return the cells that the projects' columns were read from (:attr:`Programme.projects_cells`)."""
    table = programme.traced
    cells = cells_of(table, PROJECTS)
    cells["done"] = _counted(table, programme.segments, key="project", cell="amount_cell")
    return cells[[name for name in PROJECTS if name in cells]]


def sites_cells(programme: ProgrammeState) -> pd.DataFrame:
    """Return the cells that the sites' areas were read from (:attr:`Programme.sites_cells`)."""
    table = programme.demolition
    done = _counted(table, programme.demolition_segments, key="site", cell="area_cell")
    return pd.DataFrame({"planned": table["planned_area_cell"], "done": done})


def _counted(table: pd.DataFrame, segments: pd.DataFrame, *, key: str, cell: str) -> pd.Series:
    """Return for each row of a table the cells of its stretches that count, one after another."""
    counted = segments[segments["done"] != 0]
    listed = counted.groupby(key, observed=True)[cell].agg("; ".join)
    return listed.reindex(table[key]).set_axis(table.index)


def cells_of(table: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return the cells that stand beside some columns of a table, under the columns' names."""
    return pd.DataFrame({name: table[f"{name}_cell"] for name in columns if f"{name}_cell" in table})


def monthly(programme: ProgrammeState, projects: pd.DataFrame) -> pd.DataFrame:
    """Return one row a project and month in which something was done (:attr:`Programme.monthly`)."""
    rows = programme.segments.reset_index(drop=True)
    months = pd.date_range(f"{programme.as_of.year}-01-01", programme.as_of, freq="MS")
    first = months.to_numpy().astype("datetime64[D]")
    last = np.minimum(
        (months + pd.offsets.MonthEnd()).to_numpy().astype("datetime64[D]"), np.datetime64(programme.as_of)
    )
    start, end = (rows[name].to_numpy().astype("datetime64[D]")[:, None] for name in ("start", "end"))
    day = np.timedelta64(1, "D")
    inside = np.maximum((np.minimum(end, last) - np.maximum(start, first)) / day + 1.0, 0.0)
    amounts = inside / ((end - start) / day + 1.0) * rows["amount"].to_numpy()[:, None]
    row, month = np.nonzero(amounts)
    long = pd.DataFrame(
        {"month": months[month], "project": rows["project"].array[row], "amount": amounts[row, month]}
    )
    table = long.groupby(["month", "project"], observed=True, as_index=False)["amount"].sum()
    place = pd.Index(programme.traced["project"]).get_indexer(table["project"])
    own = projects[["unit", "category", "town"]].take(place).set_axis(table.index)
    return with_units(table.assign(**{str(name): own[name] for name in own})[list(MONTHLY)], MONTHLY)


def sites(programme: ProgrammeState) -> pd.DataFrame:
    """Return one row a demolition site (:attr:`Programme.sites`)."""
    table = programme.demolition.rename(columns={"planned_area": "planned"})
    done = table["done"].fillna(0.0)
    share = (done / table["planned"]).where(table["planned"] > 0)
    return with_units(table.assign(done=done, share=share)[list(SITES)], SITES)


#: So many months may share one amount, as January and February often do, for each to have its part of it.
MOST_MONTHS = 3


def history_months(programme: ProgrammeState) -> pd.DataFrame:
    """Return one row a month of an earlier year (:attr:`Programme.history_months`)."""
    rows = programme.traced_months
    first, last = (rows[name].to_numpy().astype("datetime64[D]") for name in ("period_start", "period_end"))
    begun, ended = first.astype("datetime64[M]"), last.astype("datetime64[M]")
    more = (ended - begun).astype(np.int64)
    whole = (begun == first) & ((ended + 1).astype("datetime64[D]") - 1 == last) & (more < MOST_MONTHS)
    within = begun.astype("datetime64[Y]") == ended.astype("datetime64[Y]")
    parts = [(np.flatnonzero(whole & within & (more >= at)), at) for at in range(MOST_MONTHS)]
    row = np.concatenate([places for places, _ in parts])
    month = np.concatenate([begun[places] + at for places, at in parts])
    days = ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(np.int64)
    length = (last - first).astype(np.int64)[row] + 1
    found = pd.DataFrame(
        {
            "year": rows["year"].to_numpy(dtype=np.int64)[row],
            "month": month.astype(np.int64) % 12 + 1,
            "amount": rows["amount"].to_numpy(dtype=float)[row]
            * np.where(length == days, 1.0, days / length),
        }
    )
    return with_units(found.sort_values(["year", "month"], ignore_index=True), HISTORY)


def by(projects: pd.DataFrame, key: str, *, elapsed: float) -> pd.DataFrame:
    """Return plan and investment of each group of projects (:meth:`Programme.by`)."""
    if key not in KEYS:
        raise UsageError(Message.of("no sums by {name}; there are: {names}", name=key, names=", ".join(KEYS)))
    groups = projects.groupby(key, observed=True, dropna=False)
    sums = groups.agg(projects=("project", "size"), plan=("plan", "sum"), done=("done", "sum")).reset_index()
    gap = sums["plan"] * elapsed - sums["done"]
    share = (sums["done"] / sums["plan"]).where(sums["plan"] > 0)
    found = sums.assign(gap=gap, share=share, behind=elapsed - share)
    return with_units(found.sort_values(["gap", key], ascending=[False, True], ignore_index=True), GROUPS)


def reconciliation(programme: ProgrammeState, *, listed: Iterable[str] = ()) -> pd.DataFrame:
    """Return what is stated twice, both values and their difference (:attr:`Programme.reconciliation`)."""
    found, counts = reconcile(programme, listed=listed), progress.stages(programme)
    rows = [
        (
            "projects started; completed or said to be on schedule",
            counts["started"],
            counts["completed"] + counts["on_schedule"],
            "count",
        ),
        (
            "projects under way below their share of the plan; of these not said to be on schedule",
            len(found.below_quota),
            len(found.below_quota) - len(found.contradicted),
            "count",
        ),
        (
            "works of the listed kinds; projects completed",
            found.works_listed,
            found.projects_completed,
            "count",
        ),
        ("annual plan in force; as approved", found.plan, found.plan_original, "yuan"),
        ("totals that workbooks state; of these equal to their rows", len(found.totals), 0, "count"),
    ]
    table = pd.DataFrame(rows, columns=["what", "first", "second", "unit"]).astype(
        {"first": float, "second": float}
    )
    table.insert(3, "difference", table["first"] - table["second"])
    return table
