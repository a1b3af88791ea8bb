"""Pages of a dispatch from outside: there in each language, on one or two sheets of A4, fit for a phone."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from cityanalytics.intake.receive import receive
from cityanalytics.settings import collated, file_names, load_settings
from tests.conftest import run_cityanalytics, write_book

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KINDS = ("dispatch", "weekly", "monthly")
#: Texts of a column that stand in more than one line, or are broken inside a word.
BROKEN = """column => [...document.querySelectorAll(column)].filter(cell => {
  const text = document.createRange();
  text.selectNodeContents(cell);
  return text.getClientRects().length > 1;
}).map(cell => cell.textContent)"""


@pytest.fixture(scope="module")
def made(processed_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("dispatched") / "city"
    shutil.copytree(processed_workspace, root, ignore=shutil.ignore_patterns("reports", "dispatch", ".*"))
    run_cityanalytics("dispatch", "2010Q2", "--known-on", "2010-08-01", workspace=root)  # nobody answers
    settings = load_settings(root)
    head = ["日期", "单位（科室）", "事由", "来源"]
    matter = "未按期完成节点任务，工程形象进度严重滞后，且未按要求报送整改措施"
    rows = [
        [dt.date(2010, month, 5), unit, matter, f"督查通报第{month}期"]
        for unit in settings.units
        for month in range(3, 6)
    ]
    notices = write_book(root.parent / "通报.xlsx", {"通报": [["督查通报台账"], head, *rows]})
    receive(settings, [notices], quarter="2010Q3", unit=settings.units[0], on=dt.date(2010, 9, 24))
    run_cityanalytics("ingest", workspace=root)
    for kind in KINDS[1:]:
        run_cityanalytics("dispatch", "2010Q3", f"--{kind}", workspace=root)
    return root


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_is_whole_in_its_language_and_asks_for_nothing(made: Path, language: str) -> None:
    folder = made / "reports" / "2010Q3" / "dispatch"
    for page in (
        *(folder / f"{kind}.{language}.html" for kind in KINDS),
        made / "dispatch" / f"市政工程处.{language}.html",
    ):
        text = page.read_text("utf-8")
        assert not re.search(r"https?://|src=|<script", text)
        shown = re.sub(r"<style.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL)
        assert ("Data to" in shown) == (language == "en")
        assert "{" not in shown


def test_the_workbook_opens_and_so_does_a_unit_s_sheet(
    made: Path, soffice: Callable[[Path, str], Path]
) -> None:
    for book in (made / "reports/2010Q3/dispatch/dispatch.xlsx", made / "dispatch" / "市政工程处.xlsx"):
        assert soffice(book, "pdf").stat().st_size > 10_000


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_page_fits_a_phone_and_its_sheets_of_a4(made: Path, chromium: str, language: str) -> None:
    from playwright.sync_api import sync_playwright
    from pypdf import PdfReader

    folder = made / "reports" / "2010Q3" / "dispatch"
    most = {"dispatch": 7, "weekly": 1, "monthly": 2}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for page in (
            *(folder / f"{kind}.{language}.html" for kind in KINDS),
            made / "dispatch" / f"市政工程处.{language}.html",
        ):
            opened = browser.new_page(viewport={"width": 375, "height": 800})
            opened.goto(page.as_uri())
            assert opened.evaluate("document.documentElement.scrollWidth") <= 375, page.name
            assert opened.evaluate(BROKEN, "[data-label='Lights '], [data-label='亮灯 ']") == []
            opened.set_viewport_size({"width": 1280, "height": 800})
            if page.parent != folder:
                assert opened.evaluate(BROKEN, "td:nth-child(2)") == []  # numbers of orders
            printed = made / f"{page.stem}.pdf"
            opened.pdf(path=printed, prefer_css_page_size=True)
            assert len(PdfReader(printed).pages) <= most.get(page.stem.split(".")[0], 1), page.name
            opened.close()
        browser.close()


def test_sheets_of_units_that_a_file_system_takes_for_one_are_numbered() -> None:
    names = file_names(["甲处", "\u00c4处", "A\u0308处", "ä处", "甲处-2"])
    assert len(names) == len(set(map(collated, names.values()))) == 5
    assert names["甲处"] == "甲处"
    assert {"\u00c4处", "A\u0308处-2", "ä处-3"} <= {*names.values()}
