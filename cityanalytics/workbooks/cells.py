"""What a cell says: a number, a date or a period; or nothing; or something that cannot be read."""

# ruff: noqa: RUF001, RUF002 - full-width forms are what it reads

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np


class State(StrEnum):
    """Whether a cell holds a value: missing, parsed and unparsed are never mixed up."""

    MISSING = "missing"
    PARSED = "parsed"
    UNPARSED = "unparsed"


@dataclass(frozen=True, kw_only=True)
class Number:
    """A cell read as a number.

    Parameters
    ----------
    state
        Whether there is a value.
    value
        The value; not a number (nan) unless parsed. Per cent is a fraction: ``"12%"`` is 0.12.
    written
        Whether it was text: a number that spreadsheets do not add up.
    """

    state: State
    value: float = math.nan
    written: bool = False


#: Signs that mean "no value"; nothing needs to be said about them.
MARKS = frozenset(
    {"", "-", "--", "---", "—", "——", "–", "―", "−", "一一", "/", "//", "\\", "*", "…", "……", ".", "·"}
)
#: Words that mean "no value yet", or none at all: no number, and never zero.
WORDS = frozenset(
    [
        "待定",
        "未定",
        "待报",
        "待补",
        "待核",
        "待核实",
        "待确定",
        "待统计",
        "待编",
        "暂无",
        "暂缺",
        "暂未定",
        "无",
        "空",
        "缺",
        "没有",
        "不详",
        "未知",
        "未报",
        "未填",
        "未统计",
        "无数据",
        "不适用",
        "n/a",
        "na",
        "n.a.",
        "nan",
        "none",
        "null",
        "nil",
        "tbd",
        "#n/a",
        "..",
        "...",
        "×",
        "x",
        "(blank)",
        "notavailable",
        "notapplicable",
        "n/d",
        "nd",
    ]
)

_PENDING = re.compile(r"(?:待[定报补编]|待核实?|待确定|待统计|[暂未]+定|未[报填]|未统计|tbd)$")
#: Radicals that look like letters and are none, as text out of PDF holds them: NFKC does not know these.
_RADICALS = str.maketrans(
    "⺁⺂⺃⺄⺅⺊⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
    "厂乛乚乙亻卜小小兀尣尢尢巳幺彑彐忄忄扌攵旡日月母民氵氺灬爫爫丬牛犭王疋罒示礻竹糸纟罓罒羊羊羋耂肀聿肉臼艹艹艹虎衤覀西见角角讠贝足车辶辶辶阝钅長镸长门阜阝雨青韦页风飞食食飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀",
)
_RADICAL = re.compile("[\u2e80-\u2eff]")
#: A raised digit behind a number: of a note, or a power, and no digit of the number.
_RAISED = re.compile(r"\d[⁰¹²³⁴-⁹]")
_SPACE = re.compile(r"\s+")
_SERIAL = re.compile(r"[★☆*]?\d+(?:\.\d+)*[A-Za-z]?[.、．●○★☆*▲△]?")
_NUMBER = re.compile(
    r"(?P<open>\()?(?:¥|rmb|人民币)?(?P<sign>[-+])?(?:¥)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+|\d{1,2}(?:,\d{2})+,\d{3}|\d+)?(?P<decimals>\.\d*)?(?P<power>e[-+]?\d{1,2})?(?P<share>[%‰])?(?P<close>\))?"
)
_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "﹣": "-", "’": "", "'": "", "，": ","})
_SHARES = {None: 0, "%": 2, "‰": 3}


def _letters(text: str) -> str:
    """Return text in half-width forms, with letters for radicals that look the same."""
    text = unicodedata.normalize("NFKC", text)
    return text.translate(_RADICALS) if _RADICAL.search(text) else text


def plain(text: str) -> str:
    """Return text in half-width forms without white space at its ends or line breaks.

    Examples
    --------
    >>> plain("　１,２５０ ")
    '1,250'
    """
    return _SPACE.sub(" ", _letters(text)).strip()


@lru_cache(maxsize=1 << 14)
def squeezed(text: str) -> str:
    r"""Return text in half-width forms without any white space: how labels are compared and named.

    Examples
    --------
    >>> squeezed("总投资\n（万元）"), squeezed("合　 计")
    ('总投资(万元)', '合计')
    """
    return _SPACE.sub("", _letters(text)).replace("\u200b", "").replace("\ufeff", "")


@lru_cache(maxsize=1 << 14, typed=True)
def as_written(text: str) -> str:
    """Return text as `squeezed` does, with radicals as they stand there."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text)).replace("\u200b", "").replace("\ufeff", "")


#: Letters of the longest mark or word for what is missing.
_LONGEST = max(map(len, (*MARKS, *WORDS)))
_MISSING, _UNPARSED = Number(state=State.MISSING), Number(state=State.UNPARSED)


def read_number(cell: object) -> Number:
    """Read one cell as a number.

    Full-width digits, thousands separators, per cent and negatives in brackets are understood; dashes and
    words such as 待定 are missing, never zero; anything else is unparsed.

    Examples
    --------
    >>> read_number("1,250 ").value, read_number("（３２０．５）").value, read_number("12.5%").value
    (1250.0, -320.5, 0.125)
    >>> read_number("待定").state, read_number("约300").state
    (<State.MISSING: 'missing'>, <State.UNPARSED: 'unparsed'>)
    """
    if isinstance(cell, str):
        if not cell.isascii() and _RAISED.search(cell):
            return _UNPARSED
        return _read_text(squeezed(cell).lower())
    if is_none(cell):
        return _MISSING
    if isinstance(cell, bool | np.bool_) or not isinstance(cell, int | float | np.number):
        return _UNPARSED
    value = float(cell)
    if math.isnan(value):
        return _MISSING
    return Number(state=State.PARSED, value=value) if math.isfinite(value) else _UNPARSED


@lru_cache(maxsize=1 << 14)
def _read_text(text: str) -> Number:
    if text in MARKS or text in WORDS:
        return _MISSING
    match = _NUMBER.fullmatch(text.translate(_MINUS))
    digits = f"{match['digits'] or ''}{match['decimals'] or ''}".replace(",", "") if match else ""
    if match is None or digits in {"", "."} or bool(match["open"]) != bool(match["close"]):
        return _UNPARSED
    # One decimal literal is rounded once: "12.5%" is what 0.125 is.
    value = float(f"{digits}e{int((match['power'] or 'e0')[1:]) - _SHARES[match['share']]}")
    if not math.isfinite(value):
        return _UNPARSED
    negative = (match["sign"] == "-") != bool(match["open"])
    return Number(state=State.PARSED, value=-value if negative else value, written=True)


def is_missing(cell: object) -> bool:
    """Tell whether a cell says nothing: blank, a dash, or a word such as 待定.

    Examples
    --------
    >>> is_missing(None), is_missing("待定"), is_missing("约300"), is_missing(0.0)
    (True, True, False, False)
    """
    if isinstance(cell, float):
        return math.isnan(cell)
    if isinstance(cell, str):
        return _is_missing_text(cell)
    return read_number(cell) is _MISSING


def _is_missing_text(text: str) -> bool:
    if len(text) > _LONGEST and len("".join(text.split())) > _LONGEST:
        return False  # most texts, told without taking them apart
    said = squeezed(text).lower()
    return said in MARKS or said in WORDS


def is_none(cell: object) -> bool:
    """Tell whether a cell is empty, as a sheet or a frame says it.

    Told by name: pandas costs more to import than a small workbook to read.

    Examples
    --------
    >>> is_none(None), is_none(""), is_none(0.0)
    (True, False, False)
    """
    return cell is None or type(cell).__name__ in {"NaTType", "NAType"}


def is_error(text: str) -> bool:
    """Tell whether a text is what a spreadsheet shows for a formula that failed, as CSV and HTML keep it.

    Examples
    --------
    >>> is_error("#DIV/0!"), is_error("#1")
    (True, False)
    """
    return re.fullmatch(r"#(?:DIV/0!|REF!|VALUE!|NAME\?|NUM!|NULL!)", squeezed(text).upper()) is not None


def is_pending(cell: object) -> bool:
    """Tell whether a cell says in a word that its value is yet to come, such as 待定; there may never be one of N/A.

    Examples
    --------
    >>> is_pending("待 定"), is_pending("—"), is_pending("N/A"), is_pending(None)
    (True, False, False, False)
    """
    return isinstance(cell, str) and _PENDING.match(squeezed(cell).lower()) is not None


def is_serial(cell: object) -> bool:
    """Tell whether a cell counts rows: ``3``, ``"3."``, ``"3●"``, ``"1.2"``.

    Examples
    --------
    >>> is_serial(3.0), is_serial("12●"), is_serial("一、"), is_serial("A区")
    (True, True, False, False)
    """
    if isinstance(cell, float):
        return cell >= 0
    return isinstance(cell, str) and _SERIAL.fullmatch(squeezed(cell)) is not None


def as_date(value: dt.date | dt.datetime) -> dt.date:
    """Return the day of a date or a datetime.

    Examples
    --------
    >>> as_date(dt.datetime(2010, 9, 22, 8))
    datetime.date(2010, 9, 22)
    """
    return value.date() if isinstance(value, dt.datetime) else value
