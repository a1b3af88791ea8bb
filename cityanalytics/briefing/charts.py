"""The briefing's charts: plain values and ready words in, inline SVG out.

Things are labelled where they stand. What is actual is solid, a plan outlined or dashed, a forecast hatched,
and what is behind carries a word beside its colour. All words come from the caller in the page's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

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
_STACK = 9  # dots above one another at most
_MOST_SHARE = 1.3  # larger shares stand there, so that one outlier does not squeeze the rest


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Projects in one stage: its name, their shares of the annual plan as fractions, and their look."""

    label: str
    shares: Sequence[float]
    look: Look


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


def demolition(kinds: Sequence[Progress], *, notes: Sequence[str], words: Words) -> Chart:
    """Draw what is done inside the outline of what was planned, the largest first; a note beside each."""
    pairs = sorted(zip(kinds, notes, strict=True), key=lambda pair: -pair[0].done)
    most = max(map(rows.reach, kinds))
    with rows.axes([kind.label for kind, _ in pairs], notes, most=most) as ax:
        for at, (kind, note) in enumerate(pairs):
            rows.progress(ax, at, kind, palette.ACTUAL)
            rows.note(ax, at, rows.reach(kind), note, palette.INK)
        return _chart(ax, words)


def bullets(
    items: Sequence[Progress],
    *,
    elapsed_share: float,
    elapsed_label: str,
    behind_word: str,
    scale: Scale,
    language: str,
    words: Words,
) -> Chart:
    """Draw bullet graphs, the widest gap first: bar done, outline plan, tick where elapsed time stands.

    Parameters
    ----------
    items
        One to twenty; those without a plan stand last.
    elapsed_share
        Elapsed-time progress as a fraction.
    elapsed_label, behind_word
        Words at the first tick, and beside a share that lies below it.
    scale
        The axis's unit.
    language
        Of the shares.
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
    due = {id(item): (item.plan or 0.0) * elapsed_share for item in items}
    ordered = sorted(items, key=lambda item: (not item.plan, item.done - due[id(item)], item.label))
    notes = [
        display.share(item.done / item.plan if item.plan else display.NOT_APPLICABLE, language)
        + (f" {behind_word}" if item.done < due[id(item)] else "")
        for item in ordered
    ]
    most = max(map(rows.reach, items))
    with rows.axes([item.label for item in ordered], notes, most=most, top=20, bottom=22) as ax:
        for at, (item, note) in enumerate(zip(ordered, notes, strict=True)):
            late = item.done < due[id(item)]
            look = palette.BEHIND if late else palette.ACTUAL
            rows.progress(ax, at, item, look)
            rows.note(ax, at, most, note, look.text if late else palette.INK)
            if item.plan:
                ax.vlines(due[id(item)], at - 0.42, at + 0.42, color=palette.INK, linewidth=2)
        first = due[id(ordered[0])]
        side = "left" if first < most / 3 else "right" if first > most * 2 / 3 else "center"
        ax.annotate(elapsed_label, (first, -0.5), (0, 3), textcoords="offset points", ha=side)
        _amount_axis(ax, scale)
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
    labels = [f"{stage.label} {display.count(len(stage.shares), language)}" for stage in stages]
    most = max([1.0, *(min(share, _MOST_SHARE) for stage in stages for share in stage.shares)])
    pitch = _DOT * (_STACK + 1.5)
    with rows.axes(labels, [], most=most, pitch=pitch, top=20, bottom=22, right=18, inset=16) as ax:
        across = ax.bbox.width / most
        for at, stage in enumerate(stages):
            places = [across * min(max(share, 0.0), most) for share in sorted(stage.shares)]
            dots = drawing.packed(places, _DOT, _STACK)
            ax.plot(
                [place / across for place, _ in dots],
                [at + rank * _DOT / pitch for _, rank in dots],
                "o",
                markersize=_DOT - 0.7,
                markerfacecolor=stage.look.fill,
                markeredgecolor=stage.look.line,
                markeredgewidth=0.6,
            )
        ax.axvline(elapsed_share, color=palette.INK, linewidth=1.2, zorder=1)
        ax.annotate(elapsed_label, (elapsed_share, -0.5), (0, 3), textcoords="offset points", ha="center")
        shares = [0, 0.25, 0.5, 0.75, 1]
        ax.set_xticks(shares, [display.share(share, language, places=0) for share in shares])
        return _chart(ax, words)


def _chart(drawn: Axes, words: Words) -> Chart:
    return Chart(svg=drawing.svg(drawn), alt=words.alt, title=words.title, subtitle=words.subtitle)


def _amount_axis(ax: Axes, scale: Scale) -> None:
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    ax.xaxis.set_major_formatter(lambda tick, _: f"{tick / scale.per:g}")
    ax.annotate(
        scale.unit,
        (1, 0),
        (2 * rows.GAP, -6),
        xycoords="axes fraction",
        textcoords="offset points",
        va="top",
        color=palette.MUTED,
    )
