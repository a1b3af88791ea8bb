"""A command that is killed takes its children with it, and the next one finds nothing that it left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cityanalytics.settings import load_settings
from tests.conftest import run_cityanalytics

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = "CITYANALYTICS_TEST"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are found and bound as Linux does")


def marked(mark: str) -> list[str]:
    """Give the command lines of all processes that were started with a mark."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:  # it ended meanwhile, or is another user's
            continue
    return [line for line in found if line]  # of one that has ended and is not waited for there is no line


@pytest.fixture
def office(processed_workspace: Path, tmp_path: Path) -> Path:
    target = tmp_path / "workspace"
    shutil.copytree(processed_workspace, target, ignore=shutil.ignore_patterns("reports"))
    return target


def killed(workspace: Path, *words: str, when: Callable[[str], bool]) -> list[str]:
    """Start a command, kill it when told to, and give what of it still runs a second later."""
    mark = uuid.uuid4().hex
    process = subprocess.Popen(
        [sys.executable, "-m", "cityanalytics", *words],
        cwd=workspace, stderr=subprocess.DEVNULL, env={**os.environ, MARK: mark},
    )  # fmt: skip
    while process.poll() is None and not when(mark):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(1)
    return marked(mark)


def kernels(count: int) -> Callable[[str], bool]:
    return lambda mark: sum("ipykernel" in line for line in marked(mark)) >= count


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_kernels_and_workers_of_a_killed_command_end_with_it(office: Path, jobs: int) -> None:
    words = ("brief", "--all", "--jobs", str(jobs), "--engine", "kernel")
    assert killed(office, *words, when=kernels(jobs)) == []


@pytest.mark.parametrize(("jobs", "processes"), [(1, 2), (2, 5)])  # the command, workers, a notebook each
def test_the_forked_notebooks_of_a_killed_command_end_with_it(
    office: Path, jobs: int, processes: int
) -> None:
    words = ("brief", "--all", "--jobs", str(jobs), "--engine", "fork")
    seen = []

    def running(mark: str) -> bool:
        seen.append(len(marked(mark)))
        return seen[-1] >= processes

    assert killed(office, *words, when=running) == []
    assert max(seen) >= processes


@pytest.mark.drill
@pytest.mark.parametrize("moment", range(20))
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_at_any_moment(office: Path, jobs: str, moment: int) -> None:
    looks = iter(range(1000))
    settings = load_settings(office)
    words = ("brief", "--all", "--jobs", jobs)
    assert killed(office, *words, when=lambda _: next(looks) >= 25 * moment) == []
    run_cityanalytics(*words, workspace=office)
    assert not list(settings.reports.rglob(".making-*"))
    assert not list(office.rglob(".*.new"))
    run_cityanalytics("verify", "reports/2010Q3", workspace=office)
