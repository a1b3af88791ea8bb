"""Dispatch from outside: who owes what, by when at the latest, and where money and work part."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import cityanalytics as ca
from cityanalytics.calendar import WorkCalendar
from cityanalytics.dispatch.backward import count_back, owed
from cityanalytics.dispatch.dual import dual_tracking, stood_still
from cityanalytics.dispatch.earned import earned_schedule
from cityanalytics.dispatch.memory import lights_by_month
from cityanalytics.dispatch.rulepack import load_pack
from cityanalytics.dispatch.workdays import SiteDays
from tests.conftest import run_cityanalytics
from tests.documents import promised

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.dispatch.dispatch import Dispatch

DAY = dt.date(2010, 9, 22)
END = pd.Timestamp("2010-12-31")


@pytest.fixture(scope="module")
def dispatch(processed_workspace: Path) -> Dispatch:
    return ca.dispatch(ca.programme(ca.open_workspace(processed_workspace), "2010Q3"))


@pytest.fixture(scope="module")
def document(processed_workspace: Path) -> dict[str, Any]:
    said = run_cityanalytics(
        "dispatch", "2010Q3", "--since", "2010Q2", "--dry-run", "--json", workspace=processed_workspace
    ).stdout
    found: dict[str, Any] = json.loads(said)
    return found


def project(**given: Any) -> dict[str, Any]:
    usual = {
        "category": "甲",
        "stage": "under construction",
        "plan": 100.0,
        "done": 50.0,
        "share": 0.5,
        "physical_progress": 0.5,
        "total_investment": 100.0,
        "planned_start": "2010-03-01",
        "planned_finish": "2010-11-30",
        "actual_start": "2010-03-01",
        "actual_finish": None,
    }
    return usual | given


def table(*rows: dict[str, Any]) -> pd.DataFrame:
    found = pd.DataFrame(rows)
    days = [name for name in found if str(name).endswith(("_start", "_finish"))]
    return found.assign(**{str(name): pd.to_datetime(found[name]) for name in days})


def finished(start: str, finish: str, **given: Any) -> dict[str, Any]:
    whole = {"stage": "completed", "physical_progress": 1.0, "done": 100.0, "share": 1.0}
    return project(**whole, actual_start=start, actual_finish=finish, **given)


def counted(projects: pd.DataFrame, **given: Any) -> pd.DataFrame:
    owes = owed(projects, obligations=given.pop("obligations", {"甲": "complete"}), as_of=DAY)
    return count_back(projects, owes, as_of=DAY, calendar=WorkCalendar(), **given)


def test_all_44_must_start_and_each_has_a_person_to_answer_for_it(document: dict[str, Any]) -> None:
    assert len(document["not_started"]) == 44
    assert all(row["person"] and row["unit"] for row in document["not_started"])


def test_the_lists_stand_by_what_the_projects_are_worth_to_the_year(document: dict[str, Any]) -> None:
    for name in ("must_finish", "not_started"):
        worth = [row["shortfall"] for row in document[name]]
        assert worth == sorted(worth, reverse=True)
        assert all(0 <= row["shortfall"] <= row["plan"] + 1 for row in document[name])


def test_what_is_lacking_is_counted_on_the_paths_of_the_forecast(dispatch: Dispatch) -> None:
    rows = dispatch.must_finish.head(5)
    paths = dispatch.forecast.paths
    for row in rows.to_dict("records"):
        short = (row["plan"] - paths[row["project"]]).clip(lower=0.0)
        assert row["shortfall"] == pytest.approx(short.mean())
        assert row["shortfall_p50"] == pytest.approx(short.median())


def test_the_command_says_what_the_library_says(dispatch: Dispatch, document: dict[str, Any]) -> None:
    assert [row["project"] for row in document["must_finish"]] == dispatch.must_finish["project"].tolist()
    assert document["as_of"] == "2010-09-22"
    assert document["kind"] == "weekly"


def test_the_document_is_what_it_promises(document: dict[str, Any]) -> None:
    assert promised("dispatch", document) == []


def test_since_says_what_diff_says(processed_workspace: Path, document: dict[str, Any]) -> None:
    said = run_cityanalytics("diff", "2010Q2", "2010Q3", "--json", workspace=processed_workspace).stdout
    assert document["changed_since"] == json.loads(said)


def test_a_project_approved_to_finish_next_year_owes_this_years_plan() -> None:
    rows = table(
        project(), project(planned_finish="2011-06-30"), project(category="乙"), project(category="丙")
    )
    found = owed(rows, obligations={"甲": "complete", "乙": "plan"}, as_of=DAY)
    assert found["obligation"].tolist() == ["complete", "plan", "plan", "approved"]
    assert found["ends"].tolist() == [True, False, False, True]


def test_what_has_been_completed_owes_nothing() -> None:
    found = owed(table(finished("2010-03-01", "2010-08-31")), obligations={"甲": "complete"}, as_of=DAY)
    assert not found[["ends", "starts"]].any(axis=None)


def test_typical_is_the_citys_own_where_it_has_enough_and_else_what_is_approved() -> None:
    few = [finished("2010-03-01", "2010-03-31") for _ in range(7)]
    short = counted(table(*few, project()))
    assert short["basis"].iloc[-1].startswith("approved")
    enough = counted(table(*few, finished("2010-03-01", "2010-03-31"), project()))
    assert enough["basis"].iloc[-1].startswith("finished")
    # March 2010 had 23 working days; half of the work is left
    assert enough["needed"].iloc[-1] == pytest.approx(11.5)
    assert enough["float_days"].iloc[-1] == 56  # of 68


def test_it_is_said_when_typical_speed_is_too_slow_and_what_the_quickest_would_do() -> None:
    took = [finished("2009-10-01", "2010-08-31") for _ in range(8)]
    waiting = project(stage="not started", physical_progress=0.0, done=0.0, share=0.0, actual_start=None)
    last = counted(table(*took, waiting)).iloc[-1]
    assert bool(last["impossible"])
    assert last["float_days"] < 0
    assert last["latest_start"] < pd.Timestamp(DAY)
    assert 0 < last["possible"] < 1


@given(
    plan=st.floats(1, 1e3),
    times=st.floats(1, 5),
    obligation=st.sampled_from(["complete", "plan"]),
    length=st.integers(1, 150),
)
def test_no_latest_start_stands_after_the_day_on_which_the_plan_could_still_be_spent(
    plan: float, times: float, obligation: str, length: int
) -> None:
    finish = str((pd.Timestamp("2010-03-01") + pd.Timedelta(days=length)).date())
    waiting = project(
        stage="not started",
        plan=plan,
        done=0.0,
        share=0.0,
        physical_progress=0.0,
        total_investment=plan * times,
        actual_start=None,
    )
    rows = table(*[finished("2010-03-01", finish) for _ in range(8)], waiting)
    last = counted(rows, obligations={"甲": obligation}).iloc[-1]
    spends = SiteDays.of(last["latest_start"].date(), END.date(), calendar=WorkCalendar()).count[-1]
    assert spends + 1e-6 >= last["typical"] / times
    assert last["latest_start"] <= last["deadline"]


def test_days_of_the_winter_stop_do_not_count() -> None:
    rows = table(*[finished("2010-05-04", "2010-06-30") for _ in range(8)], project())
    usual, stopped = counted(rows), counted(rows, winter_stop=("11-15", "03-15"))
    assert stopped["days_left"].iloc[0] < usual["days_left"].iloc[0] == 68
    # 23 September to 14 November: 6 in September, 17 in October after the holidays, 10 in November
    assert stopped["days_left"].iloc[0] == 33
    assert stopped["latest_100"].iloc[-1] <= usual["latest_100"].iloc[-1]
    assert stopped["float_days"].iloc[-1] < usual["float_days"].iloc[-1]


def test_money_and_work_that_part_are_told() -> None:
    rows = pd.DataFrame(
        {
            "project": ["甲", "乙", "丙", "丁"],
            "unit": "处",
            "category": "类",
            "share": [0.8, 0.3, 0.5, 0.5],
            "physical_progress": [0.4, 0.5, 0.45, np.nan],
        }
    )
    assert dual_tracking(rows)[["project", "rule"]].to_numpy().tolist() == [
        ["甲", "money ahead"],
        ["乙", "work ahead"],
        ["丙", "together"],
    ]


def test_work_that_fell_or_stood_still_for_so_many_reports_is_told(document: dict[str, Any]) -> None:
    told = {
        "甲": [0.1, 0.3, 0.3, 0.3],
        "乙": [0.1, 0.2, 0.3, 0.25],
        "丙": [0.3, 0.3, 0.3, 0.4],
        "丁": [0.2, 0.25, 0.3, 0.3],
        "戊": [np.nan, 1.0, 1.0, 1.0],
        "己": [0.3, np.nan, 0.3, 0.3],
    }
    days = pd.to_datetime(["2010-06-30", "2010-07-31", "2010-08-31", "2010-09-22"])
    status = pd.DataFrame(
        [
            {"project": name, "data_date": day, "stage": "under construction", "physical_progress": share}
            for name, shares in told.items()
            for day, share in zip(days, shares, strict=True)
        ]
    )
    now = pd.DataFrame({"project": list(told), "unit": "处", "category": "类", "stage": "under construction"})
    columns = ["project", "rule", "reports", "was", "work"]

    def found(reports: int) -> list[list[Any]]:
        return stood_still(now, status, reports=reports)[columns].to_numpy().tolist()

    assert found(3) == [
        ["乙", "fell", 2, 0.3, 0.25],
        ["甲", "stood still", 3, 0.3, 0.3],
        ["己", "stood still", 3, 0.3, 0.3],
    ]
    assert [row[0] for row in found(2)] == ["乙", "甲", "己", "丁"]
    assert [row[0] for row in found(4)] == ["乙"]
    # what was sent again counts once, as it was sent last, and what has been completed since is none of these
    again = pd.concat([status, status.tail(1).assign(physical_progress=0.35)], ignore_index=True)
    ended = now.assign(stage=["completed", *["under construction"] * 5])
    assert stood_still(ended, again, reports=3)["project"].tolist() == ["乙"]
    assert all(row["work"] <= row["was"] for row in document["still"])


def test_earned_schedule_as_lipke_has_it() -> None:
    # Lipke, Earned Schedule (International Metrics Congress, 2007), "Earned Schedule Metric": seven months have gone
    # by, and what is done was planned by the end of month 5; ES = C + (EV - PV of C) / (PV of C+1 - PV of C)
    planned = np.array([[10.0, 25.0, 45.0, 70.0, 100.0, 130.0, 155.0, 175.0, 190.0, 200.0]])
    assert earned_schedule(planned, np.array([100.0])).tolist() == [5.0]
    assert earned_schedule(planned, np.array([115.0])).tolist() == [5.5]
    assert earned_schedule(planned, np.array([100.0]))[0] / 7 == pytest.approx(5 / 7)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=12), st.floats(0, 1))
def test_what_is_done_as_planned_has_earned_the_days_gone(steps: list[float], part: float) -> None:
    planned = np.cumsum(np.array([steps]) + 1.0, axis=1)
    at = int(part * (len(steps) - 1))
    assert earned_schedule(planned, planned[:, at])[0] == pytest.approx(at + 1)


def test_a_late_programme_ends_with_an_index_below_one_where_spi_would_say_one(dispatch: Dispatch) -> None:
    units = dispatch.earned("unit")
    assert units["spi_t"].is_monotonic_increasing
    with pytest.raises(ca.errors.UsageError, match="unit, category"):
        dispatch.earned("town")


def test_the_lights_of_a_project_are_a_row_over_the_months(
    dispatch: Dispatch, document: dict[str, Any]
) -> None:
    assert all(len(row["lights"]) == 9 for row in document["must_finish"])  # January to September
    assert all(row["light"] == row["lights"][-1] for row in document["not_started"])
    assert document["rules"]["name"] == "bureau"
    assert {"zh", "en"} <= document["rules"]["source"].keys()
    finished = dispatch.programme.projects["actual_finish"] <= pd.Timestamp(DAY)
    assert set(dispatch.lights.loc[finished, "2010-09-22"]) == {"green"}


def test_other_rules_set_other_lights_and_it_is_said_whose(dispatch: Dispatch) -> None:
    by_points = ca.dispatch(dispatch.programme, dispatch.forecast, rules="points")
    ours, theirs = dispatch.lights["2010-09-22"], by_points.lights["2010-09-22"]
    told = dispatch.flips.set_index("project")
    differ = dispatch.lights.loc[ours.fillna("") != theirs.fillna(""), "project"]
    assert len(differ)
    assert set(differ) <= set(told.index)
    with pytest.raises(ca.errors.UsageError, match="bureau, points, share"):
        ca.dispatch(dispatch.programme, dispatch.forecast, rules="traffic")


@pytest.mark.parametrize(
    ("rules", "behind", "light"),
    [
        ("bureau", 0.0, "green"),
        ("bureau", 0.05, "yellow"),
        ("bureau", 0.06, "red"),
        ("points", 0.09, "green"),
        ("points", 0.11, "yellow"),
        ("points", 0.31, "red"),
        ("share", -0.01, "green"),
        ("share", 0.2, "yellow"),  # of 0.73 due, half is 0.36
        ("share", 0.4, "red"),
    ],
)
def test_lights_are_those_of_the_published_rules(
    dispatch: Dispatch, rules: str, behind: float, light: str
) -> None:
    programme = dispatch.programme
    plan = 1e8
    segments = programme.segments
    first = programme.projects.query("stage == 'under construction'")["project"].iloc[0]
    mine = programme.traced["project"] == first
    done = (programme.elapsed - behind) * plan
    traced = programme.traced.assign(plan=programme.traced["plan"].where(~mine, plan))
    own = segments["project"] == first
    part = done / segments.loc[own, "done"].sum()
    scaled = segments.assign(
        **{name: segments[name].where(~own, segments[name] * part) for name in ("amount", "done")}
    )
    changed = dataclasses.replace(programme, traced=traced, segments=scaled)
    found = lights_by_month(changed, load_pack(rules)).iloc[:, -1]
    assert found[mine.to_numpy()].tolist() == [light]


def test_waiting_month_after_month_turns_yellow_into_red_unless_it_is_excused(dispatch: Dispatch) -> None:
    pack = load_pack("points")
    programme = dispatch.programme
    late = programme.projects.query("stage == 'not started' and planned_start < '2010-07-31'")
    assert len(late)
    lights = lights_by_month(programme, pack).loc[late.index]
    assert set(lights.iloc[:, -1]) == {"red"}
    begun = lights.notna().to_numpy().argmax(axis=1)
    assert all(
        row[at : at + 2].tolist() == ["yellow", "yellow"]
        for row, at in zip(lights.to_numpy(), begun, strict=True)
    )
    assert (
        lights_by_month(programme, pack, excused=set(late["project"])).loc[late.index].isna().all(axis=None)
    )


def test_a_season_that_is_none_is_refused_with_what_would_fit(
    tmp_path: Path, processed_workspace: Path
) -> None:
    settings = (processed_workspace / "cityanalytics.toml").read_text("utf-8")
    (tmp_path / "cityanalytics.toml").write_text(
        settings + '\n[dispatch]\nwinter_stop = ["11-31"]\n', "utf-8"
    )
    with pytest.raises(ca.errors.UsageError, match="11-15"):
        ca.open_workspace(tmp_path)
