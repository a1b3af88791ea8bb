"""Figures of paces and of what is expected by the year's end: investment, stages of projects, demolition, parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.quantity import CALENDAR, DATA_DATE, DONE, PLAN, Figure, cells_of, done_cells
from cityanalytics.outlook.counts import backtest as counts_backtest
from cityanalytics.outlook.parts import backtest as parts_backtest
from cityanalytics.series.pool import reference

if TYPE_CHECKING:
    import pandas as pd

    from cityanalytics.outlook.outlook import Outlook
    from cityanalytics.outlook.pace import Pace
    from cityanalytics.outlook.scenario import Scenario
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.series.methods import YearTotal
    from cityanalytics.settings import Settings

#: What was learnt of the reference classes; the share of outcomes that the band is to hold.
POOL = "cityanalytics/series/pool.csv"
BAND = 0.8
#: What the backtest of parts measured.
PARTS, COUNTS = "cityanalytics/outlook/parts.csv", "cityanalytics/outlook/counts.csv"
#: Levels that the page shows, by the ending of their keys.
SHOWN_LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def pace_figures(pace: Pace, programme: Programme) -> list[Figure]:
    """Return the paces, and the days that they are measured over."""
    done, plan = done_cells(programme), cells_of(programme.traced["plan_cell"])
    rests_on = {
        "pace_achieved": (pace.achieved, "yuan per day", done, (DONE,)),
        "pace_required": (pace.required, "yuan per day", done + plan, (DONE, PLAN)),
        "pace_ratio": (pace.ratio, "times", done + plan, (DONE, PLAN)),
        "pace_achieved_working": (pace.achieved_working, "yuan per day", done, (DONE,)),
        "pace_required_working": (pace.required_working, "yuan per day", done + plan, (DONE, PLAN)),
        "pace_best": (pace.best, "yuan per day", done, (DONE,)),
        "closes_at_achieved_pace": (pace.closes_at, "yuan", done, (DONE,)),
    }
    days = {
        "pace_best_days": pace.best_days,
        "days_gone": pace.days_gone,
        "days_left": pace.days_left,
        "working_days_gone": pace.working_days_gone,
        "working_days_left": pace.working_days_left,
    }
    return [
        *(
            Figure(key=key, value=value, unit=unit, cells=cells, tables=tables, sources=_days(key))
            for key, (value, unit, cells, tables) in rests_on.items()
        ),
        *(Figure(key=key, value=value, unit="days", sources=_days(key)) for key, value in days.items()),
    ]


def _days(key: str) -> tuple[str, ...]:
    """Return what the days of a figure rest on."""
    return (DATA_DATE, *CALENDAR) if "working" in key else (DATA_DATE,)


def forecast_figures(forecast: YearTotal, programme: Programme) -> list[Figure]:
    """Return the forecast of the year, and what it rests on."""
    done, plan = done_cells(programme), cells_of(programme.traced["plan_cell"])
    levels = {
        "forecast_p10": 0.10,
        "forecast_p25": 0.25,
        "forecast_p50": 0.50,
        "forecast_p75": 0.75,
        "forecast_p90": 0.90,
    }
    return [
        *(
            Figure(
                key=key,
                value=forecast.quantile(level),
                unit="yuan",
                cells=done,
                tables=(DONE,),
                sources=(POOL,),
            )
            for key, level in levels.items()
        ),
        Figure(
            key="forecast_probability",
            value=forecast.probability,
            unit="fraction of one",
            cells=done + plan,
            tables=(DONE, PLAN),
            sources=(POOL,),
        ),
        Figure(
            key="pace_expected",
            value=forecast.remainder / programme.days_left if programme.days_left else None,
            unit="yuan per day",
            cells=done,
            tables=(DONE,),
            sources=(POOL,),
        ),
        Figure(
            key="forecast_band", value=BAND, unit="fraction", sources=("cityanalytics/briefing/ahead.py",)
        ),
        Figure(
            key="class_coverage",
            value=reference(forecast.reference_class, forecast.as_of).coverage,
            unit="fraction",
            sources=(POOL,),
        ),
        Figure(key="class_series", value=forecast.freedom + 1, unit="count", sources=(POOL,)),
    ]


def class_figures(alternatives: tuple[YearTotal, ...], programme: Programme) -> list[Figure]:
    """Return where each reference class would have the year end."""
    done, plan = done_cells(programme), cells_of(programme.traced["plan_cell"])
    found = []
    for forecast in alternatives:
        key = f"class_{forecast.reference_class}"
        found += [
            Figure(
                key=f"{key}_{ending}",
                value=forecast.quantile(level),
                unit="yuan",
                cells=done,
                tables=(DONE,),
                sources=(POOL,),
            )
            for ending, level in SHOWN_LEVELS.items()
        ]
        found.append(
            Figure(
                key=f"{key}_probability",
                value=forecast.probability,
                unit="fraction of one",
                cells=done + plan,
                tables=(DONE, PLAN),
                sources=(POOL,),
            )
        )
    return found


def scenario_figures(scenarios: tuple[Scenario, ...], programme: Programme) -> list[Figure]:
    """Return what each scenario comes to."""
    done, plan = done_cells(programme), cells_of(programme.traced["plan_cell"])
    return [
        Figure(
            key=f"scenario_{scenario.name}_{key}",
            value=value,
            unit=unit,
            cells=done + plan,
            tables=(DONE, PLAN),
            sources=(POOL, *CALENDAR),
        )
        for scenario in scenarios
        for key, value, unit in (
            ("p50", scenario.forecast.quantile(0.5), "yuan"),
            ("probability", scenario.forecast.probability, "fraction of one"),
            ("pace", scenario.pace, "times"),
        )
    ]


def outlook_figures(programme: Programme, settings: Settings, outlook: Outlook) -> list[Figure]:
    """Return the figures of an outlook."""
    return [*_counts(programme, outlook), *_areas(programme, settings, outlook), *_parts(programme, outlook)]


def _counts(programme: Programme, outlook: Outlook) -> list[Figure]:
    counts = outlook.counts
    cells = cells_of(programme.traced["stage_cell"])
    found = [
        Figure(
            key=f"projects_{stage}_{ending}",
            value=getattr(counts.path(level), stage),
            unit="count",
            cells=cells,
            tables=("status!stage",),
        )
        for stage in ("started", "completed", "under_way", "not_started")
        for ending, level in SHOWN_LEVELS.items()
    ]
    return [
        *found,
        Figure(
            key="all_start_probability",
            value=counts.all_start,
            unit="fraction of one",
            cells=cells,
            tables=("status!stage",),
        ),
        Figure(key="undated_projects", value=counts.undated, unit="count", tables=("projects!project",)),
    ]


def _areas(programme: Programme, settings: Settings, outlook: Outlook) -> list[Figure]:
    sites, areas = programme.demolition, programme.demolition_segments
    if sites.empty and not settings.demolition:
        return []
    groups = {"demolition_total": None, **{kind.key: kind.kind for kind in settings.demolition}}
    found = []
    for key, kind in groups.items():
        own = sites if kind is None else sites[sites["kind"] == kind]
        cells = cells_of(areas.loc[areas["site"].isin(own["site"]), "area_cell"], own["planned_area_cell"])
        found += [
            Figure(
                key=f"{key}_{ending}",
                value=outlook.demolition.total(level, kind=kind),
                unit="square metres",
                cells=cells,
                tables=("demolition!area", "demolition!planned_area"),
            )
            for ending, level in SHOWN_LEVELS.items()
        ]
    return found


def _parts(programme: Programme, outlook: Outlook) -> list[Figure]:
    parts = outlook.parts
    return [
        Figure(
            key="bottom_up",
            value=programme.done + parts.expected,
            unit="yuan",
            cells=done_cells(programme),
            tables=(DONE,),
        ),
        *(
            Figure(
                key=f"{name}_short",
                value=int((outlook.by(by)["short"] > 0).sum()),
                unit="count",
                tables=(DONE, PLAN),
            )
            for by, name in (("category", "categories"), ("unit", "units"))
        ),
        *(
            Figure(key=key, value=int(flags.sum()), unit="count", tables=tables)
            for key, flags, tables in (
                ("parts_without_total", parts.projects["untotalled"], ("projects!total_investment",)),
                ("parts_without_dates", parts.projects["undated"], ("projects!project",)),
                ("parts_contradicted", parts.contradicted, ("projects!total_investment", DONE)),
                *_doubtful_sites(outlook),
            )
        ),
        Figure(key="unit_coverage", value=_unit_coverage(), unit="fraction", sources=(PARTS,)),
        Figure(key="completed_coverage", value=_completed_coverage(), unit="fraction", sources=(COUNTS,)),
    ]


def _doubtful_sites(outlook: Outlook) -> tuple[tuple[str, pd.Series, tuple[str, ...]], ...]:
    """Return the sites that lack a planned area or went beyond it; nothing where there are no sites."""
    sites = outlook.demolition.sites
    if sites.empty:
        return ()
    return (
        ("sites_without_plan", sites["unplanned"], ("demolition!planned_area",)),
        ("sites_exceeded", sites["exceeded"], ("demolition!area",)),
    )


def _unit_coverage() -> float:
    """Return the share of units of simulated years that fell inside the 80 % range, over all dates."""
    table = parts_backtest()
    rows = table[(table["source"] == "simulated") & (table["measure"] == "unit")]
    return float(rows["coverage80"].mean())


def _completed_coverage() -> float:
    """Return the share of simulated years inside the 80 % range, of kinds of bureau that taught nothing."""
    table = counts_backtest()
    return float(table.loc[~table["learnt"] & (table["measure"] == "completed"), "coverage80"].mean())
