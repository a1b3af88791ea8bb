"""The programme at a data date, as known on a day: the only thing that analyses take.

Two times are kept apart. *As of* is the day that figures describe; *known on* is the day by which
the workbooks had been received. Rows received later are not seen at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from cityanalytics.calendar import quarter_of
from cityanalytics.errors import InsufficientDataError
from cityanalytics.issues import Message
from cityanalytics.programme import frames
from cityanalytics.programme.counting import Books, names_of, of_last_unit
from cityanalytics.programme.coverage import Coverage
from cityanalytics.programme.known import Known
from cityanalytics.programme.segments import done_by
from cityanalytics.programme.state import ProgrammeState

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from cityanalytics.programme.known import Tables

#: The tables of which the unit's last workbook counts.
SHEETS = ("projects", "plans", "status", "demolition", "works")
#: What a unit last said of a project; each has a ``…_cell`` beside it.
STATED = ("schedule", "physical_progress", "constraint", "difficulty", "request", "deadline")


class Snapshot(Protocol):
    """Gives the programme at two times: all else is settled."""

    def __call__(self, *, as_of: dt.date, known_on: dt.date) -> Programme:
        """Return the programme as of a day, as known on another."""


@dataclass(frozen=True, kw_only=True)
class Programme(ProgrammeState):
    """The year's programme, frozen at two times: as of a day, as known on another.

    Its frames hold one row a thing, and say in ``attrs["units"]`` what their columns are measured in; the cells stand
    beside, in frames of the same index.

    Attributes
    ----------
    as_of, known_on
        The day that figures describe; the day by which they had been received (datetime.date).

    Examples
    --------
    >>> programme = ca.programme(workspace, "2010Q3")
    >>> print(f"{programme.projects['done'].sum() / 1e8:.1f}")
    62.0
    >>> programme.projects.attrs["units"]["behind"]
    'fraction of the plan'
    """

    @property
    def projects(self) -> pd.DataFrame:
        """One row a project.

        Returns
        -------
        pandas.DataFrame
            ``project``, ``unit``, ``category``, ``town`` (missing where workbooks name none), ``stage``, ``plan`` (in
            force, yuan), ``plan_original``, ``done`` (yuan, to the data date), ``share`` of the plan, ``behind``
            (elapsed share of the year less `share`), ``gap`` (yuan short of elapsed-time progress; negative: ahead),
            ``planned_start``, ``planned_finish``, ``actual_start``, ``actual_finish``, ``total_investment`` (yuan),
            ``physical_progress`` (fraction), ``constraint``, ``request``, ``responsible_person``.

        Examples
        --------
        >>> behind = programme.projects.query("stage != 'completed' and gap > 0").sort_values("gap", ascending=False)
        >>> len(behind)
        89
        """
        return frames.with_units(self._projects, frames.PROJECTS)

    @cached_property
    def _projects(self) -> pd.DataFrame:
        return frames.projects(self)

    @property
    def projects_cells(self) -> pd.DataFrame:
        """The ``file!sheet!cell`` that each column of `projects` was read from, row by row; of ``done`` all of them.

        Examples
        --------
        >>> len(programme.projects_cells) == len(programme.projects)
        True
        """
        return frames.projects_cells(self)

    @property
    def monthly(self) -> pd.DataFrame:
        """One row a project and month in which something was done.

        Returns
        -------
        pandas.DataFrame
            ``month`` (its first day), ``project``, ``unit``, ``category``, ``town``, ``amount`` (yuan of the days of
            the month up to the data date; what is stated of a longer stretch counts evenly over its days).

        Examples
        --------
        >>> monthly = programme.monthly
        >>> bool(abs(monthly["amount"].sum() - programme.done) < 1)
        True
        """
        return frames.with_units(self._monthly, frames.MONTHLY)

    @cached_property
    def _monthly(self) -> pd.DataFrame:
        return frames.monthly(self, self._projects)

    @property
    def sites(self) -> pd.DataFrame:
        """One row a demolition site.

        Returns
        -------
        pandas.DataFrame
            ``site``, ``kind``, ``unit``, ``planned``, ``done`` (square metres), ``share`` of the planned area,
            ``started``, ``planned_finish``, ``responsible_person``.

        Examples
        --------
        >>> bool(programme.sites.groupby("kind")["done"].sum().gt(0).all())
        True
        """
        return frames.sites(self)

    @property
    def sites_cells(self) -> pd.DataFrame:
        """The ``file!sheet!cell`` that ``planned`` and ``done`` of `sites` were read from, row by row; of ``done`` all.

        Examples
        --------
        >>> len(programme.sites_cells) == len(programme.sites)
        True
        """
        return frames.sites_cells(self)

    @property
    def works(self) -> pd.DataFrame:
        """One row an item of physical work, as last reported on or before the data date.

        Returns
        -------
        pandas.DataFrame
            ``project``, ``unit``, ``kind``, ``measure`` (``count``, ``metres`` or ``square metres``), ``planned`` and
            ``done`` (both in the row's measure), ``completion`` (``completed``, ``basically completed``, ``under
            construction``, ``not started``; missing where not said).

        Examples
        --------
        >>> works = programme.works
        >>> bool((works["done"] >= 0).all())
        True
        """
        return frames.with_units(self.traced_works[list(frames.WORKS)], frames.WORKS)

    @property
    def works_cells(self) -> pd.DataFrame:
        """The ``file!sheet!cell`` that ``planned``, ``done`` and ``completion`` of `works` were read from, row by row.

        Examples
        --------
        >>> len(programme.works_cells) == len(programme.works)
        True
        """
        return frames.cells_of(self.traced_works, frames.WORKS)

    @property
    def history(self) -> pd.DataFrame:
        """One row an earlier year that workbooks state.

        Returns
        -------
        pandas.DataFrame
            ``year`` (int64) and ``amount``, its whole investment (yuan), in order of years.

        Examples
        --------
        >>> programme.history["year"].tolist()
        [2008, 2009]
        """
        return frames.with_units(self.traced_history[list(frames.HISTORY)], frames.HISTORY)

    @property
    def history_months(self) -> pd.DataFrame:
        """One row a month of an earlier year that workbooks state, by itself or with one or two beside it.

        Returns
        -------
        pandas.DataFrame
            ``year``, ``month`` (int64) and ``amount`` (yuan; of a longer stretch evenly over its days), in their order.

        Examples
        --------
        >>> len(programme.history_months)
        0
        """
        return frames.history_months(self)

    @property
    def history_cells(self) -> pd.DataFrame:
        """The ``file!sheet!cell`` that ``amount`` of `history` was read from, row by row.

        Examples
        --------
        >>> len(programme.history_cells) == len(programme.history)
        True
        """
        return frames.cells_of(self.traced_history, frames.HISTORY)

    @property
    def reconciliation(self) -> pd.DataFrame:
        """What is stated twice: one row a pair of statements that a reader may take for the same.

        Returns
        -------
        pandas.DataFrame
            ``what``, ``first``, ``second``, ``difference``, ``unit``.

        Examples
        --------
        >>> float(programme.reconciliation.loc[0, "difference"])
        30.0
        """
        listed = (
            [] if self.source is None else [kind.kind for kind in self.source.settings.works if kind.listed]
        )
        return frames.reconciliation(self, listed=listed)

    def by(self, key: str) -> pd.DataFrame:
        """Sum the programme by a column of its projects.

        Parameters
        ----------
        key
            ``"unit"``, ``"category"``, ``"town"``, ``"constraint"`` or ``"stage"``.

        Returns
        -------
        pandas.DataFrame
            One row a group, furthest behind first; projects without one in the row of a missing name: `key`,
            ``projects`` (count), ``plan``, ``done``, ``gap`` (yuan), ``share``, ``behind`` (fractions of the plan).

        Raises
        ------
        UsageError
            There is no such grouping.

        Examples
        --------
        >>> units = programme.by("unit")
        >>> bool(abs(units["done"].sum() - programme.done) < 1)
        True
        """
        return frames.by(self._projects, key, elapsed=self.elapsed)

    @cached_property
    def coverage(self) -> Coverage:
        """How much of what was expected for the quarter has come: ``partial``, ``lacks``, and what they are worth.

        Of a programme of no workspace nothing is known to be missing.

        Examples
        --------
        >>> programme.coverage.partial, programme.coverage.document()["received"]
        (False, 20)
        """
        if self.source is None:
            return Coverage(quarter=self.quarter)
        return self.source.coverage(as_of=self.as_of, known_on=self.known_on)

    def to_frame(self) -> pd.DataFrame:
        """Return the projects.

        Examples
        --------
        >>> len(programme.to_frame())
        268
        """
        return self.projects

    def _repr_html_(self) -> str:
        head = f"{len(self.traced)} projects as of {self.as_of}, known on {self.known_on}; amounts in yuan"
        return f"<p>{head}</p>{self.by('unit').to_html(index=False)}"


def take_snapshot(
    tables: Tables, *, as_of: dt.date, known_on: dt.date, known: Known | None = None
) -> Programme:
    """Choose from all that was received what is known on a day about a date.

    A unit's latest workbook of the latest quarter not after `as_of` gives its projects, plans and
    statuses; investment and demolition by period take the statement received last. A project that another
    unit reports since is that unit's, once: its plan and words are the newest workbook's, the periods stated
    before remain.

    Parameters
    ----------
    tables
        The canonical tables by name.
    as_of
        The day that figures describe.
    known_on
        The day by which they had been received.
    known
        What was known of the year on that day, where another snapshot has made it already.

    Raises
    ------
    InsufficientDataError
        Nothing had been received by `known_on` for the year of `as_of`, or nothing describes `as_of`.
    """
    known = known or Known.of(tables, known_on=known_on, year=as_of.year)
    books, last = known.books, known.last
    current = {name: known.latest(name, quarter_of(as_of)) for name in SHEETS} if last else {}
    if last is None or current["projects"].empty or as_of > last:
        raise InsufficientDataError(
            Message.of(
                "nothing received by {known_on} describes {as_of}; the last day described is {last}",
                known_on=known_on,
                as_of=as_of,
                last=last or "none",
            )
        )
    demolished = done_by(known.demolished, value="area", as_of=as_of)
    projects = of_last_unit(current["projects"], "project", books["projects"])
    segments = _of_projects(done_by(known.invested, value="amount", as_of=as_of), projects)
    used = {*segments["file"].unique(), *demolished["file"].unique()}
    for name in ("projects", "status", "demolition", "works"):
        used |= {*current[name]["file"].unique()}
    return Programme(
        as_of=as_of,
        known_on=known_on,
        known=known,
        traced=_projects(
            projects,
            plans=of_last_unit(current["plans"], "project", books["plans"]),
            segments=segments,
            status=of_last_unit(current["status"], "project", books["status"]),
            described=of_last_unit(known.described("status", as_of), "project", books["status"]),
            as_of=as_of,
        ),
        segments=segments,
        demolition=_sites(of_last_unit(current["demolition"], "site", books["demolition"]), demolished),
        demolition_segments=demolished,
        traced_works=_works(
            of_last_unit(known.described("works", as_of), "project", books["works"]), projects
        ),
        received=_received(books["projects"], current["projects"]),
        issues=tables["issues"][tables["issues"]["file"].isin(used)].reset_index(drop=True),
    )


def last_known(tables: Tables) -> dt.date:
    """Return the day on which the last workbook was received."""
    last: dt.date = max(
        table["received"].max() for table in tables.values() if "received" in table and len(table)
    ).date()
    return last


def _of_projects(segments: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    """Return the stretches of the programme's projects, with the unit and category that these have now."""
    place = pd.Index(projects["project"]).get_indexer(segments["project"])
    inside = place >= 0
    kept = segments.drop(columns="unit")
    if not inside.all():
        kept, place = kept[inside].reset_index(drop=True), place[inside]
    return kept.assign(**{name: projects[name].array[place] for name in ("unit", "category")})


def _beside(table: pd.DataFrame, names: pd.Index, columns: Mapping[str, str]) -> dict[str, Any]:
    """Return columns of a table under other names, for each project the last row of its own, missing without one."""
    own = pd.Index(table["project"])
    last = np.flatnonzero(~own.duplicated(keep="last"))
    place = own[last].get_indexer(names)
    rows = np.where(place < 0, -1, last[place] if len(last) else -1)
    return {new: table[old].array.take(rows, allow_fill=True) for old, new in columns.items()}


def _plans(plans: pd.DataFrame, names: pd.Index, as_of: dt.date) -> dict[str, Any]:
    """Return the original plan and the plan in force on the data date, of each project."""
    in_force = plans[plans["effective"] <= pd.Timestamp(as_of)].sort_values("effective", kind="stable")
    original = in_force[in_force["version"] == "original"]
    return {
        **_beside(original, names, {"amount": "plan_original", "amount_cell": "plan_original_cell"}),
        **_beside(in_force, names, {"amount": "plan", "amount_cell": "plan_cell"}),
    }


def _projects(
    projects: pd.DataFrame,
    *,
    plans: pd.DataFrame,
    segments: pd.DataFrame,
    status: pd.DataFrame,
    described: pd.DataFrame,
    as_of: dt.date,
) -> pd.DataFrame:
    names = pd.Index(projects["project"])
    dates = [name for date in ("stage", "actual_start", "actual_finish") for name in (date, f"{date}_cell")]
    columns = [*STATED, *(f"{name}_cell" for name in STATED)]
    done = segments.groupby("project", observed=True)["done"].sum().reindex(names).fillna(0.0).to_numpy()
    last = _beside(status, names, {**dict(zip(dates, dates, strict=True)), "data_date": "status_date"})
    words = _beside(
        described, names, {**dict(zip(columns, columns, strict=True)), "stage": "described_stage"}
    )
    planned = _plans(plans, names, as_of)
    day = np.datetime64(as_of)
    started, finished = (last[f"actual_{end}"].to_numpy() <= day for end in ("start", "finish"))
    # a status of a later day: its dates hold, its words do not yet
    stated, described_stage = pd.Series(last["stage"]), pd.Series(words.pop("described_stage"))
    then = stated.where(last["status_date"].to_numpy() <= day)
    completed = finished | (then == "completed").to_numpy()
    moving = started | then.isin(["under construction", "suspended"]).to_numpy()
    stage = then.where(then == "suspended", "under construction").where(moving, "not started")
    stage = stage.where(~completed, "completed").where(stated.notna())
    under_way = stage.isin(["under construction", "suspended"]).to_numpy()
    plan = np.nan_to_num(planned["plan"].to_numpy(dtype=float), nan=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(plan > 0, done / plan, np.nan)
    away = {"data_date", "received", "position", "file"}
    own = {str(name): projects[name].array for name in projects if name not in away}
    words["schedule"] = pd.Series(words["schedule"]).where(under_way).array
    return pd.DataFrame(
        {
            "project": own.pop("project"),
            **own,
            **planned,
            "plan": plan,
            "done": done,
            **last,
            "stage": stage.array,
            **words,
            "share": share,
            "unassessed": under_way
            & (described_stage.isna() | (described_stage == "not started")).to_numpy(),
        }
    )


def _sites(sites: pd.DataFrame, segments: pd.DataFrame) -> pd.DataFrame:
    done = segments.groupby("site", observed=True)["done"].sum()
    table = sites.drop_duplicates("site").drop(columns=["period_start", "period_end", "area", "area_cell"])
    front = ["site", *(name for name in table if name != "site")]
    return table[front].assign(done=done.reindex(table["site"]).array).reset_index(drop=True)


def _works(works: pd.DataFrame, projects: pd.DataFrame) -> pd.DataFrame:
    return works[works["project"].isin(projects["project"])].reset_index(drop=True)


def _received(known: Books, projects: pd.DataFrame) -> pd.DataFrame:
    columns = ["unit", "quarter", "data_date", "received", "file"]
    used = projects.loc[~projects["position"].duplicated(), columns].sort_values("unit", ignore_index=True)
    # of each unit and quarter the books stand as they were received
    names, first = np.unique(known.names, return_index=True)
    own = used["quarter"].to_numpy(dtype=str), used["unit"].to_numpy(dtype=str)
    return used.assign(first_received=known.received[first[np.searchsorted(names, names_of(*own))]])
