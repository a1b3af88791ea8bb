"""Facts of the sample city: units, categories, and the totals that the detail must reach."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

CITY = "样例市"
BUREAU = "样例市城乡建设局"
STATEMENT = "样例数据：合计数取自2010年公开讲话，明细为虚构"
FINANCE = "计划财务科"
YEAR = 2010
FINAL = dt.date(2010, 9, 22)
HISTORY = ((2008, 60.2), (2009, 80.0))  # 亿元


@dataclass(frozen=True, kw_only=True)
class Quarter:
    """A quarter: its name, the day that its figures describe, its months and their labels."""

    name: str
    word: str
    date: dt.date
    months: int

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the month columns; a month cut short says so."""
        whole = [f"{month}月" for month in range(1, self.months + 1)]
        return (*whole[:-1], "9月（1—22日）") if self.date == FINAL else tuple(whole)


QUARTERS = (
    Quarter(name="2010Q1", word="一季度", date=dt.date(2010, 3, 31), months=3),
    Quarter(name="2010Q2", word="二季度", date=dt.date(2010, 6, 30), months=6),
    Quarter(name="2010Q3", word="三季度", date=FINAL, months=9),
)
LAST = len(QUARTERS) - 1

MONTHS = (29000, 25000, 62000, 78000, 86000, 88000, 89000, 95000, 68000)  # 万元, all projects
HOUSING_MONTHS = (20000, 17000, 34000, 38000, 40000, 41000, 41000, 45000, 36000)  # 万元, sum 31.2 亿元
HOUSING = "房地产开发"


@dataclass(frozen=True, kw_only=True)
class Category:
    """A category: projects by outcome, adjusted plan and total investment (万元), and who builds how many."""

    name: str
    completed: int
    on_schedule: int
    late: int
    not_started: int
    plan: int
    total: int
    units: dict[str, int]
    long: bool = False  # may be planned beyond the year


CATEGORIES = (
    Category(
        name="城市道路及配套",
        completed=5,
        on_schedule=14,
        late=5,
        not_started=6,
        plan=90000,
        total=140000,
        units={
            "市政工程处": 13,
            "东城片区建设办": 4,
            "西城片区建设办": 4,
            "南部新区建设办": 5,
            "开发区建设局": 4,
        },
    ),
    Category(
        name="桥梁工程",
        completed=2,
        on_schedule=4,
        late=1,
        not_started=1,
        plan=26000,
        total=50000,
        units={"市政工程处": 5, "城建投资公司": 3},
    ),
    Category(
        name="园林绿化",
        completed=7,
        on_schedule=11,
        late=2,
        not_started=2,
        plan=32000,
        total=42000,
        units={"园林绿化处": 15, "东城片区建设办": 2, "西城片区建设办": 2, "南部新区建设办": 3},
    ),
    Category(
        name="污水管网",
        completed=2,
        on_schedule=9,
        late=3,
        not_started=2,
        plan=26000,
        total=40000,
        units={"排水管理处": 10, "南部新区建设办": 2, "北部片区建设办": 2, "开发区建设局": 2},
    ),
    Category(
        name="燃气管网",
        completed=4,
        on_schedule=7,
        late=1,
        not_started=2,
        plan=18000,
        total=30000,
        units={"燃气管理处": 14},
    ),
    Category(
        name="集中供热",
        completed=2,
        on_schedule=8,
        late=2,
        not_started=2,
        plan=24000,
        total=36000,
        units={"热力管理处": 14},
    ),
    Category(
        name="老旧小区整治",
        completed=0,
        on_schedule=9,
        late=1,
        not_started=2,
        plan=12000,
        total=16000,
        units={"房屋管理处": 8, "旧城改造办公室": 4},
    ),
    Category(
        name="背街小巷改造",
        completed=5,
        on_schedule=5,
        late=1,
        not_started=1,
        plan=10000,
        total=12000,
        units={"旧城改造办公室": 8, "东城片区建设办": 2, "西城片区建设办": 2},
    ),
    Category(
        name="湿地公园",
        completed=5,
        on_schedule=2,
        late=0,
        not_started=1,
        plan=26000,
        total=42000,
        units={"湿地公园建设办公室": 8},
    ),
    Category(
        name="公共建筑",
        completed=6,
        on_schedule=12,
        late=3,
        not_started=5,
        plan=96000,
        total=220000,
        units={"公共建筑工程办公室": 16, "城建投资公司": 10},
        long=True,
    ),
    Category(
        name=HOUSING,
        completed=8,
        on_schedule=33,
        late=5,
        not_started=6,
        plan=420000,
        total=940000,
        units={
            "房地产开发管理处": 22,
            "东城片区建设办": 6,
            "西城片区建设办": 6,
            "南部新区建设办": 8,
            "北部片区建设办": 5,
            "开发区建设局": 5,
        },
        long=True,
    ),
    Category(
        name="棚户区改造",
        completed=1,
        on_schedule=9,
        late=2,
        not_started=4,
        plan=56000,
        total=120000,
        units={"棚户区改造办公室": 10, "旧城改造办公室": 3, "北部片区建设办": 3},
        long=True,
    ),
    Category(
        name="城中村改造",
        completed=1,
        on_schedule=7,
        late=2,
        not_started=4,
        plan=32000,
        total=76000,
        units={"城中村改造办公室": 9, "西城片区建设办": 3, "北部片区建设办": 2},
        long=True,
    ),
    Category(
        name="农村住房建设",
        completed=3,
        on_schedule=5,
        late=1,
        not_started=3,
        plan=16000,
        total=32000,
        units={"农村住房建设办公室": 9, "开发区建设局": 3},
    ),
    Category(
        name="供水排水",
        completed=3,
        on_schedule=5,
        late=1,
        not_started=3,
        plan=16000,
        total=34000,
        units={"供水管理处": 8, "排水管理处": 4},
    ),
)

UNITS = tuple(dict.fromkeys(unit for category in CATEGORIES for unit in category.units))
#: Parts of the city, and the units that build in one of them alone.
TOWNS = ("东城片区", "西城片区", "南部新区", "北部片区", "开发区", "老城片区")
TOWN_OF = {
    "东城片区建设办": "东城片区",
    "西城片区建设办": "西城片区",
    "南部新区建设办": "南部新区",
    "北部片区建设办": "北部片区",
    "开发区建设局": "开发区",
}

# The one adjustment of the year: public buildings, decided on 15 July (万元, sum +15000).
ADJUSTING_UNIT = "公共建筑工程办公室"
ADJUSTED_ON = dt.date(2010, 7, 15)
ADJUSTMENTS = (3500, 3200, 3000, 2800, 3500, -1000)

# Demolition: area done to date and (assumed) planned, in 0.01 万平方米, and the sites of each unit.
DEMOLITION = {
    "棚户区": (
        15800,
        20400,
        {"棚户区改造办公室": 8, "旧城改造办公室": 4, "北部片区建设办": 2, "东城片区建设办": 2},
    ),
    "城中村": (5000, 6900, {"城中村改造办公室": 7, "西城片区建设办": 3, "北部片区建设办": 2}),
    "农村住房": (6700, 8700, {"农村住房建设办公室": 10, "开发区建设局": 2, "南部新区建设办": 2}),
}
