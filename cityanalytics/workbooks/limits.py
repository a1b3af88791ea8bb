"""What a workbook may cost: bounds on what is read of it, whatever it declares; a workspace may widen them."""

from __future__ import annotations

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
    """

    file_bytes: int = 256 << 20
    unpacked_bytes: int = 384 << 20
    sheets: int = 1000
    text_bytes: int = 512 << 20


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


def unpacked(package: zipfile.ZipFile, name: str) -> bytes:
    """Return a part of a package, unpacked piece by piece: never more than it declares, whatever it holds.

    Raises
    ------
    KeyError
        There is none of that name.
    zipfile.BadZipFile
        It holds something else than it declares.
    """
    with package.open(name) as stream:
        return b"".join(iter(lambda: stream.read(_PIECE), b""))
