"""The same products on a Dask cluster that exists: small tasks go there, workbooks and pages stay on shared storage.

Each worker makes a task in a process of its own, so that what it imports, forks and changes is that process's alone and
ends with it. A task that a lost worker had is made by another; made twice, it gives the same bytes.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
import uuid
from importlib import import_module
from typing import TYPE_CHECKING, Any

from cityanalytics.bound import bound
from cityanalytics.errors import CityAnalyticsError, UsageError
from cityanalytics.intake.sources import sources_sha256
from cityanalytics.issues import Message
from cityanalytics.publishing.batch import STEPS, Outcome, Task, make
from cityanalytics.publishing.provenance import package_versions
from cityanalytics.settings import FILE, SECURITY, file_sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

#: Seconds in which a scheduler is to answer.
PATIENCE = 20
#: What a worker's process runs.
CHILD = "from cityanalytics.publishing.cluster import make_one; make_one()"


def run_on(
    scheduler: str,
    tasks: Sequence[Task],
    *,
    security: Mapping[str, Path],
    on_step: Callable[[Task, int], None],
) -> Iterator[Outcome]:
    """Make products on a cluster, and give what became of each as soon as it is known.

    Parameters
    ----------
    scheduler
        Such as ``tcp://10.0.0.5:8786``, or ``tls://…``.
    tasks
        What is to be made; the paths are the workers' too.
    security
        Of ``tls://``: ``ca_file``, ``cert_file``, ``key_file``.
    on_step
        Called with a task and how many of its `STEPS` are behind it.

    Raises
    ------
    UsageError
        Dask is not installed, no scheduler answers or has workers, or a worker has another version, other packages, or
        not the workspace: nothing is begun then.
    """
    try:
        dask: Any = import_module("distributed")
    except ModuleNotFoundError as error:
        raise UsageError(
            Message.of("--scheduler needs Dask: pip install 'cityanalytics[cluster]'")
        ) from error
    if not scheduler.startswith(("tcp://", "tls://")):
        raise UsageError(
            Message.of("--scheduler is an address such as tcp://HOST:8786, not {text}", text=scheduler)
        )
    secured = {}
    if scheduler.startswith("tls://"):
        secured["security"] = _credentials(security, dask.Security)
    for name in logging.root.manager.loggerDict:
        if name.startswith("distributed"):  # what it tells of lost connections is told below in words
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        client = dask.Client(scheduler, timeout=PATIENCE, **secured)
    except (OSError, ValueError) as error:
        raise UsageError(
            Message.of("no scheduler answers at {address}: {reason}", address=scheduler, reason=error)
        ) from error
    with client:
        _check(client, scheduler, tasks)
        run = uuid.uuid4().hex
        # the dashboard groups tasks by what stands before the last hyphen: a product's name
        running = {
            client.submit(made, task, sources_sha256(), key=f"{task.name}-{run}", pure=False): task
            for task in tasks
        }
        try:
            for done in dask.as_completed(running):
                task = running[done]
                on_step(task, STEPS)
                outcome = _outcome(task, done)
                yield _told(outcome, scheduler) if done.cancelled() else outcome
        finally:
            client.cancel([*running])  # stopped: what is not begun is not made


def _credentials(security: Mapping[str, Path], kind: Any) -> Any:  # noqa: ANN401 - Dask's own class
    lacking = [name for name in SECURITY if name not in security]
    if lacking:
        raise UsageError(
            Message.of("tls:// needs {keys} in [security] of cityanalytics.toml", keys=", ".join(lacking))
        )
    for path in security.values():
        if not path.is_file():
            raise UsageError(Message.of("cityanalytics.toml: [security]: {file} is not there", file=path))
    return kind(
        tls_ca_file=str(security["ca_file"]),
        tls_client_cert=str(security["cert_file"]),
        tls_client_key=str(security["key_file"]),
        require_encryption=True,
    )


def _outcome(task: Task, done: Any) -> Outcome:  # noqa: ANN401 - Dask's future
    try:
        return Outcome(task=task, files=done.result())
    except Exception as error:  # noqa: BLE001 - whatever it is, it stops no other product
        return Outcome(task=task, error=error)


def _told(outcome: Outcome, scheduler: str) -> Outcome:
    """Say of a task that nobody cancelled here what that means."""
    message = Message.of(
        "the scheduler at {address} is gone; what was made stays: run the command again for the rest",
        address=scheduler,
    )
    return Outcome(task=outcome.task, error=CityAnalyticsError(message))


def _check(client: Any, scheduler: str, tasks: Sequence[Task]) -> None:  # noqa: ANN401 - Dask's client
    """Refuse a cluster without workers, or with one that would make other bytes or none: all such are named."""
    roots = {task.root: file_sha256(task.root / FILE) for task in tasks}
    found = client.run(seen, tuple(roots), on_error="return")
    if not found:
        raise UsageError(Message.of("the scheduler at {address} has no worker", address=scheduler))
    here = seen(tuple(roots))
    for worker, there in sorted(found.items()):
        if isinstance(there, Exception):
            raise UsageError(
                Message.of(
                    "worker {worker} has no cityanalytics that answers: {reason}", worker=worker, reason=there
                )
            )
        for what in ("sources", "packages", "python"):
            if there[what] != here[what]:
                raise UsageError(
                    Message.of(
                        "worker {worker} has another version of {what}: install the same there, or pages would differ",
                        worker=worker,
                        what=_what(what, here[what], there[what]),
                    )
                )
        for root, sha256 in roots.items():
            if there["roots"][root] != sha256:
                raise UsageError(
                    Message.of(
                        "worker {worker} does not see {folder}, may not write there, or sees another folder: "
                        "workspaces lie on storage that all workers share, at the same path",
                        worker=worker,
                        folder=root,
                    )
                )


def _what(what: str, here: Any, there: Any) -> str:  # noqa: ANN401 - of any kind
    if what != "packages":
        return "cityanalytics" if what == "sources" else "Python"
    return ", ".join(sorted(name for name in here if here[name] != there.get(name)))


def seen(roots: Sequence[Path]) -> dict[str, Any]:
    """Return what a worker makes pages with, and the configuration of each workspace that it sees and may write to."""
    return {
        "sources": sources_sha256(),
        "packages": dict(package_versions()),
        "python": sys.version_info[:2],
        "roots": {
            root: file_sha256(root / FILE) if (root / FILE).is_file() and os.access(root, os.W_OK) else ""
            for root in roots
        },
    }


def made(task: Task, sources: str) -> tuple[Path, ...]:
    """Make a task in a process of its own; run by a worker.

    Raises
    ------
    CityAnalyticsError
        As :func:`cityanalytics.publishing.batch.make`; also where the worker came later with other sources.
    """
    if sources_sha256() != sources:
        raise CityAnalyticsError(Message.of("a worker that came later has another version of cityanalytics"))
    done = subprocess.run(  # noqa: S603 - our own interpreter
        bound([sys.executable, "-c", CHILD]), input=pickle.dumps(task), capture_output=True, check=False
    )
    if done.returncode:
        raise CityAnalyticsError(
            Message.of(
                "its process on the worker ended with {code}: {reason}",
                code=done.returncode,
                reason=done.stderr.decode(errors="replace").strip()[-500:] or "-",
            )
        )
    files, error = pickle.loads(done.stdout)  # noqa: S301 - of our own process
    if error is not None:
        raise error
    return tuple(files)


def make_one() -> None:
    """Make the task that standard input brings, and write what became of it to standard output."""
    from cityanalytics.publishing.warm import warm

    out = os.dup(1)
    os.dup2(2, 1)  # whatever else writes there is no answer
    task = pickle.load(sys.stdin.buffer)  # noqa: S301 - of our own parent
    warm()
    try:
        answer: tuple[tuple[Path, ...], Exception | None] = (make(task), None)
    except Exception as error:  # noqa: BLE001 - it is raised where it is waited for
        answer = ((), error)
    with os.fdopen(out, "wb") as stream:
        stream.write(pickle.dumps(answer))
