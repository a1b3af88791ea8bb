"""Projects, categories, units and the city: forecasts whose published paths add up.

Top down, the city's forecast says how much is still to come; bottom up, the projects' S-curves say where. What is to
come is shared among the projects in proportion to what each is expected to add, and none goes beyond its total
investment. That is reconciliation by forecast proportions (Athanasopoulos, Ahmed & Hyndman 2009, International
Journal of Forecasting 25), the least squares of MinT (Wickramasuriya, Athanasopoulos & Hyndman 2019, Journal of the
American Statistical Association 114; Hyndman & Athanasopoulos 2021, chapter 11) with a city that is held and parts
whose variance is in proportion to their forecast.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.calendar import month_end, year_end
from cityanalytics.outlook.curves import ToCome, expect
from cityanalytics.outlook.spread import LEVELS
from cityanalytics.outlook.steps import Steps

if TYPE_CHECKING:
    from cityanalytics.series.methods import YearTotal

#: Columns of the projects by which the forecast may be parted, as far as the projects have them.
GROUPS = ("unit", "category", "town", "constraint", "stage", "project")
#: Of the largest expectation: one below it is nothing.
_LEAST = 1e-12


@cache
def backtest() -> pd.DataFrame:
    """Return what ``benchmarks/backtest_parts.py`` measured: a row a source, date and measure."""
    with files(__package__).joinpath("parts.csv").open(encoding="utf-8") as stream:
        return pd.read_csv(stream)


def dispersion() -> float:
    """Return how far a project strays from its expected addition, in parts of it (root mean square)."""
    table = backtest()
    rows = table[(table["source"] == "simulated") & (table["measure"] == "project")]
    return float(rows["error"].mean())


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The city's forecast by project, coherent on every day and at every published level.

    Parameters
    ----------
    as_of
        Data date.
    days
        Days of the paths: the data date, the ends of the months after it, the year's end.
    projects
        `GROUPS`, ``plan``, ``done`` (yuan), and ``untotalled``, ``undated``, ``overspent``,
        ``negative`` (bool): what the project's row lacks or contradicts.
    additions
        What each project adds to the year's end at each of `LEVELS` (yuan; levels x projects).
    shapes
        Share of its addition that each project has added by each day (projects x days).
    curves
        What each project adds by any day, and the most that it may.
    expectations
        What each project's own S-curve adds by the year's end (yuan).
    unallocated
        What the city's forecast holds beyond all projects' totals, at each level (yuan).
    expected
        What the projects' own S-curves add up to, before they are reconciled (yuan).
    dispersion
        How far a project strays from its addition, in parts of it.
    steps
        When projects begin and are completed.
    """

    as_of: dt.date
    days: tuple[dt.date, ...]
    projects: pd.DataFrame
    additions: np.ndarray
    shapes: np.ndarray
    curves: ToCome
    expectations: np.ndarray
    unallocated: np.ndarray
    expected: float
    dispersion: float
    steps: Steps

    @property
    def contradicted(self) -> pd.Series:
        """Whether a project has more done than its total investment, or less than nothing (bool)."""
        return self.projects["overspent"] | self.projects["negative"]

    def by_week(self) -> np.ndarray:
        """Return what each project that waits adds if it begins in a week that is left, or not this year.

        Returns
        -------
        numpy.ndarray
            Yuan, waits x (weeks + 1).
        """
        worked = np.append((self.days[-1] - self.as_of).days - self.steps.middle, 0.0)
        return self.curves.begun(np.broadcast_to(worked, (len(self.steps.waits), len(worked))))

    def paths(self, by: str, level: float) -> pd.DataFrame:
        """Return the cumulative amount of each group on each day in the city's scenario of a level.

        Parameters
        ----------
        by
            ``project``, ``category`` or ``unit``.
        level
            One of `LEVELS`.

        Returns
        -------
        pandas.DataFrame
            Yuan; a row a group, a column a day. What no project may take, and projects of no group, stand in the row
            of an empty name.
        """
        at = LEVELS.index(level)
        names, place = np.unique(self.projects[by].to_numpy(dtype=str), return_inverse=True)
        own = self.projects["done"].to_numpy()[:, None] + self.additions[at][:, None] * self.shapes
        cumulative = np.zeros((len(names), len(self.days)))
        np.add.at(cumulative, place, own)
        table = pd.DataFrame(cumulative, index=names, columns=list(self.days))
        if self.unallocated[at]:
            left = self.unallocated[at] * np.linspace(0.0, 1.0, len(self.days))
            table.loc[""] = left + (table.loc[""].to_numpy() if "" in table.index else 0.0)
        return table

    def city(self, level: float) -> pd.Series:
        """Return the city's path: the sum of its projects' (yuan, by day)."""
        return self.paths("category", level).sum()


def share_out(expected: np.ndarray, cap: np.ndarray, total: float) -> np.ndarray:
    """Share a total in proportion to what is expected, none above its cap.

    Parameters
    ----------
    expected, cap
        Float64, one a part, not negative; a cap may be infinite.
    total
        What is shared; what all caps together cannot take is left over.

    Returns
    -------
    numpy.ndarray
        ``min(cap, k x expected)`` with the one k that sums to `total`.

    Examples
    --------
    >>> share_out(np.array([1.0, 2.0, 1.0]), np.array([9.0, 3.0, 9.0]), 8.0).tolist()
    [2.5, 3.0, 2.5]
    """
    shares = np.zeros(len(expected))
    largest = expected.max(initial=0.0)
    if not largest:
        return shares
    expected = expected / largest
    takes = (expected > _LEAST) & (cap > 0)
    if not takes.any() or total <= 0:
        return shares
    own, most = expected[takes], cap[takes]
    full_at = most / own  # the k at which each is full
    order = np.argsort(full_at, kind="stable")
    filled = np.concatenate([[0.0], np.cumsum(np.where(np.isfinite(most), most, 0.0)[order])[:-1]])
    open_sum = np.cumsum(own[order][::-1])[::-1]
    reached = filled + full_at[order] * open_sum  # the total shared out when each becomes full
    first_open = int(np.searchsorted(reached, total))
    if first_open == len(own):
        shares[takes] = most
        return shares
    shares[takes] = np.minimum(most, (total - filled[first_open]) / open_sum[first_open] * own)
    return shares


def split(projects: pd.DataFrame, forecast: YearTotal, *, strays: float | None = None) -> Parts:
    """Split the city's forecast among its projects.

    Parameters
    ----------
    projects
        Rows of ``Programme.projects``, in any order.
    forecast
        The city's forecast, whose published quantiles are kept.
    strays
        The dispersion of projects; by default :func:`dispersion`.
    """
    ordered = projects.sort_values("project", ignore_index=True)
    days = path_days(forecast.as_of)
    ahead = np.array([float((day - forecast.as_of).days) for day in days])
    found = expect(ordered, as_of=forecast.as_of)
    amounts = found.at(ahead)
    expected = amounts[:, -1]
    to_come = [forecast.quantile(level) - forecast.done for level in LEVELS]
    additions = np.stack([share_out(expected, found.cap, amount) for amount in to_come])
    left = np.array(to_come) - additions.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shapes = np.where(expected[:, None] > 0, amounts / expected[:, None], 0.0)
    return Parts(
        as_of=forecast.as_of,
        days=days,
        projects=ordered[[*(name for name in GROUPS if name in ordered), "plan", "done"]]
        .fillna({"category": "", "unit": ""})
        .assign(
            untotalled=found.untotalled,
            undated=found.undated,
            overspent=found.overspent,
            negative=found.negative,
        ),
        additions=additions,
        shapes=shapes,
        curves=found,
        expectations=expected,
        unallocated=np.where(left > 1e-9 * max(abs(forecast.done), 1.0), left, 0.0),
        expected=float(expected.sum()),
        dispersion=dispersion() if strays is None else strays,
        steps=Steps.of(ordered, as_of=forecast.as_of, left=ahead[-1]),
    )


def path_days(as_of: dt.date) -> tuple[dt.date, ...]:
    """Return the data date, the ends of the months after it, and so the year's end.

    Examples
    --------
    >>> [day.isoformat() for day in path_days(dt.date(2010, 9, 22))]
    ['2010-09-22', '2010-09-30', '2010-10-31', '2010-11-30', '2010-12-31']
    """
    ends = [month_end(dt.date(as_of.year, month, 1)) for month in range(as_of.month, 13)]
    return (as_of, *[day for day in ends if as_of < day <= year_end(as_of)])
