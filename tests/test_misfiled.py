"""A workbook filed under another quarter or unit than it states: said with the cell, before it counts."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityanalytics.intake.load import ingest
from cityanalytics.intake.misfiled import MISFILED
from cityanalytics.intake.receive import receive
from cityanalytics.settings import load_settings
from cityanalytics.workbooks.captions import quarters_named
from tests.test_ingest import (
    BRIDGE,
    BRIDGE_STATUS,
    CORRECTED,
    GOOD,
    ROAD,
    ROAD_STATUS,
    City,
    Sheet,
    investment,
    places,
    put,
    status,
)
from tests.test_ingest import found as issues_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.test_ingest import Cell

FULL = "填报单位：{unit}　　截至日期：{day}　　单位：万元"
QUARTER_END = "2010年3月31日"


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def stating(unit: str = "甲处", day: str = QUARTER_END, title: str = "项目投资完成情况") -> Sheet:
    """Give the table of investments with what stands above it."""
    name, rows = investment(ROAD, BRIDGE, note=FULL.format(unit=unit, day=day))
    return name, [[title], *rows[1:]]


def test_a_workbook_of_another_quarter_blocks_with_the_cells_that_say_so(
    repository: Path, tmp_path: Path
) -> None:
    root = tmp_path / "city"
    root.mkdir()
    for name in ("cityanalytics.toml", "aliases.toml"):
        shutil.copy(repository / name, root)
    (source,) = (repository / "data/raw/2010Q3").rglob("市政工程处2010年三季度报表.xlsx")
    unnamed = tmp_path / "市政工程处报表更正.xlsx"
    shutil.copy(source, unnamed)
    settings = load_settings(root)
    (filed,) = receive(settings, [unnamed], quarter="2010Q2", on=dt.date(2010, 10, 9))
    issues = [issue for issue in ingest(settings).issues if issue.code in MISFILED]
    said = {
        issue.where.removeprefix(f"{filed.file}!"): (issue.severity.value, issue.code) for issue in issues
    }
    assert said["项目投资完成情况!A2"] == ("error", "QUARTER_MISMATCH")
    assert said["项目状态!A2"] == ("error", "QUARTER_MISMATCH")
    assert [code for _, code in said.values()].count("PERIOD_AFTER_DATA_DATE") == len(("7月", "8月", "9月"))
    assert {severity for severity, _ in said.values()} == {"error"}
    date = next(issue for issue in issues if issue.code == "QUARTER_MISMATCH")
    assert "2010-09-22" in str(date.understood)
    assert "2010Q2, whose data date is 2010-06-30" in str(date.understood)


def test_the_sample_s_workbooks_are_filed_as_they_state(repository: Path) -> None:
    found = ingest(load_settings(repository))
    assert len(found.manifest["inputs"]) > 50
    assert [issue for issue in found.issues if issue.code in {*MISFILED, "DATA_DATE_DIFFERS"}] == []


@pytest.mark.parametrize(
    ("title", "day", "expected"),
    [
        ("项目投资完成情况（一季度）", QUARTER_END, []),
        ("项目投资完成情况（二季度）", QUARTER_END, [("error", "A1")]),
        ("2009年一季度项目投资完成情况", QUARTER_END, [("error", "A1")]),
        ("2010年1—6月项目投资完成情况", QUARTER_END, [("error", "A1")]),
        ("一季度完成情况及二季度安排", QUARTER_END, []),
        ("注：二季度起调整计划", QUARTER_END, []),
        ("项目投资完成情况", "2010年6月30日", [("error", "A2")]),
        ("项目投资完成情况（二季度）", "2010.6.30", [("error", "A2")]),
        ("项目投资完成情况", "2010年3月", []),
        ("项目投资完成情况", "3月31日", []),
        ("四季花城项目投资完成情况", QUARTER_END, []),
    ],
)
def test_a_title_or_a_note_that_states_another_quarter_blocks(
    city: City, title: str, day: str, expected: list[tuple[str, str]]
) -> None:
    city.send(stating(day=day, title=title), GOOD[1])
    assert places(city.ingest(), "QUARTER_MISMATCH") == [
        (severity, f"项目投资完成情况!{cell}") for severity, cell in expected
    ]


def test_another_day_of_the_same_quarter_warns_and_shows_both(city: City) -> None:
    city.send(stating(day="2010年3月25日"), GOOD[1])
    ingested = city.ingest()
    assert places(ingested, "DATA_DATE_DIFFERS") == [("warning", "项目投资完成情况!A2")]
    said = str(issues_of(ingested, "DATA_DATE_DIFFERS")[0].understood)
    assert ("2010-03-25" in said, "2010-03-31" in said) == (True, True)
    assert len(ingested.issues) == 1


def test_a_data_date_in_a_cell_of_its_own_is_read_there(city: City) -> None:
    name, rows = investment(ROAD, BRIDGE)
    city.send((name, [rows[0], ["截至日期：", dt.date(2010, 6, 30), "单位：万元"], *rows[2:]]), GOOD[1])
    assert places(city.ingest(), "QUARTER_MISMATCH") == [("error", "项目投资完成情况!B2")]


def test_a_data_date_of_the_configuration_s_own_is_the_one_that_counts(city: City) -> None:
    city.settings = replace(city.settings, quarters={"2010Q1": dt.date(2010, 3, 25)})
    city.send(stating(day="2010年3月25日"), GOOD[1])
    # March goes on after that day: its amount counts by it, and this alone is said
    assert [issue.code for issue in city.ingest().issues] == ["PERIOD_CUT"]


def test_amounts_after_the_data_date_block_and_zeros_do_not(city: City) -> None:
    header = ["序号", "项目名称", "类别", "年度计划投资", "1月", "2月", "3月", "4月", "5月", "责任人"]

    def rows(later: Cell) -> list[list[Cell]]:
        return [
            [1, "甲路", "城市道路及配套", 500, 10, 20, 30, 0, None, "负责人01"],
            [2, "乙桥", "桥梁工程", 400, 40, 50, 60, later, None, "负责人02"],
        ]

    city.send(investment(*rows(0), header=header), GOOD[1])
    assert city.ingest().issues == ()
    city.send(investment(*rows(7), header=header), GOOD[1], on=CORRECTED)
    assert places(city.ingest(), "PERIOD_AFTER_DATA_DATE") == [("error", "项目投资完成情况!H5")]


@pytest.mark.parametrize(
    ("unit", "blocks"),
    [
        ("甲处", False),
        ("某市某局甲处", False),
        ("甲处、乙处", False),
        ("甲处乙科", False),
        ("乙处", True),
        ("某市乙 处", True),
        ("", False),
    ],
)
def test_a_workbook_that_another_unit_reports_blocks(city: City, unit: str, *, blocks: bool) -> None:
    city.send(stating(unit=unit), status(ROAD_STATUS, BRIDGE_STATUS))
    assert places(city.ingest(), "UNIT_MISMATCH") == [("error", "项目投资完成情况!A2")] * blocks


def test_a_unit_s_other_name_is_the_one_that_was_confirmed(city: City) -> None:
    city.beside(
        "aliases.toml",
        '[[alias]]\nname = "原乙处道路科"\nproject = "甲处"\nconfirmed_by = "科"\non = 2010-01-01\n',
    )
    city.send(stating(unit="原乙处道路科"), GOOD[1])
    assert city.ingest().issues == ()


def test_the_projects_of_a_misfiled_workbook_are_not_said_one_by_one(city: City) -> None:
    city.send(stating(), GOOD[1])
    city.send(stating(), GOOD[1], unit="乙处", on=CORRECTED)
    ingested = city.ingest()
    assert [issue.code for issue in ingested.issues] == ["UNIT_MISMATCH"]


def test_a_correction_of_the_right_unit_lifts_a_misfiled_workbook(city: City) -> None:
    city.send(stating(unit="乙处"), GOOD[1])
    city.send(stating(), status(put(ROAD_STATUS, 6, 41), BRIDGE_STATUS), on=CORRECTED)
    assert {severity for severity, _ in places(city.ingest(), "UNIT_MISMATCH")} == {"warning"}


@given(
    year=st.integers(2000, 2099),
    number=st.integers(1, 4),
    form=st.sampled_from(
        ["{y}年{c}季度", "{y}年第{n}季度", "{y}Q{n}", "{s}年{c}季度", "{y}年1-{m}月", "{y}{c}季报"]
    ),
    around=st.sampled_from(["", "市政工程处", "四季花城项目", "样例市2号线"]),
)
def test_a_quarter_is_read_in_each_way_of_writing_it(year: int, number: int, form: str, around: str) -> None:
    written = form.format(y=year, s=f"{year % 100:02}", n=number, c="一二三四"[number - 1], m=3 * number)
    assert quarters_named(f"{around}{written}报表（更正）", year=1999) == {f"{year}Q{number}"}
