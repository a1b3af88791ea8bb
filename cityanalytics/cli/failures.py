"""What stops a command, as a program reads it; what disk and folders refuse, as a person can mend it."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from cityanalytics.cli.console import translate
from cityanalytics.errors import BlockingIssuesError, CityAnalyticsError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Exit codes: the input has errors that block; a failure of the program's own.
BLOCKED, FAILED = 1, 3
NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
NO_LEAVE = {errno.EACCES, errno.EPERM, errno.EROFS}


def of_disk(error: OSError) -> Message | None:
    """Return what the disk refused and what to do; None where it is no matter of disk or folders."""
    file, reason = error.filename or "", error.strerror or str(error)
    if error.errno in NO_ROOM:
        return Message.of(
            "no room is left on the disk ({file}); nothing was left half-written: make room, and run the command again",
            file=file or reason,
        )
    if not file:
        return None
    if error.errno in NO_LEAVE:
        return Message.of(
            "{file} may not be read or written ({reason}); nothing was left half-written: ask for the right to it, or "
            "work in another folder",
            file=file,
            reason=reason,
        )
    return Message.of(
        "{file}: {reason}; nothing was left half-written: mend the path, and run the command again",
        file=file,
        reason=reason,
    )


def failure_of(error: BaseException) -> tuple[str, int]:
    """Return what failed, in the language of messages, and the exit code: who can mend it."""
    if isinstance(error, CityAnalyticsError):
        return error.text(translate), error.exit_code
    if isinstance(error, OSError) and (message := of_disk(error)):
        return message.text(translate), BLOCKED
    message = Message.of(
        "the program failed: {kind}: {error}; --debug shows where", kind=type(error).__name__, error=error
    )
    return message.text(translate), FAILED


def failure_document(error: BaseException, code: int) -> Mapping[str, object]:
    """Return the one document of a command that failed before it had any."""
    text = error.text(translate) if isinstance(error, CityAnalyticsError) else str(error)
    if isinstance(error, OSError) and (message := of_disk(error)):
        text = message.text(translate)
    document: dict[str, object] = {"error": text, "kind": type(error).__name__, "exit_code": code}
    if isinstance(error, BlockingIssuesError):
        from cityanalytics.workbooks.inspection import issue_document

        document["issues"] = [issue_document(issue, translate) for issue in error.issues]
    return document
