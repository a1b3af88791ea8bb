"""Paths of projects that add up to the city's distribution, draw by draw.

On the n-th of 1999 paths the city ends at its quantile of n ÷ 2000, so every published level is one of the paths. What
is to come is shared among the projects: each adds ``min(cap, k × q × e)``, where ``e`` is what its own curve expects,
``q`` a lognormal draw of mean 1 with the spread that back-tests gave, and ``k`` the one factor of the path for which
the projects add up to the city.
"""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from cityanalytics.outlook.parts import Parts
    from cityanalytics.series.methods import YearTotal

PATHS = 1999
#: Draws are taken from so many levels: one for each value of a byte.
LEVELS = 256
#: Values that are solved for at once: what is held in memory stays small, however many projects there are.
_AT_ONCE = 2_000_000


def paths(parts: Parts, total: YearTotal, *, seed: int = 0) -> pd.DataFrame:
    """Return what each project comes to by the year's end on each path.

    Parameters
    ----------
    parts
        The city's forecast by project.
    total
        The city's forecast.
    seed
        Of the draws.

    Returns
    -------
    pandas.DataFrame
        Yuan; 1999 rows by the level of the city's total, rising, a column a project. A last column of an empty name
        holds what no project may take, where there is any.
    """
    levels = np.arange(1, PATHS + 1) / (PATHS + 1)
    ends = np.array([total.quantile(level) for level in levels])
    names = parts.projects["project"]
    done = parts.projects["done"].to_numpy()
    own, cap = parts.expectations, parts.cap
    added = np.zeros((PATHS, len(names)))
    takes = np.flatnonzero((own > 0) & (cap > 0))
    step = max(_AT_ONCE // max(len(takes), 1), 1)
    for first in range(0, PATHS, step):
        rows = slice(first, first + step)
        weights = own[takes] * draws(
            names.iloc[takes], np.arange(1, PATHS + 1)[rows], spread=parts.dispersion, seed=seed
        )
        added[rows, takes] = shared(weights, cap[takes], ends[rows] - total.done)
    table = pd.DataFrame(done + added, index=pd.Index(levels, name="level"), columns=names.to_numpy())
    left = ends - total.done - added.sum(axis=1)
    return table.assign(**{"": left}) if (left > 1e-9 * max(abs(total.done), 1.0)).any() else table


def draws(names: pd.Series, path: np.ndarray, *, spread: float, seed: int) -> np.ndarray:
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
        Float64, paths x projects.

    Examples
    --------
    >>> draws(pd.Series(["a", "b"]), np.array([1, 2]), spread=0.0, seed=0).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    from scipy.special import ndtri

    scale = math.sqrt(math.log1p(spread**2))
    table = np.exp(scale * ndtri((np.arange(LEVELS) + 0.5) / LEVELS))
    table /= table.mean()
    own = np.array([zlib.crc32(name.encode()) for name in names], dtype=np.uint32)
    mixed = own[None, :] ^ np.uint32(seed & 0xFFFFFFFF) ^ path.astype(np.uint32)[:, None]
    with np.errstate(over="ignore"):
        mixed ^= mixed >> np.uint32(16)
        mixed *= np.uint32(0x85EBCA6B)
        mixed ^= mixed >> np.uint32(13)
        mixed *= np.uint32(0xC2B2AE35)
        mixed ^= mixed >> np.uint32(16)
    return np.asarray(table[mixed & np.uint32(LEVELS - 1)])


def shared(weights: np.ndarray, cap: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Share each row's total in proportion to weights, none above its cap.

    Parameters
    ----------
    weights
        Float64 above 0, rows x parts.
    cap
        Float64 above 0, one a part; may be infinite.
    total
        What each row shares (float64, not negative); what all caps together cannot take is left over.

    Returns
    -------
    numpy.ndarray
        ``min(cap, k x weights)``, with the one k of each row that sums to its total.

    Examples
    --------
    >>> shared(np.array([[1.0, 2.0, 1.0]]), np.array([9.0, 3.0, 9.0]), np.array([8.0])).tolist()
    [[2.5, 3.0, 2.5]]
    """
    factor = np.zeros((len(weights), 1))
    full = np.zeros(weights.shape, dtype=bool)
    while True:
        # with those that are full held there, the rest share what is left: at each turn more are full, or none
        slope = np.where(full, 0.0, weights).sum(axis=1, keepdims=True)
        left = total[:, None] - np.where(full, cap, 0.0).sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            factor = np.where(slope > 0, left / slope, factor)
        over = (factor * weights >= cap) & ~full
        if not over.any():
            return np.where(full, cap, np.minimum(factor * weights, cap))
        full |= over
