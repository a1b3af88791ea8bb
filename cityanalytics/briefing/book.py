"""A companion workbook as a value: its sheets, its native charts, and its document for the way to the disk."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.spreadsheet import BookColumn, BookSheet

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a series shows, and so how it is drawn; the same as on the page.
Look = Literal["actual", "plan", "forecast", "range", "past"]


@dataclass(frozen=True, kw_only=True)
class Series:
    """A series of a chart.

    Parameters
    ----------
    column
        Of its sheet (from 0).
    first, last
        Rows of the table (from 0).
    look
        How it is drawn.
    labels
        What stands at each of its points; empty for nothing. None at all where there are none.
    """

    column: int
    first: int
    last: int
    look: Look
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NativeChart:
    """A native chart of columns of one sheet.

    Parameters
    ----------
    kind
        Lines over days, or bars by category.
    sheet
        Id of the sheet that holds the values; its first column holds days or categories.
    title
        The finding.
    alt
        The finding with its numbers, for who cannot see the chart.
    axis
        What the values' axis says: measure and unit.
    series
        What is drawn.
    ticks
        Number format of the days under a chart of lines, such as the month's name.
    """

    kind: Literal["lines", "bars"]
    sheet: str
    title: str
    alt: str
    axis: str
    series: tuple[Series, ...]
    ticks: str = ""


@dataclass(frozen=True, kw_only=True)
class Book:
    """A workbook.

    Parameters
    ----------
    language
        Its language.
    title, author, comments
        Of the document.
    created
        ISO day that stands for the time of making, so that the same values give the same bytes.
    sheets
        In their order; the first one is the cover.
    charts
        They stand on the sheet with the id ``charts``.
    source
        Pattern of what leads from a chart to its sheet.
    back
        What the line says that leads back to the cover.
    note
        Pattern of a reference to a note, such as ``[note {}]``.
    notes
        Keys of the notes, in their order; the first one is number 1.
    """

    language: str
    title: str
    author: str
    comments: str
    created: str
    sheets: tuple[BookSheet, ...]
    charts: tuple[NativeChart, ...]
    source: str
    back: str
    note: str
    notes: tuple[str, ...]

    def header(self, column: BookColumn) -> str:
        """Return what stands above a column: label, unit, reference to a note."""
        unit = LANGUAGES[self.language].note.format(column.unit) if column.unit else ""
        mark = self.note.format(self.notes.index(column.note) + 1) if column.note in self.notes else ""
        gap = " " if mark and mark.isascii() else ""
        return f"{column.label}{unit}{gap}{mark}"

    def document(self) -> dict[str, Any]:
        """Return the book as a JSON document."""
        return asdict(self)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Book:
        """Return the book that a JSON document describes."""
        sheets = [
            BookSheet(
                **sheet
                | {
                    "lines": tuple(sheet["lines"]),
                    "columns": tuple(
                        BookColumn(**column | {"formats": tuple(column["formats"])})
                        for column in sheet["columns"]
                    ),
                    "rows": tuple(map(tuple, sheet["rows"])),
                }
            )
            for sheet in document["sheets"]
        ]
        charts = [
            NativeChart(
                **chart
                | {
                    "series": tuple(
                        Series(**series | {"labels": tuple(series["labels"])}) for series in chart["series"]
                    )
                }
            )
            for chart in document["charts"]
        ]
        return cls(
            **dict(document)
            | {"sheets": tuple(sheets), "charts": tuple(charts), "notes": tuple(document["notes"])}
        )
