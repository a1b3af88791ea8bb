"""A made-up city by number: what its units send, each in a layout of its own, and what is true of it.

Everything is invented, and depends on the number alone. Amounts are whole 万元 inside; the workbooks say their unit.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.conftest import write_book

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

UNITS = ("市政建设中心", "水务集团", "园林中心", "城投集团", "供暖公司")
CATEGORIES = ("道桥", "管网", "公园", "学校", "供暖")
QUARTERS = {"2026Q1": dt.date(2026, 3, 31), "2026Q2": dt.date(2026, 6, 30)}
#: 万元 in each unit of amounts.
SCALES = {"万元": 1.0, "亿元": 1e4, "元": 1e-4}
#: How a unit heads its months: their own amounts, or those from January on.
MONTHS = {"own": "{month}月", "worded": "{month}月份", "to date": "1-{month}月累计"}


@dataclass(frozen=True, kw_only=True)
class Project:
    """One project: its plan, and what is done of it in each month of the half year (万元)."""

    name: str
    unit: str
    category: str
    plan: int
    months: tuple[int, ...]
    started: dt.date
    finished: dt.date | None

    def done(self, quarter: str) -> int:
        """Return what is done by the end of a quarter."""
        return sum(self.months[: QUARTERS[quarter].month])

    def stage(self, quarter: str) -> str:
        """Return where it stands at the end of a quarter."""
        if self.started > QUARTERS[quarter]:
            return "未开工"
        return "竣工" if self.finished and self.finished <= QUARTERS[quarter] else "在建"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a unit writes its sheet of investment."""

    scale: str
    months: str
    sums: str  # "above", "below" or none
    two_rows: bool
    plan: str
    share: str  # physical progress as a "number", 40, or as "text", 40%


class MadeCity:
    """A city drawn from a number."""

    def __init__(self, number: int, *, units: Sequence[str] | None = None) -> None:
        draw = random.Random(number)  # noqa: S311 - a made-up city is no secret
        self.units = tuple(units or draw.sample(UNITS, draw.randint(2, 4)))
        self.layouts = {
            unit: Layout(
                scale=draw.choice(list(SCALES)),
                months=draw.choice(list(MONTHS)),
                sums=draw.choice(["above", "below", ""]),
                two_rows=draw.random() < 0.5,
                plan=draw.choice(["年度计划投资", "本年计划投资", "年度投资计划"]),
                share=draw.choice(["number", "text"]),
            )
            for unit in self.units
        }
        self.projects = [
            self._project(draw, unit, f"{unit[:2]}{head}")
            for unit in self.units
            for head in draw.sample("甲乙丙丁戊己庚辛", draw.randint(2, 5))
        ]

    @staticmethod
    def _project(draw: random.Random, unit: str, head: str) -> Project:
        category = draw.choice(CATEGORIES)
        begins = draw.randint(1, 8)
        started = dt.date(2026, begins, draw.randint(2, 20))
        months = tuple(10 * draw.randint(1, 30) if month >= begins else 0 for month in range(1, 7))
        finished = dt.date(2026, 6, 20) if begins < 3 and draw.random() < 0.3 else None
        plan = sum(months) if finished else sum(months) + 10 * draw.randint(20, 300)
        return Project(
            name=f"{head}{category}工程",
            unit=unit,
            category=category,
            plan=plan,
            months=months,
            started=started,
            finished=finished,
        )

    def write(self, folder: Path, quarter: str) -> dict[str, Path]:
        """Write each unit's workbook of a quarter; give its file by unit."""
        return {
            unit: write_book(
                folder / f"{unit}{quarter}.xlsx",
                {
                    "项目投资完成情况": self._investment(unit, quarter),
                    "项目状态": self._status(unit, quarter),
                },
            )
            for unit in self.units
        }

    def plan(self, **of: str) -> float:
        """Return the annual plan of all projects, or of a unit's or category's (yuan)."""
        return 1e4 * sum(one.plan for one in self._some(of))

    def done(self, quarter: str, **of: str) -> float:
        """Return what is done by the end of a quarter (yuan)."""
        return 1e4 * sum(one.done(quarter) for one in self._some(of))

    def stages(self, quarter: str) -> dict[str, int]:
        """Return how many projects stand where."""
        found = [one.stage(quarter) for one in self.projects]
        return {stage: found.count(stage) for stage in ("未开工", "在建", "竣工")}

    def _some(self, of: Mapping[str, str]) -> list[Project]:
        return [one for one in self.projects if all(getattr(one, key) == value for key, value in of.items())]

    def _investment(self, unit: str, quarter: str) -> list[list[Any]]:
        how, last = self.layouts[unit], QUARTERS[quarter].month
        labels = [MONTHS[how.months].format(month=month) for month in range(1, last + 1)]
        if how.months == "to date":
            labels[0] = "1月"
        left = ["序号", "项目名称", "类别", "计划开工日期", "计划竣工日期", "总投资", how.plan]
        right = ["自年初累计完成投资", "责任人"]
        if how.two_rows:
            header = [[*left, "2026年完成投资", *[None] * (last - 1), *right], [*[None] * len(left), *labels]]
        else:
            header = [[*left, *labels, *right]]
        rows = [
            self._row(number, [one], how, last) for number, one in enumerate(self._some({"unit": unit}), 1)
        ]
        total = [self._row(None, self._some({"unit": unit}), how, last)] if how.sums else []
        note = f"填报单位：{unit}　截至日期：{QUARTERS[quarter]:%Y年%m月%d日}　单位：{how.scale}"
        body = [*total, *rows] if how.sums == "above" else [*rows, *total]
        return [[f"{unit}投资完成情况"], [note], *header, *body]

    @staticmethod
    def _row(number: int | None, some: list[Project], how: Layout, last: int) -> list[Any]:
        own = [sum(one.months[month] for one in some) for month in range(last)]
        shown = [sum(own[: month + 1]) for month in range(last)] if how.months == "to date" else own
        plan = sum(one.plan for one in some)
        amounts = [2 * plan, plan, *shown, sum(own)]
        scaled = [round(amount / SCALES[how.scale], 4) for amount in amounts]
        if number is None:
            return [None, "合计", None, None, None, *scaled, None]
        (one,) = some
        finish = one.finished or dt.date(2026, 12, 10)
        return [number, one.name, one.category, one.started, finish, *scaled, f"负责人{number:02}"]

    def _status(self, unit: str, quarter: str) -> list[list[Any]]:
        header = [
            "序号",
            "项目名称",
            "实际开工日期",
            "实际竣工日期",
            "项目状态",
            "是否按计划推进",
            "形象进度（%）",
        ]
        rows = []
        for number, one in enumerate(self._some({"unit": unit}), 1):
            stage = one.stage(quarter)
            share = round(100 * one.done(quarter) / one.plan)
            begun, ended = stage != "未开工", stage == "竣工"
            rows.append(
                [
                    number,
                    one.name,
                    one.started if begun else None,
                    one.finished if ended else None,
                    stage,
                    "按计划" if stage == "在建" else "—",
                    f"{share}%" if self.layouts[unit].share == "text" else share,
                ]
            )
        return [["项目状态"], [f"填报单位：{unit}"], header, *rows]
