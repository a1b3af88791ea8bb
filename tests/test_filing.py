"""The commands that file and read workbooks: what they refuse, and what they say at the end."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING

import pytest

import cityanalytics as ca
from cityanalytics.cli import main

if TYPE_CHECKING:
    from pathlib import Path

UNIT = "燃气管理处"


@pytest.fixture
def city(repository: Path, tmp_path: Path) -> Path:
    """Give a workspace that received one workbook, with warnings alone."""
    root = tmp_path / "city"
    root.mkdir()
    shutil.copy(repository / "cityanalytics.toml", root)
    (source,) = (repository / "data/raw/2010Q3").rglob(f"{UNIT}2010年三季度报表.xls")
    assert run(root, "receive", str(source), "--quarter", "2010Q3", "--on", "2010-09-25") == 0
    return root


def run(root: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([*arguments, "--ui", "en", "--workspace", str(root)])
    return int(stopped.value.code or 0)


def table(folder: Path, content: str = "1,甲路,5") -> Path:
    path = folder / f"{UNIT}.csv"
    path.write_text(f"序号,项目名称,总投资（万元）\n{content}\n2,乙路,6\n", encoding="utf-8")
    return path


def registered(root: Path) -> int:
    return len((root / "data/raw/register.csv").read_text("utf-8").splitlines()) - 1


def test_a_day_to_come_is_no_day_of_receipt(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = table(city.parent)
    tomorrow = dt.date.today() + dt.timedelta(days=1)  # noqa: DTZ011 - as the command's
    assert run(city, "receive", str(source), "--quarter", "2010Q3", "--on", tomorrow.isoformat()) == 2
    assert f"{tomorrow} has not come yet" in capsys.readouterr().err
    assert registered(city) == 1
    today = tomorrow - dt.timedelta(days=1)
    assert run(city, "receive", str(source), "--quarter", "2010Q3", "--on", today.isoformat()) == 0
    assert registered(city) == 2


def test_what_is_no_workbook_is_refused_with_its_reason(
    city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    notes = city.parent / "notes.txt"
    notes.write_text("called the unit, they will send it on Monday\n", encoding="utf-8")
    assert run(city, "receive", str(notes), "--unit", UNIT, "--quarter", "2010Q3") == 1
    said = capsys.readouterr().err
    assert "NO_DATA notes.txt" in said
    assert said.splitlines()[-1] == "nothing was filed: 1 file is no workbook that can be read"
    assert registered(city) == 1


def test_a_name_that_states_another_quarter_is_wrong_usage(city: Path) -> None:
    source = table(city.parent)
    named = source.rename(source.with_name(f"{UNIT}2010年三季度报表更正.csv"))
    assert run(city, "receive", str(named), "--quarter", "2010Q2", "--on", "2010-10-09") == 2
    assert registered(city) == 1


def test_a_quarter_of_which_nothing_came_is_refused(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(city, "ingest", "2011Q3") == 2
    assert "no workbook of 2011Q3 has been received; the latest is of 2010Q3" in capsys.readouterr().err
    assert not (city / "data/processed").exists()
    assert run(city, "ingest", "2010Q3") == 0


def test_a_blocked_ingest_ends_with_its_errors_and_what_to_do(
    city: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = table(city.parent, "1,甲路,约5\n3,丙路,#DIV/0!")
    assert run(city, "receive", str(source), "--quarter", "2010Q3", "--on", "2010-09-26") == 0
    capsys.readouterr()
    assert run(city, "ingest") == 1
    lines = capsys.readouterr().err.splitlines()
    kinds = [line.partition(" ")[0] for line in lines if line.startswith(("error ", "warning "))]
    errors, warnings = kinds.count("error"), kinds.count("warning")
    assert errors * warnings > 0
    assert kinds == ["warning"] * warnings + ["error"] * errors
    assert lines[-1].startswith(f"{errors} issue")
    assert f"beside warnings: {warnings}; no table was written" in lines[-1]
    assert "cityanalytics ingest --returns DIR" in lines[-1]
    assert run(city, "ingest", "--returns", str(city.parent / "back")) == 1
    assert "Receive the mended workbooks" in capsys.readouterr().err.splitlines()[-1]


def test_handouts_that_lie_there_are_left_as_they_are(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = city / "data/handouts/2010Q4"
    folder.mkdir(parents=True)
    (folder / f"{UNIT}2010Q4报表.xlsx").write_bytes(b"half filled in")
    assert run(city, "init", "--next-quarter", str(city)) == 0
    assert "1 workbook that lay there was left as it is" in capsys.readouterr().err
    assert (folder / f"{UNIT}2010Q4报表.xlsx").read_bytes() == b"half filled in"
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert len(before) == 20
    assert run(city, "init", "--next-quarter", str(city)) == 0
    said = capsys.readouterr().err
    assert "0 workbooks of 2010Q4 to fill in" in said
    assert "20 workbooks that lay there were left as they are" in said
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_workbook_filed_by_mistake_is_withdrawn_kept_and_said(
    city: Path, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (source,) = (repository / "data/raw/2010Q3").rglob("市政工程处2010年三季度报表.xlsx")
    assert run(city, "ingest") == 0
    before = tables(city)
    day = ("--quarter", "2010Q3", "--on", "2010-09-26")
    assert run(city, "receive", str(source), "--unit", UNIT, *day) == 0
    assert run(city, "ingest") == 1
    (filed,) = (city / "data/raw").rglob(source.name)
    register = (city / "data/raw/register.csv").read_bytes()
    assert run(city, "withdraw", str(filed), "--why", "  of another\nunit ") == 0
    capsys.readouterr()
    assert run(city, "ingest", "--history") == 0
    place = filed.relative_to(city).as_posix()
    said = capsys.readouterr().err
    assert f"warning WORKBOOK_WITHDRAWN {place}" in said
    assert "of another unit; kept, and not read" in said
    assert tables(city) == before
    workspace = ca.open_workspace(city)  # nothing of it counts, and nothing is lost
    assert place not in set(workspace.tables["projects"]["file"])
    gone = workspace.replaced["projects"]
    assert set(gone["file"]) == {place}
    assert "桥梁工程" in set(gone["category"])
    assert (filed.read_bytes(), (city / "data/raw/register.csv").read_bytes()) == (
        source.read_bytes(),
        register,
    )
    assert run(city, "receive", str(source), "--unit", UNIT, *day) == 0  # it may come again
    assert registered(city) == 3
    assert len(list((city / "data/raw").rglob("市政工程处*.xlsx"))) == 2
    assert run(city, "ingest") == 1


def tables(root: Path) -> dict[str, bytes]:
    """Give the tables of what was reported, by name."""
    folder = root / "data/processed"
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet") if path.stem != "issues"}


def test_the_workbook_that_a_mistaken_one_hid_counts_again(city: Path, repository: Path) -> None:
    (first,) = (repository / "data/raw/2010Q2").rglob(f"{UNIT}2010年二季度报表.xls")
    assert run(city, "receive", str(first), "--quarter", "2010Q2", "--on", "2010-07-05") == 0
    assert run(city, "ingest") == 0
    before = tables(city)
    (later,) = (repository / "data/raw/2010Q3").rglob(f"{UNIT}2010年三季度报表.xls")
    unnamed = city.parent / f"{UNIT}更正.xls"
    shutil.copy(later, unnamed)
    assert run(city, "receive", str(unnamed), "--quarter", "2010Q2", "--on", "2010-10-09") == 0
    assert run(city, "ingest") == 1
    (filed,) = (city / "data/raw/2010Q2").rglob(unnamed.name)
    assert run(city, "withdraw", filed.relative_to(city).as_posix(), "--why", "三季度的报表") == 0
    assert run(city, "ingest") == 0
    assert tables(city) == before


@pytest.mark.parametrize(
    ("file", "why", "said"),
    [
        ("data/raw/2010Q3/2010-09-25/燃气管理处/燃气管理处.xls", "x", "nearest: data/raw/2010Q3/2010-09-25"),
        ("../elsewhere.xls", "x", "is not in the register"),
        (f"data/raw/2010Q3/2010-09-25/{UNIT}/{UNIT}2010年三季度报表.xls", "  ", "say why with --why"),
    ],
)
def test_what_cannot_be_withdrawn_is_said(
    city: Path, capsys: pytest.CaptureFixture[str], file: str, why: str, said: str
) -> None:
    assert run(city, "withdraw", file, "--why", why) == 2
    assert said in capsys.readouterr().err
    assert not (city / "data/raw/withdrawn.csv").exists()


def test_nothing_is_withdrawn_twice(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = f"data/raw/2010Q3/2010-09-25/{UNIT}/{UNIT}2010年三季度报表.xls"
    assert run(city, "withdraw", file, "--why", "x") == 0
    assert run(city, "withdraw", file, "--why", "y") == 2
    assert "has been withdrawn already" in capsys.readouterr().err
    assert run(city, "ingest") == 2  # nothing that counts has been received
    (city / "data/raw/withdrawn.csv").write_text("file,day\nx,y\n", encoding="utf-8")
    assert run(city, "ingest") == 1
    assert "withdrawn.csv, line 1: the header lacks on, why" in capsys.readouterr().err


def test_a_day_of_receipt_that_has_not_come_blocks(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    day = city / "data/raw/2010Q3/2010-09-25"
    day.rename(day.with_name("2999-09-25"))
    register = city / "data/raw/register.csv"
    register.write_text(register.read_text("utf-8").replace("2010-09-25", "2999-09-25"), "utf-8")
    assert run(city, "ingest") == 1
    assert "has not come yet" in capsys.readouterr().err


def test_the_register_is_held_against_what_lies_filed(city: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(city, "register") == 0
    register = city / "data/raw/register.csv"
    text = register.read_text("utf-8")
    register.unlink()
    assert run(city, "register") == 1
    told = capsys.readouterr().err
    assert f"data/raw/2010Q3/2010-09-25/{UNIT}" in told
    assert "register.csv has no line of it" in told
    assert run(city, "register", "--repair") == 0
    assert register.read_text("utf-8") == text
    assert run(city, "ingest") == 0
