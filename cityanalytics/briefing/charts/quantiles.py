"""Fifty dots, each one of fifty equally likely years, on the axis of money with the plan as a line.

Counts are read more surely than areas: Kay et al., "When (ish) is My Bus?", CHI 2016, who show quantiles as dots.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.charts.declared import ChartDeclaration
from cityanalytics.briefing.charts.drawing import Drawing, round_ticks, tick_labels
from cityanalytics.briefing.charts.typeface import text_width
from cityanalytics.briefing.figures.ahead import equally_likely
from cityanalytics.briefing.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.language import Scale
    from cityanalytics.briefing.wording import Wording

S = TypeVar("S")

_DOT = 8.0  # points from one dot to the next
_COLUMNS = 32  # of dots, side by side
_MARGIN = 8.0


def likely_years(totals: Sequence[float], target: float, *, label: str, scale: Scale) -> Drawing:
    """Draw years as dots that stand on one another, those that reach the plan filled.

    Parameters
    ----------
    totals
        In the inner unit, rising.
    target
        The plan, in the inner unit.
    label
        Words of the plan's line.
    scale
        Of the axis.
    """
    values = np.asarray(totals, dtype=float) / scale.per
    plan = target / scale.per
    reached = values >= plan
    low, high = min(values[0], plan), max(values[-1], plan)
    width = (high - low or abs(high) or 1.0) / _COLUMNS
    # columns begin at the plan, so that no dot stands on its line
    places = plan + width * (np.floor((values - plan) / width) + 0.5)
    heights = np.zeros(len(values))
    for place in np.unique(places):
        own = places == place
        heights[own] = np.arange(own.sum())
    stack = heights.max() + 1
    drawn = Drawing(
        height=stack * _DOT + 46,
        left=_MARGIN,
        right=_MARGIN,
        top=18,
        bottom=24,
        across=(low - width, high + width),
        up=(-0.5, stack - 0.2),
    )
    ticks = round_ticks(low, high, 5)
    drawn.ticks(ticks, tick_labels(ticks), line=True)
    for chosen, fill, edge_colour in (
        (reached, palette.ACTUAL.fill, palette.ACTUAL.line),
        (~reached, palette.DOUBTED.fill, palette.DOUBTED.line),
    ):
        if chosen.any():
            drawn.dots(
                places[chosen].tolist(),
                heights[chosen].tolist(),
                "o",
                _DOT - 1.2,
                fill,
                edge=edge_colour,
                width=1.1,
            )
    drawn.line([plan, plan], [-0.5, stack - 0.2], palette.PLAN.line, 1.4, dashes=palette.PLAN.dashes)
    half = text_width(label) / 2
    where = min(max(drawn.x(plan), _MARGIN + half), drawn.left + drawn.width + _MARGIN - half)
    drawn.write(label, (where, drawn.top - 5), ha="center", colour=palette.PLAN.text)
    return drawn


def _rows(content: Content) -> pd.DataFrame:
    """Return a row a year: ``level``, ``total`` (yuan), ``reached`` (whether the plan is)."""
    levels, totals = equally_likely(content.forecast)
    return pd.DataFrame(
        {"level": levels, "total": totals, "reached": np.array(totals) >= content.forecast.target}
    )


def _ahead(content: Content) -> bool:
    return bool(content.pace.days_left) and content.forecast.target > 0


def _title(_source: object, _rows: pd.DataFrame, say: Wording) -> str:
    return say.plain("{years_reaching} of {years_likely} equally likely years reach the plan")


def _subtitle(_source: object, _rows: pd.DataFrame, say: Wording) -> str:
    return say.plain(
        "Year's total, {unit}; each dot is one of them: filled reaches the plan, hollow does not",
        unit=LANGUAGES[say.language].amounts[0].unit,
    )


def _alt(_source: object, _rows: pd.DataFrame, say: Wording) -> str:
    return say.plain(
        "Dots on an axis of money: of {years_likely} equally likely years {years_reaching} reach the plan of {annual_plan}; eight in ten lie between {forecast_p10} and {forecast_p90}."
    )


def years_chart(
    frame: Callable[[S], pd.DataFrame],
    *,
    target: Callable[[S], float],
    applies: Callable[[S], bool],
) -> ChartDeclaration[S]:
    """Declare the chart of equally likely years, a city's or a province's.

    Parameters
    ----------
    frame
        Gives a row a year, ``total`` (yuan) rising.
    target
        Gives the plan (yuan).
    applies
        Tells whether it can be drawn.
    """

    def draw(source: S, rows: pd.DataFrame, say: Wording) -> Drawing:
        scale, plan = LANGUAGES[say.language].amounts[0], target(source)
        value = display.number(plan, say.language, places=1 + scale.places, per=scale.per)
        label = say.plain("Plan {value}", value=value)
        return likely_years(rows["total"].tolist(), plan, label=label, scale=scale)

    return ChartDeclaration(
        name="likely_years",
        frame=frame,
        title=_title,
        subtitle=_subtitle,
        alt=_alt,
        draw=draw,
        applies=applies,
    )


LIKELY_YEARS = years_chart(_rows, target=lambda content: content.forecast.target, applies=_ahead)
