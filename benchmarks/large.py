"""What a large bureau costs: CPU and memory of `inspect`, `ingest` and `brief`, and its products, at each size.

    python benchmarks/large.py DIR [--sizes 268x20,5000x200,50000x200,100000x1]

A size is projects x units; the workbooks are made in DIR as `data/make_province.py` makes a city's, which is not
counted. `inspect` is of the largest workbook, beside pandas with calamine reading the same. Each is a process of its
own: CPU is its user and system time and its children's, memory the most that one of them held.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from itertools import islice, product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "data"))
import make_province  # noqa: E402 - a script beside the package

#: Signs that units are named from: the first two of a name tell its projects apart.
SIGNS = "东南西北中上下前后左右金木水火土"
#: What everyone has to read a workbook with.
CALAMINE = (
    "import sys, pandas; pandas.read_excel(sys.argv[1], engine='calamine', sheet_name=None, header=None)"
)


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", default="268x20,5000x200,50000x200,100000x1")
    given = parser.parse_args()
    print(f"{'projects':>9}{'units':>7}{'calamine s':>12}{'inspect s':>11}{'ingest s':>10}{'MB':>7}{'brief s':>9}"
          f"{'MB':>7}{'ms/project':>12}{'page kB':>9}{'book kB':>9}", flush=True)  # fmt: skip
    for size in given.sizes.split(","):
        projects, units = map(int, size.split("x"))
        place = make_province.write(bureau(projects, units), given.folder / size)
        shutil.copytree(ROOT / "notebooks", place / "notebooks", dirs_exist_ok=True)
        largest = max((place / "data" / "raw").rglob("*.xlsx"), key=lambda path: path.stat().st_size)
        calamine, _ = run(place, "-c", CALAMINE, str(largest))
        inspect, _ = run(place, "-m", "cityanalytics", "inspect", str(largest))
        ingest, read = run(place, "-m", "cityanalytics", "ingest")
        brief, made = run(place, "-m", "cityanalytics", "brief", "--force")
        report = place / "reports" / make_province.QUARTER
        page = max(path.stat().st_size for path in report.glob("briefing.*.html"))
        book = (report / "briefing.xlsx").stat().st_size
        print(f"{projects:>9}{units:>7}{calamine:>12.1f}{inspect:>11.1f}{ingest:>10.1f}{read:>7.0f}{brief:>9.1f}"
              f"{made:>7.0f}{(ingest + brief) / projects * 1e3:>12.2f}{page / 1e3:>9.0f}{book / 1e3:>9.0f}",
              flush=True)  # fmt: skip


def bureau(projects: int, units: int) -> make_province.City:
    """Return a city of so many projects and units."""
    names = ("".join(pair) + "局" for pair in product(SIGNS, SIGNS))
    return make_province.City(
        number=1,
        units=tuple(islice(names, units)),
        lacks="",
        projects=projects,
        quarter=make_province.QUARTER,
        day=make_province.DAY,
        speed=0.9,
        read=False,
    )


def run(place: Path, *arguments: str) -> tuple[float, float]:
    """Run Python in a workspace; return seconds of CPU and megabytes."""
    before = os.times()
    command = [sys.executable, *arguments]
    process = subprocess.Popen(command, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    after = os.times()
    if status:
        sys.exit(f"{arguments[:3]} failed")
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return spent, used.ru_maxrss / 1024


if __name__ == "__main__":
    main()
