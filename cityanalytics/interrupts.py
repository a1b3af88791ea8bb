"""Ctrl-C, held back for a moment that may not be broken off."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Have Ctrl-C wait until a block is done: files half moved, or a fork, whose hooks would swallow it.

    A process that is forked in the block inherits what waits: it sets its own handler.
    """
    on_main = threading.current_thread() is threading.main_thread()  # Python interrupts the main thread alone
    if not on_main or signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        yield
        return
    late: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: late.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
        if late:
            signal.raise_signal(signal.SIGINT)
