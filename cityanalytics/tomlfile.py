"""TOML that people write by hand: every key that does not fit is told, with the file, the table and what would fit."""

from __future__ import annotations

import datetime as dt
import difflib
from typing import Any, ClassVar, TypeVar

from cityanalytics.issues import Message

Value = TypeVar("Value")


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


class TomlTable:
    """A table of a TOML file that tells what is missing, of the wrong type, out of range, or unknown: all of it.

    What does not fit is told and read as nothing, so that the rest is looked at too.

    Parameters
    ----------
    name
        Of the table.
    values
        What it holds.
    faults
        Where what does not fit is told; tables within tell it there too.
    file
        What the file is called.
    """

    #: What is read where something else stands.
    NOTHING: ClassVar[dict[type, Any]] = {
        str: "",
        int: 0,
        float: 0.0,
        bool: False,
        dt.date: dt.date.min,
        list: (),
        dict: {},
    }

    def __init__(
        self, *, name: str, values: dict[str, Any], faults: list[Message] | None = None, file: str
    ) -> None:
        self.name, self.values, self.file = name, values, file
        self.faults: list[Message] = [] if faults is None else faults
        self.asked: set[str] = set()

    def get(
        self,
        key: str,
        kind: type,
        default: Any = None,  # noqa: ANN401 - a TOML value is of any type
        *,
        within: tuple[int, int] | None = None,
    ) -> Any:  # noqa: ANN401 - as above
        """Return what stands under a key, checked; `default` where nothing does."""
        self.asked.add(key)
        if key not in self.values and default is not None:
            return default
        value = self.values.get(key)
        if type(value) is int and kind is float:  # true is no number
            value = float(value)
        if type(value) is not kind:  # neither is a moment a day
            self.faults.append(
                Message.of(
                    "{file}: [{section}] needs {key} ({kind}); it has {value!r}",
                    file=self.file,
                    section=self.name,
                    key=key,
                    kind=kind.__name__,
                    value=value,
                )
            )
            return self.NOTHING[kind]
        if within and isinstance(value, int) and not within[0] <= value <= within[1]:
            self.faults.append(
                Message.of(
                    "{file}: [{section}] {key} lies from {least} to {most}, not {value}",
                    file=self.file,
                    section=self.name,
                    key=key,
                    least=within[0],
                    most=within[1],
                    value=value,
                )
            )
            return within[0]
        return value

    def list_of(self, key: str, kind: type[Value]) -> tuple[Value, ...]:
        """Return a list whose values are all of a type; none where the key is not there."""
        values = self.get(key, list, [])
        inner = self.within(f"{self.name}.{key}", {str(at): value for at, value in enumerate(values)})
        return tuple(inner.get(str(at), kind) for at in range(len(values)))

    def table(self, key: str, kind: type) -> Any:  # noqa: ANN401 - as get
        """Return a table whose values are all of a type; empty where the key is not there."""
        table = self.get(key, dict, {})
        inner = self.within(key, table)
        return {name: inner.get(name, kind) for name in table}

    def texts(self, key: str, languages: tuple[str, ...]) -> Texts:
        """Return a text in the languages that it is given in: at least one that the pages are written in."""
        inner = self.within(f"{self.name}.{key}", self.get(key, dict))
        spoken = [language for language in languages if language in inner.values] or languages[:1]
        if key in self.values and not inner.values and type(self.values[key]) is not dict:
            return Texts()  # told already
        return Texts({language: inner.get(language, str) for language in (*spoken, *inner.values)})

    def strings(self) -> dict[str, str]:
        """Return a table of texts."""
        return {key: self.get(key, str) for key in self.values}

    def section(self, key: str) -> TomlTable:
        """Return a table that may be missing."""
        return self.within(key, self.get(key, dict, {}))

    def within(self, name: str, values: dict[str, Any] | str) -> TomlTable:
        """Return a table that lies in this one: its values, or the key of one that is in a table of that name."""
        if isinstance(values, str):
            name, values = f"{name}.{values}", self.values[name][values]
        held = values if isinstance(values, dict) else {}
        return TomlTable(name=name, values=held, faults=self.faults, file=self.file)

    def finish(self) -> None:
        """Tell every key that nobody asked for, with the nearest that somebody did."""
        for key in sorted(self.values.keys() - self.asked):
            near = difflib.get_close_matches(key, self.asked, n=1)
            self.faults.append(
                Message.of(
                    "{file}: [{section}] has an unknown key {key}; nearest: {near}",
                    file=self.file,
                    section=self.name,
                    key=key,
                    near=near[0] if near else ", ".join(sorted(self.asked)),
                )
            )
