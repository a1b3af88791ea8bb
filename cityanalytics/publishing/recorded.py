"""The record beside a report, briefing.json: read, and held against what the workspace has now."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cityanalytics.errors import CityAnalyticsError, UsageError
from cityanalytics.intake.register import read_register
from cityanalytics.intake.sources import sources_sha256
from cityanalytics.issues import Message
from cityanalytics.programme.dates import iso_date
from cityanalytics.publishing.ledger import START, check_head, read_ledger
from cityanalytics.publishing.provenance import CONFIGURATION, PACKAGES, package_versions
from cityanalytics.settings import file_sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from cityanalytics.settings import Settings

FILE = "briefing.json"
#: Files of a report that come out byte for byte; notebooks and PDFs are exempt.
EXACT = {".html", ".json", ".xlsx"}
#: What a report knows that was made before there was a ledger.
NO_LEDGER = {"entries": 0, "head": START}


@dataclass(frozen=True, kw_only=True)
class Differences:
    """What of a report's foundations is no longer what was recorded.

    Parameters
    ----------
    files
        Path of each input that has changed, is gone or has come, below the workspace, to the sentence that says so.
    others
        Sentences on code, packages and ledger.
    code, packages
        Whether the package's sources, and the versions of other packages, differ.
    """

    files: dict[str, Message]
    others: tuple[Message, ...]
    code: bool
    packages: bool

    @property
    def reasons(self) -> tuple[Message, ...]:
        """All sentences."""
        return (*self.files.values(), *self.others)


def read_record(report: Path, *, require: Callable[[dict[str, Any]], None] | None = None) -> dict[str, Any]:
    """Return the briefing.json that lies beside a report.

    Parameters
    ----------
    report
        One of the report's files, or its folder.
    require
        Raises where the record lacks something; by default what a city's report needs.

    Raises
    ------
    UsageError
        There is none.
    CityAnalyticsError
        It is no JSON, or not the record of a report.
    """
    path = (report if report.is_dir() else report.parent) / FILE
    try:
        text = path.read_bytes()
    except OSError as error:
        raise UsageError(
            Message.of(
                "no {name} beside {report}: it is the record that the page was made with; put it back, or name the "
                "report where it was made, such as reports/2010Q3",
                name=FILE,
                report=report,
            )
        ) from error
    try:
        record: dict[str, Any] = json.loads(text)
        (require or _require)(record)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CityAnalyticsError(
            Message.of(
                "{file} is damaged ({reason}): put it back from a copy, or make the report again with "
                "`cityanalytics brief`",
                file=path,
                reason=f"{type(error).__name__}: {error}",
            )
        ) from error
    return record


def _require(record: dict[str, Any]) -> None:
    require_texts(record, ("quarter", "as_of", "known_on"))
    ledger = record.get("ledger", NO_LEDGER)
    if not isinstance(ledger["entries"], int):
        message = f"ledger {ledger}"
        raise TypeError(message)


def require_texts(record: dict[str, Any], parameters: Sequence[str]) -> None:
    """Raise where a record lacks what it takes to make the report again and to compare.

    Parameters
    ----------
    record
        Of a report of any kind.
    parameters
        Names of those that it must have.

    Raises
    ------
    KeyError, TypeError, ValueError
        Something is not there, is no text, or the languages are none.
    """
    texts = [record["code"], *(record["parameters"][name] for name in parameters)]
    texts += [text for source in record["inputs"] for text in (source["path"], source["sha256"])]
    for figure in record["figures"]:
        texts += [figure["key"], *figure["cells"], *figure["shown"].values()]
        _ = figure["value"]
    texts += record["language"]
    languages = [name for name in record["language"] if re.fullmatch("[a-z]{2,8}", name)]
    if not languages or languages != record["language"]:
        message = f"language {record['language']}"
        raise ValueError(message)
    if wrong := [text for text in texts if not isinstance(text, str)]:
        message = f"{wrong[0]!r} where a text should be"
        raise TypeError(message)


def changes(settings: Settings, record: dict[str, Any]) -> Differences:
    """Hold a record against the workspace, the code and the packages as they are now.

    Raises
    ------
    CityAnalyticsError
        Register or ledger cannot be read.
    """
    tools = tools_of(record)
    return replace(
        tools,
        files=dict(_files(settings, record)),
        others=(*tools.others, *check_head(read_ledger(settings), record.get("ledger", NO_LEDGER))),
    )


def tools_of(record: dict[str, Any]) -> Differences:
    """Hold the code and the packages that a record names against those of now."""
    versions, then = package_versions(), record.get("packages", {})
    differing = [name for name in PACKAGES if name in then and then[name] != versions[name]]
    others = []
    if record["code"] != sources_sha256():
        others.append(
            Message.of(
                "the package's sources are not those that made the report (recorded {recorded}…, now {now}…)",
                recorded=record["code"][:16],
                now=sources_sha256()[:16],
            )
        )
    if differing:
        listed = ", ".join(f"{name} {then[name]} → {versions[name]}" for name in differing)
        others.append(
            Message.of("other packages have other versions than recorded: {packages}", packages=listed)
        )
    return Differences(
        files={},
        others=tuple(others),
        code=record["code"] != sources_sha256(),
        packages=bool(differing),
    )


def _files(settings: Settings, record: dict[str, Any]) -> Iterator[tuple[str, Message]]:
    recorded = {source["path"]: source["sha256"] for source in record["inputs"]}
    for name, sha256 in recorded.items():
        path = settings.root / name
        if not path.resolve().is_relative_to(settings.root):
            yield (
                name,
                Message.of("input {file} lies outside the workspace: the record was changed", file=name),
            )
        elif not path.is_file():
            yield name, Message.of("input {file} is gone", file=name)
        elif file_sha256(path) != sha256:
            yield name, Message.of("input {file} has changed", file=name)
    known_on = iso_date("known_on", record["parameters"]["known_on"])
    now = [receipt.file for receipt in read_register(settings) if known_on and receipt.received <= known_on]
    now += [name for name in CONFIGURATION if (settings.root / name).is_file()]
    for name in sorted(set(now) - recorded.keys()):
        yield name, Message.of("input {file} has come since, dated before the report was known", file=name)
    registered = {receipt.file for receipt in read_register(settings)}
    for name in sorted(recorded.keys() - registered - set(CONFIGURATION)):
        if (settings.root / name).is_file() and (settings.root / name).resolve().is_relative_to(
            settings.root
        ):
            yield name, Message.of("input {file} is no longer in the register", file=name)
