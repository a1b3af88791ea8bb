"""What the page's panel computes with: the model as data, so that it gives the same numbers without Python."""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np

from cityanalytics.outlook.draws import draw_table, levels
from cityanalytics.outlook.hazard import EDGES
from cityanalytics.outlook.paths import PUBLISHED

if TYPE_CHECKING:
    import pandas as pd

    from cityanalytics.whatif.model import Model

#: Significant digits of what is shipped: amounts of a year are then equal to Python's to a few parts of 10^12.
_DIGITS = 13


def panel(model: Model) -> dict[str, Any]:
    """Return the data of the page's panel: open projects alone, as columns.

    Parameters
    ----------
    model
        The forecast, prepared.
    """
    total, curves, base = model.forecast.total, model.curves, model.base
    kept = np.flatnonzero(model.selection.open)
    codes = {
        name: _coded(model.projects[name].iloc[kept]) for name in ("unit", "category", "constraint", "stage")
    }
    waiting = curves.waiting[kept]
    due = np.full(len(base.done), np.nan)
    due[base.steps.waits] = base.steps.start_due
    return {
        "as_of": model.as_of.isoformat(),
        "city": model.city,
        "seed": model.forecast.seed & 0xFFFFFFFF,
        "target": total.target if total.target > 0 else None,
        "done": total.done,
        "remainder": total.remainder,
        "ceiling": None if math.isinf(total.ceiling) else total.ceiling,
        "probability": total.probability,
        "factor": _number(model.factor),
        "at": list(PUBLISHED.values()),
        "steps": _steps(model),
        "table": _numbers(draw_table(model.forecast.outlook.parts.dispersion)),
        "workdays": "".join("1" if worked else "0" for worked in model.worked),
        "usual": _number(curves.usual),
        "rates": [_numbers(rates) for rates in base.steps.start_rates],
        "edges": EDGES.tolist(),
        **{name: names for name, (names, _) in codes.items()},
        "projects": {
            "name": model.projects["project"].iloc[kept].tolist(),
            **{name: code for name, (_, code) in codes.items()},
            "crc": [zlib.crc32(name.encode()) for name in model.projects["project"].iloc[kept]],
            "waiting": waiting.astype(int).tolist(),
            **{
                name: _numbers(values[kept])
                for name, values in (
                    ("done", base.done),
                    ("cap", curves.cap),
                    ("total", curves.total),
                    ("whole", curves.whole),
                    ("performance", curves.performance),
                    ("start", curves.start),
                    ("length", curves.length),
                    ("duration", curves.duration),
                    ("planned_end", curves.planned_end),
                    ("daily", curves.daily),
                )
            },
            "due": _numbers(due[kept]),
        },
        "groups": {
            key: [
                {
                    "name": name,
                    **{
                        level: None if math.isnan(group.told[level]) else group.told[level]
                        for level in (*PUBLISHED, "plan", "probability")
                    },
                    "done": _number(float(base.done[group.rows].sum())),
                }
                for name, group in model.groups(key).items()
            ]
            for key in ("unit", "category")
        },
    }


def _steps(model: Model) -> list[float | int | None]:
    """Return the factor on the median of what is to come, on each path."""
    from scipy.special import stdtrit

    total = model.forecast.total
    return _numbers(np.exp(total.spread * stdtrit(total.freedom, levels())))


def _number(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{_DIGITS}g}")
    return int(short) if short.is_integer() else short


def _numbers(values: np.ndarray) -> list[float | int | None]:
    return [_number(float(value)) for value in values]


def _coded(column: pd.Series) -> tuple[list[str], list[int]]:
    """Return the names of a column, and each row's place among them; one that is missing has an empty name."""
    codes, names = column.fillna("").factorize(sort=True)
    return [str(name) for name in names], codes.tolist()
