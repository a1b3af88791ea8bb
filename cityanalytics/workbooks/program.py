"""What a spreadsheet program takes: texts of cells, names of sheets, and how wide a text stands."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Letters of a sheet's name, letters of a cell.
MOST_NAME, MOST_TEXT = 31, 32_000
#: The writing library's options by which a text stays text, whatever it begins with.
TEXT_ALONE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def readable(text: str) -> str:
    r"""Return a text that may stand in a cell: no forbidden letters, line ends of one kind, not too long.

    Examples
    --------
    >>> readable("a\x00b\r\nc")
    'a�b\nc'
    """
    clean = _FORBIDDEN.sub("�", text.replace("\r\n", "\n").replace("\r", "\n"))
    if fits(clean):
        return clean
    return clean.encode("utf-16-le")[: 2 * MOST_TEXT].decode("utf-16-le", "ignore") + "…"


def fits(text: str) -> bool:
    r"""Return whether a cell holds a text; a program counts letters beyond 16 bits twice.

    Examples
    --------
    >>> fits("文" * 32_000), fits("\U00020000" * 32_000)
    (True, False)
    """
    return 2 * len(text) <= MOST_TEXT or len(text) + sum(letter > "\uffff" for letter in text) <= MOST_TEXT


def sheet_name(text: str, taken: Iterable[str]) -> str:
    """Return a name that a sheet may have and no other has, whatever the case of its letters.

    Examples
    --------
    >>> sheet_name("Issues", ["issues"]), sheet_name("a/b" + "c" * 40, [])
    ('Issues (2)', 'a_bcccccccccccccccccccccccccccc')
    """
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", _FORBIDDEN.sub("_", text)).strip("'") or "_"
    clean = "".join(letter if letter <= "\uffff" else "_" for letter in clean)  # a program counts those twice
    held = {other.casefold() for other in taken}
    name, number = clean[:MOST_NAME].rstrip("'"), 1
    while name.casefold() in held:
        number += 1
        end = f" ({number})"
        name = clean[: MOST_NAME - len(end)] + end
    return name


@lru_cache(maxsize=1 << 14)
def letters_wide(text: str) -> int:
    """Return how wide a text is in Latin letters: a Han character counts as two.

    Examples
    --------
    >>> letters_wide("亿元 a")
    6
    """
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
