"""The command that makes reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from cityanalytics.cli.console import UI, print_json, progress, say, tell, translate
from cityanalytics.cli.failures import failure_of
from cityanalytics.cli.options import as_json, common, dates, workspace_of
from cityanalytics.cli.planning import plan_dispatch, plan_report
from cityanalytics.errors import CityAnalyticsError, UsageError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from cityanalytics.cli.planning import Plan
    from cityanalytics.publishing.batch import Outcome, Task
    from cityanalytics.settings import Settings


@click.command()
@common
@dates
@click.argument("quarters", nargs=-1, metavar="[QUARTER]...")
@click.option(
    "--lang", default="", metavar="zh,en", help="Languages of the pages (default: the workspace's)."
)
@click.option(
    "--all", "all_", is_flag=True, help="Every quarter that was received, with the pages of its dispatch."
)
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1), help="Reports made at once.")
@click.option("--force", is_flag=True, help="Make again what is up to date.")
@click.option("--dry-run", is_flag=True, help="Say what would be made and why, and make nothing.")
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
@click.option(
    "--scheduler",
    default="",
    metavar="tcp://HOST:8786",
    help="Make reports on a Dask cluster that sees the workspace at the same path.",
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
    scheduler: str,
    json_: bool,
) -> None:
    """Run the notebooks and export the briefing of a quarter or of any day.

    What is up to date is not made again: --dry-run says why something would be. One that fails stops no other.
    """
    from cityanalytics.publishing.index import write_index
    from cityanalytics.publishing.parameters import check_names
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
    plans = [
        plan_report(opened, dates, languages, notebook=notebook, given=given, force=force, engine=engine)
        for dates in chosen
    ]
    if all_ and notebook == BRIEFING and not given:
        plans += [plan_dispatch(opened, dates, force=force) for dates in chosen]
    for plan in plans:
        if dry_run or plan.task is None:
            plan.tell()
    if dry_run:
        return
    reports = [plan for plan in plans if plan.is_report and not plan.refused]
    try:
        outcomes = _make_all(
            [plan.task for plan in plans if plan.task is not None],
            jobs=jobs,
            scheduler=scheduler,
            security=settings.security,
        )
        failed = [one.task for one in outcomes if one.error is not None]
        folders = [report_folder(settings, plan.dates) for plan in reports if plan.task not in failed]
        pages = [folder / f"briefing.{language}.html" for folder in folders for language in languages]
        if chromium and notebook == BRIEFING:
            _print_all(chromium, pages)
    finally:
        # lists what was made, also where a later report or its PDF failed
        lists = write_index(settings, on_doubt=tell) if notebook == BRIEFING else []
    if json_:
        _print_records(folders)
    _say_missing(folders if notebook == BRIEFING else [])
    files = [folder / f"{notebook}.ipynb" for folder in folders]
    if notebook == BRIEFING:
        files = pages if len(folders) == 1 else list(lists[:1])
    _close(plans, outcomes, files)


def _close(plans: Sequence[Plan], outcomes: Sequence[Outcome], files: Sequence[Path]) -> None:
    """Say what was made and what is to be opened; raise where something was not made."""
    from cityanalytics.publishing.export import COMPANION

    made = [one for one in outcomes if one.error is None]
    workbooks = [path for one in made for path in one.files if path.name == COMPANION]
    if workbooks:
        say("Companion workbook: {files}", files=", ".join(map(str, workbooks)))
    say(
        "{made} made, {kept} up to date; to open: {files}",
        made=len(made),
        kept=sum(plan.task is None and not plan.refused for plan in plans),
        files=", ".join(map(str, files)) or translate("none"),
    )
    if failed := {one.task.name: one.error for one in outcomes if one.error is not None}:
        error = CityAnalyticsError(
            Message.of("not made: {products}; why stands above", products=", ".join(failed))
        )
        error.exit_code = max(failure_of(each)[1] for each in failed.values())
        raise error
    if refused := [plan.dates.quarter for plan in plans if plan.refused]:
        raise CityAnalyticsError(
            Message.of("not made, kept as published: {quarters}", quarters=", ".join(refused))
        )


def _make_all(
    tasks: Sequence[Task], *, jobs: int, scheduler: str, security: Mapping[str, Path]
) -> list[Outcome]:
    """Make what is to be made; what fails is told at once, and stops nothing else."""
    from cityanalytics.publishing.batch import STEPS, run
    from cityanalytics.publishing.cluster import run_on

    outcomes = []
    with progress("making reports", total=STEPS * len(tasks), ticking=False) as advance:

        def step(_: Task, behind: int) -> None:
            for _step in range(behind):
                advance()

        making = (
            run_on(scheduler, tasks, security=security, on_step=step)
            if scheduler and tasks
            else run(tasks, jobs=jobs, on_step=step)
        )
        for outcome in making:
            if outcome.error is not None:
                if len(tasks) == 1:
                    raise outcome.error
                say(
                    "{product}: not made: {reason}",
                    product=outcome.task.name,
                    reason=failure_of(outcome.error)[0],
                )
            outcomes.append(outcome)
    return outcomes


def _print_records(folders: Sequence[Path]) -> None:
    from cityanalytics.publishing.recorded import FILE

    records = [json.loads((folder / FILE).read_text(encoding="utf-8")) for folder in folders]
    print_json(records[0] if len(records) == 1 else records)


def _say_missing(folders: Sequence[Path]) -> None:
    """Say what reports lack, from their records: before anything else is said of them."""
    from cityanalytics.publishing.recorded import FILE

    for folder in folders:
        record = json.loads((folder / FILE).read_text(encoding="utf-8"))
        lines = record.get("lacking", {})
        for line in lines.get(UI.get(), next(iter(lines.values()), ())):
            say("{line}", line=line)


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
