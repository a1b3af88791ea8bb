"""How the methods did on public series: what a reader may expect of a forecast made in a month."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.errors import InsufficientDataError
from cityanalytics.issues import Message
from cityanalytics.series.answers import CELL, COLUMNS, answers
from cityanalytics.series.methods import QUANTILES
from cityanalytics.series.series import YEAR, arrange
from cityanalytics.series.yearend import year_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: Written by ``benchmarks/backtest_series.py``.
TABLE = "series_backtest.csv"
#: The name of ours in the table.
OURS = "cityanalytics"
#: The method whose loss the others' are measured by.
REFERENCE = "AutoARIMA"
#: Where ours stands when no other tool's forecasts say where.
MONTHS = (3, 6, 9)


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
        Pinball loss over that of the reference method, geometric mean over the groups; NaN without such a method.
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


def backtest(
    series: pd.DataFrame, recorded: pd.DataFrame | None = None, *, on_month: Callable[[], None] = lambda: None
) -> pd.DataFrame:
    """Score the forecast of monthly series on their own past, with what was learnt without each series' group.

    Parameters
    ----------
    series
        Columns series_id, group, year, month, value: a month's own amount.
    recorded
        What other tools said: series_id, year, month, method, p05 … p95. Ours answers the cells (a series and a year at
        the end of a month) of `REFERENCE`; without it all cells of `MONTHS` whose year and the year before are whole.
    on_month
        Called after each month.

    Returns
    -------
    pandas.DataFrame
        As `packaged_backtests` gives it; ``pinball`` is NaN without `recorded`. Its loss is the mean over the seven
        quantiles, relative to the previous year's total, averaged over a series' years and then over series.

    Raises
    ------
    InsufficientDataError
        No series has two whole years, one after the other; or `recorded` holds nothing of `REFERENCE`.
    """
    known = _totals(series)
    if known.empty:
        raise InsufficientDataError(
            Message.of("no series has two whole years, one after the other: there is nothing to test on")
        )
    panel = arrange(series)
    cells = None if recorded is None else recorded.loc[recorded["method"] == REFERENCE, CELL]
    if cells is not None and cells.empty:
        raise InsufficientDataError(
            Message.of(
                "the recorded forecasts hold none of {method}, by which the others are measured",
                method=REFERENCE,
            )
        )
    made = []
    for month in MONTHS if cells is None else sorted(cells["month"].unique()):
        made.append(answers(panel, year_ends(panel, int(month)), month=int(month)))
        on_month()
    ours = pd.concat(made).assign(method=OURS)
    if cells is not None:
        ours = ours.merge(cells, on=CELL)
    table = _scored(pd.concat([ours, *([] if recorded is None else [recorded])]), known)
    stratum = ["method", "group", "month"]
    by_series = table.groupby([*stratum, "series_id"])["loss"].mean()
    grouped = table.groupby(stratum)
    result = pd.DataFrame(
        {
            "cells": grouped.size(),
            "mdape": grouped["error"].median(),
            "pinball": by_series.groupby(stratum).mean(),
            "coverage": grouped["inside"].mean(),
        }
    ).reset_index()
    against = result[result["method"] == REFERENCE].set_index(["group", "month"])["pinball"]
    result["pinball"] /= against.reindex(list(zip(result["group"], result["month"], strict=True))).to_numpy()
    return result


def _totals(series: pd.DataFrame) -> pd.DataFrame:
    """Return group, series_id, year, total and the total of the year before, of whole years."""
    by = series.groupby(["group", "series_id", "year"])["value"].agg(["sum", "count"]).reset_index()
    by = by[by["count"] == YEAR].rename(columns={"sum": "total"})
    before = by[["series_id", "year", "total"]].assign(year=by["year"] + 1)
    by = by.merge(before.rename(columns={"total": "previous"}), on=["series_id", "year"])
    return by[(by["previous"] > 0) & (by["total"] > 0)].drop(columns="count")


def _scored(forecasts: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return the forecasts with what became of them."""
    table = forecasts.merge(known, on=["series_id", "year"])
    quantiles, total = table[list(COLUMNS)].to_numpy(dtype=float), table["total"].to_numpy(dtype=float)
    missed = total[:, None] - quantiles
    levels = np.array(QUANTILES)
    table["loss"] = np.maximum(levels * missed, (levels - 1) * missed).mean(axis=1) / table["previous"]
    table["error"] = (table["p50"] / table["total"] - 1).abs()
    table["inside"] = (table["total"] >= table["p10"]) & (table["total"] <= table["p90"])
    return table


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
