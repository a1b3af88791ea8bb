"""The tidy tables on disk: written all or not at all, read only as their manifest vouches for them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias

from cityanalytics.errors import BlockingIssuesError, CityAnalyticsError
from cityanalytics.intake.sources import READING, sources_sha256
from cityanalytics.issues import Message, blocking
from cityanalytics.settings import file_sha256

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from cityanalytics.issues import Issue
    from cityanalytics.settings import Settings

Tables: TypeAlias = "dict[str, pd.DataFrame]"
#: Files beside the workbooks that decide how they are read.
BESIDE = (
    "cityanalytics.toml",
    "aliases.toml",
    "synonyms.toml",
    "data/raw/register.csv",
    "data/raw/withdrawn.csv",
)


@dataclass(frozen=True, kw_only=True)
class Ingested:
    """What came of reading the workbooks.

    Parameters
    ----------
    tables
        The canonical tables by name, ``issues`` among them.
    issues
        All doubts, in the order of the register.
    manifest
        Inputs with hash, rows in and out, and what replaced what.
    replaced
        Files that a correction has replaced in full.
    """

    tables: Tables
    issues: tuple[Issue, ...]
    manifest: dict[str, Any]
    replaced: frozenset[str]


def write_tables(settings: Settings, ingested: Ingested) -> None:
    """Write the tables and the manifest to data/processed: all, or nothing where an issue blocks.

    The manifest also holds the tables' hashes and that of the sources that made them.

    Raises
    ------
    BlockingIssuesError
        Some issue is an error; all of them are carried.
    """
    errors = blocking(ingested.issues)
    if errors:
        raise BlockingIssuesError(errors)
    folder = settings.processed
    folder.mkdir(parents=True, exist_ok=True)
    drafts: list[Path] = []
    manifest = {**json.loads(json.dumps(ingested.manifest)), "code": sources_sha256(READING)}
    try:
        for name, table in ingested.tables.items():
            drafts.append(folder / f".{name}.parquet.new")
            table.to_parquet(drafts[-1], index=False)
            manifest["tables"][name]["sha256"] = file_sha256(drafts[-1])
        drafts.append(folder / ".manifest.json.new")
        drafts[-1].write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        for draft in drafts:  # the manifest last: tables that it does not vouch for are not read
            draft.replace(folder / draft.name[1:].removesuffix(".new"))
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)


def read_manifest(settings: Settings) -> dict[str, Any]:
    """Read the manifest, once the tables are known to be the ones that it vouches for.

    Raises
    ------
    CityAnalyticsError
        There are none, they are not those of their manifest, another version of the program made them, or what was
        received has changed since.
    """
    path = settings.processed / "manifest.json"
    if not path.is_file():
        raise CityAnalyticsError(
            Message.of("{folder} holds no tables: run `cityanalytics ingest`", folder=settings.processed)
        )
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    # other sources may lay tables out otherwise, or read the same cells otherwise
    if manifest.get("code") != sources_sha256(READING):
        raise CityAnalyticsError(
            Message.of(
                "the tables in {folder} were made by another version of the program: run `cityanalytics ingest`",
                folder=settings.processed,
            )
        )
    beside = {name: file_sha256(settings.root / name) for name in BESIDE if (settings.root / name).is_file()}
    if {key: beside.get(key) for key in BESIDE[1:]} != {
        key: manifest["beside"].get(key) for key in BESIDE[1:]
    }:
        raise CityAnalyticsError(
            Message.of("what was received has changed since the tables were made: run `cityanalytics ingest`")
        )
    for name, entry in manifest["tables"].items():
        _bytes(settings, name, entry["sha256"])
    return manifest


def read_tables(settings: Settings) -> Tables:
    """Read the tidy tables.

    Raises
    ------
    CityAnalyticsError
        As `read_manifest`.
    """
    import pandas as pd

    # tables are small: text as plain objects is compared and grouped several times faster than by Arrow
    with pd.option_context("mode.string_storage", "python"):
        return {
            name: pd.read_parquet(BytesIO(_bytes(settings, name, entry["sha256"])))
            for name, entry in read_manifest(settings)["tables"].items()
        }


def _bytes(settings: Settings, name: str, sha256: str) -> bytes:
    """Return a table's bytes, which are those that were vouched for."""
    file = settings.processed / f"{name}.parquet"
    content = file.read_bytes() if file.is_file() else b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise CityAnalyticsError(
            Message.of("{file} is not the one of its manifest: run `cityanalytics ingest`", file=file)
        )
    return content
