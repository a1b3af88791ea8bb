"""What goes out to the units comes back without a doubt: empty, filled in, and begun with last time's projects."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import python_calamine

from tests.conftest import new_workspace, run_cityanalytics, write_book

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Rows above the first project.
HEADER = 4
#: What a clerk writes under the labels that a workbook leaves open; months and areas are numbers.
FILLED = {
    "类别": "道路", "总投资": 900.0, "原计划": 600.0, "责任人": "甲",
    "项目状态": "在建", "是否按计划推进": "按计划", "形象进度（%）": 40.0,
    "工程类别": "新路", "计量单位": "条", "年度计划量": 2.0, "累计完成量": 1.0, "完成情况": "在建",
    "拆迁类别": "旧厂", "计划拆迁面积": 3.0, "资金来源": "市财政", "到位资金": 30.0, "已支付": 20.0,
}  # fmt: skip
TWO_KINDS = """
[demolition.old_works]
kind = "旧厂"
label = { zh = "旧厂", en = "Old works" }
[demolition.sheds]
kind = "棚屋"
label = { zh = "棚屋", en = "Sheds" }
"""


#: Data dates of two quarters; the later one stands first, as a bureau may write them.
QUARTERS = {"2026Q3": "2026-09-20", "2026Q2": "2026-06-30"}


def new_city(folder: Path, more: str = "") -> Path:
    return new_workspace(folder, units=["甲局", "乙局"], quarters=QUARTERS, more=more)


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    book = python_calamine.CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def fill(path: Path, target: Path, names: Sequence[str]) -> None:
    """Fill a workbook in as its clerk would: under each label, for the rows begun and else for `names`."""
    filled = {}
    for name, rows in sheets(path).items():
        below = rows[3] if len(rows) > HEADER - 1 else [""] * len(rows[2])
        labels = [under or over for over, under in zip(rows[2], below, strict=True)]
        begun = [list(row) for row in rows[HEADER:]] or [
            [at + 1, name, *[""] * (len(labels) - 2)] for at, name in enumerate(names)
        ]
        for row in begun:
            months = [at for at, label in enumerate(labels) if "月" in str(label)]
            for at, label in enumerate(labels):
                if row[at] == "":
                    row[at] = 5.0 if at in months else FILLED.get(str(label), "")
                if "累计完成" in str(label) and months:
                    row[at] = 5.0 * len(months)
        filled[name] = [*rows[:3], below, *begun]
    write_book(target, filled)


def hand_out(city: Path, quarter: str) -> list[Path]:
    run_cityanalytics("init", "--next-quarter", str(city), workspace=city)
    return sorted((city / "data/handouts" / quarter).glob("*.xlsx"))


def come_back(city: Path, quarter: str, on: str, filled: Path) -> list[dict[str, str]]:
    """File what was filled in; give the doubts about it."""
    files = map(str, sorted(filled.glob("*.xlsx")))
    run_cityanalytics("receive", *files, "--quarter", quarter, "--on", on, workspace=city)
    issues = json.loads(run_cityanalytics("ingest", "--json", workspace=city).stdout)["issues"]
    return [issue for issue in issues if f"/{quarter}/" in issue["where"]]


def of_two_quarters(city: Path) -> list[dict[str, str]]:
    """Hand out, fill in and file two quarters, the second one begun with the first one's projects; give all doubts."""
    doubts = []
    for quarter, on in (("2026Q2", "2026-07-02"), ("2026Q3", "2026-09-21")):
        handed = hand_out(city, quarter)
        assert [path.name for path in handed] == [f"{unit}{quarter}报表.xlsx" for unit in ("乙局", "甲局")]
        for path in handed:
            fill(
                path, city / "filled" / quarter / path.name, [f"{path.name[:2]}一号", f"{path.name[:2]}二号"]
            )
        doubts += come_back(city, quarter, on, city / "filled" / quarter)
    return doubts


def test_a_new_city_fills_in_two_quarters_without_a_doubt(tmp_path: Path) -> None:
    city = new_city(tmp_path / "city")
    assert of_two_quarters(city) == []
    begun = sheets(city / "data/handouts/2026Q3/甲局2026Q3报表.xlsx")
    assert "拆迁进度" not in begun  # a city without demolition is asked for none
    assert [row[1] for row in begun["项目投资完成情况"][HEADER:]] == ["甲局一号", "甲局二号"]
    done = json.loads(run_cityanalytics("forecast", "2026Q3", "--json", workspace=city).stdout)
    assert done["done"] == 2 * 2 * 9 * 5.0 * 1e4


def test_a_bureau_that_reports_funds_is_asked_for_them_without_a_doubt(tmp_path: Path) -> None:
    city = new_city(tmp_path / "city")
    for path in hand_out(city, "2026Q2"):
        fill(path, city / "filled" / "2026Q2" / path.name, [f"{path.name[:2]}一号"])
    money: list[list[Any]] = [
        ["资金到位情况"],
        ["填报单位：甲局    单位：万元"],
        ["项目名称", "资金来源", "计划资金", "到位资金"],
        ["甲局一号", "市财政", 60.0, 10.0],
        ["甲局一号", "银行贷款", 40.0, 0.0],
    ]
    write_book(city / "filled/2026Q2/甲局资金.xlsx", {"资金到位情况": money})
    assert come_back(city, "2026Q2", "2026-07-02", city / "filled/2026Q2") == []
    begun = {path.name[:2]: sheets(path)["资金到位情况"] for path in hand_out(city, "2026Q3")}
    assert [row[:6] for row in begun["甲局"][HEADER:]] == [
        [1, "甲局一号", "市财政", 60.0, "", ""],
        [2, "甲局一号", "银行贷款", 40.0, "", ""],
    ]
    assert [row for row in begun["乙局"][HEADER:] if any(row)] == []  # it may leave the sheet empty
    for path in sorted((city / "data/handouts/2026Q3").glob("*.xlsx")):
        fill(path, city / "filled/2026Q3" / path.name, [])
    assert come_back(city, "2026Q3", "2026-09-21", city / "filled/2026Q3") == []
    funds = json.loads(run_cityanalytics("dispatch", "2026Q3", "--json", workspace=city).stdout)["funds"]
    assert [(row["source"], row["arrived"], row["missing"]) for row in funds] == [
        ("市财政", 3e5, 3e5),
        ("银行贷款", 3e5, 1e5),
    ]


def test_a_city_with_kinds_of_its_own_is_offered_them(tmp_path: Path) -> None:
    city = new_city(tmp_path / "city", TWO_KINDS)
    assert of_two_quarters(city) == []
    shutil.unpack_archive(city / "data/handouts/2026Q3/甲局2026Q3报表.xlsx", tmp_path / "parts", format="zip")
    text = "".join(path.read_text("utf-8") for path in (tmp_path / "parts/xl/worksheets").glob("*.xml"))
    assert "旧厂,棚屋" in text
    assert "棚户区" not in text


@pytest.fixture
def ingested(processed_workspace: Path, tmp_path: Path) -> Path:
    """Give a copy of the sample city with its tables, which the test may spoil."""
    ignored = shutil.ignore_patterns("reports")
    return Path(shutil.copytree(processed_workspace, tmp_path / "workspace", ignore=ignored))


def test_the_sample_city_goes_on_with_the_projects_of_last_time(ingested: Path, tmp_path: Path) -> None:
    run_cityanalytics("init", "--next-quarter", str(ingested), workspace=ingested)
    handed = sorted((ingested / "data/handouts/2010Q4").glob("*.xlsx"))
    assert len(handed) == 20
    names = [row[1] for path in handed for row in sheets(path)["项目投资完成情况"][HEADER:]]
    assert len(names) == len(set(names)) == 268
    for path in handed:
        fill(path, tmp_path / "filled" / path.name, [])
    assert come_back(ingested, "2010Q4", "2011-01-04", tmp_path / "filled") == []


def test_the_next_year_begins_with_what_has_not_ended_and_without_plans(ingested: Path) -> None:
    run_cityanalytics("init", "--next-year", str(ingested), workspace=ingested)
    rows = [
        row
        for path in (ingested / "data/handouts/2011Q1").glob("*.xlsx")
        for row in sheets(path)["项目投资完成情况"][HEADER:]
    ]
    assert len(rows) == 268 - 54
    head = sheets(next(iter((ingested / "data/handouts/2011Q1").glob("*.xlsx"))))["项目投资完成情况"][3]
    assert {row[head.index("原计划")] for row in rows} == {""}
