"""A doubt about what was read: a value, collected and shown, never thrown away."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from enum import StrEnum

Translate = Callable[[str], str]


class Severity(StrEnum):
    """How much an issue weighs: an error blocks, a warning is shown."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, kw_only=True)
class Message:
    """A sentence with named gaps, translated when it is shown, not when it is made.

    Parameters
    ----------
    template
        English sentence with ``{name}`` gaps; the key of its translation.
    values
        What fills the gaps: pairs of name and text.

    Examples
    --------
    >>> print(Message.of("grand total of {rows}", rows="E6"))
    grand total of E6
    """

    template: str
    values: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, template: str, **values: object) -> Message:
        """Make a message; every value is kept as text."""
        return cls(template=template, values=tuple((key, str(value)) for key, value in values.items()))

    def text(self, translate: Translate = str) -> str:
        """Return the sentence in the language of `translate`."""
        return translate(self.template).format(**dict(self.values))

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, kw_only=True)
class Issue:
    """One doubt, with the place it concerns.

    Parameters
    ----------
    severity
        An error blocks; a warning is shown.
    code
        Stable name such as ``TOTAL_MISMATCH``.
    where
        ``file!sheet!cell``, ``file!sheet`` or ``file``.
    value
        The raw value as text, empty where there is none.
    understood
        What the program made of it.
    suggestion
        How to mend it.
    """

    severity: Severity
    code: str
    where: str
    value: str = ""
    understood: Message = field(default_factory=lambda: Message(template=""))
    suggestion: Message = field(default_factory=lambda: Message(template=""))


def file_of(where: str, files: Container[str]) -> str:
    """Return the file that a place lies in; the name of a known one may hold a ``!``."""
    return where if where in files else where.partition("!")[0]


def blocking(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """Return the issues that block."""
    return tuple(issue for issue in issues if issue.severity is Severity.ERROR)
