"""[projects] Projects that weigh most: late and not started, with constraint, person and latest dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.blocks import side_by_side
from cityanalytics.briefing.breakdown import MOST_PROJECTS
from cityanalytics.briefing.charts import Bar, Chart, Stage, constraints, projects_strip
from cityanalytics.briefing.display import Table
from cityanalytics.briefing.figure import Words
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import original, paragraph, part
from cityanalytics.programme import progress
from cityanalytics.programme.schedule import latest_dates

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording


@part("projects")
def projects(content: Content, say: Wording) -> Markup:
    """Write the strip of all projects, the constraints, and the twelve that weigh most."""
    charts = _strip(content, say).figure_html(6, say.language)
    if content.figures["held_up_projects"].value:
        charts = side_by_side(charts, _constraints(content, say).figure_html(7, say.language))
    changed = (
        say.counted(
            "Since {day}: {newly_started} project started, {newly_completed} completed.",
            "Since {day}: {newly_started} projects started, {newly_completed} completed.",
            "newly_started",
            day=display.date_text(content.previous.as_of, say.language),
        )
        if content.previous is not None
        else say("No earlier quarter of this year to compare with.")
    )
    return paragraph(changed) + charts + _heaviest(content, say)


def held_up(content: Content) -> pd.DataFrame:
    """Return the late and the not started projects with their latest dates, largest gap first."""
    rows = pd.concat(
        [progress.unexplained(content.programme), progress.not_started(content.programme)], ignore_index=True
    )
    dated = latest_dates(rows, obligations=content.settings.obligations, as_of=content.programme.as_of)
    return dated.sort_values(["gap", "project"], ascending=[False, True], ignore_index=True)


def _strip(content: Content, say: Wording) -> Chart:
    rows = content.programme.projects
    moving = rows["stage"].isin(progress.UNDER_WAY)
    on_schedule = rows["schedule"] == "on schedule"
    groups = [
        ("Completed", rows["stage"] == "completed", palette.ACTUAL),
        ("On schedule", moving & on_schedule, palette.PAST),
        ("Late", moving & ~on_schedule, palette.BEHIND),
        ("Not started", rows["stage"] == "not started", palette.WAITING),
    ]
    return projects_strip(
        [
            Stage(
                label=say.plain(label),
                shares=[float(share) for share in rows.loc[chosen, "share"].dropna()],
                look=look,
            )
            for label, chosen, look in groups
        ],
        elapsed_share=content.programme.elapsed,
        elapsed_label=say.plain("Elapsed time {elapsed_share}"),
        language=say.language,
        words=Words(
            title=say.plain_counted(
                "{projects_total} project: {unexplained_projects} late, {projects_not_started} not started",
                "{projects_total} projects: {unexplained_projects} late, {projects_not_started} not started",
                "projects_total",
            ),
            subtitle=say.plain("One dot, one project; share of its annual plan, %"),
            alt=say.plain(
                "Dot plot of all projects: {projects_completed} completed, {projects_on_schedule} on schedule, "
                "{unexplained_projects} late, {projects_not_started} not started, against elapsed time of {elapsed_share}."
            ),
        ),
    )


def _constraints(content: Content, say: Wording) -> Chart:
    table = progress.by_constraint(content.programme)
    bars = []
    for row in table.to_dict("records"):
        known = isinstance(row["constraint"], str)
        label = (
            content.settings.term(row["constraint"], say.language) if known else say.plain("none reported")
        )
        note = say.plain_counted(
            "{amount}, {count} project",
            "{amount}, {count} projects",
            "count",
            amount=_in_hundred_millions(row["gap"], say.language),
            count=row["projects"],
        )
        bars.append(Bar(label=label, value=max(row["gap"], 0.0), note=note, look=palette.PAST))
    listed = LANGUAGES[say.language].join.join(f"{bar.label} {bar.note}" for bar in bars)
    first = bars[0].label if bars else say.plain("none reported")
    return constraints(
        bars,
        words=Words(
            title=say.plain("Constraint with the largest gap: {first}", first=first),
            subtitle=say.plain(
                "Gap to elapsed time of the late and the not started projects, by the constraint their units report"
            ),
            alt=say.plain("Bar chart of the gap by constraint: {listed}.", listed=listed),
        ),
    )


def _in_hundred_millions(yuan: float, language: str) -> str:
    """Return an amount in the largest unit, however small, so that the bars of a chart compare."""
    scale = LANGUAGES[language].amounts[0]
    return display.in_scale(yuan, language, scale, places=2 + scale.places)


def _heaviest(content: Content, say: Wording) -> Markup:
    rows = held_up(content)
    if rows.empty:
        return paragraph(say("No project is late or waiting to start."))
    scale = LANGUAGES[say.language].amounts[0]
    cells = []
    for row in rows.head(MOST_PROJECTS).to_dict("records"):
        if pd.isna(row["latest_start"]):
            latest: str = say("under way")
        elif row["late"]:
            latest = say("{day} (passed)", day=display.day_text(row["latest_start"].date(), say.language))
        else:
            latest = display.day_text(row["latest_start"].date(), say.language)
        cells.append(
            (
                original(row["project"]) or "",
                content.settings.term(row["unit"], say.language),
                original(row["responsible_person"]),
                row["gap"],
                row["share"],
                content.settings.term(row["constraint"], say.language)
                if isinstance(row["constraint"], str)
                else None,
                latest,
            )
        )
    columns = ("Project", "Unit", "Responsible person", "Gap", "Share", "Constraint", "Latest start")
    table = Table.of(columns=[say(label) for label in columns], rows=cells)
    shown = (
        table.caption(
            say("Late or not started: {held_up_shown} of {held_up_projects}, largest gap first"),
            unit=say("gap to elapsed time in {unit}", unit=scale.unit),
        )
        .numeric(3, places=2, per=scale.per)
        .shares(4)
        .html(6, say.language)
    )
    return shown + paragraph(
        say(
            "Latest start: planned duration counted back from 31 December for what must end in the year; the rest must start by then. The full list is in the notebook 03_projects."
        ),
        note=True,
    )
