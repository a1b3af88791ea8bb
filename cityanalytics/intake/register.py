"""What was received, when, from whom: files are kept as they were sent, with their hash."""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cityanalytics.calendar import quarter_end
from cityanalytics.errors import CityAnalyticsError, UsageError
from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.settings import Settings, file_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COLUMNS = ("file", "sha256", "unit", "quarter", "received")


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """One workbook as it was received.

    Parameters
    ----------
    file
        Path below the workspace, with forward slashes.
    sha256
        Hash at receipt, hexadecimal.
    unit
        Responsible unit that sent it.
    quarter
        Quarter that it reports.
    received
        Day of receipt.
    """

    file: str
    sha256: str
    unit: str
    quarter: str
    received: dt.date


def read_register(settings: Settings) -> tuple[Receipt, ...]:
    """Read data/raw/register.csv; a workspace without one has received nothing.

    Raises
    ------
    CityAnalyticsError
        The register lacks a column or holds a bad date or quarter.
    """
    path = settings.raw / "register.csv"
    if not path.is_file():
        return ()
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    try:
        return tuple(
            Receipt(
                file=row["file"],
                sha256=row["sha256"],
                unit=row["unit"],
                quarter=_quarter(row["quarter"]),
                received=dt.date.fromisoformat(row["received"]),
            )
            for row in rows
        )
    except (KeyError, ValueError) as error:
        raise CityAnalyticsError(
            Message.of(
                "{file} cannot be read ({reason}): it needs the columns {columns}, with dates as 2010-09-30",
                file=path,
                reason=error,
                columns=",".join(COLUMNS),
            )
        ) from error


def check_register(settings: Settings, receipts: Sequence[Receipt]) -> tuple[Issue, ...]:
    """Hold the register against the files: changed, missing, never received, lock files and copies."""
    return tuple(_registered(settings, receipts)) + tuple(_unregistered(settings, receipts))


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
        A file is missing, empty, a lock file or a copy; the unit is unknown; the quarter is none; the day of
        receipt lies before the quarter.
    """
    _quarter(quarter)
    receipts = read_register(settings)
    known = {(receipt.sha256, receipt.quarter, receipt.unit) for receipt in receipts}
    filed: list[Receipt] = []
    for source in files:
        sender = _unit(settings, source, unit)
        _acceptable(source)
        sha256 = file_sha256(source)
        if (sha256, quarter, sender) in known:
            continue
        known.add((sha256, quarter, sender))
        folder = PurePosixPath("data", "raw", quarter, on.isoformat(), sender)
        taken = {receipt.file for receipt in (*receipts, *filed)}
        file = _free(folder, source.name, taken)
        filed.append(Receipt(file=str(file), sha256=sha256, unit=sender, quarter=quarter, received=on))
    sources = {file_sha256(source): source for source in files}
    written: list[Path] = []
    try:
        for receipt in filed:
            target = settings.root / receipt.file
            target.parent.mkdir(parents=True, exist_ok=True)
            written.append(target)
            shutil.copyfile(sources[receipt.sha256], target)
        _write_register(settings, (*receipts, *filed))
    except BaseException:
        for target in written:
            target.unlink(missing_ok=True)
        raise
    return tuple(filed)


def _registered(settings: Settings, receipts: Sequence[Receipt]) -> Iterator[Issue]:
    for receipt in receipts:
        path = settings.root / receipt.file
        if not path.is_file():
            yield Issue(
                severity=Severity.ERROR,
                code="FILE_MISSING",
                where=receipt.file,
                understood=Message.of("received on {on}, no longer there", on=receipt.received),
                suggestion=Message.of("put the file back, or receive it again"),
            )
        elif file_sha256(path) != receipt.sha256:
            yield Issue(
                severity=Severity.ERROR,
                code="FILE_CHANGED",
                where=receipt.file,
                understood=Message.of("its content is not what was received on {on}", on=receipt.received),
                suggestion=Message.of(
                    "put the original back, and receive the changed workbook as a correction"
                ),
            )


def _unregistered(settings: Settings, receipts: Sequence[Receipt]) -> Iterator[Issue]:
    known = {receipt.file for receipt in receipts}
    for path in sorted(settings.raw.rglob("*")):
        file = path.relative_to(settings.root).as_posix()
        if (
            not path.is_file()
            or file in known
            or path == settings.raw / "register.csv"
            or path.name[0] == "."
        ):
            continue
        if path.name.startswith("~$"):
            yield Issue(
                severity=Severity.WARNING,
                code="LOCK_FILE",
                where=file,
                understood=Message.of("left by an open spreadsheet program, holds no data; not read"),
                suggestion=Message.of("delete it"),
            )
        elif _is_copy(path.name):
            yield Issue(
                severity=Severity.WARNING,
                code="COPY_FILE",
                where=file,
                understood=Message.of("a copy made by a browser or a file manager; not read"),
                suggestion=Message.of("delete it, or receive it as a correction under a name of its own"),
            )
        else:
            yield Issue(
                severity=Severity.ERROR,
                code="FILE_NOT_RECEIVED",
                where=file,
                understood=Message.of("lies in data/raw but was never received"),
                suggestion=Message.of("move it out, then `cityanalytics receive FILE --quarter Q`"),
            )


def _quarter(text: str) -> str:
    quarter_end(text)
    return text


def _is_copy(name: str) -> bool:
    stem = unicodedata.normalize("NFKC", Path(name).stem).rstrip()
    return stem.endswith(")") and stem.rpartition("(")[2][:-1].isdigit()


def _acceptable(source: Path) -> None:
    if not source.is_file():
        raise UsageError(Message.of("{file}: no such file", file=source))
    if source.name.startswith("~$"):
        raise UsageError(
            Message.of(
                "{file} is a lock file of an open spreadsheet: close it and name the workbook", file=source
            )
        )
    if _is_copy(source.name):
        raise UsageError(
            Message.of("{file} looks like a copy: receive the original, or rename it first", file=source)
        )
    if any(unicodedata.category(letter) == "Cc" for letter in source.name):
        raise UsageError(
            Message.of("{file}: its name holds control characters; rename it", file=repr(source.name))
        )
    if not source.stat().st_size:
        raise UsageError(Message.of("{file} is empty: ask the unit to send it again", file=source))


def _unit(settings: Settings, source: Path, unit: str | None) -> str:
    if unit is None:
        named = [name for name in settings.units if name in source.name]
        if not named:
            raise UsageError(Message.of("{file}: its name holds no unit's name; say --unit", file=source))
        return max(named, key=len)
    if unit not in settings.units:
        near = difflib.get_close_matches(unit, settings.units, n=1, cutoff=0.3)
        raise UsageError(
            Message.of(
                "{unit} is no unit of this workspace; nearest: {near}",
                unit=unit,
                near=near[0] if near else ", ".join(settings.units),
            )
        )
    return unit


def _free(folder: PurePosixPath, name: str, taken: set[str]) -> PurePosixPath:
    """Return a path not yet taken: a second file of the same name on the same day gets a number."""
    path, number = folder / name, 1
    while str(path) in taken:
        number += 1
        path = folder / f"{Path(name).stem}-{number}{Path(name).suffix}"
    return path


def _write_register(settings: Settings, receipts: Sequence[Receipt]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(receipt, column) for column in COLUMNS] for receipt in receipts)
    path = settings.raw / "register.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".csv.new")
    draft.write_text(text.getvalue(), encoding="utf-8")
    draft.replace(path)
