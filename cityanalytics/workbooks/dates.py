"""Dates with the precision that they were written in, and the periods that labels name."""

# ruff: noqa: RUF001, PLR2004 - full-width forms and months of the year

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cityanalytics.issues import Message
from cityanalytics.workbooks.cells import MARKS, WORDS, State, as_date, is_none, squeezed

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd


class Precision(StrEnum):
    """How exactly a date was written."""

    DAY = "day"
    TEN_DAYS = "ten days"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


class Period(NamedTuple):
    """From a first to a last day, both included."""

    start: dt.date
    end: dt.date


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A cell read as a date.

    Parameters
    ----------
    state
        Whether there is a date.
    period
        The days that it may mean: one day, or all of the month, quarter or year that it names.
    precision
        How exactly it was written.
    doubt
        Why it may mean something else, said for a reader.
    """

    state: State
    period: Period | None = None
    precision: Precision | None = None
    doubt: Message | None = None


_EPOCH = dt.date(1899, 12, 30)
_SERIALS = (20_000, 80_000)  # 1954 to 2119
_YEARS = (1900, 2200)
_CHINESE = {character: number for number, character in enumerate("一二三四五六七八九十", start=1)}
_AROUND = re.compile(
    r"^(?:已于|计划于?|预计于?|拟于?|于)(?=[\d〇○零一二三四五六七八九十])|(?<=[\d年月日底末旬初季度])(?:已?(?:开工|动工|竣工|完工|建成|投产|完成|交付))$"
)
#: A numeral of a month or a day.
_NUMERAL = re.compile(r"(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=[月日号])")
_SPELT = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?"
)
#: 12 March 2023, Apr 3, 2023, 12-Mar-23, May 2023.
_WESTERN = re.compile(
    rf"(?:(?P<before>\d{{1,2}})(?:st|nd|rd|th)?[-/.]?)?(?P<month>{_SPELT})[.]?[-/.,]?"
    r"(?:(?P<after>\d{1,2})(?:st|nd|rd|th)?,)?(?:(?P<year>(?:19|20)\d{2})|(?<=[-/.])(?P<short>\d{2}))",
    re.IGNORECASE,
)
_MONTH_OF = re.compile(r"(?:19|20)\d{2}(?:[-/.年](?:0?[1-9]|1[0-2])月?|年)")
_SHORT_SPAN = re.compile(r"(\d{1,2})\.(\d{1,2})-(\d{1,2})\.(\d{1,2})")
_DASH = r"(?:-|~|至|到)"
_YEAR = r"(?P<year>(?:19|20|21)\d{2}|(?<!\d)\d{2}(?=年|\.\d|/\d))"
_DAY_TEXT = re.compile(
    rf"{_YEAR}[-/.年](?P<month>\d{{1,2}})[-/.月](?P<day>\d{{1,2}})[日号]?(?:T?\d{{1,2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?)?(?:前|左右)?"
)
_COMPACT = re.compile(r"(?P<year>(?:19|20|21)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])?")
_MONTH_DAY = re.compile(r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]?(?:前|左右)?")
_MONTH = re.compile(
    rf"(?:{_YEAR}[-/.年])?(?P<month>\d{{1,2}})月?份?(?P<part>初|上旬|中旬|下旬|底|末|中)?(?:前|左右)?"
)
_QUARTER = re.compile(
    rf"(?:{_YEAR}年?)?(?:第?(?P<number>[一二三四1-4])季度?|[qQ](?P<western>[1-4]))(?:末|底|前)*"
)
_HALF = re.compile(rf"(?:{_YEAR}年?)?(?P<half>上|下)半年")
_ONLY_YEAR = re.compile(r"(?P<year>(?:19|20|21)\d{2})年?(?:底|末|内|年底|全年)?(?:前)?")
_THIS_YEAR = re.compile(r"(?:全年|年底|年末|年内|本年度?|当年|今年)(?:前)?")
_MONTHS = re.compile(rf"(?:{_YEAR}年?)?(?P<first>\d{{1,2}})月?{_DASH}(?P<last>\d{{1,2}})月")
_MONTH_DAYS = re.compile(
    rf"(?:{_YEAR}年?)?(?P<month>\d{{1,2}})月\(?(?P<first>\d{{1,2}})日?{_DASH}(?P<last>\d{{1,2}})日\)?"
)
_FROM_TO = re.compile(
    rf"(?P<first>\d{{2,4}}(?:[./年]\d{{1,2}}月?|年)?){_DASH}(?P<last>\d{{2,4}}(?:[./年]\d{{1,2}}月?|年)?)"
)
_OPEN = re.compile(rf"(?P<first>\d{{4}}(?:[./年]\d{{1,2}}月?|年)?){_DASH}")
_LIKE_A_DAY = re.compile(r"(?:\d{4}|\d{1,2})[-/.年]\d{1,2}[-/.月](?:\d{4}|\d{1,2})日?")
_TEN_DAYS = {
    "初": (1, 10),
    "上旬": (1, 10),
    "中": (11, 20),
    "中旬": (11, 20),
    "下旬": (21, 31),
    "底": (21, 31),
    "末": (21, 31),
}


@lru_cache(maxsize=1 << 14, typed=True)
def read_date(cell: object, *, year: int | None = None) -> Dated:  # noqa: PLR0911 - one line for each kind of cell
    """Read one cell as a date, with the precision that it was written in.

    Parameters
    ----------
    cell
        A date, a number (an Excel serial, 2010, 201009, 20100922 or 2010.9) or text.
    year
        The year of a text that names none, such as ``6月底``.

    Examples
    --------
    >>> read_date("2010年9月22日").period.end, read_date("2010.9").precision.value
    (datetime.date(2010, 9, 22), 'month')
    >>> read_date(40443.0).period.start
    datetime.date(2010, 9, 22)
    >>> str(read_date(2010.1).doubt)
    '2010.1 as a number may be month 1 or month 10'
    >>> read_date("三季度", year=2010).period.end
    datetime.date(2010, 9, 30)
    >>> read_date("待定").state.value, read_date("尽快").state.value
    ('missing', 'unparsed')
    """
    if is_none(cell) or (isinstance(cell, float) and np.isnan(cell)):
        return Dated(state=State.MISSING)
    if isinstance(cell, dt.date):
        day = as_date(cell)
        return Dated(state=State.PARSED, period=Period(day, day), precision=Precision.DAY)
    if isinstance(cell, bool):
        return Dated(state=State.UNPARSED)
    if isinstance(cell, int | float | np.number):
        return _from_number(float(cell))
    if not isinstance(cell, str):
        return Dated(state=State.UNPARSED)
    text = _dashes(squeezed(cell))
    if text.lower() in MARKS or text.lower() in WORDS:
        return Dated(state=State.MISSING)
    return _from_text(text, year)


def _dashes(text: str) -> str:
    return re.sub(r"[–—−―－﹣─]+", "-", text).replace("～", "~").replace("--", "-")


def _arabic(text: str) -> str:
    """Return a date without words around it, and with digits: 计划于二〇一〇年九月开工, 12 March 2023."""
    text = _AROUND.sub("", text)
    if match := _WESTERN.fullmatch(text):
        day = match["before"] or match["after"]
        month = "janfebmaraprmayjunjulaugsepoctnovdec".index(match["month"][:3].lower()) // 3 + 1
        return f"{match['year'] or '20' + match['short']}-{month}" + (f"-{day}" if day else "")
    if _NUMERAL.search(text) is None:
        return text
    text = re.sub(
        r"[〇○零一二三四五六七八九]{4}(?=年)", lambda year: "".join(map(_digit, year.group())), text
    )
    return _NUMERAL.sub(lambda match: str(_number(match.group())), text)


def names_month(cell: str) -> bool:
    """Tell whether a text names a month with its year, by number or by name: 2021-03, 2021年3月, 12 March 2021."""
    text = squeezed(cell)
    return _MONTH_OF.fullmatch(text) is not None or _WESTERN.fullmatch(_dashes(text)) is not None


def _digit(character: str) -> str:
    return str(_CHINESE.get(character, 0))


def _number(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    return 10 * _CHINESE.get(tens, 1) * bool(ten) + _CHINESE.get(ones, 0)


def span_doubt(cell: object) -> Message | None:
    """Return why a span of time may mean another: 09.10-11.3 are months of years, or days of one year.

    Examples
    --------
    >>> str(span_doubt("09.10-11.3"))
    '09.10-11.3 is read as months of years; it may be days of one year'
    >>> span_doubt("2009.10-2011.3") is None
    True
    """
    text = _dashes(squeezed(cell)) if isinstance(cell, str) else ""
    match = _SHORT_SPAN.fullmatch(text)
    if match is None or max(int(match[1]), int(match[3])) > 12:
        return None
    return Message.of("{value} is read as months of years; it may be days of one year", value=text)


def _from_number(value: float) -> Dated:
    if value == int(value) if np.isfinite(value) else False:
        whole = int(value)
        if _SERIALS[0] <= whole <= _SERIALS[1]:
            day = _EPOCH + dt.timedelta(days=whole)
            return Dated(state=State.PARSED, period=Period(day, day), precision=Precision.DAY)
        return _from_text(str(whole), None)
    year, tenths = int(value) if np.isfinite(value) else 0, f"{value:.10g}".partition(".")[2]
    if _YEARS[0] <= year < _YEARS[1] and tenths == "1":
        doubt = Message.of("{value} as a number may be month 1 or month 10", value=f"{value:.10g}")
        return Dated(state=State.PARSED, period=_year(year), precision=Precision.YEAR, doubt=doubt)
    if _YEARS[0] <= year < _YEARS[1] and tenths.isdigit() and 2 <= int(tenths) <= 12:
        return _of(_month(year, int(tenths)), Precision.MONTH)
    if _SERIALS[0] <= value <= _SERIALS[1]:  # a day with an hour
        day = _EPOCH + dt.timedelta(days=year)
        return Dated(state=State.PARSED, period=Period(day, day), precision=Precision.DAY)
    return Dated(state=State.UNPARSED)


def _from_text(text: str, year: int | None) -> Dated:  # noqa: C901, PLR0911 - one line for each way of writing
    text = _arabic(text)
    if match := _DAY_TEXT.fullmatch(text):
        if (
            len(match["year"]) == 2
            and "年" not in text
            and (day := _day(_full(match["year"]), match["month"], match["day"]))
        ):
            doubt = Message.of("{value} is read as {day}; its year may stand last", value=text, day=day.start)
            return Dated(state=State.PARSED, period=day, precision=Precision.DAY, doubt=doubt)
        return _of(_day(_full(match["year"]), match["month"], match["day"]), Precision.DAY)
    if match := _COMPACT.fullmatch(text):
        if match["day"]:
            return _of(_day(int(match["year"]), match["month"], match["day"]), Precision.DAY)
        return _of(_month(int(match["year"]), int(match["month"])), Precision.MONTH)
    if match := _MONTH_DAY.fullmatch(text):
        return _of(_day(year, match["month"], match["day"]), Precision.DAY)
    if match := _ONLY_YEAR.fullmatch(text):
        return _of(_year(int(match["year"])), Precision.YEAR)
    if (match := _MONTH.fullmatch(text)) and (match["year"] or "月" in text):
        named = _full(match["year"]) if match["year"] else year
        month = _month(named, int(match["month"]))
        if month is not None and match["part"]:
            first, last = _TEN_DAYS[match["part"]]
            return _of(
                Period(month.start.replace(day=first), month.start.replace(day=min(last, month.end.day))),
                Precision.TEN_DAYS,
            )
        return _of(month, Precision.MONTH)
    if match := _QUARTER.fullmatch(text):
        number = match["number"] or match["western"]
        quarter = _CHINESE.get(number) or int(number)
        named = _full(match["year"]) if match["year"] else year
        return _of(_months(named, 3 * quarter - 2, 3 * quarter), Precision.QUARTER)
    if match := _HALF.fullmatch(text):
        named = _full(match["year"]) if match["year"] else year
        return _of(_months(named, *((1, 6) if match["half"] == "上" else (7, 12))), Precision.HALF)
    if _THIS_YEAR.fullmatch(text):
        return _of(None if year is None else _year(year), Precision.YEAR)
    return Dated(state=State.UNPARSED)


def _of(period: Period | None, precision: Precision) -> Dated:
    if period is None:
        return Dated(state=State.UNPARSED)
    return Dated(state=State.PARSED, period=period, precision=precision)


def _full(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)


def _year(year: int) -> Period:
    return Period(dt.date(year, 1, 1), dt.date(year, 12, 31))


def _day(year: int | None, month: str, day: str) -> Period | None:
    try:
        date = dt.date(year or 0, int(month), int(day))
    except ValueError:
        return None
    return Period(date, date)


def _month(year: int | None, month: int) -> Period | None:
    return _months(year, month, month)


def _months(year: int | None, first: int, last: int) -> Period | None:
    if year is None or not 1 <= first <= last <= 12:
        return None
    return Period(dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1]))


def read_period(label: object, *, year: int | None = None) -> Period | None:
    """Return the days that a label or a cell names, or None.

    Parameters
    ----------
    label
        Such as ``1月``, ``1—6月``, ``9月（1—22日）``, ``2010年1-9月``, ``2009-2011``, ``上半年``.
    year
        The year of a label that names none.

    Examples
    --------
    >>> read_period("9月（1—22日）", year=2010)
    Period(start=datetime.date(2010, 9, 1), end=datetime.date(2010, 9, 22))
    >>> read_period("1—6月", year=2010).end, read_period("2009年～2011年").start.year
    (datetime.date(2010, 6, 30), 2009)
    >>> read_period("1月") is None
    True
    """
    text = _dashes(squeezed(label)) if isinstance(label, str) else label
    if isinstance(text, str):
        if match := _MONTH_DAYS.fullmatch(text):
            named = _full(match["year"]) if match["year"] else year
            first = _day(named, match["month"], match["first"])
            last = _day(named, match["month"], match["last"])
            return Period(first.start, last.end) if first and last and first <= last else None
        if match := _MONTHS.fullmatch(text):
            named = _full(match["year"]) if match["year"] else year
            return _months(named, int(match["first"]), int(match["last"]))
        if (match := _FROM_TO.fullmatch(text)) and not _MONTH.fullmatch(text):
            first, last = _end(match["first"]), _end(match["last"])
            return Period(first.start, last.end) if first and last and first.start <= last.end else None
    return read_date(text, year=year).period


def _end(text: str) -> Period | None:
    """Return one end of a span of years or months: ``2009``, ``09.5``, ``2010年8月``."""
    parts = [int(part) for part in re.findall(r"\d+", text)]
    year = parts[0] if parts[0] >= _YEARS[0] else 2000 + parts[0] % 100
    if not _YEARS[0] <= year < _YEARS[1]:
        return None
    return _year(year) if len(parts) == 1 else _month(year, parts[1])


def meant_as_date(cell: object) -> bool:
    """Tell whether a cell is written like a day but is none, or not surely one: 2021/9/31, 3/4/2021.

    Examples
    --------
    >>> meant_as_date("2021/9/31"), meant_as_date("3/4/2021"), meant_as_date("2021-9-30"), meant_as_date("31")
    (True, True, False, False)
    """
    text = _dashes(squeezed(cell)) if isinstance(cell, str) else ""
    return _LIKE_A_DAY.fullmatch(text) is not None and read_date(text, year=2000).state is State.UNPARSED


def is_span(cell: object) -> bool:
    """Tell whether a cell names a span of time, open or closed: ``2009-2011``, ``2008-``.

    Examples
    --------
    >>> is_span("2009.5—2010.8"), is_span("2008-"), is_span("2010-09")
    (True, True, False)
    """
    if not isinstance(cell, str):
        return False
    text = _dashes(squeezed(cell))
    return _OPEN.fullmatch(text) is not None or (
        _FROM_TO.fullmatch(text) is not None and not (_MONTH.fullmatch(text) or _DAY_TEXT.fullmatch(text))
    )


def days(given: Iterable[dt.date | None]) -> pd.api.extensions.ExtensionArray:
    """Return days as an array of datetime64[s], NaT for None."""
    import pandas as pd

    found: pd.api.extensions.ExtensionArray = pd.Series(list(given), dtype="datetime64[s]").array
    return found
