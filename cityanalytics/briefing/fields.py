"""Every column that can be shown, declared once: its values, what it is called, how it is shown, where it stands.

Labels are English; the catalogue holds the other languages. A table (`tables.py`) names the fields that it shows.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, replace
from typing import Any

from cityanalytics.briefing.formats import (
    AsShown,
    Chance,
    Day,
    FigureName,
    Format,
    KindName,
    Measured,
    Points,
    Quantity,
    Share,
    Term,
    Text,
    Truth,
    UnitOf,
    Word,
    amounts,
    areas,
    paces,
)
from cityanalytics.briefing.number import MISSING, NOT_APPLICABLE, Absent
from cityanalytics.briefing.terms import DROPPED, STANDINGS


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
KIND = Field("kind", "Kind", KindName())
MEASURE = Field("what", "Measure", Word(kind="kind"))
DAY = Field("day", "Day", Day(long=True))
DATA_DATE = Field("as_of", "Data date", Day(long=True))
QUARTER = Field("quarter", "Quarter", absent=NOT_APPLICABLE)
FILE = Field("file", "File", absent=NOT_APPLICABLE)

# --- plan, done, and what is short of elapsed time

PROJECTS = Field("projects", "Number of projects", Quantity(), brief="Number")
SITES = Field("sites", "Sites", Quantity())
PLAN = Field("plan", "Plan", amounts(places=2))
DONE = Field("done", "Done", amounts(places=2))
SHARE = Field("share", "Share", Share(), applies="planned")
AGAINST = Field("against", "Against elapsed time", Points(), note="gap", applies="planned")
GAP = Field("against", "Gap", Points(signed=True), note="gap", applies="planned")
BEHIND = Field("behind", "Points behind", Points(), applies="planned")
SHORTFALL = Field("gap", "Shortfall", amounts(places=2), note="short")
LACKING = Field("lacking", "Shortfall", amounts(places=2), note="short", absent=NOT_APPLICABLE)
PART = Field("part", "Of the gap", Share(), brief="Part", absent=NOT_APPLICABLE)
LIGHT = Field(
    "light",
    "State",
    Word(warns=frozenset({"behind", "far behind"})),
    brief="Light",
    note="state",
    applies="planned",
)
PLANNED_AREA = Field("planned_area", "Planned", areas(), note="assumed")
DONE_AREA = Field("done", "Done", areas())
#: Investment and areas in one column; the measure stands beside them.
MEASURED = Measured("measure", {"yuan": amounts(), "square metres": areas()})
PLAN_OF_MEASURE = Field("plan", "Plan", MEASURED, note="assumed")
DONE_OF_MEASURE = Field("done", "Done", MEASURED)
UNIT_OF_MEASURED = Field("measure", "Unit of measure", UnitOf(MEASURED))
PLANNED_WORK = Field("planned", "Planned", Quantity())
DONE_WORK = Field("done", "Done", Quantity())
COMPLETED_WORK = Field("completed", "Completed", Quantity(), note="completed")
WORK_MEASURE = Field("measure", "Unit of measure", Word(), brief="Measure")

# --- what is expected

LOW = Field("p10", "Low", amounts(), note="range")
MEDIAN = Field("p50", "Median", amounts())
HIGH = Field("p90", "High", amounts(), note="range")
YEAR_END_LOW = Field("p10", "Year-end, low", amounts(places=2), note="range")
YEAR_END_MEDIAN = Field("p50", "Year-end, median", amounts(places=2))
YEAR_END_HIGH = Field("p90", "Year-end, high", amounts(places=2), note="range")
CHANCE = Field("probability", "Chance of meeting the plan", Chance(), brief="Chance", absent=NOT_APPLICABLE)
CLASS_USED = Field("called", "Reference class", Word(gaps=("name",)))
CLASS = Field("name", "Reference class", Word())
USED = Field("used", "Used in the briefing", Truth())
SCENARIO = Field("scenario", "Scenario", Word())
MEDIAN_OF_YEAR = Field("p50", "Expected for the year", amounts())
FACTOR = Field("pace", "Pace against base", Quantity(2, unit="times"))
GAINED = Field("gained", "Adds if granted at once", amounts(places=2, signed=True), absent=NOT_APPLICABLE)
CHANCE_GAINED = Field("points", "Points of the chance", Points(0, signed=True), absent=NOT_APPLICABLE)
SENTENCE = Field("sentence", "What it means", Word())
STEP = Field("step", "Step", Word(gaps=("day",)))
CHANGE = Field("change", "Change", amounts(signed=True), note="steps", absent=NOT_APPLICABLE)
CHANGE_OF_CHANCE = Field(
    "points",
    "Change of the chance",
    Points(0, signed=True),
    brief="Points",
    note="steps",
    absent=NOT_APPLICABLE,
)
PLAN_BY_TIME = Field("plan", "Plan by elapsed time", amounts(places=2))
ACTUAL = Field("actual", "Actual", amounts(places=2), absent=NOT_APPLICABLE)
PATH_LOW = Field("p10", "Low", amounts(places=2), note="range", absent=NOT_APPLICABLE)
PATH_MEDIAN = Field("p50", "Median", amounts(places=2), absent=NOT_APPLICABLE)
PATH_HIGH = Field("p90", "High", amounts(places=2), note="range", absent=NOT_APPLICABLE)
PACE = Field("pace", "Pace", Word())
BY_DAYS = Field("calendar", "By calendar days", paces(), absent=NOT_APPLICABLE)
BY_WORKING_DAYS = Field("working", "By working days", paces(), absent=NOT_APPLICABLE)

RULER = Field("ruler", "Basis", Word())
YEAR_END = Field("p50", "Year's end", amounts())
BEYOND = Field("beyond", "Against the plan", amounts(signed=True), absent=NOT_APPLICABLE)

# --- earlier forecasts

PUBLISHED = Field("published_on", "Published", Day(long=True, passed="hindcast", passing="{day} (hindcast)"))
KIND_OF_FORECAST = Field(
    "hindcast",
    "Kind of forecast",
    Truth("hindcast, not counted", "published in time"),
    note="hindcast",
)
YEARS_TOTAL = Field("outcome", "Year's total", amounts(), absent="not closed")
IN_THE_BAND = Field("inside", "In the band", Truth("inside", "outside"), absent="not closed")
PUBLISHED_BY = Field("by", "Published by")
KNOWN_THEN = Field("known_on", "Known then", Day(long=True))
METHOD = Field("method", "Method")
MONTH = Field("month", "Month", Quantity())
YEARS_TESTED = Field("years", "Years tested", Quantity())
TYPICAL_ERROR = Field("typical", "Typical error", Share())
LOSS = Field("loss", "Loss", Quantity(2), absent=NOT_APPLICABLE)
COVERAGE = Field("coverage", "Share in the band", Share(0))

# --- a project, as its unit reports it

ANSWERS = Field("answers", "Who answers", Term())
OFFICE = Field("office", "Office or matter", Term())
STAKE = Field("short", "Expected shortfall", amounts(places=2))
BY_WHEN = Field("by_when", "Decide by", Word(gaps=("gone", "overdue", "deadline", "latest", "waits")))
GONE = Field("gone", "Of these overdue", Quantity())
DAYS_OVERDUE = Field("overdue", "Days overdue", Quantity(unit="days"), absent=NOT_APPLICABLE)
FIRST_DEADLINE = Field("deadline", "First deadline", Day(long=True), absent=NOT_APPLICABLE)
LATEST = Field("latest", "Latest day to decide", Day(long=True), absent=NOT_APPLICABLE)
WAITS = Field("waits", "Lost by a week's delay", amounts(places=2), absent=NOT_APPLICABLE)
PERSON = Field(
    "responsible_person", "Responsible person", Text(own=True, term=True), brief="Person in charge"
)
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
REQUEST = Field("request", "Request", Text(own=True, term=True), applies="held_up")
DEADLINE = Field(
    "deadline", "Deadline", Day(passed="passed", passing="{day}, passed", warns=True), applies="held_up"
)
DEADLINE_PASSED = Field("gone", "Deadline passed", Truth())

# --- what changed, and what was stated again

STOOD = Field("before", "Stood on {day}", Word())
STAND = tuple(
    Field(standing, label, Quantity(unit="number of projects"))
    for standing, label in (STANDINGS | DROPPED).items()
)
ALL = Field("all", "All", Quantity(unit="number of projects"))
#: A value before or now, whatever it is of; the measure stands beside it.
MIXED = Measured(
    "measure",
    {
        "yuan": amounts(at=1),
        "day": Day(long=True),
        "word": Word(),
        "term": Term(),
        "text": Text(own=True),
    },
)
KIND_OF_CHANGE = Field("kind", "Kind of change", Word())
OLD_VALUE = Field("old", "Old value", MIXED, applies="was")
NEW_VALUE = Field("new", "New value", MIXED, applies="is_still")
UNIT_OF_MIXED = Field("measure", "Unit of measure", UnitOf(MIXED))
SLIP = Field("slip", "Slip", Quantity(unit="days", signed=True), note="expected", absent=NOT_APPLICABLE)
REPLANNED = Field("replanned", "Planned date moved", Quantity(unit="days", signed=True))
REMARK = Field("note", "Remark", Text(own=True))
CELL_BEFORE = Field("old_cell", "Cell before")
CELL_NOW = Field("new_cell", "Cell now")
MILESTONE = Field("milestone", "Milestone", Word())
EXPECTED_THEN = Field("expected_before", "Expected then", Day(long=True))
EXPECTED_NOW = Field("expected_after", "Expected now", Day(long=True))
STAGE_THEN, STAGE_NOW = Field("old", "Then", Word()), Field("new", "Now", Word())
PLAN_THEN, PLAN_NOW = Field("old", "Then", amounts(at=1)), Field("new", "Now", amounts(at=1))
REPORTED_THEN, REPORTED_NOW = Field("old", "Then", MIXED), Field("new", "Now", MIXED)
ORIGINAL_PLAN = Field("original", "Original", amounts(at=1))
SUBJECT = Field("subject", "What", Text(own=True))
RESTATED_MEASURE = Field("what", "Measure", Word())
#: An amount or an area stated again; the measure stands beside it.
STATED = Measured("measure", {"yuan": amounts(at=1), "square metres": areas(places=2)})
BEFORE = Field("old", "Before", STATED)
NOW = Field("new", "Now", STATED)
UNIT_OF_STATED = Field("measure", "Unit of measure", UnitOf(STATED))
PERIOD_FROM = Field("period_start", "Period from", Day(long=True))
PERIOD_UNTIL = Field("period_end", "Period until", Day())
RECEIVED = Field("received", "Received", Day(), absent=NOT_APPLICABLE)
REPLACED_BY = Field("replaced", "Replaced by", Word(gaps=("quarter",), remark="note"))
REPORTED_FIELD = Field("field", "What", Word())

# --- what it rests on

FIRST_RECEIVED = Field("first_received", "First received", Day(long=True), absent=NOT_APPLICABLE)
TIMELINESS = Field("timeliness", "Timeliness", Word())
WORKBOOKS = Field("workbooks", "Workbooks", Quantity())
REFUSED = Field("refused", "Refused", Quantity())
DOUBTFUL = Field("doubtful", "Doubtful", Quantity())
SEVERITY = Field("severity", "Severity", Word())
CODE = Field("code", "Code")
PLACE = Field("where", "Place")
VALUE = Field("value", "Value", Text(own=True))
UNDERSTOOD = Field("understood", "Understood", Word(gaps=("understood_values",)))
SUGGESTION = Field("suggestion", "Suggestion", Word(gaps=("suggestion_values",)))
SHA256 = Field("sha256", "SHA-256")
FIGURE = Field("key", "Figure", FigureName())
AS_SHOWN = Field("key", "As shown", AsShown())
EXACT = Field("value", "Exact value", Quantity(exact=True))
UNIT_OF_EXACT = Field("unit", "Unit of the exact value", Word())
KEY = Field("key", "Key")
