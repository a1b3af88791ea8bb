"""What if, from outside: what levers may and may not do, files and their faults, the command and the library."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

import cityanalytics as ca
from cityanalytics.errors import BlockingIssuesError, UsageError
from cityanalytics.outlook.forecast import Forecast
from cityanalytics.outlook.forecast import forecast as forecast_programme
from cityanalytics.programme.snapshot import take_snapshot
from cityanalytics.whatif.answer import Answer
from cityanalytics.whatif.levers import KINDS, Scenario
from cityanalytics.whatif.model import Model
from cityanalytics.whatif.stages import stages
from tests.command import run
from tests.conftest import EXAMPLES, run_cityanalytics
from tests.documents import promised

if TYPE_CHECKING:
    from pathlib import Path

DATES = ("2010-03-31", "2010-05-20", "2010-06-30", "2010-09-22")
YEAR_END = dt.date(2010, 12, 31)


@pytest.fixture(scope="module")
def models(processed_workspace: Path) -> dict[str, Model]:
    """Give the sample city at four data dates, and another one: a few of its projects, some without total or dates."""
    workspace = ca.open_workspace(processed_workspace)
    found = {day: Model.of(ca.forecast(ca.programme(workspace, as_of=day))) for day in DATES}
    return found | {"another": Model.of(another(workspace))}


def another(workspace: ca.Workspace) -> Forecast:
    """Forecast a small city: every ninth project, each third of them without total investment or planned dates."""
    tables = dict(workspace.stored)
    names = sorted(tables["projects"]["project"].unique())[::9]
    for name in ("projects", "plans", "investment", "status"):
        tables[name] = tables[name][tables[name]["project"].isin(names)]
    bare = tables["projects"]["project"].isin(names[::3])
    tables["projects"] = tables["projects"].assign(
        total_investment=tables["projects"]["total_investment"].mask(bare),
        planned_finish=tables["projects"]["planned_finish"].mask(bare),
    )
    programme = take_snapshot(tables, as_of=dt.date(2010, 8, 15), known_on=dt.date(2011, 1, 1))
    return forecast_programme(programme, reference_class="china_construction_investment", seed=7)


@st.composite
def levers(draw: st.DrawFn, model: Model) -> dict[str, Any]:
    """Draw a lever that fits the programme."""
    days = st.sampled_from(model.days)
    lever: dict[str, Any] = {"kind": draw(st.sampled_from(sorted(KINDS)))}
    match lever["kind"]:
        case "pace":
            lever["factor"] = draw(st.floats(0, 3))
        case "shifts":
            lever |= {"shifts": draw(st.integers(1, 3)), "yield": draw(st.floats(0, 1))}
        case "days":
            lever[draw(st.sampled_from(["lost", "gained"]))] = float(draw(st.integers(0, 5)))
        case "funds_short":
            lever["share"] = draw(st.floats(0, 1))
        case "scope":
            lever["share"] = draw(st.floats(-0.5, 1))
        case "funds_arrive" | "lift" | "start" | "finish":
            lever["on"] = draw(days)
    if lever["kind"] in {"pace", "shifts", "suspend"}:
        lever["from"], lever["to"] = sorted([draw(days), draw(days)])
    key = draw(st.sampled_from(["", "units", "categories", "constraints", "stages", "projects"]))
    if key and model.selection.names[key]:
        lever[key] = tuple(
            draw(st.lists(st.sampled_from(model.selection.names[key]), min_size=1, max_size=3))
        )
    return lever


@st.composite
def cases(draw: st.DrawFn, most: int = 4) -> tuple[str, list[dict[str, Any]]]:
    day = draw(st.sampled_from([*DATES, "another"]))
    return day, draw(st.lists(levers(model_of(day)), min_size=1, max_size=most))


MODELS: dict[str, Model] = {}


@cache
def model_of(day: str) -> Model:
    return MODELS[day]


@pytest.fixture(autouse=True)
def _known(models: dict[str, Model]) -> None:
    MODELS.update(models)


def answer(model: Model, given_levers: list[dict[str, Any]], **more: Any) -> Answer:
    made = tuple(KINDS[one["kind"]].model_validate(one) for one in given_levers)
    return Answer(model=model, scenario=Scenario(name="drawn", lever=made, **more))


many = hypothesis(max_examples=max(EXAMPLES, 40))


@many
@given(data=st.data())
def test_order_does_not_matter(data: st.DataObject) -> None:
    day, drawn = data.draw(cases())
    one, other = (answer(model_of(day), each) for each in (drawn, drawn[::-1]))
    assert (one.ends == other.ends).all()


@many
@given(data=st.data())
def test_no_project_goes_beyond_its_total_nor_below_what_is_done_and_units_sum_to_the_city(
    data: st.DataObject,
) -> None:
    day, drawn = data.draw(cases())
    model = model_of(day)
    found = answer(model, drawn)
    reach = model.reach(found.scenario.lever)
    cap = model.expected(reach).cap
    added = model.added(reach, np.arange(len(cap)))
    assert (added >= 0).all()
    assert (added <= cap[:, None]).all()
    assert (cap >= 0).all()
    # what is the sum of all projects is the city, path by path
    changed = reach.changed
    ends = model.base.added.copy()
    ends[changed] = added[changed]
    assert np.allclose(model.base.total.done + ends.sum(axis=0) + model.base.left, found.ends, rtol=1e-9)
    for key in ("unit", "category"):
        assert math.isclose(found.by(key)["mean_change"].sum(), found.mean_change, abs_tol=1.0)


@many
@given(data=st.data())
def test_what_levers_brought_adds_up_exactly(data: st.DataObject) -> None:
    day, drawn = data.draw(cases(3))
    found = answer(model_of(day), drawn)
    brought = found.attribution()["mean_change"]
    assert math.fsum(brought) == found.mean_change
    assert math.isclose(found.mean_change, found.change.mean(), rel_tol=1e-9, abs_tol=1.0)


@many
@given(data=st.data())
def test_levers_that_change_nothing_leave_base_bit_for_bit(data: st.DataObject) -> None:
    day = data.draw(st.sampled_from([*DATES, "another"]))
    model = model_of(day)
    neutral = [
        {"kind": "pace", "factor": 1.0},
        {"kind": "shifts", "shifts": 1, "yield": data.draw(st.floats(0, 1))},
        {"kind": "days", "lost": 0.0},
        {"kind": "funds_short", "share": 0.0},
        {"kind": "scope", "share": 0.0},
        {"kind": "funds_arrive", "on": model.days[0]},
    ]
    found = answer(model, data.draw(st.lists(st.sampled_from(neutral), max_size=5)))
    assert (found.ends == model.base.ends).all()
    assert found.probability == model.forecast.probability()
    assert found.quantiles == {f"p{level}": model.forecast.quantiles[level / 100] for level in (10, 50, 90)}
    published = model.forecast.by("unit").set_index("unit")
    groups = found.by("unit").set_index("unit")
    assert (groups[["p10", "p50", "p90"]] == published[["p10", "p50", "p90"]]).all(axis=None)


@many
@given(data=st.data())
def test_more_never_lowers_and_less_never_raises(data: st.DataObject) -> None:
    day, others = data.draw(cases(2))
    model = model_of(day)
    early, late = sorted([data.draw(st.sampled_from(model.days)) for _ in range(2)])
    low, high = sorted([data.draw(st.floats(0, 3)) for _ in range(2)])
    short, much = sorted([data.draw(st.floats(0, 1)) for _ in range(2)])
    worse, better = data.draw(
        st.sampled_from(
            [
                ({"kind": "pace", "factor": low}, {"kind": "pace", "factor": high}),
                ({"kind": "suspend", "to": late}, {"kind": "suspend", "to": early}),
                ({"kind": "start", "on": late}, {"kind": "start", "on": early}),
                ({"kind": "finish", "on": late}, {"kind": "finish", "on": early}),
                ({"kind": "lift", "on": late}, {"kind": "lift", "on": early}),
                ({"kind": "funds_arrive", "on": late}, {"kind": "funds_arrive", "on": early}),
                ({"kind": "funds_short", "share": much}, {"kind": "funds_short", "share": short}),
                ({"kind": "days", "lost": 3.0}, {"kind": "days", "gained": 3.0}),
            ]
        )
    )
    assume(
        not (
            worse["kind"] in {"start", "finish"} and any(one["kind"] in {"start", "finish"} for one in others)
        )
    )
    less, more = (answer(model, [*others, one]) for one in (worse, better))
    assert (less.ends <= more.ends * (1 + 1e-12)).all()


@hypothesis(max_examples=25)
@given(data=st.data())
def test_steps_and_demolition_move_with_levers_between_what_is_done_and_all(data: st.DataObject) -> None:
    day, drawn = data.draw(cases(2))
    model = model_of(day)
    low, high = sorted([data.draw(st.floats(0, 3)) for _ in range(2)])
    base, slower, faster, idle = (
        stages(model, answer(model, one).scenario).set_index("measure").to_dict()
        for one in (
            [],
            [*drawn, {"kind": "pace", "factor": low}],
            [*drawn, {"kind": "pace", "factor": high}],
            [{"kind": "suspend"}],
        )
    )
    counts, sites = model.forecast.outlook.counts, model.forecast.outlook.demolition.sites
    most = sites[["planned", "done"]].max(axis=1).sum() * (1 + 1e-9)
    for name in ("p10", "p50", "p90"):
        for measure in ("started", "completed"):
            least = getattr(counts.now, measure)
            assert least <= slower[name][measure] <= faster[name][measure] <= len(model.projects)
            assert least <= idle[name][measure] <= base[name][measure]
        assert slower[name]["demolition"] <= faster[name]["demolition"] <= most
        assert idle[name]["demolition"] == pytest.approx(sites["done"].sum())
    assert base["base_p50"] == base["p50"]
    middle = counts.path(0.5)
    assert (base["p50"]["started"], base["p50"]["completed"]) == (middle.started, middle.completed)


@pytest.mark.parametrize("day", DATES)
def test_seeds_hardly_move_median_and_chance(models: dict[str, Model], day: str) -> None:
    programme = models[day].forecast.programme
    found = [ca.what_if(ca.forecast(programme, seed=seed), "pace=1.3").table.iloc[1] for seed in (1, 2, 3)]
    medians, chances = ([one[name] for one in found] for name in ("p50", "probability"))
    # the earlier in the year, the more lies ahead
    late = day == DATES[-1]
    assert max(medians) - min(medians) < (0.05e8 if late else 0.1e8)
    assert max(chances) - min(chances) < (0.0015 if late else 0.003)


def test_the_pace_of_the_city_is_that_of_the_forecast(models: dict[str, Model]) -> None:
    forecast = models["2010-09-22"].forecast
    for factor in (0.8, 1.1):
        found = ca.what_if(forecast, f"city_pace={factor}").table.iloc[1]
        paced = ca.forecast(forecast.programme, pace=factor)
        assert found["p50"] == paced.quantiles[0.5]
        assert math.isclose(found["probability"], paced.probability() or 0.0, abs_tol=1e-5)


def test_an_addition_adds_to_its_unit_alone_and_no_more_than_its_total(models: dict[str, Model]) -> None:
    model = models["2010-09-22"]
    unit, category = (str(model.projects[name][0]) for name in ("unit", "category"))
    new = {
        "name": "新河大桥",
        "unit": unit,
        "category": category,
        "total": 2e8,
        "start": dt.date(2010, 10, 8),
        "finish": dt.date(2010, 12, 20),
    }
    found = ca.what_if(model.forecast, {"scenario": {"bridge": {"addition": [new]}}})
    groups = found.by("unit").set_index("unit")["mean_change"]
    assert 0 < groups.loc[unit] <= 2e8
    assert (groups.drop(unit) == 0).all()
    assert found.attribution()["kind"].tolist() == ["addition"]


def test_paths_by_month_end_where_the_year_ends(models: dict[str, Model]) -> None:
    found = ca.what_if(models["2010-05-20"].forecast, ["pace=1.2", "suspend=2010-07-01..2010-07-31"])
    for name, rows in found.monthly.groupby("scenario"):
        ends = found.table[found.table["scenario"] == name].iloc[0]
        assert rows["p50"].is_monotonic_increasing
        assert np.allclose(
            rows.iloc[-1][["p10", "p50", "p90"]].astype(float), ends[["p10", "p50", "p90"]].astype(float)
        )
    # nothing moves while all is suspended
    july = found.monthly.set_index(["scenario", "day"])["p50"].loc[found.scenarios[0].name]
    still = july[pd.Timestamp("2010-07-31")] - july[pd.Timestamp("2010-06-30")]
    assert abs(still) < 1e-6 * july.iloc[-1]


@pytest.mark.parametrize("lever", ["pace", "city_pace", "days", "start", "lift", "scope", "shifts"])
def test_a_goal_is_reached_and_nothing_less_reaches_it(models: dict[str, Model], lever: str) -> None:
    found = ca.what_if(models["2010-09-22"].forecast)
    sought = found.goal(0.66, lever)
    assert sought.value is not None
    assert 0.66 <= sought.probability < 0.68


def test_a_goal_out_of_reach_says_how_far_one_comes(models: dict[str, Model]) -> None:
    found = ca.what_if(models["2010-09-22"].forecast).goal(0.99, "lift")
    assert found.value is None
    assert 0.6 < found.probability < 0.99
    assert "out of reach" in str(found.reason)


def test_the_fewest_are_no_more_than_needed(models: dict[str, Model]) -> None:
    model = models["2010-09-22"]
    found = ca.what_if(model.forecast)
    for of in ("projects", "units"):
        few = found.fewest(of, 0.7)
        assert few.probability >= 0.7
        assert few.at_least <= len(few.chosen)
        key = {"projects": "projects", "units": "units"}[of]
        kept = answer(model, [{"kind": "pace", "factor": 1.5, key: few.chosen}])
        assert kept.probability == pytest.approx(few.probability)
        without = answer(model, [{"kind": "pace", "factor": 1.5, key: few.chosen[:-1]}])
        assert (without.probability or 0.0) < 0.7
    everything = found.fewest("units", 0.99)
    assert not everything.chosen
    assert "out of reach" in str(everything.reason)


FAULTS = {
    'kind = "pase"': "unknown kind pase",
    "factor = 1.2": "kind is missing",
    'kind = "pace"': "factor is missing",
    'kind = "pace"\nfactor = 11': "factor is at most 10",
    'kind = "pace"\nfactor = "1.2"': "factor is a number",
    'kind = "pace"\nfactor = 1.2\nunit = ["x"]': "nearest: units",
    'kind = "pace"\nfactor = 1.2\nunits = ["东城片区建办"]': "nearest: 东城片区建设办",
    'kind = "pace"\nfactor = 1.2\nunits = "东城片区建设办"': "units is a list",
    'kind = "pace"\nfactor = 1.2\ntowns = ["东城片"]': "nearest: 东城片区",
    'kind = "pace"\nfactor = 1.2\nfrom = 2010-11-02\nto = 2010-11-01': "the span ends before it begins",
    'kind = "start"\non = "2010-10-08"': "a date without quotes",
    'kind = "start"\non = 2010-09-22': "not after the data date",
    'kind = "start"\non = 2010-10-08\nstages = ["under construction"]': "all projects that are chosen have begun",
    'kind = "pace"\nfactor = 1.2\nstages = ["completed"]': "no open project is chosen",
    'kind = "days"\nlost = 1\ngained = 1': "give lost or gained",
    'kind = "days"\nlost = 99': "more days lost than the span has working days: 68",
    'kind = "days"\ngained = 1\nfrom = 2010-10-01\nto = 2010-10-07': "no working day lies in the span",
    'kind = "scope"': "give add or share",
    'kind = "shifts"\nshifts = 4\nyield = 0.5': "shifts is at most 3",
}  # fmt: skip


@pytest.mark.parametrize("lever", FAULTS)
def test_a_fault_is_told_with_its_line(models: dict[str, Model], tmp_path: Path, lever: str) -> None:
    file = tmp_path / "a.toml"
    file.write_text(f"[scenario.a]\n\n[[scenario.a.lever]]\n{lever}\n", encoding="utf-8")
    with pytest.raises(BlockingIssuesError) as raised:
        ca.what_if(models["2010-09-22"].forecast, file)
    (fault,) = raised.value.issues
    assert FAULTS[lever] in str(raised.value)
    assert fault.where.startswith("a.toml:")
    assert int(fault.where.split(":")[1].split()[0]) >= 3


def test_a_lever_reaches_the_projects_of_a_town_and_is_refused_where_none_is_named(
    models: dict[str, Model],
) -> None:
    forecast = models["2010-09-22"].forecast
    projects = forecast.programme.projects
    town = projects["town"].iloc[0]
    inside = set(projects.loc[projects["town"] == town, "project"])
    given = {"scenario": {"a": {"lever": [{"kind": "pace", "factor": 0.5, "towns": [town]}]}}}
    found = ca.what_if(forecast, given)
    changed = found.by("project").set_index("project")["mean_change"]
    assert set(changed.index[changed < 0]) <= inside
    assert (changed[list(inside)] < 0).any()
    unnamed = dataclasses.replace(forecast.programme, traced=forecast.programme.traced.assign(town=None))
    with pytest.raises(BlockingIssuesError, match="no workbook has such a column"):
        ca.what_if(dataclasses.replace(forecast, programme=unnamed), given)


def test_all_faults_are_listed_at_once_and_a_file_for_another_city_or_day_is_refused(
    models: dict[str, Model], tmp_path: Path
) -> None:
    file = tmp_path / "a.toml"
    levers_in = "".join(f"[[scenario.a.lever]]\n{lever}\n" for lever in FAULTS)
    file.write_text(
        f'as_of = 2010-06-30\ncity = "别处"\nwho = 1\n[scenario.a]\n{levers_in}', encoding="utf-8"
    )
    with pytest.raises(BlockingIssuesError) as raised:
        ca.what_if(models["2010-09-22"].forecast, file)
    said = str(raised.value)
    assert "made for 2010-06-30" in said
    assert "made for 别处" in said
    assert "unknown key who" in said
    # what only the programme shows is told beside what the file alone does
    assert [fault for fault in FAULTS.values() if fault not in said] == []
    file.write_text("[scenario.a\n", encoding="utf-8")
    with pytest.raises(BlockingIssuesError, match="no TOML"):
        ca.what_if(models["2010-09-22"].forecast, file)


def test_two_starts_and_a_project_that_is_there_are_refused(models: dict[str, Model]) -> None:
    forecast = models["2010-09-22"].forecast
    with pytest.raises(BlockingIssuesError, match="two starts"):
        ca.what_if(forecast, ["start=2010-10-08", "never@立项"])
    new = dict.fromkeys(("unit", "category"), "无") | {
        "name": models["2010-09-22"].projects["project"][0],
        "total": 1.0,
        "start": dt.date(2010, 9, 1),
        "finish": dt.date(2010, 8, 1),
    }
    with pytest.raises(BlockingIssuesError) as raised:
        ca.what_if(forecast, {"scenario": {"a": {"addition": [new]}}})
    assert len(raised.value.issues) == 5


@pytest.mark.parametrize(
    "setting", ["pase=1", "pace=x", "pace=1.2@无此单位", "start=tomorrow", "days=", "never=1x"]
)
def test_a_setting_that_does_not_fit_is_refused(models: dict[str, Model], setting: str) -> None:
    with pytest.raises(BlockingIssuesError):
        ca.what_if(models["2010-09-22"].forecast, setting)


@many
@given(data=st.data())
def test_what_is_saved_is_what_is_read(data: st.DataObject) -> None:
    day = data.draw(st.sampled_from(DATES))
    model = model_of(day)
    drawn = data.draw(st.lists(levers(model), min_size=1, max_size=3))
    try:
        first = ca.what_if(model.forecast, {"scenario": {'甲 "1"': {"lever": drawn, "city_pace": 1.25}}})
    except BlockingIssuesError:
        assume(False)  # noqa: FBT003 - nothing is chosen, or begun already
    import tomllib

    again = ca.what_if(model.forecast, tomllib.loads(first.to_toml()))
    assert again.scenarios == first.scenarios
    assert again.table.equals(first.table)


def test_every_scenario_of_the_library_runs_and_says_what_it_does(
    repository: Path, models: dict[str, Model]
) -> None:
    files = sorted((repository / "scenarios").glob("*.toml"))
    assert len(files) >= 10
    found = ca.what_if(models["2010-09-22"].forecast, *files)
    assert len(found.scenarios) == len(files)
    assert (found.table["delta_p50"].iloc[1:] != 0).all()
    for one in found.scenarios:
        assert {*one.label} == {"zh", "en"}


def test_the_command_and_the_library_say_the_same(
    processed_workspace: Path, models: dict[str, Model]
) -> None:
    out = run_cityanalytics(
        "what-if", "--set", "pace=1.1", "--goal", "0.7", "--tornado", "--json", workspace=processed_workspace
    ).stdout
    said = json.loads(out)
    assert [promised("what-if", said), *(promised(name, said[name]) for name in ("goal", "tornado"))] == [
        [],
        [],
        [],
    ]
    found = ca.what_if(models["2010-09-22"].forecast, ["pace=1.1"])
    assert said["scenarios"][0]["p50"] == found.table.loc[1, "p50"]
    assert said["base"]["probability"] == models["2010-09-22"].forecast.probability()
    assert (said["paths"], said["unit"], said["target"]) == (1999, "yuan", 9e9)
    assert said["factor_p50"] == pytest.approx(1.490, abs=1e-3)
    assert said["goal"]["value"] == found.goal(0.7, scenario=found.scenarios[0].name).value
    assert said["tornado"]
    for key in ("unit", "category"):
        changes = [group["mean_change"] for group in said["scenarios"][0]["groups"][key]]
        assert math.fsum(changes) == pytest.approx(said["scenarios"][0]["mean_change"])
    asked = ("what-if", "--set", "pace=1.0", "--goal", "0.7", "--fewest", "units", "--json")
    neutral = json.loads(run_cityanalytics(*asked, workspace=processed_workspace).stdout)
    assert promised("fewest", neutral["fewest"]) == []
    assert {key: neutral["scenarios"][0][key] for key in neutral["base"]} == neutral["base"]
    assert neutral["base"]["monthly"][-1]["p50"] == pytest.approx(neutral["base"]["p50"])


def test_scenarios_are_saved_drawn_and_run_again(processed_workspace: Path, tmp_path: Path) -> None:
    file, picture = tmp_path / "mine.toml", tmp_path / "mine.svg"
    settings = ["--set", "start=2010-10-15", "--set", "pace=1.2@立项"]
    first = run_cityanalytics(
        "what-if",
        *settings,
        "--save",
        str(file),
        "--plot",
        str(picture),
        "--json",
        workspace=processed_workspace,
    )
    again = run_cityanalytics("what-if", str(file), "--json", workspace=processed_workspace)
    one, other = (json.loads(run.stdout)["scenarios"][0] for run in (first, again))
    assert {**one, "name": ""} == {**other, "name": ""}
    assert b"<svg" in picture.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--set", "pase=1"], 1, "pase=1 is no lever"),
        (["--fewest", "units"], 2, "--goal 0.8"),
        (["--goal", "8"], 2, "a fraction between 0 and 1"),
        (["--goal", "0.8", "--lever", "never"], 2, "no value is sought"),
        (["nowhere.toml"], 2, "cannot be read"),
    ],
)
def test_what_does_not_fit_is_said(
    processed_workspace: Path, arguments: list[str], code: int, said: str
) -> None:
    done = run("what-if", *arguments, "--ui", "en", workspace=processed_workspace)
    assert done.returncode == code
    assert said in done.stderr
    assert not done.stdout


def test_without_a_plan_nothing_is_sought(models: dict[str, Model]) -> None:
    forecast = ca.forecast(models["2010-09-22"].forecast.programme, target=0)
    found = ca.what_if(forecast, "pace=1.2")
    assert found.table["probability"].isna().all()
    with pytest.raises(UsageError, match="no plan"):
        found.goal(0.8)


def stated(repository: Path) -> list[tuple[list[str], list[str]]]:
    """Give the worked example's table: settings, and what they come to."""
    text = (repository / "docs" / "what-if.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("| \n").split("|")]
        for line in text.split("chance of ninety |\n|", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    ]
    return [(row[0].replace("`", "").replace("base", "").split(), row[1:]) for row in rows]


def test_the_worked_example_is_what_the_program_computes(
    repository: Path, processed_workspace: Path, models: dict[str, Model]
) -> None:
    rows = stated(repository)
    assert len(rows) == 7
    found = ca.what_if(models["2010-09-22"].forecast, *(settings for settings, _ in rows if settings))
    for (_, numbers), row in zip(rows, found.table.to_dict("records"), strict=True):
        told = [f"{row[name] / 1e8:.2f}" for name in ("p10", "p50", "p90")]
        assert numbers == [*told, f"{row['probability']:.1%}"]
    both = next(settings for settings, _ in rows if len(settings) == 2)
    arguments = [word for setting in both for word in ("--set", setting)]
    said = json.loads(
        run_cityanalytics("what-if", *arguments, "--json", workspace=processed_workspace).stdout
    )
    assert said["scenarios"][0]["p50"] == found[" ".join(both)].quantiles["p50"]
    # what the prose says
    text = (repository / "docs" / "what-if.md").read_text(encoding="utf-8")
    brought = [lever["mean_change"] / 1e8 for lever in said["scenarios"][0]["levers"]]
    fewest, all_units = found.fewest("units", 0.7), found.fewest("units", 0.8)
    for part in (
        f"on average {sum(brought):.2f}, of which the starts have {brought[1]:.2f} and the pace {brought[0]:.2f}",
        f"by pace alone takes {found.goal(0.8).value} times",
        f"begun by 15 October, {found.goal(0.8, scenario='start=2010-10-15').value} times",
        f"began tomorrow, {found.goal(0.8, 'start').probability:.1%}",
        f"all seven constraints tomorrow comes to {found.fewest('constraints', 0.8).probability:.1%}",
        f"in all twenty\nunits: {all_units.probability:.1%}",
        f"own curves lead to {said['bottom_up'] / 1e8:.2f}, the city's forecast to {said['base']['p50'] / 1e8:.2f}",
        f"multiplied by {said['factor_p50']:.2f}",
    ):
        assert part in text
    assert (len(fewest.chosen), fewest.at_least, all_units.chosen) == (3, 2, ())
