"""A line for each series and year, with the reason where an answer is thin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.errors import InsufficientDataError
from cityanalytics.issues import Issue, Message, Severity, untranslated
from cityanalytics.series.methods import QUANTILES
from cityanalytics.series.series import YEAR
from cityanalytics.series.yearend import Combination, RunRate

if TYPE_CHECKING:
    from collections.abc import Collection

    from cityanalytics.issues import Translate
    from cityanalytics.series.series import Flags, Panel
    from cityanalytics.series.yearend import YearEnds

#: What names an answer: a series and a year at the end of a month.
CELL = ["series_id", "year", "month"]
COLUMNS = tuple(f"p{round(level * 100):02d}" for level in QUANTILES)
#: With fewer complete earlier years the width rests on the pool more than on the series.
ENOUGH_YEARS = 3


def answers(
    panel: Panel,
    found: YearEnds,
    *,
    month: int,
    years: Collection[int] = (),
    translate: Translate = untranslated,
) -> pd.DataFrame:
    """Return the forecasts as a table: series_id, year, month, method, p05 … p95, issue.

    Parameters
    ----------
    panel, found
        The series, and what was forecast for every year at the end of `month`.
    years
        Only these; all that have the months where none is named.
    translate
        Language of the reasons.

    Raises
    ------
    InsufficientDataError
        No series has the months of a year.
    """
    chosen = whole_so_far(panel, month)
    calendar = panel.first_year + np.arange(chosen.shape[1])
    if not chosen.any():
        raise InsufficientDataError(
            Message.of("no series has all months from January to month {month} of any year", month=month)
        )
    lacking = sorted(set(years) - set(calendar[chosen.any(axis=0)].tolist()))
    if lacking:
        raise InsufficientDataError(
            Message.of(
                "no series has all months from January to month {month} of {years}: name other years or an "
                "earlier month",
                month=month,
                years=", ".join(map(str, lacking)),
            )
        )
    if years:
        chosen = chosen & np.isin(calendar, list(years))
    reasons = _Reasons(panel, found, month)
    rows = [
        {
            "series_id": panel.ids[row],
            "year": int(calendar[year]),
            "month": month,
            "method": reasons.method(row, year),
            **dict(zip(COLUMNS, found.quantiles[row, year].tolist(), strict=True)),
            "issue": "; ".join(reason.text(translate) for reason in reasons(row, year)),
        }
        for row, year in zip(*map(np.ndarray.tolist, np.nonzero(chosen)), strict=True)
    ]
    return pd.DataFrame(rows).sort_values(["series_id", "year"], kind="stable", ignore_index=True)


def whole_so_far(panel: Panel, month: int) -> Flags:
    """Return which years have all their months up to `month`, shape (rows, years)."""
    return np.asarray(panel.observed.reshape(panel.yearly.shape)[:, :, :month].all(axis=2))


def unanswered(panel: Panel, month: int) -> tuple[Issue, ...]:
    """Return a warning for each year without a forecast because a month before others is missing."""
    given = panel.observed.reshape(panel.yearly.shape)
    later = np.cumsum(panel.observed[:, ::-1], axis=1)[:, ::-1].reshape(given.shape) > 0
    missing = ~given & later
    missing[:, :, month:] = False
    issues = []
    for row, year in zip(*np.nonzero(missing.any(axis=2) & given.any(axis=2)), strict=True):
        months = ", ".join(str(place + 1) for place in np.flatnonzero(missing[row, year]))
        issues.append(
            Issue(
                severity=Severity.WARNING,
                code="YEAR_WITH_GAP",
                where=f"{panel.ids[row]} {panel.first_year + int(year)}",
                understood=Message.of("no forecast of this year: no value for month {months}", months=months),
                suggestion=Message.of("fill it in, or stand at an earlier month"),
            )
        )
    return tuple(issues)


class _Reasons:
    """Why an answer is thin, from what came before its origin alone."""

    def __init__(self, panel: Panel, found: YearEnds, month: int) -> None:
        self.month, self.found, self.panel = month, found, panel
        inside = np.isfinite(panel.amounts)
        self.bridged = np.cumsum(inside & ~panel.observed, axis=1)
        self.negative = np.cumsum(np.nan_to_num(panel.amounts) < 0, axis=1)

    def method(self, row: int, year: int) -> str:
        """Return what the answer rests on."""
        if self.found.by_combination[row, year]:
            return Combination.name
        return RunRate.name if self.found.by_pace[row, year] else "done"

    def __call__(self, row: int, year: int) -> list[Message]:
        """Return the reasons; none where the answer is as good as the method gives."""
        if self.month == YEAR:
            return []
        month = year * YEAR + self.month - 1
        method, history = self.method(row, year), int(self.found.history[row, year])
        reasons = []
        if method == RunRate.name and history:
            reasons.append(Message.of("nothing in the last year: the pace so far, as wide as in the pool"))
        elif method == RunRate.name:
            reasons.append(Message.of("no complete earlier year: the pace so far, as wide as in the pool"))
        elif method != Combination.name:
            reasons.append(Message.of("no amount so far to measure the rest by: what is done, no forecast"))
        elif history < ENOUGH_YEARS:
            reasons.append(
                Message.of("complete earlier years: {count}; the width is mostly the pool's", count=history)
            )
        if self.bridged[row, month]:
            reasons.append(
                Message.of(
                    "months missing before: {count}; the same month a year earlier stands in",
                    count=self.bridged[row, month],
                )
            )
        if self.panel.restarted[row]:
            reasons.append(Message.of("a gap of twelve months or more before: nothing earlier is used"))
        if self.negative[row, month]:
            reasons.append(Message.of("negative months so far: {count}", count=self.negative[row, month]))
        return reasons
