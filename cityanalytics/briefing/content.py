"""All that a briefing says, as values: what its tables and charts are made from; and what analysts look back at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cityanalytics.briefing.figures.figure import Figure
    from cityanalytics.outlook.bridge import Bridge
    from cityanalytics.outlook.outlook import Outlook
    from cityanalytics.outlook.pace import Pace
    from cityanalytics.outlook.record import Record, Rules
    from cityanalytics.outlook.scenario import PaceScenario
    from cityanalytics.programme.changes import Changes
    from cityanalytics.programme.reconcile import Reconciliation
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.series.backtests import Expectation
    from cityanalytics.series.methods import YearTotal
    from cityanalytics.settings import Settings
    from cityanalytics.whatif.granted import Requests
    from cityanalytics.whatif.model import Model


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What a page was made from.

    Parameters
    ----------
    inputs
        Path below the workspace to SHA-256, of every file that the briefing rests on.
    inputs_sha256, code_sha256
        Hash of the list of inputs, and of the package's sources.
    packages
        Versions of the packages that read, compute, draw and lay out, by name.
    parameters
        Names and values that the notebook was run with.
    seed
        Seed of random draws.
    ledger_entries, ledger_head
        Count of forecasts published before the known-on day, and hash of the last of them.
    """

    inputs: Mapping[str, str]
    inputs_sha256: str
    code_sha256: str
    packages: Mapping[str, str]
    parameters: Mapping[str, str]
    seed: int
    ledger_entries: int
    ledger_head: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """A briefing's values.

    Parameters
    ----------
    settings
        The workspace's configuration.
    programme, reconciliation, pace, forecast
        What is known, what does not add up, how fast it goes, where the year ends.
    outlook
        Parts, stages and demolition by the year's end, of the same forecast.
    alternatives
        The forecast by every reference class, and first by own months where they serve.
    scenarios
        Base and what-ifs.
    changes
        What changed since the last briefing of the year; None where there is none.
    bridge
        Why the forecast moved since the last one; None where there is none.
    record
        What was published before the known-on day, beside what happened.
    rules
        What simple rules say of the year's total.
    model
        The forecast, prepared for what if.
    asked
        What leaders are asked to decide, and what granting it is worth.
    figures
        Every number of the page, by key.
    provenance
        Inputs, code and parameters.
    """

    settings: Settings
    programme: Programme
    reconciliation: Reconciliation
    pace: Pace
    forecast: YearTotal
    outlook: Outlook
    alternatives: tuple[YearTotal, ...]
    scenarios: tuple[PaceScenario, ...]
    changes: Changes | None
    bridge: Bridge | None
    record: Record
    rules: Rules
    model: Model
    asked: Requests
    figures: Mapping[str, Figure]
    provenance: Provenance


@dataclass(frozen=True, kw_only=True)
class Hindcast:
    """A forecast made now for an earlier day, as known then.

    Parameters
    ----------
    programme, forecast
        What was known, and what it gives.
    outcome
        What the year came to (yuan); None while it has not closed.
    """

    programme: Programme
    forecast: YearTotal
    outcome: float | None


@dataclass(frozen=True, kw_only=True)
class LookBack:
    """Everything that was forecast earlier.

    Parameters
    ----------
    settings
        The workspace's configuration.
    record
        The whole ledger as it stands, also what a page of an earlier known-on day does not show.
    hindcasts
        In the order of their data dates.
    """

    settings: Settings
    record: Record
    hindcasts: Sequence[Hindcast]


@dataclass(frozen=True, kw_only=True)
class PastTests:
    """What came of forecasts of past years of monthly series.

    Parameters
    ----------
    found
        By method and month.
    given
        Whether of series given by the reader; else of the public ones, by the table that comes with the package.
    """

    found: Sequence[Expectation]
    given: bool
