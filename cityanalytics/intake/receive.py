"""Workbooks received: filed as they were sent, all of them or none."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
import unicodedata
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cityanalytics.calendar import quarter_end
from cityanalytics.durable import put
from cityanalytics.errors import BlockingIssuesError, UsageError
from cityanalytics.intake.register import (
    MOST_DAYS,
    Receipt,
    check_kept,
    is_copy,
    list_files,
    read_register,
)
from cityanalytics.issues import Message
from cityanalytics.lock import writing
from cityanalytics.settings import collated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cityanalytics.issues import Issue
    from cityanalytics.settings import Settings

#: Control, format and surrogate characters.
UNSEEN = {"Cc", "Cf", "Cs"}


def receive(
    settings: Settings, files: Sequence[Path], *, quarter: str, on: dt.date, unit: str | None = None
) -> tuple[Receipt, ...]:
    """File workbooks under data/raw with their hash; all of them or none.

    Parameters
    ----------
    settings
        The workspace.
    files
        What the unit sent.
    quarter
        The quarter that the workbooks report.
    on
        Day of receipt.
    unit
        The unit; by default the one whose name stands in the file's name.

    Returns
    -------
    tuple of Receipt
        Those filed now: a file already received with the same content is not filed again.

    Raises
    ------
    UsageError
        A file is missing, empty, a lock file or a copy; its name states another quarter; the unit is unknown;
        the quarter is none; the day of receipt lies before the quarter.
    BlockingIssuesError
        A file cannot be opened as a workbook, or is a text without a table.
    """
    if on <= quarter_end(quarter) - dt.timedelta(days=MOST_DAYS):
        raise UsageError(
            Message.of("{on} lies before {quarter}: --on is the day of receipt", on=on, quarter=quarter)
        )
    from cityanalytics.workbooks.limits import limited

    with writing(settings.root, "receive"), limited(settings.limits):
        return _receive(settings, files, quarter=quarter, on=on, unit=unit)


def _receive(
    settings: Settings, files: Sequence[Path], *, quarter: str, on: dt.date, unit: str | None
) -> tuple[Receipt, ...]:
    receipts = read_register(settings, withdrawn=True)
    standing = read_register(settings)
    held = {_place(receipt): receipt.sha256 for receipt in standing}  # what was received last there
    taken = {collated(receipt.file) for receipt in receipts}  # what some file system takes for the same name
    unread: list[Issue] = []
    filed: list[Receipt] = []
    contents: list[bytes] = []
    for source in files:
        _acceptable(source)
        _of_quarter(source, quarter)
        sender = _unit(settings, source, unit)
        content = _content(source)
        sha256 = hashlib.sha256(content).hexdigest()
        if (sender, quarter, sha256) in {(*place[:2], content) for place, content in held.items()}:
            continue
        held[sender, quarter, source.stem] = sha256
        folder = PurePosixPath("data", "raw", quarter, on.isoformat(), sender)
        file = _free(settings, folder, source, content, taken)
        taken.add(collated(file))
        position = len(receipts) + len(filed)
        filed.append(
            Receipt(file=file, sha256=sha256, unit=sender, quarter=quarter, received=on, position=position)
        )
        contents.append(content)
        unread += _unreadable(source.name, content)
    if unread:
        raise BlockingIssuesError(
            unread,
            Message.counted(
                "nothing was filed: {count} file is no workbook that can be read",
                "nothing was filed: {count} files are no workbooks that can be read",
                count=len(unread),
            ),
        )
    check_kept(settings, receipts, besides=[receipt.file for receipt in filed])
    if filed:
        new = {
            settings.root / receipt.file: content
            for receipt, content in zip(filed, contents, strict=True)
            if not (settings.root / receipt.file).exists()  # it lies in its place already
        }
        _file(settings, new, list_files(settings, receipts=(*receipts, *filed)))
    return tuple(filed)


def _file(settings: Settings, new: Mapping[Path, bytes], register: Mapping[Path, bytes]) -> None:
    """Write workbooks, and the register last; of what fails nothing stays."""
    for folder in {path.parent for path in new}:
        if not folder.resolve().is_relative_to(settings.raw.resolve()):
            raise UsageError(
                Message.of(
                    "{folder} leads out of data/raw: a link lies there; put a folder in its place",
                    folder=folder,
                )
            )
    try:
        put({**new, **register})
    except BaseException:
        for path in new:
            path.unlink(missing_ok=True)
        for folder in {path.parent for path in new}:
            _remove_empty(folder, settings.raw)
        raise


def _remove_empty(folder: Path, up_to: Path) -> None:
    while folder != up_to and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _content(source: Path) -> bytes:
    """Return what is hashed, looked into and filed: the file is read once."""
    from cityanalytics.workbooks.limits import LIMITS

    with source.open("rb") as stream:
        return stream.read(LIMITS.get().file_bytes + 1)  # one byte too many is refused with the others


def _acceptable(source: Path) -> None:
    if not source.is_file():
        raise UsageError(Message.of("{file}: no such file", file=source))
    if source.name.startswith("~$"):
        raise UsageError(
            Message.of(
                "{file} is a lock file of an open spreadsheet: close it and name the workbook", file=source
            )
        )
    if is_copy(source.name):
        raise UsageError(
            Message.of("{file} looks like a copy: receive the original, or rename it first", file=source)
        )
    if "!" in source.name or any(unicodedata.category(letter) in UNSEEN for letter in source.name):
        raise UsageError(
            Message.of(
                "{file}: its name holds ! or characters that cannot be seen; rename it",
                file=ascii(source.name),
            )
        )
    if not source.stat().st_size:
        raise UsageError(Message.of("{file} is empty: ask the unit to send it again", file=source))


def _of_quarter(source: Path, quarter: str) -> None:
    from cityanalytics.workbooks.captions import quarters_named  # pandas behind it takes 0.3 s to import

    named = quarters_named(source.stem, year=int(quarter[:4]))
    if named and quarter not in named:
        raise UsageError(
            Message.of(
                "{file}: its name states {named}, not {quarter}; name the quarter that it reports with --quarter, "
                "or rename the file if its name is wrong",
                file=source,
                named=", ".join(sorted(named)),
                quarter=quarter,
            )
        )


def _unreadable(name: str, content: bytes) -> list[Issue]:
    """Return why a file is no workbook at all; what is doubtful in one that can be read is for `ingest` to say."""
    from cityanalytics.workbooks.grid import read_bytes
    from cityanalytics.workbooks.tables import understand

    workbook = read_bytes(content, name=name)
    codes = {"UNREADABLE_FILE"}
    found = workbook.issues
    if workbook.container == "csv" and not found:  # any text: only rows of a table make it a workbook
        understood = understand(workbook)
        found = understood.issues
        if not any(table.rows["data"] for table in understood.tables):
            codes = {"NO_TABLE", "NO_DATA", "FORM_NOT_TABLE"}
    return [issue for issue in found if issue.code in codes][:1]


def _unit(settings: Settings, source: Path, unit: str | None) -> str:
    if unit is None:
        named = [name for name in settings.senders if name in source.name]
        if not named:
            raise UsageError(Message.of("{file}: its name holds no unit's name; say --unit", file=source))
        return max(named, key=len)
    if unit not in settings.senders:
        near = difflib.get_close_matches(unit, settings.senders, n=1, cutoff=0.3)
        raise UsageError(
            Message.of(
                "{unit} is no unit of this workspace; nearest: {near}",
                unit=unit,
                near=near[0] if near else ", ".join(settings.senders),
            )
        )
    return unit


def _place(receipt: Receipt) -> tuple[str, str, str]:
    """Return unit, quarter and the name that a workbook was sent under, without the number `_free` gave it."""
    stem = PurePosixPath(receipt.file).stem
    return receipt.unit, receipt.quarter, re.sub(r"-\d+$", "", stem)


def _free(settings: Settings, folder: PurePosixPath, source: Path, content: bytes, taken: set[str]) -> str:
    """Return a path that nothing else has: a second file of the same name on the same day gets a number."""
    path, number = folder / source.name, 1
    while collated(str(path)) in taken or _is_other(settings.root / path, content):
        number += 1
        path = folder / f"{source.stem}-{number}{source.suffix}"
    return str(path)


def _is_other(target: Path, content: bytes) -> bool:
    """Tell whether another file lies there; the very bytes are what a command that was killed left."""
    return target.is_symlink() or (target.exists() and target.read_bytes() != content)
