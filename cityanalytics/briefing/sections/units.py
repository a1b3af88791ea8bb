"""[units] By category and by responsible unit: who is behind, and by how much of the gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cityanalytics.briefing import display
from cityanalytics.briefing.blocks import late, side_by_side
from cityanalytics.briefing.charts import Chart, Progress, bullets, demolition
from cityanalytics.briefing.display import Table
from cityanalytics.briefing.figure import Words
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.lights import Light, light
from cityanalytics.briefing.section import paragraph, part
from cityanalytics.forecast.spread import LEVELS
from cityanalytics.programme import progress

if TYPE_CHECKING:
    import pandas as pd

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.settings import Lights

MOST_UNITS = 20
MOST_NAMED = 4


@part("units")
def units(content: Content, say: Wording) -> Markup:
    """Write the bullet graphs, and the table of units."""
    by_category, by_unit = progress.by(content.programme, "category"), progress.by(content.programme, "unit")
    left = _bullets(content, say, by_category, "category").figure_html(3, say.language)
    right = _bullets(content, say, by_unit.head(MOST_UNITS), "unit").figure_html(4, say.language)
    if content.programme.demolition.size:
        left = Markup("<div>{}{}</div>").format(left, _demolition(content, say).figure_html(5, say.language))
    rule = content.settings.lights
    return (
        side_by_side(left, right)
        + _table(content, say, by_unit)
        + paragraph(_rule(say, rule), note=True)
        + _ahead(content, say)
    )


def _ahead(content: Content, say: Wording) -> Markup:
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
    return paragraph(short) + paragraph(
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


def _doubts(content: Content, say: Wording) -> Markup:
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
    said = [say.counted(*forms, key) for key, forms in lacking.items() if found[key].value]
    if content.outlook.parts.unallocated[LEVELS.index(0.5)]:
        said.append(
            say(
                "A part of the city's median goes beyond all projects' total investment and stands with no unit."
            )
        )
    return escape(LANGUAGES[say.language].space).join([held, *said])


def _furthest(content: Content, say: Wording) -> str:
    """Name the categories that will be furthest from their plans, with year's end and plan."""
    table = content.outlook.by("category")
    scale = LANGUAGES[say.language].amounts[0]
    first = table[table["short"] > 0].head(MOST_NAMED)
    return LANGUAGES[say.language].join.join(
        say.plain(
            "{name} {ends} of {plan}",
            name=content.settings.term(str(row["category"]), say.language),
            ends=display.in_scale(row["p50"], say.language, scale, places=1 + scale.places),
            plan=display.in_scale(row["plan"], say.language, scale, places=1 + scale.places),
        )
        for row in first.to_dict("records")
    )


def _rule(say: Wording, rule: Lights) -> Markup:
    if not rule.yellow:
        return say(
            "Rule for the words: normal when not behind elapsed time, behind up to {light_red}, far behind beyond."
        )
    return say(
        "Rule for the words: normal up to {light_yellow} behind elapsed time, behind up to {light_red}, far behind beyond."
    )


def _bullets(content: Content, say: Wording, table: pd.DataFrame, key: str) -> Chart:
    rows = [
        Progress(label=content.settings.term(str(row[key]), say.language), done=row["done"], plan=row["plan"])
        for row in table.to_dict("records")
    ]
    by_category = key == "category"
    scale = LANGUAGES[say.language].amounts[0]
    rest = LANGUAGES[say.language].join.join(
        f"{row.label} {display.share(row.done / row.plan if row.plan else None, say.language)}"
        for row in rows[:5]
    )
    return bullets(
        rows,
        elapsed_share=content.programme.elapsed,
        elapsed_label=say.plain("Elapsed time {elapsed_share}"),
        behind_word=say.plain("behind"),
        scale=scale,
        language=say.language,
        words=Words(
            title=_finding(content, say, by_category=by_category, first=rows[0].label),
            subtitle=say.plain(
                "Outline: annual plan; bar: done; tick: elapsed time; {unit}; largest gap first",
                unit=scale.unit,
            ),
            alt=say.plain(
                "Bullet graph by category, largest gap first: {rest}."
                if by_category
                else "Bullet graph by unit, largest gap first: {rest}.",
                rest=rest,
            ),
        ),
    )


def _finding(content: Content, say: Wording, *, by_category: bool, first: str) -> str:
    """Say how many are behind elapsed time, and which has the largest gap."""
    if by_category:
        if content.figures["categories_behind"].value:
            return say.plain_counted(
                "Behind elapsed time: {categories_behind} of {categories_total} category; largest gap: {first}",
                "Behind elapsed time: {categories_behind} of {categories_total} categories; largest gap: {first}",
                "categories_total",
                first=first,
            )
        return say.plain_counted(
            "{categories_total} category, on time by elapsed time",
            "{categories_total} categories, all on time by elapsed time",
            "categories_total",
        )
    if content.figures["units_behind"].value:
        return say.plain_counted(
            "Behind elapsed time: {units_behind} of {units_total} unit; largest gap: {first}",
            "Behind elapsed time: {units_behind} of {units_total} units; largest gap: {first}",
            "units_total",
            first=first,
        )
    return say.plain_counted(
        "{units_total} unit, on time by elapsed time",
        "{units_total} units, all on time by elapsed time",
        "units_total",
    )


def _demolition(content: Content, say: Wording) -> Chart:
    labels = {kind.kind: kind.label[say.language] for kind in content.settings.demolition}
    table = progress.demolition_by_kind(content.programme)
    rows, notes = [], []
    for row in table.to_dict("records"):
        share = row["done"] / row["planned"] if row["planned"] else None
        rows.append(
            Progress(label=labels.get(row["kind"], row["kind"]), done=row["done"], plan=row["planned"])
        )
        notes.append(
            f"{display.area(row['done'], say.language, places=1)} {display.share(share, say.language)}"
        )
    listed = LANGUAGES[say.language].join.join(
        f"{row.label} {note}" for row, note in zip(rows, notes, strict=True)
    )
    return demolition(
        rows,
        notes=notes,
        words=Words(
            title=say.plain_counted(
                "{demolition_total} demolished at {demolition_sites} site",
                "{demolition_total} demolished at {demolition_sites} sites",
                "demolition_sites",
            ),
            subtitle=say.plain("Area demolished; bar: done, outline: planned (assumed)"),
            alt=say.plain("Bar chart of the area demolished by kind: {listed}.", listed=listed),
        ),
    )


def _table(content: Content, say: Wording, table: pd.DataFrame) -> Markup:
    scale = LANGUAGES[say.language].amounts[0]
    words = {
        Light.NORMAL: say("normal"),
        Light.BEHIND: late(say("behind")),
        Light.FAR_BEHIND: late(say("far behind")),
    }
    total = float(table.loc[table["gap"] > 0, "gap"].sum())
    ahead = content.outlook.by("unit").set_index("unit")
    rows = [
        (
            content.settings.term(row["unit"], say.language),
            row["plan"],
            row["done"],
            row["gap"] / total if row["gap"] > 0 and total else display.NOT_APPLICABLE,
            ahead["p50"][row["unit"]],
            ahead["probability"][row["unit"]] if row["plan"] > 0 else display.NOT_APPLICABLE,
            words[light(row["behind"], content.settings.lights)],
        )
        for row in table.to_dict("records")
    ]
    shown = Table.of(
        columns=(
            say("Unit"),
            say("Plan"),
            say("Done"),
            say("Of the gap"),
            say("Year-end"),
            say("Chance"),
            say("State"),
        ),
        rows=rows,
    )
    return (
        shown.caption(
            say("Responsible units, largest gap first"),
            unit=say("{unit}; year-end: median forecast; chance of reaching the plan", unit=scale.unit),
        )
        .numeric(1, 2, 4, places=2, per=scale.per)
        .shares(3)
        .shares(5, places=0)
        .html(5, say.language)
    )
