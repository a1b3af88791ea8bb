"""The sample holds itself against its totals while it is made."""

from __future__ import annotations


def hold(told: object, wanted: object, what: str) -> None:
    """Refuse to go on where two values differ.

    Raises
    ------
    ValueError
        They do.
    """
    if told != wanted:
        message = f"{what}: {told} instead of {wanted}"
        raise ValueError(message)
