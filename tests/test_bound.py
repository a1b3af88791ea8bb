"""Every number of a page's tables and alternative texts is the value that its place names, in both languages.

A place is a row and a column of a table, or what a chart's text tells one after another. What stands there is read
as in `test_prose`, and held to the one figure of briefing.json of that place, not to any that happens to be near; rows
of projects, requests and restated amounts are held to the sheets of briefing.xlsx. Dates are held to dates, units' own
words to themselves, and no digit may be left over: each one changed is found.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
import tomllib
from dataclasses import dataclass, field, replace
from functools import cached_property
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from cityanalytics.briefing.companion import companion
from cityanalytics.briefing.page import record_of
from cityanalytics.intake.store import read_tables
from cityanalytics.programme.dates import Dates
from cityanalytics.publishing.assemble import assemble, compose
from cityanalytics.publishing.workbook import write_workbook
from cityanalytics.settings import load_settings
from cityanalytics.workspace import Workspace
from tests.test_companion import Package
from tests.test_prose import NUMBER, REPORTS, VOID, numbers, report_of
from tests.test_states import STATES, drawn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ABSENT = {"无数据", "不适用", "no data", "n/a"}
#: Words by which a caption or a text says once what its bare numbers are.
STATED = {
    "亿元": ("yuan", 1e8),
    "万元": ("yuan", 1e4),
    "billion yuan": ("yuan", 1e9),
    "million yuan": ("yuan", 1e6),
    "万平方米": ("square metres", 1e4),
    "million m²": ("square metres", 1e6),
}
SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DATE = re.compile(
    r"(?:(?P<year>\d+)年)?(?P<month>\d+)月(?P<day>\d+)日"
    rf"|(?P<its_day>\d+) (?P<name>{'|'.join(SHORT)})[a-z]*(?: (?P<its_year>\d+))?"
)
#: Charts by a number of their own; all are held to, also those that stand in notebooks alone.
CHARTS = ("s_curve", "paces", "categories", "demolition", "units", "projects", "constraints", "likely_years")
#: What a chart's text tells before its list, in its order, by its number.
LEADS = {
    1: "investment_to_date annual_plan forecast_p50 forecast_band forecast_p10 forecast_p90",
    2: "days_gone days_left pace_achieved pace_required pace_expected pace_best_days pace_best working_days_gone "
    "working_days_left pace_achieved_working pace_required_working",
    3: "elapsed_share categories_behind categories_total",
    4: "demolition_total demolition_sites demolition_total_share",
    5: "elapsed_share units_behind units_total",
    6: "projects_completed projects_on_schedule unexplained_projects projects_not_started elapsed_share "
    "contradicted_projects",
    8: "years_likely years_reaching annual_plan forecast_p10 forecast_p90",
}
CHINESE_LEADS = LEADS | {
    3: "elapsed_share categories_total categories_behind",
    4: "demolition_sites demolition_total demolition_total_share",
    5: "elapsed_share units_total units_behind",
}
#: The same of each row of its list.
LISTED = {3: "category", 4: "demolition", 5: "unit", 7: "constraint"}
ROWS = {
    "category": "category_{}_done category_{}_plan category_{}_share category_{}_year_end category_{}_p10 "
    "category_{}_p90",
    "unit": "unit_{}_done unit_{}_plan unit_{}_share unit_{}_year_end unit_{}_p10 unit_{}_p90",
    "demolition": "{} {}_planned {}_share {}_p50 {}_p10 {}_p90",
    "constraint": "constraint_{}_part constraint_{}_gap constraint_{}_projects",
}
UNSAID_AT_ZERO = {"categories_behind", "units_behind"}
YEAR_END = ("_year_end", "_p10", "_p50", "_p90")
MEASURES = {
    "完成投资": "investment_to_date", "Investment": "investment_to_date",
    "拆迁面积": "demolition_total", "Demolition": "demolition_total",
}  # fmt: skip
STAGES = {
    "已开工": "projects_started", "Started": "projects_started",
    "其中：竣工": "projects_completed", "of which completed": "projects_completed",
    "其中：按计划推进": "projects_on_schedule", "of which on schedule": "projects_on_schedule",
    "其中：滞后": "unexplained_projects", "of which late": "unexplained_projects",
    "其中：尚未评价": "unassessed_projects", "of which begun since the last report": "unassessed_projects",
    "未开工": "projects_not_started", "Not started": "projects_not_started",
    "项目合计": "projects_total", "All projects": "projects_total",
}  # fmt: skip
CLASSES = {
    "全国建设投资": "china_construction_investment",
    "全国财政支出": "china_public_spending",
    "美国公共建设": "us_public_construction",
    "Chinese construction investment": "china_construction_investment",
    "Chinese public spending": "china_public_spending",
    "US public construction": "us_public_construction",
}
STEPS = {
    "方法调整": "method", "Method change": "method",
    "范围和计划调整": "scope", "Scope and plan": "scope",
    "前期数据修订": "revised", "Revised data": "revised",
    "新增完成情况": "actuals", "New actuals": "actuals",
}  # fmt: skip
STANDINGS = {
    "未开工": "not_started", "Not started": "not_started",
    "在建": "under_construction", "Under construction": "under_construction",
    "停工": "suspended", "Suspended": "suspended",
    "竣工": "completed", "Completed": "completed",
    "新增": "not_in_the_programme", "Added": "not_in_the_programme",
    "不再上报": "not_in_the_programme", "Dropped": "not_in_the_programme",
}  # fmt: skip
#: What captions call a table.
TITLES = {
    "项目状态变化": "standings", "Where projects stood": "standings",
    "主要指标": "measures", "Main measures": "measures",
    "项目状态": "stages", "Projects by stage": "stages",
    "参照类别": "classes", "reference class": "classes",
    "较上期变动的原因": "moved", "Why the forecast moved": "moved",
    "低于序时进度的责任单位": "units", "Units behind": "units",
    "低于序时进度的类别": "categories", "Categories behind": "categories",
    "提请事项（可增": "asks", "Decisions asked, those": "asks",
    "几种推算": "rulers", "Where the year ends": "rulers",
    "滞后与未开工项目": "held up", "Late or not started": "held up",
    "请领导决定的事项": "requests", "Decisions requested": "requests",
    "各情景与基准对照": "scenarios", "Scenarios against base": "scenarios",
    "更正的数据": "revisions", "Amounts stated again": "revisions",
    "以前各期预测": "published", "Earlier forecasts": "published",
}  # fmt: skip
RULERS = {
    "按年初以来进度": "achieved", "At the pace so far": "achieved",
    "按近30天进度": "last_30", "At the last 30 days' pace": "last_30",
    "按各项目自身工期": "bottom_up", "By the projects' own dates": "bottom_up",
    "本报告预测": "published", "Published forecast": "published",
}  # fmt: skip
SCENARIOS = {
    "基准": "base", "Base": "base",
    "保持此前进度": "achieved", "Pace so far": "achieved",
    "达到所需进度": "required", "Pace needed": "required",
    "保持最好进度": "best", "Best pace": "best",
    "节假日施工": "holiday", "Holidays worked": "holiday",
}  # fmt: skip


# --- a page as a reader has it


@dataclass
class Table:
    note: str = ""
    rows: list[list[str]] = field(default_factory=list)  # the first is the header

    @property
    def kind(self) -> str:
        """What the caption calls the table, whatever number it has on this page."""
        return next(kind for title, kind in TITLES.items() if title in self.note)


class Reader(HTMLParser):
    """Collects a page's tables, its charts' texts, and every other name that is not shown."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Table] = []
        self.charts: list[str] = []
        self.names: list[str] = []
        self.open: list[str] = []
        self.figure = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag == "figure":
            self.figure = ""
        if tag == "table":
            self.tables.append(Table())
        if tag == "tr":
            self.tables[-1].rows.append([])
        if tag in {"td", "th"}:
            self.tables[-1].rows[-1].append("")
        names = [value for name in ("aria-label", "alt", "title") if (value := given.get(name))]
        if tag == "svg" and names and re.match(r"(?:图|Figure )\d", self.figure):
            self.charts.append(names[0])
        else:
            self.names += names

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "figcaption" in self.open:
            self.figure += data
        elif "caption" in self.open:
            self.tables[-1].note += data
        elif {"td", "th"} & set(self.open):
            self.tables[-1].rows[-1][-1] += data
        elif {"title", "desc"} & set(self.open):
            self.names.append(data)


@dataclass(frozen=True, kw_only=True)
class Value:
    """What a number has to say."""

    value: float | None
    unit: str
    key: str = ""


@dataclass(frozen=True)
class Told:
    """What the days and numbers of a sentence have to be, in any order; more of them may stand in it."""

    days: tuple[dt.date, ...]
    values: tuple[Value, ...]


#: What a cell has to say: a value, a day, words, or a sentence with days and numbers.
Said = Value | dt.date | str | Told


@dataclass(frozen=True)
class Report:
    """A report in one language, with the values that its places name."""

    language: str
    record: dict[str, Any]
    configured: dict[str, Any]
    markup: str
    book: bytes
    charts: dict[int, str]

    @cached_property
    def page(self) -> Reader:
        reader = Reader()
        reader.feed(self.markup)
        # one that only a script fills has no rows yet
        reader.tables = [table for table in reader.tables if len(table.rows) > 1]
        return reader

    @cached_property
    def figures(self) -> dict[str, dict[str, Any]]:
        return {figure["key"]: figure for figure in self.record["figures"]}

    def value(self, key: str) -> Value:
        figure = self.figures[key]
        return Value(value=figure["value"], unit=figure["unit"].removesuffix(" of one"), key=key)

    def term(self, word: str) -> str:
        return word if self.language == "zh" else str(self.configured["terms"][word]["en"])

    def words(self, own: str) -> str:
        """Give a unit's own words, in the language where the configuration translates them."""
        return str(self.configured["terms"].get(own, {}).get(self.language, own))

    def named(self, group: str) -> dict[str, str]:
        """Give the words for each member of a group, by what its keys call it."""
        if group == "demolition":
            return {key: kind["label"][self.language] for key, kind in self.configured["demolition"].items()}
        endings = "share" if group in {"category", "unit"} else "part"
        found = [match[1] for key in self.figures if (match := re.fullmatch(rf"{group}_(.+)_{endings}", key))]
        nothing = {"zh": "未报", "en": "none reported"}[self.language]
        return {name: nothing if name == "none" else self.term(name) for name in found}

    @cached_property
    def sheets(self) -> dict[str, Any]:
        return dict(Package.of(self.book).tables)

    def listed(self, sheet: str, row: list[str]) -> list[dict[str, Any]]:
        """Give the rows of a sheet of briefing.xlsx of the project and the unit that a row of the page names."""
        table = self.sheets[sheet]
        labels = [re.sub(r"（.*|\[.*", "", label) for label in table.header]
        rows = [dict(zip(labels, cells, strict=True)) for cells in table.rows]
        return [cells for cells in rows if (cells["项目"], self.term(cells["责任单位"])) == (row[0], row[1])]


def dates(text: str) -> list[tuple[int | None, int, int]]:
    found = []
    for match in DATE.finditer(text):
        year = match["year"] or match["its_year"]
        month = int(match["month"]) if match["month"] else SHORT.index(match["name"]) + 1
        found.append((int(year) if year else None, month, int(match["day"] or match["its_day"])))
    return found


def is_day(text: str, day: dt.date) -> bool:
    """Say whether a text names this day alone; its year may be left out."""
    return len(found := dates(text)) == 1 and found[0] in {
        (day.year, day.month, day.day),
        (None, day.month, day.day),
    }


def left_over(text: str) -> bool:
    """Say whether digits are left when dates and numbers are taken out."""
    return bool(re.search(r"\d", NUMBER.sub("", DATE.sub("", text))))


def holds(number: Any, said: Value) -> bool:
    unit = "count" if said.unit == "days" else said.unit
    return number.quantity == unit and said.value is not None and number.low <= said.value <= number.high


# --- alternative texts


def unbound_chart(report: Report, position: int, text: str) -> list[str]:
    """Return what a chart's text says that is not the value of its place."""
    lead, items = text, ""
    if stated := re.search(rf"(?:单位|In )({'|'.join(STATED)})(?:：|: )", text):
        lead, items = text[: stated.start()], text[stated.end() :]
    elif position == 7:
        lead, _, items = text.rstrip("。.").rpartition("。" if report.language == "zh" else ". ")
    wrong = unlike(numbers(DATE.sub("", lead)), lead_of(report, position), lead)
    day = dt.date.fromisoformat(report.record["as_of"])
    if dates(lead) and not is_day(lead, day):
        wrong.append(f"not {day}: {lead}")
    if left_over(lead):
        wrong.append(f"digits left: {lead}")
    if position not in LISTED:
        return wrong if not items else [*wrong, f"a list that is not known: {items}"]
    group = LISTED[position]
    names = report.named(group)
    missing = set(names)
    for item in items.rstrip("。.").split("；" if report.language == "zh" else "; "):
        name = max((key for key in names if item.startswith(names[key])), key=lambda key: len(names[key]))
        missing.discard(name)
        told = numbers(item[len(names[name]) :], *([STATED[stated[1]]] if stated else []))
        keys = ROWS[group].replace("{}", name).split()
        if not report.value("days_left").value:
            keys = [key for key in keys if not key.endswith(YEAR_END)]
        values = known([report.value(key) for key in keys])
        if group == "constraint":  # a bar has no length below zero, and its words say what it shows
            values = [replace(found, value=max(found.value or 0.0, 0.0)) for found in values]
        wrong += unlike(told, values, item)
        if left_over(item):
            wrong.append(f"digits left: {item}")
    return wrong + [f"not told: {name}" for name in missing]


def lead_of(report: Report, position: int) -> list[Value]:
    if position == 7:  # the constraint with the largest gap, where one is reported
        parts = [
            report.value(f"constraint_{name}_part") for name in report.named("constraint") if name != "none"
        ]
        return sorted(known(parts), key=lambda part: part.value or 0.0)[-1:]
    keys = (CHINESE_LEADS if report.language == "zh" else LEADS)[position].split()
    if position in {3, 5} and not report.value("annual_plan").value:
        keys = ["elapsed_share"]
    if position == 6 and "unassessed_projects" in report.figures:
        keys.append("unassessed_projects")
    said = known([report.value(key) for key in keys])
    return [found for found in said if found.key not in UNSAID_AT_ZERO or found.value]


def known(values: list[Value]) -> list[Value]:
    """Leave out the values that there are not: a word stands for them."""
    return [found for found in values if found.value is not None]


def unlike(told: list[Any], expected: list[Value], text: str) -> list[str]:
    """Return where numbers are not these values, one after another."""
    if len(told) != len(expected):
        return [f"{len(told)} numbers for {len(expected)} values: {text}"]
    return [
        f"{number.text} is not {said}: {text}"
        for number, said in zip(told, expected, strict=True)
        if not holds(number, said)
    ]


# --- tables


def wrong_cell(cell: str, said: Said, note: str) -> bool:
    """Say whether a cell does not say what it has to, in the unit that the caption states."""
    cell = cell.strip()
    if isinstance(said, str):
        return cell != said if said else cell not in ABSENT
    if isinstance(said, dt.date):
        return not is_day(cell, said) or left_over(cell)
    if isinstance(said, Told):
        day_of = {(day.month, day.day) for day in said.days}
        told = numbers(DATE.sub("", cell))
        return (
            not {(month, day) for _, month, day in dates(cell)} <= day_of
            or not (told or dates(cell))
            or not all(any(holds(number, value) for value in said.values) for number in told)
        )
    if said.value is None:
        return cell not in ABSENT
    in_note = [
        size
        for word, size in STATED.items()
        # a unit of its own, not that of an amount that the caption tells
        if re.search(rf"(?<!\d)(?<!\d ){re.escape(word)}", note) and size[0] == said.unit
    ]
    bare = {"points": ("points", 0.01), "times": ("times", 1.0)}.get(said.unit, ("count", 1.0))
    told = numbers(cell, in_note[0] if in_note else bare)
    return not told or left_over(cell) or not all(holds(number, said) for number in told)


def measures(report: Report, row: list[str]) -> list[Said]:
    kinds = {label: key for key, label in report.named("demolition").items()}
    key = {**kinds, **MEASURES}[row[0].strip()]
    planned = "annual_plan" if key == "investment_to_date" else f"{key}_planned"
    return [row[0].strip(), *map(report.value, (planned, key, f"{key}_share", f"{key}_gap"))]


def stages(report: Report, row: list[str]) -> list[Said]:
    key = STAGES[row[0].strip()]
    return [
        row[0].strip(),
        *(report.value(f"{key}{ending}") for ending in ("", "_plan", "_done", "_share", "_gap")),
    ]


def classes(report: Report, row: list[str]) -> list[Said]:
    label = re.sub(r"（本报告采用）| \(used\)", "", row[0])
    assert (label != row[0]) == (CLASSES[label] == report.record["forecast"]["reference_class"])
    endings = ("p10", "p50", "p90", "probability")
    return [row[0], *(report.value(f"class_{CLASSES[label]}_{ending}") for ending in endings)]


def moved(report: Report, row: list[str]) -> list[Said]:
    bridge = report.record["bridge"]
    start, end, steps = bridge["from"], bridge["to"], bridge["steps"]
    causes = [step["cause"] for step in steps]
    if row[0] in STEPS:
        gone = steps[: causes.index(STEPS[row[0]]) + 1]
        change = report.value(f"forecast_moved_{STEPS[row[0]]}")
        return [
            row[0],
            change,
            Value(value=start["p50"] + sum(step["p50"] for step in gone), unit="yuan"),
            percent(gone[-1]["probability_points"], unit="points"),
            percent(start["probability_points"], *(step["probability_points"] for step in gone)),
        ]
    if row[0].startswith(("本期", "This forecast")):
        moved_by = report.figures["forecast_moved"]["value"] * (-1 if end["p50"] < start["p50"] else 1)
        return [
            dt.date.fromisoformat(report.record["as_of"]),
            Value(value=moved_by, unit="yuan"),
            report.value("forecast_p50"),
            percent(*(step["probability_points"] for step in steps), unit="points"),
            report.value("forecast_probability"),
        ]
    return [
        dt.date.fromisoformat(start["as_of"]),
        Value(value=None, unit="yuan"),
        report.value("last_forecast_p50"),
        Value(value=None, unit="points"),
        percent(start["probability_points"]),
    ]


def percent(*points: float | None, unit: str = "fraction") -> Value:
    whole = [point for point in points if point is not None]
    return Value(value=sum(whole) / 100 if len(whole) == len(points) else None, unit=unit)


def units(report: Report, row: list[str]) -> list[Said]:
    (key,) = [key for key, name in report.named("unit").items() if name == row[0]]
    name, _, *values = of_group(report, row, "unit")
    return [name, report.term(report.configured["heads"][key]), *values]


def categories(report: Report, row: list[str]) -> list[Said]:
    return of_group(report, row, "category")


def of_group(report: Report, row: list[str], group: str) -> list[Said]:
    (key,) = [key for key, name in report.named(group).items() if name == row[0]]
    (rated,) = [one for one in report.record["lights"][group] if one["name"] == key]
    gap, part = report.value(f"{group}_{key}_gap"), report.value(f"{group}_{key}_part")
    late = (gap.value or 0.0) > 0
    return [
        row[0],
        Value(value=None if rated["behind"] is None else -rated["behind"], unit="points"),
        gap if late else Value(value=None, unit="yuan"),
        part if late else Value(value=None, unit="fraction"),
        report.value(f"{group}_{key}_probability"),
    ]


def rulers(report: Report, row: list[str]) -> list[Said]:
    done, left, plan = (
        report.figures[key]["value"] for key in ("investment_to_date", "days_left", "annual_plan")
    )
    ruler = RULERS.get(row[0], "best")
    ends = {
        "achieved": lambda: report.figures["closes_at_achieved_pace"]["value"],
        "bottom_up": lambda: report.figures["bottom_up"]["value"],
        "published": lambda: report.figures["forecast_p50"]["value"],
        "last_30": lambda: done + report.figures["pace_last_30"]["value"] * left,
        "best": lambda: done + report.figures["pace_best"]["value"] * left,
    }[ruler]()
    return [
        row[0],
        Value(value=ends, unit="yuan", key=ruler),
        Value(value=ends - plan if plan else None, unit="yuan", key=ruler),
    ]


def asks(report: Report, row: list[str]) -> list[Said]:
    table = report.sheets["decisions"]
    labels = [re.sub(r"（.*|\[.*", "", label) for label in table.header]
    every = [dict(zip(labels, cells, strict=True)) for cells in table.rows]
    offices = report.configured["offices"]
    found = [cells for cells in every if report.term(offices[cells["制约因素"]]) == row[0]]
    sheet = report.sheets["asks"]
    columns = [re.sub(r"（.*|\[.*", "", label) for label in sheet.header]
    (own,) = [
        dict(zip(columns, cells, strict=True)) for cells in sheet.rows if report.term(cells[0]) == row[0]
    ]
    days = [cells["时限"] for cells in found if isinstance(cells["时限"], dt.date)]
    said: list[Said] = [
        row[0],
        Value(value=len(found), unit="count"),
        Value(value=sum(cells["预计缺口"] for cells in found) * 1e4, unit="yuan"),
    ]
    who: list[Said] = [report.words(found[0]["请求事项"]), report.term(found[0]["责任人"])]
    if not report.value("days_left").value:
        return [*said, *who]
    gone = sum(cells["是否逾期"] == "是" for cells in found)
    assert own["其中已逾期"] == gone
    assert days == [] or own["最早时限"] == min(days)
    told = Told(
        days=tuple(day for day in (own["最早时限"], own["最迟办结"]) if isinstance(day, dt.date)),
        values=(
            Value(value=gone, unit="count"),
            Value(value=own["晚一周少增"] * 1e8, unit="yuan"),
            *([Value(value=own["逾期天数"], unit="count")] if gone else []),
        ),
    )
    return [*said, Value(value=own["即日办成可增"] * 1e8, unit="yuan"), *who, told]


def standings(report: Report, row: list[str], header: list[str]) -> list[Said]:
    every = {"合计", "All"}
    before = ".+" if row[0] in every else STANDINGS[row[0]]
    found: list[Said] = [row[0]]
    for label in header[1:]:
        after = ".+" if label in every else STANDINGS[label]
        keys = [key for key in report.figures if re.fullmatch(f"since_{before}_to_{after}", key)]
        count = sum(report.figures[key]["value"] for key in keys)
        found.append(Value(value=count, unit="count", key=" ".join(keys)))
    return found


def held_up(report: Report, row: list[str]) -> list[Said]:
    (project,) = report.listed("projects", row)
    share, constraint, latest = project["完成率"], project["制约因素"], project["最迟开工"]
    return [
        row[0],
        row[1],
        report.term(project["责任人"]),
        Value(value=project["缺口"] * 1e4, unit="yuan"),
        Value(value=None if isinstance(share, str) else share / 100, unit="fraction"),
        {"zh": "未报", "en": "none reported"}[report.language]
        if constraint in ABSENT
        else report.term(constraint),
        latest if isinstance(latest, dt.date) else {"zh": "已开工", "en": "under way"}[report.language],
    ]


def requests(report: Report, row: list[str]) -> list[Said]:
    (asked,) = report.listed("decisions", row)
    texts = [asked["存在困难"], report.words(asked["请求事项"]), asked["时限"]]
    return [*row[:2], *("" if text in ABSENT else text for text in texts)]


def scenarios(report: Report, row: list[str]) -> list[Said]:
    key = f"scenario_{SCENARIOS[row[0]]}"
    return [row[0], *(report.value(f"{key}_{ending}") for ending in ("p50", "pace", "probability"))]


def revisions(report: Report, row: list[str]) -> list[Said]:
    (found,) = [cells for cells in report.listed("revisions", row) if is_day(row[2], cells["时段截至"])]
    quarter = found["现报单元格"].split("/")[2]
    replaced = {"zh": ("更正报表", f"{quarter}报表"), "en": ("correction", f"{quarter} workbook")}
    return [
        *row[:2],
        found["时段截至"],
        Value(value=found["原报"] * 1e4, unit="yuan"),
        Value(value=found["现报"] * 1e4, unit="yuan"),
        found["收到日期"],
        next((text for text in replaced[report.language] if text == row[6]), "one of these"),
    ]


def published(report: Report, row: list[str]) -> list[Said]:
    day = next(
        date for date in report.record["record"] if is_day(row[0], dt.date.fromisoformat(date["as_of"]))
    )
    outcome, low, high = day["outcome"], day["p10"], day["p90"]
    open_ = {"zh": "年度未结束", "en": "not closed"}[report.language]
    inside = {"zh": ("落在区间外", "落在区间内"), "en": ("outside", "inside")}[report.language]
    return [
        dt.date.fromisoformat(day["as_of"]),
        dt.date.fromisoformat(day["published_on"]),
        *(Value(value=day[level], unit="yuan") for level in ("p10", "p50", "p90")),
        open_ if outcome is None else Value(value=outcome, unit="yuan"),
        open_ if outcome is None else inside[low <= outcome <= high],
    ]


#: Tables of the page, each with what its rows have to say.
TABLES: dict[str, Callable[..., list[Said]]] = {
    "measures": measures, "stages": stages, "classes": classes, "moved": moved, "units": units,
    "categories": categories, "asks": asks, "rulers": rulers,
    "standings": standings, "held up": held_up, "requests": requests, "scenarios": scenarios,
    "revisions": revisions, "published": published,
}  # fmt: skip


def said_by(report: Report) -> Iterator[tuple[Table, int, list[Said]]]:
    """Give each row of each table with what its cells have to say."""
    for table in report.page.tables:
        for at, row in enumerate(table.rows[1:], start=1):
            resolve = TABLES[table.kind]
            more = (table.rows[0],) if resolve is standings else ()
            yield table, at, resolve(report, row, *more)


def unbound_cells(report: Report) -> list[str]:
    """Return the cells of the tables that do not say the value of their place."""
    return [
        f"{table.kind}: {cell} is not {said}"
        for table, at, expected in said_by(report)
        for cell, said in zip(table.rows[at], expected, strict=True)
        if wrong_cell(cell, said, table.note)
    ]


# --- the tests


@pytest.fixture(scope="module", params=REPORTS)
def both(request, tmp_path_factory, briefing: Path) -> list[Report]:
    """Give a report in both languages; tests only read it."""
    return in_both(report_of(request.param, tmp_path_factory, briefing))


@pytest.fixture(scope="module")
def third(briefing: Path) -> list[Report]:
    """Give the report of the third quarter in both languages; tests only read it."""
    return in_both(briefing)


def told_by(content: Any, language: str) -> dict[int, str]:
    """Give the alternative texts of all charts that there are, by their number here."""
    return {
        CHARTS.index(name) + 1: chart.alt(language)
        for name, chart in content.charts.items()
        if name in CHARTS
    }


def in_both(folder: Path) -> list[Report]:
    record = json.loads((folder / "briefing.json").read_text(encoding="utf-8"))
    workspace = next(above for above in folder.parents if (above / "cityanalytics.toml").exists())
    content = assemble(str(workspace), *(record[key] for key in ("quarter", "as_of", "known_on")))
    return [
        Report(
            language=language,
            record=record,
            configured=tomllib.loads((workspace / "cityanalytics.toml").read_text(encoding="utf-8")),
            markup=(folder / f"briefing.{language}.html").read_text(encoding="utf-8"),
            book=(folder / "briefing.xlsx").read_bytes(),
            charts=told_by(content, language),
        )
        for language in record["language"]
    ]


@pytest.fixture(scope="module", params=["no plan", "plan reached", "one project", "year over"])
def state(request, processed_workspace: Path) -> list[Report]:
    """Give the parts of a page in a state that a year may come to, in both languages."""
    day, spoils = STATES[request.param]
    settings = load_settings(processed_workspace)
    tables = dict(read_tables(settings))
    for spoil in spoils:
        spoil(tables)
    as_of, known_on = dt.date.fromisoformat(day), dt.date(2011, 1, 10)
    content = compose(
        Workspace(settings=settings, given=tables),
        Dates(quarter="2010Q3", as_of=as_of, known_on=known_on, complete=False),
    )
    document = json.loads(json.dumps(record_of(content).document["briefing"]))
    parts = drawn(content)
    return [
        Report(
            language=language,
            record=document,
            configured=tomllib.loads(
                (processed_workspace / "cityanalytics.toml").read_text(encoding="utf-8")
            ),
            markup="".join(parts[language].values()),
            book=write_workbook(companion(content)),
            charts=told_by(content, language),
        )
        for language in document["language"]
    ]


def unbound_charts(report: Report) -> list[str]:
    return [
        problem
        for position, text in report.charts.items()
        for problem in unbound_chart(report, position, text)
    ]


def test_every_number_of_an_alternative_text_is_the_value_of_its_place(both: list[Report]) -> None:
    for report in both:
        assert set(report.charts) == {1, 2, 3, 4, 5, 6, 7, 8}
        assert len(report.page.charts) > 1
        assert set(report.page.charts) <= set(report.charts.values())
        assert unbound_charts(report) == []
        assert [name for name in report.page.names if numbers(name)] == []


def test_every_number_of_a_table_is_the_value_of_its_place(both: list[Report]) -> None:
    for report in both:
        always = {"measures", "stages", "classes", "rulers", "units", "categories", "held up", "scenarios"}
        assert {table.kind for table in report.page.tables} >= always
        for table in report.page.tables:
            for first, second in re.findall(r"(\d+) of \d+ rows|列前(\d+)项", table.note):
                assert len(table.rows) - 1 == int(first or second), table.note  # below its header
        assert unbound_cells(report) == []


def test_in_other_states_too_every_number_is_the_value_of_its_place(state: list[Report]) -> None:
    for report in state:
        assert {1, 3, 5, 6} <= set(report.charts)
        assert {"measures", "stages", "units"} <= {table.kind for table in report.page.tables}
        assert unbound_charts(report) == []
        assert unbound_cells(report) == []


def test_each_table_that_a_page_can_have_is_among_these(
    third: list[Report], tmp_path_factory, briefing: Path
) -> None:
    published = in_both(report_of("published", tmp_path_factory, briefing))
    assert {table.kind for report in (*third, *published) for table in report.page.tables} == set(TABLES)


def test_every_date_and_number_of_a_header_is_known(both: list[Report]) -> None:
    for report in both:
        for table in report.page.tables:
            labels = [label for label in table.rows[0] if re.search(r"\d", label)]
            if table.kind == "standings":
                first, last = dates(table.note)
                assert [dates(label) for label in labels] == [[first]]
                ends = [dt.date(*map(int, filter(None, day))).isoformat() for day in (first, last)]
                assert ends == [report.record["bridge"]["from"]["as_of"], report.record["as_of"]]
            else:
                assert labels == []


def test_both_languages_say_the_same_in_every_row(both: list[Report]) -> None:
    chinese, english = (
        [[said for said in row if not isinstance(said, str)] for *_, row in said_by(report)]
        for report in both
    )
    assert chinese == english
    assert sum(map(len, chinese)) > 100
    signs = [
        [[re.findall(r"[+−]", cell) for cell in row] for table in report.page.tables for row in table.rows]
        for report in both
    ]
    assert signs[0] == signs[1]


def otherwise(text: str) -> Iterator[str]:
    """Give a text with each of its digits changed, one at a time."""
    for match in re.finditer(r"[0-9]", text):
        yield text[: match.start()] + str((int(match[0]) + 1) % 10) + text[match.end() :]


def test_a_digit_changed_in_an_alternative_text_is_found(third: list[Report]) -> None:
    for report in third:
        for position, text in report.charts.items():
            changed = list(otherwise(text))
            assert len(changed) > 10
            assert [other for other in changed if not unbound_chart(report, position, other)] == []


def test_a_digit_changed_in_a_table_is_found(third: list[Report]) -> None:
    for report in third:
        cells = [
            (cell, said, table.note)
            for table, at, expected in said_by(report)
            for cell, said in zip(table.rows[at], expected, strict=True)
            if not isinstance(said, str)
        ]
        assert len(cells) > 200
        for cell, said, note in cells:
            assert [other for other in otherwise(cell) if not wrong_cell(other, said, note)] == []


@pytest.mark.parametrize(
    ("key", "by"),
    [
        ("forecast_p90", 1e8),
        ("category_桥梁工程_p10", 1e7),
        ("demolition_rural_housing_p50", 1e4),
        ("constraint_天气_projects", 1),
        ("units_behind", 1),
        ("elapsed_share", 0.002),
    ],
)
def test_a_value_changed_is_missed_in_the_alternative_texts(third: list[Report], key: str, by: float) -> None:
    for report in third:
        other = replace(report, record=changed(report.record, key, by))
        assert any(key in problem for problem in unbound_charts(other))


@pytest.mark.parametrize(
    ("key", "by"),
    [
        ("class_us_public_construction_p50", 1e8),
        ("unit_市政工程处_part", 0.002),
        ("unit_市政工程处_probability", 0.02),
        ("projects_on_schedule_plan", 1e8),
        ("since_not_started_to_under_construction", 1),
        ("scenario_holiday_pace", 0.02),
        ("forecast_moved_actuals", 1e8),
    ],
)
def test_a_value_changed_is_missed_in_the_tables(third: list[Report], key: str, by: float) -> None:
    for report in third:
        other = replace(report, record=changed(report.record, key, by))
        assert any(key in problem for problem in unbound_cells(other))


def changed(record: dict[str, Any], key: str, by: float) -> dict[str, Any]:
    other = copy.deepcopy(record)
    (figure,) = [figure for figure in other["figures"] if figure["key"] == key]
    figure["value"] += by
    return other
