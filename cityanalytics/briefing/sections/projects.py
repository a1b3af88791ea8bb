"""[projects] Projects that weigh most: late and not started, with constraint, person and latest dates."""

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
    """Write the strip of all projects, the constraints, what changed, and the twelve that weigh most."""
    charts = content.charts["projects"].html(say.language)
    if "constraints" in content.charts:
        charts = side_by_side(charts, content.charts["constraints"].html(say.language))
    return charts + changed(content, say) + _moves(content, say) + _heaviest(content, say)


def _moves(content: Composed, say: Wording) -> Markup:
    """Return the moves between stages as a table: a row where projects stood, a column where they stand."""
    changes = content.changes
    if changes is None:
        return Markup()
    if changes.moved.empty and changes.added.empty and changes.dropped.empty:
        return paragraph(say("No project has moved to another stage."))
    return content.tables["transitions"].html(say.language)


def _heaviest(content: Composed, say: Wording) -> Markup:
    table = content.tables["held_up"]
    if table.rows.empty:
        return table.html(say.language)
    return table.html(say.language) + paragraph(
        say(
            "Latest start: what must end in the year, 31 December less its planned duration; all else must start by 31 December. All projects: briefing.xlsx."
        ),
        note=True,
    )
