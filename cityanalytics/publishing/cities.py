"""What is kept of a province's cities: a file a city, named by what it rests on, and the heads of all in one."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cityanalytics.durable import put
from cityanalytics.errors import CityAnalyticsError, UsageError
from cityanalytics.intake.sources import sources_sha256
from cityanalytics.intake.store import BESIDE
from cityanalytics.issues import Message
from cityanalytics.province.member import Member, dates_in, member_of
from cityanalytics.province.province import GROUPS, MOST_PROJECTS, SUMS, Unread
from cityanalytics.settings import FILE, load_settings
from cityanalytics.workspace import Workspace

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import pandas as pd

#: Below the province's folder: one file a city.
CITIES = "cities"
#: Among them: the heads of all, so that an unchanged city's file is not opened.
HEADS = "heads.json"
#: Key of a file's metadata that holds the city's head.
HEAD = b"city"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of each city: its two times, and where its file is kept."""

    folder: Path
    as_of: dt.date | None = None
    known_on: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Head:
    """A city without its projects.

    Parameters
    ----------
    member
        What it comes to.
    sums
        Of its projects: for each of the province's `GROUPS`, by name, one number for each of `SUMS`.
    short
        Its largest expected shortfalls of a project (yuan), falling, no more than a province lists.
    """

    member: Member
    sums: Mapping[str, Mapping[str, Sequence[float]]]
    short: Sequence[float]

    @classmethod
    def of(cls, member: Member, projects: pd.DataFrame) -> Head:
        """Return the head of a city."""
        counted = projects.assign(projects=1.0)
        sums = {}
        for group in GROUPS:
            own = counted.groupby(counted[group].fillna(""))[list(SUMS)].sum()
            sums[group] = dict(zip(own.index, own.to_numpy().tolist(), strict=True))
        short = projects.loc[projects["short"] > 0, "short"].nlargest(MOST_PROJECTS)
        return cls(member=member, sums=sums, short=short.tolist())

    def document(self) -> dict[str, Any]:
        """Return it as a JSON document."""
        return {"member": self.member.document(), "sums": self.sums, "short": self.short}

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Head:
        """Return the head that a JSON document describes."""
        return cls(
            member=Member.read(document["member"]), sums=document["sums"], short=tuple(document["short"])
        )


@dataclass(frozen=True, kw_only=True)
class City:
    """A city that was looked for.

    Parameters
    ----------
    place
        Its folder, as it was named.
    sha256
        Of what it rests on; empty where that cannot be read.
    file
        Of what is kept of it; None where there is nothing to keep.
    made
        Whether that was made now.
    unread
        Why there is nothing.
    """

    place: str
    sha256: str = ""
    file: Path | None = None
    made: bool = False
    unread: Unread | None = None


def look_for(places: Sequence[str], asked: Asked, *, jobs: int, on_city: Callable[[], None]) -> list[City]:
    """Return each city with the file that is kept of it, made where none rests on what the city rests on now.

    Parameters
    ----------
    places
        Folders of their workspaces.
    asked
        Their times, and where the files are.
    jobs
        Processes.
    on_city
        Called as each city is done.
    """
    asked.folder.mkdir(parents=True, exist_ok=True)
    found = []
    for city in _looked_for(places, asked, jobs):
        on_city()
        found.append(city)
    return found


def _looked_for(places: Sequence[str], asked: Asked, jobs: int) -> Iterator[City]:
    look = partial(_look, asked=asked)
    if jobs == 1:
        yield from map(look, places)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(look, places, chunksize=max(1, min(32, len(places) // (4 * jobs))))


def _look(place: str, *, asked: Asked) -> City:
    root, called, sha256 = Path(place), Path(place).resolve().name, ""
    try:
        if not (root / FILE).is_file():
            raise UsageError(
                Message.of("{folder} is no workspace: it has no {file}", folder=place, file=FILE)
            )
        sha256 = _rests_on(root)
        name = hashlib.sha256(f"{sources_sha256()} {asked.as_of} {asked.known_on} {sha256}".encode())
        target = asked.folder / f"{name.hexdigest()}.parquet"
        if target.is_file():
            return City(place=place, sha256=sha256, file=target)
        settings = load_settings(root)
        called = settings.city[settings.languages[0]]
        workspace = Workspace(settings=settings)
        dates = dates_in(workspace, as_of=asked.as_of, known_on=asked.known_on)
        put({target: _written(*member_of(workspace, dates))})
    except CityAnalyticsError as error:
        why = error.message
    except OSError as error:
        why = Message.of("{reason}", reason=error)
    else:
        return City(place=place, sha256=sha256, file=target, made=True)
    return City(place=place, sha256=sha256, unread=Unread(place=place, called=called, why=why))


def _rests_on(root: Path) -> str:
    """Return the hash of what a city's tables rest on: what lies beside them, and their manifest."""
    digest = hashlib.sha256()
    for name in (*BESIDE, "data/processed/manifest.json"):
        path = root / name
        content = path.read_bytes() if path.is_file() else b""
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


def _written(member: Member, projects: pd.DataFrame) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(projects, preserve_index=False)
    head = json.dumps(Head.of(member, projects).document(), ensure_ascii=False).encode()
    content = BytesIO()
    pq.write_table(table.replace_schema_metadata({HEAD: head}), content)
    return content.getvalue()


def heads_of(files: Sequence[Path], folder: Path) -> list[Head]:
    """Return the heads of cities, from one file as far as it holds them; what is of no city any more goes.

    Parameters
    ----------
    files
        What is kept of each.
    folder
        Where that and the file of all heads are.
    """
    kept = _kept(folder / HEADS)
    documents = {path.name: kept.get(path.name) or _head(path) for path in files}
    if documents.keys() != kept.keys():
        put({folder / HEADS: json.dumps(documents, ensure_ascii=False).encode()})
        for path in folder.glob("*.parquet"):
            if path.name not in documents:
                path.unlink()
    return [Head.read(documents[path.name]) for path in files]


def _kept(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_bytes()))
    except (OSError, TypeError, ValueError):
        return {}


def _head(path: Path) -> dict[str, Any]:
    import pyarrow.parquet as pq

    head: dict[str, Any] = json.loads(pq.read_schema(path).metadata[HEAD])
    return head


def projects_of(path: Path, *, least: float) -> list[dict[str, Any]]:
    """Return a city's projects that are expected to lack at least so much (yuan)."""
    import pyarrow.parquet as pq

    rows = pq.read_table(path, use_threads=False).to_pandas()
    return [dict(row) for row in rows[rows["short"] >= least].to_dict("records")]
