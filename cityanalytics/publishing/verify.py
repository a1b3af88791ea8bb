"""A report made again from its recorded inputs, and held against itself: equal, or what differs and why."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.errors import CityAnalyticsError, NotebookError, UsageError
from cityanalytics.intake.load import ingest
from cityanalytics.intake.register import read_register, write_register
from cityanalytics.intake.store import read_tables, write_tables
from cityanalytics.issues import Message
from cityanalytics.publishing.assemble import assemble
from cityanalytics.publishing.differing import because, figures_of, keys_of, rest_of
from cityanalytics.publishing.export import make_report
from cityanalytics.publishing.folder import NOTEBOOK, foreign, is_printed, notebook_of, same_notebook
from cityanalytics.publishing.ledger import path_of
from cityanalytics.publishing.pagetext import Difference, differences, language_of
from cityanalytics.publishing.provenance import CONFIGURATION
from cityanalytics.publishing.recorded import EXACT, FILE, Differences, changes, read_record
from cityanalytics.settings import file_sha256, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cityanalytics.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of making a report again.

    Parameters
    ----------
    same, different, missing
        Names of the files that came out byte for byte (of the executed notebook: with the same results; of a PDF:
        printed from the page beside it), that did not, and that are not beside the report.
    foreign
        Names of files in the report's folder that are not of it.
    figures
        Keys whose value differs: recorded and now.
    because
        For each of them the changed files whose cells it rests on; of no cells, all changed files.
    record
        What else of briefing.json differs, by its path in the document: recorded and now.
    pages
        For each page what it says and what it would say now.
    keys
        For each page, beside each such text, the figures whose number would stand there.
    reasons
        Inputs, code, packages or published forecasts that are no longer what was recorded, and what kept the report
        from being made.
    mends
        What can be done about it.
    """

    same: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    figures: dict[str, tuple[object, object]] = field(default_factory=dict)
    because: dict[str, tuple[str, ...]] = field(default_factory=dict)
    record: dict[str, tuple[object, object]] = field(default_factory=dict)
    pages: dict[str, list[Difference]] = field(default_factory=dict)
    keys: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    reasons: tuple[Message, ...] = ()
    mends: tuple[Message, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether everything that is there came out byte for byte, from what was recorded."""
        return not self.different and not self.reasons and not self.foreign


def verify(settings: Settings, report: Path, *, scratch: Path) -> Verdict:
    """Make a report again from its recorded parameters and compare.

    Where anything that it rests on has changed, the workbooks are read again too.

    Parameters
    ----------
    settings
        The workspace's configuration.
    report
        One of the report's files, wherever it lies and whatever a page is called, or its folder.
    scratch
        An empty folder.

    Raises
    ------
    UsageError
        There is no record beside the report, or it is no page of it.
    CityAnalyticsError
        The record is damaged, or register or ledger cannot be read.
    """
    record = read_record(report)
    found = changes(settings, record)
    made = scratch / "report"
    places = {f"briefing.{language}.html": language for language in record["language"]}
    own = _page_name(report, list(places.values()))
    try:
        workspace = _workspace(settings, found, scratch / "workspace")
        files = make_report(workspace, record["parameters"], languages=record["language"], folder=made)
    except CityAnalyticsError as error:
        return Verdict(
            reasons=(*found.reasons, Message.of("the report cannot be made again:"), _cause(error)),
            mends=tuple(_mends(record, found, edited=False)),
        )
    beside = {
        path.name: report if path.name == own else _folder(report) / path.name
        for path in files
        if path.suffix in EXACT
    }
    there = sorted(name for name, path in beside.items() if path.is_file())
    same = tuple(name for name in there if beside[name].read_bytes() == (made / name).read_bytes())
    again = read_record(made)
    figures = figures_of(record, again)
    pages = {
        name: differences(_text(beside[name]), _text(made / name))
        for name in there
        if name in places and name not in same
    }
    different = tuple(name for name in there if name not in same)
    folder = _folder(report)
    more = _beside(folder, made) if folder.resolve().is_relative_to(settings.reports) else {}
    ours = {*beside, *more}
    same += tuple(name for name, equal in more.items() if equal)
    different += tuple(name for name, equal in more.items() if not equal)
    return Verdict(
        same=same,
        different=different,
        foreign=foreign(folder, ours) if more else (),
        missing=tuple(sorted(beside.keys() - set(there))),
        figures=figures,
        because=because(
            figures, record, assemble(str(workspace.root), **record["parameters"]).figures, found.files
        )
        if figures and found.files
        else {},
        record=rest_of(record, again, explained=bool(found.reasons)),
        pages=pages,
        keys={name: keys_of(texts, again, places[name]) for name, texts in pages.items()},
        reasons=found.reasons,
        mends=tuple(_mends(record, found, edited=bool(different))),
    )


def _beside(folder: Path, made: Path) -> dict[str, bool]:
    """Return whether the executed notebook has the results of the one made again, and PDFs are those of their pages."""
    found = {}
    if (folder / NOTEBOOK).is_file():
        found[NOTEBOOK] = same_notebook(notebook_of(folder), notebook_of(made))
    return found | {pdf.name: is_printed(pdf) for pdf in sorted(folder.glob("briefing.*.pdf"))}


def _workspace(settings: Settings, found: Differences, folder: Path) -> Settings:
    """Return the workspace itself where it is as recorded, else one made of its files as they are now, read again."""
    if not found.reasons:
        try:
            read_tables(settings)
        except CityAnalyticsError:
            pass  # tables may be deleted, and made again
        else:
            return settings
    receipts = [one for one in read_register(settings) if _inside(settings, one.file)]
    ledger = path_of(settings).relative_to(settings.root).as_posix()
    for name in (*CONFIGURATION, ledger, *(receipt.file for receipt in receipts)):
        if (settings.root / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(settings.root / name, folder / name)
    copied = load_settings(folder)
    write_register(
        copied, [replace(receipt, sha256=file_sha256(folder / receipt.file)) for receipt in receipts]
    )
    write_tables(copied, ingest(copied))
    return copied


def _inside(settings: Settings, name: str) -> bool:
    path = (settings.root / name).resolve()
    return path.is_file() and path.is_relative_to(settings.root)


def _folder(report: Path) -> Path:
    return report if report.is_dir() else report.parent


def _page_name(report: Path, languages: list[str]) -> str:
    """Return the name that a page had when it was made, told by its language; empty where no page is given."""
    if report.is_dir() or report.name == FILE or report.suffix == ".xlsx":
        return ""
    if report.suffix.lower() in {".html", ".htm"}:
        tag = language_of(_text(report))
        for language in languages:
            if LANGUAGES[language].tag == tag:
                return f"briefing.{language}.html"
    raise UsageError(
        Message.of(
            "{file} is no page of the report beside it, so it cannot be verified: name {names} or the folder",
            file=report,
            names=", ".join(f"briefing.{language}.html" for language in languages),
        )
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _cause(error: CityAnalyticsError) -> Message:
    if not isinstance(error, NotebookError):
        return error.message
    gaps = dict(error.message.values)  # the notebook that it kept goes with the scratch folder
    return Message.of(
        "notebook {notebook}, cell {cell}: {name}: {cause}",
        **{name: gaps[name] for name in ("notebook", "cell", "name", "cause")},
    )


def command_again(record: dict[str, Any]) -> str:
    """Return the command that makes a report again, whatever is there."""
    names = dict(record["parameters"])
    return (
        f"cityanalytics brief {names['quarter']} --as-of {names['as_of']} --known-on {names['known_on']} "
        f"--lang {','.join(record['language'])} --force"
    )


def _mends(record: dict[str, Any], found: Differences, *, edited: bool) -> Iterator[Message]:
    """Say what can be done: bring back what was recorded, or make the report again."""
    command = command_again(record)
    if found.files:
        yield Message.of(
            "to get the recorded numbers: put the inputs back as they were; a unit's correction is received, never "
            "written over a workbook"
        )
    if found.code or found.packages:
        yield Message.of("to get the recorded bytes: install the code and packages that made the report")
    if found.reasons:
        yield Message.of(
            "to get a report of what is there now: `cityanalytics ingest`, then `{command}`", command=command
        )
    elif edited:
        yield Message.of(
            "nothing that the report rests on has changed, so it was edited after it was made: put it back from a "
            "copy, or make it again with `{command}`",
            command=command,
        )
