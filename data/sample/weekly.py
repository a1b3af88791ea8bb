"""Weekly workbooks of the third quarter, made when they are asked for: what each unit said on ten Wednesdays."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING

from sample import history, writers
from sample.city import ADJUSTED_ON, CITY, FINAL, STATEMENT, UNITS, YEAR
from sample.receipts import Receipt
from sample.sheets import Column, Group, Sheet, Table, Value, lay_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sample.history import City
    from sample.programme import Project

QUARTER, WORD = "2010Q3", "三季度"
WEEKS = tuple(dt.date(YEAR, 7, 14) + dt.timedelta(weeks=week) for week in range(10))


def receipts(city: City) -> list[Receipt]:
    """Return every unit's weekly workbook, received on the day that it describes."""
    return [
        Receipt(
            quarter=QUARTER, received=day.isoformat(), unit=unit, name=f"{unit}周报{day:%m%d}.xlsx",
            content=writers.xlsx([_money(city, unit, day), _status(city, unit, day)]),
        )
        for day in WEEKS
        for unit in UNITS
    ]  # fmt: skip


def spent(project: Project, months: Sequence[int], day: dt.date) -> list[int]:
    """Return what a project had spent by a day (万元), month by month; a month cut short evenly."""
    found = list(months[: day.month])
    whole = calendar.monthrange(YEAR, day.month)[1]
    until = FINAL if day.month == FINAL.month else dt.date(YEAR, day.month, whole)
    first = max(project.start or until, dt.date(YEAR, day.month, 1))
    last = min(project.finish or until, until)
    days = (last - first).days + 1
    if days > 0:
        found[-1] = found[-1] * max(min((day - first).days + 1, days), 0) // days
    return found


def _table(name: str, unit: str, day: dt.date, columns: list[Column], rows: list[list[Value]]) -> Sheet:
    return lay_out(
        Table(
            sheet=name,
            title=f"{CITY}{YEAR}年城建{name}表（{WORD}）",
            note=f"填报单位：{unit}　　截至日期：{day.year}年{day.month}月{day.day}日　　单位：万元",
            columns=columns,
            groups=[Group(name="", rows=rows)],
            footer=[f"注：{STATEMENT}"],
            name=1,
            totals=False,
        )
    )


def _own(city: City, unit: str) -> list[Project]:
    return [project for project in city.projects if project.unit == unit]


def _money(city: City, unit: str, day: dt.date) -> Sheet:
    whole = calendar.monthrange(YEAR, day.month)[1]
    labels = [f"{month}月" for month in range(1, day.month)]
    labels.append(f"{day.month}月" if day.day == whole else f"{day.month}月（1—{day.day}日）")
    group, decided = "2010年计划投资", day >= ADJUSTED_ON
    columns = [
        Column(label="序号", style="serial", width=6), Column(label="项目名称", style="text", width=26),
        Column(label="类别", style="centre", width=15), Column(label="计划开工日期", style="date", width=13),
        Column(label="计划竣工日期", style="date", width=13), Column(label="总投资", style="money", width=12),
        Column(label="原计划", above=group, style="money", width=12),
        Column(label="调整后", above=group, style="money", width=12),
        Column(label="计划调整日期", style="date", width=13),
        *(Column(label=label, above="2010年完成投资", style="money", width=10) for label in labels),
        Column(label="自年初累计完成投资", style="money", width=12), Column(label="责任人", style="centre", width=11),
    ]  # fmt: skip
    rows: list[list[Value]] = []
    for project in _own(city, unit):
        months = spent(project, city.months[project.key], day)
        adjusted = decided and project.adjustment != 0
        rows.append([
            None, project.name, project.category, project.planned_start, project.planned_finish, project.total,
            project.plan, project.adjusted if adjusted else project.plan, ADJUSTED_ON if adjusted else None,
            *months, sum(months), project.person,
        ])  # fmt: skip
    return _table("项目投资完成情况", unit, day, columns, rows)


def _status(city: City, unit: str, day: dt.date) -> Sheet:
    columns = [
        Column(label="序号", style="serial", width=6), Column(label="项目名称", style="text", width=26),
        Column(label="责任人", style="centre", width=11), Column(label="实际开工日期", style="date", width=13),
        Column(label="实际竣工日期", style="date", width=13), Column(label="项目状态", style="centre", width=10),
        Column(label="形象进度（%）", style="serial", width=10),
    ]  # fmt: skip
    rows: list[list[Value]] = []
    for project in _own(city, unit):
        start = project.start if project.start and project.start <= day else None
        finish = project.finish if project.finish and project.finish <= day else None
        halted = project.suspended is not None and project.suspended <= day
        stage = "竣工" if finish else "停工" if halted else "在建" if start else "未开工"
        done = sum(spent(project, city.months[project.key], day))
        physical = history.physical(project, done, finished=finish is not None) if start else 0
        rows.append([None, project.name, project.person, start, finish, stage, physical])
    return _table("项目状态", unit, day, columns, rows)
