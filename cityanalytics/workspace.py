"""A bureau's folder, opened once: what it is set to, what was received, its tables, the programme at any two times."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cityanalytics.intake.aliases import FILE, read_confirmed
from cityanalytics.intake.described import Described
from cityanalytics.intake.register import read_register, read_withdrawals
from cityanalytics.intake.schema import LASTING, OPTIONAL
from cityanalytics.intake.store import plain_text, read_manifest, read_tables
from cityanalytics.programme.dates import resolve_dates
from cityanalytics.settings import find_workspace, load_settings

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from os import PathLike

    import pandas as pd

    from cityanalytics.intake.aliases import Departure
    from cityanalytics.intake.orders import Order
    from cityanalytics.intake.register import Receipt
    from cityanalytics.programme.counting import Books
    from cityanalytics.programme.coverage import Coverage
    from cityanalytics.programme.dates import Dates
    from cityanalytics.programme.known import Known, Tables
    from cityanalytics.programme.snapshot import Programme
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
    inputs
        What the manifest says of each workbook that they were read from.

    Examples
    --------
    >>> workspace = ca.open_workspace(folder)
    >>> workspace.settings.languages
    ('zh', 'en')
    """

    settings: Settings
    given: Tables | None = None
    inputs: Sequence[Mapping[str, Any]] = ()
    _programmes: dict[tuple[dt.date, dt.date], Programme] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _known: dict[tuple[dt.date, int], Known] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @classmethod
    def at(cls, path: str | PathLike[str] = ".") -> Workspace:
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
        return tuple(receipt for receipt in self._sent if receipt.file not in self._withdrawn)

    @cached_property
    def _sent(self) -> tuple[Receipt, ...]:
        return read_register(self.settings, withdrawn=True)

    @cached_property
    def _withdrawn(self) -> frozenset[str]:
        return frozenset(one.file for one in read_withdrawals(self.settings))

    @cached_property
    def stored(self) -> Tables:
        """The canonical tables by name, with all that was received, workbooks replaced by corrections too.

        Raises
        ------
        CityAnalyticsError
            There are none, or they are not those of what was received.
        """
        return read_tables(self.settings) if self.given is None else self.given

    @property
    def quarters(self) -> tuple[str, ...]:
        """Quarters for which something was received, in order.

        Examples
        --------
        >>> workspace.quarters[-1]
        '2010Q3'
        """
        return tuple(sorted({receipt.quarter for receipt in self.register}))

    @property
    def received(self) -> pd.DataFrame:
        """The register.

        Returns
        -------
        pandas.DataFrame
            One row a workbook that counts, in order of receipt: ``file``, ``unit``, ``quarter``, ``received``
            (date), ``sha256``.

        Examples
        --------
        >>> workspace.received["quarter"].value_counts().sort_index().tolist()
        [24, 22, 23]
        """
        names = ["file", "unit", "quarter", "received", "sha256"]
        rows = [[getattr(receipt, name) for name in names] for receipt in self.register]
        import pandas as pd

        table = pd.DataFrame(rows, columns=names)
        return table.assign(received=pd.to_datetime(table["received"]))

    @cached_property
    def tables(self) -> Tables:
        """The canonical tables by name, with what counts now: no row that a correction has replaced.

        Returns
        -------
        dict of pandas.DataFrame
            ``projects``, ``plans``, ``investment``, ``demolition``, ``status``, ``works``, ``history``, and of dispatch
            ``answers``, ``notices``, ``excuses``, ``funds`` (one row a thing and workbook; amounts in yuan, areas in
            square metres, shares as fractions; ``x_cell`` is where ``x`` was read from) and ``issues``.

        Examples
        --------
        >>> len(workspace.tables["projects"]) + len(workspace.replaced["projects"]) == len(workspace.stored["projects"])
        True
        """
        from cityanalytics.programme.counting import Books

        kept = {
            name: Books.of(table).uncorrected().rows(table)
            for name, table in self._dated.items()
            if name not in LASTING
        }
        return {name: kept.get(name, table) for name, table in self.stored.items()}

    @cached_property
    def replaced(self) -> Tables:
        """The rows of the canonical tables that corrections or withdrawals took out, by name of the table.

        What a correction replaced counts for days before it came; what was withdrawn counts for none, and its
        workbooks are read again when this is first asked for.

        Returns
        -------
        dict of pandas.DataFrame
            As `tables`, without ``issues``; ``file`` names the workbook of each row.

        Raises
        ------
        CityAnalyticsError
            There are no tables, or they are not those of what was received.

        Examples
        --------
        >>> sorted(workspace.replaced)[:3]
        ['answers', 'demolition', 'excuses']
        """
        corrected = {name: table.drop(index=self.tables[name].index) for name, table in self._dated.items()}
        if self.given is not None or not self._withdrawn:
            return corrected
        import pandas as pd

        from cityanalytics.intake.load import read_withdrawn  # understanding workbooks is slow to import

        withdrawn = read_withdrawn(self.settings)
        return {
            name: pd.concat([table, withdrawn[name]], ignore_index=True) for name, table in corrected.items()
        }

    @property
    def _dated(self) -> Tables:
        return {name: table for name, table in self.stored.items() if "received" in table}

    def issues(self, quarter: str | None = None, *, live: bool = True) -> pd.DataFrame:
        """Return what was doubtful in the workbooks.

        Parameters
        ----------
        quarter
            Only of its workbooks.
        live
            Whether issues of workbooks that a correction has replaced are left out.

        Returns
        -------
        pandas.DataFrame
            One row a doubt: ``severity``, ``code``, ``where``, ``value``, ``understood``, ``suggestion``, ``file``,
            ``quarter``, ``live``.

        Examples
        --------
        >>> len(workspace.issues("2010Q3")) <= len(workspace.issues(live=False))
        True
        """
        from cityanalytics.intake.ingestion import issue_frame

        files = {
            which: {file for name in self._dated for file in tables[name]["file"].unique()}
            for which, tables in (("all", self.stored), ("now", self.tables))
        }
        replaced = self._withdrawn | (files["all"] - files["now"])
        table = issue_frame(self.stored["issues"], self.register, replaced=replaced)
        kept = (table["live"] | (not live)) & (quarter is None or table["quarter"] == quarter)
        return table[kept].reset_index(drop=True)

    @cached_property
    def orders(self) -> tuple[Order, ...]:
        """What dispatches have asked of the units, in the order of issue."""
        from cityanalytics.intake.orders import read_orders  # few commands ask

        return read_orders(self.settings)

    def coverage(self, *, as_of: dt.date, known_on: dt.date) -> Coverage:
        """Return how much of what was expected of the units had come.

        Parameters
        ----------
        as_of
            The day that figures describe; what is expected is that of its quarter.
        known_on
            The day by which it had been received.
        """
        from cityanalytics.programme.coverage import coverage_of

        return coverage_of(
            self.stored,
            books=self._books,
            units=self.settings.units,
            as_of=as_of,
            known_on=known_on,
            emptied={one[:3] for one in self._emptied if one[3] <= known_on.isoformat()},
            withdrawn={
                (receipt.unit, receipt.quarter)
                for receipt in self._sent
                if receipt.file in self._withdrawn and receipt.received <= known_on
            },
            gone=self._gone,
        )

    @cached_property
    def _gone(self) -> tuple[Departure, ...]:
        return read_confirmed(self.settings.root / FILE).gone

    @cached_property
    def _emptied(self) -> tuple[tuple[str, str, str, str], ...]:
        """Unit, quarter, table and day of receipt of each sheet of works or sites that came without a row."""
        inputs = self.inputs if self.given is not None else read_manifest(self.settings)["inputs"]
        return tuple(
            (entry["unit"], entry["quarter"], name, entry["received"])
            for entry in inputs
            for counts in entry["rows"].values()
            for name in counts
            if name in OPTIONAL and not counts[name]
        )

    def _repr_html_(self) -> str:
        counts = self.received.groupby("quarter").agg(workbooks=("file", "size"), last=("received", "max"))
        return f"<p>{escape(str(self.settings.root))}</p>{counts.to_html()}"

    @cached_property
    def described(self) -> Described:
        """Which quarters and days the tables describe; of those on disk their manifest says so.

        Raises
        ------
        CityAnalyticsError
            As `stored`.
        """
        if self.given is not None:
            return Described.of(self.given)
        return Described.read(read_manifest(self.settings)["described"])

    def dates(self, quarter: str = "", as_of: str = "", known_on: str = "") -> Dates:
        """Return a quarter and the two times of a programme, checked against the tables.

        Parameters
        ----------
        quarter, as_of, known_on
            Texts; empty for the defaults of :func:`cityanalytics.programme.dates.resolve_dates`.
        """
        return resolve_dates(self.settings, self.described, quarter=quarter, as_of=as_of, known_on=known_on)

    @cached_property
    def _books(self) -> Mapping[str, Books]:
        from cityanalytics.programme.counting import Books

        return Books.of_all(self.stored)

    def snapshot(self, *, as_of: dt.date, known_on: dt.date) -> Programme:
        """Return the programme at two times; it is made once.

        Raises
        ------
        InsufficientDataError
            Too little was received.
        """
        times = as_of, known_on
        if times not in self._programmes:
            from cityanalytics.programme.known import Known  # pandas is read where a programme is
            from cityanalytics.programme.snapshot import take_snapshot

            shared = known_on, as_of.year
            if shared not in self._known:
                self._known[shared] = Known.of(
                    self.stored, known_on=known_on, year=as_of.year, books=self._books
                )
            with plain_text():
                taken = take_snapshot(self.stored, as_of=as_of, known_on=known_on, known=self._known[shared])
            self._programmes[times] = replace(taken, source=self)
        return self._programmes[times]
