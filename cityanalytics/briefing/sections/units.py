"""[units] Who is behind, by unit and category; [lights] the rule of the lights, and what the ranges rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cityanalytics.briefing import display
from cityanalytics.briefing.blocks import side_by_side
from cityanalytics.briefing.figures.programme import MOST_NAMED
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.rule import rule
from cityanalytics.briefing.section import original, paragraph, part
from cityanalytics.outlook.spread import LEVELS

if TYPE_CHECKING:
    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording


@part("units")
def units(content: Composed, say: Wording) -> Markup:
    """Write the tables of units and categories."""
    return side_by_side(
        content.tables["units"].html(say.language), content.tables["categories"].html(say.language)
    )


@part("lights")
def lights(content: Composed, say: Wording) -> Markup:
    """Write the rule of the lights, what units say against the figures, who will be short, and the ranges' ground."""
    return (
        rule(content, say)
        + paragraph(say("A light tells where a part stands today, the chance where its year ends."))
        + _contradicted(content, say)
        + _ahead(content, say)
        + _ground(content, say)
    )


def _contradicted(content: Composed, say: Wording) -> Markup:
    """Name the projects that their units say to be on schedule while the figures say otherwise."""
    rows = content.reconciliation.contradicted
    if rows.empty:
        return Markup("")
    term, language = content.settings.term, say.language
    counts = rows.groupby("unit", sort=False)["project"].size().sort_values(ascending=False, kind="stable")
    listed = say.plain(", ").join(
        f"{term(str(unit), language)} {display.count(int(count), language)}" for unit, count in counts.items()
    )
    first = say(", ").join(
        say(
            "{name} {share}", name=original(row["project"]) or "", share=display.share(row["share"], language)
        )
        for row in rows.head(MOST_NAMED).to_dict("records")
    )
    return paragraph(
        say.strong(
            "Said to be on schedule, but below elapsed time by the figures: projects {contradicted_projects}."
        )
        + LANGUAGES[language].space
        + say(
            "By unit: {listed}. With the largest gaps: {first}. All of them: notebook 03_projects.",
            listed=listed,
            first=first,
        )
    )


def _ahead(content: Composed, say: Wording) -> Markup:
    """Write who will be short at the year's end; nothing when the year is over."""
    if not content.pace.days_left:
        return Markup("")
    short = say(
        "Expected to end the year short of plan, by their medians: categories {categories_short}, units {units_short}."
    )
    if named := _furthest(content, say):
        short = say(
            "Expected to end the year short of plan, by their medians: categories {categories_short}, units {units_short}; furthest: {named}.",
            named=named,
        )
    return paragraph(short)


def _ground(content: Composed, say: Wording) -> Markup:
    """Say where the projects' own dates lead, and what the ranges rest on; nothing when the year is over."""
    if not content.pace.days_left:
        return Markup("")
    return paragraph(
        escape(LANGUAGES[say.language].space).join(
            [
                say(
                    "Projects' own dates and paces lead to {bottom_up}; all parts are brought to the city's {forecast_p50}."
                ),
                _doubts(content, say),
            ]
        ),
        note=True,
    )


def _doubts(content: Composed, say: Wording) -> Markup:
    """Say what the ranges rest on, and what the projects' rows lack."""
    held = say(
        "Medians add up, ranges do not; in simulated years {unit_coverage} of the units ended inside theirs."
    )
    found = content.figures
    lacking = {
        "parts_without_total": (
            "{parts_without_total} project states no total investment and is not capped.",
            "{parts_without_total} projects state no total investment and are not capped.",
        ),
        "parts_without_dates": (
            "{parts_without_dates} project lacks a planned date: its plan is spread to the year's end.",
            "{parts_without_dates} projects lack a planned date: their plan is spread to the year's end.",
        ),
        "parts_contradicted": (
            "{parts_contradicted} project has more done than its total investment, or less than nothing: its row needs checking.",
            "{parts_contradicted} projects have more done than their total investment, or less than nothing: their rows need checking.",
        ),
        "sites_without_plan": (
            "{sites_without_plan} demolition site has no planned area: only what is done counts.",
            "{sites_without_plan} demolition sites have no planned area: only what is done counts.",
        ),
        "sites_exceeded": (
            "{sites_exceeded} demolition site has done more than planned: what is done counts as its total.",
            "{sites_exceeded} demolition sites have done more than planned: what is done counts as their total.",
        ),
    }
    items = [say.counted(*forms, key) for key, forms in lacking.items() if key in found and found[key].value]
    if content.outlook.parts.unallocated[LEVELS.index(0.5)]:
        items.append(
            say(
                "A part of the city's median goes beyond all projects' total investment and stands with no unit."
            )
        )
    return escape(LANGUAGES[say.language].space).join([held, *items])


def _furthest(content: Composed, say: Wording) -> str:
    """Name the categories that will be furthest from their plans, with year's end and plan."""
    table = content.outlook.by("category")
    scale = LANGUAGES[say.language].amounts[0]
    first = table[table["short"] > 0].head(MOST_NAMED)
    return say.plain(", ").join(
        say.plain(
            "{name} {ends} of {plan}",
            name=content.settings.term(str(row["category"]), say.language),
            ends=display.in_scale(row["p50"], say.language, scale, places=1 + scale.places),
            plan=display.in_scale(row["plan"], say.language, scale, places=1 + scale.places),
        )
        for row in first.to_dict("records")
    )
