"""What was received, when, from whom: files are kept as they were sent, with their hash."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cityanalytics.calendar import quarter_end
from cityanalytics.durable import put
from cityanalytics.errors import CityAnalyticsError, UsageError
from cityanalytics.intake.journal import JOURNAL, Deviation, added, deviations, read_journal
from cityanalytics.intake.registerfile import RegisterLine, RegisterLines, read_lines, write_lines
from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.settings import Settings, file_sha256

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

#: Below data/raw.
REGISTER = "register.csv"
COLUMNS = ("file", "sha256", "unit", "quarter", "received")
#: Days that the longest quarter has.
MOST_DAYS = 92
#: Beside the register: what was filed by mistake, since when, and why.
WITHDRAWALS = "withdrawn.csv"
WITHDRAWN = ("file", "on", "why")


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
    receipts = tuple(
        Receipt(
            file=line.values["file"],
            sha256=line.values["sha256"],
            unit=line.values["unit"],
            quarter=line.values["quarter"],
            received=dt.date.fromisoformat(line.values["received"]),
            position=position,
        )
        for position, line in enumerate(_sound(register_lines(settings)))
    )
    return tuple(receipt for receipt in receipts if receipt.file not in gone)


def read_withdrawals(settings: Settings) -> tuple[Withdrawal, ...]:
    """Read data/raw/withdrawn.csv; without one nothing was withdrawn.

    Raises
    ------
    CityAnalyticsError
        It lacks a column or holds a bad date.
    """
    return tuple(
        Withdrawal(file=row["file"], on=dt.date.fromisoformat(row["on"]), why=row["why"])
        for row in (line.values for line in _sound(withdrawal_lines(settings)))
    )


def register_lines(settings: Settings) -> RegisterLines:
    """Read data/raw/register.csv line by line, with what is wrong with those that cannot be taken."""
    return _lines(settings.raw / REGISTER, COLUMNS)


def withdrawal_lines(settings: Settings) -> RegisterLines:
    """Read data/raw/withdrawn.csv as `register_lines` reads the register."""
    return _lines(settings.raw / WITHDRAWALS, WITHDRAWN)


def _lines(path: Path, columns: tuple[str, ...]) -> RegisterLines:
    return (
        read_lines(path.read_bytes(), columns, file=str(path))
        if path.is_file()
        else RegisterLines(columns=columns)
    )


def _sound(lines: RegisterLines) -> tuple[RegisterLine, ...]:
    if lines.faults:
        raise CityAnalyticsError(lines.faults[0])
    return lines.lines


def write_register(settings: Settings, receipts: Sequence[Receipt]) -> None:
    """Write data/raw/register.csv and the journal, whole or not at all."""
    put(list_files(settings, receipts=receipts))


def write_withdrawals(settings: Settings, withdrawals: Sequence[Withdrawal]) -> None:
    """Write data/raw/withdrawn.csv and the journal, whole or not at all."""
    put(list_files(settings, withdrawals=withdrawals))


def list_files(
    settings: Settings,
    *,
    receipts: Sequence[Receipt] | None = None,
    withdrawals: Sequence[Withdrawal] | None = None,
    mended: bool = False,
) -> dict[Path, bytes]:
    """Return what the lists and the journal are to hold: what somebody noted in columns of their own stays.

    Parameters
    ----------
    settings
        The workspace's configuration.
    receipts, withdrawals
        All lines of a list; one that is None is not written.
    mended
        Whether what the lines say has been made out: then the journal takes it, and what it knows of columns that
        somebody added comes back.
    """
    files, more = dict[Path, bytes](), b""
    for name, columns, lines, there in (
        (REGISTER, COLUMNS, receipts, register_lines),
        (WITHDRAWALS, WITHDRAWN, withdrawals, withdrawal_lines),
    ):
        if lines is None:
            continue
        listed = there(settings)
        noted = {line.values["file"]: line.values for line in listed.lines}
        before = read_journal(settings.raw, name, columns) if mended else {}
        rows = [
            {**before.get(line.file, {}), **noted.get(line.file, {})}
            | {column: str(getattr(line, column)) for column in columns}
            for line in lines
        ]
        named = dict.fromkeys([*columns, *listed.columns, *(column for row in rows for column in row)])
        files[settings.raw / name] = write_lines([*named], rows)
        more += added(settings.raw, name, rows, columns, mended=mended)
    path = settings.raw / JOURNAL
    content = path.read_bytes() if path.is_file() else b""
    content += (b"" if content.endswith(b"\n") or not content else b"\n") + more
    return {path: content, **files}  # a line that a command was killed before is told, and can be made again


def deviating(settings: Settings) -> tuple[Deviation, ...]:
    """Return what of the register and of the withdrawals is not as commands wrote it.

    Raises
    ------
    CityAnalyticsError
        A line of the journal is none that was written.
    """
    return (
        *deviations(settings.raw, REGISTER, register_lines(settings).lines, COLUMNS),
        *deviations(settings.raw, WITHDRAWALS, withdrawal_lines(settings).lines, WITHDRAWN),
    )


def filed(settings: Settings) -> dict[str, Receipt]:
    """Return what the filed workbooks say themselves: quarter, day and unit by their folder, hash by their bytes.

    Those are left out that lie elsewhere than `receive` puts them.
    """
    found: dict[str, Receipt] = {}
    for path in sorted(settings.raw.glob("*/*/*/*")):
        file = path.relative_to(settings.root).as_posix()
        place = place_of(file)
        if place and path.is_file() and path.name[0] != "." and not path.name.startswith("~$"):
            quarter, received, unit = place
            found[file] = Receipt(
                file=file,
                sha256=file_sha256(path),
                unit=unit,
                quarter=quarter,
                received=received,
                position=len(found),
            )
    return found


def place_of(file: str) -> tuple[str, dt.date, str] | None:
    """Return quarter, day of receipt and unit that the place of a filed workbook states; None where it is none.

    Examples
    --------
    >>> place_of("data/raw/2010Q3/2010-09-25/甲处/报表.xlsx")
    ('2010Q3', datetime.date(2010, 9, 25), '甲处')
    """
    try:
        _, _, quarter, received, unit, _ = PurePosixPath(file).parts
        return checked_quarter(quarter), dt.date.fromisoformat(received), unit
    except (UsageError, ValueError):
        return None


def check_kept(settings: Settings, receipts: Sequence[Receipt], *, besides: Collection[str] = ()) -> None:
    """Refuse to go on where the register is gone or empty and workbooks lie there that it had lines of.

    Parameters
    ----------
    settings
        The workspace's configuration.
    receipts
        What the register says.
    besides
        Files that are being received.

    Raises
    ------
    CityAnalyticsError
        The history would be lost.
    """
    if receipts:
        return
    there = {*filed(settings), *read_journal(settings.raw, REGISTER, COLUMNS)}.difference(besides)
    if there:
        raise CityAnalyticsError(
            Message.counted(
                "{file} is gone or empty, but {count} received workbook lies there: put it back from a copy, or make "
                "it again from what lies there with `cityanalytics register --repair`",
                "{file} is gone or empty, but {count} received workbooks lie there: put it back from a copy, or make "
                "it again from what lies there with `cityanalytics register --repair`",
                count=len(there),
                file=settings.raw / REGISTER,
            )
        )


def check_register(settings: Settings, receipts: Sequence[Receipt]) -> tuple[Issue, ...]:
    """Hold the register against the files: changed, missing, withdrawn, never received, lock files and copies."""
    withdrawals = read_withdrawals(settings)
    known = {receipt.file for receipt in receipts} | {one.file for one in withdrawals}
    deviant = deviating(settings)
    return (
        *map(_deviant, deviant),
        *_registered(settings, receipts, besides={one.file for one in deviant}),
        *map(_withdrawn, withdrawals),
        *_unregistered(settings, known | {one.file for one in deviant}),
    )


def _deviant(deviation: Deviation) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code="REGISTER_DIFFERS",
        where=deviation.file,
        understood=deviation.what,
        suggestion=Message.of(
            "put the file back from a copy, or let `cityanalytics register --repair` mend it"
        ),
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


def _registered(
    settings: Settings, receipts: Sequence[Receipt], *, besides: Collection[str]
) -> Iterator[Issue]:
    for receipt in receipts:
        if receipt.file in besides:
            continue
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
        if (place := place_of(receipt.file)) and place != (receipt.quarter, receipt.received, receipt.unit):
            yield Issue(
                severity=Severity.ERROR,
                code="REGISTER_DIFFERS",
                where=receipt.file,
                understood=Message.of(
                    "filed as of {quarter}, received on {on} from {unit}; the register says {quarter_now}, {on_now}, "
                    "{unit_now}",
                    quarter=place[0],
                    on=place[1],
                    unit=place[2],
                    quarter_now=receipt.quarter,
                    on_now=receipt.received,
                    unit_now=receipt.unit,
                ),
                suggestion=Message.of("mend the line, or let `cityanalytics register --repair` do it"),
            )
        if receipt.received <= quarter_end(receipt.quarter) - dt.timedelta(days=MOST_DAYS):
            yield Issue(
                severity=Severity.ERROR,
                code="RECEIVED_TOO_EARLY",
                where=receipt.file,
                understood=Message.of(
                    "received on {on}, before {quarter} began", on=receipt.received, quarter=receipt.quarter
                ),
                suggestion=Message.of("withdraw it, and receive it again under its quarter or its day"),
            )


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
            or path in {settings.raw / name for name in (REGISTER, WITHDRAWALS, JOURNAL)}
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
                understood=Message.of("lies in data/raw, but register.csv has no line of it"),
                suggestion=Message.of("if its line was lost: `cityanalytics register --repair`")
                if place_of(file)
                else Message.of("move it out, then `cityanalytics receive FILE --quarter Q`"),
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
