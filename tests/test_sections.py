"""Sections of a table: headings with their counts, wrong subtotals, months without values."""

from __future__ import annotations

import pytest

from tests.test_tables import codes, only, units

HEAD = ["序号", "项目名称", "责任单位", "总投资（万元）", "年度计划（万元）"]


def where(issues, code):
    return [issue.where.split("!")[-1] for issue in issues if issue.code == code]


@pytest.mark.parametrize(("count", "found"), [(2, []), (3, ["A2"])])
def test_a_heading_that_counts_its_rows_is_held_to_it(count, found):
    table, issues = only(
        [
            HEAD,
            [f"一、道路（{count}项）"],
            [1, "甲", "局", 100, 50],
            [2, "乙", "局", 210, 60],
            ["二、桥梁（1项）"],
            [3, "丙", "局", 300, 70],
        ]
    )
    assert table.rows["group"] == (2, 5)
    assert where(issues, "COUNT_MISMATCH") == found


def test_the_count_of_a_heading_reaches_over_the_sections_inside_it():
    _, issues = only(
        [
            HEAD,
            ["一、城区（3项）"],
            ["（一）道路（2项）"],
            [1, "甲", "局", 100, 50],
            [2, "乙", "局", 210, 60],
            [None, "小计", None, 310, 110],
            ["（二）桥梁（1项）"],
            [3, "丙", "局", 300, 70],
            [None, "小计", None, 300, 70],
            ["二、乡镇（1项）"],
            [4, "丁", "局", 50, 5],
        ]
    )
    assert not codes(issues)


def test_one_column_that_agrees_tells_what_a_wrong_total_covers():
    table, issues = only(
        [
            ["项目名称", "来源", "总投资（万元）", "到位（万元）", "支出（万元）"],
            ["甲路", "合计", 500.5, 300, 222],
            [None, "财政", 300.25, 100.5, 100],
            [None, "贷款", 200.25, 100.5, 100],
            ["乙路", "小计", 70.5, 20, 9],
            [None, "财政", 30.25, 10, 4],
            [None, "贷款", 40.25, 10, 5],
        ]
    )
    assert [(total.cell, total.computed) for total in table.totals][:3] == [
        ("C2", 500.5),
        ("D2", 201),
        ("E2", 200),
    ]
    assert where(issues, "TOTAL_MISMATCH") == ["D2", "E2"]


def test_a_serial_column_of_sections_alone_counts_rows():
    table, _ = only(
        [
            HEAD,
            [" ", "合计1个", None, 100, 50],
            ["一", "交通", " ", 100, 50],
            [1, "甲路", "局", 100, 50],
        ]
    )
    assert (table.rows["total"], table.rows["data"]) == ((2, 3), (4,))


def test_a_month_without_values_is_a_record():
    table, issues = only(
        [
            ["指标名称", "投资:累计值", "面积:累计值"],
            ["单位", "亿元", "万平方米"],
            ["2010.03", 30, 3],
            ["2010.02", 20, 2],
            ["2010.01"],
            ["2009.12", 120, 12],
            ["数据来源：统计局"],
        ]
    )
    assert table.rows["data"] == (3, 4, 5, 6)
    assert table.columns[0].kind == "period"
    assert "TEXT_NUMBER" not in codes(issues)


def test_headings_in_a_template_are_no_part_of_its_header():
    table, _ = only([["序号", "项目名称", "投资（万元）"], ["一、道路"], ["(1)", "项目名称"]])
    assert table.rows["header"] == (1,)


def test_a_quantity_beside_its_unit_is_never_added_up():
    table, issues = only(
        [
            ["序号", "费用名称", "金额（万元）", "单位", "数量"],
            ["一", "工程费用", 30, "㎡", 500],
            [1, "土建", 10, "㎡", 500],
            [2, "装饰", 20, "㎡", 500],
            ["二", "其他费用", 9],
            [1, "设计费", 4, "建标1号"],
            [2, "监理费", 3, "建标2号"],
            [3, "勘察费", 2, "建标3号"],
        ]
    )
    assert [total.cell for total in table.totals] == ["C2", "C5"]
    assert "TOTAL_MISMATCH" not in codes(issues)


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("总投资/元", "元"),
        ("总投资、万元", "万元"),
        ("投资额万元", "万元"),
        ("占地面积_亩", "亩"),
        ("单价（元/㎡）", "元/平方米"),
        ("地价（万元/亩）", "万元/亩"),
        ("租金（元/㎡·月）", "元/平方米"),
        ("征地、拆迁面积", None),
    ],
)
def test_a_label_states_its_unit_in_many_ways(label, unit):
    table, _ = only([["项目名称", label], ["甲", 100], ["乙", 200]])
    assert units(table)["B"] == unit
