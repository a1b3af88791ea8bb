"""What was forecast earlier, for analysts: the whole ledger, and what tests on public series let one expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing import display
from cityanalytics.briefing.figures.earlier import recorded
from cityanalytics.briefing.section import bullets, paragraph, section
from cityanalytics.briefing.sections.record import skill_sentence
from cityanalytics.briefing.tables import of_look_back, of_tests
from cityanalytics.series.backtests import OURS

if TYPE_CHECKING:
    from markupsafe import Markup

    from cityanalytics.briefing.content import LookBack, PastTests
    from cityanalytics.briefing.section import Section
    from cityanalytics.briefing.wording import Wording
    from cityanalytics.series.backtests import Expectation


def ledger(found: LookBack) -> Section:
    """List every entry of the ledger; hindcasts apart, since they do not count."""

    def write(say: Wording) -> Markup:
        record = found.record
        if not record.scores and not record.hindcasts:
            return paragraph(say("The ledger is empty: nothing has been published."))
        shown = paragraph(
            say(
                "Forecasts published in time: {record_published}; hindcasts, which do not count: {record_hindcasts}."
            )
        )
        if record.scores:
            shown += paragraph(skill_sentence(record, say))
        return shown + of_look_back(found)["record"].html(say.language)

    figures = {figure.key: figure for figure in recorded(found.record)}
    return section("ledger", found.settings.languages, write, figures=figures)


def backtests(found: LookBack, tests: PastTests) -> Section:
    """Show how the methods did on monthly series, public or given, and what that lets a reader expect."""
    tested = tests.found

    def write(say: Wording) -> Markup:
        expected = bullets([_expected(one, say) for one in tested if one.method == OURS])
        table = of_tests(tests, found.settings).html(say.language)
        if tests.given:
            return expected + table
        limit = say(
            "These are series of whole countries and regions, forecast month by month; a single city's programme, "
            "forecast by the pace of a reference class, will surprise more."
        )
        return expected + table + paragraph(limit, note=True)

    return section("backtests", found.settings.languages, write)


def _expected(one: Expectation, say: Wording) -> Markup:
    return say(
        "At the end of month {month}, half of all years land within {typical} of the median in a typical group of "
        "series ({best} in the calmest, {worst} in the wildest); of {years} years {coverage} fell inside the 80% band.",
        month=one.month,
        years=one.years,
        coverage=display.share(one.coverage, say.language, places=0),
        **{name: display.share(getattr(one, name), say.language) for name in ("typical", "best", "worst")},
    )
