"""One number as a reader sees it, or the words for why there is none.

Every number is rounded half up (四舍五入) from its shortest decimal form, so what is shown is what a clerk
gets by hand.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from cityanalytics.briefing.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Below this a float is exact enough to be rounded; the distance from a half at which it is looked at as a decimal.
_EXACT, _NEAR = 1e12, 1e-9


class Absent(Enum):
    """Why a number is not there."""

    MISSING = "missing"
    NOT_APPLICABLE = "not applicable"


#: How a number is told that needs no hedge.
PLAIN = "{}"

MISSING = Absent.MISSING
NOT_APPLICABLE = Absent.NOT_APPLICABLE

Value: TypeAlias = float | Absent | None
"""A number, or why there is none; None and NaN are missing."""


def absence(value: Value, language: str) -> str | None:
    """Return the words for a value that is not there, or None where there is a number.

    Examples
    --------
    >>> absence(None, "zh"), absence(float("nan"), "en"), absence(NOT_APPLICABLE, "zh"), absence(0.0, "en")
    ('无数据', 'no data', '不适用', None)
    """
    rules = LANGUAGES[language]
    if value is Absent.NOT_APPLICABLE:
        return rules.not_applicable
    if value is None or isinstance(value, Absent) or math.isnan(value):
        return rules.missing
    return None


def applicable(value: float | None) -> Value:
    """Return a value whose absence says that there is nothing to tell, rather than that data are missing.

    Examples
    --------
    >>> applicable(0.5), applicable(None)
    (0.5, <Absent.NOT_APPLICABLE: 'not applicable'>)
    """
    return NOT_APPLICABLE if value is None else value


def number(value: Value, language: str, *, places: int = 0, per: float = 1.0) -> str:
    """Return `value` in units of `per`, rounded half up, with thousands marked and a real minus sign.

    Raises
    ------
    OverflowError
        If the value is infinite.

    Examples
    --------
    >>> number(2.675, "en", places=2), number(-1234.5, "en"), number(6.2e9, "zh", places=1, per=1e8)
    ('2.68', '−1,235', '62.0')
    """
    word = absence(value, language)
    if word is not None or value is None or isinstance(value, Absent):
        return word or ""
    if math.isinf(value):
        message = "an infinite number cannot be shown"
        raise OverflowError(message)
    rounded = rounded_half_up(value, places=places, per=per)
    rules = LANGUAGES[language]
    sign = rules.minus if rounded < 0 else ""
    signs = str.maketrans({",": rules.group, ".": rules.decimal})
    return sign + f"{abs(rounded):,f}".translate(signs)


def rounded_half_up(value: float, *, places: int = 0, per: float = 1.0) -> Decimal:
    """Return `value` in units of `per` with so many decimals, as it is shown.

    Examples
    --------
    >>> rounded_half_up(2.675, places=2)
    Decimal('2.68')
    """
    exact = Decimal(repr(float(value))) / Decimal(repr(float(per)))
    return exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def hedged(value: Value, language: str) -> tuple[str, str]:
    """Return how sure a probability is told (a pattern), and the whole per cent told.

    Raises
    ------
    ValueError
        If it lies outside 0 to 1.

    Examples
    --------
    >>> hedged(0.31, "en"), hedged(0.004, "en"), hedged(0.995, "zh"), hedged(0.0, "en")
    (('about {}', '31%'), ('under {}', '1%'), ('超过{}', '99%'), ('{}', '0%'))
    """
    word = absence(value, language)
    if word is not None or value is None or isinstance(value, Absent):
        return PLAIN, word or ""
    if not 0 <= value <= 1:
        message = f"a probability of {value}"
        raise ValueError(message)
    rules, percent = LANGUAGES[language], number(value, language, per=0.01)
    if value in {0, 1}:
        return PLAIN, rules.percent.format(percent)
    if percent == "0":
        return rules.under, rules.percent.format(1)
    if percent == "100":
        return rules.over, rules.percent.format(99)
    return rules.about, rules.percent.format(percent)


def chance(value: Value, language: str) -> str:
    """Return a probability as whole per cent, for a cell; only what is certain is 0% or 100%.

    Raises
    ------
    ValueError
        If it lies outside 0 to 1.

    Examples
    --------
    >>> chance(0.612, "zh"), chance(0.004, "zh"), chance(0.9999, "en"), chance(1.0, "en")
    ('61%', '不足1%', 'over 99%', '100%')
    """
    hedge, percent = hedged(value, language)
    return percent if hedge == LANGUAGES[language].about else hedge.format(percent)


def numbers(
    values: Sequence[float], language: str, *, places: int = 0, per: float = 1.0, signed: bool = False
) -> list[str]:
    """Return a column of numbers as :func:`number` shows each, with a sign above zero where `signed`.

    Examples
    --------
    >>> numbers([2.675, -1234.5, 0.0], "en", places=2, signed=True)
    ['+2.68', '−1,234.50', '0.00']
    """
    import numpy as np  # slow to import, and single numbers do without

    rules = LANGUAGES[language]
    given = np.asarray(values, dtype=float)
    with np.errstate(over="ignore", invalid="ignore"):
        size = np.abs(given) / per * 10.0**places
        whole = np.floor(size + 0.5)
        # a float so near a half may be a half as it is written: those few are rounded as decimals
        doubtful = ~(size < _EXACT) | (np.abs(size - np.floor(size) - 0.5) < _NEAR + size * 1e-14)
    shown = [f"{value:,.{places}f}" for value in (whole / 10.0**places).tolist()]
    if (rules.group, rules.decimal) != (",", "."):
        signs = str.maketrans({",": rules.group, ".": rules.decimal})
        shown = [text.translate(signs) for text in shown]
    above = "+" if signed else ""
    sign = np.where(whole == 0, "", np.where(given < 0, rules.minus, above)).tolist()
    found = [f"{one}{text}" for one, text in zip(sign, shown, strict=True)]
    for at in np.flatnonzero(doubtful).tolist():
        text = number(float(given[at]), language, places=places, per=per)
        found[at] = f"{above}{text}" if given[at] > 0 and re.search("[1-9]", text) else text
    return found


def in_units(values: Sequence[float], per: float) -> list[float]:
    """Return a column in units of `per`, each the float nearest to the quotient of the decimals.

    Examples
    --------
    >>> in_units([0.689, 6.2e9], 0.01), in_units([6.2e9], 1e8)
    ([68.9, 620000000000.0], [62.0])
    """
    if per == 1:
        return [float(value) for value in values]
    divisor = Decimal(repr(float(per)))
    return [float(Decimal(repr(float(value))) / divisor) for value in values]
