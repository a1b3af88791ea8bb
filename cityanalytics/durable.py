"""Files written whole: beside their place, onto the disk, then moved into it."""

from __future__ import annotations

import json
import os
import re
import secrets
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cityanalytics.interrupts import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: Names of drafts: nobody can guess one and lay a link there, and no other file is called so.
DRAFT = re.compile(r"\.[0-9a-f]{32}\.new")
#: What the name of a plan ends with: which drafts go where, once all of them are there.
PLAN = ".moves"
#: Names of what a command that was killed may leave.
LEFT = re.compile(r"\.[0-9a-f]{32}\.(new|moves)")


def put(contents: Mapping[Path, bytes]) -> None:
    """Write files whole: all of them, or none where one cannot be written; also where the process is killed.

    Whatever can fail for want of room or leave fails before anything is moved. Which draft goes where is written down
    before the first of several is moved, and `sweep` goes on where that was left. Links are replaced, never followed.

    Parameters
    ----------
    contents
        What each file is to hold, in the order in which they are moved: the one that vouches for the others last.

    Raises
    ------
    OSError
        A file cannot be written; its path is the error's.
    """
    drafts: dict[Path, Path] = {}
    plan: Path | None = None
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            drafts[path] = _draft(path.parent)
            with _named(path):
                _write(drafts[path], content)
        if len(drafts) > 1:
            first = next(iter(drafts))
            plan = _draft(first.parent)
            with _named(first):
                _write(plan, json.dumps(_relative(drafts, first.parent)).encode())
        with uninterrupted():  # the names are changed in no time
            if plan is not None:
                plan = plan.replace(plan.with_suffix(PLAN))
            for path, draft in drafts.items():
                with _named(path):
                    draft.replace(path)
        for folder in {path.parent for path in drafts}:
            _keep(folder)
    finally:
        for left in ([] if plan is None else [plan]) + [*drafts.values()]:
            left.unlink(missing_ok=True)


def _draft(folder: Path) -> Path:
    return folder / f".{secrets.token_hex(16)}.new"


def _relative(drafts: Mapping[Path, Path], place: Path) -> dict[str, str]:
    return {os.path.relpath(draft, place): os.path.relpath(path, place) for path, draft in drafts.items()}


def is_being_written(folder: Path) -> bool:
    """Tell whether a folder holds a draft: of a command at work, or of one that was killed."""
    return any(LEFT.fullmatch(path.name) for path in folder.glob(".*"))


def sweep(root: Path, folders: Iterable[str]) -> None:
    """Finish what commands that were killed were moving, and remove their drafts.

    Whoever calls this is the only one who writes there.

    Parameters
    ----------
    root
        Where it is looked for, in the folder itself.
    folders
        Below it, where it is looked for at any depth.
    """
    below = [
        Path(place, name) for one in folders for place, _, names in os.walk(root / one) for name in names
    ]
    left = [path for path in (*root.glob(".*"), *below) if LEFT.fullmatch(path.name)]
    for plan in (path for path in left if path.suffix == PLAN):
        with suppress(AttributeError, OSError, TypeError, ValueError):  # none of ours
            for draft, target in json.loads(plan.read_bytes()).items():
                _finish(plan.parent / draft, plan.parent / target, root)
    for path in left:
        path.unlink(missing_ok=True)


def _finish(draft: Path, target: Path, root: Path) -> None:
    inside = target.parent.resolve().is_relative_to(root.resolve())
    if inside and DRAFT.fullmatch(draft.name) and draft.is_file() and not draft.is_symlink():
        draft.replace(target)


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
