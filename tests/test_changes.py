"""What changed between two days: nothing is lost, nothing invented, and what is now said otherwise stands apart."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import json
import re
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rich.cells import cell_len

from cityanalytics.briefing.sections import SECTIONS
from cityanalytics.cli import main
from cityanalytics.programme.changes import ABSENT, Changes, compare
from cityanalytics.publishing.assemble import assemble
from tests.conftest import run_cityanalytics
from tests.documents import promised
from tests.test_prose import prose
from tests.test_snapshot import APRIL, FEBRUARY, JANUARY, MARCH, Desk, day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cityanalytics.programme.snapshot import Programme

THEN, NOW = day("03-31"), day("06-30")
STAGES = ("not started", "under construction", "suspended", "completed", None)
LISTS = ("restated", "corrected", "plans", "slips", "attributes", "added", "dropped", "moved")
DATES = ("planned_start", "planned_finish", "actual_start", "actual_finish")
EMPTY = Desk().book("2010Q1", "04-01", {"甲路": {MARCH: 1.0}}).at("03-31")


def programme(rows: list[dict[str, Any]], as_of: dt.date) -> Programme:
    """Make a programme of projects alone."""
    columns = EMPTY.traced.columns
    made = [
        {
            "project_cell": f"{as_of}.xlsx!表!B{at}",
            "stage_cell": f"{as_of}.xlsx!表!C{at}",
            "quarter": "2010Q1",
            **row,
        }
        for at, row in enumerate(rows)
    ]
    table = pd.DataFrame(made, columns=columns).astype(EMPTY.traced.dtypes)
    return dataclasses.replace(EMPTY, traced=table, as_of=as_of)


#: A comparison of two programmes takes tens of milliseconds.
few = hypothesis_settings(max_examples=25)
days = st.none() | st.dates(dt.date(2010, 1, 1), dt.date(2010, 12, 31)).map(pd.Timestamp)
row = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(STAGES),
        "unit": st.sampled_from("甲乙"),
        "category": st.just("道路"),
        "responsible_person": st.none() | st.sampled_from("丙丁"),
        "constraint": st.none() | st.sampled_from(["天气", "土地"]),
        "plan": st.integers(0, 9).map(float),
        **dict.fromkeys(DATES, days),
    }
)
rows = st.dictionaries(st.sampled_from("一二三四五六七八"), row, max_size=8).map(
    lambda found: [{"project": name, "written_name": name, **values} for name, values in found.items()]
)


@few
@given(rows)
def test_a_day_beside_itself_is_refused(found) -> None:
    same = programme(found, THEN)
    changes = compare(same, same)
    assert {name: len(getattr(changes, name)) for name in LISTS} == dict.fromkeys(LISTS, 0)
    assert changes.slipped().empty


@few
@given(rows, rows)
def test_every_project_stands_in_one_cell_and_totals_are_kept(old, new) -> None:
    changes = compare(programme(old, THEN), programme(new, NOW))
    table = changes.transitions()
    for sums, given_rows in ((table.T.sum(), old), (table.sum(), new)):
        counted = sums.drop(ABSENT, errors="ignore")
        assert counted[counted > 0].to_dict() == Counter(one["stage"] or "no status" for one in given_rows)
    assert table.to_numpy().sum() == len({one["project"] for one in old + new})
    assert len(changes.added) - len(changes.dropped) == len(new) - len(old)


@few
@given(rows, rows)
def test_back_again_what_was_added_is_dropped(old, new) -> None:
    there = compare(programme(old, THEN), programme(new, NOW))
    back = compare(programme(new, NOW), programme(old, THEN))
    assert list(there.added["project"]) == list(back.dropped["project"])
    assert list(there.dropped["project"]) == list(back.added["project"])
    assert there.transitions().T.to_dict() == back.transitions().to_dict()
    one, other = (
        {project: values for project, *values in changes.plans[["project", *order]].itertuples(index=False)}
        for changes, order in ((there, ("old", "new")), (back, ("new", "old")))
    )
    assert one == other


@few
@given(rows, rows)
def test_the_plan_goes_from_one_to_the_other_by_what_is_listed(old, new) -> None:
    before, after = programme(old, THEN), programme(new, NOW)
    changes = compare(before, after)
    listed = (changes.plans["new"] - changes.plans["old"]).sum()
    scope = changes.added["plan"].sum() - changes.dropped["plan"].sum()
    assert before.plan + listed + scope == pytest.approx(after.plan)


@few
@given(rows, rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(old, new, random) -> None:
    first = compare(programme(old, THEN), programme(new, NOW))
    random.shuffle(old)
    random.shuffle(new)
    second = compare(programme(old, THEN), programme(new, NOW))
    for name in LISTS:
        one, other = (
            getattr(changes, name)[[c for c in getattr(changes, name) if not str(c).endswith("cell")]]
            for changes in (first, second)
        )
        pd.testing.assert_frame_equal(one, other)


def slip_by_hand(old: dict[str, Any], new: dict[str, Any], milestone: str, reached: set[str]) -> int | None:
    """Compute one project's slip without pandas' arithmetic."""
    dates: list[dt.date] = []
    for said, as_of in ((old, THEN), (new, NOW)):
        there = said["stage"] in reached
        stated = said[f"actual_{milestone}" if there else f"planned_{milestone}"]
        if stated is None or (there and stated.date() > as_of):
            return None
        dates.append(stated.date() if there else max(stated.date(), as_of + dt.timedelta(days=1)))
    if old["stage"] is None or old["stage"] in reached:
        return None
    return (dates[1] - dates[0]).days


@few
@given(rows, rows)
def test_slip_is_what_counting_days_by_hand_gives(old, new) -> None:
    found = compare(programme(old, THEN), programme(new, NOW)).slips
    computed = found[found["slip"].notna() & (found["slip"] != 0)]
    then, now = ({one["project"]: one for one in side} for side in (old, new))
    expected = {
        (name, milestone): slip
        for milestone, reached in (
            ("start", {"under construction", "suspended", "completed"}),
            ("finish", {"completed"}),
        )
        for name in then.keys() & now.keys()
        if (slip := slip_by_hand(then[name], now[name], milestone, reached))
    }
    rows = computed[["project", "milestone", "slip"]].itertuples(index=False)
    assert {(name, milestone): slip for name, milestone, slip in rows} == expected


# worked cases


def one(name: str = "甲路", **said: Any) -> dict[str, Any]:
    dates = {key: pd.Timestamp(2010, *said.pop(key)) for key in DATES if key in said}
    return {
        "project": name, "written_name": name, "category": "道路", "unit": "甲处", "plan": 5.0,
        "plan_original": 5.0, "stage": "not started", **said, **dates,
    }  # fmt: skip


def test_a_start_that_was_due_and_waits_slips_a_day_a_day() -> None:
    """Planned for 1 February, still open on 31 March and on 30 June: 1 April becomes 1 July, 91 days."""
    waits = [one(planned_start=(2, 1))]
    found = compare(programme(waits, THEN), programme(waits, NOW))
    assert found.slips[["milestone", "replanned", "slip"]].to_numpy().tolist() == [["start", 0, 91]]


def test_a_planned_date_that_is_moved_slips_by_the_days_moved() -> None:
    before, after = (
        programme([one(stage="under construction", planned_finish=finish)], as_of)
        for finish, as_of in (((10, 1), THEN), ((11, 15), NOW))
    )
    found = compare(before, after)
    assert found.slips[["milestone", "replanned", "slip"]].to_numpy().tolist() == [["finish", 45, 45]]
    assert found.slipped()["project"].tolist() == ["甲路"]
    back = compare(after, before)
    assert back.slips["slip"].tolist() == [-45]
    assert back.slipped().empty


def test_a_month_without_its_day_has_not_moved_to_a_day_inside_it() -> None:
    cells = {"planned_finish_cell": "一.xlsx!表!E5"}
    before = programme([one(planned_finish=(9, 30), **cells)], THEN)
    after = programme([one(planned_finish=(9, 21))], NOW)
    assert compare(before, after).slips["replanned"].tolist() == [-9]
    doubt = {"code": "DATE_PRECISION", "where": "一.xlsx!表!E5"}
    vague = dataclasses.replace(before, issues=pd.DataFrame([doubt]))
    assert compare(vague, after).slips.empty
    moved = programme([one(planned_finish=(10, 5))], NOW)
    assert compare(vague, moved).slips["replanned"].tolist() == [5]


def test_what_a_unit_says_otherwise_is_listed_with_old_and_new() -> None:
    before = programme([one(responsible_person="丙", constraint=None)], THEN)
    after = programme(
        [one(responsible_person="丁", unit="乙处", constraint="土地", written_name="甲大道")], NOW
    )
    found = compare(before, after)
    said = found.attributes[found.attributes["field"] != "constraint"]
    assert {one["field"]: (one["old"], one["new"]) for one in said.to_dict("records")} == {
        "responsible_person": ("丙", "丁"), "unit": ("甲处", "乙处"), "written_name": ("甲路", "甲大道"),
    }  # fmt: skip
    assert found.attribute("constraint")["new"].tolist() == ["土地"]
    assert (len(found.added), len(found.dropped)) == (0, 0)


def test_workbooks_that_leave_a_project_out_drop_it() -> None:
    desk = Desk()
    desk.book("2010Q1", "04-01", {"甲路": {MARCH: 1.0}, "乙路": {MARCH: 2.0}}, plans={"乙路": 7.0})
    desk.book("2010Q2", "07-01", {"甲路": {APRIL: 1.0}, "丙路": {APRIL: 3.0}}, plans={"丙路": 9.0})
    found = compare(desk.at("03-31"), desk.at("04-30"))
    assert found.dropped[["project", "plan"]].to_numpy().tolist() == [["乙路", 7.0]]
    assert found.added[["project", "plan"]].to_numpy().tolist() == [["丙路", 9.0]]


def test_a_project_handed_over_is_no_new_one_and_its_unit_changed() -> None:
    desk = Desk().book("2010Q1", "04-01", {"甲路": {MARCH: 1.0}}, plans={"甲路": 7.0}, status={"甲路": {}})
    desk.book(
        "2010Q2",
        "07-01",
        {"甲路": {MARCH: 1.0, APRIL: 2.0}},
        unit="乙处",
        plans={"甲路": 9.0},
        status={"甲路": {}},
    )
    found = compare(desk.at("03-31"), desk.at("04-30"))
    assert (len(found.added), len(found.dropped), len(found.standings)) == (0, 0, 1)
    assert found.attribute("unit")[["old", "new"]].to_numpy().tolist() == [["甲处", "乙处"]]
    assert found.plans[["old", "new"]].to_numpy().tolist() == [[7.0, 9.0]]
    assert found.restated.empty


def test_a_plan_that_is_adjusted_keeps_its_original() -> None:
    desk = Desk().book("2010Q1", "04-01", {"甲路": {MARCH: 1.0}}, plans={"甲路": 10.0})
    desk.book(
        "2010Q2", "07-01", {"甲路": {APRIL: 1.0}}, plans={"甲路": 10.0}, adjusted={"甲路": ("04-10", 12.0)}
    )
    found = compare(desk.at("03-31"), desk.at("04-30"))
    assert found.plans[["original", "old", "new"]].to_numpy().tolist() == [[10.0, 10.0, 12.0]]


def told(desk: Desk, known_on: str) -> Changes:
    return compare(desk.at("01-31"), desk.at("04-30"), as_reported=desk.at("01-31", day(known_on)))


def test_history_stated_again_has_both_values_their_cells_and_what_replaced_it() -> None:
    desk = Desk().book("2010Q1", "04-01", {"甲路": {JANUARY: 10.0, FEBRUARY: 5.0}})
    desk.book("2010Q1", "04-20", {"甲路": {JANUARY: 11.0, FEBRUARY: 5.0}})
    desk.book("2010Q2", "07-01", {"甲路": {JANUARY: 12.0, FEBRUARY: 5.0, APRIL: 1.0}})
    desk.rows["projects"][-1]["note"] = "1月漏报一笔"
    (row,) = told(desk, "04-10").restated.to_dict("records")
    assert (row["subject"], row["measure"], row["period_end"]) == (
        "甲路",
        "investment",
        pd.Timestamp(day("01-31")),
    )
    assert (row["old"], row["new"]) == (10.0, 12.0)
    assert (row["old_cell"].partition("!")[0], row["new_cell"].partition("!")[0]) == (
        "data/raw/2010Q1/0.xlsx", "data/raw/2010Q2/2.xlsx",
    )  # fmt: skip
    assert (row["received"], row["quarter"], row["note"]) == (
        pd.Timestamp(day("07-01")),
        "2010Q2",
        "1月漏报一笔",
    )
    assert told(desk, "04-20").restated["old"].tolist() == [11.0]
    assert told(desk, "07-01").restated.empty


def test_a_remark_that_stood_there_before_is_no_reason() -> None:
    desk = Desk().book("2010Q1", "04-01", {"甲路": {JANUARY: 10.0}})
    desk.book("2010Q2", "07-01", {"甲路": {JANUARY: 12.0, APRIL: 1.0}})
    for row in desk.rows["projects"]:
        row["note"] = "续建项目"
    assert told(desk, "04-10").restated["note"].isna().all()


def test_a_value_that_came_back_is_not_restated() -> None:
    desk = Desk().book("2010Q1", "04-01", {"甲路": {JANUARY: 10.0}})
    desk.book("2010Q1", "04-20", {"甲路": {JANUARY: 100.0}})
    desk.book("2010Q2", "07-01", {"甲路": {JANUARY: 10.0, APRIL: 1.0}})
    assert told(desk, "04-10").restated.empty


def test_areas_and_stages_that_a_correction_states_otherwise_are_listed() -> None:
    begun = {"actual_start": pd.Timestamp(day("01-10"))}
    desk = Desk()
    for received, area, status in (("04-01", 3.0, {"stage": "not started"}), ("04-20", 4.0, begun)):
        desk.book(
            "2010Q1",
            received,
            {"甲路": {JANUARY: 1.0}},
            sites={"东片": {JANUARY: area}},
            status={"甲路": {"schedule": None, **status}},
        )
    desk.book("2010Q2", "07-01", {"甲路": {APRIL: 1.0}}, status={"甲路": begun})
    found = told(desk, "04-10")
    assert found.restated[["subject", "measure", "old", "new"]].to_numpy().tolist() == [
        ["东片", "demolition", 3.0, 4.0]
    ]
    assert found.corrected[["old", "new"]].to_numpy().tolist() == [["not started", "under construction"]]


# the sample city, against the truth that its workbooks are made from


@pytest.fixture(scope="module")
def truth(repository: Path) -> Iterator[tuple[Any, Any]]:
    """Give the sample's own module of history, and its city."""
    sys.path.insert(0, str(repository / "data"))
    try:
        history = importlib.import_module("sample.history")
        yield history, history.build()
    finally:
        sys.path.remove(str(repository / "data"))


@pytest.fixture(scope="module")
def found(processed_workspace: Path) -> dict[str, Any]:
    done = run_cityanalytics("diff", "2010Q2", "2010Q3", "--json", workspace=processed_workspace)
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_document_is_what_it_promises(found: dict[str, Any]) -> None:
    assert promised("diff", found) == []


STAGE_WORDS = {
    "未开工": "not started",
    "在建": "under construction",
    "停工": "suspended",
    "竣工": "completed",
}


def test_the_sample_s_moves_are_those_that_its_truth_makes(found, truth) -> None:
    history, city = truth
    units = {project.unit for project in city.projects}
    then, now = (
        {
            row.project.key: (row.project.name, STAGE_WORDS[row.stage])
            for unit in units
            for row in history.rows(city, quarter, unit=unit)
        }
        for quarter in (1, 2)
    )
    moves = Counter((then.get(key, ("", ABSENT))[1], stage) for key, (_, stage) in now.items())
    assert {(cell["before"], cell["after"]): cell["count"] for cell in found["transitions"]} == moves
    assert all(len(cell["projects"]) == cell["count"] for cell in found["transitions"])
    added = {now[key][0] for key in now.keys() - then.keys()}
    assert {one["project"] for one in found["added"]} == added
    assert found["dropped"] == []
    renamed = {project.name for project in city.projects if history.RENAMED.get(project.key, (0,))[0] == 1}
    assert {one["project"] for one in found["said"] if one["field"] == "written_name"} == renamed


def test_the_sample_s_restated_months_and_adjusted_plans_are_those_of_its_truth(found, truth) -> None:
    history, city = truth
    names = {project.key: project.name for project in city.projects}
    assert {
        (one["subject"], int(one["period_end"][5:7])): round(one["new"] - one["old"])
        for one in found["restated"]
    } == {(names[key], month): -difference * 10_000 for (key, month), difference in history.RESTATED.items()}
    assert all("2010Q2" in one["old_cell"] and "2010Q3" in one["new_cell"] for one in found["restated"])
    adjusted = {p.name: (p.plan * 10_000, p.adjusted * 10_000) for p in city.projects if p.adjustment}
    assert {one["project"]: (one["original"], one["new"]) for one in found["plans"]} == adjusted
    assert [one for one in found["plans"] if one["old"] != one["original"]] == []


def test_the_sample_s_slip_is_what_its_true_dates_give(found, truth) -> None:
    """Planned dates are never moved in the sample, so slip is what has not come by its day."""
    _, city = truth
    then, now = dt.date(2010, 6, 30), dt.date(2010, 9, 22)
    slips = {}
    for project in city.projects:
        if project.enters > 1:
            continue
        for milestone in ("start", "finish"):
            planned = getattr(project, f"planned_{milestone}")
            actual = getattr(project, milestone)
            if actual is not None and actual <= then:
                continue
            before = max(planned, then + dt.timedelta(1))
            after = actual if actual is not None and actual <= now else max(planned, now + dt.timedelta(1))
            if after != before:
                slips[project.name, milestone] = (after - before).days
    vague = {one["project"] for one in found["slips"]} - {name for name, _ in slips}
    assert vague == set()
    computed = {(one["project"], one["milestone"]): one["slip"] for one in found["slips"]}
    assert computed == slips
    assert [one for one in found["slips"] if one["replanned"]] == []
    later = pd.Series({name: slip for (name, _), slip in slips.items() if slip > 0})
    assert found["summary"]["slipped"] == len(later)


# the command and the page


def diff(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[Any, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main(["diff", *arguments])
    said = capsys.readouterr()
    return stopped.value.code, said.out, said.err


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("2010Q3", "2010Q2", "earlier one first"),
        ("2010Q5", "2010Q3", "neither a quarter"),
        ("yesterday", "2010Q3", "neither a quarter"),
        ("2010Q2", "2012Q3", "2010Q3"),
        ("2010-06-30", "2010-10-30", "lies outside"),
    ],
)
def test_a_day_that_does_not_fit_is_wrong_usage(processed_workspace, capsys, old, new, reason) -> None:
    code, out, err = diff(capsys, old, new, "--workspace", str(processed_workspace), "--ui", "en")
    assert (code, out) == (2, "")
    assert reason in err or "no workbook" in err


def test_a_date_means_what_its_quarter_means_and_a_day_beside_itself_is_empty(
    processed_workspace, capsys, found
) -> None:
    place = ("--workspace", str(processed_workspace), "--json")
    _, out, _ = diff(capsys, "2010-06-30", "2010-09-22", *place)
    assert json.loads(out) == found
    for same in ("2010Q3", "2010-09-22"):
        code, out, err = diff(capsys, "2010Q3", same, *place)
        assert code == 2
        assert "same day" in json.loads(out)["error"]
        assert "same day" in err


def test_what_a_table_leaves_out_is_said_below_it_with_the_sheet_that_has_it(
    processed_workspace, capsys, found
) -> None:
    _, out, err = diff(capsys, "2010Q2", "2010Q3", "--workspace", str(processed_workspace))
    left = len(found["slips"]) - 12
    after = out.partition("Slipped: start")[2].partition("Annual plans adjusted")[0]
    assert f"and {left} more" in after
    assert "变动清单" in after
    assert "more" not in err


def test_known_on_holds_for_both_days(processed_workspace, capsys) -> None:
    place = ("--workspace", str(processed_workspace), "--json")
    early = json.loads(diff(capsys, "2010Q2", "2010Q3", "--known-on", "2010-09-24", *place)[1])
    assert (early["old"]["known_on"], early["new"]["known_on"]) == ("2010-09-24", "2010-09-24")
    assert early["restated"] == []


@pytest.mark.parametrize("ui", ["en", "zh"])
def test_on_a_terminal_it_fits_a_hundred_columns_and_ends_with_a_summary(
    processed_workspace, capsys, monkeypatch, ui
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    code, out, err = diff(capsys, "2010Q2", "2010Q3", "--workspace", str(processed_workspace), "--ui", ui)
    assert code in (0, None)
    assert max(map(cell_len, out.splitlines())) <= 100
    last = err.splitlines()[-1]
    assert {"2010-06-30", "2010-09-22", "266", "268"} <= set(re.findall(r"[\d-]+", last))
    said = re.sub(r"--json|briefing\.xlsx", "", out + last)  # what is called so in every language
    assert bool(re.search("[a-z]{3}", said)) == (ui == "en")


def test_the_page_says_what_the_command_says_and_each_number_has_its_cells(briefing, found) -> None:
    record = json.loads((briefing / "briefing.json").read_text("utf-8"))
    figures = {one["key"]: one for one in record["figures"]}
    summary = found["summary"]
    assert {
        name: figures[f"since_{name}"]["value"] for name in ("added", "dropped", "slipped", "restated")
    } == {name: summary[name] for name in ("added", "dropped", "slipped", "restated")}
    assert figures["since_slip_median"]["value"] == summary["slip_median_days"]
    assert figures["since_slip_longest"]["value"] == summary["slip_longest_days"]
    for cell in found["transitions"]:
        key = f"since_{cell['before']}_to_{cell['after']}".replace(" ", "_")
        assert figures[key]["value"] == cell["count"]
    without = [
        k for k, one in figures.items() if k.startswith("since_") and one["value"] and not one["cells"]
    ]
    assert without == []
    for language, words in (("zh", "与2010年6月30日相比"), ("en", "Since 30 June 2010")):
        page = (briefing / f"briefing.{language}.html").read_text("utf-8")
        assert any(words in text for text in prose(page)["changes"])


def test_without_an_earlier_briefing_the_page_says_so(processed_workspace) -> None:
    content = assemble(str(processed_workspace), "2010Q1")
    assert content.changes is None
    shown = SECTIONS["changes"](content).html
    assert "No earlier briefing of this year" in shown["en"]
    assert "没有简报" in shown["zh"]
    assert "No earlier briefing" in content.tables["restated"].html("en")


def test_the_tables_of_a_notebook_hold_every_slip_plan_and_restated_amount(
    processed_workspace, found
) -> None:
    tables = assemble(str(processed_workspace), "2010Q3").tables
    for name in ("slips", "plans", "restated", "added"):
        key = "subject" if name == "restated" else "project"
        assert tables[name].frame[key].tolist() == [one[key] for one in found[name]]
    assert tables["slips"].frame["slip"].tolist() == [one["slip"] for one in found["slips"]]
    assert tables["plans"].frame["new"].tolist() == [one["new"] for one in found["plans"]]
