"""The sheets of the companion workbook, in their order; each takes the content and one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.sheets import ahead, changes, groups, listed, measures, since, sources

if TYPE_CHECKING:
    from collections.abc import Callable

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.spreadsheet import Sheet
    from cityanalytics.briefing.wording import Wording

#: In the order of the briefing's parts; what it rests on comes last.
SHEETS: tuple[Callable[[Content, Wording], Sheet], ...] = (
    measures.key,
    measures.stages,
    measures.s_curve,
    measures.paces,
    ahead.bridge,
    ahead.classes,
    groups.categories,
    groups.units,
    groups.demolition,
    groups.works,
    listed.projects,
    groups.constraints,
    since.transitions,
    changes.changes,
    since.restated,
    listed.decisions,
    ahead.scenarios,
    sources.reconciliation,
    sources.received,
    sources.revisions,
    sources.issues,
    ahead.record,
    measures.figures,
    sources.inputs,
)
