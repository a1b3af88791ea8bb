"""The forecast of monthly series: members, evidence, quantiles, and what the pool taught."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit

from cityanalytics.series.answers import COLUMNS, answers
from cityanalytics.series.evidence import look
from cityanalytics.series.learnt import Parameters, parameters_without, pool_groups
from cityanalytics.series.members import AnnualGrowth, SeasonalArma, Smoothing
from cityanalytics.series.methods import QUANTILES
from cityanalytics.series.opinion import Opinion
from cityanalytics.series.series import Panel, arrange
from cityanalytics.series.yearend import year_ends
from tests.conftest import beside

REPOSITORY = Path(__file__).resolve().parent.parent
YI = 1e8
FIRST = 2001

seeds = st.integers(0, 2**32 - 1)
months = st.integers(1, 11)
lengths = st.integers(1, 7)
#: An end of a month, and a month up to it.
places = months.flatmap(lambda month: st.tuples(st.just(month), st.integers(0, month - 1)))
noises = st.sampled_from([0.01, 0.1, 0.4, 1.0])


def tidy(name: str, values: np.ndarray, group: str = "") -> pd.DataFrame:
    place = np.arange(len(values))
    table = pd.DataFrame(
        {
            "series_id": name,
            "group": group,
            "year": FIRST + place // 12,
            "month": place % 12 + 1,
            "value": values,
        }
    )
    return table.dropna(subset=["value"])


def seasonal(seed: int, years: int, noise: float) -> np.ndarray:
    """Make a series with a season, a drifting level and noise; always above 0."""
    draw = np.random.default_rng(seed)
    count = 12 * years
    level = np.cumsum(draw.normal(0.005, 0.03, count))
    return np.asarray(np.exp(level + np.tile(draw.normal(0, 0.5, 12), years) + draw.normal(0, noise, count)))


def spoilt(seed: int, years: int) -> np.ndarray:
    """Make a series with zeros, negative months, gaps and wild jumps."""
    draw = np.random.default_rng(seed)
    values: np.ndarray = seasonal(seed, years, draw.choice([0.1, 1.0, 3.0]))
    values *= draw.choice([1e-9, 1.0, 1e12])
    values[draw.random(values.size) < draw.choice([0.0, 0.3, 0.9])] = 0.0
    values[draw.random(values.size) < draw.choice([0.0, 0.2])] *= -1
    values[draw.random(values.size) < draw.choice([0.0, 0.1, 0.6])] = np.nan
    values[0] = 1.0
    return values


def last_year(values: np.ndarray, month: int, group: str = "") -> np.ndarray:
    """Forecast the last year of a series from the end of a month."""
    known = values[: values.size - 12 + month]
    return np.asarray(year_ends(arrange(tidy("a", known, group)), month).quantiles[0, -1])


@given(seed=seeds, years=lengths, month=st.integers(1, 12))
def test_whatever_the_months_hold_quantiles_rise_and_never_fall_below_what_is_done(
    seed: int, years: int, month: int
) -> None:
    panel = arrange(tidy("a", spoilt(seed, years)))
    found = year_ends(panel, month).quantiles
    whole = panel.observed.reshape(panel.yearly.shape)[:, :, :month].all(axis=2)
    done = np.cumsum(panel.yearly, axis=2)[:, :, month - 1]
    assert np.isfinite(found[whole]).all()
    assert (np.diff(found[whole], axis=1) >= 0).all()
    assert (found[whole][:, 0] >= done[whole]).all()


@given(seed=seeds, years=lengths, noise=noises, month=months, unit=st.floats(1e-9, 1e9))
@example(seed=1, years=4, noise=0.1, month=9, unit=YI)
def test_it_does_not_matter_what_amounts_are_counted_in(
    seed: int, years: int, noise: float, month: int, unit: float
) -> None:
    values = seasonal(seed, years, noise)
    assert last_year(values * unit, month) == pytest.approx(last_year(values, month) * unit, rel=1e-8)


def running(values: np.ndarray, month: int) -> np.ndarray:
    """Forecast the last year from the end of a month, whatever gaps came before."""
    known = values[: values.size - 12 + month]
    return np.asarray(year_ends(arrange(tidy("a", known)), month).quantiles[-1, -1])


def never_falls(before: np.ndarray, after: np.ndarray) -> bool:
    """Say whether no quantile fell by more than the last digits."""
    return bool((after >= before - 1e-12 * np.abs(before)).all())


def larger_in(values: np.ndarray, place: int, more: float) -> np.ndarray:
    """Return the series with one month of the last year larger, by a share of itself and of a usual month."""
    larger = values.copy()
    place += values.size - 12
    larger[place] += more * (abs(larger[place]) + np.nanmean(np.abs(values)))
    return larger


@given(seed=seeds, years=lengths, noise=noises, month=months, more=st.floats(1e-6, 10.0))
def test_more_done_in_the_last_month_lowers_no_quantile(
    seed: int, years: int, noise: float, month: int, more: float
) -> None:
    values = seasonal(seed, years, noise)
    larger = larger_in(values, month - 1, more)
    assert never_falls(running(values, month), running(larger, month))


@given(seed=seeds, years=lengths, noise=noises, at=places, more=st.floats(1e-6, 10.0))
def test_more_done_in_any_month_of_the_year_lowers_no_quantile(
    seed: int, years: int, noise: float, at: tuple[int, int], more: float
) -> None:
    month, place = at
    values = seasonal(seed, years, noise)
    larger = larger_in(values, place, more)
    assert never_falls(running(values, month), running(larger, month))


@given(seed=seeds, years=lengths, noise=noises, month=months, more=st.sampled_from([0.01, 0.1, 0.5, 9.0]))
def test_a_year_larger_throughout_lowers_no_quantile(
    seed: int, years: int, noise: float, month: int, more: float
) -> None:
    values = seasonal(seed, years, noise)
    larger = values.copy()
    larger[-12:] *= 1 + more
    assert never_falls(running(values, month), running(larger, month))


@given(seed=seeds, years=lengths, at=places, more=st.floats(1e-6, 10.0))
def test_more_done_lowers_no_quantile_whatever_came_before(
    seed: int, years: int, at: tuple[int, int], more: float
) -> None:
    month, place = at
    values = spoilt(seed, years)
    values[-12:] = np.nan_to_num(values[-12:])
    larger = larger_in(values, place, more)
    assert never_falls(running(values, month), running(larger, month))


@pytest.mark.parametrize("group", ["", *pool_groups()])
def test_the_revision_widens_less_than_it_moves(group: str) -> None:
    # what the forecast would else have to cut off: the pool's own slope leaves every quantile rising
    learnt = parameters_without(group)
    assert 0 < learnt.revision * learnt.widening * stdtrit(learnt.freedom, QUANTILES[-1]) < 1


def alone(member: SeasonalArma | Smoothing, place: int) -> SeasonalArma | Smoothing:
    """Return the member with one of its settings alone."""
    first, second, third = ((float(values[place]),) for values in member.settings)
    if isinstance(member, SeasonalArma):
        return replace(member, phi=first, theta=second, big=third)
    return replace(member, alpha=first, beta=second, gamma=third)


@pytest.mark.parametrize(
    ("member", "count"), [(SeasonalArma(), 56), (SeasonalArma(additive=True), 56), (Smoothing(), 27)]
)
def test_no_setting_expects_less_after_a_larger_month(member: SeasonalArma | Smoothing, count: int) -> None:
    values = seasonal(11, 5, 0.2)
    assert len(member.settings[0]) == count  # as docs/methods.md says, of 64 and 45
    for number in range(count):
        own = alone(member, number)
        for month, place in ((1, 0), (4, 0), (8, 2), (11, 10)):
            known, larger = (each[: 48 + month] for each in (values, larger_in(values, place, 0.3)))
            found = [own(arrange(tidy("a", each)), [month]).remainder[0, -1, 0] for each in (known, larger)]
            assert found[1] >= found[0] * (1 - 1e-12)


def test_far_from_what_december_expected_the_range_widens() -> None:
    values = seasonal(4, 6, 0.05)

    def width(factor: float) -> float:
        changed = values.copy()
        changed[-12:] *= factor
        found = np.log(running(changed, 6) - changed[-12:-6].sum())
        return float(found[-2] - found[1])

    assert width(1.5) > width(1.0) * 1.01
    assert width(0.6) > width(1.0) * 1.01


@settings(max_examples=30)  # each makes three panels
@given(seed=seeds, years=st.integers(2, 6), noise=noises, month=months)
def test_nothing_later_and_no_other_series_changes_a_forecast(
    seed: int, years: int, noise: float, month: int
) -> None:
    values, other = seasonal(seed, years, noise), spoilt(seed + 1, years + 2)
    alone = arrange(tidy("b", values[: values.size - 12 + month], "roads"))
    later = np.concatenate([values[: values.size - 12 + month], other[:14] * 1e6])
    crowd = pd.concat([tidy("a", other, "roads"), tidy("b", later, "roads"), tidy("c", -other, "homes")])
    crowd.loc[crowd["series_id"] == "a", "year"] -= 3
    expected = answers(alone, year_ends(alone, month), month=month)
    panel = arrange(crowd)
    found = answers(panel, year_ends(panel, month), month=month)
    found = found[(found["series_id"] == "b") & (found["year"] < FIRST + years)].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, expected, rtol=1e-11)


@settings(max_examples=20)  # each makes two panels twice
@given(seed=seeds, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(seed: int, order: object) -> None:
    table = pd.concat([tidy("b", spoilt(seed, 3)), tidy("a", seasonal(seed, 4, 0.1))], ignore_index=True)
    rows = list(range(len(table)))
    order.shuffle(rows)  # type: ignore[attr-defined]
    once, again = arrange(table), arrange(table.iloc[rows])
    assert (year_ends(once, 6).quantiles == year_ends(again, 6).quantiles).all() or np.isnan(
        once.amounts
    ).any()
    pd.testing.assert_frame_equal(
        answers(once, year_ends(once, 3), month=3),
        answers(again, year_ends(again, 3), month=3),
        check_exact=True,
    )


@given(seed=seeds, years=lengths)
def test_a_year_that_is_over_closes_at_what_is_done(seed: int, years: int) -> None:
    values = seasonal(seed, years, 0.3)
    found = last_year(values, 12)
    assert set(found) == {found[0]}
    assert found[0] == pytest.approx(values[-12:].sum())


@pytest.mark.parametrize(
    ("values", "method", "reason"),
    [
        (np.ones(9), "run rate", "no complete earlier year"),
        (np.ones(1), "run rate", "no complete earlier year"),
        (np.zeros(21), "done", "no amount so far"),
        (np.r_[np.ones(12), np.zeros(12), np.ones(9)], "run rate", "nothing in the last year"),
        (np.r_[np.ones(12), np.zeros(9)], "combination", "complete earlier years: 1"),
        (np.r_[np.ones(30), np.nan, np.ones(26)], "combination", "months missing before: 1"),
        (np.r_[np.ones(30), -1.0, np.ones(26)], "combination", "negative months so far: 1"),
        (np.r_[np.ones(30), [np.nan] * 18, np.ones(9)], "run rate", "a gap of twelve months or more"),
    ],
)
def test_a_thin_answer_says_why(values: np.ndarray, method: str, reason: str) -> None:
    panel, month = arrange(tidy("a", values)), len(values) % 12 or 12
    row = answers(panel, year_ends(panel, month), month=month).iloc[-1]
    assert row["method"] == method
    assert reason in row["issue"]


def test_less_history_gives_a_wider_answer() -> None:
    values = np.tile(np.arange(1.0, 13.0), 8)

    def width(years: int) -> float:
        found = last_year(values[-12 * years :], 9)
        return float(found[-2] - found[1])

    assert width(1) > width(2) > width(4) > width(8)


def test_where_the_pool_held_the_group_what_was_learnt_without_it_is_used() -> None:
    values = seasonal(3, 6, 0.2)
    elsewhere = last_year(values, 6, "a group of nowhere")
    assert (last_year(values, 6) == elsewhere).all()
    for group in pool_groups():
        assert not (last_year(values, 6, group) == elsewhere).any()
        assert parameters_without(group) != parameters_without("")


def test_the_table_names_every_parameter_and_nothing_else() -> None:
    table = pd.read_csv(str(files("cityanalytics.series").joinpath("series_pool.csv")), keep_default_na=False)
    assert list(table.columns) == ["left_out", *Parameters.__annotations__]
    assert table["left_out"].is_unique
    assert "" in set(table["left_out"])
    assert len(table) == len(pool_groups()) + 1


def arma_by_hand(values: np.ndarray, phi: float, theta: float, big: float, *, additive: bool) -> float:
    """Forecast the rest of the year month by month, as the formula reads."""
    base = list(values) if additive else [math.log(value) for value in values]
    change = {t: base[t] - base[t - 12] for t in range(12, len(base))}
    error: dict[int, float] = {}

    def drift(t: int) -> float:
        own = [change[u] for u in range(t - 23, t + 1) if u in change]
        return sum(own) / (len(own) + 24)

    def pulled(t: int) -> float:
        return theta * error.get(t - 1, 0) + big * error.get(t - 12, 0) + theta * big * error.get(t - 13, 0)

    for t in range(12, len(base)):
        mean = drift(t - 1)
        error[t] = change[t] - (mean + phi * (change.get(t - 1, 0.0) - mean) + pulled(t))
    last, rest = len(base) - 1, 0.0
    mean, step = drift(last), change[last]
    for t in range(len(base), (len(base) // 12 + 1) * 12):
        step = mean + phi * (step - mean) + pulled(t)
        rest += base[t - 12] + step if additive else math.exp(base[t - 12] + step)
    return rest


@pytest.mark.parametrize("additive", [False, True])
@pytest.mark.parametrize(("phi", "theta", "big"), [(0.8, -0.3, -0.6), (1.0, -0.6, -0.85), (0.5, 0.0, 0.0)])
@pytest.mark.parametrize("month", [1, 6, 9])
def test_a_setting_of_the_arma_is_what_its_formula_says(
    phi: float, theta: float, big: float, month: int, *, additive: bool
) -> None:
    values = seasonal(7, 6, 0.1)[: 5 * 12 + month]
    member = SeasonalArma(additive=additive, phi=(phi,), theta=(theta,), big=(big,))
    found = member(arrange(tidy("a", values)), [month]).remainder[0, -1, 0]
    assert found == pytest.approx(arma_by_hand(values, phi, theta, big, additive=additive))


def test_a_setting_of_the_smoothing_is_what_its_formula_says() -> None:
    values, month, (alpha, beta, gamma, damping) = seasonal(8, 5, 0.1)[:57], 9, (0.2, 0.1, 0.4, 0.9)
    logs = [math.log(value) for value in values]
    level, trend = sum(logs[:12]) / 12, 0.0
    season = [value - level for value in logs[:12]]
    for t in range(12, len(logs)):
        error = logs[t] - (level + damping * trend + season[t % 12])
        level, trend = level + damping * trend + alpha * error, damping * trend + alpha * beta * error
        season[t % 12] += gamma * (1 - alpha) * error
    rest = sum(
        math.exp(
            level + sum(damping**step for step in range(1, ahead + 1)) * trend + season[month + ahead - 1]
        )
        for ahead in range(1, 4)
    )
    member = Smoothing(alpha=(alpha,), beta=(beta,), gamma=(gamma,), damping=damping)
    assert member(arrange(tidy("a", values)), [month]).remainder[0, -1, 0] == pytest.approx(rest)


def test_annual_growth_is_that_of_the_last_complete_year() -> None:
    values = np.r_[np.full(12, 10.0), np.full(12, 11.0), np.full(9, 12.0)]
    found = AnnualGrowth()(arrange(tidy("a", values)), [9]).remainder[0, -1, 0]
    assert found == pytest.approx(33 * 1.1)


def test_settings_with_smaller_errors_weigh_more() -> None:
    opinion = Opinion(sharpness=0.5, half_life=1e9)
    sums, count = opinion.start(1, 2)
    for _ in range(4):
        sums, count = opinion.add(sums, count, np.array([[0.1, 0.2]]), np.array([[True]]))
    weights = opinion.weights(sums, count)[0]
    assert weights.sum() == pytest.approx(1)
    assert weights[0] / weights[1] == pytest.approx(2**2, rel=1e-2)  # (0.2 / 0.1) ** (0.5 * 4)


def test_a_drawdown_is_that_of_the_last_year_from_the_highest() -> None:
    values = np.r_[np.full(24, 10.0), np.full(12, 20.0), np.full(15, 5.0)]
    sight = look(arrange(tidy("a", values)), [3])
    assert sight.drawdown[0, :, 0] == pytest.approx([0, 0, 0, 0, math.log(60 / 240)])


def test_gaps_are_bridged_from_before_alone() -> None:
    panel = arrange(tidy("a", np.r_[np.arange(1.0, 13.0), np.nan, np.nan, np.arange(3.0, 13.0)]))
    assert panel.amounts[0, 12:14].tolist() == [1.0, 2.0]
    assert panel.observed.sum() == 22


def test_after_a_gap_of_a_year_history_begins_again() -> None:
    panel = arrange(tidy("a", np.r_[np.ones(12), [np.nan] * 12, np.ones(12)]))
    assert panel.ids == ("a", "a")
    assert panel.restarted.tolist() == [False, True]


def test_the_worked_example_of_the_methods_is_what_the_program_computes(repository: Path) -> None:
    text = (
        (repository / "docs" / "methods.md").read_text("utf-8").partition("### Worked example: a series")[2]
    )
    written = {
        name: float(value) for name, value in re.findall(r"^\| `(p\d\d)` \| ([\d.]+) \|$", text, re.MULTILINE)
    }
    found = dict(zip(COLUMNS, last_year(np.full(48, 10.0), 9), strict=True))
    assert set(written) == set(COLUMNS)
    assert {name: round(value, 1) for name, value in found.items()} == written


@pytest.mark.parametrize("group", ["", "GOV_spending"])
@pytest.mark.parametrize("month", [3, 9, 11])
def test_a_series_that_repeats_itself_is_forecast_as_by_hand(group: str, month: int) -> None:
    # no member ever missed and all agree: only floors and the pool's parameters are left
    learnt, m = parameters_without(group), (month - 6) / 5
    surprise = 0.5 / (0.5 + 0.5 + 1)
    spread = math.exp(
        learnt.spread
        + learnt.spread_month * m
        + learnt.spread_curve * m**2
        + learnt.reach * math.log(0.003)
        + learnt.surprise * math.log(surprise)
    )
    t = stdtrit(learnt.freedom, np.array(QUANTILES))
    rest = 10 * (12 - month) * np.exp(learnt.bias + learnt.bias_month * m + learnt.widening * spread * t)
    assert last_year(np.full(48, 10.0), month, group) == pytest.approx(10 * month + rest)


def test_without_an_earlier_year_the_pace_changes_as_in_the_pool() -> None:
    learnt = parameters_without("")
    spread = learnt.widening * math.exp(learnt.pace_spread)
    t = stdtrit(learnt.freedom, np.array(QUANTILES))
    assert last_year(np.full(12, 5.0), 6) == pytest.approx(30 + 30 * np.exp(learnt.pace + spread * t))


# a pool of made-up series: tests/data/make_series.py


@pytest.fixture(scope="module")
def pool() -> Panel:
    return arrange(pd.read_csv(REPOSITORY / "tests" / "data" / "series.csv"))


def pinball(said: np.ndarray, totals: np.ndarray) -> float:
    """Return the mean loss of quantiles of totals, relative to them."""
    levels = np.array(QUANTILES)
    miss = totals[..., None] - said
    return float((np.maximum(levels * miss, (levels - 1) * miss).mean(axis=-1) / totals).mean())


@pytest.mark.parametrize("month", [3, 6, 9])
def test_on_a_pool_it_beats_plain_arithmetic_and_covers_what_it_says(pool: Panel, month: int) -> None:
    """The year before times this year's growth so far loses by a third at least; so does the run rate."""
    totals, done = pool.yearly.sum(axis=2), pool.yearly[:, :, :month].sum(axis=2)
    said = year_ends(pool, month).quantiles[:, 3:]
    naive = totals[:, 2:-1] * done[:, 3:] / done[:, 2:-1]
    happened = totals[:, 3:]
    for plain in (naive, done[:, 3:] * 12 / month):
        assert (
            pinball(said, happened)
            < pinball(np.repeat(plain[..., None], len(QUANTILES), axis=-1), happened) / 1.5
        )
    assert 0.7 <= ((happened >= said[..., 1]) & (happened <= said[..., -2])).mean() <= 0.9


@pytest.mark.parametrize("month", [1, 6, 11])
def test_on_a_pool_more_done_lowers_no_quantile(pool: Panel, month: int) -> None:
    first = pool.amounts.shape[1] - 12
    before = year_ends(pool, month).quantiles[:, -1]
    assert np.isfinite(before).all()
    for more in (0.01, 0.5):
        for places in ([month - 1], [month // 2], list(range(month))):
            larger = pool.amounts.copy()
            for place in {min(place, month - 1) for place in places}:
                larger[:, first + place] *= 1 + more
            assert never_falls(before, year_ends(replace(pool, amounts=larger), month).quantiles[:, -1])


# in addition, where the public series stand beside the checkout; they are not part of the project


@pytest.fixture(scope="module")
def shared() -> Path:
    return beside("series/train.csv").parents[1]


@pytest.fixture(scope="module")
def public(shared: Path) -> Panel:
    return arrange(pd.read_csv(shared / "series" / "train.csv"))


@pytest.mark.parametrize("grouped", [True, False])
def test_on_public_series_it_beats_autoarima_and_covers_what_it_says(
    shared: Path, public: Panel, tmp_path: Path, *, grouped: bool
) -> None:
    panel = public if grouped else replace(public, groups=("",) * len(public.ids))
    paths = []
    for month in (3, 6, 9):
        paths.append(tmp_path / f"{month}.csv")
        answers(panel, year_ends(panel, month), month=month).to_csv(paths[-1], index=False)
    done = subprocess.run(
        [
            sys.executable, str(shared / "tools" / "score_forecasts.py"),
            "--series", str(shared / "series" / "train.csv"), "--peers", str(shared / "series" / "peers.csv"),
            "--forecasts", *map(str, paths),
            "--max-ratio", "0.82", "--coverage", "76,84", "--group-coverage", "70,90",
        ],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "crossing 0, not finite 0, twice 0" in done.stdout


@pytest.mark.parametrize(
    ("script", "inputs", "table"),
    [
        ("learn_series.py", ("train.csv",), "series_pool.csv"),
        ("backtest_series.py", ("train.csv", "peers.csv"), "series_backtest.csv"),
    ],
)
def test_the_shipped_tables_are_what_the_scripts_make(
    shared: Path, tmp_path: Path, *, script: str, inputs: tuple[str, ...], table: str
) -> None:
    target = tmp_path / table
    command = [sys.executable, str(REPOSITORY / "benchmarks" / script)]
    command += [str(shared / "series" / name) for name in inputs]
    subprocess.run([*command, str(target)], check=True, capture_output=True, timeout=300)
    assert target.read_bytes() == (REPOSITORY / "cityanalytics" / "series" / table).read_bytes()


def test_every_group_of_the_pool_has_parameters_of_its_own(public: Panel) -> None:
    assert set(pool_groups()) == set(public.groups)
    assert len({tuple(asdict(parameters_without(group)).values()) for group in pool_groups()}) == len(
        pool_groups()
    )
