"""All that a briefing says, as values: what the sections are written from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityanalytics.briefing.quantity import Figure
    from cityanalytics.forecast.methods import Forecast
    from cityanalytics.forecast.outlook import Outlook
    from cityanalytics.forecast.pace import Pace
    from cityanalytics.forecast.scenario import Scenario
    from cityanalytics.programme.reconcile import Reconciliation
    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """What a page was made from.

    Parameters
    ----------
    inputs
        Path below the workspace to SHA-256, of every file that the briefing rests on.
    inputs_sha256, code_sha256
        Hash of the list of inputs, and of the package's sources.
    parameters
        Names and values that the notebook was run with.
    seed
        Seed of random draws.
    """

    inputs: Mapping[str, str]
    inputs_sha256: str
    code_sha256: str
    parameters: Mapping[str, str]
    seed: int


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
        The forecast by every reference class.
    scenarios
        Base and what-ifs.
    previous, previous_forecast
        The programme at the last quarter's data date as known now, and the forecast made from it; None where
        there is no earlier quarter.
    figures
        Every number of the page, by key.
    provenance
        Inputs, code and parameters.
    """

    settings: Settings
    programme: Programme
    reconciliation: Reconciliation
    pace: Pace
    forecast: Forecast
    outlook: Outlook
    alternatives: tuple[Forecast, ...]
    scenarios: tuple[Scenario, ...]
    previous: Programme | None
    previous_forecast: Forecast | None
    figures: Mapping[str, Figure]
    provenance: Provenance
