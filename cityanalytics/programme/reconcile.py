"""Stated against computed (勾稽关系): gaps are said openly, never closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.programme import progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from cityanalytics.programme.state import ProgrammeState


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """What does not add up by itself, and why.

    Parameters
    ----------
    unexplained
        Projects started, not completed, not on schedule: the gap between started and
        completed plus on schedule.
    below_quota
        Projects under way below their share of the plan.
    contradicted
        Those of `below_quota` whose unit says that they are on schedule.
    works_listed
        Completed works of the kinds that are listed one by one.
    projects_completed
        Completed projects, which the works are not to be confused with: one can bundle several.
    plan_original, plan
        Annual plan as approved and as in force (yuan).
    adjusted
        Projects whose plan was adjusted.
    totals
        Issues of stated totals that disagree with their rows.
    """

    unexplained: pd.DataFrame
    below_quota: pd.DataFrame
    contradicted: pd.DataFrame
    works_listed: int
    projects_completed: int
    plan_original: float
    plan: float
    adjusted: pd.DataFrame
    totals: pd.DataFrame


def listed_works(programme: ProgrammeState, listed: Iterable[str]) -> pd.DataFrame:
    """Return the items of the kinds that are listed one by one, as far as they are done and not only basically."""
    works = programme.traced_works
    return works[
        works["kind"].isin(set(listed)) & (works["completion"] != "basically completed") & (works["done"] > 0)
    ]


def reconcile(programme: ProgrammeState, *, listed: Iterable[str]) -> Reconciliation:
    """Hold the programme's parts against each other.

    Parameters
    ----------
    programme
        The programme at a date.
    listed
        Kinds of works that are listed one by one when completed.
    """
    works = listed_works(programme, listed)
    below = progress.below_quota(programme)
    projects = programme.traced
    return Reconciliation(
        unexplained=progress.unexplained(programme),
        below_quota=below,
        contradicted=below[below["schedule"] == "on schedule"].reset_index(drop=True),
        works_listed=round(works["done"].sum()),
        projects_completed=progress.stages(programme)["completed"],
        plan_original=float(projects["plan_original"].sum()),
        plan=programme.plan,
        adjusted=projects[projects["plan"] != projects["plan_original"]].reset_index(drop=True),
        totals=programme.issues[programme.issues["code"] == "TOTAL_MISMATCH"].reset_index(drop=True),
    )
