"""The strip of dots: every project at its share of the annual plan, on one page however many there are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.charts import rows
from cityanalytics.briefing.charts.bars import share_axis
from cityanalytics.briefing.charts.drawing import Stroke

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cityanalytics.briefing.charts.drawing import Drawing
    from cityanalytics.briefing.palette import Look

_DOT = 4.0  # points from one dot to the next
_STACK, _MOST_STACK = 9, 19  # dots above one another, and where a dot begins to stand for more projects
_CLUSTER = 12  # dots side by side of projects at one place, at most
_ROW = 24  # dots side by side that a row always has room for
_MOST_SHARE = 1.3  # larger shares stand there, so that one outlier does not squeeze the rest
_RIGHT = 18.0


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Projects in one stage.

    Parameters
    ----------
    label
        Its name.
    shares
        Their shares of the annual plan, as fractions.
    look
        Of their dots.
    doubted, doubted_label
        Shares of more projects of the stage that the figures contradict, and the words under their dots.
    """

    label: str
    shares: Sequence[float]
    look: Look
    doubted: Sequence[float] = ()
    doubted_label: str = ""


def projects_a_dot(stages: Sequence[Stage]) -> int:
    """Return how many projects a dot stands for: one, or so many that the strip stays on one page.

    Examples
    --------
    >>> [projects_a_dot([Stage(label="", shares=[0.5] * many, look=palette.PAST)]) for many in (200, 2680)]
    [1, 20]
    """
    return next(many for many in _round_numbers() if _stack(stages, many) <= _MOST_STACK)


def _round_numbers() -> Iterator[int]:
    return (digit * 10**power for power in count() for digit in (1, 2, 5))


def _stack(stages: Sequence[Stage], many: int) -> int:
    """Return how many dots stand above one another at most."""
    most = float(_STACK)
    for stage in stages:
        most = max(most, _together(stage.shares, many) / _CLUSTER)
        dots = math.ceil(len(stage.shares) / many) + math.ceil(len(stage.doubted) / many)
        most = max(most, dots / _ROW)
    return math.ceil(most)


def _grouped(shares: Sequence[float], many: int) -> list[float]:
    """Return shares in order, each the mean of `many` that follow one another."""
    ordered = np.sort(np.asarray(shares, dtype=float))
    if many == 1 or not len(ordered):
        return [float(share) for share in ordered]
    firsts = np.arange(0, len(ordered), many)
    sizes = np.diff(np.append(firsts, len(ordered)))
    return [float(mean) for mean in np.add.reduceat(ordered, firsts) / sizes]


def strip(stages: Sequence[Stage], *, elapsed_share: float, elapsed_label: str, language: str) -> Drawing:
    """Draw projects as dots at their shares of the annual plan, a row for each stage.

    Dots at one place stand beside each other, so their places are true to a few per cent. A share below 0 or
    above 130 % stands at that end. Where there are too many for a page, a dot stands for several of like share
    (`projects_a_dot`).

    Parameters
    ----------
    stages
        From the top down; each row is labelled with its count.
    elapsed_share, elapsed_label
        Elapsed-time progress as a fraction, and its words.
    language
        Of the counts and the axis.
    """
    labels = [
        f"{stage.label} {display.count(len(stage.shares) + len(stage.doubted), language)}" for stage in stages
    ]
    most = max(
        [1.0, *(min(share, _MOST_SHARE) for stage in stages for share in (*stage.shares, *stage.doubted))]
    )
    many = projects_a_dot(stages)
    stack = _stack(stages, many)
    together = max((_together(stage.shares, many) for stage in stages), default=0)
    inset = max(16, _DOT * (together / stack / 2 + 1))
    pitch = _DOT * (stack + 1.5)
    drawn = rows.sheet(
        labels,
        [],
        most=most,
        pitch=pitch,
        top=18,
        bottom=20,
        right=_RIGHT,
        inset=inset,
        colours=[stage.look.text for stage in stages],
    )
    across = drawn.width / most
    ends = (-math.floor((inset - _DOT) / _DOT), math.floor((drawn.width + _RIGHT - _DOT / 2) / _DOT))
    now = drawn.x(elapsed_share)
    edges = [(now, drawn.top), (now, drawn.height - drawn.bottom)]
    drawn.marks.append(Stroke(spots=edges, stroke=palette.INK, width=1.4, cap="round", order=1.0))
    for at, stage in enumerate(stages):
        shown = [(share, stage.look) for share in _grouped(stage.shares, many)]
        shown += [(share, palette.DOUBTED) for share in _grouped(stage.doubted, many)]
        shown.sort(key=lambda dot: dot[0])
        dots = packed([across * min(max(share, 0.0), most) for share, _ in shown], _DOT, stack, ends)
        for look in dict.fromkeys(look for _, look in shown):
            own = [dot for dot, (_, its) in zip(dots, shown, strict=True) if its is look]
            drawn.dots(
                [place / across for place, _ in own],
                [at + rank * _DOT / pitch for _, rank in own],
                look.marker,
                _DOT - (0.7 if look.marker == "o" else 0.2),
                look.fill,
                edge=look.line,
                width=0.7,
            )
        if stage.doubted:
            low = max(
                rank for (_, rank), (_, look) in zip(dots, shown, strict=True) if look is palette.DOUBTED
            )
            drawn.write(
                stage.doubted_label,
                (now - 5, drawn.y(at) + (low + 1) * _DOT),
                ha="right",
                va="top",
                colour=palette.DOUBTED.text,
            )
    drawn.write(elapsed_label, (now, drawn.top - 3), ha="center")
    share_axis(drawn, most, language)
    return drawn


def _together(shares: Sequence[float], many: int) -> int:
    if not len(shares):
        return 0
    _, counts = np.unique(np.round(np.asarray(shares, dtype=float), 2), return_counts=True)
    return math.ceil(int(counts.max()) / many)


def packed(
    wanted: Sequence[float], size: float, height: int, ends: tuple[int, int] | None = None
) -> list[tuple[float, int]]:
    """Place dots on a lattice without overlap, each as near to the wanted place as there is room.

    A full column knows the next one with room on either side, so each dot costs the same however many there are.

    Parameters
    ----------
    wanted
        Places along a line, in points.
    size
        From one dot's centre to the next, in points.
    height
        Dots that a column holds at most.
    ends
        First and last column that may hold dots, as multiples of `size`; without, as many as are needed.

    Returns
    -------
    list of (float, int)
        For each dot the place along the line, and how many dots it stands off the line: 0, 1, -1, 2, …

    Raises
    ------
    ValueError
        There are more dots than the columns between the ends hold.

    Examples
    --------
    >>> packed([10.0, 10.0, 10.0, 10.0], 5.0, 3)
    [(10.0, 0), (10.0, 1), (10.0, -1), (15.0, 0)]
    """
    columns = [round(place / size) for place in wanted]
    first, last = ends or (min(columns, default=0) - len(columns), max(columns, default=0) + len(columns))
    if len(wanted) > height * (last - first + 1):
        message = f"{len(wanted)} dots in {last - first + 1} columns of {height}"
        raise ValueError(message)
    filled: dict[int, int] = {}
    beyond: dict[int, dict[int, int]] = {-1: {}, 1: {}}
    placed = []
    for wish in columns:
        column = min(max(wish, first), last)
        left, right = _open(beyond[-1], column), _open(beyond[1], column)
        nearer = right if right <= last and (left < first or right - column <= column - left) else left
        rank = filled.get(nearer, 0)
        placed.append((nearer * size, (rank + 1) // 2 * (1 if rank % 2 else -1)))
        filled[nearer] = rank + 1
        if rank + 1 == height:
            beyond[-1][nearer], beyond[1][nearer] = nearer - 1, nearer + 1
    return placed


def _open(beyond: dict[int, int], column: int) -> int:
    """Return the next column with room, and shorten the way there."""
    passed = []
    while column in beyond:
        passed.append(column)
        column = beyond[column]
    for row in passed:
        beyond[row] = column
    return column
