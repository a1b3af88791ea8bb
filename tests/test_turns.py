"""Two clerks at one folder: commands that write take turns, whoever has the turn is named, and the dead have none."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import signal
import subprocess
import sys
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import filelock
import pytest

from cityanalytics.durable import DRAFT
from cityanalytics.errors import CityAnalyticsError
from cityanalytics.intake.aliases import read_confirmed
from cityanalytics.intake.register import check_register, read_register, read_withdrawals
from cityanalytics.intake.store import read_tables
from cityanalytics.lock import FILE, writing
from cityanalytics.publishing.index import index_pages
from cityanalytics.publishing.ledger import read_ledger
from cityanalytics.settings import load_settings
from tests.office import FORKS, POST, RENAMED, obey

if TYPE_CHECKING:
    from pathlib import Path

#: Each command that writes, for the first and for the second clerk.
COMMANDS = {
    "receive": [["receive", file, "--quarter", "2026Q3"] for file in POST],
    "withdraw": [["withdraw", "{first}", "--why", "一"], ["withdraw", "{last}", "--why", "二"]],
    "ingest": [["ingest"]] * 2,
    "brief": [["brief", "2026Q1"]] * 2,
    "publish": [["publish", "reports/2026Q2", "--partial", "--by", by] for by in "甲乙"],
    "alias": [["alias", *names, "--by", by] for names, by in zip(RENAMED, "甲乙", strict=True)],
}
HOLD = """
import sys, pathlib
from cityanalytics.lock import writing
with writing(pathlib.Path(sys.argv[1]), "publish"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def office(small_office: Path, tmp_path: Path) -> Path:
    """Give a workspace of the test's own, with a briefing that nobody has published, and what came in the post."""
    return shutil.copytree(small_office, tmp_path / "workspace")


def start(workspace: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "cityanalytics", *words, "--ui", "en"]
    return subprocess.Popen(command, cwd=workspace, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, messages = process.communicate(timeout=300)
    return process.returncode, messages


def at_once(workspace: Path, *names: str) -> list[tuple[str, int | None, str]]:
    """Run commands at once; give name, exit code and messages of each."""
    receipts = read_register(load_settings(workspace))
    files = {"first": receipts[0].file, "last": receipts[-1].file}
    running = []
    for clerk, name in enumerate(names):
        words = [word.format(**files) for word in COMMANDS[name][clerk]]
        said = workspace.parent / f"said by {clerk}"
        running.append((name, FORKS.Process(target=obey, args=(workspace, words, said)), said))
    for _, process, _ in running:
        process.start()
    for _, process, _ in running:
        process.join(timeout=300)
    return [(name, process.exitcode, said.read_text("utf-8")) for name, process, said in running]


def check_whole(workspace: Path, before: int, outcomes: list[tuple[str, int | None, str]]) -> None:
    """Hold a workspace against what the commands said that they did."""
    settings = load_settings(workspace)
    done = [name for name, code, _ in outcomes if not code]
    told = [message for _, code, message in outcomes if code]
    # what the clerks receive here lacks a column: `ingest` says so where it comes after
    why = "a forecast is published once|not published|run `cityanalytics ingest`|REQUIRED_COLUMN_MISSING"
    assert all(re.search(why, one) for one in told), told
    assert not any("FILE_NOT_RECEIVED" in one for one in told), told
    register = read_register(settings, withdrawn=True)
    assert len(register) == before + done.count("receive")
    assert len(read_withdrawals(settings)) == done.count("withdraw")
    wrong = {issue.code for issue in check_register(settings, register)} - {"WORKBOOK_WITHDRAWN"}
    assert not wrong
    if "alias" in {name for name, *_ in outcomes}:
        confirmed = len(read_confirmed(workspace / "aliases.toml").aliases)
        assert confirmed == done.count("alias")
    assert len(read_ledger(settings).entries) == done.count("publish")
    for name, page in index_pages(settings).items():
        assert (settings.reports / name).read_bytes() == page.encode(), name
    assert [path for path in workspace.rglob(".*") if path.name not in {FILE, ".gitkeep"}] == []
    try:
        read_tables(settings)
    except CityAnalyticsError as error:
        assert {"receive", "withdraw", "alias"} & {*done}, error  # noqa: PT017 - else the tables are those of the register
        assert "what was received has changed" in str(error)  # noqa: PT017


def check_pair(office: Path, names: tuple[str, str]) -> None:
    before = len(read_register(load_settings(office)))
    outcomes = at_once(office, *names)
    check_whole(office, before, outcomes)
    if names == ("publish", "publish"):
        assert {code for _, code, _ in outcomes} == {0, 1}
    elif not {"publish", "brief"} & {*names} or names == ("brief", "brief"):
        assert [code for _, code, _ in outcomes if code] in ([], [1])


@pytest.mark.parametrize(
    "names", [("receive", "receive"), ("receive", "withdraw"), ("ingest", "ingest"), ("publish", "publish")]
)
def test_two_commands_at_once_come_out_right(office: Path, names: tuple[str, str]) -> None:
    check_pair(office, names)


@pytest.mark.drill
@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("names", [*combinations_with_replacement(COMMANDS, 2)])
def test_every_pair_of_commands_at_once_comes_out_right(
    office: Path, names: tuple[str, str], number: int
) -> None:
    check_pair(office, names if number % 2 else names[::-1])


@pytest.fixture
def held(office: Path):
    """Give a process that holds the workspace's lock as `publish`."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, office], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("ends", [signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)])
def test_who_waits_is_told_for_whom_and_goes_on_when_the_other_is_dead(office: Path, held, ends) -> None:
    process = start(office, *COMMANDS["receive"][0])
    assert process.stderr
    said = process.stderr.readline()
    assert re.search(rf"publish, {re.escape(getpass.getuser())}@\S+, \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d", said)
    assert process.poll() is None
    os.kill(held.pid, ends)
    assert _ended(process)[0] == 0
    assert "2026Q3" in (office / "data/raw/register.csv").read_text("utf-8")


def test_who_has_no_patience_is_told_who_holds_the_workspace(office: Path, held) -> None:
    with (
        pytest.raises(CityAnalyticsError, match=r"nothing was written.*publish, "),
        writing(office, "receive", patience=0.1),
    ):
        pass
    assert held.poll() is None


def test_readers_never_wait(office: Path, held) -> None:
    for words in (
        ["forecast", "2026Q2"],
        ["trace", "reports/2026Q2", "investment_to_date"],
        ["brief", "--dry-run"],
    ):
        assert _ended(start(office, *words))[0] == 0
    assert held.poll() is None


def test_a_lock_is_held_twice_by_the_one_who_holds_it(office: Path) -> None:
    with writing(office, "ingest"), writing(office, "brief", patience=0):
        pass


def test_what_the_dead_left_half_written_is_swept_by_the_next(office: Path) -> None:
    settings = load_settings(office)
    left = [settings.raw / f".{'a' * 32}.new", settings.reports / f".{'b' * 32}.new"]
    kept = settings.raw / ".register.csv.new"  # of no such name: somebody's own
    for path in (*left, kept):
        path.write_text("half", "utf-8")
    assert all(DRAFT.fullmatch(path.name) for path in left)
    assert _ended(start(office, *COMMANDS["receive"][0]))[0] == 0
    assert [path for path in left if path.exists()] == []
    assert kept.exists()


def is_held(workspace: Path) -> bool:
    """Say whether a command holds the workspace at this moment."""
    lock = filelock.FileLock(workspace / FILE)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        return True
    lock.release()
    return False


@pytest.mark.skipif(os.name == "nt", reason="Windows kills a process in another way")
@pytest.mark.parametrize("killed", [True, False])
def test_folders_of_reports_being_made_stay_with_the_living_alone(office: Path, killed) -> None:
    process = start(office, "brief", "2026Q1")
    folder = office / "reports/2026Q1"
    while not list(folder.glob(".making-*/alive")) or is_held(office):
        assert process.poll() is None
    process.send_signal(signal.SIGKILL if killed else signal.SIGSTOP)
    if killed:
        process.communicate()
    (making,) = folder.glob(".making-*")
    assert _ended(start(office, "brief", "2026Q2", "--force"))[0] == 0
    assert making.exists() is not killed
    assert folder.exists() is not killed
    if not killed:
        process.send_signal(signal.SIGCONT)
        assert _ended(process)[0] == 0
        assert (folder / "briefing.json").is_file()
        assert not making.exists()
