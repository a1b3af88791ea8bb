"""The page's live panel: its controls in words, and the data that its script computes with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing import display
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import paragraph
from cityanalytics.whatif.panel import panel

if TYPE_CHECKING:
    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording

#: Chances that can be sought.
_CHANCES = (60, 70, 80, 90)
_USUAL = 80
#: So many open projects a page has room for, and a phone memory: 0.2 MB of data, 50 MB of paths.
_MOST = 600


def live_panel(content: Composed, say: Wording) -> Markup:
    """Return the panel, hidden until its script shows it, and its data.

    Parameters
    ----------
    content
        The briefing's values.
    say
        The words of one language.
    """
    model = content.model
    if (count := int(model.selection.open.sum())) > _MOST:
        return paragraph(
            say(
                "Open projects: {count}, too many for a panel on a page. The same sliders stand in the notebook that "
                "cityanalytics what-if --serve opens.",
                count=display.count(count, say.language),
            ),
            note=True,
        )
    # a name may hold any sign: none of them may end the block
    data = json.dumps(panel(model), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    most = model.working_days(slice(0, len(model.days)))
    return Markup(
        "<div id=whatif class=live hidden data-words='{words}'>"
        "<h3>{title}</h3><dl class=keys>{keys}</dl>"
        "<figure><figcaption><b>{dots}</b> <span id=w-told></span></figcaption>"
        '<svg id=w-dots role=img aria-label="{dots}" viewBox="0 0 400 100"></svg></figure>'
        "<div class=moves>{moves}</div>{units}"
        "<details><summary>{more}</summary>{note}<div class=moves>{further}</div>"
        "<div><label for=w-wanted>{wanted}</label> <select id=w-wanted>{chances}</select> "
        "<button type=button id=w-seek>{seek}</button> <button type=button id=w-fewest>{fewest}</button></div>"
        "<p><button type=button id=w-link>{link}</button> <button type=button id=w-copy>{copy}</button> "
        "<button type=button id=w-reset>{reset}</button></p></details>"
        "<div id=w-said role=status aria-live=polite></div>"
        '<textarea id=w-file hidden readonly rows=8 aria-label="{file}"></textarea>'
        "</div><script type=application/json id=whatif-data>{data}</script>"
    ).format(
        words=json.dumps(_words(say), ensure_ascii=False),
        title=say("Try it: what if"),
        note=Markup("<p class=note>{}</p>").format(
            say(
                "Levers act on the projects' own curves; what those add is multiplied by {factor} to meet the city's "
                "forecast, and every lever with it. The pace of the city comes before all others and knows no "
                "project's total.",
                factor=Markup("<output id=w-factor></output>"),
            )
        ),
        keys=_keys(model.forecast.total.target > 0, say),
        dots=say("Each dot is one of fifty equally likely years"),
        moves=_moves(say),
        more=say("More levers: days, constraints, one unit, single projects, what it takes"),
        further=_further(most, len(model.days), say),
        units=_units(say),
        wanted=say("Chance wanted"),
        chances=Markup("").join(
            Markup("<option value={}{}>{}%</option>").format(
                chance / 100, Markup(" selected") if chance == _USUAL else "", chance
            )
            for chance in _CHANCES
        ),
        seek=say("Pace that it takes"),
        fewest=say("Fewest units that do, each half as fast again"),
        link=say("Link that holds this"),
        copy=say("Copy as scenario file"),
        reset=say("Back to base"),
        file=say("Scenario file"),
        data=Markup(data),  # noqa: S704 - JSON whose every < is escaped
    )


def _keys(planned: bool, say: Wording) -> Markup:  # noqa: FBT001 - whether there is a chance at all
    names = [
        ("median", "Expected for the year"),
        ("change", "Against base"),
        ("range", "Eight in ten years end between"),
    ]
    if planned:
        names.insert(0, ("chance", "Chance of meeting the plan"))
    return Markup("").join(
        Markup("<div><dt>{}</dt><dd><output id=w-{}></output></dd></div>").format(say(label), name)
        for name, label in names
    )


def _slider(name: str, label: str, *numbers: float) -> Markup:
    """Return a labelled slider: least, most, step, value."""
    return Markup(
        "<p><label for=w-{0}>{1} <output id=w-{0}-out></output></label>"
        "<input type=range id=w-{0} min={2} max={3} step={4} value={5}></p>"
    ).format(name, label, *numbers)


def _moves(say: Wording) -> Markup:
    """Return the two sliders that are always in sight."""
    return _slider("pace", say("Pace of all open projects"), 0, 3, 0.01, 1) + _slider(
        "city", say("Pace of the city, whatever its projects"), 0.5, 2, 0.01, 1
    )


def _further(most: int, left: int, say: Wording) -> Markup:
    """Return the other controls: days, starts, constraints, one unit, projects."""
    days = min(most, 20)
    return Markup("").join(
        (
            _slider("days", say("Working days gained or lost"), -days, days, 1, 0),
            Markup("<div id=w-starts>{}</div>").format(
                _slider("start", say("All projects not started begin on"), -1, left - 1, 1, -1)
            ),
            Markup("<fieldset id=w-lifts><legend>{}</legend><div id=w-lift></div>{}</fieldset>").format(
                say("Constraints lifted"), _slider("on", say("from"), 0, left - 1, 1, 0)
            ),
            Markup(
                "<p><label for=w-unit>{}</label> <select id=w-unit></select>"
                "<input type=range id=w-unit-pace min=0 max=3 step=0.01 value=1 aria-label='{}'></p>"
            ).format(say("Pace of one unit"), say("Pace of one unit")),
            Markup(
                "<p><label for=w-find>{}</label> <input type=search id=w-find autocomplete=off></p>"
                "<ul id=w-found></ul><p id=w-none hidden>{}</p><ul id=w-active></ul>"
            ).format(
                say("Find a project by name, unit or category"), say("No open project has these words.")
            ),
        )
    )


def _units(say: Wording) -> Markup:
    heads = [
        say("Expected, {unit}", unit=LANGUAGES[say.language].amounts[0].unit),
        say("Against base"),
        say("Chance"),
    ]
    return Markup(
        "<div id=w-units class=scroll hidden><table class=slim><caption><span>{}</span></caption><thead><tr>"
        "<th scope=col>{}</th>{}</tr></thead><tbody id=w-rows></tbody></table></div>"
    ).format(
        say("Units whose year changes most"),
        say("Unit"),
        Markup("").join(Markup("<th scope=col class=n>{}</th>").format(head) for head in heads),
    )


def _words(say: Wording) -> dict[str, str | float]:
    """Return what the script says, with its gaps by number."""
    scale = LANGUAGES[say.language].amounts[0]
    divisor = float(scale.per)
    return {
        "amount": scale.pattern["other"].format("{0}"),
        "divisor": divisor,
        "places": 2 + scale.places,
        "least": divisor / 200,
        "range": say.plain("{low} to {high}", low="{0}", high="{1}"),
        "times": say.plain("{factor} times", factor="{0}"),
        "gained": say.plain("gained: {days}", days="{0}"),
        "lost": say.plain("lost: {days}", days="{0}"),
        "unset": say.plain("as expected"),
        "dots": say.plain("{count} of {all} equally likely years reach the plan", all="{1}", count="{0}"),
        "drop": say.plain("take back"),
        "fast": say.plain("half as fast again"),
        "start": say.plain("start at once"),
        "stop": say.plain("stop"),
        "none": LANGUAGES[say.language].missing,
        "unplanned": LANGUAGES[say.language].not_applicable,
        "comma": say.plain(", "),
        "unreachable": say.plain("Out of reach, whatever the pace of projects."),
        "reached": say.plain("Reached already."),
        "sought": say.plain(
            "For {chance}: pace of all open projects {value} times.", chance="{0}", value="{1}"
        ),
        "fewest": say.plain(
            "For {chance}, units: {count} ({names}). At least needed: {least}.",
            chance="{0}",
            count="{1}",
            names="{2}",
            least="{3}",
        ),
        "linked": say.plain("The address of this page now holds the scenario."),
        "copied": say.plain("Copied; cityanalytics what-if FILE.toml gives the same answer."),
    }
