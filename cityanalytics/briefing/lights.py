"""Lights: how far behind elapsed-time progress is behind, said with a word and the rule."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cityanalytics.settings import Lights


class Light(StrEnum):
    """A light; its value is the word that stands beside it."""

    NORMAL = "normal"
    BEHIND = "behind"
    FAR_BEHIND = "far behind"


def light(behind: float, rule: Lights) -> Light:
    """Return the light of something `behind` elapsed-time progress by a fraction of its plan.

    Examples
    --------
    >>> from cityanalytics.settings import Lights
    >>> light(0.037, Lights(yellow=0.0, red=0.05)).value
    'behind'
    """
    if behind > rule.red:
        return Light.FAR_BEHIND
    return Light.BEHIND if behind > rule.yellow else Light.NORMAL
