"""Days that count, by the official notice for 2010 and by the arithmetic of the Gregorian calendar."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityanalytics.calendar import (
    WorkCalendar,
    days,
    elapsed_share,
    month_end,
    quarter_end,
    quarter_of,
    year_end,
)
from cityanalytics.errors import InsufficientDataError, UsageError

DATA_DATE = dt.date(2010, 9, 22)
NEXT_DAY = dt.date(2010, 9, 23)
dates = st.dates(dt.date(1950, 1, 1), dt.date(2090, 12, 31))


def test_a_hundred_days_are_left_after_the_data_date() -> None:
    assert len(days(NEXT_DAY, year_end(DATA_DATE))) == 100
    assert round(elapsed_share(DATA_DATE), 3) == 0.726


def test_68_working_days_are_left_against_182_before() -> None:
    calendar = WorkCalendar()
    assert calendar.working_days(NEXT_DAY, dt.date(2010, 12, 31)) == 68
    assert calendar.working_days(dt.date(2010, 1, 1), DATA_DATE) == 182


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (dt.date(2010, 9, 23), False),
        (dt.date(2010, 9, 24), False),
        (dt.date(2010, 9, 25), True),
        (dt.date(2010, 9, 26), True),
        *[(dt.date(2010, 10, day), False) for day in range(1, 8)],
        (dt.date(2010, 10, 8), True),
        (dt.date(2010, 10, 9), True),
        (dt.date(2010, 10, 10), False),
    ],
)
def test_the_notice_for_2010_holds(day: dt.date, *, worked: bool) -> None:
    assert WorkCalendar().is_working_day(day) is worked


def test_a_year_that_nobody_knows_says_how_to_give_it() -> None:
    with pytest.raises(InsufficientDataError, match=r"holidays of 2040.*\[holidays\.2040\]"):
        WorkCalendar().working_days(dt.date(2040, 1, 1), dt.date(2040, 1, 31))


def test_a_year_given_in_the_configuration_counts() -> None:
    # 2 January 2040 is a Monday, 7 January a Saturday
    given_year = WorkCalendar(off=frozenset({dt.date(2040, 1, 2)}), worked=frozenset({dt.date(2040, 1, 7)}))
    worked = [
        day.day for day in days(dt.date(2040, 1, 1), dt.date(2040, 1, 8)) if given_year.is_working_day(day)
    ]
    assert worked == [3, 4, 5, 6, 7]


def test_a_year_given_leaves_the_others_alone() -> None:
    given_year = WorkCalendar(off=frozenset({dt.date(2040, 1, 2)}))
    assert given_year.working_days(NEXT_DAY, dt.date(2010, 12, 31)) == 68


@given(first=dates, count=st.integers(0, 800))
def test_days_run_without_gap_from_the_first_to_the_last(first: dt.date, count: int) -> None:
    last = first + dt.timedelta(days=count)
    found = days(first, last)
    assert (found[0], found[-1], len(found)) == (first, last, count + 1)
    assert days(last + dt.timedelta(days=1), last) == []


@given(day=dates)
def test_a_quarter_holds_its_day_and_ends_a_month(day: dt.date) -> None:
    quarter = quarter_of(day)
    end = quarter_end(quarter)
    assert quarter == f"{day.year}Q{[1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4][day.month - 1]}"
    assert dt.timedelta(0) <= end - day < dt.timedelta(days=92)
    assert quarter_of(end) == quarter
    assert quarter_of(end + dt.timedelta(days=1)) != quarter


@given(day=dates)
def test_quarters_sort_as_their_days_do(day: dt.date) -> None:
    later = day + dt.timedelta(days=92)
    assert quarter_of(day) < quarter_of(later)


@given(day=dates)
def test_the_day_after_a_month_s_end_is_a_first(day: dt.date) -> None:
    end = month_end(day)
    assert (end.year, end.month) == (day.year, day.month)
    assert (end + dt.timedelta(days=1)).day == 1


@given(day=dates)
def test_elapsed_time_grows_to_one(day: dt.date) -> None:
    gone = len(days(dt.date(day.year, 1, 1), day))
    left = len(days(day + dt.timedelta(days=1), year_end(day)))
    assert elapsed_share(day) == gone / (gone + left)
    assert elapsed_share(year_end(day)) == 1.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2010",
        "2010Q",
        "2010Q0",
        "2010Q5",
        "2010q3",
        "Q32010",
        "10Q3",
        "2010Q31",
        "２０１０Q3",
        "../../Q3",
    ],
)
def test_what_is_no_quarter_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError, match="write it as 2010Q3"):
        quarter_end(text)
