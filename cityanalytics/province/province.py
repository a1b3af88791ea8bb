"""A province: its cities side by side, their sum, what it rests on and what of it is missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cityanalytics.province.joint import Joint

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from cityanalytics.issues import Message
    from cityanalytics.province.member import Member

#: Levels of what is said of a city.
LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
#: Projects of the province that are listed, the largest expected shortfall first.
MOST_PROJECTS = 500
#: By what the projects of all cities are summed.
GROUPS = ("category", "constraint")
SUMS = ("projects", "plan", "done", "short")
#: Why a city is not counted, or not as it should be.
UNREAD, OTHER_YEAR, NO_FORECAST = "not counted: no tables", "not counted: another year", "no forecast yet"
EARLIER, LATER, LACKS = "an earlier data date", "a later data date", "units are missing"
SHEETS = "sheets or projects are missing"


@dataclass(frozen=True, kw_only=True)
class Unread:
    """A city whose tables cannot be read: its folder, its name where its configuration says one, and why."""

    place: str
    called: str
    why: Message


@dataclass(frozen=True, kw_only=True)
class Province:
    """Cities at a day.

    Parameters
    ----------
    names
        What the province is called, by language.
    as_of
        The day that it describes: of most cities unless another was asked for.
    members
        The cities by their folder; those of another year are not counted.
    unread
        Those without tables.
    groups
        Sums of their projects by each of `GROUPS`: the group and `SUMS`.
    projects
        The projects with the largest expected shortfall, with their city's ``place``.
    seed
        Of the draws.
    """

    names: Mapping[str, str]
    as_of: dt.date
    members: Mapping[str, Member]
    unread: Sequence[Unread] = ()
    groups: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    projects: pd.DataFrame = field(default_factory=pd.DataFrame)
    seed: int = 0

    @cached_property
    def counted(self) -> Mapping[str, Member]:
        """The cities that are summed: those of the year."""
        return {place: one for place, one in self.members.items() if one.as_of.year == self.as_of.year}

    @cached_property
    def called(self) -> Mapping[str, str]:
        """What each city is called; of two of one name, with its folder."""
        first = {place: next(iter(one.names.values())) for place, one in self.members.items()}
        times = Counter(first.values())
        return {place: name if times[name] == 1 else f"{name} ({place})" for place, name in first.items()}

    @cached_property
    def terms(self) -> Mapping[str, Mapping[str, str]]:
        """Words of the data in other languages, cities' names among them."""
        found: dict[str, Mapping[str, str]] = {}
        for place, one in self.members.items():
            for word, texts in one.terms.items():
                found.setdefault(word, texts)
            if self.called[place] in one.names.values():
                found[self.called[place]] = one.names
        return found

    def joint(self, **how: float) -> Joint:
        """Return the province's forecast.

        Parameters
        ----------
        how
            ``tie``, where it is not the measured one.
        """
        return Joint(
            names=[place for place, one in self.counted.items() if one.total],
            totals=[one.total for one in self.counted.values() if one.total],
            plan=self.plan - self.beside,
            seed=self.seed,
            **how,
        )

    @cached_property
    def forecast(self) -> Joint:
        """The province's forecast as it is published."""
        return self.joint()

    @property
    def plan(self) -> float:
        """Of all that are counted (yuan)."""
        return sum(one.plan for one in self.counted.values())

    @property
    def done(self) -> float:
        """Of all that are counted (yuan)."""
        return sum(one.done for one in self.counted.values())

    @property
    def gap(self) -> float:
        """What all together are short of elapsed-time progress, each at its own data date (yuan)."""
        return sum(one.gap for one in self.counted.values())

    @cached_property
    def cities(self) -> pd.DataFrame:
        """A row a city that is counted, furthest behind in money first.

        ``place``, ``city``, ``as_of``, ``projects``, ``plan``, ``done``, ``gap`` (yuan short of elapsed-time progress;
        negative: ahead), ``part`` (of all gaps; missing where it is ahead), ``share``, ``behind`` (fractions of its
        plan), ``p10``, ``p50``, ``p90``, ``short`` (plan less p50; yuan), ``probability``, ``parted_p10`` and so on
        (yuan, where the province ends at that level), ``lacks`` (units that are missing).
        """
        rows = []
        for place, one in self.counted.items():
            total = one.total
            rows.append(
                {
                    "place": place,
                    "city": self.called[place],
                    "as_of": pd.Timestamp(one.as_of),
                    "projects": one.projects,
                    "plan": one.plan,
                    "done": one.done,
                    "gap": one.gap,
                    "share": one.done / one.plan if one.plan > 0 else np.nan,
                    "elapsed": one.elapsed,
                    **{
                        name: np.nan if total is None else total.quantile(level)
                        for name, level in LEVELS.items()
                    },
                    "probability": np.nan
                    if total is None or total.probability is None
                    else total.probability,
                    "lacks": len(one.coverage["missing"]),
                }
            )
        table = pd.DataFrame(rows)
        behind = table["gap"].clip(lower=0)
        table = table.assign(
            behind=table["elapsed"] - table["share"],
            part=(behind / behind.sum()).where(behind > 0),
            short=table["plan"] - table["p50"],
            planned=table["plan"] > 0,
        )
        forecast = self.forecast
        parts = pd.DataFrame(
            forecast.parts, index=list(forecast.names), columns=[f"parted_{name}" for name in LEVELS]
        )
        table = table.join(parts, on="place")
        for name in parts:
            table[name] = table[name].fillna(table["done"])
        return table.sort_values(["gap", "place"], ascending=[False, True], ignore_index=True)

    @property
    def beside(self) -> float:
        """What is done in cities without a forecast (yuan): it is part of every quantile."""
        return sum(one.done for one in self.counted.values() if one.total is None)

    def quantile(self, level: float) -> float:
        """Return the year's total that is not exceeded with probability `level` (yuan)."""
        return self.forecast.quantile(level) + self.beside

    @cached_property
    def likely(self) -> list[float]:
        """What each of fifty equally likely years comes to (yuan), rising."""
        return [self.quantile((at + 0.5) / 50) for at in range(50)]

    @cached_property
    def dependence(self) -> pd.DataFrame:
        """The province's year where cities miss alone, as measured, and all together: a row each."""
        rows = []
        for name, joint in (
            ("each city by itself", self.joint(tie=0.0)),
            ("as far together as measured", self.forecast),
            ("all together", self.joint(tie=1.0)),
        ):
            ends = {key: joint.quantile(level) + self.beside for key, level in LEVELS.items()}
            rows.append({"how": name, **ends, "probability": joint.probability})
        return pd.DataFrame(rows)

    @cached_property
    def lacking(self) -> pd.DataFrame:
        """A row for each thing that is missing or is another day's.

        ``place``, ``city``, ``what``, ``day``, ``names`` (of units); ``plan`` and ``done`` are what is not counted, as
        last known (yuan).
        """
        rows: list[dict[str, Any]] = [
            {"place": one.place, "city": one.called, "what": UNREAD, "day": pd.NaT} for one in self.unread
        ]
        for place, one in self.members.items():
            row = {"place": place, "city": self.called[place], "day": pd.Timestamp(one.as_of)}
            if place not in self.counted:
                rows.append({**row, "what": OTHER_YEAR, "plan": one.plan, "done": one.done})
                continue
            if one.as_of != self.as_of:
                rows.append({**row, "what": EARLIER if one.as_of < self.as_of else LATER})
            if one.coverage["missing"]:
                worth = one.coverage["worth"]
                names = "、".join(one.coverage["missing"])
                rows.append({**row, "what": LACKS, "names": names, **worth})
            elif one.partial:
                rows.append({**row, "what": SHEETS})
            if one.total is None:
                rows.append({**row, "what": NO_FORECAST})
        columns = ["place", "city", "what", "day", "names", "plan", "done"]
        table = pd.DataFrame(rows, columns=columns).astype({"plan": float, "done": float})
        order = [UNREAD, OTHER_YEAR, EARLIER, LATER, LACKS, SHEETS, NO_FORECAST]
        ranked = table.assign(rank=table["what"].map(order.index)) if len(table) else table.assign(rank=0)
        return ranked.sort_values(["rank", "place"], ignore_index=True).drop(columns="rank")

    @property
    def partial(self) -> bool:
        """Whether anything is missing or of another day."""
        return not self.lacking.empty


def common_day(members: Mapping[str, Member]) -> dt.date:
    """Return the data date of most cities, the later of two as frequent."""
    times = Counter(one.as_of for one in members.values())
    return max(times, key=lambda day: (times[day], day))
