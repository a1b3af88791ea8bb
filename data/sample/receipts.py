"""When each workbook was received, and the register of all of them."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass

from sample import draw, workbooks, writers
from sample.city import FINANCE, QUARTERS, UNITS, YEAR
from sample.history import RENAMED, SLIPS, City, former_name
from sample.layouts import IN_PARTS, OLD_EXCEL
from sample.report import report_of

_DAYS = {
    "2010Q1": ("2010-04-01", "2010-04-02", "2010-04-04"),
    "2010Q2": ("2010-07-01", "2010-07-02", "2010-07-05"),
    "2010Q3": ("2010-09-24", "2010-09-25", "2010-09-26", "2010-09-27"),
}

# Workbooks that came after the due day.
_LATE = {
    ("2010Q1", "城中村改造办公室"): "2010-04-08", ("2010Q1", "城建投资公司"): "2010-04-12",
    ("2010Q2", "旧城改造办公室"): "2010-07-08",
    ("2010Q3", "城中村改造办公室"): "2010-09-30", ("2010Q3", "北部片区建设办"): "2010-10-08",
}  # fmt: skip

# First receipt and receipt of the correction.
_CORRECTED = {"2010Q1": ("2010-04-02", "2010-04-09"), "2010Q3": ("2010-09-25", "2010-09-29")}


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """A workbook that was received."""

    quarter: str
    received: str
    unit: str
    name: str
    content: bytes

    @property
    def file(self) -> str:
        """Its path below the workspace."""
        return f"data/raw/{self.quarter}/{self.received}/{self.unit}/{self.name}"


def receipts(city: City) -> list[Receipt]:
    """Return all workbooks in the order of quarter, receipt and unit."""
    made = [
        Receipt(
            quarter="2010Q1", received="2010-04-01", unit=FINANCE, name=f"{FINANCE}历年投资完成情况.xlsx",
            content=writers.xlsx(workbooks.past_years()),
        )
    ]  # fmt: skip
    for place, quarter in enumerate(QUARTERS):
        for unit in UNITS:
            if unit == SLIPS.get(quarter.name, ("",))[0]:
                first, second = _CORRECTED[quarter.name]
                made += _workbooks(city, unit, place, first, slip=True)
                made += _workbooks(city, unit, place, second)
            else:
                day = draw.pick(f"received/{quarter.name}/{unit}", _DAYS[quarter.name])
                made += _workbooks(city, unit, place, _LATE.get((quarter.name, unit), day))
    return sorted(
        made,
        key=lambda receipt: (
            receipt.quarter,
            receipt.received,
            UNITS.index(receipt.unit) if receipt.unit in UNITS else -1,
        ),
    )


def _workbooks(city: City, unit: str, quarter: int, received: str, *, slip: bool = False) -> list[Receipt]:
    sheets = workbooks.sheets(report_of(city, unit, quarter, slip=slip))
    books = workbooks.parts(sheets) if unit == IN_PARTS else {"报表": sheets}
    old = unit == OLD_EXCEL
    return [
        Receipt(
            quarter=QUARTERS[quarter].name, received=received, unit=unit,
            name=f"{unit}{YEAR}年{QUARTERS[quarter].word}{subject}.{'xls' if old else 'xlsx'}",
            content=(writers.xls if old else writers.xlsx)(book),
        )
        for subject, book in books.items()
    ]  # fmt: skip


def register(received: list[Receipt]) -> bytes:
    """Return the register: file, sha256, unit, quarter, received; UTF-8, one line feed a line."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("file", "sha256", "unit", "quarter", "received"))
    for receipt in received:
        sha256 = hashlib.sha256(receipt.content).hexdigest()
        writer.writerow((receipt.file, sha256, receipt.unit, receipt.quarter, receipt.received))
    return stream.getvalue().encode("utf-8")


def aliases(city: City) -> bytes:
    """Return aliases.toml: earlier names of projects, as a person confirmed them."""
    lines = [
        "# 项目曾用名：经人工确认，不凭名称相似认定（样例数据）",
        "# Earlier names of projects, confirmed by a person, never by likeness alone (synthetic)",
    ]
    names = {project.key: project for project in city.projects}
    for key, (last, _) in RENAMED.items():
        day = ("2010-07-06", "2010-09-26")[last]
        lines += [
            "", "[[alias]]", f'name = "{former_name(names[key])}"', f'project = "{names[key].name}"',
            f'confirmed_by = "{FINANCE}"', f"on = {day}",
        ]  # fmt: skip
    return ("\n".join(lines) + "\n").encode("utf-8")
