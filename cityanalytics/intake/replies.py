"""Answers, notices, excuses and funds held against what is known: what names nothing known is refused, and said."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from cityanalytics.issues import Issue, Message, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from cityanalytics.intake.orders import Order
    from cityanalytics.intake.reading import Rows

Row = dict[str, Any]


def hold(
    tables: Mapping[str, Rows], *, senders: Collection[str], orders: Iterable[Order]
) -> tuple[dict[str, Rows], list[Issue]]:
    """Take out what names no order, project, unit or day that there is.

    Parameters
    ----------
    tables
        Rows by canonical table.
    senders
        Units and sections.
    orders
        What was issued.

    Returns
    -------
    tuple
        The tables, and what is said of each row that was refused: the nearest that there is, and the cell.
    """
    projects = dict.fromkeys(tables.get("projects", {}).get("project", ()))
    known = {one.id: one for one in orders}
    twice = _told_twice(tables.get("answers", {}))
    rules: dict[str, Callable[[Row], Issue | None]] = {
        "answers": lambda row: _answer(row, known, twice),
        "notices": lambda row: _notice(row, senders, projects),
        "excuses": lambda row: _unknown(row, "project", "PROJECT_UNKNOWN", projects),
        "funds": lambda row: _unknown(row, "project", "PROJECT_UNKNOWN", projects),
    }
    found, issues = dict(tables), []
    for name, rule in rules.items():
        rows = tables.get(name) or {}
        kept = []
        for at, row in enumerate(_rows(rows)):
            issue = rule(row)
            if issue is None:
                kept.append(at)
            else:
                issues.append(issue)
        found[name] = {column: [values[at] for at in kept] for column, values in rows.items()}
    return found, issues


def _rows(rows: Rows) -> Iterator[Row]:
    for values in zip(*rows.values(), strict=True):
        yield dict(zip(rows, values, strict=True))


def _told_twice(rows: Rows) -> dict[tuple[str, str], list[Row]]:
    """Return the answers of one workbook to one order that name different days."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in _rows(rows):
        found.setdefault((row["file"], row["order"]), []).append(row)
    return {key: own for key, own in found.items() if len({row["promised_on"] for row in own}) > 1}


def _answer(row: Row, known: Mapping[str, Order], twice: Mapping[tuple[str, str], list[Row]]) -> Issue | None:
    order = known.get(row["order"])
    if order is None:
        return _unknown(row, "order", "ORDER_UNKNOWN", known)
    for given, asked, cell, code in (
        (row["project"], order.project, "project_cell", "PROJECT_UNKNOWN"),
        (row["unit"], order.unit, "order_cell", "UNIT_MISMATCH"),  # the sender stands in no cell of the row
    ):
        if given != asked:
            return _refused(
                row[cell],
                code,
                given,
                Message.of("order {order} was issued to {unit} of {project}; the answer is not read",
                           order=order.id, unit=order.unit, project=order.project),
            )  # fmt: skip
    day = row["promised_on"]
    if day is not None and not order.issued <= day <= order.deadline.replace(year=order.deadline.year + 1):
        return _refused(
            row["promised_on_cell"],
            "DATE_UNKNOWN",
            str(day),
            Message.of(
                "no day that this order can be met by: it was issued on {issued}, to be met by {deadline}; nearest: "
                "{near}; the answer is not read",
                issued=order.issued,
                deadline=order.deadline,
                near=order.issued if day < order.issued else order.deadline,
            ),
        )
    own = twice.get((row["file"], row["order"]))
    if own:
        other = next(one for one in own if one["promised_on"] != day)
        return _refused(
            row["promised_on_cell"] or row["order_cell"],
            "ANSWER_CONTRADICTED",
            str(day),
            Message.of(
                "the same order is answered otherwise at {cell}; neither is read",
                cell=other["promised_on_cell"] or other["order_cell"],
            ),
        )
    return None


def _notice(row: Row, senders: Collection[str], projects: Collection[str]) -> Issue | None:
    if row["addressee"] not in senders:
        return _unknown(row, "addressee", "ADDRESSEE_UNKNOWN", senders)
    if row["project"] is not None and row["project"] not in projects:
        return _unknown(row, "project", "PROJECT_UNKNOWN", projects)
    if row["issued_on"] > row["received"]:
        return _refused(
            row["issued_on_cell"],
            "DATE_UNKNOWN",
            str(row["issued_on"]),
            Message.of(
                "a notice of a day after {received}, on which it was received; nearest: {near}; it is not read",
                received=row["received"],
                near=row["received"],
            ),
        )
    return None


def _unknown(row: Row, column: str, code: str, known: Collection[str]) -> Issue | None:
    name = str(row[column])
    if name in known:
        return None
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.0)
    return _refused(
        row[f"{column}_cell"],
        code,
        name,
        Message.of("there is none of that name; nearest: {near}; the row is not read", near=near[0])
        if near
        else Message.of("there is none of that name; the row is not read"),
    )


def _refused(cell: object, code: str, value: str, understood: Message) -> Issue:
    return Issue(
        severity=Severity.WARNING,
        code=code,
        where=str(cell),
        value=value,
        understood=understood,
        suggestion=Message.of("correct the cell and send the workbook again"),
    )
