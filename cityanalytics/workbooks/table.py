"""A table as it is understood: its columns are typed once, and every cell keeps its address."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.cells import is_missing, squeezed
from cityanalytics.workbooks.cellunits import in_unit_of
from cityanalytics.workbooks.dates import days, read_date
from cityanalytics.workbooks.face import Code, Face
from cityanalytics.workbooks.periods import read_labels
from cityanalytics.workbooks.texts import part_of, stripped, without_missing
from cityanalytics.workbooks.units import Dimension, find_unit, to_base

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from cityanalytics.workbooks.columns import Kind
    from cityanalytics.workbooks.dates import Dated
    from cityanalytics.workbooks.numeric import Numbers
    from cityanalytics.workbooks.periods import StatedPeriod
    from cityanalytics.workbooks.sheet import Merge, Visibility
    from cityanalytics.workbooks.stated import StatedTotal
    from cityanalytics.workbooks.statements import Measure
    from cityanalytics.workbooks.units import Unit

_SHOWN_ROWS = 20


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    letter
        Its letters in the sheet.
    index
        0-based column of the sheet.
    path
        Its labels from the top down, without white space, in half-width forms.
    kind
        What it holds.
    measure
        What its labels say that it measures.
    unit
        The unit that holds for it, None where none is stated (or where a column states units by row).
    unit_from
        Name of the cell, or letters of the column, that states the unit.
    sum
        Exact sum over the data rows; None where it is no number column.
    serial
        Whether it counts rows.
    """

    letter: str
    index: int
    path: tuple[str, ...]
    kind: Kind
    measure: Measure
    unit: Unit | None
    unit_from: str | None
    sum: float | None
    serial: bool

    @property
    def name(self) -> str:
        """The path of labels joined with ``/``."""
        return "/".join(self.path)


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A table as it is understood.

    Its data rows are given column by column, as what a column is taken for; the number of a number column is the one
    that its `Column.sum` is made of.

    Parameters
    ----------
    file
        Name of its workbook, the first part of its cells' addresses.
    sheet
        Name of its sheet.
    range
        From the first header cell to the last cell of its rows, such as ``A3:S6``.
    header_rows
        First and last 1-based header row.
    columns
        From left to right.
    rows
        1-based sheet rows of each kind of `ROW_KINDS`.
    totals
        Every stated sum.
    face
        The sheet as it stands.
    read
        For each number column, by 0-based column of the sheet: its cells under the header, as numbers.
    leaves
        Which of those cells stand in data rows (positions).
    """

    file: str
    sheet: str
    range: str
    header_rows: tuple[int, int]
    columns: tuple[Column, ...]
    rows: Mapping[str, tuple[int, ...]]
    totals: tuple[StatedTotal, ...]
    face: Face = field(repr=False)
    read: Mapping[int, Numbers] = field(repr=False)
    leaves: NDArray[np.intp] = field(repr=False)
    _numbers: dict[int, Numbers] = field(default_factory=dict, repr=False)

    def column(self, letter: str) -> Column:
        """Return a column by its letters."""
        return next(column for column in self.columns if column.letter == letter)

    def numbers(self, column: Column) -> Numbers:
        """Return the data rows of a column as numbers in its unit, each with its state.

        A column that is not one of numbers is read as one all the same.
        """
        if column.index not in self._numbers:
            read = self.read.get(column.index)
            if read is None:
                read = self.face.numbers(self._rows, column.index)
                read = in_unit_of(read, self.face, self._rows, column.index, column.unit)
            else:
                read = read.of(self.leaves)
            self._numbers[column.index] = read
        return self._numbers[column.index]

    def percent(self, column: Column) -> NDArray[np.bool_]:
        """Tell which data rows of a column are shown as per cent, by their format or their text."""
        return self.face.percent(self._rows, column.index)

    def dates(self, column: Column, *, year: int | None = None) -> list[Dated]:
        """Return the data rows of a column as dates with their precision; `year` is meant where none is written."""
        return [read_date(cell, year=year) for cell in self.raw(column)]

    def texts(self, column: Column) -> list[str | None]:
        """Return the data rows of a column as text without white space around it; 无, dashes and blanks are None."""
        cells = self.raw(column)
        missing = {cell for cell in set(cells) if is_missing(cell)}  # each is asked once
        return [None if cell in missing else str(cell).strip() for cell in cells]

    def names(self, column: Column) -> list[str | None]:
        """Return the data rows of a column as names: without white space, in half-width forms; None for a blank."""
        return [None if cell is None else squeezed(str(cell)) for cell in self.raw(column)]

    def units_of(self, column: Column) -> list[Unit | None]:
        """Return the units that the data rows of a column name, None for what is no unit."""
        return [find_unit(cell) for cell in self.raw(column)]

    def periods(self, day: dt.date) -> dict[str, StatedPeriod]:
        """Return the columns of numbers that are periods of the year of `day`, the data date, by letters."""
        found = {}
        for column in self.columns:
            stated = read_labels(column.path, day)
            if stated is not None and stated.period.start.year == day.year and self._holds_numbers(column):
                found[column.letter] = stated
        return found

    def _holds_numbers(self, column: Column) -> bool:
        """Tell whether a column holds numbers, or nothing yet."""
        return column.kind == "number" or all(map(is_missing, set(self.raw(column))))

    def raw(self, column: Column) -> list[object]:
        """Return the cells of the data rows as they stand; a text that is merged down stands on each of its rows."""
        cells: list[object] = self.face.cells[self._rows, column.index].tolist()
        for merge in self._merged_down:
            if merge.left == column.index:
                first, stop = np.searchsorted(self._rows, (merge.top, merge.bottom + 1))
                cells[first:stop] = [self.face.cells[merge.top, merge.left]] * int(stop - first)
        return cells

    def cells_of(self, column: Column) -> list[str]:
        """Return the address of each data row's cell: ``file!sheet!E7``."""
        place = f"{self.file}!{self.sheet}!{column.letter}"
        return [f"{place}{row}" for row in self.rows["data"]]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Data rows as a frame: index ``row`` (1-based sheet rows), a column for each of `columns`, by its name.

        Numbers are float64 in their unit (see `units`), shares fractions; dates datetime64[s], the last day of what
        is written; the rest text. What is missing, or no number or date, is missing.
        """
        import pandas as pd  # when a frame is asked for: it costs more than a small workbook

        found = {name: self._series(column) for name, column in self._named.items()}
        frame = pd.DataFrame(found, index=pd.Index(self.rows["data"], name="row"))
        frame.attrs["units"] = self.units
        return frame

    @property
    def units(self) -> dict[str, str]:
        """The unit of each number column of `frame`: 万元; ``fraction`` for shares."""
        return {
            name: "fraction" if column.unit.dimension is Dimension.SHARE else column.unit.name
            for name, column in self._named.items()
            if column.unit is not None
        }

    @property
    def cells(self) -> pd.DataFrame:
        """The address of each cell of `frame`, ``file!sheet!E7``, in the same rows and columns."""
        import pandas as pd

        return pd.DataFrame(
            {name: self.cells_of(column) for name, column in self._named.items()},
            index=pd.Index(self.rows["data"], name="row"),
            dtype="str",
        )

    @property
    def precision(self) -> pd.DataFrame:
        """How exactly the dates of `frame` are written, such as ``day`` or ``month``; empty where there is none."""
        import pandas as pd

        dates = {name: column for name, column in self._named.items() if column.kind == "date"}
        return pd.DataFrame(
            {
                name: [str(one.precision or "") for one in self.dates(column)]
                for name, column in dates.items()
            },
            index=pd.Index(self.rows["data"], name="row"),
            dtype="str",
        )

    def to_frame(self) -> pd.DataFrame:
        """Return `frame`."""
        return self.frame

    def _repr_html_(self) -> str:
        more = len(self.frame) - _SHOWN_ROWS
        rest = f"<p>{escape(f'{more} more rows')}</p>" if more > 0 else ""
        labels = {name: f"{name} ({unit})" for name, unit in self.units.items()}
        shown = self.frame.head(_SHOWN_ROWS).rename(columns=labels)
        return f"<p>{escape(f'{self.sheet}!{self.range}')}</p>{shown.to_html(na_rep='')}{rest}"

    @cached_property
    def _rows(self) -> NDArray[np.intp]:
        return np.array(self.rows["data"], dtype=np.intp) - 1

    @cached_property
    def _merged_down(self) -> Sequence[Merge]:
        face = self.face
        return [
            merge
            for merge in face.grid.merges
            if merge.bottom > merge.top
            and merge.top < face.shape[0]
            and merge.left < face.shape[1]
            and face.codes[merge.top, merge.left] == Code.TEXT
        ]

    @cached_property
    def _named(self) -> dict[str, Column]:
        """The columns by name; one without a name, or with that of another, by its letters too."""
        found: dict[str, Column] = {}
        for column in self.columns:
            name = column.name or column.letter
            found[f"{name} [{column.letter}]" if name in found else name] = column
        return found

    def _series(self, column: Column) -> object:
        if column.index in self.read:
            values = self.numbers(column).value
            share = column.unit is not None and column.unit.dimension is Dimension.SHARE
            return (
                [to_base(value, column.unit) for value in values.tolist()]
                if share and column.unit
                else values
            )
        if column.kind == "date":
            return days(one.period and one.period.end for one in self.dates(column))
        texts = self.face.column(column.index)
        if not isinstance(texts, list) and self._is_plain_text(column):
            return stripped(without_missing(part_of(texts, self._rows))).to_pandas().astype("str").array
        import pandas as pd

        return pd.array(self.texts(column), dtype="str")

    def _is_plain_text(self, column: Column) -> bool:
        """Tell whether the data rows of a column are texts and blanks, each in its own cell."""
        codes = self.face.codes[self._rows, column.index]
        return bool(np.isin(codes, (Code.BLANK, Code.TEXT)).all()) and not any(
            merge.left == column.index for merge in self._merged_down
        )


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet and its tables."""

    name: str
    visibility: Visibility
    tables: tuple[Table, ...]
