"""Monthly series as matrices: one row a series, one column a month, gaps bridged from earlier months alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
YEAR = 12
#: A month may count as so small a share of the mean of twelve: below it (zero, negative) there is no log.
LEAST = 0.05


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Monthly series side by side; the columns run from a January to a December.

    A series with a gap of twelve months or more stands in several rows: history begins again after the gap.

    Parameters
    ----------
    ids, groups
        Names by row; a group may be empty.
    first_year
        Year of the first column.
    amounts
        The month's own amount, shape (rows, months); NaN before a row begins and after it ends.
    observed
        Which values were given; the others inside a row are those of the same month a year earlier
        (of the month before, where there is none).
    restarted
        Which rows begin after a gap, shape (rows,).
    """

    ids: tuple[str, ...]
    groups: tuple[str, ...]
    first_year: int
    amounts: Numbers
    observed: Flags
    restarted: Flags

    @property
    def yearly(self) -> Numbers:
        """The amounts by year, shape (rows, years, 12)."""
        return self.amounts.reshape(len(self.ids), -1, YEAR)

    @property
    def level(self) -> Numbers:
        """Mean size of a month over the last twelve (or as many as there are), shape (rows, months)."""
        return trailing_sum(np.abs(self.amounts), YEAR) / np.maximum(trailing_count(self.amounts, YEAR), 1)

    @property
    def level_before(self) -> Numbers:
        """The level at the last December, shape (rows, months), so that no month of the year moves it.

        In the year in which a row begins there is none: there it is the level of the month.
        """
        level = self.level.reshape(self.yearly.shape)
        begun = np.isfinite(years_before(self.yearly, 1)).any(axis=2, keepdims=True)
        return np.where(begun, years_before(level, 1)[:, :, -1:], level).reshape(self.amounts.shape)

    def part(self, first: int, last: int) -> Panel:
        """Return the rows from `first` up to, not with, `last`."""
        return Panel(
            ids=self.ids[first:last],
            groups=self.groups[first:last],
            first_year=self.first_year,
            amounts=self.amounts[first:last],
            observed=self.observed[first:last],
            restarted=self.restarted[first:last],
        )


def arrange(table: pd.DataFrame) -> Panel:
    """Return the series of a tidy table, ordered by name.

    Parameters
    ----------
    table
        Columns series_id, group (text), year, month (whole numbers) and value; one row a month, any order.
    """
    names, row = np.unique(table["series_id"].to_numpy(dtype=str), return_inverse=True)
    groups = np.full(len(names), "", dtype=object)
    groups[row] = table["group"].to_numpy(dtype=object)
    year, month = table["year"].to_numpy(dtype=int), table["month"].to_numpy(dtype=int)
    first = int(year.min())
    raw = np.full((len(names), (int(year.max()) - first + 1) * YEAR), np.nan)
    raw[row, (year - first) * YEAR + month - 1] = table["value"].to_numpy(dtype=float)
    owner, values, restarted = _segments(raw)
    observed = np.isfinite(values)
    return Panel(
        ids=tuple(str(names[index]) for index in owner),
        groups=tuple(str(groups[index]) for index in owner),
        first_year=first,
        amounts=_bridged(values),
        observed=observed,
        restarted=restarted,
    )


def _segments(raw: Numbers) -> tuple[NDArray[np.int64], Numbers, Flags]:
    """Split rows at gaps of a year or more; return whose each part is, the parts, and which begin after a gap."""
    owners, parts, restarted = [], [], []
    for index, row in enumerate(raw):
        given = np.flatnonzero(np.isfinite(row))
        for number, places in enumerate(np.split(given, np.flatnonzero(np.diff(given) > YEAR) + 1)):
            part = np.full_like(row, np.nan)
            part[places] = row[places]
            owners.append(index)
            parts.append(part)
            restarted.append(number > 0)
    return np.array(owners), np.array(parts), np.array(restarted)


def _bridged(values: Numbers) -> Numbers:
    """Fill the gaps inside rows from what came before them."""
    filled = values.copy()
    given = np.isfinite(values)
    ends = values.shape[1] - np.argmax(given[:, ::-1], axis=1)
    for month in range(1, values.shape[1]):
        before = filled[:, month - YEAR] if month >= YEAR else np.full(len(values), np.nan)
        before = np.where(np.isfinite(before), before, filled[:, month - 1])
        gap = ~given[:, month] & (month < ends)
        filled[gap, month] = before[gap]
    return filled


def trailing_sum(values: Numbers, months: int) -> Numbers:
    """Return the sums of the last `months` columns, NaN counted as 0."""
    sums = np.cumsum(np.nan_to_num(values), axis=1)
    sums[:, months:] = sums[:, months:] - sums[:, :-months]
    return sums


def trailing_count(values: Numbers, months: int) -> Numbers:
    """Return how many of the last `months` columns are numbers."""
    return trailing_sum(np.isfinite(values).astype(float), months)


def years_before(values: Numbers, years: int) -> Numbers:
    """Return the values (rows, years, …) of so many years earlier; NaN where there is none."""
    moved = np.full_like(values, np.nan)
    if years < values.shape[1]:
        moved[:, years:] = values[:, : values.shape[1] - years]
    return moved
