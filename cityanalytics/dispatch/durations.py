"""Typical durations: how long projects of a kind took here, or are approved to take where too few have ended."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

#: So many projects of a kind say how long one takes.
ENOUGH = 8
#: Of such projects: the quickest quarter is done by the first, half of them by the second.
QUARTILES = {"quick": 0.25, "typical": 0.5, "slow": 0.75}


@dataclass(frozen=True, kw_only=True)
class SuchProjects:
    """Projects whose durations are taken together.

    Parameters
    ----------
    basis
        What they are called: ``finished: category and size``, ``finished: category``, ``finished: size``,
        ``finished: all``, ``approved: category``, ``approved: all``.
    keys
        Columns that they share.
    finished
        Whether durations are those that finished projects took, or those that are approved.
    """

    basis: str
    keys: tuple[str, ...]
    finished: bool


#: From the nearest kind to the widest.
GROUPS = (
    SuchProjects(basis="finished: category and size", keys=("category", "size"), finished=True),
    SuchProjects(basis="finished: category", keys=("category",), finished=True),
    SuchProjects(basis="finished: size", keys=("size",), finished=True),
    SuchProjects(basis="finished: all", keys=(), finished=True),
    SuchProjects(basis="approved: category", keys=("category",), finished=False),
    SuchProjects(basis="approved: all", keys=(), finished=False),
)


def typical_durations(projects: pd.DataFrame, *, took: pd.Series, approved: pd.Series) -> pd.DataFrame:
    """Return for each project how long such a project takes.

    Finished projects of a year are the quicker ones of those begun, so what they took is rather too short than too
    long: a project that is impossible by them is so all the more.

    Parameters
    ----------
    projects
        ``category`` and ``total_investment``.
    took
        Days worked from start to finish of the finished ones, missing of others.
    approved
        Days worked from planned start to planned finish.

    Returns
    -------
    pandas.DataFrame
        ``quick``, ``typical``, ``slow`` (quartiles, days worked), ``basis`` (whose they are) and ``cases`` (how many);
        of the nearest kind that has at least eight, else of those approved, missing where nothing is known. ``size`` is
        ``small`` or ``large``, below or from the median of total investment.
    """
    total = projects["total_investment"]
    size = pd.Series(np.where(total < total.median(), "small", "large"), index=projects.index)
    keyed = pd.DataFrame({"category": projects["category"].astype(str), "size": size, "all": ""})
    found = pd.DataFrame(np.nan, index=projects.index, columns=[*QUARTILES, "cases"]).assign(basis="")
    for group in GROUPS:
        keys = [*group.keys] or ["all"]
        days = took if group.finished else approved
        known = keyed[days.notna()].assign(days=days)
        least = ENOUGH if group.finished or group.keys else 1
        groups = known.groupby(keys)["days"]
        table = pd.DataFrame({name: groups.quantile(level) for name, level in QUARTILES.items()})
        table["cases"] = groups.size().astype(float)
        own = keyed[keys].merge(table[table["cases"] >= least], left_on=keys, right_index=True, how="left")
        fills = found["typical"].isna() & own["typical"].notna()
        found.loc[fills, [*QUARTILES, "cases"]] = own.loc[fills, [*QUARTILES, "cases"]]
        found.loc[fills, "basis"] = group.basis
    return found.assign(size=size)
