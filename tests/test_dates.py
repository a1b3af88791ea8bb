"""Dates as clerks write them: in Chinese numerals, among words, as spans that may mean two things."""

from __future__ import annotations

import datetime as dt

import pytest

from cityanalytics.workbooks.dates import Precision, read_date
from tests.test_tables import only


@pytest.mark.parametrize(
    ("text", "last", "precision"),
    [
        ("二〇一〇年九月二十二日", dt.date(2010, 9, 22), Precision.DAY),
        ("二○一○年十月", dt.date(2010, 10, 31), Precision.MONTH),
        ("二零一零年十二月三十一日", dt.date(2010, 12, 31), Precision.DAY),
        ("十一月", dt.date(2010, 11, 30), Precision.MONTH),
        ("2010年10月15日前", dt.date(2010, 10, 15), Precision.DAY),
        ("已于2010年9月开工", dt.date(2010, 9, 30), Precision.MONTH),
        ("计划2010.10.8竣工", dt.date(2010, 10, 8), Precision.DAY),
        ("预计9月底完工", dt.date(2010, 9, 30), Precision.TEN_DAYS),
    ],
)
def test_dates_stand_among_words_and_in_chinese_numerals(text, last, precision):
    dated = read_date(text, year=2010)
    assert dated.period is not None
    assert (dated.period.end, dated.precision) == (last, precision)


@pytest.mark.parametrize("text", ["十月怀胎", "三个月", "二级", "计划开工", "开工", "一期工程2010年"])
def test_words_with_numerals_are_no_dates(text):
    assert read_date(text, year=2010).precision is None


def test_a_date_or_a_span_that_may_mean_two_things_is_said_to():
    _, issues = only(
        [
            ["序号", "项目", "建设起止时间", "月份"],
            [1, "甲", "09.10-11.3", 2010.1],
            [2, "乙", "2009.10-2011.3", 2010.2],
            [3, "丙", "2009-2011", 2010.3],
        ]
    )
    assert [(issue.code, issue.where) for issue in issues] == [
        ("DATE_PRECISION", "f!表!C2"),
        ("DATE_PRECISION", "f!表!D2"),
    ]
    assert "month 10" in str(issues[1].understood)


def test_a_page_repeats_its_title_its_unit_and_its_header():
    head = ["序号", "项目", "投资"]
    table, issues = only(
        [
            ["城建项目表"],
            [None, None, "单位：万元"],
            head,
            [1, "甲", 10],
            ["第1页"],
            ["城建项目表"],
            [None, None, "单位：万元"],
            head,
            [2, "乙", 20],
            [None, "合计", 30],
            ["第2页 共2页"],
        ]
    )
    assert table.rows["data"] == (4, 9)
    assert (table.rows["title"], table.rows["unit"], table.rows["header"]) == ((1, 6), (2, 7), (3, 8))
    assert table.rows["footer"] == (5, 11)
    assert not issues
