"""[projects] Projects that weigh most: late and not started, with constraint, person and latest dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.blocks import side_by_side
from cityanalytics.briefing.changed import changed, moves
from cityanalytics.briefing.charts import Bar, Chart, Stage, constraints, projects_strip
from cityanalytics.briefing.figure import Words
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import paragraph, part
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording


@part("projects")
def projects(content: Content, say: Wording) -> Markup:
    """Write the strip of all projects, the constraints, what changed, and the twelve that weigh most."""
    charts = _strip(content, say).figure_html(6, say.language)
    if content.figures["held_up_projects"].value:
        charts = side_by_side(charts, _constraints(content, say).figure_html(7, say.language))
    return charts + changed(content, say) + moves(content, say) + _heaviest(content, say)


def _strip(content: Content, say: Wording) -> Chart:
    rows = content.programme.traced
    moving = rows["stage"].isin(progress.UNDER_WAY)
    on_schedule = rows["schedule"] == "on schedule"
    doubted = rows["project"].isin(content.reconciliation.contradicted["project"])
    groups = [
        ("Completed", rows["stage"] == "completed", palette.ACTUAL),
        ("On schedule", moving & on_schedule & ~doubted, palette.PAST),
        ("Late", moving & ~on_schedule & ~rows["unassessed"], palette.BEHIND),
        ("Not assessed", rows["unassessed"], palette.WAITING),
        ("Not started", rows["stage"] == "not started", palette.WAITING),
    ]
    title = say.plain_counted(
        "{projects_total} project: {unexplained_projects} late, {projects_not_started} not started",
        "{projects_total} projects: {unexplained_projects} late, {projects_not_started} not started",
        "projects_total",
    )
    alt = say.plain(
        "Dot plot of all projects: {projects_completed} completed, {projects_on_schedule} on schedule, "
        "{unexplained_projects} late, {projects_not_started} not started, against elapsed time of {elapsed_share}; {contradicted_projects} said to be on schedule lie below it."
    )
    if rows["unassessed"].any():
        begun = say.plain("begun since the last report, not assessed: {unassessed_projects}")
        title = LANGUAGES[say.language].join.join([title, begun])
        alt = say.plain("{alt} In addition, {begun}.", alt=alt, begun=begun)
    return projects_strip(
        [
            Stage(
                label=say.plain(label),
                shares=[float(share) for share in rows.loc[chosen, "share"].dropna()],
                look=look,
                doubted=[float(share) for share in rows.loc[doubted, "share"].dropna()]
                if look is palette.PAST
                else (),
                doubted_label=say.plain("{contradicted_projects} of these behind"),
            )
            for label, chosen, look in groups
            if label != "Not assessed" or chosen.any()
        ],
        elapsed_share=content.programme.elapsed,
        elapsed_label=say.plain("Elapsed time {elapsed_share}"),
        language=say.language,
        words=Words(
            title=title,
            subtitle=say.plain(
                "One mark, one project; share of its annual plan, %; pointing down: behind elapsed time"
            ),
            alt=alt,
        ),
    )


def _constraints(content: Content, say: Wording) -> Chart:
    table = progress.by_constraint(content.programme)
    whole = float(table["gap"].clip(lower=0).sum())
    records = table.to_dict("records")
    bars = []
    for row in records:
        gap = max(row["gap"], 0.0)
        known = isinstance(row["constraint"], str)
        label = (
            content.settings.term(row["constraint"], say.language) if known else say.plain("none reported")
        )
        note = say.plain_counted(
            "{share}, {amount}, {count} project",
            "{share}, {amount}, {count} projects",
            "count",
            share=display.share(gap / whole if whole else display.NOT_APPLICABLE, say.language, places=0),
            amount=_in_hundred_millions(gap, say.language),
            count=row["projects"],
        )
        bars.append(Bar(label=label, value=gap, note=note, look=palette.PAST))
    listed = LANGUAGES[say.language].join.join(f"{bar.label} {bar.note}" for bar in bars)
    first = next(
        (bar for bar, row in zip(bars, records, strict=True) if isinstance(row["constraint"], str)), None
    )
    if first is None:
        title = say.plain("No constraint is reported for the late and the not started projects")
    elif not whole:
        title = say.plain("The late and the not started projects have no gap to elapsed time")
    else:
        title = say.plain(
            "{share} of the gap hangs on {first}, more than on any other constraint",
            first=first.label,
            share=display.share(first.value / whole, say.language, places=0),
        )
    return constraints(
        bars,
        words=Words(
            title=title,
            subtitle=say.plain(
                "Gap to elapsed time of the late and the not started projects, by the constraint that their units report; share of it, amount, number of projects"
            ),
            alt=say.plain(
                "Bar chart of the gap by constraint. {title}. {listed}.", title=title, listed=listed
            ),
        ),
    )


def _in_hundred_millions(yuan: float, language: str) -> str:
    """Return an amount in the largest unit, however small, so that the bars of a chart compare."""
    scale = LANGUAGES[language].amounts[0]
    return display.in_scale(yuan, language, scale, places=2 + scale.places)


def _heaviest(content: Content, say: Wording) -> Markup:
    table = content.tables["held_up"]
    if table.rows.empty:
        return table.html(say.language)
    return table.html(say.language) + paragraph(
        say(
            "Latest start: what must end in the year, 31 December less its planned duration; all else must start by 31 December. All projects: briefing.xlsx."
        ),
        note=True,
    )
