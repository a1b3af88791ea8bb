"""A table as plain text: columns abreast, a Han character taking the room of two letters."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from cityanalytics.briefing.formats import is_numeric
from cityanalytics.briefing.render.header import header, title_of
from cityanalytics.briefing.render.texts import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.briefing.declaration import BoundTable

_GAP = "  "
MOST_LETTERS = 200
_LEAST = 8  # a column is not folded to fewer letters


def draw(table: BoundTable, language: str, *, width: int | None = None, most: int | None = None) -> str:
    """Return a table as lines of text, its title first; the sentence that says so where it has no rows."""
    title = "\n".join(_folded(title_of(table, language), width or MOST_LETTERS))
    if table.rows.empty:
        return "\n".join(filter(None, [title, table.empty(language)]))
    rows = table.rows if most is None else table.rows.head(most)
    fields = table.fields(wide=False)
    columns = [[header(table, field, language), *texts(table, field, rows, language)] for field in fields]
    widths = _widths([max(map(letters, column)) for column in columns], width)
    right = [is_numeric(field.format) for field in fields]
    head, *body = (_lines(cells, widths, right) for cells in zip(*columns, strict=True))
    rule = _GAP.join("─" * width for width in widths)
    return "\n".join([title, "", *head, rule, *(line for row in body for line in row)])


def letters(text: str) -> int:
    """Return how many letters wide a text is on a terminal.

    Examples
    --------
    >>> letters("shortfall"), letters("缺口")
    (9, 4)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(one) else 1 + (unicodedata.east_asian_width(one) in "FW") for one in text
    )


def _widths(wanted: Sequence[int], width: int | None) -> list[int]:
    """Return the columns' widths: the widest give way until a line fits."""
    widths = list(wanted)
    room = None if width is None else width - len(_GAP) * (len(widths) - 1)
    while room is not None and sum(widths) > room and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _lines(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    """Return a row as lines: what is too wide is folded."""
    folded = [_folded(cell, width) for cell, width in zip(cells, widths, strict=True)]
    high = max(map(len, folded))
    return [
        _GAP.join(
            _padded(parts[at] if at < len(parts) else "", width, right=aligned)
            for parts, width, aligned in zip(folded, widths, right, strict=True)
        ).rstrip()
        for at in range(high)
    ]


def _padded(text: str, width: int, *, right: bool) -> str:
    blank = " " * (width - letters(text))
    return blank + text if right else text + blank


def _folded(text: str, width: int) -> list[str]:
    """Return a text in lines of at most a width, broken at spaces where it has some."""
    lines, line = [], ""
    for one in " ".join(text.split()):
        if letters(line + one) > width:
            kept, space, rest = line.rpartition(" ")
            whole = one == " " or not space
            lines.append(line if whole else kept)
            line = "" if whole else rest
        if line or one != " ":
            line += one
    return [*lines, line] if line or not lines else lines
