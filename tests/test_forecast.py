"""The forecast: what is done plus a remainder learnt from a reference class."""

from __future__ import annotations

import calendar
import datetime as dt
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
from cityanalytics.forecast.methods import QUANTILES, Forecast, PaceOfClass
from cityanalytics.forecast.pace import measure_pace
from cityanalytics.forecast.pool import classes, reference
from cityanalytics.forecast.scenario import scenarios

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
    with files("cityanalytics.forecast").joinpath("pool.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream)


def curve(last: dt.date, done: float) -> pd.Series:
    axis = pd.date_range(dt.date(last.year, 1, 1), last)
    return pd.Series(np.linspace(done / len(axis), done, len(axis)), index=axis)


def forecast(done: float, target: float, *, last: dt.date = DATA_DATE, name: str = NAME) -> Forecast:
    return PaceOfClass(reference=reference(name, last))(curve(last, done), target=target)


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
    assert greater.probability >= less.probability


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
    assert 0.0 <= found.probability <= 1.0
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


def test_the_pool_is_what_the_benchmark_learns(repository: Path, tmp_path: Path) -> None:
    series = repository.parent / "shared" / "series" / "train.csv"
    if not series.is_file():
        pytest.skip(
            "the public series stand beside the checkout, in shared/series/train.csv; they are not there"
        )
    target = tmp_path / "pool.csv"
    command = [sys.executable, str(repository / "benchmarks" / "learn_pool.py"), str(series), str(target)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    shipped = repository / "cityanalytics" / "forecast" / "pool.csv"
    assert target.read_bytes() == shipped.read_bytes()
