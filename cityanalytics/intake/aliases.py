"""Names of projects as they are written, to the names that they are kept under: ``aliases.toml``, checked."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import TYPE_CHECKING

from cityanalytics.errors import ConfigurationError, UsageError
from cityanalytics.issues import Message
from cityanalytics.tomlfile import TomlTable
from cityanalytics.workbooks.cells import squeezed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def load_aliases(path: Path) -> dict[str, str]:
    """Return names as written to the names that projects are kept under; each was confirmed by a person.

    Parameters
    ----------
    path
        The file; where there is none there are no aliases.

    Raises
    ------
    UsageError
        It is no TOML.
    ConfigurationError
        Entries lack a key or have an unknown one, one name stands for two projects, or names lead back to themselves:
        all of them.
    """
    if not path.is_file():
        return {}
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            Message.of(
                "{file} cannot be read ({reason}): each [[alias]] has name, project, confirmed_by and on",
                file=path,
                reason=error,
            )
        ) from error
    take = TomlTable(name=path.name, values=document, file=path.name)
    aliases: dict[str, str] = {}
    for number, values in enumerate(take.list_of("alias", dict), start=1):
        entry = take.within(f"alias {number}", values)
        name, project = squeezed(entry.get("name", str)), squeezed(entry.get("project", str))
        confirmed = entry.get("confirmed_by", str)
        entry.get("on", dt.date, dt.date.min)
        entry.finish()
        if not confirmed.strip() or not name or not project:
            continue  # what nobody confirmed is none; a name that is missing is told
        if aliases.setdefault(name, project) != project:
            take.faults.append(
                Message.of(
                    "{file}: {name!r} stands for {one!r} and for {other!r}: leave one of them",
                    file=path.name,
                    name=name,
                    one=aliases[name],
                    other=project,
                )
            )
    take.finish()
    kept = {name: _kept(name, aliases) for name in aliases}
    if circle := [name for name, last in kept.items() if last is None]:
        take.faults.append(
            Message.of(
                "{file}: these names stand for one another, so that none is the project's: {names}",
                file=path.name,
                names=", ".join(circle),
            )
        )
    if take.faults:
        raise ConfigurationError(take.faults)
    return {name: last for name, last in kept.items() if last is not None}


def _kept(name: str, aliases: Mapping[str, str]) -> str | None:
    """Follow renamings to the last name; None where they go round in a circle."""
    seen = {name}
    while name in aliases:
        name = aliases[name]
        if name in seen:
            return None
        seen.add(name)
    return name
