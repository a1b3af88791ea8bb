"""Rows of bars: a label on the left, bars from zero, a note on the right."""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.briefing import drawing, palette
from cityanalytics.briefing.drawing import text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from cityanalytics.briefing.palette import Look

GAP = 6.0
"""Points between a label and what it labels."""
_ROW = 18.0  # points from one row to the next, and where a label takes two lines
_TALL_ROW = 26.0
_LABEL = 126.0  # a longer label breaks into two lines


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: its name, its value in the inner unit, the words at its end, and how it is drawn."""

    label: str
    value: float
    note: str
    look: Look


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What is done of what was planned, and where it may end.

    Parameters
    ----------
    label
        Its name.
    done, plan
        In the inner unit; a plan of None or 0 has no share.
    expected
        Low, median and high of the forecast at the year's end, in the inner unit; None where there is none.
    note
        Words on the right.
    look
        Of what is done, and of the note.
    """

    label: str
    done: float
    plan: float | None
    expected: tuple[float, float, float] | None = None
    note: str = ""
    look: Look = palette.ACTUAL


@contextmanager
def axes(
    labels: Sequence[str],
    notes: Sequence[str],
    *,
    most: float,
    pitch: float = _ROW,
    top: float = 4.0,
    bottom: float = 4.0,
    right: float = 0.0,
    inset: float = 0.0,
    colours: Sequence[str] = (),
) -> Iterator[Axes]:
    """Open axes with a row for each label, from the top down.

    Parameters
    ----------
    labels
        One for each row; an empty one leaves its row without.
    notes
        What room is left for on the right.
    most
        The largest value.
    pitch, top, bottom, right, inset
        Points from row to row, over, under and beside the rows, and between labels and zero.
    colours
        Of the labels; none leaves them in ink.
    """
    names = [drawing.wrapped(label, _LABEL) for label in labels]
    pitch = max(pitch, _TALL_ROW) if any("\n" in name for name in names) else pitch
    left = max(map(text_width, names)) + GAP + inset
    right += max((text_width(each) + GAP for each in notes), default=0.0)
    height = top + pitch * len(names) + bottom
    with drawing.axes(height, left=left, right=right, top=top, bottom=bottom) as ax:
        ax.set(xlim=(0, most or 1.0), ylim=(len(names) - 0.5, -0.5), xticks=[], yticks=[])
        ax.spines["bottom"].set_visible(False)
        for at, (name, colour) in enumerate(zip(names, colours or [palette.INK] * len(names), strict=True)):
            ax.annotate(
                name,
                (0, at),
                (-GAP - inset, 0),
                textcoords="offset points",
                ha="right",
                va="center_baseline",
                linespacing=1.05,
                color=colour,
            )
        yield ax


def solid(ax: Axes, at: int, bar: Bar) -> None:
    """Draw a bar from zero with its words at its end."""
    look = bar.look
    ax.barh(
        at, bar.value, height=0.6, facecolor=look.fill, edgecolor=look.line, hatch=look.hatch, linewidth=1.1
    )
    note(ax, at, bar.value, bar.note, look.text)


def progress(ax: Axes, at: int, row: Progress, *, per: float = 1.0, most: float = math.inf) -> None:
    """Draw what is done inside the outline of what was planned, and the forecast's range as a dotted line.

    Parameters
    ----------
    ax, at, row
        Where, and what.
    per
        What is one on the axis: the plan itself where rows are shares of their plans.
    most
        Where the axis ends; a range that goes on has an arrow there.
    """
    if row.plan:
        ax.barh(
            at,
            row.plan / per,
            height=0.72,
            facecolor=palette.PAPER,
            edgecolor=palette.PLAN.line,
            linewidth=0.9,
        )
    ax.barh(at, min(row.done / per, most), height=0.4, facecolor=row.look.fill)
    if row.expected is not None:
        low, middle, high = (value / per for value in row.expected)
        look = palette.FORECAST
        ax.plot(
            [min(low, most), min(high, most)], [at, at], color=look.line, linewidth=1.5, dashes=look.dashes
        )
        if high > most:
            ax.plot(most, at, ">", color=look.line, markersize=4, markeredgewidth=0)
        else:
            ax.vlines(high, at - 0.2, at + 0.2, color=look.line, linewidth=1.2)
        if middle <= most:
            drawing.median(ax, middle, at)


def due(ax: Axes, value: float, top: float, bottom: float) -> None:
    """Draw the line where elapsed time stands, clear of what it crosses."""
    for colour, width in ((palette.PAPER, 2.6), (palette.INK, 1.2)):
        ax.vlines(value, top, bottom, color=colour, linewidth=width, zorder=2)


def reach(row: Progress) -> float:
    """Return how far a row's drawing reaches."""
    return max(row.done, row.plan or 0.0, *(row.expected or ()))


def note(ax: Axes, at: int, value: float, text: str, colour: str, *, away: float = GAP) -> None:
    """Write words to the right of `value`, some points away."""
    ax.annotate(text, (value, at), (away, 0), textcoords="offset points", va="center_baseline", color=colour)
