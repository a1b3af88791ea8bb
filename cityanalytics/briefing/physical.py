"""Figures of projects, works, demolition, and categories that have a figure of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.quantity import DONE, MEASURES, PLAN, Figure, cells_of, share_of
from cityanalytics.programme import progress
from cityanalytics.programme.reconcile import listed_works

if TYPE_CHECKING:
    from cityanalytics.programme.reconcile import Reconciliation
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.settings import Settings


WORKS, AREA, PLANNED_AREA = "works!done", "demolition!area", "demolition!planned_area"


def project_figures(programme: Programme, reconciliation: Reconciliation) -> list[Figure]:
    """Return counts, plan, investment and share of the projects by stage."""
    projects = programme.traced
    on_schedule = projects["schedule"] == "on schedule"
    under_way = projects["stage"].isin(progress.UNDER_WAY)
    unassessed = projects["unassessed"]
    started = under_way | (projects["stage"] == "completed")
    groups = {
        "projects_total": (projects, "projects!project"),
        "projects_started": (projects[started], "status!actual_start"),
        "projects_completed": (projects[projects["stage"] == "completed"], "status!stage"),
        "projects_under_way": (projects[under_way], "status!stage"),
        "projects_on_schedule": (projects[on_schedule], "status!schedule"),
        "projects_not_started": (projects[projects["stage"] == "not started"], "status!stage"),
        "unexplained_projects": (projects[under_way & ~on_schedule & ~unassessed], "status!schedule"),
    }
    if unassessed.any():
        groups["unassessed_projects"] = (projects[unassessed], "status!actual_start")
    found = []
    for key, (rows, source) in groups.items():
        plan, done = float(rows["plan"].sum()), float(rows["done"].sum())
        share = share_of(done, plan)
        segments = programme.segments[programme.segments["project"].isin(rows["project"])]
        done_cells = cells_of(segments.loc[segments["done"] != 0, "amount_cell"])
        plan_cells = cells_of(rows["plan_cell"])
        found += [
            Figure(
                key=key,
                value=len(rows),
                unit="count",
                cells=cells_of(rows[f"{source.partition('!')[2]}_cell"]),
                tables=(source,),
            ),
            Figure(key=f"{key}_plan", value=plan, unit="yuan", cells=plan_cells, tables=(PLAN,)),
            Figure(key=f"{key}_done", value=done, unit="yuan", cells=done_cells, tables=(DONE,)),
            *(
                Figure(
                    key=f"{key}_{name}",
                    value=value,
                    unit=unit,
                    cells=done_cells + plan_cells,
                    tables=(DONE, PLAN),
                )
                for name, value, unit in (
                    ("share", share, "fraction"),
                    ("gap", None if share is None else share - programme.elapsed, "points"),
                )
            ),
        ]
    held = {
        "below_quota_projects": reconciliation.below_quota,
        "contradicted_projects": reconciliation.contradicted,
        "adjusted_projects": reconciliation.adjusted,
    }
    return found + [
        Figure(key=key, value=len(table), unit="count", cells=cells_of(table["plan_cell"]), tables=(PLAN,))
        for key, table in held.items()
    ]


def work_figures(programme: Programme, settings: Settings) -> list[Figure]:
    """Return what is done of each kind of physical works, and of those listed one by one."""
    works = programme.works
    found = []
    for kind in settings.works:
        rows = works[works["kind"] == kind.kind]
        measure = next(iter(rows["measure"]), "count")
        found.append(
            Figure(
                key=kind.key,
                value=float(rows["done"].sum()) if len(rows) else None,
                unit=MEASURES.get(measure, "count"),
                cells=cells_of(rows["done_cell"]),
                tables=(WORKS,),
            )
        )
    listed = listed_works(programme, [kind.kind for kind in settings.works if kind.listed])
    return [
        *found,
        Figure(
            key="works_listed",
            value=float(listed["done"].sum()),
            unit="count",
            cells=cells_of(listed["done_cell"]),
            tables=(WORKS,),
        ),
        Figure(
            key="works_bundling",
            value=listed["project"].nunique(),
            unit="count",
            cells=cells_of(listed["done_cell"]),
            tables=(WORKS,),
        ),
    ]


def demolition_figures(programme: Programme, settings: Settings) -> list[Figure]:
    """Return area done, planned, share and gap of each kind of demolition."""
    sites = programme.demolition
    if sites.empty and not settings.demolition:
        return []
    cells = programme.demolition_segments[programme.demolition_segments["done"] != 0]
    found = []
    groups = {
        "demolition_total": sites,
        **{kind.key: sites[sites["kind"] == kind.kind] for kind in settings.demolition},
    }
    for key, rows in groups.items():
        own = cells[cells["site"].isin(rows["site"])]
        done, planned = float(rows["done"].sum()), float(rows["planned_area"].sum())
        share, both = share_of(done, planned), cells_of(own["area_cell"], rows["planned_area_cell"])
        found += [
            Figure(
                key=key, value=done, unit="square metres", cells=cells_of(own["area_cell"]), tables=(AREA,)
            ),
            Figure(
                key=f"{key}_planned",
                value=planned,
                unit="square metres",
                cells=cells_of(rows["planned_area_cell"]),
                tables=(PLANNED_AREA,),
            ),
            Figure(key=f"{key}_share", value=share, unit="fraction", cells=both, tables=(AREA, PLANNED_AREA)),
            Figure(
                key=f"{key}_gap",
                value=None if share is None else share - programme.elapsed,
                unit="points",
                cells=both,
                tables=(AREA, PLANNED_AREA),
            ),
        ]
    return [
        *found,
        Figure(
            key="demolition_sites",
            value=len(sites),
            unit="count",
            cells=cells_of(sites["planned_area_cell"]),
            tables=(PLANNED_AREA,),
        ),
    ]


def category_figures(programme: Programme, settings: Settings) -> list[Figure]:
    """Return the investment of each category that is configured to have a figure of its own."""
    segments = programme.segments[programme.segments["done"] != 0]
    return [
        Figure(
            key=kind.key,
            value=float(rows["done"].sum()),
            unit="yuan",
            cells=cells_of(rows["amount_cell"]),
            tables=(DONE,),
        )
        for kind in settings.investments
        for rows in [segments[segments["category"] == kind.kind]]
    ]
