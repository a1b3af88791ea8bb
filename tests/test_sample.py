"""The sample city's workbooks, read again by a small reader that shares nothing with their making."""

from __future__ import annotations

import ast
import csv
import datetime as dt
import hashlib
import re
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

ROOT = Path(__file__).parent.parent
RAW = ROOT / "data" / "raw"
NAMES = {"项目名称", "工程名称", "单项工程名称", "拆迁片区", "片区名称"}
DONE = {
    "自年初累计完成投资",
    "自年初累计完成投资额",
    "本年累计完成投资",
    "累计完成拆迁面积",
    "自年初累计完成拆迁面积",
}
ADDED = re.compile(r"月(（1—22日）)?$|(投资|面积|投资额)$|(原计划|年初计划|调整后|调整后计划)$")
PERSONS = {"责任人", "项目责任人"}
MONTH = re.compile(r"(\d)月(（1—22日）)?$")


class Table:
    """A sheet's leaf rows and total rows, by the joined labels of its header."""

    def __init__(self, rows: list[list[Any]]) -> None:
        self.note = str(rows[1][0])
        two = any(MONTH.match(str(label)) for label in rows[3])
        above = ""
        self.labels = []
        for place, label in enumerate(rows[2]):
            above = str(label) or above
            below = str(rows[3][place]) if two else ""
            self.labels.append(f"{above}/{below}" if below else above)
        self.body = rows[4 if two else 3 :]
        self.leaves = [row for row in self.body if isinstance(row[0], float | int)]
        self.footer = [row[0] for row in self.body if str(row[0]).startswith(("填表人", "注"))]
        self.scale = Decimal(10_000 if "单位：亿元" in self.note else 1)

    def column(self, labels: set[str]) -> int:
        return next(place for place, label in enumerate(self.labels) if label in labels)

    def months(self) -> dict[int, int]:
        return {
            int(found[1]): place for place, label in enumerate(self.labels) if (found := MONTH.search(label))
        }

    def plan(self) -> tuple[int, int]:
        places = [
            place for place, label in enumerate(self.labels) if "计划投资" in label and "%" not in label
        ]
        return places[0], places[-1]

    def values(self, place: int) -> list[Decimal]:
        return [number(row[place]) * self.scale for row in self.leaves]


Register = list[dict[str, str]]
Every = dict[str, dict[str, Table]]  # file, sheet
Final = dict[str, dict[str, list[Table]]]  # quarter, sheet
Speech = dict[str, Decimal]


def number(value: Any) -> Decimal:
    text = str(value).replace(",", "").strip()
    return Decimal(0) if text in {"", "—"} else Decimal(text)


def tables(path: Path) -> dict[str, Table]:
    with CalamineWorkbook.from_path(path) as book:
        rows = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
        }
    return {name: Table(sheet) for name, sheet in rows.items() if name != "历年投资完成情况"}


@pytest.fixture(scope="module")
def register() -> Register:
    return list(csv.DictReader((RAW / "register.csv").read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def every(register: Register) -> Every:
    return {row["file"]: tables(ROOT / row["file"]) for row in register}


@pytest.fixture(scope="module")
def final(register: Register, every: Every) -> Final:
    """Sheets of each quarter's workbooks that stand at the end, by sheet."""
    last = {(row["quarter"], row["unit"], Path(row["file"]).name): row["file"] for row in register}
    found: Final = {}
    for (quarter, _, _), file in last.items():
        for name, table in every[file].items():
            found.setdefault(quarter, {}).setdefault(name, []).append(table)
    return found


@pytest.fixture(scope="module")
def speech() -> Speech:
    with (ROOT / "tests" / "speech_2010q3.csv").open(encoding="utf-8") as stream:
        return {row["key"]: Decimal(row["value"]) for row in csv.DictReader(stream)}


def investment(sheets: list[Table], labels: set[str]) -> Decimal:
    return sum((amount for table in sheets for amount in table.values(table.column(labels))), Decimal(0))


def test_made_again_it_is_the_same_bytes(tmp_path: Path) -> None:
    runs = [tmp_path / "one", tmp_path / "two"]
    for run in runs:
        subprocess.run(
            [sys.executable, "-W", "error", str(ROOT / "data" / "make_sample.py"), "--out", str(run)],
            check=True,
        )
    for run in runs:
        made = {
            path.relative_to(run).as_posix(): path.read_bytes() for path in run.rglob("*") if path.is_file()
        }
        assert len(made) == 71
        assert [name for name, content in made.items() if (ROOT / name).read_bytes() != content] == []


def test_register_holds_every_file_with_its_hash(register: Register) -> None:
    on_disk = {path.relative_to(ROOT).as_posix() for path in RAW.glob("2010Q*/**/*") if path.is_file()}
    assert {row["file"] for row in register} == on_disk
    for row in register:
        content = (ROOT / row["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"]
        folders = row["file"].split("/")
        assert folders[2:5] == [row["quarter"], row["received"], row["unit"]]
    assert sum((ROOT / row["file"]).stat().st_size for row in register) < 1_500_000
    assert len({row["unit"] for row in register}) == 21


def test_oracle_imports_nothing_of_the_product() -> None:
    imported = set()
    for path in (ROOT / "data" / "make_sample.py", *(ROOT / "data" / "sample").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(str(node.module).split(".")[0])
    assert "cityanalytics" not in imported
    assert {"sample", "xlsxwriter"} <= imported


def test_money_is_the_speech_s(final: Final, speech: Speech) -> None:
    sheets = final["2010Q3"]["项目投资完成情况"]
    unit = 10_000  # 万元 to 亿元
    assert sum(len(table.leaves) for table in sheets) == speech["projects_total"]
    assert (
        investment(sheets, {"总投资", "项目总投资", "概算总投资"}) / unit
        == speech["programme_total_investment"]
    )
    assert investment(sheets, DONE) / unit == speech["investment_to_date"]
    plans = [sum(sum(table.values(table.plan()[version])) for table in sheets) / unit for version in (0, 1)]
    assert plans == [Decimal("88.5"), Decimal(90)]
    by_month = [
        sum(sum(table.values(table.months()[month])) for table in sheets) / unit for month in range(1, 10)
    ]
    assert [float(amount) for amount in by_month] == [2.9, 2.5, 6.2, 7.8, 8.6, 8.8, 8.9, 9.5, 6.8]
    housing = Decimal(0)
    for table in sheets:
        category = table.column({"类别", "项目类别"})
        done = table.values(table.column(DONE))
        housing += sum(
            amount for row, amount in zip(table.leaves, done, strict=True) if row[category] == "房地产开发"
        )
    assert housing / unit == speech["housing_investment"]


def test_counts_are_the_speech_s(final: Final, speech: Speech) -> None:
    sheets = final["2010Q3"]["项目状态"]
    stage: Counter[str] = Counter()
    schedule: Counter[str] = Counter()
    started, held = 0, []
    for table in sheets:
        places = [
            table.column(labels)
            for labels in (
                {"项目状态", "建设状态"}, {"是否按计划推进", "推进情况"}, {"实际开工日期", "实际开工时间"},
                {"制约因素", "主要制约因素"}, {"存在困难", "存在的困难和问题"},
            )
        ]  # fmt: skip
        for row in table.leaves:
            state, pace, start, constraint, difficulty = (row[place] for place in places)
            stage[state] += 1
            schedule[pace] += 1
            started += start not in {"", "—"}
            if pace == "滞后":
                held.append((constraint, difficulty))
    assert started == speech["projects_started"]
    assert stage["竣工"] == speech["projects_completed"]
    assert stage["未开工"] == speech["projects_not_started"]
    assert stage["停工"] == 2
    assert schedule["按计划"] == speech["projects_on_schedule"]
    assert len(held) == 30
    assert {"", "—"}.isdisjoint(text for pair in held for text in pair)


def test_works_are_the_speech_s(final: Final, speech: Speech) -> None:
    done: dict[str, Decimal] = defaultdict(Decimal)
    for table in final["2010Q3"]["实物工程量"]:
        kind = table.column({"工程类别", "实物工程类别"})
        quantity = table.column({"累计完成量", "累计完成工程量"})
        for row in table.leaves:
            done[row[kind]] += number(row[quantity])
            assert row[table.column({"完成情况"})] in {"竣工", "基本完成", "在建", "未开工"}
    keys = {
        "城市道路升级配套": "roads_upgraded",
        "桥梁建设": "bridges_built",
        "背街小巷改造": "back_streets_rebuilt",
        "城区道路绿化": "city_roads_greened",
        "城区至镇驻地道路绿化": "town_roads_greened",
        "湿地森林公园": "wetland_parks",
        "老旧小区整治": "old_communities",
        "新铺天然气管网": "gas_network_laid",
        "房地产施工面积": "housing_under_construction",
        "房地产竣工面积": "housing_completed",
    }
    assert {kind: done[kind] for kind in keys} == {kind: speech[key] for kind, key in keys.items()}


def test_demolition_is_the_speech_s(final: Final, speech: Speech) -> None:
    area: dict[str, Decimal] = defaultdict(Decimal)
    for table in final["2010Q3"]["拆迁进度"]:
        assert "计划面积为假定" in table.note
        for row, value in zip(table.leaves, table.values(table.column(DONE)), strict=True):
            area[row[table.column({"拆迁类别"})]] += value
    assert area == {
        "棚户区": speech["demolition_shanty"],
        "城中村": speech["demolition_urban_village"],
        "农村住房": speech["demolition_rural_housing"],
    }
    assert sum(area.values()) == speech["demolition_total"]


def test_months_add_up_to_the_cumulative_amount_in_every_workbook(every: Every) -> None:
    for file, sheets in every.items():
        for name in ("项目投资完成情况", "拆迁进度"):
            if name not in sheets:
                continue
            table = sheets[name]
            months = [
                sum(column)
                for column in zip(*(table.values(p) for p in table.months().values()), strict=True)
            ]
            assert months == table.values(table.column(DONE)), f"{file}!{name}"
            assert min(min(table.values(place)) for place in table.months().values()) >= 0


def test_only_one_stated_total_is_wrong(every: Every) -> None:
    wrong: list[tuple[str, str, str, str, Decimal]] = []
    for file, sheets in every.items():
        for name, table in sheets.items():
            if name not in {"项目投资完成情况", "拆迁进度"}:
                continue
            places = [p for p, label in enumerate(table.labels) if ADDED.search(label)]
            beside = 2 if name == "拆迁进度" else 4 if "2010Q3" in file else 3
            assert len(places) == len(table.months()) + beside
            wrong += [(file, name, *found) for found in _disagreeing(table, places)]
    assert wrong == [
        (
            "data/raw/2010Q2/2010-07-05/城建投资公司/城建投资公司2010年二季度报表.xlsx",
            "项目投资完成情况",
            "公共建筑",
            "2010年完成投资/5月",
            Decimal(60),
        )
    ]


def _disagreeing(table: Table, places: list[int]) -> list[tuple[str, str, Decimal]]:
    name, kind = table.column(NAMES), table.column({"类别", "项目类别", "拆迁类别"})
    stated = [row for row in table.body if str(row[name]).endswith(("小计", "合计")) and not row[0]]
    assert [row[kind] for row in stated].count("") == 1
    found = []
    for row in stated:
        covered = [leaf for leaf in table.leaves if not row[kind] or leaf[kind] == row[kind]]
        assert covered
        for place in places:
            off = number(row[place]) - sum((number(leaf[place]) for leaf in covered), Decimal(0))
            if off:
                found.append((row[kind], table.labels[place], off))
    return found


def test_nobody_is_real_and_every_workbook_says_that_it_is_synthetic(every: Every) -> None:
    made_up = set(tomllib.loads((ROOT / "cityanalytics.toml").read_text("utf-8"))["terms"])
    for file, sheets in every.items():
        for name, table in sheets.items():
            assert any("样例数据：合计数取自2010年公开讲话，明细为虚构" in line for line in table.footer), (
                file
            )
            signed = next(line for line in table.footer if line.startswith("填表人"))
            assert re.fullmatch(r"填表人：经办人\d\d\s+审核人：审核人\d\d\s+单位负责人：负责人\d\d", signed)
            persons = [place for place, label in enumerate(table.labels) if label in PERSONS]
            assert len(persons) == (name != "实物工程量")
            assert {row[place] for row in table.leaves for place in persons} <= made_up


def test_nothing_is_invested_before_the_start(final: Final) -> None:
    for quarter, sheets in final.items():
        started: dict[str, dt.date | None] = {}
        for table in sheets["项目状态"]:
            start = table.column({"实际开工日期", "实际开工时间"})
            started |= {row[table.column(NAMES)]: _date(row[start]) for row in table.leaves}
        for table in sheets["项目投资完成情况"]:
            for row in table.leaves:
                day = started[row[table.column(NAMES)]]
                for month, place in table.months().items():
                    early = day is None or (day.year == 2010 and day.month > month)
                    assert not (early and number(row[place])), (quarter, row)


def _date(value: Any) -> dt.date | None:
    if isinstance(value, dt.date):
        return value
    parts = [int(part) for part in re.findall(r"\d+", str(value))]
    return dt.date(*parts) if parts else None


def test_history_renames_restates_corrects_and_adjusts(
    register: Register, every: Every, final: Final
) -> None:
    named = {
        quarter: {row[table.column(NAMES)] for table in sheets["项目投资完成情况"] for row in table.leaves}
        for quarter, sheets in final.items()
    }
    aliases = tomllib.loads((ROOT / "aliases.toml").read_text(encoding="utf-8"))["alias"]
    assert len(aliases) == 4
    for alias in aliases:
        assert alias["name"] in named["2010Q1"] - named["2010Q3"]
        assert alias["project"] in named["2010Q3"] - named["2010Q1"]
        assert alias["confirmed_by"] == "计划财务科"
    newest = {alias["name"]: alias["project"] for alias in aliases}
    current = {quarter: {newest.get(name, name) for name in names} for quarter, names in named.items()}
    assert current["2010Q1"] < current["2010Q2"] < current["2010Q3"]

    months = {
        quarter: {
            (newest.get(row[table.column(NAMES)], row[table.column(NAMES)]), month): number(row[place])
            * table.scale
            for table in sheets["项目投资完成情况"]
            for month, place in table.months().items()
            for row in table.leaves
        }
        for quarter, sheets in final.items()
    }
    restated = [key for key, value in months["2010Q2"].items() if months["2010Q3"][key] != value]
    assert sorted(month for _, month in restated) == [5, 6, 6]

    sent = Counter((row["unit"], row["quarter"], Path(row["file"]).name) for row in register)
    again = [key for key, times in sent.items() if times > 1]
    assert sorted(quarter for _, quarter, _ in again) == ["2010Q1", "2010Q3"]
    for unit, quarter, _ in again:
        first, second = (
            every[row["file"]]["项目投资完成情况"]
            for row in register
            if (row["unit"], row["quarter"]) == (unit, quarter)
        )
        pairs = [
            (one, two)
            for place in first.months().values()
            for one, two in zip(first.values(place), second.values(place), strict=True)
            if one != two
        ]
        assert [one / two for one, two in pairs] == [10]

    adjusted = [
        (row[label], row[table.plan()[1]] - row[table.plan()[0]])
        for table in final["2010Q3"]["项目投资完成情况"]
        for label in [table.column({"计划调整日期", "调整日期"})]
        for row in table.leaves
        if number(row[table.plan()[0]]) != number(row[table.plan()[1]]) or row[label] not in {"", "—"}
    ]
    assert {day for day, _ in adjusted} == {dt.date(2010, 7, 15)}
    assert sum(change for _, change in adjusted) == 15_000


def test_the_page_for_clerks_lists_every_spelling(every: Every) -> None:
    page = (ROOT / "docs" / "workbooks.md").read_text(encoding="utf-8")
    chinese, english = page.split("\n---\n")
    used = {
        part
        for sheets in every.values()
        for t in sheets.values()
        for label in t.labels
        for part in label.split("/")
    }
    names = {label for label in used if not MONTH.match(label)}
    assert {label for label in names if label not in chinese} == set()
    assert len(names) > 50
    columns = names - {"序号", "项目名称", "备注"}
    assert {label for label in columns if label not in english} == set()


def test_a_workspace_with_workbooks_is_left_alone(tmp_path: Path) -> None:
    kept = tmp_path / "data" / "raw" / "2010Q3" / "kept.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("received", encoding="utf-8")
    refused = subprocess.run(
        [sys.executable, str(ROOT / "data" / "make_sample.py"), "--out", str(tmp_path)],
        check=False, capture_output=True,
    )  # fmt: skip
    assert refused.returncode == 2
    assert kept.read_text(encoding="utf-8") == "received"


def test_weeks_go_on_from_one_to_the_next_and_never_back(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "data" / "make_sample.py"), "--out", str(tmp_path), "--weekly"]
    subprocess.run(command, check=True)
    books = sorted((tmp_path / "data/raw/2010Q3").glob("*/市政工程处/*.xlsx"))
    assert len(books) == 10
    so_far: dict[str, list[float]] = defaultdict(list)
    for book in books:
        rows = CalamineWorkbook.from_path(book).get_sheet_by_name("项目投资完成情况").to_python()
        total = rows[2].index("自年初累计完成投资")
        for row in rows[4:]:
            if isinstance(amount := row[total], float):
                so_far[str(row[1])].append(amount)
    assert len(so_far) == 18
    assert [
        name for name, amounts in so_far.items() if amounts != sorted(amounts) or len(amounts) != 10
    ] == []
