"""What `brief` would make, and why: each product planned before any is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.cli.console import say, tell, translate
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from pathlib import Path

    from cityanalytics.programme.dates import Dates
    from cityanalytics.publishing.batch import Task
    from cityanalytics.workspace import Workspace

#: So many reasons why a report is made again stand in a line.
MOST_REASONS = 3


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be done about a product, and why."""

    dates: Dates
    is_report: bool = True
    task: Task | None = None
    reasons: tuple[Message, ...] = ()
    refused: bool = False

    def tell(self) -> None:
        """Say it in a line."""
        state = "to make" if self.task else "kept as published" if self.refused else "up to date"
        dates = _dates(self.dates)
        if self.is_report:
            line = Message.of(
                "{quarter} as of {as_of}, known on {known_on}: {state}", **dates, state=translate(state)
            )
        else:
            line = Message.of(
                "{quarter} as of {as_of}, known on {known_on}, dispatch: {state}",
                **dates,
                state=translate(state),
            )
        if not self.task or not self.reasons:
            tell(line)
            return
        told = "; ".join(reason.text(translate) for reason in self.reasons[:MOST_REASONS])
        more = len(self.reasons) - MOST_REASONS
        if more > 0:
            say("{line}: {reasons}; and {count} more", line=line.text(translate), reasons=told, count=more)
        else:
            say("{line}: {reasons}", line=line.text(translate), reasons=told)


def plan_report(
    workspace: Workspace,
    dates: Dates,
    languages: list[str],
    *,
    notebook: str,
    given: dict[str, str],
    force: bool,
    engine: str,
) -> Plan:
    """Decide about a report: made, up to date, or kept as it was published."""
    from cityanalytics.publishing.batch import Task
    from cityanalytics.publishing.export import report_differs
    from cityanalytics.publishing.run import BRIEFING

    reasons: list[Message] = []
    if notebook == BRIEFING and not given:
        reasons = report_differs(workspace, dates, languages)
        if not reasons and not force:
            return Plan(dates=dates)
    aside, refused = (
        _published(workspace, dates, languages, force=force) if notebook == BRIEFING else (None, False)
    )
    if refused:
        return Plan(dates=dates, refused=True)
    task = Task(
        root=workspace.settings.root,
        product=notebook,
        parameters={**_dates(dates), **given},
        languages=tuple(languages),
        aside=aside,
        engine=engine,
    )
    return Plan(dates=dates, task=task, reasons=tuple(reasons))


def plan_dispatch(workspace: Workspace, dates: Dates, *, force: bool) -> Plan:
    """Decide about the pages of a quarter's dispatch."""
    from cityanalytics.publishing.batch import DISPATCH, Task
    from cityanalytics.publishing.dispatched import dispatch_differs

    reasons = dispatch_differs(workspace, dates)
    if not reasons and not force:
        return Plan(dates=dates, is_report=False)
    task = Task(
        root=workspace.settings.root,
        product=DISPATCH,
        parameters=_dates(dates),
        languages=workspace.settings.languages,
    )
    return Plan(dates=dates, is_report=False, task=task, reasons=tuple(reasons))


def _published(
    workspace: Workspace, dates: Dates, languages: list[str], *, force: bool
) -> tuple[Path | None, bool]:
    """Return where a published report is kept that would be replaced, and whether it cannot be."""
    from cityanalytics.publishing.keeping import PublishedError, place_aside

    try:
        aside = place_aside(workspace, dates, languages)
    except PublishedError as error:
        tell(error.message)
        if force:
            say("--force: it is replaced")
        return None, not force
    if aside is not None:
        say("published: kept as {folder} once a new one is made in its place", folder=aside)
    return aside, False


def _dates(found: Dates) -> dict[str, str]:
    return {
        "quarter": found.quarter,
        "as_of": found.as_of.isoformat(),
        "known_on": found.known_on.isoformat(),
    }
