"""A report: notebook executed, pages, record and companion workbook written, all of it or nothing."""

from __future__ import annotations

import json
import tempfile
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing.section import RECORD
from cityanalytics.durable import put
from cityanalytics.errors import CityAnalyticsError
from cityanalytics.issues import Message
from cityanalytics.lock import making, writing
from cityanalytics.publishing.keeping import check_unchanged, differences, put_aside, readable, record_of
from cityanalytics.publishing.ledger import published_as, read_ledger
from cityanalytics.publishing.recorded import EXACT, FILE
from cityanalytics.publishing.run import (
    ANY,
    BRIEFING,
    address_grammars_left_out,
    report_folder,
    run_notebook,
)
from cityanalytics.settings import file_sha256
from cityanalytics.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cityanalytics.programme.dates import Dates
    from cityanalytics.publishing.ledger import Ledger
    from cityanalytics.settings import Settings

#: The companion workbook, beside the pages.
COMPANION = "briefing.xlsx"
#: Key of the executed notebook's metadata: the SHA-256 of each file that it was exported to.
MADE = "cityanalytics_sha256"


def make_report(
    settings: Settings,
    parameters: Mapping[str, str],
    *,
    languages: Sequence[str],
    folder: Path | None = None,
    notebook: str = BRIEFING,
    aside: Path | None = None,
    engine: str = ANY,
    on_stage: Callable[[str], None] = lambda _: None,
) -> list[Path]:
    """Make a report and put it in its place.

    Parameters
    ----------
    settings
        The workspace's configuration.
    parameters
        ``quarter``, ``as_of``, ``known_on`` as text (empty: the default), and the notebook's own.
    languages
        Languages of the pages.
    folder
        Where the report goes; by default its place under reports/.
    notebook
        Name of the notebook without ending.
    aside
        Where the report that is replaced is kept, if it is.
    engine
        How the notebook is run, one of `cityanalytics.publishing.run.ENGINES`.
    on_stage
        Called with the name of each stage as it begins.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    cityanalytics.errors.CityAnalyticsError
        A parameter does not fit, or a cell failed; then the last good report is left as it was.
    """
    given = dict(parameters)
    on_stage("read")
    texts = {name: given.pop(name, "") for name in ("quarter", "as_of", "known_on")}
    workspace = Workspace(settings=settings)
    dates = workspace.dates(**texts)
    ledger = read_ledger(settings)  # a broken one is refused before any kernel starts
    before = record_of(workspace, dates, languages)
    place = folder or report_folder(settings, dates)
    with making(settings.root, place, "brief") if folder is None else _within(folder) as drafts:
        on_stage("execute")
        executed = run_notebook(settings, dates, notebook=notebook, folder=drafts, more=given, engine=engine)
        on_stage("export")
        if notebook == BRIEFING:
            _export(executed, languages, drafts)
        made = {place / draft.name: draft.read_bytes() for draft in sorted(drafts.iterdir())}
        with writing(settings.root, "brief") if folder is None else nullcontext():
            if notebook == BRIEFING:
                check_unchanged(settings, dates, before)
            if len(read_ledger(settings).entries) > len(ledger.entries):
                _check_unpublished(settings, place, ledger)
            if aside is not None:
                put_aside(place, aside)
            stale = _stale(place, made) if notebook == BRIEFING else []
            put(made)
            for path in (*stale, place / f"{notebook}.failed.ipynb"):
                path.unlink(missing_ok=True)
    return [*made]


def _check_unpublished(settings: Settings, place: Path, before: Ledger) -> None:
    """Raise where the report that lies there was published since: what is published is not replaced unasked."""
    record = readable(place)
    entry = published_as(read_ledger(settings).entries[len(before.entries) :], record)
    if entry is not None:
        raise CityAnalyticsError(
            Message.of(
                "{report} was published by {who} while it was made again; it stays: run the command again to see what "
                "would be replaced",
                report=place,
                who=entry.by,
            )
        )


def _stale(place: Path, made: Mapping[Path, bytes]) -> list[Path]:
    """Return what the report will no longer be: pages of languages left out, PDFs of pages that change."""
    pages = sorted(place.glob("briefing.*.html"))
    left_out = [page for page in pages if page not in made]
    changed = [page for page in pages if page in made and page.read_bytes() != made[page]]
    return left_out + [page.with_suffix(".pdf") for page in (*left_out, *changed)]


def report_differs(workspace: Workspace, dates: Dates, languages: Sequence[str]) -> list[Message]:
    """Return why a report is to be made again; nothing where it lies as it was made from what there is now.

    Parameters
    ----------
    workspace
        Whose report.
    dates
        The dates of the report.
    languages
        Languages of its pages.
    """
    place = report_folder(workspace.settings, dates)
    if not (place / FILE).is_file():
        return [Message.of("there is none yet")]
    found = differences(workspace, dates, languages, readable(place))
    if not found and not _as_made(place, languages):
        found = [Message.of("its files are not as they were made")]
    return found


def _as_made(place: Path, languages: Sequence[str]) -> bool:
    """Tell whether pages, workbook and record have the bytes that the executed notebook was exported to."""
    try:
        executed = json.loads((place / f"{BRIEFING}.ipynb").read_text(encoding="utf-8"))
        made = executed["metadata"][MADE]
        names = {*(f"briefing.{language}.html" for language in languages), COMPANION, FILE}
        return names <= made.keys() and all(file_sha256(place / name) == made[name] for name in made)
    except (AttributeError, KeyError, OSError, TypeError, ValueError):
        return False


@contextmanager
def _within(folder: Path) -> Iterator[Path]:
    """Give a folder for drafts of a report that goes into no workspace."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        yield Path(scratch)


def _export(executed: dict[str, Any], languages: Sequence[str], folder: Path) -> None:
    # nbconvert is slow to import: only where a page is exported
    with address_grammars_left_out():
        import nbformat

        from cityanalytics.briefing.template import report
    from cityanalytics.briefing.book import Book
    from cityanalytics.publishing.workbook import write_workbook

    record = _record(executed)
    node = nbformat.from_dict(executed)  # type: ignore[no-untyped-call] # nbformat types it not
    for language in languages:
        page = report(node, record["pages"][language])
        (folder / f"briefing.{language}.html").write_text(page, encoding="utf-8", newline="\n")
    (folder / COMPANION).write_bytes(write_workbook(Book.read(record["companion"])))
    document = {**record["briefing"], "language": list(languages)}
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / FILE).write_text(text + "\n", encoding="utf-8", newline="\n")
    made = {path.name: file_sha256(path) for path in sorted(folder.iterdir()) if path.suffix in EXACT}
    # the one file of a report that no hash is taken of
    kept = {**executed, "metadata": {**executed["metadata"], MADE: made}}
    text = json.dumps(kept, ensure_ascii=False, indent=1)
    (folder / f"{BRIEFING}.ipynb").write_text(text + "\n", encoding="utf-8", newline="\n")


def _record(executed: dict[str, Any]) -> dict[str, Any]:
    found = [
        output["data"][RECORD]
        for cell in executed["cells"]
        for output in cell.get("outputs", ())
        if RECORD in output.get("data", {})
    ]
    record: dict[str, Any] = json.loads(found[-1])
    return record
