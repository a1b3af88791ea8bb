"""Which sources of the package something was made by, as a hash."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

#: What turns workbooks into tables: the two steps, and what every step may use.
READING = ("workbooks", "intake", "calendar.py", "errors.py", "issues.py", "settings.py")
#: Shipped beside the sources, and copied into a workspace, which records them itself.
ASIDE = ("__pycache__", "notebooks")


@cache
def sources_sha256(parts: tuple[str, ...] = ()) -> str:
    """Return the hash of the package's sources, data and templates included.

    Parameters
    ----------
    parts
        Folders and files of the package that count; by default all do.

    Examples
    --------
    >>> sources_sha256(READING) == sources_sha256()
    False
    """
    digest = hashlib.sha256()
    for name, source in sorted(_sources(files("cityanalytics"), "")):
        if not parts or name.partition("/")[0] in parts:
            digest.update(name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()


def _sources(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name not in ASIDE:
            yield from _sources(entry, f"{prefix}{entry.name}/")
        elif entry.is_file() and not entry.name.endswith(".pyc"):
            yield prefix + entry.name, entry
