"""The companion workbook: every number is the briefing's, and it is laid out as the guidance on spreadsheets asks."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import zipfile
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from defusedxml.ElementTree import fromstring
from python_calamine import CalamineWorkbook

from cityanalytics.briefing import wording
from cityanalytics.briefing.companion import companion
from cityanalytics.briefing.spreadsheet import chance_formats
from cityanalytics.outlook.outlook import look_ahead
from cityanalytics.programme.progress import curve
from cityanalytics.publishing.assemble import assemble
from cityanalytics.publishing.workbook import LONG, write_workbook
from tests.conftest import run_cityanalytics

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.briefing.composed import Composed

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
ABSENT = {"无数据", "不适用"}
HOSTILE = (
    '=1+1&cmd|"/c calc"!A1',
    "+1",
    "@SUM(A1)",
    "-2+3",
    "http://例.invalid/",
    "<b>&amp;",
    "12345",
    "'",
    "\U00020000" * 20_000,  # a program counts each of these twice
    "文" * 40_000,
)


@dataclass(frozen=True)
class Table:
    """A marked table as other programs read it."""

    sheet: str
    first: int  # row of the header, from 0
    header: list[str]
    rows: list[list[Any]]

    def column(self, label: str) -> list[Any]:
        at = [re.sub(r"（.*|\[.*", "", name) for name in self.header].index(label)
        return [row[at] for row in self.rows]


@dataclass(frozen=True)
class Package:
    """A workbook as its parts and as the values of its sheets."""

    parts: dict[str, bytes]
    rows: dict[str, list[list[Any]]]

    @classmethod
    def of(cls, data: bytes) -> Package:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = {name: packed.read(name) for name in packed.namelist()}
        read = CalamineWorkbook.from_filelike(io.BytesIO(data))
        values = {
            name: read.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in read.sheet_names
        }
        return cls(parts=parts, rows=values)

    @property
    def sheets(self) -> dict[str, Any]:
        """The XML of each sheet, by its name, in the book's order."""
        names = list(self.rows)
        return {
            name: fromstring(self.parts[f"xl/worksheets/sheet{at}.xml"])
            for at, name in enumerate(names, start=1)
        }

    @property
    def tables(self) -> dict[str, Table]:
        """The marked tables by their names."""
        found = {}
        for at, sheet in enumerate(self.rows, start=1):
            links = self.parts.get(f"xl/worksheets/_rels/sheet{at}.xml.rels", b"").decode()
            for number in re.findall(r"tables/table(\d+)\.xml", links):
                part = fromstring(self.parts[f"xl/tables/table{number}.xml"])
                corners = re.fullmatch(r"A(\d+):([A-Z]+)(\d+)", part.get("ref"))
                assert corners, "a table starts in column A"
                first, last = int(corners[1]) - 1, int(corners[3])
                body = self.rows[sheet][first:last]
                found[part.get("name").removeprefix("table_")] = Table(
                    sheet=sheet, first=first, header=body[0], rows=body[1:]
                )
        return found


@pytest.fixture(scope="module")
def record(briefing: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((briefing / "briefing.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def figures(record) -> dict[str, float]:
    return {figure["key"]: figure["value"] for figure in record["figures"]}


@pytest.fixture(scope="module")
def package(briefing: Path) -> Package:
    return Package.of((briefing / "briefing.xlsx").read_bytes())


@pytest.fixture(scope="module")
def tables(package: Package) -> dict[str, Table]:
    return package.tables


@pytest.fixture(scope="module")
def content(briefing: Path) -> Composed:
    return assemble(str(briefing.parent.parent), "2010Q3")


def close(values) -> Any:
    """Give what equals `values` but for the sixteenth digit, the last one that the format keeps."""
    return pytest.approx([float(value) for value in values], rel=1e-15, abs=1e-15)


def numbers(cells: list[Any]) -> list[float]:
    return [cell for cell in cells if not isinstance(cell, str)]


# --- every number is the briefing's


def test_every_figure_of_the_record_stands_there_shown_and_exact(tables, record) -> None:
    table = tables["figures"]
    assert table.column("代号") == [figure["key"] for figure in record["figures"]]
    assert table.column("显示值") == [figure["shown"]["zh"] for figure in record["figures"]]
    exact = [figure["value"] for figure in record["figures"]]
    assert [cell for cell, value in zip(table.column("精确值"), exact, strict=True) if value is None] == []
    assert table.column("精确值") == [float(f"{value:.16G}") for value in exact]


def test_every_figure_has_a_name(tables) -> None:
    table = tables["figures"]
    unnamed = [
        key
        for name, key in zip(table.column("名称"), table.column("代号"), strict=True)
        if name in ABSENT or not re.search("[\u4e00-\u9fff]", name)
    ]
    assert unnamed == []


def test_the_key_table_is_the_pages(tables, figures) -> None:
    names = ["annual_plan", "demolition_total_planned", "demolition_shanty_planned"]
    per = [1e8, 1e4, 1e4]
    assert tables["key"].column("计划")[:3] == close(
        figures[name] / unit for name, unit in zip(names, per, strict=True)
    )
    assert tables["key"].column("完成率")[0] == pytest.approx(100 * figures["investment_share_of_plan"])
    assert tables["key"].column("差额")[0] == pytest.approx(-100 * figures["points_behind"])
    stages = ["started", "completed", "on_schedule", "not_started", "total"]
    counts = [figures[f"projects_{name}"] for name in stages]
    assert [tables["stages"].column("项目个数")[at] for at in (0, 1, 2, 4, 5)] == counts


def test_all_projects_are_listed_with_their_numbers(tables, content, figures) -> None:
    table, projects = tables["projects"], content.programme.traced.set_index("project")
    named = table.column("项目")
    assert len(named) == len(set(named)) == figures["projects_total"] == 268
    own = projects.loc[named]
    for label, field in (
        ("总投资", "total_investment"),
        ("计划", "plan"),
        ("完成", "done"),
        ("原计划", "plan_original"),
    ):
        assert table.column(label) == close(own[field] / 1e4), label
    assert numbers(table.column("完成率")) == close(own["share"].dropna() * 100)
    gaps = table.column("缺口")
    assert gaps == sorted(gaps, reverse=True)
    assert gaps == close((own["plan"] * content.programme.elapsed - own["done"]) / 1e4)
    planned = [stamp.date() for stamp in own["planned_start"]]
    assert table.column("计划开工") == planned
    assert sum(table.column("完成")) == pytest.approx(figures["investment_to_date"] / 1e4)
    assert table.column("状态").count("未开工") == figures["projects_not_started"] == 44


@pytest.mark.parametrize(("name", "by"), [("categories", "category"), ("units", "unit")])
def test_groups_carry_their_ranges_and_chances(name, by, tables, content, record) -> None:
    table = tables[name]
    expected = {row["name"]: row for row in record["outlook"]["parts"][by]}
    first = table.column("类别" if by == "category" else "责任单位")
    assert set(first) == set(expected)
    for label, field, per in (
        ("计划", "plan", 1e8),
        ("完成", "done", 1e8),
        ("年底预计低值", "p10", 1e8),
        ("年底预计中值", "p50", 1e8),
        ("年底预计高值", "p90", 1e8),
        ("完成计划的概率", "probability", 0.01),
    ):
        assert table.column(label) == close(expected[group][field] / per for group in first), label
    assert sum(table.column("项目个数")) == len(content.programme.traced)


def test_the_curve_meets_what_is_done_and_what_is_forecast(tables, content, record, figures) -> None:
    table = tables["s_curve"]
    days, actual = table.column("日期"), table.column("实际")
    done = curve(content.programme)
    assert numbers(actual) == close(done.loc[str(day)] / 1e8 for day in days if day <= dt.date(2010, 9, 22))
    assert actual[days.index(dt.date(2010, 9, 22))] == pytest.approx(figures["investment_to_date"] / 1e8)
    for label, level in (("低值", "p10"), ("中值", "p50"), ("高值", "p90")):
        path = record["outlook"]["parts"]["city"][level]
        assert numbers(table.column(label)) == close(value / 1e8 for value in path.values())
        assert table.column(label)[-1] == pytest.approx(figures[f"forecast_{level}"] / 1e8)
    assert table.column("序时计划")[-1] == pytest.approx(figures["annual_plan"] / 1e8)


def test_the_bridge_adds_up_to_the_pages_change(tables, figures) -> None:
    table = tables["bridge"]
    change = table.column("变动")
    steps = [figures[f"forecast_moved_{cause}"] / 1e8 for cause in ("method", "scope", "revised", "actuals")]
    assert change[0] == "不适用"
    assert change[1:-1] == close(steps)
    assert sum(change[1:-1]) == pytest.approx(change[-1])
    assert table.column("中值")[-1] == pytest.approx(figures["forecast_p50"] / 1e8)


def test_scenarios_paces_and_classes_are_the_pages(tables, figures, content, record) -> None:
    names = [scenario.name for scenario in content.scenarios]
    assert tables["scenarios"].column("中值") == close(
        figures[f"scenario_{name}_p50"] / 1e8 for name in names
    )
    assert tables["scenarios"].column("完成计划的概率") == close(
        figures[f"scenario_{name}_probability"] * 100 for name in names
    )
    paces = [figures[f"pace_{name}"] / 1e4 for name in ("achieved", "required", "best")]
    assert tables["paces"].column("按日历天") == close(paces)
    used = tables["classes"].column("是否采用").index("是")
    assert tables["classes"].column("中值")[used] == pytest.approx(record["forecast"]["p50"] / 1e8)


def test_demolition_works_and_constraints_add_up(tables, figures, content) -> None:
    assert sum(tables["demolition"].column("完成")) == pytest.approx(figures["demolition_total"] / 1e4)
    assert sum(tables["demolition"].column("片区个数")) == figures["demolition_sites"]
    late = figures["unexplained_projects"] + figures["projects_not_started"]
    assert sum(tables["constraints"].column("项目个数")) == late
    works = dict(zip(tables["works"].column("类别"), tables["works"].column("完成"), strict=True))
    assert works["背街小巷改造"] == figures["back_streets_rebuilt"]
    asked = content.programme.traced["request"].notna()
    assert 8 < len(tables["decisions"].rows) <= int(asked.sum())


def test_sources_are_listed_whole(tables, record, content) -> None:
    hashes = dict(tables["inputs"].rows)
    assert hashes == {source["path"]: source["sha256"] for source in record["inputs"]}
    assert len(tables["issues"].rows) == record["issues"]["error"] + record["issues"]["warning"]
    assert len(tables["revisions"].rows) == len(content.programme.revisions)
    assert len(tables["received"].rows) == len(content.settings.units)


def test_the_cover_names_dates_statement_hashes_and_leads_to_every_sheet(package, tables, record) -> None:
    cover, *others = package.rows
    said = "\n".join(str(row[0]) for row in package.rows[cover])
    for words in (
        "2010年9月22日",
        "2010年10月8日",
        "初步",
        "样例数据",
        record["inputs_sha256"],
        record["code"],
    ):
        assert words in said
    assert tables["cover"].column("工作表") == others
    links = [link.get("location") for link in package.sheets[cover].iter(f"{MAIN}hyperlink")]
    assert links == [f"'{name}'!A1" for name in others]
    for name in others:
        back = [link.get("location") for link in package.sheets[name].iter(f"{MAIN}hyperlink")]
        assert back[0] == f"'{cover}'!A1", name


# --- what changed since the last briefing, beside what the command says of the same two days


STANDS = {"not started": "未开工", "under construction": "在建", "suspended": "停工", "completed": "竣工"}


@pytest.fixture(scope="module")
def diff(processed_workspace) -> dict[str, Any]:
    asked = ("diff", "2010Q2", "2010Q3", "--known-on", "2010-10-08", "--json")
    found: dict[str, Any] = json.loads(run_cityanalytics(*asked, workspace=processed_workspace).stdout)
    return found


def test_moves_between_stages_are_those_of_the_command_and_of_the_page(tables, diff, figures) -> None:
    table = tables["transitions"]
    counts = {
        (row[0], re.sub("（.*", "", label)): cell
        for row in table.rows
        for label, cell in zip(table.header[1:], row[1:], strict=True)
    }
    expected = {
        (STANDS.get(move["before"], "新增"), STANDS.get(move["after"], "不再上报")): move["count"]
        for move in diff["transitions"]
    }
    inner = {place: count for place, count in counts.items() if "合计" not in place}
    assert {place: count for place, count in inner.items() if count} == expected
    assert inner["未开工", "在建"] == figures["since_not_started_to_under_construction"]
    for (before, after), total in counts.items():
        if "合计" in {before, after}:
            assert total == sum(
                count
                for (row, column), count in inner.items()
                if before in {row, "合计"} and after in {column, "合计"}
            )
    assert counts["合计", "合计"] == figures["projects_total"]


def test_every_change_of_a_project_is_listed_with_its_cells(tables, diff, figures, record) -> None:
    table = tables["changes"]
    labels = ("变动事项", "项目", "原值", "现值", "推迟", "原报单元格", "现报单元格")
    rows = list(zip(*map(table.column, labels), strict=True))
    added = [
        ("新增", row["project"], "不适用", STANDS[row["after"]], "不适用", "不适用", row["after_cell"])
        for row in diff["added"]
    ]
    # the command does not list the cells of moves; the record does, below
    cells = {row[1]: row[5:] for row in rows if row[0] == "状态"}
    moved = [
        ("状态", project, STANDS[move["before"]], STANDS[move["after"]], "不适用", *cells[project])
        for move in diff["transitions"]
        if move["before"] != move["after"] and move["before"] in STANDS
        for project in move["projects"]
    ]
    plans = [
        (
            "年度计划",
            row["project"],
            row["old"] / 1e4,
            row["new"] / 1e4,
            "不适用",
            row["old_cell"],
            row["new_cell"],
        )
        for row in diff["plans"]
    ]
    day = dt.date.fromisoformat
    slipped = [
        (
            {"start": "预计开工", "finish": "预计竣工"}[row["milestone"]],
            row["project"],
            day(row["expected_before"]),
            day(row["expected_after"]),
            row["slip"],
            row["planned_before_cell"],
            row["after_cell"],
        )
        for row in diff["slips"]
        if row["slip"]
    ]
    kept = [row for row in rows if row[0] in {"新增", "状态", "年度计划", "预计开工", "预计竣工"}]
    assert Counter(kept) == Counter([*added, *moved, *plans, *slipped])
    recorded = {
        cell
        for figure in record["figures"]
        if re.fullmatch("since_(.+)_to_(?!\\1)(.+)", figure["key"]) and "not_in_the" not in figure["key"]
        for cell in figure["cells"]
    }
    assert {cell for pair in cells.values() for cell in pair} == recorded
    said = [row for row in rows if row[0] in {"名称", "类别", "责任单位", "责任人", "制约因素"}]
    assert [(row[1], row[3]) for row in said] == [
        (row["project"], row["new"] or "无数据") for row in diff["said"]
    ]
    assert len(kept) + len(said) == len(rows) > 150
    later = {row[1] for row in rows if isinstance(row[4], float) and row[4] > 0}
    kinds = table.column("变动事项")
    assert len(later) == figures["since_slipped"]
    assert max(numbers(table.column("推迟"))) == figures["since_slip_longest"]
    for kind, key in (
        ("新增", "added"),
        ("不再上报", "dropped"),
        ("名称", "renamed"),
        ("年度计划", "adjusted"),
    ):
        assert kinds.count(kind) == figures[f"since_{key}"], kind
    units = {project["project"]: project["unit"] for project in diff["plans"]}
    for kind, project, unit, measure in zip(
        kinds, table.column("项目"), table.column("责任单位"), table.column("计量单位"), strict=True
    ):
        if kind == "年度计划":
            assert (unit, measure) == (units[project], "万元")


def test_the_sheet_of_changes_says_what_the_page_says(package, tables, briefing) -> None:
    page = re.sub(r"<[^>]+>", "", (briefing / "briefing.zh.html").read_text("utf-8"))
    lines = [str(row[0]) for row in package.rows["变动清单"][1 : tables["changes"].first]]
    told = [line for line in lines if re.search(r"新增项目\d+个|推迟天数中位数为\d+天", line)]
    assert len(told) == 2
    assert not [line for line in told if line not in page]
    assert "" not in lines


def test_restated_amounts_are_those_of_the_command(tables, diff, figures) -> None:
    table = tables["restated"]
    day = dt.date.fromisoformat
    labels = (
        "内容",
        "责任单位",
        "时段开始",
        "时段截至",
        "原报",
        "现报",
        "收到日期",
        "原报单元格",
        "现报单元格",
    )
    assert list(zip(*map(table.column, labels), strict=True)) == [
        (
            row["subject"],
            row["unit"],
            *(day(row[name]) for name in ("period_start", "period_end")),
            *(pytest.approx(row[name] / 1e4, rel=1e-15) for name in ("old", "new")),
            day(row["received"]),
            row["old_cell"],
            row["new_cell"],
        )
        for row in diff["restated"]
    ]
    assert set(table.column("计量单位")) == {"万元"}
    assert len(table.rows) == figures["since_restated"]
    assert sum(table.column("现报")) == pytest.approx(figures["since_restated_new"] / 1e4)
    assert all("报表" in words or "更正" in words for words in table.column("更正依据"))


def test_areas_and_earlier_years_are_restated_in_their_own_unit(content) -> None:
    first = content.changes.restated.iloc[0]
    year = {"subject": "2008", "measure": "earlier year", "unit": None, "received": pd.NaT, "quarter": None}
    area = {"measure": "demolition", "old": 12_345.0, "new": 23_456.0}
    rows = pd.DataFrame([first.to_dict() | area, first.to_dict() | year])
    changed = replace(content, changes=replace(content.changes, restated=rows))
    package = Package.of(write_workbook(companion(changed)))
    table = package.tables["restated"]
    assert table.column("原报") == close([1.2345, first["old"] / 1e4])
    assert table.column("计量单位") == ["万平方米", "万元"]
    assert [cell.get("format") for cell in cells_of(package, table, "原报")] == ["#,##0.00", "#,##0"]
    assert table.column("责任单位")[1] == "不适用"
    assert table.column("收到日期")[1] == "无数据"


def test_what_is_dropped_corrected_or_replanned_is_listed_too(content) -> None:
    changes = content.changes
    places = changes.standings.index[changes.standings["before"] == "not started"][:2]
    standings = changes.standings.copy()
    standings.loc[places, "after"] = "not in the programme"
    gone = standings.loc[places]
    corrected = pd.DataFrame(
        [
            {
                "project": "甲",
                "unit": "乙",
                "old": "suspended",
                "new": "no status",
                "old_cell": "a!b!C1",
                "new_cell": None,
            }
        ]
    )
    earlier = pd.Timestamp("2010-12-01")
    slips = changes.slips.head(1).assign(
        planned_before=pd.Timestamp("2010-12-11"),
        planned_after=earlier,
        replanned=-10,
        slip=0,
        milestone="finish",
    )
    changed = replace(changes, standings=standings, corrected=corrected, slips=slips)
    package = Package.of(write_workbook(companion(replace(content, changes=changed))))
    table = package.tables["changes"]
    labels = ("变动事项", "项目", "原值", "现值", "推迟", "原报单元格", "现报单元格")
    rows = list(zip(*map(table.column, labels), strict=True))
    assert [row for row in rows if row[0] == "不再上报"] == [
        ("不再上报", row["project"], "未开工", "不适用", "不适用", row["before_cell"], "不适用")
        for row in gone.to_dict("records")
    ]
    assert ("当时所报状态更正", "甲", "停工", "未报状态", "不适用", "a!b!C1", "无数据") in rows
    moved = [row for row in rows if row[0].endswith(("开工", "竣工"))]
    assert [(row[0], *row[2:5]) for row in moved] == [
        ("计划竣工", dt.date(2010, 12, 11), earlier.date(), -10)
    ]
    moves = package.tables["transitions"]
    assert dict(zip(moves.column("2010年6月30日状态"), moves.column("不再上报"), strict=True))["未开工"] == 2


def test_a_chance_is_shown_as_certain_only_where_it_is(package, tables, record) -> None:
    told = {row["name"]: row["probability"] for row in record["outlook"]["parts"]["unit"]}
    table = tables["units"]
    forms = [cell["format"] for cell in cells_of(package, table, "完成计划的概率")]
    small = [
        form for unit, form in zip(table.column("责任单位"), forms, strict=True) if 0 < told[unit] < 0.005
    ]
    rest = [
        form
        for unit, form in zip(table.column("责任单位"), forms, strict=True)
        if 0.005 <= told[unit] < 0.995
    ]
    assert set(small) <= {'"不足1"'}
    assert set(rest) == {"#,##0"}
    page = {1.0: "#,##0", 0.0: "#,##0", 0.003: '"不足1"', 0.999: '"超过99"', 0.5: "#,##0"}
    cells = [100.0 * value for value in page]
    assert chance_formats(cells, "zh") == tuple(page.values())


def cells_of(package: Package, table: Table, label: str) -> list[dict[str, str]]:
    """Give the number format and the place of the cells of a column."""
    styles = fromstring(package.parts["xl/styles.xml"])
    codes = {form.get("numFmtId"): form.get("formatCode") for form in styles.iter(f"{MAIN}numFmt")}
    looks = [{"format": codes.get(look.get("numFmtId"), "General")} for look in styles.find(f"{MAIN}cellXfs")]
    at = [re.sub(r"（.*|\[.*", "", name) for name in table.header].index(label)
    column = chr(ord("A") + at)
    places = [f"{column}{table.first + 2 + row}" for row in range(len(table.rows))]
    found = {cell.get("r"): cell for cell in package.sheets[table.sheet].iter(f"{MAIN}c")}
    return [looks[int(found[place].get("s"))] for place in places]


# --- laid out as the guidance asks


def test_a_sheet_has_one_marked_table_at_most_and_says_what_it_is_in_a1(package, tables) -> None:
    assert len({table.sheet for table in tables.values()}) == len(tables) > 20
    assert all(str(rows[0][0]).strip() for rows in package.rows.values())
    without = set(package.rows) - {table.sheet for table in tables.values()}
    assert without == {"图", "预测记录"}
    assert any("尚无记录" in str(row[0]) for row in package.rows["预测记录"])


def test_headers_are_unique_whole_and_lead_to_notes_that_are_there(tables) -> None:
    notes = set(tables["notes"].column("注号"))
    referred = set()
    for name, table in tables.items():
        assert len(set(table.header)) == len(table.header), name
        assert all(str(label).strip() for label in table.header), name
        referred |= {float(number) for label in table.header for number in re.findall(r"\[注(\d+)\]", label)}
    assert len(referred) > 5
    assert referred <= notes


def test_no_cell_of_a_table_is_blank(tables) -> None:
    for name, table in tables.items():
        assert [row for row in table.rows if any(cell == "" or cell is None for cell in row)] == [], name


def test_amounts_shares_and_areas_name_their_unit(tables) -> None:
    for name in ("categories", "units", "projects", "scenarios", "bridge", "s_curve", "revisions"):
        for at, label in enumerate(tables[name].header):
            cells = {type(row[at]) for row in tables[name].rows}
            if float in cells and label != "项目个数":
                assert re.search("（.+）", label), (name, label)


def test_nothing_is_merged_computed_hidden_or_outside(package) -> None:
    for name, sheet in package.sheets.items():
        for tag in ("mergeCell", "f", "autoFilter", "headerFooter"):
            assert sheet.find(f".//{MAIN}{tag}") is None, (name, tag)
        assert not [row for row in sheet.iter(f"{MAIN}row") if row.get("hidden")]
    links = b"".join(data for part, data in package.parts.items() if part.endswith(".rels"))
    assert b'TargetMode="External"' not in links
    assert not [part for part in package.parts if re.search("vba|externalLink|connections|calcChain", part)]


def test_the_header_of_a_long_table_alone_stays_in_sight(package, tables) -> None:
    long = {table.sheet for table in tables.values() if len(table.rows) > LONG}
    frozen = {name for name, sheet in package.sheets.items() if sheet.find(f".//{MAIN}pane") is not None}
    assert frozen == long
    assert "项目" in frozen


def test_every_column_is_named_in_the_other_language(tables) -> None:
    english = tables["columns"].column("英语名称")
    assert len(english) > 100
    assert not [name for name in english if re.search("[\u4e00-\u9fff]", name)]
    pace = tables["columns"].column("栏目").index("按日历天")
    assert english[pace] == "By calendar days (10,000 yuan a day)"
    titles = tables["cover"].column("英语名称")
    assert not [title for title in titles if re.search("[\u4e00-\u9fff]", title)]


def test_what_is_indented_says_from_which_side(package) -> None:
    styles = fromstring(package.parts["xl/styles.xml"])
    indented = [place for place in styles.iter(f"{MAIN}alignment") if place.get("indent")]
    assert indented
    assert {place.get("horizontal") for place in indented} == {"left"}


def test_the_document_is_dated_by_the_known_on_day(package, record) -> None:
    assert f"{record['known_on']}T00:00:00Z" in package.parts["docProps/core.xml"].decode()


# --- charts


def test_charts_say_their_finding_in_title_and_text_and_draw_the_tables(package) -> None:
    drawing = package.parts["xl/drawings/drawing1.xml"].decode()
    described = re.findall(r'descr="([^"]+)"', drawing)
    charts = [fromstring(data) for part, data in package.parts.items() if part.startswith("xl/charts/chart")]
    assert len(charts) == len(described) == 5
    assert all(re.search(r"\d", words) for words in described)
    for chart in charts:
        title = "".join(chart.find(f".//{CHART}title").itertext())
        assert re.search("[\u4e00-\u9fff]{4}", title)
        assert len(list(chart.iter(f"{CHART}ser"))) >= 1
        for values in [*chart.iter(f"{CHART}val"), *chart.iter(f"{CHART}yVal")]:
            sheet, cells = drawn(values, package)
            assert cells == [float(point.text) for point in values.iter(f"{CHART}v")], sheet
            assert all(isinstance(cell, float) for cell in cells), sheet


def drawn(values: Any, package: Package) -> tuple[str, list[Any]]:
    """Give the sheet and the cells that a series refers to."""
    place = re.fullmatch(r"'?(.+?)'?!\$([A-Z])\$(\d+):\$\2\$(\d+)", values.find(f".//{CHART}f").text)
    assert place
    sheet, letter, first, last = place.groups()
    column = ord(letter) - ord("A")
    return sheet, [package.rows[sheet][row][column] for row in range(int(first) - 1, int(last))]


# --- hostile, foreign, early


def test_text_from_a_unit_stays_text(content) -> None:
    projects = content.programme.traced.copy()
    places = projects.index[: len(HOSTILE)]
    projects.loc[places, "project"] = list(HOSTILE)
    projects.loc[places, "difficulty"] = ["\x00\x08=1+1\ufffe" for _ in places]
    said = content.changes.attributes.head(len(HOSTILE)).assign(old=list(HOSTILE), new=list(HOSTILE))
    programme = replace(content.programme, traced=projects)
    changed = replace(
        content,
        programme=programme,
        outlook=look_ahead(programme, content.forecast),
        changes=replace(content.changes, attributes=said.assign(field="written_name")),
    )
    package = Package.of(write_workbook(companion(changed)))
    names = package.tables["projects"].column("项目")
    assert {text for text in HOSTILE if len(text) < 100} <= set(names)
    assert max(map(len, names)) < 32_767
    for sheet in ("projects", "changes"):
        table = package.tables[sheet]
        above = [str(row[0]) for row in package.rows[table.sheet][: table.first]]
        assert any("32,000" in line for line in above), "a text is not cut in silence"
    for label in ("原值", "现值"):
        renamed = package.tables["changes"].column(label)[-len(HOSTILE) :]
        assert renamed[:-2] == list(HOSTILE[:-2])
        assert renamed[-2] == f"{HOSTILE[-2][:16_000]}…"
        assert renamed[-1] == f"{HOSTILE[-1][:32_000]}…"
    told = package.tables["projects"].column("存在困难")
    assert told.count("\ufffd\ufffd=1+1\ufffd") == len(HOSTILE)
    for name, sheet in package.sheets.items():
        assert sheet.find(f".//{MAIN}f") is None, name
    assert len(list(package.sheets["项目"].iter(f"{MAIN}hyperlink"))) == 1
    assert b'TargetMode="External"' not in b"".join(package.parts.values())


def test_any_translation_gives_tabs_that_a_program_takes(content, monkeypatch) -> None:
    def hostile(sentence: str, language: str, plural: str = "", number: float = 1) -> str:
        odd = {"Notes": "'[a]:*?/\\" * 9, "Charts": "same", "Projects": "SAME", "Units": ""}
        return odd[sentence] if sentence in odd else said(sentence, language, plural, number)

    said = wording.translate
    monkeypatch.setattr(wording, "translate", hostile)
    book = companion(content)
    names = [sheet.name for sheet in book.sheets]
    assert len({name.casefold() for name in names}) == len(names)
    assert not [
        name for name in names if not name or len(name) > 31 or re.search(r"[\[\]:*?/\\]|^'|'$", name)
    ]


def test_a_workspace_that_speaks_english_gets_an_english_workbook(content, figures) -> None:
    settings = replace(content.settings, languages=("en", "zh"))
    package = Package.of(write_workbook(companion(replace(content, settings=settings))))
    table = package.tables["units"]
    at = next(place for place, label in enumerate(table.header) if label == "Done (billion yuan)")
    assert sum(row[at] for row in table.rows) == pytest.approx(figures["investment_to_date"] / 1e9)
    assert any("[note 5]" in label for label in table.header)
    assert "Gas network laid" in package.tables["works"].column("Kind")
    changes = package.tables["changes"]
    assert changes.column("Kind of change").count("Annual plan") == figures["since_adjusted"]
    assert "million yuan" in changes.column("Unit of measure")
    assert next(iter(package.rows)) == "Cover"


@pytest.mark.parametrize("quarter", ["2010Q1", "2010Q2"])
def test_earlier_quarters_have_their_workbook(quarter, briefing) -> None:
    package = Package.of(write_workbook(companion(assemble(str(briefing.parent.parent), quarter))))
    assert len(package.tables["projects"].rows) > 200
    none = wording.translate("No earlier forecast of this year can be compared with this one.", "zh")
    lines = [row[0] for row in package.rows["预测变动"]]
    assert ("bridge" in package.tables) == (none not in lines) == (quarter != "2010Q1")
    none = wording.translate("No earlier briefing of this year to compare with.", "zh")
    compared = quarter != "2010Q1"
    for id_, name in (("transitions", "状态变化"), ("changes", "变动清单"), ("restated", "历史更正")):
        lines = [row[0] for row in package.rows[name]]
        assert (none not in lines) == compared, name
        assert (id_ in package.tables) == (compared and "此前各期数据没有更正。" not in lines), name


def test_libreoffice_opens_it_and_finds_the_same_values_and_charts(
    briefing, tmp_path, soffice, package
) -> None:
    own = tmp_path / "briefing.xlsx"
    own.write_bytes((briefing / "briefing.xlsx").read_bytes())
    again = soffice(own, "ods")
    read = CalamineWorkbook.from_path(again)
    assert read.sheet_names == list(package.rows)
    for name, rows in package.rows.items():
        theirs = read.get_sheet_by_name(name).to_python(skip_empty_area=False)
        kept = [row[: len(rows[0])] for row in theirs[: len(rows)]]
        # it keeps fifteen digits
        near = [
            [pytest.approx(cell, rel=1e-13) if isinstance(cell, float) else cell for cell in row]
            for row in rows
        ]
        assert kept == near, name
    with zipfile.ZipFile(again) as packed:
        charts = [part for part in packed.namelist() if re.fullmatch(r"Object \d+/content\.xml", part)]
    assert len(charts) == 5
