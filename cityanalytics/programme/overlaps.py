"""Statements of one project whose days overlap: a newer one holds, and older ones fill in what it leaves open.

A statement is an edge between the first day that it counts and the first that it no longer counts. Edges that hang
together give the amount between any two of their days; an edge more is an older word on what a newer one says.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class _Chain:
    """Days that hang together: how much had been done by each; and the edges that say so, the newest first."""

    done: dict[int, float]
    edges: tuple[tuple[int, int, int], ...] = ()

    def row(self, first: int, last: int) -> int:
        """Return the row that states an amount, or one that ends with it, or begins."""
        fit = ((a == first and b == last, b == last, a == first) for a, b, _ in self.edges)
        return max(zip(fit, (row for *_, row in self.edges), strict=True), key=lambda one: one[0])[1]

    @property
    def span(self) -> tuple[int, int]:
        return min(self.done), max(self.done)

    def leaves_room(self, other: _Chain) -> bool:
        """Tell whether two chains share no days, or one lies between two neighbouring days of the other."""
        (first, last), (begins, ends) = self.span, other.span
        if last <= begins or ends <= first:
            return True
        within = not any(first < day < last for day in other.done) and begins <= first and last <= ends
        around = not any(begins < day < ends for day in self.done) and first <= begins and ends <= last
        return within or around


def hang_together(stated: pd.DataFrame, *, key: str, value: str) -> pd.DataFrame:
    """Return disjoint stretches of days from statements that overlap.

    Parameters
    ----------
    stated
        `key`, ``unit``, ``file``, ``period_start``, ``period_end``, `value` and its cell, and ``age``, place in order
        of receipt; no two of one key and one period.
    key, value
        The columns that name what is stated, and its value.

    Returns
    -------
    pandas.DataFrame
        `key`, ``unit``, ``file``, ``start``, ``end``, `value` and its cell, in order of `key` and first day. What a
        newer statement cuts otherwise, so that neither lies inside the other, is left out.
    """
    rows: list[int] = []
    found: list[tuple[int, int, float]] = []
    first, last = (
        stated[name].to_numpy().astype("datetime64[D]").astype(np.int64)
        for name in ("period_start", "period_end")
    )
    amount, newest = stated[value].to_numpy(), -stated["age"].to_numpy()
    group = pd.factorize(stated[key], sort=True)[0]
    for each in range(int(group.max()) + 1):
        places = np.flatnonzero(group == each)
        order = places[np.lexsort((first[places], newest[places]))]
        edges = [(int(first[at]), int(last[at]) + 1, float(amount[at]), int(at)) for at in order]
        for start, end, own, row in _stretches(_chains(edges)):
            rows.append(row)
            found.append((start, end, own))
    kept = stated.iloc[rows]
    starts, ends = (np.array([one[at] for one in found], dtype="datetime64[D]") for at in (0, 1))
    return pd.DataFrame(
        {
            key: kept[key].array,
            "unit": kept["unit"].array,
            "file": kept["file"].array,
            "start": starts.astype("datetime64[ns]"),
            "end": (ends - np.timedelta64(1, "D")).astype("datetime64[ns]"),
            value: [own for *_, own in found],
            f"{value}_cell": kept[f"{value}_cell"].array,
        }
    )


def _chains(edges: list[tuple[int, int, float, int]]) -> list[_Chain]:
    """Hang edges together, the newest first; one that says what newer ones say, or cuts them otherwise, is left."""
    chains: list[_Chain] = []
    for first, last, amount, row in edges:
        before = next((one for one in chains if first in one.done), None)
        after = next((one for one in chains if last in one.done), None)
        if before is not None and before is after:
            continue
        others = [one for one in chains if one is not before and one is not after]
        done = before.done if before else {first: 0.0}
        later = after.done if after else {last: 0.0}
        shift = done[first] + amount - later[last]
        told = (one.edges for one in (before, after) if one)
        grown = _Chain(
            done={**done, **{day: by + shift for day, by in later.items()}},
            edges=(*chain.from_iterable(told), (first, last, row)),
        )
        if all(grown.leaves_room(one) for one in others):
            chains = [*others, grown]
    return chains


def _stretches(chains: list[_Chain]) -> Iterator[tuple[int, int, float, int]]:
    """Give first day, day after the last, amount and row of each stretch; what lies inside one is taken out of it."""
    for one in sorted(chains, key=lambda one: one.span):
        days = sorted(one.done)
        for first, last in pairwise(days):
            inside = sorted(
                other.span for other in chains if other is not one and first <= other.span[0] < last
            )
            inner = [
                span
                for span in inside
                if not any(a <= span[0] and span[1] <= b and (a, b) != span for a, b in inside)
            ]
            taken = sum(
                other.done[other.span[1]] - other.done[other.span[0]]
                for other in chains
                if other.span in inner
            )
            edges = [first, *(day for span in inner for day in span), last]
            rest = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]
            length = sum(b - a for a, b in rest)
            own = one.done[last] - one.done[first] - taken
            for a, b in rest:
                yield a, b, own * (b - a) / length, one.row(first, last)
