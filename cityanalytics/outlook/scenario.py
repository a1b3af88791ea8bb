"""What if: a scenario is a change of levers, run through the same forecast as base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cityanalytics.outlook.pace import Pace
    from cityanalytics.series.methods import YearTotal


@dataclass(frozen=True, kw_only=True)
class PaceScenario:
    """A named change.

    Parameters
    ----------
    name
        Stable name: ``base``, ``achieved``, ``required``, ``best`` or ``holiday``.
    pace
        Factor on the daily pace from the day after the data date; 1 is base, exactly.
    forecast
        The forecast under the change.
    """

    name: str
    pace: float
    forecast: YearTotal


def scenarios(base: YearTotal, pace: Pace, *, extra_days: int) -> tuple[PaceScenario, ...]:
    """Return base and the scenarios that a bureau asks for first.

    Parameters
    ----------
    base
        The unchanged forecast.
    pace
        Paces on the data date.
    extra_days
        Working days gained when the holidays after the data date are worked through.

    Returns
    -------
    tuple of PaceScenario
        ``base``; the pace so far kept (``achieved``); the pace that the plan needs (``required``); the best pace
        sustained so far (``best``); holidays worked through (``holiday``). Each sets the *median* pace; those
        that have no meaning on the date are left out.
    """
    if not pace.days_left:
        return (PaceScenario(name="base", pace=1.0, forecast=base),)
    median = base.remainder / pace.days_left
    factors = {
        "base": 1.0,
        "achieved": pace.achieved / median,
        "required": (pace.required or 0.0) / median,
        "best": pace.best / median,
        "holiday": 1.0 + extra_days / pace.working_days_left if pace.working_days_left else 1.0,
    }
    return tuple(
        PaceScenario(name=name, pace=factor, forecast=base.at_pace(factor))
        for name, factor in factors.items()
        if factor > 0 and (name == "base" or factor != 1.0)
    )
