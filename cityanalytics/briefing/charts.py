"""The briefing's charts: plain values and ready words in, inline SVG out.

Things are labelled where they stand. What is actual is solid, a plan outlined or dashed, a forecast hatched,
and what is behind carries a word beside its colour. All words come from the caller in the page's language.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from cityanalytics.briefing import display, drawing, palette, rows
from cityanalytics.briefing.curve import Curve, YearEnd, s_curve
from cityanalytics.briefing.figure import Chart, Words
from cityanalytics.briefing.rows import Bar, Progress

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from cityanalytics.briefing.language import Scale
    from cityanalytics.briefing.palette import Look

__all__ = [
    "Bar",
    "Chart",
    "Curve",
    "Progress",
    "Stage",
    "Words",
    "YearEnd",
    "bullets",
    "constraints",
    "cumulative",
    "demolition",
    "paces",
    "projects_strip",
]

MOST_ROWS = 20
_DOT = 4.0  # points from one project's dot to the next
_STACK = 9  # dots above one another, more where too many projects stand at one place
_CLUSTER = 12  # dots side by side of projects at one place, at most
_PITCH = 16.5  # points from one bullet graph to the next
MOST_OF_PLAN = 1.5  # the axis of bullet graphs at most; a range beyond it ends in an arrow
_MOST_SHARE = 1.3  # larger shares stand there, so that one outlier does not squeeze the rest


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


def cumulative(
    *,
    actual: Curve,
    plan: Curve,
    year_end: YearEnd,
    ticks: Sequence[dt.date],
    scale: Scale,
    language: str,
    words: Words,
) -> Chart:
    """Draw the S-curve: actual to the data date, the plan, and the forecast's fan to the year's end.

    Parameters
    ----------
    actual, plan
        Values in the inner unit; the last day of `actual` is the data date.
    year_end
        Target and forecast.
    ticks
        Days named under the axis.
    scale
        The axis's unit.
    language
        Of the days' names.
    words
        Around the drawing.
    """
    right = max(map(drawing.text_width, year_end.labels())) + rows.GAP + 4
    with drawing.axes(212, left=26, right=right, top=20, bottom=22) as ax:
        s_curve(ax, actual=actual, plan=plan, year_end=year_end, scale=scale)
        ax.set_xticks(drawing.days(ticks), [display.day_text(day, language) for day in ticks])
        return _chart(ax, words)


def paces(panels: Sequence[tuple[str, Sequence[Bar]]], *, words: Words) -> Chart:
    """Draw paces as bars from zero, in panels on one scale (calendar days, working days)."""
    lines: list[str | Bar] = []
    for name, group in panels:
        lines += [name, *group]
    bars = [line for line in lines if isinstance(line, Bar)]
    labels = [line.label if isinstance(line, Bar) else "" for line in lines]
    with rows.axes(labels, [bar.note for bar in bars], most=max(bar.value for bar in bars)) as ax:
        for at, line in enumerate(lines):
            if isinstance(line, Bar):
                rows.solid(ax, at, line)
            else:
                ax.annotate(line, (0, at), va="center", color=palette.MUTED)
        return _chart(ax, words)


def constraints(bars: Sequence[Bar], *, words: Words) -> Chart:
    """Draw bars from zero, the longest first."""
    ordered = sorted(bars, key=lambda bar: -bar.value)
    with rows.axes(
        [bar.label for bar in ordered], [bar.note for bar in ordered], most=ordered[0].value
    ) as ax:
        for at, bar in enumerate(ordered):
            rows.solid(ax, at, bar)
        return _chart(ax, words)


def demolition(kinds: Sequence[Progress], *, elapsed_share: float, words: Words) -> Chart:
    """Draw bullet graphs on one scale, the largest first: areas of one kind of work compare with each other."""
    ordered = sorted(kinds, key=lambda kind: -kind.done)
    most = max(map(rows.reach, kinds))
    with rows.axes(
        [kind.label for kind in ordered], [kind.note for kind in ordered], most=most, right=4
    ) as ax:
        for at, kind in enumerate(ordered):
            rows.progress(ax, at, kind)
            if kind.plan:
                rows.due(ax, kind.plan * elapsed_share, at - 0.42, at + 0.42)
            rows.note(ax, at, rows.reach(kind), kind.note, kind.look.text)
        return _chart(ax, words)


def bullets(
    items: Sequence[Progress], *, elapsed_share: float, elapsed_label: str, language: str, words: Words
) -> Chart:
    """Draw bullet graphs, the widest gap first: each row is a plan, so that small ones are read as well as large.

    The outline is the plan, the bar what is done of it, the dotted line the forecast's range with a ring at its
    median; one line through all rows says where elapsed time stands. A range beyond 150 % ends in an arrow.

    Parameters
    ----------
    items
        One to twenty; those without a plan stand last, with their notes alone.
    elapsed_share, elapsed_label
        Elapsed-time progress as a fraction, and its words.
    language
        Of the axis.
    words
        Around the drawing.

    Raises
    ------
    ValueError
        If there are no items or over twenty.
    """
    if not 0 < len(items) <= MOST_ROWS:
        message = f"bullet graphs show one to {MOST_ROWS} rows, not {len(items)}"
        raise ValueError(message)
    ordered = sorted(
        items,
        key=lambda item: (not item.plan, item.done - (item.plan or 0.0) * elapsed_share, item.label),
    )
    notes = [item.note for item in ordered]
    reached = max((rows.reach(item) / item.plan for item in ordered if item.plan), default=1.0)
    most = min(max(1.0, reached), MOST_OF_PLAN)
    with rows.axes(
        [item.label for item in ordered], notes, most=most, pitch=_PITCH, top=18, bottom=20, right=6
    ) as ax:
        rows.due(ax, elapsed_share, -0.6, len(ordered) - 0.4)
        for at, item in enumerate(ordered):
            if item.plan:
                rows.progress(ax, at, item, per=item.plan, most=most)
            rows.note(ax, at, most, item.note, item.look.text, away=rows.GAP + 3)
        ax.annotate(elapsed_label, (elapsed_share, -0.5), (0, 3), textcoords="offset points", ha="center")
        _share_axis(ax, most, language)
        return _chart(ax, words)


def projects_strip(
    stages: Sequence[Stage], *, elapsed_share: float, elapsed_label: str, language: str, words: Words
) -> Chart:
    """Draw every project as a dot at its share of the annual plan, a row for each stage.

    Dots at one place stand beside each other, so their places are true to a few per cent. A share below 0 or
    above 130 % stands at that end.

    Parameters
    ----------
    stages
        From the top down; each row is labelled with its count.
    elapsed_share, elapsed_label
        Elapsed-time progress as a fraction, and its words.
    language
        Of the counts and the axis.
    words
        Around the drawing.
    """
    labels = [
        f"{stage.label} {display.count(len(stage.shares) + len(stage.doubted), language)}" for stage in stages
    ]
    shares = [share for stage in stages for share in (*stage.shares, *stage.doubted)]
    most = max([1.0, *(min(share, _MOST_SHARE) for share in shares)])
    together = max(
        (
            len(list(own))
            for stage in stages
            for _, own in groupby(sorted(stage.shares), lambda share: round(share, 2))
        ),
        default=0,
    )
    stack = max(_STACK, math.ceil(together / _CLUSTER))
    pitch = _DOT * (stack + 1.5)
    with rows.axes(
        labels,
        [],
        most=most,
        pitch=pitch,
        top=18,
        bottom=20,
        right=18,
        inset=max(16, _DOT * (together / stack / 2 + 1)),
        colours=[stage.look.text for stage in stages],
    ) as ax:
        across = ax.bbox.width / most
        ax.axvline(elapsed_share, color=palette.INK, linewidth=1.4, zorder=1)
        for at, stage in enumerate(stages):
            shown = sorted([(share, stage.look) for share in stage.shares], key=lambda dot: dot[0])
            shown += [(share, palette.DOUBTED) for share in stage.doubted]
            shown.sort(key=lambda dot: dot[0])
            dots = drawing.packed([across * min(max(share, 0.0), most) for share, _ in shown], _DOT, stack)
            for look in dict.fromkeys(look for _, look in shown):
                own = [dot for dot, (_, its) in zip(dots, shown, strict=True) if its == look]
                ax.plot(
                    [place / across for place, _ in own],
                    [at + rank * _DOT / pitch for _, rank in own],
                    look.marker,
                    markersize=_DOT - (0.7 if look.marker == "o" else 0.2),
                    markerfacecolor=look.fill,
                    markeredgecolor=look.line,
                    markeredgewidth=0.7,
                )
            if stage.doubted:
                low = max(
                    rank for (_, rank), (_, look) in zip(dots, shown, strict=True) if look == palette.DOUBTED
                )
                ax.annotate(
                    stage.doubted_label,
                    (elapsed_share, at),
                    (-5, -(low + 1) * _DOT),
                    textcoords="offset points",
                    ha="right",
                    va="top",
                    color=palette.DOUBTED.text,
                )
        ax.annotate(elapsed_label, (elapsed_share, -0.5), (0, 3), textcoords="offset points", ha="center")
        _share_axis(ax, most, language)
        return _chart(ax, words)


def _chart(drawn: Axes, words: Words) -> Chart:
    return Chart(svg=drawing.svg(drawn), alt=words.alt, title=words.title, subtitle=words.subtitle)


def _share_axis(ax: Axes, most: float, language: str) -> None:
    shares = [share for share in (0, 0.5, 1, 1.5) if share <= most]
    ax.set_xticks(shares, [display.share(share, language, places=0) for share in shares])
