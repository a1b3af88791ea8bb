"""What a page says first: findings, each with a rule that finds it, a weight, and figures that lead to cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markupsafe import Markup

    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording

#: So many findings stand on the first screens.
MOST_FINDINGS = 6
#: So many names stand in one of them.
MOST_NAMES = 3
#: So many units are named at most, where together they make more than this part of all units' gaps.
MOST_UNITS = 4
CONCENTRATED = 0.5


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One remarkable thing.

    Parameters
    ----------
    rule
        Stable name of the rule that found it.
    weight
        What it is worth, as a fraction of the year's plan: findings of more weight come first.
    text
        One sentence; its numbers are figures of the briefing.
    """

    rule: str
    weight: float
    text: Markup


def findings(content: Composed, say: Wording) -> list[Finding]:
    """Return what is remarkable, the heaviest first; nothing where nothing is.

    Parameters
    ----------
    content
        The briefing's values.
    say
        The words of a language.
    """
    if not content.programme.plan > 0:
        return []
    found = [one for rule in RULES for one in rule(content, say)]
    return sorted(found, key=lambda one: -one.weight)[:MOST_FINDINGS]


def _paces(content: Composed, say: Wording) -> Iterator[Finding]:
    """Say what each day must bring, against what the last days brought."""
    pace = content.pace
    if pace.required is None or not pace.required or pace.last_30 is None:
        return
    missing = content.programme.plan - content.programme.done
    if pace.last_100 is None:
        text = say.strong(
            "Needed on each day that is left ({days_left}): {pace_required}; brought so far: {pace_achieved}, by the last 30 days: {pace_last_30}."
        )
    elif pace.required > pace.best:
        text = say.strong(
            "Needed on each day that is left ({days_left}): {pace_required}, more than the best {pace_best_days}-day run of the year brought ({pace_best}); the last 30 days brought {pace_last_30}, the last 100 {pace_last_100}, all days so far {pace_achieved}."
        )
    else:
        text = say.strong(
            "Needed on each day that is left ({days_left}): {pace_required}; the last 30 days brought {pace_last_30}, the last 100 {pace_last_100}, the best {pace_best_days}-day run {pace_best}, all days so far {pace_achieved}."
        )
    yield Finding(rule="paces", weight=0.5 * missing / content.programme.plan, text=text)


def _rulers(content: Composed, say: Wording) -> Iterator[Finding]:
    """Say where the year ends by each ruler, and whether they agree that the plan is reached."""
    programme, found = content.programme, content.figures
    if not content.pace.days_left or programme.done >= programme.plan:
        return
    ends = [found[key].value or 0.0 for key in ("forecast_p50", "bottom_up", "closes_at_achieved_pace")]
    reached = [end >= programme.plan for end in ends]
    if all(reached):
        agreed = say("all reach the plan")
    elif any(reached):
        agreed = say("they disagree on whether the plan is reached")
    else:
        agreed = say("none reaches the plan")
    width = content.forecast.quantile(0.9) - content.forecast.quantile(0.1)
    yield Finding(
        rule="rulers",
        weight=0.5 * width / programme.plan,
        text=say.strong(
            "Expected for the year: {forecast_p50} (eight times in ten {forecast_p10} to {forecast_p90}); by the projects' own dates {bottom_up}, at the pace so far {closes_at_achieved_pace}: {agreed}.",
            agreed=agreed,
        ),
    )


def _gap(content: Composed, say: Wording) -> Iterator[Finding]:
    """Say how far behind we are in money, and which units make the gap."""
    programme = content.programme
    behind = programme.elapsed * programme.plan - programme.done
    table = content.tables["units"].rows
    late = table[table["gap"] > 0]
    if not behind > 0 or late.empty:
        return
    first = late.head(int((late["part"].cumsum() <= CONCENTRATED).sum()) + 1)
    named = say.plain(", ").join(
        say.plain(
            "{name} ({person}) {part}",
            name=content.settings.term(str(unit), say.language),
            person=content.settings.term(str(person), say.language),
            part=content.figures[f"unit_{unit}_part"].shown(say.language),
        )
        if isinstance(person, str)
        else say.plain(
            "{name} {part}",
            name=content.settings.term(str(unit), say.language),
            part=content.figures[f"unit_{unit}_part"].shown(say.language),
        )
        for unit, person in zip(first["unit"], first["answers"], strict=True)
    )
    if len(first) <= MOST_UNITS:
        text = say.strong(
            "Behind elapsed time in money: {investment_behind}; of all units' gaps most lies with {named}.",
            named=named,
        )
    else:
        text = say.strong(
            "Behind elapsed time in money: {investment_behind}, spread over many units: {units_behind} of {units_total}."
        )
    yield Finding(rule="gap", weight=0.1 + 2 * behind / programme.plan, text=text)


def _not_started(content: Composed, say: Wording) -> Iterator[Finding]:
    """Say what has not started, and the chance that all of it does."""
    waiting = content.figures["projects_not_started_plan"].value or 0.0
    if not content.pace.days_left or not content.figures["projects_not_started"].value or not waiting:
        return
    yield Finding(
        rule="not_started",
        weight=waiting / content.programme.plan,
        text=say.strong(
            "Projects not started: {projects_not_started}, with {projects_not_started_plan} of this year's plan; chance that all of them start within the year: {all_start_probability}."
        ),
    )


def _short(content: Composed, say: Wording) -> Iterator[Finding]:
    """Say which categories will end the year short, by their medians."""
    if not content.pace.days_left:
        return
    table = content.outlook.by("category")
    short = table[table["short"] > 0]
    if short.empty:
        return
    named = say.plain(", ").join(
        content.settings.term(str(name), say.language) for name in short["category"].head(MOST_NAMES)
    )
    yield Finding(
        rule="short",
        weight=0.5 * float(short["short"].sum()) / content.programme.plan,
        text=say.strong(
            "Expected to end the year short of plan: categories {categories_short} of {categories_total}, units {units_short} of {units_total}; furthest: {named}.",
            named=named,
        ),
    )


def _claims(content: Composed, say: Wording) -> Iterator[Finding]:
    """Say what units report as on schedule against their own figures."""
    rows = content.reconciliation.contradicted
    if rows.empty:
        return
    yield Finding(
        rule="claims",
        weight=float(rows["gap"].clip(lower=0).sum()) / content.programme.plan,
        text=say.strong(
            "Reported as on schedule, but below elapsed time by the figures: projects {contradicted_projects}."
        ),
    )


def _asked(content: Composed, say: Wording) -> Iterator[Finding]:
    """Say what is asked of leaders, and what most of it is about."""
    rows = content.tables["asks"].rows
    if rows.empty:
        return
    most = rows["office"].iloc[0]
    if pd.isna(most):
        text = say.strong("Projects that ask for a decision: {requests_total}.")
    else:
        name = content.settings.term(str(most), say.language)
        if most in content.settings.offices.values():
            text = say.strong(
                "Projects that ask for a decision: {requests_total}; most is at stake with {name}.", name=name
            )
        else:  # a constraint that no office is configured for
            text = say.strong(
                "Projects that ask for a decision: {requests_total}; most is at stake over {name}.", name=name
            )
    yield Finding(rule="asked", weight=float(rows["gap"].sum()) / content.programme.plan, text=text)


#: The rules, each with what it finds in a briefing's values.
RULES: tuple[Callable[[Composed, Wording], Iterator[Finding]], ...] = (
    _rulers,
    _gap,
    _paces,
    _not_started,
    _short,
    _asked,
    _claims,
)
