"""Rows that state what is reached so far: profit after costs, a surplus, subtotals that a grand total proves."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks.marks import OF_WHICH, RATIO
from cityanalytics.workbooks.sums import LARGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.body import Body
    from cityanalytics.workbooks.marks import Mark
    from cityanalytics.workbooks.numeric import Numbers

    Span = tuple[int, int]

#: What opens the label of an amount that is taken off, or added.
_LESS = re.compile(
    r"^(?:减[:去]?|扣除|(?:less|minus|deduct|moins|menos|abzüglich|zzgl|abzgl)\.?[:(])", re.IGNORECASE
)
_PLUS = re.compile(r"^(?:加[:上]|(?:add|plus|zuzüglich|más)[:(])", re.IGNORECASE)
_MEAN = re.compile(r"平均|均值|(?i:average|mean|durchschnitt|moyenne|promedio|средн)")
_STATISTIC = re.compile(
    r"平均[值数]?|均值|最[大高小低][值]?|(?i:average|mean|median|max(?:imum)?|min(?:imum)?|durchschnitt|moyenne|promedio|среднее)"
)
_EXTREME = re.compile(r"最[大高小低多少]|(?i:^max|^min|highest|lowest|peak)")
_ORDINAL = re.compile(
    r"^(?:第?[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十]{1,3}\)|\d{1,2}[、.])"
)
_MOST = 2000
_SEVERAL = 2


def statement_results(
    body: Body, kinds: NDArray[np.int8], marks: Mapping[int, Mark], additive: Mapping[int, Numbers]
) -> dict[int, Span | None]:
    """Find the rows that equal everything above them, costs taken off: 营业利润, Gross profit, Net change.

    An amount is taken off where it is negative, or where its label says so (减：, Less:), and the lines after it
    until a result. The last row has to be a result, or several have to be; each in every column that it states.

    Returns
    -------
    dict
        Position of each result: the stretch that it sums; None where labels turn signs, which no sum does.
    """
    columns = _columns(additive)
    rows = _rows(body, kinds, marks)
    if not body.names or not _SEVERAL < len(rows) <= _MOST or not columns:
        return {}
    words = [_ORDINAL.sub("", body.names[row]) for row in rows]
    taken_off = [bool(_LESS.match(word)) for word in words]
    if not any(taken_off) and not any((read.value[rows] < 0).any() for read in columns):
        return {}
    found: list[int] = []
    turned = any_negative = several = False
    sign, contributed = 1, 0
    running = np.zeros(len(columns))
    for row, word, less in zip(rows, words, taken_off, strict=True):
        values = np.array([read.value[row] if read.parsed[row] else 0.0 for read in columns])
        plus = _PLUS.match(word) is not None
        if less or plus or _ORDINAL.match(body.names[row]):
            sign = -1 if less else 1
        agreeing = _agree(values, running, columns, contributed)
        if contributed >= _SEVERAL and any_negative and not less and not plus and agreeing:
            found.append(row)
            several |= (agreeing > 1 and len(found) > 1) or bool((np.abs(values) >= LARGE).any())
            running, contributed, sign = values, 1, 1
            continue
        turned |= sign < 0 and bool((values > 0).any())
        any_negative |= sign < 0 or bool((values < 0).any())
        running = running + (-np.abs(values) if sign < 0 else values)
        contributed += bool((values != 0).any())
    if not found or not several or (found[-1] != rows[-1] and len(found) < _SEVERAL):
        return {}
    return {row: None if turned else (0, row) for row in found}


def surpluses(
    kinds: NDArray[np.int8], numbered: NDArray[np.bool_], additive: Mapping[int, Numbers]
) -> frozenset[int]:
    """Find the rows right after totals that are the difference of the two before them: receipts less payments."""
    columns = _columns(additive)
    content = np.flatnonzero(kind.of_kinds(kinds, kind.DATA, kind.TOTAL) & numbered)
    totals = content[kinds[content] == kind.TOTAL].tolist()
    found: set[int] = set()
    if not 0 < len(totals) <= _MOST or not columns:
        return frozenset()
    for place, before in enumerate(pairwise(totals)):
        row = int(content[min(int(np.searchsorted(content, before[1])) + 1, len(content) - 1)])
        if kinds[row] != kind.DATA or (place + _SEVERAL < len(totals) and row > totals[place + _SEVERAL]):
            continue
        values, *sums = (
            np.array([read.value[at] if read.parsed[at] else 0.0 for read in columns])
            for at in (row, *before)
        )
        if (np.abs(values) >= LARGE).any() and _agree(values, sums[0] - sums[1], columns, _SEVERAL):
            found.add(row)
    last = int(content[-1])
    if kinds[last] == kind.DATA and totals[-1:] == content[-2:-1].tolist():
        values, above = (
            np.array([read.value[at] if read.parsed[at] else 0.0 for read in columns])
            for at in (last, totals[-1])
        )
        alone = np.count_nonzero(values) == 1 and np.count_nonzero(above) == _SEVERAL
        if alone and abs(values.sum()) >= LARGE and abs(values.sum()) in {abs(above.sum()), _apart(above)}:
            found.add(last)  # of a total of what is added and one of what is left out
    return frozenset(found)


def _apart(values: NDArray[np.float64]) -> float:
    first, second = values[values != 0]
    return float(abs(first - second))


def proven_by_total(
    kinds: NDArray[np.int8], numbered: NDArray[np.bool_], additive: Mapping[int, Numbers]
) -> dict[int, Span]:
    """Find the subtotals that a grand total proves: it states what all rows come to without them.

    Each sums the run of rows right above it, up to the one before, or else right under it; and the first or last
    row states the sum of all others but these, in every column.
    """
    columns = _columns(additive)
    leaves = np.flatnonzero((kinds == kind.DATA) & numbered)
    content = np.flatnonzero(kind.of_kinds(kinds, kind.DATA, kind.TOTAL) & numbered)
    if not _SEVERAL < len(leaves) <= _MOST or not columns:
        return {}
    whole = [at for at in (int(content[-1]), int(content[0])) if kinds[at] == kind.TOTAL]
    if len(whole) == 0 and (kinds == kind.TOTAL).any():
        return {}
    for grand in whole or [int(leaves[-1]), int(leaves[0])]:
        inner = leaves[leaves != grand]
        stated = np.array([read.value[grand] if read.parsed[grand] else 0.0 for read in columns])
        total = _over(columns, inner)
        if not (np.abs(stated) >= LARGE).any() or _agree(stated, total, columns, len(inner)):
            continue
        for order in (inner, inner[::-1]):
            closed = _closing(order.tolist(), columns, kinds)
            enough = len(closed) > (0 if whole else 1)
            rest = total - _over(columns, np.array(sorted(closed), dtype=np.intp))
            if enough and _agree(stated, rest, columns, len(inner)):
                return closed | ({} if whole else {grand: (int(inner[0]), int(inner[-1]) + 1)})
    return {}


def statistics_below(body: Body, kinds: NDArray[np.int8], additive: Mapping[int, Numbers]) -> frozenset[int]:
    """Find the last rows named for the mean, the greatest or the least of those above, which they state."""
    columns = _columns(additive)
    content = np.flatnonzero(body.numbered & kind.of_kinds(kinds, kind.DATA, kind.TOTAL)).tolist()
    if not body.names or not _SEVERAL < len(content) <= _MOST or not columns:
        return frozenset()
    found: set[int] = set()
    for row in reversed(content):
        name = body.names[row]
        if kinds[row] == kind.TOTAL:
            continue
        if not _MEAN.search(name) and not _EXTREME.search(name):
            break
        found.add(row)
    records = np.array(
        [row for row in content if kinds[row] == kind.DATA and row not in found], dtype=np.intp
    )
    return frozenset(
        row
        for row in found
        if len(records) > 1
        and all(
            _is_statistic(read, row, records, named=_STATISTIC.fullmatch(body.names[row]) is not None)
            for read in columns
        )
    )


def _is_statistic(read: Numbers, row: int, records: NDArray[np.intp], *, named: bool) -> bool:
    """Tell whether a row states the mean, the greatest or the least; something between where it is named so alone."""
    values = read.value[records[read.parsed[records]]]
    stated = float(read.value[row])
    if not read.parsed[row] or not len(values):
        return True
    digits = len(f"{stated:.10g}".partition(".")[2])
    near = abs(stated - float(values.mean())) <= 0.5 * 10.0**-digits + 1e-9
    if named and values.min() <= stated <= values.max():
        return True
    return near or stated in {float(values.max()), float(values.min())}


def _closing(order: Sequence[int], columns: Sequence[Numbers], kinds: NDArray[np.int8]) -> dict[int, Span]:
    """Return the rows that sum those since the one before, going up or down."""
    found: dict[int, Span] = {}
    running, block = np.zeros(len(columns)), list[int]()
    whole = np.zeros(len(columns))
    for place, row in enumerate(order):
        values = np.array([read.value[row] if read.parsed[row] else 0.0 for read in columns])
        if block and kind.of_kinds(kinds[min(block[-1], row) : max(block[-1], row)], kind.TOTAL).any():
            running, block = np.zeros(len(columns)), []
        if length := _summed(values, running, block, columns):
            found[row] = (min(block[-length:]), max(block[-length:]) + 1)
            running, block = np.zeros(len(columns)), []
            continue
        if not block and len(found) >= _SEVERAL and _agree(values, whole, columns, place):
            found[row] = (min(order[:place]), max(order[:place]) + 1)  # of all the blocks so far
            continue
        running, whole = running + values, whole + values
        block.append(row)
    return found


def _summed(
    values: NDArray[np.float64],
    running: NDArray[np.float64],
    block: Sequence[int],
    columns: Sequence[Numbers],
) -> int:
    """Return how many of the last rows of a block a row sums: all of them, else the fewest; 0 if none."""
    if len(block) < _SEVERAL or not values.any():
        return 0
    if _agree(values, running, columns, len(block)):
        return len(block)
    own = _over(columns, np.array(block[-1:], dtype=np.intp))
    for length in range(_SEVERAL, min(len(block), _NEAREST)):
        own = own + _over(columns, np.array([block[-length]], dtype=np.intp))
        if _agree(values, own, columns, length):
            return length
    return 0


_NEAREST = 60


def _rows(body: Body, kinds: NDArray[np.int8], marks: Mapping[int, Mark]) -> list[int]:
    content = np.flatnonzero(body.numbered & kind.of_kinds(kinds, kind.DATA, kind.TOTAL)).tolist()
    return [row for row in content if row not in marks or marks[row].style not in {OF_WHICH, RATIO}]


def _columns(additive: Mapping[int, Numbers]) -> list[Numbers]:
    return [read for read in additive.values() if read.parsed.any()]


def _over(columns: Sequence[Numbers], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.array([read.value[rows[read.parsed[rows]]].sum() for read in columns])


def _agree(
    values: NDArray[np.float64], sums: NDArray[np.float64], columns: Sequence[Numbers], count: int
) -> int:
    """Return in how many columns a row states a sum, up to rounding; 0 where any that it states differs."""
    stated = values != 0
    places = np.array([6 if read.exact is None else min(read.exact[0], 6) for read in columns])
    off = np.abs(values - sums) > 10.0**-places * (0.5 + np.sqrt(count)) * (places > 0) + 1e-6
    return 0 if (off & stated).any() else int(stated.sum())
