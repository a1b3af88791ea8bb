"""From a figure of a briefing back to the cells it was computed from."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from cityanalytics.errors import UsageError
from cityanalytics.issues import Message
from cityanalytics.publishing.assemble import assemble
from cityanalytics.publishing.recorded import FILE, read_record
from cityanalytics.workbooks.grid import read_grids
from cityanalytics.workbooks.sheet import column_index

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from cityanalytics.briefing.briefing import Briefing
    from cityanalytics.briefing.figures.figure import Figure
    from cityanalytics.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Trace:
    """A figure and the raw value of each cell behind it; without cells, what it rests on, and no values."""

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
    place = (report if report.is_dir() else report.parent) / FILE
    (found,) = lead_back(settings, [_figure(figures, key, place)])
    return found


def trace_briefing(briefing: Briefing, key: str) -> pd.DataFrame:
    """Return the cells behind a figure of a briefing.

    Parameters
    ----------
    briefing
        The briefing.
    key
        Key of the figure.

    Returns
    -------
    pandas.DataFrame
        One row a cell: ``cell`` and its raw ``value``.

    Raises
    ------
    UsageError
        The briefing has no figure of that key.
    """
    content = briefing.content
    (found,) = lead_back(content.settings, [_figure(content.figures, key, FILE)])
    return pd.DataFrame(found.cells, columns=["cell", "value"])


def _figure(figures: Mapping[str, Figure], key: str, place: Path | str) -> Figure:
    if key in figures:
        return figures[key]
    near = difflib.get_close_matches(key, figures, n=3)
    if near:
        raise UsageError(
            Message.of("the briefing has no figure {key}; nearest: {near}", key=key, near=", ".join(near))
        )
    raise UsageError(
        Message.of(
            "the briefing has no figure {key}; the keys stand in {file}, under figures", key=key, file=place
        )
    )


def lead_back(settings: Settings, figures: Iterable[Figure]) -> list[Trace]:
    """Return each figure with the raw values of its cells; a figure without cells names what it rests on."""
    wanted = list(figures)
    sheets = {
        (file, grid.sheet): grid.values  # noqa: PD011 - cells of a sheet, no frame
        for file in sorted({cell.partition("!")[0] for figure in wanted for cell in figure.cells})
        for grid in read_grids(settings.root / file, name=file).sheets
    }
    return [
        Trace(
            figure=figure,
            cells=tuple((cell, _value(sheets, cell)) for cell in figure.cells)
            or tuple((place, None) for place in figure.places()),
        )
        for figure in wanted
    ]


def _value(sheets: Mapping[tuple[str, str], Any], cell: str) -> object:
    file, _, rest = cell.partition("!")
    sheet, _, address = rest.rpartition("!")
    return sheets[file, sheet][_position(address)]


def _position(address: str) -> tuple[int, int]:
    letters = address.rstrip("0123456789")
    return int(address[len(letters) :]) - 1, column_index(letters)
