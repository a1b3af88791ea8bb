"""A doubt about what was read: a value, collected and shown, never thrown away."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Container


class Translate(Protocol):
    """Turns an English sentence into a reader's language; of a plural, into the form that the number asks for."""

    def __call__(self, sentence: str, plural: str = "", number: float = 1, /) -> str:
        """Return the sentence as the reader has it."""


def untranslated(sentence: str, plural: str = "", number: float = 1) -> str:
    """Return the English sentence itself.

    Examples
    --------
    >>> untranslated("{count} issue blocks", "{count} issues block", 2)
    '{count} issues block'
    """
    return plural if plural and number != 1 else sentence


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
    plural
        The sentence for any number but one; empty where nothing is counted.
    number
        What its form depends on.

    Examples
    --------
    >>> print(Message.of("grand total of {rows}", rows="E6"))
    grand total of E6
    """

    template: str
    values: tuple[tuple[str, str], ...] = ()
    plural: str = ""
    number: int = 1

    @classmethod
    def of(cls, template: str, **values: object) -> Message:
        """Make a message; every value is kept as text."""
        return cls(template=template, values=tuple((key, str(value)) for key, value in values.items()))

    @classmethod
    def counted(cls, one: str, many: str, /, count: int, **values: object) -> Message:
        """Make a message whose form depends on `count`, which fills the gap of that name.

        Examples
        --------
        >>> print(Message.counted("{count} issue blocks", "{count} issues block", count=2))
        2 issues block
        """
        filled = tuple((key, str(value)) for key, value in {"count": count, **values}.items())
        return cls(template=one, plural=many, number=count, values=filled)

    def text(self, translate: Translate = untranslated) -> str:
        """Return the sentence in the language of `translate`."""
        sentence = (
            translate(self.template, self.plural, self.number) if self.plural else translate(self.template)
        )
        return sentence.format(**dict(self.values))

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
