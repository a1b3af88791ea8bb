"""What does not add up by itself is said: thirty projects, works beside projects, plans, quotas."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from cityanalytics.intake.store import read_tables
from cityanalytics.programme.reconcile import Reconciliation, reconcile
from cityanalytics.programme.snapshot import Programme, take_snapshot
from cityanalytics.settings import Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

YI = 1e8


@pytest.fixture(scope="module")
def settings(processed_workspace: Path) -> Settings:
    return load_settings(processed_workspace)


def programme(settings: Settings, as_of: dt.date) -> Programme:
    return take_snapshot(read_tables(settings), as_of=as_of, known_on=dt.date(2010, 12, 31))


@pytest.fixture(scope="module")
def autumn(settings: Settings) -> Programme:
    return programme(settings, dt.date(2010, 9, 22))


@pytest.fixture(scope="module")
def found(autumn: Programme, settings: Settings) -> Reconciliation:
    return reconcile(autumn, listed=[kind.kind for kind in settings.works if kind.listed])


def test_the_speech_s_thirty_projects_stay_unexplained(found: Reconciliation) -> None:
    assert len(found.unexplained) == 224 - 54 - 140


def test_62_works_stand_beside_54_projects(found: Reconciliation) -> None:
    assert found.works_listed == 5 + 2 + 36 + 6 + 8 + 5 == 62
    assert found.projects_completed == 54


def test_what_is_only_basically_done_is_not_among_the_listed(autumn: Programme) -> None:
    assert reconcile(autumn, listed=["老旧小区整治"]).works_listed == 0
    assert reconcile(autumn, listed=[]).works_listed == 0


def test_plans_are_kept_as_approved_and_as_in_force(found: Reconciliation) -> None:
    assert found.plan_original == pytest.approx(88.5 * YI)
    assert found.plan == pytest.approx(90 * YI)
    assert len(found.adjusted) == 6
    assert set(found.adjusted["unit"]) == {"公共建筑工程办公室"}
    change = found.adjusted["plan"].sum() - found.adjusted["plan_original"].sum()
    assert change == pytest.approx(1.5 * YI)


def test_below_quota_is_under_way_with_less_than_its_share_of_the_plan(
    autumn: Programme, found: Reconciliation
) -> None:
    quota = autumn.traced["plan"] * 265 / 365
    short = autumn.traced[
        autumn.traced["stage"].isin(["under construction", "suspended"]) & (autumn.traced["done"] < quota)
    ]
    assert set(found.below_quota["project"]) == set(short["project"])


def test_fifteen_projects_below_quota_are_said_to_be_on_schedule(found: Reconciliation) -> None:
    assert len(found.contradicted) == 15
    assert set(found.contradicted["project"]) <= set(found.below_quota["project"])
    assert set(found.contradicted["schedule"]) == {"on schedule"}


def test_the_one_wrong_subtotal_of_the_second_quarter_is_said_with_its_cell(settings: Settings) -> None:
    totals = reconcile(programme(settings, dt.date(2010, 6, 30)), listed=[]).totals
    (where,) = totals["where"]
    assert where.endswith("城建投资公司2010年二季度报表.xlsx!项目投资完成情况!M19")
