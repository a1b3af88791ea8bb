"""What stands above a table and its columns, and where its units are named: beside the title, else in the header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.formats import Points, Quantity, Scaled
from cityanalytics.briefing.language import LANGUAGES

if TYPE_CHECKING:
    from cityanalytics.briefing.declaration import BoundTable
    from cityanalytics.briefing.fields import Field


def title_of(table: BoundTable, language: str) -> str:
    """Return a table's title with its remark on units."""
    unit = table.unit(language)
    return table.title(language) + (LANGUAGES[language].note.format(unit) if unit else "")


def header(table: BoundTable, field: Field, language: str) -> str:
    """Return what stands above a column: its label, with its unit where no remark beside the title names it."""
    label, unit = table.sentence_in(field.brief or field.label, language), _unit(table, field, language)
    return label + (LANGUAGES[language].note.format(unit) if unit else "")


def _unit(table: BoundTable, field: Field, language: str) -> str:
    remark, shown = table.unit(language), field.format
    if isinstance(shown, Scaled):
        unit = shown.scale(language, table.rows[field.key])[0].unit
        return "" if unit in remark else unit
    if remark:
        return ""
    say = table.words(language).plain
    if isinstance(shown, Points):
        return say("percentage points")
    return say(shown.unit) if isinstance(shown, Quantity) and shown.unit else ""
