"""The page's pieces beside charts and tables: marks, columns."""

from __future__ import annotations

from markupsafe import Markup


def late(word: str) -> Markup:
    """Return a word that marks what is behind; the mark is a shape and the word, not a colour alone."""
    return Markup("<span class=late>{}</span>").format(word)


def side_by_side(*pieces: Markup) -> Markup:
    """Return pieces in two columns where there is room; markup joined into one piece stays in one column."""
    columns = Markup("\n").join(Markup("<div>{}</div>").format(piece) for piece in pieces)
    return Markup("<div class=pair>{}</div>").format(columns)
