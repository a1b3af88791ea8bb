"""The command that says what changed between two days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cityanalytics.cli.console import print_json, print_shown, say
from cityanalytics.cli.options import as_json, common, workspace_of
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from cityanalytics.programme.changes import Changes
    from cityanalytics.settings import Settings

#: So many rows of a list fit beside the others; the rest is counted, and --json gives all.
MOST_LISTED = 12
#: Lists of a comparison in the JSON document, and the tables that they are.
LISTS = {name: name for name in ("restated", "corrected", "plans", "slips")} | {"said": "attributes"}


@click.command()
@common
@click.argument("old")
@click.argument("new")
@click.option(
    "--known-on",
    default="",
    metavar="DATE",
    help="Both days as known on this day (default: everything received).",
)
@as_json
def diff(old: str, new: str, workspace: Path | None, known_on: str, *, json_: bool) -> None:
    """Say what changed between two quarters or dates.

    OLD and NEW are each a quarter (2010Q2, which stands for its data date) or a date (2010-06-30); OLD is the earlier.

    Both are looked at as known on the same day, so a difference is one of the programme, not of what is known. What was
    told of OLD in its own time, once its quarter's workbooks had come, and is known otherwise since, is listed apart as
    restated: old and new value, where, and the workbook that replaces.

    Listed are projects added and no longer reported (a renamed one is the same project), moves between
    stages, planned and expected dates that slipped, adjusted plans, and persons, units, names and constraints
    that are reported otherwise.
    """
    from cityanalytics.publishing.comparison import changes_between

    opened = workspace_of(workspace)
    found = changes_between(old, new, workspace=opened, known_on=known_on)
    if json_:
        print_json(changes_document(found))
        return
    _show(found, opened.settings)
    _summarise(found)


def _summarise(found: Changes) -> None:
    later = found.slipped()
    if len(later):
        say(
            "slipped at start or finish: projects {slipped}, days by median {median}, at most {longest}",
            slipped=len(later),
            median=f"{later['slip'].median():.0f}",
            longest=f"{later['slip'].max():.0f}",
        )
    say(
        "{old} to {new}, known on {known_on}: projects {before} then, {after} now; added {added}, no longer reported "
        "{dropped}, in another stage {moved}, slipped {slipped}, plans adjusted {plans}, restated {restated}",
        old=found.before.as_of,
        new=found.after.as_of,
        known_on=found.after.known_on,
        before=found.before.traced["project"].nunique(),
        after=found.after.traced["project"].nunique(),
        added=len(found.added),
        dropped=len(found.dropped),
        moved=len(found.moved),
        slipped=len(later),
        plans=len(found.plans),
        restated=len(found.restated),
    )


def changes_document(found: Changes) -> dict[str, Any]:
    """Return what `diff --json` prints."""
    later = found.slipped()
    cells = found.transitions()
    return {
        "old": {
            "as_of": found.before.as_of,
            "known_on": found.before.known_on,
            "told_on": found.as_reported.known_on,
        },
        "new": {"as_of": found.after.as_of, "known_on": found.after.known_on},
        "unit": {"amounts": "yuan", "areas": "square metres", "slip": "days"},
        "summary": {
            "projects_old": found.before.traced["project"].nunique(),
            "projects_new": found.after.traced["project"].nunique(),
            "added": len(found.added),
            "dropped": len(found.dropped),
            "moved": len(found.moved),
            "slipped": len(later),
            "slip_days": float(later["slip"].sum()),
            "slip_median_days": float(later["slip"].median()) if len(later) else None,
            "slip_longest_days": float(later["slip"].max()) if len(later) else None,
            "plans_adjusted": len(found.plans),
            "restated": len(found.restated),
        },
        "transitions": [
            {
                "before": before,
                "after": after,
                "count": int(cells.loc[before, after]),
                "projects": list(
                    found.standings.loc[
                        (found.standings["before"] == before) & (found.standings["after"] == after), "project"
                    ]
                ),
            }
            for before in cells.index
            for after in cells.columns
            if cells.loc[before, after]
        ],
        "added": _records(found.added),
        "dropped": _records(found.dropped),
        **{key: _records(getattr(found, name)) for key, name in LISTS.items()},
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON has them: days as ISO text, what is missing as null."""
    days = table.select_dtypes("datetime")
    plain = table.assign(**{str(name): days[name].dt.strftime("%Y-%m-%d") for name in days}).astype(object)
    rows = plain.where(plain.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _show(found: Changes, settings: Settings) -> None:
    from cityanalytics.briefing.tables import compared
    from cityanalytics.briefing.wording import translate as translated

    # a workbook speaks the workspace's first language, whatever the messages do
    sheet = translated("Changes", settings.languages[0])
    for table in compared(found, settings).values():
        if table.rows.empty:
            continue
        left = len(table.rows) - MOST_LISTED
        more = Message.of(
            "and {count} more: --json gives all, the sheet {sheet} of briefing.xlsx those since the last briefing",
            count=left,
            sheet=sheet,
        )
        print_shown(table, most=MOST_LISTED, below=more if left > 0 else None)
