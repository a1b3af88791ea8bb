"""What arrived for a quarter, unit by unit: when, how much of it is refused, how much is doubtful."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from cityanalytics.intake.schema import LASTING
from cityanalytics.issues import Severity, file_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from cityanalytics.intake.register import Receipt
    from cityanalytics.intake.store import Ingested
    from cityanalytics.issues import Issue
    from cityanalytics.settings import Settings

State = Literal["on time", "late", "missing", "not yet due", "not expected"]


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """What a unit sent for a quarter.

    Parameters
    ----------
    unit
        The unit, or a section of the bureau that sent something.
    state
        Of its first workbook, against the due day; a section is not expected every quarter.
    first
        Day on which the first workbook came.
    workbooks
        How many came, corrections among them.
    issues
        Doubts of the workbooks that no correction has replaced, those that block first.
    """

    unit: str
    state: State
    first: dt.date | None
    workbooks: int
    issues: tuple[Issue, ...]

    @property
    def refused(self) -> int:
        """How many doubts block: while there is one, nothing enters."""
        return sum(issue.severity is Severity.ERROR for issue in self.issues)

    @property
    def doubtful(self) -> int:
        """How many doubts are shown and do not block."""
        return len(self.issues) - self.refused


@dataclass(frozen=True, kw_only=True)
class Arrivals:
    """What arrived for a quarter by a day.

    Parameters
    ----------
    settings
        The workspace's configuration.
    quarter, due, known_on
        The quarter, the day by which its workbooks are due, the day by which they had been received.
    units
        One for each unit, in the order of the configuration, then the sections that sent something.
    unregistered
        Doubts about files that were never received.
    """

    settings: Settings
    quarter: str
    due: dt.date
    known_on: dt.date
    units: tuple[Arrival, ...]
    unregistered: tuple[Issue, ...]


def arrivals(
    settings: Settings, receipts: Sequence[Receipt], ingested: Ingested, *, quarter: str, known_on: dt.date
) -> Arrivals:
    """Sort a quarter's workbooks and their doubts by unit.

    Parameters
    ----------
    settings
        The workspace's configuration.
    receipts
        The register.
    ingested
        What came of reading what had been received by `known_on`.
    quarter
        Such as ``2010Q3``.
    known_on
        The day by which workbooks had been received.
    """
    due = settings.due_on(quarter)
    files = {receipt.file for receipt in receipts}
    doubts: dict[str, list[Issue]] = {}
    for issue in ingested.issues:
        doubts.setdefault(file_of(issue.where, files), []).append(issue)
    sent: dict[str, list[Receipt]] = {unit: [] for unit in settings.units}
    for receipt in receipts:
        if receipt.quarter == quarter and receipt.received <= known_on:
            sent.setdefault(receipt.unit, []).append(receipt)
    beside = _beside(ingested)
    units = []
    for unit, own in sent.items():
        first = min((receipt.received for receipt in own if receipt.file not in beside), default=None)
        units.append(
            Arrival(
                unit=unit,
                state=_state(first, due, known_on) if unit in settings.units else "not expected",
                first=first,
                workbooks=len(own),
                issues=_gravest_first(
                    issue
                    for receipt in own
                    if receipt.file not in ingested.replaced
                    for issue in doubts.get(receipt.file, ())
                ),
            )
        )
    return Arrivals(
        settings=settings,
        quarter=quarter,
        due=due,
        known_on=known_on,
        units=tuple(units),
        unregistered=_gravest_first(
            issue for file, found in doubts.items() if file not in files for issue in found
        ),
    )


def _beside(ingested: Ingested) -> set[str]:
    """Return the workbooks that hold only what dispatch goes by: answers are no report."""
    found = set()
    for entry in ingested.manifest["inputs"]:
        given = {name for counts in entry["rows"].values() for name in counts} - {"in"}
        if given and given <= {*LASTING, "funds"}:
            found.add(entry["path"])
    return found


def _state(first: dt.date | None, due: dt.date, known_on: dt.date) -> State:
    if first is None:
        return "missing" if known_on > due else "not yet due"
    return "late" if first > due else "on time"


def _gravest_first(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    return tuple(sorted(issues, key=lambda issue: issue.severity is not Severity.ERROR))
