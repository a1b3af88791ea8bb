"""Sheets of what changed since the last briefing as a whole: moves between stages, every amount restated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing import display
from cityanalytics.briefing.changed import STANDINGS
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import NOT_APPLICABLE
from cityanalytics.briefing.sections.statement import replaced_by
from cityanalytics.briefing.spreadsheet import BookColumn, BookSheet
from cityanalytics.programme.changes import ABSENT

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.spreadsheet import Given
    from cityanalytics.briefing.wording import Wording

#: What is restated, as a measure.
MEASURES = {
    "investment": "Investment",
    "demolition": "Demolition",
    "earlier year": "Investment of an earlier year",
}


def transitions(content: Content, say: Wording) -> BookSheet:
    """Return how many projects stood where and stand where, all rows; the page leaves unchanged ones out."""
    name, changes = say.plain("Stage changes"), content.changes
    if changes is None:
        return _nothing("transitions", name, say.plain("Where projects stood and stand"), say)
    table = changes.transitions()
    then, now = (
        display.date_text(programme.as_of, say.language) for programme in (changes.before, changes.after)
    )
    unit = say.plain("number of projects")
    return BookSheet.of(
        "transitions",
        name,
        title=say.plain("Where projects stood on {then} and stand on {now}", then=then, now=now),
        columns=[
            BookColumn(label=say.plain("Stood on {day}", day=then)),
            *(
                BookColumn.numbers(say.plain("Dropped" if after == ABSENT else STANDINGS[after]), unit=unit)
                for after in table.columns
            ),
            BookColumn.numbers(say.plain("All"), unit=unit),
        ],
        rows=[
            (
                say.plain("Added" if before == ABSENT else STANDINGS[str(before)]),
                *counts.tolist(),
                int(counts.sum()),
            )
            for before, counts in table.iterrows()
        ]
        + [(say.plain("All"), *table.sum().tolist(), int(table.to_numpy().sum()))],
        language=say.language,
    )


def restated(content: Content, say: Wording) -> BookSheet:
    """Return what is now said otherwise of the time up to the last briefing: amounts, areas, earlier years."""
    name, title = (
        say.plain("Restated"),
        say.plain("Restated history: old and new value, and what replaced it"),
    )
    if content.changes is None:
        return _nothing("restated", name, title, say)
    rules = LANGUAGES[say.language]
    amount, area = (
        BookColumn.scaled("", scales, at=at, places=places)
        for scales, at, places in ((rules.amounts, 1, 1), (rules.areas, 0, 2))
    )
    rows: list[tuple[Given, ...]] = []
    table = content.changes.restated
    scales = [area if measure == "demolition" else amount for measure in table["measure"]]
    for row, scale in zip(table.to_dict("records"), scales, strict=True):
        rows.append(
            (
                row["subject"],
                say.plain(MEASURES[row["measure"]]),
                content.settings.term(row["unit"], say.language)
                if isinstance(row["unit"], str)
                else NOT_APPLICABLE,
                row["period_start"],
                row["period_end"],
                *(scale.cell(row[end], say.language) for end in ("old", "new")),
                scale.unit,
                row["received"],
                str(replaced_by(row, say).unescape()),
                row["old_cell"],
                row["new_cell"],
            )
        )
    formats = tuple(scale.format for scale in scales)
    return BookSheet.of(
        "restated",
        name,
        title=title,
        lines=[say.plain("Values are in the unit that each row names.")] if rows else [],
        columns=[
            BookColumn(label=say.plain("What")),
            BookColumn(label=say.plain("Measure")),
            BookColumn(label=say.plain("Unit")),
            BookColumn.days(say.plain("Period from")),
            BookColumn.days(say.plain("Period until")),
            BookColumn(label=say.plain("Before"), format=amount.format, formats=formats),
            BookColumn(label=say.plain("Now"), format=amount.format, formats=formats),
            BookColumn(label=say.plain("Unit of measure")),
            BookColumn.days(say.plain("Received")),
            BookColumn(label=say.plain("Replaced by")),
            BookColumn(label=say.plain("Cell before")),
            BookColumn(label=say.plain("Cell now")),
        ],
        rows=rows,
        language=say.language,
        empty=say.plain("Nothing has been restated."),
    )


def _nothing(id_: str, name: str, title: str, say: Wording) -> BookSheet:
    line = say.plain("No earlier briefing of this year to compare with.")
    return BookSheet(id=id_, name=name, title=title, lines=(line,))
