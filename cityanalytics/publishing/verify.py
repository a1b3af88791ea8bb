"""A report made again from its recorded inputs, and held against itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cityanalytics.errors import UsageError
from cityanalytics.issues import Message
from cityanalytics.publishing.assemble import code_sha256
from cityanalytics.publishing.export import make_report
from cityanalytics.publishing.ledger import START, check_head, read_ledger
from cityanalytics.settings import file_sha256, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.settings import Settings


#: What a report knows that was made before there was a ledger.
NO_LEDGER = {"entries": 0, "head": START}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came of making a report again.

    Parameters
    ----------
    same
        Names of the files that came out byte for byte.
    different
        Names of those that did not.
    figures
        Keys whose value differs: recorded and now.
    reasons
        Inputs, code or published forecasts that are no longer what was recorded.
    """

    same: tuple[str, ...]
    different: tuple[str, ...]
    figures: dict[str, tuple[object, object]]
    reasons: tuple[Message, ...]


def read_record(report: Path) -> dict[str, Any]:
    """Return the briefing.json that lies beside a report.

    Raises
    ------
    UsageError
        There is none, or it cannot be read.
    """
    path = (report if report.is_dir() else report.parent) / "briefing.json"
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            Message.of(
                "{report}: no readable briefing.json beside it ({reason})", report=report, reason=error
            )
        ) from error
    return record


def find_settings(report: Path) -> Settings:
    """Return the settings of the workspace that a report lies in."""
    from cityanalytics.settings import find_workspace

    return load_settings(find_workspace(report.resolve().parent))


def verify(settings: Settings, report: Path, *, scratch: Path) -> Verdict:
    """Make a report again in `scratch` from its recorded parameters and compare.

    Parameters
    ----------
    settings
        The workspace's configuration.
    report
        One of the report's files.
    scratch
        An empty folder.
    """
    record = read_record(report)
    folder = report if report.is_dir() else report.parent
    made = make_report(settings, record["parameters"], languages=record["language"], folder=scratch)
    names = sorted(path.name for path in made if path.suffix in {".html", ".json", ".xlsx"})
    same = tuple(name for name in names if _equal(folder / name, scratch / name))
    again = read_record(scratch)
    now = {figure["key"]: figure["value"] for figure in again["figures"]}
    recorded = {figure["key"]: figure["value"] for figure in record["figures"]}
    return Verdict(
        same=same,
        different=tuple(name for name in names if name not in same),
        figures={
            key: (recorded.get(key), now.get(key))
            for key in sorted(recorded.keys() | now.keys())
            if recorded.get(key) != now.get(key)
        },
        reasons=tuple(_reasons(settings, record)),
    )


def _equal(first: Path, second: Path) -> bool:
    return first.is_file() and first.read_bytes() == second.read_bytes()


def _reasons(settings: Settings, record: dict[str, Any]) -> list[Message]:
    found = []
    for source in record["inputs"]:
        path = settings.root / source["path"]
        if not path.is_file():
            found.append(Message.of("input {file} is gone", file=source["path"]))
        elif file_sha256(path) != source["sha256"]:
            found.append(Message.of("input {file} has changed", file=source["path"]))
    if record["code"] != code_sha256():
        found.append(Message.of("the package's sources are not those that made the report"))
    return [*found, *check_head(read_ledger(settings), record.get("ledger", NO_LEDGER))]
