"""Names of projects as they are written, to the names that they are kept under: ``aliases.toml``, checked."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import tomllib
from typing import TYPE_CHECKING

from cityanalytics.durable import put
from cityanalytics.errors import ConfigurationError, UsageError
from cityanalytics.issues import Message
from cityanalytics.lock import writing
from cityanalytics.tomlfile import TomlTable
from cityanalytics.workbooks.cells import squeezed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd

    from cityanalytics.settings import Settings


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


def confirm(
    settings: Settings, projects: pd.DataFrame, old: str, new: str, *, by: str, on: dt.date
) -> tuple[str, str]:
    """Add an entry to aliases.toml: a person says that two names are one project. What stands there stays as it is.

    Parameters
    ----------
    settings
        The workspace.
    projects
        The canonical table, of all that was received.
    old, new
        The name in earlier workbooks, and the one that the project has now.
    by, on
        Who confirms it, and the day.

    Returns
    -------
    tuple of str
        Both names as the workbooks have them.

    Raises
    ------
    UsageError
        A name stands in no workbook (the message names the nearest), both stand in workbooks of one quarter, the old
        one is confirmed as another already, or names would go round in a circle.
    """
    if not by:
        raise UsageError(Message.of("say who confirms it with --by"))
    path = settings.root / "aliases.toml"
    with writing(settings.root, "alias"):
        aliases = load_aliases(path)
        written = {squeezed(name) for name in projects["written_name"]}
        known = written | set(projects["project"]) | aliases.keys()
        before, after = (_known(name, known) for name in (old, new))
        _check_pair(projects, aliases, before, after)
        entry = [
            "[[alias]]",
            f"name = {json.dumps(before, ensure_ascii=False)}",
            f"project = {json.dumps(after, ensure_ascii=False)}",
            f"confirmed_by = {json.dumps(by, ensure_ascii=False)}",
            f"on = {on.isoformat()}",
            "",
        ]
        held = path.read_bytes() if path.is_file() else b""
        end = "\r\n" if b"\r\n" in held else "\n"
        gap = "" if not held else end if held.endswith(b"\n") else end * 2
        put({path: held + (gap + end.join(entry)).encode()})
    return before, after


def _known(name: str, known: set[str]) -> str:
    plain = squeezed(name)
    if plain not in known:
        near = difflib.get_close_matches(plain, known, n=1, cutoff=0.3)
        raise UsageError(
            Message.of(
                "no workbook names a project {name}; nearest: {near}",
                name=plain,
                near=near[0] if near else "—",
            )
        )
    return plain


def _check_pair(projects: pd.DataFrame, aliases: Mapping[str, str], old: str, new: str) -> None:
    if old == new:
        raise UsageError(Message.of("{old} and {new} are one name", old=old, new=new))
    if old in aliases:
        raise UsageError(Message.of("{old} is confirmed as {new} already", old=old, new=aliases[old]))
    if aliases.get(new, new) == old:
        raise UsageError(
            Message.of("{new} leads back to {old}: names would go round in a circle", old=old, new=new)
        )
    kept = aliases.get(new, new)
    last = projects.drop_duplicates(["unit", "quarter", "project"], keep="last")
    newest = last.groupby(["unit", "quarter"])["position"].transform("max")
    last = last[last["position"] == newest]
    both = set(last.loc[last["project"] == old, "quarter"]) & set(
        last.loc[last["project"] == kept, "quarter"]
    )
    if both:
        raise UsageError(
            Message.of(
                "both {old} and {new} stand in the workbooks for {quarter}: they are two projects",
                old=old,
                new=new,
                quarter=min(both),
            )
        )
