"""What a series' own past says about a forecast: how far its members missed, how unquiet it has been."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.series.members import AnnualGrowth, SeasonalArma, Smoothing
from cityanalytics.series.series import LEAST, YEAR, Numbers, years_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.series.series import Flags, Panel

#: The members, in the order of the last axis of `Sight.logs`.
MEMBERS = (SeasonalArma(), SeasonalArma(additive=True), Smoothing(), AnnualGrowth())
#: Old misses fade by this a year; the pool's usual miss weighs as much as so many years.
FADE, PRIOR_YEARS = 0.8, 4.0
#: A member's weight is its past miss (and a little) to the power of minus this.
TILT, LITTLE = 2.5, 0.02
#: A miss counts at most as this, on the log scale.
LARGEST_MISS = 2.0
#: Half-life, in months, of the usual one-month error.
USUAL = 40.0
#: Misses against what was usual then fade by this a year; a miss of 1 weighs as much as so many years before them.
SURPRISE_FADE, SURPRISE_PRIOR = 0.5, 0.5
#: What is usual is at least this, and such a miss counts at most so many times as it.
EXPECTED, LARGEST_SURPRISE = 0.03, 4.0
#: A drawdown is measured from the highest of so many years.
PEAK_YEARS = 8
#: Standard deviation over median size, of a normal distribution.
NORMAL = 1.4826
#: Floor of what one-month errors bring, under a log.
QUIET = 0.003
#: What the log of the spread is made of, in the order of the last axis of `Evidence.signs`.
SIGNS = ("reach", "surprise")


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What the members see at the ends of some months of every year: all that needs no pool.

    Parameters
    ----------
    done, rest, total
        Done by the month's end, still to come then (known later), and the year's total; the latter two are
        NaN where a month was not given. Shapes (rows, years, origins), the total (rows, years).
    logs, early
        Log of each member's remainder, as seen from the origin and from the last December, shape (rows, years,
        origins, members).
    reach
        Standard deviation of the log of the remainder that one-month errors bring, as large as they usually were
        at the last December; NaN where none was known.
    drawdown
        Log of the last year over the highest of eight; 0 at a peak, else negative.
    history
        Complete years before, shape (rows, years).
    """

    done: Numbers
    rest: Numbers
    total: Numbers
    logs: Numbers
    early: Numbers
    reach: Numbers
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
    revision
        By how much the members have moved it since the last December.
    signs
        Logs that the spread depends on, in the order of `SIGNS`: known at the last December.
    """

    centre: Numbers
    revision: Numbers
    signs: Numbers


def look(panel: Panel, at: Sequence[int]) -> Sight:
    """Let the members stand at the ends of the months `at` (1 to 11) of every year."""
    outlooks = [member(panel, at) for member in MEMBERS]
    months = [month - 1 for month in at]
    given = np.where(panel.observed, panel.amounts, np.nan).reshape(panel.yearly.shape)
    done = np.cumsum(panel.yearly, axis=2)[:, :, months]
    total = given.sum(axis=2)
    left = YEAR - np.array(at)
    level = panel.level_before.reshape(panel.yearly.shape)[:, :, months]
    rest = np.maximum(total[..., None] - done, LEAST * left * level)
    usual = years_before(_faded(outlooks[0].error, USUAL).reshape(panel.yearly.shape), 1)[:, :, -1:]
    return Sight(
        done=done,
        rest=rest,
        total=total,
        logs=_agreed([outlook.remainder for outlook in outlooks], level > 0),
        early=_agreed([outlook.early for outlook in outlooks], level > 0),
        reach=outlooks[0].reach * usual,
        drawdown=np.repeat(_drawdown(panel)[..., None], len(months), axis=2),
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
    missed = np.abs(misses(sight, sight.logs))
    past = _faded_years(missed, fade=FADE, usual=usual_miss, years=PRIOR_YEARS)
    weights = (past + LITTLE) ** -TILT
    weights = weights / weights.sum(axis=-1, keepdims=True)
    centre, early = ((weights * logs).sum(axis=-1) for logs in (sight.logs, sight.early))
    reach = np.where(np.isfinite(sight.reach), sight.reach, NORMAL * usual_miss)
    against = np.minimum(
        np.abs(misses(sight, centre[..., None]))[..., 0] / (reach + EXPECTED), LARGEST_SURPRISE
    )
    surprise = _faded_years(against[..., None], fade=SURPRISE_FADE, usual=1.0, years=SURPRISE_PRIOR)[..., 0]
    return Evidence(
        centre=centre,
        revision=np.nan_to_num(centre - early),
        signs=np.stack([np.log(reach + QUIET), np.log(surprise)], axis=-1),
    )


def misses(sight: Sight, logs: Numbers) -> Numbers:
    """Return by how much the logs of remainders missed, signed and bounded; NaN where the year is not known.

    Parameters
    ----------
    sight
        What the members see, and what came.
    logs
        Shape (rows, years, origins, any).
    """
    known = sight.rest > 0
    missed = np.where(known, np.log(np.where(known, sight.rest, 1.0)), np.nan)[..., None] - logs
    return np.clip(missed, -LARGEST_MISS, LARGEST_MISS)


def _faded_years(sizes: Numbers, *, fade: float, usual: float, years: float) -> Numbers:
    """Return the mean of the sizes in earlier years, at an origin and its neighbours; begun with `years` of `usual`."""
    known = np.isfinite(sizes)
    count = _with_neighbours(known.astype(float))
    size = _with_neighbours(np.where(known, sizes, 0.0)) / np.maximum(count, 1.0)
    past = np.empty_like(sizes)
    sums, weight = np.zeros_like(sizes[:, 0]), np.zeros_like(sizes[:, 0])
    for year in range(sizes.shape[1]):
        past[:, year] = (sums + years * usual) / (weight + years)
        sums, weight = sums * fade + size[:, year], weight * fade + (count[:, year] > 0)
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


def _drawdown(panel: Panel) -> Numbers:
    """Return the log of the last year over the highest of `PEAK_YEARS`, shape (rows, years); 0 if it brought none."""
    sums = np.nan_to_num(years_before(np.nan_to_num(panel.yearly).sum(axis=2), 1))
    peak = np.max([np.nan_to_num(years_before(sums, years)) for years in range(PEAK_YEARS)], axis=0)
    some = sums > 0
    return np.where(some, np.log(np.where(some, sums, 1.0) / np.where(some, peak, 1.0)), 0.0)


def _complete_years_before(total: Numbers) -> Numbers:
    complete = np.cumsum(np.isfinite(total), axis=1, dtype=float)
    return np.hstack([np.zeros((len(total), 1)), complete[:, :-1]])
