"""What became of what was asked: orders, the units' answers to them, and each unit's record of promises kept."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cityanalytics.intake.orders import Order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cityanalytics.programme.snapshot import Programme

#: So many promises of its own weigh as much in a unit's rate as all units' rate.
PRIOR = 4.0
#: A report that comes so long after the day of a promise still speaks of that day.
GRACE = pd.Timedelta(days=7)
#: Fates of a promise that count in a record.
SETTLED = ("kept", "missed", "moved")


def as_frame(orders: Iterable[Order]) -> pd.DataFrame:
    """Return orders as a frame, a row each; its columns are the fields of `Order`."""
    names = list(Order.__dataclass_fields__)
    rows = [[getattr(one, name) for name in names] for one in orders]
    dtypes = dict.fromkeys(names, "str") | {"amount": "float64"}
    dtypes |= dict.fromkeys(("issued", "due", "deadline"), "datetime64[ns]")
    return pd.DataFrame(rows, columns=names).astype(dtypes)


def promises_of(
    programme: Programme, orders: pd.DataFrame, answers: pd.DataFrame, stated: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hold answers against what has happened by the data date.

    A promise is an answer with a day; the same day again is the same promise. It is *kept* where what was asked was
    done by that day (a start, a finish, or the amount promised), *missed* where the day has passed without it, *moved*
    where the unit has named a later day since, *open* before its day. What a day brought forward replaces counts in no
    record.

    Parameters
    ----------
    programme
        The programme at the data date.
    orders
        As of :func:`as_frame`.
    answers
        Canonical answers known on the day, in the order of receipt.
    stated
        Canonical investment known on the day, of all workbooks: what each said when it came.

    Returns
    -------
    tuple of pandas.DataFrame
        Promises: ``order``, ``unit``, ``project``, ``asks``, ``received``, ``promised_on``, ``amount`` (yuan),
        ``measure``, ``person``, ``cell``, ``fate``, ``done_on`` (day on which it was met, missing where it was not),
        ``days_late``. Orders: as given, with ``state`` (``open``, ``answered``, ``moved``, ``kept``, ``missed``),
        ``promised_on`` (the last), ``moves`` (how often), ``overdue`` (bool: not done, no day
        promised, and the answer is due).
    """
    dated = answers[answers["promised_on"].notna()].rename(
        columns={"responsible_person": "person", "promised_on_cell": "cell"}
    )
    columns = ["order", "received", "promised_on", "amount", "measure", "person", "cell"]
    found = dated[columns].merge(
        orders[["id", "unit", "project", "asks"]], left_on="order", right_on="id", how="inner"
    )
    # without an amount the day alone binds, with one that stays as it was the amount promised last does
    previous = found.groupby("order")["promised_on"].shift()
    found = found[found["promised_on"] != previous].reset_index(drop=True)
    later = found.groupby("order")["promised_on"].shift(-1)
    since = found.groupby("order")["received"].shift(-1)
    done_on = _done_on(programme, stated, found)
    as_of = pd.Timestamp(programme.as_of)
    fate = np.select(
        [
            (done_on <= found["promised_on"]) & ~(since < done_on),
            later > found["promised_on"],
            later < found["promised_on"],
            found["promised_on"] <= as_of,
        ],
        ["kept", "moved", "replaced", "missed"],
        "open",
    )
    # what was done after its day is late even where the data date has not come that far
    fate = np.where((fate == "open") & done_on.notna(), "missed", fate)
    found = found.drop(columns="id").assign(
        fate=pd.Series(fate, index=found.index, dtype="str"),
        done_on=done_on,
        days_late=(done_on - found["promised_on"]).dt.days.where(done_on > found["promised_on"]),
    )
    return found, _states(programme, stated, orders, found)


def _states(
    programme: Programme, stated: pd.DataFrame, orders: pd.DataFrame, promises: pd.DataFrame
) -> pd.DataFrame:
    """Return orders with what has become of them."""
    last = promises.groupby("order").agg(promised_on=("promised_on", "last"), fate=("fate", "last"))
    moves = promises[promises["fate"] == "moved"].groupby("order").size()
    fate = last["fate"].reindex(orders["id"]).set_axis(orders.index)
    times = moves.reindex(orders["id"], fill_value=0).set_axis(orders.index)
    asked = orders.assign(promised_on=orders["deadline"], amount=np.nan)
    unasked = _done_on(programme, stated, asked) <= orders["deadline"]
    past = orders["deadline"] < pd.Timestamp(programme.as_of)
    silent = fate.isna()
    state = np.select(
        [fate.isin(["kept", "missed"]), silent & unasked, silent & past, silent, times > 0],
        [fate.fillna(""), "kept", "missed", "open", "moved"],
        "answered",
    )
    due = orders["due"] < pd.Timestamp(programme.known_on)
    # a project that another unit has taken over, or that nobody reports, is asked of its unit no longer
    units = programme.projects.set_index("project")["unit"].reindex(orders["project"]).set_axis(orders.index)
    return orders.assign(
        state=pd.Series(state, index=orders.index, dtype="str"),
        promised_on=last["promised_on"].reindex(orders["id"]).set_axis(orders.index),
        moves=times,
        overdue=silent & due & (state != "kept") & (units == orders["unit"]),
    )


def _done_on(programme: Programme, stated: pd.DataFrame, asked: pd.DataFrame) -> pd.Series:
    """Return the day on which what was asked had been done; missing where it has not been by the data date.

    Parameters
    ----------
    programme
        The programme at the data date.
    stated
        Canonical investment of all workbooks.
    asked
        ``project``, ``asks``, ``promised_on``, ``amount``; an amount counts by the day promised, evenly over the days
        of the stretch that it was stated of.
    """
    known = programme.projects.set_index("project")
    as_of = pd.Timestamp(programme.as_of)
    place = known.reindex(asked["project"]).set_axis(asked.index)
    begun = place["actual_start"].where(place["actual_start"] <= as_of)
    begun = begun.fillna(as_of).where(
        begun.notna() | place["stage"].isin(["under construction", "completed"])
    )
    ended = place["actual_finish"].where(place["actual_finish"] <= as_of)
    ended = ended.fillna(as_of).where(ended.notna() | (place["stage"] == "completed"))
    by = asked["promised_on"].where(asked["promised_on"] <= as_of, as_of)
    spent = _spent_by(programme, stated, asked["project"], by) >= asked["amount"].fillna(place["plan"]) - 0.5
    reached = by.where(spent).fillna(ended.where(asked["asks"] == "plan"))
    enough = spent | asked["amount"].isna()
    by_kind = np.select(
        [asked["asks"] == "start", asked["asks"] == "finish"],
        [begun.where(enough).to_numpy(), ended.where(enough).to_numpy()],
        reached.to_numpy(),
    )
    return pd.Series(by_kind, index=asked.index, dtype="datetime64[ns]")


def _spent_by(programme: Programme, stated: pd.DataFrame, projects: pd.Series, by: pd.Series) -> pd.Series:
    """Return what each project had spent by a day (yuan), as the programme has it or as the next report had it.

    A later report may state a month in whole where an earlier one stated its days, so the first report that describes
    the day counts too: to its own day, and no longer than `GRACE` after the day asked for.
    """
    asked = pd.DataFrame({"at": projects.index, "project": projects.to_numpy(), "by": by.to_numpy()})
    now = asked.merge(programme.segments[["project", "start", "end", "amount"]], on="project")
    books = stated[["project", "position", "data_date"]].drop_duplicates()
    first = asked.merge(books, on="project")
    first = first[first["data_date"] >= first["by"]].sort_values(["data_date", "position"])
    first = first[first["data_date"] == first.groupby("at")["data_date"].transform("min")]
    first = first.drop_duplicates("at", keep="last")
    until = first["by"] + GRACE
    first = first.assign(by=until.where(until < first["data_date"], first["data_date"]))
    flows = stated.rename(columns={"period_start": "start", "period_end": "end"})
    then = first.merge(flows[["project", "position", "start", "end", "amount"]], on=["project", "position"])
    found = [_to(held).reindex(projects.index).fillna(0.0) for held in (now, then)]
    return found[0].where(found[0] >= found[1], found[1])


def _to(held: pd.DataFrame) -> pd.Series:
    """Sum amounts up to a day, each evenly over the days of its stretch."""
    days = (held["end"] - held["start"]).dt.days + 1
    share = (((held["by"] - held["start"]).dt.days + 1) / days).clip(0.0, 1.0)
    return (held["amount"] * share).groupby(held["at"]).sum()


def record(promises: pd.DataFrame, orders: pd.DataFrame, units: Sequence[str]) -> pd.DataFrame:
    """Return what becomes of each unit's promises.

    Parameters
    ----------
    promises, orders
        As of :func:`promises_of`.
    units
        In their order.

    Returns
    -------
    pandas.DataFrame
        ``unit``, ``kept``, ``missed``, ``moved`` (promises), ``unanswered`` (orders whose answer is overdue), ``rate``
        (share of settled promises that were kept, the unit's own drawn towards all units' as if these were four
        promises more; NaN while no promise of any unit has settled), ``days_late`` (mean, drawn likewise; of those
        done after their day).
    """
    settled = promises[promises["fate"].isin(SETTLED)]
    counts = pd.crosstab(settled["unit"], settled["fate"]).reindex(
        index=list(units), columns=list(SETTLED), fill_value=0
    )
    own = counts.sum(axis=1)
    total = int(own.sum())
    all_kept = float(counts["kept"].sum()) / total if total else np.nan
    late = promises.dropna(subset=["days_late"]).groupby("unit")["days_late"].agg(["sum", "count"])
    late = late.reindex(list(units), fill_value=0)
    days = float(late["sum"].sum() / late["count"].sum()) if late["count"].sum() else np.nan
    unanswered = orders[orders["overdue"]].groupby("unit").size().reindex(list(units), fill_value=0)
    return (
        counts.rename_axis(index="unit", columns=None)
        .assign(
            unanswered=unanswered,
            rate=(counts["kept"] + PRIOR * all_kept) / (own + PRIOR),
            days_late=(late["sum"] + PRIOR * days) / (late["count"] + PRIOR),
        )
        .reset_index()
    )


def to_issue(
    listed: pd.DataFrame, orders: pd.DataFrame, *, on: dt.date, answer_days: int
) -> tuple[Order, ...]:
    """Return the orders that are to be issued: one a project that has to act, where none is under way.

    Parameters
    ----------
    listed
        Rows of ``Dispatch.all``, in the order of what they are worth.
    orders
        As of :func:`promises_of`.
    on
        Day of issue.
    answer_days
        Days in which they are to be answered.
    """
    asks = np.select(
        [listed["starts"], listed["ends"], listed["shortfall_p50"] > 0], ["start", "finish", "plan"], ""
    )
    wanted = listed.assign(asks=asks)
    wanted = wanted[(wanted["asks"] != "") & (wanted["stage"] != "completed")]
    live = orders[orders["state"].isin(["open", "answered", "moved"])]
    key = ["project", "unit", "asks"]
    under_way = pd.MultiIndex.from_frame(wanted[key]).isin(pd.MultiIndex.from_frame(live[key]))
    wanted = wanted.loc[~under_way]
    day = f"{on:%Y%m%d}-"
    issued = orders.loc[orders["id"].str.startswith(day), "id"].str.removeprefix(day)
    first = int(issued.astype(int).max()) + 1 if len(issued) else 1
    # what has to start by a day that has passed has to start at once
    latest = wanted["latest_start"].where(wanted["asks"] == "start").fillna(wanted["deadline"])
    due = on + dt.timedelta(days=answer_days)
    latest = latest.where(latest >= pd.Timestamp(due), pd.Timestamp(due))
    return tuple(
        Order(
            id=f"{day}{number:03d}",
            issued=on,
            unit=row["unit"],
            project=row["project"],
            asks=row["asks"],
            due=due,
            deadline=deadline.date(),
            amount=round(float(row["shortfall_p50"]), 2),
        )
        for number, (row, deadline) in enumerate(
            zip(wanted.to_dict("records"), latest, strict=True), start=first
        )
    )
