"""Every table, declared once: rows, fields and words; page, sheet, notebook and terminal are drawn from it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing import fields as of
from cityanalytics.briefing import frames
from cityanalytics.briefing.breakdown import MOST_PROJECTS, MOST_REQUESTS
from cityanalytics.briefing.fields import Field, on_page, on_sheet
from cityanalytics.briefing.formats import Day, Truth, amounts
from cityanalytics.briefing.shown import Declaration, ShownTable, bound

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityanalytics.briefing.content import Content

#: Amounts of single projects.
SMALL = amounts(at=1)

_PARTS = (
    *on_page(of.LIGHT, of.BEHIND),
    *on_sheet(of.PROJECTS, of.PLAN, of.DONE, of.SHARE, of.AGAINST, of.SHORTFALL),
    of.PART,
    *on_sheet(of.LOW, of.MEDIAN, of.HIGH),
    of.CHANCE,
    *on_sheet(of.LIGHT),
)
_RANGES = "The page shows the median alone; here each has its own 80% range."

CATEGORIES = Declaration(
    name="categories",
    title="By category, largest gap first",
    tab="Categories",
    frame=frames.categories,
    fields=(of.CATEGORY, *_PARTS),
    lines=(_RANGES,),
    fits=True,
)
UNITS = Declaration(
    name="units",
    title="By responsible unit, largest gap first",
    caption="Responsible units, largest gap in yuan first",
    unit="percentage points behind elapsed time; share of all gaps and chance of reaching the plan in %",
    tab="Units",
    frame=frames.units,
    fields=(of.UNIT, *_PARTS),
    lines=(_RANGES,),
    fits=True,
)
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
HELD_UP = Declaration(
    name="held_up",
    title="Late or not started: {held_up_shown} of {held_up_projects}, largest gap first",
    unit="shortfall to elapsed time in {unit}",
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
    empty="No project is late or waiting to start.",
    most=MOST_PROJECTS,
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
        *on_sheet(of.PERSON, of.SHORTFALL.but(format=SMALL), of.CONSTRAINT),
        of.DIFFICULTY,
        of.REQUEST,
        of.DEADLINE.but(format=Day(passed="passed", passing="{day}, passed", warns=True)),
        *on_sheet(
            Field("gone", "Deadline passed", Truth()),
        ),
    ),
    empty="No unit asks for a decision.",
    most=MOST_REQUESTS,
)

#: The tables of a briefing by name, in the order of their sheets.
TABLES: Mapping[str, Declaration[Any]] = MappingProxyType(
    {one.name: one for one in (CATEGORIES, UNITS, PROJECTS, HELD_UP, DECISIONS)}
)


def tables(content: Content) -> Mapping[str, ShownTable]:
    """Return the tables of a briefing by name.

    Parameters
    ----------
    content
        The briefing's values. Nothing is computed until a table is asked for its frame or drawn.
    """
    return bound(TABLES, content, content.settings, content.figures)
