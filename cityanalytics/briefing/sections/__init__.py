"""The parts of a briefing, in their order; each takes the content and is written in all languages."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from cityanalytics.briefing.sections.decisions import decisions, requests
from cityanalytics.briefing.sections.final import final, method
from cityanalytics.briefing.sections.headline import headline
from cityanalytics.briefing.sections.key_figures import key_figures
from cityanalytics.briefing.sections.projects import changes, projects
from cityanalytics.briefing.sections.provenance import provenance
from cityanalytics.briefing.sections.record import record
from cityanalytics.briefing.sections.statement import corrections, data
from cityanalytics.briefing.sections.units import lights, units
from cityanalytics.briefing.sections.what_if import what_if

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.section import Section

#: The id of each section's element to what writes it, in the order of the page.
SECTIONS: Mapping[str, Callable[[Composed], Section]] = MappingProxyType(
    {
        "headline": headline,
        "decisions": decisions,
        "final": final,
        "units": units,
        "projects": projects,
        "what-if": what_if,
        "data": data,
        "key": key_figures,
        "method": method,
        "lights": lights,
        "requests": requests,
        "corrections": corrections,
        "changes": changes,
        "record": record,
        "provenance": provenance,
    }
)
