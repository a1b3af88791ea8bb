"""A workbook as it is understood, for who looks at one: its tables as typed frames, and what is doubtful."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.workbooks.grid import read_grids
from cityanalytics.workbooks.tables import understand

if TYPE_CHECKING:
    from os import PathLike

    from cityanalytics.workbooks.table import Table
    from cityanalytics.workbooks.tables import Understanding


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """A workbook as it is understood.

    Parameters
    ----------
    understood
        Its sheets and tables, and what is doubtful.

    Examples
    --------
    >>> list(book.issues.columns)
    ['severity', 'code', 'where', 'value', 'understood', 'suggestion']
    """

    understood: Understanding

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of its sheets, in their order."""
        return tuple(sheet.name for sheet in self.understood.sheets)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Its tables, from the first sheet to the last: each with ``frame``, ``units`` and ``cells``.

        Examples
        --------
        >>> table = book.tables[0]
        >>> table.frame.shape == table.cells.shape
        True
        """
        return self.understood.tables

    @property
    def issues(self) -> pd.DataFrame:
        """What is doubtful, a row each."""
        columns = ["severity", "code", "where", "value", "understood", "suggestion"]
        return pd.DataFrame(
            [
                (
                    issue.severity.value,
                    issue.code,
                    issue.where,
                    issue.value,
                    str(issue.understood),
                    str(issue.suggestion),
                )
                for issue in self.understood.issues
            ],
            columns=columns,
        )

    def _repr_html_(self) -> str:
        shown = "".join(table._repr_html_() for table in self.tables)
        doubts = self.issues.to_html(index=False) if len(self.understood.issues) else ""
        return f"<p><b>{escape(self.understood.name)}</b></p>{shown}{doubts}"


def read_workbook(path: str | PathLike[str]) -> Workbook:
    """Read any workbook and understand it, as `cityanalytics inspect` does.

    Parameters
    ----------
    path
        An .xlsx, .xls, .ods, .csv or .html file.

    Returns
    -------
    Workbook
        ``sheets``, ``tables`` (each with ``frame``, ``units``, ``cells``) and ``issues``. A file that cannot be read
        has no tables, and an issue that says why.

    Examples
    --------
    >>> book = ca.read_workbook(workspace.settings.root / workspace.received["file"].iloc[0])
    >>> list(book.tables[0].units.values())
    ['亿元']
    """
    from cityanalytics.workbooks.marking.issuelist import without_issue_list

    return Workbook(understood=understand(without_issue_list(read_grids(Path(path)))))
