"""What a briefing is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing import display
from cityanalytics.briefing.section import quarter_name

if TYPE_CHECKING:
    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording


def title_of(content: Composed, say: Wording) -> str:
    """Return a briefing's title: the quarter's briefing, or the bulletin of another day."""
    city = content.settings.city[say.language]
    if content.programme.as_of == content.settings.data_date(content.programme.quarter):
        quarter = quarter_name(content.programme.quarter, say)
        return say.plain("{city}: urban construction briefing, {quarter}", city=city, quarter=quarter)
    day = display.date_text(content.programme.as_of, say.language)
    return say.plain("{city}: urban construction bulletin, {day}", city=city, day=day)
