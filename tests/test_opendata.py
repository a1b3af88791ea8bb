"""The programme as open data: what the standard asks, and what it does not hold."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT4

import cityanalytics as ca
from tests.conftest import run_cityanalytics

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]


def exported(workspace: Path, folder: Path, *more: str) -> dict[str, Any]:
    file = folder / "projects.json"
    run_cityanalytics("export", "2010Q3", "--oc4ids", str(file), *more, workspace=workspace)
    document: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return document


@pytest.fixture(scope="module")
def package(processed_workspace: Path, tmp_path_factory: pytest.TempPathFactory):
    return exported(processed_workspace, tmp_path_factory.mktemp("open"))


@pytest.fixture(scope="module")
def restated(repository: Path) -> Schema:
    schema: Schema = json.loads((repository / "tests/data/oc4ids_0.9.json").read_text("utf-8"))
    return schema


@pytest.fixture(scope="module")
def published() -> tuple[Schema, Schema]:
    """Give the published schemas of packages and of projects, which are not ours to give away."""
    folder = os.environ.get("OC4IDS_SCHEMAS")
    if folder is None:
        pytest.skip(
            "name the folder with the standard's project-package-schema.json and project-schema.json in OC4IDS_SCHEMAS"
        )
    names = ("project-package-schema.json", "project-schema.json")
    package, project = (json.loads((Path(folder) / name).read_text("utf-8")) for name in names)
    return package, project


def test_a_package_is_as_the_standard_asks(package, restated: Schema) -> None:
    jsonschema.Draft4Validator.check_schema(restated)
    jsonschema.Draft4Validator(restated).validate(package)
    spoilt = {**package, "projects": [{**package["projects"][0], "status": "completed"}]}  # until 0.9.3
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(restated).validate(spoilt)


@pytest.mark.drill
@pytest.mark.parametrize("persons", [(), ("--persons",)])
def test_a_package_is_valid_against_the_published_schema(
    published: tuple[Schema, Schema], processed_workspace: Path, tmp_path: Path, persons: tuple[str, ...]
) -> None:
    whole, project = published
    registry: Registry[Any] = Registry().with_resource(project["id"], DRAFT4.create_resource(project))
    jsonschema.Draft4Validator(whole, registry=registry).validate(
        exported(processed_workspace, tmp_path, *persons)
    )


@pytest.mark.drill
def test_what_is_restated_is_what_is_published(published: tuple[Schema, Schema], restated: Schema) -> None:
    assert list(differing(restated, published[0], restated, published)) == []


def differing(
    ours: Schema, theirs: Schema, restated: Schema, published: tuple[Schema, Schema]
) -> Iterator[str]:
    """Say where the restatement asks something else of a field than the published schemas, or names one they do not."""
    _, project = published
    while "$ref" in ours:
        ours = restated["definitions"][ours["$ref"].rpartition("/")[2]]
    while "$ref" in theirs:
        root, _, name = theirs["$ref"].partition("#/definitions/")
        theirs = project["definitions"][name] if name else project
        assert root in {"", project["id"]}
    types = [
        {schema["type"]} if isinstance(schema["type"], str) else {*schema["type"]}
        for schema in (ours, theirs)
    ]
    if not types[0] <= types[1]:
        yield f"type: {types}"
    alike = ["required", "minItems", "uniqueItems", "minProperties", "format"]
    for key in [*alike, *(["minLength"] if "string" in types[0] else [])]:
        if ours.get(key) != theirs.get(key):
            yield f"{key}: {ours.get(key)}, published {theirs.get(key)}"
    if "enum" in theirs and not {*ours.get("enum", ["any"])} <= {*theirs["enum"]}:
        yield f"enum: {ours.get('enum')}, published {theirs['enum']}"
    for name, schema in ours.get("properties", {}).items():
        if name not in theirs["properties"]:
            yield f"{name}: not published"
            continue
        yield from (
            f"{name}/{told}" for told in differing(schema, theirs["properties"][name], restated, published)
        )
    if "items" in ours:
        yield from differing(ours["items"], theirs["items"], restated, published)


def test_it_holds_the_programme_and_no_person(package, processed_workspace: Path) -> None:
    programme = ca.programme(ca.open_workspace(processed_workspace), "2010Q3")
    ids = [project["id"] for project in package["projects"]]
    assert len(set(ids)) == len(ids) == 268
    done = [project["metrics"][0]["observations"][0]["value"]["amount"] for project in package["projects"]]
    assert sum(done) == pytest.approx(programme.done)
    assert [project["status"] for project in package["projects"]].count("preparation") == 44
    text = json.dumps(package, ensure_ascii=False)
    assert [name for name in programme.projects["responsible_person"].dropna().unique() if name in text] == []
