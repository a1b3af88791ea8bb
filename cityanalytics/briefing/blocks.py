"""The page's pieces beside charts and tables: marks, columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from cityanalytics.briefing.language import LANGUAGES

if TYPE_CHECKING:
    from cityanalytics.briefing.declaration import BoundTable


def late(word: str) -> Markup:
    """Return a word that marks what is behind; the mark is a shape and the word, not a colour alone."""
    return Markup("<span class=late>{}</span>").format(word)


def table_link(table: BoundTable, language: str) -> Markup:
    """Return a link to a table of the page, by its number."""
    number = LANGUAGES[language].table.format(table.position)
    return Markup('<a href="#table-{}">{}</a>').format(table.position, number)


def side_by_side(*pieces: Markup) -> Markup:
    """Return pieces in two columns where there is room; markup joined into one piece stays in one column."""
    columns = Markup("\n").join(Markup("<div>{}</div>").format(piece) for piece in pieces)
    return Markup("<div class=pair>{}</div>").format(columns)
