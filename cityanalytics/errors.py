"""What stops a command: raised once, with all its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.issues import Message, untranslated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.issues import Issue, Translate


class CityAnalyticsError(Exception):
    """Base of the errors that a user can mend.

    Parameters
    ----------
    message
        What is wrong, where, and how to mend it.
    """

    exit_code = 1

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message

    def text(self, translate: Translate = untranslated) -> str:
        """Return the sentence in the language of `translate`."""
        return self.message.text(translate)


class BlockingIssuesError(CityAnalyticsError):
    """The input has issues that block; all of them are carried.

    Parameters
    ----------
    issues
        What blocks.
    message
        What follows from it; by default how many block.
    """

    def __init__(self, issues: Sequence[Issue], message: Message | None = None) -> None:
        super().__init__(
            message or Message.counted("{count} issue blocks", "{count} issues block", count=len(issues))
        )
        self.issues = tuple(issues)


class UsageError(CityAnalyticsError):
    """A parameter, date, quarter or file name that does not fit."""

    exit_code = 2


class ConfigurationError(UsageError):
    """A file that the bureau writes by hand does not hold.

    Parameters
    ----------
    faults
        All that is wrong with it, each with its key and how to mend it.
    """

    def __init__(self, faults: Sequence[Message]) -> None:
        super().__init__(faults[0])
        self.faults = tuple(faults)

    def text(self, translate: Translate = untranslated) -> str:
        """Return a line for each fault, in the language of `translate`."""
        return "\n".join(fault.text(translate) for fault in self.faults)

    def __str__(self) -> str:
        return self.text()


class InsufficientDataError(CityAnalyticsError):
    """Too little is known for what was asked."""


class NotebookError(CityAnalyticsError):
    """A notebook's cell failed; the executed notebook is kept."""

    exit_code = 3
