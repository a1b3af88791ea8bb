"""Who can mend it is told by the exit code, and a program reads one document whatever happens."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cityanalytics.intake.register import read_register
from cityanalytics.lock import FILE
from cityanalytics.publishing.index import index_pages
from cityanalytics.publishing.ledger import read_ledger
from cityanalytics.settings import load_settings
from tests import command
from tests.office import POST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def run(workspace: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return command.run(*words, "--ui", "en", workspace=workspace)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("ingest", "--json"), 1),  # a register that is gone
        (("brief", "2010Q3", "--json"), 1),  # no tables
        (("forecast", "2010Q9", "--json"), 1),
        (("inspect", "nothing.xlsx", "--json"), 2),
        (("diff", "2010Q2", "--json"), 2),
        (("forecast", "--nothing", "--json"), 2),
        (("publish", "reports", "--by", "甲", "--json"), 2),
        (("verify", "data", "--json"), 2),
        (("trace", "data", "investment_to_date", "--json"), 2),
    ],
)
def test_a_document_is_printed_also_of_what_failed(workspace: Path, words, code: int) -> None:
    (workspace / "data/raw/register.csv").unlink()
    done = run(workspace, *words)
    assert done.returncode == code, done.stderr
    document = json.loads(done.stdout)
    assert document["exit_code"] == code
    assert document["error"]
    assert "Traceback" not in done.stderr


def test_what_blocks_is_one_document(workspace: Path) -> None:
    next((workspace / "data/raw").rglob("*.xls*")).write_bytes(b"other")
    done = run(workspace, "ingest", "--json")
    assert done.returncode == 1
    assert [issue["code"] for issue in json.loads(done.stdout)["issues"] if issue["severity"] == "error"] == [
        "FILE_CHANGED"
    ]


@pytest.mark.parametrize(
    "place", ["data/processed/projects.parquet", "data/processed", "reports", "data/raw/register.csv"]
)
def test_what_the_folder_refuses_is_the_user_s_to_mend(workspace: Path, place: str) -> None:
    path = workspace / place
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    if path.suffix:
        path.mkdir(parents=True)  # a folder where a file should be
    else:
        path.write_text("a file where a folder should be", "utf-8")
    words = ("brief", "2010Q3") if place == "reports" else ("ingest",)
    if place == "reports":
        assert run(workspace, "ingest").returncode == 0
    done = run(workspace, *words)
    assert done.returncode == 1, done.stderr
    assert place.rpartition("/")[2] in done.stderr
    assert "the program failed" not in done.stderr


@pytest.fixture
def disk(small_office: Path, tmp_path: Path) -> Iterator[Path]:
    """Give a workspace with a briefing on a small disk of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(mounted, check=False).returncode:
        pytest.skip("a small disk is mounted by root on Linux alone")
    try:
        yield shutil.copytree(small_office, place / "workspace")
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.drill
@pytest.mark.parametrize("free", [0, 1, 2, 4, 16, 64, 256])
@pytest.mark.parametrize(
    "words",
    [
        ("receive", POST[0], "--quarter", "2026Q3"),
        ("withdraw", "{first}", "--why", "误报"),
        ("ingest",),
        ("brief", "2026Q2", "--force"),
        ("publish", "reports/2026Q2", "--partial", "--by", "甲"),
        ("register", "--repair"),
    ],
)
def test_a_full_disk_leaves_all_as_it_was(disk: Path, words: tuple[str, ...], free: int) -> None:
    settings = load_settings(disk)
    first = read_register(settings)[0].file
    words = tuple(word.format(first=first) for word in words)
    if words[0] == "register":
        path = settings.raw / "register.csv"
        path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-3]), "utf-8")
    before = held(disk)
    filler = disk.parent / "filler"
    room = shutil.disk_usage(disk).free - free * 4096
    filler.write_bytes(b"\0" * max(room, 0))
    done = run(disk, *words)
    filler.unlink()
    if done.returncode:
        assert done.returncode == 1, done.stderr
        assert re.search("no room is left on the disk", done.stderr)
        assert held(disk) == before
        assert run(disk, *words).returncode == 0
    assert [path for path in disk.rglob(".*.new") if path.name != FILE] == []
    assert len(read_ledger(settings).entries) == (words[0] == "publish")
    for name, page in index_pages(settings).items():
        if words[0] in {"publish", "brief"}:
            assert (settings.reports / name).read_bytes() == page.encode()


@pytest.mark.drill
@pytest.mark.parametrize("free", [0, 16, 256, 1024, 4096])
def test_a_disk_that_fills_up_in_a_batch_leaves_whole_reports_and_what_was_not_made_as_it_was(
    disk: Path, free: int
) -> None:
    command = ("brief", "--all", "--jobs", "2", "--force")
    before = held(disk)
    filler = disk.parent / "filler"
    room = shutil.disk_usage(disk).free - free * 1024
    filler.write_bytes(b"\0" * max(room, 0))
    done = run(disk, *command)
    left = held(disk)
    filler.unlink()
    assert done.returncode in (0, 1), done.stderr
    assert bool(done.returncode) == ("no room is left on the disk" in done.stderr)
    assert not [path for path in disk.rglob(".*") if path.name.startswith(".making-")]
    assert run(disk, *command).returncode == 0
    after = held(disk)
    exact = [name for name in left if name.startswith("reports/20") and not name.endswith(".ipynb")]
    assert [name for name in exact if left[name] not in (before.get(name), after[name])] == []
    assert [name for name in before if name not in left] == []


@pytest.mark.drill
def test_a_folder_of_reports_that_may_only_be_read_is_told_of_each_product(disk: Path) -> None:
    reports = disk / "reports"
    subprocess.run(["mount", "--bind", reports, reports], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", reports], check=True)
        before = held(disk)
        done = run(disk, "brief", "--all", "--jobs", "2", "--force")
        assert done.returncode == 1, done.stderr
        assert done.stderr.count("may not be read or written") >= len([*reports.glob("2010Q*")])
        assert held(disk) == before
    finally:
        subprocess.run(["umount", reports], check=True)
    assert run(disk, "brief", "--all", "--jobs", "2").returncode == 0


def held(workspace: Path) -> dict[str, bytes]:
    return {
        path.relative_to(workspace).as_posix(): path.read_bytes()
        for path in workspace.rglob("*")
        if path.is_file() and path.name != FILE
    }
