"""What was received, when, from whom: files are kept as they were sent, with their hash."""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import re
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

#: Days that the longest quarter has.
MOST_DAYS = 92
#: Control, format and surrogate characters.
UNSEEN = {"Cc", "Cf", "Cs"}
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
    position
        Place in the register: of two workbooks of one day the later one holds.
    """

    file: str
    sha256: str
    unit: str
    quarter: str
    received: dt.date
    position: int


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
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        return tuple(
            Receipt(
                file=row["file"],
                sha256=row["sha256"],
                unit=row["unit"],
                quarter=_quarter(row["quarter"]),
                received=dt.date.fromisoformat(row["received"]),
                position=position,
            )
            for position, row in enumerate(rows)
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CityAnalyticsError(
            Message.of(
                "{file} cannot be read ({reason}): it is UTF-8 text with the columns {columns}, dates as 2010-09-30",
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
    if on <= quarter_end(quarter) - dt.timedelta(days=MOST_DAYS):
        raise UsageError(
            Message.of("{on} lies before {quarter}: --on is the day of receipt", on=on, quarter=quarter)
        )
    receipts = read_register(settings)
    held = {_place(receipt): receipt.sha256 for receipt in receipts}  # what was received last there
    taken = {receipt.file for receipt in receipts}
    filed: list[Receipt] = []
    sources: list[Path] = []
    for source in files:
        _acceptable(source)
        sender = _unit(settings, source, unit)
        sha256 = file_sha256(source)
        if held.get((sender, quarter, source.stem)) == sha256:
            continue
        held[sender, quarter, source.stem] = sha256
        folder = PurePosixPath("data", "raw", quarter, on.isoformat(), sender)
        file = _free(settings, folder, source, taken)
        taken.add(file)
        position = len(receipts) + len(filed)
        filed.append(
            Receipt(file=file, sha256=sha256, unit=sender, quarter=quarter, received=on, position=position)
        )
        sources.append(source)
    written: list[Path] = []
    try:
        for receipt, source in zip(filed, sources, strict=True):
            target = settings.root / receipt.file
            if target.exists():  # it lies in its place already
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            written.append(target)
            shutil.copyfile(source, target)
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
    if "!" in source.name or any(unicodedata.category(letter) in UNSEEN for letter in source.name):
        raise UsageError(
            Message.of(
                "{file}: its name holds ! or characters that cannot be seen; rename it",
                file=ascii(source.name),
            )
        )
    if not source.stat().st_size:
        raise UsageError(Message.of("{file} is empty: ask the unit to send it again", file=source))


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


def _free(settings: Settings, folder: PurePosixPath, source: Path, taken: set[str]) -> str:
    """Return a path that nothing else has: a second file of the same name on the same day gets a number."""
    path, number = folder / source.name, 1
    while str(path) in taken or _is_other(settings.root / path, source):
        number += 1
        path = folder / f"{source.stem}-{number}{source.suffix}"
    return str(path)


def _is_other(target: Path, source: Path) -> bool:
    return target.exists() and not target.samefile(source)


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
