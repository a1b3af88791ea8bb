"""Rows that state what is reached so far: profit after costs, a surplus, subtotals that a grand total proves."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks.marks import OF_WHICH, RATIO
from cityanalytics.workbooks.numeric import TELLING

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_LEFT = re.compile(
    r"结余|结存|盈余|净|差额|利润|余额|(?i:surplus|deficit|^net|margin|balance|profit|(?:in|de)crease|left$|remain)"
)
_MOST = 2000
_SEVERAL = 2
#: Every amount stands in so many rows at most: its own, and the totals over it.
_LEVELS = 5
#: So many rows before one are tried for its sum, and so many rows without a named total.
_NEAREST, _UNNAMED = 60, 300


def statement_results(
    body: Body, kinds: NDArray[np.int8], marks: Mapping[int, Mark], additive: Mapping[int, Numbers]
) -> dict[int, Span | None]:
    """Find the rows that equal everything above them, costs taken off: 营业利润, Gross profit, Net change.

    An amount is taken off where it is negative, or where its label says so (减：, Less:), and the lines after it
    until a result. The last row has to be a result, or several have to be, or one in several columns; each in every
    column that it states.

    Returns
    -------
    dict
        Position of each result: the stretch that it sums; None where labels turn signs, which no sum does.
    """
    rows = _rows(body, kinds, marks)
    if not body.names or not _SEVERAL < len(rows) <= _MOST:
        return {}
    words = [_ORDINAL.sub("", body.names[row]) for row in rows]
    taken_off = [bool(_LESS.match(word)) for word in words]
    amounts = _Amounts.stated(additive, np.array(rows))
    if not any(taken_off) and not (amounts.values < 0).any():
        return {}
    found: list[int] = []
    turned = any_negative = several = proven = False
    sign, contributed = 1, 0
    running = np.zeros(len(amounts.values))
    for row, values, word, less in zip(rows, amounts.values.T, words, taken_off, strict=True):
        plus = _PLUS.match(word) is not None
        if less or plus or _ORDINAL.match(body.names[row]):
            sign = -1 if less else 1
        agreeing = amounts.agree(values, running, contributed)
        if contributed >= _SEVERAL and any_negative and not less and not plus and agreeing:
            found.append(row)
            proven |= amounts.telling(values, least=_SEVERAL)
            several |= (agreeing > 1 and len(found) > 1) or amounts.telling(values)
            running, contributed, sign = values, 1, 1
            continue
        turned |= sign < 0 and bool((values > 0).any())
        any_negative |= sign < 0 or bool((values < 0).any())
        running = running + (-np.abs(values) if sign < 0 else values)
        contributed += bool((values != 0).any())
    if not found or not several or (found[-1] != rows[-1] and len(found) < _SEVERAL and not proven):
        return {}
    return {row: None if turned else (0, row) for row in found}


def surpluses(
    kinds: NDArray[np.int8], numbered: NDArray[np.bool_], additive: Mapping[int, Numbers]
) -> frozenset[int]:
    """Find the rows right after totals that are the difference of the two before them: receipts less payments."""
    content = np.flatnonzero(kind.of_kinds(kinds, kind.DATA, kind.TOTAL) & numbered)
    at = np.flatnonzero(kinds[content] == kind.TOTAL)
    if not 0 < len(at) <= _MOST:
        return frozenset()
    after = content[np.minimum(at + 1, len(content) - 1)]
    totals = content[at].tolist()
    looked_at = sorted({*totals, *after.tolist(), int(content[-1])})
    amounts = _Amounts.stated(additive, np.array(looked_at, dtype=np.intp))
    found: set[int] = set()
    for before, row in zip(pairwise(totals), after[1:].tolist(), strict=True):
        values = amounts.at(row)
        left = amounts.at(before[0]) - amounts.at(before[1])
        beyond = content[np.searchsorted(content, row) + 1 :][:1]
        if not (kinds[slice(*before)] == kind.DATA).any() and (kinds[beyond] == kind.DATA).any():
            continue  # a part of the second, which is one of the first
        if kinds[row] == kind.DATA and amounts.telling(values) and amounts.agree(values, left, _SEVERAL):
            found.add(row)
    last = int(content[-1])
    if kinds[last] == kind.DATA and at[-1] == len(content) - _SEVERAL:
        values, above = amounts.at(last), amounts.at(totals[-1])
        alone = np.count_nonzero(values) == 1 and np.count_nonzero(above) == _SEVERAL
        if alone and amounts.telling(values) and abs(values.sum()) in {abs(above.sum()), _apart(above)}:
            found.add(last)  # of a total of what is added and one of what is left out
    return frozenset(found)


def what_is_left(body: Body, kinds: NDArray[np.int8], additive: Mapping[int, Numbers]) -> frozenset[int]:
    """Find the last row that is named for what is left of the first after all between: 结余, Margin."""
    rows = np.flatnonzero((kinds == kind.DATA) & body.numbered)
    if not body.names or (kinds == kind.TOTAL).any() or not _SEVERAL < len(rows) <= _MOST:
        return frozenset()
    last = int(rows[-1])
    if _LEFT.search(body.names[last]) is None:
        return frozenset()
    amounts = _Amounts.stated(additive, rows)
    first, after = amounts.at(int(rows[0])), amounts.of(rows[1:-1]).sum(axis=1)
    signed = bool((after < 0).any())  # costs that are negative are added
    left = first + after if signed else first - after
    return frozenset({last} if amounts.agree(amounts.at(last), left, len(rows)) else ())


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
    leaves = np.flatnonzero((kinds == kind.DATA) & numbered)
    content = np.flatnonzero(kind.of_kinds(kinds, kind.DATA, kind.TOTAL) & numbered)
    if not _SEVERAL < len(leaves) <= _MOST:
        return {}
    whole = [at for at in (int(content[-1]), int(content[0])) if kinds[at] == kind.TOTAL]
    if not whole and ((kinds == kind.TOTAL).any() or len(leaves) > _UNNAMED):
        return {}
    amounts = _Amounts.stated(additive, content)
    for grand in whole or [int(leaves[-1]), int(leaves[0])]:
        inner = leaves[leaves != grand]
        stated, total = amounts.at(grand), amounts.of(inner).sum(axis=1)
        if not amounts.telling(stated) or amounts.agree(stated, total, len(inner)):
            continue
        if not (amounts.values < 0).any() and (stated * _LEVELS < total)[stated > 0].any():
            continue  # subtotals of so many levels cannot come to what is left
        for order in (inner, inner[::-1]):
            closed = _closing(order, amounts, kinds)
            rest = total - amounts.of(np.array(sorted(closed), dtype=np.intp)).sum(axis=1)
            proofs = sum(amounts.telling(amounts.at(row)) for row in closed)  # beside that of the grand total
            if (whole or len(closed) > 1 or proofs) and closed and amounts.agree(stated, rest, len(inner)):
                return closed | ({} if whole else {grand: (int(inner[0]), int(inner[-1]) + 1)})
    return {}


def parts_within(body: Body, kinds: NDArray[np.int8], additive: Mapping[int, Numbers]) -> dict[int, bool]:
    """Find the indented rows that the last row leaves out: parts of the row above them, of which they are some.

    Returns
    -------
    dict
        Position of each, True; and of a last row that only its sums make the total, False.
    """
    content = np.flatnonzero(kind.of_kinds(kinds, kind.DATA, kind.TOTAL) & body.numbered)
    if not body.indents.any() or not _SEVERAL < len(content) <= _MOST:
        return {}
    last = int(content[-1])
    leaves = content[:-1][kinds[content[:-1]] == kind.DATA]
    deeper = body.indents[leaves] > int(body.indents[content[0]])
    if not deeper.any() or body.indents[last] > body.indents[content[0]]:
        return {}
    amounts = _Amounts.stated(additive, content)
    stated, named = amounts.at(last), kinds[last] == kind.TOTAL
    kept = amounts.of(leaves[~deeper]).sum(axis=1)
    if not amounts.telling(stated, 1 if named else _SEVERAL) or not amounts.agree(stated, kept, len(leaves)):
        return {}
    return dict.fromkeys(leaves[deeper].tolist(), True) | ({} if named else {last: False})


def statistics_below(body: Body, kinds: NDArray[np.int8], additive: Mapping[int, Numbers]) -> frozenset[int]:
    """Find the last rows named for the mean, the greatest or the least of those above, which they state."""
    columns = [read for read in additive.values() if read.parsed.any()]
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


def _closing(order: NDArray[np.intp], amounts: _Amounts, kinds: NDArray[np.int8]) -> dict[int, Span]:
    """Return the rows that sum those since the one before, or the last of them, going up or down."""
    found: dict[int, Span] = {}
    values = amounts.of(order).T
    running = np.concatenate((np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)))
    between = np.concatenate(([0], np.cumsum(kinds == kind.TOTAL)))
    start, whole = 0, np.zeros(values.shape[1])
    for place, row in enumerate(order.tolist()):
        before = int(order[place - 1]) if place else row
        if place > start and between[max(before, row)] > between[min(before, row)]:
            start = place
        lengths = np.array([place - start, *range(_SEVERAL, min(place - start, _NEAREST))])
        sums = running[place] - running[place - lengths]
        agree = amounts.agreeing(values[place], sums, lengths) * (lengths >= _SEVERAL) * values[place].any()
        if agree.any():
            part = order[place - int(lengths[int((agree > 0).argmax())]) : place]
            found[row] = (int(part.min()), int(part.max()) + 1)
            start = place + 1
        elif start == place and len(found) >= _SEVERAL and amounts.agree(values[place], whole, place):
            found[row] = (int(order[:place].min()), int(order[:place].max()) + 1)  # of all the blocks so far
            start = place + 1
        else:
            whole = whole + values[place]
    return found


def _rows(body: Body, kinds: NDArray[np.int8], marks: Mapping[int, Mark]) -> list[int]:
    content = np.flatnonzero(body.numbered & kind.of_kinds(kinds, kind.DATA, kind.TOTAL)).tolist()
    return [row for row in content if row not in marks or marks[row].style not in {OF_WHICH, RATIO}]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Amounts:
    """What some rows state in the columns of amounts, 0 where nothing, and how exactly each column is written."""

    rows: NDArray[np.intp]
    values: NDArray[np.float64]
    last_place: NDArray[np.float64]
    step: NDArray[np.float64]

    @classmethod
    def stated(cls, additive: Mapping[int, Numbers], rows: NDArray[np.intp]) -> _Amounts:
        """Read the amounts of rows, in order."""
        columns = [read for read in additive.values() if read.parsed[rows].any()]
        places = [6 if read.exact is None else min(read.exact[0], 6) for read in columns]
        values = [np.where(read.parsed[rows], read.value[rows], 0.0) for read in columns]
        return cls(
            rows=rows,
            values=np.array(values).reshape(len(columns), len(rows)),
            last_place=np.array([10.0**-place if place else 0.0 for place in places]),
            step=np.array([read.step for read in columns]),
        )

    def of(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return what rows state, columns by rows."""
        found: NDArray[np.float64] = self.values[:, np.searchsorted(self.rows, rows)]
        return found

    def at(self, row: int) -> NDArray[np.float64]:
        """Return what a row states."""
        return self.of(np.array([row]))[:, 0]

    def telling(self, values: NDArray[np.float64], least: int = 1) -> bool:
        """Tell whether sums that all of some values agree with are no chance in one column, or in several."""
        return int(((np.abs(values) >= TELLING * self.step) & (values != 0)).sum()) >= least

    def agree(self, values: NDArray[np.float64], sums: NDArray[np.float64], count: int) -> int:
        """Return in how many columns a row states a sum of so many, up to rounding; 0 if any differs."""
        return int(self.agreeing(values, sums[None], np.array([count]))[0])

    def agreeing(
        self, values: NDArray[np.float64], sums: NDArray[np.float64], counts: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Return the same for several sums, one a row."""
        stated = values != 0
        explained = self.last_place * (0.5 + np.sqrt(counts))[:, None] + 1e-6
        off = (np.abs(values - sums) > explained) & stated
        return np.where(off.any(axis=1), 0, int(stated.sum()))
