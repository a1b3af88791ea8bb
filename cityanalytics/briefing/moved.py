"""Why the forecast moved since the last one: the bridge as a table and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing import display
from cityanalytics.briefing.figures.earlier import SHOWN_STEP
from cityanalytics.briefing.section import bullets, paragraph
from cityanalytics.briefing.terms import CAUSES
from cityanalytics.outlook.bridge import rounded

if TYPE_CHECKING:
    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.outlook.bridge import Bridge


def moved(content: Composed, say: Wording) -> Markup:
    """Return the walk from the last forecast to this one, as a table and in words."""
    bridge = content.bridge
    if bridge is None:
        return content.tables["bridge"].html(say.language)
    shown = content.tables["bridge"].html(say.language)
    explained = paragraph(
        say(
            "Changed one at a time, from the top down; levels are rounded, then subtracted, so the "
            "steps add up. The plan moves the chance alone."
        ),
        note=True,
    )
    items = [
        _direction(bridge, say),
        _scope(bridge, content, say),
        _source(bridge, say),
    ]
    return Markup("<div>{}{}{}</div>").format(shown, bullets([item for item in items if item]), explained)


def _direction(bridge: Bridge, say: Wording) -> Markup:
    steps = bridge.median_steps(SHOWN_STEP)
    total = sum(steps.values())
    cause = say(CAUSES[max(steps, key=lambda name: steps[name] * total)])
    if total > 0:
        return say(
            "The median is {forecast_moved} higher than last time; largest step: {cause}. 80% band: "
            "{last_forecast_p10} to {last_forecast_p90} then, {forecast_p10} to {forecast_p90} now.",
            cause=cause,
        )
    if total < 0:
        return say(
            "The median is {forecast_moved} lower than last time; largest step: {cause}. 80% band: "
            "{last_forecast_p10} to {last_forecast_p90} then, {forecast_p10} to {forecast_p90} now.",
            cause=cause,
        )
    return say(
        "The median is the same as last time. 80% band: {last_forecast_p10} to {last_forecast_p90} "
        "then, {forecast_p10} to {forecast_p90} now."
    )


def _scope(bridge: Bridge, content: Composed, say: Wording) -> Markup:
    """Say what came into the programme or left it, and what became of the plan; nothing where nothing did."""
    before, now = (rounded(plan, SHOWN_STEP) for plan in (bridge.earlier.target, content.programme.plan))
    told = [
        say(sentence)
        for key, sentence in (
            ("projects_added", "projects added {projects_added}"),
            ("projects_removed", "projects dropped {projects_removed}"),
        )
        if content.figures[key].value
    ]
    if before != now:
        told.append(say("the plan went from {last_forecast_plan} to {annual_plan}"))
    return say("Scope: {changes}.", changes=say(", ").join(told)) if told else Markup("")


def _source(bridge: Bridge, say: Wording) -> Markup:
    published_on = bridge.earlier.published_on
    if published_on is None:
        return say(
            "Nothing was published last time: the start is a hindcast, as known on {day}.",
            day=display.date_text(bridge.earlier.known_on, say.language),
        )
    return say(
        "The last forecast is the one published on {day}.",
        day=display.date_text(published_on, say.language),
    )
