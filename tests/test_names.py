"""Any name fits: of the workspace's folder, of units and categories, of projects, in either language."""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import cityanalytics as ca
from cityanalytics.cli import cli
from cityanalytics.intake.register import read_register
from cityanalytics.settings import load_settings
from tests.conftest import copy_workspace, run_cityanalytics
from tests.office import POST, RENAMED

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

FOLDER = "简报 {x} {} {0} %s %(a)s #1 'q' \"d\" 😀 $(id) \\n"


def run(workspace: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return run_cityanalytics(*words, "--ui", "en", workspace=workspace)


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


#: Every command, in an order in which each has something to do; `lab` opens a program of others.
WORDS = (
    ["ingest", "--returns", "back {x} %s"],
    ["alias", *RENAMED[0], "--by", "{甲} %s"],
    ["gone", RENAMED[1][0], "--by", "{甲} %s", "--why", "{并入} %s"],
    ["ingest", "--json"],
    ["brief", "2026Q1", "--jobs", "2"],
    ["brief", "2026Q2"],
    ["publish", "reports/2026Q2", "--by", "{甲} %s", "--partial"],
    ["verify", "reports/2026Q2"],
    ["verify", "reports/ledger.jsonl"],
    ["forecast", "2026Q2", "--json"],
    ["trace", "reports/2026Q2", "investment_to_date"],
    ["diff", "2026Q1", "2026Q2"],
    ["what-if", "--set", "pace=1.2", "--save", "{x} %s.toml", "--plot", "{x} %s.svg"],
    ["what-if", "{x} %s.toml", "--json"],
    ["dispatch", "2026Q2"],
    ["dispatch", "2026Q2", "--monthly"],
    ["export", "2026Q2", "--oc4ids", "{x} %s.json"],
    ["forecast-series", "series {x} %s.csv", "--month", "9", "--out", "{x} %s.csv"],
    ["rollup", ".", "--out", "province {x} %s", "--name", "{省} %s"],
    ["init", "--next-quarter", "."],
    ["init", "city {x} %s"],
    ["receive", *POST, "--quarter", "2026Q3"],
    ["inspect", POST[0], "--json"],
    ["withdraw", "{first}", "--why", "{误} %s"],
    ["register", "--repair"],
)


@pytest.mark.drill
def test_every_command_works_at_any_path(small_office: Path, tmp_path: Path) -> None:
    assert {words[0] for words in WORDS} == cli.commands.keys() - {"lab"}
    workspace = shutil.copytree(small_office, tmp_path / FOLDER)
    months = [f"{year},{month},{month}" for year in range(2020, 2026) for month in range(1, 13)]
    (workspace / "series {x} %s.csv").write_text(
        "series_id,year,month,value\n" + "".join(f"a,{month}\n" for month in months), "utf-8"
    )
    first = read_register(load_settings(workspace))[0].file
    for words in WORDS:
        run(workspace, *(first if word == "{first}" else word for word in words))


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
