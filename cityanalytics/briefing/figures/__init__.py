"""Every number of the page, declared once: key, name, unit, value, and the cells it comes from.

Sentences and tables take numbers from here alone, so that no number of the page is written by hand
and each can be traced.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing.figures.ahead import ahead, scenarios
from cityanalytics.briefing.figures.earlier import moved, recorded, since
from cityanalytics.briefing.figures.line import REGISTER, Line, drawn, on
from cityanalytics.briefing.figures.programme import groups, investment, physical, received
from cityanalytics.errors import ConfigurationError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cityanalytics.briefing.figures.basis import Basis
    from cityanalytics.briefing.figures.figure import Figure
    from cityanalytics.settings import Settings

FILES = (Line("inputs_files", "Input files", "count", lambda b: b.inputs, on(REGISTER)),)
#: Figures that a briefing has only where there is something for them to be of.
AT_TIMES = (
    r"since_\w+|(last_)?forecast(_moved)?_\w+|projects_(added|removed)|record_\w+|unassessed_projects\w*"
    r"|missing_\w+|years_(likely|reaching)|investment_(same_period|on_year_size|(vs_)?\d{4})|(demolition|sites|category|unit|constraint|contradicted"
    r"|stated_total|summed_total)_.+"
)


def figures(basis: Basis) -> dict[str, Figure]:
    """Return the figures of a briefing, by key.

    Parameters
    ----------
    basis
        The briefing's values.

    Raises
    ------
    ConfigurationError
        A kind of works, demolition or investment has the key of another figure.
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
    _check_own(basis.settings, [figure.key for figure in found])
    return {figure.key: figure for figure in found}


def _check_own(settings: Settings, keys: Sequence[str]) -> None:
    """Refuse keys of the configuration that are those of other figures: one would silently stand for the other."""
    twice = {key for key, times in Counter(keys).items() if times > 1}
    faults = [
        Message.of(
            "cityanalytics.toml: [{section}]: {key} is the key of another figure; choose another",
            section=f"{where}.{kind.key}",
            key=key,
        )
        for where in ("works", "demolition", "investments")
        for kind in getattr(settings, where)
        for key in sorted(twice)
        if key == kind.key or key.startswith(f"{kind.key}_")
    ]
    if faults:
        raise ConfigurationError(faults)


def may_be(key: str, settings: Settings) -> bool:
    """Tell whether a briefing of another day or city state could have a figure of this key."""
    kinds = (kind.key for kind in settings.demolition)
    return bool(re.fullmatch(AT_TIMES, key)) or any(
        key == kind or key.startswith(f"{kind}_") for kind in kinds
    )


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
