"""Good workbooks spoilt at random, from a fixed seed: what cannot be read is an issue, and no row is lost.

FUZZ_CASES=4000 tries more of each than the few that every run tries.
"""

# ruff: noqa: S311, E501, BLE001, RUF001 - noise, no secrets; one line of markup; whatever is raised is the finding

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import os
import random
import zipfile
from xml.sax.saxutils import escape

import pytest
import xlsxwriter
import xlwt

from cityanalytics.workbooks.grid import read_bytes, read_sheets
from cityanalytics.workbooks.tables import understand
from tests.test_classes import CASES as CLASSES
from tests.test_kinds import CASES as KINDS

CASES = int(os.environ.get("FUZZ_CASES", "24"))
CONTAINERS = ("xlsx", "xls", "csv", "ods", "html")
SAMPLES = {
    "xlsx": "data/raw/2010Q1/2010-04-01/园林绿化处/园林绿化处2010年一季度投资报表.xlsx",
    "xls": "data/raw/2010Q1/2010-04-04/燃气管理处/燃气管理处2010年一季度报表.xls",
}
STRANGE = (
    None, "", " ", "合计", "小计", "其中：甲", "一、", "（一）", "1.1", "待定", "-", "１２３", "1e999", "-0", "99,99", "单位：万元",
    "单位：亩", "2010年13月45日", "2010年", "9月", "%", "=1+1", "<b>", "\u200b", "甲" * 3000, "备注：", "序号", 1e308, -1e-300, 0.0,
    2.0, True, 44_000.0, "∞", "²", "①", "{x}", "!", "共3个", "合计（共99个项目）", "\ufeff", "٣", "1\n2", "-1-",
    "22A", "07.1.2", "1800万", "4.5 km", "12 crore", "Total works", "All sites", "全省", "东岸（合计）", "2021/6/31", "3/4/2021", "N/A",
    "in millions of dollars", "检查人：", 2021.0, "12%", "⽔",
)  # fmt: skip


@pytest.fixture(scope="module")
def rows(repository):
    """Give the cells of a workbook of the sample city."""
    (grid, *_) = read_bytes((repository / SAMPLES["xlsx"]).read_bytes(), name="f").sheets
    return [
        [cell if isinstance(cell, str | float) else None for cell in row] for row in grid.values[:40].tolist()
    ]


def written(rows, container):
    """Return a workbook with these cells."""
    buffer = io.BytesIO()
    if container == "csv":
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        return text.getvalue().encode("gb18030", "replace")
    if container == "html":
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape('' if cell is None else str(cell))}" for cell in row)
            for row in rows
        )
        return f"<html><meta charset=utf-8><table>{body}</table>".encode()
    if container == "ods":
        body = "".join(f"<table:table-row>{''.join(map(ods_cell, row))}</table:table-row>" for row in rows)
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
            package.writestr("META-INF/manifest.xml", "<manifest/>")
            package.writestr(
                "content.xml",
                '<x xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
                'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
                f'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><table:table table:name="a">{body}</table:table></x>',
            )
        return buffer.getvalue()
    if container == "xls":
        book = xlwt.Workbook()
        sheet = book.add_sheet("a")
        put = sheet.write
    else:
        book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
        put = book.add_worksheet("a").write
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is not None:
                put(number, column, cell)
    if container == "xls":
        book.save(buffer)
    else:
        book.close()
    return buffer.getvalue()


def ods_cell(cell):
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, float):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
    return f'<table:table-cell office:value-type="string"><text:p>{escape(str(cell))}</text:p></table:table-cell>'


def spoilt_bytes(content, noise):
    """Flip, delete, repeat or cut bytes; of a package those of a part too, with a checksum that holds."""
    if content.startswith(b"PK") and noise.random() < 0.7:
        buffer = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
            chosen = noise.choice(
                [info for info in old.infolist() if info.filename.endswith((".xml", ".rels"))]
            )
            for info in old.infolist():
                data = old.read(info)
                new.writestr(info.filename, flipped(data, noise) if info is chosen else data)
        return buffer.getvalue()
    return flipped(content, noise)


def flipped(content, noise):
    found = bytearray(content)
    for _ in range(noise.choice((1, 1, 2, 5, 20))):
        place, length = noise.randrange(len(found) + 1), noise.choice((1, 1, 2, 4, 30, 500))
        kind = noise.randrange(5)
        if kind == 0:
            found[place : place + 1] = bytes([noise.randrange(256)])
        elif kind == 1:
            del found[place : place + length]
        elif kind == 2:
            found[place:place] = found[max(place - length, 0) : place]
        elif kind == 3:
            found[place : place + 1] = str(
                noise.choice((0, -1, 7, 65536, 4294967295, "A", '"', "<", "'"))
            ).encode()
        elif noise.random() < 0.2:
            del found[place:]
    return bytes(found)


def spoilt_rows(rows, noise):
    """Swap, remove, repeat and replace cells, rows and columns, those of the header oftener."""
    found = [list(row) for row in rows]
    for _ in range(noise.randint(1, 12)):
        row = noise.randrange(min(len(found), 5) if noise.random() < 0.4 else len(found))
        other, width = noise.randrange(len(found)), len(found[0])
        column, beside = noise.randrange(width), noise.randrange(width)
        kind = noise.randrange(8)
        if kind <= 2:
            found[row][column] = noise.choice(STRANGE)
        elif kind == 3:
            found[row][column], found[other][beside] = found[other][beside], found[row][column]
        elif kind == 4:
            cell = found[row][column]
            found[row][column] = str(cell) if isinstance(cell, float) else noise.choice((1.0, 77.5))
        elif kind == 5 and len(found) > 2:
            del found[row]
        elif kind == 6:
            found.insert(row, list(found[other]))
        else:
            found[row] = [noise.choice((None, cell)) for cell in found[row]]
    return found


def fault(content, container):
    """Return what a reader itself raises; a panic inside calamine is none of ours."""
    try:
        read_sheets(content, container)
    except BaseException as error:
        return type(error).__name__
    return None


def assert_understood(content):
    workbook = read_bytes(content, name="f")
    assert fault(content, workbook.container) in {None, "UnreadableError", "PanicException"}
    understanding = understand(workbook)
    assert all(issue.code and issue.where.startswith("f") for issue in understanding.issues)
    assert all(str(issue.understood) and str(issue.suggestion) for issue in understanding.issues)
    assert understanding.tables or any(issue.severity == "error" for issue in understanding.issues)
    for grid, sheet in zip(workbook.sheets, understanding.sheets, strict=True):
        if not sheet.tables:
            continue
        spans: dict[int, list[int]] = {}
        for table in sheet.tables:  # tables side by side share their rows
            listed = sorted(row for kind in table.rows.values() for row in kind)
            assert len(listed) == len(set(listed)), "a row in two lists"
            assert listed == list(range(listed[0], listed[-1] + 1)), "a row in no list"
            assert spans.setdefault(listed[0], listed) == listed
        together = [row for listed in spans.values() for row in listed]
        assert sorted(together) == list(range(1, grid.values.shape[0] + 1))


@pytest.mark.parametrize("container", CONTAINERS)
def test_spoilt_bytes_are_read_or_refused(container, rows, repository):
    content = (
        (repository / SAMPLES[container]).read_bytes() if container in SAMPLES else written(rows, container)
    )
    for case in range(CASES):
        spoilt = spoilt_bytes(content, random.Random(f"{container} bytes {case}"))
        try:
            assert_understood(spoilt)
        except Exception as error:
            pytest.fail(f"bytes of {container}, case {case}: {error!r}")


@pytest.mark.parametrize("container", CONTAINERS)
def test_spoilt_cells_are_understood_or_doubted(container, rows):
    for case in range(CASES):
        spoilt = spoilt_rows(rows, random.Random(f"{container} cells {case}"))
        try:
            assert_understood(written(spoilt, container))
        except Exception as error:
            pytest.fail(f"cells of {container}, case {case}: {error!r}")


@pytest.mark.parametrize(("sheet", "_right"), [*CLASSES, *KINDS])
def test_spoilt_sheets_of_each_class_are_understood_or_doubted(sheet, _right):
    width = max(map(len, sheet))
    rows = [
        [
            cell if isinstance(cell, str | None) else str(cell) if isinstance(cell, dt.date) else float(cell)
            for cell in row
        ]
        + [None] * (width - len(row))
        for row in sheet
    ]
    for case in range(max(CASES // 8, 1)):
        spoilt = spoilt_rows(rows, random.Random(f"{sheet} {case}"))
        try:
            assert_understood(written(spoilt, CONTAINERS[case % len(CONTAINERS)]))
        except Exception as error:
            pytest.fail(f"cells of {sheet}, case {case}: {error!r}")
