"""The command that says what changed between two days."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import click

from cityanalytics.cli.console import UI, print_json, print_table, say, translate
from cityanalytics.cli.options import as_json, common, settings_of
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from cityanalytics.programme.changes import Changes

#: So many rows of a list fit beside the others; the rest is counted, and --json gives all.
MOST_LISTED = 12
#: Lists of a comparison in the JSON document, and the tables that they are.
LISTS = ("restated", "corrected", "plans", "slips", "said")


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

    found = changes_between(old, new, workspace=str(workspace or "."), known_on=known_on)
    if json_:
        print_json(_document(found))
        return
    from cityanalytics.briefing.wording import spoken

    # a workbook speaks the workspace's first language, whatever the messages do
    first = settings_of(workspace).languages[0]
    _show(found, sheet=spoken(first)("Changes"))
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


def _document(found: Changes) -> dict[str, Any]:
    later = found.slipped()
    cells = found.transitions()
    return {
        "old": {
            "as_of": found.before.as_of,
            "known_on": found.before.known_on,
            "told_on": found.told.known_on,
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
        **{name: _records(getattr(found, name)) for name in LISTS},
    }


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as JSON has them: days as ISO text, what is missing as null."""
    days = table.select_dtypes("datetime")
    plain = table.assign(**{str(name): days[name].dt.strftime("%Y-%m-%d") for name in days}).astype(object)
    rows = plain.where(plain.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def _show(found: Changes, *, sheet: str) -> None:
    from cityanalytics.briefing.changed import FIELDS

    show = partial(_list, sheet=sheet)

    cells = found.transitions()
    print_table(
        [f"{found.before.as_of} ↓ {found.after.as_of} →", *cells.columns],
        [(translate(str(before)), *map(str, row)) for before, row in zip(cells.index, cells.to_numpy(), strict=True)],
        title="Where projects stood and stand",
    )  # fmt: skip
    show("Added", ("project", "unit", "stage", "plan"), [
        (row["project"], row["unit"], translate(row["after"]), _amount(row["plan"]))
        for row in found.added.to_dict("records")
    ])  # fmt: skip
    show("No longer reported", ("project", "unit", "stage then", "plan"), [
        (row["project"], row["unit"], translate(row["before"]), _amount(row["plan"]))
        for row in found.dropped.to_dict("records")
    ])  # fmt: skip
    show("Restated history", ("what", "period until", "then", "now", "why"), [
        (row["subject"], _day(row["period_end"]), *(_value(row, name) for name in ("old", "new")), _why(row))
        for row in found.restated.to_dict("records")
    ])  # fmt: skip
    show("Stages corrected", ("project", "unit", "then", "now"), [
        (row["project"], row["unit"], translate(row["old"]), translate(row["new"]))
        for row in found.corrected.to_dict("records")
    ])  # fmt: skip
    milestones = ("project", "milestone", "expected then", "now", "slip, days", "replanned, days")
    show("Slipped or moved: start and finish", milestones, [
        (row["project"], translate(row["milestone"]), _day(row["expected_before"]), _day(row["expected_after"]),
         _days(row["slip"]), _days(row["replanned"]))
        for row in found.slips.to_dict("records")
    ])  # fmt: skip
    show("Annual plans adjusted", ("project", "unit", "original", "then", "now"), [
        (row["project"], row["unit"], *(_amount(row[name]) for name in ("original", "old", "new")))
        for row in found.plans.to_dict("records")
    ])  # fmt: skip
    show("Reported otherwise", ("project", "what", "then", "now"), [
        (row["project"], translate(FIELDS[row["field"]]), _text(row["old"]), _text(row["new"]))
        for row in found.said.to_dict("records")
    ])  # fmt: skip


def _list(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, sheet: str) -> None:
    if not rows:
        return
    more = Message.of(
        "and {count} more: --json gives all, the sheet {sheet} of briefing.xlsx those since the last briefing",
        count=len(rows) - MOST_LISTED,
        sheet=sheet,
    )
    print_table(columns, rows[:MOST_LISTED], title=title, below=more if len(rows) > MOST_LISTED else None)


def _amount(yuan: float) -> str:
    from cityanalytics.briefing.display import amount

    return amount(None if yuan != yuan else yuan, UI.get())  # noqa: PLR0124 - true of NaN alone


def _value(row: dict[Any, Any], name: str) -> str:
    from cityanalytics.briefing.display import area

    return area(row[name], UI.get(), places=1) if row["measure"] == "demolition" else _amount(row[name])


def _why(row: dict[Any, Any]) -> str:
    """Say what replaced a value, in the unit's own words too where it has added any."""
    if not isinstance(row["quarter"], str):
        return translate("another workbook of earlier years")
    template = "correction of {day}" if row["quarter"] == row["old_quarter"] else "{quarter} workbook, {day}"
    text = translate(template).format(quarter=row["quarter"], day=_day(row["received"]))
    return f"{text}: {row['note']}" if isinstance(row["note"], str) else text


def _day(day: Any) -> str:  # noqa: ANN401 - a Timestamp or NaT
    return translate("none") if day != day else str(day.date())  # noqa: PLR0124 - true of NaT alone


def _days(days: float) -> str:
    return translate("none") if days != days else f"{days:+.0f}".replace("+0", "0")  # noqa: PLR0124 - NaN alone


def _text(text: object) -> str:
    return text if isinstance(text, str) else translate("none")
