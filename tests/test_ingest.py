"""Small workbooks through the real ingest: what enters, what is doubted, what blocks."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from cityanalytics.errors import BlockingIssuesError, CityAnalyticsError, UsageError
from cityanalytics.intake.load import ingest
from cityanalytics.intake.receive import receive
from cityanalytics.intake.store import Ingested, read_tables, write_tables
from cityanalytics.settings import Settings
from tests.conftest import file_unopened

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.issues import Issue

Cell = str | float | dt.date | None
Sheet = tuple[str, list[list[Cell]]]

NAMES = {"zh": "样例市"}
SENT = dt.date(2010, 4, 2)
CORRECTED = dt.date(2010, 4, 6)
INVESTMENT = [
    "序号", "项目名称", "类别", "计划开工日期", "总投资", "年度计划投资", "1月", "2月", "3月",
    "自年初累计完成投资", "责任人",
]  # fmt: skip
STATUS = [
    "序号", "项目名称", "实际开工日期", "实际竣工日期", "项目状态", "是否按计划推进", "形象进度（%）", "制约因素",
]  # fmt: skip
WORKS = ["序号", "项目名称", "工程类别", "计量单位", "年度计划量", "累计完成量", "完成情况"]
SITES = ["序号", "拆迁片区", "拆迁类别", "启动日期", "计划拆迁面积", "1月", "2月", "3月", "累计完成拆迁面积"]
DAY = dt.date(2010, 1, 15)
ROAD: list[Cell] = [1, "甲路", "城市道路及配套", DAY, 900, 500, 10, 20, 30, 60, "负责人01"]
BRIDGE: list[Cell] = [2, "乙桥", "桥梁工程", DAY, 800, 400, 40, 50, 60, 150, "负责人02"]
ROAD_STATUS: list[Cell] = [1, "甲路", DAY, None, "在建", "按计划", 40, None]
BRIDGE_STATUS: list[Cell] = [2, "乙桥", DAY, None, "在建", "滞后", 25, "土地"]


def investment(*rows: list[Cell], header: list[str] = INVESTMENT, note: str = "单位：万元") -> Sheet:
    return "项目投资完成情况", [["项目投资完成情况"], [note], list(header), *rows]


def status(*rows: list[Cell]) -> Sheet:
    return "项目状态", [["项目状态"], ["填报单位"], list(STATUS), *rows]


def works(*rows: list[Cell], header: list[str] = WORKS) -> Sheet:
    return "实物工程量", [["实物工程量"], ["填报单位"], list(header), *rows]


def sites(*rows: list[Cell]) -> Sheet:
    return "拆迁进度", [["拆迁进度"], ["单位：万平方米"], list(SITES), *rows]


GOOD = (investment(ROAD, BRIDGE), status(ROAD_STATUS, BRIDGE_STATUS))


def put(row: list[Cell], place: int, value: Cell) -> list[Cell]:
    return [*row[:place], value, *row[place + 1 :]]


class City:
    """A workspace to which units send workbooks."""

    def __init__(self, folder: Path) -> None:
        self.inbox = folder / "inbox"
        self.inbox.mkdir(parents=True)
        self.settings = Settings(
            root=folder / "city",
            city=NAMES,
            bureau=NAMES,
            statement=NAMES,
            reference_class="us_public_construction",
            units=("甲处", "乙处"),
        )
        self.settings.root.mkdir()

    def send(
        self, *sheets: Sheet, unit: str = "甲处", quarter: str = "2010Q1", on: dt.date = SENT, name: str = ""
    ) -> str:
        path = self.inbox / (name or f"{unit}报表.xlsx")
        book = xlsxwriter.Workbook(str(path))
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for title, rows in sheets:
            sheet = book.add_worksheet(title)
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, str):
                        sheet.write_string(row, column, cell)
                    elif isinstance(cell, dt.date):
                        sheet.write_datetime(row, column, dt.datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001 - a spreadsheet's days have no zone
                    elif cell is not None:
                        sheet.write_number(row, column, cell)
        book.close()
        return self.send_file(path, unit=unit, quarter=quarter, on=on)

    def send_bytes(self, content: bytes, name: str) -> str:
        path = self.inbox / name
        path.write_bytes(content)
        return file_unopened(self.settings, path, unit="甲处", quarter="2010Q1", on=SENT)

    def send_file(self, path: Path, *, unit: str, quarter: str = "2010Q1", on: dt.date = SENT) -> str:
        (filed,) = receive(self.settings, [path], quarter=quarter, on=on, unit=unit)
        return filed.file

    def beside(self, name: str, text: str) -> None:
        (self.settings.root / name).write_text(text, encoding="utf-8")

    def ingest(self) -> Ingested:
        return ingest(self.settings)

    def table(self, name: str) -> pd.DataFrame:
        return self.ingest().tables[name]

    def processed(self) -> dict[str, bytes]:
        files = (path for path in sorted(self.settings.processed.rglob("*")) if path.is_file())
        return {path.relative_to(self.settings.processed).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


def found(ingested: Ingested, code: str) -> list[Issue]:
    return [issue for issue in ingested.issues if issue.code == code]


def places(ingested: Ingested, code: str) -> list[tuple[str, str]]:
    """Give severity and the place within the workbook of each issue of a code."""
    return [(issue.severity.value, issue.where.partition("!")[2]) for issue in found(ingested, code)]


def test_good_workbooks_raise_no_doubt_and_every_table_is_in_base_units(city: City) -> None:
    city.send(
        *GOOD,
        works([1, "甲路", "新铺天然气管网", "公里", 3, 2.5, "在建"]),
        sites([1, "东片", "棚户区", DAY, 5, 1, 1, 2, 4]),
    )
    ingested = city.ingest()
    assert ingested.issues == ()
    tables = ingested.tables
    assert tables["investment"].groupby("project")["amount"].sum().to_dict() == {
        "甲路": 600_000,
        "乙桥": 1_500_000,
    }
    assert tables["plans"].set_index("project")["amount"].to_dict() == {"甲路": 5_000_000, "乙桥": 4_000_000}
    assert tables["projects"]["total_investment"].tolist() == [9_000_000, 8_000_000]
    assert tables["status"]["physical_progress"].tolist() == pytest.approx([0.4, 0.25])
    assert tables["works"][["measure", "planned", "done"]].to_numpy().tolist() == [["metres", 3000.0, 2500.0]]
    assert tables["demolition"]["area"].tolist() == [10_000, 10_000, 20_000]
    assert tables["demolition"]["planned_area"].unique().tolist() == [50_000]


@pytest.mark.parametrize("quarters", [1, 2])
def test_same_workbooks_same_bytes(city: City, quarters: int) -> None:
    for quarter in range(1, quarters + 1):
        city.send(*GOOD, quarter=f"2010Q{quarter}", on=dt.date(2010, 3 * quarter + 1, 2))
    runs = []
    for _ in range(2):
        shutil.rmtree(city.settings.processed, ignore_errors=True)
        write_tables(city.settings, city.ingest())
        runs.append(city.processed())
    assert runs[0] == runs[1]
    assert len(runs[0]) == 14 + 12
    assert "manifest.json" in runs[0]


def test_the_order_of_units_in_the_register_changes_no_figure(city: City, tmp_path: Path) -> None:
    other = City(tmp_path / "other")
    lines = {"甲处": investment(ROAD), "乙处": investment(put(BRIDGE, 0, 1))}
    for unit in ("甲处", "乙处"):
        city.send(lines[unit], unit=unit)
    for unit in ("乙处", "甲处"):
        other.send(lines[unit], unit=unit)
    keys = ["project", "period_start"]
    first, second = (
        where.table("investment").drop(columns="position").sort_values(keys, ignore_index=True)
        for where in (city, other)
    )
    pd.testing.assert_frame_equal(first, second)


def test_what_was_written_is_read_again(city: City) -> None:
    city.send(*GOOD)
    ingested = city.ingest()
    write_tables(city.settings, ingested)
    again = read_tables(city.settings)
    assert again.keys() == ingested.tables.keys()
    for name, table in ingested.tables.items():
        kept_alike = {column: table[column].dtype for column in table}  # text may be stored otherwise
        pd.testing.assert_frame_equal(again[name].astype(kept_alike), table, check_column_type=False)


def test_the_manifest_says_what_replaced_what(city: City) -> None:
    first = city.send(*GOOD)
    second = city.send(investment(put(put(ROAD, 6, 15), 9, 65), BRIDGE), GOOD[1], on=CORRECTED)
    write_tables(city.settings, city.ingest())
    inputs = json.loads((city.settings.processed / "manifest.json").read_text(encoding="utf-8"))["inputs"]
    replaced = {entry["path"]: set(entry["replaced_by"].values()) for entry in inputs}
    assert replaced == {first: {second}, second: set()}


def test_what_a_correction_replaced_stands_apart_from_what_is_summed(city: City) -> None:
    first = city.send(*GOOD)
    second = city.send(investment(put(put(ROAD, 6, 15), 9, 65), BRIDGE), on=CORRECTED)  # no status
    write_tables(city.settings, city.ingest())
    found = {
        folder: {
            path.stem: pd.read_parquet(path) for path in (city.settings.processed / folder).glob("*.parquet")
        }
        for folder in (".", "replaced")
    }
    now, before = found["."]["investment"], found["replaced"]["investment"]
    assert now.groupby("quarter")["amount"].sum().tolist() == [2_150_000]
    assert {*now["file"]} == {second}
    assert {*before["file"]} == {first}
    assert before["amount"].sum() == 2_100_000
    assert {*found["."]["status"]["file"]} == {first}  # which nothing has replaced
    assert found["replaced"]["status"].empty
    assert read_tables(city.settings)["investment"]["position"].tolist() == [0] * 6 + [1] * 6


@pytest.mark.parametrize("spoilt", ["parquet", "replaced", "register", "aliases", "gone", "code"])
def test_tables_that_the_manifest_does_not_vouch_for_are_not_read(city: City, spoilt: str) -> None:
    city.send(*GOOD)
    write_tables(city.settings, city.ingest())
    if spoilt == "parquet":
        path = city.settings.processed / "plans.parquet"
        path.write_bytes(path.read_bytes() + b"x")
    elif spoilt == "replaced":
        (city.settings.processed / "replaced/plans.parquet").unlink()
    elif spoilt == "register":
        city.send(investment(BRIDGE), unit="乙处")
    elif spoilt == "aliases":
        city.beside("aliases.toml", "")
    elif spoilt == "code":
        path = city.settings.processed / "manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "code": "older"}))
    else:
        (city.settings.processed / "investment.parquet").unlink()
    with pytest.raises(CityAnalyticsError, match="cityanalytics ingest"):
        read_tables(city.settings)


def test_nothing_received_says_how_to_begin(city: City) -> None:
    with pytest.raises(UsageError, match="cityanalytics receive"):
        city.ingest()


# what blocks


def test_an_amount_without_a_unit_blocks(city: City) -> None:
    city.send(investment(ROAD, BRIDGE, note="填报单位：甲处"), GOOD[1])
    ingested = city.ingest()
    assert {severity for severity, _ in places(ingested, "UNIT_UNKNOWN")} == {"error"}
    assert {issue.value for issue in found(ingested, "UNIT_UNKNOWN")} >= {
        "总投资",
        "年度计划投资",
        "1月",
        "2月",
        "3月",
    }
    assert ingested.tables["investment"].empty


def test_a_column_that_must_be_there_blocks(city: City) -> None:
    without = [put(row, 2, None) for row in (ROAD, BRIDGE)]
    city.send(investment(*without, header=["费用号" if name == "类别" else name for name in INVESTMENT]))
    (issue,) = found(city.ingest(), "REQUIRED_COLUMN_MISSING")
    assert (issue.severity.value, issue.value) == ("error", "category")


def test_a_project_of_two_units_blocks(city: City) -> None:
    city.send(*GOOD)
    city.send(investment(ROAD), unit="乙处")
    ingested = city.ingest()
    assert [where for _, where in places(ingested, "PROJECT_TWICE")] == ["项目投资完成情况!B4"]
    assert found(ingested, "PROJECT_TWICE")[0].value == "甲路"
    assert "甲处, 乙处" in str(found(ingested, "PROJECT_TWICE")[0].understood)


def test_a_project_named_twice_in_a_workbook_blocks(city: City) -> None:
    city.send(investment(ROAD, BRIDGE, put(ROAD, 0, 3)), GOOD[1])
    assert places(city.ingest(), "PROJECT_REPEATED") == [("error", "项目投资完成情况!B6")]


def test_a_status_named_twice_blocks(city: City) -> None:
    city.send(GOOD[0], status(ROAD_STATUS, BRIDGE_STATUS, put(ROAD_STATUS, 0, 3)))
    assert [severity for severity, _ in places(city.ingest(), "STATUS_REPEATED")] == ["error"]


def test_a_site_named_twice_blocks(city: City) -> None:
    city.send(
        *GOOD, sites([1, "东片", "棚户区", DAY, 5, 1, 1, 1, 3], [2, "东片", "城中村", DAY, 7, 2, 2, 2, 6])
    )
    assert [severity for severity, _ in places(city.ingest(), "SITE_REPEATED")] == ["error"]


@pytest.mark.parametrize("label", ["1-3月", "一季度", "1—2月", "3月"])
def test_periods_that_count_days_twice_block(city: City, label: str) -> None:
    city.send(
        investment(ROAD, BRIDGE, header=[label if name == "2月" else name for name in INVESTMENT]), GOOD[1]
    )
    overlaps = places(city.ingest(), "PERIOD_OVERLAP")
    assert overlaps
    assert {severity for severity, _ in overlaps} == {"error"}


@pytest.mark.parametrize("place", [1, 2, 5])
def test_a_row_without_what_is_needed_blocks_with_its_cell(city: City, place: int) -> None:
    city.send(investment(ROAD, put(BRIDGE, place, None)), GOOD[1])
    assert places(city.ingest(), "VALUE_MISSING") == [("error", f"项目投资完成情况!{'ABCDEF'[place]}5")]


@pytest.mark.parametrize("place", [4, 5])
def test_a_plan_below_zero_blocks_with_its_cell(city: City, place: int) -> None:
    city.send(investment(ROAD, put(BRIDGE, place, -5)), GOOD[1])
    assert places(city.ingest(), "NEGATIVE_VALUE") == [("error", f"项目投资完成情况!{'ABCDEF'[place]}5")]


def test_works_below_zero_or_unreadable_block_with_their_cells(city: City) -> None:
    rows: list[list[Cell]] = [
        [1, "甲路", "桥梁建设", "座", 3, -2, "在建"],
        [2, "乙桥", "桥梁建设", "座", 3, "约2", "在建"],
        [3, "乙桥", "背街小巷改造", "担", 3, 2, "在建"],
        [4, "甲路", "背街小巷改造", "条", 3, 3, "竣工"],
    ]
    city.send(*GOOD, works(*rows))
    ingested = city.ingest()
    assert places(ingested, "NEGATIVE_VALUE") == [("error", "实物工程量!F4")]
    assert places(ingested, "VALUE_MISSING") == [("error", "实物工程量!F5")]
    assert ("error", "实物工程量!D6") in places(ingested, "UNIT_UNKNOWN")
    assert ingested.tables["works"]["done"].tolist() == [3.0]


def test_several_columns_under_one_label_block_unless_one_is_the_sum(city: City, tmp_path: Path) -> None:
    def parts(last: str) -> Sheet:
        above: list[Cell] = ["序号", "项目名称", "类别", "年度计划投资", None, None, "1月", "2月"]
        below: list[Cell] = [None, None, None, "中央", "地方", last, None, None]
        rows: list[list[Cell]] = [
            [1, "甲路", "道路", 20, 30, 50, 1, 2],
            [2, "乙桥", "桥梁", 20, 30, 50, 1, 2],
        ]
        return "项目投资完成情况", [["表"], ["单位：万元"], above, below, *rows]

    city.send(parts("小计"))
    assert city.table("plans")["amount"].tolist() == [500_000, 500_000]
    other = City(tmp_path / "other")
    other.send(parts("自筹"))
    assert {severity for severity, _ in places(other.ingest(), "HEADER_AMBIGUOUS")} == {"error"}


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(600)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (OLE, "UNREADABLE_FILE"),
        (b"PK\x03\x04", "UNREADABLE_FILE"),
        (bytes(64), "UNREADABLE_FILE"),
        (b"a note without a table", "NO_TABLE"),
    ],
)
def test_what_is_no_workbook_blocks_and_the_others_are_still_read(
    city: City, content: bytes, code: str
) -> None:
    city.send(*GOOD, unit="乙处")
    file = city.send_bytes(content, "甲处报表.xlsx")
    ingested = city.ingest()
    assert [(issue.severity.value, issue.where) for issue in found(ingested, code)] == [("error", file)]
    assert len(ingested.tables["projects"]) == 2


def test_an_encrypted_workbook_is_called_so(city: City) -> None:
    city.send_bytes(OLE, "甲处报表.xlsx")
    (issue,) = found(city.ingest(), "UNREADABLE_FILE")
    assert "encrypted" in str(issue.understood)


def test_a_truncated_workbook_blocks(city: City) -> None:
    file = city.settings.root / city.send(*GOOD)
    content = file.read_bytes()
    city.send_bytes(content[: len(content) // 2], "甲处另报.xlsx")
    assert [severity for severity, _ in places(city.ingest(), "UNREADABLE_FILE")] == ["error"]


def test_a_workbook_without_any_cell_blocks(city: City) -> None:
    city.send(("空表", []))
    assert [severity for severity, _ in places(city.ingest(), "NO_TABLE")] == ["error"]


@pytest.mark.parametrize(("spoil", "code"), [("change", "FILE_CHANGED"), ("remove", "FILE_MISSING")])
def test_a_raw_file_that_is_not_as_received_is_not_read(city: City, spoil: str, code: str) -> None:
    city.send(*GOOD, unit="乙处")
    path = city.settings.root / city.send(investment([1, "丙园", *ROAD[2:]]))
    if spoil == "change":
        path.write_bytes(b"other")
    else:
        path.unlink()
    ingested = city.ingest()
    assert [issue.severity.value for issue in found(ingested, code)] == ["error"]
    assert set(ingested.tables["projects"]["unit"]) == {"乙处"}


def test_errors_block_and_leave_what_was_there_byte_for_byte(city: City) -> None:
    city.send(*GOOD)
    write_tables(city.settings, city.ingest())
    before = city.processed()
    city.send(investment(ROAD, note="x"), unit="乙处")
    with pytest.raises(BlockingIssuesError) as error:
        write_tables(city.settings, city.ingest())
    assert {"UNIT_UNKNOWN", "PROJECT_TWICE"} <= {issue.code for issue in error.value.issues}
    assert city.processed() == before


def test_errors_write_nothing_where_nothing_was(city: City) -> None:
    city.send(investment(ROAD, note="x"))
    with pytest.raises(BlockingIssuesError):
        write_tables(city.settings, city.ingest())
    assert not city.settings.processed.exists()


def test_a_failure_while_writing_leaves_no_half_tables(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    city.send(*GOOD)
    write_tables(city.settings, city.ingest())
    before = city.processed()
    city.send(investment(put(put(ROAD, 6, 15), 9, 65), BRIDGE), GOOD[1], on=CORRECTED)
    ingested = city.ingest()
    onto_disk, count = os.fsync, iter(range(100))

    def full(descriptor: int) -> None:
        if next(count) == 4:  # some drafts are there, none has been moved
            raise OSError(28, "No space left on device")
        onto_disk(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_tables(city.settings, ingested)
    assert city.processed() == before


def test_the_bytes_that_are_parsed_are_those_that_were_received(city: City, tmp_path: Path) -> None:
    city.send(*GOOD)
    (path,) = city.settings.raw.rglob("*.xlsx")
    good, other = path.read_bytes(), City(tmp_path / "other")
    bad = other.settings.root / other.send(investment(put(put(ROAD, 6, 15), 9, 65), BRIDGE), GOOD[1])

    def swap(_: str) -> None:
        path.write_bytes(bad.read_bytes())

    ingested = ingest(city.settings, on_file=swap)  # once its hash has been taken
    path.write_bytes(good)
    assert [severity for severity, _ in places(ingested, "FILE_CHANGED")] == ["error"]
    assert len(ingested.tables["investment"]) == 0


def test_a_correction_lifts_what_blocked(city: City) -> None:
    city.send(investment(ROAD, BRIDGE, note="x"), GOOD[1])
    city.send(*GOOD, on=CORRECTED)
    ingested = city.ingest()
    assert {severity for severity, _ in places(ingested, "UNIT_UNKNOWN")} == {"warning"}
    write_tables(city.settings, ingested)
    assert read_tables(city.settings)["investment"]["amount"].sum() == 2_100_000


def test_a_correction_lifts_an_unreadable_workbook_of_the_same_name(city: City) -> None:
    city.send_bytes(OLE, "甲处报表.xlsx")
    city.send(*GOOD, on=CORRECTED)
    write_tables(city.settings, city.ingest())
    assert len(read_tables(city.settings)["projects"]) == 2


def test_a_correction_of_another_unit_lifts_nothing(city: City) -> None:
    city.send_bytes(OLE, "甲处报表.xlsx")
    city.send(*GOOD, unit="乙处", on=CORRECTED)
    with pytest.raises(BlockingIssuesError):
        write_tables(city.settings, city.ingest())


# what is doubted


def test_a_project_that_is_gone_is_said_with_the_likest_new_name(city: City) -> None:
    renamed = [1, "甲路升级", *ROAD[2:]]
    city.send(investment(ROAD, BRIDGE))
    city.send(investment(renamed, BRIDGE), quarter="2010Q2", on=dt.date(2010, 7, 2))
    (issue,) = found(city.ingest(), "PROJECT_GONE")
    assert (issue.severity.value, issue.value) == ("warning", "甲路")
    assert "甲路升级" in str(issue.understood)


def test_a_project_that_another_unit_reports_from_now_on_is_said_at_its_new_place(city: City) -> None:
    area: list[Cell] = [1, "东片", "棚户区", DAY, 2, 0.1, 0.2, 0.3, 0.6]
    first = city.send(investment(ROAD, BRIDGE), sites(area))
    city.send(investment(BRIDGE), quarter="2010Q2", on=dt.date(2010, 7, 1))
    city.send(investment(ROAD), sites(area), unit="乙处", quarter="2010Q2", on=dt.date(2010, 7, 2))
    ingested = city.ingest()
    assert found(ingested, "PROJECT_GONE") == []
    for code, name, cell in (
        ("PROJECT_HANDED_OVER", "甲路", f"{first}!项目投资完成情况!B4"),
        ("SITE_HANDED_OVER", "东片", f"{first}!拆迁进度!E4"),
    ):
        (issue,) = found(ingested, code)
        assert (issue.severity.value, issue.value) == ("warning", name)
        assert "/2010Q2/" in issue.where
        assert issue.where.partition("!")[2] == cell.partition("!")[2]
        for said in ("甲处", "2010Q1", cell, "乙处"):
            assert said in str(issue.understood)


def test_works_of_a_project_from_two_units_are_said(city: City) -> None:
    road: list[Cell] = [1, "甲路", "城市道路升级配套", "条", 3, 1, "在建"]
    city.send(*GOOD, works(road))
    city.send(investment(put(ROAD, 1, "丙路")), works(road), unit="乙处", on=CORRECTED)
    (issue,) = found(city.ingest(), "WORKS_TWICE")
    assert (issue.value, issue.where.partition("!")[2]) == ("甲路", "实物工程量!F4")
    assert "甲处, 乙处" in str(issue.understood)


def test_a_project_confirmed_as_renamed_is_one_project(city: City) -> None:
    city.send(investment(ROAD, BRIDGE))
    city.send(investment([1, "丙路（一期）", *ROAD[2:]], BRIDGE), quarter="2010Q2", on=dt.date(2010, 7, 2))
    pairs = [("甲路", "乙 路（北段）"), ("乙 路（北段）", "丙路（一期）")]
    entries = [
        f'[[alias]]\nname = "{old}"\nproject = "{new}"\nconfirmed_by = "科"\non = 2010-07-01'
        for old, new in pairs
    ]
    city.beside("aliases.toml", "\n".join(entries))
    ingested = city.ingest()
    assert found(ingested, "PROJECT_GONE") == []
    roads = ingested.tables["projects"].query("project != '乙桥'")
    assert len(set(roads["project"])) == 1
    assert roads["written_name"].tolist()[0] == "甲路"


def test_an_alias_that_nobody_confirmed_is_none(city: City) -> None:
    city.send(investment(ROAD, BRIDGE))
    city.beside(
        "aliases.toml", '[[alias]]\nname = "甲路"\nproject = "丙路"\nconfirmed_by = ""\non = 2010-07-01\n'
    )
    assert city.table("projects")["project"].tolist() == ["甲路", "乙桥"]


@pytest.mark.parametrize("text", ["[[alias]]\nname = 1", "[[alias]", 'alias = "甲"'])
def test_aliases_that_cannot_be_read_are_said(city: City, text: str) -> None:
    city.send(*GOOD)
    city.beside("aliases.toml", text)
    with pytest.raises(UsageError, match=r"aliases\.toml"):
        city.ingest()


def test_a_cumulative_figure_that_disagrees_is_said_and_the_months_are_used(city: City) -> None:
    city.send(investment(put(ROAD, 9, 90), BRIDGE), GOOD[1])
    ingested = city.ingest()
    assert places(ingested, "CUMULATIVE_MISMATCH") == [("warning", "项目投资完成情况!J4")]
    said = str(found(ingested, "CUMULATIVE_MISMATCH")[0].understood)
    assert said == "states 90 万元; the periods of the row sum to 60 万元"
    assert ingested.tables["investment"]["amount"].sum() == 2_100_000


def test_what_cannot_be_read_is_no_zero(city: City) -> None:
    city.send(investment(put(ROAD, 7, "约20"), BRIDGE), status(put(ROAD_STATUS, 2, "年初"), BRIDGE_STATUS))
    ingested = city.ingest()
    assert [(issue.value, issue.where.rpartition("!")[2]) for issue in found(ingested, "UNPARSED")] == [
        ("约20", "H4"),
        ("年初", "C4"),
    ]
    amounts = ingested.tables["investment"].query("project == '甲路'")["amount"].dropna()
    assert amounts.tolist() == [100_000, 300_000]


def test_a_stage_that_contradicts_its_start_is_said(city: City) -> None:
    city.send(GOOD[0], status(put(ROAD_STATUS, 4, "未开工"), BRIDGE_STATUS))
    assert places(city.ingest(), "STAGE_CONTRADICTED") == [("warning", "项目状态!E4")]


def test_a_project_without_status_and_a_status_without_project_are_said(city: City) -> None:
    city.send(GOOD[0], status(ROAD_STATUS, put(BRIDGE_STATUS, 1, "丁桥")))
    ingested = city.ingest()
    assert [issue.value for issue in found(ingested, "STATUS_MISSING")] == ["乙桥"]
    assert [issue.value for issue in found(ingested, "PROJECT_UNKNOWN")] == ["丁桥"]
    assert places(ingested, "PROJECT_UNKNOWN") == [("warning", "项目状态!E5")]


def test_physical_progress_that_may_be_a_fraction_or_per_cent_is_not_guessed(city: City) -> None:
    title, rows = status(ROAD_STATUS, BRIDGE_STATUS)
    city.send(
        GOOD[0],
        (title, [*rows[:2], ["形象进度" if name == "形象进度（%）" else name for name in STATUS], *rows[3:]]),
    )
    ingested = city.ingest()
    assert len(found(ingested, "UNIT_UNKNOWN")) == 2
    assert ingested.tables["status"]["physical_progress"].isna().all()


def test_a_table_and_a_column_that_are_not_asked_for_stay_aside(city: City) -> None:
    books: Sheet = ("图书", [["图书"], ["书名", "作者", "页数"], ["甲", "乙", 3], ["丙", "丁", 4]])
    extra = investment(*(put([*row, "有"], 11, "有") for row in (ROAD, BRIDGE)), header=[*INVESTMENT, "监理"])
    city.send(extra, GOOD[1], books)
    ingested = city.ingest()
    assert places(ingested, "TABLE_NOT_OURS") == [("warning", "图书")]
    assert places(ingested, "COLUMN_ASIDE") == [("warning", "项目投资完成情况!L")]
    write_tables(city.settings, ingested)
    assert len(read_tables(city.settings)["projects"]) == 2


# what enters


def test_sums_of_rows_never_enter(city: City) -> None:
    def total(label: str, kind: Cell, rows: list[list[Cell]]) -> list[Cell]:
        sums = [sum(float(str(row[place])) for row in rows) for place in range(4, 10)]
        return [None, label, kind, None, *sums, None]

    gate: list[Cell] = [3, "丙门", "桥梁工程", DAY, 100, 90, 7, 8, 9, 24, "负责人03"]
    for place, sheet in enumerate(
        (
            [ROAD, total("小计", ROAD[2], [ROAD]), BRIDGE, gate, total("小计", BRIDGE[2], [BRIDGE, gate])],
            [total("合计", None, [ROAD, BRIDGE, gate]), ROAD, BRIDGE, gate],
            [ROAD, BRIDGE, gate, total("总 计", None, [ROAD, BRIDGE, gate])],
        ),
        start=1,
    ):
        city.send(investment(*sheet), quarter=f"2010Q{place}", on=dt.date(2010, 3 * place + 1, 1))
    tables = city.ingest().tables
    assert set(tables["projects"]["project"]) == {"甲路", "乙桥", "丙门"}
    assert tables["investment"].groupby("quarter")["amount"].sum().drop_duplicates().tolist() == [2_340_000]
    assert tables["plans"].groupby("quarter")["amount"].sum().drop_duplicates().tolist() == [9_900_000]


@pytest.mark.parametrize("order", [[1, 0, 2, 9, 3, 5, 4, 8, 7, 6, 10], [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]])
def test_the_order_of_columns_does_not_matter(city: City, tmp_path: Path, order: list[int]) -> None:
    city.send(investment(ROAD, BRIDGE))
    other = City(tmp_path / "other")
    other.send(
        investment(
            *([row[place] for place in order] for row in (ROAD, BRIDGE)),
            header=[INVESTMENT[place] for place in order],
        )
    )
    for name in ("projects", "plans", "investment"):
        first, second = (
            where.table(name).filter(regex="^(?!.*_cell$)").sort_values(["project"], kind="stable")
            for where in (city, other)
        )
        keys = [key for key in ("project", "period_start") if key in first]
        pd.testing.assert_frame_equal(
            first.sort_values(keys, ignore_index=True), second.sort_values(keys, ignore_index=True)
        )


def test_a_workspace_s_synonyms_name_new_headers_and_words(city: City) -> None:
    header = ["工程名字" if name == "项目名称" else name for name in INVESTMENT]
    city.beside(
        "synonyms.toml",
        '[investment.columns]\nproject = ["工程名字"]\n[words.stage]\nsuspended = ["歇业"]\n',
    )
    city.send(investment(ROAD, BRIDGE, header=header), status(put(ROAD_STATUS, 4, "歇业"), BRIDGE_STATUS))
    ingested = city.ingest()
    assert ingested.issues == ()
    assert ingested.tables["projects"]["project"].tolist() == ["甲路", "乙桥"]
    assert ingested.tables["status"]["stage"].tolist() == ["suspended", "under construction"]


@pytest.mark.parametrize(
    "text", ["[x", '[investment.columns]\nproject = "名"', '[investmnt.columns]\nproject = ["名"]']
)
def test_synonyms_that_cannot_be_meant_are_said(city: City, text: str) -> None:
    city.send(*GOOD)
    city.beside("synonyms.toml", text)
    with pytest.raises(UsageError, match=r"synonyms\.toml"):
        city.ingest()


def test_a_month_and_a_site_with_nothing_yet_do_not_block(city: City) -> None:
    empty = [put(put(row, 8, "—"), 9, float(str(row[6])) + float(str(row[7]))) for row in (ROAD, BRIDGE)]
    waiting: list[Cell] = [2, "西片", "城中村", None, 7, "—", "—", "—", "—"]
    city.send(investment(*empty), GOOD[1], sites([1, "东片", "棚户区", DAY, 5, 1, 1, 1, 3], waiting))
    ingested = city.ingest()
    assert ingested.issues == ()
    planned = ingested.tables["demolition"].drop_duplicates("site").set_index("site")["planned_area"]
    assert planned.to_dict() == {"东片": 50_000, "西片": 70_000}


def test_names_stay_text_whatever_they_hold(city: City) -> None:
    hostile = [
        "=cmd|'/C calc'!A0",
        "<script>alert(1)</script>",
        "{0.__class__}",
        "[red]x[/red]",
        "路" * 5000,
        "../../甲",
    ]
    city.send(investment(*([place, name, *ROAD[2:]] for place, name in enumerate(hostile, start=1))))
    ingested = city.ingest()
    kept = [name.replace(" ", "") for name in hostile]
    assert ingested.tables["projects"]["project"].tolist() == kept
    assert {issue.value for issue in found(ingested, "STATUS_MISSING")} == set(kept)
    assert all(str(issue.understood) for issue in ingested.issues)
    write_tables(city.settings, ingested)
    assert read_tables(city.settings)["projects"]["project"].tolist() == kept


# where every value came from, read again by a reader of its own


@pytest.fixture(scope="module")
def sample(processed_workspace: Path) -> tuple[Path, dict[str, pd.DataFrame]]:
    folder = processed_workspace / "data" / "processed"
    return processed_workspace, {path.stem: pd.read_parquet(path) for path in folder.glob("*.parquet")}


def held(root: Path, books: dict[str, CalamineWorkbook], cell: str) -> Any:
    file, sheet, place = cell.split("!")
    if file not in books:
        books[file] = CalamineWorkbook.from_path(root / file)
    letters = place.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    rows = books[file].get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return rows[int(place[len(letters) :]) - 1][column - 1]


@pytest.mark.parametrize(
    ("table", "value", "scales"),
    [
        ("investment", "amount", (1e4, 1e8)),
        ("plans", "amount", (1e4, 1e8)),
        ("projects", "total_investment", (1e4, 1e8)),
        ("demolition", "area", (1e4,)),
        ("demolition", "planned_area", (1e4,)),
        ("status", "physical_progress", (0.01, 1.0)),
        ("works", "done", (1.0, 1e3, 1e4)),
        ("history", "amount", (1e8,)),
    ],
)
def test_every_address_points_at_the_cell_that_holds_the_value(
    sample: tuple[Path, dict[str, pd.DataFrame]], table: str, value: str, scales: tuple[float, ...]
) -> None:
    root, tables = sample
    rows = tables[table].dropna(subset=[value])
    rows = rows.sample(n=min(len(rows), 60), random_state=0)
    books: dict[str, CalamineWorkbook] = {}
    assert len(rows)
    for amount, cell in zip(rows[value], rows[f"{value}_cell"], strict=True):
        written = float(str(held(root, books, cell)).replace(",", "").strip())
        assert any(amount == pytest.approx(written * scale, rel=1e-12) for scale in scales), cell


@pytest.mark.parametrize("name", ["stage", "constraint", "difficulty", "project"])
def test_every_address_of_a_word_points_at_a_cell_that_is_filled(
    sample: tuple[Path, dict[str, pd.DataFrame]], name: str
) -> None:
    root, tables = sample
    rows = tables["projects" if name == "project" else "status"].dropna(subset=[name])
    rows = rows.sample(n=40, random_state=1)
    books: dict[str, CalamineWorkbook] = {}
    stages = {"未开工": "not started", "在建": "under construction", "停工": "suspended", "竣工": "completed"}
    shown = rows["written_name"] if name == "project" else rows[name]
    for word, cell in zip(shown, rows[f"{name}_cell"], strict=True):
        written = held(root, books, cell)
        assert stages.get(written, written) == word, cell
