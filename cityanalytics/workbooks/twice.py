r"""Text that was encoded twice, as a program leaves it that took UTF-8 for another encoding: æ\x9c\x88 for 月."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.issues import Message
from cityanalytics.workbooks.sheet import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from cityanalytics.workbooks.sheet import Grid

_HAN = re.compile(r"[\u4e00-\u9fff]")
#: So much of a text, and so many rows of a sheet, tell how all of it is encoded.
_SAMPLE, _ROWS = 20_000, 300
#: Fewer letters beyond ASCII may look so by chance; where more is lost, it was another encoding. Western programs lose
#: more, and no Chinese text looks like theirs.
_FEWEST, _LOST, _LOST_WESTERN = 6, 0.25, 0.6
#: The bytes that Windows shows as letters beyond Latin-1.
_WINDOWS = {
    letter: byte for byte in range(0x80, 0xA0) if (letter := bytes([byte]).decode("cp1252", "ignore"))
}


def once(text: str) -> str | None:
    """Return a text with one encoding undone, None where it was encoded but once.

    Raises
    ------
    UnreadableError
        It was encoded twice, and signs were lost.

    Examples
    --------
    >>> once("年度计划投资".encode().decode("latin-1")), once("年度计划投资"), once("Größe der Fläche: äöüß")
    ('年度计划投资', None, None)
    """
    if sum(letter > "\x7f" for letter in text) < _FEWEST:
        return None
    western = [] if _HAN.search(text) else [(_as_western(text), _LOST_WESTERN)]
    for content, most in (*western, (text.encode("gb18030", "replace"), _LOST)):
        found = content.decode("utf-8", "replace")
        lost = found.count("\ufffd")
        if _HAN.search(found) is None or lost > most * sum(letter > "\x7f" for letter in found):
            continue
        if lost:
            raise UnreadableError(Message.of("its text was encoded twice, and signs of it were lost"))
        return found
    return None


def _as_western(text: str) -> bytes:
    """Return the bytes that a Western program showed as these letters; 0xFF for what it never shows."""
    return bytes(ord(one) if one < "\u0100" else _WINDOWS.get(one, 0xFF) for one in text)


def bytes_once(content: bytes) -> bytes | None:
    """Return the bytes of UTF-8 text with one encoding undone, None of any other bytes.

    Raises
    ------
    UnreadableError
        It was encoded twice, and signs were lost.
    """
    head = content[:_SAMPLE]
    if head.isascii() or once(head.decode("utf-8-sig", "ignore")) is None:
        return None
    try:
        undone = once(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return None
    return None if undone is None else undone.encode()


def undo(sheets: Sequence[Grid]) -> bool:
    """Undo one encoding of all texts of sheets, in place, where they were encoded twice; tell whether they were.

    Raises
    ------
    UnreadableError
        They were, and signs were lost.
    """
    arrays = [grid.values for grid in sheets if isinstance(grid.values, np.ndarray)]
    first = [text for values in arrays for text in values[:_ROWS][_beyond_ascii(values[:_ROWS])]]
    if not first or once("\0".join(first)[:_SAMPLE]) is None:
        return False
    texts = [text for values in arrays for text in values[_beyond_ascii(values)]]
    undone = iter((once("\0".join(texts)) or "").split("\0"))
    for values in arrays:
        places = _beyond_ascii(values)
        values[places] = [next(undone) for _ in range(int(places.sum()))]
    return True


def _beyond_ascii(values: NDArray[np.object_]) -> NDArray[np.bool_]:
    found = [isinstance(cell, str) and not cell.isascii() for cell in values.ravel().tolist()]
    return np.array(found, dtype=bool).reshape(values.shape)
