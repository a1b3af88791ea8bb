"""The command that gives the programme away as open data."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cityanalytics.cli.console import say
from cityanalytics.cli.options import common, dates, workspace_of
from cityanalytics.errors import UsageError
from cityanalytics.issues import Message


@click.command()
@common
@dates
@click.argument("quarter", default="")
@click.option(
    "--oc4ids",
    "file",
    required=True,
    metavar="FILE.json",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a project package of the Open Contracting for Infrastructure Data Standard 0.9.",
)
@click.option(
    "--prefix",
    default="local",
    help="What identifiers of projects begin with: the one registered with the standard (default: local).",
)
@click.option("--persons", is_flag=True, help="Give the names of responsible persons too.")
def export(
    quarter: str, workspace: Path | None, as_of: str, known_on: str, *, file: Path, prefix: str, persons: bool
) -> None:
    """Write the programme as open data, for cities that publish.

    Names of private persons are left out unless they are asked for.
    """
    from cityanalytics.durable import put
    from cityanalytics.publishing.opendata import oc4ids

    opened = workspace_of(workspace)
    chosen = opened.dates(quarter, as_of, known_on)
    programme = opened.snapshot(as_of=chosen.as_of, known_on=chosen.known_on)
    document = oc4ids(programme, opened.settings, prefix=prefix, persons=persons)
    if not file.resolve().parent.is_dir():
        raise UsageError(Message.of("{folder}: no such folder", folder=file.resolve().parent))
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    put({file.resolve(): (text + "\n").encode()})
    say("written: {file}", file=file)
