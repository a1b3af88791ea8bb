"""[projects] The late and the not started that weigh most; [changes] all projects, and what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing.blocks import side_by_side
from cityanalytics.briefing.changed import changed
from cityanalytics.briefing.section import paragraph, part

if TYPE_CHECKING:
    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording


@part("projects")
def projects(content: Composed, say: Wording) -> Markup:
    """Write the twelve that weigh most."""
    return content.tables["held_up"].html(say.language)


@part("changes")
def changes(content: Composed, say: Wording) -> Markup:
    """Write the strip of all projects, and what changed."""
    return side_by_side(
        content.charts["projects"].html(say.language),
        changed(content, say) + _moves(content, say),
    ) + paragraph(
        say(
            "Latest start: 31 December less the days that such projects take to end, where it must end in the year, and to spend this year's plan. All projects: briefing.xlsx."
        ),
        note=True,
    )


def _moves(content: Composed, say: Wording) -> Markup:
    """Return the moves between stages as a table: a row where projects stood, a column where they stand."""
    changes = content.changes
    if changes is None:
        return Markup()
    if changes.moved.empty and changes.added.empty and changes.dropped.empty:
        return paragraph(say("No project has moved to another stage."))
    return content.tables["transitions"].html(say.language)
