"""The document that ``inspect --json`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cityanalytics.issues import Issue, Translate
    from cityanalytics.workbooks.tables import Table, Understanding


def document(understandings: Iterable[Understanding], translate: Translate = str) -> dict[str, object]:
    """Return how workbooks are understood as one JSON document.

    Parameters
    ----------
    understandings
        One for each file.
    translate
        Turns an English sentence into the reader's language.

    Returns
    -------
    dict
        ``files`` and ``issues``, of plain values only.
    """
    all_of_them = list(understandings)
    return {
        "files": [
            {
                "file": one.name,
                "container": one.container,
                "encoding": one.encoding,
                "sha256": one.sha256,
                "sheets": [
                    {
                        "sheet": sheet.name,
                        "visibility": sheet.visibility,
                        "tables": [_table(table) for table in sheet.tables],
                    }
                    for sheet in one.sheets
                ],
            }
            for one in all_of_them
        ],
        "issues": [issue_document(issue, translate) for one in all_of_them for issue in one.issues],
    }


def issue_document(issue: Issue, translate: Translate = str) -> dict[str, str]:
    """Return an issue as plain values."""
    return {
        "severity": issue.severity.value,
        "code": issue.code,
        "where": issue.where,
        "value": issue.value,
        "understood": issue.understood.text(translate),
        "suggestion": issue.suggestion.text(translate),
    }


def _table(table: Table) -> dict[str, object]:
    return {
        "range": table.range,
        "header_rows": list(table.header_rows),
        "columns": [
            {
                "column": column.letter,
                "name": column.name,
                "kind": column.kind,
                "unit": column.unit.name if column.unit else None,
                "unit_from": column.unit_from,
                "sum": column.sum,
            }
            for column in table.columns
        ],
        "rows": {kind: list(rows) for kind, rows in table.rows.items()},
        "totals": [
            {"cell": total.cell, "stated": total.stated, "computed": total.computed, "agrees": total.agrees}
            for total in table.totals
        ],
    }
