"""A scenario's answer: the paths of the city and of groups against base, and which lever brought what."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.issues import Message
from cityanalytics.outlook.draws import PATHS
from cityanalytics.outlook.paths import PUBLISHED, reaching
from cityanalytics.outlook.scurve import curve_at
from cityanalytics.whatif.model import Group

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from cityanalytics.outlook.paths import Paths
    from cityanalytics.whatif.levers import Addition, Lever, Scenario
    from cityanalytics.whatif.model import Model


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a scenario comes to.

    Parameters
    ----------
    model
        Base, prepared.
    scenario
        What changes.
    """

    model: Model
    scenario: Scenario

    @cached_property
    def base(self) -> Paths:
        """Base with the scenario's pace of the city: what its levers act on."""
        return self.model.at_pace(self.scenario.city_pace)

    @cached_property
    def _levers(self) -> tuple[np.ndarray, np.ndarray]:
        """Projects that levers change, and what each adds more than without levers on each path."""
        return self._changed(self.scenario.lever)

    @property
    def changed_projects(self) -> np.ndarray:
        """Places of the projects that levers change, in the order of `by_levers` (int64)."""
        return self._levers[0]

    @property
    def by_levers(self) -> np.ndarray:
        """What each project that levers change adds more than without them, on each path (yuan)."""
        return self._levers[1]

    @cached_property
    def _additions(self) -> np.ndarray:
        return self.model.new(self.scenario.addition, base=self.base)

    def _changed(self, levers: Iterable[Lever]) -> tuple[np.ndarray, np.ndarray]:
        reach = self.model.reach(levers)
        rows = np.flatnonzero(reach.changed)
        change = self.model.added(reach, rows, base=self.base)
        change -= self.base.added[rows]
        return rows, change

    @cached_property
    def change(self) -> np.ndarray:
        """What the city comes to more than base with its pace, path by path (yuan)."""
        reach = self.model.reach(self.scenario.lever)
        moved = self.model.change(reach, np.flatnonzero(reach.changed), base=self.base)
        return np.asarray(moved + self._additions.sum(axis=0))

    @cached_property
    def ends(self) -> np.ndarray:
        """The city's total on each path (yuan), in the order of base."""
        return np.asarray(self.base.ends + self.change)

    @cached_property
    def ordered(self) -> np.ndarray:
        """The city's total on each path (yuan), rising."""
        return np.sort(self.ends)

    @property
    def quantiles(self) -> dict[str, float]:
        """The city's P10, P50, P90 (yuan): order statistics of the paths."""
        return {name: float(self.ordered[at]) for name, at in PUBLISHED.items()}

    @property
    def probability(self) -> float | None:
        """The chance of the plan; None without one."""
        return self.chance(self.ordered)

    def chance(self, ends: np.ndarray) -> float | None:
        """Return the forecast's chance of the plan and what other ends of the paths add to it (float64, rising)."""
        base = self.model.base
        told, target = base.total.probability, base.total.target
        if told is None:
            return None
        return min(max(told + (reaching(ends, target) - reaching(base.ends, target)), 0.0), 1.0)

    @property
    def mean_change(self) -> float:
        """Mean of the city's change against base over all paths (yuan)."""
        return math.fsum(self._by_lever)

    def along(self, days: Sequence[dt.date]) -> list[np.ndarray]:
        """Return what the city has come to by days up to the year's end, on each path (yuan)."""
        model, base = self.model, self.base
        reach = model.reach(self.scenario.lever)
        ends = base.added.copy()
        rows, change = self._levers
        ends[rows] += change
        whole, week = model.expected(reach), base.week
        waits = base.steps.waits
        moving = np.delete(np.arange(len(ends)), waits)
        found = []
        for day in days:
            gone = (day - model.as_of).days
            # what has been added by a day is what levers would leave if no day after it were worked
            until = np.where(np.arange(len(model.days)) < gone, reach.clock, 0.0)
            part = model.expected(replace(reach, clock=until))
            with np.errstate(invalid="ignore", divide="ignore"):
                share = np.nan_to_num(part.amounts / whole.amounts)
                begun = np.nan_to_num(part.by_week / whole.by_week)
            path = base.total.done + share[moving] @ ends[moving]
            path += (np.take_along_axis(begun, week, axis=1) * ends[waits]).sum(axis=0)
            for addition, own in zip(self.scenario.addition, self._additions, strict=True):
                path += own * _share_by(addition, day, model.days[-1])
            found.append(path + base.left * (gone / len(model.days) if model.days else 1.0))
        return found

    def by(self, key: str) -> pd.DataFrame:
        """Return each group's base and its change: one row a group, in the order of the forecast."""
        moved, rows = self._moved, []
        new = [
            getattr(addition, key, addition.name if key == "project" else "")
            for addition in self.scenario.addition
        ]
        groups = self.model.groups(key)
        left = self.base.left - self.model.base.left
        named = [*groups, *new, *([""] if left.any() else [])]
        for name in dict.fromkeys(named):
            group = groups.get(name) or Group.empty()
            change = np.zeros(PATHS)
            for at in group.rows:
                if at in moved:
                    change += moved[at]
            for place, unit in enumerate(new):
                if unit == name:
                    change += self._additions[place]
            if not name:
                change += left
            rows.append({key: name, **self._group(group, change)})
        return pd.DataFrame(rows)

    @cached_property
    def _moved(self) -> dict[int, np.ndarray]:
        """Change of each project that changes against base, the city's pace included."""
        rows, change = self._levers
        found = dict(zip(rows.tolist(), change, strict=True))
        if self.base is self.model.base:
            return found
        paced = self.base.added - self.model.base.added
        return {row: paced[row] + found[row] if row in found else paced[row] for row in range(len(paced))}

    @staticmethod
    def _group(group: Group, change: np.ndarray) -> dict[str, float | None]:
        told = group.told
        found: dict[str, float | None] = {"plan": told["plan"], "done": told["done"], "base_p50": told["p50"]}
        now = told
        if change.any():
            ends = np.sort(group.paths + change)
            now = {name: float(ends[at]) for name, at in PUBLISHED.items()}
            now["probability"] = reaching(ends, told["plan"]) if told["plan"] > 0 else math.nan
        found |= {name: now[name] for name in PUBLISHED}
        chance = {"base_probability": told["probability"], "probability": now["probability"]}
        found |= {name: None if math.isnan(value) else value for name, value in chance.items()}
        found["mean_change"] = math.fsum(change) / PATHS
        return found

    @cached_property
    def _by_lever(self) -> list[float]:
        """What each lever, then each addition, then the city's pace brought (yuan)."""
        levers = self.scenario.lever
        brought = _shapley(self, levers)
        brought += [math.fsum(each) / PATHS for each in self._additions]
        brought.append(math.fsum(self.base.ends - self.model.base.ends) / PATHS)
        return brought

    def attribution(self) -> pd.DataFrame:
        """Return what each lever brought on the mean of all paths: Shapley values, which add up.

        The city's pace comes first and has what it brings alone; additions change no project and have their own.
        """
        kinds = [lever.kind for lever in self.scenario.lever] + ["addition"] * len(self.scenario.addition)
        counts = [self._acts_on(lever) for lever in self.scenario.lever]
        counts += [1] * len(self.scenario.addition)
        found = pd.DataFrame(
            {
                "lever": range(1, len(kinds) + 2),
                "kind": [*kinds, "city_pace"],
                "projects": [*counts, len(self.model.projects)],
                "mean_change": self._by_lever,
            }
        )
        return found if self.scenario.city_pace != 1.0 else found.iloc[:-1]

    def _acts_on(self, lever: Lever) -> int:
        rows = self.model.selection.rows(lever)
        return int((rows & self.model.curves.waiting if lever.kind in {"start", "never"} else rows).sum())

    def ineffective(self) -> list[tuple[int, str, Message]]:
        """Return levers that change nothing of a project that they choose: place of the lever, project, reason."""
        found = []
        names = self.model.projects["project"]
        for place, lever in enumerate(self.scenario.lever, start=1):
            rows, change = self._changed([lever])
            moved = np.zeros(len(names), dtype=bool)
            moved[rows[(change != 0).any(axis=1)]] = True
            idle = np.flatnonzero(self.model.selection.rows(lever) & ~moved)
            found += [(place, str(names[row]), self._reason(lever, int(row))) for row in idle]
        return found

    def _reason(self, lever: Lever, row: int) -> Message:  # noqa: PLR0911 - a return a reason
        curves, base = self.model.curves, self.model.base
        if lever.kind in {"start", "never"} and not curves.waiting[row]:
            return Message.of("it has begun already")
        if lever.kind == "scope" and curves.untotalled[row] and lever.share is None:
            return Message.of("no total investment is stated")
        if not base.cap[row] and lever.kind != "scope":
            return Message.of("its total investment is done")
        if lever.kind == "lift" and curves.moving[row] and self.model.faster[row] <= 1.0:
            return Message.of("it goes at the usual pace already")
        if not base.added[row].any():
            return Message.of("nothing is expected of it this year")
        if curves.moving[row] and curves.planned_end[row] <= len(self.model.days):
            return Message.of("it is expected to be complete by the year's end without it")
        return Message.of("the lever leaves it as it is")


def _share_by(addition: Addition, day: dt.date, close: dt.date) -> float:
    """Return the share of what a new project adds this year that it has added by a day."""
    length = (addition.finish - addition.start).days + 1
    now, last = (curve_at(np.array(((at - addition.start).days + 1) / length)) for at in (day, close))
    return float(now / last) if last else 0.0


def _shapley(answer: Answer, levers: Sequence[Lever]) -> list[float]:
    """Return each lever's Shapley value of the mean change; projects under the same levers are taken together."""
    if not levers:
        return []
    brought = [0.0] * len(levers)
    touched = np.array([answer.model.selection.rows(lever) for lever in levers])
    signs, place = np.unique(touched, axis=1, return_inverse=True)
    for sign in range(signs.shape[1]):
        own = np.flatnonzero(signs[:, sign]).tolist()
        rows = np.flatnonzero(place == sign)
        worth = {
            subset: _worth(answer, [levers[at] for at in subset], rows)
            for size in range(len(own) + 1)
            for subset in combinations(own, size)
        }
        for at in own:
            brought[at] += _value(worth, own, at)
    # what rounding leaves goes to the largest, so that the sum is exact
    whole = math.fsum(answer.by_levers.sum(axis=0)) / PATHS
    largest = max(range(len(levers)), key=lambda at: abs(brought[at]))
    for _ in range(4):
        brought[largest] += whole - math.fsum(brought)
    return brought


def _value(worth: Mapping[tuple[int, ...], float], players: Sequence[int], at: int) -> float:
    """Return the Shapley value of one player of a game: what it adds to each set of others, averaged over orders."""
    others = [other for other in players if other != at]
    orders = math.factorial(len(players))
    found = []
    for size in range(len(players)):
        weight = math.factorial(size) * math.factorial(len(others) - size) / orders
        for subset in combinations(others, size):
            found.append(weight * (worth[tuple(sorted((*subset, at)))] - worth[subset]))  # noqa: PERF401 - two loops read better
    return math.fsum(found)


def _worth(answer: Answer, levers: Sequence[Lever], rows: np.ndarray) -> float:
    reach = answer.model.reach(levers)
    return float(answer.model.change(reach, rows[reach.changed[rows]], base=answer.base).sum()) / PATHS
