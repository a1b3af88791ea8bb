"""Every number of a page's prose is a figure of briefing.json, the same in both languages, and leads to its cells.

The pages are read as a reader has them: by HTML parser and by a list of units kept here, not by the program's.

What is no number of the briefing, and is taken out before: dates, years and quarters (four digits without a comma are
a year: amounts have one); numbers of figures, tables and headings; hashes and the name SHA-256; names of notebooks
and commands; a sentence that quotes a cell by its address, which is its own trace.
"""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from pyarrow.parquet import read_schema

from cityanalytics.publishing.assemble import assemble
from cityanalytics.publishing.trace import lead_back
from cityanalytics.settings import load_settings
from tests.conftest import once, run_cityanalytics
from tests.test_ledger import append, entry

ROOT = Path(__file__).parent.parent
MAIN = ("headline", "decisions", "final", "units", "projects", "what-if", "data")
ANNEX = ("key", "method", "lights", "requests", "corrections", "changes", "record", "provenance")
SECTIONS = (*MAIN, *ANNEX)
PROSE = {"h1", "h2", "h3", "p", "li", "figcaption", "caption", "dt", "dd", "label", "legend"}
VOID = {"meta", "input", "br", "hr", "link", "img", "use", "path"}

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NO_NUMBERS = (
    r"^.*data/raw/.*![A-Z]+\d+.*$",
    r"\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?|[一二三四]季度)?",
    r"\d{1,2}月\d{1,2}日",
    rf"\d{{1,2}} (?:{MONTHS}|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Oct|Nov|Dec)\b(?: \d{{4}})?",
    r"(?<![\d.,¥−均])\d{4}(?!\d|[.,]\d|%|万)",
    r"^(?:图|表|Figure |Table )\d+",
    r"（表\d+）|\(Table \d+\)",  # links to tables
    r"^\d\. ",
    r"^(?:附|A)\d+(?:\. )?",
    r"近(?:30|100)天|last 30 days|the last 100",  # names of paces
    r"共\d+项，列前\d+项|\d+ of \d+ rows",  # a table of its own rows: test_bound holds it to them
    r"SHA-256(?: [0-9a-f]+…)?",
    r"\b0\d_[a-z_]+",
)
#: What stands after a number (and ¥ before it): the quantity that it is one of, and how much of it.
UNITS = {
    "亿元": ("yuan", 1e8),
    "万元": ("yuan", 1e4),
    "元": ("yuan", 1.0),
    "万平方米": ("square metres", 1e4),
    "平方米": ("square metres", 1.0),
    "公里": ("metres", 1e3),
    "米": ("metres", 1.0),
    "个百分点": ("points", 0.01),
    "%": ("fraction", 0.01),
    "倍": ("times", 1.0),
    " bn a day": ("yuan per day", 1e9),
    " bn": ("yuan", 1e9),
    " m a day": ("yuan per day", 1e6),
    " a day": ("yuan per day", 1.0),
    " million m²": ("square metres", 1e6),
    " m²": ("square metres", 1.0),
    " km": ("metres", 1e3),
    " percentage points": ("points", 0.01),
    " percentage point": ("points", 0.01),
    " times": ("times", 1.0),
}
CHANCES = {
    r"十次中约(\d)次|about (\d) in 10(?!0)": 10.0,
    r"一百次中约(\d+)次|about (\d+) in 100": 100.0,
}
HARDLY = r"不足1%(?:（一百次中不足1次）)?|under 1%(?: \(under 1 in 100\))?"
NEARLY = r"超过99%(?:（一百次中超过99次）)?|over 99%(?: \(over 99 in 100\))?"
NUMBER = re.compile(
    r"(?P<daily>日均)?(?P<yuan>¥)?(?P<digits>−?\d{1,3}(?:,\d{3})+(?:\.\d+)?|−?\d+(?:\.\d+)?)"
    rf"(?P<unit>{'|'.join(map(re.escape, UNITS))}| m\b)?"
)
#: Which units of briefing.json a quantity of the page may be.
KINDS = {"fraction": {"fraction", "fraction of one"}, "count": {"count", "days", "times", "as stated"}}


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number as it stands: the least and the most that it may stand for, of a quantity."""

    text: str
    quantity: str
    low: float
    high: float

    def keys(self, figures: list[dict[str, Any]]) -> frozenset[str]:
        units = KINDS.get(self.quantity, {self.quantity})
        return frozenset(
            figure["key"]
            for figure in figures
            if figure["unit"] in units
            and figure["value"] is not None
            and self.low <= figure["value"] <= self.high
        )


class Reader(HTMLParser):
    """Collects the texts of a page's prose, by section; rows do not count: cells of tables, and names of drawings."""

    def __init__(self) -> None:
        super().__init__()
        self.sections: dict[str, list[str]] = {"": []}
        self.open: list[tuple[str, str]] = []
        self.within = [""]
        self.texts: list[list[str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self.within.append(given["id"] or "")
            self.sections[self.within[-1]] = []
        if tag not in VOID:
            self.open.append((tag, given.get("class") or ""))
            if tag in PROSE:
                self.texts.append([])

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open[-1][0] != tag:
            self.open.pop()
        if self.open:
            self.open.pop()
        if tag in PROSE and self.texts:
            self.sections[self.within[-1]].append("".join(self.texts.pop()).strip())
        if tag == "section":
            self.within.pop()

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self.open}
        if self.texts and not tags & {"svg", "code", "td", "th", "style", "nav", "title"}:
            self.texts[-1].append(data)


def prose(page: str) -> dict[str, list[str]]:
    reader = Reader()
    reader.feed(page)
    return reader.sections


def numbers(text: str, bare: tuple[str, float] = ("count", 1.0)) -> list[Number]:
    """Return the numbers of a text in their order; those without a unit are so many of what `bare` says."""
    for pattern in NO_NUMBERS:
        text = re.sub(pattern, "", text)
    found = []
    for pattern, low, high in ((HARDLY, 0.0, 0.005), (NEARLY, 0.995, 1.0)):
        found += [
            Number(text=said, quantity="fraction", low=low, high=high) for said in re.findall(pattern, text)
        ]
        text = re.sub(pattern, "", text)
    for pattern, tries in CHANCES.items():
        for match in re.finditer(pattern, text):
            times = float(next(filter(None, match.groups())))
            found.append(
                Number(
                    text=match[0], quantity="fraction", low=(times - 0.5) / tries, high=(times + 0.5) / tries
                )
            )
        text = re.sub(pattern, "", text)
    for match in NUMBER.finditer(text):
        quantity, size = UNITS.get(match["unit"] or "", bare)
        if match["daily"] and quantity == "yuan":
            quantity = "yuan per day"
        if match["unit"] == " m":
            quantity, size = ("yuan", 1e6) if match["yuan"] else ("metres", 1.0)
        elif match["yuan"] and not match["unit"]:
            quantity = "yuan"
        digits = match["digits"].replace(",", "").replace("−", "-")
        step = size * 10.0 ** -len(digits.partition(".")[2]) / 2 * (1 + 1e-9)
        value = float(digits) * size
        found.append(Number(text=match[0], quantity=quantity, low=value - step, high=value + step))
    return found


def seeds(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": "seed", "unit": "count", "value": record["seed"]}]


def unbound(folder: Path) -> list[tuple[str, str]]:
    """Return the numbers of the pages in `folder` that are no figure, each with the text that it stands in."""
    record = json.loads((folder / "briefing.json").read_text(encoding="utf-8"))
    figures = record["figures"] + seeds(record)
    return [
        (number.text, text)
        for language in record["language"]
        for texts in prose((folder / f"briefing.{language}.html").read_text(encoding="utf-8")).values()
        for text in texts
        for number in numbers(text)
        if not number.keys(figures)
    ]


def unlike(folder: Path) -> list[tuple[str, str]]:
    """Return the texts whose numbers are not the same figures in both languages."""
    record = json.loads((folder / "briefing.json").read_text(encoding="utf-8"))
    figures = record["figures"] + seeds(record)
    chinese, english = (
        prose((folder / f"briefing.{language}.html").read_text(encoding="utf-8")) for language in ("zh", "en")
    )
    assert {name: len(texts) for name, texts in chinese.items()} == {
        name: len(texts) for name, texts in english.items()
    }
    return [
        (left, right)
        for name in chinese
        for left, right in zip(chinese[name], english[name], strict=True)
        if not alike([[number.keys(figures) for number in numbers(text)] for text in (left, right)])
    ]


def alike(sides: list[list[frozenset[str]]]) -> bool:
    """Tell whether each number of either text may be a figure of the other: one of fewer digits may be more of them."""
    return all(
        any(keys & against for against in other) for mine, other in (sides, sides[::-1]) for keys in mine
    )


def test_numbers_are_seen_as_a_reader_sees_them() -> None:
    seen = numbers("截至9月22日，完成62.0亿元，低3.7个百分点；约31%（十次中约3次）；图中−1,234.5万元")
    assert [number.quantity for number in seen] == ["fraction", "yuan", "points", "fraction", "yuan"]
    assert seen[1].low == pytest.approx(61.95e8)
    assert seen[1].high == pytest.approx(62.05e8)
    assert seen[4].low == pytest.approx(-1234.55e4)
    english = numbers(
        "¥6.20 bn by 22 September 2010, 1 percentage point, about 3 in 10, ¥28.0 m a day, 28 km, 850 m"
    )
    assert [number.quantity for number in english] == [
        "fraction", "yuan", "points", "yuan per day", "metres", "metres",
    ]  # fmt: skip


def test_a_number_that_is_no_figure_is_found(briefing: Path, tmp_path: Path) -> None:
    for name in ("briefing.json", "briefing.zh.html", "briefing.en.html"):
        page = (briefing / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(
            page.replace("<p class=lead>", "<p class=lead>98.7亿元"), encoding="utf-8"
        )
    assert {number for number, _ in unbound(tmp_path)} == {"98.7亿元"}


#: Keys of the figures that are nothing but the sum of their cells.
PLAIN_SUM = re.compile(
    r"(?:category|unit|projects|unexplained)_\w+_(?:plan|done)|investment_to_date|annual_plan|annual_plan_original"
    r"|programme_total_investment|housing_investment|demolition_\w+(?<!_p10)(?<!_p50)(?<!_p90)(?<!_share)(?<!_gap)"
    r"(?<!_sites)"
)
#: Each quarter at its data date, days inside them, and one that follows published forecasts.
REPORTS = {
    "Q1": ("2010Q1", ""),
    "Q2": ("2010Q2", ""),
    "Q3": ("2010Q3", ""),
    "15 January": ("2010Q1", "2010-01-15"),
    "10 February": ("2010Q1", "2010-02-10"),
    "5 May": ("2010Q2", "2010-05-05"),
    "published": ("2010Q3", ""),
}
#: What the workspace of the last has published in time: a year that has closed since, and the quarter before.
PUBLISHED = (
    {"as_of": "2009-09-30", "known_on": "2009-10-09", "published_on": "2009-10-10"},
    {"as_of": "2010-06-30", "known_on": "2010-07-08", "published_on": "2010-07-09"},
)


@pytest.fixture(scope="module", params=REPORTS)
def report(request, tmp_path_factory, briefing: Path) -> Path:
    """Give the folder of a report; tests only read it."""
    return report_of(request.param, tmp_path_factory, briefing)


def report_of(name: str, factory: pytest.TempPathFactory, briefing: Path) -> Path:
    """Return the folder of a report, made by the first that asks for it."""
    quarter, day = REPORTS[name]
    workspace = briefing.parent.parent
    with once(factory, f"report of {name}") as (own, is_first):
        if name == "published":
            if is_first:
                shutil.copytree(workspace, own, ignore=shutil.ignore_patterns("reports"))
                for number, dates in enumerate(PUBLISHED):
                    append(load_settings(own), entry(number, **dates))
            workspace = own
        if is_first and name != "Q3":
            run_cityanalytics("brief", quarter, *(["--as-of", day] if day else []), workspace=workspace)
    return workspace / "reports" / quarter / day


def test_every_number_of_the_prose_is_a_figure_of_the_record(report: Path) -> None:
    assert unbound(report) == []


def test_both_languages_state_the_same_figures(report: Path) -> None:
    assert unlike(report) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_all_parts_stand_in_their_order_and_none_is_empty(report: Path, language) -> None:
    page = (report / f"briefing.{language}.html").read_text(encoding="utf-8")
    found = prose(page)
    assert tuple(name for name in found if name) == (*MAIN, "annex", *ANNEX)
    assert all(any(len(text) > 10 for text in found[name]) for name in SECTIONS)
    body = re.sub(r"<style.*?</style>|<script.*?</script>|<svg.*?</svg>|<[^>]+>", "\n", page, flags=re.DOTALL)
    assert not re.search(r"\b(?:nan|NaN|None|NaT|inf)\b", body)
    assert not re.findall(r"<(?:td|th|p|li|dd|dt|caption|figcaption)\b[^>]*>\s*</", page)


def test_the_headline_fits_the_first_screen(report: Path) -> None:
    said = json.loads((report / "briefing.json").read_text(encoding="utf-8"))["headline"]
    assert 20 < len(said["zh"]) <= 120
    assert 40 < len(said["en"]) <= 220


def test_nothing_is_counted_in_the_wrong_number(report: Path) -> None:
    page = (report / "briefing.en.html").read_text(encoding="utf-8")
    texts = [text for section in prose(page).values() for text in section]
    wrong = re.compile(
        r"(?<![\d.,])1 (?:projects|units|categories|sites|files|days|workbooks|errors|warnings|points)\b"
    )
    assert [text for text in texts if wrong.search(text)] == []


def test_every_figure_leads_back(briefing: Path) -> None:
    workspace = briefing.parent.parent
    content = assemble(str(workspace), "2010Q3")
    traces = lead_back(content.settings, content.figures.values())
    assert [trace.figure.key for trace in traces if not trace.cells] == []
    summed = [trace for trace in traces if PLAIN_SUM.fullmatch(trace.figure.key) and trace.figure.cells]
    assert len(summed) > 80
    for trace in summed:
        raw = sum(float(str(value).replace(",", "")) * written_in(cell) for cell, value in trace.cells)
        assert raw == pytest.approx(trace.figure.value), trace.figure.key


def test_what_a_figure_names_is_there(report: Path) -> None:
    record = json.loads((report / "briefing.json").read_text(encoding="utf-8"))
    workspace = next(folder for folder in report.parents if (folder / "cityanalytics.toml").exists())
    named = {place for figure in record["figures"] for place in figure["cells"]}
    assert len(named) > 100
    assert [place for place in named if not is_there(place, workspace, record)] == []
    assert [figure["key"] for figure in record["figures"] if not figure["cells"]] == []


def is_there(place: str, workspace: Path, record: dict[str, Any]) -> bool:
    """Say whether what a figure names exists: a package, a file of ours, or a part of a file of the workspace."""
    name, _, part = place.partition("!")
    if name == "briefing.json":
        return part in record
    if name.startswith("cityanalytics/"):
        return (ROOT / name).is_file()
    file = workspace / name
    if file.suffix == ".toml":
        first = part.partition(".")[0]
        documented = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
        return first in tomllib.loads(file.read_text(encoding="utf-8")) or f"`[{first}." in documented
    if file.suffix == ".parquet":
        return not part or part in read_schema(file).names
    if part:
        return file.is_file() and bool(re.fullmatch(r".+![A-Z]+[1-9]\d*", part))
    return file.is_file() or name in record["packages"]


@pytest.mark.parametrize(
    "place", ["cityanalytics.toml!lihgts.red", "data/processed/plans.parquet!sum", "nothing"]
)
def test_what_is_not_there_is_found(place: str, briefing: Path) -> None:
    record = json.loads((briefing / "briefing.json").read_text(encoding="utf-8"))
    assert not is_there(place, briefing.parent.parent, record)


def written_in(cell: str) -> float:
    """Return the unit that the sample city's workbooks write amounts and areas in, by their sender."""
    return 1e8 if "房地产开发管理处" in cell else 1e4


#: Terms, their difference, and the texts that the page tells the difference in.
DIFFERENCES = (
    ("elapsed_share", "investment_share_of_plan", "points_behind"),
    ("annual_plan", "investment_to_date", "plan_missing"),
)
SCALE = {"fraction": 0.01, "points": 0.01, "yuan": 1e8}
BEFORE_ROUNDING = {"zh": "（按未舍入数计算）", "en": " (before rounding)"}


def test_a_difference_beside_its_terms_is_theirs_as_shown_or_says_that_it_is_not(report: Path) -> None:
    record = json.loads((report / "briefing.json").read_text(encoding="utf-8"))
    figures = {figure["key"]: figure for figure in record["figures"]}
    for keys in DIFFERENCES:
        # the digits of both languages are the same: one decimal of a per cent, of 亿元
        first, second, third = (
            Decimal(repr(figures[key]["value"] / SCALE[figures[key]["unit"]])).quantize(
                Decimal("0.1"), ROUND_HALF_UP
            )
            for key in keys
        )
        agrees = abs(first - second) == abs(third)
        for language in record["language"]:
            shown = figures[keys[2]]["shown"][language]
            page = " ".join(
                prose((report / f"briefing.{language}.html").read_text(encoding="utf-8"))["headline"]
            )
            assert shown in page
            assert (f"{shown}{BEFORE_ROUNDING[language]}" in page) is not agrees
