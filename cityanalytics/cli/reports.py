"""Commands on reports that are made: traced, published, verified, worked on."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from cityanalytics.cli.console import (
    MOST_ROWS,
    UI,
    print_json,
    print_table,
    progress,
    say,
    say_count,
    translate,
)
from cityanalytics.cli.options import as_json, common, settings_of
from cityanalytics.errors import CityAnalyticsError
from cityanalytics.issues import Message


@click.command()
@common
@click.argument("report", type=click.Path(path_type=Path, exists=True))
@click.argument("key")
@as_json
def trace(report: Path, key: str, workspace: Path | None, *, json_: bool) -> None:
    """Show the cells behind a figure of a briefing."""
    from cityanalytics.publishing.trace import trace_figure

    found = trace_figure(settings_of(workspace or report.resolve().parent), report, key)
    if json_:
        print_json(
            {
                "key": found.figure.key,
                "value": found.figure.value,
                "unit": found.figure.unit,
                "cells": [{"cell": cell, "value": value} for cell, value in found.cells],
            }
        )
        return
    rows = [(cell, str(value)) for cell, value in found.cells]
    print_table(("cell", "value"), rows[:MOST_ROWS], title=f"{key} = {found.figure.shown(UI.get())}")
    if len(rows) > MOST_ROWS:
        say("and {count} more: --json gives all", count=len(rows) - MOST_ROWS)
    say_count(
        "{key}: {value} from {count} cell",
        "{key}: {value} from {count} cells",
        key=key,
        value=found.figure.shown(UI.get()),
        count=len(rows),
    )


@click.command()
@common
@click.argument("report", type=click.Path(path_type=Path, exists=True))
@click.option("--by", required=True, metavar="WHO", help="Who publishes it; stands in the ledger.")
@as_json
def publish(report: Path, by: str, workspace: Path | None, *, json_: bool) -> None:
    """Freeze a briefing's forecast in the ledger, reports/ledger.jsonl; what no longer verifies is refused."""
    from cityanalytics.publishing.publish import hindcast_words
    from cityanalytics.publishing.publish import publish as publish_report

    settings = settings_of(workspace or report.resolve().parent)
    today = dt.date.today()  # noqa: DTZ011 - the bureau's day
    with (
        tempfile.TemporaryDirectory(prefix="cityanalytics-") as scratch,
        progress("making the report again") as advance,
    ):
        entry = publish_report(settings, report, by=by, on=today, scratch=Path(scratch))
        advance()
    if json_:
        print_json(asdict(entry))
    say(
        "published on {day} by {who}: the forecast as of {as_of}, known on {known_on}; SHA-256 {hash}",
        day=entry.published_on,
        who=entry.by,
        as_of=entry.as_of,
        known_on=entry.known_on,
        hash=entry.sha256,
    )
    for reason in hindcast_words(entry.hindcast):
        say("{reason}", reason=reason.text(translate))


@click.command()
@common
@click.argument("report", type=click.Path(path_type=Path, exists=True))
@as_json
def verify(report: Path, workspace: Path | None, *, json_: bool) -> None:
    """Make a report again from its recorded inputs and say whether every number and byte is the same.

    The ledger is checked too; given reports/ledger.jsonl, it alone.
    """
    from cityanalytics.publishing import verify as verifying
    from cityanalytics.publishing.ledger import path_of, read_ledger

    settings = settings_of(workspace or report.resolve().parent)
    if report.resolve() == path_of(settings).resolve():
        ledger = read_ledger(settings)
        if json_:
            print_json({"equal": True, "entries": len(ledger.entries), "head": ledger.head})
        say_count(
            "the ledger is as it was published: {count} forecast, the last with SHA-256 {hash}",
            "the ledger is as it was published: {count} forecasts, the last with SHA-256 {hash}",
            count=len(ledger.entries),
            hash=ledger.head,
        )
        return
    with (
        tempfile.TemporaryDirectory(prefix="cityanalytics-") as scratch,
        progress("making the report again") as advance,
    ):
        verdict = verifying.verify(settings, report, scratch=Path(scratch))
        advance()
    if json_:
        print_json(
            {
                "equal": not verdict.different,
                "same": verdict.same,
                "different": verdict.different,
                "figures": verdict.figures,
                "reasons": [reason.text(translate) for reason in verdict.reasons],
            }
        )
    for reason in verdict.reasons:
        say("{reason}", reason=reason.text(translate))
    for name, (recorded, now) in verdict.figures.items():
        say("{key}: recorded {recorded}, now {now}", key=name, recorded=recorded, now=now)
    if verdict.different:
        raise CityAnalyticsError(Message.of("different: {names}", names=", ".join(verdict.different)))
    say("equal, byte for byte: {names}", names=", ".join(verdict.same))


@click.command(context_settings={"ignore_unknown_options": True})
@common
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(arguments: tuple[str, ...], workspace: Path | None) -> None:
    """Open JupyterLab on the workspace's notebooks; further arguments go to it."""
    settings = settings_of(workspace)
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={settings.root}", *arguments]
    say("opening JupyterLab on {folder}; end it with Ctrl-C", folder=settings.notebooks)
    import subprocess

    command.append(f"--LabApp.default_url=/lab/tree/{settings.notebooks.name}")
    sys.exit(subprocess.call(command))  # noqa: S603 - a list, no shell
