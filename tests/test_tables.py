"""How sheets are understood: headers, kinds of rows, units, sums, and the doubts about them."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cityanalytics.workbooks.body import ROW_KINDS
from cityanalytics.workbooks.grid import Grid, Grids, Merge, read_bytes, read_grids
from cityanalytics.workbooks.inspection import document
from cityanalytics.workbooks.tables import understand, understand_grid
from tests.conftest import SHARED


def grid(rows, merges=(), **more):
    width = max(map(len, rows))
    values = np.full((len(rows), width), None, dtype=object)
    for number, row in enumerate(rows):
        values[number, : len(row)] = [float(cell) if type(cell) is int else cell for cell in row]
    return Grid(sheet="表", values=values, merges=tuple(Merge(*merge) for merge in merges), **more)


def read(rows, merges=(), **more):
    return understand_grid(grid(rows, merges, **more), where="f!表")


def only(rows, merges=(), **more):
    tables, issues = read(rows, merges, **more)
    assert len(tables) == 1
    return tables[0], issues


def codes(issues):
    return {issue.code for issue in issues}


def units(table):
    return {column.letter: column.unit and column.unit.name for column in table.columns}


HEAD = ["序号", "项目名称", "责任单位", "总投资（万元）", "年度计划（万元）"]


def test_a_units_table_is_read_whole():
    table, issues = only(
        [
            ["某市2010年城建项目情况表"],
            ["填报单位：市园林局", None, None, None, "单位：万元"],
            ["序号", "项目名称", "责任单位", "总投资", "2010年完成情况", None],
            [None, None, None, None, "计划", "完成"],
            ["一、城市道路"],
            [1, "甲路", "市园林局", "1,250", 300, 100],
            [2, "乙路", "市园林局", "320 ", "待定", 50],
            [None, "小计", None, 1570, 300, 150],
            ["二、桥梁"],
            [3, "丙桥", "市水务局", 430, 200, "—"],
            [None, "小计", None, 430, 200, None],
            [None, "合 计", None, 2000, 500, 150],
            ["填表人：何某　审核人：孙某"],
        ],
        merges=[(0, 0, 0, 5), (2, 0, 3, 0), (2, 1, 3, 1), (2, 2, 3, 2), (2, 3, 3, 3), (2, 4, 2, 5)],
    )
    assert table.header_rows == (3, 4)
    assert {kind: rows for kind, rows in table.rows.items() if rows} == {
        "title": (1,),
        "unit": (2,),
        "header": (3, 4),
        "group": (5, 9),
        "data": (6, 7, 10),
        "total": (8, 11, 12),
        "footer": (13,),
    }
    assert [column.name for column in table.columns][3:] == [
        "总投资",
        "2010年完成情况/计划",
        "2010年完成情况/完成",
    ]
    assert units(table)["D"] == units(table)["E"] == "万元"
    assert [column.sum for column in table.columns][3:] == [2000, 500, 150]
    assert all(total.agrees for total in table.totals)
    assert len(table.totals) == 8
    assert codes(issues) == {"TEXT_NUMBER", "UNPARSED"}
    assert table.frame.loc[7, "总投资"] == 320
    assert table.range == "A3:F12"


def test_a_wrong_subtotal_does_not_make_the_grand_total_wrong():
    table, issues = only(
        [
            HEAD,
            [1, "甲", "局", 100, 50],
            [2, "乙", "局", 200, 60],
            [None, "小计", None, 310, 110],
            [3, "丙", "局", 300, 70],
            [4, "丁", "局", 400, 80],
            [None, "小计", None, 700, 150],
            [None, "合计", None, 1000, 260],
        ]
    )
    wrong = [total for total in table.totals if not total.agrees]
    assert [(total.cell, total.stated, total.computed, total.covers) for total in wrong] == [
        ("D4", 310, 300, (2, 3))
    ]
    assert [issue.where for issue in issues if issue.code == "TOTAL_MISMATCH"] == ["f!表!D4"]


def test_a_row_that_carries_the_sum_of_others_is_a_total_whatever_its_label():
    table, _ = only(
        [
            ["地区", "总投资（万元）", "完成投资（万元）"],
            ["全市", 1000, 610],
            ["东区", 600, 360],
            ["甲街", 350, 210],
            ["乙街", 250, 150],
            ["西区", 400, 250],
        ]
    )
    assert table.rows["total"] == (2, 3)
    assert table.rows["data"] == (4, 5, 6)
    assert {total.cell: total.computed for total in table.totals} == {
        "B2": 1000,
        "C2": 610,
        "B3": 600,
        "C3": 360,
    }


def test_a_numbered_project_is_never_taken_for_a_sum():
    table, _ = only([HEAD, [1, "甲", "局", 300, 150], [2, "乙", "局", 100, 50], [3, "丙", "局", 200, 100]])
    assert table.rows["data"] == (2, 3, 4)


def test_rounding_explains_small_differences_only():
    thirds = [[number, "甲", "局", 33.33, 1] for number in (1, 2, 3)]
    table, _ = only([HEAD, *thirds, [None, "合计", None, 100.00, 3]])
    assert all(total.agrees for total in table.totals)
    table, _ = only([HEAD, *thirds, [None, "合计", None, 101.00, 3]])
    assert [total.agrees for total in table.totals] == [False, True]


def test_rows_of_which_are_totals_that_cover_nothing_for_certain():
    table, issues = only(
        [
            HEAD,
            [None, "合计（3项）", None, 600, 180],
            [None, "其中：在建", None, 300, 110],
            [None, "     预备", None, 300, 70],
            [1, "甲", "局", 100, 50],
            [2, "乙", "局", 200, 60],
            [3, "丙", "局", 300, 70],
        ]
    )
    assert table.rows["total"] == (2, 3, 4)
    assert [total.agrees for total in table.totals] == [True, True, None, None, None, None]
    assert not codes(issues)


def test_a_label_counts_its_rows():
    rows = [HEAD, [1, "甲", "局", 100, 50], [2, "乙", "局", 200, 60]]
    assert "COUNT_MISMATCH" not in codes(only([*rows, [None, "合计2个", None, 300, 110]])[1])
    _, issues = only([*rows, [None, "合计（3项）", None, 300, 110]])
    assert [issue.where for issue in issues if issue.code == "COUNT_MISMATCH"] == ["f!表!B4"]


def test_a_ratio_in_a_total_row_is_no_sum():
    table, issues = only(
        [
            ["部门", "投资（万元）", "完成率"],
            ["甲", 100, 0.5],
            ["乙", 300, 0.9],
            ["丙", 200, 0.7],
            ["合计", 600, 0.72],
            ["占比", 1.0, 1.0],
        ]
    )
    assert [total.cell for total in table.totals] == ["B5"]
    assert table.rows["total"] == (5, 6)
    assert "TOTAL_MISMATCH" not in codes(issues)


def test_several_tables_on_a_sheet_are_several_tables():
    tables, _ = read(
        [
            ["表一 项目情况"],
            HEAD,
            [1, "甲", "局", 100, 50],
            [2, "乙", "局", 200, 60],
            [],
            ["表二 拆迁情况"],
            ["片区", "户数", "拆迁面积（平方米）"],
            ["东片", 10, 1000],
            ["西片", 20, 3000],
        ]
    )
    assert [table.range for table in tables] == ["A2:E4", "A7:C9"]
    assert [table.rows["title"] for table in tables] == [(1,), (6,)]
    assert units(tables[1])["C"] == "平方米"


def test_a_table_right_under_another_begins_with_its_title():
    tables, _ = read(
        [
            ["表一"],
            ["项目", "投资（万元）"],
            ["甲路", 10],
            ["乙路", 20],
            ["表二"],
            ["片区", "面积（亩）"],
            ["东片", 3],
        ]
    )
    assert [table.range for table in tables] == ["A2:B4", "A6:B7"]
    assert [table.rows["title"] for table in tables] == [(1,), (5,)]


def test_tables_beside_each_other_are_several_tables():
    tables, _ = read(
        [
            ["东片", None, None, None, "西片"],
            ["项目", "投资（万元）", "完成（万元）", None, "项目", "投资（万元）", "完成（万元）"],
            ["东桥", 1, 2, None, "西桥", 5, 6],
            ["东路", 3, 4, None, "西路", 7, 8],
        ]
    )
    assert [table.range for table in tables] == ["A2:C4", "E2:G4"]
    assert [table.columns[1].sum for table in tables] == [4, 12]


def test_repeated_page_headers_are_no_data():
    table, _ = only([HEAD, [1, "甲", "局", 100, 50], HEAD, [2, "乙", "局", 200, 60]])
    assert table.rows["header"] == (1, 3)
    assert table.rows["data"] == (2, 4)


def test_a_row_of_letters_and_numbers_describes_the_columns():
    table, _ = only([HEAD, ["甲", "乙", "丙", 1, 2], [1, "甲路", "局", 100, 50], [2, "乙路", "局", 200, 60]])
    assert table.rows["data"] == (3, 4)
    assert table.column("D").sum == 300


def test_two_rows_of_labels_need_no_merged_cells():
    table, _ = only(
        [
            ["序号", "项目名称", "2010年投资（万元）", None, "备注"],
            [None, None, "计划", "完成", None],
            [1, "甲", 100, 50, None],
            [2, "乙", 200, 60, "急"],
        ]
    )
    assert table.header_rows == (1, 2)
    assert [column.name for column in table.columns][2:4] == [
        "2010年投资(万元)/计划",
        "2010年投资(万元)/完成",
    ]
    assert units(table)["D"] == "万元"


def test_years_may_be_labels():
    table, _ = only([["指标", 2008, 2009, 2010], ["投资额（亿元）", 60.2, 80, 62], ["道路（公里）", 5, 6, 7]])
    assert table.header_rows == (1, 1)
    assert [column.name for column in table.columns] == ["指标", "2008", "2009", "2010"]


def test_the_nearest_statement_of_a_unit_wins():
    table, _ = only(
        [
            ["投资情况（单位：亿元）"],
            ["序号", "项目名称", "总投资（万元）", "到位资金", "占地面积（亩）", "建筑面积"],
            [1, "甲", 1, 2, 3, 4],
            ["注：面积单位为平方米"],
        ]
    )
    assert units(table) == {"A": None, "B": None, "C": "万元", "D": "亿元", "E": "亩", "F": "平方米"}
    assert table.column("D").unit_from == "A1"


def test_a_unit_that_is_stated_nowhere_is_not_guessed():
    table, issues = only([["序号", "项目名称", "总投资", "户数", "完成率"], [1, "甲", 100, 20, 0.5]])
    assert units(table)["C"] is None
    assert [issue.where for issue in issues if issue.code == "UNIT_UNKNOWN"] == ["f!表!C"]


def test_statements_of_equal_rank_that_differ_are_a_conflict():
    rows = [["单位：万元", None, "单位：亿元"], ["序号", "项目名称", "总投资"], [1, "甲", 100]]
    _, issues = only(rows)
    assert [issue.code for issue in issues] == ["UNIT_CONFLICT"]


def test_a_unit_row_is_nearer_than_the_title():
    rows = [
        ["投资表（单位：亿元）"],
        ["单位：万元"],
        ["序号", "项目名称", "总投资"],
        [1, "甲", 1],
        [2, "乙", 2],
    ]
    table, issues = only(rows)
    assert (table.rows["title"], table.rows["unit"]) == ((1,), (2,))
    assert units(table)["C"] == "万元"
    assert not codes(issues)


def test_a_note_states_units_of_several_dimensions():
    table, issues = only(
        [["单位：万元、平方米"], ["序号", "项目名称", "总投资", "拆迁面积"], [1, "甲", 100, 5]]
    )
    assert units(table)["C"] == "万元"
    assert units(table)["D"] == "平方米"
    assert not codes(issues)


def test_a_column_of_units_states_them_by_row():
    table, issues = only([["指标", "单位", "数量"], ["投资", "亿元", 62], ["面积", "万平方米", 275]])
    assert table.column("C").unit is None
    assert table.column("C").unit_from == "B"
    assert "UNIT_UNKNOWN" not in codes(issues)


def test_missing_is_never_zero_and_is_said():
    table, issues = only(
        [HEAD, [1, "甲", "局", 100, "待定"], [2, "乙", "局", 200, "约60"], [3, "丙", "局", 5, 5]]
    )
    assert table.column("E").sum == 5
    assert [issue.where for issue in issues if issue.code == "UNPARSED"] == ["f!表!E2", "f!表!E3"]


def test_a_month_in_a_date_column_is_said():
    head = ["序号", "项目名称", "计划开工时间"]
    _, issues = only([head, [1, "甲", "2010-03-05"], [2, "乙", "2010-04-05"], [3, "丙", "2010年6月"]])
    assert [issue.where for issue in issues if issue.code == "DATE_PRECISION"] == ["f!表!C4"]


def test_serials_start_again_under_each_subtotal():
    rows: list[list[Any]] = [
        [*HEAD],
        [1, "甲", "局", 100, 50],
        [2, "乙", "局", 200, 60],
        [None, "小计", None, 300, 110],
        [1, "丙", "局", 100, 10],
    ]
    assert "SERIAL_DUP" not in codes(only(rows)[1])
    rows[2][0] = 1
    assert [issue.where for issue in only(rows)[1] if issue.code == "SERIAL_DUP"] == ["f!表!A3"]


def test_cells_beside_a_table_and_lone_serials_are_stray():
    table, issues = only([HEAD, [1, "甲", "局", 100, 50, None, "改"], [2], [3, "乙", "局", 1, 1]])
    assert table.rows["stray"] == (3,)
    assert {issue.where for issue in issues if issue.code == "STRAY_CELL"} == {"f!表!G2", "f!表!A3"}


def test_a_header_without_rows_has_no_data():
    table, issues = only([["空表"], HEAD, ["一、道路"], [None, "合计"]])
    assert table.rows["data"] == ()
    assert table.column("D").sum == 0
    assert codes(issues) == {"NO_DATA"}


def test_a_form_is_no_table():
    tables, issues = read(
        [
            ["项目申报表"],
            ["项目名称", "甲路", None, "项目代码", "待编"],
            ["项目负责人", "孙某", None, "联系电话", "0000-1"],
            ["总预算（万元）", 300, None, "申报日期", "2010年3月"],
            ["申请理由", "改善交通"],
            ["主管部门意见", "（盖章）"],
        ],
        merges=[(0, 0, 0, 4), (1, 1, 1, 2), (2, 1, 2, 2), (3, 1, 3, 2), (4, 1, 4, 4), (5, 1, 5, 4)],
    )
    assert tables == ()
    assert [issue.code for issue in issues] == ["FORM_NOT_TABLE"]


@pytest.mark.parametrize("rows", [[["本表依据可行性研究报告编制。"]], [[None]]])
def test_a_file_without_any_table_is_an_error_and_prose_beside_a_table_is_none(rows):
    prose = grid(rows)
    empty = Grids(name="f", container="xlsx", encoding=None, sha256="", sheets=(prose,))
    assert [issue.code for issue in understand(empty).issues] == ["NO_TABLE"]
    both = Grids(
        name="f",
        container="xlsx",
        encoding=None,
        sha256="",
        sheets=(prose, grid([HEAD, [1, "甲", "局", 1, 2]])),
    )
    assert understand(both).issues == ()


def test_numbers_without_labels_are_no_table():
    _, issues = read([[1, 2, 3], [4, 5, 6], [7, 8, 9]])
    assert [issue.code for issue in issues] == ["HEADER_AMBIGUOUS"]


def test_text_merged_down_stands_on_each_row_and_numbers_do_not():
    table, _ = only(
        [["类别", "项目名称", "总投资（万元）"], ["道路", "甲", 500], [None, "乙", None], [None, "丙", 30]],
        merges=[(1, 0, 3, 0), (1, 2, 2, 2)],
    )
    assert table.frame["类别"].tolist() == ["道路"] * 3
    assert table.column("C").sum == 530


def test_hostile_text_is_only_text():
    cell = "=cmd|' /C calc'!A0 <script> {0} %s"
    table, _ = only([HEAD, [1, cell, "局", 100, 50]])
    assert table.raw(table.column("B")) == [cell]


_CELLS = st.one_of(
    st.none(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=6), st.booleans()
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(_CELLS, max_size=5), min_size=1, max_size=10))
def test_any_sheet_is_understood_without_an_exception_and_every_row_stands_once(rows):
    tables, _ = read(rows)
    listed = [[row for kind in ROW_KINDS for row in table.rows[kind]] for table in tables]
    assert all(len(rows_of_one) == len(set(rows_of_one)) for rows_of_one in listed)
    assert not tables or set().union(*listed) == set(range(1, len(rows) + 1))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 10**7), min_size=2, max_size=30), st.integers(0, 3), st.data())
def test_sums_are_exact_and_a_wrong_total_is_found(cents, places, data):
    amounts = [cent / 10**places for cent in cents]
    wrong = data.draw(st.sampled_from([0, 10**8]))
    total = (sum(cents) + wrong) / 10**places
    rows = [[number, f"项目{number}", "局", amount, 1] for number, amount in enumerate(amounts, 1)]
    table, issues = only([HEAD, *rows, [None, "合计", None, total, len(rows)]])
    assert table.column("D").sum == sum(cents) / 10**places
    assert ("TOTAL_MISMATCH" in codes(issues)) is (wrong > 0)


def _truth(folder, key):
    path = SHARED / folder / "truth.json"
    if not path.exists():
        reason = f"tried in addition where shared/{folder} stands beside the checkout; it does not"
        return [pytest.param(None, marks=pytest.mark.skip(reason=reason))]
    files = json.loads(path.read_text(encoding="utf-8"))
    return [pytest.param(file, id=file["file"]) for file in (files[key] if key else files)]


@pytest.mark.parametrize("truth", _truth("workbooks", "files"))
def test_workbooks_with_known_truth_are_understood(truth):
    found: Any = document([understand(read_grids(SHARED / "workbooks" / truth["file"]))])
    assert not _differences(truth, found["files"][0], found["issues"])


def _differences(truth, found, issues):
    different: list[tuple[Any, ...]] = []
    if (found["container"], found["encoding"]) != (truth["container"], truth["encoding"]):
        different.append((found["container"], found["encoding"]))
    sheets = {sheet["sheet"]: sheet for sheet in found["sheets"]}
    for expected in truth["sheets"]:
        sheet = sheets[expected["sheet"]]
        place = f"{truth['file']}!{expected['sheet']}"
        seen = [(i["code"], i["where"].split("!")[-1]) for i in issues if i["where"].startswith(place)]
        different += [
            (place, "missing", must)
            for must in expected["issues"]["must"]
            if not any(code == must["code"] and must.get("cell", cell) == cell for code, cell in seen)
        ]
        different += [
            (place, "false alarm", code, cell)
            for code, cell in seen
            if code in expected["issues"]["must_not"]
        ]
        if sheet["visibility"] != expected["visibility"]:
            different.append((place, sheet["visibility"]))
        if expected["kind"] == "unscored":
            continue
        tables = expected.get("tables", [])
        if len(sheet["tables"]) < len(tables) or (
            len(sheet["tables"]) > len(tables) and not any(t.get("extra_ok") for t in tables)
        ):
            different.append((place, "tables", len(sheet["tables"])))
        for one, other in zip(tables, sheet["tables"], strict=False):
            different += [(place, *item) for item in _table_differences(one, other)]
    return different


def _table_differences(truth, found):
    if found["header_rows"] not in [truth["header_rows"], *truth.get("header_rows_also", [])]:
        yield "header", found["header_rows"]
    wanted = {row: kind for kind, rows in truth["rows"].items() for row in rows}
    kinds = {row: kind for kind, rows in found["rows"].items() for row in rows}
    for row in sorted(wanted | kinds):
        if kinds.get(row) not in [wanted.get(row), *truth.get("either", {}).get(str(row), [])]:
            yield "row", row, kinds.get(row), wanted.get(row)
    columns = {column["column"]: column for column in found["columns"]}
    for letter, column in truth["columns"].items():
        seen = columns.get(letter, {})
        if seen.get("name") != column["name"] or seen.get("unit") != column.get("unit", seen.get("unit")):
            yield "column", letter, seen
    if columns[truth["key"]["column"]]["sum"] != truth["key"]["sum"]:
        yield "sum", truth["key"], columns[truth["key"]["column"]]["sum"]
    totals = {total["cell"]: total for total in found["totals"]}
    required = {total["cell"]: total for total in truth["totals"]}
    for cell in sorted(totals | required):
        stated, seen = required.get(cell), totals.get(cell)
        if stated is not None and stated.get("optional"):
            continue
        if stated != seen:
            yield "total", cell, seen, stated


@pytest.mark.parametrize("truth", _truth("realsheets", None))
def test_real_workbooks_are_understood(truth):
    understanding = understand(read_grids(SHARED / "realsheets" / truth["file"]))
    table = next(table for table in understanding.tables if table.sheet == truth["sheet"])
    assert table.header_rows == tuple(truth["header_rows"])
    assert list(table.rows["data"]) == truth["data"]
    assert list(table.rows["total"]) == truth["total"]
    assert list(table.rows["footer"]) == truth["footer"]
    if truth["stated"]:
        cell, stated = truth["stated"]
        total = next(total for total in table.totals if total.cell == cell)
        assert math.isclose(total.stated, stated)
        assert total.agrees
        assert table.column(truth["key_column"]).sum == truth["sum_of_data"]
    assert not any(issue.severity == "error" for issue in understanding.issues)


def test_a_long_list_is_summed_exactly():
    rows = "\n".join(f"{n},项目{n},市园林局,{n * 3},{n}" for n in range(1, 20_001))
    content = f"序号,项目名称,责任单位,总投资（万元）,完成（万元）\n{rows}\n".encode()
    understanding = understand(read_bytes(content, name="f.csv"))
    assert isinstance(understanding.tables[0].frame, pd.DataFrame)
    assert understanding.tables[0].column("D").sum == 3 * 20_000 * 20_001 / 2
