"""A table's headers become canonical columns: synonyms are data, likeness alone decides nothing."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from cityanalytics.errors import UsageError
from cityanalytics.intake.yearlayouts import months_across, states_years, years_across
from cityanalytics.issues import Message
from cityanalytics.workbooks.cells import squeezed
from cityanalytics.workbooks.periods import Cumulation, read_labels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cityanalytics.workbooks.table import Column, Table

#: A bracket that holds a unit or a remark is no part of a header's name; a month's days are.
BRACKET = re.compile(r"\([^()]*\)$")
TOTALS = {"小计", "合计", "总计", "计", "total"}
#: Subjects of dispatch, which a bureau need not use: a table that has not all they ask for is none of them.
WHOLE = frozenset({"answers", "notices", "excuses", "funds"})
#: Labels such as 本月 are read for some day; a column that names its months itself is of no row's month.
YEARS_END = dt.date(2001, 12, 31)
NAMES_MONTH = re.compile(r"\d月|季|半年")
YEAR = re.compile(r"^(?:19|20)\d{2}年度?")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a table can be about.

    Parameters
    ----------
    name
        ``investment``, ``months``, ``status``, ``works``, ``demolition``, ``history``, or one of dispatch: ``answers``,
        ``notices``, ``excuses``, ``funds``.
    required
        Fields without which it is not that table; ``period`` is any column of a month or other period.
    headers
        Normalised header to field.
    """

    name: str
    required: frozenset[str]
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Synonyms:
    """Subjects, and what the words of their columns mean."""

    subjects: tuple[Subject, ...]
    words: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Match:
    """How a table of a workbook is read.

    Parameters
    ----------
    subject
        The subject, or None: the table is none of ours.
    columns
        Field to the table's column.
    periods
        Letters of the columns that are periods, from left to right.
    missing
        Required fields that the table lacks, where it comes near to a subject.
    ambiguous
        Columns under one label that each could be the field, none of them called a total.
    aside
        Columns that mean nothing to us; kept in the workbook, not read.
    """

    subject: Subject | None
    columns: Mapping[str, Column]
    periods: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    ambiguous: tuple[Column, ...] = ()
    aside: tuple[Column, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing that is asked for is missing or may be another column."""
        return not self.missing and not self.ambiguous

    def about(self, name: str) -> bool:
        """Tell whether the table is about a subject."""
        return self.subject is not None and self.subject.name == name


def load_synonyms(extension: str | None = None) -> Synonyms:
    """Return the packaged synonyms, extended by the text of a workspace's synonyms.toml."""
    packaged = tomllib.loads(files(__package__).joinpath("synonyms.toml").read_text(encoding="utf-8"))
    extended = _extension(extension or "", packaged)
    words = _joined(packaged.pop("words"), extended.pop("words", {}))
    subjects = tuple(
        Subject(
            name=name,
            required=frozenset(subject["required"]),
            headers=_inverted(_joined_lists(subject["columns"], extended.get(name, {}).get("columns", {}))),
        )
        for name, subject in packaged.items()
    )
    return Synonyms(
        subjects=subjects, words={field: _inverted(meanings) for field, meanings in words.items()}
    )


def _extension(text: str, packaged: Mapping[str, Any]) -> dict[str, Any]:
    """Read a workspace's synonyms.toml; what it extends must exist, and be lists of words."""
    try:
        extended = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(Message.of("synonyms.toml cannot be read: {reason}", reason=error)) from error
    for name, table in extended.items():
        known = packaged.get(name)
        lists = (
            table
            if name == "words"
            else {"columns": table.get("columns", {})}
            if isinstance(table, dict)
            else {}
        )
        sound = isinstance(known, dict) and all(
            isinstance(words, list) and all(isinstance(word, str) for word in words)
            for fields in lists.values()
            for words in (fields.values() if isinstance(fields, dict) else [None])
        )
        if not sound:
            raise UsageError(
                Message.of(
                    "synonyms.toml: [{name}] extends none of {known}, or holds other than lists of words",
                    name=name,
                    known=", ".join(packaged),
                )
            )
    return extended


@lru_cache(maxsize=1 << 12)
def normalised(text: str) -> str:
    """Return a header or word without white space, full-width forms, closing bracket and year, in lower case.

    Examples
    --------
    >>> normalised("总 投 资（万元）"), normalised("2010年计划投资")
    ('总投资', '计划投资')
    """
    plain = squeezed(text).lower()
    return YEAR.sub("", BRACKET.sub("", plain)) or plain


def match_table(table: Table, synonyms: Synonyms, *, periods: Iterable[str]) -> Match:
    """Find the subject that a table is about.

    Parameters
    ----------
    table
        A table of a workbook.
    synonyms
        What headers mean.
    periods
        Letters of the columns that are periods.
    """
    letters = set(periods)
    labels = [[normalised(label) for label in column.path] for column in table.columns]
    best: tuple[tuple[int, int], Subject, dict[str, tuple[Column, ...]]] | None = None
    for subject in synonyms.subjects:
        found = _fields(table, labels, subject, letters)
        if subject.name in WHOLE and subject.required - found.keys():
            continue
        rank = (-len(_missing(table, subject, found, letters)), len(found))
        if best is None or rank > best[0]:
            best = rank, subject, found
    if best is None:
        return Match(subject=None, columns={}, aside=tuple(table.columns))
    _, subject, found = best
    missing = _missing(table, subject, found, letters)
    if len(missing) > len(subject.required) / 2:
        return Match(subject=None, columns={}, aside=tuple(table.columns))
    columns = {field: candidates[0] for field, candidates in found.items() if len(candidates) == 1}
    ambiguous = tuple(column for candidates in found.values() if len(candidates) > 1 for column in candidates)
    if subject.name == "history":
        letters |= {*months_across(table), *years_across(table)}
    used = {column.letter for column in (*columns.values(), *ambiguous)} | letters
    fields = {column.letter for column in columns.values()}
    return Match(
        subject=subject,
        columns=columns,
        periods=tuple(
            column.letter
            for column in table.columns
            if column.letter in letters and column.letter not in fields
        ),
        missing=tuple(sorted(missing)),
        ambiguous=ambiguous,
        aside=tuple(column for column in table.columns if column.letter not in used),
    )


def _missing(
    table: Table, subject: Subject, found: Mapping[str, tuple[Column, ...]], letters: set[str]
) -> frozenset[str]:
    if subject.name == "history" and states_years(table, found):
        return frozenset()
    if subject.name == "months" and "project" in found and _months_alone(table, found, letters):
        return frozenset()
    return subject.required - found.keys() - ({"period"} if letters or "cumulative" in found else set())


def _months_alone(table: Table, found: Mapping[str, tuple[Column, ...]], letters: set[str]) -> bool:
    """Tell whether a table says nothing of its projects but what was done in periods beside each other."""
    named = {column.letter for columns in found.values() for column in columns}
    return (
        bool(letters)
        and found.keys() <= {"serial", "project", "note"}
        and all(column.letter in named | letters for column in table.columns)
    )


def _fields(
    table: Table, labels: list[list[str]], subject: Subject, periods: set[str]
) -> dict[str, tuple[Column, ...]]:
    """Match each column by its whole path of labels, then by its last label, then by its first.

    Of columns that only share their first label the one called a total is meant; without one, all of them
    are returned, for a person to choose.
    """
    found: dict[str, tuple[Column, ...]] = {}
    shared: dict[str, list[Column]] = {}
    # 本年累计完成投资/合计 is the period, what stands beside it under 其中 but parts of it
    whole = {
        path[0]
        for column, path in zip(table.columns, labels, strict=True)
        if column.letter in periods and len(path) > 1 and path[-1] in TOTALS
    }
    for column, path in zip(table.columns, labels, strict=True):
        names = ("/".join(path), path[-1]) if path else ()
        field = next((subject.headers[name] for name in names if name in subject.headers), None)
        if field is not None:
            found.setdefault(field, (column,))
        elif path and column.letter not in periods and path[0] in subject.headers and path[0] not in whole:
            shared.setdefault(subject.headers[path[0]], []).append(column)
    if subject.name == "months" and "month" in found:
        found = _of_the_rows_month(table) | found
    for field, columns in shared.items():
        totals = [column for column in columns if normalised(column.path[-1]) in TOTALS]
        found.setdefault(field, tuple(totals[:1] or columns))
    return found


def _of_the_rows_month(table: Table) -> dict[str, tuple[Column, ...]]:
    """Return the columns of amounts of the month that a row names: 本月, and 本年累计 to be held against it."""
    stated: dict[Cumulation, tuple[Column, ...]] = {}
    for column in table.columns:
        path = tuple(squeezed(label) for label in column.path)
        read = None if NAMES_MONTH.search("/".join(path)) else read_labels(path, YEARS_END)
        if read is not None:
            stated[read.cumulation] = (*stated.get(read.cumulation, ()), column)
    own, to_date = stated.get(Cumulation.OWN, ()), stated.get(Cumulation.TO_DATE, ())
    if not own:
        return {"amount": to_date} if to_date else {}
    return {"amount": own} | ({"amount_to_date": to_date} if to_date else {})


def _joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    return {name: _joined_lists(first.get(name, {}), second.get(name, {})) for name in {**first, **second}}


def _joined_lists(first: Mapping[str, list[str]], second: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {name: [*first.get(name, []), *second.get(name, [])] for name in {**first, **second}}


def _inverted(synonyms: Mapping[str, list[str]]) -> dict[str, str]:
    return {
        "/".join(map(normalised, word.split("/"))): name for name, words in synonyms.items() for word in words
    }
