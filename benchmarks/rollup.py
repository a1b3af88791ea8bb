"""What joining many cities costs: CPU, wall time and memory at each number of them, then with one workbook corrected.

    python benchmarks/rollup.py DIR [--cities 1,10,137,2800] [--jobs 1]
    python benchmarks/rollup.py --tie SERIES.csv

DIR holds the synthetic cities of `data/make_province.py`; those that are not there yet are made first, which is not
counted. Each run is a process of its own. `--tie` measures how far places miss their years together: the mean
correlation of what a place's pace after a month-end misses its own usual change by, over pairs of places.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from learn_pool import log_ratios

ROOT = Path(__file__).resolve().parent.parent
#: Series of one kind in many places, and the month-ends at which they are looked at.
PLACES, MONTHS = "US_permits_", (3, 6, 9)
#: Years that a pair of places must share.
SHARED = 6


def main() -> None:
    """Print a row for each number of cities."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="where the cities are, or are made")
    parser.add_argument("--cities", default="1,10,137,2800")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--tie", type=Path, metavar="SERIES.csv")
    given = parser.parse_args()
    if given.tie:
        tie(given.tie)
        return
    if given.folder is None:
        parser.error("name the folder of the cities, or --tie")
    sys.path.insert(0, str(ROOT / "data"))
    import make_province

    counts = sorted(map(int, given.cities.split(",")))
    places = make_province.make_all(given.folder, counts[-1], jobs=given.jobs)
    print(f"{'cities':>7}{'projects':>10}{'CPU s':>8}{'ms/city':>9}{'ms/project':>12}{'wall s':>8}{'MB':>6}"
          f"{'again, CPU s':>14}{'wall s':>8}{'corrected, CPU s':>18}{'wall s':>8}")  # fmt: skip
    for count in counts:
        listed = given.folder / f"first-{count}.txt"
        listed.write_text("".join(f"{place}\n" for place in places[:count]), encoding="utf-8")
        out = given.folder / f"province-{count}"
        shutil.rmtree(out, ignore_errors=True)
        first = run(listed, out, given.jobs)
        again = run(listed, out, given.jobs)
        begun, before = time.perf_counter(), time.process_time()
        make_province.correct(places[0], 1)  # filed and ingested by its city
        corrected = {"cpu": time.process_time() - before, "wall": time.perf_counter() - begun}
        for name, spent in run(listed, out, given.jobs).items():
            if name in corrected:
                corrected[name] += spent
        record = json.loads((out / "briefing.json").read_text(encoding="utf-8"))
        projects = next(one["value"] for one in record["figures"] if one["key"] == "projects")
        print(f"{count:>7}{projects:>10.0f}{first['cpu']:>8.1f}{first['cpu'] / count * 1e3:>9.0f}"
              f"{first['cpu'] / projects * 1e3:>12.2f}{first['wall']:>8.1f}{first['megabytes']:>6.0f}"
              f"{again['cpu']:>14.1f}{again['wall']:>8.1f}{corrected['cpu']:>18.1f}{corrected['wall']:>8.1f}",
              flush=True)  # fmt: skip


def run(listed: Path, out: Path, jobs: int) -> dict[str, float]:
    """Return CPU seconds, wall seconds and the largest memory of a process, of joining the listed cities."""
    command = [sys.executable, "-m", "cityanalytics", "rollup", str(listed), "--out", str(out)]
    begun, before = time.perf_counter(), os.times()
    process = subprocess.Popen(
        [*command, "--jobs", str(jobs)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    after = os.times()
    if status:
        sys.exit(f"rollup of {listed} failed")
    return {
        "cpu": after.children_user + after.children_system - before.children_user - before.children_system,
        "wall": time.perf_counter() - begun,
        "megabytes": used.ru_maxrss / 1024,
    }


def tie(series: Path) -> None:
    """Print the mean correlation of places' misses at each month-end."""
    ratios = log_ratios(pd.read_csv(series))
    own = ratios[ratios["series_id"].str.startswith(PLACES)]
    for month in MONTHS:
        rows = own[own["month"] == month]
        missed = rows["log_ratio"] - rows.groupby("series_id")["log_ratio"].transform("mean")
        wide = rows.assign(missed=missed).pivot_table(index="year", columns="series_id", values="missed")
        pairs = wide.corr(min_periods=SHARED).to_numpy()[np.triu_indices(wide.shape[1], 1)]
        print(
            f"month {month}: {wide.shape[1]} places, {len(wide)} years, correlation {np.nanmean(pairs):.2f}"
        )


if __name__ == "__main__":
    main()
