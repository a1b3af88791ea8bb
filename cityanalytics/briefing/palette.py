"""One visual language: what a thing is decides how it is drawn, in every chart.

Colour is never alone: actual is solid, a plan is an outline or a dashed line, a forecast is hatched or dotted with
a ring at its median, and what is behind points down and carries a word. Blue, steel and orange stay apart for
every kind of colour vision, and in grey by a step of Munsell's scale or more.
"""

from __future__ import annotations

from dataclasses import dataclass

INK = "#17212b"
MUTED = "#566270"
RULE = "#d5dbe1"
AXIS = "#a9b4bf"
PAPER = "#ffffff"
BLUE = "#1b4f80"
STEEL = "#7690aa"
ORANGE = "#b3500b"

REGULAR = 10.0
"""Size in points of every text of a chart."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """How one kind of thing is drawn.

    Parameters
    ----------
    fill
        Colour of an area.
    line
        Colour of a line or an outline.
    text
        Colour of its label, readable on white.
    dashes
        Lengths on and off in points; empty is a solid line.
    hatch
        Pattern of an area; empty is none.
    marker
        Shape of a dot, in matplotlib's letters.
    """

    fill: str
    line: str
    text: str = INK
    dashes: tuple[float, ...] = ()
    hatch: str = ""
    marker: str = "o"


ACTUAL = Look(fill=BLUE, line=BLUE, text=BLUE)
PAST = Look(fill=STEEL, line=STEEL)
PLAN = Look(fill=PAPER, line=MUTED, text=MUTED, dashes=(4.0, 2.0))
REQUIRED = Look(fill=PAPER, line=INK)
FORECAST = Look(fill="#dbe7f2", line=BLUE, text=BLUE, dashes=(1.5, 1.3), hatch="//////")
LIKELIER = Look(fill="#a9c4de", line=BLUE, text=BLUE, hatch="//////")
BEHIND = Look(fill=ORANGE, line=ORANGE, text=ORANGE, marker="v")
DOUBTED = Look(fill=PAPER, line=ORANGE, text=ORANGE, marker="v")
WAITING = Look(fill=PAPER, line=MUTED)
