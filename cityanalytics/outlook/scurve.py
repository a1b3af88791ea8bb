"""The S-curve of a project: share done by place in its duration."""

from __future__ import annotations

import numpy as np


def curve_at(place: np.ndarray) -> np.ndarray:
    """Return the share of a project that is done at a place (0 to 1) of its duration.

    Hudson's curve (1978, "DHSS expenditure forecasting method", Chartered Surveyor BQS Quarterly 5),
    ``x + c x^2 - c x - (6 x^3 - 9 x^2 + 3 x) / k``, with c = 0 and k = 3.

    Examples
    --------
    >>> curve_at(np.array([0.0, 0.25, 0.5, 1.0])).tolist()
    [0.0, 0.15625, 0.5, 1.0]
    """
    inside = np.clip(place, 0.0, 1.0)
    return np.asarray(inside * inside * (3.0 - 2.0 * inside))
