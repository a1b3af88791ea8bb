"""The list of all reports, made from their records: read, laid out, written, all of it or nothing."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing.archive import Publication, Report, lists
from cityanalytics.issues import Message
from cityanalytics.publishing.ledger import published_as, read_ledger
from cityanalytics.publishing.recorded import FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cityanalytics.outlook.record import Published
    from cityanalytics.settings import Settings

#: Names of the lists below reports/, in the first language, in others, and of a year.
LIST = re.compile(r"index(\.\d{4})?(\.[a-z]{2,3})?\.html")
#: What reading or laying out a file that is no record of a report raises.
MALFORMED = (AttributeError, IndexError, KeyError, TypeError, ValueError)


def write_index(settings: Settings, *, on_doubt: Callable[[Message], None] = lambda _: None) -> list[Path]:
    """Write reports/index.html and its companions from the records under reports/.

    Parameters
    ----------
    settings
        The workspace's configuration.
    on_doubt
        Told of each record that cannot be listed.

    Returns
    -------
    list of pathlib.Path
        The pages, the one to open first.
    """
    pages = index_pages(settings, on_doubt=on_doubt)
    settings.reports.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=settings.reports) as scratch:
        for name, page in pages.items():
            (Path(scratch) / name).write_text(page, encoding="utf-8", newline="\n")
        for name in pages:
            (Path(scratch) / name).replace(settings.reports / name)
    for path in settings.reports.glob("index.*html"):
        if LIST.fullmatch(path.name) and path.name not in pages:
            path.unlink()  # a list of a year that has no report any more
    return [settings.reports / name for name in pages]


def index_pages(
    settings: Settings, *, on_doubt: Callable[[Message], None] = lambda _: None
) -> dict[str, str]:
    """Return the lists by file name, as they would be written now."""
    # nbconvert comes with the template: only where a page is written
    from cityanalytics.briefing.template import report_list

    entries = read_ledger(settings).entries
    reports = []
    doubts: dict[Path, Exception] = {}
    for path in sorted(settings.reports.rglob(FILE)):
        place = path.parent.relative_to(settings.reports)
        if any(part.startswith(".") for part in place.parts):
            continue  # a report that is being made
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            reports.append(
                Report(
                    place=place.as_posix(),
                    files=frozenset(file.name for file in path.parent.iterdir()),
                    record=record,
                    publication=_publication(entries, record),
                )
            )
        except MALFORMED as error:
            doubts[path] = error
    try:
        pages = lists(settings, reports)
    except MALFORMED:
        # each alone, to find which: laying out a list for each report costs too much where all is well
        alone = {settings.reports / report.place / FILE: _unlisted(settings, report) for report in reports}
        doubts |= {path: why for path, why in alone.items() if why}
        pages = lists(
            settings, [report for report in reports if settings.reports / report.place / FILE not in doubts]
        )
    for path, why in sorted(doubts.items()):
        on_doubt(
            Message.of(
                "{file} is no record of a report ({reason}); the list leaves it out: make the report again, or "
                "delete its folder",
                file=path,
                reason=f"{type(why).__name__}: {why}",
            )
        )
    return {name: report_list(page) for name, page in pages.items()}


def _unlisted(settings: Settings, report: Report) -> Exception | None:
    """Return why a report cannot be listed: what cannot stand in a list alone cannot in one with others."""
    try:
        lists(settings, [report])
    except MALFORMED as error:
        return error
    return None


def _publication(entries: Sequence[Published], record: dict[str, Any]) -> Publication | None:
    """Return what the ledger says of a report: of its very forecast, else of the last one for the same dates."""
    of_dates = [
        entry
        for entry in entries
        if (entry.as_of.isoformat(), entry.known_on.isoformat()) == (record["as_of"], record["known_on"])
    ]
    same = published_as(entries, record)
    found = same or (of_dates[-1] if of_dates else None)
    return (
        Publication(day=found.published_on, hindcast=bool(found.hindcast), unchanged=same is not None)
        if found
        else None
    )
