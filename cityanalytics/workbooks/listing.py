"""Which rows go on with a list that 其中 begins: 其中：新开工, then 续建 and 停建."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks.marks import NAMED, OF_WHICH, RATIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from cityanalytics.workbooks.body import Body
    from cityanalytics.workbooks.marks import Mark

_NUMBERED = re.compile(r"\d+[.、)]|[①-⑳]|\(\d+\)")
_LISTED = 12
_CENTS = 1e-6


def listed(
    body: Body, kinds: NDArray[np.object_], marks: Mapping[int, Mark], additive: Mapping[int, pd.DataFrame]
) -> frozenset[int]:
    """Return the positions of the rows that go on with a list of 其中.

    Where records have serial numbers, rows without go on. Elsewhere those that are indented do, and those
    that together with the list add up to the total above it.
    """
    content = np.flatnonzero(np.isin(kinds, (kind.DATA, kind.TOTAL, kind.GROUP))).tolist()
    leaves = kinds == kind.DATA
    numbered = int(body.serials[leaves].sum()) * 2 > int(leaves.sum())
    found: set[int] = set()
    total: int | None = None
    for place, index in enumerate(content):
        mark = marks.get(index)
        if mark is None or not mark.keyword or mark.style == RATIO:
            continue
        if mark.style != OF_WHICH:
            total = index
            continue
        run: list[int] = []
        for after in content[place + 1 : place + _LISTED]:
            other = marks.get(after)
            if other is None or other.style != NAMED or other.keyword or not body.numbered[after]:
                break
            if _NUMBERED.match(other.label):
                break
            run.append(after)
        indented = next((at for at, after in enumerate(run) if not marks[after].indented), len(run))
        whole = len(run) if numbered else max(indented, _complete(index, run, total, additive))
        found.update(run[:whole])
    return frozenset(found)


def _complete(first: int, run: Sequence[int], total: int | None, additive: Mapping[int, pd.DataFrame]) -> int:
    """Return how many rows make a list add up to the total above it, 0 where none do."""
    for length in range(1, len(run) + 1 if total is not None else 0):
        rows = [first, *run[:length]]
        values = [read["value"].to_numpy() for read in additive.values()]
        stated = [column for column in values if np.isfinite(column[total]) and column[total]]
        if stated and all(abs(np.nansum(column[rows]) - column[total]) <= _CENTS for column in stated):
            return length
    return 0
