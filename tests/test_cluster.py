"""A batch on a Dask cluster: a real scheduler and workers on this machine, one of them killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

import cityanalytics
from cityanalytics.errors import UsageError
from cityanalytics.publishing.batch import Task
from cityanalytics.publishing.cluster import run_on
from tests.conftest import run_cityanalytics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

EXACT = {".html", ".json", ".xlsx"}


class Cluster:
    """A scheduler and workers as processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        self.processes: list[subprocess.Popen[bytes]] = []
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(self.file))
        self._until(self.file.is_file)
        self.address = str(json.loads(self.file.read_text("utf-8"))["address"])

    def worker(self, **environment: str) -> subprocess.Popen[bytes]:
        return self._start(
            "worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", **environment
        )

    def _start(self, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:], "--no-dashboard"],
            cwd=self.folder,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    @staticmethod
    def _until(holds: Callable[[], Any]) -> None:
        while not holds():  # the timeout is the whole test's
            time.sleep(0.1)

    def workers(self, count: int) -> None:
        """Wait until so many workers are there."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(count, timeout=120)

    def busy(self) -> None:
        """Wait until every worker has a task under way."""
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:
            self._until(lambda: all(client.processing().values()))

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    yield made
    made.stop()


def products(root: Path) -> dict[str, bytes]:
    found = sorted(path for path in (root / "reports").rglob("*") if path.suffix in EXACT)
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


@pytest.mark.drill
def test_a_batch_outlives_a_worker_and_has_the_bytes_of_a_local_one(
    processed_workspace: Path, tmp_path: Path, cluster: Cluster
) -> None:
    ignored = shutil.ignore_patterns("reports", "dispatch", ".*")
    places = {name: tmp_path / name / "city" for name in ("here", "there")}
    for place in places.values():
        shutil.copytree(processed_workspace, place, ignore=ignored)
    first = cluster.worker()
    cluster.worker()
    cluster.workers(2)
    command = [sys.executable, "-m", "cityanalytics", "brief", "--all", "--scheduler", cluster.address]
    batch = subprocess.Popen(command, cwd=places["there"], stderr=subprocess.PIPE, text=True)
    cluster.busy()
    first.send_signal(signal.SIGKILL)
    _, said = batch.communicate(timeout=900)
    assert batch.returncode == 0, said
    run_cityanalytics("brief", "--all", workspace=places["here"])
    here, there = (products(places[name]) for name in ("here", "there"))
    assert len(here) > 10
    assert [name for name in here.keys() | there.keys() if here.get(name) != there.get(name)] == []


@pytest.mark.drill
def test_what_a_worker_lacks_is_said_before_anything_starts(
    processed_workspace: Path, tmp_path: Path, cluster: Cluster
) -> None:
    root = tmp_path / "city"
    shutil.copytree(processed_workspace, root, ignore=shutil.ignore_patterns("reports", "dispatch", ".*"))
    elsewhere = tmp_path / "other" / "cityanalytics"
    shutil.copytree(cityanalytics.__path__[0], elsewhere)
    (elsewhere / "palette.txt").write_text("another version", "utf-8")
    cluster.worker(PYTHONPATH=str(elsewhere.parent))
    cluster.workers(1)
    command = [sys.executable, "-m", "cityanalytics", "brief", "--scheduler", cluster.address]
    said = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert (said.returncode, "another version of cityanalytics" in said.stderr) == (2, True), said.stderr
    assert not [*(root / "reports").rglob("briefing.*")]


def test_an_address_that_is_none_or_answers_nothing_is_told(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    task = Task(root=tmp_path, product="02_briefing", parameters={}, languages=("zh",))

    def refused(scheduler: str) -> str:
        with pytest.raises(UsageError) as told:
            list(run_on(scheduler, [task], security={}, on_step=lambda *_: None))
        return str(told.value)

    assert "HOST:8786" in refused("127.0.0.1")
    assert "ca_file, cert_file, key_file" in refused("tls://127.0.0.1:1")
