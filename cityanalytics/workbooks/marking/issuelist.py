"""What a marked workbook says of its doubts, in every language at once: comments, and a sheet that lists them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cityanalytics.issues import Message, Severity
from cityanalytics.workbooks.grid import cell_name
from cityanalytics.workbooks.program import letters_wide

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from cityanalytics.issues import Translate
    from cityanalytics.workbooks.grid import Grid, Grids
    from cityanalytics.workbooks.marking.places import Cell, Doubt

#: What comments and the list begin with, so that they are told from the unit's own when the workbook is back.
MARKER = "[cityanalytics] "
#: Who signs the comments.
AUTHOR = "cityanalytics"
#: Fills of marked cells, told from a unit's own by their last digit.
COLOURS = {Severity.ERROR: "FFC7CD", Severity.WARNING: "FFEB9B"}
NAME = "Issues"
SENTENCE = "Mend the marked cells and send the whole workbook again; this sheet and the marks are not read."
COPY = "This is a copy of the values: marks cannot be written into a file of the original format."
HEADERS = ("Place", "Code", "Severity", "Value", "Understood", "Suggestion")
WIDTHS = (26, 18, 14, 18, 42, 42)
#: Rows above the issues: title, sentence, labels.
HEAD_ROWS = 3
#: Links of a sheet that a spreadsheet program takes.
MOST_LINKS = 65_000
#: Points of a line, and of the highest row that a program takes.
_LINE, MOST_HEIGHT = 15, 405


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the list: how much it weighs, its texts, and the sheet and cell that it leads to."""

    severity: Severity
    texts: tuple[str, ...]
    link: tuple[str, str] | None


@dataclass(frozen=True, kw_only=True)
class IssueList:
    """The sheet that lists the doubts.

    Parameters
    ----------
    name
        What the sheet would be called.
    head
        Texts of the first rows: title, what to do, labels.
    rows
        One for each issue.
    """

    name: str
    head: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]


def list_issues(
    doubts: Iterable[Doubt], languages: Sequence[Translate], *, is_copy: bool = False
) -> IssueList:
    """Put the doubts into a list; a cell says the same in each language, a line each.

    Parameters
    ----------
    doubts
        The issues with their places.
    languages
        Translates a sentence into each language, the readers' own first.
    is_copy
        Whether the list says that the workbook is a copy of the values.
    """
    rows: list[Row] = []
    for doubt in doubts:
        issue = doubt.issue
        place = "!".join(filter(None, (doubt.sheet, doubt.place)))
        explained = (_both(message, languages, "\n") for message in (issue.understood, issue.suggestion))
        cell = cell_name(*doubt.cells[0]) if doubt.cells else "A1"
        link = (doubt.sheet, cell) if doubt.sheet and len(rows) < MOST_LINKS else None
        texts = (place, issue.code, _both(issue.severity, languages), issue.value, *explained)
        rows.append(Row(severity=issue.severity, texts=texts, link=link))
    sentences = [_both(sentence, languages, "\n") for sentence in (SENTENCE, COPY)[: 1 + is_copy]]
    title, *labels = (_both(text, languages) for text in (NAME, *HEADERS))
    return IssueList(
        name=title, head=((MARKER + title,), ("\n".join(sentences),), tuple(labels)), rows=tuple(rows)
    )


def comments(doubts: Iterable[Doubt], languages: Sequence[Translate]) -> dict[str, dict[Cell, str]]:
    """Return the text for each commented cell, by sheet; of an issue's cells the first one is commented."""
    blocks: dict[str, dict[Cell, list[str]]] = {}
    for doubt in doubts:
        lines = [f"{doubt.issue.code} · {_both(doubt.issue.severity, languages, ' / ')}"]
        for translate in languages:
            suggestion = _text(doubt.issue.suggestion, translate)
            lines += [_text(doubt.issue.understood, translate), suggestion and f"→ {suggestion}"]
        for cell in doubt.cells[:1]:
            blocks.setdefault(doubt.sheet, {}).setdefault(cell, []).append("\n".join(filter(None, lines)))
    return {
        sheet: {cell: MARKER + "\n\n".join(dict.fromkeys(found)) for cell, found in cells.items()}
        for sheet, cells in blocks.items()
    }


def highlights(doubts: Iterable[Doubt]) -> dict[str, dict[Cell, Severity]]:
    """Return the gravest severity for each marked cell, by sheet."""
    found: dict[str, dict[Cell, Severity]] = {}
    for doubt in doubts:  # those that block come first
        for cell in doubt.cells:
            found.setdefault(doubt.sheet, {}).setdefault(cell, doubt.issue.severity)
    return found


def row_height(texts: Sequence[str]) -> int:
    r"""Return the height of a row of the list, in points: programs do not find it out when they open a file.

    Examples
    --------
    >>> row_height(["项目!A1", "UNPARSED"]), row_height(["", "", "", "", "不是数字\nno number"])
    (15, 30)
    """
    widths = WIDTHS if len(texts) > 1 else (sum(WIDTHS),)
    lines = [
        sum(max(1, math.ceil(letters_wide(line) / width)) for line in text.split("\n"))
        for text, width in zip(texts, widths, strict=False)
    ]
    return min(_LINE * max(lines), MOST_HEIGHT)


def is_issue_list(grid: Grid) -> bool:
    """Tell whether a sheet is a list of issues written here earlier: it is none of the unit's own."""
    return bool(grid.values.size) and str(grid.values[0, 0]).startswith(MARKER)


def without_issue_list(workbook: Grids) -> Grids:
    """Return what the unit itself wrote."""
    return replace(workbook, sheets=tuple(grid for grid in workbook.sheets if not is_issue_list(grid)))


def location(link: tuple[str, str], names: Mapping[str, str]) -> str:
    """Return a link's target as a spreadsheet program writes it; `names` are sheets that were renamed."""
    sheet, cell = link
    quoted = names.get(sheet, sheet).replace("'", "''")
    return f"'{quoted}'!{cell}"


def _both(text: str | Message, languages: Sequence[Translate], between: str = " ") -> str:
    return between.join(dict.fromkeys(_text(text, translate) for translate in languages))


def _text(text: str | Message, translate: Translate) -> str:
    message = text if isinstance(text, Message) else Message(template=text)
    return message.text(translate) if message.template else ""
