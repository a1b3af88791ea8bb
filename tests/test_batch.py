"""Many products at once: what fails stops nothing else, and what is up to date is not made again."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from cityanalytics.errors import CityAnalyticsError
from cityanalytics.issues import Message
from cityanalytics.publishing import batch
from cityanalytics.publishing.dispatched import dispatch_differs
from cityanalytics.workspace import Workspace
from tests.conftest import run_cityanalytics

if TYPE_CHECKING:
    from pathlib import Path

QUARTERS = ("2010Q1", "2010Q2", "2010Q3")


@pytest.fixture
def office(processed_workspace: Path, tmp_path: Path) -> Path:
    target = tmp_path / "workspace"
    shutil.copytree(processed_workspace, target, ignore=shutil.ignore_patterns("reports"))
    return target


def spoil(office: Path, line: str) -> None:
    """Let the briefing's notebook do something first of all."""
    path = office / "notebooks" / "02_briefing.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    at = 1 + next(
        at for at, cell in enumerate(notebook["cells"]) if "parameters" in cell["metadata"].get("tags", [])
    )
    cell = notebook["cells"][at]
    assert cell["cell_type"] == "code"
    cell["source"] = f"{line}\n" + "".join(cell["source"])
    path.write_text(json.dumps(notebook), encoding="utf-8")


def test_one_that_fails_stops_no_other_and_what_is_made_is_not_made_again(office: Path) -> None:
    spoil(office, "assert quarter != '2010Q2', 'of this quarter nothing'")
    command = [sys.executable, "-m", "cityanalytics", "brief", "--all", "--jobs", "2"]
    done = subprocess.run(command, cwd=office, check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == 3, done.stderr
    assert "2010Q2 2010-06-30: not made: notebook 02_briefing, cell" in done.stderr
    assert "AssertionError: of this quarter nothing" in done.stderr
    assert done.stderr.rstrip().endswith("not made: 2010Q2 2010-06-30; why stands above")
    reports = office / "reports"
    made = {path.parent.name for path in reports.glob("*/briefing.zh.html")}
    assert made == {"2010Q1", "2010Q3"}
    assert {path.parent.parent.name for path in reports.glob("*/dispatch/weekly.en.html")} == set(QUARTERS)
    assert all(quarter in (reports / "index.html").read_text(encoding="utf-8") for quarter in made)
    assert not (office / "dispatch").exists()  # no order was issued

    before = {path: path.stat().st_mtime_ns for path in reports.rglob("*.html")}
    plan = run_cityanalytics("brief", "--all", "--dry-run", workspace=office).stderr
    assert plan.count("up to date") == 5
    assert "2010Q2 as of 2010-06-30, known on 2010-10-08: to make: there is none yet" in plan
    assert {path: path.stat().st_mtime_ns for path in reports.rglob("*.html")} == before

    spoil(office, "later = True")
    plan = run_cityanalytics("brief", "--all", "--dry-run", workspace=office).stderr
    assert plan.count("to make: notebooks/02_briefing.ipynb has changed") == 5


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("cityanalytics.toml", "changed (cityanalytics.toml has changed)"),
        ("aliases.toml", "what was received has changed since the tables were made"),
    ],
)
def test_what_changes_while_a_report_is_made_is_told_and_the_report_goes_nowhere(
    office: Path, file: str, told: str
) -> None:
    spoil(office, f"open('{file}', 'a').write('# another line')")
    command = [sys.executable, "-m", "cityanalytics", "brief", "2010Q2"]
    done = subprocess.run(command, cwd=office, check=False, capture_output=True, text=True, timeout=600)
    assert (done.returncode, told in done.stderr) == (1, True), done.stderr
    assert not [*(office / "reports").rglob("briefing.*")]


def test_orders_that_are_issued_are_news_to_the_pages_of_dispatch(office: Path) -> None:
    def workspace() -> Workspace:
        return Workspace.at(str(office))

    dates = workspace().dates("2010Q3")
    task = batch.Task(
        root=office,
        product=batch.DISPATCH,
        parameters={
            "quarter": "2010Q3",
            "as_of": dates.as_of.isoformat(),
            "known_on": dates.known_on.isoformat(),
        },
        languages=("zh", "en"),
    )
    batch.make(task)
    assert dispatch_differs(workspace(), dates) == []
    run_cityanalytics("dispatch", "2010Q3", workspace=office)
    assert "orders have been issued since" in [str(why) for why in dispatch_differs(workspace(), dates)]
    batch.make(task)
    assert dispatch_differs(workspace(), dates) == []
    sheets = {path.stem for path in (office / "dispatch").glob("*.xlsx")}
    assert sheets
    assert {path.name for path in (office / "dispatch").glob("*.html")} == {
        f"{unit}.{language}.html" for unit in sheets for language in ("zh", "en")
    }


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux")
def test_a_process_that_is_ended_takes_no_other_product_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(task: batch.Task) -> tuple[Path, ...]:
        if task.product == "ends":
            os.kill(os.getpid(), signal.SIGKILL)
        if task.product == "fails":
            raise CityAnalyticsError(Message.of("it says why: {what}", what="no room"))
        file = task.root / task.product
        file.write_text(dt.date(2010, 9, 22).isoformat(), encoding="utf-8")
        return (file,)

    monkeypatch.setattr(batch, "make", make)
    names = ["one", "ends", "two", "fails", "three"]
    tasks = [
        batch.Task(
            root=tmp_path,
            product=name,
            parameters={"quarter": "2010Q3", "as_of": "2010-09-22"},
            languages=("zh",),
            engine="kernel",
        )
        for name in names
    ]
    steps = dict.fromkeys(names, 0)

    def step(task: batch.Task, behind: int) -> None:
        steps[task.product] += behind

    found = {outcome.task.product: outcome for outcome in batch.run(tasks, jobs=2, on_step=step)}
    assert steps == dict.fromkeys(names, batch.STEPS)
    assert [found[name].files for name in ("one", "two", "three")] == [
        (tmp_path / name,) for name in ("one", "two", "three")
    ]
    assert str(found["fails"].error) == "it says why: no room"
    assert "ended from outside" in str(found["ends"].error)
