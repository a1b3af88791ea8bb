"""What the lines above a table state of it: the day and quarter that it describes, and who sends it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cityanalytics.workbooks.cells import squeezed
from cityanalytics.workbooks.dates import read_date
from cityanalytics.workbooks.sheet import cell_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from cityanalytics.workbooks.dates import Period
    from cityanalytics.workbooks.table import Table

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
    r"(?:填报|填表|报送|上报|编制)单位(?:名称)?(?:\(盖?章\))?:?(?P<stated>[^;]*?)(?=截[至止]|单位|日期|;|$)"
)
_DATED = re.compile(
    r"(?:(?:^|[;(])(?:数据)?截[至止]到?(?:日期|时间|日)?|(?:截[至止]|数据)(?:日期|时间)):?"
    r"(?P<stated>[\d年月日号./第一二三四五六七八九十〇零季度上下半底末-]*)"
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
        parts = match.groupdict()
        named = int(parts["year"] or year)
        named += 2000 if named < 100 else 0  # noqa: PLR2004 - a year of two digits: 10年三季度
        if parts.get("half"):
            number = 2 if parts["half"] == "上" else 4
        elif parts.get("month"):
            number = (int(parts["month"]) + 2) // 3 if 1 <= int(parts["month"]) <= _MONTHS else 0
        else:
            number = _CHINESE.get(parts["number"]) or int(parts["number"])
        found |= {f"{named}Q{number}"} if number else set()
    return frozenset(found)


def quarters_of(text: str, *, year: int) -> frozenset[str]:
    """Return the quarters that a line above a table names; a remark such as 注：… names none."""
    return frozenset() if _ASIDE.match(text) else quarters_named(text, year=year)


def captions(table: Table) -> Iterator[tuple[str, str]]:
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


def data_dates(table: Table, *, year: int) -> Iterator[tuple[str, str, Period]]:
    """Yield the place, the text and the days of each data date that is stated above a table.

    Parameters
    ----------
    table
        The table.
    year
        The year of a date that names none.
    """
    for place, text in captions(table):
        for match in _DATED.finditer(text):
            where, cell = (place, match["stated"]) if match["stated"] else _beside(table, place)
            if period := read_date(cell, year=year).period:
                yield where, str(cell), period


def senders_named(table: Table, senders: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the place and the name of each unit that is said to report: after its label, or a title's first word."""
    for place, text in captions(table):
        match = _SENDER.search(text)
        if match:
            where, cell = (place, match["stated"]) if match["stated"] else _beside(table, place)
            if isinstance(cell, str):
                yield where, squeezed(cell)
        elif any(text.startswith(squeezed(name)) for name in senders):
            yield place, text
