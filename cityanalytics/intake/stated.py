"""What a workbook states about itself, held against how it is filed: whose it is, of which quarter and day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cityanalytics.calendar import quarter_of
from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks.cells import squeezed
from cityanalytics.workbooks.dates import read_date
from cityanalytics.workbooks.sheet import cell_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cityanalytics.intake.reading import Source
    from cityanalytics.workbooks.dates import Period
    from cityanalytics.workbooks.table import Table

#: Doubts about where a workbook is filed: while one blocks, its rows are not held against those of others.
MISFILED = frozenset({"UNIT_MISMATCH", "QUARTER_MISMATCH", "PERIOD_AFTER_DATA_DATE"})
_YEAR = r"(?:(?P<year>(?:19|20)\d{2}|(?<!\d)\d{2}(?=年))年?)?"
_QUARTERS = (
    re.compile(rf"{_YEAR}第?(?P<number>[一二三四]|(?<!\d)[1-4])季(?:度|报)"),
    re.compile(
        r"(?:(?<!\d)(?P<year>(?:19|20)\d{2})年?|(?<![a-z\d]))q(?P<number>[1-4])(?![a-z\d])", re.IGNORECASE
    ),
    re.compile(rf"{_YEAR}(?P<half>[上下])半年"),
    re.compile(rf"{_YEAR}(?<!\d)\d{{1,2}}月?(?:[-~至到—–]+)(?P<month>\d{{1,2}})月"),
)
_CHINESE = {numeral: number for number, numeral in enumerate("一二三四", start=1)}
_MONTHS = 12
_WIDE_GAP = re.compile(r"\s{2,}")
_SENDER = re.compile(
    r"(?:填报|填表|报送|上报|编制)单位(?:名称)?(?:\(盖?章\))?:?(?P<said>[^;]*?)(?=截[至止]|单位|日期|;|$)"
)
_DATED = re.compile(
    r"(?:(?:^|[;(])(?:数据)?截[至止]到?(?:日期|时间|日)?|(?:截[至止]|数据)(?:日期|时间)):?"
    r"(?P<said>[\d年月日号./第一二三四五六七八九十〇零季度上下半底末-]*)"
)
_ASIDE = re.compile(r"注|备注|说明|填")


def quarters_named(text: str, *, year: int) -> frozenset[str]:
    """Return the quarters that a title or a file's name says its figures describe.

    Parameters
    ----------
    text
        Such as ``市政工程处2010年三季度报表``. Half a year and a span of months mean the quarter that they end in.
    year
        The year where the text names none.

    Examples
    --------
    >>> sorted(quarters_named("市政工程处2010年三季度报表", year=2011)), sorted(quarters_named("上半年", year=2010))
    (['2010Q3'], ['2010Q2'])
    >>> sorted(quarters_named("1—9月完成情况，2010Q4计划", year=2010)), quarters_named("四季花城", year=2010)
    (['2010Q3', '2010Q4'], frozenset())
    """
    found = set()
    for match in (match for pattern in _QUARTERS for match in pattern.finditer(squeezed(text))):
        said = match.groupdict()
        named = int(said["year"] or year)
        named += 2000 if named < 100 else 0  # noqa: PLR2004 - a year of two digits: 10年三季度
        if said.get("half"):
            number = 2 if said["half"] == "上" else 4
        elif said.get("month"):
            number = (int(said["month"]) + 2) // 3 if 1 <= int(said["month"]) <= _MONTHS else 0
        else:
            number = _CHINESE.get(said["number"]) or int(said["number"])
        found |= {f"{named}Q{number}"} if number else set()
    return frozenset(found)


def hold_quarter(table: Table, source: Source) -> Iterator[Issue]:
    """Say where the title of a table or its note states another quarter or data date than it is filed under."""
    filed, day = source.receipt.quarter, source.data_date
    periods = list(_dates(table, day.year))
    if periods and not any(period.start <= day <= period.end for _, _, period in periods):
        place, said, period = periods[0]
        same = quarter_of(period.end) == filed
        yield Issue(
            severity=Severity.WARNING if same else Severity.ERROR,
            code="DATA_DATE_DIFFERS" if same else "QUARTER_MISMATCH",
            where=f"{source.receipt.file}!{place}",
            value=said,
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
    for place, text in _texts(table):
        quarters = frozenset() if _ASIDE.match(text) else quarters_named(text, year=day.year)
        if quarters and filed not in quarters:
            yield Issue(
                severity=Severity.ERROR,
                code="QUARTER_MISMATCH",
                where=f"{source.receipt.file}!{place}",
                value=text,
                understood=Message.of(
                    "states {stated}; filed under {quarter}",
                    stated=", ".join(sorted(quarters)),
                    quarter=filed,
                ),
                suggestion=_refile(),
            )
            return


def hold_unit(tables: Sequence[Table], source: Source, senders: Collection[str]) -> Iterator[Issue]:
    """Say the first place where a workbook states that another unit reports it than the one it is filed under.

    A name that is no sender's, such as a short form, says nothing.
    """
    own = source.receipt.unit
    for table in tables:
        for place, text in _stated_senders(table, senders):
            said = source.aliases.get(text, text)
            inside = [name for name in senders if squeezed(name) in said]
            named = [name for name in inside if not any(name != one and name in one for one in inside)]
            if named and own not in named:
                yield Issue(
                    severity=Severity.ERROR,
                    code="UNIT_MISMATCH",
                    where=f"{source.receipt.file}!{place}",
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


def _texts(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of what stands above a table; wide gaps are ``;``."""
    for row in sorted({*table.rows["title"], *table.rows["unit"]}):
        if row < table.header_rows[0]:
            for column, _ in table.face.texts(row - 1):
                text = _WIDE_GAP.sub(";", table.face.cells[row - 1, column].strip())
                yield f"{table.sheet}!{cell_name(row - 1, column)}", squeezed(text)


def _beside(table: Table, place: str) -> tuple[str, object]:
    """Return the place and the content of the next filled cell of a row, where a label stands alone."""
    sheet, _, cell = place.rpartition("!")
    row = int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1
    filled = [int(column) for column in table.face.filled[row].nonzero()[0]]
    later = [column for column in filled if column > next(c for c in filled if cell_name(row, c) == cell)]
    return (
        (f"{sheet}!{cell_name(row, later[0])}", table.face.cells[row, later[0]]) if later else (place, None)
    )


def _dates(table: Table, year: int) -> Iterator[tuple[str, str, Period]]:
    """Yield the place, the text and the days of each data date that is stated above a table."""
    for place, text in _texts(table):
        for match in _DATED.finditer(text):
            where, cell = (place, match["said"]) if match["said"] else _beside(table, place)
            if period := read_date(cell, year=year).period:
                yield where, str(cell), period


def _stated_senders(table: Table, senders: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the place and the name of each unit that is said to report: after its label, or a title's first word."""
    for place, text in _texts(table):
        match = _SENDER.search(text)
        if match:
            where, cell = (place, match["said"]) if match["said"] else _beside(table, place)
            if isinstance(cell, str):
                yield where, squeezed(cell)
        elif any(text.startswith(squeezed(name)) for name in senders):
            yield place, text
