"""Numbers, dates and periods as people write them; missing, parsed and unparsed are never mixed up."""

# ruff: noqa: RUF001, DTZ001 - full-width forms are what is tested; spreadsheets know no time zone

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityanalytics.workbooks.cells import MARKS, WORDS, State, is_pending, read_number
from cityanalytics.workbooks.dates import Precision, is_span, read_date, read_period
from cityanalytics.workbooks.numeric import read_objects

FULL_WIDTH = str.maketrans("0123456789.,-%()", "０１２３４５６７８９．，－％（）")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (5, 5.0),
        (5.5, 5.5),
        ("1,250", 1250.0),
        ("320 ", 320.0),
        (" 20,089", 20089.0),
        ("２４３３５．１８", 24335.18),
        ("1，250.5", 1250.5),
        ("(1,250)", -1250.0),
        ("（3.5）", -3.5),
        ("-7", -7.0),
        ("−7", -7.0),
        ("12.5%", 0.125),
        ("5‰", 0.005),
        ("¥1,000", 1000.0),
        ("￥1000.10", 1000.1),
        ("1.2E+05", 120000.0),
        ("+3", 3.0),
        ("0", 0.0),
        (".5", 0.5),
        (np.float64(2), 2.0),
    ],
)
def test_numbers_are_read_as_they_are_written(cell, value):
    number = read_number(cell)
    assert (number.state, number.value, number.written) == (State.PARSED, value, isinstance(cell, str))


@pytest.mark.parametrize(
    "cell", [None, math.nan, pd.NaT, "", "　", "—", "-", "/", "待定", "待 定", "空", "无", "暂无", "N/A"]
)
def test_missing_is_not_zero(cell):
    number = read_number(cell)
    assert number.state is State.MISSING
    assert math.isnan(number.value)


@pytest.mark.parametrize(
    "cell",
    [
        "约300",
        "300万元",
        "1,25",
        "12,3456",
        "1.2.3",
        "2009-2011",
        "()",
        "%",
        "(5",
        math.inf,
        True,
        dt.date(2010, 1, 1),
        object(),
    ],
)
def test_what_is_no_number_is_not_made_one(cell):
    assert read_number(cell).state is State.UNPARSED


def test_a_column_tells_the_three_states_apart():
    read = read_objects(np.array([5.0, "1,250", "待定", None, "约3", "70%"], dtype=object))
    assert read.parsed.tolist() == [True, True, False, False, False, True]
    assert read.unparsed.tolist() == [False, False, False, False, True, False]
    assert read.written.tolist() == [False, True, False, False, False, True]
    assert np.nansum(read.value) == 1255.7


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4))
def test_a_written_number_is_read_back(value):
    for text in (f"{value}", f"{value:,}", f"{value:,}".translate(FULL_WIDTH), f" {value:,} "):
        assert read_number(text).value == float(value)
    if value < 0:
        assert read_number(f"（{-value:,}）").value == float(value)
    share = read_number(f"{value}%")
    assert share.value == float(Decimal(value) / 100)


_ANYTHING = st.one_of(
    st.text(),
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.dates(),
    st.datetimes(),
    st.sampled_from(sorted(MARKS | WORDS)),
)


@given(_ANYTHING)
def test_no_cell_raises_and_no_missing_one_is_a_number(cell):
    number = read_number(cell)
    assert (number.state is State.PARSED) == math.isfinite(number.value)
    if isinstance(cell, str) and not any(character.isdigit() for character in cell):
        assert number.state is not State.PARSED
    dated = read_date(cell, year=2010)
    assert (dated.state is State.PARSED) == (dated.period is not None)
    period = read_period(cell, year=2010)
    assert period is None or period.start <= period.end
    assert isinstance(is_span(cell), bool)
    assert isinstance(is_pending(cell), bool)


@given(st.lists(_ANYTHING, max_size=20))
def test_a_column_is_read_as_its_cells_are(cells):
    raw = np.empty(len(cells), dtype=object)
    raw[:] = cells
    numbers = read_objects(raw)
    for index, cell in enumerate(cells):
        one = read_number(cell)
        assert numbers.parsed[index] == (one.state is State.PARSED)
        assert numbers.unparsed[index] == (one.state is State.UNPARSED)
        assert numbers.value[index] == one.value or math.isnan(one.value)


@pytest.mark.parametrize(
    ("cell", "first", "last", "precision"),
    [
        ("2010", (1, 1), (12, 31), Precision.YEAR),
        (2010.0, (1, 1), (12, 31), Precision.YEAR),
        ("2010年", (1, 1), (12, 31), Precision.YEAR),
        ("2010年9月", (9, 1), (9, 30), Precision.MONTH),
        ("2010.9", (9, 1), (9, 30), Precision.MONTH),
        (2010.9, (9, 1), (9, 30), Precision.MONTH),
        ("2010/9", (9, 1), (9, 30), Precision.MONTH),
        ("2010-09", (9, 1), (9, 30), Precision.MONTH),
        ("2010.1", (1, 1), (1, 31), Precision.MONTH),
        ("2010.10", (10, 1), (10, 31), Precision.MONTH),
        (201009.0, (9, 1), (9, 30), Precision.MONTH),
        ("201009", (9, 1), (9, 30), Precision.MONTH),
        ("20100922", (9, 22), (9, 22), Precision.DAY),
        ("2010-09-22", (9, 22), (9, 22), Precision.DAY),
        ("2010年9月22日", (9, 22), (9, 22), Precision.DAY),
        ("２０１０年９月２２日", (9, 22), (9, 22), Precision.DAY),
        ("2010.9.22", (9, 22), (9, 22), Precision.DAY),
        ("9月22日", (9, 22), (9, 22), Precision.DAY),
        ("2010-09-22 00:00:00", (9, 22), (9, 22), Precision.DAY),
        (40443.0, (9, 22), (9, 22), Precision.DAY),
        (dt.datetime(2010, 9, 22, 8), (9, 22), (9, 22), Precision.DAY),
        ("6月底", (6, 21), (6, 30), Precision.TEN_DAYS),
        ("2010年3月中旬", (3, 11), (3, 20), Precision.TEN_DAYS),
        ("三季度", (7, 1), (9, 30), Precision.QUARTER),
        ("2010年第4季度", (10, 1), (12, 31), Precision.QUARTER),
        ("上半年", (1, 1), (6, 30), Precision.HALF),
        ("年底前", (1, 1), (12, 31), Precision.YEAR),
    ],
)
def test_dates_keep_the_precision_they_were_written_in(cell, first, last, precision):
    dated = read_date(cell, year=2010)
    assert dated.period == (dt.date(2010, *first), dt.date(2010, *last))
    assert dated.precision is precision
    assert dated.doubt is None


def test_a_month_as_a_number_may_have_lost_its_zero():
    dated = read_date(2010.1)
    assert dated.doubt is not None
    assert dated.period == (dt.date(2010, 1, 1), dt.date(2010, 12, 31))


@pytest.mark.parametrize(
    "cell", ["尽快", "2010-13-01", "2010-02-30", "13月", "6月底", 7.5, "2010年9月22", True]
)
def test_what_is_no_date_is_not_made_one(cell):
    expected = State.PARSED if cell == "2010年9月22" else State.UNPARSED
    assert read_date(cell).state is expected


@given(st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)))
def test_a_written_date_is_read_back(day):
    for text in (
        day.isoformat(),
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
        f"{day.year}/{day.month}/{day.day}",
    ):
        assert read_date(text).period == (day, day)
    month = read_date(f"{day.year}年{day.month}月").period
    assert month is not None
    assert month.start == day.replace(day=1)


@pytest.mark.parametrize(
    ("label", "first", "last"),
    [
        ("1月", (2010, 1, 1), (2010, 1, 31)),
        ("9月（1—22日）", (2010, 9, 1), (2010, 9, 22)),
        ("1—6月", (2010, 1, 1), (2010, 6, 30)),
        ("1-9月", (2010, 1, 1), (2010, 9, 30)),
        ("1～5月", (2010, 1, 1), (2010, 5, 31)),
        ("2009年1月至3月", (2009, 1, 1), (2009, 3, 31)),
        ("2009-2011", (2009, 1, 1), (2011, 12, 31)),
        ("2009年～2011年", (2009, 1, 1), (2011, 12, 31)),
        ("2009.5—2010.8", (2009, 5, 1), (2010, 8, 31)),
        ("08.8-09.8", (2008, 8, 1), (2009, 8, 31)),
        ("全年", (2010, 1, 1), (2010, 12, 31)),
        ("202609", (2026, 9, 1), (2026, 9, 30)),
    ],
)
def test_labels_name_periods(label, first, last):
    assert read_period(label, year=2010) == (dt.date(*first), dt.date(*last))


@pytest.mark.parametrize("label", ["项目名称", "6—1月", "9月（22—1日）", "2011-2009", None, 5.5])
def test_labels_that_name_no_period(label):
    assert read_period(label, year=2010) is None
