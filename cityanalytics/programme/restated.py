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
    names = [key, "period_start", "period_end", "unit", value, f"{value}_cell", "quarter", "received"]
    begun = np.flatnonzero(stated["period_start"].to_numpy() <= np.datetime64(as_of))
    group = pd.factorize(stated[key])[0][begun]
    start, end, received, position, amount = (
        stated[name].to_numpy()[begun]
        for name in ("period_start", "period_end", "received", "position", value)
    )
    # statements of one period stand together, as they were received
    order = np.lexsort((position, received, end, start, group))
    group, start, end, amount = group[order], start[order], end[order], amount[order]
    same = (np.diff(group) == 0) & (start[1:] == start[:-1]) & (end[1:] == end[:-1])
    changed = np.flatnonzero(same & ~np.isnan(amount[:-1]) & (amount[1:] != amount[:-1])) + 1
    changed = changed[np.lexsort((begun[order[changed]], position[order[changed]], received[order[changed]]))]
    now, before = (
        stated[names].take(begun[order[place]]).reset_index(drop=True) for place in (changed, changed - 1)
    )
    files = stated["file"].take(begun[order[np.concatenate([changed, changed - 1])]])
    remarks = _notes(stated if notes is None else notes, files, pd.concat([now[key], before[key]]))
    note, earlier = remarks.iloc[: len(now)], remarks.iloc[len(now) :].reset_index(drop=True)
    return now.assign(
        **{f"old_{name}": before[name] for name in (value, f"{value}_cell", "quarter")},
        note=note.where(note.notna() & (note != earlier)),
    )


def _notes(notes: pd.DataFrame, files: pd.Series, names: pd.Series) -> pd.Series:
    """Return the remark of each file on each name."""
    if files.empty:
        return pd.Series(dtype=notes["note"].dtype)
    some = notes[notes["file"].isin(files.unique())]
    known = pd.Index(some["file"].astype(object) + "\0" + some[names.name].astype(object))
    last = ~known.duplicated(keep="last")
    place = known[last].get_indexer(files.astype(object).to_numpy() + "\0" + names.astype(object).to_numpy())
    return some["note"][last].set_axis(range(last.sum())).reindex(place).reset_index(drop=True)


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
