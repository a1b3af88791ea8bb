"""Many workspaces joined: the province of what is kept of each, and its products."""

from __future__ import annotations

import json
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cityanalytics.durable import put
from cityanalytics.errors import InsufficientDataError, UsageError
from cityanalytics.intake.sources import sources_sha256
from cityanalytics.issues import Message
from cityanalytics.lock import writing
from cityanalytics.province.province import GROUPS, MOST_PROJECTS, SUMS, Province, common_day
from cityanalytics.publishing.cities import CITIES, Asked, heads_of, look_for, projects_of
from cityanalytics.publishing.provenance import package_versions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cityanalytics.publishing.cities import City, Head


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A province, and what it rests on.

    Parameters
    ----------
    province
        The province.
    cities
        Its cities as they were named, with what each rests on.
    asked
        The times that were asked for.
    """

    province: Province
    cities: Sequence[City]
    asked: Asked

    @property
    def made(self) -> int:
        """How many cities had to be read again."""
        return sum(city.made for city in self.cities)


def named_places(given: Sequence[Path]) -> list[str]:
    """Return the folders of workspaces as they were named: each argument is one, or a file with one a line.

    Raises
    ------
    UsageError
        A folder is named twice, none is named, or an argument is neither.
    """
    places: list[str] = []
    for path in given:
        if path.is_dir():
            places.append(str(path))
        elif path.is_file():
            lines = path.read_text(encoding="utf-8-sig").splitlines()
            places += [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        else:
            raise UsageError(Message.of("{path}: neither a workspace nor a file of paths", path=path))
    seen: dict[Path, str] = {}
    for place in places:
        own = Path(place).resolve()
        if own in seen:
            raise UsageError(
                Message.of("{path} is named twice, and would be counted twice: name it once", path=place)
            )
        seen[own] = place
    if not places:
        raise UsageError(Message.of("no workspace is named"))
    return places


def join(
    places: Sequence[str],
    folder: Path,
    *,
    names: Mapping[str, str],
    as_of: dt.date | None = None,
    known_on: dt.date | None = None,
    jobs: int = 1,
    on_city: Callable[[], None] = lambda: None,
) -> Joined:
    """Join the tables of many cities; only one city's are held at a time.

    Parameters
    ----------
    places
        Folders of their workspaces.
    folder
        Of the province: its ``cities`` keeps a file a city, named by what it rests on.
    names
        What the province is called, by language.
    as_of, known_on
        The two times of each city; by default its data date, and all that was received.
    jobs
        Processes.
    on_city
        Called as each city is done.

    Raises
    ------
    InsufficientDataError
        No city has tables.
    """
    asked = Asked(folder=folder / CITIES, as_of=as_of, known_on=known_on)
    cities = look_for(places, asked, jobs=jobs, on_city=on_city)
    files = {city.place: city.file for city in cities if city.file is not None}
    unread = tuple(city.unread for city in cities if city.unread is not None)
    if not files:
        raise InsufficientDataError(
            Message.of("no city has tables; the first: {why}", why=unread[0].why.text())
        )
    heads = dict(zip(files, heads_of([*files.values()], asked.folder), strict=True))
    members = {place: head.member for place, head in heads.items()}
    day = as_of or common_day(members)
    counted = {place: head for place, head in heads.items() if head.member.as_of.year == day.year}
    province = Province(
        names=names,
        as_of=day,
        members=members,
        unread=unread,
        groups={group: _summed(counted.values(), group) for group in GROUPS},
        projects=_largest(counted, files),
    )
    return Joined(province=province, cities=cities, asked=asked)


def _summed(heads: Iterable[Head], group: str) -> pd.DataFrame:
    """Return the sums of all cities' projects by a group."""
    found: dict[str, list[float]] = {}
    for head in heads:
        for name, values in head.sums[group].items():
            before = found.get(name, [0.0] * len(SUMS))
            found[name] = [first + second for first, second in zip(before, values, strict=True)]
    table = pd.DataFrame.from_dict(found, orient="index", columns=list(SUMS))
    return table.rename_axis(group).reset_index()


def _largest(heads: Mapping[str, Head], files: Mapping[str, Path]) -> pd.DataFrame:
    """Return the projects with the largest expected shortfall; only the files of cities that have some are opened."""
    least = min(
        nlargest(MOST_PROJECTS, (short for head in heads.values() for short in head.short)), default=0.0
    )
    rows = [
        {**row, "place": place}
        for place, head in heads.items()
        if head.short and head.short[0] >= least
        for row in projects_of(files[place], least=least)
    ]
    rows.sort(key=lambda row: (-row["short"], row["place"], row["project"]))
    return pd.DataFrame(rows[:MOST_PROJECTS])


def record_of(joined: Joined, languages: Sequence[str]) -> dict[str, Any]:
    """Return the record beside the pages: what they say, what was asked for, and what each city rests on."""
    from cityanalytics.briefing.provincial import document

    times = {"as_of": joined.asked.as_of, "known_on": joined.asked.known_on}
    return {
        **document(joined.province, languages),
        "inputs": [{"path": city.place, "sha256": city.sha256} for city in joined.cities],
        "code": sources_sha256(),
        "packages": dict(package_versions()),
        "parameters": {name: day.isoformat() if day else "" for name, day in times.items()},
    }


def rollup_files(joined: Joined, folder: Path, languages: Sequence[str]) -> dict[Path, bytes]:
    """Return the province's pages, its workbook and its record, by their paths, the record last."""
    from cityanalytics.briefing.provincial import book, page
    from cityanalytics.briefing.template import dispatch_page
    from cityanalytics.publishing.workbook import write_workbook

    province = joined.province
    made = {
        folder / f"briefing.{language}.html": dispatch_page(page(province, language, languages)).encode()
        for language in languages
    }
    made[folder / "briefing.xlsx"] = write_workbook(book(province, languages))
    text = json.dumps(record_of(joined, languages), ensure_ascii=False, indent=1, allow_nan=False)
    made[folder / "briefing.json"] = f"{text}\n".encode()
    return made


def write_rollup(joined: Joined, folder: Path, languages: Sequence[str]) -> list[Path]:
    """Write them: all, or none; a page in a language that is no longer made goes."""
    made = rollup_files(joined, folder, languages)
    with writing(folder, "rollup"):
        put(made)
        for path in folder.glob("briefing.*.html"):
            if path not in made:
                path.unlink()
    return [*made]
