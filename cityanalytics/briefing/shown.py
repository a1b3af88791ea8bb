"""A table as it is shown: drawn on page, sheet, notebook and terminal."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing.declaration import BoundTable, Declaration
from cityanalytics.briefing.render import html, notebook, sheet, terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from cityanalytics.briefing.figures.figure import Figure
    from cityanalytics.briefing.spreadsheet import BookColumn, BookSheet
    from cityanalytics.settings import Settings


@dataclass(frozen=True, kw_only=True)
class ShownTable(BoundTable):
    """A table of a briefing: its rows as a ``frame``, its words, and the table drawn in a language.

    Examples
    --------
    >>> units = briefing.tables["units"]
    >>> units.frame.attrs["units"]["done"]
    'yuan'
    >>> print(units.title("en"))
    By responsible unit, largest gap first
    """

    def html(self, language: str) -> Markup:
        """Return its markup on the page; a sentence where there are no rows."""
        return html.draw(self, language)

    def sheet(self, language: str) -> BookSheet:
        """Return its sheet in the companion workbook."""
        return sheet.draw(self, language)

    def columns(self, language: str) -> tuple[BookColumn, ...]:
        """Return the columns of its sheet, without values."""
        return sheet.columns(self, language)

    def text(self, language: str, *, width: int | None = None, most: int | None = None) -> str:
        """Return it as plain text.

        Parameters
        ----------
        language
            Language code such as ``zh``.
        width
            Letters in a line, of which a Han character takes two; None for as many as it needs.
        most
            Rows that are shown; None for all.
        """
        return terminal.draw(self, language, width=width, most=most)

    def _repr_html_(self) -> str:
        return notebook.draw(self, self.settings.languages[0])


def bound(
    declarations: Mapping[str, Declaration[Any]],
    source: object,
    settings: Settings,
    figures: Mapping[str, Figure] = MappingProxyType({}),
) -> Mapping[str, ShownTable]:
    """Bind declared tables to values, by their names."""
    return MappingProxyType(
        {
            name: ShownTable(
                declaration=one, source=source, settings=settings, figures=figures, position=position
            )
            for position, (name, one) in enumerate(declarations.items(), start=1)
        }
    )
