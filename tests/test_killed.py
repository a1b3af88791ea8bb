"""A command that is killed takes its children with it, and the next one finds nothing that it left."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cityanalytics.durable import LEFT
from cityanalytics.intake.register import read_register
from cityanalytics.lock import FILE as LOCK
from cityanalytics.lock import writing
from cityanalytics.publishing.index import NOTE
from cityanalytics.settings import load_settings
from tests.conftest import run_cityanalytics
from tests.office import FORKS, POST, RENAMED, obey

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
def test_a_briefing_that_is_killed_at_any_time_is_made_by_the_next(office: Path, moment: int) -> None:
    looks = iter(range(1000))
    settings = load_settings(office)
    words = ("brief", "--all", "--jobs", str(1 + moment % 2))
    assert killed(office, *words, when=lambda _: next(looks) >= 25 * moment) == []
    run_cityanalytics(*words, workspace=office)
    assert not list(settings.reports.rglob(".making-*"))
    assert not list(office.rglob(".*.new"))
    run_cityanalytics("verify", "reports/2010Q3", workspace=office)


#: What changes files, of what Python tells when it does it.
CHANGES = {
    "open",
    *("os." + what for what in ["rename", "remove", "mkdir", "rmdir", "link", "symlink", "truncate"]),
}


def die(workspace: Path, at: int, words: tuple[str, ...], said: Path, mark: str) -> None:
    """Run a command in this process; kill it before it changes a file for the n-th time, else note how often it did."""
    own, done = os.getpid(), 0
    os.setsid()
    os.environ[MARK] = mark

    def look(event: str, given: tuple[object, ...]) -> None:
        nonlocal done
        if event not in CHANGES or os.getpid() != own:
            return
        if event == "open" and not int(str(given[2])) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            return
        if any(str(one).startswith(str(workspace)) for one in given[:2]):
            done += 1
            if done == at:
                os.kill(own, signal.SIGKILL)

    sys.addaudithook(look)
    try:
        obey(workspace, words, said)
    finally:
        if os.getpid() == own:
            said.with_suffix(".changes").write_text(str(done), "utf-8")


#: Every command that writes to a workspace, for a moment in it each.
WRITES = {
    "receive": ("receive", *POST, "--quarter", "2026Q3"),
    "withdraw": ("withdraw", "{first}", "--why", "误报"),
    "register": ("register", "--repair"),
    "alias": ("alias", *RENAMED[0], "--by", "甲"),
    "init": ("init", "--next-quarter", "."),
    "ingest": ("ingest", "--returns", "back"),
    "dispatch": ("dispatch", "2026Q2"),
    "brief": ("brief", "2026Q1", "--jobs", "1"),
    "publish": ("publish", "reports/2026Q2", "--partial", "--by", "甲"),
}
MOMENTS = 20
#: Those that change several files at once: all of them or none, once the next command has had its turn.
AT_ONCE = {"receive", "withdraw", "register", "alias", "publish"}
#: What a command says that finds the work done by the one that was killed.
DONE = re.compile(
    "published once|withdrawn already|confirmed as|confirmed already|has issued orders meanwhile"
)


def mutable(workspace: Path) -> dict[str, bytes]:
    """Give what a workspace holds, but for locks, notes of what lists were made from, and when notebooks ran."""
    return {
        path.relative_to(workspace).as_posix(): timeless(path)
        for path in workspace.rglob("*")
        if path.is_file() and path.name not in {LOCK, NOTE} and path.suffix != ".ipynb"
    }


def timeless(path: Path) -> bytes:
    """Give what a file holds; of a workbook to fill in without the time at which it was made."""
    if path.suffix != ".xlsx" or "handouts" not in path.parts:
        return path.read_bytes()
    with zipfile.ZipFile(path) as package:
        return b"".join(package.read(name) for name in package.namelist() if not name.startswith("docProps/"))


def prepared(office: Path, target: Path, name: str) -> tuple[Path, tuple[str, ...]]:
    """Give a workspace in which a command has something to do, and the command."""
    shutil.copytree(office, target)
    settings = load_settings(target)
    first = read_register(settings)[0].file
    if name == "register":
        path = settings.raw / "register.csv"
        path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-3]), "utf-8")
    return target, tuple(word.format(first=first) for word in WRITES[name])


def dying(workspace: Path, at: int, words: tuple[str, ...]) -> tuple[int | None, str, list[str]]:
    """Run a command that dies at a moment; give exit code, messages, and what of it runs a second later."""
    mark, said = uuid.uuid4().hex, workspace.parent / "said"
    process = FORKS.Process(target=die, args=(workspace, at, words, said, mark))
    process.start()
    process.join(600)
    time.sleep(1)
    return process.exitcode, said.read_text("utf-8"), [*marked(mark), *of_session(process.pid)]


def of_session(session: int | None) -> list[str]:
    """Give the command lines of all processes of a session."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if int((process / "stat").read_text("utf-8").rpartition(")")[2].split()[3]) == session:
                found.append((process / "cmdline").read_bytes().decode())
        except OSError:  # it ended meanwhile
            continue
    return [line for line in found if line]


def check_killed(small_office: Path, tmp_path: Path, name: str, moments: int) -> None:
    """Kill a command at its writes: every file is as before or as after, and the next run comes to the same."""
    workspace, words = prepared(small_office, tmp_path / "whole", name)
    before = mutable(workspace)
    code, told, _ = dying(workspace, 0, words)
    assert code == 0, told
    after, writes = mutable(workspace), int((workspace.parent / "said.changes").read_text("utf-8"))
    assert after != before
    assert writes > 1
    for at in sorted({1 + number * (writes - 1) // max(moments - 1, 1) for number in range(moments)}):
        shutil.rmtree(workspace)
        prepared(small_office, workspace, name)
        code, told, left = dying(workspace, at, words)
        assert code == -signal.SIGKILL, (at, told)
        assert left == [], at
        for file, content in mutable(workspace).items():
            if not any(LEFT.fullmatch(part) or part.startswith(".making-") for part in Path(file).parts):
                assert content in {before.get(file), after.get(file)}, (at, file)
        if name in AT_ONCE:
            with writing(workspace, "whatever comes next"):
                assert mutable(workspace) in (before, after), at
        again, told, _ = dying(workspace, 0, words)
        assert not again or DONE.search(told), (at, told)
        left_over = mutable(workspace)
        assert {file: left_over.get(file) for file in after} == after, at
        assert left_over.keys() - after.keys() == set(), at


def test_a_command_killed_between_its_writes_leaves_nothing_half_done(
    small_office: Path, tmp_path: Path
) -> None:
    check_killed(small_office, tmp_path, "withdraw", 3)


@pytest.mark.drill
@pytest.mark.parametrize("name", WRITES)
def test_every_command_that_writes_may_be_killed_at_any_moment(
    small_office: Path, tmp_path: Path, name: str
) -> None:
    check_killed(small_office, tmp_path, name, MOMENTS)
