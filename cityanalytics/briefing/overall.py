"""Where city and units stand, as lights with their words: what the record keeps for the list of reports."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.lights import Light, light
from cityanalytics.briefing.wording import Wording
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from cityanalytics.briefing.content import Content


def overall(content: Content) -> dict[str, Any]:
    """Return the city's light, the rule that gave it, and the light of every unit with a plan.

    Returns
    -------
    dict
        ``value`` (a value of `Light`; None without a plan), ``shown`` by language, ``behind`` (fraction of the
        plan), ``rule`` (fractions) and ``units``: name, words by language, value.
    """
    settings, programme = content.settings, content.programme
    behind = programme.elapsed - programme.done / programme.plan if programme.plan else None
    value = None if behind is None else light(behind, settings.lights)
    by_unit = progress.by(programme, "unit")
    return {
        "value": value,
        "shown": {language: word(value, language) for language in settings.languages},
        "behind": behind,
        "rule": asdict(settings.lights),
        "units": [
            {
                "name": row["unit"],
                "shown": {language: settings.term(row["unit"], language) for language in settings.languages},
                "value": light(row["behind"], settings.lights),
            }
            for row in by_unit[by_unit["plan"] > 0].to_dict("records")
        ],
    }


def word(value: str | None, language: str) -> str:
    """Return the word of a light, or that there is none.

    Examples
    --------
    >>> word("far behind", "zh"), word(None, "en")
    ('严重滞后', 'no data')
    """
    say = Wording(language=language)
    words = {
        Light.NORMAL: say.plain("normal"),
        Light.BEHIND: say.plain("behind"),
        Light.FAR_BEHIND: say.plain("far behind"),
    }
    return LANGUAGES[language].missing if value is None else words[Light(value)]
