"""Where a workbook says in what unit its numbers are, and which statement is nearest to a column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from cityanalytics.workbooks.cells import squeezed
from cityanalytics.workbooks.units import Dimension, Unit, find_unit, unit_pattern, units_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A unit, stated somewhere.

    Parameters
    ----------
    unit
        What is stated.
    cell
        Name of the cell that states it.
    """

    unit: Unit
    cell: str


class Measure(Enum):
    """What a column's labels say that it measures."""

    MONEY = Dimension.MONEY
    AREA = Dimension.AREA
    LENGTH = Dimension.LENGTH
    SHARE = Dimension.SHARE
    COUNT = Dimension.COUNT
    CODE = "code"
    PRICE = "price"
    UNCLEAR = "unclear"


_UNIT = unit_pattern()
_LIST = rf"(?:人民币)?(?:{_UNIT})(?:[、,/和及](?:{_UNIT}))*"
#: What one of something costs, at the end of a label: ``Cost £/m2``.
_PRICE = re.compile(r"(?:us[$]|(?<![a-z])[$]|[€£₹])/[^/]+$", re.IGNORECASE)
#: So wide a gap ends a statement: ``单位：万元　　计划面积为假定``.
_WIDE_GAP = re.compile(r"\s{2,}")
#: What may still follow a unit that closes a title.
_CLOSING = re.compile(
    r"[:。.]?(?:[(\[](?:continued|cont'd|cont\.?|续)[)\]])?[:。.]?(?:[;].*)?", re.IGNORECASE
)
_STOP = re.compile(r"\.(?!\d)|[;。,]")
_AFTER_MARK = re.compile(
    r"[,:;—–-](?=[^\W\d_]{2}|[$€£₹])|(?<=\d)(?=(?:us)?[$€£₹])|(?<=[a-z])(?=us[$]|[€£₹])", re.IGNORECASE
)
_SCALED_MONEY = frozenset({Dimension.MONEY, Dimension.FOREIGN_MONEY, Dimension.SCALE})
#: The same again for foreign readers: ``单位：亿元 Unit: 100 million yuan``.
_ENGLISH = re.compile(r"(?<=单位.)(.*?)[(/]?unit:.*$", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[【]([^()\[\]【】]*)[)\]】]")
_STATED = re.compile(
    rf"(?:[单單]位(?:均|都|统一)?(?:为|是)?[:]?|(?<![a-z])units?:)({_LIST})(?![^\W\d_]|(?<=[a-z])\d)",
    re.IGNORECASE,
)
_COUNTED = re.compile(rf"(?:以|按)({_LIST})(?:为单位|计)", re.IGNORECASE)
#: A unit at the end of a label: any after a mark (``总投资/元``), long ones after a word too (``总投资万元``).
_SUFFIX = re.compile(
    rf"(?:(?:[:/_-]|[、,](?=.{{2}}))(?:人民币)?(?P<marked>(?:{_UNIT})(?:/(?:{_UNIT}))?)"
    r"|(?<=[\u4e00-\u9fff])(?P<bare>(?:百|千|万|百万|千万|亿)元|万?(?:平方米|㎡|m2)|公里|公顷|%|‰|(?<=[额资款费])元|(?<=面积)亩))$",
    re.IGNORECASE,
)

_WORDS: tuple[tuple[Measure, str], ...] = (
    (
        Measure.SHARE,
        r"[%‰]|比例|比重|占比|百分|比率|同比|环比|增速|增幅|增长|率(?!先)|占(?![地用])|折扣|系数|指数|得分|评分",
    ),
    (
        Measure.CODE,
        r"序号|编号|代码|编码|电话(?!费)|手机|邮编|身份证|账号|年份|(?<![\d一二三四五六七八九十])月份|文号|^年度?$|^月$|(?i:\bid\b)|次序|排名|名次|行次|^[类款项目]$",
    ),
    (Measure.PRICE, r"单价|均价|单方造价|平均|人均|户均|单位造价|标准|指标$|费率|楼面价"),
    (
        Measure.COUNT,
        r"数量|[个户项套栋幢条家宗份次台人处座件间层棵株]数|人次|工期|天数|月数|年限|工程量|数目|工作量|户$|(?<![初末算划成行际计年月期])数$",
    ),
    (Measure.AREA, r"面积|用地$|占地|建设规模$"),
    (Measure.LENGTH, r"长度|里程|全长|总长|管长|路长|宽度|红线宽"),
    (
        Measure.MONEY,
        (
            r"投资|金额|资金|费|款|额|价|产值|成本|收入|支出|造价|预算|决算|概算|估算|贷款|补助|补偿|税|利润|[原净残现]值"
            r"|财政|自筹|债券|工资|薪|奖|利息|本金|拨付|支付|到位|总计划|融资|资产|负债|余额|营收"
        ),
    ),
)
#: In English, squeezed: labels are compared without white space.
_ENGLISH_WORDS: tuple[tuple[Measure, str], ...] = (
    (Measure.SHARE, r"percent|percentage|shareof|rateof|growth|^change|ratio"),
    (Measure.CODE, r"code$|^code|^ref$|^id$|^serial|reference$|^s/?no"),
    (
        Measure.PRICE,
        (
            r"unitrate|unitprice|unitcost|^rate$|price$|average|^mean|median|perkm|perunit|percapita"
            r"|(?:cost|price|rent|value|income|spend|expenditure|amount)s?per(?!iod|annum|year|quarter|month|cent)"
        ),
    ),
    (Measure.COUNT, r"numberof|^number$|^posts$|^staff$|^quantity$|^qty|^count$|^units$|^no\.?of"),
    (Measure.AREA, r"area$|^area"),
    (Measure.LENGTH, r"length"),
    (
        Measure.MONEY,
        r"cost|budget|expenditure|amount|outlay|payment|receipt|revenue|invoiced|contractvalue|allocation|disbursed|released|estimate",
    ),
)
_MEASURES = tuple((found, re.compile(words)) for found, words in _WORDS) + tuple(
    (found, re.compile(words, re.IGNORECASE)) for found, words in _ENGLISH_WORDS
)

#: A parent label that makes shares of all columns under it.
_SHARE_OF = re.compile(r"(?:百分比|比例|比重|占比|率|[%‰]|增幅|增速)(?:\([%‰]\))?$")


def measure(labels: Sequence[str]) -> Measure:
    """Tell what a column measures from its path of labels, the last first.

    Examples
    --------
    >>> measure(["2010年实际完成情况", "完成投资占年计划%"]).name, measure(["建筑面积"]).name
    ('SHARE', 'AREA')
    >>> measure(["投资进度(万元)", "8月", "累计"]).name, measure(["项目数"]).name
    ('MONEY', 'COUNT')
    """
    return _measure(tuple(labels))


@lru_cache(maxsize=1 << 12)
def _measure(labels: tuple[str, ...]) -> Measure:
    own = labels[-1] if labels else ""
    if not units_of_label(own) and any(_SHARE_OF.search(label) for label in labels):
        return Measure.SHARE
    for label in reversed(labels):
        stripped = _BRACKETS.sub("", label) or label
        for found, pattern in _MEASURES:
            if pattern.search(stripped):
                return found
        inside = units_of_label(label)
        if inside and inside[0].dimension is Dimension.FOREIGN_MONEY:
            return Measure.MONEY
        if inside and inside[0].dimension in {member.value for member in Measure}:
            return Measure(inside[0].dimension)
    return Measure.UNCLEAR


@lru_cache(maxsize=1 << 12)
def units_of_label(label: str) -> tuple[Unit, ...]:
    """Return the units that a label states: in brackets, after 单位：, or at its end.

    Examples
    --------
    >>> [unit.name for unit in units_of_label("总投资(万元)")], units_of_label("招商形式(独资、合资等)")
    (['万元'], ())
    >>> [unit.name for unit in (*units_of_label("占年度计划%"), *units_of_label("总投资/元"))]
    ['%', '元']
    >>> [unit.name for unit in units_of_label("单价(元/m2)")]
    ['元/平方米']
    """
    alone = find_unit(label)
    if alone is not None and (alone.dimension not in {Dimension.COUNT, Dimension.OTHER} or "/" in alone.name):
        return (alone,)
    found = [unit for inside in _BRACKETS.findall(label) for unit in units_in(inside)]
    outside = _BRACKETS.sub("", label)
    if not found and (price := _PRICE.search(outside)) and (unit := find_unit(price.group())) is not None:
        return (unit,)
    if not found and (match := _STATED.search(outside)):
        found = list(units_in(match.group(1)))
    elif not found and (match := _SUFFIX.search(outside)):
        found = list(units_in(match["marked"] or match["bare"]))
    elif (
        not found
        and len(parts := _AFTER_MARK.split(outside)) > 1
        and (unit := find_unit(parts[-1])) is not None
    ):
        found = [unit] if unit.dimension not in {Dimension.COUNT, Dimension.OTHER} else []
    return tuple(found)


@lru_cache(maxsize=1 << 12)
def units_of_note(text: str) -> tuple[Unit, ...]:
    """Return the units that a title, a unit row or a footnote states.

    Examples
    --------
    >>> [unit.name for unit in units_of_note("注：金额单位为万元，面积单位：亩")]
    ['万元', '亩']
    >>> units_of_note("填报单位：市园林局"), units_of_note("单位：亿元 Unit: 100 million yuan")[0].name
    ((), '亿元')
    >>> [unit.name for unit in units_of_note("Reported by: 市园林局; unit: 万元")]
    ['万元']
    >>> [unit.name for unit in units_of_note("单位：万平方米  计划面积为假定")]
    ['万平方米']
    """
    text = _ENGLISH.sub(r"\1", squeezed(_WIDE_GAP.sub(";", text)))
    # A note lists the units of its sheet: 万元/平方米 are two there, and a price per area in a label.
    stated = [*_STATED.finditer(text), *_COUNTED.finditer(text)]
    found = [unit for match in stated for unit in units_in(match.group(1).replace("/", "、"))]
    # A bracket in a sentence belongs to the word before it; one that closes a title belongs to the table.
    closing = [
        match.group(1) for match in _BRACKETS.finditer(text) if _CLOSING.fullmatch(text[match.end() :])
    ]
    return tuple(found) or tuple(unit for inside in closing for unit in _units_inside(inside)) or _bare(text)


def _units_inside(inside: str) -> tuple[Unit, ...]:
    """Return the units of what stands in a bracket, up to its first full stop: Millions of dollars. Not adjusted."""
    return units_in(inside) or units_in(_STOP.split(inside)[0])


def _bare(text: str) -> tuple[Unit, ...]:
    """Return the unit of a line that is nothing else, or of what closes a title after a mark: …, in US$ million."""
    unit = find_unit(text) or find_unit(_AFTER_MARK.split(text)[-1])
    return (unit,) if unit is not None and unit.dimension in _SCALED_MONEY else ()


@lru_cache(maxsize=1 << 12)
def is_unit_note(text: str) -> bool:
    """Tell whether a text states a unit and says nothing else.

    Examples
    --------
    >>> is_unit_note("计量单位:万元"), is_unit_note("2010年投资表(单位:万元)"), is_unit_note("(万元)")
    (True, False, True)
    """
    text = _ENGLISH.sub(r"\1", text)
    rest = _STATED.sub("单位", text)
    rest = _BRACKETS.sub(lambda match: "" if _units_inside(match.group(1)) else match.group(0), rest)
    rest = re.sub(r"(?:计量|金额|货币|面积|长度)?单位|[()\[\]:,;、]", "", rest)
    return bool(units_in(text)) or (not rest and bool(units_of_note(text)))


def nearest(
    ranks: Iterable[Sequence[Statement]], wanted: Measure
) -> tuple[Statement | None, tuple[Statement, ...]]:
    """Choose the statement that holds for a column.

    Parameters
    ----------
    ranks
        Statements of equal rank together, the nearest first.
    wanted
        What the column measures.

    Returns
    -------
    tuple
        The nearest fitting statement, or None; and, where statements of its rank differ, all of them.
    """
    for statements in ranks:
        fitting = [statement for statement in statements if _fits(statement.unit, wanted)]
        if not fitting:
            continue
        same = [s for s in fitting if s.unit.dimension is fitting[0].unit.dimension]
        # 单位：套、户 in one cell are what several columns count, not two statements of one
        listed = fitting[0].unit.dimension is Dimension.COUNT and len({s.cell for s in same}) == 1
        conflict = len({s.unit.name for s in same}) > 1
        if conflict and listed:
            return None, ()
        return fitting[0], tuple(same) if conflict else ()
    return None, ()


def _fits(unit: Unit, wanted: Measure) -> bool:
    if wanted is Measure.UNCLEAR:
        return True
    if unit.dimension is Dimension.SCALE:
        return wanted in {Measure.MONEY, Measure.COUNT, Measure.AREA, Measure.LENGTH}
    if wanted in {Measure.MONEY, Measure.PRICE}:
        return unit.dimension in {Dimension.MONEY, Dimension.FOREIGN_MONEY}
    return unit.dimension is wanted.value
