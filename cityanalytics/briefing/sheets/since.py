"""Sheets of what changed since the last briefing: moves between stages, every change, every amount restated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from cityanalytics.briefing import display
from cityanalytics.briefing.changed import FIELDS, MILESTONES, STANDINGS, changed
from cityanalytics.briefing.changelists import TERMS
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import NOT_APPLICABLE
from cityanalytics.briefing.sections.projects import held_up
from cityanalytics.briefing.sections.statement import replaced_by
from cityanalytics.briefing.spreadsheet import DAY, Column, Sheet
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
#: What is restated, as a measure.
MEASURES = {
    "investment": "Investment",
    "demolition": "Demolition",
    "earlier year": "Investment of an earlier year",
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


def transitions(content: Content, say: Wording) -> Sheet:
    """Return how many projects stood where and stand where, all rows; the page leaves unchanged ones out."""
    name, changes = say.plain("Stage changes"), content.changes
    if changes is None:
        return _nothing("transitions", name, say.plain("Where projects stood and stand"), content, say)
    table = changes.transitions()
    then, now = (
        display.date_text(programme.as_of, say.language) for programme in (changes.before, changes.after)
    )
    unit = say.plain("number of projects")
    return Sheet.of(
        "transitions",
        name,
        title=say.plain("Where projects stood on {then} and stand on {now}", then=then, now=now),
        columns=[
            Column(label=say.plain("Stood on {day}", day=then)),
            *(
                Column.numbers(say.plain("Dropped" if after == ABSENT else STANDINGS[after]), unit=unit)
                for after in table.columns
            ),
            Column.numbers(say.plain("All"), unit=unit),
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


def changes(content: Content, say: Wording) -> Sheet:
    """Return every change of a project, kind by kind, with the cells before and now."""
    name, found = say.plain("Changes"), content.changes
    if found is None:
        return _nothing("changes", name, say.plain("Every change of a project"), content, say)
    listed = [
        change for kind in (_scope, _stages, _plans, _dates, _said) for change in kind(found, content, say)
    ]
    late = set(held_up(content)["project"])
    told = {
        field: {**_last(found.before.projects, field), **_last(found.after.projects, field)}
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
    return Sheet.of(
        "changes",
        name,
        title=say.plain("Every change of a project"),
        lines=[
            *_sentences(content, say),
            say.plain("Values are in the unit that each row names; days below zero: moved earlier."),
        ],
        columns=[
            Column(label=say.plain("Kind of change")),
            Column(label=say.plain("Project")),
            Column(label=say.plain("Unit")),
            Column(label=say.plain("Old value"), formats=formats),
            Column(label=say.plain("New value"), formats=formats),
            Column(label=say.plain("Unit of measure")),
            Column.numbers(say.plain("Slip"), unit=say.plain("days"), note="expected"),
            Column(label=say.plain("Difficulty")),
            Column(label=say.plain("Remark")),
            Column(label=say.plain("Cell before")),
            Column(label=say.plain("Cell now")),
        ],
        rows=rows,
        language=say.language,
        empty=say.plain("Nothing has changed."),
    )


def restated(content: Content, say: Wording) -> Sheet:
    """Return what is now said otherwise of the time up to the last briefing: amounts, areas, earlier years."""
    name, title = (
        say.plain("Restated"),
        say.plain("Restated history: old and new value, and what replaced it"),
    )
    if content.changes is None:
        return _nothing("restated", name, title, content, say)
    rules = LANGUAGES[say.language]
    amount, area = (
        Column.scaled("", scales, at=at, places=places)
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
                _term(row["unit"], content, say) if isinstance(row["unit"], str) else NOT_APPLICABLE,
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
    return Sheet.of(
        "restated",
        name,
        title=title,
        lines=[say.plain("Values are in the unit that each row names.")],
        columns=[
            Column(label=say.plain("What")),
            Column(label=say.plain("Measure")),
            Column(label=say.plain("Unit")),
            Column.days(say.plain("Period from")),
            Column.days(say.plain("Period until")),
            Column(label=say.plain("Before"), format=amount.format, formats=formats),
            Column(label=say.plain("Now"), format=amount.format, formats=formats),
            Column(label=say.plain("Unit of measure")),
            Column.days(say.plain("Received")),
            Column(label=say.plain("Replaced by")),
            Column(label=say.plain("Cell before")),
            Column(label=say.plain("Cell now")),
        ],
        rows=rows,
        language=say.language,
        empty=say.plain("Nothing has been restated."),
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
    column = Column.scaled("", LANGUAGES[say.language].amounts, at=1, places=1)
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
            _last(programme.projects, _CELLS.get(field, "project_cell"))
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


def _nothing(id_: str, name: str, title: str, content: Content, say: Wording) -> Sheet:
    return Sheet(id=id_, name=name, title=title, lines=tuple(_sentences(content, say)))


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
