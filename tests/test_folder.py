"""verify sees every file of a report's folder."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from cityanalytics.publishing.folder import NOTEBOOK, foreign, is_printed, notebook_of, noted, same_notebook
from cityanalytics.publishing.surroundings import surroundings
from cityanalytics.publishing.verify import verify
from cityanalytics.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path


def executed(root: str, text: str, *, at: str = "0x7f01") -> dict[str, object]:
    output = {
        "output_type": "execute_result",
        "execution_count": 3,
        "data": {"text/plain": [f"<A at {at}> {text}"]},
    }
    cells = [
        {
            "cell_type": "code",
            "source": f'workspace = "{root}"',
            "outputs": [output],
            "metadata": {"papermill": at},
        }
    ]
    return {"cells": cells, "metadata": {"papermill": {"parameters": {"workspace": root}, "start_time": at}}}


def test_results_of_another_run_elsewhere_are_the_same_and_changed_ones_are_not() -> None:
    one = executed("/甲/{x}", "62.0")
    assert same_notebook(one, executed('/b "q" \\', "62.0", at="0x8a"))
    assert not same_notebook(one, executed("/甲/{x}", "92.0"))
    assert not same_notebook(one, {})


def test_a_pdf_is_that_of_the_page_beside_it_alone(tmp_path: Path) -> None:
    page, pdf = tmp_path / "briefing.zh.html", tmp_path / "briefing.zh.pdf"
    page.write_text("page", "utf-8")
    (tmp_path / NOTEBOOK).write_text(json.dumps(executed("/a", "1")), "utf-8")
    assert not is_printed(pdf)
    pdf.write_bytes(b"%PDF-1")
    note = noted(tmp_path, [page], {pdf: b"%PDF-1"})
    assert note
    (tmp_path / NOTEBOOK).write_bytes(note)
    assert is_printed(pdf)
    assert same_notebook(notebook_of(tmp_path), executed("/a", "1"))
    pdf.write_bytes(b"%PDF-2")
    assert not is_printed(pdf)
    pdf.write_bytes(b"%PDF-1")
    page.write_text("another page", "utf-8")
    assert not is_printed(pdf)


def test_what_is_not_of_the_report_is_foreign(tmp_path: Path) -> None:
    (tmp_path / "known-2010-10-08").mkdir()
    (tmp_path / "03_projects.ipynb").write_text(json.dumps(executed("/a", "1")), "utf-8")
    (tmp_path / "other.ipynb").write_text("{}", "utf-8")
    for name in ("briefing.zh.html", "briefing.fr.html", ".DS_Store", "notes.docx"):
        (tmp_path / name).touch()
    assert foreign(tmp_path, ["briefing.zh.html"]) == ("briefing.fr.html", "notes.docx", "other.ipynb")


@pytest.mark.drill
def test_a_report_with_a_foreign_page_or_a_changed_notebook_does_not_verify(own_report: Path) -> None:
    settings = load_settings(own_report)
    report = settings.reports / "2010Q3"
    page, notebook = report / "briefing.fr.html", report / NOTEBOOK
    page.write_text("forged", "utf-8")
    text = notebook.read_text("utf-8")
    notebook.write_text(text.replace("62.0", "92.0"), "utf-8")
    verdict = verify(settings, report, scratch=own_report / "scratch")
    assert (verdict.foreign, verdict.different) == (("briefing.fr.html",), (NOTEBOOK,))
    assert not verdict.equal


def test_the_lists_and_the_register_are_held_too(own_report: Path, tmp_path: Path) -> None:
    settings = load_settings(own_report)
    report = settings.reports / "2010Q3"
    assert surroundings(settings, report) == ()
    (settings.reports / "index.en.html").write_text("forged", "utf-8")
    (settings.reports / "index.1999.html").write_text("of no report", "utf-8")
    register = settings.raw / "register.csv"
    *lines, last = register.read_text("utf-8").splitlines(keepends=True)
    register.write_text("".join(lines), "utf-8")
    told = [str(message) for message in surroundings(settings, report)]
    assert [
        name in message
        for name, message in zip(
            ("index.1999.html", "index.en.html", last.partition(",")[0]), told, strict=True
        )
    ] == [True] * 3
    aside = shutil.copytree(report, tmp_path / "aside")
    assert [str(message) for message in surroundings(settings, aside)] == told[2:]


@pytest.fixture
def own_report(briefing: Path, tmp_path: Path) -> Path:

    target = tmp_path / "workspace"
    shutil.copytree(briefing.parent.parent, target)
    return target
