"""Two records of a report held against each other: which numbers differ, where on a page, and because of which file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cityanalytics.issues import file_of
from cityanalytics.publishing.provenance import CONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from cityanalytics.briefing.figures.figure import Figure
    from cityanalytics.publishing.pagetext import Difference

Pair = tuple[object, object]
#: So many figures are named beside a text of a page at most, in the order of the record.
MOST_KEYS = 3
#: What of a record is told as a reason, not as a difference.
SOURCES = {"inputs", "code", "packages"}


def figures_of(record: Mapping[str, Any], again: Mapping[str, Any]) -> dict[str, Pair]:
    """Return the figures whose value differs, by key: recorded and now; None where there is none."""
    then, now = (
        {figure["key"]: figure["value"] for figure in document["figures"]} for document in (record, again)
    )
    return {
        key: (then.get(key), now.get(key))
        for key in sorted(then.keys() | now.keys())
        if then.get(key) != now.get(key)
    }


def rest_of(record: Mapping[str, Any], again: Mapping[str, Any], *, explained: bool) -> dict[str, Pair]:
    """Return what else differs, by its path in the document; hashes alone are left out where a reason explains them."""
    then, now = dict(_leaves(_rest(record), "")), dict(_leaves(_rest(again), ""))
    changed = set(figures_of(record, again))
    hidden = {"inputs_sha256"} if explained else set()
    return {
        path: (then.get(path), now.get(path))
        for path in [*then, *(path for path in now if path not in then)]
        if then.get(path) != now.get(path)
        and path not in hidden
        and not (path.startswith("figures.") and path.split(".")[1] in changed)
    }


def _rest(document: Mapping[str, Any]) -> dict[str, Any]:
    figures = {
        figure["key"]: {name: value for name, value in figure.items() if name not in {"key", "value"}}
        for figure in document["figures"]
    }
    return {**{name: value for name, value in document.items() if name not in SOURCES}, "figures": figures}


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for place, inner in enumerate(value):
            yield from _leaves(inner, f"{path}.{place}")
    else:
        yield path, value


def because(
    differing: Collection[str],
    record: Mapping[str, Any],
    now: Mapping[str, Figure],
    changed: Collection[str],
) -> dict[str, tuple[str, ...]]:
    """Return for each figure that differs the changed files that it rests on.

    Parameters
    ----------
    differing
        Keys of figures.
    record
        With the cells of up to a hundred a figure.
    now
        Figures with all their cells.
    changed
        Paths of changed files. A changed configuration may change every figure; so may a changed workbook one that
        knows no cells.
    """
    beside = set(changed) & set(CONFIGURATION)
    workbooks = set(changed) - beside
    recorded = {figure["key"]: figure["cells"] for figure in record["figures"]}
    found = {}
    for key in differing:
        cells = [*recorded.get(key, ()), *(now[key].cells if key in now else ())]
        used = workbooks & {file_of(cell, workbooks) for cell in cells}
        found[key] = tuple(sorted((used or workbooks) | beside))
    return found


def keys_of(texts: Sequence[Difference], again: Mapping[str, Any], language: str) -> list[tuple[str, ...]]:
    """Return beside each differing text the figures whose number stands in it now and did not, at most `MOST_KEYS`."""
    found = []
    for text in texts:
        keys = [
            figure["key"]
            for figure in again["figures"]
            if _holds(text.now, figure["shown"].get(language, ""))
            and not _holds(text.recorded, figure["shown"].get(language, ""))
        ]
        found.append(tuple(keys[:MOST_KEYS]))
    return found


def _holds(text: str, number: str) -> bool:
    return bool(number) and re.search(rf"(?<![\d.,]){re.escape(number)}(?!\d)", text) is not None
