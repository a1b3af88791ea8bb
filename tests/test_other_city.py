"""A bureau that has none of the sample city's categories, works or demolition: from `init` to both pages."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from cityanalytics.briefing.quantity import Figure
from cityanalytics.briefing.wording import Wording
from cityanalytics.errors import UsageError
from tests.conftest import run_cityanalytics
from tests.test_handouts import fill, hand_out, new_city

if TYPE_CHECKING:
    from pathlib import Path

MORE = """
[works.piers]
kind = "新路"
label = { zh = "新路（条）", en = "New roads" }
[investments.roads_investment]
kind = "道路"
label = { zh = "道路投资", en = "Investment in roads" }
[[remarks]]
zh = "<i>道路投资{roads_investment}</i>。"
en = "<i>Roads: {roads_investment}</i>."
[demolition.old_works]
kind = "旧厂"
label = { zh = "旧厂", en = "Old works" }
"""


def briefed(city: Path) -> dict[str, str]:
    """Fill in one quarter, file it and brief it; give the texts of the pages."""
    for path in hand_out(city, "2026Q2"):
        fill(path, city / "filled" / path.name, [f"{path.name[:2]}一号", f"{path.name[:2]}二号"])
    for path in sorted((city / "filled").glob("*.xlsx")):
        run_cityanalytics("receive", str(path), "--quarter", "2026Q2", "--on", "2026-07-02", workspace=city)
    run_cityanalytics("ingest", workspace=city)
    run_cityanalytics("brief", "2026Q2", workspace=city)
    folder = city / "reports/2026Q2"
    return {language: (folder / f"briefing.{language}.html").read_text("utf-8") for language in ("zh", "en")}


def test_a_configuration_as_init_writes_it_can_be_briefed(tmp_path: Path) -> None:
    pages = briefed(new_city(tmp_path / "city"))
    for page in pages.values():
        assert "甲局" in page
        assert re.search("拆迁|demoli|housing|房地产|样例|棚户", page, re.IGNORECASE) is None
    record = json.loads((tmp_path / "city/reports/2026Q2/briefing.json").read_text("utf-8"))
    figures = {figure["key"]: figure["value"] for figure in record["figures"]}
    assert figures["investment_to_date"] == 2 * 2 * 6 * 5.0 * 1e4
    assert [key for key in figures if key.startswith("demolition")] == []


def test_what_is_configured_stands_on_the_page_and_nothing_else(tmp_path: Path) -> None:
    pages = briefed(new_city(tmp_path / "city", MORE))
    assert "新路（条） 4" in pages["zh"]
    assert "旧厂" in pages["zh"]
    assert "Old works" in pages["en"]
    assert "&lt;i&gt;道路投资120万元&lt;/i&gt;" in pages["zh"]  # a remark is text, never markup
    assert "（假定）" not in pages["zh"]


def test_a_remark_that_names_no_figure_is_refused_with_the_nearest(tmp_path: Path) -> None:
    city = new_city(tmp_path / "city", MORE.replace("{roads_investment}", "{roads_investmant}"))
    with pytest.raises(
        AssertionError, match=r"exit 2(.|\n)*roads_investmant(.|\n)*nearest: roads_investment"
    ):
        briefed(city)


@pytest.mark.parametrize("text", ["{roads}", "{investment.__class__}", "{}", "{", "{investment!r:>9}{0}"])
def test_no_gap_of_a_remark_reaches_beyond_the_figures(text: str) -> None:
    figure = Figure(key="investment", value=1.0, unit="yuan")
    with pytest.raises(UsageError):
        Wording(language="en", figures={"investment": figure}).configured(text)
