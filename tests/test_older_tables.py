"""Tables that another version of the program made: refused by every command in a sentence, mended by `ingest`."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from cityanalytics.cli import main
from cityanalytics.settings import file_sha256

if TYPE_CHECKING:
    from pathlib import Path

REPORT = "reports/2010Q3"
COMMANDS = {
    "brief": ("brief", "2010Q3", "--force"),
    "brief nothing": ("brief", "--all", "--dry-run"),
    "forecast": ("forecast", "2010Q3", "--json"),
    "diff": ("diff", "2010Q2", "2010Q3"),
    "trace": ("trace", REPORT, "investment_to_date"),
    "publish": ("publish", REPORT, "--by", "someone"),
}


KINDS = ("older layout", "other reading", "no mark")


def outdate(workspace: Path, kind: str) -> None:
    """Leave tables that are whole by their hashes and not this program's."""
    processed = workspace / "data/processed"
    manifest = json.loads((processed / "manifest.json").read_text(encoding="utf-8"))
    if kind == "other reading":
        manifest["code"] = "0" * 64
    else:
        del manifest["code"]
    if kind == "older layout":
        path = processed / "projects.parquet"
        pd.read_parquet(path).drop(columns="note").to_parquet(path, index=False)
        manifest["tables"]["projects"]["sha256"] = file_sha256(path)
    (processed / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.fixture(scope="module", params=KINDS)
def outdated(request, briefing: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    workspace = tmp_path_factory.mktemp("outdated") / "workspace"
    shutil.copytree(briefing.parents[1], workspace)
    outdate(workspace, request.param)
    return workspace


def exit_code(*words: str) -> int | None:
    with pytest.raises(SystemExit) as stopped:
        main(words)
    code = stopped.value.code
    assert code is None or isinstance(code, int)
    return code


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_reads_them_says_what_mends_it(
    outdated: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(outdated)
    before = {path: path.read_bytes() for path in outdated.rglob("*") if path.is_file()}
    assert exit_code(*COMMANDS[command], "--ui", "en") == 1
    said = capsys.readouterr()
    assert said.out == "" or json.loads(said.out)["exit_code"] == 1
    (line,) = said.err.splitlines()
    assert "made by another version of the program" in line
    assert str(outdated / "data/processed") in line
    assert "`cityanalytics ingest`" in line
    assert {path: path.read_bytes() for path in outdated.rglob("*") if path.is_file()} == before


def test_it_is_said_in_chinese_too(
    outdated: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(outdated)
    assert exit_code("forecast", "2010Q3", "--ui", "zh") == 1
    assert "由另一版本的程序生成，请运行 `cityanalytics ingest`" in capsys.readouterr().err


def test_ingest_mends_them(
    processed_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = tmp_path / "workspace"
    shutil.copytree(processed_workspace, workspace, ignore=shutil.ignore_patterns("reports"))
    monkeypatch.chdir(workspace)
    outdate(workspace, "older layout")
    assert exit_code("forecast", "2010Q3") == 1
    assert exit_code("ingest") is None
    assert exit_code("forecast", "2010Q3") is None
