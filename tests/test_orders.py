"""Orders and answers from outside: issued, answered on the sheet, kept, missed or moved, and counted."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

import cityanalytics as ca
from cityanalytics.dispatch.dispatch import dispatch_programme
from cityanalytics.intake.arrivals import arrivals
from cityanalytics.intake.load import ingest
from cityanalytics.intake.orders import read_orders
from cityanalytics.intake.receive import receive
from cityanalytics.intake.register import read_register
from cityanalytics.intake.store import write_tables
from cityanalytics.publishing.ordersheets import write_orders
from cityanalytics.settings import load_settings
from tests.conftest import new_workspace, run_cityanalytics, write_book
from tests.documents import promised

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cityanalytics.dispatch.dispatch import Dispatch
    from cityanalytics.intake.store import Ingested

QUARTER = "2010Q3"
#: Ten Wednesdays.
WEEKS = [dt.date(2010, 7, 7) + dt.timedelta(weeks=week) for week in range(10)]
NORTH, SOUTH = "北处", "南处"
#: Unit, total plan (万元), days of the start and the finish in truth.
PROJECTS: Mapping[str, tuple[str, int, dt.date | None, dt.date | None]] = {
    "甲路": (NORTH, 1000, dt.date(2010, 7, 20), None),
    "乙路": (NORTH, 900, dt.date(2010, 8, 30), None),
    "丙路": (NORTH, 800, dt.date(2010, 3, 1), dt.date(2010, 8, 10)),
    "丁桥": (SOUTH, 700, None, None),
    "戊桥": (SOUTH, 600, dt.date(2010, 3, 1), None),
    "己桥": (SOUTH, 500, dt.date(2010, 8, 2), None),
}
TOWNS = {"甲路": "东镇", "乙路": "东镇", "丙路": "西镇", "丁桥": "西镇", "戊桥": "南镇", "己桥": "南镇"}
ANSWER = ("采取措施", "承诺完成日期", "届时累计完成投资", "承诺责任人")


@dataclass(kw_only=True)
class Bureau:
    """A bureau of two units that report, are asked and answer every week."""

    root: Path
    sent: list[Any] = field(default_factory=list)

    @property
    def settings(self):
        return load_settings(self.root)

    def report(self, day: dt.date) -> None:
        """File both units' weekly workbooks of a day, received on it."""
        for unit in (NORTH, SOUTH):
            path = write_book(self.root.parent / f"{day}" / f"{unit}周报.xlsx", weekly(unit, day))
            receive(self.settings, [path], quarter=QUARTER, on=day)

    def ingest(self) -> Ingested:
        read = ingest(self.settings)
        write_tables(self.settings, read)
        return read

    def dispatch(self, day: dt.date, *, known_on: dt.date | None = None) -> Dispatch:
        """Dispatch as of a day, and write what it leaves."""
        found = self.look(day, known_on=known_on)
        write_orders(self.settings, found, {}, before=read_orders(self.settings))
        return found

    def look(self, day: dt.date, *, known_on: dt.date | None = None) -> Dispatch:
        workspace = ca.open_workspace(self.root)
        known = (known_on or day).isoformat()
        return dispatch_programme(ca.programme(workspace, as_of=day.isoformat(), known_on=known))

    def answer(self, unit: str, on: dt.date, answers: Mapping[str, tuple[Any, ...]], **changed: str) -> str:
        """Fill a unit's sheet in by project, in the order of `ANSWER`, and file it; give its place."""
        rows = CalamineWorkbook.from_path(self.root / "dispatch" / f"{unit}.xlsx").get_sheet_by_index(0)
        filled = rows.to_python(skip_empty_area=False)
        head = filled[2]
        for row in filled[3:]:
            name = row[head.index("项目名称")]
            for label, value in zip(ANSWER, answers.get(str(name), ()), strict=False):
                row[head.index(label)] = value
            for at, cell in enumerate(row):
                row[at] = changed.get(str(cell), cell)
        path = write_book(self.root.parent / f"{on}-{unit}" / f"{unit}.xlsx", {"调度任务单": filled})
        (filed,) = receive(self.settings, [path], quarter=QUARTER, on=on)
        return filed.file


def weekly(unit: str, day: dt.date) -> dict[str, list[list[Any]]]:
    """Return what a unit's workbook says of a day: from July on, by month, the month of the day in part."""
    months = [f"{month}月" for month in range(1, day.month)] + [f"{day.month}月（1—{day.day}日）"]
    stated = f"填报单位：{unit}    截至日期：{day.year}年{day.month}月{day.day}日"
    money: list[list[Any]] = [
        ["项目投资完成情况"],
        [f"{stated}    单位：万元"],
        ["项目名称", "类别", "所在镇街", "计划开工日期", "计划竣工日期", "总投资", "年度计划投资", *months],
    ]
    status: list[list[Any]] = [
        ["项目状态"],
        [stated],
        ["项目名称", "责任人", "实际开工日期", "实际竣工日期", "项目状态", "形象进度（%）"],
    ]
    for name, (whose, plan, start, finish) in PROJECTS.items():
        if whose != unit:
            continue
        begun = start is not None and start <= day
        ended = finish is not None and finish <= day
        done = [spent(plan, start, finish, month, day) if begun else 0 for month in range(1, day.month + 1)]
        planned = [dt.date(2010, 6, 1), dt.date(2010, 11, 30)]
        money.append([name, "道路", TOWNS[name], *planned, plan, plan, *done])
        stage = "竣工" if ended else "在建" if begun else "未开工"
        dates = [start if begun else None, finish if ended else None]
        status.append([name, f"{name}负责人", *dates, stage, 100 * sum(done) / plan])
    return {"项目投资完成情况": money, "项目状态": status}


def spent(plan: int, start: dt.date | None, finish: dt.date | None, month: int, day: dt.date) -> int:
    """Return what is spent in a month up to a day: the plan takes a year, or until it ends."""
    if start is None:
        return 0
    last = min(finish or day, day)
    whole = (finish - start).days + 1 if finish else 365
    first = max(start, dt.date(2010, month, 1))
    until = min(last, dt.date(2010, month + 1, 1) - dt.timedelta(days=1))
    return round(plan * max((until - first).days + 1, 0) / whole)


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    more = "\n[dispatch]\nweekly = true\n"
    root = new_workspace(tmp_path / "city", units=[NORTH, SOUTH], quarters={QUARTER: "2010-09-22"}, more=more)
    return Bureau(root=root)


def state_of(found: Dispatch, project: str) -> list[str]:
    orders = found.orders
    return orders.loc[orders["project"] == project, "state"].tolist()


def test_ten_weeks_of_orders_answered_late_in_part_and_otherwise(bureau: Bureau) -> None:
    days = iter(WEEKS)
    day = next(days)
    bureau.report(day)
    bureau.ingest()
    first = bureau.dispatch(day)
    assert first.orders[["project", "asks"]].sort_values("project").to_numpy().tolist() == [
        ["丁桥", "start"],
        ["丙路", "finish"],
        ["乙路", "start"],
        ["己桥", "start"],
        ["戊桥", "finish"],
        ["甲路", "start"],
    ]
    # 甲路 and 丙路 will be kept, 乙路 moved and kept; 己桥 missed; 丁桥 answered without a day; 戊桥 not at all
    bureau.answer(
        NORTH,
        dt.date(2010, 7, 9),
        {
            "甲路": ("增加班组", dt.date(2010, 7, 21), "", "张"),
            "乙路": ("办理手续", dt.date(2010, 8, 1), "", "李"),
            "丙路": ("抢工", dt.date(2010, 8, 15), 790, "王"),
        },
    )
    bureau.answer(SOUTH, dt.date(2010, 7, 9), {"己桥": ("动员", dt.date(2010, 7, 25)), "丁桥": ("协调",)})
    fates: dict[dt.date, dict[str, list[str]]] = {}
    for day in days:
        bureau.report(day)
        bureau.ingest()
        found = bureau.dispatch(day)
        fates[day] = {project: state_of(found, project) for project in PROJECTS}
        if day == dt.date(2010, 7, 28):
            bureau.answer(NORTH, dt.date(2010, 7, 29), {"乙路": ("手续未批", dt.date(2010, 9, 1), "", "李")})
    july = fates[dt.date(2010, 7, 14)]
    assert {name: states[0] for name, states in july.items()} == {
        "甲路": "answered",
        "乙路": "answered",
        "丙路": "answered",
        "丁桥": "open",
        "戊桥": "open",
        "己桥": "answered",
    }
    assert fates[dt.date(2010, 7, 21)]["甲路"][0] == "kept"
    assert fates[dt.date(2010, 7, 28)]["己桥"][0] == "missed"
    assert fates[dt.date(2010, 8, 4)]["乙路"][0] == "moved"
    assert fates[dt.date(2010, 8, 11)]["丙路"] == ["kept"]
    last = fates[WEEKS[-1]]
    assert (last["乙路"][0], last["己桥"][0]) == ("kept", "missed")
    # what was started is asked to finish, what was missed is asked again
    orders = bureau.look(WEEKS[-1]).orders
    assert orders.loc[orders["project"] == "甲路", "asks"].tolist() == ["start", "finish"]
    record = bureau.look(WEEKS[-1]).record.set_index("unit")
    assert [record[name][NORTH] for name in ("kept", "missed", "moved")] == [3, 0, 1]
    assert [record[name][SOUTH] for name in ("kept", "missed", "moved")] == [0, 1, 0]
    assert record["unanswered"][SOUTH] >= 2
    # three of five in all; each drawn towards that as by four promises more
    assert record.loc[NORTH, "rate"] == pytest.approx((3 + 4 * 3 / 5) / (4 + 4))
    assert record.loc[SOUTH, "rate"] == pytest.approx((0 + 4 * 3 / 5) / (1 + 4))
    missed = bureau.look(WEEKS[-1]).commitments.query("fate == 'missed'")
    assert missed[["project", "days_late"]].to_numpy().tolist() == [["己桥", 8.0]]


def test_a_sheet_that_libreoffice_saved_again_comes_back_as_it_was_answered(
    bureau: Bureau, soffice: Callable[[Path, str], Path]
) -> None:
    bureau.report(WEEKS[0])
    bureau.ingest()
    bureau.dispatch(WEEKS[0])
    sheet = bureau.root / "dispatch" / f"{NORTH}.xlsx"

    def rows() -> list[list[Any]]:
        return CalamineWorkbook.from_path(sheet).get_sheet_by_index(0).to_python(skip_empty_area=False)

    before = rows()
    shutil.copy(soffice(soffice(sheet, "ods"), "xlsx"), sheet)
    assert rows() == before
    receive(bureau.settings, [sheet], quarter=QUARTER, on=WEEKS[0])  # not answered yet
    bureau.answer(NORTH, WEEKS[0], {"甲路": ("增加班组", dt.date(2010, 7, 21), 400, "张")})
    assert [issue for issue in bureau.ingest().issues if "调度任务单" in issue.where] == []
    promised = bureau.look(WEEKS[0]).commitments
    assert promised[["project", "promised_on", "amount"]].to_numpy().tolist() == [
        ["甲路", pd.Timestamp("2010-07-21"), 4e6]
    ]


def test_what_is_answered_later_is_not_known_before(bureau: Bureau) -> None:
    bureau.report(WEEKS[0])
    bureau.ingest()
    bureau.dispatch(WEEKS[0])
    file = bureau.answer(NORTH, WEEKS[0] + dt.timedelta(days=9), {"甲路": ("", dt.date(2010, 7, 30))})
    bureau.ingest()
    assert state_of(bureau.look(WEEKS[0]), "甲路") == ["open"]
    late = bureau.look(WEEKS[0], known_on=WEEKS[0] + dt.timedelta(days=9))
    assert state_of(late, "甲路") == ["answered"]
    assert late.commitments["cell"].tolist()[0].startswith(f"{file}!调度任务单!M")
    document = late.document() | {"changed_since": None}
    assert promised("dispatch", document) == []
    assert [len(order["answers"]) for order in document["orders"]].count(1) == 1


def test_an_answer_takes_nothing_from_a_unit_s_report(bureau: Bureau) -> None:
    bureau.report(WEEKS[0])
    bureau.ingest()
    before = bureau.look(WEEKS[0]).programme.projects
    bureau.dispatch(WEEKS[0])
    for days in (1, 2):
        bureau.answer(NORTH, WEEKS[0] + dt.timedelta(days=days), {"甲路": ("", dt.date(2010, 7, 29 + days))})
    read = bureau.ingest()
    assert read.replaced == frozenset()
    known = WEEKS[0] + dt.timedelta(days=2)
    now = bureau.look(WEEKS[0], known_on=known)
    pd.testing.assert_frame_equal(now.programme.projects, before)
    assert len(ca.open_workspace(bureau.root).tables["answers"]) == 2
    assert now.orders.query("project == '甲路'")[["state", "moves"]].to_numpy().tolist() == [["moved", 1]]


def test_a_second_dispatch_of_a_day_asks_nothing_twice(bureau: Bureau) -> None:
    bureau.report(WEEKS[0])
    bureau.ingest()
    bureau.dispatch(WEEKS[0])
    sheets = {path.name: path.read_bytes() for path in (bureau.root / "dispatch").iterdir()}
    assert bureau.dispatch(WEEKS[0]).new_orders == ()
    assert {path.name: path.read_bytes() for path in (bureau.root / "dispatch").iterdir()} == sheets


@pytest.mark.parametrize(
    ("changed", "code", "near", "column"),
    [
        ({"甲路": "甲路二期"}, "PROJECT_UNKNOWN", "甲路", "C"),
        ({"20100707-001": "20100707-901"}, "ORDER_UNKNOWN", "20100707-001", "B"),
    ],
)
def test_an_answer_that_names_what_is_not_there_is_refused_with_its_cell(
    bureau: Bureau, changed: dict[str, str], code: str, near: str, column: str
) -> None:
    bureau.report(WEEKS[0])
    bureau.ingest()
    asked = bureau.dispatch(WEEKS[0]).orders.set_index("id")["project"]
    project = "甲路" if "甲路" in changed else str(asked["20100707-001"])
    promise = {project: ("", dt.date(2010, 7, 30))}
    file = bureau.answer(PROJECTS[project][0], WEEKS[0], promise, **changed)
    (issue,) = (issue for issue in bureau.ingest().issues if issue.code == code)
    assert issue.where.startswith(f"{file}!调度任务单!{column}")
    assert near in str(issue.understood)
    assert bureau.look(WEEKS[0]).commitments.empty


def test_an_answer_before_its_order_and_one_that_contradicts_itself_are_refused(bureau: Bureau) -> None:
    bureau.report(WEEKS[0])
    bureau.ingest()
    bureau.dispatch(WEEKS[0])
    file = bureau.answer(NORTH, WEEKS[0], {"甲路": ("", dt.date(2010, 6, 1))})
    (issue,) = (issue for issue in bureau.ingest().issues if issue.code == "DATE_UNKNOWN")
    assert issue.where.startswith(f"{file}!调度任务单!M")
    assert "nearest: 2010-07-07" in str(issue.understood)
    rows = CalamineWorkbook.from_path(bureau.root / "dispatch" / f"{SOUTH}.xlsx").get_sheet_by_index(0)
    filled = rows.to_python(skip_empty_area=False)
    twice = [list(filled[3]), list(filled[3])]
    for row, day in zip(twice, (20, 25), strict=True):
        row[12] = dt.date(2010, 7, day)
    path = write_book(bureau.root.parent / "twice" / f"{SOUTH}.xlsx", {"调度任务单": [*filled[:3], *twice]})
    receive(bureau.settings, [path], quarter=QUARTER, on=WEEKS[0])
    told = [issue for issue in bureau.ingest().issues if issue.code == "ANSWER_CONTRADICTED"]
    assert [issue.where.rpartition("!")[2] for issue in told] == ["M4", "M5"]
    assert bureau.look(WEEKS[0]).commitments.empty


def test_a_day_that_there_is_not_is_refused_with_the_nearest(bureau: Bureau) -> None:
    bureau.report(WEEKS[0])
    bureau.ingest()
    bureau.dispatch(WEEKS[0])
    file = bureau.answer(NORTH, WEEKS[0], {"甲路": ("", "2010-09-31")})
    (issue,) = (issue for issue in bureau.ingest().issues if issue.where.startswith(f"{file}!"))
    assert (issue.code, issue.where[:-1]) == ("DATE_UNKNOWN", f"{file}!调度任务单!M")
    assert "2010-09-30" in str(issue.understood)
    assert ca.open_workspace(bureau.root).tables["answers"].empty


def test_an_answer_is_no_report(bureau: Bureau) -> None:
    bureau.report(WEEKS[0])
    bureau.ingest()
    bureau.dispatch(WEEKS[0])
    bureau.answer(NORTH, WEEKS[0] - dt.timedelta(days=1), {"甲路": ("", dt.date(2010, 7, 20))})
    receipts = read_register(bureau.settings)
    found = arrivals(bureau.settings, receipts, bureau.ingest(), quarter=QUARTER, known_on=WEEKS[0])
    assert [one.first for one in found.units] == [WEEKS[0], WEEKS[0]]


def test_notices_climb_the_ladder_and_a_person_decides(bureau: Bureau) -> None:
    bureau.report(WEEKS[0])
    head = ["日期", "单位（科室）", "事由", "涉及项目", "来源", "处理决定", "决定人", "决定日期"]
    one = [dt.date(2010, 7, 2), NORTH, "甲路未按期开工", "甲路", "督查通报第3期"]
    two = [dt.date(2010, 7, 6), NORTH, "周报迟报", "", "督查通报第4期"]
    title = [["督查通报台账"], head]
    for number, rows in enumerate(
        ([one], [[*one, "书面检查", "局长", dt.date(2010, 7, 5)], two], [[*two[:1], "北初", *two[2:]]]),
        start=1,
    ):
        path = write_book(bureau.root.parent / f"{number}" / "通报.xlsx", {"通报": [*title, *rows]})
        receive(bureau.settings, [path], quarter=QUARTER, on=WEEKS[0], unit=NORTH)
    read = bureau.ingest()
    (refused,) = (issue for issue in read.issues if issue.code == "ADDRESSEE_UNKNOWN")
    assert (refused.where.rpartition("!")[2], refused.value) == ("B3", "北初")
    assert NORTH in str(refused.understood)
    found = bureau.look(WEEKS[0])
    assert promised("dispatch", found.document() | {"changed_since": None}) == []
    (row,) = found.ladder.to_dict("records")
    assert (row["unit"], row["notices"], row["proposed"]["zh"]) == (NORTH, 2, "取消当年评先树优资格")
    assert [one["decision"] for one in row["decided"]] == ["书面检查"]
    assert [cell.rpartition("!")[2] for cell in row["cells"]] == ["B3", "B4"]


@pytest.mark.parametrize(
    ("at", "written", "code", "cell", "near"),
    [
        (0, dt.date(2010, 7, 9), "DATE_UNKNOWN", "A3", "2010-07-07"),
        (0, "2010-06-31", "DATE_UNKNOWN", "A3", "2010-06-30"),
        (1, "北初", "ADDRESSEE_UNKNOWN", "B3", NORTH),
        (3, "甲路二期", "PROJECT_UNKNOWN", "D3", "甲路"),
    ],
)
def test_a_notice_that_names_what_is_not_there_is_refused_at_the_cell_that_names_it(
    bureau: Bureau, *, at: int, written: object, code: str, cell: str, near: str
) -> None:
    bureau.report(WEEKS[0])
    row = [dt.date(2010, 7, 2), NORTH, "甲路未按期开工", "甲路", "督查通报第3期"]
    row[at] = written
    head = ["日期", "单位（科室）", "事由", "涉及项目", "来源"]
    path = write_book(bureau.root.parent / "通报.xlsx", {"通报": [["督查通报台账"], head, row]})
    receive(bureau.settings, [path], quarter=QUARTER, on=WEEKS[0], unit=NORTH)
    (refused,) = (issue for issue in bureau.ingest().issues if "!通报!" in issue.where)
    assert (refused.code, refused.where.rpartition("!")[2]) == (code, cell)
    assert near in str(refused.understood)
    assert bureau.look(WEEKS[0]).ladder.empty


def test_an_excuse_that_somebody_states_sets_no_light_for_a_late_start(bureau: Bureau) -> None:
    bureau.report(WEEKS[0])
    bureau.ingest()
    lit = bureau.look(WEEKS[0]).lights.set_index("project").iloc[:, -1]
    assert lit["乙路"] == "red"
    rows = [["正当理由认定"], ["项目名称", "正当理由", "认定人"], ["乙路", "用地批复未下", "督查室"]]
    path = write_book(bureau.root.parent / "why" / f"{NORTH}.xlsx", {"理由": rows})
    receive(bureau.settings, [path], quarter=QUARTER, on=WEEKS[0])
    bureau.ingest()
    assert pd.isna(bureau.look(WEEKS[0]).lights.set_index("project").iloc[:, -1]["乙路"])


def test_who_waits_for_money_is_told_from_who_has_it_and_does_not_build(bureau: Bureau) -> None:
    bureau.report(WEEKS[3])
    rows: list[list[Any]] = [
        ["资金到位情况"],
        ["单位：万元"],
        ["项目名称", "资金来源", "计划资金", "到位资金", "已支付"],
        ["甲路", "市财政", 600, 30, 20],
        ["甲路", "银行贷款", 400, 0, 0],
        ["乙路", "市财政", 900, 900, 0],
        ["丙路路", "市财政", 800, 800, 500],
    ]
    path = write_book(bureau.root.parent / "money" / f"{NORTH}.xlsx", {"资金到位情况": rows})
    receive(bureau.settings, [path], quarter=QUARTER, on=WEEKS[3])
    read = bureau.ingest()
    (issue,) = (issue for issue in read.issues if issue.code == "PROJECT_UNKNOWN")
    assert issue.where.endswith("!A7")
    assert "丙路" in str(issue.understood)
    funds = bureau.look(WEEKS[3]).funds
    assert funds[["project", "missing"]].to_numpy().tolist() == [
        ["甲路", 5.7e6],
        ["甲路", 4e6],
        ["乙路", 0.0],
    ]
    rules = dict(zip(funds["project"], funds["rule"], strict=True))
    assert rules == {"甲路": "waits for money", "乙路": "has money and does not build"}


def test_the_forecast_with_promises_lies_between_none_and_all_kept(bureau: Bureau) -> None:
    bureau.report(WEEKS[0])
    bureau.ingest()
    bureau.dispatch(WEEKS[0])
    bureau.answer(NORTH, WEEKS[0], {"甲路": ("", dt.date(2010, 7, 20)), "乙路": ("", dt.date(2010, 7, 20))})
    bureau.ingest()
    found = bureau.look(WEEKS[0]).promised().set_index("promises")["p50"]
    assert found["none"] < found["discounted"] < found["kept"]


def test_the_command_leaves_sheets_and_says_the_orders(bureau: Bureau) -> None:
    bureau.report(WEEKS[0])
    bureau.ingest()
    said = run_cityanalytics("dispatch", "--json", "--dry-run", workspace=bureau.root).stdout
    assert '"orders"' in said
    assert not (bureau.root / "dispatch").exists()
    run_cityanalytics("dispatch", workspace=bureau.root)
    assert {path.name for path in (bureau.root / "dispatch").glob("*.xlsx")} == {
        f"{NORTH}.xlsx",
        f"{SOUTH}.xlsx",
    }


def test_the_bulletin_ranks_units_and_towns_by_progress_and_by_change(bureau: Bureau) -> None:
    before, day = WEEKS[3], WEEKS[7]
    for one in (before, day):
        bureau.report(one)
    bureau.ingest()
    run_cityanalytics("dispatch", "--monthly", "--since", str(before), workspace=bureau.root)
    (file,) = (bureau.root / "reports").rglob("dispatch.xlsx")
    share = {one: shares(one) for one in (before, day)}
    change = {town: share[day][town] - share[before][town] for town in share[day]}
    book = CalamineWorkbook.from_path(file)
    rows = book.get_sheet_by_name("镇街排名").to_python()
    (at,) = (at for at, row in enumerate(rows) if "位次" in row)
    head = [str(label) for label in rows[at]]
    ranked = [dict(zip(head, row, strict=True)) for row in rows[at + 1 :]]
    assert [row["镇街"] for row in ranked] == sorted(share[day], key=lambda town: -share[day][town])
    assert [row["位次"] for row in ranked] == [1, 2, 3]
    moved = {row["进度提高位次"]: row["镇街"] for row in ranked}
    assert [moved[place] for place in (1, 2, 3)] == sorted(change, key=lambda town: -change[town])
    page = next((bureau.root / "reports").rglob("monthly.zh.html")).read_text("utf-8")
    assert "各镇街" in page


def shares(day: dt.date) -> dict[str, float]:
    """Return what is spent of the plans of each town's projects, up to a day."""
    spends: dict[str, list[float]] = {}
    for name, (_, plan, start, finish) in PROJECTS.items():
        own = spends.setdefault(TOWNS[name], [0.0, 0.0])
        own[0] += sum(spent(plan, start, finish, month, day) for month in range(1, day.month + 1))
        own[1] += plan
    return {town: done / plan for town, (done, plan) in spends.items()}
