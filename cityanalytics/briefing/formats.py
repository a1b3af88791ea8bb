"""How the values of a column are shown: a small value a way, the same for page, sheet, notebook and terminal."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from cityanalytics.briefing.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from cityanalytics.briefing.language import Scale

#: Most decimals of a column whose scale follows its largest value.
MOST_PLACES = 2


@dataclass(frozen=True)
class Text:
    """Words as they stand; with `own` a unit's own words, marked as Chinese on the page.

    With `term` the configuration may translate them; with `named` a phone shows what they are, and does not break them.
    """

    own: bool = False
    term: bool = False
    named: bool = False


@dataclass(frozen=True)
class Term:
    """Words of the data that the configuration may translate."""


@dataclass(frozen=True)
class KindName:
    """A kind of works or of demolition, by the label that the configuration gives it."""


@dataclass(frozen=True)
class Word:
    """English sentences of the catalogue.

    Parameters
    ----------
    gaps
        Columns that fill gaps of the same name: texts, counts, days, amounts (floats; yuan), or a JSON object of
        several gaps where the name ends in ``_values``.
    remark
        A column of units' own words that stand behind it.
    kind
        A column of kinds that are part of what the word names.
    warns
        The words that warn: the page marks them.
    long
        Whether days in its gaps are shown with their year.
    """

    _: KW_ONLY
    gaps: tuple[str, ...] = ()
    remark: str = ""
    kind: str = ""
    warns: frozenset[str] = frozenset()
    long: bool = False


@dataclass(frozen=True)
class FigureName:
    """What the figures are called that have these keys."""


@dataclass(frozen=True)
class AsShown:
    """The figures that have these keys, as a reader sees them."""


@dataclass(frozen=True)
class Truth:
    """A column of booleans in words."""

    yes: str = "yes"
    no: str = "no"


@dataclass(frozen=True)
class Day:
    """Days; on a page they may leave their year out.

    Parameters
    ----------
    long
        Whether the year is shown.
    passed, passing
        A column that says which days have gone by, and the sentence that says so of a ``{day}``.
    warns
        Whether the page marks those.
    """

    long: bool = False
    _: KW_ONLY
    passed: str = ""
    passing: str = ""
    warns: bool = False


@dataclass(frozen=True)
class Scaled:
    """Amounts, areas or paces, in base units, shown in a scale of the language.

    Parameters
    ----------
    of
        Which scales of the language.
    at
        Place of the scale among them, the largest first.
    places
        Decimals, to which the scale adds its own.
    signed
        Whether what is above zero has a sign.
    legible
        Whether the scale is the one in which the largest value keeps its first decimal.
    """

    of: Literal["amounts", "areas", "paces"]
    _: KW_ONLY
    at: int = 0
    places: int = 1
    signed: bool = False
    legible: bool = False

    def scale(self, language: str, values: pd.Series | None = None) -> tuple[Scale, int]:
        """Return the scale in which a column is shown, and its decimals there."""
        rules = LANGUAGES[language]
        scales: tuple[Scale, ...] = getattr(rules, self.of)
        if self.legible and values is not None and values.notna().any():
            scale = rules.legible(float(values.max()))
            return scale, min(self.places + scale.places + (scale is rules.amounts[0]), MOST_PLACES)
        scale = scales[min(self.at, len(scales) - 1)]
        return scale, max(0, self.places + scale.places)


@dataclass(frozen=True)
class Quantity:
    """Numbers as they are: counts, days, factors.

    Parameters
    ----------
    places
        Decimals.
    unit
        What they count, for a header of its own.
    signed
        Whether what is above zero has a sign.
    exact
        Whether all their digits are kept.
    """

    places: int = 0
    _: KW_ONLY
    unit: str = ""
    signed: bool = False
    exact: bool = False


@dataclass(frozen=True)
class Share:
    """Fractions, as per cent."""

    places: int = 1


@dataclass(frozen=True)
class Points:
    """Differences of fractions, in percentage points."""

    places: int = 1
    _: KW_ONLY
    signed: bool = False


@dataclass(frozen=True)
class Chance:
    """Probabilities, as whole per cent: only what is certain is 0 or 100."""


@dataclass(frozen=True)
class Measured:
    """Values whose measure stands in a column beside them.

    Parameters
    ----------
    by
        The column of measures.
    formats
        Measure to format.
    """

    by: str
    formats: Mapping[str, Format] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class UnitOf:
    """The unit in which the values of a :class:`Measured` column are shown, a row each."""

    measured: Measured


Plain: TypeAlias = Text | Term | KindName | Word | FigureName | AsShown | Truth | UnitOf
"""What is words."""

Numeric: TypeAlias = Scaled | Quantity | Share | Points | Chance
"""What is numbers."""

Format: TypeAlias = Plain | Numeric | Day | Measured


def amounts(*, places: int = 1, at: int = 0, signed: bool = False, legible: bool = False) -> Scaled:
    """Show amounts of yuan."""
    return Scaled("amounts", places=places, at=at, signed=signed, legible=legible)


def areas(*, places: int = 1, at: int = 0) -> Scaled:
    """Show areas of square metres."""
    return Scaled("areas", places=places, at=at)


def paces(*, places: int = 1) -> Scaled:
    """Show amounts of yuan a day."""
    return Scaled("paces", places=places)


def is_numeric(shown: Format) -> bool:
    """Tell whether a column is aligned as numbers are."""
    if isinstance(shown, Measured):
        return all(is_numeric(one) for one in shown.formats.values())
    return isinstance(shown, Scaled | Quantity | Share | Points | Chance)


def base_unit(shown: Format) -> str:
    """Return the unit of a column's values as they are kept; empty for words."""
    if isinstance(shown, Scaled):
        return {"amounts": "yuan", "areas": "square metres", "paces": "yuan a day"}[shown.of]
    if isinstance(shown, Share | Points):
        return "fraction"
    if isinstance(shown, Chance):
        return "probability"
    return shown.unit or "number" if isinstance(shown, Quantity) else ""
