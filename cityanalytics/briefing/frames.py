"""The rows of every table: pure functions from a briefing's values to whole columns in base units, rows in order."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Protocol

import numpy as np
import pandas as pd

from cityanalytics.briefing.figures.earlier import SHOWN_STEP
from cityanalytics.briefing.lights import Light
from cityanalytics.briefing.terms import (
    ADDED,
    CAUSES,
    CLASSES,
    FIGURE_UNITS,
    MILESTONES,
    MOVED_DATES,
    REPORTED,
    REPORTED_TERMS,
    RESTATED,
    SCENARIO_SENTENCES,
    SCENARIOS,
    STAGES,
    STANDINGS,
    WORK_MEASURES,
)
from cityanalytics.calendar import month_end, year_end
from cityanalytics.dispatch.backward import count_back, owed
from cityanalytics.programme import progress
from cityanalytics.programme.changes import ABSENT
from cityanalytics.series.ownmonths import OWN_MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cityanalytics.briefing.content import Content, LookBack, PastTests
    from cityanalytics.briefing.course import Point
    from cityanalytics.intake.arrivals import Arrivals
    from cityanalytics.issues import Issue
    from cityanalytics.outlook.outlook import Outlook
    from cityanalytics.outlook.record import Record, Score
    from cityanalytics.programme.changes import Changes
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.series.methods import YearTotal
    from cityanalytics.settings import Settings
    from cityanalytics.whatif.granted import Requests

#: Schedules that units report, as tables say them.
SCHEDULES = ("on schedule", "behind")
#: Until when to decide: the day asked for has passed; the latest is before that day; it is not; no day was asked for.
OVERDUE = (
    "overdue: {gone} (since {deadline}, days: {overdue}); decide by {latest}: a week's delay costs {waits}"
)
EARLIER = "by {latest}, before the day asked for ({deadline}): a week's delay costs {waits}"
DUE = "by {deadline}, at the latest by {latest}: a week's delay costs {waits}"
UNDATED = "at the latest by {latest}: a week's delay costs {waits}"
#: The same where a week costs less than this (yuan), and where nothing is gained.
LITTLE = 5e4
CALM, CALM_UNDATED = "asked for by {deadline}, at the latest by {latest}", "at the latest by {latest}"
NO_HURRY = "adds nothing to this year"
#: Levels of a range of 80 %, by their columns.
BAND = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


class Compared(Protocol):
    """What holds two days against each other."""

    @property
    def changes(self) -> Changes | None:
        """What changed from one to the other; None where there is nothing to compare with."""


class Recorded(Protocol):
    """What knows earlier forecasts."""

    @property
    def record(self) -> Record:
        """Earlier forecasts beside what happened."""


class Placed(Protocol):
    """What knows a workspace's programme."""

    @property
    def settings(self) -> Settings:
        """The workspace's configuration."""

    @property
    def programme(self) -> Programme:
        """The programme at a data date."""


class Asking(Placed, Protocol):
    """What knows the projects that are held up, and what must hold of them at the year's end."""

    @property
    def latest(self) -> pd.DataFrame:
        """Each project's latest dates, as of :func:`latest_dates`."""


class Prepared(Asking, Protocol):
    """What asks for decisions, and what they are worth."""

    @property
    def asked(self) -> Requests:
        """What leaders are asked to decide."""


class Ahead(Placed, Protocol):
    """What knows a programme and where its year ends."""

    @property
    def outlook(self) -> Outlook:
        """Where its parts end the year."""


# --- the whole programme


def key(content: Content) -> pd.DataFrame:
    """Return plan, done, share and gap of investment, of demolition and of each of its kinds."""
    programme = content.programme
    rows: list[tuple[str, str, str, float, float]] = [
        ("Investment", "", "yuan", programme.plan, programme.done)
    ]
    sites = programme.demolition
    if sites.size:
        kinds = [(kind.kind, sites[sites["kind"] == kind.kind]) for kind in content.settings.demolition]
        rows += [
            ("Demolition", kind, "square metres", float(own["planned_area"].sum()), float(own["done"].sum()))
            for kind, own in (("", sites), *kinds)
        ]
    table = pd.DataFrame(rows, columns=["what", "kind", "measure", "plan", "done"])
    share = (table["done"] / table["plan"]).where(table["plan"] != 0)
    return table.assign(share=share, against=share - programme.elapsed, planned=True)


def stages(content: Content) -> pd.DataFrame:
    """Return number, plan, investment and share of the projects by stage; a stage that no figure counts has no row."""
    found = content.figures
    columns = {"projects": "", "plan": "_plan", "done": "_done", "share": "_share", "against": "_gap"}
    keys = [key for key in STAGES if key in found]
    table = pd.DataFrame(
        {name: [found[f"{key}{ending}"].value for key in keys] for name, ending in columns.items()}
    ).astype(float)
    return table.assign(stage=[STAGES[key] for key in keys], planned=table["plan"] > 0)


def s_curve(content: Content) -> pd.DataFrame:
    """Return the cumulative plan, investment and forecast at each month's end and on the data date."""
    programme = content.programme
    year, as_of = programme.as_of.year, programme.as_of
    days = sorted({month_end(dt.date(year, month, 1)) for month in range(1, 13)} | {as_of})
    stamps = pd.DatetimeIndex(days)
    table = pd.DataFrame({"day": stamps})
    table["plan"] = progress.plan_curve(programme).reindex(stamps).to_numpy()
    table["actual"] = progress.curve(programme).reindex(stamps).to_numpy()
    for name, level in BAND.items():
        table[name] = content.outlook.parts.city(level).reindex(days).to_numpy()
    return table


def paces(content: Content) -> pd.DataFrame:
    """Return achieved, required and best pace (yuan a day), by calendar and by working days."""
    pace, left = content.pace, bool(content.pace.days_left)
    rows = [
        ("Achieved", pace.achieved, pace.achieved_working),
        ("Required", pace.required if left else None, pace.required_working if left else None),
        ("Best {pace_best_days}-day run", pace.best, None),
    ]
    return pd.DataFrame(rows, columns=["pace", "calendar", "working"]).astype(
        {"calendar": float, "working": float}
    )


def figures(content: Content) -> pd.DataFrame:
    """Return every figure with its exact value."""
    found = content.figures.values()
    return pd.DataFrame(
        {
            "key": [figure.key for figure in found],
            "value": pd.array([figure.value for figure in found], dtype=object),
            "unit": [FIGURE_UNITS[figure.unit] for figure in found],
        }
    )


# --- by group


def categories(content: Ahead) -> pd.DataFrame:
    """Return plan, investment, gap, light and outlook by category, the largest gap first."""
    return _groups(content, "category")


def units(content: Ahead) -> pd.DataFrame:
    """Return plan, investment, gap, light, outlook and who answers by responsible unit, the largest gap first."""
    table = _groups(content, "unit")
    return table.assign(answers=table["unit"].map(answering(content)))


def answering(content: Placed) -> dict[str, str]:
    """Return who answers for each unit: whom the configuration names, else who has the project furthest behind."""
    projects = progress.weighed(content.programme)
    named = projects[projects["responsible_person"].notna()].sort_values(
        "gap", ascending=False, kind="stable"
    )
    own = named.drop_duplicates("unit").set_index("unit")["responsible_person"]
    return {str(unit): str(person) for unit, person in own.items()} | dict(content.settings.heads)


def _groups(content: Ahead, by: str) -> pd.DataFrame:
    table = progress.sums_by(content.programme, by)
    ahead = content.outlook.by(by).drop(columns=["plan", "done"])
    table = table.merge(ahead, on=by, how="left")
    rule, behind = content.settings.lights, table["behind"]
    concerned = table[by].map(lambda name: content.programme.coverage.concerns(by, str(name))).astype(bool)
    light = np.select(
        [behind > rule.red, behind > rule.yellow, behind.notna() & concerned, behind.notna()],
        [Light.FAR_BEHIND.value, Light.BEHIND.value, Light.INCOMPLETE.value, Light.NORMAL.value],
        default="",
    )
    return table.assign(
        planned=table["plan"] > 0,
        late=table["gap"] > 0,
        lacking=table["gap"].where(table["gap"] > 0),
        against=-behind,
        part=_part(table["gap"]),
        light=pd.Series(light, dtype=object),
    )


def _part(gap: pd.Series) -> pd.Series:
    """Return which part of all gaps each is; missing of what is not behind."""
    behind = gap > 0
    return (gap / gap[behind].sum()).where(behind)


def constraints(content: Content) -> pd.DataFrame:
    """Return the late and the not started projects by the constraint that their units report, largest gap first."""
    table = progress.by_constraint(content.programme)
    return table.assign(part=_part(table["gap"]), held_up=True)


def demolition(content: Content) -> pd.DataFrame:
    """Return sites, planned and done area and outlook by kind of demolition."""
    table = progress.demolition_by_kind(content.programme).rename(columns={"planned": "planned_area"})
    share = (table["done"] / table["planned_area"]).where(table["planned_area"] != 0)
    ahead = content.outlook.demolition
    ends = {
        name: [float(ahead.total(level, kind=kind)) for kind in table["kind"]] for name, level in BAND.items()
    }
    return table.assign(
        planned=table["planned_area"] != 0, share=share, against=share - content.programme.elapsed, **ends
    )


def works(content: Content) -> pd.DataFrame:
    """Return the physical works by kind, in the measure of each."""
    table = progress.works_by_kind(content.programme)
    return table.assign(measure=table["measure"].map(WORK_MEASURES))


# --- project by project


def projects(content: Asking) -> pd.DataFrame:
    """Return all projects with their latest dates, the largest gap first."""
    rows = _dated(progress.weighed(content.programme), content).sort_values(
        ["gap", "project"], ascending=[False, True], ignore_index=True
    )
    started, completed = rows["stage"] != "not started", rows["stage"] == "completed"
    return rows.assign(
        planned=rows["plan"] > 0,
        moving=rows["stage"].isin(progress.UNDER_WAY),
        started=started,
        completed=completed,
        held_up=rows["project"].isin(held_up(content)["project"]),
        schedule=rows["schedule"].where(rows["schedule"].isin(SCHEDULES)),
        actual_start=rows["actual_start"].where(started),
        actual_finish=rows["actual_finish"].where(completed),
    )


def held_up(content: Asking) -> pd.DataFrame:
    """Return the late and the not started projects with their latest dates, largest gap first."""
    rows = pd.concat(
        [progress.unexplained(content.programme), progress.not_started(content.programme)], ignore_index=True
    )
    dated = _dated(rows, content)
    return dated.assign(planned=dated["plan"] > 0, held_up=True).sort_values(
        ["gap", "project"], ascending=[False, True], ignore_index=True
    )


def _dated(rows: pd.DataFrame, content: Asking) -> pd.DataFrame:
    """Return projects with their latest dates (:func:`latest_dates`)."""
    return rows.merge(content.latest, on="project", how="left", validate="one_to_one")


def latest_dates(settings: Settings, programme: Programme) -> pd.DataFrame:
    """Return each project's latest dates, counted back as a dispatch counts them.

    ``latest_start`` of those not started, ``latest_finish`` of those that must end in the year, and ``late``: the
    latest start has passed without a start.
    """
    projects, as_of = programme.traced, programme.as_of
    owes = owed(projects, obligations=settings.obligations, as_of=as_of)
    dates = count_back(
        projects, owes, as_of=as_of, calendar=settings.calendar, winter_stop=settings.winter_stop
    )
    end = pd.Timestamp(year_end(as_of))
    start = dates["latest_start"].fillna(end).where(owes["starts"])
    return projects[["project"]].assign(
        latest_finish=dates["deadline"].where(owes["ends"]),
        latest_start=start,
        late=owes["starts"] & (start < pd.Timestamp(as_of)),
    )


def decisions(content: Prepared) -> pd.DataFrame:
    """Return the requests of the late and the not started projects, the largest gap first."""
    rows = held_up(content)
    rows = rows[rows["request"].notna()]
    found = content.asked.projects.set_index("project")
    gone = rows["project"].map(found["overdue"]).notna()
    return rows.assign(
        short=rows["project"].map(found["short"]), passed=gone, gone=gone.where(rows["deadline"].notna())
    )


def asks(content: Prepared) -> pd.DataFrame:
    """Return the requests by the office that decides on them, what gains most for the year first.

    Columns are those of :class:`cityanalytics.whatif.granted.Requests`; ``by_when`` says until when to decide, and why.
    """
    rows = content.asked.offices
    if "adds" not in rows:
        return rows.assign(adds=True)
    told, calm = rows["deadline"].notna(), rows["waits"] < LITTLE
    kinds = {
        NO_HURRY: ~rows["adds"],
        CALM: calm & told,
        CALM_UNDATED: calm,
        OVERDUE: rows["gone"] > 0,
        EARLIER: rows["latest"] < rows["deadline"],
        DUE: told,
    }
    by_when = np.select(list(kinds.values()), list(kinds), default=UNDATED)
    return rows.assign(by_when=pd.Series(by_when, dtype=object), passed=rows["gone"] > 0)


def contradicted(content: Content) -> pd.DataFrame:
    """Return the projects that their units say to be on schedule while the figures say otherwise."""
    rows = content.reconciliation.contradicted
    return rows.assign(planned=rows["plan"] > 0)


# --- what is expected


def rulers(content: Content) -> pd.DataFrame:
    """Return where each ruler sees the year end: paces held to the end, the projects' own dates, what is published."""
    pace, done, left = content.pace, content.programme.done, content.pace.days_left
    best = "At the best {pace_best_days}-day pace"
    rows = [
        ("At the pace so far", pace.closes_at),
        *([("At the last 30 days' pace", done + pace.last_30 * left)] if pace.last_30 is not None else []),
        *([(best, done + pace.best * left)] if pace.best_days < pace.days_gone else []),
        ("By the projects' own dates", done + content.outlook.parts.expected),
        ("Published forecast", content.forecast.quantile(0.5)),
    ]
    table = pd.DataFrame(rows, columns=["ruler", "p50"])
    plan = content.programme.plan
    return table.assign(beyond=table["p50"] - plan if plan > 0 else float("nan"))


def classes(content: Content) -> pd.DataFrame:
    """Return what each reference class would say."""
    found = content.alternatives
    used = [one.reference_class == content.forecast.reference_class for one in found]
    return pd.DataFrame(
        {
            "name": [CLASSES.get(one.reference_class, one.reference_class) for one in found],
            "called": ["{name} (used)" if one else "{name}" for one in used],
            "used": used,
        }
    ).assign(**_levels(found))


def scenarios(content: Content) -> pd.DataFrame:
    """Return base and the scenarios with their ranges."""
    found = content.scenarios
    base = OWN_MONTHS if content.forecast.reference_class == OWN_MONTHS else "base"
    return pd.DataFrame(
        {
            "scenario": [SCENARIOS[one.name] for one in found],
            "pace": [one.pace for one in found],
            "sentence": [SCENARIO_SENTENCES.get(base if one.name == "base" else one.name) for one in found],
        }
    ).assign(**_levels([one.forecast for one in found]))


def _levels(forecasts: Iterable[YearTotal]) -> dict[str, list[float]]:
    """Return range and chance of forecasts, a column each; a chance of nothing is missing."""
    found = list(forecasts)
    return {
        **{name: [one.quantile(level) for one in found] for name, level in BAND.items()},
        "probability": [np.nan if one.probability is None else one.probability for one in found],
    }


def bridge(content: Content) -> pd.DataFrame:
    """Return the walk from the last forecast to this one, in steps that add up as they are shown."""
    walk = content.bridge
    columns = ["step", "day", "change", "p50", "points", "probability"]
    if walk is None:
        return pd.DataFrame(columns=columns)
    median, chance = walk.median_steps(SHOWN_STEP), walk.probability_steps()
    changes = [None, *(median[cause] * SHOWN_STEP for cause in CAUSES), sum(median.values()) * SHOWN_STEP]
    points = (
        [None] * len(changes)
        if chance is None
        else [None, *(chance[cause] * 0.01 for cause in CAUSES), sum(chance.values()) * 0.01]
    )
    first = "Last forecast, {day}" if walk.earlier.published_on else "Hindcast, {day}"
    table = pd.DataFrame(
        {
            "step": [first, *CAUSES.values(), "This forecast, {day}"],
            "day": pd.DatetimeIndex([walk.earlier.as_of, *[pd.NaT] * len(CAUSES), content.programme.as_of]),
            "change": changes,
            "p50": [*walk.medians, walk.medians[-1]],
            "points": points,
            "probability": [*walk.probabilities, walk.probabilities[-1]],
        }
    ).astype({"change": float, "points": float, "probability": float})
    between = table["step"].isin(list(CAUSES.values()))
    return table.assign(moves=~between | (table["change"] != 0) | table["points"].fillna(0.0).ne(0))


def record(source: Recorded) -> pd.DataFrame:
    """Return earlier forecasts beside what happened, in the order of their data dates; a hindcast is called one."""
    scores: Sequence[Score] = sorted(
        (*source.record.scores, *source.record.hindcasts),
        key=lambda score: (score.forecast.as_of, score.forecast.published_on),
    )
    made = [score.forecast for score in scores]
    return pd.DataFrame(
        {
            "as_of": pd.to_datetime([one.as_of for one in made]),
            "published_on": pd.to_datetime([one.published_on for one in made]),
            "hindcast": [bool(one.hindcast) for one in made],
            **{name: [one.quantiles[name] for one in made] for name in BAND},
            "probability": [np.nan if one.probability is None else one.probability for one in made],
            "outcome": [np.nan if score.outcome is None else score.outcome for score in scores],
            "inside": [score.inside if score.outcome is not None else None for score in scores],
            "by": [one.by for one in made],
        }
    )


def hindcasts(found: LookBack) -> pd.DataFrame:
    """Return what today's method gives for earlier quarters, as known in their time."""
    made = [one.forecast for one in found.hindcasts]
    return pd.DataFrame(
        {
            "as_of": pd.to_datetime([one.as_of for one in made]),
            "known_on": pd.to_datetime([one.programme.known_on for one in found.hindcasts]),
            "done": [one.done for one in made],
            "outcome": [np.nan if one.outcome is None else one.outcome for one in found.hindcasts],
        }
    ).assign(**_levels(made))


def backtests(tests: PastTests) -> pd.DataFrame:
    """Return what came of forecasts of past years of monthly series, by method and month."""
    return pd.DataFrame(
        {
            name: [getattr(one, name) for one in tests.found]
            for name in ("method", "month", "years", "typical", "loss", "coverage")
        }
    )


def trend(points: Sequence[Point]) -> pd.DataFrame:
    """Return the year's forecast by data date, the newest first."""
    return pd.DataFrame(
        {
            "as_of": pd.to_datetime([point.as_of for point in points]),
            **{name: [getattr(point, name) for point in points] for name in ("plan", *BAND)},
        }
    )[::-1]


# --- what changed since the last briefing


def transitions(source: Compared) -> pd.DataFrame:
    """Count the projects by where they stood (rows) and stand (columns named after standings), with their sums."""
    if source.changes is None:
        return pd.DataFrame()
    table = source.changes.transitions()
    named = STANDINGS | ADDED
    whole = table.assign(all=table.sum(axis=1))
    sums = whole.sum().to_frame().T
    before = [*(named[str(name)] for name in table.index), "All"]
    return pd.concat([whole, sums], ignore_index=True).assign(before=before)


def added(source: Compared) -> pd.DataFrame:
    """Return the projects that are reported now and were not then."""
    return _standing(source, "added", "after")


def dropped(source: Compared) -> pd.DataFrame:
    """Return the projects that were reported then and no longer are."""
    return _standing(source, "dropped", "before")


def _standing(source: Compared, which: str, at: str) -> pd.DataFrame:
    if source.changes is None:
        return pd.DataFrame()
    rows: pd.DataFrame = getattr(source.changes, which)
    return rows.assign(stage=rows[at].map(STANDINGS))


def slips(source: Compared) -> pd.DataFrame:
    """Return the open milestones whose date moved, the largest slip first."""
    if source.changes is None:
        return pd.DataFrame()
    rows = source.changes.slips
    return rows.assign(milestone=rows["milestone"].map(MILESTONES))


def plans(source: Compared) -> pd.DataFrame:
    """Return the annual plans that were adjusted, the largest change first."""
    return pd.DataFrame() if source.changes is None else source.changes.plans


def corrected(source: Compared) -> pd.DataFrame:
    """Return the stages of the earlier day that are now known otherwise."""
    if source.changes is None:
        return pd.DataFrame()
    rows = source.changes.corrected
    return rows.assign(old=rows["old"].map(STANDINGS), new=rows["new"].map(STANDINGS))


def reported(source: Compared) -> pd.DataFrame:
    """Return what units report otherwise: names, categories, units, persons, constraints."""
    if source.changes is None:
        return pd.DataFrame()
    rows = source.changes.attributes
    measure = np.where(rows["field"].isin(REPORTED_TERMS), "term", "text")
    return rows.assign(field=rows["field"].map(REPORTED), measure=measure, was=True, is_still=True)


def restated(source: Compared) -> pd.DataFrame:
    """Return what is now said otherwise of the time up to the earlier day, and what replaced it."""
    if source.changes is None:
        return pd.DataFrame()
    rows = replaced(source.changes.restated)
    return rows.assign(
        what=rows["measure"].map(RESTATED),
        measure=np.where(rows["measure"] == "demolition", "square metres", "yuan"),
    )


def replaced(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with ``replaced``: the sentence that says what replaced a value, with a gap for the ``quarter``."""
    quarter = rows["quarter"]
    sentence = np.select(
        [quarter.isna(), quarter == rows["old_quarter"]],
        ["another workbook of earlier years", "correction"],
        default="{quarter} workbook",
    )
    return rows.assign(replaced=sentence)


def changes(source: Compared) -> pd.DataFrame:
    """Return every change of a project, kind by kind, with both values, their measure and their cells."""
    found = source.changes
    if found is None:
        return pd.DataFrame()
    columns = ["kind", "project", "old", "new", "measure", "old_cell", "new_cell", "slip", "was", "is_still"]
    parts = [*_scope(found), *_stages(found), _plans(found), *_dates(found), _reported(found)]
    listed = [part.reindex(columns=columns).astype(object) for part in parts if len(part)]
    table = pd.concat(listed, ignore_index=True) if listed else pd.DataFrame(columns=columns)
    last = pd.concat([_last(programme.traced) for programme in (found.before, found.after)])
    last = last[~last.index.duplicated(keep="last")]
    late = _held_up(found)
    table = table.assign(
        slip=table["slip"].astype(float),
        was=table["was"].fillna(value=True).astype(bool),
        is_still=table["is_still"].fillna(value=True).astype(bool),
        held_up=table["project"].isin(late),
    )
    return table.join(last[["unit", "difficulty", "note"]], on="project")


def _held_up(found: Changes) -> pd.Series:
    """Return the late and the not started projects of the later day."""
    rows: pd.Series = pd.concat(
        [progress.unexplained(found.after)["project"], progress.not_started(found.after)["project"]]
    )
    return rows


def _last(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row a project, by its name: of one that was handed over, its last unit's."""
    return (
        rows.sort_values("quarter", kind="stable")
        .drop_duplicates("project", keep="last")
        .set_index("project")
    )


def _scope(found: Changes) -> list[pd.DataFrame]:
    return [
        rows.assign(
            kind=kind,
            old=rows["before"].map(STANDINGS),
            new=rows["after"].map(STANDINGS),
            was=rows["before"] != ABSENT,
            is_still=rows["after"] != ABSENT,
            old_cell=rows["before_cell"].where(rows["before"] != ABSENT),
            new_cell=rows["after_cell"].where(rows["after"] != ABSENT),
            measure="word",
        )
        for kind, rows in (("Added", found.added), ("Dropped", found.dropped))
    ]


def _stages(found: Changes) -> list[pd.DataFrame]:
    moved = found.moved.rename(
        columns={"before": "old", "after": "new", "before_cell": "old_cell", "after_cell": "new_cell"}
    )
    return [
        rows.assign(kind=kind, old=rows["old"].map(STANDINGS), new=rows["new"].map(STANDINGS), measure="word")
        for kind, rows in (("Stage", moved), ("Stage of the earlier day corrected", found.corrected))
    ]


def _plans(found: Changes) -> pd.DataFrame:
    return found.plans.assign(kind="Annual plan", measure="yuan")


def _dates(found: Changes) -> list[pd.DataFrame]:
    parts = []
    for moved, days in (("planned", "replanned"), ("expected", "slip")):
        rows = found.slips[found.slips[days].fillna(0) != 0].sort_values(
            [days, "project", "milestone"], ascending=[False, True, True]
        )
        now = "after_cell" if moved == "expected" else "planned_after_cell"
        parts += [
            own.assign(
                kind=MOVED_DATES[moved, milestone],
                old=own[f"{moved}_before"],
                new=own[f"{moved}_after"],
                old_cell=own["planned_before_cell"],
                new_cell=own[now],
                slip=own[days],
                measure="day",
            )
            for milestone in MILESTONES
            for own in [rows[rows["milestone"] == milestone]]
        ]
    return parts


def _reported(found: Changes) -> pd.DataFrame:
    """Return what units report otherwise, with the cell of the field where its row holds one, else of the name."""
    rows = found.attributes
    held = rows["field"] == "constraint"
    cells = {}
    for name, programme in (("old_cell", found.before), ("new_cell", found.after)):
        last = _last(programme.traced)
        own, named = (rows["project"].map(last[column]) for column in ("constraint_cell", "project_cell"))
        cells[name] = own.where(held, named)
    measure = np.where(rows["field"].isin(REPORTED_TERMS), "term", "text")
    return rows.assign(kind=rows["field"].map(REPORTED), measure=measure, **cells)


# --- what it rests on


def received(content: Content) -> pd.DataFrame:
    """Return by unit which workbook is used and when the quarter's first one came; units that sent none stand last."""
    programme, settings = content.programme, content.settings
    rows = programme.received
    came = set(rows.loc[rows["quarter"] == programme.quarter, "unit"])
    late = rows["first_received"] > pd.Timestamp(settings.due_on(programme.quarter))
    absent = rows["unit"].isin(settings.units) & ~rows["unit"].isin(came)
    timeliness = np.select([absent, late], ["missing", "late"], default="on time")
    listed = set(rows["unit"])
    never = [unit for unit in settings.units if unit not in listed]
    none = pd.DataFrame({"unit": never, "timeliness": "missing"})
    found = rows.assign(timeliness=timeliness)
    return pd.concat([found, none], ignore_index=True) if never else found


def revisions(content: Content) -> pd.DataFrame:
    """Return the amounts that were stated again with another value, the largest change first."""
    rows = content.programme.revisions
    size = (rows["amount"] - rows["old_amount"]).abs()
    ordered = rows.assign(size=size).sort_values(["size", "project"], ascending=[False, True])
    return replaced(ordered).rename(
        columns={
            "old_amount": "old",
            "amount": "new",
            "old_amount_cell": "old_cell",
            "amount_cell": "new_cell",
        }
    )


def issues(content: Content) -> pd.DataFrame:
    """Return the doubts of the workbooks used, those that block first."""
    return content.programme.issues.sort_values(["severity", "where"])


def inputs(content: Content) -> pd.DataFrame:
    """Return the files that the briefing was made from, with their hashes."""
    found = content.provenance.inputs
    return pd.DataFrame({"file": list(found), "sha256": list(found.values())})


def arrived(found: Arrivals) -> pd.DataFrame:
    """Return by unit when its workbooks came, and how many of their doubts block or are shown."""
    units_ = found.units
    return pd.DataFrame(
        {
            "unit": [one.unit for one in units_],
            "workbooks": [one.workbooks for one in units_],
            "first_received": pd.to_datetime(pd.Series([one.first for one in units_], dtype=object)),
            "timeliness": [one.state for one in units_],
            "refused": [one.refused for one in units_],
            "doubtful": [one.doubtful for one in units_],
        }
    )


def doubts(found: Arrivals) -> pd.DataFrame:
    """Return every doubt by unit with its cell, those that block first."""
    listed = [(one.unit, issue) for one in found.units for issue in one.issues]
    listed += [("", issue) for issue in found.unregistered]
    return pd.DataFrame(
        [_doubt(unit, issue, found.quarter) for unit, issue in listed],
        columns=[
            "unit",
            "severity",
            "code",
            "where",
            "value",
            "understood",
            "understood_values",
            "suggestion",
            "suggestion_values",
        ],
    )


def _doubt(unit: str, issue: Issue, quarter: str) -> tuple[object, ...]:
    understood, mend = issue.understood, issue.suggestion
    return (
        unit,
        str(issue.severity),
        issue.code,
        issue.where.removeprefix(f"data/raw/{quarter}/"),
        issue.value,
        understood.template,
        dict(understood.values),
        mend.template,
        dict(mend.values),
    )
