"""The forecast: what is done plus a remainder learnt from a reference class."""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt
import math
import subprocess
import sys
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityanalytics.calendar import WorkCalendar, year_end
from cityanalytics.errors import InsufficientDataError, UsageError
from cityanalytics.outlook.pace import measure_pace
from cityanalytics.outlook.scenario import scenarios
from cityanalytics.series.methods import QUANTILES, PaceOfClass, YearTotal
from cityanalytics.series.pool import classes, reference
from tests.conftest import beside

if TYPE_CHECKING:
    from pathlib import Path

NAME = "china_construction_investment"
DATA_DATE = dt.date(2010, 9, 22)
YI = 1e8

days_of_year = st.dates(dt.date(2010, 1, 1), dt.date(2010, 12, 30))
names = st.sampled_from(["china_construction_investment", "china_public_spending", "us_public_construction"])
amounts = st.floats(1e3, 1e11)
targets = st.floats(1e3, 1e11)


@pytest.fixture(scope="module")
def pool() -> pd.DataFrame:
    with files("cityanalytics.series").joinpath("pool.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream)


def curve(last: dt.date, done: float) -> pd.Series:
    axis = pd.date_range(dt.date(last.year, 1, 1), last)
    return pd.Series(np.linspace(done / len(axis), done, len(axis)), index=axis)


def forecast(done: float, target: float, *, last: dt.date = DATA_DATE, name: str = NAME) -> YearTotal:
    return PaceOfClass(reference=reference(name, last))(curve(last, done), target=target)


def chance(found: YearTotal) -> float:
    assert found.probability is not None
    return found.probability


@given(last=days_of_year, name=names, done=amounts, target=targets)
def test_quantiles_rise_and_never_fall_below_what_is_done(
    last: dt.date, name: str, done: float, target: float
) -> None:
    found = forecast(done, target, last=last, name=name)
    quantiles = [found.quantile(level) for level in QUANTILES]
    assert quantiles == sorted(quantiles)
    assert len(set(quantiles)) == len(quantiles)
    assert quantiles[0] >= found.done == pytest.approx(done)
    assert found.quantile(0.5) == pytest.approx(found.done + found.remainder)


@given(last=days_of_year, name=names, done=amounts, room=st.floats(0.0, 5.0), target=targets)
def test_no_year_comes_to_more_than_its_projects_cost(
    last: dt.date, name: str, done: float, room: float, target: float
) -> None:
    free = forecast(done, target, last=last, name=name)
    most = free.done * (1 + room)
    found = dataclasses.replace(free, ceiling=most)
    for level in QUANTILES:
        assert found.quantile(level) == pytest.approx(min(free.quantile(level), most), rel=1e-12)
        assert found.quantile(level) >= found.done
    assert chance(found) == (0.0 if most < target else chance(free))


@given(last=days_of_year, name=names, done=amounts, target=targets)
def test_it_does_not_matter_whether_yuan_or_hundred_millions_are_counted(
    last: dt.date, name: str, done: float, target: float
) -> None:
    yuan = forecast(done, target, last=last, name=name)
    large = forecast(done / YI, target / YI, last=last, name=name)
    for level in QUANTILES:
        assert large.quantile(level) * YI == pytest.approx(yuan.quantile(level), rel=1e-9)
    assert large.probability == pytest.approx(yuan.probability, abs=1e-9)


@given(last=days_of_year, name=names, done=amounts, more=st.floats(1.001, 3.0), target=targets)
def test_more_done_never_lowers_the_forecast(
    last: dt.date, name: str, done: float, more: float, target: float
) -> None:
    less, greater = (forecast(amount, target, last=last, name=name) for amount in (done, done * more))
    assert all(greater.quantile(level) > less.quantile(level) for level in QUANTILES)
    assert chance(greater) >= chance(less)


@given(last=days_of_year, name=names, done=amounts, level=st.floats(0.01, 0.99))
def test_a_target_at_a_quantile_is_missed_with_its_probability(
    last: dt.date, name: str, done: float, level: float
) -> None:
    total = forecast(done, 1.0, last=last, name=name).quantile(level)
    found = forecast(done, total, last=last, name=name)
    # a remainder far below what is done loses digits in their sum
    digits = 1e-9 + 1e-12 * found.done / (total - found.done)
    assert found.probability == pytest.approx(1 - level, abs=digits)


@given(last=days_of_year, done=amounts, target=targets)
def test_probability_is_a_share_and_certain_once_the_target_is_reached(
    last: dt.date, done: float, target: float
) -> None:
    found = forecast(done, target, last=last)
    assert 0.0 <= chance(found) <= 1.0
    assert (found.probability == 1.0) or found.done < target
    assert forecast(done, done / 2, last=last).probability == 1.0


@given(done=amounts, target=targets, factor=st.floats(0.1, 10))
def test_with_no_day_left_the_year_closes_at_what_is_done(done: float, target: float, factor: float) -> None:
    found = forecast(done, target, last=dt.date(2010, 12, 31)).at_pace(factor)
    assert {found.quantile(level) for level in QUANTILES} == {found.done}
    assert found.probability == (1.0 if found.done >= target else 0.0)


@given(last=days_of_year, done=amounts, target=targets)
def test_a_pace_of_one_is_base_exactly(last: dt.date, done: float, target: float) -> None:
    base = forecast(done, target, last=last)
    assert base.at_pace(1.0) == base


@given(done=amounts, factor=st.floats(0.05, 20), level=st.sampled_from(QUANTILES))
def test_a_factor_on_the_pace_multiplies_what_is_still_to_come(
    done: float, factor: float, level: float
) -> None:
    base = forecast(done, done * 1.5)
    changed = base.at_pace(factor)
    to_come = base.quantile(level) - base.done
    assert changed.quantile(level) - base.done == pytest.approx(factor * to_come, rel=1e-6)


def test_the_path_leads_from_what_is_done_to_the_quantile() -> None:
    base = forecast(62 * YI, 90 * YI)
    (first, done), (last, total) = base.path(0.9)
    assert (first, last) == (DATA_DATE, year_end(DATA_DATE))
    assert (done, total) == (base.done, base.quantile(0.9))


def test_the_median_is_the_achieved_pace_changed_as_the_class_changes() -> None:
    found, known = forecast(62 * YI, 90 * YI), reference(NAME, DATA_DATE)
    expected = 62 * YI * (1 + 100 / 265 * np.exp(known.mean))
    assert found.quantile(0.5) == pytest.approx(expected)
    assert found.reference_class == NAME


@pytest.mark.parametrize("done", [0.0, -1.0])
def test_without_anything_done_there_is_no_pace(done: float) -> None:
    with pytest.raises(InsufficientDataError, match="2010-09-22"):
        forecast(done, 90 * YI)


def test_scenarios_set_the_median_pace(pool: pd.DataFrame) -> None:
    assert NAME in set(pool["class"])
    days = curve(DATA_DATE, 62 * YI)
    base = forecast(62 * YI, 90 * YI)
    pace = measure_pace(days, target=90 * YI, calendar=WorkCalendar())
    found = {case.name: case for case in scenarios(base, pace, extra_days=5)}
    assert found["base"].forecast == base
    assert found["achieved"].forecast.quantile(0.5) == pytest.approx(85.4 * YI, rel=1e-3)
    assert found["required"].forecast.quantile(0.5) == pytest.approx(90 * YI)
    assert found["required"].forecast.probability == pytest.approx(0.5)
    assert found["holiday"].pace == pytest.approx(73 / 68)


@pytest.mark.parametrize("month", range(1, 12))
@pytest.mark.parametrize("year", [2010, 2012])
def test_at_a_month_s_end_the_table_s_row_holds(pool: pd.DataFrame, year: int, month: int) -> None:
    last = dt.date(year, month, calendar.monthrange(year, month)[1])
    for name in classes():
        row = pool[(pool["class"] == name) & (pool["month"] == month)].iloc[0]
        found = reference(name, last)
        assert (found.mean, found.sd, found.coverage) == pytest.approx(
            (row["mean"], row["sd"], row["coverage80"])
        )
        assert found.series == row["series"]


@given(last=days_of_year, name=names)
def test_between_month_ends_the_reference_lies_between_their_rows(last: dt.date, name: str) -> None:
    def end(month: int) -> dt.date:
        month = min(max(month, 1), 11)
        return dt.date(2010, month, calendar.monthrange(2010, month)[1])

    before, after = reference(name, end(last.month - 1)), reference(name, end(last.month))
    found = reference(name, last)
    low, high = sorted((before.mean, after.mean))
    assert low - 1e-12 <= found.mean <= high + 1e-12


def test_an_unknown_class_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"no reference class nowhere: there are .*china_construction_investment"
    ):
        reference("nowhere", DATA_DATE)


def test_the_shipped_classes_cover_about_what_they_promise(pool: pd.DataFrame) -> None:
    assert pool["coverage80"].between(0.75, 0.95).all()
    assert (pool["series"] > 1).all()
    assert (pool["sd"] > 0).all()
    assert pool.groupby("class")["month"].apply(list).map(lambda months: months == list(range(1, 12))).all()


def test_the_benchmark_learns_the_ratio_that_its_series_have(repository: Path, tmp_path: Path) -> None:
    """A pace that doubles after June gives log 2 at its end; at the end of March (3 + 12) ÷ 9 to 1."""
    names = [f"{name}{number}" for name in ("CN_FAI_", "CN_fiscal_", "US_public_") for number in range(3)]
    months = [(name, year, month) for name in names for year in (2001, 2002) for month in range(1, 13)]
    table = pd.DataFrame(months, columns=["series_id", "year", "month"])
    table["value"] = (table["month"] > 6) + 1.0
    table.to_csv(tmp_path / "series.csv", index=False)
    script = str(repository / "benchmarks" / "learn_pool.py")
    command = [sys.executable, script, str(tmp_path / "series.csv"), str(tmp_path / "pool.csv")]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    learnt = pd.read_csv(tmp_path / "pool.csv").set_index(["class", "month"])
    assert len(learnt) == 3 * 11
    for month, ratio in ((3, 15 / 9), (6, 2.0), (11, 2 * 11 / 16)):
        assert learnt.xs(month, level="month")["mean"].to_numpy() == pytest.approx(math.log(ratio), abs=1e-4)
    assert (learnt["series"] == 3).all()
    assert (learnt["sd"] == 0).all()


def test_the_pool_is_what_the_benchmark_learns(repository: Path, tmp_path: Path) -> None:
    series = beside("series/train.csv")
    target = tmp_path / "pool.csv"
    command = [sys.executable, str(repository / "benchmarks" / "learn_pool.py"), str(series), str(target)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    shipped = repository / "cityanalytics" / "series" / "pool.csv"
    assert target.read_bytes() == shipped.read_bytes()


# --- what holds for any curve


@st.composite
def curves(draw: st.DrawFn) -> pd.Series:
    """Draw cumulative amounts of any shape to any day of a usual or a leap year."""
    last = draw(st.dates(dt.date(2011, 1, 1), dt.date(2012, 12, 31)))
    axis = pd.date_range(dt.date(last.year, 1, 1), last)
    daily = draw(st.lists(st.floats(0, 1e9), min_size=1, max_size=12))
    found = pd.Series(np.cumsum(np.resize(daily, len(axis))), index=axis)
    return found + 1.0


def forecast_of(so_far: pd.Series, target: float, *, name: str = NAME) -> YearTotal:
    return PaceOfClass(reference=reference(name, so_far.index[-1].date()))(so_far, target=target)


@given(so_far=curves(), name=names, target=targets, scale=st.sampled_from([1e-8, 1e-4, 0.01, 7.0]))
def test_a_curve_in_another_unit_gives_the_same_answer_in_it(
    so_far: pd.Series, name: str, target: float, scale: float
) -> None:
    one, other = (forecast_of(so_far * by, target * by, name=name) for by in (1.0, scale))
    for level in QUANTILES:
        assert other.quantile(level) == pytest.approx(one.quantile(level) * scale, rel=1e-9)
    assert chance(other) == pytest.approx(chance(one), abs=1e-9)


@given(so_far=curves(), name=names, target=targets, add=st.floats(0, 1e9), data=st.data())
def test_raising_the_curve_from_any_day_on_lowers_nothing(
    so_far: pd.Series, name: str, target: float, add: float, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(so_far) - 1))
    raised = so_far + np.where(np.arange(len(so_far)) >= at, add, 0.0)
    less, more = (forecast_of(each, target, name=name) for each in (so_far, raised))
    assert all(more.quantile(level) >= less.quantile(level) for level in QUANTILES)
    assert chance(more) >= chance(less)


@given(so_far=curves(), name=names, target=targets)
def test_the_same_curve_gives_the_same_digits(so_far: pd.Series, name: str, target: float) -> None:
    one, other = (forecast_of(each, target, name=name) for each in (so_far, so_far.copy()))
    assert one == other
    assert [one.quantile(level) for level in QUANTILES] == [other.quantile(level) for level in QUANTILES]


@given(so_far=curves(), low=st.floats(0.001, 0.999), high=st.floats(0.001, 0.999))
def test_quantiles_rise_with_any_level(so_far: pd.Series, low: float, high: float) -> None:
    found = forecast_of(so_far, 1.0)
    low, high = sorted((low, high))
    assert found.done <= found.quantile(low) <= found.quantile(high)


@given(so_far=curves(), target=st.one_of(st.just(0.0), st.just(float("nan")), st.floats(-1e9, 0)))
def test_without_a_plan_there_is_no_chance_and_the_quantiles_stand(so_far: pd.Series, target: float) -> None:
    found = forecast_of(so_far, target)
    assert found.probability is None
    assert [found.quantile(level) for level in QUANTILES] == [
        forecast_of(so_far, 1e9).quantile(level) for level in QUANTILES
    ]


@given(so_far=curves(), factor=st.floats(1e-12, 1e12))
def test_a_chance_is_certain_only_where_nothing_is_missing_or_no_day_is_left(
    so_far: pd.Series, factor: float
) -> None:
    found = forecast_of(so_far, float(so_far.iloc[-1]) * (1 + factor))
    if found.target > found.done and so_far.index[-1].date() != year_end(so_far.index[-1].date()):
        assert 0 < chance(found) < 1


@given(day=st.dates(dt.date(2012, 1, 1), dt.date(2012, 12, 30)), name=names)
def test_each_day_inside_a_month_counts(day: dt.date, name: str) -> None:
    """A leap year: each day more is one day less that is left, and moves the median unless nothing else moves."""
    following = day + dt.timedelta(days=1)
    for one, left in ((day, 366 - day.timetuple().tm_yday), (following, 365 - day.timetuple().tm_yday)):
        found, known = forecast_of(curve(one, 1e9), 2e9, name=name), reference(name, one)
        pace = 1e9 / one.timetuple().tm_yday
        assert found.remainder == pytest.approx(pace * left * np.exp(known.mean), rel=1e-12)


def test_the_22nd_of_september_lies_between_the_ends_of_its_months() -> None:
    ends = [reference(NAME, day) for day in (dt.date(2010, 8, 31), DATA_DATE, dt.date(2010, 9, 30))]
    assert ends[0].mean > ends[1].mean > ends[2].mean
    assert ends[1].mean == pytest.approx(ends[0].mean + 22 / 30 * (ends[2].mean - ends[0].mean))


@given(day=st.integers(1, 31), name=names)
def test_fewer_days_than_the_class_was_learnt_from_widen_the_spread(day: int, name: str) -> None:
    short, month = (reference(name, dt.date(2010, 1, at)) for at in (day, 31))
    assert short.sd == pytest.approx(month.sd * np.sqrt(31 / day))
    assert short.mean == month.mean


def test_an_amount_that_is_no_number_is_refused() -> None:
    with pytest.raises(InsufficientDataError, match="2010-09-22"):
        forecast(float("nan"), 90 * YI)
