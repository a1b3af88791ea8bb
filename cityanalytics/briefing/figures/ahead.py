"""Figures of paces and of what is expected by the year's end: investment, stages of projects, demolition, parts."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.briefing.figures.figure import Called, Cells, Figure, Name, share_of
from cityanalytics.briefing.figures.line import (
    AREA,
    CALENDAR,
    DATA_DATE,
    DONE,
    PLAN,
    PLANNED_AREA,
    PROJECT,
    REQUEST,
    STAGE,
    TOTAL,
    Line,
    Rests,
    drawn,
    on,
)
from cityanalytics.briefing.terms import CLASSES, SCENARIOS
from cityanalytics.outlook.counts import backtest as counts_backtest
from cityanalytics.outlook.parts import backtest as parts_backtest
from cityanalytics.series.ownmonths import OWN_MONTHS
from cityanalytics.series.pool import reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cityanalytics.briefing.figures.basis import Basis
    from cityanalytics.series.methods import YearTotal

#: What was learnt of the reference classes; the share of outcomes that the band is to hold.
POOL = "cityanalytics/series/pool.csv"
BAND, INNER_BAND = 0.8, 0.5
#: So many equally likely years are shown as dots.
LIKELY_YEARS = 50
#: What the backtest of parts measured.
PARTS, COUNTS = "cityanalytics/outlook/parts.csv", "cityanalytics/outlook/counts.csv"

ON_DAYS, ON_WORKING_DAYS = on(DATA_DATE), on(DATA_DATE, *CALENDAR)
DONE_BY_DAY = Rests(cells=lambda b: b.done, tables=(DONE,), sources=(DATA_DATE,))
DONE_BY_WORKING_DAY = Rests(cells=lambda b: b.done, tables=(DONE,), sources=(DATA_DATE, *CALENDAR))
BOTH_BY_DAY = Rests(cells=lambda b: b.both, tables=(DONE, PLAN), sources=(DATA_DATE,))
BOTH_BY_WORKING_DAY = Rests(cells=lambda b: b.both, tables=(DONE, PLAN), sources=(DATA_DATE, *CALENDAR))
ON_DONE = Rests(cells=lambda b: b.done, tables=(DONE,))
ON_FORECAST = Rests(cells=lambda b: b.done, tables=(DONE,), sources=lambda b: learnt(b.forecast))
ON_CHANCE = Rests(cells=lambda b: b.both, tables=(DONE, PLAN), sources=lambda b: learnt(b.forecast))
ON_SCENARIO = Rests(
    cells=lambda m: m.both, tables=(DONE, PLAN), sources=lambda m: (*learnt(m.forecast), *CALENDAR)
)
ON_OWN_MONTHS = Rests(cells=lambda b: b.own_months, tables=("history_months!amount",))
ON_STAGES = Rests(cells=lambda m: m.stages, tables=(STAGE,))
ON_SITES = Rests(cells=lambda m: m.cells, tables=(AREA, PLANNED_AREA))
ON_ASKED = Rests(tables=(REQUEST, DONE, PLAN))
OF_PARTS, OF_TOTALS = Rests(tables=(DONE, PLAN)), Rests(tables=(TOTAL,))

PACES = (
    Line("pace_achieved", "Achieved pace", "yuan per day", lambda b: b.pace.achieved, DONE_BY_DAY),
    Line("pace_required", "Required pace", "yuan per day", lambda b: b.pace.required, BOTH_BY_DAY),
    Line("pace_ratio", "Required pace over achieved pace", "times", lambda b: b.pace.ratio, BOTH_BY_DAY),
    Line("pace_achieved_working", "Achieved pace by working days", "yuan per day", lambda b: b.pace.achieved_working, DONE_BY_WORKING_DAY),
    Line("pace_required_working", "Required pace by working days", "yuan per day", lambda b: b.pace.required_working, BOTH_BY_WORKING_DAY),
    Line("pace_best", "Best pace sustained", "yuan per day", lambda b: b.pace.best, DONE_BY_DAY),
    Line("pace_last_30", "Pace of the last 30 days", "yuan per day", lambda b: b.pace.last_30, DONE_BY_DAY),
    Line("pace_last_100", "Pace of the last 100 days", "yuan per day", lambda b: b.pace.last_100, DONE_BY_DAY),
    Line("closes_at_achieved_pace", "Year's total at the achieved pace", "yuan", lambda b: b.pace.closes_at, DONE_BY_DAY),
    Line("pace_best_days", "Days over which it was sustained", "days", lambda b: b.pace.best_days, ON_DAYS),
    Line("days_gone", "Calendar days gone", "days", lambda b: b.pace.days_gone, ON_DAYS),
    Line("days_left", "Calendar days left", "days", lambda b: b.pace.days_left, ON_DAYS),
    Line("working_days_gone", "Working days gone", "days", lambda b: b.pace.working_days_gone, ON_WORKING_DAYS),
    Line("working_days_left", "Working days left", "days", lambda b: b.pace.working_days_left, ON_WORKING_DAYS),
)  # fmt: skip
FORECAST_LEVELS = (
    Line("_p10", "{what}: low by the year's end", "yuan", lambda b: b.forecast.quantile(0.10), ON_FORECAST),
    Line("_p25", "{what}: lower quartile", "yuan", lambda b: b.forecast.quantile(0.25), ON_FORECAST),
    Line(
        "_p50", "{what}: median by the year's end", "yuan", lambda b: b.forecast.quantile(0.50), ON_FORECAST
    ),
    Line("_p75", "{what}: upper quartile", "yuan", lambda b: b.forecast.quantile(0.75), ON_FORECAST),
    Line("_p90", "{what}: high by the year's end", "yuan", lambda b: b.forecast.quantile(0.90), ON_FORECAST),
)
FORECAST = (
    Line("forecast_probability", "Chance of reaching the annual plan", "fraction of one", lambda b: b.forecast.probability, ON_CHANCE),
    Line("pace_expected", "Pace from now on at the forecast's median", "yuan per day", lambda b: b.forecast.remainder / b.programme.days_left if b.programme.days_left else None, ON_FORECAST),
    Line("pace_change", "Pace from now on at the forecast's median over the pace so far", "times", lambda b: share_of(b.forecast.remainder, b.pace.achieved * b.programme.days_left), ON_FORECAST),
    Line("forecast_band", "What the forecast's band is to hold", "fraction", lambda _: BAND, on("cityanalytics/briefing/figures/ahead.py")),
    Line("forecast_inner_band", "What the darker half of the forecast's band is to hold", "fraction", lambda _: INNER_BAND, on("cityanalytics/briefing/figures/ahead.py")),
)  # fmt: skip
LIKELY = (
    Line("years_likely", "Equally likely years that are counted", "count", lambda _: LIKELY_YEARS, on("cityanalytics/briefing/figures/ahead.py")),
    Line("years_reaching", "Of these, reaching the plan", "count", lambda b: sum(end >= b.forecast.target for end in equally_likely(b.forecast)[1]), ON_CHANCE),
)  # fmt: skip
ON_OWN = (
    Line("own_years", "Earlier years of the city's own months", "count", lambda b: b.programme.history_months["year"].nunique(), ON_OWN_MONTHS),
    Line("own_months", "The city's own months of earlier years", "count", lambda b: len(b.programme.history_months), ON_OWN_MONTHS),
)  # fmt: skip
ON_CLASS = (
    Line("class_coverage", "Years of the reference class inside its 80% band", "fraction", lambda b: reference(b.forecast.reference_class, b.forecast.as_of).coverage, on(POOL)),
    Line("class_years", "Years of these series", "count", lambda b: reference(b.forecast.reference_class, b.forecast.as_of).years, on(POOL)),
    Line("class_series", "Series of the reference class", "count", lambda b: b.forecast.freedom + 1, on(POOL)),
)  # fmt: skip
OF_CLASS = (
    Line("_p10", "{what}: low by the year's end", "yuan", lambda m: m.forecast.quantile(0.1), ON_FORECAST),
    Line("_p50", "{what}: median by the year's end", "yuan", lambda m: m.forecast.quantile(0.5), ON_FORECAST),
    Line("_p90", "{what}: high by the year's end", "yuan", lambda m: m.forecast.quantile(0.9), ON_FORECAST),
    Line("_probability", "{what}: chance of the plan", "fraction of one", lambda m: m.forecast.probability, ON_CHANCE),
)  # fmt: skip
OF_SCENARIO = (
    Line("scenario_{}_p50", "Scenario “{name}”: median of the year", "yuan", lambda m: m.forecast.quantile(0.5), ON_SCENARIO),
    Line("scenario_{}_probability", "Scenario “{name}”: chance of the plan", "fraction of one", lambda m: m.forecast.probability, ON_SCENARIO),
    Line("scenario_{}_pace", "Scenario “{name}”: pace against base", "times", lambda m: m.pace, ON_SCENARIO),
)  # fmt: skip
#: Stages whose counts have a range, by key and name.
STAGES = {
    "started": "Projects started",
    "completed": "Projects completed",
    "under_way": "Projects under way",
    "not_started": "Projects not started",
}
OF_STAGE = (
    Line("_p10", "{what}: low by the year's end", "count", lambda m: m.levels[0], ON_STAGES),
    Line("_p50", "{what}: median by the year's end", "count", lambda m: m.levels[1], ON_STAGES),
    Line("_p90", "{what}: high by the year's end", "count", lambda m: m.levels[2], ON_STAGES),
)
STARTS = (
    Line("all_start_probability", "Chance that all not started do start", "fraction of one", lambda m: m.counts.all_start, ON_STAGES),
    Line("undated_projects", "Projects without planned dates", "count", lambda m: m.counts.undated, Rests(tables=(PROJECT,))),
)  # fmt: skip
COMPLETIONS = (
    Line("completions_ahead", "Projects still to complete by the year's end, at the median", "count", lambda m: m.ahead, ON_STAGES),
    Line("completions_best", "Most projects completed in as many days of this year", "count", lambda m: m.best, ON_STAGES),
    Line("completions_days", "Days over which they are counted", "days", lambda m: m.days, ON_DAYS),
    Line("completions_due", "Open projects whose planned finish lies in the year", "count", lambda m: m.due, Rests(tables=(PROJECT,))),
)  # fmt: skip
OF_SITES = (
    Line("_p10", "{what}: low by the year's end", "square metres", lambda m: m.levels[0], ON_SITES),
    Line("_p50", "{what}: median by the year's end", "square metres", lambda m: m.levels[1], ON_SITES),
    Line("_p90", "{what}: high by the year's end", "square metres", lambda m: m.levels[2], ON_SITES),
)
PARTS_AHEAD = (
    Line("bottom_up", "Sum of the projects' own forecasts", "yuan", lambda b: b.programme.done + b.outlook.parts.expected, ON_DONE),
    Line("parts_factor", "What projects are still to bring by the forecast's median, over what their own dates expect", "times", lambda b: share_of(b.forecast.remainder, b.outlook.parts.expected), ON_FORECAST),
    Line("categories_short", "Categories that end the year short of plan", "count", lambda b: int((b.outlook.by("category")["short"] > 0).sum()), OF_PARTS),
    Line("units_short", "Units that end the year short of plan", "count", lambda b: int((b.outlook.by("unit")["short"] > 0).sum()), OF_PARTS),
    Line("parts_without_total", "Projects without total investment", "count", lambda b: int(b.outlook.parts.projects["untotalled"].sum()), OF_TOTALS),
    Line("parts_without_dates", "Projects without a planned date", "count", lambda b: int(b.outlook.parts.projects["undated"].sum()), Rests(tables=(PROJECT,))),
    Line("parts_contradicted", "Projects with more done than their total investment, or less than nothing", "count", lambda b: int(b.outlook.parts.contradicted.sum()), Rests(tables=(TOTAL, DONE))),
)  # fmt: skip
#: What is asked of leaders; what granting it adds is there where days are left and something is asked.
ASKED = (
    Line("requests_short", "Decisions asked: expected shortfall at the year's end", "yuan", lambda b: float(b.asked.projects["short"].sum()), ON_ASKED),
    Line("requests_gained", "Decisions asked: added to the year if granted at once", "yuan", lambda b: b.asked.together and b.asked.together.gained, ON_ASKED),
    Line("requests_waits", "Decisions asked: what a week's delay takes from that", "yuan", lambda b: b.asked.together and b.asked.together.waits, ON_ASKED),
    Line("requests_first", "Decisions asked of the office where most is gained", "count", lambda b: b.asked.foremost, ON_ASKED),
    Line("requests_nothing", "Decisions asked that add nothing to this year", "count", lambda b: b.asked.nothing, ON_ASKED),
)  # fmt: skip
SITES = (
    Line("sites_without_plan", "Demolition sites without planned area", "count", lambda b: int(b.outlook.demolition.sites["unplanned"].sum()), Rests(tables=(PLANNED_AREA,))),
    Line("sites_exceeded", "Demolition sites with more done than planned", "count", lambda b: int(b.outlook.demolition.sites["exceeded"].sum()), Rests(tables=(AREA,))),
)  # fmt: skip
COVERAGE = (
    Line("unit_coverage", "Simulated units inside their 80% range", "fraction", lambda _: _unit_coverage(), on(PARTS)),
    Line("completed_coverage", "Simulated counts of completed projects inside their 80% range", "fraction", lambda _: _completed_coverage(), on(COUNTS)),
)  # fmt: skip


def ahead(b: Basis) -> list[Figure]:
    """Return paces, forecast, reference classes, and what is expected of stages, demolition and parts."""
    return [
        *drawn(PACES, b),
        *drawn(FORECAST_LEVELS, b, "forecast", Name(text="Forecast of the year's total")),
        *drawn(FORECAST, b),
        *(drawn(LIKELY, b) if b.forecast.target > 0 else ()),
        *drawn(ON_OWN if b.forecast.reference_class == OWN_MONTHS else ON_CLASS, b),
        *_classes(b),
        *_stages(b),
        *_sites(b),
        *drawn(PARTS_AHEAD, b),
        *drawn(ASKED, b),
        *(() if b.outlook.demolition.sites.empty else drawn(SITES, b)),
        *drawn(COVERAGE, b),
    ]


def equally_likely(forecast: YearTotal) -> tuple[list[float], list[float]]:
    """Return the levels of so many equally likely years, and what each comes to (yuan)."""
    levels = [(at + 0.5) / LIKELY_YEARS for at in range(LIKELY_YEARS)]
    return levels, [forecast.quantile(level) for level in levels]


def learnt(forecast: YearTotal) -> tuple[str, ...]:
    """Return the tables of the package that a forecast rests on, and the tidy one of own months."""
    if forecast.reference_class == OWN_MONTHS:
        return "cityanalytics/series/series_pool.csv", "data/processed/history_months.parquet"
    return (POOL,)


def scenarios(b: Basis) -> list[Figure]:
    """Return what each scenario comes to."""
    return [
        figure
        for scenario in b.scenarios
        for figure in drawn(
            OF_SCENARIO,
            SimpleNamespace(forecast=scenario.forecast, pace=scenario.pace, both=b.both),
            scenario.name,
            name=Name(text=SCENARIOS[scenario.name]),
        )
    ]


def _classes(b: Basis) -> Iterator[Figure]:
    for forecast in b.alternatives:
        name = forecast.reference_class
        member = SimpleNamespace(forecast=forecast, done=b.done, both=b.both)
        yield from drawn(OF_CLASS, member, f"class_{name}", Name(text=CLASSES[name]))


def _stages(b: Basis) -> Iterator[Figure]:
    stages = b.cells("stage_cell")
    paths = [b.outlook.counts.path(level) for level in (0.1, 0.5, 0.9)]
    for stage, name in STAGES.items():
        member = SimpleNamespace(levels=[getattr(path, stage) for path in paths], stages=stages)
        yield from drawn(OF_STAGE, member, f"projects_{stage}", Name(text=name))
    yield from drawn(STARTS, SimpleNamespace(counts=b.outlook.counts, stages=stages))
    yield from drawn(COMPLETIONS, _completions(b, paths[1].completed, stages))


def _completions(b: Basis, expected: float, stages: Cells) -> SimpleNamespace:
    """Return what is still to be completed, beside the most that any stretch of as many days of this year brought."""
    projects = b.programme.traced
    completed = (projects["stage"] == "completed").to_numpy()
    first, last = pd.Timestamp(b.programme.as_of.year, 1, 1), pd.Timestamp(b.programme.as_of.year, 12, 31)
    finished = pd.to_datetime(projects.loc[completed, "actual_finish"]).dropna()
    days = np.sort((finished[finished >= first] - first).dt.days.to_numpy())
    length = min(b.pace.days_left or b.pace.days_gone, b.pace.days_gone)
    within = np.searchsorted(days, days + length, side="left") - np.arange(len(days))
    return SimpleNamespace(
        ahead=max(expected - int(completed.sum()), 0),
        best=int(within.max(initial=0)),
        days=length,
        due=int((~completed & (projects["planned_finish"] <= last).to_numpy()).sum()),
        stages=stages,
    )


def _sites(b: Basis) -> Iterator[Figure]:
    sites, areas = b.programme.demolition, b.programme.demolition_segments
    if sites.empty and not b.settings.demolition:
        return
    kinds, place = sites["kind"].to_numpy(dtype=object), pd.Index(sites["site"]).get_indexer(areas["site"])
    total = Name(text="Demolition")
    groups: dict[str, tuple[Called, str | None]] = {"demolition_total": (total, None)}
    groups |= {kind.key: (kind.label, kind.kind) for kind in b.settings.demolition}
    for key, (name, kind) in groups.items():
        chosen = np.ones(len(sites), dtype=bool) if kind is None else kinds == kind
        own = (place >= 0) & chosen[place] if len(sites) else np.zeros(len(areas), dtype=bool)
        member = SimpleNamespace(
            levels=b.outlook.demolition.totals((0.1, 0.5, 0.9), kind=kind),
            cells=Cells.of(areas["area_cell"], rows=own) + Cells.of(sites["planned_area_cell"], rows=chosen),
        )
        yield from drawn(OF_SITES, member, key, name)


def _unit_coverage() -> float:
    """Return the share of units of simulated years that fell inside the 80 % range, over all dates."""
    table = parts_backtest()
    rows = table[(table["source"] == "simulated") & (table["measure"] == "unit")]
    return float(rows["coverage80"].mean())


def _completed_coverage() -> float:
    """Return the share of simulated years inside the 80 % range, of kinds of bureau that taught nothing."""
    table = counts_backtest()
    return float(table.loc[~table["learnt"] & (table["measure"] == "completed"), "coverage80"].mean())
