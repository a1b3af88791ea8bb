"""Tables that stand side by side under headers in the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.face import Code
from cityanalytics.workbooks.headers import Header, columns_under, label_paths
from cityanalytics.workbooks.statements import Measure, measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.face import Face

_MOST_ABREAST = 4
_LOOKED_AT = 200


def abreast(face: Face, header: Header) -> list[Header]:
    """Return the headers of the tables side by side that begin with a table's header, from left to right.

    After a column without label another table begins; and where the labels begin anew (序号 项目 投资 序号
    项目 投资), a long list goes on beside itself.
    """
    found = []
    labels = {column for row in range(header.first, header.last + 1) for column in columns_under(face, row)}
    left, right, width = header.left, header.right, face.shape[1]
    while right > left:
        found += _anew(face, Header(first=header.first, last=header.last, left=left, right=right))
        left = next((column for column in range(right + 1, width) if column in labels), width)
        right = next((column for column in range(left, width) if column not in labels), width) - 1
    return found


def _anew(face: Face, header: Header) -> list[Header]:
    paths = label_paths(face, header)
    for parts in range(2, _MOST_ABREAST + 1):
        size, rest = divmod(len(paths), parts)
        if rest or size < 2 or not paths[0]:  # noqa: PLR2004 - a label and a value
            continue
        sides = paths != paths[:size] * parts
        if sides and not _sides(face, header, paths, size):
            continue
        if sides or measure(paths[0]) in {Measure.CODE, Measure.UNCLEAR}:  # a name or a serial number
            starts = range(header.left, header.right + 1, size)
            return [
                Header(first=header.first, last=header.last, left=left, right=left + size - 1)
                for left in starts
            ]
    return [header]


def _sides(face: Face, header: Header, paths: Sequence[tuple[str, ...]], size: int) -> bool:
    """Tell whether columns of names stand each before the same labels of amounts: sources and uses.

    The sides differ in what their names are called, or in what stands over them; serial numbers may stand before.
    """
    starts = range(0, len(paths), size)
    labels = [[path[-1:] for path in paths[at : at + size]] for at in starts]
    differing = [at for at in range(size) if any(side[at] != labels[0][at] for side in labels)]
    if len({paths[at] for at in starts}) < len(starts) and not differing:
        return False
    name = differing[0] if differing else 0
    if len(differing) > 1 or any(measure(path) is not Measure.CODE for path in paths[:name]):
        return False
    below = face.codes[header.last + 1 : header.last + 1 + _LOOKED_AT]
    for at in starts:
        first, last = header.left + at + name, header.left + at + size - 1
        named = int((below[:, first] == Code.TEXT).sum())
        if named < 2 or named * 2 <= int(face.filled[header.last + 1 :, first][:_LOOKED_AT].sum()):  # noqa: PLR2004
            return False
        if not (below[:, last] == Code.NUMBER).any():
            return False
    return True


def own_rows(
    face: Face, header: Header, parts: Sequence[Header], rows: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Tell which rows hold cells that do not belong to a table beside this one."""
    own = np.ones(face.shape[1], dtype=bool)
    for part in parts:
        own[part.left : part.right + 1] = part == header
    return np.asarray(face.filled[rows][:, own].any(axis=1))
