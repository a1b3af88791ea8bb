"""A column of a table as texts: whole columns of numbers, words translated once each, words for what is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
from babel.dates import format_date, format_skeleton
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

from cityanalytics.briefing.display import in_scale
from cityanalytics.briefing.figures.figure import Name
from cityanalytics.briefing.formats import (
    AsShown,
    Chance,
    Day,
    FigureName,
    KindName,
    Measured,
    Points,
    Quantity,
    Scaled,
    Share,
    Term,
    Text,
    Truth,
    UnitOf,
    Word,
)
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import Absent, absence, chance, numbers
from cityanalytics.briefing.wording import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from cityanalytics.briefing.declaration import BoundTable
    from cityanalytics.briefing.fields import Field
    from cityanalytics.briefing.figures.figure import Called
    from cityanalytics.briefing.formats import Format
    from cityanalytics.briefing.wording import Wording


def texts(table: BoundTable, field: Field, rows: pd.DataFrame, language: str) -> list[str]:
    """Return a column as its cells are read.

    Parameters
    ----------
    table
        The table, for its words and the configuration's.
    field
        The column.
    rows
        The rows that are shown.
    language
        Language code such as ``zh``.
    """
    return filled(
        table, field, rows, language, lambda kept: _texts(table, field.format, field.key, kept, language)
    )


def filled(
    table: BoundTable,
    field: Field,
    rows: pd.DataFrame,
    language: str,
    make: Callable[[pd.DataFrame], Iterable[Any]],
) -> list[Any]:
    """Return what is made of the rows that have a value, and the words for those that have none in their places."""
    values = rows[field.key]
    missing = values.isna()
    if not is_numeric_dtype(values) and not is_datetime64_any_dtype(values):
        missing |= values.astype(str).str.strip() == ""
    if not missing.any():
        return list(make(rows))
    absent = (
        absence(field.absent, language) or ""
        if isinstance(field.absent, Absent)
        else table.sentence_in(field.absent, language)
    )
    words = [absent] * len(rows)
    if field.applies:
        never = absence(Absent.NOT_APPLICABLE, language) or ""
        applies = rows[field.applies].fillna(value=False).astype(bool)
        words = [absent if applied else never for applied in applies.tolist()]
    kept = iter(make(rows[~missing]))
    return [word if gone else next(kept) for gone, word in zip(missing.tolist(), words, strict=True)]


def marked(field: Field, rows: pd.DataFrame) -> list[bool]:
    """Return which cells of a column warn."""
    if isinstance(field.format, Word) and field.format.warns:
        return [bool(warns) for warns in rows[field.key].isin(field.format.warns)]
    if isinstance(field.format, Day) and field.format.warns:
        return [bool(warns) for warns in rows[field.format.passed]]
    return [False] * len(rows)


def _texts(table: BoundTable, shown: Format, key: str, rows: pd.DataFrame, language: str) -> Sequence[str]:  # noqa: PLR0911 - a line a format
    values = rows[key]
    rules = LANGUAGES[language]
    match shown:
        case Scaled():
            scale, places = shown.scale(language, table.rows[key])
            return numbers(values.tolist(), language, places=places, per=scale.per, signed=shown.signed)
        case Quantity(exact=True):
            return [repr(value) for value in values.tolist()]
        case Quantity():
            return numbers(values.tolist(), language, places=shown.places, signed=shown.signed)
        case Share():
            shares = numbers(values.tolist(), language, places=shown.places, per=0.01)
            return [rules.percent.format(share) for share in shares]
        case Points():
            return numbers(values.tolist(), language, places=shown.places, per=0.01, signed=shown.signed)
        case Chance():
            return [chance(value, language) for value in values.tolist()]
        case Day():
            return _days(table, shown, rows, key, language)
        case Measured():
            return _measured(table, shown, rows, key, language)
        case _:
            return words(table, shown, key, rows, language)


def words(  # noqa: PLR0911 - a line a format
    table: BoundTable, shown: Format, key: str, rows: pd.DataFrame, language: str
) -> list[str]:
    """Return a column of words, each different one translated once."""
    values = rows[key]
    settings, say = table.settings, table.words(language).plain
    match shown:
        case Word() if shown.kind:
            return _kinds(table, shown, rows, key, language)
        case Word() if shown.gaps or shown.remark:
            return _sentences(table, shown, rows, key, language)
        case Word():
            return _translated(values, lambda word: table.sentence_in(word, language))
        case Term() | Text(term=True):
            return _translated(values, lambda word: settings.term(word, language))
        case KindName():
            kinds = {kind.kind: kind.label[language] for kind in (*settings.works, *settings.demolition)}
            return _translated(values, lambda kind: kinds.get(kind) or settings.term(kind, language))
        case FigureName():
            return _figure_names(table, values, language)
        case AsShown():
            return [table.figures[figure].shown(language) for figure in values]
        case Truth():
            named = {True: say(shown.yes), False: say(shown.no)}
            return [named[bool(value)] for value in values]
        case UnitOf():
            return _units(table, shown, rows, key, language)
        case _:
            return [str(value) for value in values]


def _translated(values: pd.Series, translate: Callable[[str], str]) -> list[str]:
    named = {value: translate(str(value)) for value in values.unique()}
    return [named[value] for value in values]


def _figure_names(table: BoundTable, keys: pd.Series, language: str) -> list[str]:
    say, missing = table.words(language), LANGUAGES[language].missing
    return [_called(table.figures[key].name, say) or missing for key in keys]


def _called(name: Called, say: Wording) -> str:
    """Return a name in a language."""
    if isinstance(name, Name):
        return say.plain(name.text, **{gap: _called(inner, say) for gap, inner in name.gaps.items()})
    return name if isinstance(name, str) else name[say.language]


def _kinds(table: BoundTable, shown: Word, rows: pd.DataFrame, key: str, language: str) -> list[str]:
    """Return what is named, its kinds behind it."""
    say, kinds = table.words(language).plain, rows[shown.kind]
    named = words(table, KindName(), shown.kind, rows, language)
    return [
        say("{first}: {second}", first=text, second=name) if kind else text
        for text, name, kind in zip(words(table, Word(), key, rows, language), named, kinds, strict=True)
    ]


def _sentences(table: BoundTable, shown: Word, rows: pd.DataFrame, key: str, language: str) -> list[str]:
    say, found = table.words(language).plain, []
    columns = [rows[name] for name in (*shown.gaps, *([shown.remark] if shown.remark else []))]
    for sentence, *texts_ in zip(rows[key], *columns, strict=True):
        gaps: dict[str, str] = {}
        for name, value in zip(shown.gaps, texts_, strict=False):
            if name.endswith("_values"):
                gaps |= json.loads(value or "{}") if isinstance(value, str) else value
            else:
                gaps[name] = _gap(value, shown, language)
        text = say(sentence, **gaps)
        remark = texts_[-1] if shown.remark else None
        if isinstance(remark, str) and remark:
            text = say("{first}: {second}", first=text, second=remark)
        found.append(text)
    return found


def _gap(value: object, shown: Word, language: str) -> str:
    if isinstance(value, pd.Timestamp):
        return day_texts(pd.Series([value]), language, long=shown.long)[0]
    if isinstance(value, float) and not pd.isna(value):  # no number where its sentence has no such gap
        scale = LANGUAGES[language].amounts[:2][-1]
        return in_scale(value, language, scale, places=1 + scale.places)
    return translate(str(value), language)


def _days(table: BoundTable, shown: Day, rows: pd.DataFrame, key: str, language: str) -> list[str]:
    found = day_texts(rows[key], language, long=shown.long)
    if not shown.passed:
        return found
    say = table.words(language).plain
    gone = rows[shown.passed].tolist()
    return [say(shown.passing, day=day) if passed else day for day, passed in zip(found, gone, strict=True)]


def day_texts(days: pd.Series, language: str, *, long: bool) -> list[str]:
    """Return a column of days, with their years where `long`."""
    locale = LANGUAGES[language].locale

    def text(day: pd.Timestamp) -> str:
        date = day.date()
        return (
            format_date(date, "long", locale=locale) if long else format_skeleton("MMMd", date, locale=locale)
        )

    stamps = pd.to_datetime(days)
    named = {day: text(day) for day in stamps.unique()}
    return [named[day] for day in stamps]


def _measured(table: BoundTable, shown: Measured, rows: pd.DataFrame, key: str, language: str) -> list[str]:
    found: dict[int, str] = {}
    for measure, part in rows.groupby(shown.by, sort=False, observed=True):
        made = _texts(table, shown.formats[str(measure)], key, part.infer_objects(), language)
        found |= dict(zip(part.index, made, strict=True))
    return [found[at] for at in rows.index]


def _units(table: BoundTable, shown: UnitOf, rows: pd.DataFrame, key: str, language: str) -> list[str]:
    del table
    named = {
        measure: one.scale(language)[0].unit
        for measure, one in shown.measured.formats.items()
        if isinstance(one, Scaled)
    }
    never = absence(Absent.NOT_APPLICABLE, language) or ""
    return [named.get(measure, never) for measure in rows[key]]
