"""From a figure of a briefing back to the cells it was computed from."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.errors import UsageError
from cityanalytics.issues import Message
from cityanalytics.publishing.assemble import assemble
from cityanalytics.publishing.recorded import read_record
from cityanalytics.workbooks.grid import read_workbook
from cityanalytics.workbooks.sheet import column_index

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.briefing.quantity import Figure
    from cityanalytics.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A figure and the raw value of each cell behind it."""

    figure: Figure
    cells: tuple[tuple[str, object], ...]


def trace_figure(settings: Settings, report: Path, key: str) -> Trace:
    """Return the cells behind a figure, as the report's recorded dates know them.

    Parameters
    ----------
    settings
        The workspace's configuration.
    report
        One of the report's files, or its folder.
    key
        Key of the figure in briefing.json.

    Raises
    ------
    UsageError
        The briefing has no figure of that key.
    """
    record = read_record(report)
    figures = assemble(str(settings.root), **record["parameters"]).figures
    if key not in figures:
        near = difflib.get_close_matches(key, figures, n=1, cutoff=0.0)
        raise UsageError(
            Message.of("the briefing has no figure {key}; nearest: {near}", key=key, near=near[0])
        )
    figure = figures[key]
    sheets = {}
    for file in sorted({cell.partition("!")[0] for cell in figure.cells}):
        for grid in read_workbook(settings.root / file, name=file).sheets:
            sheets[file, grid.sheet] = grid.values
    found = []
    for cell in figure.cells:
        file, _, rest = cell.partition("!")
        sheet, _, address = rest.rpartition("!")
        found.append((cell, sheets[file, sheet][_position(address)]))
    return Trace(figure=figure, cells=tuple(found))


def _position(address: str) -> tuple[int, int]:
    letters = address.rstrip("0123456789")
    return int(address[len(letters) :]) - 1, column_index(letters)
