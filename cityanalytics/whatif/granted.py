"""What it brings to lift what holds projects up by the days that their units ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.calendar import ONE_DAY
from cityanalytics.whatif.answer import Answer
from cityanalytics.whatif.levers import LiftLever, Scenario

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from cityanalytics.whatif.model import Model


def granted(model: Model, deadlines: Mapping[str, dt.date | None]) -> tuple[float, float | None]:
    """Return what the year's median gains (yuan), and its chance (fraction; None without a plan).

    Parameters
    ----------
    model
        The forecast, prepared.
    deadlines
        Project to the day by which it is freed; one that has passed, or is not told, is the day after the data date.
    """
    first = model.as_of + ONE_DAY
    freed: dict[dt.date, list[str]] = {}
    for project, deadline in deadlines.items():
        freed.setdefault(max(deadline or first, first), []).append(project)
    levers = tuple(LiftLever(on=day, projects=tuple(names)) for day, names in sorted(freed.items()))
    base = Answer(model=model, scenario=Scenario(name="base"))
    answer = Answer(model=model, scenario=Scenario(name="granted", lever=levers))
    gained = answer.quantiles["p50"] - base.quantiles["p50"]
    if answer.probability is None or base.probability is None:
        return gained, None
    return gained, answer.probability - base.probability
