"""How a year's forecast went from one data date to the next: a small chart, and its values as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from cityanalytics.briefing import display, drawing, palette
from cityanalytics.briefing.figure import Chart
from cityanalytics.briefing.language import LANGUAGES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from markupsafe import Markup
    from matplotlib.axes import Axes

    from cityanalytics.briefing.language import Scale
    from cityanalytics.briefing.wording import Wording

_LINE = 13.0  # points from one line of text to the next
_LEAST_DAYS = 20  # a lone data date still gets a band that can be seen


@dataclass(frozen=True, kw_only=True)
class Point:
    """A year's forecast as a report states it: its data date and quarter, the plan, and quantiles, in yuan."""

    as_of: dt.date
    quarter: str
    plan: float
    p10: float
    p50: float
    p90: float


def trend(points: Sequence[Point], say: Wording) -> Markup:
    """Return the chart of a year's forecasts.

    Parameters
    ----------
    points
        At least one, by data date.
    say
        The page's language.
    """
    return _chart(points, say).figure_html(1, say.language)


def by_quarter(points: Sequence[Point]) -> list[Point]:
    """Return the last point of each quarter.

    Examples
    --------
    >>> import datetime as dt
    >>> plain = dict(quarter="2010Q1", plan=9e9, p10=8e9, p50=9e9, p90=1e10)
    >>> points = [Point(as_of=dt.date(2010, month, 1), **plain) for month in (2, 3)]
    >>> [point.as_of.month for point in by_quarter(points)]
    [3]
    """
    return list({point.quarter: point for point in points}.values())


def _chart(points: Sequence[Point], say: Wording) -> Chart:
    scale = LANGUAGES[say.language].amounts[0]
    last = points[-1]
    low, middle, high, plan = (_bare(value, say) for value in (last.p10, last.p50, last.p90, last.plan))
    labels = (
        say.plain("Plan {value}", value=plan),
        say.plain("Median {value}", value=middle),
        say.plain("{low}–{high}", low=low, high=high),
    )
    said = [
        say.plain(
            "{day}: plan {plan}, median {median}, 80% band {low} to {high}",
            day=display.date_text(point.as_of, say.language),
            plan=display.amount(point.plan, say.language),
            median=display.amount(point.p50, say.language),
            low=display.amount(point.p10, say.language),
            high=display.amount(point.p90, say.language),
        )
        for point in by_quarter(points)
    ]
    return Chart(
        svg=_drawn(points, labels, scale=scale, language=say.language),
        title=_finding(points, say),
        subtitle=say.plain(
            "Forecast of the year {year} at each data date, {unit}; dashed: plan, dots: median, hatched: 80% band",
            year=last.as_of.year,
            unit=scale.unit,
        ),
        alt=say.plain(
            "Line chart of the year's forecast. {points}.", points=LANGUAGES[say.language].join.join(said)
        ),
    )


def _finding(points: Sequence[Point], say: Wording) -> str:
    first, last = points[0], points[-1]
    gaps = {
        "first": display.amount(first.p50, say.language),
        "last": display.amount(last.p50, say.language),
        "plan": display.amount(last.plan, say.language),
        "day": display.day_text(first.as_of, say.language),
    }
    if last.p90 < last.plan:
        lies = say.plain("the plan of {plan} lies above the band", **gaps)
    elif last.p10 > last.plan:
        lies = say.plain("the plan of {plan} lies below the band", **gaps)
    else:
        lies = say.plain("the plan of {plan} lies inside the band", **gaps)
    if len(points) == 1:
        return say.plain("The median is {last}; {lies}", lies=lies, **gaps)
    if gaps["first"] == gaps["last"]:
        return say.plain("The median is still {last}, as on {day}; {lies}", lies=lies, **gaps)
    return say.plain("The median went from {first} on {day} to {last}; {lies}", lies=lies, **gaps)


def _drawn(points: Sequence[Point], labels: Sequence[str], *, scale: Scale, language: str) -> str:
    days = drawing.days([point.as_of for point in points])
    look, plan = palette.FORECAST, palette.PLAN
    lows, middles, highs, plans = (
        [getattr(point, name) / scale.per for point in points] for name in ("p10", "p50", "p90", "plan")
    )
    right = max(map(drawing.text_width, labels)) + 14
    with drawing.axes(136, left=30, right=right, top=20, bottom=22) as ax:
        room = max(days[-1] - days[0], _LEAST_DAYS)
        middle = (days[0] + days[-1]) / 2
        ax.set_xlim(middle - 0.54 * room, middle + 0.54 * room)
        least, most = min(*lows, *plans), max(*highs, *plans)
        spare = 0.08 * (most - least or most or 1.0)
        ax.set_ylim(least - spare, most + spare)
        ax.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
        ax.grid(axis="y")
        ax.set_axisbelow(True)
        band = days if len(days) > 1 else [days[0] - _LEAST_DAYS / 8, days[0] + _LEAST_DAYS / 8]
        low, high = ([*each, *each][: len(band)] for each in (lows, highs))  # a lone one twice
        ax.fill_between(
            band, low, high, facecolor=look.fill, edgecolor=look.line, hatch=look.hatch, linewidth=0.6
        )
        ax.plot(days, middles, color=palette.PAPER, linewidth=3.4)  # keeps the dots clear of the hatch
        ax.plot(days, middles, color=look.line, linewidth=1.6, dashes=look.dashes)
        ax.plot(days, middles, "o", color=look.line, markersize=5, markeredgecolor=palette.PAPER)
        ends = list(ax.get_xlim()) if len(days) == 1 else days
        ax.plot(ends, [*plans, *plans][: len(ends)], color=plan.line, linewidth=1.4, dashes=plan.dashes)
        ax.annotate(
            scale.unit, (0, 1), (-28, 8), xycoords="axes fraction", textcoords="offset points",
            color=palette.MUTED,
        )  # fmt: skip
        _label(ax, (plans[-1], middles[-1], lows[-1]), labels)
        named = _ticks(points, ax, language)
        ax.set_xticks([day for day, _ in named], [label for _, label in named])
        return drawing.svg(ax)


def _label(ax: Axes, values: Sequence[float], labels: Sequence[str]) -> None:
    """Write plan, median and band at the right edge, each as near to its line as there is room."""
    bottom, top = ax.get_ylim()
    scale = ax.bbox.height / (top - bottom)
    heights = drawing.spread([(value - bottom) * scale for value in values], [_LINE] * len(values))
    looks = (palette.PLAN, palette.FORECAST, palette.FORECAST)
    for label, height, look in zip(labels, heights, looks, strict=True):
        ax.annotate(
            label, (1, 0), (6, height), xycoords="axes fraction", textcoords="offset points", va="center",
            color=look.text,
        )  # fmt: skip


def _ticks(points: Sequence[Point], ax: Axes, language: str) -> list[tuple[float, str]]:
    """Name the last data date, and before it those of quarters that have room under the axis."""
    dates = [point.as_of for point in by_quarter(points)]
    if points[0].as_of not in dates:
        dates.insert(0, points[0].as_of)
    labelled = [
        (day, display.day_text(date, language)) for day, date in zip(drawing.days(dates), dates, strict=True)
    ]
    left, right = ax.get_xlim()
    per_day = ax.bbox.width / (right - left)
    kept = labelled[-1:]
    for day, label in reversed(labelled[:-1]):
        apart = (kept[0][0] - day) * per_day
        if apart > (drawing.text_width(label) + drawing.text_width(kept[0][1])) / 2 + 6:
            kept.insert(0, (day, label))
    return kept


def _bare(value: float, say: Wording) -> str:
    scale = LANGUAGES[say.language].amounts[0]
    return display.number(value, say.language, places=1 + scale.places, per=scale.per)
