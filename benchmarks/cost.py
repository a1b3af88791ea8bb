"""What it costs: CPU of composing, `forecast`, `ingest` and `brief`, of this tree and of an earlier commit, in turns.

    python benchmarks/cost.py [COMMIT] [--turns 3] [--scale 10,50]

CPU is user and system time of a process and its children, the least of the turns, with the ratios of the single turns
beside; compiled modules are kept.
``all`` is every quarter: here by `brief --all --jobs 2`, there by a plain loop of `brief`. The floor is a plain script
that makes the same pages, record and workbook in one process, without a notebook. Then the same is made for the sample
city with ten and fifty times its projects.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
#: The commit before one workspace was opened once.
BASE = "7262179"
QUARTER = "2010Q3"
#: Composing alone, the second time: what is imported is not counted.
COMPOSE = f"""
import time
from cityanalytics.publishing.assemble import assemble
assemble(quarter="{QUARTER}")
start = time.process_time()
assemble(quarter="{QUARTER}")
print(time.process_time() - start)
"""
#: The same products without papermill, kernel or command.
FLOOR = f"""
import json
from pathlib import Path
import cityanalytics as ca
from cityanalytics.briefing.book import Book
from cityanalytics.publishing.workbook import write_workbook
briefing = ca.briefing(ca.programme(ca.open_workspace("."), "{QUARTER}"))
for language in briefing.languages:
    Path(f"floor.{{language}}.html").write_text(briefing.page(language), encoding="utf-8")
record = briefing.record.document
Path("floor.json").write_text(json.dumps(record["briefing"], ensure_ascii=False, indent=1), encoding="utf-8")
Path("floor.xlsx").write_bytes(write_workbook(Book.read(record["companion"])))
"""
QUARTERS = ("2010Q1", "2010Q2", "2010Q3")
FORECAST, INGEST, BRIEF = ("forecast", QUARTER, "--json"), ("ingest",), ("brief", QUARTER, "--force")
LOOP = tuple(("brief", quarter, "--force") for quarter in QUARTERS)
#: Commands of each part: of the earlier commit, and of this tree.
COMMANDS: dict[str, dict[str, tuple[tuple[str, ...], ...]]] = {
    "forecast": {"then": (FORECAST,), "now": (FORECAST,)},
    "ingest": {"then": (INGEST,), "now": (INGEST,)},
    "brief": {"then": (BRIEF,), "now": (BRIEF,)},
    "all": {"then": LOOP, "now": (("brief", "--all", "--jobs", "2", "--force"),)},
}
#: Tables with a row a project or site, and the column that names it.
NAMED = {
    "projects": "project",
    "plans": "project",
    "investment": "project",
    "status": "project",
    "works": "project",
    "demolition": "site",
}


def main() -> None:
    """Print CPU seconds and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base", nargs="?", default=BASE, help=f"the commit that is compared with ({BASE})")
    parser.add_argument("--turns", type=int, default=3, help="how often each is run")
    parser.add_argument("--scale", default="10,50", help="times the sample's projects")
    parser.add_argument("--cache", type=Path, default=ROOT / ".net", help="where the commit's tree is kept")
    given = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    net = load_net()
    trees = {"then": net.checkout(given.cache, net.git("rev-parse", given.base)), "now": ROOT}
    with tempfile.TemporaryDirectory(prefix="cost-") as scratch:
        places = {name: workspace(tree, Path(scratch) / name) for name, tree in trees.items()}
        print(f"{'CPU seconds':<12}{'then':>8}{'now':>8}{'ratio':>8}  of single turns")
        for part in ("composing", *COMMANDS):
            found: dict[str, list[float]] = {name: [] for name in trees}
            for _ in range(given.turns):
                for name, tree in trees.items():
                    commands = () if part == "composing" else COMMANDS[part][name]
                    spent = (
                        composing(tree, places[name]) if not commands else run(commands, tree, places[name])
                    )
                    found[name].append(spent)
            ratios = [now / then for then, now in zip(found["then"], found["now"], strict=True)]
            then, now = min(found["then"]), min(found["now"])
            print(
                f"{part:<12}{then:>8.2f}{now:>8.2f}{now / then:>8.2f}  {min(ratios):.2f} to {max(ratios):.2f}",
                flush=True,
            )
        loop = min(run(LOOP, ROOT, places["now"]) for _ in range(given.turns))
        floor = min(script(FLOOR, ROOT, places["now"]) for _ in range(given.turns))
        print(f"a plain loop of this tree's `brief`: {loop:.2f}; floor of one briefing: {floor:.2f}")
        scaled(places["now"], [1, *map(int, given.scale.split(","))])


def load_net() -> Any:  # noqa: ANN401 - a script as a module
    """Return the net's script, which knows how to check a commit out."""
    spec = importlib.util.spec_from_file_location("net", ROOT / ".ci" / "net.py")
    if spec is None or spec.loader is None:
        sys.exit("no .ci/net.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def workspace(tree: Path, place: Path) -> Path:
    """Make the sample city's workspace with a tree's package, ingested."""
    shutil.copytree(tree / "data" / "raw", place / "data" / "raw")
    shutil.copytree(tree / "notebooks", place / "notebooks")
    for file in (*tree.glob("cityanalytics.toml"), *tree.glob("aliases.toml")):
        shutil.copy(file, place)
    run((INGEST,), tree, place)
    return place


def composing(tree: Path, place: Path) -> float:
    """Return the CPU seconds of composing alone, as the process counts them."""
    said = subprocess.run(
        [str(tree / ".venv" / "bin" / "python"), "-c", COMPOSE],
        cwd=place,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(said.stdout)


def run(commands: Sequence[Sequence[str]], tree: Path, place: Path) -> float:
    """Return the CPU seconds of commands, one after the other, in a workspace with a tree's package."""
    program = str(tree / ".venv" / "bin" / "cityanalytics")
    return children([[program, *command] for command in commands], place)


def script(source: str, tree: Path, place: Path) -> float:
    """Return the CPU seconds of a script in a workspace."""
    return children([[str(tree / ".venv" / "bin" / "python"), "-c", source]], place)


def children(commands: Sequence[Sequence[str]], place: Path) -> float:
    """Return the CPU seconds of processes and of theirs."""
    before = os.times()
    for command in commands:
        subprocess.run(command, cwd=place, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def scaled(place: Path, times: list[int]) -> None:
    """Print what composing, and pages, record and workbook, cost with so many times the projects."""
    from cityanalytics.briefing.book import Book
    from cityanalytics.briefing.briefing import Briefing
    from cityanalytics.publishing.assemble import compose
    from cityanalytics.publishing.workbook import write_workbook
    from cityanalytics.workspace import Workspace

    opened = Workspace.at(place)
    print(f"\n{'projects':<12}{'composing':>10}{'ms each':>9}{'all':>8}{'ms each':>9}{'page, kB':>10}")
    for factor in times:
        given = Workspace(settings=opened.settings, given=many(opened.stored, factor))
        dates = given.dates(QUARTER)
        start = time.process_time()
        content = compose(given, dates)
        composed = time.process_time() - start
        briefing = Briefing(content=content)
        pages = [briefing.page(language) for language in briefing.languages]
        write_workbook(Book.read(briefing.record.document["companion"]))
        taken = time.process_time() - start
        count, size = len(content.programme.traced), max(len(page.encode()) for page in pages) / 1000
        print(
            f"{count:<12}{composed:>10.2f}{composed / count * 1e3:>9.2f}"
            f"{taken:>8.2f}{taken / count * 1e3:>9.2f}{size:>10.0f}",
            flush=True,
        )


def many(tables: Any, factor: int) -> dict[str, Any]:  # noqa: ANN401 - frames by name
    """Return the tables of a city with so many times the projects and sites, each under a name of its own."""
    import pandas as pd

    return {
        name: table
        if name not in NAMED
        else pd.concat(
            [
                table.assign(**{NAMED[name]: table[NAMED[name]] + (f" {copy}" if copy else "")})
                for copy in range(factor)
            ],
            ignore_index=True,
        )
        for name, table in tables.items()
    }


if __name__ == "__main__":
    main()
