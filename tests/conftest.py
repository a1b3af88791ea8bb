"""What tests share: the repository, a workspace to spoil, a briefing made once, a browser."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from hypothesis import settings as hypothesis

from cityanalytics.intake.register import Receipt, read_register, write_register
from cityanalytics.settings import file_sha256
from tests.command import run

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cityanalytics.settings import Settings

# No test is timed; in CI the same cases are tried each time, in the drill more of them.
EXAMPLES = int(os.environ.get("EXAMPLES", "25"))
hypothesis.register_profile("house", deadline=None, derandomize="CI" in os.environ, max_examples=EXAMPLES)
hypothesis.load_profile("house")

#: Stands beside the checkout and is no part of the project: what is tried on it is tried in addition.
SHARED = Path(__file__).resolve().parents[2] / "shared"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def repository() -> Path:
    """Give the root of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of a Chromium; without one skip, but fail where nothing may be skipped in silence."""
    for name in (os.environ.get("CHROMIUM"), *BROWSERS):
        if name and (found := shutil.which(name)):
            return found
    reason = "no Chromium: apt-get install chromium fonts-noto-cjk, or name one in CHROMIUM"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def soffice(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Path]:
    """Give what converts a file with LibreOffice into a folder beside it; without LibreOffice skip."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("no LibreOffice: apt-get install libreoffice-calc")
    profile = tmp_path_factory.mktemp("libreoffice").as_uri()

    def convert(file: Path, kind: str) -> Path:
        folder = file.parent / kind
        command = [program, f"-env:UserInstallation={profile}", "--headless", "--convert-to", kind]
        subprocess.run([*command, "--outdir", folder, file], check=True, capture_output=True, timeout=300)
        return folder / f"{file.stem}.{kind}"

    return convert


@pytest.fixture
def workspace(repository: Path, tmp_path: Path) -> Path:
    """Give a copy of the sample city's workspace, not ingested, that the test may spoil."""
    return copy_workspace(repository, tmp_path / "workspace")


@pytest.fixture(scope="session")
def processed_workspace(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an ingested workspace that all tests share; they only read it."""
    with once(tmp_path_factory, "workspace") as (folder, is_first):
        if is_first:
            copy_workspace(repository, folder)
            run_cityanalytics("ingest", workspace=folder)
    return folder


@pytest.fixture(scope="session")
def briefing(processed_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the briefing for 2010 Q3, made once by the command; tests only read it."""
    with once(tmp_path_factory, "briefing") as (folder, is_first):
        if is_first:
            run_cityanalytics("brief", "2010Q3", workspace=processed_workspace)
            folder.mkdir()
    return processed_workspace / "reports" / "2010Q3"


@pytest.fixture(scope="session")
def small_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the workspace of a small bureau, two quarters ingested, the second briefed; tests only copy it."""
    from tests.office import furnish

    with once(tmp_path_factory, "small") as (folder, is_first):
        if is_first:
            folder.mkdir()
            furnish(folder / "workspace")
    return folder / "workspace"


def copy_workspace(repository: Path, target: Path) -> Path:
    """Copy what a workspace is made of: settings, what the units sent, notebooks."""
    for folder in ("data/raw", "notebooks"):
        shutil.copytree(repository / folder, target / folder, ignore=shutil.ignore_patterns(".*"))
    for settings in repository.glob("*.toml"):
        if settings.name != "pyproject.toml":
            shutil.copy(settings, target)
    return target


def beside(name: str) -> Path:
    """Give a file or folder that stands beside the checkout; where it does not, skip and say so."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"tried in addition where shared/{name} stands beside the checkout; it does not")
    return path


def new_workspace(folder: Path, *, units: Sequence[str], quarters: Mapping[str, str], more: str = "") -> Path:
    """Make a workspace by the command, and fill in what its configuration asks for."""
    run_cityanalytics("init", str(folder), workspace=folder.parent)
    settings = folder / "cityanalytics.toml"
    text = settings.read_text("utf-8").replace("units = []", f"units = {json.dumps(list(units))}")
    dates = "\n".join(f"{quarter} = {day}" for quarter, day in quarters.items())
    settings.write_text(text.replace("# 2026Q4 = 2026-12-31", dates) + more, "utf-8")
    return folder


def write_book(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    """Write a workbook row by row."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return path


def file_unopened(settings: Settings, source: Path, *, unit: str, quarter: str, on: dt.date) -> str:
    """File what `receive` would refuse to, as if it could be read on that day; give its place."""
    receipts = read_register(settings)
    file = f"data/raw/{quarter}/{on}/{unit}/{source.name}"
    (settings.root / file).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, settings.root / file)
    receipt = Receipt(
        file=file,
        sha256=file_sha256(source),
        unit=unit,
        quarter=quarter,
        received=on,
        position=len(receipts),
    )
    write_register(settings, (*receipts, receipt))
    return file


def run_cityanalytics(*words: str, workspace: Path) -> subprocess.CompletedProcess[str]:
    """Run the command in `workspace` as a user does; it must succeed."""
    done = run(*words, workspace=workspace)
    assert done.returncode == 0, f"{' '.join(words)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


@contextmanager
def once(factory: pytest.TempPathFactory, name: str) -> Iterator[tuple[Path, bool]]:
    """Give a folder and whether to make it: the processes of one run take turns, and the first makes it."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # each worker has its own folder in the run's
    folder, done = base / name, base / f"{name}.done"
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
        yield folder, not done.exists()
        done.touch()
