"""How the settings of a grid are weighed by their past, and averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from cityanalytics.series.series import Flags, Numbers

#: Errors below a ten-thousandth of a month do not tell settings apart.
SMALLEST_ERROR = 1e-4


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """Weights of the settings of a grid: a product of past error sizes, old ones fading.

    The weight of a setting is ``(mean size of its errors) ** (-sharpness * n)``, n the faded count of months:
    the likelihood of a Laplace distribution with its scale estimated, tempered (Bates & Granger 1969 on
    combining; Yao et al. 2018 on tempering weights).
    """

    sharpness: float
    half_life: float

    def start(self, rows: int, settings: int) -> tuple[Numbers, Numbers]:
        """Return empty sums: of error sizes, and of months."""
        return np.zeros((rows, settings)), np.zeros((rows, 1))

    def add(self, sums: Numbers, count: Numbers, sizes: Numbers, seen: Flags) -> tuple[Numbers, Numbers]:
        """Return the sums after one more month; unseen rows are left as they are."""
        fade = 0.5 ** (1 / self.half_life)
        return np.where(seen, sums * fade + sizes, sums), np.where(seen, count * fade + 1, count)

    def weights(self, sums: Numbers, count: Numbers) -> Numbers:
        """Return the weights, shape (rows, settings)."""
        merit = -self.sharpness * count * np.log((sums + SMALLEST_ERROR) / (count + 1e-9))
        weight = np.exp(merit - merit.max(axis=1, keepdims=True))
        return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def geometric_mean(weights: Numbers, amounts: Numbers) -> Numbers:
    """Return the weighted geometric mean over the second axis, the settings."""
    return np.asarray(np.exp((weights * logs_of(amounts)).sum(axis=1)))


def logs_of(values: Numbers) -> Numbers:
    """Return the logs, NaN where there is none."""
    positive = values > 0
    return np.where(positive, np.log(np.where(positive, values, 1.0)), np.nan)
