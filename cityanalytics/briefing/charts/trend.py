"""How a year's forecast went from one data date to the next: the chart of a year's reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.charts.declared import ChartDeclaration
from cityanalytics.briefing.charts.drawing import Drawing, days, round_ticks, spread
from cityanalytics.briefing.charts.typeface import text_width
from cityanalytics.briefing.course import by_quarter
from cityanalytics.briefing.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.briefing.course import Point
    from cityanalytics.briefing.wording import Wording

_LINE = 13.0  # points from one line of text to the next


def _frame(points: Sequence[Point]) -> pd.DataFrame:
    """Return a row a data date: ``as_of``, ``quarter``, ``plan``, ``p10``, ``p50``, ``p90`` (yuan)."""
    return pd.DataFrame([vars(point) for point in points])


def _finding(points: Sequence[Point], _rows: pd.DataFrame, say: Wording) -> str:
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
    if gaps["first"] == gaps["last"]:
        return say.plain(
            "The year is still expected to come to {last}, as on {day}; {lies}", lies=lies, **gaps
        )
    return say.plain(
        "What the year is expected to come to went from {first} on {day} to {last}; {lies}", lies=lies, **gaps
    )


def _measure(points: Sequence[Point], _rows: pd.DataFrame, say: Wording) -> str:
    return say.plain(
        "Forecast of the year {year} at each data date, {unit}; dashed: plan, dots: expected, hatched: 80% band",
        year=points[-1].as_of.year,
        unit=LANGUAGES[say.language].amounts[0].unit,
    )


def _alt(points: Sequence[Point], _rows: pd.DataFrame, say: Wording) -> str:
    reports = [
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
    return say.plain(
        "Line chart of the year's forecast. {points}.", points=LANGUAGES[say.language].join.join(reports)
    )


def _draw(points: Sequence[Point], _rows: pd.DataFrame, say: Wording) -> Drawing:
    scale, ends = LANGUAGES[say.language].amounts[0], points[-1]
    bare = {name: _bare(getattr(ends, name), say) for name in ("p10", "p50", "p90", "plan")}
    labels = (
        say.plain("Plan {value}", value=bare["plan"]),
        say.plain("Expected {value}", value=bare["p50"]),
        say.plain("{low}–{high}", low=bare["p10"], high=bare["p90"]),
    )
    dates = days([point.as_of for point in points])
    look, plan = palette.FORECAST, palette.PLAN
    lows, middles, highs, plans = (
        [getattr(point, name) / scale.per for point in points] for name in ("p10", "p50", "p90", "plan")
    )
    spare_days = 0.04 * (dates[-1] - dates[0])
    least, most = min(*lows, *plans), max(*highs, *plans)
    spare = 0.08 * (most - least or most or 1.0)
    drawn = Drawing(
        height=136,
        left=30,
        right=max(map(text_width, labels)) + 14,
        top=20,
        bottom=22,
        across=(dates[0] - spare_days, dates[-1] + spare_days),
        up=(least - spare, most + spare),
    )
    named = _ticks(points, drawn, say.language)
    drawn.ticks([day for day, _ in named], [label for _, label in named], line=True)
    drawn.grid(round_ticks(*drawn.up, 4), scale.unit, away=28)
    drawn.band(dates, lows, highs, look)
    drawn.line(dates, middles, palette.PAPER, 3.4)  # keeps the dots clear of the hatch
    drawn.line(dates, middles, look.line, 1.6, dashes=look.dashes)
    drawn.dots(dates, middles, "o", 5.0, look.line, edge=palette.PAPER)
    drawn.line(dates, plans, plan.line, 1.4, dashes=plan.dashes)
    _label(drawn, (plans[-1], middles[-1], lows[-1]), labels)
    return drawn


def _label(drawn: Drawing, values: Sequence[float], labels: Sequence[str]) -> None:
    """Write plan, median and band at the right edge, each as near to its line as there is room."""
    floor = drawn.height - drawn.bottom
    heights = spread([floor - drawn.y(value) for value in values], [_LINE] * len(values))
    looks = (palette.PLAN, palette.FORECAST, palette.FORECAST)
    for label, height, look in zip(labels, heights, looks, strict=True):
        drawn.write(label, (drawn.left + drawn.width + 6, floor - height), va="center", colour=look.text)


def _ticks(points: Sequence[Point], drawn: Drawing, language: str) -> list[tuple[float, str]]:
    """Name the last data date, and before it those of quarters that have room under the axis."""
    dates = [point.as_of for point in by_quarter(points)]
    if points[0].as_of not in dates:
        dates.insert(0, points[0].as_of)
    labelled = [(day, display.day_text(date, language)) for day, date in zip(days(dates), dates, strict=True)]
    kept = labelled[-1:]
    for day, label in reversed(labelled[:-1]):
        apart = drawn.x(kept[0][0]) - drawn.x(day)
        if apart > (text_width(label) + text_width(kept[0][1])) / 2 + 6:
            kept.insert(0, (day, label))
    return kept


def _bare(value: float, say: Wording) -> str:
    scale = LANGUAGES[say.language].amounts[0]
    return display.number(value, say.language, places=1 + scale.places, per=scale.per)


TREND: ChartDeclaration[Sequence[Point]] = ChartDeclaration(
    name="trend", frame=_frame, title=_finding, subtitle=_measure, alt=_alt, draw=_draw
)
