"""One lock a workspace: commands that write take turns, readers never wait.

The lock belongs to a process and ends with it, however it ends. The file stays; it holds who has it.
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import secrets
import shutil
import socket
import warnings
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING

from cityanalytics.durable import sweep
from cityanalytics.errors import CityAnalyticsError
from cityanalytics.interrupts import uninterrupted
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: Below the workspace.
FILE = ".cityanalytics.lock"
#: Seconds that a command waits for another before it gives up.
PATIENCE = 120.0
#: Seconds that it waits before it says so.
UNTOLD = 1.0
#: Where a draft may lie that was left by a command that was killed.
WRITTEN = ("data", "reports", "dispatch")
#: Folders in which a report, or what else takes long, is made begin so.
MAKING = ".making-"


def _silent(_: Message) -> None: ...


#: Told once where a command has to wait.
ON_WAIT: ContextVar[Callable[[Message], None]] = ContextVar("ON_WAIT", default=_silent)


@contextmanager
def writing(root: Path, command: str, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold a workspace's lock: what is read and written inside is read and written by nobody else meanwhile.

    Within a thread it may be held several times over. What commands that were killed left half-written is removed.

    Parameters
    ----------
    root
        The workspace's folder.
    command
        What it is held for, such as ``receive``; told to those who wait.
    patience
        Seconds to wait.

    Raises
    ------
    CityAnalyticsError
        Another command holds it, and did not let go.
    OSError
        The folder may not be written to.
    """
    import filelock  # 0.05 s, and only who writes needs it

    root.mkdir(parents=True, exist_ok=True)
    path = root / FILE
    # one object a path: held again, it is not waited for
    lock = filelock.FileLock(path, is_singleton=True, mode=root.stat().st_mode & 0o666)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a share without locks gets one by the file's being there
        try:
            lock.acquire(timeout=min(patience, UNTOLD))
        except filelock.Timeout:
            ON_WAIT.get()(Message.of("waiting for another command: {holder}", holder=holder(path)))
            try:
                lock.acquire(timeout=patience)
            except filelock.Timeout:
                raise CityAnalyticsError(
                    Message.of(
                        "nothing was written: the workspace is held by another command: {holder}. Wait until it is "
                        "done, or end it, and try again",
                        holder=holder(path),
                    )
                ) from None
    try:
        if lock.lock_counter == 1:
            _sign(path, command)
            sweep(root, WRITTEN)
            for left in _made_or_dead(root / "reports"):
                _remove_dead(left)
        yield
    finally:
        lock.release()


@contextmanager
def making(root: Path, place: Path, command: str) -> Iterator[Path]:
    """Give an empty folder beside a place, where something is made that takes long; the workspace's lock is free.

    The folder is removed at the end. Those of commands that were killed are removed by whoever holds the workspace's
    lock next, beside this place by the next that makes something there: no process holds theirs.

    Parameters
    ----------
    root
        The workspace's folder.
    place
        Where what is made will go; of folders that are made for it none stays empty.
    command
        As `writing`.
    """
    import filelock

    folder = place / f"{MAKING}{secrets.token_hex(8)}"
    new = [parent for parent in (place, *place.parents) if not parent.exists()]
    alive = filelock.FileLock(folder / "alive")
    try:
        with writing(root, command):
            for left in place.glob(f"{MAKING}*"):
                _remove_dead(left)
            (folder / "made").mkdir(parents=True)
            alive.acquire(timeout=0)
        yield folder / "made"
    finally:
        with uninterrupted():
            alive.release()
            shutil.rmtree(folder, ignore_errors=True)
            _remove_empty(new)


def _made_or_dead(reports: Path) -> list[Path]:
    """Return all folders in which reports are made; others may remove theirs meanwhile."""
    return [
        Path(place, name) for place, names, _ in os.walk(reports) for name in names if name.startswith(MAKING)
    ]


def _remove_dead(folder: Path) -> None:
    import filelock

    alive = filelock.FileLock(folder / "alive")
    with suppress(filelock.Timeout):
        alive.acquire(timeout=0)
        alive.release()
        shutil.rmtree(folder, ignore_errors=True)
        _remove_empty([folder.parent, folder.parent.parent])


def _remove_empty(folders: Sequence[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # something lies in it
            folder.rmdir()


def holder(path: Path) -> str:
    """Return who holds a lock, for what and since when, as its file says."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        since = dt.datetime.fromtimestamp(path.stat().st_mtime)  # noqa: DTZ006 - the bureau's day
        return f"{said['command']}, {said['who']}, {since:%Y-%m-%d %H:%M:%S}"
    except (KeyError, OSError, TypeError, ValueError):  # just taken, or let go
        return "?"


def _sign(path: Path, command: str) -> None:
    try:
        user = getpass.getuser()
    except (ImportError, KeyError, OSError):  # of no name
        user = "?"
    with suppress(OSError):  # on a full disk the lock holds all the same
        path.write_text(json.dumps({"command": command, "who": f"{user}@{socket.gethostname()}"}), "utf-8")
