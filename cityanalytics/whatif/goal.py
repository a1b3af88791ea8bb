"""Goal seek: the value of one lever that reaches a chance of the plan, or why none does."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from cityanalytics.calendar import ONE_DAY
from cityanalytics.errors import UsageError
from cityanalytics.issues import Message
from cityanalytics.whatif.answer import Answer
from cityanalytics.whatif.levers import KINDS
from cityanalytics.whatif.scenariofile import checked

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from cityanalytics.whatif.levers import Scenario
    from cityanalytics.whatif.model import Model

#: Values sought are rounded to so many parts of one, to the side that reaches the chance.
_STEPS = 10_000


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A value of a lever that reaches a chance.

    Parameters
    ----------
    lever
        Kind of the lever.
    value
        The least change that reaches it: a number, or a day; None where it is out of reach.
    probability
        The chance with it; without it the highest that the lever reaches.
    reason
        Why it is out of reach, or why nothing is needed; empty otherwise.
    """

    lever: str
    value: float | dt.date | None
    probability: float
    reason: Message

    def _repr_html_(self) -> str:
        value = "out of reach" if self.value is None else f"{self.lever} = {self.value}"
        return f"<p>{value}; chance {self.probability:.1%} {escape(str(self.reason))}</p>"


@dataclass(frozen=True, kw_only=True)
class _Dial:
    """A lever of one number: where it may stand, and the end that reaches most."""

    low: float
    high: float
    rising: bool
    whole: bool
    at: Callable[[float], dict[str, Any]]


def _dials(model: Model) -> dict[str, _Dial]:
    left = len(model.days)
    most = float(model.working_days(slice(0, left)))

    def day(at: float) -> dt.date:
        return model.as_of + ONE_DAY * int(at)

    def change(at: float) -> dict[str, Any]:
        return {"gained": at} if at >= 0 else {"lost": -at}

    late = float(left + 1)
    return {
        "pace": _Dial(low=0, high=10, rising=True, whole=False, at=lambda x: {"factor": x}),
        "city_pace": _Dial(low=0.01, high=10, rising=True, whole=False, at=lambda x: {"city_pace": x}),
        "shifts": _Dial(low=0, high=1, rising=True, whole=False, at=lambda x: {"shifts": 2, "yield": x}),
        "days": _Dial(low=-most, high=most, rising=True, whole=False, at=change),
        "suspend": _Dial(low=1, high=float(left), rising=False, whole=True, at=lambda x: {"to": day(x)}),
        "funds_arrive": _Dial(low=1, high=late, rising=False, whole=True, at=lambda x: {"on": day(x)}),
        "funds_short": _Dial(low=0, high=1, rising=False, whole=False, at=lambda x: {"share": x}),
        "lift": _Dial(low=1, high=late, rising=False, whole=True, at=lambda x: {"on": day(x)}),
        "start": _Dial(low=1, high=late, rising=False, whole=True, at=lambda x: {"on": day(x)}),
        "finish": _Dial(low=1, high=late + 365, rising=False, whole=True, at=lambda x: {"on": day(x)}),
        "scope": _Dial(low=-1, high=10, rising=True, whole=False, at=lambda x: {"share": x}),
    }


def on_top(
    model: Model, scenario: Scenario, kind: str, values: dict[str, Any], choice: Mapping[str, Any]
) -> Answer:
    """Return a scenario's answer with one lever more, or with another pace of the city."""
    if kind == "city_pace":
        return Answer(model=model, scenario=scenario.model_copy(update=values))
    lever = KINDS[kind].model_validate({**values, **choice})
    return Answer(model=model, scenario=scenario.model_copy(update={"lever": (*scenario.lever, lever)}))


def seek(
    model: Model, scenario: Scenario, probability: float, kind: str, choice: Mapping[str, Sequence[str]]
) -> Goal:
    """Return the value of a lever, put on top of a scenario, that reaches a chance of the plan.

    Parameters
    ----------
    model
        The forecast.
    scenario
        What changes besides.
    probability
        A fraction of one.
    kind
        Kind of the lever, or ``city_pace``.
    choice
        Keys that choose projects; none for all.

    Raises
    ------
    UsageError
        There is no plan, no such chance, or the lever has no number.
    """
    check_chance(model, probability)
    dials = _dials(model)
    if kind not in dials:
        raise UsageError(
            Message.of(
                "no value is sought in lever {name}; there are: {names}", name=kind, names=", ".join(dials)
            )
        )
    dial = dials[kind]

    def chance(at: float) -> float:
        return on_top(model, scenario, kind, dial.at(at), choice).probability or 0.0

    checked(
        on_top(model, scenario, kind, dial.at(dial.high if dial.rising else dial.low), choice).scenario, model
    )
    best, worst = (dial.high, dial.low) if dial.rising else (dial.low, dial.high)

    def value(at: float) -> float | dt.date:
        return model.as_of + ONE_DAY * int(at) if dial.whole else float(at)

    if (highest := chance(best)) < probability:
        reason = Message.of(
            "out of reach: {lever} at {value} gives {chance}",
            lever=kind,
            value=value(best),
            chance=f"{highest:.1%}",
        )
        return Goal(lever=kind, value=None, probability=highest, reason=reason)
    if (lowest := chance(worst)) >= probability:
        reason = Message.of("reached whatever the value")
        return Goal(lever=kind, value=value(worst), probability=lowest, reason=reason)
    scale = 1 if dial.whole else _STEPS
    good, bad = round(best * scale), round(worst * scale)
    while abs(good - bad) > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if chance(middle / scale) >= probability else (good, middle)
    found = good / scale
    return Goal(lever=kind, value=value(found), probability=chance(found), reason=Message(template=""))


def check_chance(model: Model, probability: float) -> None:
    """Refuse a chance that cannot be sought."""
    if not model.forecast.total.target > 0:
        raise UsageError(Message.of("there is no plan whose chance could be sought"))
    if not 0 < probability < 1:
        raise UsageError(
            Message.of("a chance is a fraction between 0 and 1, such as 0.8, not {value}", value=probability)
        )
    if not model.days:
        raise UsageError(Message.of("no day of the year is left after {as_of}", as_of=model.as_of))
