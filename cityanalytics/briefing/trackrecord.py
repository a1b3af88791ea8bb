"""Figures of earlier forecasts: why this one moved, and how those that were published did."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cityanalytics.briefing.quantity import DONE, LEDGER, PLAN, Figure
from cityanalytics.outlook.record import LEAST_SCORED, RULES

if TYPE_CHECKING:
    from cityanalytics.outlook.bridge import Bridge
    from cityanalytics.outlook.record import Record

#: What the last digit of an amount stands for, in every language (yuan).
SHOWN_STEP = 1e7


def moved_figures(bridge: Bridge | None) -> list[Figure]:
    """Return the last forecast, and the steps from it as they are shown.

    A step is the difference of two levels rounded to the shown unit, so that the steps shown add up.
    """
    if bridge is None:
        return []
    moved, earlier = bridge.median_steps(SHOWN_STEP), bridge.earlier
    sources = (LEDGER,) if earlier.published_on else ()
    amounts = {
        "last_forecast_p10": earlier.p10,
        "last_forecast_p50": earlier.p50,
        "last_forecast_p90": earlier.p90,
        "last_forecast_plan": earlier.target,
        "forecast_moved": abs(sum(moved.values())) * SHOWN_STEP,
        **{f"forecast_moved_{cause}": step * SHOWN_STEP for cause, step in moved.items()},
    }
    counts = {"projects_added": bridge.added, "projects_removed": bridge.removed}
    return [
        *(
            Figure(key=key, value=value, unit="yuan", tables=(DONE, PLAN), sources=sources)
            for key, value in amounts.items()
        ),
        *(
            Figure(key=key, value=value, unit="count", tables=("projects!project",), sources=sources)
            for key, value in counts.items()
        ),
    ]


def record_figures(record: Record) -> list[Figure]:
    """Return how many forecasts were published, how many of them are scored, and the scores."""
    if not record.scores and not record.hindcasts:
        return []
    skills = {rule: record.skill(rule) for rule in RULES}
    return [
        Figure(key="record_published", value=len(record.scores), unit="count", sources=(LEDGER,)),
        Figure(key="record_hindcasts", value=len(record.hindcasts), unit="count", sources=(LEDGER,)),
        Figure(key="record_scored", value=len(record.closed), unit="count", sources=(LEDGER,)),
        Figure(key="record_least_scored", value=LEAST_SCORED, unit="count", sources=(LEDGER,)),
        Figure(key="record_inside", value=record.inside, unit="count", sources=(LEDGER,)),
        Figure(
            key="record_bias_size",
            value=None if record.bias is None else abs(record.bias),
            unit="fraction",
            sources=(LEDGER,),
        ),
        *(
            Figure(
                key=f"record_skill_{rule}",
                value=skill if skill is not None and math.isfinite(skill) else None,
                unit="fraction",
                sources=(LEDGER,),
            )
            for rule, skill in skills.items()
        ),
    ]
