"""Restated history: what a later workbook says otherwise of a period that was stated before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import datetime as dt


def restatements(stated: pd.DataFrame, *, key: str, value: str, as_of: dt.date) -> pd.DataFrame:
    """List what was stated again with another value for the same period.

    Parameters
    ----------
    stated
        All statements by period, with ``note``, the remark of their workbook.
    key, value
        The columns that name what is stated, and its value (`value` has a column ``…_cell``).
    as_of
        Only periods that begin on or before it.

    Returns
    -------
    pandas.DataFrame
        A row a change of value, in order of receipt: `key`, the period, ``unit``, `value` and its cell, ``received``,
        ``quarter`` of the workbook that states it, the same of the statement before as ``old_…``, and ``note``: the
        unit's remark where the workbook before had it not, the one reason of its own that a workbook has room for.
    """
    keys = [key, "period_start", "period_end"]
    said = [value, f"{value}_cell", "quarter"]
    rows = stated[stated["period_start"] <= pd.Timestamp(as_of)].sort_values(
        ["received", "position"], kind="stable", ignore_index=True
    )
    earlier = rows.groupby(keys, observed=True)[[*said, "note"]].shift()
    changed = earlier[value].notna() & (earlier[value] != rows[value])
    table = rows[[*keys, "unit", *said, "received"]].assign(
        **{f"old_{name}": earlier[name] for name in said},
        note=rows["note"].where(rows["note"].notna() & (rows["note"] != earlier["note"])),
    )
    return table[changed].reset_index(drop=True)


def net(revisions: pd.DataFrame, *, key: str, value: str, after: dt.date) -> pd.DataFrame:
    """Keep of `restatements` what was received after a day, first old beside last new value.

    Returns
    -------
    pandas.DataFrame
        A row a period that now has another value than on that day: `key`, the period, ``unit``, ``old`` and ``new``
        (in the unit of `value`), ``old_cell`` and ``new_cell``, ``received``, ``quarter``, ``old_quarter``, ``note``.
    """
    keys = [key, "period_start", "period_end"]
    since = revisions[revisions["received"] > pd.Timestamp(after)]
    first = since.drop_duplicates(keys)[[*keys, f"old_{value}", f"old_{value}_cell", "old_quarter"]]
    last = since.drop_duplicates(keys, keep="last").drop(
        columns=[name for name in since if str(name).startswith("old_")]
    )
    table = last.merge(first, on=keys).rename(
        columns={
            value: "new",
            f"{value}_cell": "new_cell",
            f"old_{value}": "old",
            f"old_{value}_cell": "old_cell",
        }
    )
    return table[table["old"] != table["new"]].reset_index(drop=True)
