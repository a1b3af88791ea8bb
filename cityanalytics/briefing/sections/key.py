"""[key] Plan, done, share and gap: investment, demolition by kind, projects by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from cityanalytics.briefing.blocks import side_by_side
from cityanalytics.briefing.display import Table
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import paragraph, part

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording


@part("key")
def key(content: Content, say: Wording) -> Markup:
    """Write the key tables."""
    return side_by_side(_measures(content, say), _projects(content, say)) + paragraph(
        say("Planned areas of demolition are assumed. Housing: {housing_under_construction} under construction, {housing_completed} completed, {housing_investment} invested (assumed to lie inside the total)."),
        note=True,
    )  # fmt: skip


def _measures(content: Content, say: Wording) -> Markup:
    rules, elapsed = LANGUAGES[say.language], content.programme.elapsed
    money, area = rules.amounts[0], rules.areas[0]
    found = content.figures
    rows: list[tuple[Markup | float | None, ...]] = []

    def row(label: Markup, done: str, plan: str, per: float) -> None:
        share = _over(found[done].value, found[plan].value)
        gap = None if share is None else share - elapsed
        rows.append((label, _over(found[plan].value, per), _over(found[done].value, per), share, gap))

    row(say("Investment, {unit}", unit=money.unit), "investment_to_date", "annual_plan", money.per)
    if content.programme.demolition.size:
        row(
            say("Demolition, {unit}", unit=area.unit),
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
        table.caption(say("Main measures"), unit=say("gap: to elapsed time, percentage points"))
        .numeric(1, 2, places=max(1, 1 + money.places))
        .shares(3)
        .points(4)
        .fitting()
        .html(1, say.language)
    )


def _projects(content: Content, say: Wording) -> Markup:
    projects, money = content.programme.projects, LANGUAGES[say.language].amounts[0]
    moving = projects["stage"].isin(["under construction", "suspended"])
    on_schedule = projects["schedule"] == "on schedule"
    groups = [
        (say("Started"), projects[projects["stage"].isin(["under construction", "suspended", "completed"])]),
        (say("of which completed"), projects[projects["stage"] == "completed"]),
        (say("of which on schedule"), projects[moving & on_schedule]),
        (say("of which neither: late"), projects[moving & ~on_schedule]),
        (say("Not started"), projects[projects["stage"] == "not started"]),
        (say("All projects"), projects),
    ]
    rows = [(label, len(rows), *_plan_and_share(rows)) for label, rows in groups]
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


def _plan_and_share(rows: pd.DataFrame) -> tuple[float, float, float | None]:
    plan, done = float(rows["plan"].sum()), float(rows["done"].sum())
    return plan, done, _over(done, plan)


def _over(value: float | None, whole: float | None) -> float | None:
    return None if value is None or not whole else value / whole
