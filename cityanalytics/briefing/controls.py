"""Sliders for a notebook: the same levers as the page's panel, answered by Python as they are moved."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.whatif.answer import Answer
from cityanalytics.whatif.stages import stages
from cityanalytics.whatif.whatif import BASE, FASTER, WhatIf, hold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from cityanalytics.briefing.wording import Wording
    from cityanalytics.whatif.model import Model

#: So many equally likely years are drawn, and so many units are listed.
_DOTS, _UNITS = 50, 8
_WIDE, _HIGH, _APART = 400, 100, 8
_LISTED = 12
_ACTIONS = ("fast", "start", "stop")


@dataclass(frozen=True, kw_only=True)
class Moves:
    """Where the controls stand.

    Parameters
    ----------
    pace, city_pace
        Factors on all open projects, and on the city.
    start
        Day on which all waiting projects begin.
    unit, unit_pace
        One unit, and the factor on its projects.
    fast, stop, begin
        Projects that go half as fast again, that stop, that begin at once.
    """

    pace: float = 1.0
    city_pace: float = 1.0
    start: dt.date | None = None
    unit: str = ""
    unit_pace: float = 1.0
    fast: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    begin: tuple[str, ...] = ()

    def scenario(self, first: dt.date) -> dict[str, Any]:
        """Return the scenario that they make, as a scenario file has it; `first` is the day after the data date."""
        levers: list[dict[str, Any]] = []
        if self.pace != 1.0:
            levers.append({"kind": "pace", "factor": self.pace})
        if self.start is not None:
            levers.append({"kind": "start", "on": self.start})
        elif self.begin:
            levers.append({"kind": "start", "on": first, "projects": list(self.begin)})
        if self.unit and self.unit_pace != 1.0:
            levers.append({"kind": "pace", "factor": self.unit_pace, "units": [self.unit]})
        if self.fast:
            levers.append({"kind": "pace", "factor": FASTER, "projects": list(self.fast)})
        if self.stop:
            levers.append({"kind": "suspend", "projects": list(self.stop)})
        return {"city_pace": self.city_pace, "lever": levers}


@dataclass(frozen=True, kw_only=True)
class Controls:
    """What a notebook shows: controls where somebody can move them, base alone where nobody can.

    Parameters
    ----------
    model
        The forecast, prepared.
    say
        The words of one language.
    """

    model: Model = field(repr=False)
    say: Wording = field(repr=False)

    def answer(self, moves: Moves) -> Answer:
        """Return what the year comes to where the controls stand so."""
        if moves == Moves():
            return Answer(model=self.model, scenario=BASE)
        held: WhatIf = hold(self.model, [{"scenario": {"moved": moves.scenario(self.model.days[0])}}])
        return held.answers[0]

    def told(self, answer: Answer) -> Markup:
        """Return an answer as it is shown: numbers, the dots of equally likely years, the units that move most."""
        say, language = self.say, self.say.language
        base = Answer(model=self.model, scenario=BASE).quantiles["p50"]

        scale = LANGUAGES[language].amounts[0]

        def amount(yuan: float) -> str:
            return display.in_scale(yuan, language, scale, places=2 + scale.places)

        found = answer.quantiles
        numbers = [
            (
                say("Chance of meeting the plan"),
                display.share(display.applicable(answer.probability), language),
            ),
            (say("Expected for the year"), amount(found["p50"])),
            (say("Against base"), amount(found["p50"] - base)),
            (
                say("Eight in ten years end between"),
                say("{low} to {high}", low=amount(found["p10"]), high=amount(found["p90"])),
            ),
        ]
        steps = stages(self.model, answer.scenario).set_index("measure")
        for measure, label in (
            ("started", say("Started by the year's end")),
            ("completed", say("Completed by the year's end")),
        ):
            middle, low, high = (
                display.count(int(steps[name][measure]), language) for name in ("p50", "p10", "p90")
            )
            numbers.append((label, say("{middle} ({low} to {high})", middle=middle, low=low, high=high)))
        keys = Markup("").join(
            Markup("<div style='margin-right:2em'>{}<br><b style='font-size:1.6em'>{}</b></div>").format(*one)
            for one in numbers
        )
        return Markup("<div style='display:flex;flex-wrap:wrap'>{}</div>{}{}").format(
            keys, self._dots(answer), self._units(answer, amount)
        )

    def _dots(self, answer: Answer) -> Markup:
        """Return a dot for each of fifty equally likely years, stacked where they end."""
        ends, target = answer.ordered, self.model.forecast.total.target
        each = [float(ends[int((at + 0.5) * len(ends) / _DOTS)]) for at in range(_DOTS)]
        edges = [*self._edges, *([target] if target > 0 else [])]
        low, high = min(edges), max(edges)
        across = max(high - low, 1.0)
        stacks: dict[int, int] = {}
        dots = []
        for end in each:
            place = round(min(max((end - low) / across, 0.0), 1.0) * (_WIDE / _APART - 2)) + 1
            stacks[place] = stacks.get(place, 0) + 1
            up = _HIGH - _APART * stacks[place]
            colour = palette.ACTUAL.fill if end >= target else palette.BEHIND.fill
            dots.append(Markup("<circle cx={} cy={} r=3 fill='{}'/>").format(place * _APART, up, colour))
        line = Markup("")
        if target > 0:
            across_at = ((target - low) / across * (_WIDE / _APART - 2) + 1) * _APART
            line = Markup(
                "<line x1={0:.1f} x2={0:.1f} y1=0 y2={1} stroke='{2}' stroke-dasharray='4 2'/>"
            ).format(across_at, _HIGH, palette.PLAN.line)
        reached = sum(end >= target for end in each)
        title = self.say("{count} of {all} equally likely years reach the plan", all=_DOTS, count=reached)
        return Markup(
            "<p>{title}</p>"
            "<svg role=img aria-label='{title}' viewBox='0 0 {wide} {high}' width={wide}>{line}{dots}</svg>"
        ).format(title=title, wide=_WIDE, high=_HIGH, line=line, dots=Markup("").join(dots))

    @cached_property
    def _edges(self) -> tuple[float, float]:
        """What the chart of every answer spans: base, with room on both sides."""
        found = Answer(model=self.model, scenario=BASE).ordered
        room = 0.1 * float(found[-len(found) // 50] - found[len(found) // 50])
        return float(found[len(found) // 50]) - room, float(found[-len(found) // 50]) + room

    def _units(self, answer: Answer, amount: Callable[[float], str]) -> Markup:
        say = self.say
        table = answer.by("unit").assign(change=lambda rows: rows["p50"] - rows["base_p50"])
        moved = table[table["change"] != 0].sort_values("change", key=abs, ascending=False, kind="stable")
        if moved.empty:
            return Markup("")
        rows = Markup("").join(
            Markup("<tr><td>{}</td><td>{}</td><td>{}</td></tr>").format(
                row["unit"], amount(row["p50"]), amount(row["change"])
            )
            for row in moved.head(_UNITS).to_dict("records")
        )
        return Markup(
            "<table><caption>{}</caption><tr><th>{}</th><th>{}</th><th>{}</th></tr>{}</table>"
        ).format(
            say("Units whose year changes most"),
            say("Unit"),
            say("Expected for the year"),
            say("Against base"),
            rows,
        )

    @cached_property
    def widget(self) -> Any:  # noqa: ANN401 - a library without types
        """The controls as a widget of ipywidgets."""
        import ipywidgets as made

        say, model = self.say.plain, self.model
        wide = {"layout": made.Layout(width="34em"), "style": {"description_width": "18em"}}
        open_ = model.projects.loc[model.selection.open, ["project", "unit", "category"]].fillna("")
        projects = open_["project"].tolist()
        words = (open_["project"] + " " + open_["unit"] + " " + open_["category"]).str.lower()

        def slider(label: str, low: float, high: float) -> Any:  # noqa: ANN401 - as above
            return made.FloatSlider(value=1.0, min=low, max=high, step=0.01, description=label, **wide)

        pace = slider(say("Pace of all open projects"), 0.0, 3.0)
        city = slider(say("Pace of the city, whatever its projects"), 0.5, 2.0)
        days = [
            (say("as expected"), ""),
            *((display.day_text(day, self.say.language), day) for day in model.days),
        ]
        start = made.SelectionSlider(
            options=days, value="", description=say("All projects not started begin on"), **wide
        )
        unit = made.Dropdown(
            options=["", *sorted(open_["unit"].unique())], description=say("Pace of one unit"), **wide
        )
        unit_pace = slider("", 0.0, 3.0)
        find = made.Text(
            description=say("Find a project by name, unit or category"), continuous_update=True, **wide
        )
        listed = made.VBox()
        chosen: dict[str, str] = {}
        shown = made.HTML(value=str(self.told(self.answer(Moves()))))

        def moves() -> Moves:
            def of(action: str) -> tuple[str, ...]:
                return tuple(name for name in projects if chosen.get(name) == action)

            return Moves(
                pace=pace.value, city_pace=city.value, start=start.value or None, unit=unit.value,
                unit_pace=unit_pace.value, fast=of("fast"), stop=of("stop"), begin=of("start"),
            )  # fmt: skip

        def move(_: object = None) -> None:
            shown.value = str(self.told(self.answer(moves())))

        names = {
            "": say("as expected"),
            "fast": say("half as fast again"),
            "start": say("start at once"),
            "stop": say("stop"),
        }
        waiting = dict(zip(model.projects["project"], model.curves.waiting, strict=True))

        def line(project: str) -> Any:  # noqa: ANN401 - as above
            actions = [action for action in names if action != "start" or waiting[project]]
            own = made.ToggleButtons(
                options=[(names[action], action) for action in actions], value=chosen.get(project, ""),
                style={"button_width": "auto"},
            )  # fmt: skip

            def choose(change: Mapping[str, Any]) -> None:
                chosen[project] = change["new"]
                move()

            own.observe(choose, "value")
            return made.HBox([own, made.Label(value=project)])

        def search(_: object = None) -> None:
            asked = find.value.strip().lower()
            fits = (
                words.str.contains(asked, regex=False)
                if asked
                else open_["project"].map(chosen).fillna("") != ""
            )
            listed.children = [line(name) for name in open_.loc[fits, "project"].head(_LISTED)]

        for one in (pace, city, start, unit, unit_pace):
            one.observe(move, "value")
        find.observe(search, "value")
        return made.VBox([shown, pace, city, start, unit, unit_pace, find, listed])

    def _repr_html_(self) -> str:
        return str(self.told(self.answer(Moves())))

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        told: dict[str, Any] = {"text/html": self._repr_html_()}
        if _somebody_is_there():
            told |= self.widget._repr_mimebundle_()
        return told


def _somebody_is_there() -> bool:
    """Tell whether a notebook is open before somebody, and can hold widgets: what runs through is saved without."""
    from importlib.util import find_spec

    if find_spec("ipywidgets") is None:
        return False
    if os.environ.get("SERVER_SOFTWARE", "").startswith("voila/"):
        return True
    from IPython import get_ipython

    # a client that executes a notebook from top to bottom answers no questions
    return bool(getattr(getattr(get_ipython(), "kernel", None), "_allow_stdin", False))
