"""How the methods did on public series: what a reader may expect of a forecast made in a month."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Written by ``benchmarks/backtest_series.py``.
TABLE = "series_backtest.csv"
#: The name of ours in the table.
OURS = "cityanalytics"


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What came of a method's forecasts at the end of a month.

    Parameters
    ----------
    method, month
        Its name, and the month.
    years
        Count of years of series.
    typical, best, worst
        Median size of the median's error, as a fraction of the year's total: of the middle group of series, and of
        the groups with the smallest and the largest.
    loss
        Pinball loss over that of the reference method, geometric mean over the groups.
    coverage
        Share of the years that fell inside the 80 % band.
    """

    method: str
    month: int
    years: int
    typical: float
    best: float
    worst: float
    loss: float
    coverage: float


def packaged_backtests() -> pd.DataFrame:
    """Return the table that comes with the package.

    Returns
    -------
    pandas.DataFrame
        ``method``, ``group``, ``month``, ``cells`` (years of series), ``mdape`` (fraction), ``pinball`` (over that of
        the reference method), ``coverage`` (fraction).
    """
    with files(__package__).joinpath(TABLE).open(encoding="utf-8") as stream:
        return pd.read_csv(stream)


def expectations(table: pd.DataFrame) -> Sequence[Expectation]:
    """Return what to expect, by method and month; ours first.

    Parameters
    ----------
    table
        As `packaged_backtests` gives it.

    Examples
    --------
    >>> table = pd.DataFrame({"method": "cityanalytics", "group": ["a", "b", "c"], "month": 9, "cells": [10, 10, 20],
    ...     "mdape": [0.02, 0.01, 0.03], "pinball": [0.5, 1.0, 2.0], "coverage": [0.7, 0.9, 0.8]})
    >>> found = expectations(table)[0]
    >>> found.years, found.typical, found.best, found.worst, round(found.loss, 9), round(found.coverage, 9)
    (40, 0.02, 0.01, 0.03, 1.0, 0.8)
    """
    found = [
        Expectation(
            method=str(rows["method"].iloc[0]),
            month=int(rows["month"].iloc[0]),
            years=int(rows["cells"].sum()),
            typical=float(rows["mdape"].median()),
            best=float(rows["mdape"].min()),
            worst=float(rows["mdape"].max()),
            loss=float(np.exp(np.log(rows["pinball"]).mean())),
            coverage=float(np.average(rows["coverage"], weights=rows["cells"])),
        )
        for _, rows in table.groupby(["method", "month"])
    ]
    return sorted(found, key=lambda one: (one.method != OURS, one.method, one.month))
