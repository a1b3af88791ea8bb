"""Findings: on programmes made up for it each rule finds what is there, says its numbers, and stands by its weight."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from cityanalytics.briefing.findings import MOST_FINDINGS, Finding, findings
from cityanalytics.briefing.sections.units import units
from cityanalytics.briefing.wording import Wording
from cityanalytics.programme.dates import Dates
from cityanalytics.publishing.assemble import compose
from cityanalytics.settings import load_settings
from cityanalytics.workspace import Workspace
from tests.test_snapshot import FEBRUARY, JANUARY, MARCH, Desk, Period, day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cityanalytics.briefing.composed import Composed

YI = 1e8
THIRD_QUARTER: Period = ("01-01", "09-22")
WAITING = {"stage": "not started", "schedule": None}


@dataclass(frozen=True, kw_only=True)
class City:
    """Projects by unit, each with what it has spent in which stretch; each has a plan of 1 亿元 unless told."""

    units: Mapping[str, Mapping[str, float | Mapping[Period, float]]]
    plans: Mapping[str, float] = field(default_factory=dict)
    status: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    persons: Mapping[str, str] = field(default_factory=dict)
    heads: Mapping[str, str] = field(default_factory=dict)
    offices: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    sites: Mapping[str, float] = field(default_factory=dict)
    quarter: str = "2010Q3"
    as_of: str = "09-22"

    def content(self, repository: Path) -> Composed:
        desk = Desk()
        for unit, projects in self.units.items():
            desk.book(
                self.quarter,
                "10-01" if self.quarter == "2010Q3" else "04-08",
                {name: as_flows(spent) for name, spent in projects.items()},
                unit=unit,
                plans={name: self.plans.get(name, YI) for name in projects},
                status={name: self.status.get(name, {}) for name in projects},
                persons=self.persons,
                categories=self.categories,
                sites={site: as_flows(area) for site, area in self.sites.items()},
            )  # fmt: skip
        settings = replace(
            load_settings(repository), units=tuple(self.units), heads=self.heads, offices=self.offices
        )
        dates = Dates(
            quarter=self.quarter, as_of=day(self.as_of), known_on=dt.date(2011, 1, 10), complete=False
        )
        return compose(Workspace(settings=settings, given=desk.tables()), dates)

    def found(self, repository: Path, language: str = "en") -> list[Finding]:
        content = self.content(repository)
        return findings(content, Wording(language=language, figures=content.figures))


def as_flows(spent: float | Mapping[Period, float]) -> Mapping[Period, float]:
    return {THIRD_QUARTER: spent} if isinstance(spent, float) else spent


def said(found: list[Finding]) -> dict[str, str]:
    return {one.rule: str(one.text.striptags()) for one in found}


#: 2.5 of 4 by 22 September, where the elapsed 265 of 365 days would be 2.904; one project makes all of it.
ONE_BEHIND = City(
    units={"甲处": {"甲路": 0.1 * YI}, "乙处": dict.fromkeys(("乙路", "丙路", "丁路"), 0.8 * YI)}
)


def test_where_the_plan_is_met_and_nothing_is_behind_nothing_is_remarkable(repository: Path) -> None:
    assert City(units={"甲处": {"甲路": 1.1 * YI}, "乙处": {"乙路": YI}}).found(repository) == []


def test_where_nothing_is_planned_nothing_is_found(repository: Path) -> None:
    city = City(units={"甲处": {"甲路": 1.1 * YI}}, plans={"甲路": 0.0})
    assert city.found(repository) == []


@pytest.mark.parametrize(
    ("language", "gap"), [("en", "¥40.4 m behind"), ("zh", "4041万元；")], ids=["en", "zh"]
)
def test_the_gap_in_money_names_the_units_that_make_over_half_of_it(
    repository: Path, language: str, gap: str
) -> None:
    text = said(ONE_BEHIND.found(repository, language))["gap"]
    assert gap in text
    assert "甲处 100.0%" in text
    assert "乙处" not in text


def test_no_more_units_are_named_than_make_over_half_of_the_gap(repository: Path) -> None:
    city = City(
        units={
            f"{name}处": {f"{name}路": spent * YI}
            for name, spent in zip("甲乙丙", (0.1, 0.3, 0.7), strict=True)
        }
    )
    # behind elapsed time by 0.626, 0.426 and 0.026: the first makes 58.1 % of their sum
    text = said(city.found(repository))["gap"]
    assert "甲处 58.1%" in text
    assert "乙处" not in text


def test_a_gap_that_many_units_share_is_said_to_be_spread_and_names_the_heaviest(repository: Path) -> None:
    """Behind by 0.326, 0.316 and so on to 0.236: 2.810 in all."""
    spent = {name: 0.4 + 0.01 * at for at, name in enumerate("甲乙丙丁戊己庚辛壬癸")}
    city = City(
        units={f"{name}处": {f"{name}路": amount * YI} for name, amount in spent.items()},
        heads={"甲处": "李四"},
    )
    text = said(city.found(repository))["gap"]
    assert "spread over many units (10 of 10)" in text
    assert text.endswith("the largest parts: 甲处 (李四) 11.6%, 乙处 11.2%, 丙处 10.9%.")


def test_a_city_ahead_of_elapsed_time_has_no_gap_though_one_unit_has(repository: Path) -> None:
    city = City(units={"甲处": {"甲路": 0.5 * YI}, "乙处": {"乙路": 0.99 * YI}})
    assert "gap" not in said(city.found(repository))


def test_what_each_day_must_bring_stands_against_what_the_last_days_brought(repository: Path) -> None:
    """1.5 in 100 days; 2.5 came in 265, evenly."""
    text = said(ONE_BEHIND.found(repository))["paces"]
    assert "(100): ¥0.15 bn, or ¥1.5 m a day, above the best 100-day run of the year (¥0.9 m a day)" in text
    assert "the last 30 days brought ¥0.9 m a day, the last 100 ¥0.9 m a day" in text


def test_a_pace_that_was_sustained_before_is_said_to_be_so(repository: Path) -> None:
    """0.28 is left for 100 days, 0.28 a hundred; the best hundred days brought 0.72 × 100/265."""
    text = said(City(units={"甲处": {"甲路": 0.8 * YI}}).found(repository))["paces"]
    assert "above the best" not in text
    assert "the best 100-day run ¥0.30 m a day" in text or "the best 100-day run ¥0.3 m a day" in text


def test_before_a_hundred_days_have_gone_all_days_so_far_stand_in_their_place(repository: Path) -> None:
    flows = {JANUARY: 0.02 * YI, FEBRUARY: 0.02 * YI, MARCH: 0.31 * YI}
    city = City(units={"甲处": {"甲路": flows}}, quarter="2010Q1", as_of="03-31")
    text = said(city.found(repository))["paces"]
    assert "the last 30 days brought ¥1.0 m a day" in text
    assert text.endswith(
        "for the last 100, which are not there yet, stand the days so far (90): ¥0.4 m a day."
    )


def test_what_has_not_started_is_found_with_its_plan(repository: Path) -> None:
    city = City(
        units={"甲处": {"甲路": 0.0, "乙路": 0.0, "丙路": YI}},
        plans={"甲路": 0.2 * YI, "乙路": 0.1 * YI},
        status={"甲路": WAITING, "乙路": WAITING},
    )
    text = said(city.found(repository))["not_started"]
    assert text.startswith(
        "Projects not started: 2, with ¥30.0 m of this year's plan; of these not expected to start"
    )
    assert "not_started" not in said(ONE_BEHIND.found(repository))


def test_who_will_end_short_is_counted_and_named(repository: Path) -> None:
    text = said(ONE_BEHIND.found(repository))["short"]
    assert "categories 1 of 1, units 1 of 2; largest shortfalls: 道路" in text


def test_the_one_category_that_reaches_its_plan_while_all_others_fall_short_is_named(
    repository: Path,
) -> None:
    city = City(units={"甲处": {"甲路": 0.1 * YI, "乙桥": 1.2 * YI}}, categories={"乙桥": "桥梁工程"})
    text = said(city.found(repository))["short"]
    assert "categories 1 of 2 (all but Bridges)" in text


def test_demolition_is_told_where_even_the_upper_end_of_its_range_misses_the_plan(repository: Path) -> None:
    """A site has a planned area of nine: of one there is little left to do, of the other nearly all."""
    low, high = (replace(ONE_BEHIND, sites={"甲片区": area}).found(repository) for area in (0.1, 8.9))
    text = said(low)["demolition"]
    assert text.startswith("Demolition is not expected to meet its plan of ")
    assert "demolition" not in said(high)


def test_what_leaders_ask_first_is_answered_however_much_else_weighs_more(repository: Path) -> None:
    """Of seven and more findings the gap, the paces and what is asked stand, though lighter than what is left out."""
    units = {"甲处": {"甲路": 0.0, "乙路": 0.7 * YI, "丙路": 0.6 * YI}}
    city = City(
        units=units,
        status={"甲路": WAITING | {"constraint": "资金", "request": "请拨款"}},
        plans={"甲路": 0.05 * YI},
        sites={"甲片区": 0.1},
    )
    assert {"gap", "paces", "asked"} <= set(said(city.found(repository)))


def test_what_units_claim_against_their_figures_is_counted(repository: Path) -> None:
    assert said(ONE_BEHIND.found(repository))["claims"].endswith("projects 1.")
    late = replace(ONE_BEHIND, status={"甲路": {"schedule": "late"}})
    assert "claims" not in said(late.found(repository))


def asking(*reasons: str | None) -> City:
    """Return a city whose projects wait, the first with the largest plan, each with a request; one more is built."""
    names = "甲乙丙丁"[: len(reasons)]
    return City(
        units={"甲处": {f"{name}路": 0.0 for name in names}, "乙处": {"戊路": 0.3 * YI}},
        plans={f"{name}路": (5 - at) * YI for at, name in enumerate(names)},
        status={
            f"{name}路": WAITING | {"constraint": reason, "request": f"请解决{name}路"}
            for name, reason in zip(names, reasons, strict=True)
        },
    )


def test_what_is_asked_says_what_granting_it_brings_and_what_comes_first_by_when(repository: Path) -> None:
    """Of 5, 4 and 3 the two smaller ones share their constraint, and together they gain more."""
    text = said(asking("资金", "拆迁", "拆迁").found(repository))["asked"]
    assert text.startswith("Projects that ask for a decision: 3, expected to end the year ¥")
    assert " Granted from 2 Oct on, they add ¥" in text  # the workbooks came on 1 October
    assert "The largest part: those held up by demolition (projects: 2), to be granted by" in text
    assert re.search(r"to be granted by \d+ (?:Oct|Nov|Dec), when half of it is left\.$", text)


def test_requests_that_one_office_decides_on_count_together(repository: Path) -> None:
    """Of 5, 4 and 3 the two larger ones lie with different offices, the smaller two with one."""
    city = replace(asking("资金", "土地", "规划"), offices={"土地": "国土局", "规划": "国土局"})
    assert "The largest part: 国土局 (projects: 2), to be granted by" in said(city.found(repository))["asked"]


@pytest.mark.parametrize(("heads", "person"), [({"甲处": "李四"}, "李四"), ({}, "张三")], ids=["head", "own"])
def test_the_unit_that_makes_the_gap_stands_with_who_answers(
    repository: Path, heads: Mapping[str, str], person: str
) -> None:
    """Whom the configuration names, else who is responsible for the project that is furthest behind."""
    text = said(replace(ONE_BEHIND, heads=heads, persons={"甲路": "张三"}).found(repository))["gap"]
    assert f"甲处 ({person}) 100.0%" in text


@pytest.mark.parametrize(
    ("done", "agreed"), [(0.1, "none reaches the plan"), (0.99, "all reach the plan")], ids=["none", "all"]
)
def test_the_rulers_stand_side_by_side_and_say_whether_they_agree(
    repository: Path, done: float, agreed: str
) -> None:
    text = said(City(units={"甲处": {"甲路": done * YI}}).found(repository))["rulers"]
    assert text.endswith(f": {agreed}.")
    assert text.count("¥") == 5


def test_where_what_gains_most_has_no_constraint_no_other_is_named(repository: Path) -> None:
    text = said(asking(None, "拆迁").found(repository))["asked"]
    assert "those without a reported constraint (projects: 1), to be granted by" in text


def test_once_the_year_is_over_nothing_that_lies_ahead_is_found(repository: Path) -> None:
    whole: Period = ("01-01", "12-31")
    city = City(
        units={"甲处": {"甲路": {whole: 0.4 * YI}, "乙路": {}}},
        status={"乙路": WAITING},
        quarter="2010Q4",
        as_of="12-31",
    )
    assert list(said(city.found(repository))) == ["gap", "claims"]


def test_the_heaviest_stands_first_and_no_more_than_a_screen_holds(repository: Path) -> None:
    found = asking("资金", "拆迁", "规划").found(repository)
    weights = [one.weight for one in found]
    assert weights == sorted(weights, reverse=True)
    assert len(found) == MOST_FINDINGS < 7
    assert "rulers" not in said(found)  # the lightest of those that answer no first question


def test_who_will_end_short_is_said_of_the_units_where_the_headline_has_no_room_for_it(
    repository: Path,
) -> None:
    seven = asking("资金", "拆迁", "规划")
    for city in (seven, replace(seven, sites={"甲片区": 0.1}), ONE_BEHIND):
        text = units(city.content(repository)).html["en"]
        assert ("Expected to end the year short of plan" in text) is (
            "short" not in said(city.found(repository))
        )


def test_what_weighs_more_with_other_data_stands_earlier(repository: Path) -> None:
    """What waits is a tenth of the plan, then nearly all of it."""
    units = {"甲处": {"甲路": 0.0}, "乙处": {"乙路": 0.4 * YI}}
    waiting = {"甲路": WAITING}
    small, large = (
        list(said(City(units=units, plans={"甲路": plan * YI}, status=waiting).found(repository)))
        for plan in (0.1, 9.0)
    )
    assert small.index("not_started") > small.index("paces")
    assert large.index("not_started") < large.index("paces")


def test_both_languages_find_the_same_in_the_same_order(repository: Path) -> None:
    english, chinese = (ONE_BEHIND.found(repository, language) for language in ("en", "zh"))
    assert [(one.rule, one.weight) for one in english] == [(one.rule, one.weight) for one in chinese]
