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
QUARTERS = ("2010Q1", "2010Q2", "2010Q3")
#: Seconds after which something does not come any more.
PATIENCE = 180


class Cluster:
    """A scheduler and workers as processes of their own."""

    def __init__(self, folder: Path, *, tls: tuple[Path, Path] | None = None) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        self.processes: list[subprocess.Popen[bytes]] = []
        self.tls = tls
        self.scheduler = self._start(
            "scheduler", "--host", "tls://127.0.0.1" if tls else "127.0.0.1", "--port", "0",
            "--scheduler-file", str(self.file),
        )  # fmt: skip
        self.until(self.file.is_file)
        self.address = str(json.loads(self.file.read_text("utf-8"))["address"])

    def worker(self, *before: str, **environment: str) -> subprocess.Popen[bytes]:
        return self._start(
            "worker", self.address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny",
            before=before, **environment,
        )  # fmt: skip

    def _start(
        self, *arguments: str, before: tuple[str, ...] = (), **environment: str
    ) -> subprocess.Popen[bytes]:
        names = ("--tls-ca-file", "--tls-cert", "--tls-key")
        secured = [] if self.tls is None else [*zip(names, (self.tls[0], *self.tls), strict=True)]
        process = subprocess.Popen(
            [*before, sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:], "--no-dashboard",
             *(str(word) for pair in secured for word in pair)],
            cwd=self.folder,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def until(self, holds: Callable[[], Any]) -> None:
        """Wait; what was started and has ended will not come, nor what takes far too long."""
        last = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < last
            assert all(process.poll() is None for process in self.processes)
            time.sleep(0.1)

    def client(self) -> Any:
        from distributed import Client, Security

        secured = {}
        if self.tls is not None:
            certificate, key = map(str, self.tls)
            secured["security"] = Security(
                tls_ca_file=certificate,
                tls_client_cert=certificate,
                tls_client_key=key,
                require_encryption=True,
            )
        return Client(self.address, set_as_default=False, **secured)

    def workers(self, count: int) -> None:
        """Wait until so many workers are there."""
        with self.client() as client:
            client.wait_for_workers(count, timeout=PATIENCE)

    def busy(self) -> list[str]:
        """Wait until every worker has a task under way; give the names of the tasks."""
        with self.client() as client:
            self.until(lambda: all(client.processing().values()))
            return [key for keys in client.processing().values() for key in keys]

    def brief(self, place: Path, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "cityanalytics", "brief", *words, "--scheduler", self.address]
        return subprocess.Popen(command, cwd=place, stderr=subprocess.PIPE, text=True)

    def stop(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    pytest.importorskip("distributed")
    made = Cluster(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def place(processed_workspace: Path, tmp_path: Path) -> Path:
    return opened(processed_workspace, tmp_path / "there")


@pytest.fixture(scope="module")
def local(processed_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Give what the same batch makes on this machine alone."""
    here = opened(processed_workspace, tmp_path_factory.mktemp("here"))
    run_cityanalytics("brief", *QUARTERS, workspace=here)
    return products(here)


def opened(workspace: Path, folder: Path) -> Path:
    return shutil.copytree(
        workspace, folder / "city", ignore=shutil.ignore_patterns("reports", "dispatch", ".*")
    )


def products(root: Path) -> dict[str, bytes]:
    found = sorted((root / "reports").rglob("*"))
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in found
        if path.suffix in EXACT and not any(part.startswith(".") for part in path.relative_to(root).parts)
    }


def reports(found: dict[str, bytes]) -> dict[str, bytes]:
    """Leave out the lists of reports, which are of what there is."""
    return {name: content for name, content in found.items() if name.count("/") > 1}


@pytest.mark.drill
def test_a_batch_outlives_a_worker_and_has_the_bytes_of_a_local_one(
    cluster: Cluster, place: Path, local: dict[str, bytes]
) -> None:
    first = cluster.worker()
    cluster.worker()
    cluster.workers(2)
    batch = cluster.brief(place, *QUARTERS)
    assert {name.split(" ")[0] for name in cluster.busy()} <= {*QUARTERS}  # what a dashboard shows
    first.send_signal(signal.SIGKILL)
    _, said = batch.communicate(timeout=900)
    assert batch.returncode == 0, said
    assert products(place) == local


@pytest.mark.drill
def test_a_scheduler_that_dies_is_told_and_the_next_run_makes_the_rest(
    cluster: Cluster, place: Path, local: dict[str, bytes]
) -> None:
    cluster.worker()
    cluster.workers(1)
    batch = cluster.brief(place, *QUARTERS)
    cluster.until(lambda: reports(products(place)))  # one is done, others are not
    cluster.scheduler.kill()
    _, said = batch.communicate(timeout=900)
    assert (batch.returncode, "not made" in said, "Traceback" in said) == (1, True, False), said
    found = reports(products(place))
    assert {name for name, content in found.items() if content != local[name]} == set()
    before = {name: (place / name).stat().st_mtime_ns for name in found}
    run_cityanalytics("brief", *QUARTERS, workspace=place)
    assert products(place) == local
    assert {name: (place / name).stat().st_mtime_ns for name in before} == before


@pytest.mark.drill
def test_over_tls_both_sides_prove_who_they_are(place: Path, tmp_path: Path, local: dict[str, bytes]) -> None:
    pytest.importorskip("distributed")
    certificate, key = certified(tmp_path / "own")
    cluster = Cluster(tmp_path, tls=(certificate, key))
    try:
        cluster.worker()
        cluster.workers(1)
        secured = place / "cityanalytics.toml"
        before = secured.read_bytes()

        def named(certificate: Path, key: Path) -> None:
            files = {"ca_file": certificate, "cert_file": certificate, "key_file": key}
            lines = "".join(f'{name} = "{path}"\n' for name, path in files.items())
            secured.write_bytes(before + f"\n[security]\n{lines}".encode())

        named(*certified(tmp_path / "strange"))
        batch = cluster.brief(place, "2010Q1")
        _, said = batch.communicate(timeout=900)
        assert (batch.returncode, "no scheduler answers" in said) == (2, True), said
        named(certificate, key)
        batch = cluster.brief(place, "2010Q1")
        _, said = batch.communicate(timeout=900)
        assert batch.returncode == 0, said
    finally:
        cluster.stop()
    page = "reports/2010Q1/briefing.zh.html"
    assert text_of(products(place)[page]) == text_of(local[page])


def text_of(page: bytes) -> tuple[str, ...]:
    """Give what a page says before its annex, which names its inputs."""
    from cityanalytics.publishing.pagetext import pieces

    return tuple(piece.text for piece in pieces(page.decode().partition('id="annex"')[0]))


def certified(folder: Path) -> tuple[Path, Path]:
    """Make a certificate that vouches for itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("certificates are made by openssl, and there is none")
    folder.mkdir()
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=cluster",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


@pytest.mark.drill
def test_what_a_worker_lacks_is_said_before_anything_starts(
    cluster: Cluster, place: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "other" / "cityanalytics"
    shutil.copytree(cityanalytics.__path__[0], elsewhere)
    (elsewhere / "palette.txt").write_text("another version", "utf-8")
    cluster.worker(PYTHONPATH=str(elsewhere.parent))
    cluster.workers(1)
    batch = cluster.brief(place)
    _, said = batch.communicate(timeout=900)
    assert (batch.returncode, "another version of cityanalytics" in said) == (2, True), said
    assert not reports(products(place))


@pytest.mark.drill
def test_a_folder_that_workers_do_not_see_is_said_before_anything_starts(
    cluster: Cluster, place: Path
) -> None:
    if sys.platform != "linux" or os.geteuid():
        pytest.skip("a folder is hidden from a process by root on Linux alone")
    hidden = ["unshare", "--mount", "sh", "-c", f'mount -t tmpfs tmpfs "{place.parent}" && exec "$@"', "sh"]
    cluster.worker(*hidden)
    cluster.workers(1)
    batch = cluster.brief(place)
    _, said = batch.communicate(timeout=900)
    assert (batch.returncode, f"does not see {place}" in said) == (2, True), said
    assert not reports(products(place))


def test_an_address_that_is_none_or_answers_nothing_is_told(tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    task = Task(root=tmp_path, product="02_briefing", parameters={}, languages=("zh",))

    def refused(scheduler: str) -> str:
        with pytest.raises(UsageError) as told:
            list(run_on(scheduler, [task], security={}, on_step=lambda *_: None))
        return str(told.value)

    assert "HOST:8786" in refused("127.0.0.1")
    assert "ca_file, cert_file, key_file" in refused("tls://127.0.0.1:1")
