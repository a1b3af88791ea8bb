"""Many briefings: ours against the tools that everyone has and against the floor, in the same run, on two processes.

Each road makes the same number of briefings of one quarter into folders of their own. CPU (user and system, children
too) and elapsed time are printed with the ratios to ours.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "02_briefing.ipynb"
JOBS = 2

#: The same analysis, charts, pages and workbook with nothing around them: imports warm, no notebook, no records.
FLOOR = """
import sys
from pathlib import Path
import cityanalytics as ca
workspace, quarter, count, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
for number in range(count):
    briefing = ca.briefing(ca.programme(ca.open_workspace(workspace), quarter))
    for language in ("zh", "en"):
        (folder / f"{number}.{language}.html").write_text(str(briefing.page(language)), encoding="utf-8")
"""
#: Ours: reports into folders of no workspace, through the same workers as the command's.
OURS = """
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from cityanalytics.bound import end_with_parent
from cityanalytics.publishing.export import make_report
from cityanalytics.publishing.warm import context, warm
from cityanalytics.settings import load_settings
workspace, quarter, count, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])
warm()
settings = load_settings(Path(workspace))
make = partial(make_report, settings, {"quarter": quarter}, languages=("zh", "en"), engine="fork")
with ProcessPoolExecutor(2, mp_context=context(), initializer=end_with_parent) as pool:
    for made in [pool.submit(make, folder=folder / str(number)) for number in range(count)]:
        made.result()
"""


@click.command()
@click.option("--quarter", default="2010Q3", show_default=True)
@click.option(
    "--count", default=32, show_default=True, type=click.IntRange(2), help="Briefings on each road."
)
def main(quarter: str, count: int) -> None:
    """Measure all roads once, in turn."""
    python(["-m", "cityanalytics", "ingest"])
    roads: dict[str, Callable[[Path], None]] = {
        "ours, two workers": lambda folder: script(OURS, quarter, count, folder),
        "floor, two processes": partial(
            at_once, lambda folder: script(FLOOR, quarter, count // JOBS, folder)
        ),
        "papermill, two processes": partial(at_once, partial(executed, quarter, count // JOBS, page=False)),
        "papermill and nbconvert, a loop": partial(executed, quarter, count, page=True),
    }
    ours = (0.0, 0.0)
    for name, road in roads.items():
        with tempfile.TemporaryDirectory(prefix="batch-") as folder:
            elapsed, cpu = measured(partial(road, Path(folder)))
        ours = ours if any(ours) else (elapsed, cpu)
        ratios = f"{elapsed / ours[0]:.2f} of ours, CPU {cpu / ours[1]:.2f}"
        print(f"{name:<34} {elapsed:8.1f} s elapsed {cpu:8.1f} s CPU   {ratios}", flush=True)


def measured(road: Callable[[], None]) -> tuple[float, float]:
    """Run a road; give elapsed seconds and seconds of CPU of all that it started."""
    began, before = time.perf_counter(), children()
    road()
    return time.perf_counter() - began, children() - before


def children() -> float:
    """Give the seconds of CPU of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def at_once(road: Callable[[Path], None], folder: Path) -> None:
    """Take a road in two processes, each with half of the briefings."""
    folders = [folder / str(number) for number in range(JOBS)]
    for one in folders:
        one.mkdir()
    with ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(road, folders))


def script(text: str, quarter: str, count: int, folder: Path) -> None:
    """Run a script on the workspace."""
    python(["-c", text, str(ROOT), quarter, str(count), str(folder)])


def executed(quarter: str, count: int, folder: Path, *, page: bool) -> None:
    """Run the notebook as often, and export it if a page is wanted."""
    for _ in range(count):
        made = folder / NOTEBOOK.name
        python(
            [
                "-m",
                "papermill",
                str(NOTEBOOK),
                str(made),
                "-p",
                "workspace",
                str(ROOT),
                "-p",
                "quarter",
                quarter,
            ]
        )
        if page:
            python(["-m", "nbconvert", "--to", "html", "--no-input", str(made)])
            shutil.move(made.with_suffix(".html"), folder / "page.html")


def python(arguments: list[str]) -> None:
    """Run Python to its end."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, check=False, capture_output=True
    )
    if done.returncode:
        sys.exit(f"{arguments[:3]}: exit {done.returncode}\n{done.stderr.decode()}")


if __name__ == "__main__":
    main()
