"""Rows that stand over others by their indentation or their serial numbers, and sum those."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.texts import by_distinct, matching

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.numeric import Numbers
    from cityanalytics.workbooks.texts import Texts

_MOST_PARENTS = 300
#: Ways of numbering labels.
_STYLES = (
    r"[IVX]+[.)]",
    r"[A-Z][.)]",
    r"[a-z][.)]",
    r"[0-9]{1,2}[.)]",
    r"\([0-9]{1,2}\)",
    r"\([a-z]\)",
    r"[-–—•*·]",
)
_NUMBERED = rf"^(?:{'|'.join(_STYLES)})[\s\pZ]*[^0-9\s\pZ]"
_CLOSE = 1e-6
_WIDE = "\u3000"
#: What indents a label: white space, or dots, as tables of text have it.
_BEFORE = f" \t\n\xa0.{_WIDE}"


def indents(labels: Texts) -> NDArray[np.int16]:
    """Return how far each label is indented, in half-width spaces; 0 for all where none is."""
    if not matching(labels, r"^[\s\pZ.]+[^\s\pZ.]").any():
        return _numbered(labels)
    positions, found = by_distinct(labels, _indent)
    widths: NDArray[np.int16] = np.array([*found, 0], dtype=np.int16)[positions]
    return widths


def stairs(labels: NDArray[np.bool_], records: NDArray[np.bool_]) -> NDArray[np.int16] | None:
    """Return in which of the first columns each row has its label, where each record has one and these are several.

    Parameters
    ----------
    labels
        Which cells of these columns hold text, rows by columns.
    records
        Which rows hold numbers.
    """
    if labels.shape[1] < 2 or not records.any() or not (labels[records].sum(axis=1) == 1).all():  # noqa: PLR2004 - a step
        return None
    depths: NDArray[np.int16] = labels.argmax(axis=1).astype(np.int16)
    inside = depths[records]
    return depths if inside[0] == inside.min() < inside.max() else None


def _numbered(labels: Texts) -> NDArray[np.int16]:
    """Return how deep each label is numbered: I. over a), 1. over -, in the order in which the styles come."""
    if not matching(labels, _NUMBERED).any():
        return np.zeros(len(labels), dtype=np.int16)
    positions, styles = by_distinct(labels, _style)
    order = list(dict.fromkeys(styles[at] for at in positions.tolist() if at >= 0))
    depths = [order.index(style) for style in styles]
    return np.array([*depths, 0], dtype=np.int16)[positions]


def _style(label: str) -> int:
    """Return with which of `_STYLES` a label is numbered; one more for none."""
    return next((at for at, style in enumerate(_STYLES) if re.match(style, label)), len(_STYLES))


def _indent(label: str) -> int:
    before = label[: len(label) - len(label.lstrip(_BEFORE))]
    return len(before) + before.count(_WIDE)


def outlined(
    depths: NDArray[np.int16], leaves: NDArray[np.bool_], additive: Mapping[int, Numbers]
) -> dict[int, tuple[int, int]]:
    """Find the rows that sum the rows indented under them.

    One row of a depth that does not add up is a wrong sum where most of that depth do.

    Parameters
    ----------
    depths
        How far each row's label is indented.
    leaves
        Which rows are taken for leaves so far.
    additive
        The columns whose numbers may be summed.

    Returns
    -------
    dict
        Position of each such row: the stretch (first, stop) of positions under it.
    """
    rows = np.flatnonzero(leaves)
    inside = depths[rows]
    parents = np.flatnonzero(inside[1:] > inside[:-1])
    if not additive or not 0 < len(parents) <= _MOST_PARENTS:
        return {}
    open_rows = np.ones(len(rows), dtype=bool)
    open_rows[parents] = False
    values = np.stack([read.value[rows] for read in additive.values()])
    found: dict[int, dict[int, tuple[int, int]]] = {}
    agreeing: dict[int, int] = {}
    for parent in parents.tolist():
        after = inside[parent + 1 :] <= inside[parent]
        stop = parent + 1 + int(after.argmax()) if after.any() else len(rows)
        depth = int(inside[parent])
        found.setdefault(depth, {})[int(rows[parent])] = (int(rows[parent]) + 1, int(rows[stop - 1]) + 1)
        under = values[:, parent + 1 : stop][:, open_rows[parent + 1 : stop]]
        stated = np.isfinite(values[:, parent]) & (values[:, parent] != 0)
        differs = np.abs(np.nansum(under, axis=1) - values[:, parent]) > _CLOSE
        adds_up = under.shape[1] > 1 and bool(stated.any()) and not differs[stated].any()
        agreeing[depth] = agreeing.get(depth, 0) + adds_up
    sums = (spans for depth, spans in found.items() if agreeing[depth] * 2 > len(spans))
    return {index: span for spans in sums for index, span in spans.items()}


def nested(parents: Sequence[int], depths: NDArray[np.float64]) -> dict[int, tuple[int, int]]:
    """Return the stretch under each row whose serial number has deeper ones under it: 2.1 and 2.2 under 2.

    Parameters
    ----------
    parents
        Positions of those rows.
    depths
        How deep each row's serial number is, 0 for none.
    """
    wanted, spans = set(parents), {}
    above: list[int] = []  # rows whose stretch is still open, ever deeper
    for index in np.flatnonzero(depths > 0).tolist() if parents else ():
        while above and depths[above[-1]] >= depths[index]:
            spans[above.pop()] = index
        above.append(index)
    spans |= dict.fromkeys(above, len(depths))
    return {index: (index + 1, stop) for index, stop in spans.items() if index in wanted}
