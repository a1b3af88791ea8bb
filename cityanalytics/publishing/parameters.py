"""A notebook's parameters, checked before any kernel starts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.errors import UsageError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

#: What is said of a value that is not of a parameter's type.
NOT_OF_TYPE = {
    "int": "{name} must be a whole number, not {text!r}",
    "float": "{name} must be a number, not {text!r}",
    "bool": "{name} must be true or false, not {text!r}",
}
#: Type of a notebook's parameter, as its cell declares it, to what takes a value from text.
TYPES: Mapping[str, Callable[[str], object]] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": lambda text: ("false", "true").index(text.lower()) == 1,
}


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """What a notebook's parameters cell declares of one, as in ``pace: float = 1.1  # above 0``.

    Parameters
    ----------
    kind
        Its type, a key of `TYPES`.
    positive
        Whether it must be above 0.
    path
        Whether it names a file or folder, which must be there.
    """

    kind: str
    positive: bool = False
    path: bool = False


def check_names(
    given: Mapping[str, str], declared: Mapping[str, Parameter], *, root: Path
) -> dict[str, object]:
    """Return given parameters with the types that a notebook's parameters cell declares.

    Parameters
    ----------
    given
        Names and values as text.
    declared
        Names and what is declared of them.
    root
        The workspace's folder, which paths are relative to.

    Raises
    ------
    UsageError
        A name is unknown, or a value is not of its type, not finite or not above 0 where it must be, or
        names a file that is not there.
    """
    for name, text in given.items():
        if name not in declared:
            raise UsageError(
                Message.of(
                    "the notebook has no parameter {name}; it has: {names}",
                    name=name,
                    names=", ".join(declared),
                )
            )
        if declared[name].path and text and not (root / text).exists():
            raise UsageError(
                Message.of("{name}: there is no file {file}", name=name, file=(root / text).resolve())
            )
    return {name: _typed(name, text, declared[name]) for name, text in given.items()}


def _typed(name: str, text: str, parameter: Parameter) -> object:
    try:
        value = TYPES[parameter.kind](text)
    except KeyError:
        raise UsageError(
            Message.of(
                "parameter {name} is {kind}, which cannot be given here", name=name, kind=parameter.kind
            )
        ) from None
    except ValueError:
        value = math.nan
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(Message.of(NOT_OF_TYPE[parameter.kind], name=name, text=text))
    if parameter.positive and isinstance(value, int | float) and value <= 0:
        raise UsageError(Message.of("{name} must be above 0, not {text}", name=name, text=text))
    return value
