"""The canonical tables: what every later step may rely on, declared once.

A snapshot chooses by the day on which a row was received, so what corrections have replaced is kept: on disk it stands
apart. A column ``x_cell`` is the ``file!sheet!cell`` that ``x`` was read from.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    import pandera.pandas as pa

#: Tables that a sheet of a unit's becomes.
SheetTable = Literal["projects", "status", "works", "demolition"]
#: What each such sheet is called.
SHEET_NAMES: Mapping[SheetTable, str] = MappingProxyType(
    {"projects": "项目投资完成情况", "status": "项目状态", "works": "实物工程量", "demolition": "拆迁进度"}
)
#: Tables that a unit without works or sites leaves empty: no doubt.
OPTIONAL: tuple[SheetTable, ...] = ("works", "demolition")
STAGES = ("not started", "under construction", "suspended", "completed")
SCHEDULES = ("on schedule", "behind")
VERSIONS = ("original", "adjusted")
COMPLETIONS = ("completed", "basically completed", "under construction", "not started")
SEVERITIES = ("error", "warning")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What the values of a column may be.

    Parameters
    ----------
    dtype
        As pandas names it.
    nullable
        Whether a value may be missing.
    minimum
        The smallest number.
    among
        The only texts; None for any.
    pattern
        What a text begins with, as a regular expression.
    filled
        Whether a text has a letter at least.
    """

    dtype: str
    nullable: bool = False
    minimum: float | None = None
    among: tuple[str, ...] | None = None
    pattern: str | None = None
    filled: bool = False

    def allows(self, values: pd.Series) -> bool:
        """Tell whether all values of a column, which has the dtype, are allowed."""
        there = values.dropna()
        return (
            (self.nullable or len(there) == len(values))
            and (self.minimum is None or bool((there >= self.minimum).all()))
            and (self.among is None or set(there.unique()) <= set(self.among))
            and (self.pattern is None or bool(there.str.match(self.pattern).all()))
            and (not self.filled or not (there == "").any())
        )

    def check(self) -> pa.Column:
        """Return the rule as pandera states it."""
        import pandera.pandas as pa

        checks = [
            *([] if self.minimum is None else [pa.Check.ge(self.minimum)]),
            *([] if self.among is None else [pa.Check.isin(self.among)]),
            *([] if self.pattern is None else [pa.Check.str_matches(self.pattern)]),
            *([pa.Check.str_length(min_value=1)] if self.filled else []),
        ]
        return pa.Column(self.dtype, checks=checks, nullable=self.nullable)


@dataclass(frozen=True, kw_only=True)
class Schema:
    """The columns of a canonical table, in their order.

    Parameters
    ----------
    columns
        Rule of each column.
    """

    columns: Mapping[str, Rule]

    def checked(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame that has the columns and dtypes, once its values are known to be allowed.

        Raises
        ------
        pandera.errors.SchemaErrors
            A value breaks a rule; all of them are listed.
        """
        if all(rule.allows(frame[name]) for name, rule in self.columns.items()):
            return frame
        # what is wrong is for pandera to say; importing it takes longer than reading ten workbooks
        import pandera.pandas as pa

        checks = {name: rule.check() for name, rule in self.columns.items()}
        return pa.DataFrameSchema(checks, strict=True, ordered=True).validate(frame, lazy=True)


def _text(*, nullable: bool = False) -> Rule:
    return Rule(dtype="str", nullable=nullable)


def _name() -> Rule:
    return Rule(dtype="str", filled=True)


def _optional() -> Rule:
    return _text(nullable=True)


def _choice(values: tuple[str, ...], *, nullable: bool = False) -> Rule:
    return Rule(dtype="str", among=values, nullable=nullable)


def _number(*, nullable: bool = False, minimum: float | None = None) -> Rule:
    return Rule(dtype="float64", minimum=minimum, nullable=nullable)


def _whole(*, minimum: float | None = None) -> Rule:
    return Rule(dtype="int64", minimum=minimum)


def _day(*, nullable: bool = False) -> Rule:
    return Rule(dtype="datetime64[ns]", nullable=nullable)


def _cell() -> Rule:
    return Rule(dtype="str", pattern="[^!]*!", nullable=True)


#: Where a row came from: responsible unit, quarter, file, day of receipt, place in the register, day described.
ORIGIN: Mapping[str, Rule] = {
    "unit": _name(),
    "quarter": Rule(dtype="str", pattern=r"\d{4}Q[1-4]$"),
    "file": _name(),
    "received": _day(),
    "position": _whole(minimum=0),
    "data_date": _day(),
}


def _table(**columns: Rule) -> Schema:
    return Schema(columns={**columns, **ORIGIN})


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
    year=_whole(),
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
HISTORY = _table(year=_whole(), amount=_number(minimum=0), amount_cell=_cell())

#: One row a stretch of days of an earlier year, most often a month: investment done in it (yuan).
HISTORY_MONTHS = _table(
    year=_whole(), period_start=_day(), period_end=_day(), amount=_number(), amount_cell=_cell()
)

#: One row an answer to an order: what its unit promises to do, by which day, how much (yuan) is done by then, and who.
ANSWERS = _table(
    order=_name(),
    order_cell=_cell(),
    project=_name(),
    project_cell=_cell(),
    measure=_optional(),
    promised_on=_day(nullable=True),
    promised_on_cell=_cell(),
    amount=_number(nullable=True, minimum=0),
    amount_cell=_cell(),
    responsible_person=_optional(),
)

#: One row a notice of supervision to a unit or section; ``decision`` is what a person decided on it.
NOTICES = _table(
    issued_on=_day(),
    issued_on_cell=_cell(),
    addressee=_name(),
    addressee_cell=_cell(),
    matter=_name(),
    project=_optional(),
    project_cell=_cell(),
    source=_optional(),
    decision=_optional(),
    decision_cell=_cell(),
    decided_by=_optional(),
    decided_on=_day(nullable=True),
)

#: One row a project whose lateness somebody excuses.
EXCUSES = _table(
    project=_name(), project_cell=_cell(), reason=_name(), stated_by=_name(), stated_on=_day(nullable=True)
)

#: One row a project and source of funds, to date (yuan).
FUNDS = _table(
    project=_name(),
    project_cell=_cell(),
    source=_name(),
    planned=_number(nullable=True, minimum=0),
    planned_cell=_cell(),
    arrived=_number(minimum=0),
    arrived_cell=_cell(),
    paid=_number(nullable=True, minimum=0),
    paid_cell=_cell(),
)

#: One row a doubt; ``understood`` and ``suggestion`` are templates with their values as JSON.
ISSUES = Schema(
    columns={
        "severity": _choice(SEVERITIES),
        "code": _name(),
        "where": _name(),
        "value": _text(),
        "understood": _text(),
        "understood_values": _text(),
        "suggestion": _text(),
        "suggestion_values": _text(),
        "file": _text(),
    }
)

TABLES: Mapping[str, Schema] = {
    "projects": PROJECTS,
    "plans": PLANS,
    "investment": INVESTMENT,
    "demolition": DEMOLITION,
    "status": STATUS,
    "works": WORKS,
    "history": HISTORY,
    "history_months": HISTORY_MONTHS,
    "answers": ANSWERS,
    "notices": NOTICES,
    "excuses": EXCUSES,
    "funds": FUNDS,
    "issues": ISSUES,
}
#: Tables that a workbook adds to: no later one replaces what an earlier one said.
LASTING = ("answers", "notices", "excuses")


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
    # pandas' own text: pandera's has an NA of its own, beside which a comparison is not plain False
    dtypes = {column: rule.dtype for column, rule in schema.columns.items()}
    frame = rows.reindex(columns=list(dtypes)).astype(dtypes)
    return schema.checked(frame.reset_index(drop=True))
