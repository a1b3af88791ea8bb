"""A workbook of declared tables: a cover, and a sheet for each table that has a tab."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cityanalytics.briefing.book import Book
from cityanalytics.briefing.spreadsheet import BookColumn, BookSheet
from cityanalytics.briefing.wording import Wording
from cityanalytics.workbooks.program import sheet_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cityanalytics.briefing.shown import ShownTable


def tabbed(
    tables: Iterable[ShownTable], language: str, *, title: str, lines: Sequence[str], created: str
) -> Book:
    """Return the workbook of tables.

    Parameters
    ----------
    tables
        In the order of their sheets; those without a tab are left out.
    language
        Its language.
    title
        What it is called.
    lines
        Who made it, then what it rests on.
    created
        ISO day that stands for the time of making.
    """
    say = Wording(language=language)
    sheets: list[BookSheet] = []
    for table in tables:
        if table.declaration.tab:
            sheet = table.sheet(language)
            sheets.append(replace(sheet, name=sheet_name(sheet.name, [one.name for one in sheets])))
    cover = BookSheet(
        id="cover",
        name=sheet_name(say.plain("Cover"), [one.name for one in sheets]),
        title=title,
        lines=tuple(lines),
        columns=(BookColumn(label=say.plain("Sheet")), BookColumn(label=say.plain("Contents"))),
        rows=tuple((one.name, one.title) for one in sheets),
        leads=True,
    )
    return Book(
        language=language,
        title=title,
        author=lines[0],
        comments=lines[-1],
        created=created,
        sheets=(cover, *sheets),
        charts=(),
        source="{}",
        back=say.plain("Back to the cover"),
        note="{}",
        notes=(),
    )
