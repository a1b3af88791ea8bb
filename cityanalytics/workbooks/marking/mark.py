"""A workbook marked: in place where it is a package, else as a copy of its values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from xml.parsers import expat

from cityanalytics.workbooks.marking import issuelist
from cityanalytics.workbooks.marking.bytexml import UnusualError
from cityanalytics.workbooks.marking.comments import comment
from cityanalytics.workbooks.marking.highlight import highlight, unhighlight
from cityanalytics.workbooks.marking.listpart import write_list
from cityanalytics.workbooks.marking.looks import Looks
from cityanalytics.workbooks.marking.package import Package
from cityanalytics.workbooks.marking.places import place_doubts
from cityanalytics.workbooks.marking.valuecopy import copy_values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.issues import Issue, Translate
    from cityanalytics.workbooks.grid import Grids
    from cityanalytics.workbooks.marking.places import Doubt


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A marked workbook.

    Parameters
    ----------
    content
        The file.
    suffix
        What its name must end with.
    form
        ``in place``: all else as it was; ``copy``: of the values; ``list``: the list of issues alone, of a
        workbook that cannot be read.
    """

    content: bytes
    suffix: str
    form: Literal["in place", "copy", "list"]


def mark_workbook(
    workbook: Grids, content: bytes, issues: Sequence[Issue], *, languages: Sequence[Translate]
) -> Marked:
    """Highlight, comment and list the issues of one workbook; marks of an earlier time are taken out.

    Parameters
    ----------
    workbook
        As it was read, an earlier list of issues included.
    content
        The bytes that it was read from.
    issues
        Its issues; the workbook's name is the first part of their places.
    languages
        Translates a sentence into each language, the readers' own first.
    """
    own = issuelist.without_issue_list(workbook)
    doubts = place_doubts(issues, own)
    if workbook.container == "xlsx" and workbook.sheets:
        listed = next((grid.sheet for grid in workbook.sheets if issuelist.is_issue_list(grid)), None)
        try:
            return _marked_in_place(content, doubts, languages, listed)
        except (UnusualError, expat.ExpatError, KeyError, ValueError):
            pass  # its values still can be given back
    copied = copy_values(
        own,
        issuelist.list_issues(doubts, languages, is_copy=bool(own.sheets)),
        highlights=issuelist.highlights(doubts),
        comments=issuelist.comments(doubts, languages),
    )
    return Marked(content=copied, suffix=".xlsx", form="copy" if own.sheets else "list")


def _marked_in_place(
    content: bytes, doubts: Sequence[Doubt], languages: Sequence[Translate], listed: str | None
) -> Marked:
    package = Package(content)
    looks = Looks(package)
    highlights, comments = issuelist.highlights(doubts), issuelist.comments(doubts, languages)
    for sheet, part in package.sheets().items():
        if sheet == listed:
            continue
        xml = unhighlight(package.parts[part], looks)
        package.parts[part] = highlight(xml, highlights[sheet], looks) if sheet in highlights else xml
        comment(package, part, comments.get(sheet, {}))
    write_list(package, issuelist.list_issues(doubts, languages), looks, listed=listed)
    looks.write(package)
    return Marked(content=package.packed(), suffix=package.suffix, form="in place")
