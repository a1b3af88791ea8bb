"""A number that stands on the page: what it is called, its value, how it is shown, and the cells it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

import numpy as np
import pandas as pd

from cityanalytics.briefing import display

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
#: A figure with more cells than this names the table that holds them.
MOST_CELLS = 100


@dataclass(frozen=True, kw_only=True, eq=False)
class Addresses:
    """Rows of one column of cells; nothing is read from it until it is asked for.

    Parameters
    ----------
    column
        ``file!sheet!cell`` addresses, shape (n,), text; missing where there is no cell.
    rows
        Positions or a mask of the rows that count, in their order; None for all.
    """

    column: pd.Series
    rows: np.ndarray | None = None

    @cached_property
    def _found(self) -> np.ndarray:
        taken = self.column if self.rows is None else self.column.iloc[self.rows]
        values = taken.to_numpy(dtype=object)
        found: np.ndarray = values[~pd.isna(values)]
        if not any("," in cell.rpartition("!")[2] for cell in found):
            return found
        return np.array(
            list(dict.fromkeys(cell for place in found for cell in cells_in(place))), dtype=object
        )

    @cached_property
    def count(self) -> int:
        """How many cells there are."""
        return len(self._found)

    @cached_property
    def listed(self) -> tuple[str, ...]:
        """The addresses."""
        return tuple(map(str, self._found.tolist()))


def cells_in(place: str) -> list[str]:
    """Return the cells of a place, both ends of a difference.

    Examples
    --------
    >>> cells_in("a.xlsx!1!F7,E7"), cells_in("a,b.xlsx!1!F7")
    (['a.xlsx!1!F7', 'a.xlsx!1!E7'], ['a,b.xlsx!1!F7'])
    """
    sheet, _, cells = place.rpartition("!")
    return [f"{sheet}!{cell}" for cell in cells.split(",")]


class Cells(Sequence[str]):
    """The cells behind a number, in their order; listed when they are asked for.

    Parameters
    ----------
    parts
        Rows of columns of cells, one after the other.

    Examples
    --------
    >>> cells = Cells.of(pd.Series(["a.xlsx!1!B2", None, "a.xlsx!1!B4"]))
    >>> len(cells), list(cells + cells.__class__.of(pd.Series(["b.xlsx!1!C3"])))
    (2, ['a.xlsx!1!B2', 'a.xlsx!1!B4', 'b.xlsx!1!C3'])
    """

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[Addresses, ...] = ()) -> None:
        self.parts = parts

    @classmethod
    def of(cls, *columns: pd.Series, rows: np.ndarray | None = None) -> Cells:
        """Return the cells of columns, of `rows` of each alone where they are given."""
        return cls(tuple(Addresses(column=column, rows=rows) for column in columns))

    def __add__(self, other: Cells) -> Cells:
        return Cells(self.parts + other.parts)

    def __len__(self) -> int:
        return sum(part.count for part in self.parts)

    def __iter__(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.listed

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[str, ...]: ...
    def __getitem__(self, at: int | slice) -> str | tuple[str, ...]:
        return tuple(self)[at]


@dataclass(frozen=True, kw_only=True)
class Name:
    """What a figure is called: a sentence of the catalogue, and what fills its gaps.

    Parameters
    ----------
    text
        English, the key of its translation.
    gaps
        Names, texts by language, or texts, by gap.
    """

    text: str
    gaps: Mapping[str, Called] = field(default_factory=dict)


#: What something is called: a sentence of the catalogue, texts by language, or a text in any.
Called = Name | Mapping[str, str] | str


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
    name
        What a reader knows it by: a sentence of the catalogue, or texts by language.
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
    name: Called = ""
    cells: Sequence[str] = ()
    tables: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    in_tables: bool = False

    def places(self) -> tuple[str, ...]:
        """Return where the value comes from: its cells, their table where they are many, and what else it rests on."""
        if not self.in_tables and 0 < len(self.cells) <= MOST_CELLS:
            return (*self.cells, *self.sources)
        return (
            *(f"data/processed/{table.replace('!', '.parquet!')}" for table in self.tables),
            *self.sources,
        )

    def shown(self, language: str) -> str:
        """Return the number as a reader of `language` sees it."""
        return SHOWN[self.unit](self.value, language)


def share_of(value: float, whole: float) -> float | None:
    """Return a value over a whole, or None where there is no whole."""
    return value / whole if whole else None
