"""Charts of who stands where: categories, units and demolition, done against plan, with the year's end."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing import display
from cityanalytics.briefing.charts.bars import MOST_OF_PLAN, MOST_ROWS, amounts, bullets
from cityanalytics.briefing.charts.declared import ChartDeclaration
from cityanalytics.briefing.charts.finding import demolished, finding
from cityanalytics.briefing.charts.rows import Progress
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.lights import light
from cityanalytics.briefing.rule import note
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.briefing.charts.drawing import Drawing
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.language import Scale
    from cityanalytics.briefing.wording import Wording

_LEVELS = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def _groups(content: Content, group: str) -> pd.DataFrame:
    """Return a row a group, largest gap first: plan, done, gap, share, behind; p10, p50, p90 while days are left."""
    table = progress.sums_by(content.programme, group)
    if not content.pace.days_left:
        return table
    ends = content.outlook.by(group)[[group, *_LEVELS]]
    return table.merge(ends, on=group, how="left")


def _group_title(content: Content, rows: pd.DataFrame, say: Wording, *, group: str) -> str:
    first = content.settings.term(str(rows[group].iloc[0]), say.language)
    return finding(say, group, late=bool((rows["gap"] > 0).any()), first=first)


def _group_subtitle(_content: Content, rows: pd.DataFrame, say: Wording, *, group: str) -> str:
    del group
    if "p90" not in rows:
        return say.plain(
            "% of each one's plan, largest gap first; outline: plan, bar: done, line: elapsed time"
        )
    text = say.plain(
        "% of each one's plan, largest gap first; outline: plan, bar: done, line: elapsed time, "
        "dots: 80% range of the year's end, ring: its median"
    )
    shown = rows.head(MOST_ROWS)
    if (shown["p90"] > MOST_OF_PLAN * shown["plan"].where(shown["plan"] > 0)).any():
        text = LANGUAGES[say.language].join.join([text, say.plain("arrow: beyond the axis")])
    return text


def _group_alt(content: Content, rows: pd.DataFrame, say: Wording, *, group: str) -> str:
    scale = LANGUAGES[say.language].amounts[0]
    return say.plain(
        "Bullet graphs against elapsed time of {elapsed_share}. {title}. In {unit}: {rest}.",
        title=_group_title(content, rows, say, group=group),
        unit=scale.unit,
        rest=LANGUAGES[say.language].join.join(
            _in_words(
                item, say, share=share, state=state.removeprefix("▼ "), scale=scale, places=2 + scale.places
            )
            for item, share, state in _group_items(content, rows, say, group=group)
        ),
    )


def _group_items(
    content: Content, rows: pd.DataFrame, say: Wording, *, group: str, shares: bool = False
) -> list[tuple[Progress, str, str]]:
    """Return each drawn row with its share and its light in words; the notes hold the light, and the share if wanted."""
    items = []
    for row in rows.head(MOST_ROWS).to_dict("records"):
        shown = light(
            row["behind"],
            content.settings.lights,
            partial=content.programme.coverage.concerns(group, str(row[group])),
        )
        text, look = note(shown, say)
        share = display.share(display.NOT_APPLICABLE if shown is None else row["share"], say.language)
        item = Progress(
            label=content.settings.term(str(row[group]), say.language),
            done=row["done"],
            plan=row["plan"],
            expected=_triple([row.get(level) for level in _LEVELS]),
            note=f"{share} {text}" if shares and shown is not None else text,
            look=look,
        )
        items.append((item, share, text))
    return items


def _draw_groups(content: Content, rows: pd.DataFrame, say: Wording, *, group: str, shares: bool) -> Drawing:
    return bullets(
        [item for item, _, _ in _group_items(content, rows, say, group=group, shares=shares)],
        elapsed_share=content.programme.elapsed,
        elapsed_label=say.plain("Elapsed time {elapsed_share}"),
        language=say.language,
    )


def _declared(name: str, group: str, *, shares: bool) -> ChartDeclaration[Content]:
    return ChartDeclaration(
        name=name,
        frame=partial(_groups, group=group),
        title=partial(_group_title, group=group),
        subtitle=partial(_group_subtitle, group=group),
        alt=partial(_group_alt, group=group),
        draw=partial(_draw_groups, group=group, shares=shares),
    )


CATEGORIES = _declared("categories", "category", shares=True)
UNITS = _declared("units", "unit", shares=False)


def _kinds(content: Content) -> pd.DataFrame:
    """Return a row a kind of demolition: planned, done (square metres); p10, p50, p90 while days are left."""
    table = progress.demolition_by_kind(content.programme)
    if not content.pace.days_left:
        return table
    sites = content.outlook.demolition
    return table.assign(
        **{name: [sites.total(level, kind=kind) for kind in table["kind"]] for name, level in _LEVELS.items()}
    )


def _kind_title(_content: Content, _rows: pd.DataFrame, say: Wording) -> str:
    return demolished(say)


def _kind_subtitle(content: Content, rows: pd.DataFrame, say: Wording) -> str:
    unit = LANGUAGES[say.language].areas[0].unit
    planned = say.plain("planned (assumed)" if content.settings.demolition_plan_assumed else "planned")
    if "p90" not in rows:
        return say.plain(
            "Area demolished, {unit}; bar: done, outline: {planned}, line: elapsed time",
            unit=unit,
            planned=planned,
        )
    return say.plain(
        "Area demolished, {unit}; bar: done, outline: {planned}, line: elapsed time, "
        "dots: 80% range of the year's end, ring: its median",
        unit=unit,
        planned=planned,
    )


def _kind_alt(content: Content, rows: pd.DataFrame, say: Wording) -> str:
    scale = LANGUAGES[say.language].areas[0]
    return say.plain(
        "Bar chart of the area demolished by kind. {title}. In {unit}: {rest}.",
        title=demolished(say),
        unit=scale.unit,
        rest=LANGUAGES[say.language].join.join(
            _in_words(item, say, share=share, state="", scale=scale, places=1 + scale.places)
            for item, share in _kind_items(content, rows, say)
        ),
    )


def _kind_items(content: Content, rows: pd.DataFrame, say: Wording) -> list[tuple[Progress, str]]:
    labels = {kind.kind: kind.label[say.language] for kind in content.settings.demolition}
    scale = LANGUAGES[say.language].areas[0]
    items = []
    for row in rows.to_dict("records"):
        share = display.share(
            row["done"] / row["planned"] if row["planned"] else display.NOT_APPLICABLE, say.language
        )
        area = display.number(row["done"], say.language, places=1 + scale.places, per=scale.per)
        item = Progress(
            label=labels.get(row["kind"], row["kind"]),
            done=row["done"],
            plan=row["planned"],
            expected=_triple([row.get(level) for level in _LEVELS]),
            note=say.plain("{area}, {share}", area=area, share=share),
        )
        items.append((item, share))
    return items


def _draw_kinds(content: Content, rows: pd.DataFrame, say: Wording) -> Drawing:
    items = [item for item, _ in _kind_items(content, rows, say)]
    return amounts(items, elapsed_share=content.programme.elapsed)


def _has_sites(content: Content) -> bool:
    return bool(content.programme.demolition.size)


DEMOLITION = ChartDeclaration(
    name="demolition",
    frame=_kinds,
    title=_kind_title,
    subtitle=_kind_subtitle,
    alt=_kind_alt,
    draw=_draw_kinds,
    applies=_has_sites,
)


def _triple(values: Sequence[float | None]) -> tuple[float, float, float] | None:
    """Return low, median and high; None where one is not known."""
    low, median, high = values
    if low is None or median is None or high is None or pd.isna([low, median, high]).any():
        return None
    return float(low), float(median), float(high)


def _in_words(item: Progress, say: Wording, *, share: str, state: str, scale: Scale, places: int) -> str:
    """Return a row of a chart in words: done, plan, share, light, and the year's end."""

    def bare(value: float | None) -> str:
        return display.number(value, say.language, places=places, per=scale.per)

    text = say.plain(
        "{name} {done} of {plan}, {share}",
        name=item.label,
        done=bare(item.done),
        plan=bare(item.plan),
        share=share,
    )
    if state:
        text = say.plain("{text}, {state}", text=text, state=state)
    if item.expected is not None:
        low, middle, high = (bare(value) for value in item.expected)
        text = say.plain(
            "{text}, year-end {middle} ({low} to {high})", text=text, middle=middle, low=low, high=high
        )
    return text
