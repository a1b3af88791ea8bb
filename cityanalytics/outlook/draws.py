"""Draws that are the same wherever they are made, in Python as in the page: bytes of a hash."""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Paths of a forecast.
PATHS = 1999
#: Draws are taken from so many levels: one for each value of a byte.
LEVELS = 256


def levels() -> np.ndarray:
    """Return the level of probability of each path: 1/2000 to 1999/2000."""
    return np.arange(1, PATHS + 1) / (PATHS + 1)


def drawn(names: Sequence[str] | np.ndarray, path: np.ndarray, *, seed: int) -> np.ndarray:
    """Return four bytes for each project and path: MurmurHash3's finaliser on its name, the seed and the path's number.

    Parameters
    ----------
    names
        Names of projects; their CRC-32 is hashed.
    path
        Numbers of paths (int64).
    seed
        Of the draws.

    Returns
    -------
    numpy.ndarray
        Uint32, projects x paths.
    """
    own = np.array([zlib.crc32(name.encode()) for name in names], dtype=np.uint32)
    mixed = own[:, None] ^ np.uint32(seed & 0xFFFFFFFF) ^ path.astype(np.uint32)
    with np.errstate(over="ignore"):
        mixed ^= mixed >> np.uint32(16)
        mixed *= np.uint32(0x85EBCA6B)
        mixed ^= mixed >> np.uint32(13)
        mixed *= np.uint32(0xC2B2AE35)
        mixed ^= mixed >> np.uint32(16)
    return np.asarray(mixed)


def byte(found: np.ndarray, place: int) -> np.ndarray:
    """Return a byte of what is drawn: 0 says how a project strays, 1 when it begins, 2 when it is completed."""
    return np.asarray(found >> np.uint32(8 * place) & np.uint32(LEVELS - 1))


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
