"""Units: their spellings, what they measure, and conversion that is exact to the fen."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityanalytics.workbooks.cells import squeezed
from cityanalytics.workbooks.statements import measure, units_of_label, units_of_note
from cityanalytics.workbooks.units import Dimension, find_unit, to_base, units_in
from tests.test_tables import only


def known(text):
    unit = find_unit(text)
    assert unit is not None
    return unit


@pytest.mark.parametrize(
    ("text", "name", "dimension", "factor"),
    [
        ("元", "元", Dimension.MONEY, 1),
        ("人民币元", "元", Dimension.MONEY, 1),
        ("千元", "千元", Dimension.MONEY, 1000),
        ("万元", "万元", Dimension.MONEY, 10**4),
        (" 万　元 ", "万元", Dimension.MONEY, 10**4),
        ("（万元）", "万元", Dimension.MONEY, 10**4),
        ("单位：万元", "万元", Dimension.MONEY, 10**4),
        ("百万元", "百万元", Dimension.MONEY, 10**6),
        ("亿元", "亿元", Dimension.MONEY, 10**8),
        ("万美元", "万美元", Dimension.FOREIGN_MONEY, 10**4),
        ("㎡", "平方米", Dimension.AREA, 1),
        ("m²", "平方米", Dimension.AREA, 1),
        ("M2", "平方米", Dimension.AREA, 1),
        ("平方米", "平方米", Dimension.AREA, 1),
        ("万平方米", "万平方米", Dimension.AREA, 10**4),
        ("万㎡", "万平方米", Dimension.AREA, 10**4),
        ("亩", "亩", Dimension.AREA, Fraction(2000, 3)),
        ("公顷", "公顷", Dimension.AREA, 10**4),
        ("公里", "公里", Dimension.LENGTH, 1000),
        ("km", "公里", Dimension.LENGTH, 1000),
        ("千米", "公里", Dimension.LENGTH, 1000),
        ("米", "米", Dimension.LENGTH, 1),
        ("%", "%", Dimension.SHARE, Fraction(1, 100)),
        ("％", "%", Dimension.SHARE, Fraction(1, 100)),
        ("‰", "‰", Dimension.SHARE, Fraction(1, 1000)),
        ("户", "户", Dimension.COUNT, 1),
        ("万人", "万人", Dimension.COUNT, 10**4),
    ],
)
def test_units_are_known_by_their_spellings(text, name, dimension, factor):
    unit = known(text)
    assert (unit.name, unit.dimension, unit.factor) == (name, dimension, factor)


@pytest.mark.parametrize("text", ["", "市园林局", "元旦", "投资", None, 5.0, "万", "单位"])
def test_other_words_are_no_units(text):
    assert find_unit(text) is None


@given(st.text())
def test_no_text_raises(text):
    unit = find_unit(text)
    assert unit is None or unit.factor > 0
    assert isinstance(units_in(text), tuple)
    assert isinstance(units_of_label(text), tuple)
    assert isinstance(units_of_note(text), tuple)
    assert measure([text]) is not None


@pytest.mark.parametrize(
    ("label", "names"),
    [
        ("总投资(万元)", ["万元"]),
        ("总投资【亿元】", ["亿元"]),
        ("占年度计划%", ["%"]),
        ("完成比例(%)", ["%"]),
        ("投资情况(万元)以及形象进度", ["万元"]),
        ("建筑面积:平方米", ["平方米"]),
        ("总投资万元", ["万元"]),
        ("招商形式(独资、合资等)", []),
        ("项目(含续建)", []),
        ("单位", []),
        ("责任单位", []),
    ],
)
def test_labels_state_units(label, names):
    assert [unit.name for unit in units_of_label(label)] == names


@pytest.mark.parametrize(
    ("note", "names"),
    [
        ("单位：万元", ["万元"]),
        ("　　计 量 单 位：万元", ["万元"]),
        ("单 位:万元、㎡", ["万元", "平方米"]),
        ("填报单位：市园林局 金额单位：亿元", ["亿元"]),
        ("注：本表金额以万元为单位", ["万元"]),
        ("2010年投资情况表（万元）", ["万元"]),
        ("填报单位：万元镇政府", []),
        ("注：数据为初步数", []),
    ],
)
def test_notes_state_units(note, names):
    assert [unit.name for unit in units_of_note(note)] == names


@given(st.integers(-(10**15), 10**15), st.sampled_from(["元", "千元", "万元", "百万元", "亿元"]))
def test_an_amount_is_exact_to_the_fen(fen, name):
    unit = known(name)
    amount = float(Decimal(fen) / 100 / Decimal(unit.factor.numerator))
    assert round(Decimal(to_base(amount, unit)) * 100) == fen


def test_the_speech_is_converted_exactly():
    assert to_base(62.0, known("亿元")) == 6_200_000_000
    assert to_base(275.0, known("万平方米")) == 2_750_000
    assert to_base(1.1, known("万元")) == 11_000
    assert to_base(3.0, known("亩")) == 2000


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (["填报单位：市房管局        填报日期：2010年9月        计量单位：万元、平方米"], "unit"),
        (["截至2010年9月22日      单位：万元"], "unit"),
        (["某市安置房建设计划        单位：万元"], "title"),
        ([None, None, None, "万元"], "unit"),
    ],
)
def test_a_row_of_notes_that_states_a_unit_is_a_unit_row(row, kind):
    table, _ = only(
        [["安置房计划"], row, ["序号", "小区", "总投资", "一季度"], [1, "甲", 10, 5], [2, "乙", 20, 6]]
    )
    assert table.rows[kind][-1] == 2
    assert table.column("C").unit.name == table.column("D").unit.name == "万元"
    assert table.column("C").unit_from.endswith("2")


def test_amounts_with_their_own_unit_are_read_in_that_of_their_column():
    table, issues = only(
        [
            ["序号", "项目", "总投资（亿元）"],
            [1, "甲", 1.5],
            [2, "乙", "300万元"],
            [3, "丙", "约3亿元"],
            [4, "丁", 2],
            [5, "戊", 1],
            [6, "己", "20亩"],
        ]
    )
    assert table.column("C").sum == 4.53  # 300万元 is 0.03亿元
    assert [issue.where for issue in issues if issue.code == "UNPARSED"] == ["f!表!C4", "f!表!C7"]
    assert not [
        issue for issue in issues if issue.code == "TEXT_NUMBER"
    ]  # a unit stated in the cell is no doubt


@pytest.mark.parametrize("label", ["征地拆迁费：人民币元", "总投资/人民币万元", "合同价（人民币元）"])
def test_a_label_may_say_that_the_money_is_yuan(label):
    assert [unit.name for unit in units_of_label(squeezed(label))] == ["万元" if "万" in label else "元"]


@pytest.mark.parametrize("label", ["预算数", "期末数", "完成数", "计划数"])
def test_a_label_of_stages_counts_nothing(label):
    table, issues = only(
        [["支出表", None, "单位：万元"], ["序号", "科目", label], [1, "甲", 10], [2, "乙", 20]]
    )
    assert table.column("C").unit.name == "万元"
    assert not [issue for issue in issues if issue.severity == "error"]
