"""The command that dispatches: who must finish, who must start, and by when at the latest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cityanalytics.cli.changes import changes_document
from cityanalytics.cli.console import UI, print_json, print_table, say, translate
from cityanalytics.cli.options import as_json, common, dates, workspace_of
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from pathlib import Path

    from cityanalytics.dispatch.dispatch import Dispatch

#: So many rows of a list fit on a screen; --json gives all.
MOST_LISTED = 15


@click.command()
@common
@dates
@click.argument("quarter", default="")
@click.option("--weekly", "kind", flag_value="weekly", default=True, help="The weekly lists (default).")
@click.option("--monthly", "kind", flag_value="monthly", help="The monthly lists.")
@click.option(
    "--since",
    default="",
    metavar="DATE",
    help="Say what changed since this day or quarter (default: a week ago; monthly, the last of the month before).",
)
@click.option("--dry-run", is_flag=True, help="Issue no orders and write nothing.")
@as_json
def dispatch(
    quarter: str,
    workspace: Path | None,
    as_of: str,
    known_on: str,
    *,
    kind: str,
    since: str,
    dry_run: bool,
    json_: bool,
) -> None:
    """List who must finish and who must start, by when at the latest, and ask each unit what it will do.

    Each unit's sheet of orders is written to dispatch/, to be answered and received like any workbook: one order a
    project that has to act and has none under way, issued on the known-on day. The lists stand by what each project is
    expected to lack of its plan at the year's end, on the paths of the forecast. What changed since a day is what
    `diff` says of the same two days.
    """
    from cityanalytics.publishing.dispatched import dispatch_of

    opened = workspace_of(workspace)
    chosen = opened.dates(quarter, as_of, known_on)
    found = dispatch_of(opened, chosen, kind=kind, since=since)
    changed = found.changes
    written: list[Path] = []
    if not dry_run:
        from cityanalytics.publishing.dispatched import dispatch_files
        from cityanalytics.publishing.ordersheets import write_orders

        more = dispatch_files(opened.settings, found, chosen, kind)
        written = write_orders(opened.settings, found, more, before=opened.orders)
    if json_:
        document = found.document(kind)
        print_json({**document, "changed_since": None if changed is None else changes_document(changed)})
        return
    _show(found)
    _show_orders(found)
    for folder in dict.fromkeys(path.parent for path in written):
        say("written: {file}", file=folder)
    if changed is not None:
        say(
            "since {day}: projects added {added}, no longer reported {dropped}, in another stage {moved}",
            day=changed.before.as_of,
            added=len(changed.added),
            dropped=len(changed.dropped),
            moved=len(changed.moved),
        )


def _show(found: Dispatch) -> None:
    from cityanalytics.briefing.display import date_text

    for title, table in (("Must finish", found.must_finish), ("Not started", found.not_started)):
        if table.empty:
            say("{list}: none", list=translate(title))
            continue
        rows = [_cells(found, row) for row in table.head(MOST_LISTED).to_dict("records")]
        left = len(table) - len(rows)
        below = Message.of(
            "{impossible} of {count} cannot be done by {day} at the speed that is typical of such projects.",
            impossible=int(table["impossible"].sum()),
            count=len(table),
            day=date_text(table["deadline"].iloc[0].date(), UI.get()),
        )
        columns = (
            "Project",
            "Unit",
            "Responsible person",
            "Expected shortfall",
            "Latest start",
            "Float (working days)",
            "Constraint",
        )
        print_table(columns, rows, title=title, below=below)
        if left > 0:
            say("and {count} more: --json gives all", count=left)
    apart = found.dual["rule"].value_counts()
    say(
        "money over ten points ahead of work: projects {money}; work ahead of money: {work}",
        money=apart.get("money ahead", 0),
        work=apart.get("work ahead", 0),
    )


def _show_orders(found: Dispatch) -> None:
    """Say what is asked, what has become of what was asked, and what the rules propose."""
    from cityanalytics.dispatch.rulepack import worded

    states = found.orders["state"].value_counts()
    say(
        "orders: issued now {new}; open {open}, answered {answered}, moved {moved}, kept {kept}, missed {missed}",
        new=len(found.new_orders),
        **{state: states.get(state, 0) for state in ("open", "answered", "moved", "kept", "missed")},
    )
    record = found.record
    rows = [
        (row["unit"], *(str(row[name]) for name in ("kept", "missed", "moved", "unanswered")))
        for row in record[record[["kept", "missed", "moved", "unanswered"]].any(axis=1)].to_dict("records")
    ]
    if rows:
        print_table(("Unit", "Kept", "Missed", "Moved", "Unanswered"), rows, title="Promises by unit")
    for row in found.ladder.to_dict("records"):
        say(
            "{unit}: notices this year {count}; the rules propose: {step}; a person decides",
            unit=row["unit"],
            count=row["notices"],
            step=translate("nothing") if row["proposed"] is None else worded(row["proposed"], UI.get()),
        )


def _cells(found: Dispatch, row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    from cityanalytics.briefing.display import amount, date_text

    settings, language = found.settings, UI.get()

    def word(name: str) -> str:
        value = row[name]
        if not isinstance(value, str):
            return ""
        return value if settings is None else settings.term(value, language)

    start, spare = row["latest_start"], row["float_days"]
    return (
        row["project"],
        word("unit"),
        word("person"),
        amount(row["shortfall"], language, places=2),
        date_text(start.date(), language) if start == start else "",  # noqa: PLR0124 - NaT
        f"{spare:.0f}" if spare == spare else "",  # noqa: PLR0124 - NaN
        word("constraint"),
    )
