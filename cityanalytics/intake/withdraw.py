"""A workbook that was filed by mistake is taken out of what counts; it stays where it lies."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from cityanalytics.errors import UsageError
from cityanalytics.intake.register import Withdrawal, read_register, read_withdrawals, write_withdrawals
from cityanalytics.issues import Message
from cityanalytics.lock import writing

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from cityanalytics.settings import Settings


def withdraw(settings: Settings, file: Path, *, on: dt.date, why: str) -> Withdrawal:
    """Add a line to data/raw/withdrawn.csv: the workbook counts for no day from now on.

    Parameters
    ----------
    settings
        The workspace.
    file
        A workbook of the register: as the register names it, or its path.
    on
        Day of the withdrawal.
    why
        What was wrong.

    Returns
    -------
    Withdrawal
        The line.

    Raises
    ------
    UsageError
        The register has no such workbook, it was withdrawn before, or no reason is given.
    """
    with writing(settings.root, "withdraw"):
        return _withdraw(settings, file, on=on, why=why)


def _withdraw(settings: Settings, file: Path, *, on: dt.date, why: str) -> Withdrawal:
    standing = [receipt.file for receipt in read_register(settings)]
    withdrawals = read_withdrawals(settings)
    named = _named(settings, file)
    if named in {one.file for one in withdrawals}:
        raise UsageError(Message.of("{file} has been withdrawn already", file=named))
    if named not in standing:
        near = difflib.get_close_matches(named, standing, n=1, cutoff=0.3)
        raise UsageError(
            Message.of(
                "{file} is not in the register; nearest: {near}", file=file, near=near[0] if near else "none"
            )
        )
    reason = " ".join(why.split())
    if not reason:
        raise UsageError(Message.of("say why with --why: it is kept beside the register"))
    withdrawal = Withdrawal(file=named, on=on, why=reason)
    write_withdrawals(settings, (*withdrawals, withdrawal))
    return withdrawal


def _named(settings: Settings, file: Path) -> str:
    """Return how the register names a path."""
    for path in (file.resolve(), (settings.root / file).resolve()):
        if path.is_relative_to(settings.root) and path.is_file():
            return path.relative_to(settings.root).as_posix()
    return file.as_posix()
