"""Whole lists for analysts: what arrived, every doubt, every project, levers and earlier forecasts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing import display
from cityanalytics.briefing.display import Table
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import original, paragraph, part
from cityanalytics.briefing.sections.projects import held_up
from cityanalytics.briefing.sections.what_if import NAMES
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.section import Section
    from cityanalytics.briefing.wording import Wording


@part("received")
def received(content: Content, say: Wording) -> Markup:
    """List the units: what is used of them, when it came, and its doubts."""
    settings, programme = content.settings, content.programme
    due = pd.Timedelta(days=settings.due_days)
    used = programme.received.set_index("unit")
    doubts = programme.issues.assign(
        unit=programme.issues["file"].map(dict(zip(used["file"], used.index, strict=True)))
    )
    rows: list[tuple[display.Cell, ...]] = []
    for unit in settings.units:
        if unit not in used.index:
            rows.append((settings.term(unit, say.language), None, None, None, 0, 0))
            continue
        row = used.loc[unit]
        late = row["first_received"] > row["data_date"] + due
        state = say("late") if late else say("on time")
        own = doubts[doubts["unit"] == unit]
        rows.append(
            (
                settings.term(unit, say.language),
                str(row["quarter"]),
                display.date_text(row["received"].date(), say.language),
                state if row["quarter"] == programme.quarter else say("missing; the quarter before is used"),
                int((own["severity"] == "error").sum()),
                int((own["severity"] == "warning").sum()),
            )
        )
    columns = [say(label) for label in ("Unit", "Quarter", "Received", "State", "Errors", "Warnings")]
    table = Table.of(columns=columns, rows=rows)
    return (
        table.caption(say("What arrived"), unit=say("number of issues")).numeric(4, 5).html(1, say.language)
    )


@part("doubts")
def doubts(content: Content, say: Wording) -> Markup:
    """List every doubt with its cell."""
    rows: list[tuple[display.Cell, ...]] = [
        (
            row["where"],
            row["code"],
            original(row["value"]),
            say(row["understood"], **json.loads(row["understood_values"])),
            say(row["suggestion"], **json.loads(row["suggestion_values"])),
        )
        for row in content.programme.issues.to_dict("records")
    ]
    if not rows:
        return paragraph(say("No doubt about any cell."))
    columns = [say(label) for label in ("Cell", "Code", "Value", "Understood", "Suggestion")]
    return Table.of(columns=columns, rows=rows).caption(say("Every doubt")).html(2, say.language)


@part("all-projects")
def all_projects(content: Content, say: Wording) -> Markup:
    """List every project with plan, investment and stage."""
    scale = LANGUAGES[say.language].amounts[1]
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
        .html(3, say.language)
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
                changed.probability,
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
            .shares(5)
            .html(1, say.language)
        )

    return write(content)


@part("hindcasts")
def hindcasts(content: Content, say: Wording) -> Markup:
    """Show the forecast of the last quarter's data date, made from what is known now, beside this one."""
    scale = LANGUAGES[say.language].amounts[0]
    found = (
        [content.forecast]
        if content.previous_forecast is None
        else [content.previous_forecast, content.forecast]
    )
    rows: list[tuple[display.Cell, ...]] = [
        (
            display.date_text(made.as_of, say.language),
            made.done,
            *(made.quantile(level) for level in (0.1, 0.5, 0.9)),
            made.probability,
        )
        for made in found
    ]
    columns = [say("Data date"), say("Done"), say("Low"), say("Median"), say("High"), say("Chance")]
    table = Table.of(columns=columns, rows=rows).caption(
        say("Hindcasts: made later for an earlier day, not published"), unit=scale.unit
    )
    return table.numeric(1, 2, 3, 4, places=1 + scale.places, per=scale.per).shares(5).html(1, say.language)


def _day(day: object, say: Wording) -> str | None:
    return display.date_text(day.date(), say.language) if isinstance(day, pd.Timestamp) else None
