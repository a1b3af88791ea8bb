"""Every number of the page, declared once: key, name, unit, value, and the cells it comes from.

Sentences and tables take numbers from here alone, so that no number of the page is written by hand
and each can be traced.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing.figures.ahead import ahead, scenarios
from cityanalytics.briefing.figures.earlier import moved, recorded, since
from cityanalytics.briefing.figures.line import REGISTER, Line, drawn, on
from cityanalytics.briefing.figures.programme import groups, investment, physical, received

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cityanalytics.briefing.figures.basis import Basis
    from cityanalytics.briefing.figures.figure import Figure

FILES = (Line("inputs_files", "Input files", "count", lambda b: b.inputs, on(REGISTER)),)


def figures(basis: Basis) -> dict[str, Figure]:
    """Return the figures of a briefing, by key.

    Parameters
    ----------
    basis
        The briefing's values.
    """
    found = [
        *investment(basis),
        *physical(basis),
        *groups(basis),
        *ahead(basis),
        *received(basis),
        *since(basis.changes),
        *moved(basis.bridge),
        *recorded(basis.record),
        *drawn(FILES, basis),
        *scenarios(basis),
    ]
    return {figure.key: figure for figure in found}


def frame(found: Mapping[str, Figure], languages: Sequence[str]) -> pd.DataFrame:
    """Return figures as a frame.

    Parameters
    ----------
    found
        Figures by key.
    languages
        Codes such as ``zh``.

    Returns
    -------
    pandas.DataFrame
        One row a figure: ``key``, ``value`` (float64 in ``unit``; missing where it cannot be known), ``unit``,
        ``shown``, as a reader of the first language sees it, and ``shown_en`` and so on for each further one.

    Examples
    --------
    >>> from cityanalytics.briefing.figures.figure import Figure
    >>> done = Figure(key="investment_to_date", value=6.2e9, unit="yuan")
    >>> print(*frame({done.key: done}, ["en"]).iloc[0])
    investment_to_date 6200000000.0 yuan ¥6.20 bn
    """
    of = list(found.values())
    columns = ["shown", *(f"shown_{language}" for language in languages[1:])]
    return pd.DataFrame(
        {
            "key": [one.key for one in of],
            "value": pd.Series([one.value for one in of], dtype=float),
            "unit": [one.unit for one in of],
            **{
                column: [one.shown(language) for one in of]
                for column, language in zip(columns, languages, strict=True)
            },
        }
    )
