"""Charts of bars: paces, gaps by constraint, and what is done inside what was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing import display, palette
from cityanalytics.briefing.charts import rows
from cityanalytics.briefing.charts.rows import Bar, Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.briefing.charts.drawing import Drawing

MOST_ROWS = 20
_PITCH = 16.5  # points from one bullet graph to the next
MOST_OF_PLAN = 1.5  # the axis of bullet graphs at most; a range beyond it ends in an arrow


def panels(groups: Sequence[tuple[str, Sequence[Bar]]]) -> Drawing:
    """Draw bars from zero, in panels on one scale (calendar days, working days)."""
    lines: list[str | Bar] = []
    for name, group in groups:
        lines += [name, *group]
    bars = [line for line in lines if isinstance(line, Bar)]
    labels = [line.label if isinstance(line, Bar) else "" for line in lines]
    drawn = rows.sheet(labels, [bar.note for bar in bars], most=max(bar.value for bar in bars))
    for at, line in enumerate(lines):
        if isinstance(line, Bar):
            rows.solid(drawn, at, line)
        else:
            drawn.write(line, (drawn.left, drawn.y(at)), va="center", colour=palette.MUTED)
    return drawn


def ranked(bars: Sequence[Bar]) -> Drawing:
    """Draw bars from zero, the longest first."""
    ordered = sorted(bars, key=lambda bar: -bar.value)
    drawn = rows.sheet([bar.label for bar in ordered], [bar.note for bar in ordered], most=ordered[0].value)
    for at, bar in enumerate(ordered):
        rows.solid(drawn, at, bar)
    return drawn


def amounts(kinds: Sequence[Progress], *, elapsed_share: float) -> Drawing:
    """Draw bullet graphs on one scale, the largest first: areas of one kind of work compare with each other."""
    ordered = sorted(kinds, key=lambda kind: -kind.done)
    most = max(map(rows.reach, kinds))
    drawn = rows.sheet([kind.label for kind in ordered], [kind.note for kind in ordered], most=most, right=4)
    for at, kind in enumerate(ordered):
        rows.progress(drawn, at, kind)
        if kind.plan:
            rows.due(drawn, kind.plan * elapsed_share, at - 0.42, at + 0.42)
        rows.note(drawn, at, rows.reach(kind), kind.note, kind.look.text)
    return drawn


def bullets(items: Sequence[Progress], *, elapsed_share: float, elapsed_label: str, language: str) -> Drawing:
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
    drawn = rows.sheet(
        [item.label for item in ordered], notes, most=most, pitch=_PITCH, top=18, bottom=20, right=6
    )
    rows.due(drawn, elapsed_share, -0.6, len(ordered) - 0.4)
    for at, item in enumerate(ordered):
        if item.plan:
            rows.progress(drawn, at, item, per=item.plan, most=most)
        rows.note(drawn, at, most, item.note, item.look.text, away=rows.GAP + 3)
    drawn.write(elapsed_label, (drawn.x(elapsed_share), drawn.top - 3), ha="center")
    share_axis(drawn, most, language)
    return drawn


def share_axis(drawn: Drawing, most: float, language: str) -> None:
    """Name shares of the plan under the rows."""
    shares = [share for share in (0, 0.5, 1, 1.5) if share <= most]
    drawn.ticks(shares, [display.share(share, language, places=0) for share in shares])
