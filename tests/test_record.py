"""The record: scores against numbers worked by hand, and no skill claimed where there is none."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from functools import partial
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityanalytics.briefing.content import LookBack
from cityanalytics.briefing.display import share
from cityanalytics.briefing.figures.earlier import recorded
from cityanalytics.briefing.forecasts import backtests, ledger
from cityanalytics.briefing.sections.record import record as section_of
from cityanalytics.briefing.sections.record import skill_sentence
from cityanalytics.briefing.wording import Wording
from cityanalytics.calendar import elapsed_share
from cityanalytics.errors import CityAnalyticsError, InsufficientDataError
from cityanalytics.intake.schema import STATUS
from cityanalytics.outlook.record import (
    LEAST_SCORED,
    LEVELS,
    Published,
    Record,
    Rules,
    hold_against,
    pinball,
    simple_rules,
)
from cityanalytics.programme.closing import closed_year, same_day_before, share_done, year_total
from cityanalytics.programme.snapshot import take_snapshot
from cityanalytics.publishing.assemble import assemble
from cityanalytics.publishing.lookback import past_tests
from cityanalytics.series.answers import COLUMNS, answers
from cityanalytics.series.backtests import backtest, expectations, packaged_backtests
from cityanalytics.series.series import arrange
from cityanalytics.series.seriesfile import read_recorded
from cityanalytics.series.yearend import year_ends
from cityanalytics.settings import load_settings

#: p05 … p95 of a forecast, in any unit.
SAID = (70.0, 80.0, 90.0, 100.0, 110.0, 120.0, 130.0)
OUTCOME = 105.0


def published(said=SAID, *, year: int = 2010, run_rate: float = 90.0, shape: float | None = None, **other):
    fields = {
        "as_of": dt.date(year, 9, 22),
        "known_on": dt.date(year, 10, 8),
        "published_on": dt.date(year, 10, 9),
        "by": "总工办",
        "hindcast": (),
        "done": 62.0,
        "target": 90.0,
        "quantiles": dict(zip(LEVELS, said, strict=True)),
        "probability": 0.6,
        "rules": Rules(run_rate=run_rate, last_year_shape=shape),
        "method": "m",
        "reference_class": "c",
        "code_sha256": "",
        "inputs_sha256": "",
        "sha256": "",
    }
    return Published(**{**fields, **other})


def spoken(record: Record) -> str:
    figures = {figure.key: figure for figure in recorded(record)}
    return skill_sentence(record, Wording(language="en", figures=figures))


def test_scores_are_those_worked_by_hand() -> None:
    """Pinball by level: 1.75, 2.5, 3.75, 2.5, 1.25, 1.5, 1.25: 14.5 in all, 14.5 ÷ 7 ÷ 105 of the outcome."""
    (score,) = hold_against([published(shape=100.0)], {2010: OUTCOME}).scores
    assert score.inside is True
    assert score.error == pytest.approx(100 / 105 - 1)
    assert score.loss == pytest.approx(14.5 / 7 / 105)
    # a point that is 15 too low costs half of 15: the levels are symmetric about one half
    assert score.loss_of("run_rate") == pytest.approx(7.5 / 105)
    assert score.loss_of("last_year_shape") == pytest.approx(2.5 / 105)


def test_skill_is_one_less_the_ratio_of_losses_and_its_sign_says_who_was_better() -> None:
    record = hold_against([published(run_rate=90.0, shape=104.0)], {2010: OUTCOME})
    assert record.skill("run_rate") == pytest.approx(1 - (14.5 / 7) / 7.5)
    assert record.skill("last_year_shape") == pytest.approx(1 - (14.5 / 7) / 0.5)
    assert (record.skill("run_rate") or 0) > 0 > (record.skill("last_year_shape") or 0)


@given(
    said=st.lists(st.floats(1, 1e3), min_size=7, max_size=7).map(sorted),
    outcome=st.floats(1, 1e3),
)
def test_the_pinball_loss_is_what_its_definition_says_and_never_negative(said, outcome) -> None:
    """Koenker and Bassett 1978: level × what is missed above the quantile, (1 − level) × what is missed below."""
    levels = list(LEVELS.values())
    by_definition = [
        level * (outcome - one) if outcome >= one else (1 - level) * (one - outcome)
        for level, one in zip(levels, said, strict=True)
    ]
    assert pinball(levels, said, outcome) == pytest.approx(np.mean(by_definition))
    assert pinball(levels, said, outcome) >= 0
    assert pinball(levels, [outcome] * 7, outcome) == 0


def test_hindcasts_and_open_years_do_not_count() -> None:
    record = hold_against(
        [published(), published(hindcast=("late",)), published(year=2011)], {2010: OUTCOME, 2011: None}
    )
    assert (len(record.scores), len(record.hindcasts), len(record.closed), record.inside) == (2, 1, 1, 1)
    assert record.bias == pytest.approx(100 / 105 - 1)
    assert hold_against([published(year=2011)], {}).bias is None


@pytest.mark.parametrize(
    ("count", "run_rate", "shape", "skilled"),
    [
        (LEAST_SCORED, 60.0, None, True),
        (LEAST_SCORED, 60.0, 50.0, True),
        (LEAST_SCORED - 1, 60.0, None, False),
        (LEAST_SCORED, OUTCOME, None, False),
        (LEAST_SCORED, 60.0, OUTCOME, False),
    ],
)
def test_no_skill_is_claimed_with_too_few_or_against_a_rule_as_good(count, run_rate, shape, skilled) -> None:
    record = hold_against([published(run_rate=run_rate, shape=shape)] * count, {2010: OUTCOME})
    assert record.has_skill is skilled
    assert ("No skill yet" in spoken(record)) is not skilled
    if skilled and shape is None:
        assert "is not known" in spoken(record)


def test_the_simple_rules(briefing) -> None:
    content = assemble(str(briefing), "2010Q3")
    assert content.rules.run_rate == pytest.approx(content.pace.closes_at)
    assert content.rules.last_year_shape is None  # the sample knows earlier years as one amount alone
    with_shape = simple_rules(content.forecast, share_last_year=0.5)
    assert with_shape.last_year_shape == pytest.approx(2 * content.programme.done)
    assert elapsed_share(content.programme.as_of) * content.rules.run_rate == pytest.approx(62e8)


def made_up(periods: dict[str, list[tuple[str, str, float]]], history=()) -> dict[str, pd.DataFrame]:
    """Make tables of a year from stated periods by unit; every unit has one project."""
    stamp = pd.Timestamp
    common = {
        "quarter": "2009Q4",
        "data_date": stamp("2009-12-31"),
        "received": stamp("2010-01-05"),
        "position": 0,
    }
    units = list(periods)
    own = {
        unit: {**common, "unit": unit, "file": unit, "position": at, "project": f"p{unit}"}
        for at, unit in enumerate(units)
    }
    rows = [
        {**own[unit], "period_start": stamp(first),
         "period_end": stamp(last), "amount": amount, "amount_cell": "c"}
        for unit, stated in periods.items()
        for first, last, amount in stated
    ]  # fmt: skip
    empty: dict[str, Any] = {
        name: {**fields, **common, "unit": "A", "file": "A"}
        for name, fields in cast("dict[str, dict[str, Any]]", {
            "plans": {
                "project": "", "amount": 0.0, "amount_cell": "", "version": "original",
                "effective": stamp("2009-01-01"),
            },
            "status": dict.fromkeys(STATUS.columns, None) | {"actual_start": pd.NaT, "actual_finish": pd.NaT},
            "demolition": {"site": "", "period_start": stamp("2009-01-01"), "period_end": stamp("2009-01-31"),
                           "area": 0.0, "area_cell": "", "note": None},
            "works": {"project": ""},
        }).items()
    }  # fmt: skip
    return {
        "projects": pd.DataFrame(
            [
                {**own[unit], "category": "k", "note": None}
                for unit in units
            ]
        ),
        "investment": pd.DataFrame(rows),
        **{name: pd.DataFrame([fields]).iloc[:0] for name, fields in empty.items()},
        "history": pd.DataFrame(
            [
                {**common, "quarter": quarter, "data_date": stamp(day), "received": stamp(received), "unit": "A",
                 "file": "A", "year": 2009, "amount": amount, "amount_cell": "c"}
                for quarter, day, received, amount in history
            ],
            columns=[*common, "unit", "file", "year", "amount", "amount_cell"],
        ).astype({"data_date": "datetime64[ns]", "received": "datetime64[ns]"}),
        "history_months": pd.DataFrame(
            columns=[*common, "unit", "file", "year", "period_start", "period_end", "amount", "amount_cell"]
        ).astype(dict.fromkeys(("data_date", "received", "period_start", "period_end"), "datetime64[ns]")),
        "issues": pd.DataFrame(columns=["file"]),
    }  # fmt: skip


WHOLE = [("2009-01-01", "2009-06-30", 30.0), ("2009-07-01", "2009-12-31", 70.0)]
HALF = WHOLE[:1]
TOLD = [("2010Q1", "2010-03-31", "2010-04-05", 140.0)]
KNOWN = dt.date(2010, 6, 1)


def closing(tables: dict[str, pd.DataFrame], *, known_on: dt.date) -> float | None:
    return year_total(partial(take_snapshot, tables), tables["history"], year=2009, known_on=known_on)


def test_a_year_is_closed_by_its_workbooks_when_every_unit_reaches_its_end() -> None:
    tables = made_up({"A": WHOLE, "B": WHOLE}, TOLD)
    assert closing(tables, known_on=KNOWN) == pytest.approx(200.0)
    closed = closed_year(partial(take_snapshot, tables), year=2009, known_on=KNOWN)
    assert share_done(closed, dt.date(2009, 6, 30), months=pd.DataFrame()) == pytest.approx(0.3)
    assert closing(tables, known_on=dt.date(2010, 1, 4)) is None


def test_a_year_that_a_unit_left_open_is_closed_by_a_later_years_history() -> None:
    tables = made_up({"A": WHOLE, "B": HALF}, TOLD)
    assert closing(tables, known_on=KNOWN) == pytest.approx(140.0)
    assert closing(tables, known_on=dt.date(2010, 4, 4)) is None
    assert closed_year(partial(take_snapshot, tables), year=2009, known_on=KNOWN) is None


def test_the_same_day_before() -> None:
    assert same_day_before(dt.date(2012, 2, 29)) == dt.date(2011, 2, 28)
    assert same_day_before(dt.date(2010, 9, 22)) == dt.date(2009, 9, 22)


def test_the_ledger_lists_all_and_calls_a_hindcast_one(repository) -> None:
    record = hold_against([published(), published(hindcast=("late",), by="<b>")], {2010: OUTCOME})
    shown = ledger(LookBack(settings=load_settings(repository), record=record, hindcasts=())).html
    assert "事后回测" in shown["zh"]
    assert "indcast" in shown["en"]
    (rows,) = re.findall("<tbody>.*?</tbody>", shown["en"], re.DOTALL)
    assert (rows.count("<tr>"), rows.count("(hindcast)")) == (2, 1)
    assert "No skill yet" in shown["en"]


def test_what_to_expect_comes_from_the_table_alone() -> None:
    table = pd.DataFrame(
        {
            "method": ["other", "cityanalytics", "cityanalytics", "cityanalytics"],
            "group": ["a", "a", "b", "c"],
            "month": 9,
            "cells": [1, 1, 1, 2],
            "mdape": [0.5, 0.01, 0.02, 0.09],
            "pinball": [1.0, 0.5, 1.0, 2.0],
            "coverage": [0.1, 1.0, 0.6, 0.8],
        }
    )
    ours, other = expectations(table)
    assert (ours.method, other.method) == ("cityanalytics", "other")
    assert (ours.typical, ours.best, ours.worst, ours.years) == (0.02, 0.01, 0.09, 4)
    assert ours.coverage == pytest.approx((1.0 + 0.6 + 2 * 0.8) / 4)
    assert ours.loss == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([], ("尚无记录",)),
        ([published(hindcast=("late",))], ("尚无记录", "事后回测1条", "（事后回测）</td>")),
        ([published(year=2012)], ("及时发布预测1次", "暂不能评价", "年度未结束")),
        (
            [published(), published([one + 40 for one in SAID]), published(hindcast=("late",))],
            (
                "及时发布预测2次",
                "落在80%区间之内1次",
                "平均偏高14.3%",
                "落在区间外",
                "不足8次不下结论",
                "事后回测1条",
            ),
        ),
    ],
)
def test_the_page_says_what_became_of_each_forecast(briefing, found, words) -> None:
    """Medians 100 and 140 against 105: 4.8 % too low and 33.3 % too high, 14.3 % too high on average."""
    content = assemble(str(briefing), "2010Q3")
    held = hold_against(found, {2010: OUTCOME})
    figures = {**content.figures, **{figure.key: figure for figure in recorded(held)}}
    shown = section_of(dataclasses.replace(content, record=held, figures=figures)).html
    for word in words:
        assert word in shown["zh"]
    assert shown["en"].count("<tr>") == shown["zh"].count("<tr>") == (1 + len(found) if found else 0)


def test_the_notebooks_expectations_are_those_of_the_packaged_table(repository) -> None:
    table = packaged_backtests()
    ours = table[(table["method"] == "cityanalytics") & (table["month"] == 9)]["mdape"]
    shown = backtests(
        LookBack(settings=load_settings(repository), record=hold_against([], {}), hindcasts=()), past_tests()
    ).html
    typical = share(float(ours.median()), "zh")
    assert (
        f"9月末所作的预测，在一般类别的序列中，有一半年份的全年结果与预测中值相差不超过{typical}"
        in shown["zh"]
    )
    assert f"within {typical} of the median" in shown["en"]
    for method in table["method"].unique():
        assert f"<th scope=row>{method}</th>" in shown["en"]


def monthly(series: str, group: str, years: range) -> pd.DataFrame:
    months = [
        (series, group, year, month, 100.0 + 7 * month + (year % 3))
        for year in years
        for month in range(1, 13)
    ]
    return pd.DataFrame(months, columns=["series_id", "group", "year", "month", "value"])


def test_series_given_are_tested_on_their_own_past() -> None:
    """Three months of eight years, the first of which has no year before; the scores recomputed one by one."""
    series = monthly("roads", "works", range(2001, 2010))
    table = backtest(series)
    assert table["cells"].tolist() == [8, 8, 8]
    assert table["pinball"].isna().all()
    totals = series.groupby("year")["value"].sum()
    for month, error, covered in zip(table["month"], table["mdape"], table["coverage"], strict=True):
        made = answers(arrange(series), year_ends(arrange(series), month), month=month).set_index("year")
        made = made.loc[2002:]
        total = totals.loc[2002:]
        assert error == pytest.approx((made["p50"] / total - 1).abs().median())
        assert covered == ((made["p10"] <= total) & (total <= made["p90"])).mean()


def test_another_tool_is_measured_by_the_reference_on_the_same_cells() -> None:
    """A tool whose every quantile misses by 10 beside a reference that misses by 20 loses half of it."""
    series = monthly("roads", "works", range(2001, 2006))
    total = series[series["year"] == 2005]["value"].sum()
    said = [
        {"series_id": "roads", "year": 2005, "month": 9, "method": method}
        | dict.fromkeys(COLUMNS, total + missed)
        for method, missed in (("AutoARIMA", 20.0), ("other", 10.0))
    ]
    table = backtest(series, pd.DataFrame(said)).set_index("method")
    assert table["cells"].tolist() == [1, 1, 1]
    assert table.loc["other", "pinball"] == pytest.approx(0.5)
    assert table.loc["AutoARIMA", "pinball"] == 1.0


def test_a_series_of_one_year_is_refused() -> None:
    with pytest.raises(InsufficientDataError, match="two whole years"):
        backtest(monthly("roads", "works", range(2001, 2002)))


def test_recorded_forecasts_without_the_reference_are_refused() -> None:
    said = pd.DataFrame(
        [{"series_id": "roads", "year": 2005, "month": 9, "method": "other"} | dict.fromkeys(COLUMNS, 1.0)]
    )
    with pytest.raises(InsufficientDataError, match="AutoARIMA"):
        backtest(monthly("roads", "works", range(2001, 2006)), said)


def test_recorded_forecasts_that_lack_a_column_are_refused(tmp_path) -> None:
    path = tmp_path / "said.csv"
    path.write_text("series_id,year,month,method,p05\nroads,2005,9,other,1\n", encoding="utf-8")
    with pytest.raises(CityAnalyticsError, match=r"said\.csv lacks the columns p10"):
        read_recorded(path)
