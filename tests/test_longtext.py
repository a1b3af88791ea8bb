"""Long delimited text is read in columns; whatever it holds, the cells are those that a reader of records finds."""

from __future__ import annotations

import csv
import io

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityanalytics.workbooks import delimited
from cityanalytics.workbooks.face import Code, Face
from cityanalytics.workbooks.grid import Grid, read_bytes
from cityanalytics.workbooks.longtext import in_columns
from cityanalytics.workbooks.marks import TELLING
from cityanalytics.workbooks.numeric import read_objects, read_texts
from cityanalytics.workbooks.tables import understand
from cityanalytics.workbooks.texts import TextCells, by_distinct, holding, matching

FIELDS = st.sampled_from([
    "", "", "1", "-2.50", "1e3", "１２", "1,250", "12%", "nan", "inf", "+5", ".5", "5.", "待定", "—", "NULL", "合计",
    " 甲 ", "　", "a\nb", 'a"b', '""', ",", "\r\n", "'", "0012", "2010.10", "9" * 400,
]) | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=4)  # fmt: skip
RECORDS = st.lists(
    st.lists(FIELDS, min_size=3, max_size=3) | st.lists(FIELDS, max_size=5), min_size=1, max_size=12
)


def delimited_text(rows, *, quoting, newline):
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator=newline).writerows(rows)
    return text.getvalue().encode()


@given(
    RECORDS,
    st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    st.sampled_from(("\n", "\r\n")),
    st.floats(0, 1),
)
def test_the_cells_are_those_of_the_records(rows, quoting, newline, share):
    text = delimited_text(rows, quoting=quoting, newline=newline)
    border = max(1, int(len(text) * share))
    found = in_columns(iter([text[:border], *([text[border:]] if border < len(text) else [])]), ",")
    expected = delimited.by_record(text, ",")
    if found is not None:
        assert found.shape == expected.shape
        assert found.tolist() == expected.tolist()


def arrow(cells):
    return pa.chunked_array([pa.array(list(cells), pa.string())])


PATTERNS = [TELLING, r"^[0-9]{1,15}$", "[%％‰]", r"^[\s\pZ]+[^\s\pZ]", "其中"]
LABELS = st.text(
    st.sampled_from("合计总\u3000 \t\n\x0b其中占比12.、(（)）%％一全市Totalallx\u00a0"), max_size=8
)


@given(st.lists(FIELDS | LABELS | st.none(), max_size=20), st.sampled_from(PATTERNS))
def test_short_and_long_columns_are_searched_alike(cells, pattern):
    few, many = list(cells), arrow(cells)
    assert matching(few, pattern).tolist() == matching(many, pattern).tolist()
    assert holding(few, str.isdigit).tolist() == holding(many, str.isdigit).tolist()
    (positions, lengths), (others, found) = by_distinct(few, len), by_distinct(many, len)
    assert (positions.tolist(), lengths) == (others.tolist(), found)


@given(st.lists(FIELDS | st.none(), min_size=1, max_size=20))
def test_numbers_in_columns_are_those_of_single_cells(cells):
    raw = np.array([cell or None for cell in cells] + [None], dtype=object)[:-1]
    alone, together = (
        read_objects(raw),
        read_texts(arrow(raw)),
    )
    assert np.array_equal(alone.value, together.value, equal_nan=True)
    for name in ("parsed", "unparsed", "written"):
        assert getattr(alone, name).tolist() == getattr(together, name).tolist()


@given(RECORDS)
def test_a_face_is_the_same_either_way(rows):
    width = max(1, *map(len, rows), 1)
    cells = np.full((len(rows), width), None, dtype=object)
    for at, row in enumerate(rows):
        cells[at, : len(row)] = [cell or None for cell in row]
    columns = tuple(map(arrow, cells.T))
    either = (
        Face.of(Grid(sheet="a", values=cells)),
        Face.of(Grid(sheet="a", values=TextCells(columns=columns))),
    )
    assert either[0].codes.tolist() == either[1].codes.tolist()
    assert set(np.unique(either[0].codes)) <= {Code.BLANK, Code.TEXT}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_long_list_is_understood_as_a_short_one_is(encoding):
    rows = [["城建项目投资完成情况"], ["单位：万元"], [], ["序号", "项目名称", "开工日期", "总投资", "备注"]]
    sums = [100 * unit * 12_000 + sum(range(12_000)) + 3000 for unit in range(4)]
    for unit, total in enumerate(sums):
        for n in range(12_000):
            amount, note = f"{100 * unit + n}.25", "" if n % 3 else "待定"
            rows.append([f"{unit * 12_000 + n + 1}", f"第{unit}-{n}号路", "2010-03-15", amount, note])
        rows.append(["", "小计", "", f"{total}", ""])
    rows[100][3] = "约 12"
    content = delimited_text(rows, quoting=csv.QUOTE_MINIMAL, newline="\r\n").decode().encode(encoding)
    assert len(content) > 1 << 20
    understanding = understand(read_bytes(content, name="f.csv"))
    assert understanding.encoding == encoding
    (table,) = understanding.tables
    assert len(table.rows["data"]) == 48_000
    assert len(table.rows["total"]) == 4
    assert table.column("D").sum == sum(sums) - 96.25
    assert str(getattr(table.column("D").unit, "name", None)) == "万元"
    assert {(issue.code, issue.where) for issue in understanding.issues} == {
        ("UNPARSED", "f.csv!csv!D101"), ("TOTAL_MISMATCH", "f.csv!csv!D12005"),
    }  # fmt: skip
    frame = table.frame
    serial, name, begun, done, *_ = frame.iloc[0]
    assert (serial, name, str(begun), done) == (1, "第0-0号路", "2010-03-15 00:00:00", 0.25)
    assert frame.iloc[:, 3].dtype == np.float64
    assert frame.iloc[:, 3].isna().to_numpy().nonzero()[0].tolist() == [96]
    assert frame.iloc[:, 4].isna().all()  # 待定 says nothing
    assert str(table.cells.iloc[0, 3]) == f"f.csv!csv!D{frame.index[0]}"


def test_text_of_too_many_widths_is_read_record_by_record():
    lines = "\n".join(",".join("甲" * (n % 7 + 1)) for n in range(120_000)).encode()
    (grid,) = read_bytes(lines, name="f.csv").sheets
    cells = grid.values
    assert not isinstance(cells, TextCells)
    assert cells.shape == (120_000, 7)
    assert cells[8].tolist() == ["甲", "甲", None, None, None, None, None]
