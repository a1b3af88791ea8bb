"""Two snapshots → what changed: scope, stages, plans, words, planned dates, and what is now said otherwise of then."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.programme.frames import with_units
from cityanalytics.programme.progress import UNDER_WAY
from cityanalytics.programme.restated import net

if TYPE_CHECKING:
    from cityanalytics.programme.snapshot import Programme

#: Where a project stands at one of the two days, in the order of tables.
ABSENT, UNKNOWN = "not in the programme", "no status"
STANDINGS = ("not started", "under construction", "suspended", "completed", UNKNOWN, ABSENT)
#: What is compared of a project that is in both, beside stage, plan and dates.
ATTRIBUTES = ("written_name", "category", "unit", "responsible_person", "constraint")
#: Units of what is restated and of slips; what is not named is text or a name.
RESTATED = dict.fromkeys(("period_start", "period_end", "received"), "date") | dict.fromkeys(
    ("old", "new"), "yuan; of demolition square metres"
)
SLIPS = dict.fromkeys(("planned_before", "planned_after", "expected_before", "expected_after"), "date") | {
    "replanned": "days",
    "slip": "days",
}
#: A milestone, and the stages in which it has been reached.
MILESTONES = {"start": (*UNDER_WAY, "completed"), "finish": ("completed",)}


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What changed from one day to another. Tables hold one row a change; amounts are yuan, areas square metres.

    Parameters
    ----------
    before, after
        The programme at the two days.
    as_reported
        The programme at the first day as it was reported then; `before` itself where nothing is held against it.
    standings
        One row a project of either day, in order of name: ``unit``, ``before`` and ``after`` (of :data:`STANDINGS`),
        ``plan`` (of the later day that has it) and the cells of both stages.
    restated
        What is now said otherwise of a period up to the first day: ``subject``, ``measure`` (investment, demolition,
        earlier year), the period, ``unit``, ``old``, ``new``, their cells, ``received``, ``quarter`` of the workbook
        that replaces and ``old_quarter`` of the one replaced, and ``note``, the unit's own new remark.
    corrected
        Stages of the first day that are now known otherwise: project, unit, ``old``, ``new``, cells.
    plans
        Projects of both days whose annual plan changed: ``original``, ``old``, ``new`` and cells.
    slips
        Milestones open on the first day whose date moved: ``planned_before``, ``planned_after`` and ``replanned``
        (days between them, missing where one is), ``expected_before``, ``expected_after`` and ``slip`` (days between
        them, negative when earlier), cells.
    attributes
        What units say otherwise of projects of both days: project, unit, ``field`` (of :data:`ATTRIBUTES`), ``old``,
        ``new``.

    Examples
    --------
    >>> changes = ca.changes(ca.programme(workspace, "2010Q2"), programme)
    >>> list(changes.slips)[:3]
    ['project', 'unit', 'milestone']
    """

    before: Programme
    after: Programme
    as_reported: Programme
    standings: pd.DataFrame
    restated: pd.DataFrame
    corrected: pd.DataFrame
    plans: pd.DataFrame
    slips: pd.DataFrame
    attributes: pd.DataFrame

    @property
    def projects(self) -> pd.DataFrame:
        """Every project of either day.

        Returns
        -------
        pandas.DataFrame
            One row a project, in order of name: ``project``, ``unit``, ``change`` (``added``, ``dropped`` or
            ``kept``), ``plan_before``, ``plan_after`` (yuan in force), ``done_before``, ``done_after`` (yuan to the
            day), missing on a day on which the project is not in the programme.

        Examples
        --------
        >>> bool((changes.projects["done_after"] - changes.projects["done_before"]).sum() > 0)
        True
        """
        table = self.standings[["project", "unit"]].copy()
        change = pd.Series("kept", index=table.index, dtype="str")
        change = change.mask(self.standings["before"] == ABSENT, "added")
        table["change"] = change.mask(self.standings["after"] == ABSENT, "dropped")
        for name in ("plan", "done"):
            for when, programme in (("before", self.before), ("after", self.after)):
                known = programme.traced.set_index("project")[name]
                table[f"{name}_{when}"] = known.reindex(table["project"]).to_numpy()
        return with_units(table, dict.fromkeys(table.columns[3:], "yuan"))

    @property
    def stages(self) -> pd.DataFrame:
        """Projects of both days that stand otherwise.

        Returns
        -------
        pandas.DataFrame
            One row a project: ``project``, ``unit``, ``before``, ``after``, ``plan`` (yuan), and the cells of both
            stages.

        Examples
        --------
        >>> sorted(changes.stages["after"].unique())
        ['completed', 'suspended', 'under construction']
        """
        return with_units(self.moved.reset_index(drop=True), {"plan": "yuan"})

    def _repr_html_(self) -> str:
        counts = self.projects["change"].value_counts()
        head = f"{self.before.as_of} to {self.after.as_of}, known on {self.after.known_on}"
        return f"<p>{head}</p>{counts.to_frame().to_html()}{self.transitions().to_html()}"

    @property
    def added(self) -> pd.DataFrame:
        """Projects that are reported now and were not then."""
        return self.standings[self.standings["before"] == ABSENT]

    @property
    def dropped(self) -> pd.DataFrame:
        """Projects that were reported then and no longer are."""
        return self.standings[self.standings["after"] == ABSENT]

    @property
    def moved(self) -> pd.DataFrame:
        """Projects of both days that stand otherwise."""
        rows = self.standings
        both = (rows["before"] != ABSENT) & (rows["after"] != ABSENT)
        return rows[both & (rows["before"] != rows["after"])]

    def attribute(self, field: str) -> pd.DataFrame:
        """Return what units say otherwise of one field of :data:`ATTRIBUTES`."""
        return self.attributes[self.attributes["field"] == field]

    def transitions(self) -> pd.DataFrame:
        """Count projects by where they stood (rows) and stand (columns), those that occur, in order.

        Examples
        --------
        >>> int(changes.transitions().loc["under construction", "completed"])
        40
        """
        table = pd.crosstab(self.standings["before"], self.standings["after"])
        return table.reindex(
            index=[name for name in STANDINGS if name in table.index],
            columns=[name for name in STANDINGS if name in table.columns],
        )

    def slipped(self) -> pd.DataFrame:
        """Return one row a project that slipped, its larger slip, largest first; among equals the largest plan.

        Examples
        --------
        >>> changes.slipped()["slip"].is_monotonic_decreasing
        True
        """
        later = self.slips[self.slips["slip"] > 0].merge(self.after.traced[["project", "plan"]])
        ordered = later.sort_values(["slip", "plan", "project"], ascending=[False, False, True])
        return ordered.drop_duplicates("project").reset_index(drop=True)


def compare(before: Programme, after: Programme, *, as_reported: Programme | None = None) -> Changes:
    """Say what changed between two days.

    Parameters
    ----------
    before, after
        The programme at the two days, in either order, best as known on the same day: what changes is then the
        programme, not what is known of it.
    as_reported
        The programme at the day of `before` as it was known then; what was received since and says otherwise is
        restated history. By default nothing is.
    """
    as_reported = before if as_reported is None else as_reported
    then, now = (_by_name(programme.traced) for programme in (before, after))
    both = _of_both(then, now)
    return Changes(
        before=before,
        after=after,
        as_reported=as_reported,
        standings=_standings(then, now),
        restated=with_units(_restated(before, after, as_reported), RESTATED),
        corrected=_corrected(_by_name(as_reported.traced), then),
        plans=_plans(both),
        slips=with_units(_slips(both, before, after), SLIPS),
        attributes=_attributes(both),
    )


def _by_name(projects: pd.DataFrame) -> pd.DataFrame:
    return projects.sort_values("project", ignore_index=True)


def _of_both(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return the projects of both days, what is known of each then and now side by side."""
    place = pd.Index(now["project"]).get_indexer(then["project"])
    kept = np.flatnonzero(place >= 0)
    sides = ((then, kept, "old"), (now, place[kept], "new"))
    columns = {
        f"{name}_{end}": rows[name].array.take(where)
        for rows, where, end in sides
        for name in rows
        if name != "project"
    }
    return pd.DataFrame({"project": then["project"].array.take(kept), **columns})


def _standings(then: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    columns = ["project", "unit", "stage", "stage_cell", "project_cell", "plan", "plan_cell"]
    table = then[columns].merge(
        now[columns], on="project", how="outer", suffixes=("_old", "_new"), indicator=True, sort=True
    )
    source = table["_merge"].astype(str)
    stands = {
        f"{name}": table[f"stage_{end}"].fillna(UNKNOWN).where(source != gone, ABSENT)
        for name, end, gone in (("before", "old", "right_only"), ("after", "new", "left_only"))
    }
    return table[["project"]].assign(
        unit=table["unit_new"].fillna(table["unit_old"]),
        **stands,
        plan=table["plan_new"].where(source != "left_only", table["plan_old"]),
        before_cell=table["stage_cell_old"].fillna(table["project_cell_old"]),
        after_cell=table["stage_cell_new"].fillna(table["project_cell_new"]),
    )


def _restated(before: Programme, after: Programme, as_reported: Programme) -> pd.DataFrame:
    amounts = net(before.revisions, key="project", value="amount", after=as_reported.known_on)
    areas = net(before.demolition_revisions, key="site", value="area", after=as_reported.known_on)
    years = as_reported.traced_history.merge(after.traced_history, on="year", suffixes=("_old", "_new"))
    years = years[years["amount_old"] != years["amount_new"]]
    first = pd.to_datetime(years["year"].astype(str) + "-01-01")
    tables = [
        amounts.rename(columns={"project": "subject"}).assign(measure="investment"),
        areas.rename(columns={"site": "subject"}).assign(measure="demolition"),
        pd.DataFrame(
            {
                "subject": years["year"].astype(str),
                "measure": "earlier year",
                "period_start": first,
                "period_end": first + pd.offsets.YearEnd(),
                "old": years["amount_old"],
                "new": years["amount_new"],
                "old_cell": years["amount_cell_old"],
                "new_cell": years["amount_cell_new"],
            }
        ),
    ]
    columns = "subject measure period_start period_end unit old new old_cell new_cell received quarter old_quarter note"
    found = [table for table in tables if len(table)] or tables[:1]
    table = pd.concat(found, ignore_index=True).reindex(columns=columns.split())
    size = (table["new"] - table["old"]).abs()
    order = ["measure", "size", "subject", "period_start"]
    return (
        table.assign(size=size)
        .sort_values(order, ascending=[False, False, True, True], ignore_index=True)
        .drop(columns="size")
    )


def _corrected(as_reported: pd.DataFrame, then: pd.DataFrame) -> pd.DataFrame:
    columns = ["project", "stage", "stage_cell"]
    table = as_reported[columns].merge(
        then[[*columns, "unit"]], on="project", suffixes=("_old", "_new"), validate="one_to_one"
    )
    old, new = (table[f"stage_{end}"].fillna(UNKNOWN) for end in ("old", "new"))
    return (
        table[["project", "unit"]]
        .assign(old=old, new=new, old_cell=table["stage_cell_old"], new_cell=table["stage_cell_new"])[
            old != new
        ]
        .reset_index(drop=True)
    )


def _plans(both: pd.DataFrame) -> pd.DataFrame:
    table = both[["project"]].assign(
        unit=both["unit_new"],
        original=both["plan_original_new"],
        old=both["plan_old"],
        new=both["plan_new"],
        old_cell=both["plan_cell_old"],
        new_cell=both["plan_cell_new"],
    )[both["plan_old"] != both["plan_new"]]
    size = (table["new"] - table["old"]).abs()
    return table.loc[size.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _slips(both: pd.DataFrame, before: Programme, after: Programme) -> pd.DataFrame:
    vague = {
        where
        for programme in (before, after)
        for where in programme.issues.loc[programme.issues["code"] == "DATE_PRECISION", "where"]
    }
    found = []
    for milestone, reached in MILESTONES.items():
        planned = _planned(both, milestone, vague)
        then, now = (
            _expected(both, planned[at], milestone, reached, end=end, day=programme.as_of)
            for at, (end, programme) in enumerate((("old", before), ("new", after)))
        )
        replanned, slip = (planned[1] - planned[0]).dt.days, (now - then).dt.days
        waits = both["stage_old"].notna() & ~both["stage_old"].isin(reached)
        moved = waits & (replanned.fillna(0).ne(0) | slip.fillna(0).ne(0))
        table = both[["project"]].assign(
            unit=both["unit_new"],
            milestone=milestone,
            planned_before=planned[0],
            planned_after=planned[1],
            replanned=replanned,
            expected_before=then,
            expected_after=now,
            slip=slip,
            planned_before_cell=both[f"planned_{milestone}_cell_old"],
            planned_after_cell=both[f"planned_{milestone}_cell_new"],
            after_cell=both[f"actual_{milestone}_cell_new"].fillna(both["stage_cell_new"]),
        )
        found.append(table[moved])
    return pd.concat(found, ignore_index=True).sort_values(
        ["slip", "project", "milestone"], ascending=[False, True, True], ignore_index=True
    )


def _planned(both: pd.DataFrame, milestone: str, vague: set[str]) -> tuple[pd.Series, pd.Series]:
    """Return both planned dates; a month without its day has not moved to a day inside it."""
    old, new = (both[f"planned_{milestone}_{end}"] for end in ("old", "new"))
    old_vague, new_vague = (both[f"planned_{milestone}_cell_{end}"].isin(vague) for end in ("old", "new"))
    same_month = (old.dt.year == new.dt.year) & (old.dt.month == new.dt.month)
    return old.where(~(old_vague & same_month), new), new.where(~(new_vague & ~old_vague & same_month), old)


def _expected(
    both: pd.DataFrame,
    planned: pd.Series,
    milestone: str,
    reached: tuple[str, ...],
    *,
    end: str,
    day: dt.date,
) -> pd.Series:
    """Return the actual date of what has been reached, else the planned one, and never a day that has gone by."""
    actual = both[f"actual_{milestone}_{end}"]
    tomorrow = pd.Timestamp(day + dt.timedelta(days=1))
    waiting = planned.where(planned.isna() | (planned > tomorrow), tomorrow)
    there = both[f"stage_{end}"].isin(reached)
    return actual.where(actual <= pd.Timestamp(day)).where(there, waiting)


def _attributes(both: pd.DataFrame) -> pd.DataFrame:
    tables = []
    for name in ATTRIBUTES:
        old, new = both[f"{name}_old"], both[f"{name}_new"]
        other = (old != new) & ~(old.isna() & new.isna())
        tables.append(
            both[["project"]].assign(
                unit=both["unit_new"], field=name, old=old, new=new, cell=both["project_cell_new"]
            )[other]
        )
    return pd.concat(tables, ignore_index=True)
