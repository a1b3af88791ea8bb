"""The sheets of the companion workbook, in their order; each takes the content and one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.sheets import ahead, changes, groups, measures, since, sources

if TYPE_CHECKING:
    from collections.abc import Callable

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.spreadsheet import BookSheet
    from cityanalytics.briefing.wording import Wording

#: In the order of the briefing's parts; what it rests on comes last.
SHEETS: tuple[str | Callable[[Content, Wording], BookSheet], ...] = (
    measures.key,
    measures.stages,
    measures.s_curve,
    measures.paces,
    ahead.bridge,
    ahead.classes,
    "categories",
    "units",
    groups.demolition,
    groups.works,
    "projects",
    groups.constraints,
    since.transitions,
    changes.changes,
    since.restated,
    "decisions",
    ahead.scenarios,
    sources.reconciliation,
    sources.received,
    sources.revisions,
    sources.issues,
    ahead.record,
    measures.figures,
    sources.inputs,
)
