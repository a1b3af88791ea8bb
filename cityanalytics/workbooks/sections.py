"""Which rows stand under a heading that counts them: 一、城市道路（5项）."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks import body as kind
from cityanalytics.workbooks.marks import GRAND

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.body import Body
    from cityanalytics.workbooks.marks import Mark


_COUNTS_PROJECTS = re.compile(r"\d(?:个|项|家)?(?:项目|工程)?[)\]]?$")
#: In a longer list the counts are not tried.
_MOST_HEADS = 300
_ORDINAL_END = re.compile(r"第?[一二三四五六七八九十]+(\D)")


def sections(
    kinds: NDArray[np.int8], marks: Mapping[int, Mark], totals: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the groups whose heading counts rows, each with the stretch of positions (first, stop) of its section.

    A section ends at the next heading of its kind, or of a kind that began before it; or with a subtotal of
    what stands right under the heading, where the count agrees with that.

    Parameters
    ----------
    kinds
        Kind of each row (int8).
    marks
        The rows that are no plain leaves, by position.
    totals
        The stretches that totals sum.
    """
    leaves = kinds == kind.DATA
    headings = {
        index: _numbering(mark)
        for index, mark in sorted(marks.items())
        if kinds[index] in {kind.GROUP, kind.TOTAL} and (mark.style == GRAND or not mark.keyword)
    }
    for index, numbering in headings.items():
        count = marks[index].count
        if count is None or kinds[index] != kind.GROUP or not leaves[index:].any():
            continue
        ends = {numbering, *takewhile(numbering.__ne__, headings.values())}
        stop = next((at for at, other in headings.items() if at > index and other in ends), len(kinds))
        first = index + int(leaves[index:].argmax())
        under = [span for span in totals if index < span[0] <= first]
        agreeing = [span for span in under if np.count_nonzero(leaves[slice(*span)]) == count]
        whole = (index + 1, stop)
        yield (
            index,
            whole if np.count_nonzero(leaves[slice(*whole)]) == count or not agreeing else agreeing[0],
        )


def heads(
    doubtful: Sequence[int], leaves: NDArray[np.bool_], marks: Mapping[int, Mark], body: Body
) -> list[int]:
    """Return the rows that head as many rows as their label counts: 道路（4项） beside an amount, above four.

    A label that counts something else, 街巷改造（36条）, is a record's; and most counts have to be right.

    Parameters
    ----------
    doubtful
        Positions of the rows that may be sums or records.
    leaves
        Which rows are taken for records so far.
    marks
        What the labels say, by position.
    body
        The rows, sorted.
    """
    counting = [
        index
        for index in doubtful
        if marks[index].count is not None and _COUNTS_PROJECTS.search(marks[index].label)
    ]
    if len(counting) > _MOST_HEADS:
        return []
    records = leaves.copy()
    records[counting] = False
    running = np.append(0, np.cumsum(records))
    borders = [*(index for index in sorted(marks) if body.numbered[index]), len(leaves)]
    right = sum(
        any(running[stop] - running[index] == marks[index].count for stop in borders if stop > index)
        for index in counting
    )
    return counting if right > 1 and right * 3 >= len(counting) * 2 else []


def _numbering(mark: Mark) -> str:
    """Return how a heading is numbered: 一、 and 一. are two ways."""
    match = _ORDINAL_END.match(mark.label)
    return mark.style + (match.group(1) if match else "")
