"""What a series' own past says about a forecast: how far its members missed, how unquiet it has been."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.forecast.members import AnnualGrowth, SeasonalArma, Smoothing
from cityanalytics.forecast.series import LEAST, YEAR, Numbers, trailing_sum, years_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.forecast.series import Flags, Panel

#: The members, in the order of the last axis of `Sight.logs`.
MEMBERS = (SeasonalArma(), SeasonalArma(additive=True), Smoothing(), AnnualGrowth())
#: Old misses fade by this a year; the pool's usual miss weighs as much as so many years.
FADE, PRIOR_YEARS = 0.8, 4.0
#: A member's weight is its past miss (and a little) to the power of minus this.
TILT, LITTLE = 2.5, 0.02
#: A miss counts at most as this, on the log scale.
LARGEST_MISS = 2.0
#: Half-lives, in months, of the usual and the recent one-month error.
USUAL, RECENT = 40.0, 10.0
#: A drawdown is measured from the highest of so many years.
PEAK_YEARS = 8
#: Floors of what stands under a log: one-month errors, disagreement.
QUIET, AGREED = 0.003, 0.04
#: What the log of the spread is made of, in the order of the last axis of `Evidence.signs`.
SIGNS = ("own_miss", "reach", "disagreement", "recent_errors")


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What the members see at the ends of some months of every year: all that needs no pool.

    Parameters
    ----------
    done, rest, total
        Done by the month's end, still to come then (known later), and the year's total; the latter two are
        NaN where a month was not given. Shapes (rows, years, origins), the total (rows, years).
    logs
        Log of each member's remainder, shape (rows, years, origins, members).
    reach
        Standard deviation of the log of the remainder that one-month errors as usual bring.
    recent
        Log of recent over usual one-month errors.
    drawdown
        Log of the last twelve months over the most that any twelve months to the same month brought in
        eight years; 0 at a peak, else negative.
    history
        Complete years before, shape (rows, years).
    """

    done: Numbers
    rest: Numbers
    total: Numbers
    logs: Numbers
    reach: Numbers
    recent: Numbers
    drawdown: Numbers
    history: Numbers

    def rows(self, chosen: Flags) -> Sight:
        """Return the sight of some rows alone."""
        return Sight(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a forecast is made of, once the pool's usual miss is known; shapes (rows, years, origins, …).

    Parameters
    ----------
    centre
        Log of the members' combined remainder.
    signs
        Logs that the spread depends on, in the order of `SIGNS`.
    """

    centre: Numbers
    signs: Numbers


def look(panel: Panel, at: Sequence[int]) -> Sight:
    """Let the members stand at the ends of the months `at` (1 to 11) of every year."""
    outlooks = [member(panel, at) for member in MEMBERS]
    months = [month - 1 for month in at]
    given = np.where(panel.observed, panel.amounts, np.nan).reshape(panel.yearly.shape)
    done = np.cumsum(panel.yearly, axis=2)[:, :, months]
    total = given.sum(axis=2)
    left = YEAR - np.array(at)
    level = panel.level.reshape(panel.yearly.shape)[:, :, months]
    rest = np.maximum(total[..., None] - done, LEAST * left * level)
    usual, recent = (_faded(outlooks[0].error, half_life) for half_life in (USUAL, RECENT))
    shape = panel.yearly.shape
    usual, recent = usual.reshape(shape)[:, :, months], recent.reshape(shape)[:, :, months]
    return Sight(
        done=done,
        rest=rest,
        total=total,
        logs=_agreed([outlook.remainder for outlook in outlooks], level > 0),
        reach=outlooks[0].reach * usual,
        recent=np.log(recent + QUIET) - np.log(usual + QUIET),
        drawdown=_drawdown(panel, months),
        history=_complete_years_before(total),
    )


def weigh(sight: Sight, usual_miss: float) -> Evidence:
    """Combine the members by their past misses, and say how sure they are.

    The weight of a member is ``(its mean past miss + 0.02) ** -2.5``; misses are of the same month and its
    neighbours in complete years before, fade by 0.8 a year, and begin as four years of the pool's usual miss.

    Parameters
    ----------
    sight
        What the members see.
    usual_miss
        Median size of the misses in the pool, on the log scale.
    """
    past = np.stack(
        [_past_miss(sight, sight.logs[..., member], usual_miss) for member in range(sight.logs.shape[-1])], -1
    )
    weights = (past + LITTLE) ** -TILT
    weights = weights / weights.sum(axis=-1, keepdims=True)
    centre = (weights * sight.logs).sum(axis=-1)
    apart = np.sqrt((weights * np.square(sight.logs - centre[..., None])).sum(axis=-1))
    own = _past_miss(sight, centre, usual_miss)
    signs = [np.log(own), np.log(sight.reach + QUIET), np.log(apart + AGREED), sight.recent]
    return Evidence(centre=centre, signs=np.stack(signs, axis=-1))


def misses(sight: Sight, logs: Numbers) -> Numbers:
    """Return by how much the logs of remainders missed, signed and bounded; NaN where the year is not known."""
    known = sight.rest > 0
    missed = np.log(np.where(known, sight.rest, 1.0)) - logs
    return np.where(known, np.clip(missed, -LARGEST_MISS, LARGEST_MISS), np.nan)


def _past_miss(sight: Sight, logs: Numbers, usual_miss: float) -> Numbers:
    """Return the faded mean size of the misses of earlier years, shrunk to the usual one."""
    size = np.abs(misses(sight, logs))
    known = np.isfinite(size)
    size, known = _with_neighbours(np.where(known, size, 0.0)), _with_neighbours(known.astype(float))
    size = size / np.maximum(known, 1.0)
    sums = np.zeros((len(logs), logs.shape[2]))
    count, past = np.zeros_like(sums), np.zeros_like(logs)
    for year in range(logs.shape[1]):
        past[:, year] = (sums + PRIOR_YEARS * usual_miss) / (count + PRIOR_YEARS)
        sums, count = sums * FADE + size[:, year], count * FADE + (known[:, year] > 0)
    return past


def _with_neighbours(values: Numbers) -> Numbers:
    """Return the sums over each origin and those beside it."""
    sums = values.copy()
    sums[:, :, 1:] += values[:, :, :-1]
    sums[:, :, :-1] += values[:, :, 1:]
    return sums


def _agreed(remainders: Sequence[Numbers], scaled: Flags) -> Numbers:
    """Return logs of the remainders; a member without a view takes the mean of the others'."""
    stacked = np.stack(remainders, axis=-1)
    seen = (stacked > 0) & scaled[..., None]
    logs = np.where(seen, np.log(np.where(seen, stacked, 1.0)), 0.0)
    count = seen.sum(axis=-1, keepdims=True)
    mean = np.where(count > 0, logs.sum(axis=-1, keepdims=True) / np.maximum(count, 1), np.nan)
    return np.where(seen, logs, mean)


def _faded(errors: Numbers, half_life: float) -> Numbers:
    """Return the mean of the errors up to each month, old ones fading; NaN before the first."""
    fade = 0.5 ** (1 / half_life)
    sums, count = np.zeros(len(errors)), np.zeros(len(errors))
    faded = np.full_like(errors, np.nan)
    for month in range(errors.shape[1]):
        known = np.isfinite(errors[:, month])
        sums = sums * fade + np.where(known, errors[:, month], 0.0)
        count = count * fade + known
        faded[:, month] = np.where(count > 0, sums / np.where(count > 0, count, 1.0), np.nan)
    return faded


def _drawdown(panel: Panel, months: Sequence[int]) -> Numbers:
    sums = trailing_sum(panel.amounts, YEAR).reshape(panel.yearly.shape)[:, :, months]
    begun = np.isfinite(panel.yearly)[:, :, months] & (sums > 0)
    sums = np.where(begun, sums, 0.0)
    peak = sums.copy()
    for years in range(1, PEAK_YEARS):
        peak = np.maximum(peak, np.nan_to_num(years_before(sums, years)))
    return np.where(begun, np.log(np.where(begun, sums, 1.0) / np.where(begun, peak, 1.0)), 0.0)


def _complete_years_before(total: Numbers) -> Numbers:
    complete = np.cumsum(np.isfinite(total), axis=1, dtype=float)
    return np.hstack([np.zeros((len(total), 1)), complete[:, :-1]])
