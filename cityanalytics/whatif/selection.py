"""Which projects a lever acts on: names inside a key are alternatives, keys narrow each other."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from cityanalytics.errors import UsageError
from cityanalytics.issues import Message
from cityanalytics.whatif.levers import CHOICES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import pandas as pd

    from cityanalytics.whatif.levers import Lever


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What levers choose from.

    Parameters
    ----------
    projects
        One row a project: ``project``, ``unit``, ``category``, ``town``, ``constraint``, ``stage``.
    open
        Whether the project is not completed (bool): only those are chosen.
    """

    projects: pd.DataFrame
    open: np.ndarray
    _found: dict[tuple[tuple[str, ...], ...], np.ndarray] = field(
        default_factory=dict, repr=False, compare=False
    )

    def rows(self, lever: Lever) -> np.ndarray:
        """Return which projects a lever chooses (bool, one a project)."""
        asked = tuple(getattr(lever, key) for key in CHOICES)
        if asked not in self._found:
            chosen = self.open.copy()
            for column, names in zip(CHOICES.values(), asked, strict=True):
                if names:
                    chosen &= self.projects[column].isin(names).to_numpy()
            self._found[asked] = chosen
        return self._found[asked]

    def find(self, names: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
        """Return the keys that names belong to, the first that knows each, and the names that none knows."""
        chosen: dict[str, list[str]] = {}
        unknown = []
        for name in names:
            key = next((key for key in CHOICES if name in self.names[key]), None)
            if key is None:
                unknown.append(name)
            else:
                chosen.setdefault(key, []).append(name)
        return chosen, unknown

    def keys(self, listed: str) -> dict[str, list[str]]:
        """Return the keys that names between commas belong to.

        Raises
        ------
        UsageError
            A name is unknown; the message has the nearest.
        """
        chosen, unknown = self.find([one.strip() for one in listed.split(",") if one.strip()])
        if unknown:
            known = [name for names in self.names.values() for name in names]
            near = difflib.get_close_matches(unknown[0], known, n=1, cutoff=0.3)
            raise UsageError(
                Message.of("unknown name {name}; nearest: {near}", name=unknown[0], near=", ".join(near))
            )
        return chosen

    @cached_property
    def names(self) -> dict[str, tuple[str, ...]]:
        """The names that each key may hold, of all projects; none where no workbook has the column."""
        return {
            key: tuple(sorted(self.projects[column].dropna().astype(str).unique()))
            for key, column in CHOICES.items()
        }
