"""Stated periods become disjoint stretches of days: nothing counts twice, a day inside counts evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.programme.overlaps import hang_together

if TYPE_CHECKING:
    import datetime as dt


def segments(flows: pd.DataFrame, *, key: str, value: str) -> pd.DataFrame:
    """Turn stated periods into disjoint stretches of days.

    Of periods with the same first and last day the statement received last holds. Where a month is
    stated in part (1 to 22 September) and later in whole, the rest of the month is their difference.

    Parameters
    ----------
    flows
        `key`, ``unit``, ``file``, ``period_start``, ``period_end``, `value` and its cell, ``received``, ``position``.
    key, value
        The columns that name what is stated, and its value.

    Returns
    -------
    pandas.DataFrame
        In order of `key` and first day: `key`, ``unit``, ``file``, ``start``, ``end``, `value` and its cell.
    """
    stated, doubtful = _holding(flows.dropna(subset=[value]), key)
    first, end, amount = (stated[name].to_numpy() for name in ("period_start", "period_end", value))
    name = stated[key].to_numpy()
    part = np.zeros(len(stated), dtype=bool)  # of a period that was stated longer later
    part[1:] = (name[1:] == name[:-1]) & (first[1:] == first[:-1])
    start, own = first.copy(), amount.copy()
    after = np.flatnonzero(part)
    start[after] = end[after - 1] + np.timedelta64(1, "D")
    own[after] = amount[after] - amount[after - 1]
    stretches = pd.DataFrame(
        {
            key: stated[key],
            "unit": stated["unit"],
            "file": stated["file"],
            "start": start,
            "end": stated["period_end"],
            value: own,
            f"{value}_cell": stated[f"{value}_cell"],
        }
    )
    if not doubtful.empty:
        hung = hang_together(doubtful, key=key, value=value)
        stretches = pd.concat([stretches, hung] if len(stretches) else [hung], ignore_index=True)
        stretches = stretches.sort_values([key, "start"], kind="stable", ignore_index=True)
    return stretches


def done_by(stretches: pd.DataFrame, *, value: str, as_of: dt.date) -> pd.DataFrame:
    """Return stretches of days with what of them was done by the end of a day.

    Parameters
    ----------
    stretches
        As `segments` has them.
    value
        The column that counts evenly over the days.
    as_of
        The day to which ``done`` counts.

    Returns
    -------
    pandas.DataFrame
        The same with, before the cell, ``done`` (of `value`) and ``partly`` (bool: `as_of` lies inside).
    """
    start, end = (stretches[name].to_numpy() for name in ("start", "end"))
    length = _whole_days(end - start) + 1
    gone = np.maximum(_whole_days(np.datetime64(as_of) - start) + 1, 0)
    share = np.minimum(gone / length, 1.0)
    found = stretches.copy(deep=False)
    found.insert(6, "done", stretches[value] * share)
    found.insert(7, "partly", (share > 0) & (share < 1))
    return found


def _whole_days(span: np.ndarray) -> np.ndarray:
    return span.astype("timedelta64[D]").astype(np.int64)


def _holding(stated: pd.DataFrame, key: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the statements that hold, in order of key, first and last day; apart those of which some overlap.

    What overlaps has a column ``age`` beside, its place in order of receipt.
    """
    if stated.empty:
        return stated.reset_index(drop=True), stated
    group = pd.factorize(stated[key], sort=True)[0]
    start, end = (
        stated[name].to_numpy().astype("datetime64[D]").astype(np.int64)
        for name in ("period_start", "period_end")
    )
    age = np.empty(len(stated), dtype=np.int64)
    age[np.lexsort((stated["position"].to_numpy(), stated["received"].to_numpy()))] = np.arange(len(stated))
    order = np.lexsort((age, end, start, group))
    group, start, end = group[order], start[order], end[order]
    last = np.append((np.diff(group) != 0) | (np.diff(start) != 0) | (np.diff(end) != 0), True)
    order, group, start, end = order[last], group[last], start[last], end[last]
    # a period that begins inside another of its group, and not with the one before it
    reach = np.maximum.accumulate(end - end.min() + group * (np.ptp(end) + 1))
    crossing = np.zeros(len(order), dtype=bool)
    crossing[1:] = (
        (np.diff(group) == 0)
        & (start[1:] - end.min() + group[1:] * (np.ptp(end) + 1) <= reach[:-1])
        & (np.diff(start) != 0)
    )
    apart = np.isin(group, group[crossing])
    held = stated.take(order)
    return held[~apart].reset_index(drop=True), held[apart].assign(age=age[order[apart]])
