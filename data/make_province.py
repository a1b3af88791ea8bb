"""Make workspaces of many synthetic cities, ingested: `python data/make_province.py --out DIR --cities 137`.

City n is the same however many are made: its size, its units, how each of them lays out its sheets, and whether it is
late, lacks a unit, has a data date of its own, or has not been ingested. Everything is invented.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import xlsxwriter

from cityanalytics.intake.ingestion import ingest_and_write
from cityanalytics.intake.receive import receive
from cityanalytics.settings import load_settings

UNITS = ("市政建设中心", "水务集团", "园林中心", "城投集团", "供暖公司", "交通局", "教育局", "卫健委")
CATEGORIES = ("道桥", "管网", "公园", "学校", "供暖", "医院")
CONSTRAINTS = ("资金未到位", "征地拆迁", "手续办理", "")
QUARTER, DAY, OWN_DAY = "2026Q3", dt.date(2026, 9, 30), dt.date(2026, 9, 20)
EARLIER, EARLIER_DAY = "2026Q2", dt.date(2026, 6, 30)
#: 万元 in each unit of amounts.
SCALES = {"万元": 1.0, "亿元": 1e4, "元": 1e-4}
#: Projects of the city in the middle, how widely sizes spread (of their log), and the most that a city has.
TYPICAL, WIDTH, MOST = 24, 0.9, 1500
#: Shares of cities that report the quarter before, lack a unit, describe another day, have no tables.
LATE, LACKING, OTHER_DAY, UNREAD = 0.02, 0.06, 0.02, 0.01

CONFIGURATION = """languages = ["zh", "en"]
units = [{units}]
[names]
city = {{ zh = "虚构市{number:04d}", en = "Made-up city {number:04d}" }}
bureau = {{ zh = "虚构市{number:04d}住房和城乡建设局", en = "Construction Bureau of made-up city {number:04d}" }}
statement = {{ zh = "数据为虚构", en = "All data are made up" }}
[quarters]
{quarters}
[forecast]
reference_class = "china_construction_investment"
"""


@dataclass(frozen=True, kw_only=True)
class City:
    """What is drawn of a city before its workbooks."""

    number: int
    units: tuple[str, ...]
    lacks: str
    projects: int
    quarter: str
    day: dt.date
    speed: float
    read: bool

    @classmethod
    def drawn(cls, number: int) -> City:
        """Return the city of a number."""
        draw = random.Random(number)
        units = tuple(draw.sample(UNITS, draw.randint(2, len(UNITS))))
        chance = draw.random()
        late = chance < LATE
        other = LATE <= chance < LATE + OTHER_DAY
        return cls(
            number=number,
            units=units,
            lacks=units[-1] if draw.random() < LACKING else "",
            projects=max(len(units), min(MOST, round(draw.lognormvariate(0.0, WIDTH) * TYPICAL))),
            quarter=EARLIER if late else QUARTER,
            day=EARLIER_DAY if late else OWN_DAY if other else DAY,
            speed=draw.uniform(0.6, 1.2),
            read=draw.random() >= UNREAD,
        )


def workbook(path: Path, city: City, unit: str, projects: int, *, faster: float = 1.0) -> Path:
    """Write a unit's workbook in the unit's own layout.

    Parameters
    ----------
    path
        Where it goes.
    city, unit, projects
        Whose it is, and how many projects it reports.
    faster
        Factor on what is done: a corrected workbook states something else.
    """
    draw = random.Random(f"{city.number} {unit}")
    scale, to_date = draw.choice(list(SCALES)), draw.random() < 1 / 3
    above, two_rows, months = draw.random() < 1 / 2, draw.random() < 1 / 2, city.day.month
    plan_label = draw.choice(["年度计划投资", "本年计划投资", "年度投资计划"])
    left = ["序号", "项目名称", "类别", "计划开工日期", "计划竣工日期", "总投资", plan_label]
    labels = [
        "1月" if month == 1 else f"1-{month}月累计" if to_date else f"{month}月"
        for month in range(1, months + 1)
    ]
    right = ["自年初累计完成投资", "责任人"]
    if two_rows:
        head = [[*left, "2026年完成投资", *[None] * (months - 1), *right], [*[None] * len(left), *labels]]
    else:
        head = [[*left, *labels, *right]]
    money: list[list[Any]] = []
    status: list[list[Any]] = []
    sums = [0.0] * (months + 3)
    for at in range(1, projects + 1):
        plan, begins = 100 * draw.randint(2, 90), min(draw.randint(1, 11), draw.randint(1, 11))
        pace = plan / (13 - begins) * draw.uniform(0.5, 1.3) * city.speed * faster
        own = [round(pace) if month >= begins else 0 for month in range(1, months + 1)]
        shown = [sum(own[: month + 1]) for month in range(months)] if to_date else own
        amounts = [round(value / SCALES[scale], 4) for value in (2 * plan, plan, *shown, sum(own))]
        sums = [first + second for first, second in zip(sums, amounts, strict=True)]
        category, name = draw.choice(CATEGORIES), f"{unit[:2]}{at:04d}号"
        start, finish = dt.date(2026, begins, 10), dt.date(2026, 12, 10)
        name += f"{category}工程"
        money.append([at, name, category, start, finish, *amounts, f"负责人{draw.randint(1, 30):02d}"])
        begun = start <= city.day
        status.append(
            [at, name, start if begun else None, None, "在建" if begun else "未开工",
             "按计划" if begun else "—", f"{min(100, round(100 * sum(own) / plan))}%", draw.choice(CONSTRAINTS) or None]
        )  # fmt: skip
    total: list[Any] = [None, "合计", None, None, None, *[round(value, 4) for value in sums], None]
    body = [total, *money] if above else [*money, total]
    note = f"填报单位：{unit}　截至日期：{city.day:%Y年%m月%d日}　单位：{scale}"
    of_status: list[Any] = ["序号", "项目名称", "实际开工日期", "实际竣工日期", "项目状态", "是否按计划推进"]
    of_status += ["形象进度（%）", "制约因素"]
    sheets: dict[str, list[list[Any]]] = {
        "项目投资完成情况": [[f"{unit}投资完成情况"], [note], *head, *body],
        "项目状态": [["项目状态"], [f"填报单位：{unit}"], of_status, *status],
    }
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                if value is not None:
                    sheet.write(row, column, value)
    book.close()
    return path


def correct(place: Path, number: int) -> None:
    """Receive a corrected workbook of a city's first unit, and ingest."""
    city, settings = City.drawn(number), load_settings(place)
    unit = city.units[0]
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"{unit}{city.quarter}更正.xlsx"
        workbook(path, city, unit, _shares(city)[unit], faster=1.1)
        receive(settings, [path], quarter=city.quarter, on=city.day + dt.timedelta(days=9), unit=unit)
    ingest_and_write(settings)


def make(number: int, out: Path) -> Path:
    """Make a city's workspace below a folder, and return it; one that is there already stays."""
    return write(City.drawn(number), out / f"{number:04d}")


def write(city: City, place: Path) -> Path:
    """Make the workspace of a city in a folder, and return that; one that is there already stays."""
    if (place / "cityanalytics.toml").is_file():
        return place
    (place / "data" / "raw").mkdir(parents=True)
    text = CONFIGURATION.format(
        number=city.number,
        units=", ".join(f'"{unit}"' for unit in city.units),
        quarters=f"{city.quarter} = {city.day}",
    )
    shares = _shares(city)
    with tempfile.TemporaryDirectory() as scratch:
        settings_file = place / "cityanalytics.toml"
        files = [
            workbook(Path(scratch) / f"{unit}{city.quarter}.xlsx", city, unit, shares[unit])
            for unit in city.units
            if unit != city.lacks
        ]
        settings_file.write_text(text, encoding="utf-8")
        settings = load_settings(place)
        receive(settings, files, quarter=city.quarter, on=city.day + dt.timedelta(days=3))
    if city.read:
        ingest_and_write(settings)
    return place


def _shares(city: City) -> dict[str, int]:
    """Return how many projects each unit reports."""
    least, more = divmod(city.projects, len(city.units))
    return {unit: least + (at < more) for at, unit in enumerate(city.units)}


def make_all(out: Path, cities: int, *, jobs: int = 1) -> list[Path]:
    """Make the workspaces of the cities 1 to `cities`."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(make, out=out), range(1, cities + 1), chunksize=4))


def main() -> None:
    """Make the cities, and a file with their paths."""
    parser = argparse.ArgumentParser(description="Make workspaces of many synthetic cities, ingested.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the workspaces")
    parser.add_argument("--cities", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    given = parser.parse_args()
    places = make_all(given.out, given.cities, jobs=given.jobs)
    (given.out / "cities.txt").write_text("".join(f"{place}\n" for place in places), encoding="utf-8")


if __name__ == "__main__":
    main()
