"""What had been received by a day about a year: what all its snapshots share, each part made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.programme.counting import Books
from cityanalytics.programme.restated import restatements
from cityanalytics.programme.segments import segments

if TYPE_CHECKING:
    import datetime as dt

Tables = Mapping[str, pd.DataFrame]
#: What a stretch of days of an earlier year is named by.
STRETCH = ("year", "period_start", "period_end")


@dataclass(frozen=True, kw_only=True)
class Known:
    """The canonical tables as known on a day, about a year; no day of the year is chosen yet.

    Parameters
    ----------
    tables
        All that was received, by name of the table.
    books
        The workbooks of each that had been received by the day.
    year
        The year that is asked about.
    """

    tables: Tables
    books: Mapping[str, Books]
    year: int

    @classmethod
    def of(
        cls, tables: Tables, *, known_on: dt.date, year: int, books: Mapping[str, Books] | None = None
    ) -> Known:
        """Return what had been received by a day, `books` being all that ever were."""
        books = Books.of_all(tables) if books is None else books
        known = {name: some.known_on(known_on) for name, some in books.items()}
        return cls(tables=tables, books=known, year=year)

    def latest(self, name: str, quarter: str) -> pd.DataFrame:
        """Return the rows of each unit's last workbook of its last quarter of the year, none after `quarter`."""
        return self.books[name].up_to(quarter, year=self.year).latest().rows(self.tables[name])

    def described(self, name: str, day: dt.date) -> pd.DataFrame:
        """Return the rows of each unit's last workbook of those whose data date is no later than a day."""
        return self.books[name].described_by(day).latest().rows(self.tables[name])

    @cached_property
    def last(self) -> dt.date | None:
        """The last day that investment is stated of; None where none is."""
        last = self._uncorrected("investment", self._stated)["period_end"].max()
        return None if pd.isna(last) else last.date()

    @cached_property
    def invested(self) -> pd.DataFrame:
        """Investment of the year as disjoint stretches of days (:func:`segments`)."""
        return segments(self._uncorrected("investment", self._stated), key="project", value="amount")

    @cached_property
    def demolished(self) -> pd.DataFrame:
        """Area demolished in the year as disjoint stretches of days (:func:`segments`)."""
        return segments(self._uncorrected("demolition", self._measured), key="site", value="area")

    @cached_property
    def history(self) -> pd.DataFrame:
        """What is known of earlier years: ``year``, ``amount`` (yuan), ``amount_cell``."""
        return self._before("history", "year")

    @cached_property
    def months(self) -> pd.DataFrame:
        """What is known of stretches of days of earlier years, with ``period_start`` and ``period_end`` beside."""
        return self._before("history_months", *STRETCH)

    def revisions(self, day: dt.date) -> pd.DataFrame:
        """Return the investment stated again with another value (:func:`restatements`), begun by a day."""
        notes = self.tables["projects"]
        return restatements(self._stated, key="project", value="amount", as_of=day, notes=notes)

    def demolition_revisions(self, day: dt.date) -> pd.DataFrame:
        """Return the area stated again with another value (:func:`restatements`), begun by a day."""
        return restatements(self._measured, key="site", value="area", as_of=day)

    @cached_property
    def _stated(self) -> pd.DataFrame:
        return _in_year(self.books["investment"].rows(self.tables["investment"]), self.year)

    @cached_property
    def _measured(self) -> pd.DataFrame:
        return _in_year(self.books["demolition"].rows(self.tables["demolition"]), self.year)

    @cached_property
    def _reported(self) -> pd.DataFrame:
        flows = self.books["investment"].rows(self.tables["investment"])
        found = [
            closed
            for year in sorted({*flows["period_start"].dt.year.unique()})
            if year < self.year
            and (closed := _closed(self._uncorrected("investment", _in_year(flows, int(year))), int(year)))
            is not None
        ]
        return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*STRETCH, "amount"])

    def _uncorrected(self, name: str, rows: pd.DataFrame) -> pd.DataFrame:
        return self.books[name].within(rows).uncorrected().rows(rows)

    def _before(self, name: str, *key: str) -> pd.DataFrame:
        stated = self.books[name].rows(self.tables[name])
        earlier = stated[stated["year"] < self.year]
        return _stated_before(self._uncorrected(name, earlier), self.books[name], self._reported, *key)


def _in_year(table: pd.DataFrame, year: int) -> pd.DataFrame:
    inside = table["period_start"].to_numpy().astype("datetime64[Y]") == np.datetime64(f"{year:04d}")
    return table if inside.all() else table[inside]


def _stated_before(stated: pd.DataFrame, books: Books, reported: pd.DataFrame, *key: str) -> pd.DataFrame:
    """Return what is known of earlier years; of a year what the newest workbook says that states it, else its reports.

    Parameters
    ----------
    stated
        Rows of a table of earlier years, no workbook that a correction replaced among them.
    books
        The workbooks that they come from.
    reported
        What units reported of earlier years that have closed, as of `_closed`.
    key
        What a row is of, the year first.
    """
    columns = [*key, "amount", "amount_cell"]
    if stated.empty and reported.empty:
        return stated[columns].reset_index(drop=True)
    ranked = stated.assign(age=books.age(stated))
    newest = ranked["age"] == ranked.groupby("year")["age"].transform("max")
    own: pd.DataFrame = ranked.loc[newest, columns]
    others = reported[~reported["year"].isin(own["year"])]
    if not others.empty:
        sums = others.groupby(list(key))["amount"].sum().reset_index()
        own = pd.concat([own, sums.assign(year=sums["year"].astype("int64"))], ignore_index=True)
    return own.sort_values(list(key), ignore_index=True)


def _closed(flows: pd.DataFrame, year: int) -> pd.DataFrame | None:
    """Return what was reported of a year by stretches of days; None where a unit did not report it to the end."""
    parts = segments(flows, key="project", value="amount")
    if not (parts.groupby("unit", observed=True)["end"].max() >= pd.Timestamp(year, 12, 31)).all():
        return None
    return pd.DataFrame(
        {"year": year, "period_start": parts["start"], "period_end": parts["end"], "amount": parts["amount"]}
    )
