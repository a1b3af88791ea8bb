"""The programme as open data: what the standard asks, and what it does not hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import jsonschema
import pytest

import cityanalytics as ca
from tests.conftest import run_cityanalytics

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def package(processed_workspace: Path, tmp_path_factory: pytest.TempPathFactory):
    file = tmp_path_factory.mktemp("open") / "projects.json"
    run_cityanalytics("export", "2010Q3", "--oc4ids", str(file), workspace=processed_workspace)
    return json.loads(file.read_text("utf-8"))


def test_a_package_is_as_the_standard_asks(package, repository: Path) -> None:
    schema = json.loads((repository / "tests/data/oc4ids_0.9.json").read_text("utf-8"))
    jsonschema.Draft4Validator.check_schema(schema)
    jsonschema.Draft4Validator(schema).validate(package)
    spoilt = {**package, "projects": [{**package["projects"][0], "status": "under construction"}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(schema).validate(spoilt)


def test_it_holds_the_programme_and_no_person(package, processed_workspace: Path) -> None:
    programme = ca.programme(ca.open_workspace(processed_workspace), "2010Q3")
    ids = [project["id"] for project in package["projects"]]
    assert len(set(ids)) == len(ids) == 268
    done = [project["metrics"][0]["observations"][0]["value"]["amount"] for project in package["projects"]]
    assert sum(done) == pytest.approx(programme.done)
    assert [project["status"] for project in package["projects"]].count("preparation") == 44
    text = json.dumps(package, ensure_ascii=False)
    assert [name for name in programme.projects["responsible_person"].dropna().unique() if name in text] == []
