"""Every part of the page in states that a year may come to: nothing of a kind, nothing to start, a year over."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from cityanalytics.briefing.numbering import renumbered
from cityanalytics.briefing.page import record_of
from cityanalytics.briefing.sections import SECTIONS as WRITERS
from cityanalytics.intake.store import read_tables
from cityanalytics.programme.dates import Dates
from cityanalytics.publishing.assemble import compose
from cityanalytics.settings import load_settings
from cityanalytics.workspace import Workspace
from tests.test_prose import SECTIONS, numbers, prose

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cityanalytics.briefing.composed import Composed

    Tables = dict[str, pd.DataFrame]

LAST = pd.Timestamp("2010-09-22")


def without(table: str) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        tables[table] = tables[table].iloc[:0]

    return spoil


def blank(table: str, *columns: str) -> Callable[[Tables], None]:
    def spoil(tables: Tables) -> None:
        cells = [f"{column}_cell" for column in columns if f"{column}_cell" in tables[table]]
        wanted = tables[table].columns.difference([*columns, *cells])
        tables[table] = (
            tables[table][wanted].reindex(columns=tables[table].columns).astype(tables[table].dtypes)
        )

    return spoil


def all_started(tables: Tables) -> None:
    status = tables["status"]
    waiting = status["stage"] == "not started"
    tables["status"] = status.assign(
        stage=status["stage"].mask(waiting, "under construction"), schedule="on schedule"
    )


def no_plan(tables: Tables) -> None:
    tables["plans"] = tables["plans"].assign(amount=0.0)


def one_project(tables: Tables) -> None:
    project = tables["projects"]["project"].iloc[0]
    for name in ("projects", "plans", "investment", "status", "works"):
        tables[name] = tables[name][tables[name]["project"] == project]
    tables["demolition"] = tables["demolition"].iloc[:0]


def until(day: str) -> Callable[[Tables], None]:
    """Let what is told of the last stretch before the data date be told of a stretch until `day`."""

    def spoil(tables: Tables) -> None:
        for name in ("investment", "demolition"):
            table = tables[name]
            tables[name] = table.assign(
                period_end=table["period_end"].mask(table["period_end"] == LAST, pd.Timestamp(day))
            )
        for name, table in tables.items():
            if "data_date" in table:
                tables[name] = table.assign(
                    data_date=table["data_date"].mask(table["data_date"] == LAST, pd.Timestamp(day)),
                    received=table["received"].mask(table["data_date"] == LAST, pd.Timestamp("2011-01-05")),
                )

    return spoil


def after_a_year(tables: Tables) -> None:
    """Let the year before have been the same, a fifth smaller, its last stretch lasting to 31 December."""
    for name in ("projects", "plans", "investment", "status"):
        table = tables[name].copy()
        for column in table.select_dtypes("datetime"):
            table[column] -= pd.DateOffset(years=1)
        for column in ("quarter", "file"):
            table[column] = table[column].str.replace("2010", "2009")
        table["position"] += 1000  # workbooks of their own
        if name == "investment":
            table["amount"] *= 0.8
            end = table["period_end"]
            table["period_end"] = end.mask(end == pd.Timestamp("2009-09-22"), pd.Timestamp("2009-12-31"))
        tables[name] = pd.concat([table, tables[name]], ignore_index=True).astype(tables[name].dtypes)


def plan_reached(tables: Tables) -> None:
    tables["plans"] = tables["plans"].assign(amount=tables["plans"]["amount"] / 2)


STATES: dict[str, tuple[str, list[Callable[[Tables], None]]]] = {
    "no demolition": ("2010-09-22", [without("demolition")]),
    "no works": ("2010-09-22", [without("works")]),
    "no history": ("2010-09-22", [without("history")]),
    "no constraints": ("2010-09-22", [blank("status", "constraint", "difficulty", "request", "deadline")]),
    "nothing to start": ("2010-09-22", [all_started]),
    "no plan": ("2010-09-22", [no_plan]),
    "plan reached": ("2010-09-22", [plan_reached]),
    "one project": ("2010-09-22", [one_project]),
    "late autumn": ("2010-11-30", [until("2010-11-30")]),
    "year over": ("2010-12-31", [until("2010-12-31")]),
}


@pytest.fixture(scope="module", params=STATES)
def content(request, processed_workspace: Path) -> Composed:
    day, spoils = STATES[request.param]
    settings = load_settings(processed_workspace)
    tables = dict(read_tables(settings))
    for spoil in spoils:
        spoil(tables)
    known_on = dt.date(2011, 1, 10)
    dates = Dates(quarter="2010Q3", as_of=dt.date.fromisoformat(day), known_on=known_on, complete=False)
    return compose(Workspace(settings=settings, given=tables), dates)


def test_another_year_before_gives_the_change_on_the_year(processed_workspace: Path) -> None:
    """By 31 August 55.2, to 22 September 6.8 more (亿元): of the year before 0.8 × (55.2 + 6.8 × 22 ÷ 122) = 45.1."""
    settings = load_settings(processed_workspace)
    tables = dict(read_tables(settings))
    after_a_year(tables)
    dates = Dates(quarter="2010Q3", as_of=LAST.date(), known_on=dt.date(2011, 1, 10), complete=False)
    shown = WRITERS["corrections"](compose(Workspace(settings=settings, given=tables), dates)).html
    change = 62.0 / (0.8 * (55.2 + 6.8 * 22 / 122)) - 1
    assert f"同比增长{change:.1%}（上年同期45.1亿元）" in shown["zh"]
    assert f"up {change:.1%} from ¥4.51 bn" in shown["en"]


def drawn(content: Composed) -> dict[str, dict[str, str]]:
    """Draw the parts of a page; give them by language."""
    made = [write(content) for write in WRITERS.values()]
    assert tuple(section.id for section in made) == SECTIONS
    return {language: {section.id: section.html[language] for section in made} for language in ("zh", "en")}


@pytest.fixture(scope="module")
def written(content: Composed) -> dict[str, dict[str, str]]:
    """Give the parts of the state's page by language; they are drawn once."""
    return drawn(content)


@pytest.mark.parametrize(("language", "label"), [("zh", "[图表]"), ("en", "(?:Figure|Table) ")])
def test_tables_and_figures_are_numbered_without_holes(written, language, label) -> None:
    page = renumbered("".join(written[language].values()), language)
    found = re.findall(rf"<b>({label})(\d+)", page)
    numbers = [[int(number) for kind, number in found if kind == each] for each in dict(found)]
    assert len(numbers) == 2
    assert numbers == [list(range(1, len(one) + 1)) for one in numbers]
    ids = re.findall(r"<caption id=(\S+?)>", page)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r"labelledby=(\S+?)>", page)) <= set(ids)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_part_has_content_or_says_why_not(written, language) -> None:
    for name, html in written[language].items():
        texts = prose(f"<section id={name}>{html}</section>")[name]
        assert any(len(text) > 8 for text in texts), name
        body = re.sub(r"<svg.*?</svg>|<script.*?</script>|<[^>]+>", "\n", html, flags=re.DOTALL)
        assert not re.search(r"\b(?:nan|NaN|None|NaT|inf)\b|\{", body), name
        assert not re.findall(r"<(?:td|th|p|li|dd|dt|caption|figcaption)\b[^>]*>\s*</", html), name


def test_headlines_fit_and_state_figures_alone(content) -> None:
    document = record_of(content).document["briefing"]
    assert len(document["headline"]["zh"]) <= 120
    assert len(document["headline"]["en"].removeprefix("(Incomplete data) ")) <= 220
    json.dumps(document, allow_nan=False)
    for text in document["headline"].values():
        assert [number.text for number in numbers(text) if not number.keys(document["figures"])] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_prose_of_a_state_states_figures_alone(content, written, language) -> None:
    document = record_of(content).document["briefing"]
    figures = [*document["figures"], {"key": "seed", "unit": "count", "value": document["seed"]}]
    bare = [
        (number.text, text)
        for name, html in written[language].items()
        for text in prose(f"<section id={name}>{html}</section>")[name]
        for number in numbers(text)
        if not number.keys(figures)
    ]
    assert bare == []
