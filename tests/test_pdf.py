"""Pages printed to PDF: with title, language, head and page numbers; all of them or none."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from pypdf import PdfReader

from cityanalytics.errors import CityAnalyticsError
from cityanalytics.publishing.pdf import find_chromium, print_pages, prints_margins
from tests.command import run
from tests.conftest import copy_workspace


def program(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_without_a_chromium_nothing_is_made(repository: Path, tmp_path: Path) -> None:
    workspace = copy_workspace(repository, tmp_path / "workspace")
    done = run("brief", "2010Q3", "--pdf", "--ui", "en", workspace=workspace, PATH=str(tmp_path), CHROMIUM="")
    assert done.returncode == 1
    assert "apt-get install chromium" in done.stderr
    assert "$CHROMIUM" in done.stderr
    assert not (workspace / "reports").exists()


@pytest.mark.browser
@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_a_pdf_has_title_language_head_and_page_numbers(
    language: str, tag: str, briefing: Path, chromium: str, tmp_path: Path
) -> None:
    page = tmp_path / f"briefing.{language}.html"
    page.write_bytes((briefing / page.name).read_bytes())
    told: list[None] = []
    [pdf] = print_pages(chromium, [page], on_page=lambda: told.append(None))
    assert pdf == page.with_suffix(".pdf")
    assert len(told) == 1
    reader = PdfReader(pdf)
    title = page.read_text(encoding="utf-8").partition("<title>")[2].partition("</title>")[0]
    assert reader.metadata is not None
    assert reader.metadata.title == title
    assert str(reader.root_object["/Lang"]) == tag
    assert "/StructTreeRoot" in reader.root_object  # it is tagged
    if not prints_margins(chromium):
        pytest.skip("this Chromium is too old to print into margins")
    count = len(reader.pages)
    assert 1 < count <= 4
    for number, sheet in enumerate(reader.pages, start=1):
        text = " ".join(unicodedata.normalize("NFKC", sheet.extract_text()).split())  # ligatures undone
        assert f"{number} / {count}" in text
        assert title.replace(" ", "") in text.replace(" ", "")


def test_where_one_page_fails_no_pdf_is_changed(tmp_path: Path) -> None:
    chromium = program(
        tmp_path / "chromium",
        "for word; do case $word in --print-to-pdf=*) out=${word#*=} ;; esac; done\n"
        'case $word in *first*) printf %%PDF-1.4 > "$out" ;; *) echo no display >&2; exit 1 ;; esac',
    )
    pages = [tmp_path / "first.html", tmp_path / "second.html"]
    before = pages[0].with_suffix(".pdf")
    before.write_bytes(b"%PDF-old")
    with pytest.raises(CityAnalyticsError, match=r"second\.html was not printed.*no display"):
        print_pages(str(chromium), pages)
    assert before.read_bytes() == b"%PDF-old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chromium", "first.pdf"]


def test_what_writes_no_pdf_has_not_printed(tmp_path: Path) -> None:
    chromium = program(tmp_path / "chromium", "exit 0")
    with pytest.raises(CityAnalyticsError, match="was not printed"):
        print_pages(str(chromium), [tmp_path / "page.html"])


@pytest.mark.parametrize(
    ("said", "prints"),
    [("Chromium 130.0.6723.58 built on Debian", False), ("Google Chrome 131.0.6778.33", True), ("?", True)],
)
def test_a_chromium_too_old_for_margins_is_known(said: str, prints: bool, tmp_path: Path) -> None:  # noqa: FBT001 - a case's answer
    assert prints_margins(str(program(tmp_path / "chromium", f"echo '{said}'"))) is prints


def test_a_chromium_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = program(tmp_path / "my chromium", "exit 0")
    monkeypatch.setenv("CHROMIUM", str(named))
    assert Path(find_chromium()) == named
