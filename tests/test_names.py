"""Any name fits: of the workspace's folder, of units and categories, of projects, in either language."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import cityanalytics as ca
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


#: Scripts that the charts' font has, and signs that mean something to a template, a format, a shell or a page.
SIGNS = (
    "市政公用事业管理局",
    "Städtische Straßen ",
    "управление ",
    "δημοσια ",
    "カタカナ",
    "{}%s#$'\"<&>\\`{{}}[]",
)
words = st.lists(st.sampled_from(SIGNS), min_size=1, max_size=3).flatmap(
    lambda scripts: st.text("".join(scripts), min_size=1, max_size=200).filter(str.strip)
)


@pytest.mark.drill
@given(data=st.data())
@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],  # an example takes seconds: none is made smaller
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_every_chart_and_page_is_made_of_any_words(processed_workspace: Path, data: st.DataObject) -> None:
    workspace = ca.open_workspace(processed_workspace)
    own = workspace.settings
    named = {*own.terms, *own.units, *own.obligations}
    terms = {
        word: {"zh": f"{at}{data.draw(words)}", "en": f"{at}{data.draw(words)}"}
        for at, word in enumerate(sorted(named))
    }
    renamed = replace(workspace, settings=replace(own, terms=terms))
    briefing = ca.briefing(ca.programme(renamed, "2010Q3"))
    for language in own.languages:
        for name, chart in briefing.charts.items():
            assert fromstring(chart.svg(language)).tag.endswith("svg"), name
        page = " ".join(unescape(briefing.page(language)).split())
        # each unit that is behind; the page does not name those that are not
        assert sum(" ".join(terms[unit][language].split()) in page for unit in own.units) > 10


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
    run(workspace, "dispatch", "2010Q3")
    run(workspace, "export", "2010Q3", "--oc4ids", "out/{x} %s.json")
    run(workspace, "inspect", str(next((workspace / "data/raw").rglob("*.xls*"))), "--json")
    run(workspace, "ingest", "--returns", "back {x} %s")
    run(workspace, "withdraw", str(min((workspace / "data/raw").rglob("*.xls*"))), "--why", "{误} %s")
    run(workspace, "register", "--repair")


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
