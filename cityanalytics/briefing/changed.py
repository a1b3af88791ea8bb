"""What changed since the last briefing: moves between stages as a table, the rest in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cityanalytics.briefing import display
from cityanalytics.briefing.display import Table
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import original, paragraph
from cityanalytics.briefing.since import stage_key
from cityanalytics.briefing.table import MOST_COLUMNS
from cityanalytics.programme.changes import ABSENT, UNKNOWN

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.programme.changes import Changes


#: Where a project stands, as a heading; in the programme's own words otherwise.
STANDINGS = {
    "not started": "Not started",
    "under construction": "Under construction",
    "suspended": "Suspended",
    "completed": "Completed",
    UNKNOWN: "No status",
}
MILESTONES = {"start": "Start", "finish": "Finish"}
FIELDS = {
    "written_name": "Written name",
    "category": "Category",
    "unit": "Unit",
    "responsible_person": "Responsible person",
    "constraint": "Constraint",
}


def changed(content: Content, say: Wording) -> Markup:
    """Return what changed in words: scope, plans, slip, restated history; in a line where nothing can be compared."""
    changes = content.changes
    if changes is None:
        return paragraph(say("No earlier briefing of this year to compare with."))
    said = [_scope(changes, say), _slip(changes, say), _corrected(changes, say)]
    return paragraph(escape(LANGUAGES[say.language].space).join(filter(None, said)))


def moves(content: Content, say: Wording, *, position: int) -> Markup:
    """Return the moves between stages as a table: a row where projects stood, a column where they stand.

    Parameters
    ----------
    content, say, position
        The briefing's values, its words, the table's number on the page.
    """
    changes = content.changes
    if changes is None:
        return Markup()
    table = changes.transitions()
    stayed = [table.loc[name, name] for name in table.index if name in table.columns]
    if table.to_numpy().sum() == sum(stayed):
        return paragraph(say("No project has moved to another stage."))
    columns = [say("Dropped" if name == ABSENT else STANDINGS[name]) for name in table.columns]
    rows: list[list[display.Cell]] = [
        [
            say("Added" if before == ABSENT else STANDINGS[before]),
            *(_count(say, before, after) for after in table.columns),
        ]
        for before in table.index
    ]
    if len(columns) + 1 < MOST_COLUMNS:
        columns.append(say("All"))
        rows = [[*row, int(table.loc[before].sum())] for before, row in zip(table.index, rows, strict=True)]
    then, now = (
        display.day_text(programme.as_of, say.language) for programme in (changes.before, changes.after)
    )
    return (
        Table.of(columns=[say("Stood on {day}", day=then), *columns], rows=rows)
        .caption(
            say("Where projects stood on {then} and stand on {now}", then=then, now=now),
            unit=say("number of projects"),
        )
        .numeric(*range(1, len(columns) + 1))
        .html(position, say.language)
    )


def _count(say: Wording, before: str, after: str) -> float:
    figure = say.figures.get(stage_key(before, after))
    return 0.0 if figure is None or figure.value is None else figure.value


def _scope(changes: Changes, say: Wording) -> Markup:
    day = display.date_text(changes.before.as_of, say.language)
    if changes.restated.empty:
        return say(
            "Since {day}: projects added {since_added}, dropped {since_dropped}, "
            "renamed {since_renamed}; plans adjusted {since_adjusted}; "
            "planned dates moved {since_replanned}; nothing restated.",
            day=day,
        )
    return say(
        "Since {day}: projects added {since_added}, dropped {since_dropped}, "
        "renamed {since_renamed}; plans adjusted {since_adjusted}; "
        "planned dates moved {since_replanned}; amounts restated {since_restated} "
        "({since_restated_old}, now {since_restated_new}).",
        day=day,
    )


def _slip(changes: Changes, say: Wording) -> Markup:
    later = changes.slipped()
    if later.empty:
        return say("No open start or finish has slipped.")
    return say(
        "Starts or finishes slipped: {since_slipped}; days slipped: median {since_slip_median}, "
        "longest {since_slip_longest} (in {since_slip_longest_projects} of them; the largest plan: {worst}); "
        "what is still open counts to the day after the data date.",
        worst=original(later["project"].iloc[0]),
    )


def _corrected(changes: Changes, say: Wording) -> Markup:
    if changes.corrected.empty:
        return Markup()
    return say("Stages of that day corrected since: {since_corrected}.")
