"""What commands say, show and print: the only file that writes to a terminal."""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from io import TextIOWrapper
from itertools import pairwise
from typing import TYPE_CHECKING

import click

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.issues import Message, Severity, file_of, untranslated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from rich.console import Console

    from cityanalytics.briefing.shown import ShownTable
    from cityanalytics.issues import Issue

#: So many rows fit a terminal; the rest is counted, and --json gives all.
MOST_ROWS = 40
#: So many warnings are listed one by one, and so many groups of more than that: all fits a screen.
FEW_WARNINGS, MOST_GROUPS = 8, 10

#: Control characters of what workbooks and files are called; a terminal would obey them.
_CONTROL = dict.fromkeys({*range(32), 127} - {ord("\n"), ord("\t")})

#: Language of messages while a command runs.
UI: ContextVar[str] = ContextVar("UI", default="en")
#: Whether a document has been printed.
PRINTED: ContextVar[bool] = ContextVar("PRINTED", default=False)


def ui_language(arguments: Sequence[str]) -> str:
    """Return the language of messages: --ui, else the locale's; known before anything is parsed."""
    named = [after for option, after in pairwise([*arguments, ""]) if option == "--ui"]
    named += [argument.removeprefix("--ui=") for argument in arguments if argument.startswith("--ui=")]
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((os.environ[name] for name in names if os.environ.get(name)), "")
    spoken = locale.lower().replace("-", "_").partition("_")[0]
    return (named or [spoken if spoken in LANGUAGES else "en"])[0]


def translate(sentence: str, plural: str = "", number: float = 1, /) -> str:
    """Return a sentence in the language of messages."""
    if UI.get() == "en" or UI.get() not in LANGUAGES:
        return untranslated(sentence, plural, number)
    # the catalogue is read only where there is something to translate
    from cityanalytics.briefing.wording import spoken

    return spoken(UI.get())(sentence, plural, number)


def say(template: str, **values: object) -> None:
    """Print a sentence with its gaps filled to standard error."""
    _echo(Message.of(template, **values).text(translate))


def tell(message: Message) -> None:
    """Print a message to standard error, in the language of messages."""
    say("{message}", message=message.text(translate))


def say_count(one: str, many: str, /, count: int, **values: object) -> None:
    """Print a sentence in the form that `count` asks for to standard error."""
    _echo(Message.counted(one, many, count, **values).text(translate))


def _echo(text: str, *, err: bool = True) -> None:
    click.echo(text.translate(_CONTROL), err=err)


def _head(severity: Severity, rest: str) -> None:
    """Print a line that begins with a severity in its colour to standard error."""
    style = {"fg": "red", "bold": True} if severity is Severity.ERROR else {"fg": "yellow"}
    word = translate(severity.value)
    coloured = sys.stderr.isatty() and not os.environ.get("NO_COLOR")
    click.echo(click.style(word, **style) if coloured else word, err=True, nl=False)
    _echo(f" {rest}")


def _console(*, stderr: bool = False) -> Console:
    from rich.console import (
        Console,
    )  # lines need none of it, and importing it takes as long as reading five workbooks

    return Console(stderr=stderr, highlight=False)


def print_json(document: object) -> None:
    """Print one JSON document to standard output; what its encoding cannot hold is escaped, so that nothing is lost."""
    PRINTED.set(True)
    text = json.dumps(document, ensure_ascii=False, indent=1, default=str)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(document, indent=1, default=str)
    click.echo(text)


def replace_unprintable() -> None:
    """Let what a terminal or a pipe cannot show be replaced: no message ends a command, on GBK or on ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")


@contextmanager
def progress(label: str, total: int | None = None, *, ticking: bool = True) -> Iterator[Callable[[], None]]:
    """Show a bar on a terminal; elsewhere nothing.

    One that does not tick is drawn anew at each step alone, by no thread: processes may be forked meanwhile.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    # a bar takes 40 ms to import
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )  # fmt: skip

    left = () if total is None else (TimeRemainingColumn(),)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), *left,
    )  # fmt: skip
    with Progress(*columns, console=_console(stderr=True), transient=True, auto_refresh=ticking) as bar:
        task = bar.add_task(translate(label), total=total)

        def advance() -> None:
            bar.advance(task)
            if not ticking:
                bar.refresh()

        yield advance


def show_issues(issues: Sequence[Issue]) -> None:
    """List issues: place on one line, so that it can be copied, what and how to mend it below.

    Errors come last, where they stay on the screen; all of them are shown, and as many warnings as fit.
    """
    errors = [issue for issue in issues if issue.severity is Severity.ERROR]
    warnings = [issue for issue in issues if issue.severity is not Severity.ERROR]
    fitting = warnings[: max(MOST_ROWS - len(errors), 0)]
    _show(fitting)
    if len(warnings) > len(fitting):
        say("and {count} more: --json gives all", count=len(warnings) - len(fitting))
    _show(errors)


def show_by_unit(issues: Sequence[Issue], units: Mapping[str, str]) -> None:
    """List errors as `show_issues` does, and warnings that are many by unit and kind, the first of each with its place.

    Parameters
    ----------
    issues
        What is to be shown.
    units
        The unit that sent a file, by its path; a file that is not among them stands for itself.
    """
    warnings = [issue for issue in issues if issue.severity is not Severity.ERROR]
    if len(warnings) <= FEW_WARNINGS:
        show_issues(issues)
        return
    groups: dict[tuple[str, str], list[Issue]] = {}
    for issue in warnings:
        file = file_of(issue.where, units)
        groups.setdefault((units.get(file, file), issue.code), []).append(issue)
    most = sorted(groups.items(), key=lambda group: -len(group[1]))
    for (unit, code), found in most[:MOST_GROUPS]:
        _head(Severity.WARNING, f"{code} × {len(found)} {unit}")
        _echo(f"    {found[0].where}: {_told(found[0])}")
    if rest := most[MOST_GROUPS:]:
        say("and {count} more of other units and kinds", count=sum(len(found) for _, found in rest))
    show_issues([issue for issue in issues if issue.severity is Severity.ERROR])


def _told(issue: Issue) -> str:
    """Return the value of a doubt, what was made of it, and how to mend it."""
    texts = [issue.value, issue.understood.text(translate), issue.suggestion.text(translate)]
    return "; ".join(filter(None, texts))


def _show(issues: Sequence[Issue]) -> None:
    for issue in issues:
        _head(issue.severity, f"{issue.code} {issue.where}")
        _echo(f"    {_told(issue)}")


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str, below: Message | None = None
) -> None:
    """Print a table to standard output, and a sentence below it; no text of it is markup."""
    from rich.table import Table
    from rich.text import Text

    table = Table(title=translate(title))
    for column in columns:
        table.add_column(translate(column), overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    _console().print(table)
    if below is not None:
        print_line(below.text(translate))


def print_shown(table: ShownTable, *, most: int | None = None, below: Message | None = None) -> None:
    """Print a declared table to standard output, as wide as the terminal, and a sentence below it."""
    print_line(table.text(UI.get(), width=_console().width, most=most))
    if below is not None:
        print_line(below.text(translate))
    print_line("")


def print_line(text: str) -> None:
    """Print a line to standard output as it is, however long."""
    _echo(text, err=False)
