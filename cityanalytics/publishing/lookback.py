"""Back to earlier forecasts of the year: what was published, or what would have been said then."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing.content import Hindcast, LookBack, PastTests
from cityanalytics.calendar import quarter_of
from cityanalytics.errors import InsufficientDataError
from cityanalytics.outlook.bridge import Bridge, Earlier, bridge
from cityanalytics.outlook.forecast import forecast_year
from cityanalytics.outlook.record import hold_against
from cityanalytics.programme.closing import year_total
from cityanalytics.programme.progress import ceiling, curve
from cityanalytics.publishing.ledger import read_ledger
from cityanalytics.series.backtests import backtest, expectations, packaged_backtests
from cityanalytics.series.seriesfile import read_recorded, read_series
from cityanalytics.workspace import Workspace

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from cityanalytics.outlook.record import Published
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.series.methods import YearTotal


def bridge_from_last(
    workspace: Workspace, published: Sequence[Published], *, now: Programme
) -> Bridge | None:
    """Return the bridge from the last forecast of the year, or None where there is none.

    The last forecast is the latest published in time for an earlier day of the year; where none was, it is the
    hindcast for the data date of the quarter before.

    Parameters
    ----------
    workspace
        Whose forecasts.
    published
        What was published before the known-on day.
    now
        The programme that this forecast stands on.
    """
    method = partial(forecast_year, workspace.settings.reference_class, own_months=now.history_months)
    last = last_published(published, now)
    try:
        if last is not None:
            then = workspace.snapshot(as_of=last.as_of, known_on=last.known_on)
            return bridge(earlier=_as_published(last), then=then, now=now, method=method)
        found = next(hindcasts(workspace, as_of=now.as_of, known_on=now.known_on), None)
        if found is None or found[0].as_of.year != now.as_of.year:
            return None
        then, made = found
        return bridge(earlier=Earlier.hindcast(made, then.known_on), then=then, now=now, method=method)
    except InsufficientDataError:
        return None


def last_published(published: Sequence[Published], now: Programme) -> Published | None:
    """Return the latest forecast published in time for an earlier day of the year."""
    in_year = [
        entry
        for entry in published
        if not entry.hindcast and entry.as_of.year == now.as_of.year and entry.as_of < now.as_of
    ]
    return max(in_year, key=lambda entry: (entry.as_of, entry.known_on), default=None)


def known_in_time(received: pd.DataFrame, quarter: str) -> dt.date | None:
    """Return the day on which a quarter was known in its time; None where it all came after a later quarter.

    That is the day on which the last unit's first workbook of the quarter had come, of those that came before any of
    a later quarter.

    Parameters
    ----------
    received
        Rows with ``unit``, ``quarter`` and ``received``.
    """
    later = received.loc[received["quarter"] > quarter, "received"].min()
    firsts = received[received["quarter"] == quarter].groupby("unit", observed=True)["received"].min()
    in_time = firsts if pd.isna(later) else firsts[firsts < later]
    return None if in_time.empty else in_time.max().date()


def look_back(workspace: str = ".", quarter: str = "", as_of: str = "", known_on: str = "") -> LookBack:
    """Return everything that was forecast earlier: the whole ledger, and hindcasts of every earlier quarter.

    Parameters
    ----------
    workspace, quarter, as_of, known_on
        As in `cityanalytics.publishing.assemble.assemble`; they bound the hindcasts and what is known of closed years.
    """
    opened = Workspace.at(workspace)
    dates = opened.dates(quarter, as_of, known_on)
    entries = read_ledger(opened.settings).entries
    found = list(hindcasts(opened, as_of=dates.as_of, known_on=dates.known_on))[::-1]
    years = {entry.as_of.year for entry in entries} | {then.as_of.year for then, _ in found}
    totals = year_totals(opened, years, known_on=dates.known_on)
    return LookBack(
        settings=opened.settings,
        record=hold_against(entries, totals),
        hindcasts=[
            Hindcast(programme=then, forecast=made, outcome=totals[then.as_of.year]) for then, made in found
        ],
    )


def past_tests(workspace: str = ".", series: str = "", recorded: str = "") -> PastTests:
    """Return what came of forecasts of past years: of the public series as packaged, or of series given, tested now.

    Parameters
    ----------
    workspace
        Its folder, below which the files are looked for.
    series
        CSV of monthly series, as `forecast-series` takes it; empty for the packaged table.
    recorded
        CSV of what other tools said of them (:func:`cityanalytics.series.seriesfile.read_recorded`); may be empty.

    Raises
    ------
    CityAnalyticsError
        A file is no such table, or no series is long enough.
    """
    if not series:
        return PastTests(found=expectations(packaged_backtests()), given=False)
    root = Path(workspace).resolve()
    table, _ = read_series(root / series)
    others = read_recorded(root / recorded) if recorded else None
    return PastTests(found=expectations(backtest(table, others)), given=True)


def year_totals(workspace: Workspace, years: Iterable[int], *, known_on: dt.date) -> dict[int, float | None]:
    """Return what years came to, as known on a day (yuan); None for one that has not closed."""
    history = workspace.stored["history"]
    return {year: year_total(workspace.snapshot, history, year=year, known_on=known_on) for year in years}


def hindcasts(
    workspace: Workspace, *, as_of: dt.date, known_on: dt.date
) -> Iterator[tuple[Programme, YearTotal]]:
    """Give earlier quarters as known in their time, with the forecast that they give, the last quarter first.

    *Known in their time* is what `known_in_time` says.

    Parameters
    ----------
    workspace
        Whose quarters.
    as_of, known_on
        Only data dates before the one, and what was received by the other.
    """
    received = workspace.stored["projects"]
    received = received[received["received"] <= pd.Timestamp(known_on)]
    for quarter in sorted(received["quarter"].unique(), reverse=True):
        day = workspace.settings.data_date(quarter)
        in_time = known_in_time(received, quarter)
        if day >= as_of or quarter >= quarter_of(as_of) or in_time is None:
            continue
        try:
            then = workspace.snapshot(as_of=day, known_on=in_time)
            made = forecast_year(
                workspace.settings.reference_class,
                curve(then),
                then.plan,
                ceiling(then),
                own_months=then.history_months,
            )
        except InsufficientDataError:
            continue
        yield then, made


def _as_published(entry: Published) -> Earlier:
    return Earlier(
        as_of=entry.as_of,
        known_on=entry.known_on,
        published_on=entry.published_on,
        done=entry.done,
        target=entry.target,
        p10=entry.quantiles["p10"],
        p50=entry.quantiles["p50"],
        p90=entry.quantiles["p90"],
        probability=entry.probability,
    )
