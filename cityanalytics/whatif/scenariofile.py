"""Scenario files: TOML in, checked scenarios out, all faults at once with line and nearest name; and back."""

from __future__ import annotations

import datetime as dt
import difflib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from cityanalytics.errors import BlockingIssuesError, UsageError
from cityanalytics.issues import Issue, Message, Severity, untranslated
from cityanalytics.whatif.checks import check
from cityanalytics.whatif.levers import CHOICES, KINDS, Addition, Scenario, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from cityanalytics.issues import Translate
    from cityanalytics.whatif.model import Model

_HEADER = re.compile(r"\s*(\[{1,2})\s*([^\[\]#]+?)\s*\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*["']?([^\s"'=#.\[]+)["']?\s*=""")
#: What stands at the head of a file: whose scenarios, and of which day.
HEAD = ("as_of", "city")
#: Keys of a scenario that hold a list of tables.
_LISTS = ("lever", "addition")
Place = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class ScenarioText:
    """A scenario file as it was read.

    Parameters
    ----------
    name
        What it is called in messages.
    document
        What the TOML holds.
    lines
        Line of each table and key, by its path.
    """

    name: str
    document: Mapping[str, Any]
    lines: Mapping[Place, int] = field(default_factory=dict)

    def where(self, place: Place) -> str:
        """Return where a key stands: file and line, and its path."""
        path = ".".join(f"[{part + 1}]" if isinstance(part, int) else part for part in place).replace(
            ".[", "["
        )
        known = next((place[:size] for size in range(len(place), 0, -1) if place[:size] in self.lines), None)
        at = self.name if known is None else f"{self.name}:{self.lines[known]}"
        return f"{at} {path}".rstrip()

    def fault(self, place: Place, what: Message, *, value: object = "", near: str = "") -> Issue:
        """Return a fault at a place, with the nearest name where there is one."""
        suggestion = Message.of("nearest: {near}", near=near) if near else Message(template="")
        return Issue(
            severity=Severity.ERROR,
            code="SCENARIO",
            where=self.where(place),
            value=str(value),
            understood=what,
            suggestion=suggestion,
        )

    def inside(self, name: str, place: Place, what: Message, *, value: object = "", near: str = "") -> Issue:
        """Return a fault at a place of the scenario of a name."""
        return self.fault(("scenario", name, *place), what, value=value, near=near)


def read(text: str, *, name: str) -> ScenarioText:
    """Read the text of a scenario file.

    Raises
    ------
    BlockingIssuesError
        It is no TOML; the message names the line.
    """
    try:
        document = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        spoilt = ScenarioText(name=f"{name}:{found[1]}" if found else name, document={})
        raise ScenarioFaultsError(
            [spoilt.fault((), Message.of("no TOML: {reason}", reason=error))]
        ) from error
    return ScenarioText(name=name, document=document, lines=_lines(text))


def read_file(path: Path) -> ScenarioText:
    """Read a scenario file.

    Raises
    ------
    UsageError
        It cannot be read.
    BlockingIssuesError
        It is no TOML.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(Message.of("{file} cannot be read: {reason}", file=path, reason=error)) from error
    return read(text, name=path.name)


class ScenarioFaultsError(BlockingIssuesError):
    """Scenarios do not fit; each fault is told with its place."""

    def __init__(self, faults: Sequence[Issue]) -> None:
        super().__init__(faults, _told(faults))

    def text(self, translate: Translate = untranslated) -> str:
        """Return all faults, a line each, in the language of `translate`."""
        return _told(self.issues, translate).text(translate)


def _told(faults: Sequence[Issue], translate: Translate = untranslated) -> Message:
    rows = [
        (fault.where, fault.understood.text(translate), fault.value, fault.suggestion.text(translate))
        for fault in faults
    ]
    return Message.counted(
        "{count} fault in the scenarios:\n{listed}",
        "{count} faults in the scenarios:\n{listed}",
        count=len(faults),
        listed="\n".join("; ".join(filter(None, row)) for row in rows),
    )


def scenarios(texts: Iterable[ScenarioText], model: Model) -> tuple[Scenario, ...]:
    """Return the scenarios of files, checked against the programme.

    Raises
    ------
    BlockingIssuesError
        With all faults of all files.
    """
    faults: list[Issue] = []
    found: list[Scenario] = []
    for text in texts:
        faults += _head(text, model)
        listed = text.document.get("scenario", {})
        if not isinstance(listed, Mapping) or not listed:
            faults.append(text.fault((), Message.of("no [scenario.NAME] in it")))
            continue
        for name, table in listed.items():
            if not isinstance(table, Mapping):
                faults.append(text.fault(("scenario", name), Message.of("a scenario is a table")))
                continue
            made = _scenario(text, name, table, faults, model)
            if made is not None:
                faults += check(made, model, partial(text.inside, name))
                found.append(made)
    if faults:
        raise ScenarioFaultsError(faults)
    return tuple(found)


def checked(scenario: Scenario, model: Model) -> None:
    """Refuse a scenario that does not fit the programme.

    Raises
    ------
    BlockingIssuesError
        With all its faults.
    """
    text = ScenarioText(name="", document={})
    if faults := [*check(scenario, model, partial(text.inside, scenario.name))]:
        raise ScenarioFaultsError(faults)


def _head(text: ScenarioText, model: Model) -> list[Issue]:
    faults = []
    for key, value in text.document.items():
        if key not in {*HEAD, "scenario"}:
            near = nearest(key, (*HEAD, "scenario"))
            faults.append(text.fault((key,), Message.of("unknown key {key}", key=key), near=near))
        elif key == "as_of" and not isinstance(value, dt.date):
            what = Message.of("{key} is a date without quotes, such as 2010-10-08", key=key)
            faults.append(text.fault((key,), what, value=_short(value)))
        elif key == "as_of" and value != model.as_of:
            what = Message.of("made for {theirs}; this forecast is of {ours}", theirs=value, ours=model.as_of)
            faults.append(text.fault((key,), what))
        elif key == "city" and model.city and value != model.city:
            what = Message.of("made for {theirs}; this forecast is of {ours}", theirs=value, ours=model.city)
            faults.append(text.fault((key,), what))
    return faults


def _scenario(
    text: ScenarioText, name: str, table: Mapping[str, Any], faults: list[Issue], model: Model
) -> Scenario | None:
    if "name" in table:
        faults.append(text.fault(("scenario", name, "name"), Message.of("unknown key {key}", key="name")))
        return None
    try:
        return Scenario.model_validate({**table, "name": name})
    except ValidationError as error:
        spoilt = set()
        for one in error.errors(include_url=False):
            place: Place = one["loc"]
            spoilt.add(place[:2] if place[0] in _LISTS else place[:1])
            if place[0] == "lever" and len(place) > 2:  # noqa: PLR2004 - after its number stands the kind
                place = (*place[:2], *place[3:])
            what, near = _in_our_words({**one}, place, table)
            value = (
                "" if one["type"] in {"missing", "extra_forbidden", "value_error"} else _short(one["input"])
            )
            faults.append(text.fault(("scenario", name, *place), what, value=value, near=near))
        faults += _sound(text, name, table, spoilt, model)
        return None


def _sound(
    text: ScenarioText, name: str, table: Mapping[str, Any], spoilt: set[Place], model: Model
) -> Iterator[Issue]:
    """Yield the faults that the programme shows in what is sound of a scenario that is not."""
    kept = {
        key: [at for at in range(len(table[key])) if (key, at) not in spoilt]
        for key in _LISTS
        if isinstance(table.get(key), list)
    }
    rest = {key: [table[key][at] for at in places] for key, places in kept.items()}

    def fault(place: Place, what: Message, *, value: object = "", near: str = "") -> Issue:
        if len(place) > 1 and isinstance(place[1], int):
            place = (place[0], kept[str(place[0])][place[1]], *place[2:])
        return text.inside(name, place, what, value=value, near=near)

    yield from check(Scenario.model_validate({**rest, "name": name}), model, fault)


def _in_our_words(  # noqa: C901, PLR0911, PLR0912 - a case a kind of fault
    one: dict[str, Any], place: Place, table: Mapping[str, Any]
) -> tuple[Message, str]:
    """Say what pydantic found, in our words, with the nearest name."""
    key = next((part for part in reversed(place) if isinstance(part, str)), "")
    bounds = one.get("ctx", {})
    match one["type"]:
        case "missing":
            return Message.of("{key} is missing", key=key), ""
        case "extra_forbidden":
            return Message.of("unknown key {key}", key=key), nearest(key, _keys(place, table))
        case "union_tag_not_found":
            return Message.of("{key} is missing", key="kind"), ", ".join(KINDS)
        case "union_tag_invalid":
            kind = str(bounds.get("tag", ""))
            return Message.of("unknown kind {kind}", kind=kind), nearest(kind, KINDS)
        case "greater_than_equal":
            return Message.of("{key} is at least {bound}", key=key, bound=bounds["ge"]), ""
        case "greater_than":
            return Message.of("{key} is above {bound}", key=key, bound=bounds["gt"]), ""
        case "less_than_equal":
            return Message.of("{key} is at most {bound}", key=key, bound=bounds["le"]), ""
        case "date_type" | "date_from_datetime_inexact":
            return Message.of("{key} is a date without quotes, such as 2010-10-08", key=key), ""
        case "float_type" | "int_type" | "finite_number":
            return Message.of("{key} is a number", key=key), ""
        case "tuple_type" | "list_type":
            return Message.of("{key} is a list", key=key), ""
        case "dict_type" | "model_attributes_type":
            example = '{ zh = "…", en = "…" }' if key == "label" else f"[[scenario.NAME.{key}]]"
            return Message.of("{key} is a table, such as {example}", key=key, example=example), ""
        case "string_type":
            return Message.of("{key} is a text in quotes", key=key), ""
        case "value_error":
            pair = ("lost", "gained") if "lost" in one["msg"] else ("add", "share")
            return Message.of("give {first} or {second}, one of the two", first=pair[0], second=pair[1]), ""
    return Message.of("{key} does not fit: {reason}", key=key, reason=one["msg"]), ""


def _keys(place: Place, table: Mapping[str, Any]) -> list[str]:
    """Return the keys that may stand where a wrong one does."""
    if place[0] == "addition":
        return [*Addition.model_fields]
    if place[0] == "lever" and isinstance(place[1], int):
        kind = table["lever"][place[1]].get("kind")
        return [*fields_of(kind), *CHOICES, *(["from", "to"] if "to" in KINDS[kind].model_fields else [])]
    return [name for name in Scenario.model_fields if name != "name"]


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the nearest of known names, or all where they are few and none is near.

    Examples
    --------
    >>> nearest("facter", ["factor", "from"])
    'factor'
    """
    names = [*known]
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.4)
    few = 12
    return near[0] if near else ", ".join(names[:few])


def _short(value: object) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    most = 60
    return text if len(text) <= most else f"{text[:most]}…"


def _lines(text: str) -> dict[Place, int]:
    """Return the line of each table and key of a TOML text, by its path."""
    found: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            parts: Place = tuple(part.strip().strip("\"'") for part in header[2].split("."))
            table = parts
            if header[1] == "[[":
                counts[parts] = counts.get(parts, -1) + 1
                table = (*parts, counts[parts])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, key[1]), number)
    return found


def written(scenarios: Iterable[Scenario], model: Model) -> str:
    """Return scenarios as the text of a file, for this programme alone.

    Parameters
    ----------
    scenarios
        What is written, in order.
    model
        Whose city and data date the file names.
    """
    lines = [f"as_of = {model.as_of}"]
    if model.city:
        lines.append(f"city = {_toml(model.city)}")
    for scenario in scenarios:
        table = f"scenario.{_bare(scenario.name)}"
        lines += ["", f"[{table}]"]
        if scenario.label:
            said = ", ".join(
                f"{_bare(language)} = {_toml(text)}" for language, text in scenario.label.items()
            )
            lines.append(f"label = {{ {said} }}")
        if scenario.city_pace != 1.0:
            lines.append(f"city_pace = {_toml(scenario.city_pace)}")
        for name, values in (("lever", scenario.lever), ("addition", scenario.addition)):
            for value in values:
                lines.append(f"[[{table}.{name}]]")
                dumped = value.model_dump(by_alias=True, exclude_none=True)
                ordered = {"kind": dumped["kind"], **dumped} if "kind" in dumped else dumped
                lines += [f"{key} = {_toml(one)}" for key, one in ordered.items() if one != ()]
    return "\n".join(lines) + "\n"


def _bare(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return value.isoformat() if isinstance(value, dt.date) else repr(value)
