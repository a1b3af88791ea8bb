"""From a workspace and two dates to a briefing's values: the one way that pages and commands take."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from cityanalytics.briefing.composed import Composed
from cityanalytics.briefing.figures import figures
from cityanalytics.briefing.figures.basis import Basis
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.sections.key_figures import remarks
from cityanalytics.briefing.wording import Wording
from cityanalytics.calendar import days, year_end
from cityanalytics.dispatch.rulepack import limits, load_pack
from cityanalytics.errors import UsageError
from cityanalytics.intake.store import plain_text
from cityanalytics.issues import Message
from cityanalytics.outlook.forecast import Forecast, forecast_year
from cityanalytics.outlook.outlook import look_ahead
from cityanalytics.outlook.pace import measure_pace
from cityanalytics.outlook.record import hold_against, simple_rules
from cityanalytics.outlook.scenario import scenarios
from cityanalytics.programme.closing import closed_year, same_day_before, share_done
from cityanalytics.programme.progress import ceiling, curve
from cityanalytics.programme.reconcile import reconcile
from cityanalytics.publishing.comparison import since_last
from cityanalytics.publishing.ledger import read_ledger
from cityanalytics.publishing.lookback import bridge_from_last, year_totals
from cityanalytics.publishing.provenance import provenance
from cityanalytics.series.ownmonths import OWN_MONTHS
from cityanalytics.series.pool import classes
from cityanalytics.whatif.granted import asked
from cityanalytics.whatif.model import Model
from cityanalytics.workspace import Workspace

if TYPE_CHECKING:
    from cityanalytics.briefing.briefing import Briefing
    from cityanalytics.programme.dates import Dates
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.settings import Settings


def assemble(workspace: str = ".", quarter: str = "", as_of: str = "", known_on: str = "") -> Composed:
    """Return the values of a briefing.

    Parameters
    ----------
    workspace
        A folder of the workspace; by default the current one.
    quarter
        Such as ``2010Q3``; by default the last one received.
    as_of, known_on
        ISO dates; by default the quarter's data date and everything received.

    Raises
    ------
    cityanalytics.errors.CityAnalyticsError
        The workspace, the quarter or a date does not fit, or too little is known.
    """
    opened = Workspace.at(workspace)
    return compose(opened, opened.dates(quarter, as_of, known_on))


def briefing_of(programme: Programme) -> Briefing:
    """Return the briefing of a programme of a workspace.

    Parameters
    ----------
    programme
        The programme at a data date.

    Raises
    ------
    cityanalytics.errors.CityAnalyticsError
        It was made of tables alone, or too little is known.
    """
    from cityanalytics.briefing.briefing import Briefing

    workspace = programme.source
    if not isinstance(workspace, Workspace):
        raise UsageError(Message.of("the programme is of no workspace: take it from one"))
    times = {"as_of": programme.as_of.isoformat(), "known_on": programme.known_on.isoformat()}
    return Briefing(content=compose(workspace, workspace.dates(programme.quarter, **times)))


@plain_text()
def compose(workspace: Workspace, dates: Dates) -> Composed:
    """Return the values of a briefing of dates already checked."""
    settings = workspace.settings
    for language in settings.languages:
        if language not in LANGUAGES:
            raise UsageError(
                Message.of(
                    "no language {name}; there are: {names}", name=language, names=", ".join(LANGUAGES)
                )
            )
    programme = workspace.snapshot(as_of=dates.as_of, known_on=dates.known_on)
    pack = load_pack(settings.rules)
    settings = replace(settings, lights=limits(pack, settings.lights, programme.elapsed))
    reconciliation = reconcile(programme, listed=[kind.kind for kind in settings.works if kind.listed])
    so_far = curve(programme)
    pace = measure_pace(so_far, target=programme.plan, calendar=settings.calendar)
    method = partial(forecast_year, so_far=so_far, target=programme.plan, ceiling=ceiling(programme))
    forecast = method(settings.reference_class, own_months=programme.history_months)
    own = (forecast,) if forecast.reference_class == OWN_MONTHS else ()
    alternatives = (*own, *(method(name) for name in classes()))
    outlook = look_ahead(programme, forecast, seed=settings.seed)
    model = Model.of(Forecast(programme=programme, total=forecast, seed=settings.seed, made=outlook))
    requests = asked(model, programme, settings.offices)
    if_worked = scenarios(forecast, pace, extra_days=_holidays_left(settings, programme))
    ledger = read_ledger(settings).before(dates.known_on)
    published = ledger.entries
    moved = bridge_from_last(workspace, published, now=programme)
    changes = since_last(workspace, published, now=programme)
    years = {entry.as_of.year for entry in published}
    record = hold_against(published, year_totals(workspace, years, known_on=dates.known_on))
    same_day = same_day_before(dates.as_of)
    last_year = closed_year(workspace.snapshot, year=same_day.year, known_on=dates.known_on)
    made = provenance(workspace, dates, ledger)
    found = figures(
        Basis(
            inputs=len(made.inputs),
            settings=settings,
            programme=programme,
            last_year=last_year,
            reconciliation=reconciliation,
            pace=pace,
            forecast=forecast,
            alternatives=alternatives,
            outlook=outlook,
            scenarios=if_worked,
            asked=requests,
            changes=changes,
            bridge=moved,
            record=record,
        )
    )
    for language in settings.languages:
        remarks(settings, Wording(language=language, figures=found))  # refused before a page is begun
    return Composed(
        settings=settings,
        programme=programme,
        reconciliation=reconciliation,
        pace=pace,
        forecast=forecast,
        outlook=outlook,
        alternatives=alternatives,
        scenarios=if_worked,
        changes=changes,
        bridge=moved,
        record=record,
        rules=simple_rules(
            forecast, share_last_year=share_done(last_year, same_day, months=programme.history_months)
        ),
        model=model,
        asked=requests,
        figures=found,
        provenance=made,
    )


def _holidays_left(settings: Settings, programme: Programme) -> int:
    """Count the weekdays after the data date that are off by the official calendar."""
    left = days(programme.as_of + dt.timedelta(days=1), year_end(programme.as_of))
    saturday = 5
    return sum(day.weekday() < saturday and not settings.calendar.is_working_day(day) for day in left)
