"""Achieved, required and best sustained pace: arithmetic, held to the bureau's own figures."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityanalytics.calendar import WorkCalendar
from cityanalytics.outlook.pace import Pace, measure_pace

CALENDAR = WorkCalendar()
daily_amounts = st.lists(st.integers(0, 1000), min_size=1, max_size=365)


def measured(daily: list[int] | list[float], target: float) -> Pace:
    axis = pd.date_range("2010-01-01", periods=len(daily))
    return measure_pace(
        pd.Series(np.cumsum(daily, dtype=float), index=axis), target=target, calendar=CALENDAR
    )


@pytest.fixture(scope="module")
def bureau() -> Pace:
    return measured([62 / 265] * 265, 90.0)


def test_the_bureau_s_figures_on_22_september(bureau: Pace) -> None:
    assert (bureau.days_gone, bureau.days_left) == (265, 100)
    assert round(bureau.achieved, 3) == 0.234
    assert bureau.required == pytest.approx(0.28)
    assert bureau.ratio == pytest.approx(1.197, abs=5e-4)
    assert round(bureau.closes_at, 1) == 85.4
    assert bureau.closes_at / 90 == pytest.approx(0.949, abs=5e-4)


def test_working_days_differ_from_calendar_days(bureau: Pace) -> None:
    assert (bureau.working_days_gone, bureau.working_days_left) == (182, 68)
    assert bureau.achieved_working == pytest.approx(62 / 182)
    assert bureau.required_working == pytest.approx(28 / 68)


def test_on_the_last_day_nothing_is_required() -> None:
    pace = measured([1] * 365, 400.0)
    assert (pace.days_left, pace.required, pace.required_working, pace.ratio) == (0, None, None, None)
    assert pace.closes_at == 365.0


def test_a_plan_that_is_reached_requires_nothing_more() -> None:
    pace = measured([1] * 300, 200.0)
    assert (pace.required, pace.ratio) == (0.0, 0.0)


def test_where_nothing_is_done_there_is_no_ratio() -> None:
    pace = measured([0] * 100, 90.0)
    assert (pace.achieved, pace.closes_at, pace.ratio) == (0.0, 0.0, None)
    assert pace.required == pytest.approx(90 / 265)


def test_on_new_year_s_day_no_working_day_has_gone() -> None:
    pace = measured([5], 90.0)
    assert (pace.days_gone, pace.days_left, pace.working_days_gone) == (1, 364, 0)
    assert pace.achieved_working is None


@given(daily=daily_amounts)
def test_the_best_pace_is_that_of_the_best_stretch_as_long_as_the_days_left(daily: list[int]) -> None:
    pace = measured(daily, 1e6)
    left = 365 - len(daily)
    length = min(left, len(daily)) if left else len(daily)
    sums = [sum(daily[first : first + length]) for first in range(len(daily) - length + 1)]
    assert pace.best_days == length
    assert pace.best == pytest.approx(max(sums) / length)
    until = (pace.best_until - dt.date(2010, 1, 1)).days
    assert sum(daily[until - length + 1 : until + 1]) == max(sums)


@given(daily=daily_amounts, target=st.integers(0, 400_000))
def test_the_required_pace_reaches_the_target_and_the_achieved_one_what_it_says(
    daily: list[int], target: int
) -> None:
    pace = measured(daily, float(target))
    done = float(sum(daily))
    assert pace.days_gone + pace.days_left == 365
    assert pace.closes_at == pytest.approx(done + pace.achieved * pace.days_left)
    if pace.required is not None:
        assert done + pace.required * pace.days_left == pytest.approx(max(target, done))
    # the best stretch is no slower than the mean where it is as long as all that has gone
    assert pace.best_days < pace.days_gone or pace.best == pytest.approx(pace.achieved)
