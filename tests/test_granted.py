"""What granting requests brings: held to the levers themselves, on programmes made up for it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from cityanalytics.briefing.sections.decisions import decisions
from cityanalytics.programme.progress import deciding_day
from cityanalytics.whatif.answer import Answer
from cityanalytics.whatif.levers import LiftLever, Scenario
from tests.test_findings import WAITING, YI, City, asking
from tests.test_snapshot import JANUARY, Desk, day

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.briefing.composed import Composed

ONE_DAY = dt.timedelta(days=1)


@pytest.fixture(scope="module")
def content(repository: Path) -> Composed:
    return asking("资金", "拆迁", "拆迁", "规划").content(repository)


def gain(content: Composed, names: list[str], on: dt.date) -> float:
    levers = (LiftLever(on=on, projects=tuple(names)),)
    base, lifted = (
        Answer(model=content.model, scenario=Scenario(name="a", lever=one)) for one in ((), levers)
    )
    return float((lifted.ends - base.ends).mean())


def test_each_office_is_told_what_its_requests_bring_at_once_a_week_later_and_on_their_last_day(
    content: Composed,
) -> None:
    asked = content.asked
    assert asked.first == dt.date(2010, 10, 2)
    for office in asked.offices.to_dict("records"):
        names = asked.projects.loc[asked.projects["office"] == office["office"], "project"].tolist()
        at_once = gain(content, names, asked.first)
        assert office["gained"] == pytest.approx(at_once)
        assert office["waits"] == pytest.approx(
            at_once - gain(content, names, asked.first + dt.timedelta(days=7))
        )
        last = office["latest"].date()
        assert gain(content, names, last) >= 0.5 * at_once > gain(content, names, last + ONE_DAY)
    together = asked.together
    assert together is not None
    assert asked.offices["gained"].sum() == pytest.approx(together.gained)
    assert asked.offices["waits"].sum() == pytest.approx(together.waits)


def test_what_brings_most_stands_first_and_what_brings_nothing_in_one_line(repository: Path) -> None:
    """Two projects wait, one of them the heavier, which has spent all it may: to free it brings nothing."""
    city = City(
        units={"甲处": {"甲路": 9 * YI, "乙路": 0.0}, "乙处": {"丙路": 0.3 * YI}},
        plans={"甲路": 30 * YI, "乙路": 2 * YI, "丙路": 2 * YI},
        status={
            "甲路": {"schedule": "behind", "constraint": "资金", "request": "请拨款"},
            "乙路": WAITING | {"constraint": "拆迁", "request": "请拆迁"},
        },
    )
    content = city.content(repository)
    offices = content.asked.offices
    assert offices["office"].tolist() == ["拆迁", "资金"]
    assert offices["adds"].tolist() == [True, False]
    assert offices["short"].iloc[0] < offices["short"].iloc[1]
    html = decisions(content).html["en"]
    table, _, below = html.partition("</table>")
    assert ">funds<" not in table
    assert ">demolition<" in table
    assert "adds nothing to this year's investment" in below
    assert "projects 1 (funds)" in below


def test_deadlines_that_have_passed_are_counted_and_a_day_that_still_matters_is_told(
    repository: Path,
) -> None:
    city = asking("资金", "资金")
    due = {"甲路": dt.datetime(2010, 9, 26), "乙路": dt.datetime(2010, 10, 20)}  # noqa: DTZ001 - days
    status = {name: {**said, "deadline": due[name]} for name, said in city.status.items()}
    content = City(units=city.units, plans=city.plans, status=status).content(repository)
    (office,) = content.asked.offices.to_dict("records")
    assert (office["gone"], office["overdue"]) == (1, 5)  # by 1 October, when the workbooks came
    assert office["deadline"].date() < content.asked.first <= office["latest"].date()
    text = decisions(content).html["en"]
    assert "overdue: 1 (since 26 Sept, days: 5); decide by " in text
    assert decisions(content).html["zh"].count("逾期5天") == 1


def test_readers_decide_when_the_last_unit_has_sent_and_a_later_correction_moves_nothing() -> None:
    sent = Desk().book("2010Q1", "04-03", {"甲路": {JANUARY: 1.0}}, unit="甲处")
    sent.book("2010Q1", "04-09", {"乙路": {JANUARY: 1.0}}, unit="乙处")
    assert deciding_day(sent.at("01-31")) == day("04-09")
    sent.book("2010Q1", "05-20", {"甲路": {JANUARY: 2.0}}, unit="甲处")
    assert deciding_day(sent.at("01-31")) == day("04-09")
    assert deciding_day(sent.at("01-31", day("04-05"))) == day("04-03")
