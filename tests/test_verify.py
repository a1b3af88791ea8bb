"""A report verified: what was edited, moved or changed is named, with what it changes and what can be done."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from cityanalytics.publishing.pagetext import differences, pieces
from tests.command import run
from tests.conftest import copy_workspace, run_cityanalytics

if TYPE_CHECKING:
    from pathlib import Path

# each makes reports again, some in a workspace read anew; test_publishing holds the least of it at every change
pytestmark = pytest.mark.drill

PAGE = "briefing.zh.html"


@pytest.fixture
def own(briefing: Path, tmp_path: Path) -> Path:
    """Give a workspace of the test's own, with tables and the briefing in it."""
    target = tmp_path / "workspace"
    shutil.copytree(briefing.parent.parent, target)
    return target


def verified(workspace: Path, report: Path | str, *more: str) -> tuple[int, dict[str, Any], str]:
    """Give exit code, document and messages of the command."""
    done = run("verify", str(report), "--json", "--ui", "en", *more, workspace=workspace)
    return done.returncode, json.loads(done.stdout) if done.stdout else {}, done.stderr


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")


def test_a_number_edited_on_a_page_is_named_with_its_place_and_figure(own: Path) -> None:
    edit(own / "reports/2010Q3" / PAGE, "68.9%", "98.9%")
    code, document, said = verified(own, f"reports/2010Q3/{PAGE}")
    assert code == 1
    assert (document["equal"], document["different"]) == (False, [PAGE])
    assert (document["figures"], document["record"], document["reasons"]) == ({}, {}, [])
    [text] = document["pages"]
    assert (text["file"], text["place"]) == (PAGE, "headline")
    assert "98.9%" in text["recorded"]
    assert "68.9%" in text["now"]
    assert "investment_share_of_plan" in text["figures"]
    assert "edited after it was made" in said
    assert "cityanalytics brief 2010Q3 --as-of 2010-09-22 --known-on 2010-10-08" in said


def test_a_record_edited_beside_the_figures_is_named_by_its_path(own: Path) -> None:
    path = own / "reports/2010Q3/briefing.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["pace"]["achieved_per_day"] += 1
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    code, document, said = verified(own, "reports/2010Q3")
    assert code == 1
    assert list(document["record"]) == ["pace.achieved_per_day"]
    assert "pace.achieved_per_day" in said


def test_a_report_may_lie_elsewhere_under_another_name(own: Path, tmp_path: Path) -> None:
    away = tmp_path / "别处"
    away.mkdir()
    shutil.copy(own / "reports/2010Q3/briefing.json", away)
    renamed = shutil.copy(own / "reports/2010Q3" / PAGE, away / "三季度 简报.html")
    code, document, _ = verified(own, renamed, "--workspace", str(own))
    assert (code, document["equal"]) == (0, True)
    assert PAGE in document["same"]
    assert document["missing"] == ["briefing.en.html", "briefing.xlsx"]
    edit(away / "三季度 简报.html", "68.9%", "98.9%")
    code, document, _ = verified(own, renamed, "--workspace", str(own))
    assert (code, document["different"]) == (1, [PAGE])


def test_a_page_without_its_record_cannot_be_verified(own: Path, tmp_path: Path) -> None:
    lone = shutil.copy(own / "reports/2010Q3" / PAGE, tmp_path)
    code, _, said = verified(own, lone, "--workspace", str(own))
    assert code == 2
    assert "briefing.json" in said


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"figures": []}', "null"])
def test_a_damaged_record_is_said_to_be_one(own: Path, text: str) -> None:
    (own / "reports/2010Q3/briefing.json").write_text(text, encoding="utf-8")
    code, _, said = verified(own, "reports/2010Q3")
    assert code == 1
    assert "is damaged" in said
    assert "Traceback" not in said


def test_a_changed_workbook_is_named_with_the_figures_that_rest_on_it(own: Path) -> None:
    traced = run_cityanalytics("trace", "reports/2010Q3", "demolition_urban_village", "--json", workspace=own)
    cell = next(one for one in json.loads(traced.stdout)["cells"] if (one["value"] or 0) > 0)
    file, sheet, address = cell["cell"].split("!")
    change_cell(own / file, sheet, address, cell["value"] + 1)
    code, document, _ = verified(own, f"reports/2010Q3/{PAGE}")
    assert code == 1
    assert document["reasons"] == [f"input {file} has changed"]
    recorded, now = document["figures"]["demolition_urban_village"]
    assert now - recorded == pytest.approx(1e4)  # the sheet states 万平方米
    assert document["because"]["demolition_urban_village"] == [file]
    assert "investment_to_date" not in document["figures"]
    made = ["02_briefing.ipynb", "briefing.en.html", "briefing.json", "briefing.xlsx", PAGE]
    assert sorted(document["different"]) == made


def change_cell(path: Path, sheet: str, address: str, value: float) -> None:
    """Write another number into a cell of a workbook, and nothing else."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    names = re.findall(r'<sheet [^>]*?name="([^"]+)"', parts["xl/workbook.xml"].decode())
    part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
    found = re.compile(rf'(<c r="{address}"[^>]*><v>)[^<]+')
    text, count = found.subn(rf"\g<1>{value}", parts[part].decode())
    assert count == 1
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in {**parts, part: text.encode()}.items():
            package.writestr(name, content)


def test_changed_configuration_code_and_packages_are_told_apart(own: Path) -> None:
    edit(own / "cityanalytics.toml", "red = 0.05", "red = 0.03")
    path = own / "reports/2010Q3/briefing.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["packages"]["matplotlib"] = "0.1"
    record["code"] = "f" * 64
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    code, document, said = verified(own, "reports/2010Q3")
    assert code == 1
    assert document["figures"].pop("light_red") == [0.05, 0.03]
    assert document["figures"].keys() == {"units_far_behind"}
    assert document["record"]["lights.city.0.light"] == ["behind", "far behind"]
    config, sources, packages = document["reasons"]
    assert "cityanalytics.toml has changed" in config
    assert "sources" in sources
    assert "matplotlib 0.1 →" in packages
    assert "light_red" in said


def test_other_packages_alone_leave_every_figure_the_same(own: Path) -> None:
    path = own / "reports/2010Q3/briefing.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["packages"]["matplotlib"] = "0.1"
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    code, document, said = verified(own, "reports/2010Q3")
    assert (code, document["figures"]) == (1, {})
    assert "every figure is the same" in said


def test_tables_are_no_input_and_may_be_gone(own: Path) -> None:
    shutil.rmtree(own / "data/processed")
    code, document, _ = verified(own, "reports/2010Q3")
    assert (code, document["equal"]) == (0, True)
    assert not (own / "data/processed").exists()


def test_a_list_that_was_edited_does_not_verify(own: Path) -> None:
    assert verified(own, "reports/index.html")[0] == 0
    edit(own / "reports/index.html", "68.9%", "98.9%")
    code, document, said = verified(own, "reports/index.html")
    assert (code, document) == (1, {"equal": False, "different": ["index.html"]})
    assert "cityanalytics brief" in said


def test_fresh_workspaces_give_the_same_bytes_whatever_surrounds_them(
    repository: Path, briefing: Path, tmp_path: Path
) -> None:
    workspace = copy_workspace(repository, tmp_path / "别的 folder" / "workspace")
    surroundings = {
        **os.environ,
        "LC_ALL": "de_DE.UTF-8",
        "LANG": "zh_CN.GB18030",
        "TZ": "Pacific/Kiritimati",
        "PYTHONHASHSEED": "7",
        "MPLBACKEND": "svg",
    }
    for arguments in (("ingest",), ("brief", "2010Q3")):
        subprocess.run(
            [sys.executable, "-m", "cityanalytics", *arguments],
            cwd=workspace,
            env=surroundings,
            check=True,
            capture_output=True,
            timeout=600,
            umask=0o077,
        )
    made = workspace / "reports" / "2010Q3"
    for name in (
        "briefing.zh.html",
        "briefing.en.html",
        "briefing.json",
        "../index.html",
        "../index.en.html",
    ):
        assert (made / name).read_bytes() == (briefing / name).read_bytes(), name


@given(st.lists(st.text(alphabet="ab 12.<&", min_size=1).filter(str.strip), min_size=1), st.data())
def test_a_text_that_differs_is_found_and_no_other(texts: list[str], data: st.DataObject) -> None:
    def page(found: list[str]) -> str:
        return "<main>" + "".join(f"<p>{escape(text)}</p>" for text in found) + "</main>"

    at = data.draw(st.integers(0, len(texts) - 1))
    changed = [*texts[:at], "changed", *texts[at + 1 :]]
    assert differences(page(texts), page(texts)) == []
    [found] = differences(page(texts), page(changed))
    assert (found.recorded, found.now) == (" ".join(texts[at].split()), "changed")
    assert [piece.text for piece in pieces(page(texts))] == [" ".join(text.split()) for text in texts]
