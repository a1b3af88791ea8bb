"""Earlier years of the city itself: in every layout the same months, and a forecast that rests on them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

import cityanalytics as ca
from cityanalytics.issues import Severity
from cityanalytics.outlook.forecast import forecast as forecast_programme
from cityanalytics.outlook.forecast import forecast_year
from cityanalytics.programme.snapshot import take_snapshot
from cityanalytics.series.methods import QUANTILES
from cityanalytics.series.ownmonths import OwnMonths
from tests.conftest import copy_workspace, run_cityanalytics
from tests.test_ingest import GOOD, City, found, places

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.intake.store import Ingested
    from tests.test_ingest import Cell

#: In 亿元; of a whole year 100.
MONTHS = [6.0, 4, 9, 10, 10, 10, 9, 9, 9, 8, 8, 8]
YEARS = {2008: 0.8, 2009: 1.0}
NAMES: list[Cell] = [f"{m}月" for m in range(1, 13)]
KNOWN = dt.date(2010, 7, 9)


def of(year: int) -> list[float]:
    return [YEARS[year] * amount for amount in MONTHS]


def to_date(values: list[float]) -> list[float]:
    return [float(value) for value in np.cumsum(values)]


def by_row(cells: list[Cell], *, front: bool) -> list[list[Cell]]:
    return [
        [*([year] if front else []), cell if front else f"{year}年{cell}", amount]
        for year in YEARS
        for cell, amount in zip(cells, of(year), strict=True)
    ]


def a_year(*values: list[float]) -> list[list[Cell]]:
    return [[year, *own] for year, own in zip(YEARS, values, strict=True)]


OWN, OWN_TO_DATE = [of(year) for year in YEARS], [to_date(of(year)) for year in YEARS]
WITH_TOTAL = a_year(*([*own, sum(own)] for own in OWN))
SO_FAR: list[Cell] = [f"{m}月累计" for m in range(1, 13)]
ACROSS: list[list[Cell]] = [[name, *(own[at] for own in OWN)] for at, name in enumerate(NAMES)]
DAYS: list[list[Cell]] = [[dt.date(year, m, 1), a] for year in YEARS for m, a in enumerate(of(year), 1)]
LAYOUTS: dict[str, list[list[Cell]]] = {
    "a row a year": [["年份", *NAMES, "全年完成投资"], *WITH_TOTAL],
    "years as text, no total": [["年度", *NAMES], *([f"{row[0]}年", *row[1:]] for row in a_year(*OWN))],
    "header of two rows": [["年份", "分月完成投资", *[None] * 11, "全年"], [None, *NAMES, None], *WITH_TOTAL],
    "to date": [["年份", "1月", *(f"1-{m}月" for m in range(2, 13))], *a_year(*OWN_TO_DATE)],
    "to date by words": [
        ["年份", *SO_FAR, "全年完成投资"],
        *a_year(*([*own, own[-1]] for own in OWN_TO_DATE)),
    ],
    "a row a month": [["年份", "月份", "完成投资"], *by_row([*range(1, 13)], front=True)],
    "a row a month, named": [["年份", "月份", "完成投资(亿元)"], *by_row(NAMES, front=True)],
    "months with their year": [["月份", "完成投资"], *by_row(NAMES, front=False)],
    "days": [["月份", "完成投资"], *DAYS],
    "a column a year": [["月份", *(f"{y}年" for y in YEARS)], *ACROSS, ["全年", *map(sum, OWN)]],
}


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def sent(
    city: City, rows: list[list[Cell]], *, title: str = "历年投资完成情况", unit: str = "乙处"
) -> Ingested:
    top: list[list[Cell]] = [["样例市历年分月完成投资"], ["填报单位：计划科　单位：亿元"]]
    city.send((title, [*top, *rows]), unit=unit, name="历年.xlsx")
    return city.ingest()


def amounts(ingested: Ingested) -> dict[tuple[int, int], float]:
    rows = ingested.tables["history_months"]
    return {
        (int(year), start.month): round(amount / 1e8, 6)
        for year, start, amount in zip(rows["year"], rows["period_start"], rows["amount"], strict=True)
    }


@pytest.mark.parametrize("rows", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_gives_the_same_months_and_years(city: City, rows: list[list[Cell]]) -> None:
    ingested = sent(city, rows)
    wanted = {(y, m): round(a, 6) for y in YEARS for m, a in enumerate(of(y), 1)}
    assert amounts(ingested) == wanted
    totals = ingested.tables["history"]
    assert totals["year"].tolist() == [*YEARS]
    assert totals["amount"].to_numpy() == pytest.approx([sum(of(year)) * 1e8 for year in YEARS])
    assert not [issue for issue in ingested.issues if issue.severity is Severity.ERROR]
    assert not found(ingested, "COLUMN_ASIDE")


def test_a_sheet_of_a_units_own_workbook_is_received_as_well(city: City) -> None:
    history: list[list[Cell]] = [["历年投资"], ["单位：亿元"], *LAYOUTS["a row a year"]]
    city.send(*GOOD, ("历年投资", history))
    assert len(amounts(city.ingest())) == 24


def test_years_and_months_may_be_missing(city: City) -> None:
    rows = [row for row in LAYOUTS["a row a month"] if row[0] != 2008 or row[1] not in (1, 2, 3)]
    ingested = sent(city, [*rows, [2005, "全年", 55]])
    assert len(amounts(ingested)) == 21
    assert ingested.tables["history"]["year"].tolist() == [2005, 2009]
    assert ingested.tables["history"]["amount"].tolist() == [5.5e9, 1e10]


def test_whole_years_alone_are_no_months(city: City) -> None:
    ingested = sent(city, [["年份", "全年完成投资"], [2008, 60.2], [2009, 80]])
    assert ingested.tables["history"]["amount"].tolist() == [6.02e9, 8e9]
    assert ingested.tables["history_months"].empty


@pytest.mark.parametrize(
    "rows",
    [
        [["指标", "甲区", "乙区"], ["完成投资", 60.2, 80], ["其他", 1, 2]],
        [["年份", "项目名称", "金额"], [2008, "甲路", 30], [2008, "乙路", 50]],
    ],
)
def test_another_layout_is_refused_with_those_that_fit(city: City, rows: list[list[Cell]]) -> None:
    ingested = sent(city, rows)
    (issue,) = found(ingested, "HISTORY_LAYOUT")
    assert issue.severity is Severity.ERROR
    assert "年份, 1月 … 12月, 全年完成投资" in str(issue.suggestion)
    assert ingested.tables["history"].empty


@pytest.mark.parametrize(
    "title", ["分年度投资计划表", "历史街区投资情况", "近三年投资项目汇总表", "历年项目投资计划安排表"]
)
def test_a_plan_of_years_or_a_list_of_projects_is_no_history_and_does_not_block(
    city: City, title: str
) -> None:
    rows: list[list[Cell]] = [
        [title],
        ["单位：万元"],
        ["序号", "名称", "地址"],
        [1, "甲路", "东"],
        [2, "乙桥", "西"],
    ]
    city.send(*GOOD, (title, rows))
    ingested = city.ingest()
    assert not found(ingested, "HISTORY_LAYOUT")
    assert not [issue for issue in ingested.issues if issue.severity is Severity.ERROR]


def test_a_total_that_its_months_do_not_make_is_said(city: City) -> None:
    ingested = sent(city, [["年份", *NAMES, "全年完成投资"], [2009, *of(2009), 120.0]])
    assert places(ingested, "CUMULATIVE_MISMATCH") == [("warning", "历年投资完成情况!N4")]
    assert ingested.tables["history"]["amount"].tolist() == pytest.approx([1e10])


def test_months_that_run_on_under_plain_names_block_with_both_readings(city: City) -> None:
    rows: list[list[Cell]] = [["年份", *NAMES, "全年完成投资"]]
    rows += a_year(*([*own, own[-1]] for own in OWN_TO_DATE))
    (issue,) = found(sent(city, rows), "PERIOD_READINGS")
    assert issue.severity is Severity.ERROR
    assert "as amounts to date to 180 亿元; stated is 180 亿元" in str(issue.understood)


def test_the_newest_workbook_that_states_a_year_holds_and_others_remain(city: City) -> None:
    city.send(*GOOD)
    sent(city, LAYOUTS["a row a year"])
    city.send(
        ("历年投资", [["历年投资完成情况"], ["单位：亿元"], ["年份", *NAMES], [2009, *(2 * a for a in of(2009))]]),
        unit="乙处", quarter="2010Q2", on=dt.date(2010, 7, 3),
    )  # fmt: skip
    programme = take_snapshot(city.ingest().tables, as_of=dt.date(2010, 3, 31), known_on=KNOWN)
    assert (programme.history["amount"] / 1e8).tolist() == pytest.approx([80, 200])
    assert len(programme.history_months) == 24
    before = take_snapshot(city.ingest().tables, as_of=dt.date(2010, 3, 31), known_on=dt.date(2010, 4, 3))
    assert (before.history["amount"] / 1e8).tolist() == pytest.approx([80, 100])


def test_another_senders_other_amount_and_another_scale_are_said(city: City) -> None:
    city.send(*GOOD)
    annual: list[list[Cell]] = [["年份", "全年完成投资"], [2009, 0.08]]
    sent(city, annual)
    assert not found(city.ingest(), "IMPLAUSIBLE")  # plans of 0.09 亿元
    other: list[list[Cell]] = [["历年投资完成情况"], ["单位：亿元"], ["年份", "全年完成投资"], [2009, 800.0]]
    city.send(*GOOD, ("历年投资", other), on=dt.date(2010, 4, 9), name="又报.xlsx")
    ingested = city.ingest()
    assert places(ingested, "HISTORY_TWICE") == [("warning", "历年投资!B4")]
    assert places(ingested, "IMPLAUSIBLE") == [("warning", "历年投资!B4")]


def test_january_and_february_in_one_are_parted_by_days(city: City) -> None:
    city.send(*GOOD)
    sent(city, [["年份", "1-2月", *NAMES[2:]], *a_year(*([sum(own[:2]), *own[2:]] for own in OWN))])
    programme = take_snapshot(city.ingest().tables, as_of=dt.date(2010, 3, 31), known_on=KNOWN)
    months = programme.history_months
    assert len(months) == 24
    assert (months["amount"].iloc[:2] / 1e8).tolist() == pytest.approx([8 * 31 / 60, 8 * 29 / 60])


def curve(days: int, own: list[float]) -> pd.Series:
    index = pd.date_range("2010-01-01", periods=days)
    lengths = index.days_in_month.to_numpy()
    daily = np.array([own[month - 1] for month in index.month]) / lengths
    return pd.Series(np.cumsum(daily), index=index)


@pytest.fixture
def earlier() -> pd.DataFrame:
    draw = np.random.default_rng(3)
    return pd.DataFrame(
        [
            {"year": year, "month": month, "amount": amount * 1e8 * draw.uniform(0.9, 1.1)}
            for year in (2006, 2007, 2008, 2009)
            for month, amount in enumerate(MONTHS, 1)
        ]
    )


@pytest.mark.parametrize(("month", "days"), [(1, 31), (3, 90), (6, 181), (9, 273), (11, 334)])
def test_at_a_months_end_it_is_what_forecast_series_says(
    earlier: pd.DataFrame, month: int, days: int
) -> None:
    own = [1.1e8 * amount for amount in MONTHS]
    made = forecast_year("", curve(days, own), 1e10, float("inf"), own_months=earlier)
    this = pd.DataFrame({"year": 2010, "month": range(1, month + 1), "amount": own[:month]})
    series = pd.concat([earlier, this]).rename(columns={"amount": "value"}).assign(series_id="city")
    line = ca.forecast_series(series, month).set_index("year").loc[2010]
    assert [made.quantile(level) for level in QUANTILES] == pytest.approx(
        [line[f"p{round(level * 100):02d}"] for level in QUANTILES], rel=1e-9
    )
    assert line["method"] == "combination"


def test_inside_a_month_it_lies_between_the_ends(earlier: pd.DataFrame) -> None:
    own = [1.1e8 * amount for amount in MONTHS]
    medians = [
        OwnMonths(months=earlier)(curve(days, own), target=1e10).quantile(0.5)
        for days in (243, 258, 272, 273)
    ]
    assert medians == pytest.approx([1.1e10] * 4, rel=0.03)
    assert medians[2] == pytest.approx(medians[3], rel=2e-3)
    ends = [OwnMonths(months=earlier)(curve(days, own), target=1e10) for days in (364, 365)]
    assert ends[1].quantile(0.9) == ends[1].quantile(0.1) == pytest.approx(1.1e10)
    assert ends[0].quantile(0.9) < ends[1].done * 1.01


def test_it_uses_nothing_of_later_years(earlier: pd.DataFrame) -> None:
    later = earlier[earlier["year"] == 2009].assign(year=2011, amount=9e9)
    own = [1e8 * amount for amount in MONTHS]
    both = [
        OwnMonths(months=months)(curve(181, own), target=1e10).quantile(0.5)
        for months in (earlier, pd.concat([earlier, later]))
    ]
    assert both[0] == both[1]


def test_the_class_serves_where_no_year_is_whole(earlier: pd.DataFrame) -> None:
    own = [1e8 * amount for amount in MONTHS]
    parts = earlier[(earlier["year"] == 2009) & (earlier["month"] > 3)]
    for months in (parts, earlier.iloc[:0], None):
        made = forecast_year("us_public_construction", curve(181, own), 1e10, float("inf"), own_months=months)
        assert made.reference_class == "us_public_construction"


def test_the_page_says_on_what_the_forecast_rests(repository: Path, tmp_path: Path) -> None:
    root = copy_workspace(repository, tmp_path / "workspace")
    book = City(tmp_path / "other")
    rows: list[list[Cell]] = [["年份", "月份", "完成投资"]]
    for year, whole in ((2008, 60.2), (2009, 80.0)):
        rows += [[year, month, amount * whole / 100] for month, amount in enumerate(MONTHS, 1)]
    book.send(("历年投资完成情况", [["历年分月完成投资"], ["单位：亿元"], *rows]), name="历年分月.xlsx")
    file = str(book.inbox / "历年分月.xlsx")
    run_cityanalytics(
        "receive", file, "--quarter", "2010Q3", "--unit", "计划财务科", "--on", "2010-10-08", workspace=root
    )
    run_cityanalytics("ingest", workspace=root)
    programme = ca.programme(ca.open_workspace(root), "2010Q3")
    forecast = ca.forecast(programme)
    assert forecast.evidence["class"] is None
    assert (forecast.evidence["own_years"], forecast.evidence["own_months"]) == (2, 33)
    by_class = ca.forecast(programme, reference_class="china_construction_investment")
    widths = [made.quantiles[0.9] - made.quantiles[0.1] for made in (forecast, by_class)]
    assert widths[0] < widths[1]
    assert forecast_programme(programme, reference_class="china_construction_investment").evidence["class"]
    briefing = ca.briefing(programme)
    figures = briefing.figures.set_index("key")["value"]
    assert figures["investment_2008"] == pytest.approx(6.02e9)
    assert figures["forecast_p50"] == pytest.approx(forecast.quantiles[0.5])
    assert (figures["own_years"], figures["own_months"]) == (2, 24)
    assert "class_series" not in figures
    said = str(briefing.section("method", "zh"))
    assert "以往2年的24个月" in said.replace("\u202f", "").replace(" ", "").replace("<b>", "")
    assert len(ca.trace(briefing, "own_months")) == 24


def test_a_year_that_its_own_workbooks_closed_is_history_too(city: City) -> None:
    """Two years in one workspace: the first is known by months without a table of its own."""
    header = ["序号", "项目名称", "类别", "年度计划投资"]
    for quarter in (1, 2, 3, 4):
        months: list[Cell] = [f"{m}月" for m in range(1, 3 * quarter + 1)]
        rows: list[list[Cell]] = [[1, "甲路", "道路", 900, *(10.0 * m for m in range(1, 3 * quarter + 1))]]
        day = dt.date(2009 + quarter // 4, 3 * quarter % 12 + 1, 2)
        city.send(
            ("项目投资完成情况", [["投资"], ["单位：万元"], [*header, *months], *rows]),
            quarter=f"2009Q{quarter}", on=day, name=f"{quarter}.xlsx",
        )  # fmt: skip
    city.send(*GOOD)
    tables = city.ingest().tables
    programme = take_snapshot(tables, as_of=dt.date(2010, 3, 31), known_on=KNOWN)
    assert programme.history.to_dict("list") == {"year": [2009], "amount": [7.8e6]}
    assert programme.history_months["amount"].tolist() == [1e5 * m for m in range(1, 13)]
    assert forecast_programme(programme).evidence["own_months"] == 15
