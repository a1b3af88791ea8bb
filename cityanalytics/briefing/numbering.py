"""Numbers of tables and figures as they stand on a page: what a page leaves out leaves no hole among them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cityanalytics.briefing.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable


def renumbered(page: str, language: str) -> str:
    """Return a page whose tables and figures are numbered from 1 in the order in which they stand.

    Each part numbers its own as if every part were whole (`Table.html`, `ShownChart.html`).

    Examples
    --------
    >>> part = "<div aria-labelledby=table-{0}><caption id=table-{0}><span><b>Table {0}. T</b></span></div>"
    >>> print(renumbered(part.format(3), "en"))
    <div aria-labelledby=table-1><caption id=table-1><span><b>Table 1. T</b></span></div>
    """
    rules = LANGUAGES[language]
    for opening, label in (
        (r"<caption id=table-\d+><span><b>", rules.table),
        ("<figcaption><b>", rules.figure),
    ):
        page = re.sub(rf"({opening}){_numbered(label)}", _counter(label), page)
    order = re.findall(r"<caption id=table-(\d+)>", page)
    places = {given: at for at, given in enumerate(order, start=1)}
    page = re.sub(r"(id|labelledby)=table-(\d+)", lambda found: f"{found[1]}=table-{places[found[2]]}", page)
    return re.sub(
        rf'<a href="#table-(\d+)">{_numbered(rules.table)}</a>',
        lambda found: f'<a href="#table-{places[found[1]]}">{rules.table.format(places[found[1]])}</a>',
        page,
    )


def _numbered(label: str) -> str:
    before, after = map(re.escape, label.split("{}"))
    return rf"{before}\d+{after}"


def _counter(label: str) -> Callable[[re.Match[str]], str]:
    count = 0

    def next_one(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return found[1] + label.format(count)

    return next_one
