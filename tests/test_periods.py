"""Periods as bureaus write them: own or to date, wide or long, by words and by values."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import xlsxwriter

from cityanalytics.issues import Severity
from cityanalytics.programme.segments import done_by, segments
from cityanalytics.programme.snapshot import take_snapshot
from cityanalytics.workbooks.cells import squeezed
from cityanalytics.workbooks.periods import read_labels
from tests.test_ingest import City, found, places, put, status

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.intake.store import Ingested
    from tests.test_ingest import Cell, Sheet

JUNE = "2010Q2"
SENT = dt.date(2010, 7, 2)
ROAD, BRIDGE = [10.0, 20, 30, 15, 25, 40], [40.0, 50, 60, 5, 35, 10]
TODAY = dt.date(2010, 9, 22)


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def to_date(months: list[float]) -> list[Cell]:
    return [*sums(months)]


def sums(months: list[float]) -> list[float]:
    return [sum(months[: at + 1]) for at in range(len(months))]


def table(
    labels: list[str],
    road: list[Cell],
    bridge: list[Cell],
    *,
    above: list[Cell] | None = None,
    total: str = "",
) -> Sheet:
    front, ends = ["序号", "项目名称", "类别", "年度计划投资"], [total] * bool(total)
    tops: list[list[Cell]] = [[*front, *above, *ends]] if above else []
    labels_row: list[Cell] = [
        *([None] * 4 if above else front),
        *labels,
        *([None] * len(ends) if above else ends),
    ]
    whole: list[list[Cell]] = [[140.0], [200.0]] if total else [[], []]
    return "项目投资完成情况", [
        ["项目投资完成情况"],
        ["单位：万元"],
        *tops,
        labels_row,
        [1, "甲路", "城市道路及配套", 500, *road, *whole[0]],
        [2, "乙桥", "桥梁工程", 400, *bridge, *whole[1]],
    ]


def stated(ingested: Ingested, project: str = "甲路") -> list[tuple[str, str, float, str]]:
    rows = ingested.tables["investment"]
    rows = rows[rows["project"] == project]
    return [
        (f"{start:%m%d}", f"{end:%m%d}", amount / 1e4, str(cell).rpartition("!")[2])
        for start, end, amount, cell in zip(
            rows["period_start"], rows["period_end"], rows["amount"], rows["amount_cell"], strict=True
        )
    ]


def sent(city: City, *sheets: Sheet, quarter: str = JUNE, on: dt.date = SENT) -> Ingested:
    city.send(*sheets, quarter=quarter, on=on)
    return city.ingest()


def errors(ingested: Ingested) -> list[str]:
    return [issue.code for issue in ingested.issues if issue.severity is Severity.ERROR]


MONTHS = [
    ("0101", "0131"),
    ("0201", "0228"),
    ("0301", "0331"),
    ("0401", "0430"),
    ("0501", "0531"),
    ("0601", "0630"),
]


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("1月", (1, 1), (1, 31)),
        ("1月份", (1, 1), (1, 31)),
        ("2月（万元）", (2, 1), (2, 28)),
        ("1-3月", (1, 1), (3, 31)),
        ("1—9月累计", (1, 1), (9, 30)),
        ("1至9月份累计完成投资额", (1, 1), (9, 30)),
        ("一季度", (1, 1), (3, 31)),
        ("第二季度", (4, 1), (6, 30)),
        ("前三季度", (1, 1), (9, 30)),
        ("一至三季度", (1, 1), (9, 30)),
        ("前8个月", (1, 1), (8, 31)),
        ("上半年", (1, 1), (6, 30)),
        ("截至9月22日", (1, 1), (9, 22)),
        ("截至2010年9月22日累计完成投资", (1, 1), (9, 22)),
        ("截至8月底", (1, 1), (8, 31)),
        ("1月1日—9月22日", (1, 1), (9, 22)),
        ("自1月1日至9月22日", (1, 1), (9, 22)),
        ("9月（1—22日）", (9, 1), (9, 22)),
        ("9月（1—22日）（万元）", (9, 1), (9, 22)),
        ("本月", (9, 1), (9, 22)),
        ("当月完成投资额", (9, 1), (9, 22)),
        ("本季度", (7, 1), (9, 22)),
        ("本年累计", (1, 1), (9, 22)),
        ("2010年完成投资", (1, 1), (9, 22)),
        ("Sep (1-22)", (9, 1), (9, 22)),
        ("January–March", (1, 1), (3, 31)),
        ("Year to date", (1, 1), (9, 22)),
        ("to 22 September", (1, 1), (9, 22)),
    ],
)
def test_a_label_names_its_days(label: str, first: tuple[int, int], last: tuple[int, int]) -> None:
    read = read_labels((squeezed(label),), TODAY)
    assert read is not None
    assert read.period == (dt.date(2010, *first), dt.date(2010, *last))


@pytest.mark.parametrize(
    "path",
    [
        ["自开工累计"], ["开工以来累计完成投资"], ["9月计划"], ["2010年计划投资", "1月"], ["9月末贷款余额"],
        ["上年同期"], ["1-9月同比增长（%）"], ["总投资"], ["责任人"], ["形象进度"], ["1月", "中央资金"],
        ["2010年完成投资", "地方"], ["13月"],
    ],
)  # fmt: skip
def test_what_is_planned_compared_parted_or_no_period_is_none(path: list[str]) -> None:
    assert read_labels(tuple(map(squeezed, path)), TODAY) is None


def test_the_year_of_a_parent_label_holds(city: City) -> None:
    read = read_labels(("2009年完成投资", "3月"), TODAY)
    assert read is not None
    assert read.period.start == dt.date(2009, 3, 1)
    above: list[Cell] = ["2009年完成投资", None, "2010年完成投资", None, None, None, None, None]
    ingested = sent(
        city,
        table(
            ["11月", "12月", "1月", "2月", "3月", "4月", "5月", "6月"],
            [7, 8, *ROAD],
            [7, 8, *BRIDGE],
            above=above,
        ),
    )
    assert [one[2] for one in stated(ingested)] == ROAD
    assert [place for _, place in places(ingested, "COLUMN_ASIDE")][:2] == [
        "项目投资完成情况!E",
        "项目投资完成情况!F",
    ]


OWN = [f"{m}月" for m in range(1, 7)]
OWN_LAYOUTS: dict[str, list[str]] = {
    "months": OWN,
    "with 份": [f"{m}月份" for m in range(1, 7)],
    "with a unit": [f"{m}月（万元）" for m in range(1, 7)],
    "English": ["Jan", "Feb", "Mar", "Apr", "May", "Jun"],
    "named own": [f"{m}月当月" for m in range(1, 7)],
}


@pytest.mark.parametrize("labels", OWN_LAYOUTS.values(), ids=OWN_LAYOUTS)
@pytest.mark.parametrize("above", [None, "2010年完成投资"])
def test_own_amounts_are_taken_as_they_stand(city: City, labels: list[str], above: str | None) -> None:
    over: list[Cell] | None = [above, *[None] * 5] if above else None
    ingested = sent(city, table(labels, [*ROAD], [*BRIDGE], above=over), status())
    row = 5 if above else 4
    assert stated(ingested) == [
        (*days, amount, f"{column}{row}") for days, amount, column in zip(MONTHS, ROAD, "EFGHIJ", strict=True)
    ]
    assert not found(ingested, "UNIT_UNKNOWN")
    assert not errors(ingested)


TO_DATE: dict[str, tuple[list[str], list[Cell] | None]] = {
    "ranges": (["1月", *[f"1-{m}月" for m in range(2, 7)]], None),
    "ranges called 累计": (["1月", *[f"1—{m}月累计" for m in range(2, 7)]], None),
    "months called 累计": ([f"{m}月累计" for m in range(1, 7)], None),
    "months under 累计完成投资": (OWN, ["累计完成投资", *[None] * 5]),
    "days": (["截至1月31日", "截至2月底", "截至3月31日", "截至4月30日", "截至5月底", "截至6月30日"], None),
}


@pytest.mark.parametrize(("labels", "above"), TO_DATE.values(), ids=TO_DATE)
def test_amounts_to_date_are_differenced_with_the_cells_of_both_ends(
    city: City, labels: list[str], above: list[Cell] | None
) -> None:
    ingested = sent(city, table(labels, to_date(ROAD), to_date(BRIDGE), above=above))
    row = 5 if above else 4
    ends = ["E", "F,E", "G,F", "H,G", "I,H", "J,I"]
    assert stated(ingested) == [
        (*days, amount, ",".join(f"{column}{row}" for column in end.split(",")))
        for days, amount, end in zip(MONTHS, ROAD, ends, strict=True)
    ]
    assert not errors(ingested)


def test_own_and_to_date_beside_each_other_are_told_apart(city: City) -> None:
    above: list[Cell] = [label for m in range(1, 7) for label in (f"{m}月", None)]
    road: list[Cell] = [value for pair in zip(ROAD, to_date(ROAD), strict=True) for value in pair]
    bridge: list[Cell] = [value for pair in zip(BRIDGE, to_date(BRIDGE), strict=True) for value in pair]
    ingested = sent(city, table(["当月", "累计"] * 6, road, bridge, above=above))
    assert [one[:3] for one in stated(ingested)] == [
        (*days, amount) for days, amount in zip(MONTHS, ROAD, strict=True)
    ]
    assert not errors(ingested)


def test_sums_beside_months_are_held_against_them(city: City) -> None:
    labels = ["1月", "2月", "3月", "一季度", "4月", "5月", "6月", "二季度", "上半年"]
    row: list[Cell] = [10, 20, 30, 60, 15, 25, 40, 80, 140]
    other: list[Cell] = [40, 50, 60, 150, 5, 35, 10, 50, 200]
    ingested = sent(city, table(labels, row, other))
    assert [one[2] for one in stated(ingested)] == ROAD
    assert not found(ingested, "CUMULATIVE_MISMATCH")
    wrong = City(city.settings.root.parent / "wrong")
    ingested = sent(wrong, table(labels, put(row, 3, 66), other))
    assert places(ingested, "CUMULATIVE_MISMATCH") == [("warning", "项目投资完成情况!H4")]
    assert [one[2] for one in stated(ingested)] == ROAD


def test_this_month_and_the_year_to_date_give_what_was_before(city: City) -> None:
    ingested = sent(city, table(["本月", "本年累计"], [40, 140], [10, 200]))
    assert stated(ingested) == [("0101", "0531", 100, "F4,E4"), ("0601", "0630", 40, "E4")]
    assert stated(ingested, "乙桥")[0][2] == 190


def test_a_quarter_of_its_own_beside_the_total_gives_the_quarter_before(city: City) -> None:
    ingested = sent(city, table(["4月", "5月", "6月"], [15, 25, 40], [5, 35, 10], total="自年初累计完成投资"))
    assert stated(ingested) == [
        ("0101", "0331", 60, "H4,E4,F4,G4"), ("0401", "0430", 15, "E4"),
        ("0501", "0531", 25, "F4"), ("0601", "0630", 40, "G4"),
    ]  # fmt: skip
    assert not found(ingested, "CUMULATIVE_MISMATCH")


@pytest.mark.parametrize(
    "label",
    ["1—6月累计", "上半年", "截至6月30日", "自年初累计完成投资", "本年累计完成投资", "1月1日—6月30日"],
)
def test_one_amount_of_the_year_is_enough(city: City, label: str) -> None:
    ingested = sent(city, table([label], [140], [200]))
    assert stated(ingested) == [("0101", "0630", 140, "E4")]
    assert not errors(ingested)


@pytest.mark.parametrize("label", ["前三季度", "1-9月", "1月1日—9月22日", "截至9月22日"])
def test_a_period_that_ends_after_the_data_date_counts_by_it(city: City, label: str) -> None:
    city.settings = replace(city.settings, quarters={"2010Q3": TODAY})
    ingested = sent(city, table([label], [140], [200]), quarter="2010Q3", on=dt.date(2010, 9, 25))
    assert [one[:3] for one in stated(ingested)] == [("0101", "0922", 140)]
    assert len(found(ingested, "PERIOD_CUT")) == (0 if "22" in label else 1)


def test_months_called_cumulative_that_fall_block_with_both_readings(city: City) -> None:
    ingested = sent(city, table(OWN, [*ROAD], [*BRIDGE], above=["累计完成投资", *[None] * 5]))
    (issue,) = found(ingested, "PERIOD_READINGS")
    assert issue.severity is Severity.ERROR
    assert "as own amounts they come to 340 万元, as amounts to date to 50 万元" in str(issue.understood)


def test_months_called_own_that_end_at_the_total_block_with_both_readings(city: City) -> None:
    ingested = sent(city, table(OWN, to_date(ROAD), to_date(BRIDGE), total="自年初累计完成投资"))
    (issue,) = found(ingested, "PERIOD_READINGS")
    assert issue.severity is Severity.ERROR
    said = str(issue.understood)
    assert "as amounts to date to 340 万元; stated is 340 万元" in said
    assert f"as own amounts they come to {sum(sums(ROAD) + sums(BRIDGE)):.0f} 万元" in said


def test_months_called_cumulative_whose_sum_is_the_total_block(city: City) -> None:
    labels = [*OWN, "合计"]
    above: list[Cell] = ["累计完成投资", *[None] * 6]
    ingested = sent(
        city, table(labels, [10, 20, 30, 30, 25, 35, 150], [33, 33, 33, 33, 34, 34, 200], above=above)
    )
    (issue,) = found(ingested, "PERIOD_READINGS")
    assert issue.severity is Severity.ERROR
    assert "as own amounts they come to 350 万元, as amounts to date to 69 万元; stated is 350" in str(
        issue.understood
    )


def test_months_that_pass_the_plan_as_own_amounts_and_end_below_it_block(city: City) -> None:
    ingested = sent(city, table(OWN, [90, 180, 240, 300, 380, 450], [60, 120, 180, 240, 300, 390]))
    assert errors(ingested) == ["PERIOD_READINGS"]


def test_one_cell_that_falls_in_amounts_to_date_blocks_with_its_place(city: City) -> None:
    labels = TO_DATE["ranges"][0]
    ingested = sent(city, table(labels, to_date(ROAD), put(to_date(BRIDGE), 3, 100)))
    assert places(ingested, "PERIOD_READINGS") == [("error", "项目投资完成情况!H5")]


def test_amounts_by_month_may_stand_below_each_other(city: City) -> None:
    main: Sheet = (
        "项目投资完成情况",
        [["项目投资完成情况"], ["单位：万元"], ["序号", "项目名称", "类别", "年度计划投资"],
         [1, "甲路", "城市道路及配套", 500], [2, "乙桥", "桥梁工程", 400]],
    )  # fmt: skip
    days = [dt.date(2010, m + 1, 1) - dt.timedelta(days=1) for m in range(1, 7)]
    written: list[list[Cell]] = [[*days], [f"{m}月" for m in range(1, 7)], [*range(1, 7)]]
    for at, cells in enumerate(written):
        place = City(city.settings.root.parent / str(at))
        rows: list[list[Cell]] = [
            [name, cell, amount]
            for name, months in (("甲路", ROAD), ("乙桥", BRIDGE))
            for cell, amount in zip(cells, months, strict=True)
        ]
        ingested = sent(
            place,
            main,
            ("分月完成投资", [["分月完成投资"], ["单位：万元"], ["项目名称", "月份", "完成投资"], *rows]),
        )
        assert [one[:3] for one in stated(ingested)] == [
            (*of, amount) for of, amount in zip(MONTHS, ROAD, strict=True)
        ]
        assert stated(ingested, "乙桥")[0][3] == "C10"
        assert not errors(ingested)


#: A list of projects without a month, and their months in a table of its own: below each other, beside each other.
PLANNED: Sheet = (
    "项目投资完成情况",
    [["项目投资完成情况"], ["单位：万元"], ["序号", "项目名称", "类别", "年度计划投资"],
     [1, "甲路", "城市道路及配套", 500], [2, "乙桥", "桥梁工程", 400]],
)  # fmt: skip
NOTE: list[list[Cell]] = [["分月完成投资"], ["单位：万元"]]


def below(*projects: tuple[str, list[float]]) -> Sheet:
    rows: list[list[Cell]] = [
        [name, f"{month}月", amount] for name, own in projects for month, amount in enumerate(own, 1)
    ]
    return "分月", [*NOTE, ["项目名称", "月份", "完成投资"], *rows]


BELOW = below(("甲路", ROAD), ("乙桥", BRIDGE))
BESIDE: Sheet = (
    "分月",
    [*NOTE, ["项目名称", *(f"{m}月" for m in range(1, 7))], ["甲路", *ROAD], ["乙桥", *BRIDGE]],
)


@pytest.mark.parametrize("months", [BELOW, BESIDE], ids=["below", "beside"])
@pytest.mark.parametrize("sender", ["甲处", "计划科"])
@pytest.mark.parametrize("first", ["months", "projects"])
def test_months_in_another_workbook_are_those_of_its_projects(
    city: City, months: Sheet, sender: str, first: str
) -> None:
    city.settings = replace(city.settings, sections=("计划科",))
    sends = [("甲处", PLANNED), (sender, months)]
    for at, (unit, sheet) in enumerate(sends if first == "projects" else sends[::-1]):
        city.send(sheet, unit=unit, quarter=JUNE, on=SENT, name=f"{unit}{at}.xlsx")
    ingested = city.ingest()
    assert [one[:3] for one in stated(ingested)] == [
        (*of, amount) for of, amount in zip(MONTHS, ROAD, strict=True)
    ]
    assert not errors(ingested)
    taken = take_snapshot(ingested.tables, as_of=dt.date(2010, 6, 30), known_on=SENT)
    assert dict(zip(taken.projects["project"], taken.projects["done"], strict=True)) == {
        "甲路": 140e4,
        "乙桥": 200e4,
    }
    assert set(taken.projects["unit"]) == {"甲处"}


def test_a_total_of_the_unit_and_months_of_a_section_count_once(city: City) -> None:
    city.settings = replace(city.settings, sections=("计划科",))
    totals: list[Cell] = ["自年初累计完成投资", 140, 200]
    rows = [[*row, total] for row, total in zip(PLANNED[1][2:], totals, strict=True)]
    city.send((PLANNED[0], [*PLANNED[1][:2], *rows]), quarter=JUNE, on=SENT)
    city.send(BELOW, unit="计划科", quarter=JUNE, on=SENT)
    ingested = city.ingest()
    taken = take_snapshot(ingested.tables, as_of=dt.date(2010, 6, 30), known_on=SENT)
    assert taken.projects["done"].sum() == 340e4


def test_projects_without_months_anywhere_are_refused_with_the_layouts_that_would_fit(city: City) -> None:
    ingested = sent(city, PLANNED)
    (issue,) = found(ingested, "REQUIRED_COLUMN_MISSING")
    assert issue.value == "period"
    assert "项目名称, 月份, 完成投资" in issue.suggestion.text()
    assert "1月 … 12月" in issue.suggestion.text()
    assert ingested.tables["projects"].empty


def test_a_project_that_the_months_of_another_workbook_lack_is_told(city: City) -> None:
    city.send(PLANNED, quarter=JUNE, on=SENT)
    city.send(below(("甲路", ROAD)), quarter=JUNE, on=SENT, name="甲处分月.xlsx")
    (issue,) = found(city.ingest(), "MONTHS_MISSING")
    assert issue.value == "乙桥"


def test_months_that_replace_amounts_of_a_project_that_they_lack_block(city: City) -> None:
    city.send(table([f"{m}月" for m in range(1, 7)], [*ROAD], [*BRIDGE]), quarter=JUNE, on=SENT)
    city.send(below(("甲路", ROAD)), quarter=JUNE, on=SENT, name="甲处分月.xlsx")
    ingested = city.ingest()
    (issue,) = found(ingested, "AMOUNT_REPLACED")
    assert (issue.severity, issue.value) == (Severity.ERROR, "乙桥")
    assert issue.where.endswith("甲处分月.xlsx")


def test_rows_to_date_are_differenced_and_a_second_row_of_a_month_blocks(city: City) -> None:
    main = table(["自开工累计完成投资"], [900], [800])
    rows: list[list[Cell]] = [["甲路", f"{m}月", amount] for m, amount in enumerate(to_date(ROAD), 1)]
    header: list[Cell] = ["项目名称", "月份", "累计完成投资"]
    ingested = sent(city, main, ("分月", [["分月"], ["单位：万元"], header, *rows, ["甲路", "6月", 140]]))
    assert places(ingested, "PERIOD_REPEATED") == [("error", "分月!C10")]
    assert [one[2] for one in stated(ingested)] == ROAD
    assert stated(ingested)[1][3] == "C5,C4"


def test_an_amount_since_the_project_began_is_none_of_the_year(city: City) -> None:
    ingested = sent(city, table(["自开工累计完成投资"], [900], [800]))
    assert places(ingested, "REQUIRED_COLUMN_MISSING") == [("error", "项目投资完成情况")]
    assert ingested.tables["investment"].empty


def test_a_later_range_takes_the_place_of_months_without_a_doubt(city: City) -> None:
    city.send(
        table(["1月", "2月", "3月"], [10, 20, 30], [40, 50, 60]), quarter="2010Q1", on=dt.date(2010, 4, 2)
    )
    ingested = sent(city, table(["上半年"], [140], [200]))
    assert not found(ingested, "AMOUNT_WITHDRAWN")


def flow(first: str, last: str, amount: float, received: str) -> dict[str, object]:
    days = {"period_start": pd.Timestamp(f"2010-{first}"), "period_end": pd.Timestamp(f"2010-{last}")}
    return {
        "project": "甲路", "unit": "甲处", "file": received, **days, "amount": amount,
        "amount_cell": f"{received}!{first}", "received": pd.Timestamp(f"2010-{received}"), "position": 0,
    }  # fmt: skip


JANUARY_TO_JUNE = [
    flow(f"{m:02d}-01", f"{m:02d}-{d}", 10.0 * m, "07-02") for m, d in enumerate((31, 28, 31, 30, 31, 30), 1)
]


@pytest.mark.parametrize(
    ("later", "day", "done", "whole"),
    [
        # what was stated by months stays so, whatever runs over them later
        ([flow("01-01", "09-22", 300, "09-25")], (6, 30), 210, 300),
        ([flow("01-01", "09-22", 300, "09-25")], (3, 31), 60, 300),
        ([flow("01-01", "08-31", 280, "09-25"), flow("09-01", "09-22", 20, "09-25")], (3, 31), 60, 300),
        # a month stated anew inside a half year that is stated anew as well
        ([flow("01-01", "06-30", 240, "08-25"), flow("02-01", "02-28", 50, "08-26")], (2, 28), 60, 240),
        # February is cut and goes; March to June lie inside, the rest is spread over the days beside them
        ([flow("02-15", "07-31", 500, "08-25")], (6, 30), 10 + 180 + 320 * 14 / 45, 510),
    ],
)
def test_what_older_workbooks_say_of_shorter_periods_fills_longer_ones(
    later: list[dict[str, object]], day: tuple[int, int], done: float, whole: float
) -> None:
    flows = pd.DataFrame([*JANUARY_TO_JUNE, *later])
    stretches = done_by(
        segments(flows, key="project", value="amount"), value="amount", as_of=dt.date(2010, *day)
    )
    assert stretches["done"].sum() == pytest.approx(done)
    assert stretches["amount"].sum() == pytest.approx(whole)
    assert (stretches["start"].iloc[1:].to_numpy() > stretches["end"].iloc[:-1].to_numpy()).all()


# headers of three rows; "<" and "^" are cells merged with the one on the left, and above

FRONT: list[list[str]] = [["序号", "项目名称", "类别"], ["^", "^", "^"], ["^", "^", "^"]]
#: What stands beside these, and the amounts of both projects: 140 and 200 by June, of which 40 and 10 in June.
THREE: dict[str, tuple[list[str], list[float], list[float]]] = {
    "own, to date, since the start": (
        ["投资 < < <", "年度计划投资 其中：完成投资 < <", "^ 本月 本年累计 自开工累计"],
        [500, 40, 140, 900],
        [400, 10, 200, 800],
    ),
    "the month among the year's": (
        ["年度计划投资 完成投资 < <", "^ 本年累计 其中 自开工累计", "^ ^ 本月 ^"],
        [500, 140, 40, 900],
        [400, 200, 10, 800],
    ),
    "by source": (
        ["年度计划投资 本年累计完成投资 < <", "^ 合计 其中 <", "^ ^ 中央资金 地方资金"],
        [500, 140, 100, 40],
        [400, 200, 150, 50],
    ),
    "quarters with their sums": (
        [
            "年度计划投资 2010年完成投资 < < < < < < <",
            "^ 一季度 < < < 二季度 < < <",
            "^ 1月 2月 3月 小计 4月 5月 6月 小计",
        ],
        [500, *ROAD[:3], 60, *ROAD[3:], 80],
        [400, *BRIDGE[:3], 150, *BRIDGE[3:], 50],
    ),
    "shares beside": (
        ["投资 < < < <", "年计划投资 本月 < 本年累计 <", "^ 完成投资 占年计划% 完成投资 占年计划%"],
        [500, 40, 8, 140, 28],
        [400, 10, 2.5, 200, 50],
    ),
    "planned beside done": (
        ["年度计划投资 完成投资 < < <", "^ 6月 < 1-6月 <", "^ 计划 完成 计划 完成"],
        [500, 45, 40, 250, 140],
        [400, 20, 10, 200, 200],
    ),
}
#: The same of a row a project and month.
LONG: dict[str, tuple[list[str], bool, bool]] = {
    "own": (["项目名称 月份 投资", "^ ^ 完成投资", "^ ^ 本月"], True, False),
    "to date": (["项目名称 月份 投资", "^ ^ 完成投资", "^ ^ 本年累计"], False, True),
    "both": (["项目名称 月份 投资 <", "^ ^ 完成投资 <", "^ ^ 本月 本年累计"], True, True),
}


def merged(folder: Path, *sheets: tuple[str, list[list[str]], list[list[Cell]]]) -> Path:
    """Write sheets of a header of some rows, merged where it says so, and rows."""
    with xlsxwriter.Workbook(folder / "甲处.xlsx") as book:
        for name, header, rows in sheets:
            sheet = book.add_worksheet(name)
            sheet.write_column(0, 0, [name, "单位：万元"])
            for at, labels in enumerate(header):
                for column, label in enumerate(labels):
                    if label in "<^":
                        continue
                    right = (
                        next((c for c in range(column + 1, len(labels)) if labels[c] != "<"), len(labels)) - 1
                    )
                    below = (
                        next((r for r in range(at + 1, len(header)) if header[r][column] != "^"), len(header))
                        - 1
                    )
                    if (below, right) == (at, column):
                        sheet.write(2 + at, column, label)
                    else:
                        sheet.merge_range(2 + at, column, 2 + below, right, label)
            for at, row in enumerate(rows, 2 + len(header)):
                sheet.write_row(at, 0, row)
    return folder / "甲处.xlsx"


def done_by_june(city: City, book: Path) -> dict[str, float]:
    city.send_file(book, unit="甲处", quarter=JUNE, on=SENT)
    ingested = city.ingest()
    assert errors(ingested) == []
    taken = take_snapshot(ingested.tables, as_of=dt.date(2010, 6, 30), known_on=SENT)
    return {
        name: done / 1e4 for name, done in zip(taken.projects["project"], taken.projects["done"], strict=True)
    }


@pytest.mark.parametrize("name", THREE)
def test_a_header_of_three_rows_is_read_as_it_says(city: City, tmp_path: Path, name: str) -> None:
    labels, road, bridge = THREE[name]
    header = [[*front, *row.split(" ")] for front, row in zip(FRONT, labels, strict=True)]
    rows: list[list[Cell]] = [[1, "甲路", "城市道路及配套", *road], [2, "乙桥", "桥梁工程", *bridge]]
    found = done_by_june(city, merged(tmp_path, ("项目投资完成情况", header, rows)))
    assert found == {"甲路": 140, "乙桥": 200}


@pytest.mark.parametrize("name", LONG)
def test_a_header_of_three_rows_over_a_row_a_month_is_read_as_it_says(
    city: City, tmp_path: Path, name: str
) -> None:
    labels, own, to_june = LONG[name]
    rows: list[list[Cell]] = [
        [project, f"{month}月", *[amount] * own, *[sum(amounts[:month])] * to_june]
        for project, amounts in (("甲路", ROAD), ("乙桥", BRIDGE))
        for month, amount in enumerate(amounts, 1)
    ]
    main = (PLANNED[0], [[str(one) for one in PLANNED[1][2]]], PLANNED[1][3:])
    months = ("分月完成投资", [row.split(" ") for row in labels], rows)
    assert done_by_june(city, merged(tmp_path, main, months)) == {"甲路": 140, "乙桥": 200}


#: Of a row a project and month, what is called to date, and what of it stands against the months' own amounts.
HELD = {
    "right": ([10, 30, 60, 75, 100, 140], []),
    "one wrong": ([10, 30, 66, 75, 100, 140], ["states 66 万元; the periods of the row sum to 60 万元"]),
}


@pytest.mark.parametrize("name", HELD)
@pytest.mark.parametrize("labels", ["本月 本年累计", "本年累计 本月", "当月完成投资 累计完成投资"])
def test_what_a_row_states_to_date_is_held_against_its_months(
    city: City, tmp_path: Path, labels: str, name: str
) -> None:
    to_date, said = HELD[name]
    bridge = [sum(BRIDGE[:month]) for month in range(1, 7)]
    back = labels.startswith("本年")
    rows: list[list[Cell]] = [
        [project, f"{month}月", *((run, own) if back else (own, run))]
        for project, months, runs in (("甲路", ROAD, to_date), ("乙桥", BRIDGE, bridge))
        for month, (own, run) in enumerate(zip(months, runs, strict=True), 1)
    ]
    main = (str(PLANNED[0]), [[str(one) for one in PLANNED[1][2]]], PLANNED[1][3:])
    book = merged(tmp_path, main, ("分月完成投资", [["项目名称", "月份", *labels.split(" ")]], rows))
    assert done_by_june(city, book) == {"甲路": 140, "乙桥": 200}
    doubts = [issue for issue in city.ingest().issues if issue.code == "CUMULATIVE_MISMATCH"]
    assert [str(issue.understood) for issue in doubts] == said
    assert [issue.where.rpartition("!")[2] for issue in doubts] == [f"{'C' if back else 'D'}6"] * len(said)


def test_months_before_the_first_row_are_what_its_amount_to_date_says(city: City, tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        [project, f"{month}月", amounts[month - 1], sum(amounts[:month])]
        for project, amounts in (("甲路", ROAD), ("乙桥", BRIDGE))
        for month in (4, 5, 6)
    ]
    main = (str(PLANNED[0]), [[str(one) for one in PLANNED[1][2]]], PLANNED[1][3:])
    book = merged(tmp_path, main, ("分月完成投资", [["项目名称", "月份", "本月", "本年累计"]], rows))
    assert done_by_june(city, book) == {"甲路": 140, "乙桥": 200}
