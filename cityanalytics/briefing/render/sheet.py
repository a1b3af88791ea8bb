"""A table as a sheet of the companion workbook: numbers in the unit of their header, days as days, no blank cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cityanalytics.briefing.formats import Chance, Day, Measured, Points, Quantity, Scaled, Share, is_numeric
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.number import in_units
from cityanalytics.briefing.render.texts import filled, words
from cityanalytics.briefing.spreadsheet import (
    DAY,
    DAY_ZERO,
    FIRST_DAY,
    BookColumn,
    BookSheet,
    chance_formats,
    decimals,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cityanalytics.briefing.declaration import BoundTable
    from cityanalytics.briefing.fields import Field
    from cityanalytics.briefing.formats import Format
    from cityanalytics.briefing.spreadsheet import Cell


def draw(table: BoundTable, language: str) -> BookSheet:
    """Return a table's sheet."""
    declared, rows = table.declaration, table.rows
    fields = table.fields(wide=True)
    cells = [_filled(table, field, language) for field in fields]
    return BookSheet(
        id=declared.name,
        name=table.sentence_in(declared.tab, language),
        title=table.title(language),
        lines=table.lines(language),
        columns=tuple(
            _column(table, field, language, formats=_formats(field.format, rows, made, language))
            for field, made in zip(fields, cells, strict=True)
        ),
        rows=tuple(zip(*cells, strict=True)),
    )


def columns(table: BoundTable, language: str) -> tuple[BookColumn, ...]:
    """Return the columns of a table's sheet, without values."""
    return tuple(_column(table, field, language) for field in table.fields(wide=True))


def _column(table: BoundTable, field: Field, language: str, *, formats: tuple[str, ...] = ()) -> BookColumn:
    unit, inner, per = unit_of(table, field.format, language)
    return BookColumn(
        key=field.key,
        label=table.sentence_in(field.label, language),
        unit=unit,
        inner=inner,
        per=per,
        format=_format(field.format, language),
        note=field.note,
        formats=formats,
    )


def unit_of(table: BoundTable, shown: Format, language: str) -> tuple[str, str, float]:
    """Return the unit of a column, that of its values as they are kept, and how much of it one of the first is."""
    say = table.words(language).plain
    match shown:
        case Scaled():
            scale, _ = shown.scale(language)
            base = (
                say("yuan a day") if shown.of == "paces" else getattr(LANGUAGES[language], shown.of)[-1].unit
            )
            return scale.unit, base, scale.per
        case Share() | Chance():
            return "%", "", 0.01
        case Points():
            return say("percentage points"), "", 0.01
        case Quantity() if shown.unit:
            return say(shown.unit), "", 1.0
        case _:
            return "", "", 1.0


def _format(shown: Format, language: str) -> str:  # noqa: PLR0911 - a line a format
    """Return the number format of a column; empty for words, and for numbers and days among words."""
    match shown:
        case Scaled():
            return decimals(shown.scale(language)[1])
        case Quantity(exact=True):
            return "General"
        case Quantity() | Share() | Points():
            return decimals(shown.places)
        case Chance():
            return decimals(0)
        case Day():
            return DAY
        case Measured() if is_numeric(shown):
            return _format(next(iter(shown.formats.values())), language)
        case _:
            return ""


def _formats(shown: Format, rows: pd.DataFrame, cells: Sequence[Cell], language: str) -> tuple[str, ...]:
    """Return the number formats of the rows where they differ."""
    if isinstance(shown, Chance):
        return chance_formats(cells, language)
    if isinstance(shown, Measured):
        named = {measure: _format(one, language) for measure, one in shown.formats.items()}
        return tuple(named[measure] for measure in rows[shown.by])
    return ()


def _filled(table: BoundTable, field: Field, language: str) -> list[Cell]:
    def make(kept: pd.DataFrame) -> Sequence[Cell]:
        return _cells(table, field.format, field.key, kept, language)

    return filled(table, field, table.rows, language, make)


def _cells(table: BoundTable, shown: Format, key: str, rows: pd.DataFrame, language: str) -> Sequence[Cell]:
    values = rows[key]
    match shown:
        case Scaled() | Quantity() | Share() | Points() | Chance():
            return in_units(values.tolist(), unit_of(table, shown, language)[2])
        case Day():
            return _days(values)
        case Measured():
            found: dict[int, Cell] = {}
            for measure, part in rows.groupby(shown.by, sort=False, observed=True):
                made = _cells(table, shown.formats[str(measure)], key, part, language)
                found |= dict(zip(part.index, made, strict=True))
            return [found[at] for at in rows.index]
        case _:
            return words(table, shown, key, rows, language)


def _days(values: pd.Series) -> list[Cell]:
    """Return days as spreadsheets count them; those on whose count they disagree as texts."""
    stamps = pd.to_datetime(values)
    counts = (stamps - pd.Timestamp(DAY_ZERO)).dt.days
    return [
        float(count) if stamp >= pd.Timestamp(FIRST_DAY) else stamp.date().isoformat()
        for stamp, count in zip(stamps, counts, strict=True)
    ]
