"""Learn the reference classes of the forecast from public monthly series, and write them as a table.

    python benchmarks/learn_pool.py SERIES.csv cityanalytics/series/pool.csv

SERIES.csv has columns series_id, year, month, value: a month's own amount. The series are not part of
the project; the table is. For each class and month-end the log of the ratio *pace after / pace so far*
is averaged over years within a series, and then over series, so that no long series outweighs the rest.
Coverage is measured with the series that is forecast left out.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

#: Class to the beginnings of its series' names.
CLASSES = {
    "china_construction_investment": ("CN_FAI_", "CN_RE_invest_"),
    "china_public_spending": ("CN_fiscal_", "CN_govfund_"),
    "us_public_construction": ("US_public_",),
}
MONTHS = 12


def log_ratios(series: pd.DataFrame) -> pd.DataFrame:
    """Return series_id, year, month and the log ratio of the pace after the month to the pace so far."""
    wide = series.pivot_table(index=["series_id", "year"], columns="month", values="value")
    wide = wide.dropna()
    wide = wide[(wide > 0).all(axis=1)]
    so_far = wide.cumsum(axis=1)
    months = np.arange(1, MONTHS)
    rest = so_far[[MONTHS]].to_numpy() - so_far[months]
    ratio = pd.DataFrame((rest / (MONTHS - months)) / (so_far[months] / months)).map(math.log)
    return ratio.melt(ignore_index=False, value_name="log_ratio").reset_index()


def summarise(ratios: pd.DataFrame) -> dict[str, float]:
    """Return mean and standard deviation of a class at a month, with its leave-one-series-out coverage."""
    inside = []
    for name, own in ratios.groupby("series_id"):
        others = ratios[ratios["series_id"] != name]
        mean, sd, count = spread(others)
        reach = stats.t.ppf(0.9, count - 1) * sd * np.sqrt(1 + 1 / count)
        inside.append(((own["log_ratio"] - mean).abs() <= reach).to_numpy())
    mean, sd, count = spread(ratios)
    covered = np.concatenate(inside)
    return {"series": count, "cells": len(ratios), "mean": mean, "sd": sd, "coverage80": covered.mean()}


def spread(ratios: pd.DataFrame) -> tuple[float, float, int]:
    """Return the mean of series' means, the standard deviation of a single year, and the count of series."""
    means = ratios.groupby("series_id")["log_ratio"].mean()
    within = ratios["log_ratio"] - ratios.groupby("series_id")["log_ratio"].transform("mean")
    sd = float(np.sqrt(means.var(ddof=1) + within.pow(2).sum() / (len(ratios) - len(means))))
    return float(means.mean()), sd, len(means)


def main(source: Path, target: Path) -> None:
    """Write the table of classes by month-end."""
    ratios = log_ratios(pd.read_csv(source))
    rows = []
    for name, prefixes in CLASSES.items():
        own = ratios[ratios["series_id"].str.startswith(prefixes)]
        rows += [{"class": name, "month": month, **summarise(group)} for month, group in own.groupby("month")]
    pd.DataFrame(rows).to_csv(target, index=False, float_format="%.4f", lineterminator="\n")
    print(f"{len(CLASSES)} classes written to {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
