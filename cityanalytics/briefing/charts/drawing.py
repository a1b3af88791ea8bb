"""A drawing: marks on a sheet in points, written as a small SVG for a page or replayed as a matplotlib Figure.

The SVG is written from the marks: matplotlib takes twenty times as long, and writes what draws nothing.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from cityanalytics.briefing.charts import typeface
from cityanalytics.briefing.palette import AXIS, FORECAST, INK, MUTED, PAPER, REGULAR, RULE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.figure import Figure

    from cityanalytics.briefing.palette import Look

WIDTH = 300.0
"""Points: so narrow that a text of 10 pt is 11 px on a phone of 375 px and 8.5 pt on A4, two charts abreast."""

Spot = tuple[float, float]
Across = Literal["left", "center", "right"]
Along = Literal["baseline", "top", "center", "center_baseline"]

_EPOCH = dt.date(1970, 1, 1)
_EM = 100.0
_EVEN = 1.05  # from one line of a label to the next, by the font's height
_TICK = 3.0
_HATCH = 72  # points that a hatch's pattern takes, and how many of its lines
_HATCHES = 36
# four cubic curves in eight parts are a circle to 0.03 % (Lancaster, "Approximating a Circle or an Ellipse", 2005)
_HALF, _MAGIC = math.sqrt(0.5), 0.2652031
_OFF = _HALF * _MAGIC
_OCTANT = ((_MAGIC, 1.0), (_HALF - _OFF, _HALF + _OFF), (_HALF, _HALF))
_OTHER = ((_HALF + _OFF, _HALF - _OFF), (1.0, _MAGIC), (1.0, 0.0))
_QUARTER = (*_OCTANT, *_OTHER)
_TURNS = ((1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0))
_CORNERS = {
    "D": ((0.0, -math.sqrt(2)), (math.sqrt(2), 0.0), (0.0, math.sqrt(2)), (-math.sqrt(2), 0.0)),
    "v": ((0.0, 1.0), (1.0, -1.0), (-1.0, -1.0)),
    ">": ((1.0, 0.0), (-1.0, -1.0), (-1.0, 1.0)),
}


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """A line or an area, in points from the sheet's upper left corner.

    Parameters
    ----------
    spots
        Its corners.
    fill, stroke
        Colours; empty is none.
    width
        Of the stroke.
    dashes
        Lengths on and off, in widths of the stroke.
    cap, join
        Of the stroke, as SVG has them.
    hatched
        Whether the area is hatched in the stroke's colour.
    closed
        Whether it ends where it begins.
    order
        What has more lies over what has less.
    """

    spots: Sequence[Spot]
    fill: str = ""
    stroke: str = ""
    width: float = 1.0
    dashes: tuple[float, ...] = ()
    cap: str = "butt"
    join: str = "round"
    hatched: bool = False
    closed: bool = False
    order: float = 2.0


@dataclass(frozen=True, kw_only=True)
class Dots:
    """Marks of one shape: ``o``, ``D``, ``v`` or ``>``, by their centres."""

    spots: Sequence[Spot]
    shape: str
    size: float
    fill: str
    stroke: str = ""
    width: float = 1.0
    order: float = 2.0


@dataclass(frozen=True, kw_only=True)
class TextMark:
    """A line of text, by its left end on the baseline."""

    spot: Spot
    text: str
    colour: str = INK
    order: float = 3.0


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A sheet `WIDTH` wide with a plot in it: places are given in the plot's own values.

    Parameters
    ----------
    height
        Of the sheet.
    left, right, top, bottom
        Margins around the plot, in points.
    across, down
        Values at the plot's left and right, and at its bottom and top.
    marks
        What is drawn, added to by the methods.
    """

    height: float
    left: float
    right: float
    top: float
    bottom: float
    across: tuple[float, float]
    up: tuple[float, float]
    marks: list[Stroke | Dots | TextMark] = field(default_factory=list)

    @property
    def width(self) -> float:
        """Points from the plot's left to its right."""
        return WIDTH - self.left - self.right

    @property
    def depth(self) -> float:
        """Points from the plot's top to its bottom."""
        return self.height - self.top - self.bottom

    def x(self, value: float) -> float:
        """Return the place of a value across, in points."""
        low, high = self.across
        return self.left + (value - low) / (high - low) * self.width

    def y(self, value: float) -> float:
        """Return the place of a value from the top down, in points."""
        low, high = self.up
        return self.height - self.bottom - (value - low) / (high - low) * self.depth

    def spots(self, xs: Sequence[float], ys: Sequence[float]) -> list[Spot]:
        """Return the places of points."""
        return [(self.x(x), self.y(y)) for x, y in zip(xs, ys, strict=True)]

    # --- marks

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        colour: str,
        width: float,
        *,
        dashes: tuple[float, ...] = (),
        cap: str = "",
    ) -> None:
        """Draw a line, its ends round unless it is dashed."""
        self.marks.append(
            Stroke(
                spots=self.spots(xs, ys),
                stroke=colour,
                width=width,
                dashes=dashes,
                cap=cap or ("butt" if dashes else "round"),
            )
        )

    def band(self, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], look: Look) -> None:
        """Draw a hatched area between two lines."""
        spots = self.spots([*xs, *reversed(xs)], [*lows, *reversed(highs)])
        self.marks.append(
            Stroke(
                spots=spots, fill=look.fill, stroke=look.line, width=0.6, hatched=True, closed=True, order=1.0
            )
        )

    def bar(
        self, at: float, value: float, thick: float, fill: str, *, edge: str = "", width: float = 1.0,
        hatched: bool = False,
    ) -> None:  # fmt: skip
        """Draw a bar from zero, `thick` rows thick."""
        top, bottom = at - thick / 2, at + thick / 2
        spots = self.spots([0.0, value, value, 0.0], [top, top, bottom, bottom])
        self.marks.append(
            Stroke(
                spots=spots,
                fill=fill,
                stroke=edge,
                width=width,
                join="miter",
                hatched=hatched,
                closed=True,
                order=1.0,
            )
        )

    def dots(
        self, xs: Sequence[float], ys: Sequence[float], shape: str, size: float, fill: str, *, edge: str = "",
        width: float = 1.0,
    ) -> None:  # fmt: skip
        """Draw marks of one shape and size."""
        self.marks.append(
            Dots(spots=self.spots(xs, ys), shape=shape, size=size, fill=fill, stroke=edge, width=width)
        )

    def median(self, across: float, up: float) -> None:
        """Draw the ring that stands for a forecast's median in every chart."""
        self.dots([across], [up], "o", 4.6, PAPER, edge=FORECAST.line, width=1.3)

    def write(
        self,
        text: str,
        spot: Spot,
        *,
        colour: str = INK,
        ha: Across = "left",
        va: Along = "baseline",
        even: bool = False,
    ) -> None:
        """Write text at a place in points; more lines stand below one another, on the side that `ha` names."""
        self.marks.extend(_set(text, spot, colour, ha, va, even=even))

    # --- axes

    def grid(self, ticks: Sequence[float], unit: str, *, away: float) -> None:
        """Draw a line across at each tick with its number on the left, and the unit over them."""
        for tick, label in zip(ticks, tick_labels(ticks), strict=True):
            spots = [(self.left, self.y(tick)), (self.left + self.width, self.y(tick))]
            self.marks.append(Stroke(spots=spots, stroke=RULE, width=0.7, cap="round", order=0.5))
            self.marks.extend(
                _set(
                    label,
                    (self.left - 3.5, self.y(tick)),
                    MUTED,
                    "right",
                    "center_baseline",
                    order=0.5,
                )
            )
        self.write(unit, (self.left - away, self.top - 8), colour=MUTED)

    def ticks(self, values: Sequence[float], labels: Sequence[str], *, line: bool = False) -> None:
        """Draw ticks under the plot with their words, and the axis itself where it is wanted."""
        floor, below = self.height - self.bottom, 0.5 if line else 2.5
        for value, label in zip(values, labels, strict=True):
            spots = [(self.x(value), floor), (self.x(value), floor + _TICK)]
            self.marks.append(Stroke(spots=spots, stroke=AXIS, width=0.8, order=below))
            self.marks.extend(
                _set(label, (self.x(value), floor + _TICK + 3.5), MUTED, "center", "top", order=below)
            )
        if line:
            ends = [(self.left, floor), (self.left + self.width, floor)]
            self.marks.append(
                Stroke(spots=ends, stroke=AXIS, width=0.8, cap="square", join="miter", order=2.5)
            )

    # --- renderings

    def svg(self) -> str:
        """Return it as one ``svg`` element: no script, style, link or date; texts are outlines."""
        return "".join(_Written(self).parts())

    def figure(self) -> Figure:
        """Return it as a matplotlib Figure of the same size: its axes measure points from the upper left corner."""
        # matplotlib's figures take 0.2 s to import: only where one is asked for
        from matplotlib.figure import Figure
        from matplotlib.font_manager import FontProperties
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        figure = Figure(figsize=(WIDTH / 72, self.height / 72), dpi=144, facecolor=PAPER)
        ax = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(self.height, 0))
        ax.set_axis_off()
        font = FontProperties(fname=typeface.file(), size=REGULAR)
        for mark in _ordered(self.marks):
            if isinstance(mark, TextMark):
                ax.text(
                    *mark.spot, mark.text, color=mark.colour, fontproperties=font, parse_math=False,
                    zorder=mark.order,
                )  # fmt: skip
            elif isinstance(mark, Dots):
                ax.plot(
                    *zip(*mark.spots, strict=True), mark.shape, markersize=mark.size,
                    markerfacecolor=mark.fill, markeredgecolor=mark.stroke or mark.fill,
                    markeredgewidth=mark.width if mark.stroke else 0, zorder=mark.order, linestyle="none",
                )  # fmt: skip
            else:
                ax.add_patch(
                    PathPatch(
                        Path([*mark.spots, *mark.spots[: int(mark.closed)]], closed=mark.closed),
                        facecolor=mark.fill or "none", edgecolor=mark.stroke or "none",
                        linewidth=mark.width, linestyle=(0, mark.dashes) if mark.dashes else "solid",
                        hatch="//////" if mark.hatched else None, hatch_linewidth=0.5, zorder=mark.order,
                        capstyle="projecting" if mark.cap == "square" else mark.cap, joinstyle=mark.join,
                    )
                )  # fmt: skip
        return figure


def _set(
    text: str, spot: Spot, colour: str, ha: Across, va: Along, *, even: bool = False, order: float = 3.0
) -> Iterator[TextMark]:
    """Set lines below one another, as high as the font's or, `even`, all the same; the place lies in them by `va`."""
    if not text:
        return
    lines = [typeface.line(one) for one in text.split("\n")]
    scale = REGULAR / _EM
    rise, fall = (one * REGULAR for one in typeface.extents())
    reach, tops = 0.0, []
    for one in lines:
        ascent, descent = one.ascent * scale, one.descent * scale
        if even:
            leading = _EVEN * (rise + fall) - (ascent + descent)
            ascent, descent = ascent + leading / 2, descent + leading / 2
        else:
            ascent, descent = max(ascent, rise), max(descent, fall)
        reach += ascent
        tops.append(reach)  # of its baseline, from the top
        reach += descent
    above = {
        "baseline": tops[-1],
        "top": 0.0,
        "center": reach / 2,
        "center_baseline": tops[-1] / 2,
    }[va]
    widest = max(one.width for one in lines) * scale
    for one, top, words in zip(lines, tops, text.split("\n"), strict=True):
        own = one.width * scale
        shift = {"left": 0.0, "center": -widest / 2 + (widest - own) / 2, "right": -own}[ha]
        yield TextMark(spot=(spot[0] + shift, spot[1] + top - above), text=words, colour=colour, order=order)


def _ordered(marks: Sequence[Stroke | Dots | TextMark]) -> list[Stroke | Dots | TextMark]:
    return sorted(marks, key=lambda mark: mark.order)


class _Written:
    """The writing of one drawing: what outlines and patterns it has defined so far."""

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.glyphs: set[str] = set()
        self.shapes: dict[tuple[object, ...], str] = {}
        self.hatches: dict[tuple[str, str], str] = {}
        self.texts = 0

    def parts(self) -> Iterator[str]:
        yield (
            f'<svg viewBox="0 0 {WIDTH:g} {_number(self.drawing.height)}" stroke-linejoin="round" '
            'stroke-linecap="butt">'
        )
        for mark in _ordered(self.drawing.marks):
            if isinstance(mark, TextMark):
                yield from self._text(mark)
            elif isinstance(mark, Dots):
                yield from self._dots(mark)
            else:
                yield self._stroke(mark)
        if self.hatches:
            yield "<defs>"
            for (fill, line), name in self.hatches.items():
                yield _pattern(name, fill, line)
            yield "</defs>"
        yield "</svg>"

    def _stroke(self, mark: Stroke) -> str:
        fill = mark.fill or "none"
        if mark.hatched:
            fill = f"url(#{self.hatches.setdefault((fill, mark.stroke), f'h{len(self.hatches)}')})"
        attributes = [f'fill="{fill}"']
        if mark.dashes:
            attributes.append(
                f'stroke-dasharray="{",".join(_number(dash * mark.width) for dash in mark.dashes)}"'
            )
        attributes += _outline(mark.stroke, mark.width, cap=mark.cap, join=mark.join)
        return f'<path d="{_data(mark.spots, closed=mark.closed)}" {" ".join(attributes)}/>'

    def _dots(self, mark: Dots) -> Iterator[str]:
        key = (mark.shape, mark.size, mark.stroke, mark.width)
        if key not in self.shapes:
            self.shapes[key] = f"m{len(self.shapes)}"
            drawn = _shape(mark.shape, mark.size / 2)
            attributes = _outline(mark.stroke, mark.width, join="round" if mark.shape == "o" else "miter")
            yield f'<defs><path id="{self.shapes[key]}" d="{drawn}"{"".join(f" {one}" for one in attributes)}/></defs>'
        for x, y in mark.spots:
            yield f'<use x="{_number(x)}" y="{_number(y)}" fill="{mark.fill}" href="#{self.shapes[key]}"/>'

    def _text(self, mark: TextMark) -> Iterator[str]:
        signs = [(*typeface.glyph(sign), place) for sign, place in typeface.line(mark.text).signs]
        new = {name: data for name, data, _ in signs if name not in self.glyphs}
        self.glyphs |= new.keys()
        self.texts += 1
        x, y = map(_number, mark.spot)
        yield f'<g id="text_{self.texts}"><g transform="translate({x} {y}) scale(0.1 -0.1)" fill="{mark.colour}">'
        if new:
            yield "<defs>"
            for name, data in new.items():
                yield f'<path id="{name}" d="{data}" transform="scale(0.015625)"/>'
            yield "</defs>"
        for name, _, place in signs:
            yield f'<use href="#{name}" x="{_number(place)}"/>' if place else f'<use href="#{name}"/>'
        yield "</g></g>"


def _outline(stroke: str, width: float, *, cap: str = "butt", join: str = "round") -> list[str]:
    if not stroke:
        return []
    attributes = [f'stroke="{stroke}"']
    if width != 1.0:
        attributes.append(f'stroke-width="{width:g}"')
    if join != "round":
        attributes.append(f'stroke-linejoin="{join}"')
    if cap != "butt":
        attributes.append(f'stroke-linecap="{cap}"')
    return attributes


def _shape(shape: str, radius: float) -> str:
    if shape != "o":
        return _data([(x * radius, y * radius) for x, y in _CORNERS[shape]], closed=True)
    turned = [
        (radius * (a * x + b * y), radius * (c * x + d * y)) for a, b, c, d in _TURNS for x, y in _QUARTER
    ]
    curves = (turned[at : at + 3] for at in range(0, len(turned), 3))
    joined = "".join("C" + " ".join(f"{_number(x)} {_number(y)}" for x, y in curve) for curve in curves)
    return f"M0 {_number(radius)}{joined}z".replace(" -", "-")


def _pattern(name: str, fill: str, line: str) -> str:
    """Return a hatch of slanting lines."""
    steps = (_HATCH * (at / _HATCHES - 0.5) for at in range(_HATCHES + 1))
    lines = "".join(
        f"M{_number(step)} {_number(_HATCH + step)}L{_number(_HATCH + step)} {_number(step)}"
        for step in steps
    )
    return (
        f'<pattern id="{name}" patternUnits="userSpaceOnUse" x="0" y="0" width="{_HATCH}" height="{_HATCH}">'
        f'<rect x="0" y="0" width="{_HATCH + 1}" height="{_HATCH + 1}" fill="{fill}"/>'
        f'<path d="{lines}" fill="{line}" stroke="{line}" stroke-width="0.5" stroke-linecap="butt" '
        'stroke-linejoin="miter"/></pattern>'
    )


def _data(spots: Sequence[Spot], *, closed: bool) -> str:
    return ("M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in spots) + ("z" if closed else "")).replace(
        " -", "-"
    )


def _number(value: float) -> str:
    return f"{round(value, 2) + 0.0:g}"


# --- places


def days(dates: Sequence[dt.date]) -> list[float]:
    """Return days as places along an axis.

    Examples
    --------
    >>> import datetime as dt
    >>> days([dt.date(1970, 1, 1), dt.date(1970, 1, 3)])
    [0.0, 2.0]
    """
    return [float((date - _EPOCH).days) for date in dates]


def round_ticks(low: float, high: float, most: int) -> list[float]:
    """Return round values between two, at most `most` steps apart.

    Examples
    --------
    >>> round_ticks(0.0, 121.9, 5), round_ticks(7.2, 9.3, 4)
    ([0.0, 25.0, 50.0, 75.0, 100.0], [8.0, 9.0])
    """
    least = (high - low) / most
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * one for one in (1.0, 2.0, 2.5, 5.0, 10.0, 20.0) if power * one >= least * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(at * step, 10) + 0.0 for at in range(first, last + 1)]


def tick_labels(ticks: Sequence[float]) -> list[str]:
    """Return the words of an axis's numbers, all with as many decimals as one of them needs.

    Examples
    --------
    >>> tick_labels([-2.5, 0.0])
    ['−2.5', '0.0']
    """
    places = max((_places(tick) for tick in ticks), default=0)
    return [f"{tick:.{places}f}".replace("-", "−") for tick in ticks]


def _places(value: float) -> int:
    return next((places for places in range(6) if math.isclose(round(value, places), value, abs_tol=1e-9)), 6)


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
