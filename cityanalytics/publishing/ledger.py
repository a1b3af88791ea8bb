"""The ledger: published forecasts, a line each, every line sealed by the hash of the one before it.

``reports/ledger.jsonl`` is written by `publish` alone. Its last line, the seal, says how many entries there are and the
hash of the last, so that none can be taken from the end either.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cityanalytics.errors import CityAnalyticsError
from cityanalytics.issues import Message
from cityanalytics.outlook.record import LEVELS, Published, Rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cityanalytics.settings import Settings

FILE = "ledger.jsonl"
#: Stands for the entry before the first.
START = "0" * 64
#: What makes two publications the same forecast.
SAME = ("as_of", "known_on", "inputs_sha256", "code_sha256", "reference_class")


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """What has been published, in order."""

    entries: tuple[Published, ...] = ()

    @property
    def head(self) -> str:
        """Hash of the last entry; zeros where there is none."""
        return self.entries[-1].sha256 if self.entries else START

    def before(self, day: dt.date) -> Ledger:
        """Return what was published before a day: all that a page known on that day may show."""
        return Ledger(entries=tuple(entry for entry in self.entries if entry.published_on < day))


def path_of(settings: Settings) -> Path:
    """Return where the ledger lies."""
    return settings.reports / FILE


def read_ledger(settings: Settings) -> Ledger:
    """Read the ledger and check every entry; where nothing was published it is empty.

    Raises
    ------
    CityAnalyticsError
        An entry was changed, removed, added or moved: the line is named.
    """
    path = path_of(settings)
    if not path.is_file():
        return Ledger()
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        place = path.read_bytes()[: error.start].count(b"\n") + 1
        raise _broken(path, place) from error
    *lines, rest = text.split("\n")
    *entries, seal = lines or [""]
    head = START
    found: list[Published] = []
    for number, line in enumerate(entries, start=1):
        found.append(_checked(path, number, line, head))
        head = found[-1].sha256
        if number > 1 and found[-1].published_on < found[-2].published_on:
            raise _broken(path, number)
    if seal != _seal(len(found), head) or rest:
        raise _broken(path, len(entries) + 1)
    return Ledger(entries=tuple(found))


def published_as(entries: Sequence[Published], record: Mapping[str, Any]) -> Published | None:
    """Return the entry that holds the forecast of a report's record (briefing.json), None where there is none."""
    now = {
        "as_of": record.get("as_of"),
        "known_on": record.get("known_on"),
        "inputs_sha256": record.get("inputs_sha256"),
        "code_sha256": record.get("code"),
        "reference_class": record.get("forecast", {}).get("reference_class"),
    }
    same = [entry for entry in entries if all(str(getattr(entry, name)) == now[name] for name in SAME)]
    return same[-1] if same else None


def appended(settings: Settings, entry: dict[str, Any]) -> tuple[Ledger, bytes]:
    """Return the ledger with an entry at its end, and what its file holds then; nothing is written.

    Parameters
    ----------
    settings
        The workspace's configuration.
    entry
        The fields of `Published` except ``sha256``, as JSON has them.

    Raises
    ------
    CityAnalyticsError
        The ledger does not check.
    """
    path = path_of(settings)
    ledger = read_ledger(settings)
    lines = path.read_text(encoding="utf-8").splitlines()[:-1] if ledger.entries else []
    lines.append(_line({**entry, "previous": ledger.head}))
    added = _checked(path, len(lines), lines[-1], ledger.head)
    text = "\n".join([*lines, _seal(len(lines), added.sha256)]) + "\n"
    return Ledger(entries=(*ledger.entries, added)), text.encode()


def check_head(ledger: Ledger, recorded: dict[str, Any]) -> Sequence[Message]:
    """Say whether the ledger still begins with the entries that a report was made with.

    Parameters
    ----------
    ledger
        As it is now.
    recorded
        ``entries`` (count) and ``head`` (hash of the last of them).
    """
    count = recorded["entries"]
    if len(ledger.entries) >= count and Ledger(entries=ledger.entries[:count]).head == recorded["head"]:
        return ()
    return (
        Message.counted(
            "the ledger no longer begins with the {count} forecast that the report knows",
            "the ledger no longer begins with the {count} forecasts that the report knows",
            count=count,
        ),
    )


def _line(fields: dict[str, Any]) -> str:
    return _canonical({**fields, "sha256": _hash(fields)})


def _seal(count: int, head: str) -> str:
    return _canonical({"entries": count, "head": head})


def _hash(fields: dict[str, Any]) -> str:
    return hashlib.sha256(_canonical(fields).encode()).hexdigest()


def _canonical(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False, sort_keys=True)


def _checked(path: Path, number: int, line: str, head: str) -> Published:
    """Return the entry of a line that is, to the byte, what was written after the entry with the hash `head`."""
    try:
        fields = json.loads(line)
        claimed, previous = fields.pop("sha256"), fields["previous"]
        if previous != head or _line(fields) != line or claimed != _hash(fields):
            raise _broken(path, number)
        return _entry(fields, claimed)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise _broken(path, number) from error


def _entry(fields: dict[str, Any], sha256: str) -> Published:
    return Published(
        as_of=dt.date.fromisoformat(fields["as_of"]),
        known_on=dt.date.fromisoformat(fields["known_on"]),
        published_on=dt.date.fromisoformat(fields["published_on"]),
        by=str(fields["by"]),
        method=str(fields["method"]),
        reference_class=str(fields["reference_class"]),
        code_sha256=str(fields["code_sha256"]),
        inputs_sha256=str(fields["inputs_sha256"]),
        hindcast=tuple(fields["hindcast"]),
        done=float(fields["done"]),
        target=float(fields["target"]),
        probability=None if fields["probability"] is None else float(fields["probability"]),
        quantiles={name: float(fields["quantiles"][name]) for name in LEVELS},
        rules=Rules(**fields["rules"]),
        sha256=sha256,
    )


def _broken(path: Path, line: int) -> CityAnalyticsError:
    return CityAnalyticsError(
        Message.of(
            "{file}, line {line}: not what was published; an entry was changed, removed, added or moved. Put the "
            "ledger back from a copy; nothing is published on a broken one",
            file=path,
            line=line,
        )
    )
