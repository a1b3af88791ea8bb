"""How an earlier year went, once it has closed: its total, and how much of it was done by a day."""

from __future__ import annotations

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


def share_done(closed: Programme | None, day: dt.date) -> float | None:
    """Return the share of a closed year's total that was done by the end of a day of it.

    None where the year is not known by periods, or nothing was done in it.
    """
    return None if closed is None or closed.done <= 0 else done_by(closed, day) / closed.done


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
