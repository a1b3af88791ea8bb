"""[key] Plan, done, share and gap: investment, demolition by kind, projects by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing.blocks import side_by_side
from cityanalytics.briefing.display import Table
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import paragraph, part

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording


#: Figures of the projects' table, and what they count.
STAGES = (
    ("projects_started", "Started"),
    ("projects_completed", "of which completed"),
    ("projects_on_schedule", "of which on schedule"),
    ("unexplained_projects", "of which neither: late"),
    ("projects_not_started", "Not started"),
    ("projects_total", "All projects"),
)


@part("key")
def key(content: Content, say: Wording) -> Markup:
    """Write the key tables."""
    return side_by_side(_measures(content, say), _projects(content, say)) + paragraph(
        say(
            "Planned areas of demolition are assumed. Housing: {housing_under_construction} under construction, {housing_completed} completed, {housing_investment} invested (assumed to lie inside the total)."
        ),
        note=True,
    )


def _measures(content: Content, say: Wording) -> Markup:
    rules = LANGUAGES[say.language]
    money, area = rules.amounts[0], rules.areas[0]
    found = content.figures
    rows: list[tuple[Markup | float | None, ...]] = []

    def row(label: Markup, done: str, plan: str, per: float) -> None:
        values = (_over(found[plan].value, per), _over(found[done].value, per))
        rows.append((label, *values, found[f"{done}_share"].value, found[f"{done}_gap"].value))

    row(say("Investment"), "investment_to_date", "annual_plan", money.per)
    if content.programme.demolition.size:
        row(
            say("Demolition"),
            "demolition_total",
            "demolition_total_planned",
            area.per,
        )
        for kind in content.settings.demolition:
            label = Markup("{}{}").format(
                "\u3000" if say.language == "zh" else "\u2003", kind.label[say.language]
            )
            row(label, kind.key, f"{kind.key}_planned", area.per)
    table = Table.of(columns=(say("Measure"), say("Plan"), say("Done"), say("Share"), say("Gap")), rows=rows)
    return (
        table.caption(
            say("Main measures"),
            unit=say(
                "investment in {money}, demolition in {area}; gap to elapsed time in percentage points",
                money=money.unit,
                area=area.unit,
            ),
        )
        .numeric(1, 2, places=max(1, 1 + money.places))
        .shares(3)
        .points(4)
        .fitting()
        .html(1, say.language)
    )


def _projects(content: Content, say: Wording) -> Markup:
    money, found = LANGUAGES[say.language].amounts[0], content.figures
    rows = [
        (say(label), *(found[f"{key}{suffix}"].value for suffix in ("", "_plan", "_done", "_share")))
        for key, label in STAGES
    ]
    table = Table.of(
        columns=(say("Projects"), say("Number"), say("Plan"), say("Done"), say("Share")), rows=rows
    )
    return (
        table.caption(say("Projects by stage"), unit=say("number; plan and done in {unit}", unit=money.unit))
        .numeric(1)
        .numeric(2, 3, places=1 + money.places, per=money.per)
        .shares(4)
        .fitting()
        .html(2, say.language)
    )


def _over(value: float | None, whole: float | None) -> float | None:
    return None if value is None or not whole else value / whole
