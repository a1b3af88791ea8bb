"""Containers become grids, and files that cannot be read become an issue, never a traceback."""

# ruff: noqa: DTZ001 - spreadsheets know no time zone

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile

import numpy as np
import pytest
import xlsxwriter
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from cityanalytics.workbooks.grid import cell_name, column_index, letters, read_bytes, read_grids
from cityanalytics.workbooks.sheet import Merge
from cityanalytics.workbooks.tables import understand

HEAD = ["序号", "项目名称", "总投资（万元）"]


def xlsx(build):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        build(book)
    return buffer.getvalue()


def xls(build):
    buffer = io.BytesIO()
    book = xlwt.Workbook()
    build(book)
    book.save(buffer)
    return buffer.getvalue()


def changed(content, name, change):
    """Return a package with one of its parts changed."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for info in old.infolist():
            data = old.read(info)
            new.writestr(info.filename, change(data) if info.filename == name else data)
    return buffer.getvalue()


def small_xlsx():
    def build(book):
        sheet = book.add_worksheet("投资")
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, [1, "甲路", 100])
        sheet.write_row(2, 0, [2, "乙路", 200])

    return xlsx(build)


SHEET = "xl/worksheets/sheet1.xml"


def only(content):
    workbook = read_bytes(content, name="f")
    assert workbook.issues == ()
    return workbook, workbook.sheets[0]


def test_an_xlsx_tells_values_merges_visibility_dates_and_formats():
    def build(book):
        sheet = book.add_worksheet("投资")
        sheet.merge_range("A1:C1", "标题")
        sheet.write_row(1, 0, HEAD)
        sheet.write_row(2, 0, [1, "甲路", 0.5], book.add_format({"num_format": "0.0%"}))
        sheet.write_datetime(3, 1, dt.datetime(2010, 9, 22), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_column(4, 4, None, None, {"hidden": True})
        book.add_worksheet("底稿").hide()

    workbook, grid = only(xlsx(build))
    assert (workbook.container, workbook.encoding) == ("xlsx", None)
    assert grid.values.shape == (4, 3)
    assert grid.values[2].tolist() == [1.0, "甲路", 0.5]
    assert grid.values[0, 1] is None
    assert grid.values[3, 1] in {dt.date(2010, 9, 22), dt.datetime(2010, 9, 22)}
    assert grid.merges == (Merge(0, 0, 0, 2),)
    assert grid.hidden_rows == {3}
    assert 4 in grid.hidden_columns
    assert 2 in grid.percent_columns
    assert [sheet.visibility for sheet in workbook.sheets] == ["visible", "hidden"]


def test_an_xls_tells_the_same():
    def build(book):
        sheet = book.add_sheet("投资")
        sheet.write_merge(0, 0, 0, 2, "标题")
        for column, text in enumerate(HEAD):
            sheet.write(1, column, text)
        sheet.write(2, 0, 1)
        sheet.write(2, 1, dt.date(2010, 9, 22), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
        sheet.write(2, 2, 0.5, xlwt.easyxf(num_format_str="0.0%"))
        sheet.row(2).hidden = True
        book.add_sheet("底稿").visibility = 1

    workbook, grid = only(xls(build))
    assert workbook.container == "xls"
    assert grid.values[2].tolist() == [1.0, dt.datetime(2010, 9, 22), 0.5]
    assert grid.merges == (Merge(0, 0, 0, 2),)
    assert (grid.hidden_rows, grid.percent_columns) == ({2}, {2})
    assert [sheet.visibility for sheet in workbook.sheets] == ["visible", "hidden"]


def test_errors_and_formulas_without_a_value_are_found():
    def build(book):
        sheet = book.add_worksheet("投资")
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, [1, "甲路"])
        sheet.write_formula("C2", "=1/0", None, "#DIV/0!")
        sheet.write_row(2, 0, [2, "乙路"])
        sheet.write_formula("C3", "=1+1", None, 77)

    content = changed(xlsx(build), SHEET, lambda xml: xml.replace(b"<v>77</v>", b"<v></v>"))
    workbook, grid = only(content)
    assert dict(grid.errors) == {(1, 2): "#DIV/0!"}
    assert grid.uncached == {(2, 2)}
    issues = {issue.code: issue.where for issue in understand(workbook).issues if issue.severity == "error"}
    assert issues == {"ERROR_CELL": "f!投资!C2", "UNCACHED_FORMULA": "f!投资!C3"}


def test_a_container_is_told_by_its_bytes():
    text = "序号\t项目名称\t总投资（万元）\n1\t甲路\t100\n"
    for content, container, encoding in (
        (text.encode("gb18030"), "csv", "gb18030"),
        (text.encode("utf-16"), "csv", "utf-16"),
        (text.encode("utf-8"), "csv", "utf-8"),
        (b"<html><table><tr><td>a<td>b</tr></table>", "html", "utf-8"),
        (small_xlsx(), "xlsx", None),
    ):
        workbook = read_bytes(content, name="旬报表.xls")
        assert (workbook.container, workbook.encoding) == (container, encoding)
    assert read_bytes(text.encode("utf-16"), name="f").sheets[0].values[1].tolist() == ["1", "甲路", "100"]


def test_html_spans_become_merges():
    html = """<html><meta charset="gb2312"><table><tr><th rowspan=2>序号<th colspan=2>投资（万元）</tr>
    <tr><td>计划<td>完成</tr><tr><td>1<td>1,250<td>&lt;b&gt;</tr></table></html>""".encode("gb18030")
    workbook, grid = only(html)
    assert workbook.encoding == "gb18030"
    assert grid.values.tolist() == [
        ["序号", "投资（万元）", None],
        [None, "计划", "完成"],
        ["1", "1,250", "<b>"],
    ]
    assert set(grid.merges) == {Merge(0, 0, 1, 0), Merge(0, 1, 0, 2)}


def test_spreadsheetml_is_read():
    xml = """<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
    xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="投资"><Table>
    <Row><Cell ss:MergeAcross="1"><Data ss:Type="String">标题</Data></Cell></Row>
    <Row ss:Index="3"><Cell ss:Index="2"><Data ss:Type="Number">1.5</Data></Cell></Row>
    </Table></Worksheet></Workbook>""".encode()
    workbook, grid = only(xml)
    assert workbook.container == "html"
    assert grid.values.tolist() == [["标题", None], [None, None], [None, 1.5]]
    assert grid.merges == (Merge(0, 0, 0, 1),)


ODS = """<?xml version="1.0"?><office:document-content
xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:body><office:spreadsheet><table:table table:name="投资"><table:table-row>
<table:table-cell table:number-columns-spanned="2" office:value-type="string"><text:p>标题</text:p>
</table:table-cell>
<table:covered-table-cell/></table:table-row><table:table-row table:visibility="collapse">
<table:table-cell office:value-type="float" office:value="1.5"/>
<table:table-cell office:value-type="date" office:date-value="2010-09-22"/></table:table-row>
<table:table-row table:number-rows-repeated="1048000">
<table:table-cell table:number-columns-repeated="16384"/>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""


def ods(content=ODS):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr("content.xml", content)
    return buffer.getvalue()


def test_an_ods_is_read():
    workbook, grid = only(ods())
    assert workbook.container == "ods"
    assert grid.values.tolist() == [["标题", None], [1.5, dt.date(2010, 9, 22)]]
    assert grid.merges == (Merge(0, 0, 0, 1),)
    assert grid.hidden_rows == {1}


LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \r\n ",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        small_xlsx()[:-200],
        b"\x00\x01\x02\xff\xfe\x99" * 50,
        changed(small_xlsx(), SHEET, lambda xml: LAUGHS + xml[xml.index(b"<worksheet") :]),
        changed(small_xlsx(), "xl/workbook.xml", lambda xml: xml[:100]),
        ods(ODS.replace('<?xml version="1.0"?>', LAUGHS.decode())),
    ],
    ids=[
        "empty",
        "blank",
        "head",
        "ole",
        "encrypted",
        "truncated",
        "noise",
        "laughs",
        "cut part",
        "laughs in ods",
    ],
)
def test_what_cannot_be_read_is_an_issue(content):
    workbook = read_bytes(content, name="f")
    assert workbook.sheets == ()
    assert [issue.code for issue in workbook.issues] == ["UNREADABLE_FILE"]
    assert [issue.code for issue in understand(workbook).issues] == ["UNREADABLE_FILE"]


def test_a_file_that_is_not_there_is_an_issue(tmp_path):
    assert [issue.code for issue in read_grids(tmp_path / "nothing.xlsx").issues] == ["UNREADABLE_FILE"]


def test_a_cell_far_away_costs_no_memory_and_is_reported():
    def build(book):
        sheet = book.add_worksheet("投资")
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, [1, "甲路", 100])
        sheet.write_row(2, 0, [2, "乙路", 200])
        sheet.write("XFD1048576", "远")

    workbook, grid = only(xlsx(build))
    assert grid.values.shape == (3, 3)
    assert grid.outliers == ((1_048_575, 16_383, "远"),)
    understanding = understand(workbook)
    assert understanding.tables[0].column("C").sum == 300
    assert [(issue.code, issue.where) for issue in understanding.issues] == [
        ("STRAY_CELL", "f!投资!XFD1048576")
    ]


@pytest.mark.parametrize("place", ["P900000", "XFD3"])
def test_beside_a_cell_far_away_dates_stay_dates(place):
    day = dt.datetime(2010, 9, 30)

    def build(book):
        sheet = book.add_worksheet("投资")
        sheet.write_row(0, 0, [*HEAD, "竣工时间"])
        for row in range(1, 300):
            sheet.write_row(row, 0, [row, "甲路", 100])
            sheet.write_datetime(row, 3, day, book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write(place, "远")

    _, grid = only(xlsx(build))
    assert grid.values.shape == (300, 4)
    assert grid.values[1, 3] == day.date()
    assert [(cell_name(row, column), value) for row, column, value in grid.outliers] == [(place, "远")]


def test_a_cell_far_away_in_an_xls_is_reported():
    def build(book):
        sheet = book.add_sheet("投资")
        for column, name in enumerate(HEAD):
            sheet.write(0, column, name)
            sheet.write(1, column, column)
        sheet.write(65_535, 255, "远")

    workbook, grid = only(xls(build))
    assert grid.values.shape == (2, 3)
    assert grid.outliers == ((65_535, 255, "远"),)
    assert [issue.code for issue in understand(workbook).issues] == ["STRAY_CELL"]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_damaged_files_never_raise(seed):
    noise = random.Random(seed)  # noqa: S311 - noise, no secret
    content = bytearray(
        noise.choice([small_xlsx(), xls(lambda book: book.add_sheet("a").write(0, 0, "甲")), ods()])
    )
    for _ in range(noise.randint(1, 20)):
        content[noise.randrange(len(content))] = noise.randrange(256)
    understand(read_bytes(bytes(content), name="f"))
    assert isinstance(read_bytes(bytes(content[: noise.randrange(len(content))]), name="f").issues, tuple)


@given(st.integers(0, 16383), st.integers(0, 1_048_575))
def test_columns_and_their_letters_go_both_ways(column, row):
    assert column_index(letters(column)) == column
    assert cell_name(row, column) == f"{letters(column)}{row + 1}"


def test_values_stand_where_the_sheet_has_them():
    def build(book):
        book.add_worksheet("投资").write("D5", 7)

    _, grid = only(xlsx(build))
    assert grid.values.shape == (5, 4)
    assert np.argwhere(grid.values != None).tolist() == [[4, 3]]  # noqa: E711 - element by element
