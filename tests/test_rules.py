"""Rules of the house that no tool holds: names, clock, disk, voice."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PACKAGE = Path(__file__).resolve().parent.parent / "cityanalytics"


@cache
def modules() -> dict[str, ast.Module]:
    """Give each module of the package by its path, parsed."""
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8"))
        for path in PACKAGE.rglob("*.py")
    }


HOMELESS = {"base", "common", "helpers", "manager", "utils"}

# The only modules that open files; packaged data are read through importlib.resources, anywhere.
OPENS_FILES = {
    "workbooks/grid.py",
    "intake/register.py",
    "intake/journal.py",
    "intake/aliases.py",
    "intake/receive.py",
    "intake/repair.py",
    "intake/load.py",
    "intake/orders.py",
    "intake/store.py",
    "intake/handout.py",
    "intake/returns.py",
    "whatif/scenariofile.py",  # wherever they are kept
    "series/seriesfile.py",  # series of no workspace: a table in, a table out
    "settings.py",
    "durable.py",
    "lock.py",  # the lock's own file
    "workbooks/limits.py",  # a part of a package already read
    "workbooks/longtext.py",  # Arrow's read_csv, of bytes already read
}
OPENS_FILES_FOLDERS = ("publishing/", "cli/")
SPEAKS = "cli/"

CLOCK = {
    "now",
    "today",
    "utcnow",
    "localtime",
    "gmtime",
    "time_ns",
    "monotonic",
    "perf_counter",
    "process_time",
}
READS = {
    "open",
    "read_text",
    "read_bytes",
    "read_csv",
    "read_excel",
    "read_json",
    "read_parquet",
    "read_table",
    "from_path",
}
WRITES = {
    "write_text",
    "write_bytes",
    "to_csv",
    "to_excel",
    "to_json",
    "to_parquet",
    "write_table",
    "savefig",
    "mkdir",
    "unlink",
    "rmtree",
    "copyfile",
    "copytree",
}
VOICE = {"print", "input", "exit", "quit", "breakpoint", "echo", "secho", "prompt", "confirm"}


def calls(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """Give each call: what it is called on (empty for a plain name), its name, and itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func.value), node.func.attr, node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield "", node.func.id, node


def reads_clock(tree: ast.AST) -> list[str]:
    return [
        ast.unparse(call)
        for owner, name, call in calls(tree)
        if (name in CLOCK and name != owner)
        or (owner, name) == ("time", "time")
        or any(isinstance(part, ast.Constant) and part.value in {"now", "today"} for part in call.args)
    ]


def opens_files(tree: ast.AST) -> list[str]:
    packaged = any("importlib.resources" in name for name in imported(tree))
    return [
        ast.unparse(call)
        for _, name, call in calls(tree)
        if name in WRITES or (name in READS and not packaged)
    ]


def speaks(tree: ast.AST) -> list[str]:
    quits = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and node.exc is not None and "SystemExit" in ast.unparse(node.exc)
    ]
    return quits + [
        ast.unparse(call)
        for owner, name, call in calls(tree)
        if name in VOICE and owner in {"", "sys", "click"}
    ]


def imported(tree: ast.AST) -> Iterator[str]:
    """Give what a module imports by full name, wherever in it; `from a import b` may name a module b too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def broken(rule: Callable[[ast.AST], list[str]], *, may: Callable[[str], bool]) -> dict[str, list[str]]:
    """Give what breaks a rule, by module, leaving out the modules that may."""
    return {name: found for name, tree in modules().items() if not may(name) and (found := rule(tree))}


def test_every_module_has_a_home_on_the_road_and_says_what_it_is() -> None:
    assert [name for name in modules() if HOMELESS & set(name.removesuffix(".py").split("/"))] == []
    assert [name for name, tree in modules().items() if not ast.get_docstring(tree)] == []


def test_only_the_command_line_knows_what_day_it_is() -> None:
    assert broken(reads_clock, may=lambda name: name.startswith(SPEAKS)) == {}


def test_only_the_command_line_prints_asks_or_exits() -> None:
    assert broken(speaks, may=lambda name: name.startswith(SPEAKS)) == {}


def test_files_are_opened_where_the_house_says() -> None:
    assert (
        broken(opens_files, may=lambda name: name in OPENS_FILES or name.startswith(OPENS_FILES_FOLDERS))
        == {}
    )
    assert {
        name for name in OPENS_FILES if name not in modules() or not opens_files(modules()[name])
    } == set()


def test_no_module_imports_in_a_circle() -> None:
    """A cycle raises, and names its modules; imports inside functions count, and so do those for types."""
    by_name = {
        ".".join(("cityanalytics", *name.removesuffix(".py").removesuffix("/__init__").split("/"))): tree
        for name, tree in modules().items()
    }
    graph = {
        name: {
            target
            for full in imported(tree)
            if (target := full if full in by_name else full.rpartition(".")[0]) in by_name and target != name
        }
        for name, tree in by_name.items()
    }
    assert len(list(TopologicalSorter(graph).static_order())) == len(by_name)


@pytest.mark.parametrize(
    ("rule", "codes"),
    [
        (
            reads_clock,
            (
                "datetime.now(UTC)",
                "date.today()",
                "time.time()",
                "pd.Timestamp('now')",
                "perf_counter()",
            ),
        ),
        (opens_files, ("open(path)", "path.open()", "path.read_text('utf-8')", "frame.to_parquet(path)")),
        (speaks, ("print(1)", "click.echo(1)", "sys.exit(1)", "input()", "raise SystemExit(1)")),
    ],
)
def test_a_rule_sees_what_it_forbids(rule, codes) -> None:
    assert [code for code in codes if not rule(ast.parse(code))] == []


def test_the_disk_rule_lets_packaged_data_be_read_but_not_written() -> None:
    code = "from importlib.resources import files\nfiles('cityanalytics').joinpath('pool.csv').{}"
    assert opens_files(ast.parse(code.format("read_text()"))) == []
    assert opens_files(ast.parse(code.format("write_text('')")))


def test_a_class_has_its_name_alone() -> None:
    names = Counter(
        node.name for tree in modules().values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    )
    assert {name: count for name, count in names.items() if count > 1} == {}
