"""Nothing is silently smaller: what was expected and did not come is known, said first, and worth what it last was."""

from __future__ import annotations

import datetime as dt
import json
import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from cityanalytics.briefing.lacking import in_words
from cityanalytics.errors import UsageError
from cityanalytics.intake.aliases import Departure, confirm_gone, take_back
from cityanalytics.intake.withdraw import withdraw
from cityanalytics.workspace import Workspace
from tests.command import run
from tests.conftest import run_cityanalytics
from tests.test_ingest import (
    BRIDGE,
    BRIDGE_STATUS,
    CORRECTED,
    DAY,
    INVESTMENT,
    ROAD,
    ROAD_STATUS,
    SENT,
    City,
    investment,
    put,
    sites,
    status,
    works,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.programme.coverage import Coverage, Lack
    from tests.test_ingest import Cell, Sheet

#: The second unit's own project: plan 300, done 12 (万元).
PARK: list[Cell] = [1, "丙园", "园林绿化", DAY, 600, 300, 2, 4, 6, 12, "负责人03"]
PARK_STATUS: list[Cell] = [1, "丙园", DAY, None, "在建", "按计划", 40, None]
FIRST = (investment(ROAD, BRIDGE), status(ROAD_STATUS, BRIDGE_STATUS))
SECOND = (investment(PARK), status(PARK_STATUS))
JULY = dt.date(2010, 7, 2)


def in_summer(city: City, *sheets: Sheet, unit: str = "甲处", name: str = "") -> str:
    return city.send(*sheets, unit=unit, name=name, quarter="2010Q2", on=JULY)


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def coverage(city: City, *, as_of: dt.date, known_on: dt.date = JULY) -> Coverage:
    read = city.ingest()
    return Workspace(settings=city.settings, given=read.tables, inputs=read.manifest["inputs"]).coverage(
        as_of=as_of, known_on=known_on
    )


def spring(city: City) -> Coverage:
    return coverage(city, as_of=dt.date(2010, 3, 31))


def summer(city: City) -> Coverage:
    return coverage(city, as_of=dt.date(2010, 6, 30))


def only(found: Coverage) -> Lack:
    (lack,) = found.lacks
    return lack


def test_where_all_has_come_nothing_is_missing(city: City) -> None:
    city.send(*FIRST)
    city.send(*SECOND, unit="乙处")
    found = spring(city)
    assert not found.partial
    assert in_words(found, "zh", city.settings) == []
    assert found.document()["worth"] == {"plan": 0.0, "done": 0.0}


def test_a_unit_that_never_reported_is_missing_and_nothing_stands_for_it(city: City) -> None:
    city.send(*FIRST)
    found = spring(city)
    assert found.document() | {"expected": 2, "received": 1, "missing": ["乙处"], "carried": []} == (
        found.document()
    )
    assert found.document()["worth"] == {"plan": None, "done": None}
    said = "".join(in_words(found, "zh", city.settings))
    assert "应报单位2个，已报1个" in said
    assert "乙处本期未报" in said
    assert "沿用" not in said


def test_a_late_unit_is_carried_from_its_last_day_with_what_it_was_worth(city: City) -> None:
    for sheets, unit in ((FIRST, "甲处"), (SECOND, "乙处")):
        city.send(*sheets, unit=unit)
    in_summer(city, *FIRST)
    found = summer(city)
    lack = only(found)
    assert (lack.unit, lack.kind, lack.carried, lack.last) == ("乙处", "workbook", True, dt.date(2010, 3, 31))
    assert found.document()["carried"] == found.document()["missing"] == ["乙处"]
    assert found.document()["worth"] == {"plan": 300e4, "done": 12e4}
    (line,) = [text for text in in_words(found, "zh", city.settings) if "沿用" in text]
    assert "乙处本期未报，沿用其截至2010年3月31日的数据（年度计划300万元，已完成12万元）" in line
    assert len(lack.cells) == 4  # a plan and three months


def test_in_a_new_year_the_last_known_is_told_and_not_counted(city: City) -> None:
    city.send(*FIRST, quarter="2009Q4", on=dt.date(2010, 1, 5))
    city.send(*SECOND, unit="乙处", quarter="2009Q4", on=dt.date(2010, 1, 5))
    city.send(*FIRST)
    lack = only(spring(city))
    assert (lack.unit, lack.carried, lack.plan) == ("乙处", False, 300e4)


@pytest.mark.parametrize(
    ("left", "sheet"), [(SECOND[1], "项目投资完成情况"), (SECOND[0], "项目状态")], ids=["money", "status"]
)
def test_a_sheet_that_is_not_in_the_workbook_is_missing(city: City, left, sheet) -> None:
    city.send(*FIRST)
    file = city.send(left, unit="乙处")
    found = spring(city)
    assert found.unread == (f"{file}!{sheet}",)
    assert found.partial
    assert f"乙处的报表缺“{sheet}”表" in "".join(in_words(found, "zh", city.settings))


def test_a_sheet_of_works_is_expected_while_the_last_one_is_unfinished(city: City) -> None:
    road: list[Cell] = [1, "甲路", "城市道路升级配套", "条", 3, 1, "在建"]
    city.send(*SECOND, unit="乙处")
    in_summer(city, *SECOND, unit="乙处")
    city.send(*FIRST, works(road))
    in_summer(city, *FIRST)
    lack = only(summer(city))
    assert (lack.kind, lack.carried, lack.last) == ("works", True, dt.date(2010, 3, 31))
    in_summer(city, *FIRST, works(), name="补.xlsx")
    assert not summer(city).partial  # came, without a row: its unit says that there are none
    city.send(*FIRST, works(put(road, 6, "竣工")), name="更正.xlsx", on=CORRECTED)
    assert not summer(city).partial


def test_a_project_that_is_gone_is_missing_until_a_person_says_what_became_of_it(city: City) -> None:
    city.send(*SECOND, unit="乙处")
    in_summer(city, *SECOND, unit="乙处")
    city.send(*FIRST)
    in_summer(
        city,
        investment(put(ROAD, 1, "甲路升级"), BRIDGE),
        status(put(ROAD_STATUS, 1, "甲路升级"), BRIDGE_STATUS),
    )
    found = summer(city)
    lack = only(found)
    assert (lack.kind, lack.name, lack.likely, lack.plan, lack.done) == (
        "project",
        "甲路",
        "甲路升级",
        500e4,
        60e4,
    )
    assert found.document()["missing"] == []
    assert found.partial
    city.beside(
        "aliases.toml", '[[alias]]\nname = "甲路"\nproject = "甲路升级"\nconfirmed_by = "科"\non = 2010-07-03'
    )
    assert not summer(city).partial


def test_a_project_that_has_left_is_confirmed_by_a_person_and_taken_back(city: City) -> None:
    city.send(*SECOND, unit="乙处")
    in_summer(city, *SECOND, unit="乙处")
    city.send(*FIRST)
    in_summer(city, investment(BRIDGE), status(BRIDGE_STATUS))
    one = Departure(
        name="甲路", quarter="2010Q2", confirmed_by="计划科", on=dt.date(2010, 7, 3), why="并入丙路"
    )
    city.beside("aliases.toml", "# 经人工确认\n")
    confirm_gone(city.settings, one)
    found = summer(city)
    assert not found.partial
    ((lack, confirmed),) = found.left
    assert (lack.name, lack.plan, lack.done, confirmed) == ("甲路", 500e4, 60e4, one)
    assert found.document()["left"][0]["confirmed_by"] == "计划科"
    assert "PROJECT_GONE" not in {issue.code for issue in city.ingest().issues}
    with pytest.raises(UsageError, match="already, by 计划科"):
        confirm_gone(city.settings, one)
    with pytest.raises(UsageError, match="甲路 \\(2010Q2\\)"):
        take_back(city.settings, "乙桥")
    city.beside("aliases.toml", (city.settings.root / "aliases.toml").read_text("utf-8") + "\n# 完\n")
    assert take_back(city.settings, "甲 路") == (one,)
    assert (city.settings.root / "aliases.toml").read_text("utf-8") == "# 经人工确认\n\n# 完\n"
    assert only(summer(city)).name == "甲路"


def test_what_has_left_for_one_quarter_is_missing_in_another(city: City) -> None:
    city.send(*SECOND, unit="乙处")
    in_summer(city, *SECOND, unit="乙处")
    city.send(*FIRST)
    in_summer(city, investment(BRIDGE), status(BRIDGE_STATUS))
    confirm_gone(
        city.settings, Departure(name="甲路", quarter="2010Q3", confirmed_by="科", on=dt.date(2010, 7, 3))
    )
    assert only(summer(city)).name == "甲路"


def test_a_correction_with_the_corrected_rows_alone_does_not_take_the_others_away_unsaid(city: City) -> None:
    city.send(*SECOND, unit="乙处")
    city.send(*FIRST)
    city.send(investment(put(put(ROAD, 8, 31), 9, 61)), status(ROAD_STATUS), on=CORRECTED)
    lack = only(spring(city))
    assert (lack.name, lack.plan, lack.done) == ("乙桥", 400e4, 150e4)


def test_a_site_that_is_gone_is_said(city: City) -> None:
    area: list[Cell] = [1, "东片", "棚户区", DAY, 2, 0.1, 0.2, 0.3, 0.6]
    city.send(*SECOND, unit="乙处")
    in_summer(city, *SECOND, unit="乙处")
    city.send(*FIRST, sites(area, put(put(area, 0, 2), 1, "西片")))
    in_summer(city, *FIRST, sites(area))
    lack = only(summer(city))
    assert (lack.kind, lack.name) == ("site", "西片")


def test_a_withdrawn_workbook_is_told_as_withdrawn(city: City) -> None:
    city.send(*FIRST)
    file = city.send(*SECOND, unit="乙处")
    withdraw(city.settings, city.settings.root / file, on=CORRECTED, why="误报")
    lack = only(spring(city))
    assert (lack.unit, lack.withdrawn) == ("乙处", True)
    assert "乙处本期未报（原报表已撤回）" in "".join(in_words(spring(city), "zh", city.settings))


def test_what_had_not_come_by_the_day_was_missing_then(city: City) -> None:
    city.send(*FIRST, on=SENT)
    city.send(*SECOND, unit="乙处", on=CORRECTED)
    day = dt.date(2010, 3, 31)
    assert coverage(city, as_of=day, known_on=SENT).document()["missing"] == ["乙处"]
    assert not coverage(city, as_of=day, known_on=CORRECTED).partial


# the page, the record, the commands


@pytest.fixture(scope="module")
def partial_city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a city of three units of which one is carried and one never came, briefed for its second quarter."""
    folder = tmp_path_factory.mktemp("partial") / "city"
    run_cityanalytics("init", str(folder), workspace=folder.parent)
    settings = folder / "cityanalytics.toml"
    text = settings.read_text("utf-8").replace("units = []", 'units = ["甲处", "乙处", "丁处"]')
    settings.write_text(text, "utf-8")
    city = City(folder.parent / "sender")
    ahead = (investment(put(put(BRIDGE, 8, 300), 9, 390)), status(BRIDGE_STATUS))
    for unit, quarter, sheets in (
        ("甲处", "2010Q1", ahead),
        ("乙处", "2010Q1", SECOND),
        ("甲处", "2010Q2", ahead),
    ):
        file = city.settings.root / city.send(*sheets, unit=unit, quarter=quarter)
        words = (
            "--quarter",
            quarter,
            "--unit",
            unit,
            "--on",
            "2010-07-02" if quarter == "2010Q2" else "2010-04-02",
        )
        run_cityanalytics("receive", str(file), *words, workspace=folder)
    run_cityanalytics("ingest", workspace=folder)
    return folder


@pytest.fixture(scope="module")
def report(partial_city: Path) -> Path:
    run_cityanalytics("brief", "2010Q1", workspace=partial_city)
    return partial_city / "reports/2010Q1"


def first_screen(report: Path, language: str) -> str:
    page = (report / f"briefing.{language}.html").read_text("utf-8")
    text = re.sub(r"<(style|head)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return " ".join(unescape(text).split())[:500]


def test_the_first_screen_says_what_is_missing_before_any_number(report: Path) -> None:
    chinese, english = first_screen(report, "zh"), first_screen(report, "en")
    assert chinese.index("数据不完整") < chinese.index("丁处本期未报") < chinese.index("累计完成投资")
    assert "应报单位3个，已报2个" in chinese
    assert (
        english.index("Incomplete data")
        < english.index("丁处 has not reported")
        < english.index("investment")
    )


def test_the_record_is_partial_and_its_light_is_not_green(report: Path) -> None:
    record = json.loads((report / "briefing.json").read_text("utf-8"))
    assert record["partial"]
    assert record["coverage"]["missing"] == ["丁处"]
    assert record["headline"]["zh"].startswith("（数据不完整")
    (light,) = record["lights"]["city"]
    assert light["behind"] < 0  # ahead of elapsed time, by what was reported
    assert light["light"] == "incomplete"
    assert {one["name"]: one["light"] for one in record["lights"]["unit"]} == {
        "甲处": "normal",
        "乙处": "far behind",
    }
    assert 'class="light incomplete"' in (report.parent / "index.html").read_text("utf-8")
    page = (report / "briefing.zh.html").read_text("utf-8")
    assert "预测未含丁处" in page


def test_the_forecast_and_the_reading_say_what_is_missing(partial_city: Path) -> None:
    said = json.loads(run_cityanalytics("forecast", "2010Q1", "--json", workspace=partial_city).stdout)
    assert (said["partial"], said["coverage"]["missing"]) == (True, ["丁处"])
    told = run_cityanalytics("ingest", "--ui", "zh", workspace=partial_city).stderr
    assert told.startswith("2010Q2: 数据不完整。应报单位3个，已报1个。")


def test_a_partial_report_is_published_only_where_that_is_meant(report: Path, partial_city: Path) -> None:
    words = ("publish", str(report), "--by", "总工办")
    refused = run(*words, workspace=partial_city)
    assert refused.returncode == 1
    assert "--partial" in refused.stderr
    assert not (partial_city / "reports/ledger.jsonl").exists()
    run_cityanalytics(*words, "--partial", workspace=partial_city)
    assert (partial_city / "reports/ledger.jsonl").exists()


def test_who_confirmed_that_a_project_has_left_stands_on_the_page(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    run_cityanalytics("init", str(folder), workspace=tmp_path)
    settings = folder / "cityanalytics.toml"
    settings.write_text(settings.read_text("utf-8").replace("units = []", 'units = ["甲处"]'), "utf-8")
    city = City(tmp_path / "sender")
    to_june = ["6月" if label == "3月" else label for label in INVESTMENT]
    for quarter, sheets, day in (
        ("2010Q1", FIRST, "2010-04-02"),
        ("2010Q2", (investment(BRIDGE, header=to_june), status(BRIDGE_STATUS)), "2010-07-02"),
    ):
        file = city.settings.root / city.send(*sheets, quarter=quarter)
        run_cityanalytics(
            "receive", str(file), "--quarter", quarter, "--unit", "甲处", "--on", day, workspace=folder
        )
    words = ("gone", "甲路", "--by", "总工办", "--why", "并入丙路")
    assert "2010Q2" in run_cityanalytics(*words, workspace=folder).stderr
    with pytest.raises(AssertionError, match="missing are: —"):
        run_cityanalytics("gone", "乙桥", "--by", "总工办", "--ui", "en", workspace=folder)
    run_cityanalytics("ingest", workspace=folder)
    run_cityanalytics("brief", "2010Q2", workspace=folder)
    report = folder / "reports/2010Q2"
    record = json.loads((report / "briefing.json").read_text("utf-8"))
    assert not record["partial"]
    assert {"left_1_plan": 500e4, "left_1_done": 60e4}.items() <= {
        one["key"]: one["value"] for one in record["figures"]
    }.items()
    page = re.sub("<[^>]+>", "", (report / "briefing.zh.html").read_text("utf-8"))
    assert re.search(
        "甲处“甲路”已退出，.{6,14}由总工办确认（并入丙路）：未计入；最近一次数据截至2010年3月31日", page
    )
    english = re.sub("<[^>]+>", "", (report / "briefing.en.html").read_text("utf-8"))
    assert "confirmed by 总工办 on" in english
    run_cityanalytics("gone", "甲路", "--undo", workspace=folder)
    run_cityanalytics("ingest", workspace=folder)
    run_cityanalytics("brief", "2010Q2", workspace=folder)
    assert json.loads((report / "briefing.json").read_text("utf-8"))["partial"]
