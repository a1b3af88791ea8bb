"""What the examples of docstrings stand on: the sample city, ingested once for all tests of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import copy_workspace, once, run_cityanalytics

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Values that examples may use by these names, each made as its own example makes it.
MADE = {
    "workspace": "ca.open_workspace(folder)",
    "programme": 'ca.programme(workspace, "2010Q3")',
    "changes": 'ca.changes(ca.programme(workspace, "2010Q2"), programme)',
    "forecast": "ca.forecast(programme)",
    "briefing": "ca.briefing(programme)",
    "book": 'ca.read_workbook(workspace.settings.root / workspace.received["file"].iloc[0])',
}


@pytest.fixture(scope="session")
def sample_city(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Give the names that examples of the public functions use."""
    import pandas as pd

    import cityanalytics as ca

    with once(tmp_path_factory, "workspace") as (folder, is_first):
        if is_first:
            copy_workspace(Path(__file__).resolve().parent, folder)
            run_cityanalytics("ingest", workspace=folder)
    names: dict[str, Any] = {"ca": ca, "pd": pd, "folder": folder}
    for name, how in MADE.items():
        names[name] = eval(how, names)  # noqa: S307 - the expressions above
    return names


@pytest.fixture(autouse=True)
def _names(request: pytest.FixtureRequest, doctest_namespace: dict[str, Any]) -> None:
    """Give an example the sample city where it uses it."""
    example = getattr(request.node, "dtest", None)
    words = {"ca", *MADE, "folder"}
    if example is not None and any(words & set(_words(each.source)) for each in example.examples):
        doctest_namespace.update(request.getfixturevalue("sample_city"))


def _words(source: str) -> list[str]:
    return "".join(sign if sign.isidentifier() else " " for sign in source).split()
