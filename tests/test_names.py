"""Any name fits: of the workspace's folder, of units and categories, of projects, in either language."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.conftest import copy_workspace

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "简报 {x} {} {0} %s %(a)s #1 'q' \"d\" 😀 $(id) \\n"


def run(workspace: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cityanalytics", *words, "--ui", "en"]
    done = subprocess.run(command, cwd=workspace, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{words}: {done.stderr}"
    return done


def lengthen(workspace: Path) -> dict[str, str]:
    """Give every word of the data 200 characters in each language; give the English ones."""
    path = workspace / "cityanalytics.toml"
    before, _, after = path.read_text("utf-8").partition("[terms]")
    document = tomllib.loads(path.read_text("utf-8"))
    words = sorted({*document["terms"], *document["units"], *document["obligations"]})
    english = {
        word: f"{at} {'Municipal construction administration ' * 8 if at % 2 else 'W' * 300}"[:200]
        for at, word in enumerate(words)
    }
    chinese = {word: f"{at}{word}{'长' * 300}"[:200] for at, word in enumerate(words)}
    lines = [
        f"{json.dumps(word)} = {{ zh = {json.dumps(chinese[word])}, en = {json.dumps(english[word])} }}"
        for word in words
    ]
    rest = after[after.find("\n[") :] if "\n[" in after else ""
    path.write_text(f"{before}[terms]\n" + "\n".join(lines) + rest, "utf-8")
    return english


def test_a_page_is_made_at_any_path_and_with_any_label(repository: Path, tmp_path: Path) -> None:
    workspace = copy_workspace(repository, tmp_path / FOLDER)
    english = lengthen(workspace)
    run(workspace, "ingest")
    run(workspace, "brief", "2010Q3")
    page = unescape((workspace / "reports/2010Q3/briefing.en.html").read_text("utf-8"))
    squeezed = re.sub(r"\s+", " ", page)
    record = json.loads((workspace / "reports/2010Q3/briefing.json").read_text("utf-8"))
    late = [row["name"] for row in record["lights"]["unit"] if row["light"] != "normal"]
    assert len(late) > 10
    assert [unit for unit in late if english[unit].strip() not in squeezed] == []


@pytest.mark.drill
def test_every_command_works_at_any_path(repository: Path, tmp_path: Path) -> None:
    workspace = copy_workspace(repository, tmp_path / FOLDER)
    run(workspace, "ingest")
    run(workspace, "brief", "2010Q3")
    run(workspace, "publish", "reports/2010Q3", "--by", "{甲} %s")
    run(workspace, "verify", "reports/2010Q3")
    run(workspace, "forecast", "2010Q3", "--json")
    run(workspace, "trace", "reports/2010Q3", "investment_to_date")
    run(workspace, "diff", "2010Q2", "2010Q3")
    run(workspace, "register")
    run(workspace, "init", "--next-quarter", str(workspace))


@pytest.mark.drill
@pytest.mark.parametrize("notebook", ["00_start_here", "01_data_quality", "03_projects", "04_what_if"])
def test_every_notebook_runs_at_any_path(repository: Path, tmp_path: Path, notebook: str) -> None:
    workspace = copy_workspace(repository, tmp_path / FOLDER)
    run(workspace, "ingest")
    run(workspace, "brief", "2010Q3", "--notebook", notebook)


@pytest.mark.drill
def test_a_path_may_be_three_thousand_bytes_long(repository: Path, tmp_path: Path) -> None:
    place = tmp_path
    while len(bytes(place / ("长" * 80))) < 3000:
        place /= "长" * 80
    workspace = copy_workspace(repository, place / "w")
    for words in (["ingest"], ["brief", "2010Q3"], ["verify", "reports/2010Q3"]):
        run(workspace, *words)
    shutil.rmtree(tmp_path / ("长" * 80))
