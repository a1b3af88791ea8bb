"""Sheets that list projects: all of them, and the decisions that their units ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import NOT_APPLICABLE, Absent
from cityanalytics.briefing.sections.projects import held_up
from cityanalytics.briefing.spreadsheet import Column, Sheet
from cityanalytics.programme import progress
from cityanalytics.programme.schedule import latest_dates

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.spreadsheet import Given
    from cityanalytics.briefing.wording import Wording

#: Schedules that units report, as the page says them.
SCHEDULES = {"on schedule": "on schedule", "behind": "behind"}


def projects(content: Content, say: Wording) -> Sheet:
    """Return every project: the page has room for twelve."""
    table = latest_dates(
        progress.weighed(content.programme),
        obligations=content.settings.obligations,
        as_of=content.programme.as_of,
    ).sort_values(["gap", "project"], ascending=[False, True])
    late = set(held_up(content)["project"])
    amounts, term = LANGUAGES[say.language].amounts, content.settings.term
    rows = []
    for row in table.to_dict("records"):
        held: Absent | None = None if row["project"] in late else NOT_APPLICABLE
        started, completed = row["stage"] != "not started", row["stage"] == "completed"
        moving = row["stage"] in progress.UNDER_WAY
        rows.append(
            (
                row["project"],
                term(row["unit"], say.language),
                _word(row["category"], content, say),
                row["responsible_person"],
                _said(row["stage"], say),
                _said(SCHEDULES.get(row["schedule"]), say) if moving else NOT_APPLICABLE,
                row["total_investment"],
                row["plan_original"],
                row["plan"],
                row["done"],
                row["share"] if row["plan"] > 0 else NOT_APPLICABLE,
                row["gap"],
                row["physical_progress"],
                row["planned_start"],
                row["planned_finish"],
                row["actual_start"] if started else NOT_APPLICABLE,
                row["actual_finish"] if completed else NOT_APPLICABLE,
                *(_if_any(row[name], NOT_APPLICABLE) for name in ("latest_start", "latest_finish")),
                _if_any(_word(row["constraint"], content, say), held),
                *(_if_any(row[name], held) for name in ("difficulty", "request", "deadline")),
            )
        )
    return Sheet.of(
        "projects",
        say.plain("Projects"),
        title=say.plain("All projects, largest gap first"),
        lines=[say.plain("A row a project: {projects_total}.")],
        columns=[
            Column(label=say.plain("Project")),
            Column(label=say.plain("Unit")),
            Column(label=say.plain("Category")),
            Column(label=say.plain("Responsible person")),
            Column(label=say.plain("Stage")),
            Column(label=say.plain("Schedule as reported")),
            Column.scaled(say.plain("Total investment"), amounts, at=1, places=1),
            Column.scaled(say.plain("Plan as approved"), amounts, at=1, places=1),
            Column.scaled(say.plain("Plan"), amounts, at=1, places=1),
            Column.scaled(say.plain("Done"), amounts, at=1, places=1),
            Column.share(say.plain("Share")),
            Column.scaled(say.plain("Shortfall"), amounts, at=1, places=1, note="short"),
            Column.share(say.plain("Physical progress")),
            Column.days(say.plain("Planned start")),
            Column.days(say.plain("Planned finish")),
            Column.days(say.plain("Actual start")),
            Column.days(say.plain("Actual finish")),
            Column.days(say.plain("Latest start"), note="latest"),
            Column.days(say.plain("Latest finish"), note="latest"),
            Column(label=say.plain("Constraint")),
            Column(label=say.plain("Difficulty")),
            Column(label=say.plain("Request")),
            Column.days(say.plain("Deadline")),
        ],
        rows=rows,
        language=say.language,
    )


def decisions(content: Content, say: Wording) -> Sheet:
    """Return every request of the late and the not started projects, the largest gap first."""
    asked = held_up(content)
    asked = asked[asked["request"].notna()]
    return Sheet.of(
        "decisions",
        say.plain("Decisions"),
        title=say.plain("Decisions asked, largest gap first"),
        columns=[
            Column(label=say.plain("Project")),
            Column(label=say.plain("Unit")),
            Column(label=say.plain("Responsible person")),
            Column.scaled(
                say.plain("Shortfall"), LANGUAGES[say.language].amounts, at=1, places=1, note="short"
            ),
            Column(label=say.plain("Constraint")),
            Column(label=say.plain("Difficulty")),
            Column(label=say.plain("Request")),
            Column.days(say.plain("Deadline")),
            Column(label=say.plain("Deadline passed")),
        ],
        rows=[
            (
                row["project"],
                content.settings.term(row["unit"], say.language),
                row["responsible_person"],
                row["gap"],
                _word(row["constraint"], content, say),
                row["difficulty"],
                row["request"],
                row["deadline"],
                _passed(row["deadline"], content, say),
            )
            for row in asked.to_dict("records")
        ],
        language=say.language,
        empty=say.plain("No unit asks for a decision."),
    )


def _said(text: object, say: Wording) -> str | None:
    return say.plain(text) if isinstance(text, str) else None


def _word(text: object, content: Content, say: Wording) -> str | None:
    return content.settings.term(text, say.language) if isinstance(text, str) else None


def _if_any(value: Given, otherwise: Absent | None) -> Given:
    return otherwise if not isinstance(value, str | Absent) and pd.isna(value) else value


def _passed(day: object, content: Content, say: Wording) -> Given:
    if not isinstance(day, pd.Timestamp):
        return None
    return say.plain("yes") if day.date() < content.programme.known_on else say.plain("no")
