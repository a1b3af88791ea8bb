"""The bureau's facts: what cityanalytics.toml of a workspace says, checked and frozen."""

from __future__ import annotations

import datetime as dt
import difflib
import hashlib
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from cityanalytics.calendar import WorkCalendar, quarter_end, quarter_of
from cityanalytics.errors import UsageError
from cityanalytics.issues import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "cityanalytics.toml"
Value = TypeVar("Value")
#: What may have to hold at the year's end.
OBLIGATIONS = ("complete", "finish", "plan")


class Texts(dict[str, str]):
    """A text by language; a language that it lacks takes the English one, else the first.

    Examples
    --------
    >>> Texts(zh="某市", en="A City")["fr"]
    'A City'
    """

    def __missing__(self, language: str) -> str:
        """Return what stands in the place of a language that is not there."""
        return self.get("en") or next(iter(self.values()))


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
    seed
        Seed of all random draws.
    lights
        Rule of the lights.
    calendar
        Working days.
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
    seed: int = 0
    lights: Lights = field(default_factory=Lights)
    calendar: WorkCalendar = field(default_factory=WorkCalendar)

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
        The file is no TOML, or has a key that is unknown, missing or of the wrong type.
    """
    path = root / FILE
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(Message.of("{file} cannot be read: {reason}", file=path, reason=error)) from error
    return _settings(root, document)


def _settings(root: Path, document: dict[str, Any]) -> Settings:
    take = _Section(name=FILE, values=document)
    languages = take.list_of("languages", str) or ("zh", "en")
    names = take.section("names")
    quarters = take.table("quarters", dt.date)
    for quarter, day in quarters.items():
        if quarter_of(day) != quarter_of(quarter_end(quarter)):
            raise UsageError(
                Message.of(
                    "cityanalytics.toml: [quarters] {quarter} = {day} lies outside it",
                    quarter=quarter,
                    day=day,
                )
            )
    obligations = take.table("obligations", str)
    for category, obligation in obligations.items():
        if obligation not in OBLIGATIONS:
            raise UsageError(
                Message.of(
                    "cityanalytics.toml: [obligations] {category} is one of {known}, not {obligation}",
                    category=category,
                    known=", ".join(OBLIGATIONS),
                    obligation=obligation,
                )
            )
    forecast = take.section("forecast")
    lights = take.section("lights")
    holidays = [
        _Section(name=f"holidays.{year}", values=days) for year, days in take.table("holidays", dict).items()
    ]
    result = Settings(
        root=root.resolve(),
        city=names.texts("city", languages),
        bureau=names.texts("bureau", languages),
        statement=names.texts("statement", languages),
        languages=languages,
        units=take.list_of("units", str),
        sections=take.list_of("sections", str),
        terms=take.table("terms", dict),
        quarters=quarters,
        due_days=take.get("due_days", int, 5),
        obligations=obligations,
        works=_kinds("works", take, languages),
        demolition=_kinds("demolition", take, languages),
        investments=_kinds("investments", take, languages),
        demolition_plan_assumed=take.get("demolition_plan_assumed", bool, False),
        remarks=tuple(
            _Section(name=f"remarks.{at}", values={"text": texts}).texts("text", languages)
            for at, texts in enumerate(take.list_of("remarks", dict), start=1)
        ),
        reference_class=forecast.get("reference_class", str),
        seed=forecast.get("seed", int, 0),
        lights=_lights(lights),
        calendar=WorkCalendar(
            off=frozenset(day for year in holidays for day in year.list_of("off", dt.date)),
            worked=frozenset(day for year in holidays for day in year.list_of("worked", dt.date)),
        ),
    )
    for section in (take, names, forecast, lights, *holidays):
        section.finish()
    return result


def _lights(section: _Section) -> Lights:
    rule = Lights(
        yellow=section.get("yellow", float, Lights.yellow), red=section.get("red", float, Lights.red)
    )
    for key, value in (("yellow", rule.yellow), ("red", rule.red)):
        if not -1 <= value <= 1:  # nan is neither
            raise UsageError(
                Message.of(
                    "cityanalytics.toml: [lights] {key} is a fraction of the plan (0.05 is five points), "
                    "from -1 to 1, not {value}",
                    key=key,
                    value=value,
                )
            )
    if rule.yellow > rule.red:
        raise UsageError(
            Message.of(
                "cityanalytics.toml: [lights] yellow = {yellow} lies above red = {red}: "
                "nothing would ever be yellow",
                yellow=rule.yellow,
                red=rule.red,
            )
        )
    return rule


def _kinds(name: str, take: _Section, languages: tuple[str, ...]) -> tuple[Kind, ...]:
    kinds = []
    for key, values in take.table(name, dict).items():
        section = _Section(name=f"{name}.{key}", values=values)
        kind = Kind(
            key=key,
            kind=section.get("kind", str),
            label=section.texts("label", languages),
            listed=section.get("listed", bool, False),
        )
        section.finish()
        kinds.append(kind)
    return tuple(kinds)


class _Section:
    """A table of the file that tells what is missing, of the wrong type, or unknown."""

    def __init__(self, *, name: str, values: dict[str, Any]) -> None:
        self.name, self.values = name, values
        self.asked: set[str] = set()

    def get(self, key: str, kind: type, default: Any = None) -> Any:  # noqa: ANN401 - a TOML value is of any type
        self.asked.add(key)
        if key not in self.values and default is not None:
            return default
        value = self.values.get(key)
        if isinstance(value, int) and kind is float:
            value = float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise UsageError(
                Message.of(
                    "cityanalytics.toml: [{section}] needs {key} ({kind}); it has {value!r}",
                    section=self.name,
                    key=key,
                    kind=kind.__name__,
                    value=value,
                )
            )
        return value

    def list_of(self, key: str, kind: type[Value]) -> tuple[Value, ...]:
        values = self.get(key, list, [])
        inner = _Section(
            name=f"{self.name}.{key}", values={str(at): value for at, value in enumerate(values)}
        )
        return tuple(inner.get(str(at), kind) for at in range(len(values)))

    def table(self, key: str, kind: type) -> Any:  # noqa: ANN401 - as get
        table = self.get(key, dict, {})
        inner = _Section(name=key, values=table)
        return {name: inner.get(name, kind) for name in table}

    def texts(self, key: str, languages: tuple[str, ...]) -> Texts:
        """Return a text in the languages that it is given in: at least one that the pages are written in."""
        inner = _Section(name=f"{self.name}.{key}", values=self.get(key, dict))
        spoken = [language for language in languages if language in inner.values] or languages[:1]
        return Texts({language: inner.get(language, str) for language in (*spoken, *inner.values)})

    def section(self, key: str) -> _Section:
        return _Section(name=key, values=self.get(key, dict, {}))

    def finish(self) -> None:
        for key in sorted(self.values.keys() - self.asked):
            near = difflib.get_close_matches(key, self.asked, n=1)
            raise UsageError(
                Message.of(
                    "cityanalytics.toml: [{section}] has an unknown key {key}; nearest: {near}",
                    section=self.name,
                    key=key,
                    near=near[0] if near else ", ".join(sorted(self.asked)),
                )
            )
