"""Figures of what is expected by the year's end beside investment: stages of projects, demolition, parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.quantity import DONE, PLAN, Figure, cells_of
from cityanalytics.forecast.parts import backtest

if TYPE_CHECKING:
    from cityanalytics.forecast.outlook import Outlook
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.settings import Settings

#: What the backtest of parts measured.
BACKTEST = "cityanalytics/forecast/parts.csv"
#: Levels that the page shows, by the ending of their keys.
SHOWN_LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def outlook_figures(programme: Programme, settings: Settings, outlook: Outlook) -> list[Figure]:
    """Return the figures of an outlook."""
    return [*_counts(programme, outlook), *_areas(programme, settings, outlook), *_parts(programme, outlook)]


def _counts(programme: Programme, outlook: Outlook) -> list[Figure]:
    counts = outlook.counts
    cells = cells_of(programme.projects["stage_cell"])
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
        Figure(
            key="undated_projects", value=counts.undated, unit="count", tables=("projects!planned_start",)
        ),
    ]


def _areas(programme: Programme, settings: Settings, outlook: Outlook) -> list[Figure]:
    sites, areas = programme.demolition, programme.demolition_segments
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
    done_cells = cells_of(programme.segments.loc[programme.segments["done"] != 0, "amount_cell"])
    return [
        Figure(
            key="bottom_up",
            value=programme.done + parts.expected,
            unit="yuan",
            cells=done_cells,
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
                ("parts_without_dates", parts.projects["undated"], ("projects!planned_start",)),
                ("parts_contradicted", parts.contradicted, ("projects!total_investment", DONE)),
                ("sites_without_plan", outlook.demolition.sites["unplanned"], ("demolition!planned_area",)),
                ("sites_exceeded", outlook.demolition.sites["exceeded"], ("demolition!area",)),
            )
        ),
        *(
            Figure(key=f"{measure}_coverage", value=_coverage(measure), unit="fraction", sources=(BACKTEST,))
            for measure in ("unit", "completed")
        ),
    ]


def _coverage(measure: str) -> float:
    """Return the share of simulated years that fell inside the 80 % range, over all dates."""
    table = backtest()
    return float(
        table.loc[(table["source"] == "simulated") & (table["measure"] == measure), "coverage80"].mean()
    )
