"""Commands that forecast: a programme, or any monthly series."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cityanalytics.cli.console import (
    UI,
    print_json,
    print_shown,
    print_table,
    progress,
    say,
    show_issues,
    translate,
)
from cityanalytics.cli.options import as_json, common, dates, workspace_of
from cityanalytics.errors import BlockingIssuesError, UsageError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from cityanalytics.outlook.forecast import Forecast

LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
MEDIAN = 0.5


@click.command()
@common
@dates
@click.argument("quarter", default="")
@as_json
def forecast(quarter: str, workspace: Path | None, as_of: str, known_on: str, *, json_: bool) -> None:
    """Say where the year ends, as numbers."""
    from cityanalytics.outlook.forecast import evidence_of
    from cityanalytics.outlook.forecast import forecast as forecast_programme
    from cityanalytics.outlook.pace import measure_pace
    from cityanalytics.programme.progress import curve

    opened = workspace_of(workspace)
    chosen = opened.dates(quarter, as_of, known_on)
    found = forecast_programme(opened.snapshot(as_of=chosen.as_of, known_on=chosen.known_on))
    made = found.total
    levels = {f"p{round(level * 100):02d}": made.quantile(level) for level in LEVELS}
    document = {
        "as_of": made.as_of,
        "known_on": chosen.known_on,
        "unit": "yuan",
        "done": made.done,
        "target": made.target,
        **levels,
        "probability": made.probability,
        "method": made.method,
        "reference_class": made.reference_class,
        "evidence": evidence_of(found.programme, made),
        "pace": asdict(
            measure_pace(curve(found.programme), target=made.target, calendar=opened.settings.calendar)
        ),
        **found.outlook.document(),
        "partial": found.programme.coverage.partial,
        "coverage": found.programme.coverage.document(),
    }
    if json_:
        print_json(document)
        return
    from cityanalytics.briefing import display
    from cityanalytics.briefing.lacking import in_words
    from cityanalytics.briefing.tables import ahead

    for line in in_words(found.programme.coverage, UI.get(), opened.settings):
        say("{line}", line=line)
    print_table(("what", "Where the year ends"), _rows(found, chosen.quarter), title="")
    for table in ahead(found.programme, found.outlook, opened.settings).values():
        print_shown(table)
    chance = display.probability(display.applicable(made.probability), UI.get())
    say("probability of reaching the plan: {probability}", probability=chance)


def _rows(found: Forecast, quarter: str) -> list[tuple[str, str]]:
    """Name the days and the class, then the amounts as the page shows them."""
    from cityanalytics.briefing.display import amount, applicable, date_text, share
    from cityanalytics.briefing.terms import CLASSES

    made, ui = found.total, UI.get()
    below = translate("{share} chance of less")
    ends = [
        (below.format(share=share(level, ui, places=0)), amount(made.quantile(level), ui)) for level in LEVELS
    ]
    ends[LEVELS.index(MEDIAN)] = (translate("Median"), amount(made.quantile(MEDIAN), ui))
    return [
        (translate("Quarter"), quarter),
        (translate("Data date"), date_text(made.as_of, ui)),
        (translate("Workbooks received by"), date_text(found.programme.known_on, ui)),
        (translate("Reference class"), translate(CLASSES[made.reference_class])),
        (translate("Done"), amount(made.done, ui)),
        (translate("Annual plan"), amount(applicable(made.target if made.target > 0 else None), ui)),
        *ends,
    ]


@click.command("forecast-series")
@common
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--month", required=True, type=click.IntRange(1, 12), help="Stand at the end of this month.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV of the forecasts, written whole or not at all.",
)
@click.option(
    "--years", default="", metavar="YEAR,…", help="Only these years (default: all that have the months)."
)
@as_json
def forecast_series(
    file: Path, workspace: Path | None, month: int, out: Path, years: str, *, json_: bool
) -> None:
    """Say where each year of monthly series ends, as seen from the end of a month.

    FILE is a CSV with the columns series_id, year, month, value (the month's own amount) and, if wanted, group, in any
    order. Each year that has all months up to --month gets a line with quantiles of its total, January to December;
    nothing later is used, and no other series. Column issue says why an answer is thin.
    """
    from cityanalytics.series.answers import answers, unanswered
    from cityanalytics.series.series import arrange
    from cityanalytics.series.seriesfile import read_series, write_forecasts
    from cityanalytics.series.yearend import year_ends
    from cityanalytics.workbooks.inspection import issue_document

    del workspace  # any series, of any workspace or none
    named = _years(years)
    blocked: BlockingIssuesError | None = None
    try:
        table, issues = read_series(file)
        panel = arrange(table)
        issues += unanswered(panel, month)
    except BlockingIssuesError as error:
        blocked, issues = error, error.issues
    if json_:
        print_json({"issues": [issue_document(issue, translate) for issue in issues]})
    else:
        show_issues(issues)
    if blocked:
        raise blocked
    with progress("forecasting series", total=len(panel.ids)) as advance:
        found = year_ends(panel, month, on_row=advance)
    made = answers(panel, found, month=month, years=named, translate=translate)
    write_forecasts(made, out)
    say(
        "forecasts at the end of month {month} written to {file}: {count}, of series: {series}; with a reason in "
        "column issue: {thin}",
        count=len(made),
        series=made["series_id"].nunique(),
        month=month,
        file=out,
        thin=int((made["issue"] != "").sum()),
    )


def _years(text: str) -> tuple[int, ...]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if not (word.isascii() and word.isdecimal()):
            raise UsageError(Message.of("--years takes years such as 2015,2016; {text!r} is none", text=word))
    return tuple(map(int, words))
