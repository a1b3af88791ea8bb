"""One briefing against plain papermill and nbconvert on the same notebook, in turn, in the same run.

Ours makes more (two languages, the record beside them, the index); the plain road makes one page.
What is compared is whole commands, as a user waits for them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import click

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "02_briefing.ipynb"

Stages = dict[str, float]


@click.command()
@click.option("--quarter", default="2010Q3", show_default=True)
@click.option("--repeat", default=5, show_default=True, type=click.IntRange(1), help="Counted runs of each.")
def main(quarter: str, repeat: int) -> None:
    """Measure, and say how long each takes and where the time goes."""
    run("cityanalytics", "ingest")
    ours: list[Stages] = []
    plain: list[Stages] = []
    with tempfile.TemporaryDirectory(prefix="briefing-") as folder:
        for turn in range(repeat + 1):
            pair = brief(quarter), papermill_and_nbconvert(quarter, Path(folder))
            if turn:  # the first of each warms the disk
                ours.append(pair[0])
                plain.append(pair[1])
            print(f"\rrun {turn} of {repeat}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)

    show(f"cityanalytics brief {quarter}", ours)
    show("papermill, then nbconvert --to html", plain)
    ratios = sorted(sum(one.values()) / sum(other.values()) for one, other in zip(ours, plain, strict=True))
    print(f"ratio, pair by pair: median {median(ratios):.2f}, from {ratios[0]:.2f} to {ratios[-1]:.2f}")


def brief(quarter: str) -> Stages:
    """Make a briefing with the command; give the seconds of each stage."""
    began, ended = run("cityanalytics", "brief", quarter, "--force")
    return stages(ROOT / "reports" / quarter / NOTEBOOK.name, began, ended, last="export and index")


def papermill_and_nbconvert(quarter: str, folder: Path) -> Stages:
    """Make one page with the tools that everyone has; give the seconds of each stage."""
    executed = folder / NOTEBOOK.name
    began, ended = run(
        "papermill", str(NOTEBOOK), str(executed), "-p", "workspace", str(ROOT), "-p", "quarter", quarter
    )
    seconds = stages(executed, began, ended, last="papermill's end")
    began, ended = run("nbconvert", "--to", "html", "--no-input", str(executed))
    return seconds | {"nbconvert": (ended - began).total_seconds()}


def run(module: str, *arguments: str) -> tuple[datetime, datetime]:
    """Run a command to its end; give when it began and when it ended."""
    began = datetime.now(UTC)
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT, env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    ended = datetime.now(UTC)
    if done.returncode:
        sys.exit(f"{module} {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    return began, ended


def stages(executed: Path, began: datetime, ended: datetime, *, last: str) -> Stages:
    """Split a command's time by what papermill noted in the notebook that it executed."""
    notebook = json.loads(executed.read_text("utf-8"))
    cells = [cell["metadata"]["papermill"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    run_began, run_ended = (
        moment(notebook["metadata"]["papermill"][name]) for name in ("start_time", "end_time")
    )
    spans = [(moment(cell["start_time"]), moment(cell["end_time"])) for cell in cells if cell["start_time"]]
    longest = max(spans, key=lambda span: span[1] - span[0])
    moments = {
        "start, read, import": run_began - began,
        "kernel start": spans[0][0] - run_began,
        "longest cell (import and assemble)": longest[1] - longest[0],
        "other cells": run_ended - spans[0][0] - (longest[1] - longest[0]),
        last: ended - run_ended,
    }
    return {name: span.total_seconds() for name, span in moments.items()}


def moment(text: str) -> datetime:
    """Read a time as papermill writes it: UTC, without saying so."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def show(title: str, runs: list[Stages]) -> None:
    """Print the median of all runs, and of each stage."""
    wholes = sorted(sum(seconds.values()) for seconds in runs)
    print(
        f"{title}: median {median(wholes):.2f} s, from {wholes[0]:.2f} to {wholes[-1]:.2f}, {len(runs)} runs"
    )
    for stage in runs[0]:
        print(f"  {stage:<36} {median(seconds[stage] for seconds in runs):6.2f} s")


if __name__ == "__main__":
    main()
