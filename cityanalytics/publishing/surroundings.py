"""What stands around a report, held against what is there: the lists of reports, and the register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.intake.register import check_register, read_register
from cityanalytics.issues import Message, Severity
from cityanalytics.publishing.index import LIST, index_pages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cityanalytics.settings import Settings


def differing_lists(
    settings: Settings, *, on_doubt: Callable[[Message], None] = lambda _: None
) -> list[Path]:
    """Return the lists of reports that are not those of what is there now: changed, missing, or of no report.

    Parameters
    ----------
    settings
        The workspace's configuration.
    on_doubt
        Told of each record that cannot be listed.
    """
    pages = index_pages(settings, on_doubt=on_doubt)
    there = {path.name for path in settings.reports.glob("index.*html") if LIST.fullmatch(path.name)}
    return [
        settings.reports / name
        for name in sorted({*pages, *there})
        if name not in there or (settings.reports / name).read_bytes() != pages.get(name, "").encode()
    ]


def surroundings(settings: Settings, report: Path) -> tuple[Message, ...]:
    """Return what differs around a report: of a report that lies elsewhere nothing is told about lists.

    Parameters
    ----------
    settings
        The workspace's configuration.
    report
        One of the report's files, or its folder.

    Raises
    ------
    CityAnalyticsError
        Ledger or register cannot be read.
    """
    lists = differing_lists(settings) if report.resolve().is_relative_to(settings.reports) else ()
    found = [
        Message.of(
            "{file} is not the list of what is there now: any `cityanalytics brief` writes it again",
            file=path,
        )
        for path in lists
    ]
    found += [
        Message.of("{file}: {what}; {mend}", file=issue.where, what=issue.understood, mend=issue.suggestion)
        for issue in check_register(settings, read_register(settings))
        if issue.severity is Severity.ERROR
    ]
    return tuple(found)
