"""Workbooks made to do harm: each is refused or neutralised with an issue, in counted work and a gigabyte."""

# ruff: noqa: E501, S311, PLW0108 - hostile bytes stand on one line each; noise is no secret; a lambda for each case

from __future__ import annotations

import datetime as dt
import io
import json
import random
import re
import secrets
import struct
import subprocess
import sys
import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
import xlwt

from cityanalytics.errors import BlockingIssuesError
from cityanalytics.intake.load import ingest
from cityanalytics.intake.receive import receive
from cityanalytics.settings import Settings
from cityanalytics.workbooks.grid import read_bytes
from cityanalytics.workbooks.limits import limited
from tests.conftest import file_unopened, new_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: What a file may cost: calls that Python makes (the same on any machine) and bytes of memory.
CALLS = 12_000_000
BYTES = 1 << 30
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
#: What entries of a package would be called, if one of them were written where it says.
CLIMBED = f"{tempfile.gettempdir().lstrip('/')}/cityanalytics-{secrets.token_hex(8)}"
HEAD = ["序号", "项目名称", "总投资（万元）"]
ROWS = [[1, "甲路", 100], [2, "乙路", 200], [3, "丙路", 300]]
#: Reads each file that it is named, in a process of its own with a limit of memory, and prints what became of it.
READ = """
import cProfile, json, os, re, resource, sys, traceback, warnings
from pathlib import Path
from cityanalytics.workbooks import biff, delimited, markup, ods, xlsx
from cityanalytics.workbooks.grid import read_grids
from cityanalytics.workbooks.inspection import document
from cityanalytics.workbooks.tables import understand
size = int(sys.argv[1])
ABROAD = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.mkdir", "os.rename", "shutil.")
touched = []
def look(event, given):
    if event.startswith(ABROAD) or (event == "open" and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
        touched.append(f"{event} {given}")
sys.addaudithook(look)
def read(path):
    touched.clear()
    # What the libraries have mapped already is not what the file costs.
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + size, mapped + size))
    counter = cProfile.Profile()
    understanding = counter.runcall(lambda: understand(read_grids(Path(path))))
    made = sum(entry.callcount + entry.reccallcount for entry in counter.getstats())
    peak = int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
    return {"calls": made, "bytes": peak, "touched": touched, **document([understanding])}
for line in sys.stdin:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork where a library holds a thread
        child = os.fork()
    if not child:
        try:
            print(json.dumps(read(line.strip())), flush=True)
        except BaseException:
            print(json.dumps({"failed": traceback.format_exc()}), flush=True)
        finally:
            os._exit(0)
    if (status := os.waitpid(child, 0)[1]):
        print(json.dumps({"failed": f"ended by {status}"}), flush=True)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are set and measured as Linux does")


def xlsx(
    rows: Sequence[Sequence[object]], name: str = "投资", build: Callable[..., object] | None = None
) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                write = sheet.write_string if isinstance(cell, str) else sheet.write
                write(number, column, cell)
        if build is not None:
            build(sheet)
    return buffer.getvalue()


def good() -> bytes:
    return xlsx([HEAD, *ROWS])


def repacked(content: bytes, changes: dict[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """Return a package with parts changed or added."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        parts = {info.filename: old.read(info) for info in old.infolist()}
        for name, change in changes.items():
            parts[name] = change(parts[name]) if callable(change) else change
        for name, data in parts.items():
            new.writestr(name, data)
    return buffer.getvalue()


def ods(body: str, head: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr(
            "content.xml",
            f'<?xml version="1.0"?>{head}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
            ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
            f'<office:body><office:spreadsheet><table:table table:name="投资">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return buffer.getvalue()


def spreadsheetml(body: str, head: str = "") -> bytes:
    return (
        f'<?xml version="1.0"?>{head}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="投资"><Table>'
        f"{body}</Table></Worksheet></Workbook>"
    ).encode()


def far_xls() -> bytes:
    """Return an .xls whose three cells stand as far apart as the format allows."""
    buffer, book = io.BytesIO(), xlwt.Workbook()
    sheet = book.add_sheet("投资")
    for row, column in ((0, 0), (1, 1), (65535, 255)):
        sheet.write(row, column, "甲")
    book.save(buffer)
    return buffer.getvalue()


def far_claim_xls() -> bytes:
    """Return an .xls that claims a used range of 1,048,576 by 16,384 cells."""
    content = bytearray(far_xls())
    place = content.index(struct.pack("<HH", 0x0200, 14))
    content[place + 4 : place + 16] = struct.pack("<IIHH", 0, 1_048_576, 0, 16_384)
    return bytes(content)


def laughs(root: str) -> str:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    return f"<!DOCTYPE {root} [{entities}]>"


EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'


def declared(head: str) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(b"?>", b"?>" + head.encode(), 1)


def wrong_checksum() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good())) as old, zipfile.ZipFile(buffer, "w") as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info))
    return buffer.getvalue().replace("甲路".encode(), "乙路".encode(), 1)


def twice() -> bytes:
    buffer = io.BytesIO(good())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as package:
            package.writestr(SHEET, zipfile.ZipFile(io.BytesIO(good())).read(SHEET).replace(b"200", b"999"))
    return buffer.getvalue()


def lying() -> bytes:
    """Return a package whose sheet declares a kilobyte and inflates to 600 MB."""
    content = repacked(good(), {SHEET: lambda xml: xml + b" " * 600_000_000})
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        part = package.getinfo(SHEET)
    told = struct.pack("<I", part.file_size)
    return content.replace(told, struct.pack("<I", 1024))  # in its header and in the directory


def tabs(count: int, relation: str = "rId1") -> bytes:
    """Return a package of which one sheet is named by many tabs."""
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (at, at) for at in range(5, 60_000))
    named = "".join(f'<sheet name="T{at}" sheetId="{at + 9}" r:id="{relation}"/>' for at in range(count))
    return repacked(
        good(),
        {
            SHEET: lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"),
            BOOK: lambda xml: xml.replace(b"</sheets>", named.encode() + b"</sheets>"),
        },
    )


def shared() -> bytes:
    """Return a package of which half a million cells share a text of 32,767 characters."""
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (at, at) for at in range(5, 500_000)
    )
    return repacked(
        good(),
        {
            SHEET: lambda xml: xml.replace(b"</sheetData>", cells + b"</sheetData>"),
            STRINGS: lambda xml: xml.replace("序号".encode(), b"x" * 32_767),
        },
    )


def nested() -> bytes:
    inner = good()
    for _ in range(40):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("inner.zip", inner)
        inner = buffer.getvalue()
    return inner


def deep(depth: int) -> str:
    return "<a>" * depth + "</a>" * depth


def inside(rows: bytes) -> Callable[[bytes], bytes]:
    """Return what adds rows to a sheet."""
    return lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")


def beside(more: bytes) -> Callable[[bytes], bytes]:
    """Return what adds to a sheet behind its rows."""
    return lambda xml: xml.replace(b"</sheetData>", b"</sheetData>" + more)


def formats(count: int) -> bytes:
    """Return a workbook of so many styles, each with a format of its own that shows another number."""
    codes = b"".join(b'<numFmt numFmtId="%d" formatCode="0.0,,"/>' % (at + 200) for at in range(count))
    styles = b"".join(b'<xf numFmtId="%d"/>' % (at + 200) for at in range(count))
    rows = [HEAD, *([n, f"第{n}路", n] for n in range(1, 5000))]
    part = b"<styleSheet><numFmts>" + codes + b"</numFmts><cellXfs>" + styles + b"</cellXfs></styleSheet>"
    return repacked(xlsx(rows), {"xl/styles.xml": part})  # type: ignore[arg-type]


def far_tabs(count: int) -> bytes:
    """Return a workbook whose tabs are each as large as one may be, and empty."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for _ in range(count):
            book.add_worksheet().write_row(0, 0, HEAD)
    far = inside(b'<row r="1000000"><c r="P1000000"><v>1</v></c></row>')
    return repacked(buffer.getvalue(), {f"xl/worksheets/sheet{at + 1}.xml": far for at in range(count)})


def scattered(count: int) -> bytes:
    """Return a workbook whose rows have one cell each, in a column of twenty."""
    rows = b"".join(
        b'<row r="%d"><c r="%c%d"><v>1</v></c></row>' % (at, 65 + at % 20, at) for at in range(5, count)
    )
    return repacked(good(), {SHEET: inside(rows)})


def many_merges(_: object = None) -> bytes:
    ranges = b"".join(b'<mergeCell ref="A%d:XFD1048576"/>' % row for row in range(5, 20_000))
    rows = [HEAD, *([n, f"第{n}路", n] for n in range(1, 20_000))]
    return repacked(
        xlsx(rows),  # type: ignore[arg-type]
        {
            SHEET: lambda xml: xml.replace(
                b"</sheetData>", b"</sheetData><mergeCells>" + ranges + b"</mergeCells>"
            )
        },
    )


def dimension(reference: str) -> bytes:
    return repacked(good(), {SHEET: lambda xml: xml.replace(b'ref="A1:C4"', f'ref="{reference}"'.encode())})


def cell_at(reference: str) -> bytes:
    return repacked(good(), {SHEET: lambda xml: xml.replace(b'r="C4"', f'r="{reference}"'.encode())})


REFUSED = {
    "zip bomb in the sheet": lambda: repacked(good(), {SHEET: lambda xml: xml + b" " * 420_000_000}),
    "a zip bomb that lies": lying,
    "a sheet of a hundred tabs": lambda: tabs(100),
    "twenty thousand tabs": lambda: tabs(20_000),
    "a long text in half a million cells": shared,
    "zip bomb in the strings": lambda: repacked(
        good(), {STRINGS: b"<sst>" + b"<si/>" * 25_000_000 + b"</sst>"}
    ),
    "zip bomb of styles": lambda: repacked(
        good(), {"xl/styles.xml": b"<styleSheet>" + b"<xf/>" * 5_000_000 + b"</styleSheet>"}
    ),
    "four million styles": lambda: repacked(
        good(),
        {"xl/styles.xml": b"<styleSheet><cellXfs>" + b"<xf/>" * 3_900_000 + b"</cellXfs></styleSheet>"},
    ),
    "two hundred thousand number formats": lambda: formats(200_000),
    "three million relations": lambda: repacked(
        good(),
        {"xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b"</R", b'<a b="c"/>' * 3_000_000 + b"</R")},
    ),
    "three million merged ranges": lambda: repacked(
        good(), {SHEET: beside(b'<mergeCell ref="A9:B9"/>' * 3_000_000)}
    ),
    "four million hidden rows": lambda: repacked(
        good(), {SHEET: beside(b'<row r="9" hidden="1"/>' * 4_000_000)}
    ),
    "a million errors": lambda: repacked(
        good(), {SHEET: inside(b'<row r="9">' + b'<c r="A9" t="e"><v>#REF!</v></c>' * 1_000_000 + b"</row>")}
    ),
    "fifteen million texts": lambda: repacked(
        good(), {STRINGS: b"<sst>" + b"<si><t>a</t></si>" * 15_000_000 + b"</sst>"}
    ),
    "three million errors that do not say where": lambda: repacked(
        good(), {SHEET: inside(b'<row r="9">' + b'<c t="e"><v>#REF!</v></c>' * 3_000_000 + b"</row>")}
    ),
    "five million texts in cells": lambda: repacked(
        good(),
        {SHEET: inside(b'<row r="9">' + b'<c t="inlineStr"><is><t>a</t></is></c>' * 5_000_000 + b"</row>")},
    ),
    "a million cells in a range of twenty million": lambda: scattered(1_000_000),
    "sixteen thousand columns": lambda: xlsx(
        [[f"x{n}" for n in range(16_000)], *([list(range(16_000))] * 10)]
    ),
    "zip bomb in an ods": lambda: ods("<table:table-row/>" + " " * 420_000_000),
    "laughs": lambda: repacked(good(), {BOOK: declared(laughs("workbook"))}),
    "laughs in the sheet": lambda: repacked(good(), {SHEET: declared(laughs("worksheet"))}),
    "laughs in the strings": lambda: repacked(good(), {STRINGS: declared(laughs("sst"))}),
    "laughs in an ods": lambda: ods("<table:table-row/>", laughs("x")),
    "laughs in SpreadsheetML": lambda: spreadsheetml("<Row/>", laughs("Workbook")),
    "an external entity": lambda: repacked(good(), {SHEET: declared(EXTERNAL)}),
    "an external entity in an ods": lambda: ods("<table:table-row/>", EXTERNAL),
    "an external entity in SpreadsheetML": lambda: spreadsheetml("<Row/>", EXTERNAL),
    "a wrong checksum": wrong_checksum,
    "zips in zips": nested,
    "truncated": lambda: good()[: len(good()) // 2],
    "truncated xls": lambda: far_xls()[:700],
    "noise": lambda: random.Random(1).randbytes(100_000),
    "noise named a package": lambda: b"PK\x03\x04" + random.Random(2).randbytes(100_000),
    "noise named an xls": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + random.Random(3).randbytes(100_000),
    "an unclosed comment": lambda: b"<table>" + b"<!--" * 1_000_000,
    "unclosed tags": lambda: b"<table>" + b"<a " * 1_000_000,
    "NUL bytes": lambda: "序号,项目名称\n1,甲\x00路\n".encode(),
    "a negative index": lambda: spreadsheetml('<Row ss:Index="x"><Cell/></Row>'),
    "an ods with words for numbers": lambda: ods('<table:table-row table:number-rows-repeated="many"/>'),
}
NEUTRALISED = {
    "two hundred tabs with a far cell": lambda: far_tabs(200),
    "two thousand number formats": lambda: formats(2000),
    "a hundred thousand columns that overlap": lambda: repacked(
        good(), {SHEET: lambda xml: xml.replace(b"<sheetData>", b"<cols>" + b'<col min="1" max="16384" hidden="1"/>' * 100_000 + b"</cols><sheetData>")}
    ),
    "attributes in a text": lambda: repacked(
        good(), {SHEET: inside(b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b' hidden="1" s="1" r="AAAA1"' * 100_000 + b"</t></is></c></row>")}
    ),
    "a formula before a million spaces": lambda: repacked(
        good(), {SHEET: inside(b'<row r="9"><c r="A9"><f>1</f>' + b" " * 1_000_000 + b"<x/></c></row>")}
    ),
    "errors without a value": lambda: repacked(
        good(), {SHEET: inside(b'<row r="9">' + b'<c t="e"/>' * 100_000 + b"</row>" + b" " * 50_000_000)}
    ),
    "three cells far apart": lambda: xlsx(
        [HEAD, *ROWS], build=lambda sheet: (sheet.write(500_000, 8_000, "远"), sheet.write("XFD1048576", "远"))
    ),
    "three cells far apart in an xls": far_xls,
    "an xls that claims the largest range": far_claim_xls,
    "cells repeated in an ods": lambda: ods(
        '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"'
        ' office:value-type="string"><text:p>甲</text:p></table:table-cell></table:table-row>'
    ),
    "a column far to the left": lambda: spreadsheetml(
        '<Row ss:Index="-5"><Cell ss:Index="-9"><Data ss:Type="String">甲</Data></Cell></Row>'
    ),
    "deep elements": lambda: repacked(good(), {"xl/styles.xml": b"<styleSheet>" + deep(200_000).encode() + b"</styleSheet>"}),
    "deep elements in an ods": lambda: ods(deep(200_000)),
    "rows in an ods": lambda: ods("<table:table-row/>" * 100_000),
    "tags in an ods": lambda: ods("<a/>" * 100_000),
    "deep html": lambda: ("<table>" * 100_000 + "<tr><td>甲").encode(),
    "html spans": lambda: b"<table>" + b"<tr><td colspan=10000 rowspan=10000>a</td></tr>" * 2000 + b"</table>",
    "merges over everything": many_merges,
    "a count of strings that is a lie": lambda: repacked(
        good(), {STRINGS: lambda xml: xml.replace(b'count="', b'count="4294967295').replace(b'uniqueCount="', b'uniqueCount="4294967295')}
    ),
    "a string that is not there": lambda: repacked(good(), {SHEET: lambda xml: xml.replace(b"<v>0</v>", b"<v>4000000000</v>")}),
    "a negative dimension": lambda: dimension("A-5:C-1"),
    "a huge dimension": lambda: dimension("A1:XFD1048576"),
    "an absurd dimension": lambda: dimension("ZZZZZZZZ99999999999999:A1"),
    "a backward dimension": lambda: dimension("C4:A1"),
    "a cell in row nought": lambda: cell_at("C0"),
    "a cell beyond every column": lambda: cell_at("ZZZZZZ4"),
    "a cell beyond every row": lambda: cell_at("C99999999999"),
    "a single line of ten megabytes": lambda: ("甲" * 3_400_000).encode(),
    "ten megabytes of commas": lambda: b"," * 10_000_000,
    "five million fields in a record": lambda: b"a," * 5_000_000,
    "a hundred million cells of text": lambda: (b"," * 1000 + b"\n") * 100_000,
    "the same record a million times": lambda: b"a,b\r" * 1_000_000,
    "two million quotes": lambda: b"a,b\n" + b'"x"",\n' * 2_000_000,
    "a million cells in a row": lambda: b"<table><tr>" + b"<td>1" * 1_000_000 + b"</table>",
    "five thousand totals that add up to nothing": lambda: xlsx(
        [HEAD, *([[n, "甲", n % 7] if n % 2 else ["小计", "", n % 5] for n in range(10_000)])]
    ),
    "an open quote": lambda: b'a,b\n1,"' + b"x" * 12_000_000,
    "a cell of ten million digits": lambda: ("序号,项目名称,总投资（万元）\n1,甲路," + "9" * 3_000_000 + "\n2,乙路,3\n").encode(),
    "a sheet twice": twice,
}  # fmt: skip
#: Beside the harm stands a table, which is read as it is.
KEPT = {
    "a macro": lambda: repacked(good(), {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 Auto_Open Shell"}),
    "external links": lambda: repacked(
        good(),
        {
            "xl/externalLinks/externalLink1.xml": b'<externalLink><externalBook r:id="rId1"/></externalLink>',
            "xl/externalLinks/_rels/externalLink1.xml.rels": b'<Relationships><Relationship Id="rId1" '
            b'Target="file://10.0.0.1/share/x.xlsx" TargetMode="External"/></Relationships>',
        },
    ),
    "entries that climb": lambda: repacked(good(), {f"{'../' * 12}{CLIMBED}": b"true", f"/{CLIMBED}": b"x"}),
    "a deep path": lambda: repacked(good(), {"a/" * 5000 + "b": b"x"}),
    "a command": lambda: xlsx([HEAD, [1, "=cmd|' /C calc'!A0", 100], [2, "@SUM(1+1)", 200], [3, "+1|x", 300]]),
    "markup": lambda: xlsx([HEAD, [1, "<script>alert(1)</script>", 100], [2, "{{7*7}}{0}%s", 200], [3, "$(id)", 300]]),
    "a sheet named like a path": lambda: repacked(
        good(), {BOOK: lambda xml: xml.replace("投资".encode(), b"../../x&lt;b&gt;!{0}")}
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def outcome() -> Iterator[Callable[[Path], dict[str, Any]]]:
    """Give what reads a file in a process with limits; it must end well, in work and memory."""
    reader = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", READ, str(BYTES)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        env={"PATH": "", "PYTHONPATH": ":".join(sys.path), "OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    asked, answered = reader.stdin, reader.stdout
    assert asked is not None
    assert answered is not None

    def read(path: Path) -> dict[str, Any]:
        asked.write(f"{path}\n")
        asked.flush()
        found: dict[str, Any] = json.loads(answered.readline())
        assert "failed" not in found, found["failed"]
        assert found["calls"] < CALLS
        assert found["bytes"] < BYTES
        assert found["touched"] == []
        assert all(issue["code"] and issue["where"].startswith("f") for issue in found["issues"])
        return found

    yield read
    asked.close()
    answered.close()
    reader.wait()


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_trusted_is_refused(make, outcome, tmp_path):
    path = tmp_path / "f.xlsx"
    path.write_bytes(make())
    found = outcome(path)
    assert [issue["code"] for issue in found["issues"]] == ["UNREADABLE_FILE"]
    assert found["files"][0]["sheets"] == []


@pytest.mark.parametrize("make", NEUTRALISED.values(), ids=NEUTRALISED.keys())
def test_what_claims_too_much_ends_well(make, outcome, tmp_path):
    path = tmp_path / "f.xls"
    path.write_bytes(make())
    found = outcome(path)
    tables = [table for file in found["files"] for sheet in file["sheets"] for table in sheet["tables"]]
    assert tables or any(issue["severity"] == "error" for issue in found["issues"])


@pytest.mark.parametrize("make", KEPT.values(), ids=KEPT.keys())
def test_harm_beside_a_table_does_nothing(make, outcome, tmp_path):
    path = tmp_path / "f.xlsm"
    path.write_bytes(make())
    before = sorted(tmp_path.rglob("*"))
    found = outcome(path)
    (table,) = found["files"][0]["sheets"][0]["tables"]
    assert [column["sum"] for column in table["columns"]][2] == 600
    assert sorted(tmp_path.rglob("*")) == before
    assert not Path("/", CLIMBED).exists()


def test_an_honest_giant_is_let_in_by_the_configuration() -> None:
    book = io.BytesIO()
    with xlsxwriter.Workbook(book, {"in_memory": True}) as written:
        for name in ("甲", "乙", "丙"):
            written.add_worksheet(name).write_row(0, 0, HEAD)
    content = book.getvalue()
    with limited({"sheets": 2}):
        (issue,) = read_bytes(content, name="f").issues
        assert re.search(r"it has 3 sheets, 2 are read; \[limits\] sheets", str(issue.understood))
    with limited({"sheets": 3}):
        assert len(read_bytes(content, name="f").sheets) == 3
    with limited({"file_bytes": len(content) - 1}):
        assert str(len(content)) in str(read_bytes(content, name="f").issues[0].understood)
    assert not read_bytes(content, name="f").issues


def test_a_range_that_is_all_but_empty_is_read_where_the_configuration_lets_it_in() -> None:
    content = scattered(250_000)
    (issue,) = read_bytes(content, name="f").issues
    assert re.search(r"hold nothing: 47\d{5}, 4000000 are read; \[limits\] blanks", str(issue.understood))
    with limited({"blanks": 5_000_000}):
        (sheet,) = read_bytes(content, name="f").sheets
    assert sheet.values.shape == (249_999, 20)


def test_inspect_keeps_the_limits_of_the_workspace(tmp_path) -> None:
    book = xlsx([HEAD, *ROWS])
    (tmp_path / "f.xlsx").write_bytes(book)
    folder = new_workspace(tmp_path / "city", units=["甲处"], quarters={"2010Q1": "2010-03-31"})
    words = [sys.executable, "-m", "cityanalytics", "inspect", "../f.xlsx", "--json", "--ui", "en"]
    assert subprocess.run(words, cwd=folder, check=False, capture_output=True).returncode == 0
    configuration = folder / "cityanalytics.toml"
    limits = f"\n[limits]\nfile_bytes = {len(book) - 1}\n"
    configuration.write_text(configuration.read_text("utf-8") + limits, "utf-8")
    done = subprocess.run(words, cwd=folder, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    (issue,) = json.loads(done.stdout)["issues"]
    assert re.search(
        rf"has {len(book)} bytes or more, {len(book) - 1} are read; \[limits\] file_bytes", str(issue)
    )


def test_hostile_workbooks_reach_the_city_as_issues(tmp_path):
    settings = Settings(
        root=tmp_path / "city", city={"zh": "样例市"}, bureau={"zh": "样例市"}, statement={"zh": "样例市"},
        reference_class="us_public_construction", units=("甲处",),
    )  # fmt: skip
    settings.root.mkdir()
    hostile = ("laughs", "a wrong checksum", "noise", "NUL bytes", "an ods with words for numbers")
    for number, name in enumerate(hostile):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(REFUSED[name]())
        with pytest.raises(BlockingIssuesError):
            receive(settings, [path], quarter="2010Q1", on=dt.date(2010, 4, 2), unit="甲处")
        file_unopened(settings, path, unit="甲处", quarter="2010Q1", on=dt.date(2010, 4, 2))
    issues = ingest(settings).issues
    assert [issue.code for issue in issues if issue.code == "UNREADABLE_FILE"] == ["UNREADABLE_FILE"] * len(
        hostile
    )
