"""The model: what levers do to each project's expected curve, and what that does to the paths of the city.

On path n project i adds ``min(cap_i min(1, q_ni), k_n q_ni e_ni)``: ``e_ni`` from its own curve, of one that waits from
the week in which it begins on that path, ``q_ni`` a draw, ``k_n`` the factor with which all projects add up to the
city, solved on base and then frozen. Levers change a project's *effective days*
(a product of factors for each day that is left), its start, its total and what is paid; everything else stays, draws
too, so that scenario and base are compared path by path (common random numbers).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.calendar import ONE_DAY, WorkCalendar, days, year_end
from cityanalytics.outlook.draws import PATHS, byte, draw_table, drawn
from cityanalytics.outlook.scurve import curve_at
from cityanalytics.whatif.selection import Selection

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd

    from cityanalytics.outlook.curves import ToCome
    from cityanalytics.outlook.forecast import Forecast
    from cityanalytics.outlook.paths import Paths
    from cityanalytics.whatif.levers import Addition, Lever

#: Rows are worked on so many at once, which a processor's cache holds.
_ROWS = 32
#: A project that is freed goes at most so many times as fast as it did.
FASTEST = 10.0


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What levers do to projects: one value a project, or one a project and day that is left.

    Parameters
    ----------
    clock
        Factor on the work of each day (projects x days).
    begins
        Day that is left, from 0, on which one that waits begins; NaN where its own hazard says so.
    lifted
        Day on which one that waits may begin at last; NaN for none.
    total
        Total investment in parts of the present one.
    added
        Yuan on top of that.
    paid
        Share of what would be added that is paid for.
    """

    clock: np.ndarray
    begins: np.ndarray
    lifted: np.ndarray
    total: np.ndarray
    added: np.ndarray
    paid: np.ndarray

    @property
    def changed(self) -> np.ndarray:
        """Which projects differ from base (bool)."""
        return np.asarray(
            (self.clock != 1.0).any(axis=1)
            | ~np.isnan(self.begins)
            | ~np.isnan(self.lifted)
            | (self.total != 1.0)
            | (self.added != 0.0)
            | (self.paid != 1.0)
        )


@dataclass(frozen=True, kw_only=True)
class Group:
    """A unit or category on base.

    Parameters
    ----------
    rows
        Its projects.
    told
        ``plan``, ``done``, ``p10``, ``p50``, ``p90`` (yuan), ``probability``.
    paths
        Its year's end on each path (yuan).
    """

    rows: np.ndarray
    told: dict[str, float]
    paths: np.ndarray

    @classmethod
    def empty(cls) -> Group:
        """Return a group that has no project yet."""
        told = dict.fromkeys(("plan", "done", "p10", "p50", "p90"), 0.0) | {"probability": np.nan}
        return cls(rows=np.zeros(0, dtype=int), told=told, paths=np.zeros(PATHS))


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What projects' own curves add by the year's end under levers.

    Parameters
    ----------
    amounts
        Of those under way (yuan; one a project, 0 of others).
    cap
        The most that each may add (yuan).
    begins, worked
        Of those that wait, for each week in which their start may be drawn, and for none: the day on which they begin
        (infinite where not this year), and the days worked from then on (waits x (weeks + 1)).
    by_week
        What they add then (yuan; as many).
    moving
        Days worked by those under way.
    """

    amounts: np.ndarray
    cap: np.ndarray
    begins: np.ndarray
    worked: np.ndarray
    by_week: np.ndarray
    moving: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Model:
    """A forecast, prepared for levers.

    Parameters
    ----------
    forecast
        Base.
    projects
        One row a project, in the order of the paths: what levers choose by, and ``plan``.
    calendar
        Working days.
    """

    forecast: Forecast
    projects: pd.DataFrame
    calendar: WorkCalendar
    _groups: dict[str, dict[str, Group]] = field(default_factory=dict, repr=False, compare=False)
    _paced: dict[float, Paths] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, forecast: Forecast) -> Model:
        """Prepare a forecast."""
        source = forecast.programme.source
        known = forecast.programme.projects.set_index("project")
        order = forecast.outlook.parts.projects["project"]
        columns = ["unit", "category", "town", "constraint", "stage", "plan", "done"]
        return cls(
            forecast=forecast,
            projects=known.loc[order, columns].reset_index(),
            calendar=WorkCalendar() if source is None else source.settings.calendar,
        )

    @property
    def curves(self) -> ToCome:
        """The projects' own curves."""
        return self.forecast.outlook.parts.curves

    @property
    def base(self) -> Paths:
        """The paths of base."""
        return self.forecast.drawn

    @property
    def factor(self) -> float:
        """The factor on what projects are expected to add, the median of all paths; every lever has it too."""
        return float(np.median(self.base.factor))

    @property
    def as_of(self) -> dt.date:
        """Data date."""
        return self.forecast.total.as_of

    @property
    def city(self) -> str:
        """The city's name in the workspace's first language; empty of tables alone."""
        source = self.forecast.programme.source
        return "" if source is None else source.settings.city[source.settings.languages[0]]

    @cached_property
    def days(self) -> tuple[dt.date, ...]:
        """The days that are left."""
        return tuple(days(self.as_of + ONE_DAY, year_end(self.as_of)))

    @cached_property
    def selection(self) -> Selection:
        """Which projects a lever may choose."""
        return Selection(projects=self.projects, open=self.curves.waiting | self.curves.moving)

    def at_pace(self, factor: float) -> Paths:
        """Return the paths of base with the city's pace times a factor."""
        if factor == 1.0:
            return self.base
        if factor not in self._paced:
            self._paced[factor] = self.base.to(self.forecast.total.at_pace(factor))
        return self._paced[factor]

    def groups(self, key: str) -> dict[str, Group]:
        """Return the units or categories, as the forecast lists them."""
        if key not in self._groups:
            names = self.projects[key].fillna("").to_numpy(dtype=str)
            self._groups[key] = {}
            for told in self.forecast.by(key).fillna({key: ""}).to_dict("records"):
                own = np.flatnonzero(names == told[key])
                paths = float(self.base.done[own].sum()) + self.base.added[own].sum(axis=0)
                values = {str(name): value for name, value in told.items() if name != key}
                self._groups[key][told[key]] = Group(rows=own, told=values, paths=paths)
        return self._groups[key]

    def place(self, day: dt.date) -> int:
        """Return a day's place among those that are left, from 0; before them 0, after them their number."""
        return min(max((day - self.as_of).days - 1, 0), len(self.days))

    def span(self, lever: Lever) -> slice:
        """Return the days that a lever acts on."""
        first, last = getattr(lever, "from_", None), getattr(lever, "to", None)
        begin = 0 if first is None else self.place(first)
        return slice(begin, len(self.days) if last is None else self.place(last) + 1)

    def working_days(self, span: slice) -> int:
        """Return the working days of a span."""
        return int(self.worked[span].sum())

    @cached_property
    def worked(self) -> np.ndarray:
        """Which of the days that are left are worked (bool)."""
        return np.array([self.calendar.is_working_day(day) for day in self.days], dtype=bool)

    @cached_property
    def faster(self) -> np.ndarray:
        """How much faster each project goes once it goes at the usual pace: from once to 10 times (float64)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.nan_to_num(np.clip(self.curves.usual / self.curves.performance, 1.0, FASTEST), nan=1.0)

    def paced(self, lever: Lever) -> tuple[slice, float] | None:
        """Return the days that a lever works on and its factor on the work of each; None of one that has neither."""
        match lever.kind:
            case "pace":
                return self.span(lever), lever.factor
            case "shifts":
                return self.span(lever), 1.0 + (lever.shifts - 1) * lever.yield_
            case "days":
                span, change = self.span(lever), (lever.gained or 0.0) - (lever.lost or 0.0)
                return span, max(1.0 + change / self.working_days(span), 0.0) if change else 1.0
            case "suspend":
                return self.span(lever), 0.0
            case "funds_arrive":
                return slice(0, self.place(lever.on)), 0.0
        return None

    def reach(self, levers: Iterable[Lever]) -> Reach:  # noqa: C901 - a case a kind of lever
        """Return what levers do together; their order does not matter."""
        curves, count = self.curves, len(self.projects)
        clock = np.ones((count, len(self.days)))
        begins, lifted = np.full(count, np.nan), np.full(count, np.nan)
        total, added, paid = np.ones(count), np.zeros(count), np.ones(count)
        # floats are multiplied in one order, whatever order the levers are written in; a start is known before a finish
        for lever in sorted(levers, key=lambda one: (one.kind == "finish", repr(one))):
            rows = self.selection.rows(lever)
            waits = rows & curves.waiting
            if paced := self.paced(lever):
                clock[rows, paced[0]] *= paced[1]
            match lever.kind:
                case "funds_short":
                    paid[rows] *= 1.0 - lever.share
                case "scope":
                    if lever.share is None:
                        added[rows & ~curves.untotalled] += lever.add or 0.0
                    else:
                        total[rows] += lever.share
                case "never":
                    clock[waits] = 0.0
                case "start":
                    begins[waits] = self.place(lever.on)
                case "lift":
                    lifted[rows] = np.fmin(lifted[rows], self.place(lever.on))
                case "finish":
                    until = float((lever.by - self.as_of).days)
                    begun = ~np.isnan(begins)
                    first = np.where(begun, begins, 0.0)
                    length = np.where(begun, curves.duration, curves.planned_end)
                    clock[rows] *= (length / np.maximum(until - first, 1.0))[rows, None]
        freed = curves.moving & ~np.isnan(lifted)
        for row in np.flatnonzero(freed & (self.faster > 1.0)):
            clock[row, int(lifted[row]) :] *= self.faster[row]
        lifted[freed] = np.nan
        return Reach(clock=clock, begins=begins, lifted=lifted, total=total, added=added, paid=paid)

    def expected(self, reach: Reach) -> Expected:
        """Return what each project's own curve adds under levers, and the most that it may."""
        curves, steps, left = self.curves, self.base.steps, float(len(self.days))
        waits = steps.waits
        worked = np.cumsum(reach.clock[:, ::-1], axis=1)[:, ::-1]
        whole = worked[:, 0] if left else np.zeros(len(worked))
        begins = np.broadcast_to(np.append(steps.middle, np.inf), (len(waits), len(steps.middle) + 1))
        begins = np.fmin(begins, reach.lifted[waits, None])
        given = reach.begins[waits, None]
        begins = np.where(np.isnan(given), begins, given)
        begins = np.where(begins < left, begins, np.inf)
        # of the day on which one begins the part before is not worked
        first = np.where(np.isfinite(begins), begins, 0.0).astype(int)
        since = np.zeros(begins.shape)
        if left:
            own = np.arange(len(waits))[:, None]
            part = np.where(np.isfinite(begins), begins, 0.0) - first
            since = worked[waits][own, first] - part * reach.clock[waits][own, first]
            since[~np.isfinite(begins)] = 0.0
        scale, cap = self._scope(reach)
        return Expected(
            amounts=curves.at(whole[:, None])[:, 0] * scale,
            cap=cap,
            begins=begins,
            worked=since,
            by_week=curves.begun(since) * scale[waits, None],
            moving=whole[steps.moves],
        )

    def _scope(self, reach: Reach) -> tuple[np.ndarray, np.ndarray]:
        curves = self.curves
        stated = np.where(curves.untotalled, 1.0, curves.total)
        scale = np.maximum(reach.total + np.where(curves.untotalled, 0.0, reach.added / stated), 0.0)
        done = self.base.done
        scoped = np.where(curves.untotalled, np.inf, np.maximum(stated * scale - done, 0.0))
        return scale, np.where(scale == 1.0, curves.cap, scoped)

    def added(self, reach: Reach, rows: np.ndarray, *, base: Paths | None = None) -> np.ndarray:
        """Return what some projects add on each path under levers (yuan; rows x paths)."""
        found = np.empty((len(rows), PATHS))
        for at, part in self._in_parts(reach, rows, base or self.base):
            found[at] = part
        return found

    def change(self, reach: Reach, rows: np.ndarray, *, base: Paths | None = None) -> np.ndarray:
        """Return what some projects together add on each path under levers more than on base (yuan, one a path)."""
        own = base or self.base
        change, before = np.zeros(PATHS), np.empty((_ROWS, PATHS))
        for at, part in self._in_parts(reach, rows, own):
            without = np.take(own.added, rows[at], axis=0, out=before[: len(part)], mode="clip")
            change += np.subtract(part, without, out=without).sum(axis=0)
        return change

    def _in_parts(self, reach: Reach, rows: np.ndarray, base: Paths) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield what some projects add on each path, a few rows at a time, each time in the same place."""
        expected, waits = self.expected(reach), base.steps.waits
        waiting = self.curves.waiting
        amounts = np.where(waiting, 1.0, expected.amounts)[:, None]
        cap, paid = expected.cap[:, None], reach.paid != 1.0
        adds_at, most_at = np.empty((2, _ROWS, PATHS))
        for first in range(0, len(rows), _ROWS):
            own = rows[first : first + _ROWS]
            adds = np.take(base.scale, own, axis=0, out=adds_at[: len(own)], mode="clip")
            adds *= amounts[own]
            for place in np.flatnonzero(waiting[own]):
                at = np.searchsorted(waits, own[place])
                adds[place] *= expected.by_week[at][base.week[at]]
            most = np.take(base.room, own, axis=0, out=most_at[: len(own)], mode="clip")
            most *= cap[own]
            np.minimum(adds, most, out=adds)
            if paid[own].any():
                adds *= reach.paid[own, None]
            yield slice(first, first + len(own)), adds

    def new(self, additions: Sequence[Addition], *, base: Paths | None = None) -> np.ndarray:
        """Return what projects that the programme does not have add on each path (yuan; additions x paths)."""
        names = [addition.name for addition in additions]
        last = len(self.days)
        worked = np.array([last - self.place(one.start) for one in additions], dtype=float)
        length = np.array([(one.finish - one.start).days + 1 for one in additions], dtype=float)
        total = np.array([one.total for one in additions])
        expected = np.minimum(total * self.curves.usual * curve_at(worked / length), total)
        seed, spread = self.forecast.seed, self.forecast.outlook.parts.dispersion
        draw = draw_table(spread)[byte(drawn(names, np.arange(1, PATHS + 1), seed=seed), 0)]
        scale = draw * (base or self.base).factor
        return np.asarray(np.minimum(total[:, None] * np.minimum(draw, 1.0), scale * expected[:, None]))
