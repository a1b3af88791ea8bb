"""What arrived for a quarter: on time, late, missing, refused, doubtful, unit by unit."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import xlsxwriter

from cityanalytics.briefing.tables import of_arrivals
from cityanalytics.errors import UsageError
from cityanalytics.intake.receive import receive
from cityanalytics.publishing.quality import arrivals
from cityanalytics.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

CONFIGURATION = """
due_days = 5
units = ["甲处", "乙处", "丙处", "丁处"]
sections = ["财务科"]
[names]
city = { zh = "某市", en = "City" }
bureau = { zh = "某局", en = "Bureau" }
statement = { zh = "样例", en = "Sample" }
[quarters]
2010Q3 = 2010-09-22
[forecast]
reference_class = "us_public_construction"
[terms]
"甲处" = { en = "First Office" }
"""
HEADER = ("序号", "项目名称", "类别", "年度计划投资", "", "", "自年初累计完成投资", "责任人")
DUE = "2010-09-27"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """Give a workspace: 甲处 in time, then corrected; 乙处 late, with an error; 丙处 with a doubt; 丁处 missing."""
    root = tmp_path / "city"
    root.mkdir()
    (root / "cityanalytics.toml").write_text(CONFIGURATION, "utf-8")
    send(root, "甲处", on="2010-09-25", plan="约300")
    send(root, "甲处", on="2010-10-08", plan=300)
    send(root, "乙处", on="2010-09-28", plan=None)
    send(root, "丙处", on=DUE, plan="1,250")
    send(root, "财务科", on="2010-09-30", plan=5)
    return root


def send(root: Path, unit: str, *, on: str, plan: float | str | None) -> None:
    """Receive a workbook with one project; a plan of None is a formula that failed."""
    file = root.parent / f"{unit}报表.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("项目投资完成情况")
        sheet.write("A1", f"{unit} 单位：万元")
        for column, label in enumerate(HEADER):
            if label:
                sheet.merge_range(1, column, 2, column, label)
        sheet.merge_range("E2:F2", "2010年完成投资")
        sheet.write_row("E3", ["8月", "9月（1—22日）"])
        for row in (3, 4):
            sheet.write_row(row, 0, [row - 2, f"{unit}项目{row}", "道路", 400, 60, 40, 100, "负责人"])
        if plan is None:
            sheet.write_formula("D4", "=1/0", None, "#DIV/0!")
        else:
            sheet.write("D4", plan)
    receive(load_settings(root), [file], quarter="2010Q3", on=dt.date.fromisoformat(on), unit=unit)


def test_each_unit_has_its_state_and_its_counts(city: Path) -> None:
    found = arrivals(str(city))
    assert (found.quarter, found.due.isoformat(), found.known_on.isoformat()) == ("2010Q3", DUE, "2010-10-08")
    units = {one.unit: one for one in found.units}
    assert list(units) == ["甲处", "乙处", "丙处", "丁处", "财务科"]
    assert {unit: one.state for unit, one in units.items()} == {
        "甲处": "on time",
        "乙处": "late",
        "丙处": "on time",
        "丁处": "missing",
        "财务科": "not expected",
    }
    assert {unit: one.workbooks for unit, one in units.items()} == {
        "甲处": 2, "乙处": 1, "丙处": 1, "丁处": 0, "财务科": 1,
    }  # fmt: skip
    assert [issue.code for issue in units["乙处"].issues[: units["乙处"].refused]] == [
        "ERROR_CELL",
        "VALUE_MISSING",
    ]
    assert units["丙处"].refused == 0
    assert [issue.value for issue in units["丙处"].issues if issue.code == "TEXT_NUMBER"] == ["1,250"]
    assert not [issue for issue in units["甲处"].issues if "2010-09-25" in issue.where], (
        "a correction replaced it"
    )


def test_what_came_later_is_not_known(city: Path) -> None:
    found = arrivals(str(city), known_on="2010-09-26")
    assert {one.unit: one.state for one in found.units} == {
        "甲处": "on time",
        "乙处": "not yet due",
        "丙处": "not yet due",
        "丁处": "not yet due",
    }
    (first, *_) = found.units
    assert [issue.value for issue in first.issues if issue.code == "UNPARSED"] == ["约300"]
    with pytest.raises(UsageError):
        arrivals(str(city), known_on="2010-09-01")


def test_the_due_day_is_the_configurations(city: Path) -> None:
    file = city / "cityanalytics.toml"
    file.write_text(file.read_text("utf-8").replace("due_days = 5", "due_days = 6"), "utf-8")
    assert {one.unit: one.state for one in arrivals(str(city)).units}["乙处"] == "on time"


def test_the_page_says_it_in_both_languages(city: Path) -> None:
    (city / "data/raw/2010Q3/strange<b>.xlsx").write_bytes(b"never received")
    found = arrivals(str(city), "2010Q3")
    arrived, doubts = of_arrivals(found).values()
    english = arrived.text("en")
    told = "\n".join(arrived.lines("en"))
    assert (
        "Units that have sent workbooks: 3 of 4; late: 1; missing: 1; refused until an error is mended: 1"
        in told
    )
    assert "First Office" in english
    rows = {
        re.sub("<[^>]+>", "", row[1]): re.findall(r"<td[^>]*>([^<]*)", row[2])
        for row in re.finditer(r"<th scope=row>(.*?)</th>(.*?)</tr>", arrived.html("zh"), re.DOTALL)
    }
    units = {one.unit: one for one in found.units}
    assert rows["乙处"] == [
        "1",
        "2010年9月28日",
        "逾期",
        str(units["乙处"].refused),
        str(units["乙处"].doubtful),
    ]
    assert rows["丁处"][2] == "缺报"
    listed = doubts.html("zh")
    assert "strange&lt;b&gt;" in listed
    assert listed.count("<tr>") - 1 == sum(len(one.issues) for one in found.units) + len(found.unregistered)
    assert listed.index("#DIV/0!") > 0


def test_the_notebook_shows_it_while_an_error_blocks(city: Path, repository: Path) -> None:
    cells = json.loads((repository / "notebooks/01_data_quality.ipynb").read_text("utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    names: dict[str, object] = {}
    exec("\n".join(code[:2]).replace('workspace: str = "."', f"workspace = {str(city)!r}"), names)  # noqa: S102 - ours
    exec("\n".join(code[2:6]), names)  # noqa: S102 - ours
    received, issues, found = names["received"], names["issues"], names["found"]
    assert isinstance(received, pd.DataFrame)
    assert isinstance(issues, pd.DataFrame)
    assert "乙处" in set(received["unit"])
    assert issues["where"].str.contains("乙处").any()
    assert "error" in set(issues["severity"])
    assert "乙处" in {one.unit for one in found.units}  # type: ignore[attr-defined] # a name of the notebook's
