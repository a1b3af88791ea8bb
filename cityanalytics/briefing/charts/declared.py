"""A chart: what is declared of it once, and what is shown of it, bound to the values that it is of."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from markupsafe import Markup

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.wording import Wording

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Plot

    from cityanalytics.briefing.charts.drawing import Drawing
    from cityanalytics.briefing.figures.figure import Figure

S_contra = TypeVar("S_contra", contravariant=True)

#: What a chart says of its rows, in the words of a language.
Sentence = Callable[[Any, "pd.DataFrame", Wording], str]


def always(_source: object) -> bool:
    """Tell that a chart can always be shown."""
    return True


@dataclass(frozen=True, kw_only=True)
class ChartDeclaration(Generic[S_contra]):
    """A chart as it is declared: its rows, its words, how it is drawn; on page, in notebooks and in the workbook.

    Parameters
    ----------
    name
        Stable name.
    frame
        From values to the rows that are drawn, in base units.
    title
        The finding, one sentence.
    subtitle
        Measure, unit and period.
    alt
        The finding with its numbers, for who cannot see the drawing; every label in full.
    draw
        From values, rows and words to the drawing.
    applies
        Whether the values have what it shows.
    """

    name: str
    frame: Callable[[S_contra], pd.DataFrame]
    title: Sentence
    subtitle: Sentence
    alt: Sentence
    draw: Callable[[S_contra, pd.DataFrame, Wording], Drawing]
    applies: Callable[[S_contra], bool] = always


@dataclass(frozen=True, kw_only=True)
class ShownChart:
    """A chart bound to values. Nothing is drawn until it is asked for, and then in one language.

    Parameters
    ----------
    declaration
        What is shown, and how.
    source
        The values that its frame is made from.
    languages
        Of the workspace, the first one first.
    figures
        What the gaps of its words may state.
    position
        Its number among the figures of a page.

    Examples
    --------
    >>> paces = briefing.charts["paces"]
    >>> print(paces.alt("en").partition(" ")[0], len(paces.frame))
    Bar 6
    """

    declaration: ChartDeclaration[Any]
    source: Any
    languages: Sequence[str]
    figures: Mapping[str, Figure] = field(default_factory=lambda: MappingProxyType({}))
    position: int = 1

    @cached_property
    def frame(self) -> pd.DataFrame:
        """What is drawn, in base units: yuan, square metres, days, fractions."""
        return self.declaration.frame(self.source)

    def title(self, language: str | None = None) -> str:
        """Return the finding, one sentence."""
        return self.declaration.title(self.source, self.frame, self._say(language))

    def subtitle(self, language: str | None = None) -> str:
        """Return measure, unit and period."""
        return self.declaration.subtitle(self.source, self.frame, self._say(language))

    def alt(self, language: str | None = None) -> str:
        """Return the finding with its numbers, for who cannot see the drawing."""
        return self.declaration.alt(self.source, self.frame, self._say(language))

    def drawing(self, language: str | None = None) -> Drawing:
        """Return what is drawn, as marks in points."""
        return self.declaration.draw(self.source, self.frame, self._say(language))

    def figure(self, language: str | None = None) -> Plot:
        """Return it as a matplotlib Figure.

        Parameters
        ----------
        language
            Such as ``"en"``; the workspace's first unless another is named.

        Raises
        ------
        MissingGlyphError
            A label holds characters that the charts' font lacks.
        """
        return self.drawing(language).figure()

    def svg(self, language: str | None = None) -> str:
        """Return it as one ``svg`` element, its texts as outlines.

        Raises
        ------
        MissingGlyphError
            A label holds characters that the charts' font lacks.
        """
        return self.drawing(language).svg()

    def html(self, language: str | None = None) -> Markup:
        """Return it in a ``figure`` with its number, title and subtitle; its alternative text is its label."""
        return figure_html(
            self.svg(language),
            title=self.title(language),
            subtitle=self.subtitle(language),
            alt=self.alt(language),
            position=self.position,
            language=language or self.languages[0],
        )

    def _say(self, language: str | None) -> Wording:
        return Wording(language=language or self.languages[0], figures=self.figures)

    def _repr_html_(self) -> str:
        return str(self.html())


def figure_html(svg: str, *, title: str, subtitle: str, alt: str, position: int, language: str) -> Markup:
    """Return a drawing with its words, numbered, and its ids told apart by its position on the page (from 1).

    Examples
    --------
    >>> svg = '<svg><g id="a"/><use href="#a"/></svg>'
    >>> print(figure_html(svg, title="T", subtitle="S", alt="a < b", position=2, language="en"))
    <figure><figcaption><b>Figure 2. T</b> <span class=unit>S</span></figcaption>
    <svg role="img" aria-label="a &lt; b"><g id="f2-a"/><use href="#f2-a"/></svg></figure>
    """
    rules = LANGUAGES[language]
    opening = Markup('<svg role="img" aria-label="{}"').format(alt)
    drawn = re.sub(r'(\bid="|\bhref="#|\burl\(#)', rf"\g<1>f{position}-", svg.removeprefix("<svg"))
    return Markup(
        "<figure><figcaption><b>{}{}{}</b> <span class=unit>{}</span></figcaption>\n{}</figure>"
    ).format(
        rules.figure.format(position),
        rules.gap,
        title,
        subtitle,
        opening + Markup(drawn),  # noqa: S704 - the drawing is ours, its texts are paths
    )


def bound(
    declarations: Mapping[str, ChartDeclaration[Any]],
    source: object,
    languages: Sequence[str],
    figures: Mapping[str, Figure] = MappingProxyType({}),
) -> Mapping[str, ShownChart]:
    """Bind declared charts to values, by their names; without those whose values are not there."""
    return MappingProxyType(
        {
            name: ShownChart(
                declaration=one, source=source, languages=languages, figures=figures, position=position
            )
            for position, (name, one) in enumerate(declarations.items(), start=1)
            if one.applies(source)
        }
    )
