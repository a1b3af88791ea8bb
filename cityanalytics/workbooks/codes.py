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
_CODE = re.compile(r"\d[\d.]{0,19}")
_SAMPLED = 200


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
        if (bare or (path and _CODED.search(path[-1]))) and _coded(
            face, rows[:_SAMPLED], header.left + offset
        ):
            columns.append(header.left + offset)
    if not columns:
        return depths
    above: list[str] = []
    spread = zip(*(map(_text, face.cells[rows, column]) for column in columns), strict=True)
    for position, parts in enumerate(spread):
        if code := "".join(parts):
            while above and not (code.startswith(above[-1]) and len(code) > len(above[-1])):
                above.pop()
            above.append(code)
            depths[position] = len(above)
    return depths


def _coded(face: Face, rows: NDArray[np.intp], column: int) -> bool:
    cells = face.cells[rows[face.filled[rows, column]], column]
    return sum(bool(_text(cell)) for cell in cells) * 2 > len(cells)  # beside codes a total has its label


def _text(cell: object) -> str:
    text = f"{cell:.10g}" if isinstance(cell, float) else squeezed(cell) if isinstance(cell, str) else ""
    return text if _CODE.fullmatch(text) else ""
