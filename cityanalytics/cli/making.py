"""The command that makes reports."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

import click

from cityanalytics.cli.console import UI, print_json, progress, say, tell, translate
from cityanalytics.cli.options import as_json, common, dates, workspace_of
from cityanalytics.errors import CityAnalyticsError, UsageError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from cityanalytics.programme.dates import Dates
    from cityanalytics.settings import Settings
    from cityanalytics.workspace import Workspace


#: Steps of the bar for each report: read, execute, export, done.
STAGES = 4


@click.command()
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
@click.option(
    "--engine",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "fork", "kernel"]),
    help="How notebooks are run: in processes forked for them, in ordinary kernels, or as the platform allows.",
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
    engine: str,
    json_: bool,
) -> None:
    """Run the notebooks and export the briefing of a quarter or of any day."""
    from cityanalytics.publishing.export import COMPANION, is_current
    from cityanalytics.publishing.index import write_index
    from cityanalytics.publishing.parameters import check_names
    from cityanalytics.publishing.recorded import FILE
    from cityanalytics.publishing.run import BRIEFING, declared_parameters, report_folder

    opened = workspace_of(workspace)
    settings = opened.settings
    # asked for before anything is made that it would be missing from
    chromium = _chromium() if pdf and not dry_run else ""
    languages = _languages(settings, lang)
    for language, names in settings.untranslated().items():
        say(
            "cityanalytics.toml has no text in {language} for {names}; English stands there, or else the first",
            language=language,
            names=", ".join(names),
        )
    named = list(opened.described.quarters) if all_ else list(quarters) or [""]
    given = _pairs(parameters)
    declared = declared_parameters(settings.notebooks / f"{notebook}.ipynb")
    check_names(given, declared, root=settings.root)
    chosen = [opened.dates(quarter, as_of, known_on) for quarter in named]
    todo = [
        found
        for found in chosen
        if force or notebook != BRIEFING or given or not is_current(opened, found, languages)
    ]
    asides, refused = _published(opened, todo, languages, force=force) if notebook == BRIEFING else ({}, [])
    todo = [found for found in todo if found not in refused]
    for found in chosen:
        state = "to make" if found in todo else "kept as published" if found in refused else "up to date"
        if dry_run or found not in todo:
            say(
                "{quarter} as of {as_of}, known on {known_on}: {state}",
                **_dates(found),
                state=translate(state),
            )
    if dry_run:
        return
    folders = [report_folder(settings, found) for found in chosen if found not in refused]
    pages = [folder / f"briefing.{language}.html" for folder in folders for language in languages]
    try:
        with progress("making reports", total=STAGES * len(todo), ticking=False) as advance:
            _make_all(
                settings,
                todo,
                languages=languages,
                notebook=notebook,
                asides=asides,
                given=given,
                jobs=jobs,
                engine=engine,
                advance=advance,
            )
        if chromium and notebook == BRIEFING:
            _print_all(chromium, pages)
    finally:
        # lists what was made, also where a later report or its PDF failed
        lists = write_index(settings, on_doubt=tell) if notebook == BRIEFING else []
    if json_:
        records = [json.loads((folder / FILE).read_text(encoding="utf-8")) for folder in folders]
        print_json(records[0] if len(records) == 1 else records)
    _say_missing(folders if notebook == BRIEFING else [])
    made = {report_folder(settings, found) for found in todo} if notebook == BRIEFING else set()
    workbooks = [folder / COMPANION for folder in folders if folder in made]
    if workbooks:
        say("Companion workbook: {files}", files=", ".join(map(str, workbooks)))
    files = [folder / f"{notebook}.ipynb" for folder in folders]
    if notebook == BRIEFING:
        files = pages if len(folders) == 1 else list(lists[:1])
    say(
        "{made} made, {kept} up to date; to open: {files}",
        made=len(todo),
        kept=len(folders) - len(todo),
        files=", ".join(map(str, files)) or translate("none"),
    )
    if refused:
        raise CityAnalyticsError(
            Message.of(
                "not made, kept as published: {quarters}",
                quarters=", ".join(found.quarter for found in refused),
            )
        )


def _say_missing(folders: Sequence[Path]) -> None:
    """Say what reports lack, from their records: before anything else is said of them."""
    from cityanalytics.publishing.recorded import FILE

    for folder in folders:
        record = json.loads((folder / FILE).read_text(encoding="utf-8"))
        lines = record.get("lacking", {})
        for line in lines.get(UI.get(), next(iter(lines.values()), ())):
            say("{line}", line=line)


def _published(
    workspace: Workspace, todo: list[Dates], languages: list[str], *, force: bool
) -> tuple[dict[Dates, Path], list[Dates]]:
    """Return where published reports are kept that would be replaced, and the dates whose report cannot be."""
    from cityanalytics.publishing.keeping import PublishedError, place_aside

    asides: dict[Dates, Path] = {}
    refused = []
    for found in todo:
        try:
            aside = place_aside(workspace, found, languages)
        except PublishedError as error:
            tell(error.message)
            if force:
                say("--force: it is replaced")
            else:
                refused.append(found)
            continue
        if aside is not None:
            asides[found] = aside
            say("published: kept as {folder} once a new one is made in its place", folder=aside)
    return asides, refused


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


def _pairs(parameters: Sequence[str]) -> dict[str, str]:
    pairs = [parameter.partition("=") for parameter in parameters]
    for name, sign, _ in pairs:
        if not sign:
            raise UsageError(Message.of("--parameter takes NAME=VALUE; {text!r} has no =", text=name))
    return {name: value for name, _, value in pairs}


def _dates(found: Dates) -> dict[str, str]:
    return {
        "quarter": found.quarter,
        "as_of": found.as_of.isoformat(),
        "known_on": found.known_on.isoformat(),
    }


def _chromium() -> str:
    from cityanalytics.publishing.pdf import FIRST_WITH_MARGINS, find_chromium, prints_margins

    found = find_chromium()
    if not prints_margins(found):
        say(
            "{program} is older than Chromium {version}: its PDFs have no running head and no page numbers",
            program=found,
            version=FIRST_WITH_MARGINS,
        )
    return found


def _print_all(chromium: str, pages: list[Path]) -> None:
    from cityanalytics.publishing.pdf import print_pages

    with progress("printing pages", total=len(pages)) as advance:
        printed = print_pages(chromium, pages, on_page=advance)
    say("printed: {files}", files=", ".join(map(str, printed)))


def _make_all(
    settings: Settings,
    todo: list[Dates],
    *,
    languages: list[str],
    notebook: str,
    asides: dict[Dates, Path],
    given: dict[str, str],
    jobs: int,
    engine: str,
    advance: Callable[[], None],
) -> None:
    from cityanalytics.publishing.export import make_report
    from cityanalytics.publishing.warm import context, warm

    make = partial(make_report, settings, languages=languages, notebook=notebook, engine=engine)
    tasks = [({**_dates(found), **given}, asides.get(found)) for found in todo]
    if tasks and engine != "kernel":
        warm()
    if min(jobs, len(tasks)) <= 1:
        for task, aside in tasks:
            make(task, aside=aside, on_stage=lambda _: advance())
            advance()
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed

    from cityanalytics.bound import end_with_parent
    from cityanalytics.interrupts import uninterrupted

    workers = min(jobs, len(tasks))
    with ProcessPoolExecutor(workers, mp_context=context(), initializer=end_with_parent) as pool:
        with uninterrupted():
            running = [pool.submit(make, task, aside=aside) for task, aside in tasks]
        try:
            for made in as_completed(running):
                made.result()
                for _ in range(STAGES):
                    advance()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)  # stopped: what is not begun is not made
            raise
