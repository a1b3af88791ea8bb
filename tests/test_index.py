"""The list of reports: what stands in it, in which order, by year where they are many, and what it does not let in."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from cityanalytics.briefing.archive import MOST_REPORTS
from cityanalytics.briefing.lights import light
from cityanalytics.publishing.index import index_pages, write_index
from cityanalytics.settings import load_settings
from tests.conftest import run_cityanalytics

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cityanalytics.issues import Message
    from cityanalytics.settings import Settings

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(1)> {{ 7*7 }} & 'x'"


@pytest.fixture
def settings(repository: Path, tmp_path: Path) -> Settings:
    shutil.copy(repository / "cityanalytics.toml", tmp_path)
    return load_settings(tmp_path)


@pytest.fixture
def add(settings: Settings, briefing: Path) -> Callable[..., Path]:
    """Give what adds a report of a day: the sample's record with other dates, and files that the test names."""
    record = json.loads((briefing / "briefing.json").read_text(encoding="utf-8"))

    def added(day: dt.date, *files: str, change: Callable[[dict[str, Any]], object] = lambda _: None) -> Path:
        quarter = f"{day.year}Q{(day.month + 2) // 3}"
        known_on = (day + dt.timedelta(days=8)).isoformat()
        changed = json.loads(json.dumps({**record, "quarter": quarter, "as_of": day.isoformat()}))
        changed["known_on"] = known_on
        change(changed)
        folder = settings.reports / quarter / day.isoformat()
        folder.mkdir(parents=True)
        (folder / "briefing.json").write_text(json.dumps(changed), encoding="utf-8")
        for name in files or ("briefing.zh.html", "briefing.en.html"):
            (folder / name).touch()
        return folder

    return added


def weeks(count: int, first: dt.date = dt.date(2010, 1, 6)) -> list[dt.date]:
    return [first + dt.timedelta(days=7 * week) for week in range(count)]


def places(page: str) -> list[str]:
    """Give the day of each report that a page lists, in order."""
    return re.findall(r'<h3><a href="\d{4}Q\d/(\d{4}-\d\d-\d\d)/', page)


def test_reports_stand_newest_first_in_both_languages(settings, add) -> None:
    days = weeks(4)
    for day in (days[2], days[0], days[3], days[1]):
        add(day)
    pages = index_pages(settings)
    assert list(pages) == ["index.html", "index.en.html"]
    for page in pages.values():
        assert places(page) == [day.isoformat() for day in reversed(days)]
    assert '<html lang="zh-CN">' in pages["index.html"]
    assert '<html lang="en">' in pages["index.en.html"]
    assert 'href="index.en.html" lang="en"' in pages["index.html"]
    assert 'href="index.html" lang="zh-CN"' in pages["index.en.html"]


def test_a_report_shows_headline_light_and_the_files_that_are_there(settings, add, briefing) -> None:
    add(dt.date(2010, 9, 22), "briefing.zh.html", "briefing.zh.pdf", "briefing.xlsx")
    record = json.loads((briefing / "briefing.json").read_text(encoding="utf-8"))
    page = index_pages(settings)["index.html"]
    assert record["headline"]["zh"] in page
    assert '<span class="light behind">滞后</span>' in page
    links = re.findall(r'href="2010Q3/2010-09-22/([^"]+)"', page)
    assert links == ["briefing.zh.html", "briefing.zh.html", "briefing.zh.pdf", "briefing.xlsx"]


def test_the_light_of_the_record_is_that_of_the_rule(settings, briefing) -> None:
    record = json.loads((briefing / "briefing.json").read_text(encoding="utf-8"))
    figures = {figure["key"]: figure["value"] for figure in record["figures"]}
    (found,) = record["lights"]["city"]
    behind = figures["elapsed_share"] - figures["investment_to_date"] / figures["annual_plan"]
    assert found["behind"] == pytest.approx(behind)
    assert found["light"] == light(behind, settings.lights) == "behind"
    units = record["lights"]["unit"]
    assert {unit["name"] for unit in units} == set(settings.units)
    assert {unit["light"] for unit in units} <= {"normal", "behind", "far behind"}
    assert all(unit["shown"]["en"] == settings.term(unit["name"], "en") for unit in units)


def test_a_record_of_before_there_were_lights_is_listed_without(settings, add) -> None:
    add(dt.date(2010, 9, 22), change=lambda record: record.pop("lights"))
    assert '<span class="light unknown">no data</span>' in index_pages(settings)["index.en.html"]


@pytest.mark.parametrize(("count", "split"), [(MOST_REPORTS, False), (MOST_REPORTS + 1, True)])
def test_many_reports_of_a_year_get_a_list_of_their_own(settings, add, count, split) -> None:
    for day in weeks(count):
        add(day)
    pages = index_pages(settings)
    assert ("index.2010.html" in pages) is split
    assert ("index.2010.en.html" in pages) is split
    full = pages["index.2010.html" if split else "index.html"]
    assert len(places(full)) == count
    assert ('href="index.2010.html"' in pages["index.html"]) is split


def test_years_stand_with_their_newest_report(settings, add) -> None:
    for day in (dt.date(2009, 6, 30), dt.date(2009, 12, 31), dt.date(2010, 3, 31), dt.date(2010, 6, 30)):
        add(day)
    written = write_index(settings)
    assert [path.name for path in written] == [
        "index.html", "index.2010.html", "index.2009.html", "index.en.html", "index.2010.en.html", "index.2009.en.html",
    ]  # fmt: skip
    front = written[0].read_text(encoding="utf-8")
    years, _, found_by_search = front.partition('<script type="application/json" id="all">')
    assert places(years) == ["2010-06-30", "2009-12-31"]
    assert re.findall(r'href="(index\.\d+\.html)"', years) == ["index.2010.html", "index.2009.html"]
    rows = json.loads(found_by_search.partition("</script>")[0])
    assert [row[0].split("/")[1] for row in rows] == ["2010-06-30", "2010-03-31", "2009-12-31", "2009-06-30"]
    assert places(written[2].read_text(encoding="utf-8")) == ["2009-12-31", "2009-06-30"]
    assert 'href="index.html"' in written[2].read_text(encoding="utf-8")


def test_a_list_of_a_year_without_reports_goes(settings, add) -> None:
    old = add(dt.date(2009, 12, 31))
    add(dt.date(2010, 3, 31))
    write_index(settings)
    shutil.rmtree(old)
    own = settings.reports / "index.notes.html"
    own.touch()
    write_index(settings)
    assert sorted(path.name for path in settings.reports.glob("*.html")) == [
        "index.en.html",
        "index.html",
        "index.notes.html",
    ]


def test_the_chart_says_what_it_draws(settings, add) -> None:
    def forecast(p10: float, p50: float, p90: float) -> Callable[[dict[str, Any]], object]:
        return lambda record: record["forecast"].update(target=9e9, p10=p10, p50=p50, p90=p90)

    add(dt.date(2010, 3, 31), change=forecast(7e9, 8e9, 9.5e9))
    add(dt.date(2010, 6, 9), change=forecast(1e9, 2e9, 3e9))
    add(dt.date(2010, 6, 30), change=forecast(7.4e9, 8.2e9, 8.8e9))
    page = unescape(index_pages(settings)["index.html"])
    said = re.search(r'<svg role="img" aria-label="([^"]+)"', page)
    assert said is not None
    assert "2010年3月31日，计划90.0亿元，预计80.0亿元，80%区间70.0亿元～95.0亿元" in said[1]
    assert "2010年6月30日，计划90.0亿元，预计82.0亿元，80%区间74.0亿元～88.0亿元" in said[1]
    assert "6月9日" not in said[1]  # of each quarter its last
    assert "由3月31日的80.0亿元变为82.0亿元；计划90.0亿元高于80%区间" in page
    rows = re.findall(r"<th scope=row>([^<]+)</th>((?:<td class=n>[^<]+</td>)+)", page)
    assert [(day, re.findall(r">([\d.]+)<", cells)) for day, cells in rows] == [
        ("6月30日", ["90.0", "74.0", "82.0", "88.0"]),
        ("3月31日", ["90.0", "70.0", "80.0", "95.0"]),
    ]


def test_what_is_no_record_is_told_and_left_out(settings, add) -> None:
    add(dt.date(2010, 3, 31))
    damaged = add(dt.date(2010, 6, 30), change=lambda record: record.pop("headline"))
    broken = add(dt.date(2010, 7, 7))
    (broken / "briefing.json").write_text("{", encoding="utf-8")
    doubts: list[Message] = []
    page = index_pages(settings, on_doubt=doubts.append)["index.html"]
    assert places(page) == ["2010-03-31"]
    assert [str(damaged) in str(doubts[0]), str(broken) in str(doubts[1])] == [True, True]


def test_hostile_text_stays_text(settings, add) -> None:
    def spoil(record: dict[str, Any]) -> None:
        record["headline"] = {"zh": HOSTILE, "en": HOSTILE}
        record["title"] = {"zh": HOSTILE, "en": HOSTILE}
        record["lights"]["unit"] = [
            {"name": HOSTILE, "shown": {"zh": HOSTILE, "en": HOSTILE}, "light": "far behind"}
        ]

    add(dt.date(2010, 3, 31), change=spoil)
    for page in index_pages(settings).values():
        assert page.count("<script>") == 1
        assert "<img" not in page
        assert "49" not in re.sub(r"<svg.*?</svg>|<style>.*?</style>|<meta[^>]+>", "", page, flags=re.DOTALL)
        assert HOSTILE in unescape(page)


def test_the_same_reports_give_the_same_bytes_in_any_order_of_making(settings, add) -> None:
    days = weeks(3)
    for day in days:
        add(day)
    first = index_pages(settings)
    shutil.rmtree(settings.reports)
    for day in reversed(days):
        add(day)
    assert index_pages(settings) == first


def test_without_reports_the_list_says_so(settings) -> None:
    page = write_index(settings)[0].read_text(encoding="utf-8")
    assert "尚无简报" in page
    assert "<script" not in page
    assert "<svg" not in page


def test_what_is_published_is_told_apart(briefing: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    shutil.copytree(briefing.parent.parent, workspace)
    assert "Not published" in (workspace / "reports/index.en.html").read_text(encoding="utf-8")
    run_cityanalytics("publish", "reports/2010Q3", "--by", "Test", workspace=workspace)
    # today is long after the data date of 2010
    assert "Hindcast, published on" in (workspace / "reports/index.en.html").read_text(encoding="utf-8")
    run_cityanalytics("verify", "reports/index.html", workspace=workspace)
