"""Lights: how far behind elapsed-time progress is behind, and which lights another rule would change."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityanalytics.settings import Lights

STEP = 0.05
"""What the rule is moved by, to see which lights hang on it: five points."""


class Light(StrEnum):
    """A light, from good to bad; its value is the word that stands beside it."""

    NORMAL = "normal"
    INCOMPLETE = "incomplete"
    BEHIND = "behind"
    FAR_BEHIND = "far behind"


@dataclass(frozen=True, kw_only=True)
class Flip:
    """Lights that change in the same way when the rule moves.

    Parameters
    ----------
    by
        How the rule moves, as a fraction of the plan: below 0 it is stricter.
    now, then
        The light under the rule, and under the moved one.
    names
        Whose lights they are, in the order given.
    """

    by: float
    now: Light
    then: Light
    names: tuple[str, ...]


def light(behind: float | None, rule: Lights, *, partial: bool = False) -> Light | None:
    """Return the light of something `behind` elapsed-time progress by a fraction of its plan.

    None or nan, of what has no plan, has no light. What is `partial` is never normal: that takes all of it.

    Examples
    --------
    >>> from cityanalytics.settings import Lights
    >>> light(0.037, Lights(yellow=0.0, red=0.05)).value
    'behind'
    """
    if behind is None or math.isnan(behind):
        return None
    if behind > rule.red:
        return Light.FAR_BEHIND
    if behind > rule.yellow:
        return Light.BEHIND
    return Light.INCOMPLETE if partial else Light.NORMAL


def moved(rule: Lights, by: float) -> Lights:
    """Return the rule with yellow and red moved by a fraction of the plan; below 0 it is stricter."""
    return replace(rule, yellow=rule.yellow + by, red=rule.red + by)


def flips(behind: Mapping[str, float], rule: Lights, *, by: float) -> list[Flip]:
    """Return the lights that change when yellow and red both move by a fraction of the plan.

    Examples
    --------
    >>> from cityanalytics.settings import Lights
    >>> flips({"A": 0.03, "B": 0.2}, Lights(yellow=0.0, red=0.05), by=-0.05)
    [Flip(by=-0.05, now=<Light.BEHIND: 'behind'>, then=<Light.FAR_BEHIND: 'far behind'>, names=('A',))]
    """
    names: dict[tuple[Light, Light], list[str]] = {}
    for name, points in behind.items():
        now, then = light(points, rule), light(points, moved(rule, by))
        if now is not None and then is not None and now != then:
            names.setdefault((now, then), []).append(name)
    order = list(Light)
    return [
        Flip(by=by, now=now, then=then, names=tuple(names[now, then]))
        for now, then in sorted(names, key=lambda pair: [order.index(one) for one in pair])
    ]
