"""Sections of a table: headings with their counts, wrong subtotals, months without values."""

from __future__ import annotations

from typing import Any

import pytest

from cityanalytics.workbooks.grid import read_bytes
from cityanalytics.workbooks.tables import understand
from tests.test_tables import codes, only, read, units

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


def test_a_list_of_which_ends_where_the_next_items_begin():
    table, _ = only(
        [
            ["项目", "投资（万元）"],
            ["全市合计", 600],
            ["其中: 新开工", 250],
            ["     续建", 350],
            ["1.东城", 100],
            ["  #新开工", 60],
            ["2.西城", 200],
            ["  其中新开工", 90],
            ["3.南城", 300],
        ]
    )
    assert table.rows["data"] == (5, 7, 9)
    assert [(total.cell, total.agrees) for total in table.totals] == [
        ("B2", True),
        ("B3", None),
        ("B4", None),
        ("B6", None),
        ("B8", None),
    ]


def test_a_list_of_which_without_indents_ends_where_it_adds_up():
    table, _ = only(
        [
            ["项目", "投资（万元）", "面积（亩）"],
            ["合计", 600, 60],
            ["其中：新开工", 250, 25],
            ["续建", 350, 35],
            ["东城", 100, 10],
            ["西城", 150, 15],
            ["南城", 350, 35],
        ]
    )
    assert table.rows["data"] == (5, 6, 7)


def test_shares_and_comparisons_under_a_total_are_never_added():
    table, _ = only(
        [
            ["项目", "计划（万元）", "完成（万元）"],
            ["甲", 100, 50],
            ["乙", 300, 150],
            ["合计", 400, 200],
            ["占全市比重", 0.2, 0.3],
            ["完成率（%）", None, 50],
            ["同比增长(%)", 5.5, 6.6],
            ["比上年同期增减", 12, 13],
            ["去年同期", 380, 190],
        ]
    )
    assert table.rows["total"] == (4, 5, 6, 7, 8, 9)
    assert table.column("B").sum == 400
    assert [total.cell for total in table.totals] == ["B4", "C4"]


def test_indicators_in_rows_are_records_though_they_are_called_total_and_rate():
    rows = [
        ["指标", "甲路", "乙路"],
        ["总投资（万元）", 100, 200],
        ["年度计划（万元）", 50, 80],
        ["完成率（%）", 44, 55],
    ]
    table, issues = only(rows)
    assert table.rows["data"] == (2, 3, 4)
    assert not table.totals
    assert not codes(issues)


@pytest.mark.parametrize("split", [False, True])
def test_codes_that_begin_with_others_stand_under_them(split):
    records = [
        ("212", "城乡社区支出", 1000, 600),
        ("21201", "管理事务", 700, 500),
        ("2120101", "行政运行", 500, 500),
        ("2120102", "其他事务", 200, 0),
        ("21203", "公共设施", 300, 100),
        ("2120303", "小城镇建设", 300, 100),
    ]
    head = ["科目编码", "科目名称", "合计（万元）", "基本支出（万元）"]
    if split:
        head = ["类", "款", "项", *head[1:]]
    rows = [[*((code[:3], code[3:5], code[5:]) if split else (code,)), *rest] for code, *rest in records]
    table, issues = only([head, *rows, [*([None] * (2 * split)), "合计", None, 1000, 600]])
    assert table.rows["data"] == (4, 5, 7)
    assert all(total.agrees for total in table.totals)
    assert not codes(issues)


def test_codes_that_only_count_nest_in_none():
    rows = [[str(number), f"项目{number}", number] for number in range(1, 13)]
    table, _ = only([["项目代码", "项目名称", "投资（万元）"], *rows])
    assert len(table.rows["data"]) == 12


def test_a_list_that_goes_on_beside_itself_is_several_tables():
    tables, issues = read(
        [
            ["名单"],
            ["序号", "名称", "投资（万元）", "序号", "名称", "投资（万元）"],
            [1, "甲", 10, 4, "丁", 40],
            [2, "乙", 20, 5, "戊", 50],
            [3, "丙", 30],
        ]
    )
    assert [table.columns[2].sum for table in tables] == [60, 90]
    assert tables[1].rows["blank"] == (5,)
    assert not codes(issues)


def test_a_bare_unit_may_be_a_label():
    tables, _ = read(
        [["项目", "万元", None, "项目", "万元"], ["a路", 1, None, "b路", 2], ["c路", 4, None, "d路", 5]]
    )
    assert [units(table) for table in tables] == [{"A": None, "B": "万元"}, {"D": None, "E": "万元"}]


def test_text_tables_keep_their_sections_and_their_counted_columns():
    table, _ = only(
        [
            ["项目", "责任人", "投资（万元）", "完成（万元）"],
            ["甲", "乙", "1", "2"],
            ["东桥", "王某", "10", "5"],
            ["小计", None, "10", "5"],
            ["湿地公园"],
            ["西桥", "李某", "20", "7"],
            ["北桥", "李某", "21", "8"],
            ["小计", None, "41", "15"],
        ]
    )
    assert (table.rows["data"], table.rows["group"], table.rows["total"]) == ((3, 6, 7), (5,), (4, 8))
    assert table.column("C").sum == 51


def test_text_is_a_doubt_only_where_the_container_knows_numbers():
    rows = [("项目", "投资（万元）"), ("甲", "7"), ("乙", 5)]
    page = "<table>" + "".join(f"<tr><td>{a}<td>{b}" for a, b in rows) + "</table>"
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    cells = "".join(
        "<Row>"
        + "".join(
            f'<Cell><Data ss:Type="{"String" if isinstance(cell, str) else "Number"}">{cell}</Data></Cell>'
            for cell in row
        )
        + "</Row>"
        for row in rows
    )
    sheet = f'<Worksheet ss:Name="表"><Table>{cells}</Table></Worksheet>'
    workbook = f'<Workbook xmlns="{name}" xmlns:ss="{name}">{sheet}</Workbook>'
    for content, doubts in ((page, set()), (workbook, {"TEXT_NUMBER"})):
        understanding = understand(read_bytes(content.encode(), name="f.xls"))
        assert understanding.container == "html"
        assert understanding.tables[0].column("B").sum == 12
        assert codes(understanding.issues) == doubts


def test_a_table_with_the_same_labels_under_its_own_title_is_another():
    head = ["片区", "拆迁面积", "建筑面积"]
    tables, _ = read(
        [
            ["表一 项目情况（单位：亩）"],
            head,
            ["东片", 10, 1],
            ["西片", 20, 2],
            [],
            ["表二 项目情况（单位：公顷）"],
            head,
            ["南片", 30, 3],
            ["合计", 30, 3],
        ]
    )
    assert [table.range for table in tables] == ["A2:C4", "A7:C9"]
    assert [units(table)["B"] for table in tables] == ["亩", "公顷"]


def test_what_is_left_after_a_list_of_which_adds_up_to_the_total():
    table, _ = only(
        [
            ["指标", "代码", "本月（万元）", "累计（万元）"],
            ["投资合计", "01", 100, 900],
            ["其中：住宅", "02", 30, 300],
            ["　　办公楼", "03", 20, 200],
            ["　建筑工程", "04", 60, 500],
            ["　安装工程", "05", 40, 400],
        ]
    )
    assert (table.rows["total"], table.rows["data"]) == ((2, 3, 4), (5, 6))


def test_amounts_without_any_word_are_a_total_where_they_add_up():
    rows: list[list[Any]] = [
        ["序号", "项目", "投资（万元）"],
        [1, "甲", 100],
        [2, "乙", 250],
        [None, None, 350],
    ]
    assert only(rows)[0].rows["total"] == (4,)
    rows[-1][2] = 360
    assert only(rows)[0].rows["total"] == ()


def test_counts_are_never_rounded():
    rows = [["区县", "项目数（个）", "投资（万元）"], ["东", 3, 100], ["西", 4, 200], ["合计", 8, 301]]
    assert [total.agrees for total in only(rows)[0].totals] == [False, True]


def test_a_row_without_number_that_counts_projects_is_their_sum_however_wrong():
    table, issues = only(
        [
            HEAD,
            [1, "甲", "局", 100, 50],
            [2, "乙", "局", 250, 60],
            [None, "工业（2项）", None, 355, 120],
            [3, "丙", "局", 300, 70],
            [4, "丁", "局", 320, 75],
            [None, "农业（2项）", None, 640, 150],
        ]
    )
    assert (table.rows["total"], table.rows["data"]) == ((4, 7), (2, 3, 5, 6))
    assert where(issues, "TOTAL_MISMATCH") == ["D4", "E4", "D7", "E7"]
    assert [total.computed for total in table.totals] == [350, 110, 620, 145]


def test_what_a_wrong_total_covers_is_told_by_its_count():
    table, _ = only(
        [
            HEAD,
            [1, "甲", "局", 100, 50],
            [None, "道路合计1个", None, 100, 50],
            [2, "乙", "局", 250, 60],
            [3, "丙", "局", 300, 70],
            [None, "合计2个", None, 600, 140],
        ]
    )
    assert [total.computed for total in table.totals] == [100, 50, 550, 130]


def test_a_numbered_template_with_a_stamp_is_no_form():
    table, issues = only(
        [
            ["填报单位：（盖章）", None, None, None, "单位：万元"],
            ["序号", "项目名称", "投资情况", None, "责任单位"],
            [None, None, "总投资", "年度计划"],
            [None, "合计"],
            ["填表人：　　审核人："],
        ],
        merges=[(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 2, 4)],
    )
    assert table.rows["data"] == ()
    assert codes(issues) == {"NO_DATA"}


def test_a_narrower_table_below_is_found_where_numbers_are_text():
    tables, _ = read(
        [
            ["序号", "单位", "投资（万元）", "计划（万元）", "到位（万元）"],
            ["1", "甲", "10", "5", "4"],
            ["2", "乙", "20", "6", "5"],
            [],
            ["道路工程（单位：亿元）"],
            ["项目", "总投资", "完成"],
            ["丙路", "7", "3"],
            ["丁路", "8", "4"],
        ]
    )
    assert [table.range for table in tables] == ["A1:E3", "A6:C8"]


def test_units_under_some_labels_alone_are_a_unit_row():
    table, issues = only(
        [
            ["宗地", "位置", "面积", "成交价", "容积率"],
            [None, None, "（亩）", "（万元）"],
            ["1号", "东路", 50, 3000, 2.5],
            ["2号", "西路", 30, 1500, 3],
        ]
    )
    assert table.rows["unit"] == (2,)
    assert (units(table)["C"], units(table)["D"]) == ("亩", "万元")
    assert not codes(issues)


def test_a_unit_at_the_end_of_the_labels_holds_for_the_sheet():
    table, issues = only([["项目", "投资", "完成", "单位：万元"], ["甲路", 10, 2], ["乙路", 30, 4]])
    assert (units(table)["B"], units(table)["C"]) == ("万元", "万元")
    assert table.column("B").unit_from == "D1"
    assert not codes(issues)


def test_one_row_at_most_counts_the_columns():
    table, _ = only([["项目", "投资", "完成"], ["甲", 1, 2], ["某路", 2, 3], ["某桥", 3, 4]])
    assert table.rows["data"] == (3, 4)


def test_a_section_without_parts_ends_the_one_before():
    table, issues = only(
        [
            ["序号", "项目", "投资（万元）", "完成（万元）"],
            ["一", "城市道路", 300, 120],
            [1, "甲路", 100, 40],
            [2, "乙路", 200, 80],
            ["二", "桥梁", 50, 20],
            [1, "丙桥", 50, 20],
            ["三", "未分类", 9, 1],
        ]
    )
    assert (table.rows["total"], table.rows["data"]) == ((2, 5), (3, 4, 6, 7))
    assert not codes(issues)


def test_years_may_be_labels_where_numbers_are_text():
    table, issues = only(
        [["指标", "单位", "2008", "2009"], ["投资", "亿元", "60.2", "80"], ["道路", "公里", "5", "6"]]
    )
    assert [column.name for column in table.columns] == ["指标", "单位", "2008", "2009"]
    assert table.column("C").unit_from == "B"
    assert codes(issues) == {"TEXT_NUMBER"}


@pytest.mark.parametrize("numbered", [True, False])
def test_a_summary_of_subtotals_has_them_for_records(numbered):
    serials = (1, 2) if numbered else (None, None)
    rows = [[serials[0], "东城小计", "局", 100, 50], [serials[1], "西城小计", "局", 200, 70]]
    table, issues = only([HEAD, *rows, [None, "合计", None, 300, 120]])
    assert (table.rows["data"], table.rows["total"]) == ((2, 3), (4,))
    assert not codes(issues)


def test_a_project_may_be_called_a_summary():
    rows = [[1, "管线普查数据汇总", "局", 100, 50], [2, "乙路", "局", 200, 70]]
    table, issues = only([HEAD, *rows, [None, "合计", None, 300, 120]])
    assert (table.rows["data"], table.rows["total"]) == ((2, 3), (4,))
    assert not codes(issues)


def test_a_record_with_few_numbers_under_a_section_is_no_header_where_numbers_are_text():
    table, _ = only(
        [
            ["项目", "责任人", "投资（万元）", "完成（万元）", "到位（万元）"],
            ["东桥", "王某", "10", "5", "4"],
            ["南桥", "王某", "12", "6", "5"],
            ["湿地公园"],
            ["西桥", "李某", "20", None, "待定"],
            ["北桥", "李某", "21", "8", "7"],
        ]
    )
    assert table.rows["data"] == (2, 3, 4, 5, 6)  # nothing marks 湿地公园 as more than a record not filled in


def test_other_labels_under_the_same_title_are_another_table():
    tables, _ = read(
        [
            ["东片区"],
            ["项目", "计划（万元）", "完成（万元）", "到位（万元）"],
            ["甲路", 10, 5, 4],
            ["乙路", 20, 6, 5],
            [],
            ["东片区"],
            ["项目", "计划（万元）", "到位（万元）"],
            ["丙路", 7, 3],
            ["丁路", 8, 4],
        ]
    )
    assert [table.range for table in tables] == ["A2:D4", "A7:C9"]


def test_the_rows_that_a_total_sums_exactly_are_nearer_than_those_that_rounding_allows():
    table, _ = only(
        [
            HEAD,
            [None, "全市合计", None, 46, 23],
            [None, "市本级小计", None, 30, 7],
            [1, "甲", "局", 10, 3],
            [2, "乙", "局", 20, 4],
            [None, "城东区小计", None, 15, 15],
            [1, "丙", "局", 7, 7],
            [2, "丁", "局", 8, 8],
            [None, "城西区小计", None, 1, 1],
            [1, "戊", "局", 1, 1],
        ]
    )
    assert [total.computed for total in table.totals] == [46, 23, 30, 7, 15, 15, 1, 1]


@pytest.mark.parametrize(("stated", "agrees"), [(15, True), (12, False)])
def test_rows_that_stand_over_indented_ones_sum_them(stated, agrees):
    table, issues = only(
        [
            ["资金来源", "计划（亿元）"],
            ["合计", 51],
            ["政府资金", 30],
            ["  财政拨款", 10],
            ["  国债", 20],
            ["企业资金", stated],
            ["  自筹", 7],
            ["  外资", 8],
            ["银行贷款", 6],
            ["\u3000长期", 4],
            ["\u3000短期", 2],
        ]
    )
    assert table.rows["total"] == (2, 3, 6, 9)
    assert table.column("B").sum == 51
    assert [total.computed for total in table.totals] == [51, 30, 15, 6]
    assert where(issues, "TOTAL_MISMATCH") == ([] if agrees else ["B6"])


def test_indented_names_that_nothing_sums_are_records():
    table, _ = only([["项目", "计划（万元）"], ["甲路", 30], ["  乙路", 11], ["  丙路", 22], ["丁路", 5]])
    assert table.rows["data"] == (2, 3, 4, 5)


def test_labels_in_two_languages_are_understood():
    table, issues = only(
        [
            ["固定资产投资 Investment in Fixed Assets"],
            [None, None, "单位：亿元 Unit: 100 million yuan"],
            ["地区\nRegion", "总投资\nTotal Investment", "住宅\nResidential"],
            ["全市 Total", 35, 15.5],
            ["东区 East", 10, 4.5],
            ["西区 West", 20, 6],
            ["中区 Central", 5, 5],
        ]
    )
    assert table.rows["unit"] == (2,)
    assert table.rows["total"] == (4,)
    assert units(table)["B"] == units(table)["C"] == "亿元"
    assert not codes(issues)


def test_a_blank_column_inside_a_table_does_not_part_it():
    rows = [
        ["序号", "项目", None, "投资（万元）", "完成比例"],
        [1, "甲", None, 100, 0.5],
        [2, "乙", None, 200, 0.1],
    ]
    table, issues = only([*rows, ["合计", None, None, 300, None]])
    assert (table.range, table.column("D").sum) == ("A1:E4", 300)
    assert not codes(issues)


def test_a_formula_that_failed_is_named_where_it_is_text():
    understanding = understand(
        read_bytes("序号,项目,投资（万元）\n1,甲,10\n2,乙,#DIV/0!\n".encode(), name="f.csv")
    )
    assert [(issue.code, issue.where) for issue in understanding.issues] == [("ERROR_CELL", "f.csv!csv!C3")]


def test_labels_that_count_the_rows_under_them_head_them_without_serial_numbers():
    table, _ = only(
        [
            ["项目名称", "投资（万元）"],
            ["道路（2项）", 39],
            ["甲路", 10.5],
            ["乙路", 28.5],
            ["燃气（1项）", 7],
            ["街巷整治（36条）", 7],
            ["供热（3项）", 90],
            ["丙站", 10],
            ["丁站", 20],
            ["戊站", 30],
            ["合计", 106],
        ]
    )
    assert table.rows["total"] == (2, 5, 7, 11)
    assert [(total.computed, total.agrees) for total in table.totals] == [
        (39, True),
        (7, True),
        (60, False),
        (106, True),
    ]


def test_records_whose_labels_count_something_else_stay_records():
    table, _ = only(
        [
            ["项目名称", "投资（万元）"],
            ["街巷整治（36条）", 39],
            ["甲路", 10.5],
            ["路灯（2处）", 7],
            ["乙路", 1],
        ]
    )
    assert table.rows["data"] == (2, 3, 4, 5)


def test_a_column_of_amounts_may_be_pending_all_the_way_down():
    table, issues = only(
        [[*HEAD, "到位资金（万元）"], [1, "甲", "局", 100, 50, "待定"], [2, "乙", "局", 200, 60, "—"]]
    )
    assert (table.column("F").kind, table.column("F").sum) == ("number", 0)
    assert where(issues, "UNPARSED") == ["F2"]


@pytest.mark.parametrize(
    "head",
    [["名称", "投资（万元）", "到位（万元）", "开工时间"], ["序号", "名称", "投资（万元）", "开工时间"]],
)
def test_a_row_of_signatures_with_its_day_is_no_record(head):
    rows = [[1, "甲路", 10, "2010-03-05"], [2, "乙路", 21, "2010-04-05"]]
    rows = rows if head[0] == "序号" else [[name, amount, 1, day] for _, name, amount, day in rows]
    table, issues = only([head, *rows, ["填表人：王某", None, "审核人：李某", "2010年9月25日"]])
    assert table.rows["footer"] == (4,)
    assert not codes(issues)


def test_letters_over_one_column_of_amounts_describe_the_columns():
    table, _ = only(
        [
            ["名称", "性质", "投资（万元）", "备注"],
            ["甲", "乙", 1, "丙"],
            ["甲路", "新建", 10, None],
            ["乙路", "续建", 21, None],
        ]
    )
    assert table.rows["data"] == (3, 4)
    assert table.column("C").sum == 31


def test_a_table_under_its_senders_stamp_is_no_form():
    table, _ = only(
        [
            ["重点工程进度", None, None, None],
            ["填报单位（盖章）：", None, None, "单位：万元"],
            ["工程名称", "累计完成投资", "计划竣工时间", "备注"],
            ["甲片区", 485, "2010/6/7", None],
            ["乙地块", 3470, "2010/6/8", None],
        ],
        merges=[(0, 0, 0, 3)],
    )
    assert table.rows["data"] == (4, 5)


def test_a_record_without_amounts_is_none_of_the_headings():
    table, _ = only(
        [
            ["项目名称", "性质", "投资（万元）"],
            ["市区", None, None],
            ["甲路", "新建", 10],
            ["乙路", "新建", None],
            ["丙路", "续建", 21],
            ["丁路", "新建", None],
        ]
    )
    assert table.rows["group"] == (2,)
    assert table.rows["data"] == (3, 4, 5, 6)


def test_indented_names_without_anything_to_sum_are_records():
    table, _ = only(
        [
            ["指标", "单位", "数量"],
            ["生产总值", "亿元", 500],
            ["  第一产业", "亿元", 50],
            ["  人口", "万人", 7],
        ]
    )
    assert table.rows["data"] == (2, 3, 4)


def test_a_row_sums_the_deeper_numbers_under_it_and_not_what_follows_them():
    table, issues = only(
        [
            ["序号", "汇总内容", "金额（元）"],
            [1, "分部分项工程", 5000.5],
            ["1.1", "土方工程", 2000.5],
            ["1.2", "路面工程", 3000],
            [2, "措施项目", 290],
            ["2.1", "安全文明施工费", 300],
            [3, "其他项目", 100],
            [4, "税金", 200],
            [None, "合计", 5600.5],
        ]
    )
    assert table.rows["total"] == (2, 5, 9)
    assert [total.computed for total in table.totals] == [5000.5, 300, 5600.5]
    assert where(issues, "TOTAL_MISMATCH") == ["C5"]
