"""Sheets by group: constraints, demolition by kind, physical works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import NOT_APPLICABLE
from cityanalytics.briefing.spreadsheet import BookColumn, BookSheet
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording


def constraints(content: Content, say: Wording) -> BookSheet:
    """Return the late and the not started projects by the constraint that their units report."""
    table = progress.by_constraint(content.programme)
    total = float(table.loc[table["gap"] > 0, "gap"].sum())
    return BookSheet.of(
        "constraints",
        say.plain("Constraints"),
        title=say.plain("Gap of the late and the not started projects, by the constraint reported"),
        columns=[
            BookColumn(label=say.plain("Constraint")),
            BookColumn.numbers(say.plain("Number of projects")),
            BookColumn.scaled(
                say.plain("Shortfall"), LANGUAGES[say.language].amounts, places=2, note="short"
            ),
            BookColumn.share(say.plain("Of the gap")),
        ],
        rows=[
            (
                content.settings.term(row["constraint"], say.language)
                if isinstance(row["constraint"], str)
                else say.plain("none reported"),
                row["projects"],
                row["gap"],
                row["gap"] / total if row["gap"] > 0 and total else NOT_APPLICABLE,
            )
            for row in table.to_dict("records")
        ],
        language=say.language,
        empty=say.plain("No project is late or waiting to start."),
    )


def demolition(content: Content, say: Wording) -> BookSheet:
    """Return sites, planned and done area and outlook by kind of demolition."""
    labels = {kind.kind: kind.label[say.language] for kind in content.settings.demolition}
    areas, ahead = LANGUAGES[say.language].areas, content.outlook.demolition
    elapsed = content.programme.elapsed
    return BookSheet.of(
        "demolition",
        say.plain("Demolition"),
        title=say.plain("Demolition by kind"),
        columns=[
            BookColumn(label=say.plain("Kind")),
            BookColumn.numbers(say.plain("Sites")),
            BookColumn.scaled(say.plain("Planned"), areas, places=1, note="assumed"),
            BookColumn.scaled(say.plain("Done"), areas, places=1),
            BookColumn.share(say.plain("Share")),
            BookColumn.share(
                say.plain("Against elapsed time"), unit=say.plain("percentage points"), note="gap"
            ),
            BookColumn.scaled(say.plain("Year-end, low"), areas, places=1, note="range"),
            BookColumn.scaled(say.plain("Year-end, median"), areas, places=1),
            BookColumn.scaled(say.plain("Year-end, high"), areas, places=1, note="range"),
        ],
        rows=[
            (
                labels.get(row["kind"], row["kind"]),
                row["sites"],
                row["planned"],
                row["done"],
                *(
                    (row["done"] / row["planned"], row["done"] / row["planned"] - elapsed)
                    if row["planned"]
                    else (NOT_APPLICABLE, NOT_APPLICABLE)
                ),
                *(ahead.total(level, kind=row["kind"]) for level in (0.1, 0.5, 0.9)),
            )
            for row in progress.demolition_by_kind(content.programme).to_dict("records")
        ],
        language=say.language,
        empty=say.plain("No demolition is reported."),
    )


def works(content: Content, say: Wording) -> BookSheet:
    """Return the physical works by kind, named as on the page where the page names them."""
    labels = {kind.kind: kind.label[say.language] for kind in content.settings.works}
    measures = {"count": "number", "metres": "metres", "square metres": "square metres"}
    return BookSheet.of(
        "works",
        say.plain("Works"),
        title=say.plain("Physical works by kind"),
        lines=[say.plain("Planned, done and completed are in the unit that each row names.")],
        columns=[
            BookColumn(label=say.plain("Kind")),
            BookColumn(label=say.plain("Unit of measure")),
            BookColumn.numbers(say.plain("Planned")),
            BookColumn.numbers(say.plain("Done")),
            BookColumn.numbers(say.plain("Completed"), note="completed"),
            BookColumn.numbers(say.plain("Number of projects")),
        ],
        rows=[
            (
                labels.get(row["kind"]) or content.settings.term(row["kind"], say.language),
                say.plain(measures[row["measure"]]),
                row["planned"],
                row["done"],
                row["completed"],
                row["projects"],
            )
            for row in progress.works_by_kind(content.programme).to_dict("records")
        ],
        language=say.language,
        empty=say.plain("No physical work is reported."),
    )
