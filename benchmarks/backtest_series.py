"""Score the forecast of monthly series on the past beside other tools' recorded forecasts, and write the table.

    python benchmarks/backtest_series.py SERIES.csv PEERS.csv cityanalytics/forecast/series_backtest.csv

SERIES.csv has columns series_id, group, year, month, value; PEERS.csv series_id, year, month, method, p05 … p95: what
other tools said on some cells (a series and a year at the end of a month). Ours answers the same cells with what was
learnt without the series' own group. A row of the table is a method, group and month: cells, the median absolute error
of the median (share of the total), the pinball loss relative to AutoARIMA's (mean over the seven quantiles, relative to
the previous year's total, averaged over a series' years and then over series), and the share inside the 80 % interval.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from cityanalytics.forecast.answers import COLUMNS, answers
from cityanalytics.forecast.methods import QUANTILES
from cityanalytics.forecast.series import arrange
from cityanalytics.forecast.yearend import year_ends

LEVELS = np.array(QUANTILES)
CELL = ["series_id", "year", "month"]
AGAINST = "AutoARIMA"


def totals(series: pd.DataFrame) -> pd.DataFrame:
    """Return group, series_id, year, total and the total before, of complete years."""
    by = series.groupby(["group", "series_id", "year"])["value"].agg(["sum", "count"]).reset_index()
    by = by[by["count"] == 12].rename(columns={"sum": "total"})  # noqa: PLR2004 - months of a year
    by["previous"] = by.groupby("series_id")["total"].shift(1)
    return by[by["previous"] > 0].drop(columns="count")


def scored(forecasts: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Return the forecasts with what became of them."""
    table = forecasts.merge(known, on=["series_id", "year"])
    quantiles, total = table[list(COLUMNS)].to_numpy(dtype=float), table["total"].to_numpy(dtype=float)
    missed = total[:, None] - quantiles
    table["loss"] = np.maximum(LEVELS * missed, (LEVELS - 1) * missed).mean(axis=1) / table["previous"]
    table["error"] = (table["p50"] / table["total"] - 1).abs()
    table["inside"] = (table["total"] >= table["p10"]) & (table["total"] <= table["p90"])
    return table


def main(source: Path, recorded: Path, target: Path) -> None:
    """Write the table."""
    series, peers = pd.read_csv(source), pd.read_csv(recorded)
    panel = arrange(series)
    cells = peers.loc[peers["method"] == AGAINST, CELL]
    made = [
        answers(panel, year_ends(panel, int(month)), month=int(month))
        for month in sorted(cells["month"].unique())
    ]
    ours = pd.concat(made).assign(method="cityanalytics").merge(cells, on=CELL)
    table = scored(pd.concat([ours, peers]), totals(series))
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
    against = result[result["method"] == AGAINST].set_index(["group", "month"])["pinball"]
    result["pinball"] /= against.loc[list(zip(result["group"], result["month"], strict=True))].to_numpy()
    result.to_csv(target, index=False, float_format="%.4f", lineterminator="\n")
    overall = np.exp(np.log(result.set_index("method")["pinball"]).groupby("method").mean())
    print(f"{len(result)} rows written to {target}; pinball relative to {AGAINST}:")
    print(overall.round(3).to_string())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
