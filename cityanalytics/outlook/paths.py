"""Paths of projects that add up to the city's distribution, draw by draw.

On the n-th of 1999 paths the city ends at its quantile of n ÷ 2000, so every published level is one of the paths. What
is to come is shared among the projects: each adds ``min(cap × min(1, q), k × q × e)``, where ``e`` is what its own
curve expects, ``q`` a lognormal draw of mean 1 with the spread that back-tests gave, and ``k`` the one factor of the
path for which the projects add up to the city. One that falls behind falls behind of its total too. One that waits
begins in a week drawn from its hazard (:mod:`steps`); where it does not begin this year it adds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.outlook.draws import PATHS, byte, draw_table, drawn, levels

if TYPE_CHECKING:
    from cityanalytics.outlook.parts import Parts
    from cityanalytics.outlook.steps import Steps
    from cityanalytics.series.methods import YearTotal

#: Order statistics that are published levels.
PUBLISHED = {"p10": PATHS // 10, "p50": PATHS // 2, "p90": PATHS - 1 - PATHS // 10}


@dataclass(frozen=True, kw_only=True)
class Paths:
    """The year's end of each project on each path; all of them add up to the city.

    Parameters
    ----------
    total
        The city's forecast.
    parts
        What its projects are expected to add.
    drawn
        Uint32, projects x paths: what every draw is a byte of.
    node
        Place of each path's rates among those of the steps (int64).
    week
        Week in which each that waits begins, from 0; the number of weeks that are left where it does not (int64; waits
        x paths).
    ends
        The city's total on each path (yuan), rising.
    factor
        The one factor of each path on what projects are expected to add: from their own curves to the city's.
    scale
        `factor` times how each project strays (projects x paths).
    room
        Share of `cap` that each project may take: how it strays, at most 1.
    added
        ``min(room x cap, scale x expected)`` (yuan; projects x paths).
    """

    total: YearTotal
    parts: Parts
    drawn: np.ndarray
    node: np.ndarray
    week: np.ndarray
    ends: np.ndarray
    factor: np.ndarray
    scale: np.ndarray
    room: np.ndarray
    added: np.ndarray

    @classmethod
    def of(cls, parts: Parts, total: YearTotal, *, seed: int = 0) -> Paths:
        """Draw the paths of a city's projects.

        Parameters
        ----------
        parts
            The city's forecast by project.
        total
            The city's forecast.
        seed
            Of the draws.
        """
        steps, path = parts.steps, np.arange(1, PATHS + 1)
        bytes_of = drawn(parts.projects["project"].to_numpy(dtype=str), path, seed=seed)
        node = (path ^ (seed & 0xFFFFFFFF)) % max(len(steps.start_rates), 1)
        nothing = np.zeros((0, 0))
        return cls(
            total=total,
            parts=parts,
            drawn=bytes_of,
            node=node,
            week=steps.weeks(byte(bytes_of[steps.waits], 1), node),
            ends=nothing,
            factor=nothing,
            scale=nothing,
            room=nothing,
            added=nothing,
        ).to(total)

    def to(self, total: YearTotal) -> Paths:
        """Return the same draws added up to another forecast of the city."""
        ends = np.array([total.quantile(level) for level in levels()])
        draw, waits = draw_table(self.parts.dispersion)[byte(self.drawn, 0)], self.steps.waits
        begun = np.take_along_axis(self.parts.by_week(), self.week, axis=1)

        def of(scale: np.ndarray) -> np.ndarray:
            found: np.ndarray = scale * self.parts.expectations[:, None]
            found[waits] = scale[waits] * begun
            return found

        room = np.minimum(draw, 1.0)
        limit = room * self.cap[:, None]
        takes = np.flatnonzero(self.cap > 0)
        factor = factors(of(draw)[takes], limit[takes], ends - total.done)
        scale = draw * factor
        added = np.minimum(limit, of(scale))
        return replace(self, total=total, ends=ends, factor=factor, scale=scale, room=room, added=added)

    @property
    def steps(self) -> Steps:
        """When projects begin and are completed."""
        return self.parts.steps

    @property
    def projects(self) -> np.ndarray:
        """Names of the projects, in their order."""
        return np.asarray(self.parts.projects["project"], dtype=str)

    @cached_property
    def done(self) -> np.ndarray:
        """Done so far (yuan)."""
        return np.asarray(self.parts.projects["done"])

    @property
    def cap(self) -> np.ndarray:
        """The most that each project may add, if it does not stray (yuan; may be infinite)."""
        return np.asarray(self.parts.curves.cap)

    @cached_property
    def left(self) -> np.ndarray:
        """What no project may take on each path: nearly always nothing (yuan)."""
        left = self.ends - self.total.done - self.added.sum(axis=0)
        return np.asarray(np.where(left > 1e-9 * max(abs(self.total.done), 1.0), left, 0.0))

    def table(self, projects: pd.DataFrame, by: str) -> pd.DataFrame:
        """Return the year's end of each group: order statistics of what its projects come to on the paths.

        On each path the groups add up to the city; their quantiles do not.

        Parameters
        ----------
        projects
            ``plan``, ``done`` (yuan) and `by`, in the order of the paths.
        by
            The column of the groups.

        Returns
        -------
        pandas.DataFrame
            A row a group, furthest from its plan first: the group, ``plan``, ``done``, ``p10``, ``p50``, ``p90``
            (yuan), ``short`` (plan less p50), ``probability`` of its plan (NaN without a plan).
        """
        place, names = projects[by].factorize(sort=True, use_na_sentinel=False)
        table = pd.DataFrame(
            {
                by: names,
                **{
                    name: np.bincount(place, projects[name].to_numpy(), len(names))
                    for name in ("plan", "done")
                },
            }
        )
        ends = np.zeros((len(names), PATHS))
        np.add.at(ends, place, self.added)
        ends.sort(axis=1)
        ends += table["done"].to_numpy()[:, None]
        for name, at in PUBLISHED.items():
            table[name] = ends[:, at]
        # what no path reaches is not impossible, unless no total leaves room for it
        least = 0.5 / (PATHS + 1)
        most = table["done"].to_numpy() + np.bincount(place, self.cap, len(names))
        chances = np.clip(
            [reaching(*one) for one in zip(ends, table["plan"], strict=True)], least, 1.0 - least
        )
        chances[table["plan"] > most] = 0.0
        chances[table["plan"] <= table["done"]] = 1.0
        table["short"] = table["plan"] - table["p50"]
        table["probability"] = np.where(table["plan"] > 0, chances, np.nan)
        return table.sort_values(["short", by], ascending=[False, True], ignore_index=True)

    def to_frame(self) -> pd.DataFrame:
        """Return what each project comes to: a row a path by its level, a column a project, last what none may take."""
        table = pd.DataFrame(
            (self.done[:, None] + self.added).T,
            index=pd.Index(levels(), name="level"),
            columns=pd.Index(self.projects, dtype="str"),
        )
        return table.assign(**{"": self.left}) if self.left.any() else table


def reaching(ends: np.ndarray, target: float) -> float:
    """Return the share of paths that reach a target, taken between the two nearest.

    Parameters
    ----------
    ends
        Float64, rising.
    target
        In the same unit.
    """
    below = int(np.searchsorted(ends, target, side="left"))
    if below in {0, len(ends)}:
        return 1.0 if below == 0 else 0.0
    low, high = ends[below - 1], ends[below]
    return float(1.0 - (below + (target - low) / (high - low)) / (len(ends) + 1))


def factors(weights: np.ndarray, cap: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Return the factor with which each path's total is shared in proportion to weights, none above its cap.

    Parameters
    ----------
    weights
        Float64, parts x paths, not negative; a part of weight 0 takes nothing.
    cap
        Float64, as many, or one a part (parts x 1), not negative; may be infinite.
    total
        What each path shares (float64, not negative).

    Returns
    -------
    numpy.ndarray
        The one k of each path with which ``min(cap, k x weights)`` sums to its total; where all caps together cannot
        take that, the smallest that fills them.

    Examples
    --------
    >>> factors(np.array([[1.0], [2.0], [1.0]]), np.array([[9.0], [3.0], [9.0]]), np.array([8.0])).tolist()
    [2.5]
    """
    k = np.zeros(len(total))
    cap = np.broadcast_to(cap, weights.shape)
    asks = weights > 0
    full = ~asks
    while True:
        # with those that are full held there, the rest share what is left: at each turn more are full, or none
        slope = np.where(full, 0.0, weights).sum(axis=0)
        left = total - np.where(full & asks, cap, 0.0).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            k = np.where(slope > 0, left / slope, k)
        over = (k * weights >= cap) & ~full
        if not over.any():
            break
        full |= over
    filled = full.all(axis=0) & asks.any(axis=0)
    if filled.any():
        with np.errstate(invalid="ignore", divide="ignore"):
            fills = np.where(asks, cap / weights, 0.0).max(axis=0)
        k = np.where(filled, fills, k)
    return k
