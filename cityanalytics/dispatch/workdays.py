"""Days on which a site works: working days outside the winter stop, counted forward and backward."""

from __future__ import annotations

from calendar import SATURDAY
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.errors import InsufficientDataError

if TYPE_CHECKING:
    import datetime as dt

    from cityanalytics.calendar import WorkCalendar


@dataclass(frozen=True, kw_only=True)
class SiteDays:
    """Days on which sites work, from a first day to a last one.

    Parameters
    ----------
    days
        All days, in order (datetime64[D]).
    count
        Working days outside the winter stop up to and with each of `days` (int64), a zero before the first.
    """

    days: np.ndarray
    count: np.ndarray

    @classmethod
    def of(
        cls, first: dt.date, last: dt.date, *, calendar: WorkCalendar, winter_stop: tuple[str, ...] = ()
    ) -> SiteDays:
        """Count the days on which sites work.

        Parameters
        ----------
        first, last
            Days, both included.
        calendar
            Working days.
        winter_stop
            First and last day of the season without work, as ``("11-15", "03-15")``; none where empty.

        Examples
        --------
        >>> import datetime as dt
        >>> from cityanalytics.calendar import WorkCalendar
        >>> days = SiteDays.of(dt.date(2010, 9, 23), dt.date(2010, 12, 31), calendar=WorkCalendar())
        >>> int(days.count[-1])
        68
        """
        index = pd.date_range(first, last)
        works = index.day_of_week.to_numpy() < SATURDAY
        for year in np.unique(index.year):
            mine = np.flatnonzero(index.year == year)
            with suppress(
                InsufficientDataError
            ):  # of a year whose holidays are unknown Monday to Friday count
                works[mine] = [calendar.is_working_day(day.date()) for day in index[mine]]
        if winter_stop:
            named = index.strftime("%m-%d").to_numpy(dtype=str)
            begin, end = winter_stop
            inside = (named >= begin, named <= end)
            works &= ~(inside[0] & inside[1] if begin <= end else inside[0] | inside[1])
        return cls(
            days=index.to_numpy().astype("datetime64[D]"),
            count=np.concatenate([[0], np.cumsum(works)]),
        )

    def between(self, first: pd.Series, last: pd.Series) -> pd.Series:
        """Count the days worked from each first day to each last one, both included; missing where one is."""
        there = first.notna() & last.notna()
        found = pd.Series(np.nan, index=first.index)
        found[there] = (
            self.count[self._place(last[there]) + 1] - self.count[self._place(first[there])]
        ).astype(float)
        return found

    def latest(self, needed: pd.Series, last: pd.Series) -> pd.Series:
        """Return the latest first day from which so many days are worked up to each last one.

        Parameters
        ----------
        needed
            Days worked (float64); missing gives a missing day. A part of a day takes a whole one.
        last
            Days by which it has to be done (datetime64).

        Returns
        -------
        pandas.Series
            Days (datetime64[ns]); the first day of all where even that is too late.
        """
        there = needed.notna() & last.notna()
        before = self.count[self._place(last[there]) + 1] - np.ceil(needed[there].to_numpy() - 1e-9)
        place = np.searchsorted(self.count, before, side="right") - 1
        found = pd.Series(pd.NaT, index=needed.index, dtype="datetime64[ns]")
        found[there] = self.days[np.clip(place, 0, len(self.days) - 1)].astype("datetime64[ns]")
        return found.where(~(found > last), last)

    def _place(self, days: pd.Series) -> np.ndarray:
        place = (days.to_numpy().astype("datetime64[D]") - self.days[0]).astype(int)
        return np.asarray(np.clip(place, 0, len(self.days) - 1))
