"""Figures of what was expected of the units: how many reported, and what is not there, with what it is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityanalytics.briefing.figures.figure import Figure, Name
from cityanalytics.briefing.figures.line import DONE, PLAN, REGISTER, Line, Rests, configured, drawn, on

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cityanalytics.programme.coverage import Coverage

ON_CELLS = Rests(cells=lambda m: m.cells, tables=(PLAN, DONE))
ON_ALL = Rests(
    cells=lambda c: [cell for lack in c.lacks for cell in lack.cells],
    tables=(PLAN, DONE),
    sources=(REGISTER, configured("units")),
)
EXPECTED = (
    Line("units_expected", "Units expected to report", "count", lambda c: len(c.expected), on(configured("units"))),
    Line("units_received", "Units that reported", "count", lambda c: len(c.expected) - len(c.absent), on(REGISTER)),
    Line("units_missing", "Units that did not report", "count", lambda c: len(c.absent), on(REGISTER)),
)  # fmt: skip
MISSING = (
    Line("missing_plan", "What is missing: annual plan as last known", "yuan", lambda c: c.plan, ON_ALL),
    Line("missing_done", "What is missing: investment as last known", "yuan", lambda c: c.done, ON_ALL),
)
OF_LACK = (
    Line("_plan", "{what}: annual plan as last known", "yuan", lambda m: m.plan, ON_CELLS),
    Line("_done", "{what}: investment as last known", "yuan", lambda m: m.done, ON_CELLS),
)


def lacking(coverage: Coverage, term: Callable[[str], Mapping[str, str]]) -> list[Figure]:
    """Return how many units reported; where something is missing, what it is worth, in order of `coverage.lacks`; then what has left.

    Parameters
    ----------
    coverage
        What was expected, and what of it is missing.
    term
        From a word of the data to what it is called, by language.
    """
    found = drawn(EXPECTED, coverage)
    if coverage.partial:
        found += drawn(MISSING, coverage)
    for rank, lack in enumerate(coverage.lacks, start=1):
        if lack.plan is not None:
            what = Name(text="{name}", gaps={"name": lack.name or term(lack.unit)})
            found += drawn(OF_LACK, lack, f"missing_{rank}", what)
    for rank, (lack, _) in enumerate(coverage.left, start=1):
        if lack.plan is not None:
            found += drawn(OF_LACK, lack, f"left_{rank}", Name(text="{name}", gaps={"name": lack.name}))
    return found
