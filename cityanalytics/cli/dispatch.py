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
KINDS = ("weekly", "monthly")


@click.command()
@common
@dates
@click.argument("quarter", default="")
@click.option("--weekly", "kind", flag_value="weekly", default=True, help="The weekly lists (default).")
@click.option("--monthly", "kind", flag_value="monthly", help="The monthly lists.")
@click.option("--since", default="", metavar="DATE", help="Say too what changed since this day or quarter.")
@as_json
def dispatch(
    quarter: str, workspace: Path | None, as_of: str, known_on: str, *, kind: str, since: str, json_: bool
) -> None:
    """List who must finish and who must start, by when at the latest, and where money and work part.

    The lists stand by what each project is expected to lack of its plan at the year's end, on the paths of the
    forecast. What changed since a day is what `diff` says of the same two days.
    """
    from cityanalytics.dispatch.dispatch import dispatch_programme
    from cityanalytics.publishing.comparison import changes_between

    opened = workspace_of(workspace)
    chosen = opened.dates(quarter, as_of, known_on)
    changed = None
    if since:
        changed = changes_between(
            since,
            chosen.as_of.isoformat(),
            workspace=str(opened.settings.root),
            known_on=chosen.known_on.isoformat(),
        )
    programme = opened.snapshot(as_of=chosen.as_of, known_on=chosen.known_on)
    found = dispatch_programme(programme, changes=changed)
    if json_:
        document = found.document(kind)
        print_json({**document, "changed_since": None if changed is None else changes_document(changed)})
        return
    _show(found)
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
