"""Funds (资金到位情况): planned, arrived, paid; who waits for money, and who has it and does not build."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from cityanalytics.programme.snapshot import Programme

#: A project that has spent less than this part of what has arrived, and is behind elapsed time, does not build.
IDLE = 0.5
#: One of whose planned funds less than this part has arrived waits, where it is behind.
ARRIVED = 0.9


def funds_of(funds: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Return funds by project and source, and what they say of the project.

    Parameters
    ----------
    funds
        Canonical funds, the last workbook of each unit.
    programme
        The programme.

    Returns
    -------
    pandas.DataFrame
        ``project``, ``unit``, ``source``, ``planned``, ``arrived``, ``paid``, ``missing`` (planned less arrived, never
        below zero; yuan), ``done`` (of the project, yuan), ``rule`` (of the project, all its sources together): ``waits
        for money`` (behind elapsed time, and less than nine tenths of the planned funds have arrived), ``has money and
        does not build`` (behind, enough has arrived, and less than half of what has arrived is built), else ``as
        planned``; ``cell``. The largest sums missing come first.
    """
    projects = programme.projects.set_index("project")
    rows = funds[funds["project"].isin(projects.index)].reset_index(drop=True)
    own = projects.reindex(rows["project"]).set_axis(rows.index)
    total = rows.groupby("project")[["planned", "arrived"]].transform("sum")
    behind = (own["gap"] > 0) | own["stage"].isin(["not started", "suspended"])
    open_ = own["stage"] != "completed"
    short = total["arrived"] < ARRIVED * total["planned"]
    # where money is short and hardly any of what came is built, money is not what holds it up
    idle = own["done"] < IDLE * total["arrived"]
    rule = np.select(
        [open_ & behind & idle, open_ & behind & short],
        ["has money and does not build", "waits for money"],
        "as planned",
    )
    found = rows.assign(
        unit=own["unit"],
        missing=(rows["planned"] - rows["arrived"]).clip(lower=0.0),
        done=own["done"],
        rule=pd.Series(rule, index=rows.index, dtype="str"),
        cell=rows["arrived_cell"],
    )
    columns = ["project", "unit", "source", "planned", "arrived", "paid", "missing", "done", "rule", "cell"]
    return found[columns].sort_values("missing", ascending=False, kind="stable", ignore_index=True)
