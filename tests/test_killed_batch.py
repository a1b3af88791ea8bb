"""A batch that is killed, or loses a process, leaves whole reports; the next run makes the rest, byte for byte."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from tests.conftest import run_cityanalytics
from tests.test_killed import MARK, marked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="children are found and bound as Linux does")

#: What is the same wherever and whenever a report is made; an executed notebook holds its times and its folder.
EXACT = {".html", ".json", ".xlsx"}
FEW, ALL = ("2010Q2", "2010Q3"), ("--all",)
EVEN = 0.5


@pytest.fixture(scope="module")
def few(processed_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return undisturbed(processed_workspace, tmp_path_factory, FEW)


@pytest.fixture(scope="module")
def every(processed_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return undisturbed(processed_workspace, tmp_path_factory, ALL)


def undisturbed(workspace: Path, factory: pytest.TempPathFactory, words: tuple[str, ...]) -> dict[str, bytes]:
    office = opened(workspace, factory.mktemp("whole") / "workspace")
    run_cityanalytics("brief", *words, "--jobs", "2", workspace=office)
    return lying(office)


def opened(workspace: Path, target: Path) -> Path:
    return shutil.copytree(workspace, target, ignore=shutil.ignore_patterns("reports"))


def lying(office: Path) -> dict[str, bytes]:
    """Give the files of reports by their names; the lists of reports are of what there is."""
    return {
        str(path.relative_to(office)): path.read_bytes()
        for path in sorted((office / "reports").glob("2010Q*/**/*"))
        if path.suffix in EXACT and not any(part.startswith(".") for part in path.parts)
    }


def descendants(process: int) -> list[int]:
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except OSError:  # it has ended
        return []
    return [one for child in map(int, children) for one in (child, *descendants(child))]


def disturb(office: Path, words: tuple[str, ...], chance: random.Random, longest: float) -> None:
    """Run a batch and kill it, or one of its processes, at some moment; wait until nothing of it runs."""
    mark = uuid.uuid4().hex
    process = subprocess.Popen(
        [sys.executable, "-m", "cityanalytics", "brief", *words, "--jobs", "2"],
        cwd=office, stderr=subprocess.DEVNULL, env={**os.environ, MARK: mark},
    )  # fmt: skip
    time.sleep(chance.uniform(longest / 5, longest))  # before it, nothing is begun
    children = descendants(process.pid)
    victim = chance.choice(children) if children and chance.random() < EVEN else process.pid
    if process.poll() is None:
        os.kill(victim, signal.SIGKILL)
    process.wait(timeout=600)  # one that lost a child ends by itself
    for _ in range(100):
        if not marked(mark):
            return
        time.sleep(0.1)
    pytest.fail(f"still running: {marked(mark)}")


def check(office: Path, words: tuple[str, ...], whole: dict[str, bytes], seed: int, kills: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    began = time.monotonic()
    run_cityanalytics("brief", *words, "--dry-run", workspace=office)
    longest = 10 * (time.monotonic() - began)  # about what a batch takes, on a machine as busy as this one
    for _ in range(kills):
        disturb(office, words, chance, longest)
        found = lying(office)
        assert {name for name, content in found.items() if content != whole.get(name)} == set()
    names = {folder: {one for one in whole if str(Path(one).parent) == folder} for folder in folders(whole)}
    done = [folder for folder in names if names[folder] <= lying(office).keys()]
    before = {name: (office / name).stat().st_mtime_ns for folder in done for name in names[folder]}
    run_cityanalytics("brief", *words, "--jobs", "2", workspace=office)
    assert lying(office) == whole
    assert {name: (office / name).stat().st_mtime_ns for name in before} == before
    assert not list(office.rglob(".making-*"))


def folders(whole: dict[str, bytes]) -> set[str]:
    return {str(Path(name).parent) for name in whole}


def test_five_kills(processed_workspace: Path, tmp_path: Path, few: dict[str, bytes]) -> None:
    check(opened(processed_workspace, tmp_path / "workspace"), FEW, few, seed=0, kills=5)


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(1, 11))
def test_fifty_kills(processed_workspace: Path, tmp_path: Path, every: dict[str, bytes], seed: int) -> None:
    check(opened(processed_workspace, tmp_path / "workspace"), ALL, every, seed=seed, kills=5)


@pytest.mark.drill
def test_two_batches_at_once_make_what_one_would(
    processed_workspace: Path, tmp_path: Path, every: dict[str, bytes]
) -> None:
    office = opened(processed_workspace, tmp_path / "workspace")
    command = [sys.executable, "-m", "cityanalytics", "brief", *ALL, "--jobs", "2"]
    running = [subprocess.Popen(command, cwd=office, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=600)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0], said
    assert lying(office) == every
    assert not list(office.rglob(".making-*"))
