"""Which rows carry the sums of which leaves."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks.coverage import Covered, best_stretch, cover, depth_of, is_telling, stretches
from cityanalytics.workbooks.listing import listed
from cityanalytics.workbooks.marks import BRACKETED, CHINESE, DECIMAL, NAMED, OF_WHICH, RATIO, Mark
from cityanalytics.workbooks.numeric import independent
from cityanalytics.workbooks.outline import nested, outlined
from cityanalytics.workbooks.results import (
    parts_within,
    proven_by_total,
    statement_results,
    statistics_below,
    surpluses,
    what_is_left,
)
from cityanalytics.workbooks.sections import heads, sections
from cityanalytics.workbooks.sidebyside import side_by_side
from cityanalytics.workbooks.sums import Sums, neighbour_sums, possible_sums
from cityanalytics.workbooks.wholes import (
    equal_to_others,
    is_named_whole,
    is_near,
    nearly_others,
    nested_sums,
    over_levels,
    sums_all,
    whole_of_others,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.body import Body
    from cityanalytics.workbooks.numeric import Numbers

    Span = tuple[int, int]

#: More doubtful rows than this are looked at by their sums alone.
_DOUBTFUL = 300
_COUNTED, _REPEATED = 2, 60
#: A label that counts projects: 工业（5项）. Where records are numbered, a row without a number is their sum.
_COUNTING = re.compile(r"[(\[]共?\d+[^)\]]{0,4}[)\]]$|\d+(?:个|项)(?:项目)?$")


@np.errstate(over="ignore", invalid="ignore")  # what is beyond a float is the sum of nothing
def settle(
    body: Body, additive: Mapping[int, Numbers], shares: Mapping[int, Numbers]
) -> tuple[NDArray[np.int8], tuple[Covered, ...], dict[int, Sums], dict[int, Span]]:
    """Tell totals, groups and leaves apart, and what each total covers.

    Parameters
    ----------
    body
        The rows, sorted as far as each alone tells it.
    additive
        The columns whose numbers may be summed, by 0-based column.
    shares
        The columns of shares, which nothing sums but 100 %.

    Returns
    -------
    tuple
        The kind of each row (int8), each total row with the stretch that it covers, the sums of the leaves of
        each column, and the rows that are no sums of the several under them, though their numbers stand above theirs.
    """
    kinds = body.kinds.copy()
    evidence = independent(additive)
    marks = {int(np.searchsorted(body.rows, mark.row)): mark for mark in body.marks}
    results = _results(body, kinds, marks, evidence)
    certain, doubtful = _parents(body, kinds, marks, listed(body, kinds, marks, evidence))
    for index in _bare(body, kinds):
        if index not in marks:
            marks[index] = Mark(row=int(body.rows[index]), style=NAMED, label="", cell=0)
            doubtful.append(index)
    kinds[certain] = kind.TOTAL
    nesting = [index for index in certain if marks[index].style == DECIMAL]
    under = nested(nesting, body.depths)
    kept, items = nested_sums(nesting, under, kinds, evidence, coded=body.coded)
    for index in set(nesting) - kept:
        kinds[index] = kind.DATA
        certain.remove(index)
        del marks[index]
    for index in _proven(body, sorted(doubtful), kinds, marks, evidence):
        kinds[index] = kind.TOTAL
    _claim(body, kinds, [index for index in doubtful if marks[index].worded], evidence)
    proven = proven_by_total(kinds, body.numbered, evidence)  # which tells more than what closes blocks
    before = kinds.copy()
    closing = {} if proven else _closing(body, kinds, marks, evidence)
    kinds[list(closing)] = kind.TOTAL
    levels = over_levels(body, kinds, evidence)
    kinds[list(levels)] = kind.TOTAL
    levels = levels or _whole(body, kinds, marks, evidence)
    under = outlined(body.indents, kinds == kind.DATA, evidence)
    kinds[list(under)] = kind.TOTAL
    outline = (
        closing | levels | under | (_whole(body, kinds, marks, evidence) if under and not levels else {})
    )
    outline |= proven if (kinds == before).all() else proven_by_total(kinds, body.numbered, evidence)
    kinds[list(outline)] = kind.TOTAL
    _beside(body, kinds, marks, evidence, shares)
    results |= _below(body, kinds, marks, evidence)
    _keep_records(body, kinds, marks, certain)
    leaves = kinds == kind.DATA
    apart = _apart(body, leaves)
    ends = np.zeros(len(kinds), dtype=bool)
    ends[np.flatnonzero(leaves)[[0, -1]] if leaves.any() else []] = True
    spans = outline | neighbour_sums(
        evidence, leaves, _apart(body, leaves), numbered=bool(body.serials[leaves].sum() * 2 > leaves.sum())
    )
    for index in spans:
        kinds[index] = kind.TOTAL
        first, stop = spans[index]
        whole = ends[index] and not (
            leaves[: min(first, index)].any() or leaves[max(stop, index + 1) :].any()
        )
        assumed = index not in outline and not whole and bool(body.texts[index]) and not apart[index]
        marks.setdefault(
            index, Mark(row=int(body.rows[index]), style=NAMED, label="", cell=0, assumed=assumed)
        )
    found = [int(index) for index in np.flatnonzero(kinds == kind.TOTAL) if int(index) in marks]
    sums = _sums(additive, kinds == kind.DATA)
    parents = [index for index in found if marks[index].style == DECIMAL]
    covered = cover(found, kinds, marks, sums, spans | nested(parents, body.depths) | results)
    ending = [row.span for row in covered if row.span is not None]
    counted = sections(kinds, marks, ending)
    covered = (*covered, *(Covered(mark=marks[index], span=span) for index, span in counted))
    return kinds, covered, sums, _doubted(body, kinds, items, evidence, _last_whole(covered, kinds, sums))


def _closing(
    body: Body, kinds: NDArray[np.int8], marks: dict[int, Mark], additive: Mapping[int, Numbers]
) -> dict[int, Span]:
    """Mark the rows that close every block with its sum, in any language.

    All rows of one name sum what stands above them since the row before that is no record; or the last rows of all
    blocks do; or some rows and what they sum are all that there is.
    """
    if not body.names:
        return {}
    records = (kinds == kind.DATA) & body.numbered & ~body.serials
    records[[at for at, mark in marks.items() if mark.worded]] = False
    often = Counter(body.names[at] for at in np.flatnonzero(records).tolist())
    found: dict[int, Span] = {}
    for name in [name for name, count in often.items() if name and 1 < count <= _REPEATED]:
        rows = [at for at in np.flatnonzero(records).tolist() if body.names[at] == name]
        borders = np.flatnonzero((kinds != kind.DATA) | np.isin(np.arange(len(kinds)), rows))
        spans = {at: (int(borders[borders < at].max(initial=-1)) + 1, at) for at in rows}
        if all(sums_all(at, span, kinds == kind.DATA, additive) for at, span in spans.items()):
            found |= spans
    if not found:
        found = _ending(records, kinds, additive)
    if not found:
        found = possible_sums(additive, records)
        summed = np.zeros(len(kinds), dtype=np.intp)
        for at, span in found.items():
            summed[at] += 1
            summed[slice(*span)] += records[slice(*span)]
        if len(found) == 1 or (summed[records] != 1).any():
            return {}
    for at in found:
        marks[at] = Mark(row=int(body.rows[at]), style=NAMED, label=body.names[at], cell=0, worded=True)
    return found


def _ending(
    records: NDArray[np.bool_], kinds: NDArray[np.int8], additive: Mapping[int, Numbers]
) -> dict[int, Span]:
    """Return the last row of each block, if there are several and each sums all of its block."""
    places = np.flatnonzero(kinds == kind.DATA)
    blocks = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    if not 1 < len(blocks) <= _REPEATED or not all(records[block].all() for block in blocks):
        return {}
    spans = {int(block[-1]): (int(block[0]), int(block[-1])) for block in blocks}
    sums = all(sums_all(at, span, records, additive) for at, span in spans.items())
    return spans if sums else {}


def _whole(
    body: Body, kinds: NDArray[np.int8], marks: dict[int, Mark], additive: Mapping[int, Numbers]
) -> dict[int, Span]:
    """Mark the first or last row where it sums all others."""
    found = whole_of_others(body, kinds, marks, additive)
    if found is None:
        return {}
    index, sure = found
    kinds[index] = kind.TOTAL
    known = marks.get(index, Mark(row=int(body.rows[index]), style=NAMED, label="", cell=0))
    marks[index] = replace(known, assumed=known.assumed or not sure)
    return {index: (0, len(kinds))}


def _beside(
    body: Body,
    kinds: NDArray[np.int8],
    marks: dict[int, Mark],
    additive: Mapping[int, Numbers],
    shares: Mapping[int, Numbers],
) -> None:
    """Mark the parts that the last total leaves out, and the 100 % of shares."""
    parts, whole = parts_within(body, kinds, additive), _hundred(body, kinds, marks, shares)
    for index in (*parts, *whole):
        kinds[index] = kind.TOTAL
        style = RATIO if index in whole else OF_WHICH if parts[index] else NAMED
        marks[index] = Mark(row=int(body.rows[index]), style=style, label="", cell=0, keyword=True)


def _hundred(
    body: Body, kinds: NDArray[np.int8], marks: Mapping[int, Mark], shares: Mapping[int, Numbers]
) -> list[int]:
    """Return the first or last row, without a name or with that of the whole, whose shares are the 100 % of others."""
    rows = np.flatnonzero((kinds == kind.DATA) & body.numbered)
    if len(rows) <= _COUNTED or not body.names:
        return []
    for index in (int(rows[-1]), int(rows[0])):
        others = rows[rows != index]
        if body.names[index] and not is_named_whole(index, body, rows, marks):
            continue
        stated = [read for read in shares.values() if read.parsed[index]]
        whole = [
            float(read.value[index]) in {1.0, 100.0}
            and abs(float(np.nansum(read.value[others])) / float(read.value[index]) - 1) <= _ROUNDED
            for read in stated
        ]
        if whole and all(whole):
            return [index]
    return []


#: By so much shares may miss 100 %, rounded one by one.
_ROUNDED = 0.005


def _results(
    body: Body, kinds: NDArray[np.int8], marks: dict[int, Mark], additive: Mapping[int, Numbers]
) -> dict[int, Span | None]:
    """Mark the results of a statement; its other lines are records, 一、营业收入 too."""
    results = statement_results(body, kinds, marks, additive) or dict.fromkeys(
        what_is_left(body, kinds, additive)
    )
    if results:
        for index in [at for at, mark in marks.items() if kinds[at] == kind.DATA and not mark.keyword]:
            del marks[index]
    for index in results:
        marks[index] = Mark(row=int(body.rows[index]), style=NAMED, label="", cell=0, keyword=True)
    return results


def _below(
    body: Body, kinds: NDArray[np.int8], marks: dict[int, Mark], additive: Mapping[int, Numbers]
) -> dict[int, Span | None]:
    """Mark what stands below totals: their differences, and the mean, the greatest and the least of the records."""
    left = surpluses(kinds, body.numbered, additive)
    kinds[list(left)] = kind.TOTAL
    told = statistics_below(body, kinds, additive)
    kinds[list(told)] = kind.TOTAL
    for index in left | told:
        style = NAMED if index in left else RATIO
        marks[index] = Mark(row=int(body.rows[index]), style=style, label="", cell=0, keyword=True)
    return dict.fromkeys(left)


def _keep_records(
    body: Body, kinds: NDArray[np.int8], marks: dict[int, Mark], certain: Sequence[int]
) -> None:
    """Take rows for records where nothing else is one: a summary of subtotals, or all that 其中 lists."""
    if not (kinds == kind.DATA).any():
        for index in [at for at in certain if marks[at].style.startswith(NAMED) and body.numbered[at]]:
            kinds[index] = kind.DATA
            del marks[index]
    if not (kinds == kind.DATA).any():
        for index in [at for at, mark in marks.items() if mark.style == OF_WHICH and kinds[at] == kind.TOTAL]:
            kinds[index] = kind.DATA
            del marks[index]


def _doubted(
    body: Body,
    kinds: NDArray[np.int8],
    items: Mapping[int, Span],
    additive: Mapping[int, Numbers],
    whole: int | None,
) -> dict[int, Span]:
    """Return the records that may be totals all the same: by their numbers, or since they equal all others.

    And those that may be no records: one without a serial number at the end, and few below `whole`, the last total.
    """
    found = {
        index: span
        for index, span in items.items()
        if kinds[index] == kind.DATA and int(np.count_nonzero(kinds[slice(*span)] == kind.DATA)) > 1
    }
    if (equal := equal_to_others(body, kinds, additive)) is not None:
        found[equal] = (0, equal) if equal else (1, len(kinds))
    elif (near := nearly_others(body, kinds, additive)) is not None:
        found[near] = (0, near) if near else (1, len(kinds))
    numbered = (kinds == kind.DATA) & body.numbered
    if body.names:
        possible = possible_sums(additive, numbered).items()
        found |= {at: span for at, span in possible if not body.serials[at] and at not in found}
    leaves = np.flatnonzero(numbered)
    sections = {mark.row for mark in body.marks if not mark.style.startswith(NAMED)}  # 三, if of one record
    if (
        len(leaves) > _COUNTED
        and body.serials[leaves[:-1]].all()
        and not body.serials[leaves[-1]]
        and int(body.rows[leaves[-1]]) not in sections
    ):
        found[int(leaves[-1])] = (int(leaves[-1]), int(leaves[-1]))  # no serial number, and no sum
    if whole is not None and 0 < len(below := leaves[leaves > whole]) <= _COUNTED < len(leaves):
        found |= {int(index): (int(index), int(index)) for index in below}
    return found


def _last_whole(covered: Sequence[Covered], kinds: NDArray[np.int8], sums: Mapping[int, Sums]) -> int | None:
    """Return the last total, if it is one of all records above it."""
    totals = [(row.span[1], row) for row in covered if row.span is not None]
    wholes = np.flatnonzero(kinds == kind.TOTAL)
    if not totals or not len(wholes):  # a heading that counts its rows covers them, and is no total
        return None
    (stop, row), index = totals[-1], int(wholes[-1])
    first = int(np.flatnonzero(kinds == kind.DATA)[0]) if (kinds == kind.DATA).any() else 0
    right = any(
        of.count(first, index) > 1 and of.agree(float(of.stated[index]), first, index) for of in sums.values()
    )
    return index if right and stop <= index and row.span is not None and row.span[0] <= first else None


def _sums(additive: Mapping[int, Numbers], leaves: NDArray[np.bool_]) -> dict[int, Sums]:
    made = side_by_side(lambda read: Sums(read, leaves), list(additive.values()), rows=len(leaves))
    return dict(zip(additive, made, strict=True))


def _parents(
    body: Body, kinds: NDArray[np.int8], marks: dict[int, Mark], listing: frozenset[int]
) -> tuple[list[int], list[int]]:
    """Return the positions that are totals for certain, and those that only sums can tell."""
    certain: list[int] = []
    doubtful: list[int] = []
    content = np.flatnonzero(kind.of_kinds(kinds, kind.DATA, kind.TOTAL, kind.GROUP))
    inside = [index for index in sorted(marks) if kinds[index] in {kind.DATA, kind.TOTAL, kind.GROUP}]
    for index, place in zip(inside, np.searchsorted(content, inside).tolist(), strict=True):
        mark = marks[index]
        numbered = bool(body.numbered[index])
        if index in listing:
            marks[index] = mark = replace(mark, style=OF_WHICH, keyword=True)  # 其中：甲 / 乙 / 丙
        after = int(content[place + 1]) if place + 1 < len(content) else None
        deeper = after is not None and depth_of(marks.get(after)) > depth_of(mark)
        if place + 2 == len(content) and not any(index in certain for index in inside):
            deeper = (
                False  # 四、 before the last row alone, after 一、 to 三、 without rows under them: records
            )
        if (
            mark.keyword
            or (numbered and mark.style == DECIMAL)
            or (numbered and deeper and mark.style in {CHINESE, BRACKETED})
        ):
            certain.append(index)
        elif numbered:
            doubtful.append(index)
    # 四、园林绿化 beside 三、供热小计: what is marked alike and looks unlike the leaves is alike.
    unnamed = {marks[index].style for index in certain if not marks[index].keyword}
    named = {marks[index].style for index in certain} & {CHINESE, BRACKETED} - unnamed
    apart = _apart(body, kinds == kind.DATA)
    counting = body.serials.any()
    alike = [
        index
        for index in doubtful
        if apart[index]
        and (marks[index].style in named or (counting and _COUNTING.search(marks[index].label)))
    ]
    alike += heads([index for index in doubtful if index not in alike], kinds == kind.DATA, marks, body)
    return [*certain, *alike], [index for index in doubtful if index not in alike]


def _bare(body: Body, kinds: NDArray[np.int8]) -> list[int]:
    """Return the rows of amounts alone, where records have names."""
    leaves = kinds == kind.DATA
    if not leaves.any() or np.median(body.texts[leaves]) < 1:
        return []
    bare = leaves & body.numbered & ~body.serials & (body.texts == 0)
    return [int(index) for index in np.flatnonzero(bare)]


def _proven(
    body: Body,
    doubtful: Sequence[int],
    kinds: NDArray[np.int8],
    marks: Mapping[int, Mark],
    additive: Mapping[int, Numbers],
) -> list[int]:
    """Return the doubtful rows that state the sums of the leaves before or after them."""
    if not 0 < len(doubtful) <= _DOUBTFUL:
        return []
    proven: list[int] = []
    leaves = kinds == kind.DATA
    leaves[list(doubtful)] = False
    sums = _sums(additive, leaves)
    apart = _apart(body, leaves)
    borders = sorted(marks)
    for index in doubtful:
        best, span = best_stretch(index, sums, stretches(index, borders, len(kinds)))
        # One column that agrees may be chance; two or more, and most of those stated, are not. A row that
        # looks unlike the records, or has a word for totals, needs less. A sum of one row is no evidence.
        if span is not None and max(of.count(*span) for of in sums.values()) < 2:  # noqa: PLR2004
            best, span = None, None
        confirmed = (
            span is not None and (apart[index] or not marks[index].label) and is_telling(index, sums, span)
        )
        confirmed = confirmed or (span is not None and marks[index].worded)
        if best is not None and (confirmed or (best[0] > 1 and best[0] * 2 > best[1])):
            proven.append(index)
        else:
            leaves[index] = True
            sums = _sums(additive, leaves)
    return proven


def _claim(
    body: Body, kinds: NDArray[np.int8], worded: Sequence[int], additive: Mapping[int, Numbers]
) -> None:
    """Mark the rows with a word for totals that stand where totals do."""
    if len(worded) * 2 > int(((kinds == kind.DATA) & body.numbered).sum()):
        return  # what most are called tells none apart: Total cost, Total jobs, Total area
    for index in [at for at in worded if kinds[at] == kind.DATA]:
        near = is_near(index, kinds == kind.DATA, additive, fewest=2)
        under = near and index + 1 < len(kinds) and kinds[index + 1] == kind.TOTAL  # right above that of all
        if under or _in_place(index, kinds, body, near=near):
            kinds[index] = kind.TOTAL


def _in_place(index: int, kinds: NDArray[np.int8], body: Body, *, near: bool) -> bool:
    """Tell whether a row stands where totals do: last of the rows, or of those up to a group or a gap; or first.

    What stands first is nearly the sum, or a thing: Total station hire.
    """
    content = np.flatnonzero(body.numbered & kind.of_kinds(kinds, kind.DATA, kind.TOTAL))
    after = kinds[index + 1] if index + 1 < len(kinds) else kind.BLANK
    before = kinds[index - 1] if index else kind.GROUP
    unlike = not body.serials[index] and (
        body.serials.any()
        or not body.texts[content].size
        or body.texts[index] <= np.median(body.texts[content])
    )
    last = index == content[-1] or after in {kind.GROUP, kind.BLANK, kind.FOOTER}
    first = index == content[0] and near
    return bool(unlike and (last or first) and not (last and before == kind.GROUP))


def _apart(body: Body, leaves: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which rows look unlike most: without the serial number, or with fewer texts than the others."""
    if int(body.serials[leaves].sum()) * 2 > int(leaves.sum()):
        return ~body.serials
    usual = float(np.median(body.texts[leaves])) if leaves.any() else 0.0
    return body.texts < min(usual, 3.0) - 0.5 if usual > 1 else np.zeros(len(leaves), dtype=bool)
