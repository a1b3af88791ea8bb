"""Sheets of what the briefing rests on: workbooks received, what does not add up, revisions, doubts, files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import NOT_APPLICABLE
from cityanalytics.briefing.sections.statement import missing_units, replaced_by, statements
from cityanalytics.briefing.spreadsheet import BookColumn, BookSheet

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.spreadsheet import Given
    from cityanalytics.briefing.wording import Wording


def received(content: Content, say: Wording) -> BookSheet:
    """Return by unit which workbook is used, and when the quarter's first one came."""
    programme, settings = content.programme, content.settings
    due = pd.Timestamp(settings.due_on(programme.quarter))
    absent = set(missing_units(content))
    rows: list[tuple[Given, ...]] = []
    for row in programme.received.to_dict("records"):
        late = say.plain("late") if row["first_received"] > due else say.plain("on time")
        rows.append(
            (
                settings.term(row["unit"], say.language),
                row["quarter"],
                row["data_date"],
                row["first_received"],
                row["received"],
                say.plain("missing") if row["unit"] in absent else late,
                row["file"],
            )
        )
    listed = set(programme.received["unit"])
    rows += [
        (settings.term(unit, say.language), *[NOT_APPLICABLE] * 4, say.plain("missing"), NOT_APPLICABLE)
        for unit in settings.units
        if unit not in listed
    ]
    return BookSheet.of(
        "received",
        say.plain("Received workbooks"),
        title=say.plain("Workbooks used, by unit"),
        lines=[
            say.plain("A unit whose workbook for the quarter is missing stands with what it sent before."),
        ],
        columns=[
            BookColumn(label=say.plain("Unit")),
            BookColumn(label=say.plain("Quarter")),
            BookColumn.days(say.plain("Data date")),
            BookColumn.days(say.plain("First received")),
            BookColumn.days(say.plain("Received")),
            BookColumn(label=say.plain("Timeliness")),
            BookColumn(label=say.plain("File")),
        ],
        rows=rows,
        language=say.language,
    )


def reconciliation(content: Content, say: Wording) -> BookSheet:
    """Return the sentences of the data statement, a row each."""
    return BookSheet.of(
        "statement",
        say.plain("Data statement"),
        title=say.plain("Data statement: what was received, and what does not add up"),
        columns=[
            BookColumn.numbers(say.plain("No.")),
            BookColumn(label=say.plain("Statement")),
        ],
        rows=[
            (number, str(line.unescape())) for number, line in enumerate(statements(content, say), start=1)
        ],
        language=say.language,
    )


def revisions(content: Content, say: Wording) -> BookSheet:
    """Return the amounts that were stated again with another value, with both cells."""
    table = content.programme.revisions
    table = table.assign(size=(table["amount"] - table["old_amount"]).abs())
    amounts = LANGUAGES[say.language].amounts
    return BookSheet.of(
        "revisions",
        say.plain("Revisions"),
        title=say.plain("Amounts stated again, largest change first"),
        columns=[
            BookColumn(label=say.plain("Project")),
            BookColumn(label=say.plain("Unit")),
            BookColumn.days(say.plain("Period from")),
            BookColumn.days(say.plain("Period until")),
            BookColumn.scaled(say.plain("Before"), amounts, at=1, places=1),
            BookColumn.scaled(say.plain("Now"), amounts, at=1, places=1),
            BookColumn.days(say.plain("Received")),
            BookColumn(label=say.plain("Replaced by")),
            BookColumn(label=say.plain("Cell before")),
            BookColumn(label=say.plain("Cell now")),
        ],
        rows=[
            (
                row["project"],
                content.settings.term(row["unit"], say.language),
                row["period_start"],
                row["period_end"],
                row["old_amount"],
                row["amount"],
                row["received"],
                str(replaced_by(row, say).unescape()),
                row["old_amount_cell"],
                row["amount_cell"],
            )
            for row in table.sort_values(["size", "project"], ascending=[False, True]).to_dict("records")
        ],
        language=say.language,
        empty=say.plain("No figure was stated again with another value."),
    )


def issues(content: Content, say: Wording) -> BookSheet:
    """Return the doubts of the workbooks used, those that block first."""
    table = content.programme.issues.sort_values(["severity", "where"])
    return BookSheet.of(
        "issues",
        say.plain("Issues"),
        title=say.plain("Doubtful cells of the workbooks used"),
        columns=[
            BookColumn(label=say.plain("Severity")),
            BookColumn(label=say.plain("Code")),
            BookColumn(label=say.plain("Place")),
            BookColumn(label=say.plain("Value")),
            BookColumn(label=say.plain("Understood")),
            BookColumn(label=say.plain("Suggestion")),
        ],
        rows=[
            (
                say.plain(row["severity"]),
                row["code"],
                row["where"],
                row["value"],
                *(
                    say.plain(row[name], **json.loads(row[f"{name}_values"])) if row[name] else None
                    for name in ("understood", "suggestion")
                ),
            )
            for row in table.to_dict("records")
        ],
        language=say.language,
        empty=say.plain("No doubt about any cell."),
    )


def inputs(content: Content, say: Wording) -> BookSheet:
    """Return the files that the briefing was made from, with their hashes."""
    return BookSheet.of(
        "inputs",
        say.plain("Inputs"),
        title=say.plain("Files that the briefing was made from"),
        columns=[BookColumn(label=say.plain("File")), BookColumn(label="SHA-256")],
        rows=list(content.provenance.inputs.items()),
        language=say.language,
    )
