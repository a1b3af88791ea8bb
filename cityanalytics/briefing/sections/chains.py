"""How plan, forecast and completions came about: three sentences each, with the tables and cells that they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cityanalytics.briefing.blocks import table_link
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.rounding import before_rounding
from cityanalytics.briefing.section import original, paragraph
from cityanalytics.briefing.terms import CLASSES
from cityanalytics.series.ownmonths import OWN_MONTHS

if TYPE_CHECKING:
    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording

#: Keys of the numbers that stand in no table of the page, by chain: what trace leads to their cells by.
KEYS = {
    "Plan": ("annual_plan_original", "adjusted_projects", "plan_adjustment"),
    "Forecast of the year": ("pace_change", "pace_expected", "parts_factor"),
    "Completions": ("completions_best", "projects_completed_p50", "completions_ahead", "completions_due"),
}
#: So many adjusted plans are quoted with their cells.
MOST_QUOTED = 1


def chains(content: Composed, say: Wording) -> Markup:
    """Write the chains of trust; of a year that is over the plan's alone."""
    found = {"Plan": _plan(content, say)}
    if content.pace.days_left:
        found |= {"Forecast of the year": _forecast(content, say), "Completions": _completions(content, say)}
    rules = LANGUAGES[say.language]
    told = [
        paragraph(
            Markup("<b>{}</b>{}{}").format(
                say(name),
                rules.gap,
                escape(rules.space).join(sentences),
            )
        )
        for name, sentences in found.items()
    ]
    command = Markup("<code>{}</code>").format(f"cityanalytics trace briefing.{say.language}.html KEY")
    keys = Markup("<code>{}</code>").format(" ".join(key for name in found for key in KEYS[name]))
    traced = paragraph(
        say("Cells of the numbers in no table: {command}; keys: {keys}.", command=command, keys=keys)
    )
    return Markup("").join([*told, traced])


def _plan(content: Composed, say: Wording) -> list[Markup]:
    approved = say(
        "As approved, with the plans of projects added since: {annual_plan_original}, from the units' workbooks."
    )
    rows = content.reconciliation.adjusted
    if rows.empty:
        adjusted = say("No plan has been adjusted since.")
    else:
        rows = rows.assign(size=(rows["plan"] - rows["plan_original"]).abs())
        rows = rows[rows["plan_cell"].notna()]  # a plan that nothing states any more has no cell to quote
        first = rows.sort_values(["size", "project"], ascending=[False, True]).head(MOST_QUOTED)
        adjusted = say(
            "Adjusted since: projects {adjusted_projects}, together {plan_adjustment}{rounding}; the largest, each with the cell that says so: {listed}.",
            rounding=before_rounding(say, "annual_plan", "annual_plan_original", "plan_adjustment"),
            listed=say(", ").join(
                say(
                    "{name} ({cell})",
                    name=original(name) or "",
                    cell=Markup("<code>{}</code>").format(str(cell).removeprefix("data/raw/")),
                )
                for name, cell in zip(first["project"], first["plan_cell"], strict=True)
            ),
        )
    return [
        approved,
        adjusted,
        say(
            "In force: {annual_plan} ({table}); all shares, gaps and chances are of it.",
            table=table_link(content.tables["key"], say.language),
        ),
    ]


def _forecast(content: Composed, say: Wording) -> list[Markup]:
    if content.forecast.reference_class == OWN_MONTHS:
        ground = say("Ground: the city's own months, {own_months} of earlier years ({own_years}).")
    else:
        ground = say(
            "Ground: public series of the class ({reference_class}): {class_series}, with {class_years} years; how their pace changed after this day of the year ({table}).",
            reference_class=say(CLASSES[content.forecast.reference_class]),
            table=table_link(content.tables["classes"], say.language),
        )
    return [
        ground,
        say(
            "The pace so far would lead to {closes_at_achieved_pace}; the forecast goes on at {pace_change} times that pace ({pace_expected}) and ends at {forecast_p50}."
        ),
        say(
            "The projects' own dates and paces lead to {bottom_up}; to meet the city's forecast what each is still to bring is taken {parts_factor} times ({table}).",
            table=table_link(content.tables["rulers"], say.language),
        ),
    ]


def _completions(content: Composed, say: Wording) -> list[Markup]:
    return [
        say(
            "Completed so far: {projects_completed} of {projects_total} ({table}); the most in any stretch of this year as long as the days left ({completions_days}): {completions_best}.",
            table=table_link(content.tables["stages"], say.language),
        ),
        say("Expected by 31 December: {projects_completed_p50}; still to come: {completions_ahead}."),
        say(
            "Open projects whose planned finish lies in the year: {completions_due}; not all of them will keep it."
        ),
    ]
