"""The tidy tables on disk: written all or not at all, read only as their manifest vouches for them."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, TypeAlias

from cityanalytics.durable import is_being_written, put
from cityanalytics.errors import BlockingIssuesError, CityAnalyticsError
from cityanalytics.intake.sources import READING, sources_sha256
from cityanalytics.issues import Message, Severity, blocking, file_of
from cityanalytics.lock import writing
from cityanalytics.settings import file_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pandas as pd

    from cityanalytics.issues import Issue
    from cityanalytics.settings import Settings

Tables: TypeAlias = "dict[str, pd.DataFrame]"
#: How often, and after how many seconds each time, tables are looked at again that another command is just moving.
LOOKS, PAUSE = 40, 0.05
#: Where the tables lie below data/processed: those of what counts, and those of what corrections have replaced.
PLACES = {"tables": "", "replaced": "replaced"}
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
    withdrawn
        Files that were withdrawn.
    """

    tables: Tables
    issues: tuple[Issue, ...]
    manifest: dict[str, Any]
    replaced: frozenset[str]
    withdrawn: frozenset[str] = frozenset()

    def is_live(self, issue: Issue) -> bool:
        """Tell whether an issue is of what counts: no correction has replaced its workbook, nobody withdrew it."""
        history = self.replaced | self.withdrawn
        return issue.severity is Severity.ERROR or file_of(issue.where, history) not in history

    def parted(self) -> tuple[Tables, Tables]:
        """Return the tables of what counts, and beside them the rows that corrections have replaced."""
        later = {
            name: {entry["path"] for entry in self.manifest["inputs"] if name in entry["replaced_by"]}
            for name in self.tables
            if name != "issues"
        }
        gone = {name: self.tables[name]["file"].isin(files) for name, files in later.items()}
        counting = {
            name: table[~gone[name]].reset_index(drop=True) if name in gone else table
            for name, table in self.tables.items()
        }
        return counting, {name: self.tables[name][rows].reset_index(drop=True) for name, rows in gone.items()}


def write_tables(settings: Settings, ingested: Ingested) -> None:
    """Write the tables and the manifest to data/processed: all, or nothing where an issue blocks.

    What corrections have replaced stands in tables of its own, in a folder below. The manifest also holds the tables'
    hashes and that of the sources that made them.

    Raises
    ------
    BlockingIssuesError
        Some issue is an error; all of them are carried.
    CityAnalyticsError
        What was read has changed since, or another command holds the workspace.
    """
    errors = blocking(ingested.issues)
    if errors:
        raise BlockingIssuesError(errors)
    contents: dict[Path, bytes] = {}
    manifest = {**json.loads(json.dumps(ingested.manifest)), "code": sources_sha256(READING)}
    for part, tables in zip(PLACES, ingested.parted(), strict=True):
        manifest[part] = {}
        for name, table in tables.items():
            content = BytesIO()
            table.to_parquet(content, index=False)
            contents[settings.processed / PLACES[part] / f"{name}.parquet"] = content.getvalue()
            sha256 = hashlib.sha256(content.getvalue()).hexdigest()
            manifest[part][name] = {"rows": len(table), "sha256": sha256}
    # the manifest last: tables that it does not vouch for are not read
    contents[settings.processed / "manifest.json"] = (
        json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    ).encode()
    with writing(settings.root, "ingest"):
        if beside_of(settings) != manifest["beside"]:
            raise CityAnalyticsError(
                Message.of(
                    "no table was written: what was received or the configuration has changed while it was read; "
                    "run `cityanalytics ingest` again"
                )
            )
        put(contents)


def beside_of(settings: Settings) -> dict[str, str]:
    """Return the SHA-256 of each file that decides how workbooks are read, by its name; of those that are there."""
    return {name: file_sha256(settings.root / name) for name in BESIDE if (settings.root / name).is_file()}


def read_manifest(settings: Settings) -> dict[str, Any]:
    """Read the manifest, once the tables are known to be the ones that it vouches for.

    Raises
    ------
    CityAnalyticsError
        There are none, they are not those of their manifest, another version of the program made them, or what was
        received has changed since.
    """
    return _vouched(settings)[0]


@contextmanager
def plain_text() -> Iterator[None]:
    """Let pandas hold text as plain objects: of tables this small it is compared and grouped faster than by Arrow."""
    import pandas as pd  # few commands read tables

    with pd.option_context("mode.string_storage", "python"):
        yield


def read_tables(settings: Settings) -> Tables:
    """Read the tidy tables, with what corrections have replaced: in the order of the register, as they were read.

    Raises
    ------
    CityAnalyticsError
        As `read_manifest`.
    """
    import pandas as pd
    from pyarrow.parquet import ParquetFile

    def table(part: str, name: str) -> pd.DataFrame:
        # small: threads, and what pandas notes of each column's type, cost more than the reading itself
        read = ParquetFile(BytesIO(contents[part, name])).read(use_threads=False)
        found: pd.DataFrame = read.replace_schema_metadata(None).to_pandas(use_threads=False)
        return found

    manifest, contents = _vouched(settings)
    with plain_text():
        read = {
            part: {
                name: table(part, name)
                for name, entry in manifest[part].items()
                if part == "tables" or entry["rows"]
            }
            for part in PLACES
        }
    return {
        name: pd.concat([table, read["replaced"][name]]).sort_values(
            "position", kind="stable", ignore_index=True
        )
        if name in read["replaced"]
        else table
        for name, table in read["tables"].items()
    }


def _vouched(
    settings: Settings, *, looks: int = LOOKS
) -> tuple[dict[str, Any], dict[tuple[str, str], bytes]]:
    """Return the manifest and each table's bytes by part and name, read once: those that it vouches for."""
    path = settings.processed / "manifest.json"
    if not path.is_file():
        raise CityAnalyticsError(
            Message.of("{folder} holds no tables: run `cityanalytics ingest`", folder=settings.processed)
        )
    read = path.read_bytes()
    try:
        manifest: dict[str, Any] = dict(json.loads(read))
    except (TypeError, ValueError) as error:
        raise CityAnalyticsError(
            Message.of(
                "{file} cannot be read ({reason}): run `cityanalytics ingest`", file=path, reason=error
            )
        ) from error
    # other sources may lay tables out otherwise, or read the same cells otherwise
    if manifest.get("code") != sources_sha256(READING):
        raise CityAnalyticsError(
            Message.of(
                "the tables in {folder} were made by another version of the program: run `cityanalytics ingest`",
                folder=settings.processed,
            )
        )
    beside = beside_of(settings)
    if {key: beside.get(key) for key in BESIDE[1:]} != {
        key: manifest["beside"].get(key) for key in BESIDE[1:]
    }:
        raise CityAnalyticsError(
            Message.of("what was received has changed since the tables were made: run `cityanalytics ingest`")
        )
    contents = {}
    parts = [(part, name, entry) for part in PLACES for name, entry in manifest[part].items()]
    for part, name, entry in parts:
        file = settings.processed / PLACES[part] / f"{name}.parquet"
        content = contents[part, name] = file.read_bytes() if file.is_file() else b""
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            # readers never wait for the lock, but for the moment in which another command moves its tables
            if looks and (is_being_written(settings.processed) or path.read_bytes() != read):
                time.sleep(PAUSE)
                return _vouched(settings, looks=looks - 1)
            raise CityAnalyticsError(
                Message.of("{file} is not the one of its manifest: run `cityanalytics ingest`", file=file)
            )
    return manifest, contents
