"""A bureau's folder, opened once: what it is set to, what was received, its tables, the programme at any two times."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cityanalytics.intake.register import read_register
from cityanalytics.intake.store import read_tables
from cityanalytics.programme.dates import resolve_dates
from cityanalytics.programme.snapshot import take_snapshot
from cityanalytics.settings import find_workspace, load_settings

if TYPE_CHECKING:
    import datetime as dt

    from cityanalytics.intake.register import Receipt
    from cityanalytics.programme.dates import Dates
    from cityanalytics.programme.snapshot import Programme, Tables
    from cityanalytics.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """A workspace as it is when it is looked at first: nothing is read twice, and nothing that is not asked for.

    What comes into the folder later is seen by a workspace that is opened later.

    Parameters
    ----------
    settings
        The configuration.
    given
        Canonical tables that stand in the place of those on disk.
    """

    settings: Settings
    given: Tables | None = None
    _programmes: dict[tuple[dt.date, dt.date], Programme] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def open(cls, path: Path | str = ".") -> Workspace:
        """Open the workspace that a folder belongs to.

        Parameters
        ----------
        path
            A folder of the workspace; the nearest one upwards with a cityanalytics.toml is taken.

        Raises
        ------
        UsageError
            There is none, or its configuration does not hold.
        """
        return cls(settings=load_settings(find_workspace(Path(path).resolve())))

    @cached_property
    def register(self) -> tuple[Receipt, ...]:
        """What was received and counts, in order of receipt."""
        return read_register(self.settings)

    @cached_property
    def stored(self) -> Tables:
        """The canonical tables by name, with all that was received, workbooks replaced by corrections too.

        Raises
        ------
        CityAnalyticsError
            There are none, or they are not those of what was received.
        """
        return read_tables(self.settings) if self.given is None else self.given

    def dates(self, quarter: str = "", as_of: str = "", known_on: str = "") -> Dates:
        """Return a quarter and the two times of a programme, checked against the tables.

        Parameters
        ----------
        quarter, as_of, known_on
            Texts; empty for the defaults of :func:`cityanalytics.programme.dates.resolve_dates`.
        """
        return resolve_dates(self.settings, self.stored, quarter=quarter, as_of=as_of, known_on=known_on)

    def snapshot(self, *, as_of: dt.date, known_on: dt.date) -> Programme:
        """Return the programme at two times; it is made once.

        Raises
        ------
        InsufficientDataError
            Too little was received.
        """
        times = as_of, known_on
        if times not in self._programmes:
            taken = take_snapshot(self.stored, as_of=as_of, known_on=known_on)
            self._programmes[times] = replace(taken, source=self)
        return self._programmes[times]
