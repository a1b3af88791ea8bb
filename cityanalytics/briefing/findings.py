"""What a page says first: findings, each with a rule that finds it, a weight, and figures that lead to cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.briefing import display
from cityanalytics.briefing.lacking import space
from cityanalytics.briefing.rounding import before_rounding
from cityanalytics.programme import progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import pandas as pd
    from markupsafe import Markup

    from cityanalytics.briefing.composed import Composed
    from cityanalytics.briefing.wording import Wording

#: So many findings stand on the first screens.
MOST_FINDINGS = 6
#: What leaders ask first is answered wherever there is an answer; other findings stand beside it by their weight.
ASKED_FIRST = ("gap", "paces", "asked")
#: So many names stand in one of them.
MOST_NAMES = 3
#: So many categories that reach their plans are named, where all others fall short.
MOST_CARRYING = 2
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
    """Return what answers leaders' first questions and what else is remarkable, the heaviest first; nothing where nothing is.

    Parameters
    ----------
    content
        The briefing's values.
    say
        The words of a language.
    """
    return sorted(_ranked(content, say)[:MOST_FINDINGS], key=lambda one: -one.weight)


def left_for(rule: str, content: Composed, say: Wording) -> list[Markup]:
    """Return what a rule finds that does not stand among the first findings: its section says it."""
    return [one.text for one in _ranked(content, say)[MOST_FINDINGS:] if one.rule == rule]


def _ranked(content: Composed, say: Wording) -> list[Finding]:
    if not content.programme.plan > 0:
        return []
    found = [one for rule in RULES for one in rule(content, say)]
    return sorted(found, key=lambda one: (one.rule not in ASKED_FIRST, -one.weight))


def _paces(content: Composed, say: Wording) -> Iterator[Finding]:
    """Say what each day must bring, against what the last days brought."""
    pace = content.pace
    if pace.required is None or not pace.required:
        return
    rounding = before_rounding(say, "annual_plan", "investment_to_date", "plan_missing")
    missing = content.figures["plan_missing"].value or 0.0
    if pace.last_30 is None:
        text = say.strong(
            "Needed in the days that are left ({days_left}): {plan_missing}{rounding}, or {pace_required}; neither the last 30 days nor the last 100 are there yet: the days so far ({days_gone}) brought {pace_achieved}.",
            rounding=rounding,
        )
    elif pace.last_100 is None:
        text = say.strong(
            "Needed in the days that are left ({days_left}): {plan_missing}{rounding}, or {pace_required}; the last 30 days brought {pace_last_30}; for the last 100, which are not there yet, stand the days so far ({days_gone}): {pace_achieved}.",
            rounding=rounding,
        )
    elif pace.required > pace.best:
        text = say.strong(
            "Needed in the days that are left ({days_left}): {plan_missing}{rounding}, or {pace_required}, above the best {pace_best_days}-day run of the year ({pace_best}); the last 30 days brought {pace_last_30}, the last 100 {pace_last_100}, all days so far {pace_achieved}.",
            rounding=rounding,
        )
    else:
        text = say.strong(
            "Needed in the days that are left ({days_left}): {plan_missing}{rounding}, or {pace_required}; the last 30 days brought {pace_last_30}, the last 100 {pace_last_100}, the best {pace_best_days}-day run {pace_best}, all days so far {pace_achieved}.",
            rounding=rounding,
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
            "Expected for the year: {forecast_p50} (in eight of ten cases {forecast_p10} to {forecast_p90}); by the projects' own dates {bottom_up}, at the pace so far {closes_at_achieved_pace}: {agreed}.",
            agreed=agreed,
        ),
    )


def _gap(content: Composed, say: Wording) -> Iterator[Finding]:
    """Say how far behind we are in money, and which units make the gap."""
    programme = content.programme
    table = content.tables["units"].rows
    late = table[table["gap"] > 0]
    if not progress.is_behind(programme) or late.empty:
        return
    most = int((late["part"].cumsum() <= CONCENTRATED).sum()) + 1
    concentrated = most <= MOST_UNITS
    named = _answering(content, late.head(most if concentrated else MOST_NAMES), say)
    if concentrated:
        text = say.strong(
            "Investment is {investment_behind} behind elapsed time; more than half of all units' shortfall lies with {named}.",
            named=named,
        )
    else:
        text = say.strong(
            "Investment is {investment_behind} behind elapsed time, spread over many units ({units_behind} of {units_total}); of all units' shortfall the largest parts: {named}.",
            named=named,
        )
    yield Finding(
        rule="gap", weight=0.1 + 2 * (programme.elapsed - programme.done / programme.plan), text=text
    )


def _answering(content: Composed, units: pd.DataFrame, say: Wording) -> Markup:
    """Name units with who answers for each, and its part of all gaps."""

    def named(unit: str, person: object) -> Markup:
        name, part = content.settings.term(unit, say.language), content.figures[f"unit_{unit}_part"]
        texts = {"name": name, "part": part.shown(say.language)}
        if not isinstance(person, str):
            return say("{name} {part}", **texts)
        return say("{name} ({person}) {part}", person=content.settings.term(person, say.language), **texts)

    return say(", ").join(
        named(str(unit), person) for unit, person in zip(units["unit"], units["answers"], strict=True)
    )


def _not_started(content: Composed, say: Wording) -> Iterator[Finding]:
    """Say what has not started, and how much of it is expected to wait on."""
    waiting = content.figures["projects_not_started_plan"].value or 0.0
    if not content.pace.days_left or not content.figures["projects_not_started"].value or not waiting:
        return
    yield Finding(
        rule="not_started",
        weight=waiting / content.programme.plan,
        text=say.strong(
            "Projects not started: {projects_not_started}, with {projects_not_started_plan} of this year's plan; of these not expected to start within the year: {projects_not_started_p50}."
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
    carrying = table[table["short"] <= 0].sort_values("plan", ascending=False, kind="stable")
    furthest = _terms(content, short["category"].head(MOST_NAMES), say)
    if 0 < len(carrying) <= MOST_CARRYING:
        text = say.strong(
            "Expected to end the year short of plan: categories {categories_short} of {categories_total} (all but {carrying}), units {units_short} of {units_total}; largest shortfalls: {named}.",
            carrying=_terms(content, carrying["category"], say),
            named=furthest,
        )
    else:
        text = say.strong(
            "Expected to end the year short of plan: categories {categories_short} of {categories_total}, units {units_short} of {units_total}; largest shortfalls: {named}.",
            named=furthest,
        )
    yield Finding(
        rule="short",
        weight=0.5 * float(short["short"].sum()) / content.programme.plan,
        text=text,
    )


def _terms(content: Composed, names: Iterable[object], say: Wording) -> Markup:
    return say(", ").join(content.settings.term(str(name), say.language) for name in names)


def _demolition(content: Composed, say: Wording) -> Iterator[Finding]:
    """Say that even the upper end of what demolition is expected to reach lies below its plan."""
    found = content.figures
    if not content.pace.days_left or not content.programme.demolition.size:
        return
    plan, expected, high = (
        found[f"demolition_total_{name}"].value or 0.0 for name in ("planned", "p50", "p90")
    )
    if high >= plan:
        return
    yield Finding(
        rule="demolition",
        weight=0.5 * (plan - expected) / plan,
        text=say.strong(
            "Demolition is not expected to meet its plan of {demolition_total_planned}: expected {demolition_total_p50}, at the high end {demolition_total_p90}."
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
    """Say what is asked of leaders, what granting it brings, and what to decide first, by when."""
    asked, found = content.asked, content.figures
    if asked.projects.empty:
        return
    weight = (found["requests_short"].value or 0.0) / content.programme.plan
    total = say.strong(
        "Projects that ask for a decision: {requests_total}, expected to end the year {requests_short} short of plan."
    )
    if asked.together is None:
        yield Finding(rule="asked", weight=weight, text=total)
        return
    day = display.day_text(asked.first, say.language)
    first = asked.offices.iloc[0]
    if not first["adds"]:
        then = say("Granted from {day} on, they add nothing to this year.", day=day)
    else:
        name = _decider(content, first["office"], say)
        then = say.strong(
            "Granted from {day} on, they add {requests_gained}; a week's delay costs {requests_waits}. The largest part: {name} (projects: {requests_first}), to be granted by {latest}, when half of it is left.",
            day=day,
            name=name,
            latest=display.day_text(first["latest"].date(), say.language),
        )
    yield Finding(rule="asked", weight=weight, text=space(say).join([total, then]))


def _decider(content: Composed, office: object, say: Wording) -> str:
    """Name the office that decides or, where none is configured, what holds the projects up."""
    if not isinstance(office, str):
        return say.plain("those without a reported constraint")
    name = content.settings.term(office, say.language)
    known = office in content.settings.offices.values()
    return name if known else say.plain("those held up by {name}", name=name)


#: The rules, each with what it finds in a briefing's values.
RULES: tuple[Callable[[Composed, Wording], Iterator[Finding]], ...] = (
    _rulers,
    _gap,
    _paces,
    _not_started,
    _demolition,
    _short,
    _asked,
    _claims,
)
