"""A report: notebook executed, pages, record and companion workbook written, all of it or nothing."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing.book import Book
from cityanalytics.briefing.section import RECORD
from cityanalytics.intake.store import read_tables
from cityanalytics.publishing.assemble import provenance
from cityanalytics.publishing.ledger import read_ledger
from cityanalytics.publishing.parameters import Dates, resolve_dates
from cityanalytics.publishing.run import BRIEFING, report_folder, run_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cityanalytics.settings import Settings

#: The companion workbook, beside the pages.
COMPANION = "briefing.xlsx"


def make_report(
    settings: Settings,
    parameters: Mapping[str, str],
    *,
    languages: Sequence[str],
    folder: Path | None = None,
    notebook: str = BRIEFING,
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
    dates = resolve_dates(settings, read_tables(settings), **texts)
    read_ledger(settings)  # a broken one is refused before any kernel starts
    place = folder or report_folder(settings, dates)
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=place) as scratch:
        drafts = Path(scratch)
        on_stage("execute")
        executed = run_notebook(settings, dates, notebook=notebook, folder=drafts, more=given)
        on_stage("export")
        if notebook == BRIEFING:
            _export(executed, languages, drafts)
        (place / f"{notebook}.failed.ipynb").unlink(missing_ok=True)
        made = {draft.name for draft in drafts.iterdir()}
        stale = _stale(place, drafts, made) if notebook == BRIEFING else []
        for name in sorted(made):
            (drafts / name).replace(place / name)
        for path in stale:
            path.unlink(missing_ok=True)
    return [place / name for name in sorted(made)]


def _stale(place: Path, drafts: Path, made: set[str]) -> list[Path]:
    """Return what the report will no longer be: pages of languages left out, PDFs of pages that change."""
    pages = sorted(place.glob("briefing.*.html"))
    left_out = [page for page in pages if page.name not in made]
    changed = [
        page for page in pages if page.name in made and page.read_bytes() != (drafts / page.name).read_bytes()
    ]
    return left_out + [page.with_suffix(".pdf") for page in (*left_out, *changed)]


def is_current(settings: Settings, dates: Dates, languages: Sequence[str]) -> bool:
    """Tell whether a report of these dates exists and was made from the same inputs by the same code and packages."""
    place = report_folder(settings, dates)
    names = [*(f"briefing.{language}.html" for language in languages), COMPANION]
    if not all((place / name).is_file() for name in names):
        return False
    try:
        record = json.loads((place / "briefing.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    now = provenance(settings, dates)
    return (
        record.get("code") == now.code_sha256
        and record.get("packages") == dict(now.packages)
        and record.get("parameters") == dict(now.parameters)
        and record.get("language") == list(languages)
        and record.get("ledger") == {"entries": now.ledger_entries, "head": now.ledger_head}
        and {source["path"]: source["sha256"] for source in record["inputs"]} == dict(now.inputs)
    )


def _export(executed: dict[str, Any], languages: Sequence[str], folder: Path) -> None:
    # nbconvert takes 0.5 s to import: only where a page is exported
    import nbformat

    from cityanalytics.briefing.template import report
    from cityanalytics.publishing.workbook import write_workbook

    record = _record(executed)
    node = nbformat.from_dict(executed)  # type: ignore[no-untyped-call] # nbformat types it not
    for language in languages:
        page = report(node, record["pages"][language])
        (folder / f"briefing.{language}.html").write_text(page, encoding="utf-8", newline="\n")
    (folder / COMPANION).write_bytes(write_workbook(Book.read(record["companion"])))
    document = {**record["briefing"], "language": list(languages)}
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    (folder / "briefing.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _record(executed: dict[str, Any]) -> dict[str, Any]:
    found = [
        output["data"][RECORD]
        for cell in executed["cells"]
        for output in cell.get("outputs", ())
        if RECORD in output.get("data", {})
    ]
    record: dict[str, Any] = found[-1]
    return record
