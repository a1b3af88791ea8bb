"""ODS: one pass over its XML gives values, merges and visibility together; no tree is kept."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from collections import Counter
from itertools import product
from typing import TYPE_CHECKING
from xml.parsers import expat

from cityanalytics.issues import Message
from cityanalytics.workbooks.layout import admitted, dense
from cityanalytics.workbooks.limits import admit_unpacked, unpacked
from cityanalytics.workbooks.sheet import Grid, Merge, UnreadableError

if TYPE_CHECKING:
    from cityanalytics.workbooks.sheet import Visibility

_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0}}{}"
_TABLE, _ROW, _CELL, _COVERED = (
    _NAMESPACE.format("table", name) for name in ("table", "table-row", "table-cell", "covered-table-cell")
)
_PARAGRAPH, _SPACES, _BREAK = (_NAMESPACE.format("text", name) for name in ("p", "s", "line-break"))
_STYLE = _NAMESPACE.format("style", "style")
#: So many cells with a value are kept; a value that is said to be repeated over more is a way to fill memory.
_MOST_CELLS = 2_500_000

Attributes = dict[str, str]


def read(content: bytes) -> list[Grid]:
    """Read every sheet of an OpenDocument workbook.

    Raises
    ------
    UnreadableError
        The package is damaged, encrypted, too large, or declares entities.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            admit_unpacked(package)
            if b"encryption-data" in unpacked(package, "META-INF/manifest.xml"):
                raise UnreadableError(Message.of("the file is encrypted"))
            reader = _Reader()
            reader.feed(unpacked(package, "content.xml"))
    except (
        zipfile.BadZipFile, zlib.error, expat.ExpatError,
        LookupError, ValueError, EOFError, OSError, NotImplementedError,
    ) as error:  # fmt: skip
        raise UnreadableError(
            Message.of("the package is damaged: {reason}", reason=type(error).__name__)
        ) from error
    return admitted(sheet.grid(reader.hidden) for sheet in reader.sheets)


def _refuse(*_: object) -> None:
    raise UnreadableError(Message.of("the file declares XML entities"))


class _Sheet:
    """Cells of a sheet as they come."""

    def __init__(self, given: Attributes) -> None:
        self.name = given.get(_NAMESPACE.format("table", "name"), "")
        self.style = given.get(_NAMESPACE.format("table", "style-name"))
        self.cells: dict[tuple[int, int], object] = {}
        self.errors: dict[tuple[int, int], str] = {}
        self.merges: list[Merge] = []
        self.uncached: set[tuple[int, int]] = set()
        self.shares: set[tuple[int, int]] = set()
        self.hidden: list[range] = []
        self.row = self.column = 0
        self.repeated = 1

    def begin_row(self, given: Attributes) -> None:
        self.column = 0
        self.repeated = int(given.get(_NAMESPACE.format("table", "number-rows-repeated"), "1"))
        if given.get(_NAMESPACE.format("table", "visibility"), "visible") != "visible":
            self.hidden.append(range(self.row, self.row + self.repeated))

    def end_row(self) -> None:
        self.row += self.repeated

    def add(self, given: Attributes, text: str) -> None:
        times, down, across = (
            int(given.get(_NAMESPACE.format("table", name), "1"))
            for name in ("number-columns-repeated", "number-rows-spanned", "number-columns-spanned")
        )
        at = self.row, self.column
        if down * across > 1:
            self.merges.append(Merge(*at, at[0] + down - 1, at[1] + across - 1))
        value = _value(given, text)
        formula = _NAMESPACE.format("table", "formula") in given
        if formula and text.startswith(("#", "Err:")):
            self.errors[at], value = text, None
        elif formula and value is None and not text:
            self.uncached.add(at)
        if value is not None:
            if self.repeated * times + len(self.cells) > _MOST_CELLS:
                raise UnreadableError(
                    Message.of("the used range has more than {count} cells", count=_MOST_CELLS)
                )
            rows, columns = range(self.row, self.row + self.repeated), range(self.column, self.column + times)
            self.cells.update(dict.fromkeys(product(rows, columns), value))
            if given.get(_NAMESPACE.format("office", "value-type")) == "percentage":
                self.shares.update(product(rows, columns))
        self.column += times

    def grid(self, hidden: set[str | None]) -> Grid:
        values, outliers = dense(self.cells)
        visibility: Visibility = "hidden" if self.style in hidden else "visible"
        within = (range(rows.start, min(rows.stop, len(values))) for rows in self.hidden)
        return Grid(
            sheet=self.name,
            visibility=visibility,
            values=values,
            merges=tuple(self.merges),
            hidden_rows=frozenset(row for rows in within for row in rows),
            errors=self.errors,
            uncached=frozenset(self.uncached),
            percent_columns=self._percent_columns(),
            percent_cells=frozenset(self.shares),
            outliers=tuple(outliers),
        )

    def _percent_columns(self) -> frozenset[int]:
        """Return the columns of which most numbers are formatted as per cent."""
        shares = Counter(column for _, column in self.shares)
        numbers = Counter(column for (_, column), value in self.cells.items() if isinstance(value, float))
        return frozenset(column for column, count in shares.items() if count * 2 > numbers[column])


class _Reader:
    """Collects the sheets of a document, and the styles that hide one."""

    def __init__(self) -> None:
        self.sheets: list[_Sheet] = []
        self.hidden: set[str | None] = set()
        self._path: list[str] = []
        self._style: str | None = None
        self._cell: Attributes | None = None
        self._paragraphs: list[str] = []
        self._depth = 0  # where the open cell stands

    def feed(self, xml: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator="}")
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        parser.buffer_text = True
        parser.Parse(xml, True)  # noqa: FBT003 - expat takes it by place

    def _start(self, name: str, given: Attributes) -> None:
        self._path.append(name)
        if self._cell is not None:
            if name == _PARAGRAPH and len(self._path) == self._depth + 1:
                self._paragraphs.append("")
            elif name == _SPACES:
                count = int(given.get(_NAMESPACE.format("text", "c"), "1"))
                self._text(" " * min(count, 1000))
            elif name == _BREAK:
                self._text("\n")
        elif name == _TABLE:
            self.sheets.append(_Sheet(given))
        elif name == _ROW and self.sheets:
            self.sheets[-1].begin_row(given)
        elif name in {_CELL, _COVERED} and self.sheets:
            self._cell, self._paragraphs, self._depth = given, [], len(self._path)
        elif name == _STYLE:
            self._style = given.get(_NAMESPACE.format("style", "name"))
        elif given.get(_NAMESPACE.format("table", "display")) == "false":
            self.hidden.add(self._style)

    def _text(self, text: str) -> None:
        if self._paragraphs and self._path[self._depth : self._depth + 1] == [_PARAGRAPH]:
            self._paragraphs[-1] += text

    def _end(self, name: str) -> None:
        if self._cell is not None and len(self._path) == self._depth:
            self.sheets[-1].add(self._cell, "\n".join(self._paragraphs))
            self._cell = None
        elif self._cell is None and name == _ROW and self.sheets:
            self.sheets[-1].end_row()
        self._path.pop()


def _value(given: Attributes, text: str) -> object:
    kind = given.get(_NAMESPACE.format("office", "value-type"))
    if kind in {"float", "percentage", "currency"}:
        return float(given.get(_NAMESPACE.format("office", "value"), "nan"))
    if kind == "date":
        moment = dt.datetime.fromisoformat(given.get(_NAMESPACE.format("office", "date-value"), ""))
        return moment.date() if moment.time() == dt.time() else moment
    if kind == "boolean":
        return given.get(_NAMESPACE.format("office", "boolean-value")) == "true"
    return text or None
