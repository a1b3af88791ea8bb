"""Two times: what was received later, or describes later days, is not seen."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cityanalytics.intake.store import Tables, read_tables
from cityanalytics.outlook.forecast import forecast_year
from cityanalytics.outlook.outlook import look_ahead
from cityanalytics.programme import progress
from cityanalytics.programme.snapshot import Programme, take_snapshot
from cityanalytics.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = dt.date(2010, 10, 8)
days = st.dates(dt.date(2010, 1, 5), dt.date(2010, 9, 22))
receipts = st.dates(dt.date(2010, 9, 27), EVERYTHING)


@pytest.fixture(scope="module")
def tables(processed_workspace: Path) -> Tables:
    return read_tables(load_settings(processed_workspace))


def facts(programme: Programme) -> dict[str, object]:
    """Return all that a briefing counts."""
    return {
        "done": programme.done,
        "plan": programme.plan,
        "stages": progress.stages(programme),
        "demolition": progress.demolition_by_kind(programme).to_dict("list"),
        "works": progress.works_by_kind(programme).to_dict("list"),
        "curve": progress.curve(programme).tolist(),
    }


@settings(max_examples=15)
@given(as_of=days, known_on=receipts)
def test_what_was_received_later_is_not_seen(tables: Tables, as_of: dt.date, known_on: dt.date) -> None:
    until = {
        name: table[table["received"] <= pd.Timestamp(known_on)] if "received" in table else table
        for name, table in tables.items()
    }
    seen = take_snapshot(tables, as_of=as_of, known_on=known_on)
    assert facts(seen) == facts(take_snapshot(until, as_of=as_of, known_on=known_on))


@settings(max_examples=15)
@given(as_of=days)
def test_amounts_of_later_days_change_nothing(tables: Tables, as_of: dt.date) -> None:
    later = tables["investment"]["period_start"] > pd.Timestamp(as_of)
    changed = tables["investment"].assign(amount=tables["investment"]["amount"].where(~later, 1e12))
    seen = take_snapshot({**tables, "investment": changed}, as_of=as_of, known_on=EVERYTHING)
    assert facts(seen) == facts(take_snapshot(tables, as_of=as_of, known_on=EVERYTHING))


@settings(max_examples=15)
@given(as_of=days)
def test_every_way_of_summing_gives_the_same(tables: Tables, as_of: dt.date) -> None:
    programme = take_snapshot(tables, as_of=as_of, known_on=EVERYTHING)
    curve = progress.curve(programme)
    assert curve.iloc[-1] == pytest.approx(programme.done, abs=0.01 * len(programme.segments))
    assert (curve.diff().dropna() >= -0.011).all()
    for key in ("unit", "category"):
        table = progress.sums_by(programme, key)
        assert table["done"].sum() == pytest.approx(programme.done)
        assert table["plan"].sum() == pytest.approx(programme.plan)
        assert table["projects"].sum() == len(programme.traced)
    counts = progress.stages(programme)
    assert counts["total"] == counts["started"] + counts["not_started"]
    assert counts["started"] == sum(
        counts[name] for name in ("completed", "on_schedule", "unassessed", "unexplained")
    )


def test_a_correction_and_late_workbooks_are_known_from_their_day_on(tables: Tables) -> None:
    """South New Area's August was ten times too high until 29 September; two units were missing till October."""
    as_of = dt.date(2010, 9, 22)
    known = {
        day: take_snapshot(tables, as_of=as_of, known_on=day) for day in (dt.date(2010, 9, 28), EVERYTHING)
    }
    first, last = known.values()
    assert last.done == pytest.approx(62e8)
    assert len(last.received[last.received["quarter"] == "2010Q3"]) == 20
    assert len(first.received[first.received["quarter"] == "2010Q3"]) == 18
    first_south, last_south = (
        float(found.traced.loc[found.traced["unit"] == "南部新区建设办", "done"].sum())
        for found in (first, last)
    )
    assert first_south - last_south == pytest.approx(1.7001e8)
    restated = last.revisions.set_index("project")
    assert restated.loc[["锦平新城"], ["old_amount", "amount"]].to_numpy().tolist() == [[1.889e8, 1.889e7]]


def test_the_adjusted_plan_holds_from_its_day(tables: Tables) -> None:
    plans = [
        take_snapshot(tables, as_of=day, known_on=EVERYTHING).plan
        for day in (dt.date(2010, 7, 14), dt.date(2010, 7, 15))
    ]
    assert plans == pytest.approx([88.5e8, 90e8])


def test_a_day_inside_a_month_counts_its_days_evenly(tables: Tables) -> None:
    half, whole, start = (
        take_snapshot(tables, as_of=day, known_on=EVERYTHING)
        for day in (dt.date(2010, 4, 15), dt.date(2010, 4, 30), dt.date(2010, 4, 1))
    )
    daily = (whole.done - start.done) / 29
    assert half.done == pytest.approx(start.done + 14 * daily)
    assert whole.done == pytest.approx(19.4e8)  # January to April of the sample city


def test_words_of_a_later_status_do_not_leak(tables: Tables) -> None:
    august = take_snapshot(tables, as_of=dt.date(2010, 8, 31), known_on=EVERYTHING).traced
    june = take_snapshot(tables, as_of=dt.date(2010, 6, 30), known_on=EVERYTHING).traced
    both = august.merge(june, on="project", suffixes=("", "_june"))
    same = both["difficulty"].fillna("") == both["difficulty_june"].fillna("")
    assert same.all()
    finished = august[
        (august["actual_finish"] > pd.Timestamp("2010-06-30"))
        & (august["actual_finish"] <= pd.Timestamp("2010-08-31"))
    ]
    assert len(finished)
    assert (finished["stage"] == "completed").all()


@settings(max_examples=8)
@given(as_of=st.dates(dt.date(2010, 1, 31), dt.date(2010, 9, 21)), factor=st.floats(0, 1e3))
def test_what_later_days_bring_changes_no_forecast(tables: Tables, as_of: dt.date, factor: float) -> None:
    """Later amounts and areas, and starts and finishes after the data date, are changed; the outlook is the same."""
    after = pd.Timestamp(as_of)
    changed = dict(tables)
    for name, column in (("investment", "amount"), ("demolition", "area")):
        rows = tables[name]
        later = rows["period_start"] > after
        changed[name] = rows.assign(**{column: rows[column].mask(later, rows[column] * factor)})
    status = tables["status"]
    for name in ("actual_start", "actual_finish"):
        later = status[name] > after
        status = status.assign(**{name: status[name].mask(later, status[name] + pd.Timedelta(days=17))})
    changed["status"] = status
    found = [_outlook(take_snapshot(each, as_of=as_of, known_on=EVERYTHING)) for each in (tables, changed)]
    assert found[0] == found[1]


def _outlook(programme: Programme) -> object:
    made = forecast_year(
        "china_construction_investment",
        progress.curve(programme),
        programme.plan,
        progress.ceiling(programme),
    )
    return made, look_ahead(programme, made).document()
