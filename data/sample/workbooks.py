"""The sheets of a unit's workbook of a quarter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample.city import BUREAU, CITY, FINANCE, HISTORY, LAST, QUARTERS, STATEMENT
from sample.investment_sheet import investment_sheet
from sample.physical import BASICALLY, FLOOR, Site, Work
from sample.report import Report, plain_columns
from sample.sheets import Column, Group, Sheet, Table, Value, lay_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sample.history import Row

_ONE = 10  # quantities of works are in tenths


def sheets(what: Report) -> list[Sheet]:
    """Return the sheets of a unit's workbook; demolition only where the unit has any."""
    return [investment_sheet(what), _status(what), _works(what), *_demolition(what)]


def _status(what: Report) -> Sheet:
    keys = (
        "serial",
        "project",
        "person",
        "start",
        "finish",
        "stage",
        "schedule",
        "physical",
        "constraint",
        "difficulty",
        "request",
        "deadline",
        "remark",
    )

    def leaf(row: Row) -> list[Value]:
        physical: Value = "—" if what.layout.dash and row.stage == "未开工" else row.physical
        return [
            None,
            row.name,
            row.project.person,
            what.date(row.start),
            what.date(row.finish),
            row.stage,
            row.schedule,
            physical,
            what.text(row.constraint),
            what.text(row.difficulty),
            what.text(row.request),
            what.date(row.deadline),
            None,
        ]

    return lay_out(
        Table(
            sheet="项目状态",
            title=what.title("项目状态表"),
            note=what.note(),
            columns=plain_columns(what.layout, keys),
            groups=[Group(name="", rows=[leaf(row) for row in what.rows])],
            footer=what.footer(),
            name=1,
            totals=False,
        )
    )


def _works(what: Report) -> Sheet:
    keys = (
        "serial",
        "project",
        "kind",
        "measure",
        "planned_quantity",
        "done_quantity",
        "completion",
        "remark",
    )
    known = {row.project.key: row for row in what.rows}
    rows: list[list[Value]] = []
    for work in what.city.works:
        if work.project not in known:
            continue
        row = known[work.project]
        done, completion = _work_done(work, row, what)
        rows.append(
            [None, row.name, work.kind, work.measure, _tenths(work.planned), _tenths(done), completion, None]
        )
    return lay_out(
        Table(
            sheet="实物工程量",
            title=what.title("实物工程量表"),
            note=what.note(),
            columns=plain_columns(what.layout, keys),
            groups=[Group(name="", rows=rows)],
            footer=what.footer(),
            name=1,
            totals=False,
        )
    )


def _tenths(value: int) -> Value:
    return value // 10 if value % 10 == 0 else value / 10


def _work_done(work: Work, row: Row, what: Report) -> tuple[int, str]:
    """Return how much of a work is done at the report's date, and how the unit calls that."""
    final = work.done
    if row.stage == "未开工":
        return 0, "未开工"
    if row.stage == "竣工":
        return final, "竣工"
    if what.quarter == LAST:
        return final, BASICALLY if work.basically else "在建"
    if work.kind == FLOOR:
        return final, "在建"
    if row.project.finish is not None and work.planned == _ONE:
        return 0, "在建"
    whole = sum(what.city.months[work.project])
    share = sum(row.months) / whole if whole else 0.0
    step = _ONE if work.measure in {"条", "座", "处", "个"} else 1
    return int(min(share, 1.0) * final / step) * step, "在建"


def _demolition(what: Report) -> list[Sheet]:
    layout, quarter = what.layout, QUARTERS[what.quarter]
    mine = [site for site in what.city.sites if site.unit == what.unit]
    if not mine:
        return []
    months = [
        Column(label=label, above=layout.label("area_months"), style="area", width=9, adds=True)
        for label in quarter.labels
    ]
    columns = [
        *plain_columns(layout, ("serial", "site", "site_kind", "site_start", "site_finish")),
        Column(label=layout.label("planned_area"), style="area", width=12, adds=True),
        *months,
        Column(label=layout.label("done_area"), style="area", width=12, adds=True),
        *plain_columns(layout, ("person", "remark")),
    ]

    def leaf(site: Site) -> list[Value]:
        done = site.months[: quarter.months]
        started = site.started if site.started and site.started <= quarter.date else None
        return [
            None,
            site.name,
            site.kind,
            what.date(started),
            what.date(site.planned_finish),
            site.planned / 100,
            *(area / 100 for area in done),
            sum(done) / 100,
            site.person,
            what.text("" if started else "未启动"),
        ]

    kinds = dict.fromkeys(site.kind for site in mine)
    groups = [Group(name=kind, rows=[leaf(site) for site in mine if site.kind == kind]) for kind in kinds]
    table = Table(
        sheet="拆迁进度",
        title=what.title("拆迁进度表"),
        note=f"{what.note('万平方米')}　　计划面积为假定",
        columns=columns,
        groups=groups,
        footer=what.footer(),
        name=1,
        category=2,
        totals_first=layout.totals_first,
        named_subtotals=layout.named_subtotals,
        formulas=layout.formulas,
        decimals=2,
    )
    return [lay_out(table)]


def past_years() -> list[Sheet]:
    """Return the sheet of the earlier years' investment that the bureau's own section sends."""
    columns = [
        Column(label="年份", style="serial", width=10),
        Column(label="全年完成投资(亿元)", style="quantity", width=22),
        Column(label="备注", style="text", width=40),
    ]
    sheet = Sheet(name="历年投资完成情况", widths=[column.width for column in columns], frozen=(3, 0))
    sheet.put(0, 0, f"{CITY}历年城建投资完成情况", "title", to=(0, 2))
    sheet.put(1, 0, f"填报单位：{BUREAU}{FINANCE}　　截至日期：2010年3月31日", "note", to=(1, 2))
    for place, column in enumerate(columns):
        sheet.put(2, place, column.label, "header")
    for row, (year, amount) in enumerate(HISTORY, 3):
        for place, (column, value) in enumerate(
            zip(columns, (year, amount, "全年数，由公开讲话中的比例推算"), strict=True)
        ):
            sheet.put(row, place, value, column.style)
    sheet.put(
        3 + len(HISTORY), 0, "填表人：经办人21　　　审核人：审核人21", "footer", to=(3 + len(HISTORY), 2)
    )
    sheet.put(4 + len(HISTORY), 0, f"注：{STATEMENT}", "footer", to=(4 + len(HISTORY), 2))
    return [sheet]


def parts(made: Sequence[Sheet]) -> dict[str, list[Sheet]]:
    """Return one workbook for each subject, by the subject's name in the file's name."""
    subjects = {"项目投资完成情况": "投资报表", "项目状态": "项目状态报表", "实物工程量": "实物工程量报表"}
    return {subjects[sheet.name]: [sheet] for sheet in made}
