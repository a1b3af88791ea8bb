"""What a programme is made of: its tables at a data date, as known on a day, cells beside their values."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from cityanalytics.calendar import elapsed_share, quarter_of, year_end

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    import pandas as pd

    from cityanalytics.intake.orders import Order
    from cityanalytics.programme.coverage import Coverage
    from cityanalytics.programme.known import Known
    from cityanalytics.settings import Settings


class ProgrammeSource(Protocol):
    """What a programme was taken from: a workspace."""

    @property
    def settings(self) -> Settings:
        """Its configuration."""

    @property
    def stored(self) -> Mapping[str, pd.DataFrame]:
        """All that was received, by canonical table."""

    @property
    def orders(self) -> tuple[Order, ...]:
        """What dispatches have asked of the units."""

    def coverage(self, *, as_of: dt.date, known_on: dt.date) -> Coverage:
        """Return how much of what was expected for the quarter of a day had come by another."""


@dataclass(frozen=True, kw_only=True)
class ProgrammeState:
    """The year's programme as tables, frozen at two times.

    Parameters
    ----------
    as_of, known_on
        The day that figures describe; the day by which they had been received.
    traced
        One row a project, cells beside: unit, category, persons, planned and actual dates, ``total_investment``,
        ``plan`` (in force on `as_of`), ``plan_original``, ``done`` (yuan, to date), ``share`` of the plan,
        ``stage``, what its unit last said, ``unassessed`` (bool: begun since its unit last reported, so that no
        word says how it goes), and the cells.
    segments
        Investment as disjoint stretches of days: project, its unit, file, category, ``start``, ``end``, ``amount``
        (yuan), ``amount_cell``. An amount counts evenly over its days.
    demolition
        One row a site: kind, unit, planned and done area (square metres), cells.
    demolition_segments
        As `segments`, with ``area``.
    traced_works
        One row an item of physical work, as last reported on or before `as_of`, cells beside.
    received
        One row a unit: quarter, data date, day of receipt and file of what is used, and ``first_received``, the
        day on which the unit's first workbook of that quarter came.
    issues
        Doubts of the files that are used.
    known
        What it shares with other days of the year, as known on `known_on`.
    source
        The workspace that it was taken from; None of one made of tables alone.
    """

    as_of: dt.date
    known_on: dt.date
    traced: pd.DataFrame
    segments: pd.DataFrame
    demolition: pd.DataFrame
    demolition_segments: pd.DataFrame
    traced_works: pd.DataFrame
    received: pd.DataFrame
    issues: pd.DataFrame
    known: Known = field(repr=False, compare=False)
    source: ProgrammeSource | None = field(default=None, repr=False, compare=False)

    @property
    def traced_history(self) -> pd.DataFrame:
        """One row an earlier year: ``year``, ``amount`` (yuan), ``amount_cell``."""
        return self.known.history

    @property
    def traced_months(self) -> pd.DataFrame:
        """One row a stretch of days of an earlier year, most often a month.

        Its columns are ``year``, ``period_start``, ``period_end``, ``amount`` (yuan), ``amount_cell``.
        """
        return self.known.months

    @cached_property
    def revisions(self) -> pd.DataFrame:
        """Periods whose amount was stated again with another value, as of `restatements`."""
        return self.known.revisions(self.as_of)

    @cached_property
    def demolition_revisions(self) -> pd.DataFrame:
        """Periods whose area was stated again with another value, as of `restatements`."""
        return self.known.demolition_revisions(self.as_of)

    @property
    def quarter(self) -> str:
        """The quarter that the data date lies in."""
        return quarter_of(self.as_of)

    @property
    def elapsed(self) -> float:
        """Elapsed-time progress, a fraction of the year."""
        return elapsed_share(self.as_of)

    @property
    def plan(self) -> float:
        """Annual plan in force on the data date (yuan)."""
        return float(self.traced["plan"].sum())

    @property
    def done(self) -> float:
        """Investment from 1 January to the data date (yuan)."""
        return float(self.traced["done"].sum())

    @property
    def days_left(self) -> int:
        """Calendar days after the data date to 31 December."""
        return (year_end(self.as_of) - self.as_of).days
