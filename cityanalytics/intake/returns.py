"""Issues go back to the units: each one's workbooks, marked, in a folder; all of them or none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from cityanalytics.errors import UsageError
from cityanalytics.intake.load import REGISTER_CODES
from cityanalytics.intake.register import read_register
from cityanalytics.issues import Message, file_of
from cityanalytics.lock import making
from cityanalytics.settings import collated
from cityanalytics.workbooks.grid import read_bytes
from cityanalytics.workbooks.marking.issuelist import NAME
from cityanalytics.workbooks.marking.mark import mark_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from cityanalytics.intake.register import Receipt
    from cityanalytics.intake.store import Ingested
    from cityanalytics.issues import Issue, Translate
    from cityanalytics.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A workbook written for its unit: where, whose, and in which form it could be marked."""

    path: Path
    unit: str
    form: Literal["in place", "copy", "list"]


def to_return(
    settings: Settings, ingested: Ingested, quarters: Collection[str] = ()
) -> list[tuple[Receipt, list[Issue]]]:
    """Choose the workbooks that go back, each with its issues, in the order of the register.

    Not those that a correction has replaced, and not what the register alone doubts: a unit cannot mend it.

    Parameters
    ----------
    settings
        The workspace.
    ingested
        What came of reading the workbooks.
    quarters
        The quarters asked for; none means all.
    """
    found: dict[str, list[Issue]] = {}
    for receipt in (receipts := read_register(settings)):
        if receipt.file not in ingested.replaced and (not quarters or receipt.quarter in quarters):
            found[receipt.file] = []
    for issue in ingested.issues:
        file = file_of(issue.where, found)
        if file in found and issue.code not in REGISTER_CODES:
            found[file].append(issue)
    return [(receipt, found[receipt.file]) for receipt in receipts if found.get(receipt.file)]


def write_returns(
    settings: Settings,
    workbooks: Sequence[tuple[Receipt, Sequence[Issue]]],
    folder: Path,
    *,
    languages: Sequence[Translate],
    on_file: Callable[[str], None] = lambda _: None,
) -> list[Returned]:
    """Write workbooks marked, as ``folder/quarter/unit/name``.

    Parameters
    ----------
    settings
        The workspace.
    workbooks
        As `to_return` chose them.
    folder
        A new or empty folder, or one that holds these very files already.
    languages
        Translates a sentence into each language, the readers' own first.
    on_file
        Called with each file's path after it is marked.

    Raises
    ------
    UsageError
        The folder holds something else.
    """
    folder = folder.resolve()
    if folder.is_relative_to(settings.raw):
        raise UsageError(
            Message.of("{folder} lies in data/raw, where what was received is kept", folder=folder)
        )
    ground = next(parent for parent in folder.parents if parent.is_dir())
    with making(settings.root, ground, "ingest") as draft:
        returned = []
        for receipt, issues in workbooks:
            content = (settings.root / receipt.file).read_bytes()
            workbook = read_bytes(content, name=receipt.file)
            marked = mark_workbook(workbook, content, issues, languages=languages)
            stem = _file_name(PurePosixPath(receipt.file).stem)
            if marked.form == "list":  # not to be taken for the unit's own
                stem += f"-{languages[0](NAME)}"
            target = _free(draft / receipt.quarter / _file_name(receipt.unit), stem, marked.suffix)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(marked.content)
            place = folder / target.relative_to(draft)
            returned.append(Returned(path=place, unit=receipt.unit, form=marked.form))
            on_file(receipt.file)
        if returned:
            _put(draft, folder)
    return returned


def _file_name(text: str) -> str:
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", text).strip(". ") or "_"


def _free(folder: Path, stem: str, suffix: str) -> Path:
    there = {collated(path.name) for path in folder.iterdir()} if folder.is_dir() else set()
    path, number = folder / f"{stem}{suffix}", 1
    while collated(path.name) in there:
        number += 1
        path = folder / f"{stem}-{number}{suffix}"
    return path


def _put(draft: Path, folder: Path) -> None:
    """Move a folder into its place, unless another one is there."""
    if folder.exists() and (held := _held(folder)) != {}:
        if held != _held(draft):
            raise UsageError(
                Message.of("{folder} holds something else: name a new folder for the returns", folder=folder)
            )
        return
    if folder.is_dir():
        folder.rmdir()
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft.replace(folder)


def _held(folder: Path) -> dict[Path, bytes | None]:
    """Return everything in a folder; of a folder in it the name alone."""
    return {
        path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")
    }
