"""Every number of the page, by key: value, unit, how it is shown, and the cells it comes from.

Sentences and tables take numbers from here alone, so that no number of the page is written by hand
and each can be traced.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing.ahead import (
    class_figures,
    forecast_figures,
    outlook_figures,
    pace_figures,
    scenario_figures,
)
from cityanalytics.briefing.breakdown import (
    breakdown_figures,
    contradicted_figures,
    held_up_figures,
    rule_figures,
)
from cityanalytics.briefing.physical import (
    category_figures,
    demolition_figures,
    project_figures,
    work_figures,
)
from cityanalytics.briefing.quantity import (
    CONFIGURED,
    DATA_DATE,
    DONE,
    PLAN,
    REGISTER,
    Figure,
    cells_of,
    done_cells,
    share_of,
)
from cityanalytics.briefing.since import change_figures
from cityanalytics.briefing.trackrecord import moved_figures, record_figures
from cityanalytics.programme.closing import done_by, same_day_before

if TYPE_CHECKING:
    from cityanalytics.outlook.bridge import Bridge
    from cityanalytics.outlook.outlook import Outlook
    from cityanalytics.outlook.pace import Pace
    from cityanalytics.outlook.record import Record
    from cityanalytics.outlook.scenario import Scenario
    from cityanalytics.programme.changes import Changes
    from cityanalytics.programme.reconcile import Reconciliation
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.series.methods import YearTotal
    from cityanalytics.settings import Settings


def figures(
    *,
    inputs: int,
    settings: Settings,
    programme: Programme,
    last_year: Programme | None,
    reconciliation: Reconciliation,
    pace: Pace,
    forecast: YearTotal,
    alternatives: tuple[YearTotal, ...],
    outlook: Outlook,
    scenarios: tuple[Scenario, ...],
    changes: Changes | None,
    bridge: Bridge | None,
    record: Record,
) -> dict[str, Figure]:
    """Return the figures of a briefing, by key.

    Parameters
    ----------
    inputs
        Files that the briefing rests on.
    settings
        The workspace's configuration.
    programme, reconciliation, pace, forecast, outlook, scenarios
        What was found for the data date.
    last_year
        The year before, closed; None where it is not known by periods.
    alternatives
        The forecast by each reference class.
    changes
        What changed since the last briefing; None where there is none.
    bridge, record
        Why the forecast moved (None where there is no earlier one), and what was published earlier.
    """
    found = [
        *_investment(programme),
        *_earlier_years(programme),
        *_on_year(programme, last_year),
        *project_figures(programme, reconciliation),
        *work_figures(programme, settings),
        *demolition_figures(programme, settings),
        *category_figures(programme, settings),
        *breakdown_figures(programme, outlook),
        *held_up_figures(programme),
        *contradicted_figures(reconciliation),
        *rule_figures(settings),
        *pace_figures(pace, programme),
        *forecast_figures(forecast, programme),
        *class_figures(alternatives, programme),
        *outlook_figures(programme, settings, outlook),
        *_received(programme, settings),
        *_stated_totals(reconciliation),
        *change_figures(changes),
        *moved_figures(bridge),
        *record_figures(record),
        Figure(key="inputs_files", value=inputs, unit="count", sources=(REGISTER,)),
        *scenario_figures(scenarios, programme),
    ]
    return {figure.key: figure for figure in found}


def _investment(programme: Programme) -> list[Figure]:
    cells = done_cells(programme)
    plan_cells = cells_of(programme.traced["plan_cell"])
    share = share_of(programme.done, programme.plan)
    behind = None if share is None else programme.elapsed - share
    return [
        Figure(key="investment_to_date", value=programme.done, unit="yuan", cells=cells, tables=(DONE,)),
        Figure(key="annual_plan", value=programme.plan, unit="yuan", cells=plan_cells, tables=(PLAN,)),
        Figure(
            key="annual_plan_original",
            value=float(programme.traced["plan_original"].sum()),
            unit="yuan",
            cells=cells_of(programme.traced["plan_original_cell"]),
            tables=(PLAN,),
        ),
        Figure(
            key="plan_adjustment",
            value=programme.plan - float(programme.traced["plan_original"].sum()),
            unit="yuan",
            cells=cells_of(programme.traced["plan_original_cell"], programme.traced["plan_cell"]),
            tables=(PLAN,),
        ),
        Figure(
            key="investment_share_of_plan",
            value=share,
            unit="fraction",
            cells=cells + plan_cells,
            tables=(DONE, PLAN),
        ),
        Figure(key="elapsed_share", value=programme.elapsed, unit="fraction", sources=(DATA_DATE,)),
        Figure(
            key="investment_to_date_share",
            value=share,
            unit="fraction",
            cells=cells + plan_cells,
            tables=(DONE, PLAN),
        ),
        Figure(
            key="investment_to_date_gap",
            value=None if behind is None else -behind,
            unit="points",
            cells=cells + plan_cells,
            tables=(DONE, PLAN),
        ),
        Figure(
            key="points_behind",
            value=None if behind is None else abs(behind),
            unit="points",
            cells=cells + plan_cells,
            tables=(DONE, PLAN),
        ),
        Figure(
            key="plan_missing",
            value=max(programme.plan - programme.done, 0.0),
            unit="yuan",
            cells=cells + plan_cells,
            tables=(DONE, PLAN),
        ),
        Figure(
            key="programme_total_investment",
            value=float(programme.traced["total_investment"].sum()),
            unit="yuan",
            cells=cells_of(programme.traced["total_investment_cell"]),
            tables=("projects!total_investment",),
        ),
    ]


def _earlier_years(programme: Programme) -> list[Figure]:
    cells = done_cells(programme)
    found = []
    for year, amount, cell in programme.history.itertuples(index=False):
        found += [
            Figure(key=f"investment_{year}", value=amount, unit="yuan", cells=(cell,)),
            Figure(
                key=f"investment_vs_{year}",
                value=share_of(programme.done, amount),
                unit="fraction",
                cells=(*cells, cell),
                tables=(DONE, "history!amount"),
            ),
        ]
    return found


def _on_year(programme: Programme, last_year: Programme | None) -> list[Figure]:
    """Return the same period of last year, and by how much this one differs from it (同比)."""
    if last_year is None:
        return []
    day = same_day_before(programme.as_of)
    before = done_by(last_year, day)
    begun = last_year.segments["start"] <= pd.Timestamp(day)
    cells = cells_of(last_year.segments.loc[begun, "amount_cell"])
    change = share_of(programme.done - before, before)
    return [
        Figure(key="investment_same_period", value=before, unit="yuan", cells=cells, tables=(DONE,)),
        Figure(
            key="investment_on_year_size",
            value=None if change is None else abs(change),
            unit="fraction",
            cells=done_cells(programme) + cells,
            tables=(DONE,),
        ),
    ]


def _stated_totals(reconciliation: Reconciliation) -> list[Figure]:
    """Return the stated totals that disagree with their rows, and the sums of those rows, in their sheets' units."""
    found = []
    for rank, row in enumerate(reconciliation.totals.to_dict("records"), start=1):
        summed = json.loads(row["understood_values"])["computed"]
        for name, text in (("stated", row["value"]), ("summed", summed)):
            number = float(str(text).replace(",", ""))
            cells = cells_of(pd.Series([row["where"]]))
            found.append(Figure(key=f"{name}_total_{rank}", value=number, unit="as stated", cells=cells))
    return found


def _received(programme: Programme, settings: Settings) -> list[Figure]:
    received = programme.received[programme.received["unit"].isin(settings.units)]
    now = received[received["quarter"] == programme.quarter]
    due = pd.Timestamp(settings.due_on(programme.quarter))
    missing = len(set(settings.units) - set(now["unit"]))
    severities = programme.issues["severity"]
    return [
        Figure(
            key="units_expected",
            value=len(settings.units),
            unit="count",
            sources=(CONFIGURED.format("units"),),
        ),
        Figure(key="units_received", value=len(now), unit="count", sources=(REGISTER,)),
        Figure(key="units_missing", value=missing, unit="count", sources=(REGISTER,)),
        Figure(
            key="units_late",
            value=int((now["first_received"] > due).sum()),
            unit="count",
            sources=(REGISTER, CONFIGURED.format("due_days")),
        ),
        *(
            Figure(
                key=f"issues_{severity}",
                value=int((severities == severity).sum()),
                unit="count",
                sources=("data/processed/issues.parquet",),
            )
            for severity in ("error", "warning")
        ),
    ]
