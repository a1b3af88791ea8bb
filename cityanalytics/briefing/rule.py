"""The rule of the lights in words: each light with its word, what decides it, and what moving it would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.blocks import late
from cityanalytics.briefing.lights import STEP, Light, flips
from cityanalytics.briefing.section import bullets, paragraph
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.lights import Flip
    from cityanalytics.briefing.palette import Look
    from cityanalytics.briefing.wording import Wording

LOOKS = {Light.NORMAL: palette.ACTUAL, Light.BEHIND: palette.BEHIND, Light.FAR_BEHIND: palette.BEHIND}


def word(shown: Light | None, say: Wording) -> Markup:
    """Return a light's word, marked when it is no good one; of what has no plan, that it has none."""
    if shown is None:
        return escape(display.share(display.NOT_APPLICABLE, say.language))
    text = {
        Light.NORMAL: say("normal"),
        Light.BEHIND: say("behind"),
        Light.FAR_BEHIND: say("far behind"),
    }[shown]
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
    moves = [_moved(content, say, by) for by in (-STEP, STEP)]
    return paragraph(text) + bullets(moves)


def _moved(content: Content, say: Wording, by: float) -> Markup:
    changed = [
        _named(each, content, say)
        for group in ("category", "unit")
        for each in flips(behind_by(content, group), content.settings.lights, by=by)
    ]
    told = say.plain("; ").join(changed) if changed else say.plain("no light flips")
    if by < 0:
        return say("Stricter by {light_step}: {told}.", told=told)
    return say("Laxer by {light_step}: {told}.", told=told)


def behind_by(content: Content, group: str) -> dict[str, float]:
    """Return how far each ``category`` or ``unit`` is behind, as a fraction of its plan, the largest gap first."""
    table = progress.by(content.programme, group)
    return dict(zip(table[group].astype(str), table["behind"].astype(float), strict=True))


def _named(flip: Flip, content: Content, say: Wording) -> str:
    names = [content.settings.term(name, say.language) for name in flip.names]
    return say.plain(
        "{names} from {now} to {then}",
        names=say.plain(", ").join(names),
        now=word(flip.now, say).striptags(),
        then=word(flip.then, say).striptags(),
    )
