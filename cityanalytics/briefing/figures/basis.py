"""What the figures of a briefing are taken from: its values, and columns that many figures share, each read once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.briefing.figures.figure import Cells, share_of
from cityanalytics.programme import progress
from cityanalytics.programme.closing import done_by, months_by, same_day_before

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityanalytics.outlook.bridge import Bridge
    from cityanalytics.outlook.outlook import Outlook
    from cityanalytics.outlook.pace import Pace
    from cityanalytics.outlook.record import Record
    from cityanalytics.outlook.scenario import PaceScenario
    from cityanalytics.programme.changes import Changes
    from cityanalytics.programme.reconcile import Reconciliation
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.series.methods import YearTotal
    from cityanalytics.settings import Settings
    from cityanalytics.whatif.granted import Requests


@dataclass(frozen=True, kw_only=True, eq=False)
class Basis:
    """A briefing's values, as figures are taken from them.

    Parameters
    ----------
    inputs
        Files that the briefing rests on.
    settings
        The workspace's configuration.
    programme, reconciliation, pace, forecast, outlook, scenarios
        What was found for the data date.
    asked
        What leaders are asked to decide, and what granting it is worth.
    last_year
        The year before, closed; None where it is not known by periods.
    alternatives
        The forecast by each reference class, and first by own months where they serve.
    changes
        What changed since the last briefing; None where there is none.
    bridge, record
        Why the forecast moved (None where there is no earlier one), and what was published earlier.
    """

    inputs: int
    settings: Settings
    programme: Programme
    last_year: Programme | None
    reconciliation: Reconciliation
    pace: Pace
    forecast: YearTotal
    alternatives: tuple[YearTotal, ...]
    outlook: Outlook
    scenarios: tuple[PaceScenario, ...]
    asked: Requests
    changes: Changes | None
    bridge: Bridge | None
    record: Record

    @cached_property
    def share(self) -> float | None:
        """Share of the annual plan that is done; None where there is no plan."""
        return share_of(self.programme.done, self.programme.plan)

    @cached_property
    def behind(self) -> float | None:
        """How far that share lies behind elapsed time, as a fraction of the plan."""
        return None if self.share is None else self.programme.elapsed - self.share

    @cached_property
    def plan_original(self) -> float:
        """Annual plan as approved (yuan)."""
        return float(self.programme.traced["plan_original"].sum())

    @cached_property
    def counted(self) -> np.ndarray:
        """Positions of the segments that count in what is done."""
        return np.flatnonzero(self.programme.segments["done"].to_numpy() != 0)

    @cached_property
    def done(self) -> Cells:
        """Cells that cumulative investment is the sum of."""
        return self.done_in(self.counted)

    @cached_property
    def plan(self) -> Cells:
        """Cells of the annual plans."""
        return self.cells("plan_cell")

    @cached_property
    def both(self) -> Cells:
        """Cells of investment, then those of the annual plans."""
        return self.done + self.plan

    @cached_property
    def own_months(self) -> Cells:
        """Cells of the city's own months of earlier years."""
        return Cells.of(self.programme.traced_months["amount_cell"])

    def cells(self, column: str, rows: np.ndarray | None = None) -> Cells:
        """Return the cells of a column of the projects."""
        return Cells.of(self.programme.traced[column], rows=rows)

    def done_in(self, rows: np.ndarray) -> Cells:
        """Return the cells of investment in rows of the segments."""
        return Cells.of(self.amount_cells, rows=rows)

    @cached_property
    def amount_cells(self) -> pd.Series:
        """Cells of the segments' amounts."""
        return self.programme.segments["amount_cell"]

    @cached_property
    def counted_project(self) -> np.ndarray:
        """Row of the project of each segment that counts; -1 where there is none."""
        projects = pd.Index(self.programme.traced["project"])
        found: np.ndarray = projects.get_indexer(self.programme.segments["project"].iloc[self.counted])
        return found

    @cached_property
    def held_up(self) -> pd.DataFrame:
        """The late, then the not started projects."""
        return progress.held_up(self.programme)

    @cached_property
    def same_period(self) -> float | None:
        """Investment by the same day of last year (yuan); None where it is not known by periods."""
        day = same_day_before(self.programme.as_of)
        if self.last_year is None:
            return months_by(self.programme.history_months, day)
        return done_by(self.last_year, day)

    @cached_property
    def on_year(self) -> float | None:
        """By what part of it this year's investment differs from it."""
        if self.same_period is None:
            return None
        return share_of(self.programme.done - self.same_period, self.same_period)

    @cached_property
    def before(self) -> Cells:
        """Cells of investment by the same day of last year."""
        day = pd.Timestamp(same_day_before(self.programme.as_of))
        if self.last_year is None:
            months = self.programme.traced_months
            inside = (months["year"] == day.year) & (months["period_start"] <= day)
            return Cells.of(months["amount_cell"], rows=inside.to_numpy())
        segments = self.last_year.segments
        begun = segments["start"] <= day
        return Cells.of(segments["amount_cell"], rows=begun.to_numpy())

    @cached_property
    def now(self) -> pd.DataFrame:
        """What the responsible units sent for the quarter, a row a unit."""
        received = self.programme.received
        return received[
            received["unit"].isin(self.settings.units) & (received["quarter"] == self.programme.quarter)
        ]

    def term(self, word: str) -> dict[str, str]:
        """Return a word of the data in each language of the pages."""
        return {language: self.settings.term(word, language) for language in self.settings.languages}


def positions(keys: pd.Series) -> Mapping[str, np.ndarray]:
    """Return the rows of each key, in the order of the frame; rows without a key are left out.

    Examples
    --------
    >>> {key: rows.tolist() for key, rows in positions(pd.Series(["b", "a", None, "b"])).items()}
    {'b': [0, 3], 'a': [1]}
    """
    codes, names = pd.factorize(keys)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(names) + 1))
    return {str(name): order[bounds[at] : bounds[at + 1]] for at, name in enumerate(names)}
