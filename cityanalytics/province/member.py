"""One city of a province: what its tables come to at two times, small enough to be kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from cityanalytics.calendar import quarter_end
from cityanalytics.errors import InsufficientDataError
from cityanalytics.issues import Message
from cityanalytics.outlook.forecast import forecast
from cityanalytics.outlook.parts import split
from cityanalytics.series.methods import YearTotal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityanalytics.programme.dates import Dates
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.workspace import Workspace

#: Columns of a city's projects that a province looks at.
PROJECTS = ("project", "unit", "category", "stage", "constraint", "responsible_person", "plan", "done")


@dataclass(frozen=True, kw_only=True)
class Member:
    """A city as a province takes it.

    Parameters
    ----------
    names
        Of the city, by language.
    terms
        Words of its data in other languages.
    as_of, known_on
        The day that its figures describe; the day by which they had been received.
    elapsed
        Share of the year that has passed.
    plan, done
        Of its programme (yuan).
    total
        The city's own forecast, as its `forecast` command gives it; None where nothing is done yet.
    projects
        How many it has.
    partial
        Whether anything that was expected of its units is missing.
    coverage
        What of its units came and did not, as in the record of its briefing.
    """

    names: Mapping[str, str]
    terms: Mapping[str, Mapping[str, str]]
    as_of: dt.date
    known_on: dt.date
    elapsed: float
    plan: float
    done: float
    total: YearTotal | None
    projects: int
    partial: bool
    coverage: Mapping[str, Any]

    @property
    def gap(self) -> float:
        """What it is short of elapsed-time progress (yuan; negative: ahead)."""
        return self.plan * self.elapsed - self.done

    def document(self) -> dict[str, Any]:
        """Return it as a JSON document."""
        made = asdict(self)
        total = made["total"] and {**made["total"], "as_of": self.as_of.isoformat()}
        return {
            **made,
            "as_of": self.as_of.isoformat(),
            "known_on": self.known_on.isoformat(),
            "total": total,
        }

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Member:
        """Return the city that a JSON document describes."""
        as_of = dt.date.fromisoformat(document["as_of"])
        total = document["total"] and YearTotal(**{**document["total"], "as_of": as_of})
        known_on = dt.date.fromisoformat(document["known_on"])
        return cls(**{**document, "as_of": as_of, "known_on": known_on, "total": total})


def dates_in(workspace: Workspace, *, as_of: dt.date | None, known_on: dt.date | None) -> Dates:
    """Return the two times at which a city stands in a province.

    Parameters
    ----------
    workspace
        Of the city.
    as_of
        The day that is wanted; a city that does not describe it is taken at the last day before it that it does.
        Without one, its last quarter's data date.
    known_on
        The day by which workbooks had been received; without one, all that came.

    Raises
    ------
    InsufficientDataError
        Nothing received by then describes a day so early.
    """
    described = workspace.described.quarters
    there = [
        name
        for name, quarter in described.items()
        if (known_on is None or quarter.received <= known_on) and (as_of is None or _begins(name) <= as_of)
    ]
    if not there:
        raise InsufficientDataError(
            Message.of(
                "no workbook received by {known_on} describes {as_of} or a day before it",
                known_on=known_on or "now",
                as_of=as_of or "any day",
            )
        )
    name = there[-1]
    usual = min(workspace.settings.data_date(name), described[name].last_day)
    day = usual if as_of is None or as_of > quarter_end(name) else min(as_of, described[name].last_day)
    return workspace.dates(name, day.isoformat(), "" if known_on is None else known_on.isoformat())


def _begins(quarter: str) -> dt.date:
    ended = quarter_end(quarter)
    return ended.replace(month=ended.month - 2, day=1)


def member_of(workspace: Workspace, dates: Dates) -> tuple[Member, pd.DataFrame]:
    """Return a city at two times, and its projects.

    Parameters
    ----------
    workspace
        Of the city.
    dates
        Checked against its tables.

    Returns
    -------
    Member
        The city.
    pandas.DataFrame
        A row a project: `PROJECTS`, ``p50`` and ``short`` (plan less p50; both yuan, missing without a forecast).

    Raises
    ------
    cityanalytics.errors.CityAnalyticsError
        It has no tables, or they are not those of what was received.
    """
    programme = workspace.snapshot(as_of=dates.as_of, known_on=dates.known_on)
    settings = workspace.settings
    total = _total(programme)
    rows = programme.projects[list(PROJECTS)].reset_index(drop=True)
    ends = pd.DataFrame({"project": rows["project"], "p50": float("nan"), "short": float("nan")})
    if total is not None:
        middle = split(programme.traced, total).paths("project", 0.5).iloc[:, -1]
        ends = ends.assign(p50=rows["project"].map(middle))
        ends["short"] = rows["plan"] - ends["p50"]
    used = {*rows["unit"], *rows["category"], *rows["constraint"].dropna()}
    return Member(
        names=dict(settings.city),
        terms={word: dict(texts) for word, texts in sorted(settings.terms.items()) if word in used},
        as_of=dates.as_of,
        known_on=dates.known_on,
        elapsed=programme.elapsed,
        plan=programme.plan,
        done=programme.done,
        total=total,
        projects=len(rows),
        partial=programme.coverage.partial,
        coverage=programme.coverage.document(),
    ), rows.merge(ends, on="project", how="left")


def _total(programme: Programme) -> YearTotal | None:
    try:
        return forecast(programme).total
    except InsufficientDataError:
        return None
