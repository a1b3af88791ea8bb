"""The commands: a thin skin over the library, and the only place that prints, asks, exits or knows today."""

from __future__ import annotations

import gc
import os
import sys
from functools import cache
from inspect import cleandoc
from typing import TYPE_CHECKING

import click

from cityanalytics import __version__
from cityanalytics.cli.changes import diff
from cityanalytics.cli.console import (
    PRINTED,
    UI,
    print_json,
    replace_unprintable,
    say,
    tell,
    translate,
    ui_language,
)
from cityanalytics.cli.dispatch import dispatch
from cityanalytics.cli.failures import failure_document, failure_of
from cityanalytics.cli.filing import alias, gone, ingest, init, inspect, receive, register, withdraw
from cityanalytics.cli.forecasts import forecast, forecast_series
from cityanalytics.cli.making import brief
from cityanalytics.cli.opendata import export
from cityanalytics.cli.reports import lab, publish, trace, verify
from cityanalytics.cli.rollup import rollup
from cityanalytics.cli.whatif import what_if
from cityanalytics.lock import ON_WAIT

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["cli", "main"]

INTERRUPTED = 130
COMMANDS = (
    init,
    receive,
    withdraw,
    alias,
    gone,
    register,
    inspect,
    ingest,
    brief,
    forecast,
    forecast_series,
    what_if,
    dispatch,
    rollup,
    diff,
    trace,
    export,
    publish,
    verify,
    lab,
)
#: A line to copy for each command.
EXAMPLES = {
    "init": "init ~/briefings",
    "receive": "receive 市政工程处2010年四季度报表.xlsx --quarter 2010Q4",
    "withdraw": "withdraw data/raw/2010Q4/2010-12-30/市政工程处/市政工程处2010年四季度报表.xlsx --why 误报",
    "register": "register --repair",
    "alias": "alias 荣康路改造工程 荣康路升级配套工程 --by 计划财务科",
    "gone": "gone 荣康路改造工程 --by 计划财务科 --why 并入二期",
    "inspect": "inspect 旬报表.xls --json",
    "ingest": "ingest 2010Q3 --returns returns/2010-09-30",
    "brief": "brief 2010Q3 --lang zh --pdf",
    "forecast": "forecast 2010Q3 --as-of 2010-08-31",
    "forecast-series": "forecast-series series.csv --month 9 --out forecasts.csv",
    "what-if": "what-if --set pace=1.2@东城片区建设办 --goal 0.7 --lever pace",
    "dispatch": "dispatch 2010Q3 --since 2010-08-31",
    "rollup": "rollup cities.txt --out province --name 某省",
    "diff": "diff 2010Q2 2010Q3",
    "export": "export 2010Q3 --oc4ids projects.json",
    "trace": "trace reports/2010Q3 investment_to_date",
    "publish": "publish reports/2010Q3/briefing.zh.html --by 总工办",
    "verify": "verify reports/2010Q3/briefing.zh.html",
    "lab": "lab --no-browser",
}
#: Options of every command; they may stand before it too.
COMMON = {"--ui": 2, "--workspace": 2, "--debug": 1}


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
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # NumPy starts one a core, and nothing here keeps them busy
    replace_unprintable()
    UI.set(ui_language(words))
    ON_WAIT.set(tell)
    if not words or {"-h", "--help"}.intersection(words):
        _translate_help()
    gc.set_threshold(*_RARELY)
    PRINTED.set(False)
    try:
        code = cli.main(_behind_command(words), prog_name="cityanalytics", standalone_mode=False)
    except (click.ClickException, click.Abort, KeyboardInterrupt, Exception) as error:
        if "--debug" in words and not isinstance(error, click.ClickException | click.Abort):
            raise
        code = _tell_failure(error)
        if "--json" in words and not PRINTED.get():  # a program reads one document, also of what failed
            print_json(failure_document(error, code))
    sys.exit(code)  # of --help and --version; None of a command that is done


#: A command reads much, keeps most of it, and is over: looking for circles costs a tenth of its time.
_RARELY = (100_000, 20, 100)


def _tell_failure(error: BaseException) -> int:
    """Say what failed, and return the exit code: who can mend it."""
    if isinstance(error, click.ClickException):
        _refuse(error)
        return error.exit_code
    if isinstance(error, click.Abort | KeyboardInterrupt):
        say("interrupted; nothing was left half-written")
        return INTERRUPTED
    text, code = failure_of(error)
    say("{text}", text=text)
    return code


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
    for name, command in cli.commands.items():
        command.epilog = translate("Example: {line}").format(line=f"cityanalytics {EXAMPLES[name]}")


def _refuse(error: click.ClickException) -> None:
    """Say what of a command line does not fit: the usual in the language of messages, the rest as click has it."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    command = context.command_path if context else "cityanalytics"
    if isinstance(error, click.NoSuchOption):
        say("{command} has no option {name}; see `{command} --help`", command=command, name=error.option_name)
    elif isinstance(error, click.MissingParameter) and error.param is not None:
        is_option = isinstance(error.param, click.Option)
        name = error.param.opts[0] if is_option else error.param.human_readable_name
        say("{command} needs {name}; see `{command} --help`", command=command, name=name)
    else:
        error.show()


def _behind_command(words: Sequence[str]) -> list[str]:
    """Return the words with common options behind the command, where they stood before it."""
    rest, before = [*words], []
    while rest and (name := rest[0].partition("=")[0]) in COMMON:
        taken = 1 if "=" in rest[0] else COMMON[name]
        before += rest[:taken]
        del rest[:taken]
    if not rest or rest[0].startswith("-"):
        return rest  # --help and --version ask for no workspace
    return [rest[0], *before, *rest[1:]]
