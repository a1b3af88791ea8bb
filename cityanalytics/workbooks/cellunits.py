"""Amounts that carry their unit in the cell, such as 300万元, in the unit of their column."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.cells import State, read_number, squeezed
from cityanalytics.workbooks.units import Unit, find_unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cityanalytics.workbooks.face import Face
    from cityanalytics.workbooks.numeric import Numbers

_AMOUNT = re.compile(r"(?P<number>[-+]?[\d,]+(?:\.\d+)?)(?P<unit>\D.*)")


def in_unit_of(read: Numbers, face: Face, rows: NDArray[np.intp], column: int, unit: Unit) -> Numbers:
    """Read the cells that name a unit of the column's dimension too, converted to the column's unit.

    Parameters
    ----------
    read
        The column's cells, as numbers.
    face, rows, column
        Where they stand.
    unit
        The column's unit.
    """
    open_cells = np.flatnonzero(read.unparsed)
    found = [_amount(face.cells[rows[at], column], unit) for at in open_cells]
    told = open_cells[[amount is not None for amount in found]]
    if not len(told):
        return read
    value, parsed = read.value.copy(), read.parsed.copy()
    unparsed, written = read.unparsed.copy(), read.written.copy()
    value[told] = [amount for amount in found if amount is not None]
    parsed[told], unparsed[told], written[told] = True, False, True
    return replace(read, value=value, parsed=parsed, unparsed=unparsed, written=written)


def _amount(cell: object, unit: Unit) -> float | None:
    match = _AMOUNT.fullmatch(squeezed(cell)) if isinstance(cell, str) else None
    if match is None:
        return None
    own, number = find_unit(match["unit"]), read_number(match["number"])
    if own is None or own.dimension is not unit.dimension or number.state is not State.PARSED:
        return None
    return float(Fraction(repr(number.value)) * own.factor / unit.factor)
