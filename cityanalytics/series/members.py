"""Members of the combination: each says what the rest of the year brings, in its own way.

A member is a frozen set of parameters, called on a panel; it stands at the ends of the months `at` of every
year at once and looks only back. Whoever has a grid of settings weighs them by their one-month errors up to the
last December, and has only settings that expect no less when a month of the year is larger: no member does.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.series.opinion import Opinion, geometric_mean, logs_of
from cityanalytics.series.series import LEAST, YEAR, Numbers, trailing_count, trailing_sum, years_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.series.series import Flags, Panel

#: A month changed against the year before by more than this (log, or months) counts as changed by this.
LARGEST_CHANGE = 2.0


@dataclass(frozen=True, kw_only=True)
class RestOfYear:
    """What a member sees.

    Parameters
    ----------
    remainder
        Expected amount from the month after the origin to December, shape (rows, years, origins); it does not
        fall when a month of the year so far is larger.
    error
        Size of the one-month errors of each month, shape (rows, months).
    early
        The same months as the last December saw them, shape of `remainder`.
    reach
        How far a one-month error of 1 carries into the log of the remainder, shape of `remainder`.
    """

    remainder: Numbers
    early: Numbers
    error: Numbers
    reach: Numbers


@dataclass(frozen=True, kw_only=True)
class SeasonalArma:
    """Change against the same month a year before, as ARMA(1,1) with a seasonal moving average.

    With z the change (of the log, or of the amount itself when `additive`), m its faded mean of two years
    and e the error of a month::

        z[t] = m + phi (z[t-1] - m) + e[t] + theta e[t-1] + big e[t-12] + theta big e[t-13]

    which is ARIMA(1,0,1)(0,1,1)12 of Box & Jenkins (1970); phi = 1 gives their airline model. All settings
    of the grid run side by side and are averaged by `opinion`, none is selected. What is expected of a month is
    ``(1 - phi) m + (phi + theta) z - theta (expected z)`` of the month before, and what last year's errors bring:
    it rises with every month of the year.
    """

    additive: bool = False
    phi: tuple[float, ...] = (0.5, 0.8, 0.95, 1.0)
    theta: tuple[float, ...] = (0.0, -0.3, -0.6, -0.8)
    big: tuple[float, ...] = (0.0, -0.3, -0.6, -0.85)
    drift_months: int = 24
    drift_prior: float = 24.0
    opinion: Opinion = field(default=Opinion(sharpness=0.5, half_life=40.0))

    @property
    def settings(self) -> tuple[Numbers, Numbers, Numbers]:
        """phi, theta and big of every setting; with phi + theta below 0 a larger month would lower the next."""
        grid = itertools.product(self.phi, self.theta, self.big)
        phi, theta, big = np.array([one for one in grid if one[0] + one[1] >= 0]).T
        return phi, theta, big

    def __call__(self, panel: Panel, at: Sequence[int]) -> RestOfYear:
        """Return the outlook from the ends of the months `at` (1 to 11)."""
        phi, theta, big = self.settings
        level, run = panel.level_before, self._begin(panel)
        scale = level if self.additive else np.ones_like(level)
        rows, months = level.shape
        remainder = np.full((rows, months // YEAR, len(at)), np.nan)
        early, reach, size = remainder.copy(), remainder.copy(), np.full((rows, months), np.nan)
        least = LEAST * (YEAR - np.array(at)) * level[:, ::YEAR, None]
        least[:, 0] = np.nan  # nobody looks ahead before a year is over
        # how last year was spread over its months, negative ones as none
        shares = np.maximum(np.nan_to_num(years_before(panel.yearly, 1)), 0.0)
        sums, count = self.opinion.start(rows, len(phi))
        settled = self.opinion.weights(sums, count)
        for month in range(YEAR - 1, months):
            mean = run.drift[:, month - 1, None]
            back = run.errors[:, month : month + 13]  # from thirteen months before to the month before
            pulled = theta * back[:, 12] + big * back[:, 1] + theta * big * back[:, 0]
            expected = mean + phi * (run.change[:, month - 1, None] - mean) + pulled
            seen = run.learns[:, month, None]
            error = np.where(seen, run.change[:, month, None] - expected, 0.0)
            run.errors[:, month + 13] = error
            sizes = np.abs(error) / np.where(scale > 0, scale, 1.0)[:, month, None]
            sums, count = self.opinion.add(sums, count, sizes, seen)
            weights = self.opinion.weights(sums, count)
            size[:, month] = np.where(seen[:, 0], (weights * sizes).sum(axis=1), np.nan)
            year, place = divmod(month, YEAR)
            if place + 1 in at:
                column = list(at).index(place + 1)
                ahead = np.maximum(self._ahead(run, month)[0], least[:, year, column, None])
                remainder[:, year, column] = geometric_mean(settled, ahead)
                carried = _reach(shares[:, year, place + 1 :], phi, theta)
                reach[:, year, column] = (settled * carried).sum(axis=1)
            if place == YEAR - 1:
                settled = weights
                if month + 1 < months:
                    ahead = self._ahead(run, month)[list(at)].transpose(1, 2, 0)
                    ahead = np.maximum(ahead, least[:, year + 1, None])
                    early[:, year + 1] = geometric_mean(settled[..., None], ahead)
        return RestOfYear(remainder=remainder, early=early, error=size, reach=reach)

    def _begin(self, panel: Panel) -> _Run:
        level = panel.level_before
        scale = level if self.additive else np.ones_like(level)
        base = panel.amounts if self.additive else log_floored(panel.amounts, level)
        change = np.full_like(base, np.nan)
        change[:, YEAR:] = base[:, YEAR:] - base[:, :-YEAR]
        known = np.isfinite(change)
        change = np.where(known, np.clip(change, -LARGEST_CHANGE * scale, LARGEST_CHANGE * scale), 0.0)
        count = trailing_count(np.where(known, change, np.nan), self.drift_months)
        rows, months = base.shape
        return _Run(
            base=base,
            change=change,
            drift=trailing_sum(change, self.drift_months) / (count + self.drift_prior),
            learns=known & panel.observed & (scale > 0),
            errors=np.zeros((rows, 13 + months, len(self.settings[0]))),
        )

    def _ahead(self, run: _Run, month: int) -> Numbers:
        """Return the sums from each month after `month` to the next December, shape (months, rows, settings)."""
        phi, theta, big = self.settings
        mean, step = run.drift[:, month, None], run.change[:, month, None]
        values = []
        for ahead in range(month + 1, month + 1 + ((YEAR - 1 - month) % YEAR or YEAR)):
            back = run.errors[:, ahead : ahead + 2]  # thirteen and twelve months before
            pulled = big * back[:, 1] + theta * big * back[:, 0]
            if ahead == month + 1:
                pulled = pulled + theta * run.errors[:, month + 13]
            step = mean + phi * (step - mean) + pulled
            value = run.base[:, ahead - YEAR, None] + step
            values.append(value if self.additive else np.exp(value))
        return _sums_to_the_end(values)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What a seasonal ARMA works on: amounts or logs, their changes over a year, errors found on the way.

    The errors have thirteen columns ahead of the first month, where there were none.
    """

    base: Numbers
    change: Numbers
    drift: Numbers
    learns: Flags
    errors: Numbers


@dataclass(frozen=True, kw_only=True)
class Smoothing:
    """Exponential smoothing of the log: level, damped trend and season (Holt-Winters; Gardner 1985).

    It begins from the first twelve months: their mean is the level, what is left the season. A level and a trend that
    both follow fast overshoot: after a larger month the trend turns, and a later month is expected lower. Such settings
    are left out.
    """

    alpha: tuple[float, ...] = (0.1, 0.2, 0.35, 0.5, 0.7)
    beta: tuple[float, ...] = (0.0, 0.05, 0.15)
    gamma: tuple[float, ...] = (0.15, 0.4, 0.8)
    damping: float = 0.9
    opinion: Opinion = field(default=Opinion(sharpness=1.0, half_life=120.0))

    @property
    def settings(self) -> tuple[Numbers, Numbers, Numbers]:
        """alpha, beta and gamma of every setting with which no month of a year lowers a later one."""
        alpha, beta, gamma = np.array(list(itertools.product(self.alpha, self.beta, self.gamma))).T
        level, trend = alpha, alpha * beta  # what a month larger by 1 brings
        least = level
        for left in range(YEAR - 1, 0, -1):
            for step in self._steps(left):
                least = np.minimum(least, level + step * trend)
            level, trend = level + self.damping * trend, self.damping * trend
            level, trend = level - alpha * level, trend - alpha * beta * level
        kept = least >= 0
        return alpha[kept], beta[kept], gamma[kept]

    def _steps(self, months: int) -> Numbers:
        """Return how often the trend counts 1 to `months` months ahead."""
        return np.cumsum(self.damping ** np.arange(1, months + 1))

    def __call__(self, panel: Panel, at: Sequence[int]) -> RestOfYear:
        """Return the outlook from the ends of the months `at` (1 to 11); its reach is not worked out."""
        alpha, beta, gamma = self.settings
        logs = log_floored(panel.amounts, panel.level_before)
        rows, months = logs.shape
        begins = np.where(np.isfinite(logs).any(axis=1), np.argmax(np.isfinite(logs), axis=1), months)
        level, trend = np.full((rows, len(alpha)), np.nan), np.zeros((rows, len(alpha)))
        season = np.full((rows, YEAR, len(alpha)), np.nan)
        remainder = np.full((rows, months // YEAR, len(at)), np.nan)
        size = np.full((rows, months), np.nan)
        early = remainder.copy()
        sums, count = self.opinion.start(rows, len(alpha))
        settled = self.opinion.weights(sums, count)
        for month in range(YEAR - 1, months):
            year, place = divmod(month, YEAR)
            new = begins == month - YEAR + 1
            if new.any():
                first = logs[new, month - YEAR + 1 : month + 1]
                level[new] = first.mean(axis=1)[:, None]
                season[new] = np.roll(first - first.mean(axis=1)[:, None], place + 1, axis=1)[:, :, None]
            runs = (begins < month - YEAR + 1)[:, None]
            seen = runs & (np.isfinite(logs[:, month]) & panel.observed[:, month])[:, None]
            expected = level + self.damping * trend
            error = np.where(seen, logs[:, month, None] - expected - season[:, place], 0.0)
            level = np.where(runs, expected + alpha * error, level)
            trend = np.where(runs, self.damping * trend + alpha * beta * error, trend)
            season[:, place] += gamma * (1 - alpha) * error
            sums, count = self.opinion.add(sums, count, np.abs(error), seen)
            weights = self.opinion.weights(sums, count)
            size[:, month] = np.where(seen[:, 0], (weights * np.abs(error)).sum(axis=1), np.nan)
            ahead = [
                np.exp(level + step * trend + season[:, (place + 1 + later) % YEAR])
                for later, step in enumerate(self._steps((YEAR - 1 - place) or YEAR))
                if place + 1 in at or place == YEAR - 1
            ]
            if place + 1 in at:
                remainder[:, year, list(at).index(place + 1)] = geometric_mean(
                    settled, _sums_to_the_end(ahead)[0]
                )
            if place == YEAR - 1:
                settled = weights
                if month + 1 < months:
                    rest = _sums_to_the_end(ahead)[list(at)].transpose(1, 2, 0)
                    early[:, year + 1] = geometric_mean(settled[..., None], rest)
        return RestOfYear(remainder=remainder, early=early, error=size, reach=np.full_like(remainder, np.nan))


@dataclass(frozen=True, kw_only=True)
class AnnualGrowth:
    """The rest of the year grows as the last whole year did, whatever is done."""

    largest: float = 0.3

    def __call__(self, panel: Panel, at: Sequence[int]) -> RestOfYear:
        """Return the outlook from the ends of the months `at` (1 to 11)."""
        total = panel.yearly.sum(axis=2)
        last, before = years_before(total, 1), years_before(total, 2)
        fits = (last > 0) & (before > 0)
        growth = np.log(np.where(fits, last, 1.0)) - np.log(np.where(fits, before, 1.0))
        factor = np.where(last > 0, np.exp(np.clip(growth, -self.largest, self.largest)), np.nan)
        months = [month - 1 for month in at]
        done = np.cumsum(panel.yearly, axis=2)[:, :, months]
        rest = last[..., None] - years_before(done, 1)
        level = panel.level_before.reshape(panel.yearly.shape)[:, :, months]
        remainder = np.maximum(factor[..., None] * rest, LEAST * (YEAR - np.array(at)) * level)
        return RestOfYear(
            remainder=remainder,
            early=remainder,
            error=np.full(panel.amounts.shape, np.nan),
            reach=np.full_like(remainder, np.nan),
        )


def log_floored(values: Numbers, level: Numbers) -> Numbers:
    """Return the logs of the values, none below a small share of the level; NaN where there is no level."""
    return logs_of(np.maximum(values, LEAST * level))


def _sums_to_the_end(values: Sequence[Numbers]) -> Numbers:
    """Return the sums of each and all that follow it."""
    return np.cumsum(np.array(values)[::-1], axis=0)[::-1]


def _reach(weights: Numbers, phi: Numbers, theta: Numbers) -> Numbers:
    """Return the standard deviation of the log of a sum of months that one-month errors of 1 bring.

    An error stays in the month by 1 and in the j-th month after it by ``(phi + theta) phi**(j-1)``
    (Box & Jenkins 1970, the psi weights); months count by their share of last year's remainder.
    """
    share = weights / np.maximum(weights.sum(axis=1, keepdims=True), np.finfo(float).tiny)
    months = weights.shape[1]
    stays = np.ones((months, len(phi)))
    stays[1:] = (phi + theta) * phi ** np.arange(months - 1)[:, None]
    carried = [
        (share[:, first:, None] * stays[None, : months - first]).sum(axis=1) for first in range(months)
    ]
    return np.asarray(np.sqrt(np.square(carried).sum(axis=0)))
