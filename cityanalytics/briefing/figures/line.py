"""A figure, declared in one line: key, name, unit, value, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from cityanalytics.briefing.figures.figure import Called, Figure, Name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

#: Columns of tidy tables that figures rest on.
DONE, PLAN, PROJECT, STAGE = "investment!amount", "plans!amount", "projects!project", "status!stage"
REQUEST = "status!request"
AREA, PLANNED_AREA, WORKS, TOTAL = (
    "demolition!area", "demolition!planned_area", "works!done", "projects!total_investment",
)  # fmt: skip
#: What figures rest on beside the units' workbooks.
DATA_DATE, REGISTER, LEDGER = "briefing.json!as_of", "data/raw/register.csv", "reports/ledger.jsonl"
#: Working days: the official calendar, and the years that the configuration adds.
CALENDAR = ("chinesecalendar", "cityanalytics.toml!holidays")


@dataclass(frozen=True, kw_only=True)
class Rests:
    """What a figure rests on.

    Parameters
    ----------
    cells
        From what the line is of, to its cells.
    tables, sources, in_tables
        As of :class:`Figure`; `tables` and `sources` may depend on what the line is of.
    """

    cells: Callable[[Any], Sequence[str]] = lambda _: ()
    tables: tuple[str, ...] | Callable[[Any], tuple[str, ...]] = ()
    sources: tuple[str, ...] | Callable[[Any], tuple[str, ...]] = ()
    in_tables: bool = False


def on(*sources: str) -> Rests:
    """Return what rests on no cell: a setting, the calendar, the register, a table of the package."""
    return Rests(sources=sources)


def configured(key: str) -> str:
    """Return the place of a key of the configuration."""
    return f"cityanalytics.toml!{key}"


class Line(NamedTuple):
    """A figure as it is declared.

    Parameters
    ----------
    key
        Its key; in a family the ending of its key.
    name
        Its name, a sentence of the catalogue; in a family ``{what}`` is the name of the member, and an empty one
        is that name alone.
    unit
        A key of :data:`cityanalytics.briefing.figures.figure.SHOWN`, or what gives it.
    value
        From what the line is of, to the number.
    rests
        What it rests on.
    """

    key: str
    name: str
    unit: str | Callable[[Any], str]
    value: Callable[[Any], float | None]
    rests: Rests


def drawn(
    lines: Iterable[Line], of: object, key: str = "", what: Called = "", **gaps: Called
) -> list[Figure]:
    """Return the figures of lines.

    Parameters
    ----------
    lines
        What is declared.
    of
        What their values and cells are taken from.
    key, what
        Key and name of the member of a family. The key stands before that of a line, or in its ``{}``.
    gaps
        What fills other gaps of the names.
    """
    filled = {"what": what, **gaps} if what else gaps
    return [
        Figure(
            key=line.key.replace("{}", key) if "{}" in line.key else f"{key}{line.key}",
            value=line.value(of),
            unit=line.unit if isinstance(line.unit, str) else line.unit(of),
            name=Name(text=line.name, gaps=filled) if line.name else what,
            cells=line.rests.cells(of),
            tables=line.rests.tables(of) if callable(line.rests.tables) else line.rests.tables,
            sources=line.rests.sources(of) if callable(line.rests.sources) else line.rests.sources,
            in_tables=line.rests.in_tables,
        )
        for line in lines
    ]
