"""What the forecast of monthly series learnt from a pool: once from all of it, once without each group.

``series_pool.csv`` is made by ``benchmarks/learn_series.py``; the series themselves are not part of the project.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pandas as pd

#: Months are counted from the end of June, in fives: January is -1, November 1.
MIDDLE, STRIDE = 6, 5


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """One set of what was learnt; m is (month - 6) / 5, all on the log scale.

    Parameters
    ----------
    usual_miss
        Median size of the miss of the members' plain mean.
    bias, bias_month
        What the members' combination lacks: ``bias + bias_month m``.
    recovery, recovery_month
        What it lacks for each unit of drawdown.
    reach, surprise
        Slopes of the log of the spread on the signs of the same names.
    spread, spread_month, spread_curve
        Its level: ``spread + spread_month m + spread_curve m**2``.
    revision
        What a revision since the last December adds to the spread, for each unit.
    freedom
        Degrees of freedom of Student's t.
    widening
        Factor on the spread that made the 80 % interval hold 80 % of the years of groups left out.
    pace, pace_month, pace_spread, pace_spread_month
        Without an earlier year: mean and log of the standard deviation of ``log(pace after / pace so far)``,
        each linear in m.
    """

    usual_miss: float
    bias: float
    bias_month: float
    recovery: float
    recovery_month: float
    reach: float
    surprise: float
    spread: float
    spread_month: float
    spread_curve: float
    revision: float
    freedom: float
    widening: float
    pace: float
    pace_month: float
    pace_spread: float
    pace_spread_month: float


def month_scale(month: int) -> float:
    """Return the month as the parameters count it.

    Examples
    --------
    >>> month_scale(1), month_scale(6), month_scale(11)
    (-1.0, 0.0, 1.0)
    """
    return (month - MIDDLE) / STRIDE


@cache
def _table() -> pd.DataFrame:
    with files(__package__).joinpath("series_pool.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream, keep_default_na=False, index_col="left_out")


def pool_groups() -> tuple[str, ...]:
    """Return the groups of series that the pool held."""
    return tuple(str(name) for name in _table().index if name)


def parameters_without(group: str) -> Parameters:
    """Return what was learnt without `group`; from the whole pool where it held no such group."""
    table = _table()
    row = list(table.index).index(group if group in pool_groups() else "")
    return Parameters(**{str(name): float(table[name].iloc[row]) for name in table.columns})
