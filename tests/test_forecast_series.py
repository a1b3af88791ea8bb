"""forecast-series from outside: a file in, a file out, and what it says where the input is bad."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from tests import command

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ["series_id", "year", "month", "method", "p05", "p10", "p25", "p50", "p75", "p90", "p95", "issue"]
HEAD = "series_id,year,month,value"


def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    return command.run("forecast-series", *map(str, arguments), "--ui", "en", workspace=cwd)


def lines(name: str, first: int, values: np.ndarray, *, group: str | None = None) -> list[str]:
    tail = "" if group is None else f",{group}"
    return [
        f"{name},{first + place // 12},{place % 12 + 1},{value}{tail}" for place, value in enumerate(values)
    ]


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """Give two series: one ends in September 2015, the other in December."""
    draw = np.random.default_rng(5)
    roads, homes = np.exp(draw.normal(3, 0.2, 57)), np.exp(draw.normal(1, 0.2, 60))
    path = tmp_path / "series.csv"
    path.write_text("\n".join([HEAD, *lines("roads", 2011, roads), *lines("homes", 2011, homes)]), "utf-8")
    return path


def test_every_year_that_has_the_months_gets_a_line(two: Path, tmp_path: Path) -> None:
    done = run(two, "--month", 9, "--out", "f.csv", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert ": 10, of series: 2" in done.stderr
    found = pd.read_csv(tmp_path / "f.csv")
    assert list(found.columns) == COLUMNS
    assert found[["series_id", "year"]].to_numpy().tolist() == [
        [name, year] for name in ("homes", "roads") for year in range(2011, 2016)
    ]
    assert set(found["month"]) == {9}
    assert found.loc[found["year"] < 2014, "issue"].notna().all()
    assert found.loc[found["year"] >= 2014, "issue"].isna().all()


def test_a_later_month_leaves_out_the_year_that_has_it_not(two: Path, tmp_path: Path) -> None:
    assert run(two, "--month", 12, "--out", "f.csv", cwd=tmp_path).returncode == 0
    found = pd.read_csv(tmp_path / "f.csv")
    assert len(found) == 9
    totals = pd.read_csv(two).groupby(["series_id", "year"])["value"].agg(["sum", "count"])
    assert (found["p05"] == found["p95"]).all()
    assert found["p50"].to_numpy() == pytest.approx(totals.loc[totals["count"] == 12, "sum"].to_numpy())


def test_years_can_be_named(two: Path, tmp_path: Path) -> None:
    assert run(two, "--month", 9, "--out", "f.csv", "--years", "2014, 2015", cwd=tmp_path).returncode == 0
    assert set(pd.read_csv(tmp_path / "f.csv")["year"]) == {2014, 2015}


def test_the_same_file_gives_the_same_bytes_whatever_its_order_and_encoding(
    two: Path, tmp_path: Path
) -> None:
    head, *rest = two.read_text("utf-8").splitlines()
    renamed = [line.replace("roads", "道路") for line in rest]
    (tmp_path / "utf8.csv").write_text("\ufeff" + "\r\n".join([head, *renamed]), "utf-8")
    (tmp_path / "gb.csv").write_bytes("\n".join([head, *reversed(renamed), ""]).encode("gb18030"))
    for name in ("utf8", "gb"):
        assert run(f"{name}.csv", "--month", 6, "--out", f"{name}.out", cwd=tmp_path).returncode == 0
    assert (tmp_path / "utf8.out").read_bytes() == (tmp_path / "gb.out").read_bytes()
    assert "道路" in (tmp_path / "gb.out").read_text("utf-8")


def test_columns_may_stand_in_any_order_with_others_between(tmp_path: Path) -> None:
    rows = [f"x,{month},{10 * month},{year},a,美元" for year in (2013, 2014, 2015) for month in range(1, 13)]
    (tmp_path / "s.csv").write_text("\n".join(["note,Month,value,year,SERIES_ID,unit", *rows]), "utf-8")
    assert run("s.csv", "--month", 6, "--out", "f.csv", cwd=tmp_path).returncode == 0
    assert pd.read_csv(tmp_path / "f.csv").loc[2, "p50"] == pytest.approx(780, rel=0.05)


@pytest.mark.parametrize(
    ("rows", "where", "what"),
    [
        (["a,2015,1,abc"], "s.csv:2", "NOT_A_NUMBER"),
        (["a,2015,1,5", "a,2015,2,inf"], "s.csv:3", "NOT_A_NUMBER"),
        (['a,2015,1,"1,234"'], "s.csv:2", "NOT_A_NUMBER"),
        (["a,2015,1,1e999"], "s.csv:2", "NOT_A_NUMBER"),
        (["a,2015,13,5"], "s.csv:2", "MONTH"),
        (["a,15,1,5"], "s.csv:2", "YEAR"),
        (["a,2015-01,1,5"], "s.csv:2", "YEAR"),
        ([",2015,1,5"], "s.csv:2", "SERIES_NAME"),
        (["=1+1,2015,1,5"], "s.csv:2", "SERIES_NAME"),
        (["a,2015,1,5", "", "a,2015,1,6"], "s.csv:2,4", "MONTH_CONFLICT"),
        (["a,2015,1,5", "a,2015,1,"], "s.csv:2,3", "MONTH_CONFLICT"),
    ],
)
def test_a_line_without_sense_is_refused_with_its_place(
    tmp_path: Path, rows: list[str], where: str, what: str
) -> None:
    (tmp_path / "s.csv").write_text("\n".join([HEAD, *rows]), "utf-8")
    (tmp_path / "f.csv").write_text("from before")
    done = run("s.csv", "--month", 1, "--out", "f.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert f"{what} {where}\n" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "f.csv").read_text() == "from before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.csv", "s.csv"]


def test_every_bad_line_is_listed_at_once(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("\n".join([HEAD, *["a,2015,1,x"] * 60]), "utf-8")
    done = run("s.csv", "--month", 1, "--out", "f.csv", cwd=tmp_path)
    assert done.stderr.count("NOT_A_NUMBER") == 60


def test_two_groups_of_one_series_are_refused(tmp_path: Path) -> None:
    rows = ["a,2015,1,1,roads", "a,2015,2,1,homes"]
    (tmp_path / "s.csv").write_text("\n".join([HEAD + ",group", *rows]), "utf-8")
    done = run("s.csv", "--month", 1, "--out", "f.csv", cwd=tmp_path)
    assert (done.returncode, "GROUP_CONFLICT s.csv:2,3" in done.stderr) == (1, True)


def test_a_month_said_twice_alike_counts_once_and_is_told(two: Path, tmp_path: Path) -> None:
    text = two.read_text("utf-8")
    (tmp_path / "again.csv").write_text(text + "\n" + text.splitlines()[1], "utf-8")
    assert run(two, "--month", 9, "--out", "once.csv", cwd=tmp_path).returncode == 0
    done = run("again.csv", "--month", 9, "--out", "twice.csv", cwd=tmp_path)
    assert "MONTH_TWICE again.csv:2,119" in done.stderr
    assert (tmp_path / "once.csv").read_bytes() == (tmp_path / "twice.csv").read_bytes()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"series_id,year,value\na,2015,1\n", "lacks the columns month"),
        (HEAD.encode(), "headings and no month"),
        (f"{HEAD}\na,2015,1,\n".encode(), "holds no value"),
        (f"{HEAD}\na,2015,2,5\n".encode(), "no series has all months"),
        (b"\xff\xfe\x00\x81", "is no text"),
        (f"{HEAD}\n{'x' * 200_000},2015,1,5\n".encode(), "line 2: no CSV"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_a_sentence(
    tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "s.csv").write_bytes(content)
    done = run("s.csv", "--month", 1, "--out", "f.csv", cwd=tmp_path)
    assert done.returncode == 1
    assert said in done.stderr
    assert not (tmp_path / "f.csv").exists()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (("--month", 13, "--out", "f.csv"), 2, "13"),
        (("--out", "f.csv"), 2, "--month"),
        (("--month", 9), 2, "--out"),
        (("--month", 9, "--out", "f.csv", "--years", "soon"), 2, "soon"),
        (("--month", 9, "--out", "f.csv", "--years", "2015,2031"), 1, "2031"),
        (("--month", 9, "--out", "nowhere/f.csv"), 2, "nowhere/f.csv"),
    ],
)
def test_wrong_options_are_told(
    two: Path, tmp_path: Path, options: tuple[object, ...], code: int, said: str
) -> None:
    done = run(two, *options, cwd=tmp_path)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert not (tmp_path / "f.csv").exists()


def test_gaps_zeros_and_negative_months_are_answered_with_the_reason(tmp_path: Path) -> None:
    whole = np.tile(np.arange(1.0, 13.0), 5)
    gap, negative, zero = whole.copy(), whole.copy(), np.zeros(60)
    gap[20], negative[20] = np.nan, -3
    rows = [
        line
        for name, values in (("gap", gap), ("negative", negative), ("zero", zero))
        for line in lines(name, 2011, values)
    ]
    (tmp_path / "s.csv").write_text("\n".join([HEAD, *rows]), "utf-8")
    assert run("s.csv", "--month", 6, "--out", "f.csv", "--years", "2015", cwd=tmp_path).returncode == 0
    found = pd.read_csv(tmp_path / "f.csv").set_index("series_id")
    assert "months missing before: 1" in str(found.loc["gap", "issue"])
    assert "negative months so far: 1" in str(found.loc["negative", "issue"])
    assert "no forecast" in str(found.loc["zero", "issue"])
    assert np.isfinite(found[COLUMNS[4:11]].to_numpy()).all()


def test_a_year_with_a_gap_has_no_line_and_is_told(tmp_path: Path) -> None:
    values = np.tile(np.arange(1.0, 13.0), 4)[:40]
    values[[14, 15]] = np.nan
    (tmp_path / "s.csv").write_text("\n".join([HEAD, *lines("a", 2011, values)]), "utf-8")
    done = run("s.csv", "--month", 6, "--out", "f.csv", "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert pd.read_csv(tmp_path / "f.csv")["year"].tolist() == [2011, 2013]
    (issue,) = json.loads(done.stdout)["issues"]  # 2014 ends in April: that is no gap
    assert (issue["code"], issue["where"]) == ("YEAR_WITH_GAP", "a 2012")
    assert "month 3, 4" in issue["understood"]


def test_a_terminal_sees_a_bar(two: Path, tmp_path: Path) -> None:
    above, below = pty.openpty()
    words = ["forecast-series", str(two), "--month", "9", "--out", "f.csv", "--ui", "en"]
    with io.FileIO(above) as screen:
        with subprocess.Popen(
            [sys.executable, "-m", "cityanalytics", *words],
            cwd=tmp_path,
            stderr=below,
            env={**os.environ, "TERM": "xterm"},
        ) as process:
            os.close(below)
            seen = b""
            try:
                while part := screen.read(4096):
                    seen += part
            except OSError:  # Linux says so when the other end closes
                pass
        assert process.returncode == 0
    assert b"forecasting series" in seen
    assert b"2/2" in seen
