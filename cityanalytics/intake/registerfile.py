"""The register's text: read as spreadsheet programs leave it, each line that cannot be read named, nothing dropped."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.calendar import quarter_end
from cityanalytics.errors import UsageError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

#: A day as the register has it, and as spreadsheet programs write it again.
DAY = re.compile(r"(\d{4})([-/.年])(\d{1,2})(?:\2|月)(\d{1,2})日?(?:[ T]0?0:00(?::00)?)?")
#: Columns of days.
DAYS = ("received", "on")
#: What each column holds.
EXAMPLES = {
    "file": "data/raw/2010Q3/2010-09-25/甲处/甲处2010年三季度报表.xlsx",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "unit": "甲处",
    "quarter": "2010Q3",
    "received": "2010-09-25",
    "on": "2010-09-25",
    "why": "误报",
}
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class RegisterLine:
    """A line that can be read.

    Parameters
    ----------
    number
        Where it stands in the file, 1 for the header.
    values
        By column; columns that somebody added are among them.
    """

    number: int
    values: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class RegisterLines:
    """What the file of a register says.

    Parameters
    ----------
    columns
        Of its header, in order.
    lines
        Those that can be read.
    faults
        What is wrong with those that cannot, each with its line.
    """

    columns: tuple[str, ...]
    lines: tuple[RegisterLine, ...] = ()
    faults: tuple[Message, ...] = ()


def read_lines(content: bytes, columns: Sequence[str], *, file: str) -> RegisterLines:
    """Read what a spreadsheet program may have saved: UTF-8 or GB 18030, with , or ; or tabs, with empty rows.

    Parameters
    ----------
    content
        Bytes of the file.
    columns
        Those that have to be there, the one that no two lines share first.
    file
        What the file is called where a line is named.
    """
    text = _text(content)
    sign = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    named: list[str] = []
    lines: list[RegisterLine] = []
    faults: list[Message] = []
    begun, first = 1, dict[str, int]()
    while True:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error:
            faults.append(
                Message.of(
                    "{file}, line {line}: a quotation mark is opened and not closed; `cityanalytics register` lists "
                    "every such line",
                    file=file,
                    line=begun,
                )
            )
            break
        number, begun = begun, reader.line_num + 1
        if not any(map(str.strip, row)):
            continue
        if not named:
            named = [name.strip() for name in row]
            if missing := [name for name in columns if name not in named]:
                faults.append(
                    Message.of(
                        "{file}, line {line}: the header lacks {columns}; `cityanalytics register` lists every such "
                        "line",
                        file=file,
                        line=number,
                        columns=", ".join(missing),
                    )
                )
                break
            continue
        values = dict(zip(named, (value.strip() for value in row), strict=False))
        if any(row[len(named) :]) or any(name not in values for name in columns):
            faults.append(
                Message.of(
                    "{file}, line {line}: cells {cells}, header {columns}; `cityanalytics register` lists every "
                    "such line",
                    file=file,
                    line=number,
                    cells=len(row),
                    columns=len(named),
                )
            )
        elif wrong := unlike(values, columns):
            faults.append(
                Message.of(
                    "{file}, line {line}: {column} is {value!r}, and should be like {example}; `cityanalytics "
                    "register` lists every such line",
                    file=file,
                    line=number,
                    column=wrong[0],
                    value=wrong[1],
                    example=EXAMPLES[wrong[0]],
                )
            )
        elif values[columns[0]] in first:
            faults.append(
                Message.of(
                    "{file}, line {line}: names the same workbook as line {first}; `cityanalytics register` lists "
                    "every such line",
                    file=file,
                    line=number,
                    first=first[values[columns[0]]],
                )
            )
        else:
            first[values[columns[0]]] = number
            lines.append(RegisterLine(number=number, values=values))
    return RegisterLines(
        columns=tuple(name for name in named if name), lines=tuple(lines), faults=tuple(faults)
    )


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", errors="replace")


def unlike(values: dict[str, str], columns: Sequence[str]) -> tuple[str, str] | None:
    """Return the first column that holds what it cannot, and what it holds; days become as the register has them."""
    for name in columns:
        value = values[name]
        day = day_of(value) if name in DAYS else None
        if day is not None:
            values[name] = day.isoformat()
        if (
            not value
            or "\ufffd" in value  # neither UTF-8 nor GB 18030
            or (name in DAYS and day is None)
            or (name == "sha256" and not SHA256.fullmatch(value))
            or (name == "quarter" and not _is_quarter(value))
            or (name == "file" and (not value.startswith("data/raw/") or ".." in value.split("/")))
        ):
            return name, value
    return None


def _is_quarter(text: str) -> bool:
    try:
        quarter_end(text)
    except (UsageError, ValueError):
        return False
    return True


def day_of(text: str) -> dt.date | None:
    """Return the day that a text states, None where it is none.

    Examples
    --------
    >>> day_of("2010/9/30"), day_of("30.9.2010"), day_of("2010-13-01")
    (datetime.date(2010, 9, 30), None, None)
    """
    found = DAY.fullmatch(text)
    if found is None:
        return None
    try:
        return dt.date(int(found[1]), int(found[3]), int(found[4]))
    except ValueError:
        return None


def write_lines(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return what a register's file holds: UTF-8, a comma between values, a line a workbook."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(column, "") for column in columns] for row in rows)
    return text.getvalue().encode()
