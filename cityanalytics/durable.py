"""Files written whole: beside their place, onto the disk, then moved into it."""

from __future__ import annotations

import os
import re
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cityanalytics.interrupts import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

#: Names of drafts: nobody can guess one and lay a link there, and no other file is called so.
DRAFT = re.compile(r"\.[0-9a-f]{32}\.new")


@contextmanager
def drafted(contents: Mapping[Path, bytes]) -> Iterator[Callable[[], None]]:
    """Write drafts of files to the disk, and give what moves all of them into their places, in order.

    Whatever can fail for want of room or leave fails before anything is moved. Links are replaced, never followed.

    Parameters
    ----------
    contents
        What each file is to hold. The one that vouches for the others stands last.

    Raises
    ------
    OSError
        A file cannot be written; its path is the error's.
    """
    drafts: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            drafts[path] = path.with_name(f".{secrets.token_hex(16)}.new")
            with _named(path):
                _write(drafts[path], content)

        def move() -> None:
            with uninterrupted():  # the names are changed in no time
                for path, draft in drafts.items():
                    with _named(path):
                        draft.replace(path)
            for folder in {path.parent for path in drafts}:
                _keep(folder)

        yield move
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def put(contents: Mapping[Path, bytes]) -> None:
    """Write files whole, in order: none of them where one cannot be written.

    Parameters
    ----------
    contents
        As `drafted`.

    Raises
    ------
    OSError
        As `drafted`.
    """
    with drafted(contents) as move:
        move()


def is_being_written(folder: Path) -> bool:
    """Tell whether a folder holds a draft: of a command at work, or of one that was killed."""
    return any(DRAFT.fullmatch(path.name) for path in folder.glob(".*.new"))


def sweep(folder: Path) -> None:
    """Remove the drafts in a folder and below it: whoever calls this is the only one who writes there."""
    for place, _, names in os.walk(folder):
        for name in names:
            if DRAFT.fullmatch(name):
                Path(place, name).unlink(missing_ok=True)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Have what fails name the file that is written: a draft's name tells nobody anything."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def _write(draft: Path, content: bytes) -> None:
    with draft.open("xb") as stream:  # exclusive: a link that lies there is no place to write to
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _keep(folder: Path) -> None:
    """Have the disk keep the names in a folder; Windows and some shared folders know no such thing."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
