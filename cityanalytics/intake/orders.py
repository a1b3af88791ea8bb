"""Orders that were issued: dispatch/orders.csv, a line each; a dispatch adds to it, nothing is taken out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.errors import CityAnalyticsError
from cityanalytics.intake.registerfile import read_lines, write_lines
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cityanalytics.settings import Settings

#: Below the workspace.
FOLDER, REGISTER = "dispatch", "orders.csv"
COLUMNS = ("id", "issued", "unit", "project", "asks", "due", "deadline", "amount")
#: What an order can ask: that work starts, that it ends, that the year's plan is spent.
ASKS = ("start", "finish", "plan")


@dataclass(frozen=True, kw_only=True)
class Order:
    """What one unit was asked about one project.

    Parameters
    ----------
    id
        The day of issue and a number, as ``20100927-001``.
    issued, due
        Day of issue; day by which it is to be answered.
    unit, project
        Who was asked, of what.
    asks
        One of `ASKS`.
    deadline
        Day by which what it asks has to be done at the latest.
    amount
        What the project is expected to lack of its plan at the year's end (yuan).
    """

    id: str
    issued: dt.date
    unit: str
    project: str
    asks: str
    due: dt.date
    deadline: dt.date
    amount: float


def read_orders(settings: Settings) -> tuple[Order, ...]:
    """Read the orders that were issued, in their order; a workspace without any has none.

    Raises
    ------
    CityAnalyticsError
        A line cannot be read.
    """
    path = settings.root / FOLDER / REGISTER
    if not path.is_file():
        return ()
    lines = read_lines(path.read_bytes(), COLUMNS, file=str(path))
    faults = list(lines.faults)
    found = []
    for line in lines.lines:
        own = line.values
        try:
            issued, due, deadline = (
                dt.date.fromisoformat(own[name]) for name in ("issued", "due", "deadline")
            )
            found.append(
                Order(
                    id=own["id"],
                    issued=issued,
                    unit=own["unit"],
                    project=own["project"],
                    asks=ASKS[ASKS.index(own["asks"])],
                    due=due,
                    deadline=deadline,
                    amount=float(own["amount"]),
                )
            )
        except ValueError as error:
            faults.append(
                Message.of(
                    "{file}, line {line}: {reason}; put the file back from a copy",
                    file=path,
                    line=line.number,
                    reason=error,
                )
            )
    if faults:
        raise CityAnalyticsError(faults[0])
    return tuple(found)


def orders_bytes(orders: Iterable[Order]) -> bytes:
    """Return what dispatch/orders.csv is to hold."""
    return write_lines(
        COLUMNS,
        (
            {name: str(getattr(one, name)) for name in COLUMNS} | {"amount": f"{one.amount:.2f}"}
            for one in orders
        ),
    )
