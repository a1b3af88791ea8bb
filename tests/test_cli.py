"""The command line: help, languages, exit codes, a workspace from nothing."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from cityanalytics.cli import cli, main
from cityanalytics.intake.match import load_synonyms, match_table
from cityanalytics.workbooks.grid import read_grids
from cityanalytics.workbooks.tables import understand
from tests.command import run
from tests.conftest import new_workspace
from tests.documents import promised

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_each_command_has_help_in_both_languages(command, capsys) -> None:
    texts = []
    for ui in ("en", "zh"):
        with pytest.raises(SystemExit) as stopped:
            main([command, "--help", "--ui", ui])
        assert stopped.value.code == 0
        texts.append(capsys.readouterr().out)
    assert all(
        option in texts[0]
        for parameter in cli.commands[command].params
        for option in parameter.opts
        if option.startswith("--")
    )
    assert any("\u4e00" <= letter <= "\u9fff" for letter in texts[1])


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_each_command_shows_an_example_that_is_understood(command, capsys) -> None:
    with pytest.raises(SystemExit):
        main([command, "--help", "--ui", "en"])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "Example: " in line]
    program, name, *words = shlex.split(line.partition("Example: ")[2])
    assert (program, name) == ("cityanalytics", command)
    known = {option for parameter in cli.commands[command].params for option in parameter.opts}
    if command != "lab":  # whose words go to JupyterLab
        assert {word for word in words if word.startswith("-")} <= known


def test_common_options_may_stand_before_the_command(tmp_path: Path) -> None:
    for words in (("--ui", "zh", "ingest"), ("--ui=zh", "--workspace", ".", "ingest")):
        done = run(*words, workspace=tmp_path, LC_ALL="C.UTF-8")
        assert "没有 cityanalytics.toml" in done.stderr, words
    assert run("--ui", "zh", "--version", workspace=tmp_path).returncode == 0
    assert "报" in run("--ui", "zh", "--help", workspace=tmp_path).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [(("publish", "."), "缺少 --by"), (("trace", "."), "缺少 KEY"), (("ingest", "--al"), "没有选项 --al")],
)
def test_wrong_usage_is_told_in_the_language_of_messages(words, said: str, tmp_path: Path) -> None:
    done = run(*words, "--ui", "zh", workspace=tmp_path)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Error" not in done.stderr


def test_a_wrong_word_is_wrong_usage(tmp_path: Path) -> None:
    done = run("brif", workspace=tmp_path)
    assert done.returncode == 2
    assert "brif" in done.stderr


def test_without_a_workspace_it_says_how_to_get_one(tmp_path: Path) -> None:
    done = run("ingest", workspace=tmp_path)
    assert done.returncode == 2
    assert "cityanalytics init" in done.stderr
    assert "没有 cityanalytics.toml" in run("ingest", workspace=tmp_path, LC_ALL="zh_CN.UTF-8").stderr


def test_ingest_lists_every_issue_and_changes_nothing_when_one_blocks(workspace: Path) -> None:
    (workspace / "data/raw/2010Q3/dropped.xlsx").write_bytes(b"no workbook")
    changed = next((workspace / "data/raw/2010Q2").rglob("*.xlsx"))
    changed.write_bytes(changed.read_bytes() + b"\0")
    done = run("ingest", "--json", workspace=workspace)
    found = json.loads(done.stdout)
    assert done.returncode == 1
    assert promised("ingest", found) == []
    assert found["written"] is False
    codes = {issue["code"]: issue["where"] for issue in found["issues"] if issue["severity"] == "error"}
    assert codes["FILE_NOT_RECEIVED"] == "data/raw/2010Q3/dropped.xlsx"
    assert codes["FILE_CHANGED"] == changed.relative_to(workspace).as_posix()
    assert not (workspace / "data/processed").exists()


def test_a_new_workspace_hands_out_workbooks_that_are_understood(tmp_path: Path) -> None:
    folder = tmp_path / "city"
    sheds = '\n[demolition.sheds]\nkind = "棚屋"\nlabel = { zh = "棚屋" }\n'
    new_workspace(folder, units=["市政工程处"], quarters={"2026Q3": "2026-09-20"}, more=sheds)
    assert len(list((folder / "notebooks").glob("*.ipynb"))) == 7
    done = run("init", "--next-quarter", str(folder), workspace=tmp_path)
    assert done.returncode == 0, done.stderr
    (handout,) = (folder / "data/handouts/2026Q3").glob("*.xlsx")
    synonyms = load_synonyms()
    subjects = {}
    for table in understand(read_grids(handout)).tables:
        match = match_table(table, synonyms, periods=table.periods(dt.date(2026, 12, 31)))
        subjects[match.subject.name if match.subject else table.sheet] = (match.missing, match.aside)
    assert subjects == dict.fromkeys(("investment", "status", "works", "demolition"), ((), ()))


def test_init_never_writes_into_a_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    done = run("init", str(tmp_path), workspace=tmp_path)
    assert done.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_receive_files_a_workbook_with_its_hash(workspace: Path, tmp_path: Path) -> None:
    source = tmp_path / "燃气管理处补报.xls"
    source.write_bytes(next((workspace / "data/raw/2010Q3").rglob("燃气管理处*.xls")).read_bytes() + b"\0")
    done = run("receive", str(source), "--quarter", "2010Q3", "--on", "2010-10-20", workspace=workspace)
    assert done.returncode == 0, done.stderr
    with (workspace / "data/raw/register.csv").open(encoding="utf-8") as stream:
        last = list(csv.DictReader(stream))[-1]
    assert last["file"] == "data/raw/2010Q3/2010-10-20/燃气管理处/燃气管理处补报.xls"
    assert last["received"] == "2010-10-20"
    assert (workspace / last["file"]).read_bytes() == source.read_bytes()


def test_inspect_tells_how_a_workbook_is_understood(repository: Path, tmp_path: Path) -> None:
    workbook = next((repository / "data/raw/2010Q2").rglob("城建投资公司*.xlsx"))
    found = json.loads(run("inspect", str(workbook), "--json", workspace=tmp_path).stdout)
    assert promised("inspect", found) == []
    (file,) = found["files"]
    investment = file["sheets"][0]["tables"][0]
    assert [sheet["sheet"] for sheet in file["sheets"]] == ["项目投资完成情况", "项目状态", "实物工程量"]
    assert investment["header_rows"] == [3, 4]
    assert {"column": "M", "name": "2010年完成投资/5月", "kind": "number", "unit": "万元"}.items() <= next(
        column for column in investment["columns"] if column["column"] == "M"
    ).items()
    assert [total["cell"] for total in investment["totals"] if total["agrees"] is False] == ["M19"]
    assert ("TOTAL_MISMATCH", f"{workbook.name}!项目投资完成情况!M19") in {
        (issue["code"], issue["where"]) for issue in found["issues"]
    }
    as_text = run("inspect", str(workbook), "--ui", "zh", workspace=tmp_path)
    assert as_text.returncode == 0
    assert f"{workbook.name}!项目投资完成情况!M19" in as_text.stderr


def test_inspect_ends_with_one_when_an_issue_blocks(tmp_path: Path) -> None:
    (tmp_path / "empty.xlsx").write_bytes(b"")
    done = run("inspect", "empty.xlsx", "--json", workspace=tmp_path)
    assert done.returncode == 1
    assert [issue["code"] for issue in json.loads(done.stdout)["issues"]] == ["UNREADABLE_FILE"]
    assert "Traceback" not in done.stderr


def test_lab_opens_jupyterlab(workspace: Path) -> None:
    done = run("lab", "--version", workspace=workspace)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()[0].isdigit()


@pytest.mark.skipif(os.name == "nt", reason="Windows interrupts a process in another way")
def test_an_interrupted_command_leaves_nothing_half_written(workspace: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "cityanalytics", "ingest"], cwd=workspace, stderr=subprocess.PIPE
    )
    tables = workspace / "data/processed"
    while process.poll() is None and not list(tables.glob("*")):
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=300)
    assert process.returncode in {0, 130}, messages
    left = [path.name for path in tables.rglob("*") if path.is_file()]
    # Ctrl-C came before the tables were moved into their places, or after the last of them
    assert not left or run("forecast", "2010Q3", workspace=workspace).returncode == 0, left
    assert not [name for name in left if name.endswith(".new")]
    if process.returncode == 0:
        assert "manifest.json" in left


@pytest.mark.parametrize(
    ("language", "encoding"), [("zh", "ascii"), ("zh", "gbk"), ("en", "gbk"), ("en", "latin-1")]
)
def test_what_a_terminal_cannot_show_is_replaced_and_json_stays_whole(
    processed_workspace: Path, encoding: str, language: str
) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    for words in (["forecast", "2010Q3"], ["diff", "2010Q2", "2010Q3"], ["forecast", "2010Q3", "--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "cityanalytics", *words, "--ui", language],
            cwd=processed_workspace,
            env=environment,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    assert "市政工程处" in str(json.loads(done.stdout.decode(encoding)))


def test_many_doubts_are_grouped_by_unit_and_kind_and_each_stands_in_a_list(workspace: Path) -> None:
    done = run("ingest", workspace=workspace)
    listed = json.loads((workspace / "data/processed/issues.json").read_text(encoding="utf-8"))
    assert listed == json.loads(run("ingest", "--json", workspace=workspace).stdout)["issues"]
    live = [issue for issue in listed if issue["live"]]
    groups = {(PurePosixPath(issue["where"].partition("!")[0]).parts[-2], issue["code"]) for issue in live}
    lines = [line for line in done.stderr.splitlines() if line.startswith("warning ")]
    assert len(live) > len(lines) == len(groups)
    assert sum(int(line.split("× ")[1].split()[0]) for line in lines) == len(live)
    assert len(done.stderr.splitlines()) <= 24  # a screen
