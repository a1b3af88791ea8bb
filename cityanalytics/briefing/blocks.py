"""The page's pieces beside charts and tables: key numbers, marks, columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable


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
