"""Many cities joined into a province, from outside: whole, coherent, and open about what is missing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cityanalytics as ca
from cityanalytics.errors import UsageError
from cityanalytics.province.joint import Joint
from cityanalytics.publishing.provincial import named_places
from cityanalytics.series.methods import YearTotal
from tests.conftest import run_cityanalytics
from tests.documents import promised

sys.path.insert(0, str(Path(__file__).parent.parent / "data"))
import make_province

CITIES = 4


@pytest.fixture(scope="module")
def cities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make some cities, one of them without tables."""
    out = tmp_path_factory.mktemp("cities")
    for number in range(1, CITIES + 1):
        make_province.make(number, out)
    shutil.rmtree(out / "0002" / "data" / "processed")
    return out


@pytest.fixture(scope="module")
def joined(cities: Path) -> Path:
    (cities / "cities.txt").write_text(
        "".join(f"{cities / f'{number:04d}'}\n" for number in range(1, CITIES + 1)), "utf-8"
    )
    run_cityanalytics("rollup", "cities.txt", "--out", "province", "--name", "某省", workspace=cities)
    return cities / "province"


def record(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "briefing.json").read_text("utf-8"))
    return found


def test_each_city_stands_as_its_own_forecast_says(joined: Path) -> None:
    for city in record(joined)["cities"]:
        programme = ca.programme(ca.open_workspace(city["place"]))
        own = ca.forecast(programme)
        assert [city["p10"], city["p50"], city["p90"]] == own.quantiles[[0.1, 0.5, 0.9]].tolist()
        assert (city["probability"], city["plan"]) == (own.probability(), programme.plan)
        assert (city["done"], city["as_of"]) == (programme.done, programme.as_of.isoformat())


def test_the_record_is_what_it_promises(joined: Path) -> None:
    assert promised("rollup", record(joined)) == []


def test_the_parts_add_up_to_the_province_at_each_level(joined: Path) -> None:
    found = record(joined)
    for level in ("p10", "p50", "p90"):
        parts = sum(city["parts"][level] for city in found["cities"])
        assert parts == pytest.approx(found["total"][level], rel=1e-9)
    assert sum(city["done"] for city in found["cities"]) == pytest.approx(found["total"]["done"])
    assert found["total"]["p10"] < found["total"]["p50"] < found["total"]["p90"]


def test_a_city_without_tables_is_said_on_every_product(joined: Path) -> None:
    found = record(joined)
    assert found["partial"]
    assert [(one["city"], "ingest" in one["why"]) for one in found["unread"]] == [("虚构市0002", True)]
    assert "虚构市0002" not in [city["city"] for city in found["cities"]]
    for language, words in (("zh", "数据不全"), ("en", "Incomplete")):
        page = (joined / f"briefing.{language}.html").read_text("utf-8")
        lead = page.partition('id="final"')[0]
        assert words in lead
        assert "虚构市0002" in page
        assert not re.search(r"https?://|src=|<script", page)


def test_only_the_city_that_was_corrected_is_read_again(cities: Path, joined: Path) -> None:
    before = record(joined)
    make_province.correct(cities / "0003", 3)
    said = run_cityanalytics("rollup", "cities.txt", "--out", "province", "--name", "某省", workspace=cities)
    assert "read again: 1" in said.stderr
    after = record(joined)
    done = {
        which: {city["city"]: city["done"] for city in found["cities"]}
        for which, found in (("before", before), ("after", after))
    }
    moved = {name for name in done["before"] if done["before"][name] != done["after"][name]}
    assert moved == {"虚构市0003"}
    assert len([*(joined / "cities").glob("*.parquet")]) == CITIES - 1


def test_the_same_cities_give_the_same_bytes_in_any_number_of_processes(
    cities: Path, joined: Path, tmp_path: Path
) -> None:
    run_cityanalytics("rollup", "cities.txt", "--out", "province", "--name", "某省", workspace=cities)
    arguments = ("rollup", "cities.txt", "--out", str(tmp_path), "--name", "某省", "--jobs", "2")
    run_cityanalytics(*arguments, workspace=cities)
    for name in ("briefing.zh.html", "briefing.en.html", "briefing.json", "briefing.xlsx"):
        assert (joined / name).read_bytes() == (tmp_path / name).read_bytes(), name


def test_a_city_named_twice_and_a_folder_that_is_none_are_refused(cities: Path) -> None:
    with pytest.raises(UsageError, match="counted twice"):
        named_places([cities / "0001", cities / "0002", cities / "0001"])
    with pytest.raises(UsageError, match="no-such"):
        named_places([cities / "no-such"])


def test_the_province_is_widest_where_all_miss_together() -> None:
    day = make_province.DAY
    some = [
        YearTotal(
            as_of=day,
            done=1e9,
            target=2e9,
            remainder=1e9 * (1 + at),
            spread=0.3,
            freedom=12,
            method="",
            reference_class="",
        )
        for at in range(5)
    ]
    widths = []
    for tie in (0.0, 0.6, 1.0):
        joint = Joint(names=list("abcde"), totals=some, plan=1e10, tie=tie)
        widths.append(joint.quantile(0.9) - joint.quantile(0.1))
        for one, own in zip(some, joint.paths(), strict=True):
            assert np.sort(own)[999] == pytest.approx(one.quantile(0.5))
    assert widths == sorted(widths)
    together = sum(one.quantile(0.9) for one in some)
    assert Joint(names=list("abcde"), totals=some, plan=1e10, tie=1.0).quantile(0.9) == pytest.approx(
        together
    )


def test_an_altered_page_and_a_city_that_has_changed_are_told_by_verify(cities: Path, joined: Path) -> None:
    run_cityanalytics("rollup", "cities.txt", "--out", "province", "--name", "某省", workspace=cities)
    assert verified(cities, joined)["equal"]
    page = joined / "briefing.zh.html"
    text = page.read_text("utf-8")
    shown = next(one["shown"]["zh"] for one in record(joined)["figures"] if one["key"] == "annual_plan")
    page.write_text(text.replace(shown, "1.00亿元"), "utf-8")
    found = verified(cities, page)
    assert (found["equal"], found["different"], found["reasons"]) == (False, ["briefing.zh.html"], [])
    assert ["annual_plan"] in [page["figures"] for page in found["pages"]]
    page.write_text(text, "utf-8")

    # what is kept of a city is not taken for the city
    kept = json.loads((joined / "cities" / "heads.json").read_text("utf-8"))
    for head in kept.values():
        head["member"]["plan"] *= 2
    (joined / "cities" / "heads.json").write_text(json.dumps(kept), "utf-8")
    run_cityanalytics("rollup", "cities.txt", "--out", "province", "--name", "某省", workspace=cities)
    found = verified(cities, joined)
    assert not found["equal"]
    assert found["figures"]["annual_plan"][0] == pytest.approx(2 * found["figures"]["annual_plan"][1])
    shutil.rmtree(joined / "cities")
    run_cityanalytics("rollup", "cities.txt", "--out", "province", "--name", "某省", workspace=cities)

    make_province.correct(cities / "0004", 4)
    found = verified(cities, joined)
    assert [reason for reason in found["reasons"] if "0004" in reason] == found["reasons"] != []
    assert "annual_plan" not in found["figures"]
    assert "investment_to_date" in found["figures"]


def verified(cities: Path, report: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "cityanalytics", "verify", str(report), "--json"]
    done = subprocess.run(command, cwd=cities, check=False, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if found["equal"] else 1), done.stderr
    return found
