"""Many workspaces joined: a file a city, kept by what it rests on, read one at a time; and the province's products."""

from __future__ import annotations

import hashlib
import heapq
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cityanalytics.durable import put
from cityanalytics.errors import CityAnalyticsError, InsufficientDataError, UsageError
from cityanalytics.intake.sources import sources_sha256
from cityanalytics.intake.store import BESIDE
from cityanalytics.issues import Message
from cityanalytics.lock import writing
from cityanalytics.province.member import Member, dates_in, member_of
from cityanalytics.province.province import GROUPS, MOST_PROJECTS, SUMS, Province, Unread, common_day
from cityanalytics.settings import FILE, load_settings
from cityanalytics.workspace import Workspace

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

#: Below the province's folder: one file a city.
CITIES = "cities"
#: Key of a file's metadata that holds the city.
HEAD = b"city"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of each city: its two times, and where its file is kept."""

    folder: Path
    as_of: dt.date | None = None
    known_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A province, and how many of its cities had to be read again."""

    province: Province
    made: int
    files: Mapping[str, str]


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
    asked.folder.mkdir(parents=True, exist_ok=True)
    files: dict[str, str] = {}
    unread: list[Unread] = []
    made = 0
    for found in _read_all(places, asked, jobs):
        on_city()
        if isinstance(found, Unread):
            unread.append(found)
            continue
        place, name, new = found
        files[place] = name
        made += new
    if not files:
        raise InsufficientDataError(
            Message.of("no city has tables; the first: {why}", why=unread[0].why.text())
        )
    kept = {*files.values()}
    for path in asked.folder.glob("*.parquet"):
        if path.name not in kept:
            path.unlink()
    members = {place: _head(asked.folder / name) for place, name in files.items()}
    day = as_of or common_day(members)
    counted = {place: one for place, one in members.items() if one.as_of.year == day.year}
    groups, projects = _summed({place: asked.folder / files[place] for place in counted})
    province = Province(
        names=names, as_of=day, members=members, unread=tuple(unread), groups=groups, projects=projects
    )
    return Joined(province=province, made=made, files=files)


def _read_all(places: Sequence[str], asked: Asked, jobs: int) -> Iterator[Unread | tuple[str, str, bool]]:
    read = partial(_kept, asked=asked)
    if jobs == 1:
        yield from map(read, places)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(read, places, chunksize=max(1, min(32, len(places) // (4 * jobs))))


def _kept(place: str, *, asked: Asked) -> Unread | tuple[str, str, bool]:
    """Return a city's file, made where none rests on what the city rests on now; or why there is none."""
    root, called = Path(place), Path(place).resolve().name
    try:
        if not (root / FILE).is_file():
            raise UsageError(
                Message.of("{folder} is no workspace: it has no {file}", folder=place, file=FILE)
            )
        name = f"{_rests_on(root, asked)}.parquet"
        target = asked.folder / name
        if target.is_file():
            return place, name, False
        settings = load_settings(root)
        called = settings.city[settings.languages[0]]
        workspace = Workspace(settings=settings)
        dates = dates_in(workspace, as_of=asked.as_of, known_on=asked.known_on)
        put({target: _written(*member_of(workspace, dates))})
    except CityAnalyticsError as error:
        return Unread(place=place, called=called, why=error.message)
    except OSError as error:
        return Unread(place=place, called=called, why=Message.of("{reason}", reason=error))
    return place, name, True


def _rests_on(root: Path, asked: Asked) -> str:
    """Return the hash of what a city's file rests on: manifest, what lies beside, times, the package's sources."""
    digest = hashlib.sha256(f"{sources_sha256()} {asked.as_of} {asked.known_on}\n".encode())
    for name in (*BESIDE, "data/processed/manifest.json"):
        path = root / name
        content = path.read_bytes() if path.is_file() else b""
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _written(member: Member, projects: pd.DataFrame) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(projects, preserve_index=False)
    head = json.dumps(member.document(), ensure_ascii=False).encode()
    content = BytesIO()
    pq.write_table(table.replace_schema_metadata({HEAD: head}), content)
    return content.getvalue()


def _head(path: Path) -> Member:
    import pyarrow.parquet as pq

    return Member.read(json.loads(pq.read_schema(path).metadata[HEAD]))


def _summed(files: Mapping[str, Path]) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Return the projects' sums by each group, and those with the largest expected shortfall: a city at a time."""
    import pyarrow.parquet as pq

    sums: dict[str, dict[str, list[float]]] = {group: {} for group in GROUPS}
    largest: list[tuple[float, str, str, dict[str, Any]]] = []
    for place, path in files.items():
        rows = pq.read_table(path, use_threads=False).to_pandas()
        for group, found in sums.items():
            own = rows.assign(projects=1.0).groupby(rows[group].fillna(""))[list(SUMS)].sum()
            for name, values in zip(own.index, own.to_numpy().tolist(), strict=True):
                before = found.get(name, [0.0] * len(SUMS))
                found[name] = [first + second for first, second in zip(before, values, strict=True)]
        least = largest[0][0] if len(largest) == MOST_PROJECTS else 0.0
        some = rows[rows["short"] > least].nlargest(MOST_PROJECTS, "short")
        for row in some.to_dict("records"):
            entry = (row["short"], place, row["project"], row)
            (heapq.heappush if len(largest) < MOST_PROJECTS else heapq.heappushpop)(largest, entry)
    groups = {
        group: pd.DataFrame.from_dict(found, orient="index", columns=list(SUMS))
        .rename_axis(group)
        .reset_index()
        for group, found in sums.items()
    }
    ordered = [
        {**row, "place": place} for _, place, _, row in sorted(largest, key=lambda one: (-one[0], *one[1:3]))
    ]
    return groups, pd.DataFrame(ordered)


def record_of(joined: Joined, languages: Sequence[str]) -> dict[str, Any]:
    """Return the record beside the pages: what they say, and what each city rests on."""
    from cityanalytics.briefing.provincial import document

    inputs = [
        {"path": place, "sha256": name.removesuffix(".parquet")} for place, name in joined.files.items()
    ]
    return {**document(joined.province, languages), "inputs": inputs, "code": sources_sha256()}


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
