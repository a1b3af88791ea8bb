"""What each workbook said when it was sent: the programme as it was known at a quarter's end."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sample import draw, investment, programme, words
from sample import physical as built
from sample.city import LAST, QUARTERS, UNITS
from sample.oracle import hold
from sample.programme import COMPLETED, LATE, NOT_STARTED, Project

if TYPE_CHECKING:
    from collections.abc import Sequence

# Months that the second quarter's workbooks gave otherwise (万元): project and month to difference.
RESTATED = {("房地产开发/7", 6): -260, ("城市道路及配套/2", 6): 85, ("集中供热/4", 5): -40}

# Slips that a second workbook corrected: quarter to unit, project and month given ten times too high.
SLIPS = {"2010Q1": ("热力管理处", "集中供热/10", 3), "2010Q3": ("南部新区建设办", "房地产开发/37", 8)}

# Earlier names: project to the last quarter (0, 1) that used it, and its ending.
RENAMED = {
    "城市道路及配套/3": (0, "路改造工程"),
    "房地产开发/10": (0, "住宅小区"),
    "公共建筑/12": (1, "综合楼"),
    "污水管网/1": (1, "污水干管工程"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A project as a workbook gives it; amounts in 万元."""

    project: Project
    name: str
    months: tuple[int, ...]
    stage: str
    schedule: str
    physical: int
    start: dt.date | None
    finish: dt.date | None
    constraint: str
    difficulty: str
    request: str
    deadline: dt.date | None

    @property
    def done(self) -> int:
        """Investment since the year's beginning."""
        return sum(self.months)


@dataclass(frozen=True, kw_only=True)
class City:
    """All that is true at the end."""

    projects: tuple[Project, ...]
    months: dict[str, tuple[int, ...]]
    works: tuple[built.Work, ...]
    sites: tuple[built.Site, ...]


def build() -> City:
    """Return the city at the end, held against its totals."""
    projects = programme.build()
    programme.check(projects)
    months = investment.by_month(projects)
    investment.check(projects, months)
    progress = {p.key: physical(p, sum(months[p.key]), finished=p.finish is not None) for p in projects}
    works = built.works(projects, progress)
    sites = built.sites()
    built.check(works, sites)
    return City(projects=tuple(projects), months=months, works=tuple(works), sites=tuple(sites))


def former_name(project: Project) -> str:
    """Return the name that a renamed project had before."""
    return project.name[:2] + RENAMED[project.key][1]


def rows(city: City, quarter: int, *, unit: str, slip: bool = False) -> list[Row]:
    """Return a unit's projects as its workbook of a quarter gives them, with its slip if it still has it."""
    return [
        _row(project, city.months[project.key], quarter, slip=slip)
        for project in city.projects
        if project.unit == unit and project.enters <= quarter
    ]


def _row(project: Project, final: Sequence[int], quarter: int, *, slip: bool) -> Row:
    when = QUARTERS[quarter]
    months = list(final[: when.months])
    if quarter == 1:
        for (key, month), difference in RESTATED.items():
            months[month - 1] += difference * (key == project.key)
    if slip and SLIPS[when.name][1] == project.key:
        months[SLIPS[when.name][2] - 1] *= 10
    start = project.start if project.start and project.start <= when.date else None
    finish = project.finish if project.finish and project.finish <= when.date else None
    halted = project.suspended is not None and project.suspended <= when.date
    stage = "竣工" if finish else "停工" if halted else "在建" if start else "未开工"
    late = start is not None and finish is None and (halted or _late(project, quarter))
    schedule = "—" if start is None or finish else "滞后" if late else "按计划"
    held = late or (start is None and _held(project, quarter))
    constraint, difficulty, request, deadline = _obstacle(project, quarter) if held else ("", "", "", None)
    return Row(
        project=project,
        name=_name(project, quarter),
        months=tuple(months),
        stage=stage,
        schedule=schedule,
        physical=physical(project, sum(final[: when.months]), finished=finish is not None) if start else 0,
        start=start,
        finish=finish,
        constraint=constraint,
        difficulty=difficulty,
        request=request,
        deadline=deadline,
    )


def _name(project: Project, quarter: int) -> str:
    renamed = project.key in RENAMED and quarter <= RENAMED[project.key][0]
    return former_name(project) if renamed else project.name


def _late(project: Project, quarter: int) -> bool:
    if quarter == LAST:
        return project.outcome == LATE
    return draw.uniform(f"late/{project.key}/{quarter}") < (
        0.5 + 0.2 * quarter if project.outcome == LATE else 0.06
    )


def _held(project: Project, quarter: int) -> bool:
    """Whether a unit names an obstacle for a project that has not started."""
    due = project.planned_start <= QUARTERS[quarter].date
    if project.outcome == NOT_STARTED:
        return draw.uniform(f"held/{project.key}") < (0.97 if due else 0.6)
    return due


def _obstacle(project: Project, quarter: int) -> tuple[str, str, str, dt.date | None]:
    constraint = draw.pick(f"constraint/{project.key}", words.CONSTRAINTS)
    difficulty = draw.pick(f"difficulty/{project.key}", words.DIFFICULTIES[constraint])
    if draw.uniform(f"request/{project.key}") > (0.9 if project.outcome == LATE else 0.75):
        return constraint, difficulty, "", None
    request = draw.pick(f"request/{project.key}", words.REQUESTS[constraint])
    days = draw.whole(f"deadline/{project.key}/{quarter}", 8, 50)
    return constraint, difficulty, request, QUARTERS[quarter].date + dt.timedelta(days)


def physical(project: Project, done: int, *, finished: bool) -> int:
    """Share of the year's scope that is built, in percent."""
    if finished:
        return 100
    if project.outcome == NOT_STARTED:
        return 0
    bias = 1.25 if project.below_quota else draw.uniform(f"physical/{project.key}", 0.9, 1.1)
    reach = 98 if project.category == "老旧小区整治" and project.outcome != LATE else 95
    scale = 1.18 if project.category == "老旧小区整治" and project.outcome != LATE else 1.0
    return max(1, min(reach, int(100 * bias * scale * done / project.adjusted)))


def check(city: City) -> None:
    """Hold the last workbooks against the counts of the city."""
    last = [row for unit in UNITS for row in rows(city, LAST, unit=unit)]
    stages = {stage: sum(row.stage == stage for row in last) for stage in ("竣工", "在建", "停工", "未开工")}
    hold(stages, {"竣工": 54, "在建": 168, "停工": 2, "未开工": 44}, "projects by stage")
    schedules = {schedule: sum(row.schedule == schedule for row in last) for schedule in ("按计划", "滞后")}
    hold(schedules, {"按计划": 140, "滞后": 30}, "projects under way")
    hold(
        [row for row in last if row.schedule == "滞后" and not row.difficulty],
        [],
        "late without difficulty",
    )
    hold([row for row in last if row.project.outcome == COMPLETED and not row.finish], [], "never finished")
    names = [p.name for p in city.projects] + [former_name(p) for p in city.projects if p.key in RENAMED]
    hold(len(set(names)), len(names), "different names")
    known = [_row(p, city.months[p.key], quarter, slip=False) for quarter in (0, 1) for p in city.projects]
    hold([row for row in known if min(row.months) < 0], [], "months below zero")
