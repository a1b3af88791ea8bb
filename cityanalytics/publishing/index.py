"""The list of all reports, made from their records: read, laid out, written, all of it or nothing."""

from __future__ import annotations

import json
import os
import re
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing.archive import Publication, Report, lists
from cityanalytics.durable import put
from cityanalytics.intake.sources import sources_sha256
from cityanalytics.issues import Message
from cityanalytics.lock import writing
from cityanalytics.publishing.ledger import published_as, read_ledger
from cityanalytics.publishing.recorded import FILE
from cityanalytics.settings import FILE as SETTINGS
from cityanalytics.settings import file_sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cityanalytics.outlook.record import Published
    from cityanalytics.publishing.ledger import Ledger
    from cityanalytics.settings import Settings

#: Names of the lists below reports/, in the first language, in others, and of a year.
LIST = re.compile(r"index(\.\d{4})?(\.[a-z]{2,3})?\.html")
#: Endings of what a list links to.
LINKED = {".html", ".pdf", ".xlsx"}
#: Beside the lists: what they were made from, so that they are not drawn again for nothing.
NOTE = "lists.json"
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
    with writing(settings.root, "brief"):
        ledger = read_ledger(settings)
        basis = _basis(settings, ledger)
        if kept := _kept(settings, basis):
            return kept
        doubts: list[Message] = []
        lists = index_files(settings, ledger, on_doubt=doubts.append)
        note = {
            "basis": basis,
            "files": {path.name: sha256(page).hexdigest() for path, page in lists.items()},
        }
        # what is doubtful is told each time
        put({**lists, settings.reports / NOTE: json.dumps({} if doubts else note).encode()})
        for path in settings.reports.glob("index.*html"):
            if LIST.fullmatch(path.name) and path not in lists:
                path.unlink()  # a list of a year that has no report any more
    for doubt in doubts:
        on_doubt(doubt)
    return [*lists]


def _basis(settings: Settings, ledger: Ledger) -> str:
    """Return the hash of all that the lists are made from."""
    digest = sha256(
        "\n".join((sources_sha256(), ledger.head, file_sha256(settings.root / SETTINGS))).encode()
    )
    for path in sorted(_records(settings.reports)):
        names = "\n".join(sorted(file.name for file in path.parent.iterdir() if file.suffix in LINKED))
        digest.update(f"{path.parent.relative_to(settings.reports)}\n{names}\n{file_sha256(path)}\n".encode())
    return digest.hexdigest()


def _kept(settings: Settings, basis: str) -> list[Path]:
    """Return the lists that lie there, where they are those of what there is now; nothing where they are not."""
    try:
        note = json.loads((settings.reports / NOTE).read_text(encoding="utf-8"))
        files = {settings.reports / name: of_page for name, of_page in note["files"].items()}
        there = {path for path in settings.reports.glob("index.*html") if LIST.fullmatch(path.name)}
        same = note["basis"] == basis and there == files.keys()
        return (
            [*files] if same and all(file_sha256(path) == of_page for path, of_page in files.items()) else []
        )
    except (OSError, *MALFORMED):
        return []


def index_files(
    settings: Settings, ledger: Ledger, *, on_doubt: Callable[[Message], None] = lambda _: None
) -> dict[Path, bytes]:
    """Return what the lists are to hold, by their paths, the one to open first before the others."""
    pages = index_pages(settings, ledger=ledger, on_doubt=on_doubt)
    return {settings.reports / name: page.encode() for name, page in pages.items()}


def index_pages(
    settings: Settings,
    *,
    ledger: Ledger | None = None,
    on_doubt: Callable[[Message], None] = lambda _: None,
) -> dict[str, str]:
    """Return the lists by file name, as they would be written now, or with a ledger that is not written yet."""
    # nbconvert comes with the template: only where a page is written
    from cityanalytics.briefing.template import report_list

    entries = (ledger or read_ledger(settings)).entries
    reports = []
    doubts: dict[Path, Exception] = {}
    for path in sorted(_records(settings.reports)):
        place = path.parent.relative_to(settings.reports)
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


def _records(reports: Path) -> Iterator[Path]:
    """Give the records below a folder; of reports that are being made none, and they may come and go meanwhile."""
    for place, folders, files in os.walk(reports):
        folders[:] = [folder for folder in folders if not folder.startswith(".")]
        if FILE in files:
            yield Path(place, FILE)


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
