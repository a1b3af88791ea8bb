"""Programmes that lack what a forecast stands on: a wide answer with its reason or a refusal in words, no traceback."""

from __future__ import annotations

import datetime as dt
import html
import json
import math
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from cityanalytics.briefing.page import page, record_of
from cityanalytics.briefing.sections import SECTIONS
from cityanalytics.errors import InsufficientDataError
from cityanalytics.intake.store import Tables, read_tables
from cityanalytics.programme.dates import Dates
from cityanalytics.publishing.assemble import compose
from cityanalytics.settings import load_settings
from cityanalytics.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.briefing.composed import Composed

KNOWN_ON = dt.date(2010, 10, 8)
DATA_DATE = dt.date(2010, 9, 22)


@pytest.fixture(scope="module")
def tables(processed_workspace: Path) -> Tables:
    return read_tables(load_settings(processed_workspace))


@pytest.fixture(scope="module")
def briefed(processed_workspace: Path):
    settings = load_settings(processed_workspace)

    def compose_from(tables: Tables, as_of: dt.date = DATA_DATE) -> Composed:
        dates = Dates(
            quarter=f"{as_of.year}Q{(as_of.month + 2) // 3}", as_of=as_of, known_on=KNOWN_ON, complete=True
        )
        return compose(Workspace(settings=settings, given=tables), dates)

    return compose_from


def words(content: Composed) -> dict[str, str]:
    """Give the text of all that is written from the values, by language; none of it may be a sign of a failure."""
    made = [write(content) for write in SECTIONS.values()]
    found = {}
    for language in ("zh", "en"):
        markup = "\n".join(section.html[language] for section in made)
        text = html.unescape(re.sub(r"<[^>]*>", " ", markup)) + page(content, language)["title"]
        assert not re.search(r"(?<![\w-])(?:nan|NaN|None|inf|NaT)(?![\w-])", text)
        found[language] = re.sub(r"\s+", " ", text)
    json.dumps(record_of(content).document, allow_nan=False)
    return found


def amounts(tables: Tables, table: str, change) -> Tables:
    changed = tables[table].assign(amount=change(tables[table]))
    return {**tables, table: changed}


PLANLESS = {
    "zero": lambda tables: amounts(tables, "plans", lambda plans: plans["amount"] * 0.0),
    "missing": lambda tables: amounts(tables, "plans", lambda plans: plans["amount"] * math.nan),
    "no rows": lambda tables: {**tables, "plans": tables["plans"].iloc[:0]},
}


@pytest.mark.parametrize("spoil", PLANLESS.values(), ids=PLANLESS.keys())
def test_without_a_plan_there_is_a_forecast_but_no_chance_of_reaching_it(spoil, tables, briefed) -> None:
    content = briefed(spoil(tables))
    usual = briefed(tables)
    assert content.forecast.quantile(0.5) == pytest.approx(usual.forecast.quantile(0.5))
    assert content.forecast.probability is None
    record = record_of(content).document["briefing"]
    assert record["forecast"]["probability"] is None
    shown = {figure["key"]: figure["shown"] for figure in record["figures"]}
    assert shown["forecast_probability"] == {"zh": "不适用", "en": "n/a"}
    text = words(content)
    assert "There is no annual plan" in text["en"]
    assert "没有年度计划" in text["zh"]
    assert "is reached" not in text["en"]


@pytest.mark.parametrize("factor", [0.0, -1.0])
def test_where_nothing_is_done_the_forecast_is_refused_in_words(factor, tables, briefed) -> None:
    with pytest.raises(InsufficientDataError, match="2010-09-22"):
        briefed(amounts(tables, "investment", lambda rows: rows["amount"] * factor))


def test_a_negative_month_is_counted_as_stated(tables, briefed) -> None:
    may = tables["investment"]["period_start"].dt.month == 5
    changed = amounts(tables, "investment", lambda rows: rows["amount"].where(~may, -rows["amount"]))
    content = briefed(changed)
    assert content.forecast.done < briefed(tables).forecast.done
    assert words(content)


def test_a_curve_that_stands_still_is_forecast_from_its_mean_pace(tables, briefed) -> None:
    first = tables["investment"]["period_start"].dt.month == 1
    content = briefed(amounts(tables, "investment", lambda rows: rows["amount"].where(first, 0.0)))
    assert content.forecast.quantile(0.1) > content.forecast.done
    assert content.forecast.probability is not None
    assert content.forecast.probability < 0.01
    text = words(content)
    assert "under 1%" in text["en"]
    assert "不足1%" in text["zh"]


@pytest.mark.parametrize("day", [dt.date(2010, 1, 1), dt.date(2010, 1, 2), dt.date(2010, 1, 31)])
def test_a_short_history_is_forecast_widely_and_says_why(day, tables, briefed) -> None:
    content = briefed(tables, day)
    spread = content.forecast.spread
    assert spread >= briefed(tables, dt.date(2010, 1, 31)).forecast.spread
    text = words(content)
    assert ("Less than a month" in text["en"]) == (day.day < 31)
    assert ("不足一个月" in text["zh"]) == (day.day < 31)


@pytest.mark.parametrize("day", [dt.date(2010, 12, 30), dt.date(2010, 12, 31)])
def test_the_year_s_last_days_are_briefed(day, tables, briefed) -> None:
    rows = tables["investment"]
    ends = rows["period_end"].where(rows["period_end"] < "2010-09-01", pd.Timestamp("2010-12-31"))
    content = briefed({**tables, "investment": rows.assign(period_end=ends)}, day)
    assert words(content)
    if day.day == 31:
        assert {content.forecast.quantile(level) for level in (0.05, 0.5, 0.95)} == {content.forecast.done}
        assert content.forecast.probability in {0.0, 1.0}
