"""Rows of bars: a label on the left, bars from zero, a note on the right."""

from __future__ import annotations

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
_ROW = 19.0  # points from one row to the next, and where a label takes two lines
_TALL_ROW = 26.0
_LABEL = 112.0  # a longer label breaks into two lines


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar: its name, its value in the inner unit, the words at its end, and how it is drawn."""

    label: str
    value: float
    note: str
    look: Look


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What is done of what was planned, in the inner unit; a plan of None or 0 has no share."""

    label: str
    done: float
    plan: float | None


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
    """
    names = [drawing.wrapped(label, _LABEL) for label in labels]
    pitch = max(pitch, _TALL_ROW) if any("\n" in name for name in names) else pitch
    left = max(map(text_width, names)) + GAP + inset
    right += max((text_width(each) + GAP for each in notes), default=0.0)
    height = top + pitch * len(names) + bottom
    with drawing.axes(height, left=left, right=right, top=top, bottom=bottom) as ax:
        ax.set(xlim=(0, most or 1.0), ylim=(len(names) - 0.5, -0.5), xticks=[], yticks=[])
        ax.spines["bottom"].set_visible(False)
        for at, name in enumerate(names):
            ax.annotate(
                name,
                (0, at),
                (-GAP - inset, 0),
                textcoords="offset points",
                ha="right",
                va="center_baseline",
                linespacing=1.05,
            )
        yield ax


def solid(ax: Axes, at: int, bar: Bar) -> None:
    """Draw a bar from zero with its words at its end."""
    look = bar.look
    ax.barh(at, bar.value, height=0.6, facecolor=look.fill, edgecolor=look.line, linewidth=1.1)
    note(ax, at, bar.value, bar.note, look.text)


def progress(ax: Axes, at: int, row: Progress, look: Look) -> None:
    """Draw what is done inside the outline of what was planned."""
    if row.plan:
        ax.barh(
            at, row.plan, height=0.72, facecolor=palette.PAPER, edgecolor=palette.PLAN.line, linewidth=0.9
        )
    ax.barh(at, row.done, height=0.4, facecolor=look.fill)


def reach(row: Progress) -> float:
    """Return how far a row's drawing reaches."""
    return max(row.done, row.plan or 0.0)


def note(ax: Axes, at: int, value: float, text: str, colour: str) -> None:
    """Write words to the right of `value`."""
    ax.annotate(text, (value, at), (GAP, 0), textcoords="offset points", va="center_baseline", color=colour)
