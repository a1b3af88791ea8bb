"""A number that stands on the page: value, unit, how it is shown, and the cells it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.briefing import display

if TYPE_CHECKING:
    import pandas as pd

    from cityanalytics.programme.snapshot import Programme


#: Unit of a figure to the way it is shown.
SHOWN: Mapping[str, Callable[[display.Value, str], str]] = {
    "yuan": display.amount,
    "yuan per day": display.pace,
    "square metres": lambda value, language: display.area(value, language, places=1),
    "metres": display.length,
    "fraction": display.share,
    "fraction of one": lambda value, language: display.probability(
        display.NOT_APPLICABLE if value is None else value, language
    ),
    "points": display.points,
    "times": lambda value, language: display.number(value, language, places=2),
    "as stated": display.stated,
    "count": display.count,
    "days": display.count,
}
MEASURES = {"metres": "metres", "square metres": "square metres"}


#: A figure with more cells than this names the table that holds them.
MOST_CELLS = 100
#: What figures rest on beside the units' workbooks.
DATA_DATE, CONFIGURED, REGISTER, LEDGER = (
    "briefing.json!as_of",
    "cityanalytics.toml!{}",
    "data/raw/register.csv",
    "reports/ledger.jsonl",
)
#: Working days: the official calendar, and the years that the configuration adds.
CALENDAR = ("chinesecalendar", "cityanalytics.toml!holidays")
#: Columns of tidy tables that many figures rest on.
DONE, PLAN = "investment!amount", "plans!amount"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A number that stands on the page.

    Parameters
    ----------
    key
        Stable name.
    value
        In base units: yuan, square metres, metres, fractions; None where it cannot be
        known; a probability of None has no plan to be of.
    unit
        A key of :data:`SHOWN`.
    cells
        The ``file!sheet!cell`` addresses that the value was computed from.
    tables
        The columns of tidy tables that hold them, as ``table!column``: named in their place where they are many.
    sources
        What else it rests on: a setting, the calendar, a table of the package.
    in_tables
        Whether the tables are named in the cells' place however few these are: other figures list them.
    """

    key: str
    value: float | None
    unit: str
    cells: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    in_tables: bool = False

    def places(self) -> tuple[str, ...]:
        """Return where the value comes from: its cells, their table where they are many, and what else it rests on."""
        tables = tuple(f"data/processed/{table.replace('!', '.parquet!')}" for table in self.tables)
        listed = 0 < len(self.cells) <= MOST_CELLS and not self.in_tables
        return (self.cells if listed else tables) + self.sources

    def shown(self, language: str) -> str:
        """Return the number as a reader of `language` sees it."""
        return SHOWN[self.unit](self.value, language)


Figures = Mapping[str, Figure]


def cells_of(*columns: pd.Series) -> tuple[str, ...]:
    """Return the addresses in columns of cells, those that are missing left out."""
    return tuple(str(cell) for column in columns for cell in column.dropna())


def done_cells(programme: Programme) -> tuple[str, ...]:
    """Return the cells that cumulative investment is the sum of."""
    return cells_of(programme.segments.loc[programme.segments["done"] != 0, "amount_cell"])


def share_of(value: float, whole: float) -> float | None:
    """Return a value over a whole, or None where there is no whole."""
    return value / whole if whole else None
