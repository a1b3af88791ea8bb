"""`Dispatch`: the lists that a bureau dispatches by, for analysts and commands."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cityanalytics.calendar import WorkCalendar
from cityanalytics.dispatch.backward import MILESTONES, count_back, owed
from cityanalytics.dispatch.dual import dual_tracking, schedule_earned, stood_still
from cityanalytics.dispatch.ladder import counting_notices, ladder
from cityanalytics.dispatch.memory import lights_by_month, month_ends, run_of
from cityanalytics.dispatch.money import funds_of
from cityanalytics.dispatch.promises import as_frame, promises_of, record, to_issue
from cityanalytics.dispatch.rulepack import USUAL, load_pack, packs
from cityanalytics.errors import UsageError
from cityanalytics.issues import Message
from cityanalytics.outlook.forecast import forecast as forecast_programme
from cityanalytics.programme.counting import Books
from cityanalytics.programme.frames import with_units

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityanalytics.dispatch.rulepack import RulePack
    from cityanalytics.intake.orders import Order
    from cityanalytics.outlook.forecast import Forecast
    from cityanalytics.programme.changes import Changes
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.settings import Settings

#: Columns of the lists and their units (empty: text or a name).
LISTED: Mapping[str, str] = {
    "project": "",
    "unit": "",
    "town": "",
    "person": "",
    "category": "",
    "obligation": "",
    "deadline": "date",
    "stage": "",
    "physical_progress": "fraction of the work",
    "plan": "yuan",
    "done": "yuan",
    "shortfall": "yuan",
    "shortfall_p50": "yuan",
    "latest_start": "date",
    **{f"latest_{part * 100:.0f}": "date" for part in MILESTONES},
    "float_days": "days worked",
    "impossible": "",
    "possible": "fraction of the work",
    "constraint": "",
    "request": "",
    "light": "",
    "in_a_row": "months",
}
#: What the backward schedule says beside.
COUNTED: Mapping[str, str] = {
    "quick": "days worked",
    "typical": "days worked",
    "slow": "days worked",
    "basis": "",
    "cases": "count",
    "needed": "days worked",
    "days_left": "days worked",
}
STILL = dict.fromkeys(("was", "work"), "fraction of the work") | {"reports": "count", "since": "date"}
DUAL = dict.fromkeys(("money", "work", "difference"), "fraction of the year's plan")
EARNED = {
    "planned": "yuan",
    "earned": "yuan",
    "earned_days": "days",
    "days_gone": "days",
    "spi_t": "fraction of one",
}
ORDERS = dict.fromkeys(("issued", "due", "deadline", "promised_on"), "date") | {
    "amount": "yuan",
    "moves": "count",
}
COMMITTED = dict.fromkeys(("received", "promised_on", "done_on"), "date") | {
    "amount": "yuan",
    "days_late": "days",
    "rate": "fraction of promises",
    "typical_days_late": "days",
}
RECORD = dict.fromkeys(("kept", "missed", "moved", "unanswered"), "count") | {
    "rate": "fraction of promises",
    "days_late": "days",
}
FUNDS = dict.fromkeys(("planned", "arrived", "paid", "missing", "done"), "yuan")
#: What SPI(t) is told by.
PARTED = ("unit", "category")


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """Who must finish and who must start, by when at the latest, and how money and work go together.

    Parameters
    ----------
    programme
        The programme at a data date.
    forecast
        Its forecast, on whose paths a project's shortfall is counted.
    changes
        What changed since an earlier day, where one was named.
    rules
        By which lights are set.
    issuing
        Whether it issues orders, or is looked at alone.

    Examples
    --------
    >>> dispatch = ca.dispatch(programme, forecast)
    >>> len(dispatch.not_started)
    44
    >>> bool(dispatch.must_finish["shortfall"].is_monotonic_decreasing)
    True
    """

    programme: Programme
    forecast: Forecast
    changes: Changes | None = None
    rules: RulePack = field(default_factory=lambda: load_pack(USUAL), repr=False)
    issuing: bool = True

    @cached_property
    def _known(self) -> Mapping[str, pd.DataFrame]:
        """What had been received of the tables that dispatch goes by, in the order of receipt."""
        from cityanalytics.intake.schema import TABLES, as_table

        source, day = self.programme.source, pd.Timestamp(self.programme.known_on)
        found = {}
        for name in ("answers", "notices", "excuses", "funds", "status", "investment"):
            table = None if source is None else source.stored.get(name)
            table = (
                as_table(name, pd.DataFrame(columns=list(TABLES[name].columns))) if table is None else table
            )
            found[name] = table[table["received"] <= day].sort_values(
                ["received", "position"], kind="stable", ignore_index=True
            )
        return found

    @cached_property
    def _held(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Promises, and the orders issued by the known-on day with what became of them."""
        source = self.programme.source
        issued = (
            [] if source is None else [one for one in source.orders if one.issued <= self.programme.known_on]
        )
        return promises_of(
            self.programme, as_frame(issued), self._known["answers"], self._known["investment"]
        )

    @cached_property
    def new_orders(self) -> tuple[Order, ...]:
        """The orders that this dispatch issues: one a project that has to act and has none under way."""
        if not self.issuing:
            return ()
        days = 7 if self.settings is None else self.settings.answer_days
        return to_issue(self.all, self._held[1], on=self.programme.known_on, answer_days=days)

    @cached_property
    def orders(self) -> pd.DataFrame:
        """The orders issued so far and by this dispatch, with what became of them.

        Returns
        -------
        pandas.DataFrame
            ``id``, ``issued``, ``unit``, ``project``, ``asks`` (``start``, ``finish``, ``plan``), ``due`` (of the
            answer), ``deadline``, ``amount`` (expected to be lacking at the year's end, yuan), ``state``
            (``open``, ``answered``, ``kept``, ``missed``, ``moved``), ``promised_on`` (the last day promised),
            ``moves`` (how often it was moved), ``overdue`` (bool: no day promised, and the answer is due).

        Examples
        --------
        >>> sorted(ca.dispatch(programme, forecast).orders["asks"].unique())
        ['finish', 'plan', 'start']
        """
        new = as_frame(self.new_orders)
        fresh = new.assign(
            state="open", promised_on=pd.Series(pd.NaT, index=new.index), moves=0, overdue=False
        )
        parts = [part for part in (self._held[1], fresh) if len(part)]
        return with_units(pd.concat(parts, ignore_index=True) if parts else self._held[1], ORDERS)

    @cached_property
    def commitments(self) -> pd.DataFrame:
        """What units promised, what became of it, and what typically becomes of their promises.

        Returns
        -------
        pandas.DataFrame
            ``order``, ``unit``, ``project``, ``asks``, ``received``, ``promised_on``, ``amount`` (by then, yuan),
            ``measure``, ``person``, ``cell``, ``fate`` (``kept``, ``missed``, ``moved``: a later day was named since;
            ``replaced``: an earlier one; ``open``), ``done_on``, ``days_late``, ``rate`` (share of its unit's promises
            that are kept) and ``typical_days_late``, both drawn towards all units'.

        Examples
        --------
        >>> len(ca.dispatch(programme, forecast).commitments)
        0
        """
        own = self.record.set_index("unit")[["rate", "days_late"]]
        own = own.rename(columns={"days_late": "typical_days_late"})
        return with_units(self._held[0].join(own, on="unit"), COMMITTED)

    @cached_property
    def record(self) -> pd.DataFrame:
        """What becomes of each unit's promises.

        Returns
        -------
        pandas.DataFrame
            ``unit``, ``kept``, ``missed``, ``moved``, ``unanswered`` (orders), ``rate``, ``days_late`` (mean of those
            done after their day); the last two drawn towards all units', NaN while nothing has settled.

        Examples
        --------
        >>> ca.dispatch(programme, forecast).record["unanswered"].sum().item()
        0
        """
        units = self.programme.projects["unit"].drop_duplicates().tolist()
        units += sorted(set(self._held[1]["unit"]) - set(units))
        return with_units(record(*self._held, units), RECORD)

    def promised(self) -> pd.DataFrame:
        """Return the forecast with promises: none, all of them kept, and each kept as often as its unit's are.

        Starts and finishes promised for days to come are levers of what-if on the forecast's paths; on each path a
        promise holds with its unit's rate.

        Returns
        -------
        pandas.DataFrame
            ``promises`` (``none``, ``kept``, ``discounted``), ``p10``, ``p50``, ``p90`` (yuan), ``probability``.

        Examples
        --------
        >>> ca.dispatch(programme, forecast).promised()["promises"].tolist()
        ['none']
        """
        from cityanalytics.dispatch.discount import with_promises

        open_ = self.commitments[self.commitments["fate"] == "open"]
        return with_units(with_promises(self.forecast, open_), dict.fromkeys(("p10", "p50", "p90"), "yuan"))

    @cached_property
    def movement(self) -> pd.DataFrame:
        """How far the forecast has moved since the day named, by what became of the orders to its projects.

        Returns
        -------
        pandas.DataFrame
            ``state`` (of the last order to a project; empty where it has none), ``projects`` (count), ``change`` (of
            the mean year's end on the paths, yuan; the sum is the city's).

        Raises
        ------
        cityanalytics.errors.UsageError
            No earlier day was named.

        Examples
        --------
        >>> since = ca.programme(workspace, "2010Q2")
        >>> ca.dispatch(programme, forecast, since).movement.columns.tolist()
        ['state', 'projects', 'change']
        """
        if self.changes is None:
            raise UsageError(Message.of("no earlier day to compare with: name one as since"))
        now, then = (
            pd.Series(one.drawn.done + one.drawn.added.mean(axis=1), index=[*one.drawn.projects])
            for one in (self.forecast, forecast_programme(self.changes.before))
        )
        change = now.sub(then, fill_value=0.0)
        last = self._held[1].drop_duplicates("project", keep="last").set_index("project")["state"]
        state = last.reindex(change.index).fillna("").rename("state")
        found = change.groupby(state.to_numpy()).agg(["size", "sum"])
        found = found.rename_axis("state").reset_index()
        return with_units(
            found.set_axis(["state", "projects", "change"], axis=1), {"projects": "count", "change": "yuan"}
        )

    @cached_property
    def notices(self) -> pd.DataFrame:
        """Notices of the year so far, by unit or section: and what was decided on them.

        Examples
        --------
        >>> len(ca.dispatch(programme, forecast).notices)
        0
        """
        return counting_notices(self._known["notices"], self.programme)

    @cached_property
    def ladder(self) -> pd.DataFrame:
        """What the rules propose by notices within the year; nothing is decided here.

        Returns
        -------
        pandas.DataFrame
            ``unit`` (or section), ``notices`` (count), ``proposed`` (the step by language; None where the rules have
            none), ``decided`` (what persons decided, with cells), ``rests_on`` (the notices), ``projects``,
            ``constraints_reported`` (before the notices), ``cells``.

        Examples
        --------
        >>> len(ca.dispatch(programme, forecast).ladder)
        0
        """
        run = run_of(self._lights)
        rows = ladder(self.notices, self._known["status"], self.programme, self.rules, run)
        columns = ["unit", "notices", "proposed", "decided", "rests_on", "projects"]
        return pd.DataFrame(rows, columns=[*columns, "constraints_reported", "cells"])

    @cached_property
    def excused(self) -> tuple[str, ...]:
        """Projects whose late start somebody excuses."""
        return tuple(self._known["excuses"]["project"].unique())

    @cached_property
    def funds(self) -> pd.DataFrame:
        """Funds by project and source (资金到位情况), where units report them.

        Returns
        -------
        pandas.DataFrame
            ``project``, ``unit``, ``source``, ``planned``, ``arrived``, ``paid``, ``missing``, ``done`` (yuan),
            ``rule`` (``waits for money``, ``has money and does not build``, ``as planned``), ``cell``.

        Examples
        --------
        >>> len(ca.dispatch(programme, forecast).funds)
        0
        """
        table = self._known["funds"]
        return with_units(funds_of(Books.of(table).latest().rows(table), self.programme), FUNDS)

    @property
    def settings(self) -> Settings | None:
        """Settings of the workspace; None of a programme made of tables alone."""
        source = self.programme.source
        return None if source is None else source.settings

    @cached_property
    def all(self) -> pd.DataFrame:
        """All projects with what they owe, their latest dates and what they are worth to the year, as listed.

        ``shortfall`` is the mean over the forecast's paths of what the project's plan lacks at the year's end, and
        ``shortfall_p50`` the median.
        """
        projects, settings = self.programme.projects, self.settings
        as_of = self.programme.as_of
        owes = owed(projects, obligations={} if settings is None else settings.obligations, as_of=as_of)
        dates = count_back(
            projects,
            owes,
            as_of=as_of,
            calendar=WorkCalendar() if settings is None else settings.calendar,
            winter_stop=() if settings is None else settings.winter_stop,
        )
        lights = self._lights
        drawn = self.forecast.drawn
        place = pd.Index(drawn.projects).get_indexer(pd.Index(projects["project"].to_numpy(dtype=str)))
        ends = drawn.done[place, None] + drawn.added[place]
        short = np.maximum(projects["plan"].fillna(0.0).to_numpy()[:, None] - ends, 0.0)
        table = projects.rename(columns={"responsible_person": "person"}).assign(
            **{str(name): column for name, column in [*owes.items(), *dates.items()]},
            shortfall=short.mean(axis=1),
            shortfall_p50=np.median(short, axis=1),
            light=lights.iloc[:, -1],
            in_a_row=run_of(lights),
        )
        return table.sort_values(["shortfall", "gap"], ascending=False, kind="stable", ignore_index=True)

    def _listed(self, rows: pd.Series) -> pd.DataFrame:
        return with_units(self.all.loc[rows, list(LISTED)].reset_index(drop=True), LISTED)

    @property
    def must_finish(self) -> pd.DataFrame:
        """Projects that must end in the year and have not, the largest expected shortfall first.

        A category's obligation holds for its projects, unless one is approved to finish after the year: that one owes
        this year's plan. Where nothing is set for a category, the approved finish alone decides.

        Returns
        -------
        pandas.DataFrame
            ``project``, ``unit``, ``town``, ``person``, ``category``, ``obligation`` (``complete``, ``finish``, or
            ``approved``), ``deadline``, ``stage``, ``physical_progress``, ``plan``, ``done``, ``shortfall`` (mean on
            the paths) and ``shortfall_p50`` (yuan), ``latest_start`` (of those not started), ``latest_25`` to
            ``latest_100`` (days by which so much of the work has to be done), ``float_days`` (days worked),
            ``impossible`` (at typical speed), ``possible`` (what the quickest quarter of such projects would have done
            by the deadline, a fraction), ``constraint``, ``request``, ``light`` on the data date, ``in_a_row`` (for so
            many months it has not been green).

        Examples
        --------
        >>> dispatch = ca.dispatch(programme, forecast)
        >>> sorted(dispatch.must_finish["obligation"].unique())
        ['complete', 'finish']
        """
        return self._listed(self.all["ends"])

    @property
    def not_started(self) -> pd.DataFrame:
        """Projects that have not started, all of which must; columns and order as of `must_finish`.

        Examples
        --------
        >>> ca.dispatch(programme, forecast).not_started["person"].notna().all().item()
        True
        """
        return self._listed(self.all["starts"])

    @property
    def schedule(self) -> pd.DataFrame:
        """The backward schedule of all projects that have not been completed.

        Returns
        -------
        pandas.DataFrame
            As `must_finish`, and ``quick``, ``typical``, ``slow`` (quartiles of how long such projects take, days
            worked), ``basis`` (whose durations they are) and ``cases`` (how many), ``needed`` and ``days_left`` (days
            worked).

        Examples
        --------
        >>> schedule = ca.dispatch(programme, forecast).schedule
        >>> bool((schedule["latest_start"].dropna() <= pd.Timestamp("2010-12-31")).all())
        True
        """
        units = {**LISTED, **COUNTED}
        return with_units(
            self.all.loc[self.all["stage"] != "completed", list(units)].reset_index(drop=True), units
        )

    @property
    def dual(self) -> pd.DataFrame:
        """Money against physical progress (双重调度), furthest apart first.

        Returns
        -------
        pandas.DataFrame
            ``project``, ``unit``, ``category``, ``money`` (share of the year's plan), ``work`` (physical progress),
            ``difference`` (fractions) and ``rule``: ``money ahead``, ``work ahead`` (by over ten points), ``together``.

        Examples
        --------
        >>> set(ca.dispatch(programme, forecast).dual["rule"]) <= {"money ahead", "work ahead", "together"}
        True
        """
        return with_units(dual_tracking(self.programme.projects), DUAL)

    @cached_property
    def still(self) -> pd.DataFrame:
        """Projects under way whose physical progress fell, or stood still for as many reports as the rules say.

        Returns
        -------
        pandas.DataFrame
            ``project``, ``unit``, ``category``, ``was``, ``work`` (fractions, before and in the last report),
            ``reports`` (so many in a row have not risen), ``since`` (data date of the first of them) and ``rule``:
            ``fell`` or ``stood still``; those that fell first.

        Examples
        --------
        >>> set(ca.dispatch(programme, forecast).still["rule"]) <= {"fell", "stood still"}
        True
        """
        status, as_of = self._known["status"], self.programme.as_of
        dated = status["data_date"]  # progress is of a year's task: it begins anew each year
        described = status[(dated <= pd.Timestamp(as_of)) & (dated.dt.year == as_of.year)]
        found = stood_still(self.programme.projects, described, reports=self.rules.still_reports)
        return with_units(found, STILL)

    def earned(self, key: str = "unit") -> pd.DataFrame:
        """Return earned schedule and SPI(t), furthest behind first.

        Parameters
        ----------
        key
            ``"unit"`` or ``"category"``.

        Returns
        -------
        pandas.DataFrame
            `key`, ``planned`` and ``earned`` (yuan to the data date), ``earned_days`` (so many days of the plan are
            earned), ``days_gone``, ``spi_t`` (the first by the second).

        Raises
        ------
        cityanalytics.errors.UsageError
            There is no such grouping.

        Examples
        --------
        >>> ca.dispatch(programme, forecast).earned("category")["days_gone"].unique().tolist()
        [265]
        """
        if key not in PARTED:
            raise UsageError(
                Message.of(
                    "no earned schedule by {name}; there are: {names}", name=key, names=", ".join(PARTED)
                )
            )
        return with_units(schedule_earned(self.programme.projects, key, as_of=self.programme.as_of), EARNED)

    @cached_property
    def _lights(self) -> pd.DataFrame:
        return lights_by_month(self.programme, self.rules, excused=self.excused)

    @cached_property
    def lights(self) -> pd.DataFrame:
        """The light of each project at the end of every month so far, and on the data date.

        Returns
        -------
        pandas.DataFrame
            ``project``, ``unit``, and a column a day (``2010-01-31``): ``green``, ``yellow``, ``red``, missing where it
            has none (not due to start yet, or no plan).

        Examples
        --------
        >>> ca.dispatch(programme, forecast).lights.columns[-1]
        '2010-09-22'
        """
        found = self._lights.set_axis(month_ends(self.programme).strftime("%Y-%m-%d"), axis=1)
        return pd.concat([self.programme.projects[["project", "unit"]], found], axis=1)

    @cached_property
    def flips(self) -> pd.DataFrame:
        """Projects whose light on the data date is another by other rules.

        Returns
        -------
        pandas.DataFrame
            ``project``, ``unit``, and a column a pack of rules.

        Examples
        --------
        >>> ca.dispatch(programme, forecast).flips.columns.tolist()
        ['project', 'unit', 'bureau', 'points', 'share']
        """
        last = pd.DataFrame(
            {
                name: lights_by_month(
                    self.programme, pack_of(name, self.settings), excused=self.excused
                ).iloc[:, -1]
                for name in packs()
            }
        )
        table = pd.concat([self.programme.projects[["project", "unit"]], last], axis=1)
        lights = last.fillna("")
        flip = lights.ne(lights.iloc[:, 0], axis=0).any(axis=1)
        return table[flip].reset_index(drop=True)

    def to_frame(self) -> pd.DataFrame:
        """Return `must_finish`.

        Examples
        --------
        >>> len(ca.dispatch(programme, forecast).to_frame()) > 0
        True
        """
        return self.must_finish

    def document(self, kind: str = "weekly") -> dict[str, Any]:
        """Return what ``dispatch --json`` prints.

        Parameters
        ----------
        kind
            ``weekly`` or ``monthly``.
        """
        return {
            "as_of": self.programme.as_of.isoformat(),
            "known_on": self.programme.known_on.isoformat(),
            "kind": kind,
            "rules": {
                "name": self.rules.name,
                "title": dict(self.rules.title),
                "source": dict(self.rules.source),
                "flips": _records(self.flips),
            },
            "must_finish": [self._row(row) for row in _records(self.must_finish)],
            "not_started": [self._row(row) for row in _records(self.not_started)],
            "dual": _records(self.dual),
            "movement": [] if self.changes is None else _records(self.movement),
            "still": _records(self.still),
            "earned": {key: _records(self.earned(key)) for key in PARTED},
            "orders": self._answered(),
            "record": _records(self.record),
            "promised": _records(self.promised()),
            "ladder": self.ladder.to_dict("records"),
            "funds": _records(self.funds),
        }

    def _answered(self) -> list[dict[str, Any]]:
        """Return the orders with all their answers, those without a day among them."""
        answers = self._known["answers"].assign(
            date=lambda rows: rows["promised_on"],
            promise=lambda rows: rows["measure"],
            person=lambda rows: rows["responsible_person"],
            cell=lambda rows: rows["promised_on_cell"].fillna(rows["order_cell"]),
        )
        own: dict[str, list[dict[str, Any]]] = {}
        columns = ["order", "received", "promise", "date", "amount", "person", "cell"]
        for row in _records(answers[columns]):
            own.setdefault(row.pop("order"), []).append(row)
        return [row | {"answers": own.get(row["id"], [])} for row in _records(self.orders)]

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row of a list, with its latest dates and its lights together."""
        dated = [f"latest_{part * 100:.0f}" for part in MILESTONES]
        kept = {name: value for name, value in row.items() if name not in {*dated, "latest_start"}}
        reached = [
            {"progress": part, "date": row[name]}
            for part, name in zip(MILESTONES, dated, strict=True)
            if row[name] is not None
        ]
        latest = {"start": row["latest_start"], "milestones": reached}
        return {**kept, "latest": latest, "lights": self._lit[row["project"]]}

    @cached_property
    def _lit(self) -> dict[str, list[str | None]]:
        """The lights of each project, month by month."""
        lights = self.lights
        rows = lights.drop(columns=["project", "unit"]).to_numpy().tolist()
        return dict(zip(lights["project"], rows, strict=True))

    def _repr_html_(self) -> str:
        counts = f"{len(self.must_finish)} must finish, {len(self.not_started)} have not started"
        shown = ["project", "unit", "person", "shortfall", "float_days", "constraint"]
        table = self.must_finish[shown].head(20).to_html(index=False)
        return f"<p>Dispatch as of {self.programme.as_of}: {counts}; amounts in yuan</p>{table}"


def dispatch_programme(
    programme: Programme,
    forecast: Forecast | None = None,
    *,
    changes: Changes | None = None,
    rules: str = "",
    issuing: bool = True,
) -> Dispatch:
    """Return the lists of a programme.

    Parameters
    ----------
    programme
        The programme at a data date.
    forecast
        Its forecast; the programme's own unless one is given.
    changes
        What changed since an earlier day.
    rules
        Name of a pack of rules; the configuration's unless one is named.
    issuing
        Whether it issues orders, or is looked at alone.

    Raises
    ------
    InsufficientDataError
        Nothing has been done yet.
    UsageError
        There are no such rules.
    """
    source = programme.source
    return Dispatch(
        programme=programme,
        forecast=forecast or forecast_programme(programme),
        changes=changes,
        rules=pack_of(
            rules or (USUAL if source is None else source.settings.rules),
            None if source is None else source.settings,
        ),
        issuing=issuing,
    )


def pack_of(name: str, settings: Settings | None) -> RulePack:
    """Return a pack; the bureau's own has the limits that the configuration sets for all its pages."""
    pack = load_pack(name)
    if name != USUAL or settings is None:
        return pack
    return replace(pack, yellow=settings.lights.yellow, red=settings.lights.red)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON has them: days as texts, nothing for what is missing."""
    days = {name: table[name].dt.strftime("%Y-%m-%d") for name in table.select_dtypes("datetime")}
    whole = table.assign(**{str(name): column for name, column in days.items()}).astype(object)
    rows = whole.where(whole.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]
