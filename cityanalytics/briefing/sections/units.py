"""[units] Who is behind, by unit and category; [lights] the rule of the lights, and what the ranges rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cityanalytics.briefing import display
from cityanalytics.briefing.blocks import side_by_side
from cityanalytics.briefing.figures.programme import MOST_NAMED
from cityanalytics.briefing.findings import left_for
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.lights import Light
from cityanalytics.briefing.rule import rule
from cityanalytics.briefing.section import original, paragraph, part
from cityanalytics.outlook.spread import LEVELS

if TYPE_CHECKING:
    import pandas as pd

    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording

#: Where more than this part of the units share the worst light, it selects nobody.
MOST_SELECTED = 1 / 3
#: What a category makes of all that is done, from which it is said to carry the year.
CARRYING = 0.4
#: As likely as not.
EVEN = 0.5


@part("units")
def units(content: Composed, say: Wording) -> Markup:
    """Write what the lights select, and the tables of units and categories."""
    return (
        _selected(content, say)
        + _carried(content, say)
        + Markup("").join(map(paragraph, left_for("short", content, say)))
        + side_by_side(
            content.tables["units"].html(say.language), content.tables["categories"].html(say.language)
        )
    )


def _carried(content: Composed, say: Wording) -> Markup:
    """Say that one category makes most of what is done while the others are behind."""
    found, rows = content.figures, content.tables["categories"].rows
    part, others = (found[name].value for name in ("largest_category_part", "other_categories_share"))
    if part is None or others is None or part < CARRYING or others >= content.programme.elapsed:
        return Markup("")
    name = str(rows.nlargest(1, "done")["category"].iloc[0])
    return paragraph(
        say(
            "{name} makes {largest_category_part} of all that is done; all other categories stand at {other_categories_share} of their plans.",
            name=content.settings.term(name, say.language),
        )
    )


def _selected(content: Composed, say: Wording) -> Markup:
    """Say whom the worst light selects, or that it selects nobody; and where light and forecast differ."""
    rows = content.tables["units"].rows
    far = rows["light"] == Light.FAR_BEHIND.value
    sentences = []
    if far.sum() > MOST_SELECTED * len(rows):
        sentences.append(
            say(
                "Units far behind by the rule of the lights: {units_far_behind} of {units_total}, too many to select by; they are ranked by shortfall."
            )
        )
    elif far.any():
        sentences.append(
            say("Far behind by the rule of the lights: {names}.", names=_named(content, rows[far], say))
        )
    if content.pace.days_left:
        likely = rows["probability"] >= EVEN
        normal = rows["light"] == Light.NORMAL.value
        differing = (
            (far & likely, "Far behind today, yet more likely than not to reach the plan: {names}."),
            (
                normal & (rows["probability"] < EVEN),
                "Not behind today, yet more likely than not to miss the plan: {names}.",
            ),
        )
        sentences += [
            say(sentence, names=_named(content, rows[chosen], say))
            for chosen, sentence in differing
            if chosen.any()
        ]
    return paragraph(escape(LANGUAGES[say.language].space).join(sentences)) if sentences else Markup("")


def _named(content: Composed, rows: pd.DataFrame, say: Wording) -> str:
    """Return the names of units with the largest plans."""
    first = rows.sort_values("plan", ascending=False, kind="stable").head(MOST_NAMED)
    names = say.plain(", ").join(content.settings.term(str(name), say.language) for name in first["unit"])
    return names if len(rows) <= MOST_NAMED else say.plain("{names} and others", names=names)


@part("lights")
def lights(content: Composed, say: Wording) -> Markup:
    """Write the rule of the lights, what units say against the figures, and the ranges' ground."""
    return rule(content, say) + _contradicted(content, say) + _ground(content, say)


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


def _ground(content: Composed, say: Wording) -> Markup:
    """Say what the ranges rest on; nothing when the year is over."""
    return paragraph(_doubts(content, say), note=True) if content.pace.days_left else Markup("")


def _doubts(content: Composed, say: Wording) -> Markup:
    """Say what the ranges rest on, and what the projects' rows lack."""
    held = say(
        "Units add up to the city on every path; medians and ranges do not. In simulated years {unit_coverage} of the units ended inside their range."
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
