"""How far the sample city is, held to the speech and to plain sums."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityanalytics.intake.store import read_tables
from cityanalytics.programme import progress
from cityanalytics.programme.snapshot import Programme, take_snapshot
from cityanalytics.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

YI = 1e8
CENT = 0.0051  # a curve is rounded to 分
DATA_DATE = dt.date(2010, 9, 22)


@pytest.fixture(scope="module")
def programme(processed_workspace: Path) -> Programme:
    tables = read_tables(load_settings(processed_workspace))
    return take_snapshot(tables, as_of=DATA_DATE, known_on=dt.date(2010, 12, 31))


def test_projects_are_counted_as_in_the_speech(programme: Programme) -> None:
    assert progress.stages(programme) == {
        "total": 268,
        "started": 224,
        "not_started": 44,
        "completed": 54,
        "under_way": 170,
        "on_schedule": 140,
        "unassessed": 0,
        "unexplained": 30,
    }
    assert len(progress.not_started(programme)) == 44


def test_thirty_started_projects_are_unexplained(programme: Programme) -> None:
    rows = progress.unexplained(programme)
    assert len(rows) == 30
    assert set(rows["stage"]) == {"under construction", "suspended"}
    assert (rows["stage"] == "suspended").sum() == 2
    assert set(rows["schedule"]) == {"behind"}
    assert rows["gap"].is_monotonic_decreasing


def test_the_programme_is_3_7_points_behind_elapsed_time(programme: Programme) -> None:
    assert programme.elapsed == pytest.approx(0.726, abs=5e-4)
    assert programme.done / programme.plan == pytest.approx(0.689, abs=5e-4)
    assert (programme.elapsed - programme.done / programme.plan) * 100 == pytest.approx(3.7, abs=0.05)


def test_housing_is_a_category_of_its_own(programme: Programme) -> None:
    done = progress.sums_by(programme, "category").set_index("category")["done"]
    assert done["房地产开发"] == pytest.approx(31.2 * YI)


@pytest.mark.parametrize("keys", [("unit",), ("category",), ("unit", "category")])
def test_groups_are_sums_of_their_projects_furthest_behind_first(
    programme: Programme, keys: tuple[str, ...]
) -> None:
    table = progress.sums_by(programme, *keys)
    assert table["gap"].is_monotonic_decreasing
    for _, row in table.iterrows():
        own = programme.traced
        for key in keys:
            own = own[own[key] == row[key]]
        assert row["projects"] == len(own)
        assert row["done"] == pytest.approx(own["done"].sum())
        assert row["gap"] == pytest.approx(own["plan"].sum() * 265 / 365 - own["done"].sum())
        assert row["behind"] == pytest.approx(265 / 365 - row["share"])
    assert table["gap"].sum() == pytest.approx(programme.plan * 265 / 365 - programme.done)


def test_below_quota_is_under_way_and_short_of_elapsed_time(programme: Programme) -> None:
    rows = set(progress.below_quota(programme)["project"])
    expected = {
        row["project"]
        for _, row in programme.traced.iterrows()
        if row["stage"] in {"under construction", "suspended"} and row["done"] < row["plan"] * 265 / 365
    }
    assert rows == expected
    assert rows


def test_constraints_hold_up_the_late_and_the_not_started(programme: Programme) -> None:
    table = progress.by_constraint(programme)
    assert table["projects"].sum() == 30 + 44
    named = set(table["constraint"].dropna())
    assert named <= {"天气", "土地", "规划", "资金", "拆迁", "立项", "土地征用"}
    assert not progress.unexplained(programme)["constraint"].isna().any()


def test_the_curve_is_the_speech_s_by_month_and_ends_at_the_data_date(programme: Programme) -> None:
    curve = progress.curve(programme)
    assert len(curve) == 265
    ends = curve[pd.DatetimeIndex(curve.index).is_month_end | (curve.index == pd.Timestamp(DATA_DATE))]
    by_month = np.diff([0.0, *ends]) / YI
    assert by_month.tolist() == pytest.approx([2.9, 2.5, 6.2, 7.8, 8.6, 8.8, 8.9, 9.5, 6.8])
    assert curve.is_monotonic_increasing


def test_the_plan_s_curve_ends_at_the_plan(programme: Programme) -> None:
    curve = progress.plan_curve(programme)
    assert len(curve) == 365
    assert curve.iloc[-1] == pytest.approx(90 * YI)
    assert curve.iloc[264] == pytest.approx(90 * YI * 265 / 365)


def test_demolition_is_the_speech_s_by_kind(programme: Programme) -> None:
    table = progress.demolition_by_kind(programme).set_index("kind")
    done = {kind: area / 1e4 for kind, area in table["done"].items()}
    assert done == pytest.approx({"棚户区": 158, "城中村": 50, "农村住房": 67})
    assert table["planned"].to_dict() == pytest.approx({"棚户区": 204e4, "城中村": 69e4, "农村住房": 87e4})
    assert table["sites"].sum() == 42


def test_works_are_the_speech_s_in_base_units(programme: Programme) -> None:
    table = progress.works_by_kind(programme).set_index("kind")
    expected = {
        "城市道路升级配套": 5,
        "桥梁建设": 2,
        "背街小巷改造": 36,
        "城区道路绿化": 6,
        "城区至镇驻地道路绿化": 8,
        "湿地森林公园": 5,
        "老旧小区整治": 7,
        "新铺天然气管网": 28_000,
        "房地产施工面积": 4_944_000,
        "房地产竣工面积": 670_000,
    }
    assert {kind: table["done"][kind] for kind in expected} == pytest.approx(expected)
    assert table["completed"]["老旧小区整治"] == 0  # only basically completed


@st.composite
def stretches(draw: st.DrawFn) -> list[tuple[int, int, float]]:
    spans = st.tuples(st.integers(0, 364), st.integers(1, 60), st.floats(-100, 1000))
    return [
        (start, min(start + length, 365) - 1, amount)
        for start, length, amount in draw(st.lists(spans, min_size=1, max_size=8))
    ]


@given(rows=stretches(), length=st.integers(1, 365))
def test_the_cumulative_curve_is_the_sum_of_daily_amounts(
    rows: list[tuple[int, int, float]], length: int
) -> None:
    first = pd.Timestamp(2010, 1, 1)
    segments = pd.DataFrame(
        {
            "start": [first + pd.Timedelta(days=start) for start, _, _ in rows],
            "end": [first + pd.Timedelta(days=end) for _, end, _ in rows],
            "amount": [amount for _, _, amount in rows],
        }
    )
    daily = np.zeros(365)
    for start, end, amount in rows:
        daily[start : end + 1] += amount / (end - start + 1)
    last = dt.date(2010, 1, 1) + dt.timedelta(days=length - 1)
    curve = progress.cumulative(segments, value="amount", last=last)
    assert curve.to_numpy() == pytest.approx(np.cumsum(daily)[:length], abs=CENT)
    assert curve.index[-1].date() == last
