"""A sheet's XML looked at once more, for what the values alone do not tell: errors, merges, what is hidden."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.issues import Message
from cityanalytics.workbooks.layout import is_sparse, reach
from cityanalytics.workbooks.limits import admit_errors, admit_far, admit_merges
from cityanalytics.workbooks.sheet import (
    MAX_COLUMNS,
    MAX_ROWS,
    Merge,
    UnreadableError,
    cell_name,
    column_index,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from numpy.typing import NDArray

# Patterns begin with literal bytes that are rare, so that a pass over a large sheet costs little.
_HIDDEN = re.compile(rb"hidden=[\"'](?:1|true)[\"']")
_ERROR = re.compile(rb" t=[\"']e[\"']")
# Gaps are possessive: a million spaces are passed over once, not once for each way to share them out.
_UNFILLED = rb"\s*+(?:<(?:\w+:)?v\s*+/>|<(?:\w+:)?v>\s*+</(?:\w+:)?v>)?\s*+</(?:\w+:)?c>"
_FORMULA_END = re.compile(rb"f>" + _UNFILLED)
_FORMULA_EMPTY = re.compile(rb"<(?:\w+:)?f\b[^<>]*/>" + _UNFILLED)
_BEYOND = re.compile(rb"\br=[\"'](?:[A-Za-z]{4,}\d|[A-Za-z]{0,3}\d{8}|[A-Za-z]{1,3}0)")
_UNUSUAL = re.compile(rb" r=(?!\"[A-Z]{0,3}[1-9]\d{0,6}\"|'[A-Z]{0,3}[1-9]\d{0,6}')")
_OTHER_GAPS = (b"\tr=", b"\nr=", b"\rr=")
_ROW_OR_CELL = re.compile(rb"<(?:\w+:)?(?:c|row)\s")
_ROW, _COL = re.compile(rb"<(?:\w+:)?row\s"), re.compile(rb"<(?:\w+:)?col\s")
#: From a formula's end back to the tag of its cell it is never so far.
_CELL_BYTES = 50_000
_SAMPLE_BYTES = 400_000
#: So many styles are looked for by name; of more, every style is looked at.
_FEW_STYLES = 100
#: So many bytes are looked through at a time; what a cell's name takes with what stands before it.
_PIECE, _NAME, _LETTERS = 1 << 24, 14, 26
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_ROW_NUMBER = re.compile(rb"\br=[\"'](\d{1,7})[\"']")
_VALUE = re.compile(rb">\s*+(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*+)?<(?:\w+:)?v>([^<]*)<")
_CELL = re.compile(
    rb"<(?:\w+:)?c\s([^<>]*)>\s*(?:<(?:\w+:)?f\b[^<>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*)?<(?:\w+:)?v>"
)
_CELL_END = re.compile(rb"</(?:\w+:)?c>")
_CELL_TAG = re.compile(rb"<(?:\w+:)?c(?=[\s/>])")
_ROW_OR_CELL_TAG = re.compile(rb"<(?:\w+:)?(?P<name>c|row)(?=[\s/>])")
_STYLE = re.compile(rb"\bs=[\"'](\d+)[\"']")
_PLAIN_TYPE = re.compile(rb"\bt=[\"'](?!n[\"'])")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^<>]*?ref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)[\"']")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^<>]*)/?>")


def referenced(xml: bytes) -> bytes:
    """Return XML whose cells and rows say where they stand: where one does not, it follows the one before.

    Examples
    --------
    >>> referenced(b'<row><c t="e"><v>#REF!</v></c><c r="C1"/></row><row/>')
    b'<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="C1"/></row><row r="2"/>'
    """
    first = _CELL_TAG.search(xml)
    silent = (
        start
        for _, start, end in _in_tags(xml, _ERROR)
        if _CELL_TAG.match(xml, start) and not _REFERENCE.search(xml, start, end)
    )
    if first is None or (_names_place(xml, first.start()) and next(silent, None) is None):
        return xml
    parts, done, row, column = [], 0, 0, 0
    for tag in _ROW_OR_CELL_TAG.finditer(xml):
        end = xml.find(b">", tag.end())
        given = _REFERENCE.search(xml, tag.end(), end)
        number = _ROW_NUMBER.search(xml, tag.end(), end)
        is_row = tag["name"] == b"row"
        if is_row:
            row, column = int(number.group(1)) if number else row + 1, 0
        elif given:
            column = column_index(given.group(1).decode()) + 1
        else:
            column += 1
        if not (number if is_row else given):
            place = str(row) if is_row else cell_name(row - 1, column - 1)
            parts += [xml[done : tag.end()], f' r="{place}"'.encode()]
            done = tag.end()
    return b"".join([*parts, xml[done:]])


def _names_place(xml: bytes, start: int) -> bool:
    return _REFERENCE.search(xml, start, xml.find(b">", start)) is not None


def laid_out(xml: bytes) -> int | None:
    """Return how many cells the used range has; None where it is too large to be laid out before it is looked at.

    Raises
    ------
    UnreadableError
        A cell stands outside of every sheet, or there are too many.
    """
    # a quick look at all, a slow one at few; one byte is looked for faster than two, and the head holds some
    body = max(xml.find(b"sheetData"), 0)
    spaced = any(xml.find(gap[:1], body) >= 0 for gap in _OTHER_GAPS) and any(
        gap in xml for gap in _OTHER_GAPS
    )
    if (spaced or _UNUSUAL.search(xml)) and any(
        _ROW_OR_CELL.match(xml, start) for _, start, _ in _in_tags(xml, _BEYOND)
    ):
        raise UnreadableError(Message.of("a cell stands outside of every sheet"))
    pieces = [(int(rows.max()), int(columns.max())) for rows, columns, _ in _names(xml)]
    area = (max(row for row, _ in pieces) + 1) * (max(column for _, column in pieces) + 1) if pieces else 0
    filled = max(xml.count(b"<c "), xml.count(b":c "))
    return None if is_sparse(area, filled) else area


def _names(xml: bytes) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.intp]]]:
    """Yield 0-based rows and columns that cells name, and where the names begin, a piece of the XML at a time.

    Examples
    --------
    >>> [(rows.tolist(), columns.tolist()) for rows, columns, _ in _names(b'<row r="7"><c r="B3"/><c r="AA1"/></row>')]
    [([2, 0], [1, 26])]
    """
    whole = np.frombuffer(xml, dtype=np.uint8)
    for begin in range(0, len(whole), _PIECE):
        piece = whole[begin : begin + _PIECE + _NAME]  # a name that begins in it ends in it
        at = np.flatnonzero(
            piece[: min(_PIECE, max(len(piece) - 2, 0))] == ord("r")
        )  # few bytes are: then the rest
        at = at[piece[at + 1] == ord("=")] + 3
        at = at[(piece[at - 1] == ord('"')) | (piece[at - 1] == ord("'"))]
        rows, columns = np.zeros((2, len(at)), dtype=np.int32)
        inside = np.ones(len(at), dtype=bool)
        for step in range(_NAME - 3):
            sign = piece[np.minimum(at + step, len(piece) - 1)].astype(np.int32)
            letter, digit = sign - ord("A") + 1, sign - ord("0")
            lettered = inside & (rows == 0) & (letter >= 1) & (letter <= _LETTERS)
            numbered = inside & (columns > 0) & (digit >= 0) & (digit <= 9)  # noqa: PLR2004 - a digit
            columns[lettered] = columns[lettered] * _LETTERS + letter[lettered]
            rows[numbered] = rows[numbered] * 10 + digit[numbered]
            inside = lettered | numbered
            if not inside.any():
                break
        if (named := rows > 0).any():
            yield rows[named] - 1, columns[named] - 1, at[named] + begin


def parted(xml: bytes) -> tuple[bytes, bytes, int]:
    """Return a sheet without the cells that are far from the others, a sheet of these, and how large the first is.

    Raises
    ------
    UnreadableError
        No gap is wide enough: what is left is all but empty too; or too many cells are far.

    Examples
    --------
    >>> near, far, cells = parted(
    ...     b'<sheetData><row><c r="A1"/><c r="XFD1"/></row><row><c r="B900000"/></row></sheetData>'
    ... )
    >>> near, cells
    (b'<sheetData><row><c r="A1"/></row><row></row></sheetData>', 1)
    >>> far
    b'<sheetData><c r="XFD1"/><c r="B900000"/></sheetData>'
    """
    names = [*_names(xml)]
    places = np.concatenate([np.array(piece) for piece in names], axis=1) if names else np.zeros((3, 0), int)
    rows, columns = reach(places[0], places[1])
    beyond = places[2, (places[0] >= rows) | (places[1] >= columns)].tolist()
    admit_far(len(beyond))
    near, far, done = list[bytes](), list[bytes](), 0
    for name in beyond:
        begins = xml.rfind(b"<", done, name)
        if begins < 0 or not _CELL_TAG.match(xml, begins):
            continue  # in a text
        head = xml.find(b">", begins) + 1
        ends = None if xml[head - 2 : head - 1] == b"/" else _CELL_END.search(xml, head)
        stops = ends.end() if ends else head
        near.append(xml[done:begins])
        far.append(xml[begins:stops])
        done = stops
    body = xml.find(b">", xml.find(b"sheetData")) + 1
    rest = xml.rfind(b"</", 0, max(xml.rfind(b"sheetData>"), 0))
    return b"".join([*near, xml[done:]]), b"".join([xml[:body], *far, xml[rest:]]), rows * columns


def _in_tags(xml: bytes, pattern: re.Pattern[bytes]) -> Iterator[tuple[re.Match[bytes], int, int]]:
    """Yield the first match of an attribute in each tag, not in texts, and where the tag begins and ends.

    No byte is looked at from two matches, so that a text full of them costs no more than its length.
    """
    done = 0
    for match in pattern.finditer(xml):
        if match.start() < done:
            continue
        start = xml.rfind(b"<", done, match.start())
        end = xml.find(b">", match.end())
        if end < 0:
            return
        done = end
        if start >= 0 and xml.find(b">", start, match.start()) < 0:
            yield match, start, end


def admitted(xml: bytes) -> bytes:
    """Return a sheet that has no more merged ranges and errors than are told, before its cells are read."""
    admit_merges(xml.count(b"mergeCell "))
    if b't="e"' in xml or b"t='e'" in xml:
        admit_errors(xml.count(b't="e"') + xml.count(b"t='e'"))
    return xml


def merges(xml: bytes) -> tuple[Merge, ...]:
    """Return the merged ranges."""
    return tuple(
        Merge(int(top) - 1, column_index(left.decode()), int(bottom) - 1, column_index(right.decode()))
        for left, top, right, bottom in _MERGE.findall(xml, max(xml.rfind(b"sheetData>"), 0))
    )


def hidden(xml: bytes) -> tuple[frozenset[int], frozenset[int]]:
    """Return the hidden rows and columns."""
    rows: set[int] = set()
    columns = np.zeros(MAX_COLUMNS, dtype=bool)  # ranges may overlap by the thousand
    if sum(1 for _ in _HIDDEN.finditer(xml)) > MAX_ROWS:
        raise UnreadableError(Message.of("it has more than {count} rows", count=MAX_ROWS))
    for _, start, end in _in_tags(xml, _HIDDEN):
        if _ROW.match(xml, start) and (number := _ROW_NUMBER.search(xml, start, end)):
            rows.add(int(number.group(1)) - 1)
        elif _COL.match(xml, start):
            ends = dict(re.findall(rb"\b(min|max)=[\"'](\d{1,9})[\"']", xml[start:end]))
            columns[int(ends[b"min"]) - 1 : int(ends[b"max"])] = True
    return frozenset(rows), frozenset(np.flatnonzero(columns).tolist())


def errors(xml: bytes) -> Mapping[tuple[int, int], str]:
    """Return the cells with an error value, and its text."""
    found: dict[tuple[int, int], str] = {}
    if b't="e"' not in xml and b"t='e'" not in xml:
        return found
    for _, start, end in _in_tags(xml, _ERROR):
        if _CELL_TAG.match(xml, start) and (position := _position(xml, start, end)):
            value = _VALUE.match(xml, end)
            found[position] = value.group(1).decode("utf-8", "replace") if value else "#ERROR"
    return found


def uncached(xml: bytes) -> frozenset[tuple[int, int]]:
    """Return the formulas without a cached value."""
    found: set[tuple[int, int]] = set()
    if b"<f" not in xml and b":f" not in xml:
        return frozenset()
    for pattern in (_FORMULA_END, _FORMULA_EMPTY):
        done = 0
        for match in pattern.finditer(xml):
            first = max(match.start() - _CELL_BYTES, done)  # a cell has one formula
            start = max(xml.rfind(b"<c ", first, match.start()), xml.rfind(b":c ", first, match.start()))
            end, done = xml.find(b">", start), match.end()
            if start < 0 or re.search(rb"\bt=[\"'](?:str|inlineStr)[\"']", xml[start:end]):
                continue  # a text that is empty is one
            if position := _position(xml, start, end):
                found.add(position)
    return frozenset(found)


def _position(xml: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Return the position that a cell's tag names."""
    reference = _REFERENCE.search(xml, start, end)
    return (int(reference.group(2)) - 1, column_index(reference.group(1).decode())) if reference else None


def styled_cells(xml: bytes, wanted: Collection[int]) -> dict[tuple[int, int], int]:
    """Return the cells that have a style among those that are wanted, filled or not, with their style.

    The XML is passed over once, however many styles there are.
    """
    if not wanted:
        return {}
    few = len(wanted) <= _FEW_STYLES
    styles = b"|".join(str(style).encode() for style in sorted(wanted)) if few else rb"\d{1,9}"
    found = {}
    for match, start, end in _in_tags(xml, re.compile(rb"\bs=[\"'](" + styles + rb")[\"']")):
        style = int(match.group(1))
        if style in wanted and _CELL_TAG.match(xml, start) and (position := _position(xml, start, end)):
            found[position] = style  # a row has a style too
    return found


def percent_columns(xml: bytes, percent: frozenset[int]) -> frozenset[int]:
    """Return the columns of which most of the first numbers have a style of `percent`."""
    if not percent:
        return frozenset()
    counts: dict[int, list[int]] = {}
    for match in _CELL.finditer(xml, 0, _SAMPLE_BYTES):
        attributes = match.group(1)
        reference, style = _REFERENCE.search(attributes), _STYLE.search(attributes)
        if reference is None or _PLAIN_TYPE.search(attributes):
            continue
        count = counts.setdefault(column_index(reference.group(1).decode()), [0, 0])
        count[style is not None and int(style.group(1)) in percent] += 1
    return frozenset(column for column, (other, formatted) in counts.items() if formatted > other)
