"""Parts of the city: paths that add up on every day, bounded by totals, the same in any order."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from cityanalytics.calendar import year_end
from cityanalytics.outlook.bounded import forecast_bounded, limited_mean
from cityanalytics.outlook.counts import forecast_counts, poisson_binomial
from cityanalytics.outlook.hazard import STRATA, Hazard, Prior, prior
from cityanalytics.outlook.parts import Parts, path_days, share_out, split
from cityanalytics.outlook.paths import Paths
from cityanalytics.outlook.scurve import curve_at
from cityanalytics.outlook.spread import LEVELS, Factor, even_nodes
from cityanalytics.series.methods import YearTotal

if TYPE_CHECKING:
    from pathlib import Path

YEAR = 2010
NEW_YEAR = dt.date(YEAR, 1, 1)
SPREAD = 0.4
FACTOR = Factor(spread=SPREAD, freedom=12)
GROUPS = ("project", "category", "unit")

days_of_year = st.dates(dt.date(YEAR, 1, 2), dt.date(YEAR, 12, 30))
amounts = st.one_of(st.just(0.0), st.floats(1e4, 1e9))


def day(offset: int | None) -> Any:
    return pd.NaT if offset is None else pd.Timestamp(NEW_YEAR) + pd.Timedelta(days=offset)


@st.composite
def programmes(draw: st.DrawFn) -> tuple[pd.DataFrame, dt.date]:
    """Draw projects as a bureau has them: dates missing, totals missing or too small, plans of nothing."""
    as_of = draw(days_of_year)
    now = (as_of - NEW_YEAR).days
    rows = []
    for number in range(draw(st.integers(1, 8))):
        stage = draw(st.sampled_from(["not started", "under construction", "suspended", "completed"]))
        begun = stage != "not started"
        start = draw(st.one_of(st.none(), st.integers(-200, 330)))
        length = draw(st.one_of(st.none(), st.integers(-20, 500)))
        actual = draw(st.one_of(st.none(), st.integers(-200, now))) if begun else None
        ended = draw(st.one_of(st.none(), st.integers(actual or 0, now))) if stage == "completed" else None
        rows.append(
            {
                "project": f"p{number}",
                "category": draw(st.sampled_from("ab")),
                "unit": draw(st.sampled_from("xyz")),
                "plan": draw(amounts),
                "done": draw(amounts) if begun else 0.0,
                "total_investment": draw(st.one_of(st.just(float("nan")), amounts)),
                "planned_start": day(start),
                "planned_finish": day(None if start is None or length is None else start + length),
                "actual_start": day(actual),
                "actual_finish": day(ended),
                "stage": stage,
            }
        )
    return pd.DataFrame(rows), as_of


def city(projects: pd.DataFrame, as_of: dt.date, *, remainder: float = 0.5) -> YearTotal:
    done = float(projects["done"].sum())
    return YearTotal(
        as_of=as_of,
        done=done,
        target=float(projects["plan"].sum()),
        remainder=remainder * max(done, 1e6),
        spread=SPREAD,
        freedom=FACTOR.freedom,
        method="given",
        reference_class="given",
    )


@given(case=programmes())
def test_paths_of_projects_categories_and_units_add_up_to_the_city_at_every_level_and_day(
    case: tuple[pd.DataFrame, dt.date],
) -> None:
    projects, as_of = case
    forecast = city(projects, as_of)
    parts = split(projects, forecast)
    for level in LEVELS:
        whole = parts.city(level).to_numpy()
        for by in GROUPS:
            assert parts.paths(by, level).sum().to_numpy() == pytest.approx(whole, rel=1e-9)
        assert whole[0] == pytest.approx(forecast.done)
        assert whole[-1] == pytest.approx(forecast.quantile(level), rel=1e-9)


@given(case=programmes(), remainder=st.floats(0.01, 20))
def test_a_project_never_falls_below_what_is_done_nor_adds_more_than_its_total_leaves(
    case: tuple[pd.DataFrame, dt.date], remainder: float
) -> None:
    projects, as_of = case
    parts = split(projects, city(projects, as_of, remainder=remainder))
    own = projects.set_index("project")
    for level in LEVELS:
        paths = parts.paths("project", level).drop(index="", errors="ignore")
        done, total = own["done"][paths.index], own["total_investment"][paths.index]
        steps = np.diff(paths.to_numpy(), axis=1)
        assert (steps >= -1e-6 * (1 + paths.to_numpy()[:, 1:])).all()
        assert paths.iloc[:, 0].to_numpy() == pytest.approx(done.to_numpy())
        stated = (total > 0).to_numpy()
        most = np.fmax(total.to_numpy(), done.to_numpy())
        assert (paths.iloc[:, -1].to_numpy()[stated] <= most[stated] * (1 + 1e-9) + 1e-6).all()
    completed = parts.additions[:, (own["stage"][parts.projects["project"]] == "completed").to_numpy()]
    assert (completed == 0).all()


@given(case=programmes())
def test_paths_and_ranges_rise_with_the_level(case: tuple[pd.DataFrame, dt.date]) -> None:
    projects, as_of = case
    parts = split(projects, city(projects, as_of))
    assert (np.diff(parts.additions, axis=0) >= -1e-6).all()
    paths = Paths.of(parts, city(projects, as_of))
    for by in ("category", "unit"):
        table = paths.table(parts.projects, by)
        assert (table["done"] <= table["p10"] + 1e-6).all()
        assert (table["p10"] <= table["p50"] + 1e-6).all()
        assert (table["p50"] <= table["p90"] + 1e-6).all()
        assert table["probability"].dropna().between(0, 1).all()
        assert (table["probability"].isna() == (table["plan"] <= 0)).all()


@given(case=programmes(), shuffle=st.randoms())
def test_the_order_of_rows_changes_no_digit(case: tuple[pd.DataFrame, dt.date], shuffle) -> None:
    projects, as_of = case
    order = list(range(len(projects)))
    shuffle.shuffle(order)
    forecast = city(projects, as_of)
    one, other = split(projects, forecast), split(projects.iloc[order], forecast)
    pd.testing.assert_frame_equal(one.paths("unit", 0.9), other.paths("unit", 0.9), check_exact=True)
    counts = [forecast_counts(rows, as_of=as_of) for rows in (projects, projects.iloc[order])]
    assert counts[0].starts.tobytes() == counts[1].starts.tobytes()
    assert counts[0].completions.tobytes() == counts[1].completions.tobytes()


@given(case=programmes())
def test_it_does_not_matter_whether_yuan_or_hundred_millions_are_split(
    case: tuple[pd.DataFrame, dt.date],
) -> None:
    projects, as_of = case
    columns = ["plan", "done", "total_investment"]
    small = projects.assign(**{name: projects[name] / 1e8 for name in columns})
    forecast = city(projects, as_of)
    scaled = YearTotal(
        as_of=as_of,
        done=forecast.done / 1e8,
        target=forecast.target / 1e8,
        remainder=forecast.remainder / 1e8,
        spread=forecast.spread,
        freedom=forecast.freedom,
        method="given",
        reference_class="given",
    )
    yuan, large = split(projects, forecast), split(small, scaled)
    assert large.additions * 1e8 == pytest.approx(yuan.additions, rel=1e-9, abs=1e-3)


@given(
    expected=st.lists(st.floats(0, 1e6), min_size=1, max_size=9),
    caps=st.lists(st.one_of(st.just(float("inf")), st.floats(0, 1e6)), min_size=9, max_size=9),
    total=st.floats(0, 1e7),
)
def test_a_total_is_shared_out_whole_as_far_as_the_caps_allow(
    expected: list[float], caps: list[float], total: float
) -> None:
    weights, most = np.array(expected), np.array(caps[: len(expected)])
    shares = share_out(weights, most, total)
    room = most[weights > 1e-12 * weights.max()].sum()
    assert shares.sum() == pytest.approx(min(total, room), rel=1e-9, abs=1e-6)
    assert (shares >= 0).all()
    assert (shares <= most * (1 + 1e-12)).all()
    free = (shares < most * (1 - 1e-9)) & (weights > 1e-3)
    if free.sum() > 1:  # who is not full has the same multiple of what was expected
        multiples = shares[free] / weights[free]
        assert multiples == pytest.approx(multiples[0] * np.ones(free.sum()), rel=1e-6)


def parts_of(*rows: dict[str, Any], as_of: dt.date = dt.date(YEAR, 7, 1), remainder: float = 0.5) -> Parts:
    usual: dict[str, Any] = {
        "category": "a",
        "unit": "x",
        "plan": 100.0,
        "done": 50.0,
        "total_investment": 200.0,
        "planned_start": day(0),
        "planned_finish": day(364),
        "actual_start": day(0),
        "actual_finish": pd.NaT,
        "stage": "under construction",
    }
    frame = pd.DataFrame([{**usual, "project": f"p{at}", **row} for at, row in enumerate(rows)])
    return split(frame, city(frame, as_of, remainder=remainder * frame["done"].sum() / 1e6))


def test_what_all_totals_together_cannot_take_stands_with_no_project() -> None:
    parts = parts_of({"total_investment": 60.0}, {"total_investment": 55.0}, remainder=10.0)
    ends = parts.paths("unit", 0.5).iloc[:, -1]
    assert ends["x"] == pytest.approx(115.0)
    assert ends[""] == pytest.approx(parts.unallocated[LEVELS.index(0.5)])
    assert ends[""] > 0


def test_more_done_of_a_project_never_lowers_its_year_end() -> None:
    ends: list[float] = []
    for done in (10.0, 30.0, 60.0, 120.0):
        parts = parts_of({"done": done}, {"done": 50.0})
        ends.append(float(parts.paths("project", 0.5).to_numpy()[0, -1]))
    assert all(low < high for low, high in itertools.pairwise(ends))


def test_what_a_row_lacks_or_contradicts_is_marked() -> None:
    parts = parts_of(
        {"total_investment": np.nan}, {"planned_start": pd.NaT}, {"done": 300.0}, {"done": -5.0}, {}
    )
    marks = parts.projects[["untotalled", "undated", "overspent", "negative"]].to_numpy()
    assert (marks == np.vstack([np.eye(4, dtype=bool), np.zeros(4, dtype=bool)])).all()


def test_a_small_unit_is_less_certain_than_a_large_one() -> None:
    parts = parts_of({"unit": "small"}, *[{"unit": "large"}] * 20)
    table = Paths.of(parts, city(parts.projects, parts.as_of)).table(parts.projects, "unit").set_index("unit")
    width = (table["p90"] - table["p10"]) / (table["p50"] - table["done"])
    assert width["small"] > width["large"]


def test_the_methods_worked_example_of_two_projects() -> None:
    dates = {"planned_start": day(164), "planned_finish": day(364), "actual_start": day(164)}
    parts = parts_of(
        {"plan": 8.0, "done": 3.0, "total_investment": 20.0, **dates},
        {"plan": 4.0, "done": 3.0, "total_investment": 6.0, **dates},
        as_of=dt.date(YEAR, 9, 22),
        remainder=1.5e6 / 1e6,
    )
    assert parts.expected == pytest.approx(6.0)
    assert parts.additions[LEVELS.index(0.5)] == pytest.approx([6.0, 3.0])


def test_the_methods_worked_example_of_two_tosses_and_a_limited_site() -> None:
    assert poisson_binomial(np.array([[0.5, 0.2]])) == pytest.approx([0.4, 0.5, 0.1])
    assert limited_mean(np.array([30.0]), np.array([20.0]), 0.5)[0] == pytest.approx(19.05, abs=0.005)


def test_the_s_curve_is_hudson_s_with_c_0_and_k_3() -> None:
    place = np.linspace(0, 1, 11)
    hudson = place + 0 * place**2 - 0 * place - (6 * place**3 - 9 * place**2 + 3 * place) / 3
    assert curve_at(place) == pytest.approx(hudson)
    assert (curve_at(np.array([-1.0, 2.0])) == [0.0, 1.0]).all()


@given(as_of=st.dates(dt.date(2009, 1, 1), dt.date(2012, 12, 31)))
def test_paths_lead_from_the_data_date_over_month_ends_to_31_december(as_of: dt.date) -> None:
    days = path_days(as_of)
    assert days[0] == as_of
    assert days[-1] == year_end(as_of)
    assert list(days) == sorted(set(days))


@given(case=programmes())
def test_projects_are_conserved_in_every_scenario(case: tuple[pd.DataFrame, dt.date]) -> None:
    projects, as_of = case
    counts = forecast_counts(projects, as_of=as_of)
    paths = [counts.path(level) for level in LEVELS]
    for stages in paths:
        found = (stages.not_started, stages.under_way, stages.completed)
        assert sum(found) == len(projects)
        assert min(found) >= 0
        assert stages.completed >= counts.now.completed
        assert stages.not_started <= counts.now.not_started
    for low, high in itertools.pairwise(paths):
        assert low.started <= high.started
        assert low.completed <= high.completed
    assert 0.0 <= counts.all_start <= 1.0
    assert counts.starts.sum() == pytest.approx(1)
    assert counts.completions.sum() == pytest.approx(1)


@given(case=programmes())
def test_with_no_day_left_every_project_stays_where_it_is(case: tuple[pd.DataFrame, dt.date]) -> None:
    projects, as_of = case
    counts = forecast_counts(projects, as_of=as_of, until=as_of)
    assert {counts.path(level) for level in LEVELS} == {counts.now}
    assert counts.all_start == (1.0 if counts.now.not_started == 0 else pytest.approx(0.0))


@given(case=programmes(), later=st.integers(1, 60))
def test_what_happens_after_the_data_date_is_not_looked_at(
    case: tuple[pd.DataFrame, dt.date], later: int
) -> None:
    projects, as_of = case
    moving = projects["stage"].isin(["under construction", "suspended"])
    after = pd.Timestamp(as_of) + pd.Timedelta(days=later)
    leaking = projects.assign(actual_finish=projects["actual_finish"].mask(moving, after))
    one, other = (forecast_counts(rows, as_of=as_of) for rows in (projects, leaking))
    assert one.completions.tobytes() == other.completions.tobytes()


@given(case=programmes(), days=st.integers(0, 100), more=st.integers(1, 100))
def test_more_days_never_lower_the_chance_that_all_start(
    case: tuple[pd.DataFrame, dt.date], days: int, more: int
) -> None:
    projects, as_of = case
    until = [as_of + dt.timedelta(days=count) for count in (days, days + more)]
    sooner, later = (forecast_counts(projects, as_of=as_of, until=end).all_start for end in until)
    assert sooner <= later + 1e-12


@given(chances=st.lists(st.floats(0, 1), min_size=0, max_size=7))
def test_the_sum_of_unequal_tosses_is_what_counting_all_outcomes_gives(chances: list[float]) -> None:
    exact = np.zeros(len(chances) + 1)
    for outcome in itertools.product([0, 1], repeat=len(chances)):
        terms = [p if hit else 1 - p for p, hit in zip(chances, outcome, strict=True)]
        exact[sum(outcome)] += np.prod(terms)
    found = poisson_binomial(np.array(chances).reshape(1, -1))
    assert found == pytest.approx(exact, abs=1e-12)


def test_a_hazard_comes_near_what_many_projects_show() -> None:
    # a thousand projects, each at risk for up to 60 days long after its planned day, one in a hundred steps a day
    draw = np.random.default_rng(1)
    waits = draw.geometric(0.01, 1000)
    end = np.minimum(waits, 60).astype(float)
    hazard = Hazard.learn(np.zeros(1000), end, np.full(1000, -200.0), waits <= 60, prior("finish"))
    assert hazard.mean[5] == pytest.approx(0.01, rel=0.15)


@given(
    steps=st.lists(st.integers(0, 20), min_size=STRATA, max_size=STRATA),
    days=st.lists(st.floats(0, 5e3), min_size=STRATA, max_size=STRATA),
)
@hypothesis(max_examples=20)
def test_rates_are_what_drawing_programmes_and_keeping_the_like_gives(
    steps: list[int], days: list[float]
) -> None:
    # importance sampling from the prior: an independent way to the same posterior
    known = Prior(
        rates=np.full(STRATA, 0.01), common=0.5, own=4.0, drift=0.0, later=0.0, spread=0.0, horizon=0.0
    )
    seen, at_risk = np.array(steps[:2], dtype=float), np.array(days[:2])
    draw = np.random.default_rng(2)
    common = np.exp(draw.normal(0, 0.5, 200_000))[:, None]
    rates = 0.01 * common * draw.gamma(4.0, 1 / 4.0, (200_000, 2))
    logs = (seen * np.log(rates) - rates * at_risk).sum(axis=1)
    weights = np.exp(logs - logs.max())
    effective = weights.sum() ** 2 / (weights**2).sum()
    assume(effective > 2000)
    expected = (weights[:, None] * rates).sum(axis=0) / weights.sum()
    rest = np.zeros(STRATA - 2)
    hazard = Hazard(steps=np.append(seen, rest), days=np.append(at_risk, rest), prior=known)
    assert hazard.mean[:2] == pytest.approx(expected, rel=0.08)


@given(level=st.floats(0.01, 0.99), more=st.floats(1.1, 5.0))
def test_more_steps_in_the_same_days_never_mean_lower_rates(level: float, more: float) -> None:
    levels = np.full((1, STRATA + 1), level)
    days = np.full(STRATA, 500.0)
    few, many = (
        Hazard(steps=np.full(STRATA, 4.0 * factor), days=days, prior=prior("finish")).at(levels)
        for factor in (1.0, more)
    )
    assert (many >= few).all()


def test_a_programme_without_any_step_is_as_others_are_and_less_certain_the_longer_the_year() -> None:
    for step in ("start", "finish"):
        nothing = Hazard(steps=np.zeros(STRATA), days=np.zeros(STRATA), prior=prior(step))
        between = np.exp(prior(step).common ** 2 / 2)
        assert nothing.mean == pytest.approx(prior(step).rates * between, rel=0.02)
        tails = np.full((2, STRATA + 2), 0.5)
        tails[:, -1] = (0.1, 0.9)
        near, far = (nothing.after(tails, share_left=share) for share in (0.1, 0.9))
        assert (far[1] / far[0] > near[1] / near[0]).all()


@st.composite
def sites(draw: st.DrawFn) -> tuple[pd.DataFrame, dt.date]:
    as_of = draw(days_of_year)
    now = (as_of - NEW_YEAR).days
    rows = [
        {
            "site": f"s{number}",
            "kind": draw(st.sampled_from("kl")),
            "unit": draw(st.sampled_from("xy")),
            "planned_area": draw(st.one_of(st.just(float("nan")), st.just(0.0), st.floats(100, 1e6))),
            "done": draw(st.one_of(st.just(0.0), st.floats(1, 1e6))),
            "started": day(draw(st.one_of(st.none(), st.integers(-100, now)))),
            "planned_finish": day(draw(st.one_of(st.none(), st.integers(0, 400)))),
        }
        for number in range(draw(st.integers(1, 6)))
    ]
    return pd.DataFrame(rows), as_of


@given(case=sites())
def test_demolition_stays_between_what_is_done_and_what_there_is(case: tuple[pd.DataFrame, dt.date]) -> None:
    table, as_of = case
    bounded = forecast_bounded(table, as_of=as_of, factor=FACTOR)
    done, most = table["done"].sum(), np.fmax(table["planned_area"], table["done"]).sum()
    found = [bounded.total(level) for level in LEVELS]
    assert all(low <= high * (1 + 1e-9) + 1e-6 for low, high in itertools.pairwise([done, *found, most]))
    for level in LEVELS:
        whole = bounded.total(level)
        assert bounded.path("kind", level).sum() == pytest.approx(whole)
        assert bounded.path("unit", level).sum() == pytest.approx(whole)
    stopped = forecast_bounded(table, as_of=as_of, factor=FACTOR, until=as_of)
    assert stopped.total(0.9) == pytest.approx(done)


@given(case=sites(), more=st.floats(0.01, 1.0), level=st.sampled_from(LEVELS))
def test_more_demolished_never_lowers_a_site_s_year_end(
    case: tuple[pd.DataFrame, dt.date], more: float, level: float
) -> None:
    table, as_of = case
    first = table.head(1)
    further = first.assign(done=first["done"] + more * first["planned_area"].fillna(0.0))
    less, greater = (
        forecast_bounded(rows, as_of=as_of, factor=FACTOR).total(level) for rows in (first, further)
    )
    assert greater >= less * (1 - 1e-9) - 1e-6


@given(case=sites(), scale=st.floats(1e-4, 1e4), level=st.sampled_from(LEVELS))
def test_demolition_does_not_depend_on_the_unit_of_area(
    case: tuple[pd.DataFrame, dt.date], scale: float, level: float
) -> None:
    table, as_of = case
    scaled = table.assign(planned_area=table["planned_area"] * scale, done=table["done"] * scale)
    one, other = (forecast_bounded(rows, as_of=as_of, factor=FACTOR).total(level) for rows in (table, scaled))
    assert other == pytest.approx(one * scale, rel=1e-6)


@given(median=st.floats(0.01, 1e4), limit=st.floats(0.01, 1e4), spread=st.floats(0.1, 1.5))
@hypothesis(max_examples=30)
def test_a_limited_mean_is_the_mean_of_what_is_limited(median: float, limit: float, spread: float) -> None:
    from scipy.stats import norm

    levels = (np.arange(200_000) + 0.5) / 200_000
    drawn = np.minimum(median * np.exp(spread * norm.ppf(levels)), limit).mean()
    found = limited_mean(np.array([median]), np.array([limit]), spread)[0]
    assert found == pytest.approx(drawn, rel=2e-3)


def test_even_nodes_fill_each_axis_evenly() -> None:
    nodes = even_nodes(128, 5)
    assert ((nodes > 0) & (nodes < 1)).all()
    for axis in nodes.T:
        counts, _ = np.histogram(axis, bins=8, range=(0, 1))
        assert counts.min() >= 12
        assert counts.max() <= 20


def test_the_shipped_backtest_is_what_the_benchmark_measures(
    repository: Path, processed_workspace: Path, tmp_path: Path
) -> None:
    target = tmp_path / "parts.csv"
    command = [sys.executable, str(repository / "benchmarks" / "backtest_parts.py"), str(target)]
    subprocess.run(command, check=True, capture_output=True, timeout=600, cwd=processed_workspace)
    shipped = repository / "cityanalytics" / "outlook" / "parts.csv"
    made, kept = (
        list(csv.DictReader(path.read_text(encoding="utf-8").splitlines())) for path in (target, shipped)
    )
    assert [(row["source"], row["as_of"], row["measure"]) for row in made] == [
        (row["source"], row["as_of"], row["measure"]) for row in kept
    ]
    for one, other in zip(made, kept, strict=True):
        for name in ("coverage80", "bias", "error"):
            assert (one[name] == "") == (other[name] == "")
            assert float(one[name] or 0) == pytest.approx(float(other[name] or 0), abs=0.02)
