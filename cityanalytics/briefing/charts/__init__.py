"""Every chart, declared once: rows, words and drawing; page, notebook and companion workbook show it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing.charts.declared import ChartDeclaration, ShownChart, bound
from cityanalytics.briefing.charts.projects import CONSTRAINTS, PROJECTS
from cityanalytics.briefing.charts.quantiles import LIKELY_YEARS
from cityanalytics.briefing.charts.standing import CATEGORIES, DEMOLITION, UNITS
from cityanalytics.briefing.charts.year import PACES, S_CURVE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cityanalytics.briefing.content import Content

__all__ = ["CHARTS", "ChartDeclaration", "ShownChart", "charts"]

#: The charts of a briefing by name, in the order of the page.
CHARTS: Mapping[str, ChartDeclaration[Any]] = MappingProxyType(
    {
        one.name: one
        for one in (LIKELY_YEARS, S_CURVE, PACES, CATEGORIES, DEMOLITION, UNITS, PROJECTS, CONSTRAINTS)
    }
)


def charts(content: Content) -> Mapping[str, ShownChart]:
    """Return the charts of a briefing by name, without those of what it has not.

    Parameters
    ----------
    content
        The briefing's values. Nothing is computed until a chart is asked for its frame or drawn.
    """
    return bound(CHARTS, content, content.settings.languages, content.figures)
