"""The course of a year's forecast: a point a data date, as reports state it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class Point:
    """A year's forecast as a report states it: its data date and quarter, the plan, and quantiles, in yuan."""

    as_of: dt.date
    quarter: str
    plan: float
    p10: float
    p50: float
    p90: float


def by_quarter(points: Sequence[Point]) -> list[Point]:
    """Return the last point of each quarter.

    Examples
    --------
    >>> import datetime as dt
    >>> plain = dict(quarter="2010Q1", plan=9e9, p10=8e9, p50=9e9, p90=1e10)
    >>> points = [Point(as_of=dt.date(2010, month, 1), **plain) for month in (2, 3)]
    >>> [point.as_of.month for point in by_quarter(points)]
    [3]
    """
    return list({point.quarter: point for point in points}.values())
