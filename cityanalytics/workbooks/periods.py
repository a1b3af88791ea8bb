"""What labels say of the period of amounts: which days, and whether they run from the year's first day on."""

# ruff: noqa: RUF001 - dashes as they are written

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cityanalytics.workbooks.cells import as_date, squeezed
from cityanalytics.workbooks.dates import Period, read_period
from cityanalytics.workbooks.units import find_unit

if TYPE_CHECKING:
    from collections.abc import Sequence


class Cumulation(StrEnum):
    """From when an amount runs, as words say."""

    OWN = "own"
    TO_DATE = "to date"
    NOTHING = "nothing"


class StatedPeriod(NamedTuple):
    """What labels say of a period.

    Parameters
    ----------
    period
        The days that they name: of a month called 累计 the month, of 1-9月 and 截至9月22日 all from 1 January on.
    cumulation
        Whether an amount is called the period's own, or one that runs from 1 January.
    beside
        What else the labels say: columns of one run say the same.
    """

    period: Period
    cumulation: Cumulation
    beside: str

    @property
    def open(self) -> bool:
        """Whether the days alone do not say where the amount begins: a month or quarter that is not the first."""
        return (self.period.start.month, self.period.start.day) != (1, 1)


#: What is planned, compared, or a stock, and no amount done in a period; 投资计划完成情况 is one all the same.
_OTHER = re.compile(
    r"计划(?!(?:投资|任务|目标)?(?:完成情况|执行|推进))|目标|预计|预期|拟(?!建)|预测|上年|去年|同期|同比|环比|增[长幅速减]|占|比[例重]|率|%"
    r"|排名|余额|贷款|到位|拨付|支付|未完成|剩余|(?i:plan|target|budget|forecast|expected|previous|lastyear|growth|share|change)"
)
#: From the beginning of the project, not of the year.
_SINCE_START = re.compile(
    r"开工(?:以来|至今|起|到现在)|自(?:项目)?开工|建设以来|建成以来|项目累计|历年累计|总累计|(?i:sincestart|projecttodate)"
)
_OWN = re.compile(
    r"当[月期季年旬]|本[月期季旬]|单月|每月|分月|逐月|月度|当期|(?i:ownamount|thismonth|monthly)"
)
_TO_DATE = re.compile(
    r"累[计积]|截[至止]|自?年初|自?1月(?:1日)?(?:以来|起)|(?i:cumulative|accumulated|todate|ytd)"
)
#: What stands around a period and says nothing of its days.
_AROUND = re.compile(
    r"其中[:,]?|累[计积]|截[至止](?:到)?|自?年初(?:以?来|起)?(?:至今)?|当[月期季旬]|单月|分月|每月|逐月|月度|本期|当期"
    r"|完成|投资|金额|数额|额度?|情况|实际|工程|产值|拆迁|面积|实绩|实施|进度|(?<=[月日度年])(?:数|份)"
    r"|(?i:cumulative|accumulated|investment|completed|done|amount|actual)"
)
_SAYS = re.compile(f"{_OWN.pattern}|{_TO_DATE.pattern}")
_UP_TO = re.compile(
    r"截[至止]到?|^[至到](?=\d)|^(?i:to|upto|asat|asof)(?=\d)|(?<=[日月底末])止|(?<=月)[底末]"
)
_BRACKET = re.compile(r"[(\[](?P<inside>[^()\[\]]*)[)\]]")
_YEAR = re.compile(r"(?P<year>(?:19|20)\d{2})年?度?")
_THIS_YEAR = re.compile(r"[本今当]年度?|全年|年度|(?i:thisyear|year|fullyear)")
_THIS_MONTH = re.compile(r"[本当]月|(?i:thismonth)")
_THIS_QUARTER = re.compile(r"[本当]季度?")
_FIRST = re.compile(r"前(?P<count>[一二三四五六七八九十两\d]{1,2})个?(?P<what>季度?|月)")
_QUARTERS = re.compile(r"第?[一1](?:季度)?(?:至|到|-|~)第?(?P<last>[二三四2-4]季度)")
_TO_MONTH = re.compile(r"(?:-|~|至|到)(?P<last>\d{1,2}月)")
_TOTALS = frozenset({"合计", "小计", "计", "总计", "数"})
_CHINESE = {name: number for number, name in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_ENGLISH_MONTHS = re.compile(
    r"(?i:(?<![a-z])(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?(?![a-z]))"
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_ENGLISH = (
    (re.compile(r"(?i:yeartodate|ytd)"), "年初至今"),
    (re.compile(r"(?i:(?:first|1st)quarter)"), "一季度"),
    (re.compile(r"(?i:(?:second|2nd)quarter)"), "二季度"),
    (re.compile(r"(?i:(?:third|3rd)quarter)"), "三季度"),
    (re.compile(r"(?i:(?:fourth|4th)quarter)"), "四季度"),
    (re.compile(r"(?i:firsthalf(?:year)?|^h1$)"), "上半年"),
    (re.compile(r"(?i:secondhalf(?:year)?|^h2$)"), "下半年"),
)
_DAY_MONTH = re.compile(r"(?<![\d.])(?P<day>\d{1,2})(?P<month>\d{1,2}月)(?!\d)")


@lru_cache(maxsize=1 << 12)
def read_labels(path: tuple[str, ...], day: dt.date) -> StatedPeriod | None:
    """Read a path of labels as a period, or None where they name none, or another than one in which something was done.

    Parameters
    ----------
    path
        Labels from the top down, without white space, in half-width forms.
    day
        The data date: 本月 is its month up to it, and the year is its year where none is written.

    Examples
    --------
    >>> day = dt.date(2010, 9, 22)
    >>> read_labels(("2010年完成投资", "9月(1-22日)"), day).period.end
    datetime.date(2010, 9, 22)
    >>> [str(read_labels((label,), day).period.end) for label in ("前三季度", "1-3月累计", "截至9月22日", "本月")]
    ['2010-09-30', '2010-03-31', '2010-09-22', '2010-09-22']
    >>> read_labels(("累计完成投资", "3月份"), day).cumulation.value, read_labels(("自开工累计完成投资",), day)
    ('to date', None)
    """
    if any(_OTHER.search(label) or _SINCE_START.search(label) for label in path):
        return None
    texts = [_plain(label) for label in path]
    year = next((int(found["year"]) for text in reversed(texts) if (found := _YEAR.search(text))), day.year)
    words = (
        Cumulation.OWN if _OWN.search(text) else Cumulation.TO_DATE
        for text in reversed(texts)
        if _SAYS.search(text)
    )
    for period_of in (_named, _up_to_now):  # 8月/当月 is August, whatever the data date
        for at in reversed(range(len(texts))):
            if _adds_nothing(texts[at + 1 :]) and (period := period_of(texts[at], year, day)) is not None:
                beside = "/".join((*texts[:at], *texts[at + 1 :]))
                return StatedPeriod(period=period, cumulation=next(words, Cumulation.NOTHING), beside=beside)
    return None


def period_of_cell(cell: object, *, path: Sequence[str], day: dt.date) -> StatedPeriod | None:
    """Read the cell of a row as the period that its amount is of.

    Parameters
    ----------
    cell
        ``9月``, ``1-9月``, 9, 201009, a day: its month, up to it where it is not the first.
    path
        Labels of the column of amounts: they may say that all are to date.
    day
        The data date.

    Examples
    --------
    >>> period_of_cell(dt.date(2010, 2, 28), path=["完成投资"], day=dt.date(2010, 9, 22)).period.start
    datetime.date(2010, 2, 1)
    >>> period_of_cell(9.0, path=["累计完成投资"], day=dt.date(2010, 9, 30)).cumulation.value
    'to date'
    """
    above = "/".join(_plain(label) for label in path)
    cumulation = (
        Cumulation.OWN
        if _OWN.search(above)
        else Cumulation.TO_DATE
        if _TO_DATE.search(above)
        else Cumulation.NOTHING
    )
    if isinstance(cell, str):
        found = read_labels((squeezed(cell),), day)
        if found is not None:
            return (
                found if found.cumulation is not Cumulation.NOTHING else found._replace(cumulation=cumulation)
            )
        cell = float(cell) if re.fullmatch(r"\d{1,2}|(?:19|20)\d{4}", squeezed(cell)) else cell
    if isinstance(cell, dt.date):
        first = as_date(cell).replace(day=1)
        whole = read_period(f"{first.year}年{first.month}月")
        period = whole if whole is None or as_date(cell) == first else Period(first, as_date(cell))
    elif isinstance(cell, float | int) and 1 <= cell <= 12 and cell == int(cell):  # noqa: PLR2004 - months
        period = read_period(f"{int(cell)}月", year=day.year)
    else:
        period = read_period(cell, year=day.year)
    return period and StatedPeriod(period=period, cumulation=cumulation, beside="")


def _plain(label: str) -> str:
    """Return a label with Chinese months for English ones, and without brackets that name no day."""
    text = re.sub(r"[–—−―－﹣─]+", "-", label)
    text = _BRACKET.sub(lambda one: one.group() if re.search(r"\d", one["inside"]) else "", text) or text
    for pattern, chinese in _ENGLISH:
        text = pattern.sub(chinese, text)
    if _ENGLISH_MONTHS.search(text):
        text = _ENGLISH_MONTHS.sub(lambda one: f"{_MONTHS[one.group(1)[:3].lower()]}月", text)
        text = _DAY_MONTH.sub(lambda one: f"{one['month']}{one['day']}日", text)
    return text


def _adds_nothing(below: Sequence[str]) -> bool:
    """Tell whether the labels under a period divide it no further: 8月/中央资金 is but a part of August."""
    return all(
        not (rest := _AROUND.sub("", text)) or rest in _TOTALS or find_unit(rest) is not None
        for text in below
    )


def _named(text: str, year: int, day: dt.date) -> Period | None:
    """Return the days that a label names, none where it names anything else beside them."""
    del day
    first = dt.date(year, 1, 1)
    rest = _AROUND.sub("", _YEAR.sub("", text))
    if found := _FIRST.fullmatch(rest):
        count = _CHINESE.get(found["count"]) or int(found["count"])
        last = read_period(f"{count if found['what'] == '月' else 3 * count}月", year=year)
        return last and Period(first, last.end)
    if found := _QUARTERS.fullmatch(rest) or _TO_MONTH.fullmatch(rest):
        last = read_period(found["last"], year=year)
        return last and Period(first, last.end)
    bare = _UP_TO.sub("", rest)
    if not re.search(r"[月季旬日]|半年|[qQ]\d", bare):
        return None
    named = read_period(bare, year=year) or _span(bare, year)
    if named is not None and _UP_TO.search(_YEAR.sub("", text)):  # 截至9月22日, 9月底
        return Period(first, named.end)
    return named


def _up_to_now(text: str, year: int, day: dt.date) -> Period | None:
    """Return the days up to the data date that a label names by it: 本月, 本季度, 本年累计, 自年初累计."""
    if year != day.year:
        return None
    text = _YEAR.sub("本年", text)
    for pattern, month in ((_THIS_MONTH, day.month), (_THIS_QUARTER, 3 * ((day.month - 1) // 3) + 1)):
        if pattern.search(text) and _AROUND.sub("", pattern.sub("", text)) in {"", *_TOTALS}:
            return Period(dt.date(year, month, 1), day)
    rest = _AROUND.sub("", text)
    this_year = _THIS_YEAR.fullmatch(rest) is not None
    to_date = _TO_DATE.search(text) is not None and (this_year or not rest)
    return Period(dt.date(year, 1, 1), day) if to_date or (this_year and "完成" in text) else None


_SPAN = re.compile(
    r"(?:自|从)?(?P<first>\d{1,2}月\d{1,2}[日号]?)(?:起)?(?:-|~|至|到)(?P<last>(?:\d{1,2}月)?\d{1,2}[日号]?)止?"
)
_IN_MONTH = re.compile(r"(?P<month>\d{1,2}月)\((?P<first>\d{1,2})日?(?:-|~|至|到)(?P<last>\d{1,2})日?\)")


def _span(text: str, year: int) -> Period | None:
    """Return the days from one to another: 1月1日-9月22日; 9月(1-22)."""
    if found := _IN_MONTH.fullmatch(text):
        ends = [f"{found['month']}{found[end]}日" for end in ("first", "last")]
    elif found := _SPAN.fullmatch(text):
        ends = [found["first"], found["last"]]
        if "月" not in ends[1]:
            ends[1] = ends[0].partition("月")[0] + "月" + ends[1]
    else:
        return None
    begins, closes = (read_period(end, year=year) for end in ends)
    if begins is None or closes is None or begins.start > closes.end:
        return None
    return Period(begins.start, closes.end)
