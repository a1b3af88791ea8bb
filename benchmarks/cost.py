"""What it costs: CPU of composing, `forecast`, `ingest` and `brief`, of this tree and of an earlier commit, in turns.

    python benchmarks/cost.py [COMMIT] [--turns 3] [--scale 10,50]

CPU is user and system time of a process and its children, the least of the turns; compiled modules are kept. Then
values are composed for the sample city with ten and fifty times its projects.
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
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
#: The commit before one workspace was opened once.
BASE = "7262179"
QUARTER = "2010Q3"
#: Composing alone: what is imported first is not counted.
COMPOSE = f"""
import time
from cityanalytics.publishing.assemble import assemble
start = time.process_time()
assemble(quarter="{QUARTER}")
print(time.process_time() - start)
"""
COMMANDS = {
    "forecast": ("forecast", QUARTER, "--json"),
    "ingest": ("ingest",),
    "brief": ("brief", QUARTER, "--force"),
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
        print(f"{'CPU seconds':<12}{'then':>8}{'now':>8}{'ratio':>8}")
        for part in ("composing", *COMMANDS):
            least = dict.fromkeys(trees, float("inf"))
            for _ in range(given.turns):
                for name, tree in trees.items():
                    least[name] = min(least[name], spent(part, tree, places[name]))
            ratio = least["now"] / least["then"]
            print(f"{part:<12}{least['then']:>8.2f}{least['now']:>8.2f}{ratio:>8.2f}", flush=True)
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
    spent("ingest", tree, place)
    return place


def spent(part: str, tree: Path, place: Path) -> float:
    """Return the CPU seconds that a part takes in a workspace, with a tree's package."""
    binaries = tree / ".venv" / "bin"
    if part == "composing":
        said = subprocess.run(
            [str(binaries / "python"), "-c", COMPOSE], cwd=place, check=True, capture_output=True, text=True
        )
        return float(said.stdout)
    command = [str(binaries / "cityanalytics"), *COMMANDS[part]]
    before = os.times()
    subprocess.run(command, cwd=place, check=True, capture_output=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def scaled(place: Path, times: list[int]) -> None:
    """Print what composing costs with so many times the projects."""
    from cityanalytics.publishing.assemble import compose
    from cityanalytics.workspace import Workspace

    opened = Workspace.at(place)
    print(f"\n{'projects':<12}{'seconds':>8}{'ms each':>8}")
    for factor in times:
        given = Workspace(settings=opened.settings, given=many(opened.stored, factor))
        dates = given.dates(QUARTER)
        start = time.process_time()
        content = compose(given, dates)
        taken = time.process_time() - start
        count = len(content.programme.traced)
        print(f"{count:<12}{taken:>8.2f}{taken / count * 1e3:>8.2f}", flush=True)


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
