"""Commands around workbooks: a workspace made, workbooks filed, inspected, read."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cityanalytics.calendar import quarter_end
from cityanalytics.cli.console import (
    FEW_WARNINGS,
    UI,
    print_json,
    print_table,
    progress,
    say,
    say_count,
    show_by_unit,
    show_issues,
    tell,
    translate,
)
from cityanalytics.cli.options import as_json, common, settings_of
from cityanalytics.durable import put
from cityanalytics.errors import BlockingIssuesError, CityAnalyticsError, UsageError
from cityanalytics.issues import Message, Severity, blocking, file_of
from cityanalytics.lock import writing
from cityanalytics.settings import find_workspace, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from cityanalytics.intake.register import Receipt
    from cityanalytics.intake.store import Ingested
    from cityanalytics.issues import Issue
    from cityanalytics.programme.coverage import Coverage
    from cityanalytics.settings import Settings


@click.command()
@common
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--next-quarter",
    is_flag=True,
    help="Write each unit's workbook of the next quarter: the first of [quarters] that nothing has come for.",
)
@click.option(
    "--next-year", is_flag=True, help="Write each unit's workbook of the next year's first quarter."
)
@click.option("--quarter", default="", help="Write each unit's workbook of this quarter, such as 2010Q4.")
def init(
    directory: Path, workspace: Path | None, *, quarter: str, next_quarter: bool, next_year: bool
) -> None:
    """Make a workspace: configuration, folders, notebooks, and workbooks for the units to fill in."""
    from cityanalytics.intake.handout import make_workspace, write_handouts
    from cityanalytics.intake.handout import next_quarter as following
    from cityanalytics.intake.register import read_register

    del workspace  # the directory says whose data it is
    if next_quarter or next_year or quarter:
        settings = load_settings(find_workspace(directory.resolve()))
        received = {receipt.quarter for receipt in read_register(settings)}
        quarter = quarter or following(settings.quarters, received, next_year=next_year)
        quarter_end(quarter)  # refuses what is none
        written, kept = write_handouts(settings, quarter, _last_time(settings, quarter))
        say_count(
            "{count} workbook of {quarter} to fill in written to {folder}",
            "{count} workbooks of {quarter} to fill in written to {folder}",
            count=len(written),
            quarter=quarter,
            folder=(written or kept)[0].parent,
        )
        if kept:
            say_count(
                "{count} workbook that lay there was left as it is",
                "{count} workbooks that lay there were left as they are",
                count=len(kept),
            )
        return
    make_workspace(directory)
    say(
        "workspace made in {folder}: fill in cityanalytics.toml, then `cityanalytics init --next-quarter {folder}`",
        folder=directory,
    )


def _last_time(settings: Settings, quarter: str) -> dict[str, pd.DataFrame]:
    """Return what is known of the projects, to begin the workbooks with; say why where it is not read."""
    from cityanalytics.intake.register import read_register
    from cityanalytics.intake.store import read_tables
    from cityanalytics.programme.roster import roster

    if not read_register(settings):
        return {}
    try:
        return roster(read_tables(settings), year=int(quarter[:4]))
    except CityAnalyticsError as error:
        say("the workbooks begin without last time's projects: {cause}", cause=error.message.text(translate))
        return {}


@click.command()
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

    settings = settings_of(workspace)
    today = dt.date.today()  # noqa: DTZ011 - the bureau's day
    try:
        day = dt.date.fromisoformat(on_) if on_ else today
    except ValueError:
        raise UsageError(
            Message.of("{name} is a date such as 2010-09-22; {text!r} is none", name="--on", text=on_)
        ) from None
    if day > today:
        raise UsageError(
            Message.of(
                "{on} has not come yet (today is {today}): --on is the day of receipt", on=day, today=today
            )
        )
    try:
        filed = receive_files(settings, files, quarter=quarter, on=day, unit=unit)
    except BlockingIssuesError as error:
        show_issues(error.issues)
        raise
    for receipt in filed:
        say(
            "received {file} from {unit}, SHA-256 {hash}…",
            file=receipt.file,
            unit=receipt.unit,
            hash=receipt.sha256[:16],
        )
    say(
        "{count} filed, {known} already received; next: `cityanalytics ingest`",
        count=len(filed),
        known=len(files) - len(filed),
    )


@click.command()
@common
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--why", required=True, metavar="TEXT", help="What was wrong; kept beside the register.")
def withdraw(file: Path, workspace: Path | None, why: str) -> None:
    """Take a workbook that was filed by mistake out of what counts; it is kept."""
    from cityanalytics.intake.withdraw import withdraw as withdraw_file

    settings = settings_of(workspace)
    today = dt.date.today()  # noqa: DTZ011 - the bureau's day
    withdrawal = withdraw_file(settings, file, on=today, why=why)
    say("withdrawn {file}: kept, and not read; next: `cityanalytics ingest`", file=withdrawal.file)


@click.command()
@common
@click.option(
    "--repair",
    "repair_",
    is_flag=True,
    help="Write them again as the journal and the filed workbooks say; no line is lost.",
)
def register(workspace: Path | None, *, repair_: bool) -> None:
    """Hold register.csv and withdrawn.csv against the journal and the filed workbooks, line by line."""
    from cityanalytics.intake.repair import proposed, repair

    settings = settings_of(workspace)
    found = repair(settings) if repair_ else proposed(settings)
    for difference in found.differences:
        tell(difference)
    if found.before:
        say(
            "the register has been written again, workbooks: {count}; as it was it is kept as {file}",
            count=len(found.receipts),
            file=", ".join(map(str, found.before)),
        )
    elif found.differences:
        raise CityAnalyticsError(
            Message.of(
                "the register differs from the filed workbooks: mend it, or let `cityanalytics register --repair` do it"
            )
        )
    else:
        say_count(
            "the register has a line for the {count} filed workbook",
            "the register has a line for each of the {count} filed workbooks",
            count=len(found.receipts),
        )


@click.command()
@common
@click.argument("old")
@click.argument("new")
@click.option(
    "--by", default="", metavar="WHO", help="Who confirms it (default: the name you are logged in with)."
)
def alias(old: str, new: str, workspace: Path | None, by: str) -> None:
    """Confirm that two names are one project: aliases.toml gets an entry, and from the next `ingest` on both are NEW.

    OLD is the name in earlier workbooks, NEW the one that it has now; both must stand in workbooks that were received.
    """
    from cityanalytics.intake.aliases import confirm
    from cityanalytics.intake.load import ingest as read_workbooks

    settings = settings_of(workspace)
    who = " ".join((by or _logged_in()).split())
    today = dt.date.today()  # noqa: DTZ011 - the bureau's day
    # read anew: the tables on disk are refused as soon as one name has been confirmed
    projects = read_workbooks(settings).tables["projects"]
    before, after = confirm(settings, projects, old, new, by=who, on=today)
    say("confirmed by {who}: {old} is {new}; next: `cityanalytics ingest`", who=who, old=before, new=after)


@click.command()
@common
@click.argument("name")
@click.option("--quarter", default="", metavar="Q", help="For which it is missing first (default: the last).")
@click.option(
    "--by", default="", metavar="WHO", help="Who confirms it (default: the name you are logged in with)."
)
@click.option("--why", default="", metavar="TEXT", help="What became of it; shown on the page.")
@click.option("--undo", is_flag=True, help="Take it back: it is missing again.")
def gone(name: str, workspace: Path | None, quarter: str, by: str, why: str, *, undo: bool) -> None:
    """Confirm that a project or site that is no longer reported has left: it is no longer missing.

    aliases.toml gets an entry; from the next `ingest` on the page says who confirmed it, when, and what it was last
    worth, in the place of calling the quarter incomplete.
    """
    from cityanalytics.intake.aliases import Departure, confirm_gone, take_back
    from cityanalytics.intake.load import ingest as read_workbooks
    from cityanalytics.intake.register import check_quarters, read_register

    settings = settings_of(workspace)
    if undo:
        for back in take_back(settings, name, quarter):
            say(
                "{name} is missing again since {quarter}; next: `cityanalytics ingest`",
                name=back.name,
                quarter=back.quarter,
            )
        return
    receipts = read_register(settings)
    check_quarters([quarter] if quarter else [], receipts)
    quarters = [quarter] if quarter else sorted({receipt.quarter for receipt in receipts})
    found, quarter, likely = _gone_from(settings, read_workbooks(settings), quarters, name)
    if likely:
        say("perhaps {old} is now {new}; then it is: cityanalytics alias {old} {new}", old=found, new=likely)
    who = " ".join((by or _logged_in()).split())
    today = dt.date.today()  # noqa: DTZ011 - the bureau's day
    confirm_gone(
        settings,
        Departure(name=found, quarter=quarter, confirmed_by=who, on=today, why=" ".join(why.split())),
    )
    say(
        "confirmed by {who}: {name} has left, since {quarter}; next: `cityanalytics ingest`",
        who=who,
        name=found,
        quarter=quarter,
    )


def _gone_from(
    settings: Settings, read: Ingested, quarters: Sequence[str], name: str
) -> tuple[str, str, str]:
    """Return a project or site that is missing, the last quarter for which it is, and the new name most like it."""
    from cityanalytics.workbooks.cells import squeezed

    # of an unfinished project that a new year's workbook lacks nothing is missing, but it is doubted
    quarter_of = {entry["path"]: entry["quarter"] for entry in read.manifest["inputs"]}
    doubted = [
        (issue.value, quarter_of[file], "")
        for issue in read.issues
        if issue.code == "PROJECT_GONE"
        and quarter_of.get(file := file_of(issue.where, quarter_of)) in quarters
    ]
    missing = [
        (lack.name, one.quarter, lack.likely)
        for one in _coverage(settings, read, quarters)
        for lack in one.lacks
        if lack.name
    ]
    known = {
        (squeezed(gone), quarter): (gone, quarter, likely) for gone, quarter, likely in doubted + missing
    }
    found = [one for (gone, _), one in known.items() if gone == squeezed(name)]
    if not found:
        raise UsageError(
            Message.of(
                "no project or site {name} is missing in {quarters}; missing are: {names}",
                name=name,
                quarters=", ".join(quarters),
                names=", ".join(f"{gone} ({quarter})" for gone, quarter, _ in known.values()) or "—",
            )
        )
    return max(found, key=lambda one: one[1])


def _logged_in() -> str:
    """Return the name of who is logged in; empty where the system knows none."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


@click.command()
@common
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@as_json
def inspect(files: tuple[Path, ...], workspace: Path | None, *, json_: bool) -> None:
    """Say how each sheet of any workbook is understood, whether or not it is one of ours.

    One file: also each column with its kind, its unit (and the cell that states it) and its sum over the data rows.
    """
    from cityanalytics.workbooks.grid import read_grids
    from cityanalytics.workbooks.inspection import (
        COLUMN_HEADERS,
        TABLE_HEADERS,
        column_rows,
        document,
        table_rows,
    )
    from cityanalytics.workbooks.limits import limited
    from cityanalytics.workbooks.marking.issuelist import without_issue_list
    from cityanalytics.workbooks.tables import understand

    found = []
    with limited(_limits(workspace)), progress("reading workbooks", total=len(files)) as advance:
        for file in files:
            found.append(understand(without_issue_list(read_grids(file, name=file.name))))
            advance()
    issues = [issue for one in found for issue in one.issues]
    if json_:
        print_json(document(found, translate))
    else:
        print_table(TABLE_HEADERS, table_rows(found, translate), title="tables")
        for table in found[0].tables if len(found) == 1 else ():
            print_table(COLUMN_HEADERS, column_rows(table, translate), title=f"{table.sheet}!{table.range}")
        show_issues(issues)
    errors = blocking(tuple(issues))
    if errors:
        raise BlockingIssuesError(errors)
    say(
        "files {files}, tables {tables}, warnings {warnings}",
        files=len(found),
        tables=sum(len(one.tables) for one in found),
        warnings=len(issues),
    )


def _limits(workspace: Path | None) -> Mapping[str, int]:
    """Return what workbooks may cost here; any workbook may be looked into, of any workspace or none."""
    try:
        root = find_workspace((workspace or Path.cwd()).resolve())
    except UsageError:
        return {}
    return load_settings(root).limits


@click.command()
@common
@click.argument("quarters", nargs=-1, metavar="[QUARTER]...")
@click.option(
    "--returns",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the units' workbooks back into a new folder, doubtful cells marked.",
)
@click.option(
    "--history", is_flag=True, help="Also list issues of workbooks that were replaced or withdrawn."
)
@as_json
def ingest(
    quarters: tuple[str, ...], workspace: Path | None, returns: Path | None, *, history: bool, json_: bool
) -> None:
    """Read what the units sent into tidy tables; say what is missing; list every issue; write all or nothing.

    Every quarter is read, so that the tables hold all that is known; warnings are listed for the named
    quarters alone, errors always. What is missing is said of the named quarters, else of the last one.
    Workbooks go back also when an issue blocks.
    """
    from cityanalytics.intake.load import ingest as ingest_workbooks
    from cityanalytics.intake.register import check_quarters, read_register
    from cityanalytics.intake.store import write_tables
    from cityanalytics.workbooks.inspection import issue_document

    settings = settings_of(workspace)
    receipts = read_register(settings)
    check_quarters(quarters, receipts)
    _check_days(receipts)
    with progress("reading workbooks", total=len(receipts)) as advance:
        found = ingest_workbooks(settings, on_file=lambda _: advance())
    returned = None if returns is None else _return(settings, found, quarters, returns)
    blocked: BlockingIssuesError | None = None
    try:
        write_tables(settings, found)
    except BlockingIssuesError as error:
        blocked = error
    missing = _coverage(settings, found, quarters)
    counts = {name: len(table) for name, table in found.tables.items()}
    shown = [
        issue
        for issue in found.issues
        if issue.severity is Severity.ERROR
        or not quarters
        or any(f"/{name}/" in issue.where for name in quarters)
    ]
    live = [issue for issue in shown if found.is_live(issue)]
    documents = [{**issue_document(issue, translate), "live": found.is_live(issue)} for issue in shown]
    listed = settings.processed / "issues.json"
    if blocked is None:
        with writing(settings.root, "ingest"):
            put({listed: f"{json.dumps(documents, ensure_ascii=False, indent=1)}\n".encode()})
    if json_:
        print_json(
            {
                "tables": counts,
                "written": blocked is None,
                "coverage": [{"quarter": one.quarter, **one.document()} for one in missing],
                "partial": any(one.partial for one in missing),
                "issues": documents,
            }
        )
    else:
        _say_missing(settings, missing)
        show_by_unit(shown if history else live, {receipt.file: receipt.unit for receipt in receipts})
        if len(live) < len(shown) and not history:
            say(
                "issues of workbooks that were replaced or withdrawn: {count}; --history lists them",
                count=len(shown) - len(live),
            )
        if len(live) > FEW_WARNINGS:
            say("each of them, with its cell: {file}", file=listed if blocked is None else "--json")
    if returned is not None:
        say("{returned}", returned=returned.text(translate))
    if blocked:
        raise BlockingIssuesError(
            blocked.issues, _consequence(blocked.issues, len(live), returns=returns is not None)
        )
    say(
        "workbooks read: {files}; rows of projects: {projects}, of investment: {investment}; warnings: {warnings}; "
        "written to {folder}",
        files=len(found.manifest["inputs"]),
        projects=counts["projects"],
        investment=counts["investment"],
        warnings=len(live),
        folder=settings.processed,
    )


def _check_days(receipts: Sequence[Receipt]) -> None:
    """Refuse a register in which a workbook was received on a day that has not come."""
    today = dt.date.today()  # noqa: DTZ011 - the bureau's day
    for receipt in receipts:
        if receipt.received > today:
            raise CityAnalyticsError(
                Message.of(
                    "{file}: received on {on}, which has not come yet (today is {today}): withdraw it, and receive it "
                    "again on its day",
                    file=receipt.file,
                    on=receipt.received,
                    today=today,
                )
            )


def _coverage(settings: Settings, found: Ingested, quarters: Sequence[str]) -> list[Coverage]:
    """Return what is missing of the named quarters, else of the last one."""
    from cityanalytics.intake.register import read_register
    from cityanalytics.workspace import Workspace

    receipts = read_register(settings)
    last = max(receipt.received for receipt in receipts)
    read = Workspace(settings=settings, given=found.tables, inputs=found.manifest["inputs"])
    return [
        read.coverage(as_of=settings.data_date(quarter), known_on=last)
        for quarter in quarters or [max(receipt.quarter for receipt in receipts)]
    ]


def _say_missing(settings: Settings, missing: Sequence[Coverage]) -> None:
    for one in missing:
        if one.partial:
            from cityanalytics.briefing.lacking import in_words  # the page's figures are slow to import

            for line in in_words(one, UI.get(), settings):
                say("{line}", line=line)


def _consequence(errors: Sequence[Issue], shown: int, *, returns: bool) -> Message:
    """Say what follows from issues that block: what is left, and what to do."""
    counts = {"count": len(errors), "warnings": shown - len(errors)}
    if returns:
        return Message.counted(
            "{count} issue blocks, beside warnings: {warnings}; no table was written, those there were stay. "
            "Receive the mended workbooks, then `cityanalytics ingest` again",
            "{count} issues block, beside warnings: {warnings}; no table was written, those there were stay. "
            "Receive the mended workbooks, then `cityanalytics ingest` again",
            **counts,
        )
    return Message.counted(
        "{count} issue blocks, beside warnings: {warnings}; no table was written, those there were stay. "
        "Next: `cityanalytics ingest --returns DIR` marks the units' workbooks to be mended and sent again",
        "{count} issues block, beside warnings: {warnings}; no table was written, those there were stay. "
        "Next: `cityanalytics ingest --returns DIR` marks the units' workbooks to be mended and sent again",
        **counts,
    )


def _return(settings: Settings, found: Ingested, quarters: Sequence[str], folder: Path) -> Message:
    """Write the units' workbooks back, and return what was written."""
    from cityanalytics.briefing.wording import spoken
    from cityanalytics.intake.returns import to_return, write_returns

    workbooks = to_return(settings, found, quarters)
    translations = [spoken(language) for language in settings.languages]
    with progress("marking workbooks", total=len(workbooks)) as advance:
        written = write_returns(
            settings, workbooks, folder, languages=translations, on_file=lambda _: advance()
        )
    if not written:
        return Message.of("no workbook has a doubt: none to hand back, {folder} is not made", folder=folder)
    forms = Counter(one.form for one in written)
    return Message.of(
        "workbooks written to {folder}: {count}, of units: {units}; marked in place: {in_place}, as a marked copy of "
        "the values: {copies}, as the list of issues alone: {lists}",
        count=len(written),
        units=len({one.unit for one in written}),
        folder=folder,
        in_place=forms["in place"],
        copies=forms["copy"],
        lists=forms["list"],
    )
