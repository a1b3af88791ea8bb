"""What only several workbooks together show: double claims, hand-overs, vanished and unexplained names."""

from __future__ import annotations

import difflib
from itertools import pairwise
from typing import TYPE_CHECKING

from cityanalytics.issues import Issue, Message, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd


def cross_check(tables: dict[str, pd.DataFrame]) -> list[Issue]:
    """Hold the workbooks of all units and quarters against each other.

    Parameters
    ----------
    tables
        The canonical tables by name.
    """
    projects, status, works = (_current(tables[name]) for name in ("projects", "status", "works"))
    sites = _current(tables["demolition"]).drop_duplicates(["file", "planned_area_cell"])
    return [
        *_claimed_twice(projects),
        *_done_twice(works),
        *_handed_over(projects, "PROJECT_HANDED_OVER", "project", "project_cell"),
        *_handed_over(sites, "SITE_HANDED_OVER", "site", "planned_area_cell"),
        *_repeated(projects, "PROJECT_REPEATED", "project", "project_cell"),
        *_repeated(status, "STATUS_REPEATED", "project", "stage_cell"),
        *_repeated(sites, "SITE_REPEATED", "site", "planned_area_cell"),
        *_renamed(projects),
        *_without_project(projects, status, "stage_cell"),
        *_without_project(projects, works, "done_cell"),
        *_without_status(projects, status),
        *_withdrawn(projects, _current(tables["investment"])),
    ]


def _current(table: pd.DataFrame) -> pd.DataFrame:
    """Keep what the last file of each unit and quarter says."""
    files = table[["unit", "quarter", "received", "position"]].drop_duplicates()
    files = files.sort_values(["received", "position"])
    return table.merge(files.drop_duplicates(["unit", "quarter"], keep="last"))


def _claimed_twice(projects: pd.DataFrame) -> Iterator[Issue]:
    units = projects.groupby(["quarter", "project"])["unit"].transform("nunique")
    for (_, project), rows in projects[units > 1].groupby(["quarter", "project"]):
        cells = list(rows["project_cell"])
        yield Issue(
            severity=Severity.ERROR,
            code="PROJECT_TWICE",
            where=cells[-1],
            value=str(project),
            understood=Message.of(
                "claimed by {units}; also at {cell}", units=", ".join(rows["unit"]), cell=cells[0]
            ),
            suggestion=Message.of("settle which unit is responsible, and have the other send a correction"),
        )


def _done_twice(works: pd.DataFrame) -> Iterator[Issue]:
    """Say which projects have works from several units in a quarter; a snapshot takes those received last."""
    keys = ["quarter", "project"]
    several = works.groupby(keys)["unit"].transform("nunique") > 1
    ordered = works[several].sort_values(["received", "position"], kind="stable")
    for (_, project), rows in ordered.groupby(keys):
        first, last = (rows.drop_duplicates("unit").iloc[place] for place in (0, -1))
        yield Issue(
            severity=Severity.WARNING,
            code="WORKS_TWICE",
            where=str(last["done_cell"]),
            value=str(project),
            understood=Message.of(
                "works of this project come from {units}; also at {cell}; those of {unit} alone count",
                units=", ".join(rows["unit"].unique()),
                cell=first["done_cell"],
                unit=last["unit"],
            ),
            suggestion=Message.of("have one unit report all works of the project"),
        )


def _handed_over(table: pd.DataFrame, code: str, name: str, cell: str) -> Iterator[Issue]:
    """Say what one unit reports that another reported before; a snapshot counts it once, as reported last."""
    ordered = table.sort_values(["quarter", "received", "position"], kind="stable")
    rows = ordered.drop_duplicates([name, "quarter"], keep="last")
    said = [name, "unit", "quarter", cell]
    for subject, stated in rows[rows.groupby(name)["unit"].transform("nunique") > 1][said].groupby(name):
        for before, now in pairwise(stated[said[1:]].itertuples(index=False, name=None)):
            if before[0] != now[0]:
                yield Issue(
                    severity=Severity.WARNING,
                    code=code,
                    where=str(now[2]),
                    value=str(subject),
                    understood=Message.of(
                        "reported by {unit} until {quarter}, at {cell}; counts once, as {other} now reports it, "
                        "with the amounts of earlier periods",
                        unit=before[0],
                        quarter=before[1],
                        cell=before[2],
                        other=now[0],
                    ),
                    suggestion=Message.of(
                        "confirm that it was handed over; if they are two, tell them apart by name"
                    ),
                )


def _repeated(table: pd.DataFrame, code: str, name: str, cell: str) -> Iterator[Issue]:
    """Say what stands twice; a project of two units in 项目投资完成情况 is said by `_claimed_twice`."""
    by_unit = ["quarter", name, *(["unit"] if code == "PROJECT_REPEATED" else [])]
    for _, rows in table[table.duplicated(by_unit, keep=False)].groupby(by_unit):
        cells = [str(place) for place in rows[cell]]
        for place in cells[1:]:
            yield Issue(
                severity=Severity.ERROR,
                code=code,
                where=place,
                value=str(rows[name].iloc[0]),
                understood=Message.of("named more than once; also at {cell}", cell=cells[0]),
                suggestion=Message.of("keep one row, or tell the two apart by name"),
            )


def _renamed(projects: pd.DataFrame) -> Iterator[Issue]:
    """Say which projects are gone since the quarter before, with the nearest new name; a person confirms."""
    reported = set(zip(projects["quarter"], projects["project"], strict=True))
    for unit, rows in projects.groupby("unit"):
        quarters = sorted(rows["quarter"].unique())
        for before, after in pairwise(quarters):
            then = rows[rows["quarter"] == before]
            now = rows[rows["quarter"] == after]
            new = sorted(set(now["project"]) - set(then["project"]))
            for row in then[~then["project"].isin(set(now["project"]))].itertuples():
                if (after, row.project) in reported:
                    continue  # another unit reports it: `_handed_over` says so
                near = difflib.get_close_matches(str(row.project), new, n=1)
                yield Issue(
                    severity=Severity.WARNING,
                    code="PROJECT_GONE",
                    where=str(row.project_cell),
                    value=str(row.project),
                    understood=Message.of(
                        "not in the workbook of {unit} for {quarter}; nearest new name: {near}",
                        unit=unit,
                        quarter=after,
                        near=near[0] if near else "none",
                    ),
                    suggestion=Message.of("if it was renamed, have it confirmed and add it to aliases.toml"),
                )


def _without_project(projects: pd.DataFrame, table: pd.DataFrame, cell: str) -> Iterator[Issue]:
    known = set(zip(projects["quarter"], projects["project"], strict=True))
    for row in table.itertuples():
        if (row.quarter, row.project) not in known:
            yield Issue(
                severity=Severity.WARNING,
                code="PROJECT_UNKNOWN",
                where=str(getattr(row, cell)),
                value=str(row.project),
                understood=Message.of(
                    "no project of that name has a plan in {quarter}; not counted", quarter=row.quarter
                ),
                suggestion=Message.of("write the name as in 项目投资完成情况, or add it to aliases.toml"),
            )


def _without_status(projects: pd.DataFrame, status: pd.DataFrame) -> Iterator[Issue]:
    known = set(zip(status["quarter"], status["project"], strict=True))
    for row in projects.itertuples():
        if (row.quarter, row.project) not in known:
            yield Issue(
                severity=Severity.WARNING,
                code="STATUS_MISSING",
                where=str(row.project_cell),
                value=str(row.project),
                understood=Message.of("its unit reports no status for {quarter}", quarter=row.quarter),
                suggestion=Message.of("add it to 项目状态"),
            )


def _withdrawn(projects: pd.DataFrame, flows: pd.DataFrame) -> Iterator[Issue]:
    """Say which amounts a unit's next workbook covers with its periods but no longer gives."""
    named = set(zip(projects["unit"], projects["quarter"], projects["project"], strict=True))
    for unit, rows in flows.groupby("unit"):
        for before, after in pairwise(sorted(rows["quarter"].unique())):
            then, now = rows[rows["quarter"] == before], rows[rows["quarter"] == after]
            stated = set(zip(now["project"], now["period_start"], strict=True))
            covered = then[then["period_end"] <= now["period_end"].max()]
            covered = covered[
                (covered["period_start"] >= now["period_start"].min()) & (covered["amount"] != 0)
            ]
            for row in covered.itertuples():
                key = (row.project, row.period_start)
                if key not in stated and (unit, after, row.project) in named:
                    yield Issue(
                        severity=Severity.WARNING,
                        code="AMOUNT_WITHDRAWN",
                        where=str(row.amount_cell),
                        value=f"{row.amount:.0f}",
                        understood=Message.of(
                            "the workbook for {quarter} gives no value; this one still counts", quarter=after
                        ),
                        suggestion=Message.of("write 0 if nothing was done, or the amount"),
                    )
