"""Sheet of every change of a project since the last briefing, kind by kind, with the cells before and now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from cityanalytics.briefing.changed import FIELDS, MILESTONES, STANDINGS, changed
from cityanalytics.briefing.changelists import TERMS
from cityanalytics.briefing.frames import held_up
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import NOT_APPLICABLE
from cityanalytics.briefing.spreadsheet import DAY, BookColumn, BookSheet
from cityanalytics.programme.changes import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.spreadsheet import Given
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.programme.changes import Changes

#: What moved of a milestone, as a kind of change: its date as planned, and as it is to be expected.
DATES = {
    ("planned", "start"): "Planned start",
    ("planned", "finish"): "Planned finish",
    ("expected", "start"): "Expected start",
    ("expected", "finish"): "Expected finish",
}
#: Fields whose own cell a project's row holds; the others stand in the cell of its name.
_CELLS = {"constraint": "constraint_cell"}


@dataclass(frozen=True, kw_only=True)
class _Change:
    """A change of a project; `format` and `unit` are those of its two values, empty where they are words."""

    kind: str
    project: str
    old: Given
    new: Given
    cells: tuple[Given, Given]
    unit: str = ""
    format: str = ""
    days: Given = NOT_APPLICABLE


def changes(content: Content, say: Wording) -> BookSheet:
    """Return every change of a project, kind by kind, with the cells before and now."""
    name, found = say.plain("Changes"), content.changes
    if found is None:
        return BookSheet(
            id="changes",
            name=name,
            title=say.plain("Every change of a project"),
            lines=tuple(_sentences(content, say)),
        )
    listed = [
        change for kind in (_scope, _stages, _plans, _dates, _said) for change in kind(found, content, say)
    ]
    late = set(held_up(content)["project"])
    told = {
        field: {**_last(found.before.traced, field), **_last(found.after.traced, field)}
        for field in ("unit", "difficulty", "note")
    }
    formats = tuple(change.format for change in listed)
    rows: list[tuple[Given, ...]] = []
    for change in listed:
        difficulty, note = (told[field].get(change.project) for field in ("difficulty", "note"))
        asked = None if change.project in late else NOT_APPLICABLE
        rows.append(
            (
                change.kind,
                change.project,
                _term(told["unit"].get(change.project), content, say),
                change.old,
                change.new,
                change.unit or NOT_APPLICABLE,
                change.days,
                asked if pd.isna(difficulty) else difficulty,
                note,
                *change.cells,
            )
        )
    return BookSheet.of(
        "changes",
        name,
        title=say.plain("Every change of a project"),
        lines=[
            *_sentences(content, say),
            say.plain("Values are in the unit that each row names; days below zero: moved earlier."),
        ],
        columns=[
            BookColumn(label=say.plain("Kind of change")),
            BookColumn(label=say.plain("Project")),
            BookColumn(label=say.plain("Unit")),
            BookColumn(label=say.plain("Old value"), formats=formats),
            BookColumn(label=say.plain("New value"), formats=formats),
            BookColumn(label=say.plain("Unit of measure")),
            BookColumn.numbers(say.plain("Slip"), unit=say.plain("days"), note="expected"),
            BookColumn(label=say.plain("Difficulty")),
            BookColumn(label=say.plain("Remark")),
            BookColumn(label=say.plain("Cell before")),
            BookColumn(label=say.plain("Cell now")),
        ],
        rows=rows,
        language=say.language,
        empty=say.plain("Nothing has changed."),
    )


def _scope(found: Changes, _: Content, say: Wording) -> Iterator[_Change]:
    for kind, table in (("Added", found.added), ("Dropped", found.dropped)):
        for row in table.to_dict("records"):
            yield _Change(
                kind=say.plain(kind),
                project=row["project"],
                old=_standing(row["before"], say),
                new=_standing(row["after"], say),
                cells=(
                    NOT_APPLICABLE if row["before"] == ABSENT else row["before_cell"],
                    NOT_APPLICABLE if row["after"] == ABSENT else row["after_cell"],
                ),
            )


def _stages(found: Changes, _: Content, say: Wording) -> Iterator[_Change]:
    moved = found.moved.rename(
        columns={"before": "old", "after": "new", "before_cell": "old_cell", "after_cell": "new_cell"}
    )
    for kind, table in (("Stage", moved), ("Stage of the earlier day corrected", found.corrected)):
        for row in table.to_dict("records"):
            yield _Change(
                kind=say.plain(kind),
                project=row["project"],
                old=_standing(row["old"], say),
                new=_standing(row["new"], say),
                cells=(row["old_cell"], row["new_cell"]),
            )


def _plans(found: Changes, _: Content, say: Wording) -> Iterator[_Change]:
    column = BookColumn.scaled("", LANGUAGES[say.language].amounts, at=1, places=1)
    for row in found.plans.to_dict("records"):
        old, new = (column.cell(row[end], say.language) for end in ("old", "new"))
        yield _Change(
            kind=say.plain("Annual plan"),
            project=row["project"],
            old=old,
            new=new,
            cells=(row["old_cell"], row["new_cell"]),
            unit=column.unit,
            format=column.format,
        )


def _dates(found: Changes, _: Content, say: Wording) -> Iterator[_Change]:
    for moved, days in (("planned", "replanned"), ("expected", "slip")):
        table = found.slips[found.slips[days].fillna(0) != 0].sort_values(
            [days, "project", "milestone"], ascending=[False, True, True]
        )
        for milestone in MILESTONES:
            for row in table[table["milestone"] == milestone].to_dict("records"):
                now = "after_cell" if moved == "expected" else "planned_after_cell"
                yield _Change(
                    kind=say.plain(DATES[moved, milestone]),
                    project=row["project"],
                    old=row[f"{moved}_before"],
                    new=row[f"{moved}_after"],
                    cells=(row["planned_before_cell"], row[now]),
                    format=DAY,
                    days=row[days],
                )


def _said(found: Changes, content: Content, say: Wording) -> Iterator[_Change]:
    cells = {
        field: [
            _last(programme.traced, _CELLS.get(field, "project_cell"))
            for programme in (found.before, found.after)
        ]
        for field in FIELDS
    }
    for row in found.said.to_dict("records"):
        field = row["field"]
        old, new = (_term(row[end], content, say) if field in TERMS else row[end] for end in ("old", "new"))
        before, now = (held.get(row["project"]) for held in cells[field])
        yield _Change(
            kind=say.plain(FIELDS[field]), project=row["project"], old=old, new=new, cells=(before, now)
        )


def _sentences(content: Content, say: Wording) -> Sequence[str]:
    """Return the page's own words of what changed, a sentence a line: a cell does not show a long text whole."""
    said = re.split(r"(?<=。)|(?<=\.)\s+(?=[A-Z])", str(changed(content, say).striptags()))
    return [sentence.strip() for sentence in said if sentence.strip()]


def _last(projects: pd.DataFrame, field: str) -> Mapping[Any, Any]:
    """Return a field by project: of one that was handed over, its last unit's."""
    rows = projects.sort_values("quarter", kind="stable")
    return dict(zip(rows["project"], rows[field], strict=True))


def _standing(name: str, say: Wording) -> Given:
    return NOT_APPLICABLE if name == ABSENT else say.plain(STANDINGS[name])


def _term(text: object, content: Content, say: Wording) -> str | None:
    return content.settings.term(text, say.language) if isinstance(text, str) else None
