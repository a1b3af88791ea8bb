"""A chart with its words: a drawing, its finding, its measure, and its alternative in text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup

from cityanalytics.briefing.language import LANGUAGES


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a chart says around its drawing, in the page's language.

    Parameters
    ----------
    title
        The finding, one sentence.
    subtitle
        Measure, unit and period.
    alt
        The finding with its numbers, for who cannot see the drawing.
    """

    title: str
    subtitle: str
    alt: str


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawing with its words.

    Parameters
    ----------
    svg
        One ``svg`` element; `figure_html` makes its ids unique on the page.
    alt, title, subtitle
        Plain text, not escaped.
    """

    svg: str
    alt: str
    title: str
    subtitle: str

    def figure_html(self, position: int, language: str) -> Markup:
        """Return the figure, numbered and its ids told apart by its position on the page (from 1).

        Examples
        --------
        >>> chart = Chart(svg='<svg><g id="a"/><use href="#a"/></svg>', alt="a < b", title="T", subtitle="S")
        >>> print(chart.figure_html(2, "en"))
        <figure><figcaption><b>Figure 2. T</b> <span class=unit>S</span></figcaption>
        <svg role="img" aria-label="a &lt; b"><g id="f2-a"/><use href="#f2-a"/></svg></figure>
        """
        rules = LANGUAGES[language]
        opening = Markup('<svg role="img" aria-label="{}"').format(self.alt)
        drawn = re.sub(r'(\bid="|\bhref="#|\burl\(#)', rf"\g<1>f{position}-", self.svg.removeprefix("<svg"))
        return Markup(
            "<figure><figcaption><b>{}{}{}</b> <span class=unit>{}</span></figcaption>\n{}</figure>"
        ).format(
            rules.figure.format(position),
            rules.gap,
            self.title,
            self.subtitle,
            opening + Markup(drawn),  # noqa: S704 - the drawing is ours, its texts are paths
        )
