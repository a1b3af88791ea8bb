"""The page around the sections: titles, contents and labels; and the record beside it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cityanalytics.briefing import display
from cityanalytics.briefing.companion import companion
from cityanalytics.briefing.lacking import in_words
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.rule import document as lights
from cityanalytics.briefing.section import BriefingRecord
from cityanalytics.briefing.sections.headline import headline_text
from cityanalytics.briefing.title import title_of
from cityanalytics.briefing.wording import Wording
from cityanalytics.outlook.bridge import CAUSES, rounded
from cityanalytics.outlook.forecast import evidence_of
from cityanalytics.outlook.record import LEVELS

if TYPE_CHECKING:
    from cityanalytics.briefing.composed import Composed
    from cityanalytics.outlook.bridge import Bridge
    from cityanalytics.outlook.record import Score

#: What stands at the head of each printed page, by whether something is missing.
RUNNING = {
    False: "{title}, data to {day}",
    True: "{title}, data to {day} (incomplete)",
}
#: Sections after the headline, and their titles.
CONTENTS = (
    ("decisions", "1. Decisions asked"),
    ("final", "2. Where the year ends"),
    ("units", "3. Who is behind"),
    ("projects", "4. What to watch"),
    ("what-if", "5. What if"),
    ("data", "6. How reliable the data are"),
)
#: Parts of the annex, and their titles.
ANNEX = (
    ("key", "A1. Key figures"),
    ("method", "A2. How the forecast was made"),
    ("lights", "A3. Lights and ranges"),
    ("requests", "A4. Requests"),
    ("corrections", "A5. Notes and corrections"),
    ("changes", "A6. All projects, and what changed"),
    ("record", "A7. Our record"),
    ("provenance", "A8. Provenance"),
)


def page(content: Composed, language: str) -> dict[str, Any]:
    """Return the words of the page around its sections, as the template takes them."""
    say = Wording(language=language, figures=content.figures)
    day = display.date_text(content.programme.as_of, language)
    title = title_of(content, say)
    return {
        "language": language,
        "lang_tag": LANGUAGES[language].tag,
        "title": title,
        "meta_lines": [
            content.settings.bureau[language],
            *_issued(content, say),
            say.plain("Data to {day}", day=day),
            say.plain(
                "Workbooks received to {day}", day=display.date_text(content.programme.known_on, language)
            ),
            say.plain("Provisional"),
            content.settings.statement[language],
        ],
        "nav": [[name, say.plain(label)] for name, label in CONTENTS],
        "annex": [[name, say.plain(label)] for name, label in ANNEX],
        "annex_label": say.plain("Annex"),
        "running_head": say.plain(RUNNING[content.programme.coverage.partial], title=title, day=day),
        "skip_label": say.plain("Skip to the text"),
        "contents_label": say.plain("Contents"),
        "headline_label": say.plain("Headline"),
    }


def _issued(content: Composed, say: Wording) -> list[str]:
    """Return the number of the bulletin and who signs it, as far as the configuration says."""
    settings, programme = content.settings, content.programme
    number = settings.number(programme.quarter, programme.as_of)
    lines = [number[say.language]] if number else []
    if settings.signed_by:
        lines.append(say.plain("Signed by {name}", name=settings.term(settings.signed_by, say.language)))
    return lines


def record_of(content: Composed) -> BriefingRecord:
    """Return the document of briefing.json, with the pages' words and the companion workbook beside it."""
    settings, programme, pace = content.settings, content.programme, content.pace
    says = {language: Wording(language=language, figures=content.figures) for language in settings.languages}
    document = {
        "city": settings.city[settings.languages[0]],
        "quarter": programme.quarter,
        "as_of": programme.as_of.isoformat(),
        "known_on": programme.known_on.isoformat(),
        "language": list(settings.languages),
        "title": {language: title_of(content, say) for language, say in says.items()},
        "headline": {language: str(headline_text(content, say).unescape()) for language, say in says.items()},
        "partial": programme.coverage.partial,
        "coverage": programme.coverage.document(),
        "lacking": {
            language: in_words(programme.coverage, language, settings) for language in settings.languages
        },
        "figures": [
            {
                "key": figure.key,
                "value": figure.value,
                "unit": figure.unit,
                "shown": {language: figure.shown(language) for language in settings.languages},
                "cells": list(figure.places()),
            }
            for figure in content.figures.values()
        ],
        "forecast": {
            "target": content.forecast.target,
            "done": content.forecast.done,
            **{name: content.forecast.quantile(level) for name, level in LEVELS.items()},
            "probability": content.forecast.probability,
            "method": content.forecast.method,
            "reference_class": content.forecast.reference_class,
            "evidence": evidence_of(programme, content.forecast),
            "rules": asdict(content.rules),
        },
        "lights": lights(content),
        "bridge": _bridge(content.bridge),
        "record": [_scored(score) for score in (*content.record.scores, *content.record.hindcasts)],
        "outlook": content.outlook.document(),
        "pace": {
            "achieved_per_day": pace.achieved,
            "required_per_day": pace.required,
            "achieved_per_working_day": pace.achieved_working,
            "required_per_working_day": pace.required_working,
            "best_sustained_per_day": pace.best,
        },
        "issues": {
            severity: int((programme.issues["severity"] == severity).sum())
            for severity in ("error", "warning")
        },
        "inputs": [{"path": path, "sha256": sha256} for path, sha256 in content.provenance.inputs.items()],
        "inputs_sha256": content.provenance.inputs_sha256,
        "ledger": {"entries": content.provenance.ledger_entries, "head": content.provenance.ledger_head},
        "code": content.provenance.code_sha256,
        "packages": dict(content.provenance.packages),
        "parameters": dict(content.provenance.parameters),
        "seed": content.provenance.seed,
    }
    return BriefingRecord(
        document={
            "briefing": document,
            "pages": {language: page(content, language) for language in settings.languages},
            "companion": companion(content).document(),
        }
    )


def _bridge(bridge: Bridge | None) -> dict[str, Any] | None:
    """Return the bridge in whole yuan and percentage points: both add up exactly."""
    if bridge is None:
        return None
    earlier, median, chance = bridge.earlier, bridge.median_steps(), bridge.probability_steps()
    first, last = (
        None if level is None else rounded(level, 0.01) for level in bridge.probabilities[:: len(CAUSES)]
    )
    return {
        "from": {
            "as_of": earlier.as_of.isoformat(),
            "known_on": earlier.known_on.isoformat(),
            "published_on": None if earlier.published_on is None else earlier.published_on.isoformat(),
            "p50": rounded(bridge.medians[0], 1.0),
            "probability_points": first,
        },
        "steps": [
            {
                "cause": cause,
                "p50": median[cause],
                "probability_points": None if chance is None else chance[cause],
            }
            for cause in CAUSES
        ],
        "to": {
            "p50": rounded(bridge.medians[-1], 1.0),
            "probability_points": last,
        },
        "projects_added": bridge.added,
        "projects_removed": bridge.removed,
    }


def _scored(score: Score) -> dict[str, Any]:
    forecast = score.forecast
    return {
        "as_of": forecast.as_of.isoformat(),
        "published_on": forecast.published_on.isoformat(),
        "by": forecast.by,
        "hindcast": list(forecast.hindcast),
        "p10": forecast.quantiles["p10"],
        "p50": forecast.quantiles["p50"],
        "p90": forecast.quantiles["p90"],
        "outcome": score.outcome,
        "sha256": forecast.sha256,
    }
