"""XLSX: values by calamine, and what it does not tell by a pass over the XML of our own."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from python_calamine import CalamineError, CalamineWorkbook

from cityanalytics.issues import Message
from cityanalytics.workbooks import sheetxml
from cityanalytics.workbooks.limits import admit_cells
from cityanalytics.workbooks.numberformats import as_displayed
from cityanalytics.workbooks.package import (
    Part,
    Styles,
    admit,
    admit_shared,
    admit_strings,
    checked,
    local,
    number_styles,
    replaced,
    root,
    sheets,
    standard,
)
from cityanalytics.workbooks.sheet import Grid, UnreadableError, admit_tree, column_index

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Outliers = tuple[tuple[int, int, object], ...]


#: Less XML than this is read before a thread would have begun.
_SMALL = 1 << 20


def read(content: bytes) -> list[Grid]:
    """Read every sheet of a package.

    Raises
    ------
    UnreadableError
        The package is damaged, too large, or declares entities.
    """
    try:
        content = standard(content)
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            admit(package)
            parts = [part._replace(xml=sheetxml.admitted(part.xml)) for part in sheets(package)]
            styles = number_styles(package)
            strings = checked(package, "xl/sharedStrings.xml") or b""
            admit_strings(strings, [part.xml for part in parts])
            parts = [part._replace(xml=sheetxml.referenced(part.xml)) for part in parts]
            admit_shared(strings, [part.xml for part in parts])
        areas = [sheetxml.laid_out(part.xml) for part in parts]
        sparse = {
            part.path: sheetxml.parted(part.xml)
            for part, area in zip(parts, areas, strict=True)
            if area is None
        }
        admit_cells(sum(area or 0 for area in areas) + sum(area for *_, area in sparse.values()))
        far = {path: _cells(xml, content) for path, (_, xml, _) in sparse.items()}
        near = replaced(content, {path: xml for path, (xml, *_) in sparse.items()})
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(near))
        if sum(len(part.xml) for part in parts) < _SMALL:
            return [
                _grid(part, _laid_out(workbook, part.name), far.get(part.path, ()), styles) for part in parts
            ]
        with ThreadPoolExecutor(1) as pool:  # calamine lets go of the interpreter: the XML is read meanwhile
            values = [pool.submit(_laid_out, workbook, part.name) for part in parts]
            return [
                _grid(part, found.result(), far.get(part.path, ()), styles)
                for part, found in zip(parts, values, strict=True)
            ]
    except UnreadableError:
        raise
    except (
        zipfile.BadZipFile, zlib.error, CalamineError, DefusedXmlException, ElementTree.ParseError,
        LookupError, ValueError, EOFError, OSError, NotImplementedError,
    ) as error:  # fmt: skip
        raise UnreadableError(
            Message.of("the package is damaged: {reason}", reason=type(error).__name__)
        ) from error


def _grid(part: Part, values: NDArray[np.object_], outliers: Outliers, styles: Styles) -> Grid:
    _display(part.xml, values, styles)
    hidden_rows, hidden_columns = sheetxml.hidden(part.xml)
    return Grid(
        sheet=part.name,
        visibility=part.visibility,
        merges=sheetxml.merges(part.xml),
        hidden_rows=hidden_rows,
        hidden_columns=hidden_columns,
        errors=sheetxml.errors(part.xml),
        uncached=sheetxml.uncached(part.xml),
        percent_columns=sheetxml.percent_columns(part.xml, styles.percent),
        percent_cells=frozenset(sheetxml.styled_cells(part.xml, styles.percent)),
        values=values,
        outliers=outliers,
    )


def _display(xml: bytes, values: NDArray[np.object_], styles: Styles) -> None:
    """Put what the sheet shows in the place of numbers that a format divides, or writes a unit behind."""
    for (row, column), style in sheetxml.styled_cells(xml, styles.formats.keys()).items():
        if row < len(values) and column < values.shape[1] and isinstance(values[row, column], float):
            values[row, column] = as_displayed(values[row, column], styles.formats[style])


def _laid_out(workbook: CalamineWorkbook, name: str) -> NDArray[np.object_]:
    rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    if not rows or not rows[0]:
        return np.empty((0, 0), dtype=object)
    cells = np.fromiter(chain.from_iterable(rows), dtype=object, count=len(rows) * len(rows[0]))
    cells[cells == ""] = None
    return cells.reshape(len(rows), -1)


def _cells(xml: bytes, content: bytes) -> Outliers:
    """Return the cells of a sheet one by one; dates stay numbers, for what is so far from a report is told alone."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        strings = root(package, "xl/sharedStrings.xml")
    shared = (
        []
        if strings is None
        else ["".join(t.text or "" for t in item.iter() if local(t) == "t") for item in strings]
    )
    found: list[tuple[int, int, object]] = []
    for element in ElementTree.fromstring(admit_tree(xml), forbid_dtd=True).iter():
        if local(element) != "c":
            continue
        text = "".join(inner.text or "" for inner in element.iter() if local(inner) in {"v", "t"})
        position = re.fullmatch(r"([A-Z]+)(\d+)", element.get("r", ""))
        if not text or position is None:
            continue
        kind = element.get("t", "n")
        value: object = text
        if kind == "s":
            value = shared[int(text)]
        elif kind == "n":
            value = float(text)
        elif kind == "e":
            continue
        found.append((int(position.group(2)) - 1, column_index(position.group(1)), value))
    return tuple(found)
