"""All that is expected beside the city's total: its parts, its projects' stages, its demolition."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cityanalytics.outlook.bounded import Bounded, forecast_bounded
from cityanalytics.outlook.counts import Counts, forecast_counts
from cityanalytics.outlook.parts import Parts, split
from cityanalytics.outlook.paths import Paths
from cityanalytics.outlook.spread import LEVELS, Factor

if TYPE_CHECKING:
    import pandas as pd

    from cityanalytics.programme.snapshot import Programme
    from cityanalytics.series.methods import YearTotal


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """Forecasts that share the uncertainty of the city's forecast.

    Parameters
    ----------
    parts
        The city's forecast by project, category and unit.
    counts
        Projects by stage at the year's end.
    demolition
        The area done by the year's end.
    total
        The city's forecast.
    seed
        Of the paths' draws.
    """

    parts: Parts
    counts: Counts
    demolition: Bounded
    total: YearTotal
    seed: int = 0

    @cached_property
    def paths(self) -> Paths:
        """Paths of the projects that add up to the city, which all ranges and chances of groups are taken from."""
        return Paths.of(self.parts, self.total, seed=self.seed)

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}

    def by(self, group: str) -> pd.DataFrame:
        """Return the year's end of each group of projects, made once (:meth:`Paths.table`)."""
        if group not in self._tables:
            self._tables[group] = self.paths.table(self.parts.projects, group)
        return self._tables[group]

    def _groups(self, by: str, names: dict[float, str], days: list[str]) -> list[dict[str, Any]]:
        """Return the groups with their paths at each level, what stands with none of them last."""
        paths = {name: self.parts.paths(by, level) for level, name in names.items()}
        rows = self.by(by).astype(object).where(self.by(by).notna(), None).to_dict("records")
        return [
            {
                **{"name" if key == by else str(key): value for key, value in row.items()},
                "paths": {
                    name: dict(zip(days, table.loc[row[by]].tolist(), strict=True))
                    for name, table in paths.items()
                },
            }
            for row in rows
        ]

    def document(self) -> dict[str, Any]:
        """Return what other programs read: parts with their ranges and paths, stages and areas by level."""
        counts, sites = self.counts, self.demolition
        names = {level: f"p{round(level * 100):02d}" for level in LEVELS}
        days = [day.isoformat() for day in self.parts.days]
        return {
            "parts": {by: self._groups(by, names, days) for by in ("category", "unit")}
            | {
                "city": {
                    name: dict(zip(days, self.parts.city(level).tolist(), strict=True))
                    for level, name in names.items()
                }
            }
            | {
                "bottom_up": float(self.parts.projects["done"].sum()) + self.parts.expected,
                "unallocated": dict(zip(names.values(), self.parts.unallocated.tolist(), strict=True)),
            },
            "projects": {
                name: {
                    stage: getattr(counts.path(level), stage)
                    for stage in ("not_started", "under_way", "completed")
                }
                for level, name in names.items()
            }
            | {
                "expected_started": counts.expected_started,
                "expected_completed": counts.expected_completed,
                "all_start_probability": counts.all_start,
            },
            "demolition": {
                "planned": float(sites.sites["planned"].sum()),
                "done": float(sites.sites["done"].sum()),
                **{name: sites.total(level) for level, name in names.items()},
                "by_kind": {
                    str(kind): {name: sites.total(level, kind=kind) for level, name in names.items()}
                    for kind in sorted(sites.sites["kind"].unique())
                },
            },
        }


def look_ahead(programme: Programme, forecast: YearTotal, *, seed: int = 0) -> Outlook:
    """Return the outlook that goes with a city's forecast.

    Parameters
    ----------
    programme
        The programme at the forecast's data date.
    forecast
        The city's forecast.
    seed
        Of the paths' draws.
    """
    factor = Factor.of(forecast)
    return Outlook(
        parts=split(programme.traced, forecast),
        counts=forecast_counts(programme.traced, as_of=programme.as_of),
        demolition=forecast_bounded(programme.demolition, as_of=programme.as_of, factor=factor),
        total=forecast,
        seed=seed,
    )
