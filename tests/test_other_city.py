"""A bureau that has none of the sample city's categories, works or demolition: from `init` to both pages."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING

import pytest

from cityanalytics.briefing.figures.figure import Figure
from cityanalytics.briefing.wording import Wording
from cityanalytics.errors import UsageError
from tests.conftest import new_workspace, run_cityanalytics, write_book
from tests.made_city import QUARTERS, MadeCity

if TYPE_CHECKING:
    from pathlib import Path

Cells = list[str | float | dt.date | None]

BEGUN = dt.date(2026, 1, 12)
INVESTMENT: list[Cells] = [
    ["项目投资完成情况"],
    ["单位：万元"],
    ["序号", "项目名称", "类别", "计划开工日期", "计划竣工日期", "总投资", "年度计划投资",
     *(f"{month}月" for month in range(1, 7)), "自年初累计完成投资", "责任人"],
    [1, "东区小学", "学校", BEGUN, dt.date(2026, 11, 30), 900, 600, 10, 20, 30, 40, 50, 60, 210, "甲"],
    [2, "滨河路", "道路", BEGUN, dt.date(2027, 3, 31), 800, 400, 20, 20, 20, 20, 20, 20, 120, "乙"],
]  # fmt: skip
STATUS: list[Cells] = [
    ["项目状态"],
    ["填报单位：甲局"],
    ["序号", "项目名称", "实际开工日期", "实际竣工日期", "项目状态", "是否按计划推进", "形象进度（%）", "制约因素"],
    [1, "东区小学", BEGUN, None, "在建", "按计划", 40, None],
    [2, "滨河路", BEGUN, None, "在建", "滞后", 25, "管线"],
]  # fmt: skip
WORKS: list[Cells] = [
    ["实物工程量"],
    ["填报单位：甲局"],
    ["序号", "项目名称", "工程类别", "计量单位", "年度计划量", "累计完成量", "完成情况"],
    [1, "滨河路", "新路", "条", 6, 4, "竣工"],
]
SITES: list[Cells] = [
    ["拆迁进度"],
    ["单位：万平方米"],
    ["序号", "拆迁片区", "拆迁类别", "启动日期", "计划完成日期", "计划拆迁面积",
     *(f"{month}月" for month in range(1, 7)), "累计完成拆迁面积"],
    [1, "北厂", "旧厂", BEGUN, dt.date(2026, 12, 31), 6, 0, 1, 0, 1, 0, 0, 2],
    [2, "南棚", "船屋", BEGUN, dt.date(2026, 10, 31), 3, 0, 0, 1, 0, 0, 0, 1],
]  # fmt: skip
PLAIN = {"项目投资完成情况": INVESTMENT, "项目状态": STATUS}
#: Two odd kinds of demolition, works of which one is not reported, a category, remarks.
MORE = """
[works.piers]
kind = "新路"
label = { zh = "新路（条）", en = "New roads" }
listed = true
[works.locks]
kind = "船闸"
label = { zh = "船闸（座）", en = "Locks" }
[demolition.old_works]
kind = "旧厂"
label = { zh = "旧厂", en = "Old works" }
[demolition.house_boats]
kind = "船屋"
label = { zh = "船屋", en = "House boats" }
[investments.roads_investment]
kind = "道路"
label = { zh = "道路投资", en = "Investment in roads" }
[[remarks]]
zh = "<i>道路投资{roads_investment}</i>。"
en = "<i>Roads: {roads_investment}</i>."
[[remarks]]
zh = "上次预测{last_forecast_p50}。"
en = "Last time: {last_forecast_p50}."
"""


def new_city(folder: Path, sheets: dict[str, list[Cells]], more: str = "") -> Path:
    """Make a workspace as `init` writes it with a unit and a quarter, and file the unit's workbook."""
    new_workspace(folder, units=["甲局"], quarters={"2026Q2": "2026-06-30"}, more=more)
    book = write_book(folder / "甲局.xlsx", sheets)
    filed = ("--quarter", "2026Q2", "--unit", "甲局", "--on", "2026-07-02")
    run_cityanalytics("receive", str(book), *filed, workspace=folder)
    run_cityanalytics("ingest", workspace=folder)
    return folder


def briefed(city: Path) -> dict[str, str]:
    run_cityanalytics("brief", "2026Q2", workspace=city)
    folder = city / "reports/2026Q2"
    return {language: (folder / f"briefing.{language}.html").read_text("utf-8") for language in ("zh", "en")}


def figures_of(city: Path) -> dict[str, float | None]:
    record = json.loads((city / "reports/2026Q2/briefing.json").read_text("utf-8"))
    return {figure["key"]: figure["value"] for figure in record["figures"]}


def test_a_configuration_as_init_writes_it_can_be_briefed(tmp_path: Path) -> None:
    city = new_city(tmp_path / "city", PLAIN)
    for page in briefed(city).values():
        assert "甲局" in page
        assert (
            re.search("拆迁|demoli|housing|房地产|样例|棚户|实物|works completed", page, re.IGNORECASE)
            is None
        )
    figures = figures_of(city)
    assert figures["investment_to_date"] == 330e4
    assert figures["annual_plan"] == 1000e4
    assert [key for key in figures if key.startswith(("demolition", "sites"))] == []


def test_what_is_configured_stands_on_the_page_and_nothing_else(tmp_path: Path) -> None:
    city = new_city(tmp_path / "city", PLAIN | {"实物工程量": WORKS, "拆迁进度": SITES}, MORE)
    pages = briefed(city)
    assert "新路（条） 4" in pages["zh"]
    assert "船闸" not in pages["zh"]  # configured, and not reported
    assert "New roads 4" in pages["en"]
    assert "旧厂" in pages["zh"]
    assert "Old works" in pages["en"]
    assert "House boats" in pages["en"]
    assert "&lt;i&gt;道路投资120万元&lt;/i&gt;" in pages["zh"]  # a remark is text, never markup
    assert "Last time" not in pages["en"]  # nothing came before
    assert "（假定）" not in pages["zh"]
    figures = figures_of(city)
    assert figures["roads_investment"] == 120e4
    assert (figures["old_works"], figures["house_boats"], figures["demolition_total"]) == (2e4, 1e4, 3e4)


def test_a_remark_that_names_no_figure_is_refused_with_the_nearest(tmp_path: Path) -> None:
    city = new_city(tmp_path / "city", PLAIN, MORE.replace("{roads_investment}", "{roads_investmant}"))
    with pytest.raises(
        AssertionError, match=r"exit 2(.|\n)*roads_investmant(.|\n)*nearest: roads_investment"
    ):
        briefed(city)


@pytest.mark.parametrize("text", ["{roads}", "{investment.__class__}", "{}", "{", "{investment!r:>9}{0}"])
def test_no_gap_of_a_remark_reaches_beyond_the_figures(text: str) -> None:
    figure = Figure(key="investment", value=1.0, unit="yuan")
    with pytest.raises(UsageError):
        Wording(language="en", figures={"investment": figure}).configured(text)


@pytest.mark.drill
@pytest.mark.parametrize("number", range(10))
def test_ten_made_up_cities_show_what_is_true_from_init_to_both_pages(tmp_path: Path, number: int) -> None:
    made, quarter = MadeCity(number), "2026Q2"
    city = tmp_path / "city"
    new_workspace(city, units=made.units, quarters={name: str(day) for name, day in QUARTERS.items()})
    for name, day in QUARTERS.items():
        for unit, book in made.write(tmp_path / name, name).items():
            words = ("--quarter", name, "--unit", unit, "--on", str(day + dt.timedelta(days=2)))
            run_cityanalytics("receive", str(book), *words, workspace=city)
    read = json.loads(run_cityanalytics("ingest", "--json", workspace=city).stdout)
    assert {issue["code"] for issue in read["issues"]} <= {"TEXT_NUMBER"}  # 40%, where a number is asked for
    for page in briefed(city).values():
        assert all(unit in page for unit in made.units)
        assert all(one.category in page for one in made.projects)
    record = json.loads((city / "reports/2026Q2/briefing.json").read_text("utf-8"))
    assert not record["partial"]
    figures, stages = figures_of(city), made.stages(quarter)
    assert figures["investment_to_date"] == pytest.approx(made.done(quarter), rel=1e-12)
    assert figures["annual_plan"] == pytest.approx(made.plan(), rel=1e-12)
    assert figures["projects_total"] == len(made.projects)
    assert figures["projects_completed"] == stages["竣工"]
    assert figures["projects_started"] == stages["在建"] + stages["竣工"]
    forecast = json.loads(run_cityanalytics("forecast", quarter, "--json", workspace=city).stdout)
    for group, names in (("unit", set(made.units)), ("category", {one.category for one in made.projects})):
        rows = {row["name"]: (row["plan"], row["done"]) for row in forecast["parts"][group]}
        assert rows == {
            name: pytest.approx((made.plan(**{group: name}), made.done(quarter, **{group: name})))
            for name in names
        }
    run_cityanalytics("verify", "reports/2026Q2/briefing.zh.html", workspace=city)
