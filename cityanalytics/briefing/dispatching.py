"""What a dispatch shows: its tables, declared once, and its pages: the lists, the week on one page, the month's bulletin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from cityanalytics.briefing import display
from cityanalytics.briefing import fields as of
from cityanalytics.briefing.declaration import Declaration
from cityanalytics.briefing.fields import Field, on_page, on_sheet
from cityanalytics.briefing.formats import Day, Points, Quantity, Share, Term, Text, Truth, Word, amounts
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import NOT_APPLICABLE
from cityanalytics.briefing.section import bullets, paragraph
from cityanalytics.briefing.shown import bound
from cityanalytics.briefing.tabbed import tabbed
from cityanalytics.briefing.wording import Wording
from cityanalytics.dispatch.rulepack import worded

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from cityanalytics.briefing.book import Book
    from cityanalytics.briefing.shown import ShownTable
    from cityanalytics.dispatch.dispatch import Dispatch
    from cityanalytics.settings import Settings

#: Rows of a list on the page; the workbook has all.
MOST = 15
#: Units that the bulletin names at each end, and rows of a list that the week's page and the bulletin have room for.
ENDS, IN_A_WEEK = 3, 6
WEEK = pd.Timedelta(days=7)
ASKS = {"start": "start work", "finish": "complete the work", "plan": "spend the year's plan"}
OBLIGATIONS = {
    "complete": "to be completed",
    "finish": "to be finished",
    "approved": "approved to end this year",
    "plan": "this year's plan",
}
STATES = {
    "open": "no day promised",
    "answered": "promised",
    "moved": "moved",
    "kept": "kept",
    "missed": "missed",
    "replaced": "brought forward",
}
MARKS = {"green": "○", "yellow": "◐", "red": "●"}
#: What a unit's printed page leaves room for.
BLANKS = {"told": "Measure taken", "promise": "Day promised, amount by then, person"}
PROMISES = {
    "none": "as they go",
    "kept": "all promises kept",
    "discounted": "promises as often kept as so far",
}


@dataclass(frozen=True, kw_only=True)
class Dispatched:
    """A dispatch in one language; the steps of rules have their words by language."""

    found: Dispatch
    settings: Settings
    language: str

    @property
    def known_on(self) -> pd.Timestamp:
        """The day of issue."""
        return pd.Timestamp(self.found.programme.known_on)


# --- rows


def _named(values: pd.Series, words: Mapping[str, str]) -> pd.Series:
    return values.map(dict(words)).astype("str")


def _listed(table: pd.DataFrame, of: Dispatched) -> pd.DataFrame:
    lights = of.found.lights.set_index("project").drop(columns="unit")
    marks = lights.replace(MARKS).fillna("·").agg("".join, axis=1)
    return table.assign(
        obligation=_named(table["obligation"], OBLIGATIONS),
        history=marks.reindex(table["project"]).to_numpy(),
    )


def _orders(of: Dispatched) -> pd.DataFrame:
    orders = of.found.orders
    known = of.found.all.set_index("project")[["person", "constraint"]]
    return orders.join(known, on="project").assign(
        asks=_named(orders["asks"], ASKS), state=_named(orders["state"], STATES)
    )


def _due(of: Dispatched) -> pd.DataFrame:
    """Return what falls due in the week after the known-on day, promises first, the largest amounts on top."""
    orders, day = of.found.orders, of.known_on
    rows = _orders(of).assign(
        day=orders["promised_on"].fillna(orders["due"]),
        what=orders["promised_on"].notna().map({True: "promise", False: "answer"}),
    )
    due = (
        (rows["day"] > day)
        & (rows["day"] <= day + WEEK)
        & orders["state"].isin(["open", "answered", "moved"])
    )
    return rows[due].sort_values(["what", "amount"], ascending=False, kind="stable", ignore_index=True)


def _missed(of: Dispatched) -> pd.DataFrame:
    """Return what was missed or is not answered; of what was asked several times, the last time."""
    orders = of.found.orders
    rows = _orders(of).assign(day=orders["promised_on"].fillna(orders["deadline"]))
    rows = rows[(orders["state"] == "missed") | orders["overdue"]]
    rows = rows.drop_duplicates(["unit", "project", "asks"], keep="last")
    return rows.sort_values("amount", ascending=False, kind="stable", ignore_index=True)


def _missed_lately(of: Dispatched) -> pd.DataFrame:
    """Return what has been missed within a week of the data date, and what is not answered."""
    rows, as_of = _missed(of), pd.Timestamp(of.found.programme.as_of)
    return rows[rows["overdue"] | (rows["day"] > as_of - WEEK)].reset_index(drop=True)


def _commitments(of: Dispatched) -> pd.DataFrame:
    rows = of.found.commitments
    return rows.assign(asks=_named(rows["asks"], ASKS), fate=_named(rows["fate"], STATES))


def _record(of: Dispatched) -> pd.DataFrame:
    rows = of.found.record
    told = rows[["kept", "missed", "moved", "unanswered"]].any(axis=1)
    return rows[told].sort_values("rate", kind="stable", ignore_index=True)


def _ladder(of: Dispatched) -> pd.DataFrame:
    rows = of.found.ladder.sort_values("notices", ascending=False, kind="stable", ignore_index=True)

    def step(proposed: Mapping[str, str] | None) -> str:
        return "" if proposed is None else worded(proposed, of.language)

    return pd.DataFrame(
        {
            "unit": rows["unit"],
            "notices": rows["notices"],
            "proposed": [step(one) for one in rows["proposed"]],
            "matters": [
                "；".join([*(one["matter"] for one in on), *named])
                for on, named in zip(rows["rests_on"], rows["projects"], strict=True)
            ],
            "constraints": [
                "；".join(f"{one['project']} {one['constraint']}" for one in told)
                for told in rows["constraints_reported"]
            ],
            "decided": ["；".join(one["decision"] for one in decided) for decided in rows["decided"]],
            "cells": ["; ".join(map(str, cells)) for cells in rows["cells"]],
        }
    )


def _promised(of: Dispatched) -> pd.DataFrame:
    rows = of.found.promised()
    return rows.assign(promises=_named(rows["promises"], PROMISES))


def _ranked(of: Dispatched, key: str) -> pd.DataFrame:
    """Return units or towns by share of plan, with the change since the day compared with and the place by that."""
    now = of.found.programme.by(key).dropna(subset=[key])
    changes = of.found.changes
    before = None if changes is None else changes.before.by(key).set_index(key)["share"]
    change = pd.Series(float("nan"), index=now.index)
    if before is not None:
        change = now["share"] - before.reindex(now[key]).to_numpy()
    rows = now.assign(change=change, by_change=change.rank(ascending=False, method="min"))
    rows = rows.sort_values("share", ascending=False, kind="stable", ignore_index=True)
    return rows.assign(place=range(1, len(rows) + 1))


# --- columns

PERSON = of.PERSON.but(key="person")
EXPECTED = Field("shortfall", "Expected shortfall", amounts(at=1), brief="Expected gap")
FLOAT = Field("float_days", "Float (working days)", Quantity(unit="working days"), brief="Float")
BEST = Field("possible", "Best possible by then", Share(0), brief="Best case")
LATEST = Field("latest_start", "Latest start", Day(long=True), absent=NOT_APPLICABLE)
IMPOSSIBLE = Field("impossible", "Impossible at typical speed", Truth(), brief="Impossible")
OBLIGATION = Field("obligation", "Obligation", Word())
HISTORY = Field("history", "Lights by month", Text(named=True), brief="Lights")
CONSTRAINT = of.CONSTRAINT.but(applies="")
REQUEST = of.REQUEST.but(applies="")
LISTED = (
    of.PROJECT,
    of.UNIT,
    *on_sheet(Field("town", "Town", Term()), of.CATEGORY, OBLIGATION, of.STAGE, of.PHYSICAL_PROGRESS),
    PERSON,
    EXPECTED,
)
DATED = on_sheet(
    Field("latest_25", "A quarter of the work by", Day(long=True), absent=NOT_APPLICABLE),
    Field("latest_50", "Half of the work by", Day(long=True), absent=NOT_APPLICABLE),
    Field("latest_75", "Three quarters of the work by", Day(long=True), absent=NOT_APPLICABLE),
    Field("latest_100", "All of the work by", Day(long=True), absent=NOT_APPLICABLE),
    IMPOSSIBLE,
    REQUEST,
)
ORDER = Field("id", "Order")
ASKED = Field("asks", "Asked", Word())
DUE_DAY = Field("day", "Due", Day())
WHAT = Field("what", "What is due", Word(), brief="What")
PROMISED_ON = Field("promised_on", "Promised for", Day(), absent="none")
STATE = Field("state", "Became of it", Word(warns=frozenset({"missed"})))
MOVES = Field("moves", "Times moved", Quantity())
KEPT, MISSED_, MOVED = (
    Field(key, label, Quantity())
    for key, label in (("kept", "Kept"), ("missed", "Missed"), ("moved", "Moved"))
)
UNANSWERED = Field("unanswered", "Unanswered", Quantity(), brief="Silent")
RATE = Field("rate", "Promises typically kept", Share(0), brief="Rate kept")
DAYS_LATE = Field("days_late", "Days late, typically", Quantity(), brief="Days late")
ASKED_AMOUNT = Field("amount", "Expected shortfall", amounts(at=1), brief="Expected gap")

# --- tables

ORDERS: Declaration[Dispatched] = Declaration(
    name="orders", title="Orders, and what became of them", tab="Orders", frame=_orders,
    fields=(
        ORDER, of.PROJECT, of.UNIT, PERSON, ASKED, Field("issued", "Issued", Day(long=True)), Field("due", "Answer due", Day(long=True)),
        Field("deadline", "Latest day", Day(long=True)), ASKED_AMOUNT, PROMISED_ON.but(format=Day(long=True)), MOVES, STATE,
    ),
)  # fmt: skip
COMMITMENTS: Declaration[Dispatched] = Declaration(
    name="commitments", title="Promises of units, and what becomes of such promises", tab="Promises", frame=_commitments,
    fields=(
        Field("order", "Order"), of.PROJECT, of.UNIT, ASKED, Field("received", "Received", Day(long=True)), PROMISED_ON.but(format=Day(long=True)),
        Field("amount", "Promised by then", amounts(at=1), absent="none"), Field("measure", "Measure promised", Text(own=True), absent="none"),
        Field("fate", "Became of it", Word()), DAYS_LATE, RATE, Field("cell", "Cell now"),
    ),
    empty="Nothing has been promised yet.",
)  # fmt: skip
DUE: Declaration[Dispatched] = Declaration(
    name="due", title="Due within a week", frame=_due, most=IN_A_WEEK, cards=True,
    fields=(of.PROJECT, of.UNIT, PERSON, ASKED, WHAT, DUE_DAY, ASKED_AMOUNT), empty="Nothing is due within a week.",
)  # fmt: skip
MISSED: Declaration[Dispatched] = Declaration(
    name="missed", title="Missed, or not answered in time", frame=_missed, most=IN_A_WEEK, cards=True,
    fields=(of.PROJECT, of.UNIT, PERSON, ASKED, PROMISED_ON, STATE, ASKED_AMOUNT),
    empty="Nothing was missed, and no answer is overdue.",
)  # fmt: skip
MISSED_LATELY = replace(
    MISSED, name="missed_lately", title="Missed within a week, or not answered in time", frame=_missed_lately,
    empty="Nothing was missed within a week, and no answer is overdue.",
)  # fmt: skip
RECORD: Declaration[Dispatched] = Declaration(
    name="promises", title="Promises by unit", tab="Record", frame=_record, fits=True,
    fields=(of.UNIT, KEPT, MISSED_, MOVED, UNANSWERED, RATE, on_sheet(DAYS_LATE)[0]), empty="No promise has come due yet.",
)  # fmt: skip
RECORD_OF_WEEK = replace(RECORD, name="record_of_week", tab="", most=IN_A_WEEK)
MUST_FINISH: Declaration[Dispatched] = Declaration(
    name="must_finish", title="Must finish this year, the largest expected shortfall first", tab="Must finish",
    frame=lambda of: _listed(of.found.must_finish, of), most=MOST, cards=True,
    fields=(*LISTED, FLOAT, BEST, CONSTRAINT.but(on_page=False), on_page(HISTORY)[0], *DATED, on_sheet(HISTORY)[0]),
    empty="Every project that must finish has finished.",
)  # fmt: skip
NOT_STARTED: Declaration[Dispatched] = Declaration(
    name="not_started", title="Not started: all must start", tab="Not started",
    frame=lambda of: _listed(of.found.not_started, of), most=MOST, cards=True,
    fields=(*LISTED, LATEST, FLOAT, CONSTRAINT, *DATED, on_sheet(HISTORY)[0]), empty="Every project has started.",
)  # fmt: skip
DUAL: Declaration[Dispatched] = Declaration(
    name="dual", title="Money against physical progress, furthest apart first", tab="Money and work",
    frame=lambda of: of.found.dual[of.found.dual["rule"] != "together"].reset_index(drop=True), most=MOST, cards=True,
    fields=(
        of.PROJECT, of.UNIT, Field("money", "Money", Share()), Field("work", "Work", Share()),
        Field("difference", "Difference", Points(signed=True)), Field("rule", "Which is ahead", Word()),
    ),
    empty="Money and work go together everywhere.",
)  # fmt: skip
STILL: Declaration[Dispatched] = Declaration(
    name="still", title="Physical progress that fell or stood still", tab="Work standing still",
    frame=lambda of: of.found.still, most=MOST, cards=True,
    fields=(
        of.PROJECT, of.UNIT, Field("was", "Work before", Share(), brief="Before"), Field("work", "Work", Share()), Field("rule", "Standing", Word()),
        Field("reports", "Reports in a row", Quantity()), Field("since", "Since", Day(long=True)),
    ),
    empty="Physical progress fell nowhere and stood still nowhere.",
)  # fmt: skip
EARNED: Declaration[Dispatched] = Declaration(
    name="earned", title="Earned schedule by unit, furthest behind first", tab="Earned schedule",
    frame=lambda of: of.found.earned("unit"), fits=True,
    fields=(
        of.UNIT, on_sheet(Field("planned", "Planned value", amounts(places=2)))[0], on_sheet(Field("earned", "Earned value", amounts(places=2)))[0],
        Field("earned_days", "Days earned", Quantity()), Field("days_gone", "Days gone", Quantity()), Field("spi_t", "SPI(t)", Quantity(2)),
    ),
)  # fmt: skip
LADDER: Declaration[Dispatched] = Declaration(
    name="ladder", title="Notices this year, and the step that the rules propose", tab="Notices", frame=_ladder, cards=True,
    fields=(
        of.UNIT, Field("notices", "Notices", Quantity()), Field("proposed", "Proposed step", absent="none"), Field("matters", "Rests on", Text(own=True), absent="none"),
        Field("constraints", "Constraints reported before", Text(own=True), absent="none"), Field("decided", "Decided", Text(own=True), absent="not yet"),
        on_sheet(Field("cells", "Cell now"))[0],
    ),
    empty="No notice this year.",
)  # fmt: skip
LADDER_OF_MONTH = replace(LADDER, name="ladder_of_month", tab="", most=IN_A_WEEK)
FUNDS: Declaration[Dispatched] = Declaration(
    name="funds", title="Funds: planned, arrived, paid, missing", tab="Funds", frame=lambda of: of.found.funds, most=MOST, cards=True,
    fields=(
        of.PROJECT, Field("source", "Source of funds", Text(own=True)), *(Field(key, label, amounts(at=1)) for key, label in
        (("planned", "Planned"), ("arrived", "Arrived"), ("paid", "Paid"), ("missing", "Missing"))), Field("rule", "Standing", Word()),
    ),
    empty="No unit has reported funds.",
)  # fmt: skip
PROMISED: Declaration[Dispatched] = Declaration(
    name="promised", title="Where the year ends, with promises", tab="With promises", fits=True,
    frame=_promised,
    fields=(Field("promises", "Promises", Word()), of.LOW, of.MEDIAN, of.HIGH, of.CHANCE),
)  # fmt: skip
FLIPS: Declaration[Dispatched] = Declaration(
    name="flips", title="Lights that other rules would change", tab="Other rules", most=MOST, cards=True,
    frame=lambda of: of.found.flips.fillna("no light"),
    fields=(of.PROJECT, of.UNIT, *(Field(key, label, Word()) for key, label in
            (("bureau", "By points of the bureau"), ("points", "By points"), ("share", "By share of what is due")))),
    empty="No light would be another.",
)  # fmt: skip
_RANKS = (  # what is ranked stands first: a phone shows so much
    Field("place", "Rank", Quantity()), of.SHARE.but(applies=""), Field("by_change", "Rank by change", Quantity(), brief="By change", absent=NOT_APPLICABLE),
    Field("change", "Change", Points(signed=True), absent=NOT_APPLICABLE), of.PLAN, of.DONE,
)  # fmt: skip
RANK_UNITS: Declaration[Dispatched] = Declaration(
    name="rank_units", title="Units by progress and by change", tab="Ranking of units",
    frame=lambda of: _ranked(of, "unit"), fields=(of.UNIT, *_RANKS),
)  # fmt: skip
RANK_TOWNS: Declaration[Dispatched] = Declaration(
    name="rank_towns", title="Towns by progress and by change", tab="Ranking of towns",
    frame=lambda of: _ranked(of, "town"), fields=(Field("town", "Town", Term()), *_RANKS),
    empty="Workbooks name no towns.",
)  # fmt: skip
_ALL = (
    *(DUE, MISSED, MISSED_LATELY, RECORD, RECORD_OF_WEEK, PROMISED, RANK_UNITS, RANK_TOWNS),
    *(
        MUST_FINISH,
        NOT_STARTED,
        DUAL,
        STILL,
        EARNED,
        LADDER,
        LADDER_OF_MONTH,
        FUNDS,
        FLIPS,
        ORDERS,
        COMMITMENTS,
    ),
)
TABLES = {one.name: one for one in _ALL}


def tables(found: Dispatch, settings: Settings, language: str) -> Mapping[str, ShownTable]:
    """Return a dispatch's tables by name, for a language."""
    return bound(TABLES, Dispatched(found=found, settings=settings, language=language), settings)


# --- pages


def pages(found: Dispatch, settings: Settings, language: str, kind: str) -> dict[str, dict[str, Any]]:
    """Return the words of a dispatch's pages, as the template takes them, by name: the lists, and that of its kind.

    Parameters
    ----------
    found
        The dispatch.
    settings
        The workspace's configuration.
    language
        Language code such as ``zh``.
    kind
        ``weekly`` or ``monthly``.
    """
    say, shown = Wording(language=language), tables(found, settings, language)

    def table(*names: str) -> Markup:
        return Markup("\n").join(shown[name].html(language) for name in names)

    with_promises = ["promised"] if len(shown["promised"].rows) > 1 else []
    towns = [("towns", say.plain("Towns"), table("rank_towns"))] if len(shown["rank_towns"].rows) else []

    lists = [
        ("record", say.plain("1. Promises and orders"), table("promises", "due", "missed", *with_promises)),
        ("must-finish", say.plain("2. Must finish"), _legend(say) + table("must_finish")),
        ("not-started", say.plain("3. Not started"), table("not_started")),
        ("dual", say.plain("4. Money and work"), table("dual", "still", "earned")),
        ("ladder", say.plain("5. Notices"), _decides(found, say) + table("ladder")),
        ("funds", say.plain("6. Funds"), table("funds")),
        ("rules", say.plain("7. Rules of the lights"), _rule(found, say) + table("flips")),
    ]
    week = [
        ("changed", say.plain("What changed"), _changed(found, say)),
        ("due", say.plain("What is due this week"), table("due")),
        ("missed", say.plain("What was missed"), table("missed_lately", "record_of_week")),
    ]
    month = [
        ("ends", say.plain("Best and worst"), _ends(found, settings, say)),
        ("units", say.plain("Units"), table("rank_units")),
        *towns,
        ("missed", say.plain("Promises and notices"), table("promises", "ladder_of_month")),
    ]
    titles = {
        "dispatch": (say.plain("{city}: dispatch, {day}", **_gaps(found, settings, say)), lists),
        "weekly": (say.plain("{city}: the week's dispatch, {day}", **_gaps(found, settings, say)), week),
        "monthly": (say.plain("{bureau}: bulletin on progress, {day}", **_gaps(found, settings, say)), month),
    }
    lead = _lead(found, say)
    return {
        name: _page(
            title, [("headline", "", lead), *sections], found, settings, say, bulletin=name == "monthly"
        )
        for name, (title, sections) in titles.items()
        if name in {"dispatch", kind}
    }


def unit_page(
    found: Dispatch, settings: Settings, language: str, unit: str, live: pd.DataFrame
) -> dict[str, Any]:
    """Return the words of a unit's printable page: what it is asked, and room to answer."""
    say = Wording(language=language)
    asks = [say.plain(ASKS[asks]) for asks in live["asks"]]
    before = live["promised_on"].tolist()
    rows = live.assign(
        asks=[
            asked
            if pd.isna(day)
            else say.plain(
                "{asked} (promised last for {day})", asked=asked, day=display.date_text(_day(day), language)
            )
            for asked, day in zip(asks, before, strict=True)
        ],
        **dict.fromkeys(BLANKS, ""),
    )
    declared: Declaration[None] = Declaration(
        name="asked",
        title="Asked of {name}",
        frame=lambda _: rows,
        fields=(
            of.PROJECT, ORDER, Field("asks", "Asked"), Field("short", "Expected shortfall", amounts(at=1)), Field("deadline", "Latest day", Day(long=True)),
            *(Field(key, label, absent="　") for key, label in BLANKS.items()),
        ),
        gaps=lambda _, language: {"name": settings.term(unit, language)},
        cards=True,
    )  # fmt: skip
    shown = bound({"asked": declared}, None, settings)["asked"]
    share = display.share(float(rows["short"].sum()) / max(_short(found), 1.0), language)
    lead = paragraph(
        say(
            "Expected shortfall {short}, {share} of all that is asked. Answer by {due}: measure, day, amount by then, person.",
            short=display.amount(float(rows["short"].sum()), language, places=2),
            share=share,
            due=display.date_text(_day(rows["due"].max()), language),
        )
    )
    title = say.plain(
        "Order to {unit}, {day}", unit=settings.term(unit, language), day=_issued(found, language)
    )
    page = _page(title, [("headline", "", lead + shown.html(language))], found, settings, say)
    return {**page, "blanks": len(BLANKS)}


def _short(found: Dispatch) -> float:
    live = found.orders[found.orders["state"].isin(["open", "answered", "moved"])]
    return float(found.all.set_index("project")["shortfall_p50"].reindex(live["project"]).sum())


def _day(value: Any) -> dt.date:  # noqa: ANN401 - a timestamp
    day: dt.date = pd.Timestamp(value).date()
    return day


def _issued(found: Dispatch, language: str) -> str:
    return display.date_text(found.programme.known_on, language)


def _gaps(found: Dispatch, settings: Settings, say: Wording) -> dict[str, str]:
    return {
        "city": settings.city[say.language],
        "bureau": settings.bureau[say.language],
        "day": display.date_text(found.programme.as_of, say.language),
    }


def _page(
    title: str,
    sections: Sequence[tuple[str, str, Markup]],
    found: Dispatch,
    settings: Settings,
    say: Wording,
    *,
    bulletin: bool = False,
) -> dict[str, Any]:
    programme, language = found.programme, say.language
    meta = [
        settings.bureau[language],
        say.plain("Data to {day}", day=display.date_text(programme.as_of, language)),
        say.plain("Workbooks received to {day}", day=_issued(found, language)),
    ]
    if bulletin:
        number = settings.number(programme.quarter, programme.as_of)
        meta += [number[language]] if number else []
        if settings.signed_by:
            meta.append(say.plain("Signed by {name}", name=settings.term(settings.signed_by, language)))
        if settings.sent_to:
            names = say.plain(", ").join(settings.term(name, language) for name in settings.sent_to)
            meta.append(say.plain("Sent to {names}", names=names))
    return {
        "language": language,
        "lang_tag": LANGUAGES[language].tag,
        "title": title,
        "meta_lines": [*meta, settings.statement[language]],
        "running_head": title,
        "skip_label": say.plain("Skip to the text"),
        "contents_label": say.plain("Contents"),
        "sections": [[name, label, str(html)] for name, label, html in sections],
        "blanks": 0,
    }


def _lead(found: Dispatch, say: Wording) -> Markup:
    record, listed, language = found.record, found.must_finish, say.language
    short = float(found.all.loc[found.all["ends"] | found.all["starts"], "shortfall"].sum())
    sentence = say(
        "Must finish this year: {finish}, of which impossible at typical speed {impossible}; not started: {waiting}; they are expected to lack {short}. Promises kept {kept}, missed or moved {missed}, orders unanswered {unanswered}.",
        finish=display.count(len(listed), language),
        impossible=display.count(int(listed["impossible"].sum()), language),
        waiting=display.count(len(found.not_started), language),
        short=display.amount(short, language),
        kept=display.count(int(record["kept"].sum()), language),
        missed=display.count(int(record["missed"].sum() + record["moved"].sum()), language),
        unanswered=display.count(int(record["unanswered"].sum()), language),
    )
    return Markup("<p class=lead>{}</p>").format(sentence)


def _legend(say: Wording) -> Markup:
    return paragraph(
        say(
            "Lights at each month's end: ○ green, ◐ yellow, ● red, · none. Float below zero: too late at typical speed."
        ),
        note=True,
    )


def _decides(found: Dispatch, say: Wording) -> Markup:
    return paragraph(
        say(
            "Steps are proposed by the rules “{rules}” and decided by a person; a decision comes back in the workbook of notices.",
            rules=worded(found.rules.title, say.language),
        ),
        note=True,
    )


def _rule(found: Dispatch, say: Wording) -> Markup:
    return paragraph(
        say(
            "Rules: {title}. Source: {source}. Projects whose light other rules would change: {count}.",
            title=worded(found.rules.title, say.language),
            source=worded(found.rules.source, say.language),
            count=len(found.flips),
        )
    )


def _changed(found: Dispatch, say: Wording) -> Markup:
    changes, language = found.changes, say.language
    if changes is None:
        return paragraph(say("No earlier day to compare with."))
    before = changes.before
    done = found.programme.done - before.done
    lines = [
        say(
            "Since {day}: invested {amount}; projects added {added}, no longer reported {dropped}, in another stage {moved}.",
            day=display.date_text(before.as_of, language),
            amount=display.amount(done, language, places=2),
            added=len(changes.added),
            dropped=len(changes.dropped),
            moved=len(changes.moved),
        ),
        say(
            "Physical progress is the same in {reports} reports in a row or more: projects {still}; it fell: {fell}.",
            reports=found.rules.still_reports,
            still=int((found.still["rule"] == "stood still").sum()),
            fell=int((found.still["rule"] == "fell").sum()),
        ),
        _movement(found, say),
    ]
    return bullets(lines)


def _movement(found: Dispatch, say: Wording) -> Markup:
    """Say how far the forecast moved, and how much of it lies in projects whose promises were kept, missed or moved."""
    moved = found.movement.set_index("state")["change"]

    def signed(yuan: float) -> str:
        if not yuan:
            return "0"
        shown = ("+" if yuan > 0 else "") + display.amount(yuan, say.language, places=2)
        return shown.replace(" ", "\N{NO-BREAK SPACE}")

    def part(*states: str) -> str:
        return signed(float(moved.reindex(list(states)).fillna(0.0).sum()))

    if not moved.index.isin(["kept", "missed", "moved"]).any():
        return say("The forecast moved by {all} (mean of the paths).", all=signed(float(moved.sum())))
    return say(
        "The forecast moved by {all} (mean of the paths): in projects whose orders were kept {kept}, missed or moved {missed}, all others {others}.",
        all=signed(float(moved.sum())),
        kept=part("kept"),
        missed=part("missed", "moved"),
        others=part("", "open", "answered"),
    )


def _ends(found: Dispatch, settings: Settings, say: Wording) -> Markup:
    """Name the units that are furthest ahead and furthest behind, by share and by change, with numbers."""
    rows = _ranked(Dispatched(found=found, settings=settings, language=say.language), "unit").dropna(
        subset=["share"]
    )

    def named(part: pd.DataFrame, key: str) -> str:
        shown = display.share if key == "share" else display.points
        return say.plain(", ").join(
            f"{settings.term(str(unit), say.language)} {shown(value, say.language)}"
            for unit, value in zip(part["unit"], part[key], strict=True)
        )

    programme = found.programme
    lines = [
        say(
            "Invested to {day}: {done}, {share} of the year's plan; by elapsed time {elapsed} would be due.",
            day=display.date_text(programme.as_of, say.language),
            done=display.amount(programme.done, say.language, places=2),
            share=display.share(programme.done / programme.plan if programme.plan else 0.0, say.language),
            elapsed=display.share(programme.elapsed, say.language),
        ),
        say("By share of the plan, the first: {names}.", names=named(rows.head(ENDS), "share")),
        say("By share of the plan, the last: {names}.", names=named(rows.tail(ENDS)[::-1], "share")),
    ]
    if rows["change"].notna().any():
        moved = rows.dropna(subset=["change"]).sort_values("change", ascending=False, kind="stable")
        lines += [
            say("By what was added, the first: {names}.", names=named(moved.head(ENDS), "change")),
            say("By what was added, the last: {names}.", names=named(moved.tail(ENDS)[::-1], "change")),
        ]
    return bullets(lines)


def book(found: Dispatch, settings: Settings) -> Book:
    """Return the workbook that goes with a dispatch, in the workspace's first language."""
    language = settings.languages[0]
    say = Wording(language=language)
    return tabbed(
        tables(found, settings, language).values(),
        language,
        title=say.plain("{city}: dispatch, {day}", **_gaps(found, settings, say)),
        lines=(settings.bureau[language], settings.statement[language]),
        created=found.programme.known_on.isoformat(),
    )
