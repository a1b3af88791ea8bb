"""The page's pieces beside charts and tables: key numbers, marks, columns, and the choice of scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_SCENARIOS = 6


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A labelled value, already worded.

    Parameters
    ----------
    label, value
        What it is, and how much.
    note
        A short remark under it.
    behind
        Whether it is a warning; the words must say so too.
    """

    label: str
    value: str
    note: str = ""
    behind: bool = False


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer to "what if".

    Parameters
    ----------
    name
        Short, for the choice.
    sentence
        What is changed and what follows.
    facts
        The same labels in the same order for every scenario.
    """

    name: str
    sentence: str
    facts: tuple[Fact, ...]


def key_numbers(facts: Iterable[Fact]) -> Markup:
    """Return the few numbers to remember, for under the headline.

    Examples
    --------
    >>> "<dd>62.0亿元</dd>" in key_numbers([Fact(label="累计完成", value="62.0亿元")])
    True
    """
    return Markup("<dl class=keys>{}</dl>").format(_facts(facts))


def _facts(facts: Iterable[Fact]) -> Markup:
    return Markup("").join(
        Markup("<div{}><dt>{}</dt><dd>{}</dd>{}</div>").format(
            Markup(" class=late") if fact.behind else "",
            fact.label,
            fact.value,
            Markup("<dd class=note>{}</dd>").format(fact.note) if fact.note else "",
        )
        for fact in facts
    )


def late(word: str) -> Markup:
    """Return a word that marks what is behind; the mark is a shape and the word, not a colour alone."""
    return Markup("<span class=late>{}</span>").format(word)


def side_by_side(*pieces: Markup) -> Markup:
    """Return pieces in two columns where there is room; markup joined into one piece stays in one column."""
    columns = Markup("\n").join(Markup("<div>{}</div>").format(piece) for piece in pieces)
    return Markup("<div class=pair>{}</div>").format(columns)


def scenario_chooser(
    scenarios: Sequence[Choice],
    *,
    legend: str,
    table: Markup,
) -> Markup:
    """Return a choice of scenarios that works without scripts; on paper the table stands instead.

    Parameters
    ----------
    scenarios
        Base first; two to six.
    legend
        What is chosen.
    table
        All scenarios, for print.

    Raises
    ------
    ValueError
        If there are fewer than two scenarios or more than six.
    """
    if not 1 < len(scenarios) <= MOST_SCENARIOS:
        message = f"two to {MOST_SCENARIOS} scenarios can be chosen from, not {len(scenarios)}"
        raise ValueError(message)
    choices = Markup("").join(
        Markup("<input type=radio name=scenario id=scenario-{}{}><label for=scenario-{}>{}</label>").format(
            at, Markup(" checked") if at == 1 else "", at, scenario.name
        )
        for at, scenario in enumerate(scenarios, start=1)
    )
    panels = Markup("").join(
        Markup("<div class=panel><p>{}</p><dl class=keys>{}</dl></div>").format(
            scenario.sentence, _facts(scenario.facts)
        )
        for scenario in scenarios
    )
    return Markup(
        "<fieldset class=chooser><legend>{}</legend>{}<div class=panels>{}</div></fieldset>"
        "<div class=paper>{}</div>"
    ).format(legend, choices, panels, table)
