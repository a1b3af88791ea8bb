"""Figures of what changed since the last briefing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.quantity import DONE, PLAN, Figure, cells_of

if TYPE_CHECKING:
    from cityanalytics.programme.changes import Changes

STAGE, PROJECT = "status!stage", "projects!project"


def stage_key(before: str, after: str) -> str:
    """Return the key of the count of projects that went from one standing to another.

    Examples
    --------
    >>> stage_key("not started", "completed")
    'since_not_started_to_completed'
    """
    return f"since_{before}_to_{after}".replace(" ", "_")


def change_figures(changes: Changes | None) -> list[Figure]:
    """Return counts of moves between stages, of projects that slipped, of plans adjusted and amounts restated."""
    if changes is None:
        return []
    return [*_scope(changes), *_stages(changes), *_slip(changes), *_plans(changes), *_restated(changes)]


def _scope(changes: Changes) -> list[Figure]:
    added, dropped, renamed = changes.added, changes.dropped, changes.said_of("written_name")
    return [
        Figure(key=f"since_{name}", value=len(table), unit="count", cells=cells_of(cells), tables=(PROJECT,))
        for name, table, cells in (
            ("added", added, added["after_cell"]),
            ("dropped", dropped, dropped["before_cell"]),
            ("renamed", renamed, renamed["cell"]),
        )
    ]


def _stages(changes: Changes) -> list[Figure]:
    groups = changes.standings.groupby(["before", "after"])
    return [
        *(
            Figure(
                key=stage_key(str(before), str(after)),
                value=len(rows),
                unit="count",
                cells=cells_of(rows["before_cell"], rows["after_cell"]),
                tables=(STAGE,),
            )
            for (before, after), rows in groups
        ),
        Figure(
            key="since_corrected",
            value=len(changes.corrected),
            unit="count",
            cells=cells_of(changes.corrected["old_cell"], changes.corrected["new_cell"]),
            tables=(STAGE,),
        ),
    ]


def _slip(changes: Changes) -> list[Figure]:
    later = changes.slipped()
    longest = later[later["slip"] == later["slip"].max()]
    replanned = changes.slips[changes.slips["replanned"].fillna(0) != 0].drop_duplicates("project")
    found = {
        "since_slipped": (later, len(later), "count"),
        "since_slip_median": (later, float(later["slip"].median()) if len(later) else None, "days"),
        "since_slip_longest": (longest, float(longest["slip"].iloc[0]) if len(longest) else None, "days"),
        "since_slip_longest_projects": (longest, len(longest), "count"),
        "since_replanned": (replanned, len(replanned), "count"),
    }
    dates = ("planned_before_cell", "planned_after_cell", "after_cell")
    return [
        Figure(
            key=key,
            value=value,
            unit=unit,
            cells=cells_of(*(rows[name] for name in dates)),
            tables=("projects!planned_start", "projects!planned_finish", STAGE),
        )
        for key, (rows, value, unit) in found.items()
    ]


def _plans(changes: Changes) -> list[Figure]:
    plans = changes.plans
    cells = cells_of(plans["old_cell"], plans["new_cell"])
    return [
        Figure(key="since_adjusted", value=len(plans), unit="count", cells=cells, tables=(PLAN,)),
        *(
            Figure(key=f"since_adjusted_{name}", value=float(amounts.sum()), unit="yuan", cells=cells, tables=(PLAN,))
            for name, amounts in (("old", plans["old"]), ("new", plans["new"]))
        ),
    ]  # fmt: skip


def _restated(changes: Changes) -> list[Figure]:
    rows = changes.restated
    amounts = rows[rows["measure"] == "investment"]
    return [
        Figure(
            key="since_restated",
            value=len(rows),
            unit="count",
            cells=cells_of(rows["old_cell"], rows["new_cell"]),
            tables=(DONE,),
        ),
        *(
            Figure(
                key=f"since_restated_{name}",
                value=float(amounts[name].sum()),
                unit="yuan",
                cells=cells_of(amounts[f"{name}_cell"]),
                tables=(DONE,),
            )
            for name in ("old", "new")
        ),
    ]
