"""A new name is a person's word: shown where a project is gone, confirmed by a command, never guessed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from cityanalytics.errors import UsageError
from cityanalytics.intake.aliases import Departure, confirm, confirm_gone
from cityanalytics.issues import Severity
from tests.test_coverage import FIRST, JULY, PARK, PARK_STATUS, in_summer
from tests.test_ingest import (
    BRIDGE,
    BRIDGE_STATUS,
    CORRECTED,
    DAY,
    ROAD,
    ROAD_STATUS,
    City,
    found,
    investment,
    put,
    status,
)

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.intake.store import Ingested
    from tests.test_ingest import Sheet


@pytest.fixture
def city(tmp_path: Path) -> City:
    city = City(tmp_path)
    city.send(*FIRST)
    in_summer(
        city,
        investment(put(ROAD, 1, "甲路升级"), BRIDGE),
        status(put(ROAD_STATUS, 1, "甲路升级"), BRIDGE_STATUS),
    )
    return city


def say_same(city: City, old: str, new: str, by: str = "计划财务科") -> tuple[str, str]:
    return confirm(city.settings, city.table("projects"), old, new, by=by, on=JULY)


def test_a_project_is_gone_in_the_quarter_where_it_is_gone_and_the_hint_holds_both_names(city: City) -> None:
    (issue,) = found(city.ingest(), "PROJECT_GONE")
    assert "/2010Q2/" in issue.where
    assert issue.where.endswith("!项目投资完成情况!B4")  # the new name's cell
    assert "/2010Q1/" in str(issue.understood)
    assert "cityanalytics alias 甲路 甲路升级" in str(issue.suggestion)


def test_a_confirmed_name_is_one_project_and_comments_stay(city: City) -> None:
    city.beside("aliases.toml", "# 经人工确认\r\n")
    assert say_same(city, "甲 路", "甲路升级") == ("甲路", "甲路升级")
    text = (city.settings.root / "aliases.toml").read_bytes().decode()
    assert text.startswith("# 经人工确认\r\n\r\n[[alias]]\r\n")
    assert 'confirmed_by = "计划财务科"\r\non = 2010-07-02' in text
    ingested = city.ingest()
    assert found(ingested, "PROJECT_GONE") == []
    assert set(ingested.tables["projects"]["project"]) == {"甲路升级", "乙桥"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("甲路x", "甲路升级", "nearest: 甲路"),
        ("甲路", "甲路升", "nearest: 甲路升级"),
        ("甲路", "甲路", "one name"),
        ("甲路", "乙桥", "2010Q1"),
    ],
)
def test_what_cannot_be_one_project_is_refused_and_nothing_written(city: City, old, new, said) -> None:
    with pytest.raises(UsageError, match=said):
        say_same(city, old, new)
    assert not (city.settings.root / "aliases.toml").exists()


def test_what_was_completed_is_not_doubted_in_the_next_year_and_what_was_not_is(tmp_path: Path) -> None:
    city = City(tmp_path)
    done = put(put(put(ROAD_STATUS, 4, "竣工"), 3, DAY), 5, "—")
    city.send(FIRST[0], status(done, BRIDGE_STATUS), quarter="2010Q4", on=dt.date(2011, 1, 4))
    city.send(investment(PARK), status(PARK_STATUS), quarter="2011Q1", on=dt.date(2011, 4, 4))
    assert [issue.value for issue in found(city.ingest(), "PROJECT_GONE")] == ["乙桥"]
    confirm_gone(
        city.settings,
        Departure(name="乙桥", quarter="2011Q1", confirmed_by="计划科", on=dt.date(2011, 4, 5)),
    )
    assert found(city.ingest(), "PROJECT_GONE") == []


def test_names_do_not_go_round_in_a_circle(city: City) -> None:
    say_same(city, "甲路", "甲路升级")
    with pytest.raises(UsageError, match="circle"):
        say_same(city, "甲路升级", "甲路")
    with pytest.raises(UsageError, match="already"):
        say_same(city, "甲路", "甲路升级")
    with pytest.raises(UsageError, match="--by"):
        say_same(city, "甲路", "甲路升级", by="")


# what is history


def live(ingested: Ingested) -> list[str]:
    return [issue.code for issue in ingested.issues if ingested.is_live(issue)]


def test_issues_of_a_replaced_workbook_are_history(tmp_path: Path) -> None:
    city = City(tmp_path)
    wrong = put(ROAD, 9, 70)  # the months come to 60
    city.send(investment(wrong, BRIDGE), FIRST[1])
    assert "CUMULATIVE_MISMATCH" in live(city.ingest())
    city.send(*FIRST, on=CORRECTED)
    ingested = city.ingest()
    assert found(ingested, "CUMULATIVE_MISMATCH")
    assert live(ingested) == []


# what is half read


def test_an_unknown_sheet_blocks_where_its_units_projects_are_missing(tmp_path: Path) -> None:
    city = City(tmp_path)
    odd: Sheet = ("一览", [["数字甲", "数字乙", "数字丙"], ["甲路", 500, 60], ["乙桥", 400, 150]])
    city.send(FIRST[1], odd)
    (issue,) = found(city.ingest(), "TABLE_NOT_OURS")
    assert issue.severity is Severity.ERROR
    assert "甲处" in str(issue.understood)
    assert "项目投资完成情况" in str(issue.understood)
    city.send(*FIRST, odd, on=CORRECTED)  # where nothing is missing it is only said
    assert {one.severity for one in found(city.ingest(), "TABLE_NOT_OURS")} == {Severity.WARNING}
