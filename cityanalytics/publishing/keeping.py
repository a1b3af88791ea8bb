"""A published report is kept: whether making a report would replace one, and where it is put aside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cityanalytics.durable import put
from cityanalytics.errors import CityAnalyticsError
from cityanalytics.issues import Message
from cityanalytics.publishing.ledger import published_as, read_ledger
from cityanalytics.publishing.provenance import provenance
from cityanalytics.publishing.recorded import EXACT, FILE
from cityanalytics.publishing.run import BRIEFING, report_folder
from cityanalytics.settings import load_settings
from cityanalytics.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cityanalytics.programme.dates import Dates
    from cityanalytics.settings import Settings


class PublishedError(CityAnalyticsError):
    """A published report would be lost."""


def place_aside(workspace: Workspace, dates: Dates, languages: Sequence[str]) -> Path | None:
    """Return where the published report that a new one would replace is kept; None where none would be lost.

    Where newer workbooks have come, that is the folder of the same day as known then. A report that comes out again
    from the same inputs, by the same code and packages, loses nothing.

    Parameters
    ----------
    workspace
        Whose report.
    dates
        The dates of the report to make.
    languages
        Languages of its pages.

    Raises
    ------
    PublishedError
        The published report is of the same dates, or another report lies where it would be kept.
    """
    place = report_folder(workspace.settings, dates)
    record = readable(place)
    entry = published_as(read_ledger(workspace.settings).entries, record)
    if entry is None or not differences(workspace, dates, languages, record):
        return None
    aside = place / f"known-{entry.known_on.isoformat()}"
    publication = {"report": place, "day": entry.published_on, "who": entry.by}
    if not dates.complete or entry.as_of != dates.as_of or entry.known_on == dates.known_on:
        raise PublishedError(
            Message.of(
                "{report} was published on {day} by {who} and would now come out otherwise (inputs, code, packages or "
                "languages are others), so it is kept: name another day with --known-on, or replace it with --force",
                **publication,
            )
        )
    if (aside / FILE).is_file() and _bytes(aside) != _bytes(place):
        raise PublishedError(
            Message.of(
                "{report} was published on {day} by {who}; it would be kept as {aside}, but another report lies there: "
                "move one of them away, or replace the published one with --force",
                **publication,
                aside=aside,
            )
        )
    return aside


def put_aside(place: Path, aside: Path) -> None:
    """Copy a report to where it is kept, its record last: what is cut short is no report, and copied again."""
    if (aside / FILE).is_file():
        return  # the same report, byte for byte
    files = sorted(_files(place), key=lambda path: path.name == FILE)
    put({aside / path.name: path.read_bytes() for path in files})


def record_of(workspace: Workspace, dates: Dates, languages: Sequence[str]) -> dict[str, Any]:
    """Return what a report made now would record of what it rests on, by the keys of briefing.json."""
    now = provenance(workspace, dates, read_ledger(workspace.settings).before(dates.known_on))
    return {
        "inputs": [{"path": path, "sha256": sha256} for path, sha256 in now.inputs.items()],
        "code": now.code_sha256,
        "packages": dict(now.packages),
        "parameters": dict(now.parameters),
        "language": list(languages),
        "ledger": {"entries": now.ledger_entries, "head": now.ledger_head},
    }


def differences(
    workspace: Workspace, dates: Dates, languages: Sequence[str], record: Mapping[str, Any]
) -> list[Message]:
    """Return in what a record differs from one of these dates and languages made now: inputs, code, packages.

    Parameters
    ----------
    workspace
        Whose report.
    dates
        The dates of the report.
    languages
        Languages of its pages.
    record
        What lies beside a report, as JSON has it.
    """
    now = record_of(workspace, dates, languages)
    try:
        then = {source["path"]: source["sha256"] for source in record["inputs"]}
    except (KeyError, TypeError):
        return [Message.of("it has no record of its inputs")]
    inputs = {source["path"]: source["sha256"] for source in now["inputs"]}
    found = [
        Message.of("{file} has changed", file=path)
        for path in inputs
        if then.get(path, "") != inputs[path] and path in then
    ]
    found += [Message.of("{file} has come", file=path) for path in inputs.keys() - then.keys()]
    found += [Message.of("{file} no longer counts", file=path) for path in then.keys() - inputs.keys()]
    found.sort(key=str)
    words = {
        "code": Message.of("the program's sources are others"),
        "packages": Message.of("other packages have other versions"),
        "parameters": Message.of("its dates are others"),
        "language": Message.of("its languages are others"),
        "ledger": Message.of("forecasts have been published since"),
    }
    return found + [message for key, message in words.items() if record.get(key) != now[key]]


def check_unchanged(settings: Settings, dates: Dates, before: Mapping[str, Any]) -> None:
    """Raise where what a report rests on is not what it was when its making began.

    Parameters
    ----------
    settings
        The workspace's configuration.
    dates
        The dates of the report.
    before
        Of :func:`record_of`, when its making began.

    Raises
    ------
    CityAnalyticsError
        Something of it has changed, or is gone.
    """
    now = Workspace(settings=load_settings(settings.root))
    if found := differences(now, dates, before["language"], before):
        raise CityAnalyticsError(
            Message.of(
                "nothing was replaced: while the report was made, what it rests on changed ({what}); run "
                "`cityanalytics ingest`, then `cityanalytics brief` again",
                what="; ".join(map(str, found)),
            )
        )


def readable(place: Path) -> dict[str, Any]:
    """Return the record of a report, nothing of one that cannot be read."""
    try:
        record = json.loads((place / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _files(place: Path) -> list[Path]:
    return [path for path in (*place.glob("briefing.*"), place / f"{BRIEFING}.ipynb") if path.is_file()]


def _bytes(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in _files(place) if path.suffix in EXACT}
