"""Physical works of the projects, and demolition sites; quantities are whole tenths or hundredths."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sample import draw, words
from sample.city import DEMOLITION, HOUSING, UNITS
from sample.oracle import hold
from sample.programme import COMPLETED, LATE, NOT_STARTED, ON_SCHEDULE, Project

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROADS, BRIDGES, STREETS = "城市道路升级配套", "桥梁建设", "背街小巷改造"
CITY_GREEN, TOWN_GREEN = "城区道路绿化", "城区至镇驻地道路绿化"
PARKS, OLD, GAS = "湿地森林公园", "老旧小区整治", "新铺天然气管网"
FLOOR, FLOOR_DONE = "房地产施工面积", "房地产竣工面积"
BASICALLY = "基本完成"


@dataclass(frozen=True, kw_only=True)
class Work:
    """Physical work of a project at the end; quantities in tenths of the measure."""

    project: str
    kind: str
    measure: str
    planned: int
    done: int
    basically: bool = False


_COUNTED = {
    "城市道路及配套": (ROADS, "条"),
    "桥梁工程": (BRIDGES, "座"),
    "湿地公园": (PARKS, "处"),
    "公共建筑": ("公共建筑", "个"),
}
_MEASURED = {
    "污水管网": ("污水管网", "公里"),
    "集中供热": ("供热管网", "公里"),
    "供水排水": ("供水排水管网", "公里"),
    "棚户区改造": ("棚户区安置房", "万平方米"),
    "城中村改造": ("城中村安置房", "万平方米"),
    "农村住房建设": ("农村住房", "万平方米"),
}


def works(projects: Sequence[Project], physical: dict[str, int]) -> list[Work]:
    """Return every project's works, given its physical progress in percent at the end."""
    by_category: dict[str, list[Project]] = {}
    for project in projects:
        by_category.setdefault(project.category, []).append(project)
    made: list[Work] = []
    for category, members in by_category.items():
        if category in _COUNTED:
            kind, measure = _COUNTED[category]
            made += [
                Work(
                    project=p.key, kind=kind, measure=measure, planned=10, done=10 * (p.outcome == COMPLETED)
                )
                for p in members
            ]
        elif category in _MEASURED:
            kind, measure = _MEASURED[category]
            for p in members:
                planned = draw.whole(f"works/{p.key}", 18, 85)
                done = planned * physical[p.key] // 100
                made.append(Work(project=p.key, kind=kind, measure=measure, planned=planned, done=done))
    made += _greening(by_category["园林绿化"])
    made += _streets(by_category["背街小巷改造"])
    made += _old_communities(by_category["老旧小区整治"])
    made += _gas(by_category["燃气管网"], physical)
    made += _housing(by_category[HOUSING])
    place = {project.key: number for number, project in enumerate(projects)}
    return sorted(made, key=lambda work: place[work.project])


def _of(members: Sequence[Project], *outcomes: str) -> list[Project]:
    return [project for outcome in outcomes for project in members if project.outcome == outcome]


def _dealt(members: Sequence[Project], deal: Sequence[tuple[str, str, int, int]]) -> Iterator[Work]:
    for project, (kind, measure, planned, done) in zip(members, deal, strict=True):
        yield Work(project=project.key, kind=kind, measure=measure, planned=10 * planned, done=10 * done)


def _greening(members: Sequence[Project]) -> Iterator[Work]:
    city, town, park = (CITY_GREEN, "条"), (TOWN_GREEN, "条"), ("公园绿地", "处")
    yield from _dealt(
        _of(members, COMPLETED),
        [
            (*city, 2, 2),
            (*city, 1, 1),
            (*city, 1, 1),
            (*town, 2, 2),
            (*town, 2, 2),
            (*town, 1, 1),
            (*park, 1, 1),
        ],
    )
    yield from _dealt(
        _of(members, ON_SCHEDULE),
        [
            (*city, 2, 1),
            (*city, 3, 1),
            (*city, 1, 0),
            (*city, 2, 0),
            (*city, 1, 0),
            (*town, 3, 2),
            (*town, 2, 1),
            (*town, 1, 0),
            (*town, 2, 0),
            (*park, 2, 0),
            (*park, 1, 0),
        ],
    )
    yield from _dealt(
        _of(members, LATE, NOT_STARTED), [(*city, 1, 0), (*town, 1, 0), (*park, 1, 0), (*city, 2, 0)]
    )


def _streets(members: Sequence[Project]) -> Iterator[Work]:
    deal = [(7, 7), (6, 6), (5, 5), (6, 6), (4, 4), (6, 3), (5, 2), (5, 2), (4, 1), (3, 0), (4, 0), (5, 0)]
    order = _of(members, COMPLETED, ON_SCHEDULE, LATE, NOT_STARTED)
    yield from _dealt(order, [(STREETS, "条", planned, done) for planned, done in deal])


def _old_communities(members: Sequence[Project]) -> Iterator[Work]:
    finished = (2, 1, 2, 1, 1)
    for place, p in enumerate(_of(members, ON_SCHEDULE, LATE, NOT_STARTED)):
        basically = place < len(finished)
        planned = finished[place] if basically else draw.whole(f"works/{p.key}", 1, 3)
        yield Work(
            project=p.key,
            kind=OLD,
            measure="个",
            planned=10 * planned,
            done=10 * planned * basically,
            basically=basically,
        )


def _gas(members: Sequence[Project], physical: dict[str, int]) -> Iterator[Work]:
    started = [p for p in members if p.outcome != NOT_STARTED]
    laid = draw.apportion(280, [p.plan * physical[p.key] for p in started])
    done = dict(zip((p.key for p in started), laid, strict=True))
    for p in members:
        full = (
            done[p.key]
            if p.outcome == COMPLETED
            else done.get(p.key, 24) * 100 // max(physical[p.key], 60) + 1
        )
        yield Work(project=p.key, kind=GAS, measure="公里", planned=full, done=done.get(p.key, 0))


def _housing(members: Sequence[Project]) -> Iterator[Work]:
    started = [p for p in members if p.outcome != NOT_STARTED]
    areas = dict(
        zip((p.key for p in started), draw.apportion(4944, [float(p.total) for p in started]), strict=True)
    )
    own = {p.key: areas[p.key] for p in started if p.outcome == COMPLETED}
    phased = sorted(_of(started, ON_SCHEDULE), key=lambda p: -areas[p.key])[:6]
    parts = dict(
        zip(
            (p.key for p in phased),
            draw.apportion(670 - sum(own.values()), [1.2, 1.1, 1, 1, 0.9, 0.8]),
            strict=True,
        )
    )
    for p in members:
        area = areas.get(p.key, draw.whole(f"works/{p.key}", 60, 140))
        planned = (
            area
            if p.outcome in {COMPLETED, NOT_STARTED}
            else area * draw.whole(f"more/{p.key}", 100, 115) // 100
        )
        yield Work(project=p.key, kind=FLOOR, measure="万平方米", planned=planned, done=areas.get(p.key, 0))
        handed = own.get(p.key, parts.get(p.key))
        if handed is not None:
            more = 0 if p.key in own else draw.whole(f"handover/{p.key}", 10, 40)
            yield Work(project=p.key, kind=FLOOR_DONE, measure="万平方米", planned=handed + more, done=handed)


@dataclass(frozen=True, kw_only=True)
class Site:
    """A demolition site; areas in 0.01 万平方米, by month."""

    unit: str
    kind: str
    name: str
    person: str
    started: dt.date | None
    planned_finish: dt.date
    planned: int
    months: tuple[int, ...]


def sites() -> list[Site]:
    """Return the demolition sites in the order of their units and kinds."""
    taken: set[str] = set()
    made: list[Site] = []
    for kind, (done, planned, units) in DEMOLITION.items():
        names = [unit for unit, count in units.items() for _ in range(count)]
        weights = [draw.uniform(f"site/{kind}/{place}", 0.5, 1.6) for place in range(len(names))]
        idle = {len(names) - 1} if kind == "棚户区" else {3} if kind == "城中村" else {1, 8}
        areas = draw.apportion(planned, weights)
        finished = [
            draw.uniform(f"torn/{kind}/{place}", 0.84, 0.97) * (place not in idle)
            for place in range(len(names))
        ]
        torn = draw.apportion(done, [area * share for area, share in zip(areas, finished, strict=True)])
        for place, unit in enumerate(names):
            key = f"site/{kind}/{place}"
            started = (
                None
                if place in idle
                else dt.date(2010, draw.whole(f"{key}/m", 1, 4), draw.whole(f"{key}/d", 4, 27))
            )
            made.append(
                Site(
                    unit=unit,
                    kind=kind,
                    name=words.name(key, words.SITES[kind], taken),
                    person=words.person(UNITS.index(unit), f"{key}/p"),
                    started=started,
                    planned_finish=dt.date(2010, 11, 30) + dt.timedelta(draw.whole(f"{key}/f", 0, 30)),
                    planned=max(areas[place], torn[place]),
                    months=_demolished(key, started, torn[place]),
                )
            )
    order = {unit: place for place, unit in enumerate(UNITS)}
    return sorted(made, key=lambda site: order[site.unit])


def _demolished(key: str, started: dt.date | None, area: int) -> tuple[int, ...]:
    if started is None:
        return (0,) * 9
    shape = (0.3, 0.3, 0.8, 1.1, 1.3, 1.3, 1.2, 1.1, 0.7)
    weights = [
        shape[month - 1] * draw.uniform(f"{key}/{month}", 0.6, 1.4) * (month >= started.month)
        for month in range(1, 10)
    ]
    return tuple(draw.apportion(area, weights))


def check(made: Sequence[Work], torn: Sequence[Site]) -> None:
    """Hold works and demolition against the totals of the city."""
    done: dict[str, int] = {}
    for work in made:
        hold(work.done, min(max(work.done, 0), work.planned), f"works of {work.project} within their plan")
        done[work.kind] = done.get(work.kind, 0) + work.done
    wanted = {
        ROADS: 50,
        BRIDGES: 20,
        STREETS: 360,
        CITY_GREEN: 60,
        TOWN_GREEN: 80,
        PARKS: 50,
        OLD: 70,
        GAS: 280,
        FLOOR: 4944,
        FLOOR_DONE: 670,
    }
    hold({kind: done[kind] for kind in wanted}, wanted, "works")
    for kind, (area, _, _) in DEMOLITION.items():
        hold(sum(sum(site.months) for site in torn if site.kind == kind), area, kind)
    hold([site for site in torn if min(site.months) < 0 or sum(site.months) > site.planned], [], "odd sites")
