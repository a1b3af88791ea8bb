"""Any container, told by its bytes, becomes raw grids with merges, visibility and error cells."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from cityanalytics.issues import Issue, Message, Severity
from cityanalytics.workbooks import twice
from cityanalytics.workbooks.limits import LIMITS, admit_columns, admit_file
from cityanalytics.workbooks.sheet import Grid, Merge, UnreadableError, cell_name, column_index, letters

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Container",
    "Grid",
    "Grids",
    "Merge",
    "cell_name",
    "column_index",
    "letters",
    "read_bytes",
    "read_grids",
]

Container = Literal["xlsx", "xls", "ods", "csv", "html"]

#: The hash of fewer bytes needs no thread of its own.
_SMALL = 1 << 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Grids:
    """A file read once.

    Parameters
    ----------
    name
        How places in it are named: the first part of ``file!sheet!cell``.
    container
        Told by the bytes, not by the name; None where they tell nothing.
    encoding
        Of a text container, else None.
    sha256
        Of the bytes.
    sheets
        In the order of the file; empty where it cannot be read.
    issues
        What stands in the way of reading it.
    """

    name: str
    container: Container | None
    encoding: str | None
    sha256: str
    sheets: tuple[Grid, ...] = ()
    issues: tuple[Issue, ...] = ()


def read_grids(path: Path, *, name: str | None = None) -> Grids:
    """Read a workbook of any container, opening the file once.

    Parameters
    ----------
    path
        The file.
    name
        How places in it are named; the file's own name by default.

    Returns
    -------
    Grids
        Its sheets; or none of them and an ``UNREADABLE_FILE`` error where it is encrypted, truncated, empty
        or no workbook.
    """
    shown = path.name if name is None else name
    try:
        with path.open("rb") as file:
            content = file.read(LIMITS.get().file_bytes + 1)
    except OSError as error:
        reason = Message.of("the file cannot be opened: {reason}", reason=error.strerror or "")
        workbook = Grids(name=shown, container=None, encoding=None, sha256="")
        return replace(workbook, issues=(_unreadable(shown, reason),))
    return read_bytes(content, name=shown)


def read_bytes(content: bytes, *, name: str) -> Grids:
    """Read a workbook from its bytes; see `read_grids`."""
    workbook = Grids(name=name, container=_container(content), encoding=None, sha256="")
    if len(content) < _SMALL:
        return replace(_read(content, workbook), sha256=_sha256(content))
    with ThreadPoolExecutor(1) as pool:  # the hash of a large file is worked out while it is read
        sha256 = pool.submit(_sha256, content)
        workbook = _read(content, workbook)
    return replace(workbook, sha256=sha256.result())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(content: bytes, workbook: Grids) -> Grids:
    name = workbook.name
    try:
        undone = twice.bytes_once(content) if workbook.container in {"csv", "html"} else None
        encoding, sheets = read_sheets(content if undone is None else undone, workbook.container)
        admit_columns(max((sheet.values.shape[1] for sheet in sheets), default=0))
        was_twice = undone is not None or (
            workbook.container in {"xlsx", "xls", "ods"} and twice.undo(sheets)
        )
    except UnreadableError as error:
        return replace(workbook, issues=(_unreadable(name, error.message),))
    except BaseException as error:
        # Whatever else a container's parser throws at hostile bytes; a panic of calamine is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        reason = Message.of("the workbook is damaged: {reason}", reason=type(error).__name__)
        return replace(workbook, issues=(_unreadable(name, reason),))
    issues = (_encoded_twice(name),) if was_twice else ()
    return replace(workbook, encoding=encoding, sheets=tuple(sheets), issues=issues)


def _container(content: bytes) -> Container | None:
    head = content[:4096]
    if head.startswith(b"PK\x03\x04"):
        return "ods" if b"opendocument.spreadsheet" in head else "xlsx"
    if head.startswith(
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
    ):
        return "xls"
    text = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if text.startswith(b"<") and (
        b"<table" in content.lower() or b"<table" in text or b"spreadsheet" in text
    ):
        return "html"
    from cityanalytics.workbooks import markup  # each reader where a file needs it: a start pays for none

    if markup.is_archive(content):
        return "html"
    return "csv" if head.strip() or content.strip() else None


def read_sheets(content: bytes, container: Container | None) -> tuple[str | None, list[Grid]]:
    """Return the encoding and the sheets of a file.

    Raises
    ------
    UnreadableError
        It cannot be read; that anything else is raised is a fault of a reader.
    """
    if container is None:
        raise UnreadableError(Message.of("the file is empty"))
    admit_file(len(content))
    if container == "csv":
        from cityanalytics.workbooks import delimited

        return delimited.read(content)
    if container == "html":
        from cityanalytics.workbooks import markup

        return markup.read(content)
    if container == "xls":
        from cityanalytics.workbooks import biff

        return None, biff.read(content)
    if container == "ods":
        from cityanalytics.workbooks import ods

        return None, ods.read(content)
    from cityanalytics.workbooks import xlsx

    return None, xlsx.read(content)


def _encoded_twice(name: str) -> Issue:
    return Issue(
        severity=Severity.WARNING,
        code="ENCODED_TWICE",
        where=name,
        understood=Message.of("its text was encoded twice; read as it was meant"),
        suggestion=Message.of("check the names; save the workbook again as .xlsx"),
    )


def _unreadable(name: str, reason: Message) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code="UNREADABLE_FILE",
        where=name,
        understood=reason,
        suggestion=Message.of("save the workbook again, without a password, as .xlsx and send it once more"),
    )
