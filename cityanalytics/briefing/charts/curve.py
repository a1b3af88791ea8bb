"""The S-curve: what was done by the data date, what was planned, and where the year may end."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.charts.drawing import WIDTH, Drawing, days, round_ticks, spread
from cityanalytics.briefing.charts.typeface import fitted, text_width

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from cityanalytics.briefing.language import Scale

_LINE = 13.0  # points from one line of text to the next
_LABEL = 60.0  # a longer label at the right edge breaks into two lines
_GAP = 10.0  # from the plot to the labels at its right, and from these to the edge
_EARLY = 0.85  # part of the year before which the right margin beside the data date is free


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A cumulative line: as many days as values, and the words that stand at it."""

    days: Sequence[dt.date]
    values: Sequence[float]
    label: str


@dataclass(frozen=True, kw_only=True)
class YearEnd:
    """Where the year ends.

    Parameters
    ----------
    day
        The year's last day.
    target, p10, p25, p50, p75, p90
        The plan, and the forecast's middle with its bands of 80 and 50 %, in the inner unit.
    between
        Days between the data date and `day` with the five levels; straight lines where there are none.
    target_label, median_label, low_label, high_label
        Words with their numbers, short: they stand at the right edge.
    """

    day: dt.date
    target: float
    p10: float
    p25: float
    p50: float
    p75: float
    p90: float
    target_label: str
    median_label: str
    low_label: str
    high_label: str
    between: Sequence[tuple[dt.date, float, float, float, float, float]] = ()

    def labels(self) -> tuple[str, ...]:
        """Return the words of the right edge, broken where they are long: plan, median, low, high."""
        words = (self.target_label, self.median_label, self.low_label, self.high_label)
        return tuple(fitted(label, _LABEL) for label in words)


def s_curve(
    *, actual: Curve, plan: Curve, year_end: YearEnd, ticks: Sequence[dt.date], scale: Scale, language: str
) -> Drawing:
    """Draw the S-curve: actual to the data date, the plan, and the forecast's fan to the year's end.

    Parameters
    ----------
    actual, plan
        Values in the inner unit; the last day of `actual` is the data date.
    year_end
        Target and forecast.
    ticks
        Days named under the axis.
    scale
        The axis's unit.
    language
        Of the days' names.
    """
    start, data_date, last = days([plan.days[0], actual.days[-1], year_end.day])
    done = actual.values[-1] / scale.per
    low, middle, high, target = (
        value / scale.per for value in (year_end.p10, year_end.p50, year_end.p90, year_end.target)
    )
    planned = [value / scale.per for value in plan.values]
    reached = [value / scale.per for value in actual.values]
    top = 1.06 * max(target, high, *planned, *reached) or 1.0
    drawn = Drawing(
        height=212,
        left=26,
        right=max(map(text_width, year_end.labels())) + _GAP,
        top=20,
        bottom=22,
        across=(start, last),
        up=(0.0, top),
    )
    drawn.ticks(days(ticks), [display.day_text(day, language) for day in ticks], line=True)
    drawn.grid(round_ticks(0.0, top, 5), scale.unit, away=24)
    inside = [(days([day])[0], *values) for day, *values in year_end.between]
    fan = [data_date, *(point[0] for point in inside), last]
    ends = (low, year_end.p25 / scale.per, middle, year_end.p75 / scale.per, high)
    lows, lower, middles, upper, highs = (
        [done, *(point[at] / scale.per for point in inside), end] for at, end in enumerate(ends, start=1)
    )
    look = palette.FORECAST
    drawn.band(fan, lows, highs, look)
    drawn.band(fan, lower, upper, palette.LIKELIER)
    drawn.line(days(plan.days), planned, palette.PLAN.line, 1.4, dashes=palette.PLAN.dashes)
    drawn.line(fan, middles, palette.PAPER, 3.0)  # keeps the dots clear of the hatch
    drawn.line(fan, middles, look.line, 1.6, dashes=look.dashes)
    drawn.line(days(actual.days), reached, palette.ACTUAL.line, 2.4)
    drawn.dots([data_date], [done], "o", 6.0, palette.ACTUAL.line, edge=palette.ACTUAL.line)
    drawn.median(last, middle)
    drawn.dots([last], [target], "D", 6.0, palette.PAPER, edge=palette.PLAN.line)
    _label_ends(drawn, (target, middle, low, high), year_end.labels())
    _label_actual(drawn, data_date, done, actual.label, fan=fan, lows=lows, highs=highs)
    across = max(0.45 * drawn.width, text_width(plan.label) + 10)
    halfway = start + across / drawn.width * (last - start)
    height = float(np.interp(halfway, days(plan.days), planned))
    drawn.write(plan.label, (drawn.x(halfway) - 6, drawn.y(height) - 4), ha="right", colour=palette.PLAN.text)
    return drawn


def _label_ends(drawn: Drawing, values: Sequence[float], labels: Sequence[str]) -> None:
    floor = drawn.y(0.0)
    heights = spread(
        [floor - drawn.y(value) for value in values], [_LINE * (1 + label.count("\n")) for label in labels]
    )
    looks = (palette.PLAN, *[palette.FORECAST] * 3)
    for label, height, look in zip(labels, heights, looks, strict=True):
        place = (drawn.left + drawn.width + 8, floor - height)
        drawn.write(label, place, va="center", even=True, colour=look.text)


def _label_actual(
    drawn: Drawing,
    data_date: float,
    done: float,
    label: str,
    *,
    fan: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
) -> None:
    """Write below the line, as far right as there is room; further left is further down, under the slope.

    Early in the year there is no room above the axis: then it stands where the band's lower edge leaves some, or
    over the upper one, with a line to the point.
    """
    (start, last), (_, high) = drawn.across, drawn.up
    gone = (data_date - start) / (last - start)
    edge = WIDTH if gone < _EARLY else drawn.left + drawn.width
    width = text_width(label)
    right = min(4.0, edge - drawn.x(data_date) - width)
    points = drawn.depth / high
    slope = done * points / max(1.0, gone * drawn.width)
    down = 7 + 1.4 * slope * (4.0 - right)
    colour = palette.ACTUAL.text
    if done * points - down >= _LINE:
        drawn.write(label, (drawn.x(data_date) + right, drawn.y(done) + down), va="top", colour=colour)
        return
    places = np.linspace(data_date, last, 100)
    room = places[np.interp(places, fan, lows) * points >= _LINE + 3]
    if len(room):
        where = (float(room[0]), (_LINE / 2 + 1) / points)
    else:
        across = (width + 4) / drawn.width * (last - start)
        over = float(np.interp(data_date + across, fan, highs))
        clear = max(over, 0.6 * high)  # of the band, and of the plan's label
        where = (data_date, clear + _LINE / points)
    if math.dist(*drawn.spots([where[0], data_date], [where[1], done])) > _LINE:
        drawn.line([data_date, where[0]], [done, where[1]], palette.ACTUAL.line, 0.7)
    drawn.write(label, (drawn.x(where[0]), drawn.y(where[1])), va="center", colour=colour)
