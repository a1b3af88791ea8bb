"""Commands on reports that are made: traced, published, verified, worked on."""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cityanalytics.bound import bound
from cityanalytics.cli.console import (
    MOST_ROWS,
    UI,
    print_json,
    print_line,
    progress,
    say,
    say_count,
    tell,
    translate,
)
from cityanalytics.cli.options import as_json, common, settings_of
from cityanalytics.errors import CityAnalyticsError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cityanalytics.publishing.verify import Verdict

#: So much of a long text stands in a message; --json gives all.
MOST_SIGNS = 120


@click.command()
@common
@click.argument("report", type=click.Path(path_type=Path, exists=True))
@click.argument("key")
@as_json
def trace(report: Path, key: str, workspace: Path | None, *, json_: bool) -> None:
    """Show the cells behind a figure of a briefing.

    REPORT is one of the report's files, or its folder. KEY is the key of a figure: they stand in briefing.json beside
    the page, under figures.
    """
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
    for file, cells in groupby(found.cells[:MOST_ROWS], key=lambda cell: cell[0].partition("!")[0]):
        print_line(file)
        for cell, value in cells:
            print_line(f"    {cell.partition('!')[2]}  {'' if value is None else value}".rstrip())
    if len(found.cells) > MOST_ROWS:
        say("and {count} more: --json gives all", count=len(found.cells) - MOST_ROWS)
    say_count(
        "{key}: {value} from {count} cell",
        "{key}: {value} from {count} cells",
        key=key,
        value=found.figure.shown(UI.get()),
        count=len(found.cells),
    )


@click.command()
@common
@click.argument("report", type=click.Path(path_type=Path, exists=True))
@click.option("--by", required=True, metavar="WHO", help="Who publishes it; stands in the ledger.")
@click.option("--partial", is_flag=True, help="Publish it although something is missing.")
@as_json
def publish(report: Path, by: str, workspace: Path | None, *, partial: bool, json_: bool) -> None:
    """Freeze a briefing's forecast in the ledger, reports/ledger.jsonl; what no longer verifies is refused.

    The report is made again first, and every byte compared. A forecast published more than 31 days after its data date,
    or beside newer workbooks that it does not use, is entered as a hindcast: it is kept, and never counts.
    """
    from cityanalytics.publishing.publish import hindcast_words
    from cityanalytics.publishing.publish import publish as publish_report

    settings = settings_of(workspace or report.resolve().parent)
    today = dt.date.today()  # noqa: DTZ011 - the bureau's day
    with (
        tempfile.TemporaryDirectory(prefix="cityanalytics-") as scratch,
        progress("making the report again") as advance,
    ):
        entry = publish_report(
            settings, report, by=by, on=today, scratch=Path(scratch), partial=partial, on_doubt=tell
        )
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
    """Make a report again from its recorded inputs and say whether every number and byte is the same, or why not.

    The ledger, the lists of reports and the register are checked too; given reports/ledger.jsonl or
    reports/index.html, that alone. Of a province's report every city is read again.
    """
    from cityanalytics.publishing import verify as verifying
    from cityanalytics.publishing.index import LIST
    from cityanalytics.publishing.ledger import path_of, read_ledger
    from cityanalytics.publishing.rejoined import is_province
    from cityanalytics.publishing.surroundings import differing_lists, surroundings

    if is_province(report):
        _verify_province(report, json_=json_)
        return
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
    if report.resolve().parent == settings.reports and LIST.fullmatch(report.name):
        differing = differing_lists(settings, on_doubt=tell)
        equal = not differing
        if json_:
            print_json({"equal": equal, "different": [path.name for path in differing]})
        if not equal:
            raise CityAnalyticsError(
                Message.of(
                    "{file} is not the list of what is there now: any `cityanalytics brief` writes it again",
                    file=", ".join(map(str, differing)),
                )
            )
        say("{file} is the list of what is there now", file=report)
        return
    with (
        tempfile.TemporaryDirectory(prefix="cityanalytics-") as scratch,
        progress("making the report again") as advance,
    ):
        verdict = verifying.verify(settings, report, scratch=Path(scratch))
        around = surroundings(settings, report)
        advance()
    if json_:
        told = [message.text(translate) for message in around]
        print_json({**_as_document(verdict), "equal": verdict.equal and not around, "around": told})
    for message in around:
        tell(message)
    _tell_verdict(verdict)
    if around:
        raise CityAnalyticsError(Message.of("the report is as recorded; what stands around it is not"))


def _verify_province(report: Path, *, json_: bool) -> None:
    from cityanalytics.publishing.rejoined import verify_province

    with (
        tempfile.TemporaryDirectory(prefix="cityanalytics-") as scratch,
        progress("reading cities") as advance,
    ):
        verdict = verify_province(report, scratch=Path(scratch), on_city=advance)
    if json_:
        print_json(_as_document(verdict))
    _tell_verdict(verdict)


def _as_document(verdict: Verdict) -> dict[str, object]:
    return {
        "equal": verdict.equal,
        "same": verdict.same,
        "different": verdict.different,
        "missing": verdict.missing,
        "foreign": verdict.foreign,
        "figures": verdict.figures,
        "because": verdict.because,
        "record": verdict.record,
        "pages": [
            {"file": name, **asdict(text), "figures": keys}
            for name, texts in verdict.pages.items()
            for text, keys in zip(texts, verdict.keys[name], strict=True)
        ],
        "reasons": [reason.text(translate) for reason in verdict.reasons],
        "mends": [mend.text(translate) for mend in verdict.mends],
    }


def _tell_verdict(verdict: Verdict) -> None:
    """Say what differs, where, why, and what can be done; raise where something does."""
    from cityanalytics.publishing.recorded import EXACT

    for message in verdict.reasons:
        tell(message)
    messages = [*_figures(verdict), *_record(verdict), *_texts(verdict)]
    for message in messages[:MOST_ROWS]:
        tell(message)
    if len(messages) > MOST_ROWS:
        say("and {count} more: --json gives all", count=len(messages) - MOST_ROWS)
    if verdict.different and not verdict.figures:
        say("every figure is the same; what differs is named above")
    if verdict.missing:
        say("not beside the report, and not compared: {names}", names=", ".join(verdict.missing))
    for message in verdict.mends:
        tell(message)
    _refuse_different(verdict)
    exact = [name for name in verdict.same if Path(name).suffix in EXACT]
    say("equal, byte for byte: {names}", names=", ".join(exact))
    if others := [name for name in verdict.same if name not in exact]:
        say("with the same results, or printed from these pages: {names}", names=", ".join(others))


def _refuse_different(verdict: Verdict) -> None:
    if verdict.foreign:
        say(
            "not of the report, and not made by the program: {names}; move them out of its folder",
            names=", ".join(verdict.foreign),
        )
    if verdict.different:
        raise CityAnalyticsError(Message.of("different: {names}", names=", ".join(verdict.different)))
    if verdict.reasons:
        raise CityAnalyticsError(Message.of("not the report of its recorded inputs"))
    if verdict.foreign:
        raise CityAnalyticsError(Message.of("other files lie in the report's folder"))


def _figures(verdict: Verdict) -> Iterator[Message]:
    """Tell figures by the changed files that they rest on, so that a long path stands there once."""

    def files(key: str) -> tuple[str, ...]:
        return verdict.because.get(key, ())

    for changed, keys in groupby(sorted(verdict.figures, key=files), key=files):
        if changed:
            yield Message.of("figures that rest on {files}:", files=", ".join(changed))
        for key in keys:
            recorded, now = verdict.figures[key]
            yield Message.of("{key}: recorded {recorded}, now {now}", key=key, recorded=recorded, now=now)


def _record(verdict: Verdict) -> Iterator[Message]:
    for path, (recorded, now) in verdict.record.items():
        yield Message.of(
            "briefing.json, {path}: recorded {recorded}, now {now}",
            path=path,
            recorded=_short(recorded),
            now=_short(now),
        )


def _texts(verdict: Verdict) -> Iterator[Message]:
    for name, texts in verdict.pages.items():
        for text, keys in zip(texts, verdict.keys[name], strict=True):
            gaps = {
                "file": name,
                "place": text.place,
                "recorded": _short(text.recorded),
                "now": _short(text.now),
            }
            if not text.recorded and not text.now:
                yield Message.of("{file}: every text is the same, the {place} is not", **gaps)
            elif keys:
                yield Message.of(
                    "{file}, {place}: the page says “{recorded}”, its inputs give “{now}” ({keys})",
                    **gaps,
                    keys=", ".join(keys),
                )
            else:
                yield Message.of(
                    "{file}, {place}: the page says “{recorded}”, its inputs give “{now}”", **gaps
                )


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= MOST_SIGNS else f"{text[:MOST_SIGNS]}…"


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
    sys.exit(subprocess.call(bound(command)))  # noqa: S603 - a list, no shell
