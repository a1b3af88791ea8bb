"""The S-curve: what was done by the data date, what was planned, and where the year may end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.briefing import drawing, palette

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from cityanalytics.briefing.language import Scale

_LINE = 13.0  # points from one line of text to the next
_LABEL = 60.0  # a longer label at the right edge breaks into two lines
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
    target, p10, p50, p90
        The plan, and the forecast's middle and 80 % band, in the inner unit.
    between
        Days between the data date and `day` with the band's low, middle and high; straight lines where there are none.
    target_label, median_label, low_label, high_label
        Words with their numbers, short: they stand at the right edge.
    """

    day: dt.date
    target: float
    p10: float
    p50: float
    p90: float
    target_label: str
    median_label: str
    low_label: str
    high_label: str
    between: Sequence[tuple[dt.date, float, float, float]] = ()

    def labels(self) -> tuple[str, ...]:
        """Return the words of the right edge, broken where they are long: plan, median, low, high."""
        words = (self.target_label, self.median_label, self.low_label, self.high_label)
        return tuple(drawing.wrapped(label, _LABEL) for label in words)


def s_curve(ax: Axes, *, actual: Curve, plan: Curve, year_end: YearEnd, scale: Scale) -> None:
    """Draw lines, fan and labels; the axis of days is left to the caller."""
    start, data_date, last = drawing.days([plan.days[0], actual.days[-1], year_end.day])
    done = actual.values[-1] / scale.per
    low, middle, high, target = (
        value / scale.per for value in (year_end.p10, year_end.p50, year_end.p90, year_end.target)
    )
    planned = [value / scale.per for value in plan.values]
    reached = [value / scale.per for value in actual.values]
    ax.set(xlim=(start, last), ylim=(0, 1.06 * max(target, high, *planned, *reached)))
    ax.locator_params(axis="y", nbins=5)
    ax.grid(axis="y")
    ax.set_axisbelow(True)
    inside = [(drawing.days([day])[0], *values) for day, *values in year_end.between]
    fan = [data_date, *(each[0] for each in inside), last]
    lows, middles, highs = (
        [done, *(each[at] / scale.per for each in inside), end]
        for at, end in ((1, low), (2, middle), (3, high))
    )
    look = palette.FORECAST
    ax.fill_between(
        fan,
        lows,
        highs,
        facecolor=look.fill,
        edgecolor=look.line,
        hatch=look.hatch,
        linewidth=0.6,
    )
    ax.plot(
        drawing.days(plan.days), planned, color=palette.PLAN.line, linewidth=1.4, dashes=palette.PLAN.dashes
    )
    ax.plot(fan, middles, color=palette.PAPER, linewidth=3.0)  # keeps the dots clear of the hatch
    ax.plot(fan, middles, color=look.line, linewidth=1.6, dashes=look.dashes)
    ax.plot(drawing.days(actual.days), reached, color=palette.ACTUAL.line, linewidth=2.4)
    ax.plot(data_date, done, "o", color=palette.ACTUAL.line, markersize=6)
    drawing.median(ax, last, middle)
    ax.plot(last, target, "D", markerfacecolor=palette.PAPER, markeredgecolor=palette.PLAN.line, markersize=6)
    ax.annotate(
        scale.unit,
        (0, 1),
        (-24, 8),
        xycoords="axes fraction",
        textcoords="offset points",
        color=palette.MUTED,
    )
    _label_ends(ax, last, (target, middle, low, high), year_end.labels())
    _label_actual(ax, data_date, done, actual.label, fan=fan, lows=lows, highs=highs)
    across = max(0.45 * ax.bbox.width, drawing.text_width(plan.label) + 10)
    halfway = start + across / ax.bbox.width * (last - start)
    ax.annotate(
        plan.label,
        (halfway, float(np.interp(halfway, drawing.days(plan.days), planned))),
        (-6, 4),
        textcoords="offset points",
        ha="right",
        color=palette.PLAN.text,
    )


def _label_ends(ax: Axes, last: float, values: Sequence[float], labels: Sequence[str]) -> None:
    scale = ax.bbox.height / ax.get_ylim()[1]
    heights = drawing.spread(
        [value * scale for value in values], [_LINE * (1 + label.count("\n")) for label in labels]
    )
    looks = (palette.PLAN, *[palette.FORECAST] * 3)
    for value, label, height, look in zip(values, labels, heights, looks, strict=True):
        ax.annotate(
            label,
            (last, value),
            (8, height - value * scale),
            textcoords="offset points",
            va="center",
            linespacing=1.05,
            color=look.text,
        )


def _label_actual(
    ax: Axes,
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
    start, last = ax.get_xlim()
    gone = (data_date - start) / (last - start)
    edge = drawing.WIDTH if gone < _EARLY else ax.bbox.x1
    right = min(4.0, edge - (ax.bbox.x0 + gone * ax.bbox.width) - drawing.text_width(label))
    slope = done / ax.get_ylim()[1] * ax.bbox.height / max(1.0, gone * ax.bbox.width)
    down = -7 - 1.4 * slope * (4.0 - right)
    points = ax.bbox.height / ax.get_ylim()[1]
    places = np.linspace(data_date, last, 100)
    room = places[np.interp(places, fan, lows) * points >= _LINE + 3]
    if done * points + down < _LINE:
        if len(room):
            where = (room[0], (_LINE / 2 + 1) / points)
        else:
            across = (drawing.text_width(label) + 4) / ax.bbox.width * (last - start)
            over = float(np.interp(data_date + across, fan, highs))
            clear = max(over, 0.6 * ax.get_ylim()[1])  # of the band, and of the plan's label
            where = (data_date, clear + _LINE / points)
        ax.annotate(
            label,
            (data_date, done),
            where,
            textcoords="data",
            va="center",
            color=palette.ACTUAL.text,
            arrowprops={"arrowstyle": "-", "color": palette.ACTUAL.line, "linewidth": 0.7, "shrinkA": 0},
        )
        return
    ax.annotate(
        label,
        (data_date, done),
        (right, down),
        textcoords="offset points",
        va="top",
        color=palette.ACTUAL.text,
    )
