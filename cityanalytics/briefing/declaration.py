"""What is declared of a table once, and the same bound to the values that it is of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from cityanalytics.briefing.formats import Scaled, base_unit
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.wording import Wording

if TYPE_CHECKING:
    import pandas as pd

    from cityanalytics.briefing.fields import Field
    from cityanalytics.briefing.figures.figure import Figure
    from cityanalytics.settings import Settings

#: So many columns a page has room for.
MOST_COLUMNS = 7

S_contra = TypeVar("S_contra", contravariant=True)

#: What fills gaps of a table's words beside figures and units, by language.
Gaps = Callable[[Any, str], Mapping[str, str]]


def no_gaps(_source: object, _language: str) -> Mapping[str, str]:
    """Fill nothing."""
    return {}


def no_sentences(_source: object, _say: Wording) -> Sequence[str]:
    """Tell nothing."""
    return ()


@dataclass(frozen=True, kw_only=True)
class Declaration(Generic[S_contra]):
    """A table as it is declared: its rows, its columns, its words; drawn on page, sheet, notebook and terminal.

    Parameters
    ----------
    name
        Stable name.
    title
        What it shows; a sentence of the catalogue, as all its words are. Gaps take figures, what `gaps` gives,
        ``{unit}`` (of its first scaled column), ``{money}`` and ``{area}`` (the largest scales).
    frame
        From values to rows: whole columns in base units, in the order in which they are shown.
    fields
        Its columns in their order; one whose values the frame does not have is left out.
    tab
        What its sheet of the companion workbook is called; empty where it has none.
    caption, unit
        On the page: the title, where it is another, and the remark on units; this may depend on the values.
    lines
        Explanation above the rows of the sheet; where it has none, of notebook and terminal.
    told
        Sentences above these lines, in the words of a language.
    empty
        What is said where there are no rows; it may depend on the values.
    most
        Rows on the page; None for all.
    last
        Whether the page takes the last rows instead of the first.
    only
        A column of booleans: the page has the rows where it holds, if there are any.
    fits
        Whether it fits a phone, and so needs no scrolling of its own.
    cards
        Whether its rows are cards on a phone: the first column as a heading, the others in lines below.
    gaps
        What fills the gaps of its words.
    """

    name: str
    title: str
    frame: Callable[[S_contra], pd.DataFrame]
    fields: tuple[Field, ...]
    tab: str = ""
    caption: str = ""
    unit: str | Callable[[Any], str] = ""
    lines: tuple[str, ...] = ()
    opening: Callable[[Any, Wording], Sequence[str]] = no_sentences
    empty: str | Callable[[Any], str] = ""
    most: int | None = None
    last: bool = False
    only: str = ""
    fits: bool = False
    cards: bool = False
    gaps: Gaps = no_gaps


@dataclass(frozen=True, kw_only=True)
class BoundTable:
    """A table bound to values, before it is drawn. Nothing is computed until it is asked for.

    Parameters
    ----------
    declaration
        What is shown, and how.
    source
        The values that its frame is made from.
    settings
        The workspace's configuration: languages, terms, kinds.
    figures
        What the gaps of its words may state.
    position
        Its number among the tables of a page.
    """

    declaration: Declaration[Any]
    source: Any
    settings: Settings
    figures: Mapping[str, Figure] = field(default_factory=lambda: MappingProxyType({}))
    position: int = 1

    @cached_property
    def rows(self) -> pd.DataFrame:
        """What it is drawn from: its columns, and those that say which values apply, have passed, fill gaps."""
        return self.declaration.frame(self.source).reset_index(drop=True)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All rows in the order of the page, a column a key, in base units (``frame.attrs["units"]`` names them)."""
        keys = dict.fromkeys(one.key for one in self.declaration.fields if one.key in self.rows)
        frame = self.rows[list(keys)].copy()
        frame.attrs["units"] = {
            one.key: unit
            for one in self.declaration.fields
            if one.key in keys and (unit := base_unit(one.format))
        }
        return frame

    def fields(self, *, wide: bool) -> tuple[Field, ...]:
        """Return the columns of the sheet (`wide`), or those for which page, notebook and terminal have room."""
        found = tuple(
            one
            for one in self.declaration.fields
            if (one.on_sheet if wide else one.on_page) and one.key in self.rows
        )
        return found if wide else found[:MOST_COLUMNS]

    def words(self, language: str) -> Wording:
        """Return the words of a language, with the figures that they may state."""
        return Wording(language=language, figures=self.figures)

    def title(self, language: str) -> str:
        """Return what it shows."""
        return self.sentence_in(self.declaration.title, language)

    def sentence_in(self, sentence: str, language: str) -> str:
        """Return one of its sentences, translated, its gaps filled."""
        if "{" not in sentence:
            return self.words(language).plain(sentence)
        gaps = self.declaration.gaps(self.source, language)
        return self.words(language).plain(sentence, **self.units(language), **gaps)

    def units(self, language: str) -> dict[str, str]:
        """Return the units that its words may name: of its first scaled column, of money and of areas."""
        rules = LANGUAGES[language]
        scaled = (
            field.format.scale(language, self.rows[field.key])[0].unit
            for field in self.fields(wide=False)
            if isinstance(field.format, Scaled)
        )
        money = rules.amounts[0].unit
        return {"unit": next(scaled, money), "money": money, "area": rules.areas[0].unit}

    def unit(self, language: str) -> str:
        """Return the page's remark on units; empty where there is none."""
        return self._chosen(self.declaration.unit, language)

    def empty(self, language: str) -> str:
        """Return what is said where it has no rows; empty where nothing is."""
        return self._chosen(self.declaration.empty, language)

    def _chosen(self, sentence: str | Callable[[Any], str], language: str) -> str:
        chosen = sentence if isinstance(sentence, str) else sentence(self.source)
        return self.sentence_in(chosen, language) if chosen else ""

    def lines(self, language: str) -> tuple[str, ...]:
        """Return the explanation above it, or the sentence that says that there are no rows."""
        opening = self.declaration.opening(self.source, self.words(language))
        if not self.rows.empty:
            return (*opening, *(self.sentence_in(line, language) for line in self.declaration.lines))
        return (*opening, *filter(None, [self.empty(language)]))
