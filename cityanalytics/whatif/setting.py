"""Levers said in a word: ``pace=1.2@UNIT``, as on the command line and in a notebook."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from cityanalytics.issues import Message
from cityanalytics.whatif.scenariofile import ScenarioFaultsError, ScenarioText, nearest, scenarios

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.issues import Issue
    from cityanalytics.whatif.levers import Scenario
    from cityanalytics.whatif.model import Model

#: What each kind takes after the ``=``, said where it is missing or does not fit.
FORMS = {
    "city_pace": "city_pace=1.1",
    "pace": "pace=1.2",
    "shifts": "shifts=2x0.6",
    "days": "days=-10",
    "suspend": "suspend=2010-11-01..2010-11-30",
    "funds_arrive": "funds_arrive=2010-11-01",
    "funds_short": "funds_short=0.1",
    "lift": "lift=2010-10-15",
    "start": "start=2010-10-15",
    "never": "never",
    "finish": "finish=2010-12-15",
    "scope": "scope=10%",
}


def scenario_of(settings: Sequence[str], model: Model, *, name: str = "set") -> Scenario:
    """Return the scenario that settings make together.

    Parameters
    ----------
    settings
        ``KIND=VALUE`` or ``KIND=VALUE@NAME,NAME``: names of units, categories, towns, constraints, stages or projects.
    model
        The programme and its forecast.
    name
        Of the scenario.

    Raises
    ------
    cityanalytics.errors.BlockingIssuesError
        With all that does not fit.
    """
    text = ScenarioText(name=name, document={})
    levers: list[dict[str, Any]] = []
    table: dict[str, Any] = {}
    faults: list[Issue] = []
    for setting in settings:
        left, _, names = setting.partition("@")
        kind, _, value = left.strip().partition("=")
        try:
            if kind == "city_pace" and not names:
                table["city_pace"] = float(value)
                continue
            own = _values(kind, value.strip())
        except (ValueError, KeyError):
            near = FORMS.get(kind) or nearest(kind, FORMS)
            faults.append(text.fault((), Message.of("{setting} is no lever", setting=setting), near=near))
            continue
        chosen, unknown = model.selection.find([one.strip() for one in names.split(",") if one.strip()])
        for one in unknown:
            known = [each for listed in model.selection.names.values() for each in listed]
            faults.append(
                text.fault((), Message.of("unknown name {name}", name=one), near=nearest(one, known))
            )
        levers.append({"kind": kind, **own, **chosen})
    if faults:
        raise ScenarioFaultsError(faults)
    document = {"scenario": {name: {**table, "lever": levers}}}
    return scenarios([ScenarioText(name="", document=document)], model)[0]


def _values(kind: str, value: str) -> dict[str, Any]:  # noqa: PLR0911 - a return a kind
    """Return the keys that a word stands for."""
    match kind:
        case "pace":
            return {"factor": float(value)}
        case "shifts":
            shifts, _, yields = value.partition("x")
            return {"shifts": int(shifts), "yield": float(yields)}
        case "days":
            days = float(value)
            return {"lost": -days} if days < 0 else {"gained": days}
        case "suspend":
            first, _, last = value.partition("..")
            return {key: dt.date.fromisoformat(day) for key, day in (("from", first), ("to", last)) if day}
        case "funds_short":
            return {"share": _share(value)}
        case "scope":
            return {"share": _share(value)} if value.endswith("%") else {"add": float(value)}
        case "never":
            if value:
                raise ValueError(value)
            return {}
        case "funds_arrive" | "lift" | "start" | "finish":
            return {"on": dt.date.fromisoformat(value)}
    raise KeyError(kind)


def _share(value: str) -> float:
    """Return a share: 0.1 or 10%.

    Examples
    --------
    >>> _share("10%"), _share("0.1")
    (0.1, 0.1)
    """
    return float(value[:-1]) / 100 if value.endswith("%") else float(value)
