"""Learn what the forecast of monthly series takes from a pool, and write it as a table.

    python benchmarks/learn_series.py SERIES.csv cityanalytics/series/series_pool.csv

SERIES.csv has columns series_id, group, year, month, value: a month's own amount. The series are not part of the
project; the table is: one row for the whole pool and one with each group left out.

The parameters minimise the pinball loss of the seven quantiles at the ends of January to November, relative to the
previous year's total: averaged over a series' years, then over series, its log averaged over groups and months, so that
groups and months count alike. A small ridge pulls them to where they stand by judgement (`PRIOR`). The widening is
learnt last: each group is forecast by what was learnt without it, and the spread is widened (or narrowed) until the
80 % interval holds 80 % of the years, groups and months counting alike.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from scipy.special import stdtrit

from cityanalytics.series.evidence import SIGNS, Sight, look, misses, weigh
from cityanalytics.series.learnt import month_scale
from cityanalytics.series.methods import QUANTILES
from cityanalytics.series.series import Flags, Numbers, arrange
from cityanalytics.series.yearend import FURTHEST

Whole = NDArray[np.int64]

MONTHS = list(range(1, 12))
MOVES = ("bias", "bias_month", "recovery", "recovery_month")
CURVE = ("spread", "spread_month", "spread_curve")
PACE = ("pace", "pace_month", "pace_spread", "pace_spread_month")
NAMES = ("usual_miss", *MOVES, *SIGNS, *CURVE, "revision", "freedom", "widening", *PACE)
#: Two groups to learn from when one is left out, so that the widening can leave out one of them.
FEWEST_GROUPS = 3
LEVELS = np.array(QUANTILES)
COVERED = 0.8
#: In the order of `NAMES` from bias to freedom (of the last two the logs, of the freedom less 2): where the ridge
#: pulls, and how strongly. A spread in proportion to what one-month errors bring suits any series.
PRIOR = np.array([0.0] * len(MOVES) + [1.0, 0.25] + [-0.5, 0.0, 0.0] + [np.log(0.2)] + [1.0])
RIDGE = np.array([0.05] * len(MOVES) + [0.03] * len(SIGNS) + [0.002] * (len(CURVE) + 2))
#: Where the slopes on the signs, on the curve of the months and on the revision stand.
ON_SIGNS = slice(len(MOVES), len(MOVES) + len(SIGNS))
ON_CURVE = slice(ON_SIGNS.stop, ON_SIGNS.stop + len(CURVE))
ON_REVISION = ON_CURVE.stop
#: Losses are rounded within this share of the previous year's total.
ROUNDED = 0.001
#: Digits of the table: the search stops far below them.
DECIMALS = 3


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Past forecasts, one a row, with what became of them.

    Parameters
    ----------
    series, group
        Whose they are, as numbers.
    origin
        Place of the month in `MONTHS`.
    centre, moves, signs
        The members' combination; what may move it (1, m, drawdown, m drawdown); what its spread depends on.
    revision
        Size of the members' revision since the last December.
    curve
        1, m and m squared.
    done, total, previous
        Amounts.
    """

    series: Whole
    group: Whole
    origin: Whole
    centre: Numbers
    moves: Numbers
    signs: Numbers
    revision: Numbers
    curve: Numbers
    done: Numbers
    total: Numbers
    previous: Numbers

    def of(self, chosen: Flags) -> Cells:
        """Return some of them."""
        return Cells(**{name: values[chosen] for name, values in vars(self).items()})

    @property
    def strata(self) -> Whole:
        """Number of the group and month that each belongs to."""
        return np.asarray(np.unique(self.group * len(MONTHS) + self.origin, return_inverse=True)[1])

    @property
    def weights(self) -> Numbers:
        """What each counts in its stratum's mean: series count alike, and so do a series' years."""
        strata = self.strata
        _, own = np.unique(strata * (self.series.max() + 1) + self.series, return_inverse=True)
        weight = 1 / np.bincount(own)[own]
        return np.asarray(weight / np.bincount(strata, weight)[strata])


def quantiles(cells: Cells, theta: Numbers, widening: float = 1.0) -> tuple[Numbers, ...]:
    """Return the quantiles of the remainder, the spread, the t quantiles and their slope on the last of theta."""
    freedom = 2 + np.exp(theta[-1])
    t = stdtrit(freedom, LEVELS)
    step = 1e-4
    slope = (stdtrit(freedom + step, LEVELS) - stdtrit(freedom - step, LEVELS)) / (2 * step) * (freedom - 2)
    calm = np.exp(cells.signs @ theta[ON_SIGNS] + cells.curve @ theta[ON_CURVE])
    spread = widening * (calm + np.exp(theta[ON_REVISION]) * cells.revision)
    reach = np.clip(spread[:, None] * t, -FURTHEST, FURTHEST)
    return np.exp((cells.centre + cells.moves @ theta[: len(MOVES)])[:, None] + reach), spread, t, slope


def fit(cells: Cells, start: Numbers = PRIOR) -> Numbers:
    """Return the parameters that minimise the loss, in the order of `PRIOR`."""
    strata, weights = cells.strata, cells.weights / cells.previous
    count = int(strata.max()) + 1
    within = ROUNDED * cells.previous[:, None]

    def loss(theta: Numbers) -> tuple[float, Numbers]:
        rest, spread, t, slope = quantiles(cells, theta)
        missed = cells.total[:, None] - cells.done[:, None] - rest
        # the kink is rounded, so that the search ends at one place: |u| becomes u²/2h + h/2 within h
        side = np.clip(missed / within, -1.0, 1.0)
        size = side * missed - within * side**2 / 2 + within / 2
        pinball = (size + (2 * LEVELS - 1) * missed).mean(axis=1) / 2 * weights
        means = np.bincount(strata, pinball, count)
        share = weights / means[strata] / count / len(LEVELS)
        upwards = (
            share[:, None] * rest * (1 - side - 2 * LEVELS) / 2
        )  # the slope on the logs of the quantiles
        on_spread = (upwards * spread[:, None] * t).sum(axis=1)
        revised = np.exp(theta[ON_REVISION]) * cells.revision / spread
        on_centre = upwards.sum(axis=1)
        gradient = np.concatenate(
            [
                on_centre @ cells.moves,
                (on_spread * (1 - revised)) @ cells.signs,
                (on_spread * (1 - revised)) @ cells.curve,
                [on_spread @ revised],
                [(upwards * spread[:, None] * slope).sum()],
            ]
        )
        pull = theta - PRIOR
        return float(np.log(means).mean() + (RIDGE * pull**2).sum()), gradient + 2 * RIDGE * pull

    found = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-7, "maxiter": 500})
    if not found.success:
        sys.exit(f"the search did not end: {found.message}")
    return np.asarray(found.x)


def coverage(cells: Cells, theta: Numbers, widening: float) -> Numbers:
    """Return which totals fell inside the 80 % interval."""
    rest = quantiles(cells, theta, widening)[0] + cells.done[:, None]
    low, high = QUANTILES.index(0.1), QUANTILES.index(0.9)
    return np.asarray((cells.total >= rest[:, low]) & (cells.total <= rest[:, high]), dtype=float)


def widen(cells: Cells, theta: Numbers) -> float:
    """Return the factor on the spread with which groups left out are covered as often as said."""
    left_out = [
        (cells.of(cells.group == group), fit(cells.of(cells.group != group), theta))
        for group in np.unique(cells.group)
    ]

    def short(log_factor: float) -> float:
        inside = [own.weights * coverage(own, learnt, float(np.exp(log_factor))) for own, learnt in left_out]
        return float(np.mean([each.sum() / len(MONTHS) for each in inside])) - COVERED

    # coverage is a step function of the factor: the root is where it steps over
    return float(np.exp(brentq(short, -1.0, 2.0, xtol=1e-6)))


def pace(done: Numbers, rest: Numbers, month: Numbers) -> tuple[float, ...]:
    """Return the straight lines of the mean and of the log of the standard deviation of the change of pace."""
    fits = (done > 0) & (rest > 0)
    scale = np.array([month_scale(each) for each in MONTHS])
    ratio = np.where(fits, rest, 1.0) / (12 - month) / (np.where(fits, done, 1.0) / month)
    logs = [np.log(ratio[..., place])[fits[..., place]] for place in range(len(MONTHS))]
    mean = np.polyfit(scale, [each.mean() for each in logs], 1)
    spread = np.polyfit(scale, [np.log(each.std()) for each in logs], 1)
    return float(mean[1]), float(mean[0]), float(spread[1]), float(spread[0])


def cells_of(sight: Sight, group: Whole, pool: Flags, usual_miss: float) -> Cells:
    """Return the forecasts of the pool's series, where members and outcome are known."""
    evidence = weigh(sight, usual_miss)
    previous = np.hstack([np.full((len(group), 1), np.nan), sight.total[:, :-1]])
    # with one year before, no one-month error is known to learn from
    fits = np.isfinite(evidence.centre + evidence.signs.sum(axis=-1) + sight.rest + sight.reach)
    fits &= (pool[:, None] & (previous > 0) & (sight.history > 0))[..., None]
    row, year, origin = np.nonzero(fits)
    drawdown = sight.drawdown[fits]
    m = np.array([month_scale(month) for month in MONTHS])[origin]
    return Cells(
        series=row.astype(np.int64),
        group=group[row],
        origin=origin.astype(np.int64),
        centre=evidence.centre[fits],
        moves=np.stack([np.ones_like(m), m, drawdown, m * drawdown], axis=-1),
        signs=evidence.signs[fits],
        revision=np.abs(evidence.revision[fits]),
        curve=np.stack([np.ones_like(m), m, m**2], axis=-1),
        done=sight.done[fits],
        total=sight.total[row, year],
        previous=previous[row, year],
    )


def main(source: Path, target: Path) -> None:
    """Write the table."""
    panel = arrange(pd.read_csv(source))
    groups = sorted(set(panel.groups))
    if len(groups) < FEWEST_GROUPS:
        sys.exit(
            f"{source} holds {len(groups)} groups: with one left out, two others must be left to learn from"
        )
    sight = look(panel, MONTHS)
    group = np.array([groups.index(name) for name in panel.groups])
    missed = np.abs(misses(sight, sight.logs.mean(axis=-1, keepdims=True)))[..., 0]
    table = []
    for left_out in ["", *groups]:
        pool = np.array([name != left_out for name in panel.groups])
        usual_miss = float(np.nanmedian(missed[pool]))
        cells = cells_of(sight, group, pool, usual_miss)
        theta = fit(cells)
        paces = pace(sight.done[pool], sight.rest[pool], np.array(MONTHS))
        values = [
            usual_miss,
            *theta[:ON_REVISION],
            np.exp(theta[ON_REVISION]),
            2 + np.exp(theta[-1]),
            widen(cells, theta),
            *paces,
        ]
        table.append({"left_out": left_out, **dict(zip(NAMES, values, strict=True))})
        print(f"learnt without {left_out or 'nothing'}: {len(cells.done)} forecasts")
    pd.DataFrame(table).to_csv(target, index=False, float_format=f"%.{DECIMALS}f", lineterminator="\n")
    print(f"{len(table)} rows written to {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
