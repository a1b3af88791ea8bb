"""A table as an immutable value, and its markup."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from markupsafe import Markup, escape

from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import Value, absence, chance, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_COLUMNS = 7
_FEW_TEXTS = 2  # a table of numbers is kept narrow, so that the eye finds a number's row

Cell: TypeAlias = str | Value
"""What stands in a table: text (escaped, unless it is Markup) or a value."""


@dataclass(frozen=True, kw_only=True)
class _Numbers:
    """How a column of numbers is shown."""

    places: int
    per: float
    percent: bool = False
    signed: bool = False

    def text(self, cell: Cell, language: str) -> str:
        if isinstance(cell, str):
            return cell
        shown = number(cell, language, places=self.places, per=self.per)
        if self.signed and isinstance(cell, int | float) and cell > 0:
            shown = f"+{shown}"
        return (
            shown
            if not self.percent or absence(cell, language)
            else LANGUAGES[language].percent.format(shown)
        )


@dataclass(frozen=True, kw_only=True)
class _Chances(_Numbers):
    """How a column of probabilities is shown."""

    def text(self, cell: Cell, language: str) -> str:
        return cell if isinstance(cell, str) else chance(cell, language)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table as an immutable value: each verb returns a new one.

    The first column heads its rows. Text is escaped; an empty text is shown as missing.

    Parameters
    ----------
    columns
        Labels, at most seven.
    rows
        Cells, as many in each row as there are columns.
    title, unit
        The caption: what the table shows, and in which units.
    numbers
        For each column how its numbers are shown, or None for text.
    fits
        Whether it fits a phone, and so needs no scrolling of its own.

    Examples
    --------
    >>> table = Table.of(columns=("指标", "完成"), rows=[("投资", 6.2e9), ("<b>", None)])
    >>> html = table.caption("主要指标", unit="亿元").numeric(1, places=1, per=1e8).fitting().html(1, "zh")
    >>> "<td class=n>62.0</td>" in html, "&lt;b&gt;" in html, "无数据" in html
    (True, True, True)
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    unit: str = ""
    numbers: tuple[_Numbers | None, ...] = ()
    fits: bool = False

    @classmethod
    def of(cls, *, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Table:
        """Make a table.

        Raises
        ------
        ValueError
            If there are over seven columns, a label is empty, or a row has another length.
        """
        body = tuple(tuple(row) for row in rows)
        if not 0 < len(columns) <= MOST_COLUMNS or not all(label.strip() for label in columns):
            message = f"a table has one to {MOST_COLUMNS} columns, each with a label: {columns}"
            raise ValueError(message)
        if uneven := [row for row in body if len(row) != len(columns)]:
            message = f"a row has not {len(columns)} cells: {uneven[0]}"
            raise ValueError(message)
        return cls(columns=tuple(columns), rows=body, numbers=(None,) * len(columns))

    def caption(self, title: str, *, unit: str = "") -> Table:
        """Say what the table shows and in which units."""
        return replace(self, title=title, unit=unit)

    def numeric(self, *columns: int, places: int = 0, per: float = 1.0) -> Table:
        """Show columns (0 is the first) as numbers in units of `per`; a text among them stands as it is."""
        return self._shown(columns, _Numbers(places=places, per=per))

    def shares(self, *columns: int, places: int = 1) -> Table:
        """Show columns of fractions as per cent."""
        return self._shown(columns, _Numbers(places=places, per=0.01, percent=True))

    def chances(self, *columns: int) -> Table:
        """Show columns of probabilities as whole per cent; only what is certain is 0% or 100%."""
        return self._shown(columns, _Chances(places=0, per=0.01))

    def points(self, *columns: int, places: int = 1, signed: bool = False) -> Table:
        """Show columns of differences between fractions in percentage points; label or caption names them."""
        return self._shown(columns, _Numbers(places=places, per=0.01, signed=signed))

    def fitting(self) -> Table:
        """Say that the table fits a phone without scrolling."""
        return replace(self, fits=True)

    def _shown(self, columns: Sequence[int], how: _Numbers) -> Table:
        return replace(
            self,
            numbers=tuple(how if at in columns else now for at, now in enumerate(self.numbers)),
        )

    def html(self, position: int | None, language: str) -> Markup:
        """Return the markup.

        Parameters
        ----------
        position
            The table's number on the page, for its caption and its id; None for the one table that only paper shows,
            so that no number is missing on a screen.
        language
            Of the absent words and the caption's number.

        Raises
        ------
        ValueError
            If there is no caption, or a number stands in a column that is not numeric.
        """
        if not self.title:
            message = "a table needs a caption"
            raise ValueError(message)
        rules = LANGUAGES[language]
        anchor = "table-paper" if position is None else f"table-{position}"
        heading = "" if position is None else f"{rules.table.format(position)}{rules.gap}"
        remark = (
            Markup("<span class=unit>{}</span>").format(rules.note.format(self.unit)) if self.unit else ""
        )
        caption = Markup("<caption id={}><span><b>{}{}</b>{}</span></caption>").format(
            anchor, heading, self.title, remark
        )
        head = Markup("").join(
            Markup("<th scope=col{}>{}</th>").format(self._align(at), label)
            for at, label in enumerate(self.columns)
        )
        body = Markup("\n").join(self._row(row, language) for row in self.rows)
        slim = Markup(" class=slim") if self.numbers.count(None) <= _FEW_TEXTS else Markup("")
        table = Markup("<table{}>{}\n<thead><tr>{}</tr></thead>\n<tbody>{}</tbody></table>").format(
            slim, caption, head, body
        )
        if self.fits:
            return Markup("<div class=sheet>{}</div>").format(table)
        return Markup('<div class="sheet scroll" role=region tabindex=0 aria-labelledby={}>{}</div>').format(
            anchor, table
        )

    def _align(self, column: int) -> Markup:
        return Markup(" class=n") if self.numbers[column] else Markup("")

    def _row(self, row: Sequence[Cell], language: str) -> Markup:
        head, *rest = (self._text(cell, how, language) for cell, how in zip(row, self.numbers, strict=True))
        cells = (
            Markup("<td{}>{}</td>").format(self._align(at), text) for at, text in enumerate(rest, start=1)
        )
        return Markup("<tr><th scope=row{}>{}</th>{}</tr>").format(
            self._align(0), head, Markup("").join(cells)
        )

    def _text(self, cell: Cell, how: _Numbers | None, language: str) -> Markup:
        if isinstance(cell, str) and not cell.strip():
            return escape(LANGUAGES[language].missing)
        if how is not None:
            return escape(how.text(cell, language))
        if isinstance(cell, str):
            return escape(cell)
        if word := absence(cell, language):
            return escape(word)
        message = f"a number in a column of text: {cell}"
        raise ValueError(message)
