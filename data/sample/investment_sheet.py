"""The sheet of plan and investment by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sample import draw
from sample.city import ADJUSTED_ON, LAST, QUARTERS, YEAR
from sample.layouts import WRONG_SUBTOTAL, Layout
from sample.report import Report, plain_columns
from sample.sheets import Column, Group, Sheet, Table, Value, lay_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sample.history import Row

_THOUSAND = 1000
_TEN_MATTERS = {"集中供热", "老旧小区整治", "背街小巷改造"}


def investment_sheet(what: Report) -> Sheet:
    """Return the sheet 项目投资完成情况: plan and investment by month of each project."""
    layout, quarter = what.layout, QUARTERS[what.quarter]
    keys = _keys(layout.order, quarter.months, split=what.quarter == LAST)
    typed = _typed(what)
    coarse = [row.project.key for row in what.rows if row.stage == "在建"][: layout.month_only]

    def leaf(row: Row) -> list[Value]:
        values = _values(what, row) | _months(what, row, typed)
        if row.project.key in coarse:
            values["planned_finish"] = (
                f"{row.project.planned_finish:%Y}年{row.project.planned_finish.month}月"
            )
        return [values[key] for key in keys]

    names = dict.fromkeys(row.project.category for row in what.rows)
    adjusted = what.quarter == LAST and any(row.project.adjustment for row in what.rows)
    return lay_out(
        Table(
            sheet="项目投资完成情况",
            title=what.title("项目投资完成情况表"),
            note=what.note("亿元" if layout.in_hundred_millions else "万元"),
            columns=_columns(layout, quarter.labels, keys),
            groups=[
                Group(name=name, rows=[leaf(row) for row in what.rows if row.project.category == name])
                for name in names
            ],
            footer=what.footer(*(["年度计划按7月15日批复调整"] if adjusted else [])),
            name=keys.index("project"),
            category=keys.index("category"),
            totals_first=layout.totals_first,
            named_subtotals=layout.named_subtotals,
            formulas=layout.formulas,
            serial_restarts=layout.serial_restarts,
            decimals=4 if layout.in_hundred_millions else 0,
            wrong=_wrong(what, keys),
        )
    )


def _money(what: Report, value: int) -> Value:
    return value / 10000 if what.layout.in_hundred_millions else value


def _values(what: Report, row: Row) -> dict[str, Value]:
    project = row.project
    plan = project.adjusted if what.quarter == LAST else project.plan
    return {
        "serial": None,
        "project": row.name,
        "category": project.category,
        "planned_start": what.date(project.planned_start),
        "planned_finish": what.date(project.planned_finish),
        "total": _money(what, project.total),
        "plan": _money(what, project.plan),
        "original": _money(what, project.plan),
        "adjusted": _money(what, project.adjusted),
        "adjusted_on": what.date(ADJUSTED_ON if project.adjustment else None),
        "done": _money(what, row.done),
        "share": _share([row.done, plan], fraction=what.layout.share_as_fraction),
        "person": project.person,
        "remark": what.text(_remark(row)),
        "town": project.town,
    }


def _months(what: Report, row: Row, typed: dict[tuple[str, int], str]) -> dict[str, Value]:
    """Return the months; before the start some units give a dash instead of 0."""
    first = row.start.timetuple()[:2] if row.start else (YEAR + 1, 1)
    months: dict[str, Value] = {}
    for month, value in enumerate(row.months):
        dashed = what.layout.dash_months and (YEAR, month + 1) < first
        shown = typed.get((row.project.key, month), _money(what, value))
        months[f"month{month}"] = "—" if dashed else shown
    return months


def _wrong(what: Report, keys: Sequence[str]) -> tuple[str, int, int] | None:
    unit, quarter, category, month, difference = WRONG_SUBTOTAL
    if (what.unit, what.quarter) != (unit, quarter):
        return None
    return category, keys.index(f"month{month - 1}"), difference


def _remark(row: Row) -> str:
    if row.project.category in _TEN_MATTERS:
        return "十件实事"
    if row.start is not None and row.start.year < YEAR:
        return "续建项目"
    return draw.pick(f"remark/{row.project.key}", ("", "", "", "已列入督查", "施工图已审查"))


def _share(sums: Sequence[float], *, fraction: bool) -> float:
    done, plan = sums
    places = 4 if fraction else 1
    factor = 1 if fraction else 100
    return int(done / plan * factor * 10**places + 0.5) / 10**places


def _keys(order: Sequence[str], months: int, *, split: bool) -> list[str]:
    """Return the columns one by one; the plan is split, and its adjustment dated, in the last quarter."""
    single = {
        "plan": ["original", "adjusted"] if split else ["plan"],
        "months": [f"month{month}" for month in range(months)],
        "adjusted_on": ["adjusted_on"] if split else [],
    }
    return [key for group in order for key in single.get(group, [group])]


def _columns(layout: Layout, months: Sequence[str], keys: Sequence[str]) -> list[Column]:
    amount = "amount4" if layout.in_hundred_millions else "amount"
    of = (keys.index("done"), keys.index("adjusted" if "adjusted" in keys else "plan"))

    def share(sums: Sequence[float]) -> float:
        return _share(sums, fraction=layout.share_as_fraction)

    def column(key: str) -> Column:
        if key.startswith("month"):
            label = months[int(key.removeprefix("month"))]
            return Column(label=label, above=layout.label("months"), style=amount, width=9, adds=True)
        if key in {"original", "adjusted"}:
            return Column(
                label=layout.label(key), above=layout.label("plan"), style=amount, width=10, adds=True
            )
        if key in {"total", "plan", "done"}:
            return Column(label=layout.label(key), style=amount, width=12, adds=True)
        if key == "share":
            style = "percent" if layout.share_as_fraction else "one"
            return Column(label=layout.label(key), style=style, width=10, ratio=share, of=of)
        return plain_columns(layout, [key])[0]

    return [column(key) for key in keys]


def _typed(what: Report) -> dict[tuple[str, int], str]:
    """Return amounts that a clerk typed as text: one with a separator, or one with a space behind."""
    wanted = {0: [], 1: [_spaced], 2: [_separated, _spaced]}[what.layout.text_numbers]
    found: dict[tuple[str, int], str] = {}
    for fits in wanted:
        for row in what.rows:
            typed = [(month, text) for month, value in enumerate(row.months) if (text := fits(value))]
            if typed and (row.project.key, typed[0][0]) not in found:
                found[row.project.key, typed[0][0]] = typed[0][1]
                break
    return found


def _separated(value: int) -> str:
    return f"{value:,}" if value >= _THOUSAND else ""


def _spaced(value: int) -> str:
    return f"{value} " if _THOUSAND // 10 <= value < _THOUSAND and value % 10 == 0 else ""
