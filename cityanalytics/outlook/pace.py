"""Pace: achieved, required, and the best ever sustained for as long. Arithmetic, no forecast."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.calendar import WorkCalendar, year_end

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Paces in yuan a day.

    Parameters
    ----------
    days_gone, days_left, working_days_gone, working_days_left
        Days of the year up to the data date (included) and after it.
    achieved, required
        A calendar day; `required` is None when no day is left
        or there is no plan.
    achieved_working, required_working
        A working day.
    best
        Highest mean pace of any stretch as long as the days left (or, where fewer days have gone,
        as all days gone); its last day is `best_until` and its length `best_days`.
    last_30, last_100
        A calendar day over the last 30 and 100 days; None where fewer have gone.
    closes_at
        Year-end total at the achieved pace (yuan).
    """

    days_gone: int
    days_left: int
    working_days_gone: int
    working_days_left: int
    achieved: float
    required: float | None
    achieved_working: float | None
    required_working: float | None
    best: float
    best_days: int
    best_until: dt.date
    last_30: float | None
    last_100: float | None
    closes_at: float

    @property
    def ratio(self) -> float | None:
        """Required over achieved pace; None where there is no such ratio."""
        return None if self.required is None or not self.achieved else self.required / self.achieved


def measure_pace(curve: pd.Series, *, target: float, calendar: WorkCalendar) -> Pace:
    """Measure the paces on the last day of a cumulative curve.

    Parameters
    ----------
    curve
        Cumulative amount (yuan) at the end of each day from 1 January to the data date.
    target
        Annual plan (yuan).
    calendar
        Working days.

    Examples
    --------
    The bureau's own figures: 62 of 90 on 22 September 2010.

    >>> import pandas as pd
    >>> axis = pd.date_range("2010-01-01", "2010-09-22")
    >>> pace = measure_pace(pd.Series(range(1, 266), index=axis) * 62 / 265, target=90.0, calendar=WorkCalendar())
    >>> round(pace.achieved, 3), round(pace.required, 3), round(pace.ratio, 3), round(pace.closes_at, 1)
    (0.234, 0.28, 1.197, 85.4)
    >>> pace.working_days_gone, pace.working_days_left
    (182, 68)
    """
    last = curve.index[-1].date()
    end = year_end(last)
    gone, left = len(curve), (end - last).days
    worked = calendar.working_days(curve.index[0].date(), last)
    to_work = calendar.working_days(last + dt.timedelta(days=1), end)
    done = float(curve.iloc[-1])
    missing = max(target - done, 0.0)
    length = min(left or gone, gone)
    sustained = _means(curve, length)
    best = int(sustained.argmax())
    return Pace(
        days_gone=gone,
        days_left=left,
        working_days_gone=worked,
        working_days_left=to_work,
        achieved=done / gone,
        required=missing / left if left and target > 0 else None,
        achieved_working=done / worked if worked else None,
        required_working=missing / to_work if to_work and target > 0 else None,
        best=float(sustained.iloc[best]),
        best_days=length,
        best_until=sustained.index[best].date(),
        last_30=_recent(curve, 30),
        last_100=_recent(curve, 100),
        closes_at=done / gone * (gone + left),
    )


def _means(cumulative: pd.Series, length: int) -> pd.Series:
    """Return the mean daily amount of every stretch of `length` days, by its last day."""
    return ((cumulative - cumulative.shift(length, fill_value=0.0)) / length).iloc[length - 1 :]


def _recent(cumulative: pd.Series, days: int) -> float | None:
    """Return the mean daily amount of the last days; None where fewer have gone."""
    return float(_means(cumulative, days).iloc[-1]) if len(cumulative) >= days else None
