"""A difference that stands beside its terms says so where the digits shown would give another last one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing.number import rounded_half_up

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from cityanalytics.briefing.figures.figure import Figure
    from cityanalytics.briefing.wording import Wording

#: What one is in which figures are shown with one decimal, by their unit.
SHOWN_IN = {"fraction": 0.01, "points": 0.01, "yuan": 1e8}


def before_rounding(say: Wording, first: str, second: str, difference: str) -> Markup:
    """Return the remark that a difference is taken before rounding; nothing where its terms as shown give it.

    Parameters
    ----------
    say
        The words of a language, with the figures.
    first, second, difference
        Keys of figures: of the terms and of the size of their difference.
    """
    shown = [_shown(say.figures, key) for key in (first, second, difference)]
    if abs(shown[0] - shown[1]) == abs(shown[2]):
        return Markup("")
    return say(" (before rounding)")


def _shown(figures: Mapping[str, Figure], key: str) -> Decimal:
    figure = figures[key]
    return rounded_half_up(figure.value or 0.0, places=1, per=SHOWN_IN[figure.unit])
