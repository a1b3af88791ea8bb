"""Rules of the house that no tool holds: names, clock, disk, voice, size."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(__file__).resolve().parent.parent / "cityanalytics"
MODULES = sorted(PACKAGE.rglob("*.py"))

HOMELESS = {"base", "common", "helpers", "manager", "utils"}

# The only modules that open files; packaged data are read through importlib.resources, anywhere.
OPENS_FILES = {
    "workbooks/grid.py",
    "intake/register.py",
    "intake/receive.py",
    "intake/load.py",
    "intake/store.py",
    "intake/handout.py",
    "intake/returns.py",
    "series/seriesfile.py",  # series of no workspace: a table in, a table out
    "settings.py",
    "workbooks/longtext.py",  # Arrow's read_csv, of bytes already read
}
OPENS_FILES_FOLDERS = ("publishing/", "cli/")
SPEAKS = "cli/"

# A file is one idea; a longer one says here why it still is.
LONG = {
    "settings.py": "the configuration and what checks it name the same keys",
    "intake/reading.py": "one reader of fields; half of it are the doubts it can say",
    "workbooks/dates.py": "one way of writing a date a line, and what each means",
    "workbooks/doubts.py": "each doubt is a short function; together they are the list of codes",
    "workbooks/headers.py": "finding a header is one decision with many signs",
    "workbooks/tables.py": "the values of a table and the one function that fills them",
}
LINES_A_FILE = 300

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
}
READS |= {"from_path"}
WRITES = {
    "write_text",
    "write_bytes",
    "to_csv",
    "to_excel",
    "to_json",
    "to_parquet",
    "write_table",
    "savefig",
}
WRITES |= {"mkdir", "unlink", "rmtree", "copyfile", "copytree"}
VOICE = {"print", "input", "exit", "quit", "breakpoint", "echo", "secho", "prompt", "confirm"}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


every_module = pytest.mark.parametrize("path", MODULES, ids=name_of)


def calls(tree: ast.AST) -> Iterator[tuple[str, str, ast.Call]]:
    """Give each call: what it is called on (empty for a plain name), its name, and itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield ast.unparse(node.func.value), node.func.attr, node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield "", node.func.id, node


def reads_clock(code: str) -> list[str]:
    return [
        ast.unparse(call)
        for owner, name, call in calls(ast.parse(code))
        if (name in CLOCK and name != owner)
        or (owner, name) == ("time", "time")
        or any(isinstance(part, ast.Constant) and part.value in {"now", "today"} for part in call.args)
    ]


def opens_files(code: str) -> list[str]:
    tree = ast.parse(code)
    packaged = "importlib.resources" in code
    return [
        ast.unparse(call)
        for _, name, call in calls(tree)
        if name in WRITES or (name in READS and not packaged)
    ]


def speaks(code: str) -> list[str]:
    tree = ast.parse(code)
    said = [
        ast.unparse(call)
        for owner, name, call in calls(tree)
        if name in VOICE and owner in {"", "sys", "click"}
    ]
    quits = [
        ast.unparse(node)
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and node.exc is not None and "SystemExit" in ast.unparse(node.exc)
    ]
    return said + quits


def test_the_package_is_there() -> None:
    assert len(MODULES) > 10


@every_module
def test_everything_has_a_home_on_the_road(path: Path) -> None:
    assert HOMELESS.isdisjoint(path.relative_to(PACKAGE).with_suffix("").parts)


@every_module
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


@every_module
def test_only_the_command_line_knows_what_day_it_is(path: Path) -> None:
    if not name_of(path).startswith(SPEAKS):
        assert reads_clock(path.read_text("utf-8")) == []


@every_module
def test_files_are_opened_where_the_house_says(path: Path) -> None:
    name = name_of(path)
    if name not in OPENS_FILES and not name.startswith(OPENS_FILES_FOLDERS):
        assert opens_files(path.read_text("utf-8")) == []


@every_module
def test_only_the_command_line_prints_asks_or_exits(path: Path) -> None:
    if not name_of(path).startswith(SPEAKS):
        assert speaks(path.read_text("utf-8")) == []


@every_module
def test_a_file_is_one_idea(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert (lines > LINES_A_FILE) == (name_of(path) in LONG), f"{lines} lines"


def test_every_exception_is_still_there() -> None:
    modules = {name_of(path) for path in MODULES}
    assert sorted((OPENS_FILES | set(LONG)) - modules) == []


@pytest.mark.parametrize(
    "code",
    [
        "datetime.now(UTC)",
        "date.today()",
        "time.time()",
        "pd.Timestamp.now()",
        "pd.Timestamp('now')",
        "perf_counter()",
    ],
)
def test_the_clock_rule_sees_a_clock(code: str) -> None:
    assert reads_clock(code)


@pytest.mark.parametrize(
    "code", ["open(path)", "path.open()", "path.read_text('utf-8')", "frame.to_parquet(path)", "path.mkdir()"]
)
def test_the_disk_rule_sees_a_file(code: str) -> None:
    assert opens_files(code)


def test_the_disk_rule_lets_packaged_data_be_read_but_not_written() -> None:
    code = "from importlib.resources import files\nfiles('cityanalytics').joinpath('pool.csv').{}"
    assert opens_files(code.format("read_text()")) == []
    assert opens_files(code.format("write_text('')"))


@pytest.mark.parametrize(
    "code",
    ["print(1)", "click.echo(1)", "sys.exit(1)", "input()", "raise SystemExit(1)", "click.confirm('?')"],
)
def test_the_voice_rule_hears_a_voice(code: str) -> None:
    assert speaks(code)
