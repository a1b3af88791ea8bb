"""What of a scenario does not fit the programme: names, days, spans, projects that no lever can move."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Protocol

import numpy as np

from cityanalytics.issues import Issue, Message
from cityanalytics.whatif.levers import CHOICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cityanalytics.whatif.levers import Addition, Lever, Scenario
    from cityanalytics.whatif.model import Model

#: On one project: what each brought is found by trying all their combinations.
MOST_LEVERS = 10


class Fault(Protocol):
    """Makes a fault at a place inside a scenario."""

    def __call__(
        self, place: tuple[str | int, ...], what: Message, *, value: object = "", near: str = ""
    ) -> Issue:
        """Return the fault."""


def check(scenario: Scenario, model: Model, fault: Fault) -> Iterator[Issue]:
    """Yield every fault of a scenario that only the programme shows.

    Parameters
    ----------
    scenario
        What changes.
    model
        The programme and its forecast.
    fault
        Makes a fault at a place.
    """
    if not model.days and (scenario.lever or scenario.addition or scenario.city_pace != 1.0):
        yield fault((), Message.of("no day of the year is left after {as_of}", as_of=model.as_of))
        return
    sound = []
    for at, lever in enumerate(scenario.lever):
        faults = [*_lever(lever, model, fault, ("lever", at))]
        yield from faults
        if not faults:
            sound.append(lever)
    yield from _together(sound, model, fault)
    names: set[str] = set()
    for at, addition in enumerate(scenario.addition):
        yield from _addition(addition, model, fault, ("addition", at), names)
        names.add(addition.name)


def _lever(lever: Lever, model: Model, fault: Fault, at: tuple[str | int, ...]) -> Iterator[Issue]:
    named = [*_names(lever, model, fault, at)]
    dated = [*_days(lever, model, fault, at)]
    yield from named
    yield from dated
    if named or dated:
        return
    rows = model.selection.rows(lever)
    if not rows.any():
        yield fault(at, Message.of("no open project is chosen"))
    elif lever.kind in {"start", "never"} and not (rows & model.curves.waiting).any():
        yield fault(at, Message.of("all projects that are chosen have begun"))
    if lever.kind == "days":
        span = model.span(lever)
        most = model.working_days(span)
        key = "lost" if lever.gained is None else "gained"
        if not most:
            yield fault((*at, key), Message.of("no working day lies in the span"))
        elif lever.lost is not None and lever.lost > most:
            what = Message.of("more days lost than the span has working days: {most}", most=most)
            yield fault((*at, key), what, value=lever.lost)


def _names(lever: Lever, model: Model, fault: Fault, at: tuple[str | int, ...]) -> Iterator[Issue]:
    for key in CHOICES:
        known = model.selection.names[key]
        for name in getattr(lever, key):
            if not known:
                yield fault((*at, key), Message.of("no workbook has such a column"), value=name)
            elif name not in known:
                near = difflib.get_close_matches(name, known, n=1, cutoff=0.3) or known[:5]
                yield fault((*at, key), Message.of("unknown name {name}", name=name), near=", ".join(near))


def _days(lever: Lever, model: Model, fault: Fault, at: tuple[str | int, ...]) -> Iterator[Issue]:
    values = {
        key: getattr(lever, name, None) for key, name in (("from", "from_"), ("to", "to"), ("on", "on"))
    }
    if lever.kind == "finish":
        values["on"] = lever.by
    for key, day in values.items():
        if day is not None and day <= model.as_of:
            what = Message.of("the day lies not after the data date {as_of}", as_of=model.as_of)
            yield fault((*at, key), what, value=day)
    first, last = values["from"], values["to"]
    if first is not None and last is not None and first > last:
        yield fault((*at, "to"), Message.of("the span ends before it begins"), value=f"{first}–{last}")
    if first is not None and first > model.days[-1]:
        yield fault((*at, "from"), Message.of("the span begins after the year"), value=first)


def _together(levers: list[Lever], model: Model, fault: Fault) -> Iterator[Issue]:
    starts = np.zeros(len(model.projects), dtype=int)
    acting = np.zeros(len(model.projects), dtype=int)
    for lever in levers:
        rows = model.selection.rows(lever)
        acting += rows
        if lever.kind in {"start", "never"}:
            starts += rows & model.curves.waiting
    names = model.projects["project"]
    if (starts > 1).any():
        name = str(names[int(starts.argmax())])
        yield fault(("lever",), Message.of("two starts for one project: {name}", name=name))
    if acting.max(initial=0) > MOST_LEVERS:
        name = str(names[int(acting.argmax())])
        what = Message.of("more than {most} levers on one project: {name}", most=MOST_LEVERS, name=name)
        yield fault(("lever",), what)


def _addition(
    addition: Addition, model: Model, fault: Fault, at: tuple[str | int, ...], names: set[str]
) -> Iterator[Issue]:
    if addition.name in {*model.selection.names["projects"], *names}:
        yield fault((*at, "name"), Message.of("there is a project {name} already", name=addition.name))
    for key, known in (("unit", "units"), ("category", "categories")):
        name = getattr(addition, key)
        if name not in model.selection.names[known]:
            near = difflib.get_close_matches(name, model.selection.names[known], n=1, cutoff=0.3)
            yield fault((*at, key), Message.of("unknown name {name}", name=name), near=", ".join(near))
    if addition.start <= model.as_of:
        what = Message.of("the day lies not after the data date {as_of}", as_of=model.as_of)
        yield fault((*at, "start"), what, value=addition.start)
    if addition.finish < addition.start:
        value = f"{addition.start}–{addition.finish}"
        yield fault((*at, "finish"), Message.of("the span ends before it begins"), value=value)
