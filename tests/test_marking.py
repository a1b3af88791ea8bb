"""Marking: a workbook as it was, with its doubtful cells highlighted, commented and listed."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import posixpath
import re
import struct
import zipfile
import zlib
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

import pytest
import xlsxwriter
import xlwt
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from cityanalytics.issues import Issue, Message, Severity, untranslated
from cityanalytics.workbooks.grid import Grids, cell_name, column_index, read_bytes
from cityanalytics.workbooks.marking.issuelist import COLOURS, is_issue_list, without_issue_list
from cityanalytics.workbooks.marking.mark import mark_workbook
from cityanalytics.workbooks.tables import understand

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Soffice = Callable[[Path, str], Path]

HOSTILE_SHEET = "'; & < ../x"
HOSTILE_VALUE = "=cmd|' /C calc'!A0"
MARKUP = "</t></is><f>1+1</f> & <b>_x0041_"
TAG = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def chinese(sentence: str, _plural: str = "", _number: float = 1, /) -> str:
    return {"Issues": "存疑清单", "warning": "提示", "mend it": "请改正"}.get(sentence, sentence)


def mark(content: bytes, issues: Sequence[Issue]) -> tuple[bytes, str]:
    marked = mark_workbook(read_bytes(content, name="f"), content, issues, languages=(chinese, untranslated))
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


ORIGINAL = package()


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
    """Parse a part; what is strict is named as the transitional form names it."""
    part = part.replace(b"http://purl.oclc.org/ooxml/spreadsheetml/main", TAG[1:-1].encode())
    return ElementTree.fromstring(part, forbid_dtd=True)


def styles(content: bytes, sheet: str = "xl/worksheets/sheet1.xml") -> dict[str, tuple[dict[str, str], str]]:
    """Give each cell's style: its attributes without the fill, and the colour of its fill."""
    held = parts(content)
    root = tree(next(part for name, part in held.items() if "styles" in name))
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


def own(workbook: Grids) -> Grids:
    """Leave the list of issues out, as whoever reads the workbook does."""
    return replace(without_issue_list(workbook), sha256="")


def described(workbook: Grids) -> list[object]:
    understood = understand(workbook)
    tables: list[object] = [
        (
            table.sheet,
            table.range,
            table.header_rows,
            table.rows,
            [table.raw(column) for column in table.columns],
            table.totals,
        )
        for table in understood.tables
    ]
    return [*tables, [(column.name, column.kind, column.unit) for t in understood.tables for column in t.columns],
            understood.issues]  # fmt: skip


def plain_days(workbook: Grids) -> list[object]:
    """Give the first sheet's values; the old format knows midnight where the new one knows a day."""
    values = itertools.chain.from_iterable(workbook.sheets[0].values.tolist())
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
    original = package()
    assert mark(original, ISSUES) == mark(original, ISSUES)


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


@given(rounds=st.lists(st.sets(st.tuples(st.integers(1, 40), st.integers(0, 30))), min_size=2, max_size=3))
@hypothesis(max_examples=25)
def test_each_round_marks_its_own_cells_and_no_other(rounds: list[set[tuple[int, int]]]) -> None:
    marked = ORIGINAL
    for cells in rounds:  # from the second row on: the first one is merged
        names = {cell_name(row, column) for row, column in cells}
        marked, _ = mark(marked, [doubt(f"f!投资!{name}") for name in sorted(names)])
        assert {cell for cell, (_, colour) in styles(marked).items() if colour} == names
        found = notes(marked)
        assert set(found) == names | {"C4"}
        assert found["C4"].startswith("科长的批注")
        assert ("UNPARSED" in found["C4"]) == ("C4" in names)
        assert {row[0] for row in listed(marked)} == {f"投资!{name}" for name in names}
        assert faults(marked) == []
    assert described(own(read_bytes(marked, name="f"))) == described(read_bytes(ORIGINAL, name="f"))


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


# --- what spreadsheet programs insist on ---

#: The children of a worksheet in the order of the schema (ECMA-376 part 1, 18.3.1.99, CT_Worksheet).
ORDER = re.findall(
    r"\w+",
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios "
    "autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting "
    "dataValidations hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties "
    "cellWatches ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF picture oleObjects controls "
    "webPublishItems tableParts extLst",
)
QUOTED = '季度\'s & <表> "1"'
HARD_ISSUES = [
    doubt(f"f!{QUOTED}!D4", severity=Severity.ERROR),
    doubt(f"f!{QUOTED}!B30", code="BLANK"),
    doubt(f"f!{QUOTED}!AB5", code="BLANK"),
    doubt(f"f!{QUOTED}!A1"),
    doubt("f!隐藏!A1"),
    doubt("f!空表!C3", value=HOSTILE_VALUE),
]


def hard_package(*, macros: bool = False) -> bytes:
    """Make a workbook with all that units and programs put into one."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet(QUOTED)
        page.write_row("A1", ["项目投资完成情况表"])
        look = book.add_format({"num_format": "0.00", "border": 1})
        table: list[list[object]] = [["项目名称", "类别", "计划", "完成"]]
        table += [[f"项目{n}", "道路", n, n / 2] for n in range(9)]
        for row, cells in enumerate(table, start=2):
            page.write_row(row, 0, cells, look)
        page.set_column("AA:AC", 12, book.add_format({"italic": True}))
        page.data_validation("B4:B12", {"validate": "list", "source": ["道路", "桥梁"]})
        page.conditional_format("C4:C12", {"type": "data_bar", "data_bar_2010": True})
        page.conditional_format("D4:D12", {"type": "3_color_scale"})
        page.add_sparkline("F4", {"range": f"'{QUOTED.replace(chr(39), chr(39) * 2)}'!C4:D4"})
        page.set_header("&L&G", {"image_left": "p.png", "image_data_left": picture()})
        page.write_url("G4", "https://example.org/a?b=1&c=2", string="依据")
        page.write_comment("C5", "科长的批注", {"author": "科长"})
        page.autofilter("A3:D12")
        page.freeze_panes(3, 1)
        page.protect("secret", {"insert_rows": True})
        page.insert_image("H3", "p.png", {"image_data": picture()})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": [QUOTED, 3, 2, 8, 2]})
        page.insert_chart("H9", chart)
        if macros:
            page.insert_button("H1", {"macro": "go", "caption": "汇总"})
        other = book.add_worksheet("隐藏")
        other.write_row(0, 0, ["片区", "面积"])
        other.hide()
        listing = book.add_worksheet("表格")
        listing.add_table(
            "A1:B4", {"columns": [{"header": "甲"}, {"header": "乙"}], "data": [[1, 2], [3, 4], [5, 6]]}
        )
        book.add_worksheet("空表")
        shapes = book.add_chartsheet("图")
        pie = book.add_chart({"type": "pie"})
        pie.add_series({"values": ["表格", 1, 0, 3, 0]})
        shapes.set_chart(pie)
        book.define_name("计划", f"='{QUOTED.replace(chr(39), chr(39) * 2)}'!$C$4:$C$12")
        book.define_name("隐藏!本地", "=隐藏!$A$1")
    return content.getvalue()


def as_inline(content: bytes) -> bytes:
    """Let every text stand in its cell, as programs that stream do."""
    held = parts(content)
    texts = re.findall(rb"<si>(.*?)</si>", held["xl/sharedStrings.xml"])
    for name in held:
        if name.startswith("xl/worksheets/sheet"):
            held[name] = re.sub(
                rb' t="s"><v>(\d+)</v>',
                lambda found: b' t="inlineStr"><is>' + texts[int(found[1])] + b"</is>",
                held[name],
            )
    return packed(held)


def as_strict(content: bytes) -> bytes:
    """Name everything as the strict form of the standard does (ISO/IEC 29500 part 1)."""
    known = {
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    }
    held = parts(content)
    for transitional, strict in known.items():
        held = {name: part.replace(transitional, strict) for name, part in held.items()}
    return packed(held)


def as_prefixed(content: bytes) -> bytes:
    """Write every element of the spreadsheet's own parts with a prefix, as some programs' libraries do."""
    held = parts(content)
    for name, part in held.items():
        if re.fullmatch(r"xl/(workbook|styles|sharedStrings|comments\d|worksheets/sheet\d)\.xml", name):
            named = re.sub(rb"<(/?)(?=[a-zA-Z]+[\s/>])", rb"<\1x:", part)
            held[name] = named.replace(b"xmlns=", b"xmlns:x=", 1)
    return packed(held)


def without_styles(content: bytes) -> bytes:
    """Leave the styles out, as what writes no looks does."""
    held = {
        name: re.sub(rb'\ss="\d+"', b"", part)
        for name, part in parts(content).items()
        if "styles" not in name
    }
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        held[name] = re.sub(rb"<(?:Override|Relationship) [^>]*styles[^>]*/>", b"", held[name])
    for name, part in held.items():
        if name.startswith("xl/worksheets/sheet"):
            held[name] = re.sub(rb' dxfId="\d+"| style="\d+"', b"", part)
    return packed(held)


def with_macros(content: bytes) -> bytes:
    held = parts(content)
    held["[Content_Types].xml"] = (
        held["[Content_Types].xml"]
        .replace(
            b"openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            b"ms-excel.sheet.macroEnabled.main+xml",
        )
        .replace(
            b"<Override",
            b'<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Override',
            1,
        )
    )
    held["xl/vbaProject.bin"] = b"macros"
    held["xl/_rels/workbook.xml.rels"] = held["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" '
        b'Target="vbaProject.bin"/></Relationships>',
    )
    return packed(held)


def local(element) -> str:
    return str(element.tag).rpartition("}")[2]


def children(root, name: str) -> list[Any]:
    return [inner for element in root if local(element) == name for inner in element]


def resolve(source: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(source), target))[1:]


def faults(content: bytes) -> list[str]:
    """Say what a spreadsheet program would repair or refuse."""
    held = parts(content)
    trees = {name: tree(part) for name, part in held.items() if name.endswith((".xml", ".rels", ".vml"))}
    related: dict[str, dict[str, str]] = {}
    for name, root in trees.items():
        if name.endswith(".rels"):
            source = name.replace("_rels/", "").removesuffix(".rels")
            inside = [one for one in root if one.get("TargetMode") != "External"]
            related[source] = {one.get("Id"): resolve(source, one.get("Target")) for one in inside}
    found = [
        f"{source}: {target} is not there"
        for source, targets in related.items()
        for target in targets.values()
        if target not in held
    ]
    styles = next((root for name, root in trees.items() if "styles" in name), ())
    found += [*undeclared(trees["[Content_Types].xml"], list(held)), *bad_styles(styles)]
    sheets = children(trees["xl/workbook.xml"], "sheets")
    for attribute in ("name", "sheetId"):
        if len({one.get(attribute).casefold() for one in sheets}) != len(sheets):
            found.append(f"two sheets of one {attribute}")
    looks = max(len(children(styles, "cellXfs")), 1)
    for name in (name for name in trees if name.startswith("xl/worksheets/sheet")):
        rels = trees.get(f"xl/worksheets/_rels/{name[14:]}.rels", ())
        found += [
            f"{name}: {fault}" for fault in bad_sheet(trees[name], looks, {one.get("Id") for one in rels})
        ]
        targets = [target for target in related.get(name, {}).values() if target in held]
        boxed = {
            cell_name(int(row), int(column))
            for target in targets
            if target.endswith(".vml")
            for row, column in re.findall(rb"<x:Row>(\d+)</x:Row>\s*<x:Column>(\d+)<", held[target])
        }
        noted = [
            one.get("ref") for target in targets for one in children(trees.get(target, ()), "commentList")
        ]
        if sorted(noted) != sorted(boxed):
            found.append(f"{name}: comments {noted} and boxes {boxed}")
    return found


def undeclared(types, names: list[str]) -> list[str]:
    overrides = [one.get("PartName")[1:] for one in types if local(one) == "Override"]
    defaults = [one.get("Extension").lower() for one in types if local(one) == "Default"]
    found = [f"declared twice: {name}" for name, count in Counter(overrides + defaults).items() if count > 1]
    found += [f"a part twice: {name}" for name, count in Counter(names).items() if count > 1]
    found += [f"declared, not there: {name}" for name in overrides if name not in names]
    loose = [
        name for name in names if name not in overrides and name.rpartition(".")[2].lower() not in defaults
    ]
    return found + [f"undeclared: {name}" for name in loose]


def bad_styles(styles) -> list[str]:
    sizes = {local(one): len(one) for one in styles}
    found = [f"count of {local(one)}" for one in styles if one.get("count", str(len(one))) != str(len(one))]
    return found + [
        f"no {kind} {look.get(attribute)}"
        for look in children(styles, "cellXfs")
        for kind, attribute in (("fonts", "fontId"), ("fills", "fillId"), ("borders", "borderId"))
        if int(look.get(attribute, "0")) >= sizes[kind]
    ]


def bad_sheet(root, looks: int, ids: set[str]) -> list[str]:
    order = [ORDER.index(local(one).replace("AlternateContent", "controls")) for one in root]
    found = [] if order == sorted(order) else [f"order {[local(one) for one in root]}"]
    rows = children(root, "sheetData")
    numbers = [int(row.get("r")) for row in rows]
    if numbers != sorted(set(numbers)):
        found.append(f"rows {numbers}")
    for row in rows:
        names = [re.findall(r"[A-Z]+|\d+", cell.get("r")) for cell in row]
        columns = [column_index(column) for column, _ in names]
        if columns != sorted(set(columns)) or {number for _, number in names} - {row.get("r")}:
            found.append(f"cells {names}")
        found += [f"no style {cell.get('s')}" for cell in row if int(cell.get("s", "0")) >= looks]
    named = {
        text for one in root.iter() for key, text in one.attrib.items() if key.endswith("relationships}id")
    }
    return found + [f"no relation {key}" for key in named - ids]


@cache
def hard(kind: str) -> bytes:
    made = hard_package(macros=kind == "macros")
    spoilt = {"inline": as_inline, "strict": as_strict, "prefixed": as_prefixed, "macros": with_macros}
    return {**spoilt, "plain": without_styles}.get(kind, bytes)(made)


every_hard_workbook = pytest.mark.parametrize(
    "kind", ["shared", "inline", "strict", "prefixed", "plain", "macros"]
)


@every_hard_workbook
def test_a_hard_workbook_is_sound_when_marked_and_all_else_is_as_it_was(kind: str) -> None:
    assert faults(hard(kind)) == [], "the check itself"
    marked, suffix = mark(hard(kind), HARD_ISSUES)
    assert suffix == (".xlsm" if kind == "macros" else ".xlsx")
    assert faults(marked) == []
    before, after = parts(hard(kind)), parts(marked)
    touched = {name for name in before if before[name] != after[name]}
    expected = (
        r"xl/(workbook|styles|comments1|worksheets/sheet[124])\.xml|.*\.rels|\[Content_Types\]\.xml|.*\.vml"
    )
    assert [name for name in touched if not re.fullmatch(expected, name)] == []
    marks = {"D4", "B30", "AB5", "A1"}
    assert {cell for cell, (_, colour) in styles(marked).items() if colour} == marks
    for name in touched:  # what is patched holds all that it held
        kept = re.sub(rb'\s(?:s|spans|count)="[^"]*"|[\s/]', b"", before[name])
        now = re.sub(rb'\s(?:s|spans|count)="[^"]*"|[\s/]', b"", after[name])
        assert is_inside(kept, now), name
    assert list(after)[: len(before)] == list(before)


def is_inside(kept: bytes, now: bytes) -> bool:
    """Tell whether one is the other with pieces put in: tags of the one are a subsequence of the other's."""
    tags = iter(re.findall(rb"<[^<>]*>[^<]*", now))
    return all(any(tag == other for other in tags) for tag in re.findall(rb"<[^<>]*>[^<]*", kept))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("xl/drawings/vmlDrawing1.vml", "", ""),
        ("xl/comments1.xml", 'ref="D4"', 'ref="D5"'),
        ("xl/styles.xml", '<cellXfs count="', '<cellXfs count="9'),
        ("xl/worksheets/sheet1.xml", "<sheetData>", "<pageMargins/><sheetData>"),
        ("xl/worksheets/sheet1.xml", 'r="30"', 'r="3"'),
        ("xl/worksheets/sheet1.xml", '<c r="D4" s="', '<c r="D4" s="99'),
        ("xl/workbook.xml", 'name="表格"', 'name="隐藏"'),
        ("[Content_Types].xml", '/xl/comments1.xml"', '/xl/comments9.xml"'),
    ],
)
def test_the_check_sees_what_a_program_would_repair(name: str, old: str, new: str) -> None:
    held = parts(mark(hard("shared"), HARD_ISSUES)[0])
    if old:
        assert old.encode() in held[name]
        held[name] = held[name].replace(old.encode(), new.encode(), 1)
    else:
        del held[name]
    assert faults(packed(held))


@every_hard_workbook
def test_libreoffice_opens_it_and_gives_it_back_whole(kind: str, soffice: Soffice, tmp_path: Path) -> None:
    """It repairs nothing: what it saves again has every sheet, value, drawing, mark, comment and list."""
    marked, suffix = mark(hard(kind), HARD_ISSUES)
    (tmp_path / f"marked{suffix}").write_bytes(marked)
    saved = soffice(tmp_path / f"marked{suffix}", "xlsx").read_bytes()
    before, after = read_bytes(marked, name="f"), read_bytes(saved, name="f")
    sheets = {sheet.sheet: sheet for sheet in after.sheets}  # a sheet that is a chart comes back as a sheet
    for sheet in before.sheets:
        height, width = sheet.values.shape
        assert sheets[sheet.sheet].values[:height, :width].tolist() == sheet.values.tolist()
        assert sheets[sheet.sheet].visibility == sheet.visibility
    names = " ".join(parts(saved))
    assert len(re.findall(r"xl/charts/chart\d", names)) == 2
    assert "xl/media/image1.png" in names
    marks = {"D4", "B30", "AB5", "A1"}
    assert {cell for cell, (_, colour) in styles(saved).items() if colour} == marks
    assert set(notes_of(saved, 1)) == marks | {"C5"}
    assert set(notes_of(saved, 4)) == {"C3"}
    assert [row[0] for row in listed(saved)] == [issue.where[2:] for issue in HARD_ISSUES]
    again, _ = mark(saved, HARD_ISSUES[:1])
    assert {cell for cell, (_, colour) in styles(again).items() if colour} == {"D4"}
    assert set(notes_of(again, 1)) == {"D4", "C5"}
    assert notes_of(again, 1)["C5"] == "科长的批注"
    assert notes_of(again, 4) == {}
    assert len(listed(again)) == 1


def notes_of(content: bytes, sheet: int) -> dict[str, str]:
    """Give the comments of one sheet."""
    held = parts(content)
    source = f"xl/worksheets/sheet{sheet}.xml"
    relations = tree(held[f"xl/worksheets/_rels/sheet{sheet}.xml.rels"])
    (target,) = [one.get("Target") for one in relations if one.get("Type").endswith("/comments")]
    comments = children(tree(held[resolve(source, target)]), "commentList")
    return {one.get("ref"): "".join(one.itertext()) for one in comments}


def sheet_styles(content: bytes) -> dict[str, set[str]]:
    """Give the filled cells of each sheet of a package that LibreOffice or xlsxwriter wrote."""
    names = [sheet.sheet for sheet in read_bytes(content, name="f").sheets]
    filled = [styles(content, f"xl/worksheets/sheet{at}.xml") for at in range(1, len(names) + 1)]
    return {
        name: {cell for cell, (_, colour) in cells.items() if colour[2:] in COLOURS.values()}
        for name, cells in zip(names, filled, strict=True)
    }


@pytest.mark.parametrize("kind", ["xls", "ods", "html", "csv"])
def test_a_marked_copy_of_another_container_opens_in_libreoffice(
    kind: str, soffice: Soffice, tmp_path: Path
) -> None:
    """The other containers are LibreOffice's own; a copy has their values, marks, merges and hidden sheets."""
    (tmp_path / "plain.xlsx").write_bytes(package())
    content = soffice(tmp_path / "plain.xlsx", kind).read_bytes()
    before = read_bytes(content, name="f")
    assert before.container == kind
    sheet = before.sheets[0].sheet
    found = [doubt(f"f!{sheet}!D4", severity=Severity.ERROR), doubt(f"f!{sheet}!D6"), doubt(f"f!{sheet}!C1")]
    marked = mark_workbook(before, content, found, languages=(chinese, untranslated))
    assert (marked.form, marked.suffix) == ("copy", ".xlsx")
    assert faults(marked.content) == []
    (tmp_path / "marked.xlsx").write_bytes(marked.content)
    saved = soffice(tmp_path / "marked.xlsx", "xlsx").read_bytes()
    for copied in (marked.content, saved):
        after = without_issue_list(read_bytes(copied, name="f"))
        for one, other in zip(before.sheets, after.sheets, strict=True):
            height, width = one.values.shape
            assert other.values.tolist() == one.values.tolist()
            assert other.merges == tuple(at for at in one.merges if at.bottom < height and at.right < width)
            assert other.visibility == one.visibility
        merged = bool(
            after.sheets[0].merges
        )  # a merged range is filled whole, and commented at its first cell
        filled = {"A1", "B1", "C1", "D1"} if merged else {"C1"}
        assert next(iter(sheet_styles(copied).values())) == {"D4", "D6"} | filled
        assert set(notes(copied)) == {"D4", "D6", "A1" if merged else "C1"}
        assert [row[0] for row in listed(copied)] == [f"{sheet}!{cell}" for cell in ("D4", "D6", "C1")]


def test_a_sheets_name_may_not_fit_a_copy_and_links_still_lead_there() -> None:
    long = "项目投资完成情况与资金到位情况汇总表（三季度，含调整）[修订]"
    grid = read_bytes(old_workbook(), name="f").sheets[0]
    grids = tuple(replace(grid, sheet=name) for name in (long, f"{long}二", "../../x", "'a'"))
    workbook = replace(read_bytes(old_workbook(), name="f"), sheets=grids)
    found = [doubt(f"f!{one.sheet}!B2") for one in grids]
    marked = mark_workbook(workbook, b"", found, languages=(chinese, untranslated)).content
    assert faults(marked) == []
    names = [sheet.sheet for sheet in read_bytes(marked, name="f").sheets]
    links = tree(parts(marked)["xl/worksheets/sheet5.xml"]).iter(f"{TAG}hyperlink")
    assert [link.get("location") for link in links] == [
        "'" + name.replace("'", "''") + "'!B2" for name in names[:4]
    ]
    assert [row[0] for row in listed(marked)] == [issue.where[2:] for issue in found]
