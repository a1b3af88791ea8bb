"""A province's report made again from its cities' own tables, and held against itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cityanalytics.errors import CityAnalyticsError
from cityanalytics.issues import Message
from cityanalytics.lock import FILE as LOCK
from cityanalytics.programme.dates import iso_date
from cityanalytics.publishing.cities import CITIES
from cityanalytics.publishing.differing import figures_of, keys_of, rest_of
from cityanalytics.publishing.keeping import readable
from cityanalytics.publishing.pagetext import differences
from cityanalytics.publishing.provincial import join, record_of, rollup_files
from cityanalytics.publishing.recorded import read_record, require_texts, tools_of
from cityanalytics.publishing.verify import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from cityanalytics.publishing.provincial import Joined

#: A page of a report, and its language.
PAGE = re.compile(r"briefing\.([a-z]{2,8})\.html")


def is_province(report: Path) -> bool:
    """Tell whether a file or folder is of a province's report, by the record beside it."""
    return "cities" in readable(_folder(report))


def verify_province(
    report: Path, *, scratch: Path, jobs: int = 1, on_city: Callable[[], None] = lambda: None
) -> Verdict:
    """Read every city again, make the province's report again and compare; what was kept of cities is not looked at.

    Parameters
    ----------
    report
        One of the report's files, or its folder.
    scratch
        An empty folder.
    jobs
        Processes.
    on_city
        Called as each city is done.

    Raises
    ------
    CityAnalyticsError
        The record is damaged.
    """
    record, folder = read_record(report, require=_require), _folder(report)
    tools = tools_of(record)
    again = Message.of("to get a report of what is there now: the same `cityanalytics rollup` again")
    try:
        joined = join(
            [source["path"] for source in record["inputs"]],
            scratch,
            names=record["name"],
            as_of=iso_date("as_of", record["parameters"]["as_of"]),
            known_on=iso_date("known_on", record["parameters"]["known_on"]),
            jobs=jobs,
            on_city=on_city,
        )
    except CityAnalyticsError as error:
        cause = Message.of("the report cannot be made again:")
        return Verdict(reasons=(*tools.others, cause, error.message), mends=(again,))
    made = {path.name: content for path, content in rollup_files(joined, scratch, record["language"]).items()}
    lying = {name: (folder / name).read_bytes() for name in made if (folder / name).is_file()}
    same = tuple(name for name in made if lying.get(name) == made[name])
    now = record_of(joined, record["language"])
    pages = {
        name: differences(lying[name].decode(errors="replace"), made[name].decode())
        for name in lying
        if PAGE.fullmatch(name) and name not in same
    }
    reasons = (*tools.others, *_changed(joined, record))
    different = tuple(name for name in lying if name not in same)
    return Verdict(
        same=same,
        different=different,
        missing=tuple(sorted(made.keys() - lying.keys())),
        foreign=tuple(_foreign(folder, made)),
        figures=figures_of(record, now),
        record=rest_of(record, now, explained=bool(reasons)),
        pages=pages,
        keys={name: keys_of(texts, now, _language(name)) for name, texts in pages.items()},
        reasons=reasons,
        mends=(again,) if reasons or different else (),
    )


def _folder(report: Path) -> Path:
    return report if report.is_dir() else report.parent


def _language(name: str) -> str:
    found = PAGE.fullmatch(name)
    return found[1] if found else ""


def _require(record: dict[str, Any]) -> None:
    require_texts(record, ("as_of", "known_on"))
    if wrong := [name for name in record["name"].values() if not isinstance(name, str)]:
        message = f"{wrong[0]!r} where a name should be"
        raise TypeError(message)


def _changed(joined: Joined, record: Mapping[str, Any]) -> Iterator[Message]:
    """Say of each city that it rests on something else, or cannot be read any more."""
    unread = {one["place"] for one in record["unread"]}
    for city, then in zip(joined.cities, record["inputs"], strict=True):
        if city.sha256 != then["sha256"]:
            yield Message.of("input {file} has changed", file=city.place)
        elif city.unread is not None and city.place not in unread:
            yield Message.of("{city} is not counted: {why}", city=city.place, why=city.unread.why.text())


def _foreign(folder: Path, made: Mapping[str, bytes]) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if path.name not in {*made, CITIES, LOCK}:
            yield path.name
