"""Every column that can be shown, declared once: its values, what it is called, how it is shown, where it stands.

Labels are English; the catalogue holds the other languages. A table (`tables.py`) names the fields that it shows.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from typing import Any

from cityanalytics.briefing.formats import (
    Chance,
    Day,
    Format,
    Number,
    Points,
    Share,
    Term,
    Text,
    Word,
    amounts,
)
from cityanalytics.briefing.number import MISSING, NOT_APPLICABLE, Absent


@dataclass(frozen=True)
class Field:
    """A column that can be shown.

    Parameters
    ----------
    key
        The column of the frame that holds its values.
    label
        What it is called: an English sentence of the catalogue.
    format
        How its values are shown.
    brief
        A shorter label, for where room is short: page, notebook, terminal.
    note
        Key of the companion workbook's note that its header refers to.
    absent
        What a missing value is called: a sentence, or why it is not there.
    applies
        A column that says in which rows a value can be; in the others a missing one is not applicable.
    on_page
        Whether it stands on the page, in the notebook and on the terminal.
    on_sheet
        Whether it stands in the companion workbook.
    """

    key: str
    label: str
    format: Format = Text()  # noqa: RUF009 - frozen
    _: KW_ONLY
    brief: str = ""
    note: str = ""
    absent: Absent | str = MISSING
    applies: str = ""
    on_page: bool = True
    on_sheet: bool = True

    def but(self, **changes: Any) -> Field:  # noqa: ANN401 - of any field
        """Return it with something else."""
        return replace(self, **changes)


def on_page(*fields: Field) -> tuple[Field, ...]:
    """Return columns that the companion workbook leaves out."""
    return tuple(field.but(on_sheet=False) for field in fields)


def on_sheet(*fields: Field) -> tuple[Field, ...]:
    """Return columns that the companion workbook alone has room for."""
    return tuple(field.but(on_page=False) for field in fields)


# --- what a row is

PROJECT = Field("project", "Project", Text(own=True))
UNIT = Field("unit", "Unit", Term())
CATEGORY = Field("category", "Category", Term())

# --- plan, done, and what is short of elapsed time

PROJECTS = Field("projects", "Number of projects", Number())
PLAN = Field("plan", "Plan", amounts(places=2))
DONE = Field("done", "Done", amounts(places=2))
SHARE = Field("share", "Share", Share(), applies="planned")
AGAINST = Field("against", "Against elapsed time", Points(), note="gap", applies="planned")
BEHIND = Field("behind", "Points behind", Points(), applies="planned")
SHORTFALL = Field("gap", "Shortfall", amounts(places=2), note="short")
PART = Field("part", "Of the gap", Share(), brief="Gap share", absent=NOT_APPLICABLE)
LIGHT = Field(
    "light",
    "State",
    Word(warns=frozenset({"behind", "far behind"})),
    brief="Light",
    note="state",
    applies="planned",
)

# --- what is expected

LOW = Field("p10", "Year-end, low", amounts(places=2), note="range")
MEDIAN = Field("p50", "Year-end, median", amounts(places=2))
HIGH = Field("p90", "Year-end, high", amounts(places=2), note="range")
CHANCE = Field("probability", "Chance of meeting the plan", Chance(), brief="Chance", absent=NOT_APPLICABLE)

# --- a project, as its unit reports it

PERSON = Field("responsible_person", "Responsible person", Text(own=True), brief="Person in charge")
STAGE = Field("stage", "Stage", Word())
SCHEDULE = Field("schedule", "Schedule as reported", Word(), applies="moving")
TOTAL_INVESTMENT = Field("total_investment", "Total investment", amounts(at=1))
PLAN_APPROVED = Field("plan_original", "Plan as approved", amounts(at=1))
PHYSICAL_PROGRESS = Field("physical_progress", "Physical progress", Share())
PLANNED_START = Field("planned_start", "Planned start", Day(long=True))
PLANNED_FINISH = Field("planned_finish", "Planned finish", Day(long=True))
ACTUAL_START = Field("actual_start", "Actual start", Day(long=True), applies="started")
ACTUAL_FINISH = Field("actual_finish", "Actual finish", Day(long=True), applies="completed")
LATEST_START = Field("latest_start", "Latest start", Day(long=True), note="latest", absent=NOT_APPLICABLE)
LATEST_FINISH = Field("latest_finish", "Latest finish", Day(long=True), note="latest", absent=NOT_APPLICABLE)
CONSTRAINT = Field("constraint", "Constraint", Term(), applies="held_up")
DIFFICULTY = Field("difficulty", "Difficulty", Text(own=True), applies="held_up")
REQUEST = Field("request", "Request", Text(own=True), applies="held_up")
DEADLINE = Field("deadline", "Deadline", Day(long=True), applies="held_up")
