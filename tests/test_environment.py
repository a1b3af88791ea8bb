"""One list of dependencies, said three times: pyproject.toml, environment.yml, requirements.lock."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

if TYPE_CHECKING:
    from pathlib import Path

# conda-forge has no extras and splits some packages: its name, and what it is to pip.
CONDA_NAMES = {
    "matplotlib-base": "matplotlib",
    "pandera-pandas": "pandera[pandas]",
    "playwright-python": "playwright",
    "seaborn-base": "seaborn",
}


@pytest.fixture(scope="module")
def project(repository: Path) -> dict[str, Any]:
    table: dict[str, Any] = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    return table


@pytest.fixture(scope="module")
def declared(project: dict[str, Any]) -> list[Requirement]:
    further = [line for lines in project["optional-dependencies"].values() for line in lines]
    return [Requirement(line) for line in project["dependencies"] + further]


@pytest.fixture(scope="module")
def conda(repository: Path) -> list[Any]:
    lines: list[Any] = yaml.safe_load((repository / "environment.yml").read_text("utf-8"))["dependencies"]
    return lines


@pytest.fixture(scope="module")
def lock(repository: Path) -> str:
    return (repository / "requirements.lock").read_text("utf-8")


def for_pip(line: str) -> str:
    """Say a conda dependency as pip would."""
    match = re.fullmatch(r"([A-Za-z0-9._-]+)\s*(.*)", line)
    assert match, line
    name, bounds = match.groups()
    return str(Requirement(CONDA_NAMES.get(name, name) + bounds))


def test_conda_users_get_the_dependencies_that_pip_users_get(
    conda: list[Any], declared: list[Requirement], project: dict[str, Any]
) -> None:
    (pip_section,) = (entry["pip"] for entry in conda if isinstance(entry, dict))
    stated = [for_pip(line) for line in conda if isinstance(line, str) and line != "pip"]
    stated += [str(Requirement(line)) for line in pip_section]
    wanted = [str(requirement) for requirement in declared]
    wanted.append(str(Requirement("python" + project["requires-python"])))
    assert sorted(stated) == sorted(wanted)


def test_every_name_that_conda_says_otherwise_is_in_use(conda: list[Any]) -> None:
    stated = " ".join(line for line in conda if isinstance(line, str))
    assert [name for name in CONDA_NAMES if name not in stated] == []


def test_the_lock_pins_every_dependency_within_its_bounds(lock: str, declared: list[Requirement]) -> None:
    pins: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;]+)", lock, re.MULTILINE):
        pins.setdefault(canonicalize_name(name), []).append(Version(version))
    unmet = [
        str(requirement)
        for requirement in declared
        if not (versions := pins.get(canonicalize_name(requirement.name)))
        or not all(requirement.specifier.contains(version) for version in versions)
    ]
    assert unmet == []


def test_every_pin_of_the_lock_carries_hashes(lock: str) -> None:
    pins = re.split(r"\n(?=\S)", lock.strip())
    assert len(pins) > 1
    odd = [
        pin for pin in pins if not re.fullmatch(r"\S+==\S+[^\n]*(?: *\\\n +--hash=sha256:[0-9a-f]{64})+", pin)
    ]
    assert odd == []


def test_no_dependency_names_a_host(lock: str, repository: Path) -> None:
    for text in (lock, (repository / "environment.yml").read_text("utf-8")):
        assert re.findall(r"\S*(?:://|git\+)\S*", text) == []
