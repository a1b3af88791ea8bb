"""In which layouts earlier years of investment are read, and whether a table has one of them."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks.captions import captions
from cityanalytics.workbooks.cells import squeezed
from cityanalytics.workbooks.periods import StatedPeriod, period_of_cell, read_labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cityanalytics.workbooks.table import Column, Table

#: Years are laid over each other in one that is no leap year.
COMMON = 2001
CLOSE = dt.date(COMMON, 12, 31)
_YEAR = re.compile(r"(?P<year>(?:19|20)\d{2})(?:年度?)?(?:完成)?(?:投资)?(?:额|合计)?(?:\([^()]*\))?")
_INVESTED = re.compile(r"投资|(?i:investment)")
#: What calls itself a table of earlier years, and neither a plan for coming ones nor a list of projects.
_EARLIER = re.compile(r"历年|往年|近[两二三四五六七八九十\d]{1,2}年|(?i:earlieryears|pastyears)")
_PLANNED = re.compile(r"计划|规划|安排|预算|项目(?:库|表|清单|汇总|明细|一览)")
_NAMED = re.compile(r"项目名称|工程名称|单项工程|片区|单位$|(?i:^project$|^unit$)")


def years_across(table: Table) -> dict[str, int]:
    """Return the columns of a table that are years, by letters."""
    return {
        column.letter: int(found["year"])
        for column in table.columns
        if column.path and (found := _YEAR.fullmatch(column.path[-1])) and column.kind == "number"
    }


def months_across(table: Table) -> dict[str, StatedPeriod]:
    """Return the columns of a table that are months or other periods of any year, by letters."""
    found = ((column.letter, read_labels(column.path, CLOSE)) for column in table.columns)
    return {letter: stated for letter, stated in found if stated is not None}


def states_years(table: Table, fields: Mapping[str, Sequence[Column]]) -> bool:
    """Tell whether a table states investment by year, in a layout that is read.

    That is a row a year with months beside each other, a row a month with its year, or years beside each other, with a
    row a month or one row.

    Parameters
    ----------
    table
        The table.
    fields
        Which of ``year``, ``month`` and ``amount`` it has columns for.
    """
    if not _is_invested(table) or any(_NAMED.search(column.name) for column in table.columns):
        return False
    months, years = months_across(table), years_across(table)
    if "year" in fields and (months or "amount" in fields):
        return True
    named = {stated.period.start.year for stated in months.values()} - {COMMON}
    single = len(table.rows["data"]) == 1
    dated = "month" in fields and "amount" in fields and any(_years_of_months(table, fields["month"][0]))
    return dated or (bool(years) and ("month" in fields or single)) or (bool(named) and single)


def _years_of_months(table: Table, column: Column) -> Iterator[int | None]:
    """Give the year of each row that its month's cell names."""
    for cell in table.raw(column):
        stated = period_of_cell(cell, path=(), day=CLOSE)
        yield None if stated is None or stated.period.start.year == COMMON else stated.period.start.year


def _is_invested(table: Table) -> bool:
    texts = (table.sheet, *(text for _, text in captions(table)), *(column.name for column in table.columns))
    return any(_INVESTED.search(squeezed(text)) for text in texts)


def refused(table: Table, where: str) -> Issue | None:
    """Return the doubt about a table that says it states earlier years, in a layout that is not read."""
    texts = [table.sheet, *(text for _, text in captions(table))]
    named = [text for text in map(squeezed, texts) if _EARLIER.search(text) and not _PLANNED.search(text)]
    if not _is_invested(table) or not named:
        return None
    return Issue(
        severity=Severity.ERROR,
        code="HISTORY_LAYOUT",
        where=where,
        value=" | ".join(column.name for column in table.columns)[:200],
        understood=Message.of(
            "earlier years of investment, in a layout that is not read; no row of it counts"
        ),
        suggestion=Message.of(
            "write one row a year: 年份, 1月 … 12月, 全年完成投资; or one row a month: 年份, 月份, 完成投资; "
            "or one row a year in whole: 年份, 全年完成投资; with the unit above the table"
        ),
    )
