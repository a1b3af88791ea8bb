"""Score the forecast of monthly series on the past beside other tools' recorded forecasts, and write the table.

    python benchmarks/backtest_series.py SERIES.csv PEERS.csv cityanalytics/series/series_backtest.csv

SERIES.csv has columns series_id, group, year, month, value; PEERS.csv series_id, year, month, method, p05 … p95: what
other tools said on some cells. What the table holds, `cityanalytics.series.backtests.backtest` says.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from cityanalytics.series.backtests import REFERENCE, backtest
from cityanalytics.series.seriesfile import read_recorded, read_series


def main(source: Path, recorded: Path, target: Path) -> None:
    """Write the table."""
    series, _ = read_series(source)
    result = backtest(series, read_recorded(recorded))
    result.to_csv(target, index=False, float_format="%.4f", lineterminator="\n")
    overall = np.exp(np.log(result.set_index("method")["pinball"]).groupby("method").mean())
    print(f"{len(result)} rows written to {target}; pinball relative to {REFERENCE}:")
    print(overall.round(3).to_string())


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
