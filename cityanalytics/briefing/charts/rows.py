"""Rows of bars: a label on the left, bars from zero, a note on the right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.briefing import palette
from cityanalytics.briefing.charts.drawing import WIDTH, Drawing
from cityanalytics.briefing.charts.typeface import fitted, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.briefing.palette import Look

GAP = 6.0
"""Points between a label and what it labels."""
_ROW = 18.0  # points from one row to the next, and where a label takes two lines
_TALL_ROW = 26.0
_LABEL = 126.0  # a longer label breaks into two lines, and is shortened where these are too few
_MARGIN = 10.0  # points at the left at least: half the axis's first word
_LEAST = 30.0  # points that bars have at least beside labels and notes


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


def sheet(
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
) -> Drawing:
    """Return a drawing with a row for each label, from the top down.

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
    right += max((text_width(note) + GAP for note in notes), default=0.0)
    room = min(_LABEL, WIDTH - right - inset - GAP - _LEAST)
    names = [fitted(label, room) for label in labels]
    pitch = max(pitch, _TALL_ROW) if any("\n" in name for name in names) else pitch
    drawn = Drawing(
        height=top + pitch * len(names) + bottom,
        left=max(_MARGIN, max(map(text_width, names)) + GAP + inset),
        right=right,
        top=top,
        bottom=bottom,
        across=(0.0, most or 1.0),
        up=(len(names) - 0.5, -0.5),
    )
    for at, (name, colour) in enumerate(zip(names, colours or [palette.INK] * len(names), strict=True)):
        drawn.write(
            name,
            (drawn.left - GAP - inset, drawn.y(at)),
            colour=colour,
            ha="right",
            va="center_baseline",
            even=True,
        )
    return drawn


def solid(drawn: Drawing, at: int, bar: Bar) -> None:
    """Draw a bar from zero with its words at its end."""
    look = bar.look
    drawn.bar(at, bar.value, 0.6, look.fill, edge=look.line, width=1.1, hatched=bool(look.hatch))
    note(drawn, at, bar.value, bar.note, look.text)


def progress(drawn: Drawing, at: int, row: Progress, *, per: float = 1.0, most: float = math.inf) -> None:
    """Draw what is done inside the outline of what was planned, and the forecast's range as a dotted line.

    Parameters
    ----------
    drawn, at, row
        Where, and what.
    per
        What is one on the axis: the plan itself where rows are shares of their plans.
    most
        Where the axis ends; a range that goes on has an arrow there.
    """
    if row.plan:
        drawn.bar(at, row.plan / per, 0.72, palette.PAPER, edge=palette.PLAN.line, width=0.9)
    drawn.bar(at, min(row.done / per, most), 0.4, row.look.fill)
    if row.expected is not None:
        low, middle, high = (value / per for value in row.expected)
        look = palette.FORECAST
        drawn.line([min(low, most), min(high, most)], [at, at], look.line, 1.5, dashes=look.dashes)
        if high > most:
            drawn.dots([most], [at], ">", 4.0, look.line)
        else:
            drawn.line([high, high], [at - 0.2, at + 0.2], look.line, 1.2, cap="butt")
        if middle <= most:
            drawn.median(middle, at)


def due(drawn: Drawing, value: float, top: float, bottom: float) -> None:
    """Draw the line where elapsed time stands, clear of what it crosses."""
    for colour, width in ((palette.PAPER, 2.6), (palette.INK, 1.2)):
        drawn.line([value, value], [top, bottom], colour, width, cap="butt")


def reach(row: Progress) -> float:
    """Return how far a row's drawing reaches."""
    return max(row.done, row.plan or 0.0, *(row.expected or ()))


def note(drawn: Drawing, at: int, value: float, text: str, colour: str, *, away: float = GAP) -> None:
    """Write words to the right of `value`, some points away."""
    drawn.write(text, (drawn.x(value) + away, drawn.y(at)), colour=colour, va="center_baseline")
