"""Stated periods become disjoint stretches of days: nothing counts twice, a day inside counts evenly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import datetime as dt


def segments(flows: pd.DataFrame, *, key: str, value: str, as_of: dt.date) -> pd.DataFrame:
    """Turn stated periods into disjoint stretches of days.

    Of periods with the same first and last day the statement received last holds. Where a month is
    stated in part (1 to 22 September) and later in whole, the rest of the month is their difference.
    """
    stated = flows.dropna(subset=[value]).sort_values(["received", "position"])
    stated = _without_overlaps(stated, key).drop_duplicates([key, "period_start", "period_end"], keep="last")
    stated = stated.sort_values([key, "period_start", "period_end"])
    earlier = stated.groupby([key, "period_start"], observed=True)[["period_end", value]].shift()
    start = (earlier["period_end"] + pd.Timedelta(days=1)).fillna(stated["period_start"])
    amount = stated[value] - earlier[value].fillna(0.0)
    length = (stated["period_end"] - start).dt.days + 1
    gone = ((pd.Timestamp(as_of) - start).dt.days + 1).clip(lower=0)
    share = np.minimum(gone / length, 1.0)
    return pd.DataFrame(
        {
            key: stated[key],
            "unit": stated["unit"],
            "file": stated["file"],
            "start": start,
            "end": stated["period_end"],
            value: amount,
            "done": amount * share,
            "partly": (share > 0) & (share < 1),
            f"{value}_cell": stated[f"{value}_cell"],
        }
    ).reset_index(drop=True)


def _without_overlaps(stated: pd.DataFrame, key: str) -> pd.DataFrame:
    """Drop what was stated earlier for days that a later statement cuts otherwise: a quarter, then its months.

    Parameters
    ----------
    stated
        In the order of receipt.
    """
    if stated.empty:
        return stated
    keys = [key, "period_start", "period_end"]
    periods = stated.drop_duplicates(keys, keep="last").sort_values(keys)
    reach = periods.groupby(key, observed=True)["period_end"].transform(lambda ends: ends.cummax().shift())
    first = periods.groupby(key, observed=True)["period_start"].transform(lambda starts: starts.shift())
    crossing = periods.loc[(periods["period_start"] <= reach) & (periods["period_start"] != first), key]
    if crossing.empty:
        return stated
    dropped = []
    for _, rows in stated[stated[key].isin(crossing)].groupby(key, observed=True):
        kept: list[tuple[pd.Timestamp, pd.Timestamp]] = []
        latest_first = rows.iloc[::-1]
        places = zip(
            latest_first.index, latest_first["period_start"], latest_first["period_end"], strict=True
        )
        for index, start, end in places:
            if any(start <= last and first <= end and start != first for first, last in kept):
                dropped.append(index)
            else:
                kept.append((start, end))
    return stated.drop(index=dropped)
