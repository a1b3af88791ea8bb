"""The commands: a thin skin over the library, and the only place that prints, asks or exits."""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict
from functools import cache, partial, wraps
from inspect import cleandoc
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from cityanalytics import __version__
from cityanalytics.calendar import quarter_end
from cityanalytics.errors import BlockingIssuesError, CityAnalyticsError, UsageError
from cityanalytics.issues import Message, Severity, blocking
from cityanalytics.settings import find_workspace, load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cityanalytics.intake.store import Ingested
    from cityanalytics.issues import Issue
    from cityanalytics.publishing.parameters import Dates
    from cityanalytics.settings import Settings

INTERRUPTED = 130
FAILED = 3
#: So many rows fit a terminal; the rest is counted, and --json gives all.
MOST_ROWS = 40
LANGUAGES = ("zh", "en")


#: Language of messages while a command runs.
_UI: ContextVar[str] = ContextVar("_UI", default="en")


def _ui_language(arguments: Sequence[str]) -> str:
    """Return the language of messages: --ui, else the locale's; known before anything is parsed."""
    named = [after for option, after in pairwise([*arguments, ""]) if option == "--ui"]
    named += [argument.removeprefix("--ui=") for argument in arguments if argument.startswith("--ui=")]
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return (named or ["zh" if locale.lower().startswith("zh") else "en"])[0]


def _translate(sentence: str) -> str:
    if _UI.get() != "zh":
        return sentence
    # the catalogue is read only where there is something to translate
    from cityanalytics.briefing.wording import translate

    return translate(sentence, "zh")


def _say(template: str, **values: object) -> None:
    text = Message.of(template, **values).text(_translate)
    Console(stderr=True, highlight=False).print(text, markup=False, soft_wrap=True)


def _print_json(document: object) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=1, default=str))


def _settings(workspace: Path | None) -> Settings:
    return load_settings(find_workspace((workspace or Path.cwd()).resolve()))


def common(command: Callable[..., None]) -> Callable[..., None]:
    """Add what every command takes: whose data, which language, how errors are shown."""

    @click.option(
        "--workspace",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of the workspace (default: the nearest one upwards).",
    )
    @click.option("--ui", type=click.Choice(LANGUAGES), help="Language of messages (default: the locale's).")
    @click.option("--debug", is_flag=True, help="Show the traceback of an error.")
    @wraps(command)
    def wrapped(**options: Any) -> None:  # noqa: ANN401 - whatever the command takes
        for known_before_parsing in ("ui", "debug"):
            options.pop(known_before_parsing)
        command(**options)

    return wrapped


def dates(command: Callable[..., None]) -> Callable[..., None]:
    """Add the two times of a programme."""
    as_of = click.option(
        "--as-of",
        default="",
        metavar="DATE",
        help="Day that figures describe (default: the quarter's data date).",
    )
    known_on = click.option(
        "--known-on",
        default="",
        metavar="DATE",
        help="Day by which they had been received (default: everything received).",
    )
    return as_of(known_on(command))


as_json = click.option(
    "--json",
    "json_",
    is_flag=True,
    help="One JSON document on standard output; messages go to standard error.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="cityanalytics")
def cli() -> None:
    """From the units' workbooks to the bureau's briefing: receive, ingest, brief."""


@cli.command()
@common
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--next-quarter", is_flag=True, help="Write the empty workbooks of the next quarter for every unit."
)
@click.option("--next-year", is_flag=True, help="Write the empty workbooks of the next year's first quarter.")
def init(directory: Path, workspace: Path | None, *, next_quarter: bool, next_year: bool) -> None:
    """Make a workspace: configuration, folders, notebooks, and empty workbooks to hand to the units."""
    from cityanalytics.intake.handout import make_workspace, next_quarter_after, write_handouts
    from cityanalytics.intake.register import read_register

    del workspace  # the directory says whose data it is
    if next_quarter or next_year:
        settings = load_settings(find_workspace(directory.resolve()))
        received = {receipt.quarter for receipt in read_register(settings)} | set(settings.quarters)
        quarter = next_quarter_after(received, next_year=next_year)
        written = write_handouts(settings, quarter)
        _say(
            "{count} empty workbooks of {quarter} written to {folder}",
            count=len(written),
            quarter=quarter,
            folder=written[0].parent,
        )
        return
    written = make_workspace(directory)
    _say(
        "workspace made in {folder}: fill in cityanalytics.toml, then `cityanalytics init --next-quarter {folder}`",
        folder=directory,
    )


@cli.command()
@common
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--quarter", required=True, help="The quarter that the workbooks report, such as 2010Q3.")
@click.option("--unit", help="The unit that sent them (default: the one named in the file's name).")
@click.option("--on", "on_", default="", metavar="DATE", help="Day of receipt (default: today).")
def receive(
    files: tuple[Path, ...], workspace: Path | None, quarter: str, unit: str | None, on_: str
) -> None:
    """File workbooks as they were sent, with date and hash."""
    from cityanalytics.intake.receive import receive as receive_files

    settings = _settings(workspace)
    try:
        day = dt.date.fromisoformat(on_) if on_ else dt.date.today()  # noqa: DTZ011 - the bureau's day
    except ValueError:
        raise UsageError(
            Message.of("{name} is a date such as 2010-09-22; {text!r} is none", name="--on", text=on_)
        ) from None
    filed = receive_files(settings, files, quarter=quarter, on=day, unit=unit)
    for receipt in filed:
        _say(
            "received {file} from {unit}, SHA-256 {hash}…",
            file=receipt.file,
            unit=receipt.unit,
            hash=receipt.sha256[:16],
        )
    _say(
        "{count} filed, {known} already received; next: `cityanalytics ingest`",
        count=len(filed),
        known=len(files) - len(filed),
    )


@cli.command()
@common
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@as_json
def inspect(files: tuple[Path, ...], workspace: Path | None, *, json_: bool) -> None:
    """Say how each sheet of any workbook is understood, whether or not it is one of ours.

    One file: also each column with its kind, its unit (and the cell that states it) and its sum over the data rows.
    """
    from cityanalytics.workbooks.grid import read_workbook
    from cityanalytics.workbooks.inspection import (
        COLUMN_HEADERS,
        TABLE_HEADERS,
        column_rows,
        document,
        table_rows,
    )
    from cityanalytics.workbooks.marking.issuelist import without_issue_list
    from cityanalytics.workbooks.tables import understand

    del workspace  # any workbook, of any workspace or none
    found = []
    with _progress("reading workbooks", total=len(files)) as advance:
        for file in files:
            found.append(understand(without_issue_list(read_workbook(file, name=file.name))))
            advance()
    issues = [issue for one in found for issue in one.issues]
    if json_:
        _print_json(document(found, _translate))
    else:
        _table(TABLE_HEADERS, table_rows(found, _translate), title="tables")
        for table in found[0].tables if len(found) == 1 else ():
            _table(COLUMN_HEADERS, column_rows(table, _translate), title=f"{table.sheet}!{table.range}")
        _show_issues(issues)
    errors = blocking(tuple(issues))
    if errors:
        raise BlockingIssuesError(errors)
    _say(
        "{files} files, {tables} tables, {warnings} warnings",
        files=len(found),
        tables=sum(len(one.tables) for one in found),
        warnings=len(issues),
    )


@cli.command()
@common
@click.argument("quarters", nargs=-1, metavar="[QUARTER]...")
@click.option(
    "--returns",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the units' workbooks back into a new folder, doubtful cells marked.",
)
@as_json
def ingest(quarters: tuple[str, ...], workspace: Path | None, returns: Path | None, *, json_: bool) -> None:
    """Read what the units sent into tidy tables; list every issue; write all or nothing.

    Every quarter is read, so that the tables hold all that is known; warnings are listed for the named
    quarters alone, errors always. Workbooks go back also when an issue blocks.
    """
    from cityanalytics.intake.load import ingest as ingest_workbooks
    from cityanalytics.intake.register import read_register
    from cityanalytics.intake.store import write_tables
    from cityanalytics.workbooks.inspection import issue_document

    settings = _settings(workspace)
    for quarter in quarters:
        quarter_end(quarter)
    with _progress("reading workbooks", total=len(read_register(settings))) as advance:
        found = ingest_workbooks(settings, on_file=lambda _: advance())
    returned = None if returns is None else _return(settings, found, quarters, returns)
    blocked: BlockingIssuesError | None = None
    try:
        write_tables(settings, found)
    except BlockingIssuesError as error:
        blocked = error
    counts = {name: len(table) for name, table in found.tables.items()}
    shown = [
        issue
        for issue in found.issues
        if issue.severity is Severity.ERROR
        or not quarters
        or any(f"/{name}/" in issue.where for name in quarters)
    ]
    if json_:
        _print_json(
            {
                "tables": counts,
                "written": blocked is None,
                "issues": [issue_document(issue, _translate) for issue in shown],
            }
        )
    else:
        _show_issues(shown)
    if returned is not None:
        _say("{returned}", returned=returned.text(_translate))
    if blocked:
        raise blocked
    _say(
        "{files} workbooks read: {projects} rows of projects, {investment} of investment; {warnings} warnings; "
        "written to {folder}",
        files=len(found.manifest["inputs"]),
        projects=counts["projects"],
        investment=counts["investment"],
        warnings=len(shown),
        folder=settings.processed,
    )


@cli.command()
@common
@dates
@click.argument("quarters", nargs=-1, metavar="[QUARTER]...")
@click.option(
    "--lang", default="", metavar="zh,en", help="Languages of the pages (default: the workspace's)."
)
@click.option("--all", "all_", is_flag=True, help="Every quarter that was received.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Reports made at once.")
@click.option("--force", is_flag=True, help="Make again what is up to date.")
@click.option("--dry-run", is_flag=True, help="Say what would be made, and make nothing.")
@click.option("--pdf", is_flag=True, help="Also print the pages to PDF (needs Chromium).")
@click.option(
    "--notebook",
    default="02_briefing",
    show_default=True,
    help="The notebook that is run; only the default makes pages.",
)
@click.option(
    "-p",
    "--parameter",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter of the notebook.",
)
@as_json
def brief(
    quarters: tuple[str, ...],
    workspace: Path | None,
    as_of: str,
    known_on: str,
    lang: str,
    *,
    all_: bool,
    jobs: int,
    force: bool,
    dry_run: bool,
    pdf: bool,
    notebook: str,
    parameters: tuple[str, ...],
    json_: bool,
) -> None:
    """Run the notebooks and export the briefing of a quarter or of any day."""
    from cityanalytics.intake.store import read_tables
    from cityanalytics.publishing.export import is_current
    from cityanalytics.publishing.index import write_index
    from cityanalytics.publishing.parameters import check_names, resolve_dates
    from cityanalytics.publishing.run import BRIEFING, declared_parameters, report_folder

    settings = _settings(workspace)
    languages = _languages(settings, lang)
    tables = read_tables(settings)
    named = sorted(tables["projects"]["quarter"].unique()) if all_ else list(quarters) or [""]
    given = _pairs(parameters)
    check_names(given, declared_parameters(settings.notebooks / f"{notebook}.ipynb"))
    chosen = [
        resolve_dates(settings, tables, quarter=quarter, as_of=as_of, known_on=known_on) for quarter in named
    ]
    todo = [
        found
        for found in chosen
        if force or notebook != BRIEFING or given or not is_current(settings, found, languages)
    ]
    for found in chosen:
        state = "to make" if found in todo else "up to date"
        if dry_run or found not in todo:
            _say(
                "{quarter} as of {as_of}, known on {known_on}: {state}",
                **_dates(found),
                state=_translate(state),
            )
    if dry_run:
        return
    with _progress("making reports", total=4 * len(todo)) as advance:
        written = _make_all(
            settings, todo, languages=languages, notebook=notebook, given=given, jobs=jobs, advance=advance
        )
    if notebook == BRIEFING:
        written.append(write_index(settings))
    folders = [report_folder(settings, found) for found in chosen]
    if pdf:
        from cityanalytics.publishing.pdf import print_pages

        written += print_pages(
            [folder / f"briefing.{language}.html" for folder in folders for language in languages]
        )
    if json_:
        records = [json.loads((folder / "briefing.json").read_text(encoding="utf-8")) for folder in folders]
        _print_json(records[0] if len(records) == 1 else records)
    _say(
        "{made} made, {kept} up to date: {folders}",
        made=len(todo),
        kept=len(chosen) - len(todo),
        folders=", ".join(map(str, folders)),
    )


@cli.command()
@common
@dates
@click.argument("quarter", default="")
@as_json
def forecast(quarter: str, workspace: Path | None, as_of: str, known_on: str, *, json_: bool) -> None:
    """Say where the year ends, as numbers."""
    from cityanalytics.briefing import display
    from cityanalytics.publishing.assemble import assemble

    content = assemble(str(workspace or "."), quarter, as_of=as_of, known_on=known_on)
    made = content.forecast
    levels = {
        f"p{round(level * 100):02d}": made.quantile(level)
        for level in (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
    }
    document = {
        "as_of": made.as_of,
        "known_on": content.programme.known_on,
        "unit": "yuan",
        "done": made.done,
        "target": made.target,
        **levels,
        "probability": made.probability,
        "method": made.method,
        "reference_class": made.reference_class,
        "pace": asdict(content.pace),
        **content.outlook.document(),
    }
    if json_:
        _print_json(document)
        return
    _table(
        ("", "yuan"),
        [
            (name, f"{value:,.0f}")
            for name, value in {"done": made.done, "target": made.target, **levels}.items()
        ],
        title=f"{made.as_of}: {made.reference_class}",
    )
    chance = display.probability(display.applicable(made.probability), _UI.get())
    _say("probability of reaching the plan: {probability}", probability=chance)


@cli.command("forecast-series")
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
    from cityanalytics.forecast.answers import answers, unanswered
    from cityanalytics.forecast.series import arrange
    from cityanalytics.forecast.seriesfile import read_series, write_forecasts
    from cityanalytics.forecast.yearend import year_ends
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
        _print_json({"issues": [issue_document(issue, _translate) for issue in issues]})
    else:
        _show_issues(issues)
    if blocked:
        raise blocked
    with _progress("forecasting series", total=len(panel.ids)) as advance:
        found = year_ends(panel, month, on_row=advance)
    made = answers(panel, found, month=month, years=named, translate=_translate)
    write_forecasts(made, out)
    _say(
        "{count} forecasts of {series} series at the end of month {month} written to {file}; {thin} with a reason in "
        "column issue",
        count=len(made),
        series=made["series_id"].nunique(),
        month=month,
        file=out,
        thin=int((made["issue"] != "").sum()),
    )


@cli.command()
@common
@click.argument("report", type=click.Path(path_type=Path, exists=True))
@click.argument("key")
@as_json
def trace(report: Path, key: str, workspace: Path | None, *, json_: bool) -> None:
    """Show the cells behind a figure of a briefing."""
    from cityanalytics.publishing.trace import trace_figure

    found = trace_figure(_settings(workspace or report.resolve().parent), report, key)
    if json_:
        _print_json(
            {
                "key": found.figure.key,
                "value": found.figure.value,
                "unit": found.figure.unit,
                "cells": [{"cell": cell, "value": value} for cell, value in found.cells],
            }
        )
        return
    rows = [(cell, str(value)) for cell, value in found.cells]
    _table(("cell", "value"), rows[:MOST_ROWS], title=f"{key} = {found.figure.shown(_UI.get())}")
    if len(rows) > MOST_ROWS:
        _say("and {count} more: --json gives all", count=len(rows) - MOST_ROWS)
    _say("{key}: {value} from {count} cells", key=key, value=found.figure.shown(_UI.get()), count=len(rows))


@cli.command()
@common
@click.argument("report", type=click.Path(path_type=Path, exists=True))
@click.option("--by", required=True, metavar="WHO", help="Who publishes it; stands in the ledger.")
@as_json
def publish(report: Path, by: str, workspace: Path | None, *, json_: bool) -> None:
    """Freeze a briefing's forecast in the ledger, reports/ledger.jsonl; what no longer verifies is refused."""
    from cityanalytics.publishing.publish import hindcast_words
    from cityanalytics.publishing.publish import publish as publish_report

    settings = _settings(workspace or report.resolve().parent)
    today = dt.date.today()  # noqa: DTZ011 - the bureau's day
    with (
        tempfile.TemporaryDirectory(prefix="cityanalytics-") as scratch,
        _progress("making the report again") as advance,
    ):
        entry = publish_report(settings, report, by=by, on=today, scratch=Path(scratch))
        advance()
    if json_:
        _print_json(asdict(entry))
    _say(
        "published on {day} by {who}: the forecast as of {as_of}, known on {known_on}; SHA-256 {hash}",
        day=entry.published_on,
        who=entry.by,
        as_of=entry.as_of,
        known_on=entry.known_on,
        hash=entry.sha256,
    )
    for reason in hindcast_words(entry.hindcast):
        _say("{reason}", reason=reason.text(_translate))


@cli.command()
@common
@click.argument("report", type=click.Path(path_type=Path, exists=True))
@as_json
def verify(report: Path, workspace: Path | None, *, json_: bool) -> None:
    """Make a report again from its recorded inputs and say whether every number and byte is the same.

    The ledger is checked too; given reports/ledger.jsonl, it alone.
    """
    from cityanalytics.publishing import verify as verifying
    from cityanalytics.publishing.ledger import path_of, read_ledger

    settings = _settings(workspace or report.resolve().parent)
    if report.resolve() == path_of(settings).resolve():
        ledger = read_ledger(settings)
        if json_:
            _print_json({"equal": True, "entries": len(ledger.entries), "head": ledger.head})
        _say(
            "the ledger is as it was published: {count} forecasts, the last with SHA-256 {hash}",
            count=len(ledger.entries),
            hash=ledger.head,
        )
        return
    with (
        tempfile.TemporaryDirectory(prefix="cityanalytics-") as scratch,
        _progress("making the report again") as advance,
    ):
        verdict = verifying.verify(settings, report, scratch=Path(scratch))
        advance()
    if json_:
        _print_json(
            {
                "equal": not verdict.different,
                "same": verdict.same,
                "different": verdict.different,
                "figures": verdict.figures,
                "reasons": [reason.text(_translate) for reason in verdict.reasons],
            }
        )
    for reason in verdict.reasons:
        _say("{reason}", reason=reason.text(_translate))
    for name, (recorded, now) in verdict.figures.items():
        _say("{key}: recorded {recorded}, now {now}", key=name, recorded=recorded, now=now)
    if verdict.different:
        raise CityAnalyticsError(Message.of("different: {names}", names=", ".join(verdict.different)))
    _say("equal, byte for byte: {names}", names=", ".join(verdict.same))


@cli.command(context_settings={"ignore_unknown_options": True})
@common
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(arguments: tuple[str, ...], workspace: Path | None) -> None:
    """Open JupyterLab on the workspace's notebooks; further arguments go to it."""
    settings = _settings(workspace)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={settings.root}", *arguments]
    _say("opening JupyterLab on {folder}; end it with Ctrl-C", folder=settings.notebooks)
    import subprocess

    command.append(f"--LabApp.default_url=/lab/tree/{settings.notebooks.name}")
    sys.exit(subprocess.call(command))  # noqa: S603 - a list, no shell


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; errors become one clear message and an exit code.

    Parameters
    ----------
    arguments
        Words of the command line; by default those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _UI.set(_ui_language(words))
    _translate_help()
    debug = "--debug" in words
    try:
        code = cli.main(words, prog_name="cityanalytics", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted; nothing was left half-written")
        sys.exit(INTERRUPTED)
    except CityAnalyticsError as error:
        if debug:
            raise
        _say("{error}", error=error.text(_translate))
        sys.exit(error.exit_code)
    except Exception as error:
        if debug:
            raise
        _say(
            "the program failed: {kind}: {error}; --debug shows where", kind=type(error).__name__, error=error
        )
        sys.exit(FAILED)
    sys.exit(code)  # of --help and --version; None of a command that is done


@cache
def _english_help() -> dict[click.Command | click.Option, str]:
    """Return the help texts as they are written."""
    commands = (cli, *cli.commands.values())
    owners: list[click.Command | click.Option] = [*commands]
    for command in commands:
        owners += [option for option in command.params if isinstance(option, click.Option)]
    return {owner: cleandoc(owner.help or "") for owner in owners}


def _translate_help() -> None:
    for owner, text in _english_help().items():
        owner.help = _translate(text)


def _languages(settings: Settings, text: str) -> list[str]:
    chosen = [name.strip() for name in text.split(",") if name.strip()] or list(settings.languages)
    for name in chosen:
        if name not in settings.languages:
            raise UsageError(
                Message.of(
                    "no language {name}; there are: {names}", name=name, names=", ".join(settings.languages)
                )
            )
    return chosen


def _return(settings: Settings, found: Ingested, quarters: Sequence[str], folder: Path) -> Message:
    """Write the units' workbooks back, and return what was written."""
    from cityanalytics.briefing.wording import translate
    from cityanalytics.intake.returns import to_return, write_returns

    workbooks = to_return(settings, found, quarters)
    spoken = [partial(translate, language=language) for language in LANGUAGES]
    with _progress("marking workbooks", total=len(workbooks)) as advance:
        written = write_returns(settings, workbooks, folder, languages=spoken, on_file=lambda _: advance())
    if not written:
        return Message.of("no workbook has a doubt: none to hand back, {folder} is not made", folder=folder)
    forms = Counter(one.form for one in written)
    return Message.of(
        "{count} workbooks of {units} units written to {folder}: {in_place} marked in place, {copies} as a "
        "marked copy of their values, {lists} as the list of issues alone",
        count=len(written),
        units=len({one.unit for one in written}),
        folder=folder,
        in_place=forms["in place"],
        copies=forms["copy"],
        lists=forms["list"],
    )


def _pairs(parameters: Sequence[str]) -> dict[str, str]:
    pairs = [parameter.partition("=") for parameter in parameters]
    for name, sign, _ in pairs:
        if not sign:
            raise UsageError(Message.of("--parameter takes NAME=VALUE; {text!r} has no =", text=name))
    return {name: value for name, _, value in pairs}


def _years(text: str) -> tuple[int, ...]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if not (word.isascii() and word.isdecimal()):
            raise UsageError(Message.of("--years takes years such as 2015,2016; {text!r} is none", text=word))
    return tuple(map(int, words))


def _dates(found: Dates) -> dict[str, str]:
    return {
        "quarter": found.quarter,
        "as_of": found.as_of.isoformat(),
        "known_on": found.known_on.isoformat(),
    }


def _make_all(
    settings: Settings,
    todo: list[Dates],
    *,
    languages: list[str],
    notebook: str,
    given: dict[str, str],
    jobs: int,
    advance: Callable[[], None],
) -> list[Path]:
    from cityanalytics.publishing.export import make_report

    tasks = [{**_dates(found), **given} for found in todo]
    if min(jobs, len(tasks)) <= 1:
        written = []
        for task in tasks:
            written += make_report(
                settings, task, languages=languages, notebook=notebook, on_stage=lambda _: advance()
            )
            advance()
        return written
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(max_workers=jobs) as pool:
        running = [
            pool.submit(make_report, settings, task, languages=languages, notebook=notebook) for task in tasks
        ]
        return [path for made in running for path in made.result()]


@contextmanager
def _progress(label: str, total: int | None = None) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal; elsewhere nothing."""
    # rich's bar takes 40 ms to import
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_translate(label), total=total)
        yield lambda: bar.advance(task)


def _show_issues(issues: Sequence[Issue]) -> None:
    """List issues, errors first: place on one line, so that it can be copied, what and how to mend it below."""
    ordered = sorted(issues, key=lambda issue: issue.severity is not Severity.ERROR)
    errors = sum(issue.severity is Severity.ERROR for issue in issues)
    shown = ordered[: max(errors, MOST_ROWS)]
    console = Console(stderr=True, highlight=False)
    for issue in shown:
        style = "bold red" if issue.severity is Severity.ERROR else "yellow"
        console.print(f"[{style}]{_translate(issue.severity.value)}[/] {issue.code}", end=" ")
        console.print(issue.where, markup=False, soft_wrap=True)
        said = [issue.value, issue.understood.text(_translate), issue.suggestion.text(_translate)]
        console.print("    " + "; ".join(filter(None, said)), markup=False, soft_wrap=True)
    if len(issues) > len(shown):
        _say("and {count} more: --json gives all", count=len(issues) - len(shown))


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=_translate(title))
    for column in columns:
        table.add_column(_translate(column), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)
