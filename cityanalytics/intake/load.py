"""Raw workbooks → tidy tables, issues and a manifest."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pandas as pd

from cityanalytics.durable import is_being_written
from cityanalytics.errors import UsageError
from cityanalytics.intake.described import Described
from cityanalytics.intake.misfiled import MISFILED, own_day, quarter_mismatches, unit_mismatches
from cityanalytics.intake.register import (
    check_kept,
    check_register,
    file_changed,
    read_register,
    read_withdrawals,
)
from cityanalytics.intake.schema import LASTING, OPTIONAL, SHEET_NAMES
from cityanalytics.intake.store import LOOKS, PAUSE, Ingested, Tables, beside_of
from cityanalytics.issues import Issue, Message, Severity, blocking, file_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from cityanalytics.intake.aliases import Confirmed
    from cityanalytics.intake.match import Match, Synonyms
    from cityanalytics.intake.reading import Origin, Rows
    from cityanalytics.intake.register import Receipt
    from cityanalytics.settings import Settings
    from cityanalytics.workbooks.table import Table

#: What the register itself doubts blocks whatever came later.
REGISTER_CODES = {
    "FILE_CHANGED",
    "FILE_MISSING",
    "FILE_NOT_RECEIVED",
    "REGISTER_DIFFERS",
    "WORKBOOK_WITHDRAWN",
}


def _received(settings: Settings) -> tuple[dict[str, str], tuple[Receipt, ...], tuple[Issue, ...]]:
    """Return what decides how workbooks are read, the register, and where it does not agree with the files.

    Another command that is just filing moves a workbook into its place before the register's line: until both are
    there, a doubt is none.
    """
    for looks in reversed(range(LOOKS)):
        beside = beside_of(settings)  # as it is before anything is read
        receipts = read_register(settings)
        check_kept(settings, read_register(settings, withdrawn=True))
        doubts = check_register(settings, receipts)
        filing = is_being_written(settings.raw) or beside_of(settings) != beside
        if not (looks and filing and blocking(doubts)):
            break
        time.sleep(PAUSE)
    return beside, receipts, doubts


def ingest(
    settings: Settings, *, known_on: dt.date | None = None, on_file: Callable[[str], None] = lambda _: None
) -> Ingested:
    """Read what the units sent; nothing is written.

    Parameters
    ----------
    settings
        The workspace's configuration.
    known_on
        What was received later is not read; None reads all.
    on_file
        Called with each file's path before it is read.

    Raises
    ------
    UsageError
        Nothing was received.
    """
    from cityanalytics.intake.checks import cross_check, replaced_unsaid
    from cityanalytics.intake.schema import TABLES, as_table

    beside, receipts, doubts = _received(settings)
    if not receipts:
        raise UsageError(
            Message.of("no workbook has been received: start with `cityanalytics receive FILE --quarter Q`")
        )
    issues = list(doubts)
    receipts = tuple(one for one in receipts if known_on is None or one.received <= known_on)
    unsound = {issue.where for issue in issues if issue.severity is Severity.ERROR}
    confirmed, synonyms = _spellings(settings)
    gathered: dict[str, list[Rows]] = {name: [] for name in TABLES if name != "issues"}
    books = []
    for receipt in receipts:
        if receipt.file in unsound:
            continue
        on_file(receipt.file)
        books.append(_read(settings, receipt, confirmed.aliases, synonyms))
    books = _with_months(books)
    inputs: list[dict[str, Any]] = [
        {
            "path": book.receipt.file,
            "sha256": book.receipt.sha256,
            "unit": book.receipt.unit,
            "quarter": book.receipt.quarter,
            "received": book.receipt.received.isoformat(),
            "rows": book.counts,
        }
        for book in books
    ]
    for book in books:
        issues += book.issues
        for name, parts in book.rows.items():
            gathered[name] += parts
    rows_of = {name: _stacked(parts) for name, parts in gathered.items()}
    if any(gathered[name] for name in (*LASTING, "funds")):  # most workspaces have none
        from cityanalytics.intake.orders import read_orders
        from cityanalytics.intake.replies import hold

        rows_of, refused = hold(rows_of, senders=settings.senders, orders=read_orders(settings))
        issues += refused
    tables = {name: as_table(name, pd.DataFrame(rows)) for name, rows in rows_of.items()}
    misfiled = {file_of(issue.where, ()) for issue in issues if issue.code in MISFILED}
    issues += cross_check(rows_of, without=misfiled, gone=confirmed.gone)
    issues += replaced_unsaid(rows_of["projects"], rows_of["investment"])
    _replaced(inputs, rows_of)
    corrected = _corrected(receipts, inputs)
    issues = _downgraded(_half_read(issues, inputs, settings.units), corrected)
    tables["issues"] = as_table("issues", _issue_rows(issues, [entry["path"] for entry in inputs]))
    manifest = {
        "inputs": inputs,
        "beside": beside,
        "described": Described.of(tables).document(),
    }
    return Ingested(
        tables=tables,
        issues=tuple(issues),
        manifest=manifest,
        replaced=corrected,
        withdrawn=frozenset(one.file for one in read_withdrawals(settings)),
    )


def read_withdrawn(settings: Settings) -> Tables:
    """Read the workbooks that were withdrawn, by name of the table: rows that count for no day, doubts left aside.

    A file that is no longer there, or not the one that was received, gives none.
    """
    from cityanalytics.intake.schema import TABLES, as_table

    confirmed, synonyms = _spellings(settings)
    counting = {receipt.file for receipt in read_register(settings)}
    gathered: dict[str, list[Rows]] = {name: [] for name in TABLES if name != "issues"}
    for receipt in read_register(settings, withdrawn=True):
        if receipt.file in counting:
            continue
        for name, parts in _read(settings, receipt, confirmed.aliases, synonyms).rows.items():
            gathered[name] += parts
    return {name: as_table(name, pd.DataFrame(_stacked(parts))) for name, parts in gathered.items()}


def _spellings(settings: Settings) -> tuple[Confirmed, Synonyms]:
    """Return what was confirmed of names, and the spellings of headers, the workspace's own among them."""
    from cityanalytics.intake.aliases import FILE, read_confirmed
    from cityanalytics.intake.match import load_synonyms

    extension = settings.root / "synonyms.toml"
    own = extension.read_text(encoding="utf-8-sig") if extension.is_file() else None
    return read_confirmed(settings.root / FILE), load_synonyms(own)


def _read(settings: Settings, receipt: Receipt, aliases: Mapping[str, str], synonyms: Synonyms) -> _Book:
    """Read one workbook."""
    from cityanalytics.intake.extract import extract, height_of
    from cityanalytics.intake.match import match_table
    from cityanalytics.intake.reading import Origin
    from cityanalytics.intake.yearlayouts import refused
    from cityanalytics.workbooks.grid import read_grids
    from cityanalytics.workbooks.limits import limited
    from cityanalytics.workbooks.marking.issuelist import without_issue_list
    from cityanalytics.workbooks.tables import understand

    origin = Origin(
        receipt=receipt, data_date=settings.data_date(receipt.quarter), aliases=aliases, synonyms=synonyms
    )
    with limited(settings.limits):
        grids = read_grids(settings.root / receipt.file, name=receipt.file)
    if (
        grids.sha256 != receipt.sha256
    ):  # the bytes that were read: another file may have lain there just before
        return _Book(receipt=receipt, rows={}, issues=[file_changed(receipt)], counts={})
    understood = understand(without_issue_list(grids))
    if settings.weekly:
        origin = replace(origin, data_date=own_day(understood.tables, receipt.quarter, origin.data_date))
    issues = list(understood.issues)
    gathered: dict[str, list[Rows]] = {}
    counts: dict[str, dict[str, int]] = {}
    ours: list[Table] = []
    left_empty: set[str] = set()
    held: list[_Held] = []
    monthly: frozenset[str] = frozenset()
    matched = [
        (table, match_table(table, synonyms, periods=table.periods(origin.data_date)))
        for table in understood.tables
    ]
    elsewhere = any(match.about("months") and match.sound for _, match in matched)
    for table, match in matched:
        if elsewhere and match.about("investment"):
            match = replace(match, missing=tuple(name for name in match.missing if name != "period"))  # noqa: PLW2901 - the same, less asked for
        rows, found = extract(table, match, origin, elsewhere=elsewhere) if match.sound else ({}, [])
        place = f"{receipt.file}!{table.sheet}"
        held += _held(table, match, origin)
        not_read = None if match.sound and match.subject is not None else refused(table, place)
        issues += [*found, *([not_read] if not_read else _unmatched(match, place))]
        if match.subject is not None:
            ours.append(table)
            if match.subject.name in {*OPTIONAL, "funds"}:
                left_empty.add(f"{receipt.file}!{table.sheet}!{table.range}")
            if match.subject.name not in {"history", *LASTING}:  # of no quarter
                issues += quarter_mismatches(table, origin)
        counts[f"{table.sheet}!{table.range}"] = {
            "in": len(table.rows["data"]),
            **{name: height_of(part) for name, part in rows.items()},
        }
        for name, part in rows.items():
            gathered.setdefault(name, []).append(part)
        if match.about("months"):
            monthly |= {*rows.get("investment", {}).get("project", ())}
    issues += unit_mismatches(ours, origin, settings.senders)
    issues = [one for one in issues if not (one.code == "NO_DATA" and one.where in left_empty)]
    issues += _nothing_read(receipt, gathered)
    return _Book(
        receipt=receipt,
        rows=gathered,
        issues=_distinct(issues),
        counts=counts,
        held=tuple(held),
        monthly=monthly,
    )


@dataclass(frozen=True, kw_only=True)
class _Held:
    """A table of projects without any period: what it gives where another workbook has the months of its projects."""

    where: str
    table: str
    rows: dict[str, Rows]
    issues: list[Issue]


@dataclass(frozen=True, kw_only=True)
class _Book:
    """One workbook as it was read: rows by canonical table, doubts, rows in and out by sheet.

    Beside them what waits for the months of another workbook, and the projects of which it has a table of months.
    """

    receipt: Receipt
    rows: dict[str, list[Rows]]
    issues: list[Issue]
    counts: dict[str, dict[str, int]]
    held: tuple[_Held, ...] = ()
    monthly: frozenset[str] = frozenset()


def _held(table: Table, match: Match, origin: Origin) -> Iterator[_Held]:
    from cityanalytics.intake.extract import extract

    if match.about("investment") and match.missing == ("period",) and not match.ambiguous:
        rows, issues = extract(table, replace(match, missing=()), origin, elsewhere=True)
        where = f"{origin.receipt.file}!{table.sheet}"
        yield _Held(where=where, table=f"{table.sheet}!{table.range}", rows=rows, issues=issues)


def _nothing_read(receipt: Receipt, rows: Mapping[str, list[Rows]]) -> Iterator[Issue]:
    from cityanalytics.intake.extract import height_of

    if not any(height_of(part) for parts in rows.values() for part in parts):
        yield Issue(
            severity=Severity.WARNING,
            code="NOTHING_READ",
            where=receipt.file,
            understood=Message.of("no row of this workbook is counted"),
            suggestion=Message.of("see its other issues, or send the filled-in tables"),
        )


def _with_months(books: list[_Book]) -> list[_Book]:
    """Take tables of projects without any period that the months of another workbook of the quarter name."""
    monthly: dict[str, set[str]] = {}
    for book in books:
        monthly.setdefault(book.receipt.quarter, set()).update(book.monthly)
    return [_taken(book, monthly[book.receipt.quarter]) if book.held else book for book in books]


def _taken(book: _Book, monthly: Collection[str]) -> _Book:
    rows = {name: list(parts) for name, parts in book.rows.items()}
    issues, counts = book.issues, dict(book.counts)
    for held in book.held:
        projects = [name for name in held.rows["projects"]["project"] if name is not None]
        without = [name for name in projects if name not in monthly]
        if len(without) == len(projects):
            continue
        issues = [one for one in issues if (one.code, one.where) != ("REQUIRED_COLUMN_MISSING", held.where)]
        issues = [one for one in issues if one.code != "NOTHING_READ"] + held.issues
        if without:
            issues.append(
                Issue(
                    severity=Severity.WARNING,
                    code="MONTHS_MISSING",
                    where=held.where,
                    value=", ".join(without),
                    understood=Message.of(
                        "the table of months in another workbook has no row of them; nothing counts as done"
                    ),
                    suggestion=Message.of(
                        "have a row of each project and month sent; 0 where nothing was done"
                    ),
                )
            )
        for name, part in held.rows.items():
            rows.setdefault(name, []).append(part)
        counts[held.table] |= {name: len(next(iter(part.values()))) for name, part in held.rows.items()}
    return replace(book, rows=rows, issues=issues, counts=counts)


def _half_read(issues: list[Issue], inputs: Sequence[Mapping[str, Any]], units: Sequence[str]) -> list[Issue]:
    """Let a sheet that is none of ours block where its unit's projects are missing: it may be the one asked for."""
    came = {
        (entry["unit"], entry["quarter"])
        for entry in inputs
        for counts in entry["rows"].values()
        if counts.get("projects")
    }
    lacking = {
        entry["path"]: entry
        for entry in inputs
        if entry["unit"] in units and (entry["unit"], entry["quarter"]) not in came
    }
    return [
        replace(
            issue,
            severity=Severity.ERROR,
            understood=Message.of(
                "a sheet that is none of those asked for, while {unit} has no {sheets} for {quarter}: it may be this "
                "one, half read it counts nothing",
                unit=lacking[file]["unit"],
                sheets=SHEET_NAMES["projects"],
                quarter=lacking[file]["quarter"],
            ),
            suggestion=Message.of(
                "if it is that sheet, name its headers in synonyms.toml or have it sent as docs/workbooks.md says; if "
                "not, have the missing sheet sent"
            ),
        )
        if issue.code == "TABLE_NOT_OURS" and (file := file_of(issue.where, lacking)) in lacking
        else issue
        for issue in issues
    ]


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
            suggestion=_layout_of(match),
        )
    for column in match.ambiguous:
        yield Issue(
            severity=Severity.ERROR,
            code="HEADER_AMBIGUOUS",
            where=f"{where}!{column.letter}",
            value=column.name,
            understood=Message.of("several columns stand under one label, and none is called 小计 or 合计"),
            suggestion=Message.of("name the one that is asked for, or add its header to synonyms.toml"),
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


def _layout_of(match: Match) -> Message:
    """Return the layout that a table without a required column would fit."""
    if match.about("months") or match.missing == ("period",):
        return Message.of(
            "add the columns, or name their headers in synonyms.toml; months beside their projects: 1月 … 12月, or a "
            "table of their own, in this workbook or another: 项目名称, 月份, 完成投资, or 项目名称, 1月 … 12月"
        )
    return Message.of("add the columns, or name their headers in synonyms.toml")


def _stacked(parts: list[Rows]) -> Rows:
    """Return the rows of all workbooks together."""
    names = parts[0] if parts else ()
    return {name: list(chain.from_iterable(part[name] for part in parts)) for name in names}


def _issue_rows(issues: list[Issue], files: Iterable[str]) -> pd.DataFrame:
    known = set(files)
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
            "file": file_of(issue.where, known),
        }
        for issue in issues
    )


def _replaced(inputs: list[dict[str, Any]], tables: Mapping[str, Rows]) -> None:
    """Note for each file the later one of the same unit, quarter and table that replaced it."""
    for entry in inputs:
        entry["replaced_by"] = {}
    for name, rows in tables.items():
        if name in LASTING:
            continue
        keys = (rows.get(column, []) for column in ("received", "position", "unit", "quarter", "file"))
        later: dict[str, str] = {}
        last: dict[tuple[str, str], str] = {}
        for _, _, unit, quarter, file in sorted(set(zip(*keys, strict=True))):
            if (unit, quarter) in last:
                later[last[unit, quarter]] = file
            last[unit, quarter] = file
        for entry in inputs:
            if entry["path"] in later:
                entry["replaced_by"][name] = later[entry["path"]]


def _corrected(receipts: Sequence[Receipt], inputs: list[dict[str, Any]]) -> frozenset[str]:
    """Return the files that a correction has replaced.

    Replaced is what has a later workbook of the same unit and quarter for all that it was read for; one that
    gave nothing is replaced by a later one of the same name.
    """
    given = {
        entry["path"]: {name for counts in entry["rows"].values() for name in counts if counts[name]} - {"in"}
        for entry in inputs
    }
    done = {entry["path"] for entry in inputs if given[entry["path"]]}
    replaced = {entry["path"] for entry in inputs if given[entry["path"]] <= set(entry["replaced_by"])} & done
    return frozenset(replaced) | {
        receipt.file
        for receipt in receipts
        for other in receipts
        if receipt.file not in done and _corrects(other, receipt)
    }


def _downgraded(issues: list[Issue], corrected: frozenset[str]) -> list[Issue]:
    """Let the errors of a workbook that a correction has replaced warn, no longer block."""
    return [
        replace(issue, severity=Severity.WARNING)
        if issue.where.partition("!")[0] in corrected and issue.code not in REGISTER_CODES
        else issue
        for issue in issues
    ]


def _corrects(later: Receipt, earlier: Receipt) -> bool:
    """Tell whether a workbook came later under the name of another of its unit and quarter."""
    names = [PurePosixPath(receipt.file).stem for receipt in (later, earlier)]
    return (
        (later.unit, later.quarter) == (earlier.unit, earlier.quarter)
        and (later.received, later.position) > (earlier.received, earlier.position)
        and names[0].startswith(names[1])
    )
