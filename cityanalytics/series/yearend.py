"""Where the year of a monthly series ends: what is done, and quantiles of what is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.series.evidence import SIGNS, look, weigh
from cityanalytics.series.learnt import month_scale, parameters_without
from cityanalytics.series.methods import QUANTILES
from cityanalytics.series.series import YEAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from cityanalytics.series.evidence import Evidence, Sight
    from cityanalytics.series.learnt import Parameters
    from cityanalytics.series.series import Flags, Numbers, Panel

#: Rows that are worked on at once: enough for the speed of whole arrays, few enough for a bar to move.
PART = 64
#: No quantile lies further than this from the median remainder, on the log scale.
FURTHEST = 5.0


@dataclass(frozen=True, kw_only=True)
class Combination:
    """The members' combination, moved and spread as the pool learnt.

    ``log remainder = centre + bias + recovery * drawdown + (spread + slope * |revision|) * t``, where the log of the
    spread is linear in the signs and t is Student's: a location-scale model of the log of what is still to come.

    No quantile falls when a month of the year is larger. The centre is its value at the last December plus the
    revision, which alone depends on the year and does not fall; and the slope is at most 1 over the furthest t.
    """

    parameters: Parameters
    name = "combination"

    def __call__(self, sight: Sight, evidence: Evidence, at: list[int]) -> Numbers:
        """Return quantiles of the remainder, shape (rows, years, origins, levels)."""
        # SciPy takes 0.3 s to import: only where a forecast is made
        from scipy.special import stdtrit

        learnt = self.parameters
        month = np.array([month_scale(end) for end in at])
        centre = evidence.centre + learnt.bias + learnt.bias_month * month
        centre = centre + (learnt.recovery + learnt.recovery_month * month) * sight.drawdown
        spread = learnt.spread + learnt.spread_month * month + learnt.spread_curve * month**2
        for sign, name in enumerate(SIGNS):
            spread = spread + getattr(learnt, name) * evidence.signs[..., sign]
        t = stdtrit(learnt.freedom, np.array(QUANTILES))
        slope = min(learnt.revision, 1 / (learnt.widening * t[-1]))
        spread = learnt.widening * (np.exp(spread) + slope * np.abs(evidence.revision))
        reach = spread[..., None] * t
        return np.asarray(np.exp(centre[..., None] + np.clip(reach, -FURTHEST, FURTHEST)))


@dataclass(frozen=True, kw_only=True)
class RunRate:
    """The pace so far, changed as the pool's pace changed: for a series without a complete earlier year."""

    parameters: Parameters
    name = "run rate"

    def __call__(self, done: Numbers, at: list[int]) -> Numbers:
        """Return quantiles of the remainder, shape (rows, years, origins, levels); NaN where nothing is done."""
        from scipy.special import stdtrit

        learnt = self.parameters
        month = np.array([month_scale(end) for end in at])
        pace = np.where(done > 0, done, np.nan) / np.array(at) * (YEAR - np.array(at))
        spread = learnt.widening * np.exp(learnt.pace_spread + learnt.pace_spread_month * month)
        reach = spread[:, None] * stdtrit(learnt.freedom, np.array(QUANTILES))
        shift = np.clip((learnt.pace + learnt.pace_month * month)[:, None] + reach, -FURTHEST, FURTHEST)
        return np.asarray(pace[..., None] * np.exp(shift))


@dataclass(frozen=True, kw_only=True)
class YearEnds:
    """The forecasts of a panel at the end of a month.

    Parameters
    ----------
    quantiles
        Of the year's total, shape (rows, years, levels of `QUANTILES`).
    by_combination, by_pace
        Which of them rest on the members, and which on the run rate; the rest are what is done.
    history
        Complete years before, shape (rows, years).
    """

    quantiles: Numbers
    by_combination: Flags
    by_pace: Flags
    history: Numbers


def year_ends(panel: Panel, month: int, *, on_row: Callable[[], None] = lambda: None) -> YearEnds:
    """Forecast the total of every year from the end of `month` of that year.

    Nothing later is used, and no other series. A cell whose months up to `month` are not all there comes out too;
    it is for the caller to leave it.

    Parameters
    ----------
    panel
        Monthly series.
    month
        1 to 12.
    on_row
        Called for each row that is done.
    """
    parts = []
    for first in range(0, len(panel.ids), PART):
        part = panel.part(first, first + PART)
        parts.append(_of_part(part, month))
        for _ in part.ids:
            on_row()
    return YearEnds(
        quantiles=np.concatenate([part.quantiles for part in parts]),
        by_combination=np.concatenate([part.by_combination for part in parts]),
        by_pace=np.concatenate([part.by_pace for part in parts]),
        history=np.concatenate([part.history for part in parts]),
    )


def _of_part(panel: Panel, month: int) -> YearEnds:
    # past misses of the months beside it count too; from December nothing is left to look at
    at = [end for end in (month - 1, month, month + 1) if 1 <= end < YEAR]
    here = at.index(min(month, YEAR - 1))
    done = np.cumsum(panel.yearly, axis=2)[:, :, month - 1]
    sight = look(panel, at)
    remainder = np.zeros((*done.shape, len(QUANTILES)))
    pace = remainder.copy()
    for group in sorted(set(panel.groups)):
        rows = np.array([name == group for name in panel.groups])
        learnt, own = parameters_without(group), sight.rows(rows)
        evidence = weigh(own, learnt.usual_miss)
        remainder[rows] = Combination(parameters=learnt)(own, evidence, at)[:, :, here]
        pace[rows] = RunRate(parameters=learnt)(own.done, at)[:, :, here]
    if month == YEAR:
        remainder, pace = np.zeros_like(remainder), np.zeros_like(pace)
    by_combination = np.isfinite(remainder).all(axis=2) & (sight.history > 0)
    by_pace = ~by_combination & np.isfinite(pace).all(axis=2)
    rest = np.where(by_combination[..., None], remainder, np.where(by_pace[..., None], pace, 0.0))
    return YearEnds(
        quantiles=done[..., None] + rest,
        by_combination=by_combination,
        by_pace=by_pace,
        history=sight.history,
    )
