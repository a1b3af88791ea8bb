"""Processes that end with the one that started them, however it ends.

Run as a script, ``python bound.py PARENT PROGRAM...``, it binds itself to its parent and becomes the program. It
imports nothing of the package, so that it is in the way for a moment only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

#: From Linux's prctl.h: which signal a process gets when its parent dies.
PR_SET_PDEATHSIG = 1


def bound(command: list[str]) -> list[str]:
    """Return a command that ends with this process; elsewhere than on Linux the command itself.

    Examples
    --------
    >>> bound(["chromium", "--headless"])[-2:]
    ['chromium', '--headless']
    """
    if sys.platform != "linux":
        return command
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), *command]


def end_with_parent() -> None:
    """Have this process, a worker of a pool, end when the one that started it does."""
    # imported here: the script has no use for it
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is None:
        return
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:  # what the parent set for the moment of the fork
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform == "linux":
        _bind(parent.pid or 0)
    else:
        import threading

        threading.Thread(target=_wait_for, args=[parent], daemon=True).start()


def _wait_for(parent: object) -> None:
    parent.join()  # type: ignore[attr-defined] # a process, though not one that multiprocessing names
    os._exit(1)


def _bind(parent: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before it could be bound to
        os._exit(1)


if __name__ == "__main__":
    _bind(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606 - a list of the program's own, no shell
