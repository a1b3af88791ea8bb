"""Words of the data that the charts' font cannot draw: all of them at once, with their places."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from cityanalytics.briefing.charts.typeface import MissingGlyphError, glyphs_missing
from cityanalytics.issues import Message
from cityanalytics.settings import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cityanalytics.briefing.content import Content


def check_glyphs(content: Content) -> None:
    """Hold the words that charts label their rows with against the charts' font.

    What stands in the text of a page alone, such as a project's name, is shown in the reader's own fonts.

    Raises
    ------
    MissingGlyphError
        Some word holds characters that the font lacks; it names each word, its characters and its place: the first
        cell and how many more, the workbook of a unit, or the configuration where that gives the text.
    """
    found = dict.fromkeys(_undrawn(content))
    if found:
        raise MissingGlyphError(
            Message.of(
                "the charts' font cannot draw {signs}; give the word another text in cityanalytics.toml (under "
                "[terms]), or have the workbook corrected and receive it again",
                signs="; ".join(found),
            )
        )


def _undrawn(content: Content) -> Iterator[str]:
    settings, programme = content.settings, content.programme
    labels = {kind.kind: kind.label for kind in settings.demolition}

    def kind(word: str, language: str) -> str:
        return labels.get(word, {}).get(language, word)

    for table, column, cell, translate in (
        (programme.traced, "category", "project_cell", settings.term),
        (programme.traced, "constraint", "constraint_cell", settings.term),
        (programme.received, "unit", "file", settings.term),
        (programme.demolition, "kind", "planned_area_cell", kind),
    ):
        for word, cells in table.groupby(column, observed=True)[cell]:
            for language in settings.languages:
                shown = translate(str(word), language)
                missing = glyphs_missing(shown)
                if missing:
                    place = _place(list(cells.dropna())) if shown == word else FILE
                    yield f"{', '.join(map(_named, missing))}: {_readable(shown)} ({place})"


def _place(cells: list[str]) -> str:
    """Return the first cell, and how many more there are."""
    return " ".join([*cells[:1], *([f"+{len(cells) - 1}"] if len(cells) > 1 else [])])


def _named(sign: str) -> str:
    """Return a character's code point, with its name where Unicode gives one.

    Examples
    --------
    >>> _named("☂"), _named(chr(0xE000))
    ('U+2602 UMBRELLA', 'U+E000')
    """
    return f"U+{ord(sign):04X} {unicodedata.name(sign, '')}".rstrip()


def _readable(text: str) -> str:
    """Return a text with codes in place of signs that steer a terminal, or that none sees."""
    return "".join(
        f"<U+{ord(sign):04X}>" if unicodedata.category(sign) in {"Cc", "Cf"} else sign for sign in text
    )
