"""[data] What was received, is missing, does not add up; [corrections] the rest, and what was stated again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing import display
from cityanalytics.briefing.lacking import missing
from cityanalytics.briefing.section import bullets, part, quarter_name

if TYPE_CHECKING:
    import datetime as dt

    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording


#: So many lines of it stand on the leader's screens.
MOST_LINES = 4


@part("data")
def data(content: Composed, say: Wording) -> Markup:
    """Write the data statement."""
    return bullets(statements(content, say)[:MOST_LINES])


@part("corrections")
def corrections(content: Composed, say: Wording) -> Markup:
    """Write all that is missing, the rest of the data statement, and the amounts that were stated again."""
    rest = missing(content.programme.coverage, say, content.settings)
    rest += statements(content, say)[MOST_LINES:]
    return (bullets(rest) if rest else Markup("")) + content.tables["revisions"].html(say.language)


def statements(content: Composed, say: Wording) -> list[Markup]:
    """Return what was received and what does not add up, a sentence or two each."""
    return [*_received(content, say), *_gaps(content, say)]


def _received(content: Composed, say: Wording) -> list[Markup]:
    quarter = quarter_name(content.programme.quarter, say)
    found = content.figures
    lines = [
        say(
            "Units that have sent workbooks for the {quarter}: {units_received} of {units_expected}, {units_late} of them after the due day.",
            quarter=quarter,
        )
        if found["units_late"].value
        else say(
            "Units that have sent workbooks for the {quarter}: {units_received} of {units_expected}.",
            quarter=quarter,
        )
    ]
    if late := late_units(content):
        days = [
            say.plain(
                "{unit} ({day})",
                unit=content.settings.term(unit, say.language),
                day=display.day_text(day, say.language),
            )
            for unit, day in late
        ]
        lines.append(say("Late, with the day of receipt: {names}.", names=_names(days, say)))
    reported = content.programme.traced["status_date"].dropna()
    older: dt.date | None = (
        reported[reported != reported.max()].max().date() if reported.nunique() > 1 else None
    )
    if older is not None:
        lines.append(
            say(
                "The status of some projects is as last reported, the oldest for {day}.",
                day=display.date_text(reported.min().date(), say.language),
            )
        )
    if content.programme.segments["partly"].any():
        lines.append(
            say("The data date lies inside a reported period: its amounts are spread evenly over its days.")
        )
    if found["issues_error"].value:
        lines.append(
            say(
                "Issues in the workbooks used: errors {issues_error}, warnings {issues_warning}; listed by cell in briefing.xlsx."
            )
        )
    elif found["issues_warning"].value:
        lines.append(
            say("Issues in the workbooks used: warnings {issues_warning}; listed by cell in briefing.xlsx.")
        )
    return lines


def late_units(content: Composed) -> list[tuple[str, dt.date]]:
    """Return the units whose first workbook of the quarter came after the due day, with the day of receipt."""
    received, settings = content.programme.received, content.settings
    due = settings.due_on(content.programme.quarter)
    rows = received[
        (received["quarter"] == content.programme.quarter) & received["unit"].isin(settings.units)
    ]
    came = {row["unit"]: row["first_received"].date() for row in rows.to_dict("records")}
    return sorted(((unit, day) for unit, day in came.items() if day > due), key=lambda late: late[1])


def _gaps(content: Composed, say: Wording) -> list[Markup]:
    found = content.reconciliation
    lines = [
        say(
            "Started {projects_started} = completed {projects_completed} + on schedule {projects_on_schedule} + neither {unexplained_projects}: these are late, with the constraints that their units report."
        )
        if "unassessed_projects" not in content.figures
        else say(
            "Started {projects_started} = completed {projects_completed} + on schedule {projects_on_schedule} + neither {unexplained_projects}, which are late + begun since their units last reported {unassessed_projects}, of which no report says how they go."
        ),
        *_listed_works(content, say),
    ]
    if content.figures["below_quota_projects"].value:
        lines.append(
            say(
                "Projects under way and below elapsed time on their plan: {below_quota_projects}; of these reported as on schedule: {contradicted_projects}."
            )
        )
    if len(found.adjusted):
        lines.append(
            say.counted(
                "The plans as approved, with those of projects added since, came to {annual_plan_original}; since {adjusted_projects} project was adjusted it is {annual_plan}.",
                "The plans as approved, with those of projects added since, came to {annual_plan_original}; since {adjusted_projects} projects were adjusted it is {annual_plan}.",
                "adjusted_projects",
            )
        )
    totals = [
        say(
            "stated {value} at {where}: {understood}",
            value=say("{" + f"stated_total_{rank}" + "}"),
            where=row["where"],
            understood=say(
                row["understood"],
                **{
                    **json.loads(row["understood_values"]),
                    "computed": say("{" + f"summed_total_{rank}" + "}"),
                },
            ),
        )
        for rank, row in enumerate(found.totals.to_dict("records"), start=1)
    ]
    lines += [
        say("A stated total disagrees with its rows, which are used: {what}.", what=what) for what in totals
    ]
    return lines + _on_year(content, say)


def _listed_works(content: Composed, say: Wording) -> list[Markup]:
    """Tell works that are listed one by one from projects; nothing where the bureau lists none."""
    if not any(kind.listed for kind in content.settings.works):
        return []
    return [
        say(
            "Works completed and listed one by one: {works_listed}; projects they belong to: {works_bundling}; completed projects: {projects_completed}. One project can bundle several works."
        )
    ]


def _on_year(content: Composed, say: Wording) -> list[Markup]:
    """Compare with the same period of last year; where that is unknown, with the whole of earlier years."""
    found = content.figures
    if "investment_same_period" in found and found["investment_on_year_size"].value is not None:
        if content.programme.done >= (found["investment_same_period"].value or 0.0):
            return [
                say(
                    "Year on year: up {investment_on_year_size} from {investment_same_period} by the same day of last year."
                )
            ]
        return [
            say(
                "Year on year: down {investment_on_year_size} from {investment_same_period} by the same day of last year."
            )
        ]
    years = [key.rpartition("_")[2] for key in found if key.startswith("investment_vs_") and found[key].value]
    if not years:
        return []
    listed = say(", ").join(
        say("{share} of the whole of {year}", share=say("{" + f"investment_vs_{year}" + "}"), year=year)
        for year in years
    )
    return [
        say(
            "Year on year: last year is not known by months to its end; the investment to date is {listed}.",
            listed=listed,
        )
    ]


def _names(names: list[str], say: Wording) -> str:
    separator = say.plain("{first}, {second}", first="", second="")
    return separator.join(names)
