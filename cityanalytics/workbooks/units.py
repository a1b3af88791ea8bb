"""Units of measure: their spellings, what they measure, and exact conversion to the base unit."""

# ruff: noqa: RUF001 - Cyrillic words

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from cityanalytics.workbooks.cells import squeezed


class Dimension(StrEnum):
    """What a unit measures, named by its base unit."""

    MONEY = "yuan"
    FOREIGN_MONEY = "foreign currency"
    AREA = "square metre"
    LENGTH = "metre"
    SHARE = "fraction"
    COUNT = "count"
    SCALE = "scale"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A unit of measure.

    Parameters
    ----------
    name
        Its usual spelling: ``万元``, ``万平方米``.
    dimension
        What it measures. A currency without a rate is a dimension of its own, never yuan; thousands or crores of
        no currency are a scale, of whatever the column measures.
    factor
        How many base units it is, exactly: 亩 is 2000/3 square metres.
    """

    name: str
    dimension: Dimension
    factor: Fraction


_POWERS = {
    "": 1,
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "十万": 10**5,
    "百万": 10**6,
    "千万": 10**7,
    "亿": 10**8,
    "万亿": 10**12,
}
_BASES = (
    ("元", Dimension.MONEY, Fraction(1), ("元", "圆", "rmb", "yuan", "cny", "¥", "元人民币")),
    ("美元", Dimension.FOREIGN_MONEY, Fraction(1), ("美元", "usd", "$", "us$", "美金")),
    ("欧元", Dimension.FOREIGN_MONEY, Fraction(1), ("欧元", "eur", "€")),
    ("港元", Dimension.FOREIGN_MONEY, Fraction(1), ("港元", "港币", "hkd")),
    ("日元", Dimension.FOREIGN_MONEY, Fraction(1), ("日元", "jpy", "円")),
    ("平方米", Dimension.AREA, Fraction(1), ("平方米", "m2", "㎡", "平米", "平方", "m^2", "sqm", "sq.m", "方米")),
    ("亩", Dimension.AREA, Fraction(2000, 3), ("亩", "mu")),
    ("公顷", Dimension.AREA, Fraction(10**4), ("公顷", "ha", "hm2", "hectares", "hectare")),
    ("平方公里", Dimension.AREA, Fraction(10**6), ("平方公里", "km2", "平方千米", "sqkm")),
    ("米", Dimension.LENGTH, Fraction(1), ("米", "m", "延米", "延长米", "metres", "meters", "metre")),
    ("公里", Dimension.LENGTH, Fraction(1000), ("公里", "km", "千米", "kms", "kilometres", "kilometers")),
    ("里", Dimension.LENGTH, Fraction(500), ("华里",)),
    ("%", Dimension.SHARE, Fraction(1, 100), ("%", "百分比", "百分点", "个百分点", "percent", "pct")),
    ("‰", Dimension.SHARE, Fraction(1, 1000), ("‰",)),
    ("立方米", Dimension.OTHER, Fraction(1), ("立方米", "m3", "方", "cum", "cubicmetres")),
    ("吨", Dimension.OTHER, Fraction(1), ("吨", "t", "tonnes", "tonne")),
    ("千瓦时", Dimension.OTHER, Fraction(1), ("千瓦时", "kwh", "度")),
    ("小时", Dimension.OTHER, Fraction(1), ("小时",)),
    ("天", Dimension.OTHER, Fraction(1), ("天", "日历天", "工作日")),
    ("月", Dimension.OTHER, Fraction(1), ("个月",)),
    ("年", Dimension.OTHER, Fraction(1), ()),
)  # fmt: skip
#: What foreign currencies are called; the name is how they are shown.
_CURRENCIES = {
    "USD": r"usdollars?|usd|us[$]|dollars?|[$]",
    "EUR": "eur|€|euros?",
    "GBP": "gbp|£|pounds?(?:sterling)?",
    "INR": "inr|₹|rs|rupees?|indianrupees",
    "HKD": "hkd|hk[$]",
    "AUD": "aud|au?[$]",
    "CAD": "cad|ca?[$]",
    "JPY": "jpy|yen",
    "KES": "kes|kshs?",
    "ZAR": "zar|rand",
    "RUB": "rub|₽|руб(?:л(?:ей|ь|я|ях))?",
    "BRL": "brl|r[$]|reais",
    "KRW": "krw|₩|원",
    "VND": "vnd|₫|đồng",
    "TRY": "try|tl|₺",
    "PLN": "pln|zł",
    "CZK": "czk|kč",
    "HUF": "huf|forint",
    "UAH": "uah|₴|грн",
    "KZT": "kzt|₸|тенге",
    "NGN": "ngn|₦",
    "PHP": "php|₱",
    "THB": "thb|฿|baht",
}
_CODES = "aed|bdt|chf|dkk|egp|etb|ghs|idr|lkr|mxn|myr|nok|npr|nzd|pkr|rwf|sar|sek|sgd|tzs|ugx|xaf|xof|zmw"
_SCALES = (
    (
        "thousands",
        10**3,
        "thousands?|'?000'?s?|1[.,]?000(?=[a-z€$£])|th|tausend|tsd|milliers?|(?<=en)miles|miles(?=de)|(?<=[$€])mil|mil(?=[€$]|de)|тыс(?:яч[аи]?)?|тис|nghìn|ngàn|천(?=원)|bin(?=tl)|tis|k|t(?=eur|€|chf)",
    ),
    ("ten_thousands", 10**4, "10[,.]?000"),
    ("lakhs", 10**5, "lakhs?|lacs?"),
    (
        "millions",
        10**6,
        "millions?|mn?|mln|mio|'?000[,']?000'?s?|millionen|millones|milhões|milioni|млн|миллион(?:ов|а)?|triệu|백만(?=원)|milyon|milj",
    ),
    ("crores", 10**7, "crores?|cr"),
    ("billions", 10**9, "billions?|bn|mrd|milliarden|milliards?|miliardi|млрд|миллиард(?:ов|а)?|tỷ|milyar"),
    ("hundred_millions", 10**8, "100(?:millions?|mn?|[,.]?000[,.]?000)|억(?=원)"),
    ("hundreds", 100, "hundreds"),
)
_CHINESE = {"USD": "美元", "EUR": "欧元", "HKD": "港元", "JPY": "日元"}
_PLURALS = {"USD": "dollars", "EUR": "euros", "GBP": "pounds", "INR": "rupees"}
_YUAN = "cny|rmb|yuan"
_PEOPLE = (
    "(?:of)?(?:persons?|people|households|inhabitants|tonnes|tons|units|numbers?|nos|passengers|vehicles)"
)
_IN_WORDS = {
    "平方米": "squaremetres squaremeters",
    "平方公里": "squarekilometres squarekilometers",
    "%": "percentage percentagepoints",
}
_COUNTS = [
    "个",
    "项",
    "户",
    "人",
    "套",
    "处",
    "条",
    "座",
    "家",
    "件",
    "栋",
    "幢",
    "台",
    "辆",
    "宗",
    "块",
    "株",
    "棵",
    "盏",
    "间",
    "层",
    "次",
    "支",
    "只",
    "名",
    "户数",
    "人次",
    "片",
    "眼",
    "口",
    "根",
    "副",
    "组",
    "批",
    "份",
]
_SCALED = {
    Dimension.MONEY,
    Dimension.FOREIGN_MONEY,
    Dimension.AREA,
    Dimension.COUNT,
    Dimension.OTHER,
    Dimension.LENGTH,
}


def _known() -> dict[str, Unit]:
    known: dict[str, Unit] = {}
    bases = [*_BASES, *((name, Dimension.COUNT, Fraction(1), (name,)) for name in _COUNTS)]
    for name, dimension, factor, spellings in bases:
        powers = _POWERS if dimension in _SCALED else {"": 1}
        for prefix, power in powers.items():
            unit = Unit(name=f"{prefix}{name}", dimension=dimension, factor=factor * power)
            for spelling in spellings:
                known.setdefault(f"{prefix}{spelling}", unit)
    # 千米 is one word: the prefix 千 does not take it apart.
    known["千米"] = known["公里"]
    for name, spelt in _IN_WORDS.items():
        known.update((spelling, known[name]) for spelling in spelt.split())
    return known


_UNITS = _known()


def unit_pattern() -> str:
    """Return a pattern of every spelling: a power of ten and a base, so that it is soon compiled."""
    bases = {spelling for *_, spelt in _BASES for spelling in spelt} | set(_COUNTS)
    bases.update(spelling for spelt in _IN_WORDS.values() for spelling in spelt.split())
    powers, names = (
        "|".join(re.escape(part) for part in sorted(parts, key=lambda part: (-len(part), part)) if part)
        for parts in (_POWERS, bases)
    )
    return f"(?:{powers})?(?:{names})"


#: Whole numbers below this are floats of their own.
_WHOLE = 2.0**53
#: Seventeen digits times this are within the digits that decimals keep.
_LARGEST_POWER = 10**11
_TRADITIONAL = str.maketrans("億萬圓頃畝", "亿万圆顷亩")
_EDGES = re.compile(r"^[()\[\]【】:,;。.]+|[()\[\]【】:,;。.]+$")
_NOISE = re.compile(r"^(?:计量单位|金额单位|货币单位|单位|人民币|计|按)[::]?|(?:人民币|[/·.]年|[/·.]月|整)$")


@lru_cache(maxsize=1 << 12)
def find_unit(text: object) -> Unit | None:
    """Return the unit that a text names and nothing else, or None.

    Examples
    --------
    >>> find_unit("万㎡").name, find_unit("万平方米").factor, find_unit("人民币元").name
    ('万平方米', Fraction(10000, 1), '元')
    >>> find_unit("亩").factor, find_unit("万美元").dimension.value, find_unit("市园林局")
    (Fraction(2000, 3), 'foreign currency', None)
    >>> find_unit("元/㎡").name, find_unit("万元/亩").factor
    ('元/平方米', Fraction(15, 1))
    """
    if not isinstance(text, str):
        return None
    name = _EDGES.sub("", squeezed(text).lower()).translate(_TRADITIONAL)
    while name and name not in _UNITS:
        shorter = _NOISE.sub("", name)
        if shorter == name:
            return _quotient(name) or _english(name)
        name = shorter
    return _UNITS.get(name)


@lru_cache(maxsize=1)
def _english_units() -> re.Pattern[str]:
    scales = "|".join(f"(?P<{name}>{spellings})" for name, _, spellings in _SCALES)
    spelt = "|".join(f"(?P<{code}>{spellings})" for code, spellings in _CURRENCIES.items())
    currencies = f"(?:{spelt}|(?P<yuan>{_YUAN})|(?P<code>{_CODES}))"
    again = re.sub(r"[?]P<\w+>", "?:", f"(?:{currencies})")
    front, back = currencies, re.sub(r"[?]P<(\w+)>", r"?P<\1_>", currencies)
    return re.compile(
        rf"(?:(?:{_INTRODUCED}):?)?(?:in|en|em|в|valoresen)?"
        rf"(?:{front}[.]?(?:in)?)?(?:(?:{scales})[.]?(?:of|d['eu]|de|di)?)?(?:{back}[.]?(?:{again})?|{_PEOPLE})?"
    )


#: What may stand before a unit: a word for units, or for the amounts that are in it.
_INTRODUCED = (
    "(?:all)?(?:amounts?|figures?|values?|costs?|expressed|stated|areshown|shown|are)|figures|units?(?:ofmeasure(?:ment)?)?|currency"
    "|(?:alle)?(?:angaben|beträge|werte)|einheit|(?:les)?(?:montants?|valeurs?|chiffres)(?:exprimés|exprimées)?|unités?"
    "|(?:cifras|importes|valores)(?:expresad[ao]s)?|unidad(?:esdemedida|demedida)?|unidade|importi|unità"
    r"|единицаизмерения|ед[.]изм[.]?|одиницявиміру|đơnvịtính|đvt|단위|birim|jednostka|jednotka|enhet"
)
_APOSTROPHES = {0x2018: "'", 0x2019: "'"}


def _english(name: str) -> Unit | None:
    """Return the unit of amounts in an English phrase: in millions of dollars, Rs. in crore, $000s, 000's.

    Currency and scale stand in any order; a scale alone is one of whatever the column measures.
    """
    match = _english_units().fullmatch(name.translate(_APOSTROPHES))
    if match is None:
        return None
    given = {key.rstrip("_"): text for key, text in match.groupdict().items() if text}
    scale, factor = next(((key, power) for key, power, _ in _SCALES if key in given), ("", 1))
    currency = next((key for key in given if key in _CURRENCIES), given.get("code", "").upper())
    if "yuan" in given:
        shown = {100: "百", 10**3: "千", 10**4: "万", 10**6: "百万", 10**8: "亿", 10**9: "十亿"}.get(
            factor, ""
        )
        return Unit(name=f"{shown}元", dimension=Dimension.MONEY, factor=Fraction(factor))
    if currency:
        if not scale and currency in _CHINESE:
            return _UNITS[_CHINESE[currency]]
        shown = f"{scale.replace('_', ' ')} of {_PLURALS.get(currency, currency)}" if scale else currency
        return Unit(name=shown, dimension=Dimension.FOREIGN_MONEY, factor=Fraction(factor))
    return (
        Unit(name=scale, dimension=Dimension.SCALE, factor=Fraction(factor))
        if len(name) > 1 and scale
        else None
    )


_PRICED = frozenset({Dimension.MONEY, Dimension.FOREIGN_MONEY})
#: What something is paid for by: an hour, a head.
_THING = re.compile(r"[a-z]{1,7}[23]?|[\u4e00-\u9fff]{1,3}")


def _quotient(name: str) -> Unit | None:
    """Return the unit of a price or a rate: 元/平方米; None where both parts measure the same."""
    above, slash, below = name.partition("/")
    one, other = _UNITS.get(above) or (_english(above) if slash else None), _UNITS.get(below)
    if one is not None and other is None and one.dimension in _PRICED and _THING.fullmatch(below):
        return Unit(name=f"{one.name}/{below}", dimension=Dimension.OTHER, factor=one.factor)
    if not slash or one is None or other is None or one.dimension is other.dimension:
        return None
    return Unit(name=f"{one.name}/{other.name}", dimension=Dimension.OTHER, factor=one.factor / other.factor)


def base_unit(unit: Unit) -> Unit:
    """Return the unit of one in the same dimension: 元 of 万元; the unit itself where it has none.

    Examples
    --------
    >>> base_unit(find_unit("万元")).name, base_unit(find_unit("公里")).name
    ('元', '米')
    """
    same = (one for one in _UNITS.values() if one.dimension is unit.dimension and one.factor == 1)
    own = [one for one in same if unit.dimension is not Dimension.OTHER or unit.name.endswith(one.name)]
    if unit.dimension is Dimension.FOREIGN_MONEY:
        own = [one for one in own if unit.name.endswith(one.name)]
    return own[0] if own else unit


@lru_cache(maxsize=1 << 12)
def units_in(text: str) -> tuple[Unit, ...]:
    """Return the units of a list of units: ``万元、平方米``; empty where any part names none.

    Examples
    --------
    >>> [unit.name for unit in units_in("万元、㎡")], units_in("万元，市园林局")
    (['万元', '平方米'], ())
    """
    parts = [part for part in re.split(r"[、,，;；/和及]", squeezed(text)) if part]
    whole = find_unit(text)
    if whole is not None:
        return (whole,)
    found = tuple(unit for part in parts if (unit := find_unit(part)) is not None)
    return found if len(found) == len(parts) else ()


def to_base(value: float, unit: Unit) -> float:
    """Convert a value to base units: yuan, square metres, metres, fractions.

    The float is taken for the decimal number that it is written as, so an amount is exact to the fen.

    Examples
    --------
    >>> wan = find_unit("万元")
    >>> to_base(1234.5678, wan), to_base(0.07, wan), to_base(3.0, find_unit("亩"))
    (12345678.0, 700.0, 2000.0)
    """
    if not math.isfinite(value):
        return value
    if unit.factor.denominator == 1 and abs(value) < _WHOLE and value == (whole := int(value)):
        return float(whole * unit.factor.numerator)  # what most cells hold
    if unit.factor.denominator == 1 and unit.factor.numerator <= _LARGEST_POWER:
        return float(Decimal(repr(float(value))) * unit.factor.numerator)  # exact: 17 digits and some zeros
    return float(Fraction(repr(float(value))) * unit.factor)
