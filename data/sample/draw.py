"""Draws that are the same on every machine: each has a key of its own, so that one more changes no other."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = TypeVar("Item")
SEED = 2010


def uniform(key: object, low: float = 0.0, high: float = 1.0) -> float:
    """Return a number between `low` and `high`."""
    source = random.Random(f"{SEED}/{key}")  # noqa: S311 - plausible figures, not secrets
    return low + (high - low) * source.random()


def chance(key: object, share: float) -> bool:
    """Return whether something that happens in `share` of all cases does."""
    return uniform(key) < share


def whole(key: object, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`, both included."""
    return low + int(uniform(key) * (high - low + 1))


def pick(key: object, items: Sequence[Item]) -> Item:
    """Return one of `items`."""
    return items[whole(key, 0, len(items) - 1)]


def shuffled(key: object, items: Sequence[Item]) -> list[Item]:
    """Return `items` in another order."""
    order = sorted(range(len(items)), key=lambda place: uniform(f"{key}/{place}"))
    return [items[place] for place in order]


def apportion(total: int, weights: Sequence[float], *, step: int = 1) -> list[int]:
    """Return whole multiples of `step` in proportion to `weights` that sum to `total` exactly."""
    parts = total // step
    shares = [parts * weight / sum(weights) for weight in weights]
    whole_parts = [int(share) for share in shares]
    rest = sorted(range(len(shares)), key=lambda place: (whole_parts[place] - shares[place], place))
    for place in rest[: parts - sum(whole_parts)]:
        whole_parts[place] += 1
    amounts = [part * step for part in whole_parts]
    amounts[max(range(len(amounts)), key=amounts.__getitem__)] += total - parts * step
    return amounts
