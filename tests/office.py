"""A bureau of two units, small enough for many rounds: two quarters received, the second briefed, the third came."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cityanalytics.cli import main
from tests.conftest import new_workspace, run_cityanalytics
from tests.made_city import QUARTERS, MadeCity

if TYPE_CHECKING:
    from collections.abc import Sequence

CITY = MadeCity(2, units=("市政建设中心", "水务集团"))
#: What a project of each unit is called in the first quarter and in the second.
RENAMED = [
    (name, f"{name}二期")
    for name in (next(one.name for one in CITY.projects if one.unit == unit) for unit in CITY.units)
]
#: What came in the post and is not filed yet; it lacks a column.
POST, PAGE = (
    [f"{unit}2026年三季度报表.csv" for unit in CITY.units],
    "序号,项目名称,总投资（万元）\n1,甲路,5\n2,乙路,6\n",
)


def furnish(folder: Path) -> None:
    """Make the workspace by the commands."""
    quarters = {name: str(day) for name, day in QUARTERS.items()} | {"2026Q3": "2026-09-30"}
    new_workspace(folder, units=CITY.units, quarters=quarters)
    later = MadeCity(2, units=CITY.units)
    names = dict(RENAMED)
    later.projects = [replace(one, name=names.get(one.name, one.name)) for one in later.projects]
    for city, (quarter, day) in zip((CITY, later), QUARTERS.items(), strict=True):
        for unit, book in city.write(folder.parent / quarter, quarter).items():
            filed = ("--quarter", quarter, "--unit", unit, "--on", str(day + dt.timedelta(days=2)))
            run_cityanalytics("receive", str(book), *filed, workspace=folder)
    for name in POST:
        (folder / name).write_text(PAGE, "utf-8")
    run_cityanalytics("ingest", workspace=folder)
    run_cityanalytics("brief", "2026Q2", workspace=folder)


#: Starts commands as processes of their own; they are forked from one that has imported what commands need.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.warmed", "tests.office"])


def obey(workspace: Path, words: Sequence[str], said: Path) -> None:
    """Run a command in this process; what it says goes to a file."""
    os.chdir(workspace)
    with said.open("wb") as told, Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 1)
        os.dup2(told.fileno(), 2)
    sys.argv = ["cityanalytics", *words, "--ui", "en"]
    main()
