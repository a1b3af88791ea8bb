"""[final] The days that are left: curve, forecast, paces, and what other classes would say."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.blocks import side_by_side
from cityanalytics.briefing.charts import Bar, Chart, Curve, YearEnd, cumulative, paces
from cityanalytics.briefing.figure import Words
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.moved import moved
from cityanalytics.briefing.section import paragraph, part
from cityanalytics.briefing.terms import CLASSES
from cityanalytics.calendar import month_end, year_end
from cityanalytics.programme.progress import curve, plan_curve
from cityanalytics.series.pool import SHORTEST

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording


#: Why a class may stand for the city.
REASONS = {
    "china_construction_investment": "the same kind of spending in the same country",
    "china_public_spending": "public money in the same country, though not for construction alone",
    "us_public_construction": "public construction, though in another country",
}


@part("final")
def final(content: Content, say: Wording) -> Markup:
    """Write the forecast and the paces."""
    if not content.pace.days_left:
        return _curve(content, say).figure_html(1, say.language) + paragraph(
            say("The year is over: nothing is left to forecast.")
        )
    method = paragraph(
        say(
            "Method: the pace so far, changed as in the reference class ({reference_class}, "
            "{class_series} public series) from this day of the year on. Why this class: {reason}. Assumed: this city changes its pace like a member of that class.",
            reference_class=say(CLASSES[content.forecast.reference_class]),
            reason=say(REASONS[content.forecast.reference_class]),
        )
    )
    if content.pace.days_gone < SHORTEST:
        method += paragraph(
            say(
                "Less than a month of the year has gone: the pace so far says little of the year, so the range is wider than the class's own."
            )
        )
    method += paragraph(
        say(
            "The median takes {pace_expected} from now on; so far it was {pace_achieved}, and {pace_best} in the best {pace_best_days}-day run. "
            "About eight times in ten the year ends inside the 80% band."
        )
    )
    return side_by_side(
        _curve(content, say).figure_html(1, say.language)
        + content.tables["classes"].html(say.language)
        + method,
        _paces(content, say).figure_html(2, say.language) + moved(content, say),
    )


def _curve(content: Content, say: Wording) -> Chart:
    programme, forecast = content.programme, content.forecast
    scale = LANGUAGES[say.language].amounts[0]
    places = 1 + scale.places
    actual, plan = curve(programme), plan_curve(programme)
    shown = set(range(0, len(actual), 7)) | {len(actual) - 1}
    days = sorted(shown)
    p10, p50, p90 = (forecast.quantile(level) for level in (0.1, 0.5, 0.9))

    def bare(value: float) -> str:
        return display.number(value, say.language, places=places, per=scale.per)

    if not forecast.target > 0:
        title = say.plain("There is no annual plan; the year is expected to close at {forecast_p50}")
    elif p90 < forecast.target:
        title = say.plain(
            "The plan of {annual_plan} lies above the forecast's 80% band; median {forecast_p50}"
        )
    elif p10 > forecast.target:
        title = say.plain(
            "The plan of {annual_plan} lies below the forecast's 80% band; median {forecast_p50}"
        )
    else:
        title = say.plain(
            "The year is expected to close at {forecast_p50}; the plan of {annual_plan} lies inside the 80% band"
        )
    ends = [dt.date(programme.as_of.year, month, 1) for month in (1, 4, 7, 10)]
    return cumulative(
        actual=Curve(
            days=[actual.index[at].date() for at in days],
            values=[float(actual.iloc[at]) for at in days],
            label=say.plain("Actual {value}", value=bare(programme.done)),
        ),
        plan=Curve(
            days=[plan.index[at].date() for at in (0, len(plan) // 2, len(plan) - 1)],
            values=[float(plan.iloc[at]) for at in (0, len(plan) // 2, len(plan) - 1)],
            label=say.plain("Plan by elapsed time"),
        ),
        year_end=YearEnd(
            day=year_end(programme.as_of),
            target=forecast.target,
            p10=p10,
            p50=p50,
            p90=p90,
            between=_between(content),
            target_label=say.plain("Plan {value}", value=bare(forecast.target)),
            median_label=say.plain("Median {value}", value=bare(p50)),
            low_label=say.plain("Low {value}", value=bare(p10)),
            high_label=say.plain("High {value}", value=bare(p90)),
        ),
        ticks=[*ends, month_end(dt.date(programme.as_of.year, 12, 1))],
        scale=scale,
        language=say.language,
        words=Words(
            title=title,
            subtitle=say.plain(
                "Cumulative investment, {unit}, {year}; solid: actual, dashed: plan by elapsed time, hatched: 80% forecast band, ring: its median",
                unit=scale.unit,
                year=programme.as_of.year,
            ),
            alt=say.plain(
                "Line chart of cumulative investment: {investment_to_date} by {day}; plan {annual_plan}; forecast median "
                "{forecast_p50}, 80% band {forecast_p10} to {forecast_p90}.",
                day=display.date_text(programme.as_of, say.language),
            ),
        ),
    )


def _between(content: Content) -> list[tuple[dt.date, float, float, float]]:
    """Return the city's low, middle and high path on the month-ends that are left: the sums of its projects'."""
    parts = content.outlook.parts
    low, middle, high = (parts.city(level).tolist() for level in (0.1, 0.5, 0.9))
    return list(zip(parts.days, low, middle, high, strict=True))[1:-1]


def _paces(content: Content, say: Wording) -> Chart:
    pace = content.pace
    calendar = [("Achieved", pace.achieved, palette.ACTUAL), ("Required", pace.required, palette.REQUIRED)]
    expected = content.figures["pace_expected"].value
    calendar.append(("Forecast", expected, palette.FORECAST))
    working = [
        ("Achieved", pace.achieved_working, palette.ACTUAL),
        ("Required", pace.required_working, palette.REQUIRED),
    ]

    def bars(rows: list[tuple[str, float | None, palette.Look]]) -> list[Bar]:
        return [
            Bar(label=say.plain(label), value=value, note=display.pace(value, say.language), look=look)
            for label, value, look in rows
            if value is not None
        ]

    best = Bar(
        label=say.plain("Best {pace_best_days}-day run"),
        value=pace.best,
        note=display.pace(pace.best, say.language),
        look=palette.PAST,
    )
    if pace.required is None:
        title = say.plain("There is no annual plan, so no pace is needed; so far it was {pace_achieved}")
    elif pace.best >= pace.required:
        title = say.plain(
            "The pace needed is {pace_ratio} times the pace so far; the best {pace_best_days}-day run of the year reached it"
        )
    else:
        title = say.plain(
            "The pace needed is {pace_ratio} times the pace so far, above the best ever sustained"
        )
    return paces(
        [
            (say.plain("Calendar days: {days_gone} gone, {days_left} left"), [*bars(calendar), best]),
            (say.plain("Working days: {working_days_gone} gone, {working_days_left} left"), bars(working)),
        ],
        words=Words(
            title=title,
            subtitle=say.plain(
                "Investment a day; solid: achieved, outlined: required, hatched: what the forecast's median takes, pale: best sustained until {day}",
                day=display.date_text(pace.best_until, say.language),
            ),
            alt=say.plain(
                "Bar chart. Calendar days: {days_gone} gone, {days_left} left; achieved {pace_achieved}, required {pace_required}, "
                "by the forecast {pace_expected}, best {pace_best_days}-day run {pace_best}. Working days: {working_days_gone} gone, "
                "{working_days_left} left; achieved {pace_achieved_working}, required {pace_required_working}."
            ),
        ),
    )
