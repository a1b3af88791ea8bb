"""Sheets by group: categories, responsible units, constraints, demolition by kind, physical works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.lights import light
from cityanalytics.briefing.number import NOT_APPLICABLE
from cityanalytics.briefing.spreadsheet import Column, Sheet
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.spreadsheet import Given
    from cityanalytics.briefing.wording import Wording


def categories(content: Content, say: Wording) -> Sheet:
    """Return plan, investment, gap and outlook by category."""
    return _groups(
        content,
        say,
        "category",
        Sheet(
            id="categories", name=say.plain("Categories"), title=say.plain("By category, largest gap first")
        ),
    )


def units(content: Content, say: Wording) -> Sheet:
    """Return plan, investment, gap and outlook by responsible unit."""
    return _groups(
        content,
        say,
        "unit",
        Sheet(id="units", name=say.plain("Units"), title=say.plain("By responsible unit, largest gap first")),
    )


def _groups(content: Content, say: Wording, by: str, head: Sheet) -> Sheet:
    table = progress.by(content.programme, by)
    total = float(table.loc[table["gap"] > 0, "gap"].sum())
    ahead = content.outlook.by(by).set_index(by)
    amounts, places = LANGUAGES[say.language].amounts, 2
    rows: list[tuple[Given, ...]] = []
    for row in table.to_dict("records"):
        planned, expected = row["plan"] > 0, ahead.loc[row[by]]
        shown = light(row["behind"], content.settings.lights) if planned else None
        rows.append(
            (
                content.settings.term(row[by], say.language),
                row["projects"],
                row["plan"],
                row["done"],
                row["share"] if planned else NOT_APPLICABLE,
                -row["behind"] if planned else NOT_APPLICABLE,
                row["gap"],
                row["gap"] / total if row["gap"] > 0 and total else NOT_APPLICABLE,
                *(float(expected[name]) for name in ("p10", "p50", "p90")),
                float(expected["probability"]) if planned else NOT_APPLICABLE,
                say.plain(shown) if shown else NOT_APPLICABLE,
            )
        )
    return Sheet.of(
        head.id,
        head.name,
        title=head.title,
        lines=[say.plain("The page shows the median alone; here each has its own 80% range.")],
        columns=[
            Column(label=say.plain("Category") if by == "category" else say.plain("Unit")),
            Column.numbers(say.plain("Number of projects")),
            Column.scaled(say.plain("Plan"), amounts, places=places),
            Column.scaled(say.plain("Done"), amounts, places=places),
            Column.share(say.plain("Share")),
            Column.share(say.plain("Against elapsed time"), unit=say.plain("percentage points"), note="gap"),
            Column.scaled(say.plain("Shortfall"), amounts, places=places, note="short"),
            Column.share(say.plain("Of the gap")),
            Column.scaled(say.plain("Year-end, low"), amounts, places=places, note="range"),
            Column.scaled(say.plain("Year-end, median"), amounts, places=places),
            Column.scaled(say.plain("Year-end, high"), amounts, places=places, note="range"),
            Column.chances(say.plain("Chance of meeting the plan")),
            Column(label=say.plain("State"), note="state"),
        ],
        rows=rows,
        language=say.language,
    )


def constraints(content: Content, say: Wording) -> Sheet:
    """Return the late and the not started projects by the constraint that their units report."""
    table = progress.by_constraint(content.programme)
    total = float(table.loc[table["gap"] > 0, "gap"].sum())
    return Sheet.of(
        "constraints",
        say.plain("Constraints"),
        title=say.plain("Gap of the late and the not started projects, by the constraint reported"),
        columns=[
            Column(label=say.plain("Constraint")),
            Column.numbers(say.plain("Number of projects")),
            Column.scaled(say.plain("Shortfall"), LANGUAGES[say.language].amounts, places=2, note="short"),
            Column.share(say.plain("Of the gap")),
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


def demolition(content: Content, say: Wording) -> Sheet:
    """Return sites, planned and done area and outlook by kind of demolition."""
    labels = {kind.kind: kind.label[say.language] for kind in content.settings.demolition}
    areas, ahead = LANGUAGES[say.language].areas, content.outlook.demolition
    elapsed = content.programme.elapsed
    return Sheet.of(
        "demolition",
        say.plain("Demolition"),
        title=say.plain("Demolition by kind"),
        columns=[
            Column(label=say.plain("Kind")),
            Column.numbers(say.plain("Sites")),
            Column.scaled(say.plain("Planned"), areas, places=1, note="assumed"),
            Column.scaled(say.plain("Done"), areas, places=1),
            Column.share(say.plain("Share")),
            Column.share(say.plain("Against elapsed time"), unit=say.plain("percentage points"), note="gap"),
            Column.scaled(say.plain("Year-end, low"), areas, places=1, note="range"),
            Column.scaled(say.plain("Year-end, median"), areas, places=1),
            Column.scaled(say.plain("Year-end, high"), areas, places=1, note="range"),
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


def works(content: Content, say: Wording) -> Sheet:
    """Return the physical works by kind, named as on the page where the page names them."""
    labels = {kind.kind: kind.label[say.language] for kind in content.settings.works}
    measures = {"count": "number", "metres": "metres", "square metres": "square metres"}
    return Sheet.of(
        "works",
        say.plain("Works"),
        title=say.plain("Physical works by kind"),
        lines=[say.plain("Planned, done and completed are in the unit that each row names.")],
        columns=[
            Column(label=say.plain("Kind")),
            Column(label=say.plain("Unit of measure")),
            Column.numbers(say.plain("Planned")),
            Column.numbers(say.plain("Done")),
            Column.numbers(say.plain("Completed"), note="completed"),
            Column.numbers(say.plain("Number of projects")),
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
