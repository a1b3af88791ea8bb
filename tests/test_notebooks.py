"""Notebooks are thin: what they may hold, checked in the files as they are stored."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

NOTEBOOKS = sorted(Path(__file__).resolve().parent.parent.glob("notebooks/*.ipynb"))
LINES_A_CELL = 12
#: What an analyst's notebook may import.
IMPORTED = {"cityanalytics", "numpy", "pandas", "matplotlib", "seaborn"}
NOT_IN_A_NOTEBOOK = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.Try,
    ast.TryStar,
    ast.For,
    ast.While,
    ast.If,
    ast.With,
)
FILE_PATH = re.compile(r"[/\\]|\.(?:csv|html|ipynb|json|ods|parquet|pdf|png|svg|toml|xlsx?)$")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path, kind: str = "code") -> list[dict[str, Any]]:
    return [cell for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == kind]


def source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def faults(code: str) -> list[str]:
    """Say what of a cell's code has no place in a notebook."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, NOT_IN_A_NOTEBOOK):
            found.append(type(node).__name__)
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] not in IMPORTED]
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] not in IMPORTED:
            found.append(str(node.module))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and FILE_PATH.search(node.value):
            found.append(node.value)
    lines = [line for line in code.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if len(lines) > LINES_A_CELL:
        found.append(f"{len(lines)} lines")
    return found


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@every_notebook
def test_the_format_is_valid_and_every_cell_has_an_id(path: Path) -> None:
    notebook = json.loads(path.read_text("utf-8"))
    nbformat.validate(notebook)
    assert all(cell.get("id") for cell in notebook["cells"])


@every_notebook
def test_it_is_stored_without_outputs(path: Path) -> None:
    assert [
        cell["id"] for cell in cells(path) if cell["outputs"] or cell["execution_count"] is not None
    ] == []


@every_notebook
def test_the_first_code_cell_alone_holds_the_parameters(path: Path) -> None:
    tagged = ["parameters" in cell["metadata"].get("tags", []) for cell in cells(path)]
    assert tagged[0]
    assert sum(tagged) == 1


@every_notebook
def test_the_parameters_are_plain_values(path: Path) -> None:
    statements = ast.parse(source(cells(path)[0])).body
    assert statements
    for statement in statements:
        assert isinstance(statement, ast.Assign | ast.AnnAssign)
        ast.literal_eval(statement.value or ast.Constant(None))


@every_notebook
def test_code_loads_and_displays_and_does_nothing_else(path: Path) -> None:
    assert [(cell["id"], faults(source(cell))) for cell in cells(path) if faults(source(cell))] == []


@every_notebook
def test_it_speaks_to_the_analyst_before_its_first_code(path: Path) -> None:
    first = json.loads(path.read_text("utf-8"))["cells"][0]
    assert first["cell_type"] == "markdown"
    assert source(first).startswith("# ")


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("def f():\n    return 1", "FunctionDef"),
        ("f = lambda x: x", "Lambda"),
        ("try:\n    f()\nexcept ValueError:\n    g()", "Try"),
        ("import requests", "requests"),
        ("from os import path", "os"),
        ("load('data/raw')", "data/raw"),
        ("load('returns.xlsx')", "returns.xlsx"),
        ("\n".join(f"x = {n}" for n in range(13)), "13 lines"),
    ],
)
def test_the_rule_sees_what_it_is_for(code: str, fault: str) -> None:
    assert fault in faults(code)


@every_notebook
def test_what_an_analyst_looks_at_is_tagged_and_all_else_is_for_the_page(path: Path) -> None:
    tagged = [{*cell["metadata"].get("tags", [])} for cell in cells(path)]
    assert all(len(tags & {"parameters", "analyst"}) <= 1 for tags in tagged)
    untagged = [source(cell) for cell, tags in zip(cells(path), tagged, strict=True) if not tags]
    assert all("briefing" in code for code in untagged), untagged
    assert path.stem == "02_briefing" or any("analyst" in tags for tags in tagged)
