"""What forecasts of parts share: one factor on all paces after the data date, and nodes to average over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.series.methods import YearTotal

#: Levels at which paths are published.
LEVELS = (0.10, 0.25, 0.50, 0.75, 0.90)


@dataclass(frozen=True, kw_only=True)
class Factor:
    """A log-t distributed factor of median 1 on whatever moves after the data date.

    Parameters
    ----------
    spread
        Scale of its log; one, or an array of one a part.
    freedom
        Degrees of freedom of the t distribution.
    """

    spread: float | np.ndarray
    freedom: float

    @classmethod
    def of(cls, forecast: YearTotal) -> Factor:
        """Return the factor whose spread is that of the city's own forecast."""
        return cls(spread=forecast.spread, freedom=forecast.freedom)

    def at(self, level: float | Sequence[float] | np.ndarray) -> np.ndarray:
        """Return the factor at levels of probability (float64, shaped like `level`)."""
        from scipy.special import stdtrit

        return np.asarray(np.exp(self.spread * stdtrit(self.freedom, np.asarray(level, dtype=float))))

    def widened(self, variance: float | np.ndarray) -> Factor:
        """Return the factor with `variance` added to the square of its spread."""
        return Factor(spread=np.sqrt(self.spread**2 + variance), freedom=self.freedom)


def even_nodes(count: int, dimensions: int) -> np.ndarray:
    """Return points that fill the unit cube evenly, always the same.

    The additive recurrence on powers of the generalised golden ratio (Roberts 2018, "The unreasonable
    effectiveness of quasirandom sequences").

    Returns
    -------
    numpy.ndarray
        Float64, `count` x `dimensions`, inside (0, 1).

    Examples
    --------
    >>> even_nodes(3, 1).round(3).ravel().tolist()
    [0.118, 0.736, 0.354]
    """
    ratio = 2.0
    for _ in range(64):  # the one positive root of x^(d+1) = x + 1
        ratio = (1.0 + ratio) ** (1.0 / (dimensions + 1))
    steps = ratio ** -np.arange(1.0, dimensions + 1)
    return (0.5 + np.arange(1, count + 1)[:, None] * steps) % 1.0
