"""The 268 projects as they are known at the end: plans, dates, persons, names."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sample import draw, words
from sample.city import (
    ADJUSTING_UNIT,
    ADJUSTMENTS,
    CATEGORIES,
    FINAL,
    HOUSING,
    TOWN_OF,
    TOWNS,
    UNITS,
    Category,
)
from sample.oracle import hold

DAY = dt.timedelta(days=1)
COMPLETED, ON_SCHEDULE, LATE, NOT_STARTED = "completed", "on schedule", "late", "not started"


@dataclass(frozen=True, kw_only=True)
class Project:
    """A project; amounts in 万元. `enters` is the first quarter (0, 1, 2) whose workbook has it."""

    key: str
    unit: str
    category: str
    outcome: str
    name: str
    person: str
    town: str
    plan: int
    adjustment: int
    total: int
    planned_start: dt.date
    planned_finish: dt.date
    start: dt.date | None
    finish: dt.date | None
    suspended: dt.date | None
    below_quota: bool
    enters: int

    @property
    def adjusted(self) -> int:
        """The plan in force at the end."""
        return self.plan + self.adjustment


def build() -> list[Project]:
    """Return the projects in the order of their units and categories."""
    taken: set[str] = set()
    projects = [project for category in CATEGORIES for project in _category(category, taken)]
    order = {unit: place for place, unit in enumerate(UNITS)}
    return sorted(projects, key=lambda project: order[project.unit])


def _category(category: Category, taken: set[str]) -> list[Project]:
    outcomes = draw.shuffled(
        f"outcomes/{category.name}",
        [COMPLETED] * category.completed
        + [ON_SCHEDULE] * category.on_schedule
        + [LATE] * category.late
        + [NOT_STARTED] * category.not_started,
    )
    units = [unit for unit, count in category.units.items() for _ in range(count)]
    keys = [f"{category.name}/{place}" for place in range(len(units))]
    adjusted = _adjusted(category, units, outcomes)
    carried = [_carried(key, category, outcome) for key, outcome in zip(keys, outcomes, strict=True)]
    plans = draw.apportion(
        category.plan,
        [
            _PLAN_WEIGHT[outcome]
            * (
                draw.uniform(f"plan/{key}", 2.4, 3.4)
                if place in adjusted
                else draw.uniform(f"plan/{key}", 0.45, 1.9)
            )
            * (0.45 if _summer(key, category, outcome) and not carried[place] else 1)
            for place, (key, outcome) in enumerate(zip(keys, outcomes, strict=True))
        ],
        step=10,
    )
    later = draw.apportion(
        category.total - category.plan,
        [
            plan * draw.uniform(f"later/{key}", 0.5, 1.5) * (1 if carry or category.long else 0.08)
            for key, plan, carry in zip(keys, plans, carried, strict=True)
        ],
        step=10,
    )
    quiet = _below_quota(category, outcomes)
    return [
        _project(
            key=key,
            category=category,
            unit=units[place],
            outcome=outcomes[place],
            carry=carried[place],
            plan=plans[place] - adjusted.get(place, 0),
            adjustment=adjusted.get(place, 0),
            total=plans[place] + later[place],
            below_quota=place in quiet,
            taken=taken,
        )
        for place, key in enumerate(keys)
    ]


_PLAN_WEIGHT = {COMPLETED: 0.72, ON_SCHEDULE: 1.1, LATE: 1.15, NOT_STARTED: 0.75}

# Projects that say 按计划 while their investment is below the quota: by category, how many.
_BELOW_QUOTA = {
    "城市道路及配套": 2,
    "园林绿化": 1,
    "污水管网": 2,
    "集中供热": 1,
    "公共建筑": 2,
    HOUSING: 3,
    "棚户区改造": 1,
}


def _below_quota(category: Category, outcomes: list[str]) -> set[int]:
    places = [place for place, outcome in enumerate(outcomes) if outcome == ON_SCHEDULE]
    return set(draw.shuffled(f"quota/{category.name}", places)[: _BELOW_QUOTA.get(category.name, 0)])


def _adjusted(category: Category, units: list[str], outcomes: list[str]) -> dict[int, int]:
    if ADJUSTING_UNIT not in category.units:
        return {}
    under_way = [
        place for place, unit in enumerate(units) if unit == ADJUSTING_UNIT and outcomes[place] == ON_SCHEDULE
    ]
    return dict(zip(under_way, ADJUSTMENTS, strict=False))


def _carried(key: str, category: Category, outcome: str) -> bool:
    """Whether a project was begun in an earlier year."""
    share = 0.65 if category.name == HOUSING else 0.5 if category.long else 0.35
    return (
        draw.uniform(f"carried/{key}")
        < {COMPLETED: share + 0.1, ON_SCHEDULE: share, LATE: 0.25, NOT_STARTED: 0.0}[outcome]
    )


def _summer(key: str, category: Category, outcome: str) -> bool:
    """Whether a project begun in this year is a small one of the summer."""
    return outcome in {ON_SCHEDULE, LATE} and not category.long and draw.chance(f"summer/{key}", 0.42)


# Projects that entered the programme after the first quarter, by key; their start is set below.
ENTERED = {
    "城市道路及配套/16": 1,
    "公共建筑/25": 1,
    "供水排水/3": 1,
    "房地产开发/50": 1,
    "农村住房建设/11": 2,
    "房地产开发/27": 2,
}
_SUSPENDED = {"公共建筑/21": dt.date(2010, 7, 20), "城中村改造/9": dt.date(2010, 6, 12)}


def _project(
    *,
    key: str,
    category: Category,
    unit: str,
    outcome: str,
    carry: bool,
    plan: int,
    adjustment: int,
    total: int,
    below_quota: bool,
    taken: set[str],
) -> Project:
    enters = ENTERED.get(key, 0)
    planned_start, start = _starts(
        key, outcome, carry=carry, summer=_summer(key, category, outcome), enters=enters
    )
    planned_finish, finish = _finishes(key, outcome, start or planned_start, long=category.long, carry=carry)
    return Project(
        key=key,
        unit=unit,
        category=category.name,
        outcome=outcome,
        name=words.name(f"name/{key}", words.ENDINGS[category.name], taken),
        person=words.person(UNITS.index(unit), f"person/{key}"),
        town=TOWN_OF.get(unit) or draw.pick(f"town/{key}", TOWNS),
        plan=plan,
        adjustment=adjustment,
        total=total,
        planned_start=planned_start,
        planned_finish=planned_finish,
        start=start,
        finish=finish,
        suspended=_SUSPENDED.get(key),
        below_quota=below_quota,
        enters=enters,
    )


def _day(key: str, first: dt.date, last: dt.date) -> dt.date:
    return first + DAY * draw.whole(key, 0, (last - first).days)


def _starts(
    key: str, outcome: str, *, carry: bool, summer: bool, enters: int
) -> tuple[dt.date, dt.date | None]:
    if outcome == NOT_STARTED:
        first = (
            dt.date(2010, 3, 10)
            if enters == 0
            else dt.date(2010, 5, 1)
            if enters == 1
            else dt.date(2010, 8, 1)
        )
        return _day(f"planned/{key}", first, dt.date(2010, 10, 31)), None
    if enters:
        start = _day(f"start/{key}", dt.date(2010, 1 + 3 * enters, 12), dt.date(2010, 2 + 3 * enters, 20))
    elif carry:
        start = _day(f"start/{key}", dt.date(2009, 3, 5), dt.date(2009, 11, 20))
    else:
        first, last = dt.date(2010, 2, 22), dt.date(2010, 4, 20 if outcome == COMPLETED else 28)
        if summer:
            first, last = dt.date(2010, 5, 4), dt.date(2010, 8, 10)
        start = _day(f"start/{key}", first, last)
    slip = draw.whole(f"slip/{key}", 25, 80) if outcome == LATE else draw.whole(f"slip/{key}", 0, 15)
    return start - DAY * slip, start


def _finishes(
    key: str, outcome: str, start: dt.date, *, long: bool, carry: bool
) -> tuple[dt.date, dt.date | None]:
    if outcome == COMPLETED:
        first = dt.date(2010, 2, 20) if carry else start + 62 * DAY
        finish = _day(f"finish/{key}", first, dt.date(2010, 9, 16))
        return min(finish + DAY * draw.whole(f"early/{key}", -8, 35), dt.date(2010, 12, 25)), finish
    if long and draw.chance(f"beyond/{key}", 0.55):
        return _day(f"finish/{key}", dt.date(2011, 3, 31), dt.date(2012, 6, 30)), None
    return _day(f"finish/{key}", dt.date(2010, 10, 25), dt.date(2010, 12, 25)), None


def check(projects: list[Project]) -> None:
    """Hold the programme against the totals of the city."""
    count = {outcome: sum(p.outcome == outcome for p in projects) for outcome in _PLAN_WEIGHT}
    hold(count, {COMPLETED: 54, ON_SCHEDULE: 140, LATE: 30, NOT_STARTED: 44}, "projects by outcome")
    hold(sum(p.total for p in projects), 1_830_000, "total investment")
    hold(sum(p.adjusted for p in projects), 900_000, "adjusted plan")
    hold(sum(p.plan for p in projects), 885_000, "original plan")
    hold(
        [p for p in projects if not p.total >= p.adjusted > 0 or p.plan <= 0], [], "projects with an odd plan"
    )
    hold([p for p in projects if p.start is not None and p.start > FINAL], [], "projects begun later")
