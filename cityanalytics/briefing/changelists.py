"""Whole lists of what changed since the last briefing, for analysts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cityanalytics.briefing import display
from cityanalytics.briefing.changed import FIELDS, MILESTONES, STANDINGS, changed, moves
from cityanalytics.briefing.display import Table
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import original, part
from cityanalytics.briefing.sections.statement import replaced_by

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.language import Scale
    from cityanalytics.briefing.wording import Wording

    Row = Mapping[Hashable, Any]

#: Fields whose words the configuration may translate.
TERMS = ("category", "unit", "constraint")


@part("all-changes")
def all_changes(content: Content, say: Wording) -> Markup:
    """List every move, slip, adjusted plan, restated amount, and what units report otherwise."""
    if content.changes is None:
        return changed(content, say)
    listed = (table for table in _tables(content, say) if table.rows)
    return (
        changed(content, say)
        + moves(content, say, position=4)
        + Markup("").join(
            table.html(position, say.language) for position, table in enumerate(listed, start=5)
        )
    )


def _tables(content: Content, say: Wording) -> Iterator[Table]:
    changes = content.changes
    if changes is None:
        return
    amounts, areas = LANGUAGES[say.language].minor, LANGUAGES[say.language].areas[0]
    measured = changes.restated["measure"] == "demolition"
    yield _slips(content, say, changes.slips)
    yield _plans(content, say, changes.plans, amounts)
    yield _restated(say, changes.restated[~measured], amounts)
    yield _restated(say, changes.restated[measured], areas)
    yield Table.of(
        columns=[say("Project"), say("Then"), say("Now")],
        rows=[
            (_own(row["project"]), say(STANDINGS[row["old"]]), say(STANDINGS[row["new"]]))
            for row in changes.corrected.to_dict("records")
        ],
    ).caption(say("Stages of the earlier day that were corrected"))
    yield _said(content, say, changes.said)


def _slips(content: Content, say: Wording, rows: pd.DataFrame) -> Table:
    labels = ("Project", "Unit", "Milestone", "Expected then", "Expected now", "Slip", "Planned date moved")
    cells = [
        (
            _own(row["project"]),
            content.settings.term(row["unit"], say.language),
            say(MILESTONES[row["milestone"]]),
            _day(row["expected_before"], say),
            _day(row["expected_after"], say),
            row["slip"],
            row["replanned"],
        )
        for row in rows.to_dict("records")
    ]
    table = Table.of(columns=[say(label) for label in labels], rows=cells)
    return table.caption(say("Slipped: start and finish"), unit=say("days")).numeric(5, 6)


def _plans(content: Content, say: Wording, rows: pd.DataFrame, scale: Scale) -> Table:
    cells = [
        (
            _own(row["project"]),
            content.settings.term(row["unit"], say.language),
            row["original"],
            row["old"],
            row["new"],
        )
        for row in rows.to_dict("records")
    ]
    labels = ("Project", "Unit", "Original", "Then", "Now")
    table = Table.of(columns=[say(label) for label in labels], rows=cells)
    return table.caption(say("Annual plans adjusted"), unit=scale.unit).numeric(
        2, 3, 4, places=1, per=scale.per
    )


def _restated(say: Wording, rows: pd.DataFrame, scale: Scale) -> Table:
    cells = [
        (
            _own(row["subject"]),
            _day(row["period_end"], say),
            row["old"],
            row["new"],
            replaced_by(row, say),
        )
        for row in rows.to_dict("records")
    ]
    labels = ("What", "Period until", "Then", "Now", "Replaced by")
    table = Table.of(columns=[say(label) for label in labels], rows=cells)
    title = say("Restated history: old and new value, and what replaced it")
    return table.caption(title, unit=scale.unit).numeric(2, 3, places=2, per=scale.per)


def _said(content: Content, say: Wording, rows: pd.DataFrame) -> Table:
    cells = [
        (
            _own(row["project"]),
            say(FIELDS[row["field"]]),
            *(
                content.settings.term(row[name], say.language)
                if row["field"] in TERMS and isinstance(row[name], str)
                else original(row[name])
                for name in ("old", "new")
            ),
        )
        for row in rows.to_dict("records")
    ]
    labels = ("Project", "What", "Then", "Now")
    table = Table.of(columns=[say(label) for label in labels], rows=cells)
    return table.caption(say("Reported otherwise: names, persons, units, constraints"))


def _own(text: str) -> Markup:
    return original(text) or Markup()


def _day(day: object, say: Wording) -> str | None:
    return display.date_text(day.date(), say.language) if isinstance(day, pd.Timestamp) else None
