"""Every table, declared once: rows, fields and words; page, sheet, notebook and terminal are drawn from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing import display, frames
from cityanalytics.briefing import fields as of
from cityanalytics.briefing.changed import sentences
from cityanalytics.briefing.declaration import Declaration
from cityanalytics.briefing.fields import on_page, on_sheet
from cityanalytics.briefing.figures.programme import MOST_ASKS, MOST_PROJECTS, MOST_REQUESTS, MOST_REVISIONS
from cityanalytics.briefing.formats import Day, Word, amounts, areas
from cityanalytics.briefing.number import MISSING, NOT_APPLICABLE
from cityanalytics.briefing.section import quarter_name
from cityanalytics.briefing.shown import ShownTable, bound
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cityanalytics.briefing.content import Content, LookBack, PastTests
    from cityanalytics.briefing.course import Point
    from cityanalytics.briefing.frames import Compared
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.intake.arrivals import Arrivals
    from cityanalytics.outlook.outlook import Outlook
    from cityanalytics.programme.changes import Changes
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.settings import Settings

#: Amounts of the city, and of single projects.
LARGE, SMALL = amounts(), amounts(at=1)
#: So many units and categories stand on the page, those with the largest gaps.
MOST_GROUPS = 10
#: So many earlier forecasts stand on the page, the last ones.
MOST_FORECASTS = 8

_RANGES = "The page shows the median alone; here each has its own 80% range."
_NO_LATE = "No project is late or waiting to start."
_NOTHING_BEFORE = "No earlier briefing of this year to compare with."
_OWN_UNIT = "Values are in the unit that each row names."


# --- the whole programme

_MONEY_AND_AREA = "investment in {money}, demolition in {area}; gap to elapsed time in percentage points"
_MONEY = "investment in {money}; gap to elapsed time in percentage points"

KEY = Declaration(
    name="key",
    title="Key figures: plan, done, share and gap",
    caption="Main measures",
    unit=lambda content: _MONEY_AND_AREA if content.programme.demolition.size else _MONEY,
    tab="Key figures",
    frame=frames.key,
    fields=(
        of.MEASURE,
        *on_sheet(of.UNIT_OF_MEASURED),
        of.PLAN_OF_MEASURE,
        of.DONE_OF_MEASURE,
        of.SHARE,
        of.GAP,
    ),
    lines=("Plan and done are in the unit that each row names.",),
    fits=True,
)
STAGES = Declaration(
    name="stages",
    title="Projects by stage",
    unit="number; plan and done in {unit}; gap in percentage points",
    tab="Stages",
    frame=frames.stages,
    fields=(
        of.STAGE.but(brief="Projects"),
        of.PROJECTS,
        of.PLAN.but(format=LARGE),
        of.DONE.but(format=LARGE),
        of.SHARE,
        of.GAP,
    ),
    fits=True,
)
S_CURVE = Declaration(
    name="s_curve",
    title="Cumulative investment: plan by elapsed time, actual, forecast",
    tab="S-curve",
    frame=frames.s_curve,
    fields=(of.DAY, of.PLAN_BY_TIME, of.ACTUAL, of.PATH_LOW, of.PATH_MEDIAN, of.PATH_HIGH),
    lines=("At the end of each month and on the data date.",),
)
PACES = Declaration(
    name="paces",
    title="Required against achieved pace",
    tab="Paces",
    frame=frames.paces,
    fields=(of.PACE, of.BY_DAYS, of.BY_WORKING_DAYS),
    lines=(
        "Calendar days: {days_gone} gone, {days_left} left",
        "Working days: {working_days_gone} gone, {working_days_left} left",
    ),
)
FIGURES = Declaration(
    name="figures",
    title="Every figure of the briefing, as shown and exact",
    tab="All figures",
    frame=frames.figures,
    fields=(of.FIGURE, of.AS_SHOWN, of.EXACT, of.UNIT_OF_EXACT, of.KEY),
    lines=(
        "The key leads to the cells behind a figure: cityanalytics trace REPORT KEY.",
        "The exact value is in the unit beside it.",
    ),
)

# --- by group

(_POINTS,) = on_page(of.GAP)
_PARTS = (
    _POINTS,
    *on_page(of.LACKING),
    *on_sheet(of.PROJECTS, of.PLAN, of.DONE, of.SHARE, of.AGAINST, of.SHORTFALL),
    of.PART,
    *on_sheet(of.YEAR_END_LOW, of.YEAR_END_MEDIAN, of.YEAR_END_HIGH),
    of.CHANCE,
    *on_sheet(of.LIGHT),
)

_OF_PARTS = (
    "gap in percentage points; shortfall in {unit}; part: of all shortfalls; chance: of reaching the plan"
)

CATEGORIES = Declaration(
    name="categories",
    title="By category, largest gap first",
    caption="Categories behind elapsed time, largest shortfall first",
    unit=_OF_PARTS,
    tab="Categories",
    frame=frames.categories,
    fields=(of.CATEGORY, *_PARTS),
    lines=(_RANGES,),
    fits=True,
    only="late",
    most=MOST_GROUPS,
)
UNITS = Declaration(
    name="units",
    title="By responsible unit, largest gap first",
    caption="Units behind elapsed time, largest shortfall first",
    unit="shortfall in {unit}; part: of all units' shortfalls; chance: of reaching the plan",
    tab="Units",
    frame=frames.units,
    fields=(of.UNIT, of.ANSWERS, *(one for one in _PARTS if one is not _POINTS)),
    lines=(_RANGES,),
    fits=True,
    only="late",
    most=MOST_GROUPS,
)
CONSTRAINTS = Declaration(
    name="constraints",
    title="Gap of the late and the not started projects, by the constraint reported",
    tab="Constraints",
    frame=frames.constraints,
    fields=(of.CONSTRAINT.but(absent="none reported"), of.PROJECTS, of.SHORTFALL, of.PART),
    empty=_NO_LATE,
)
DEMOLITION = Declaration(
    name="demolition",
    title="Demolition by kind",
    tab="Demolition",
    frame=frames.demolition,
    fields=(
        of.KIND,
        *on_sheet(of.SITES),
        of.PLANNED_AREA,
        of.DONE_AREA,
        of.SHARE,
        of.AGAINST,
        *on_sheet(of.YEAR_END_LOW.but(format=areas())),
        of.YEAR_END_MEDIAN.but(format=areas()),
        *on_sheet(of.YEAR_END_HIGH.but(format=areas())),
    ),
    empty="No demolition is reported.",
)
WORKS = Declaration(
    name="works",
    title="Physical works by kind",
    tab="Works",
    frame=frames.works,
    fields=(of.KIND, of.WORK_MEASURE, of.PLANNED_WORK, of.DONE_WORK, of.COMPLETED_WORK, of.PROJECTS),
    lines=("Planned, done and completed are in the unit that each row names.",),
    empty="No physical work is reported.",
)

# --- project by project

PROJECTS = Declaration(
    name="projects",
    title="All projects, largest gap first",
    tab="Projects",
    frame=frames.projects,
    fields=(
        of.PROJECT,
        of.UNIT,
        of.CATEGORY,
        *on_sheet(of.PERSON),
        of.STAGE,
        *on_sheet(of.SCHEDULE, of.TOTAL_INVESTMENT, of.PLAN_APPROVED),
        of.PLAN.but(format=SMALL),
        of.DONE.but(format=SMALL),
        of.SHARE,
        *on_sheet(
            of.SHORTFALL.but(format=SMALL),
            of.PHYSICAL_PROGRESS,
            of.PLANNED_START,
            of.PLANNED_FINISH,
            of.ACTUAL_START,
            of.ACTUAL_FINISH,
            of.LATEST_START,
            of.LATEST_FINISH,
            of.CONSTRAINT,
            of.DIFFICULTY,
            of.REQUEST,
            of.DEADLINE,
        ),
    ),
    lines=("A row a project: {projects_total}.",),
)
_ALONE = "shortfall to elapsed time in {unit}"
_OF_ALL = "shortfall to elapsed time in {unit}; the whole programme's: {investment_behind}"

HELD_UP = Declaration(
    name="held_up",
    title="Late or not started: {held_up_shown} of {held_up_projects}, largest gap first; together {held_up_shown_gap}",
    unit=lambda content: _OF_ALL if progress.is_behind(content.programme) else _ALONE,
    frame=frames.held_up,
    fields=(
        of.PROJECT,
        of.UNIT,
        of.PERSON,
        of.SHORTFALL.but(format=amounts(legible=True)),
        of.SHARE,
        of.CONSTRAINT.but(absent="none reported"),
        of.LATEST_START.but(format=Day(passed="late", passing="{day} (passed)"), absent="under way"),
    ),
    empty=_NO_LATE,
    most=MOST_PROJECTS,
    cards=True,
)
SCHEDULE = Declaration(
    name="schedule",
    title="Late and not started: backward schedule",
    frame=frames.held_up,
    fields=(
        of.PROJECT,
        of.PERSON,
        of.STAGE,
        of.CONSTRAINT,
        of.DIFFICULTY,
        of.LATEST_START,
        of.LATEST_FINISH,
    ),
    empty=_NO_LATE,
)
CONTRADICTED = Declaration(
    name="contradicted",
    title="Said to be on schedule, below elapsed time",
    frame=frames.contradicted,
    fields=(
        of.PROJECT,
        of.UNIT,
        of.PLAN.but(format=SMALL),
        of.DONE.but(format=SMALL),
        of.SHARE,
        of.SHORTFALL.but(format=SMALL),
    ),
    empty="No project said to be on schedule lies below elapsed time.",
)
ASKS = Declaration(
    name="asks",
    title="Decisions asked, by the office that takes them",
    caption="Decisions asked, those that add most to the year first",
    unit="{unit}; shortfall: at the year's end; adds: to the year in the mean, granted from {first} on; "
    "latest: half of it is left; request, person: of the largest shortfall",
    tab="Decisions by office",
    frame=frames.asks,
    fields=(
        of.OFFICE.but(absent="none reported"),
        of.PROJECTS.but(brief="Projects"),
        of.STAKE.but(brief="Shortfall"),
        of.GAINED.but(brief="Adds"),
        *on_sheet(of.CHANCE_GAINED, of.WAITS),
        of.REQUEST,
        of.PERSON,
        *on_page(of.BY_WHEN),
        *on_sheet(of.FIRST_DEADLINE, of.GONE, of.DAYS_OVERDUE, of.LATEST),
    ),
    empty="No unit asks for a decision.",
    most=MOST_ASKS,
    only="adds",
    cards=True,
    gaps=lambda content, language: {"first": display.day_text(content.asked.first, language)},
)
DECISIONS = Declaration(
    name="decisions",
    title="Decisions asked, largest gap first",
    caption="Decisions requested: {requests_shown} of {requests_total}, largest gap first",
    unit="deadline: date; names and texts as units report them",
    tab="Decisions",
    frame=frames.decisions,
    fields=(
        of.PROJECT,
        of.UNIT,
        *on_sheet(of.PERSON, of.SHORTFALL.but(format=SMALL), of.STAKE.but(format=SMALL), of.CONSTRAINT),
        of.DIFFICULTY,
        of.REQUEST,
        of.DEADLINE,
        *on_sheet(of.DEADLINE_PASSED),
    ),
    empty="No unit asks for a decision.",
    most=MOST_REQUESTS,
    cards=True,
)

# --- what is expected

RULERS = Declaration(
    name="rulers",
    title="Where the year ends, on each basis",
    unit="{unit}; paces held to 31 December; differences before rounding",
    tab="Rulers",
    frame=frames.rulers,
    fields=(of.RULER, of.YEAR_END, of.BEYOND),
    fits=True,
)
CLASSES = Declaration(
    name="classes",
    title="What each reference class would say",
    unit="{unit}; low to high: 80% band; chance: of reaching the plan",
    tab="Reference classes",
    frame=frames.classes,
    fields=(
        *on_page(of.CLASS_USED),
        *on_sheet(of.CLASS),
        of.LOW,
        of.MEDIAN,
        of.HIGH,
        of.CHANCE,
        *on_sheet(of.USED),
    ),
    fits=True,
)
BRIDGE = Declaration(
    name="bridge",
    title="Why the forecast moved",
    unit="{unit}; points are percentage points of the chance",
    tab="Forecast change",
    frame=frames.bridge,
    fields=(
        *on_page(of.STEP),
        *on_sheet(of.STEP.but(format=Word(gaps=("day",), long=True))),
        of.CHANGE,
        of.MEDIAN,
        of.CHANGE_OF_CHANCE,
        of.CHANCE,
    ),
    lines=("The last row's changes are the sums of the steps above.",),
    empty="No earlier forecast of this year can be compared with this one.",
    only="moves",
    fits=True,
)
SCENARIOS = Declaration(
    name="scenarios",
    title="Scenarios against base",
    unit="expected for the year in {unit}; pace: times that of base",
    tab="Scenarios",
    frame=frames.scenarios,
    fields=(
        of.SCENARIO,
        *on_page(of.MEDIAN_OF_YEAR),
        of.FACTOR.but(brief="Times base"),
        *on_sheet(of.LOW, of.MEDIAN, of.HIGH),
        of.CHANCE,
        *on_sheet(of.SENTENCE),
    ),
    lines=("Each scenario sets the median pace after the data date and leaves the spread as it is.",),
    fits=True,
)
RECORD = Declaration(
    name="record",
    title="Our record: earlier forecasts beside what happened",
    caption="Earlier forecasts beside what happened",
    unit="{unit}; low to high is the 80% band",
    tab="Record",
    frame=frames.record,
    fields=(
        of.DATA_DATE,
        of.PUBLISHED,
        *on_sheet(of.KIND_OF_FORECAST),
        of.LOW,
        of.MEDIAN,
        of.HIGH,
        *on_sheet(of.CHANCE.but(absent=MISSING)),
        of.YEARS_TOTAL,
        of.IN_THE_BAND,
        *on_sheet(of.PUBLISHED_BY),
    ),
    empty="No record yet: no forecast of this city had been published in time before the known-on day.",
    most=MOST_FORECASTS,
    last=True,
)

# --- what changed since the last briefing


def _days(source: Compared, language: str) -> Mapping[str, str]:
    """Name the two days that are compared."""
    if source.changes is None:
        return {}
    then, now = (
        display.date_text(day.as_of, language) for day in (source.changes.before, source.changes.after)
    )
    return {"day": then, "then": then, "now": now}


def _nothing(sentence: str) -> Any:  # noqa: ANN401 - a sentence that depends on the values
    """Say that nothing is there to compare with, or what there is none of."""
    return lambda source: _NOTHING_BEFORE if source.changes is None else sentence


TRANSITIONS = Declaration(
    name="transitions",
    title="Where projects stood and stand",
    caption="Where projects stood on {then} and stand on {now}",
    unit="number of projects",
    tab="Stage changes",
    frame=frames.transitions,
    fields=(of.STOOD, *of.STAND, of.ALL),
    empty=_NOTHING_BEFORE,
    gaps=_days,
)
CHANGES = Declaration(
    name="changes",
    title="Every change of a project",
    tab="Changes",
    frame=frames.changes,
    fields=(
        of.KIND_OF_CHANGE,
        of.PROJECT,
        of.UNIT,
        of.OLD_VALUE,
        of.NEW_VALUE,
        of.UNIT_OF_MIXED,
        of.SLIP,
        of.DIFFICULTY,
        of.REMARK,
        of.CELL_BEFORE.but(applies="was"),
        of.CELL_NOW.but(applies="is_still"),
    ),
    opening=sentences,
    lines=("Values are in the unit that each row names; days below zero: moved earlier.",),
    empty=lambda content: "" if content.changes is None else "Nothing has changed.",
)
RESTATED = Declaration(
    name="restated",
    title="Restated history: old and new value, and what replaced it",
    tab="Restated",
    frame=frames.restated,
    fields=(
        of.SUBJECT,
        *on_sheet(of.RESTATED_MEASURE, of.UNIT.but(absent=NOT_APPLICABLE), of.PERIOD_FROM),
        of.PERIOD_UNTIL,
        of.BEFORE,
        of.NOW,
        of.UNIT_OF_STATED,
        *on_sheet(of.RECEIVED.but(absent=MISSING)),
        of.REPLACED_BY,
        *on_sheet(of.CELL_BEFORE, of.CELL_NOW),
    ),
    lines=(_OWN_UNIT,),
    empty=_nothing("Nothing has been restated."),
)
ADDED = Declaration(
    name="added",
    title="Added",
    frame=frames.added,
    fields=(of.PROJECT, of.UNIT, of.STAGE, of.PLAN.but(format=SMALL)),
    empty=_nothing("Nothing has changed."),
)
DROPPED = replace(ADDED, name="dropped", title="Dropped", frame=frames.dropped)
CORRECTED = Declaration(
    name="corrected",
    title="Stages of the earlier day that were corrected",
    frame=frames.corrected,
    fields=(
        of.PROJECT,
        of.UNIT,
        of.STAGE_THEN,
        of.STAGE_NOW,
    ),
    empty=_nothing("Nothing has changed."),
)
SLIPS = Declaration(
    name="slips",
    title="Slipped: start and finish",
    frame=frames.slips,
    fields=(
        of.PROJECT,
        of.UNIT,
        of.MILESTONE,
        of.EXPECTED_THEN,
        of.EXPECTED_NOW,
        of.SLIP,
        of.REPLANNED,
    ),
    empty=_nothing("Nothing has changed."),
)
PLANS = Declaration(
    name="plans",
    title="Annual plans adjusted",
    frame=frames.plans,
    fields=(
        of.PROJECT,
        of.UNIT,
        of.ORIGINAL_PLAN,
        of.PLAN_THEN,
        of.PLAN_NOW,
    ),
    empty=_nothing("Nothing has changed."),
)
REPORTED = Declaration(
    name="reported",
    title="Reported otherwise: names, persons, units, constraints",
    frame=frames.reported,
    fields=(
        of.PROJECT,
        of.REPORTED_FIELD,
        of.REPORTED_THEN,
        of.REPORTED_NOW,
    ),
    empty=_nothing("Nothing has changed."),
)

# --- what it rests on

RECEIVED = Declaration(
    name="received",
    title="Workbooks used, by unit",
    tab="Received workbooks",
    frame=frames.received,
    fields=(
        of.UNIT,
        of.QUARTER,
        of.DATA_DATE.but(key="data_date", absent=NOT_APPLICABLE),
        of.FIRST_RECEIVED,
        of.RECEIVED,
        of.TIMELINESS,
        of.FILE,
    ),
    lines=("A unit whose workbook for the quarter is missing stands with what it sent before.",),
)
REVISIONS = Declaration(
    name="revisions",
    title="Amounts stated again, largest change first",
    caption="Amounts stated again this year: {revisions_shown} of {revisions_total}, largest change first",
    unit="{unit}",
    tab="Revisions",
    frame=frames.revisions,
    fields=(
        of.PROJECT,
        of.UNIT,
        *on_sheet(of.PERIOD_FROM),
        of.PERIOD_UNTIL,
        of.BEFORE.but(format=SMALL),
        of.NOW.but(format=SMALL),
        of.RECEIVED,
        of.REPLACED_BY,
        *on_sheet(of.CELL_BEFORE, of.CELL_NOW),
    ),
    empty="No figure was stated again with another value.",
    most=MOST_REVISIONS,
    cards=True,
)
ISSUES = Declaration(
    name="issues",
    title="Doubtful cells of the workbooks used",
    tab="Issues",
    frame=frames.issues,
    fields=(of.SEVERITY, of.CODE, of.PLACE, of.VALUE, of.UNDERSTOOD, of.SUGGESTION),
    empty="No doubt about any cell.",
)
INPUTS = Declaration(
    name="inputs",
    title="Files that the briefing was made from",
    tab="Inputs",
    frame=frames.inputs,
    fields=(of.FILE, of.SHA256),
)

#: What two days compared show, also without a briefing.
COMPARED = (TRANSITIONS, ADDED, DROPPED, RESTATED, CORRECTED, SLIPS, PLANS, REPORTED)

#: The tables of a briefing by name, those of a page in its order.
TABLES: Mapping[str, Declaration[Any]] = MappingProxyType(
    {
        one.name: one
        for one in (
            *(ASKS, RULERS, UNITS, CATEGORIES, HELD_UP, SCENARIOS),
            *(KEY, STAGES, CLASSES, BRIDGE, DECISIONS, REVISIONS, TRANSITIONS, RECORD),
            *(S_CURVE, PACES, DEMOLITION, WORKS, PROJECTS, CONSTRAINTS, SCHEDULE, CONTRADICTED),
            *(CHANGES, RESTATED, ADDED, DROPPED, CORRECTED, SLIPS, PLANS, REPORTED),
            *(RECEIVED, ISSUES, FIGURES, INPUTS),
        )
    }
)

# --- tables of the notebooks that no page has


def _summed_up(found: Arrivals, say: Wording) -> list[str]:
    """Say how many units have sent workbooks, are late or missing, and how many are refused or doubtful."""
    expected = [one for one in found.units if one.unit in found.settings.units]
    return [
        say.plain(
            "{quarter}, due on {due}, as received by {known_on}. Units that have sent workbooks: {arrived} of "
            "{expected}; late: {late}; missing: {missing}; refused until an error is mended: {refused}; with "
            "doubtful cells: {doubtful}.",
            quarter=quarter_name(found.quarter, say),
            due=display.date_text(found.due, say.language),
            known_on=display.date_text(found.known_on, say.language),
            arrived=sum(one.workbooks > 0 for one in expected),
            expected=len(expected),
            late=sum(one.state == "late" for one in expected),
            missing=sum(one.state == "missing" for one in expected),
            refused=sum(one.refused > 0 for one in found.units),
            doubtful=sum(one.doubtful > 0 for one in found.units),
        )
    ]


ARRIVED = Declaration(
    name="arrived",
    title="What arrived",
    frame=frames.arrived,
    fields=(
        of.UNIT,
        of.WORKBOOKS,
        of.FIRST_RECEIVED.but(absent=MISSING),
        of.TIMELINESS,
        of.REFUSED,
        of.DOUBTFUL,
    ),
    opening=_summed_up,
)
DOUBTS = Declaration(
    name="doubts",
    title="Every doubt",
    frame=frames.doubts,
    fields=(of.UNIT, of.SEVERITY, of.CODE, of.PLACE, of.VALUE, of.UNDERSTOOD, of.SUGGESTION),
    empty="No doubt about any cell.",
)
HINDCASTS = Declaration(
    name="hindcasts",
    title="Hindcasts: made later for an earlier day, not published",
    unit="{unit}",
    frame=frames.hindcasts,
    fields=(
        of.DATA_DATE,
        of.KNOWN_THEN,
        of.DONE.but(format=LARGE),
        of.LOW,
        of.MEDIAN,
        of.HIGH,
        of.YEARS_TOTAL,
    ),
    empty="No earlier quarter: there is nothing to look back to.",
)
BACKTESTS = Declaration(
    name="backtests",
    title="Tests on public series",
    unit="loss: times that of the reference method; the band is to hold 80%",
    frame=frames.backtests,
    fields=(of.METHOD, of.MONTH, of.YEARS_TESTED, of.TYPICAL_ERROR, of.LOSS, of.COVERAGE),
)
TREND = Declaration(
    name="trend",
    title="Forecast of {year} by quarter",
    unit="{unit}; low to high is the 80% band",
    frame=frames.trend,
    fields=(of.DATA_DATE.but(format=Day()), of.PLAN.but(format=LARGE), of.LOW, of.MEDIAN, of.HIGH),
    gaps=lambda points, _: {"year": str(points[-1].as_of.year)},
    fits=True,
)


def tables(content: Content) -> Mapping[str, ShownTable]:
    """Return the tables of a briefing by name.

    Parameters
    ----------
    content
        The briefing's values. Nothing is computed until a table is asked for its frame or drawn.
    """
    return bound(TABLES, content, content.settings, content.figures)


@dataclass(frozen=True, kw_only=True)
class LookAhead:
    """A programme and where its year ends, where there is no briefing."""

    settings: Settings
    programme: Programme
    outlook: Outlook


def ahead(programme: Programme, outlook: Outlook, settings: Settings) -> Mapping[str, ShownTable]:
    """Return the tables of categories and units that go with a forecast, by name."""
    source = LookAhead(settings=settings, programme=programme, outlook=outlook)
    return bound({name: TABLES[name] for name in ("categories", "units")}, source, settings)


@dataclass(frozen=True, kw_only=True)
class TwoDays:
    """What changed between two days, where there is no briefing."""

    changes: Changes


def compared(changes: Changes, settings: Settings) -> Mapping[str, ShownTable]:
    """Return the tables of what changed between two days, by name.

    Parameters
    ----------
    changes, settings
        What changed, and the workspace's configuration.
    """
    return bound({one.name: one for one in COMPARED}, TwoDays(changes=changes), settings)


def of_arrivals(found: Arrivals) -> Mapping[str, ShownTable]:
    """Return what arrived and every doubt, as tables by name."""
    return bound({one.name: one for one in (ARRIVED, DOUBTS)}, found, found.settings)


def of_look_back(found: LookBack) -> Mapping[str, ShownTable]:
    """Return the whole ledger and the hindcasts, as tables by name."""
    ledger = replace(RECORD, most=None, empty="The ledger is empty: nothing has been published.")
    return bound({"record": ledger, "hindcasts": HINDCASTS}, found, found.settings)


def of_tests(tests: PastTests, settings: Settings) -> ShownTable:
    """Return what came of forecasts of past years of monthly series."""
    title = "Tests on the series given" if tests.given else BACKTESTS.title
    return bound({"backtests": replace(BACKTESTS, title=title)}, tests, settings)["backtests"]


def of_trend(points: Sequence[Point], settings: Settings) -> ShownTable:
    """Return the year's forecast from quarter to quarter."""
    return bound({"trend": TREND}, points, settings)["trend"]
