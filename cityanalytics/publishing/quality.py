"""From a workspace to what arrived for a quarter: also while an issue blocks and no table is made."""

from __future__ import annotations

from pathlib import Path

from cityanalytics.calendar import quarter_of
from cityanalytics.errors import UsageError
from cityanalytics.intake import arrivals as arriving
from cityanalytics.intake.load import ingest
from cityanalytics.intake.register import read_register
from cityanalytics.issues import Message
from cityanalytics.programme.dates import iso_date
from cityanalytics.settings import find_workspace, load_settings


def arrivals(
    workspace: str = ".", quarter: str = "", *, as_of: str = "", known_on: str = ""
) -> arriving.Arrivals:
    """Read what had been received, and say what arrived for a quarter, unit by unit.

    Parameters
    ----------
    workspace
        A folder of the workspace; by default the current one.
    quarter
        Such as ``2010Q3``; by default the one of `as_of`, else the last one received.
    as_of, known_on
        ISO dates; by default none, and everything received.

    Raises
    ------
    UsageError
        Nothing had been received, or a date is none.
    """
    settings = load_settings(find_workspace(Path(workspace).resolve()))
    receipts = read_register(settings)
    day, until = iso_date("--as-of", as_of), iso_date("--known-on", known_on)
    known = [receipt for receipt in receipts if until is None or receipt.received <= until]
    if not known:
        raise UsageError(
            Message.of("no workbook has been received: start with `cityanalytics receive FILE --quarter Q`")
        )
    return arriving.arrivals(
        settings,
        receipts,
        ingest(settings, known_on=until),
        quarter=quarter or (quarter_of(day) if day else max(receipt.quarter for receipt in known)),
        known_on=until or max(receipt.received for receipt in known),
    )
