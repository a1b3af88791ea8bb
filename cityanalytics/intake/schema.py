"""The canonical tables: what every later step may rely on, declared once.

Every table keeps all that was received, replaced workbooks too: a snapshot chooses by the day on
which a row was received. A column ``x_cell`` is the ``file!sheet!cell`` that ``x`` was read from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandera.pandas as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

STAGES = ("not started", "under construction", "suspended", "completed")
SCHEDULES = ("on schedule", "behind")
VERSIONS = ("original", "adjusted")
COMPLETIONS = ("completed", "basically completed", "under construction", "not started")
SEVERITIES = ("error", "warning")


def _text(check: pa.Check | None = None, *, nullable: bool = False) -> pa.Column:
    return pa.Column("str", checks=[] if check is None else check, nullable=nullable)


def _name() -> pa.Column:
    return _text(pa.Check.str_length(min_value=1))


def _optional() -> pa.Column:
    return _text(nullable=True)


def _choice(values: tuple[str, ...], *, nullable: bool = False) -> pa.Column:
    return _text(pa.Check.isin(values), nullable=nullable)


def _number(*, nullable: bool = False, minimum: float | None = None) -> pa.Column:
    return pa.Column(float, checks=[] if minimum is None else pa.Check.ge(minimum), nullable=nullable)


def _day(*, nullable: bool = False) -> pa.Column:
    return pa.Column("datetime64[s]", nullable=nullable)


def _cell() -> pa.Column:
    return _text(pa.Check.str_contains("!"), nullable=True)


#: Where a row came from: responsible unit, quarter, file, day of receipt, place in the register, day described.
ORIGIN: Mapping[str, pa.Column] = {
    "unit": _name(),
    "quarter": _text(pa.Check.str_matches(r"^\d{4}Q[1-4]$")),
    "file": _name(),
    "received": _day(),
    "position": pa.Column(int, pa.Check.ge(0)),
    "data_date": _day(),
}


def _table(**columns: pa.Column) -> pa.DataFrameSchema:
    return pa.DataFrameSchema({**columns, **ORIGIN}, strict=True, ordered=True)


#: One row a project and workbook; ``note`` is what its unit remarks. Amounts in yuan.
PROJECTS = _table(
    project=_name(),
    written_name=_name(),
    category=_name(),
    town=_optional(),
    responsible_person=_optional(),
    planned_start=_day(nullable=True),
    planned_start_cell=_cell(),
    planned_finish=_day(nullable=True),
    planned_finish_cell=_cell(),
    total_investment=_number(nullable=True, minimum=0),
    total_investment_cell=_cell(),
    project_cell=_cell(),
    note=_optional(),
)

#: One row a project, workbook and version of its annual plan (yuan), in force from ``effective``.
PLANS = _table(
    project=_name(),
    year=pa.Column(int),
    version=_choice(VERSIONS),
    effective=_day(),
    amount=_number(minimum=0),
    amount_cell=_cell(),
)

#: One row a project, workbook and period: investment done in the period (yuan).
INVESTMENT = _table(
    project=_name(),
    period_start=_day(),
    period_end=_day(),
    amount=_number(),
    amount_cell=_cell(),
)

#: One row a demolition site, workbook and period: area demolished in the period (square metres). A site without
#: any period has one row with its planned area alone.
DEMOLITION = _table(
    site=_name(),
    kind=_name(),
    responsible_person=_optional(),
    started=_day(nullable=True),
    planned_finish=_day(nullable=True),
    planned_area=_number(nullable=True, minimum=0),
    planned_area_cell=_cell(),
    period_start=_day(nullable=True),
    period_end=_day(nullable=True),
    area=_number(nullable=True),
    area_cell=_cell(),
    note=_optional(),
)

#: One row a project and workbook: what its unit says of it at the data date.
STATUS = _table(
    project=_name(),
    stage=_choice(STAGES),
    stage_cell=_cell(),
    schedule=_choice(SCHEDULES, nullable=True),
    schedule_cell=_cell(),
    physical_progress=_number(nullable=True, minimum=0),
    physical_progress_cell=_cell(),
    actual_start=_day(nullable=True),
    actual_start_cell=_cell(),
    actual_finish=_day(nullable=True),
    actual_finish_cell=_cell(),
    constraint=_optional(),
    constraint_cell=_cell(),
    difficulty=_optional(),
    difficulty_cell=_cell(),
    request=_optional(),
    request_cell=_cell(),
    deadline=_day(nullable=True),
    deadline_cell=_cell(),
    responsible_person=_optional(),
)

#: One row an item of physical work and workbook; quantities in base units (metres, square metres, counts).
WORKS = _table(
    project=_name(),
    kind=_name(),
    measure=_name(),
    planned=_number(nullable=True, minimum=0),
    planned_cell=_cell(),
    done=_number(minimum=0),
    done_cell=_cell(),
    completion=_choice(COMPLETIONS, nullable=True),
    completion_cell=_cell(),
)

#: One row an earlier year: its whole investment (yuan).
HISTORY = _table(year=pa.Column(int), amount=_number(minimum=0), amount_cell=_cell())

#: One row a doubt; ``understood`` and ``suggestion`` are templates with their values as JSON.
ISSUES = pa.DataFrameSchema(
    {
        "severity": _choice(SEVERITIES),
        "code": _name(),
        "where": _name(),
        "value": _text(),
        "understood": _text(),
        "understood_values": _text(),
        "suggestion": _text(),
        "suggestion_values": _text(),
        "file": _text(),
    },
    strict=True,
    ordered=True,
)

TABLES: Mapping[str, pa.DataFrameSchema] = {
    "projects": PROJECTS,
    "plans": PLANS,
    "investment": INVESTMENT,
    "demolition": DEMOLITION,
    "status": STATUS,
    "works": WORKS,
    "history": HISTORY,
    "issues": ISSUES,
}


def _dtype(column: pa.Column) -> str:
    # pandera's text is a dtype with its own NA; pandas' own compares missing text as plain False
    text = str(column.dtype)
    return "str" if text.startswith("str") else text


def as_table(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Return `rows` with the columns and dtypes of the canonical table `name`, checked.

    Parameters
    ----------
    name
        A key of :data:`TABLES`.
    rows
        Rows with those columns in any order; dtypes are cast. An empty frame needs no columns.

    Raises
    ------
    pandera.errors.SchemaErrors
        A value breaks a rule of the table; all of them are listed.
    """
    schema = TABLES[name]
    dtypes = {name: _dtype(column) for name, column in schema.columns.items()}
    frame = rows.reindex(columns=list(dtypes)).astype(dtypes)
    return schema.validate(frame.reset_index(drop=True), lazy=True)
