"""From a workspace and two days to what changed between them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.calendar import quarter_end, quarter_of
from cityanalytics.errors import InsufficientDataError, UsageError
from cityanalytics.issues import Message
from cityanalytics.programme.changes import compare
from cityanalytics.publishing.lookback import known_in_time, last_published
from cityanalytics.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.outlook.record import Published
    from cityanalytics.programme.changes import Changes
    from cityanalytics.programme.snapshot import Programme


def changes_between(old: str, new: str, *, workspace: Workspace, known_on: str = "") -> Changes:
    """Return what changed between two days.

    Parameters
    ----------
    old, new
        Each a quarter such as ``2010Q2``, which stands for its data date, or an ISO date.
    workspace
        Whose programme.
    known_on
        ISO date: both days as known on it; by default everything received.

    Raises
    ------
    cityanalytics.errors.CityAnalyticsError
        A quarter or a date does not fit, `new` does not lie after `old`, or too little is known.
    """
    first, last = (
        workspace.dates(quarter, as_of, known_on) for quarter, as_of in map(_quarter_or_date, (old, new))
    )
    _ordered(first.as_of, last.as_of, named=(old, new))
    now = workspace.snapshot(as_of=last.as_of, known_on=last.known_on)
    reported_on = known_in_time(_received(workspace, now.known_on), first.quarter)
    return _since(workspace, first.as_of, reported_on=reported_on, now=now)


def changes_from(old: Programme, new: Programme) -> Changes:
    """Return what changed between two programmes of one workspace.

    Both days are looked at as known on the later one's known-on day; what was said of the first by the known-on day of
    `old`, or in its quarter's time where that is no earlier, and is known otherwise, is restated.

    Parameters
    ----------
    old, new
        The programmes, the earlier day first.

    Raises
    ------
    UsageError
        `new` does not lie after `old`, or they are not of one workspace.
    """
    workspace = new.source
    if not isinstance(workspace, Workspace) or old.source is not workspace:
        raise UsageError(Message.of("the two programmes are not of one workspace: take both from the same"))
    _ordered(old.as_of, new.as_of, named=(old.as_of, new.as_of))
    reported_on = old.known_on
    if reported_on >= new.known_on:
        return _since(
            workspace,
            old.as_of,
            reported_on=known_in_time(_received(workspace, new.known_on), old.quarter),
            now=new,
        )
    return _since(workspace, old.as_of, reported_on=reported_on, now=new)


def _ordered(old: dt.date, new: dt.date, *, named: tuple[object, object]) -> None:
    if new < old:
        raise UsageError(Message.of("{new} lies before {old}: name the earlier one first", new=new, old=old))
    if new == old:
        raise UsageError(
            Message.of(
                "{old} and {new} are the same day, {day}: name two", old=named[0], new=named[1], day=new
            )
        )


def since_last(workspace: Workspace, published: Sequence[Published], *, now: Programme) -> Changes | None:
    """Return what changed since the last briefing of the year, or None where there is none.

    The last briefing is that of the last forecast published in time; where none was, that of the quarter before, as
    known in its time.

    Parameters
    ----------
    workspace
        Whose briefings.
    published
        What was published before the known-on day.
    now
        The programme of this briefing.
    """
    try:
        last = last_published(published, now)
        if last is not None:
            return _since(workspace, last.as_of, reported_on=last.known_on, now=now)
        received = _received(workspace, now.known_on)
        for quarter in sorted(received["quarter"].unique(), reverse=True):
            day = workspace.settings.data_date(quarter)
            if day.year == now.as_of.year and quarter < quarter_of(now.as_of):
                return _since(workspace, day, reported_on=known_in_time(received, quarter), now=now)
    except InsufficientDataError:
        pass  # nothing describes the day of the last briefing
    return None


def _quarter_or_date(text: str) -> tuple[str, str]:
    try:
        if "Q" in text:
            quarter_end(text)
            return text, ""
        return "", dt.date.fromisoformat(text).isoformat()
    except (ValueError, UsageError):
        raise UsageError(
            Message.of(
                "{text!r} is neither a quarter such as 2010Q2 nor a date such as 2010-06-30", text=text
            )
        ) from None


def _since(workspace: Workspace, day: dt.date, *, reported_on: dt.date | None, now: Programme) -> Changes:
    before = workspace.snapshot(as_of=day, known_on=now.known_on)
    if reported_on is None or reported_on >= now.known_on:
        return compare(before, now)
    try:
        return compare(before, now, as_reported=workspace.snapshot(as_of=day, known_on=reported_on))
    except InsufficientDataError:
        return compare(before, now)  # nothing had been told of that day


def _received(workspace: Workspace, known_on: dt.date) -> pd.DataFrame:
    projects = workspace.stored["projects"]
    return projects[projects["received"] <= pd.Timestamp(known_on)]
