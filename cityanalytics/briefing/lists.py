"""Whole lists for analysts: what arrived, every doubt, every project, levers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing import display
from cityanalytics.briefing.display import Table
from cityanalytics.briefing.frames import held_up
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import original, paragraph, part, quarter_name, section
from cityanalytics.briefing.sections.what_if import NAMES
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.section import Section
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.intake.arrivals import Arrivals


def arrived(found: Arrivals) -> Section:
    """List the units: when their workbooks came, and how many of their doubts block or are shown."""
    term, units = found.settings.term, found.units
    expected = [one for one in units if one.unit in found.settings.units]

    def write(say: Wording) -> Markup:
        rows: list[tuple[display.Cell, ...]] = [
            (
                term(one.unit, say.language),
                one.workbooks,
                display.date_text(one.first, say.language) if one.first else None,
                say(one.state),
                one.refused,
                one.doubtful,
            )
            for one in units
        ]
        labels = ("Unit", "Workbooks", "First received", "Timeliness", "Refused", "Doubtful")
        table = Table.of(columns=[say(label) for label in labels], rows=rows)
        text = say(
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
            refused=sum(one.refused > 0 for one in units),
            doubtful=sum(one.doubtful > 0 for one in units),
        )
        shown = table.caption(say("What arrived"), unit=say("number of issues")).numeric(1, 4, 5)
        return paragraph(text) + shown.html(1, say.language)

    return section("arrived", found.settings.languages, write)


def doubts(found: Arrivals) -> Section:
    """List every doubt by unit with its cell, those that block first."""

    def write(say: Wording) -> Markup:
        listed = [
            (found.settings.term(one.unit, say.language), issue)
            for one in found.units
            for issue in one.issues
        ]
        listed += [("", issue) for issue in found.unregistered]
        rows: list[tuple[display.Cell, ...]] = [
            (
                unit,
                say(issue.severity),
                issue.code,
                issue.where.removeprefix(f"data/raw/{found.quarter}/"),
                original(issue.value),
                *(
                    say(message.template, **dict(message.values)) if message.template else None
                    for message in (issue.understood, issue.suggestion)
                ),
            )
            for unit, issue in listed
        ]
        if not rows:
            return paragraph(say("No doubt about any cell."))
        labels = ("Unit", "Severity", "Code", "Place", "Value", "Understood", "Suggestion")
        table = Table.of(columns=[say(label) for label in labels], rows=rows)
        return table.caption(say("Every doubt")).html(2, say.language)

    return section("doubts", found.settings.languages, write)


@part("all-projects")
def all_projects(content: Content, say: Wording) -> Markup:
    """List every project with plan, investment and stage."""
    scale = LANGUAGES[say.language].minor
    rows: list[tuple[display.Cell, ...]] = [
        (
            original(row["project"]) or "",
            content.settings.term(row["unit"], say.language),
            content.settings.term(row["category"], say.language),
            row["plan"],
            row["done"],
            row["share"],
            say(row["stage"]) if isinstance(row["stage"], str) else None,
        )
        for row in progress.weighed(content.programme).sort_values("gap", ascending=False).to_dict("records")
    ]
    columns = [say(label) for label in ("Project", "Unit", "Category", "Plan", "Done", "Share", "Stage")]
    table = Table.of(columns=columns, rows=rows).caption(
        say("All projects, largest gap first"), unit=scale.unit
    )
    return table.numeric(3, 4, per=scale.per).shares(5).html(1, say.language)


@part("held-up")
def held_up_projects(content: Content, say: Wording) -> Markup:
    """List the late and the not started projects with person, dates and constraint."""
    rows: list[tuple[display.Cell, ...]] = [
        (
            original(row["project"]) or "",
            original(row["responsible_person"]),
            say(row["stage"]),
            content.settings.term(row["constraint"], say.language)
            if isinstance(row["constraint"], str)
            else None,
            original(row["difficulty"]),
            *(_day(row[name], say) for name in ("latest_start", "latest_finish")),
        )
        for row in held_up(content).to_dict("records")
    ]
    if not rows:
        return paragraph(say("No project is late or waiting to start."))
    labels = (
        "Project",
        "Responsible person",
        "Stage",
        "Constraint",
        "Difficulty",
        "Latest start",
        "Latest finish",
    )
    table = Table.of(columns=[say(label) for label in labels], rows=rows)
    return table.caption(say("Late and not started: backward schedule")).html(2, say.language)


@part("contradicted")
def contradicted(content: Content, say: Wording) -> Markup:
    """List the projects said to be on schedule that the figures show behind, largest gap first."""
    scale = LANGUAGES[say.language].minor
    rows: list[tuple[display.Cell, ...]] = [
        (
            original(row["project"]) or "",
            content.settings.term(row["unit"], say.language),
            row["plan"],
            row["done"],
            row["share"],
            row["gap"],
        )
        for row in content.reconciliation.contradicted.to_dict("records")
    ]
    if not rows:
        return paragraph(say("No project said to be on schedule lies below elapsed time."))
    labels = ("Project", "Unit", "Plan", "Done", "Share", "Shortfall")
    table = Table.of(columns=[say(label) for label in labels], rows=rows)
    return (
        table.caption(say("Said to be on schedule, below elapsed time"), unit=scale.unit)
        .numeric(2, 3, 5, per=scale.per)
        .shares(4)
        .html(3, say.language)
    )


@part("all-works")
def all_works(content: Content, say: Wording) -> Markup:
    """List the physical works by kind."""
    measures = {"count": "number", "metres": "metres", "square metres": "square metres"}
    rows: list[tuple[display.Cell, ...]] = [
        (
            original(row["kind"]) or "",
            say(measures[row["measure"]]),
            row["planned"],
            row["done"],
            row["completed"],
            row["projects"],
        )
        for row in progress.works_by_kind(content.programme).to_dict("records")
    ]
    labels = ("Kind", "Measure", "Planned", "Done", "Completed", "Projects")
    table = Table.of(columns=[say(label) for label in labels], rows=rows)
    return (
        table.caption(say("Physical works by kind"), unit=say("in the measure of each row"))
        .numeric(2, 3, 4, 5)
        .html(4, say.language)
    )


def levers(content: Content, pace: float) -> Section:
    """Show the forecast with the daily pace multiplied by `pace` beside base.

    Parameters
    ----------
    content
        The briefing's values.
    pace
        Factor on the daily pace from the day after the data date.
    """

    @part("levers")
    def write(content: Content, say: Wording) -> Markup:
        scale = LANGUAGES[say.language].amounts[0]
        cases = [(scenario.name, scenario.pace) for scenario in content.scenarios] + [("pace", pace)]
        rows: list[tuple[display.Cell, ...]] = [
            (
                say(NAMES.get(name, "The pace given")),
                factor,
                *(changed.quantile(level) for level in (0.1, 0.5, 0.9)),
                display.applicable(changed.probability),
            )
            for name, factor in cases
            for changed in [content.forecast.at_pace(factor)]
        ]
        columns = [
            say("Scenario"),
            say("Pace against base"),
            say("Low"),
            say("Median"),
            say("High"),
            say("Chance"),
        ]
        table = Table.of(columns=columns, rows=rows).caption(say("Scenarios against base"), unit=scale.unit)
        return (
            table.numeric(1, places=2)
            .numeric(2, 3, 4, places=1 + scale.places, per=scale.per)
            .chances(5)
            .html(1, say.language)
        )

    return write(content)


def _day(day: object, say: Wording) -> str | None:
    return display.date_text(day.date(), say.language) if isinstance(day, pd.Timestamp) else None
