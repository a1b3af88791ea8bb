"""The journal of data/raw: each line of its lists as a command wrote it, where no spreadsheet program saves over it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.errors import CityAnalyticsError
from cityanalytics.intake.registerfile import unlike
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from cityanalytics.intake.registerfile import RegisterLine

#: Below data/raw; lines are added to it, never taken out.
JOURNAL = "journal.jsonl"
#: Of lines that agree in these the last holds.
DAY = ("unit", "quarter", "received")


@dataclass(frozen=True, kw_only=True)
class Deviation:
    """A workbook whose line in a list is not the one that was written.

    Parameters
    ----------
    file
        As the list names it.
    what
        In which way, in words; the line is named.
    """

    file: str
    what: Message


def read_journal(raw: Path, name: str, columns: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the lines that a list has to hold, by workbook, in the order in which they were written first.

    Parameters
    ----------
    raw
        data/raw; where nothing was written since there are journals, it has none, and nothing is known.
    name
        Of the list, such as ``register.csv``.
    columns
        Those that commands write, the workbook's first.

    Raises
    ------
    CityAnalyticsError
        A line is none that was written.
    """
    path, found = raw / JOURNAL, dict[str, dict[str, str]]()
    text = path.read_text("utf-8", errors="replace") if path.is_file() else ""
    for number, line in enumerate(text.split("\n"), start=1):
        if not line:
            continue
        try:
            entry = json.loads(line)
            listed, values = entry["list"], {str(key): str(value) for key, value in entry["line"].items()}
            sound = listed != name or unlike(values, columns) is None
        except (AttributeError, KeyError, TypeError, ValueError):
            sound = False
        if not sound:
            raise CityAnalyticsError(
                Message.of(
                    "{file}, line {line}: not what was written there; put the journal back from a copy, or move it "
                    "away: it is begun anew with the lines that the lists hold now",
                    file=path,
                    line=number,
                )
            )
        if listed == name:
            found[values["file"]] = values
    return found


def added(
    raw: Path,
    name: str,
    rows: Iterable[Mapping[str, str]],
    columns: Sequence[str],
    *,
    mended: bool = False,
) -> bytes:
    """Return what comes at the journal's end once a list holds rows: nothing of what it knows already.

    Parameters
    ----------
    raw, name, columns
        As `read_journal`.
    rows
        Of the list, columns that somebody added among them. Where one of `columns` was edited by hand, the line is not
        taken for one that was written.
    mended
        Whether it is, since what is right has been made out.
    """
    known, lines = read_journal(raw, name, columns), list[str]()
    for row in rows:
        written = known.get(row["file"], {})
        edited = any(written.get(column, row[column]) != row[column] for column in columns)
        line = {**written, **row}
        if line != written and (mended or not edited):
            lines.append(json.dumps({"list": name, "line": line}, ensure_ascii=False) + "\n")
    return "".join(lines).encode()


def deviations(
    raw: Path, name: str, lines: Sequence[RegisterLine], columns: Sequence[str]
) -> list[Deviation]:
    """Hold the lines of a list against the journal: those that are missing, say otherwise, or stand elsewhere.

    Parameters
    ----------
    raw, name, columns
        As `read_journal`.
    lines
        That the list holds; those that the journal does not know are none of its matter.
    """
    there = {line.values["file"]: line for line in lines}
    written = read_journal(raw, name, columns)
    found = [*_missing_or_edited(name, there, written, columns)]
    deviant = {one.file for one in found}
    kept = [file for file in written if file in there and file not in deviant and {*DAY} <= {*columns}]
    for file, other in _moved(sorted(kept, key=lambda file: there[file].number), kept, written):
        what = Message.of(
            "{list}, line {line}: stands before {other}, which was received earlier on that day",
            list=name,
            line=there[file].number,
            other=other,
        )
        found.append(Deviation(file=file, what=what))
    return found


def _missing_or_edited(
    name: str,
    there: Mapping[str, RegisterLine],
    written: Mapping[str, Mapping[str, str]],
    columns: Sequence[str],
) -> Iterator[Deviation]:
    for file, values in written.items():
        said = ", ".join(values.get(column, "") for column in columns[1:])
        if file not in there:
            what = Message.of("{list} has no line of it; what was written is: {said}", list=name, said=said)
            yield Deviation(file=file, what=what)
        elif said != (now := ", ".join(there[file].values[column] for column in columns[1:])):
            what = Message.of(
                "{list}, line {line}: says {now}; what was written is: {said}",
                list=name,
                line=there[file].number,
                now=now,
                said=said,
            )
            yield Deviation(file=file, what=what)


def _moved(
    now: Sequence[str], before: Sequence[str], written: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    """Give what stands before another of its unit, quarter and day that was there first: the last of a day holds."""

    def of_a_day(files: Sequence[str]) -> dict[tuple[str, ...], list[str]]:
        days: dict[tuple[str, ...], list[str]] = {}
        for file in files:
            place = tuple(written[file].get(name, "") for name in DAY)
            days.setdefault(place, []).append(file)
        return days

    first = of_a_day(before)
    for place, files in of_a_day(now).items():
        yield from ((one, other) for one, other in zip(files, first[place], strict=True) if one != other)
