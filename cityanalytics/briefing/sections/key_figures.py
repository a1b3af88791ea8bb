"""[key] Plan, done, share and gap: investment, demolition by kind, projects by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cityanalytics.briefing.blocks import side_by_side
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import paragraph, part
from cityanalytics.briefing.wording import configured_gaps
from cityanalytics.figurekeys import may_be

if TYPE_CHECKING:
    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.settings import Settings


@part("key")
def key_figures(content: Composed, say: Wording) -> Markup:
    """Write the key tables."""
    return (
        side_by_side(*(content.tables[name].html(say.language) for name in ("key", "stages")))
        + _ahead(content, say)
        + _works(content, say)
        + _remarks(content, say)
    )


def _ahead(content: Composed, say: Wording) -> Markup:
    """Write what is expected by the year's end beside investment, the range of 80 % in brackets."""
    if not content.pace.days_left:
        return Markup("")
    items = [
        say.strong(
            "Projects expected to have started by 31 December: {projects_started_p50} (80% range {projects_started_p10}–{projects_started_p90}); of these completed: {projects_completed_p50} (80% range {projects_completed_p10}–{projects_completed_p90})."
        )
    ]
    if content.figures["projects_not_started"].value:
        items.append(
            say.strong(
                "Chance that every project not yet started ({projects_not_started}) starts within the year: {all_start_probability}."
            )
        )
    if content.programme.demolition.size:
        planned, high = (
            content.figures[f"demolition_total_{name}"].value or 0.0 for name in ("planned", "p90")
        )
        items.append(
            say.strong(
                "Demolition expected by then: {demolition_total_p50} (80% range {demolition_total_p10}–{demolition_total_p90}), below the plan of {demolition_total_planned} even at the high end."
            )
            if high < planned
            else say.strong(
                "Demolition expected by then: {demolition_total_p50} (80% range {demolition_total_p10}–{demolition_total_p90})."
            )
        )
    return paragraph(escape(LANGUAGES[say.language].space).join(items))


def _works(content: Composed, say: Wording) -> Markup:
    """Write the projects' total investment, and what is done of each kind of works that no remark states."""
    remarked = {gap for remark in content.settings.remarks for gap in configured_gaps(remark[say.language])}
    listed = LANGUAGES[say.language].join.join(
        f"{kind.label[say.language]} {content.figures[kind.key].shown(say.language)}"
        for kind in content.settings.works
        if kind.key not in remarked and content.figures[kind.key].value
    )
    sentences = []
    if content.figures["programme_total_investment"].value:
        sentences.append(say("Total investment of all projects: {programme_total_investment}."))
    if listed:
        sentences.append(say("Physical works done: {listed}.", listed=listed))
    return paragraph(escape(LANGUAGES[say.language].space).join(sentences)) if sentences else Markup("")


def remarks(settings: Settings, say: Wording) -> list[Markup]:
    """Return the bureau's own remarks, with figures in their gaps.

    A remark is left out where a figure of it has nothing to be of: no such kind is reported, or nothing came before.

    Raises
    ------
    UsageError
        A gap names no figure that there could be.
    """
    texts = [remark[say.language] for remark in settings.remarks]
    demolition = [kind.key for kind in settings.demolition]
    return [
        say.configured(text)
        for text in texts
        if all(key in say.figures or not may_be(key, demolition) for key in configured_gaps(text))
    ]


def _remarks(content: Composed, say: Wording) -> Markup:
    texts = remarks(content.settings, say)
    return paragraph(escape(LANGUAGES[say.language].space).join(texts), note=True) if texts else Markup("")
