"""Many products made at once, each for itself: one that fails stops no other, and leaves what was there."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.errors import CityAnalyticsError
from cityanalytics.issues import Message
from cityanalytics.publishing.run import ANY, KERNEL
from cityanalytics.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

#: The product that no notebook makes: the pages of a quarter's dispatch.
DISPATCH = "dispatch"
#: Steps of a report: read, execute, export, done.
STEPS = 4


@dataclass(frozen=True, kw_only=True)
class Task:
    """A product to make, told so that any process that sees the workspace can make it.

    Parameters
    ----------
    root
        The workspace's folder.
    product
        Name of a notebook without ending, or `DISPATCH`.
    parameters
        ``quarter``, ``as_of``, ``known_on`` as text, and the notebook's own.
    languages
        Languages of the pages.
    aside
        Where a published report that is replaced is kept, if it is.
    engine
        How the notebook is run, one of `cityanalytics.publishing.run.ENGINES`.
    """

    root: Path
    product: str
    parameters: Mapping[str, str]
    languages: tuple[str, ...]
    aside: Path | None = None
    engine: str = ANY

    @property
    def name(self) -> str:
        """What it is called while it is made."""
        day = f"{self.parameters['quarter']} {self.parameters['as_of']}"
        return f"{day} {self.product}" if self.product == DISPATCH else day


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a task.

    Parameters
    ----------
    task
        The task.
    files
        What was written.
    error
        What stopped it; None where it is done.
    """

    task: Task
    files: tuple[Path, ...] = ()
    error: Exception | None = None


def make(task: Task, on_stage: Callable[[str], None] = lambda _: None) -> tuple[Path, ...]:
    """Make a product and put it in its place; give the files written.

    Raises
    ------
    CityAnalyticsError
        It cannot be made; what was there is left as it was.
    """
    settings = load_settings(task.root)
    if task.product == DISPATCH:
        from cityanalytics.publishing.dispatched import make_dispatch

        return tuple(make_dispatch(settings, task.parameters))
    from cityanalytics.publishing.export import make_report

    made = make_report(
        settings,
        task.parameters,
        languages=task.languages,
        notebook=task.product,
        aside=task.aside,
        engine=task.engine,
        on_stage=on_stage,
    )
    return tuple(made)


def run(tasks: Sequence[Task], *, jobs: int, on_step: Callable[[Task, int], None]) -> Iterator[Outcome]:
    """Make products, some at once, and give what became of each as soon as it is known.

    Parameters
    ----------
    tasks
        What is to be made.
    jobs
        How many at once, each in a process of its own; 1: one after another, in this process.
    on_step
        Called with a task and how many of its `STEPS` are behind it since the last call.
    """
    from cityanalytics.publishing.warm import warm

    if tasks and any(task.engine != KERNEL for task in tasks):
        warm()
    if min(jobs, len(tasks)) <= 1:
        for task in tasks:
            yield _alone(task, on_step)
        return
    cut: list[Task] = []
    for outcome in _at_once(tasks, jobs):
        if _is_cut(outcome.error):
            cut.append(outcome.task)
            continue
        on_step(outcome.task, STEPS)
        yield outcome
    # where one process ends unasked, the pool ends with it: each that was not done is made by itself, once more
    for task in cut:
        (outcome,) = _at_once([task], 1)
        on_step(task, STEPS)
        yield _told(outcome) if _is_cut(outcome.error) else outcome


def _alone(task: Task, on_step: Callable[[Task, int], None]) -> Outcome:
    behind = 0

    def begun(_: str) -> None:
        nonlocal behind
        behind += 1
        on_step(task, 1)

    try:
        return Outcome(task=task, files=make(task, begun))
    except Exception as error:  # noqa: BLE001 - whatever it is, it stops no other product
        return Outcome(task=task, error=error)
    finally:
        on_step(task, STEPS - behind)


def _at_once(tasks: Sequence[Task], jobs: int) -> Iterator[Outcome]:
    from concurrent.futures import ProcessPoolExecutor, as_completed

    from cityanalytics.interrupts import uninterrupted
    from cityanalytics.publishing.warm import context

    workers = min(jobs, len(tasks))
    with ProcessPoolExecutor(workers, mp_context=context(), initializer=_begin_worker) as pool:
        running: dict[Future[tuple[Path, ...]], Task] = {}
        with uninterrupted():
            running.update({pool.submit(_in_worker, task): task for task in tasks})
        try:
            for done in as_completed(running):
                yield _become(running[done], done)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # stopped: what is not begun is not made
            raise


#: Whether Ctrl-C has reached this worker: it begins nothing more.
_ENDED: list[int] = []


def _begin_worker() -> None:
    from cityanalytics.bound import end_with_parent

    end_with_parent()
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        signal.signal(signal.SIGINT, _note)


def _note(number: int, _: object) -> None:
    _ENDED.append(number)


def _stop(number: int, _: object) -> None:
    _ENDED.append(number)
    raise KeyboardInterrupt


def _in_worker(task: Task) -> tuple[Path, ...]:
    """Make a product; Ctrl-C breaks it off, and between two is noted alone: a worker that dies ends the others."""
    if _ENDED:
        raise KeyboardInterrupt
    heeds = signal.getsignal(signal.SIGINT) == _note
    try:
        if heeds:
            signal.signal(signal.SIGINT, _stop)
        return make(task)
    finally:
        if heeds:
            signal.signal(signal.SIGINT, _note)


def _become(task: Task, done: Future[tuple[Path, ...]]) -> Outcome:
    try:
        return Outcome(task=task, files=done.result())
    except Exception as error:  # noqa: BLE001 - whatever it is, it stops no other product
        return Outcome(task=task, error=error)


def _is_cut(error: Exception | None) -> bool:
    from concurrent.futures.process import BrokenProcessPool

    return isinstance(error, BrokenProcessPool)


def _told(outcome: Outcome) -> Outcome:
    message = Message.of(
        "its process was ended from outside, twice: by hand, or since no memory was left; make it again with --jobs 1"
    )
    return Outcome(task=outcome.task, error=CityAnalyticsError(message))
