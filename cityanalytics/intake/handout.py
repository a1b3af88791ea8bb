"""What goes out to begin with: a new workspace, and empty workbooks for the units to fill in."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from cityanalytics.calendar import quarter_end
from cityanalytics.durable import put
from cityanalytics.errors import UsageError
from cityanalytics.intake.schema import SHEET_NAMES
from cityanalytics.issues import Message
from cityanalytics.lock import writing
from cityanalytics.settings import FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from cityanalytics.settings import Settings

FOLDERS = ("data/raw", "data/processed", "data/handouts", "reports")
GROUP = "年度计划投资"
#: What a sheet is of, its name, its unit note, and its columns; ``{months}`` stands for one column a month under the label beside it.
SHEETS = (
    (
        "projects",
        SHEET_NAMES["projects"],
        "单位：万元",
        (
            "序号",
            "项目名称",
            "类别",
            "所在镇街",
            "计划开工日期",
            "计划竣工日期",
            "总投资",
            f"{GROUP}/原计划",
            f"{GROUP}/调整后",
            "计划调整日期",
            "{months}完成投资",
            "自年初累计完成投资",
            "占年度计划%",
            "责任人",
            "备注",
        ),
    ),
    (
        "status",
        SHEET_NAMES["status"],
        "",
        (
            "序号",
            "项目名称",
            "责任人",
            "实际开工日期",
            "实际竣工日期",
            "项目状态",
            "是否按计划推进",
            "形象进度（%）",
            "制约因素",
            "存在困难",
            "请求协调事项",
            "要求解决时限",
            "备注",
        ),
    ),
    (
        "works",
        SHEET_NAMES["works"],
        "",
        ("序号", "项目名称", "工程类别", "计量单位", "年度计划量", "累计完成量", "完成情况", "备注"),
    ),
    (
        "demolition",
        SHEET_NAMES["demolition"],
        "单位：万平方米",
        (
            "序号",
            "拆迁片区",
            "拆迁类别",
            "启动日期",
            "计划完成日期",
            "计划拆迁面积",
            "{months}完成拆迁面积",
            "累计完成拆迁面积",
            "责任人",
            "备注",
        ),
    ),
    (
        "funds",
        "资金到位情况",
        "单位：万元",
        ("序号", "项目名称", "资金来源", "计划资金", "到位资金", "已支付", "备注"),
    ),
)
#: What a cell may hold, so that a clerk chooses instead of typing.
CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "项目状态": ("未开工", "在建", "竣工", "停工"),
        "是否按计划推进": ("按计划", "滞后"),
        "制约因素": ("天气", "土地", "规划", "资金", "拆迁", "立项", "土地征用"),
        "完成情况": ("竣工", "基本完成", "在建", "未开工"),
    }
)
#: A list of choices in a cell holds no more signs.
MOST_CHOICES = 255
#: Last time's tables, the column of each that stands under a label, and what one of the label's unit is.
PREFILLED: Mapping[str, Mapping[str, tuple[str, float]]] = MappingProxyType(
    {
        "projects": {
            "项目名称": ("project", 1.0),
            "类别": ("category", 1.0),
            "所在镇街": ("town", 1.0),
            "计划开工日期": ("planned_start", 1.0),
            "计划竣工日期": ("planned_finish", 1.0),
            "总投资": ("total_investment", 1e4),
            "原计划": ("plan_original", 1e4),
            "调整后": ("plan_adjusted", 1e4),
            "计划调整日期": ("adjusted_on", 1.0),
            "责任人": ("responsible_person", 1.0),
        },
        "status": {
            "项目名称": ("project", 1.0),
            "责任人": ("responsible_person", 1.0),
            "实际开工日期": ("actual_start", 1.0),
            "实际竣工日期": ("actual_finish", 1.0),
        },
        "works": {
            "项目名称": ("project", 1.0),
            "工程类别": ("kind", 1.0),
            "计量单位": ("measure", 1.0),
            "年度计划量": ("planned", 1.0),
        },
        "demolition": {
            "拆迁片区": ("site", 1.0),
            "拆迁类别": ("kind", 1.0),
            "启动日期": ("started", 1.0),
            "计划完成日期": ("planned_finish", 1.0),
            "计划拆迁面积": ("planned_area", 1e4),
            "责任人": ("responsible_person", 1.0),
        },
        "funds": {
            "项目名称": ("project", 1.0),
            "资金来源": ("source", 1.0),
            "计划资金": ("planned", 1e4),
        },
    }
)
EMPTY_ROWS = 200
LAST_QUARTER = 4


def make_workspace(folder: Path) -> list[Path]:
    """Make a workspace: configuration, folders and notebooks.

    Parameters
    ----------
    folder
        A new or empty folder.

    Returns
    -------
    list of pathlib.Path
        What was made.

    Raises
    ------
    UsageError
        The folder holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            Message.of(
                "{folder} is not empty: name a new folder, or use --next-quarter in a workspace",
                folder=folder,
            )
        )
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    with as_file(_packaged_notebooks()) as notebooks:
        shutil.copytree(notebooks, folder / "notebooks", ignore=shutil.ignore_patterns(".*"))
    template = files(__package__).joinpath("workspace.toml").read_text(encoding="utf-8")
    (folder / FILE).write_text(template, encoding="utf-8")
    return [folder / FILE, folder / "notebooks", *(folder / name for name in FOLDERS)]


def next_quarter(configured: Iterable[str], received: Iterable[str], *, next_year: bool = False) -> str:
    """Return the quarter that workbooks are to be handed out for.

    Parameters
    ----------
    configured
        Quarters with a data date of their own.
    received
        Quarters that a workbook was received for.
    next_year
        Whether the first quarter of the next year is meant.

    Returns
    -------
    str
        The first configured quarter after all that was received; else the one after the last known.

    Raises
    ------
    UsageError
        No quarter is known.

    Examples
    --------
    >>> next_quarter(["2010Q3"], [])
    '2010Q3'
    >>> next_quarter(["2010Q3", "2010Q4"], ["2010Q2", "2010Q3"]), next_quarter([], ["2010Q4"])
    ('2010Q4', '2011Q1')
    >>> next_quarter(["2010Q3"], ["2010Q3"], next_year=True)
    '2011Q1'
    """
    there = max(received, default="")
    if not next_year and (waiting := sorted(quarter for quarter in configured if quarter > there)):
        return waiting[0]
    last = max(there, *configured, "")
    if not last:
        raise UsageError(
            Message.of("no quarter is known yet: give its data date under [quarters] in cityanalytics.toml")
        )
    year, number = int(last[:4]), int(last[-1])
    return f"{year + 1}Q1" if next_year or number == LAST_QUARTER else f"{year}Q{number + 1}"


def write_handouts(
    settings: Settings, quarter: str, last: Mapping[str, pd.DataFrame] = MappingProxyType({})
) -> tuple[list[Path], list[Path]]:
    """Write a workbook of a quarter to fill in for every unit that has none yet, under data/handouts.

    Parameters
    ----------
    settings
        The workspace's configuration.
    quarter
        Such as ``2010Q4``.
    last
        What is known of last time, by key of `PREFILLED`: a row a project (item, site) with its ``unit`` and the
        columns named there; amounts in yuan, areas in square metres, quantities in the measure named.

    Returns
    -------
    tuple
        The workbooks written, and those that lay there and were left as they are.

    Raises
    ------
    UsageError
        The configuration names no units.
    """
    if not settings.units:
        raise UsageError(Message.of("cityanalytics.toml names no units: list them under units"))
    folder = settings.root / "data" / "handouts" / quarter
    kept: list[Path] = []
    made: dict[Path, bytes] = {}
    with writing(settings.root, "init"):
        for unit in settings.units:
            path = folder / f"{unit}{quarter}报表.xlsx"
            if path.exists():
                kept.append(path)
                continue
            own = {name: table[table["unit"] == unit] for name, table in last.items()}
            made[path] = _workbook(settings, unit, quarter, own)
        put(made)
    return [*made], kept


def _packaged_notebooks() -> Path:
    """Return the notebooks of the wheel, or of the checkout that the package runs from."""
    packaged = Path(str(files("cityanalytics"))) / "notebooks"
    return packaged if packaged.is_dir() else packaged.parent.parent / "notebooks"


def _workbook(settings: Settings, unit: str, quarter: str, last: Mapping[str, pd.DataFrame]) -> bytes:
    import xlsxwriter

    choices = _choices(settings, last)
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        looks = {
            "title": book.add_format({"bold": True, "font_size": 16, "align": "center"}),
            "note": book.add_format({"align": "right"}),
            "head": book.add_format(
                {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}
            ),
            "cell": book.add_format({"border": 1}),
            "day": book.add_format({"border": 1, "num_format": "yyyy-mm-dd"}),
        }
        for of, name, unit_note, columns in SHEETS:
            if (of == "demolition" and not settings.demolition) or (of == "funds" and of not in last):
                continue
            sheet = book.add_worksheet(name)
            labels = _labels(columns, settings, quarter)
            end = len(labels) - 1
            sheet.merge_range(
                0,
                0,
                0,
                end,
                f"{unit}{quarter[:4]}年{'一二三四'[int(quarter[-1]) - 1]}季度{name}表",
                looks["title"],
            )
            day = settings.data_date(quarter)
            note = f"填报单位：{unit}    截至日期：{day.year}年{day.month}月{day.day}日    {unit_note}"
            sheet.merge_range(1, 0, 1, end, note.rstrip(), looks["note"])
            _write_header(sheet, labels, looks["head"])
            if of in last:
                _prefill(sheet, [label[-1] for label in labels], last[of], PREFILLED[of], looks)
            for column, label in enumerate(labels):
                offered = choices.get(label[-1], ())
                if offered and len(",".join(offered)) <= MOST_CHOICES:
                    sheet.data_validation(
                        4,
                        column,
                        3 + EMPTY_ROWS,
                        column,
                        {
                            "validate": "list",
                            "source": list(offered),
                            # a kind that is new may be typed, once its clerk has been asked whether it is meant
                            "error_type": "stop" if label[-1] in CHOICES else "warning",
                        },
                    )
            sheet.set_column(0, end, 12)
            sheet.freeze_panes(4, 2)
            sheet.set_landscape()
            sheet.set_paper(9)
            sheet.fit_to_pages(1, 0)
    return content.getvalue()


def _choices(settings: Settings, last: Mapping[str, pd.DataFrame]) -> dict[str, tuple[str, ...]]:
    """Return what cells offer: the bureau's own kinds and categories, and those of last time."""

    def used(name: str, column: str) -> Sequence[str]:
        return () if name not in last else [str(word) for word in last[name][column].dropna().unique()]

    own = {
        "类别": (*settings.obligations, *used("projects", "category")),
        "工程类别": (*(kind.kind for kind in settings.works), *used("works", "kind")),
        "拆迁类别": (*(kind.kind for kind in settings.demolition), *used("demolition", "kind")),
    }
    return {**CHOICES, **{label: tuple(dict.fromkeys(words)) for label, words in own.items()}}


def _prefill(
    sheet: object,
    labels: Sequence[str],
    rows: pd.DataFrame,
    columns: Mapping[str, tuple[str, float]],
    looks: Mapping[str, object],
) -> None:
    """Write what is known of last time, a row each below the header, with its serial."""
    write, write_day = sheet.write, sheet.write_datetime  # type: ignore[attr-defined] # xlsxwriter publishes no types
    for at, label in enumerate(labels):
        if label == "序号":
            for row in range(len(rows)):
                write(4 + row, at, row + 1, looks["cell"])
        name, per = columns.get(label, ("", 1.0))
        if name not in rows:
            continue
        days = rows[name].dtype.kind == "M"
        for row, value in enumerate(rows[name].tolist()):
            if value is None or value != value or str(value) == "NaT":  # noqa: PLR0124 - nan alone is not itself
                continue
            if days:
                write_day(4 + row, at, value, looks["day"])
            else:
                write(4 + row, at, value if isinstance(value, str) else round(value / per, 6), looks["cell"])


def _labels(columns: tuple[str, ...], settings: Settings, quarter: str) -> list[tuple[str, ...]]:
    """Return each column's path of labels."""
    day = settings.data_date(quarter)
    months = [f"{month}月" for month in range(1, day.month + 1)]
    if day != quarter_end(quarter):
        months[-1] = f"{day.month}月（1—{day.day}日）"
    labels: list[tuple[str, ...]] = []
    for column in columns:
        if column.startswith("{months}"):
            group = f"{day.year}年{column.removeprefix('{months}')}"
            labels += [(group, month) for month in months]
        else:
            labels.append(tuple(column.split("/")))
    return labels


def _write_header(sheet: object, labels: list[tuple[str, ...]], look: object) -> None:
    """Write a header of two rows: a group over its columns, a single label over both rows."""
    write, merge = sheet.write_string, sheet.merge_range  # type: ignore[attr-defined] # xlsxwriter publishes no types
    column = 0
    while column < len(labels):
        label = labels[column]
        if len(label) == 1:
            merge(2, column, 3, column, label[0], look)
            column += 1
            continue
        width = sum(other[0] == label[0] for other in labels)
        merge(2, column, 2, column + width - 1, label[0], look)
        for offset in range(width):
            write(3, column + offset, labels[column + offset][1], look)
        column += width
