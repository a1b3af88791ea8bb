"""What stands around a table: titles and units above it, rows that describe its columns, the next table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.cells import State, is_serial, read_number, squeezed
from cityanalytics.workbooks.cellunits import holds_amount
from cityanalytics.workbooks.dates import read_date
from cityanalytics.workbooks.face import Code, Face
from cityanalytics.workbooks.headers import Header, find_header, is_meta
from cityanalytics.workbooks.numeric import two_readings
from cityanalytics.workbooks.statements import is_unit_note
from cityanalytics.workbooks.texts import matching, part_of
from cityanalytics.workbooks.units import find_unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DESCRIBED_ROWS = 12
_TITLES = 6
_SAMPLED = 200
#: What stands between two notes in one cell: ``填报单位：市园林局　　　单位：万元``.
_GAP = re.compile(r"\s{2,}")
#: The day that figures describe, beside a unit.
_DAY = re.compile(r"\(?(?:截[至止]到?)?(?:19|20)\d{2}年[\d年月日\-一至底末度季上下半]*\)?")
#: How the title of a table reads.
_TITLE = re.compile(r"表[一二三四五六七八九十\d]*$|^附?表|情况|\(单位")
#: How a table says that it goes on over the page.
_CONTINUED = re.compile(r"^[(]?续|[(](?:续|续表|continued|cont'?d?\.?)[)]$", re.IGNORECASE)
_COUNTED = re.compile(r"\d+|[一二三四五六七八九十]+")
#: What is printed on every page.
_PAGE = re.compile(
    r"^第\d+页|^共\d+页|^\(?接上|^\(?转下|^page\d|^[一二三四五六七八九十]+、|^\([一二三四五六七八九十]+\)",
    re.IGNORECASE,
)
#: What the last row of a table is called.
_TOTALLED = re.compile(r"^(?:合计|总计|共计|total|grandtotal)|合计$", re.IGNORECASE)
#: The same, as short names alone begin.
_ENDED = r"^[\s\pZ]*(?:合[\s\pZ]*计|总[\s\pZ]*计|共计|(?i:total|grand[\s\pZ]*total))[\s\pZ]*$"
#: What stands over the columns of text in a row that numbers the columns.
_LETTER = re.compile(r"[甲乙丙丁戊己庚辛壬癸A-Z\-]|\(?\d{1,2}\)?(?:=[\d()+*/×÷%-]+)?|栏次|行次|序号|列次")


def is_unit_row(face: Face, row: int) -> bool:
    """Tell whether a row above a header states a unit."""
    texts = [text for _, text in face.texts(row)]
    if any(is_unit_note(text) for text in texts) or (
        is_meta(texts) and any(find_unit(text) is not None for text in texts)
    ):
        return True
    pieces = [
        squeezed(part)
        for column, _ in face.texts(row)
        for part in _GAP.split(face.cells[row, column].strip())
    ]
    rest = [piece for piece in pieces if not is_unit_note(piece)]
    return len(rest) < len(pieces) and all(is_meta([piece]) or _DAY.fullmatch(piece) for piece in rest)


def listed(face: Face, header: Header, start: int, meta: list[int]) -> dict[str, list[int]]:
    """Return the 1-based rows of each kind from `start` to the header and the rows that describe columns."""
    rows: dict[str, list[int]] = {
        name: [] for name in ("title", "unit", "header", "group", "total", "data", "blank", "footer", "stray")
    }
    for row in range(start, header.first):
        merged = any((row, column) in face.covered for column in range(header.left, header.right + 1))
        if is_unit_row(face, row):
            rows["unit"].append(row + 1)
        elif face.filled[row].any() or merged:
            rows["title"].append(row + 1)
        else:
            rows["blank"].append(row + 1)
    rows["header"] += range(header.first + 1, header.last + 2)
    for row in meta:
        units = [find_unit(text) for column, text in face.texts(row) if column > header.left]
        stated = sum(unit is not None for unit in units)
        rows["unit" if stated * 2 > len(units) else "header"].append(row + 1)
    return rows


def described(face: Face, header: Header, rows: NDArray[np.intp]) -> list[int]:
    """Return the rows under a header that describe its columns: codes, frequencies, units, 甲 乙 1 2 3."""
    columns = slice(header.left, header.right + 1)
    if (before := _before_periods(face, header, rows)) is not None:
        return before
    found: list[int] = []
    counted = False
    for row in rows[:_DESCRIBED_ROWS]:
        codes = face.codes[row, columns]
        texts = int(np.count_nonzero(codes == Code.TEXT))
        numbers = _counted(face.cells[row, columns])
        named = [
            text
            for column, text in face.texts(int(row))
            if header.left <= column <= header.right and text not in {"-", "—"}
        ]
        counting = (
            len(numbers) > (len(named) < 2)  # noqa: PLR2004 - 甲 乙 1
            and numbers == list(range(int(numbers[0]), int(numbers[0]) + len(numbers)))
            and numbers[0] in {1, 2, 3}
            and not (
                named
                and row + 1 < face.shape[0]
                and _follows(face.label(int(row) + 1, header.left), named[0])
            )
        )
        letters = all(
            _LETTER.fullmatch(text)
            for column, text in face.texts(int(row))
            if header.left <= column <= header.right
        )
        if (
            not counted
            and counting
            and letters
            and (texts > 0 or len(numbers) * 2 > header.right - header.left + 1)
        ):
            found.append(int(row))
            counted = True
        elif _all_units(face, header, int(row)):
            found.append(int(row))
        elif (
            (codes == Code.NUMBER).any()
            or not texts
            or (codes > Code.TEXT).any()
            or not _over_numbers(face, header, int(row), rows)
        ):
            break
        else:
            found.append(int(row))
    # Rows of text over columns of numbers describe them; a table of text alone has none.
    return found


def _follows(label: str, before: str) -> bool:
    """Tell whether a letter stands under the one before it, as names of records do: 乙 under 甲."""
    return any(before + label in letters for letters in ("甲乙", "AB", "ab", "II")) and len(label) == 1


def _before_periods(face: Face, header: Header, rows: NDArray[np.intp]) -> list[int] | None:
    """Return the rows between names and series: they follow a word in the first column, the data follow a period."""
    firsts = [face.cells[int(row), header.left] for row in rows[: _DESCRIBED_ROWS + 20]]
    dated = [read_date(cell).state is State.PARSED and not _is_word(cell) for cell in firsts]
    start = dated.index(True) if True in dated else 0
    after = [day for day, cell in zip(dated[start:], firsts[start:], strict=True) if cell is not None]
    words = [cell for cell in firsts[:start] if cell is not None]
    if not 0 < start <= _DESCRIBED_ROWS or len(after) < 3 or sum(after) * 4 < len(after) * 3:  # noqa: PLR2004 - a series
        return None
    if not words or not all(_is_word(cell) for cell in words):
        return None
    if not face.filled[rows[:start], header.left + 1 : header.right + 1].any():
        return None  # what says nothing of the columns is a heading
    numeric = _numeric(face, rows[start:], header)[1:].any()
    return [int(row) for row in rows[:start] if face.filled[row].any()] if numeric else None


def _is_word(cell: object) -> bool:
    return (
        isinstance(cell, str)
        and read_date(cell, year=2000).state is State.UNPARSED
        and read_number(cell).state is State.UNPARSED
    )


def _all_units(face: Face, header: Header, row: int) -> bool:
    """Tell whether all that stands in a row are units, each under its column's label."""
    filled = np.flatnonzero(face.filled[row, header.left : header.right + 1]) + header.left
    return (
        len(filled) > 0
        and int(filled[0]) > header.left
        and all(find_unit(face.cells[row, column]) is not None for column in filled)
    )


def _counted(cells: NDArray[np.object_]) -> list[float]:
    """Return the numbers of a row from left to right, those in brackets or written as text too."""
    written = [squeezed(cell).partition("=")[0].strip("()") for cell in cells if isinstance(cell, str)]
    native = [cell for cell in cells if type(cell) is float]
    return native or [float(text) for text in written if text.isdecimal() and len(text) <= len("99")]


def _over_numbers(face: Face, header: Header, row: int, rows: NDArray[np.intp]) -> bool:
    """Tell whether a row has text where most columns below it hold numbers."""
    below = rows[(rows > row) & (rows <= row + _DESCRIBED_ROWS + 20)]
    if not len(below):
        return False
    columns = np.arange(header.left, header.right + 1)
    numeric = _numeric(face, below, header)
    counting = is_serial(face.cells[below[-1], header.left]) or _LETTER.fullmatch(
        face.label(int(below[-1]), header.left)
    )
    serial = (columns == header.left) & bool(counting)
    measured = columns[numeric & ~serial]
    if face.codes[row, header.left] == Code.TEXT and header.left not in measured:
        return False  # a name beside words is a record: not begun, cancelled
    texts = [
        bool(face.codes[row, column] == Code.TEXT)
        and read_number(face.cells[row, column]).state is State.UNPARSED
        and not holds_amount(face.label(row, column))
        for column in measured
    ]
    return sum(texts) * 2 > len(texts)


def _numeric(face: Face, rows: NDArray[np.intp], header: Header) -> NDArray[np.bool_]:
    """Tell which columns of a table hold numbers in most of some rows, as numbers or as text."""
    found = np.zeros(header.right - header.left + 1, dtype=bool)
    sample = rows[:_SAMPLED]
    for offset in range(len(found)):
        codes = face.codes[sample, header.left + offset]
        held = int(np.count_nonzero((codes != Code.BLANK) & (codes != Code.ERROR)))
        native = int(np.count_nonzero(codes == Code.NUMBER))
        if native * 2 > held or (native + int(np.count_nonzero(codes == Code.TEXT))) * 2 <= held:
            found[offset] = native * 2 > held
            continue
        found[offset] = held and int(face.numbers(sample, header.left + offset).parsed.sum()) * 2 > held
    return found


def next_table(face: Face, header: Header) -> int:
    """Return the row where the next table begins, titles included; the number of rows if none does."""
    height = face.shape[0]
    row = header.last + 1
    codes = face.codes[header.last + 1 :, header.left : header.right + 1]
    if not len(codes):
        return height
    numeric = _numeric(face, np.arange(header.last + 1, height), header)
    apart = face.filled[header.last : height - 1].sum(axis=1, dtype=np.int16) <= 1
    first = part_of(face.column(header.left), slice(header.last, height - 1))
    apart |= matching(first, _ENDED)  # right under a total too
    for offset in np.flatnonzero(apart).tolist():
        candidate, written = row + offset, codes[offset] == Code.TEXT
        if written.sum() < 2 or (codes[offset] > Code.TEXT).any():  # noqa: PLR2004 - a header has two labels
            continue
        if not face.filled[header.last + 1 : candidate].any():
            continue  # the first record
        beside = face.cells[candidate, header.left + 1 : header.right + 1]
        if any(isinstance(cell, str) and (holds_amount(cell) or two_readings(cell)) for cell in beside):
            continue
        if _same_labels(face, header, candidate) and not _own_title(face, header, candidate):
            continue
        if not _replaced(face, candidate, written, numeric) and not _begins_numbers(face, candidate, header):
            continue
        amounts = face.cells[candidate, header.left : header.right + 1][numeric]
        states = [read_number(cell).state for cell in amounts]
        same = _same_labels(face, header, candidate)
        if states.count(State.PARSED) > states.count(State.UNPARSED) and not same:
            continue  # numbers that are text, as in CSV
        following = find_header(face, candidate, min(candidate + 1, height)) and find_header(
            face, candidate, height
        )
        if following and following.first <= candidate:
            return _with_titles(face, header, candidate)
    return height


def _replaced(face: Face, row: int, written: NDArray[np.bool_], numeric: NDArray[np.bool_]) -> bool:
    """Tell whether words stand over most columns of numbers; over those that it has, under a caption of its own."""
    if not face.filled[row - 2].any() and face.filled[row - 1].any():
        numeric = numeric & (np.cumsum(written[::-1])[::-1] > 0)
    return int(written[numeric].sum()) * 2 >= max(int(numeric.sum()), 1) or not numeric.any()


def _begins_numbers(face: Face, row: int, header: Header) -> bool:
    """Tell whether numbers stand under the labels of a row in a column that held text until then."""
    if row + 1 >= face.shape[0]:
        return False
    above = face.cells[max(header.last + 1, row - _DESCRIBED_ROWS) : row]
    return any(
        column > header.left
        and read_number(face.cells[row + 1, column]).state is State.PARSED
        and {read_number(cell).state for cell in above[:, column]} <= {State.MISSING, State.UNPARSED}
        and any(isinstance(cell, str) for cell in above[:, column])
        for column, _ in face.texts(row)
    )


def _same_labels(face: Face, header: Header, row: int) -> bool:
    texts = dict(face.texts(row))
    return any(
        bool(texts)
        and sum(face.label(above, column) == text for column, text in texts.items()) * 2 > len(texts)
        for above in range(header.first, header.last + 1)
    )


def _own_title(face: Face, header: Header, row: int) -> bool:
    """Tell whether labels that repeat those of the table above stand under a title of their own."""
    top = _with_titles(face, header, row)
    labels = list(face.texts(row))
    known: set[str] = set()
    if any(list(face.texts(above)) == labels for above in range(header.first, header.last + 1)):
        titled = range(max(header.first - _TITLES, 0), header.first)
        known = {text for above in titled for _, text in face.texts(above)}  # a page repeats them too
    titles = {text for above in range(top, row) for _, text in face.texts(above)} - known
    if any(_CONTINUED.search(text) for text in titles):
        return False
    if titles and (_begins_anew(face, header, row) or _closed_above(face, header, top, titles, known)):
        return True
    apart = not face.filled[top - 1].any()
    return any((apart or _TITLE.search(text)) and not is_unit_note(text) for text in titles)


def _closed_above(face: Face, header: Header, top: int, titles: set[str], known: set[str]) -> bool:
    """Tell whether a caption is another than that of the table above, and no mark of a page."""
    shapes = {_COUNTED.sub("#", text) for text in known}
    alike = any(_COUNTED.search(text) and _COUNTED.sub("#", text) in shapes for text in titles)
    captioned = header.first > 0 and len(list(face.texts(header.first - 1))) == 1
    above = [text for column, text in face.texts(top - 1) if header.left <= column <= header.right]
    ended = any(_TOTALLED.search(text) for text in above)
    return alike or (captioned and (ended or not any(_PAGE.search(text) for text in titles)))


def _begins_anew(face: Face, header: Header, row: int) -> bool:
    """Tell whether the serial numbers under a row of labels begin again at 1, under another caption than before."""
    if row + 1 >= face.shape[0]:
        return False
    captioned = header.first > 0 and len(list(face.texts(header.first - 1))) == 1
    firsts = (read_number(face.cells[at, header.left]).value for at in (header.last + 1, row + 1))
    return captioned and all(first == 1 for first in firsts)


def _with_titles(face: Face, header: Header, row: int) -> int:
    top = row
    while top - 1 > header.last + 1:
        texts = [text for _, text in face.texts(top - 1)]
        alone = len(texts) == int(np.count_nonzero(face.filled[top - 1])) and 0 < len(texts) <= 2  # noqa: PLR2004 - a title and a unit
        if not alone or texts[0].startswith(("注", "备注", "说明", "填表", "填报人", "审核")):
            break
        top -= 1
    return top
