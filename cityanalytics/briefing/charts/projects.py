"""Charts of projects: every one at its share of the plan, and what holds up those that are late or not started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.charts.bars import ranked
from cityanalytics.briefing.charts.declared import ChartDeclaration
from cityanalytics.briefing.charts.rows import Bar
from cityanalytics.briefing.charts.strip import Stage, projects_a_dot, strip
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from cityanalytics.briefing.charts.drawing import Drawing
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording

#: Rows of the strip from the top down: their names and looks, by the group of a project.
_ROWS = {
    "completed": ("Completed", palette.ACTUAL),
    "on schedule": ("On schedule", palette.PAST),
    "late": ("Late", palette.BEHIND),
    "not assessed": ("Not assessed", palette.WAITING),
    "not started": ("Not started", palette.WAITING),
}
_SOMETIMES = "not assessed"


def _projects(content: Content) -> pd.DataFrame:
    """Return a row a project: ``project``, ``group`` (a row of the strip), ``share`` of plan, ``doubted``.

    A project is doubted that its unit says to be on schedule while the figures contradict it.
    """
    rows = content.programme.traced
    moving = rows["stage"].isin(progress.UNDER_WAY)
    on_schedule = rows["schedule"] == "on schedule"
    doubted = rows["project"].isin(content.reconciliation.contradicted["project"])
    group = pd.Series(pd.NA, index=rows.index, dtype="object")
    for name, chosen in (
        ("on schedule", (moving & on_schedule) | doubted),
        ("late", moving & ~on_schedule & ~rows["unassessed"]),
        ("not assessed", rows["unassessed"]),
        ("not started", rows["stage"] == "not started"),
        ("completed", rows["stage"] == "completed"),
    ):
        group = group.mask(chosen, name)
    return pd.DataFrame(
        {"project": rows["project"], "group": group, "share": rows["share"], "doubted": doubted}
    ).dropna(subset=["group"])


def _stages(rows: pd.DataFrame, say: Wording) -> list[Stage]:
    shares = rows.dropna(subset=["share"])
    return [
        Stage(
            label=say.plain(label),
            shares=shares.loc[(shares["group"] == group) & ~shares["doubted"], "share"].tolist(),
            look=look,
            doubted=shares.loc[(shares["group"] == group) & shares["doubted"], "share"].tolist(),
            doubted_label=say.plain("{contradicted_projects} of these behind"),
        )
        for group, (label, look) in _ROWS.items()
        if group != _SOMETIMES or (rows["group"] == group).any()
    ]


def _strip_title(_content: Content, rows: pd.DataFrame, say: Wording) -> str:
    title = say.plain_counted(
        "{projects_total} project: {unexplained_projects} late, {projects_not_started} not started",
        "{projects_total} projects: {unexplained_projects} late, {projects_not_started} not started",
        "projects_total",
    )
    if (rows["group"] == _SOMETIMES).any():
        title = LANGUAGES[say.language].join.join([title, _begun(say)])
    return title


def _begun(say: Wording) -> str:
    return say.plain("begun since the last report, not assessed: {unassessed_projects}")


def _strip_subtitle(_content: Content, rows: pd.DataFrame, say: Wording) -> str:
    many = projects_a_dot(_stages(rows, say))
    if many > 1:
        return say.plain(
            "One mark, several projects of like share ({count} at most); share of their annual plans, %; pointing down: behind elapsed time",
            count=display.count(many, say.language),
        )
    return say.plain("One mark, one project; share of its annual plan, %; pointing down: behind elapsed time")


def _strip_alt(_content: Content, rows: pd.DataFrame, say: Wording) -> str:
    alt = say.plain(
        "Dot plot of all projects: {projects_completed} completed, {projects_on_schedule} on schedule, "
        "{unexplained_projects} late, {projects_not_started} not started, against elapsed time of {elapsed_share}; {contradicted_projects} said to be on schedule lie below it."
    )
    if (rows["group"] == _SOMETIMES).any():
        alt = say.plain("{alt} In addition, {begun}.", alt=alt, begun=_begun(say))
    return alt


def _draw_strip(content: Content, rows: pd.DataFrame, say: Wording) -> Drawing:
    return strip(
        _stages(rows, say),
        elapsed_share=content.programme.elapsed,
        elapsed_label=say.plain("Elapsed time {elapsed_share}"),
        language=say.language,
    )


PROJECTS = ChartDeclaration(
    name="projects",
    frame=_projects,
    title=_strip_title,
    subtitle=_strip_subtitle,
    alt=_strip_alt,
    draw=_draw_strip,
)


def _constraints(content: Content) -> pd.DataFrame:
    """Return a row a constraint, largest gap first: ``constraint`` (missing: none), ``projects``, ``gap``, ``part`` of all."""
    table = progress.by_constraint(content.programme)
    gap = table["gap"].clip(lower=0.0)
    whole = float(gap.sum())
    return table.assign(gap=gap, part=gap / whole if whole else float("nan"))


def _label(content: Content, constraint: object, say: Wording) -> str:
    if not isinstance(constraint, str):
        return say.plain("none reported")
    return content.settings.term(constraint, say.language)


def _constraint_title(content: Content, rows: pd.DataFrame, say: Wording) -> str:
    named = rows[rows["constraint"].notna()]
    if named.empty:
        return say.plain("No constraint is reported for the late and the not started projects")
    if rows["part"].isna().all():
        return say.plain("The late and the not started projects have no gap to elapsed time")
    return say.plain(
        "{share} of the gap hangs on {first}, more than on any other constraint",
        first=_label(content, named["constraint"].iloc[0], say),
        share=display.share(float(named["part"].iloc[0]), say.language, places=0),
    )


def _constraint_subtitle(_content: Content, _rows: pd.DataFrame, say: Wording) -> str:
    return say.plain(
        "Gap to elapsed time of the late and the not started projects, by the constraint that their units report; share of it, amount, number of projects"
    )


def _constraint_bars(content: Content, rows: pd.DataFrame, say: Wording) -> list[Bar]:
    scale = LANGUAGES[say.language].amounts[0]  # however small an amount is, so that bars compare
    return [
        Bar(
            label=_label(content, row["constraint"], say),
            value=row["gap"],
            note=say.plain_counted(
                "{share}, {amount}, {count} project",
                "{share}, {amount}, {count} projects",
                "count",
                share=display.share(
                    display.NOT_APPLICABLE if pd.isna(row["part"]) else row["part"], say.language, places=0
                ),
                amount=display.in_scale(row["gap"], say.language, scale, places=2 + scale.places),
                count=row["projects"],
            ),
            look=palette.PAST,
        )
        for row in rows.to_dict("records")
    ]


def _constraint_alt(content: Content, rows: pd.DataFrame, say: Wording) -> str:
    bars = _constraint_bars(content, rows, say)
    return say.plain(
        "Bar chart of the gap by constraint. {title}. {listed}.",
        title=_constraint_title(content, rows, say),
        listed=LANGUAGES[say.language].join.join(f"{bar.label} {bar.note}" for bar in bars),
    )


def _draw_constraints(content: Content, rows: pd.DataFrame, say: Wording) -> Drawing:
    return ranked(_constraint_bars(content, rows, say))


def _is_held_up(content: Content) -> bool:
    return bool(content.figures["held_up_projects"].value)


CONSTRAINTS = ChartDeclaration(
    name="constraints",
    frame=_constraints,
    title=_constraint_title,
    subtitle=_constraint_subtitle,
    alt=_constraint_alt,
    draw=_draw_constraints,
    applies=_is_held_up,
)
