"""The documents beside the code: nothing undocumented, no dead link, and a worked example that is true."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

import click
import pytest

from cityanalytics.briefing.display import number
from cityanalytics.cli import cli
from cityanalytics.series.pool import classes
from cityanalytics.settings import Kind, Lights, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCUMENTS = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs/architecture.md",
    "docs/commands.md",
    "docs/configuration.md",
    "docs/first-day.md",
    "docs/install.md",
    "docs/limits.md",
    "docs/methods.md",
    "docs/scale.md",
    "docs/week.md",
    "docs/workbooks.md",
)
#: What shows commands to copy.
SHOWN = ("README.md", "docs/first-day.md", "docs/week.md", "docs/install.md")
SUBJECTS = (
    *("investment", "months", "status", "works", "demolition", "history"),
    *("answers", "notices", "excuses", "funds"),
)
LINK = re.compile(r'\]\(([^)\s]+)\)|src="([^"]+)"')
ROW = re.compile(r"^\| `(\w+)` \| (-?[\d.,]+) \| (\S+) \|$", re.MULTILINE)
#: A row of the configuration's table: table, key, type.
KEY = re.compile(r"^\| (?:`\[([\w.]+)\]`|top) \| `(\w+)` \| ([\w ]+) \|", re.MULTILINE)
#: Units of the worked example, in base units.
PER = {"亿元": 1e8, "%": 0.01, "thousand_m²": 1e3}
LARGEST_IMAGE = 250_000


def text(repository: Path, *names: str) -> str:
    return "\n".join((repository / name).read_text("utf-8") for name in names)


def fenced(document: str) -> list[str]:
    """Give the lines of shell that a reader may copy."""
    blocks = re.findall(r"```(?:sh|powershell)\n(.*?)```", document, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def options(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from parameter.opts + parameter.secondary_opts


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_and_option_is_documented(repository: Path, name: str) -> None:
    document = text(repository, "docs/commands.md")
    assert f"| `cityanalytics {name}" in document
    missing = [
        option for option in options(cli.commands[name]) if not re.search(rf"{option}(?![\w-])", document)
    ]
    assert missing == []


def test_no_command_or_option_is_shown_that_is_not_there(repository: Path) -> None:
    lines = fenced(text(repository, *SHOWN))
    shown = [
        line.partition("#")[0].partition("cityanalytics ")[2].split()
        for line in lines
        if "cityanalytics " in line
    ]
    assert len(shown) > 10
    for name, *arguments in (words for words in shown if words):
        assert name in cli.commands, name
        known = {*options(cli.commands[name]), "--help"}
        assert {word for word in arguments if word.startswith("-")} <= known, arguments


def test_the_readme_names_no_target_that_make_has_not(repository: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text(repository, "Makefile"), re.MULTILINE))
    named = set(
        re.findall(r"`make ([a-z]+)`", text(repository, "README.md", "CONTRIBUTING.md", "docs/install.md"))
    )
    assert {"briefing", "test"} <= named <= targets


@pytest.mark.parametrize("name", DOCUMENTS)
def test_relative_links_lead_somewhere(repository: Path, name: str) -> None:
    document = repository / name
    found = [first or second for first, second in LINK.findall(document.read_text("utf-8"))]
    relative = [link.partition("#")[0] for link in found if "://" not in link]
    assert [link for link in relative if link and not (document.parent / link).exists()] == []


def test_images_are_small(repository: Path) -> None:
    images = sorted((repository / "docs" / "images").glob("*.png"))
    assert images
    assert [image.name for image in images if image.stat().st_size > LARGEST_IMAGE] == []


def test_every_key_of_the_configuration_is_documented(repository: Path) -> None:
    document = text(repository, "docs/configuration.md")
    rows = {(table, key) for table, key, _ in KEY.findall(document)}
    assert {("", "languages"), ("names", "city"), ("holidays.YEAR", "off")} <= rows
    given = tomllib.loads(text(repository, "cityanalytics.toml"))
    template = tomllib.loads(files("cityanalytics.intake").joinpath("workspace.toml").read_text("utf-8"))
    for settings in (given, template):
        for name, value in settings.items():
            assert f"`[{name}" in document or ("", name) in rows, name
            if name in {"names", "forecast", "lights"}:
                assert {(name, key) for key in value} <= rows
    assert {("lights", field.name) for field in dataclasses.fields(Lights)} <= rows
    kinds = {field.name for field in dataclasses.fields(Kind)} - {"key"}
    assert {(f"{table}.KEY", name) for table in ("works", "demolition") for name in kinds} <= rows
    assert [name for name in classes() if name not in document] == []


#: Keys that 3 is too little for.
BYTES = (
    "file_bytes",
    "unpacked_bytes",
    "text_bytes",
    "part_tags",
    "number_formats",
    "merges",
    "errors",
    "strings",
    "cells",
    "blanks",
)


def test_the_configuration_is_accepted_as_documented(repository: Path, tmp_path: Path) -> None:
    of_type = {
        "text": '"zh"',
        "texts": '{ zh = "甲" }',
        "list of text": '["zh"]',
        "list of texts": '[{ zh = "甲" }]',
        "list of dates": "[2027-01-01]",
        "whole number": "3",
        "number": "0.5",
        "true or false": "true",
    }
    tables: dict[str, list[str]] = {}
    for table, key, kind in KEY.findall(text(repository, "docs/configuration.md")):
        named = table.replace("YEAR", "2027").replace("KEY", f"key_of_{table.partition('.')[0]}")
        value = {
            "sections": '["甲科"]',
            "winter_stop": '["11-15", "03-15"]',
            "reference_class": '"us_public_construction"',
            "rules": '"points"',
            **dict.fromkeys(BYTES, "4096"),
        }.get(key, of_type[kind])
        tables.setdefault(named, []).append(f"{key} = {value}")
    lines = [line for table, keys in tables.items() for line in ([f"[{table}]"] if table else []) + keys]
    (tmp_path / "cityanalytics.toml").write_text("\n".join(lines), "utf-8")
    settings = load_settings(tmp_path)
    assert (settings.due_days, settings.seed, settings.lights.red) == (3, 3, 0.5)


def test_every_field_and_word_of_the_synonyms_is_documented(repository: Path) -> None:
    document = text(repository, "docs/configuration.md")
    packaged = tomllib.loads(files("cityanalytics.intake").joinpath("synonyms.toml").read_text("utf-8"))
    assert set(packaged) == {*SUBJECTS, "words"}
    tables = {f"{name}.columns": packaged[name]["columns"] for name in SUBJECTS}
    tables |= {f"words.{name}": meanings for name, meanings in packaged["words"].items()}
    for name, fields in tables.items():
        row = next(line for line in document.splitlines() if line.startswith(f"| `[{name}]`"))
        documented = re.findall(r'`"?([\w ]+)"?`', row.split("|")[2])
        assert sorted(documented) == sorted(fields), name


def test_every_file_of_the_package_is_in_the_architecture(repository: Path) -> None:
    document = text(repository, "docs/architecture.md")
    package = repository / "cityanalytics"
    modules = [
        path
        for path in package.rglob("*.py")
        if path.name != "__init__.py" and path.parent.name != "sections"
    ]
    named = {name.rpartition("/")[2] for name in re.findall(r"`([\w/]+\.py)`", document)}
    assert sorted(path.name for path in modules if path.name not in named) == []
    assert sorted(named - {path.name for path in package.rglob("*.py")} - {"make_sample.py"}) == []


def test_the_worked_example_is_what_the_program_computes(repository: Path, briefing: Path) -> None:
    record = json.loads((briefing / "briefing.json").read_text("utf-8"))
    computed = {figure["key"]: figure["value"] for figure in record["figures"]}
    written = ROW.findall(text(repository, "docs/methods.md"))
    assert len(written) > 30
    for key, value, unit in written:
        places = len(value.partition(".")[2])
        assert number(computed[key], "en", places=places, per=PER.get(unit, 1.0)) == value, key


def test_every_promise_names_tests_that_are_there(repository: Path) -> None:
    rows = [
        row.split(" | ") for row in text(repository, "docs/trust.md").splitlines() if row.startswith("| ")
    ][1:]
    assert len(rows) > 20
    for fault, _, tests in rows:
        files = re.findall(r"`(test_\w+\.py)`: ([^`]+)", tests)
        assert files, fault
        for file, names in files:
            there = dict(named_tests(repository / "tests" / file))
            named = re.findall(r"\*([^*]+)\*( \(drill\))?", names)
            assert named, file
            for name, drill in named:
                assert there.get(f"test_{name.replace(' ', '_')}") is bool(drill), name


def named_tests(path: Path) -> Iterator[tuple[str, bool]]:
    """Give the tests of a file, and whether each is run by the drill alone."""
    tree = ast.parse(path.read_text("utf-8"))
    all_drill = any(
        isinstance(node, ast.Assign) and ast.unparse(node) == "pytestmark = pytest.mark.drill"
        for node in tree.body
    )
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, all_drill or "pytest.mark.drill" in map(ast.unparse, node.decorator_list)
