"""Native charts of a book: plan outlined or dashed, actual solid, forecast in short dashes, as on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cityanalytics.briefing import palette
from cityanalytics.workbooks.program import readable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from cityanalytics.briefing.book import Book, NativeChart, Series
    from cityanalytics.briefing.spreadsheet import BookSheet

_WIDTH, _ROW = 960, 24  # pixels
_BAR = 28  # pixels of a bar's row
_HEAD = 130  # pixels of a chart's title and axis
_PRINTED = 75  # per cent: a chart fits the width of A4
_MONTH = 31  # days from one tick to the next: each lies in another month

_LINES: Mapping[str, dict[str, Any]] = {
    "plan": {"color": palette.MUTED, "width": 1.75, "dash_type": "dash"},
    "actual": {"color": palette.BLUE, "width": 3},
    "forecast": {"color": palette.BLUE, "width": 2.25, "dash_type": "square_dot"},
    "range": {"color": palette.BLUE, "width": 1.25, "dash_type": "round_dot"},
}
#: Where a line's name stands at its point.
_LABELS = {"plan": "left", "actual": "right", "forecast": "right", "range": "right"}
#: What keeps a line's name off the line.
_GAPS = {"left": "{}\u2003", "right": "\u2003{}"}
_BARS: Mapping[str, dict[str, Any]] = {
    "actual": {"fill": {"color": palette.BLUE}},
    "past": {"fill": {"color": palette.STEEL}},
    "plan": {"fill": {"none": True}, "border": {"color": palette.INK, "width": 1.25}},
}


def draw(file: Workbook, tab: Worksheet, book: Book, starts: Mapping[str, int], *, link: Format) -> None:
    """Draw the charts of a book below one another, each under a line that leads to its values.

    Parameters
    ----------
    file, tab
        The workbook, and the sheet that carries the charts and no table.
    book
        What is drawn.
    starts
        Row (from 0) of each table's header, by id of its sheet.
    link
        Format of the lines.
    """
    tab.fit_to_pages(0, 0)
    tab.set_print_scale(_PRINTED)
    row = starts["charts"] + 1
    sheets = {sheet.id: sheet for sheet in book.sheets}
    breaks: list[int] = []
    for chart in book.charts:
        sheet = sheets[chart.sheet]
        quoted = sheet.name.replace("'", "''")
        tab.write_url(row, 0, f"internal:'{quoted}'!A1", link, readable(book.source.format(sheet.name)))
        height = _HEAD + max(_BAR * len(sheet.rows), 300 if chart.kind == "lines" else 0)
        made = _chart(file, chart, sheet, starts[chart.sheet] + 1)
        made.set_title(
            {"name": readable(chart.title), "name_font": {"size": 14, "bold": True}, "overlay": False}
        )
        made.set_size({"width": _WIDTH, "height": height})
        made.set_legend({"none": True})
        tab.insert_chart(row + 1, 0, made, {"description": readable(chart.alt)})
        row += 3 + -(-height // _ROW)
        breaks.append(row)
    tab.set_h_pagebreaks(breaks[:-1])


def _chart(file: Workbook, chart: NativeChart, sheet: BookSheet, first: int) -> Any:  # noqa: ANN401 - the library has no types
    lines = chart.kind == "lines"
    made = file.add_chart({"type": "scatter", "subtype": "straight"} if lines else {"type": "bar"})
    for series in chart.series:
        made.add_series(_series(series, sheet, first, lines=lines))
    plain = {"line": {"color": palette.MUTED}, "major_gridlines": {"visible": False}}
    bare = {"line": {"none": True}, "major_tick_mark": "none"}
    values = {
        "name": readable(chart.axis),
        "name_font": {"bold": False, "size": 11},
        "min": 0,
        "num_format": "#,##0",
        "num_font": {"size": 11},
    }
    if lines:
        days = [row[0] for row in sheet.rows if isinstance(row[0], float)]
        # the rows begin with the end of January
        axis = {
            "min": min(days) - 30,
            "max": max(days),
            "major_unit": _MONTH,
            "num_format": chart.ticks,
            "num_font": {"size": 11},
        }
        made.set_x_axis({**plain, **axis})
        made.set_y_axis(
            {**plain, **values, "major_gridlines": {"visible": True, "line": {"color": palette.RULE}}}
        )
        made.set_plotarea({"layout": {"x": 0.08, "y": 0.14, "width": 0.74, "height": 0.74}})
    else:
        made.set_x_axis({**plain, **values, **bare, "label_position": "high"})
        made.set_y_axis({**plain, "reverse": True, "interval_unit": 1, "num_font": {"size": 11}})
    return made


def _series(series: Series, sheet: BookSheet, first: int, *, lines: bool) -> dict[str, Any]:
    top, bottom = first + series.first, first + series.last
    place = _LABELS[series.look] if lines else "outside_end"
    gap = _GAPS.get(place, "{}")
    labels = [
        {"value": readable(gap.format(label))} if label else {"delete": True} for label in series.labels
    ]
    looks: dict[str, Any] = (
        {"line": _LINES[series.look], "marker": {"type": "none"}}
        if lines
        else {**_BARS[series.look], "overlap": 100, "gap": 40}
    )
    if series.labels:
        looks["data_labels"] = {"value": True, "custom": labels, "position": place, "font": {"size": 11}}
    return {
        "name": readable(sheet.columns[series.column].label),
        "categories": [sheet.name, top, 0, bottom, 0],
        "values": [sheet.name, top, series.column, bottom, series.column],
        **looks,
    }
