"""Every number of the page, by key: value, unit, how it is shown, and the cells it comes from.

Sentences and tables take numbers from here alone, so that no number of the page is written by hand
and each can be traced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing import display
from cityanalytics.forecast.pool import reference
from cityanalytics.programme import progress
from cityanalytics.programme.reconcile import listed_works

if TYPE_CHECKING:
    from cityanalytics.forecast.methods import Forecast
    from cityanalytics.forecast.pace import Pace
    from cityanalytics.forecast.scenario import Scenario
    from cityanalytics.programme.reconcile import Reconciliation
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.settings import Settings

#: Unit of a figure to the way it is shown.
SHOWN: Mapping[str, Callable[[display.Value, str], str]] = {
    "yuan": display.amount,
    "yuan per day": display.pace,
    "square metres": lambda value, language: display.area(value, language, places=1),
    "metres": display.length,
    "fraction": display.share,
    "fraction of one": display.probability,
    "points": display.points,
    "times": lambda value, language: display.number(value, language, places=2),
    "count": display.count,
    "days": display.count,
}
MEASURES = {"metres": "metres", "square metres": "square metres"}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number that stands on the page.

    Parameters
    ----------
    key
        Stable name.
    value
        In base units: yuan, square metres, metres, fractions; None where it cannot be known.
    unit
        A key of :data:`SHOWN`.
    cells
        The ``file!sheet!cell`` addresses that the value was computed from.
    table
        The tidy table that holds most of them.
    """

    key: str
    value: float | None
    unit: str
    cells: tuple[str, ...] = ()
    table: str = "projects"

    def shown(self, language: str) -> str:
        """Return the number as a reader of `language` sees it."""
        return SHOWN[self.unit](self.value, language)


Figures = Mapping[str, Figure]


def figures(
    *,
    settings: Settings,
    programme: Programme,
    reconciliation: Reconciliation,
    pace: Pace,
    forecast: Forecast,
    scenarios: tuple[Scenario, ...],
    previous: Programme | None,
    previous_forecast: Forecast | None,
) -> dict[str, Figure]:
    """Return the figures of a briefing, by key.

    Parameters
    ----------
    settings
        The workspace's configuration.
    programme, reconciliation, pace, forecast, scenarios
        What was found for the data date.
    previous, previous_forecast
        The same for the last quarter's; None where there is none.
    """
    found = [
        *_investment(programme),
        *_earlier_years(programme),
        *_projects(programme, reconciliation),
        *_works(programme, settings),
        *_demolition(programme, settings),
        *_housing(programme, settings),
        *_pace(pace),
        *_forecast(forecast),
        *_received(programme, settings),
        *_since(programme, previous),
        *_moved(forecast, previous_forecast),
        Figure(
            key="class_coverage",
            value=reference(forecast.reference_class, forecast.as_of).coverage,
            unit="fraction",
        ),
        *(
            figure
            for scenario in scenarios
            for figure in (
                Figure(
                    key=f"scenario_{scenario.name}_p50", value=scenario.forecast.quantile(0.5), unit="yuan"
                ),
                Figure(
                    key=f"scenario_{scenario.name}_probability",
                    value=scenario.forecast.probability,
                    unit="fraction of one",
                ),
                Figure(key=f"scenario_{scenario.name}_pace", value=scenario.pace, unit="times"),
            )
        ),
    ]
    return {figure.key: figure for figure in found}


def _cells(*columns: pd.Series) -> tuple[str, ...]:
    return tuple(str(cell) for column in columns for cell in column.dropna())


def _share(value: float, whole: float) -> float | None:
    return value / whole if whole else None


def _investment(programme: Programme) -> list[Figure]:
    counted = programme.segments[programme.segments["done"] != 0]
    done_cells = _cells(counted["amount_cell"])
    plan_cells = _cells(programme.projects["plan_cell"])
    share = _share(programme.done, programme.plan)
    behind = None if share is None else programme.elapsed - share
    return [
        Figure(key="investment_to_date", value=programme.done, unit="yuan", cells=done_cells),
        Figure(key="annual_plan", value=programme.plan, unit="yuan", cells=plan_cells),
        Figure(
            key="annual_plan_original",
            value=float(programme.projects["plan_original"].sum()),
            unit="yuan",
            cells=_cells(programme.projects["plan_original_cell"]),
        ),
        Figure(
            key="plan_adjustment",
            value=programme.plan - float(programme.projects["plan_original"].sum()),
            unit="yuan",
            cells=_cells(programme.projects["plan_original_cell"], programme.projects["plan_cell"]),
        ),
        Figure(key="investment_share_of_plan", value=share, unit="fraction", cells=done_cells + plan_cells),
        Figure(key="elapsed_share", value=programme.elapsed, unit="fraction"),
        Figure(key="investment_to_date_share", value=share, unit="fraction", cells=done_cells + plan_cells),
        Figure(
            key="investment_to_date_gap",
            value=None if behind is None else -behind,
            unit="points",
            cells=done_cells + plan_cells,
        ),
        Figure(
            key="points_behind",
            value=None if behind is None else abs(behind),
            unit="points",
            cells=done_cells + plan_cells,
        ),
        Figure(
            key="plan_missing",
            value=max(programme.plan - programme.done, 0.0),
            unit="yuan",
            cells=done_cells + plan_cells,
        ),
        Figure(
            key="programme_total_investment",
            value=float(programme.projects["total_investment"].sum()),
            unit="yuan",
            cells=_cells(programme.projects["total_investment_cell"]),
        ),
    ]


def _earlier_years(programme: Programme) -> list[Figure]:
    done_cells = _cells(programme.segments.loc[programme.segments["done"] != 0, "amount_cell"])
    found = []
    for year, amount, cell in programme.history.itertuples(index=False):
        found += [
            Figure(key=f"investment_{year}", value=amount, unit="yuan", cells=(cell,)),
            Figure(
                key=f"investment_vs_{year}",
                value=_share(programme.done, amount),
                unit="fraction",
                cells=(*done_cells, cell),
            ),
        ]
    return found


def _projects(programme: Programme, reconciliation: Reconciliation) -> list[Figure]:
    projects = programme.projects
    on_schedule = projects["schedule"] == "on schedule"
    under_way = projects["stage"].isin(progress.UNDER_WAY)
    started = under_way | (projects["stage"] == "completed")
    groups = {
        "projects_total": (projects, "project_cell"),
        "projects_started": (projects[started], "actual_start_cell"),
        "projects_completed": (projects[projects["stage"] == "completed"], "stage_cell"),
        "projects_under_way": (projects[under_way], "stage_cell"),
        "projects_on_schedule": (projects[on_schedule], "schedule_cell"),
        "projects_not_started": (projects[projects["stage"] == "not started"], "stage_cell"),
        "unexplained_projects": (projects[under_way & ~on_schedule], "schedule_cell"),
    }
    found = []
    for key, (rows, cell) in groups.items():
        plan, done = float(rows["plan"].sum()), float(rows["done"].sum())
        segments = programme.segments[programme.segments["project"].isin(rows["project"])]
        done_cells = _cells(segments.loc[segments["done"] != 0, "amount_cell"])
        plan_cells = _cells(rows["plan_cell"])
        found += [
            Figure(key=key, value=len(rows), unit="count", cells=_cells(rows[cell])),
            Figure(key=f"{key}_plan", value=plan, unit="yuan", cells=plan_cells, table="plans"),
            Figure(key=f"{key}_done", value=done, unit="yuan", cells=done_cells, table="investment"),
            Figure(
                key=f"{key}_share",
                value=_share(done, plan),
                unit="fraction",
                cells=done_cells + plan_cells,
                table="investment",
            ),
        ]
    held = {
        "below_quota_projects": reconciliation.below_quota,
        "contradicted_projects": reconciliation.contradicted,
        "adjusted_projects": reconciliation.adjusted,
    }
    return found + [
        Figure(key=key, value=len(table), unit="count", cells=_cells(table["plan_cell"]))
        for key, table in held.items()
    ]


def _works(programme: Programme, settings: Settings) -> list[Figure]:
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
                cells=_cells(rows["done_cell"]),
            )
        )
    listed = listed_works(programme, [kind.kind for kind in settings.works if kind.listed])
    return [
        *found,
        Figure(
            key="works_listed",
            value=float(listed["done"].sum()),
            unit="count",
            cells=_cells(listed["done_cell"]),
        ),
        Figure(
            key="works_bundling",
            value=listed["project"].nunique(),
            unit="count",
            cells=_cells(listed["done_cell"]),
        ),
    ]


def _demolition(programme: Programme, settings: Settings) -> list[Figure]:
    sites = programme.demolition
    cells = programme.demolition_segments[programme.demolition_segments["done"] != 0]
    found = []
    groups = {
        "demolition_total": sites,
        **{kind.key: sites[sites["kind"] == kind.kind] for kind in settings.demolition},
    }
    for key, rows in groups.items():
        own = cells[cells["site"].isin(rows["site"])]
        done, planned = float(rows["done"].sum()), float(rows["planned_area"].sum())
        share, both = _share(done, planned), _cells(own["area_cell"], rows["planned_area_cell"])
        found += [
            Figure(key=key, value=done, unit="square metres", cells=_cells(own["area_cell"])),
            Figure(
                key=f"{key}_planned",
                value=planned,
                unit="square metres",
                cells=_cells(rows["planned_area_cell"]),
            ),
            Figure(key=f"{key}_share", value=share, unit="fraction", cells=both),
            Figure(
                key=f"{key}_gap",
                value=None if share is None else share - programme.elapsed,
                unit="points",
                cells=both,
            ),
        ]
    return [
        *found,
        Figure(
            key="demolition_sites", value=len(sites), unit="count", cells=_cells(sites["planned_area_cell"])
        ),
    ]


def _housing(programme: Programme, settings: Settings) -> list[Figure]:
    rows = programme.segments[programme.segments["category"] == settings.housing_category]
    if not settings.housing_category:
        return []
    return [
        Figure(
            key="housing_investment",
            value=float(rows["done"].sum()),
            unit="yuan",
            cells=_cells(rows.loc[rows["done"] != 0, "amount_cell"]),
        )
    ]


def _pace(pace: Pace) -> list[Figure]:
    return [
        Figure(key="pace_achieved", value=pace.achieved, unit="yuan per day"),
        Figure(key="pace_required", value=pace.required, unit="yuan per day"),
        Figure(key="pace_ratio", value=pace.ratio, unit="times"),
        Figure(key="pace_achieved_working", value=pace.achieved_working, unit="yuan per day"),
        Figure(key="pace_required_working", value=pace.required_working, unit="yuan per day"),
        Figure(key="pace_best", value=pace.best, unit="yuan per day"),
        Figure(key="pace_best_days", value=pace.best_days, unit="days"),
        Figure(key="days_gone", value=pace.days_gone, unit="days"),
        Figure(key="days_left", value=pace.days_left, unit="days"),
        Figure(key="working_days_gone", value=pace.working_days_gone, unit="days"),
        Figure(key="working_days_left", value=pace.working_days_left, unit="days"),
        Figure(key="closes_at_achieved_pace", value=pace.closes_at, unit="yuan"),
    ]


def _forecast(forecast: Forecast) -> list[Figure]:
    levels = {
        "forecast_p10": 0.10,
        "forecast_p25": 0.25,
        "forecast_p50": 0.50,
        "forecast_p75": 0.75,
        "forecast_p90": 0.90,
    }
    return [
        *(Figure(key=key, value=forecast.quantile(level), unit="yuan") for key, level in levels.items()),
        Figure(key="forecast_probability", value=forecast.probability, unit="fraction of one"),
    ]


def _received(programme: Programme, settings: Settings) -> list[Figure]:
    received = programme.received[programme.received["unit"].isin(settings.units)]
    now = received[received["quarter"] == programme.quarter]
    due = pd.Timestamp(settings.data_date(programme.quarter) + dt.timedelta(days=settings.due_days))
    severities = programme.issues["severity"]
    return [
        Figure(key="units_expected", value=len(settings.units), unit="count"),
        Figure(key="units_received", value=len(now), unit="count"),
        Figure(key="units_late", value=int((now["first_received"] > due).sum()), unit="count"),
        Figure(key="issues_error", value=int((severities == "error").sum()), unit="count"),
        Figure(key="issues_warning", value=int((severities == "warning").sum()), unit="count"),
    ]


def _since(programme: Programme, previous: Programme | None) -> list[Figure]:
    """Count what started and ended after the last quarter's data date."""
    if previous is None:
        return []
    now = programme.projects
    started, completed = (
        now[(now[name] > pd.Timestamp(previous.as_of)) & (now[name] <= pd.Timestamp(programme.as_of))]
        for name in ("actual_start", "actual_finish")
    )
    return [
        Figure(
            key="newly_started", value=len(started), unit="count", cells=_cells(started["actual_start_cell"])
        ),
        Figure(
            key="newly_completed",
            value=len(completed),
            unit="count",
            cells=_cells(completed["actual_finish_cell"]),
        ),
    ]


def _moved(forecast: Forecast, previous: Forecast | None) -> list[Figure]:
    if previous is None:
        return []
    moved = abs(forecast.quantile(0.5) - previous.quantile(0.5))
    return [Figure(key="forecast_moved", value=moved, unit="yuan")]
