"""How an earlier year went, once it has closed: its total, and how much of it was done by a day."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.errors import InsufficientDataError
from cityanalytics.programme.progress import curve

if TYPE_CHECKING:
    from cityanalytics.programme.snapshot import Programme, Snapshot

LEAP_DAY = (2, 29)


def closed_year(snapshot: Snapshot, *, year: int, known_on: dt.date) -> Programme | None:
    """Return the programme on 31 December, or None while some unit of it has not stated the year to its end.

    Parameters
    ----------
    snapshot
        Gives the programme at two times.
    year
        The calendar year.
    known_on
        The day by which workbooks had been received.
    """
    try:
        programme = snapshot(as_of=dt.date(year, 12, 31), known_on=known_on)
    except InsufficientDataError:
        return None
    ends = programme.segments.groupby("unit", observed=True)["end"].max()
    stated = set(ends.index[ends >= pd.Timestamp(programme.as_of)].astype(str))
    return programme if set(programme.traced["unit"].astype(str)) <= stated else None


def year_total(snapshot: Snapshot, history: pd.DataFrame, *, year: int, known_on: dt.date) -> float | None:
    """Return what a year came to (yuan), or None while it has not closed.

    It is the sum of the units' workbooks where all of them reach 31 December, else what a workbook of a later
    year says of it.

    Parameters
    ----------
    snapshot, year, known_on
        As in `closed_year`.
    history
        The canonical table of earlier years.
    """
    programme = closed_year(snapshot, year=year, known_on=known_on)
    if programme is not None:
        return programme.done
    stated = history[
        (history["year"] == year)
        & (history["received"] <= pd.Timestamp(known_on))
        & (history["data_date"].dt.year > year)
    ].dropna(subset=["amount"])
    if stated.empty:
        return None
    return float(stated.sort_values(["received", "position"])["amount"].iloc[-1])


def done_by(closed: Programme, day: dt.date) -> float:
    """Return what was done of a closed year by the end of a day of it (yuan)."""
    return float(curve(closed).loc[pd.Timestamp(day)])


def months_by(months: pd.DataFrame, day: dt.date) -> float | None:
    """Return what an earlier year's own months come to by the end of a day of it; None where one of them is missing.

    Parameters
    ----------
    months
        As :attr:`Programme.history_months`: ``year``, ``month``, ``amount``.
    day
        A day of that year; of its month as many days count as have gone.

    Returns
    -------
    float or None
        In the unit of the amounts.

    Examples
    --------
    >>> months = pd.DataFrame({"year": 2009, "month": [1, 2], "amount": [31.0, 14.0]})
    >>> months_by(months, dt.date(2009, 2, 14)), months_by(months, dt.date(2009, 3, 1))
    (38.0, None)
    """
    own = months[(months["year"] == day.year) & (months["month"] <= day.month)].set_index("month")["amount"]
    if len(own) < day.month:
        return None
    gone = day.day / calendar.monthrange(day.year, day.month)[1]
    return float(own.sum() - (1 - gone) * own.loc[day.month])


def share_done(closed: Programme | None, day: dt.date, *, months: pd.DataFrame) -> float | None:
    """Return the share of a closed year's total that was done by the end of a day of it.

    Where its workbooks were not received the year's own months serve; None where it is not known by periods, or
    nothing was done in it.
    """
    if closed is not None:
        return done_by(closed, day) / closed.done if closed.done > 0 else None
    part, whole = months_by(months, day), months_by(months, day.replace(month=12, day=31))
    return part / whole if part is not None and whole is not None and whole > 0 else None


def same_day_before(day: dt.date) -> dt.date:
    """Return the same day of the year before; of a leap day 28 February.

    Examples
    --------
    >>> same_day_before(dt.date(2012, 2, 29)), same_day_before(dt.date(2010, 9, 22))
    (datetime.date(2011, 2, 28), datetime.date(2009, 9, 22))
    """
    if (day.month, day.day) == LEAP_DAY:
        day -= dt.timedelta(days=1)
    return day.replace(year=day.year - 1)
