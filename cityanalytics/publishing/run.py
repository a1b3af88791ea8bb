"""Notebooks executed: parameters checked first, a failing cell named, nothing half-written."""

from __future__ import annotations

import json
import re
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from cityanalytics.bound import bound
from cityanalytics.errors import NotebookError, UsageError
from cityanalytics.issues import Message
from cityanalytics.publishing.parameters import Parameter, check_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from cityanalytics.programme.dates import Dates
    from cityanalytics.settings import Settings

BRIEFING = "02_briefing"


@contextmanager
def address_grammars_left_out() -> Iterator[None]:
    """Import notebooks' format without the grammars of internationalised addresses, which it never asks for.

    ``jsonschema`` takes ``rfc3987_syntax`` as an extra that may be absent; importing it compiles 38 grammars, more
    work than all else that a briefing imports.
    """
    if (extra := "rfc3987_syntax") in sys.modules:
        yield
        return
    sys.modules[extra] = None  # type: ignore[assignment] # None is how Python marks what may not be imported
    try:
        yield
    finally:
        del sys.modules[extra]


#: A line of a parameters cell.
DECLARED = re.compile(
    r"^(?P<name>\w+) *: *(?P<kind>[^=#\n]*[^=#\s]) *(?:=[^#\n]*)?(?P<positive># above 0)?(?P<path># a file)?",
    re.MULTILINE,
)
#: The ways to run a notebook: the quicker one where it gives the same, a process forked for it, an ordinary kernel.
ENGINES = (ANY := "auto", FORK := "fork", KERNEL := "kernel")
#: What live controls are shown as; their state only a kernel keeps.
CONTROLS = "application/vnd.jupyter.widget-view+json"
#: Seconds after which a cell is taken to hang.
LONGEST = 3600.0
#: Names of errors by which a notebook refuses what it was given, and is itself no failure.
REFUSALS = ("CityAnalyticsError", "InsufficientDataError", "MissingGlyphError", "UsageError")


def declared_parameters(notebook: Path) -> dict[str, Parameter]:
    """Return what a notebook's cell tagged ``parameters`` declares, by name.

    Parameters
    ----------
    notebook
        Path of the notebook; each line of the cell reads ``name: type = default``, and may end with ``# above 0``
        or ``# a file``.

    Raises
    ------
    UsageError
        There is no such notebook.
    """
    if not notebook.is_file():
        names = ", ".join(path.stem for path in sorted(notebook.parent.glob("*.ipynb")))
        raise UsageError(
            Message.of("no notebook {file}; there are: {names}", file=notebook, names=names or "none")
        )
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    source = "".join(
        "".join(cell["source"]) for cell in cells if "parameters" in cell["metadata"].get("tags", [])
    )
    return {
        found["name"]: Parameter(
            kind=found["kind"],
            positive=found["positive"] is not None,
            path=found["path"] is not None or found["name"] == "workspace",
        )
        for found in DECLARED.finditer(source)
    }


def run_notebook(
    settings: Settings,
    dates: Dates,
    *,
    notebook: str,
    folder: Path,
    more: Mapping[str, str] | None = None,
    engine: str = ANY,
    limit: float = LONGEST,
) -> dict[str, Any]:
    """Execute a notebook of the workspace with papermill.

    Parameters
    ----------
    settings
        The workspace's configuration.
    dates
        Quarter and the two times, checked.
    notebook
        Name without ending.
    folder
        Where the executed notebook is written.
    more
        Further parameters as text.
    engine
        One of `ENGINES`.
    limit
        Seconds that a cell may take.

    Returns
    -------
    dict
        The executed notebook.

    Raises
    ------
    UsageError
        The notebook is missing, a parameter is unknown to it or of the wrong type, or it cannot be run so here.
    CityAnalyticsError
        The data do not allow the report, or hold a word that charts cannot draw.
    NotebookError
        A cell failed, ran longer than the limit, or its process ended; the executed notebook stays in the report's
        folder as ``….failed.ipynb``.
    """
    source = settings.notebooks / f"{notebook}.ipynb"
    declared = declared_parameters(source)
    given = check_names(more or {}, declared, root=settings.root)
    own = {
        "workspace": str(settings.root),
        "quarter": dates.quarter,
        "as_of": dates.as_of.isoformat(),
        "known_on": dates.known_on.isoformat(),
    }
    executed = folder / f"{notebook}.ipynb"
    # slow to import, and a kernel starts with it: only where a notebook is run
    with address_grammars_left_out():
        import papermill
        from jupyter_client.manager import AsyncKernelManager
        from papermill.exceptions import PapermillExecutionError

        from cityanalytics.publishing.engines import engine_name

    class Bound(AsyncKernelManager):
        """Starts kernels that end with this process."""

        def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
            return bound(super().format_kernel_cmd(extra_arguments))

    try:
        papermill.execute_notebook(
            _literal(source),
            _literal(executed),
            parameters={**{name: value for name, value in own.items() if name in declared}, **given},
            cwd=str(settings.root),
            progress_bar=False,
            engine_name=engine_name(engine, source),
            execution_timeout=limit,
            kernel_manager_class=Bound,
            # written whole at the end; else it is written anew before and after each cell
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            # its notices on transports and on being stopped are no news to a user; a failing cell is told below
            extra_arguments=["--IPKernelApp.log_level=CRITICAL"],
        )
    except PapermillExecutionError as error:
        if error.ename in REFUSALS:
            # the kernel tells its words alone: said again here, it is refused in the reader's language
            from cityanalytics.publishing.assemble import assemble
            from cityanalytics.publishing.glyphs import check_glyphs

            times = {"as_of": dates.as_of.isoformat(), "known_on": dates.known_on.isoformat()}
            check_glyphs(assemble(str(settings.root), dates.quarter, **times))
        kept = report_folder(settings, dates) / f"{notebook}.failed.ipynb"
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(executed, kept)
        raise NotebookError(
            Message.of(
                "notebook {notebook}, cell {cell}: {name}: {cause}; the executed notebook is kept as {file}",
                notebook=notebook,
                cell=error.cell_index + 1,
                name=error.ename,
                cause=error.evalue,
                file=kept,
            )
        ) from error
    text = executed.read_text(encoding="utf-8")
    if engine == ANY and CONTROLS in text:
        return run_notebook(
            settings, dates, notebook=notebook, folder=folder, more=more, engine=KERNEL, limit=limit
        )
    result: dict[str, Any] = json.loads(text)
    return result


def _literal(path: Path) -> str:
    """Return a path as papermill is told it: what stands in braces would be the name of a parameter."""
    return str(path).replace("{", "{{").replace("}", "}}")


def report_folder(settings: Settings, dates: Dates) -> Path:
    """Return the folder of a report: the quarter's own, or one below it for other dates."""
    folder = settings.reports / dates.quarter
    if dates.as_of != settings.data_date(dates.quarter):
        folder /= dates.as_of.isoformat()
    return folder if dates.complete else folder / f"known-{dates.known_on.isoformat()}"
