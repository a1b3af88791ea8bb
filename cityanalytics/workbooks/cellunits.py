"""Amounts that carry their unit in the cell, such as 300万元, 4.5 km or 12.4 million, in the unit of their column."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.cells import State, read_number, squeezed
from cityanalytics.workbooks.dates import read_date
from cityanalytics.workbooks.units import Dimension, Unit, find_unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cityanalytics.workbooks.face import Face
    from cityanalytics.workbooks.numeric import Numbers

_AMOUNT = re.compile(
    r"(?P<before>[a-z]{0,3}[$€£₹]|usd|eur|gbp|inr|rs\.?)?(?P<number>[-+]?\d[\d,]*(?:\.\d+)?)(?P<unit>(?(before)|[^\d\s])(?:[^\d\s][^\s]*)?)",
    re.IGNORECASE,
)
_CHINESE_SCALES = {"千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
#: A year, a day or a place is no amount: 2021年, 6月, 3层.
_MEASURED = frozenset({Dimension.MONEY, Dimension.FOREIGN_MONEY, Dimension.AREA, Dimension.LENGTH})
_VOLUMES = re.compile(r"(?:立方米|吨|千瓦时)$")


@dataclass(frozen=True, kw_only=True)
class Amount:
    """A number with what stands behind it: a unit, or a scale alone.

    Parameters
    ----------
    number
        As it is written, exactly.
    unit
        The unit, None where only a scale stands there.
    scale
        By how much a scale multiplies the base unit of the column; 1 beside a unit.
    """

    number: Fraction
    unit: Unit | None
    scale: int = 1


def carried_amount(cell: object) -> Amount | None:
    """Read a cell that is a number and a unit or scale, and nothing else.

    Examples
    --------
    >>> carried_amount("1,240.5万元").unit.name, carried_amount("12.4 million").scale
    ('万元', 1000000)
    >>> float(carried_amount("($9,800)").number)
    -9800.0
    >>> carried_amount("2021年"), carried_amount("K0+420"), carried_amount("3号")
    (None, None, None)
    """
    text = squeezed(cell) if isinstance(cell, str) and len(cell) <= _LONGEST else ""
    taken_off = text[:1] == "(" and text[-1:] == ")"  # ($9,800)
    match = _AMOUNT.fullmatch(text[1:-1] if taken_off else text)
    if match is None or (taken_off and match["number"][0] in "+-"):
        return None
    read = read_number(match["number"])
    if read.state is not State.PARSED:
        return None
    number = Fraction(match["number"].replace(",", "")) * (-1 if taken_off else 1)
    suffix = f"{match['before'] or ''}{match['unit']}"
    if suffix in _CHINESE_SCALES:
        return Amount(number=number, unit=None, scale=_CHINESE_SCALES[suffix])
    unit = find_unit(suffix)
    if unit is None:
        return None
    if unit.dimension is Dimension.SCALE:
        return Amount(number=number, unit=None, scale=int(unit.factor))
    measured = unit.dimension in _MEASURED or _VOLUMES.search(unit.name) is not None
    return Amount(number=number, unit=unit) if measured else None


_LONGEST = 40


def holds_amount(cell: object) -> bool:
    """Tell whether a text that is no number holds an amount all the same: a record's, that nobody can add up.

    Examples
    --------
    >>> holds_amount("约300"), holds_amount("100-200"), holds_amount("567*")
    (True, True, True)
    >>> holds_amount("3=1+2"), holds_amount("2001-01"), holds_amount("M0012"), holds_amount("100万元")
    (False, False, False, False)
    """
    if not isinstance(cell, str) or len(cell) > _LONGEST:
        return False
    text = squeezed(cell)
    return (
        _HELD.match(text) is not None
        and find_unit(text) is None
        and carried_amount(cell) is None
        and read_date(text, year=2000).state is not State.PARSED
    )


#: A number with a sign or two before it, and a little behind it.
_HELD = re.compile(r"[^\w(\[=]{0,2}[约近超逾]?[(]?[-+△▲]?\d[^=\u4e00-\u9fff]{0,16}[余多]?$")


def in_unit_of(read: Numbers, face: Face, rows: NDArray[np.intp], column: int, unit: Unit | None) -> Numbers:
    """Read the cells that name a unit of the column's dimension, or a scale, converted to the column's unit.

    Parameters
    ----------
    read
        The column's cells, as numbers.
    face, rows, column
        Where they stand.
    unit
        The column's unit; None where it has none: then scales alone are read.
    """
    open_cells = np.flatnonzero(read.unparsed)
    found = [_amount(face.cells[rows[at], column], unit) for at in open_cells]
    carried = open_cells[[amount is not None for amount in found]]
    if not len(carried):
        return read
    value, parsed = read.value.copy(), read.parsed.copy()
    unparsed = read.unparsed.copy()
    value[carried] = [amount for amount in found if amount is not None]
    parsed[carried], unparsed[carried] = True, False
    return replace(read, value=value, parsed=parsed, unparsed=unparsed, carried=True)


def _amount(cell: object, unit: Unit | None) -> float | None:
    amount = carried_amount(cell)
    if amount is None:
        return None
    if amount.unit is None:
        return float(amount.number * amount.scale / (Fraction(1) if unit is None else unit.factor))
    if unit is None or amount.unit.dimension is not unit.dimension:
        return None
    if unit.dimension is Dimension.FOREIGN_MONEY and _currency(amount.unit) != _currency(unit):
        return None
    return float(amount.number * amount.unit.factor / unit.factor)


def _currency(unit: Unit) -> str:
    return (
        re.sub(r".*of |^(?:百|千|万|十万|百万|千万|亿)", "", unit.name)
        .replace("dollars", "美元")
        .replace("euros", "欧元")
    )
