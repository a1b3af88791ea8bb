"""Rows that sum all others and are named for the whole: by place, by name and by sum, two of the three."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks.numeric import TELLING
from cityanalytics.workbooks.sums import Sums

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.body import Body
    from cityanalytics.workbooks.marks import Mark
    from cityanalytics.workbooks.numeric import Numbers

    Span = tuple[int, int]

#: Levels of places and of periods, from the top: the name of one stands over the names of the next.
_LEVELS = (
    re.compile(r"省$|自治区$|(?i:^(?:province|state|region|republic)of|(?:province|state)$)"),
    re.compile(r"[市州盟]$|地区$|(?i:^(?:city|prefecture|municipality)of|(?:city|prefecture)$)"),
    re.compile(
        r"[^小社园片]区$|[县旗]$|(?i:^(?:district|county|borough|sub-?county)of|(?:district|county|borough)$)"
    ),
    re.compile(r"[镇乡]$|街道(?:办事处)?$|(?i:^(?:town|township|ward|parish)of|(?:township|ward|parish)$)"),
    re.compile(r"村$|社区$|居委会$"),
    re.compile(r"^(?:19|20)\d{2}(?:年度?)?$"),
    re.compile(r"^[上下]半年$|(?i:^h[12]$|halfyear$)"),
    re.compile(r"^第?[一二三四1-4]季度$|(?i:^q[1-4]$|quarter$)"),
    re.compile(
        r"^(?:1[0-2]|[1-9]|[一二三四五六七八九]|十[一二]?)月份?$|(?i:^(?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec)[a-z]*\.?$)"
    ),
)
_FEWEST, _MOST = 2, 2000
_SHORTEST = 2
#: So much more several small numbers have to prove together.
_MANY = 10


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How a row compares with the sum of others: in how many columns, of how many, and whether that is no chance."""

    agreeing: int
    stated: int
    telling: bool


def likeness(index: int, others: NDArray[np.bool_], additive: Mapping[int, Numbers]) -> Likeness:
    """Compare what a row states with the sums of other rows, each of which has a value in more than one of them."""
    agreeing = stated = 0
    telling, chances = False, 1.0
    for read in additive.values():
        value = float(read.value[index])
        if not read.parsed[index] or value == 0:
            continue
        stated += 1
        parts = others & read.parsed
        if int(np.count_nonzero(read.value[parts])) < _FEWEST:  # a sum of one is no evidence, for or against
            stated -= int(not parts.any() or Sums(read, parts).agree(value, 0, len(parts)))
            continue
        if Sums(read, parts).agree(value, 0, len(parts)):
            agreeing += 1
            telling |= read.is_telling(value)
            chances *= max(read.steps(value), 1.0)
    return Likeness(agreeing=agreeing, stated=stated, telling=telling or chances >= _MANY * TELLING)


def whole_of_others(
    body: Body, kinds: NDArray[np.int8], marks: Mapping[int, Mark], additive: Mapping[int, Numbers]
) -> tuple[int, bool] | None:
    """Return the first or last row if it sums all others in every column of amounts, and whether it is sure.

    Its place and its sum tell it; where only one small number agrees, its name has to as well: a word for the whole,
    the name in the title, or that of the level above its parts.
    """
    leaves = (kinds == kind.DATA) & body.numbered
    rows = np.flatnonzero(leaves)
    if not _FEWEST < len(rows) <= _MOST or not additive:
        return None
    for index in (int(rows[-1]), int(rows[0])):
        others = leaves.copy()
        others[index] = False
        if body.serials[index] and int(body.serials[others].sum()) * 2 > int(others.sum()):
            continue
        found = likeness(index, others, additive)
        named = is_named_whole(index, body, rows, marks)
        if not 0 < found.stated == found.agreeing:
            continue
        many = len(rows) > _FEWEST + 1
        nameless = bool(body.names) and all(bool(body.names[row]) is (row != index) for row in rows.tolist())
        if named or (nameless and many) or (found.agreeing > 1 and found.telling) or (found.telling and many):
            # What stands first may be what is earned, and the last what is left of it.
            proven = found.agreeing > 1 and index == int(rows[-1])
            return index, bool(named or proven or body.texts[index] < np.median(body.texts[rows]))
    return None


def sums_all(index: int, span: Span, records: NDArray[np.bool_], additive: Mapping[int, Numbers]) -> bool:
    """Tell whether a row sums all records of a stretch in every column that it states."""
    parts = np.flatnonzero(records[slice(*span)]) + span[0]
    for read in additive.values():  # most differ, and soon
        value, others = float(read.value[index]), parts[read.parsed[parts]]
        close = abs(float(read.value[others].sum()) - value) <= max((1 + len(others)) * read.step, 1e-6)
        if read.parsed[index] and value != 0 and not close:
            return False
    places = np.zeros(len(records), dtype=bool)
    places[parts] = True
    found = likeness(index, places, additive)
    return 0 < found.stated == found.agreeing


def equal_to_others(body: Body, kinds: NDArray[np.int8], additive: Mapping[int, Numbers]) -> int | None:
    """Return the first or last record that equals the sum of all others, and that nothing calls their total."""
    leaves = (kinds == kind.DATA) & body.numbered
    rows = np.flatnonzero(leaves)
    if not _FEWEST < len(rows) <= _MOST:
        return None
    for index in (int(rows[-1]), int(rows[0])):
        others = leaves.copy()
        others[index] = False
        if body.serials[index]:
            continue
        found = likeness(index, others, additive)
        if 0 < found.stated == found.agreeing:
            return index
    return None


def nearly_others(body: Body, kinds: NDArray[np.int8], additive: Mapping[int, Numbers]) -> int | None:
    """Return the first or last record that is nearly the sum of all others in several columns: a wrong total, maybe."""
    rows = np.flatnonzero((kinds == kind.DATA) & body.numbered)
    if not _FEWEST < len(rows) <= _MOST or (kinds == kind.TOTAL).any():
        return None
    for index in (int(rows[-1]), int(rows[0])):
        others = rows[rows != index]
        if body.serials[index]:
            continue
        stated = [
            float(np.nansum(read.value[others])) / float(read.value[index])
            for read in additive.values()
            if read.parsed[index] and read.value[index] != 0
        ]
        if len(stated) > 1 and all(_CLOSE[0] < share < _CLOSE[1] for share in stated):
            return index
    return None


def is_named_whole(index: int, body: Body, rows: NDArray[np.intp], marks: Mapping[int, Mark]) -> bool:
    """Tell whether a row has a name for the whole: a word for it, a name in the title, or that of a higher level."""
    mark = marks.get(index)
    if mark is not None and (mark.worded or mark.keyword):
        return True
    name = body.names[index] if body.names else ""
    if len(name) < _SHORTEST:
        return False
    if any((one.worded or one.keyword) and name.startswith(one.label) for one in marks.values()):
        return True
    others = [body.names[int(row)] for row in rows if row != index]
    if name in body.context and not any(other and other in body.context for other in others):
        return True
    level, below = _level(name), [_level(other) for other in others]
    return level is not None and len([1 for other in below if other is not None and other > level]) * 2 > len(
        below
    )


def _level(name: str) -> int | None:
    return next((at for at, pattern in enumerate(_LEVELS) if pattern.search(name)), None)


def over_levels(body: Body, kinds: NDArray[np.int8], additive: Mapping[int, Numbers]) -> dict[int, Span]:
    """Return the rows named for a level above the rows next to them, which they sum in every column of amounts."""
    leaves = (kinds == kind.DATA) & body.numbered
    rows = np.flatnonzero(leaves).tolist()
    if not body.names or not _FEWEST < len(rows) <= _MOST:
        return {}
    levels = [_level(body.names[row]) for row in rows]
    found: dict[int, Span] = {}
    for place, (row, level) in enumerate(zip(rows, levels, strict=True)):
        if level is None:
            continue
        for step in (1, -1):  # most stand above their parts
            stop = place + step
            while 0 <= stop < len(rows) and (levels[stop] is None or levels[stop] > level):  # type: ignore[operator]
                stop += step
            under = rows[place + 1 : stop] if step > 0 else rows[stop + 1 : place]
            if len(under) < _FEWEST or levels[place + step] is None:
                continue
            if (
                body.serials[row]
                and body.serials[under].all()
                and body.depths[row] >= body.depths[under].max()
            ):
                continue  # each counted like the others
            open_rows = [one for one in under if one not in found]
            match = _alike(row, open_rows, len(kinds), additive)
            if not 0 < match.stated == match.agreeing and step > 0:  # parts that have parts of their own
                next_level = min(at for at in levels[place + 1 : stop] if at is not None)
                own = [
                    one for one, at in zip(under, levels[place + 1 : stop], strict=True) if at == next_level
                ]
                match = _alike(row, own, len(kinds), additive)
            if 0 < match.stated == match.agreeing:
                found[row] = (min(under), max(under) + 1)
                break
    return found


def _alike(row: int, others: Sequence[int], length: int, additive: Mapping[int, Numbers]) -> Likeness:
    places = np.zeros(length, dtype=bool)
    places[list(others)] = True
    return likeness(row, places, additive)


def nested_sums(
    parents: Sequence[int],
    spans: Mapping[int, Span],
    kinds: NDArray[np.int8],
    additive: Mapping[int, Numbers],
    *,
    coded: bool,
) -> tuple[frozenset[int], dict[int, Span]]:
    """Return which rows with deeper numbers under them are their sums; the others are items, and 2.1 was added after 2.

    A parent is its children's sum in every column of amounts. One that is nearly so, among parents that are,
    is a wrong sum. A code that begins others is their parent, wherever most codes are. The second value holds the
    items, with what stands under each.

    Parameters
    ----------
    parents
        Positions of the rows, of codes or of serial numbers.
    spans
        What stands under each.
    kinds
        Kinds of all rows, the parents as totals.
    additive
        The columns whose numbers may be summed.
    coded
        Whether they are codes.
    """
    leaves = kinds == kind.DATA
    right: set[int] = set()
    near: dict[int, Span] = {}
    wrong: dict[int, Span] = {}
    bare: set[int] = set()
    for index in sorted(parents, reverse=True):  # the deepest of a branch come last
        others = np.zeros(len(kinds), dtype=bool)
        others[slice(*spans[index])] = True
        others &= leaves
        found = _parent(index, others, additive)
        if found.stated == 0:
            bare.add(index)
        elif found.agreeing == found.stated or (found.agreeing > 1 and found.agreeing * 2 > found.stated):
            right.add(index)
        elif is_near(index, others, additive):
            near[index] = spans[index]
        else:
            wrong[index] = spans[index]
            leaves = leaves.copy()
            leaves[index] = True
    if coded and len(right) >= len(wrong):
        return frozenset(parents), {}
    if len(right) * 2 >= len(near) + len(wrong) or (near and not wrong):
        return frozenset(right | set(near) | bare), wrong
    return frozenset(right | bare), wrong | near


def _parent(index: int, others: NDArray[np.bool_], additive: Mapping[int, Numbers]) -> Likeness:
    agreeing = stated = 0
    for read in additive.values():
        value = float(read.value[index])
        if read.parsed[index] and value != 0:
            stated += 1
            parts = others & read.parsed
            agreeing += bool(parts.any()) and Sums(read, parts).agree(value, 0, len(parts))
    return Likeness(agreeing=agreeing, stated=stated, telling=True)


def is_near(
    index: int, others: NDArray[np.bool_], additive: Mapping[int, Numbers], *, fewest: int = 1
) -> bool:
    """Tell whether a row is nearly the sum of others, or is one of fewer: a wrong sum, not an item."""
    others = others & (np.arange(len(others)) != index)
    shares = []
    for read in additive.values():
        value, parts = float(read.value[index]), read.value[others & read.parsed]
        if read.parsed[index] and value != 0 and (len(parts) >= fewest or value in parts):
            shares.append(math.fsum(parts) / value)
    return bool(shares) and all(_NEAR[0] < share < _NEAR[1] for share in shares)


_NEAR = (0.85, 1.18)
#: Nearer than this, in several columns, records are hardly by chance.
_CLOSE = (0.95, 1.05)
