"""Tornado: how far each lever alone moves the median, between a low and a high value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cityanalytics.whatif.answer import Answer
from cityanalytics.whatif.goal import on_top

if TYPE_CHECKING:
    from cityanalytics.whatif.levers import Scenario
    from cityanalytics.whatif.model import Model

#: Units with the largest amounts to come that are shown one by one.
_UNITS = 6


def tornado(model: Model, scenario: Scenario) -> pd.DataFrame:
    """Return how far each lever moves the median alone, between a low and a high value, the widest first.

    Parameters
    ----------
    model
        The forecast.
    scenario
        What changes besides.
    """
    middle = Answer(model=model, scenario=scenario).quantiles["p50"]
    if not model.days:
        return pd.DataFrame(columns=["lever", "low", "high", "delta_low", "delta_high"])
    days = float(min(10, model.working_days(slice(0, len(model.days)))))
    soon, later = (model.days[min(at, len(model.days)) - 1] for at in (15, 60))
    cases: list[tuple[str, str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
        ("pace", "", {"factor": 0.9}, {"factor": 1.1}, {}),
        ("city_pace", "", {"city_pace": 0.9}, {"city_pace": 1.1}, {}),
        ("days", "", {"lost": days}, {"gained": days}, {}),
        ("funds_short", "", {"share": 0.1}, {"share": 0.0}, {}),
        ("scope", "", {"share": -0.1}, {"share": 0.1}, {}),
    ]
    if model.curves.waiting.any():
        cases.append(("start", "", {"on": later}, {"on": soon}, {}))
    held = model.projects["constraint"].where(model.selection.open).dropna()
    cases += [
        ("lift", constraint, {"on": later}, {"on": soon}, {"constraints": (constraint,)})
        for constraint in sorted(held.unique())
    ]
    to_come = (
        pd.Series(model.forecast.outlook.parts.expectations).groupby(model.projects["unit"].fillna("")).sum()
    )
    largest = to_come[(to_come > 0) & (to_come.index != "")].sort_values(ascending=False, kind="stable")
    cases += [
        ("pace", str(unit), {"factor": 0.8}, {"factor": 1.2}, {"units": (str(unit),)})
        for unit in largest.index[:_UNITS]
    ]
    rows = []
    for kind, of, low, high, choice in cases:
        ends = [
            on_top(model, scenario, kind, values, choice).quantiles["p50"] - middle for values in (low, high)
        ]
        rows.append(
            (f"{kind}@{of}" if of else kind, *(next(iter(one.values())) for one in (low, high)), *ends)
        )
    table = pd.DataFrame(rows, columns=["lever", "low", "high", "delta_low", "delta_high"])
    wide = (table["delta_high"] - table["delta_low"]).abs()
    return table.loc[wide.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
