"""Receiving: what the units sent is kept as it was, with its hash; all of it or none."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cityanalytics.errors import BlockingIssuesError, CityAnalyticsError, UsageError
from cityanalytics.intake.load import ingest
from cityanalytics.intake.receive import receive
from cityanalytics.intake.register import Receipt, check_register, read_register
from cityanalytics.intake.repair import proposed, repair
from cityanalytics.intake.withdraw import withdraw
from cityanalytics.issues import blocking
from cityanalytics.lock import FILE as LOCK
from cityanalytics.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from cityanalytics.issues import Issue

ON = dt.date(2010, 9, 25)
LATER = dt.date(2010, 9, 29)
QUARTER = "2010Q3"
NAMES = {"zh": "样例市"}


def table(name: str) -> bytes:
    """Give a workbook: a table in which a name stands."""
    return f"序号,项目名称,总投资（万元）\n1,{name},5\n2,乙路,6\n".encode()


ONE, TWO, THREE, GOOD, LEFT = map(table, ("甲路", "丙路", "丁路", "戊路", "己路"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        root=tmp_path / "city",
        city=NAMES,
        bureau=NAMES,
        statement=NAMES,
        reference_class="us_public_construction",
        units=("房屋管理处", "房屋管理处东区", "燃气管理处"),
    )


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def sent(inbox: Path, name: str = "燃气管理处2010年三季度报表.xlsx", content: bytes = ONE) -> Path:
    path = inbox / name
    path.write_bytes(content)
    return path


def below_raw(settings: Settings) -> dict[str, bytes]:
    return {
        path.relative_to(settings.root).as_posix(): path.read_bytes()
        for path in settings.root.rglob("*")
        if path.is_file() and path.name != LOCK
    }


def codes(settings: Settings) -> list[tuple[str, str, str]]:
    def brief(issue: Issue) -> tuple[str, str, str]:
        return issue.severity.value, issue.code, issue.where

    return [brief(issue) for issue in check_register(settings, read_register(settings))]


def test_a_workbook_is_filed_with_its_hash(settings: Settings, inbox: Path) -> None:
    (filed,) = receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    assert filed == Receipt(
        file="data/raw/2010Q3/2010-09-25/燃气管理处/燃气管理处2010年三季度报表.xlsx",
        sha256=hashlib.sha256(ONE).hexdigest(),
        unit="燃气管理处",
        quarter=QUARTER,
        received=ON,
        position=0,
    )
    assert (settings.root / filed.file).read_bytes() == ONE
    assert read_register(settings) == (filed,)
    assert codes(settings) == []


def test_the_register_is_a_plain_table(settings: Settings, inbox: Path) -> None:
    receive(settings, [sent(inbox, '燃气管理处,"甲".xlsx')], quarter=QUARTER, on=ON)
    with (settings.raw / "register.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert list(row) == ["file", "sha256", "unit", "quarter", "received"]
    assert row["file"].endswith('燃气管理处,"甲".xlsx')
    assert read_register(settings)[0].file == row["file"]


def test_the_same_content_is_not_filed_twice(settings: Settings, inbox: Path) -> None:
    receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    before = below_raw(settings)
    renamed = sent(inbox, "燃气管理处重报.xlsx")
    assert receive(settings, [sent(inbox), renamed], quarter=QUARTER, on=LATER) == ()
    assert below_raw(settings) == before


def test_twice_in_one_call_is_filed_once(settings: Settings, inbox: Path) -> None:
    filed = receive(settings, [sent(inbox), sent(inbox, "燃气管理处乙.xlsx")], quarter=QUARTER, on=ON)
    assert len(filed) == 1


def test_the_same_content_of_another_unit_or_quarter_is_filed(settings: Settings, inbox: Path) -> None:
    receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    other = receive(settings, [sent(inbox)], quarter=QUARTER, on=ON, unit="房屋管理处")
    again = receive(settings, [sent(inbox, "燃气管理处.xlsx")], quarter="2010Q2", on=ON)
    assert [receipt.unit for receipt in (*other, *again)] == ["房屋管理处", "燃气管理处"]
    assert len(read_register(settings)) == 3
    assert codes(settings) == []


def test_a_later_correction_of_the_same_name_keeps_both(settings: Settings, inbox: Path) -> None:
    receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    receive(settings, [sent(inbox, content=TWO)], quarter=QUARTER, on=LATER)
    kept = below_raw(settings)
    assert kept["data/raw/2010Q3/2010-09-25/燃气管理处/燃气管理处2010年三季度报表.xlsx"] == ONE
    assert kept["data/raw/2010Q3/2010-09-29/燃气管理处/燃气管理处2010年三季度报表.xlsx"] == TWO


def test_one_name_on_one_day_gets_numbers(settings: Settings, inbox: Path) -> None:
    for content in (ONE, TWO, THREE):
        receive(settings, [sent(inbox, content=content)], quarter=QUARTER, on=ON)
    files = [receipt.file for receipt in read_register(settings)]
    assert len(set(files)) == 3
    assert [(settings.root / file).read_bytes() for file in files] == [ONE, TWO, THREE]
    assert {Path(file).suffix for file in files} == {".xlsx"}
    assert codes(settings) == []


def test_the_longest_unit_s_name_in_the_file_s_name_counts(settings: Settings, inbox: Path) -> None:
    (filed,) = receive(settings, [sent(inbox, "房屋管理处东区.xlsx")], quarter=QUARTER, on=ON)
    assert filed.unit == "房屋管理处东区"


def test_a_name_without_a_unit_asks_for_one(settings: Settings, inbox: Path) -> None:
    with pytest.raises(UsageError, match="--unit"):
        receive(settings, [sent(inbox, "报表.xlsx")], quarter=QUARTER, on=ON)


def test_an_unknown_unit_is_refused_with_the_nearest(settings: Settings, inbox: Path) -> None:
    with pytest.raises(UsageError, match="燃气管理局 is no unit of this workspace; nearest: 燃气管理处"):
        receive(settings, [sent(inbox)], quarter=QUARTER, on=ON, unit="燃气管理局")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("~$燃气管理处.xlsx", ONE, "lock file"),
        ("燃气管理处(1).xlsx", ONE, "looks like a copy"),
        ("燃气管理处 (12).xlsx", ONE, "looks like a copy"),
        ("燃气管理处（1）.xlsx", ONE, "looks like a copy"),
        ("燃气管理处.xlsx", b"", "is empty"),
        ("燃气管理处\n2010.xlsx", ONE, "cannot be seen"),
        ("燃气管理处\x1b[31m.xlsx", ONE, "cannot be seen"),
    ],
)
def test_what_is_no_workbook_of_a_unit_is_refused(
    settings: Settings, inbox: Path, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        receive(settings, [sent(inbox, name, content)], quarter=QUARTER, on=ON)
    assert below_raw(settings) == {}


def test_a_bracket_that_is_no_copy_s_number_is_accepted(settings: Settings, inbox: Path) -> None:
    (filed,) = receive(settings, [sent(inbox, "燃气管理处（更正）.xlsx")], quarter=QUARTER, on=ON)
    assert filed.file.endswith("燃气管理处（更正）.xlsx")


def test_a_file_that_is_not_there_is_refused(settings: Settings, inbox: Path) -> None:
    for path in (inbox / "燃气管理处.xlsx", inbox / "..", inbox):
        with pytest.raises(UsageError, match="no such file"):
            receive(settings, [path], quarter=QUARTER, on=ON, unit="燃气管理处")


@pytest.mark.parametrize("quarter", ["2010Q5", "../2010", "2010Q3/../.."])
def test_no_quarter_is_no_folder(settings: Settings, inbox: Path, quarter: str) -> None:
    with pytest.raises(UsageError, match="is no quarter"):
        receive(settings, [sent(inbox)], quarter=quarter, on=ON)
    assert below_raw(settings) == {}


@pytest.mark.parametrize(
    "name", ["..\\..\\燃气管理处.xlsx", "..燃气管理处..", "$(touch 燃气管理处).xlsx", "=燃气管理处.xlsx"]
)
def test_no_name_leaves_data_raw(settings: Settings, inbox: Path, name: str) -> None:
    around = inbox / "deeper" / ".."
    (inbox / "deeper").mkdir()
    sent(inbox, name)
    (filed,) = receive(settings, [around / name], quarter=QUARTER, on=ON)
    stored = (settings.root / filed.file).resolve()
    assert stored.parent == (settings.raw / QUARTER / "2010-09-25" / "燃气管理处").resolve()
    assert [path for path in below_raw(settings) if not path.startswith("data/raw/")] == []


def test_one_bad_file_keeps_all_out(settings: Settings, inbox: Path) -> None:
    receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    before = below_raw(settings)
    good = sent(inbox, "房屋管理处.xlsx", GOOD)
    for bad in (
        sent(inbox, "房屋管理处(1).xlsx", LEFT),
        sent(inbox, "无名.xlsx", LEFT),
        inbox / "燃气管理处9.xlsx",
    ):
        with pytest.raises(UsageError):
            receive(settings, [good, bad], quarter=QUARTER, on=LATER)
        assert below_raw(settings) == before


def test_a_failure_while_writing_keeps_all_out(
    settings: Settings, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    before = below_raw(settings)

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(self), None, str(target))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        receive(settings, [sent(inbox, "房屋管理处.xlsx", GOOD)], quarter=QUARTER, on=LATER)
    after = {file: content for file, content in below_raw(settings).items() if not file.endswith(".new")}
    assert after == before


def test_a_workspace_without_a_register_has_received_nothing(settings: Settings) -> None:
    assert read_register(settings) == ()


def test_the_register_may_come_back_from_a_spreadsheet_program(settings: Settings, inbox: Path) -> None:
    receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    expected = read_register(settings)
    path = settings.raw / "register.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert read_register(settings) == expected


@pytest.mark.parametrize(
    ("old", "new"), [("received", "day"), ("2010-09-25", "25.9.2010"), ("2010Q3", "Q3"), ("sha256", "hash")]
)
def test_a_bad_register_is_said(settings: Settings, inbox: Path, old: str, new: str) -> None:
    receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    path = settings.raw / "register.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(CityAnalyticsError):
        read_register(settings)


def test_a_file_changed_after_receipt_is_an_error(settings: Settings, inbox: Path) -> None:
    (filed,) = receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    (settings.root / filed.file).write_bytes(b"other")
    assert codes(settings) == [("error", "FILE_CHANGED", filed.file)]


def test_a_file_that_is_gone_is_an_error(settings: Settings, inbox: Path) -> None:
    (filed,) = receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    (settings.root / filed.file).unlink()
    assert codes(settings) == [("error", "FILE_MISSING", filed.file)]


def test_what_lies_there_without_receipt_is_said(settings: Settings, inbox: Path) -> None:
    (filed,) = receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    folder = (settings.root / filed.file).parent
    for name in ("~$燃气管理处.xlsx", "燃气管理处(2).xlsx", "燃气管理处新.xlsx", ".DS_Store"):
        (folder / name).write_bytes(LEFT)
    shown = folder.relative_to(settings.root).as_posix()
    assert set(codes(settings)) == {
        ("warning", "LOCK_FILE", f"{shown}/~$燃气管理处.xlsx"),
        ("warning", "COPY_FILE", f"{shown}/燃气管理处(2).xlsx"),
        ("error", "FILE_NOT_RECEIVED", f"{shown}/燃气管理处新.xlsx"),
    }


def test_a_file_that_lies_in_its_place_already_is_registered_and_kept(settings: Settings) -> None:
    place = settings.raw / QUARTER / "2010-09-25" / "燃气管理处" / "燃气管理处.xlsx"
    place.parent.mkdir(parents=True)
    place.write_bytes(ONE)
    (filed,) = receive(settings, [place], quarter=QUARTER, on=ON)
    assert settings.root / filed.file == place
    assert place.read_bytes() == ONE
    assert codes(settings) == []


def test_what_lies_at_the_target_is_never_written_over(settings: Settings, inbox: Path) -> None:
    receive(settings, [sent(inbox, "房屋管理处.xlsx", GOOD)], quarter=QUARTER, on=ON)
    place = settings.raw / QUARTER / "2010-09-25" / "燃气管理处" / "燃气管理处.xlsx"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"somebody's")
    (filed,) = receive(settings, [sent(inbox, "燃气管理处.xlsx")], quarter=QUARTER, on=ON)
    assert place.read_bytes() == b"somebody's"
    assert (settings.root / filed.file).read_bytes() == ONE


def test_an_earlier_content_sent_again_after_a_correction_is_filed(settings: Settings, inbox: Path) -> None:
    for content, on in ((ONE, ON), (TWO, LATER), (ONE, dt.date(2010, 9, 30))):
        assert len(receive(settings, [sent(inbox, content=content)], quarter=QUARTER, on=on)) == 1
    assert [receipt.received.day for receipt in read_register(settings)] == [25, 29, 30]


def test_a_day_of_receipt_before_the_quarter_is_refused(settings: Settings, inbox: Path) -> None:
    with pytest.raises(UsageError, match="lies before 2010Q3"):
        receive(settings, [sent(inbox)], quarter=QUARTER, on=dt.date(2010, 6, 29))
    assert below_raw(settings) == {}


@pytest.mark.parametrize("name", ["燃气管理处!甲.xlsx", "燃气管理处\u202excod.xlsx", "燃气管理处\udcff.xlsx"])
def test_a_name_that_hides_or_cuts_a_place_is_refused(settings: Settings, inbox: Path, name: str) -> None:
    with pytest.raises(UsageError, match="rename it"):
        receive(settings, [sent(inbox, name)], quarter=QUARTER, on=ON)
    assert below_raw(settings) == {}


@pytest.mark.parametrize(
    ("name", "quarter"),
    [
        ("燃气管理处2010年三季度报表更正.xlsx", "2010Q2"),
        ("燃气管理处2009年三季度报表.xlsx", "2010Q3"),
        ("燃气管理处第2季度.xlsx", "2010Q3"),
        ("燃气管理处Q1.xlsx", "2010Q3"),
        ("燃气管理处2010Q4报表.xlsx", "2010Q3"),
        ("燃气管理处上半年报表.xlsx", "2010Q3"),
        ("燃气管理处１—６月报表.xlsx", "2010Q3"),
    ],
)
def test_a_name_that_states_another_quarter_is_refused(
    settings: Settings, inbox: Path, name: str, quarter: str
) -> None:
    with pytest.raises(UsageError, match=f"not {quarter}; name the quarter that it reports"):
        receive(settings, [sent(inbox, name)], quarter=quarter, on=ON)
    assert below_raw(settings) == {}


def test_a_late_correction_of_an_earlier_quarter_is_filed(settings: Settings, inbox: Path) -> None:
    late = sent(inbox, "燃气管理处2010年二季度报表更正.xlsx")
    (filed,) = receive(settings, [late], quarter="2010Q2", on=dt.date(2010, 10, 9))
    assert filed.quarter == "2010Q2"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a note without a table", "NO_TABLE"),
        (b"PK\x03\x04 garbage", "UNREADABLE_FILE"),
        (bytes(64), "UNREADABLE_FILE"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "UNREADABLE_FILE"),
    ],
)
def test_what_cannot_be_read_keeps_all_out(
    settings: Settings, inbox: Path, content: bytes, said: str
) -> None:
    bad = sent(inbox, "燃气管理处.xlsx", content)
    with pytest.raises(BlockingIssuesError, match="nothing was filed: 1 file is no workbook") as error:
        receive(settings, [sent(inbox, "房屋管理处.xlsx", GOOD), bad], quarter=QUARTER, on=ON)
    assert [(issue.code, issue.where) for issue in error.value.issues] == [(said, bad.name)]
    assert error.value.exit_code == 1
    assert below_raw(settings) == {}


def test_a_workbook_with_doubts_is_filed_as_it_came(settings: Settings, inbox: Path) -> None:
    doubtful = "序号,项目名称,总投资\n1,甲路,#DIV/0!\n1,甲路,约300\n".encode("gb18030")
    (filed,) = receive(settings, [sent(inbox, content=doubtful)], quarter=QUARTER, on=ON)
    assert (settings.root / filed.file).read_bytes() == doubtful


@pytest.fixture
def kept(settings: Settings, inbox: Path) -> Settings:
    """Give a workspace that has received three workbooks on two days, and a note on each in a column of its own."""
    receive(settings, [sent(inbox), sent(inbox, "房屋管理处.xlsx", GOOD)], quarter=QUARTER, on=ON)
    receive(settings, [sent(inbox, content=TWO)], quarter=QUARTER, on=LATER)
    path = settings.raw / "register.csv"
    head, *lines = path.read_text("utf-8").splitlines()
    noted = [f"{head},note", *(f"{line},note {at}" for at, line in enumerate(lines))]
    path.write_text("\n".join(noted) + "\n", "utf-8")
    return settings


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("2010-09-25,", "2010/9/25,").replace("2010-09-29,", "2010/9/29,"),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text + ",,,,,\n" * 3,
        lambda text: text.replace("\n", ",,\n"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_what_excel_makes_of_the_register_is_read(kept: Settings, inbox: Path, spoil, encoding: str) -> None:
    expected, path = read_register(kept), kept.raw / "register.csv"
    path.write_bytes(spoil(path.read_text("utf-8")).encode(encoding))
    assert read_register(kept) == expected
    receive(kept, [sent(inbox, "房屋管理处.xlsx", TWO)], quarter=QUARTER, on=LATER)
    assert read_register(kept)[:3] == expected
    assert [f"note {at}" in path.read_text("utf-8") for at in range(3)] == [True] * 3
    assert proposed(kept).differences == ()


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda lines: [*lines[:2], lines[2][:40], *lines[3:]], 3),
        (lambda lines: [*lines[:2], '"' + lines[2], *lines[3:]], 3),
        (lambda lines: [*lines[:3], lines[3].replace("2010-09-29,note", "########,note")], 4),
        (lambda lines: [*lines[:3], lines[3].replace("2010-09-29,note", "2010-09-31,note")], 4),
        (lambda lines: [*lines[:3], lines[3].replace("2010Q3,", "三季度,")], 4),
        (lambda lines: [*lines[:3], lines[3].replace("2010Q3,", "0000Q3,")], 4),
        (lambda lines: [*lines[:3], lines[3] + ",,x"], 4),
        (lambda lines: [*lines[:3], lines[2], lines[3]], 4),
        (lambda lines: [*lines[:2], lines[2].replace("data/raw/", "data/raw/../../"), lines[3]], 3),
        (lambda lines: lines[1:], 1),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_made_again(kept: Settings, spoil, line: int) -> None:
    expected, path = read_register(kept), kept.raw / "register.csv"
    spoilt = "\n".join(spoil(path.read_text("utf-8").splitlines())) + "\n"
    path.write_text(spoilt, "utf-8")
    with pytest.raises(CityAnalyticsError, match=rf"register\.csv, line {line}:"):
        read_register(kept)
    found = repair(kept)
    assert found.differences
    assert [path.read_text("utf-8") for path in found.before] == [spoilt]
    assert {one.file: one for one in map(placeless, read_register(kept))} == {
        one.file: one for one in map(placeless, expected)
    }
    assert codes(kept) == []
    assert repair(kept).before == ()


@pytest.mark.parametrize("content", [None, b"", b"file,sha256,unit,quarter,received\n"])
def test_a_register_that_is_gone_is_not_begun_anew(
    kept: Settings, inbox: Path, content: bytes | None
) -> None:
    expected, path = read_register(kept), kept.raw / "register.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CityAnalyticsError, match=r"3 received workbooks lie there.*register --repair"):
        receive(kept, [sent(inbox, "房屋管理处.xlsx", TWO)], quarter=QUARTER, on=LATER)
    with pytest.raises(CityAnalyticsError, match="3 received workbooks lie there"):
        ingest(kept)
    repair(kept)
    assert set(map(placeless, read_register(kept))) == set(map(placeless, expected))


def test_a_day_that_another_folder_states_blocks_and_is_mended(kept: Settings) -> None:
    path = kept.raw / "register.csv"
    path.write_text(path.read_text("utf-8").replace("2010-09-29,note", "2099-09-29,note"), "utf-8")
    assert [code for _, code, _ in codes(kept)] == ["REGISTER_DIFFERS"]
    repair(kept)
    assert codes(kept) == []
    assert "2099" not in path.read_text("utf-8")
    assert "note 2" in path.read_text("utf-8")


def test_a_day_before_the_quarter_blocks(kept: Settings) -> None:
    late = kept.raw / QUARTER / "2010-09-29"
    late.rename(late.with_name("2010-06-29"))
    path = kept.raw / "register.csv"
    path.write_text(path.read_text("utf-8").replace("2010-09-29", "2010-06-29"), "utf-8")
    (kept.raw / "journal.jsonl").unlink()  # else it tells that the lines were edited
    assert [code for _, code, _ in codes(kept)] == ["RECEIVED_TOO_EARLY"]


def test_a_workbook_that_is_gone_keeps_its_line(kept: Settings) -> None:
    gone = read_register(kept)[0]
    (kept.root / gone.file).unlink()
    path = kept.raw / "register.csv"
    path.write_text("\n".join(path.read_text("utf-8").splitlines()[:-1]) + "\n", "utf-8")
    repair(kept)
    assert len(read_register(kept)) == 3
    assert codes(kept) == [("error", "FILE_MISSING", gone.file)]


def spoil_register(settings: Settings, spoil: Callable[[list[str]], list[str]]) -> None:
    path = settings.raw / "register.csv"
    path.write_text("\n".join(spoil(path.read_text("utf-8").splitlines())) + "\n", "utf-8")


@pytest.fixture
def withdrawn(kept: Settings, inbox: Path) -> Settings:
    """Give that workspace with a workbook withdrawn, and a name noted of who saw it, before another was received."""
    withdraw(kept, Path(read_register(kept)[1].file), on=LATER, why="误报, 重复")
    path = kept.raw / "withdrawn.csv"
    head, line = path.read_text("utf-8").splitlines()
    path.write_text(f"{head},seen by\n{line},甲\n", "utf-8")
    receive(kept, [sent(inbox, "燃气管理处2.xlsx", THREE)], quarter=QUARTER, on=LATER)
    withdraw(kept, Path(read_register(kept)[0].file), on=LATER, why="又一")
    return kept


@pytest.mark.parametrize("content", [None, b"", b"file,on,why\n"])
def test_a_withdrawal_is_not_lost_with_its_list(
    withdrawn: Settings, inbox: Path, content: bytes | None
) -> None:
    path = withdrawn.raw / "withdrawn.csv"
    before, counting = path.read_bytes(), read_register(withdrawn)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    lost = [(code, where) for severity, code, where in codes(withdrawn) if severity == "error"]
    assert [code for code, _ in lost] == ["REGISTER_DIFFERS"] * 2
    assert {file for _, file in lost}.isdisjoint(receipt.file for receipt in counting)
    assert {issue.where for issue in blocking(ingest(withdrawn).issues)} >= {file for _, file in lost}
    receive(withdrawn, [sent(inbox, "房屋管理处3.xlsx", LEFT)], quarter=QUARTER, on=LATER)
    told = [str(message) for message in proposed(withdrawn).differences]
    assert len(told) == 2
    assert "withdrawn.csv has no line of it; what was written is: 2010-09-29, 误报, 重复" in told[0]
    repair(withdrawn)
    assert path.read_bytes() == before
    assert read_register(withdrawn)[: len(counting)] == counting
    assert [severity for severity, *_ in codes(withdrawn)] == ["warning"] * 2


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda lines: [*lines[:2], *lines[3:]], ["has no line of it"]),
        (lambda lines: [lines[0].replace(",note", "")], ["has no line of it"] * 4),
        (lambda _: [], ["has no line of it"] * 4),
        (lambda lines: [*lines[:2], lines[2].replace("处,2010Q3", "处,2010Q2"), *lines[3:]], ["line 3"]),
        (lambda lines: [lines[0], lines[1].replace(lines[1].split(",")[1], "0" * 64), *lines[2:]], ["line 2"]),
        (lambda lines: [*lines[:3], lines[4], lines[3]], ["line 4", "line 5"]),
    ],
)  # fmt: skip
def test_what_was_done_to_the_register_is_told_by_line_and_undone(
    withdrawn: Settings, spoil: Callable[[list[str]], list[str]], says: list[str]
) -> None:
    path = withdrawn.raw / "register.csv"
    before = path.read_bytes()
    spoil_register(withdrawn, spoil)
    told = [str(message) for message in proposed(withdrawn).differences]
    assert [any(word in line for line in told) for word in says] == [True] * len(says), told
    assert len(told) == len(says)
    blocks = [code for severity, code, _ in codes(withdrawn) if severity == "error"]
    assert blocks == ["REGISTER_DIFFERS"] * len(says)
    repair(withdrawn)
    assert path.read_bytes() == before
    assert proposed(withdrawn).differences == ()


def test_a_workbook_and_its_line_that_are_both_gone_are_told(kept: Settings) -> None:
    gone = read_register(kept)[-1]
    (kept.root / gone.file).unlink()
    spoil_register(kept, lambda lines: lines[:-1])
    assert codes(kept) == [("error", "REGISTER_DIFFERS", gone.file)]
    repair(kept)
    assert codes(kept) == [("error", "FILE_MISSING", gone.file)]


def test_a_workspace_without_a_journal_gets_one_of_all_its_lines(kept: Settings, inbox: Path) -> None:
    path = kept.raw / "journal.jsonl"
    path.unlink()
    assert codes(kept) == []
    assert proposed(kept).differences == ()
    receive(kept, [sent(inbox, "房屋管理处9.xlsx", THREE)], quarter=QUARTER, on=LATER)
    before = (kept.raw / "register.csv").read_bytes()
    assert b"note 2" in before
    (kept.raw / "register.csv").unlink()
    assert len(proposed(kept).differences) == 4
    repair(kept)
    assert (kept.raw / "register.csv").read_bytes() == before


def test_an_edited_line_is_not_taken_for_written_by_what_is_received_after(
    kept: Settings, inbox: Path
) -> None:
    spoil_register(
        kept, lambda lines: [lines[0], lines[1].replace(lines[1].split(",")[1], "0" * 64), *lines[2:]]
    )
    for name, content in (("房屋管理处9.xlsx", THREE), ("房屋管理处8.xlsx", LEFT)):
        receive(kept, [sent(inbox, name, content)], quarter=QUARTER, on=LATER)
    assert [code for _, code, _ in codes(kept)] == ["REGISTER_DIFFERS"]
    repair(kept)
    assert codes(kept) == []


@pytest.mark.parametrize(
    "spoilt", ["{", '{"list": "register.csv"}', '{"list": "register.csv", "line": {"file": "a"}}', "[]"]
)
def test_a_journal_that_was_edited_is_told_with_its_line(kept: Settings, spoilt: str) -> None:
    path = kept.raw / "journal.jsonl"
    path.write_text(path.read_text("utf-8") + spoilt, "utf-8")
    with pytest.raises(CityAnalyticsError, match=r"journal\.jsonl, line \d+: not what was written there"):
        codes(kept)


def test_the_journal_only_grows(kept: Settings, inbox: Path) -> None:
    path = kept.raw / "journal.jsonl"
    for number, content in enumerate((THREE, LEFT)):
        before = path.read_bytes()
        receive(kept, [sent(inbox, f"房屋管理处{number}.xlsx", content)], quarter=QUARTER, on=LATER)
        assert path.read_bytes().startswith(before)
        assert path.read_bytes() != before


def placeless(receipt: Receipt) -> Receipt:
    return replace(receipt, position=0)


@pytest.mark.parametrize(
    ("one", "other"),
    [("燃气管理处A.xlsx", "燃气管理处a.xlsx"), ("燃气管理处\u00c4.xlsx", "燃气管理处A\u0308.xlsx")],
)
def test_names_that_some_file_system_takes_for_one_are_numbered(
    settings: Settings, inbox: Path, one: str, other: str
) -> None:
    for name, content in ((one, ONE), (other, TWO)):
        receive(settings, [sent(inbox, name, content)], quarter=QUARTER, on=ON)
    first, second = (Path(receipt.file) for receipt in read_register(settings))
    assert second.stem == f"{Path(other).stem}-2"
    assert ((settings.root / first).read_bytes(), (settings.root / second).read_bytes()) == (ONE, TWO)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets few users make links")
def test_links_are_not_followed_for_writing(settings: Settings, inbox: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    place = settings.raw / QUARTER / "2010-09-25"
    place.mkdir(parents=True)
    (place / "燃气管理处").symlink_to(outside)
    with pytest.raises(UsageError, match="leads out of data/raw"):
        receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    assert list(outside.iterdir()) == []
    (place / "燃气管理处").unlink()
    target = outside / "register.csv"
    target.touch()
    (settings.raw / "register.csv").symlink_to(target)
    receive(settings, [sent(inbox)], quarter=QUARTER, on=ON)
    assert target.read_bytes() == b""
    assert not (settings.raw / "register.csv").is_symlink()
