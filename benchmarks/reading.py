"""A workbook read and understood against what reads it alone: pandas with calamine and openpyxl, a bare scan.

Every measurement is a process of its own; roads take turns, and medians are shown. Seconds begin after imports;
memory is the peak of the whole process. The figures in the workbooks are synthetic.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable  # noqa: TC003 - a module-level annotation names it
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from xml.parsers import expat

import click

UNITS, CATEGORIES = 20, ("城市道路", "园林绿化", "污水管网", "燃气管网", "供热", "老社区")
HEAD = (
    "序号", "项目名称", "责任单位", "类别", "责任人", "计划开工日期", "计划竣工日期", "总投资", "年度计划", "本月完成",
    "累计完成", "中央资金", "地方资金", "自筹资金", "备注",
)  # fmt: skip
FIRST_DAY = datetime(2010, 1, 1)  # noqa: DTZ001 - spreadsheets know no time zone

Result = dict[str, float]


@click.group(invoke_without_command=True)
@click.option("--rows", default=100_000, show_default=True, help="Rows of the .xlsx.")
@click.option("--lines", default=1_000_000, show_default=True, help="Rows of the .csv.")
@click.option("--repeat", default=3, show_default=True, type=click.IntRange(1), help="Runs of each.")
@click.pass_context
def main(context: click.Context, rows: int, lines: int, repeat: int) -> None:
    """Measure every road to an .xlsx and a GB18030 .csv, and print seconds, ratios and memory."""
    if context.invoked_subcommand:
        return
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        workbook, text = Path(folder) / "大表.xlsx", Path(folder) / "大表.csv"
        child("make", str(workbook), str(rows))
        child("make", str(text), str(lines))
        print(f".xlsx, {rows:,} rows x {len(HEAD)} columns, {workbook.stat().st_size / 1e6:.1f} MB")
        compare(workbook, ["ours", "calamine", "openpyxl", "scan"], repeat)
        print(f".csv in GB18030, {lines:,} rows x {len(HEAD)} columns, {text.stat().st_size / 1e6:.1f} MB")
        compare(text, ["ours", "ours, read alone", "c engine"], repeat)


def compare(path: Path, roads: list[str], repeat: int) -> None:
    """Run every road in turn, and print the median of each beside ours."""
    if "openpyxl" in roads and importlib.util.find_spec("openpyxl") is None:
        roads = [road for road in roads if road != "openpyxl"]
        print("  openpyxl is not installed: not measured")
    runs: dict[str, list[Result]] = {road: [] for road in roads}
    for _ in range(repeat):
        for road in roads:
            runs[road].append(json.loads(child("measure", road, str(path))))
    ours = median(run["seconds"] for run in runs["ours"])
    for road, results in runs.items():
        seconds = sorted(run["seconds"] for run in results)
        megabytes = median(run["megabytes"] for run in results)
        print(
            f"  {road:<18}{median(seconds):7.2f} s  ({seconds[0]:.2f} to {seconds[-1]:.2f}) "
            f"{megabytes:7.0f} MB   ours takes {ours / median(seconds):.2f} times as long"
        )


def child(*arguments: str) -> str:
    """Run this script with a command in a process of its own; this one stays small, for a child inherits its peak."""
    done = subprocess.run(
        [sys.executable, __file__, *arguments], check=False, capture_output=True, text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


@main.command()
@click.argument("road")
@click.argument("path", type=click.Path(path_type=Path))
def measure(road: str, path: Path) -> None:
    """Read a file by one road, and print seconds and peak memory."""
    read = ROADS[road]()
    began = time.perf_counter()
    kept = read(path)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    del kept
    print(json.dumps({"seconds": seconds, "megabytes": peak / (1e6 if sys.platform == "darwin" else 1024)}))


def ours() -> Callable[[Path], object]:
    """Read, understand, and give a frame of numbers and texts, as the others do."""
    from cityanalytics.workbooks.grid import read_grids
    from cityanalytics.workbooks.tables import understand

    return lambda path: [table.frame for table in understand(read_grids(path)).tables]


def ours_alone() -> Callable[[Path], object]:
    """Read without understanding."""
    from cityanalytics.workbooks.grid import read_grids

    return read_grids


def calamine() -> Callable[[Path], object]:
    """Read by pandas with the reader that ours rests on too."""
    import pandas as pd
    import python_calamine  # noqa: F401 - imported before the clock runs

    return lambda path: pd.read_excel(path, engine="calamine", header=2)


def openpyxl() -> Callable[[Path], object]:
    """Read by pandas with its usual reader."""
    import openpyxl  # type: ignore[import-untyped, import-not-found, unused-ignore] # noqa: F401
    import pandas as pd

    return lambda path: pd.read_excel(path, engine="openpyxl", header=2)


def scan() -> Callable[[Path], object]:
    """Unzip every part and let expat pass over it: the floor of whatever looks at the XML."""

    def read(path: Path) -> None:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                parser = expat.ParserCreate()
                parser.StartElementHandler = lambda *_: None
                parser.CharacterDataHandler = lambda *_: None
                parser.Parse(package.read(name), True)  # noqa: FBT003 - expat takes it by place; the file is our own

    return read


def c_engine() -> Callable[[Path], object]:
    """Read by pandas' engine in C."""
    import pandas as pd

    return lambda path: pd.read_csv(path, encoding="gb18030", engine="c", header=2)


ROADS: dict[str, Callable[[], Callable[[Path], object]]] = {
    "ours": ours, "ours, read alone": ours_alone, "calamine": calamine, "openpyxl": openpyxl, "scan": scan,
    "c engine": c_engine,
}  # fmt: skip


@main.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.argument("rows", type=int)
def make(path: Path, rows: int) -> None:
    """Write a synthetic table: a title, a unit, a header, records by unit with their subtotals, a total."""
    if path.suffix == ".csv":
        with path.open("w", encoding="gb18030", newline="") as file:
            writer = csv.writer(file)
            for record in records(rows):
                day = [cell.date().isoformat() if isinstance(cell, datetime) else cell for cell in record]
                writer.writerow(day)
        return
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": False}) as book:
        sheet = book.add_worksheet("投资完成情况")
        dated = book.add_format({"num_format": "yyyy-mm-dd"})
        for row, record in enumerate(records(rows)):
            for column, cell in enumerate(record):
                if isinstance(cell, datetime):
                    sheet.write_datetime(row, column, cell, dated)
                elif cell is not None:
                    sheet.write(row, column, cell)


def records(rows: int) -> list[list[str | float | datetime | None]]:
    """Return the rows of a synthetic sheet, from the title down to the total."""
    noise = random.Random(20100922)  # noqa: S311 - figures, no secrets
    found: list[list[str | float | datetime | None]] = [
        ["投资完成情况（模拟数据）"],
        ["单位：万元"],
        list(HEAD),
    ]
    grand, serial = [0] * 7, 0
    for unit in range(UNITS):
        subtotal = [0] * 7
        for _ in range(rows // UNITS):
            serial += 1
            begun = FIRST_DAY + timedelta(days=noise.randrange(200))
            parts = [noise.randrange(100, 900_000) for _ in range(3)]
            amounts = [sum(parts), *(noise.randrange(100, 90_000) for _ in range(3)), *parts]
            subtotal = [before + amount for before, amount in zip(subtotal, amounts, strict=True)]
            found.append([
                serial, f"第{serial}号工程{noise.randrange(100)}标段", f"责任单位{unit + 1:02d}",
                noise.choice(CATEGORIES),
                f"负责人{noise.randrange(300):03d}", begun, begun + timedelta(days=noise.randrange(30, 160)),
                *(amount / 100 for amount in amounts), noise.choice(("", "", "", "手续办理中", "已进场")) or None,
            ])  # fmt: skip
        found.append(
            [None, "小计", f"责任单位{unit + 1:02d}", None, None, None, None, *(n / 100 for n in subtotal)]
        )
        grand = [before + amount for before, amount in zip(grand, subtotal, strict=True)]
    return [*found, [None, "合计", None, None, None, None, None, *(amount / 100 for amount in grand)]]


if __name__ == "__main__":
    main()
