"""Marking: a workbook as it was, with its doubtful cells highlighted, commented and listed."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
import struct
import zipfile
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import pytest
import xlsxwriter
import xlwt
from defusedxml import ElementTree

from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks.grid import Workbook, read_bytes
from cityanalytics.workbooks.marking.issuelist import is_issue_list, without_issue_list
from cityanalytics.workbooks.marking.mark import mark_workbook
from cityanalytics.workbooks.tables import understand

if TYPE_CHECKING:
    from collections.abc import Sequence

HOSTILE_SHEET = "'; & < ../x"
HOSTILE_VALUE = "=cmd|' /C calc'!A0"
MARKUP = "</t></is><f>1+1</f> & <b>_x0041_"
TAG = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def chinese(sentence: str) -> str:
    return {"Issues": "存疑清单", "warning": "提示", "mend it": "请改正"}.get(sentence, sentence)


def mark(content: bytes, issues: Sequence[Issue]) -> tuple[bytes, str]:
    marked = mark_workbook(content, issues, name="f", languages=(chinese, str))
    return marked.content, marked.suffix


def doubt(where: str, *, code="UNPARSED", severity=Severity.WARNING, value="待定") -> Issue:
    return Issue(
        severity=severity,
        code=code,
        where=where,
        value=value,
        understood=Message.of("read as {text}", text=MARKUP),
        suggestion=Message.of("mend it"),
    )


def picture() -> io.BytesIO:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\x00\xff\x00\x00")
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def package(*, comments: bool = True) -> bytes:
    """Make a workbook with what a unit's has: merges, formats, a picture, a chart, a name, a comment."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        look = book.add_format({"num_format": "0.00", "border": 1, "bold": True})
        page = book.add_worksheet("投资")
        page.merge_range("A1:D1", "投资完成情况表 单位：万元")
        page.write_row("A3", ["项目名称", "类别", "计划投资", "累计完成投资"])
        for row in range(3, 9):
            page.write_row(row, 0, [f"项目{row}", "城市道路"])
            page.write_number(row, 2, row * 10, look)
            if row != 5:
                page.write_number(row, 3, row * 5, look)
        page.write_string("D8", HOSTILE_VALUE)
        if comments:
            page.write_comment("C4", "科长的批注", {"author": "科长"})
        page.insert_image("F3", "p.png", {"image_data": picture()})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": ["投资", 3, 2, 8, 2]})
        page.insert_chart("F9", chart)
        page.conditional_format("C4:C9", {"type": "cell", "criteria": ">", "value": 50, "format": look})
        book.define_name("计划", "=投资!$C$4:$C$9")
        other = book.add_worksheet("其他")
        other.write_row(0, 0, ["片区", "面积"])
    return content.getvalue()


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        return {info.filename: opened.read(info) for info in opened.infolist()}


def packed(held: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for name, part in held.items():
            opened.writestr(name, part)
    return content.getvalue()


def tree(part: bytes):
    return ElementTree.fromstring(part, forbid_dtd=True)


def styles(content: bytes, sheet: str = "xl/worksheets/sheet1.xml") -> dict[str, tuple[dict[str, str], str]]:
    """Give each cell's style: its attributes without the fill, and the colour of its fill."""
    held = parts(content)
    root = tree(held["xl/styles.xml"])
    fills = [
        "".join(colour.get("rgb", "") for colour in fill.iter(f"{TAG}fgColor"))
        for fill in root.find(f"{TAG}fills")
    ]
    looks = [(dict(style.attrib), fills[int(style.get("fillId"))]) for style in root.find(f"{TAG}cellXfs")]
    for look, _ in looks:
        look.pop("fillId", None)
        look.pop("applyFill", None)
    return {cell.get("r"): looks[int(cell.get("s", "0"))] for cell in tree(held[sheet]).iter(f"{TAG}c")}


def notes(content: bytes) -> dict[str, str]:
    found = {}
    for name, part in parts(content).items():
        if re.fullmatch(r"xl/comments\d+\.xml", name):
            for comment in tree(part).iter(f"{TAG}comment"):
                assert comment.get("ref") not in found, "a cell has one comment"
                found[comment.get("ref")] = "".join(comment.itertext())
    return found


def own(workbook: Workbook) -> Workbook:
    """Leave the list of issues out, as whoever reads the workbook does."""
    return replace(without_issue_list(workbook), sha256="")


def described(workbook: Workbook) -> list[object]:
    understood = understand(workbook)
    tables: list[object] = [
        (table.sheet, table.range, table.header_rows, table.rows, table.frame.to_dict(), table.totals)
        for table in understood.tables
    ]
    return [*tables, [(column.name, column.kind, column.unit) for t in understood.tables for column in t.columns],
            understood.issues]  # fmt: skip


def plain_days(workbook: Workbook) -> list[object]:
    """Give the first sheet's values; the old format knows midnight where the new one knows a day."""
    values = workbook.sheets[0].values.ravel().tolist()
    return [value.date() if isinstance(value, dt.datetime) else value for value in values]


def listed(content: bytes) -> list[list[object]]:
    (grid,) = [sheet for sheet in read_bytes(content, name="f").sheets if is_issue_list(sheet)]
    return list(grid.values.tolist()[3:])


ISSUES = [
    doubt("f!投资!D4", severity=Severity.ERROR),
    doubt("f!投资!D6", code="BLANK"),
    doubt("f!投资!C4"),
    doubt("f!投资!C7:D9"),
    doubt("f!投资!B", code="COLUMN_ASIDE"),
    doubt("f!投资!B1"),
    doubt("f!投资!Z40"),
    doubt("f!投资", value=HOSTILE_VALUE),
    doubt("f"),
]


def test_the_tables_are_understood_exactly_as_before() -> None:
    original = package()
    marked, suffix = mark(original, ISSUES)
    before, after = read_bytes(original, name="f"), own(read_bytes(marked, name="f"))
    assert suffix == ".xlsx"
    assert len(before.sheets) == len(after.sheets)
    for one, other in zip(before.sheets, after.sheets, strict=True):
        height, width = one.values.shape
        assert other.values[:height, :width].tolist() == one.values.tolist()
        assert other.merges == one.merges
        assert not any(value for value in other.values[height:].ravel())
    assert described(after) == described(before)


def test_only_what_a_mark_touches_is_patched() -> None:
    original = package()
    before, after = parts(original), parts(mark(original, ISSUES)[0])
    patched = {name for name in before if before[name] != after[name]}
    assert patched == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
        "xl/worksheets/sheet1.xml",
        "xl/comments1.xml",
        "xl/drawings/vmlDrawing1.vml",
    }
    assert set(after) - set(before) == {"xl/worksheets/sheet3.xml"}
    assert {"xl/media/image1.png", "xl/charts/chart1.xml", "xl/drawings/drawing1.xml"} <= set(before)
    assert before["xl/workbook.xml"].count(b"definedName") == after["xl/workbook.xml"].count(b"definedName")


def test_a_marked_cell_keeps_its_format_and_gains_a_fill() -> None:
    original = package()
    before, after = styles(original), styles(mark(original, ISSUES)[0])
    assert {cell: look for cell, (look, _) in after.items() if cell in before} == {
        cell: look for cell, (look, _) in before.items()
    }
    coloured = {cell: colour for cell, (_, colour) in after.items() if colour}
    warned = {"D6", "C4", "C7", "C8", "C9", "D7", "D8", "D9", "B3", "A1", "Z40"}
    assert {cell for cell, colour in coloured.items() if colour == coloured["D4"]} == {"D4"}
    assert {cell for cell, colour in coloured.items() if colour == coloured["D6"]} == warned
    assert set(coloured) == warned | {"D4"}


def test_comments_say_the_issue_and_existing_ones_stay() -> None:
    found = notes(mark(package(), ISSUES)[0])
    assert set(found) == {"C4", "D4", "D6", "C7", "B3", "A1", "Z40"}
    assert found["C4"].startswith("科长的批注")
    assert "UNPARSED" in found["C4"]
    assert "_x005F_x0041_" in found["D4"]
    assert "mend it" in found["D4"]


@pytest.mark.parametrize("comments", [True, False])
def test_every_comment_has_a_box_and_its_relations(*, comments: bool) -> None:
    held = parts(mark(package(comments=comments), ISSUES)[0])
    (drawing,) = [part for name, part in held.items() if name.endswith(".vml")]
    boxes = re.findall(rb"<x:Row>(\d+)</x:Row>\s*<x:Column>(\d+)</x:Column>", drawing)
    assert len(set(boxes)) == len(boxes) == 7
    identifiers = re.findall(rb'id="(_x0000_s\d+)"', drawing)
    assert len(set(identifiers)) == len(identifiers)
    ElementTree.fromstring(drawing, forbid_dtd=True)
    sheet = tree(held["xl/worksheets/sheet1.xml"])
    order = [element.tag.removeprefix(TAG) for element in sheet]
    assert order.count("legacyDrawing") == 1
    assert order.index("legacyDrawing") == order.index("drawing") + 1
    relations = tree(held["xl/worksheets/_rels/sheet1.xml.rels"])
    kinds = {relation.get("Id"): relation.get("Type").rpartition("/")[2] for relation in relations}
    assert sorted(kinds.values()) == ["comments", "drawing", "vmlDrawing"]
    link = sheet.find(f"{TAG}legacyDrawing")
    assert [kinds[text] for name, text in link.attrib.items() if name.endswith("}id")] == ["vmlDrawing"]
    declared = held["[Content_Types].xml"]
    assert declared.count(b'Extension="vml"') == 1
    assert declared.count(b"comments1.xml") == 1


def test_the_list_names_every_issue_in_both_languages() -> None:
    marked, _ = mark(package(), ISSUES)
    rows = listed(marked)
    assert read_bytes(marked, name="f").sheets[-1].sheet == "存疑清单 Issues"
    assert [row[1] for row in rows] == [issue.code for issue in ISSUES]
    assert [row[0] for row in rows[:5]] == ["投资!D4", "投资!D6", "投资!C4", "投资!C7:D9", "投资!B"]
    assert rows[1][2] == "提示 warning"
    assert rows[1][5] == "请改正\nmend it"
    links = {
        link.get("ref"): link.get("location")
        for link in tree(parts(marked)["xl/worksheets/sheet3.xml"]).iter(f"{TAG}hyperlink")
    }
    assert links["A4"] == "'投资'!D4"
    assert links["A8"] == "'投资'!B3"
    assert links["A11"] == "'投资'!A1"
    assert "A12" not in links


def test_hostile_names_and_values_stay_text() -> None:
    where = f"f!{HOSTILE_SHEET}"
    found = [doubt(f"{where}!D8", value=HOSTILE_VALUE), doubt(f"{where}!D4", value=MARKUP)]
    original = parts(package())
    name = f"name={quoteattr(HOSTILE_SHEET)}".encode()
    original["xl/workbook.xml"] = original["xl/workbook.xml"].replace('name="投资"'.encode(), name)
    marked, _ = mark(packed(original), found)
    assert listed(marked)[0][3] == HOSTILE_VALUE
    held = parts(marked)
    sheet = tree(held["xl/worksheets/sheet3.xml"])
    assert not list(sheet.iter(f"{TAG}f"))
    assert {cell.get("t") for cell in sheet.iter(f"{TAG}c")} == {"inlineStr"}
    assert [link.get("location") for link in sheet.iter(f"{TAG}hyperlink")] == [
        "'''; & < ../x'!D8",
        "'''; & < ../x'!D4",
    ]
    assert set(notes(marked)) == {"D8", "D4", "C4"}


def test_same_in_same_out() -> None:
    assert mark(package(), ISSUES)[0] == mark(package(), ISSUES)[0]


def test_marked_again_with_the_same_issues_it_is_the_same() -> None:
    once, _ = mark(package(), ISSUES)
    assert parts(mark(once, ISSUES)[0]) == parts(once)


def test_marked_again_nothing_of_the_first_time_is_left() -> None:
    once, _ = mark(package(), ISSUES)
    twice, _ = mark(once, ISSUES[:2])
    assert [row[0] for row in listed(twice)] == ["投资!D4", "投资!D6"]
    found = notes(twice)
    assert set(found) == {"C4", "D4", "D6"}
    assert found["C4"] == "科长的批注"
    assert {cell for cell, (_, colour) in styles(twice).items() if colour} == {"D4", "D6"}
    boxes = re.findall(
        rb"<x:Row>(\d+)</x:Row>\s*<x:Column>(\d+)", parts(twice)["xl/drawings/vmlDrawing1.vml"]
    )
    assert sorted(boxes) == [(b"3", b"2"), (b"3", b"3"), (b"5", b"3")]
    before, after = styles(package()), styles(twice)
    assert {cell: after[cell] for cell in before if cell not in {"D4", "D6"}} == {
        cell: look for cell, look in before.items() if cell not in {"D4", "D6"}
    }


def test_many_rounds_pile_nothing_up() -> None:
    marked, sizes = package(), []
    for found in (ISSUES, ISSUES[:3], ISSUES[2:], ISSUES[:3], ISSUES[2:], ISSUES[:3]):
        marked, _ = mark(marked, found)
        sizes.append({name: len(part) for name, part in parts(marked).items()})
    assert sizes[5] == sizes[3] == sizes[1]


def test_a_list_of_the_units_own_keeps_its_name() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.add_worksheet("存疑清单 Issues").write_row(0, 0, ["项目名称", "投资"])
    marked, _ = mark(content.getvalue(), [doubt("f!存疑清单 Issues!A1")])
    names = [sheet.sheet for sheet in read_bytes(marked, name="f").sheets]
    assert names == ["存疑清单 Issues", "存疑清单 Issues (2)"]


def test_prefixed_and_implicit_cells_are_marked_too() -> None:
    """Some programs write every element with a prefix, or no positions at all."""
    held = parts(package(comments=False))
    sheet = held["xl/worksheets/sheet2.xml"].decode()
    sheet = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", sheet).replace("xmlns=", "xmlns:x=", 1)
    held["xl/worksheets/sheet2.xml"] = re.sub(r' (?:r|spans)="[A-Z0-9:]+"', "", sheet).encode()
    marked, _ = mark(packed(held), [doubt("f!其他!B1"), doubt("f!其他!C1"), doubt("f!其他!A4")])
    cells = [
        (cell.get("r"), bool(cell.get("s")))
        for cell in tree(parts(marked)["xl/worksheets/sheet2.xml"]).iter(f"{TAG}c")
    ]
    assert cells == [(None, False), (None, True), ("C1", True), ("A4", True)]
    assert read_bytes(marked, name="f").sheets[1].values[0, :2].tolist() == ["片区", "面积"]


def test_a_workbook_with_macros_keeps_them_and_its_suffix() -> None:
    held = parts(package())
    held["[Content_Types].xml"] = held["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        b"application/vnd.ms-excel.sheet.macroEnabled.main+xml",
    )
    held["xl/vbaProject.bin"] = b"macros"
    marked, suffix = mark(packed(held), ISSUES)
    assert suffix == ".xlsm"
    assert parts(marked)["xl/vbaProject.bin"] == b"macros"


def old_workbook() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("旬报")
    sheet.write_merge(0, 0, 0, 2, "旬报表 单位：万元")
    for column, label in enumerate(["项目名称", "开工日期", "完成投资"]):
        sheet.write(1, column, label)
    for row in range(2, 7):
        sheet.write(row, 0, f"项目{row}")
        sheet.write(row, 1, dt.date(2010, row, 1), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
        sheet.write(row, 2, row * 1.5)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        old_workbook(),
        "项目名称,完成投资（万元）\n甲,12\n乙,=1+1\n丙,待定\n".encode("gb18030"),
        "<table><tr><th>项目名称</th><th>完成投资（万元）</th></tr><tr><td>甲</td><td>3</td></tr></table>".encode(),
    ],
    ids=["xls", "csv", "html"],
)
def test_other_containers_come_back_as_a_copy_of_their_values(content: bytes) -> None:
    before = read_bytes(content, name="f")
    found = [doubt(f"f!{before.sheets[0].sheet}!B2", value=HOSTILE_VALUE)]
    marked, suffix = mark(content, found)
    after = read_bytes(marked, name="f")
    assert (suffix, after.container) == (".xlsx", "xlsx")
    assert plain_days(own(after)) == plain_days(before)
    assert own(after).sheets[0].merges == before.sheets[0].merges
    assert [row[3] for row in listed(marked)] == [HOSTILE_VALUE]
    assert len(notes(marked)) == 1
    assert b"<f>" not in parts(marked)["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_cannot_be_read_comes_back_as_the_list_alone(content: bytes) -> None:
    marked, _ = mark(content, [doubt("f", code="UNREADABLE_FILE")])
    assert [row[1] for row in listed(marked)] == ["UNREADABLE_FILE"]
    assert len(read_bytes(marked, name="f").sheets) == 1
