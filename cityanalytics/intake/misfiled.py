"""Workbooks that state another unit, quarter or data date than they are filed under."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.calendar import quarter_of
from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks.captions import captions, data_dates, quarters_of, senders_named
from cityanalytics.workbooks.cells import squeezed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterator, Sequence

    from cityanalytics.intake.reading import Origin
    from cityanalytics.workbooks.table import Table

#: Doubts about where a workbook is filed: while one blocks, its rows are not held against those of others.
MISFILED = frozenset({"UNIT_MISMATCH", "QUARTER_MISMATCH", "PERIOD_AFTER_DATA_DATE"})


def own_day(tables: Sequence[Table], filed: str, day: dt.date) -> dt.date:
    """Return the day that a weekly workbook describes: the one that it states, inside its quarter and before `day`."""
    stated = {
        period.end
        for table in tables
        for _, _, period in data_dates(table, year=day.year)
        if period.start == period.end and quarter_of(period.end) == filed
    }
    return min(day, *stated) if len(stated) == 1 else day


def quarter_mismatches(table: Table, origin: Origin) -> Iterator[Issue]:
    """Say where the title of a table or its note states another quarter or data date than it is filed under."""
    filed, day = origin.receipt.quarter, origin.data_date
    periods = list(data_dates(table, year=day.year))
    if periods and not any(period.start <= day <= period.end for _, _, period in periods):
        place, stated, period = periods[0]
        same = quarter_of(period.end) == filed
        yield Issue(
            severity=Severity.WARNING if same else Severity.ERROR,
            code="DATA_DATE_DIFFERS" if same else "QUARTER_MISMATCH",
            where=f"{origin.receipt.file}!{place}",
            value=stated,
            understood=Message.of(
                "states the data date {stated}; filed under {quarter}, whose data date is {day}",
                stated=period.end,
                quarter=filed,
                day=day,
            ),
            suggestion=Message.of("check the day; figures are taken as of the quarter's data date")
            if same
            else _refile(),
        )
        if not same:
            return
    for place, text in captions(table):
        quarters = quarters_of(text, year=day.year)
        if quarters and filed not in quarters:
            yield Issue(
                severity=Severity.ERROR,
                code="QUARTER_MISMATCH",
                where=f"{origin.receipt.file}!{place}",
                value=text,
                understood=Message.of(
                    "states {stated}; filed under {quarter}",
                    stated=", ".join(sorted(quarters)),
                    quarter=filed,
                ),
                suggestion=_refile(),
            )
            return


def unit_mismatches(tables: Sequence[Table], origin: Origin, senders: Collection[str]) -> Iterator[Issue]:
    """Say the first place where a workbook states that another unit reports it than the one it is filed under.

    A name that is no sender's, such as a short form, says nothing.
    """
    own = origin.receipt.unit
    for table in tables:
        for place, text in senders_named(table, senders):
            sender = origin.aliases.get(text, text)
            inside = [name for name in senders if squeezed(name) in sender]
            named = [name for name in inside if not any(name != one and name in one for one in inside)]
            if named and own not in named:
                yield Issue(
                    severity=Severity.ERROR,
                    code="UNIT_MISMATCH",
                    where=f"{origin.receipt.file}!{place}",
                    value=text,
                    understood=Message.of(
                        "states that {stated} reports it; filed under {unit}",
                        stated=", ".join(named),
                        unit=own,
                    ),
                    suggestion=Message.of(
                        "withdraw it and receive it with the right --unit, "
                        "or correct the cell and send the workbook again"
                    ),
                )
                return


def _refile() -> Message:
    return Message.of(
        "withdraw it and receive it with the right --quarter, or correct the cell and send the workbook again"
    )
