"""What a dispatch leaves: each unit's sheet to answer on, and the register of orders, all of it or nothing."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cityanalytics.durable import put
from cityanalytics.errors import CityAnalyticsError
from cityanalytics.intake.orders import FOLDER, REGISTER, orders_bytes, read_orders
from cityanalytics.issues import Message
from cityanalytics.lock import writing
from cityanalytics.settings import collated, file_names
from cityanalytics.workbooks.program import TEXT_ALONE, readable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from cityanalytics.dispatch.dispatch import Dispatch
    from cityanalytics.intake.orders import Order
    from cityanalytics.settings import Settings

#: What an order asks, as the sheet says it; the page says it in its own languages.
ASKED = {"start": "开工", "finish": "完成（竣工）", "plan": "完成年度计划投资"}
#: Columns: label, the order's or project's value, how much of it one is, kind, width in letters.
COLUMNS = (
    ("序号", "", 1.0, "serial", 6),
    ("任务编号", "id", 1.0, "text", 15),
    ("项目名称", "project", 1.0, "text", 26),
    ("要求", "asks", 1.0, "text", 12),
    ("制约因素", "constraint", 1.0, "text", 10),
    ("年度计划投资", "plan", 1e4, "amount", 11),
    ("累计完成投资", "done", 1e4, "amount", 11),
    ("预计缺口", "short", 1e4, "amount", 11),
    ("最迟日期", "deadline", 1.0, "day", 12),
    ("答复期限", "due", 1.0, "day", 12),
    ("上次承诺", "promised_on", 1.0, "day", 12),
)
ANSWERED = (("采取措施", 28), ("承诺完成日期", 14), ("届时累计完成投资", 12), ("承诺责任人", 12))
_HEAD, _LIVE = 3, ("open", "answered", "moved")
_A4 = 9


def live_orders(found: Dispatch) -> pd.DataFrame:
    """Return the orders that wait for an answer or their day, with what their sheets say of the projects."""
    orders = found.orders
    names = ["unit", "constraint", "plan", "done", "shortfall_p50"]
    known = found.all.set_index("project")[names].rename(columns={"unit": "unit_now"})
    live = orders[orders["state"].isin(_LIVE)].join(known, on="project")
    live = live[live["unit_now"] == live["unit"]]
    return live.assign(short=live["shortfall_p50"]).reset_index(drop=True)


def order_sheets(found: Dispatch, settings: Settings) -> dict[str, bytes]:
    """Return each unit's workbook by the unit's name, of units that have an order under way."""
    live = live_orders(found)
    total = float(live["short"].sum())
    return {
        str(unit): _workbook(str(unit), own, total=total, found=found, settings=settings)
        for unit, own in live.groupby("unit", sort=True)
    }


def write_orders(
    settings: Settings, found: Dispatch, more: Mapping[Path, bytes], *, before: tuple[Order, ...]
) -> list[Path]:
    """Write the units' sheets, what stands beside them, and the register of orders last.

    Parameters
    ----------
    settings
        The workspace's configuration.
    found
        The dispatch.
    more
        Other files that go with it, by path.
    before
        The register as it was read.

    Raises
    ------
    CityAnalyticsError
        Another dispatch has issued orders meanwhile.
    """
    folder = settings.root / FOLDER
    orders = order_sheets(found, settings)
    named = file_names(orders)
    sheets = {folder / f"{named[unit]}.xlsx": made for unit, made in orders.items()}
    with writing(settings.root, "dispatch"):
        if read_orders(settings) != before:
            raise CityAnalyticsError(
                Message.of("another dispatch has issued orders meanwhile: run the command again")
            )
        register = {folder / REGISTER: orders_bytes((*before, *found.new_orders))}
        put({**sheets, **more, **(register if found.new_orders else {})})
        for unit in settings.units:  # a sheet that asks nothing any more would be answered in vain
            if collated(unit) not in map(collated, orders):
                (folder / f"{unit}.xlsx").unlink(missing_ok=True)
    return [*sheets, *more]


def _workbook(unit: str, own: pd.DataFrame, *, total: float, found: Dispatch, settings: Settings) -> bytes:
    import xlsxwriter

    day = found.programme.known_on
    packed = BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True, **TEXT_ALONE}) as book:
        book.set_properties({"created": dt.datetime(day.year, day.month, day.day)})  # noqa: DTZ001 - the format knows no zone
        cell = {"border": 1, "valign": "top", "text_wrap": True}
        answer = {**cell, "bg_color": "#FFF7D6"}
        looks = {
            "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
            "note": book.add_format({"text_wrap": True, "valign": "top"}),
            "head": book.add_format(
                {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
            ),
            "serial": book.add_format(cell),
            "text": book.add_format(cell),
            "amount": book.add_format({**cell, "num_format": "#,##0"}),
            "day": book.add_format({**cell, "num_format": "yyyy-mm-dd"}),
            "answer": book.add_format(answer),
            "answer_day": book.add_format({**answer, "num_format": "yyyy-mm-dd"}),
            "answer_amount": book.add_format({**answer, "num_format": "#,##0"}),
        }
        sheet = book.add_worksheet("调度任务单")
        width = len(COLUMNS) + len(ANSWERED)
        short = float(own["short"].sum())
        share = short / total if total else 0.0
        title = f"{settings.bureau.get('zh', '')}调度任务单：{unit}"
        sheet.merge_range(0, 0, 0, width - 1, readable(title), looks["title"])
        note = (
            f"填报单位：{unit}    下达时间：{day.year}年{day.month}月{day.day}日    单位：万元    "
            f"本单位预计缺口{short / 1e4:,.0f}万元，占全部任务的{share:.1%}"
        )
        sheet.merge_range(1, 0, 1, width - 1, readable(note), looks["note"])
        labels = [*(label for label, *_ in COLUMNS), *(label for label, _ in ANSWERED)]
        sheet.write_row(_HEAD - 1, 0, labels, looks["head"])
        for at, row in enumerate(own.to_dict("records")):
            _write_row(sheet, _HEAD + at, {str(name): value for name, value in row.items()}, at + 1, looks)
        first, last = _HEAD, _HEAD + len(own) - 1
        days = len(COLUMNS) + 1
        sheet.data_validation(
            first,
            days,
            last,
            days,
            {
                "validate": "date",
                "criteria": ">=",
                "value": min(own["issued"].dt.to_pydatetime()),
                "error_title": "日期",
                "error_message": "请填写日期，例如 2010-10-15",
            },
        )
        for at, letters in enumerate([*(one[-1] for one in COLUMNS), *(letters for _, letters in ANSWERED)]):
            sheet.set_column(at, at, letters)
        sheet.freeze_panes(_HEAD, 3)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEAD - 1)
    return packed.getvalue()


def _write_row(
    sheet: Any,  # noqa: ANN401 - xlsxwriter publishes no types
    at: int,
    row: Mapping[str, Any],
    serial: int,
    looks: Mapping[str, object],
) -> None:
    for place, (_, name, per, kind, _) in enumerate(COLUMNS):
        value: Any = serial if kind == "serial" else ASKED[row[name]] if name == "asks" else row[name]
        if value is None or value != value:  # noqa: PLR0124 - NaN and NaT alone are not themselves
            sheet.write_blank(at, place, None, looks[kind])
        elif kind == "day":
            sheet.write_datetime(at, place, value.to_pydatetime(), looks["day"])
        elif kind == "amount":
            sheet.write_number(at, place, round(value / per, 2), looks["amount"])
        else:
            sheet.write(at, place, readable(value) if isinstance(value, str) else value, looks[kind])
    for offset, look in enumerate(("answer", "answer_day", "answer_amount", "answer")):
        sheet.write_blank(at, len(COLUMNS) + offset, None, looks[look])
