"""What was expected of the units for a quarter and did not come: workbooks, sheets, projects of last time.

A programme holds what came, and of units that are late what they sent before. How much that leaves out is not to be
seen from it: it is known from who is expected, and from what they last sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from cityanalytics.calendar import quarter_of
from cityanalytics.intake.checks import likely_name
from cityanalytics.intake.schema import SHEET_NAMES, SheetTable
from cityanalytics.programme.segments import done_by, segments
from cityanalytics.workbooks.cells import squeezed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from cityanalytics.intake.aliases import Departure
    from cityanalytics.programme.counting import Books
    from cityanalytics.programme.known import Tables

Kind = Literal["workbook", "project", "site"] | SheetTable
#: Sheets that are expected of each unit: the table that each becomes, and what it is called.
SHEETS: Mapping[Kind, str] = {table: SHEET_NAMES[table] for table in get_args(SheetTable)}
#: What a sheet has a row of, where a row that is gone makes a sum smaller.
SUBJECTS: Mapping[str, Literal["project", "site"]] = {"projects": "project", "demolition": "site"}


@dataclass(frozen=True, kw_only=True)
class Lack:
    """Something that was expected of a unit and is not there.

    Parameters
    ----------
    unit
        Of which it was expected.
    kind
        A ``workbook``, one of its sheets (a key of `SHEETS`), a ``project`` or ``site`` that it reported last time.
    name
        Of the project or site; empty otherwise.
    likely
        The new name that is most like it; empty where there is none. Only a person can say that it is the same.
    file
        The unit's workbook of the quarter that lacks the sheet; of a project or site the workbook that last had it.
    withdrawn
        Whether a workbook that the unit sent for the quarter was withdrawn.
    carried
        Whether what an earlier quarter of the year said stands in its place.
    last
        The day that it was last known for; None where nothing came before.
    plan, done
        Annual plan in force and investment to date as last known (yuan); None where nothing came before, and for what
        has neither.
    cells
        The cells of `plan` and `done`.
    """

    unit: str
    kind: Kind
    name: str = ""
    likely: str = ""
    file: str = ""
    withdrawn: bool = False
    carried: bool = False
    last: dt.date | None = None
    plan: float | None = None
    done: float | None = None
    cells: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How much of what was expected for a quarter has come.

    Parameters
    ----------
    quarter
        Such as ``2010Q3``.
    expected
        The units that are to report.
    lacks
        What is not there: units first, then sheets, then projects and sites; of each kind what is worth most first.
    left
        Projects and sites that are not there either and that a person confirmed to have left, with the confirmation.

    Examples
    --------
    >>> Coverage(quarter="2010Q3", expected=("A",)).partial
    False
    """

    quarter: str
    expected: tuple[str, ...] = ()
    lacks: tuple[Lack, ...] = ()
    left: tuple[tuple[Lack, Departure], ...] = ()

    @property
    def partial(self) -> bool:
        """Whether anything is missing."""
        return bool(self.lacks)

    @property
    def absent(self) -> tuple[Lack, ...]:
        """Units of whose projects nothing came for the quarter."""
        return tuple(lack for lack in self.lacks if lack.kind in ("workbook", "projects"))

    @property
    def unread(self) -> tuple[str, ...]:
        """Sheets that are expected and were not found, as ``file!sheet``."""
        return tuple(f"{lack.file}!{SHEETS[lack.kind]}" for lack in self.lacks if lack.kind in SHEETS)

    @property
    def left_out(self) -> tuple[Lack, ...]:
        """What is in no sum: units and projects in whose place nothing stands."""
        return tuple(
            lack
            for lack in self.lacks
            if lack.kind in ("workbook", "projects", "project") and not lack.carried
        )

    def concerns(self, group: str, name: str) -> bool:
        """Tell whether something is missing of a ``unit``; of a category or of the city, whether anything is."""
        return self.partial and (group != "unit" or any(lack.unit == name for lack in self.lacks))

    @property
    def plan(self) -> float | None:
        """Annual plan of all that is missing, as last known (yuan); None where nothing of it was ever known."""
        return self._worth([lack.plan for lack in self.lacks])

    @property
    def done(self) -> float | None:
        """Investment of all that is missing, as last known (yuan); None where nothing of it was ever known."""
        return self._worth([lack.done for lack in self.lacks])

    def _worth(self, amounts: Sequence[float | None]) -> float | None:
        known = [amount for amount in amounts if amount is not None]
        return float(sum(known)) if known or not self.absent else None

    def document(self) -> dict[str, Any]:
        """Return it as a JSON document."""
        absent = [lack.unit for lack in self.absent]
        return {
            "expected": len(self.expected),
            "received": len(self.expected) - len(absent),
            "missing": absent,
            "carried": [lack.unit for lack in self.absent if lack.carried],
            "unread": list(self.unread),
            "withdrawn": sorted({lack.unit for lack in self.lacks if lack.withdrawn}),
            "gone": [
                {"name": lack.name, "unit": lack.unit, "likely": lack.likely or None}
                for lack in self.lacks
                if lack.kind in ("project", "site")
            ],
            "left": [
                {
                    "name": lack.name,
                    "unit": lack.unit,
                    "confirmed_by": confirmed.confirmed_by,
                    "on": confirmed.on.isoformat(),
                    "why": confirmed.why,
                    "plan": lack.plan,
                    "done": lack.done,
                }
                for lack, confirmed in self.left
            ],
            "worth": {"plan": self.plan, "done": self.done},
        }


def coverage_of(
    tables: Tables,
    *,
    books: Mapping[str, Books],
    units: Sequence[str],
    as_of: dt.date,
    known_on: dt.date,
    emptied: Collection[tuple[str, str, str]] = (),
    withdrawn: Collection[tuple[str, str]] = (),
    gone: Collection[Departure] = (),
) -> Coverage:
    """Hold what is known for a quarter against what was expected.

    Of every unit are expected the sheets of projects and of their status, those of works and demolition while the
    unit's last ones are unfinished, and in its sheets the projects and sites that its workbook before had.

    Parameters
    ----------
    tables
        The canonical tables by name.
    books
        The workbooks that each comes from.
    units
        Those that are to report.
    as_of, known_on
        The day that figures describe; the day by which they had been received.
    emptied, withdrawn
        Sheets of works and sites that came without a row (unit, quarter, table); workbooks that were withdrawn (unit,
        quarter).
    gone
        What a person confirmed to have left.
    """
    quarter = quarter_of(as_of)
    at = _At(
        tables=tables,
        books={name: _by_unit(books[name].known_on(known_on), quarter) for name in SHEETS},
        quarter=quarter,
        as_of=as_of,
        emptied=frozenset(emptied),
    )
    lacks = [lack for unit in units for lack in _of_unit(at, unit, withdrawn=(unit, quarter) in withdrawn)]
    order = ("workbook", *SHEETS, "project", "site")
    ranked = sorted(lacks, key=lambda lack: (order.index(lack.kind), -(lack.plan or 0.0)))
    confirmed = {one.name: one for one in gone if one.quarter == quarter}
    return Coverage(
        quarter=quarter,
        expected=tuple(units),
        lacks=tuple(lack for lack in ranked if squeezed(lack.name) not in confirmed),
        left=tuple((lack, confirmed[name]) for lack in ranked if (name := squeezed(lack.name)) in confirmed),
    )


def _by_unit(books: Books, quarter: str) -> Mapping[str, Sequence[tuple[str, int]]]:
    """Return the workbooks up to a quarter, by unit: quarter and place in the register, the newest last."""
    found: dict[str, list[tuple[str, int]]] = {}
    for unit, own, position in zip(
        books.unit.tolist(), books.quarter.tolist(), books.position.tolist(), strict=True
    ):
        if own <= quarter:
            found.setdefault(unit, []).append((own, position))
    return found


@dataclass(frozen=True, kw_only=True)
class _At:
    """What is looked at, for which quarter; of each sheet the workbooks known by the day, by unit, the newest last."""

    tables: Tables
    books: Mapping[str, Mapping[str, Sequence[tuple[str, int]]]]
    quarter: str
    as_of: dt.date
    emptied: frozenset[tuple[str, str, str]]

    def rows(self, name: str, position: int | None) -> pd.DataFrame:
        """Return what a workbook says; nothing of none."""
        return self.tables[name].iloc[self._places(name, position)]

    def subjects(self, name: str, position: int | None) -> list[str]:
        """Return the projects or sites of a workbook, as often as it has a row of them."""
        return [str(one) for one in self.tables[name][SUBJECTS[name]].array[self._places(name, position)]]

    def _places(self, name: str, position: int | None) -> np.ndarray:
        return np.flatnonzero(
            self.tables[name]["position"].to_numpy() == (-1 if position is None else position)
        )

    def _of(self, name: str, unit: str) -> list[int]:
        """Return the unit's workbooks for the quarter."""
        return [place for quarter, place in self.books[name].get(unit, ()) if quarter == self.quarter]

    def last(self, name: str, unit: str) -> int | None:
        """Return the unit's last workbook for the quarter."""
        return next(reversed(self._of(name, unit)), None)

    def replaced(self, name: str, unit: str) -> int | None:
        """Return the workbook that the unit's last one for the quarter replaces."""
        return next(reversed(self._of(name, unit)[:-1]), None)

    def before(self, name: str, unit: str, *, same_year: bool = True) -> int | None:
        """Return the unit's last workbook for an earlier quarter."""
        earlier = [
            place
            for quarter, place in self.books[name].get(unit, ())
            if quarter < self.quarter and (not same_year or quarter[:4] == self.quarter[:4])
        ]
        return next(reversed(earlier), None)

    def came(self, name: str, unit: str) -> bool:
        """Tell whether the unit sent a sheet for the quarter, be it without a row."""
        return self.last(name, unit) is not None or (unit, self.quarter, name) in self.emptied

    @cached_property
    def reported(self) -> Mapping[str, frozenset[str]]:
        """The projects or sites, by their sheet, that the units' last workbooks for the quarter have."""
        return {
            name: frozenset(
                one for unit in self.books[name] for one in self.subjects(name, self.last(name, unit))
            )
            for name in SUBJECTS
        }

    def worth(self, unit: str, rows: pd.DataFrame) -> dict[str, Any]:
        """Return the plan and investment of projects as a workbook last had them, their cells and the day."""
        if rows.empty:
            return {}
        names, day = rows["project"].unique(), rows["data_date"].max()
        plans, flows = self.tables["plans"], self.tables["investment"]
        plans = plans[plans["position"].isin(rows["position"]) & plans["project"].isin(names)]
        plans = plans[plans["effective"] <= pd.Timestamp(self.as_of)].sort_values("effective", kind="stable")
        plans = plans.drop_duplicates("project", keep="last")
        flows = flows[
            (flows["unit"] == unit)
            & (flows["quarter"] <= self.quarter)
            & flows["project"].isin(names)
            & (flows["period_start"].dt.year == day.year)
            & (flows["received"] <= rows["received"].max())
        ]
        stretches = segments(flows, key="project", value="amount")
        done = done_by(stretches, value="amount", as_of=min(day.date(), self.as_of))
        counted = done[done["done"] != 0]
        return {
            "last": day.date(),
            "plan": float(plans["amount"].sum()),
            "done": float(done["done"].sum()),
            "cells": (*plans["amount_cell"].dropna(), *counted["amount_cell"].dropna()),
        }


def _of_unit(at: _At, unit: str, *, withdrawn: bool) -> Iterator[Lack]:
    came = [name for name in SHEETS if at.came(name, unit)]
    if "projects" not in came:
        before = at.before("projects", unit)
        known = at.before("projects", unit, same_year=False) if before is None else before
        yield Lack(
            unit=unit,
            kind="projects" if came else "workbook",
            file=_file(at, unit, came),
            withdrawn=withdrawn,
            carried=before is not None,
            **at.worth(unit, at.rows("projects", known)),
        )
    if not came:
        return
    for name in ("status", "works", "demolition"):
        if name in came:
            continue
        earlier = at.before(name, unit)
        rows = at.rows(name, earlier)
        if name == "status" or _unfinished(name, rows):
            yield Lack(
                unit=unit,
                kind=name,
                file=_file(at, unit, came),
                withdrawn=withdrawn,
                carried=earlier is not None,
                last=rows["data_date"].max().date() if len(rows) else None,
            )
    for name, subject in SUBJECTS.items():
        if name in came:
            yield from _gone(at, unit, name, subject)


def _file(at: _At, unit: str, came: Sequence[str]) -> str:
    """Return the unit's workbook for the quarter, to say which lacks a sheet; its name alone where none has a row."""
    books = [(name, book) for name in came if (book := at.last(name, unit)) is not None]
    return str(at.rows(*books[0])["file"].iloc[0]) if books else unit


def _unfinished(name: str, rows: pd.DataFrame) -> bool:
    """Tell whether a sheet of works or sites leaves something to report."""
    if name == "works":
        return bool((rows["completion"] != "completed").any())
    site = pd.factorize(rows["site"])[0]
    done = np.bincount(site, weights=np.nan_to_num(rows["area"].to_numpy()))[site] if len(rows) else 0.0
    return bool((~(done >= rows["planned_area"].to_numpy())).any())


def _gone(at: _At, unit: str, name: str, subject: Literal["project", "site"]) -> Iterator[Lack]:
    """Yield what the unit's workbook before had and no unit's has now, with the new name most like it."""
    newest: dict[
        str, int | None
    ] = {}  # what the one before had, in its order, with the last workbook that has it
    for book in (at.before(name, unit), at.replaced(name, unit)):
        newest.update(dict.fromkeys(at.subjects(name, book), book))
    new = sorted(set(at.subjects(name, at.last(name, unit))) - set(newest))
    for gone, book in newest.items():
        if gone in at.reported[name]:
            continue
        rows = at.rows(name, book)
        rows = rows[rows[subject] == gone]
        yield Lack(
            unit=unit,
            kind=subject,
            name=gone,
            likely=likely_name(gone, new),
            file=str(rows["file"].iloc[0]),
            **(at.worth(unit, rows) if subject == "project" else {"last": rows["data_date"].max().date()}),
        )
