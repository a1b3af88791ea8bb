"""How each language shows values: units, patterns and the words for what is not there.

A third language is one more entry in `LANGUAGES`; nothing else changes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Scale:
    """A unit to show numbers in.

    Parameters
    ----------
    per
        How much of the inner unit (yuan, square metre, metre) is one of the shown unit.
    unit
        The unit's name, for an axis or a table's caption.
    pattern
        A single number with its unit, for prose.
    places
        Decimals more (or fewer) than asked for, so that languages show the same digits.
    least
        The smallest amount, in the inner unit, that is shown in this one.
    """

    per: float = 1.0
    unit: str = ""
    pattern: str = "{}"
    places: int = 0
    least: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Language:
    """The rules by which one language shows values.

    Parameters
    ----------
    tag
        For the page's ``lang``.
    locale
        For dates (CLDR).
    amounts, areas, lengths
        Scales from the largest down, in yuan, square metres and metres; tables and charts take the first.
    pace
        Scale of an amount a day, in yuan.
    points
        Pattern of a difference between shares.
    day
        CLDR pattern of a day without its year.
    about, under, over
        Patterns of a probability's number: as told, and beyond the least and the most that can be told.
    tenths, hundredths
        Patterns of a probability as per cent and as a count of ten or a hundred tries.
    missing, not_applicable
        The words for what is not there.
    figure, table
        Patterns of the numbers of figures and tables.
    gap
        What stands between such a number and the title.
    space
        What stands between two sentences.
    note
        Pattern of a caption's remark on units.
    minus
        The sign of a negative number.
    """

    tag: str
    locale: str
    amounts: tuple[Scale, ...]
    areas: tuple[Scale, ...]
    lengths: tuple[Scale, ...]
    pace: Scale
    points: str
    day: str
    about: str
    under: str
    over: str
    tenths: str
    hundredths: str
    missing: str
    not_applicable: str
    figure: str
    table: str
    gap: str
    space: str
    note: str
    minus: str = "−"


LANGUAGES = {
    "zh": Language(
        tag="zh-CN",
        locale="zh_Hans_CN",
        amounts=(
            Scale(per=1e8, unit="亿元", pattern="{}亿元", least=1e8),
            Scale(per=1e4, unit="万元", pattern="{}万元", places=-1, least=1e4),
            Scale(unit="元", pattern="{}元", places=-1),
        ),
        areas=(
            Scale(per=1e4, unit="万平方米", pattern="{}万平方米", least=1e4),
            Scale(unit="平方米", pattern="{}平方米"),
        ),
        lengths=(
            Scale(per=1e3, unit="公里", pattern="{}公里", least=1e3),
            Scale(unit="米", pattern="{}米"),
        ),
        pace=Scale(per=1e8, unit="亿元/日", pattern="{}亿元/日", places=2),
        points="{}个百分点",
        day="M月d日",
        about="约{}",
        under="不足{}",
        over="超过{}",
        tenths="{percent}（十次中{count}次）",
        hundredths="{percent}（一百次中{count}次）",
        missing="无数据",
        not_applicable="不适用",
        figure="图{}",
        table="表{}",
        gap="\u3000",
        space="",
        note="（{}）",
    ),
    "en": Language(
        tag="en",
        locale="en_GB",
        amounts=(
            Scale(per=1e9, unit="billion yuan", pattern="¥{} bn", places=1, least=1e8),
            Scale(per=1e6, unit="million yuan", pattern="¥{} m", least=1e6),
            Scale(unit="yuan", pattern="¥{}", places=-1),
        ),
        areas=(
            Scale(per=1e6, unit="million m²", pattern="{} million m²", places=2, least=1e4),
            Scale(unit="m²", pattern="{} m²"),
        ),
        lengths=(
            Scale(per=1e3, unit="km", pattern="{} km", least=1e3),
            Scale(unit="m", pattern="{} m"),
        ),
        pace=Scale(per=1e6, unit="million yuan a day", pattern="¥{} m a day"),
        points="{} percentage points",
        day="d MMM",
        about="about {}",
        under="under {}",
        over="over {}",
        tenths="{percent} ({count} in 10)",
        hundredths="{percent} ({count} in 100)",
        missing="no data",
        not_applicable="n/a",
        figure="Figure {}",
        table="Table {}",
        gap=". ",
        space=" ",
        note=" ({})",
    ),
}
