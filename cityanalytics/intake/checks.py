"""What only several workbooks together show: double claims, hand-overs, vanished and unexplained names."""

from __future__ import annotations

import difflib
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks.cells import squeezed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from cityanalytics.intake.aliases import Departure
    from cityanalytics.intake.reading import Rows

#: One row of a canonical table.
Row: TypeAlias = "dict[str, Any]"


#: Amounts of one year that differ by more than this part are two; a year is far from a plan so many times it.
_SAME, _FAR = 1e-4, 30.0


def cross_check(
    tables: Mapping[str, Rows], *, without: Collection[str] = (), gone: Iterable[Departure] = ()
) -> list[Issue]:
    """Hold the workbooks of all units and quarters against each other.

    Parameters
    ----------
    tables
        Rows by canonical table.
    without
        Files that are left out.
    gone
        What a person confirmed to have left: no doubt.
    """
    left = {(one.name, one.quarter) for one in gone}
    projects, status, works, demolition, investment, history = (
        _current(tables.get(name, {}), without)
        for name in ("projects", "status", "works", "demolition", "investment", "history")
    )
    sites = list({(row["file"], row["planned_area_cell"]): row for row in reversed(demolition)}.values())[
        ::-1
    ]
    return [
        *_claimed_twice(projects),
        *_done_twice(works),
        *_handed_over(projects, "PROJECT_HANDED_OVER", "project", "project_cell"),
        *_handed_over(sites, "SITE_HANDED_OVER", "site", "planned_area_cell"),
        *_repeated(projects, "PROJECT_REPEATED", "project", "project_cell"),
        *_repeated(status, "STATUS_REPEATED", "project", "stage_cell"),
        *_repeated(sites, "SITE_REPEATED", "site", "planned_area_cell"),
        *_renamed(projects, status, left),
        *_without_project(projects, status, "stage_cell"),
        *_without_project(projects, works, "done_cell"),
        *_without_project(projects, _grouped_firsts(investment), "amount_cell"),
        *_without_status(projects, status),
        *_withdrawn(projects, investment),
        *_stated_twice(history),
        *_out_of_scale(history, _current(tables.get("plans", {}), without)),
    ]


def replaced_unsaid(projects: Rows, investment: Rows) -> list[Issue]:
    """Say which amounts another workbook of the quarter replaces without naming their projects, which still count.

    Parameters
    ----------
    projects, investment
        Rows of the canonical tables, of all that was received.
    """
    counting = {(row["unit"], row["quarter"], row["project"]): row["file"] for row in _current(projects, ())}
    now = _current(investment, ())
    last = {(row["unit"], row["quarter"]): row["file"] for row in now}
    stated = {(row["unit"], row["quarter"], row["project"]) for row in now}
    lost: dict[tuple[str, str, str], Row] = {}
    for row in _records(investment):
        key = row["unit"], row["quarter"], row["project"]
        if key in counting and key not in stated and counting[key] != last[key[:2]] and row["amount"] != 0:
            lost[key] = row
    return [
        Issue(
            severity=Severity.ERROR,
            code="AMOUNT_REPLACED",
            where=last[unit, quarter],
            value=project,
            understood=Message.of(
                "its amounts replace all that {unit} sent for {quarter}, and it has none of this project; last at "
                "{cell}",
                unit=unit,
                quarter=quarter,
                cell=row["amount_cell"],
            ),
            suggestion=Message.of("have all projects' months sent in one workbook; 0 where nothing was done"),
        )
        for (unit, quarter, project), row in lost.items()
    ]


def _records(rows: Rows) -> list[Row]:
    return [dict(zip(rows, values, strict=True)) for values in zip(*rows.values(), strict=True)]


def _current(rows: Rows, without: Collection[str]) -> list[Row]:
    """Keep what the last file of each unit and quarter says."""
    records = [row for row in _records(rows) if row["file"] not in without]
    last: dict[tuple[str, str], tuple[Any, int]] = {}
    for row in records:
        key = row["unit"], row["quarter"]
        last[key] = max(last.get(key, _received(row)), _received(row))
    return [row for row in records if _received(row) == last[row["unit"], row["quarter"]]]


def _received(row: Row) -> tuple[Any, int]:
    return row["received"], row["position"]


def _grouped(rows: Iterable[Row], *names: str) -> list[tuple[tuple[Any, ...], list[Row]]]:
    """Return the rows that share the values of some columns, in the order of these values."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in names), []).append(row)
    return sorted(groups.items(), key=lambda group: group[0])


def _grouped_firsts(rows: Iterable[Row]) -> list[Row]:
    """Return the first row of each project of a workbook."""
    return list({(row["file"], row["project"]): row for row in reversed(list(rows))}.values())[::-1]


def _units(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(row["unit"] for row in rows))


def _claimed_twice(projects: list[Row]) -> Iterator[Issue]:
    for (_, project), rows in _grouped(projects, "quarter", "project"):
        if len(_units(rows)) < 2:  # noqa: PLR2004 - twice
            continue
        yield Issue(
            severity=Severity.ERROR,
            code="PROJECT_TWICE",
            where=rows[-1]["project_cell"],
            value=str(project),
            understood=Message.of(
                "claimed by {units}; also at {cell}",
                units=", ".join(row["unit"] for row in rows),
                cell=rows[0]["project_cell"],
            ),
            suggestion=Message.of("settle which unit is responsible, and have the other send a correction"),
        )


def _done_twice(works: list[Row]) -> Iterator[Issue]:
    """Say which projects have works from several units in a quarter; a snapshot takes those received last."""
    for (_, project), rows in _grouped(sorted(works, key=_received), "quarter", "project"):
        firsts = {row["unit"]: row for row in reversed(rows)}
        units = _units(rows)
        if len(units) < 2:  # noqa: PLR2004 - twice
            continue
        first, last = firsts[units[0]], firsts[units[-1]]
        yield Issue(
            severity=Severity.WARNING,
            code="WORKS_TWICE",
            where=str(last["done_cell"]),
            value=str(project),
            understood=Message.of(
                "works of this project come from {units}; also at {cell}; those of {unit} alone count",
                units=", ".join(units),
                cell=first["done_cell"],
                unit=last["unit"],
            ),
            suggestion=Message.of("have one unit report all works of the project"),
        )


def _handed_over(table: list[Row], code: str, name: str, cell: str) -> Iterator[Issue]:
    """Say what one unit reports that another reported before; a snapshot counts it once, as reported last."""
    ordered = sorted(table, key=lambda row: (row["quarter"], *_received(row)))
    for (subject,), rows in _grouped(ordered, name):
        stated = list({row["quarter"]: row for row in rows}.values())
        for before, now in pairwise(stated):
            if before["unit"] != now["unit"]:
                yield Issue(
                    severity=Severity.WARNING,
                    code=code,
                    where=str(now[cell]),
                    value=str(subject),
                    understood=Message.of(
                        "reported by {unit} until {quarter}, at {cell}; counts once, as {other} now reports it, "
                        "with the amounts of earlier periods",
                        unit=before["unit"],
                        quarter=before["quarter"],
                        cell=before[cell],
                        other=now["unit"],
                    ),
                    suggestion=Message.of(
                        "confirm that it was handed over; if they are two, tell them apart by name"
                    ),
                )


def _repeated(table: list[Row], code: str, name: str, cell: str) -> Iterator[Issue]:
    """Say what stands twice; a project of two units in 项目投资完成情况 is said by `_claimed_twice`."""
    by_unit = ["quarter", name, *(["unit"] if code == "PROJECT_REPEATED" else [])]
    for _, rows in _grouped(table, *by_unit):
        for row in rows[1:]:
            yield Issue(
                severity=Severity.ERROR,
                code=code,
                where=str(row[cell]),
                value=str(row[name]),
                understood=Message.of("named more than once; also at {cell}", cell=rows[0][cell]),
                suggestion=Message.of("keep one row, or tell the two apart by name"),
            )


def likely_name(gone: str, new: Iterable[str]) -> str:
    """Return the new name that is most like one that is gone; empty where none is. A hint: a person confirms it.

    Examples
    --------
    >>> likely_name("东区小学工程", ["西区水厂", "东区小学提升工程"])
    '东区小学提升工程'
    """
    return next(iter(difflib.get_close_matches(gone, list(new), n=1)), "")


def _renamed(projects: list[Row], status: list[Row], left: Collection[tuple[str, str]]) -> Iterator[Issue]:
    """Say which projects are gone, at the workbook that they are gone from; a person confirms a new name.

    What was completed in an earlier year is not expected in the next.
    """
    reported = {(row["quarter"], row["project"]) for row in projects}
    finished = {(row["quarter"], row["project"]) for row in status if row["stage"] == "completed"}
    for (unit,), rows in _grouped(projects, "unit"):
        for ((before,), then), ((after,), now) in pairwise(_grouped(rows, "quarter")):
            names = {row["project"] for row in now}
            new = sorted(names - {row["project"] for row in then})
            for row in then:
                if row["project"] in names or (after, row["project"]) in reported:
                    continue  # where another unit reports it, `_handed_over` says so
                over = before[:4] != after[:4] and (before, row["project"]) in finished
                if over or (squeezed(row["project"]), after) in left:
                    continue
                yield _gone(row, unit, after, likely_name(str(row["project"]), new), now)


def _gone(then: Row, unit: str, quarter: str, near: str, now: list[Row]) -> Issue:
    """Say that a project is gone: at the new name most like it, else at the sheet that no longer has it."""
    cells = [str(row["project_cell"]) for row in now if row["project"] == near]
    old = str(then["project"])
    places = {"unit": unit, "quarter": quarter, "cell": then["project_cell"]}
    understood = Message.of(
        "last at {cell}, not in the workbook of {unit} for {quarter}; no new name is like it", **places
    )
    if near:
        understood = Message.of(
            "last at {cell}, not in the workbook of {unit} for {quarter}; nearest new name: {near}",
            **places,
            near=near,
        )
    return Issue(
        severity=Severity.WARNING,
        code="PROJECT_GONE",
        where=cells[0] if cells else str(now[0]["project_cell"]).rpartition("!")[0],
        value=old,
        understood=understood,
        suggestion=Message.of(
            "if it was renamed, have it confirmed: cityanalytics alias {old} {new}; if it has left, cityanalytics "
            "gone {old}; else have its unit send it",
            old=old,
            new=near or "NEW",
        ),
    )


def _without_project(projects: list[Row], table: list[Row], cell: str) -> Iterator[Issue]:
    known = {(row["quarter"], row["project"]) for row in projects}
    for row in table:
        if (row["quarter"], row["project"]) not in known:
            yield Issue(
                severity=Severity.WARNING,
                code="PROJECT_UNKNOWN",
                where=str(row[cell]),
                value=str(row["project"]),
                understood=Message.of(
                    "no project of that name has a plan in {quarter}; not counted", quarter=row["quarter"]
                ),
                suggestion=Message.of("write the name as in 项目投资完成情况, or add it to aliases.toml"),
            )


def _without_status(projects: list[Row], status: list[Row]) -> Iterator[Issue]:
    known = {(row["quarter"], row["project"]) for row in status}
    for row in projects:
        if (row["quarter"], row["project"]) not in known:
            yield Issue(
                severity=Severity.WARNING,
                code="STATUS_MISSING",
                where=str(row["project_cell"]),
                value=str(row["project"]),
                understood=Message.of("its unit reports no status for {quarter}", quarter=row["quarter"]),
                suggestion=Message.of("add it to 项目状态"),
            )


def _stated_twice(history: list[Row]) -> Iterator[Issue]:
    """Say which earlier years two senders state otherwise; a snapshot takes what was received last."""
    for (year,), rows in _grouped(sorted(history, key=_received), "year"):
        first, last = rows[0], rows[-1]
        if first["unit"] != last["unit"] and abs(first["amount"] - last["amount"]) > _SAME * abs(
            last["amount"]
        ):
            yield Issue(
                severity=Severity.WARNING,
                code="HISTORY_TWICE",
                where=str(last["amount_cell"]),
                value=str(year),
                understood=Message.of(
                    "{unit} states another amount of this year, at {cell}; what was received last counts",
                    unit=first["unit"],
                    cell=first["amount_cell"],
                ),
                suggestion=Message.of("settle which amount is right, and have it sent once"),
            )


def _out_of_scale(history: list[Row], plans: list[Row]) -> Iterator[Issue]:
    """Say which earlier years are so far from this year's plan that they are in another unit, or of another scope."""
    last = max((row["quarter"] for row in plans), default="")
    plan = sum(row["amount"] for row in plans if row["quarter"] == last and row["version"] == "original")
    for row in history:
        if plan > 0 and row["amount"] > 0 and not 1 / _FAR < row["amount"] / plan < _FAR:
            yield Issue(
                severity=Severity.WARNING,
                code="IMPLAUSIBLE",
                where=str(row["amount_cell"]),
                value=f"{row['amount'] / 1e8:.10g}",
                understood=Message.of(
                    "{amount} 亿元 in {year}, beside plans of {plan} 亿元 for {quarter}",
                    amount=f"{row['amount'] / 1e8:.10g}",
                    year=row["year"],
                    plan=f"{plan / 1e8:.10g}",
                    quarter=last,
                ),
                suggestion=Message.of("check the unit, and that both are of the same projects"),
            )


def _withdrawn(projects: list[Row], flows: list[Row]) -> Iterator[Issue]:
    """Say which amounts a unit's next workbook covers with its periods but no longer gives."""
    named = {(row["unit"], row["quarter"], row["project"]) for row in projects}
    for (unit,), rows in _grouped(flows, "unit"):
        for (_, then), ((after,), now) in pairwise(_grouped(rows, "quarter")):
            stated: dict[str, list[tuple[Any, Any]]] = {}
            for row in now:
                stated.setdefault(row["project"], []).append((row["period_start"], row["period_end"]))
            first = min(row["period_start"] for row in now)
            last = max(row["period_end"] for row in now)
            for row in then:
                stated_already = any(
                    start <= row["period_start"]
                    and (start == row["period_start"] or row["period_end"] <= end)
                    for start, end in stated.get(row["project"], ())
                )
                covered = first <= row["period_start"] and row["period_end"] <= last and row["amount"] != 0
                if covered and not stated_already and (unit, after, row["project"]) in named:
                    yield Issue(
                        severity=Severity.WARNING,
                        code="AMOUNT_WITHDRAWN",
                        where=str(row["amount_cell"]),
                        value=f"{row['amount']:.0f}",
                        understood=Message.of(
                            "the workbook for {quarter} gives no value; this one still counts", quarter=after
                        ),
                        suggestion=Message.of("write 0 if nothing was done, or the amount"),
                    )
