"""The smallest set of projects, units or constraints on which a lever reaches a chance of the plan."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.errors import UsageError
from cityanalytics.issues import Message
from cityanalytics.whatif.answer import Answer
from cityanalytics.whatif.goal import check_chance

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from cityanalytics.whatif.levers import Lever, Scenario
    from cityanalytics.whatif.model import Model

FEWEST = {"projects": "project", "units": "unit", "constraints": "constraint"}


@dataclass(frozen=True, kw_only=True)
class Fewest:
    """The smallest set found that reaches a chance.

    Parameters
    ----------
    chosen
        Names, the one that brings most first; empty where even all do not reach it.
    probability
        The chance with them; where even all do not reach it, with all.
    at_least
        No fewer can do it.
    proven
        Whether no smaller set exists.
    reason
        Why there is none; empty otherwise.
    """

    chosen: tuple[str, ...]
    probability: float
    at_least: int
    proven: bool
    reason: Message

    def _repr_html_(self) -> str:
        names = "".join(f"<li>{escape(name)}</li>" for name in self.chosen)
        said = f"{len(self.chosen)} chosen, at least {self.at_least} needed; chance {self.probability:.1%}"
        return f"<p>{said} {escape(str(self.reason))}</p><ol>{names}</ol>"


def fewest(model: Model, scenario: Scenario, probability: float, of: str, lever: Lever) -> Fewest:
    """Return the smallest set of projects, units or constraints on which a lever reaches a chance.

    Greedy, then two are exchanged for one as long as that helps; the bound takes on each path the gains that are best
    there.

    Parameters
    ----------
    model
        The forecast.
    scenario
        What changes besides.
    probability
        A fraction of one.
    of
        ``projects``, ``units`` or ``constraints``.
    lever
        What is done with each.

    Raises
    ------
    UsageError
        There is no plan, no such chance, or nothing of the kind to choose.
    """
    check_chance(model, probability)
    if of not in FEWEST:
        raise UsageError(Message.of("no fewest {name}; there are: {names}", name=of, names=", ".join(FEWEST)))
    base = Answer(model=model, scenario=scenario)
    target = base.base.total.target
    names = model.projects[FEWEST[of]].where(model.selection.rows(lever)).dropna()
    listed = sorted(names.unique())
    if not listed:
        raise UsageError(Message.of("no open project of {name} to choose from", name=of))
    gain = _gains(model, base, lever, [names.index[names == name] for name in listed])
    # the one that brings more stands first, so that it is taken where two reach as many paths
    order = np.argsort(-gain.mean(axis=1), kind="stable")
    listed, gain = [str(listed[at]) for at in order], gain[order]

    def chance(ends: np.ndarray) -> float:
        return base.chance(np.sort(base.ends + ends)) or 0.0

    nothing = np.zeros(gain.shape[1])
    if (none := chance(nothing)) >= probability:
        reason = Message.of("reached without any")
        return Fewest(chosen=(), probability=none, at_least=0, proven=True, reason=reason)
    best = np.cumsum(np.sort(np.maximum(gain, 0.0), axis=0)[::-1], axis=0)
    if (most := chance(best[-1])) < probability:
        count, told = len(listed), f"{most:.1%}"
        reason = Message.of("out of reach: all {count} together give {chance}", count=count, chance=told)
        return Fewest(chosen=(), probability=most, at_least=count + 1, proven=True, reason=reason)
    at_least = next(size for size, ends in enumerate(best, start=1) if chance(ends) >= probability)
    chosen = _smallest(gain, target - base.ends, at_least, lambda ends: chance(ends) >= probability)
    return Fewest(
        chosen=tuple(listed[one] for one in sorted(chosen)),
        probability=chance(gain[chosen].sum(axis=0)),
        at_least=at_least,
        proven=len(chosen) == at_least,
        reason=Message(template=""),
    )


def _gains(model: Model, base: Answer, lever: Lever, groups: list[pd.Index]) -> np.ndarray:
    """Return what the lever brings of each group of projects on each path (yuan; groups x paths)."""
    everything = np.arange(len(model.projects))
    plain = model.reach(base.scenario.lever)
    before = base.base.added.copy()
    changed = np.flatnonzero(plain.changed)
    before[changed] = model.added(plain, changed, base=base.base)
    reach = model.reach((*base.scenario.lever, lever))
    gains = model.added(reach, everything, base=base.base) - before
    return np.array([gains[rows].sum(axis=0) for rows in groups])


def _smallest(
    gain: np.ndarray, gap: np.ndarray, at_least: int, reaches: Callable[[np.ndarray], bool]
) -> list[int]:
    """Return few rows that together reach: the best next one each time, then two exchanged for one."""

    def next_best(so_far: np.ndarray, taken: list[int]) -> int:
        paths = (gain >= gap - so_far).sum(axis=1)
        paths[taken] = -1
        return int(paths.argmax())

    chosen: list[int] = []
    total = np.zeros(len(gap))
    while not reaches(total):
        chosen.append(next_best(total, chosen))
        total = total + gain[chosen[-1]]
    while len(chosen) > at_least:
        for pair in combinations(chosen, 2):
            kept = [one for one in chosen if one not in pair]
            rest = gain[kept].sum(axis=0)
            other = next_best(rest, kept)
            if reaches(rest + gain[other]):
                chosen = [*kept, other]
                break
        else:
            break
    return chosen
