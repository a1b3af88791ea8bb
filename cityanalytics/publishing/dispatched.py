"""What a dispatch leaves on the disk beside the register of orders: its pages, its workbook, the units' pages."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cityanalytics.durable import put
from cityanalytics.errors import InsufficientDataError, UsageError
from cityanalytics.intake.orders import FOLDER, orders_bytes
from cityanalytics.issues import Message
from cityanalytics.lock import writing
from cityanalytics.publishing.keeping import check_unchanged, differences, record_of
from cityanalytics.publishing.ordersheets import live_orders
from cityanalytics.publishing.run import report_folder
from cityanalytics.settings import file_names, file_sha256
from cityanalytics.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cityanalytics.dispatch.dispatch import Dispatch
    from cityanalytics.programme.changes import Changes
    from cityanalytics.programme.dates import Dates
    from cityanalytics.settings import Settings

KINDS = ("weekly", "monthly")
#: Beside the pages of a dispatch: what they were made from, and the SHA-256 of each.
MADE = "made.json"


def dispatch_of(
    workspace: Workspace, dates: Dates, *, kind: str, since: str = "", issuing: bool = True
) -> Dispatch:
    """Return the dispatch of a day, with what changed since an earlier one.

    Parameters
    ----------
    workspace
        The bureau's.
    dates
        Of its programme.
    kind
        One of `KINDS`: a weekly one looks a week back, a monthly one to the last day of the month before.
    since
        Another day or quarter to look back to.
    issuing
        Whether it issues orders.

    Raises
    ------
    CityAnalyticsError
        Too little was received, or `since` does not fit.
    """
    from cityanalytics.dispatch.dispatch import dispatch_programme

    programme = workspace.snapshot(as_of=dates.as_of, known_on=dates.known_on)
    changed = _changes(workspace, dates, kind, since)
    return dispatch_programme(programme, changes=changed, issuing=issuing)


def _changes(workspace: Workspace, dates: Dates, kind: str, since: str) -> Changes | None:
    from cityanalytics.publishing.comparison import changes_between

    day = dates.as_of
    before = day - dt.timedelta(days=7) if kind == "weekly" else day.replace(day=1) - dt.timedelta(days=1)
    try:
        return changes_between(
            since or before.isoformat(),
            day.isoformat(),
            workspace=workspace,
            known_on=dates.known_on.isoformat(),
        )
    except (UsageError, InsufficientDataError):
        if since:  # the day that nobody named may lie before all that was received
            raise
        return None


def make_dispatch(settings: Settings, parameters: Mapping[str, str]) -> list[Path]:
    """Make the pages of a quarter's dispatch, weekly and monthly, and the units' own; no order is issued.

    Parameters
    ----------
    settings
        The workspace's configuration.
    parameters
        ``quarter``, ``as_of``, ``known_on`` as text.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    CityAnalyticsError
        Too little was received, or a word cannot be shown.
    """
    workspace = Workspace(settings=settings)
    dates = workspace.dates(**parameters)
    before = record_of(workspace, dates, settings.languages)
    weekly = dispatch_of(workspace, dates, kind="weekly", issuing=False)
    monthly = replace(weekly, changes=_changes(workspace, dates, "monthly", ""))
    made = dispatch_files(settings, monthly, dates, "monthly") | dispatch_files(
        settings, weekly, dates, "weekly"
    )
    folder = _folder(settings, dates)
    if dates.quarter != [*workspace.described.quarters][-1]:
        made = {path: page for path, page in made.items() if path.parent == folder}  # units act on the last
    record = {
        **before,
        "orders": _orders_sha256(workspace),
        "files": {
            str(path.relative_to(settings.root)): hashlib.sha256(page).hexdigest()
            for path, page in sorted(made.items())
        },
    }
    text = json.dumps(record, ensure_ascii=False, indent=1)
    with writing(settings.root, "brief"):
        check_unchanged(settings, dates, before)
        put({**made, folder / MADE: f"{text}\n".encode()})
    return [*made]


def dispatch_differs(workspace: Workspace, dates: Dates) -> list[Message]:
    """Return why the pages of a quarter's dispatch are to be made again; nothing where they are as they would be.

    Parameters
    ----------
    workspace
        The bureau's.
    dates
        The dates of the dispatch.
    """
    try:
        text = (_folder(workspace.settings, dates) / MADE).read_text(encoding="utf-8")
        record: dict[str, Any] = json.loads(text)
        files = [(workspace.settings.root / name, sha256) for name, sha256 in record["files"].items()]
    except (AttributeError, KeyError, OSError, TypeError, ValueError):
        return [Message.of("there is none yet")]
    found = differences(workspace, dates, workspace.settings.languages, record)
    if record.get("orders") != _orders_sha256(workspace):
        found.append(Message.of("orders have been issued since"))
    changed = [path for path, sha256 in files if not path.is_file() or file_sha256(path) != sha256]
    return found + [Message.of("{file} is not as it was made", file=path) for path in changed]


def _folder(settings: Settings, dates: Dates) -> Path:
    return report_folder(settings, dates) / "dispatch"


def _orders_sha256(workspace: Workspace) -> str:
    return hashlib.sha256(orders_bytes(workspace.orders)).hexdigest()


def dispatch_files(settings: Settings, found: Dispatch, dates: Dates, kind: str) -> dict[Path, bytes]:
    """Return the pages and the workbook of a dispatch, and each unit's printable page, by their paths.

    Parameters
    ----------
    settings
        The workspace's configuration.
    found
        The dispatch.
    dates
        Of its programme.
    kind
        ``weekly`` or ``monthly``: which short page goes with the lists.
    """
    from cityanalytics.briefing.dispatching import book, pages, unit_page
    from cityanalytics.briefing.template import dispatch_page
    from cityanalytics.publishing.workbook import write_workbook

    folder = _folder(settings, dates)
    live = live_orders(found)
    made: dict[Path, bytes] = {}
    named = file_names(map(str, sorted(live["unit"].unique())))
    for language in settings.languages:
        for name, page in pages(found, settings, language, kind).items():
            made[folder / f"{name}.{language}.html"] = dispatch_page(page).encode()
        for unit, own in live.groupby("unit", sort=True):
            page = unit_page(found, settings, language, str(unit), own)
            path = settings.root / FOLDER / f"{named[str(unit)]}.{language}.html"
            made[path] = dispatch_page(page).encode()
    made[folder / "dispatch.xlsx"] = write_workbook(book(found, settings))
    return made
