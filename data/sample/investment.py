"""Investment by month: S-shaped for each project, exact for every month of the programme."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING

from sample import draw
from sample.city import FINAL, HOUSING, HOUSING_MONTHS, MONTHS, YEAR
from sample.oracle import hold
from sample.programme import COMPLETED, LATE, NOT_STARTED, ON_SCHEDULE, Project

if TYPE_CHECKING:
    from collections.abc import Sequence


def by_month(projects: Sequence[Project]) -> dict[str, tuple[int, ...]]:
    """Return each project's investment (万元) from January to 22 September, by its key."""
    housing = [project for project in projects if project.category == HOUSING]
    other = [project for project in projects if project.category != HOUSING]
    rest = tuple(total - part for total, part in zip(MONTHS, HOUSING_MONTHS, strict=True))
    return _group(housing, HOUSING_MONTHS) | _group(other, rest)


def _group(projects: Sequence[Project], months: Sequence[int]) -> dict[str, tuple[int, ...]]:
    active = [project for project in projects if project.outcome != NOT_STARTED]
    wanted = _wanted(active, sum(months))
    matrix = [[_weight(project, month) for month in range(1, 10)] for project in active]
    for _ in range(3000):  # iterative proportional fitting
        for row, total in zip(matrix, wanted, strict=True):
            scale = total / sum(row)
            row[:] = [value * scale for value in row]
        for month, total in enumerate(months):
            scale = total / sum(row[month] for row in matrix)
            for row in matrix:
                row[month] *= scale
    columns = [draw.apportion(total, [row[month] for row in matrix]) for month, total in enumerate(months)]
    done = {p.key: tuple(column[place] for column in columns) for place, p in enumerate(active)}
    return done | {p.key: (0,) * 9 for p in projects if p.outcome == NOT_STARTED}


def _wanted(active: Sequence[Project], total: int) -> list[float]:
    """Investment to date of each project; those on schedule share what the others leave."""
    fixed = {p.key: p.adjusted * _share(p) for p in active if p.outcome != ON_SCHEDULE or p.below_quota}
    free = [p for p in active if p.key not in fixed]
    weight = {p.key: p.adjusted * _spread(p) for p in free}
    scale = (total - sum(fixed.values())) / sum(weight.values())
    return [fixed[p.key] if p.key in fixed else weight[p.key] * scale for p in active]


def _share(project: Project) -> float:
    if project.outcome == COMPLETED:
        return draw.uniform(f"share/{project.key}", 0.965, 0.999)
    if project.outcome == LATE:
        return draw.uniform(f"share/{project.key}", 0.18, 0.48)
    return draw.uniform(f"share/{project.key}", 0.47, 0.64)


def _spread(project: Project) -> float:
    return draw.uniform(f"share/{project.key}", 0.94, 1.1) * (0.75 if project.enters else 1)


def _weight(project: Project, month: int) -> float:
    first = dt.date(YEAR, month, 1)
    last = dt.date(YEAR, month, calendar.monthrange(YEAR, month)[1])
    start = project.start or first
    end = min(project.finish or FINAL, project.suspended or FINAL, FINAL)
    days = (min(last, end) - max(first, start)).days + 1
    if days <= 0:
        return 0.0
    planned_end = max(project.finish or project.planned_finish, end)
    middle = max(first, start) + (min(last, end) - max(first, start)) / 2
    place = (middle - start).days / max((planned_end - start).days, 1)
    bump = 0.15 + 4 * place * (1 - place)
    return days * bump * draw.uniform(f"month/{project.key}/{month}", 0.7, 1.3)


def check(projects: Sequence[Project], done: dict[str, tuple[int, ...]]) -> None:
    """Hold the months against the totals of the city and the projects' own limits."""
    hold(tuple(sum(column) for column in zip(*done.values(), strict=True)), MONTHS, "investment by month")
    hold(sum(MONTHS), 620_000, "investment")
    hold(sum(sum(done[p.key]) for p in projects if p.category == HOUSING), 312_000, "housing investment")
    for project in projects:
        months = done[project.key]
        before = [value for month, value in enumerate(months, 1) if _before(project, month)]
        hold(sum(months), min(sum(months), project.total), f"investment within the total of {project.name}")
        hold(min(months), max(min(months), 0), f"months of {project.name}")
        hold(sum(before), 0, f"investment before the start of {project.name}")


def _before(project: Project, month: int) -> bool:
    return project.start is None or dt.date(YEAR, month, calendar.monthrange(YEAR, month)[1]) < project.start
