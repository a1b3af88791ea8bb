"""A programme at two times: what describes a day, as known on a day. Later knowledge never leaks in."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cityanalytics.errors import InsufficientDataError
from cityanalytics.intake.schema import TABLES, as_table
from cityanalytics.intake.store import read_tables
from cityanalytics.programme.progress import curve, stages, sums_by
from cityanalytics.programme.snapshot import Programme, last_known, take_snapshot
from cityanalytics.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Tables = dict[str, pd.DataFrame]
Period = tuple[str, str]
DATA_DATES = {
    "2010Q1": dt.date(2010, 3, 31),
    "2010Q2": dt.date(2010, 6, 30),
    "2010Q3": dt.date(2010, 9, 22),
    "2010Q4": dt.date(2010, 12, 31),
}
FOREVER = dt.date(2011, 12, 31)
YI = 1e8
CENT = 0.0051  # a curve is rounded to 分
JANUARY, FEBRUARY, MARCH = ("01-01", "01-31"), ("02-01", "02-28"), ("03-01", "03-31")
APRIL, MAY, JUNE = ("04-01", "04-30"), ("05-01", "05-31"), ("06-01", "06-30")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2010-{text}")


@cache
def empty() -> Tables:
    return {name: as_table(name, pd.DataFrame()) for name in TABLES}


class Desk:
    """Canonical tables, written by hand a workbook at a time."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        self.position = 0

    def book(
        self,
        quarter: str,
        received: str,
        projects: Mapping[str, Mapping[Period, float]],
        *,
        unit: str = "甲处",
        plans: Mapping[str, float] = {},
        adjusted: Mapping[str, tuple[str, float]] = {},
        status: Mapping[str, Mapping[str, Any]] = {},
        persons: Mapping[str, str] = {},
        works: Mapping[str, float] = {},
        sites: Mapping[str, Mapping[Period, float]] = {},
        categories: Mapping[str, str] = {},
    ) -> Desk:
        file = f"data/raw/{quarter}/{self.position}.xlsx"
        origin = {
            "unit": unit,
            "quarter": quarter,
            "file": file,
            "received": pd.Timestamp(day(received)),
            "position": self.position,
            "data_date": pd.Timestamp(DATA_DATES[quarter]),
        }
        self.position += 1

        def add(table: str, **row: Any) -> None:
            cells = {
                column: f"{file}!表!A{len(self.rows[table]) + 1}"
                for column in TABLES[table].columns
                if column.endswith("_cell")
            }
            self.rows[table].append({**cells, **origin, **row})

        for project, flows in projects.items():
            add(
                "projects",
                project=project,
                written_name=project,
                category=categories.get(project, "道路"),
                total_investment=1e9,
                responsible_person=persons.get(project),
            )
            add(
                "plans",
                project=project,
                year=2010,
                version="original",
                effective=pd.Timestamp(2010, 1, 1),
                amount=plans.get(project, 1000.0),
            )
            for start, amount in [adjusted[project]] if project in adjusted else []:
                since = pd.Timestamp(day(start))
                add("plans", project=project, year=2010, version="adjusted", effective=since, amount=amount)
            for (start, end), amount in flows.items():
                first, last = pd.Timestamp(day(start)), pd.Timestamp(day(end))
                add("investment", project=project, period_start=first, period_end=last, amount=amount)
        for project, said in status.items():
            add(
                "status",
                project=project,
                **{"stage": "under construction", "schedule": "on schedule", **said},
            )
        for project, done in works.items():
            add(
                "works",
                project=project,
                kind="道路",
                measure="count",
                planned=9.0,
                done=done,
                completion="completed",
            )
        for site, flows in sites.items():
            for (start, end), area in flows.items():
                first, last = pd.Timestamp(day(start)), pd.Timestamp(day(end))
                add(
                    "demolition",
                    site=site,
                    kind="棚户区",
                    planned_area=9.0,
                    period_start=first,
                    period_end=last,
                    area=area,
                )
        return self

    def tables(self) -> Tables:
        # cast, not checked: the check takes longer than all the rest
        return {
            name: pd.DataFrame(rows, columns=list(empty()[name].columns)).astype(empty()[name].dtypes)
            for name, rows in self.rows.items()
        }

    def at(self, as_of: str, known_on: dt.date = FOREVER) -> Programme:
        return take_snapshot(self.tables(), as_of=day(as_of), known_on=known_on)


def project(programme: Programme, name: str = "甲路") -> pd.Series:
    (row,) = [row for _, row in programme.traced.iterrows() if row["project"] == name]
    return row


@pytest.fixture(scope="module")
def sample(processed_workspace: Path) -> Tables:
    return read_tables(load_settings(processed_workspace))


def sample_at(sample: Tables, as_of: str, known_on: str = "12-31") -> Programme:
    return take_snapshot(sample, as_of=day(as_of), known_on=day(known_on))


def test_what_began_since_the_last_report_is_neither_late_nor_on_schedule() -> None:
    waiting = {"stage": "not started", "schedule": None}
    begun = {"actual_start": pd.Timestamp(day("05-10"))}
    spent: dict[str, dict[Period, float]] = {"甲路": {MARCH: 1.0}, "乙路": {}, "丙路": {}}
    silent = {"schedule": None}
    desk = Desk().book("2010Q1", "04-08", spent, status={"甲路": {}, "乙路": waiting, "丙路": silent})
    later: dict[Period, float] = {MAY: 1.0, ("06-01", "06-30"): 1.0}
    desk.book("2010Q2", "07-08", {**spent, "乙路": later}, status=dict.fromkeys(spent, begun))
    found = stages(desk.at("05-20"))
    assert (found["started"], found["on_schedule"], found["unassessed"], found["unexplained"]) == (3, 1, 1, 1)
    assert project(desk.at("05-20"), "乙路")["unassessed"]
    assert stages(desk.at("06-30"))["unassessed"] == 0


# the sample city, as its bureau would know it on each day


def test_the_sample_city_on_its_data_date_is_the_speech_s(sample: Tables) -> None:
    programme = sample_at(sample, "09-22")
    assert programme.done == pytest.approx(62 * YI)
    assert programme.plan == pytest.approx(90 * YI)
    assert programme.traced["plan_original"].sum() == pytest.approx(88.5 * YI)
    assert len(programme.traced) == 268
    assert programme.traced["total_investment"].sum() == pytest.approx(183 * YI)
    assert (programme.quarter, programme.days_left) == ("2010Q3", 100)
    assert last_known(sample) == day("10-08")
    assert programme.history.set_index("year")["amount"].to_dict() == {2008: 60.2 * YI, 2009: 80 * YI}


@pytest.mark.parametrize(("known_on", "without"), [("09-27", 2), ("09-29", 2), ("09-30", 1), ("10-08", 0)])
def test_units_that_have_not_reported_yet_stand_at_their_earlier_quarter(
    sample: Tables, known_on: str, without: int
) -> None:
    programme = sample_at(sample, "09-22", known_on)
    assert (programme.received["quarter"] == "2010Q2").sum() == without
    assert programme.received["received"].max() <= pd.Timestamp(day(known_on))


def test_a_slip_stands_until_its_correction_is_received(sample: Tables) -> None:
    slip, mended = (sample_at(sample, "09-22", on).done for on in ("09-28", "09-29"))
    assert slip - mended == pytest.approx((18890 - 1889) * 1e4)


@pytest.mark.parametrize(
    ("as_of", "known_on", "expected"),
    [("03-31", "04-12", 11.6), ("06-30", "07-08", 36.7785), ("06-30", "10-08", 36.8)],
)
def test_an_earlier_quarter_is_what_was_said_of_it_by_then(
    sample: Tables, as_of: str, known_on: str, expected: float
) -> None:
    assert sample_at(sample, as_of, known_on).done == pytest.approx(expected * YI)


def test_what_was_stated_again_is_listed_with_both_values(sample: Tables) -> None:
    again = sample_at(sample, "09-22").revisions
    changes = {
        (name, start.month): (round(old / 1e4), round(new / 1e4))
        for name, start, old, new in zip(
            again["project"], again["period_start"], again["old_amount"], again["amount"], strict=True
        )
    }
    assert changes[("祥康新城", 6)] == (347, 607)
    assert changes[("嘉和大道配套工程", 6)] == (314, 229)
    assert changes[("瑞康换热站及管网", 5)] == (422, 462)
    assert changes[("景华换热站及管网", 3)] == (3750, 375)
    assert changes[("锦平新城", 8)] == (18890, 1889)
    assert len(again) == 5


def test_a_plan_is_adjusted_from_its_day_on(sample: Tables) -> None:
    before, after = (sample_at(sample, as_of).plan for as_of in ("07-14", "07-15"))
    assert after - before == pytest.approx(1.5 * YI)
    assert after == pytest.approx(90 * YI)


@pytest.mark.parametrize(("as_of", "known_on"), [("09-23", "12-31"), ("03-31", "03-31"), ("06-30", "04-12")])
def test_a_day_that_nothing_describes_is_refused(sample: Tables, as_of: str, known_on: str) -> None:
    with pytest.raises(InsufficientDataError, match=f"2010-{as_of}"):
        sample_at(sample, as_of, known_on)


@pytest.mark.parametrize("as_of", ["01-01", "02-17", "03-31", "07-15", "08-31", "09-22"])
def test_the_parts_add_up_to_the_whole_on_any_day(sample: Tables, as_of: str) -> None:
    programme = sample_at(sample, as_of)
    assert curve(programme).iloc[-1] == pytest.approx(programme.done)
    assert programme.segments["done"].sum() == pytest.approx(programme.done)
    for key in ("unit", "category"):
        groups = sums_by(programme, key)
        assert groups["done"].sum() == pytest.approx(programme.done)
        assert groups["plan"].sum() == pytest.approx(programme.plan)
        assert groups["projects"].sum() == len(programme.traced)
    assert programme.demolition["done"].sum() == pytest.approx(programme.demolition_segments["done"].sum())
    assert programme.traced["project"].is_unique


def test_a_project_that_is_restated_keeps_its_cells_of_the_latest_workbook(sample: Tables) -> None:
    programme = sample_at(sample, "09-22")
    assert programme.traced["plan_cell"].str.contains("2010Q3").all()
    assert programme.segments["amount_cell"].str.contains("!").all()


# by hand: one rule at a time


def test_a_workbook_received_later_is_not_seen() -> None:
    desk = Desk().book("2010Q1", "04-02", {"甲路": {MARCH: 10.0}})
    desk.book("2010Q2", "07-02", {"甲路": {MARCH: 99.0, APRIL: 5.0}, "丙路": {APRIL: 7.0}})
    programme = desk.at("03-31", day("07-01"))
    assert programme.done == 10.0
    assert list(programme.traced["project"]) == ["甲路"]
    assert programme.revisions.empty


def test_a_correction_replaces_the_whole_workbook() -> None:
    desk = Desk().book("2010Q1", "04-02", {"甲路": {MARCH: 100.0}, "乙路": {MARCH: 3.0}})
    desk.book("2010Q1", "04-05", {"甲路": {MARCH: 10.0}})
    assert desk.at("03-31", day("04-04")).done == 103.0
    programme = desk.at("03-31")
    assert programme.done == 10.0
    assert list(programme.traced["project"]) == ["甲路"]
    assert programme.received["first_received"].tolist() == [pd.Timestamp(day("04-02"))]


def test_of_two_workbooks_of_one_day_the_later_in_the_register_holds() -> None:
    desk = (
        Desk()
        .book("2010Q1", "04-02", {"甲路": {MARCH: 100.0}})
        .book("2010Q1", "04-02", {"甲路": {MARCH: 10.0}})
    )
    assert desk.at("03-31").done == 10.0


def test_a_month_stated_again_counts_as_stated_last() -> None:
    desk = Desk().book("2010Q1", "04-02", {"甲路": {FEBRUARY: 5.0, MARCH: 10.0}})
    desk.book("2010Q2", "07-02", {"甲路": {FEBRUARY: 5.0, MARCH: 12.0, APRIL: 4.0}})
    programme = desk.at("04-30")
    assert programme.done == 21.0
    ((old, new),) = programme.revisions[["old_amount", "amount"]].to_numpy().tolist()
    assert (old, new) == (10.0, 12.0)
    assert desk.at("03-31", day("04-30")).done == 15.0


def test_a_month_in_part_and_then_in_whole_counts_once() -> None:
    desk = Desk().book("2010Q3", "09-27", {"甲路": {("09-01", "09-22"): 22.0}})
    desk.book("2010Q4", "12-31", {"甲路": {("09-01", "09-30"): 38.0, ("10-01", "10-31"): 31.0}})
    assert desk.at("09-22").done == pytest.approx(22.0)
    assert desk.at("09-26").done == pytest.approx(22.0 + 4 * 2.0)
    assert desk.at("09-30").done == pytest.approx(38.0)
    assert desk.at("10-10").done == pytest.approx(48.0)


@pytest.mark.parametrize("early", [{("01-01", "03-31"): 30.0}, {("01-01", "02-28"): 20.0, MARCH: 10.0}])
def test_a_quarter_and_then_its_months_count_once(early: Mapping[Period, float]) -> None:
    desk = Desk().book("2010Q1", "04-02", {"甲路": early})
    desk.book("2010Q2", "07-02", {"甲路": {JANUARY: 10.0, FEBRUARY: 11.0, MARCH: 9.0, APRIL: 4.0}})
    assert desk.at("04-30").done == pytest.approx(34.0)
    assert curve(desk.at("04-30")).iloc[30] == pytest.approx(10.0)
    assert desk.at("03-31", day("04-30")).done == pytest.approx(30.0)


def test_a_day_inside_a_month_counts_evenly() -> None:
    desk = Desk().book("2010Q1", "04-02", {"甲路": {MARCH: 31.0}})
    programme = desk.at("03-10")
    assert programme.done == pytest.approx(10.0)
    assert programme.segments["partly"].all()
    assert curve(programme).iloc[[-11, -1]].tolist() == pytest.approx([0.0, 10.0])


def test_a_unit_that_is_missing_stands_at_its_earlier_quarter() -> None:
    desk = Desk()
    for unit, name in (("甲处", "甲路"), ("乙处", "乙路")):
        desk.book("2010Q1", "04-02", {name: {MARCH: 10.0}}, unit=unit, status={name: {}}, works={name: 1.0})
    desk.book(
        "2010Q2", "07-02", {"甲路": {MARCH: 10.0, APRIL: 5.0}}, status={"甲路": {}}, works={"甲路": 2.0}
    )
    programme = desk.at("04-30")
    assert programme.received.set_index("unit")["quarter"].to_dict() == {"甲处": "2010Q2", "乙处": "2010Q1"}
    assert programme.traced.set_index("project")["done"].to_dict() == {"甲路": 15.0, "乙路": 10.0}
    assert project(programme, "乙路")["stage"] == "under construction"


BOTH = "甲处", "乙处"


def handed_over(*, sends_on: bool, whole_year: bool) -> Desk:
    """甲路 passes from 甲处 to 乙处 in the second quarter, with another plan; 甲处 sends the others or nothing more."""
    desk = Desk()
    early: dict[str, Mapping[Period, float]] = {
        "甲路": {JANUARY: 1.0, MARCH: 10.0},
        "甲桥": {MARCH: 100.0},
    }
    sites = {"东片": {MARCH: 31.0}}
    words = {"甲路": {"difficulty": "旧话"}, "甲桥": {}}
    desk.book("2010Q1", "04-02", early, status=words, works={"甲路": 2.0, "甲桥": 1.0}, sites=sites)
    late: Mapping[Period, float] = {APRIL: 5.0, MAY: 3.0, JUNE: 2.0}
    desk.book(
        "2010Q2",
        "07-02",
        {"甲路": {JANUARY: 1.0, MARCH: 12.0, **late} if whole_year else late},
        unit="乙处",
        plans={"甲路": 1200.0},
        status={"甲路": {"difficulty": "新话"}},
        works={"甲路": 3.0},
        sites={"东片": {MARCH: 31.0, JUNE: 40.0}},
    )
    if sends_on:
        desk.book("2010Q2", "07-01", {"甲桥": {MARCH: 100.0, MAY: 4.0}}, status={"甲桥": {}})
    return desk


@pytest.mark.parametrize("sends_on", [True, False])
@pytest.mark.parametrize(("whole_year", "done"), [(True, 23.0), (False, 21.0)])
def test_a_project_handed_over_counts_once_as_its_new_unit_reports_it(
    *, sends_on: bool, whole_year: bool, done: float
) -> None:
    programme = handed_over(sends_on=sends_on, whole_year=whole_year).at("06-30")
    road = project(programme)
    assert (road["unit"], road["plan"], road["plan_original"]) == ("乙处", 1200.0, 1200.0)
    assert (road["done"], road["stage"], road["difficulty"]) == (done, "under construction", "新话")
    assert programme.plan == 2200.0
    assert programme.done == done + 100.0 + 4.0 * sends_on
    assert curve(programme).iloc[-1] == pytest.approx(programme.done)
    assert set(programme.segments.query("project == '甲路'")["unit"]) == {"乙处"}
    units = sums_by(programme, "unit").set_index("unit")
    assert units["projects"].to_dict() == {"甲处": 1, "乙处": 1}
    assert units.loc["乙处", "done"] == done
    assert set(programme.received["unit"]) == {"甲处", "乙处"}
    assert programme.works.set_index("project")["done"].to_dict() == {"甲路": 3.0, "甲桥": 1.0}
    assert programme.demolition[["site", "unit", "done"]].to_numpy().tolist() == [["东片", "乙处", 71.0]]


def test_before_it_was_handed_over_a_project_is_its_first_unit_s() -> None:
    road = project(handed_over(sends_on=True, whole_year=True).at("03-31"))
    assert (road["unit"], road["plan"], road["difficulty"]) == ("甲处", 1000.0, "旧话")
    assert road["done"] == 13.0  # as the new unit corrects March
    assert project(handed_over(sends_on=True, whole_year=True).at("03-31", day("04-30")))["done"] == 11.0


def test_while_two_units_claim_a_project_in_a_quarter_the_newer_workbook_counts() -> None:
    """The correction that settles it is not yet known on the day, so nothing blocks."""
    desk = Desk()
    for unit, received, plan in zip(BOTH, ("04-02", "04-03"), (1000.0, 1200.0), strict=True):
        desk.book(
            "2010Q1",
            received,
            {"甲路": {MARCH: 10.0}},
            unit=unit,
            plans={"甲路": plan},
            status={"甲路": {}},
            works={"甲路": 2.0},
        )
    programme = desk.at("03-31")
    assert (programme.plan, programme.done, len(programme.traced)) == (1200.0, 10.0, 1)
    assert programme.works["unit"].tolist() == ["乙处"]


def test_a_plan_is_in_force_from_its_day() -> None:
    desk = Desk().book(
        "2010Q2", "07-02", {"甲路": {MARCH: 1.0, APRIL: 1.0, MAY: 1.0}}, adjusted={"甲路": ("05-10", 1500.0)}
    )
    before, after = project(desk.at("05-09")), project(desk.at("05-10"))
    assert (before["plan"], after["plan"]) == (1000.0, 1500.0)
    assert before["plan_original"] == after["plan_original"] == 1000.0
    assert after["share"] == pytest.approx((2 + 10 / 31) / 1500)


def test_a_later_status_gives_its_dates_and_not_its_words() -> None:
    later = {
        "stage": "suspended",
        "schedule": "behind",
        "constraint": "土地",
        "difficulty": "后来的话",
        "actual_start": pd.Timestamp(day("04-20")),
    }
    desk = Desk().book(
        "2010Q1", "04-02", {"甲路": {MARCH: 0.0}}, status={"甲路": {"stage": "not started", "schedule": None}}
    )
    desk.book(
        "2010Q2",
        "07-02",
        {"甲路": {MARCH: 0.0, APRIL: 1.0, MAY: 1.0, JUNE: 1.0}},
        status={"甲路": later},
    )
    stages = [project(desk.at(as_of))["stage"] for as_of in ("03-31", "04-19", "04-20", "06-30")]
    assert stages == ["not started", "not started", "under construction", "suspended"]
    inside, after = project(desk.at("05-31")), project(desk.at("06-30"))
    assert pd.isna(inside["constraint"])
    assert pd.isna(inside["difficulty"])
    assert (after["constraint"], after["difficulty"], after["schedule"]) == ("土地", "后来的话", "behind")


def test_a_finish_counts_from_its_day() -> None:
    said = {
        "stage": "completed",
        "schedule": None,
        "actual_start": pd.Timestamp(day("01-10")),
        "actual_finish": pd.Timestamp(day("05-20")),
    }
    desk = Desk().book("2010Q2", "07-02", {"甲路": {APRIL: 1.0, MAY: 1.0}}, status={"甲路": said})
    assert [project(desk.at(as_of))["stage"] for as_of in ("05-19", "05-20")] == [
        "under construction",
        "completed",
    ]


def test_an_actual_start_means_started_whatever_the_stage_says() -> None:
    said = {"stage": "not started", "schedule": None, "actual_start": pd.Timestamp(day("03-01"))}
    desk = Desk().book("2010Q1", "04-02", {"甲路": {MARCH: 1.0}}, status={"甲路": said})
    assert project(desk.at("03-31"))["stage"] == "under construction"


def test_a_correction_that_drops_a_status_leaves_none_of_its_words() -> None:
    both: dict[str, Mapping[Period, float]] = {"甲路": {MARCH: 1.0}, "乙路": {MARCH: 1.0}}
    desk = Desk().book("2010Q1", "04-02", both, status={"甲路": {}, "乙路": {"constraint": "土地"}})
    desk.book("2010Q1", "04-05", both, status={"甲路": {}})
    row = project(desk.at("03-31"), "乙路")
    assert pd.isna(row["stage"])
    assert pd.isna(row["constraint"])


def test_works_are_those_last_reported_by_the_day() -> None:
    desk = Desk().book("2010Q1", "04-02", {"甲路": {MARCH: 1.0}}, works={"甲路": 2.0, "别处": 5.0})
    desk.book("2010Q2", "07-02", {"甲路": {MARCH: 1.0, APRIL: 1.0, MAY: 1.0}}, works={"甲路": 6.0})
    assert desk.at("03-31").works["done"].tolist() == [2.0]
    assert desk.at("05-31").works["done"].tolist() == [2.0]


def test_demolition_follows_the_same_two_times() -> None:
    desk = Desk().book("2010Q1", "04-02", {"甲路": {MARCH: 1.0}}, sites={"东片": {MARCH: 31.0}})
    desk.book("2010Q1", "04-05", {"甲路": {MARCH: 1.0}}, sites={"东片": {MARCH: 62.0}})
    assert desk.at("03-10").demolition["done"].tolist() == pytest.approx([20.0])
    assert desk.at("03-10", day("04-04")).demolition["done"].tolist() == pytest.approx([10.0])


def test_history_holds_earlier_years_only() -> None:
    desk = Desk().book("2010Q1", "04-02", {"甲路": {MARCH: 1.0}})
    origin = {
        key: desk.rows["projects"][0][key]
        for key in ("unit", "quarter", "file", "received", "position", "data_date")
    }
    for year in (2009, 2010, 2011):
        desk.rows["history"].append({"year": year, "amount": float(year), "amount_cell": "f!s!A1", **origin})
    assert desk.at("03-31").history["year"].tolist() == [2009]


def test_a_city_that_demolishes_nothing_has_empty_tables() -> None:
    programme = Desk().book("2010Q1", "04-02", {"甲路": {MARCH: 1.0}}).at("03-31")
    assert programme.demolition.empty
    assert programme.works.empty
    assert programme.history.empty


def test_the_tables_written_by_hand_are_canonical() -> None:
    for name, table in described({"甲路": {JANUARY: 1.0, MARCH: 2.0}}).tables().items():
        pd.testing.assert_frame_equal(as_table(name, table), table)


# leakage: what came later, or describes later days alone, changes nothing

amounts = st.floats(0, 1000).map(lambda amount: round(amount, 2))
months = st.dictionaries(st.sampled_from([JANUARY, FEBRUARY, MARCH]), amounts, min_size=1)
programmes = st.dictionaries(st.sampled_from(["甲路", "乙路", "丙路"]), months, min_size=1).filter(
    lambda projects: any(MARCH in flows for flows in projects.values())
)
few = hypothesis_settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def same(first: Programme, second: Programme) -> None:
    for name in ("traced", "works", "demolition", "history", "received", "revisions"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))
    pd.testing.assert_series_equal(curve(first), curve(second))


def described(projects: Mapping[str, Mapping[Period, float]]) -> Desk:
    return Desk().book(
        "2010Q1",
        "04-02",
        projects,
        status={name: {} for name in projects},
        works=dict.fromkeys(projects, 1.0),
        sites={"东片": {JANUARY: 1.0, MARCH: 3.0}},
    )


@few
@given(now=programmes, later=programmes, as_of=st.dates(day("01-01"), day("03-31")))
def test_what_is_received_later_changes_nothing(
    now: Mapping[str, Mapping[Period, float]], later: Mapping[str, Mapping[Period, float]], as_of: dt.date
) -> None:
    text = as_of.strftime("%m-%d")
    before = described(now).at(text, day("04-02"))
    more = described(now)
    for quarter, received in (("2010Q1", "04-03"), ("2010Q2", "07-02")):
        held_up = {"stage": "suspended", "schedule": "behind", "constraint": "土地"}
        stopped = dict.fromkeys(later, held_up)
        more.book(
            quarter,
            received,
            later,
            status=stopped,
            works=dict.fromkeys(later, 9.0),
            sites={"西片": {MARCH: 8.0}},
        )
    same(before, more.at(text, day("04-02")))


@few
@given(now=programmes, later=amounts, as_of=st.dates(day("01-01"), day("03-31")))
def test_what_describes_later_days_alone_changes_nothing(
    now: Mapping[str, Mapping[Period, float]], later: float, as_of: dt.date
) -> None:
    text = as_of.strftime("%m-%d")
    more = described(now)
    flows = {APRIL: later, MAY: later + 1}
    for received in ("07-02", "07-05"):
        more.book(
            "2010Q2",
            received,
            {**dict.fromkeys(now, flows), "新路": flows},
            plans=dict.fromkeys(now, 5.0),
            status={name: {"stage": "completed"} for name in now},
            works=dict.fromkeys(now, 9.0),
            sites={"东片": {APRIL: later}, "西片": {MAY: 8.0}},
        )
    same(described(now).at(text), more.at(text))


@few
@given(now=programmes, as_of=st.dates(day("01-01"), day("03-31")))
def test_the_curve_ends_at_what_is_done_and_sums_over_parts_agree(
    now: Mapping[str, Mapping[Period, float]], as_of: dt.date
) -> None:
    programme = described(now).at(as_of.strftime("%m-%d"))
    expected = 0.0
    for flows in now.values():
        for (start, end), amount in flows.items():
            first, last = day(start), day(end)
            share = (min(as_of, last) - first).days + 1
            expected += amount * max(share, 0) / ((last - first).days + 1)
    assert programme.done == pytest.approx(expected)
    assert curve(programme).iloc[-1] == pytest.approx(expected, abs=CENT)
    for key in ("unit", "category", "project"):
        assert sums_by(programme, key)["done"].sum() == pytest.approx(expected)
