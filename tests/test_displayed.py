"""Values as cells hold and show them: formats, units in cells, errors, encodings; one reading for every command."""

from __future__ import annotations

import base64
import datetime as dt
import io
import math
import quopri
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import xlsxwriter

from cityanalytics.intake.match import load_synonyms, match_table
from cityanalytics.intake.reading import Origin, Reading
from cityanalytics.intake.register import Receipt
from cityanalytics.issues import Severity
from cityanalytics.workbooks.grid import read_bytes, read_grids
from cityanalytics.workbooks.tables import Understanding, understand
from cityanalytics.workbooks.units import Dimension
from tests.test_ingest import GOOD, City

if TYPE_CHECKING:
    from cityanalytics.workbooks.table import Column, Table

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
LABELS: list[object] = ["序号", "项目名称", "年度计划投资（万元）", "形象进度（%）"]
ROWS: list[list[object]] = [LABELS, [1, "甲路", 100, 10], [2, "乙桥", 200, 20], [None, "合计", 300, None]]


def book(rows: list[list[object]], formats: dict[tuple[int, int], str] | None = None) -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as made:
        sheet = made.add_worksheet("表")
        for row, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                code = (formats or {}).get((row, column))
                sheet.write(row, column, cell, *([made.add_format({"num_format": code})] if code else []))
    return held.getvalue()


def read(content: bytes, name: str = "a.xlsx") -> Understanding:
    return understand(read_bytes(content, name=name))


def column(found: Understanding, letter: str) -> tuple[Table, Column]:
    (table,) = found.tables
    return table, table.column(letter)


def values(found: Understanding, letter: str) -> list[float]:
    table, of = column(found, letter)
    return [float(value) for value in table.numbers(of).value]


def codes(found: Understanding) -> list[str]:
    return [issue.code for issue in found.issues]


@pytest.fixture
def city(tmp_path: Path) -> City:
    return City(tmp_path)


@pytest.mark.parametrize(
    ("cells", "formats"),
    [((0.7, 0.05), ("0%", "0.0%")), ((0.7, 5), ("0%", "0")), (("70%", 5), ("", ""))],
)
def test_a_percent_format_is_a_percentage_whatever_the_label_says(
    city: City, cells: tuple[object, object], formats: tuple[str, str]
) -> None:
    rows: list[list[object]] = [
        ["项目状态"], ["序号", "项目名称", "项目状态", "形象进度（%）"],
        [1, "甲路", "在建", cells[0]], [2, "乙桥", "在建", cells[1]],
    ]  # fmt: skip
    city.send(GOOD[0])
    path = city.inbox / "状态.xlsx"
    path.write_bytes(book(rows, {(2 + at, 3): code for at, code in enumerate(formats) if code}))
    city.send_file(path, unit="甲处")
    shares = city.ingest().tables["status"].set_index("project")["physical_progress"]
    assert shares.to_dict() == pytest.approx({"甲路": 0.7, "乙桥": 0.05})


@pytest.mark.parametrize(
    ("code", "held", "shown"),
    [
        (r"0\.0,", 25_330_000, 2533.0),
        ('0"."0,', 25_331_234, 2533.1234),
        ("#,##0,", 2_533_000, 2533.0),
        ("0.00,,", 2_533_000_000, 2533.0),
        (r"0\.0000", 25_330_000, 2533.0),
        (r'0\.0,"万"', 25_330_000, 2533.0),
        ('0.0"万元"', 2533, 2533.0),
        (r'[>=100000000]0\.00000000"亿元";0\.0000"万元"', 25_330_000, 2533.0),
        (r'[>=100000000]0\.00000000"亿元";0\.0000"万元"', 253_300_000, 25_330.0),
        ("#,##0.00", 2533, 2533.0),
        ('_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', 2533, 2533.0),
    ],
)
def test_a_format_that_divides_or_names_a_unit_is_read_as_it_shows(
    code: str, held: float, shown: float
) -> None:
    rows: list[list[object]] = [LABELS[:3], [1, "甲路", held], [2, "乙桥", held]]
    found = read(book(rows, {(1, 2): code, (2, 2): code}))
    assert values(found, "C") == [shown, shown]
    table, plan = column(found, "C")
    assert (plan.unit and plan.unit.name, plan.sum) == ("万元", 2 * shown)
    assert table.frame.iloc[:, 2].tolist() == [shown, shown]


def test_units_in_cells_count_in_their_unit_and_a_foreign_comma_is_doubted() -> None:
    cells = ["2533万元", "0.25亿元", "1,234.5元", 12, "1.234,5", "1,234.5"]
    found = read(book([LABELS[:3], *([at, f"{at}路", cell] for at, cell in enumerate(cells, 1))]))
    read_as = values(found, "C")
    assert read_as[:4] == [2533.0, 2500.0, 0.12345, 12.0]
    assert math.isnan(read_as[4])
    assert read_as[5] == 1234.5
    assert ("UNPARSED", "a.xlsx!表!C6") in [(issue.code, issue.where) for issue in found.issues]


def without_places(content: bytes, old: bytes, new: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(held, "w") as made:
        for name in given.namelist():
            part = given.read(name)
            if name.startswith("xl/worksheets/sheet"):
                assert old in part
                part = re.sub(rb'<(c|row) r="[A-Z]*\d+"', rb"<\1", part.replace(old, new))
            made.writestr(name, part)
    return held.getvalue()


def test_an_error_in_a_cell_that_does_not_say_where_it_stands_is_found() -> None:
    content = without_places(book(ROWS), b'<c r="C2"><v>100</v></c>', b'<c r="C2" t="e"><v>#REF!</v></c>')
    found = read(content)
    assert ("ERROR_CELL", "a.xlsx!表!C2") in [(issue.code, issue.where) for issue in found.issues]
    percent = without_places(book(ROWS, {(1, 3): "0%"}), b"<v>10</v>", b"<v>0.1</v>")
    assert values(read(percent), "D") == [10.0, 20.0]


def test_the_style_of_a_row_is_not_that_of_the_cell_before() -> None:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held) as made:
        sheet = made.add_worksheet("表")
        for row, cells in enumerate(ROWS[:3]):
            sheet.write_row(row, 0, cells)
        sheet.set_row(3, None, made.add_format({"num_format": "0%"}))
    table, _ = column(read(held.getvalue()), "D")
    assert table.numbers(table.column("D")).value.tolist() == [10.0, 20.0]


TEXT = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in ROWS)
RECORDS = ["".join(f"<td>{'' if cell is None else cell}</td>" for cell in row) for row in ROWS]
TABLE = f"<html><body><table>{''.join(f'<tr>{row}</tr>' for row in RECORDS)}</table></body></html>"
HEAD = 'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="=_x"\r\n\r\n--=_x\r\n'


def archive(payload: str, encoding: str) -> str:
    of = f'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return f"{HEAD}{of}{payload}\r\n--=_x--\r\n"


FILES = {
    "UTF-8 with a mark": TEXT.encode("utf-8-sig"),
    "UTF-8 with two": b"\xef\xbb\xbf" + TEXT.encode("utf-8-sig"),
    "UTF-16": TEXT.encode("utf-16"),
    "GBK": TEXT.encode("gbk"),
    "twice, by Latin-1": TEXT.encode().decode("latin-1").encode(),
    "HTML with a mark": b"\xef\xbb\xbf" + TABLE.encode(),
    "HTML twice": TABLE.encode().decode("latin-1").encode(),
    "MHTML, quoted": archive(quopri.encodestring(TABLE.encode()).decode(), "quoted-printable").encode(),
    "MHTML, base64, a mark": b"\xef\xbb\xbf"
    + archive(base64.encodebytes(TABLE.encode()).decode(), "base64").encode(),
    "XLSX twice": book(
        [[cell.encode().decode("latin-1") if isinstance(cell, str) else cell for cell in row] for row in ROWS]
    ),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_encodings_and_archives_give_the_same_table(content: bytes, request: pytest.FixtureRequest) -> None:
    found = read(content, "a.csv")
    table, plan = column(found, "C")
    assert [one.name for one in table.columns] == ["序号", "项目名称", "年度计划投资(万元)", "形象进度(%)"]
    assert (plan.sum, table.texts(table.column("B"))) == (300.0, ["甲路", "乙桥"])
    assert ("ENCODED_TWICE" in codes(found)) == ("twice" in request.node.name)


@pytest.mark.parametrize("encoding", ["gbk", "cp1252"])
def test_text_whose_signs_were_lost_on_the_way_is_refused(encoding: str) -> None:
    found = read(TEXT.encode().decode(encoding, "replace").encode(), "a.csv")
    assert [(issue.severity, issue.code) for issue in found.issues] == [(Severity.ERROR, "UNREADABLE_FILE")]


def material() -> list[Path]:
    folders = [ROOT / "data" / "raw", SHARED / "workbooks", SHARED / "realsheets", SHARED / "classes"]
    kinds = {".xlsx", ".xls", ".et", ".ods", ".csv", ".html"}
    return [
        path
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.rglob("*"))
        if path.suffix in kinds
    ]


@pytest.mark.parametrize("path", material(), ids=lambda path: path.stem)
def test_every_command_reads_a_cell_as_the_same_number(path: Path) -> None:
    """What `inspect` sums, what a frame holds and what `ingest` takes are the same cells."""
    synonyms, day = load_synonyms(), dt.date(2010, 9, 22)
    receipt = Receipt(position=0, file=path.name, unit="甲处", quarter="2010Q3", received=day, sha256="")
    for table in understand(read_grids(path)).tables:
        match = match_table(table, synonyms, periods=table.periods(day))
        reading = Reading(
            table=table,
            match=match,
            origin=Origin(receipt=receipt, data_date=day, aliases={}, synonyms=synonyms),
        )
        for of in (one for one in table.columns if one.kind == "number" and one.sum is not None):
            read_as = table.numbers(of).value
            summed = of.sum or 0.0
            assert math.fsum(read_as[~np.isnan(read_as)]) == pytest.approx(summed, rel=1e-12, abs=1e-9)
            if of.unit is not None and of.unit.dimension in (Dimension.MONEY, Dimension.AREA):
                base = [one for one in reading.numbers(of, of.unit.dimension) if not math.isnan(one)]
                assert math.fsum(base) == pytest.approx(summed * float(of.unit.factor), rel=1e-9, abs=1e-6)
