"""What total rows state, beside the sum of the leaves that they cover."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.marks import RATIO
from cityanalytics.workbooks.sheet import cell_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.body import Body
    from cityanalytics.workbooks.coverage import Covered
    from cityanalytics.workbooks.sums import Sums


@dataclass(frozen=True, kw_only=True)
class StatedTotal:
    """A sum that a row states, beside the sum of the leaves that it covers.

    Parameters
    ----------
    cell
        Name of the cell.
    stated
        What stands in it.
    computed
        Exact sum of the leaf rows that it covers; None where they cannot be told, as for 其中….
    agrees
        Whether both are the same up to rounding; None where `computed` is.
    covers
        First and last 1-based sheet row that it covers; None where they cannot be told.
    """

    cell: str
    stated: float
    computed: float | None
    agrees: bool | None
    covers: tuple[int, int] | None


def stated_totals(
    covered: Sequence[Covered],
    body: Body,
    sums: Mapping[int, Sums],
    leaves: NDArray[np.bool_],
    *,
    counts: frozenset[int],
    carried: frozenset[int] = frozenset(),
    unclear: frozenset[int] = frozenset(),
) -> tuple[StatedTotal, ...]:
    """Compare what each total row states with the sum of its leaves; `counts` are columns that nobody rounds.

    Where other columns of a total agree, one of balances (`carried`) may carry on its last value, and one of which
    nothing says that it holds amounts (`unclear`) may hold ratios: those state no sum.

    A cell over leaves that have no value at all states no sum, unless it is zero.
    """
    found = []
    for row in covered:
        at = int(np.searchsorted(body.rows, row.mark.row))
        summing = row.span is not None and any(
            of_column.count(*row.span) > 1 and of_column.agree(float(of_column.stated[at]), *row.span)
            for of_column in sums.values()
        )
        for column, of_column in sums.items():
            stated = float(of_column.stated[at])
            cell = cell_name(row.mark.row, column)
            if not math.isfinite(stated) or row.mark.style == RATIO:
                continue
            if row.span is None or not math.isfinite(of_column.over(*row.span)):
                found.append(StatedTotal(cell=cell, stated=stated, computed=None, agrees=None, covers=None))
                continue
            first, stop = row.span
            if summing and (
                (column in carried and of_column.carries_on(stated, first, stop))
                or (column in unclear and of_column.lies_between(stated, first, stop))
            ):
                found.append(StatedTotal(cell=cell, stated=stated, computed=None, agrees=None, covers=None))
                continue
            inside = np.flatnonzero(leaves[first:stop]) + first
            if not len(inside) or (stated != 0 and not of_column.count(first, stop)):
                continue
            found.append(
                StatedTotal(
                    cell=cell,
                    stated=stated,
                    computed=of_column.over(first, stop),
                    agrees=stated == of_column.over(first, stop)
                    if column in counts
                    else of_column.agree(stated, first, stop),
                    covers=(int(body.rows[inside[0]]) + 1, int(body.rows[inside[-1]]) + 1),
                )
            )
    return tuple(found)
