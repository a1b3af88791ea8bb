"""The companion workbook ``briefing.xlsx``: all that a page has no room for, a table a sheet, in one language.

It follows the guidance of the UK government's Analysis Function on releasing statistics in spreadsheets, as far as
docs/architecture.md says: cover with contents, notes on a sheet of their own, one marked table a sheet, units in
headers, no blank or merged cells. It speaks the workspace's first language, because a second one beside it would
double every header; what each column is called in the others stands on a sheet of its own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from babel import Locale

from cityanalytics.briefing import display
from cityanalytics.briefing.book import Book
from cityanalytics.briefing.charts.native import native_charts
from cityanalytics.briefing.lacking import in_words, missing
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.sections.headline import headline_text
from cityanalytics.briefing.sections.statement import statements
from cityanalytics.briefing.spreadsheet import BookColumn, BookSheet, decimals
from cityanalytics.briefing.title import title_of
from cityanalytics.briefing.wording import Wording
from cityanalytics.workbooks.program import MOST_TEXT, fits, sheet_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.briefing.composed import Composed

#: Sheets after cover, notes and charts: in the order of the briefing's parts; what it rests on comes last.
SHEETS = (
    *("key", "stages", "s_curve", "paces", "bridge", "classes"),
    *("categories", "units", "demolition", "works", "projects", "constraints"),
    *("transitions", "changes", "restated", "asks", "decisions", "scenarios"),
    *("statement", "received", "revisions", "issues", "record", "figures", "inputs"),
)
#: Notes by key, in the order of their numbers.
NOTES = {
    "absent": "“{missing}”: it applies, but nobody has reported it. “{not_applicable}”: it cannot apply.",
    "rounding": "Cells hold the exact value and show it rounded half up, as the page does. What is shown may not add "
    "up by its last digit.",
    "gap": "Share of the plan less elapsed-time progress ({elapsed_share}); below zero is behind.",
    "short": "Plan times elapsed-time progress less what is done; below zero is ahead.",
    "range": "Low and high hold the 80% range: one year in ten ends below, one in ten above. "
    "Neither medians nor ranges of parts add up to those of the whole; the paths that they are taken from do.",
    "state": "Normal: at most {yellow} behind elapsed-time progress; behind: at most {red}; far behind: more.",
    "assumed": "Planned areas of demolition are assumed: no annual plan of them has been published.",
    "completed": "Done with the item of work reported completed, not only basically.",
    "latest": "Counted back from 31 December: the days that such projects take to end, where it must end in the year, "
    "and to spend this year's plan.",
    "expected": "Expected is the actual date, else the planned one, and never a day that has gone by: what is overdue "
    "is expected on the day after the data date.",
    "steps": "Changed one at a time, from the top down; levels are rounded, then subtracted, so the steps add up.",
    "hindcast": "A forecast published too late for its day is a hindcast and does not count.",
}


def companion(content: Composed) -> Book:
    """Return the workbook that goes with a briefing.

    Parameters
    ----------
    content
        The briefing's values.
    """
    first, *others = (
        Wording(language=language, figures=content.figures) for language in content.settings.languages
    )
    spoken = {
        say.language: _tables(content, say, whole=say.language == first.language) for say in (first, *others)
    }
    in_others = [spoken[say.language] for say in others]
    columns = [_columns(spoken[first.language], in_others, say, others) for say in (first, *others)]
    tables = _with_unique_names(
        [_explained(sheet, content, first) for sheet in (*spoken[first.language], columns[0])]
    )
    titles = [
        [sheet.title for sheet in (*theirs, named)]
        for theirs, named in zip(in_others, columns[1:], strict=True)
    ]
    return Book(
        language=first.language,
        title=title_of(content, first),
        author=content.settings.bureau[first.language],
        comments=content.settings.statement[first.language],
        created=content.programme.known_on.isoformat(),
        sheets=(_cover(content, first, others, tables, titles), *tables),
        charts=native_charts(content, first, {sheet.id: sheet for sheet in tables}),
        source=first.plain("Values: sheet {name}", name="{}"),
        back=first.plain("Back to the cover"),
        note=first.plain("[note {number}]", number="{}"),
        notes=tuple(_notes_of(content)),
    )


def _tables(content: Composed, say: Wording, *, whole: bool) -> list[BookSheet]:
    """Return the sheets after the cover in one language, but for the one that compares languages.

    Of the others only names, titles and columns are asked for.
    """
    drawn = BookSheet(
        id="charts",
        name=say.plain("Charts"),
        title=say.plain("Charts: what the tables show"),
        lines=(
            say.plain("Outlined or dashed: plan; solid: actual; short dashes: forecast and its 80% range."),
        ),
    )
    return [_notes(content, say), drawn, *(_sheet(content, one, say, whole=whole) for one in SHEETS)]


def _sheet(content: Composed, name: str, say: Wording, *, whole: bool) -> BookSheet:
    if name == "statement":
        return _statement(content, say)
    table = content.tables[name]
    if whole:
        return table.sheet(say.language)
    return BookSheet(id=name, name=name, title=table.title(say.language), columns=table.columns(say.language))


def _statement(content: Composed, say: Wording) -> BookSheet:
    """Return what is missing and the sentences of the data statement, a row each."""
    lines = [*missing(content.programme.coverage, say, content.settings), *statements(content, say)]
    return BookSheet(
        id="statement",
        name=say.plain("Data statement"),
        title=say.plain("Data statement: what was received, and what does not add up"),
        columns=(
            BookColumn(label=say.plain("No."), format=decimals(0)),
            BookColumn(label=say.plain("Statement")),
        ),
        rows=tuple((float(number), str(line.unescape())) for number, line in enumerate(lines, start=1)),
    )


def _with_unique_names(sheets: Sequence[BookSheet]) -> list[BookSheet]:
    """Give each sheet a name that a tab may have and no other has."""
    named: list[BookSheet] = []
    for sheet in sheets:
        named.append(replace(sheet, name=sheet_name(sheet.name, [other.name for other in named])))
    return named


def _explained(sheet: BookSheet, content: Composed, say: Wording) -> BookSheet:
    """Say on every sheet what day its figures describe, what they are, how many tables it holds, what is cut."""
    lines = [_times(content, say), content.settings.statement[say.language]]
    if sheet.rows and any(column.note for column in sheet.columns):
        notes = say.plain("Notes")
        lines.append(
            say.plain("One table; the notes that its headers name stand on the sheet “{notes}”.", notes=notes)
        )
    elif sheet.rows:
        lines.append(say.plain("One table."))
    if any(isinstance(cell, str) and not fits(cell) for row in sheet.rows for cell in row):
        most = f"{MOST_TEXT:,}"
        lines.append(
            say.plain("Texts of over {most} characters are cut at “…”: a cell holds no more.", most=most)
        )
    return sheet.with_lines(*lines)


def _times(content: Composed, say: Wording) -> str:
    return say.plain(
        "Data to {day}, as received by {known_on}; provisional, and incomplete."
        if content.programme.coverage.partial
        else "Data to {day}, as received by {known_on}; provisional.",
        day=display.date_text(content.programme.as_of, say.language),
        known_on=display.date_text(content.programme.known_on, say.language),
    )


def _cover(
    content: Composed,
    say: Wording,
    others: Sequence[Wording],
    tables: Sequence[BookSheet],
    titles: Sequence[Sequence[str]],
) -> BookSheet:
    """Return title, dates, statement, hashes, and the contents with links."""
    made = content.provenance
    return BookSheet(
        id="cover",
        name=sheet_name(say.plain("Cover"), [sheet.name for sheet in tables]),
        title=title_of(content, say),
        lines=(
            content.settings.bureau[say.language],
            *_headline(content, say),
            _times(content, say),
            content.settings.statement[say.language],
            *(title_of(content, other) for other in others),
            say.plain(
                "Inputs: files {count}, SHA-256 {hash}", count=len(made.inputs), hash=made.inputs_sha256
            ),
            say.plain("Code: SHA-256 {hash}", hash=made.code_sha256),
        ),
        columns=(
            BookColumn(label=say.plain("Sheet")),
            BookColumn(label=say.plain("Contents")),
            *(
                BookColumn(label=say.plain("Contents in {language}", language=_name(other, say)))
                for other in others
            ),
        ),
        rows=tuple(
            (sheet.name, sheet.title, *translated) for sheet, *translated in zip(tables, *titles, strict=True)
        ),
        leads=True,
    )


def _headline(content: Composed, say: Wording) -> list[str]:
    """Return the headline, a clause a line: a cell does not show a long sentence whole."""
    sentences = re.split(r"(?<=[；;])\s*", str(headline_text(content, say).unescape()))
    return [*in_words(content.programme.coverage, say.language, content.settings), *sentences]


def _notes_of(content: Composed) -> dict[str, str]:
    """Return the notes that hold for this bureau."""
    absent = set() if content.settings.demolition_plan_assumed else {"assumed"}
    return {key: note for key, note in NOTES.items() if key not in absent}


def _notes(content: Composed, say: Wording) -> BookSheet:
    rules, lights = LANGUAGES[say.language], content.settings.lights
    texts = {
        "missing": rules.missing,
        "not_applicable": rules.not_applicable,
        "yellow": display.points(lights.yellow, say.language),
        "red": display.points(lights.red, say.language),
    }
    return BookSheet(
        id="notes",
        name=say.plain("Notes"),
        title=say.plain("Notes: what the references in headers mean"),
        columns=(
            BookColumn(label=say.plain("Note number"), format=decimals(0)),
            BookColumn(label=say.plain("Note")),
        ),
        rows=tuple(
            (float(number), say.plain(note, **texts))
            for number, note in enumerate(_notes_of(content).values(), start=1)
        ),
    )


def _columns(
    own: Sequence[BookSheet],
    in_others: Sequence[Sequence[BookSheet]],
    say: Wording,
    others: Sequence[Wording],
) -> BookSheet:
    """Return what each column is called in the other languages, and the unit of its numbers there."""
    rows = []
    for at, sheet in enumerate(own):
        for place, column in enumerate(sheet.columns):
            translated = [sheets[at].columns[place] for sheets in in_others]
            rows.append(
                (
                    sheet.name,
                    column.label,
                    *(
                        f"{there.label}{_unit(column, there, other)}"
                        for there, other in zip(translated, others, strict=True)
                    ),
                )
            )
    return BookSheet(
        id="columns",
        name=say.plain("Columns"),
        title=say.plain("Columns of every sheet, in every language"),
        columns=(
            BookColumn(label=say.plain("Sheet")),
            BookColumn(label=say.plain("Column")),
            *(
                BookColumn(label=say.plain("Column in {language}", language=_name(other, say)))
                for other in others
            ),
        ),
        rows=tuple(rows),
    )


def _name(of: Wording, say: Wording) -> str:
    """Return what a language is called in another."""
    locale = Locale.parse(LANGUAGES[of.language].locale)
    return str(locale.get_language_name(LANGUAGES[say.language].locale))


def _unit(column: BookColumn, there: BookColumn, say: Wording) -> str:
    """Return the unit of a column's numbers in another language, whose own scale may be another."""
    if not there.unit:
        return ""
    same = column.per == there.per
    unit = there.unit if same else f"{display.number(column.per, say.language)} {there.inner}"
    return LANGUAGES[say.language].note.format(unit)
