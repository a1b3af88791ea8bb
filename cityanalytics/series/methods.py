"""Methods: a programme's curve in, the year-end total as a distribution out."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cityanalytics.calendar import year_end
from cityanalytics.errors import InsufficientDataError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    import datetime as dt

    import pandas as pd

    from cityanalytics.series.pool import Reference

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)


@dataclass(frozen=True, kw_only=True)
class YearTotal:
    """Where the year ends: what is done plus a log-t distributed remainder.

    Parameters
    ----------
    as_of
        Data date.
    done
        Investment to date (yuan).
    target
        Annual plan (yuan).
    remainder
        Median of what is still to come (yuan).
    spread
        Scale of the log of the remainder; 0 when no day is left.
    freedom
        Degrees of freedom of the t distribution.
    method, reference_class
        Names, shown wherever the forecast is.
    ceiling
        What the year cannot come to more than (yuan): the total investment of all projects.
    """

    as_of: dt.date
    done: float
    target: float
    remainder: float
    spread: float
    freedom: float
    method: str
    reference_class: str
    ceiling: float = math.inf

    def quantile(self, level: float) -> float:
        """Return the year-end total that is not exceeded with probability `level` (yuan)."""
        # SciPy takes 0.3 s to import: only where a forecast is made
        from scipy.special import stdtrit

        free = self.done + self.remainder * math.exp(self.spread * float(stdtrit(self.freedom, level)))
        return max(self.done, min(free, self.ceiling))

    @property
    def probability(self) -> float | None:
        """Probability of reaching the target; None without a plan, 0 or 1 only where it is certain."""
        from scipy.special import stdtr

        if not self.target > 0:
            return None
        missing = self.target - self.done
        if missing <= 0:
            return 1.0
        if self.target > self.ceiling:
            return 0.0
        if not self.remainder or not self.spread:
            return float(self.remainder >= missing)
        chance = float(stdtr(self.freedom, (math.log(self.remainder) - math.log(missing)) / self.spread))
        return min(max(chance, sys.float_info.min), 1.0 - sys.float_info.epsilon)

    def path(self, level: float) -> tuple[tuple[dt.date, float], tuple[dt.date, float]]:
        """Return the two ends of the straight path from the data date to the year-end quantile."""
        return (self.as_of, self.done), (year_end(self.as_of), self.quantile(level))

    def at_pace(self, factor: float) -> YearTotal:
        """Return the forecast with the daily pace after the data date multiplied by `factor`."""
        return replace(self, remainder=self.remainder * factor)


@dataclass(frozen=True, kw_only=True)
class PaceOfClass:
    """The achieved pace, changed as the reference class's pace changes from such a day on.

    The remainder is ``achieved pace x days left x exp(m + s t)``, where m and s are the class's mean and
    standard deviation of ``log(pace after / pace so far)`` and t follows Student's distribution with one
    degree of freedom fewer than the class has series; s is widened by ``sqrt(1 + 1/n)`` for the
    class's own mean being estimated (prediction interval of a normal sample; Hahn & Meeker 1991, 4.1).

    Assumption: the city's pace changes like that of a member of the class that is not in it.
    """

    reference: Reference
    name = "pace of a reference class"

    def __call__(self, curve: pd.Series, *, target: float, ceiling: float = math.inf) -> YearTotal:
        """Forecast the year's total.

        Parameters
        ----------
        curve
            Cumulative amount (yuan) at the end of each day from 1 January to the data date.
        target
            Annual plan (yuan).
        ceiling
            What the year cannot come to more than (yuan).

        Raises
        ------
        InsufficientDataError
            Nothing has been done yet, so there is no pace.
        """
        as_of = curve.index[-1].date()
        done = float(curve.iloc[-1])
        if not 0 < done < math.inf:
            raise InsufficientDataError(
                Message.of("nothing is done by {as_of}: there is no pace to go by", as_of=as_of)
            )
        left = (year_end(as_of) - as_of).days
        count = self.reference.series
        return YearTotal(
            as_of=as_of,
            done=done,
            target=target,
            remainder=done / len(curve) * left * math.exp(self.reference.mean),
            spread=self.reference.sd * math.sqrt(1 + 1 / count) if left else 0.0,
            freedom=count - 1,
            method=self.name,
            reference_class=self.reference.name,
            ceiling=ceiling,
        )
