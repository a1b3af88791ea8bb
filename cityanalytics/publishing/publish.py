"""A briefing's forecast frozen in the ledger: only what still verifies, and only once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cityanalytics.durable import put
from cityanalytics.errors import CityAnalyticsError, UsageError
from cityanalytics.intake.register import read_register
from cityanalytics.intake.store import read_tables
from cityanalytics.issues import Message
from cityanalytics.lock import writing
from cityanalytics.outlook.record import IN_TIME_DAYS, LEVELS, hindcast_reasons
from cityanalytics.publishing.index import index_files, write_index
from cityanalytics.publishing.ledger import appended, path_of, published_as, read_ledger
from cityanalytics.publishing.recorded import read_record
from cityanalytics.publishing.verify import command_again, verify

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cityanalytics.outlook.record import Published
    from cityanalytics.settings import Settings

#: Why a forecast is a hindcast.
HINDCAST = {
    "late": Message.of("a hindcast: published more than {days} days after its data date", days=IN_TIME_DAYS),
    "left_out": Message.of("a hindcast: workbooks had been received that it does not use"),
    "later_reported": Message.of("a hindcast: workbooks of a later data date had been received"),
}


def hindcast_words(reasons: Sequence[str]) -> list[Message]:
    """Return in words why a forecast is a hindcast; nothing where it is none."""
    return [HINDCAST[reason] for reason in reasons]


def publish(
    settings: Settings,
    report: Path,
    *,
    by: str,
    on: dt.date,
    scratch: Path,
    partial: bool = False,
    on_doubt: Callable[[Message], None] = lambda _: None,
) -> Published:
    """Freeze a briefing's forecast, and say in the lists of reports that it is published.

    The entry is sealed once everything that can fail is done; lists that an earlier command left behind the ledger are
    written too.

    Parameters
    ----------
    settings
        The workspace's configuration.
    report
        One of the report's files, or its folder.
    by
        Who publishes it.
    on
        The day of publishing.
    scratch
        An empty folder, where the report is made again.
    partial
        Whether it is meant that a report is published of which something is missing.
    on_doubt
        Told of each record that cannot be listed.

    Returns
    -------
    Published
        The entry; its ``hindcast`` says whether, and why, it is one.

    Raises
    ------
    UsageError
        Nobody is named, or there is no report.
    CityAnalyticsError
        Something is missing and that is not meant, the report does not come out again byte for byte, the ledger does
        not check, the forecast is in it already, or the day lies before another that the ledger or the report knows.
    """
    who = " ".join(by.split())
    if not who:
        raise UsageError(Message.of("--by names who publishes; it is empty"))
    record = read_record(report)
    if record.get("partial") and not partial:
        missing = record["coverage"]
        raise CityAnalyticsError(
            Message.of(
                "not published: the report is incomplete (units reported: {received} of {expected}; its first lines "
                "say what is missing). If it is to be published so, add --partial",
                received=missing["received"],
                expected=missing["expected"],
            )
        )
    _check_new(settings, record, on=on, on_doubt=on_doubt)
    _fields(settings, record, by=who, on=on)
    verdict = verify(settings, report, scratch=scratch)
    if not verdict.equal or verdict.missing:
        raise CityAnalyticsError(
            Message.of(
                "not published: the report is not what its inputs give now; `cityanalytics verify {report}` says why, "
                "`{command}` makes it again",
                report=report,
                command=command_again(record),
            )
        )
    with writing(settings.root, "publish"):
        _check_new(
            settings, record, on=on, on_doubt=on_doubt
        )  # another command may have published it meanwhile
        ledger, content = appended(settings, _fields(settings, record, by=who, on=on))
        put({path_of(settings): content, **index_files(settings, ledger, on_doubt=on_doubt)})
    return ledger.entries[-1]


def _check_new(
    settings: Settings, record: dict[str, Any], *, on: dt.date, on_doubt: Callable[[Message], None]
) -> None:
    """Raise where the forecast is in the ledger already, or the day lies before another that is known."""
    entries = read_ledger(settings).entries
    if twice := published_as(entries, record):
        write_index(
            settings, on_doubt=on_doubt
        )  # a command that was killed may have sealed it and not listed
        raise CityAnalyticsError(
            Message.of(
                "this forecast was published on {day} by {who}; a forecast is published once",
                day=twice.published_on,
                who=twice.by,
            )
        )
    last = max([record["known_on"], *(one.published_on.isoformat() for one in entries)])
    if on.isoformat() < last:
        raise CityAnalyticsError(
            Message.of(
                "today would be {day}, but {last} has passed already: check the clock", day=on, last=last
            )
        )


def _fields(settings: Settings, record: dict[str, Any], *, by: str, on: dt.date) -> dict[str, Any]:
    tables = read_tables(settings)
    as_of = pd.Timestamp(record["as_of"])
    received = tables["projects"][tables["projects"]["received"] <= pd.Timestamp(on)]
    receipts = [receipt.received for receipt in read_register(settings) if receipt.received <= on]
    forecast = record["forecast"]
    return {
        "as_of": record["as_of"],
        "known_on": record["known_on"],
        "published_on": on.isoformat(),
        "by": by,
        "hindcast": list(
            hindcast_reasons(
                as_of=as_of.date(),
                published_on=on,
                newest_receipt=max(receipts, default=on).isoformat() <= record["known_on"],
                later_reported=bool((received["data_date"] > as_of).any()),
            )
        ),
        "done": forecast["done"],
        "target": forecast["target"],
        "quantiles": {name: forecast[name] for name in LEVELS},
        "probability": forecast["probability"],
        "rules": forecast["rules"],
        "method": forecast["method"],
        "reference_class": forecast["reference_class"],
        "code_sha256": record["code"],
        "inputs_sha256": record["inputs_sha256"],
    }
