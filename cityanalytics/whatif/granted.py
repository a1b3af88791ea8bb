"""What it brings to grant what projects ask for: at once, a week later, and until when it still brings half."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.calendar import ONE_DAY
from cityanalytics.programme import progress
from cityanalytics.whatif.answer import Answer
from cityanalytics.whatif.levers import LiftLever, Scenario

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from cityanalytics.programme.state import ProgrammeState
    from cityanalytics.whatif.model import Model

WEEK = 7
#: What must be left of the gain on the latest day of a decision.
LEFT = 0.5
#: A gain below this is called none: it rounds to nothing where gains are shown (yuan).
NOTHING = 5e5


@dataclass(frozen=True, kw_only=True)
class Granted:
    """What the year gains once what holds projects up is lifted.

    Parameters
    ----------
    gained, points
        Lifted at once: what is added to the year in the mean of the paths (yuan), which adds up over groups of
        projects, and to the chance of the plan (fraction; NaN without a plan).
    waits
        How much less that is a week later (yuan).
    latest
        The last day on which at least half of it is left; None where nothing is gained.
    """

    gained: float
    points: float
    waits: float
    latest: dt.date | None


@dataclass(frozen=True, kw_only=True)
class Requests:
    """What is asked of leaders, and what granting it is worth.

    Parameters
    ----------
    first
        The first day on which what is granted can be lifted.
    projects
        The late and the not started projects that ask for something, the largest gap first: ``project``, ``office``
        (who decides; where none is configured, the constraint), ``gap`` and ``short`` (what is expected to be missing
        of its plan at the year's end; yuan), ``request``, ``responsible_person``, ``deadline``, ``overdue`` (days
        before `first`; NaN of what is not).
    offices
        By office, what gains most first, then what lacks most: ``office``, ``projects``, ``gap``, ``short``,
        ``request`` and ``responsible_person`` (of the largest gap), ``deadline`` (the first), ``gone`` (how many have
        passed), ``overdue`` (days of the first; NaN where none has passed), and where days are left ``gained``,
        ``points``, ``waits``, ``latest`` as of :class:`Granted`, and ``adds``: whether anything is gained.
    together
        All of them granted; None where nothing is asked or no day is left.
    """

    first: dt.date
    projects: pd.DataFrame
    offices: pd.DataFrame
    together: Granted | None

    @property
    def foremost(self) -> int | None:
        """How many are asked of the office where most is gained; None where nothing is asked or no day is left."""
        return None if self.together is None else int(self.offices["projects"].iloc[0])

    @property
    def nothing(self) -> int | None:
        """How many of them add nothing to this year; None where none is asked or no day is left."""
        return (
            None if self.together is None else int(self.offices.loc[~self.offices["adds"], "projects"].sum())
        )


def asked(model: Model, programme: ProgrammeState, offices: Mapping[str, str]) -> Requests:
    """Return what is asked of leaders, and what granting it is worth.

    Parameters
    ----------
    model
        The forecast, prepared.
    programme
        The same programme.
    offices
        Constraint to the office that decides on it.
    """
    first = progress.deciding_day(programme) + ONE_DAY
    rows = progress.held_up(programme).sort_values(["gap", "project"], ascending=[False, True])
    rows = rows[rows["request"].notna()].reset_index(drop=True)
    days = (pd.Timestamp(first) - ONE_DAY - rows["deadline"]).dt.days
    rows = rows.assign(
        office=rows["constraint"].map(lambda name: offices.get(name, name), na_action="ignore"),
        short=rows["project"].map(_short(model)).astype(float),
        overdue=days.where(days > 0).astype("Int64"),
    )
    found = rows.groupby("office", dropna=False, sort=False, observed=True)
    grouped = found.agg(
        projects=("project", "size"),
        gap=("gap", "sum"),
        short=("short", "sum"),
        request=("request", "first"),
        responsible_person=("responsible_person", "first"),
        deadline=("deadline", "min"),
        gone=("overdue", "count"),
        overdue=("overdue", "max"),
    ).reset_index()
    if rows.empty or not model.days:
        grouped = grouped.sort_values("short", ascending=False, kind="stable", ignore_index=True)
        return Requests(first=first, projects=rows, offices=grouped, together=None)
    members = [list(own["project"]) for _, own in found]
    worth = granted(model, [*members, list(rows["project"])], first=first)
    grouped = grouped.assign(
        gained=[one.gained for one in worth[:-1]],
        points=[one.points for one in worth[:-1]],
        waits=[one.waits for one in worth[:-1]],
        latest=pd.to_datetime(pd.Series([one.latest for one in worth[:-1]], dtype=object)),
    )
    grouped["adds"] = grouped["gained"] >= NOTHING
    order = grouped.assign(gains=grouped["gained"].where(grouped["adds"], 0.0))
    order = order.sort_values(["gains", "short"], ascending=False, kind="stable")
    return Requests(
        first=first,
        projects=rows,
        offices=grouped.loc[order.index].reset_index(drop=True),
        together=worth[-1],
    )


def granted(model: Model, groups: Sequence[Sequence[str]], *, first: dt.date) -> list[Granted]:
    """Return what the year gains by each group of projects that is freed from a day on.

    Parameters
    ----------
    model
        The forecast, prepared.
    groups
        Names of projects.
    first
        The day on which they are freed at once.
    """
    base = Answer(model=model, scenario=Scenario(name="base"))
    return [_granted(model, base, tuple(names), first) for names in groups]


def _granted(model: Model, base: Answer, projects: tuple[str, ...], first: dt.date) -> Granted:
    def lifted(after: int) -> Answer:
        lever = LiftLever(on=first + after * ONE_DAY, projects=projects)
        return Answer(model=model, scenario=Scenario(name="granted", lever=(lever,)))

    at_once = lifted(0)
    gained = at_once.mean_change
    known = at_once.probability is not None and base.probability is not None
    latest = None
    if gained >= NOTHING:
        most = max((model.days[-1] - first).days, 0)
        latest = first + _last(lambda after: lifted(after).mean_change >= LEFT * gained, most) * ONE_DAY
    return Granted(
        gained=gained,
        points=(at_once.probability or 0.0) - (base.probability or 0.0) if known else float("nan"),
        waits=gained - lifted(WEEK).mean_change,
        latest=latest,
    )


def _last(holds: Callable[[int], bool], most: int) -> int:
    """Return the last number to `most` of which something holds that holds of 0 and, once lost, never again."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _short(model: Model) -> dict[str, float]:
    """Return what each project is expected to miss of its plan at the year's end, over all paths (yuan)."""
    projects, base = model.projects, model.base
    missing = (projects["plan"] - projects["done"]).to_numpy()[:, None] - base.added
    return dict(zip(projects["project"], np.maximum(missing, 0.0).mean(axis=1), strict=True))
