"""Amounts stated of periods, own or from the year's first day on, become each stretch of days its own amount.

A statement is an edge between two days: the first that it counts, and the first that it no longer counts. Where edges
hang together, the amount between two neighbouring days is their difference; an edge more than is needed is a sum to
be held against the others.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks.dates import Period
from cityanalytics.workbooks.periods import Cumulation, StatedPeriod

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cityanalytics.workbooks.units import Unit

#: A stated sum may differ by what rounding explains, in base units.
ROUNDING = 1.0
#: So many times must amounts rise, and never fall, that rising alone says anything.
_RISES = 6
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True, eq=False)
class PeriodAmounts:
    """Amounts stated of one period, one a row.

    Parameters
    ----------
    label
        What it is called.
    where
        ``file!sheet!column``, for issues.
    stated
        Its period, as its words have it.
    values
        In base units; nan where nothing is stated (float64).
    cells
        ``file!sheet!cell`` of each value.
    """

    label: str
    where: str
    stated: StatedPeriod
    values: np.ndarray
    cells: Sequence[str | None]

    @property
    def period(self) -> Period:
        """The days that it names."""
        return self.stated.period


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The own amount of a stretch of days.

    Parameters
    ----------
    row
        0-based row.
    period
        Its days.
    amount
        In base units.
    cells
        The cells that it comes from: ``file!sheet!F7``, of a difference both ends, ``file!sheet!F7,E7``.
    """

    row: int
    period: Period
    amount: float
    cells: str | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Stated:
    """What a table states by period.

    Parameters
    ----------
    statements
        Its periods.
    total
        The amount of the year up to the data date as it is stated beside them; None where it is not.
    plan
        What the year is to come to, nan where it is not stated (float64); None where no plan is.
    day
        The data date.
    unit
        In which amounts are said to a reader.
    """

    statements: tuple[PeriodAmounts, ...]
    total: PeriodAmounts | None
    plan: np.ndarray | None
    day: dt.date
    unit: Unit

    @property
    def tolerance(self) -> float:
        """By how much rounding may let a sum differ (base units)."""
        return ROUNDING + float(self.unit.factor) * (len(self.statements) + 4) / 2e4

    @property
    def totals(self) -> np.ndarray:
        """The stated totals, nan where there is none: of a column of totals, else of what counts all others."""
        if self.total is not None:
            return self.total.values
        new_year, last = (
            self.day.replace(month=1, day=1),
            max((one.period.end for one in self.statements), default=self.day),
        )
        whole = [one for one in self.statements if one.period.start == new_year and one.period.end == last]
        if len(whole) == 1 and len(self.statements) > 1:
            return whole[0].values
        return np.full(len(self.statements[0].values) if self.statements else 0, np.nan)

    def in_unit(self, amount: float) -> str:
        """Return an amount in the sheet's unit."""
        return f"{amount / float(self.unit.factor):.10g}"


def flows(found: Stated) -> tuple[list[Flow], list[Issue]]:
    """Return the own amounts of stretches of days, and what is doubtful about them.

    Parameters
    ----------
    found
        What a table states.

    Returns
    -------
    tuple
        Flows, column by column where no statement covers another; and the issues. Where words and values disagree on
        whether amounts are a period's own, an error says both readings with their sums.
    """
    issues = [issue for run in _runs(found.statements) for issue in _disagreements(found, run)]
    statements = [_counted(one, found.day) for one in found.statements]
    issues += _falling(found, statements, noted={issue.where for issue in issues})
    issues += _cut(found)
    used = _with_total(found, statements)
    if not used:
        return [], issues
    spans = tuple((one.period.start.toordinal(), one.period.end.toordinal() + 1) for one in used)
    if _disjoint(spans):
        return [
            Flow(row=row, period=one.period, amount=float(one.values[row]), cells=one.cells[row])
            for one in used
            for row in np.flatnonzero(~np.isnan(one.values)).tolist()
        ], issues
    solved, doubts = _solved(found, used, spans)
    return solved, issues + doubts


def checked(found: Stated, own: Sequence[Flow]) -> Iterator[Issue]:
    """Hold the stated total of each row against the sum of its own amounts."""
    if found.total is None:
        return
    sums = np.zeros(len(found.total.values))
    for flow in own:
        sums[flow.row] += flow.amount
    off = np.abs(found.total.values - sums) > found.tolerance
    for row in np.flatnonzero(off).tolist():
        yield _mismatch(found, found.total, row, sums[row])


def _mismatch(found: Stated, one: PeriodAmounts, row: int, computed: float) -> Issue:
    return Issue(
        severity=Severity.WARNING,
        code="CUMULATIVE_MISMATCH",
        where=one.cells[row] or one.where,
        value=found.in_unit(float(one.values[row])),
        understood=Message.of(
            "states {stated} {unit}; the periods of the row sum to {computed} {unit}",
            stated=found.in_unit(float(one.values[row])),
            computed=found.in_unit(computed),
            unit=found.unit.name,
        ),
        suggestion=Message.of("correct the periods or the cumulative figure; the periods are used"),
    )


def _runs(statements: Sequence[PeriodAmounts]) -> list[list[PeriodAmounts]]:
    """Return the months, or other periods, that stand beside each other under the same words, in their order."""
    groups: dict[tuple[Cumulation, str], list[PeriodAmounts]] = {}
    for one in statements:
        groups.setdefault((one.stated.cumulation, one.stated.beside), []).append(one)
    ordered = [sorted(group, key=lambda one: one.period) for group in groups.values()]
    return [
        run
        for run in ordered
        if len(run) > 1 and all(before.period.end < after.period.start for before, after in pairwise(run))
    ]


def _disagreements(found: Stated, run: list[PeriodAmounts]) -> Iterator[Issue]:
    """Say where the words of a run say one thing, own or to date, and its values another."""
    values = np.array([one.values for one in run]).T
    words = Cumulation.TO_DATE if run[0].stated.cumulation is Cumulation.TO_DATE else Cumulation.OWN
    shown = _by_values(found, values)
    if words is Cumulation.TO_DATE and _falls(values, found.tolerance).any():
        shown = Cumulation.OWN
    if shown is None or shown is words:
        return
    total = np.nansum(found.totals) if not np.isnan(found.totals).all() else None
    yield Issue(
        severity=Severity.ERROR,
        code="PERIOD_READINGS",
        where=run[0].where,
        value=f"{run[0].label} … {run[-1].label}",
        understood=Message.of(
            "called amounts to date, but their values are the periods' own: as own amounts they come to {own} {unit}, "
            "as amounts to date to {to_date} {unit}; stated is {total}",
            **_readings(found, values, total),
        )
        if words is Cumulation.TO_DATE
        else Message.of(
            "called the periods' own amounts, but their values run on from the year's first day: as own amounts they "
            "come to {own} {unit}, as amounts to date to {to_date} {unit}; stated is {total}",
            **_readings(found, values, total),
        ),
        suggestion=Message.of(
            "write 累计 into the label of amounts to date, and 当月 into that of a month's own; or correct the values"
        ),
    )


def _readings(found: Stated, values: np.ndarray, total: float | None) -> dict[str, str]:
    last = [row[~np.isnan(row)][-1] for row in values if not np.isnan(row).all()]
    return {
        "own": found.in_unit(float(np.nansum(values))),
        "to_date": found.in_unit(float(sum(last))),
        "unit": found.unit.name,
        "total": "—" if total is None else f"{found.in_unit(total)} {found.unit.name}",
    }


def _by_values(found: Stated, values: np.ndarray) -> Cumulation | None:
    """Return what the values of a run, in order of periods, say they are; None where they do not say."""
    near = found.tolerance
    filled = ~np.isnan(values)
    rows = filled.any(axis=1)
    own = np.nansum(values, axis=1)
    last = np.where(rows, _last(values), np.nan)
    tells = rows & (np.abs(own - last) > near)  # else both readings come to the same
    falls = _falls(values, near)
    by_total = tells & (np.abs(found.totals - own) <= near) if len(found.totals) else tells & False
    to_total = tells & (np.abs(found.totals - last) <= near) if len(found.totals) else tells & False
    if to_total.any() and not by_total.any() and not falls[to_total].any():
        return Cumulation.TO_DATE
    if by_total.any() and not to_total.any():
        return Cumulation.OWN
    if falls.any() or by_total.any() or to_total.any() or found.plan is None or values.shape[1] < 3:  # noqa: PLR2004 - a run
        return None
    rises = np.count_nonzero(np.diff(_carried(values), axis=1) > near)
    beyond = tells & (own > found.plan * 1.05) & (last <= found.plan * 1.05) & (found.plan > 0)
    return Cumulation.TO_DATE if rises >= _RISES and beyond.sum() * 2 > max(tells.sum(), 2) else None


def _carried(values: np.ndarray) -> np.ndarray:
    """Return each row with the value before in the place of what is not stated; nan before the first."""
    at = np.where(~np.isnan(values), np.arange(values.shape[1]), -1)
    at = np.maximum.accumulate(at, axis=1)
    return np.where(at >= 0, np.take_along_axis(values, np.maximum(at, 0), axis=1), np.nan)


def _last(values: np.ndarray) -> np.ndarray:
    last: np.ndarray = _carried(values)[:, -1]
    return last


def _falls(values: np.ndarray, near: float) -> np.ndarray:
    """Tell which rows fall anywhere."""
    return np.asarray((np.diff(_carried(values), axis=1) < -near).any(axis=1))


def _counted(one: PeriodAmounts, day: dt.date) -> PeriodAmounts:
    """Return a statement with the days that it counts: to date from 1 January on, and none after the data date."""
    period = one.period
    if one.stated.cumulation is Cumulation.TO_DATE and one.stated.open:
        period = Period(period.start.replace(month=1, day=1), period.end)
    if period.start <= day < period.end:
        period = Period(period.start, day)
    return one if period is one.period else replace(one, stated=one.stated._replace(period=period))


def _cut(found: Stated) -> Iterator[Issue]:
    """Say which periods end after the data date: what they hold is counted by that day."""
    for one in found.statements:
        if one.period.start <= found.day < one.period.end and (np.nan_to_num(one.values) != 0).any():
            yield Issue(
                severity=Severity.WARNING,
                code="PERIOD_CUT",
                where=one.where,
                value=one.label,
                understood=Message.of(
                    "ends after the data date; counted as what was done by {day}", day=found.day
                ),
                suggestion=Message.of("write the days, such as 9月（1—22日）"),
            )


def _falling(found: Stated, statements: Sequence[PeriodAmounts], *, noted: set[str]) -> Iterator[Issue]:
    """Say where amounts that all run from one day on fall from one period to the next, longer one."""
    first = [one for one in statements if one.period.start == found.day.replace(month=1, day=1)]
    run = list({one.period.end: one for one in sorted(first, key=lambda one: one.period.end)}.values())
    if len(run) < 2 or noted & {one.where for one in run}:  # noqa: PLR2004 - one after another
        return
    values = np.array([one.values for one in run]).T
    rows = np.flatnonzero(_falls(values, found.tolerance)).tolist()
    if not rows:
        return
    row = rows[0]
    at = int(np.flatnonzero(np.diff(_carried(values[row : row + 1]), axis=1)[0] < -found.tolerance)[0]) + 1
    yield Issue(
        severity=Severity.ERROR,
        code="PERIOD_READINGS",
        where=run[at].cells[row] or run[at].where,
        value=found.in_unit(float(values[row, at])),
        understood=Message.of(
            "an amount to date that is smaller than an earlier one: as amounts to date they come to {to_date} {unit}, "
            "as own amounts to {own} {unit}; stated is {total}",
            **_readings(
                found, values, None if np.isnan(found.totals).all() else float(np.nansum(found.totals))
            ),
        ),
        suggestion=Message.of(
            "write 累计 into the label of amounts to date, and 当月 into that of a month's own; or correct the values"
        ),
    )


def _with_total(found: Stated, statements: list[PeriodAmounts]) -> list[PeriodAmounts]:
    """Return the statements, and the total too where they leave days of the year out that it counts.

    A row that states no period at all counts by its total.
    """
    total = found.total
    if total is None or np.isnan(total.values).all():
        return statements
    if not statements:
        return [total]
    stated = ~np.isnan(np.array([one.values for one in statements])).all(axis=0)
    sums = np.nansum([one.values for one in statements], axis=0)
    last = max(one.period.end for one in statements)
    lacking = not _covers([one.period for one in statements], total.period) and bool(
        (stated & (np.abs(total.values - sums) > found.tolerance)).any()
    )
    if lacking:
        return [*statements, total]
    alone = np.where(stated | (total.values == 0), np.nan, total.values)
    if np.isnan(alone).all():
        return statements
    until = Period(total.period.start, min(last, total.period.end))
    return [
        *statements,
        replace(total, values=alone, stated=total.stated._replace(period=until)),
    ]


def _covers(periods: Sequence[Period], whole: Period) -> bool:
    """Tell whether periods leave none of the days of another out."""
    reached = whole.start
    for period in sorted(periods):
        if period.start <= reached:
            reached = max(reached, period.end + _DAY)
    return reached > whole.end


def _disjoint(spans: Sequence[tuple[int, int]]) -> bool:
    return all(before[1] <= after[0] for before, after in pairwise(sorted(spans)))


@dataclass(frozen=True, kw_only=True)
class _Split:
    """How statements, by their place, give the amounts between neighbouring days; sums more than are needed beside."""

    parts: tuple[tuple[int, int, tuple[tuple[int, int], ...]], ...]
    sums: tuple[tuple[int, tuple[tuple[int, int], ...]], ...]
    crossing: tuple[int, ...]


@lru_cache(maxsize=1 << 10)
def _plan(spans: tuple[tuple[int, int], ...], filled: tuple[int, ...]) -> _Split:
    """Hang the statements that are filled together, the shortest first."""
    place: dict[
        int, tuple[int, Counter[int]]
    ] = {}  # of a day: what it hangs from, and how far it is from there
    sums: list[tuple[int, Counter[int]]] = []
    for at in sorted(filled, key=lambda at: spans[at][1] - spans[at][0]):
        first, last = spans[at]
        for day in (first, last):
            place.setdefault(day, (day, Counter()))
        (root, before), (other, after) = place[first], place[last]
        if root == other:
            sums.append((at, _less(after, before)))
            continue
        step = _less(_more(before, Counter({at: 1})), after)
        for day, (hangs, far) in place.items():
            if hangs == other:
                place[day] = root, _more(far, step)
    parts, crossing = [], []
    groups: dict[int, list[int]] = {}
    for day in sorted(place):
        groups.setdefault(place[day][0], []).append(day)
    for days in groups.values():
        parts += [(a, b, _listed(_less(place[b][1], place[a][1]))) for a, b in pairwise(days)]
    reach = sorted((days[0], days[-1]) for days in groups.values())
    for (_, until), (begins, ends) in pairwise(reach):
        if begins < until:
            crossing += [at for at in filled if spans[at][0] >= begins and spans[at][1] <= ends]
    return _Split(
        parts=tuple(sorted(parts)),
        sums=tuple((at, _listed(far)) for at, far in sums),
        crossing=tuple(sorted(set(crossing))),
    )


def _more(one: Counter[int], other: Counter[int]) -> Counter[int]:
    found = Counter(one)
    found.update(other)
    return found


def _less(one: Counter[int], other: Counter[int]) -> Counter[int]:
    found = Counter(one)
    found.subtract(other)
    return found


def _listed(far: Counter[int]) -> tuple[tuple[int, int], ...]:
    """Return which statements are added or taken away, what is added first."""
    return tuple(sorted(((at, sign) for at, sign in far.items() if sign), key=lambda one: (-one[1], one[0])))


def _solved(
    found: Stated, used: Sequence[PeriodAmounts], spans: tuple[tuple[int, int], ...]
) -> tuple[list[Flow], list[Issue]]:
    """Return the amounts between neighbouring days, row by row, and where statements do not fit together."""
    own: list[Flow] = []
    crossing: set[int] = set()
    below: list[tuple[int, Flow]] = []
    off: list[tuple[int, int, float]] = []
    held = 0
    values = np.array([one.values for one in used]).T
    for row, stated in enumerate(values):
        plan = _plan(spans, tuple(np.flatnonzero(~np.isnan(stated)).tolist()))
        crossing |= set(plan.crossing)
        for first, last, terms in plan.parts:
            flow = Flow(
                row=row,
                period=Period(dt.date.fromordinal(first), dt.date.fromordinal(last - 1)),
                amount=float(sum(sign * stated[at] for at, sign in terms)),
                cells=joined([used[at].cells[row] for at, _ in terms]),
            )
            own.append(flow)
            if flow.amount < -found.tolerance and (stated[[at for at, _ in terms]] >= 0).all():
                below.append((terms[0][0], flow))
        for at, terms in plan.sums:
            computed = float(sum(sign * stated[each] for each, sign in terms))
            held += 1
            if abs(computed - stated[at]) > found.tolerance:
                off.append((at, row, computed))
    if crossing or len(off) * 2 > max(held, 1) or below or _added_up(found, used, values, own):
        places = crossing or {at for at, *_ in off} | {at for at, _ in below} or {len(used) - 1}
        return own, [_overlap(found, used, own, at) for at in sorted(places)]
    return own, [_mismatch(found, used[at], row, computed) for at, row, computed in off]


def _added_up(found: Stated, used: Sequence[PeriodAmounts], values: np.ndarray, own: Sequence[Flow]) -> bool:
    """Tell whether the stated totals are what all columns come to, though some count days of others."""
    if found.total is None or found.total in used or np.isnan(found.totals).all():
        return False
    sums = np.zeros(len(values))
    for flow in own:
        sums[flow.row] += flow.amount
    plain = np.nansum(values, axis=1)
    tells = ~np.isnan(found.totals) & (np.abs(plain - sums) > found.tolerance)
    fits = tells & (np.abs(found.totals - sums) <= found.tolerance)
    return bool((tells & (np.abs(found.totals - plain) <= found.tolerance)).any() and not fits.any())


def _overlap(found: Stated, used: Sequence[PeriodAmounts], own: Sequence[Flow], at: int) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code="PERIOD_OVERLAP",
        where=used[at].where,
        value=used[at].label,
        understood=Message.of(
            "its days lie in another period's column too, and the values do not fit that: all columns add up to "
            "{plain} {unit}, each day counted once to {own} {unit}",
            plain=found.in_unit(float(np.nansum([one.values for one in used]))),
            own=found.in_unit(sum(flow.amount for flow in own)),
            unit=found.unit.name,
        ),
        suggestion=Message.of("keep months alone, and name sums 累计"),
    )


def joined(cells: Sequence[str | None]) -> str | None:
    """Return cells of one sheet as one place.

    Examples
    --------
    >>> joined(["a.xlsx!1!F7", None, "a.xlsx!1!E7"])
    'a.xlsx!1!F7,E7'
    """
    named = [cell for cell in cells if cell]
    return ",".join([*named[:1], *(cell.rpartition("!")[2] for cell in named[1:])]) if named else None
