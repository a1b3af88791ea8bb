"""The list of issues as a sheet of a package, every value text, whatever it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from cityanalytics.workbooks.grid import cell_name
from cityanalytics.workbooks.marking.bytexml import content
from cityanalytics.workbooks.marking.issuelist import (
    COLOURS,
    HEAD_ROWS,
    HEADERS,
    WIDTHS,
    location,
    row_height,
)
from cityanalytics.workbooks.marking.package import HEAD
from cityanalytics.workbooks.program import readable, sheet_name

if TYPE_CHECKING:
    from cityanalytics.workbooks.marking.issuelist import IssueList
    from cityanalytics.workbooks.marking.looks import Looks
    from cityanalytics.workbooks.marking.package import Package


def write_list(package: Package, issues: IssueList, looks: Looks, *, listed: str | None) -> None:
    """Write the list into a package.

    Parameters
    ----------
    package
        The package that is patched.
    issues
        The list.
    looks
        Gives styles their numbers.
    listed
        The sheet that holds an earlier list and is written anew; None makes a sheet.
    """
    part = package.sheets().get(listed or "")
    if part is None:
        part = package.add_sheet(sheet_name(issues.name, package.names()))
    package.unrelate(part)
    package.parts[part] = _sheet(issues, looks, package.main)


def _sheet(issues: IssueList, looks: Looks, namespace: str) -> bytes:
    text, label, link = looks.text(), looks.text(bold=True), looks.text(link=True)
    legend = HEADERS.index("Severity")
    lines, links = [], []
    for at, texts in enumerate(issues.head):
        lines.append(_line(at, texts, [label if at != 1 else text] * len(texts)))
    for at, row in enumerate(issues.rows, start=HEAD_ROWS):
        styles = [text] * len(row.texts)
        styles[legend] = looks.text(severity=row.severity)
        if row.link:
            styles[0] = link
            target = quoteattr(location(row.link, {}))
            links.append(f'<hyperlink ref="{cell_name(at, 0)}" location={target}/>')
        lines.append(_line(at, row.texts, styles))
    widths = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>'
        for at, width in enumerate(WIDTHS, start=1)
    )
    last = cell_name(0, len(WIDTHS) - 1)[:-1]
    merges = "".join(f'<mergeCell ref="A{row}:{last}{row}"/>' for row in (1, 2))
    colour = next(iter(COLOURS.values()))
    sheet = (
        f'{HEAD}<worksheet xmlns="{namespace}"><sheetPr><tabColor rgb="FF{colour}"/><pageSetUpPr fitToPage="1"/>'
        f'</sheetPr><sheetViews><sheetView workbookViewId="0"><pane ySplit="{HEAD_ROWS}" '
        f'topLeftCell="A{HEAD_ROWS + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{widths}</cols><sheetData>{''.join(lines)}</sheetData>"
        f'<mergeCells count="2">{merges}</mergeCells>'
        + (f"<hyperlinks>{''.join(links)}</hyperlinks>" if links else "")
        + '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )
    return sheet.encode()


def _line(row: int, texts: tuple[str, ...], styles: list[int]) -> str:
    cells = "".join(
        f'<c r="{cell_name(row, column)}" t="inlineStr" s="{style}">'
        f'<is><t xml:space="preserve">{content(readable(text))}</t></is></c>'
        for column, (text, style) in enumerate(zip(texts, styles, strict=True))
        if text
    )
    return f'<row r="{row + 1}" ht="{row_height(texts)}" customHeight="1">{cells}</row>'
