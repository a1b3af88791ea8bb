"""Write `series.csv`: made-up monthly amounts, of no city, from one seed; tests read the file.

    python tests/data/make_series.py

Twelve series in three groups, fourteen years each: a group's season, a drifting level, noise, a heavy December.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20100922
GROUPS = {"roads": (0.30, 0.08), "water": (0.15, 0.12), "housing": (0.45, 0.05)}
SERIES_A_GROUP, FIRST, YEARS = 4, 1999, 14


def main() -> None:
    """Draw and write."""
    draw = np.random.default_rng(SEED)
    months = pd.MultiIndex.from_product([range(FIRST, FIRST + YEARS), range(1, 13)], names=["year", "month"])
    tables = []
    for group, (swing, noise) in GROUPS.items():
        season = swing * np.sin(2 * np.pi * (np.arange(12) - 3) / 12)
        season[-1] += 0.4
        for number in range(1, SERIES_A_GROUP + 1):
            level = 3 + np.cumsum(draw.normal(0.006, 0.02, len(months)))
            value = np.exp(level + np.tile(season, YEARS) + draw.normal(0, noise, len(months)))
            table = pd.DataFrame({"value": value.round(2)}, index=months).reset_index()
            tables.append(table.assign(series_id=f"{group}_{number}", group=group))
    columns = ["series_id", "group", "year", "month", "value"]
    pd.concat(tables)[columns].to_csv(
        Path(__file__).with_name("series.csv"), index=False, lineterminator="\n"
    )


if __name__ == "__main__":
    main()
