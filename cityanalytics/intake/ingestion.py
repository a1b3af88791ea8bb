"""What reading the workbooks gave, as values for analysts: tables, issues as a frame, files written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.intake.load import ingest
from cityanalytics.intake.register import check_quarters, read_register
from cityanalytics.intake.store import PLACES, write_tables
from cityanalytics.issues import Message, Severity, blocking

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from cityanalytics.intake.register import Receipt
    from cityanalytics.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Ingestion:
    """What reading the workbooks gave.

    Parameters
    ----------
    tables
        The canonical tables by name, with what counts.
    replaced
        The rows that corrections have replaced, by name of the table.
    issues
        One row a doubt: ``severity``, ``code``, ``where``, ``value``, ``understood``, ``suggestion``, ``file``,
        ``quarter``, ``live`` (bool: no correction has replaced its file, and nobody withdrew it).
    written
        The files written.

    Examples
    --------
    >>> sorted(ca.ingest(workspace).issues["severity"].unique())
    ['warning']
    """

    tables: Mapping[str, pd.DataFrame]
    replaced: Mapping[str, pd.DataFrame]
    issues: pd.DataFrame
    written: tuple[Path, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row a table: its name and how many rows it has."""
        return pd.DataFrame(
            {"table": list(self.tables), "rows": [len(table) for table in self.tables.values()]}
        )

    def _repr_html_(self) -> str:
        heading = escape(f"{len(self.written)} files written, {len(self.issues)} issues")
        return f"<p>{heading}</p>{self.to_frame().to_html(index=False)}"


def ingest_and_write(settings: Settings, quarters: Sequence[str] = ()) -> Ingestion:
    """Read what the units sent, and write the tables: all, or none where an issue blocks.

    Parameters
    ----------
    settings
        The workspace's configuration.
    quarters
        Of these alone the warnings are listed.

    Raises
    ------
    UsageError
        Nothing was received, or nothing of a quarter.
    """
    receipts = read_register(settings)
    check_quarters(quarters, receipts)
    found = ingest(settings)
    blocked = bool(blocking(found.issues))
    if not blocked:
        write_tables(settings, found)
    issues = issue_frame(found.tables["issues"], receipts, replaced=found.replaced | found.withdrawn)
    if quarters:
        issues = issues[issues["quarter"].isin(quarters) | (issues["severity"] == Severity.ERROR.value)]
    parts = dict(zip(PLACES, found.parted(), strict=True))
    files = [
        f"{PLACES[part]}/{name}.parquet".lstrip("/") for part, tables in parts.items() for name in tables
    ]
    return Ingestion(
        tables=parts["tables"],
        replaced=parts["replaced"],
        issues=issues.reset_index(drop=True),
        written=() if blocked else tuple(settings.processed / name for name in [*files, "manifest.json"]),
    )


def issue_frame(
    issues: pd.DataFrame, receipts: Iterable[Receipt], *, replaced: Collection[str]
) -> pd.DataFrame:
    """Return the doubts as an analyst reads them.

    Parameters
    ----------
    issues
        The canonical table.
    receipts
        The register.
    replaced
        Files that a correction has replaced or that were withdrawn.

    Returns
    -------
    pandas.DataFrame
        As :attr:`Ingestion.issues`.
    """
    quarters = {receipt.file: receipt.quarter for receipt in receipts}
    texts = {
        name: [
            Message.of(template, **json.loads(values)).text()
            for template, values in zip(issues[name], issues[f"{name}_values"], strict=True)
        ]
        for name in ("understood", "suggestion")
    }
    table = issues[["severity", "code", "where", "value"]].assign(
        **texts,
        file=issues["file"],
        quarter=issues["file"].map(quarters),
        live=~issues["file"].isin(replaced) | (issues["severity"] == Severity.ERROR.value),
    )
    return table.astype({"understood": "str", "suggestion": "str", "quarter": "str"})
