"""The file of monthly series, read strictly; the file of forecasts, written whole or not at all."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.durable import put
from cityanalytics.errors import BlockingIssuesError, CityAnalyticsError, UsageError
from cityanalytics.issues import Issue, Message, Severity, blocking
from cityanalytics.series.answers import CELL, COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEEDED = ("series_id", "year", "month", "value")
#: What programs write where a value is missing.
EMPTY = {"", "na", "n/a", "nan", "none", "null"}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
#: A table program may write 2015 as 2015.0.
WHOLE = re.compile(r"(\d{1,4})(\.0*)?")
YEARS = range(1800, 2200)
#: No amount of money or area comes near it, and sums stay finite.
LARGEST = 1e100
#: A table program would run such a name as a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def read_series(path: Path) -> tuple[pd.DataFrame, tuple[Issue, ...]]:
    """Read monthly series.

    Parameters
    ----------
    path
        CSV, UTF-8 or GB 18030, with columns series_id, year, month, value and perhaps group, in any order.

    Returns
    -------
    table
        series_id, group, year, month, value: a row for each month that has a value.
    issues
        Warnings: rows that say the same twice.

    Raises
    ------
    BlockingIssuesError
        Some line makes no sense; all such lines are carried.
    CityAnalyticsError
        The file is no such table.
    """
    return _series(path.name, list(_lines(path)))


def check_series(frame: pd.DataFrame) -> pd.DataFrame:
    """Return monthly series of a frame, checked as those of a file are.

    Parameters
    ----------
    frame
        series_id, year, month, value and perhaps group, in any order.

    Raises
    ------
    BlockingIssuesError
        Some row makes no sense; all such rows are carried, as lines of a file.
    CityAnalyticsError
        A column is missing, or there is no value.
    """
    texts = frame.astype(object).where(frame.notna(), "").astype(str).to_numpy().tolist()
    lines = [(1, [str(name) for name in frame.columns]), *enumerate(texts, start=2)]
    return _series("frame", lines)[0]


def _series(name: str, lines: list[tuple[int, list[str]]]) -> tuple[pd.DataFrame, tuple[Issue, ...]]:
    """Return the series of numbered lines of cells, the headings first, and the warnings."""
    if not lines:
        raise CityAnalyticsError(
            Message.of("{file} is empty: it needs a line of headings and a line for each month", file=name)
        )
    headings = [text.strip().casefold() for text in lines[0][1]]
    missing = [column for column in NEEDED if column not in headings]
    if missing:
        raise CityAnalyticsError(
            Message.of(
                "{file} lacks the columns {missing}: its first line must name series_id, year, month, value "
                "and may name group",
                file=name,
                missing=", ".join(missing),
            )
        )
    if len(lines) == 1:
        raise CityAnalyticsError(Message.of("{file} holds headings and no month", file=name))
    table, issues = _parsed(name, headings, lines[1:])
    issues += _repeated(name, table)
    errors = blocking(tuple(issues))
    if errors:
        raise BlockingIssuesError(errors)
    table = table.dropna(subset=["value"]).drop_duplicates(["series_id", "year", "month"])
    if table.empty:
        raise CityAnalyticsError(Message.of("{file} holds no value", file=name))
    return table.drop(columns="line").reset_index(drop=True), tuple(issues)


def read_recorded(path: Path) -> pd.DataFrame:
    """Read what other tools forecast.

    Parameters
    ----------
    path
        CSV with columns series_id, year, month, method, p05 … p95.

    Raises
    ------
    CityAnalyticsError
        The file is no such table.
    """
    needed = [*CELL, "method", *COLUMNS]
    try:
        table = pd.read_csv(path, dtype={"series_id": str, "method": str})
    except (OSError, ValueError) as error:
        raise CityAnalyticsError(
            Message.of("{file} cannot be read: {reason}", file=path, reason=error)
        ) from None
    missing = [name for name in needed if name not in table]
    if missing:
        raise CityAnalyticsError(
            Message.of("{file} lacks the columns {missing}", file=path.name, missing=", ".join(missing))
        )
    return table[needed]


def write_forecasts(table: pd.DataFrame, path: Path) -> None:
    """Write the forecasts beside their place and move them into it."""
    try:
        path.parent.resolve(strict=True)  # a folder that is not there is a slip of the pen
        put({path: table.to_csv(index=False, lineterminator="\n").encode()})
    except OSError as error:
        raise UsageError(
            Message.of("{file} cannot be written: {reason}", file=path, reason=error.strerror or error)
        ) from None


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Give the number and the cells of each line that is not blank."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise CityAnalyticsError(
                Message.of("{file} is no text: save it as CSV, UTF-8", file=path.name)
            ) from None
    reader = csv.reader(text.splitlines(keepends=True))
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise CityAnalyticsError(
            Message.of(
                "{file}, line {line}: no CSV ({reason})", file=path.name, line=reader.line_num, reason=error
            )
        ) from None


def _parsed(
    name: str, headings: list[str], lines: list[tuple[int, list[str]]]
) -> tuple[pd.DataFrame, list[Issue]]:
    """Return the lines as numbers, and what makes no sense in them."""
    places = {column: headings.index(column) for column in (*NEEDED, "group") if column in headings}
    rows, issues = [], []
    for line, cells in lines:
        found = {
            column: cells[place].strip() if place < len(cells) else "" for column, place in places.items()
        }
        year, month = WHOLE.fullmatch(found["year"]), WHOLE.fullmatch(found["month"])
        value = found["value"]
        number = (
            float("nan") if value.casefold() in EMPTY else float(value) if NUMBER.fullmatch(value) else None
        )
        if not found["series_id"] or found["series_id"].startswith(FORMULA):
            issues.append(_error(name, line, "SERIES_NAME", found["series_id"], NAME_IT))
        elif not year or int(year[1]) not in YEARS:
            issues.append(_error(name, line, "YEAR", found["year"], SAY_THE_YEAR))
        elif not month or not 1 <= int(month[1]) <= 12:  # noqa: PLR2004 - months of a year
            issues.append(_error(name, line, "MONTH", found["month"], SAY_THE_MONTH))
        elif number is None or abs(number) > LARGEST:
            issues.append(_error(name, line, "NOT_A_NUMBER", value, SAY_THE_VALUE))
        else:
            key = found["series_id"], found.get("group", ""), int(year[1]), int(month[1])
            rows.append((*key, number, line))
    return pd.DataFrame(rows, columns=["series_id", "group", "year", "month", "value", "line"]), issues


NAME_IT = Message.of("give the series a name that begins with a letter or a figure")
SAY_THE_YEAR = Message.of("write the year in four figures")
SAY_THE_MONTH = Message.of("write the month as 1 to 12")
SAY_THE_VALUE = Message.of(
    "write the month's own amount in plain figures, such as 1234.5; leave it empty if unknown"
)
KEEP_ONE = Message.of("keep the line that holds and delete the others")


def _error(name: str, line: int, code: str, value: str, suggestion: Message) -> Issue:
    return Issue(
        severity=Severity.ERROR, code=code, where=f"{name}:{line}", value=value, suggestion=suggestion
    )


def _repeated(name: str, table: pd.DataFrame) -> list[Issue]:
    """Return a warning for a month said twice alike, an error for one said twice differently, or two groups."""
    issues = []
    again = table[table.duplicated(["series_id", "year", "month"], keep=False)]
    for (series, year, month), same in again.groupby(["series_id", "year", "month"]):
        differ = len(set(same["value"].fillna(np.inf))) > 1
        issues.append(
            Issue(
                severity=Severity.ERROR if differ else Severity.WARNING,
                code="MONTH_CONFLICT" if differ else "MONTH_TWICE",
                where=f"{name}:{','.join(map(str, same['line']))}",
                value=f"{series} {year}-{month:02d}",
                understood=Message.of("one month, two values")
                if differ
                else Message.of("the same month twice: it counts once"),
                suggestion=KEEP_ONE,
            )
        )
    counts = table.groupby("series_id")["group"].nunique()
    for series in counts[counts > 1].index:
        own = table[table["series_id"] == series].drop_duplicates("group")
        issues.append(
            Issue(
                severity=Severity.ERROR,
                code="GROUP_CONFLICT",
                where=f"{name}:{','.join(map(str, own['line']))}",
                value=str(series),
                understood=Message.of("one series in two groups"),
                suggestion=Message.of("give every line of the series the same group"),
            )
        )
    return issues
