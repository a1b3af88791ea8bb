"""A table in a notebook: its frame as a reader sees it, with the units in the header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import escape

from cityanalytics.briefing.formats import is_numeric
from cityanalytics.briefing.render.header import header, title_of
from cityanalytics.briefing.render.texts import texts

if TYPE_CHECKING:
    from cityanalytics.briefing.declaration import BoundTable

#: So many rows are shown; the frame holds all.
MOST_ROWS = 60


def draw(table: BoundTable, language: str) -> str:
    """Return a table's markup in a notebook, in one language."""
    title = escape(title_of(table, language))
    if table.rows.empty:
        return f"<p><b>{title}</b></p><p>{escape(table.empty(language))}</p>"
    rows, fields = table.rows.head(MOST_ROWS), table.fields(wide=False)
    align = ["right" if is_numeric(field.format) else "left" for field in fields]
    head = "".join(
        f'<th scope="col" style="text-align: {side}">{escape(header(table, field, language))}</th>'
        for field, side in zip(fields, align, strict=True)
    )
    columns = [texts(table, field, rows, language) for field in fields]
    body = "".join(
        "<tr>"
        + "".join(
            f'<td style="text-align: {side}">{escape(cell)}</td>'
            for cell, side in zip(cells, align, strict=True)
        )
        + "</tr>"
        for cells in zip(*columns, strict=True)
    )
    count = len(table.rows)
    more = "" if count <= MOST_ROWS else f"<p>{len(rows)} / {count}: <code>.frame</code></p>"
    # the lines of a sheet speak of its columns
    lines = () if table.declaration.tab else table.lines(language)
    above = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return (
        f'{above}<table class="dataframe"><caption><b>{title}</b></caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
    )
