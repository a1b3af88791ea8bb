"""Numbers, tables, pieces and pages as a reader sees them."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import re
from fractions import Fraction
from html.parser import HTMLParser
from typing import TYPE_CHECKING, cast

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup

from cityanalytics.briefing import display, template
from cityanalytics.briefing.blocks import (
    side_by_side,
)
from cityanalytics.briefing.declaration import Declaration
from cityanalytics.briefing.display import Value, number
from cityanalytics.briefing.fields import Field
from cityanalytics.briefing.figures.figure import SHOWN
from cityanalytics.briefing.formats import Chance, Points, Quantity, Share, Text, Word, amounts
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import NOT_APPLICABLE, numbers
from cityanalytics.briefing.render import notebook as in_notebook
from cityanalytics.briefing.render import terminal
from cityanalytics.briefing.shown import ShownTable
from cityanalytics.publishing.run import address_grammars_left_out

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from cityanalytics.settings import Settings

LANGUAGE_NAMES = sorted(LANGUAGES)


# --- numbers: the oracle is the speech of 2010, to the digit that it gives


@pytest.mark.parametrize(
    ("shown", "zh", "en"),
    [
        (lambda to: display.amount(6_200_000_000.0, to), "62.0亿元", "¥6.20 bn"),
        (lambda to: display.amount(18_300_000_000.0, to, places=0), "183亿元", "¥18.3 bn"),
        (lambda to: display.amount(46_300_000.0, to), "4630万元", "¥46.3 m"),
        (lambda to: display.amount(5_000.0, to), "5,000元", "¥5,000"),
        (lambda to: display.share(62 / 90, to), "68.9%", "68.9%"),
        (lambda to: display.share(62 / 80, to), "77.5%", "77.5%"),
        (lambda to: display.points(265 / 365 - 62 / 90, to), "3.7个百分点", "3.7 percentage points"),
        (lambda to: display.points(62 / 90 - 265 / 365, to), "−3.7个百分点", "−3.7 percentage points"),
        (lambda to: display.pace(2_800_000_000 / 100, to), "日均2800万元", "¥28.0 m a day"),
        (lambda to: display.pace(6_200_000_000 / 265, to), "日均2340万元", "¥23.4 m a day"),
        (lambda to: display.area(2_750_000.0, to), "275万平方米", "2.75 million m²"),
        (lambda to: display.area(4_944_000.0, to, places=1), "494.4万平方米", "4.944 million m²"),
        (lambda to: display.length(28_000.0, to), "28公里", "28 km"),
        (lambda to: display.count(268, to), "268", "268"),
        (lambda to: display.date_text(dt.date(2010, 9, 22), to), "2010年9月22日", "22 September 2010"),
        (lambda to: display.probability(0.31, to), "约31%（十次中约3次）", "about 31% (about 3 in 10)"),
    ],
)
def test_values_of_the_speech_are_shown_as_it_gives_them(shown, zh, en) -> None:
    assert (shown("zh"), shown("en")) == (zh, en)


@given(thousandths=st.integers(-(10**9), 10**9))
def test_rounding_is_half_up_by_hand(thousandths: int) -> None:
    hundredths = (abs(thousandths) + 5) // 10
    sign = "−" if thousandths < 0 and hundredths else ""
    assert number(thousandths / 1000, "zh", places=2) == f"{sign}{hundredths // 100:,}.{hundredths % 100:02}"


@given(yuan=st.integers(10**8, 10**13))
def test_languages_show_the_same_digits(yuan: int) -> None:
    def exact(shown: str) -> Fraction:
        found = re.search(r"[\d.,]+", shown)
        assert found
        return (
            Fraction(found[0].replace(",", ""))
            * {"亿": 10**8, "b": 10**9}[re.sub(r"[\d.,¥\s]", "", shown)[0]]
        )

    assert exact(display.amount(yuan, "zh")) == exact(display.amount(yuan, "en"))


def cell_of_a_chance(value: Value, language: str) -> str:
    applies = value is not NOT_APPLICABLE
    chance = value if isinstance(value, float | int) else None
    rows = pd.DataFrame({"name": ["甲"], "chance": pd.Series([chance], dtype=float), "applies": [applies]})
    table = shown(rows, Field("name", "单位"), Field("chance", "把握", Chance(), applies="applies"))
    return read(table.html(language)).cells[-1][2].strip()


FORMATS = (
    display.amount,
    display.area,
    display.length,
    display.pace,
    display.count,
    display.share,
    display.points,
    display.probability,
    display.chance,
    cell_of_a_chance,
)


@pytest.mark.parametrize("shown", FORMATS)
@pytest.mark.parametrize("value", [None, float("nan"), display.MISSING])
def test_what_is_missing_is_said_in_words(shown, value: Value) -> None:
    assert (shown(value, "zh"), shown(value, "en")) == ("无数据", "no data")
    assert (shown(NOT_APPLICABLE, "zh"), shown(NOT_APPLICABLE, "en")) == ("不适用", "n/a")


def test_a_date_that_is_missing_is_said_in_words() -> None:
    assert display.date_text(None, "zh") == "无数据"


def test_an_infinite_number_is_refused() -> None:
    with pytest.raises(OverflowError):
        number(float("inf"), "zh")


def test_nothing_is_negative_zero() -> None:
    assert number(-0.04, "en", places=1) == "0.0"


CERTAIN = re.compile(
    r"(?<![\d.])(?:0|100)%|(?<!\d)(?:0|10) in 10\b|(?<!\d)(?:0|100) in 100\b|(?<!\d)(?:0|10|100)次）"
)
uncertain = st.one_of(
    st.floats(0, 1, exclude_min=True, exclude_max=True),
    st.floats(0, 0.01, exclude_min=True),
    st.floats(0.99, 1, exclude_max=True),
)


@pytest.mark.parametrize("language", LANGUAGE_NAMES)
@given(value=uncertain)
def test_a_chance_that_is_not_certain_is_never_shown_as_certain(language: str, value: float) -> None:
    for shown in (
        display.probability(value, language),
        display.chance(value, language),
        cell_of_a_chance(value, language),
        SHOWN["fraction of one"](value, language),
    ):
        assert not CERTAIN.search(shown)


@pytest.mark.parametrize("shown", [display.probability, display.chance, cell_of_a_chance])
def test_what_is_certain_is_said_so(shown) -> None:
    assert [shown(value, language) for value in (0.0, 1.0) for language in ("zh", "en")] == [
        "0%", "0%", "100%", "100%",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (1e-300, "不足1%（一百次中不足1次）", "under 1% (under 1 in 100)"),
        (0.004999, "不足1%（一百次中不足1次）", "under 1% (under 1 in 100)"),
        (0.005, "约1%（一百次中约1次）", "about 1% (about 1 in 100)"),
        (0.0949, "约9%（十次中约1次）", "about 9% (about 1 in 10)"),
        (0.95, "约95%（一百次中约95次）", "about 95% (about 95 in 100)"),
        (0.99499, "约99%（一百次中约99次）", "about 99% (about 99 in 100)"),
        (0.995, "超过99%（一百次中超过99次）", "over 99% (over 99 in 100)"),
        (1 - 1e-16, "超过99%（一百次中超过99次）", "over 99% (over 99 in 100)"),
    ],
)
def test_a_chance_near_its_ends_is_told_as_under_or_over(value: float, zh: str, en: str) -> None:
    assert (display.probability(value, "zh"), display.probability(value, "en")) == (zh, en)
    in_cell = [re.sub(r"^(约|about )|（.*|(?<=%) .*", "", text) for text in (zh, en)]
    assert [display.chance(value, "zh"), display.chance(value, "en")] == in_cell
    assert [cell_of_a_chance(value, "zh"), cell_of_a_chance(value, "en")] == in_cell


@pytest.mark.parametrize("value", [-0.1, 1.01])
def test_a_probability_outside_zero_to_one_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        display.probability(value, "zh")


# --- tables


class _Cells(HTMLParser):
    """The cells of a table as a browser reads them: tag, attributes, text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.cells: list[tuple[str, dict[str, str | None], str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag in ("th", "td", "caption"):
            self.cells.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.cells:
            tag, attributes, text = self.cells[-1]
            self.cells[-1] = (tag, attributes, text + data)


def read(markup: str) -> _Cells:
    parser = _Cells()
    parser.feed(markup)
    parser.close()
    return parser


def shown(
    rows: pd.DataFrame, *fields: Field, unit: str = "", tab: str = "", fits: bool = False
) -> ShownTable:
    """Bind rows to fields that a test declares."""
    declaration: Declaration[pd.DataFrame] = Declaration(
        name="t", title="主要指标", frame=lambda frame: frame, fields=fields, unit=unit, tab=tab, fits=fits
    )
    return ShownTable(declaration=declaration, source=rows, settings=cast("Settings", None), position=3)


def sample_table(*, tab: str = "", fits: bool = False) -> ShownTable:
    rows = pd.DataFrame(
        {
            "what": ["投资", "绿化"],
            "plan": [9.0e9, 8e8],
            "done": [6.2e9, None],
            "share": [62 / 90, None],
            "gap": [62 / 90 - 265 / 365, 0.012],
            "planned": [True, False],
        }
    )
    return shown(
        rows,
        Field("what", "指标"),
        Field("plan", "计划", amounts()),
        Field("done", "完成", amounts()),
        Field("share", "比例", Share(), applies="planned"),
        Field("gap", "差距", Points()),
        unit="{unit}",
        tab=tab,
        fits=fits,
    )


def test_a_table_heads_its_columns_and_rows_and_aligns_its_numbers() -> None:
    found = read(sample_table().html("zh"))
    assert found.cells[0][2].strip() == "表3\u3000主要指标（亿元）"
    heads = found.cells[1:6]
    assert [(tag, attributes["scope"]) for tag, attributes, _ in heads] == [("th", "col")] * 5
    assert [attributes.get("class") for _, attributes, _ in heads] == [None, "n", "n", "n", "n"]
    rows = found.cells[6:11], found.cells[11:16]
    assert [[text.strip() for *_, text in row] for row in rows] == [
        ["投资", "90.0", "62.0", "68.9%", "−3.7"],
        ["绿化", "8.0", "无数据", "不适用", "1.2"],
    ]
    assert all(row[0][0] == "th" and row[0][1]["scope"] == "row" for row in rows)
    assert all(attributes.get("class") == "n" for row in rows for _, attributes, _ in row[1:])


def test_sheet_notebook_and_terminal_hold_what_the_page_does() -> None:
    table = sample_table(tab="指标")
    sheet = table.sheet("zh")
    assert [(column.label, column.unit) for column in sheet.columns[:2]] == [("指标", ""), ("计划", "亿元")]
    assert sheet.rows[0][:3] == ("投资", 90.0, 62.0)
    assert sheet.rows[1] == ("绿化", 8.0, "无数据", "不适用", 1.2)
    drawn = in_notebook.draw(table, "zh")
    for text in ("主要指标（亿元）", "计划", "68.9%", "无数据", "不适用"):
        assert text in drawn
        assert text in table.text("zh")
    assert table.frame["plan"].tolist() == [9.0e9, 8e8]
    assert table.frame.attrs["units"]["plan"] == "yuan"


@pytest.mark.parametrize("width", [40, 60, 100])
def test_on_a_terminal_no_line_is_too_wide_and_no_word_is_lost(width: int) -> None:
    rows = pd.DataFrame({"a": ["城市道路改造工程（一期）及附属设施 phase one of two"], "n": [12345.0]})
    text = shown(rows, Field("a", "项目"), Field("n", "个数", Quantity())).text("zh", width=width)
    assert max(terminal.letters(line) for line in text.splitlines()) <= width
    assert "".join(rows["a"][0].split()) in "".join(text.replace("12,345", "").split())
    assert "12,345" in text


def test_a_table_scrolls_in_a_named_region_unless_it_fits() -> None:
    scrolling = sample_table().html("zh")
    assert re.search(r"role=region tabindex=0 aria-labelledby=table-3>.*<caption id=table-3>", scrolling)
    assert "role=region" not in sample_table(fits=True).html("zh")


@given(
    text=st.text(
        st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029"), min_size=1
    ).filter(str.strip)
)
def test_text_of_a_spreadsheet_stays_text(text: str) -> None:
    rows = pd.DataFrame({"a": [text], "b": [text]})
    table = shown(rows, Field("a", "a"), Field("b", "b", Text(own=True)))
    found = read(table.html("en"))
    assert [words.removesuffix("\n") for *_, words in found.cells[3:]] == [text, text]
    assert set(found.tags) <= {"div", "table", "caption", "span", "b", "thead", "tbody", "tr", "th", "td"}
    assert read(in_notebook.draw(table, "en")).cells[-1][2].removesuffix("\n") == text


def test_a_word_that_warns_is_marked() -> None:
    rows = pd.DataFrame({"unit": ["甲", "乙"], "light": ["behind", "normal"]})
    light = Field("light", "Light", Word(warns=frozenset({"behind"})))
    html = shown(rows, Field("unit", "Unit"), light).html("zh")
    assert "<td><span class=late>滞后</span></td>" in html
    assert "<td>正常</td>" in html


def test_no_cell_is_blank() -> None:
    rows = pd.DataFrame({"a": ["x"], "b": [""], "c": [None]})
    table = shown(rows, *(Field(name, name) for name in "abc"), tab="t")
    assert [text for *_, text in read(table.html("en")).cells[-2:]] == ["no data", "no data"]
    assert table.sheet("en").rows == (("x", "no data", "no data"),)


@given(
    values=st.lists(st.floats(-1e13, 1e13), min_size=1),
    places=st.integers(0, 3),
    language=st.sampled_from(LANGUAGE_NAMES),
)
@example(values=[2.675, 1.005, -0.5, 0.49999999999999994], places=2, language="zh")
def test_a_column_of_numbers_is_shown_as_each_of_them_is(values, places, language) -> None:
    each = [number(value, language, places=places) for value in values]
    assert numbers(values, language, places=places) == each


# --- pieces


def test_pieces_stand_in_columns() -> None:
    assert side_by_side(Markup("<p>a</p>"), Markup("<p>b</p>")).count("<div>") == 2


# --- pages


def page(**changed: object) -> dict[str, object]:
    return {
        "language": "zh",
        "lang_tag": "zh-CN",
        "title": "简报<一>",
        "meta_lines": ["示例市（合成数据）", "截至2010年9月22日"],
        "nav": [["key", "一、主要指标"], ["data", "二、数据说明"]],
        "annex": [["record", "附1 记录"]],
        "annex_label": "附件",
        "running_head": '简报 "</style>',
        "skip_label": "跳到正文",
        "contents_label": "目录",
        "headline_label": "要点",
        **changed,
    }


def notebook(*ids: str) -> NotebookNode:
    with address_grammars_left_out():  # importing them takes longer than all tests of this file
        from nbformat import reads

    """Give an executed notebook with a section for each id, and much that is no section."""
    shown = [
        {
            "output_type": "display_data",
            "data": {template.SECTION: {"id": each, "html": html}},
            "metadata": {},
        }
        for each in ids
        for html in [{"zh": f"<p>节{each}</p>", "en": f"<p>part {each}</p>"}]
    ]
    secret = {
        "output_type": "execute_result",
        "data": {"text/html": "<p>secret</p>"},
        "metadata": {},
        "execution_count": 1,
    }
    stream = {"output_type": "stream", "name": "stdout", "text": "secret"}
    code = {
        "cell_type": "code",
        "source": "secret()",
        "metadata": {},
        "execution_count": 1,
        "outputs": [stream, *shown, secret],
    }
    prose = {"cell_type": "markdown", "source": "secret", "metadata": {}}
    document = {"cells": [prose, code], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    node: NotebookNode = reads(json.dumps(document), as_version=4)
    return node


def test_a_page_shows_its_sections_in_order_and_nothing_else() -> None:
    html = template.report(notebook("record", "data", "key", "headline", "data"), page())
    assert re.findall(r"<p>(节\w+)</p>", html) == ["节headline", "节key", "节data", "节data", "节record"]
    assert re.findall(r'<section id="(\w+)"', html) == ["headline", "key", "data", "annex", "record"]
    assert re.findall(r"<h\d.*?>(.*?)</h\d>", html) == [
        "简报&lt;一&gt;", "一、主要指标", "二、数据说明", "附件", "附1 记录",
    ]  # fmt: skip
    assert "secret" not in html
    assert html.startswith('<!doctype html>\n<html lang="zh-CN">')


def test_a_page_speaks_one_language() -> None:
    html = template.report(notebook("headline", "key", "data", "record"), page(language="en", lang_tag="en"))
    assert "<p>part key</p>" in html
    assert "节" not in html


def test_a_page_allows_its_own_styles_and_nothing_else() -> None:
    html = template.report(notebook("headline", "key", "data", "record"), page())
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in styles]
    policy = re.search(r'Content-Security-Policy" content="(.*?)"', html)
    assert policy
    assert len(styles) == 2
    assert policy[1].startswith("default-src 'none'; style-src ")
    assert set(re.findall(r"'sha256-(.*?)'", policy[1])) == set(hashes)
    assert "unsafe" not in policy[1]
    assert not re.search(r"<script|<link|\bstyle=|\bon\w+=|url\(|@import|https?:", html)


@pytest.mark.parametrize(
    "ids", [("headline", "key", "record"), ("headline", "key", "data", "record", "other")]
)
def test_a_page_whose_sections_do_not_match_is_refused(ids: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="sections without a place"):
        template.report(notebook(*ids), page())
