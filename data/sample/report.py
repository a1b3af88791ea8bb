"""What a unit reports for a quarter, and how it writes dates, texts and the lines around a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sample import history
from sample.city import CITY, QUARTERS, STATEMENT, UNITS, YEAR
from sample.layouts import LAYOUTS, Layout
from sample.sheets import Column

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sample.history import City, Row
    from sample.sheets import Value


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a unit reports for a quarter."""

    city: City
    unit: str
    quarter: int
    rows: list[Row]

    @property
    def layout(self) -> Layout:
        """The unit's habits."""
        return LAYOUTS[self.unit]

    def date(self, day: dt.date | None) -> Value:
        """Return a date as the unit writes it."""
        if day is None:
            return "—" if self.layout.dash else None
        return self.layout.dates.format(day) if self.layout.dates else day

    def text(self, text: str) -> Value:
        """Return a text, or what the unit writes for none."""
        return text or ("—" if self.layout.dash else None)

    def note(self, measure: str = "") -> str:
        """Return the line under the title."""
        day = QUARTERS[self.quarter].date
        unit = f"　　单位：{measure}" if measure else ""
        return f"填报单位：{self.unit}　　截至日期：{day.year}年{day.month}月{day.day}日{unit}"

    def title(self, subject: str) -> str:
        """Return a sheet's title."""
        return f"{CITY}{YEAR}年城建{subject}（{QUARTERS[self.quarter].word}）"

    def footer(self, *more: str) -> list[str]:
        """Return the lines under a table."""
        number = UNITS.index(self.unit)
        clerk, head = f"{number + 1:02d}", f"{number * 3 + 1:02d}"
        signed = f"填表人：经办人{clerk}　　　审核人：审核人{clerk}　　　单位负责人：负责人{head}"
        return [signed, "；".join((f"注：{STATEMENT}", *more))]


def report_of(city: City, unit: str, quarter: int, *, slip: bool = False) -> Report:
    """Return a unit's report of a quarter, with its slip if it still has it."""
    return Report(
        city=city, unit=unit, quarter=quarter, rows=history.rows(city, quarter, unit=unit, slip=slip)
    )


_TEXT_COLUMNS = {
    "serial": ("serial", 6),
    "project": ("text", 26),
    "category": ("centre", 15),
    "person": ("centre", 11),
    "remark": ("text", 14),
    "town": ("centre", 12),
    "stage": ("centre", 10),
    "schedule": ("centre", 13),
    "physical": ("serial", 10),
    "constraint": ("centre", 10),
    "difficulty": ("text", 30),
    "request": ("text", 30),
    "kind": ("text", 24),
    "measure": ("centre", 10),
    "planned_quantity": ("quantity", 12),
    "done_quantity": ("quantity", 12),
    "completion": ("centre", 11),
    "site": ("text", 20),
    "site_kind": ("centre", 12),
}


def plain_columns(layout: Layout, keys: Sequence[str]) -> list[Column]:
    """Return columns that nothing sums, as a unit spells them; what is not listed holds dates."""
    return [
        Column(label=layout.label(key), style=style, width=width)
        for key in keys
        for style, width in [_TEXT_COLUMNS.get(key, ("date", 13))]
    ]
