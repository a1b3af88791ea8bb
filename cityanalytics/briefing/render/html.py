"""A table on the page: its caption, its header, its rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from cityanalytics.briefing import display
from cityanalytics.briefing.blocks import late
from cityanalytics.briefing.formats import Day, KindName, Text, Word, is_numeric
from cityanalytics.briefing.language import LANGUAGES
from cityanalytics.briefing.render.header import header
from cityanalytics.briefing.render.texts import marked, texts, words
from cityanalytics.briefing.section import original, paragraph

if TYPE_CHECKING:
    import pandas as pd

    from cityanalytics.briefing.declaration import BoundTable
    from cityanalytics.briefing.fields import Field

_FEW_TEXTS = 2  # a table of numbers is kept narrow, so that the eye finds a number's row


def draw(table: BoundTable, language: str) -> Markup:
    """Return a table's markup; the sentence that says so where it has no rows."""
    declared = table.declaration
    if table.rows.empty and (empty := table.empty(language)):
        return paragraph(escape(empty))
    rules, rows = LANGUAGES[language], table.rows
    if declared.only and rows[declared.only].any():
        rows = rows[rows[declared.only]]
    count, cut = len(rows), ""
    if declared.most is not None and declared.most < count:
        rows = rows.tail(declared.most) if declared.last else rows.head(declared.most)
        if "_shown}" not in (declared.caption or declared.title):  # which says it in words of its own
            shown = [display.count(number, language) for number in (declared.most, count)]
            cut = table.words(language).plain("{shown} of {count} rows", shown=shown[0], count=shown[1])
    fields = table.fields(wide=False)
    anchor = f"table-{table.position}"
    heading = f"{rules.table.format(table.position)}{rules.gap}"
    unit = rules.join.join(filter(None, (table.unit(language), cut)))
    remark = Markup("<span class=unit>{}</span>").format(rules.note.format(unit)) if unit else ""
    caption = Markup("<caption id={}><span><b>{}{}</b>{}</span></caption>").format(
        anchor, heading, table.sentence_in(declared.caption or declared.title, language), remark
    )
    classes = [" class=n" if is_numeric(field.format) else "" for field in fields]
    labels = [escape(header(table, field, language)) for field in fields]
    head = "".join(f"<th scope=col{shown}>{label}</th>" for label, shown in zip(labels, classes, strict=True))
    # a card names its numbers and days; other words speak for themselves
    kinds = [
        f'{shown} data-label="{label} "'
        if declared.cards
        and (shown or isinstance(field.format, Day) or getattr(field.format, "named", False))
        else shown
        for field, label, shown in zip(fields, labels, classes, strict=True)
    ]
    columns = [_cells(table, field, rows, language) for field in fields]
    body = "\n".join(
        "<tr>"
        f"<th scope=row{classes[0]}>{first}</th>"
        + "".join(f"<td{shown}>{cell}</td>" for shown, cell in zip(kinds[1:], rest, strict=True))
        + "</tr>"
        for first, *rest in zip(*columns, strict=True)
    )
    slim = " class=slim" if classes.count("") <= _FEW_TEXTS and not declared.cards else ""
    markup = f"<table{slim}>{caption}\n<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>"
    if declared.cards:
        return _safe(f'<div class="sheet cards">{markup}</div>')
    if declared.fits:
        return _safe(f"<div class=sheet>{markup}</div>")
    return _safe(f'<div class="sheet scroll" role=region tabindex=0 aria-labelledby={anchor}>{markup}</div>')


def _safe(markup: str) -> Markup:
    return Markup(markup)  # noqa: S704 - every text in it has been escaped


def _cells(table: BoundTable, field: Field, rows: pd.DataFrame, language: str) -> list[str]:
    shown = texts(table, field, rows, language)
    if isinstance(field.format, Text) and field.format.own:
        own = [
            original(value) if text == value else None
            for value, text in zip(rows[field.key], shown, strict=True)
        ]
        return [str(word or escape(text)) for word, text in zip(own, shown, strict=True)]
    if isinstance(field.format, Word) and field.format.remark:
        return _remarked(table, field, field.format, rows, language)
    if isinstance(field.format, Word) and field.format.kind:
        return _indented(table, field.format, shown, rows, language)
    return [
        str(late(text) if warns else escape(text))
        for text, warns in zip(shown, marked(field, rows), strict=True)
    ]


def _remarked(table: BoundTable, field: Field, shown: Word, rows: pd.DataFrame, language: str) -> list[str]:
    """Return sentences with a unit's own words behind them, these marked as Chinese."""
    say, bare = table.words(language), field.but(format=replace(shown, remark=""))
    return [
        str(say("{first}: {second}", first=text, second=own) if (own := original(remark)) else escape(text))
        for text, remark in zip(texts(table, bare, rows, language), rows[shown.remark], strict=True)
    ]


def _indented(
    table: BoundTable, word: Word, shown: list[str], rows: pd.DataFrame, language: str
) -> list[str]:
    """Return what is named, and below it its kinds."""
    indent, kinds = LANGUAGES[language].indent, rows[word.kind]
    named = words(table, KindName(), word.kind, rows, language)
    return [
        str(escape(f"{indent}{name}" if kind else text))
        for text, name, kind in zip(shown, named, kinds, strict=True)
    ]
