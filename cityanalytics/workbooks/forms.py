"""A form is no table: labels beside values, each row merged in its own way, a signature at its foot."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from cityanalytics.workbooks.face import Code, Face

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cityanalytics.workbooks.sheet import Merge

_SIGNED = re.compile(r"签名|签字|签章|盖章|\(章\)|公章")
#: Who sends a table puts its stamp above it.
_SENDER = re.compile(r"(?:填报|申报|编制|上报|报送|制表)(?:单位|部门)\((?:盖章|公章|章|签章)\)")
_CHOICE = re.compile(r"[□☐☑☒]|√.*×")
_FIELD = re.compile(
    r"(?:名称|单位|部门|负责人|责任人|联系人|电话|代码|日期|时间|年限|类型|性质|地址|地点|内容|目标|理由|意见|情况|安排|方案|措施|"
    r"问题|时限|面积|姓名|投资额?|预算|金额|补助费|补偿费|费|价值|小计|合计|说明|备注|规模|进度)(?:\([^()]*\))?:?$"
)
#: So is what states its unit: 已付（元）.
_IN_UNIT = re.compile(r"^[^\d()]{2,16}\((?:百|千|万|亿)?(?:元|美元|欧元|平方米|亩|公顷|公里|米|%)\):?$")
#: A field that is to be filled in: its label ends with a colon, or blanks for a day follow.
_ASKED = re.compile(r":$|^[^:]{1,16}:(?!\d|//)|_{3,}|年月日")
_NOTE = re.compile(r"(?:注|备注|说明|(?:资料|数据)?来源|(?i:sources?|notes?))\d*[:：]")
_ASKS = 4
_MAX_ROWS, _MAX_COLUMNS = 80, 200


def is_form(face: Face) -> bool:
    """Tell whether a sheet is a form.

    Four marks are looked for: rows whose values are merged each in its own way, labels beside values in
    several columns, a signature or a stamp, and boxes to tick. A sheet with serial numbers is none.
    """
    filled = np.flatnonzero(face.filled.any(axis=1))
    if face.shape[1] > _MAX_COLUMNS:
        return False
    if not 3 <= len(filled) <= _MAX_ROWS or _numbered(face):  # noqa: PLR2004 - a form has more than a title
        return False
    rows = [row for row in filled.tolist() if not _is_title(face, row)]
    if not rows:
        return False
    if _asks(face, rows):
        return True
    merged = sum(_own_layout(face, row) for row in rows)
    beside = sum(_label_beside_value(face, row) for row in rows)
    text = "\n".join(text for row in rows for _, text in face.texts(row) if not _SENDER.match(text))
    score = 2 * (merged * 2 >= len(rows)) + (beside * 5 >= len(rows) * 2) + (beside * 10 >= len(rows) * 6)
    score += 2 * bool(_SIGNED.search(text)) + bool(_CHOICE.search(text))
    return score >= 3 and beside * 3 >= len(rows)  # noqa: PLR2004 - two marks at least


def _asks(face: Face, rows: Sequence[int]) -> bool:
    """Tell whether most texts ask to be answered, with a colon, and no two rows hold numbers in the same columns."""
    rows = [row for row in rows if not _NOTE.match(next((text for _, text in face.texts(row)), ""))]
    texts = [text for row in rows for _, text in face.texts(row)]
    asked = sum(_ASKED.search(text) is not None for text in texts)
    numbers = [tuple(np.flatnonzero(face.codes[row] == Code.NUMBER).tolist()) for row in rows]
    shapes = [shape for shape in numbers if len(shape) > 1]
    single = Counter(shape for shape in numbers if len(shape) == 1)
    repeated = len(shapes) - len(set(shapes)) + max(single.values(), default=0)
    asking = sum(any(_ASKED.search(text) for _, text in face.texts(row)) for row in rows)
    return asked >= _ASKS and asked * 5 >= len(texts) * 2 and asking * 2 >= len(rows) and repeated <= 2  # noqa: PLR2004


def _numbered(face: Face) -> bool:
    """Tell whether rows are numbered: a column counts 1, 2, 3 down the rows, or labels begin with 序号."""
    for column in range(min(2, face.shape[1])):
        cells = [cell for cell in face.cells[:, column] if isinstance(cell, float)]
        if cells[:3] == [1.0, 2.0, 3.0]:
            return True
    first = (list(face.texts(row)) for row in range(face.shape[0]))
    return any(len(texts) > 2 and texts[0][1] in {"序号", "编号"} for texts in first)  # noqa: PLR2004 - a row of labels


def _is_title(face: Face, row: int) -> bool:
    texts = list(face.texts(row))
    return (
        len(texts) == 1 == int(np.count_nonzero(face.filled[row]))
        and face.width(row, texts[0][0]) * 2 > face.shape[1]
    )


def _own_layout(face: Face, row: int) -> bool:
    return any(
        face.width(row, int(column)) > 1 and column > 0 for column in np.flatnonzero(face.filled[row])
    ) or any(
        top == row and left > 0 and merge.right > merge.left for (top, left), merge in _merges_of(face, row)
    )


def _merges_of(face: Face, row: int) -> Iterator[tuple[tuple[int, int], Merge]]:
    return ((key, merge) for key, merge in face.merges_from.items() if key[0] == row)


def _label_beside_value(face: Face, row: int) -> bool:
    """Tell whether a row begins with a field's label, or has labels and values in turn."""
    cells = [(int(column), face.codes[row, column]) for column in np.flatnonzero(face.filled[row])]
    labels = [
        column
        for column, code in cells
        if code == Code.TEXT and (_FIELD.search(label := face.label(row, column)) or _IN_UNIT.search(label))
    ]
    if not labels or labels[0] != cells[0][0]:
        return False
    pairs = len(labels) < len(cells) or len(cells) == 1
    spaced = len(labels) > 1 and all(b - a > 1 for a, b in pairwise(labels))
    return pairs or spaced
