"""Hold the forecasts of starts, completions and demolition against simulated years of bureaus of eight kinds.

    python benchmarks/backtest_counts.py cityanalytics/outlook/counts.csv

Half of the kinds (`bureaus.HELD_OUT`) gave nothing to what is learnt by ``learn_counts.py``; no simulated bureau is a
real one.

Columns: kind, learnt (whether constants were learnt from the kind), month, measure, years, coverage80 (share inside the
80 % range), below, above (share that ended below and above it), bias (sum of median less actual, over the sum of
actual).
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from bureaus import CLOSE, KINDS, LEARNT, YEAR, simulate

from cityanalytics.outlook.bounded import forecast_bounded
from cityanalytics.outlook.counts import forecast_counts
from cityanalytics.outlook.spread import Factor
from cityanalytics.series.pool import reference

CLASS = "china_construction_investment"
DATES = (dt.date(YEAR, 3, 31), dt.date(YEAR, 6, 30), dt.date(YEAR, 9, 22))
YEARS = 25
SEED = 20100922


def main(target: Path) -> None:
    """Write the table."""
    cases = [
        (kind, kind in LEARNT, as_of.month, *case)
        for kind in KINDS
        for as_of in DATES
        for year in range(YEARS)
        for case in _cases(kind, as_of, year)
    ]
    columns = ["kind", "learnt", "month", "measure", "low", "median", "high", "actual"]
    table = pd.DataFrame(cases, columns=columns)
    table["coverage80"] = table["actual"].between(table["low"], table["high"])
    table["below"], table["above"] = table["actual"] < table["low"], table["actual"] > table["high"]
    table["away"] = table["median"] - table["actual"]
    groups = table.groupby(["kind", "learnt", "month", "measure"], sort=False)
    found = groups[["coverage80", "below", "above"]].mean()
    found.insert(0, "years", groups.size())
    found["bias"] = groups["away"].sum() / groups["actual"].sum()
    found.reset_index().to_csv(target, index=False, float_format="%.3f", lineterminator="\n")
    shown = found.reset_index().groupby(["learnt", "measure", "month"])[
        ["coverage80", "below", "above", "bias"]
    ]
    print(shown.mean().round(3).to_string())


def _cases(kind: str, as_of: dt.date, year: int) -> list[tuple[str, float, float, float, float]]:
    """Return measure, ends and middle of the 80 % range, and what came."""
    draw = np.random.default_rng([SEED, KINDS.index(kind), as_of.month, year])
    made = simulate(kind, draw)
    counts = forecast_counts(made.projects(as_of), as_of=as_of)
    ends = [counts.path(level) for level in (0.1, 0.5, 0.9)]
    came = {"started": int((made.start <= CLOSE).sum()), "completed": int((made.finish <= CLOSE).sum())}
    cases: list[tuple[str, float, float, float, float]] = []
    for name, actual in came.items():
        few, usual, many = (float(getattr(stages, name)) for stages in ends)
        cases.append((name, few, usual, many, float(actual)))
    sites, area = made.sites(draw, as_of)
    known = reference(CLASS, as_of)
    factor = Factor(spread=known.sd * np.sqrt(1 + 1 / known.series), freedom=known.series - 1)
    bounded = forecast_bounded(sites, as_of=as_of, factor=factor)
    low, middle, high = (bounded.total(level) for level in (0.1, 0.5, 0.9))
    return [*cases, ("demolition", low, middle, high, area)]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
