"""[units] By category and by responsible unit: who is behind, and by how much of the gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing import display
from cityanalytics.briefing.blocks import late, side_by_side
from cityanalytics.briefing.charts import Chart, Progress, bullets, demolition
from cityanalytics.briefing.display import Table
from cityanalytics.briefing.figure import Words
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.lights import Light, light
from cityanalytics.briefing.section import paragraph, part
from cityanalytics.programme import progress

if TYPE_CHECKING:
    import pandas as pd

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.settings import Lights

MOST_UNITS = 20


@part("units")
def units(content: Content, say: Wording) -> Markup:
    """Write the bullet graphs, and the table of units."""
    by_category, by_unit = progress.by(content.programme, "category"), progress.by(content.programme, "unit")
    left = _bullets(content, say, by_category, "category").figure_html(3, say.language)
    right = _bullets(content, say, by_unit.head(MOST_UNITS), "unit").figure_html(4, say.language)
    if content.programme.demolition.size:
        left = Markup("<div>{}{}</div>").format(left, _demolition(content, say).figure_html(5, say.language))
    rule = content.settings.lights
    return side_by_side(left, right) + _table(content, say, by_unit) + paragraph(_rule(say, rule), note=True)


def _rule(say: Wording, rule: Lights) -> Markup:
    yellow, red = (display.points(limit, say.language) for limit in (rule.yellow, rule.red))
    if not rule.yellow:
        return say(
            "Rule of the words: normal when not behind elapsed time, behind up to {red}, far behind beyond.",
            red=red,
        )
    return say(
        "Rule of the words: normal up to {yellow} behind elapsed time, behind up to {red}, far behind beyond.",
        yellow=yellow,
        red=red,
    )


def _bullets(content: Content, say: Wording, table: pd.DataFrame, key: str) -> Chart:
    rows = [
        Progress(label=content.settings.term(str(row[key]), say.language), done=row["done"], plan=row["plan"])
        for row in table.to_dict("records")
    ]
    late_rows = int((table["gap"] > 0).sum())
    first = rows[0]
    texts = {"late": late_rows, "all": len(rows), "first": first.label}
    by_category = key == "category"
    titles = {
        (True, True): "{late} of {all} categories are behind elapsed time; the largest gap: {first}",
        (True, False): "All {all} categories keep up with elapsed time",
        (False, True): "{late} of {all} units are behind elapsed time; the largest gap: {first}",
        (False, False): "All {all} units keep up with elapsed time",
    }
    scale = LANGUAGES[say.language].amounts[0]
    rest = "; ".join(
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
            title=say.plain(titles[by_category, late_rows > 0], **texts),
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
    listed = "; ".join(f"{row.label} {note}" for row, note in zip(rows, notes, strict=True))
    return demolition(
        rows,
        notes=notes,
        words=Words(
            title=say.plain("{demolition_total} demolished at {demolition_sites} sites"),
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
    rows = [
        (
            content.settings.term(row["unit"], say.language),
            row["projects"],
            row["plan"],
            row["done"],
            row["share"],
            row["gap"] / total if row["gap"] > 0 and total else display.NOT_APPLICABLE,
            words[light(row["behind"], content.settings.lights)],
        )
        for row in table.to_dict("records")
    ]
    shown = Table.of(
        columns=(
            say("Unit"),
            say("Projects"),
            say("Plan"),
            say("Done"),
            say("Share"),
            say("Of the gap"),
            say("State"),
        ),
        rows=rows,
    )
    return (
        shown.caption(
            say("Responsible units, largest gap first"),
            unit=say("number; plan and done in {unit}", unit=scale.unit),
        )
        .numeric(1)
        .numeric(2, 3, places=2, per=scale.per)
        .shares(4, 5)
        .html(5, say.language)
    )
