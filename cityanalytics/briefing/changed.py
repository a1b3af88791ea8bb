"""What changed since the last briefing: moves between stages as a table, the rest in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing import display
from cityanalytics.briefing.blocks import side_by_side
from cityanalytics.briefing.display import Table
from cityanalytics.briefing.section import bullets, original, paragraph
from cityanalytics.briefing.since import stage_key
from cityanalytics.briefing.table import MOST_COLUMNS
from cityanalytics.programme.changes import ABSENT

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.programme.changes import Changes


def changed(content: Content, say: Wording, *, position: int) -> Markup:
    """Return the moves between stages beside what else changed; in a line where there is nothing to compare with."""
    changes = content.changes
    if changes is None:
        return paragraph(say("No earlier briefing of this year to compare with."))
    said = [_scope(changes, say), _slip(changes, say), _plans(changes, say), _restated(changes, say)]
    return side_by_side(moves(changes, say, position=position), bullets(said))


def moves(changes: Changes, say: Wording, *, position: int) -> Markup:
    """Return the moves between stages as a table: a row where projects stood, a column where they stand."""
    table = changes.transitions()
    labels = {ABSENT: say("No longer reported")}
    columns = [labels.get(name) or say(name.capitalize()) for name in table.columns]
    rows: list[list[display.Cell]] = [
        [
            say("Added") if before == ABSENT else say(before.capitalize()),
            *(
                say.figures[key].value if (key := stage_key(before, after)) in say.figures else 0
                for after in table.columns
            ),
        ]
        for before in table.index
    ]
    if len(columns) + 1 < MOST_COLUMNS:
        columns.append(say("All"))
        rows = [[*row, int(total)] for row, total in zip(rows, table.sum(axis=1), strict=True)]
    then = display.day_text(changes.before.as_of, say.language)
    shown = Table.of(columns=[say("Stood on {day}", day=then), *columns], rows=rows)
    return (
        shown.caption(
            say(
                "Where projects stood on {then} and stand on {now}",
                then=then,
                now=display.day_text(changes.after.as_of, say.language),
            ),
            unit=say("number of projects"),
        )
        .numeric(*range(1, len(columns) + 1))
        .html(position, say.language)
    )


def _scope(changes: Changes, say: Wording) -> Markup:
    day = display.date_text(changes.before.as_of, say.language)
    if len(changes.corrected):
        return say(
            "Since {day}: projects added {since_added}, no longer reported {since_dropped}, renamed {since_renamed}; stages of that day corrected {since_corrected}.",
            day=day,
        )
    return say(
        "Since {day}: projects added {since_added}, no longer reported {since_dropped}, renamed {since_renamed}.",
        day=day,
    )


def _slip(changes: Changes, say: Wording) -> Markup:
    later = changes.slipped()
    if later.empty:
        return say("No open start or finish has slipped; planned dates moved: {since_replanned}.")
    return say(
        "Slipped at start or finish: {since_slipped}, by a median of {since_slip_median} days; longest {since_slip_longest} days ({since_slip_longest_projects}, of them the largest plan: {worst}). Planned dates moved: {since_replanned}.",
        worst=original(later["project"].iloc[0]),
    )


def _plans(changes: Changes, say: Wording) -> Markup:
    if changes.plans.empty:
        return say("No annual plan was adjusted.")
    return say(
        "Annual plans adjusted: {since_adjusted}, from {since_adjusted_old} to {since_adjusted_new} together."
    )


def _restated(changes: Changes, say: Wording) -> Markup:
    if changes.restated.empty:
        return say("Nothing up to that day was stated again with another value.")
    return say(
        "Stated again for periods up to that day: {since_restated}, from {since_restated_old} to {since_restated_new} together; see the data statement."
    )
