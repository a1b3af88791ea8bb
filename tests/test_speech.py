"""The speech's figures come out of the workbooks to the digit given, and move with a single cell."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.conftest import copy_workspace, run_cityanalytics

SPEECH = Path(__file__).with_name("speech_2010q3.csv")
FACTOR = {"亿元": "1e8", "万平方米": "1e4", "公里": "1e3", "%": "0.01"}
LEAF = "data/raw/2010Q3/2010-09-27/东城片区建设办/东城片区建设办2010年三季度报表.xlsx"
HALF_HUNDRED_MILLION = 50_000_000


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(SPEECH.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def record(briefing: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((briefing / "briefing.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def figures(record) -> dict[str, Any]:
    return {figure["key"]: figure for figure in record["figures"]}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["key"])
def test_each_figure_of_the_speech_is_reproduced_to_its_digit(row, figures) -> None:
    places = Decimal(1).scaleb(-len(row["value"].partition(".")[2]))
    value = Decimal(repr(float(figures[row["key"]]["value"]))) / Decimal(FACTOR.get(row["unit"], "1"))
    assert value.quantize(places, rounding=ROUND_HALF_UP) == Decimal(row["value"])


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["key"])
def test_each_figure_of_the_speech_names_its_cells(row, figures) -> None:
    assert all(cell.count("!") >= 1 for cell in figures[row["key"]]["cells"])
    assert figures[row["key"]]["cells"]


def test_figures_of_many_cells_name_the_columns_that_hold_them(figures, briefing: Path) -> None:
    named = {cell for figure in figures.values() for cell in figure["cells"] if ".parquet!" in cell}
    assert {"data/processed/investment.parquet!amount", "data/processed/plans.parquet!amount"} <= named
    for place in named:
        file, _, column = place.partition("!")
        table = pd.read_parquet(briefing.parent.parent / file)
        assert {column, f"{column}_cell"} <= set(table)


def test_what_the_speech_implies_is_in_the_record(figures) -> None:
    assert figures["unexplained_projects"]["value"] == 224 - 54 - 140
    assert figures["works_listed"]["value"] == 5 + 2 + 36 + 6 + 8 + 5
    assert figures["elapsed_share"]["value"] == pytest.approx(265 / 365)
    assert figures["points_behind"]["value"] == pytest.approx(265 / 365 - 62 / 90)


def test_the_record_keeps_to_its_promise(record) -> None:
    assert record["as_of"] == "2010-09-22"
    assert record["language"] == ["zh", "en"]
    assert record["pace"]["achieved_per_day"] == pytest.approx(62e8 / 265)
    assert record["pace"]["required_per_day"] == pytest.approx(28e8 / 100)
    forecast = record["forecast"]
    assert 62e8 < forecast["p10"] < forecast["p25"] < forecast["p50"] < forecast["p75"] < forecast["p90"]
    assert 0 < forecast["probability"] < 1
    assert {"inputs", "code", "parameters", "seed", "issues", "city", "quarter", "known_on"} <= record.keys()


def test_the_page_says_the_speech_in_both_languages(briefing: Path) -> None:
    zh = (briefing / "briefing.zh.html").read_text(encoding="utf-8")
    en = (briefing / "briefing.en.html").read_text(encoding="utf-8")
    for text in ("62.0亿元", "68.9%", "3.7个百分点", "日均2800万元", "日均2340万元"):
        assert text in zh
    for text in ("¥6.20 bn", "68.9%", "3.7 percentage points", "¥28.0 m a day", "¥23.4 m a day"):
        assert text in en
    assert "合计数取自2010年公开讲话，明细为虚构" in zh
    assert "totals from a public speech of 2010, detail synthetic" in en


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_of_the_speech_is_missing_from_the_page(briefing: Path, figures, language: str) -> None:
    page = (briefing / f"briefing.{language}.html").read_text(encoding="utf-8")
    texts = re.sub(r"(?s)<style.*?</style>|<svg.*?</svg>|<[^>]+>", " ", page)
    keys = [row["key"] for row in rows()]
    # tables have a scale of their own, which in English is not that of sentences
    keys = [key for key in keys if language == "zh" or not key.startswith("demolition")]
    numbers = {key: re.sub(r"^\D+|(?<=\d)[^\d.].*", "", figures[key]["shown"][language]) for key in keys}
    missing = [
        key for key, number in numbers.items() if not re.search(rf"(?<![\d.]){number}(?![\d.])", texts)
    ]
    assert missing == []
    assert "背街小巷改造 36" in texts or "Back streets rebuilt 36" in texts
    assert "新铺天然气管网 28" in texts or "Gas network laid 28" in texts


def test_the_headline_is_one_short_sentence(record) -> None:
    assert len(record["headline"]["zh"]) <= 120
    assert len(record["headline"]["en"]) <= 220


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,]\d+)*%?", text))


def test_every_number_of_the_headline_is_a_figure(record) -> None:
    for language in record["language"]:
        shown = " ".join(figure["shown"][language] for figure in record["figures"])
        dates = {"9", "22"}  # the day that the figures describe
        assert numbers(record["headline"][language]) - dates <= numbers(shown)


def test_a_leaf_cell_moves_headline_record_and_reconciliation(repository, tmp_path, figures, record) -> None:
    workspace = copy_workspace(repository, tmp_path / "workspace")
    changed = tmp_path / "东城片区建设办2010年三季度报表.xlsx"
    change_cell(workspace / LEAF, changed, "Q17", "2533", "7533")
    run_cityanalytics(
        "receive", str(changed), "--quarter", "2010Q3", "--unit", "东城片区建设办", "--on", "2010-10-09",
        workspace=workspace,
    )  # fmt: skip
    run_cityanalytics("ingest", workspace=workspace)
    run_cityanalytics("brief", "2010Q3", workspace=workspace)
    after = json.loads((workspace / "reports/2010Q3/briefing.json").read_text(encoding="utf-8"))
    moved = {figure["key"]: figure["value"] for figure in after["figures"]}
    before = {key: figure["value"] for key, figure in figures.items()}
    assert moved["investment_to_date"] - before["investment_to_date"] == pytest.approx(HALF_HUNDRED_MILLION)
    assert moved["housing_investment"] - before["housing_investment"] == pytest.approx(HALF_HUNDRED_MILLION)
    assert moved["investment_share_of_plan"] == pytest.approx(62.5 / 90)
    assert "62.5亿元" in after["headline"]["zh"]
    assert "69.4%" in after["headline"]["zh"]
    assert after["pace"]["required_per_day"] == pytest.approx(27.5e8 / 100)
    assert after["forecast"]["p50"] > record["forecast"]["p50"]
    page = (workspace / "reports/2010Q3/briefing.zh.html").read_text(encoding="utf-8")
    assert "62.5亿元" in page
    # the unit's own totals now disagree with its rows: shown, not mended
    assert "合计与明细不符" in page
    assert after["issues"]["warning"] > record["issues"]["warning"]


def change_cell(source: Path, target: Path, cell: str, old: str, new: str) -> None:
    """Write a copy of a workbook in which one number of its first sheet is another."""
    with zipfile.ZipFile(source) as package, zipfile.ZipFile(target, "w") as copy:
        for part in package.infolist():
            content = package.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                found = re.subn(
                    rf'(<c r="{cell}"[^>]*><v>){old}(</v>)'.encode(), rf"\g<1>{new}\g<2>".encode(), content
                )
                content, count = found
                assert count == 1
            copy.writestr(part, content)
