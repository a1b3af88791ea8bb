"""Paths of projects that add up to the city's distribution, draw by draw.

On the n-th of 1999 paths the city ends at its quantile of n ÷ 2000, so every published level is one of the paths. What
is to come is shared among the projects: each adds ``min(cap, k × q × e)``, where ``e`` is what its own curve expects,
``q`` a lognormal draw of mean 1 with the spread that back-tests gave, and ``k`` the one factor of the path for which
the projects add up to the city.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.outlook.parts import Parts
    from cityanalytics.series.methods import YearTotal

PATHS = 1999
#: Draws are taken from so many levels: one for each value of a byte.
LEVELS = 256


@dataclass(frozen=True, kw_only=True)
class Paths:
    """The year's end of each project on each path; all of them add up to the city.

    Parameters
    ----------
    total
        The city's forecast.
    projects
        Names of the projects, in their order.
    done, cap, expected
        Done so far, the most that may be added, and what the project's own curve adds by the year's end (yuan).
    ends
        The city's total on each path (yuan), rising.
    factor
        The one factor of each path on what projects are expected to add: from their own curves to the city's.
    scale
        `factor` times the draw of each project (projects x paths).
    added
        ``min(cap, scale x expected)`` (yuan; projects x paths).
    """

    total: YearTotal
    projects: np.ndarray
    done: np.ndarray
    cap: np.ndarray
    expected: np.ndarray
    ends: np.ndarray
    factor: np.ndarray
    scale: np.ndarray
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
        cap, expected = parts.curves.cap, parts.expectations
        names = parts.projects["project"].to_numpy(dtype=str)
        scale = draws(names, np.arange(1, PATHS + 1), spread=parts.dispersion, seed=seed)
        ends = np.array([total.quantile(level) for level in levels()])
        takes = np.flatnonzero((expected > 0) & (cap > 0))
        factor = factors(scale[takes] * expected[takes, None], cap[takes], ends - total.done)
        scale *= factor
        return cls(
            total=total,
            projects=names,
            done=parts.projects["done"].to_numpy(),
            cap=cap,
            expected=expected,
            ends=ends,
            factor=factor,
            scale=scale,
            added=np.minimum(cap[:, None], scale * expected[:, None]),
        )

    @cached_property
    def left(self) -> np.ndarray:
        """What no project may take on each path: nearly always nothing (yuan)."""
        left = self.ends - self.total.done - self.added.sum(axis=0)
        return np.asarray(np.where(left > 1e-9 * max(abs(self.total.done), 1.0), left, 0.0))

    def to_frame(self) -> pd.DataFrame:
        """Return what each project comes to: a row a path by its level, a column a project, last what none may take."""
        table = pd.DataFrame(
            (self.done[:, None] + self.added).T,
            index=pd.Index(levels(), name="level"),
            columns=pd.Index(self.projects, dtype="str"),
        )
        return table.assign(**{"": self.left}) if self.left.any() else table


def levels() -> np.ndarray:
    """Return the level of probability of each path: 1/2000 to 1999/2000."""
    return np.arange(1, PATHS + 1) / (PATHS + 1)


def draw_table(spread: float) -> np.ndarray:
    """Return the 256 lognormal values of mean 1 that draws are taken from.

    Parameters
    ----------
    spread
        Standard deviation, in parts of the mean.
    """
    from scipy.special import ndtri

    table = np.exp(math.sqrt(math.log1p(spread**2)) * ndtri((np.arange(LEVELS) + 0.5) / LEVELS))
    return np.asarray(table / table.mean())


def draws(names: Sequence[str] | np.ndarray, path: np.ndarray, *, spread: float, seed: int) -> np.ndarray:
    """Return lognormal draws of mean 1, the same wherever they are drawn.

    A byte of MurmurHash3's finaliser on the CRC-32 of the name, the seed and the number of the path chooses one of 256
    levels of equal probability.

    Parameters
    ----------
    names
        Names of projects.
    path
        Numbers of paths (int64).
    spread
        Standard deviation, in parts of the mean.
    seed
        Of the draws.

    Returns
    -------
    numpy.ndarray
        Float64, projects x paths.

    Examples
    --------
    >>> draws(["a", "b"], np.array([1, 2]), spread=0.0, seed=0).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    own = np.array([zlib.crc32(name.encode()) for name in names], dtype=np.uint32)
    mixed = own[:, None] ^ np.uint32(seed & 0xFFFFFFFF) ^ path.astype(np.uint32)
    with np.errstate(over="ignore"):
        mixed ^= mixed >> np.uint32(16)
        mixed *= np.uint32(0x85EBCA6B)
        mixed ^= mixed >> np.uint32(13)
        mixed *= np.uint32(0xC2B2AE35)
        mixed ^= mixed >> np.uint32(16)
    return np.asarray(draw_table(spread)[mixed & np.uint32(LEVELS - 1)])


def factors(weights: np.ndarray, cap: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Return the factor with which each path's total is shared in proportion to weights, none above its cap.

    Parameters
    ----------
    weights
        Float64 above 0, parts x paths.
    cap
        Float64 above 0, one a part; may be infinite.
    total
        What each path shares (float64, not negative).

    Returns
    -------
    numpy.ndarray
        The one k of each path with which ``min(cap, k x weights)`` sums to its total; where all caps together cannot
        take that, the smallest that fills them.

    Examples
    --------
    >>> factors(np.array([[1.0], [2.0], [1.0]]), np.array([9.0, 3.0, 9.0]), np.array([8.0])).tolist()
    [2.5]
    """
    k = np.zeros(len(total))
    full = np.zeros(weights.shape, dtype=bool)
    while True:
        # with those that are full held there, the rest share what is left: at each turn more are full, or none
        slope = np.where(full, 0.0, weights).sum(axis=0)
        left = total - np.where(full, cap[:, None], 0.0).sum(axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            k = np.where(slope > 0, left / slope, k)
        over = (k * weights >= cap[:, None]) & ~full
        if not over.any():
            break
        full |= over
    if len(weights) and full.all(axis=0).any():
        k = np.where(full.all(axis=0), (cap[:, None] / weights).max(axis=0), k)
    return k
