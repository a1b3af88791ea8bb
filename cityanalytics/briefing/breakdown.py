"""Figures of categories, units and constraints, and of what lists and rules on the page count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing.lights import STEP
from cityanalytics.briefing.quantity import CONFIGURED, DONE, PLAN, Figure, cells_of, share_of
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from cityanalytics.outlook.outlook import Outlook
    from cityanalytics.programme.reconcile import Reconciliation
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.settings import Settings

#: So many rows of each list stand on the page.
MOST_PROJECTS, MOST_REQUESTS, MOST_REVISIONS, MOST_NAMED = 12, 8, 6, 4
#: Columns of the projects that groups are formed by, and what their keys call several of them.
GROUPS = {"category": "categories", "unit": "units"}


def breakdown_figures(programme: Programme, outlook: Outlook) -> list[Figure]:
    """Return plan, done, share, gap and year's end of each category and unit, and how many are behind.

    A part is of all gaps that are above zero; a year's end is the median, with the ends of its 80 % range beside it.
    """
    found = []
    for by, several in GROUPS.items():
        table = progress.by(programme, by)
        found += [
            Figure(key=f"{several}_total", value=len(table), unit="count", tables=("projects!project",)),
            Figure(
                key=f"{several}_behind",
                value=int((table["gap"] > 0).sum()),
                unit="count",
                tables=(DONE, PLAN),
            ),
        ]
        counted = programme.segments[programme.segments["done"] != 0]
        done_cells = {
            name: cells_of(rows["amount_cell"]) for name, rows in counted.groupby(by, observed=True)
        }
        plan_cells = {
            name: cells_of(rows["plan_cell"]) for name, rows in programme.traced.groupby(by, observed=True)
        }
        ahead = outlook.by(by).set_index(by)
        whole = float(table["gap"].clip(lower=0).sum())
        for name, plan, done, gap in table[[by, "plan", "done", "gap"]].itertuples(index=False):
            plans, both = plan_cells[name], done_cells.get(name, ()) + plan_cells[name]
            found += [
                Figure(key=f"{by}_{name}_plan", value=plan, unit="yuan", cells=plans, tables=(PLAN,)),
                Figure(
                    key=f"{by}_{name}_done",
                    value=done,
                    unit="yuan",
                    cells=done_cells.get(name, ()),
                    tables=(DONE,),
                ),
                *(
                    Figure(
                        key=f"{by}_{name}_{key}",
                        value=value,
                        unit=unit,
                        cells=both,
                        tables=(DONE, PLAN),
                        in_tables=True,
                    )
                    for key, value, unit in (
                        ("share", share_of(done, plan), "fraction"),
                        ("gap", gap, "yuan"),
                        ("part", share_of(max(gap, 0.0), whole), "fraction"),
                        ("p10", float(ahead["p10"][name]), "yuan"),
                        ("year_end", float(ahead["p50"][name]), "yuan"),
                        ("p90", float(ahead["p90"][name]), "yuan"),
                        (
                            "probability",
                            float(ahead["probability"][name]) if plan > 0 else None,
                            "fraction of one",
                        ),
                    )
                ),
            ]
    return found


def held_up_figures(programme: Programme) -> list[Figure]:
    """Return the late and the not started projects by constraint, and how many of each list are shown."""
    rows = pd.concat([progress.unexplained(programme), progress.not_started(programme)], ignore_index=True)
    asked = rows[rows["request"].notna()]
    found = []
    constraints = progress.by_constraint(programme)
    whole = float(constraints["gap"].clip(lower=0).sum())
    for name, projects, gap in constraints.itertuples(index=False):
        known = isinstance(name, str)
        own = rows[rows["constraint"] == name] if known else rows[rows["constraint"].isna()]
        cells = cells_of(own["constraint_cell"] if known else own["stage_cell"])
        key = f"constraint_{name}" if known else "constraint_none"
        found += [
            Figure(
                key=f"{key}_projects",
                value=projects,
                unit="count",
                cells=cells,
                tables=("status!constraint",),
            ),
            *(
                Figure(
                    key=f"{key}_{aspect}",
                    value=value,
                    unit=unit,
                    cells=cells_of(own["plan_cell"]),
                    tables=(DONE, PLAN),
                )
                for aspect, value, unit in (
                    ("gap", gap, "yuan"),
                    ("part", share_of(max(gap, 0.0), whole), "fraction"),
                )
            ),
        ]
    lists = (
        ("held_up", "held_up_projects", rows["stage_cell"], MOST_PROJECTS, "status!stage"),
        ("requests", "requests_total", asked["stage_cell"], MOST_REQUESTS, "status!request"),
        (
            "revisions",
            "revisions_total",
            programme.revisions.get("amount_cell", pd.Series(dtype=object)),
            MOST_REVISIONS,
            DONE,
        ),
    )
    for name, key, column, most, table in lists:
        total = len(programme.revisions) if name == "revisions" else len(column)
        cells = cells_of(column)
        found += [
            Figure(key=key, value=total, unit="count", cells=cells, tables=(table,)),
            Figure(key=f"{name}_shown", value=min(total, most), unit="count", cells=cells, tables=(table,)),
        ]
    return found


def contradicted_figures(reconciliation: Reconciliation) -> list[Figure]:
    """Return how many projects each unit calls on schedule against the figures, and the shares of the furthest."""
    rows = reconciliation.contradicted
    counts = [
        Figure(
            key=f"contradicted_{unit}",
            value=len(own),
            unit="count",
            cells=cells_of(own["schedule_cell"]),
            tables=("status!schedule",),
        )
        for unit, own in rows.groupby("unit", sort=False, observed=True)
    ]
    return counts + [
        Figure(
            key=f"contradicted_{rank}_share",
            value=row["share"],
            unit="fraction",
            cells=(row["plan_cell"],),
            tables=(DONE, PLAN),
        )
        for rank, row in enumerate(rows.head(MOST_NAMED).to_dict("records"), start=1)
    ]


def rule_figures(settings: Settings) -> list[Figure]:
    """Return what the rules that stand on the page are set to."""
    return [
        Figure(
            key=f"light_{name}",
            value=getattr(settings.lights, name),
            unit="points",
            sources=(CONFIGURED.format(f"lights.{name}"),),
        )
        for name in ("yellow", "red")
    ] + [Figure(key="light_step", value=STEP, unit="points", sources=("cityanalytics/briefing/lights.py",))]
