"""Values in their units, dates and probabilities, as a reader sees them in the languages of the briefing."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from babel.dates import format_date, format_skeleton

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import (
    MISSING,
    NOT_APPLICABLE,
    PLAIN,
    Absent,
    Value,
    absence,
    applicable,
    chance,
    hedged,
    number,
    rounded_half_up,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from cityanalytics.briefing.language import Scale

__all__ = [
    "MISSING",
    "NOT_APPLICABLE",
    "Absent",
    "Value",
    "absence",
    "amount",
    "applicable",
    "area",
    "chance",
    "count",
    "date_text",
    "day_text",
    "in_scale",
    "length",
    "number",
    "pace",
    "points",
    "probability",
    "share",
    "stated",
]


def _scaled(value: Value, language: str, places: int, scales: Sequence[Scale]) -> str:
    word = absence(value, language)
    if word is not None or value is None or isinstance(value, Absent):
        return word or ""
    scale = next((scale for scale in scales if abs(value) >= scale.least), scales[-1])
    return in_scale(value, language, scale, places=max(0, places + scale.places))


def in_scale(value: float, language: str, scale: Scale, *, places: int) -> str:
    """Return a value in a unit of the caller's choice, with its name."""
    shown = number(value, language, places=places, per=scale.per)
    rounded = rounded_half_up(value, places=places, per=scale.per)
    if not scale.grouped:
        shown = shown.replace(LANGUAGES[language].group, "")
    filled = LANGUAGES[language].filled(scale.pattern, shown, rounded)
    before, minus, behind = filled.partition(LANGUAGES[language].minus)
    behind_currency = minus and len(before) == 1 and unicodedata.category(before) == "Sc"
    return f"{minus}{before}{behind}" if behind_currency else filled


def amount(yuan: Value, language: str, *, places: int = 1) -> str:
    """Return an amount of money; English shows the same digits with one decimal more.

    Examples
    --------
    >>> amount(6.2e9, "zh"), amount(6.2e9, "en"), amount(-6.2e7, "en"), amount(-4.63e7, "zh")
    ('62.0亿元', '¥6.20 bn', '−¥62.0 m', '−4630万元')
    """
    return _scaled(yuan, language, places, LANGUAGES[language].amounts)


def area(square_metres: Value, language: str, *, places: int = 0) -> str:
    """Return an area.

    Examples
    --------
    >>> area(2.75e6, "zh"), area(2.75e6, "en"), area(4.944e6, "zh", places=1)
    ('275万平方米', '2.75 million m²', '494.4万平方米')
    """
    return _scaled(square_metres, language, places, LANGUAGES[language].areas)


def length(metres: Value, language: str, *, places: int = 0) -> str:
    """Return a length.

    Examples
    --------
    >>> length(28_000, "zh"), length(28_000, "en"), length(850, "en")
    ('28公里', '28 km', '850 m')
    """
    return _scaled(metres, language, places, LANGUAGES[language].lengths)


def pace(yuan_per_day: Value, language: str, *, places: int = 1) -> str:
    """Return an amount a day.

    Examples
    --------
    >>> pace(2.8e7, "zh"), pace(2.8e7, "en")
    ('日均2800万元', '¥28.0 m a day')
    >>> pace(20_000, "zh"), pace(20_000, "en"), pace(1.2e9, "en")
    ('日均20000元', '¥20,000 a day', '¥1.20 bn a day')
    """
    return _scaled(yuan_per_day, language, places, LANGUAGES[language].paces)


def stated(value: Value, language: str) -> str:
    """Return a number in the unit that its sheet states, with decimals only where it has some.

    Examples
    --------
    >>> stated(3467.0, "zh"), stated(3467.5, "en")
    ('3,467', '3,467.50')
    """
    whole = not isinstance(value, int | float) or float(value).is_integer()
    return number(value, language, places=0 if whole else 2)


def count(value: Value, language: str) -> str:
    """Return a whole number.

    Examples
    --------
    >>> count(1268, "zh"), count(None, "en")
    ('1,268', 'no data')
    """
    return number(value, language)


def share(fraction: Value, language: str, *, places: int = 1) -> str:
    """Return a share as per cent.

    Examples
    --------
    >>> share(62 / 90, "zh"), share(Absent.NOT_APPLICABLE, "en")
    ('68.9%', 'n/a')
    """
    shown = number(fraction, language, places=places, per=0.01)
    return shown if absence(fraction, language) else LANGUAGES[language].percent.format(shown)


def points(difference: Value, language: str, *, places: int = 1) -> str:
    """Return a difference between shares in percentage points.

    Examples
    --------
    >>> points(265 / 365 - 62 / 90, "zh"), points(-0.037, "en")
    ('3.7个百分点', '−3.7 percentage points')
    """
    shown = number(difference, language, places=places, per=0.01)
    if absence(difference, language) or difference is None or isinstance(difference, Absent):
        return shown
    rules, rounded = LANGUAGES[language], rounded_half_up(difference, places=places, per=0.01)
    return rules.filled(rules.points, shown, rounded)


def probability(value: Value, language: str) -> str:
    """Return a probability as per cent and as a count of tries; only what is certain is 0% or 100%.

    Raises
    ------
    ValueError
        If it lies outside 0 to 1.

    Examples
    --------
    >>> probability(0.31, "zh"), probability(0.02, "en"), probability(0.999, "zh")
    ('约31%（十次中约3次）', 'about 2% (about 2 in 100)', '超过99%（一百次中超过99次）')
    """
    hedge, percent = hedged(value, language)
    if value is None or hedge == PLAIN or isinstance(value, Absent):
        return percent
    rules = LANGUAGES[language]
    tenths = number(value, language, per=0.1)
    if tenths in {"0", "10"}:
        return rules.hundredths.format(
            percent=hedge.format(percent), count=hedge.format(percent.strip("%\u00a0 "))
        )
    return rules.tenths.format(percent=hedge.format(percent), count=hedge.format(tenths))


def date_text(date: dt.date | None, language: str) -> str:
    """Return a date.

    Examples
    --------
    >>> import datetime as dt
    >>> date_text(dt.date(2010, 9, 22), "zh"), date_text(dt.date(2010, 9, 22), "en"), date_text(None, "en")
    ('2010年9月22日', '22 September 2010', 'no data')
    """
    rules = LANGUAGES[language]
    return rules.missing if date is None else format_date(date, "long", locale=rules.locale)


def day_text(date: dt.date, language: str) -> str:
    """Return a day without its year, for an axis.

    Examples
    --------
    >>> import datetime as dt
    >>> day_text(dt.date(2010, 9, 22), "zh"), day_text(dt.date(2010, 9, 22), "en")
    ('9月22日', '22 Sept')
    """
    rules = LANGUAGES[language]
    return format_skeleton("MMMd", date, locale=rules.locale)
