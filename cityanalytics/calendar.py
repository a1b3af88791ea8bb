"""Days that count: calendar days, and working days by the State Council's yearly notice."""

from __future__ import annotations

import calendar as gregorian
import datetime as dt
from dataclasses import dataclass
from functools import cache

from cityanalytics.errors import InsufficientDataError, UsageError
from cityanalytics.issues import Message

QUARTER_LENGTH = 6
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class WorkCalendar:
    """Working days of China.

    The package *chinesecalendar* knows the notices of 2004 and later; a year that it lacks is
    given in the workspace's configuration.

    Parameters
    ----------
    off
        Days without work, for years that the package lacks (weekends need not be listed).
    worked
        Weekend days that are worked, for the same years.

    Examples
    --------
    >>> WorkCalendar().working_days(dt.date(2010, 9, 23), dt.date(2010, 12, 31))
    68
    """

    off: frozenset[dt.date] = frozenset()
    worked: frozenset[dt.date] = frozenset()

    def is_working_day(self, day: dt.date) -> bool:
        """Tell whether `day` is worked.

        Raises
        ------
        InsufficientDataError
            The year is known neither to the package nor to the configuration.
        """
        if day in self.worked:
            return True
        if day in self.off:
            return False
        if day.year in {known.year for known in self.off}:
            return day.weekday() < gregorian.SATURDAY
        return _official(day)

    def working_days(self, first: dt.date, last: dt.date) -> int:
        """Count the working days from `first` to `last`, both included."""
        return sum(self.is_working_day(day) for day in days(first, last))


@cache
def _official(day: dt.date) -> bool:
    # the package takes 60 ms to import: only where working days are asked for
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        raise InsufficientDataError(
            Message.of(
                "holidays of {year} are unknown: give [holidays.{year}] with off and worked in cityanalytics.toml",
                year=day.year,
            )
        ) from None


def days(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the days from `first` to `last`, both included."""
    return [first + ONE_DAY * step for step in range((last - first).days + 1)]


def year_end(day: dt.date) -> dt.date:
    """Return 31 December of the year of `day`."""
    return dt.date(day.year, 12, 31)


def elapsed_share(day: dt.date) -> float:
    """Return elapsed-time progress (序时进度): days gone by, `day` included, over days of the year.

    Examples
    --------
    >>> round(elapsed_share(dt.date(2010, 9, 22)), 3)
    0.726
    """
    return day.timetuple().tm_yday / year_end(day).timetuple().tm_yday


def month_end(day: dt.date) -> dt.date:
    """Return the last day of the month of `day`."""
    return day.replace(day=gregorian.monthrange(day.year, day.month)[1])


def quarter_of(day: dt.date) -> str:
    """Return the quarter that `day` lies in.

    Examples
    --------
    >>> quarter_of(dt.date(2010, 9, 22))
    '2010Q3'
    """
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_end(quarter: str) -> dt.date:
    """Return the last day of a quarter such as ``2010Q3``.

    Raises
    ------
    UsageError
        The text is no quarter.
    """
    year, _, number = quarter.partition("Q")
    if (
        len(quarter) != QUARTER_LENGTH
        or not (year + number).isascii()
        or number not in {*"1234"}
        or not year.isdigit()
    ):
        raise UsageError(Message.of("{text!r} is no quarter: write it as 2010Q3", text=quarter))
    return month_end(dt.date(int(year), int(number) * 3, 1))
