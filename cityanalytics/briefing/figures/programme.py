"""Figures of the programme at its data date: investment, years before, projects by stage, works, demolition, groups."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cityanalytics.briefing.figures.basis import Basis, positions
from cityanalytics.briefing.figures.figure import Called, Cells, Figure, Name, share_of
from cityanalytics.briefing.figures.lacking import lacking
from cityanalytics.briefing.figures.line import (
    AREA,
    DATA_DATE,
    DONE,
    PLAN,
    PLANNED_AREA,
    PROJECT,
    REGISTER,
    REQUEST,
    STAGE,
    TOTAL,
    WORKS,
    Line,
    Rests,
    configured,
    drawn,
    on,
)
from cityanalytics.briefing.lights import STEP
from cityanalytics.programme import progress
from cityanalytics.programme.reconcile import listed_works

if TYPE_CHECKING:
    from collections.abc import Iterator

#: So many rows of each list stand on the page.
MOST_PROJECTS, MOST_REQUESTS, MOST_REVISIONS, MOST_NAMED, MOST_ASKS = 12, 5, 5, 4, 5

# what a line rests on, of the city (b) or of a member of a family (m)
ON_DONE = Rests(cells=lambda b: b.done, tables=(DONE,))
ON_PLAN = Rests(cells=lambda b: b.plan, tables=(PLAN,))
ON_BOTH = Rests(cells=lambda b: b.both, tables=(DONE, PLAN))
IN_BOTH = Rests(cells=lambda b: b.both, tables=(DONE, PLAN), in_tables=True)
ON_APPROVED = Rests(cells=lambda b: b.cells("plan_original_cell"), tables=(PLAN,))
ON_ADJUSTED = Rests(cells=lambda b: b.cells("plan_original_cell") + b.plan, tables=(PLAN,))
ON_TOTAL = Rests(cells=lambda b: b.cells("total_investment_cell"), tables=(TOTAL,))
ON_BEFORE = Rests(cells=lambda b: b.before, tables=(DONE,))
ON_YEARS = Rests(cells=lambda b: b.done + b.before, tables=(DONE,))
ON_YEAR = Rests(cells=lambda m: m.cell)
ON_DONE_AND_YEAR = Rests(cells=lambda m: m.both, tables=(DONE, "history!amount"))
ON_COUNTED = Rests(cells=lambda m: m.counted, tables=lambda m: m.tables)
ON_WORKS = Rests(cells=lambda m: m.cells, tables=(WORKS,))
ON_AREA = Rests(cells=lambda m: m.done, tables=(AREA,))
ON_PLANNED_AREA = Rests(cells=lambda m: m.plan, tables=(PLANNED_AREA,))
ON_AREAS = Rests(cells=lambda m: m.both, tables=(AREA, PLANNED_AREA))
ON_CONSTRAINT = Rests(cells=lambda m: m.cells, tables=("status!constraint",))
ON_ISSUES = on("data/processed/issues.parquet")

CITY = (
    Line("investment_to_date", "Investment to date", "yuan", lambda b: b.programme.done, ON_DONE),
    Line("annual_plan", "Annual plan", "yuan", lambda b: b.programme.plan, ON_PLAN),
    Line("annual_plan_original", "Annual plan as approved", "yuan", lambda b: b.plan_original, ON_APPROVED),
    Line("plan_adjustment", "Adjustment of the annual plan", "yuan", lambda b: b.programme.plan - b.plan_original, ON_ADJUSTED),
    Line("investment_share_of_plan", "Share of the annual plan", "fraction", lambda b: b.share, ON_BOTH),
    Line("elapsed_share", "Elapsed-time progress", "fraction", lambda b: b.programme.elapsed, on(DATA_DATE)),
)  # fmt: skip
AGAINST_TIME = (
    Line("_share", "{what}: share of the plan", "fraction", lambda b: b.share, ON_BOTH),
    Line("_gap", "{what}: against elapsed time", "points", lambda b: _minus(b.behind), ON_BOTH),
)
CITY_MORE = (
    Line("points_behind", "Distance from elapsed-time progress", "points", lambda b: _size(b.behind), ON_BOTH),
    Line("investment_behind", "Distance from elapsed-time progress in money", "yuan", lambda b: None if b.behind is None else abs(b.behind) * b.programme.plan, ON_BOTH),
    Line("plan_missing", "Still missing to the annual plan", "yuan", lambda b: max(b.programme.plan - b.programme.done, 0.0), ON_BOTH),
    Line("programme_total_investment", "Total investment of all projects", "yuan", lambda b: float(b.programme.traced["total_investment"].sum()), ON_TOTAL),
)  # fmt: skip
EARLIER_YEAR = (
    Line("investment_{}", "Investment of {year}", "yuan", lambda m: m.amount, ON_YEAR),
    Line("investment_vs_{}", "Investment to date over that of {year}", "fraction", lambda m: m.share, ON_DONE_AND_YEAR),
)  # fmt: skip
ON_LAST_YEAR = (
    Line("investment_same_period", "Investment by the same day of last year", "yuan", lambda b: b.same_period, ON_BEFORE),
    Line("investment_on_year_size", "Investment to date against it, up or down", "fraction", lambda b: _size(b.on_year), ON_YEARS),
)  # fmt: skip
#: Counts of projects: key, name, and the column whose cells are counted.
COUNTED = {
    "projects_total": ("All projects", PROJECT),
    "projects_started": ("Projects started", "status!actual_start"),
    "projects_completed": ("Projects completed", STAGE),
    "projects_under_way": ("Projects under way", STAGE),
    "projects_on_schedule": ("Projects on schedule", "status!schedule"),
    "projects_not_started": ("Projects not started", STAGE),
    "unexplained_projects": ("Projects late: started, not completed, not on schedule", "status!schedule"),
    "unassessed_projects": ("Projects begun since the last report, not assessed", "status!actual_start"),
}
OF_PROJECTS = (
    Line("", "", "count", lambda m: m.number, ON_COUNTED),
    Line("_plan", "{what}: plan", "yuan", lambda m: m.planned, ON_PLAN),
    Line("_done", "{what}: done", "yuan", lambda m: m.amount, ON_DONE),
    Line("_share", "{what}: share of the plan", "fraction", lambda m: m.share, ON_BOTH),
    Line("_gap", "{what}: against elapsed time", "points", lambda m: m.gap, ON_BOTH),
)
DOUBTED = (
    Line("below_quota_projects", "Projects under way below elapsed time on their plan", "count", lambda b: len(b.reconciliation.below_quota), Rests(cells=lambda b: Cells.of(b.reconciliation.below_quota["plan_cell"]), tables=(PLAN,))),
    Line("contradicted_projects", "Of these, said to be on schedule", "count", lambda b: len(b.reconciliation.contradicted), Rests(cells=lambda b: Cells.of(b.reconciliation.contradicted["plan_cell"]), tables=(PLAN,))),
    Line("adjusted_projects", "Projects whose plan was adjusted", "count", lambda b: len(b.reconciliation.adjusted), Rests(cells=lambda b: Cells.of(b.reconciliation.adjusted["plan_cell"]), tables=(PLAN,))),
)  # fmt: skip
OF_WORKS = (Line("", "", lambda m: m.measure, lambda m: m.done, ON_WORKS),)
LISTED = (
    Line("works_listed", "Works completed and listed one by one", "count", lambda m: float(m.rows["done"].sum()), ON_WORKS),
    Line("works_bundling", "Projects that these works belong to", "count", lambda m: m.rows["project"].nunique(), ON_WORKS),
)  # fmt: skip
OF_SITES = (
    Line("", "", "square metres", lambda m: m.amount, ON_AREA),
    Line("_planned", "{what}: planned", "square metres", lambda m: m.planned, ON_PLANNED_AREA),
    Line("_share", "{what}: share of the plan", "fraction", lambda m: m.share, ON_AREAS),
    Line("_gap", "{what}: against elapsed time", "points", lambda m: m.gap, ON_AREAS),
)
SITES = (Line("demolition_sites", "Demolition sites", "count", lambda m: m.number, ON_PLANNED_AREA),)
OF_CATEGORY = (Line("", "", "yuan", lambda m: m.amount, ON_DONE),)


def _others_share(table: pd.DataFrame) -> float | None:
    """Return the share of plan that is done in all categories but the one with most done."""
    others = table[table["done"].rank(method="first", ascending=False) > 1]
    return share_of(float(others["done"].sum()), float(others["plan"].sum()))


GROUPS = {
    "category": (
        Line("categories_total", "Categories", "count", len, Rests(tables=(PROJECT,))),
        Line("largest_category_part", "What the category with most done is of all that is done", "fraction", lambda table: share_of(table["done"].max(), table["done"].sum()), Rests(tables=(DONE,))),
        Line("other_categories_share", "All other categories: share of their plans", "fraction", _others_share, Rests(tables=(DONE, PLAN))),
        Line("categories_behind", "Categories behind elapsed time", "count", lambda table: int((table["gap"] > 0).sum()), Rests(tables=(DONE, PLAN))),
    ),
    "unit": (
        Line("units_total", "Units with projects", "count", len, Rests(tables=(PROJECT,))),
        Line("units_behind", "Units behind elapsed time", "count", lambda table: int((table["gap"] > 0).sum()), Rests(tables=(DONE, PLAN))),
    ),
}  # fmt: skip
FAR_BEHIND = (
    Line("units_far_behind", "Units far behind by the rule of the lights", "count", lambda m: m.number, Rests(tables=(DONE, PLAN), sources=(configured("lights.red"),))),
)  # fmt: skip
#: A part is of all gaps above zero; a year's end is the median, with the ends of its 80 % range beside it.
OF_GROUP = (
    Line("_plan", "{what}: plan", "yuan", lambda m: m.planned, ON_PLAN),
    Line("_done", "{what}: done", "yuan", lambda m: m.amount, ON_DONE),
    Line("_share", "{what}: share of the plan", "fraction", lambda m: share_of(m.amount, m.planned), IN_BOTH),
    Line("_gap", "{what}: against elapsed time", "yuan", lambda m: m.gap, IN_BOTH),
    Line("_part", "{what}: part of all gaps", "fraction", lambda m: share_of(max(m.gap, 0.0), m.gaps), IN_BOTH),
    Line("_p10", "{what}: low by the year's end", "yuan", lambda m: m.p10, IN_BOTH),
    Line("_year_end", "{what}: year's end", "yuan", lambda m: m.p50, IN_BOTH),
    Line("_p90", "{what}: high by the year's end", "yuan", lambda m: m.p90, IN_BOTH),
    Line("_probability", "{what}: chance of the plan", "fraction of one", lambda m: m.probability if m.planned > 0 else None, IN_BOTH),
)  # fmt: skip
OF_CONSTRAINT = (
    Line("_projects", "{what}: number of projects", "count", lambda m: m.number, ON_CONSTRAINT),
    Line("_gap", "{what}: against elapsed time", "yuan", lambda m: m.gap, ON_BOTH),
    Line(
        "_part", "{what}: part of all gaps", "fraction", lambda m: share_of(max(m.gap, 0.0), m.gaps), ON_BOTH
    ),
)
#: What lists hold, and how much of them stands on the page.
LISTS = {
    "held_up": (
        Line("held_up_projects", "Projects late or not started", "count", lambda m: m.number, ON_COUNTED),
        Line("held_up_shown", "Of these, shown on the page", "count", lambda m: min(m.number, MOST_PROJECTS), ON_COUNTED),
        Line("held_up_shown_gap", "Of these, shown on the page: against elapsed time", "yuan", lambda m: m.gap, ON_BOTH),
    ),
    "requests": (
        Line("requests_total", "Decisions asked in all", "count", lambda m: m.number, ON_COUNTED),
        Line("requests_shown", "Decisions asked, shown on the page", "count", lambda m: min(m.number, MOST_REQUESTS), ON_COUNTED),
        Line("requests_gap", "Decisions asked: against elapsed time", "yuan", lambda m: m.gap, ON_BOTH),
    ),
    "revisions": (
        Line("revisions_total", "Amounts stated again", "count", lambda m: m.number, ON_COUNTED),
        Line("revisions_shown", "Amounts stated again, shown on the page", "count", lambda m: min(m.number, MOST_REVISIONS), ON_COUNTED),
    ),
}  # fmt: skip
CONTRADICTED_OF_UNIT = (
    Line("contradicted_{}", "Said to be on schedule against the figures: {unit}", "count", lambda m: m.number, Rests(cells=lambda m: m.cells, tables=("status!schedule",))),
)  # fmt: skip
CONTRADICTED = (
    Line("_share", "{what}: share of the plan", "fraction", lambda m: m.share, Rests(cells=lambda m: (m.plan_cell,), tables=(DONE, PLAN))),
)  # fmt: skip
RULES = (
    Line("light_yellow", "Rule of the lights: behind from", "points", lambda b: b.settings.lights.yellow, on(configured("lights.yellow"))),
    Line("light_red", "Rule of the lights: far behind from", "points", lambda b: b.settings.lights.red, on(configured("lights.red"))),
    Line("light_step", "Rule of the lights: moved by", "points", lambda _: STEP, on("cityanalytics/briefing/lights.py")),
)  # fmt: skip
RECEIVED = (
    Line("units_late", "Units that reported late", "count", lambda b: int((b.now["first_received"] > pd.Timestamp(b.settings.due_on(b.programme.quarter))).sum()), on(REGISTER, configured("due_days"))),
    Line("issues_error", "Errors in the workbooks used", "count", lambda b: int((b.programme.issues["severity"] == "error").sum()), ON_ISSUES),
    Line("issues_warning", "Warnings in the workbooks used", "count", lambda b: int((b.programme.issues["severity"] == "warning").sum()), ON_ISSUES),
)  # fmt: skip
STATED_TOTAL = (
    Line("stated_total_{}", "Stated total {rank}", "as stated", lambda m: m.stated, ON_YEAR),
    Line("summed_total_{}", "Sum of the rows of stated total {rank}", "as stated", lambda m: m.summed, ON_YEAR),
)  # fmt: skip


def investment(b: Basis) -> list[Figure]:
    """Return investment, plan and what they come to, beside those of earlier years."""
    return [
        *drawn(CITY, b),
        *drawn(AGAINST_TIME, b, "investment_to_date", Name(text="Investment to date")),
        *drawn(CITY_MORE, b),
        *_earlier_years(b),
        *(drawn(ON_LAST_YEAR, b) if b.same_period is not None else ()),
    ]


def _earlier_years(b: Basis) -> Iterator[Figure]:
    for at, (year, amount) in enumerate(
        zip(b.programme.traced_history["year"], b.programme.traced_history["amount"], strict=True)
    ):
        cell = Cells.of(b.programme.traced_history["amount_cell"].iloc[at : at + 1])
        member = SimpleNamespace(
            amount=amount, share=share_of(b.programme.done, amount), cell=cell, both=b.done + cell
        )
        yield from drawn(EARLIER_YEAR, member, str(year), year=str(year))


def physical(b: Basis) -> list[Figure]:
    """Return projects by stage, works, demolition, and categories that have a figure of their own."""
    return [*_stages(b), *drawn(DOUBTED, b), *_works(b), *_demolition(b), *_categories(b)]


def _stages(b: Basis) -> Iterator[Figure]:
    projects = b.programme.traced
    stage, schedule = projects["stage"], projects["schedule"]
    on_schedule = (schedule == "on schedule").to_numpy(dtype=bool, na_value=False)
    under_way = stage.isin(progress.UNDER_WAY).to_numpy(dtype=bool)
    completed, not_started = ((stage == name).to_numpy(dtype=bool) for name in ("completed", "not started"))
    unassessed = projects["unassessed"].to_numpy(dtype=bool)
    rows = {
        "projects_total": np.ones(len(projects), dtype=bool),
        "projects_started": under_way | completed,
        "projects_completed": completed,
        "projects_under_way": under_way,
        "projects_on_schedule": on_schedule,
        "projects_not_started": not_started,
        "unexplained_projects": under_way & ~on_schedule & ~unassessed,
    }
    if unassessed.any():
        rows["unassessed_projects"] = unassessed
    plans, amounts = projects["plan"].to_numpy(), projects["done"].to_numpy()
    for key, chosen in rows.items():
        name, column = COUNTED[key]
        planned, amount = float(np.nansum(plans[chosen])), float(np.nansum(amounts[chosen]))
        share = share_of(amount, planned)
        own = (b.counted_project >= 0) & chosen[b.counted_project]
        done, plan = b.done_in(b.counted[own]), b.cells("plan_cell", chosen)
        member = SimpleNamespace(
            number=int(chosen.sum()),
            planned=planned,
            amount=amount,
            share=share,
            gap=None if share is None else share - b.programme.elapsed,
            counted=b.cells(f"{column.partition('!')[2]}_cell", chosen),
            tables=(column,),
            done=done,
            plan=plan,
            both=done + plan,
        )
        yield from drawn(OF_PROJECTS, member, key, Name(text=name))


def _works(b: Basis) -> Iterator[Figure]:
    works = b.programme.traced_works
    found = positions(works["kind"])
    measures, done = works["measure"].to_numpy(dtype=object), works["done"].to_numpy(dtype=float)
    for kind in b.settings.works:
        rows = found.get(kind.kind, np.empty(0, dtype=int))
        measure = measures[rows[0]] if len(rows) else "count"
        member = SimpleNamespace(
            done=float(np.nansum(done[rows])) if len(rows) else None,
            measure=measure if measure in ("metres", "square metres") else "count",
            cells=Cells.of(works["done_cell"], rows=rows),
        )
        yield from drawn(OF_WORKS, member, kind.key, kind.label)
    listed = listed_works(b.programme, [kind.kind for kind in b.settings.works if kind.listed])
    yield from drawn(LISTED, SimpleNamespace(rows=listed, cells=Cells.of(listed["done_cell"])))


def _demolition(b: Basis) -> Iterator[Figure]:
    sites, areas = b.programme.demolition, b.programme.demolition_segments
    if sites.empty and not b.settings.demolition:
        return
    counted = np.flatnonzero(areas["done"].to_numpy() != 0)
    place = pd.Index(sites["site"]).get_indexer(areas["site"].iloc[counted])
    kinds = sites["kind"].to_numpy(dtype=object)
    done, planned = (sites[name].to_numpy(dtype=float) for name in ("done", "planned_area"))
    total = Name(text="Demolition")
    groups: dict[str, tuple[Called, np.ndarray]] = {
        "demolition_total": (total, np.ones(len(sites), dtype=bool))
    }
    groups |= {kind.key: (kind.label, kinds == kind.kind) for kind in b.settings.demolition}
    for key, (name, chosen) in groups.items():
        amount, plan = float(np.nansum(done[chosen])), float(np.nansum(planned[chosen]))
        share = share_of(amount, plan)
        own = counted[(place >= 0) & chosen[place]] if len(place) else counted
        areas_done = Cells.of(areas["area_cell"], rows=own)
        areas_planned = Cells.of(sites["planned_area_cell"], rows=chosen)
        member = SimpleNamespace(
            amount=amount,
            planned=plan,
            share=share,
            gap=None if share is None else share - b.programme.elapsed,
            done=areas_done,
            plan=areas_planned,
            both=areas_done + areas_planned,
        )
        yield from drawn(OF_SITES, member, key, name)
    yield from drawn(SITES, SimpleNamespace(number=len(sites), plan=Cells.of(sites["planned_area_cell"])))


def _categories(b: Basis) -> Iterator[Figure]:
    if not b.settings.investments:
        return
    found = positions(b.programme.segments["category"].iloc[b.counted])
    amounts = b.programme.segments["done"].to_numpy()
    for kind in b.settings.investments:
        rows = b.counted[found.get(kind.kind, np.empty(0, dtype=int))]
        member = SimpleNamespace(amount=float(np.nansum(amounts[rows])), done=b.done_in(rows))
        yield from drawn(OF_CATEGORY, member, kind.key, kind.label)


def groups(b: Basis) -> list[Figure]:
    """Return plan, done, gap and year's end of each category and unit, constraints, and what lists hold."""
    return [
        *(figure for by, totals in GROUPS.items() for figure in _group(b, by, totals)),
        *_constraints(b),
        *_lists(b),
        *_contradicted(b),
        *drawn(RULES, b),
    ]


def _group(b: Basis, by: str, totals: tuple[Line, ...]) -> Iterator[Figure]:
    table = progress.sums_by(b.programme, by)
    yield from drawn(totals, table)
    if by == "unit":
        far = int((table["behind"] > b.settings.lights.red).sum())
        yield from drawn(FAR_BEHIND, SimpleNamespace(number=far))
    done = positions(b.programme.segments[by].iloc[b.counted])
    plans = positions(b.programme.traced[by])
    ahead = b.outlook.by(by).set_index(by)[["p10", "p50", "p90", "probability"]].reindex(table[by])
    gaps = float(table["gap"].clip(lower=0).sum())
    columns = (*(table[name].tolist() for name in (by, "plan", "done", "gap")), *ahead.to_numpy().T.tolist())
    for name, planned, amount, gap, p10, p50, p90, probability in zip(*columns, strict=True):
        done_cells = b.done_in(b.counted[done[name]]) if name in done else Cells()
        plan_cells = b.cells("plan_cell", plans[name])
        member = SimpleNamespace(
            planned=planned, amount=amount, gap=gap, gaps=gaps, p10=p10, p50=p50, p90=p90, probability=probability,
            done=done_cells, plan=plan_cells, both=done_cells + plan_cells,
        )  # fmt: skip
        yield from drawn(OF_GROUP, member, f"{by}_{name}", b.term(name))


def _constraints(b: Basis) -> Iterator[Figure]:
    table = progress.sum_constraints(b.held_up)
    found, none = positions(b.held_up["constraint"]), b.held_up["constraint"].isna().to_numpy()
    gaps = float(table["gap"].clip(lower=0).sum())
    for name, number, gap in table.itertuples(index=False):
        known = isinstance(name, str)
        rows = found[name] if known else none
        plan = Cells.of(b.held_up["plan_cell"], rows=rows)
        member = SimpleNamespace(
            number=number,
            gap=gap,
            gaps=gaps,
            cells=Cells.of(b.held_up["constraint_cell" if known else "stage_cell"], rows=rows),
            both=plan,
        )
        what = (
            Name(text="Constraint {name}", gaps={"name": b.term(name)})
            if known
            else Name(text="No constraint reported")
        )
        yield from drawn(OF_CONSTRAINT, member, f"constraint_{name if known else 'none'}", what)


def _lists(b: Basis) -> Iterator[Figure]:
    stages, asked = b.held_up["stage_cell"], b.held_up["request"].notna().to_numpy()
    revised = b.programme.revisions
    cells = revised["amount_cell"] if "amount_cell" in revised else pd.Series(dtype=object)
    shown = b.held_up["gap"].rank(method="first", ascending=False).le(MOST_PROJECTS).to_numpy()
    plans, gaps = b.held_up["plan_cell"], b.held_up["gap"]
    members = {
        "held_up": (len(stages), float(gaps[shown].sum()), Cells.of(stages), Cells.of(plans, rows=shown), STAGE),
        "requests": (
            int(asked.sum()), float(gaps[asked].sum()), Cells.of(stages, rows=asked), Cells.of(plans, rows=asked), REQUEST,
        ),
        "revisions": (len(revised), None, Cells.of(cells), Cells(), DONE),
    }  # fmt: skip
    for name, (number, gap, counted, both, column) in members.items():
        member = SimpleNamespace(number=number, gap=gap, counted=counted, both=both, tables=(column,))
        yield from drawn(LISTS[name], member)


def _contradicted(b: Basis) -> Iterator[Figure]:
    rows = b.reconciliation.contradicted
    for unit, places in positions(rows["unit"]).items():
        member = SimpleNamespace(number=len(places), cells=Cells.of(rows["schedule_cell"], rows=places))
        yield from drawn(CONTRADICTED_OF_UNIT, member, unit, unit=b.term(unit))
    for rank, row in enumerate(rows.head(MOST_NAMED).itertuples(), start=1):
        what = Name(
            text="Said to be on schedule against the figures, number {rank}", gaps={"rank": str(rank)}
        )
        yield from drawn(CONTRADICTED, row, f"contradicted_{rank}", what)


def received(b: Basis) -> list[Figure]:
    """Return who reported, what is doubted, and the stated totals that disagree with their rows, as stated."""
    found = [*lacking(b.programme.coverage, b.term), *drawn(RECEIVED, b)]
    for rank, row in enumerate(b.reconciliation.totals.to_dict("records"), start=1):
        member = SimpleNamespace(
            stated=_number(row["value"]),
            summed=_number(json.loads(row["understood_values"])["computed"]),
            cell=(row["where"],) if isinstance(row["where"], str) else (),
        )
        found += drawn(STATED_TOTAL, member, str(rank), rank=str(rank))
    return found


def _number(text: Any) -> float:  # noqa: ANN401 - a stated value is of any type
    return float(str(text).replace(",", ""))


def _size(value: float | None) -> float | None:
    return None if value is None else abs(value)


def _minus(value: float | None) -> float | None:
    return None if value is None else -value
