"""What was received, when, from whom: files are kept as they were sent, with their hash."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cityanalytics.calendar import quarter_end
from cityanalytics.durable import put
from cityanalytics.errors import CityAnalyticsError, UsageError
from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.settings import Settings, file_sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

COLUMNS = ("file", "sha256", "unit", "quarter", "received")
#: Beside the register: what was filed by mistake, since when, and why.
WITHDRAWN = ("file", "on", "why")
Line = TypeVar("Line")


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


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """A workbook that was filed by mistake: it is kept, and counts for no day.

    Parameters
    ----------
    file
        As the register names it.
    on
        Day of the withdrawal.
    why
        What was wrong.
    """

    file: str
    on: dt.date
    why: str


def read_register(settings: Settings, *, withdrawn: bool = False) -> tuple[Receipt, ...]:
    """Read data/raw/register.csv; a workspace without one has received nothing.

    Parameters
    ----------
    settings
        The workspace's configuration.
    withdrawn
        Whether workbooks that were withdrawn are among them.

    Raises
    ------
    CityAnalyticsError
        The register lacks a column or holds a bad date or quarter.
    """
    gone = set() if withdrawn else {one.file for one in read_withdrawals(settings)}
    receipts = _read(
        settings.raw / "register.csv",
        COLUMNS,
        lambda row, position: Receipt(
            file=row["file"],
            sha256=row["sha256"],
            unit=row["unit"],
            quarter=checked_quarter(row["quarter"]),
            received=dt.date.fromisoformat(row["received"]),
            position=position,
        ),
    )
    return tuple(receipt for receipt in receipts if receipt.file not in gone)


def read_withdrawals(settings: Settings) -> tuple[Withdrawal, ...]:
    """Read data/raw/withdrawn.csv; without one nothing was withdrawn.

    Raises
    ------
    CityAnalyticsError
        It lacks a column or holds a bad date.
    """
    return _read(
        settings.raw / "withdrawn.csv",
        WITHDRAWN,
        lambda row, _: Withdrawal(file=row["file"], on=dt.date.fromisoformat(row["on"]), why=row["why"]),
    )


def _read(
    path: Path, columns: Sequence[str], entry: Callable[[dict[str, str], int], Line]
) -> tuple[Line, ...]:
    if not path.is_file():
        return ()
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
        return tuple(entry(row, position) for position, row in enumerate(rows))
    except (KeyError, TypeError, ValueError) as error:
        raise CityAnalyticsError(
            Message.of(
                "{file} cannot be read ({reason}): it is UTF-8 text with the columns {columns}, dates as 2010-09-30",
                file=path,
                reason=error,
                columns=",".join(columns),
            )
        ) from error


def write_register(settings: Settings, receipts: Sequence[Receipt]) -> None:
    """Write data/raw/register.csv, whole or not at all."""
    put({settings.raw / "register.csv": register_bytes(receipts)})


def register_bytes(receipts: Sequence[Receipt]) -> bytes:
    """Return what data/raw/register.csv holds."""
    return _csv(COLUMNS, receipts)


def write_withdrawals(settings: Settings, withdrawals: Sequence[Withdrawal]) -> None:
    """Write data/raw/withdrawn.csv, whole or not at all."""
    put({settings.raw / "withdrawn.csv": _csv(WITHDRAWN, withdrawals)})


def _csv(columns: Sequence[str], rows: Sequence[Receipt | Withdrawal]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([getattr(row, column) for column in columns] for row in rows)
    return text.getvalue().encode()


def check_register(settings: Settings, receipts: Sequence[Receipt]) -> tuple[Issue, ...]:
    """Hold the register against the files: changed, missing, withdrawn, never received, lock files and copies."""
    withdrawals = read_withdrawals(settings)
    known = {receipt.file for receipt in receipts} | {one.file for one in withdrawals}
    return (
        *_registered(settings, receipts),
        *map(_withdrawn, withdrawals),
        *_unregistered(settings, known),
    )


def _withdrawn(withdrawal: Withdrawal) -> Issue:
    return Issue(
        severity=Severity.WARNING,
        code="WORKBOOK_WITHDRAWN",
        where=withdrawal.file,
        understood=Message.of(
            "withdrawn on {on}: {why}; kept, and not read", on=withdrawal.on, why=withdrawal.why
        ),
        suggestion=Message.of("nothing to mend; receive it again if it was right"),
    )


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
            yield file_changed(receipt)


def file_changed(receipt: Receipt) -> Issue:
    """Return the issue of a workbook whose bytes are not those that were received."""
    return Issue(
        severity=Severity.ERROR,
        code="FILE_CHANGED",
        where=receipt.file,
        understood=Message.of("its content is not what was received on {on}", on=receipt.received),
        suggestion=Message.of("put the original back, and receive the changed workbook as a correction"),
    )


def _unregistered(settings: Settings, known: Collection[str]) -> Iterator[Issue]:
    for path in sorted(settings.raw.rglob("*")):
        file = path.relative_to(settings.root).as_posix()
        if (
            not path.is_file()
            or file in known
            or path in {settings.raw / "register.csv", settings.raw / "withdrawn.csv"}
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
        elif is_copy(path.name):
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


def check_quarters(quarters: Sequence[str], receipts: Sequence[Receipt]) -> None:
    """Refuse a quarter of which nothing was received, naming the latest; a register without a line is no matter here.

    Raises
    ------
    UsageError
        A text is no quarter, or nothing was received for it.
    """
    known = sorted({receipt.quarter for receipt in receipts})
    for quarter in quarters:
        quarter_end(quarter)
        if known and quarter not in known:
            raise UsageError(
                Message.of(
                    "no workbook of {quarter} has been received; the latest is of {latest}",
                    quarter=quarter,
                    latest=known[-1],
                )
            )


def checked_quarter(text: str) -> str:
    """Return the text of a quarter; anything else raises."""
    quarter_end(text)
    return text


def is_copy(name: str) -> bool:
    """Tell whether a file's name is that of a copy, such as ``报表(1).xlsx``."""
    stem = unicodedata.normalize("NFKC", Path(name).stem).rstrip()
    return stem.endswith(")") and stem.rpartition("(")[2][:-1].isdigit()
