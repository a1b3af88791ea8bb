"""`ingest --returns`: doubtful workbooks go back to their units, and the mended ones come in again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
import shutil
import zipfile
from collections import defaultdict
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest
from defusedxml import ElementTree

from cityanalytics.briefing.wording import catalogue, spoken
from cityanalytics.errors import UsageError
from cityanalytics.intake import returns
from cityanalytics.intake.load import ingest
from cityanalytics.intake.receive import receive
from cityanalytics.intake.returns import to_return, write_returns
from cityanalytics.settings import load_settings
from cityanalytics.workbooks.grid import read_bytes
from cityanalytics.workbooks.marking import issuelist
from cityanalytics.workbooks.marking.mark import Marked, mark_workbook
from tests import command
from tests.conftest import file_unopened

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from cityanalytics.intake.returns import Returned
    from cityanalytics.settings import Settings
    from cityanalytics.workbooks.grid import Grids

#: Units of the sample whose workbooks of the third quarter hold doubts: numbers as text, a date without its day.
ROADS, RURAL, HEAT = "市政工程处", "农村住房建设办公室", "热力管理处"
DOUBTFUL = "N15"
TAG = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@pytest.fixture
def city(repository: Path, tmp_path: Path) -> Path:
    """Give a workspace that received three units' workbooks of one quarter."""
    root = tmp_path / "city"
    root.mkdir()
    shutil.copy(repository / "cityanalytics.toml", root)
    for unit in (ROADS, RURAL, HEAT):
        (source,) = sorted((repository / "data/raw/2010Q3").rglob(f"{unit}2010年三季度报表.xlsx"))[-1:]
        receive(load_settings(root), [source], quarter="2010Q3", on=dt.date(2010, 9, 25))
    return root


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command.run(*arguments, workspace=root)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        return {info.filename: opened.read(info) for info in opened.infolist()}


def save(path: Path, held: dict[str, bytes]) -> Path:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for name, part in held.items():
            opened.writestr(name, part)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.getvalue())
    return path


def with_cell(held: dict[str, bytes], cell: str, kind: str, value: str) -> dict[str, bytes]:
    """Give the parts with another value in a cell of the first sheet, its look kept: as a clerk would."""
    name = "xl/worksheets/sheet1.xml"
    sheet, count = re.subn(
        rf'(<c r="{cell}"(?: s="\d+")?)[^>]*>.*?</c>'.encode(),
        rf'\1 t="{kind}"><v>{value}</v></c>'.encode(),
        held[name],
    )
    assert count == 1
    return {**held, name: sheet}


def spoil(root: Path) -> None:
    """Receive the roads' workbook again with an error in a cell."""
    original = next((root / "data/raw").rglob(f"{ROADS}*.xlsx"))
    source = save(root.parent / "inbox" / original.name, with_cell(parts(original), DOUBTFUL, "e", "#DIV/0!"))
    receive(load_settings(root), [source], quarter="2010Q3", on=dt.date(2010, 9, 27))


def marks(path: Path) -> dict[str, dict[str, set[str]]]:
    """Read a marked workbook by its raw XML: by sheet the cells that are filled, commented, listed, linked."""
    held = parts(path)
    tree = {
        name: ElementTree.fromstring(part) for name, part in held.items() if name.endswith((".xml", ".rels"))
    }
    colours = {f"FF{colour}" for colour in issuelist.COLOURS.values()}
    styles = tree["xl/styles.xml"]
    fills = [{one.get("rgb") for one in fill.iter(f"{TAG}fgColor")} for fill in styles.find(f"{TAG}fills")]
    looks = [bool(fills[int(look.get("fillId"))] & colours) for look in styles.find(f"{TAG}cellXfs")]
    related = {
        one.get("Id"): one.get("Target").removeprefix("/xl/") for one in tree["xl/_rels/workbook.xml.rels"]
    }
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    *own, issues = tree["xl/workbook.xml"].iter(f"{TAG}sheet")
    for sheet in own:
        part = related[sheet.get(RELATION)]
        cells = tree[f"xl/{part}"].iter(f"{TAG}c")
        found[sheet.get("name")]["filled"] = {one.get("r") for one in cells if looks[int(one.get("s", "0"))]}
        for relation in tree.get(f"xl/worksheets/_rels/{part.rpartition('/')[2]}.rels", ()):
            if relation.get("Type").endswith("/comments"):
                comments = tree[relation.get("Target").removeprefix("/")].iter(f"{TAG}comment")
                found[sheet.get("name")]["commented"] = {one.get("ref") for one in comments}
    listed = tree[f"xl/{related[issues.get(RELATION)]}"]
    for cell in list(listed.iter(f"{TAG}c")):
        if cell.get("r").startswith("A") and int(cell.get("r")[1:]) > 3:
            sheet_name, _, place = "".join(cell.itertext()).rpartition("!")
            found[sheet_name]["listed"].add(place)
    for link in listed.iter(f"{TAG}hyperlink"):
        sheet_name, _, place = link.get("location").rpartition("!")
        found[sheet_name.strip("'")]["linked"].add(place)
    return {sheet: dict(kinds) for sheet, kinds in found.items() if any(kinds.values())}


def write(settings: Settings, folder: Path, *quarters: str) -> list[Returned]:
    chosen = to_return(settings, ingest(settings), quarters)
    return write_returns(settings, chosen, folder, languages=(spoken("zh"), spoken("en")))


def test_exactly_the_doubtful_cells_are_marked_also_when_an_issue_blocks(city: Path) -> None:
    spoil(city)
    done = run(city, "ingest", "--returns", "back/now", "--json", "--ui", "en")
    assert done.returncode == 1
    assert not (city / "data/processed").exists()
    assert "workbooks written to back/now: 2, of units: 2; marked in place: 2" in done.stderr
    issues = json.loads(done.stdout)["issues"]
    assert {issue["code"] for issue in issues} >= {"ERROR_CELL", "TEXT_NUMBER", "DATE_PRECISION"}
    doubted: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for issue in issues:
        file, sheet, cell = issue["where"].split("!")
        doubted[file][sheet].add(cell)
    replaced = f"data/raw/2010Q3/2010-09-25/{ROADS}/{ROADS}2010年三季度报表.xlsx"
    assert doubted.pop(replaced), "what was corrected is still doubted, but no longer goes back"
    back = city / "back/now"
    written = {path.relative_to(back).as_posix(): path for path in back.rglob("*") if path.is_file()}
    assert sorted(written) == sorted(f"2010Q3/{unit}/{unit}2010年三季度报表.xlsx" for unit in (ROADS, RURAL))
    for file, sheets in doubted.items():
        path = next(path for name, path in written.items() if name.endswith(file.rpartition("/")[2]))
        assert marks(path) == {
            sheet: {"filled": cells, "commented": cells, "listed": cells, "linked": cells}
            for sheet, cells in sheets.items()
        }
        before, after = parts(city / file), parts(path)
        assert {name for name in before if before[name] != after[name]} <= {
            "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
            "xl/worksheets/sheet1.xml",
        }  # fmt: skip


def test_the_mended_workbook_replaces_the_first_and_its_marks_do_no_harm(city: Path) -> None:
    run(city, "ingest")
    sound = json.loads(run(city, "forecast", "2010Q3", "--json").stdout)
    assert sound["known_on"] == "2010-09-25"
    spoil(city)
    assert run(city, "ingest", "--returns", "back").returncode == 1
    (returned,) = (city / "back").rglob(f"{ROADS}*.xlsx")
    inbox = city.parent / "mended"
    mended = save(inbox / returned.name, with_cell(parts(returned), DOUBTFUL, "n", "1231"))
    assert run(city, "receive", str(mended), "--quarter", "2010Q3", "--on", "2010-09-29").returncode == 0
    done = run(city, "ingest", "--returns", "again", "--json")
    assert done.returncode == 0
    last = [issue for issue in json.loads(done.stdout)["issues"] if "2010-09-29" in issue["where"]]
    assert [issue["where"].rpartition("!")[2] for issue in last] == ["O5"], "one is mended, the other is not"
    manifest = json.loads((city / "data/processed/manifest.json").read_text("utf-8"))
    sheets = next(entry["rows"] for entry in manifest["inputs"] if "2010-09-29" in entry["path"])
    assert [name for name in sheets if "存疑清单" in name] == []
    now = json.loads(run(city, "forecast", "2010Q3", "--json").stdout)
    assert now == {**sound, "known_on": "2010-09-29"}
    (second,) = (city / "again").rglob(f"{ROADS}*.xlsx")
    (kinds,) = marks(second).values()
    assert kinds == {kind: {"O5"} for kind in ("filled", "commented", "listed", "linked")}
    assert sorted(parts(second)) == sorted(parts(returned)), "no second list, no second comments"


def test_only_the_quarters_named_go_back(city: Path, repository: Path, tmp_path: Path) -> None:
    settings = load_settings(city)
    (source,) = (repository / "data/raw/2010Q1").rglob(f"{RURAL}*.xlsx")
    receive(settings, [source], quarter="2010Q1", on=dt.date(2010, 4, 1))
    written = write(settings, tmp_path / "first", "2010Q1")
    assert [(one.unit, one.path.relative_to(tmp_path / "first").parts[0]) for one in written] == [
        (RURAL, "2010Q1")
    ]
    assert {one.path.relative_to(tmp_path / "all").parts[0] for one in write(settings, tmp_path / "all")} == {
        "2010Q1",
        "2010Q3",
    }


def test_a_folder_with_something_else_is_left_alone(city: Path, tmp_path: Path) -> None:
    settings, folder = load_settings(city), tmp_path / "back"
    folder.mkdir()
    written = write(settings, folder)
    assert write(settings, folder) == written, "the same again is no harm"
    note = folder / "note.txt"
    note.write_text("a clerk's own")
    with pytest.raises(UsageError):
        write(settings, folder)
    assert note.read_text() == "a clerk's own"
    with pytest.raises(UsageError):
        write(settings, city / "data/raw/2010Q3/back")
    assert run(city, "ingest", "--returns", str(folder)).returncode == 2
    assert not (city / "data/processed").exists()


def test_interrupted_it_leaves_nothing(city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = count(1)

    def interrupted(_: Grids, content: bytes, *__: object, **___: object) -> Marked:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return Marked(content=content, suffix=".xlsx", form="in place")

    monkeypatch.setattr(returns, "mark_workbook", interrupted)
    folder = tmp_path / "out" / "back"
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(KeyboardInterrupt):
        write(load_settings(city), folder)
    assert next(calls) == 3
    assert sorted(tmp_path.rglob("*")) == before


def test_without_a_doubt_no_folder_is_made(city: Path) -> None:
    settings = load_settings(city)
    register = settings.raw / "register.csv"
    rows = [row for row in csv.reader(register.read_text("utf-8").splitlines()) if row[2] in {"unit", HEAT}]
    for path in settings.raw.rglob("*.xlsx"):
        if HEAT not in path.name:
            path.unlink()
    register.write_text("\n".join(map(",".join, rows)) + "\n", "utf-8")
    (settings.raw / "journal.jsonl").unlink()
    done = run(city, "ingest", "--returns", "back", "--ui", "zh")
    assert done.returncode == 0
    assert "各报表均无存疑" in done.stderr
    assert not (city / "back").exists()


def test_what_cannot_be_read_goes_back_as_the_list_alone_under_a_name_of_its_own(city: Path) -> None:
    locked = city.parent / f"{HEAT}补报.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096))
    table = city.parent / f"{HEAT}明细.csv"
    table.write_bytes(
        "序号,项目名称,总投资（万元）\n1,=cmd|' /C calc'!A0,待定\n2,乙路,3\n3,丙路,4\n".encode("gb18030")
    )
    day = dt.date(2010, 9, 28)
    file_unopened(load_settings(city), locked, unit=HEAT, quarter="2010Q3", on=day)
    receive(load_settings(city), [table], quarter="2010Q3", on=day)
    done = run(city, "ingest", "--returns", "back", "--ui", "en")
    assert done.returncode == 1
    assert "as a marked copy of the values: 1, as the list of issues alone: 1" in done.stderr
    names = {path.name for path in (city / "back/2010Q3" / HEAT).iterdir()}
    assert names == {f"{HEAT}补报-存疑清单.xlsx", f"{HEAT}明细.xlsx"}
    copy = parts(city / "back/2010Q3" / HEAT / f"{HEAT}明细.xlsx")
    assert not any(b"<f>" in part for part in copy.values())


def test_a_list_that_is_sent_in_is_no_table(city: Path, tmp_path: Path) -> None:
    written = write(load_settings(city), tmp_path / "back")
    (marked,) = [one.path for one in written if one.unit == ROADS]
    shown = json.loads(run(city, "inspect", str(marked), "--json").stdout)
    (file,) = shown["files"]
    assert [sheet["sheet"] for sheet in file["sheets"]] == ["项目投资完成情况", "项目状态", "实物工程量"]
    workbook = read_bytes(b"", name="f")
    alone = mark_workbook(workbook, b"", workbook.issues, languages=(spoken("en"),))
    assert alone.form == "list"
    (tmp_path / "list.xlsx").write_bytes(alone.content)
    done = run(city, "inspect", str(tmp_path / "list.xlsx"), "--json")
    assert done.returncode == 1
    assert [issue["code"] for issue in json.loads(done.stdout)["issues"]] == ["NO_TABLE"]


def test_what_the_register_alone_doubts_is_no_matter_of_the_unit(city: Path, tmp_path: Path) -> None:
    for path in (city / "data/raw").rglob(f"{ROADS}*.xlsx"):
        path.unlink()
    for path in (city / "data/raw").rglob(f"{RURAL}*.xlsx"):
        path.write_bytes(path.read_bytes() + b"\0")
    settings = load_settings(city)
    assert {issue.code for issue in ingest(settings).issues} == {"FILE_MISSING", "FILE_CHANGED"}
    assert write(settings, tmp_path / "back") == []


def test_a_hostile_unit_stays_inside_the_folder(city: Path, tmp_path: Path) -> None:
    settings, folder = load_settings(city), tmp_path / "back"
    chosen = [(replace(one, unit="../../x"), issues) for one, issues in to_return(settings, ingest(settings))]
    written = write_returns(settings, chosen, folder, languages=(spoken("zh"), spoken("en")))
    assert len(written) == 2
    assert all(one.path.resolve().is_relative_to(folder.resolve()) and one.path.is_file() for one in written)


def test_every_word_of_a_list_is_in_both_languages() -> None:
    words = (issuelist.NAME, issuelist.SENTENCE, issuelist.COPY, *issuelist.HEADERS, "error", "warning")
    assert [word for word in words if word not in catalogue("zh")] == []
