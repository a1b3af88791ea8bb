"""Every file of a report's folder accounted for: made with the report, printed from its pages, or foreign."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from cityanalytics.publishing.run import BRIEFING
from cityanalytics.settings import file_sha256

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

#: Key of the executed notebook's metadata: of each PDF, its hash and that of the page that it was printed from.
PRINTED = "cityanalytics_printed"
NOTEBOOK = f"{BRIEFING}.ipynb"
#: Where in memory a value stood, as Python shows it.
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def notebook_of(folder: Path) -> dict[str, Any]:
    """Return the executed notebook of a report; an empty one where none can be read."""
    try:
        found = json.loads((folder / NOTEBOOK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def noted(folder: Path, pages: Collection[Path], printed: Mapping[Path, bytes]) -> bytes | None:
    """Return the executed notebook of a folder with a note of what each PDF was printed from; None where there is none.

    Parameters
    ----------
    folder
        Of the report.
    pages
        Those of the folder that were printed.
    printed
        The bytes of all PDFs, by their paths.
    """
    import hashlib

    notebook = notebook_of(folder)
    if not isinstance(notebook.get("metadata"), dict):
        return None
    notes = dict(notebook["metadata"].get(PRINTED, {}))
    for page in pages:
        pdf = page.with_suffix(".pdf")
        notes[pdf.name] = {"pdf": hashlib.sha256(printed[pdf]).hexdigest(), "page": file_sha256(page)}
    kept = {**notebook, "metadata": {**notebook["metadata"], PRINTED: notes}}
    return (json.dumps(kept, ensure_ascii=False, indent=1) + "\n").encode()


def is_printed(pdf: Path) -> bool:
    """Tell whether a PDF is the one that was printed from the page that lies beside it."""
    page = pdf.with_suffix(".html")
    try:
        note = notebook_of(pdf.parent)["metadata"][PRINTED][pdf.name]
        return page.is_file() and note == {"pdf": file_sha256(pdf), "page": file_sha256(page)}
    except (KeyError, TypeError):
        return False


def same_notebook(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two executed notebooks have the same cells and results, whenever and wherever they ran."""
    return _results(one) == _results(other)


def _results(notebook: Mapping[str, Any]) -> object:
    try:
        root = notebook["metadata"]["papermill"]["parameters"].get("workspace", "")
        cells = [
            (cell["cell_type"], cell["source"], [_output(output) for output in cell.get("outputs", ())])
            for cell in notebook["cells"]
        ]
    except (AttributeError, KeyError, TypeError):
        return None
    text = json.dumps(cells, ensure_ascii=False, sort_keys=True)
    told = json.dumps(root, ensure_ascii=False)[1:-1]
    return _ADDRESS.sub("", text.replace(json.dumps(told, ensure_ascii=False)[1:-1], "").replace(told, ""))


def _output(output: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in output.items() if name not in {"execution_count", "metadata"}}


def foreign(folder: Path, ours: Collection[str]) -> tuple[str, ...]:
    """Return the files of a report's folder that are neither made with it nor the work of another notebook of ours.

    Parameters
    ----------
    folder
        Of the report; folders below it are those of other reports.
    ours
        Names of what the report is.
    """
    return tuple(
        path.name
        for path in sorted(folder.iterdir())
        if path.is_file() and path.name[0] not in ".~" and path.name not in ours and not _is_executed(path)
    )


def _is_executed(path: Path) -> bool:
    """Tell whether a file is a notebook that was run by the command, which any run makes again."""
    if path.suffix != ".ipynb":
        return False
    try:
        return "papermill" in json.loads(path.read_text(encoding="utf-8"))["metadata"]
    except (KeyError, OSError, TypeError, ValueError):
        return False
