"""The library as analysts use it, from outside: what is called, what comes back, what it adds up to."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import shutil
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import cityanalytics as ca
from cityanalytics.outlook.paths import factors
from tests.conftest import run_cityanalytics
from tests.documents import promised

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = [
    *(
        "project",
        "unit",
        "category",
        "town",
        "stage",
        "plan",
        "plan_original",
        "done",
        "share",
        "behind",
        "gap",
    ),
    *("planned_start", "planned_finish", "actual_start", "actual_finish", "total_investment"),
    *("physical_progress", "constraint", "request", "responsible_person"),
]
FEN = 0.01


@pytest.fixture(scope="module")
def workspace(processed_workspace: Path) -> ca.Workspace:
    return ca.open_workspace(processed_workspace)


@pytest.fixture(scope="module")
def programme(workspace: ca.Workspace) -> ca.Programme:
    return ca.programme(workspace, "2010Q3")


@pytest.fixture(scope="module")
def forecast(programme: ca.Programme) -> ca.Forecast:
    return ca.forecast(programme)


@pytest.fixture(scope="module")
def found(processed_workspace: Path) -> dict[str, Any]:
    said = run_cityanalytics("forecast", "2010Q3", "--json", workspace=processed_workspace).stdout
    document: dict[str, Any] = json.loads(said)
    return document


def test_the_forecast_as_a_document_is_what_it_promises(found: dict[str, Any]) -> None:
    assert promised("forecast", found) == []


def test_importing_it_loads_nothing_that_is_slow() -> None:
    code = "import sys, cityanalytics; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "scipy", "matplotlib", "pyarrow"} & set(done.stdout.split())


def test_a_step_that_bears_the_name_of_a_function_is_both(programme: ca.Programme) -> None:
    from cityanalytics.programme.progress import stages

    assert callable(ca.programme)
    assert callable(ca.briefing)
    assert stages(programme)["total"] == len(programme.projects)


def test_the_projects_are_the_headline(programme: ca.Programme) -> None:
    projects = programme.projects
    assert list(projects) == COLUMNS
    assert projects["done"].sum() == pytest.approx(6.2e9, abs=FEN)
    projects["done"] = 0.0  # an analyst's copy
    projects = programme.projects
    assert projects["done"].sum() == pytest.approx(6.2e9, abs=FEN)
    assert projects["project"].is_unique
    assert projects.attrs["units"]["plan"] == "yuan"
    assert set(projects.attrs["units"]) == set(projects)
    for name in ("planned_start", "planned_finish", "actual_start", "actual_finish"):
        assert pd.api.types.is_datetime64_any_dtype(projects[name])
    assert projects["physical_progress"].dropna().between(0, 1).all()
    assert len(programme.projects_cells) == len(projects)
    assert "project_cell" not in projects


@pytest.mark.parametrize("name", ["projects", "sites", "works", "history"])
def test_frames_hold_values_with_units_and_their_cells_stand_apart(
    programme: ca.Programme, name: str
) -> None:
    table, cells = getattr(programme, name), getattr(programme, f"{name}_cells")
    assert set(table.attrs["units"]) == set(table)
    assert not [column for column in table if str(column).endswith(("_cell", "file", "position"))]
    assert table.index.equals(cells.index)
    assert set(cells) <= set(table)
    there = cells.to_numpy(dtype=object)[cells.notna().to_numpy()]
    assert all(cell.startswith("data/raw/") for cell in there)
    numbers = [column for column in cells if pd.api.types.is_float_dtype(table[column])]
    for column in set(numbers) - {"done"}:  # what nothing was done of has no cell
        assert cells.loc[table[column].notna() & (table[column] != 0), column].notna().all()


def test_months_and_groups_add_up_to_the_headline(programme: ca.Programme) -> None:
    done = programme.projects["done"].sum()
    assert programme.monthly["amount"].sum() == pytest.approx(done, abs=1)
    own = programme.monthly.groupby("project")["amount"].sum()
    projects = programme.projects.set_index("project")
    assert np.allclose(own.reindex(projects.index).fillna(0.0), projects["done"])
    for key in ("unit", "category", "town", "constraint", "stage"):
        groups = programme.by(key)
        assert groups["done"].sum() == pytest.approx(done, abs=1)
        assert groups["projects"].sum() == len(projects)
        assert groups["gap"].is_monotonic_decreasing


def test_a_page_opens_its_workspace_once(processed_workspace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    times: list[tuple[object, object]] = []

    def counted(module: str, name: str) -> None:
        place = import_module(f"cityanalytics.{module}")
        real = getattr(place, name)

        def call(*given: Any, **named: Any) -> Any:
            read.append(name)
            times.extend([(named["as_of"], named["known_on"])] if "as_of" in named else [])
            return real(*given, **named)

        monkeypatch.setattr(place, name, call)

    for name in ("read_tables", "read_register", "load_settings"):
        counted("workspace", name)
    counted("programme.snapshot", "take_snapshot")
    ca.briefing(ca.programme(ca.open_workspace(processed_workspace), "2010Q3"))
    assert sorted(set(read) - {"take_snapshot"}) == sorted(name for name in read if name != "take_snapshot")
    assert len(times) == len(set(times))


def test_the_same_times_are_the_same_programme(workspace: ca.Workspace, programme: ca.Programme) -> None:
    assert ca.programme(workspace, as_of="2010-09-22") is programme


def test_tables_hold_what_counts_and_the_rest_is_replaced(workspace: ca.Workspace) -> None:
    for name, table in workspace.replaced.items():
        now = workspace.tables[name]
        assert len(now) + len(table) == len(workspace.stored[name])
        assert not set(now["file"]) & set(table["file"])
    assert len(workspace.replaced["projects"])
    assert set(workspace.received["quarter"]) == set(workspace.quarters)
    assert workspace.issues(live=False)["where"].tolist() == workspace.stored["issues"]["where"].tolist()


def test_changes_are_those_of_the_command(workspace: ca.Workspace, programme: ca.Programme) -> None:
    found = ca.changes(ca.programme(workspace, "2010Q2"), programme)
    said = json.loads(
        run_cityanalytics("diff", "2010Q2", "2010Q3", "--json", workspace=workspace.settings.root).stdout
    )
    added = found.projects.loc[found.projects["change"] == "added", "project"]
    assert sorted(added) == sorted(row["project"] for row in said["added"])
    assert len(found.restated) == len(said["restated"])
    for name, column, unit in (
        ("projects", "done_after", "yuan"),
        ("stages", "plan", "yuan"),
        ("slips", "slip", "days"),
    ):
        assert getattr(found, name).attrs["units"][column] == unit
    assert found.restated.attrs["units"]["old"].startswith("yuan")
    kept = found.projects.dropna(subset=["done_before", "done_after"])
    assert found.projects["done_after"].sum() == pytest.approx(programme.done, abs=1)
    assert len(kept) + len(added) == len(found.projects)


def test_the_forecast_is_that_of_the_command_and_the_page(
    programme: ca.Programme, forecast: ca.Forecast, found: dict[str, Any]
) -> None:
    for level, name in ((0.05, "p05"), (0.5, "p50"), (0.95, "p95")):
        assert forecast.quantiles[level] == found[name]
    assert forecast.probability() == found["probability"]
    chances = [forecast.probability(target) for target in (7e9, 8e9, 9e9, 1e10)]
    assert chances == sorted(chances, reverse=True)  # type: ignore[type-var] # a target is given, so none is missing
    page = ca.briefing(programme).tables["units"].frame.set_index("unit")
    for key in ("unit", "category"):
        said = pd.DataFrame(found["parts"][key]).set_index("name")
        ours = forecast.by(key).set_index(key)
        assert list(ours.index) == list(said.index)
        for column in ("plan", "done", "p10", "p50", "p90", "probability"):
            assert ours[column].tolist() == said[column].tolist()
            if key == "unit":
                assert page.loc[ours.index, column].tolist() == ours[column].tolist()


def test_every_way_to_part_a_forecast_adds_up_and_another_is_refused_by_name(
    programme: ca.Programme, forecast: ca.Forecast
) -> None:
    for key in ("unit", "category", "town", "constraint", "stage", "project"):
        groups = forecast.by(key)
        for column, whole in (
            ("done", programme.done),
            ("plan", programme.plan),
        ):
            assert groups[column].sum() == pytest.approx(whole, abs=1)
        assert set(groups[key].dropna()) == set(programme.projects[key].dropna())
        assert groups.attrs["units"]["p50"] == "yuan"
    projects = programme.traced.assign(town=None)  # workbooks may name none
    elsewhere = dataclasses.replace(forecast, programme=dataclasses.replace(programme, traced=projects))
    with pytest.raises(
        ca.errors.UsageError, match="no forecast by town; there are: unit, category, constraint"
    ):
        elsewhere.by("town")


@pytest.mark.parametrize("day", ["2010-01-31", "2010-05-31", "2010-09-22"])
def test_paths_add_up_to_the_city_and_never_fall_below_what_is_done(
    workspace: ca.Workspace, day: str
) -> None:
    forecast = ca.forecast(ca.programme(workspace, as_of=day))
    projects = forecast.programme.projects.set_index("project")
    city = forecast.paths.sum(axis=1)
    own = forecast.paths.drop(columns="", errors="ignore")
    ends = [forecast.total.quantile(level) for level in city.index]
    assert np.allclose(city, ends, rtol=0, atol=1)
    assert set(own) == set(projects.index)
    done, total = projects["done"].reindex(own.columns), projects["total_investment"].reindex(own.columns)
    assert (own >= done - FEN).all(axis=None)
    assert (own <= np.maximum(total, done) + FEN).all(axis=None)
    assert (np.diff(city) >= -FEN).all()
    units = own.T.groupby(projects["unit"].reindex(own.columns)).sum().T
    assert np.allclose(units.sum(axis=1) + forecast.paths.get("", 0.0), city)
    # ranges and chances of groups are those of the paths
    told = forecast.by("unit").set_index("unit")
    for name, place in (("p10", 199), ("p50", 999), ("p90", 1799)):
        assert np.allclose(np.sort(units, axis=0)[place], told.loc[units.columns, name], atol=1)
    reached = (units >= told["plan"].reindex(units.columns)).mean()
    assert np.allclose(reached, told.loc[units.columns, "probability"], atol=0.001)
    pd.testing.assert_frame_equal(ca.forecast(forecast.programme).paths, forecast.paths)


@given(
    weights=hnp.arrays(float, (3, 6), elements=st.floats(1e-3, 1e9)),
    cap=hnp.arrays(float, 6, elements=st.floats(1e-3, 1e9)),
    part=st.floats(0, 1.5),
)
def test_a_total_is_shared_whole_where_caps_allow(weights: np.ndarray, cap: np.ndarray, part: float) -> None:
    total = np.full(3, part * cap.sum())
    found = np.minimum(cap[:, None], factors(weights.T, cap[:, None], total) * weights.T)
    assert (found >= 0).all()
    assert np.allclose(found.sum(axis=0), np.minimum(total, cap.sum()))


def test_figures_are_those_of_the_record_and_lead_to_their_cells(
    briefing: Path, programme: ca.Programme
) -> None:
    made = ca.briefing(programme)
    record = json.loads((briefing / "briefing.json").read_text(encoding="utf-8"))
    figures = made.figures.set_index("key")
    for said in record["figures"]:
        one = figures.loc[said["key"]]
        assert one["unit"] == said["unit"]
        assert {"zh": one["shown"], "en": one["shown_en"]} == said["shown"]
    cells = ca.trace(made, "unexplained_projects")
    assert cells["cell"].str.startswith("data/raw/").all()
    for language in made.languages:
        page = (briefing / f"briefing.{language}.html").read_text(encoding="utf-8")
        assert made.page(language) == page


def test_errors_are_the_commands(workspace: ca.Workspace, programme: ca.Programme, tmp_path: Path) -> None:
    wrong = [
        lambda: ca.open_workspace(tmp_path),
        lambda: ca.programme(workspace, "2019Q1"),
        lambda: ca.programme(workspace, as_of="yesterday"),
        lambda: ca.changes(programme, programme),
        lambda: ca.forecast(programme, reference_class="none"),
        lambda: ca.trace(ca.briefing(programme), "investment_to_dat"),
        lambda: programme.by("colour"),
        lambda: ca.forecast_series(pd.DataFrame({"series_id": ["a"]}), 9),
    ]
    for call in wrong:
        with pytest.raises(ca.errors.CityAnalyticsError) as error:
            call()
        assert str(error.value)


def test_a_series_is_forecast_as_its_file_is(tmp_path: Path) -> None:
    months = [
        ("a", year, month, 10.0 + month + year % 3) for year in range(2001, 2007) for month in range(1, 13)
    ]
    frame = pd.DataFrame(months, columns=["series_id", "year", "month", "value"])
    frame.to_csv(tmp_path / "series.csv", index=False)
    out = tmp_path / "out.csv"
    run_cityanalytics("forecast-series", "series.csv", "--month", "9", "--out", str(out), workspace=tmp_path)
    ours = ca.forecast_series(frame, 9)
    said = pd.read_csv(out, keep_default_na=False)
    assert ours["p50"].tolist() == said["p50"].tolist()
    assert ours["year"].tolist() == said["year"].tolist()


def test_every_result_shows_itself(
    workspace: ca.Workspace, programme: ca.Programme, forecast: ca.Forecast
) -> None:
    changes = ca.changes(ca.programme(workspace, "2010Q2"), programme)
    for value in (workspace, programme, changes, forecast, ca.briefing(programme)):
        assert "<" in value._repr_html_()


def test_ingest_gives_what_it_writes(processed_workspace: Path, tmp_path: Path) -> None:
    shutil.copytree(processed_workspace, tmp_path / "city", ignore=shutil.ignore_patterns("reports"))
    read = ca.ingest(ca.open_workspace(tmp_path / "city"), ["2010Q1"])
    assert all(path.is_file() for path in read.written)
    again = ca.open_workspace(tmp_path / "city")
    for name, table in again.tables.items():
        assert len(read.tables[name]) == len(table)
    for name, table in again.replaced.items():
        assert len(read.replaced[name]) == len(table)
    assert set(read.issues["quarter"]) <= {"2010Q1"}


def documented(repository: Path) -> dict[str, tuple[str, set[str]]]:
    """Give what the reference documents by its last name: the place it is loaded from, and the members listed."""
    text = (repository / "docs/reference/index.rst").read_text("utf-8")
    entries = re.findall(
        r"^\.\. auto(?:function|class|module):: cityanalytics\.(\S+)\n(?:   :members: (.*)\n)?",
        text,
        re.MULTILINE,
    )
    return {place.rpartition(".")[2]: (place, set(members.split(", "))) for place, members in entries}


def test_what_is_exported_is_what_is_documented_and_each_has_an_example(repository: Path) -> None:
    entries = documented(repository)
    assert set(ca.__all__) <= set(entries)
    for name, (place, members) in entries.items():
        if name == "errors":
            continue
        home, _, last = place.rpartition(".")
        one = getattr(import_module(f"cityanalytics.{home}"), last)
        for member in members - {""}:
            assert inspect.getdoc(getattr(one, member)), f"{name}.{member}"
        if name in ca.__all__:
            assert one is getattr(ca, name) or callable(getattr(ca, name))
            assert ">>>" in (inspect.getdoc(one) or ""), name
            own = {
                key: member
                for key, member in vars(one).items()
                if callable(member) or hasattr(member, "__get__")
            }
            shown = {key for key, member in own.items() if ">>>" in (inspect.getdoc(member) or "")}
            assert {key for key in shown if key[0] != "_"} <= members, name
