"""The rule of the lights in words: each light with its word, what decides it, and what moving it would change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.blocks import late
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.lights import STEP, Light, flips, light, moved
from cityanalytics.briefing.section import bullets, paragraph
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.palette import Look
    from cityanalytics.briefing.wording import Wording

LOOKS = {
    Light.NORMAL: palette.ACTUAL,
    Light.INCOMPLETE: palette.WAITING,
    Light.BEHIND: palette.BEHIND,
    Light.FAR_BEHIND: palette.BEHIND,
}


def word(shown: Light | None, say: Wording) -> Markup:
    """Return a light's word, marked when it is no good one; of what has no plan, that it has none."""
    if shown is None:
        return escape(display.share(display.NOT_APPLICABLE, say.language))
    text = say(shown)
    return text if shown is Light.NORMAL else late(text)


def note(shown: Light | None, say: Wording) -> tuple[str, Look]:
    """Return a light's word with its mark for a chart, and its look."""
    if shown is None:
        return display.share(display.NOT_APPLICABLE, say.language), palette.WAITING
    text = word(shown, say).striptags()
    return (text if shown is Light.NORMAL else f"▼ {text}"), LOOKS[shown]


def rule(content: Content, say: Wording) -> Markup:
    """Write the rule, and which lights flip when it moves by five points either way."""
    if content.settings.lights.yellow:
        text = say(
            "Rule of the lights: normal up to {light_yellow} behind elapsed time, behind up to {light_red}, "
            "far behind beyond."
        )
    else:
        text = say(
            "Rule of the lights: normal when not behind elapsed time, behind up to {light_red}, far behind beyond."
        )
    return paragraph(text) + _flips(content, say)


def _flips(content: Content, say: Wording) -> Markup:
    """List the lights that change, by how the rule moves and what becomes of them."""
    named: dict[tuple[float, Light, Light], list[Markup]] = {}
    for by in (-STEP, STEP):
        for group, label in (("category", "categories: {names}"), ("unit", "units: {names}")):
            for flip in flips(behind_by(content, group), content.settings.lights, by=by):
                names = say.plain(", ").join(content.settings.term(name, say.language) for name in flip.names)
                named.setdefault((by, flip.now, flip.then), []).append(say(label, names=names))
    if not named:
        return paragraph(say("No light flips if the rule moves by {light_step} either way."))
    opening = {-STEP: "Stricter, {now} → {then}:", STEP: "Laxer, {now} → {then}:"}
    return paragraph(say("If the rule moves by {light_step}, these lights flip:")) + bullets(
        [
            Markup("<b>{}</b> {}").format(
                say(opening[by], now=word(now, say).striptags(), then=word(then, say).striptags()),
                escape(LANGUAGES[say.language].join).join(groups),
            )
            for (by, now, then), groups in named.items()
        ]
    )


def document(content: Content) -> dict[str, Any]:
    """Return what other programs read: the rule, each light, what it would be under a rule moved either way."""
    settings, programme = content.settings, content.programme
    share = programme.done / programme.plan if programme.plan else math.nan
    city = settings.city[settings.languages[0]]
    groups = {"city": {city: programme.elapsed - share}}
    groups |= {group: behind_by(content, group) for group in ("category", "unit")}
    return {
        "yellow": settings.lights.yellow,
        "red": settings.lights.red,
        "moved_by": STEP,
        **{
            group: [
                {
                    "name": name,
                    "shown": dict(settings.city)
                    if group == "city"
                    else {language: settings.term(name, language) for language in settings.languages},
                    "behind": None if math.isnan(behind) else behind,
                    "light": light(behind, settings.lights, partial=programme.coverage.concerns(group, name)),
                    "stricter": light(
                        behind,
                        moved(settings.lights, -STEP),
                        partial=programme.coverage.concerns(group, name),
                    ),
                    "laxer": light(
                        behind, moved(settings.lights, STEP), partial=programme.coverage.concerns(group, name)
                    ),
                }
                for name, behind in rows.items()
            ]
            for group, rows in groups.items()
        },
        "contradicted": [
            {"project": row["project"], "unit": row["unit"], "share": row["share"], "gap": row["gap"]}
            for row in content.reconciliation.contradicted.to_dict("records")
        ],
    }


def behind_by(content: Content, group: str) -> dict[str, float]:
    """Return how far each ``category`` or ``unit`` is behind, as a fraction of its plan, the largest gap first."""
    table = progress.sums_by(content.programme, group)
    return dict(zip(table[group].astype(str), table["behind"].astype(float), strict=True))
