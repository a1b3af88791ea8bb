"""The ten parts of a briefing, in their order; each takes the content and is written in all languages."""

from cityanalytics.briefing.sections.decisions import decisions
from cityanalytics.briefing.sections.final import final
from cityanalytics.briefing.sections.headline import headline
from cityanalytics.briefing.sections.key import key
from cityanalytics.briefing.sections.projects import projects
from cityanalytics.briefing.sections.provenance import provenance
from cityanalytics.briefing.sections.record import record
from cityanalytics.briefing.sections.statement import data
from cityanalytics.briefing.sections.units import units
from cityanalytics.briefing.sections.what_if import what_if

__all__ = [
    "data",
    "decisions",
    "final",
    "headline",
    "key",
    "projects",
    "provenance",
    "record",
    "units",
    "what_if",
]
