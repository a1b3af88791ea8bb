"""An engine of papermill whose notebooks run each in a process forked from this one, where all is imported already."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

import nbformat
from papermill.engines import Engine

from cityanalytics.interrupts import uninterrupted
from cityanalytics.publishing.cells import Ran, serve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from nbformat import NotebookNode
    from papermill.engines import NotebookExecutionManager

#: The kernel whose notebooks this interpreter can run itself.
OWN_KERNEL = "python3"


def can_fork(notebook: Path) -> bool:
    """Tell whether a notebook can be run so: on Linux, from a process of one thread, with this interpreter's kernel."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return False
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    return bool(metadata.get("kernelspec", {}).get("name", OWN_KERNEL) == OWN_KERNEL)


class ForkedEngine(Engine):  # type: ignore[misc] # papermill publishes no types
    """Runs a notebook's cells in a process of its own, and watches over it."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: NotebookExecutionManager,
        kernel_name: str,
        *,
        execution_timeout: float | None = None,
        **_: object,
    ) -> None:
        """Run the cells until one fails.

        Parameters
        ----------
        nb_man
            Papermill's manager of the notebook.
        kernel_name
            Not asked for: `can_fork` has looked.
        execution_timeout
            Seconds that a cell may take; by default as long as it wants.
        """
        del kernel_name
        context = multiprocessing.get_context("fork")
        ours, its = context.Pipe()
        process = context.Process(target=_serve, args=(its, ours), daemon=False)
        with uninterrupted():
            process.start()
        its.close()
        shown: dict[str, list[Any]] = {}
        try:
            for index, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                nb_man.cell_start(cell, index)
                failed = not _run(cell, shown, ours, process, execution_timeout)
                if failed:
                    nb_man.cell_exception(cell, cell_index=index)
                nb_man.cell_complete(cell, cell_index=index)
                if failed and "raises-exception" not in cell.metadata.get("tags", ()):
                    break
        finally:
            ours.close()
            _end(process)


def _serve(its: Connection, ours: Connection) -> None:
    ours.close()  # else it would not see that the other side is gone
    serve(its)


def _run(
    cell: NotebookNode,
    shown: dict[str, list[Any]],
    channel: Connection,
    process: BaseProcess,
    limit: float | None,
) -> bool:
    """Run a cell and put its outputs into it; tell whether it came to its end."""
    channel.send(cell.source)
    ready = wait([channel, process.sentinel], limit)
    ran = None
    if channel in ready:
        with suppress(EOFError, ConnectionResetError):
            ran = channel.recv()
    if ran is None:
        ran = Ran(outputs=[_ended(process, limit, late=not ready)], count=None, updates={}, displays=[""])
    for display, (data, metadata) in ran.updates.items():
        for output in shown.get(display, ()):
            output.data, output.metadata = _node(data), _node(metadata)
    cell.outputs = [_node(output) for output in ran.outputs]
    cell.execution_count = ran.count
    for display, output in zip(ran.displays, cell.outputs, strict=True):
        if display:
            shown.setdefault(display, []).append(output)
    return not any(output.output_type == "error" for output in cell.outputs)


def _node(value: dict[str, Any]) -> NotebookNode:
    return nbformat.from_dict(value)  # type: ignore[no-untyped-call, no-any-return] # nbformat types it not


def _ended(process: BaseProcess, limit: float | None, *, late: bool) -> dict[str, Any]:
    """Return what is said in the place of a cell's outputs where its process ended, or was ended, before the cell."""
    if late:
        _end(process)
        name, cause = "CellTimeoutError", f"the cell ran longer than {limit:g} s and was ended"
    else:
        process.join()
        code = process.exitcode or 0
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        name, cause = "DeadKernelError", f"the process of the notebook ended ({how})"
    return {"output_type": "error", "ename": name, "evalue": cause, "traceback": [f"{name}: {cause}"]}


def _end(process: BaseProcess) -> None:
    """End a notebook's process and all that it started."""
    if process.pid:  # of a process that never began, the group would be this one's
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
