"""Which quarters the tables describe, and to which day: what dates are chosen from without reading a table."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Quarter:
    """A quarter that workbooks were received for.

    Parameters
    ----------
    received
        Day on which the first of them came.
    last_day
        Last day that one of them describes.
    """

    received: dt.date
    last_day: dt.date


@dataclass(frozen=True, kw_only=True)
class Described:
    """What the tables describe.

    Parameters
    ----------
    quarters
        By name, in their order.
    received
        Day on which the last workbook came; None where none has.
    """

    quarters: Mapping[str, Quarter]
    received: dt.date | None

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> Described:
        """Return what canonical tables describe."""
        projects, stated = tables["projects"], tables["investment"]
        first = projects.groupby("quarter", observed=True)["received"].min()
        last = stated.groupby("quarter", observed=True)["period_end"].max()
        days = [table["received"].max() for table in tables.values() if "received" in table and len(table)]
        return cls(
            quarters={
                name: Quarter(received=first[name].date(), last_day=last[name].date())
                for name in sorted(first.index.intersection(last.index))
            },
            received=max(days).date() if days else None,
        )

    def document(self) -> dict[str, Any]:
        """Return it as a JSON document."""
        return {
            "received": self.received and self.received.isoformat(),
            "quarters": {
                name: {"received": one.received.isoformat(), "last_day": one.last_day.isoformat()}
                for name, one in self.quarters.items()
            },
        }

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Described:
        """Return what a JSON document says."""
        day = dt.date.fromisoformat
        return cls(
            quarters={
                name: Quarter(received=day(one["received"]), last_day=day(one["last_day"]))
                for name, one in document["quarters"].items()
            },
            received=day(document["received"]) if document["received"] else None,
        )
