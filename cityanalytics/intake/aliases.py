"""What persons confirmed of names, in ``aliases.toml``, checked: which are one project, which of them have left."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
import tomllib
from contextlib import suppress
from dataclasses import dataclass
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


#: Beside cityanalytics.toml.
FILE = "aliases.toml"
QUARTER = re.compile(r"[0-9]{4}Q[1-4]")
GONE = re.compile(r"\[\[\s*gone\s*\]\]")


@dataclass(frozen=True, kw_only=True)
class Departure:
    """A project or site that is no longer reported, as a person confirmed: it has left, and is not missing.

    Parameters
    ----------
    name
        As it is kept.
    quarter
        The first for which it was not reported.
    confirmed_by, on
        Who said so, and the day.
    why
        What became of it; may be empty.
    """

    name: str
    quarter: str
    confirmed_by: str
    on: dt.date
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """What persons confirmed of names.

    Parameters
    ----------
    aliases
        Names as written to the names that projects are kept under.
    gone
        What has left.
    """

    aliases: Mapping[str, str]
    gone: tuple[Departure, ...] = ()


def read_confirmed(path: Path) -> Confirmed:
    """Read what persons confirmed of names.

    Parameters
    ----------
    path
        The file; where there is none nothing was confirmed.

    Raises
    ------
    UsageError
        It is no TOML.
    ConfigurationError
        Entries lack a key or have an unknown one, one name stands for two projects, names lead back to themselves, or
        something left twice: all of them.
    """
    if not path.is_file():
        return Confirmed(aliases={})
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(
            Message.of(
                "{file} cannot be read ({reason}): each [[alias]] has name, project, confirmed_by and on, each "
                "[[gone]] name, quarter, confirmed_by and on",
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
    gone = _gone(take)
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
    return Confirmed(aliases={name: last for name, last in kept.items() if last is not None}, gone=gone)


def _gone(take: TomlTable) -> tuple[Departure, ...]:
    found: dict[tuple[str, str], Departure] = {}
    for number, values in enumerate(take.list_of("gone", dict), start=1):
        entry = take.within(f"gone {number}", values)
        one = Departure(
            name=squeezed(entry.get("name", str)),
            quarter=entry.get("quarter", str),
            confirmed_by=entry.get("confirmed_by", str),
            on=entry.get("on", dt.date),
            why=entry.get("why", str, ""),
        )
        entry.finish()
        if one.quarter and not QUARTER.fullmatch(one.quarter):
            take.faults.append(
                Message.of(
                    "{file}: [{section}] quarter is such as 2026Q2, not {value!r}",
                    file=take.file,
                    section=f"gone {number}",
                    value=one.quarter,
                )
            )
        if (one.name, one.quarter) in found:
            take.faults.append(
                Message.of(
                    "{file}: {name} stands twice as gone since {quarter}: leave one of them",
                    file=take.file,
                    name=one.name,
                    quarter=one.quarter,
                )
            )
        if one.confirmed_by.strip() and one.name:  # what nobody confirmed is none
            found[one.name, one.quarter] = one
    return tuple(found.values())


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
    path = settings.root / FILE
    with writing(settings.root, "alias"):
        aliases = read_confirmed(path).aliases
        written = {squeezed(name) for name in projects["written_name"]}
        known = written | set(projects["project"]) | aliases.keys()
        before, after = (_known(name, known) for name in (old, new))
        _check_pair(projects, aliases, before, after)
        _append(path, "alias", on, name=before, project=after, confirmed_by=by)
    return before, after


def confirm_gone(settings: Settings, gone: Departure) -> None:
    """Add an entry to aliases.toml: a person says that a project or site has left. What stands there stays as it is.

    Parameters
    ----------
    settings
        The workspace.
    gone
        What is known to be missing in its quarter.

    Raises
    ------
    UsageError
        Nobody confirms it, or it is confirmed already.
    """
    if not gone.confirmed_by:
        raise UsageError(Message.of("say who confirms it with --by"))
    path = settings.root / FILE
    with writing(settings.root, "gone"):
        for one in read_confirmed(path).gone:
            if (one.name, one.quarter) == (gone.name, gone.quarter):
                raise UsageError(
                    Message.of(
                        "{name} is confirmed as gone since {quarter} already, by {who}",
                        name=one.name,
                        quarter=one.quarter,
                        who=one.confirmed_by,
                    )
                )
        why = {"why": gone.why} if gone.why else {}
        _append(
            path,
            "gone",
            gone.on,
            name=gone.name,
            quarter=gone.quarter,
            confirmed_by=gone.confirmed_by,
            **why,
        )


def take_back(settings: Settings, name: str, quarter: str = "") -> tuple[Departure, ...]:
    """Take the entries of something that has not left out of aliases.toml; the rest stays as it is.

    Parameters
    ----------
    settings
        The workspace.
    name
        Of the project or site.
    quarter
        The one for which it was confirmed; empty for all.

    Returns
    -------
    tuple of Departure
        Those that were taken out.

    Raises
    ------
    UsageError
        There is none (the message names those that there are), or its entry is written so that it has to be taken out
        by hand.
    """
    path = settings.root / FILE
    with writing(settings.root, "gone"):
        known = read_confirmed(path).gone
        wanted = [one for one in known if one.name == squeezed(name) and quarter in ("", one.quarter)]
        if not wanted:
            raise UsageError(
                Message.of(
                    "{name} is not confirmed as gone; confirmed are: {names}",
                    name=name,
                    names=", ".join(f"{one.name} ({one.quarter})" for one in known) or "—",
                )
            )
        rest = [one.quarter for one in wanted]
        lines = path.read_bytes().decode("utf-8").splitlines(keepends=True)
        kept = ""
        while lines:
            own = _entry_length(lines)
            entry = "".join(lines[: own or 1])
            lines = lines[own or 1 :]
            if own and (held := _held(entry))[0] == squeezed(name) and held[1] in rest:
                rest.remove(held[1])
            else:
                kept += entry
        if rest:
            raise UsageError(
                Message.of("take the entry of {name} out of {file} by hand", name=name, file=path.name)
            )
        put({path: kept.encode()})
    return tuple(wanted)


def _entry_length(lines: list[str]) -> int:
    """Return how many lines the entry of something gone has that begins here; 0 where none does."""
    if not GONE.match(lines[0].strip()):
        return 0
    own = 1
    while own < len(lines) and lines[own].strip() and lines[own].strip()[0] not in "[#":
        own += 1
    return own + (own < len(lines) and not lines[own].strip())


def _held(entry: str) -> tuple[str, str]:
    """Return name and quarter of an entry; empty where it is written in a way of its own."""
    with suppress(tomllib.TOMLDecodeError, KeyError, TypeError):
        (held,) = tomllib.loads(entry)["gone"]
        return squeezed(held["name"]), str(held["quarter"])
    return "", ""


def _append(path: Path, kind: str, on: dt.date, **texts: str) -> None:
    """Write an entry below what a file holds, which stays as it is."""
    held = path.read_bytes() if path.is_file() else b""
    end = "\r\n" if b"\r\n" in held else "\n"
    gap = "" if not held else end if held.endswith(b"\n") else end * 2
    said = [f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in texts.items()]
    entry = [f"[[{kind}]]", *said, f"on = {on.isoformat()}", ""]
    put({path: held + (gap + end.join(entry)).encode()})


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
