"""Which workbooks count: of all that was received, those that a day's programme is read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Books:
    """The workbooks that a table's rows come from, by quarter, and in a quarter as they were received.

    Parameters
    ----------
    position
        Place in the register, which names a workbook (int64).
    unit, quarter
        Whose, and of which quarter (str).
    received, data_date
        Day of receipt, day described (datetime64).
    """

    position: np.ndarray
    unit: np.ndarray
    quarter: np.ndarray
    received: np.ndarray
    data_date: np.ndarray

    @classmethod
    def of(cls, table: pd.DataFrame) -> Books:
        """Return the workbooks of a canonical table."""
        position, first = np.unique(table["position"].to_numpy(), return_index=True)
        text = {name: table[name].array[first].astype(object).astype(str) for name in ("unit", "quarter")}
        day = {name: table[name].to_numpy()[first] for name in ("received", "data_date")}
        books = cls(position=position, **text, **day)
        return books.chosen(np.lexsort((position, day["received"], text["quarter"])))

    def chosen(self, which: np.ndarray) -> Books:
        """Return those at some places, or where a mask holds."""
        return Books(
            position=self.position[which],
            unit=self.unit[which],
            quarter=self.quarter[which],
            received=self.received[which],
            data_date=self.data_date[which],
        )

    @classmethod
    def of_all(cls, tables: Mapping[str, pd.DataFrame]) -> dict[str, Books]:
        """Return the workbooks of each canonical table that names any."""
        return {name: cls.of(table) for name, table in tables.items() if "received" in table}

    def within(self, table: pd.DataFrame) -> Books:
        """Return those that some rows come from."""
        return self.chosen(np.isin(self.position, table["position"].to_numpy()))

    def known_on(self, day: dt.date) -> Books:
        """Return those that had been received by a day."""
        return self.chosen(self.received <= np.datetime64(day))

    def up_to(self, quarter: str, *, year: int) -> Books:
        """Return those of a year, and of no later quarter."""
        return self.chosen(
            (self.quarter <= quarter)
            & (self.data_date.astype("datetime64[Y]") == np.datetime64(f"{year:04d}"))
        )

    def described_by(self, day: dt.date) -> Books:
        """Return those whose data date is no later."""
        return self.chosen(self.data_date <= np.datetime64(day))

    @property
    def names(self) -> np.ndarray:
        """Quarter and unit of each, as one text (str)."""
        return names_of(self.quarter, self.unit)

    def uncorrected(self) -> Books:
        """Return the last received of each unit and quarter."""
        return self.chosen(_last_of(self.names))

    def latest(self) -> Books:
        """Return the last received of each unit's last quarter."""
        return self.chosen(_last_of(self.unit))

    def rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a table that come from these workbooks."""
        kept = np.isin(table["position"].to_numpy(), self.position)
        return table if kept.all() else table[kept]

    def age(self, table: pd.DataFrame) -> np.ndarray:
        """Return for each row of a table the place of its workbook among these (int64)."""
        return np.asarray(pd.Index(self.position).get_indexer(table["position"]))


def names_of(quarter: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """Return quarters and units as one text each (str)."""
    return np.char.add(np.char.add(quarter, "\0"), unit)


def _last_of(names: np.ndarray) -> np.ndarray:
    """Return the places of the last of each name, in order of place."""
    return np.sort(len(names) - 1 - np.unique(names[::-1], return_index=True)[1])


def of_last_unit(table: pd.DataFrame, key: str, books: Books) -> pd.DataFrame:
    """Keep of each project (site) the rows of one unit, the one whose workbook is the newest: it took over.

    Parameters
    ----------
    table
        Rows of one workbook a unit.
    key
        The column that names the project or site.
    books
        The workbooks that they come from, and any others.
    """
    age = books.age(table)
    group, names = pd.factorize(table[key])
    newest = np.full(len(names), -1)
    np.maximum.at(newest, group, age)
    kept = newest[group] == age
    return table if kept.all() else table[kept]
