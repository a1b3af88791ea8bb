"""Charts of who stands where: categories, units and demolition, done against plan, with the year's end."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cityanalytics.briefing import display
from cityanalytics.briefing.charts import MOST_OF_PLAN, MOST_ROWS, Chart, Progress, bullets, demolition
from cityanalytics.briefing.figure import Words
from cityanalytics.briefing.finding import demolished, finding
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.lights import light
from cityanalytics.briefing.rule import note
from cityanalytics.programme import progress

if TYPE_CHECKING:
    import pandas as pd

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.language import Scale
    from cityanalytics.briefing.wording import Wording


def standing_chart(content: Content, say: Wording, group: str, *, shares: bool) -> Chart:
    """Draw bullet graphs by ``category`` or ``unit``; the notes hold the light, and the share if wanted."""
    table = progress.by(content.programme, group)
    ends = content.outlook.by(group).set_index(group) if content.pace.days_left else None
    scale = LANGUAGES[say.language].amounts[0]
    rows, told = [], []
    for row in table.head(MOST_ROWS).to_dict("records"):
        shown = light(row["behind"], content.settings.lights)
        text, look = note(shown, say)
        share = display.share(display.NOT_APPLICABLE if shown is None else row["share"], say.language)
        expected = None if ends is None else _expected(ends, row[group])
        item = Progress(
            label=content.settings.term(str(row[group]), say.language),
            done=row["done"],
            plan=row["plan"],
            expected=expected,
            note=f"{share} {text}" if shares and shown is not None else text,
            look=look,
        )
        rows.append(item)
        told.append(
            _told(item, say, share=share, state=text.removeprefix("▼ "), scale=scale, places=2 + scale.places)
        )
    late = int((table["gap"] > 0).sum())
    title = finding(say, group, late=late > 0, first=rows[0].label)
    subtitle = say.plain(
        "% of each one's plan, largest gap first; outline: plan, bar: done, line: elapsed time"
    )
    if ends is not None:
        subtitle = say.plain(
            "% of each one's plan, largest gap first; outline: plan, bar: done, line: elapsed time, "
            "dots: 80% range of the year's end, ring: its median"
        )
    if any(row.plan and row.expected and row.expected[-1] > MOST_OF_PLAN * row.plan for row in rows):
        subtitle = LANGUAGES[say.language].join.join([subtitle, say.plain("arrow: beyond the axis")])
    return bullets(
        rows,
        elapsed_share=content.programme.elapsed,
        elapsed_label=say.plain("Elapsed time {elapsed_share}"),
        language=say.language,
        words=Words(
            title=title,
            subtitle=subtitle,
            alt=say.plain(
                "Bullet graphs against elapsed time of {elapsed_share}. {title}. In {unit}: {rest}.",
                title=title,
                unit=scale.unit,
                rest=LANGUAGES[say.language].join.join(told),
            ),
        ),
    )


def demolition_chart(content: Content, say: Wording) -> Chart:
    """Draw what is demolished of each kind inside what was planned."""
    labels = {kind.kind: kind.label[say.language] for kind in content.settings.demolition}
    sites, left = content.outlook.demolition, bool(content.pace.days_left)
    scale = LANGUAGES[say.language].areas[0]
    places = 1 + scale.places
    rows, told = [], []
    for row in progress.demolition_by_kind(content.programme).to_dict("records"):
        share = display.share(
            row["done"] / row["planned"] if row["planned"] else display.NOT_APPLICABLE, say.language
        )
        item = Progress(
            label=labels.get(row["kind"], row["kind"]),
            done=row["done"],
            plan=row["planned"],
            expected=_triple([sites.total(level, kind=row["kind"]) for level in (0.1, 0.5, 0.9)])
            if left
            else None,
            note=say.plain(
                "{area}, {share}",
                area=display.number(row["done"], say.language, places=places, per=scale.per),
                share=share,
            ),
        )
        rows.append(item)
        told.append(_told(item, say, share=share, state="", scale=scale, places=places))
    title = demolished(say)
    planned = say.plain("planned (assumed)" if content.settings.demolition_plan_assumed else "planned")
    subtitle = say.plain(
        "Area demolished, {unit}; bar: done, outline: {planned}, line: elapsed time",
        unit=scale.unit,
        planned=planned,
    )
    if left:
        subtitle = say.plain(
            "Area demolished, {unit}; bar: done, outline: {planned}, line: elapsed time, "
            "dots: 80% range of the year's end, ring: its median",
            unit=scale.unit,
            planned=planned,
        )
    return demolition(
        rows,
        elapsed_share=content.programme.elapsed,
        words=Words(
            title=title,
            subtitle=subtitle,
            alt=say.plain(
                "Bar chart of the area demolished by kind. {title}. In {unit}: {rest}.",
                title=title,
                unit=scale.unit,
                rest=LANGUAGES[say.language].join.join(told),
            ),
        ),
    )


def _expected(ends: pd.DataFrame, name: str) -> tuple[float, float, float] | None:
    found = [float(ends[level][name]) for level in ("p10", "p50", "p90")]
    return None if any(map(math.isnan, found)) else _triple(found)


def _triple(values: list[float]) -> tuple[float, float, float]:
    low, middle, high = values
    return low, middle, high


def _told(item: Progress, say: Wording, *, share: str, state: str, scale: Scale, places: int) -> str:
    """Return a row of a chart in words: done, plan, share, light, and the year's end."""

    def bare(value: float | None) -> str:
        return display.number(value, say.language, places=places, per=scale.per)

    said = say.plain(
        "{name} {done} of {plan}, {share}",
        name=item.label,
        done=bare(item.done),
        plan=bare(item.plan),
        share=share,
    )
    if state:
        said = say.plain("{said}, {state}", said=said, state=state)
    if item.expected is not None:
        low, middle, high = (bare(value) for value in item.expected)
        said = say.plain(
            "{said}, year-end {middle} ({low} to {high})", said=said, middle=middle, low=low, high=high
        )
    return said
