"""Codes that nest: 212 stands above 21201, as in a budget."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.cells import squeezed
from cityanalytics.workbooks.columns import nesting
from cityanalytics.workbooks.headers import label_paths

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cityanalytics.workbooks.face import Face
    from cityanalytics.workbooks.headers import Header

_CODED = re.compile(r"编码|代码|科目|^[类款项目]$|(?i:code$|^code|classification)")
_CODE = re.compile(r"\d[\d.]{0,19}|[A-Za-z]{0,2}\d{0,4}(?:[-.]\d{1,4}){0,5}")
_LETTERED = re.compile(r"[A-Za-z]|\d+-")
_SAMPLED = 200
#: Codes of one length nest by the zeros that end them: 360000 above 360100 above 360102.
_ZEROS = re.compile(r"(?:00)+$")


def code_depths(face: Face, header: Header, rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return under how many codes a row stands that its own begins with, and one; 0 where it has no code.

    Parameters
    ----------
    face, header
        The table; its code may be spread over columns: 类, 款, 项.
    rows
        0-based body rows, ascending.
    """
    depths = np.zeros(len(rows))
    columns = []
    for offset, path in enumerate(label_paths(face, header)):
        bare = offset == 0 and not path and nesting(face, rows, header.left)
        lettered = offset == 0 and _letters_nest(face, rows[:_SAMPLED], header.left)
        if (bare or lettered or (path and _CODED.search(path[-1]))) and _coded(
            face, rows[:_SAMPLED], header.left + offset
        ):
            columns.append(header.left + offset)
    if not columns:
        return depths
    above: list[str] = []
    spread = zip(*(map(_text, face.cells[rows, column]) for column in columns), strict=True)
    codes = ["".join(parts) for parts in spread]
    if len(columns) == 1 and len({len(code) for code in codes if code}) == 1:
        codes = [_ZEROS.sub("", code) for code in codes]
    for position, code in enumerate(codes):
        if code:
            while above and not _begins(above[-1], code):
                above.pop()
            above.append(code)
            depths[position] = len(above)
    return depths


def _begins(parent: str, code: str) -> bool:
    """Tell whether a code stands under another: A1 under A, A-1-2 under A-1, 21201 under 212, but no A12 under A1."""
    if not code.startswith(parent) or len(code) == len(parent):
        return False
    return not (_LETTERED.match(code) and parent[-1].isdigit() and code[len(parent)].isdigit())


def _letters_nest(face: Face, rows: NDArray[np.intp], column: int) -> bool:
    """Tell whether a column holds letters or dashes with numbers, some under others: A, A1; 014, 014-01."""
    texts = [text for row in rows if (text := _text(face.cells[row, column]))]
    nested = any(_begins(one, other) and _LETTERED.match(other) for one in texts[:50] for other in texts[:50])
    return nested and len(set(texts)) == len(texts)


def _coded(face: Face, rows: NDArray[np.intp], column: int) -> bool:
    cells = face.cells[rows[face.filled[rows, column]], column]
    return sum(bool(_text(cell)) for cell in cells) * 2 > len(cells)  # beside codes a total has its label


def _text(cell: object) -> str:
    text = f"{cell:.10g}" if isinstance(cell, float) else squeezed(cell) if isinstance(cell, str) else ""
    return text if _CODE.fullmatch(text) and text else ""
