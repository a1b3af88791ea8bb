"""A cell means the same to `inspect` and to `ingest`: it is parsed once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import xlsxwriter

import cityanalytics as ca
from tests.conftest import run_cityanalytics
from tests.test_handouts import new_city

if TYPE_CHECKING:
    from pathlib import Path

INVESTMENT = (
    "序号",
    "项目名称",
    "类别",
    "计划竣工日期",
    "总投资",
    "年度计划投资",
    "1月",
    "2月",
    "自年初累计完成投资",
)
STATUS = ("序号", "项目名称", "项目状态", "形象进度（%）")
#: A project's cells: finish, total, plan, months; what they are in yuan is worked out by hand.
ROWS = (
    ("一号路", "2026.9", "2533万元", "1,234.5", 10.0, "0.05亿元"),
    ("二号路", "2026年9月20日", "待定", 800.0, "1,200.5", 20.0),
    ("三号路", "2026-08-01", 900.0, 300.0, "待定", 7.5),
)
TOTALS = {"一号路": 25_330_000.0, "三号路": 9_000_000.0}
PLANS = {"一号路": 12_345_000.0, "二号路": 8_000_000.0, "三号路": 3_000_000.0}
DONE = {"一号路": 100_000.0 + 5_000_000.0, "二号路": 12_005_000.0 + 200_000.0, "三号路": 75_000.0}
PROGRESS = {"一号路": ("70%", 0.70), "二号路": (45.0, 0.45), "三号路": ("待定", None)}
WAN = 10_000


def write(path: Path) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("项目投资完成情况")
        sheet.write(0, 0, "甲局2026年二季度项目投资完成情况表")
        sheet.write(1, 0, "单位：万元")
        sheet.write_row(2, 0, INVESTMENT)
        for at, (name, finish, total, plan, january, february) in enumerate(ROWS, start=1):
            sheet.write_row(
                2 + at, 0, [at, name, "道路", finish, total, plan, january, february, DONE[name] / WAN]
            )
        sheet = book.add_worksheet("项目状态")
        sheet.write_row(0, 0, STATUS)
        for at, (name, *_) in enumerate(ROWS, start=1):
            sheet.write_row(at, 0, [at, name, "在建", PROGRESS[name][0]])


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """Give a city that one workbook was ingested of."""
    city = new_city(tmp_path / "city")
    write(city / "甲局.xlsx")
    run_cityanalytics("receive", "甲局.xlsx", "--quarter", "2026Q2", "--on", "2026-07-02", workspace=city)
    run_cityanalytics("ingest", workspace=city)
    return city


def test_inspect_and_ingest_read_the_same_amounts(city: Path) -> None:
    found = json.loads(run_cityanalytics("inspect", "甲局.xlsx", "--json", workspace=city).stdout)
    table = found["files"][0]["sheets"][0]["tables"][0]
    sums = {column["name"]: column["sum"] for column in table["columns"]}
    tables = {
        name: pd.read_parquet(city / f"data/processed/{name}.parquet")
        for name in ("projects", "plans", "investment")
    }
    total = tables["projects"].set_index("project")["total_investment"]
    assert total.dropna().to_dict() == TOTALS
    assert sums["总投资"] * WAN == sum(TOTALS.values()) == total.sum()
    plans = tables["plans"].set_index("project")["amount"]
    assert plans.to_dict() == PLANS
    assert sums["年度计划投资"] * WAN == sum(PLANS.values())
    done = tables["investment"].groupby("project")["amount"].sum()
    assert done.to_dict() == DONE
    assert (sums["1月"] + sums["2月"]) * WAN == pytest.approx(sum(DONE.values()))


def test_days_and_shares_are_read_as_they_are_written(city: Path) -> None:
    projects = pd.read_parquet(city / "data/processed/projects.parquet").set_index("project")
    assert projects["planned_finish"].dt.strftime("%Y-%m-%d").to_dict() == {
        "一号路": "2026-09-30",  # a month alone: its last day, and a doubt that says so
        "二号路": "2026-09-20",
        "三号路": "2026-08-01",
    }
    issues = pd.read_parquet(city / "data/processed/issues.parquet")
    (rough,) = issues.loc[issues["code"] == "DATE_PRECISION", "where"].unique()
    assert rough.endswith("!项目投资完成情况!D4")
    status = pd.read_parquet(city / "data/processed/status.parquet").set_index("project")
    shares = {name: share for name, (_, share) in PROGRESS.items() if share is not None}
    assert status["physical_progress"].dropna().to_dict() == pytest.approx(shares)
    found = json.loads(run_cityanalytics("inspect", "甲局.xlsx", "--json", workspace=city).stdout)
    columns = found["files"][0]["sheets"][1]["tables"][0]["columns"]
    (progress,) = (column for column in columns if column["name"].startswith("形象进度"))
    assert (progress["unit"], progress["sum"]) == ("%", pytest.approx(100 * sum(shares.values())))


def test_an_analyst_reads_the_same_cells(city: Path) -> None:
    """Numbers in the unit of their column, days, shares as fractions; each with its cell."""
    book = ca.read_workbook(city / "甲局.xlsx")
    money, status = book.tables
    frame = money.frame.set_index("项目名称")
    assert money.units["总投资"] == "万元"
    assert (frame["总投资"].dropna() * WAN).to_dict() == TOTALS
    assert (frame["年度计划投资"] * WAN).to_dict() == PLANS
    assert frame["计划竣工日期"].dt.strftime("%m-%d").tolist() == ["09-30", "09-20", "08-01"]
    assert money.precision["计划竣工日期"].tolist() == ["month", "day", "day"]
    assert money.cells["总投资"].tolist() == [f"甲局.xlsx!项目投资完成情况!E{row}" for row in (4, 5, 6)]
    (label,) = (name for name in status.units if name.startswith("形象进度"))
    assert status.units[label] == "fraction"
    assert status.frame[label].tolist()[:2] == [0.7, 0.45]
    assert book.issues["code"].tolist() == [
        row["code"]
        for row in json.loads(run_cityanalytics("inspect", "甲局.xlsx", "--json", workspace=city).stdout)[
            "issues"
        ]
    ]
