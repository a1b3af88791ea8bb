"""Earned schedule: how many periods of the plan what is done has earned, and SPI(t).

Walter Lipke, *Schedule Is Different*, The Measurable News, March 2003: ES = C + (EV - PV of C) / (PV of C+1 - PV of C),
where C is the number of periods whose planned value is earned in full; SPI(t) = ES / AT.
"""

from __future__ import annotations

import numpy as np


def earned_schedule(planned: np.ndarray, earned: np.ndarray) -> np.ndarray:
    """Return the earned schedule.

    Parameters
    ----------
    planned
        Planned value up to the end of each period, not falling (float64; groups x periods).
    earned
        Earned value (float64, one a group, in the unit of `planned`).

    Returns
    -------
    numpy.ndarray
        Periods (float64, 0 to their number); NaN of a group for which nothing is planned.

    Examples
    --------
    Planned 10, 30, 60 at the end of three months, 45 earned: two months in full, and half of the third.

    >>> earned_schedule(np.array([[10.0, 30.0, 60.0]]), np.array([45.0])).tolist()
    [2.5]
    """
    begun = np.concatenate([np.zeros((len(planned), 1)), planned], axis=1)
    full = (planned <= earned[:, None]).sum(axis=1)
    rows, last = np.arange(len(planned)), planned.shape[1]
    before, after = begun[rows, full], begun[rows, np.minimum(full + 1, last)]
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(full < last, (earned - before) / (after - before), 0.0)
    return np.where(begun[:, -1] > 0, full + part, np.nan)
