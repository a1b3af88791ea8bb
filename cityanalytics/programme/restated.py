"""Restated history: what a later workbook says otherwise of a period that was stated before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import datetime as dt


def restatements(
    stated: pd.DataFrame, *, key: str, value: str, as_of: dt.date, notes: pd.DataFrame | None = None
) -> pd.DataFrame:
    """List what was stated again with another value for the same period.

    Parameters
    ----------
    stated
        All statements by period, with ``note``, the remark of their workbook, unless `notes` has it.
    key, value
        The columns that name what is stated, and its value (`value` has a column ``…_cell``).
    as_of
        Only periods that begin on or before it.
    notes
        ``file``, `key` and ``note``.

    Returns
    -------
    pandas.DataFrame
        A row a change of value, in order of receipt: `key`, the period, ``unit``, `value` and its cell, ``received``,
        ``quarter`` of the workbook that states it, the same of the statement before as ``old_…``, and ``note``: the
        unit's remark where the workbook before had it not, the one reason of its own that a workbook has room for.
    """
    keys = [key, "period_start", "period_end"]
    rows = stated[stated["period_start"] <= pd.Timestamp(as_of)]
    # nearly all periods are stated once: only the others are looked into
    name = pd.factorize(rows[key])[0]
    periods = pd.DataFrame({"name": name, "start": rows["period_start"], "end": rows["period_end"]})
    again = periods.duplicated(keep=False).to_numpy()
    rows, name = rows[again], name[again]
    if notes is not None:
        remarks = notes.loc[notes["file"].isin(rows["file"].unique()), ["file", key, "note"]]
        rows = rows.merge(remarks.drop_duplicates(["file", key], keep="last"), on=["file", key], how="left")
    received, position = rows["received"].to_numpy(), rows["position"].to_numpy()
    order = np.lexsort(
        (position, received, rows["period_end"].to_numpy(), rows["period_start"].to_numpy(), name)
    )
    now, before = rows.iloc[order[1:]], rows.iloc[order[:-1]]
    same = name[order[1:]] == name[order[:-1]]
    for column in (*keys[1:], value):
        new, old = now[column].to_numpy(), before[column].to_numpy()
        same &= (new == old) if column != value else (old == old) & (old != new)  # noqa: PLR0124 - what is missing equals nothing
    now, before = now[same], before[same]
    said = [value, f"{value}_cell", "quarter"]
    note, earlier = now["note"], before["note"].set_axis(now.index)
    table = now[[*keys, "unit", *said, "received"]].assign(
        **{f"old_{column}": before[column].array for column in said},
        note=note.where(note.notna() & (note != earlier)),
    )
    by_receipt = np.lexsort((order[1:][same], position[order[1:][same]], received[order[1:][same]]))
    found: pd.DataFrame = table.iloc[by_receipt].reset_index(drop=True)
    return found


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
