"""The bridge: from the last forecast to this one, one thing changed at a time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.programme.progress import ceiling, cumulative, curve

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.series.methods import YearTotal

    Method = Callable[[pd.Series, float, float], YearTotal]

#: What is changed, in this order.
CAUSES = ("method", "scope", "revised", "actuals")


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """The last forecast.

    Parameters
    ----------
    as_of, known_on
        Its two times.
    published_on
        Day of publishing; None for a hindcast, which is computed now as it would have been known then.
    done, target, p10, p50, p90
        In yuan.
    probability
        Of reaching the plan; None where there was none.
    """

    as_of: dt.date
    known_on: dt.date
    published_on: dt.date | None
    done: float
    target: float
    p10: float
    p50: float
    p90: float
    probability: float | None

    @classmethod
    def hindcast(cls, forecast: YearTotal, known_on: dt.date) -> Earlier:
        """Return a forecast made now for an earlier day."""
        p10, p50, p90 = (forecast.quantile(level) for level in (0.1, 0.5, 0.9))
        return cls(
            as_of=forecast.as_of, known_on=known_on, published_on=None, done=forecast.done,
            target=forecast.target, p10=p10, p50=p50, p90=p90, probability=forecast.probability,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """Why a forecast moved.

    Parameters
    ----------
    earlier
        The last forecast.
    medians, probabilities
        Five levels each, in yuan and as fractions (None without a plan): as last said, then after each of
        `CAUSES`; the last is this forecast's.
    added, removed
        Count of projects that came into the programme, and that left it.
    """

    earlier: Earlier
    medians: tuple[float, ...]
    probabilities: tuple[float | None, ...]
    added: int
    removed: int

    def median_steps(self, unit: float = 1.0) -> dict[str, int]:
        """Return by cause how far the median moved, in whole `unit` (yuan)."""
        return steps(self.medians, unit)

    def probability_steps(self, unit: float = 0.01) -> dict[str, int] | None:
        """Return by cause how far the probability moved, in whole `unit`; None where a level has no plan."""
        levels = tuple(level for level in self.probabilities if level is not None)
        return steps(levels, unit) if len(levels) == len(self.probabilities) else None


def steps(levels: tuple[float, ...], unit: float) -> dict[str, int]:
    """Return the differences of levels, each rounded half up to whole units first, by cause.

    The differences of whole numbers add up exactly to the last level less the first, as both are shown.

    Parameters
    ----------
    levels
        Five levels, the first before any change.
    unit
        What is shown as one.

    Examples
    --------
    >>> steps((90.44, 90.44, 90.46, 91.0, 93.55), 0.1)
    {'method': 0, 'scope': 1, 'revised': 5, 'actuals': 26}
    """
    whole = [rounded(level, unit) for level in levels]
    return {cause: after - before for cause, before, after in zip(CAUSES, whole, whole[1:], strict=False)}


def rounded(value: float, unit: float) -> int:
    """Return a value in whole units, rounded half up as it is shown."""
    exact = Decimal(repr(float(value))) / Decimal(repr(float(unit)))
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def bridge(*, earlier: Earlier, then: Programme, now: Programme, method: Method) -> Bridge:
    """Walk from the last forecast to this one, changing one thing at a time.

    Today's method stands first on what was known then, then on the programme's scope of now, then on the amounts
    of the same earlier days as known now, then on this data date. What is left out of an earlier step is part of
    no other, so the steps add up to the whole difference.

    Parameters
    ----------
    earlier
        The last forecast as it was said.
    then
        The programme at the last forecast's two times.
    now
        The programme that this forecast stands on.
    method
        Forecasts the year from a cumulative curve (yuan at the end of each day), a target and a ceiling (yuan).

    Raises
    ------
    InsufficientDataError
        On some step nothing is done yet.
    """
    kept = then.segments["project"].isin(now.traced["project"])
    joined = ~now.traced["project"].isin(then.traced["project"])
    added = now.segments["project"].isin(now.traced.loc[joined, "project"])
    in_scope = pd.concat([then.segments[kept], now.segments[added]], ignore_index=True)
    walked = [
        method(curve(then), then.plan, ceiling(then)),
        method(cumulative(in_scope, value="amount", last=then.as_of), now.plan, ceiling(now)),
        method(cumulative(now.segments, value="amount", last=then.as_of), now.plan, ceiling(now)),
        method(curve(now), now.plan, ceiling(now)),
    ]
    return Bridge(
        earlier=earlier,
        medians=(earlier.p50, *(forecast.quantile(0.5) for forecast in walked)),
        probabilities=(earlier.probability, *(forecast.probability for forecast in walked)),
        added=int(joined.sum()),
        removed=int((~then.traced["project"].isin(now.traced["project"])).sum()),
    )
