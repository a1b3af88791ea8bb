"""The year's end from months of one's own: as `forecast-series` sees it, and between month-ends in proportion."""

from __future__ import annotations

import calendar
import math
from dataclasses import dataclass

import pandas as pd

from cityanalytics.calendar import year_end
from cityanalytics.errors import InsufficientDataError
from cityanalytics.issues import Message
from cityanalytics.series.learnt import parameters_without
from cityanalytics.series.methods import QUANTILES, YearTotal
from cityanalytics.series.series import YEAR, arrange
from cityanalytics.series.yearend import year_ends

MEDIAN, HIGH = QUANTILES.index(0.5), QUANTILES.index(0.9)


@dataclass(frozen=True, kw_only=True, eq=False)
class OwnMonths:
    """The members' combination on the city's own months, earlier years' and this year's.

    At a month's end the quantiles are those of ``forecast-series``. Inside a month, of which a share f of the days has
    gone, what is still to come of the month is ``(1 - f)`` of what was expected of it at the last month's end, by its
    share of the rest of earlier years; the rest of the year is seen from the end of the month so completed, and the
    spread lies between those of both month-ends, by f.

    Parameters
    ----------
    months
        Earlier years: ``year``, ``month`` and ``amount`` (yuan), in any order, with gaps.
    """

    months: pd.DataFrame
    name = "own months"

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
            Nothing has been done yet, or no earlier year is whole.
        """
        as_of, done = curve.index[-1].date(), float(curve.iloc[-1])
        if not 0 < done < math.inf:
            raise InsufficientDataError(
                Message.of("nothing is done by {as_of}: there is no pace to go by", as_of=as_of)
            )
        ends = curve.groupby(curve.index.month).last()  # type: ignore[attr-defined] # its index is of days
        own = ends.diff().fillna(ends.iloc[0]).to_list()
        remainder, spread = self._to_come(as_of.year, own, gone=as_of.day / _days(as_of.year, as_of.month))
        left = (year_end(as_of) - as_of).days
        return YearTotal(
            as_of=as_of,
            done=done,
            target=target,
            remainder=remainder if left else 0.0,
            spread=spread if left else 0.0,
            freedom=parameters_without("").freedom,
            method=self.name,
            reference_class=OWN_MONTHS,
            ceiling=ceiling,
        )

    def serves(self, year: int) -> bool:
        """Tell whether a year can be forecast from these months: they reach the year before, and a year is whole."""
        return not self.months.empty and self._stand(year, [1.0]) is not None

    def _to_come(self, year: int, own: list[float], *, gone: float) -> tuple[float, float]:
        """Return median and spread of what is still to come; a share `gone` of the last month's days has gone."""
        month, before = len(own), None
        if gone < 1:
            before = self._stand(year, own[:-1]) if month > 1 else None
            expected = own[-1] / gone - own[-1]
            if before is not None:
                expected = (1 - gone) * self._share_of_rest(year, month) * before[0]
            own = [*own[:-1], own[-1] + expected]
        else:
            expected = 0.0
        here = (0.0, before[1] if before else 0.0) if month == YEAR else self._stand(year, own)
        if here is None:
            raise InsufficientDataError(Message.of("no earlier year has all its months"))
        spread = here[1] if before is None else gone * here[1] + (1 - gone) * before[1]
        return here[0] + expected, spread

    def _stand(self, year: int, own: list[float]) -> tuple[float, float] | None:
        """Return median and spread of the rest of the year from a month's end; None without a whole year before."""
        from scipy.special import stdtrit

        this = pd.DataFrame({"year": year, "month": range(1, len(own) + 1), "amount": own})
        earlier = self.months.loc[self.months["year"] < year, ["year", "month", "amount"]]
        table = pd.concat([earlier, this], ignore_index=True).rename(columns={"amount": "value"})
        panel = arrange(table.assign(series_id="own", group=""))
        found = year_ends(panel, len(own))
        at = len(panel.ids) - 1, year - panel.first_year
        if not found.by_combination[at]:
            return None
        rest = found.quantiles[at] - sum(own)
        reach = float(stdtrit(parameters_without("").freedom, QUANTILES[HIGH]))
        return float(rest[MEDIAN]), math.log(rest[HIGH] / rest[MEDIAN]) / reach

    def _share_of_rest(self, year: int, month: int) -> float:
        """Return which share of the rest of the year the month was, of all earlier years that have these months."""
        earlier = self.months[(self.months["year"] < year) & (self.months["month"] >= month)]
        counts = earlier.groupby("year")["month"].transform("nunique")
        rest = earlier[counts == YEAR - month + 1]
        whole = float(rest["amount"].sum())
        here = float(rest.loc[rest["month"] == month, "amount"].sum())
        return min(max(here / whole, 0.0), 1.0) if whole > 0 else 1 / (YEAR - month + 1)


#: In the place of a reference class: the city's own months.
OWN_MONTHS = "own_months"


def _days(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
