"""[record] Our record: earlier forecasts beside what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.section import paragraph, part
from cityanalytics.briefing.sections.final import CLASSES

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording


@part("record")
def record(content: Content, say: Wording) -> Markup:
    """Say that there is no record yet, and what the reference class's own test gives instead."""
    return paragraph(
        say("No record yet: no forecast of this city has been published and no forecast year has closed.")
    ) + paragraph(
        say(
            "In its place: of the years of public series left out of the class “{reference_class}”, {class_coverage} "
            "fell inside the 80% band.",
            reference_class=say(CLASSES[content.forecast.reference_class]),
        ),
        note=True,
    )
