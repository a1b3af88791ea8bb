"""How each language shows values: units, patterns and the words for what is not there, from data.

A language is two files in ``locale``: ``<name>.toml`` says how it shows values, ``<name>.po`` holds its
sentences. Signs of numbers, dates and plural forms come from CLDR, by the locale that the first one names.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cityanalytics.errors import UsageError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from decimal import Decimal

#: A pattern with one gap, by the CLDR plural category of the number in it; ``other`` is always there.
Pattern = Mapping[str, str]


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
    grouped
        Whether thousands are marked in prose.
    """

    per: float = 1.0
    unit: str = ""
    pattern: Pattern = field(default_factory=lambda: {"other": "{}"})
    places: int = 0
    least: float = 0.0
    grouped: bool = True


@dataclass(frozen=True, kw_only=True)
class Language:
    """The rules by which one language shows values.

    Parameters
    ----------
    tag
        For the page's ``lang``.
    locale
        Of CLDR: dates, signs of numbers, plural categories.
    amounts, areas, lengths, paces
        Scales from the largest down, in yuan, square metres, metres and yuan a day; tables and charts take the
        first, and tables of small amounts the second one of amounts.
    points
        Pattern of a difference between shares.
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
    space, join
        What stands between two sentences, and between the items of a list.
    indent
        What stands before a row that is part of the one above.
    note
        Pattern of a caption's remark on units.
    minus, decimal, group, percent
        The signs of a negative number, of decimals and of thousands, and the pattern of per cent; the last
        three are CLDR's where they are left empty.
    """

    tag: str
    locale: str
    amounts: tuple[Scale, ...]
    areas: tuple[Scale, ...]
    lengths: tuple[Scale, ...]
    paces: tuple[Scale, ...]
    points: Pattern
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
    join: str
    indent: str
    note: str
    minus: str = "−"
    decimal: str = ""
    group: str = ""
    percent: str = ""

    def legible(self, largest: float) -> Scale:
        """Return the scale for a table of amounts up to `largest`: the first in which that keeps its first decimal.

        Examples
        --------
        >>> LANGUAGES["zh"].legible(6.7e7).unit, LANGUAGES["en"].legible(6.7e7).unit
        ('亿元', 'million yuan')
        """
        fitting = [scale for scale in self.amounts if largest >= scale.per / 10]
        return fitting[0] if fitting else self.amounts[0 if largest <= 0 else -1]

    def filled(self, pattern: Pattern, shown: str, number: Decimal) -> str:
        """Return a pattern with a number in it, in the plural form that the number takes.

        Examples
        --------
        >>> from decimal import Decimal
        >>> english = LANGUAGES["en"]
        >>> english.filled(english.points, "1", Decimal("1")), english.filled(english.points, "1.0", Decimal("1.0"))
        ('1 percentage point', '1.0 percentage points')
        """
        from babel import Locale

        category = Locale.parse(self.locale).plural_form(abs(number))
        return pattern.get(category, pattern["other"]).format(shown)


class _Languages(Mapping[str, Language]):
    """The languages that have their two files, by name; each is read when it is first asked for."""

    def __getitem__(self, name: str) -> Language:
        if name not in _names():
            raise KeyError(name)
        return _read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_names())

    def __len__(self) -> int:
        return len(_names())


LANGUAGES: Mapping[str, Language] = _Languages()


@cache
def _names() -> tuple[str, ...]:
    folder = files(__package__) / "locale"
    return tuple(
        sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))
    )


@cache
def _read(name: str) -> Language:
    text = (files(__package__) / "locale" / f"{name}.toml").read_text(encoding="utf-8")
    try:
        return language(tomllib.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(
            Message.of("{file} cannot be read: {reason}", file=f"locale/{name}.toml", reason=error)
        ) from error


def language(document: Mapping[str, Any]) -> Language:
    """Return the rules that a language's file states, CLDR's signs where it states none.

    Raises
    ------
    ValueError
        A rule is missing, unknown, or lacks the pattern that every number may take; or CLDR has no such locale.
    """
    _complete(document, Language)
    from babel import Locale, UnknownLocaleError
    from babel.numbers import get_decimal_symbol, get_group_symbol

    try:
        locale = Locale.parse(document["locale"])
    except UnknownLocaleError as error:
        raise ValueError(str(error)) from error
    scales = {name: tuple(map(_scale, document[name])) for name in ("amounts", "areas", "lengths", "paces")}
    signs = {
        "decimal": get_decimal_symbol(locale),
        "group": get_group_symbol(locale),
        "percent": locale.percent_formats[None].pattern.replace("#,##0", "{}"),
    }
    given = {name: value for name, value in document.items() if value != "" or name not in signs}
    return Language(
        **{
            **signs,
            **given,
            **scales,
            "points": _pattern(document["points"]),
        }
    )


def _scale(document: Mapping[str, Any]) -> Scale:
    _complete(document, Scale)
    given = dict(document)
    if "pattern" in given:
        given["pattern"] = _pattern(given["pattern"])
    return Scale(**given)


def _pattern(stated: str | Mapping[str, str]) -> Pattern:
    forms = {"other": stated} if isinstance(stated, str) else dict(stated)
    if any(text.count("{}") != 1 for text in forms.values()) or "other" not in forms:
        message = f"a pattern has one gap {{}} in each form, and a form named other: {stated}"
        raise ValueError(message)
    return forms


def _complete(document: Mapping[str, Any], kind: type[Language | Scale]) -> None:
    known = {one.name: one for one in fields(kind)}
    needed = {
        name for name, one in known.items() if one.default is MISSING and one.default_factory is MISSING
    }
    if wrong := sorted((needed - document.keys()) | (document.keys() - known.keys())):
        message = f"missing or unknown: {', '.join(wrong)}"
        raise ValueError(message)
