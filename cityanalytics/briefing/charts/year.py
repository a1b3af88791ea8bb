"""The year's charts: the S-curve with its forecast, and the paces achieved, required and expected."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.charts.bars import panels
from cityanalytics.briefing.charts.curve import Curve, YearEnd, s_curve
from cityanalytics.briefing.charts.declared import ChartDeclaration
from cityanalytics.briefing.charts.rows import Bar
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.calendar import month_end, year_end
from cityanalytics.programme.progress import curve, plan_curve

if TYPE_CHECKING:
    from cityanalytics.briefing.charts.drawing import Drawing
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording

_EVERY = 7  # days from one drawn point of the actual curve to the next
_LEVELS = {"p10": 0.1, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p90": 0.9}


def _days(content: Content) -> pd.DataFrame:
    """Return a row a day: ``actual``, ``plan`` (yuan so far), and ``p10`` to ``p90`` at month-ends to come."""
    actual, plan = curve(content.programme), plan_curve(content.programme)
    parts = content.outlook.parts
    ahead = pd.DatetimeIndex(parts.days[1:-1])
    ends = pd.DatetimeIndex([year_end(content.programme.as_of)])
    columns = {"actual": actual, "plan": plan}
    for name, level in _LEVELS.items():
        between = pd.Series(list(parts.city(level).tolist())[1:-1], index=ahead, dtype=float)
        last = pd.Series([content.forecast.quantile(level)], index=ends)
        columns[name] = pd.concat([between, last])
    return pd.DataFrame(columns).rename_axis("day")


def _year_title(content: Content, rows: pd.DataFrame, say: Wording) -> str:
    low, *_, high = rows[list(_LEVELS)].iloc[-1]
    target = content.forecast.target
    if not content.pace.days_left and target > 0:
        return say.plain("The year closed at {investment_to_date}; the plan was {annual_plan}")
    if not target > 0:
        return say.plain("There is no annual plan; the year is expected to close at {forecast_p50}")
    if high < target:
        return say.plain(
            "The plan of {annual_plan} lies above the forecast's 80% band; median {forecast_p50}"
        )
    if low > target:
        return say.plain(
            "The plan of {annual_plan} lies below the forecast's 80% band; median {forecast_p50}"
        )
    return say.plain(
        "The year is expected to close at {forecast_p50}; the plan of {annual_plan} lies inside the 80% band"
    )


def _year_subtitle(content: Content, _rows: pd.DataFrame, say: Wording) -> str:
    return say.plain(
        "Cumulative investment, {unit}, {year}; solid: actual, dashed: plan by elapsed time, hatched: 80% forecast band, darker: its 50% band, ring: what is expected",
        unit=LANGUAGES[say.language].amounts[0].unit,
        year=content.programme.as_of.year,
    )


def _year_alt(content: Content, _rows: pd.DataFrame, say: Wording) -> str:
    return say.plain(
        "Line chart of cumulative investment: {investment_to_date} by {day}; plan {annual_plan}; expected "
        "{forecast_p50}, 80% band {forecast_p10} to {forecast_p90}.",
        day=display.date_text(content.programme.as_of, say.language),
    )


def _draw_year(content: Content, rows: pd.DataFrame, say: Wording) -> Drawing:
    programme, target = content.programme, content.forecast.target
    scale = LANGUAGES[say.language].amounts[0]
    actual, plan = rows["actual"].dropna(), rows["plan"].dropna()
    actual = actual.iloc[sorted({*range(0, len(actual), _EVERY), len(actual) - 1})]
    plan = plan.iloc[[0, len(plan) // 2, len(plan) - 1]]
    *between, end = rows[list(_LEVELS)].dropna().itertuples()
    low, lower, median, upper, high = end[1:]

    def bare(value: float) -> str:
        return display.number(value, say.language, places=1 + scale.places, per=scale.per)

    return s_curve(
        actual=Curve(
            days=[day.date() for day in actual.index],
            values=actual.tolist(),
            label=say.plain("Actual {value}", value=bare(programme.done)),
        ),
        plan=Curve(
            days=[day.date() for day in plan.index],
            values=plan.tolist(),
            label=say.plain("Plan by elapsed time"),
        ),
        year_end=YearEnd(
            day=end[0].date(),
            target=target,
            p10=low,
            p25=lower,
            p50=median,
            p75=upper,
            p90=high,
            between=[(day.date(), *levels) for day, *levels in between],
            target_label=say.plain("Plan {value}", value=bare(target)),
            median_label=say.plain("Expected {value}", value=bare(median)),
            low_label=say.plain("Low {value}", value=bare(low)),
            high_label=say.plain("High {value}", value=bare(high)),
        ),
        ticks=[
            *(dt.date(programme.as_of.year, month, 1) for month in (1, 4, 7, 10)),
            month_end(dt.date(programme.as_of.year, 12, 1)),
        ],
        scale=scale,
        language=say.language,
    )


S_CURVE = ChartDeclaration(
    name="s_curve",
    frame=_days,
    title=_year_title,
    subtitle=_year_subtitle,
    alt=_year_alt,
    draw=_draw_year,
)


_ACHIEVED, _REQUIRED, _EXPECTED, _BEST = "Achieved", "Required", "Forecast", "Best {pace_best_days}-day run"
_LOOKS = {
    _ACHIEVED: palette.ACTUAL,
    _REQUIRED: palette.REQUIRED,
    _EXPECTED: palette.FORECAST,
    _BEST: palette.PAST,
}
#: Panels of paces by the days that they count.
_PANELS = {
    "calendar": "Calendar days: {days_gone} gone, {days_left} left",
    "working": "Working days: {working_days_gone} gone, {working_days_left} left",
}


def _paces(content: Content) -> pd.DataFrame:
    """Return a row a pace that is known: ``days`` (calendar, working), ``pace`` (its name), ``value`` (yuan a day)."""
    pace = content.pace
    rows = [
        ("calendar", _ACHIEVED, pace.achieved),
        ("calendar", _REQUIRED, pace.required),
        ("calendar", _EXPECTED, content.figures["pace_expected"].value),
        ("calendar", _BEST, pace.best),
        ("working", _ACHIEVED, pace.achieved_working),
        ("working", _REQUIRED, pace.required_working),
    ]
    return pd.DataFrame(
        [row for row in rows if row[2] is not None], columns=["days", "pace", "value"]
    ).astype({"value": float})


def _pace_title(content: Content, _rows: pd.DataFrame, say: Wording) -> str:
    pace = content.pace
    if pace.required is None:
        return say.plain("There is no annual plan, so no pace is needed; so far it was {pace_achieved}")
    if pace.best >= pace.required:
        return say.plain(
            "The pace needed is {pace_ratio} times the pace so far; the best {pace_best_days}-day run of the year reached it"
        )
    return say.plain("The pace needed is {pace_ratio} times the pace so far, above the best ever sustained")


def _pace_subtitle(content: Content, _rows: pd.DataFrame, say: Wording) -> str:
    return say.plain(
        "Investment a day; solid: achieved, outlined: required, hatched: what the forecast's median takes, pale: best sustained until {day}",
        day=display.date_text(content.pace.best_until, say.language),
    )


def _pace_alt(_content: Content, _rows: pd.DataFrame, say: Wording) -> str:
    return say.plain(
        "Bar chart. Calendar days: {days_gone} gone, {days_left} left; achieved {pace_achieved}, required {pace_required}, "
        "by the forecast {pace_expected}, best {pace_best_days}-day run {pace_best}. Working days: {working_days_gone} gone, "
        "{working_days_left} left; achieved {pace_achieved_working}, required {pace_required_working}."
    )


def _draw_paces(_content: Content, rows: pd.DataFrame, say: Wording) -> Drawing:
    return panels(
        [
            (
                say.plain(label),
                [
                    Bar(
                        label=say.plain(name),
                        value=value,
                        note=display.pace(value, say.language),
                        look=_LOOKS[name],
                    )
                    for name, value in rows.loc[rows["days"] == days, ["pace", "value"]].itertuples(
                        index=False
                    )
                ],
            )
            for days, label in _PANELS.items()
        ]
    )


def _has_days_left(content: Content) -> bool:
    return bool(content.pace.days_left)


PACES = ChartDeclaration(
    name="paces",
    frame=_paces,
    title=_pace_title,
    subtitle=_pace_subtitle,
    alt=_pace_alt,
    draw=_draw_paces,
    applies=_has_days_left,
)
