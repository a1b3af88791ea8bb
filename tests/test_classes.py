"""Classes of sheets that are easily misread: what is a total, what is data, where a header stands, which unit holds."""

from __future__ import annotations

import datetime as dt
import importlib.util
import io
import json
import zipfile
from typing import Any

import pytest

from cityanalytics.workbooks.grid import read_bytes, read_grids
from cityanalytics.workbooks.inspection import document
from cityanalytics.workbooks.tables import understand
from tests.conftest import beside
from tests.test_hostile import xlsx
from tests.test_tables import codes, read

#: What must not be said of a sheet that is read right, unless the case names it.
FALSE = {
    "UNPARSED",
    "TEXT_NUMBER",
    "SERIAL_DUP",
    "HEADER_AMBIGUOUS",
    "STRAY_CELL",
    "TOTAL_MISMATCH",
    "NO_TABLE",
}


def case(name: str, rows: list[list[Any]], **right: Any) -> Any:
    return pytest.param(rows, right, id=name)


CASES = [
    case(
        "lots2",
        [
            ["序号", "包号", "内容", "控制价（元）", "中标价（元）"],
            [1, "P1", "甲", 500000, 410000],
            [None, "P1-2", "乙", 500000, 90000],
            [2, "P2", "丙", 70000, 69000],
            [None, "合计", None, 1070000, 569000],
        ],
        data=[2, 3, 4],
        total=[5],
        cols={"D": ("元", 1070000.0)},
    ),
    case(
        "inserted2",
        [
            ["No.", "Works", "Claimed (USD)", "Certified (USD)"],
            [7, "Kerb", 500, 480],
            ["7A", "Kerb extra", 90, 80],
            [8, "Paving", 900, 850],
            ["8.1", "Paving ramp", 300, 280],
            ["8.2", "Paving apron", 250, 200],
            [9, "Signs", 40, 40],
        ],
        data=[2, 3, 4, 5, 6, 7],
        total=[],
    ),
    case(
        "inserted_true",
        [
            ["序号", "费用", "金额（万元）"],
            [1, "土建", 300],
            ["1.1", "基础", 120],
            ["1.2", "主体", 180],
            [2, "安装", 90],
            ["2.1", "电气", 60],
            ["2.2", "暖通", 30],
        ],
        data=[3, 4, 6, 7],
        total=[2, 5],
    ),
    case(
        "inserted_wrongsum",
        [
            ["序号", "费用", "金额（万元）", "支付（万元）"],
            [1, "土建", 300, 200],
            ["1.1", "基础", 120, 80],
            ["1.2", "主体", 180, 120],
            [2, "安装", 92, 50],
            ["2.1", "电气", 60, 30],
            ["2.2", "暖通", 30, 20],
            [3, "绿化", 15, 9],
            ["3.1", "乔木", 10, 5],
            ["3.2", "灌木", 5, 4],
        ],
        data=[3, 4, 6, 7, 9, 10],
        total=[2, 5, 8],
        mismatch=1,
    ),
    case(
        "parent_below_small",
        [["街道", "树（株）"], ["东街道", 12], ["西街道", 7], ["南街道", 9], ["城关镇", 28]],
        data=[2, 3, 4, 5],
        total=[],
    ),
    case(
        "parent_below_county",
        [
            ["乡镇", "完成（万元）", "增速（%）"],
            ["甲镇", 1210, 3.1],
            ["乙乡", 860, 2.2],
            ["丙镇", 455, -1],
            ["青陵县", 2525, 2.4],
        ],
        data=[2, 3, 4],
        total=[5],
        cols={"B": ("万元", 2525.0)},
    ),
    case(
        "levels",
        [
            ["地区", "投资（万元）"],
            ["甲市", 300],
            ["甲东区", 120],
            ["甲西县", 180],
            ["乙市", 520],
            ["乙东区", 220],
            ["乙西县", 300],
        ],
        data=[3, 4, 6, 7],
        total=[2, 5],
    ),
    case(
        "middle_equal",
        [
            ["部门", "人数", "经费（元）"],
            ["一科", 3, 1200],
            ["二科", 4, 1500],
            ["三科", 7, 2700],
            ["四科", 5, 900],
            ["五科", 6, 800],
        ],
        data=[2, 3, 4, 5, 6],
        total=[],
    ),
    case(
        "bracket",
        [
            ["组", "户数"],
            ["一组", 5],
            ["二组", 6],
            ["东村【小计】", 11],
            ["三组", 7],
            ["四组", 2],
            ["西村（小计）", 9],
            ["（合计）", 20],
        ],
        data=[2, 3, 5, 6],
        total=[4, 7, 8],
    ),
    case(
        "words",
        [
            ["Item", "2021", "2022"],
            ["Fees", 10, 12],
            ["Grants", 30, 31],
            ["Total income", 40, 43],
            ["Salaries", 22, 25],
            ["Rent", 8, 8],
            ["Total expenses", 30, 33],
        ],
        data=[2, 3, 5, 6],
        total=[4, 7],
    ),
    case(
        "totalstation",
        [
            ["Equipment", "Units", "Cost (USD)"],
            ["Level", 4, 2000],
            ["Total station", 2, 9000],
            ["Theodolite", 1, 4000],
        ],
        data=[2, 3, 4],
        total=[],
    ),
    case(
        "total wrong",
        [["Programme", "Cost (USD)"], ["A road", 100000], ["B road", 250000], ["Total programme", 360000]],
        data=[2, 3],
        total=[4],
        mismatch=1,
    ),
    case(
        "whole first",
        [["城市", "产值（亿元）"], ["全国", 900], ["甲市", 400], ["乙市", 300], ["丙市", 200]],
        data=[3, 4, 5],
        total=[2],
    ),
    case(
        "全市道路普查",
        [["项目", "金额（万元）"], ["全市道路普查", 40], ["桥梁检测", 25], ["排水普查", 31]],
        data=[2, 3, 4],
        total=[],
    ),
    case(
        "statewide",
        [["Region", "Bridges"], ["North", 4], ["South", 6], ["East", 3], ["Statewide", 13]],
        data=[2, 3, 4],
        total=[5],
    ),
    case(
        "codes",
        [
            ["功能科目", "名称", "支出（万元）"],
            ["201", "公共", 80],
            ["20101", "人大", 30],
            ["2010101", "运行", 30],
            ["20103", "政府", 50],
            ["2010301", "运行", 20],
            ["2010302", "事务", 30],
        ],
        data=[4, 6, 7],
        total=[2, 3, 5],
    ),
    case(
        "heading0",
        [
            ["序号", "名称", "数量", "单价（元）", "合价（元）"],
            [1, "甲", 2, 5, 10],
            ["二期", "", "", "", 0],
            [1, "乙", 3, 4, 12],
        ],
        data=[2, 4],
        group=[3],
    ),
    case(
        "zero item",
        [
            ["序号", "名称", "计划（万元）", "完成（万元）"],
            [1, "甲", 20, 5],
            [2, "乙", 30, 0],
            [3, "丙", 0, 0],
        ],
        data=[2, 3, 4],
        group=[],
    ),
    case(
        "unfilled end",
        [
            ["Station", "Opened", "Cost (USD)"],
            ["A", dt.date(2020, 1, 1), 5000],
            ["B", dt.date(2021, 1, 1), 6000],
            ["C", None, None],
        ],
        data=[2, 3, 4],
    ),
    case(
        "note end",
        [
            ["Station", "Opened", "Cost (USD)"],
            ["A", dt.date(2020, 1, 1), 5000],
            ["B", dt.date(2021, 1, 1), 6000],
            ["Figures are provisional.", None, None],
        ],
        data=[2, 3],
        footer=[4],
    ),
    case(
        "group colon",
        [
            ["项目", "投资（万元）"],
            ["道路：", None],
            ["甲路", 10],
            ["乙路", 12],
            ["桥梁：", None],
            ["丙桥", 30],
        ],
        data=[3, 4, 6],
        group=[2, 5],
    ),
    case(
        "stray",
        [
            ["名称", "数量", "金额（元）"],
            ["甲", 1, 100],
            ["乙", 2, 200],
            ["合计", 3, 300],
            [None, None, 0.17],
            [None, None, 55.5],
        ],
        data=[2, 3],
        total=[4],
        stray=[5, 6],
    ),
    case(
        "unnamed total",
        [["名称", "数量", "金额（元）"], ["甲", 1, 100], ["乙", 2, 250], ["丙", 4, 220], [None, 7, 570]],
        data=[2, 3, 4],
        total=[5],
    ),
    case(
        "years merged",
        [
            [None, 2019, None, 2020, None],
            ["City", "Plan (EUR)", "Done (EUR)", "Plan (EUR)", "Done (EUR)"],
            ["A", 5, 4, 6, 5],
            ["B", 7, 7, 8, 8],
        ],
        merges=[(0, 1, 0, 2), (0, 3, 0, 4)],
        header=[1, 2],
        data=[3, 4],
    ),
    case(
        "years desc",
        [["项目（万元）", 2023, 2022, 2021], ["甲", 5, 4, 6], ["乙", 7, 7, 8]],
        header=[1, 1],
        data=[2, 3],
    ),
    case(
        "year like data",
        [["站点", "年份", "客流"], ["甲", 2021, 2010], ["乙", 2022, 2030]],
        header=[1, 1],
        data=[2, 3],
    ),
    case(
        "sides",
        [
            ["资产", "期末（元）", "期初（元）", "负债", "期末（元）", "期初（元）"],
            ["现金", 100, 90, "借款", 300, 200],
            ["存货", 500, 400, "应付", 50, 40],
            ["固定资产", 300, 310, "权益", 550, 560],
            ["资产总计", 900, 800, "负债总计", 900, 800],
        ],
        tables=2,
        data=[2, 3, 4],
        total=[5],
    ),
    case(
        "resp cols",
        [["项目", "投资（万元）", "单位", "完成（万元）"], ["甲", "12", "局", "3"], ["乙", "13", "办", "4"]],
        tables=1,
        codes=["TEXT_NUMBER"],
    ),
    case(
        "form en",
        [
            ["Inspection report", None, None, None],
            ["Site:", "Pier 4", "Weather:", "Fair"],
            ["Inspector:", None, "Time:", None],
            ["Findings:", None, None, None],
            ["Signature:", None, "Date:", None],
        ],
        tables=0,
        codes=["FORM_NOT_TABLE"],
    ),
    case(
        "cells unit",
        [
            ["管段", "长度", "造价"],
            ["甲", "1.2公里", "350万元"],
            ["乙", "800米", "1.1亿元"],
            ["丙", "0.5公里", "待定"],
        ],
        cols={"B": ("公里", 2.5), "C": ("万元", 11350.0)},
    ),
    case(
        "cells dims",
        [["名称", "规模数", "x（万元）"], ["甲", "3公里", 1], ["乙", "500亩", 2], ["丙", "2公里", 3]],
        cols={"B": (None, "?")},
        codes=["UNIT_UNKNOWN"],
    ),
    case(
        "row units same",
        [["指标", "一月", "二月"], ["收入（万元）", 1, 2], ["支出（万元）", 3, 4]],
        cols={"B": ("万元", 4.0)},
    ),
    case(
        "lakhs title",
        [["District roads, outlay (Rs. lakhs)"], ["Road", "Sanctioned", "Spent"], ["R1", 5, 4], ["R2", 6, 6]],
        cols={"B": ("lakhs of rupees", 11.0)},
    ),
    case(
        "kEUR",
        [["All figures in thousands of euros"], ["Road", "Budget", "Actual"], ["R1", 5, 4], ["R2", 6, 6]],
        cols={"B": ("thousands of euros", 11.0)},
    ),
    case(
        "$m label",
        [["Road", "Budget ($m)", "Actual, $m"], ["R1", 5, 4], ["R2", 6, 6]],
        cols={"B": ("millions of dollars", 11.0), "C": ("millions of dollars", 10.0)},
    ),
    case(
        "preface",
        [["税率（%）为9，管理费（%）为5"], ["名称", "报价"], ["甲", 100], ["乙", 200]],
        cols={"B": (None, 300.0)},
        codes=["UNIT_UNKNOWN"],
    ),
    case(
        "pct",
        [["名", "完成率（%）"], ["a", 0.5], ["b", 60], ["c", 0.7]],
        pct=[(1, 1), (3, 1)],
        cols={"B": ("%", 180.0)},
    ),
    case(
        "dates",
        [
            ["桥", "竣工日期", "万元"],
            ["a", 44000, 1],
            ["b", "2021-13-01", 2],
            ["c", "20210415", 3],
            ["d", "2021.4.31", 4],
        ],
        kind={"B": "date"},
        codes=["UNPARSED"],
    ),
    case(
        "stacked2",
        [
            ["甲区", None, None],
            ["序号", "名称", "金额（元）"],
            [1, "a", 5],
            [2, "b", 6],
            ["乙区", None, None],
            ["序号", "名称", "金额（元）"],
            [1, "c", 7],
            [2, "d", 8],
        ],
        tables=2,
        merges=[(0, 0, 0, 2), (4, 0, 4, 2)],
        data=[3, 4],
    ),
    case(
        "page",
        [
            ["甲区", None, None],
            ["序号", "名称", "金额（元）"],
            [1, "a", 5],
            [2, "b", 6],
            ["甲区", None, None],
            ["序号", "名称", "金额（元）"],
            [3, "c", 7],
            [4, "d", 8],
        ],
        tables=1,
        merges=[(0, 0, 0, 2), (4, 0, 4, 2)],
        data=[3, 4, 7, 8],
    ),
    case(
        "title C",
        [
            [None, None, "各标段计量支付"],
            ["签", "号", "标段", "计量（元）", "支付（元）"],
            [None, 1, "一", 5, 4],
            ["√", 2, "二", 6, 5],
            [None, 3, "三", 7, 6],
        ],
        merges=[(0, 2, 0, 4)],
        header=[2, 2],
        data=[3, 4, 5],
    ),
    case(
        "parent C",
        [
            [None, None, "完成投资（万元）", None],
            ["序号", "标段", "计划", "实际"],
            [1, "一", 5, 4],
            [2, "二", 6, 5],
        ],
        merges=[(0, 2, 0, 3)],
        header=[1, 2],
        cols={"C": ("万元", 11.0)},
    ),
    case(
        "desc",
        [
            ["Date", "GDP", "CPI"],
            ["Source", "NBS", "NBS"],
            ["Decimals", 1, 2],
            ["Start", dt.date(2001, 1, 1), dt.date(2002, 1, 1)],
            ["2023-01", 5, 6],
            ["2023-02", 7, 8],
            ["2023-03", 9, 1],
        ],
        data=[5, 6, 7],
    ),
    case(
        "blankcol",
        [
            ["班组", None, "产值（元）", None, "工时"],
            ["甲", None, 10, None, 3],
            ["乙", None, 20, None, 4],
            ["丙", None, 5, None, 2],
        ],
        cols={"C": ("元", 35.0), "E": ("?", 9.0)},
    ),
    case(
        "side by side",
        [
            ["月", "甲（元）", None, "月", "乙（元）"],
            ["1月", 10, None, "1月", 3],
            ["2月", 20, None, "2月", 4],
        ],
        tables=2,
    ),
    case(
        "NA rows",
        [["Site", "Cost (USD)"], ["A", 5], ["B", "N/A"], ["C", "–"], ["D", ".."], ["All sites", 5]],
        data=[2, 3, 4, 5],
        total=[6],
    ),
    case(
        "tender no serial",
        [
            ["包件", "内容", "限价（万元）", "报价（万元）"],
            ["A-1", "勘察", 120, 110],
            ["A-2", "勘察复核", 120, 99],
            ["B", "监理", 80, 80],
        ],
        data=[2, 3, 4],
        total=[],
    ),
    case(
        "two parts equal third",
        [
            ["名称", "计划（元）", "完成（元）"],
            ["甲", 1000, 800],
            ["乙", 2000, 1500],
            ["丙", 3000, 2300],
            ["丁", 700, 600],
        ],
        data=[2, 3, 5],
        total=[4],
        codes=["TOTAL_ASSUMED"],
    ),
    case("其中", [["项目", "投资（万元）"], ["总计", 100], ["其中：道路", 60], ["桥梁", 40]], total=[2]),
    case(
        "subtotal in A",
        [
            ["类别", "项目", "金额（元）"],
            ["道路", "甲", 10],
            [None, "乙", 20],
            ["小计", None, 30],
            ["桥梁", "丙", 5],
            [None, "丁", 6],
            ["小计", None, 11],
            ["总计", None, 41],
        ],
        data=[2, 3, 5, 6],
        total=[4, 7, 8],
    ),
    case(
        "totals above",
        [["Region", "Outlay ($000)"], ["Total", 60], ["East", 10], ["West", 20], ["South", 30]],
        data=[3, 4, 5],
        total=[2],
        cols={"B": ("thousands of dollars", 60.0)},
    ),
    case(
        "All label",
        [["County", "Cost (USD)"], ["Alldale", 500], ["Brook", 700], ["Crane", 200]],
        data=[2, 3, 4],
        total=[],
    ),
    case(
        "Overall",
        [["Corridor", "Trips 000s"], ["Red", 10], ["Blue", 22], ["Overall", 32]],
        data=[2, 3],
        total=[4],
    ),
    case(
        "城区 name in title",
        [
            ["江夏县2020年各乡镇投资"],
            ["乡镇", "投资（万元）"],
            ["东乡", 14],
            ["西乡", 15],
            ["南乡", 22],
            ["江夏县", 51],
        ],
        data=[3, 4, 5],
        total=[6],
    ),
    case(
        "unfilled middle numbered",
        [
            ["序号", "项目", "投资（万元）", "完成（万元）"],
            [1, "甲", 10, 5],
            [2, "乙", None, None],
            [3, "丙", 20, 10],
        ],
        data=[2, 3, 4],
    ),
    case(
        "merged group",
        [
            ["项目", "面积（㎡）", "投资（万元）"],
            ["甲组团", None, None],
            ["a", 10, 5],
            ["b", 20, 6],
            ["乙组团", None, None],
            ["c", 30, 7],
        ],
        merges=[(1, 0, 1, 2), (4, 0, 4, 2)],
        data=[3, 4, 6],
        group=[2, 5],
    ),
    case(
        "indent",
        [
            ["项目", "投资（万元）"],
            ["道路", 30],
            ["  甲路", 10],
            ["  乙路", 20],
            ["桥梁", 12],
            ["  丙桥", 5],
            ["  丁桥", 7],
        ],
        data=[3, 4, 6, 7],
        total=[2, 5],
    ),
    case(
        "foot after blank",
        [["A", "B（元）"], ["x", 5], ["y", 6], [None, None], ["资料由各科室提供", None]],
        data=[2, 3],
        footer=[5],
    ),
    case(
        "months blocks",
        [
            ["Month", "Road (km)"],
            ["Jan-22", 5],
            ["Feb-22r", 6],
            ["Mar-22p", 7],
            [None, None],
            ["p Provisional", None],
        ],
        data=[2, 3, 4],
        footer=[6],
    ),
    case(
        "blank years gap",
        [["科目", 2020, None, 2021], ["甲", 10, None, 11], ["乙", 20, None, 22]],
        cols={"D": ("?", 33.0)},
        data=[2, 3],
    ),
    case(
        "crore col",
        [["Scheme", "Cost (Rs. crore)"], ["A", 1.5], ["B", 2.5]],
        cols={"B": ("crores of rupees", 4.0)},
    ),
    case(
        "INR unitcell",
        [["Lot", "Bid (Rs.)"], ["A", "2.5 crore"], ["B", "80 lakh"], ["C", "1.2 crore"]],
        cols={"B": ("INR", 45000000.0)},
    ),
    case(
        "mix base",
        [["项目", "投资额"], ["甲", "300万元"], ["乙", 2500000], ["丙", "1.2亿元"]],
        cols={"B": ("元", 125500000.0)},
        codes=["UNIT_UNKNOWN"],
    ),
    case(
        "yen text",
        [["标段", "合同价（万元）"], ["一", "3000万"], ["二", 1200], ["三", "0.5亿"]],
        cols={"B": ("万元", 9200.0)},
    ),
    case(
        "pct text",
        [["名称", "比例（%）"], ["a", "12%"], ["b", 30], ["c", "45%"]],
        cols={"B": ("%", 87.0)},
        codes=["TEXT_NUMBER"],
    ),
    case("text pct", [["名称", "进度"], ["a", 0.5], ["b", 0.25]], pct=[(1, 1), (2, 1)]),
    case(
        "id col",
        [["ID", "Name", "Cost (USD)"], [10023, "a", 5], [10024, "b", 6], ["A1", "c", 7]],
        kind={"A": "text"},
        cols={"C": ("美元", 18.0)},
    ),
    case(
        "phone",
        [["姓名", "联系电话", "金额（元）"], ["a", 13800000000, 5], ["b", "021-5555", 6]],
        cols={"C": ("元", 11.0)},
    ),
    case(
        "quarter",
        [["地区", "一季度", "二季度", "上半年"], ["甲", 10, 20, 30], ["乙", 5, 6, 11], ["合计", 15, 26, 41]],
        data=[2, 3],
        total=[4],
    ),
    case(
        "unit row by col",
        [["指标", "长度", "投资"], [None, "公里", "万元"], ["甲", 1, 10], ["乙", 2, 20]],
        cols={"B": ("公里", 3.0), "C": ("万元", 30.0)},
        data=[3, 4],
    ),
    case(
        "EN unit col",
        [["Item", "Unit", "Qty"], ["Kerb", "m", 5], ["Slab", "m2", 7], ["Pipe", "m", 9]],
        cols={"C": ("?", 21.0)},
        data=[2, 3, 4],
    ),
    case(
        "checklist",
        [
            ["检查表", None, None, None],
            ["工程名称：", None, "编号：", None],
            ["检查人：", None, "日期：", None],
            ["结论：", None, None, None],
            ["负责人签字：", None, None, None],
        ],
        tables=0,
        codes=["FORM_NOT_TABLE"],
    ),
    case(
        "table with sign",
        [
            ["单位：市局", None, None],
            ["序号", "项目", "投资（万元）"],
            [1, "a", 5],
            [2, "b", 6],
            ["制表：李某", "审核：王某", "负责人：张某"],
        ],
        data=[3, 4],
        footer=[5],
    ),
    case(
        "en table sign",
        [
            ["Department: Roads", "Date: May", None],
            ["Item", "Road", "Cost (USD)"],
            [1, "a", 5],
            [2, "b", 6],
            ["Prepared by: X", "Checked by: Y", "Approved by: Z"],
        ],
        data=[3, 4],
        footer=[5],
    ),
    case(
        "national park",
        [["Park", "Visitors"], ["National park A", 5000], ["National park B", 7000], ["City park", 3000]],
        data=[2, 3, 4],
        total=[],
    ),
    case(
        "Sum label", [["Lot", "Price (EUR)"], ["1a", 100], ["2b", 250], ["Sum", 350]], total=[4], data=[2, 3]
    ),
    case(
        "Gesamt",
        [["Los", "Preis (EUR)", "Menge"], ["a", 100, 5], ["b", 250, 6], ["c", 140, 3], ["Gesamt", 490, 14]],
        total=[5],
        data=[2, 3, 4],
    ),
]


@pytest.mark.parametrize(("rows", "right"), CASES)
def test_sheets_of_each_class_are_read_right(rows, right):
    as_it_should(rows, right)


def as_it_should(rows, right):
    """Assert that a sheet is read as a case says it should."""
    tables, issues = read(
        rows, right.get("merges", ()), percent_cells=frozenset(right["pct"]) if "pct" in right else None
    )
    allowed = {*right.get("codes", ()), *(["STRAY_CELL"] if "stray" in right else [])}
    allowed |= {"TOTAL_MISMATCH"} if "mismatch" in right else set()
    assert not (codes(issues) & FALSE) - allowed
    assert set(right.get("codes", ())) <= codes(issues)
    assert ("TOTAL_MISMATCH" in codes(issues)) is ("mismatch" in right)
    assert len(tables) == right.get("tables", 1)
    for table in tables[:1]:
        kinds = {kind: list(table.rows[kind]) for kind in ("data", "total", "group", "stray", "footer")}
        assert {kind: rows for kind, rows in kinds.items() if kind in right} == {
            kind: right[kind] for kind in kinds if kind in right
        }
        assert table.header_rows == tuple(right.get("header", table.header_rows))
        for letter, (unit, total) in right.get("cols", {}).items():
            column = table.column(letter)
            assert unit in {"?", column.unit and column.unit.name}
            assert total in ("?", column.sum)
        for letter, kind in right.get("kind", {}).items():
            assert table.column(letter).kind == kind


def test_a_doubt_that_cells_share_is_one_issue_with_its_ranges():
    rows = [
        ["名称", "金额（元）"],
        *([f"第{n}号", f"{n}.5"] for n in range(1, 9)),
        ["第九号", 4],
        ["第十号", "7.5"],
    ]
    _, issues = read(rows)
    doubts = [issue for issue in issues if issue.code == "TEXT_NUMBER"]
    assert [issue.where for issue in doubts] == ["f!表!B2:B9,B11"]
    assert "9" in str(doubts[0].understood)


def test_cells_beside_a_table_are_one_issue_a_column():
    rows = [["名称", "金额（元）", None, None], *([f"第{n}号", n, None, "旁注"] for n in range(1, 9))]
    _, issues = read([*rows, ["合计", 36, None, None]])
    assert [issue.where for issue in issues if issue.code == "STRAY_CELL"] == ["f!表!D2:D9"]


def _parts() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(xlsx([["渠", "长度（米）"], ["甲", 12], ["乙", 30.5]]))) as package:
        return {name: package.read(name) for name in package.namelist()}


def _packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return target.getvalue()


@pytest.mark.parametrize("way", ["backslash", "moved"])
def test_parts_of_a_package_are_found_by_its_relations(way):
    parts = _parts()
    if way == "backslash":
        parts = {name.replace("/", "\\"): part for name, part in parts.items()}
    else:
        sheet = next(name for name in parts if name.startswith("xl/worksheets/sheet"))
        parts["leaves/one.xml"] = parts.pop(sheet)
        relations = parts["xl/_rels/workbook.xml.rels"]
        parts["xl/_rels/workbook.xml.rels"] = relations.replace(b"worksheets/sheet1.xml", b"/leaves/one.xml")
    (table,) = understand(read_bytes(_packed(parts), name="f")).tables
    assert table.column("B").sum == 42.5


def test_the_euro_sign_of_windows_is_read_in_gbk():
    content = "项目,金额（万元）\n桥梁%设备,12\n泵站,30\n".encode("gbk").replace(b"%", b"\x80")
    (table,) = understand(read_bytes(content, name="f")).tables
    assert (table.face.cells[1, 0], table.column("B").sum) == ("桥梁€设备", 42.0)


def test_a_web_archive_is_html_and_a_table_in_a_cell_is_its_text():
    inner = "<table><tr><td>30</td></tr></table>"
    rows = f"<tr><td>段</td><td>长度（米）</td></tr><tr><td>甲</td><td>12</td></tr><tr><td>乙</td><td>{inner}</td></tr>"
    page = f"<html><table><tr><td><table>{rows}</table></td></tr></table></html>"
    mail = (
        'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n--b\n'
        'Content-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n\n' + page + "\n--b--\n"
    )
    for content in (page, mail):
        found = understand(read_bytes(content.encode(), name="f"))
        assert (found.container, [table.column("B").sum for table in found.tables]) == ("html", [42.0])


def test_given_classes_are_read_as_their_truth_says():
    folder = beside("classes")
    spec = importlib.util.spec_from_file_location("check_classes", folder / "check_classes.py")
    assert spec is not None
    assert spec.loader is not None
    check = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check)
    for truth in json.loads((folder / "truth.json").read_text(encoding="utf-8"))["files"]:
        found: Any = document([understand(read_grids(folder / truth["file"]))])
        assert not list(check.judge_file(truth, found["files"][0], found["issues"])), truth["file"]
