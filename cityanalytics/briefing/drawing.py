"""A drawing surface: matplotlib without its state machine, in the charts' font, the same every time."""

from __future__ import annotations

import datetime as dt
import io
from contextlib import contextmanager
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from matplotlib import font_manager, rc_context, rcdefaults, rcParams
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from cityanalytics.briefing.palette import AXIS, FORECAST, INK, MUTED, PAPER, REGULAR, RULE
from cityanalytics.briefing.svg import small
from cityanalytics.errors import CityAnalyticsError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

WIDTH = 300.0
"""Points: so narrow that a text of 10 pt is 11 px on a phone of 375 px and 8.5 pt on A4, two charts abreast."""

_SETTINGS: dict[Any, Any] = {
    "axes.edgecolor": AXIS,
    "axes.linewidth": 0.8,
    "axes.spines.left": False,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "font.size": REGULAR,
    "grid.color": RULE,
    "grid.linewidth": 0.7,
    "hatch.linewidth": 0.5,
    "lines.solid_capstyle": "round",
    "svg.fonttype": "path",
    "svg.hashsalt": "cityanalytics",
    "text.color": INK,
    "text.parse_math": False,  # a dollar sign in a unit's name is a dollar sign
    "xtick.color": AXIS,
    "xtick.labelcolor": MUTED,
    "xtick.labelsize": REGULAR,
    "xtick.major.size": 3.0,
    "ytick.color": AXIS,
    "ytick.labelcolor": MUTED,
    "ytick.labelsize": REGULAR,
    "ytick.major.size": 0.0,
}


_EPOCH = dt.date(1970, 1, 1)


class MissingGlyphError(CityAnalyticsError):
    """A chart's text holds characters that the font cannot draw."""


@contextmanager
def axes(height: float, *, left: float, right: float, top: float, bottom: float) -> Iterator[Axes]:
    """Open axes on a sheet `WIDTH` wide and `height` high, with margins; all in points.

    Everything is drawn, and `svg` is called, while they are open. Settings of matplotlib made elsewhere have
    no say in them.
    """
    with rc_context():
        rcdefaults()
        rcParams.update(_SETTINGS)
        rcParams["font.family"] = _family()
        figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72, facecolor="none")
        yield figure.add_axes(
            (left / WIDTH, bottom / height, (WIDTH - left - right) / WIDTH, (height - top - bottom) / height),
            facecolor="none",
        )


def svg(drawn: Axes) -> str:
    """Return the figure of `drawn` as one ``svg`` element: no script, inline style, link out or date.

    Raises
    ------
    MissingGlyphError
        If a text holds characters that the font lacks.
    """
    for artist in drawn.figure.findobj():
        artist.set_clip_on(False)  # nothing reaches over the axes, and clip paths cost a quarter of the size
        if isinstance(artist, Text):
            _require_glyphs(artist.get_text())
    out = io.StringIO()
    FigureCanvasSVG(drawn.get_figure(root=True)).print_figure(
        out, format="svg", metadata=dict.fromkeys(("Creator", "Date", "Format", "Type"))
    )
    return small(out.getvalue(), _font().postscript_name)


def median(ax: Axes, across: float, up: float) -> None:
    """Draw the ring that stands for a forecast's median in every chart."""
    look = FORECAST
    ax.plot(
        across, up, "o", markerfacecolor=PAPER, markeredgecolor=look.line, markeredgewidth=1.3, markersize=4.6
    )


def days(dates: Sequence[dt.date]) -> list[float]:
    """Return days as places along an axis.

    Examples
    --------
    >>> import datetime as dt
    >>> days([dt.date(1970, 1, 1), dt.date(1970, 1, 3)])
    [0.0, 2.0]
    """
    return [float((date - _EPOCH).days) for date in dates]


def text_width(text: str, size: float = REGULAR) -> float:
    """Return the width of the widest line of `text`, in points.

    Examples
    --------
    >>> text_width("计划")
    20.0
    """
    return max((_advance(line) * size for line in text.split("\n")), default=0.0)


def wrapped(text: str, most: float, size: float = REGULAR) -> str:
    r"""Break a label that is wider than `most` points into two lines of about the same width.

    Examples
    --------
    >>> wrapped("Water supply", 40.0), wrapped("轨道交通站", 30.0), wrapped("轨道站", 30.0)
    ('Water\nsupply', '轨道交\n通站', '轨道站')
    """
    if text_width(text, size) <= most:
        return text
    breaks = [at for at, each in enumerate(text) if each == " "] or range(1, len(text))
    best = min(
        breaks, key=lambda at: (max(text_width(text[:at], size), text_width(text[at:].lstrip(), size)), -at)
    )
    return f"{text[:best]}\n{text[best:].lstrip()}"


def spread(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Move labels apart until none overlaps another, keeping their order and each cluster's middle.

    Parameters
    ----------
    wanted
        Where the centres should be.
    sizes
        How much room each takes.

    Examples
    --------
    >>> spread([10.0, 11.0, 40.0], [5.0, 5.0, 5.0])
    [8.0, 13.0, 40.0]
    """
    clusters: list[list[int]] = []
    for label in sorted(range(len(wanted)), key=lambda label: wanted[label]):
        clusters.append([label])
        while len(clusters) > 1 and _edge(clusters[-2], wanted, sizes, 1) > _edge(
            clusters[-1], wanted, sizes, -1
        ):
            clusters[-2:] = [clusters[-2] + clusters[-1]]
    placed = list(wanted)
    for members in clusters:
        reached = _edge(members, wanted, sizes, -1)
        for member in members:
            placed[member] = reached + sizes[member] / 2
            reached += sizes[member]
    return placed


def _edge(members: Sequence[int], wanted: Sequence[float], sizes: Sequence[float], side: int) -> float:
    middle = sum(wanted[member] for member in members) / len(members)
    return middle + side * sum(sizes[member] for member in members) / 2


def packed(wanted: Sequence[float], size: float, height: int) -> list[tuple[float, int]]:
    """Place dots on a lattice without overlap, each as near to the wanted place as there is room.

    Parameters
    ----------
    wanted
        Places along a line, in points.
    size
        From one dot's centre to the next, in points.
    height
        Dots that a column holds at most.

    Returns
    -------
    list of (float, int)
        For each dot the place along the line, and how many dots it stands off the line: 0, 1, -1, 2, …

    Examples
    --------
    >>> packed([10.0, 10.0, 10.0, 10.0], 5.0, 3)
    [(10.0, 0), (10.0, 1), (10.0, -1), (15.0, 0)]
    """
    filled: dict[int, int] = {}
    placed = []
    for place in wanted:
        column = round(place / size)
        steps = sorted(range(-len(wanted), len(wanted) + 1), key=lambda step: (abs(step), -step))
        free = next(column + step for step in steps if filled.get(column + step, 0) < height)
        rank = filled.get(free, 0)
        placed.append((free * size, (rank + 1) // 2 * (1 if rank % 2 else -1)))
        filled[free] = rank + 1
    return placed


@cache
def _font_file() -> str:
    with resources.as_file(resources.files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as path:
        return str(path)


@cache
def _font() -> FT2Font:
    font = FT2Font(_font_file())
    font.set_size(100.0, 72.0)
    return font


@cache
def _family() -> str:
    font_manager.fontManager.addfont(_font_file())
    return str(_font().family_name)


@cache
def _advance(line: str) -> float:
    _require_glyphs(line)
    _font().set_text(line)
    return float(_font().get_width_height()[0]) / 64 / 100


def glyphs_missing(text: str) -> list[str]:
    """Return the characters of a text that the charts' font cannot draw, in order of code point.

    Examples
    --------
    >>> glyphs_missing("天气"), [hex(ord(each)) for each in glyphs_missing(chr(0x1F327))]
    ([], ['0x1f327'])
    """
    return sorted({each for each in text if each != "\n" and not _font().get_char_index(ord(each))})


def _require_glyphs(text: str) -> None:
    missing = glyphs_missing(text)
    if missing:
        codes = " ".join(f"U+{ord(each):04X}" for each in missing)
        raise MissingGlyphError(
            Message.of("the charts' font has no glyph for {codes} in {text}", codes=codes, text=ascii(text))
        )
