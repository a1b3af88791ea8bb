"""The engines that papermill is told of once it has been imported: as entry points they would be while it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine, papermill_engines

from cityanalytics.errors import UsageError
from cityanalytics.issues import Message
from cityanalytics.publishing.forked import ForkedEngine, can_fork

if TYPE_CHECKING:
    from pathlib import Path

    from papermill.engines import NotebookExecutionManager


class KernelEngine(NBClientEngine):  # type: ignore[misc] # papermill publishes no types
    """An ordinary kernel, whose end is told with the cell that it was at."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: object
    ) -> None:
        """Run the cells until one fails."""
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **options)
        except (CellTimeoutError, DeadKernelError) as error:
            begun = [cell for cell in nb_man.nb.cells if cell.metadata.papermill.get("start_time")]
            if not begun:  # it never started
                raise
            told = nbformat.from_dict(  # type: ignore[no-untyped-call] # nbformat types it not
                {"output_type": "error", "ename": type(error).__name__, "evalue": str(error), "traceback": []}
            )
            # what an interrupt raised in the cell is no cause
            cell = begun[-1]
            cell.outputs = [output for output in cell.outputs if output.output_type != "error"] + [told]


def engine_name(wanted: str, notebook: Path) -> str:
    """Return the engine that a notebook is run by, as papermill knows it.

    Parameters
    ----------
    wanted
        ``fork``, ``kernel``, or ``auto`` for a fork where there can be one.
    notebook
        Path of the notebook.

    Raises
    ------
    UsageError
        A fork is wanted where there can be none.
    """
    engines = {"fork": ForkedEngine, "kernel": KernelEngine}
    name = wanted
    if wanted != "kernel":
        possible = can_fork(notebook)
        if wanted == "fork" and not possible:
            raise UsageError(
                Message.of(
                    "{notebook} cannot be run in a forked process here: that takes Linux and a notebook of the "
                    "kernel python3; leave --engine out",
                    notebook=notebook.name,
                )
            )
        name = "fork" if possible else "kernel"
    papermill_engines.register(f"cityanalytics-{name}", engines[name])
    return f"cityanalytics-{name}"
