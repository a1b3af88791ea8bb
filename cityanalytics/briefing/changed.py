"""What changed since the last briefing: in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cityanalytics.briefing import display
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.section import original, paragraph

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.programme.changes import Changes


def changed(content: Content, say: Wording) -> Markup:
    """Return what changed in words: scope, plans, slip, restated history; in a line where nothing can be compared."""
    changes = content.changes
    if changes is None:
        return paragraph(say("No earlier briefing of this year to compare with."))
    words = [_scope(changes, say), _slip(changes, say), _corrected(changes, say)]
    return paragraph(escape(LANGUAGES[say.language].space).join(filter(None, words)))


def sentences(content: Content, say: Wording) -> list[str]:
    """Return what changed as single sentences, without markup: a cell does not show a long text whole."""
    words = re.split(r"(?<=。)|(?<=\.)\s+(?=[A-Z])", str(changed(content, say).striptags()))
    return [sentence.strip() for sentence in words if sentence.strip()]


#: What may have changed, by the figure that counts it: what came to nothing is not told.
COUNTED = {
    "since_added": "projects added {since_added}",
    "since_dropped": "dropped {since_dropped}",
    "since_renamed": "renamed {since_renamed}",
    "since_adjusted": "plans adjusted {since_adjusted}",
    "since_replanned": "planned dates moved {since_replanned}",
    "since_restated": "amounts restated {since_restated} ({since_restated_old}, now {since_restated_new})",
}


def _scope(changes: Changes, say: Wording) -> Markup:
    day = display.date_text(changes.before.as_of, say.language)
    told = [say(sentence) for key, sentence in COUNTED.items() if say.figures[key].value]
    if not told:
        return say("Since {day}: nothing added, dropped, renamed, adjusted or restated.", day=day)
    return say("Since {day}: {changes}.", day=day, changes=say(", ").join(told))


def _slip(changes: Changes, say: Wording) -> Markup:
    later = changes.slipped()
    if later.empty:
        return say("No open start or finish has slipped.")
    return say(
        "Starts or finishes slipped: {since_slipped}; days slipped: median {since_slip_median}, "
        "longest {since_slip_longest} (in {since_slip_longest_projects} of them; the largest plan: {worst}); "
        "what is still open counts to the day after the data date.",
        worst=original(later["project"].iloc[0]),
    )


def _corrected(changes: Changes, say: Wording) -> Markup:
    if changes.corrected.empty:
        return Markup()
    return say("Stages of that day corrected since: {since_corrected}.")
