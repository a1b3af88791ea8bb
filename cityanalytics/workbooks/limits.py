"""What a workbook may cost: bounds on what is read of it, whatever it declares; a workspace may widen them."""

from __future__ import annotations

import io
import shutil
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cityanalytics.issues import Message
from cityanalytics.workbooks.sheet import UnreadableError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Mapping

#: So much of a part is unpacked at a time.
_PIECE = 1 << 20


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds; ``[limits]`` of cityanalytics.toml has the same names.

    Parameters
    ----------
    file_bytes
        Of the file.
    unpacked_bytes
        Of all parts of a package together, once unpacked.
    sheets
        Of a workbook.
    text_bytes
        Of the texts of all cells, where cells share them.
    part_tags
        Of a part beside the sheets of a package: styles, relations, the list of sheets.
    number_formats
        Of a package.
    merges, errors
        Of a sheet: merged ranges; cells with an error, and those far from all others.
    strings
        Of a package, shared by cells or in them.
    cells
        Of all used ranges together, filled or not.
    blanks
        Of a used range: cells that hold nothing, where they are more than three in four.
    columns
        Of a sheet.
    """

    file_bytes: int = 256 << 20
    unpacked_bytes: int = 384 << 20
    sheets: int = 1000
    text_bytes: int = 512 << 20
    part_tags: int = 1_000_000
    number_formats: int = 20_000
    merges: int = 500_000
    errors: int = 200_000
    strings: int = 3_000_000
    cells: int = 20_000_000
    blanks: int = 4_000_000
    columns: int = 6000


LIMITS: ContextVar[Limits] = ContextVar("LIMITS", default=Limits())  # noqa: B039 - frozen


@contextmanager
def limited(named: Mapping[str, int]) -> Iterator[None]:
    """Read workbooks within other bounds than the usual ones.

    Parameters
    ----------
    named
        By name of `Limits`; what is not named stays.
    """
    before = LIMITS.set(Limits(**named))
    try:
        yield
    finally:
        LIMITS.reset(before)


def admit_file(figure: int) -> None:
    """Refuse a file of more bytes than are read."""
    limit = LIMITS.get().file_bytes
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "the file has {figure} bytes or more, {limit} are read; [limits] file_bytes in cityanalytics.toml "
                "lets more in",
                figure=figure,
                limit=limit,
            )
        )


def admit_unpacked(package: zipfile.ZipFile) -> None:
    """Refuse a package whose parts say that they unpack to more; none is unpacked to more than it says."""
    figure, limit = sum(info.file_size for info in package.infolist()), LIMITS.get().unpacked_bytes
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "its parts unpack to {figure} bytes, {limit} are read; [limits] unpacked_bytes in cityanalytics.toml "
                "lets more in",
                figure=figure,
                limit=limit,
            )
        )


def admit_sheets(figure: int) -> None:
    """Refuse a workbook of more sheets."""
    limit = LIMITS.get().sheets
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "it has {figure} sheets, {limit} are read; [limits] sheets in cityanalytics.toml "
                "lets more in",
                figure=figure,
                limit=limit,
            )
        )


def admit_text(figure: int) -> None:
    """Refuse cells that share texts which are more, once each has its own."""
    limit = LIMITS.get().text_bytes
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "the texts of its cells are {figure} bytes, {limit} are read; [limits] text_bytes in "
                "cityanalytics.toml lets more in",
                figure=figure,
                limit=limit,
            )
        )


def admit_part(part: bytes) -> bytes:
    """Return a part beside the sheets that is small enough to become a tree: a tag costs a hundred times its bytes."""
    figure, limit = part.count(b"<"), LIMITS.get().part_tags
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "a part of it has {figure} tags, {limit} are read; [limits] part_tags in cityanalytics.toml "
                "lets more in",
                figure=figure,
                limit=limit,
            )
        )
    return part


def admit_formats(figure: int) -> None:
    """Refuse a package of more number formats: each is understood by itself."""
    limit = LIMITS.get().number_formats
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "it has {figure} number formats, {limit} are read; [limits] number_formats in cityanalytics.toml "
                "lets more in",
                figure=figure,
                limit=limit,
            )
        )


def admit_merges(figure: int) -> None:
    """Refuse a sheet of more merged ranges."""
    limit = LIMITS.get().merges
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "a sheet has {figure} merged ranges, {limit} are read; [limits] merges in cityanalytics.toml "
                "lets more in",
                figure=figure,
                limit=limit,
            )
        )


def admit_errors(figure: int) -> None:
    """Refuse a sheet of more cells with an error: each is told by itself."""
    limit = LIMITS.get().errors
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "cells with an error in a sheet: {figure}, {limit} are read; [limits] errors in cityanalytics.toml "
                "lets more in",
                figure=figure,
                limit=limit,
            )
        )


def admit_far(figure: int) -> None:
    """Refuse a sheet of more cells that are far from all others: each is told by itself."""
    limit = LIMITS.get().errors
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "cells far from all others in a sheet: {figure}, {limit} are read; [limits] errors in "
                "cityanalytics.toml lets more in",
                figure=figure,
                limit=limit,
            )
        )


def admit_texts(figure: int) -> None:
    """Refuse a package of more texts, shared by cells or in them."""
    limit = LIMITS.get().strings
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "its cells have {figure} texts, {limit} are read; [limits] strings in cityanalytics.toml "
                "lets more in",
                figure=figure,
                limit=limit,
            )
        )


def admit_cells(figure: int) -> None:
    """Refuse used ranges that together are larger: each cell of them takes room, filled or not."""
    limit = LIMITS.get().cells
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "cells of its used ranges: {figure}, {limit} are read; [limits] cells in cityanalytics.toml "
                "lets more in",
                figure=figure,
                limit=limit,
            )
        )


def admit_blanks(figure: int) -> None:
    """Refuse a used range of more cells that hold nothing, next to which few are filled: each takes room."""
    limit = LIMITS.get().blanks
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "cells of a used range that hold nothing: {figure}, {limit} are read; [limits] blanks in "
                "cityanalytics.toml lets more in",
                figure=figure,
                limit=limit,
            )
        )


def admit_columns(figure: int) -> None:
    """Refuse a sheet of more columns: what each holds is made out by itself."""
    limit = LIMITS.get().columns
    if figure > limit:
        raise UnreadableError(
            Message.of(
                "a sheet has {figure} columns, {limit} are read; [limits] columns in cityanalytics.toml "
                "lets more in",
                figure=figure,
                limit=limit,
            )
        )


def unpacked(package: zipfile.ZipFile, name: str) -> bytes:
    """Return a part of a package, unpacked piece by piece: never more than it declares, whatever it holds.

    Raises
    ------
    KeyError
        There is none of that name.
    zipfile.BadZipFile
        It holds something else than it declares.
    """
    whole = io.BytesIO()  # grows in place: pieces that are joined take room twice
    with package.open(name) as stream:
        shutil.copyfileobj(stream, whole, _PIECE)
    return whole.getvalue()
