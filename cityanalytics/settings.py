"""The bureau's facts: what cityanalytics.toml of a workspace says, checked and frozen."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cityanalytics.calendar import WorkCalendar, quarter_end, quarter_of
from cityanalytics.errors import ConfigurationError, UsageError
from cityanalytics.figurekeys import taken
from cityanalytics.issues import Message
from cityanalytics.packaged import named, reference_classes
from cityanalytics.tomlfile import TomlTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE = "cityanalytics.toml"
#: What may have to hold at the year's end.
OBLIGATIONS = ("complete", "finish", "plan")
#: Days after the data date, and seeds that every generator takes.
DUE_DAYS, SEED = (0, 366), (0, 2**32 - 1)
#: What workbooks may cost (see `cityanalytics.workbooks.limits`): bytes and counts.
LIMITS = {
    "file_bytes": (1 << 10, 1 << 32),
    "unpacked_bytes": (1 << 10, 1 << 34),
    "sheets": (1, 1 << 16),
    "text_bytes": (1 << 10, 1 << 34),
    "part_tags": (1 << 10, 1 << 26),
    "number_formats": (1 << 8, 1 << 20),
    "merges": (1 << 10, 1 << 24),
    "errors": (1 << 10, 1 << 24),
    "strings": (1 << 10, 1 << 26),
    "cells": (1 << 10, 1 << 28),
    "blanks": (1 << 10, 1 << 28),
    "columns": (1, 1 << 14),
}
#: Files of certificates: of the authority, of this side, and its key.
SECURITY = ("ca_file", "cert_file", "key_file")
#: Key of a figure.
KEY = re.compile(r"[a-z][a-z0-9_]*")
#: What some file system does not take in a name, and how many bytes all do.
UNFIT, MOST_BYTES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]'), 200


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of works or of demolition that the briefing shows by a key of its own.

    Parameters
    ----------
    key
        Stable name of the figure, such as ``roads_upgraded``.
    kind
        The word in the units' workbooks.
    label
        What a reader sees, by language.
    listed
        Whether it counts among the completed works that are listed one by one.
    """

    key: str
    kind: str
    label: Mapping[str, str]
    listed: bool = False


@dataclass(frozen=True, kw_only=True)
class Lights:
    """How far behind elapsed-time progress is yellow or red, as fractions of the plan (0.05 is 5 points).

    Parameters
    ----------
    yellow
        Behind by more than this is *behind*; at most `red`.
    red
        Behind by more than this is *far behind*.
    """

    yellow: float = 0.0
    red: float = 0.05


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A workspace's only configuration.

    Parameters
    ----------
    root
        The workspace's folder.
    city, bureau, statement
        Names and the statement about the data's origin, by language.
    languages
        Languages of the briefing, the first one first.
    units
        Responsible units from which workbooks are expected.
    sections
        The bureau's own sections that send workbooks too (history), not expected every quarter.
    terms
        Words of the data (units, categories, constraints) to their words in other languages.
    quarters
        Data date of each quarter that has one other than its last day.
    due_days
        Days after the data date by which a workbook is due.
    obligations
        Category to what must hold at the year's end: ``complete``, ``finish`` or ``plan``.
    works, demolition
        Kinds with a figure of their own, in the order of the page.
    investments
        Categories whose investment is a figure of its own; ``kind`` is the category.
    demolition_plan_assumed
        Whether the planned areas of demolition are assumed, and so marked.
    remarks
        Sentences of the bureau's own below the main measures, by language; a gap ``{key}`` names a figure.
    reference_class
        Name of the forecast's reference class.
    heads
        Unit to who answers for it.
    offices
        Constraint to the office that decides on it.
    numbers
        Number of the bulletin in words, by language: of a quarter, or of a day such as ``2010-08-31``.
    signed_by
        Who signs the bulletin; empty where nobody is named.
    sent_to
        To whom the monthly bulletin of dispatch goes.
    seed
        Seed of all random draws.
    winter_stop
        First and last day of the season in which sites stand still, as ``("11-15", "03-15")``; none where empty.
    rules
        Name of the pack of rules that dispatch sets its lights by.
    weekly
        Whether units report weekly: a workbook then describes the day that it states, where that lies in its quarter
        and before the quarter's data date.
    answer_days
        Days after its issue by which an order is to be answered.
    lights
        Rule of the lights.
    calendar
        Working days.
    security
        Of a cluster reached by ``tls://``: its certificates' files by the names of `SECURITY`.
    limits
        What workbooks may cost, where that is not the usual, by the names of `LIMITS`.
    """

    root: Path
    city: Mapping[str, str]
    bureau: Mapping[str, str]
    statement: Mapping[str, str]
    languages: tuple[str, ...] = ("zh", "en")
    units: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    quarters: Mapping[str, dt.date] = field(default_factory=dict)
    due_days: int = 5
    obligations: Mapping[str, str] = field(default_factory=dict)
    works: tuple[Kind, ...] = ()
    demolition: tuple[Kind, ...] = ()
    investments: tuple[Kind, ...] = ()
    demolition_plan_assumed: bool = False
    remarks: tuple[Mapping[str, str], ...] = ()
    reference_class: str
    heads: Mapping[str, str] = field(default_factory=dict)
    offices: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    signed_by: str = ""
    sent_to: tuple[str, ...] = ()
    seed: int = 0
    winter_stop: tuple[str, ...] = ()
    rules: str = "bureau"
    weekly: bool = False
    answer_days: int = 7
    lights: Lights = field(default_factory=Lights)
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    security: Mapping[str, Path] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)

    @property
    def senders(self) -> tuple[str, ...]:
        """Everyone who may send a workbook."""
        return self.units + self.sections

    @property
    def raw(self) -> Path:
        """Folder of what the units sent."""
        return self.root / "data" / "raw"

    @property
    def processed(self) -> Path:
        """Folder of the tidy tables."""
        return self.root / "data" / "processed"

    @property
    def reports(self) -> Path:
        """Folder of the briefings."""
        return self.root / "reports"

    @property
    def notebooks(self) -> Path:
        """Folder of the notebooks."""
        return self.root / "notebooks"

    def term(self, word: str, language: str) -> str:
        """Return a word of the data in a language; where none is given, its English, in Chinese the word itself."""
        terms = self.terms.get(word, {})
        return terms.get(language, word if language == "zh" else terms.get("en", word))

    def due_on(self, quarter: str) -> dt.date:
        """Return the day by which a quarter's workbooks are due."""
        return self.data_date(quarter) + dt.timedelta(days=self.due_days)

    def number(self, quarter: str, as_of: dt.date) -> Mapping[str, str]:
        """Return the number of the bulletin of a day, by language; empty where none is given."""
        given = self.numbers.get(as_of.isoformat())
        if given is None and as_of == self.data_date(quarter):
            given = self.numbers.get(quarter)
        return given or {}

    def untranslated(self) -> dict[str, list[str]]:
        """Return for each language of the pages the texts that it lacks, by their names in the file."""
        texts = {"names.city": self.city, "names.bureau": self.bureau, "names.statement": self.statement}
        texts |= {f"works.{kind.key}.label": kind.label for kind in self.works}
        texts |= {f"demolition.{kind.key}.label": kind.label for kind in self.demolition}
        texts |= {f"investments.{kind.key}.label": kind.label for kind in self.investments}
        texts |= {f"remarks.{at}": remark for at, remark in enumerate(self.remarks, start=1)}
        lacking = {
            language: [name for name, text in texts.items() if language not in text]
            for language in self.languages
        }
        return {language: names for language, names in lacking.items() if names}

    def data_date(self, quarter: str) -> dt.date:
        """Return the day that a quarter's figures describe."""
        return self.quarters.get(quarter, quarter_end(quarter))


def find_workspace(start: Path) -> Path:
    """Return the nearest folder upwards from `start` that has a cityanalytics.toml.

    Raises
    ------
    UsageError
        There is none.
    """
    for folder in (start, *start.parents):
        if (folder / FILE).is_file():
            return folder
    raise UsageError(
        Message.of(
            "no cityanalytics.toml in {folder} or above: go to a workspace, name one with --workspace, "
            "or make one with `cityanalytics init DIR`",
            folder=start,
        )
    )


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def load_settings(root: Path) -> Settings:
    """Read and check the configuration of the workspace `root`.

    Raises
    ------
    UsageError
        The file is no TOML.
    ConfigurationError
        It has keys that are unknown or missing, of the wrong type or out of range: all of them.
    """
    path = root / FILE
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(Message.of("{file} cannot be read: {reason}", file=path, reason=error)) from error
    return _settings(root, document)


def _settings(root: Path, document: dict[str, Any]) -> Settings:
    take = TomlTable(name=FILE, values=document, file=FILE)
    languages = take.list_of("languages", str) or ("zh", "en")
    names = take.section("names")
    forecast = take.section("forecast")
    lights = take.section("lights")
    limits = take.section("limits")
    security = take.section("security")
    dispatch = take.section("dispatch")
    bulletin = take.section("bulletin")
    numbers = bulletin.section("numbers")
    holidays = [take.within("holidays", year) for year in take.table("holidays", dict)]
    result = Settings(
        root=root.resolve(),
        city=names.texts("city", languages),
        bureau=names.texts("bureau", languages),
        statement=names.texts("statement", languages),
        languages=languages,
        units=take.list_of("units", str),
        sections=take.list_of("sections", str),
        terms={word: take.within("terms", word).strings() for word in take.table("terms", dict)},
        quarters=take.table("quarters", dt.date),
        due_days=take.get("due_days", int, 5, within=DUE_DAYS),
        obligations=take.table("obligations", str),
        works=_kinds("works", take, languages),
        demolition=_kinds("demolition", take, languages),
        investments=_kinds("investments", take, languages),
        demolition_plan_assumed=take.get("demolition_plan_assumed", bool, False),
        remarks=tuple(
            take.within(f"remarks.{at}", {"text": texts}).texts("text", languages)
            for at, texts in enumerate(take.list_of("remarks", dict), start=1)
        ),
        reference_class=forecast.get("reference_class", str),
        heads=take.table("heads", str),
        offices=take.table("offices", str),
        numbers={number: numbers.texts(number, languages) for number in numbers.values},
        signed_by=bulletin.get("signed_by", str, ""),
        sent_to=bulletin.list_of("sent_to", str),
        seed=forecast.get("seed", int, 0, within=SEED),
        winter_stop=_season(dispatch),
        rules=dispatch.get("rules", str, "bureau"),
        weekly=dispatch.get("weekly", bool, False),
        answer_days=dispatch.get("answer_days", int, 7, within=DUE_DAYS),
        lights=_lights(lights),
        security={name: root / security.get(name, str) for name in SECURITY if name in security.values},
        limits={name: limits.get(name, int, within=LIMITS[name]) for name in LIMITS if name in limits.values},
        calendar=WorkCalendar(
            off=frozenset(day for year in holidays for day in year.list_of("off", dt.date)),
            worked=frozenset(day for year in holidays for day in year.list_of("worked", dt.date)),
        ),
    )
    for section in (take, names, forecast, lights, limits, security, dispatch, bulletin, *holidays):
        section.finish()
    _check_names(take, result)
    _check_words(take, result)
    if take.faults:
        raise ConfigurationError(take.faults)
    return result


def _check_words(take: TomlTable, result: Settings) -> None:
    """Tell quarters whose day lies outside them, and obligations that are none."""
    for quarter, day in result.quarters.items():
        try:
            if day == TomlTable.NOTHING[dt.date] or quarter_of(day) == quarter_of(quarter_end(quarter)):
                continue
        except UsageError as error:
            take.faults.append(error.message)
            continue
        take.faults.append(
            Message.of(
                "cityanalytics.toml: [quarters] {quarter} = {day} lies outside it", quarter=quarter, day=day
            )
        )
    for unit in sorted(result.heads.keys() - set(result.units)):
        take.faults.append(
            Message.of(
                "cityanalytics.toml: [heads] names {unit}, which is none of the units; nearest: {near}",
                unit=unit,
                near=", ".join(difflib.get_close_matches(unit, result.units, n=1)),
            )
        )
    for key, names, known in (
        ("languages", result.languages, named("briefing", "locale")),
        ("[forecast] reference_class", (result.reference_class,), reference_classes()),
        ("[dispatch] rules", (result.rules,), named("dispatch", "rules")),
    ):
        for name in names:
            if name and name not in known:  # what is no text is told already
                take.faults.append(
                    Message.of(
                        "cityanalytics.toml: {key} has {name!r}; there are {known}",
                        key=key,
                        name=name,
                        known=", ".join(known),
                    )
                )
    for category, obligation in result.obligations.items():
        if obligation and obligation not in OBLIGATIONS:
            take.faults.append(
                Message.of(
                    "cityanalytics.toml: [obligations] {category} is one of {known}, not {obligation}",
                    category=category,
                    known=", ".join(OBLIGATIONS),
                    obligation=obligation,
                )
            )


def _check_names(take: TomlTable, result: Settings) -> None:
    """Tell senders that cannot be a folder's name, and what is named twice where each has to be told from others."""
    for key, names in (("units", result.units), ("sections", result.sections)):
        for name in names:
            if not is_name(name):
                take.faults.append(
                    Message.of(
                        "cityanalytics.toml: {key} has {name}; workbooks are filed in a folder of that name, so it "
                        "has 1 to {most} bytes, no / \\ : * ? < > | or quotation mark, nothing that cannot be seen, "
                        "and neither begins nor ends with a point or a space",
                        key=key,
                        name=repr(name) if name.isprintable() else ascii(name),
                        most=MOST_BYTES,
                    )
                )
    kinds = [
        (where, kind) for where in ("works", "demolition", "investments") for kind in getattr(result, where)
    ]
    for where, kind in kinds:
        if not KEY.fullmatch(kind.key):
            take.faults.append(
                Message.of(
                    "cityanalytics.toml: [{section}] is the key of a figure: small Latin letters, digits and _, a "
                    "letter first",
                    section=f"{where}.{kind.key}",
                )
            )
        if taken(kind.key, [of.key for of in result.demolition]):
            take.faults.append(
                Message.of(
                    "cityanalytics.toml: [{section}]: {key} is the key of another figure; choose another",
                    section=f"{where}.{kind.key}",
                    key=kind.key,
                )
            )
    for key, given in (
        ("languages", result.languages),
        ("units, sections", result.senders),
        ("works, demolition, investments", [kind.key for _, kind in kinds]),
    ):
        seen: set[str] = set()
        for name in given:
            if collated(name) in seen:
                take.faults.append(
                    Message.of("cityanalytics.toml: {key} has {name!r} twice", key=key, name=name)
                )
            seen.add(collated(name))


def is_name(text: str) -> bool:
    """Tell whether a text can be the name of a folder everywhere, and seen as what it is.

    Examples
    --------
    >>> is_name("市政工程处"), is_name("../处"), is_name(" ")
    (True, False, False)
    """
    return (
        0 < len(text.encode("utf-8", "replace")) <= MOST_BYTES
        and not UNFIT.search(text)
        and text.isprintable()
        and text == text.strip(" .")
    )


def collated(text: str) -> str:
    """Return what two names share that a file system may take for one: other case, other composition of letters.

    Examples
    --------
    >>> collated("Ä处") == collated("a\u0308处")
    True
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Return what a file is called for each name: those that a file system may take for one before get a number.

    Examples
    --------
    >>> file_names(["甲处", "A处", "a处"])
    {'甲处': '甲处', 'A处': 'A处', 'a处': 'a处-2'}
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        file, number = name, 1
        while collated(file) in taken:
            number += 1
            file = f"{name}-{number}"
        taken.add(collated(file))
        found[name] = file
    return found


def _season(section: TomlTable) -> tuple[str, ...]:
    """Return the first and last day of the winter stop, as MM-DD; none where it is not set."""
    season = section.list_of("winter_stop", str)
    if season and (len(season) != 2 or not all(map(_is_day_of_year, season))):  # noqa: PLR2004 - first and last
        section.faults.append(
            Message.of(
                'cityanalytics.toml: [dispatch] winter_stop has the first and the last day, as ["11-15", "03-15"], '
                "not {value}",
                value=list(season),
            )
        )
        return ()
    return season


def _is_day_of_year(text: str) -> bool:
    try:
        return dt.date.fromisoformat(f"2000-{text}").strftime("%m-%d") == text
    except ValueError:
        return False


def _lights(section: TomlTable) -> Lights:
    rule = Lights(
        yellow=section.get("yellow", float, Lights.yellow), red=section.get("red", float, Lights.red)
    )
    for key, value in (("yellow", rule.yellow), ("red", rule.red)):
        if not -1 <= value <= 1:  # nan is neither
            section.faults.append(
                Message.of(
                    "cityanalytics.toml: [lights] {key} is a fraction of the plan (0.05 is five points), "
                    "from -1 to 1, not {value}",
                    key=key,
                    value=value,
                )
            )
    if rule.yellow > rule.red:
        section.faults.append(
            Message.of(
                "cityanalytics.toml: [lights] yellow = {yellow} lies above red = {red}: "
                "nothing would ever be yellow",
                yellow=rule.yellow,
                red=rule.red,
            )
        )
    return rule


def _kinds(name: str, take: TomlTable, languages: tuple[str, ...]) -> tuple[Kind, ...]:
    kinds = []
    for key in take.table(name, dict):
        section = take.within(name, key)
        kind = Kind(
            key=key,
            kind=section.get("kind", str),
            label=section.texts("label", languages),
            listed=section.get("listed", bool, False),
        )
        section.finish()
        kinds.append(kind)
    return tuple(kinds)
