"""What a scenario does beside money: projects started and completed by the year's end, and areas of demolition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.outlook.draws import byte
from cityanalytics.outlook.paths import PUBLISHED
from cityanalytics.whatif.levers import CHOICES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cityanalytics.whatif.levers import Lever, Scenario
    from cityanalytics.whatif.model import Model

#: Level of each published quantile.
_LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def stages(model: Model, scenario: Scenario) -> pd.DataFrame:
    """Return what has started and is completed by the year's end, and the area that is demolished.

    Counts are the forecast's and what the same quantile of the paths moves by: on each path a project begins and is
    completed as it is drawn, so many effective days of work nearer. Money alone (funds short, scope, the city's pace)
    moves no step. Of a site its unit alone is known, so levers that choose by anything else leave sites as they are.

    Parameters
    ----------
    model
        The forecast, prepared.
    scenario
        What changes.

    Returns
    -------
    pandas.DataFrame
        A row a measure (``started``, ``completed``: projects; ``demolition``: square metres): ``measure``,
        ``base_p50``, ``p10``, ``p50``, ``p90``.
    """
    counts, bounded = model.forecast.outlook.counts, model.forecast.outlook.demolition
    rows = []
    for measure, before, now in zip(
        ("started", "completed"), _steps(model, ()), _steps(model, scenario.lever), strict=True
    ):
        days = [one.start if measure == "started" else one.finish for one in scenario.addition]
        new = sum(day <= model.days[-1] for day in days)
        told = {name: getattr(counts.path(level), measure) for name, level in _LEVELS.items()}
        moved = np.sort(now) - np.sort(before)
        # the forecast's quantiles are exact, the paths' nearly so: together they stay between none and all
        least, most = getattr(counts.now, measure), len(model.projects)
        counted = sorted(min(max(told[name] + int(moved[at]), least), most) for name, at in PUBLISHED.items())
        rows.append(
            {"measure": measure, "base_p50": told["p50"]}
            | {name: count + new for name, count in zip(PUBLISHED, counted, strict=True)}
        )
    ends = bounded.totals([*_LEVELS.values()], pace=_site_pace(model, scenario.lever))
    rows.append(
        {"measure": "demolition", "base_p50": bounded.total(0.5)} | dict(zip(_LEVELS, ends, strict=True))
    )
    return pd.DataFrame(rows)


def _steps(model: Model, levers: Iterable[Lever]) -> tuple[np.ndarray, np.ndarray]:
    """Return how many have started and are completed on each path (int64)."""
    base, found = model.base, model.expected(model.reach(levers))
    steps = base.steps
    drawn = byte(base.drawn[np.concatenate([steps.waits, steps.moves])], 2)
    when = (found.begins, base.week, found.worked)
    return steps.started(*when), steps.finished(*when, found.moving, drawn, base.node)


def _site_pace(model: Model, levers: Iterable[Lever]) -> np.ndarray:
    """Return the factor on what each site would do in the days that are left (float64)."""
    units = model.forecast.outlook.demolition.sites["unit"]
    clock = np.ones((len(units), max(len(model.days), 1)))
    for lever in levers:
        paced = model.paced(lever)
        if paced is None or any(getattr(lever, key) for key in CHOICES if key != "units"):
            continue
        own = units.isin(lever.units).to_numpy() if lever.units else np.ones(len(units), dtype=bool)
        clock[own, paced[0]] *= paced[1]
    return np.asarray(clock.mean(axis=1))
