"""Ten weeks of dispatch on the sample city: `dispatch_weeks.py DIR` makes a workspace there and prints what was kept.

Units answer as they are: some promise what they will do, some promise too much, some move their days, some are silent.
Each has a habit of its own, drawn from its name, so that every run prints the same.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from python_calamine import CalamineWorkbook

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "data"))

from sample import draw, history, weekly  # noqa: E402 - the sample lies beside the package
from sample.city import FINAL  # noqa: E402

from cityanalytics.dispatch.dispatch import dispatch_programme  # noqa: E402
from cityanalytics.intake.load import ingest  # noqa: E402
from cityanalytics.intake.orders import read_orders  # noqa: E402
from cityanalytics.intake.receive import receive  # noqa: E402
from cityanalytics.intake.store import write_tables  # noqa: E402
from cityanalytics.publishing.ordersheets import write_orders  # noqa: E402
from cityanalytics.workspace import Workspace  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sample.history import City
    from sample.programme import Project

    from cityanalytics.dispatch.dispatch import Dispatch
    from cityanalytics.settings import Settings

STATES = ("kept", "missed", "moved", "unanswered")


def main() -> None:
    """Make the workspace, dispatch week by week, answer in between."""
    root = Path(sys.argv[1]).resolve()
    command = [sys.executable, str(ROOT / "data" / "make_sample.py"), "--out", str(root), "--weekly"]
    subprocess.run(command, check=True)
    text = (ROOT / "cityanalytics.toml").read_text("utf-8")
    (root / "cityanalytics.toml").write_text(
        text.replace("[lights]", "[dispatch]\nweekly = true\n\n[lights]"), "utf-8"
    )
    city = history.build()
    before: dt.date | None = None
    heads = ("orders", *STATES, "P50", "moved by", "kept", "missed", "others")
    print("week      " + "".join(f"{head:>11}" for head in heads))
    for day in weekly.WEEKS:
        workspace = Workspace.at(root)
        write_tables(workspace.settings, ingest(workspace.settings))
        found = dispatched(root, day, before)
        write_orders(workspace.settings, found, {}, before=read_orders(workspace.settings))
        show(found, day)
        answer(workspace.settings, city, day)
        before = day
    print(found.record[["unit", *STATES, "rate"]].round(2).to_string(index=False))
    print((found.promised().set_index("promises")[["p10", "p50", "p90"]] / 1e8).round(2).to_string())


def dispatched(root: Path, day: dt.date, before: dt.date | None) -> Dispatch:
    """Return the dispatch of a day, known on it, held against the week before."""
    from cityanalytics.publishing.comparison import changes_from

    workspace = Workspace.at(root)
    programme = workspace.snapshot(as_of=day, known_on=day)
    changes = None
    if before is not None:
        changes = changes_from(workspace.snapshot(as_of=before, known_on=before), programme)
    return dispatch_programme(programme, changes=changes)


def show(found: Dispatch, day: dt.date) -> None:
    """Print a week's line; amounts in 亿元."""
    record = found.record[[*STATES]].sum()
    numbers = [len(found.orders), *(int(record[name]) for name in STATES)]
    amounts = [found.forecast.total.quantile(0.5) / 1e8]
    if found.changes is not None:
        moved = found.movement.set_index("state")["change"] / 1e8
        kept, missed = moved.get("kept", 0.0), moved.reindex(["missed", "moved"]).fillna(0.0).sum()
        amounts += [moved.sum(), kept, missed, moved.sum() - kept - missed]
    line = f"{day}" + "".join(f"{number:>11}" for number in numbers)
    line += "".join(f"{amount:>11.2f}" for amount in amounts)
    print(line, flush=True)


def answer(settings: Settings, city: City, day: dt.date) -> None:
    """Let each unit fill its sheet in, two to nine days later."""
    known = {project.name: project for project in city.projects}
    for path in sorted((settings.root / "dispatch").glob("*.xlsx")):
        unit = path.stem
        if draw.chance(f"silent/{unit}/{day}", 0.5 * draw.uniform(f"silent/{unit}")):
            continue
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
        head = [str(name) for name in rows[2]]
        at = {
            name: head.index(name)
            for name in ("任务编号", "项目名称", "要求", "上次承诺", "承诺完成日期", "届时累计完成投资")
        }
        for row in rows[3:]:
            last = row[at["上次承诺"]]
            if isinstance(last, dt.date) and not draw.chance(f"again/{row[at['任务编号']]}/{day}", 0.1):
                continue
            promised = promise(known[str(row[at["项目名称"]])], str(row[at["要求"]]), day, city)
            row[at["承诺完成日期"]], row[at["届时累计完成投资"]] = promised
        on = day + dt.timedelta(days=draw.whole(f"answered/{unit}/{day}", 1, 6))
        filed = settings.root.parent / f"{settings.root.name}-answers" / f"{on}" / f"{unit}.xlsx"
        write(filed, rows)
        receive(settings, [filed], quarter=weekly.QUARTER, on=on)


def promise(project: Project, asked: str, day: dt.date, city: City) -> tuple[dt.date, float | str]:
    """Return the day, and where the plan is asked for the amount (万元), that a unit promises of a project."""
    honest = draw.chance(f"honest/{project.key}/{day}", 0.35 + 0.6 * draw.uniform(f"honest/{project.unit}"))
    soon = day + dt.timedelta(days=draw.whole(f"soon/{project.key}/{day}", 10, 30))
    truth = {"开工": project.start, "完成（竣工）": project.finish}.get(asked)
    if asked == "完成年度计划投资":
        then = min(soon, FINAL)
        spent = sum(weekly.spent(project, city.months[project.key], then))
        return then, round(spent * (0.97 if honest else 1.15))
    if honest and truth is not None and truth > day:
        return truth + dt.timedelta(days=draw.whole(f"margin/{project.key}", 0, 5)), ""
    return soon, ""


def write(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """Write a sheet that was filled in."""
    import xlsxwriter

    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet("调度任务单")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)


if __name__ == "__main__":
    main()
