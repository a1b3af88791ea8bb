"""A matched table of a workbook becomes rows of the canonical tables; every doubt becomes an issue."""

from __future__ import annotations

import datetime as dt
import math
import re
from calendar import monthrange
from typing import TYPE_CHECKING

from cityanalytics.intake.history import history
from cityanalytics.intake.reading import Origin, Reading, Rows
from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks.units import Dimension

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cityanalytics.intake.match import Match
    from cityanalytics.workbooks.table import Table

#: Year, month and day as they are written, whether or not there is such a day.
DAY = re.compile(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})")
BASE_MEASURES = {Dimension.COUNT: "count", Dimension.LENGTH: "metres", Dimension.AREA: "square metres"}


def extract(
    table: Table, match: Match, origin: Origin, *, elsewhere: bool = False
) -> tuple[dict[str, Rows], list[Issue]]:
    """Read a table into canonical rows.

    Parameters
    ----------
    table
        The table, understood.
    match
        Its subject and columns.
    origin
        Where it comes from.
    elsewhere
        Whether the workbook holds the amounts of its projects by month in a table of their own.

    Returns
    -------
    tuple
        Rows by name of canonical table (dtypes are cast by ``schema.as_table``), and the doubts.
    """
    subject = match.subject
    if subject is None:
        return {}, []
    reading = Reading(table=table, match=match, origin=origin)
    found = {
        "investment": lambda reading: _investment(reading, elsewhere=elsewhere),
        "months": _months,
        "status": _status,
        "works": _works,
        "demolition": _demolition,
        "history": history,
        "answers": _answers,
        "notices": _notices,
        "excuses": _excuses,
        "funds": _funds,
    }[subject.name](reading)
    return {name: _with_origin(rows, origin) for name, rows in found.items()}, reading.issues


def _with_origin(rows: Rows, origin: Origin) -> Rows:
    receipt = origin.receipt
    columns = {
        "unit": receipt.unit,
        "quarter": receipt.quarter,
        "file": receipt.file,
        "received": receipt.received,
        "position": receipt.position,
        "data_date": origin.data_date,
    }
    return {**rows, **{name: [value] * height_of(rows) for name, value in columns.items()}}


def height_of(rows: Rows) -> int:
    """Return how many rows there are."""
    return len(next(iter(rows.values())))


def _at(rows: Rows, positions: Iterable[int]) -> Rows:
    """Return some of the rows."""
    chosen = list(positions)
    return {name: [values[at] for at in chosen] for name, values in rows.items()}


def _investment(reading: Reading, *, elsewhere: bool) -> dict[str, Rows]:
    projects = reading.projects()
    base: Rows = {
        "project": projects,
        "written_name": reading.names("project"),
        "category": reading.names("category"),
        "town": reading.texts("town"),
        "responsible_person": reading.texts("responsible_person"),
        "planned_start": reading.dates("planned_start"),
        "planned_start_cell": reading.cells_of("planned_start"),
        "planned_finish": reading.dates("planned_finish"),
        "planned_finish_cell": reading.cells_of("planned_finish"),
        "total_investment": reading.amounts("total_investment"),
        "total_investment_cell": reading.cells_of("total_investment"),
        "project_cell": reading.cells_of("project"),
        "note": reading.texts("note"),
    }
    amounts: Rows = {name: reading.amounts(name) for name in ("plan", "plan_adjusted")}
    positions, flows = reading.periods(Dimension.MONEY, "amount", plan=amounts["plan"], elsewhere=elsewhere)
    flows["project"] = [projects[at] for at in positions]
    named = [at for at, project in enumerate(flows["project"]) if project is not None]
    whole = reading.required(base, range(reading.height), "project", "category")
    sound = reading.not_negative(base, whole, "total_investment")
    return {
        "projects": _at(base, sound),
        "plans": _plans(reading, projects, amounts),
        "investment": _at(flows, named),
    }


def _months(reading: Reading) -> dict[str, Rows]:
    """Return the amounts of projects, a row a project and month, or the months beside each other."""
    if reading.column("month") is None:
        names = reading.projects()
        positions, flows = reading.periods(Dimension.MONEY, "amount")
        flows["project"] = [names[at] for at in positions]
        return {
            "investment": _at(flows, [at for at, name in enumerate(flows["project"]) if name is not None])
        }
    projects, flows = reading.periods_by_row("project", reading.projects(), Dimension.MONEY)
    return {"investment": {"project": projects, **flows}}


def _plans(reading: Reading, projects: list[str | None], amounts: Rows) -> Rows:
    """Return the original plan of each project, and the adjusted one where it differs."""
    day = reading.origin.data_date
    wanted = reading.column("plan") is not None and not all(map(math.isnan, amounts["plan"]))
    if wanted:
        reading.required(amounts, range(reading.height), "plan")
    sound = reading.not_negative(amounts, range(reading.height), "plan", "plan_adjusted")
    since = reading.dates("adjusted_on")
    changed = [
        at
        for at in sound
        if not math.isnan(amounts["plan_adjusted"][at])
        and amounts["plan_adjusted"][at] != amounts["plan"][at]
    ]
    for at in changed:
        if since[at] is None:
            reading.doubt(
                "DATE_MISSING",
                "plan_adjusted",
                at,
                Message.of("the plan was adjusted on a day that is not given; it counts from the data date"),
                Message.of("give the day of the adjustment"),
            )
    versions = [
        ("original", "plan", at, dt.date(day.year, 1, 1))
        for at in sound
        if not math.isnan(amounts["plan"][at])
    ] + [("adjusted", "plan_adjusted", at, since[at] or day) for at in changed]
    cells = {name: reading.cells_of(name) for name in amounts}
    chosen = [version for version in versions if projects[version[2]] is not None]
    return {
        "project": [projects[at] for _, _, at, _ in chosen],
        "version": [version for version, *_ in chosen],
        "effective": [effective for *_, effective in chosen],
        "amount": [amounts[name][at] for _, name, at, _ in chosen],
        "amount_cell": [cells[name][at] for _, name, at, _ in chosen],
        "year": [day.year] * len(chosen),
    }


def _status(reading: Reading) -> dict[str, Rows]:
    words = ("stage", "schedule")
    dates = ("actual_start", "actual_finish", "deadline")
    texts = ("constraint", "difficulty", "request")
    rows: Rows = {
        "project": reading.projects(),
        **{name: reading.words(name) for name in words},
        **{name: reading.dates(name) for name in dates},
        **{name: reading.texts(name) for name in texts},
        "physical_progress": reading.shares("physical_progress"),
        **{f"{name}_cell": reading.cells_of(name) for name in (*words, *dates, *texts, "physical_progress")},
        "responsible_person": reading.texts("responsible_person"),
    }
    day = reading.origin.data_date
    for at, (stage, start) in enumerate(zip(rows["stage"], rows["actual_start"], strict=True)):
        if stage == "not started" and start is not None and start <= day:
            reading.doubt(
                "STAGE_CONTRADICTED",
                "stage",
                at,
                Message.of("said not to be started, with an actual start; counted as started"),
                Message.of("correct the status or the actual start"),
            )
    named = reading.required(rows, range(reading.height), "project", "stage")
    for at in named:
        if rows["physical_progress"][at] > 1:
            reading.doubt(
                "IMPLAUSIBLE",
                "physical_progress",
                at,
                Message.of("more than the whole"),
                Message.of("correct the cell and send the workbook again"),
            )
    return {"status": _at(rows, reading.not_negative(rows, named, "physical_progress"))}


def _works(reading: Reading) -> dict[str, Rows]:
    units = reading.units("measure")
    for at, unit in enumerate(units):
        if unit is None or unit.dimension not in BASE_MEASURES:
            reading.doubt(
                "UNIT_UNKNOWN",
                "measure",
                at,
                Message.of("no unit of count, length or area"),
                Message.of("write a unit such as 条, 公里 or 万平方米"),
                severity=Severity.ERROR,
            )
    rows: Rows = {
        "project": reading.projects(),
        "kind": reading.names("kind"),
        "measure": [BASE_MEASURES.get(unit.dimension) if unit else None for unit in units],
        "planned": reading.quantities("planned", units),
        "done": reading.quantities("done", units),
        "planned_cell": reading.cells_of("planned"),
        "done_cell": reading.cells_of("done"),
        "completion": reading.words("completion"),
        "completion_cell": reading.cells_of("completion"),
    }
    measured = [at for at, measure in enumerate(rows["measure"]) if measure is not None]
    whole = reading.required(rows, measured, "project", "kind", "done")
    return {"works": _at(rows, reading.not_negative(rows, whole, "planned", "done"))}


def _demolition(reading: Reading) -> dict[str, Rows]:
    base: Rows = {
        "site": reading.names("site"),
        "kind": reading.names("kind"),
        "responsible_person": reading.texts("responsible_person"),
        "started": reading.dates("started"),
        "planned_finish": reading.dates("planned_finish"),
        "planned_area": reading.numbers(reading.column("planned_area"), Dimension.AREA),
        "planned_area_cell": reading.cells_of("planned_area"),
        "note": reading.texts("note"),
    }
    whole = reading.required(base, range(reading.height), "site", "kind")
    sound = reading.not_negative(base, whole, "planned_area")
    positions, flows = reading.periods(Dimension.AREA, "area")
    entries: dict[int, list[int]] = {}
    for entry, at in enumerate(positions):
        entries.setdefault(at, []).append(entry)
    nothing: list[int | None] = [None]  # a site without any period has its planned area alone
    pairs = [(at, entry) for at in sound for entry in (entries.get(at) or nothing)]
    reported = {
        name: [None if entry is None else values[entry] for _, entry in pairs]
        for name, values in flows.items()
    }
    return {"demolition": {**_at(base, (at for at, _ in pairs)), **reported}}


def _answers(reading: Reading) -> dict[str, Rows]:
    """Return the rows that a unit has answered: one whose answer columns are all empty is none."""
    rows: Rows = {
        "order": reading.names("order"),
        "order_cell": reading.cells_of("order"),
        "project": reading.projects(),
        "project_cell": reading.cells_of("project"),
        "measure": reading.texts("measure"),
        "promised_on": reading.dates("promised_on", unread=False),
        "promised_on_cell": reading.cells_of("promised_on"),
        "amount": reading.amounts("amount"),
        "amount_cell": reading.cells_of("amount"),
        "responsible_person": reading.texts("responsible_person"),
    }
    given = reading.texts("promised_on")
    _undated(reading, rows["promised_on"], "promised_on")
    answered = [
        at
        for at in range(reading.height)
        if (given[at] is not None and rows["promised_on"][at] is not None)
        or (given[at] is None and (rows["measure"][at] is not None or not math.isnan(rows["amount"][at])))
    ]
    whole = _noted(reading, rows, answered, "order", "project")
    for at in whole:
        if given[at] is None:
            reading.doubt(
                "PROMISE_UNDATED",
                "promised_on",
                at,
                Message.of("an answer without a day binds nobody: the order stays open"),
                Message.of("write the day by which it will be done"),
            )
    return {"answers": _at(rows, reading.not_negative(rows, whole, "amount"))}


def _notices(reading: Reading) -> dict[str, Rows]:
    rows: Rows = {
        "issued_on": reading.dates("issued_on", unread=False),
        "issued_on_cell": reading.cells_of("issued_on"),
        "addressee": reading.names("addressee"),
        "addressee_cell": reading.cells_of("addressee"),
        "matter": reading.texts("matter"),
        "project": reading.projects(),
        "project_cell": reading.cells_of("project"),
        "source": reading.texts("source"),
        "decision": reading.texts("decision"),
        "decision_cell": reading.cells_of("decision"),
        "decided_by": reading.texts("decided_by"),
        "decided_on": reading.dates("decided_on"),
    }
    _undated(reading, rows["issued_on"], "issued_on")
    dated = [
        at for at, text in enumerate(reading.texts("issued_on")) if text is None or rows["issued_on"][at]
    ]
    whole = _noted(reading, rows, dated, "issued_on", "addressee", "matter")
    return {"notices": _at(rows, whole)}


def _excuses(reading: Reading) -> dict[str, Rows]:
    rows: Rows = {
        "project": reading.projects(),
        "project_cell": reading.cells_of("project"),
        "reason": reading.texts("reason"),
        "stated_by": reading.texts("stated_by"),
        "stated_on": reading.dates("stated_on"),
    }
    return {
        "excuses": _at(rows, _noted(reading, rows, range(reading.height), "project", "reason", "stated_by"))
    }


def _funds(reading: Reading) -> dict[str, Rows]:
    names = ("planned", "arrived", "paid")
    rows: Rows = {
        "project": reading.projects(),
        "project_cell": reading.cells_of("project"),
        "source": reading.names("source"),
        **{name: reading.amounts(name) for name in names},
        **{f"{name}_cell": reading.cells_of(name) for name in names},
    }
    whole = reading.required(rows, range(reading.height), "project", "source", "arrived")
    return {"funds": _at(rows, reading.not_negative(rows, whole, *names))}


def _undated(reading: Reading, days: list[dt.date | None], name: str) -> None:
    """Say of what is written and is no day which day is nearest, such as the last of a month for its 31st."""
    for at, (text, day) in enumerate(zip(reading.texts(name), days, strict=True)):
        if text is None or day is not None:
            continue
        found = DAY.search(text)
        understood = Message.of("there is no such day; the row is not read")
        if found:
            year, month, number = (int(part) for part in found.groups())
            month = min(max(month, 1), 12)
            near = dt.date(year, month, min(max(number, 1), monthrange(year, month)[1]))
            understood = Message.of("there is no such day; nearest: {near}; the row is not read", near=near)
        reading.doubt(
            "DATE_UNKNOWN", name, at, understood, Message.of("correct the cell and send the workbook again")
        )


def _noted(reading: Reading, rows: Rows, positions: Iterable[int], *names: str) -> list[int]:
    """Return the positions of the rows that have all values named; of the others it is said, and nothing blocks."""
    whole = list(positions)
    for name in names:
        for at in whole:
            if rows[name][at] is None:
                reading.doubt(
                    "VALUE_MISSING",
                    name,
                    at,
                    Message.of("no value where one is needed; the row is not read"),
                    Message.of("fill it in and send the workbook again"),
                )
        whole = [at for at in whole if rows[name][at] is not None]
    return whole
