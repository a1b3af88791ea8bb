"""Figures of earlier briefings: what changed since the last one, why the forecast moved, how forecasts did."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing.figures.figure import Cells, Figure, Name
from cityanalytics.briefing.figures.line import DONE, LEDGER, PLAN, PROJECT, STAGE, Line, Rests, drawn, on
from cityanalytics.briefing.terms import CAUSES
from cityanalytics.outlook.record import LEAST_SCORED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cityanalytics.outlook.bridge import Bridge
    from cityanalytics.outlook.record import Record
    from cityanalytics.programme.changes import Changes

#: What the last digit of an amount stands for, in every language (yuan).
SHOWN_STEP = 1e7


def rows_of(name: str, *columns: str, tables: tuple[str, ...]) -> Rests:
    """Return what rests on the cells of the rows that a line is of."""
    return Rests(cells=lambda m: Cells.of(*(getattr(m, name)[column] for column in columns)), tables=tables)


DATES = ("planned_before_cell", "planned_after_cell", "after_cell")
DATED = ("projects!planned_start", "projects!planned_finish", STAGE)
ON_LATER = rows_of("later", *DATES, tables=DATED)
ON_LONGEST = rows_of("longest", *DATES, tables=DATED)
ON_REPLANNED = rows_of("replanned", *DATES, tables=DATED)
ON_PLANS = rows_of("plans", "old_cell", "new_cell", tables=(PLAN,))
#: What was forecast last time rests on the ledger where it was published.
ON_MOVED, ON_MOVED_PUBLISHED = Rests(tables=(DONE, PLAN)), Rests(tables=(DONE, PLAN), sources=(LEDGER,))
ON_SCOPE, ON_SCOPE_PUBLISHED = Rests(tables=(PROJECT,)), Rests(tables=(PROJECT,), sources=(LEDGER,))

SCOPE = (
    Line("since_added", "Since the last briefing: projects added", "count", lambda c: len(c.added), rows_of("added", "after_cell", tables=(PROJECT,))),
    Line("since_dropped", "Since the last briefing: projects no longer reported", "count", lambda c: len(c.dropped), rows_of("dropped", "before_cell", tables=(PROJECT,))),
    Line("since_renamed", "Since the last briefing: projects renamed", "count", lambda c: len(c.renamed), rows_of("renamed", "cell", tables=(PROJECT,))),
)  # fmt: skip
MOVES = (
    Line("", "Since the last briefing: from {before} to {after}", "count", lambda c: len(c.rows), rows_of("rows", "before_cell", "after_cell", tables=(STAGE,))),
)  # fmt: skip
CORRECTED = (
    Line("since_corrected", "Since the last briefing: earlier stages corrected", "count", lambda c: len(c.corrected), rows_of("corrected", "old_cell", "new_cell", tables=(STAGE,))),
)  # fmt: skip
SLIPS = (
    Line("since_slipped", "Since the last briefing: projects that slipped", "count", lambda c: len(c.later), ON_LATER),
    Line("since_slip_median", "Since the last briefing: median slip, days", "days", lambda c: float(c.later["slip"].median()) if len(c.later) else None, ON_LATER),
    Line("since_slip_longest", "Since the last briefing: longest slip, days", "days", lambda c: float(c.longest["slip"].iloc[0]) if len(c.longest) else None, ON_LONGEST),
    Line("since_slip_longest_projects", "Since the last briefing: projects with the longest slip", "count", lambda c: len(c.longest), ON_LONGEST),
    Line("since_replanned", "Since the last briefing: planned dates moved", "count", lambda c: len(c.replanned), ON_REPLANNED),
    Line("since_adjusted", "Since the last briefing: plans adjusted", "count", lambda c: len(c.plans), ON_PLANS),
    Line("since_adjusted_old", "Since the last briefing: plans adjusted, before", "yuan", lambda c: float(c.plans["old"].sum()), ON_PLANS),
    Line("since_adjusted_new", "Since the last briefing: plans adjusted, after", "yuan", lambda c: float(c.plans["new"].sum()), ON_PLANS),
    Line("since_restated", "Since the last briefing: months restated", "count", lambda c: len(c.restated), rows_of("restated", "old_cell", "new_cell", tables=(DONE,))),
    Line("since_restated_old", "Since the last briefing: months restated, before", "yuan", lambda c: float(c.amounts["old"].sum()), rows_of("amounts", "old_cell", tables=(DONE,))),
    Line("since_restated_new", "Since the last briefing: months restated, after", "yuan", lambda c: float(c.amounts["new"].sum()), rows_of("amounts", "new_cell", tables=(DONE,))),
)  # fmt: skip
RECORD = (
    Line("record_published", "Forecasts published in time", "count", lambda r: len(r.scores), on(LEDGER)),
    Line("record_hindcasts", "Hindcasts in the ledger", "count", lambda r: len(r.hindcasts), on(LEDGER)),
    Line("record_scored", "Published forecasts scored", "count", lambda r: len(r.closed), on(LEDGER)),
    Line("record_least_scored", "Least forecasts for a verdict on skill", "count", lambda _: LEAST_SCORED, on(LEDGER)),
    Line("record_inside", "Outcomes inside the 80% band", "count", lambda r: r.inside, on(LEDGER)),
    Line("record_bias_size", "Mean size of the medians' error", "fraction", lambda r: None if r.bias is None else abs(r.bias), on(LEDGER)),
    Line("record_skill_run_rate", "Skill against the pace so far", "fraction", lambda r: _finite(r.skill("run_rate")), on(LEDGER)),
    Line("record_skill_last_year_shape", "Skill against last year's shape", "fraction", lambda r: _finite(r.skill("last_year_shape")), on(LEDGER)),
)  # fmt: skip


def stage_key(before: str, after: str) -> str:
    """Return the key of the count of projects that went from one standing to another.

    Examples
    --------
    >>> stage_key("not started", "completed")
    'since_not_started_to_completed'
    """
    return f"since_{before}_to_{after}".replace(" ", "_")


def since(changes: Changes | None) -> list[Figure]:
    """Return counts of moves between stages, of projects that slipped, of plans adjusted and amounts restated."""
    if changes is None:
        return []
    later, restated = changes.slipped(), changes.restated
    found = SimpleNamespace(
        added=changes.added,
        dropped=changes.dropped,
        renamed=changes.attribute("written_name"),
        corrected=changes.corrected,
        later=later,
        longest=later[later["slip"] == later["slip"].max()],
        replanned=changes.slips[changes.slips["replanned"].fillna(0) != 0].drop_duplicates("project"),
        plans=changes.plans,
        restated=restated,
        amounts=restated[restated["measure"] == "investment"],
    )
    return [*drawn(SCOPE, found), *_moves(changes), *drawn(CORRECTED, found), *drawn(SLIPS, found)]


def _moves(changes: Changes) -> Iterator[Figure]:
    for (before, after), rows in changes.standings.groupby(["before", "after"]):
        names = {"before": Name(text=str(before)), "after": Name(text=str(after))}
        yield from drawn(MOVES, SimpleNamespace(rows=rows), stage_key(str(before), str(after)), **names)


def moved(bridge: Bridge | None) -> list[Figure]:
    """Return the last forecast, and the steps from it as they are shown.

    A step is the difference of two levels rounded to the shown unit, so that the steps shown add up.
    """
    if bridge is None:
        return []
    steps, earlier = bridge.median_steps(SHOWN_STEP), bridge.earlier
    rests = ON_MOVED_PUBLISHED if earlier.published_on else ON_MOVED
    scope = ON_SCOPE_PUBLISHED if earlier.published_on else ON_SCOPE
    last = (
        Line("_p10", "{what}: low by the year's end", "yuan", lambda e: e.p10, rests),
        Line("_p50", "{what}: median by the year's end", "yuan", lambda e: e.p50, rests),
        Line("_p90", "{what}: high by the year's end", "yuan", lambda e: e.p90, rests),
    )
    lines = (
        Line("last_forecast_plan", "Annual plan at the last forecast", "yuan", lambda _: earlier.target, rests),
        Line("forecast_moved", "Change of the forecast since the last one", "yuan", lambda _: abs(sum(steps.values())) * SHOWN_STEP, rests),
    )  # fmt: skip
    step = (
        Line("forecast_moved_{}", "Change of the forecast: {cause}", "yuan", lambda step: step * SHOWN_STEP, rests),
    )  # fmt: skip
    counts = (
        Line("projects_added", "Projects added since the last forecast", "count", lambda b: b.added, scope),
        Line("projects_removed", "Projects removed since the last forecast", "count", lambda b: b.removed, scope),
    )  # fmt: skip
    return [
        *drawn(last, earlier, "last_forecast", Name(text="Last forecast of the year's total")),
        *drawn(lines, bridge),
        *(
            figure
            for cause, by in steps.items()
            for figure in drawn(step, by, cause, cause=Name(text=CAUSES[cause]))
        ),
        *drawn(counts, bridge),
    ]


def recorded(record: Record) -> list[Figure]:
    """Return how many forecasts were published, how many of them are scored, and the scores."""
    return drawn(RECORD, record) if record.scores or record.hindcasts else []


def _finite(value: Any) -> float | None:  # noqa: ANN401 - a score, or none
    return value if value is not None and math.isfinite(value) else None
