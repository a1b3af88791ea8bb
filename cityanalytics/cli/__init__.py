"""The commands: a thin skin over the library, and the only place that prints, asks, exits or knows today."""

from __future__ import annotations

import sys
from functools import cache
from inspect import cleandoc
from typing import TYPE_CHECKING

import click

from cityanalytics import __version__
from cityanalytics.cli.changes import diff
from cityanalytics.cli.console import UI, say, translate, ui_language
from cityanalytics.cli.filing import ingest, init, inspect, receive, withdraw
from cityanalytics.cli.forecasts import forecast, forecast_series
from cityanalytics.cli.making import brief
from cityanalytics.cli.reports import lab, publish, trace, verify
from cityanalytics.errors import CityAnalyticsError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["cli", "main"]

INTERRUPTED = 130
FAILED = 3
COMMANDS = (
    init,
    receive,
    withdraw,
    inspect,
    ingest,
    brief,
    forecast,
    forecast_series,
    diff,
    trace,
    publish,
    verify,
    lab,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="cityanalytics")
def cli() -> None:
    """From the units' workbooks to the bureau's briefing: receive, ingest, brief."""


for _command in COMMANDS:
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; errors become one clear message and an exit code.

    Parameters
    ----------
    arguments
        Words of the command line; by default those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    UI.set(ui_language(words))
    _translate_help()
    debug = "--debug" in words
    try:
        code = cli.main(words, prog_name="cityanalytics", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        say("interrupted; nothing was left half-written")
        sys.exit(INTERRUPTED)
    except CityAnalyticsError as error:
        if debug:
            raise
        say("{error}", error=error.text(translate))
        sys.exit(error.exit_code)
    except Exception as error:
        if debug:
            raise
        say(
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
        owner.help = translate(text)
