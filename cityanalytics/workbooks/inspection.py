"""What ``inspect`` shows of how workbooks are understood: a document, or the rows of tables."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cityanalytics.issues import untranslated
from cityanalytics.workbooks.statements import Measure

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cityanalytics.issues import Issue, Translate
    from cityanalytics.workbooks.table import Column, Table
    from cityanalytics.workbooks.tables import Understanding


def document(
    understandings: Iterable[Understanding], translate: Translate = untranslated
) -> dict[str, object]:
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


def issue_document(issue: Issue, translate: Translate = untranslated) -> dict[str, str]:
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


#: The columns of `table_rows` and of `column_rows`, as English words to be translated.
TABLE_HEADERS = ("file", "sheet", "range", "header", "data rows", "other rows", "totals", "units")
COLUMN_HEADERS = ("column", "name", "kind", "unit", "stated in", "sum")
#: Kinds of columns as they are said to a reader.
KINDS = {"number": "numbers", "text": "text", "date": "date", "period": "period"}


def table_rows(
    understandings: Iterable[Understanding], translate: Translate = untranslated
) -> list[tuple[str, ...]]:
    """Return a row for each table, under `TABLE_HEADERS`."""
    return [
        (
            one.name,
            table.sheet,
            table.range,
            "–".join(map(str, table.header_rows)),
            str(len(table.rows["data"])),
            ", ".join(
                f"{translate(kind)} {len(rows)}"
                for kind, rows in table.rows.items()
                if rows and kind not in {"data", "header"}
            ),
            _agreement(table, translate),
            ", ".join(dict.fromkeys(column.unit.name for column in table.columns if column.unit)),
        )
        for one in understandings
        for table in one.tables
    ]


def _agreement(table: Table, translate: Translate) -> str:
    counts = Counter(total.agrees for total in table.totals)
    words = {True: "agree", False: "differ", None: "not compared"}
    return ", ".join(f"{translate(words[agrees])} {counts[agrees]}" for agrees in words if counts[agrees])


def column_rows(table: Table, translate: Translate = untranslated) -> list[tuple[str, ...]]:
    """Return a row for each column of a table, under `COLUMN_HEADERS`."""
    return [
        (
            column.letter,
            column.name,
            translate(KINDS[column.kind]),
            column.unit.name if column.unit else "",
            column.unit_from or "",
            f"{column.sum:,.15g}" if column.sum is not None and not _is_no_amount(column) else "",
        )
        for column in table.columns
    ]


def _is_no_amount(column: Column) -> bool:
    """Tell whether a column's sum means nothing: of serial numbers, shares or prices."""
    return column.serial or column.measure in {Measure.SHARE, Measure.PRICE, Measure.CODE}
