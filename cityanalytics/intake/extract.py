"""A matched table of a workbook becomes rows of the canonical tables; every doubt becomes an issue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.intake.reading import Reading, Source
from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks.units import Dimension, find_unit, to_base

if TYPE_CHECKING:
    from cityanalytics.intake.match import Match
    from cityanalytics.workbooks.tables import Table

Rows = dict[str, pd.DataFrame]


#: A label that is a period of the year; a bare year or a day is none.
PERIOD_WORD = re.compile(r"[月季旬]|半年")
SHARE_SIGN = re.compile("[%％‰]")
BASE_MEASURES = {Dimension.COUNT: "count", Dimension.LENGTH: "metres", Dimension.AREA: "square metres"}
#: A stated sum of a row may differ by what rounding explains, in base units.
ROUNDING = 1.0


def extract(table: Table, match: Match, source: Source) -> tuple[Rows, list[Issue]]:
    """Read a table into canonical rows.

    Parameters
    ----------
    table
        The table, understood.
    match
        Its subject and columns.
    source
        Where it comes from.

    Returns
    -------
    tuple
        Rows by name of canonical table (dtypes are cast by ``schema.as_table``), and the doubts.
    """
    subject = match.subject
    if subject is None:
        return {}, []
    reading = Reading(table=table, match=match, source=source)
    rows = {
        "investment": _investment,
        "status": _status,
        "works": _works,
        "demolition": _demolition,
        "history": _history,
    }[subject.name](reading)
    return {name: _with_origin(frame, source) for name, frame in rows.items()}, reading.issues


def _with_origin(frame: pd.DataFrame, source: Source) -> pd.DataFrame:
    receipt = source.receipt
    return frame.assign(
        unit=receipt.unit,
        quarter=receipt.quarter,
        file=receipt.file,
        received=pd.Timestamp(receipt.received),
        position=receipt.position,
        data_date=pd.Timestamp(source.data_date),
    )


def _investment(reading: Reading) -> Rows:
    projects = reading.projects()
    base = pd.DataFrame(
        {
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
    )
    flows = reading.periods(Dimension.MONEY, "amount").assign(
        project=lambda flows: projects.reindex(flows.index)
    )
    return {
        "projects": reading.not_negative(reading.required(base, "project", "category"), "total_investment"),
        "plans": _plans(reading, projects),
        "investment": flows.dropna(subset=["project"]),
    }


def _plans(reading: Reading, projects: pd.Series) -> pd.DataFrame:
    """Return the original plan of each project, and the adjusted one where it differs."""
    year = reading.source.data_date.year
    amounts = pd.DataFrame({name: reading.amounts(name) for name in ("plan", "plan_adjusted")})
    if reading.column("plan") is not None and amounts["plan"].notna().any():
        reading.required(amounts, "plan")
    amounts = reading.not_negative(amounts, "plan", "plan_adjusted").reindex(amounts.index)
    original, adjusted = amounts["plan"], amounts["plan_adjusted"]
    since = reading.dates("adjusted_on")
    changed = adjusted.notna() & (adjusted != original)
    first_day = pd.Timestamp(year, 1, 1)
    for row in changed.index[changed & since.isna()]:
        reading.say(
            "DATE_MISSING",
            "plan_adjusted",
            row,
            Message.of("the plan was adjusted on a day that is not given; it counts from the data date"),
            Message.of("give the day of the adjustment"),
        )
    effective = since.fillna(pd.Timestamp(reading.source.data_date))
    versions = [
        pd.DataFrame(
            {
                "project": projects,
                "version": "original",
                "effective": first_day,
                "amount": original,
                "amount_cell": reading.cells_of("plan"),
            }
        ),
        pd.DataFrame(
            {
                "project": projects,
                "version": "adjusted",
                "effective": effective,
                "amount": adjusted,
                "amount_cell": reading.cells_of("plan_adjusted"),
            }
        )[changed],
    ]
    plans = pd.concat([version for version in versions if len(version)] or versions[:1])
    return plans.dropna(subset=["project", "amount"]).assign(year=year)


def _status(reading: Reading) -> Rows:
    words = ("stage", "schedule")
    dates = ("actual_start", "actual_finish", "deadline")
    texts = ("constraint", "difficulty", "request")
    columns = {
        "project": reading.projects(),
        **{name: reading.words(name) for name in words},
        **{name: reading.dates(name) for name in dates},
        **{name: reading.texts(name) for name in texts},
        "physical_progress": reading.shares("physical_progress"),
    }
    cells = {f"{name}_cell": reading.cells_of(name) for name in (*words, *dates, *texts, "physical_progress")}
    frame = pd.DataFrame({**columns, **cells, "responsible_person": reading.texts("responsible_person")})
    day = pd.Timestamp(reading.source.data_date)
    contradicted = (frame["stage"] == "not started") & (frame["actual_start"] <= day)
    for row in frame.index[contradicted]:
        reading.say(
            "STAGE_CONTRADICTED",
            "stage",
            row,
            Message.of("said not to be started, with an actual start; counted as started"),
            Message.of("correct the status or the actual start"),
        )
    frame = reading.required(frame, "project", "stage")
    over = frame["physical_progress"] > 1
    for row in frame.index[over]:
        reading.say(
            "IMPLAUSIBLE",
            "physical_progress",
            row,
            Message.of("more than the whole"),
            Message.of("correct the cell and send the workbook again"),
        )
    return {"status": reading.not_negative(frame, "physical_progress")}


def _works(reading: Reading) -> Rows:
    units = reading.raw("measure").map(find_unit)
    known = units.map(lambda unit: unit is not None and unit.dimension in BASE_MEASURES)
    for row in known.index[~known.astype(bool)]:
        reading.say(
            "UNIT_UNKNOWN",
            "measure",
            row,
            Message.of("no unit of count, length or area"),
            Message.of("write a unit such as 条, 公里 or 万平方米"),
            severity=Severity.ERROR,
        )
    quantities = {}
    for name in ("planned", "done"):
        read = reading.quantities(name)
        quantities[name] = pd.Series(
            [
                to_base(value, unit) if unit and value == value else float("nan")  # noqa: PLR0124 - nan is not itself
                for value, unit in zip(read.tolist(), units, strict=True)
            ],
            index=read.index,
            dtype=float,
        )
    frame = pd.DataFrame(
        {
            "project": reading.projects(),
            "kind": reading.names("kind"),
            "measure": units.map(lambda unit: BASE_MEASURES.get(unit.dimension) if unit else None),
            **quantities,
            "planned_cell": reading.cells_of("planned"),
            "done_cell": reading.cells_of("done"),
            "completion": reading.words("completion"),
            "completion_cell": reading.cells_of("completion"),
        }
    )
    works = reading.required(frame[known.astype(bool)], "project", "kind", "done")
    return {"works": reading.not_negative(works, "planned", "done")}


def _demolition(reading: Reading) -> Rows:
    base = pd.DataFrame(
        {
            "site": reading.names("site"),
            "kind": reading.names("kind"),
            "responsible_person": reading.texts("responsible_person"),
            "started": reading.dates("started"),
            "planned_finish": reading.dates("planned_finish"),
            "planned_area": reading.numbers(reading.column("planned_area"), Dimension.AREA),
            "planned_area_cell": reading.cells_of("planned_area"),
            "note": reading.texts("note"),
        }
    )
    base = reading.not_negative(reading.required(base, "site", "kind"), "planned_area")
    return {"demolition": base.join(reading.periods(Dimension.AREA, "area"))}


def _history(reading: Reading) -> Rows:
    column = reading.column("year")
    read = reading.table.dates(column.letter, year=reading.source.data_date.year) if column else None
    years = read["end"].dt.year if read is not None else reading.quantities("year")
    frame = pd.DataFrame(
        {"year": years, "amount": reading.amounts("amount"), "amount_cell": reading.cells_of("amount")}
    )
    return {"history": frame.dropna(subset=["year", "amount"])}
