"""The bridge: causes in their order, each on its own, adding up exactly."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityanalytics.briefing.display import number
from cityanalytics.intake.store import Tables, read_tables
from cityanalytics.outlook.bridge import CAUSES, Bridge, Earlier, rounded, steps
from cityanalytics.outlook.bridge import bridge as walk
from cityanalytics.outlook.forecast import forecast_year
from cityanalytics.programme.snapshot import Programme, take_snapshot
from cityanalytics.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

THEN, NOW = dt.date(2010, 6, 30), dt.date(2010, 9, 22)
KNOWN_THEN, KNOWN_NOW = dt.date(2010, 7, 8), dt.date(2010, 10, 8)
METHOD = partial(forecast_year, "china_construction_investment")


@pytest.fixture(scope="module")
def tables(processed_workspace: Path) -> Tables:
    return read_tables(load_settings(processed_workspace))


def bridge_of(tables: Tables, *, then: Programme | None = None, now: Programme | None = None) -> Bridge:
    then = then or take_snapshot(tables, as_of=THEN, known_on=KNOWN_THEN)
    now = now or take_snapshot(tables, as_of=NOW, known_on=KNOWN_NOW)
    said = METHOD(*_base(then))
    return walk(earlier=Earlier.hindcast(said, then.known_on), then=then, now=now, method=METHOD)


def _base(programme: Programme) -> tuple[pd.Series, float, float]:
    from cityanalytics.programme.progress import ceiling, curve

    return curve(programme), programme.plan, ceiling(programme)


@given(
    levels=st.lists(st.floats(0, 1e12), min_size=5, max_size=5).map(tuple),
    unit=st.sampled_from([1.0, 1e4, 1e7, 1e8]),
)
def test_steps_shown_add_up_exactly_to_the_levels_shown(levels, unit) -> None:
    found = steps(levels, unit)
    assert tuple(found) == CAUSES
    assert sum(found.values()) == rounded(levels[-1], unit) - rounded(levels[0], unit)
    shown = [int(number(level, "en", per=unit).replace(",", "")) for level in (levels[0], levels[-1])]
    assert sum(found.values()) == shown[1] - shown[0]
    for step, before, after in zip(found.values(), levels, levels[1:], strict=False):
        assert abs(step - (after - before) / unit) <= 1 + 1e-9 * abs(after) / unit


def test_the_sample_from_the_second_to_the_third_quarter(tables: Tables) -> None:
    """No published forecast, so the method is the same; two projects of no work by June came in; the plan rose."""
    found = bridge_of(tables)
    now = METHOD(*_base(take_snapshot(tables, as_of=NOW, known_on=KNOWN_NOW)))
    assert (found.added, found.removed) == (2, 0)
    assert found.medians[-1] == now.quantile(0.5)
    assert found.probabilities[-1] == now.probability
    assert found.median_steps()["method"] == 0
    chance = found.probability_steps()
    assert chance is not None
    assert chance["scope"] < 0  # 90 is harder to reach than 87.94
    assert sum(found.median_steps().values()) == rounded(now.quantile(0.5), 1) - rounded(found.medians[0], 1)


def test_a_correction_of_earlier_days_alone_is_revised_data(tables: Tables) -> None:
    """A million more in June, known later: at half a year the median rises by what the method makes of a million."""
    then = take_snapshot(tables, as_of=THEN, known_on=KNOWN_THEN)
    june = then.segments["end"] == pd.Timestamp(THEN)
    more = then.segments["amount"] + 1e6 * (june & (june.cumsum() == 1))
    found = bridge_of(
        tables, then=then, now=dataclasses.replace(then, segments=then.segments.assign(amount=more))
    )
    so_far, plan, most = _base(then)
    corrected = METHOD(so_far + 1e6 * (so_far.index == so_far.index[-1]), plan, most)
    by_hand = corrected.quantile(0.5) - found.medians[0]
    assert found.median_steps() == {
        "method": 0, "scope": 0, "actuals": 0, "revised": pytest.approx(by_hand, abs=2)
    }  # fmt: skip
    assert by_hand > 1e6


def test_a_project_that_came_in_and_one_that_left_are_scope(tables: Tables) -> None:
    then = take_snapshot(tables, as_of=THEN, known_on=KNOWN_THEN)
    gone = then.traced.sort_values("done").iloc[-1]
    kept = then.traced["project"] != gone["project"]
    without = dataclasses.replace(
        then,
        traced=then.traced[kept],
        segments=then.segments[then.segments["project"] != gone["project"]],
    )
    left = bridge_of(tables, then=then, now=without)
    assert (left.added, left.removed) == (0, 1)
    assert left.median_steps()["scope"] < 0
    came = bridge_of(tables, then=without, now=then)
    assert (came.added, came.removed) == (1, 0)
    for found, sign in ((left, 1), (came, -1)):
        moved = found.median_steps()
        assert [moved[cause] for cause in ("method", "revised", "actuals")] == [0, 0, 0]
        assert moved["scope"] == sign * left.median_steps()["scope"]


def test_an_adjusted_plan_moves_the_chance_alone(tables: Tables) -> None:
    then = take_snapshot(tables, as_of=THEN, known_on=KNOWN_THEN)
    plans = then.traced["plan"] * 1.1
    found = bridge_of(tables, then=then, now=dataclasses.replace(then, traced=then.traced.assign(plan=plans)))
    assert set(found.median_steps().values()) == {0}
    moved = found.probability_steps()
    assert moved is not None
    assert moved.pop("scope") < 0
    assert set(moved.values()) == {0}


def test_another_method_is_the_first_step(tables: Tables) -> None:
    then = take_snapshot(tables, as_of=THEN, known_on=KNOWN_THEN)
    said = Earlier.hindcast(forecast_year("us_public_construction", *_base(then)), KNOWN_THEN)
    found = walk(earlier=said, then=then, now=then, method=METHOD)
    moved = found.median_steps()
    assert moved.pop("method") != 0
    assert set(moved.values()) == {0}


def test_all_at_once_still_adds_up(tables: Tables) -> None:
    """Another method, a project gone, a plan adjusted, a correction, and the quarter's actuals."""
    then = take_snapshot(tables, as_of=THEN, known_on=KNOWN_THEN)
    now = take_snapshot(tables, as_of=NOW, known_on=KNOWN_NOW)
    gone = now.traced.sort_values("done").iloc[-2]["project"]
    early = now.segments["end"] <= pd.Timestamp("2010-03-31")
    now = dataclasses.replace(
        now,
        traced=now.traced[now.traced["project"] != gone].assign(plan=lambda rows: rows["plan"] * 0.95),
        segments=now.segments.assign(
            amount=now.segments["amount"].where(~early, now.segments["amount"] * 1.2)
        )[now.segments["project"] != gone],
    )
    said = Earlier.hindcast(forecast_year("us_public_construction", *_base(then)), KNOWN_THEN)
    found = walk(earlier=said, then=then, now=now, method=METHOD)
    assert all(step != 0 for step in found.median_steps().values())
    for unit in (1.0, 1e4, 1e7):
        assert sum(found.median_steps(unit).values()) == rounded(found.medians[-1], unit) - rounded(
            said.p50, unit
        )
    points, last = found.probability_steps(), found.probabilities[-1]
    assert points is not None
    assert last is not None
    assert said.probability is not None
    assert sum(points.values()) == rounded(last, 0.01) - rounded(said.probability, 0.01)


def test_without_a_plan_the_chance_has_no_steps_and_the_median_has(tables: Tables) -> None:
    now = take_snapshot(tables, as_of=NOW, known_on=KNOWN_NOW)
    planless = dataclasses.replace(now, traced=now.traced.assign(plan=0.0))
    found = bridge_of(tables, now=planless)
    assert found.probability_steps() is None
    assert found.probabilities[-1] is None
    assert found.medians == bridge_of(tables, now=now).medians


def test_the_record_and_the_page_carry_it(briefing: Path) -> None:
    record = json.loads((briefing / "briefing.json").read_text("utf-8"))
    moved = record["bridge"]
    for measure in ("p50", "probability_points"):
        total = sum(step[measure] for step in moved["steps"])
        assert total == moved["to"][measure] - moved["from"][measure]
    assert moved["from"]["published_on"] is None
    assert moved["from"]["known_on"] == "2010-07-08"
    assert moved["to"]["p50"] == rounded(record["forecast"]["p50"], 1.0)
    figures = {figure["key"]: figure["value"] for figure in record["figures"]}
    signed = sum(figures[f"forecast_moved_{cause}"] for cause in CAUSES)
    assert abs(signed) == pytest.approx(figures["forecast_moved"])
    assert "事后回测" in (briefing / "briefing.zh.html").read_text("utf-8")
    assert "hindcast" in (briefing / "briefing.en.html").read_text("utf-8")
