"""The two times of a programme, chosen by a reader and checked against what was received."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.calendar import quarter_end, quarter_of
from cityanalytics.errors import UsageError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from cityanalytics.intake.described import Described
    from cityanalytics.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Dates:
    """A quarter and the two times of a briefing, checked against the data.

    Parameters
    ----------
    quarter
        Such as ``2010Q3``.
    as_of, known_on
        The day that figures describe; the day by which they had been received.
    complete
        Whether everything received so far is known.
    """

    quarter: str
    as_of: dt.date
    known_on: dt.date
    complete: bool


def resolve_dates(
    settings: Settings, described: Described, *, quarter: str, as_of: str, known_on: str
) -> Dates:
    """Return the dates of a briefing, or refuse them with the nearest that would do.

    Parameters
    ----------
    settings
        The workspace's configuration.
    described
        Which quarters and days the tables describe.
    quarter, as_of, known_on
        Texts; empty for the default: the last quarter received (or that of `as_of`), its data date (or the last
        day described), everything received.

    Raises
    ------
    UsageError
        A text is no quarter or date, nothing was received for the quarter, or a date lies outside the data.
    """
    quarters, last = list(described.quarters), described.received
    if not quarters or last is None:
        raise UsageError(
            Message.of("no workbook has been received: start with `cityanalytics receive FILE --quarter Q`")
        )
    day = iso_date("--as-of", as_of)
    name = quarter or (quarter_of(day) if day else quarters[-1])
    quarter_end(name)
    if name not in quarters:
        raise UsageError(
            Message.of(
                "no workbook of {quarter} has been received; the latest is of {latest}",
                quarter=name,
                latest=quarters[-1],
            )
        )
    last_day = described.quarters[name].last_day
    ended = quarter_end(name)
    first_day = ended.replace(month=ended.month - 2, day=1)
    chosen = day or min(settings.data_date(name), last_day)
    if not first_day <= chosen <= last_day:
        raise UsageError(
            Message.of(
                "--as-of {day} lies outside what the workbooks of {quarter} describe; nearest: {near}",
                day=chosen,
                quarter=name,
                near=min(max(chosen, first_day), last_day),
            )
        )
    known = iso_date("--known-on", known_on) or last
    first = described.quarters[name].received
    if not first <= known:
        raise UsageError(
            Message.of(
                "by {day} no workbook of {quarter} had been received; nearest: {near}",
                day=known,
                quarter=name,
                near=first,
            )
        )
    return Dates(quarter=name, as_of=chosen, known_on=min(known, last), complete=known >= last)


def iso_date(name: str, text: str) -> dt.date | None:
    """Return the date that a parameter gives, None where it is empty; anything else is wrong usage."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            Message.of("{name} is a date such as 2010-09-22; {text!r} is none", name=name, text=text)
        ) from None
