"""Lights: the rule, what moving it changes, and what the page says of both."""

from __future__ import annotations

import html
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityanalytics.briefing.lights import Light, flips, light, moved
from cityanalytics.briefing.sections.units import units
from cityanalytics.publishing.assemble import assemble
from cityanalytics.settings import Lights, load_settings
from tests.conftest import run_cityanalytics
from tests.test_findings import YI, City

if TYPE_CHECKING:
    from pathlib import Path

ORDER = list(Light)
WORDS = {"normal": "正常", "behind": "滞后", "far behind": "严重滞后"}

rules = st.tuples(st.floats(-0.5, 0.5), st.floats(0, 0.5)).map(
    lambda limits: Lights(yellow=limits[0], red=limits[0] + limits[1])
)
parts = st.dictionaries(st.text("甲乙丙丁", min_size=1, max_size=3), st.floats(-1, 1), max_size=12)


def severity(behind: float, rule: Lights) -> int:
    shown = light(behind, rule)
    assert shown is not None
    return ORDER.index(shown)


@pytest.mark.parametrize(
    ("behind", "shown"),
    [(-0.1, "normal"), (0.0, "normal"), (0.001, "behind"), (0.05, "behind"), (0.0501, "far behind")],
)
def test_a_limit_itself_is_not_beyond_it(behind: float, shown: str) -> None:
    assert light(behind, Lights(yellow=0.0, red=0.05)) == shown


@pytest.mark.parametrize("behind", [None, float("nan")])
def test_what_has_no_plan_has_no_light(behind: float | None) -> None:
    assert light(behind, Lights()) is None


@given(behind=st.floats(-1, 1), rule=rules, by=st.floats(0, 0.5))
def test_a_stricter_rule_never_makes_a_light_better(behind: float, rule: Lights, by: float) -> None:
    assert severity(behind, moved(rule, -by)) >= severity(behind, rule) >= severity(behind, moved(rule, by))


@given(behind=parts, rule=rules, by=st.sampled_from([-0.05, 0.05]))
def test_those_that_flip_are_those_whose_light_changes(
    behind: dict[str, float], rule: Lights, by: float
) -> None:
    found = flips(behind, rule, by=by)
    named = {name: (flip.now, flip.then) for flip in found for name in flip.names}
    other = Lights(yellow=rule.yellow + by, red=rule.red + by)
    assert named == {
        name: (light(points, rule), light(points, other))
        for name, points in behind.items()
        if light(points, rule) != light(points, other)
    }
    assert sum(len(flip.names) for flip in found) == len(named)


# --- on the page


def document(briefing: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((briefing / "briefing.json").read_text("utf-8"))
    return found


def section(page: Path, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', page.read_text("utf-8"), re.DOTALL)
    assert found
    return html.unescape(found[0])


def test_every_unit_carries_the_light_that_its_figures_give_and_those_behind_are_named(
    briefing: Path,
) -> None:
    record = document(briefing)
    lights = record["lights"]
    plans = {row["name"]: row["plan"] for row in record["outlook"]["parts"]["unit"] if row["name"]}
    assert {row["name"] for row in lights["unit"]} == set(plans)
    for row in lights["unit"]:
        expected = "normal" if row["behind"] <= 0 else "behind" if row["behind"] <= 0.05 else "far behind"
        assert row["light"] == expected
    shown = section(briefing / "briefing.zh.html", "units")
    late = [row["name"] for row in lights["unit"] if row["light"] != "normal"]
    named = [name for name in re.findall(r"<th scope=row>(.*?)</th>", shown) if name in plans]
    assert len(late) > 10
    assert named == late[:10]  # the largest gap first


def test_each_chart_s_alternative_tells_every_row_with_its_light_and_its_year_end(briefing: Path) -> None:
    record = document(briefing)
    charts = assemble(str(briefing.parent.parent), "2010Q3").charts
    told = "；".join(charts[name].alt("zh").rstrip("。") for name in ("categories", "units"))
    terms = [(row["name"], row["light"]) for by in ("category", "unit") for row in record["lights"][by]]
    ends = {row["name"]: row for by in ("category", "unit") for row in record["outlook"]["parts"][by]}
    assert len(terms) == 35
    for name, shown in terms:
        said = re.search(rf"(?:：|；){name}完成[^；]*", told)
        assert said, name
        assert f"，{WORDS[shown]}，" in said[0]
        low, middle, high = (f"{ends[name][level] / 1e8:.2f}" for level in ("p10", "p50", "p90"))
        numbers = [float(each) for each in re.findall(r"年底预计([\d.]+)（([\d.]+)至([\d.]+)）", said[0])[0]]
        assert numbers == pytest.approx([float(middle), float(low), float(high)], abs=0.0101)


def test_the_page_names_every_light_that_flips(briefing: Path) -> None:
    lights = document(briefing)["lights"]
    text = re.sub("<[^>]+>", "", section(briefing / "briefing.zh.html", "lights"))
    for way, word in (("stricter", "收紧"), ("laxer", "放宽")):
        changed = [row for by in ("category", "unit") for row in lights[by] if row[way] != row["light"]]
        assert changed
        for row in changed:
            opening = f"{word}，{WORDS[row['light']]}→{WORDS[row[way]]}："
            told = re.search(rf"{opening}(.*?)(?=收紧|放宽|单位报为|$)", text)
            assert told, opening
            assert row["name"] in told[1]


def test_what_units_report_and_the_figures_contradict_is_named_and_listed(
    briefing: Path, processed_workspace: Path
) -> None:
    record = document(briefing)
    found = record["lights"]["contradicted"]
    figures = {figure["key"]: figure["value"] for figure in record["figures"]}
    assert len(found) == figures["contradicted_projects"] > 0
    assert all(row["gap"] > 0 and row["share"] < figures["elapsed_share"] for row in found)
    for language in ("zh", "en"):
        text = section(briefing / f"briefing.{language}.html", "lights")
        term = load_settings(processed_workspace).term
        for unit in {row["unit"] for row in found}:
            count = sum(row["unit"] == unit for row in found)
            assert f"{term(unit, language)} {count}" in text
        largest = sorted(found, key=lambda row: -row["gap"])[:4]
        assert all(row["project"] in text for row in largest)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_light_that_the_forecast_contradicts_is_named_in_a_sentence(
    briefing: Path, processed_workspace: Path, language: str
) -> None:
    record, term = document(briefing), load_settings(processed_workspace).term
    figures = {figure["key"]: figure["value"] for figure in record["figures"]}
    chance = {row["name"]: figures[f"unit_{row['name']}_probability"] for row in record["lights"]["unit"]}
    text = re.sub("<[^>]+>", "", section(briefing / f"briefing.{language}.html", "units"))
    reached = {
        "zh": "目前严重滞后、但完成计划的概率过半的：",
        "en": "Far behind today, yet more likely than not to reach the plan: ",
    }
    missed = {
        "zh": "目前不滞后、但完成计划的概率不到一半的：",
        "en": "Not behind today, yet more likely than not to miss the plan: ",
    }
    for light_of, likely, opening in (("far behind", True, reached), ("normal", False, missed)):
        contrary = {
            term(row["name"], language)
            for row in record["lights"]["unit"]
            if row["light"] == light_of and (chance[row["name"]] >= 0.5) is likely
        }
        assert 0 < len(contrary) <= 4
        told = re.search(re.escape(opening[language]) + r"(.*?)[。.]", text)
        assert told, opening
        assert set(re.split("、|, ", told[1])) == contrary


def units_behind(repository: Path, far: int, well: int) -> str:
    """Give what is said of units of which so many are far behind and so many do well."""
    spent = {f"{name}处": 0.1 if at < far else 0.8 for at, name in enumerate("甲乙丙丁戊己"[: far + well])}
    city = City(units={unit: {f"{unit}路": amount * YI} for unit, amount in spent.items()})
    return re.sub("<[^>]+>", "", units(city.content(repository)).html["en"])


def test_the_worst_light_names_whom_it_selects(repository: Path) -> None:
    assert "Far behind by the rule of the lights: 甲处." in units_behind(repository, 1, 4)


def test_where_over_a_third_share_the_worst_light_it_is_said_to_select_nobody(repository: Path) -> None:
    text = units_behind(repository, 3, 3)
    assert ": 3 of 6, too many to select by; they are ranked by shortfall." in text
    assert "rule of the lights: 甲处" not in text


def test_another_rule_moves_the_words_of_the_page(processed_workspace: Path, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    shutil.copytree(processed_workspace, workspace, ignore=shutil.ignore_patterns("reports"))
    path = workspace / "cityanalytics.toml"
    changed = path.read_text("utf-8").replace("yellow = 0.0\nred = 0.05", "yellow = 0.05\nred = 0.1")
    path.write_text(changed, "utf-8")
    run_cityanalytics("brief", "2010Q3", workspace=workspace)
    folder = workspace / "reports" / "2010Q3"
    lights = document(folder)["lights"]
    assert (lights["yellow"], lights["red"]) == (0.05, 0.1)
    assert lights["city"][0]["light"] == "normal"  # 3.7 points behind
    shown = section(folder / "briefing.en.html", "lights")
    assert "normal up to 5.0 percentage points behind elapsed time, behind up to 10.0" in shown
    rows = assemble(str(workspace), "2010Q3").tables["units"].rows
    assert rows["light"].tolist() == [row["light"] for row in lights["unit"]]
