"""Steps of projects on each path: when one that waits begins, and whether it is completed by the year's end.

The rates are those of the counts (:mod:`counts`), a node a path in turn. A project steps once the hazard that it has
been under comes to what was drawn for it, which is how waiting times are drawn by inversion (Devroye 1986, Non-Uniform
Random Variate Generation, VI.2). Nothing but sums and comparisons is needed once that is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.outlook.counts import rates_by_node
from cityanalytics.outlook.draws import LEVELS
from cityanalytics.outlook.hazard import dated, due_day, hazard_of, week_edges

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Steps:
    """What the steps of projects are drawn from.

    Parameters
    ----------
    waits, moves
        Places of the projects that wait to begin, and of those under way.
    completed
        How many are completed on the data date.
    middle, edges
        Middle of each week that is left, and its last day (days after the data date; float64).
    start_rates, finish_rates
        Rate a day after the data date (nodes x pieces of the days around the planned date).
    start_due
        Planned day of the start of those that wait (days after the data date; NaN where none is stated).
    finish_due
        Planned day of completion: of those that wait, then of those under way.
    duration
        Days planned from start to completion, of those that wait.
    """

    waits: np.ndarray
    moves: np.ndarray
    completed: int
    middle: np.ndarray
    edges: np.ndarray
    start_rates: np.ndarray
    finish_rates: np.ndarray
    start_due: np.ndarray
    finish_due: np.ndarray
    duration: np.ndarray

    @classmethod
    def of(cls, projects: pd.DataFrame, *, as_of: dt.date, left: float) -> Steps:
        """Take what is known of a programme's steps.

        Parameters
        ----------
        projects
            Rows of ``Programme.projects``, in the order of the paths.
        as_of
            Data date.
        left
            Days that are left.
        """
        table = dated(projects, as_of, ordered=False)
        start, finish = rates_by_node(dated(projects, as_of), left=left)
        waiting, moving = table[table["waiting"]], table[table["moving"]]
        edges = week_edges(left)
        return cls(
            waits=np.flatnonzero(table["waiting"].to_numpy()),
            moves=np.flatnonzero(table["moving"].to_numpy()),
            completed=len(table) - len(waiting) - len(moving),
            middle=(edges[:-1] + edges[1:]) / 2,
            edges=edges[1:],
            start_rates=start,
            finish_rates=finish,
            start_due=waiting["start_due"].to_numpy(),
            finish_due=np.concatenate([waiting["finish_due"].to_numpy(), due_day(moving)]),
            duration=waiting["duration"].to_numpy(),
        )

    def weeks(self, drawn: np.ndarray, node: np.ndarray) -> np.ndarray:
        """Return the week in which each project that waits begins, from 0; the number of weeks where it does not.

        Parameters
        ----------
        drawn
            Levels of those that wait, 0 to 255 (waits x paths).
        node
            Whose rates each path has (int64).
        """
        due = np.repeat(self.start_due[:, None], len(self.edges), axis=1)
        hazard = hazard_of(self.start_rates, due, np.broadcast_to(self.edges, due.shape))
        needed = needs()[drawn]
        found = np.zeros(drawn.shape, dtype=np.int64)
        for week in range(len(self.edges)):
            found += needed > hazard[node, :, week].T
        return found

    def started(self, begins: np.ndarray, week: np.ndarray, worked: np.ndarray) -> np.ndarray:
        """Return how many have started by the year's end on each path (int64).

        Parameters
        ----------
        begins
            Day on which each that waits begins where it is drawn for a week (waits x (weeks + 1)); infinite for none.
        week
            As :meth:`weeks` gives it.
        worked
            Days worked from then on (shaped like `begins`).
        """
        begun = np.isfinite(begins) & (worked > 0)
        return np.asarray(
            len(self.moves) + self.completed + np.take_along_axis(begun, week, axis=1).sum(axis=0)
        )

    def finished(  # noqa: PLR0917 - what each path draws
        self,
        begins: np.ndarray,
        week: np.ndarray,
        worked: np.ndarray,
        moving: np.ndarray,
        drawn: np.ndarray,
        node: np.ndarray,
    ) -> np.ndarray:
        """Return how many are completed by the year's end on each path (int64).

        Parameters
        ----------
        begins, week, worked
            As in :meth:`started`.
        moving
            Days worked by those under way.
        drawn
            Levels of those that wait, then of those under way, 0 to 255 (projects x paths).
        node
            As in :meth:`weeks`.
        """
        waits, needed = len(self.waits), needs()
        due = np.fmax(self.finish_due[:waits, None] - begins, self.duration[:, None])
        own = hazard_of(self.finish_rates, due, worked)
        late = own[node, np.arange(waits)[:, None], week] >= needed[drawn[:waits]]
        on_time = (
            needed[drawn[waits:]] <= hazard_of(self.finish_rates, self.finish_due[waits:], moving)[node].T
        )
        return np.asarray(self.completed + late.sum(axis=0) + on_time.sum(axis=0))


def needs() -> np.ndarray:
    """Return the hazard that a project steps at, at each of the 256 levels (float64)."""
    return np.asarray(-np.log1p(-(np.arange(LEVELS) + 0.5) / LEVELS))
