"""How each unit's clerk lays out the workbooks: order and spelling of columns, totals, dates, habits."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Every spelling of a column that some unit uses; the first one is the form's own.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "serial": ("序号",),
    "project": ("项目名称", "工程名称", "单项工程名称"),
    "category": ("类别", "项目类别"),
    "planned_start": ("计划开工日期", "计划开工时间"),
    "planned_finish": ("计划竣工日期", "计划竣工时间", "计划完工日期"),
    "total": ("总投资", "项目总投资", "概算总投资"),
    "plan": ("年度计划投资", "本年计划投资", "2010年计划投资"),
    "original": ("原计划", "年初计划"),
    "adjusted": ("调整后", "调整后计划"),
    "adjusted_on": ("计划调整日期", "调整日期"),
    "months": ("2010年完成投资", "2010年分月完成投资"),
    "done": ("自年初累计完成投资", "自年初累计完成投资额", "本年累计完成投资"),
    "share": ("占年度计划%", "完成年度计划%", "占年计划%"),
    "person": ("责任人", "项目责任人"),
    "remark": ("备注", "说明"),
    "town": ("所在片区", "所属片区"),
    "start": ("实际开工日期", "实际开工时间"),
    "finish": ("实际竣工日期", "实际竣工时间"),
    "stage": ("项目状态", "建设状态"),
    "schedule": ("是否按计划推进", "推进情况"),
    "physical": ("形象进度（%）", "形象进度(%)", "工程形象进度（%）"),
    "constraint": ("制约因素", "主要制约因素"),
    "difficulty": ("存在困难", "存在的困难和问题"),
    "request": ("请求协调事项", "需协调解决事项"),
    "deadline": ("要求解决时限", "解决时限"),
    "kind": ("工程类别", "实物工程类别"),
    "measure": ("计量单位", "单位"),
    "planned_quantity": ("年度计划量", "年度计划工程量"),
    "done_quantity": ("累计完成量", "累计完成工程量"),
    "completion": ("完成情况",),
    "site": ("拆迁片区", "片区名称"),
    "site_kind": ("拆迁类别",),
    "site_start": ("启动日期", "启动时间"),
    "site_finish": ("计划完成日期", "计划完成时间"),
    "planned_area": ("计划拆迁面积",),
    "area_months": ("2010年完成拆迁面积",),
    "done_area": ("累计完成拆迁面积", "自年初累计完成拆迁面积"),
}

#: The form's own order of the first sheet; `months` and (in the third quarter) `plan` are groups of columns.
ORDER = (
    "serial", "project", "category", "planned_start", "planned_finish", "total", "plan", "adjusted_on",
    "months", "done", "share", "person", "remark", "town",
)  # fmt: skip
PERSON_EARLY = (
    "serial", "project", "category", "person", "planned_start", "planned_finish", "total", "plan",
    "adjusted_on", "months", "done", "share", "remark", "town",
)  # fmt: skip
MONEY_FIRST = (
    "serial", "category", "project", "total", "plan", "adjusted_on", "months", "done", "share",
    "planned_start", "planned_finish", "person", "remark", "town",
)  # fmt: skip
SUMS_FIRST = (
    "serial", "project", "category", "total", "plan", "adjusted_on", "done", "share", "months",
    "planned_start", "planned_finish", "person", "remark", "town",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A unit's habits.

    Parameters
    ----------
    order
        Columns of the investment sheet.
    spelled
        Columns that are not spelled as in the form: the place in SPELLINGS.
    totals_first
        Whether totals stand above their rows.
    named_subtotals
        Whether a subtotal names its category in the name column.
    serial_restarts
        Whether serials start again in each category.
    dates
        How a date is written: "" as a date, else a pattern of text.
    dash
        Whether cells without a value hold a dash instead of nothing.
    dash_months
        Whether months before the start hold a dash instead of 0.
    in_hundred_millions
        Whether amounts are in 亿元 instead of 万元.
    share_as_fraction
        Whether shares are fractions shown as percent instead of numbers.
    formulas
        Whether totals are formulas.
    text_numbers
        How many amounts are typed as text.
    month_only
        How many planned finishes give a month only.
    """

    order: tuple[str, ...] = ORDER
    spelled: dict[str, int] = field(default_factory=dict)
    totals_first: bool = False
    named_subtotals: bool = False
    serial_restarts: bool = False
    dates: str = ""
    dash: bool = False
    dash_months: bool = False
    in_hundred_millions: bool = False
    share_as_fraction: bool = False
    formulas: bool = False
    text_numbers: int = 0
    month_only: int = 0

    def label(self, column: str) -> str:
        """Return the unit's spelling of a column."""
        return SPELLINGS[column][self.spelled.get(column, 0)]


DASHED, DOTTED, CHINESE = (
    "{0:%Y}-{0.month:02d}-{0.day:02d}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
)

LAYOUTS = {
    "市政工程处": Layout(dash=True, text_numbers=2),
    "东城片区建设办": Layout(
        spelled={"project": 1, "plan": 1, "done": 1, "physical": 1}, named_subtotals=True
    ),
    "西城片区建设办": Layout(totals_first=True, spelled={"total": 1, "share": 1}, dash=True),
    "南部新区建设办": Layout(
        order=PERSON_EARLY, serial_restarts=True, spelled={"category": 1, "person": 1, "site": 1}
    ),
    "开发区建设局": Layout(
        order=MONEY_FIRST,
        dates=DOTTED,
        spelled={"project": 2, "plan": 2, "months": 1, "stage": 1, "site_start": 1},
    ),
    "城建投资公司": Layout(
        order=PERSON_EARLY, spelled={"total": 2, "difficulty": 1, "request": 1}, text_numbers=1
    ),
    "园林绿化处": Layout(
        dates=CHINESE, spelled={"planned_start": 1, "planned_finish": 1, "start": 1, "finish": 1}
    ),
    "排水管理处": Layout(
        totals_first=True, named_subtotals=True, dash=True, spelled={"done": 2, "schedule": 1}
    ),
    "北部片区建设办": Layout(
        order=SUMS_FIRST,
        share_as_fraction=True,
        spelled={"project": 1, "constraint": 1, "done_area": 1},
    ),
    "燃气管理处": Layout(spelled={"remark": 1, "measure": 1}, dash_months=True),
    "热力管理处": Layout(totals_first=True, spelled={"plan": 1, "planned_finish": 2, "physical": 2}),
    "房屋管理处": Layout(spelled={"planned_quantity": 1, "done_quantity": 1}, dash=True, text_numbers=1),
    "旧城改造办公室": Layout(serial_restarts=True, spelled={"kind": 1, "deadline": 1}, month_only=2),
    "湿地公园建设办公室": Layout(dates=DASHED, dash_months=True, spelled={"project": 1}),
    "公共建筑工程办公室": Layout(formulas=True, spelled={"original": 1, "adjusted": 1, "adjusted_on": 1}),
    "房地产开发管理处": Layout(in_hundred_millions=True, spelled={"total": 1, "plan": 2, "done": 1}),
    "棚户区改造办公室": Layout(
        order=SUMS_FIRST, share_as_fraction=True, spelled={"months": 1, "site_finish": 1}
    ),
    "城中村改造办公室": Layout(dates=DOTTED, dash=True, spelled={"done": 2, "person": 1}, text_numbers=1),
    "农村住房建设办公室": Layout(named_subtotals=True, spelled={"project": 1, "share": 2}, month_only=1),
    "供水管理处": Layout(formulas=True, dash=True, spelled={"request": 1, "deadline": 1}),
}

#: The unit that sends an .xls file, and the one that sends a workbook for each subject.
OLD_EXCEL, IN_PARTS = "燃气管理处", "园林绿化处"

#: A subtotal that is wrong in one workbook: unit, quarter, category, month and difference (万元).
WRONG_SUBTOTAL = ("城建投资公司", 1, "公共建筑", 5, 60)
