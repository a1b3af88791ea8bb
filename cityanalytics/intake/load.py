"""Raw workbooks → tidy tables, issues and a manifest; and the tables read again."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from cityanalytics.errors import BlockingIssuesError, CityAnalyticsError, UsageError
from cityanalytics.intake.register import check_register, read_register
from cityanalytics.issues import Issue, Message, Severity, blocking
from cityanalytics.settings import file_sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from cityanalytics.intake.extract import Rows
    from cityanalytics.intake.match import Match, Synonyms
    from cityanalytics.intake.register import Receipt
    from cityanalytics.settings import Settings

Tables = dict[str, pd.DataFrame]
#: Files beside the workbooks that decide how they are read.
BESIDE = ("cityanalytics.toml", "aliases.toml", "synonyms.toml", "data/raw/register.csv")


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
    """

    tables: Tables
    issues: tuple[Issue, ...]
    manifest: dict[str, Any]


def ingest(
    settings: Settings, quarters: Iterable[str] = (), *, on_file: Callable[[str], None] = lambda _: None
) -> Ingested:
    """Read what the units sent; nothing is written.

    Parameters
    ----------
    settings
        The workspace's configuration.
    quarters
        Read only these; by default all that were received.
    on_file
        Called with each file's path before it is read.

    Raises
    ------
    UsageError
        Nothing was received, or not for a quarter that is named.
    """
    # pandera takes 0.4 s to import: only where tables are made
    from cityanalytics.intake.checks import cross_check
    from cityanalytics.intake.match import load_synonyms
    from cityanalytics.intake.schema import TABLES, as_table

    receipts = read_register(settings)
    chosen = _chosen(receipts, set(quarters))
    issues = list(check_register(settings, receipts))
    unsound = {issue.where for issue in issues if issue.severity is Severity.ERROR}
    extension = settings.root / "synonyms.toml"
    synonyms = load_synonyms(extension.read_text(encoding="utf-8") if extension.is_file() else None)
    aliases = _aliases(settings)
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in TABLES}
    inputs = []
    for receipt in chosen:
        if receipt.file in unsound:
            continue
        on_file(receipt.file)
        rows, found, counts = _read(settings, receipt, aliases, synonyms)
        issues += found
        inputs.append(
            {
                "path": receipt.file,
                "sha256": receipt.sha256,
                "unit": receipt.unit,
                "quarter": receipt.quarter,
                "received": receipt.received.isoformat(),
                "rows": counts,
            }
        )
        for name, frame in rows.items():
            parts[name].append(frame)
    tables = {name: as_table(name, _stacked(frames)) for name, frames in parts.items() if name != "issues"}
    issues += cross_check(tables)
    tables["issues"] = as_table("issues", _issue_rows(issues))
    _replaced(inputs, tables)
    manifest = {
        "inputs": inputs,
        "beside": {
            name: file_sha256(settings.root / name) for name in BESIDE if (settings.root / name).is_file()
        },
        "tables": {name: {"rows": len(table)} for name, table in tables.items()},
    }
    return Ingested(tables=tables, issues=tuple(issues), manifest=manifest)


def write_tables(settings: Settings, ingested: Ingested) -> None:
    """Write the tables and the manifest to data/processed: all, or nothing where an issue blocks.

    Raises
    ------
    BlockingIssuesError
        Some issue is an error; all of them are carried.
    """
    if blocking(ingested.issues):
        raise BlockingIssuesError(ingested.issues)
    folder = settings.processed
    folder.mkdir(parents=True, exist_ok=True)
    drafts: list[Path] = []
    manifest = json.loads(json.dumps(ingested.manifest))
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


def read_tables(settings: Settings) -> Tables:
    """Read the tidy tables.

    Raises
    ------
    CityAnalyticsError
        There are none, they are not those of their manifest, or what was received has changed since.
    """
    again = Message.of("run `cityanalytics ingest`")
    path = settings.processed / "manifest.json"
    if not path.is_file():
        raise CityAnalyticsError(
            Message.of("{folder} holds no tables: {again}", folder=settings.processed, again=again)
        )
    manifest = json.loads(path.read_text(encoding="utf-8"))
    beside = {name: file_sha256(settings.root / name) for name in BESIDE if (settings.root / name).is_file()}
    if {key: beside.get(key) for key in BESIDE[1:]} != {
        key: manifest["beside"].get(key) for key in BESIDE[1:]
    }:
        raise CityAnalyticsError(
            Message.of("what was received has changed since the tables were made: {again}", again=again)
        )
    tables = {}
    for name, entry in manifest["tables"].items():
        file = settings.processed / f"{name}.parquet"
        content = file.read_bytes() if file.is_file() else b""
        if hashlib.sha256(content).hexdigest() != entry["sha256"]:
            raise CityAnalyticsError(
                Message.of("{file} is not the one of its manifest: {again}", file=file, again=again)
            )
        tables[name] = pd.read_parquet(file)
    return tables


def _chosen(receipts: tuple[Receipt, ...], quarters: set[str]) -> list[Receipt]:
    known = sorted({receipt.quarter for receipt in receipts})
    for quarter in sorted(quarters - set(known)):
        raise UsageError(
            Message.of(
                "no workbook of {quarter} has been received; there are: {known}",
                quarter=quarter,
                known=", ".join(known),
            )
        )
    if not receipts:
        raise UsageError(
            Message.of("no workbook has been received: start with `cityanalytics receive FILE --quarter Q`")
        )
    return [receipt for receipt in receipts if not quarters or receipt.quarter in quarters]


def _read(
    settings: Settings, receipt: Receipt, aliases: Mapping[str, str], synonyms: Synonyms
) -> tuple[Rows, list[Issue], dict[str, dict[str, int]]]:
    """Read one workbook: rows by table, doubts, and rows in and out by sheet."""
    from cityanalytics.intake.extract import Source, extract, period_columns
    from cityanalytics.intake.match import match_table
    from cityanalytics.workbooks.grid import read_workbook
    from cityanalytics.workbooks.tables import understand

    source = Source(
        receipt=receipt, data_date=settings.data_date(receipt.quarter), aliases=aliases, synonyms=synonyms
    )
    understood = understand(read_workbook(settings.root / receipt.file, name=receipt.file))
    issues = list(understood.issues)
    gathered: dict[str, list[pd.DataFrame]] = {}
    counts: dict[str, dict[str, int]] = {}
    for table in understood.tables:
        periods = period_columns(table, source.data_date.year)
        match = match_table(table, synonyms, periods=periods)
        rows, found = extract(table, match, source) if not match.missing else ({}, [])
        issues += [*found, *_unmatched(match, f"{receipt.file}!{table.sheet}")]
        counts[f"{table.sheet}!{table.range}"] = {
            "in": len(table.frame),
            **{name: len(frame) for name, frame in rows.items()},
        }
        for name, frame in rows.items():
            gathered.setdefault(name, []).append(frame)
    return {name: _stacked(frames) for name, frames in gathered.items()}, _distinct(issues), counts


def _distinct(issues: list[Issue]) -> list[Issue]:
    """Keep one issue of a code and place, the gravest: reading and understanding may both have said it."""
    ordered = sorted(issues, key=lambda issue: issue.severity is not Severity.ERROR)
    return list({(issue.code, issue.where): issue for issue in reversed(ordered)}.values())[::-1]


def _unmatched(match: Match, where: str) -> Iterator[Issue]:
    if match.subject is None:
        yield Issue(
            severity=Severity.WARNING,
            code="TABLE_NOT_OURS",
            where=where,
            understood=Message.of("none of the tables that are asked for; kept in the workbook, not read"),
            suggestion=Message.of("if it is one of them, name its headers in synonyms.toml"),
        )
        return
    if match.missing:
        names = ", ".join(match.missing)
        yield Issue(
            severity=Severity.ERROR,
            code="REQUIRED_COLUMN_MISSING",
            where=where,
            value=names,
            understood=Message.of(
                "a table of {subject} without: {columns}", subject=match.subject.name, columns=names
            ),
            suggestion=Message.of("add the columns, or name their headers in synonyms.toml"),
        )
    for column in match.aside:
        yield Issue(
            severity=Severity.WARNING,
            code="COLUMN_ASIDE",
            where=f"{where}!{column.letter}",
            value=column.name,
            understood=Message.of("a column that is not asked for; kept in the workbook, not read"),
            suggestion=Message.of("if it is one that is asked for, name its header in synonyms.toml"),
        )


def _aliases(settings: Settings) -> dict[str, str]:
    """Return names as written to the names projects are kept under; each was confirmed by a person."""
    path = settings.root / "aliases.toml"
    if not path.is_file():
        return {}
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("alias", [])
        aliases = {entry["name"]: entry["project"] for entry in entries if entry["confirmed_by"]}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise UsageError(
            Message.of(
                "{file} cannot be read ({reason}): each [[alias]] has name, project, confirmed_by and on",
                file=path,
                reason=error,
            )
        ) from error
    return {name: aliases.get(kept, kept) for name, kept in aliases.items()}


def _stacked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame()


def _issue_rows(issues: list[Issue]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "severity": issue.severity.value,
            "code": issue.code,
            "where": issue.where,
            "value": issue.value,
            "understood": issue.understood.template,
            "understood_values": json.dumps(dict(issue.understood.values), ensure_ascii=False),
            "suggestion": issue.suggestion.template,
            "suggestion_values": json.dumps(dict(issue.suggestion.values), ensure_ascii=False),
            "file": issue.where.partition("!")[0],
        }
        for issue in issues
    )


def _replaced(inputs: list[dict[str, Any]], tables: Tables) -> None:
    """Note for each file the later one of the same unit, quarter and table that replaced it."""
    for entry in inputs:
        entry["replaced_by"] = {}
    for name, table in tables.items():
        if "received" not in table:
            continue
        files = (
            table[["unit", "quarter", "received", "file"]].drop_duplicates().sort_values(["received", "file"])
        )
        files["next"] = files.groupby(["unit", "quarter"])["file"].shift(-1)
        later: dict[str, str] = dict(files.dropna()[["file", "next"]].itertuples(index=False))
        for entry in inputs:
            if entry["path"] in later:
                entry["replaced_by"][name] = later[entry["path"]]
