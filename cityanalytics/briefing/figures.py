"""Every number of the page, by key: value, unit, how it is shown, and the cells it comes from.

Sentences and tables take numbers from here alone, so that no number of the page is written by hand
and each can be traced.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing.ahead import outlook_figures
from cityanalytics.briefing.lights import STEP
from cityanalytics.briefing.physical import demolition_figures, housing_figures, project_figures, work_figures
from cityanalytics.briefing.quantity import DONE, PLAN, Figure, cells_of, share_of
from cityanalytics.briefing.since import change_figures
from cityanalytics.briefing.trackrecord import moved_figures, record_figures
from cityanalytics.forecast.pool import reference

if TYPE_CHECKING:
    from cityanalytics.forecast.bridge import Bridge
    from cityanalytics.forecast.methods import Forecast
    from cityanalytics.forecast.outlook import Outlook
    from cityanalytics.forecast.pace import Pace
    from cityanalytics.forecast.record import Record
    from cityanalytics.forecast.scenario import Scenario
    from cityanalytics.programme.changes import Changes
    from cityanalytics.programme.reconcile import Reconciliation
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.settings import Settings


def figures(
    *,
    settings: Settings,
    programme: Programme,
    reconciliation: Reconciliation,
    pace: Pace,
    forecast: Forecast,
    outlook: Outlook,
    scenarios: tuple[Scenario, ...],
    changes: Changes | None,
    bridge: Bridge | None,
    record: Record,
) -> dict[str, Figure]:
    """Return the figures of a briefing, by key.

    Parameters
    ----------
    settings
        The workspace's configuration.
    programme, reconciliation, pace, forecast, outlook, scenarios
        What was found for the data date.
    changes
        What changed since the last briefing; None where there is none.
    bridge, record
        Why the forecast moved (None where there is no earlier one), and what was published earlier.
    """
    found = [
        *_investment(programme),
        *_earlier_years(programme),
        *project_figures(programme, reconciliation),
        *work_figures(programme, settings),
        *demolition_figures(programme, settings),
        *housing_figures(programme, settings),
        *_pace(pace),
        *_forecast(forecast),
        *outlook_figures(programme, settings, outlook),
        Figure(key="light_yellow", value=settings.lights.yellow, unit="points"),
        Figure(key="light_red", value=settings.lights.red, unit="points"),
        Figure(key="light_step", value=STEP, unit="points"),
        *_received(programme, settings),
        *change_figures(changes),
        *moved_figures(bridge),
        *record_figures(record),
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


def _investment(programme: Programme) -> list[Figure]:
    counted = programme.segments[programme.segments["done"] != 0]
    done_cells = cells_of(counted["amount_cell"])
    plan_cells = cells_of(programme.projects["plan_cell"])
    share = share_of(programme.done, programme.plan)
    behind = None if share is None else programme.elapsed - share
    return [
        Figure(key="investment_to_date", value=programme.done, unit="yuan", cells=done_cells, tables=(DONE,)),
        Figure(key="annual_plan", value=programme.plan, unit="yuan", cells=plan_cells, tables=(PLAN,)),
        Figure(
            key="annual_plan_original",
            value=float(programme.projects["plan_original"].sum()),
            unit="yuan",
            cells=cells_of(programme.projects["plan_original_cell"]),
            tables=(PLAN,),
        ),
        Figure(
            key="plan_adjustment",
            value=programme.plan - float(programme.projects["plan_original"].sum()),
            unit="yuan",
            cells=cells_of(programme.projects["plan_original_cell"], programme.projects["plan_cell"]),
            tables=(PLAN,),
        ),
        Figure(
            key="investment_share_of_plan",
            value=share,
            unit="fraction",
            cells=done_cells + plan_cells,
            tables=(DONE, PLAN),
        ),
        Figure(key="elapsed_share", value=programme.elapsed, unit="fraction"),
        Figure(
            key="investment_to_date_share",
            value=share,
            unit="fraction",
            cells=done_cells + plan_cells,
            tables=(DONE, PLAN),
        ),
        Figure(
            key="investment_to_date_gap",
            value=None if behind is None else -behind,
            unit="points",
            cells=done_cells + plan_cells,
            tables=(DONE, PLAN),
        ),
        Figure(
            key="points_behind",
            value=None if behind is None else abs(behind),
            unit="points",
            cells=done_cells + plan_cells,
            tables=(DONE, PLAN),
        ),
        Figure(
            key="plan_missing",
            value=max(programme.plan - programme.done, 0.0),
            unit="yuan",
            cells=done_cells + plan_cells,
            tables=(DONE, PLAN),
        ),
        Figure(
            key="programme_total_investment",
            value=float(programme.projects["total_investment"].sum()),
            unit="yuan",
            cells=cells_of(programme.projects["total_investment_cell"]),
            tables=("projects!total_investment",),
        ),
    ]


def _earlier_years(programme: Programme) -> list[Figure]:
    done_cells = cells_of(programme.segments.loc[programme.segments["done"] != 0, "amount_cell"])
    found = []
    for year, amount, cell in programme.history.itertuples(index=False):
        found += [
            Figure(key=f"investment_{year}", value=amount, unit="yuan", cells=(cell,)),
            Figure(
                key=f"investment_vs_{year}",
                value=share_of(programme.done, amount),
                unit="fraction",
                cells=(*done_cells, cell),
                tables=(DONE, "history!amount"),
            ),
        ]
    return found


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
