"""A briefing's content with the tables and charts that are declared of it: what its sections are written from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from cityanalytics.briefing.charts import charts
from cityanalytics.briefing.content import Content
from cityanalytics.briefing.frames import latest_dates
from cityanalytics.briefing.tables import tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from cityanalytics.briefing.charts import ShownChart
    from cityanalytics.briefing.shown import ShownTable


@dataclass(frozen=True, kw_only=True)
class Composed(Content):
    """A briefing's values with its tables and charts."""

    @cached_property
    def latest(self) -> pd.DataFrame:
        """Each project's latest dates: many tables and findings ask."""
        return latest_dates(self.settings, self.programme)

    @cached_property
    def tables(self) -> Mapping[str, ShownTable]:
        """The briefing's tables by name; each computes what it shows when it is asked."""
        return tables(self)

    @cached_property
    def charts(self) -> Mapping[str, ShownChart]:
        """The briefing's charts by name; each is drawn when it is asked for, in the language asked for."""
        return charts(self)
